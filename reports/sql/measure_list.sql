-- measure_list: a plan's measures, who answers for each, what was reported last and what is overdue.
-- $1 number of one measure or null, $2 as of day, $3 known_at or null, $4 'true': only what is overdue, $5 plan or
-- null: that of the day
-- -> document text (JSON; null when there is no such measure, or no such plan). Overdue: not reported by the end of the
--    day it was due on, as of the day asked for. One measure carries its reports, the 1,000 of the latest periods.
with plan as materialized (
    select p.code, p.title, p.title_en, p.first_year
      from plan_at($3::timestamptz) p
     where p.code = coalesce($5::text, plan_of($2::date, $3::timestamptz, true))
),
measure as materialized (
    select m.*
      from plan p
     cross join lateral measure_of(p.code, $3::timestamptz) m
     where $1::int is null or m.no = $1::int
),
standing as materialized (
    select s.*, s.report is null and s.due_on < $2::date as overdue
      from plan p
     cross join lateral measure_standing(p.code, $2::date, $3::timestamptz) s
     where $1::int is null or s.measure = $1::int
),
last_report as materialized (
    select distinct on (r.measure, r.department)
           r.measure, r.department, r.id, r.period, r.on_day, count(*) over (partition by r.measure, r.department) as n
      from measure_report r
      join plan p on p.code = r.plan
     where r.on_day <= $2::date
       and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)
       and not record_has_later(r.id, r.version, $3::timestamptz)
     order by r.measure, r.department, r.last_day desc, r.first_day desc
),
stood as materialized ( -- each made once: who joins them goes round for every measure and department
    select s.measure, s.department, count(*) filter (where s.overdue) as overdue,
           min(s.due_on) filter (where s.overdue) as overdue_since,
           (array_agg(json_build_object('period', s.period, 'due_on', s.due_on) order by s.last_day)
                filter (where s.report is null and s.due_on >= $2::date))[1] as next_due
      from standing s
     group by 1, 2
),
duty as materialized (
    select d.measure, d.department, coalesce(s.overdue, 0) as overdue, s.overdue_since, s.next_due
      from plan p
     cross join lateral measure_duty_of(p.code, $3::timestamptz) d
      left join stood s on s.measure = d.measure and s.department = d.department
     where $1::int is null or d.measure = $1::int
),
department_line as materialized (
    select u.measure, sum(u.overdue) as overdue, sum(l.n) as reports,
           json_agg(json_strip_nulls(json_build_object('department', p.code, 'title', p.zh, 'title_en', p.en,
                    'recorder', p.recorder, 'reports', coalesce(l.n, 0), 'last_report', case when l.id is not null then
                        json_build_object('id', l.id, 'period', l.period, 'on', l.on_day) end,
                    'overdue', u.overdue, 'overdue_since', u.overdue_since, 'next_due', u.next_due))
                    order by p.no, p.code) filter (where $4::text is distinct from 'true' or u.overdue > 0) as lines
      from duty u
      join department p on p.code = u.department
      left join last_report l on l.measure = u.measure and l.department = u.department
     group by u.measure
),
measure_line as (
    select m.no, m.chapter, json_build_object('measure', m.no, 'chapter', m.chapter, 'chapter_title', c.zh,
           'chapter_title_en', c.en, 'title', m.zh, 'title_en', m.en, 'reports', coalesce(d.reports, 0),
           'overdue', d.overdue, 'departments', d.lines) as line
      from measure m
      join plan_version_chapter c on c.plan = m.plan and c.version = m.version and c.no = m.chapter
      join department_line d on d.measure = m.no
     where $4::text is distinct from 'true' or d.overdue > 0
),
report_line as (
    select json_agg(json_strip_nulls(json_build_object('id', x.id, 'reference', x.reference, 'department', x.department,
           'period', x.period, 'on', x.on_day, 'late', x.on_day > x.due_on, 'text', x.text, 'figure', x.figure::text,
           'unit', x.unit, 'evidence', x.evidence, 'recorded_at', instant_text(x.recorded_at),
           'recorded_by', x.recorded_by))
           order by x.last_day desc, x.no, x.department) as lines
      from (select r.*, p.no, s.due_on
              from measure_report r
              join plan o on o.code = r.plan
              join department p on p.code = r.department
              left join standing s on s.report = r.id
             where r.measure = $1::int
               and r.on_day <= $2::date
               and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)
               and not record_has_later(r.id, r.version, $3::timestamptz)
             order by r.last_day desc, p.no, r.department
             limit 1000) x
)
select case when $1::int is null
            then (select row_to_json(x)
                    from (select p.code as plan, p.title as plan_title, coalesce(p.title_en, p.title) as plan_title_en,
                                 $2::date as as_of,
                                 array(select l.line from measure_line l order by l.no) as measures
                            from plan p) x)
            else (select json_joined(l.line, json_build_object('plan', o.code, 'plan_title', o.title,
                         'plan_title_en', coalesce(o.title_en, o.title), 'as_of', $2::date, 'ledger', (
                         select coalesce(json_agg(json_build_object('name', x.name, 'title', x.zh, 'title_en', x.en,
                                'count', x.count, 'amount', yuan_text(x.amount_fen))), '[]')
                           from measure m
                          cross join lateral measure_ledger(make_date(o.first_year, 1, 1), $2::date,
                                                            $3::timestamptz) x
                          where x.name = any (m.figures)), 'items', coalesce(r.lines, '[]')))
                    from measure_line l
                   cross join plan o
                   cross join report_line r) end::text as document
