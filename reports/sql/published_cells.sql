-- published_cells: the cells of one section of a public report, as report_cells gives them, and what is hidden.
-- $1 section, $2 first day of the quarter
-- -> row_key text (null: of the whole section), title text, facts int8, v1 int8, v2 int8, v3 int8, v4 int8,
--    v5 int8, v6 int8, v7 int8, v8 int8, v9 int8, v10 int8, v11 int8, v12 int8, v13 int8, f1 int8, f2 int8,
--    f3 int8, f4 int8, f5 int8, f6 int8, f7 int8, f8 int8, f9 int8, f10 int8, f11 int8, f12 int8, f13 int8,
--    note text, hidden int8 (bit n - 1: column n)
select c.row_key, report_title($1::text, c.row_key) as title, 1::bigint as facts,
       c.v[1] as v1, c.v[2] as v2, c.v[3] as v3, c.v[4] as v4, c.v[5] as v5, c.v[6] as v6, c.v[7] as v7, c.v[8] as v8,
       c.v[9] as v9, c.v[10] as v10, c.v[11] as v11, c.v[12] as v12,
       c.v[13] as v13,
       c.firms[1] as f1, c.firms[2] as f2, c.firms[3] as f3, c.firms[4] as f4, c.firms[5] as f5, c.firms[6] as f6,
       c.firms[7] as f7, c.firms[8] as f8, c.firms[9] as f9, c.firms[10] as f10, c.firms[11] as f11, c.firms[12] as f12,
       c.firms[13] as f13,
       null::text as note, c.hidden
  from published_cells($1::text, $2::date) c
 order by c.row_key nulls last
