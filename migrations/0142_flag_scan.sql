-- A scan reads the whole book beside the write lane and stores what is new through it, slice by slice; its record says
-- what came of that (migrations/functions/flag.sql).

update record_type set judged = false, decides = true where name = 'flag_scan';
drop trigger flag_scan_row on submission;
drop function if exists flag_scan_row();
drop function if exists flag_scan_one(uuid, text);
drop function if exists flag_store_many(flag_found[]);
drop function if exists flag_scan_problems(uuid, json);
