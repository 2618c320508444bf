-- loan_interest: interest of a loan over a window of days, with its arithmetic, for whoever may see the loan.
-- $1 loan id, $2 first day, $3 the day after the last, $4 known_at (timestamptz) or null
-- -> from_day text, until_day text, balance_fen int8, rate_ppm int4, days int4, interest_fen int8, paid_fen int8
--    (no row when there is no such loan; the first is of the whole window: interest_fen, paid_fen)
select i.from_day::text as from_day, i.until_day::text as until_day, i.balance_fen, i.rate_ppm, i.days, i.interest_fen,
       i.paid_fen
  from submission r
 cross join lateral loan_interest(r.id, $2::date, $3::date, $4::timestamptz) i
 where r.type = 'loan'
   and r.id = $1::uuid
   and ($4::timestamptz is null or r.recorded_at <= $4::timestamptz)
   and not record_has_later(r.id, r.version, $4::timestamptz)
 order by i.from_day nulls first
