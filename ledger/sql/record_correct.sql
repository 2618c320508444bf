-- record_correct: a further version of records that exist; one verdict a line.
-- $1 type, $2 JSON array of {id, expect, reason, key, subject, district, on, parties, sha256,
--    warnings, derived, body}
-- -> as record_write
-- Verdicts: created (a new version); replay (the version asked for, or the one this correction made
-- before, has this content); stale (another version is current); missing; key_changed; refused: body holds the
-- problems, as in record_decide.
-- Locks: none beyond the rows written; the write lane is the only writer.
with input as materialized (
    select e.*
      from rows from (json_to_recordset($2::json) as (
           id uuid, expect int, reason text, key text, subject text, district text, "on" date,
           parties text[], sha256 text, body json)) with ordinality as e(
           id, expect, reason, key, subject, district, "on", parties, sha256, body, ord)
),
known as materialized (
    select i.*, r.version as known_version, r.district as known_district, r.key as known_key, r.body as known_body,
           r.sha256 as known_sha256, r.recorded_at as known_at, r.recorded_by as known_by,
           coalesce(r.version = i.expect and r.key = i.key
                    and r.sha256 <> decode(i.sha256, 'hex'), false) as may
      from input i
      left join lateral (
           select r.version, r.district, r.key, r.body, r.sha256, r.recorded_at, r.recorded_by
             from submission r
            where r.id = i.id
              and r.type = $1::text
              and r.org_id = (select my_org())
            order by r.version desc
            limit 1) r on true
),
judged as materialized (
    select k.*, case when k.may then record_correction_refusal($1::text, k.id, k.body) end as refusal
      from known k
),
winner as materialized ( -- of several corrections of one record, the first that may
    select distinct on (k.id) k.ord, k.id
      from judged k
     where k.may and k.refusal is null
     order by k.id, k.ord
),
fresh as (
    insert into submission (id, version, org_id, type, key, subject, district, on_day, parties, body,
           sha256, reason, recorded_at, recorded_by)
    select k.id, k.known_version + 1, (select my_org()), $1::text, k.key, k.subject,
           coalesce(k.district, k.known_district), coalesce(k."on", today()), k.parties,
           k.body, decode(k.sha256, 'hex'), k.reason,
           (select record_now()), (select my_signature())
      from judged k
      join winner w on w.ord = k.ord
    returning id, version, body, sha256, recorded_at, recorded_by, record_envelope(submission) as envelope
)
select k.ord,
       case when k.known_version is null then 'missing'
            when k.known_key <> k.key then 'key_changed'
            when k.refusal is not null then 'refused'
            when w.ord = k.ord then 'created'
            when f.id is not null and k.may and f.sha256 = decode(k.sha256, 'hex') then 'replay'
            when f.id is null and k.known_sha256 = decode(k.sha256, 'hex')
                 and k.known_version in (k.expect, k.expect + 1) then 'replay'
            else 'stale' end as outcome,
       case when k.known_version is not null and k.refusal is null then k.id end as id,
       coalesce(f.version, k.known_version) as version,
       coalesce(k.refusal, f.body, k.known_body)::text as body,
       encode(coalesce(f.sha256, k.known_sha256), 'hex') as sha256,
       instant_text(coalesce(f.recorded_at, k.known_at)) as recorded_at,
       coalesce(f.recorded_by, k.known_by) as recorded_by,
       case when f.id is null then flag_of_record(k.id, k.known_version) else '[]' end as flags,
       leaf.no as leaf,
       coalesce(encode(leaf.hash, 'hex'), f.envelope) as leaf_hash,
       leaf.head
  from judged k
  left join winner w on w.id = k.id
  left join fresh f on f.id = k.id
  left join lateral (
       select x.no, x.hash, x.head
         from log_leaf x
        where x.record_id = k.id and x.version = k.known_version
        limit 1) leaf on f.id is null
 order by k.ord
