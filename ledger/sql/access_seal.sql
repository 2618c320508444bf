-- access_seal: take batches of the access log into the log by the digests of what was stored of them.
-- $1 type ('access'), $2 JSON array of {batch, n, digest}
-- -> as record_write; only ord and outcome are filled: replay, or refused where something else is there
-- Locks: none beyond the rows written; the write lane is the only writer.
select s.ord, case when s.stands then 'replay' else 'refused' end as outcome, null::uuid as id, 0 as version,
       null as body, null as sha256, null as recorded_at, null as recorded_by, '[]' as flags, null::bigint as leaf,
       null as leaf_hash, null::bigint as head
  from access_seal($2::json) s
 where $1::text = 'access'
 order by s.ord
