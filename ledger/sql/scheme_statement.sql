-- scheme_statement: the fund of a scheme in a period.
-- $1 code, $2 first day, $3 last day, $4 known_at or null
-- -> code text, from text, to text, opening text, appropriations text, compensation text, recoveries text,
--    returns text, adjustments text, closing text, held text
select $1::text as code, $2::date::text as "from", $3::date::text as "to", yuan_text(s.opening) as opening,
       yuan_text(s.appropriations) as appropriations, yuan_text(s.compensation) as compensation,
       yuan_text(s.recoveries) as recoveries, yuan_text(s.returns) as returns, yuan_text(s.adjustments) as adjustments,
       yuan_text(s.closing) as closing, yuan_text(s.held) as held
  from scheme_statement($1::text, $2::date, $3::date, $4::timestamptz) s
 where exists (select from scheme x where x.code = $1::text)
