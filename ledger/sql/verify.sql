-- verify: defects of records, one row each; none means sound.
-- -> defect text, place text
select 'keys that are one however they are written' as defect,
       o.code || ' ' || r.type || ' ' || string_agg(r.key, ', ' order by r.id) as place
  from submission r
  join org o on o.id = r.org_id
 where r.version = 1
   and not (r.type = 'loan' and loan_is_void(r.id, null))
 group by o.code, r.type, r.key_form
having count(*) > 1
union all
select 'key whose form is not that of its text', r.id || ' v' || r.version
  from submission r
 where r.key_form <> text_form(r.key)
union all
select 'record whose earlier version is missing', r.id || ' v' || r.version
  from submission r
 where r.version > 1
   and not exists (select from submission e where e.id = r.id and e.version = r.version - 1)
union all
select 'loan whose events contradict each other', l.id || ' event ' || f.bad_event
  from loan l
 cross join lateral loan_fold(l, 'infinity', null, null, true) f
 where not record_has_later(l.id, l.version, null)
   and exists (select from loan_event e where e.loan_id = l.id)
   and f.bad_code is not null
   and not (f.bad_pointer = '/interest' -- no bound of interest before accounts were kept by day
            and (select e.recorded_at from loan_event e where e.id = f.bad_event)
                < (select m.applied_at from schema_migration m where m.name like '%loan_account%'))
union all
select 'void that differs from its events', coalesce(v.loan_id, e.loan_id) || ''
  from loan_void v
  full join (select x.id, x.loan_id, x.recorded_at,
                    coalesce((select min(r.recorded_at) from loan_event r
                               where r.loan_id = x.loan_id and r.kind = 'reversed' and r.reverses = x.reference),
                             'infinity') as until_at
               from loan_event x where x.kind = 'voided') e on e.id = v.event_id
 where (v.loan_id, v.from_at, v.until_at) is distinct from (e.loan_id, e.recorded_at, e.until_at)
union all
select 'transfer record without its posting', r.id || ''
  from submission r
 where r.type = 'transfer'
   and not exists (select from transfer t where t.id = r.id)
   and not exists (select from proposal_now n where n.proposal = r.id and n.state <> 'approved')
union all
select 'proposal whose state is not that of its steps', p.id || ''
  from proposal p
  left join proposal_now n on n.proposal = p.id
 where n.state is distinct from coalesce((
           select s.state from proposal_step s where s.proposal = p.id order by s.n desc limit 1), 'waiting')
union all
select 'proposal or step that differs from its record', x.id || ''
  from (select p.id, p.type, p.recorded_at, p.recorded_by, null as said
          from proposal p
         union all
        select s.id, 'proposal_step', s.recorded_at, s.recorded_by, s.proposal || s.step || s.reason
          from proposal_step s) x
  left join submission r on r.id = x.id and r.type = x.type and r.version = 1
 where (x.recorded_at, x.recorded_by) is distinct from (r.recorded_at, r.recorded_by)
    or x.said <> (r.body ->> 'proposal') || (r.body ->> 'step') || (r.body ->> 'reason')
union all
select 'proposal that one person approved', p.id || ''
  from proposal p
  join proposal_step s on s.proposal = p.id and s.step = 'approve'
 where not exists (select from proposal j -- told when it was found that two persons are one
                    cross join lateral json_array_elements(j.before -> 'both_decided') x
                    where j.type = 'person_same' and (x ->> 'id')::uuid = p.id)
   and (coalesce(person_of(s.recorded_by)::text, s.recorded_by)
        = coalesce(person_of(p.recorded_by)::text, p.recorded_by)
        or exists (select from proposal_step o
                    where o.proposal = p.id and o.n < s.n
                      and coalesce(person_of(o.recorded_by)::text, o.recorded_by)
                          = coalesce(person_of(s.recorded_by)::text, s.recorded_by)))
union all
select 'transfer that differs from its record', t.id || ''
  from transfer t
  join submission r on r.id = t.id and r.type = 'transfer'
  left join lateral ( -- posted when it was approved
       select s.recorded_at from proposal_step s where s.proposal = r.id and s.state = 'approved') a on true
 where (t.reference, t.on_day, t.memo, t.recorded_at, t.recorded_by, t.reverses)
       is distinct from
       (r.body ->> 'reference', (r.body ->> 'on')::date, r.body ->> 'memo', coalesce(a.recorded_at, r.recorded_at),
       r.recorded_by,
       (r.body ->> 'reverses')::uuid)
    or (r.body ->> 'reverses' is null
        and (t.debit, t.credit, t.amount_fen, t.cause)
            is distinct from
            (r.body ->> 'debit', r.body ->> 'credit', ((r.body ->> 'amount')::numeric * 100)::bigint,
            r.body ->> 'cause'))
union all
select 'reversal that does not mirror its transfer', t.id || ''
  from transfer t
  left join transfer o on o.id = t.reverses
 where (t.cause = 'reversal' or t.reverses is not null)
   and (t.debit, t.credit, t.amount_fen) is distinct from (o.credit, o.debit, o.amount_fen)
union all
select 'transfer that nobody caused', t.id || ''
  from transfer t
 where not exists (select from submission r
                    where r.id = t.id
                      and r.type in ('transfer', 'claim_step', 'budget', 'budget_closing', 'application_step'))
   and not exists (select from claim_step s
                    cross join lateral json_array_elements(s.funds) x
                    where s.claim = t.cause_id and claim_part_id(s.id, x ->> 0) = t.id)
union all
select 'running balance that differs from its transfers', e.account || ' version ' || e.version
  from (select s.account, s.version, s.after_fen,
               sum(s.delta) over (partition by s.account order by s.version) as should_be
          from (select t.debit as account, t.debit_version as version, t.debit_after_fen as after_fen,
                       t.amount_fen as delta
                  from transfer t
                union all
                select t.credit, t.credit_version, t.credit_after_fen, -t.amount_fen from transfer t) s) e
 where e.after_fen <> e.should_be
union all
select 'account below zero', a.code
  from account a
 where a.no_overdraft
   and account_available_fen(a.code) < 0
union all
select 'books that do not balance', sum(b.debits_fen) - sum(b.credits_fen) || ''
  from account_balance b
having sum(b.debits_fen) <> sum(b.credits_fen)
union all
select 'scheme that differs from its record', s.id || ''
  from scheme s
 where not exists (select from submission r
                    where r.id = s.id and r.type = 'scheme' and r.body::text = s.body::text
                      and not record_has_later(r.id, r.version, null))
    or (s.code, s.effective_from, s.effective_to)
       is distinct from
       (s.body ->> 'code', (s.body ->> 'effective_from')::date, (s.body ->> 'effective_to')::date)
union all
select 'scheme in force without an approval on record', s.id || ''
  from scheme s
 where not exists (select from submission r
                    where r.type = 'scheme_approval' and r.body ->> 'scheme' = s.id::text
                      and r.recorded_by = s.approved_by)
union all
select 'claim that differs from its record', coalesce(c.id, r.id) || ''
  from claim c
  full join (select * from submission where type = 'claim') r on r.id = c.id
 where (c.reference, c.kind, c.on_day, c.org_id)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'kind',
       coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date), r.org_id)
    or c.received_on <> coalesce((r.body ->> 'received_on')::date, c.on_day)
union all
select 'claim whose split does not add up', c.id || ''
  from claim c
  join claim_now n on n.claim = c.id
 where (select sum((x ->> 2)::bigint) from json_array_elements(c.split) x) <> c.net_loss_fen
    or (select sum((x ->> 2)::bigint) from json_array_elements(n.split) x) <> n.net_loss_fen
union all
select 'claim step that differs from its record', coalesce(s.id, r.id) || ''
  from (select * from claim_step where step <> 'lapse') s -- the ledger's own, of the day on which a term ended
  full join (select * from submission where type = 'claim_step') r on r.id = s.id
 where (s.claim::text, s.step, s.on_day, s.recorded_by)
       is distinct from
       (r.body ->> 'claim', r.body ->> 'step',
       coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date), r.recorded_by)
    or s.step = 'recover' and s.amount_fen is distinct from fen_of(r.body ->> 'amount')
    or s.accepted_fen <> coalesce(fen_of(r.body ->> 'costs_accepted'), 0)
union all
select 'claim step that was not legal', s.id || ''
  from claim_step s
  left join claim_step e on e.claim = s.claim and e.n = s.n - 1
 where not exists (select from claim_transition t
                    where t.state = coalesce(e.state, case when s.n = 1 then 'submitted' end)
                      and t.step = s.step and t.next = s.state)
    or (s.step in ('approve', 'pay')
        and (s.maker is null or s.maker = s.recorded_by
             or s.maker not in (e.recorded_by, ( -- of the step that this one checks, whatever was in between
                 select p.recorded_by
                   from claim_step p
                  where p.claim = s.claim and p.n < s.n
                    and p.step = case s.step when 'approve' then 'accept' else 'approve' end
                  order by p.n desc
                  limit 1))))
    or s.step = 'lapse' and (s.recorded_by <> 'pledged' or s.on_day <= e.due_on)
union all
select 'claim step whose money is not where it should be', s.id || ''
  from claim_step s
  join claim c on c.id = s.claim
  join claim_now n on n.claim = s.claim
 where case when s.step in ('pay', 'accept_costs', 'recover', 'cure') and s.fund_fen > 0 then not exists (
            select from transfer t
             where t.id = s.id and t.cause_id = s.claim and t.amount_fen = s.fund_fen
               and 'fund:' || c.scheme_code
                   = case when s.step in ('pay', 'accept_costs') then t.credit else t.debit end)
            when s.step in ('approve', 'renew') then not exists (
            select from hold h where h.id = s.id and h.amount_fen = s.fund_fen)
            else s.transfer is not null end
    or (s.step = 'pay' and s.fund_fen <> n.fund_fen)
union all
select 'claim step whose money is not where it should be', s.id || ' ' || (x ->> 0)
  from claim_step s
 cross join lateral json_array_elements(s.funds) x
 where (x ->> 1)::bigint <> 0
   and not exists (select from transfer t
                    where t.id = claim_part_id(s.id, x ->> 0) and t.cause_id = s.claim
                      and t.amount_fen = abs((x ->> 1)::bigint)
                      and 'fund:' || (x ->> 0) = case when (x ->> 1)::bigint > 0 then t.credit else t.debit end)
   and not exists (select from hold h
                    where s.step in ('approve', 'renew') and h.id = claim_part_id(s.id, x ->> 0)
                      and h.account = 'fund:' || (x ->> 0) and h.amount_fen = (x ->> 1)::bigint)
union all
select 'claim that got back more than it was paid', c.id || ''
  from claim c
 where claims_paid_fen(c.loan_id, c.scheme_code, c.claimant, null) < 0
union all
select 'claim that is not where its steps left it', c.id || ''
  from claim c
  left join claim_now n on n.claim = c.id
  left join lateral (
       select (array_agg(s.state order by s.n desc))[1] as state,
              (array_agg(s.due_on order by s.n desc) filter (where s.step <> 'lapse'))[1] as due_on,
              bool_or(s.step = 'pay') as paid, bool_or(s.step in ('withdraw', 'cure')) as gone,
              (array_agg(s.step order by s.n desc) filter (where s.step in ('return', 'resubmit')))[1] as sent
         from claim_step s
        where s.claim = c.id) t on true
 where (n.state, n.paid, n.due_on, n.counts, n.scheme_code, n.loan_id, n.borrower, n.org_id, n.year, n.part_up,
       n.part_down)
       is distinct from
       (coalesce(t.state, 'submitted'), coalesce(t.paid, false),
       case when t.state in ('returned', 'lapsed') then t.due_on end,
       not coalesce(t.gone, false) and t.sent is distinct from 'return'
       and not (c.kind = 'pre_compensation' and exists (
                select from claim o
                  join claim_step u on u.claim = o.id and u.step = 'cure'
                 where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.kind = 'compensation'
                   and o.recorded_at >= c.recorded_at)),
       c.scheme_code, c.loan_id, c.borrower, c.org_id, extract(year from c.on_day)::int, c.part_up, c.part_down)
union all
select 'cover that differs from its record', coalesce(c.id, r.id) || ''
  from (select * from submission where type = 'coverage') r
  full join coverage c on c.id = r.id
 where c.id is null
    or r.id is not null
       and ((c.reference, c.scheme_code, c.org_id, c.paper, c.evidence)
            is distinct from
            (r.body ->> 'reference', r.body ->> 'scheme', r.org_id, r.body ->> 'on' is not null, r.body ->> 'evidence')
            or c.on_day <> coalesce((r.body ->> 'on')::date, (r.recorded_at at time zone 'Asia/Shanghai')::date)
            or not exists (select from loan_latest l where l.id = c.loan_id and l.org_id = r.org_id))
union all
select 'cover that is not where its steps left it', c.id || ''
  from coverage c
  left join lateral (select s.state from coverage_step s where s.coverage = c.id order by s.n desc limit 1) t on true
 where c.state <> coalesce(t.state, case when c.recorded_by = 'pledged' then 'covered' else 'pending' end)
   and not (c.state = 'pending' and t.state = 'requested') -- its loan was corrected: judged again
union all
select 'cover step that differs from its record', coalesce(s.coverage || ' ' || s.n, r.id || '')
  from (select * from coverage_step where step in ('confirm', 'refuse')) s
  full join (select * from submission where type = 'coverage_step' and body ->> 'step' <> 'end') r
    on (r.body ->> 'coverage', r.body ->> 'step', r.recorded_at) = (s.coverage::text, s.step, s.recorded_at)
 where (s.reason, s.recorded_by) is distinct from (r.body ->> 'reason', r.recorded_by)
union all
select 'cover on paper that two persons did not confirm', c.id || ''
  from coverage c
  join submission r on r.id = c.id and r.type = 'coverage'
 where c.paper and c.state in ('covered', 'suspended', 'ended')
   and exists (select from coverage_step s where s.coverage = c.id and s.state = 'covered')
   and (select count(distinct s.recorded_by) from coverage_step s
         where s.coverage = c.id and s.step = 'confirm' and s.recorded_by <> r.recorded_by) < 2
union all
select 'cover whose figures are not those of its loan', c.id || ''
  from coverage c
  join loan l on l.id = c.loan_id and not record_has_later(l.id, l.version, null)
 cross join lateral coverage_figures(l) f
 where c.owed_fen is not null and (c.owed_fen, c.bad_from) is distinct from (f.owed_fen, f.bad_from)
union all
select 'policy that differs from its record', p.id || ''
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
select 'application step whose money is not where it should be', s.id || ''
  from application_step s
  join application a on a.id = s.application
  left join transfer t on t.id = s.id
 where case s.step when 'pay' then (t.cause, t.credit, t.amount_fen)
                        is distinct from ('subsidy', a.account, a.amount_fen)
                   when 'clawback' then (t.cause, t.debit, t.amount_fen)
                        is distinct from ('clawback', a.account, s.amount_fen)
                   else t.id is not null end
union all
select 'application whose state is not that of its steps', n.application || ''
  from application_now n
  join application a on a.id = n.application
  left join lateral (
       select s.state from application_step s where s.application = a.id order by s.n desc limit 1) last on true
 where n.state <> coalesce(last.state, case when a.amount_fen = 0 then 'refused' when n.state = 'queued' then 'queued'
                                            else 'reserved' end)
    or n.amount_fen <> case when n.state in ('refused', 'withdrawn') then 0 else a.amount_fen end
       - (select coalesce(sum(s.amount_fen), 0) from application_step s
          where s.application = a.id and s.step = 'clawback')
    or (n.loan_id, n.insurance_policy, n.borrower, n.policy_code, n.account, n.on_day)
       is distinct from (a.loan_id, a.insurance_policy, a.borrower, a.policy_code, a.account, a.on_day)
union all
select 'application that holds more or less than it was promised', n.application || ''
  from application_now n
  left join hold h on h.id = n.application and not exists (select from hold_end e where e.hold = h.id)
 where (n.state in ('reserved', 'approved')) <> (h.id is not null) or h.amount_fen <> n.amount_fen
union all
select 'what a subsidy takes does not fit its application', coalesce(n.application, u.application) || ''
  from application_now n
  full join (select x.application, x.loan_id, sum(x.amount_fen) as fen from subsidy_unit x group by 1, 2) u
         on u.application = n.application
  left join application a on a.id = n.application
 where (n.state in ('queued', 'reserved', 'approved', 'paid')) is distinct from (u.application is not null)
    or u.loan_id is distinct from n.loan_id and u.application is not null or u.fen <> a.amount_fen
union all
select 'insurance policy that differs from its record', coalesce(p.id, r.id) || ''
  from insurance_policy p
  full join (select * from submission where type = 'insurance_policy') r on r.id = p.id and r.version = p.version
 where (p.policy_no, p.kind, p.insured, p.district, p.starts_on, p.ends_on, p.cancelled_on, p.org_id, p.recorded_at)
       is distinct from
       (r.body ->> 'policy_no', r.body ->> 'kind', r.body ->> 'insured_uscc', r.body ->> 'district',
       (r.body ->> 'starts_on')::date, (r.body ->> 'ends_on')::date, (r.body ->> 'cancelled_on')::date, r.org_id,
       r.recorded_at)
    or (p.sum_insured_fen, p.premium_fen, p.cover_share_ppm, p.parties)
       is distinct from
       (fen_of(r.body ->> 'sum_insured'), fen_of(r.body ->> 'premium'), ppm_of(r.body ->> 'cover_share'), r.parties)
    or cardinality(p.rights) <> coalesce(json_array_length(r.body -> 'ip'), 0)
union all
select 'insurance policies of one number that overlap', p.id || ''
  from insurance_policy p
  join insurance_policy q on q.policy_no = p.policy_no and q.org_id = p.org_id and q.id > p.id and q.cover && p.cover
 where not record_has_later(p.id, p.version, null) and not record_has_later(q.id, q.version, null)
union all
select 'insurance claim that differs from its record', coalesce(c.id, r.id) || ''
  from insurance_claim c
  full join (select * from submission where type = 'insurance_claim') r on r.id = c.id and r.version = c.version
 where (c.claim_no, c.loss_on, c.filed_on, c.outcome, c.decided_on, c.claimed_fen, c.paid_fen, c.org_id, c.district)
       is distinct from
       (r.body ->> 'claim_no', (r.body ->> 'loss_on')::date, (r.body ->> 'filed_on')::date, r.body ->> 'outcome',
       (r.body ->> 'decided_on')::date, fen_of(r.body ->> 'claimed'), coalesce(fen_of(r.body ->> 'paid'), 0), r.org_id,
       r.district)
union all
select 'insurance policy that paid more than its sum insured', c.policy || ''
  from insurance_claim c
 where not record_has_later(c.id, c.version, null)
 group by c.policy
having sum(c.paid_fen) > (select p.sum_insured_fen from insurance_policy p where p.id = c.policy
                           order by p.version desc limit 1)
union all
select 'indicator that differs from its record', coalesce(i.id, r.id) || ''
  from indicator i
  full join (select * from submission where type = 'indicator') r on r.id = i.id and r.version = i.version
 where (i.reference, i.side, i.way, i.year || coalesce('Q' || i.quarter, ''), i.source, i.evidence, i.assumed, i.org_id,
       i.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'side', r.body ->> 'way', r.body ->> 'period', r.body ->> 'source',
       r.body ->> 'evidence', (r.body ->> 'assumed')::boolean, r.org_id, r.recorded_at)
    or (i.count, i.contract_value_fen, i.cash_received_fen, i.revenue_fen, i.employees)
       is distinct from
       ((r.body ->> 'count')::bigint, fen_of(r.body ->> 'contract_value'), fen_of(r.body ->> 'cash_received'),
       fen_of(r.body ->> 'revenue'), (r.body ->> 'employees')::bigint)
union all
select 'enterprise profile that differs from its record', coalesce(p.id, r.id) || ''
  from enterprise_profile p
  full join (select * from submission where type = 'enterprise_profile') r on r.id = p.id and r.version = p.version
 where (p.reference, p.uscc, p.year, p.district, p.name, p.industry, p.size, p.employees, p.source, p.org_id,
        p.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'uscc', (r.body ->> 'year')::int, r.body ->> 'district', r.body ->> 'name',
       r.body ->> 'industry', r.body ->> 'size', (r.body ->> 'employees')::bigint, r.body ->> 'source', r.org_id,
       r.recorded_at)
    or (p.revenue_fen, p.assets_fen) is distinct from (fen_of(r.body ->> 'revenue'), fen_of(r.body ->> 'assets'))
union all
select 'report on a measure that differs from its record', coalesce(m.id, r.id) || ''
  from measure_report m
  full join (select * from submission where type = 'measure_report') r on r.id = m.id and r.version = m.version
 where (m.reference, m.measure, m.department, m.period, m.on_day, m.text, m.figure, m.unit, m.evidence)
       is distinct from
       (r.body ->> 'reference', (r.body ->> 'measure')::int, r.body ->> 'department', r.body ->> 'period',
       (r.body ->> 'on')::date, r.body ->> 'text', (r.body ->> 'figure')::numeric, r.body ->> 'unit',
       r.body ->> 'evidence')
    or (m.first_day, m.last_day, m.org_id, m.recorded_at, m.recorded_by)
       is distinct from
       (period_first(r.body ->> 'period'), period_last(r.body ->> 'period'), r.org_id, r.recorded_at, r.recorded_by)
union all
select 'measure reported twice for one period', min(m.id::text)
  from measure_report m
 where not record_has_later(m.id, m.version, null)
 group by m.measure, m.department, m.period
having count(*) > 1
union all
select 'rhythm of reports that differs from its record', coalesce(m.id, r.id) || ''
  from measure_rhythm m
  full join (select * from submission where type = 'measure_rhythm') r on r.id = m.id and r.version = m.version
 where (m.reference, m.measure, m.department, m.effective_from, m.every, m.due_days, m.org_id, m.recorded_at)
       is distinct from
       (r.body ->> 'reference', (r.body ->> 'measure')::int, r.body ->> 'department',
        (r.body ->> 'effective_from')::date,
       r.body ->> 'every', (r.body ->> 'due_days')::int, r.org_id, r.recorded_at)
union all
select 'indicator told twice for one period', min(f.id::text)
  from indicator_figures(null) f
 group by f.side, f.way, f.figure, f.year, f.quarter
having count(*) > 1
union all
select 'quarters that disagree with their year', concat_ws(' ', f.year, f.side, f.way, f.figure)
  from indicator_figures(null) f
 group by f.side, f.way, f.figure, f.year
having sum(f.value) filter (where f.quarter is not null) > sum(f.value) filter (where f.quarter is null)
    or (count(f.quarter) = 4
        and sum(f.value) filter (where f.quarter is not null) <> sum(f.value) filter (where f.quarter is null))
union all
select 'deal that differs from its record', coalesce(d.id, r.id) || ''
  from ip_deal d
  full join (select * from submission where type = 'ip_deal') r on r.id = d.id and r.version = d.version
 where (r.id is not null or not exists (select from offer_acceptance a where a.id = d.id and a.version = d.version))
   and ((d.reference, d.kind, d.licence, d.signed_on, d.ends_on, d.provider_name, d.provider_kind, d.provider,
        d.provider_controller, d.acquirer_name, d.acquirer_kind, d.acquirer, d.acquirer_controller, d.acquirer_size)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'kind', r.body ->> 'licence', (r.body ->> 'signed_on')::date,
       (r.body ->> 'ends_on')::date, r.body ->> 'provider_name', r.body ->> 'provider_kind',
       r.body ->> 'provider_uscc', r.body ->> 'provider_controller', r.body ->> 'acquirer_name',
       r.body ->> 'acquirer_kind', r.body ->> 'acquirer_uscc', r.body ->> 'acquirer_controller',
       r.body ->> 'acquirer_size')
    or (d.district, d.value_fen, d.registration_no, d.voided, d.org_id, d.recorded_at)
       is distinct from
       (r.body ->> 'district', fen_of(r.body ->> 'contract_value'), r.body ->> 'registration_no',
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or array_to_string(d.rights, ';') is distinct from
       (select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x))
union all
select 'open licence that differs from its record', coalesce(d.id, r.id) || ''
  from (select x.*, a.offer, a.offer_version
          from ip_deal x
          join offer_acceptance a on a.id = x.id and a.version = x.version) d
  full join (select * from submission where type = 'offer_acceptance') r on r.id = d.id and r.version = d.version
  left join catalogue_offer o on o.id = d.offer and o.version = d.offer_version
 where (d.reference, d.kind, d.licence, d.signed_on, d.provider_name, d.provider, d.acquirer_name, d.acquirer,
        d.acquirer_size, d.district, d.value_fen, d.rights, d.voided, d.org_id, d.recorded_at)
       is distinct from
       (r.body ->> 'reference', 'licence', 'open', (r.body ->> 'on')::date, o.holder_name, o.holder,
       r.body ->> 'acquirer_name', r.body ->> 'acquirer_uscc', r.body ->> 'size', r.body ->> 'district',
       o.price_from_fen, array[o.number], coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
union all
select 'offer or need that differs from its record', coalesce(o.id, r.id) || ''
  from (select x.id, x.version, x.reference, x.title, x.district, x.words, x.ipc, x.withdrawn, x.org_id, x.recorded_at,
               x.listed_on, x.valid_until, x.number as about, x.price_from_fen as fen
          from catalogue_offer x
        union all
        select x.id, x.version, x.reference, x.title, x.district, x.words, x.ipc, x.withdrawn, x.org_id, x.recorded_at,
               x.listed_on, x.valid_until, x.uscc, x.budget_fen
          from catalogue_need x) o
  full join (select * from submission where type in ('catalogue_offer', 'catalogue_need')) r
         on r.id = o.id and r.version = o.version
 where (o.reference, o.title, o.district, o.words, o.ipc, o.withdrawn, o.org_id, o.recorded_at, o.listed_on,
        o.valid_until, o.about, o.fen)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'title', r.body ->> 'district', catalogue_words(r.body),
       catalogue_classes(r.body), coalesce((r.body ->> 'withdrawn')::boolean, false), r.org_id, r.recorded_at,
       (r.body ->> 'listed_on')::date, (r.body ->> 'valid_until')::date,
       coalesce(r.body ->> 'number', r.body ->> 'uscc'), fen_of(coalesce(r.body ->> 'price_from', r.body ->> 'budget')))
union all
select 'entry of a register that differs from its record', coalesce(e.id, r.id) || ''
  from register_entry e
  full join (select * from submission
              where type in ('matching_event', 'operation_centre', 'portfolio', 'alliance', 'cluster', 'service_agency',
                             'agency_service', 'training')) r on r.id = e.id and r.version = e.version
 where (e.type, e.reference, e.kind, e.district, e.on_day, e.closed_on, e.firm, e.attended, e.voided, e.org_id,
        e.recorded_at)
       is distinct from
       (r.type, r.body ->> 'reference', r.body ->> 'kind', r.body ->> 'district', r.on_day,
       (r.body ->> 'closed_on')::date, r.body ->> 'uscc', (r.body ->> 'attended')::bigint,
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or e.firms is distinct from register_codes(coalesce(r.body -> 'participants', r.body -> 'members'))
    or array_to_string(e.rights, ';') is distinct from
       coalesce((select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x), '')
union all
select 'weights of the standing that differ from their record', coalesce(w.id, r.id) || ''
  from ranking_weight w
  full join (select * from submission where type = 'ranking_weight') r on r.id = w.id and r.version = w.version
 where (w.effective_from, w.deals_ppm, w.product_revenue_ppm, w.jobs_ppm, w.loans_ppm, w.org_id, w.recorded_at)
       is distinct from
       ((r.body ->> 'effective_from')::date, ppm_of(r.body ->> 'deals'), ppm_of(r.body ->> 'product_revenue'),
       ppm_of(r.body ->> 'jobs'), ppm_of(r.body ->> 'loans'), r.org_id, r.recorded_at)
union all
select 'payment on a deal that differs from its record', coalesce(p.id, r.id) || ''
  from ip_deal_payment p
  full join (select * from submission where type = 'ip_deal_payment') r on r.id = p.id and r.version = p.version
 where (p.on_day, p.amount_fen, p.receipt_form, p.voided, p.org_id, p.district, p.recorded_at)
       is distinct from
       ((r.body ->> 'on')::date, fen_of(r.body ->> 'amount'), text_form(r.body ->> 'receipt_no'),
       coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.district, r.recorded_at)
    or not exists (select from submission d
                    where d.id = p.deal and d.type in ('ip_deal', 'offer_acceptance')
                      and (d.id::text = r.body ->> 'deal' or d.key_form = text_form(r.body ->> 'deal')))
union all
select 'product filing that differs from its record', coalesce(f.id, r.id) || ''
  from product_filing f
  full join (select * from submission where type = 'product_filing') r on r.id = f.id and r.version = f.version
 where (f.reference, f.uscc, f.name, f.district, f.size, f.product, f.filing_form, f.filed_on, f.used_on, f.voided,
        f.org_id, f.recorded_at)
       is distinct from
       (r.body ->> 'reference', r.body ->> 'uscc', r.body ->> 'name', r.body ->> 'district', r.body ->> 'size',
       r.body ->> 'product', text_form(r.body ->> 'filing_no'), (r.body ->> 'filed_on')::date,
       (r.body ->> 'used_on')::date, coalesce((r.body ->> 'voided')::boolean, false), r.org_id, r.recorded_at)
    or array_to_string(f.rights, ';') is distinct from
       (select string_agg(x ->> 'number', ';') from json_array_elements(r.body -> 'ip') x)
union all
select 'confirmation that differs from its record', coalesce(c.id, r.id) || ''
  from confirmation c
  full join (select * from submission where type = 'confirmation') r on r.id = c.id
 where (c.record_id::text, c.org_id, c.recorded_at, c.recorded_by)
       is distinct from (r.body ->> 'record', r.org_id, r.recorded_at, r.recorded_by)
    or not exists (select from submission x where x.id = c.record_id and x.version = c.record_version)
union all
select 'confirmed by whoever told it', c.id || ''
  from confirmation c
  join submission x on x.id = c.record_id and x.version = c.record_version
 where x.org_id = c.org_id
union all
select 'IP event that differs from its record', coalesce(e.id, r.id) || ''
  from ip_event e
  full join (select * from submission where type = 'ip_event') r on r.id = e.id
 where (e.number, e.reference, e.kind, e.on_day, e.filed_on, e.expires_on, e.twin, text_form(e.reverses), e.org_id,
       e.recorded_at)
       is distinct from
       (r.body ->> 'number', r.body ->> 'reference', r.body ->> 'kind', (r.body ->> 'on')::date,
       (r.body ->> 'filed_on')::date, (r.body ->> 'expires_on')::date, r.body ->> 'twin',
       text_form(r.body ->> 'reverses'), r.org_id,
       r.recorded_at)
    or array_to_string(e.owners, ';') is distinct from concat_ws(';',
       coalesce(r.body ->> 'owner_uscc', r.body ->> 'owner_name'),
       (select string_agg(x ->> 'uscc', ';') from json_array_elements(r.body -> 'co_owners') x))
union all
select 'right whose events contradict each other', n.number || ' event ' || f.bad_event
  from (select distinct e.number from ip_event e) n
 cross join lateral ip_fold(n.number, null, null) f
 where f.bad_event is not null
union all
select 'flag without a record that raised it', f.id || ''
  from flag f
 where not exists (select from flag_record r where r.flag = f.id)
union all
select 'flag of a rule that is not there', f.id || ''
  from flag f
 where not exists (select from flag_rule u where u.code = f.code)
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
select 'payment past an open flag', s.id || ' ' || f.id
  from (select p.id, p.claim as cause, c.loan_id, c.borrower, p.recorded_at, p.recorded_by
          from claim_step p join claim c on c.id = p.claim
         where p.step = 'pay'
        union all
        select p.id, p.application, a.loan_id, a.borrower, p.recorded_at, p.recorded_by
          from application_step p join application a on a.id = p.application
         where p.step = 'pay') s
  join flag f on f.severity = 'high' and f.raised_at < s.recorded_at
  left join flag_clearing c on c.flag = f.id and c.cleared_at < s.recorded_at
 where s.recorded_at > (select min(v.recorded_at) from flag_threshold_value v) -- there was no stop before
   and (c.flag is null or c.cleared_by = s.recorded_by)
   and exists (select from flag_record x
                where x.flag = f.id and x.added_at < s.recorded_at
                  and (x.record_id in (s.loan_id, s.cause)
                       or (c.flag is null
                           and x.record_id in (select l.id from loan l where l.borrower = s.borrower)
                           and exists (select from flag_rule u where u.code = f.code and u.of_firm))))
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
union all
select 'record of another organisation than its author''s', r.id || ' v' || r.version
  from submission r
  join org o on o.id = r.org_id
 where right(r.recorded_by, length(o.code) + 1) <> '@' || o.code
union all
select 'sealed report that does not fit its manifest', s.quarter || ' ' || report_seal_gaps(s)
  from report_seal s
 where report_seal_gaps(s) is not null
union all
select 'file of a seal that is not there', f.quarter || ' ' || f.format || ' ' || f.language
  from report_form f
 where not exists (select from report_seal s where s.quarter = f.quarter)
union all
select 'access_log that is not as its batch was taken', coalesce(a.batch, b.batch) || ''
  from (select x.batch, count(*) as n, sha256(string_agg(access_digest(x), ''::bytea order by x.n)) as digest
          from access_log x
         group by x.batch) a
  full join access_batch b on b.batch = a.batch
 where (a.n, a.digest) is distinct from (b.n, b.digest)
   and not (b.batch is null and a.batch in ( -- stored, about to be taken
            select y.batch from access_log y order by y.batch desc, y.n desc limit 1000))
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
union all
select 'log head that is no later than the one before', h.size || ''
  from (select x.size, x.signed_at, lag(x.signed_at) over (order by x.size) as last from log_head x) h
 where h.signed_at <= h.last
 order by 1, 2
