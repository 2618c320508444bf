-- record_history: all versions of a record, oldest first.
-- $1 type, $2 id
-- -> as record_get, and reason text
select 'replay' as outcome,
       r.id,
       r.version,
       r.body::text as body,
       encode(r.sha256, 'hex') as sha256,
       instant_text(r.recorded_at) as recorded_at,
       r.recorded_by,
       flags_of(r.id, r.version) as flags,
       leaf.no as leaf,
       encode(leaf.hash, 'hex') as leaf_hash,
       leaf.head,
       r.reason
  from record r
  left join log_leaf leaf on leaf.record_id = r.id and leaf.version = r.version
 where r.type = $1::text
   and r.id = $2::uuid
 order by r.version
