-- report_form_draft: keep a file of a report until the write lane seals it.
-- $1 id of the seal, $2 format, $3 language, $4 bytes in base64
-- -> bytes int8
select report_form_draft($1::uuid, $2::text, $3::text, $4::text) as bytes
