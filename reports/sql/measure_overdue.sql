-- measure_overdue: reports on a plan's measures that were due and are not there, a line a measure and department.
-- $1 as of day, $2 known_at or null, $3 department or null, $4 plan or null: that of the day
-- -> document text (JSON; null when there is no such plan), the longest overdue first; days: since the first of them
--    was due. groups: a line a department. Of a department that never reported at all the group alone is told, unless
--    it was asked for by name.
with plan as materialized (
    select p.code
      from plan_at($2::timestamptz) p
     where p.code = coalesce($4::text, plan_of($1::date, $2::timestamptz, true))
),
standing as materialized (
    select s.* from plan p cross join lateral measure_standing(p.code, $1::date, $2::timestamptz) s
),
late as (
    select s.measure, s.department, min(s.due_on) as since, count(*) as n,
           json_agg(json_build_object('period', s.period, 'due_on', s.due_on) order by s.last_day) as periods
      from standing s
     where s.report is null
       and s.due_on < $1::date
       and ($3::text is null or s.department = $3::text)
     group by 1, 2
),
heard as materialized ( -- who has reported anything by then
    select distinct s.department from standing s where s.report is not null
),
grouped as (
    select json_agg(json_build_object('department', d.code, 'department_title', d.zh, 'recorder', d.recorder,
                    'overdue', g.n, 'since', g.since, 'days', $1::date - g.since, 'measures', g.measures,
                    'never', not exists (select from heard h where h.department = d.code))
                    order by g.since, d.no, d.code) as lines
      from (select l.department, min(l.since) as since, sum(l.n)::bigint as n,
                   json_agg(l.measure order by l.measure) as measures
              from late l
             group by l.department) g
      join department d on d.code = g.department
)
select json_build_object('plan', max(p.code), 'as_of', $1::date, 'overdue', coalesce(sum(l.n), 0),
       'groups', (select coalesce(g.lines, '[]') from grouped g),
       'items', coalesce(json_agg(json_build_object(
       'measure', l.measure, 'title', m.zh, 'title_en', m.en, 'department', d.code, 'department_title', d.zh,
       'recorder', d.recorder, 'overdue', l.n, 'since', l.since, 'days', $1::date - l.since, 'periods', l.periods)
       order by l.since, l.measure, d.no, d.code)
           filter (where l.measure is not null
                     and ($3::text is not null
                          or exists (select from heard h where h.department = l.department))),
           '[]'))::text as document
  from plan p
  left join (late l
             join plan o on true
             join lateral measure_of(o.code, $2::timestamptz) m on m.no = l.measure
             join department d on d.code = l.department) on true
having count(p.code) > 0
