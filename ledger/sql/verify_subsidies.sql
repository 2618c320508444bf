-- verify_subsidies: defects of policies and applications: a row each
-- -> defect text, place text
with back as ( -- what came back, a row each: confirmed; a clawback of the first edition was believed at once
    select s.* from application_step s where s.step = 'confirm' or s.step = 'clawback' and s.state <> 'demanded'
)
select 'policy that differs from its record' as defect, p.id || '' as place
  from policy p
  left join lateral (select r.* from submission r where r.id = p.id and r.type = 'policy'
                     order by r.version desc limit 1) r on true
 where (p.body::text, p.sha256, p.code, p.effective_from, p.org_id, p.district)
       is distinct from
       (r.body::text, r.sha256, r.body ->> 'code', (r.body ->> 'effective_from')::date, r.org_id,
       coalesce(r.body ->> 'district', city_code()))
union all
select 'policy in force without an approval on record', p.id || ''
  from policy p
 where not exists (select from submission r
                    where r.type = 'policy_step' and r.body ->> 'policy' = p.id::text and r.body ->> 'step' = 'approve'
                      and r.recorded_by = p.approved_by and r.recorded_at = p.approved_at)
union all
select 'policy in force that who wrote it approved', p.id || ''
  from policy p
 where exists (select from submission r
                where r.id = p.id and r.type = 'policy' and r.recorded_at <= p.approved_at
                  and person_was_same(r.recorded_by, p.approved_by, p.approved_at))
union all
select 'application that differs from its record', coalesce(a.id, r.id) || ''
  from application a
  full join (select * from submission where type = 'application') r on r.id = a.id
 where (a.reference, a.policy_code, a.on_day, a.org_id, a.recorded_at, a.recorded_by)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'policy', r.on_day, r.org_id, r.recorded_at, r.recorded_by)
union all
select 'application step that differs from its record', coalesce(s.id, r.id) || ''
  from (select * from application_step where step <> 'release') s
  full join (select * from submission where type = 'application_step') r on r.id = s.id
 where (s.application::text, s.step, s.on_day, s.reason, s.recorded_at, s.recorded_by)
       is distinct from
       (r.body ->> 'application', r.body ->> 'step', r.on_day, r.body ->> 'reason', r.recorded_at, r.recorded_by)
union all
select 'application step by an office that does not take it', s.id || ''
  from application_step s
  join application a on a.id = s.application
  join submission r on r.id = s.id and r.version = 1
 where r.org_id <> a.org_id
union all
select 'application step that was not legal', s.id || ''
  from application_step s
  join application a on a.id = s.application
  left join application_step e on e.application = s.application and e.n = s.n - 1
 cross join lateral (select coalesce(e.state, case when s.n > 1 then '-' when s.step = 'release' then 'queued'
                                                   else 'reserved' end) as state) was
 where s.recorded_at > (select verify_adopted_at())
   and (a.amount_fen = 0
        or not case when s.step = 'release' then s.recorded_by = 'pledged' and was.state = 'queued'
                                                 and s.state = 'reserved'
                    else verify_application_step(was.state, s.step, s.state) end)
union all
select 'application step by whoever took the one before it', s.id || ''
  from application_step s
  join application a on a.id = s.application
  left join application_step e on e.application = s.application and e.n = s.n - 1
 where s.step in ('approve', 'pay', 'confirm')
   and person_was_same(case s.step when 'approve' then a.recorded_by when 'pay' then e.recorded_by else s.maker end,
                       s.recorded_by, s.recorded_at)
union all
select 'application that was paid upon an approval by a token that was revoked', s.id || ''
  from application_step s
  join application_step e on e.application = s.application and e.n = s.n - 1
 where s.step = 'pay' and verify_disowned_before(e.id, s.id)
union all
select 'application step whose money is not where it should be', s.id || ''
  from application_step s
  join application a on a.id = s.application
  left join transfer t on t.id = s.id
  left join back b on b.id = s.id
 cross join lateral (select 'granted:' || a.district || ':' || a.policy_code as granted) g
 where case when s.step = 'pay' then (t.cause, t.credit, t.debit, t.amount_fen)
                 is distinct from ('subsidy', a.account, g.granted, a.amount_fen)
            when b.id is not null then (t.cause, t.debit, t.credit, t.amount_fen)
                 is distinct from ('clawback', a.account, g.granted, s.amount_fen)
            else t.id is not null end
union all
select 'what came back of a subsidy was not asked for, or not seen by another', s.id || ''
  from application_step s
  left join lateral (
       select x.* from application_step x
        where x.application = s.application and x.step = 'clawback' and x.n < s.n order by x.n desc limit 1) c on true
 where s.step = 'confirm'
   and (c.id is null or s.maker is distinct from c.recorded_by or s.recorded_by = c.recorded_by
        or c.amount_fen < (select sum(x.amount_fen) from application_step x
                            where x.application = s.application and x.step = 'confirm' and x.n between c.n and s.n))
union all
select 'application whose state is not that of its steps', n.application || ''
  from application_now n
  join application a on a.id = n.application
  left join lateral (
       select s.state from application_step s where s.application = a.id order by s.n desc limit 1) last on true
 where n.state <> coalesce(last.state, case when a.amount_fen = 0 then 'refused' when n.state = 'queued' then 'queued'
                                            else 'reserved' end)
    or n.amount_fen <> case when n.state in ('refused', 'withdrawn') then 0 else a.amount_fen end
       - (select coalesce(sum(b.amount_fen), 0) from back b where b.application = a.id)
    or (n.loan_id, n.insurance_policy, n.borrower, n.policy_code, n.account, n.on_day)
       is distinct from (a.loan_id, a.insurance_policy, a.borrower, a.policy_code, a.account, a.on_day)
union all
select 'application that holds more or less than it was promised', n.application || ''
  from application_now n
  left join hold h on h.id = n.application and not exists (select from hold_end e where e.hold = h.id)
 where (n.state in ('reserved', 'approved')) <> (h.id is not null) or h.amount_fen <> n.amount_fen
union all
select 'hold of an application that is not what its decision and steps made of it', h.id || ''
  from hold h
  join application a on a.id = h.id
  left join hold_end e on e.hold = h.id
  left join lateral (
       select s.*
         from application_step s
        where s.application = a.id and s.step in ('pay', 'refuse', 'withdraw')
        order by s.n
        limit 1) s on true
 where (h.account, h.amount_fen) is distinct from (a.account, a.amount_fen)
    or (e.how, e.recorded_by)
       is distinct from
       (case when s.step = 'pay' then 'posted' when s.id is not null then 'voided' end, s.recorded_by)
union all
select 'what a subsidy takes does not fit its application', coalesce(n.application, u.application) || ''
  from application_now n
  full join (select x.application, x.loan_id, sum(x.amount_fen) as fen from subsidy_unit x group by 1, 2) u
         on u.application = n.application
  left join application a on a.id = n.application
 where application_counts(n.state) is distinct from (u.application is not null)
    or u.loan_id is distinct from n.loan_id and u.application is not null or u.fen <> a.amount_fen
union all
select 'what a subsidy takes of a credit that is not its loan''s', u.application || ' ' || u.item
  from subsidy_unit u
  join application a on a.id = u.application
 cross join lateral (select substr(u.unit, length(u.item) + 2) as credit) x
 where u.item in ('interest', 'principal_award', 'lender_award')
   and x.credit <> u.loan_id::text
   and not exists (select from application o
                    where o.loan_id::text = x.credit and o.recorded_at <= a.recorded_at)
 order by 1, 2
