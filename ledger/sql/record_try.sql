-- record_try: what record_decide would say; stores nothing.
-- $1 type, $2 JSON array as for record_decide
-- -> as record_write
select d.ord, d.outcome, d.id, d.version, d.body, d.sha256, d.recorded_at, d.recorded_by, d.flags, d.leaf,
       d.leaf_hash, d.head
  from record_decide($1::text, $2::json, true) d
 order by d.ord
