-- policy_offers: the versions of the policies that take applications on a day, the newest of a code first.
-- $1 day
-- -> code text, title text, district text, body text, effective_from text, effective_to text, available text (null: no
--    budget yet), queue int8, lpr text (as policy_case; of the first row)
select p.code, p.body ->> 'title' as title, p.district, p.body::text as body, p.effective_from::text as effective_from,
       p.effective_to::text as effective_to, yuan_text(b.available) as available, b.queue,
       case when row_number() over (order by p.code, p.effective_from desc) = 1 then (
           select string_agg((l.on_day - date '1970-01-01') || ':' || l.one_year_ppm || ':' || l.five_year_ppm, ' '
                  order by l.on_day) from lpr l) end as lpr
  from policy p
  left join lateral budget_room(p.id, extract(year from $1::date)::int) b on true
 where p.effective_from <= $1::date
   and coalesce((p.body ->> 'apply_until')::date, 'infinity') >= $1::date
   and not exists (select from policy_end e where e.policy = p.id and e.on_day <= $1::date)
 order by p.code, p.effective_from desc
