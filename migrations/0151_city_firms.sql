-- Firms by the rows of the report, made again: a class says once in which rows it stands, and rows are told apart by
-- numbers until they are counted.
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
    stand as ( -- a firm stands once in a row and quarter, whatever it took
        select distinct f.firm, f.quarter, n.n
          from (select dense_rank() over (order by q.borrower) as firm, q.quarter, q.classes from firm_quarter q) f
         cross join lateral unnest(f.classes) as class
          join rows_of o on o.class = class.class
         cross join lateral unnest(o.list) as n(n)
    ),
    counted as (
        select s.n, s.quarter, s.before, count(*) as firms
          from (select x.n, x.quarter,
                       lag(x.quarter, 1, '-infinity'::date) over (partition by x.firm, x.n order by x.quarter) as before
                  from stand x) s
         group by 1, 2, 3
    )
    select r.section, r.row_key, c.quarter, c.before, c.firms
      from counted c
      join row r on r.n = c.n;
