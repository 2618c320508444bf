-- record_history: all versions of a record, oldest first.
-- $1 type, $2 id
-- -> as record_get, and reason text
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, a.reason
  from record_answer a
 where a.type = $1::text
   and a.id = $2::uuid
 order by a.version
