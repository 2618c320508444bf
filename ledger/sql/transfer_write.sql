-- transfer_write: post transfers; one verdict a line.
-- $1 type ('transfer'), $2 JSON array as for record_decide
-- -> as record_write
-- Verdicts: as record_decide.
-- Locks: the balances that are touched, in the order of their codes.
select w.ord, w.outcome, w.id, w.version, w.body, w.sha256, w.recorded_at, w.recorded_by, w.flags, w.leaf,
       w.leaf_hash, w.head
  from transfer_write($2::json) w
 where $1::text = 'transfer'
