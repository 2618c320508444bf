-- The plan's indicators, periods and districts.

-- City totals by quarter, as_of the last day that counts: out of the sums that are kept where they hold what is asked
-- for (nothing is dated after today), else out of the loans. Runs as the owner: every role may see the city's sums,
-- none sees rows.
create or replace function plan_quarters(basis text, as_of date, known_at timestamptz)
    returns table (quarter text, year int, amount_fen bigint, count bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    if plan_quarters.basis = 'signed_on' and plan_quarters.known_at is null
       and (plan_quarters.as_of = quarter_end(plan_quarters.as_of) or plan_quarters.as_of >= today()) then
        return query
        select quarter_text(r.quarter), extract(year from r.quarter)::int, r.amount_fen, r.loans
          from city_rollup r
         where r.section = 'all' and r.row_key = '' and r.quarter <= plan_quarters.as_of and r.loans > 0;
        return;
    end if;
    if plan_quarters.basis = 'drawn' then
        return query select * from plan_quarters_drawn(plan_quarters.as_of, plan_quarters.known_at);
        return;
    end if;
    return query
    with counted as (
        select loan_day(l, plan_quarters.basis) as on_day, loan_counted_fen(l, plan_quarters.basis) as amount_fen
          from loan l
         where (plan_quarters.known_at is null or l.recorded_at <= plan_quarters.known_at)
           and not exists (select from loan later
                            where later.id = l.id and later.version = l.version + 1
                              and (plan_quarters.known_at is null or later.recorded_at <= plan_quarters.known_at))
           and not loan_is_void(l.id, plan_quarters.known_at))
    select to_char(c.on_day, 'YYYY"Q"Q'), extract(year from c.on_day)::int, sum(c.amount_fen)::bigint, count(*)
      from counted c
     where c.on_day <= plan_quarters.as_of
     group by 1, 2;
end $$;

-- The same of what was drawn, on the day of each draw; a loan counts in the quarter of its first. Where no event tells,
-- it was drawn whole on its day of disbursement.
create or replace function plan_quarters_drawn(as_of date, known_at timestamptz)
    returns table (quarter text, year int, amount_fen bigint, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with lent as materialized (
        select l.id, l.amount_fen, l.disbursed_on
          from loans_at(plan_quarters_drawn.known_at) l
    ),
    draw as materialized (
        select e.loan_id, e.on_day, coalesce(e.principal_fen, l.amount_fen) as fen
          from loan_event e
          join lent l on l.id = e.loan_id
         where e.kind = 'disbursed'
           and (plan_quarters_drawn.known_at is null or e.recorded_at <= plan_quarters_drawn.known_at)
           and not exists (select from loan_event r
                            where r.loan_id = e.loan_id and r.kind = 'reversed' and r.reverses = e.reference
                              and (plan_quarters_drawn.known_at is null
                                   or r.recorded_at <= plan_quarters_drawn.known_at))
    ),
    drawn as (
        select d.loan_id, d.on_day, d.fen from draw d
         union all
        select l.id, l.disbursed_on, l.amount_fen
          from lent l
         where l.disbursed_on is not null and not exists (select from draw d where d.loan_id = l.id)
    ),
    ranked as (
        select d.*, row_number() over (partition by d.loan_id order by d.on_day, d.fen) as n from drawn d
    )
    select to_char(r.on_day, 'YYYY"Q"Q'), extract(year from r.on_day)::int, sum(r.fen)::bigint,
           count(*) filter (where r.n = 1)
      from ranked r
     where r.on_day <= plan_quarters_drawn.as_of
     group by 1, 2
$$;

-- How many loans no period counts, because they lack the day that it counts by; every loan is signed on a day.
create or replace function plan_undated(basis text, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if basis = 'signed_on' then
        return 0;
    end if;
    return (select count(*) from loan l
             where loan_day(l, basis) is null
               and (known_at is null or l.recorded_at <= known_at)
               and not exists (select from loan later
                                where later.id = l.id and later.version = l.version + 1
                                  and (known_at is null or later.recorded_at <= known_at))
               and not loan_is_void(l.id, known_at));
end $$;

-- The figures of an indicator, a row each.
create or replace function indicator_figures_of(i indicator) returns table (figure text, value bigint)
    language sql immutable rows 5 as $$
    select f.figure, f.value
      from (values ('count', (i).count), ('contract_value', (i).contract_value_fen),
                   ('cash_received', (i).cash_received_fen), ('revenue', (i).revenue_fen),
                   ('employees', (i).employees)) as f(figure, value)
     where f.value is not null
$$;

-- One row a figure, of the newest versions as they were told.
create or replace function indicator_figures()
    returns table (id uuid, reference text, side text, way text, year int, quarter int, figure text, value bigint)
    language sql stable as $$
    select i.id, i.reference, i.side, i.way, i.year, i.quarter, f.figure, f.value
      from indicator i
     cross join lateral indicator_figures_of(i) f
     where not record_has_later(i.id, i.version, null)
$$;

-- One row a figure that counts: of the newest version that was confirmed by then.
create or replace function indicator_figures_counted(known_at timestamptz)
    returns table (side text, way text, year int, quarter int, figure text, value bigint, source text, assumed boolean)
    language sql stable as $$
    select (c.i).side, (c.i).way, (c.i).year, (c.i).quarter, f.figure, f.value, (c.i).source, (c.i).assumed
      from (select distinct on (x.id) x as i
              from indicator x
             where ($1 is null or x.recorded_at <= $1) and confirmation_stands(x.id, x.version, $1)
             order by x.id, x.version desc) c
     cross join lateral indicator_figures_of(c.i) f
$$;

-- The state of an indicator, as a list is asked for it.
create or replace function indicator_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- What of an indicator counts, and who has confirmed it.
create or replace function indicator_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as
    $$ select confirmation_members(id, version, false) $$;

-- The last day of a year or a quarter.
create or replace function period_last(period text) returns date language sql immutable as $$
    select case length(period) when 4 then make_date(period::int, 12, 31)
                else (make_date(left(period, 4)::int, right(period, 1)::int * 3, 1)
                      + interval '1 month - 1 day')::date end
$$;

-- What stands against a period that must have ended.
create or replace function period_problem(period text, pointer text) returns json language sql stable as $$
    select problem('E_NOT_ENDED', pointer, case length(period)
                   when 4 then (extract(year from today()) - 1)::text
                   else to_char(today() - interval '3 months', 'YYYY"Q"Q') end)
     where period_last(period) >= today()
$$;

-- A figure told twice; quarters that exceed their year or, when all four are there, differ from it.
create or replace function indicator_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
#variable_conflict use_column
declare
    p json[] := '{}'::json[];
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
               case when of_quarter is null then f.value
                    else sum(k.value) filter (where k.quarter is null) end as whole,
               coalesce(sum(k.value) filter (where k.quarter is not null), 0)
                   + case when of_quarter is null then 0 else f.value end as parts,
               count(k.value) filter (where k.quarter is not null)
                   + case when of_quarter is null then 0 else 1 end as n
          into o
          from indicator_figures() k
         where k.year = of_year and k.side = doc ->> 'side' and k.way is not distinct from doc ->> 'way'
           and k.figure = f.figure and k.id <> indicator_problems.id;
        if o.same is null then -- a version that still counts while a correction waits to be confirmed
            select min(i.reference) into o.same
              from indicator i
             cross join lateral indicator_figures_of(i) x
             where i.id <> indicator_problems.id and confirmation_matters(i.id, i.version)
               and i.year = of_year and i.quarter is not distinct from of_quarter
               and i.side = doc ->> 'side' and i.way is not distinct from doc ->> 'way' and x.figure = f.figure;
        end if;
        if o.same is not null then
            p := p || problem('E_REPORTED_TWICE', '/' || f.figure, o.same);
        elsif o.n > 0 and (o.parts > o.whole or (o.n = 4 and o.parts <> o.whole)) then
            p := p || problem('E_PERIOD_SUM', '/' || f.figure, format('%s × Q = %s, %s = %s', o.n,
                 case when f.figure in ('count', 'employees') then o.parts::text else yuan_text(o.parts::bigint) end,
                 of_year,
                 case when f.figure in ('count', 'employees') then o.whole::text else yuan_text(o.whole::bigint) end));
        end if;
    end loop;
    return p;
end $$;

-- Writes the typed row of an indicator, if nothing in the same statement contradicts it.
create or replace function indicator_row(new submission) returns submission language plpgsql as $$
begin
    -- Two corrections in one statement are judged apart; here they meet.
    perform lock_key('indicator', (new.body ->> 'side') || left(new.body ->> 'period', 4));
    if cardinality(indicator_problems(new.id, new.body)) > 0 then
        raise exception 'indicator % contradicts another', new.key
            using errcode = '23P01', constraint = 'indicator_told_once';
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

-- What each district brought from one day to another. Runs as the owner: districts and offices may see each
-- district's sums, none sees another's rows.
create or replace function plan_districts(basis text, from_day date, to_day date, known_at timestamptz)
    returns table (district text, amount_fen bigint, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.district, sum(loan_counted_fen(l, basis))::bigint, count(*)
      from loan l
     where my_kind() in ('district', 'finance', 'ip_office', 'auditor')
       and loan_day(l, basis) between from_day and to_day
       and (known_at is null or l.recorded_at <= known_at)
       and not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1
                          and (known_at is null or later.recorded_at <= known_at))
       and not loan_is_void(l.id, known_at)
     group by l.district
$$;

-- Enters yearly figures of a plan; those that stand already stay as they are.
create or replace function baseline_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
begin
    d.parties := '{}';
    d.district := '';
    if not exists (select from plan p where p.code = doc ->> 'plan') then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/plan', doc ->> 'plan'));
    elsif not dry then
        insert into baseline (plan, year, version, amount_fen, count, source, assumed, recorded_at, recorded_by)
        select doc ->> 'plan', e.year, coalesce(b.version, 0) + 1, yuan_fen(e.amount), e.count, e.source, e.assumed,
               record_now(), my_signature()
          from json_to_recordset(doc -> 'years') as e(year int, amount numeric, count bigint, source text,
                                                      assumed boolean)
          left join lateral (
               select x.* from baseline x
                where x.plan = doc ->> 'plan' and x.year = e.year order by x.version desc limit 1) b on true
         where (b.amount_fen, b.count, b.source, b.assumed)
               is distinct from (yuan_fen(e.amount), e.count, e.source, e.assumed);
    end if;
    return d;
end $$;

-- What stands of the years that a record would enter, a line of text a year.
create or replace function baseline_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_object_agg(y.year, (
               select concat_ws(' ', yuan_text(b.amount_fen), b.count, b.source, case when b.assumed then '假定' end)
                 from baseline b
                where b.plan = doc ->> 'plan' and b.year = y.year order by b.version desc limit 1) order by y.year)
      from (select (x ->> 'year')::int as year from json_array_elements(doc -> 'years') x) y
$$;
