-- enterprise_get: a firm as the loans visible to the reader show it.
-- $1 uscc
-- -> document text (JSON; null when no loan is visible); the 1,000 loans recorded last
with current_loan as (
    select l.*
      from loan l
     where l.borrower = $1::text
       and not has_later(l.id, l.version, null)
),
latest as (
    select * from current_loan order by signed_on desc, recorded_at desc limit 1
),
yearly as (
    select distinct on (extract(year from signed_on))
           extract(year from signed_on)::int as year, employees, revenue_fen, assets_fen, size
      from current_loan
     order by extract(year from signed_on), signed_on desc, recorded_at desc
)
select json_build_object(
       'uscc', $1::text,
       'name', latest.borrower_name,
       'district', latest.district,
       'industry', latest.industry,
       'size', latest.size,
       'years', (select json_agg(json_strip_nulls(json_build_object(
                        'year', y.year,
                        'employees', y.employees,
                        'revenue', to_char(y.revenue_fen / 100.0, 'FM9999999999999990.00'),
                        'assets', to_char(y.assets_fen / 100.0, 'FM9999999999999990.00'),
                        'size', y.size)) order by y.year) from yearly y),
       'loans_total', (select count(*) from current_loan),
       'loans', (select json_agg(json_build_object(
                        'id', c.id,
                        'signed_on', c.signed_on,
                        'matures_on', c.matures_on,
                        'amount', to_char(c.amount_fen / 100.0, 'FM9999999999999990.00')) order by c.id)
                   from (select * from current_loan order by id desc limit 1000) c))::text as document
  from latest
