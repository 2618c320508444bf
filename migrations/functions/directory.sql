-- Organisations, persons and tokens as records. What gives somebody power is proposed; what takes it away is not.

-- The organisation of a code, by its form.
create or replace function org_coded(code text) returns org
    language sql stable security definer set search_path = public, pg_temp as
    $$ select o from org o where o.code = org_coded.code $$;

-- Daemons look their tokens up anew once this transaction has ended.
create or replace function directory_changed() returns void language sql as $$ select pg_notify('pledged_token', '') $$;

-- Is a token in force: itself, its organisation, its person, and his post there?
create or replace function token_lives(t token, o org, p person, s post) returns boolean
    language sql stable parallel safe as $$
    select t.revoked_at is null and coalesce(t.expires_at > now(), true) and o.disabled_at is null
           and p.disabled_at is null and s.ended_at is null
$$;

-- The live tokens of a person of which one may be followed by another: that of an id (as `pledged token list` has it),
-- else those that none has followed yet. Certificates are given by others.
create or replace function token_rotating(org text, name text, id text) returns setof token
    language sql stable as $$
    select t.*
      from token t
      join org o on o.id = t.org_id
      join person p on p.id = t.person_id
      join post s on s.org_id = t.org_id and s.person = t.person_id
     where o.code = token_rotating.org and s.name_form = text_form(token_rotating.name) and not t.is_certificate
       and token_lives(t, o, p, s)
       and case when token_rotating.id is null then t.closed is null
                else left(encode(t.sha256, 'hex'), 8) = token_rotating.id end
$$;

-- Refuses to go on for a token that has ended since its bearer was let in.
create or replace function token_stands(digest bytea) returns void language plpgsql stable as $$
begin
    if not exists (select from token t
                     join org o on o.id = t.org_id
                     join person p on p.id = t.person_id
                     join post s on s.org_id = t.org_id and s.person = t.person_id
                    where t.sha256 = digest and token_lives(t, o, p, s)) then
        raise exception 'the token has ended' using errcode = '42501', constraint = 'token_ended';
    end if;
end $$;

-- An insurer or guarantor is named in records by its credit code, whatever its code is here: policies that numbered
-- files made ask for the latter alone.
do $names$
declare
    p record;
    asks constant text := '(parties @> ARRAY[( SELECT my_code() AS my_code)])';
begin
    for p in select * from pg_policies x where x.schemaname = 'public' and position(asks in x.qual) > 0 loop
        execute format('alter policy %I on %I using (%s)', p.policyname, p.tablename,
                       replace(p.qual, asks, '(parties && (select my_names()))'));
    end loop;
end $names$;

-- What stands against a credit code of an organisation: another that has it, by whichever of its codes.
create or replace function org_uscc_problems(code text, uscc text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(select problem('E_TAKEN', '/uscc', o.code)
                   from org o
                  where org_uscc_problems.uscc in (o.uscc, o.code) and o.code <> org_uscc_problems.code);
end $$;

-- A new organisation: a code that nobody has, also in another case, and a district where one is needed.
create or replace function organisation_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    found_problems json[] := '{}'::json[];
begin
    d.parties := '{}';
    d.district := '';
    if exists (select from org o where text_form(o.code) = text_form(doc ->> 'code')) then
        found_problems := found_problems || problem('E_TAKEN', '/code', doc ->> 'code');
    end if;
    found_problems := found_problems || org_uscc_problems(doc ->> 'code', doc ->> 'uscc');
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        insert into org (code, kind, name, district, uscc, created_at)
        values (doc ->> 'code', doc ->> 'kind', doc ->> 'name', doc ->> 'district', doc ->> 'uscc', record_now());
        perform directory_changed();
    end if;
    return d;
end $$;

-- Another name of an organisation, or the credit code that it was entered without. Its code stays.
create or replace function organisation_rename_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    against json[] := org_uscc_problems(doc ->> 'organisation', doc ->> 'uscc');
begin
    d.parties := '{}';
    d.district := '';
    if (org_coded(doc ->> 'organisation')).id is null then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'organisation'));
    elsif cardinality(against) > 0 then
        d.problems := array_to_json(against);
    elsif not dry then
        update org o set name = doc ->> 'name', uscc = coalesce(doc ->> 'uscc', o.uscc)
         where o.code = doc ->> 'organisation';
        perform directory_changed();
    end if;
    return d;
end $$;

-- The name and the credit code that an organisation has now.
create or replace function organisation_rename_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as
    $$ select json_strip_nulls(json_build_object('name', o.name, 'uscc', o.uscc))
         from org_coded(doc ->> 'organisation') o $$;

-- Ends an organisation's tokens at once. Not one's own office: somebody has to be there afterwards.
create or replace function organisation_disable_decide(new_id uuid, doc json, derived json, dry boolean)
    returns decision language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    o org := org_coded(doc ->> 'organisation');
begin
    d.parties := '{}';
    d.district := '';
    if o.id is null then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'organisation'));
    elsif o.disabled_at is not null then
        d.problems := json_build_array(problem('E_STEP', '', 'disabled'));
    elsif o.id = my_org() then
        d.problems := json_build_array(problem('E_STEP', '', my_kind()));
    elsif not dry then
        update org x set disabled_at = record_now() where x.id = o.id;
        perform directory_changed();
    end if;
    return d;
end $$;

-- An organisation that was disabled goes on. Its tokens and subscriptions of before stay ended, since they were: power
-- is given anew.
create or replace function organisation_enable_decide(new_id uuid, doc json, derived json, dry boolean)
    returns decision language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    o org := org_coded(doc ->> 'organisation');
begin
    d.parties := '{}';
    d.district := '';
    if o.id is null then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'organisation'));
    elsif o.disabled_at is null then
        d.problems := json_build_array(problem('E_STEP', '', 'enabled'));
    elsif not dry then
        update token t set revoked_at = o.disabled_at, closed = 'left' where t.org_id = o.id and t.revoked_at is null;
        update webhook w set disabled_at = record_now() where w.org_id = o.id and w.disabled_at is null;
        update org x set disabled_at = null where x.id = o.id;
        perform directory_changed();
    end if;
    return d;
end $$;

-- A person goes on in the post that ended in an organisation, or in all of them; tokens and subscriptions as above.
create or replace function person_enable_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    org bigint := (org_coded(doc ->> 'organisation')).id;
    all_of_him uuid[] := array(select person_all((doc ->> 'person')::uuid));
begin
    d.parties := '{}';
    d.district := '';
    if not exists (select from post s where s.person = any (all_of_him)
                     and (doc ->> 'organisation' is null or s.org_id = org)) then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'person'));
    elsif not exists (select from post s where s.person = any (all_of_him) and s.ended_at is not null
                         and (doc ->> 'organisation' is null or s.org_id = org)) then
        d.problems := json_build_array(problem('E_STEP', '', 'enabled'));
    elsif not dry then
        update token t set revoked_at = s.ended_at, closed = 'left'
          from post s
         where s.person = any (all_of_him) and s.ended_at is not null and (org is null or s.org_id = org)
           and t.org_id = s.org_id and t.person_id = s.person and t.revoked_at is null;
        update webhook w set disabled_at = record_now()
          from post s
         where s.person = any (all_of_him) and s.ended_at is not null and (org is null or s.org_id = org)
           and w.org_id = s.org_id and w.person_id = s.person and w.disabled_at is null;
        update post s set ended_at = null
         where s.person = any (all_of_him) and s.ended_at is not null and (org is null or s.org_id = org);
        update person x set disabled_at = null where x.id = any (all_of_him) and x.disabled_at is not null;
        perform directory_changed();
    end if;
    return d;
end $$;

-- What was said under these signatures and waits for others: it counts again once their posts go on, unless the token
-- is revoked by which it was said. Of one that was revoked nothing waits. Null: there is none.
create or replace function directory_waiting(signatures text[]) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (
        with said(kind, case_id, step, id, by_whom, at) as (
            select p.type, p.id, 'propose', p.id, p.recorded_by, p.recorded_at
              from proposal_now n
              join proposal p on p.id = n.proposal
             where n.state = 'waiting'
             union all
            select p.type, p.id, s.step, s.id, s.recorded_by, s.recorded_at
              from proposal_now n
              join proposal p on p.id = n.proposal
              join proposal_step s on s.proposal = p.id and s.step = 'approve'
             where n.state = 'waiting'
             union all
            select 'coverage', s.coverage, s.step, r.id, s.recorded_by, s.recorded_at
              from coverage c
              join coverage_step s on s.coverage = c.id
              join submission r on r.type = 'coverage_step' and r.body ->> 'coverage' = c.id::text
                               and r.recorded_at = s.recorded_at and r.recorded_by = s.recorded_by
             where s.recorded_by = any (signatures) and c.state = s.state
               and (s.step = 'confirm' and c.state = 'requested' or s.step = 'end' and c.state <> 'ended')
             union all
            select 'claim', s.claim, s.step, s.id, s.recorded_by, s.recorded_at
              from claim_now n
              join claim_step s on s.claim = n.claim
             where n.state = 'approved' and s.step = 'approve' or n.state = 'submitted' and s.step = 'confirm'
                   or s.step in ('recover', 'cure') and s.fund_fen is null
                      and not exists (select from claim_step d where d.claim = n.claim and d.told = s.id)
             union all
            select 'application', s.application, s.step, s.id, s.recorded_by, s.recorded_at
              from application_now n
              join application_step s on s.application = n.application
             where n.state = 'approved' and s.step = 'approve' or n.state = 'demanded' and s.step = 'clawback'
             union all
            select 'plan', a.plan, 'approve', a.id, a.recorded_by, a.recorded_at
              from plan_assent a
             where a.state = 'waiting' and plan_state_of(a.plan) <> 'in_force'
             union all
            select 'publication', o.id, o.step, o.id, o.by_whom, o.recorded_at
              from publication o
             where o.step = 'propose'
               and not exists (select from publication x where x.quarter = o.quarter and x.step = 'publish')
        )
        select case when count(*) > 0 then json_build_object('waiting', json_agg(json_strip_nulls(json_build_object(
                   'kind', s.kind, 'id', s.case_id, 'step', s.step, 'by', s.by_whom, 'at', instant_text(s.at),
                   'token', t.id)) order by s.at, s.id)) end
          from said s
          left join log_leaf l on l.record_id = s.id and l.version = 1
          left join token t on t.sha256 = l.token
         where s.by_whom = any (signatures) and not record_disowned(s.id, 1));
end $$;

-- What an approver of an organisation that goes on sees.
create or replace function organisation_enable_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select directory_waiting(array(
               select s.name || '@' || o.code
                 from post s
                 join org o on o.id = s.org_id
                where o.code = doc ->> 'organisation' and s.ended_at is null))
$$;

-- What an approver of a person who goes on sees.
create or replace function person_enable_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select directory_waiting(array(
               select s.name || '@' || o.code
                 from post s
                 join org o on o.id = s.org_id
                where s.person in (select person_all((doc ->> 'person')::uuid)) and s.ended_at is not null
                  and (doc ->> 'organisation' is null or o.code = doc ->> 'organisation')))
$$;

-- What an approver of a person sees: posts of the same name elsewhere, of persons that he would not be one with; null:
-- there are none. Who sits in two offices and is told as two persons could check what he made himself.
create or replace function person_before(doc json) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    himself uuid[] := array(select person_all(x.id)
                              from person x
                             where x.id = (doc ->> 'same_as')::uuid or x.id_hash = decode(doc ->> 'id_hash', 'hex'));
begin
    return (select case when count(*) > 0 then json_build_object('same_name', json_agg(
                   json_build_object('organisation', o.code, 'name', s.name, 'person', s.person) order by o.code)) end
              from person_namesakes(doc ->> 'name', doc ->> 'organisation') s
              join org o on o.id = s.org_id
             where s.person <> all (himself));
end $$;

-- A person in an organisation: a new one, or one who is known by id or by the hash of his identity number.
create or replace function person_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    found_problems json[] := person_refusal((org_coded(doc ->> 'organisation')).id, doc ->> 'name', doc ->> 'staff_no',
                                            decode(doc ->> 'id_hash', 'hex'), (doc ->> 'same_as')::uuid);
begin
    d.parties := '{}';
    d.district := '';
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        perform person_add(new_id, (org_coded(doc ->> 'organisation')).id, doc ->> 'name', doc ->> 'staff_no',
                           decode(doc ->> 'id_hash', 'hex'), (doc ->> 'same_as')::uuid);
    end if;
    return d;
end $$;

-- Ends a person's post in an organisation, or all of them. Nobody ends himself: that is another's to do.
create or replace function person_disable_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    s post;
begin
    d.parties := '{}';
    d.district := '';
    select x.* into s
      from post x
     where x.person in (select person_all((doc ->> 'person')::uuid))
       and (doc ->> 'organisation' is null or x.org_id = (org_coded(doc ->> 'organisation')).id)
     order by x.ended_at is not null, x.org_id
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'person'));
    elsif s.ended_at is not null then
        d.problems := json_build_array(problem('E_STEP', '', 'ended'));
    elsif person_root(s.person) = person_root(my_person()) then
        d.problems := json_build_array(problem('E_SAME_PERSON', '', my_signature()));
    elsif not dry then
        perform person_disable(s.org_id, s.name, doc ->> 'organisation' is null);
    end if;
    return d;
end $$;

-- The second half of a token, which is told to its last approver: it follows from the proposal, so that it is stored
-- nowhere. Whoever proposed the token has the first half alone.
create or replace function token_second_half(proposal uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select '.' || rtrim(translate(encode(
               sha256(i.secret || sha256(i.secret || convert_to('token ' || proposal, 'UTF8'))),
               'base64'), '+/', '-_'), '=')
      from installation i
$$;

-- The same of a key that signs requests: it follows from its id and what the daemon knows of the installation, so that
-- the daemon can tell the whole key; the first half follows from signing.key of the data folder, which is not in here.
create or replace function key_second_half(key_id text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select '.' || rtrim(translate(encode(
               sha256(convert_to(w.secret, 'UTF8')
                      || sha256(convert_to(w.secret || 'key ' || key_second_half.key_id, 'UTF8'))),
               'base64'), '+/', '-_'), '=')
      from wall_secret() w(secret)
$$;

-- The second half of what a record gives (token, token_rotate): of a text or a key; none of a certificate.
create or replace function token_second_of(record_id uuid, doc json) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when doc ->> 'hmac' is not null then key_second_half(doc ->> 'key_id')
                when doc ->> 'certificate' is null then token_second_half(record_id) end
$$;

-- The digest that it is known by: of a text made of those of both halves.
create or replace function token_digest(record_id uuid, doc json) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when doc ->> 'certificate' is not null then decode(doc ->> 'certificate', 'hex')
                when doc ->> 'hmac' is not null then decode(doc ->> 'sha256', 'hex')
                else sha256(decode(doc ->> 'sha256', 'hex')
                            || sha256(convert_to(token_second_half(record_id), 'UTF8'))) end
$$;

-- What stands against giving it: it is somebody's already.
create or replace function token_digest_problems(digest bytea, doc json) returns json[] language sql stable as $$
    select array(select problem('E_TAKEN', case when doc ->> 'certificate' is not null then '/certificate'
                                                when doc ->> 'hmac' is not null then '/key_id' else '/sha256' end,
                                left(encode(digest, 'hex'), 8))
                   from token t where t.sha256 = digest)
$$;

-- What the answer to an approval tells of a token that it gave: to nobody but the person who approved, and if what he
-- asks by may do so.
create or replace function token_told(proposal uuid, state text, approver uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when state = 'approved' and person_root(approver) = person_root(my_person())
                     and 'administer' = any (my_duties())
                then (select token_second_of(p.id, (proposal_record(p)).body)
                        from proposal p
                       where p.id = proposal and p.type in ('token', 'token_rotate')) end;
end $$;

-- A token for somebody who sits in an organisation; the ledger knows its digest alone, made of those of both halves.
create or replace function token_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    o org := org_coded(doc ->> 'organisation');
    s post;
    digest bytea := token_digest(new_id, doc);
    against json[] := token_digest_problems(digest, doc);
begin
    d.parties := '{}';
    d.district := '';
    select x.* into s from post x where x.org_id = o.id and x.name_form = text_form(doc ->> 'person');
    if o.id is null then
        d.problems := json_build_array(problem('E_NO_ORG', '/organisation', doc ->> 'organisation'));
    elsif s.person is null or s.ended_at is not null then
        d.problems := json_build_array(problem('E_NO_PERSON', '/person', doc ->> 'person'));
    elsif (doc ->> 'expires_on')::date <= today() then
        d.problems := json_build_array(problem('E_ORDER', '/expires_on', (today() + 1)::text));
    elsif cardinality(against) > 0 then
        d.problems := array_to_json(against);
    elsif not dry then
        insert into token (sha256, org_id, person, person_id, created_at, expires_at, duties, id, is_certificate,
               key_id)
        values (digest, o.id, s.name, s.person, record_now(), token_end(doc ->> 'expires_on'),
                array(select json_array_elements_text(doc -> 'duties')), new_id, doc ->> 'certificate' is not null,
                doc ->> 'key_id');
        perform directory_changed();
    end if;
    return d;
end $$;

-- May whoever acts end or replace a token? Those of others do not exist for an organisation.
create or replace function token_is_mine(t token) returns boolean language sql stable as
    $$ select my_kind() = 'ip_office' or (t).org_id = my_org() $$;

-- What stands against a token in the place of another, of which a rotation makes no more: it is in force and was not
-- followed yet; no duty that it lacks, no day beyond its own, and a key or a certificate is followed by its like.
create or replace function token_rotate_problems(t token, doc json) returns json[] language plpgsql stable as $$
declare
    state text;
    p json[] := '{}'::json[];
begin
    select token_state(t, o, x, s, now()) into state
      from org o
      join person x on x.id = (t).person_id
      join post s on s.org_id = (t).org_id and s.person = (t).person_id
     where o.id = (t).org_id;
    if state <> 'live' then
        return array[problem('E_STEP', '', state)];
    end if;
    if doc -> 'duties' is not null and not array(select json_array_elements_text(doc -> 'duties')) <@ (t).duties then
        p := p || problem('E_CHOICE', '/duties', array_to_string((t).duties, ', '));
    end if;
    if (doc ->> 'expires_on')::date <= today() then
        p := p || problem('E_ORDER', '/expires_on', (today() + 1)::text);
    elsif token_end(doc ->> 'expires_on') > (t).expires_at then
        p := p || problem('E_RANGE', '/expires_on', '- – ' || instant_text((t).expires_at));
    end if;
    if (t).is_certificate and doc ->> 'certificate' is null then
        p := p || problem('E_NEED', '/certificate', '');
    elsif (t).key_id is not null and doc ->> 'hmac' is null then
        p := p || problem('E_NEED', '/hmac', '');
    end if;
    return p;
end $$;

-- When a token ends that is to end on a day.
create or replace function token_end(day text) returns timestamptz language sql stable as
    $$ select day::date::timestamp at time zone 'Asia/Shanghai' $$;

-- A token in the place of another, with its duties or some of them; the other goes on for as long as is said, or ends.
create or replace function token_rotate_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    t token;
    digest bytea := token_digest(new_id, doc);
    against json[];
begin
    d.parties := '{}';
    d.district := '';
    select x.* into t from token x where x.id = (doc ->> 'token')::uuid and token_is_mine(x);
    if t.id is null then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'token'));
        return d;
    end if;
    against := token_rotate_problems(t, doc) || token_digest_problems(digest, doc);
    if cardinality(against) > 0 then
        d.problems := array_to_json(against);
    elsif not dry then
        update token x
           set closed = 'rotated',
               expires_at = least(x.expires_at,
                                  now() + make_interval(hours => coalesce((doc ->> 'overlap_hours')::int, 24)))
         where x.id = t.id; -- a clock that is behind must not keep it alive
        insert into token (sha256, org_id, person, person_id, created_at, expires_at, duties, id, is_certificate,
               key_id, follows)
        values (digest, t.org_id, t.person, t.person_id, record_now(),
                coalesce(token_end(doc ->> 'expires_on'), t.expires_at),
                case when doc -> 'duties' is null then t.duties
                     else array(select json_array_elements_text(doc -> 'duties')) end, new_id,
                doc ->> 'certificate' is not null, doc ->> 'key_id', t.id);
        perform directory_changed();
    end if;
    return d;
end $$;

-- The token that is to be followed, as its approver sees it.
create or replace function token_rotate_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select directory_token_shown(t, o, p, s, now())
      from token t
      join org o on o.id = t.org_id
      join person p on p.id = t.person_id
      join post s on s.org_id = t.org_id and s.person = t.person_id
     where t.id = (doc ->> 'token')::uuid
$$;

-- The tokens in force that whose token this is has in the same post beside it.
create or replace function token_others(t token) returns setof token language sql stable as $$
    select x.*
      from token x
      join org o on o.id = x.org_id
      join person p on p.id = x.person_id
      join post s on s.org_id = x.org_id and s.person = x.person_id
     where x.org_id = (t).org_id and x.person_id = (t).person_id and x.sha256 <> (t).sha256 and token_lives(x, o, p, s)
$$;

-- What stands against ending a token because another takes its place, so that what was said by it counts still: that is
-- for somebody else to say than whose they are, and of a token in force that he has in the same post.
create or replace function token_replaced_problems(t token, other uuid) returns json[] language plpgsql stable as $$
begin
    return case when person_root((t).person_id) = person_root(my_person())
                    then array[problem('E_SAME_PERSON', '', my_signature())]
                when not exists (select from token_others(t) x where x.id = other)
                    then array[problem('E_CHOICE', '/replaced_by', coalesce((
                             select string_agg(x.id::text, ', ' order by x.created_at) from token_others(t) x), '-'))]
                else '{}'::json[] end;
end $$;

-- Ends a token at once, as one that somebody else may have had, unless another takes its place: any for who administers
-- them all, one of his own organisation for everybody else. One that ended so, or with its holder's post, may still be
-- revoked, also when he went on since: what was said by it counts no more then.
create or replace function token_revoke_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    t token;
    other uuid := (doc ->> 'replaced_by')::uuid;
begin
    d.parties := '{}';
    d.district := '';
    select x.* into t from token x where x.id = (doc ->> 'token')::uuid and token_is_mine(x);
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'token'));
    elsif t.revoked_at is not null and (t.closed is null or other is not null) then
        d.problems := json_build_array(problem('E_STEP', '', 'revoked'));
    elsif other is not null and cardinality(token_replaced_problems(t, other)) > 0 then
        d.problems := array_to_json(token_replaced_problems(t, other));
    elsif not dry then
        update token x
           set revoked_at = coalesce(x.revoked_at, now()), -- a clock that is behind must not keep it alive
               closed = case when other is not null then 'rotated' end
         where x.id = t.id;
        perform directory_changed();
    end if;
    return d;
end $$;

-- What is shown of an organisation; whole: to who looks after the list, or audits it.
create or replace function directory_organisation_shown(o org, whole boolean) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('code', o.code, 'kind', o.kind, 'name', o.name, 'district', o.district,
               'uscc', case when whole then o.uscc end,
               'disabled_at', case when whole then instant_text(o.disabled_at) end))
$$;

-- What is shown of a person with these posts.
create or replace function directory_person_shown(x person, posts post[]) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('id', x.id, 'name', x.name, 'known_by_number', x.id_hash is not null,
               'disabled_at', instant_text(x.disabled_at), 'same_as', x.same_as, 'posts', (
               select json_agg(json_build_object('organisation', o.code, 'name', s.name, 'staff_no', s.staff_no,
                                                 'ended_at', instant_text(s.ended_at)) order by o.code)
                 from unnest(posts) s join org o on o.id = s.org_id)))
$$;

-- The organisations that whoever asks may know of, in the order of their codes: the offices of the city all of them,
-- everybody else the offices, himself, and whose records name him, which tell that code beside their recorder. A bank
-- never learns by this list which other banks there are. What is kept of them besides is for who looks after the list.
create or replace function directory_organisations(of_kind text) returns table (id text, item json)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.code, directory_organisation_shown(o, my_kind() in ('ip_office', 'auditor'))
      from org o
     where my_kind() <> ''
       and o.code <> 'SYSTEM'
       and (of_kind is null or o.kind = of_kind)
       and (my_kind() in ('finance', 'ip_office', 'district', 'auditor')
            or o.kind in ('finance', 'ip_office', 'district', 'auditor')
            or o.id = my_org()
            or o.kind <> my_kind()
               and (o.id in (select l.org_id from loan l where l.parties && my_names())
                    or o.id in (select p.org_id from insurance_policy p where p.parties && my_names())))
$$;

-- The persons with their posts.
create or replace function directory_persons(organisation text) returns table (id uuid, item json)
    language sql stable security definer set search_path = public, pg_temp as $$
    select x.id, directory_person_shown(x, array(select s from post s where s.person = x.id))
      from person x
     where my_kind() in ('ip_office', 'auditor')
       and (organisation is null or exists (select from post s join org o on o.id = s.org_id
                                             where s.person = x.id and o.code = organisation))
$$;

-- How it stands with a token: in force; followed by another, and in force until its end; run out; revoked; ended with
-- its holder's post or organisation.
create or replace function token_state(t token, o org, p person, s post, at timestamptz) returns text
    language sql immutable parallel safe as $$
    select case when t.closed = 'left' then 'ended'
                when t.revoked_at is not null then 'revoked'
                when coalesce(o.disabled_at, p.disabled_at, s.ended_at) is not null then 'ended'
                when t.expires_at <= at then 'expired'
                when t.closed = 'rotated' then 'rotated'
                else 'live' end
$$;

-- What is shown of a token: whose, for what, until when; never what it is.
create or replace function directory_token_shown(t token, o org, p person, s post, at timestamptz) returns json
    language sql stable as $$
    select json_strip_nulls(json_build_object('id', t.id, 'organisation', o.code, 'person', t.person,
               'person_id', t.person_id, 'certificate', t.is_certificate, 'key_id', t.key_id, 'follows', t.follows,
               'duties', t.duties,
               'created_at', instant_text(t.created_at), 'expires_at', instant_text(t.expires_at),
               'revoked_at', instant_text(t.revoked_at), 'state', token_state(t, o, p, s, at)))
$$;

-- The tokens: all of them for who administers them and for auditors, to others those of their own organisation.
create or replace function directory_tokens(organisation text) returns table (id uuid, item json)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.id, directory_token_shown(t, o, p, s, now())
      from token t
      join org o on o.id = t.org_id
      join person p on p.id = t.person_id
      join post s on s.org_id = t.org_id and s.person = t.person_id
     where (my_kind() in ('ip_office', 'auditor') or t.org_id = my_org())
       and (organisation is null or o.code = organisation)
$$;

-- The life of a token, flight by flight: each in which its row changed, or in which it ended or began again with its
-- holder's post or organisation.
create or replace function token_life(key text) returns table (version bigint, item json)
    language plpgsql stable as $$
declare
    t token;
    o org;
begin
    select x.* into t from token x where x.id::text = key;
    select x.* into o from org x where x.id = t.org_id;
    return query
    with kept as materialized (
        select r.no, r.flight, r.tab, r.content
          from log_row r
         where r.tab = any ('{token,post,person,org}')
           and case r.tab when 'token' then r.content ->> 'id' = key
                          when 'org' then r.content ->> 'code' = o.code
                          when 'person' then r.content ->> 'id' = t.person_id::text
                          else r.content ->> 'org_id' = o.id::text and r.content ->> 'person' = t.person_id::text end
    ),
    turn as (
        select k.flight, max(k.no) as no, array_agg(k.tab) as tabs
          from kept k
         group by k.flight
    ),
    shown as (
        select n.flight, n.no, n.tabs, h.signed_at, l.no as leaf, l.head,
               directory_token_shown(token_then, org_then, person_then, post_then, coalesce(h.signed_at, now())) as item
          from turn n
          left join log_leaf l on l.record_id = n.flight and l.version = 0
          left join log_head h on h.size = l.head
          join lateral (select (json_populate_record(null::token, k.content)).*
                          from kept k where k.tab = 'token' and k.no <= n.no
                         order by k.no desc limit 1) token_then on true
          join lateral (select (json_populate_record(null::org, k.content)).*
                          from kept k where k.tab = 'org' and k.no <= n.no
                         order by k.no desc limit 1) org_then on true
          join lateral (select (json_populate_record(null::person, k.content)).*
                          from kept k where k.tab = 'person' and k.no <= n.no
                         order by k.no desc limit 1) person_then on true
          join lateral (select (json_populate_record(null::post, k.content)).*
                          from kept k where k.tab = 'post' and k.no <= n.no
                         order by k.no desc limit 1) post_then on true
    ),
    seen as (
        select x.*, lag(x.item ->> 'state') over (order by x.no) as was
          from shown x
    )
    select row_number() over (order by x.no), json_joined(
           directory_told(row_number() over (order by x.no), x.signed_at, x.leaf, a), x.item)
      from seen x
      left join lateral (
           select c.*
             from (values (1, 'token', key), (2, 'person', t.person_id::text), (3, 'organisation', o.code), (4, '', ''))
                  w(turn, what, of_key)
            cross join lateral (
                  select n.* from directory_act(w.what, w.of_key, x.head, '{}') n where w.turn < 4
                  union all
                  select n.* from directory_commanded(x.flight) n where w.turn = 4) c
            order by w.turn
            limit 1) a on true
     where 'token' = any (x.tabs) or x.was is distinct from x.item ->> 'state';
end $$;

-- The life of a token, for whoever is shown it in the list.
create or replace function directory_token_history(key text) returns table (version bigint, item json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if exists (select from token t
                where t.id::text = key and (my_kind() in ('ip_office', 'auditor') or t.org_id = my_org())) then
        return query select l.version, l.item from token_life(key) l;
    end if;
end $$;

-- Could power be given by two persons: has the IP office two with tokens that administer?
create or replace function directory_begun() returns boolean language sql stable as $$
    select count(distinct person_root(p.id)) >= 2
      from token t
      join org o on o.id = t.org_id and o.kind = 'ip_office'
      join person p on p.id = t.person_id
      join post s on s.org_id = t.org_id and s.person = t.person_id
     where token_lives(t, o, p, s) and 'administer' = any (t.duties)
$$;

-- Is what gives power left to two persons? It was said once, and there are two.
create or replace function directory_closed() returns boolean language sql stable as
    $$ select exists (select from directory_command c where c.command = 'directory close') and directory_begun() $$;

-- What commands did, and how many could have done it: alone, where two could have agreed on what gives power.
create or replace function directory_acts() returns table (id bigint, act text) language sql stable as $$
    select c.id, case when c.command not in ('org add', 'org rename', 'person add', 'token add', 'token rotate')
                           then 'ends'
                      when c.bootstrap then 'bootstrap' else 'alone' end
      from directory_command c
$$;

-- What a flight of a command says of itself, as a record would.
create or replace function directory_commanded(of_flight uuid) returns setof directory_act language sql stable as $$
    select case when (r.content ->> 'bootstrap')::boolean then 'bootstrap' else 'command' end, null::uuid,
           (r.content ->> 'person') || ' (pledged ' || (r.content ->> 'command') || ')', null::text,
           r.content ->> 'reason'
      from log_row r
     where r.flight = of_flight and r.tab = 'directory_command'
$$;

-- What a history tells of each of its versions: when, in which leaf of the log, by which record of whom, and why.
create or replace function directory_told(version bigint, at timestamptz, leaf bigint, a directory_act) returns json
    language sql stable as $$
    select json_strip_nulls(json_build_object('version', version, 'recorded_at', instant_text(at), 'leaf', leaf,
               'act', (a).type, 'act_id', (a).id, 'recorded_by', (a).proposed_by, 'approved_by', (a).approved_by,
               'reason', (a).reason))
$$;

-- What a person or an organisation was, flight by flight, by the rows that the log keeps: as it is shown, and by which
-- record of whom; what a command of the operator or an upgrade wrote has none. For who looks after them and auditors.
create or replace function directory_history(what text, key text) returns table (version bigint, item json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if coalesce(my_kind(), '') not in ('ip_office', 'auditor') then
        return;
    end if;
    return query
    with kept as materialized (
        select r.no, r.flight, r.tab, r.content
          from log_row r
         where r.tab = any (case what when 'organisation' then array['org'] else array['person', 'post'] end)
           and key = r.content ->> case r.tab when 'org' then 'code' when 'person' then 'id' else 'person' end
    ),
    turn as (
        select k.flight, max(k.no) as no, row_number() over (order by max(k.no)) as version
          from kept k
         group by k.flight
    )
    select t.version, json_joined(
           directory_told(t.version, h.signed_at, l.no, a),
           case what when 'organisation' then (
                    select directory_organisation_shown(json_populate_record(null::org, k.content), true)
                      from kept k
                     where k.no = t.no)
                else directory_person_shown((
                    select json_populate_record(null::person, k.content)
                      from kept k
                     where k.tab = 'person' and k.no <= t.no
                     order by k.no desc
                     limit 1), array(
                    select json_populate_record(null::post, s.content)
                      from (select distinct on (k.content ->> 'org_id') k.content
                              from kept k
                             where k.tab = 'post' and k.no <= t.no
                             order by k.content ->> 'org_id', k.no desc) s)) end)
      from turn t
      left join log_leaf l on l.record_id = t.flight and l.version = 0
      left join log_head h on h.size = l.head
      left join lateral (
           select n.* from directory_act(what, key, l.head, array(
                  select k.content from kept k where k.flight = t.flight and k.tab = 'post')) n
            union all
           select n.* from directory_commanded(t.flight) n
            limit 1) a on true
     order by t.version;
end $$;

-- The record by which a flight of the log changed a person, an organisation or a token: the last that names it. Who was
-- known by the hash of his number is named by the post that he got.
create or replace function directory_act(what text, key text, head bigint, posts json[])
    returns setof directory_act language sql stable as $$
    select r.type, r.id, r.recorded_by, case when s.type = 'proposal_step' then s.recorded_by end,
           coalesce(r.body ->> 'reason', s.body ->> 'reason')
      from log_leaf f
      join submission s on s.id = f.record_id and s.version = f.version
      join submission r on r.version = 1
                       and r.id = case s.type when 'proposal_step' then (s.body ->> 'proposal')::uuid else s.id end
     where f.no < directory_act.head
       and f.no >= coalesce((select max(h.size) from log_head h where h.size < directory_act.head), 0)
       and s.type in ('organisation_disable', 'person_disable', 'token_revoke', 'proposal_step')
       and r.type like what || '%'
       and (r.id::text = directory_act.key
            or exists (select from json_each_text(r.body) m where m.value = directory_act.key)
            or exists (select from unnest(posts) p
                         join org o on o.id = (p ->> 'org_id')::bigint
                        where o.code = r.body ->> 'organisation' and p ->> 'name' = r.body ->> 'name'))
     order by f.no desc
     limit 1
$$;
