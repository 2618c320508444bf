-- report_seal_write: store the seal of a quarter with its figures and the files kept for it; one verdict
-- a line.
-- $1 type, $2 JSON array as for record_decide; derived: {figures: [{section, row_key, v, firms}]}; its files were kept
-- under its id before (report_form_draft)
-- -> as record_write
-- Locks: none beyond the rows written; the write lane is the only writer.
select d.ord, d.outcome, d.id, d.version, d.body, d.sha256, d.recorded_at, d.recorded_by, d.flags, d.leaf,
       d.leaf_hash, d.head
  from report_seal_write($2::json) d
 where $1::text = 'report_seal'
