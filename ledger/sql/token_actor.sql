-- token_actor: the organisation and person behind a live token or a bound client certificate.
-- $1 SHA-256 of the token or of the certificate, hex; $2 'true' for a certificate
-- -> org int8, kind text, code text, name text, district text, person text, expires_us int8
select o.id as org,
       o.kind,
       o.code,
       o.name,
       o.district,
       t.person,
       (extract(epoch from t.expires_at) * 1000000)::bigint as expires_us
  from token t
  join org o on o.id = t.org_id
 where t.sha256 = decode($1::text, 'hex')
   and t.is_certificate = $2::text::boolean
   and t.revoked_at is null
   and (t.expires_at is null or t.expires_at > now())
