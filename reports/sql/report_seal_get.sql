-- report_seal_get: the seal of a quarter.
-- $1 quarter
-- -> quarter text, id uuid, as_of text, basis text, known_at text, sealed_at text, sealed_by text, reason text,
--    previous text, manifest_sha256 text, manifest text, signatures text (JSON), leaf int8, leaf_hash text, head int8
select s.quarter, s.id, s.as_of::text as as_of, s.basis, instant_text(s.known_at) as known_at,
       instant_text(s.sealed_at) as sealed_at, s.sealed_by, s.reason, s.previous,
       encode(text_sha256(s.manifest), 'hex') as manifest_sha256, s.manifest, s.signatures::text as signatures,
       l.no as leaf,
       encode(l.hash, 'hex') as leaf_hash, l.head
  from report_seal s
  left join log_leaf l on l.record_id = s.id and l.version = 1
 where s.quarter = $1::text
