-- Persons: one identity over offices. A signature (name@CODE) is of a post; maker and checker are told apart by the
-- person that sits in it.

-- The one person that this one is, as far as that is known: himself, or whom he was found to be.
create or replace function person_root(one uuid) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp as
    $$ begin return coalesce((select x.same_as from person x where x.id = one), one); end $$;

-- All persons of the ledger that are one with this one, himself among them.
create or replace function person_all(one uuid) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    root constant uuid := person_root(one);
begin
    return query select x.id from person x where x.id = root or x.same_as = root;
end $$;

-- The person of the post that signed; null: nobody that the ledger knows. Names are the same by their form.
create or replace function person_posted(signature text) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select s.person
              from org o
              join post s on s.org_id = o.id
             where right(signature, length(o.code) + 1) = '@' || o.code
               and s.name_form = text_form(left(signature, -length(o.code) - 1))
             order by length(o.code) desc
             limit 1);
end $$;

-- The person who signed, as far as is known by now of who is one with whom.
create or replace function person_of(signature text) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as
    $$ begin return person_root(person_posted(signature)); end $$;

-- Were these two signatures of one human being by what was known at that instant? What was found out since makes
-- nothing wrong that was right then.
create or replace function person_was_same(one text, other text, at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    a uuid := person_posted(one);
    b uuid := person_posted(other);
begin
    if one = other or a = b then
        return true;
    elsif a is null or b is null or person_root(a) <> person_root(b) then
        return false;
    end if;
    return exists (
        with recursive told as (
            select (r.body ->> 'person')::uuid as p, (r.body ->> 'same_as')::uuid as q
              from submission r
              join proposal_step s on s.proposal = r.id and s.state = 'approved' and s.recorded_at <= person_was_same.at
             where r.type = 'person_same'
        ),
        known(id) as (
            select a
             union
            select case k.id when t.p then t.q else t.p end from known k join told t on k.id in (t.p, t.q)
        )
        select from known k where k.id = b);
end $$;

-- How many human beings signed, by what was known at that instant; none of those who are one with any of `but`.
create or replace function persons_were(signatures text[], but text[], at timestamptz) returns int
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select count(*)::int
              from unnest(signatures) with ordinality s(by_whom, n)
             where not exists (select from unnest(but) b(by_whom) where person_was_same(b.by_whom, s.by_whom, at))
               and not exists (select from unnest(signatures) with ordinality e(by_whom, n)
                                where e.n < s.n and person_was_same(e.by_whom, s.by_whom, at)));
end $$;

-- Was a record made by a token that was revoked since, so that somebody else may have had it? One that another
-- followed, that ran out, or that ended with a post which began again was its holder's, unless it was revoked then.
create or replace function record_disowned(id uuid, version int) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from log_leaf l
                     join token t on t.sha256 = l.token
                    where l.record_id = record_disowned.id and l.version = record_disowned.version
                      and t.revoked_at is not null and t.closed is null);
end $$;

-- Was it whoever acts that signed, for this or for another office?
create or replace function person_is_me(signature text) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return coalesce(signature = my_signature() or exists (
        select from post s
          join org o on o.id = s.org_id
         where s.person in (select person_all(my_person()))
           and right(signature, length(o.code) + 1) = '@' || o.code
           and s.name_form = text_form(left(signature, -length(o.code) - 1))), false);
end $$;

-- Is whoever signed in office still where he signed, under whichever of his names? What takes power away counts at
-- once, also for what he said where that waits for more words than his.
create or replace function person_serves(signature text) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return exists (
        select from org o
          join post s on s.org_id = o.id
          join person x on x.id = s.person
         where right(signature, length(o.code) + 1) = '@' || o.code
           and s.person in (select person_all(person_of(signature)))
           and s.ended_at is null and o.disabled_at is null and x.disabled_at is null);
end $$;

-- Does a record count in which somebody agreed to what another did: is he in office still, and the token not revoked by
-- which he did it?
create or replace function person_agreed(signature text, id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as
    $$ begin return person_serves(signature) and not record_disowned(id, 1); end $$;

-- What is kept of an identity number: enough to know it again here, and no use anywhere else.
create or replace function person_id_hash(number text) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select sha256(i.secret || sha256(i.secret || convert_to(upper(text_form(number)), 'UTF8'))) from installation i
$$;

-- What stands against a post of this name in an organisation: for a person that is known (same, or by the hash of his
-- identity number), else for a new one.
create or replace function person_refusal(org bigint, name text, staff_no text, id_hash bytea, same uuid) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    held post;
    p json[] := '{}'::json[];
begin
    if not exists (select from org o where o.id = org) then
        return array[problem('E_NO_ORG', '/organisation', '')];
    elsif text_form(name) = '' then
        return array[problem('E_NEED', '/name', '')];
    end if;
    select s.* into held from post s where s.org_id = org and s.name_form = text_form(person_refusal.name);
    if found then
        p := p || problem('E_TAKEN', '/name', held.name);
    end if;
    select s.* into held from post s where s.org_id = org and s.staff_no = person_refusal.staff_no;
    if found then
        p := p || problem('E_TAKEN', '/staff_no', held.name);
    end if;
    if same is not null and not exists (select from person x where x.id = same) then
        return p || problem('E_NO_PERSON', '/same_as', same::text);
    elsif same is not null and exists (
           select from person x
            where x.id_hash = person_refusal.id_hash and x.id not in (select person_all(same))) then
        p := p || problem('E_TAKEN', '/id_hash', '');
    elsif id_hash is not null and exists (
           select from person x
            where x.id in (select person_all(same)) and x.id_hash <> person_refusal.id_hash) then
        p := p || problem('E_OTHER_PERSON', '/id_hash', same::text);
    end if;
    select s.* into held
      from post s
      join person x on x.id = s.person
     where s.org_id = org and (x.id in (select person_all(same)) or x.id_hash = person_refusal.id_hash);
    if found then
        p := p || problem('E_TAKEN', case when same is null then '/id_hash' else '/same_as' end, held.name);
    end if;
    return p;
end $$;

-- Gives a person a post: the one that is known by an id or by the hash of his identity number, else a new one.
create or replace function person_add(new_id uuid, org bigint, name text, staff_no text, id_hash bytea, same uuid)
    returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare
    who uuid := person_root(coalesce(same, (select x.id from person x where x.id_hash = person_add.id_hash)));
    against json[] := person_refusal(org, name, staff_no, id_hash, same);
begin
    if cardinality(against) > 0 then
        raise exception '%', (select string_agg((a ->> 1) || ' ' || (a ->> 0) || ' ' || (a ->> 2), '; ')
                                from unnest(against) a) using errcode = 'PB004';
    end if;
    if who is null then
        who := new_id;
        insert into person (id, name, id_hash, created_at) values (who, name, id_hash, record_now());
    elsif id_hash is not null then
        update person x set id_hash = person_add.id_hash where x.id = who and x.id_hash is null;
    end if;
    insert into post (org_id, name, person, staff_no, created_at) values (org, name, who, staff_no, record_now());
    return who;
end $$;

-- Posts of a name in other organisations than this, that have not ended.
create or replace function person_namesakes(name text, but_org text) returns setof post language sql stable as $$
    select s.*
      from post s
      join org o on o.id = s.org_id
     where s.name_form = text_form(person_namesakes.name) and o.code is distinct from but_org and s.ended_at is null
     order by o.code
$$;

-- Who has this name in an organisation, however it is written; made when nobody has it.
create or replace function person_named(org bigint, name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    return coalesce((select s.person from post s where s.org_id = org and s.name_form = text_form(person_named.name)),
                    person_add(uuid_v7(), org, name, null, null, null));
end $$;

-- Ends a person's post in an organisation at once, and with it the tokens that he has there; nobody else's. In all
-- offices: the person altogether. The number of posts that ended.
create or replace function person_disable(org bigint, name text, everywhere boolean) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    who uuid := (select s.person from post s where s.org_id = org and s.name_form = text_form(person_disable.name));
    ended int;
begin
    update post s set ended_at = now() -- a clock that is behind must not keep a token alive
     where s.person in (select person_all(who)) and s.ended_at is null and (everywhere or s.org_id = org);
    get diagnostics ended = row_count;
    if everywhere then
        update person x set disabled_at = now() where x.id in (select person_all(who)) and x.disabled_at is null;
    end if;
    perform pg_notify('pledged_token', '');
    return ended;
end $$;

-- What one human being decided under names of two persons, before it was known that they are one: cases that both took
-- part in, as maker and as checker.
create or replace function person_both_decided(one uuid, other uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    with names as (
        select s.name || '@' || o.code as signature, person_root(s.person) as person, s.org_id
          from post s
          join org o on o.id = s.org_id
         where s.person in (select person_all(one) union select person_all(other))
    ),
    acts as (
        select r.recorded_by, n.person, x.id as case_id
          from names n
          join submission r on r.org_id = n.org_id and r.recorded_by = n.signature
          join record_type t on t.name = r.type and not t.by_day and t.name <> 'loan'
         cross join lateral (
               select r.id
                union
               select p.id from submission p
                where p.version = 1
                  and p.id = case when r.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                  then r.subject::uuid end) x
         where r.version = 1
    )
    select coalesce(json_agg(json_build_object('kind', c.type, 'id', c.id, 'by', c.names) order by c.recorded_at, c.id),
                    '[]'::json)
      from (select r.type, r.id, r.recorded_at, array_agg(distinct a.recorded_by order by a.recorded_by) as names
              from acts a
              join submission r on r.id = a.case_id and r.version = 1
             group by r.type, r.id, r.recorded_at
            having count(distinct a.person) > 1) c
$$;

-- What an approver of a join sees: what both have decided so far, and whether they are one already.
create or replace function person_same_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('joined', person_root((doc ->> 'person')::uuid) = person_root((doc ->> 'same_as')::uuid),
                             'both_decided', person_both_decided((doc ->> 'person')::uuid, (doc ->> 'same_as')::uuid))
$$;

-- Two persons are one from now on: the second of those named, and all that he is. Identity numbers that differ say
-- that they are two.
create or replace function person_same_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    one uuid := person_root((doc ->> 'person')::uuid);
    other uuid := person_root((doc ->> 'same_as')::uuid);
begin
    d.parties := '{}';
    d.district := '';
    if not exists (select from person x where x.id = one) then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'person'));
    elsif not exists (select from person x where x.id = other) then
        d.problems := json_build_array(problem('E_NO_PERSON', '/same_as', doc ->> 'same_as'));
    elsif one = other then
        d.problems := json_build_array(problem('E_TAKEN', '/same_as', other::text));
    elsif (select count(distinct x.id_hash) from person x
            where x.id in (select person_all(one) union select person_all(other))) > 1 then
        d.problems := json_build_array(problem('E_OTHER_PERSON', '/same_as', other::text));
    elsif not dry then
        update person x set same_as = other where x.id in (select person_all(one));
        perform directory_changed();
    end if;
    return d;
end $$;
