-- loan_interest: interest of a loan over a window of days, with its arithmetic, for whoever may see the loan.
-- $1 loan id, $2 first day, $3 the day after the last, $4 known_at (timestamptz) or null
-- -> document text (JSON; no row when there is no such loan)
select loan_interest(r.id, $2::date, $3::date, $4::timestamptz)::text as document
  from submission r
 where r.type = 'loan'
   and r.id = $1::uuid
   and ($4::timestamptz is null or r.recorded_at <= $4::timestamptz)
   and not record_has_later(r.id, r.version, $4::timestamptz)
