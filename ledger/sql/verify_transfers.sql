-- verify_transfers: defects of postings, balances, and what caused them: a row each
-- -> defect text, place text
select 'transfer record without its posting' as defect, r.id || '' as place
  from submission r
 where r.type = 'transfer'
   and not exists (select from transfer t where t.id = r.id)
   and not exists (select from proposal_now n where n.proposal = r.id and n.state <> 'approved')
union all
select 'transfer of a proposal that is not approved', t.id || ''
  from transfer t
  join proposal_now n on n.proposal = t.id and n.state <> 'approved'
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
select 'transfer that differs from what a budget says', t.id || ''
  from transfer t
  join submission r on r.id = t.id and r.type = 'budget'
 where (t.amount_fen, t.cause)
       is distinct from
       (fen_of(r.body ->> 'amount'),
        case r.body ->> 'kind' when 'return' then 'budget_return' else r.body ->> 'kind' end)
union all
select 'transfer between other accounts than a budget''s', t.id || ''
  from transfer t
  join submission r on r.id = t.id and r.type in ('budget', 'budget_closing')
 cross join lateral (
       select case t.cause when 'budget_return' then 'return' else t.cause end as kind,
              (r.body ->> 'year')::int as year) b
 where not exists (
       select from policy p
        cross join lateral (select 'appropriation:' || p.district || ':' || p.code as given) a
        where p.code = r.body ->> 'policy'
          and t.debit = case b.kind when 'return' then a.given
                                    else budget_account(p, b.year + (b.kind = 'carry_over')::int) end
          and t.credit = case b.kind when 'appropriation' then a.given else budget_account(p, b.year) end)
union all
select 'closing of a budget that did not move what was left of it', t.id || ''
  from transfer t
  join submission r on r.id = t.id and r.type = 'budget_closing'
 cross join lateral ( -- what applications held; of the same moment before or after
       select coalesce(sum(h.amount_fen) filter (where x.from_at < t.recorded_at and x.until_at > t.recorded_at),
                       0) as fen,
              coalesce(sum(h.amount_fen) filter (where x.from_at <= t.recorded_at and x.until_at >= t.recorded_at),
                       0) as most_fen
         from hold h
         join application a on a.id = h.id
        cross join lateral (
              select coalesce(min(s.recorded_at) filter (where s.step = 'release'), a.recorded_at) as from_at,
                     coalesce(min(s.recorded_at) filter (where s.step in ('pay', 'refuse', 'withdraw')),
                              'infinity') as until_at
                from application_step s
               where s.application = a.id) x
        where h.account = t.credit) held
 where t.credit_after_fen not between held.fen and held.most_fen
union all
select 'closing of a budget otherwise than its policy had it then', t.id || ''
  from transfer t
  join submission r on r.id = t.id and r.type = 'budget_closing'
 where t.cause not in ( -- of the same moment before or after
       select case when exists (
                  select from policy v
                   where v.code = r.body ->> 'policy' and v.approved_at <= k.at and v.effective_from <= n.next_day
                     and coalesce(v.effective_to, 'infinity') >= n.next_day
                     and not exists (select from policy_end e
                                      where e.policy = v.id and e.on_day <= n.next_day and e.recorded_at <= k.at))
                   then 'carry_over' else 'budget_return' end
         from (values (t.recorded_at), (t.recorded_at - interval '1 us')) as k(at)
        cross join (select make_date((r.body ->> 'year')::int + 1, 1, 1) as next_day) n)
union all
select 'transfer of a claim to an account that is not of its fund and bank', t.id || ''
  from transfer t
  join claim c on c.id = t.cause_id
 cross join lateral (
       select case when t.debit like 'fund:%' then t.debit else t.credit end as fund,
              case when t.debit like 'fund:%' then t.credit else t.debit end as other) x
  left join account a on a.code = x.other
 where x.other !~ case when t.cause = 'compensation' and x.fund = t.credit then '^paid:' else '^(paid|recovered):' end
    or split_part(x.other, ':', 2) <> split_part(x.fund, ':', 2)
    or a.party is distinct from (select o.code from org o where o.id = c.org_id)
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
 order by 1, 2
