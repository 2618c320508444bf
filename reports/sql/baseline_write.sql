-- baseline_write: enter yearly figures of a plan; what is entered already is a replay.
-- $1 plan code, $2 JSON array of {year, amount, count, source, assumed} (amount in yuan)
-- -> as record_write; only ord and outcome are filled
-- Locks: none beyond the rows written; the write lane is the only writer.
with input as materialized (
    select e.ord, e.year, (e.amount * 100)::bigint as amount_fen, e.count, e.source, e.assumed,
           now.version, now.amount_fen as old_amount, now.count as old_count,
           now.source as old_source, now.assumed as old_assumed
      from rows from (json_to_recordset($2::json) as (
           year int, amount numeric, count bigint, source text, assumed boolean))
           with ordinality as e(year, amount, count, source, assumed, ord)
      left join lateral (
           select b.*
             from baseline b
            where b.plan = $1::text and b.year = e.year
            order by b.version desc
            limit 1) now on true
),
changed as (
    select i.*
      from input i
     where i.version is null
        or (i.amount_fen, i.count, i.source, i.assumed)
           is distinct from (i.old_amount, i.old_count, i.old_source, i.old_assumed)
),
added as (
    insert into baseline (plan, year, version, amount_fen, count, source, assumed, recorded_by)
    select $1::text, c.year, coalesce(c.version, 0) + 1, c.amount_fen, c.count, c.source, c.assumed,
           (select my_signature())
      from changed c
)
select i.ord, 'replay' as outcome, null::uuid as id, coalesce(i.version, 0) as version, null as body,
       null as sha256, null as recorded_at, null as recorded_by, '[]' as flags, null::bigint as leaf,
       null as leaf_hash, null::bigint as head
  from input i
 order by i.ord
