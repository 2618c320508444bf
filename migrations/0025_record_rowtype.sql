-- record%rowtype, named in full.
--
-- When the table record is analysed or altered, a function that is in use looks the type of its variable up again by
-- name, and `record` alone is then PostgreSQL's pseudo-type: "type record is not composite". Every approval failed from
-- the first autovacuum on, until the daemon was started again.

create or replace function scheme_approval_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    r public.record%rowtype;
    code text;
    from_day date;
    found_problems json[];
begin
    d.district := '';
    d.parties := '{}';
    select x.* into r
      from record x
     where x.id = (doc ->> 'scheme')::uuid and x.type = 'scheme'
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/scheme', doc ->> 'scheme'));
        return d;
    end if;
    found_problems := scheme_refusal(r.body);
    if exists (select from scheme s where s.id = r.id) then
        d.problems := json_build_array(problem('E_STEP', '/scheme', 'in_force'));
    elsif doc ->> 'seen' <> record_seal(r.id) then
        d.problems := json_build_array(problem('E_SEEN', '/seen', 'version ' || r.version));
    elsif cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        code := r.body ->> 'code';
        from_day := (r.body ->> 'effective_from')::date;
        insert into scheme
        values (r.id, code, from_day, (r.body ->> 'effective_to')::date, r.body, doc ->> 'reason', now(), my_signature());
        perform open_account('fund:' || code, 'asset', '补偿资金池 ' || code, true, null, code, from_day),
                open_account('appropriation:' || code, 'income', '财政拨款 ' || code, false, null, code, from_day),
                open_account('adjustment:' || code, 'equity', '调整 ' || code, false, null, code, from_day);
    end if;
    return d;
end $$;

create or replace function policy_step_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    r public.record%rowtype;
    in_force policy;
    of_district text;
    found_problems json[] := '{}';
    is_end boolean := doc ->> 'step' = 'end';
begin
    d.parties := '{}';
    select x.* into r
      from record x
     where x.id = (doc ->> 'policy')::uuid and x.type = 'policy' and x.org_id = my_org()
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/policy', doc ->> 'policy'));
        return d;
    end if;
    d.district := r.district;
    of_district := coalesce(r.body ->> 'district', '310000');
    select p.* into in_force from policy p where p.id = r.id;
    if (in_force.id is null) = is_end or exists (select from policy_end e where e.policy = r.id) then
        found_problems := found_problems || problem('E_STEP', '', case when in_force.id is null then 'draft: approve'
                          when exists (select from policy_end e where e.policy = r.id) then 'ended' else 'in_force: end' end);
    elsif doc ->> 'seen' <> record_seal(r.id) then
        found_problems := found_problems || problem('E_SEEN', '/seen', 'version ' || r.version);
    elsif is_end and (doc ->> 'on')::date < in_force.effective_from then
        found_problems := found_problems || problem('E_ORDER', '/on', in_force.effective_from::text);
    elsif not is_end then
        found_problems := policy_refusal(r.body);
        if r.recorded_by = my_signature() then
            found_problems := found_problems || problem('E_SAME_PERSON', '', r.recorded_by);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry and is_end then
        insert into policy_end values (r.id, (doc ->> 'on')::date, doc ->> 'reason', now(), my_signature());
    elsif not dry then
        insert into policy
        values (r.id, r.org_id, r.body ->> 'code', of_district, (r.body ->> 'effective_from')::date,
               (r.body ->> 'effective_to')::date, r.body, r.sha256, doc ->> 'reason', now(), my_signature());
    end if;
    return d;
end $$;
