-- flag_scan_store: store a slice of what a scan found; one verdict a line, that of no record.
-- $1 type, $2 JSON array of {cases: [evidence]}
-- -> as record_write
-- Verdicts: replay, with the number of flags raised as its body.
-- Locks: none beyond the rows written; the write lane is the only writer.
select x.ord, 'replay'::text as outcome, null::uuid as id, null::int as version, flag_scan_store(x.cases)::text as body,
       null::text as sha256, null::text as recorded_at, null::text as recorded_by, '[]'::text as flags,
       null::int8 as leaf, null::text as leaf_hash, null::int8 as head
  from rows from (json_to_recordset($2::json) as (cases json)) with ordinality as x(cases, ord)
 where $1::text = 'flag_scan'
 order by x.ord
