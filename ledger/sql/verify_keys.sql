-- verify_keys: keys of records that are one however they are written: a row each
-- -> defect text, place text
with told as ( -- in the order of the index, without the records
    select r.org_id, r.type, r.key_form
      from submission r
     where r.version = 1
     group by r.org_id, r.type, r.key_form
    having count(*) > 1
)
select 'keys that are one however they are written' as defect,
       o.code || ' ' || t.type || ' ' || string_agg(r.key, ', ' order by r.id) as place
  from told t
  join org o on o.id = t.org_id
  join submission r on r.org_id = t.org_id and r.type = t.type and r.key_form = t.key_form and r.version = 1
 where t.type <> 'loan'
    or not exists (select from loan_void v where v.loan_id = r.id and loan_void_at(v, null))
 group by o.code, t.type, t.key_form
having count(*) > 1
 order by 1, 2
