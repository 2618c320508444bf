-- application_letter: what the letter of an application says; row-level security of whoever asks applies.
-- $1 application
-- -> office text, policy text, legal_ref text, firm text, loan text (contract number, or null), insurance text (policy
--    number, or null), reference text, budget text, state text, applied_on text, decided_on text, amount int8 (fen),
--    decision text, reason text (of the step that decided, or null), no int8 (of the office in the year)
select o.name as office, p.body ->> 'title' as policy, p.body ->> 'legal_ref' as legal_ref,
       coalesce(f.name, a.borrower) as firm, f.loan, f.insurance, a.reference, a.account as budget, n.state,
       a.on_day::text as applied_on, coalesce(s.on_day, a.on_day)::text as decided_on, a.amount_fen as amount,
       a.decision::text as decision, s.reason, application_no(a.id) as no
  from application a
  join application_now n on n.application = a.id
  join policy p on p.id = a.policy
  join org o on o.id = a.org_id
 cross join lateral application_names(a.id) f
  left join lateral (
       select x.on_day, x.reason
         from application_step x
        where x.application = a.id and (x.step = 'approve' or x.state = 'refused')
        order by x.n desc
        limit 1) s on true
 where a.id = $1::uuid
