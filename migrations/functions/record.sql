-- The engine of records: how a record of any type is decided, corrected and told. No type is named here. A type joins
-- by a row of record_type, whose columns say which of these functions, named after the type, it has:
--
--   decides    <type>_decide(id, doc, derived, dry) returns decision: judges a new record and stores its typed rows
--   judged     <type>_problems(id, doc) returns json[]: what stands against a new record and against a correction
--   row_by     the function (new submission) returns submission that writes the typed row, called by a trigger, so that
--              no version stands without it; what it changes of the record is stored so
--   corrected  <type>_correction(id, doc) returns json[]: what stands against a correction
--   told       <type>_members(id, version, as_of, known_at) returns json: what other records make of it, as members of
--              its answer; a member that is null is not shown
--   followed   <type>_followed(ids): what follows from new records, once for all that came together
--   answered   <type>_decided(id) returns json: what was decided when it was made, likewise
--   stated     <type>_state(id) returns text: lists can be asked for a state
--   marked     <type>_mark(id, members) returns text: tells two answers of a version apart; null: they are alike
--   flagged    (no function) the answer to its submission shows the red flags that deciding it raised
--   proposed   (no function) it takes effect when a second person has approved it (proposal.sql); judged dry until then
--   sealed     (no function) one of a day in a sealed quarter says why it comes late
--   open_to, party_sees, district_sees  (no function) who sees its records besides finance, the IP office, auditors
--              and who made them: kinds that see all, kinds that see those they are a party of, the record's district
--   personal   (no function) it is one person's word: another of his organisation who says the same is judged himself
--   by_day     <type>_turn(doc) returns int: lines that come together are judged in the order of their days, and on one
--              day of their turns
--
-- All but the first are called by name.

-- What the answer to a submission shows: [[code, severity, pointer, title, title_en], …] in a fixed order.
create or replace function flag_of_record(id uuid, version int) returns text language sql stable as $$
    select coalesce(json_agg(json_build_array(f.code, f.severity, r.pointer, u.title, u.title_en)
                             order by f.code, r.pointer)::text, '[]')
      from flag_record r
      join flag f on f.id = r.flag
      join flag_rule u on u.code = f.code
     where r.record_id = $1 and r.version = $2 and r.submitted
$$;

-- A constant: looked up, it would be with every record; as the condition of a trigger, every statement reads it anew.
do $make$
begin
    execute format($f$
-- The function that has the typed row of a type's records written, by record_type; null: none.
create or replace function record_writer(type text) returns text language sql immutable parallel safe as
    $$ select '%s'::jsonb ->> type $$ $f$,
        (select jsonb_object_agg(t.name, t.row_by) from record_type t where t.row_by is not null));
end $make$;

-- The form that a key is compared in, and the typed row of a record. A generated column would have the former read its
-- long expression in every statement. One trigger for both and for all types: each statement that stores records
-- prepares all triggers.
create or replace function submission_row() returns trigger language plpgsql as $$
declare
    writer constant text := record_writer(new.type);
begin
    new.key_form := text_form(new.key);
    if writer is not null then
        execute format('select x.* from %I($1) x', writer) into new using new;
    end if;
    return new;
end $$;
create or replace trigger submission_row before insert on submission
    for each row execute function submission_row();

-- Does a record say again what another says? Keys, names and references are the same by their form; all else is by the
-- letter. Only members of the record itself are looked at so, not those of lists in it.
create or replace function record_alike(a json, b json) returns boolean language sql immutable parallel safe as $$
    select not exists (
        select from json_each(a) x
          full join json_each(b) y on y.key = x.key
         where x.value::text is distinct from y.value::text
           and (coalesce(x.key !~ '(^|_)(no|name|reference|code|loan|reverses)$', true)
                or text_form(x.value #>> '{}') is distinct from text_form(y.value #>> '{}')))
$$;

-- Does a record of any type name what is looked for: in a member of its own that holds a number, a name or a code?
create or replace function record_names(body json, looked_for text) returns boolean language plpgsql immutable as $$
declare
    form text := text_form(looked_for);
begin
    return exists (select from json_each_text(body) m
                    where m.key ~ '(^|_)(no|name|reference|code|loan|title|uscc|originator)$'
                      and position(form in text_form(m.value)) > 0);
end $$;

-- All that stands beside a record's text.
create or replace function record_envelope_text(r submission) returns text language sql stable parallel safe as $$
    select row(r.org_id, r.type, r.key, r.key_form, r.subject, r.district, r.on_day - date '2000-01-01', r.parties,
               r.reason)::text
$$;

-- The digest of that: with it the leaf covers every column. Written out, text_sha256() would not be taken into the
-- statement, as convert_to() is not immutable, and be planned with each.
create or replace function record_envelope(r submission) returns text language sql stable parallel safe as
    $$ select encode(sha256(convert_to(record_envelope_text(r), 'UTF8')), 'hex') $$;

-- Is there a later version (known by then)? Runs as the owner: whoever a correction took the record away
-- from cannot see that version, and must not be shown the earlier one as if it were current.
create or replace function record_has_later(id uuid, version int, known_at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return exists (select from submission r
                    where r.id = $1 and r.version = $2 + 1
                      and ($3 is null or r.recorded_at <= $3));
end $$;

-- Rolls back the flight that carries an atomic batch with a conflict in it.
create or replace function abort_flight() returns void language plpgsql as $$
begin -- immutable, as it looks, would let the planner call it
    -- @plpgsql_check_options: performance_warnings = off
    raise exception 'a line of an atomic batch conflicts' using errcode = 'PB001';
end $$;

-- One verdict an element; each is judged by what those before it have stored: in their order or, when the type is told
-- by day, in that of their days and on a day of their turns, and those that were refused once more after all others.
create or replace function record_decide(type text, elements json, dry boolean)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    e record;
    k record;
    d decision;
    t record_type;
    anothers boolean; -- this word was said before, by somebody else
    again bigint[] := '{}'::bigint[];
    at timestamptz; -- all that is new is recorded at one instant
    made uuid[];
    envelopes text[]; -- of those made
begin
    select x.* into t from record_type x where x.name = $1;
    for pass in 1 .. 2 loop
        exit when pass = 2 and cardinality(again) = 0;
        for e in
            select x.*
              from rows from (json_to_recordset(elements) as (
                   id uuid, key text, subject text, "on" date, sha256 text, derived json, body json))
                   with ordinality as x(id, key, subject, on_day, sha256, derived, body, place)
             where pass = 1 or x.place = any (again)
             order by case when t.by_day then x.on_day end, case when t.by_day then record_turn(t, x.body) end, x.place
        loop
            ord := e.place;
            flags := '[]';
            select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by, l.no, l.hash, l.head
              into k
              from submission r
              left join log_leaf l on l.record_id = r.id and l.version = r.version
             where r.org_id = my_org() and r.type = $1 and r.key_form = text_form(e.key)
             order by (r.sha256 = decode(e.sha256, 'hex')) desc, (r.key = e.key) desc, r.version desc
             limit 1;
            anothers := found and t.personal and not person_is_me(k.recorded_by);
            if found and not anothers then
                outcome := case when k.sha256 = decode(e.sha256, 'hex') or record_alike(k.body, e.body) then 'replay'
                                else 'conflict' end;
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
            d := record_decide_one(t, e.id, e.body, e.derived, dry or t.proposed or anothers);
            if anothers and d.problems is null then
                d.problems := json_build_array(problem('E_KEY_REUSED', '', k.recorded_by));
            end if;
            if d.problems is not null and t.by_day and pass = 1 then
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
            at := coalesce(at, record_now());
            if not dry then
                insert into submission as s (id, version, org_id, type, key, subject, district, on_day, parties, body,
                       sha256, recorded_at, recorded_by)
                values (e.id, 1, my_org(), $1, e.key, e.subject, d.district, coalesce(e.on_day, today()), d.parties,
                       e.body, decode(e.sha256, 'hex'), at, my_signature())
                returning record_envelope(s) into leaf_hash;
            end if;
            if not dry and t.proposed then
                perform proposal_open(e.id, $1, e.body);
            end if;
            made := made || e.id;
            envelopes := envelopes || leaf_hash;
        end loop;
    end loop;
    if t.followed and not dry and made is not null then
        perform record_followed(t, made);
    end if;
    outcome := 'created'; -- told at last: what was found of them is found of all together
    version := 1;
    leaf := null;
    head := null;
    recorded_at := instant_text(at);
    recorded_by := my_signature();
    for e in
        select x.*
          from rows from (json_to_recordset(elements) as (id uuid, sha256 text, body json))
               with ordinality as x(id, sha256, body, place)
         where x.id = any (made)
    loop
        ord := e.place;
        id := e.id;
        body := e.body::text;
        sha256 := e.sha256;
        leaf_hash := envelopes[array_position(made, e.id)];
        flags := case when t.flagged and not dry then flag_of_record(e.id, 1) else '[]' end;
        return next;
    end loop;
end $$;

-- The record as its approver saw it: every version.
create or replace function record_seen(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(r.sha256, ''::bytea order by r.version)), 'hex')
      from submission r
     where r.id = record_id
$$;

-- A version of a record that somebody saw beside the one that stands, field by field.
create or replace function record_seen_problem(record_id uuid, told text) returns json language sql stable as $$
    with version as (
        select r.version, r.type, r.body,
               encode(sha256(string_agg(r.sha256, ''::bytea) over (order by r.version)), 'hex') as seen
          from submission r
         where r.id = record_id
    )
    select problem_seen('/seen', 'version ' || v.version, told, v.seen, (
               select json_agg(json_build_array(v.type, '/' || coalesce(a.key, b.key), null, a.value, b.value)
                               order by coalesce(a.key, b.key) collate "C")
                 from json_each_text((select o.body from version o where o.seen = told limit 1)) a
                 full join json_each_text(v.body) b on b.key = a.key
                where a.value is distinct from b.value
                  and exists (select from version o where o.seen = told)))
      from version v
     order by v.version desc
     limit 1
$$;

-- The elements of a list. known: what an element is known by wherever it stands in it, by its clause, code, item, fact
-- or lower end; of those that have no such name, or share it, by how many of them stand before it.
create or replace function json_elements_known(list json) returns table (no bigint, known text, value json)
    language plpgsql immutable as $$
begin
    return query
    with element as (
        select e.no, e.value,
               case json_typeof(e.value) when 'object' then
                    coalesce(e.value ->> 'clause', e.value ->> 'code', e.value ->> 'item', e.value ->> 'fact',
                             e.value ->> 'from') end as own
          from json_array_elements(list) with ordinality as e(value, no)
    ), named as (
        select e.*, e.own is not null and count(*) over (partition by e.own) = 1 as alone from element e
    )
    select n.no,
           case when n.alone then '=' || n.own
                else '#' || count(*) filter (where not n.alone) over (order by n.no) end,
           n.value
      from named n;
end $$;

-- The values in a document, each by its pointer and by what it is known by, in the order in which they stand.
create or replace function json_leaves(doc json) returns table (no bigint, pointer text, known text, value text)
    language plpgsql immutable as $$
begin
    return query
    with recursive part(place, pointer, known, value) as (
        select '{}'::bigint[], '', '', doc
        union all
        select p.place || m.no, p.pointer || '/' || replace(replace(m.key, '~', '~0'), '/', '~1'),
               p.known || '/' || replace(replace(m.known, '~', '~0'), '/', '~1'), m.value
          from part p
         cross join lateral (
               select e.no, e.key, e.key as known, e.value
                 from json_each(case json_typeof(p.value) when 'object' then p.value else '{}'::json end)
                      with ordinality as e(key, value, no)
               union all
               select e.no, (e.no - 1)::text, e.known, e.value
                 from json_elements_known(case json_typeof(p.value) when 'array' then p.value else '[]'::json end) e) m
    )
    select row_number() over (order by p.place), p.pointer, p.known, p.value #>> '{}'
      from part p
     where json_typeof(p.value) not in ('object', 'array');
end $$;

-- What the second document says otherwise than the first, value by value; what only moved in its list is the same.
-- pointer: in the second, of what is gone in the first.
create or replace function json_differences(a json, b json) returns table (no bigint, pointer text, seen text, now text)
    language plpgsql immutable as $$
begin
    return query
    select coalesce(y.no, x.no), coalesce(y.pointer, x.pointer), x.value, y.value
      from json_leaves(a) x
      full join json_leaves(b) y on y.known = x.known
     where x.value is distinct from y.value;
end $$;

-- What stands against a correction, as a JSON array of problems; null: nothing.
create or replace function record_correction_refusal(type text, record_id uuid, doc json) returns json
    language plpgsql stable as $$
declare
    t record_type;
    p json[];
begin
    select x.* into t from record_type x where x.name = type;
    if t.corrected then
        execute format('select %I($1, $2)', type || '_correction') into p using record_id, doc;
    elsif t.judged then
        execute format('select %I($1, $2)', type || '_problems') into p using record_id, doc;
    end if;
    return case when cardinality(p) > 0 then array_to_json(p) end;
end $$;

-- What other records make of a record: an object whose members its answer shows; null for types without.
-- By one id at a time: plans made anew, as readers' are, would take longer than what they find.
create or replace function record_life_members(type text, id uuid, version int, as_of date, known_at timestamptz)
    returns json language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    members json;
    t record_type;
begin
    select x.* into t from record_type x where x.name = type;
    if t.told then
        execute format('select %I($1, $2, $3, $4)', type || '_members')
           into members using id, version, coalesce(as_of, today()), known_at;
    end if;
    if t.proposed and proposal_is(id) then
        members := json_joined(coalesce(members, '{}'::json), json_build_object('proposal', proposal_brief(id)));
    end if;
    return members;
end $$;

-- A few letters that differ when what other records make of a record differs.
create or replace function record_life_mark(type text, id uuid, members json) returns text
    language plpgsql stable as $$
declare
    mark text := left(md5(members::text), 8);
begin
    if exists (select from record_type t where t.name = type and t.marked) then
        execute format('select %I($1, $2)', type || '_mark') into mark using id, members;
    end if;
    return mark;
end $$;

-- The turn of a record among those of its day that come together.
create or replace function record_turn(t record_type, doc json) returns int language plpgsql stable as $$
declare
    turn int;
begin
    execute format('select %I($1)', t.name || '_turn') into turn using doc;
    return turn;
end $$;

-- The next functions are written out of the table of types, a branch a type: what is called by name is planned each
-- time, which is a twelfth of what a transfer costs.
do $generate$
declare
    branches text;
begin
    select string_agg($$
        when '$$ || t.name || $$' then
            perform $$ || t.name || '_followed(ids);', '' order by t.name)
      into branches
      from record_type t
     where t.followed;
    execute replace($form$
-- What follows from new records of a type, once for all that came together.
create or replace function record_followed(t record_type, ids uuid[]) returns void language plpgsql as $$
begin
    case t.name -- branches
    else
        raise exception 'nothing follows from type %', t.name;
    end case;
end $$ $form$, '-- branches', branches);
    select string_agg($$
        when '$$ || t.name || $$' then
            d := $$ || t.name || '_decide(id, body, derived, dry);', '' order by t.name)
      into branches
      from record_type t
     where t.decides;
    execute replace($form$
-- Decides one record by the function of its type.
create or replace function record_decide_one(t record_type, id uuid, body json, derived json, dry boolean)
    returns decision language plpgsql as $$
declare
    d decision;
    p json[];
begin
    if t.decides then
        case t.name -- branches
        else
            raise exception 'type % has no function that decides', t.name;
        end case;
        return d;
    elsif t.judged is not true then
        raise exception 'type % has no judge', t.name;
    end if;
    execute format('select %I($1, $2)', t.name || '_problems') into p using id, body;
    d.problems := case when cardinality(p) > 0 then array_to_json(p) end;
    d.district := coalesce(body ->> 'district', '');
    d.parties := '{}';
    return d;
end $$ $form$, '-- branches', branches);
end $generate$;

-- What was decided when a record was made: part of the answer to its POST, and of every replay, the same for ever.
create or replace function record_decided(type text, id uuid) returns json
    language plpgsql stable as $$
declare
    members json;
begin
    if exists (select from record_type t where t.name = type and t.answered) then
        execute format('select %I($1)', type || '_decided') into members using id;
        return members;
    end if;
    return record_life_members(type, id, 1, null, null);
end $$;

-- The state of a record that takes steps.
create or replace function record_state(type text, id uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    state text;
begin
    if exists (select from record_type t where t.name = type and t.stated) then
        execute format('select %I($1)', type || '_state') into state using id;
    end if;
    return state;
end $$;

-- The reference that whoever recorded it knows a record by.
create or replace function record_key(id uuid, version int) returns text language sql stable as
    $$ select r.key from submission r where r.id = $1 and r.version = $2 $$;

-- When a record was first told of. Runs as the owner: whoever may see a record now may know how long it took.
create or replace function record_first_recorded(id uuid) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as
    $$ select r.recorded_at from submission r where r.id = $1 and r.version = 1 $$;
