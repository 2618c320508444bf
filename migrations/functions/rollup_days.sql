-- The days of a report's quarters: sums by day, as of a place of the log, and what was touched since.

-- Loans of all firms, or of these, by the day of signing in the rows of a section (null: of all), as known. Runs as the
-- owner. The expressions make it a statement of its own, which reads no more columns than they need.
create or replace function rollup_days(section text, firms text[], known_at timestamptz) returns setof city_days
    language plpgsql stable security definer set search_path = public, pg_temp as $$
-- @plpgsql_check_options: security_warnings = off
begin
    return query execute format('
        with told as (
            select k.section, k.row_key, l.borrower, l.signed_on as day, count(*) as loans,
                   sum(l.amount_fen)::bigint as fen,
                   sum(loan_registered_fen(l.registered_fen, l.amount_fen))::bigint as registered,
                   sum(l.patents) as patents, sum(l.trademarks) as trademarks
              from loan l
             cross join lateral (values %s) as k(section, row_key)
             where %s
               and ($2 is null or l.recorded_at <= $2)
               and not exists (select from loan later
                                where later.id = l.id and later.version = l.version + 1 and later.version > 1
                                  and ($2 is null or later.recorded_at <= $2))
               and not exists (select from loan_void v where v.loan_id = l.id and loan_void_at(v, $2))
             group by 1, 2, 3, 4
        ),
        stood as (
            select t.*, max(quarter_start(t.day)) over (
                       partition by t.section, t.row_key, t.borrower order by quarter_start(t.day)
                       groups between unbounded preceding and 1 preceding) as before,
                   min(t.day) over (partition by t.section, t.row_key, t.borrower, quarter_start(t.day)) as first_day
              from told t
        )
        select s.section, s.row_key, s.day, coalesce(s.before, ''-infinity''), sum(s.loans)::bigint, sum(s.fen)::bigint,
               sum(s.registered)::bigint, sum(s.patents)::bigint, sum(s.trademarks)::bigint,
               count(*) filter (where s.day = s.first_day)
          from stood s
         group by 1, 2, 3, 4',
        (select string_agg(format('(%L, %s)', e.section, e.expression), ', ')
           from rollup_row_expression(rollup_days.section) e),
        case when firms is null then '$1 is null' else 'l.borrower = any ($1)' end)
        using firms, known_at;
end $$;

-- Firms with loans that were touched by the leaves of the log from one to before another (null: the end), loans signed
-- by a day. Who touches: a version of the loan, a void, or that this is taken back.
create or replace function rollup_touched(since bigint, until bigint, last_day date) returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return array(
        with told as (
            select distinct coalesce(e.loan_id, f.record_id) as id
              from log_leaf f
              left join lateral (select x.loan_id from loan_event x
                                  where x.id = f.record_id and x.kind in ('voided', 'reversed') offset 0) e on true
             where f.no >= since and (until is null or f.no < until)
        )
        select distinct l.borrower
          from (select x.borrower, min(x.signed_on) over (partition by x.id) as first_day
                  from told t
                 cross join lateral (select * from loan y where y.id = t.id offset 0) x) l
         where l.first_day <= last_day);
end $$;

-- The days of a section within some stretches, as they are now: what was kept, less what firms touched since had then,
-- and what they have. Of nothing kept yet, or kept long ago: all are.
create or replace function rollup_days_now(section text, since date[], until date[]) returns setof city_days
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mark record;
    touched text[];
begin
    select m.leaf, h.signed_at as known_at into mark from days_mark m left join log_head h on h.size = m.leaf;
    if mark.leaf < (select max(h.size) from log_head h) * 3 / 4 then
        mark.leaf := null; -- behind a large load: what firms had and have, each counted, were twice the whole
    end if;
    if mark.leaf is not null then
        touched := rollup_touched(mark.leaf, null, (select max(u) from unnest(until) u));
    end if;
    for n in 1 .. cardinality(since) loop
        return query
        select d.* from city_days d
         where d.section = rollup_days_now.section and d.day between since[n] and until[n] and mark.leaf is not null;
    end loop;
    if touched = '{}' then
        return;
    end if;
    return query
    select d.section, d.row_key, d.day, d.before, x.sign * d.loans, x.sign * d.amount_fen, x.sign * d.registered_fen,
           x.sign * d.patents, x.sign * d.trademarks, x.sign * d.firms
      from (values (1, null::timestamptz), (-1, mark.known_at)) as x(sign, known_at)
     cross join lateral rollup_days(rollup_days_now.section, touched, x.known_at) d
     where (x.sign = 1 or touched is not null)
       and exists (select from unnest(since, until) as p(since, until) where d.day between p.since and p.until);
end $$;

-- Brings the days up to where the log stands: at most so many leaves on, or, when they are of another time, from the
-- start; and what days alone will do (rollup_ahead.sql) all the way. busy: while more leaves than that came within
-- seconds nothing is done; what records goes first.
create or replace function rollup_days_keep(most int, busy int) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    mark record;
    head record;
    newest record;
    touched text[];
begin
    select m.leaf, m.ahead, (select h.signed_at from log_head h where h.size = m.leaf) as known_at
      into mark from days_mark m for update skip locked; -- one at a time
    if not found then
        return 0;
    end if;
    select h.size, h.signed_at into newest from log_head h order by h.size desc limit 1;
    if not found or newest.size <= mark.leaf and newest.size <= mark.ahead
       or newest.size - (select h.size from log_head h where h.signed_at < now() - interval '5 seconds'
                          order by h.size desc limit 1) > busy then
        return 0;
    end if;
    perform rollup_ahead_keep(mark.ahead);
    head := newest;
    if newest.size = mark.leaf then
        return 0;
    elsif mark.leaf is null or newest.size - mark.leaf > greatest(newest.size / 4, most) then
        delete from city_days;
        insert into city_days (section, row_key, day, before, loans, amount_fen, registered_fen, patents, trademarks,
                               firms)
        select d.*
          from rollup_row_expression(null) e
         cross join lateral rollup_days(e.section, null, newest.signed_at) d;
    else
        select h.size, h.signed_at into head from log_head h where h.size between mark.leaf + 1 and mark.leaf + most
         order by h.size desc limit 1;
        if not found then -- one flight had more
            select h.size, h.signed_at into head from log_head h where h.size > mark.leaf order by h.size limit 1;
        end if;
        touched := rollup_touched(mark.leaf, head.size, 'infinity');
        insert into city_days as r (section, row_key, day, before, loans, amount_fen, registered_fen, patents,
                                    trademarks, firms)
        select d.section, d.row_key, d.day, d.before, sum(x.sign * d.loans), sum(x.sign * d.amount_fen),
               sum(x.sign * d.registered_fen), sum(x.sign * d.patents), sum(x.sign * d.trademarks),
               sum(x.sign * d.firms)
          from (values (1, head.signed_at), (-1, mark.known_at)) as x(sign, known_at)
         cross join lateral rollup_days(null, touched, x.known_at) d
         group by 1, 2, 3, 4
        having sum(x.sign * d.loans) <> 0 or sum(x.sign * d.amount_fen) <> 0 or sum(x.sign * d.registered_fen) <> 0
               or sum(x.sign * d.patents) <> 0 or sum(x.sign * d.trademarks) <> 0 or sum(x.sign * d.firms) <> 0
        on conflict on constraint city_days_key do update
           set loans = r.loans + excluded.loans, amount_fen = r.amount_fen + excluded.amount_fen,
               registered_fen = r.registered_fen + excluded.registered_fen, patents = r.patents + excluded.patents,
               trademarks = r.trademarks + excluded.trademarks, firms = r.firms + excluded.firms;
    end if;
    update days_mark set leaf = head.size;
    return newest.size - head.size;
end $$;
