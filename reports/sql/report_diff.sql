-- report_diff: what changed since a quarter was sealed: the cells that differ, and a page of the records behind that.
-- $1 quarter, $2 sections (text[]), $3 after: place of the section, $4 row and $5 id of the last record seen, or null,
-- $6 limit
-- -> kind text ('cell' or 'item'), section text, place int8, row_key text (null: of the whole section),
--    sealed text (JSON list), live text, itemised text, id uuid, type text, reference text, version_then int4,
--    version_now int4, why text (JSON), metric text (of a target's row), items int8, firms_sealed text (JSON list of
--    the firms behind each sum where they differ, else null), firms_live text
with seal as (
    select x as s, x.first_day, x.as_of, x.basis, x.known_at from report_seal x where x.quarter = $1::text
),
section as (
    select u.name, u.place from unnest($2::text[]) with ordinality as u(name, place)
),
-- A section that has gained columns since is compared in those that were sealed.
width as materialized (
    select n.name, n.place, coalesce(max(cardinality(c.v)), 13) as n
      from section n
     cross join seal
      left join lateral report_sealed_cells(seal.s, n.name) c on true
     group by 1, 2
),
-- Measures that the headline did not have yet are not compared either.
later as materialized (
    select x.row_key
      from unnest(array['patents', 'trademarks']) as x(row_key)
     cross join seal
     where exists (select from report_sealed_cells(seal.s, 'headline') c)
       and not exists (select from report_sealed_cells(seal.s, 'headline') c where c.row_key = x.row_key)
),
live as materialized (
    select w.name, w.place, w.n, c.row_key, c.v[1:w.n] as v, c.firms[1:w.n] as firms
      from width w
     cross join seal
     cross join lateral report_cells(w.name, seal.first_day, seal.as_of, null, seal.basis) c
     where c.row_key is not null
),
change as materialized (
    select w.name, w.place, c.row_key, c.id, c.type, c.reference, c.version_then, c.version_now,
           c.v_then[1:w.n] as v_then, c.v_now[1:w.n] as v_now
      from width w
     cross join seal
     cross join lateral report_changes(w.name, seal.first_day, seal.as_of, seal.basis, seal.known_at, null) c
     where c.v_then[1:w.n] <> c.v_now[1:w.n]
       and (w.name <> 'headline' or c.row_key not in (select l.row_key from later l))
),
firm as ( -- behind each sum; a row that was not there had none, in seals that kept them
    select y.name, y.row_key, coalesce(y.sealed, case when y.kept then array_fill(0::bigint, array[y.n]) end) as sealed,
           coalesce(y.live, array_fill(0::bigint, array[y.n])) as live
      from (select x.name, x.row_key, x.n, max(x.sealed) as sealed, max(x.live) as live,
                   bool_or(max(x.sealed) is not null) over (partition by x.name) as kept
              from (select w.name, w.n, c.row_key, c.firms[1:w.n] as sealed, null::bigint[] as live
                      from width w
                     cross join seal
                     cross join lateral report_sealed_cells(seal.s, w.name) c
                     union all
                    select l.name, l.n, l.row_key, null, l.firms
                      from live l) x
             group by 1, 2, 3) y
),
part as (
    select n.name, n.place, c.row_key, c.v as sealed, '{}'::bigint[] as live, '{}'::bigint[] as itemised
      from section n
     cross join seal
     cross join lateral report_sealed_cells(seal.s, n.name) c
     union all
    select v.name, v.place, v.row_key, '{}', v.v, '{}'
      from live v
     where v.name <> 'headline' or v.row_key not in (select l.row_key from later l)
     union all
    select c.name, c.place, c.row_key, '{}', '{}', bigints_minus(c.v_now, c.v_then)
      from change c
),
cell as (
    select p.name, p.place, p.row_key, grouping(p.row_key) as whole, bigints_sum(p.sealed) as sealed,
           bigints_sum(p.live) as live,
           bigints_sum(p.itemised) as itemised
      from part p
     group by grouping sets ((p.name, p.place, p.row_key), (p.name, p.place))
),
metric as (
    select t.id, max(t.metric) as metric from plan_target t group by t.id
),
page as (
    select c.*
      from change c
     where $3::int is null
        or (c.place, c.row_key, c.id) > ($3::int, $4::text, $5::uuid)
     order by c.place, c.row_key, c.id
     limit $6::int
)
select 'cell' as kind, c.name as section, c.place, c.row_key, to_json(c.sealed::text[])::text as sealed,
       to_json(c.live::text[])::text as live, to_json(c.itemised::text[])::text as itemised,
       null::uuid as id, null::text as type, null::text as reference,
       null::int as version_then, null::int as version_now, null::text as why, m.metric, null::bigint as items,
       to_json(f.sealed::text[])::text as firms_sealed, to_json(f.live::text[])::text as firms_live
  from cell c
  left join metric m on c.name = 'targets' and m.id = c.row_key
  left join firm f on f.name = c.name and f.row_key = c.row_key and f.sealed <> f.live -- null: not kept, or none left
 where 0 <> any (bigints_minus(c.live, c.sealed)) or 0 <> any (c.itemised) or f.name is not null
 union all
select 'item', p.name, p.place, p.row_key, to_json(p.v_then::text[])::text, to_json(p.v_now::text[])::text,
       to_json(bigints_minus(p.v_now, p.v_then)::text[])::text, p.id, p.type, p.reference, p.version_then,
       p.version_now,
       report_change_why(p.id, seal.known_at)::text, m.metric,
       (select count(*) from change), null, null
  from page p
  left join metric m on p.name = 'targets' and m.id = p.row_key
 cross join seal
 order by kind, place, row_key, id
