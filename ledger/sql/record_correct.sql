-- record_correct: a further version of records that exist; one verdict a line.
-- $1 type, $2 JSON array of {id, expect, reason, key, subject, district, on, parties, sha256,
--    warnings, derived, body}
-- -> as record_write
-- Verdicts: created (a new version); replay (the version asked for, or the one this correction made
-- before, has this content); stale (another version is current); missing; key_changed.
-- Locks: none beyond the rows written; the write lane is the only writer.
with input as materialized (
    select e.*,
           row_number() over (partition by e.id order by e.ord) as turn
      from rows from (json_to_recordset($2::json) as (
           id uuid, expect int, reason text, key text, subject text, district text, "on" date,
           parties text[], sha256 text, body json)) with ordinality as e(
           id, expect, reason, key, subject, district, "on", parties, sha256, body, ord)
),
known as materialized (
    select i.ord, r.*
      from input i
     cross join lateral (
           select r.id, r.version, r.key, r.body, r.sha256, r.recorded_at, r.recorded_by
             from record r
            where r.id = i.id
              and r.type = $1::text
              and r.org_id = (select my_org())
            order by r.version desc
            limit 1) r
),
fresh as (
    insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body,
           sha256, reason, recorded_at, recorded_by)
    select i.id, k.version + 1, (select my_org()), $1::text, i.key, i.subject, i.district, i."on",
           i.parties, i.body, decode(i.sha256, 'hex'), i.reason, now(), (select my_signature())
      from input i
      join known k on k.ord = i.ord
     where i.turn = 1
       and k.version = i.expect
       and k.key = i.key
       and k.sha256 <> decode(i.sha256, 'hex')
    returning id, version, body, sha256, recorded_at, recorded_by
)
select i.ord,
       case when k.ord is null then 'missing'
            when k.key <> i.key then 'key_changed'
            when f.id is not null and i.turn = 1 then 'created'
            when f.id is not null then 'stale'
            when k.sha256 = decode(i.sha256, 'hex') and k.version in (i.expect, i.expect + 1)
                 then 'replay'
            else 'stale' end as outcome,
       k.id,
       coalesce(f.version, k.version) as version,
       coalesce(f.body, k.body)::text as body,
       encode(coalesce(f.sha256, k.sha256), 'hex') as sha256,
       instant_text(coalesce(f.recorded_at, k.recorded_at)) as recorded_at,
       coalesce(f.recorded_by, k.recorded_by) as recorded_by,
       case when f.id is null then flags_of(k.id, k.version) else '[]' end as flags,
       leaf.no as leaf,
       encode(leaf.hash, 'hex') as leaf_hash,
       leaf.head
  from input i
  left join known k on k.ord = i.ord
  left join fresh f on f.id = i.id
  left join lateral (
       select x.no, x.hash, x.head
         from log_leaf x
        where x.record_id = k.id and x.version = k.version
        limit 1) leaf on f.id is null
 order by i.ord
