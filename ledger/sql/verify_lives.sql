-- verify_lives: which event it is that cannot be in the life of a loan: a row each
-- $1 the loans, an array
-- -> defect text, place text
select 'loan whose events contradict each other' as defect, l.id || ' event ' || f.bad_event as place
  from unnest($1::uuid[]) i(id)
  join loan l on l.id = i.id
 cross join lateral loan_fold(l, 'infinity', null, null, true) f
 where not record_has_later(l.id, l.version, null)
   and f.bad_code is not null
   and not coalesce(verify_life_is_old(f), false)
 order by 1, 2
