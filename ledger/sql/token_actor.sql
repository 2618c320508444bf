-- token_actor: the organisation and person behind a live token or a bound client certificate.
-- $1 SHA-256 of the token or of the certificate, hex; $2 'true' for a certificate
-- -> org int8, kind text, code text, name text, district text, person text, person_id uuid, duties text (words with
--    spaces between), sha256 text, expires_us int8
-- The name is the post's, however the token's was written: one person signs in one way in one office.
select o.id as org,
       o.kind,
       o.code,
       o.name,
       o.district,
       s.name as person,
       coalesce(p.same_as, p.id) as person_id,
       array_to_string(t.duties, ' ') as duties,
       $1::text as sha256,
       (extract(epoch from t.expires_at) * 1000000)::bigint as expires_us
  from token t
  join org o on o.id = t.org_id
  join person p on p.id = t.person_id
  join post s on s.org_id = t.org_id and s.person = t.person_id
 where t.sha256 = decode($1::text, 'hex')
   and t.is_certificate = $2::text::boolean
   and token_lives(t, o, p, s)
