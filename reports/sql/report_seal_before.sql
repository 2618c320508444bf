-- report_seal_before: what a seal of a quarter would stand on, in the snapshot that its figures come from.
-- $1 quarter, $2 basis or null (the plan's)
-- -> basis text, known_at text (null: nothing is recorded yet), log_size int8, log_root text, previous text,
--    sealed_at text, problems text (JSON, null when there are none), agreed text (JSON, null: nothing is agreed to)
with plan as (
    select coalesce($2::text, plan_basis(quarter_first($1::text), null)) as basis
),
head as (
    select h.size, h.root, h.signed_at from log_head h order by h.size desc limit 1
),
last as (
    select s.manifest from report_seal s order by s.quarter desc limit 1
)
select p.basis, instant_text(h.signed_at) as known_at, h.size as log_size, encode(h.root, 'hex') as log_root,
       coalesce((select encode(text_sha256(l.manifest), 'hex') from last l), 'none') as previous,
       instant_text(greatest(clock_timestamp(), h.signed_at)) as sealed_at,
       (select json_agg(x)::text from unnest(report_seal_refusal($1::text, p.basis, h.signed_at)) x) as problems,
       report_seal_agreed($1::text)::text as agreed
  from plan p
  left join head h on true
