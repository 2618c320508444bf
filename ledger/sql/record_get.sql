-- record_get: the current version of a record, or the one known at an instant.
-- $1 type, $2 id, $3 known_at (timestamptz) or null
-- -> outcome text, id uuid, version int4, body text, sha256 text, recorded_at text, recorded_by text,
--    flags text, leaf int8, leaf_hash text, head int8
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
       leaf.head
  from record r
  left join log_leaf leaf on leaf.record_id = r.id and leaf.version = r.version
 where r.type = $1::text
   and r.id = $2::uuid
   and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)
 order by r.version desc
 limit 1
