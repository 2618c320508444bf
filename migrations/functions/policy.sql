-- Subsidy policies and LPR: drafted, in force, ended.

-- A rate is told once, after those of earlier days, and never of a day to come.
create or replace function lpr_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    day date := (doc ->> 'on')::date;
    last_day date := (select max(p.on_day) from lpr p);
begin
    d.district := '';
    d.parties := '{}';
    if day > today() then
        d.problems := json_build_array(problem('E_FUTURE', '/on', today()::text));
    elsif day <= last_day then -- what is known of a day never changes
        d.problems := json_build_array(problem('E_ORDER', '/on', (last_day + 1)::text));
    elsif not dry then
        insert into lpr (on_day, one_year_ppm, five_year_ppm)
        values (day, ppm_of(doc ->> 'one_year'), ppm_of(doc ->> 'five_year'));
    end if;
    return d;
end $$;

-- The newest rate that is known.
create or replace function lpr_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('on', l.on_day, 'one_year', percent_text(l.one_year_ppm), 'five_year',
                             percent_text(l.five_year_ppm))
      from lpr l order by l.on_day desc limit 1
$$;

-- What stands against a version of a policy: whose it is, its code, and the versions in force.
create or replace function policy_refusal(doc json) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    from_day date := (doc ->> 'effective_from')::date;
    to_day date := (doc ->> 'effective_to')::date;
    other policy;
    p json[] := '{}'::json[];
begin
    if my_kind() = 'district' and doc ->> 'district' is distinct from my_district() then
        p := p || problem('E_OWN_DISTRICT', '/district', my_district());
    elsif my_kind() = 'finance' and doc ->> 'district' is not null then
        p := p || problem('E_UNWANTED', '/district', 'finance');
    end if;
    if exists (select from submission r
                where r.type = 'policy' and lower(r.subject) = lower(doc ->> 'code')
                  and (r.org_id <> my_org() or r.subject <> doc ->> 'code')) then
        p := p || problem('E_TAKEN', '/code', doc ->> 'code');
    end if;
    select o.* into other
      from policy o
     where o.code = doc ->> 'code'
       and o.effective_from <> from_day
       and ((o.effective_from < from_day and coalesce(o.effective_to, 'infinity') >= from_day
             and not exists (select from policy_end e where e.policy = o.id and e.on_day <= from_day))
            or (o.effective_from > from_day and coalesce(to_day, 'infinity') >= o.effective_from))
     limit 1;
    if found then
        p := p || problem('E_OVERLAP',
                     case when other.effective_from < from_day then '/effective_from' else '/effective_to' end,
                     other.effective_from || ' – ' || coalesce(other.effective_to::text, '…'));
    end if;
    return p;
end $$;

-- A policy is a draft until it is approved.
create or replace function policy_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql stable as $$
declare
    d decision;
    found_problems json[] := policy_refusal(doc);
begin
    d.district := coalesce(doc ->> 'district', '');
    d.parties := '{}';
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- The first day on which a policy can end: behind every application, which else would lose what it was judged by.
create or replace function policy_end_least(p policy) returns date
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return greatest(p.effective_from, (select max(a.on_day) + 1 from application a where a.policy = p.id));
end $$;

-- One person drafts, another of the same office approves; either may end it.
create or replace function policy_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    r submission%rowtype;
    in_force policy;
    of_district text;
    found_problems json[] := '{}'::json[];
    is_end boolean := doc ->> 'step' = 'end';
begin
    d.parties := '{}';
    select x.* into r
      from submission x
     where x.id = (doc ->> 'policy')::uuid and x.type = 'policy' and x.org_id = my_org()
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/policy', doc ->> 'policy'));
        return d;
    end if;
    d.district := r.district;
    of_district := coalesce(r.body ->> 'district', city_code());
    select p.* into in_force from policy p where p.id = r.id;
    if (in_force.id is null) = is_end or exists (select from policy_end e where e.policy = r.id) then
        found_problems := found_problems || problem('E_STEP', '',
                 case when in_force.id is null then 'policy.draft: approve'
                      when exists (select from policy_end e where e.policy = r.id) then 'policy.ended'
                      else 'policy.in_force: end' end);
    elsif doc ->> 'seen' <> record_seen(r.id) then
        found_problems := found_problems || record_seen_problem(r.id, doc ->> 'seen');
    elsif is_end and (doc ->> 'on')::date < policy_end_least(in_force) then
        found_problems := found_problems || problem('E_ORDER', '/on', policy_end_least(in_force)::text);
    elsif not is_end then
        found_problems := policy_refusal(r.body);
        if exists (select from submission x where x.id = r.id and person_is_me(x.recorded_by)) then
            found_problems := found_problems || problem('E_SAME_PERSON', '', r.recorded_by);
        elsif record_disowned(r.id, r.version) then -- until it is corrected, by whoever it may be
            found_problems := found_problems || problem('E_PROPOSER_LEFT', '', r.recorded_by);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry and is_end then
        insert into policy_end (policy, on_day, reason, recorded_at, recorded_by)
        values (r.id, (doc ->> 'on')::date, doc ->> 'reason', record_now(), my_signature());
    elsif not dry then
        insert into policy (id, org_id, code, district, effective_from, effective_to, body, sha256, reason, approved_at,
               approved_by)
        values (r.id, r.org_id, r.body ->> 'code', of_district, (r.body ->> 'effective_from')::date,
               (r.body ->> 'effective_to')::date, r.body, r.sha256, doc ->> 'reason', record_now(), my_signature());
    end if;
    return d;
end $$;

-- A policy is corrected until it is in force.
create or replace function policy_correction(record_id uuid, doc json) returns json[] language plpgsql stable as $$
begin
    if exists (select from policy p where p.id = record_id) then
        return array[problem('E_STEP', '', 'policy.in_force')];
    end if;
    return policy_refusal(doc);
end $$;

-- The state of a policy, and what was seen by who approves it.
create or replace function policy_members(record_id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object(
           'state', case when e.policy is not null and e.on_day <= today() then 'ended'
                         when p.id is not null then 'in_force' else 'draft' end,
           'seen', record_seen(x.id),
           'rule', encode(p.sha256, 'hex'),
           'approved_by', p.approved_by,
           'approved_at', instant_text(p.approved_at),
           'ended_on', e.on_day)
      from (select record_id as id) x
      left join policy p on p.id = x.id
      left join policy_end e on e.policy = x.id
$$;

-- The newest version of a policy in force, of the acting organisation.
create or replace function policy_own(policy_code text) returns policy
    language sql stable security definer set search_path = public, pg_temp as $$
    select p from policy p where p.code = policy_code and p.org_id = my_org() order by p.effective_from desc limit 1
$$;
