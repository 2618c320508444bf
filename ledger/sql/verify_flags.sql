-- verify_flags: defects of red flags and what they stop: a row each
-- -> defect text, place text
select 'flag without a record that raised it' as defect, f.id || '' as place
  from flag f
 where not exists (select from flag_record r where r.flag = f.id)
union all
select 'flag of a rule that is not there', f.id || ''
  from flag f
 where not exists (select from flag_rule u where u.code = f.code)
union all
select 'flag whose severity is not that of its rule', f.id || ''
  from flag f
  join flag_rule u on u.code = f.code
 where case when f.code = 'RF15' then f.case_key !~ format(' %s$', f.severity) -- each severity is a case of its own
            when f.code = 'RF40' then f.severity not in ('high', 'med') -- the one if its event was reversed
            else f.severity <> u.severity
                 and not exists (select from verify_kept('flag_rule', 'code', f.code) k(was)
                                  where was ->> 'severity' = f.severity) end
union all
select 'flag that rests on what is not there', x.flag || ' ' || x.record_id || ' v' || x.version
  from flag_record x
  left join submission r on r.id = x.record_id and r.version = x.version
 where (x.type, x.org_id) is distinct from (r.type, r.org_id)
    or not exists (select from flag f where f.id = x.flag)
union all
select 'flag cleared without a clearing on record', coalesce(c.flag::text, r.body ->> 'flag')
  from flag_clearing c
  full join (select * from submission where type = 'flag_clearing') r on r.id = c.record_id
 where (c.flag::text, c.reason, c.double::text, c.cleared_at, c.cleared_by)
       is distinct from (r.body ->> 'flag', r.body ->> 'reason', r.body ->> 'double', r.recorded_at, r.recorded_by)
union all
select 'flag cleared by whoever recorded what raised it', c.flag || ''
  from flag_clearing c
 where exists (select from flag_record x
                 join submission r on r.id = x.record_id and r.version <= x.version
                where x.flag = c.flag and x.added_at <= c.cleared_at and r.recorded_by = c.cleared_by)
union all
select distinct 'payment past an open flag', s.id || ' ' || f.id
  from (select p.id, p.claim as cause, c.loan_id, c.borrower, p.recorded_at, p.recorded_by
          from claim_step p join claim c on c.id = p.claim
         where p.step = 'pay'
        union all
        select p.id, p.application, a.loan_id, a.borrower, p.recorded_at, p.recorded_by
          from application_step p join application a on a.id = p.application
         where p.step = 'pay') s
 cross join lateral ( -- what flags rest on that stop this payment, by rules of firms also of the firm's other loans
       select x.flag, x.added_at from flag_record x where x.record_id in (s.loan_id, s.cause)
        union
       select x.flag, x.added_at
         from loan l
         join flag_record x on x.record_id = l.id
         join flag g on g.id = x.flag
         join flag_rule u on u.code = g.code and u.of_firm
        where l.borrower = s.borrower and l.recorded_at < s.recorded_at) w
  join flag f on f.id = w.flag and f.severity = 'high' and f.raised_at < s.recorded_at
  left join flag_clearing c on c.flag = f.id and c.cleared_at < s.recorded_at
 where s.recorded_at > (select min(v.recorded_at) from flag_threshold_value v) -- there was no stop before
   and w.added_at < s.recorded_at
   and (f.code <> 'RF29' or c.flag is not null or flag_standing(f.id)) -- one that has ended stops nothing
   and (c.flag is null or person_was_same(c.cleared_by, s.recorded_by, s.recorded_at))
union all
select 'threshold that differs from its record', coalesce(v.record_id, r.id) || ''
  from (select * from flag_threshold_value where record_id is not null) v
  full join (select x.*, a.recorded_at as approved_at
               from submission x
               left join proposal_now n on n.proposal = x.id
               left join proposal_step a on a.proposal = x.id and a.state = 'approved'
              where x.type = 'flag_threshold' and coalesce(n.state, 'approved') = 'approved') r on r.id = v.record_id
  left join flag_threshold t on t.code = v.code and t.name = v.name
 where (v.code, v.name, v.effective_from, v.value, v.recorded_by)
       is distinct from
       (r.body ->> 'rule', r.body ->> 'threshold',
       greatest((r.body ->> 'effective_from')::date, shanghai_day(r.approved_at)),
       flag_value_of(t.unit, r.body ->> 'value'), r.recorded_by)
union all
select 'scan without its record, or the other way round', coalesce(s.id, r.id) || ''
  from (select distinct x.id from flag_scan x) s
  full join (select x.id from submission x where x.type = 'flag_scan') r on r.id = s.id
 where s.id is null or r.id is null
 order by 1, 2
