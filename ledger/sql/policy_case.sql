-- policy_case: a policy that cases are judged by.
-- $1 policy code, $2 effective_from (a day) or null: the version in force on $4, else the newest, else a draft of
--    one's own, $3 the day of the case, $4 the day that governs (of the case, the settlement or the draw)
-- -> id uuid, body text, sha256 text, state text, effective_from text,
--    lpr text ("day:1y:5y …", day since 1970, ppm), available text (null: no budget yet), queue int8,
--    governs_from int4, governs_until int4 (days since 1970: $4 may be any of these for the same answer; null: no end.
--    Versions do not overlap, so that the newest that has ended is also the answer of each day since.)
with version as (
    select r.id, r.body, r.sha256, p.id is not null as in_force, p.effective_from,
           coalesce(p.effective_to, 'infinity') as effective_to
      from submission r
      left join policy p on p.id = r.id
     where r.type = 'policy'
       and r.subject = $1::text
       and not record_has_later(r.id, r.version, null)
       and ($2::date is null or (r.body ->> 'effective_from')::date = $2::date)
     order by (p.id is not null) desc,
              ($4::date between p.effective_from and coalesce(p.effective_to, 'infinity')) desc,
              (r.body ->> 'effective_from')::date desc
     limit 1
)
select v.id, v.body::text as body, encode(v.sha256, 'hex') as sha256,
       case when not v.in_force then 'draft'
            when exists (select from policy_end e where e.policy = v.id and e.on_day <= $3::date) then 'ended'
            else 'in_force' end as state,
       v.body ->> 'effective_from' as effective_from,
       (select string_agg((p.on_day - date '1970-01-01') || ':' || p.one_year_ppm || ':' || p.five_year_ppm, ' '
               order by p.on_day) from lpr p) as lpr,
       yuan_text(b.available) as available, b.queue,
       (case when $4::date >= v.effective_from then v.effective_from else $4::date end) - date '1970-01-01'
           as governs_from,
       (case when not coalesce($4::date >= v.effective_from, false) then $4::date
             when v.effective_to < 'infinity' then greatest(v.effective_to, $4::date) end) - date '1970-01-01'
           as governs_until
  from version v
  left join lateral budget_room(v.id, extract(year from $3::date)::int) b on true
