-- The engine of records: how a record of any type is decided, corrected and told.

-- What the answer to a submission shows: [[code, severity, pointer, title, title_en], …] in a fixed order.
create or replace function flag_of_record(id uuid, version int) returns text language sql stable as $$
    select coalesce(json_agg(json_build_array(f.code, f.severity, r.pointer, u.title, u.title_en)
                             order by f.code, r.pointer)::text, '[]')
      from flag_record r
      join flag f on f.id = r.flag
      join flag_rule u on u.code = f.code
     where r.record_id = $1 and r.version = $2 and r.submitted
$$;

-- Is there a later version (known by then)? Runs as the owner: whoever a correction took the record away
-- from cannot see that version, and must not be shown the earlier one as if it were current.
create or replace function record_has_later(id uuid, version int, known_at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from submission r
                    where r.id = $1 and r.version = $2 + 1
                      and ($3 is null or r.recorded_at <= $3));
end $$;
revoke all on function record_has_later from public;
grant execute on function record_has_later to pledged_app;

-- Rolls back the flight that carries an atomic batch with a conflict in it.
create or replace function abort_flight() returns void language plpgsql as $$
begin -- immutable, as it looks, would let the planner call it
    -- @plpgsql_check_options: performance_warnings = off
    raise exception 'a line of an atomic batch conflicts' using errcode = 'PB001';
end $$;

-- record_decide_one names the function of each type: it stands in the last migration that adds one.
create or replace function record_decide(type text, elements json, dry boolean)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    e record;
    k record;
    d decision;
    by_day boolean := (select x.by_day from record_type x where x.name = $1);
    again bigint[] := '{}'::bigint[];
begin
    for pass in 1 .. 2 loop
        exit when pass = 2 and cardinality(again) = 0;
        for e in
            select x.*
              from rows from (json_to_recordset(elements) as (
                   id uuid, key text, subject text, "on" date, sha256 text, derived json, body json))
                   with ordinality as x(id, key, subject, on_day, sha256, derived, body, place)
             where pass = 1 or x.place = any (again)
             order by case when by_day then x.on_day end, x.place
        loop
            ord := e.place;
            flags := '[]';
            select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by, l.no, l.hash, l.head
              into k
              from submission r
              left join log_leaf l on l.record_id = r.id and l.version = r.version
             where r.org_id = my_org() and r.type = $1 and r.key = e.key
             limit 1;
            if found then
                outcome := case when k.sha256 = decode(e.sha256, 'hex') then 'replay' else 'conflict' end;
                id := k.id;
                version := k.version;
                body := k.body::text;
                sha256 := encode(k.sha256, 'hex');
                recorded_at := instant_text(k.recorded_at);
                recorded_by := k.recorded_by;
                leaf := k.no;
                leaf_hash := encode(k.hash, 'hex');
                head := k.head;
                return next;
                continue;
            end if;
            leaf := null;
            leaf_hash := null;
            head := null;
            d := record_decide_one($1, e.id, e.body, e.derived, dry);
            if d.problems is not null and by_day and pass = 1 then
                again := again || e.place;
                continue;
            elsif d.problems is not null then
                outcome := 'refused';
                id := null;
                version := null;
                body := d.problems::text;
                sha256 := null;
                recorded_at := null;
                recorded_by := null;
                return next;
                continue;
            end if;
            if not dry then
                insert into submission (id, version, org_id, type, key, subject, district, on_day, parties, body,
                       sha256, recorded_at, recorded_by)
                values (e.id, 1, my_org(), $1, e.key, e.subject, d.district, e.on_day, d.parties, e.body,
                       decode(e.sha256, 'hex'), now(), my_signature());
            end if;
            outcome := 'created';
            id := e.id;
            version := 1;
            body := e.body::text;
            sha256 := e.sha256;
            recorded_at := instant_text(now());
            recorded_by := my_signature();
            if not dry and type in ('claim', 'application') then
                flags := flag_of_record(e.id, 1);
            end if;
            return next;
        end loop;
    end loop;
end $$;

-- The record as its approver saw it: every version.
create or replace function record_seal(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(r.sha256, ''::bytea order by r.version)), 'hex')
      from submission r
     where r.id = record_id
$$;

-- What stands against a correction, as a JSON array of problems; null: nothing. Of a loan: its events must still be
-- possible. Of a scheme: it must not be in force.
create or replace function record_correction_refusal(type text, record_id uuid, doc json) returns json
    language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
begin
    if type = 'loan' then
        p := loan_correction_problems(record_id, doc);
    elsif type = 'scheme' and exists (select from scheme s where s.id = record_id)
          or type = 'policy' and exists (select from policy s where s.id = record_id) then
        p := array[problem('E_STEP', '', 'in_force')];
    elsif type = 'scheme' then
        p := scheme_refusal(doc);
    elsif type = 'policy' then
        p := policy_refusal(doc);
    elsif exists (select from record_type t where t.name = type and t.judged) then
        return record_type_problems(type, record_id, doc);
    end if;
    return case when cardinality(p) > 0 then array_to_json(p) end;
end $$;

-- What other records make of a record: members of its answer; null for types without.
create or replace function record_life_members(type text, id uuid, version int, as_of date, known_at timestamptz) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'loan' then (select loan_life_members(l, as_of, known_at) from loan l where l.id = $2 and l.version = $3)
        when 'scheme' then scheme_members(id)
        when 'claim' then (select claim_members(c) from claim c where c.id = $2)
        when 'policy' then policy_members(id)
        when 'application' then (select application_members(a) from application a where a.id = $2)
        else record_type_members(type, id, version, as_of)
    end;
end $$;

create or replace function record_life_mark(type text, id uuid, version int, members text) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'loan' then (select loan_life_mark(l, members) from loan l where l.id = $2 and l.version = $3)
        else left(md5(members), 8)
    end;
end $$;

create or replace function record_decide_one(type text, id uuid, body json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
begin
    case type
        when 'loan_event' then return loan_event_decide(id, body, dry);
        when 'account' then return account_decide(id, body, dry);
        when 'transfer' then return transfer_decide(id, body, dry);
        when 'scheme' then return scheme_decide(id, body, dry);
        when 'scheme_approval' then return scheme_approval_decide(id, body, dry);
        when 'claim' then return claim_decide(id, body, dry);
        when 'claim_step' then return claim_step_decide(id, body, dry);
        when 'lpr' then return lpr_decide(id, body, dry);
        when 'policy' then return policy_decide(id, body, dry);
        when 'policy_step' then return policy_step_decide(id, body, dry);
        when 'budget' then return budget_decide(id, body, dry);
        when 'application' then return application_decide(id, body, derived, dry);
        when 'application_step' then return application_step_decide(id, body, dry);
        else
            d.problems := record_type_problems(type, id, body);
            d.district := coalesce(body ->> 'district', '');
            d.parties := '{}';
            return d;
    end case;
end $$;

-- What was decided when a record was made: part of the answer to its POST, and of every replay, the same for ever.
create or replace function record_decision_members(type text, id uuid) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'claim' then (
            select format('"scheme":%s,"scheme_version":%s,"net_loss":%s,"fund":%s,"split":%s,"arithmetic":%s,"headroom":%s',
                   to_json(c.scheme_code), to_json((select s.effective_from from scheme s where s.id = c.scheme)),
                   to_json(yuan_text(c.net_loss_fen)), to_json(yuan_text(c.fund_fen)),
                   (select json_agg(json_build_object('party', x ->> 0, 'share', percent_text((x ->> 1)::bigint),
                           'amount', yuan_text((x ->> 2)::bigint)) order by n)
                      from json_array_elements(c.split) with ordinality as y(x, n)),
                   c.account -> 'lines', c.account -> 'headroom')
              from claim c
             where c.id = $2)
        when 'application' then (
            select substr(a.decision::text, 2, length(a.decision::text) - 2)
                   || format(',"facts_used":%s,"rule":%s,"policy_version":%s,"state":%s,"budget":%s', a.facts,
                             to_json(encode(p.sha256, 'hex')), to_json(p.effective_from),
                             to_json(case when a.amount_fen = 0 then 'refused'
                                          when n.state = 'queued' or exists (
                                               select from application_step s
                                                where s.application = a.id and s.step = 'release') then 'queued'
                                          else 'reserved' end), to_json(a.account))
              from application a
              join application_now n on n.application = a.id
              join policy p on p.id = a.policy
             where a.id = $2)
        else record_type_members(type, id, 1, null)
    end;
end $$;

create or replace function record_state(type text, id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case type when 'claim' then claim_state(id)
                     when 'application' then (select n.state from application_now n where n.application = id) end
$$;

create or replace function record_type_problems(type text, id uuid, doc json) returns json language plpgsql as $$
declare
    p json[];
begin
    if not exists (select from record_type t where t.name = type and t.judged) then
        raise exception 'type % has no judge', type;
    end if;
    execute format('select %I($1, $2)', type || '_problems') into p using id, doc;
    return case when cardinality(p) > 0 then array_to_json(p) end;
end $$;

create or replace function record_type_members(type text, id uuid, version int, as_of date) returns text
    language plpgsql stable as $$
declare
    members text;
begin
    if exists (select from record_type t where t.name = type and t.told) then
        execute format('select %I($1, $2, $3)', type || '_members') into members using id, version, coalesce(as_of, today());
    end if;
    return members;
end $$;

create or replace function record_key(id uuid, version int) returns text language sql stable as
    $$ select r.key from submission r where r.id = $1 and r.version = $2 $$;

-- When a record was first told of. Runs as the owner: whoever may see a record now may know how long it took.
create or replace function record_first_recorded(id uuid) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.recorded_at from submission r where r.id = $1 and r.version = 1 $$;
