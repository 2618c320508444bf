-- Proposals: what one person asks for and another decides. The record is stored, with its leaf in the log, when it is
-- proposed; its type's functions judge it then (dry) and again, as the proposer's, when the last approval comes.
--
--   proposal_rule.sums      <type>_sum(doc) returns bigint: the amount that a tier of approval goes by;
--                           <type>_toward(doc) returns text: where it goes, by which several are one sum
--   proposal_rule.changes   <type>_before(doc) returns json: what stands now of what it changes; part of what is seen
--   types that are `judged` have <type>_store(r submission): writes the typed row of a record that was approved

-- The amount of a record that is proposed; null: of none.
create or replace function proposal_sum(u proposal_rule, doc json) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    fen bigint;
begin
    if u.sums then
        execute format('select %I($1)', u.type || '_sum') into fen using doc;
    end if;
    return fen;
end $$;

-- What stands now of what a record would change; null: it changes nothing that stood before.
create or replace function proposal_before(u proposal_rule, doc json) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    stood json;
begin
    if u.changes then
        execute format('select %I($1)', u.type || '_before') into stood using doc;
    end if;
    return stood;
end $$;

-- Puts a record that was just stored before a second person.
create or replace function proposal_open(record_id uuid, of_type text, doc json) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    u proposal_rule;
begin
    select x.* into u from proposal_rule x where x.type = of_type;
    insert into proposal (id, type, org_id, person, sum_fen, before, recorded_at, recorded_by)
    values (record_id, of_type, my_org(), my_person(), proposal_sum(u, doc), proposal_before(u, doc), record_now(),
            my_signature());
    insert into proposal_now (proposal, state) values (record_id, 'waiting');
end $$;

-- How many persons beside the proposer a sum needs by the tiers of an instant; but: without the one of this record.
create or replace function approval_persons_known(of_type text, sum_fen bigint, at timestamptz, but uuid) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select t.persons
                       from (select distinct on (x.from_fen) x.*
                               from approval_tier x
                              where x.type = of_type and x.from_fen <= coalesce(sum_fen, 0)
                                and x.recorded_at <= approval_persons_known.at and x.record_id is distinct from but
                              order by x.from_fen desc, x.recorded_at desc) t
                      order by t.from_fen desc limit 1), 1)
$$;

-- The same by the tiers of now.
create or replace function approval_persons(of_type text, sum_fen bigint) returns int
    language sql stable security definer set search_path = public, pg_temp as
    $$ select approval_persons_known(of_type, sum_fen, 'infinity', null) $$;

-- Was this record proposed? Those of earlier versions took effect at once.
create or replace function proposal_is(record_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as
    $$ begin return exists (select from proposal p where p.id = record_id); end $$;

-- The record of a proposal.
create or replace function proposal_record(p proposal) returns submission
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r from submission r where r.id = (p).id and r.version = 1 $$;

-- What an approver names as seen: the record, the steps so far, and what stands now of what it changes.
create or replace function proposal_seen(p proposal) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(text_sha256(record_seen((p).id) || coalesce((
               select string_agg(s.id::text, ' ' order by s.n) from proposal_step s where s.proposal = (p).id), '')
               || coalesce(proposal_before(u, (proposal_record(p)).body)::text, '')), 'hex')
      from proposal_rule u where u.type = (p).type
$$;

-- What differs from what stood when it was proposed, for somebody who saw another state: the members that changed and
-- the steps taken.
create or replace function proposal_moved(p proposal) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select concat_ws('; ', (
               select string_agg('/before/' || coalesce(a.key, b.key) || ' ' || coalesce(a.value, '-') || ' → '
                                 || coalesce(b.value, '-'), '; ' order by coalesce(a.key, b.key))
                 from json_each_text((p).before) a
                 full join json_each_text((select proposal_before(u, (proposal_record(p)).body)
                                             from proposal_rule u where u.type = (p).type)) b on b.key = a.key
                where a.value is distinct from b.value), (
               select string_agg(concat_ws(' ', s.n, s.step, s.recorded_by, instant_text(s.recorded_at)), '; '
                                 order by s.n)
                 from proposal_step s where s.proposal = (p).id), 'version 1')
$$;

-- The same, as members: what differs from what stood when it was proposed, and the steps taken.
create or replace function proposal_difference(p proposal) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_agg(json_build_array(x.type, x.pointer, x.title, x.was, x.now) order by x.pointer collate "C")
      from (select (p).type as type, '/before/' || coalesce(a.key, b.key) as pointer, null as title, a.value as was,
                   b.value as now
              from json_each_text((p).before) a
              full join json_each_text((select proposal_before(u, (proposal_record(p)).body)
                                          from proposal_rule u where u.type = (p).type)) b on b.key = a.key
             where a.value is distinct from b.value
            union all
            select null, '/steps/' || s.n - 1, '复核经过', null,
                   concat_ws(' ', s.step, s.recorded_by, instant_text(s.recorded_at))
              from proposal_step s where s.proposal = (p).id) x
$$;

-- May whoever acts take part in this at all? To all others it does not exist.
create or replace function proposal_is_mine(p proposal) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select (p).org_id = my_org()
        or exists (select from proposal_rule u
                    where u.type = (p).type and not u.same_org and my_kind() = any (u.approvers))
$$;

-- Is whoever proposed this out of office since, or the token revoked that he did it by? It would be his act.
create or replace function proposal_left(p proposal) returns boolean
    language sql stable security definer set search_path = public, pg_temp as
    $$ select (p).person is not null and (not person_serves((p).recorded_by) or record_disowned((p).id, 1)) $$;

-- The approvals that count by now: of persons who are in office still, each once, not of the proposer, whatever was
-- found out since of who is one with whom, and not by a token that was revoked.
create or replace function proposal_approvals(p proposal) returns setof proposal_step
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    select distinct on (person_of(s.recorded_by)) s.*
      from proposal_step s
     where s.proposal = p.id and s.step = 'approve' and person_serves(s.recorded_by)
       and not record_disowned(s.id, 1)
       and person_of(s.recorded_by) is distinct from person_of(p.recorded_by)
     order by person_of(s.recorded_by), s.n;
end $$;

-- Where the amount of a record that is proposed goes.
create or replace function proposal_toward(p proposal) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    goes_to text;
begin
    execute format('select %I($1)', p.type || '_toward') into goes_to using (proposal_record(p)).body;
    return goes_to;
end $$;

-- What the same person proposed to the same end within the 30 days before a proposal, beside what as many persons as a
-- tier asks for have approved: a sum that the tier is meant for is not made of many below it.
create or replace function proposal_beside(p proposal, persons int) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select coalesce(sum(o.sum_fen), 0)::bigint
              from proposal o
              join proposal_now n on n.proposal = o.id and n.state <> 'refused'
             where o.type = p.type and o.no < p.no and o.recorded_at > p.recorded_at - interval '30 days'
               and (select count(*) from proposal_step s where s.proposal = o.id and s.step = 'approve')
                   < proposal_beside.persons
               and person_of(o.recorded_by) = person_of(p.recorded_by)
               and proposal_toward(o) = proposal_toward(p));
end $$;

-- The tier of a proposal, of those that ask for more than one person, and the sum that reaches it: the greater of what
-- it was to move when it was proposed and what it would move now (what is left of a budget may have grown since), with
-- what was proposed beside it. Null: none is reached.
create or replace function proposal_tier(p proposal, out persons int, out fen bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    u proposal_rule;
    own bigint;
begin
    select x.* into u from proposal_rule x where x.type = p.type;
    own := greatest(p.sum_fen, proposal_sum(u, (proposal_record(p)).body));
    select t.persons, x.fen
      into persons, fen
      from (select distinct on (y.from_fen) y.*
              from approval_tier y where y.type = p.type order by y.from_fen, y.recorded_at desc) t
     cross join lateral (
           select coalesce(own, 0) + case when u.sums then proposal_beside(p, t.persons) else 0 end as fen offset 0) x
     where t.persons > 1 and x.fen >= t.from_fen
     order by t.persons desc, t.from_fen desc
     limit 1;
end $$;

-- How many persons approve a proposal, by the tiers of now. A tier is set by as many as what it sets needs so far:
-- else two could lower it, and then do what needed more of them.
create or replace function proposal_needs(p proposal) returns int
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    doc json := (proposal_record(p)).body;
begin
    return greatest((proposal_tier(p)).persons,
                    case when p.type = 'approval_tier'
                         then approval_persons(doc ->> 'act', fen_of(doc ->> 'from')) end, 1);
end $$;

-- The least that a proposal needed when its last approval came, by what it was to move when it was proposed. Of what
-- one flight recorded the order is not told: by the tiers before it or after.
create or replace function proposal_needed(p proposal, at timestamptz) returns int
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    doc json := (proposal_record(p)).body;
begin
    return (select min(greatest(approval_persons_known(p.type, p.sum_fen, t.by_then, p.id),
                                case when p.type = 'approval_tier'
                                     then approval_persons_known(doc ->> 'act', fen_of(doc ->> 'from'), t.by_then, p.id)
                                end))
              from (values (at), (at - interval '1 us')) t(by_then));
end $$;

-- What stands against a step of whoever acts: nothing but who he is, and what his token is for. Who approved may refuse
-- while it waits.
create or replace function proposal_person_refusal(p proposal, step text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    u proposal_rule;
    duty text;
    earlier text;
begin
    select x.* into u from proposal_rule x where x.type = (p).type;
    duty := case when u.administers then 'administer' else 'decide' end;
    if step = 'refuse' and person_is_me((p).recorded_by) then
        return '{}'::json[]; -- who proposed it may take it back
    elsif not my_kind() = any (u.approvers) then
        return array[problem('E_ROLE', '', my_kind())];
    elsif not duty = any (my_duties()) then
        return array[problem('E_DUTY', '', duty)];
    elsif not exists (select from person x
                        join post s on s.person = x.id and s.org_id = my_org() and s.ended_at is null
                       where x.id in (select person_all(my_person())) and x.disabled_at is null) then
        return array[problem('E_AUTH', '', my_signature())]; -- the daemon, or disabled since he asked
    elsif person_is_me((p).recorded_by) then
        return array[problem('E_SAME_PERSON', '', (p).recorded_by)];
    end if;
    select s.recorded_by into earlier
      from proposal_step s
     where s.proposal = (p).id and person_is_me(s.recorded_by) and not record_disowned(s.id, 1)
     limit 1;
    return case when earlier is null or step = 'refuse' then '{}'::json[]
                else array[problem('E_SAME_PERSON', '', earlier)] end;
end $$;

-- From here to the end of the transaction, or until another is named, what is decided is this person's act.
create or replace function proposal_act_as(org bigint, person uuid, signature text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select set_config('pledged.org', o.id::text, true), set_config('pledged.kind', o.kind, true),
           set_config('pledged.code', o.code, true), set_config('pledged.district', coalesce(o.district, ''), true),
           set_config('pledged.person', left(signature, -length(o.code) - 1), true),
           set_config('pledged.person_id', coalesce(person::text, ''), true)
      from org o where o.id = org
$$;

-- Judges the record of a proposal as its proposer's and, if not dry, lets it take effect. What stands against it now.
create or replace function proposal_apply(p proposal, dry boolean) returns json[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    r submission := proposal_record(p);
    t record_type;
    d decision;
    me_org bigint := my_org();
    me_person uuid := my_person();
    me text := my_signature();
begin
    select x.* into t from record_type x where x.name = (p).type;
    perform proposal_act_as((p).org_id, (p).person, (p).recorded_by);
    d := record_decide_one(t, r.id, r.body, null, dry);
    if d.problems is null and t.judged and not dry then
        execute format('select %I($1)', (p).type || '_store') using r;
    end if;
    perform proposal_act_as(me_org, me_person, me);
    return case when d.problems is null then '{}'::json[] else array(select json_array_elements(d.problems)) end;
end $$;

-- Approves or refuses a proposal. With the last approval that its tier needs the record takes effect, or the step is
-- refused with what stands against that now.
create or replace function proposal_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    p proposal;
    step text := doc ->> 'step';
    now_state text;
    given bigint;
    next_state text;
    found_problems json[];
begin
    d.parties := '{}';
    d.district := '';
    select x.* into p from proposal x where x.id = (doc ->> 'proposal')::uuid;
    if p.id is null or not proposal_is_mine(p) then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'proposal'));
        return d;
    end if;
    if not dry then -- one that is tried reads
        perform 1 from proposal_now n where n.proposal = p.id for update;
    end if;
    select n.state into now_state from proposal_now n where n.proposal = p.id;
    select count(*) into given from proposal_step s where s.proposal = p.id;
    if now_state <> 'waiting' then
        found_problems := array[problem('E_STEP', '', 'proposal.' || now_state)];
    elsif p.type = 'seal' and step = 'approve' and not dry and derived ->> 'seals' is null then
        found_problems := array[problem('E_ALONE', '', '/v1/proposals/' || p.id || '/approve')]; -- a list seals none
    elsif doc ->> 'seen' <> proposal_seen(p) then
        found_problems := array[problem_seen('/seen', proposal_moved(p), doc ->> 'seen', proposal_seen(p),
                                             proposal_difference(p))];
    else
        found_problems := proposal_person_refusal(p, step);
        if step = 'approve' and cardinality(found_problems) = 0 and proposal_left(p) then
            found_problems := array[problem('E_PROPOSER_LEFT', '', p.recorded_by)];
        end if;
    end if;
    next_state := case when step = 'refuse' then 'refused'
                       when (select count(*) + 1 from proposal_approvals(p)) >= proposal_needs(p) then 'approved'
                       else 'waiting' end;
    if cardinality(found_problems) = 0 and step = 'approve' then
        found_problems := proposal_apply(p, dry or next_state = 'waiting');
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        insert into proposal_step (id, proposal, n, step, state, person, reason, recorded_at, recorded_by)
        values (new_id, p.id, (given + 1)::int, step, next_state, my_person(), doc ->> 'reason', record_now(),
                my_signature());
        update proposal_now n set state = next_state where n.proposal = p.id;
    end if;
    return d;
end $$;

-- What a step led to, in the answer to it.
create or replace function proposal_step_decided(id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as
    $$ select json_build_object('state', s.state, 'token_second', token_told(s.proposal, s.state, s.person))
         from proposal_step s where s.id = $1 $$;

-- What the answer of a record that is proposed tells of that; null: it needed no second person when it was recorded.
create or replace function proposal_brief(record_id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('state', n.state, 'needs', proposal_needs(p), 'decided_by', coalesce((
               select json_agg(s.recorded_by order by s.n) from proposal_step s where s.proposal = p.id), '[]'::json))
      from proposal p
      join proposal_now n on n.proposal = p.id
     where p.id = record_id
$$;

-- A proposal as its approver reads it.
create or replace function proposal_shown(p proposal) returns json
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    r submission := proposal_record(p);
    u proposal_rule;
    now_state text := (select n.state from proposal_now n where n.proposal = (p).id);
begin
    select x.* into u from proposal_rule x where x.type = (p).type;
    return json_strip_nulls(json_build_object('id', (p).id, 'kind', (p).type, 'title', u.title, 'title_en', u.title_en,
        'state', now_state, 'seen', proposal_seen(p), 'amount', yuan_text((p).sum_fen),
        'needs', proposal_needs(p),
        'tier_sum', (select yuan_text(t.fen) from proposal_tier(p) t where now_state = 'waiting' and t.fen > p.sum_fen),
        'approvers', u.approvers, 'proposed_by', (p).recorded_by, 'proposed_at', instant_text((p).recorded_at),
        'act', r.body, 'before', (p).before,
        'before_now', case when now_state = 'waiting' then proposal_before(u, r.body) end,
        'steps', coalesce((select json_agg(json_build_object('step', s.step, 'state', s.state, 'reason', s.reason,
                                               'by', s.recorded_by, 'at', instant_text(s.recorded_at),
                                               'counts', case when now_state = 'waiting' then a.id is not null end)
                                           order by s.n)
                             from proposal_step s
                             left join proposal_approvals(p) a on a.id = s.id
                            where s.proposal = (p).id), '[]'::json),
        'legal_steps', case when now_state <> 'waiting' then '{}'::text[]
                            else array(select x.step from (values ('approve'), ('refuse')) as x(step)
                                        where cardinality(proposal_person_refusal(p, x.step)) = 0
                                          and (x.step = 'refuse' or not proposal_left(p))) end));
end $$;

-- Proposals that whoever asks may see: his own organisation's, those that he may decide, all for the city's offices.
create or replace function proposals_seen(one uuid, state text, kind text, waiting boolean)
    returns table (no bigint, id uuid, key text, recorded_by text, sum_fen bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.no, p.id, (proposal_record(p)).key, p.recorded_by, p.sum_fen
      from proposal p
      join proposal_now n on n.proposal = p.id
     where (proposal_is_mine(p) or my_kind() in ('finance', 'ip_office', 'auditor'))
       and (one is null or p.id = one)
       and (proposals_seen.state is null or n.state = proposals_seen.state)
       and (kind is null or p.type = kind)
       and (not coalesce(waiting, false)
            or n.state = 'waiting' and proposal_is_mine(p) and cardinality(proposal_person_refusal(p, 'approve')) = 0)
$$;

-- One of them as its approver reads it; null: it is not for whoever asks.
create or replace function proposal_told(id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select proposal_shown(p)
      from proposal p
     where p.id = $1 and (proposal_is_mine(p) or my_kind() in ('finance', 'ip_office', 'auditor'))
$$;

-- ---- tiers ----------------------------------------------------------------------------------------------

-- How many persons the sums that a tier is proposed for need now.
create or replace function approval_tier_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as
    $$ select json_build_object('persons', approval_persons(doc ->> 'act', fen_of(doc ->> 'from'))) $$;

-- A tier of an act that is proposed. Fewer persons for large sums than for small ones is a slip.
create or replace function approval_tier_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    act text := doc ->> 'act';
    least_fen bigint := fen_of(doc ->> 'from');
    people int := (doc ->> 'persons')::int;
    below int;
begin
    d.parties := '{}';
    d.district := '';
    below := case when least_fen > 0 then approval_persons(act, least_fen - 1) end;
    if not exists (select from proposal_rule u where u.type = act) then
        d.problems := json_build_array(problem('E_CHOICE', '/act', (
            select string_agg(u.type, ', ' order by u.type) from proposal_rule u)));
    elsif least_fen > 0 and not (select u.sums from proposal_rule u where u.type = act) then
        d.problems := json_build_array(problem('E_UNWANTED', '/from', act));
    elsif people < below then
        d.problems := json_build_array(problem('E_RANGE', '/persons', below || '..'));
    elsif people > (select min(approval_persons(act, t.from_fen)) from approval_tier t
                     where t.type = act and t.from_fen > least_fen) then -- larger sums would need fewer
        d.problems := json_build_array(problem('E_EXCEEDS', '/persons', (
            select min(approval_persons(act, t.from_fen))::text from approval_tier t
             where t.type = act and t.from_fen > least_fen)));
    elsif not dry then
        insert into approval_tier (type, from_fen, persons, record_id, recorded_at, recorded_by)
        values (act, least_fen, people, new_id, record_now(), my_signature());
    end if;
    return d;
end $$;

-- The tiers of now.
create or replace function approval_tiers() returns table (tier json)
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('act', t.type, 'title', u.title, 'title_en', u.title_en, 'from', yuan_text(t.from_fen),
                             'persons', t.persons, 'approvers', u.approvers, 'same_organisation', u.same_org,
                             'by', t.recorded_by, 'at', instant_text(t.recorded_at))
      from (select distinct on (x.type, x.from_fen) x.*
              from approval_tier x order by x.type, x.from_fen, x.recorded_at desc) t
      join proposal_rule u on u.type = t.type
     order by t.type, t.from_fen
$$;
