-- ip_get: a right on a day: status, owners over time, events, the pledges visible to the reader,
-- grounds against a pledge.
-- $1 number (canonical), $2 as of, $3 known at or null, $4 pledge registered on or null (the day as of),
-- $5 debt due on or null, $6 pledgor or null
-- owners: by the register, while it does not tell as stated in pledges (stated_owners).
-- -> document text (JSON; null when no register told of it, no pledge of it is visible and no pledge is asked for);
--    the 1,000 pledges and events recorded last. Of pledges of others it tells whether there is one.
with pledge as (
    select p.*, row_number() over (order by p.record_id desc) as place
      from loan_ip p
      join loan l on l.id = p.record_id and l.version = p.version
     where p.number = $1::text
       and ($3::timestamptz is null or l.recorded_at <= $3::timestamptz)
       and not record_has_later(p.record_id, p.version, $3::timestamptz)
),
event as (
    select e.*, row_number() over (order by e.id desc) as place
      from ip_event e
     where e.number = $1::text
       and ($3::timestamptz is null or e.recorded_at <= $3::timestamptz)
),
span as (
    select x.* from ip_fold($1::text, $3::timestamptz, null) x
),
owned as ( -- spans of one owner joined
    select s.owners, min(s.from_day) as from_day, max(s.until_day) as until_day
      from (select x.*, sum(x.changes) over (order by x.from_day) as part
              from (select s.*, (s.owners is distinct from lag(s.owners) over (order by s.from_day))::int as changes
                      from span s) x) s
     where s.owners is not null
     group by s.part, s.owners
)
select case when exists (select from pledge) or exists (select from event)
                 or coalesce($4::date::text, $5::date::text, $6::text) is not null
       then json_build_object(
       'number', $1::text,
       'kind', ip_kind($1::text),
       'as_of', $2::date,
       'state', f.state,
       'since', f.since,
       'owners', coalesce(to_json(f.owners),
                          (select json_agg(distinct p.owner) from pledge p where p.owner is not null), '[]'),
       'stated_owners', coalesce((select json_agg(distinct p.owner) from pledge p where p.owner is not null), '[]'),
       'filed_on', f.filed_on,
       'granted_on', f.granted_on,
       'expires_on', f.expires_on,
       'expiry', json_strip_nulls(json_build_object(
                 'on', coalesce(f.expires_on, ip_expiry_latest($1::text)),
                 'basis', case when f.expires_on is null and ip_number_year($1::text) is not null
                               then 'number_at_the_latest'
                               when f.expires_on is null then 'not_known'
                               when f.expires_on = ip_expiry(ip_kind($1::text), f.filed_on, f.granted_on) then 'law'
                               else 'register' end,
                 'rule', case when ip_kind($1::text) = 'trademark' then '商标法第三十九条:自核准注册之日起十年,可续展'
                              when ip_kind($1::text) = 'invention' then '专利法第四十二条:自申请日起二十年'
                              when ip_kind($1::text) = 'utility_model' then '专利法第四十二条:自申请日起十年'
                              when coalesce(f.filed_on, make_date(ip_number_year($1::text), 12, 31)) < '2021-06-01'
                              then '专利法第四十二条:2021年6月1日前申请的外观设计,自申请日起十年'
                              else '专利法第四十二条:自申请日起十五年' end)),
       'invalidation_pending', f.procedure,
       'invalidated_on', f.invalidated_on,
       'twin', f.twin,
       'legal_events', string_to_array(ip_events_legal(f.state, ip_kind($1::text), f.procedure::int), ', '),
       'ownership', coalesce((select json_agg(json_build_object(
                            'owners', o.owners,
                            'from', nullif(o.from_day, '-infinity'),
                            'until', nullif(o.until_day, 'infinity')) order by o.from_day) from owned o), '[]'),
       'events_total', (select count(*) from event),
       'events', coalesce((select json_agg(json_strip_nulls(json_build_object(
                        'id', e.id,
                        'reference', e.reference,
                        'kind', e.kind,
                        'on', e.on_day,
                        'owners', case when cardinality(e.owners) > 0 then e.owners end,
                        'expires_on', e.expires_on,
                        'twin', e.twin,
                        'reverses', e.reverses,
                        'stands', e.kind <> 'reversed' and not exists (
                                  select from event r where r.kind = 'reversed' and r.reverses = e.reference
                                                        and r.org_id = e.org_id),
                        'recorded_at', instant_text(e.recorded_at))) order by e.on_day, k.rank, e.id)
                        filter (where e.place <= 1000)
                   from event e left join ip_event_kind k on k.event = e.kind), '[]'),
       'pledges_total', (select count(*) from pledge),
       'pledges', coalesce((select json_agg(json_build_object(
                         'loan', p.record_id,
                         'district', p.district,
                         'from', p.from_day,
                         'until', p.until_day) order by p.record_id) from pledge p where p.place <= 1000), '[]'),
       'pledge_check', pledge_check($1::text, $6::text, coalesce($4::date, $2::date), $5::date, $3::timestamptz))::text
       end as document
  from span f
 where $2::date between f.from_day and f.until_day
