-- verify_figures: figures of one seal that are not those of the ledger as it was known when it was sealed: a row each
-- $1 which one: its number in the order of the quarters, by turns
-- -> defect text, place text
-- By the report's own functions: those that sealed it, so that only seals since the last upgrade are looked at. What a
-- seal does not have is not compared.
with own as materialized (
    select s.*
      from report_seal s
     where report_manifest_line(s.manifest, 'log_size')::bigint
           > (select max(l.no) from log_adoption a join log_leaf l on l.record_id = a.flight and l.version = 0)
),
seal as materialized (
    select s.*
      from own s
     order by s.quarter
    offset $1::bigint % greatest((select count(*) from own), 1)
     limit 1
),
sealed as materialized (
    select f.* from report_figure f where f.quarter = (select s.quarter from seal s)
),
part as materialized (
    select x.section, max(cardinality(x.v)) as columns
      from sealed x
     where x.section in (select p.section from report_sections() p)
     group by x.section
),
again as materialized (
    select p.section, c.row_key, c.v, c.firms
      from seal s
     cross join part p
     cross join lateral report_cells(p.section, s.first_day, s.as_of, s.known_at, s.basis) c
     where c.row_key is not null
)
select concat_ws(' ', 'report_figure', (select s.quarter from seal s), p.section, coalesce(f.row_key, a.row_key),
                 x.col || '[' || i || ']') as defect,
       x.told || ' by the ledger of then, ' || x.found || ' in the table' as place
  from sealed f
  full join again a on a.section = f.section and a.row_key = f.row_key
  join part p on p.section = coalesce(f.section, a.section)
 cross join lateral generate_series(1, p.columns) i
 cross join lateral (values ('v', coalesce(a.v[i], 0), coalesce(f.v[i], 0)),
                            ('firms', coalesce(a.firms[i], 0), coalesce(f.firms[i], 0))) as x(col, told, found)
 where x.told <> x.found
   and (x.col = 'v' or f.firms is not null)
 order by 1, 2
