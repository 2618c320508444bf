-- measure_overdue: reports on the plan's measures that were due and are not there, a line a measure and department.
-- $1 as of day, $2 known_at or null, $3 department or null
-- -> document text (JSON), the longest overdue first; days: since the first of them was due
with late as (
    select s.measure, s.department, min(s.due_on) as since, count(*) as n,
           json_agg(json_build_object('period', s.period, 'due_on', s.due_on) order by s.last_day) as periods
      from measure_standing($1::date, $2::timestamptz) s
     where s.report is null
       and s.due_on < $1::date
       and ($3::text is null or s.department = $3::text)
     group by 1, 2
)
select json_build_object('as_of', $1::date, 'overdue', coalesce(sum(l.n), 0),
       'items', coalesce(json_agg(json_build_object(
       'measure', l.measure, 'title', m.zh, 'title_en', m.en, 'department', d.code, 'department_title', d.zh,
       'recorder', d.recorder, 'overdue', l.n, 'since', l.since, 'days', $1::date - l.since, 'periods', l.periods)
       order by l.since, l.measure, d.no, d.code), '[]'))::text as document
  from late l
  join measure m on m.no = l.measure
  join department d on d.code = l.department
