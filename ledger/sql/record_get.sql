-- record_get: the current version of a record, or the one known at an instant.
-- $1 type, $2 id, $3 known_at (timestamptz) or null, $4 as_of (a day)
-- -> outcome text, id uuid, version int4, body text, sha256 text, recorded_at text, recorded_by text,
--    flags text, leaf int8, leaf_hash text, head int8, life text (a JSON object of what follows from
--    other records as of that day; null for types without), mark text (tells two such answers apart)
select a.outcome, a.id, a.version, a.body, a.sha256, a.recorded_at, a.recorded_by, a.flags, a.leaf,
       a.leaf_hash, a.head, l.life, l.mark
  from record_answer a
  left join lateral (
       select m.life::text as life, record_life_mark(a.type, a.id, m.life) as mark
         from (select record_life_members(a.type, a.id, a.version, $4::date, $3::timestamptz) as life) m
       ) l on true
 where a.type = $1::text
   and a.id = $2::uuid
   and ($3::timestamptz is null or a.recorded <= $3::timestamptz)
   and not record_has_later(a.id, a.version, $3::timestamptz)
 order by a.version desc
 limit 1
