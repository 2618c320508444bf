-- flag_list: a page of red flags in the order of raising; row-level security of whoever asks applies.
-- $1 after (uuid) or null, $2 limit (one more row tells that there are more), $3 state (open, cleared), $4 severity,
-- $5 code, $6 record: one of its records; each or null
-- -> id text, flag text (JSON)
select f.id::text as id, flag_json(f, 20) as flag
  from flag f
 where ($1::uuid is null or f.id > $1::uuid)
   and ($3::text is null or ($3::text = 'cleared') = exists (select from flag_clearing c where c.flag = f.id))
   and ($4::text is null or f.severity = $4::text)
   and ($5::text is null or f.code = $5::text)
   and ($6::uuid is null or exists (select from flag_record r where r.flag = f.id and r.record_id = $6::uuid))
 order by f.id
 limit $2::int + 1
