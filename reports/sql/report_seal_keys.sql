-- report_seal_keys: the public keys that seals are signed with, each once, the oldest first.
-- -> algorithm text, fingerprint text, public_key text, first_seal text (quarter), last_seal text, seals int8
select k.algorithm, k.fingerprint, k.public_key, min(s.quarter) as first_seal, max(s.quarter) as last_seal,
       count(*) as seals
  from report_seal s
 cross join lateral json_to_recordset(s.signatures) as k(algorithm text, fingerprint text, public_key text)
 group by k.algorithm, k.fingerprint, k.public_key
 order by first_seal, k.algorithm
