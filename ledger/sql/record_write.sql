-- record_write: store new records of one type for one organisation; one verdict a line.
-- $1 type, $2 JSON array of {id, key, subject, district, on, parties, sha256, warnings, derived,
--    body}; body is the canonical text and is stored byte for byte (json, not jsonb).
-- -> ord int8 (from 1), outcome text, id uuid, version int4, body text, sha256 text, recorded_at text,
--    recorded_by text, flags text, leaf int8, leaf_hash text (of what is created, which has no leaf yet: the digest
--    of its envelope), head int8
-- Verdicts: created; refused (one of a sealed quarter that does not say why it comes late; body holds the problems);
-- replay (a version under this key has this content); conflict (other content).
-- Keys are the same by their form (text_form), contents by record_alike.
-- The same key twice in one array: the first line decides, later ones are judged against it.
-- Look-ups in tables stand in lateral sub-selects with a limit: they stay index look-ups whatever the
-- planner knew of the tables when it made the plan (often: that they were empty).
-- Locks: none beyond the rows written; the write lane is the only writer.
with input as materialized (
    select e.*, k.form
      from rows from (json_to_recordset($2::json) as (
           id uuid, key text, subject text, district text, "on" date, parties text[], sha256 text,
           reason text, body json)) with ordinality as e(
           id, key, subject, district, "on", parties, sha256, reason, body, ord)
     cross join lateral (select text_form(e.key) as form offset 0) k
),
known as materialized (
    select i.*, r.id as known_id, r.version as known_version, r.body as known_body,
           r.sha256 as known_sha256, r.recorded_at as known_at, r.recorded_by as known_by
      from input i
      left join lateral (
           select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by
             from submission r
            where r.org_id = (select my_org())
              and r.type = $1::text
              and r.key_form = i.form
            order by (r.sha256 = decode(i.sha256, 'hex')) desc, (r.key = i.key) desc, r.version desc
            limit 1) r on true
),
judged as materialized ( -- a new record of a sealed quarter without a word why stores nothing: what comes behind
    select k.*, x.problems, row_number() over (partition by k.form, x.problems is null order by k.ord) as turn
      from known k -- it under its key is the first
      left join lateral (
           select record_late_refusal(k."on") as problems
            where (select t.sealed from record_type t where t.name = $1::text) and k.known_id is null
              and k.reason is null and k."on" <= (select s.until from report_sealed() s)
           offset 0) x on true
),
fresh as (
    insert into submission (id, version, org_id, type, key, subject, district, on_day, parties, body,
           sha256, reason, recorded_at, recorded_by)
    select k.id, 1, (select my_org()), $1::text, k.key, k.subject, k.district, k."on", k.parties,
           k.body, decode(k.sha256, 'hex'), k.reason, (select record_now()), (select my_signature())
      from judged k
     where k.turn = 1
       and k.known_id is null
       and k.problems is null
    returning id, version, key_form, body, sha256, recorded_at, recorded_by, record_envelope(submission) as envelope
)
select k.ord,
       case when k.problems is not null then 'refused'
            when k.known_id is null and k.turn = 1 then 'created'
            when coalesce(k.known_sha256, f.sha256) = decode(k.sha256, 'hex')
                 or record_alike(coalesce(k.known_body, f.body), k.body) then 'replay'
            else 'conflict' end as outcome,
       case when k.problems is null then coalesce(k.known_id, f.id) end as id,
       coalesce(k.known_version, f.version) as version,
       coalesce(k.problems, k.known_body, f.body)::text as body,
       encode(coalesce(k.known_sha256, f.sha256), 'hex') as sha256,
       instant_text(coalesce(k.known_at, f.recorded_at)) as recorded_at,
       coalesce(k.known_by, f.recorded_by) as recorded_by,
       case when k.known_id is not null then flag_of_record(k.known_id, k.known_version) else '[]' end
           as flags,
       leaf.no as leaf,
       coalesce(encode(leaf.hash, 'hex'), f.envelope) as leaf_hash,
       leaf.head
  from judged k
  left join fresh f on f.key_form = k.form
  left join lateral (
       select x.no, x.hash, x.head
         from log_leaf x
        where x.record_id = k.known_id and x.version = k.known_version
        limit 1) leaf on true
 order by k.ord
