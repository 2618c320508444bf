-- intake_write: add to the counts of lines that were refused, or sent again with other content.
-- $1 record type, $2 JSON array of {on, refused, conflicts}
-- -> as record_write; only ord and outcome are filled
-- Locks: the counts touched; the write lane is the only writer.
with input as materialized (
    select e.*
      from rows from (json_to_recordset($2::json) as ("on" date, refused bigint, conflicts bigint))
           with ordinality as e("on", refused, conflicts, ord)
),
added as (
    insert into intake (org_id, type, on_day, refused, conflicts)
    select (select my_org()), $1::text, i."on", sum(i.refused), sum(i.conflicts)
      from input i
     group by i."on"
     order by i."on"
    on conflict (org_id, type, on_day) do update
       set refused = intake.refused + excluded.refused, conflicts = intake.conflicts + excluded.conflicts
)
select i.ord, 'replay' as outcome, null::uuid as id, 0 as version, null as body, null as sha256, null as recorded_at,
       null as recorded_by, '[]' as flags, null::bigint as leaf, null as leaf_hash, null::bigint as head
  from input i
 order by i.ord
