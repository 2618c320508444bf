-- The life of a loan: dated events, the states they lead through, and what follows from them on any day.
--
-- Nothing of it is stored as state. loan_fold runs through the events in the order of their effective
-- days, whatever order they arrived in, and gives the state, the principal and the grade as of a day and as
-- known at an instant. An event is taken only when the whole dated sequence with it in place is legal.

insert into record_type (name, writers) values ('loan_event', '{bank}');

create table loan_event (
    id uuid primary key,
    loan_id uuid not null,
    org_id bigint not null,
    parties text[] not null,
    district text not null,
    reference text not null,
    kind text not null constraint loan_event_kind_known check (kind in
        ('disbursed', 'repaid', 'extended', 'overdue', 'classified', 'written_off', 'recovered',
         'settled', 'pledge_released', 'reversed')),
    on_day date not null,
    principal_fen bigint constraint loan_event_principal_range
        check (principal_fen between 1 and 100000000000000),
    interest_fen bigint constraint loan_event_interest_range
        check (interest_fen between 0 and 100000000000000),
    grade text constraint loan_event_grade_known check (grade in
        ('normal', 'special_mention', 'substandard', 'doubtful', 'loss')),
    matures_on date,
    reverses text,
    recorded_at timestamptz not null
);
create index loan_event_by_loan on loan_event (loan_id, on_day);
call make_append_only('loan_event');

alter table loan_event enable row level security;
create policy loan_event_read on loan_event for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));
create policy loan_event_write on loan_event for insert to pledged_app
    with check (org_id = (select my_org()));
grant select, insert on loan_event to pledged_app;

-- The legal steps. `cured` is a repayment that leaves nothing overdue. What happens on one day is taken in
-- the order of rank.
create table loan_transition (
    state text not null,
    event text not null,
    next text not null,
    primary key (state, event)
);
insert into loan_transition (state, event, next) values
    ('signed', 'disbursed', 'active'),
    ('active', 'disbursed', 'active'),
    ('active', 'repaid', 'active'),
    ('active', 'extended', 'active'),
    ('active', 'classified', 'active'),
    ('active', 'overdue', 'overdue'),
    ('active', 'written_off', 'written_off'),
    ('active', 'settled', 'settled'),
    ('active', 'pledge_released', 'active'),
    ('overdue', 'repaid', 'overdue'),
    ('overdue', 'cured', 'active'),
    ('overdue', 'extended', 'active'),
    ('overdue', 'classified', 'overdue'),
    ('overdue', 'written_off', 'written_off'),
    ('overdue', 'settled', 'settled'),
    ('overdue', 'pledge_released', 'overdue'),
    ('written_off', 'recovered', 'written_off'),
    ('written_off', 'settled', 'settled'),
    ('written_off', 'pledge_released', 'written_off'),
    ('settled', 'pledge_released', 'settled');
call make_append_only('loan_transition');
grant select on loan_transition to pledged_app;

create function loan_event_rank(kind text) returns int language sql immutable parallel safe as $$
    select array_position(array['disbursed', 'overdue', 'classified', 'repaid', 'extended', 'written_off',
                          'recovered', 'settled', 'pledge_released'], kind)
$$;
create function loan_events_legal(state text, released boolean) returns text
    language sql stable as $$
    select coalesce(string_agg(t.event, ', ' order by loan_event_rank(t.event)), '')
      from loan_transition t
     where t.state = $1
       and t.event <> 'cured'
       and not ($2 and t.event = 'pledge_released')
$$;

create type loan_life as (
    state text,
    outstanding_fen bigint,
    overdue_fen bigint,
    overdue_since date,
    grade text,
    bad_since date,        -- graded substandard or worse, or written off, without a break
    matures_on date,       -- as extended
    released_on date,      -- the pledge
    drawn_on date,         -- first
    written_off_on date,
    back_fen bigint,       -- principal that came back since the default, without a break
    interest_fen bigint,   -- paid so far
    bad_event uuid,        -- the first event that does not fit, and why
    bad_code text,
    bad_pointer text,
    bad_arg text
);

create function yuan_text(fen bigint) returns text language sql immutable parallel safe as
    $$ select to_char(fen / 100.0, 'FM9999999999999990.00') $$;

-- l: the loan as of the version that counts; more: an event not stored yet, or null. Runs as the owner: whoever
-- sees the loan is told the same of it, also when a correction has changed its parties since.
create function loan_fold(l loan, as_of date, known_at timestamptz, more loan_event) returns loan_life
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    f loan_life;
    e record;
    step text;
    reached text;
    drawn bigint := 0;
begin
    f.state := 'signed';
    f.outstanding_fen := 0;
    f.overdue_fen := 0;
    f.back_fen := 0;
    f.interest_fen := 0;
    f.grade := 'normal';
    f.matures_on := l.matures_on;
    for e in
        with stored as (
            select s.id, s.kind, s.on_day, s.principal_fen, s.interest_fen, s.grade, s.matures_on, s.reference,
                   s.reverses
              from loan_event s
             where s.loan_id = l.id
               and (known_at is null or s.recorded_at <= known_at)
            union all
            select more.id, more.kind, more.on_day, more.principal_fen, more.interest_fen, more.grade,
                   more.matures_on, more.reference, more.reverses
             where more.id is not null
        ),
        standing as (
            select s.*
              from stored s
             where s.kind <> 'reversed'
               and not exists (select from stored r
                                where r.kind = 'reversed' and r.reverses = s.reference)
        ),
        told as (
            select s.id, s.kind, s.on_day, s.principal_fen, s.interest_fen, s.grade, s.matures_on, s.reference
              from standing s
            union all -- the day of disbursement in the loan itself, while no event tells of one
            select null, 'disbursed', l.disbursed_on, l.amount_fen, null, null, null, ''
             where l.disbursed_on is not null
               and not exists (select from standing s where s.kind = 'disbursed')
        )
        select t.*
          from told t
         order by t.on_day, loan_event_rank(t.kind), t.reference
    loop
        exit when e.on_day > as_of;
        step := e.kind;
        if step = 'repaid' and f.state = 'overdue'
           and coalesce(e.principal_fen, 0) >= f.overdue_fen then
            step := 'cured';
        end if;
        select t.next into reached from loan_transition t where t.state = f.state and t.event = step;
        f.bad_event := e.id;
        if reached is null or (e.kind = 'pledge_released' and f.released_on is not null) then
            f.bad_code := 'E_STATE';
            f.bad_pointer := '/kind';
            f.bad_arg := loan_events_legal(f.state, f.released_on is not null);
            return f;
        elsif e.on_day < l.signed_on then
            f.bad_code := 'E_ORDER';
            f.bad_pointer := '/on';
            f.bad_arg := 'signed_on ' || l.signed_on;
            return f;
        elsif e.kind = 'disbursed' and drawn + coalesce(e.principal_fen, l.amount_fen) > l.amount_fen then
            f.bad_code := 'E_EXCEEDS';
            f.bad_pointer := '/principal';
            f.bad_arg := yuan_text(l.amount_fen - drawn);
            return f;
        elsif e.kind in ('repaid', 'overdue', 'recovered') and e.principal_fen > f.outstanding_fen then
            f.bad_code := 'E_EXCEEDS';
            f.bad_pointer := '/principal';
            f.bad_arg := yuan_text(f.outstanding_fen);
            return f;
        elsif e.kind in ('written_off', 'settled') and e.principal_fen <> f.outstanding_fen then
            f.bad_code := 'E_OUTSTANDING';
            f.bad_pointer := '/principal';
            f.bad_arg := yuan_text(f.outstanding_fen);
            return f;
        elsif e.kind = 'extended' and e.matures_on <= f.matures_on then
            f.bad_code := 'E_ORDER';
            f.bad_pointer := '/matures_on';
            f.bad_arg := f.matures_on::text;
            return f;
        end if;
        f.state := reached;
        f.interest_fen := f.interest_fen + case when e.kind in ('repaid', 'recovered', 'settled')
                                           then coalesce(e.interest_fen, 0) else 0 end;
        case e.kind
            when 'disbursed' then
                f.drawn_on := coalesce(f.drawn_on, e.on_day);
                drawn := drawn + coalesce(e.principal_fen, l.amount_fen);
                f.outstanding_fen := f.outstanding_fen + coalesce(e.principal_fen, l.amount_fen);
            when 'repaid', 'recovered' then
                f.outstanding_fen := f.outstanding_fen - coalesce(e.principal_fen, 0);
                f.overdue_fen := greatest(f.overdue_fen - coalesce(e.principal_fen, 0), 0);
                f.back_fen := f.back_fen + case when f.overdue_since is not null or f.bad_since is not null
                                           then coalesce(e.principal_fen, 0) else 0 end;
            when 'written_off' then
                f.written_off_on := e.on_day;
            when 'overdue' then
                f.overdue_since := e.on_day;
                f.overdue_fen := coalesce(e.principal_fen, f.outstanding_fen);
            when 'extended' then
                f.matures_on := e.matures_on;
            when 'classified' then
                f.grade := e.grade;
            when 'settled' then
                f.outstanding_fen := 0;
            when 'pledge_released' then
                f.released_on := e.on_day;
            else
        end case;
        if f.state in ('active', 'settled') then
            f.overdue_since := null;
            f.overdue_fen := 0;
        end if;
        if f.state = 'written_off' or (f.grade in ('substandard', 'doubtful', 'loss')
           and f.state <> 'settled') then
            f.bad_since := coalesce(f.bad_since, e.on_day);
        else
            f.bad_since := null;
        end if;
        if f.overdue_since is null and f.bad_since is null then
            f.back_fen := 0;
        end if;
    end loop;
    f.bad_event := null;
    if f.state = 'active' and f.matures_on < as_of then
        f.state := 'matured'; -- the term has ended and nothing was told of what became of it
    end if;
    return f;
end $$;

-- What an answer shows of a loan as of a day: members of its JSON, without the braces.
create function loan_life_members(l loan, as_of date, known_at timestamptz) returns text
    language plpgsql stable as $$
declare
    f loan_life := loan_fold(l, as_of, known_at, null);
begin
    return format('"state":%s,"outstanding":%s,"days_overdue":%s,"grade":%s%s%s,"legal_events":%s',
        to_json(f.state), to_json(yuan_text(f.outstanding_fen)),
        case when f.state in ('overdue', 'written_off') and f.overdue_since is not null
             then as_of - f.overdue_since else 0 end,
        to_json(f.grade),
        case when f.matures_on <> l.matures_on then ',"extended_to":' || to_json(f.matures_on) end,
        case when f.released_on is not null then ',"pledge_released_on":' || to_json(f.released_on) end,
        to_json(string_to_array(loan_events_legal(case when f.state = 'matured' then 'active' else f.state end,
                                f.released_on is not null), ', ')));
end $$;

-- What tells two answers of one loan version apart; null while no event is known of it.
create function loan_life_mark(l loan, members text) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when exists (select from loan_event e where e.loan_id = l.id)
           then left(md5(members), 8) end;
end $$;

create function loan_state(l loan, as_of date, known_at timestamptz) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from loan_event e where e.loan_id = l.id) then
        return case when l.disbursed_on is null or l.disbursed_on > as_of then 'signed'
                    when l.matures_on >= as_of then 'active'
                    else 'matured' end;
    end if;
    return (loan_fold(l, as_of, known_at, null)).state;
end $$;

-- ---- decided writes ----------------------------------------------------------------------------
-- Records whose acceptance depends on what is stored already. One element after the other, so that a line
-- sees those before it. problems: null, or a JSON array of [code, pointer, argument].

create type decision as (problems json, district text, parties text[]);

create function problem(code text, pointer text, arg text) returns json language sql immutable as
    $$ select json_build_array(code, pointer, coalesce(arg, '')) $$;

create function today() returns date language sql stable as
    $$ select (now() at time zone 'Asia/Shanghai')::date $$;

create function loan_event_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    l loan;
    e loan_event;
    f loan_life;
begin
    select x.* into l
      from record r
      join loan x on x.id = r.id and x.version = r.version
     where r.org_id = my_org() and r.type = 'loan' and r.key = doc ->> 'contract_no'
     order by r.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NO_LOAN', '/contract_no', doc ->> 'contract_no'));
        return d;
    end if;
    d.district := l.district;
    d.parties := l.parties;
    e := row(new_id, l.id, l.org_id, l.parties, l.district, doc ->> 'reference', doc ->> 'kind',
             (doc ->> 'on')::date, ((doc ->> 'principal')::numeric * 100)::bigint,
             ((doc ->> 'interest')::numeric * 100)::bigint, doc ->> 'grade',
             (doc ->> 'matures_on')::date, doc ->> 'reverses', now());
    if e.on_day > today() then
        d.problems := json_build_array(problem('E_FUTURE', '/on', today()::text));
        return d;
    end if;
    if e.kind = 'reversed' and not exists (
           select from loan_event s
            where s.loan_id = l.id and s.reference = e.reverses and s.kind <> 'reversed'
              and not exists (select from loan_event r
                               where r.loan_id = l.id and r.kind = 'reversed'
                                 and r.reverses = s.reference)) then
        d.problems := json_build_array(problem('E_NO_EVENT', '/reverses', e.reverses));
        return d;
    end if;
    f := loan_fold(l, 'infinity', null, e);
    if f.bad_code is not null then
        d.problems := json_build_array(case
            when f.bad_event = new_id then problem(f.bad_code, f.bad_pointer, f.bad_arg)
            else problem('E_STATE_LATER', case when e.kind = 'reversed' then '/reverses' else '/on' end, (
                 select s.reference || ' (' || s.kind || ' ' || s.on_day || ')'
                   from loan_event s where s.id = f.bad_event)) end);
        return d;
    end if;
    if not dry then
        insert into loan_event select e.*;
    end if;
    return d;
end $$;

-- record_decide_one names the function of each type: it stands in the last migration that adds one.
create function record_decide(type text, elements json, dry boolean)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    e record;
    k record;
    d decision;
begin
    for e in
        select x.*
          from rows from (json_to_recordset(elements) as (
               id uuid, key text, subject text, "on" date, sha256 text, body json))
               with ordinality as x(id, key, subject, on_day, sha256, body, place)
         order by x.place
    loop
        ord := e.place;
        flags := '[]';
        select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by, l.no, l.hash, l.head
          into k
          from record r
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
        d := record_decide_one($1, e.id, e.body, dry);
        if d.problems is not null then
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
            insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body,
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
        return next;
    end loop;
end $$;
