-- console_session_actor: who signed in by a session of the console that has not ended.
-- $1 SHA-256 of the session, hex
-- -> as token_actor, and ends_at text, is_due bool (it has not been said for a while that it is used),
--    mac text (what proves the row, hex)
select o.id as org,
       o.kind,
       o.code,
       o.name,
       o.district,
       p.name as person,
       coalesce(h.same_as, h.id) as person_id,
       array_to_string(t.duties, ' ') as duties,
       encode(t.sha256, 'hex') as sha256,
       (extract(epoch from least(console_session_end(s), t.expires_at)) * 1000000)::bigint as expires_us,
       instant_text(least(console_session_end(s), t.expires_at)) as ends_at,
       s.seen_at < now() - interval '5 minutes' as is_due,
       encode(s.mac, 'hex') as mac
  from console_session s
  join token t on t.sha256 = s.token
  join org o on o.id = t.org_id
  join person h on h.id = t.person_id
  join post p on p.org_id = t.org_id and p.person = t.person_id
 where s.sha256 = decode($1::text, 'hex')
   and console_session_end(s) > now()
   and token_lives(t, o, h, p)
