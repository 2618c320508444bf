-- verify_proposals: defects of proposals and their steps: a row each
-- -> defect text, place text
with who as materialized ( -- persons are found by their signatures, each once
    select x.signature, coalesce(person_of(x.signature)::text, x.signature) as person
      from (select p.recorded_by as signature from proposal p union select s.recorded_by from proposal_step s) x
)
select 'proposal whose state is not that of its steps' as defect, p.id || '' as place
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
  join who w on w.signature = p.recorded_by
  join proposal_step s on s.proposal = p.id and s.step = 'approve'
  join who a on a.signature = s.recorded_by
 where (a.person = w.person
        or exists (select from proposal_step o
                     join who e on e.signature = o.recorded_by
                    where o.proposal = p.id and o.n < s.n and e.person = a.person))
   and not exists (select from proposal j -- told when it was found that two persons are one
                    cross join lateral json_array_elements(j.before -> 'both_decided') x
                    where j.type = 'person_same' and (x ->> 'id')::uuid = p.id)
 order by 1, 2
