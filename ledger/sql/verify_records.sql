-- verify_records: defects of records, their keys, versions and authors; signed heads in their order; what an upgrade
-- took although it differed: a row each
-- -> defect text, place text
select unnest(array_remove(array[
           case when x.other_form then 'key whose form is not that of its text' end,
           case when x.gap then 'record whose earlier version is missing' end,
           case when x.other_author then 'record of another organisation than its author''s' end], null)) as defect,
       r.id || ' v' || r.version as place
  from submission r -- read once
  left join org o on o.id = r.org_id
 cross join lateral (
       select r.key_form <> text_form(r.key) as other_form,
              r.version > 1
              and not exists (select from submission e where e.id = r.id and e.version = r.version - 1) as gap,
              right(r.recorded_by, length(o.code) + 1) <> '@' || o.code as other_author) x
 where x.other_form or x.gap or x.other_author
union all
select 'log head that is no later than the one before', h.size || ''
  from (select x.size, x.signed_at, lag(x.signed_at) over (order by x.size) as last from log_head x) h
 where h.signed_at <= h.last
union all
select 'row that differed from the log when an upgrade took it',
       concat_ws(' ', f.x ->> 0, f.x ->> 1, f.x ->> 2) || ': ' || coalesce(f.x ->> 3, 'nothing') || ' in the log, '
       || coalesce(f.x ->> 4, 'nothing') || ' in the table'
  from log_adoption a
 cross join lateral json_array_elements(a.found) f(x)
 order by 1, 2
