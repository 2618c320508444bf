-- Rights: dated status, owners, terms, and what stands against a pledge.

-- Of a canonical number, as ident_ip_kind (ledger/ident.c) says: a patent number's last character is its check digit.
create or replace function ip_kind(number text) returns text language sql immutable parallel safe as $$
    select case
           when number !~ '^([0-9]{12}|[0-9]{8})[0-9X]$'
                or right(number, 1) <> substr('0123456789X', 1 + (
                   select sum(substr(number, i, 1)::int * ((i - 1) % 8 + 2))
                     from generate_series(1, length(number) - 1) i)::int % 11, 1)
           then 'trademark'
           when substr(number, case length(number) when 13 then 5 else 3 end, 1) in ('2', '9') then 'utility_model'
           when substr(number, case length(number) when 13 then 5 else 3 end, 1) = '3' then 'design'
           else 'invention' end
$$;

-- The year in a patent number (two-digit years ran from 1985 to 2003); null for trademarks.
create or replace function ip_number_year(number text) returns int language sql immutable parallel safe as $$
    select case when ip_kind(number) = 'trademark' then null
                when length(number) = 13 then left(number, 4)::int
                else left(number, 2)::int + case when left(number, 2) >= '85' then 1900 else 2000 end end
$$;

-- The last day of a right by law: patents from filing as ip_expiry (ledger/ident.c), Patent Law 2020 art. 42;
-- trademarks ten years that begin with the day of registration, Trademark Law 2019 art. 39.
create or replace function ip_term_last(first date, years int) returns date language sql immutable parallel safe as $$
    select (first + make_interval(years => years))::date
           - case when extract(day from first + make_interval(years => years)) = extract(day from first)
                  then 1 else 0 end
$$;

-- The last day of a right (专利法 42 条, 商标法 39 条): 20 years from filing for inventions, 10 for utility models,
-- 10 or 15 for designs, 10 from registration for trademarks.
create or replace function ip_expiry(kind text, filed date, granted date) returns date
    language plpgsql immutable parallel safe as $$
declare
    first constant date := case kind when 'trademark' then granted else filed end;
    years constant int := case kind when 'invention' then 20
                                    when 'design' then case when filed >= '2021-06-01' then 15 else 10 end
                                    else 10 end;
begin -- asked for each right of each loan: PL/pgSQL keeps the plan, which has the term once
    return ip_term_last(first, years);
end $$;

-- The last day that a right can have by its number alone: filed on the last day of that year. null for trademarks.
create or replace function ip_expiry_latest(number text) returns date language sql immutable parallel safe as $$
    select ip_expiry(ip_kind(number), make_date(ip_number_year(number), 12, 31), null)
$$;

-- The steps that a right of a kind can take; procedures: invalidation proceedings under way.
create or replace function ip_steps(state text, right_kind text, procedures int)
    returns table (event text, next text, rank int) language sql stable as $$
    select t.event, t.next, k.rank
      from ip_transition t
      join ip_event_kind k on k.event = t.event
     where t.state = $1
       and $2 = any (k.rights)
       and not (t.event = 'invalidation_closed' and $3 = 0)
$$;

-- The events that may follow, as a list to choose from.
create or replace function ip_events_legal(state text, right_kind text, procedures int) returns text
    language sql stable as
    $$ select coalesce(string_agg(s.event, ', ' order by s.rank), '') from ip_steps($1, $2, $3) s $$;

-- The events that stand, in the order in which they count; more: one not stored yet, or null.
create or replace function ip_standing(right_no text, known_at timestamptz, more ip_event) returns setof ip_event
    language sql stable as $$
    with stored as (
        select s.*
          from ip_event s
         where s.number = right_no
           and (known_at is null or s.recorded_at <= known_at)
        union all
        select (more).* where (more).id is not null
    )
    select s.*
      from stored s
      join ip_event_kind k on k.event = s.kind -- reversed is none
     where not exists (select from stored r
                        where r.kind = 'reversed' and r.reverses = s.reference and r.org_id = s.org_id)
     order by s.on_day, k.rank, s.reference
$$;

-- Until when a trademark can still be renewed once its term has ended (Trademark Law art. 40).
create or replace function ip_renewal_end(expires_on date) returns date language sql immutable parallel safe as
    $$ select (expires_on + interval '6 months')::date $$;

-- What f comes to from its from_day to last: cut where the term ends. Behind it a trademark is in its renewal grace as
-- long as nobody can know better (known_day); renewed_to: it was renewed, from the day after the term.
create or replace function ip_pieces(f ip_life, last date, is_mark boolean, known_day date, renewed_to date)
    returns setof ip_life language plpgsql immutable as $$
declare
    term_end date := f.expires_on;
    grace_end date := ip_renewal_end(f.expires_on);
    g ip_life := f;
begin
    if last < f.from_day then
        return;
    end if;
    if term_end is null or last <= term_end or f.state in ('applied', 'lapsed', 'invalidated') then
        f.until_day := last;
        return next f;
        return;
    end if;
    if f.from_day <= term_end then
        g.until_day := term_end;
        return next g;
        g.from_day := term_end + 1;
    end if;
    if renewed_to is not null then
        g.until_day := last;
        g.expires_on := renewed_to;
        return next g;
        return;
    end if;
    g.since := term_end + 1;
    if is_mark and known_day <= grace_end and g.from_day <= grace_end then
        g.state := 'grace';
        g.until_day := least(last, grace_end);
        return next g;
        g.from_day := grace_end + 1;
    end if;
    if g.from_day <= last then
        g.state := 'expired';
        g.until_day := last;
        return next g;
    end if;
end $$;

-- Why an event cannot follow on f, or null. step_from, reached: the step; filed: the day of filing by all events;
-- renewed_to: the term that a renewal leads to, null where the term before is not on record.
create or replace function ip_misfit(e ip_event, f ip_life, step_from text, reached text, procedures int, filed date,
                                     renewed_to date)
    returns json language plpgsql stable as $$
declare
    -- Of the number: a PCT entry or a divisional application has a younger number than its filing day.
    numbered date := make_date(ip_number_year(e.number), 1, 1);
    first_renewal date := (renewed_to - interval '11 years')::date + 1; -- the last twelve months of the term
begin
    return case
        when reached is null then problem('E_STATE', '/kind',
            format('ip.%s: %s', step_from, ip_events_legal(step_from, ip_kind(e.number), procedures)))
        when e.on_day < filed then problem('E_ORDER', '/on', 'filed_on ' || filed)
        when e.kind <> 'applied' and e.on_day < numbered then problem('E_ORDER', '/on', numbered::text)
        when e.kind = 'granted' and e.filed_on <> f.filed_on
            then problem('E_CONTRADICTS', '/filed_on', f.filed_on::text)
        when e.kind = 'renewed' and f.expires_on is null and e.expires_on is null
            then problem('E_NEED', '/expires_on', null)
        when e.on_day < first_renewal then problem('E_ORDER', '/on', first_renewal::text)
        when e.expires_on <> renewed_to then problem('E_CONTRADICTS', '/expires_on', renewed_to::text)
    end;
end $$;

-- The life of a right as known at an instant (null: now): spans of days without a gap, from -infinity to infinity.
create or replace function ip_fold(right_no text, known_at timestamptz, more ip_event) returns setof ip_life
    language plpgsql stable as $$
declare
    kind text := ip_kind(right_no);
    is_mark boolean := kind = 'trademark';
    known_day date := (coalesce(known_at, now()) at time zone 'Asia/Shanghai')::date;
    events ip_event[] := array(select x from ip_standing(right_no, known_at, more) x);
    filed date;
    granted date;
    void_on date;
    f ip_life;
    e ip_event;
    misfit json;
    step_from text;
    reached text;
    under_suspension text;
    under_lapse text;
    procedures int := 0;
    renewed_to date;
    spans ip_life[] := '{}'::ip_life[];
    s ip_life;
begin
    select min(coalesce(x.filed_on, case when x.kind = 'applied' then x.on_day end)),
           min(x.on_day) filter (where x.kind = 'granted'),
           min(x.on_day) filter (where x.kind = 'invalidated')
      into filed, granted, void_on
      from unnest(events) x;
    f.from_day := '-infinity';
    f.state := 'unknown';
    f.procedure := false;
    foreach e in array events loop
        step_from := f.state;
        if f.expires_on < e.on_day and f.state in ('unknown', 'valid', 'grace', 'suspended') then
            step_from := case when is_mark and e.on_day <= ip_renewal_end(f.expires_on) then 'grace' else 'expired' end;
        end if;
        select x.next into reached from ip_steps(step_from, kind, procedures) x where x.event = e.kind;
        renewed_to := case when e.kind = 'renewed' then ip_term_last(f.expires_on + 1, 10) end;
        misfit := ip_misfit(e, f, step_from, reached, procedures, filed, renewed_to);
        if misfit is not null then
            f.bad_event := e.id;
            f.bad_code := misfit ->> 0;
            f.bad_pointer := misfit ->> 1;
            f.bad_arg := misfit ->> 2;
            return next f;
            return;
        end if;
        if e.on_day > f.from_day then
            spans := spans || array(select p from ip_pieces(f, e.on_day - 1, is_mark, known_day, renewed_to) p);
            f.from_day := e.on_day;
        end if;
        if e.kind = 'suspended' then
            under_suspension := f.state;
        elsif e.kind = 'annuity_paid' then
            under_suspension := 'valid';
        elsif e.kind = 'lapsed' then
            under_lapse := case when f.state = 'applied' or (f.state = 'suspended' and under_suspension = 'applied')
                                then 'applied' else 'valid' end;
        elsif e.kind = 'invalidation_filed' then
            procedures := procedures + 1;
        elsif e.kind = 'invalidation_closed' then
            procedures := procedures - 1;
        elsif e.kind = 'invalidated' then
            procedures := 0;
        end if;
        if reached = '-' then
            reached := case e.kind when 'resumed' then under_suspension else under_lapse end;
        end if;
        if reached <> f.state then
            f.state := reached;
            f.since := e.on_day;
        end if;
        f.procedure := procedures > 0;
        f.owners := case when cardinality(e.owners) > 0 then e.owners else f.owners end;
        f.filed_on := coalesce(e.filed_on, case when e.kind = 'applied' then e.on_day end, f.filed_on);
        f.granted_on := case when e.kind = 'granted' then e.on_day else f.granted_on end;
        f.expires_on := case e.kind when 'granted' then coalesce(e.expires_on, ip_expiry(kind, e.filed_on, e.on_day))
                                    when 'renewed' then coalesce(renewed_to, e.expires_on)
                                    else f.expires_on end;
        f.twin := coalesce(e.twin, f.twin);
    end loop;
    spans := spans || array(select p from ip_pieces(f, 'infinity', is_mark, known_day, null) p);
    foreach s in array spans loop
        s.invalidated_on := void_on;
        if void_on is not null and s.state <> 'applied' then
            s.state := 'invalidated';
            s.since := granted;
        end if;
        return next s;
    end loop;
end $$;

-- A right on a day, as known at an instant (null: now). unknown: no register told of it.
create or replace function ip_state(number text, as_of date, known_at timestamptz) returns ip_life
    language sql stable as $$
    select x from ip_fold(number, known_at, null) x where as_of between x.from_day and x.until_day
$$;

-- The same for many numbers, one row each. Numbers that no register told of cost one look-up together.
create or replace function ip_states(numbers text[], as_of date, known_at timestamptz)
    returns table (number text, state text, since date, owners text[], filed_on date, granted_on date, expires_on date,
                   procedure boolean, twin text)
    language sql stable as $$
    with told as materialized (
        select k.number, x.*
          from (select distinct e.number from ip_event e where e.number = any (numbers)) k
         cross join lateral ip_fold(k.number, known_at, null) x
         where as_of between x.from_day and x.until_day
    )
    select n.number, coalesce(t.state, 'unknown'), t.since, t.owners, t.filed_on, t.granted_on, t.expires_on,
           coalesce(t.procedure, false), t.twin
      from (select distinct u.number from unnest(numbers) as u(number)) n
      left join told t on t.number = n.number
$$;

-- The typed row of an event in the register.
create or replace function ip_event_of(id uuid, doc json) returns ip_event language sql stable as $$
    select row(ip_event_of.id, my_org(), b.number, b.reference, b.kind, b."on",
               array_remove(coalesce(b.owner_uscc, b.owner_name)
                            || array(select x ->> 'uscc' from json_array_elements(b.co_owners) x), null),
               b.filed_on, b.expires_on, b.twin, coalesce(r.reference, b.reverses), record_now())::ip_event
      from json_to_record(doc) as b(number text, reference text, kind text, "on" date, owner_uscc text, owner_name text,
           co_owners json, filed_on date, expires_on date, twin text, reverses text)
      left join lateral ( -- as the event that it names is written
           select s.reference
             from ip_event s
            where b.reverses is not null and s.number = b.number and s.org_id = my_org()
              and text_form(s.reference) = text_form(b.reverses)
            order by (s.reference = b.reverses) desc, s.id
            limit 1) r on true
$$;

-- Why the sequence with this event in place is not legal, or null. Two transactions about one right meet here.
create or replace function ip_event_refusal(e ip_event) returns json language plpgsql as $$
declare
    bad ip_life;
begin
    perform lock_key('ip', e.number);
    if e.on_day > today() then
        return problem('E_FUTURE', '/on', today()::text);
    end if;
    if e.kind = 'reversed' and not exists (
           select from ip_standing(e.number, null, null) s where s.reference = e.reverses and s.org_id = e.org_id) then
        return problem('E_NO_EVENT', '/reverses', e.reverses);
    end if;
    select x.* into bad from ip_fold(e.number, null, e) x where x.bad_event is not null;
    return case when not found then null
                when bad.bad_event = e.id then problem(bad.bad_code, bad.bad_pointer, bad.bad_arg)
                else problem('E_STATE_LATER', case e.kind when 'reversed' then '/reverses' else '/on' end, (
                     select s.reference || ' (ip.' || s.kind || ' ' || s.on_day || ')'
                       from ip_event s where s.id = bad.bad_event)) end;
end $$;

-- An event that does not fit into the life of its right is refused.
create or replace function ip_event_problems(id uuid, doc json) returns json[] language sql as $$
    select array_remove(array[ip_event_refusal(ip_event_of(id, doc))::text], null)::json[]
$$;

-- Writes the typed row of an event, if it still fits beside those of the same statement.
create or replace function ip_event_row(new submission) returns submission language plpgsql as $$
declare
    e ip_event := ip_event_of(new.id, new.body);
    refusal json := ip_event_refusal(e);
begin
    if refusal is not null then
        raise exception 'event % does not fit: %', e.reference, refusal
            using errcode = '23514', constraint = 'ip_event_fits';
    end if;
    new.district := '';
    new.parties := '{}';
    e.recorded_at := new.recorded_at;
    insert into ip_event (id, org_id, number, reference, kind, on_day, owners, filed_on, expires_on, twin, reverses,
           recorded_at)
    values (e.id, e.org_id, e.number, e.reference, e.kind, e.on_day, e.owners, e.filed_on, e.expires_on, e.twin,
           e.reverses, e.recorded_at);
    return new;
end $$;

-- Is the right under a pledge on any of these days: of this organisation (theirs: of any other)? Runs as the owner
-- because the answer crosses tenants; yes or no is all that comes out.
create or replace function pledge_live(right_no text, first_day date, last_day date, org bigint, theirs boolean,
                                       known_at timestamptz)
    returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from loan_ip p
          join loan l on l.id = p.record_id and l.version = p.version
         where p.number = right_no
           and (p.org_id <> org) = theirs
           and (known_at is null or l.recorded_at <= known_at)
           and not record_has_later(p.record_id, p.version, known_at)
           and p.from_day <= last_day
           and loan_end(p.record_id, p.until_day, true, known_at) > first_day);
end $$;

-- What the registers say against pledges that are in the ledger or about to be, one row a finding.
--
-- rights: [{"record_id","version","pointer","number","owner","borrower","pledged_on","drawn_on","matures_on",
-- "ended_on","claimed_on":[…]}], pointer as "/ip/0/number"; owner: as the bank states it; ended_on: its last day;
-- drawn_on, owner, ended_on and claimed_on may be missing. known_at null: as known now.
-- -> ground: number in pledge_ground; flag: the red flag it is (RF02 dead IP, RF03 term, RF04 owner, RF05 ungranted,
-- RF28 twin), null where a ground has none; on_day: the first day on which it held; state: of the right on that day.
--
-- Ground 2 looks at the day of the pledge, the draw-down, every quarter end until the pledge ends (or known_at) and the
-- claims, with all that is known since: a lapse counts from the day it took effect. Only rights that a register told
-- of give rows; the others cost one look-up by index each, so that the write path can ask for every record.
create or replace function pledge_findings(rights json, known_at timestamptz)
    returns table (record_id uuid, version int, ground int, flag text, pointer text,
                   number text, on_day date, state text)
    language plpgsql stable as $$
#variable_conflict use_column
declare
    known_day date := (coalesce(known_at, now()) at time zone 'Asia/Shanghai')::date;
begin
    if not exists (select from json_to_recordset(rights) as w(number text)
                    where exists (select from ip_event e where e.number = w.number offset 0)) then
        return;
    end if;
    return query
    with asked as materialized (
        select w.*
          from json_to_recordset(rights) as w(record_id uuid, version int, pointer text, number text, owner text,
               borrower text, pledged_on date, drawn_on date, matures_on date, ended_on date, claimed_on date[])
         where exists (select from ip_event e where e.number = w.number offset 0)
    ),
    span as materialized (
        select n.number as right_no, x.*, max(x.expires_on) over (partition by n.number) as last_day,
               max(x.granted_on) over (partition by n.number) as granted
          from (select distinct a.number from asked a) n
         cross join lateral ip_fold(n.number, pledge_findings.known_at, null) x
    ),
    at_pledge as materialized (
        select a.*, s.state, s.owners, s.procedure, s.twin, s.last_day, s.granted
          from asked a
          join span s on s.right_no = a.number and a.pledged_on between s.from_day and s.until_day
    ),
    checked as (
        select a.record_id, a.version, a.pointer, a.number, d.day
          from asked a
         cross join lateral (
               select a.pledged_on as day
               union select a.drawn_on
               union select unnest(a.claimed_on)
               union
               select (q + interval '3 months')::date - 1
                 from generate_series(date_trunc('quarter', coalesce(a.drawn_on, a.pledged_on)::timestamp),
                      least(known_day, coalesce(a.ended_on, a.matures_on))::timestamp, interval '3 months') q
                where (q + interval '3 months')::date - 1 <= least(known_day, coalesce(a.ended_on, a.matures_on))) d
         where d.day is not null
    ),
    dead as (
        select distinct on (c.record_id, c.version, c.pointer)
               c.record_id, c.version, c.pointer, c.number, c.day, s.state
          from checked c
          join span s on s.right_no = c.number and c.day between s.from_day and s.until_day
         where s.state in ('lapsed', 'invalidated', 'expired')
         order by c.record_id, c.version, c.pointer, c.day
    )
    select p.record_id, p.version, g.ground, g.flag, g.pointer, p.number, p.pledged_on, p.state
      from at_pledge p
     cross join lateral (values
           (1, 'RF04',
               case when p.owner is null then p.pointer
                    else regexp_replace(p.pointer, 'number$', 'owner_uscc') end,
               coalesce(p.owner, p.borrower) <> all (p.owners)),
           (3, 'RF05', p.pointer, p.state = 'applied' or p.granted > p.pledged_on),
           (4, null, p.pointer, p.state = 'grace'),
           (5, null, p.pointer, p.state = 'suspended'),
           (6, 'RF03', p.pointer, p.matures_on > p.last_day),
           (10, 'RF28', p.pointer, p.twin is not null and ip_kind(p.number) = 'utility_model'),
           (11, null, p.pointer, p.procedure)) as g(ground, flag, pointer, holds)
     where g.holds
    union all
    select d.record_id, d.version, 2, 'RF02', d.pointer, d.number, d.day, d.state
      from dead d
     order by 1, 2, 5, 3;
end $$;

-- The same for stored loans in the version known at that instant (null: now), with their events and claims; ids the
-- asker may not see give no rows.
create or replace function pledge_grounds(ids uuid[], known_at timestamptz)
    returns table (record_id uuid, version int, ground int, flag text, pointer text,
                   number text, on_day date, state text)
    language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    select x.*
      from pledge_findings((
           select json_agg(json_build_object('record_id', l.id, 'version', l.version,
                  'pointer', '/ip/' || (i.place - 1) || '/number',
                  'number', i.number, 'owner', i.owner_uscc, 'borrower', l.borrower,
                  'pledged_on', coalesce(l.registered_on, l.signed_on), 'drawn_on', l.disbursed_on,
                  'matures_on', m.matures_on,
                  'ended_on', loan_end(l.id, l.matures_on, true, pledge_grounds.known_at) - 1,
                  'claimed_on', (select array_agg(c.on_day) from claim c
                                  where c.loan_id = l.id
                                    and (pledge_grounds.known_at is null or c.recorded_at <= pledge_grounds.known_at))))
             from loan l
             join submission r on r.id = l.id and r.version = l.version
            cross join lateral rows from (json_to_recordset(r.body -> 'ip') as (number text, owner_uscc text))
                  with ordinality as i(number, owner_uscc, place)
            cross join lateral (
                  select greatest(l.matures_on, max(e.matures_on)) as matures_on
                    from loan_event e
                   where e.loan_id = l.id and e.kind = 'extended'
                     and (pledge_grounds.known_at is null or e.recorded_at <= pledge_grounds.known_at)
                     and not exists (select from loan_event v
                                      where v.loan_id = e.loan_id and v.kind = 'reversed'
                                        and v.reverses = e.reference)) m
            where l.id = any (ids)
              and (pledge_grounds.known_at is null or l.recorded_at <= pledge_grounds.known_at)
              and not record_has_later(l.id, l.version, pledge_grounds.known_at)
              and exists (select from loan_ip p
                            join ip_event e on e.number = p.number
                           where p.record_id = l.id and p.version = l.version)), pledge_grounds.known_at) x;
end $$;

-- The twelve grounds for a pledge that somebody thinks of: registered on a day, the debt due on another (or null), by a
-- pledgor (or null). pass, fail, warning (register after the parties confirm), unknown (nobody told), manual (not for a
-- machine), not_applicable. Of pledges of others somebody who is no office learns whether there is one today: asked of
-- other days, or of what was known before, the answer would tell their days, and by those who is in default.
create or replace function pledge_check(right_no text, pledgor text, registered_on date, matures_on date,
                                        known_at timestamptz)
    returns json language plpgsql stable as $$
declare
    kind text := ip_kind(right_no);
    f ip_life := ip_state(right_no, registered_on, known_at);
    last_day date;
    granted date;
    due date := coalesce(matures_on, registered_on);
    office constant boolean := my_kind() in ('finance', 'ip_office', 'auditor', 'district');
    elsewhere constant boolean := case
        when office then pledge_live(right_no, registered_on, due, my_org(), true, known_at)
        else pledge_live(right_no, today(), today(), my_org(), true, null) end;
    live constant boolean := elsewhere or pledge_live(right_no, registered_on, due, my_org(), false, known_at);
    dead boolean := f.state in ('lapsed', 'invalidated', 'expired');
    results json[];
begin
    select max(x.expires_on), max(x.granted_on) into last_day, granted from ip_fold(right_no, known_at, null) x;
    results := array[
        json_build_array(case when f.owners is null or pledgor is null then 'unknown'
                              when pledgor = any (f.owners) then 'pass' else 'fail' end,
                         json_build_object('pledgor', pledgor, 'owners', f.owners)),
        json_build_array(case when dead then 'fail'
                              when f.state in ('unknown', 'applied') then 'unknown'
                              else 'pass' end,
                         json_build_object('state', f.state, 'since', f.since, 'decided_on', f.invalidated_on)),
        json_build_array(case when f.state = 'applied' or granted > registered_on then 'fail'
                              when granted is null then 'unknown' else 'pass' end,
                         json_build_object('granted_on', granted)),
        json_build_array(case when f.state = 'grace' then 'fail' when kind = 'trademark' then 'not_applicable'
                              when f.state = 'valid' then 'pass' else 'unknown' end,
                         json_build_object('state', f.state)),
        json_build_array(case when f.state = 'suspended' then 'fail'
                              when f.state = 'unknown' then 'unknown'
                              else 'pass' end,
                         json_build_object('state', f.state)),
        json_build_array(case when matures_on is null then 'unknown'
                              when matures_on > coalesce(last_day, ip_expiry_latest(right_no)) then 'fail'
                              when last_day is null then 'unknown' else 'pass' end,
                         json_build_object('matures_on', matures_on, 'expires_on', last_day,
                                           'expires_at_the_latest',
                                           case when last_day is null then ip_expiry_latest(right_no) end)),
        json_build_array('manual', json_build_object()),
        json_build_array(case when f.owners is null then 'unknown'
                              when cardinality(f.owners) > 1 then 'manual'
                              else 'pass' end,
                         json_build_object('owners', f.owners)),
        json_build_array(case when live then 'fail' else 'pass' end,
                         json_build_object('live_pledge', live, 'elsewhere', elsewhere,
                                           'elsewhere_on', case when not office then today() end)),
        json_build_array(case when kind <> 'utility_model' then 'not_applicable' when f.twin is not null then 'warning'
                              when granted is null then 'unknown' else 'pass' end,
                         json_build_object('twin', f.twin)),
        json_build_array(case when f.procedure then 'warning' when f.state = 'unknown' then 'unknown' else 'pass' end,
                         json_build_object('procedure', f.procedure)),
        json_build_array('manual', case when kind = 'trademark' then json_build_object('together',
            '同一种或者类似商品上相同或者近似的注册商标应一并质押 / identical or similar marks are pledged together')
            else json_build_object() end)];
    return (select json_agg(json_build_object('ground', g.ground, 'zh', g.zh, 'en', g.en, 'result', r.result ->> 0,
                            'facts', json_strip_nulls(r.result -> 1)) order by g.ground)
              from pledge_ground g
              join unnest(results) with ordinality as r(result, place) on r.place = g.ground);
end $$;

-- Pledges of a right by other organisations that share a day with a term, and how much of
-- it each takes; at most twenty.
create or replace function pledge_against(right_no text, first_day date, last_day date, org bigint, self uuid)
    returns table (record_id uuid, version int, from_day date, end_day date, share_ppm int)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.record_id, p.version, p.from_day, loan_end(p.record_id, p.until_day, true, null),
           coalesce(p.share_ppm, 1000000)
      from loan_ip p
     where p.number = right_no and p.org_id <> org and p.record_id <> self
       and p.from_day <= last_day and p.until_day >= first_day
       and not exists (select from loan n where n.id = p.record_id and n.version = p.version + 1 offset 0)
       and loan_end(p.record_id, p.until_day, true, null) > first_day
     limit 20
$$;

-- Do live pledges of other organisations stand against this one: do the shares of the right come to more than the whole
-- on any day? A pledge that tells no share takes the whole right.
create or replace function pledge_is_against(right_no text, first_day date, last_day date, org bigint, self uuid,
                                             share int)
    returns boolean language sql stable security definer set search_path = public, pg_temp as $$
    with other as materialized (
        select * from pledge_against(right_no, first_day, last_day, org, self)
    )
    select exists (
        select from other d
         where coalesce(share, 1000000) + (
               select sum(o.share_ppm)
                 from other o
                where o.from_day <= greatest(d.from_day, first_day)
                  and o.end_day > greatest(d.from_day, first_day)) > 1000000)
$$;
