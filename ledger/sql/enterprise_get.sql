-- enterprise_get: a firm as what has been submitted of it shows it, as far as the reader may see that; one of which
-- nothing but insurance was told by its newest policy.
-- $1 uscc
-- -> document text (JSON; null when nothing of it is visible); of a year the figures recorded last; the 1,000 loans
--    recorded last
with current_loan as (
    select l.*
      from loan l
     where l.borrower = $1::text
       and not record_has_later(l.id, l.version, null)
),
told as (
    select *
      from firm_submission s
     where s.uscc = $1::text
),
yearly as (
    select t.year,
           (array_agg(t.employees order by t.recorded_at desc, t.employees desc)
               filter (where t.employees is not null))[1] as employees,
           (array_agg(t.revenue_fen order by t.recorded_at desc, t.revenue_fen desc)
               filter (where t.revenue_fen is not null))[1] as revenue_fen,
           (array_agg(t.assets_fen order by t.recorded_at desc, t.assets_fen desc)
               filter (where t.assets_fen is not null))[1] as assets_fen,
           coalesce((array_agg(t.size order by t.recorded_at desc, enterprise_size_rank(t.size) desc)
               filter (where t.size <> 'unknown'))[1], 'unknown') as size
      from told t
     group by t.year
),
latest as ( -- of the last year that is told
    select (array_agg(t.name order by t.year desc, t.recorded_at desc, t.id desc)
               filter (where t.name is not null))[1] as name,
           (array_agg(t.district order by t.year desc, t.recorded_at desc, t.id desc))[1] as district,
           (array_agg(t.industry order by t.year desc, t.recorded_at desc, t.id desc)
               filter (where t.industry is not null))[1] as industry
      from told t
),
insured as (
    select p.district, r.body ->> 'insured_name' as name
      from insurance_policy_now p
      join submission r on r.id = p.id and r.version = p.version
     where p.insured = $1::text
     order by p.starts_on desc, p.id desc
     limit 1
)
select json_build_object(
       'uscc', $1::text,
       'name', coalesce(l.name, (select i.name from insured i)),
       'district', coalesce(l.district, (select i.district from insured i)),
       'industry', l.industry,
       'size', coalesce((select y.size from yearly y order by y.year desc limit 1), 'unknown'),
       'years', coalesce((select json_agg(json_strip_nulls(json_build_object(
                        'year', y.year,
                        'employees', y.employees,
                        'revenue', yuan_text(y.revenue_fen),
                        'assets', yuan_text(y.assets_fen),
                        'size', y.size)) order by y.year) from yearly y), '[]'),
       'loans_total', (select count(*) from current_loan),
       'loans', coalesce((select json_agg(json_build_object(
                        'id', c.id,
                        'contract_no', (
                            select r.key from submission r where r.id = c.id and r.version = c.version),
                        'bank', (select o.code from org o where o.id = c.org_id),
                        'state', m.told ->> 'state',
                        'outstanding', m.told ->> 'outstanding',
                        'signed_on', c.signed_on,
                        'matures_on', c.matures_on,
                        'amount', yuan_text(c.amount_fen)) order by c.id)
                   from (select k.id, k.version from current_loan k order by k.id desc limit 1000) n
                   join loan c on c.id = n.id and c.version = n.version
                  cross join lateral (select loan_account_members(c, today(), null) as told) m), '[]')
       )::text as document
  from latest l
 where exists (select from told) or exists (select from insured)
