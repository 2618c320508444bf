-- flag_scan_find: what one rule finds in the whole book; what of it is new in slices of whole cases, at least one row.
-- $1 rule
-- -> cases int8 (found, known ones among them), fresh text (JSON array of evidence; null: nothing new)
select f.cases, f.fresh::text as fresh
  from flag_scan_find($1::text) f
 order by f.slice
