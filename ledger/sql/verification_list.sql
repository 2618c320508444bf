-- verification_list: what verifications found, the newest first.
-- $1 cursor or null, $2 limit
-- -> id uuid, started_at text, ended_at text, since int8, log_size int8, defects int8, findings text (JSON list)
select v.id,
       instant_text(v.started_at) as started_at,
       instant_text(v.ended_at) as ended_at,
       v.since,
       v.log_size,
       v.defects::bigint as defects,
       v.findings::text as findings
  from verification v
 where $1::uuid is null
    or (v.ended_at, v.id) < (select x.ended_at, x.id from verification x where x.id = $1::uuid)
 order by v.ended_at desc, v.id desc
 limit $2::int
