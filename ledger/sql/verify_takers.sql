-- verify_takers: steps of an office, or by a token, that does not take them: a row each
-- -> defect text, place text
-- Who takes what may change with a version of the program: what the log says that a rule was once is borne out. Records
-- of before leaves named the token are not looked at.
with step as materialized (
    select r.id, r.type, r.body, r.recorded_at, r.recorded_by, o.kind, t.duties
      from submission r
      join org o on o.id = r.org_id and o.code <> 'SYSTEM'
      join log_leaf l on l.record_id = r.id and l.version = 1 and l.form = 4
      join token t on t.sha256 = l.token
     where r.type in ('proposal_step', 'claim_step', 'coverage_step') and r.version = 1
)
select 'proposal decided by whom its rule does not name' as defect, s.proposal || ' ' || s.n as place
  from proposal_step s
  join proposal p on p.id = s.proposal
  join step r on r.id = s.id
  join proposal_rule u on u.type = p.type
 where not (s.step = 'refuse' and person_was_same(p.recorded_by, s.recorded_by, s.recorded_at))
   and not (r.kind = any (u.approvers) and case when u.administers then 'administer' else 'decide' end = any (r.duties))
   and not exists (
       select from verify_kept('proposal_rule', 'type', p.type) k(was)
        where r.kind in (select json_array_elements_text(was -> 'approvers'))
          and case when (was ->> 'administers')::boolean then 'administer' else 'decide' end = any (r.duties))
union all
select 'claim step by an office that does not take it', s.claim || ' ' || s.n
  from claim_step s
  join step r on r.id = s.id
 cross join lateral (
       select coalesce((select e.state from claim_step e where e.claim = s.claim and e.n = s.n - 1),
                       'submitted') as state) e
 where not exists (select from claim_transition t
                    where t.state = e.state and t.step = s.step and r.kind = any (t.takers))
   and not exists (select from verify_kept('claim_transition', 'state', e.state) k(was)
                    where was ->> 'step' = s.step and r.kind in (select json_array_elements_text(was -> 'takers')))
union all
select 'cover step by an office that does not take it', r.id || ''
  from step r
 where r.type = 'coverage_step' and r.kind = 'bank' and r.body ->> 'step' <> 'end'
 order by 1, 2
