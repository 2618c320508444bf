-- What the sums of the report (rollup.sql) must be: for the first filling, and for verify.

-- Versions of loans, each with its class.
create or replace view loan_version_classed as
    select l.id, l.version, l.recorded_at, l.org_id, l.district, l.borrower, l.signed_on,
           quarter_start(l.signed_on) as quarter,
           loan_class(l.org_id, l.district, l.patents, l.trademarks, k.kind, l.product, l.size, l.industry,
                      l.amount_fen, l.first_loan, w.late) as class,
           l.amount_fen, loan_registered_fen(l.registered_fen, l.amount_fen) as registered_fen, l.patents, l.trademarks
      from loan l
      left join (select p.record_id, p.version, loan_right_kind(min(p.kind), max(p.kind)) as kind
                   from loan_ip p
                  group by 1, 2) k on k.record_id = l.id and k.version = l.version
     cross join lateral rollup_lateness(l.id, l.version, l.recorded_at, l.signed_on) w;
-- Those that count.
create or replace view loan_classed as
    select l.org_id, l.district, l.borrower, l.quarter, l.class, l.amount_fen, l.registered_fen, l.patents,
           l.trademarks
      from loan_version_classed l
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');
create or replace view loan_rollup_rows as
    select l.org_id, l.district, quarter_start(l.signed_on) as quarter, count(*) as loans
      from loan l
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity')
     group by 1, 2, 3;
create or replace view city_rollup_rows as
    select k.section, k.row_key, x.quarter, sum(x.loans)::bigint as loans, sum(x.amount_fen)::bigint as amount_fen,
           sum(x.registered_fen)::bigint as registered_fen, sum(x.patents)::bigint as patents,
           sum(x.trademarks)::bigint as trademarks
      from (select l.class, l.quarter, count(*) as loans, sum(l.amount_fen) as amount_fen,
                   sum(l.registered_fen) as registered_fen, sum(l.patents) as patents, sum(l.trademarks) as trademarks
              from loan_classed l
             group by l.class, l.quarter) x
     cross join lateral rollup_class_rows(x.class) k
     group by 1, 2, 3;
create or replace view firm_quarter_rows as
    select l.borrower, l.quarter, array_agg(distinct l.class order by l.class) as classes
      from loan_classed l
     group by 1, 2;
create or replace view city_firms_rows as
    with class as materialized (
        select c.class, k.section, k.row_key
          from (select distinct unnest(f.classes) as class from firm_quarter f) c
         cross join lateral rollup_class_rows(c.class) k
    ),
    row as materialized (
        select r.section, r.row_key, (row_number() over ())::int as n
          from (select distinct c.section, c.row_key from class c) r
    ),
    rows_of as materialized (
        select c.class, array_agg(r.n) as list
          from class c
          join row r on r.section = c.section and r.row_key = c.row_key
         group by c.class
    ),
    stand as ( -- a firm stands in a row and quarter as often as it took something
        select x.firm, x.quarter, unnest(o.list) as n
          from (select f.firm, f.quarter, unnest(f.classes) as class
                  from (select dense_rank() over (order by q.borrower) as firm, q.quarter, q.classes
                          from firm_quarter q) f) x
          join rows_of o on o.class = x.class
    ),
    counted as ( -- and counts once
        select s.n, s.quarter, s.before, count(*) as firms
          from (select x.n, x.quarter,
                       lag(x.quarter, 1, '-infinity'::date) over (partition by x.firm, x.n order by x.quarter) as before
                  from stand x) s
         where s.before <> s.quarter
         group by 1, 2, 3
    )
    select r.section, r.row_key, c.quarter, c.before, c.firms
      from counted c
      join row r on r.n = c.n;
create or replace view loan_balance_rows as
    select l.id as loan_id, x.quarter, l.org_id, l.borrower, x.v, x.state, x.matures_on
      from loan l
     cross join lateral loan_balances(l, '-infinity') x
     where exists (select from loan_event e where e.loan_id = l.id)
       and not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1);
create or replace view eventless_changes as
    select c.*
      from loan l
     cross join lateral rollup_eventless_changes(l.org_id, l.borrower, l.signed_on, l.disbursed_on, l.registered_on,
                                                 l.matures_on, l.pledge_no, l.amount_fen, 1) c
     where not exists (select from loan later
                        where later.id = l.id and later.version = l.version + 1 and later.version > 1)
       and not exists (select from loan_event e where e.loan_id = l.id);
-- From what stands in loan_balance, which verify compares with the events, and from loans without events.
create or replace view balance_changes as
    select b.org_id, b.borrower, b.quarter, b.what::smallint as what,
           b.level - case when b.what > 10 then 0 else coalesce(b.stood, 0) end as n
      from (select s.org_id, s.borrower, s.quarter, unnest(s.v) as level, unnest(s.stood) as stood,
                   generate_subscripts(s.v, 1)::bigint as what
              from (select x.*, lag(x.v) over (partition by x.loan_id order by x.quarter) as stood
                      from loan_balance x) s) b
     where b.level <> case when b.what > 10 then 0 else coalesce(b.stood, 0) end
    union all
    select c.org_id, c.borrower, c.quarter, c.what, c.n from eventless_changes c;
create or replace view balance_rollup_rows as
    select c.org_id, c.what, c.quarter, sum(c.n)::bigint as n
      from balance_changes c
     group by 1, 2, 3;
create or replace view firm_balance_rows as
    select c.borrower, c.what, c.org_id, c.quarter, sum(c.n)::bigint as n
      from balance_changes c
     where c.what in (1, 3, 5, 7, 9, 11) or c.what > 12
     group by 1, 2, 3, 4
    having sum(c.n) <> 0;
-- Of each organisation in the order of the index; of all together (0) in one of their own. What is told of a quarter
-- alone (from 11 on) stands as it is. Counts are small: sums of numbers that are not need another kind of number.
create or replace view balance_firms_rows as
    select x.org_id, x.what, x.quarter, sum(x.firms)::bigint as firms
      from (select y.org_id, y.what, y.quarter,
                   (y.level > 0)::int - lag((y.level > 0)::int, 1, 0) over (
                       partition by y.borrower, y.what, y.org_id order by y.quarter) as firms
              from (select b.borrower, b.what, b.org_id, b.quarter,
                           sum(b.n::int) over (partition by b.borrower, b.what, b.org_id order by b.quarter) as level
                      from firm_balance b
                     where b.what <= 10) y
             union all
            select b.org_id, b.what, b.quarter, (b.n > 0)::int from firm_balance b where b.what > 10
             union all -- rows of one quarter are of one level: the first of them makes the change
            select 0, y.what, y.quarter,
                   (y.level > 0)::int - lag((y.level > 0)::int, 1, 0) over (
                       partition by y.borrower, y.what order by y.quarter)
              from (select b.borrower, b.what, b.quarter,
                           sum(b.n::int) over (partition by b.borrower, b.what order by b.quarter) as level
                      from firm_balance b
                     where b.what <= 10) y
             union all
            select 0, y.what, y.quarter, (y.level > 0)::int
              from (select b.what, b.quarter, sum(b.n) as level
                      from firm_balance b
                     where b.what > 10
                     group by b.borrower, b.what, b.quarter) y) x
     group by 1, 2, 3;
create or replace view event_rollup_rows as
    select e.org_id, quarter_start(e.on_day) as quarter, count(*) as events,
           count(*) filter (where e.recorded_at >= (select d.late_from from report_deadline(e.on_day) d)) as late
      from loan_event e
     group by 1, 2;
create or replace view received_rollup_rows as
    select r.org_id, q.first as quarter, count(*) as records, count(*) filter (where r.version > 1) as corrections,
           count(distinct r.id) as ids
      from submission r
      join org o on o.id = r.org_id and o.kind in ('bank', 'insurer', 'guarantor')
     cross join lateral (select quarter_start(shanghai_day(r.recorded_at)) as first) q
     group by 1, 2;
create or replace view pledge_no_shared_rows as
    select l.pledge_no, count(distinct l.id) as loans
      from loan l
     where l.pledge_no is not null
     group by 1
    having count(distinct l.id) > 1;

-- Fills sums that a migration emptied, those that others are made of first. With every upgrade; mostly there is nothing
-- to do.
do $$
declare
    t text;
    stands boolean;
begin
    foreach t in array array['loan_rollup', 'city_rollup', 'firm_quarter', 'city_firms', 'loan_balance',
                             'balance_rollup', 'firm_balance', 'balance_firms', 'event_rollup', 'received_rollup',
                             'pledge_no_shared']
    loop
        execute format('select exists (select from %I)', t) into stands;
        if not stands then
            execute format('insert into %1$I (%2$s) select %2$s from %3$I', t,
                           (select string_agg(a.attname, ', ' order by a.attnum)
                              from pg_attribute a
                             where a.attrelid = t::regclass and a.attnum > 0 and not a.attisdropped), t || '_rows');
        end if;
    end loop;
    if exists (select from days_mark m where m.leaf is null or m.ahead is null) then
        perform rollup_days_keep(0, 2000000000);
    end if;
end $$;
