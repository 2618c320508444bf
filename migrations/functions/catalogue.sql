-- The catalogue of patents on offer and of what firms look for: what still stands, which fit each other and why, what
-- came of it, and open licences taken.

-- ---- offers ------------------------------------------------------------------------------------

-- Does an offer still stand on a day, and since when not? It leaves by itself when its patent is dead on the register,
-- or gone by a deal. Runs as the owner: whoever reads the catalogue may know that, not the deal.
create or replace function catalogue_offer_standing(o catalogue_offer, as_of date, known_at timestamptz)
    returns table (state text, since date)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    s ip_life := ip_state(o.number, as_of, known_at);
    gone date;
begin
    select min(d.signed_on) into gone
      from ip_deal_known(known_at) d
     where d.rights @> array[o.number] and not d.voided and d.signed_on <= as_of
       and d.acquirer is distinct from o.holder -- he may offer what he has acquired
       and (d.provider = o.holder or d.signed_on >= o.listed_on)
       and (d.kind <> 'licence' or d.licence = 'exclusive' and coalesce(d.ends_on, 'infinity') >= as_of);
    if gone is null and cardinality(s.owners) > 0 and o.holder <> all (s.owners) then
        gone := s.since; -- the register names another owner, whoever told of no deal
    end if;
    return query
        select case when o.withdrawn then 'withdrawn'
                    when s.state in ('lapsed', 'invalidated', 'expired') then 'lapsed'
                    when gone is not null then 'dealt'
                    when o.valid_until < as_of then 'expired'
                    else 'live' end,
               case when o.withdrawn then shanghai_day(o.recorded_at)
                    when s.state in ('lapsed', 'invalidated', 'expired') then s.since
                    when gone is not null then gone
                    when o.valid_until < as_of then o.valid_until + 1 end;
end $$;

-- The newest version of an offer that an id or a reference names; more than one row: the reference is not enough.
create or replace function catalogue_offer_find(asked text) returns setof catalogue_offer language plpgsql stable as $$
begin
    return query
        select o.*
          from catalogue_offer o
         where (o.id::text = asked or text_form(o.reference) = text_form(asked))
           and not record_has_later(o.id, o.version, null)
         order by (o.org_id = my_org()) desc, o.id
         limit 2;
end $$;

-- What stands against an offer: of another district, of a patent that is dead or somebody else's, listed twice by one
-- organisation.
create or replace function catalogue_offer_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
    twice text;
begin
    if doc ->> 'withdrawn' = 'true' then
        return p;
    end if;
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    select o.reference into twice
      from catalogue_offer o
     where o.number = doc ->> 'number' and o.org_id = my_org() and o.way = doc ->> 'way'
       and o.licence is not distinct from doc ->> 'licence' and o.id <> catalogue_offer_problems.id
       and not o.withdrawn and not record_has_later(o.id, o.version, null)
     limit 1;
    if twice is not null then
        p := p || problem('E_TAKEN', '/number', twice);
    end if;
    return p || array(
        select json_build_array(x ->> 0, '/number', x ->> 2)
          from unnest(ip_right_problems(json_build_array(json_build_object('number', doc ->> 'number')),
                      (doc ->> 'listed_on')::date, array_remove(array[doc ->> 'holder_uscc'], null))) x);
end $$;

-- The words of a record, as an array.
create or replace function catalogue_words(doc json) returns text[] language sql immutable parallel safe as
    $$ select coalesce(string_to_array(doc ->> 'words', ' '), '{}') $$;

-- The patent classes of a record, as an array.
create or replace function catalogue_classes(doc json) returns text[] language sql immutable parallel safe as
    $$ select array(select x ->> 'code' from json_array_elements(doc -> 'ipc') x) $$;

-- Writes the typed row of an offer.
create or replace function catalogue_offer_row(new submission) returns submission language plpgsql as $$
begin
    insert into catalogue_offer (id, version, org_id, reference, number, title, holder_name, holder_kind, holder,
           district, way, licence, price_from_fen, price_to_fen, pay_after_days, free_days, licence_years,
           dormant_since, listed_on, valid_until, withdrawn, ipc, words, found, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.number, b.title, b.holder_name, b.holder_kind,
           b.holder_uscc, b.district, b.way, b.licence, fen_of(b.price_from), fen_of(b.price_to), b.pay_after_days,
           b.free_days, b.licence_years, b.dormant_since, b.listed_on, b.valid_until, coalesce(b.withdrawn, false),
           catalogue_classes(new.body), catalogue_words(new.body), array_to_tsvector(catalogue_words(new.body)),
           new.recorded_at
      from json_to_record(new.body) as b(reference text, number text, title text, holder_name text, holder_kind text,
           holder_uscc text, district text, way text, licence text, price_from text, price_to text,
           pay_after_days int, free_days int, licence_years int, dormant_since date, listed_on date,
           valid_until date, withdrawn boolean);
    return new;
end $$;

-- The state of an offer today, as a list is asked for it.
create or replace function catalogue_offer_state(id uuid) returns text language sql stable as $$
    select s.state
      from catalogue_offer o
     cross join lateral catalogue_offer_standing(o, today(), null) s
     where o.id = $1
     order by o.version desc
     limit 1
$$;

-- What came of an offer or a need, as far as the reader sees it.
create or replace function catalogue_followups(of_offer uuid, of_need uuid) returns json language sql stable as $$
    select json_agg(json_build_object('id', f.id, 'kind', f.kind, 'on', f.on_day, 'offer', f.offer, 'need', f.need,
                    'deal', f.deal, 'loan', f.loan) order by f.on_day, f.id)
      from catalogue_followup f
     where (f.offer = $1 or f.need = $2) and not record_has_later(f.id, f.version, null)
$$;

-- What an offer shows: whether it stands, and what came of it.
create or replace function catalogue_offer_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('state', s.state, 'since', s.since, 'followups', catalogue_followups(o.id, null))
      from catalogue_offer o
     cross join lateral catalogue_offer_standing(o, as_of, known_at) s
     where o.id = $1 and o.version = $2
$$;

-- ---- needs -------------------------------------------------------------------------------------

-- The newest version of a need that an id or a reference names.
create or replace function catalogue_need_find(asked text) returns setof catalogue_need language plpgsql stable as $$
begin
    return query
        select n.*
          from catalogue_need n
         where (n.id::text = asked or text_form(n.reference) = text_form(asked))
           and not record_has_later(n.id, n.version, null)
         order by (n.org_id = my_org()) desc, n.id
         limit 2;
end $$;

-- What stands against a need: a district tells of its own firms, a bank of its borrowers.
create or replace function catalogue_need_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
begin
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        return array[problem('E_FIRM_DISTRICT', '/district', my_district())];
    elsif my_kind() = 'bank' and not exists (
          select from loan l where l.borrower = doc ->> 'uscc' and l.org_id = my_org()) then
        return array[problem('E_FIRM_STRANGER', '/uscc', doc ->> 'uscc')];
    end if;
    return '{}'::json[];
end $$;

-- Writes the typed row of a need.
create or replace function catalogue_need_row(new submission) returns submission language plpgsql as $$
begin
    insert into catalogue_need (id, version, org_id, reference, uscc, name, district, industry, size, title, way,
           budget_fen, listed_on, valid_until, withdrawn, ipc, words, found, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.uscc, b.name, b.district, b.industry, b.size, b.title,
           b.way, fen_of(b.budget), b.listed_on, b.valid_until, coalesce(b.withdrawn, false),
           catalogue_classes(new.body), catalogue_words(new.body), array_to_tsvector(catalogue_words(new.body)),
           new.recorded_at
      from json_to_record(new.body) as b(reference text, uscc text, name text, district text, industry text, size text,
           title text, way text, budget text, listed_on date, valid_until date, withdrawn boolean);
    return new;
end $$;

-- Does a need still stand on a day? Runs as the owner: that it was met is no secret, by whom is.
create or replace function catalogue_need_standing(n catalogue_need, as_of date, known_at timestamptz)
    returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when n.withdrawn then 'withdrawn'
                when exists (select from catalogue_followup f
                              where f.need = n.id and f.kind = 'deal' and f.on_day <= as_of
                                and (known_at is null or f.recorded_at <= known_at)
                                and not record_has_later(f.id, f.version, known_at)) then 'met'
                when n.valid_until < as_of then 'expired'
                else 'live' end;
end $$;

-- The state of a need today, as a list is asked for it.
create or replace function catalogue_need_state(id uuid) returns text language sql stable as $$
    select catalogue_need_standing(n, today(), null)
      from catalogue_need n
     where n.id = $1
     order by n.version desc
     limit 1
$$;

-- What a need shows: whether it stands, and what came of it.
create or replace function catalogue_need_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('state', catalogue_need_standing(n, as_of, known_at),
           'followups', catalogue_followups(null, n.id))
      from catalogue_need n
     where n.id = $1 and n.version = $2
$$;

-- ---- matching ----------------------------------------------------------------------------------

-- A word as a query of full text, whatever signs it holds.
create or replace function catalogue_query(word text) returns tsquery language sql immutable parallel safe as $$
    select ('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''')::tsquery
$$;

-- What a word tells: much when few descriptions hold it, little when many do. [[word, points], …]
create or replace function catalogue_weights(words text[]) returns json language plpgsql stable as $$
declare
    every bigint := (select count(*) from catalogue_offer) + (select count(*) from catalogue_need);
    word text;
    n bigint;
    weights jsonb := '{}'::jsonb;
begin
    for word in select x from unnest(words) x where not exists (select from word_common c where c.word = x) loop
        n := (select count(*) from catalogue_offer o where o.found @@ catalogue_query(word))
             + (select count(*) from catalogue_need k where k.found @@ catalogue_query(word));
        weights := weights || jsonb_build_object(word, case when n <= greatest(6, every / 50) then 15
                                                            when n <= greatest(12, every / 10) then 8 else 2 end);
    end loop;
    return weights::json;
end $$;

-- How well an offer fits a need, and why: points for the same patent subclass (or class), for the firm's industry,
-- for words that both hold (weights), for place, price, size and way. Reasons are words that a reader checks.
create or replace function catalogue_score(o catalogue_offer, n catalogue_need, weights json)
    returns table (score int, reasons json) language sql stable as $$
    with fact as (
        select array(select distinct left(x, 4) from unnest(o.ipc) x
                     intersect select left(y, 4) from unnest(n.ipc) y order by 1) as subclasses,
               array(select distinct left(x, 3) from unnest(o.ipc) x
                     intersect select left(y, 3) from unnest(n.ipc) y order by 1) as classes,
               array(select distinct left(x, 4) from unnest(o.ipc) x
                       join industry_ipc k on k.division = substr(n.industry, 2, 2) and x like k.ipc || '%'
                      order by 1) as of_industry,
               array(select w.key from json_each_text(weights) w
                      where w.key = any (o.words) and w.key = any (n.words)
                      order by w.value::int desc, w.key) as words,
               coalesce((select sum(w.value::int)::int from json_each_text(weights) w
                          where w.key = any (o.words) and w.key = any (n.words)), 0) as word_points
    ),
    reason as (
        select r.*
          from fact f
         cross join lateral (values
               (1, 'ipc', 40, '同属 IPC 小类 ' || array_to_string(f.subclasses, '、'),
                'Same IPC subclass ' || array_to_string(f.subclasses, ', '), cardinality(f.subclasses) > 0),
               (2, 'ipc', 20, '同属 IPC 大类 ' || array_to_string(f.classes, '、'),
                'Same IPC class ' || array_to_string(f.classes, ', '),
                cardinality(f.subclasses) = 0 and cardinality(f.classes) > 0),
               (3, 'industry', 20, format('企业行业 %s 对应 IPC %s', n.industry, array_to_string(f.of_industry, '、')),
                format('Industry %s lives by IPC %s', n.industry, array_to_string(f.of_industry, ', ')),
                cardinality(f.of_industry) > 0),
               (4, 'words', least(f.word_points, 60), '共同的词:' || array_to_string(f.words[1:8], '、'),
                'Words of both: ' || array_to_string(f.words[1:8], ', '), cardinality(f.words) > 0),
               (5, 'place', 5, '同在一区', 'In the same district', o.district = n.district),
               (6, 'price', 5, '报价在预算之内', 'The price is within the budget',
                o.price_from_fen <= n.budget_fen),
               (7, 'price', -10, '报价超出预算', 'The price is beyond the budget', o.price_from_fen > n.budget_fen),
               (8, 'size', 5, '条件便于中小微企业:开放许可、先用后付或先免费', 'Terms for small firms',
                n.size in ('micro', 'small', 'medium')
                and (o.licence = 'open' or o.pay_after_days is not null or o.free_days is not null)),
               (9, 'way', -10, '交易方式与所望不同', 'Not the way that is looked for', o.way <> n.way))
               as r(no, code, points, text, text_en, holds)
         where r.holds
    )
    select coalesce(sum(r.points), 0)::int,
           json_agg(json_build_object('code', r.code, 'points', r.points, 'text', r.text, 'text_en', r.text_en)
                    order by r.no)
      from reason r
$$;

-- Do two lists of patent classes share a class?
create or replace function catalogue_share_class(a text[], b text[]) returns boolean
    language plpgsql immutable parallel safe as $$
declare
    x text;
    y text;
begin
    foreach x in array a loop
        foreach y in array b loop
            if left(x, 3) = left(y, 3) then
                return true;
            end if;
        end loop;
    end loop;
    return false;
end $$;

-- The offers that are worth a look for a need: those that share most of its telling words, and some that share a class.
create or replace function catalogue_offers_near(asked tsquery, ipc text[], as_of date, most int)
    returns setof catalogue_offer language sql stable as $$
    (select o.*
       from catalogue_offer o
      where o.found @@ $1 and not o.withdrawn and o.listed_on <= $3 and coalesce(o.valid_until, $3) >= $3
        and not record_has_later(o.id, o.version, null)
      order by ts_rank(o.found, $1) desc, o.id
      limit $4)
    union
    (select o.*
       from catalogue_offer o
      where cardinality($2) > 0 and catalogue_share_class(o.ipc, $2) and not o.withdrawn and o.listed_on <= $3
        and coalesce(o.valid_until, $3) >= $3 and not record_has_later(o.id, o.version, null)
      order by o.ipc && $2 desc, o.id
      limit $4)
$$;

-- The same of needs, for an offer.
create or replace function catalogue_needs_near(asked tsquery, ipc text[], as_of date, most int)
    returns setof catalogue_need language sql stable as $$
    (select n.*
       from catalogue_need n
      where n.found @@ $1 and not n.withdrawn and n.listed_on <= $3 and coalesce(n.valid_until, $3) >= $3
        and not record_has_later(n.id, n.version, null)
      order by ts_rank(n.found, $1) desc, n.id
      limit $4)
    union
    (select n.*
       from catalogue_need n
      where catalogue_share_class(n.ipc, $2) and not n.withdrawn and n.listed_on <= $3
        and coalesce(n.valid_until, $3) >= $3 and not record_has_later(n.id, n.version, null)
      order by n.ipc && $2 desc, n.id
      limit $4)
$$;

-- The needs that an offer fits, or the offers that fit a need (one of both ids is null), the best first. Below 30
-- points a pair has nothing in common but the place or a common word. Runs as the owner: under row-level security no
-- index of full text is used, and the catalogue is everybody's who is somebody. Plans are kept: reads plan each
-- statement anew, and here a small one runs for every row.
create or replace function catalogue_matches(offer_id uuid, need_id uuid, as_of date, most int)
    returns table (offer uuid, need uuid, score int, reasons json)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    o catalogue_offer;
    n catalogue_need;
    weights json;
    asked tsquery;
    least_score constant int := 30;
    looked_at constant int := 200; -- of all that may fit, scored
begin
    if my_kind() = '' then
        return;
    end if;
    select x.* into o from catalogue_offer x where x.id = offer_id order by x.version desc limit 1;
    select x.* into n from catalogue_need x where x.id = need_id order by x.version desc limit 1;
    weights := catalogue_weights(coalesce(o.words, n.words));
    asked := (select string_agg(catalogue_query(w.key)::text, ' | ')
                from json_each_text(weights) w
               where w.value::int > 2)::tsquery;
    return query
        select p.offer, p.need, p.score, p.reasons
          from (select c.offer, c.need, s.score, s.reasons, c.o, c.n
                  from (select x.id as offer, n.id as need, x as o, n as n
                          from catalogue_offers_near(asked, n.ipc, as_of, looked_at) x
                         where offer_id is null
                        union all
                        select o.id, x.id, o, x
                          from catalogue_needs_near(asked, o.ipc, as_of, looked_at) x
                         where need_id is null) c
                 cross join lateral catalogue_score(c.o, c.n, weights) s
                 where s.score >= least_score
                 order by s.score desc, c.offer, c.need
                 limit most * 3) p
         where (select st.state from catalogue_offer_standing(p.o, as_of, null) st) = 'live'
           and catalogue_need_standing(p.n, as_of, null) = 'live'
         order by p.score desc, p.offer, p.need
         limit most;
end $$;

-- ---- what came of it ---------------------------------------------------------------------------

-- The loan that a follow-up names, for whoever asks: row-level security applies.
create or replace function catalogue_loan_find(asked text) returns uuid language sql stable as $$
    select l.id
      from submission l
     where l.type = 'loan' and (l.id::text = asked or l.key_form = text_form(asked))
     order by (l.org_id = my_org()) desc, l.version desc
     limit 1
$$;

-- What a follow-up comes to: the records that it names, or why it names none.
create or replace function catalogue_followup_of(doc json)
    returns table (offer uuid, need uuid, deal uuid, loan uuid, district text, problems json[])
    language plpgsql stable as $$
#variable_conflict use_column
declare
    o catalogue_offer;
    n catalogue_need;
    d ip_deal;
    l loan;
begin
    problems := '{}'::json[];
    select x.* into o from catalogue_offer_find(doc ->> 'offer') x limit 1;
    if o.id is null then
        problems := problems || problem('E_NO_RECORD', '/offer', doc ->> 'offer');
    elsif (doc ->> 'on')::date < o.listed_on then
        problems := problems || problem('E_ORDER', '/on', o.listed_on::text);
    end if;
    select x.* into n from catalogue_need_find(doc ->> 'need') x where doc ->> 'need' is not null limit 1;
    if doc ->> 'need' is not null and n.id is null then
        problems := problems || problem('E_NO_RECORD', '/need', doc ->> 'need');
    end if;
    if doc ->> 'deal' is not null then
        select x.* into d from ip_deal_find(doc ->> 'deal') x limit 1;
        if d.id is null then
            problems := problems || problem('E_NO_RECORD', '/deal', doc ->> 'deal');
        elsif not d.rights @> array[o.number] then
            problems := problems || problem('E_CONTRADICTS', '/deal', o.number);
        elsif n.uscc <> d.acquirer then
            problems := problems || problem('E_CONTRADICTS', '/deal', n.uscc);
        elsif d.signed_on < o.listed_on then -- it came of something else
            problems := problems || problem('E_ORDER', '/deal', o.listed_on::text);
        end if;
    end if;
    loan := case when doc ->> 'loan' is not null then catalogue_loan_find(doc ->> 'loan') end;
    select x.* into l from loan x where x.id = catalogue_followup_of.loan order by x.version desc limit 1;
    if doc ->> 'loan' is not null and loan is null then
        problems := problems || problem('E_LOAN', '/loan', doc ->> 'loan');
    elsif l.id is not null and coalesce(n.uscc, o.holder) is not null and l.borrower is distinct from n.uscc
          and l.borrower is distinct from o.holder then
        problems := problems || problem('E_CONTRADICTS', '/loan', concat_ws(', ', n.uscc, o.holder));
    elsif l.signed_on < o.listed_on then
        problems := problems || problem('E_ORDER', '/loan', o.listed_on::text);
    end if;
    offer := o.id;
    need := n.id;
    deal := d.id;
    district := coalesce(n.district, o.district);
    return next;
end $$;

-- What stands against a follow-up.
create or replace function catalogue_followup_problems(id uuid, doc json) returns json[] language sql stable as
    $$ select x.problems from catalogue_followup_of($2) x $$;

-- Writes the typed row of a follow-up.
create or replace function catalogue_followup_row(new submission) returns submission language plpgsql as $$
declare
    f record;
begin
    select x.* into f from catalogue_followup_of(new.body) x;
    new.district := f.district;
    insert into catalogue_followup (id, version, org_id, offer, need, kind, on_day, deal, loan, district, recorded_at)
    values (new.id, new.version, new.org_id, f.offer, f.need, new.body ->> 'kind', (new.body ->> 'on')::date, f.deal,
           f.loan, f.district, new.recorded_at);
    return new;
end $$;

-- ---- open licences -----------------------------------------------------------------------------

-- The version of an offer that an acceptance is of: the one it was made of, of a new one the newest.
create or replace function offer_acceptance_offer(acceptance uuid, asked text) returns catalogue_offer
    language plpgsql stable as $$
declare
    o catalogue_offer;
begin
    select x.* into o
      from offer_acceptance a
      join catalogue_offer x on x.id = a.offer and x.version = a.offer_version
     where a.id = acceptance
     order by a.version
     limit 1;
    if o.id is null then
        select x.* into o from catalogue_offer_find(asked) x limit 1;
    end if;
    return o;
end $$;

-- What is due of an open licence: the stated price, when the days of use before payment, or free of charge, are over.
create or replace function offer_acceptance_dues(o catalogue_offer, on_day date) returns json
    language sql immutable as $$
    select coalesce(json_agg(json_build_object('due_on', on_day + coalesce(o.pay_after_days, 0)
                    + coalesce(o.free_days, 0), 'amount', yuan_text(o.price_from_fen))), '[]')
      from (select 1) x
     where o.price_from_fen > 0
$$;

-- What stands against taking an open licence: it is not open, or not standing on the day; a firm that is not proven to
-- be small or medium; the firm holds it already.
create or replace function offer_acceptance_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[];
    o catalogue_offer := offer_acceptance_offer(id, doc ->> 'offer');
    on_day date := (doc ->> 'on')::date;
    standing text;
    held text;
    paid bigint;
begin
    if o.id is null then
        return p || problem('E_NO_RECORD', '/offer', doc ->> 'offer');
    end if;
    if doc ->> 'offer' <> o.id::text and text_form(doc ->> 'offer') <> text_form(o.reference) then
        return p || problem('E_CONTRADICTS', '/offer', o.reference); -- what was taken stays what it was
    end if;
    select s.state into standing from catalogue_offer_standing(o, on_day, null) s;
    if o.licence is distinct from 'open' then
        p := p || problem('E_OFFER', '/offer', coalesce(o.licence, o.way));
    elsif standing <> 'live' and not exists (
              select from submission a where a.id = $1 and a.body ->> 'on' = doc ->> 'on') then
        p := p || problem('E_OFFER', '/offer', standing);
    elsif on_day < o.listed_on then
        p := p || problem('E_ORDER', '/on', o.listed_on::text);
    end if;
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    if enterprise_is_sme(doc ->> 'acquirer_uscc', extract(year from on_day)::int, doc ->> 'size', null)
       is not true then
        p := p || problem('E_NOT_SME', '/size', doc ->> 'size');
    end if;
    if doc ->> 'acquirer_uscc' = o.holder then
        p := p || problem('E_CONTRADICTS', '/acquirer_uscc', 'holder_uscc');
    end if;
    select d.signed_on::text into held
      from ip_deal_known(null) d
     where d.acquirer = doc ->> 'acquirer_uscc' and d.rights @> array[o.number] and not d.voided
       and d.id <> offer_acceptance_problems.id and coalesce(d.ends_on, 'infinity') >= on_day and d.signed_on <= on_day;
    if held is not null and doc ->> 'voided' is distinct from 'true' then
        p := p || problem('E_TOLD_ALREADY', '/offer', held);
    end if;
    select sum(x.amount_fen)::bigint into paid
      from ip_deal_payment x
     where x.deal = offer_acceptance_problems.id and not x.voided and not record_has_later(x.id, x.version, null);
    if paid > 0 and doc ->> 'voided' = 'true' then
        p := p || problem('E_STATE_LATER', '/voided', yuan_text(paid));
    end if;
    return p;
end $$;

-- Writes what was accepted, and the deal that it is.
create or replace function offer_acceptance_row(new submission) returns submission language plpgsql as $$
declare
    o catalogue_offer := offer_acceptance_offer(new.id, new.body ->> 'offer');
    on_day date := (new.body ->> 'on')::date;
begin
    perform lock_key('ip_deal', new.body ->> 'acquirer_uscc');
    if cardinality(offer_acceptance_problems(new.id, new.body)) > 0 then
        raise exception 'acceptance % does not fit', new.key
            using errcode = '23514', constraint = 'offer_acceptance_fits';
    end if;
    insert into ip_deal (id, version, org_id, reference, kind, licence, signed_on, ends_on, provider_name,
           provider_kind, provider, acquirer_name, acquirer_kind, acquirer, acquirer_controller, acquirer_size,
           district, value_fen, rights, voided, recorded_at)
    select new.id, new.version, new.org_id, b.reference, 'licence', 'open', on_day,
           (on_day + make_interval(years => o.licence_years))::date - 1, o.holder_name, o.holder_kind, o.holder,
           b.acquirer_name, 'sme', b.acquirer_uscc, b.acquirer_controller, b.size, b.district, o.price_from_fen,
           array[o.number], coalesce(b.voided, false), new.recorded_at
      from json_to_record(new.body) as b(reference text, acquirer_name text, acquirer_uscc text,
           acquirer_controller text, size text, district text, voided boolean);
    insert into offer_acceptance (id, version, org_id, offer, offer_version, dues, recorded_at)
    values (new.id, new.version, new.org_id, o.id, o.version, offer_acceptance_dues(o, on_day), new.recorded_at);
    return new;
end $$;

-- What an acceptance shows: the deal that it is, by the terms of the offer.
create or replace function offer_acceptance_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_joined(ip_deal_members(d.id, d.version, as_of, known_at), json_build_object('number', d.rights[1],
           'provider_name', d.provider_name, 'contract_value', yuan_text(d.value_fen), 'ends_on', d.ends_on,
           'dues', a.dues))
      from ip_deal d
      join offer_acceptance a on a.id = d.id and a.version = d.version
     where d.id = $1 and d.version = $2
$$;

-- The state of an acceptance, as a list is asked for it.
create or replace function offer_acceptance_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;
