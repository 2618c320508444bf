-- record_decide: store records whose acceptance depends on what is stored; one verdict a line.
-- $1 type, $2 JSON array of {id, key, subject, on, sha256, derived, body}
-- -> as record_write
-- Verdicts: created, replay, conflict; refused: body holds the problems, [[code, pointer, argument], …].
-- Locks: those of the type's own function (migrations).
select d.ord, d.outcome, d.id, d.version, d.body, d.sha256, d.recorded_at, d.recorded_by, d.flags, d.leaf,
       d.leaf_hash, d.head
  from record_decide($1::text, $2::json, false) d
 order by d.ord
