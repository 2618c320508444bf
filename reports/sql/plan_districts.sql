-- plan_districts: what each district brought from one day to another, for sharing out what a plan still misses.
-- $1 basis, $2 first day, $3 last day, $4 known_at or null
-- -> district text, amount_fen int8, count int8
select d.district, d.amount_fen, d.count
  from plan_districts($1::text, $2::date, $3::date, $4::timestamptz) d
 order by d.district
