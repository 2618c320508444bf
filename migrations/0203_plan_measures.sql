-- The measures of a plan are part of its text, as its targets are: which there are, in which chapters, which
-- departments answer for each ('district': every district), when reports are due, and which figures of the ledger stand
-- beside it (measure_ledger). Each version of a plan has its own; those of 2021-2023 come with the program.

create table plan_version_chapter (
    plan text not null,
    version int not null,
    no int not null,
    zh text not null,
    en text not null,
    primary key (plan, version, no),
    foreign key (plan, version) references plan_version (code, version)
);
create table plan_version_measure (
    plan text not null,
    version int not null,
    no int not null,
    chapter int not null,
    zh text not null,
    en text not null,
    departments text[] not null,
    figures text[] not null,
    every text not null constraint plan_version_measure_every_known check (every in ('quarter', 'year')),
    due_days int not null, -- after the end of the period
    primary key (plan, version, no),
    foreign key (plan, version, chapter) references plan_version_chapter (plan, version, no)
);
call make_append_only('plan_version_chapter');
call make_append_only('plan_version_measure');
grant select, insert on plan_version_chapter, plan_version_measure to pledged_app;
alter table plan_version_chapter enable row level security;
alter table plan_version_measure enable row level security;
create policy plan_version_chapter_read on plan_version_chapter for select to pledged_app using (true);
create policy plan_version_measure_read on plan_version_measure for select to pledged_app using (true);
create policy plan_version_chapter_write on plan_version_chapter for insert to pledged_app
    with check ((select my_kind()) = 'finance');
create policy plan_version_measure_write on plan_version_measure for insert to pledged_app
    with check ((select my_kind()) = 'finance');

-- Texts as 0019 has them; a plan that was revised since keeps them.
insert into plan_version_chapter (plan, version, no, zh, en)
select v.code, v.version, c.no, c.zh, c.en
  from plan_version v
 cross join measure_chapter c
 where v.code = 'sh-2021-2023';
insert into plan_version_measure (plan, version, no, chapter, zh, en, departments, figures, every, due_days)
select v.code, v.version, m.no, m.chapter, m.zh, m.en, d.departments, coalesce(f.figures, '{}'), 'quarter', 15
  from plan_version v
 cross join measure m
  join (values
       (1, '{ip_office,economy,education,science,health,sasac}'::text[]),
       (2, '{ip_office,economy,education,science,health,sasac}'::text[]),
       (3, '{ip_office,financial_regulator,banking_regulator,district}'::text[]),
       (4, '{ip_office,economy,education,science,health,sasac,district}'::text[]),
       (5, '{ip_office}'::text[])) as d(chapter, departments) on d.chapter = m.chapter
  left join (values
       (1, '{offers,needs}'::text[]),
       (2, '{dormant_offers}'::text[]),
       (3, '{state_firm_offers}'::text[]),
       (4, '{live_offers,followups}'::text[]),
       (5, '{promotion,auction}'::text[]),
       (6, '{open_offers,open_licences}'::text[]),
       (7, '{quick_licences}'::text[]),
       (8, '{dormant_deals}'::text[]),
       (9, '{compensation}'::text[]),
       (10, '{subsidies}'::text[]),
       (11, '{park_visit,bank_enterprise,bank_park,loans}'::text[]),
       (12, '{insurance,patent_transaction}'::text[]),
       (13, '{securitisations}'::text[]),
       (14, '{pooled_credit,invest_loan_linkage,trust}'::text[]),
       (15, '{operation_centres}'::text[]),
       (16, '{cultivation_centres}'::text[]),
       (17, '{portfolios}'::text[]),
       (18, '{alliances}'::text[]),
       (19, '{clusters,windows}'::text[]),
       (20, '{policies}'::text[]),
       (21, '{agencies,services}'::text[]),
       (22, '{specialists,visits}'::text[]),
       (23, '{trainings,attended}'::text[]),
       (25, '{filings,deals}'::text[])) as f(no, figures) on f.no = m.no
 where v.code = 'sh-2021-2023';
drop table measure_duty;
drop table measure;
drop table measure_chapter;

-- A report, and a rhythm of reports, is of one plan. Up to now there was one that had measures.
alter table measure_report
    add column plan text not null default 'sh-2021-2023',
    drop constraint measure_report_measure_range,
    add constraint measure_report_measure_range check (measure between 1 and 999);
alter table measure_report alter column plan drop default;
alter table measure_rhythm
    add column plan text not null default 'sh-2021-2023',
    drop constraint measure_rhythm_measure_range,
    add constraint measure_rhythm_measure_range check (measure between 1 and 999);
alter table measure_rhythm alter column plan drop default;
drop index measure_report_by_duty;
create index measure_report_by_duty on measure_report (plan, measure, department, period);

drop function if exists plan_of(date, timestamptz);
drop function if exists measure_slots(timestamptz);
drop function if exists measure_standing(date, timestamptz);
drop function if exists measure_ledger(date, date, timestamptz);
drop function if exists measure_records(date, date, timestamptz);
drop function if exists measure_report_beside(int, text, text, uuid);

do $$
begin
    assert (select count(*) from plan_version_measure where plan = 'sh-2021-2023' and version = 1) = 25, '25 measures';
end $$;
