-- loan_peek: what record_write would say of loans, and what each would show by itself; stores nothing.
-- $1 type, $2 JSON array as for record_write
-- -> as record_write (id and version are null for what would be created, flags as loan_foreseen tells them)
with input as materialized (
    select e.*, k.form
      from rows from (json_to_recordset($2::json) as (key text, "on" date, sha256 text, reason text, body json))
           with ordinality as e(key, on_day, sha256, reason, body, ord)
     cross join lateral (select text_form(e.key) as form offset 0) k
),
judged as materialized (
    select i.*, k.id, k.version, k.body as known_body, k.sha256 as known_sha256, k.recorded_at, k.recorded_by,
           late.problems
      from input i
      left join lateral (
           select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by
             from submission r
            where r.org_id = (select my_org())
              and r.type = $1::text
              and r.key_form = i.form
            order by (r.sha256 = decode(i.sha256, 'hex')) desc, (r.key = i.key) desc, r.version desc
            limit 1) k on true
      left join lateral (
           select record_late_refusal(i.on_day) as problems
            where k.id is null and i.reason is null
              and i.on_day <= (select s.until from report_sealed() s)) late on true
),
turned as (
    select j.*, first_value(j.sha256) over by_key as first_sha256, first_value(j.body::text) over by_key as first_body,
           row_number() over by_key as turn
      from judged j
    window by_key as (partition by j.form, j.problems is null order by j.ord)
)
select i.ord,
       case when i.problems is not null then 'refused'
            when i.id is null and i.turn = 1 then 'created'
            when coalesce(encode(i.known_sha256, 'hex'), i.first_sha256) = i.sha256
                 or record_alike(coalesce(i.known_body, i.first_body::json), i.body) then 'replay'
            else 'conflict' end as outcome,
       i.id,
       i.version,
       coalesce(i.problems::text, i.known_body::text, i.first_body) as body,
       i.sha256,
       instant_text(i.recorded_at) as recorded_at,
       i.recorded_by,
       case when i.id is null and i.turn = 1 then loan_foreseen(i.body)
            else coalesce(flag_of_record(i.id, i.version), '[]') end as flags,
       leaf.no as leaf,
       encode(leaf.hash, 'hex') as leaf_hash,
       leaf.head
  from turned i
  left join log_leaf leaf on leaf.record_id = i.id and leaf.version = i.version
 order by i.ord
