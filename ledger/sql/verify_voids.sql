-- verify_voids: loans that are void: a row each
-- -> defect text, place text
select 'void that differs from its events' as defect, coalesce(v.loan_id, e.loan_id) || '' as place
  from loan_void v
  full join (select x.id, x.loan_id, x.recorded_at,
                    coalesce((select min(r.recorded_at) from loan_event r
                               where r.loan_id = x.loan_id and r.kind = 'reversed' and r.reverses = x.reference),
                             'infinity') as until_at
               from loan_event x where x.kind = 'voided') e on e.id = v.event_id
 where (v.loan_id, v.from_at, v.until_at) is distinct from (e.loan_id, e.recorded_at, e.until_at)
 order by 1, 2
