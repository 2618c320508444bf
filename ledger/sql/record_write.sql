-- record_write: store new records of one type for one organisation; one verdict a line.
-- $1 type, $2 JSON array of {id, key, subject, district, on, parties, sha256, warnings, derived,
--    body}; body is the canonical text and is stored byte for byte (json, not jsonb).
-- -> ord int8 (from 1), outcome text, id uuid, version int4, body text, sha256 text, recorded_at text,
--    recorded_by text, flags text, leaf int8, leaf_hash text, head int8
-- Verdicts: created; replay (a version under this key has this content); conflict (other content).
-- The same key twice in one array: the first line decides, later ones are judged against it.
-- Locks: none beyond the rows written; the write lane is the only writer.
with input as materialized (
    select e.*,
           row_number() over (partition by e.key order by e.ord) as turn
      from rows from (json_to_recordset($2::json) as (
           id uuid, key text, subject text, district text, "on" date, parties text[], sha256 text,
           body json)) with ordinality as e(
           id, key, subject, district, "on", parties, sha256, body, ord)
),
known as materialized (
    select i.ord, r.*
      from input i
     cross join lateral (
           select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by
             from record r
            where r.org_id = (select my_org())
              and r.type = $1::text
              and r.key = i.key
            order by (r.sha256 = decode(i.sha256, 'hex')) desc, r.version desc
            limit 1) r
),
fresh as (
    insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body,
           sha256, recorded_at, recorded_by)
    select i.id, 1, (select my_org()), $1::text, i.key, i.subject, i.district, i."on", i.parties,
           i.body, decode(i.sha256, 'hex'), now(), (select my_signature())
      from input i
     where i.turn = 1
       and not exists (select from known k where k.ord = i.ord)
    returning id, version, key, body, sha256, recorded_at, recorded_by
)
select i.ord,
       case when k.ord is null and i.turn = 1 then 'created'
            when coalesce(k.sha256, f.sha256) = decode(i.sha256, 'hex') then 'replay'
            else 'conflict' end as outcome,
       coalesce(k.id, f.id) as id,
       coalesce(k.version, f.version) as version,
       coalesce(k.body, f.body)::text as body,
       encode(coalesce(k.sha256, f.sha256), 'hex') as sha256,
       instant_text(coalesce(k.recorded_at, f.recorded_at)) as recorded_at,
       coalesce(k.recorded_by, f.recorded_by) as recorded_by,
       case when k.ord is not null then flags_of(k.id, k.version) else '[]' end as flags,
       leaf.no as leaf,
       encode(leaf.hash, 'hex') as leaf_hash,
       leaf.head
  from input i
  left join known k on k.ord = i.ord
  left join fresh f on f.key = i.key
  left join log_leaf leaf on leaf.record_id = k.id and leaf.version = k.version
 order by i.ord
