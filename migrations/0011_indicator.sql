-- The plan's goals beside pledge financing (沪知局〔2021〕17号, part three): figures by year or quarter that the IP
-- office reports (/v1/indicators), and the targets T4 to T6 that count by them.

insert into record_type (name, writers, judged, told) values ('indicator', '{ip_office}', true, false);

create table indicator (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    side text not null constraint indicator_side_known check (side in
        ('sme_acquisition', 'university_outflow', 'product_filing', 'implementation', 'benefiting_firm')),
    way text constraint indicator_way_known check (way in ('transfer', 'licence', 'contribution')),
    year int not null,
    quarter int constraint indicator_quarter_range check (quarter between 1 and 4), -- null: the whole year
    count bigint constraint indicator_count_range check (count between 0 and 1000000000),
    contract_value_fen bigint constraint indicator_contract_value_range
        check (contract_value_fen between 0 and 100000000000000),
    cash_received_fen bigint constraint indicator_cash_received_range
        check (cash_received_fen between 0 and 100000000000000),
    revenue_fen bigint constraint indicator_revenue_range check (revenue_fen between 0 and 100000000000000),
    employees bigint constraint indicator_employees_range check (employees between 0 and 1000000000),
    source text not null,
    evidence text not null,
    assumed boolean not null,
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint indicator_way_needed check ((side in ('sme_acquisition', 'university_outflow')) = (way is not null)),
    constraint indicator_whole_year check (side <> 'benefiting_firm' or quarter is null),
    constraint indicator_has_figure
        check (num_nonnulls(count, contract_value_fen, cash_received_fen, revenue_fen, employees) >= 1)
);
create index indicator_by_year on indicator (year, side);
call make_append_only('indicator');

-- Everybody reads what the plan is judged by.
alter table indicator enable row level security;
create policy indicator_read on indicator for select to pledged_app using (true);
create policy indicator_write on indicator for insert to pledged_app with check (org_id = (select my_org()));
create policy record_read_indicator on record for select to pledged_app using (type = 'indicator');
grant select, insert on indicator to pledged_app;

-- One row a figure, of the versions known by then.
create function indicator_figures(known_at timestamptz)
    returns table (id uuid, reference text, side text, way text, year int, quarter int, figure text, value bigint,
                   source text, assumed boolean)
    language sql stable as $$
    select i.id, i.reference, i.side, i.way, i.year, i.quarter, f.figure, f.value, i.source, i.assumed
      from indicator i
     cross join lateral (values ('count', i.count), ('contract_value', i.contract_value_fen),
           ('cash_received', i.cash_received_fen), ('revenue', i.revenue_fen), ('employees', i.employees)) as f(figure, value)
     where f.value is not null
       and ($1 is null or i.recorded_at <= $1)
       and not has_later(i.id, i.version, $1)
$$;

create function period_last(period text) returns date language sql immutable as $$
    select case length(period) when 4 then make_date(period::int, 12, 31)
                else (make_date(left(period, 4)::int, right(period, 1)::int * 3, 1) + interval '1 month - 1 day')::date end
$$;

-- What stands against a period that must have ended.
create function period_problem(period text, pointer text) returns json language sql stable as $$
    select problem('E_NOT_ENDED', pointer, case length(period)
                   when 4 then (extract(year from today()) - 1)::text
                   else to_char(today() - interval '3 months', 'YYYY"Q"Q') end)
     where period_last(period) >= today()
$$;

-- A figure told twice; quarters that exceed their year or, when all four are there, differ from it.
create function indicator_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
#variable_conflict use_column
declare
    p json[] := '{}';
    of_year int := left(doc ->> 'period', 4)::int;
    of_quarter int := nullif(substr(doc ->> 'period', 6), '')::int;
    early json := period_problem(doc ->> 'period', '/period');
    f record;
    o record;
begin
    if early is not null then
        return array[early];
    end if;
    for f in
        select x.figure, x.value
          from (values (1, 'count', (doc ->> 'count')::bigint),
                       (2, 'contract_value', fen_of(doc ->> 'contract_value')),
                       (3, 'cash_received', fen_of(doc ->> 'cash_received')),
                       (4, 'revenue', fen_of(doc ->> 'revenue')),
                       (5, 'employees', (doc ->> 'employees')::bigint)) as x(n, figure, value)
         where x.value is not null
         order by x.n
    loop
        select min(k.reference) filter (where k.quarter is not distinct from of_quarter) as same,
               case when of_quarter is null then f.value else sum(k.value) filter (where k.quarter is null) end as whole,
               coalesce(sum(k.value) filter (where k.quarter is not null), 0)
                   + case when of_quarter is null then 0 else f.value end as parts,
               count(k.value) filter (where k.quarter is not null)
                   + case when of_quarter is null then 0 else 1 end as n
          into o
          from indicator_figures(null) k
         where k.year = of_year and k.side = doc ->> 'side' and k.way is not distinct from doc ->> 'way'
           and k.figure = f.figure and k.id <> indicator_problems.id;
        if o.same is not null then
            p := p || problem('E_REPORTED_TWICE', '/' || f.figure, o.same);
        elsif o.n > 0 and (o.parts > o.whole or (o.n = 4 and o.parts <> o.whole)) then
            p := p || problem('E_PERIOD_SUM', '/' || f.figure, format('%s × Q = %s, %s = %s', o.n,
                 case when f.figure in ('count', 'employees') then o.parts::text else yuan_text(o.parts::bigint) end, of_year,
                 case when f.figure in ('count', 'employees') then o.whole::text else yuan_text(o.whole::bigint) end));
        end if;
    end loop;
    return p;
end $$;

create function indicator_row() returns trigger language plpgsql as $$
begin
    -- Two corrections in one statement are judged apart; here they meet.
    perform pg_advisory_xact_lock(hashtextextended('indicator ' || (new.body ->> 'side') || left(new.body ->> 'period', 4), 0));
    if cardinality(indicator_problems(new.id, new.body)) > 0 then
        raise exception 'indicator % contradicts another', new.key using errcode = '23P01', constraint = 'indicator_told_once';
    end if;
    insert into indicator (id, version, org_id, reference, side, way, year, quarter, count, contract_value_fen,
           cash_received_fen, revenue_fen, employees, source, evidence, assumed, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.side, b.way, left(b.period, 4)::int,
           nullif(substr(b.period, 6), '')::int, b.count, fen_of(b.contract_value), fen_of(b.cash_received),
           fen_of(b.revenue), b.employees, b.source, b.evidence, b.assumed, new.recorded_at
      from json_to_record(new.body) as b(reference text, period text, side text, way text, count bigint,
           contract_value text, cash_received text, revenue text, employees bigint, source text, evidence text,
           assumed boolean);
    return new;
end $$;
create trigger indicator_row before insert on record for each row
    when (new.type = 'indicator') execute function indicator_row();

-- ---- targets with several measures ---------------------------------------------------------------

alter table plan_target
    alter column measure drop not null, -- several: rows of plan_target_measure
    drop constraint plan_target_kind_known,
    add constraint plan_target_kind_known check (kind in ('growth', 'total', 'rising'));

create table plan_target_measure (
    plan text not null,
    target text not null,
    no int not null,
    measure text not null,
    side text not null,
    figure text not null,
    zh text not null,
    en text not null,
    primary key (plan, target, no),
    foreign key (plan, target) references plan_target (plan, id)
);
grant select on plan_target_measure to pledged_app;

-- threshold of 'rising': more than this growth, in ppm.
insert into plan_target values
    ('sh-2021-2023', 'T4', 'growth', null, 200000,
     '中小企业接受相关主体转让、许可、作价入股的专利数量、成交金额、实际到账金额年均增幅达到 20% 以上',
     'Patents transferred, licensed or contributed to small and medium firms: number, contract value and cash received grow 20 % a year on average'),
    ('sh-2021-2023', 'T5', 'growth', null, 200000,
     '高校院所转让、许可、作价入股的专利数量、成交金额、实际到账金额年均增幅达到 20% 以上',
     'Patents transferred, licensed or contributed by universities and institutes: number, contract value and cash received grow 20 % a year on average'),
    ('sh-2021-2023', 'T6', 'growth', null, 200000,
     '相关中小微企业专利产品备案和相关专利实施情况年均增幅达到 20% 以上',
     'Patent product filings and patents put to use by micro, small and medium firms grow 20 % a year on average');
insert into plan_target_measure
select 'sh-2021-2023', t.target, m.no, m.measure, t.side, m.measure, m.zh, m.en
  from (values ('T4', 'sme_acquisition'), ('T5', 'university_outflow')) as t(target, side)
 cross join (values (1, 'count', '专利数量', 'Number of patents'),
                    (2, 'contract_value', '成交金额', 'Contract value'),
                    (3, 'cash_received', '实际到账金额', 'Cash received')) as m(no, measure, zh, en);
insert into plan_target_measure values
    ('sh-2021-2023', 'T6', 1, 'product_filing', 'product_filing', 'count', '专利产品备案数量', 'Patent product filings'),
    ('sh-2021-2023', 'T6', 2, 'implementation', 'implementation', 'count', '专利实施数量', 'Patents put to use');

do $$
begin
    assert (select count(*) from plan_target_measure) = 8, 'three measures each of T4 and T5, two of T6';
end $$;
