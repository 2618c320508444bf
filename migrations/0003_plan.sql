-- The plan, its numeric targets, and yearly figures that come from outside the ledger.

create table plan (
    code text primary key,
    title text not null,
    first_year int not null,
    last_year int not null constraint plan_years_order check (last_year >= first_year),
    basis text not null constraint plan_basis_known check (basis in
        ('registered_on', 'signed_on', 'disbursed_on'))
);
create table plan_target (
    plan text not null references plan,
    id text not null,
    kind text not null constraint plan_target_kind_known check (kind in ('growth', 'total')),
    measure text not null constraint plan_target_measure_known check (measure in ('amount', 'count')),
    threshold bigint not null, -- growth: ppm; total: fen or count
    zh text not null,
    en text not null,
    primary key (plan, id)
);

-- One row a version of a year's figures; the last version counts, earlier ones stay.
create table baseline (
    plan text not null references plan,
    year int not null,
    version int not null,
    amount_fen bigint constraint baseline_amount_range check (amount_fen >= 0),
    count bigint constraint baseline_count_range check (count >= 0),
    source text not null,
    assumed boolean not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null,
    primary key (plan, year, version),
    constraint baseline_has_figure check (amount_fen is not null or count is not null)
);
call make_append_only('baseline');
alter table baseline enable row level security;
create policy baseline_read on baseline for select to pledged_app using (true);
create policy baseline_write on baseline for insert to pledged_app
    with check ((select my_kind()) = 'ip_office');

-- City totals by quarter. Runs as the owner: every role may see the city's sums, none sees rows.
create function plan_quarters(basis text, as_of date, known_at timestamptz)
    returns table (quarter text, year int, amount_fen bigint, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with counted as (
        select case basis when 'registered_on' then l.registered_on
                          when 'disbursed_on' then l.disbursed_on
                          else l.signed_on end as on_day,
               l.amount_fen
          from loan l
         where (known_at is null or l.recorded_at <= known_at)
           and not exists (select from loan later
                            where later.id = l.id and later.version = l.version + 1
                              and (known_at is null or later.recorded_at <= known_at)))
    select to_char(on_day, 'YYYY"Q"Q'), extract(year from on_day)::int,
           sum(counted.amount_fen)::bigint, count(*)
      from counted
     where on_day <= as_of
     group by 1, 2
$$;
create function plan_undated(basis text, known_at timestamptz) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from loan l
     where case basis when 'registered_on' then l.registered_on
                      when 'disbursed_on' then l.disbursed_on
                      else l.signed_on end is null
       and (known_at is null or l.recorded_at <= known_at)
       and not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1
                          and (known_at is null or later.recorded_at <= known_at))
$$;
revoke all on function plan_quarters, plan_undated from public;
grant execute on function plan_quarters, plan_undated to pledged_app;
grant select on plan, plan_target to pledged_app;
grant select, insert on baseline to pledged_app;

-- 沪知局〔2021〕17号, part three.
insert into plan values
    ('sh-2021-2023', '上海市实施专利转化专项计划(2021—2023)', 2021, 2023, 'signed_on');
insert into plan_target values
    ('sh-2021-2023', 'T1', 'growth', 'amount', 300000,
     '专利商标质押融资金额年均增幅达到 30% 以上', 'Pledge financing amount grows 30 % a year on average'),
    ('sh-2021-2023', 'T2', 'growth', 'count', 200000,
     '专利商标质押融资项目数量年均增幅达到 20% 以上', 'Number of pledge loans grows 20 % a year on average'),
    ('sh-2021-2023', 'T3', 'total', 'amount', 1500000000000,
     '三年内专利商标质押融资总额达到 150 亿元以上', 'Pledge financing totals 15 billion yuan in three years');
