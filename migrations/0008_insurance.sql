-- Insurance of intellectual property (知识产权保险): policies and claims of insurers. And how a further type
-- joins the engine: a row of record_type and functions named after it.
--
-- judged: <type>_problems(id, doc) returns json[] refuses a new record and a correction alike; a trigger
-- before the insert into record writes the typed row, so that no version can stand without it.
-- told: <type>_members(id, version, as_of) returns what other records make of it.

alter table record_type
    add column judged boolean not null default false,
    add column told boolean not null default false;

insert into record_type (name, writers, judged, told) values
    ('insurance_policy', '{insurer}', true, true),
    ('insurance_claim', '{insurer}', true, false);

create function record_type_problems(type text, id uuid, doc json) returns json language plpgsql as $$
declare
    p json[];
begin
    if not exists (select from record_type t where t.name = type and t.judged) then
        raise exception 'type % has no judge', type;
    end if;
    execute format('select %I($1, $2)', type || '_problems') into p using id, doc;
    return case when cardinality(p) > 0 then array_to_json(p) end;
end $$;

create function record_type_members(type text, id uuid, version int, as_of date) returns text
    language plpgsql stable as $$
declare
    members text;
begin
    if exists (select from record_type t where t.name = type and t.told) then
        execute format('select %I($1, $2, $3)', type || '_members') into members using id, version, coalesce(as_of, today());
    end if;
    return members;
end $$;

create or replace function life_members(type text, id uuid, version int, as_of date, known_at timestamptz) returns text
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

create or replace function correction_refusal(type text, record_id uuid, doc json) returns json
    language plpgsql stable as $$
declare
    l loan;
    f loan_life;
    p json[] := '{}';
begin
    if type = 'loan' and exists (select from loan_event e where e.loan_id = record_id) then
        select v.* into l from loan v where v.id = record_id order by v.version desc limit 1;
        l.amount_fen := fen_of(doc ->> 'amount');
        l.signed_on := (doc ->> 'signed_on')::date;
        l.disbursed_on := (doc ->> 'disbursed_on')::date;
        l.matures_on := (doc ->> 'matures_on')::date;
        f := loan_fold(l, 'infinity', null, null);
        if f.bad_code is not null then
            p := array[problem('E_STATE_LATER', '', coalesce((
                select e.reference || ' (' || e.kind || ' ' || e.on_day || ')' from loan_event e where e.id = f.bad_event),
                'disbursed_on'))];
        end if;
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

-- ---- policies ----------------------------------------------------------------------------------

create table insurance_policy (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    policy_no text not null,
    kind text not null constraint insurance_policy_kind_known check (kind in ('enforcement',
        'infringement_liability', 'overseas_liability', 'loan_guarantee', 'trademark', 'patent_transaction')),
    insured text not null,
    district text not null,
    parties text[] not null,
    sum_insured_fen bigint not null constraint insurance_policy_sum_range
        check (sum_insured_fen between 1 and 100000000000000),
    premium_fen bigint not null constraint insurance_policy_premium_range
        check (premium_fen between 0 and 100000000000000),
    starts_on date not null,
    ends_on date not null constraint insurance_policy_ends_order check (ends_on >= starts_on),
    cancelled_on date constraint insurance_policy_cancelled_order
        check (cancelled_on >= starts_on and cancelled_on <= ends_on),
    -- the days covered; empty when it was cancelled on its first day
    cover daterange generated always as (daterange(starts_on, coalesce(cancelled_on, ends_on + 1))) stored,
    loan uuid, -- of loan_guarantee
    cover_share_ppm int constraint insurance_policy_share_range check (cover_share_ppm between 1 and 1000000),
    rights text[] not null, -- numbers of the rights insured
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint insurance_policy_loan_needed
        check ((kind = 'loan_guarantee') = (loan is not null) and (loan is null) = (cover_share_ppm is null))
);
create index insurance_policy_by_no on insurance_policy (policy_no, org_id);
create index insurance_policy_by_loan on insurance_policy (loan) where loan is not null;
create index insurance_policy_by_insured on insurance_policy (insured);
call make_append_only('insurance_policy');

create table insurance_claim (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    claim_no text not null,
    policy uuid not null,
    kind text not null,
    insured text not null,
    district text not null,
    parties text[] not null,
    loss_on date not null,
    filed_on date not null constraint insurance_claim_filed_order check (filed_on >= loss_on),
    claimed_fen bigint not null constraint insurance_claim_claimed_range
        check (claimed_fen between 1 and 100000000000000),
    outcome text not null constraint insurance_claim_outcome_known
        check (outcome in ('open', 'paid', 'refused', 'withdrawn')),
    decided_on date constraint insurance_claim_decided_order check (decided_on >= filed_on),
    paid_fen bigint not null constraint insurance_claim_paid_range check (paid_fen between 0 and claimed_fen),
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint insurance_claim_decided_needed check ((outcome = 'open') = (decided_on is null)),
    constraint insurance_claim_paid_needed check ((outcome = 'paid') = (paid_fen > 0))
);
create index insurance_claim_by_policy on insurance_claim (policy);
call make_append_only('insurance_claim');

-- Offices see all, an insurer its own, a district those of its district, a bank those that name it.
alter table insurance_policy enable row level security;
create policy insurance_policy_read on insurance_policy for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or parties @> array[(select my_code())]);
create policy insurance_policy_write on insurance_policy for insert to pledged_app with check (org_id = (select my_org()));
alter table insurance_claim enable row level security;
create policy insurance_claim_read on insurance_claim for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or parties @> array[(select my_code())]);
create policy insurance_claim_write on insurance_claim for insert to pledged_app with check (org_id = (select my_org()));
grant select, insert on insurance_policy, insurance_claim to pledged_app;

drop policy record_read on record;
create policy record_read on record for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or type in ('scheme', 'lpr')
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())])
    or (type in ('insurance_policy', 'insurance_claim') and parties @> array[(select my_code())])
    or (type = 'policy' and (select my_kind()) in ('bank', 'district')
        and exists (select from policy p where p.id = record.id)));

create view insurance_policy_now with (security_invoker = true) as
    select p.* from insurance_policy p where not has_later(p.id, p.version, null);
create view insurance_claim_now with (security_invoker = true) as
    select c.* from insurance_claim c where not has_later(c.id, c.version, null);
grant select on insurance_policy_now, insurance_claim_now to pledged_app;

-- The newest version of the one loan that a contract number or id names for whoever asks; else problems.
create function one_loan(asked text, pointer text, out l loan, out p json[]) language plpgsql stable as $$
declare
    found uuid[] := find_loans(asked);
begin
    if cardinality(found) <> 1 then
        p := array[problem(case cardinality(found) when 0 then 'E_LOAN' else 'E_AMBIGUOUS' end, pointer, asked)];
        return;
    end if;
    select v.* into l from loan v where v.id = found[1] order by v.version desc limit 1;
end $$;

-- What a share of an amount comes to, half a fen upwards.
create function share_fen(amount_fen bigint, share_ppm int) returns bigint language sql immutable as
    $$ select div(amount_fen::numeric * share_ppm + 500000, 1000000)::bigint $$;

create function policy_cover(doc json) returns daterange language sql immutable as $$
    select daterange((doc ->> 'starts_on')::date, coalesce((doc ->> 'cancelled_on')::date, (doc ->> 'ends_on')::date + 1))
$$;

-- A policy of the same number whose cover shares a day with this one.
create function policy_overlapping(org bigint, no text, self uuid, days daterange) returns text language sql stable as $$
    select x.starts_on || '..' || x.ends_on
      from insurance_policy_now x
     where x.policy_no = no and x.org_id = org and x.id <> self and x.cover && days
     order by x.starts_on
     limit 1
$$;

create function insurance_policy_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}';
    o record;
    l loan;
    days daterange := policy_cover(doc);
    other text := policy_overlapping(my_org(), doc ->> 'policy_no', id, days);
    paid bigint;
    c text;
begin
    if other is not null then
        p := p || problem('E_COVER_OVERLAP', '/starts_on', other);
    end if;
    if doc ->> 'kind' = 'loan_guarantee' then
        o := one_loan(doc ->> 'loan_contract_no', '/loan_contract_no');
        if o.p is not null then
            return p || o.p;
        end if;
        l := o.l;
        if l.borrower <> doc ->> 'insured_uscc' then
            p := p || problem('E_CONTRADICTS', '/insured_uscc', l.borrower);
        end if;
        if lower(days) < l.signed_on then
            p := p || problem('E_COVER', '/starts_on', l.signed_on || '..' || l.matures_on);
        elsif lower(days) > l.matures_on then
            p := p || problem('E_COVER', '/starts_on', l.signed_on || '..' || l.matures_on);
        end if;
        if fen_of(doc ->> 'sum_insured') > share_fen(l.amount_fen, ppm_of(doc ->> 'cover_share')::int) then
            p := p || problem('E_EXCEEDS', '/sum_insured', format('%s × %s%% = %s', yuan_text(l.amount_fen),
                 doc ->> 'cover_share', yuan_text(share_fen(l.amount_fen, ppm_of(doc ->> 'cover_share')::int))));
        end if;
    end if;
    select sum(x.paid_fen), min(x.claim_no) filter (where not days @> x.loss_on)
      into paid, c
      from insurance_claim_now x where x.policy = insurance_policy_problems.id and x.outcome <> 'withdrawn';
    if c is not null then
        p := p || problem('E_STATE_LATER', '/ends_on', c);
    end if;
    if paid > fen_of(doc ->> 'sum_insured') then
        p := p || problem('E_STATE_LATER', '/sum_insured', yuan_text(paid));
    end if;
    return p;
end $$;

create function insurance_policy_row() returns trigger language plpgsql as $$
#variable_conflict use_column
declare
    b record;
    l loan;
begin
    select x.* into b
      from json_to_record(new.body) as x(policy_no text, kind text, insured_uscc text, district text, sum_insured text,
           premium text, starts_on date, ends_on date, cancelled_on date, loan_contract_no text, cover_share text, ip json);
    -- Two corrections in one statement are judged apart; here they meet.
    perform pg_advisory_xact_lock(hashtextextended('insurance ' || new.org_id || ' ' || b.policy_no, 0));
    if policy_overlapping(new.org_id, b.policy_no, new.id, policy_cover(new.body)) is not null then
        raise exception 'policy % overlaps another of its number', b.policy_no
            using errcode = '23P01', constraint = 'insurance_policy_overlap';
    end if;
    if b.kind = 'loan_guarantee' then
        l := (one_loan(b.loan_contract_no, '')).l;
        new.parties := array(select o.code from org o where o.id = l.org_id);
    end if;
    insert into insurance_policy (id, version, org_id, policy_no, kind, insured, district, parties, sum_insured_fen,
           premium_fen, starts_on, ends_on, cancelled_on, loan, cover_share_ppm, rights, recorded_at)
    values (new.id, new.version, new.org_id, b.policy_no, b.kind, b.insured_uscc, b.district, new.parties,
           fen_of(b.sum_insured), fen_of(b.premium), b.starts_on, b.ends_on, b.cancelled_on, l.id, ppm_of(b.cover_share),
           array(select x ->> 'number' from json_array_elements(b.ip) x), new.recorded_at);
    return new;
end $$;
create trigger insurance_policy_row before insert on record for each row
    when (new.type = 'insurance_policy') execute function insurance_policy_row();

-- How far guarantee insurance covers a loan: the days of its term (as extended) without cover, and the part
-- of the amount that the policies of any one day leave open. Runs as the owner: a bank's loan may be covered by
-- an insurer, an insurer's reader must see whether a second one covers the rest; only sums come out.
create function loan_cover(loan_id uuid, as_of date) returns table (from_day date, to_day date, gap_days int,
    first_gap date, covered_fen bigint, open_fen bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    l loan;
    last_day date;
    open datemultirange;
begin
    select v.* into l from loan v where v.id = loan_id order by v.version desc limit 1;
    last_day := greatest(l.matures_on, coalesce((select max(e.matures_on) from loan_event e
                          where e.loan_id = loan_cover.loan_id and e.kind = 'extended'
                            and not exists (select from loan_event r where r.loan_id = e.loan_id
                                                and r.kind = 'reversed' and r.reverses = e.reference)), l.matures_on));
    from_day := coalesce(l.disbursed_on, l.signed_on);
    to_day := last_day;
    select datemultirange(daterange(from_day, to_day, '[]')) - coalesce(range_agg(p.cover), '{}')
      into open
      from insurance_policy_now p where p.loan = loan_id and not isempty(p.cover);
    select coalesce(sum(upper(r) - lower(r)), 0), min(lower(r)) into gap_days, first_gap from unnest(open) r;
    select coalesce(sum(p.sum_insured_fen), 0) into covered_fen
      from insurance_policy_now p where p.loan = loan_id and p.cover @> greatest(from_day, least(as_of, to_day));
    open_fen := greatest(l.amount_fen - covered_fen, 0);
    return next;
end $$;
revoke all on function loan_cover from public;
grant execute on function loan_cover to pledged_app;

create function insurance_policy_members(id uuid, version int, as_of date) returns text language sql stable as $$
    select format('"state":%s,"claims":{"count":%s,"claimed":%s,"paid":%s}',
           to_json(case when p.cancelled_on <= as_of then 'cancelled' when p.starts_on > as_of then 'pending'
                        when p.ends_on < as_of then 'expired' else 'in_force' end),
           c.n, to_json(yuan_text(c.claimed)), to_json(yuan_text(c.paid)))
           || coalesce((select format(',"cover":{"loan":%s,"from":%s,"to":%s,"gap_days":%s,"first_gap":%s,"covered":%s,"uncovered":%s}',
                   to_json(p.loan), to_json(x.from_day), to_json(x.to_day), x.gap_days,
                   coalesce(to_json(x.first_gap), 'null'::json), to_json(yuan_text(x.covered_fen)), to_json(yuan_text(x.open_fen)))
                  from loan_cover(p.loan, as_of) x where p.loan is not null), '')
      from insurance_policy p
     cross join lateral (
           select count(*) as n, coalesce(sum(y.claimed_fen), 0)::bigint as claimed, coalesce(sum(y.paid_fen), 0)::bigint as paid
             from insurance_claim_now y where y.policy = p.id and y.outcome <> 'withdrawn') c
     where p.id = $1 and p.version = $2
$$;

-- ---- claims ------------------------------------------------------------------------------------

-- The policy of this number that covers the day.
create function policy_on(org bigint, no text, loss_on date) returns insurance_policy language sql stable as $$
    select x.* from insurance_policy_now x where x.policy_no = no and x.org_id = org and x.cover @> loss_on limit 1
$$;

create function insurance_claim_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p insurance_policy := policy_on(my_org(), doc ->> 'policy_no', (doc ->> 'loss_on')::date);
    days text;
    paid bigint;
begin
    if p.id is null then
        select string_agg(x.starts_on || '..' || coalesce(x.cancelled_on - 1, x.ends_on), ', ' order by x.starts_on) into days
          from insurance_policy_now x where x.policy_no = doc ->> 'policy_no' and x.org_id = my_org() and not isempty(x.cover);
        return array[case when days is null then problem('E_NO_INSURANCE', '/policy_no', doc ->> 'policy_no')
                          else problem('E_COVER', '/loss_on', days) end];
    end if;
    select coalesce(sum(x.paid_fen), 0) into paid
      from insurance_claim_now x where x.policy = p.id and x.id <> insurance_claim_problems.id;
    if paid + coalesce(fen_of(doc ->> 'paid'), 0) > p.sum_insured_fen then
        return array[problem('E_EXCEEDS', '/paid', format('sum_insured %s - %s', yuan_text(p.sum_insured_fen), yuan_text(paid)))];
    end if;
    return '{}';
end $$;

create function insurance_claim_row() returns trigger language plpgsql as $$
#variable_conflict use_column
declare
    b record;
    p insurance_policy;
    total bigint;
begin
    select x.* into b
      from json_to_record(new.body) as x(claim_no text, policy_no text, loss_on date, filed_on date, claimed text,
           outcome text, decided_on date, paid text);
    perform pg_advisory_xact_lock(hashtextextended('insurance ' || new.org_id || ' ' || b.policy_no, 0));
    p := policy_on(new.org_id, b.policy_no, b.loss_on);
    select coalesce(sum(x.paid_fen), 0) into total from insurance_claim_now x where x.policy = p.id and x.id <> new.id;
    if p.id is null or total + coalesce(fen_of(b.paid), 0) > p.sum_insured_fen then
        raise exception 'claim % is beyond its policy', b.claim_no using errcode = '23514', constraint = 'insurance_claim_covered';
    end if;
    new.district := p.district;
    new.parties := p.parties;
    insert into insurance_claim (id, version, org_id, claim_no, policy, kind, insured, district, parties, loss_on, filed_on,
           claimed_fen, outcome, decided_on, paid_fen, recorded_at)
    values (new.id, new.version, new.org_id, b.claim_no, p.id, p.kind, p.insured, p.district, p.parties, b.loss_on, b.filed_on,
           fen_of(b.claimed), b.outcome, b.decided_on, coalesce(fen_of(b.paid), 0), new.recorded_at);
    return new;
end $$;
create trigger insurance_claim_row before insert on record for each row
    when (new.type = 'insurance_claim') execute function insurance_claim_row();
