-- report_head: the instant of the snapshot and the plan whose targets a report shows, before its sections.
-- $1 plan code or null (that of the quarter), $2 first day of the quarter, $3 known_at or null
-- -> known_at text, plan text (null: there is none), title text, basis text, first_year int4, own bool (it is that of
--    the quarter)
select instant_text(known_now()) as known_at, p.code as plan, p.title, coalesce(p.basis, 'signed_on') as basis,
       p.first_year, coalesce(p.code = plan_of($2::date, $3::timestamptz), false) as own
  from (values (1)) as one
  left join plan_at($3::timestamptz) p on p.code = coalesce($1::text, plan_of($2::date, $3::timestamptz))
