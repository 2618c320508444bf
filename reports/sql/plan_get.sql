-- plan_get: everything the targets of a plan are computed from, as rows of several kinds.
-- $1 plan code or null (that of the last day), $2 basis or null (the plan's own), $3 last day that counts,
-- $4 known_at or null,
-- $5 end of the quarter that counts last, or null: firms that benefit are not asked for; $6 what was counted of them
-- before, as `counted` told it, or null
-- -> kind text, a text, b text, c text, d text, e text, f text, g text, h text:
--    plan: code, title, first_year, last_year, basis, undated (loans)
--    target: id, kind, metric, threshold, zh, en, reading, basis (null: over several metrics)
--    quarter: quarter, year, amount_fen, count, basis
--    baseline: year, amount_fen, count, source, assumed, version, recorded_at, recorded_by
--    metric (of a target that has several): target, no, name, side, figure, zh, en
--    benefit: year, figure, value, without, part, part_without, firms, part_firms (plan_benefits)
--    counted: text (JSON: to be counted on from; only as of now)
--    indicator: year, quarter (null: the whole year), side, way, figure, value, source, assumed
--    published: year, quarter, side, way, figure, value, source, assumed (of a year that records tell)
--    own: year, quarter, side, way, figure, value, source, assumed (what records come to)
with chosen as (
    select p.*, coalesce($2::text, p.basis) as use
      from plan_at($4::timestamptz) p
     where p.code = coalesce($1::text, plan_of($3::date, $4::timestamptz))
),
aim as materialized (
    select t.*, case when t.metric is not null then coalesce($2::text, t.basis, c.basis) end as use
      from plan_version_target t
      join chosen c on c.code = t.plan and c.version = t.version
),
own as materialized (
    select f.*
      from chosen c
     cross join lateral plan_goal_figures(c.first_year - 1, c.last_year, $3::date, $4::timestamptz) f
),
benefits as materialized ( -- firms: only where a target is about them
    select plan_benefits(c.first_year - 1, c.last_year, $5::date, $4::timestamptz, $6::json) as doc
      from chosen c
     where $5::date is not null
       and exists (select from plan_version_metric m
                    where m.plan = c.code and m.version = c.version and m.side = 'benefiting_firm')
),
told as materialized ( -- own: of a year and side that records tell
    select f.*, exists (select from own o where o.side = f.side and o.year = f.year) as own
      from chosen c
      join indicator_figures_counted($4::timestamptz) f on f.year between c.first_year - 1 and c.last_year
)
select 'plan' as kind, c.code as a, c.title as b, c.first_year::text as c, c.last_year::text as d,
       c.use as e, plan_undated(c.use, $4::timestamptz)::text as f, null as g, null as h
  from chosen c
union all
select 'target', t.id, t.kind, t.metric, t.threshold::text, t.zh, t.en, t.reading, t.use
  from aim t
union all
select 'quarter', q.quarter, q.year::text, q.amount_fen::text, q.count::text, u.use, null, null, null
  from chosen c
 cross join (select x.use from chosen x union select t.use from aim t where t.use is not null) u
 cross join lateral plan_quarters(u.use, $3::date, $4::timestamptz) q
 where q.year between c.first_year - 1 and c.last_year
union all
select 'baseline', b.year::text, b.amount_fen::text, b.count::text, b.source,
       case when b.assumed then 'true' else 'false' end, b.version::text, instant_text(b.recorded_at),
       b.recorded_by
  from baseline b
  join chosen c on c.code = b.plan
 where ($4::timestamptz is null or b.recorded_at <= $4::timestamptz)
   and not exists (select from baseline later
                    where later.plan = b.plan and later.year = b.year
                      and later.version = b.version + 1
                      and ($4::timestamptz is null or later.recorded_at <= $4::timestamptz))
union all
select 'metric', m.target, m.no::text, m.metric, m.side, m.figure, m.zh, m.en, null
  from plan_version_metric m
  join chosen c on c.code = m.plan and c.version = m.version
union all
select 'benefit', b.year::text, b.figure, b.value::text, b.without::text, b.part::text, b.part_without::text,
       b.firms::text, b.part_firms::text
  from benefits x
 cross join lateral json_to_recordset(x.doc -> 'rows') as b(year int, figure text, value bigint, without bigint,
       part bigint, part_without bigint, firms bigint, part_firms bigint)
union all
select 'counted', x.doc::text, null, null, null, null, null, null, null
  from benefits x
 where $4::timestamptz is null
union all
select 'indicator', f.year::text, f.quarter::text, f.side, f.way, f.figure, f.value::text, f.source,
       case when f.assumed then 'true' else 'false' end
  from told f
 where not f.own
union all
select 'published', f.year::text, f.quarter::text, f.side, f.way, f.figure, f.value::text, f.source,
       case when f.assumed then 'true' else 'false' end
  from told f
 where f.own
union all
select 'own', o.year::text, o.quarter::text, o.side, o.way, o.figure, o.value::text, 'ledger', 'false'
  from own o
 order by 1, 2, 3
