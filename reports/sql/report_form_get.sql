-- report_form_get: one file of a sealed report; no row for a reader who does not see the whole city.
-- $1 quarter, $2 format, $3 language
-- -> base64 text, sha256 text
select translate(encode(f.bytes, 'base64'), E'\n', '') as base64, encode(sha256(f.bytes), 'hex') as sha256
  from report_form f
 where f.quarter = $1::text
   and f.format = $2::text
   and f.language = $3::text
