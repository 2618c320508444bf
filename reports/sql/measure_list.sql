-- measure_list: the plan's measures, who answers for each, what was reported last and what is overdue.
-- $1 number of one measure or null, $2 as of day, $3 known_at or null, $4 'true': only what is overdue
-- -> document text (JSON; null when there is no such measure). Overdue: not reported by the end of the day it was due
--    on, as of the day asked for. One measure carries its reports, the 1,000 of the latest periods.
with standing as materialized (
    select s.*, s.report is null and s.due_on < $2::date as overdue
      from measure_standing($2::date, $3::timestamptz) s
     where $1::int is null or s.measure = $1::int
),
last_report as materialized (
    select distinct on (r.measure, r.department)
           r.measure, r.department, r.id, r.period, r.on_day, count(*) over (partition by r.measure, r.department) as n
      from measure_report r
     where r.on_day <= $2::date
       and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)
       and not record_has_later(r.id, r.version, $3::timestamptz)
     order by r.measure, r.department, r.last_day desc, r.first_day desc
),
duty as (
    select d.measure, d.department,
           (select count(*) from standing s
             where s.measure = d.measure and s.department = d.department and s.overdue) as overdue,
           (select min(s.due_on) from standing s
             where s.measure = d.measure and s.department = d.department and s.overdue) as overdue_since,
           (select json_build_object('period', s.period, 'due_on', s.due_on)
              from standing s
             where s.measure = d.measure and s.department = d.department and s.report is null and s.due_on >= $2::date
             order by s.last_day
             limit 1) as next_due
      from measure_duty d
     where $1::int is null or d.measure = $1::int
),
department_line as (
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
      join measure_chapter c on c.no = m.chapter
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
                    from (select $2::date as as_of,
                                 array(select l.line from measure_line l order by l.no) as measures) x)
            else (select json_joined(l.line, json_build_object('as_of', $2::date, 'ledger', (
                         select coalesce(json_agg(json_build_object('name', x.name, 'title', x.zh, 'title_en', x.en,
                                'count', x.count, 'amount', yuan_text(x.amount_fen))), '[]')
                           from plan p
                          cross join lateral measure_ledger(make_date(p.first_year, 1, 1), $2::date,
                                                            $3::timestamptz) x
                          where p.code = 'sh-2021-2023' and x.measure = $1::int), 'items', coalesce(r.lines, '[]')))
                    from measure_line l
                   cross join report_line r) end::text as document
