-- A loan's life: its events folded in the order of their days, what is owed, and what its default means.

-- The five grades of a loan from best to worst (贷款五级分类): the worse, the higher.
create or replace function grade_rank(grade text) returns int language sql immutable parallel safe as
    $$ select array_position(array['normal', 'special_mention', 'substandard', 'doubtful', 'loss'], grade) $$;

-- A grade in the words of its rule.
create or replace function grade_title(grade text) returns text language sql immutable parallel safe as $$
    select case grade when 'normal' then '正常' when 'special_mention' then '关注' when 'substandard' then '次级'
                      when 'doubtful' then '可疑' when 'loss' then '损失' end
$$;

-- Does a grade make a loan a bad one (不良)?
create or replace function grade_is_bad(grade text) returns boolean language sql immutable parallel safe as
    $$ select grade in ('substandard', 'doubtful', 'loss') $$;

-- The typed row of a loan's record. Whatever bears the same name in both comes over by itself; named here is what a
-- record says under another name or in other units. What is counted or derived is handed in.
create or replace function loan_of(r submission, told loan_told, size text, patents int, trademarks int) returns loan
    language plpgsql stable as $$
declare
    l loan := json_populate_record(null::loan, (r).body);
begin
    l.id := (r).id;
    l.version := (r).version;
    l.org_id := (r).org_id;
    l.parties := (r).parties;
    l.recorded_at := (r).recorded_at;
    l.size := size;
    l.patents := patents;
    l.trademarks := trademarks;
    l.borrower := told.borrower_uscc;
    l.address := told.borrower_address;
    l.contact := told.borrower_contact;
    l.guarantor := told.guarantor_uscc;
    l.insurer := told.insurer_uscc;
    l.revenue_fen := yuan_fen(told.revenue);
    l.assets_fen := yuan_fen(told.assets);
    l.amount_fen := yuan_fen(told.amount);
    l.ip_amount_fen := yuan_fen(told.ip_amount);
    l.facility_fen := yuan_fen(told.facility_amount);
    l.equity_fen := yuan_fen(told.equity_amount);
    l.registered_fen := yuan_fen(told.registered_amount);
    l.rate_ppm := percent_ppm(told.rate);
    l.revolving := coalesce(l.revolving, false); -- not told
    l.day_count := coalesce(l.day_count, 'actual/360');
    return l;
end $$;

-- Live pledges of a right by other organisations that overlap a term. For whoever crosses tenants anyway: taken into
-- his statement; offset 0 keeps the look-ups by index. Two ranges of org_id, so that a right which one bank pledged ten
-- thousand times costs no more than another.
create or replace function loan_pledged_elsewhere(org bigint, right_no text, first_day date, last_day date)
    returns table (record_id uuid) language sql stable as $$
    select o.record_id
      from loan_ip o
     where o.number = right_no and o.org_id < org and o.from_day <= last_day and o.until_day >= first_day
       and not exists (select from loan n where n.id = o.record_id and n.version = o.version + 1 offset 0)
     union all
    select o.record_id
      from loan_ip o
     where o.number = right_no and o.org_id > org and o.from_day <= last_day and o.until_day >= first_day
       and not exists (select from loan n where n.id = o.record_id and n.version = o.version + 1 offset 0)
$$;

-- The events that may follow in a state, as a list to choose from.
create or replace function loan_events_legal(state text, released boolean) returns text
    language sql stable as $$
    select coalesce(string_agg(t.event, ', ' order by loan_event_rank(t.event)), '')
      from loan_transition t
     where t.state = $1
       and not ($2 and t.event = 'pledge_released')
$$;

-- What an answer shows of a loan's account as of a day, as members of its JSON.
create or replace function loan_account_members(l loan, as_of date, known_at timestamptz) returns json
    language plpgsql stable as $$
declare
    f loan_life := loan_fold(l, as_of, known_at, null);
begin
    return json_build_object(
        'state', f.state,
        'drawn', yuan_text(f.drawn_fen),
        'outstanding', yuan_text(f.outstanding_fen),
        'arrears_principal', yuan_text(f.overdue_fen),
        'arrears_interest', yuan_text(f.arrears_interest_fen),
        'days_overdue', coalesce(as_of - f.overdue_since, 0),
        'accrued_interest', yuan_text(case when f.state in ('settled', 'transferred', 'voided') then 0
                                      else greatest(loan_interest_fen(f.accrued, l.day_count) - f.interest_fen, 0) end),
        'grade', f.grade,
        'extended_to', case when f.matures_on <> l.matures_on then f.matures_on end,
        'pledge_released_on', f.released_on,
        'legal_events', string_to_array(loan_events_legal(case when f.state = 'matured' then 'active' else f.state end,
                                                          f.released_on is not null), ', '));
end $$;

-- The same, its cover under a scheme, and what is possibly one credit with it.
create or replace function loan_life_members(l loan, as_of date, known_at timestamptz) returns json
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin -- readers plan anew by what is asked; what is asked of one loan is always alike, and planning it costs the most
    return json_joined(loan_account_members(l, as_of, known_at),
                       json_build_object('coverage', coverage_of_loan((l).id), 'same_credit', credit_told(l)));
end $$;

-- What an answer shows of a loan as of a day: its state and the figures of its account.
create or replace function loan_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as
    $$ select loan_life_members(l, as_of, known_at) from loan l where l.id = $1 and l.version = $2 $$;

-- What tells two answers of one loan version apart; null while no event is known of it.
create or replace function loan_mark(id uuid, members json) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when exists (select from loan_event e where e.loan_id = $1)
           then left(md5(members::text), 8) end;
end $$;

-- The state that a loan is in on a day, as it was known; without events its own days decide.
create or replace function loan_state(l loan, as_of date, known_at timestamptz) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    if not exists (select from loan_event e where e.loan_id = l.id) then
        return case when l.disbursed_on is null or l.disbursed_on > as_of then 'signed'
                    when l.matures_on >= as_of then 'active'
                    else 'matured' end;
    end if;
    return (loan_fold(l, as_of, known_at, null)).state;
end $$;

-- Does whoever asks see the loan as it stands: a district those in it, an insurer or guarantor those that name it?
create or replace function loan_seen(loan_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from loan l
                    where l.id = $1
                      and case my_kind() when 'district' then l.district = my_district()
                                         when 'insurer' then l.parties && my_names()
                                         when 'guarantor' then l.parties && my_names() end
                      and not exists (select from loan later where later.id = l.id and later.version = l.version + 1));
end $$;
-- Does whoever asks see the loan of an event?
create or replace function loan_event_seen(event_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select loan_seen(e.loan_id) from loan_event e where e.id = event_id);
end $$;
drop policy if exists loan_event_read on loan_event;
create policy loan_event_read on loan_event for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) in ('district', 'insurer', 'guarantor') and loan_seen(loan_id)));

-- Was a loan void by an instant (null: is it now)?
create or replace function loan_void_at(v loan_void, known_at timestamptz) returns boolean language sql immutable as
    $$ select case when known_at is null then (v).until_at = 'infinity'
                   else (v).from_at <= known_at and (v).until_at > known_at end $$;
-- Was a loan void by an instant, whichever void did it?
create or replace function loan_is_void(loan_id uuid, known_at timestamptz) returns boolean
    language plpgsql stable as $$
begin -- PL/pgSQL keeps the plan
    return exists (select from loan_void v where v.loan_id = $1 and loan_void_at(v, $2));
end $$;

-- What was paid upon a loan: claims of a fund, subsidies not wholly taken back, its guarantee insurance. Null: nothing.
create or replace function loan_paid_upon(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg(x.reference, ', ' order by x.reference)
      from (select claims_paid_on(loan) as reference
             union all
            select r.key
              from application_now n
              join submission r on r.id = n.application and r.version = 1
             where n.loan_id = loan_paid_upon.loan and n.state in ('paid', 'demanded')
             union all
            select c.claim_no
              from insurance_claim c
              join insurance_policy p on p.id = c.policy and not record_has_later(p.id, p.version, null)
             where p.loan = loan_paid_upon.loan and c.paid_fen > 0 and not record_has_later(c.id, c.version, null)) x
$$;

-- The event that a record tells, not stored yet.
create or replace function loan_event_of(id uuid, l loan, doc json) returns loan_event language plpgsql stable as $$
declare
    e loan_event := json_populate_record(null::loan_event, doc);
    t record;
begin
    select x.* into t
      from json_to_record(doc) as x("on" date, principal text, interest text, rate text); -- under other names
    e.id := id;
    e.loan_id := l.id;
    e.org_id := l.org_id;
    e.parties := l.parties;
    e.district := l.district;
    e.on_day := t."on";
    e.principal_fen := fen_of(t.principal);
    e.interest_fen := fen_of(t.interest);
    if e.reverses is not null then
        e.reverses := coalesce(( -- as the event that it names is written
            select s.reference
              from loan_event s
             where s.loan_id = l.id and text_form(s.reference) = text_form(e.reverses)
             order by (s.reference = e.reverses) desc, s.id
             limit 1), e.reverses);
    end if;
    e.recorded_at := record_now();
    e.rate_ppm := ppm_of(t.rate);
    return e;
end $$;

-- The turn of an event among those of its day that come in one file: as they count, and what takes another one or the
-- whole loan back when those are told.
create or replace function loan_event_turn(doc json) returns int language sql immutable as
    $$ select case when doc ->> 'kind' in ('voided', 'reversed') then 99 else loan_event_rank(doc ->> 'kind') end $$;

-- The loan of an organisation under a contract number, however it is written, in its newest version. Numbers taken
-- before they were compared by their form may be one: then the one that is written so, else the one that came first.
create or replace function loan_keyed(org bigint, contract_no text) returns setof loan language sql stable as $$
    select x.*
      from (select r.id, r.version
              from submission r
             where r.org_id = $1 and r.type = 'loan' and r.key_form = text_form($2)
             order by (r.key = $2) desc, r.id, r.version desc
             limit 1) k
      join loan x on x.id = k.id and x.version = k.version
$$;

-- An event is stored if the whole life of its loan is still possible with it.
create or replace function loan_event_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    l loan;
    e loan_event;
    f loan_life;
begin
    select x.* into l from loan_keyed(my_org(), doc ->> 'contract_no') x;
    if not found then
        d.problems := json_build_array(problem('E_NO_LOAN', '/contract_no', doc ->> 'contract_no'));
        return d;
    end if;
    d.district := l.district;
    d.parties := l.parties;
    e := loan_event_of(new_id, l, doc);
    if e.on_day > today() then
        d.problems := json_build_array(problem('E_FUTURE', '/on', today()::text));
        return d;
    end if;
    if e.kind = 'reversed' then -- an expression with a look-up in it costs one whether it is made or not
        if not exists (
               select from loan_event s
                where s.loan_id = l.id and s.reference = e.reverses and s.kind <> 'reversed'
                  and not exists (select from loan_event r
                                   where r.loan_id = l.id and r.kind = 'reversed'
                                     and r.reverses = s.reference)) then
            d.problems := json_build_array(problem('E_NO_EVENT', '/reverses', e.reverses));
            return d;
        end if;
    end if;
    if e.kind = 'voided' and loan_is_void(l.id, null) then -- nor on an earlier day: it would leave the sums twice
        d.problems := json_build_array(problem('E_STATE', '/kind', 'loan.voided: reversed'));
        return d;
    end if;
    if e.kind = 'voided' and loan_paid_upon(l.id) is not null then
        d.problems := json_build_array(problem('E_PAID_UPON', '/kind', loan_paid_upon(l.id)));
        return d;
    end if;
    if e.kind = 'disbursed' and claims_open_on(l.id) is not null then
        d.problems := json_build_array(problem('E_REDRAW', '/kind', claims_open_on(l.id)));
        return d;
    end if;
    f := loan_fold(l, 'infinity', null, e, true);
    if f.bad_event = new_id then
        d.problems := json_build_array(problem(f.bad_code, f.bad_pointer, f.bad_arg));
        return d;
    elsif f.bad_code is not null and not loan_bears(l, e, f) then
        d.problems := json_build_array(problem('E_STATE_LATER',
            case when e.kind = 'reversed' then '/reverses' else '/on' end, (
                 select s.reference || ' (loan.' || s.kind || ' ' || s.on_day || ')'
                   from loan_event s where s.id = f.bad_event)));
        return d;
    end if;
    if not dry then
        insert into loan_event (id, loan_id, org_id, parties, district, reference, kind, on_day, principal_fen,
               interest_fen, grade, matures_on, reverses, recorded_at, rate_ppm, payer, for_from, for_to, reason)
        values (e.id, e.loan_id, e.org_id, e.parties, e.district, e.reference, e.kind, e.on_day, e.principal_fen,
               e.interest_fen, e.grade, e.matures_on, e.reverses, e.recorded_at, e.rate_ppm, e.payer,
               e.for_from, e.for_to, e.reason);
        perform coverage_follow(l);
    end if;
    return d;
end $$;

-- May an event follow although an earlier one could not be? Where that one was taken before interest had a bound: its
-- bank is not locked out for ever. What comes behind it has not been judged: no more is drawn than the line.
create or replace function loan_bears(l loan, e loan_event, f loan_life) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return verify_life_is_old(f)
           and (loan_fold(l, 'infinity', null, null, true)).bad_event is not distinct from f.bad_event
           and (e.kind <> 'disbursed' or f.bad_code <> 'E_MATURED'
                                         and (loan_fold(l, 'infinity', null, e)).outstanding_fen <= l.amount_fen);
end $$;

-- The codes under which a loan's firm has borrowed: its own, and those of loans that bear its name.
create or replace function loan_firm_codes(l loan) returns setof text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select l.borrower
     union
    select x.borrower from loan x where text_form(x.borrower_name) = text_form(l.borrower_name);
end $$;

-- PL/pgSQL with generic plans, here and below: planning anew for each call cost five times what the look-ups did.
-- The facts of loans in the order of the program's catalogue, as numbers (fen, ppm, days since 1970) and texts. Runs
-- as the owner: who may see a loan is told the same of it. Sums over events do not depend on their order. versions,
-- known: beside each id the version that is meant (null: the newest) and the instant by which its events were known
-- (null: all that are known now).
create or replace function loan_cases(ids uuid[], versions int[] default null, known timestamptz[] default null)
    returns table (id uuid, version int, bank text, contract_no text, borrower_uscc text, borrower_district text,
                   borrower_size text, borrower_sme text, borrower_industry text, borrower_employees bigint,
                   borrower_revenue bigint, borrower_assets bigint, borrower_size_told text,
                   loan_product text, loan_amount bigint, loan_ip_amount bigint, loan_ip_share text, loan_rate int,
                   loan_signed_on int, loan_disbursed_on int, loan_registered_on int, loan_matures_on int,
                   loan_term_days text, loan_settled_on int, loan_settled_on_time boolean, loan_overdue_ever boolean,
                   loan_first_loan boolean, loan_guaranteed boolean, loan_insured boolean, loan_scheme text,
                   loan_under_scheme boolean, loan_compensated boolean, loan_patents int, loan_trademarks int,
                   loan_owner_is_borrower boolean, loan_interest_paid bigint, loan_drawn bigint, loan_day_count text,
                   plain boolean)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select l.id, l.version, o.code, r.key, l.borrower, l.district,
           case when z.told is null then nullif(l.size, 'unknown') end, z.small_or_medium,
           l.industry, l.employees, l.revenue_fen, l.assets_fen, z.told, l.product, l.amount_fen, l.ip_amount_fen,
           null::text, greatest(l.rate_ppm, e.rate_ppm), -- the highest that was told
           l.signed_on - date '1970-01-01', coalesce(e.drawn_on, l.disbursed_on) - date '1970-01-01',
           l.registered_on - date '1970-01-01', greatest(l.matures_on, e.matures_on) - date '1970-01-01', null::text,
           e.settled_on - date '1970-01-01',
           case when e.settled_on is null or e.paid_by_other then false end, -- else it follows from the days
           coalesce(e.overdue, false), l.first_loan, l.guarantor is not null, l.insurer is not null, l.scheme,
           l.scheme is not null,
           exists (select from claim c where c.loan_id = l.id and claim_counts(c.id)),
           l.patents, l.trademarks, p.own, e.interest,
           case when e.void then 0 -- of a line that is drawn again no more than it is
                else least(l.amount_fen, coalesce(e.drawn, case when l.disbursed_on is null then 0
                                                                else l.amount_fen end)) end,
           l.day_count, coalesce(e.plain, true)
      from unnest(ids, versions, known) x(id, version, known_at)
      join loan l on l.id = x.id
                 and (l.version = x.version
                      or x.version is null and not exists (
                         select from loan later where later.id = l.id and later.version = l.version + 1))
      join submission r on r.id = l.id and r.version = l.version
      join org o on o.id = l.org_id
      left join lateral (
           select min(v.on_day) filter (where v.kind = 'disbursed') as drawn_on,
                  max(v.matures_on) filter (where v.kind = 'extended') as matures_on,
                  max(v.on_day) filter (where v.kind = 'settled') as settled_on,
                  bool_or(v.kind in ('overdue', 'written_off')) as overdue,
                  sum(v.interest_fen) filter (where v.kind in ('repaid', 'recovered', 'settled')
                                                and coalesce(v.payer, 'borrower') = 'borrower')::bigint as interest,
                  bool_or(coalesce(v.payer, 'borrower') <> 'borrower'
                          and v.kind in ('repaid', 'recovered', 'settled')) as paid_by_other,
                  max(v.rate_ppm) filter (where v.kind = 'repriced') as rate_ppm,
                  bool_or(v.kind = 'voided') as void,
                  sum(coalesce(v.principal_fen, l.amount_fen)) filter (where v.kind = 'disbursed')::bigint as drawn,
                  -- one draw, one rate, one payment of all interest: C needs no account by day
                  bool_and(v.kind in ('disbursed', 'overdue', 'classified', 'extended', 'settled', 'pledge_released')
                           and v.for_from is null and v.for_to is null)
                      and count(*) filter (where v.kind = 'disbursed') <= 1 as plain
             from loan_event v
            where v.loan_id = l.id and v.kind <> 'reversed' and (x.known_at is null or v.recorded_at <= x.known_at)
              and not exists (select from loan_event u
                               where u.loan_id = v.loan_id and u.kind = 'reversed' and u.reverses = v.reference
                                 and (x.known_at is null or u.recorded_at <= x.known_at))) e on true
      left join lateral (
           select case when bool_or(i.owner <> l.borrower) then false
                       when bool_and(i.owner = l.borrower) then true end as own -- an owner not told: not known
             from (select y.owner from loan_ip y where y.record_id = l.id and y.version = l.version) i) p on true
      left join lateral (
           select d.*
             from enterprise_size_disputed(l.borrower, l.org_id, l.size, l.signed_on) d
            where exists (select from enterprise_profile y where y.uscc = l.borrower)
           offset 0) z on true; -- a gate: of most firms nobody speaks but the bank
end $$;

-- The loans that a contract number or a record's id names, for whoever asks: row-level security applies. Called once
-- an element, so the statement sets the plan mode, not the function.
create or replace function loan_find(asked text) returns uuid[]
    language plpgsql stable as $$
begin
    if asked ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
        return array(select r.id
                       from (select x.id, x.version from submission x
                              where x.id = asked::uuid and x.type = 'loan'
                              order by x.version desc
                              limit 1) r
                      where not record_has_later(r.id, r.version, null));
    end if;
    return array(select r.id
                   from org o
                  cross join lateral (
                        select x.id, x.version
                          from submission x
                         where x.org_id = o.id and x.type = 'loan' and x.key_form = text_form(asked)
                         order by (x.key = asked) desc, x.id, x.version desc
                         limit 1) r
                  where not record_has_later(r.id, r.version, null));
end $$;

-- The newest version of the one loan that a contract number or id names for whoever asks; else problems.
create or replace function loan_find_one(asked text, pointer text) returns loan_found language plpgsql stable as $$
declare
    ids uuid[] := loan_find(asked);
    f loan_found;
begin
    if cardinality(ids) <> 1 then
        f.problems := array[problem(case cardinality(ids) when 0 then 'E_LOAN' else 'E_AMBIGUOUS' end, pointer, asked)];
    else
        f.l := (select v from loan v where v.id = ids[1] order by v.version desc limit 1);
    end if;
    return f;
end $$;

-- The day that decides which period a loan is counted in. registered_amount: by what was registered, and when.
create or replace function loan_day(l loan, basis text) returns date language sql immutable parallel safe as $$
    select case when basis in ('registered_on', 'registered_amount') then (l).registered_on
                when basis = 'disbursed_on' then (l).disbursed_on
                else (l).signed_on end
$$;

-- What a loan adds to the period that it is counted in.
create or replace function loan_counted_fen(l loan, basis text) returns bigint
    language sql immutable parallel safe as $$
    select case when basis = 'registered_amount' then loan_registered_fen((l).registered_fen, (l).amount_fen)
                else (l).amount_fen end
$$;

-- The version of a loan that counted at an instant, for whoever asks: none when he may not see it.
create or replace function loan_at(loan_id uuid, known_at timestamptz) returns setof loan language sql stable as $$
    select l.*
      from loan l
     where l.id = $1
       and ($2 is null or l.recorded_at <= $2)
       and not record_has_later(l.id, l.version, $2)
       and not loan_is_void(l.id, $2)
     order by l.version desc
     limit 1
$$;

-- The day on which a loan went into default, as its life is known on a day: it fell into arrears, was graded bad, or
-- its term, as it was extended, ended while something was owed.
create or replace function loan_default_day(f loan_life, day date) returns date language sql immutable as $$
    select least((f).overdue_since, (f).bad_since,
                 case when (f).outstanding_fen > 0 and (f).matures_on < day then (f).matures_on + 1 end)
$$;

-- The day on which a credit ends, itself excluded, as known at an instant (null: now): it was repaid or sold; while it
-- is in arrears or written off, never; else its maturity as extended, on which day another may take its place (a void
-- one too: what was taken of it stays taken, also when it is entered anew). matures_on: of the version that is asked
-- about. Of its pledge: also when that was released, a void one's before it began, and the last day of the term
-- belongs to it. Runs as the owner, for whoever crosses tenants.
create or replace function loan_end(loan_id uuid, matures_on date, of_pledge boolean, known_at timestamptz)
    returns date language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    ended date;
    extended date;
    defaulted boolean;
begin
    select min(case e.kind when 'voided' then '-infinity' else e.on_day end)
               filter (where e.kind in ('settled', 'transferred')
                             or of_pledge and e.kind in ('pledge_released', 'voided')),
           max(e.matures_on) filter (where e.kind = 'extended'),
           bool_or(e.kind in ('overdue', 'written_off'))
      into ended, extended, defaulted
      from loan_event e
     where e.loan_id = loan_end.loan_id
       and e.kind <> 'reversed'
       and (loan_end.known_at is null or e.recorded_at <= loan_end.known_at)
       and not exists (select from loan_event r
                        where r.loan_id = e.loan_id and r.kind = 'reversed' and r.reverses = e.reference
                          and (loan_end.known_at is null or r.recorded_at <= loan_end.known_at));
    if ended is null and defaulted and (
           select (loan_fold(l, 'infinity', loan_end.known_at, null)).state in ('overdue', 'written_off')
             from loan l where l.id = loan_end.loan_id order by l.version desc limit 1) then
        return 'infinity'::date; -- what was in arrears and is not any more ends as others do
    end if;
    return coalesce(ended, greatest(loan_end.matures_on, extended) + of_pledge::int);
end $$;

-- When the default of a loan was first told, also by an event that was reversed since; null: never.
create or replace function loan_default_told(loan_id uuid) returns timestamptz
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select min(e.recorded_at)
          from loan_event e
         where e.loan_id = $1
           and (e.kind in ('overdue', 'written_off') or grade_is_bad(e.grade)));
end $$;

-- Of a loan's record, what decides whether and how much is paid.
create or replace function loan_claim_facts(body json) returns text language sql immutable parallel safe as $$
    select json_build_array(body ->> 'scheme', body ->> 'borrower_uscc', body ->> 'amount', body ->> 'ip_amount',
               body ->> 'rate', body ->> 'signed_on', body ->> 'disbursed_on', body ->> 'matures_on',
               coalesce(body ->> 'revolving', 'false'), coalesce(body ->> 'day_count', 'actual/360'),
               body ->> 'registered_on', body ->> 'first_loan', body ->> 'guarantor_uscc', body ->> 'insurer_uscc',
               (select json_agg(x ->> 'number' order by x ->> 'number')
                  from json_array_elements(body -> 'ip') x))::text
$$;

-- What was told of a loan in its order, as it will stand (l) once it is corrected: draws after the term that it has,
-- on record from before they were refused, bear no id, and are not asked their term again.
create or replace function loan_told_borne(l loan, matures_on date) returns loan_event[]
    language plpgsql stable as $$
declare
    told loan_event[] := loan_told_ordered(l, null, null);
    ends date := matures_on;
begin
    for i in 1 .. cardinality(told) loop
        if told[i].kind = 'extended' then
            ends := told[i].matures_on;
        elsif told[i].kind = 'disbursed' and told[i].on_day > ends then
            told[i].id := null;
        end if;
    end loop;
    return told;
end $$;

-- What stands against the correction of a loan: its events must still be possible, and nothing that decided a payment
-- may change after it.
create or replace function loan_correction(loan uuid, doc json) returns json[] language plpgsql stable as $$
declare
    record submission;
    l loan;
    f loan_life;
    ends date;
begin
    if claims_paid_on(loan) is not null and loan_claim_facts(doc) <> (
           select loan_claim_facts(r.body) from submission r where r.id = loan order by r.version desc limit 1) then
        return array[problem('E_PAID_UPON', '', claims_paid_on(loan))];
    elsif loan_is_void(loan, null) then
        return array[problem('E_STATE', '', 'loan.voided: reversed')];
    elsif not exists (select from loan_event e where e.loan_id = loan) then
        return '{}'::json[];
    end if;
    select s.* into record from submission s where s.id = loan order by s.version desc limit 1;
    record.body := doc;
    select v.* into l from loan v where v.id = loan and v.version = record.version;
    ends := l.matures_on;
    -- As it would stand: by its new rate, line and count of days too; its own day of disbursement may be another.
    l := loan_of(record, json_populate_record(null::loan_told, doc), l.size, l.patents, l.trademarks);
    f := loan_fold_told(l, loan_told_borne(l, ends), 'infinity', null, true);
    if f.bad_code is not null then
        return array[problem('E_STATE_LATER', '', coalesce((
            select e.reference || ' (loan.' || e.kind || ' ' || e.on_day || ')'
              from loan_event e where e.id = f.bad_event),
            'disbursed_on'))];
    end if;
    return '{}'::json[];
end $$;
