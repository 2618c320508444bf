-- verify_seals: defects of sealed quarters and what changed since: a row each
-- -> defect text, place text
select 'sealed report that does not fit its manifest' as defect, s.quarter || ' ' || report_seal_gaps(s) as place
  from report_seal s
 where report_seal_gaps(s) is not null
union all
select 'file of a seal that is not there', f.quarter || ' ' || f.format || ' ' || f.language
  from report_form f
 where not exists (select from report_seal s where s.quarter = f.quarter)
union all
select 'seal that differs from its record', coalesce(s.quarter, r.key)
  from report_seal s
  full join (select * from submission where type = 'report_seal') r on r.id = s.id
 where (s.quarter, s.manifest, s.signatures::text, s.reason, s.recorded_at, s.sealed_by)
       is distinct from
       (r.key, r.body ->> 'manifest', r.body ->> 'signatures', r.body ->> 'reason', r.recorded_at, r.recorded_by)
    or (s.quarter, s.as_of::text, s.basis, instant_text(s.known_at), instant_text(s.sealed_at), s.previous)
       is distinct from
       (report_manifest_line(s.manifest, 'quarter'), report_manifest_line(s.manifest, 'as_of'),
       report_manifest_line(s.manifest, 'basis'), report_manifest_line(s.manifest, 'known_at'),
       report_manifest_line(s.manifest, 'sealed_at'), report_manifest_line(s.manifest, 'previous'))
union all
select 'seal that does not follow the one before', s.quarter
  from (select x.*, lag(x.quarter) over (order by x.quarter) as last_quarter,
               lag(x.known_at) over (order by x.quarter) as last_known
          from report_seal x) s
 where s.last_quarter is not null
   and (quarter_first(s.last_quarter) + interval '3 months' <> s.first_day or s.known_at < s.last_known)
union all
select 'seal over a log head that is not in the log', s.quarter
  from report_seal s
 where not exists (select from log_head h
                    where h.size::text = report_manifest_line(s.manifest, 'log_size')
                      and encode(h.root, 'hex') = report_manifest_line(s.manifest, 'log_root')
                      and instant_text(h.signed_at) = report_manifest_line(s.manifest, 'known_at'))
union all
select 'change to a sealed quarter that is not listed', x.id || ''
  from (select l.id, l.recorded_at, least(l.signed_on, l.registered_on, l.disbursed_on,
               b.signed_on, b.registered_on, b.disbursed_on) as day
          from loan l
          left join loan b on b.id = l.id and b.version = l.version - 1
         union all
        select e.loan_id, e.recorded_at, case when e.kind = 'reversed' then '-infinity' else e.on_day end
          from loan_event e) x
 where exists (select from report_seal s where x.day <= s.as_of and x.recorded_at > s.known_at)
   and not exists (select from sealed_change c where c.loan_id = x.id and c.recorded_at = x.recorded_at)
 order by 1, 2
