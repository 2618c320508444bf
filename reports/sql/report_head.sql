-- report_head: the instant of the snapshot and the plan's targets that loans count for, before the sections of a
-- report.
-- -> known_at text, basis text, id text, zh text, en text, kind text, metric text, threshold int8,
--    first_year int4; one row a target
select instant_text(known_now()) as known_at, p.basis, t.id, t.zh, t.en, t.kind, t.metric, t.threshold,
       p.first_year
  from (select x.* from plan x order by x.first_year, x.code limit 1) p
  left join plan_target t on t.plan = p.code and t.metric in ('amount', 'count')
 order by t.id
