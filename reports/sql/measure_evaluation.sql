-- measure_evaluation: how a plan's measures were carried out and reported over a time, for its evaluation.
-- $1 first and $2 last day, $3 known_at or null, $4 plan or null: that of the last day
-- -> document text (JSON; null when there is no such plan). Counted are the periods that end from the first to the last
--    day, as of the last day: due, of which on time, late and missing; figures of their reports, summed by unit
--    (exact). ledger: what the records themselves hold of a measure, as far as the reader may see them (measure_ledger)
with plan as materialized (
    select p.code
      from plan_at($3::timestamptz) p
     where p.code = coalesce($4::text, plan_of($2::date, $3::timestamptz, true))
),
standing as materialized (
    select s.*
      from plan p
     cross join lateral measure_standing(p.code, $2::date, $3::timestamptz) s
     where s.last_day between $1::date and $2::date
),
counted as (
    select s.measure, s.department,
           count(*) filter (where s.due_on <= $2::date) as due,
           count(*) filter (where s.report is not null) as reported,
           count(*) filter (where s.due_on <= $2::date and s.reported_on <= s.due_on) as on_time,
           count(*) filter (where s.due_on <= $2::date and s.reported_on > s.due_on) as late,
           count(*) filter (where s.due_on <= $2::date and s.report is null) as missing
      from standing s
     group by rollup (s.measure, s.department)
),
report as materialized (
    select r.*
      from measure_report r
      join plan p on p.code = r.plan
     where r.last_day between $1::date and $2::date
       and r.on_day <= $2::date
       and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)
       and not record_has_later(r.id, r.version, $3::timestamptz)
),
by_unit as (
    select r.measure, r.unit, sum(r.figure) as total, count(*) as n,
           json_agg(json_build_object('department', r.department, 'period', r.period, 'figure', r.figure::text,
                    'evidence', r.evidence, 'id', r.id) order by r.last_day, r.department) as of
      from report r
     where r.figure is not null
     group by 1, 2
),
figures as (
    select u.measure, json_agg(json_build_object('unit', u.unit, 'total', u.total::text, 'reports', u.n, 'of', u.of)
           order by u.unit) as figures
      from by_unit u
     group by 1
),
measure as materialized (
    select m.* from plan p cross join lateral measure_of(p.code, $3::timestamptz) m
),
ledger as (
    select m.no as measure, json_agg(json_build_object('name', l.name, 'title', l.zh, 'title_en', l.en,
           'count', l.count, 'amount', yuan_text(l.amount_fen)) order by l.n) as lines
      from measure_ledger($1::date, $2::date, $3::timestamptz) with ordinality
           as l(name, zh, en, count, amount_fen, n)
      join measure m on l.name = any (m.figures)
     group by 1
),
departments as (
    select c.measure, json_agg(json_build_object('department', d.code, 'title', d.zh, 'due', c.due,
           'reported', c.reported,
           'on_time', c.on_time, 'late', c.late, 'missing', c.missing) order by d.no, d.code) as lines
      from counted c
      join department d on d.code = c.department
     group by 1
)
select json_build_object('plan', (select p.code from plan p), 'from', $1::date, 'to', $2::date,
       'total', (select json_build_object('due', coalesce(c.due, 0), 'reported', coalesce(c.reported, 0),
                        'on_time', coalesce(c.on_time, 0), 'late', coalesce(c.late, 0),
                        'missing', coalesce(c.missing, 0))
                   from counted c where c.measure is null),
       'measures', coalesce(json_agg(json_build_object('measure', m.no, 'chapter', m.chapter, 'title', m.zh,
                   'title_en', m.en, 'due', coalesce(c.due, 0), 'reported', coalesce(c.reported, 0),
                   'on_time', coalesce(c.on_time, 0), 'late', coalesce(c.late, 0), 'missing', coalesce(c.missing, 0),
                   'rate', case when c.due > 0
                                then to_char(round(100.0 * (c.on_time + c.late) / c.due, 2), 'FM990.00') end,
                   'figures', coalesce(f.figures, '[]'), 'ledger', coalesce(l.lines, '[]'),
                   'departments', coalesce(d.lines, '[]')) order by m.no) filter (where m.no is not null),
                   '[]'))::text as document
  from plan p
  left join measure m on true
  left join counted c on c.measure = m.no and c.department is null
  left join figures f on f.measure = m.no
  left join ledger l on l.measure = m.no
  left join departments d on d.measure = m.no
having count(p.code) > 0
