-- What the plan sets up and holds, and what came of it.

-- The newest entry of a type that an id or a reference names.
create or replace function register_find(of_type text, asked text) returns register_entry language sql stable as $$
    select e.*
      from register_entry e
     where e.type = of_type and (e.id::text = asked or text_form(e.reference) = text_form(asked))
       and not record_has_later(e.id, e.version, null)
     order by (e.org_id = my_org()) desc, e.id
     limit 1
$$;

-- The same name told by another organisation, or under another reference. Runs as the owner: a district and the office
-- may keep one register both.
create or replace function register_beside(self uuid, of_type text, title text, on_day date, of_district text)
    returns text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    found_on text;
begin
    select e.on_day::text into found_on
      from register_entry e
     where e.type = of_type and text_form(e.title) = text_form(register_beside.title) and e.id <> self
       and not e.voided and not record_has_later(e.id, e.version, null)
       and (of_type not in ('matching_event', 'agency_service', 'training')
            or (e.on_day = register_beside.on_day and e.district = of_district))
     limit 1;
    return found_on;
end $$;

-- What stands against an entry of any of these types: of another district, told already, void from the start.
create or replace function register_problems(id uuid, doc json, of_type text) returns json[]
    language plpgsql stable as $$
declare
    p json[] := array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[];
    called text := coalesce(doc ->> 'title', doc ->> 'name',
                            concat_ws(' ', doc ->> 'kind', doc ->> 'specialist', doc ->> 'served_name'));
    beside text := register_beside(id, of_type, called, coalesce((doc ->> 'held_on')::date, (doc ->> 'on')::date),
                                   doc ->> 'district');
begin
    if doc ->> 'voided' = 'true' then
        return p;
    end if;
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    if beside is not null then
        p := p || problem('E_TOLD_ALREADY', case when doc ->> 'title' is not null then '/title'
                                                 when doc ->> 'name' is not null then '/name' else '/served_name' end,
                          beside);
    end if;
    if of_type = 'agency_service' and (register_find('service_agency', doc ->> 'agency')).id is null then
        p := p || problem('E_NO_RECORD', '/agency', doc ->> 'agency');
    end if;
    return p;
end $$;

-- What stands against an event.
create or replace function matching_event_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'matching_event') $$;

-- What stands against an operation centre.
create or replace function operation_centre_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'operation_centre') $$;

-- What stands against a portfolio: a right of it was dead when it was formed.
create or replace function portfolio_problems(id uuid, doc json) returns json[] language sql stable as $$
    select register_problems(id, doc, 'portfolio')
           || ip_right_problems(doc -> 'ip', (doc ->> 'formed_on')::date, '{}')
$$;

-- What stands against an alliance.
create or replace function alliance_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'alliance') $$;

-- What stands against a cluster.
create or replace function cluster_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'cluster') $$;

-- What stands against a service agency.
create or replace function service_agency_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'service_agency') $$;

-- What stands against a service: no such agency.
create or replace function agency_service_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'agency_service') $$;

-- What stands against a training.
create or replace function training_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select register_problems(id, doc, 'training') $$;

-- Codes of the units in a list of a record.
create or replace function register_codes(list json) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct x ->> 'uscc'), '{}')
      from json_array_elements(list) x
     where x ->> 'uscc' is not null
$$;

-- Writes the typed row of an entry, if nothing in the same statement says it again.
create or replace function register_row(new submission) returns submission language plpgsql as $$
begin
    perform lock_key(new.type, new.district);
    if cardinality(register_problems(new.id, new.body, new.type)) > 0 then
        raise exception '% % contradicts another', new.type, new.key
            using errcode = '23P01', constraint = 'register_entry_fits';
    end if;
    insert into register_entry (id, version, org_id, type, reference, kind, title, district, on_day, closed_on, firm,
           firms, attended, parts, rights, parent, voided, recorded_at)
    select new.id, new.version, new.org_id, new.type, b.reference, b.kind,
           coalesce(b.title, b.name, concat_ws(' ', b.kind, b.specialist, b.served_name)), b.district, new.on_day,
           b.closed_on, b.uscc, register_codes(coalesce(b.participants, b.members)), b.attended,
           coalesce(json_array_length(coalesce(b.windows, b.specialists, b.intents, b.members)), 0),
           array(select x ->> 'number' from json_array_elements(b.ip) x),
           (register_find('service_agency', b.agency)).id, coalesce(b.voided, false), new.recorded_at
      from json_to_record(new.body) as b(reference text, kind text, title text, name text, specialist text,
           served_name text, district text, closed_on date, uscc text, participants json, members json,
           attended bigint, windows json, specialists json, intents json, ip json, agency text, voided boolean);
    return new;
end $$;

-- The entries as known at an instant, each by its newest version, the void ones left out.
create or replace function register_known(known_at timestamptz) returns setof register_entry language sql stable as $$
    select e.*
      from register_entry e
     where not e.voided and ($1 is null or e.recorded_at <= $1) and not record_has_later(e.id, e.version, $1)
$$;

-- How long after an event what its participants sign counts as its outcome.
create or replace function register_outcome_days() returns int language sql immutable parallel safe as
    $$ select 180 $$;

-- What came of events (null: of all): loans and deals that a unit signed within 180 days after an event it took part
-- in. What follows several events counts once, for the last of them, whichever party of a deal took part in it. Plain
-- row-level security applies to loans and deals.
create or replace function register_outcomes(events uuid[], known_at timestamptz)
    returns table (event uuid, type text, id uuid, version int, reference text, firm text, on_day date,
                   amount_fen bigint)
    language sql stable as $$
    with wanted as materialized (
        select distinct f as firm
          from register_known($2) e
         cross join lateral unnest(e.firms) f
         where e.type = 'matching_event' and ($1 is null or e.id = any ($1))
    ),
    deals as materialized (
        select distinct d.id from ip_deal d where d.acquirer in (select w.firm from wanted w)
        union
        select distinct d.id from ip_deal d where d.provider in (select w.firm from wanted w)
    ),
    signed as materialized (
        select 'loan' as type, l.id, l.version, record_key(l.id, l.version) as reference, l.borrower as firm,
               l.signed_on, l.amount_fen
          from loan l
         where l.borrower in (select w.firm from wanted w)
           and ($2 is null or l.recorded_at <= $2)
           and not record_has_later(l.id, l.version, $2)
           and not loan_is_void(l.id, $2)
        union all
        select ip_deal_type(d.id), d.id, d.version, d.reference, x.firm, d.signed_on, d.value_fen
          from deals c
         cross join lateral (select k.* from ip_deal_counted($2) k where k.id = c.id) d
         cross join lateral unnest(array[d.acquirer, d.provider]) x(firm)
    ),
    attended as materialized (
        select e.id, e.on_day, f as firm
          from register_known($2) e
         cross join lateral unnest(e.firms) f
         where e.type = 'matching_event' and f in (select s.firm from signed s)
    ),
    last_event as (
        select distinct on (s.type, s.id) a.id as event, s.*
          from signed s
          join attended a on a.firm = s.firm and a.on_day <= s.signed_on
                         and s.signed_on <= a.on_day + register_outcome_days()
         order by s.type, s.id, a.on_day desc, a.id
    )
    select x.event, x.type, x.id, x.version, x.reference, x.firm, x.signed_on, x.amount_fen
      from last_event x
     where $1 is null or x.event = any ($1)
$$;

-- When a unit was first told to have taken part in an event. Runs as the owner: only the instant comes out.
create or replace function register_named_at(event uuid, firm text) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(e.recorded_at) from register_entry e where e.id = $1 and $2 = any (e.firms)
$$;

-- What an event shows: what came of it, and how much of that was on record before the unit was told to have been there.
create or replace function matching_event_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('outcome', json_build_object(
           'rule', format('参加单位在活动后 %s 日内签订的贷款和经确认的专利交易;随后另有活动的,计入最近一次',
                          register_outcome_days()),
           'until', e.on_day + register_outcome_days(),
           'loans', o.loans, 'loan_amount', yuan_text(o.loan_fen),
           'deals', o.deals, 'deal_value', yuan_text(o.deal_fen), 'named_after', o.named_after))
      from register_entry e
     cross join lateral (
           select count(*) filter (where x.type = 'loan') as loans,
                  coalesce(sum(x.amount_fen) filter (where x.type = 'loan'), 0)::bigint as loan_fen,
                  count(*) filter (where x.type <> 'loan') as deals,
                  coalesce(sum(x.amount_fen) filter (where x.type <> 'loan'), 0)::bigint as deal_fen,
                  count(*) filter (where record_first_recorded(x.id) < register_named_at(e.id, x.firm)) as named_after
             from register_outcomes(array[e.id], known_at) x
            where x.on_day <= as_of) o
     where e.id = $1 and e.version = $2
$$;

-- What a portfolio shows: the loans and issues that its patents secure, deals over them, and which of them are dead.
create or replace function portfolio_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('loans', l.n, 'loan_amount', yuan_text(l.fen), 'issues', i.n,
           'issue_amount', yuan_text(i.fen),
           'deals', (select count(*) from ip_deal_known(known_at) d where d.rights && e.rights and not d.voided),
           'dead', array(select s.number from ip_states(e.rights, as_of, known_at) s
                          where s.state in ('lapsed', 'invalidated', 'expired') order by 1))
      from register_entry e
     cross join lateral (
           select count(*) as n, coalesce(sum(x.amount_fen), 0)::bigint as fen
             from loan x
            where exists (select from loan_ip p
                           where p.record_id = x.id and p.version = x.version and p.number = any (e.rights))
              and not record_has_later(x.id, x.version, known_at) and not loan_is_void(x.id, known_at)) l
     cross join lateral (
           select count(*) as n, coalesce(sum(fen_of(r.body ->> 'amount')), 0)::bigint as fen
             from submission r
            where r.type = 'securitisation' and not record_has_later(r.id, r.version, known_at)
              and exists (select from json_array_elements(r.body -> 'ip') x
                           where x ->> 'number' = any (e.rights))) i
     where e.id = $1 and e.version = $2
$$;

-- What an agency shows: how often it served how many, as far as the reader sees it.
create or replace function service_agency_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('services', count(*), 'served', count(distinct coalesce(s.firm, s.title)))
      from register_known(known_at) s
     where s.type = 'agency_service' and s.parent = $1 and s.on_day <= as_of
$$;

-- ---- sections of the quarterly report ------------------------------------------------------------

-- Deals that count, by way: of the quarter, of the same quarter a year earlier, of the year to date; what was received;
-- how many went to small and medium firms and came from universities; what was told and not confirmed.
create or replace function report_facts_ip_deals(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select d.kind, d.id, d.version, ip_deal_type(d.id), d.reference, coalesce(d.acquirer, d.acquirer_name),
           array[q.now, q.now * cardinality(d.rights), q.now * d.value_fen, 0, q.before, q.before * d.value_fen, q.ytd,
                 q.ytd * d.value_fen, 0, case when 'sme_acquisition' = any (s.sides) then q.now else 0 end,
                 case when 'university_outflow' = any (s.sides) then q.now else 0 end, 0]::bigint[]
      from ip_deal_counted(known_at) d
     cross join lateral (select (d.signed_on >= first)::int as now,
                                (d.signed_on between year_before(first) and year_before(cut))::int as before,
                                (d.signed_on >= year_start(first))::int as ytd) q
     cross join lateral (select ip_deal_sides(d, known_at) as sides) s
     where d.signed_on between year_before(first) and cut
    union all
    select d.kind, p.id, p.version, 'ip_deal_payment', record_key(p.id, p.version),
           coalesce(d.acquirer, d.acquirer_name),
           array[0, 0, 0, case when p.on_day >= first then p.amount_fen else 0 end, 0, 0, 0, 0, p.amount_fen, 0, 0,
                 0]::bigint[]
      from ip_deal_payment_counted(known_at) p
      join ip_deal_counted(known_at) d on d.id = p.deal
     where p.on_day between year_start(first) and cut
    union all
    select d.kind, d.id, d.version, ip_deal_type(d.id), d.reference, coalesce(d.acquirer, d.acquirer_name),
           array[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]::bigint[]
      from ip_deal_known(known_at) d
     where d.signed_on between first and cut and not d.voided and not confirmation_stands(d.id, d.version, known_at)
$$;

-- The catalogue, by kind of holder; needs are a row of their own: listed in the quarter, standing at its end, of these
-- dormant and under an open licence; that left by lapse and by a deal; dormant ones of which a deal came; visits,
-- intents, deals and loans that came of it in the quarter.
create or replace function report_facts_catalogue(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    with offer as materialized (
        select o.*, s.state
          from catalogue_offer o
         cross join lateral catalogue_offer_standing(o, cut, known_at) s
         where o.listed_on <= cut
           and (known_at is null or o.recorded_at <= known_at) and not record_has_later(o.id, o.version, known_at)
    )
    select o.holder_kind, o.id, o.version, 'catalogue_offer', o.reference, o.holder_name,
           array[(o.listed_on >= first)::int, (o.state = 'live')::int,
                 (o.state = 'live' and o.dormant_since is not null)::int,
                 (o.state = 'live' and coalesce(o.licence, '') = 'open')::int, (o.state = 'lapsed')::int,
                 (o.state = 'dealt')::int,
                 (o.dormant_since is not null and exists (
                     select from ip_deal_counted(known_at) d
                      where d.rights @> array[o.number] and d.signed_on between o.dormant_since and cut))::int,
                 0, 0, 0, 0]::bigint[]
      from offer o
    union all
    select 'needs', n.id, n.version, 'catalogue_need', n.reference, n.uscc,
           array[(n.listed_on >= first)::int, (catalogue_need_standing(n, cut, known_at) = 'live')::int, 0, 0, 0,
                 (catalogue_need_standing(n, cut, known_at) = 'met')::int, 0, 0, 0, 0, 0]::bigint[]
      from catalogue_need n
     where n.listed_on <= cut
       and (known_at is null or n.recorded_at <= known_at) and not record_has_later(n.id, n.version, known_at)
    union all
    select o.holder_kind, f.id, f.version, 'catalogue_followup', record_key(f.id, f.version), o.holder_name,
           array[0, 0, 0, 0, 0, 0, 0, (f.kind = 'visit')::int, (f.kind = 'intent')::int, (f.kind = 'deal')::int,
                 (f.kind = 'loan')::int]::bigint[]
      from catalogue_followup f
      join offer o on o.id = f.offer
     where f.on_day between first and cut
       and (known_at is null or f.recorded_at <= known_at) and not record_has_later(f.id, f.version, known_at)
$$;

-- Matching events of the quarter: how many, who came, with what intents, and what came of them so far within 180
-- days; by kind (by_district: by district).
create or replace function report_event_facts(first date, cut date, known_at timestamptz, by_district boolean)
    returns setof report_fact language sql stable as $$
    with event as materialized (
        select e.*, case when by_district then e.district else e.kind end as row_key
          from register_known(known_at) e
         where e.type = 'matching_event' and e.on_day between year_start(first) and cut
    )
    select e.row_key, e.id, e.version, 'matching_event', e.reference, null::text,
           array[q.now, q.now * coalesce(e.attended, 0), q.now * cardinality(e.firms), q.now * e.parts, 0, 0, 0, 0,
                 1]::bigint[]
      from event e
     cross join lateral (select (e.on_day >= first)::int as now) q
    union all
    select e.row_key, x.id, x.version, x.type, x.reference, x.firm,
           array[0, 0, 0, 0, (x.type = 'loan')::int, case when x.type = 'loan' then x.amount_fen else 0 end,
                 (x.type <> 'loan')::int, case when x.type <> 'loan' then x.amount_fen else 0 end, 0]::bigint[]
      from event e
      join register_outcomes(null, known_at) x on x.event = e.id
     where e.on_day >= first
$$;

-- Events by kind.
create or replace function report_facts_events(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as
    $$ select f.* from report_event_facts(first, cut, known_at, false) f $$;

-- Events by district.
create or replace function report_facts_events_by_district(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as
    $$ select f.* from report_event_facts(first, cut, known_at, true) f $$;

-- Registers by kind: new in the quarter, standing at its end, their windows, specialists or members; persons trained.
create or replace function report_facts_registers(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select case when e.type = 'operation_centre' and e.kind = 'cultivation' then 'cultivation_centre' else e.type end,
           e.id, e.version, e.type, e.reference, e.firm,
           array[(e.on_day >= first)::int,
                 (e.type not in ('agency_service', 'training') and coalesce(e.closed_on, 'infinity') > cut)::int,
                 case when e.type not in ('agency_service', 'training') then e.parts else 0 end,
                 case when e.on_day >= first then coalesce(e.attended, 0) else 0 end]::bigint[]
      from register_known(known_at) e
     where e.on_day <= cut and e.type <> 'matching_event'
$$;
