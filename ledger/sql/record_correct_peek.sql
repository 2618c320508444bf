-- record_correct_peek: what record_correct would say; stores nothing.
-- $1 type, $2 JSON array as for record_correct
-- -> as record_write
with input as materialized (
    select e.*
      from rows from (json_to_recordset($2::json) as (
           id uuid, expect int, key text, sha256 text, body json)) with ordinality as e(
           id, expect, key, sha256, body, ord)
),
known as materialized (
    select i.*, r.version as known_version, r.key as known_key, r.body as known_body,
           r.sha256 as known_sha256, r.recorded_at as known_at, r.recorded_by as known_by,
           coalesce(r.version = i.expect and r.key = i.key
                    and r.sha256 <> decode(i.sha256, 'hex'), false) as may
      from input i
      left join lateral (
           select r.version, r.key, r.body, r.sha256, r.recorded_at, r.recorded_by
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
)
select k.ord,
       case when k.known_version is null then 'missing'
            when k.known_key <> k.key then 'key_changed'
            when k.refusal is not null then 'refused'
            when k.may then 'created'
            when k.known_sha256 = decode(k.sha256, 'hex') and k.known_version in (k.expect, k.expect + 1) then 'replay'
            else 'stale' end as outcome,
       case when k.known_version is not null and k.refusal is null then k.id end as id,
       k.known_version as version,
       coalesce(k.refusal, k.known_body)::text as body,
       encode(k.known_sha256, 'hex') as sha256,
       instant_text(k.known_at) as recorded_at,
       k.known_by as recorded_by,
       flag_of_record(k.id, k.known_version) as flags,
       leaf.no as leaf,
       encode(leaf.hash, 'hex') as leaf_hash,
       leaf.head
  from judged k
  left join log_leaf leaf on leaf.record_id = k.id and leaf.version = k.known_version
 order by k.ord
