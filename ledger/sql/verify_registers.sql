-- verify_registers: defects of indicators, profiles, reports on measures, registers, weights: a row each
-- -> defect text, place text
select 'indicator that differs from its record' as defect, coalesce(i.id, r.id) || '' as place
  from indicator i
  full join (select * from submission where type = 'indicator') r on r.id = i.id and r.version = i.version
 where (i.reference, i.side, i.way, i.year || coalesce('Q' || i.quarter, ''), i.source, i.evidence, i.assumed, i.org_id,
       i.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'side', r.body ->> 'way', r.body ->> 'period', r.body ->> 'source',
       r.body ->> 'evidence', (r.body ->> 'assumed')::boolean, r.org_id, r.recorded_at)
    or (i.count, i.contract_value_fen, i.cash_received_fen, i.revenue_fen, i.employees)
       is distinct from
       ((r.body ->> 'count')::bigint, fen_of(r.body ->> 'contract_value'), fen_of(r.body ->> 'cash_received'),
       fen_of(r.body ->> 'revenue'), (r.body ->> 'employees')::bigint)
union all
select 'enterprise profile that differs from its record', coalesce(p.id, r.id) || ''
  from enterprise_profile p
  full join (select * from submission where type = 'enterprise_profile') r on r.id = p.id and r.version = p.version
 where (p.reference, p.uscc, p.year, p.district, p.name, p.industry, p.size, p.employees, p.source, p.org_id,
        p.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'uscc', (r.body ->> 'year')::int, r.body ->> 'district', r.body ->> 'name',
       r.body ->> 'industry', r.body ->> 'size', (r.body ->> 'employees')::bigint, r.body ->> 'source', r.org_id,
       r.recorded_at)
    or (p.revenue_fen, p.assets_fen) is distinct from (fen_of(r.body ->> 'revenue'), fen_of(r.body ->> 'assets'))
union all
select 'report on a measure that differs from its record', coalesce(m.id, r.id) || ''
  from measure_report m
  full join (select * from submission where type = 'measure_report') r on r.id = m.id and r.version = m.version
 where (m.reference, m.measure, m.department, m.period, m.on_day, m.text, m.figure, m.unit, m.evidence)
       is distinct from
       (r.body ->> 'reference', (r.body ->> 'measure')::int, r.body ->> 'department', r.body ->> 'period',
       (r.body ->> 'on')::date, r.body ->> 'text', (r.body ->> 'figure')::numeric, r.body ->> 'unit',
       r.body ->> 'evidence')
    or (m.first_day, m.last_day, m.org_id, m.recorded_at, m.recorded_by)
       is distinct from
       (period_first(r.body ->> 'period'), period_last(r.body ->> 'period'), r.org_id, r.recorded_at, r.recorded_by)
    or m.plan <> coalesce(r.body ->> 'plan', m.plan)
union all
select 'measure reported twice for one period', min(m.id::text)
  from measure_report m
 where not record_has_later(m.id, m.version, null)
 group by m.plan, m.measure, m.department, m.period
having count(*) > 1
union all
select 'rhythm of reports that differs from its record', coalesce(m.id, r.id) || ''
  from measure_rhythm m
  full join (select * from submission where type = 'measure_rhythm') r on r.id = m.id and r.version = m.version
 where (m.reference, m.measure, m.department, m.effective_from, m.every, m.due_days, m.org_id, m.recorded_at)
       is distinct from
       (r.body ->> 'reference', (r.body ->> 'measure')::int, r.body ->> 'department',
        (r.body ->> 'effective_from')::date,
       r.body ->> 'every', (r.body ->> 'due_days')::int, r.org_id, r.recorded_at)
    or m.plan <> coalesce(r.body ->> 'plan', m.plan)
union all
select 'indicator told twice for one period', min(f.id::text)
  from indicator_figures() f
 group by f.side, f.way, f.figure, f.year, f.quarter
having count(*) > 1
union all
select 'quarters that disagree with their year', concat_ws(' ', f.year, f.side, f.way, f.figure)
  from indicator_figures() f
 group by f.side, f.way, f.figure, f.year
having sum(f.value) filter (where f.quarter is not null) > sum(f.value) filter (where f.quarter is null)
    or (count(f.quarter) = 4
        and sum(f.value) filter (where f.quarter is not null) <> sum(f.value) filter (where f.quarter is null))
union all
select 'entry of a register that differs from its record', coalesce(e.id, r.id) || ''
  from register_entry e
  full join (select * from submission
              where type in ('matching_event', 'operation_centre', 'portfolio', 'alliance', 'cluster', 'service_agency',
                             'agency_service', 'training')) r on r.id = e.id and r.version = e.version
 where (e.type, e.reference, e.kind, e.district, e.on_day, e.closed_on, e.firm, e.attended, e.voided, e.org_id,
        e.recorded_at)
       is distinct from
       (r.type, r.body ->> 'reference', r.body ->> 'kind', r.body ->> 'district', r.on_day,
       (r.body ->> 'closed_on')::date, r.body ->> 'uscc', (r.body ->> 'attended')::bigint,
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or e.firms is distinct from register_codes(coalesce(r.body -> 'participants', r.body -> 'members'))
    or array_to_string(e.rights, ';') is distinct from
       coalesce((select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x), '')
union all
select 'weights of the standing that differ from their record', coalesce(w.id, r.id) || ''
  from ranking_weight w
  full join (select * from submission where type = 'ranking_weight') r on r.id = w.id and r.version = w.version
 where (w.effective_from, w.deals_ppm, w.product_revenue_ppm, w.jobs_ppm, w.loans_ppm, w.org_id, w.recorded_at)
       is distinct from
       ((r.body ->> 'effective_from')::date, ppm_of(r.body ->> 'deals'), ppm_of(r.body ->> 'product_revenue'),
       ppm_of(r.body ->> 'jobs'), ppm_of(r.body ->> 'loans'), r.org_id, r.recorded_at)
 order by 1, 2
