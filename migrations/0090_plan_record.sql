-- Plans as data: drafted by the IP office, put in force by finance, one row of plan_version a time that happened. The
-- plan of 2021-2023 becomes a version like any other; what asks for plan, plan_target and plan_target_metric goes on
-- finding the newest of each.

insert into record_type (name, writers, decides, corrected, told) values
    ('plan', '{ip_office}', true, false, true),
    ('plan_approval', '{finance}', true, false, false);

create table plan_version (
    code text not null,
    version int not null, -- counts how often a plan of this code was put in force
    id uuid,              -- the record; null: it came with the program
    record_version int,
    title text not null,
    title_en text,
    first_year int not null,
    last_year int not null constraint plan_version_last_year_order check (last_year >= first_year),
    basis text not null constraint plan_version_basis_known check (basis in
        ('registered_on', 'signed_on', 'disbursed_on')),
    source text,
    assumed boolean not null,
    reason text,
    approved_at timestamptz not null,
    approved_by text not null,
    primary key (code, version)
);
create table plan_version_target (
    plan text not null,
    version int not null,
    no int not null,
    id text not null,
    kind text not null constraint plan_version_target_kind_known check (kind in ('growth', 'total', 'rising')),
    metric text constraint plan_version_target_metric_known check (metric in ('amount', 'count')),
    threshold bigint not null, -- growth, rising: ppm; total: fen or a count
    reading text not null constraint plan_version_target_reading_known check (reading in ('compound', 'mean')),
    zh text not null,
    en text not null,
    assumed boolean not null,
    primary key (plan, version, id),
    foreign key (plan, version) references plan_version (code, version)
);
create table plan_version_metric (
    plan text not null,
    version int not null,
    target text not null,
    no int not null,
    metric text not null,
    side text not null,
    figure text not null,
    zh text not null,
    en text not null,
    primary key (plan, version, target, no),
    foreign key (plan, version, target) references plan_version_target (plan, version, id)
);

insert into plan_version (code, version, title, first_year, last_year, basis, source, assumed, approved_at, approved_by)
select p.code, 1, p.title, p.first_year, p.last_year, p.basis, '沪知局〔2021〕17号', false, '-infinity', 'pledged'
  from plan p;
insert into plan_version_target (plan, version, no, id, kind, metric, threshold, reading, zh, en, assumed)
select t.plan, 1, row_number() over (partition by t.plan order by t.id), t.id, t.kind, t.metric, t.threshold,
       'compound', t.zh, t.en, false
  from plan_target t;
insert into plan_version_metric (plan, version, target, no, metric, side, figure, zh, en)
select m.plan, 1, m.target, m.no, m.metric, m.side, m.figure, m.zh, m.en
  from plan_target_metric m;

alter table baseline drop constraint baseline_plan_fkey;
drop table plan_target_metric;
drop table plan_target;
drop table plan;

create view plan as
    select v.*
      from plan_version v
     where not exists (select from plan_version later where later.code = v.code and later.version > v.version);
create view plan_target as
    select t.*
      from plan_version_target t
      join plan p on p.code = t.plan and p.version = t.version;
create view plan_target_metric as
    select m.*
      from plan_version_metric m
      join plan p on p.code = m.plan and p.version = m.version;

call make_append_only('plan_version');
call make_append_only('plan_version_target');
call make_append_only('plan_version_metric');
grant select on plan, plan_target, plan_target_metric to pledged_app;
grant select, insert on plan_version, plan_version_target, plan_version_metric to pledged_app;
alter table plan_version enable row level security;
alter table plan_version_target enable row level security;
alter table plan_version_metric enable row level security;
create policy plan_version_read on plan_version for select to pledged_app using (true);
create policy plan_version_target_read on plan_version_target for select to pledged_app using (true);
create policy plan_version_metric_read on plan_version_metric for select to pledged_app using (true);
create policy plan_version_write on plan_version for insert to pledged_app
    with check ((select my_kind()) = 'finance');
create policy plan_version_target_write on plan_version_target for insert to pledged_app
    with check ((select my_kind()) = 'finance');
create policy plan_version_metric_write on plan_version_metric for insert to pledged_app
    with check ((select my_kind()) = 'finance');

-- A plan is a public text: everybody reads it, drafts too are the city's to see.
create policy record_read_plan on submission for select to pledged_app using (type in ('plan', 'plan_approval'));

drop function if exists plan_first_day();
drop function if exists plan_basis();
drop function if exists plan_of(date);

do $$
begin
    assert (select count(*) from plan_target where plan = 'sh-2021-2023') = 7, 'seven targets';
    assert (select count(*) from plan_target_metric where plan = 'sh-2021-2023') = 11, 'eleven metrics';
end $$;
