-- access_seal: take batches of the access log into the log by their digests.
-- $1 type ('access'), $2 JSON array of {batch}
-- -> as record_write; only ord and outcome are filled
-- Locks: none beyond the rows written; the write lane is the only writer.
with sealed as materialized (
    select access_seal(array(select b.batch from json_to_recordset($2::json) as b(batch uuid)))
)
select b.ord, 'replay' as outcome, null::uuid as id, 0 as version, null as body, null as sha256, null as recorded_at,
       null as recorded_by, '[]' as flags, null::bigint as leaf, null as leaf_hash, null::bigint as head
  from rows from (json_to_recordset($2::json) as (batch uuid)) with ordinality as b(batch, ord)
 cross join sealed
 where $1::text = 'access'
 order by b.ord
