-- verify_proposals: defects of proposals and their steps: a row each
-- -> defect text, place text
-- Who are two persons as far as is known by now were so at any time: asked of each pair of signatures once. And where
-- no tier of the sum ever asked for more than one person, one beside the proposer is enough.
with approval as materialized (
    select p.id, p.type, p.sum_fen, p.recorded_by as maker, s.recorded_by as checker, s.n, s.recorded_at
      from proposal p
      join proposal_step s on s.proposal = p.id and s.step = 'approve'
),
apart as materialized (
    select x.maker, x.checker
      from (select distinct a.maker, a.checker from approval a) x
     where x.maker <> x.checker and (person_of(x.maker) = person_of(x.checker)) is not true
),
plain as materialized (
    select a.id, min(a.n) as n
      from approval a
      join apart x on x.maker = a.maker and x.checker = a.checker
     where a.type <> 'approval_tier'
       and not exists (select from approval_tier t
                        where t.type = a.type and t.persons > 1 and t.from_fen <= coalesce(a.sum_fen, 0))
     group by a.id
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
select 'proposal that one person approved', a.id || ''
  from approval a
 where (a.maker, a.checker) not in (select x.maker, x.checker from apart x)
   and person_was_same(a.maker, a.checker, a.recorded_at)
union all
select 'proposal in force without the approvals that it needed', p.id || ' ' || x.given || ' < ' || x.needed
  from proposal p
 cross join lateral (
       select s.n, s.recorded_at
         from proposal_step s
        where s.proposal = p.id and s.state = 'approved'
        order by s.n
        limit 1) a
  left join plain on plain.id = p.id and plain.n <= a.n
 cross join lateral (
       select persons_were(array(select s.recorded_by from proposal_step s
                                  where s.proposal = p.id and s.step = 'approve' and s.n <= a.n),
                           array[p.recorded_by], a.recorded_at) as given,
              proposal_needed(p, a.recorded_at) as needed
        where plain.id is null
       offset 0) x
 where x.given < x.needed
union all
select 'plan in force without the approvals that it needed', v.code || ' ' || v.version
  from plan_version v
  join submission r on r.id = v.id and r.version = v.record_version
  join plan_assent a on a.plan = v.id and a.record_version = v.record_version and a.state = 'in_force'
 where persons_were(array(select s.recorded_by from plan_assent s
                           where s.plan = a.plan and s.record_version = a.record_version and s.n <= a.n),
                    array(select w.recorded_by from submission w
                           where w.id = v.id and w.version <= v.record_version
                             and w.version > coalesce((select max(o.record_version) from plan_version o
                                                        where o.id = v.id and o.version < v.version), 0)),
                    a.recorded_at)
       < approval_persons_known('plan', plan_sum(r.body), a.recorded_at - interval '1 us', null)
union all
select 'plan in force that who wrote it approved', v.code || ' ' || v.version
  from plan_version v
  join submission w on w.id = v.id and w.version = v.record_version
 where person_was_same(w.recorded_by, v.approved_by, v.approved_at)
union all
select 'quarter that was published by whoever proposed it', x.quarter
  from publication x
  left join lateral (
       select o.by_whom from publication o
        where o.quarter = x.quarter and o.step = 'propose' and o.recorded_at <= x.recorded_at
        order by o.recorded_at desc limit 1) o on true
 where x.step = 'publish' and (o.by_whom is null or person_was_same(o.by_whom, x.by_whom, x.recorded_at))
 order by 1, 2
