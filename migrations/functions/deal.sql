-- Patents that change hands or are licensed, what was received for them, products filed as made by them; the second
-- look that makes a version of each count; and the goals T4 to T6 that they come to.

-- ---- the second look ---------------------------------------------------------------------------

-- Types whose records count when an organisation that did not tell them has confirmed them.
create or replace function confirmation_types() returns text[] language sql immutable parallel safe as
    $$ select array['ip_deal', 'ip_deal_payment', 'product_filing', 'offer_acceptance', 'ranking_weight',
                    'benchmark', 'indicator'] $$;

-- What stands against a confirmation: it is of the newest version, as seen, and of what another organisation, and
-- another person, told.
create or replace function confirmation_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    r submission;
begin
    select x.* into r
      from submission x
     where x.id = (doc ->> 'record')::uuid and x.type = any (confirmation_types())
     order by x.version desc
     limit 1;
    if r.id is null then
        return array[problem('E_NO_RECORD', '/record', doc ->> 'record')];
    elsif r.type in ('ranking_weight', 'indicator') and my_kind() <> 'finance' then -- by whatever address it comes
        return array[problem('E_ROLE', '/record', my_kind())];
    elsif r.org_id = my_org() then
        return array[problem('E_OWN_TELLING', '/record', r.key)];
    elsif exists (select from submission x where x.id = r.id and person_is_me(x.recorded_by)) then
        return array[problem('E_SAME_PERSON', '/record', my_signature())];
    elsif doc ->> 'seen' <> record_seen(r.id) then
        return array[record_seen_problem(r.id, doc ->> 'seen')];
    elsif r.body ->> 'voided' = 'true' then
        return array[problem('E_VOIDED', '/record', r.key)];
    end if;
    return '{}'::json[];
end $$;

-- Writes down which version was confirmed.
create or replace function confirmation_row(new submission) returns submission language plpgsql as $$
declare
    r submission;
begin
    select x.* into r from submission x where x.id = (new.body ->> 'record')::uuid order by x.version desc limit 1;
    new.district := r.district;
    insert into confirmation (id, record_id, record_version, org_id, recorded_at, recorded_by)
    values (new.id, r.id, r.version, new.org_id, new.recorded_at, new.recorded_by);
    return new;
end $$;

-- Had another organisation confirmed this version by then? Runs as the owner: whoever sees a record may know whether
-- the version that he sees is one that counts.
create or replace function confirmation_stands(id uuid, version int, known_at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from confirmation c
                    where c.record_id = $1 and c.record_version = $2 and ($3 is null or c.recorded_at <= $3));
end $$;

-- The members that show what counts of a record: its state, what to name as seen, who confirmed which version.
create or replace function confirmation_members(id uuid, version int, voided boolean) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object(
           'state', case when $3 then 'voided' when confirmation_stands($1, $2, null) then 'confirmed' else 'told' end,
           'seen', record_seen($1),
           'confirmed_by', last.code,
           'counted_version', case when not $3 then last.version end)
      from (select max(o.code) as code, max(x.version) as version
              from (select c.record_version as version, c.org_id
                      from confirmation c
                     where c.record_id = $1 and c.record_version <= $2
                     order by c.record_version desc, c.recorded_at
                     limit 1) x
              join org o on o.id = x.org_id) last
$$;

-- What a list can be asked for: whether the newest version counts.
create or replace function state_of_confirmed(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when r.body ->> 'voided' = 'true' then 'voided'
                when confirmation_stands(r.id, r.version, null) then 'confirmed' else 'told' end
      from submission r
     where r.id = record_id
     order by r.version desc
     limit 1
$$;

-- The state of a deal, as a list is asked for it.
create or replace function ip_deal_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- The state of a payment, likewise.
create or replace function ip_deal_payment_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- The state of a product filing, likewise.
create or replace function product_filing_state(id uuid) returns text language sql stable as
    $$ select state_of_confirmed(id) $$;

-- A record is voided by a correction with its reason; told for the first time it is not void. A void is final: what was
-- confirmed before it would count again without a second look.
create or replace function confirmation_void_problem(id uuid, doc json) returns json language sql stable as $$
    select case when r.id is null then problem('E_UNWANTED', '/voided', 'POST')
                else problem('E_VOIDED', '/voided', r.key) end
      from (select $1 as asked) a
      left join lateral (select x.id, x.key, x.body from submission x
                          where x.id = a.asked order by x.version desc limit 1) r on true
     where (r.id is null and doc ->> 'voided' = 'true') or r.body ->> 'voided' = 'true'
$$;

-- Is a version one to reckon with: the newest that was told, or the one that counts while that waits to be confirmed?
create or replace function confirmation_matters(id uuid, version int) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return not record_has_later(id, version, null)
        or confirmation_stands(id, version, null)
           and not exists (select from confirmation c where c.record_id = $1 and c.record_version > $2)
           and not exists (select from submission v
                            where v.id = $1 and v.body ->> 'voided' = 'true'
                              and not record_has_later(v.id, v.version, null));
end $$;

-- ---- deals -------------------------------------------------------------------------------------

-- The deals as known at an instant, each by its newest version. Plain row-level security applies.
create or replace function ip_deal_known(known_at timestamptz) returns setof ip_deal language sql stable as $$
    select d.*
      from ip_deal d
     where ($1 is null or d.recorded_at <= $1) and not record_has_later(d.id, d.version, $1)
$$;

-- The deals that count: each by the newest version that another organisation had confirmed, unless it was voided since.
create or replace function ip_deal_counted(known_at timestamptz) returns setof ip_deal language sql stable as $$
    select distinct on (d.id) d.*
      from ip_deal d
     where ($1 is null or d.recorded_at <= $1)
       and confirmation_stands(d.id, d.version, $1)
       and not exists (select from ip_deal v
                        where v.id = d.id and v.voided and ($1 is null or v.recorded_at <= $1)
                          and not record_has_later(v.id, v.version, $1))
     order by d.id, d.version desc
$$;

-- Deals by the names of their units.
create index if not exists ip_deal_by_acquirer_name on ip_deal (text_form(acquirer_name));
create index if not exists ip_deal_by_provider_name on ip_deal (text_form(provider_name));

-- A number without its signs: "CP-2022 17" and "CP202217" are one. A dump that is read back knows no search path, and
-- indexes stand on this.
create or replace function signs_of(number text) returns text language sql immutable parallel safe as
    $$ select regexp_replace(public.text_form(number) collate "und-x-icu", '[^[:alnum:]]', '', 'g') $$;
create index if not exists ip_deal_payment_by_signs on ip_deal_payment (signs_of(receipt_form));
create index if not exists ip_deal_by_signs on ip_deal (signs_of(registration_no));
create index if not exists product_filing_by_signs on product_filing (signs_of(filing_form));

-- Are two units one: by their codes where both are told, or by their names?
create or replace function unit_is_same(code text, name text, other text, other_name text) returns boolean
    language sql immutable parallel safe as
    $$ select coalesce(code = other, false) or text_form(name) = text_form(other_name) $$;

-- Does a deal say again what another said of one patent and one acquirer? A licence is taken once at a time; one whose
-- end nobody told, once a month. What was bought is not bought again by who has it, unless he gave it away in between.
-- Contracts of two days that are registered under two numbers are two.
create or replace function ip_deal_repeats(d ip_deal, doc json, numbers text[]) returns boolean
    language plpgsql stable as $$
declare
    signed date := (doc ->> 'signed_on')::date;
begin
    if d.signed_on = signed then
        return true;
    elsif signs_of(d.registration_no) <> signs_of(doc ->> 'registration_no') then
        return false;
    elsif d.kind = 'licence' then
        return d.licence = doc ->> 'licence' and case
            when d.signed_on < signed then coalesce(d.ends_on, d.signed_on + 31) >= signed
            else coalesce((doc ->> 'ends_on')::date, signed + 31) >= d.signed_on end;
    end if;
    return unit_is_same(d.provider, d.provider_name, doc ->> 'provider_uscc', doc ->> 'provider_name')
       and exists (select from unnest(numbers) n
                    where d.rights @> array[n]
                      and not exists (select from ip_deal m
                                       where m.rights @> array[n] and m.kind <> 'licence' and not m.voided
                                         and m.signed_on between least(d.signed_on, signed)
                                                             and greatest(d.signed_on, signed)
                                         and unit_is_same(m.provider, m.provider_name, d.acquirer, d.acquirer_name)
                                         and not record_has_later(m.id, m.version, null)));
end $$;

-- Another organisation's, or this one's other, telling of the same deal: the same registration, or patents in common to
-- the same acquirer in the same way. Runs as the owner: a district and the office may tell one deal both.
create or replace function ip_deal_beside(self uuid, doc json) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    numbers text[] := array(select x ->> 'number' from json_array_elements(doc -> 'ip') x order by 1);
    found_on text;
begin
    select d.signed_on::text into found_on
      from ip_deal d
     where d.id <> self and not d.voided and confirmation_matters(d.id, d.version)
       and (signs_of(d.registration_no) = signs_of(doc ->> 'registration_no')
            or (d.rights && numbers and d.kind = doc ->> 'kind'
                and unit_is_same(d.acquirer, d.acquirer_name, doc ->> 'acquirer_uscc', doc ->> 'acquirer_name')
                and ip_deal_repeats(d, doc, numbers)))
     limit 1;
    return found_on;
end $$;

-- Patents that the registers contradict on a day: dead by then, or of another owner than those named (null: not asked).
create or replace function ip_right_problems(rights json, on_day date, parties text[]) returns json[]
    language plpgsql stable as $$
begin
    return array(
        select case when s.state in ('lapsed', 'invalidated', 'expired')
                    then problem('E_RIGHT_DEAD', format('/ip/%s/number', r.n - 1), s.state || ' ' || s.since)
                    else problem('E_NOT_OWNER', format('/ip/%s/number', r.n - 1), array_to_string(s.owners, ';')) end
          from json_array_elements(rights) with ordinality as r(ip, n)
          join ip_states(array(select x ->> 'number' from json_array_elements(rights) x), on_day, null) s
            on s.number = r.ip ->> 'number'
         where s.state in ('lapsed', 'invalidated', 'expired')
            or (cardinality(s.owners) > 0 and cardinality(parties) > 0 and not s.owners && parties)
         order by r.n);
end $$;

-- What stands against a deal: of another district, told already, of a dead patent or of one that somebody else owns,
-- less than what was received for it.
create or replace function ip_deal_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[];
    beside text := ip_deal_beside(id, doc);
    paid record;
begin
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    if beside is not null and doc ->> 'voided' is distinct from 'true' then
        p := p || problem('E_TOLD_ALREADY', '/reference', beside);
    end if;
    p := p || ip_right_problems(doc -> 'ip', (doc ->> 'signed_on')::date,
                                array_remove(array[doc ->> 'provider_uscc', doc ->> 'acquirer_uscc'], null));
    select sum(x.amount_fen)::bigint as fen, min(x.on_day) as first_on into paid
      from ip_deal_payment x
     where x.deal = ip_deal_problems.id and not x.voided and not record_has_later(x.id, x.version, null);
    if paid.fen > 0 and doc ->> 'voided' = 'true' then
        p := p || problem('E_STATE_LATER', '/voided', yuan_text(paid.fen));
    elsif paid.fen > fen_of(doc ->> 'contract_value') then
        p := p || problem('E_STATE_LATER', '/contract_value', yuan_text(paid.fen));
    elsif paid.first_on < (doc ->> 'signed_on')::date then
        p := p || problem('E_STATE_LATER', '/signed_on', paid.first_on::text);
    end if;
    return p;
end $$;

-- Writes the typed row of a deal, if it still fits beside those of the same statement.
create or replace function ip_deal_row(new submission) returns submission language plpgsql as $$
begin
    perform lock_key('ip_deal', coalesce(new.body ->> 'acquirer_uscc', new.body ->> 'acquirer_name'));
    if cardinality(ip_deal_problems(new.id, new.body)) > 0 then
        raise exception 'deal % contradicts another', new.key using errcode = '23P01', constraint = 'ip_deal_fits';
    end if;
    insert into ip_deal (id, version, org_id, reference, kind, licence, signed_on, ends_on, provider_name,
           provider_kind, provider, provider_controller, acquirer_name, acquirer_kind, acquirer, acquirer_controller,
           acquirer_size, district, value_fen, registration_no, rights, voided, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.kind, b.licence, b.signed_on, b.ends_on, b.provider_name,
           b.provider_kind, b.provider_uscc, b.provider_controller, b.acquirer_name, b.acquirer_kind, b.acquirer_uscc,
           b.acquirer_controller, b.acquirer_size, b.district, fen_of(b.contract_value), b.registration_no,
           array(select x ->> 'number' from json_array_elements(b.ip) x), coalesce(b.voided, false), new.recorded_at
      from json_to_record(new.body) as b(reference text, kind text, licence text, signed_on date, ends_on date,
           provider_name text, provider_kind text, provider_uscc text, provider_controller text, acquirer_name text,
           acquirer_kind text, acquirer_uscc text, acquirer_controller text, acquirer_size text, district text,
           contract_value text, registration_no text, ip json, voided boolean);
    return new;
end $$;

-- The size of a firm by its newest profile of a year, as known then; null: none tells it. Runs as the owner: only the
-- class comes out.
create or replace function enterprise_size(firm text, of_year int, known_at timestamptz) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.size
      from enterprise_profile p
     where p.uscc = firm and p.year = of_year and p.size <> 'unknown'
       and ($3 is null or p.recorded_at <= $3)
       and not record_has_later(p.id, p.version, $3)
     order by p.recorded_at desc, p.id
     limit 1
$$;

-- Is a firm small or medium: by what was told with the record and by its profile of the year? Where both know the size
-- and only one says so, it is not proven.
create or replace function enterprise_is_sme(firm text, of_year int, told text, known_at timestamptz) returns boolean
    language plpgsql stable as $$
declare
    elsewhere text := enterprise_size(firm, of_year, known_at);
    small text[] := array['micro', 'small', 'medium'];
begin
    return (told = any (small) or (told = 'unknown' and elsewhere is not null))
           and (elsewhere is null or elsewhere = any (small));
end $$;

-- The goals that a deal counts for: T4 what small and medium firms acquire, T5 what universities and institutes give.
create or replace function ip_deal_sides(d ip_deal, known_at timestamptz) returns text[] language sql stable as $$
    select array_remove(array[
           case when enterprise_is_sme(d.acquirer, extract(year from d.signed_on)::int, d.acquirer_size, known_at)
                then 'sme_acquisition' end,
           case when d.provider_kind in ('university', 'institute') then 'university_outflow' end], null)
$$;

-- What was received for a deal by a day: confirmed, and told so far.
create or replace function ip_deal_received(deal uuid, as_of date, known_at timestamptz)
    returns table (confirmed_fen bigint, told_fen bigint) language sql stable as $$
    select coalesce(sum(p.amount_fen) filter (where confirmation_stands(p.id, p.version, $3)), 0)::bigint,
           coalesce(sum(p.amount_fen), 0)::bigint
      from ip_deal_payment p
     where p.deal = $1 and not p.voided and p.on_day <= $2
       and ($3 is null or p.recorded_at <= $3)
       and not record_has_later(p.id, p.version, $3)
$$;

-- What a deal shows: its state, what it counts for, what was received and what is due and was not, whether the register
-- shows the acquirer.
create or replace function ip_deal_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_joined(confirmation_members(d.id, d.version, d.voided), json_build_object(
           'counts_for', array(select case x when 'sme_acquisition' then 'T4' else 'T5' end
                                 from unnest(ip_deal_sides(d, known_at)) x
                                where not d.voided),
           'size_elsewhere', enterprise_size(d.acquirer, extract(year from d.signed_on)::int, known_at),
           'paid', yuan_text(r.confirmed_fen),
           'paid_told', yuan_text(r.told_fen - r.confirmed_fen),
           'overdue', case when due.fen > r.told_fen then yuan_text(due.fen - r.told_fen) end,
           'on_register', exists (select from ip_states(d.rights, as_of, known_at) s
                                   where d.acquirer = any (s.owners))))
      from ip_deal d
     cross join lateral ip_deal_received(d.id, as_of, known_at) r
     cross join lateral (
           select sum(fen_of(x ->> 'amount'))::bigint as fen
             from submission s
             left join offer_acceptance a on a.id = s.id and a.version = s.version
            cross join lateral json_array_elements(coalesce(a.dues, s.body -> 'dues')) x
            where s.id = d.id and s.version = d.version and (x ->> 'due_on')::date < as_of) due
     where d.id = $1 and d.version = $2
$$;

-- ---- payments ----------------------------------------------------------------------------------

-- The deal that a payment names: by its id, or by the reference that one visible deal has.
create or replace function ip_deal_find(asked text) returns setof ip_deal language plpgsql stable as $$
begin
    return query
        select d.*
          from ip_deal d
         where (d.id::text = asked or text_form(d.reference) = text_form(asked))
           and not record_has_later(d.id, d.version, null)
         order by (d.org_id = my_org()) desc, d.id
         limit 2;
end $$;

-- Another payment under the number of a receipt. Runs as the owner: a receipt is spent once, whoever told it.
create or replace function ip_deal_receipt_taken(self uuid, receipt_no text) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from ip_deal_payment x
                    where signs_of(x.receipt_form) = signs_of(receipt_no) and x.id <> self and not x.voided
                      and confirmation_matters(x.id, x.version));
end $$;

-- What stands against a payment: no such deal, before it was signed, beyond its value, a receipt used twice.
create or replace function ip_deal_payment_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[];
    d ip_deal;
    n int := 0;
    paid bigint;
begin
    for d in select x.* from ip_deal_find(doc ->> 'deal') x loop
        n := n + 1;
        exit when n = 1 and d.org_id = my_org();
    end loop;
    if n <> 1 then
        return p || problem(case n when 0 then 'E_NO_RECORD' else 'E_TWO_RECORDS' end, '/deal', doc ->> 'deal');
    elsif doc ->> 'voided' = 'true' then
        return p;
    elsif d.voided then
        return p || problem('E_VOIDED', '/deal', d.reference);
    end if;
    if (doc ->> 'on')::date < d.signed_on then
        p := p || problem('E_ORDER', '/on', d.signed_on::text);
    end if;
    select coalesce(sum(x.most), 0)::bigint into paid
      from (select max(y.amount_fen) as most
              from ip_deal_payment y
             where y.deal = d.id and y.id <> ip_deal_payment_problems.id and not y.voided
               and confirmation_matters(y.id, y.version)
             group by y.id) x;
    if paid + fen_of(doc ->> 'amount') > d.value_fen then
        p := p || problem('E_EXCEEDS', '/amount', format('contract_value %s - %s', yuan_text(d.value_fen),
                                                         yuan_text(paid)));
    end if;
    if ip_deal_receipt_taken(id, doc ->> 'receipt_no') then
        p := p || problem('E_RECEIPT_TAKEN', '/receipt_no', doc ->> 'receipt_no');
    end if;
    return p;
end $$;

-- Writes the typed row of a payment, once more within the deal.
create or replace function ip_deal_payment_row(new submission) returns submission language plpgsql as $$
declare
    d ip_deal;
begin
    select x.* into d from ip_deal_find(new.body ->> 'deal') x limit 1;
    perform lock_key('ip_deal_payment', d.id::text);
    if cardinality(ip_deal_payment_problems(new.id, new.body)) > 0 then
        raise exception 'payment % does not fit', new.key
            using errcode = '23514', constraint = 'ip_deal_payment_fits';
    end if;
    new.district := d.district;
    insert into ip_deal_payment (id, version, org_id, deal, district, on_day, amount_fen, receipt_form, voided,
           recorded_at)
    values (new.id, new.version, new.org_id, d.id, d.district, (new.body ->> 'on')::date,
           fen_of(new.body ->> 'amount'), text_form(new.body ->> 'receipt_no'),
           coalesce((new.body ->> 'voided')::boolean, false), new.recorded_at);
    return new;
end $$;

-- What a payment shows: whether it counts.
create or replace function ip_deal_payment_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select confirmation_members(p.id, p.version, p.voided) from ip_deal_payment p where p.id = $1 and p.version = $2
$$;

-- Payments that count: the newest confirmed version of each, unless it was voided since.
create or replace function ip_deal_payment_counted(known_at timestamptz) returns setof ip_deal_payment
    language sql stable as $$
    select distinct on (p.id) p.*
      from ip_deal_payment p
     where ($1 is null or p.recorded_at <= $1)
       and confirmation_stands(p.id, p.version, $1)
       and not exists (select from ip_deal_payment v
                        where v.id = p.id and v.voided and ($1 is null or v.recorded_at <= $1)
                          and not record_has_later(v.id, v.version, $1))
     order by p.id, p.version desc
$$;

-- ---- product filings ---------------------------------------------------------------------------

-- Another telling of one filing: under its number, whoever told it. Runs as the owner.
create or replace function product_filing_beside(self uuid, filing_no text) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    found_on text;
begin
    select f.filed_on::text into found_on
      from product_filing f
     where signs_of(f.filing_form) = signs_of(filing_no) and f.id <> self and not f.voided
       and confirmation_matters(f.id, f.version)
     limit 1;
    return found_on;
end $$;

-- What stands against a filing: of another district, told already, of a dead patent, of one that the firm neither owns
-- nor has acquired or licensed by a deal.
create or replace function product_filing_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := array_remove(array[confirmation_void_problem(id, doc)::text], null)::json[];
    beside text := product_filing_beside(id, doc ->> 'filing_no');
    owners text[] := array[doc ->> 'uscc'];
begin
    if my_kind() = 'district' and doc ->> 'district' <> my_district() then
        p := p || problem('E_FIRM_DISTRICT', '/district', my_district());
    end if;
    if doc ->> 'voided' = 'true' then
        return p;
    end if;
    if beside is not null then
        p := p || problem('E_TOLD_ALREADY', '/filing_no', beside);
    end if;
    select owners || array_agg(d.provider) filter (where d.provider is not null) into owners
      from ip_deal_known(null) d
     where d.acquirer = doc ->> 'uscc' and not d.voided
       and d.rights && array(select x ->> 'number' from json_array_elements(doc -> 'ip') x);
    return p || ip_right_problems(doc -> 'ip', (doc ->> 'filed_on')::date, owners);
end $$;

-- Writes the typed row of a filing, if nothing in the same statement contradicts it.
create or replace function product_filing_row(new submission) returns submission language plpgsql as $$
begin
    perform lock_key('product_filing', signs_of(new.body ->> 'filing_no'));
    if cardinality(product_filing_problems(new.id, new.body)) > 0 then
        raise exception 'filing % contradicts another', new.key
            using errcode = '23P01', constraint = 'product_filing_fits';
    end if;
    insert into product_filing (id, version, org_id, reference, uscc, name, district, size, product, filing_form,
           filed_on, used_on, rights, voided, recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.uscc, b.name, b.district, b.size, b.product,
           text_form(b.filing_no), b.filed_on, b.used_on, array(select x ->> 'number' from json_array_elements(b.ip) x),
           coalesce(b.voided, false), new.recorded_at
      from json_to_record(new.body) as b(reference text, uscc text, name text, district text, size text, product text,
           filing_no text, filed_on date, used_on date, ip json, voided boolean);
    return new;
end $$;

-- What a filing shows: whether it counts.
create or replace function product_filing_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select confirmation_members(f.id, f.version, f.voided) from product_filing f where f.id = $1 and f.version = $2
$$;

-- Filings that count: the newest confirmed version of each, unless it was voided since.
create or replace function product_filing_counted(known_at timestamptz) returns setof product_filing
    language sql stable as $$
    select distinct on (f.id) f.*
      from product_filing f
     where ($1 is null or f.recorded_at <= $1)
       and confirmation_stands(f.id, f.version, $1)
       and not exists (select from product_filing v
                        where v.id = f.id and v.voided and ($1 is null or v.recorded_at <= $1)
                          and not record_has_later(v.id, v.version, $1))
     order by f.id, f.version desc
$$;

-- Whether a deal was told as such, or is an open licence that was taken.
create or replace function ip_deal_type(id uuid) returns text language plpgsql stable as $$
begin
    return case when exists (select from offer_acceptance a where a.id = $1) then 'offer_acceptance' else 'ip_deal' end;
end $$;

-- ---- goals T4 to T6 ----------------------------------------------------------------------------

-- One row a thing that counts for a goal, on its day: patents and value of a deal on the day of its signing, what was
-- received on the day of receipt, a filing on its day, a patent when a small or medium firm first put it to use.
create or replace function plan_goal_rows(first_day date, last_day date, known_at timestamptz)
    returns table (side text, way text, figure text, on_day date, value bigint, id uuid, version int, type text,
                   reference text, firm text, district text)
    language sql stable as $$
    with deal as materialized (
        select x.side, d.*
          from ip_deal_counted($3) d
         cross join lateral unnest(ip_deal_sides(d, $3)) x(side)
         where d.signed_on <= $2
    ),
    filing as materialized (
        select f.*
          from product_filing_counted($3) f
         where enterprise_is_sme(f.uscc, extract(year from f.filed_on)::int, f.size, $3)
    )
    select d.side, d.kind, v.figure, d.signed_on, v.value, d.id, d.version, ip_deal_type(d.id), d.reference,
           d.acquirer_name, d.district
      from deal d
     cross join lateral (values ('count', cardinality(d.rights)::bigint), ('contract_value', d.value_fen))
           as v(figure, value)
     where d.signed_on >= $1
    union all
    select d.side, d.kind, 'cash_received', p.on_day, p.amount_fen, p.id, p.version, 'ip_deal_payment',
           record_key(p.id, p.version), d.acquirer_name, d.district
      from ip_deal_payment_counted($3) p
      join deal d on d.id = p.deal
     where p.on_day between $1 and $2
    union all
    select 'product_filing', null, 'count', f.filed_on, 1, f.id, f.version, 'product_filing', f.reference, f.name,
           f.district
      from filing f
     where f.filed_on between $1 and $2
    union all
    select 'implementation', null, 'count', u.used_on, count(*), u.id, u.version, 'product_filing', u.reference, u.name,
           u.district
      from (select distinct on (n) f.used_on, f.id, f.version, f.reference, f.name, f.district
              from filing f
             cross join lateral unnest(f.rights) n
             where f.used_on <= $2
             order by n, f.used_on, f.id) u
     where u.used_on >= $1
     group by u.used_on, u.id, u.version, u.reference, u.name, u.district
$$;

-- What the goals come to by quarter. A side has all ways, figures and quarters of a year of which it has any record;
-- of other years the published indicators are what is known. Runs as the owner: everybody may know the city's sums.
create or replace function plan_goal_figures(first_year int, last_year int, last_day date, known_at timestamptz)
    returns table (side text, way text, year int, quarter int, figure text, value bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with told as materialized (
        select r.side, coalesce(r.way, '') as way, r.figure, extract(year from r.on_day)::int as year,
               extract(quarter from r.on_day)::int as quarter, sum(r.value)::bigint as value
          from plan_goal_rows(make_date(first_year, 1, 1), least(last_day, make_date(last_year, 12, 31)), known_at) r
         group by 1, 2, 3, 4, 5
    ),
    cell as (
        select distinct t.side, t.year, s.way, s.figure, q as quarter
          from told t
          join (select x.side, w.way, f.figure
                  from unnest(array['sme_acquisition', 'university_outflow']) x(side)
                 cross join unnest(array['transfer', 'licence', 'contribution']) w(way)
                 cross join unnest(array['count', 'contract_value', 'cash_received']) f(figure)
                union all
                select x.side, '', 'count' from unnest(array['product_filing', 'implementation']) x(side)) s
            on s.side = t.side
         cross join generate_series(1, 4) q
    )
    select c.side, nullif(c.way, ''), c.year, c.quarter, c.figure, coalesce(t.value, 0)
      from cell c
      left join told t on (t.side, t.way, t.figure, t.year, t.quarter) = (c.side, c.way, c.figure, c.year, c.quarter)
$$;
