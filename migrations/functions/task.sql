-- What waits for whoever asks.

-- One thing that waits, as a list shows it.
create or replace function task_shown(kind text, steps text, reference text, path text, since timestamptz)
    returns json language sql stable as $$
    select json_build_object('kind', kind, 'steps', string_to_array(steps, ' '), 'reference', reference, 'path', path,
                             'since', instant_text(since))
$$;

-- Does a claim wait for whoever asks, and for which step? Of a claim that was returned its claimant is asked.
create or replace function task_of_claim(state text, checked text) returns text language sql stable as $$
    select case when my_kind() = 'finance' and state = 'submitted' then 'accept'
                when my_kind() = 'finance' and state = 'accepted' and not person_is_me(checked) then 'approve'
                when my_kind() = 'finance' and state = 'approved' and not person_is_me(checked) then 'pay'
                when my_kind() in ('bank', 'guarantor') and state = 'returned' then 'resubmit' end
$$;

-- Everything that whoever asks may take a step on now and that nobody else has to take one on before: proposals,
-- covers, claims and applications. One's own work is not told to oneself.
create or replace function tasks_open() returns table (since timestamptz, task json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select p.recorded_at, task_shown('proposal', 'approve refuse', r.key, '/v1/proposals/' || p.id, p.recorded_at)
      from proposal_now n
      join proposal p on p.id = n.proposal
      join submission r on r.id = p.id and r.version = 1
     where n.state = 'waiting' and proposal_is_mine(p) and cardinality(proposal_person_refusal(p, 'approve')) = 0;
    return query
    select c.recorded_at, task_shown('coverage', 'confirm refuse', r.key, '/v1/coverages/' || c.id, c.recorded_at)
      from coverage c
      join submission r on r.id = c.id and r.version = 1
     where c.state in ('requested', 'suspended') and my_kind() = 'finance' and coverage_told_by_me(c) is null
       and not exists (select from coverage_confirmed(c) s
                        where c.state = 'requested' and person_is_me(s.recorded_by));
    return query
    select x.since, task_shown('claim', x.step, r.key, '/v1/claims/' || x.claim, x.since)
      from (select n.claim, coalesce(s.recorded_at, q.recorded_at) as since,
                   task_of_claim(n.state, s.recorded_by) as step
              from claim_now n
              join claim q on q.id = n.claim
              left join lateral (
                   select y.recorded_at, y.recorded_by from claim_step y
                    where y.claim = n.claim order by y.n desc limit 1) s on true
             where n.state in ('submitted', 'accepted', 'approved', 'returned')
               and (my_kind() = 'finance' and claim_told_by_me(n.claim) is null or n.org_id = my_org())) x
      join submission r on r.id = x.claim and r.version = 1
     where x.step is not null;
    return query
    select a.recorded_at, task_shown('application', case n.state when 'reserved' then 'approve refuse' else 'pay' end,
                                     a.reference, '/v1/applications/' || a.id, a.recorded_at)
      from application_now n
      join application a on a.id = n.application
     where n.state in ('reserved', 'approved') and a.org_id = my_org() and application_waits(a.id);
end $$;
