-- ip_get: a right, its kind, the owners named for it and the pledges visible to the reader.
-- $1 number (canonical)
-- -> document text (JSON; null when no pledge of it is visible); the 1,000 pledges recorded last
with pledge as (
    select p.*, row_number() over (order by p.record_id desc) as place
      from loan_ip p
     where p.number = $1::text
       and not has_later(p.record_id, p.version, null)
)
select case when count(*) > 0 then json_build_object(
       'number', $1::text,
       'kind', max(p.kind),
       'owners', coalesce(json_agg(distinct p.owner) filter (where p.owner is not null), '[]'),
       'pledges_total', count(*),
       'pledges', json_agg(json_build_object(
                  'loan', p.record_id,
                  'district', p.district,
                  'from', p.from_day,
                  'until', p.until_day) order by p.record_id)
                  filter (where p.place <= 1000))::text end as document
  from pledge p
