-- What days alone do to the sums of balances: a term ends, 30 days pass without registration, 60 without the pledge
-- released. A quarter that runs stands at what is at its end less what is still to happen until then, of which nothing
-- is told yet; by day it is kept beside the path of a write, as of a mark in the log.

-- What days alone do after all that is told of loans, with the day on which. touched: loans that are taken as known at
-- an instant, where one is told; all others, as they are now. firms: the loans of these; null: of all. own: of what is
-- told of a quarter alone (from 11 on), else of what is owed; null: both. Of what is told of a quarter nothing happens
-- behind the quarter of the last event.
create or replace function rollup_ahead_items(touched uuid[], firms text[], known_at timestamptz, own boolean)
    returns table (org_id bigint, borrower text, what smallint, day date, n bigint)
    language plpgsql stable set plan_cache_mode = force_custom_plan as $$
declare
    -- @plpgsql_check_options: security_warnings = off
    others constant text := case when known_at is null then '' else ' and %1$s <> all ($1)' end
                            || case when firms is null then '' else ' and %2$s = any ($2)' end;
    of_firms constant text := case when firms is not null
                                   then ' in (select f.id from loan f where f.borrower = any ($2))' end;
begin
    return query execute format('
        select l.org_id, l.borrower, x.what, x.on_day, x.n
          from loan l
         cross join lateral rollup_eventless_days(l.signed_on, l.disbursed_on, l.registered_on, l.matures_on,
                                                  null, l.amount_fen) x -- its number does nothing by a day
         where (x.what between 9 and 12 or x.what = 16)
           and ($3 is null or (x.what > 10) = $3)
           and not exists (select from loan later where later.id = l.id and later.version = l.version + 1
                                                    and later.version > 1)
           and not exists (select from loan_balance b where b.loan_id = l.id)' || others, 'l.id', 'l.borrower')
        using touched, firms, own;
    return query execute format('
        select b.org_id, b.borrower, x.what::smallint, x.day, x.n
          from (select y.*, y.quarter = max(y.quarter) over (partition by y.loan_id) as is_last
                  from loan_balance y
                 where true' || others || coalesce(' and y.loan_id' || of_firms, '') || ') b
          join loan l on l.id = b.loan_id
          left join (select e.loan_id, max(e.on_day) as day,
                            max(e.on_day) filter (where e.kind = ''settled'') as settled_on
                       from loan_event e%3$s
                      group by e.loan_id) last on last.loan_id = b.loan_id
         cross join lateral (select b.is_last and b.state = ''matured'' as ends,
                                    (b.v[14] > 0 or b.v[16] > 0) and b.quarter = quarter_start(last.day) as tells
                            offset 0) k
         cross join lateral (values
               (9, k.ends, b.matures_on + 1, b.v[9]), (10, k.ends, b.matures_on + 1, b.v[10]),
               (11, k.ends, b.matures_on + 1, 1), (12, k.ends, b.matures_on + 1, l.amount_fen),
               (14, k.tells, greatest(b.quarter, last.settled_on + 61), b.v[14]),
               (16, k.tells, greatest(b.quarter, l.disbursed_on + 31), b.v[16])) as x(what, stands, day, n)
         where (k.ends or k.tells)
           and x.stands
           and x.n > 0
           and ($3 is null or (x.what > 10) = $3)
           and not exists (select from loan later where later.id = l.id and later.version = l.version + 1
                                                    and later.version > 1)',
        'y.loan_id', 'y.borrower',
        coalesce(' where e.loan_id' || of_firms, ''))
        using touched, firms, own;
    if known_at is null then
        return;
    end if;
    return query
    select (t.l).org_id, (t.l).borrower, x.what, x.day, x.n
      from (select (select y from loan y where y.id = i.id and y.recorded_at <= rollup_ahead_items.known_at
                     order by y.version desc limit 1) as l
              from unnest(touched) i(id)
            offset 0) t
     cross join lateral rollup_ahead_known(t.l, rollup_ahead_items.known_at) x
     where (t.l).id is not null
       and (own is null or (x.what > 10) = own);
end $$;

-- The same of one loan by what was told of it at an instant.
create or replace function rollup_ahead_known(l loan, known_at timestamptz)
    returns table (what smallint, day date, n bigint)
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    f loan_life;
    last record;
    quarter date;
begin
    select max(e.on_day) as day, max(e.on_day) filter (where e.kind = 'settled') as settled_on into last
      from loan_event e
     where e.loan_id = l.id and e.recorded_at <= rollup_ahead_known.known_at;
    if last.day is null then
        return query
        select x.what, x.on_day, x.n
          from rollup_eventless_days(l.signed_on, l.disbursed_on, l.registered_on, l.matures_on, null, l.amount_fen) x
         where x.what between 9 and 12 or x.what = 16;
        return;
    end if;
    f := loan_fold(l, 'infinity', rollup_ahead_known.known_at, null);
    quarter := quarter_start(last.day);
    return query
    select x.what::smallint, x.day, x.n
      from (values (9, f.matures_on + 1, case when f.state = 'matured' then (f.outstanding_fen > 0)::int end),
                   (10, f.matures_on + 1, case when f.state = 'matured' then f.outstanding_fen end),
                   (11, f.matures_on + 1, case when f.state = 'matured' then 1 end),
                   (12, f.matures_on + 1, case when f.state = 'matured' then l.amount_fen end),
                   (14, greatest(quarter, last.settled_on + 61),
                    case when f.state = 'settled' and f.released_on is null
                              and last.settled_on + 60 < quarter_end(last.day) then 1 end),
                   (16, greatest(quarter, l.disbursed_on + 31),
                    case when f.state <> 'voided' and l.registered_on is null
                              and l.disbursed_on + 30 < quarter_end(last.day) then 1 end)) as x(what, day, n)
     where x.n > 0;
end $$;

-- Their sums by day, by bank and in all (0). A firm comes with the first of its loans.
create or replace function rollup_ahead_sums(touched uuid[], firms text[], known_at timestamptz, own boolean)
    returns setof balance_ahead language sql stable as $$
    with item as materialized (
        select k.org_id, i.borrower, i.what, i.day, i.n
          from rollup_ahead_items(touched, $2, $3, $4) i
         cross join lateral (values (i.org_id), (0)) as k(org_id)
    )
    select x.what, x.day, x.org_id, sum(x.n)::bigint, sum(x.firms)::bigint
      from (select i.what, i.day, i.org_id, i.n, 0 as firms from item i
            union all
            select f.what, f.day, f.org_id, 0, 1
              from (select i.what, i.org_id, i.borrower, min(i.day) as day
                      from item i
                     where i.what in (9, 11, 14, 16)
                     group by i.what, i.org_id, i.borrower, case when i.what > 10 then quarter_start(i.day) end) f) x
     group by 1, 2, 3
$$;

-- Loans that the leaves of the log from one on touched: with a version or an event.
create or replace function rollup_ahead_touched(since bigint) returns uuid[]
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return array(
        select distinct x.id
          from log_leaf f
         cross join lateral (
               select e.loan_id as id from loan_event e where e.id = f.record_id
               union all
               select l.id from loan l where l.id = f.record_id and l.version = f.version
               offset 0) x
         where f.no >= since);
end $$;

-- What has changed of the sums since a head of the log; null: all that there is.
create or replace function rollup_ahead_since(mark bigint, own boolean default null) returns setof balance_ahead
    language plpgsql stable as $$
declare
    touched constant uuid[] := case when mark is not null then rollup_ahead_touched(mark) end;
    firms constant text[] := case when touched is not null then array(
        select distinct l.borrower from loan l where l.id = any (touched)) end;
    known_at constant timestamptz := (select h.signed_at from log_head h where h.size = mark);
begin
    if touched = '{}' then
        return;
    end if;
    return query
    select s.* from rollup_ahead_sums(null, firms, null, own) s
    union all
    select s.what, s.day, s.org_id, -s.n, -s.firms
      from rollup_ahead_sums(touched, firms, known_at, own) s
     where touched is not null;
end $$;

-- Is a mark so far behind that counting all costs less than what was touched since?
create or replace function rollup_ahead_is_old(mark bigint, newest bigint) returns boolean
    language sql immutable as $$ select coalesce(newest - mark > greatest(newest / 32, 500), true) $$;

-- The sums from one day to another as they are now: what was kept, and what has changed since; of nothing kept, or kept
-- long ago, all is counted.
create or replace function rollup_ahead_now(since date, until date, own boolean) returns setof balance_ahead
    language plpgsql stable as $$
declare
    mark bigint := (select m.ahead from days_mark m);
begin
    if rollup_ahead_is_old(mark, (select max(h.size) from log_head h)) then
        mark := null;
    end if;
    return query
    select a.* from balance_ahead a
     where mark is not null
       and a.what = any (case when own then '{11,12,14,16}' else '{9,10}' end::smallint[])
       and a.day between since and until
    union all
    select s.* from rollup_ahead_since(mark, own) s where s.day between since and until;
end $$;

-- Brings the sums from a head of the log (null: from nothing) to the newest. One statement reads the log and the loans:
-- what is recorded meanwhile is in neither.
create or replace function rollup_ahead_keep(mark bigint) returns void language plpgsql as $$
begin
    if rollup_ahead_is_old(mark, (select max(h.size) from log_head h)) then
        mark := null;
        delete from balance_ahead;
    end if;
    with newest as materialized (
        select max(h.size) as size from log_head h
    ),
    kept as (
        insert into balance_ahead as a (what, day, org_id, n, firms)
        select s.what, s.day, s.org_id, sum(s.n), sum(s.firms)
          from rollup_ahead_since(mark) s
         group by 1, 2, 3
        having sum(s.n) <> 0 or sum(s.firms) <> 0
        on conflict on constraint balance_ahead_key do update
           set n = a.n + excluded.n, firms = a.firms + excluded.firms
    )
    update days_mark set ahead = w.size from newest w;
end $$;
