-- What waits for whoever asks.

-- One thing that waits, as a list shows it; `more` is what its kind tells besides.
create or replace function task_shown(kind text, steps text, reference text, path text, since timestamptz, more json)
    returns json language sql stable as $$
    select json_strip_nulls(json_joined(json_build_object('kind', kind, 'steps', string_to_array(steps, ' '),
               'reference', reference, 'path', path, 'since', instant_text(since)), more))
$$;

-- What a list shows of a thing besides: what it is about, the amount, who told it, by when, and what keeps whoever asks
-- from the step, if anything does.
create or replace function task_more(title text, title_en text, fen bigint, by_whom text, due_on date, blocked text)
    returns json language sql stable as $$
    select json_build_object('title', title, 'title_en', title_en, 'amount', yuan_text(fen), 'by', by_whom,
               'due_on', due_on, 'days_left', due_on - today(), 'blocked_by', blocked)
$$;

-- The name of the firm whose loan that is, as the newest version of it tells.
create or replace function task_firm(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.borrower_name from loan l where l.id = loan order by l.version desc limit 1
$$;

-- Does a claim wait for an office of whoever asks, and for which step? Of one that was returned its claimant is asked.
-- waits: the step by which money was told to have come back, which finance has to look at.
create or replace function task_of_claim(state text, waits text) returns text language sql stable as $$
    select case when my_kind() = 'finance' and waits = 'recover' then 'receive'
                when my_kind() = 'finance' and waits = 'cure' then 'close'
                when my_kind() = 'finance' and state = 'submitted' then 'accept'
                when my_kind() = 'finance' and state = 'accepted' then 'approve'
                when my_kind() = 'finance' and state = 'approved' then 'pay'
                when my_kind() in ('bank', 'guarantor') and state = 'returned' then 'resubmit' end
$$;

-- Why whoever asks can not take a step himself: he took the one before, or a red flag stands in the way of payment.
create or replace function task_blocked(is_me boolean, step text, loan uuid, cause uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when is_me then 'same_person' when step = 'pay' and flag_stands(loan, cause) then 'flag' end;
end $$;

-- Drafts that an approval of whoever asks would put in force: of a policy by another person of the office that wrote
-- it, of a scheme or a plan by finance. A draft that could not be approved as it stands waits for nobody.
create or replace function task_drafts(own boolean) returns table (since timestamptz, task json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select r.recorded_at, task_shown(r.type, 'approve', r.key, x.path || r.id, r.recorded_at,
                                     task_more(r.body ->> 'title', r.body ->> 'title_en', null, r.recorded_by, null,
                                               case when x.is_me then 'same_person' end))
      from submission r
     cross join lateral (
           select case r.type when 'policy' then '/v1/policies/' when 'scheme' then '/v1/schemes/'
                              else '/v1/plans/' end as path,
                  exists (select from submission w
                           where w.id = r.id and person_is_me(w.recorded_by)
                             and w.version > coalesce((select max(v.record_version) from plan_version v
                                                        where v.id = r.id), 0))
                  or r.type = 'plan'
                     and exists (select from plan_assent a
                                  where a.plan = r.id and a.record_version = r.version
                                    and person_is_me(a.recorded_by)) as is_me) x
     where r.org_id = any (array(select o.id from org o
                                  where o.id = my_org() or my_kind() = 'finance' and o.kind = 'ip_office'))
       and r.type in ('policy', 'scheme', 'plan')
       and (r.type = 'policy' and r.org_id = my_org() or r.type in ('scheme', 'plan') and my_kind() = 'finance')
       and not exists (select from submission n where n.id = r.id and n.version > r.version)
       and case r.type when 'policy' then not exists (select from policy p where p.id = r.id)
                                          and cardinality(policy_refusal(r.body)) = 0
                       when 'scheme' then not exists (select from scheme s where s.id = r.id)
                                          and cardinality(scheme_refusal(r.body)) = 0
                       else plan_state_of(r.id) <> 'in_force' end
       and (own or not x.is_me);
end $$;

-- Everything that the office of whoever asks may take a step on now and that nobody else has to take one on before:
-- proposals, drafts, covers, claims and applications.
-- own: also what he has told or decided himself, which another takes.
create or replace function tasks_open(own boolean) returns table (since timestamptz, task json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select p.recorded_at, task_shown('proposal', case when proposal_left(p) then 'refuse' else 'approve refuse' end,
                                     r.key, '/v1/proposals/' || p.id, p.recorded_at,
                                     task_more(u.title, u.title_en, p.sum_fen, p.recorded_by, null,
                                               task_blocked(x.code is not null, 'approve', null, null)))
      from proposal_now n
      join proposal p on p.id = n.proposal
      join proposal_rule u on u.type = p.type
      join submission r on r.id = p.id and r.version = 1
     cross join lateral (select (proposal_person_refusal(p, 'approve'))[1] ->> 0 as code) x
     where n.state = 'waiting' and proposal_is_mine(p) and (x.code is null or own and x.code = 'E_SAME_PERSON');
    return query select d.since, d.task from task_drafts(own) d;
    return query
    select c.recorded_at, task_shown('coverage', 'confirm refuse', c.reference, '/v1/coverages/' || c.id, c.recorded_at,
                                     task_more(task_firm(c.loan_id), null, c.amount_fen, c.recorded_by, null,
                                               task_blocked(x.is_me, 'confirm', null, null)))
      from coverage c
     cross join lateral (
           select coverage_told_by_me(c) is not null
                  or exists (select from coverage_confirmed(c) s
                              where c.state = 'requested' and person_is_me(s.recorded_by)) as is_me) x
     where (c.state = 'requested' or c.state = 'suspended' and c.errors is null) -- else its bank puts it right
       and my_kind() = 'finance' and (own or not x.is_me);
    return query
    select z.at, task_shown('coverage', 'confirm refuse', c.reference, '/v1/coverages/' || c.id, z.at,
                            task_more(task_firm(c.loan_id), null, c.amount_fen, z.by_whom, null,
                                      task_blocked(x.is_me, 'confirm', null, null)))
      from coverage c -- few: by their index
     cross join lateral (
           select y.recorded_at as at, y.recorded_by as by_whom
             from (select s.recorded_at, s.recorded_by from submission s where s.id = c.loan_id
                   union all
                   select s.recorded_at, s.recorded_by
                     from loan_event e
                     join submission s on s.id = e.id
                    where e.loan_id = c.loan_id and e.kind = 'repriced') y
            order by y.recorded_at desc
            limit 1) z
     cross join lateral (
           select coverage_told_by_me(c) is not null
                  or exists (select from coverage_pool_begun(c) s where person_is_me(s.recorded_by)) as is_me) x
     where c.told_since and c.state in ('covered', 'ended') and my_kind() = 'finance' and (own or not x.is_me)
       and cardinality(coverage_unconfirmed(c) || coverage_pool_untrue(c)) > 0;
    return query
    select b.recorded_at, task_shown('coverage', 'end', c.reference, '/v1/coverages/' || c.id, b.recorded_at,
                                     task_more(task_firm(c.loan_id), null, c.amount_fen, b.recorded_by, null,
                                               task_blocked(x.is_me, 'end', null, null)))
      from coverage_step s -- few: by their index
      join coverage c on c.id = s.coverage
     cross join lateral coverage_end_begun(c) b
     cross join lateral (select person_is_me(b.recorded_by) as is_me) x
     where s.step = 'end' and s.state in ('covered', 'suspended') and b.n = s.n
       and my_kind() = 'finance' and (own or not x.is_me);
    return query
    select x.since, task_shown('claim', x.step, r.key, '/v1/claims/' || x.claim, x.since,
                               task_more(task_firm(x.loan_id), null, x.fund_fen, r.recorded_by, x.due_on,
                                         task_blocked(x.is_me, x.step, x.loan_id, x.claim)))
      from (select n.claim, n.loan_id, coalesce(w.amount_fen, n.fund_fen) as fund_fen,
                   coalesce(s.recorded_at, q.recorded_at) as since,
                   case when n.state = 'returned' then n.due_on end as due_on,
                   case when n.state = 'approved' and my_kind() = 'finance' and claim_approver_left(n.claim) is not null
                        then 'release' else task_of_claim(n.state, w.step) end as step,
                   my_kind() = 'finance'
                   and case when w.id is not null then person_is_me(w.recorded_by)
                            else claim_told_by_me(n.claim, 'accept') is not null
                                 or n.state in ('accepted', 'approved') and person_is_me(s.recorded_by) end as is_me
              from claim_now n
              join claim q on q.id = n.claim
              left join lateral (
                   select y.recorded_at, y.recorded_by from claim_step y
                    where y.claim = n.claim order by y.n desc limit 1) s on true
              left join lateral claim_told_first(n.claim) w on true
             where (n.state in ('submitted', 'accepted', 'approved', 'returned')
                    or n.claim in (select y.claim from claim_step y
                                    where y.step in ('recover', 'cure') and y.fund_fen is null))
               and (my_kind() = 'finance' or n.org_id = my_org())) x
      join submission r on r.id = x.claim and r.version = 1
     where x.step is not null and (own or not x.is_me);
    return query
    select a.recorded_at, task_shown('application', case when n.state = 'demanded' then 'confirm refuse'
                                                         when n.state = 'reserved' or y.anew then 'approve refuse'
                                                         else 'pay' end,
                                     a.reference, '/v1/applications/' || a.id, a.recorded_at,
                                     task_more(task_firm(a.loan_id), null, case when n.state = 'demanded'
                                                   then (application_demand(a.id)).fen else n.amount_fen end,
                                               a.recorded_by, null,
                                               task_blocked(not x.waits, case when n.state = 'approved' and not y.anew
                                                                              then 'pay' end, a.loan_id, a.id)))
      from application_now n
      join application a on a.id = n.application
     cross join lateral (select application_waits(a.id) as waits) x
     cross join lateral (select n.state = 'approved' and application_approver_left(a.id) is not null as anew) y
     where n.state in ('reserved', 'approved', 'demanded') and a.org_id = my_org() and (own or x.waits);
end $$;

-- How many of these things wait for each step, none of them counted twice, beside flags that whoever asks may clear and
-- reports of departments that are overdue (of offices that look after them).
create or replace function task_counts(tasks json[]) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (
        select json_build_object(
                   'returned', count(*) filter (where x.step = 'resubmit'),
                   'accept', count(*) filter (where x.step in ('accept', 'confirm', 'receive', 'close')),
                   'approve', count(*) filter (where x.step = 'approve' and x.kind <> 'proposal'),
                   'pay', count(*) filter (where x.step in ('pay', 'release')),
                   'look', count(*) filter (where x.kind = 'proposal'),
                   'flags', case when my_kind() in ('finance', 'ip_office') then (
                       select count(*) from flag f
                        where not exists (select from flag_clearing c where c.flag = f.id)) else 0 end,
                   'reports', case when my_kind() = 'ip_office' then (
                       select count(*) from measure_standing(plan_of(today(), null, true), today(), null) s
                        where s.report is null and s.due_on < today()) else 0 end)
          from (select t ->> 'kind' as kind, t -> 'steps' ->> 0 as step
                  from unnest(tasks) t
                 where t ->> 'blocked_by' is distinct from 'same_person') x);
end $$;
