-- Insurance of intellectual property: policies and claims of insurers.

-- The days that a policy covers: to its end, or to the day before it was cancelled.
create or replace function insurance_policy_cover(doc json) returns daterange language sql immutable as $$
    select daterange((doc ->> 'starts_on')::date,
                     coalesce((doc ->> 'cancelled_on')::date, (doc ->> 'ends_on')::date + 1))
$$;

-- A policy of the same number whose cover shares a day with this one.
create or replace function insurance_policy_overlapping(org bigint, no text, self uuid, days daterange) returns text
    language sql stable as $$
    select x.starts_on || '..' || x.ends_on
      from insurance_policy_now x
     where x.policy_no = no and x.org_id = org and x.id <> self and x.cover && days
     order by x.starts_on
     limit 1
$$;

-- No two policies of one number at once; a guarantee fits its loan; what was claimed stays covered.
create or replace function insurance_policy_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
    o loan_found;
    l loan;
    days daterange := insurance_policy_cover(doc);
    other text := insurance_policy_overlapping(my_org(), doc ->> 'policy_no', id, days);
    paid bigint;
    c text;
begin
    if other is not null then
        p := p || problem('E_COVER_OVERLAP', '/starts_on', other);
    end if;
    if doc ->> 'kind' = 'loan_guarantee' then
        o := loan_find_one(doc ->> 'loan_contract_no', '/loan_contract_no');
        if o.problems is not null then
            return p || o.problems;
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
    select sum(x.paid_fen)::bigint, min(x.claim_no) filter (where not days @> x.loss_on)
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

-- Writes the typed row of a policy.
create or replace function insurance_policy_row(new submission) returns submission language plpgsql as $$
#variable_conflict use_column
declare
    b record;
    l loan;
begin
    select x.* into b
      from json_to_record(new.body) as x(policy_no text, kind text, insured_uscc text, district text, sum_insured text,
           premium text, starts_on date, ends_on date, cancelled_on date,
           loan_contract_no text, cover_share text, ip json);
    -- Two corrections in one statement are judged apart; here they meet.
    perform lock_key('insurance', new.org_id || ' ' || b.policy_no);
    if insurance_policy_overlapping(new.org_id, b.policy_no, new.id, insurance_policy_cover(new.body)) is not null then
        raise exception 'policy % overlaps another of its number', b.policy_no
            using errcode = '23P01', constraint = 'insurance_policy_overlap';
    end if;
    if b.kind = 'loan_guarantee' then
        l := (loan_find_one(b.loan_contract_no, '')).l;
        new.parties := array(select o.code from org o where o.id = l.org_id);
    end if;
    insert into insurance_policy (id, version, org_id, policy_no, kind, insured, district, parties, sum_insured_fen,
           premium_fen, starts_on, ends_on, cancelled_on, loan, cover_share_ppm, rights, recorded_at)
    values (new.id, new.version, new.org_id, b.policy_no, b.kind, b.insured_uscc, b.district, new.parties,
           fen_of(b.sum_insured), fen_of(b.premium), b.starts_on, b.ends_on, b.cancelled_on, l.id,
           ppm_of(b.cover_share), array(select x ->> 'number' from json_array_elements(b.ip) x), new.recorded_at);
    return new;
end $$;

-- ---- one insurance under two numbers -----------------------------------------------------------

-- What of a policy decides whether it is the same insurance as another; cleared, a case comes back when that changes.
create or replace function insurance_facts(p insurance_policy) returns jsonb language sql immutable as $$
    select jsonb_build_object('insured', (p).insured, 'kind', (p).kind, 'sum_insured', yuan_text((p).sum_insured_fen),
                              'starts_on', (p).starts_on, 'ends_on', (p).ends_on)
$$;

-- The policies that are possibly the same insurance: of one insurer for one firm (whichever of its codes), of one kind
-- and loan, close in sum and days. What was cancelled before it covered a day is none. The closest first, at most six.
create or replace function insurance_twins(p insurance_policy) returns setof insurance_policy
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    near int := flag_limit('RF38', 'days')::int;
    least_share numeric := 100 - flag_limit('RF38', 'amount');
begin
    if isempty(p.cover) then
        return;
    end if;
    return query
    select q.*
      from insurance_policy_now q
     where q.insured = any (subsidy_firm_codes(p.insured)) and q.org_id = p.org_id and q.id <> p.id and q.kind = p.kind
       and q.loan is not distinct from p.loan and not isempty(q.cover)
       and abs(q.starts_on - p.starts_on) <= near and abs(q.ends_on - p.ends_on) <= near
       and least(q.sum_insured_fen, p.sum_insured_fen) * 100
           >= greatest(q.sum_insured_fen, p.sum_insured_fen) * least_share
     order by abs(q.sum_insured_fen - p.sum_insured_fen), q.id
     limit 6;
end $$;

-- Did a second person clear what two policies are beside each other, seeing both as they are?
create or replace function insurance_cleared(a insurance_policy, b insurance_policy) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from flag f
          join flag_clearing c on c.flag = f.id
         where f.code = 'RF38' and f.case_key = greatest(a.id, b.id)::text
           and (select count(*) from unnest(array[a, b]) x
                 where exists (select from flag_record r
                                where r.flag = f.id and r.record_id = x.id and r.facts = insurance_facts(x))) = 2);
end $$;

-- The policy under which the premium of an insurance was subsidised: its own, or another number of it.
create or replace function insurance_unit(insurance uuid) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p insurance_policy;
begin
    select x.* into p from insurance_policy x where x.id = insurance order by x.version desc limit 1;
    return coalesce((select q.id
                       from insurance_twins(p) q
                      where exists (select from subsidy_unit u where u.unit = 'premium ' || q.id)
                        and not exists (select from subsidy_unit u where u.unit = 'premium ' || p.id)
                        and not insurance_cleared(p, q)
                      order by q.id
                      limit 1), insurance);
end $$;

-- A policy and those that are possibly the same insurance, as a case of the one recorded last.
create or replace function flag_of_insurance(p insurance_policy) returns setof flag_found language sql stable as $$
    with twin as materialized (select q from insurance_twins(p) q where q.id < (p).id)
    select 'RF38', (p).id::text, 'med', null::jsonb, x.id, x.version, '/policy_no', insurance_facts(x), false
      from (select p as x where exists (select from twin)
             union all
            select t.q from twin t) y
     cross join lateral (select (y.x).*) x
$$;

-- Policies that are possibly one insurance, of one code: those under two codes of a name are found when they are told.
-- All at once, because a scan goes through the whole book.
create or replace function flag_rf38_one_insurance(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
declare
    near int := flag_limit('RF38', 'days')::int;
    least_share numeric := 100 - flag_limit('RF38', 'amount');
begin
    return query
    with live as materialized (
        select p.*, p as told
          from insurance_policy p
         where not isempty(p.cover) and (whole or p.loan = any (loans))
           and not record_has_later(p.id, p.version, null)
    ),
    pair as materialized (
        select p.id as case_id, q.id as other
          from live p
          join live q on q.org_id = p.org_id and q.insured = p.insured and q.kind = p.kind and q.id < p.id
                     and q.loan is not distinct from p.loan
                     and abs(q.starts_on - p.starts_on) <= near and abs(q.ends_on - p.ends_on) <= near
                     and least(q.sum_insured_fen, p.sum_insured_fen) * 100
                         >= greatest(q.sum_insured_fen, p.sum_insured_fen) * least_share
    )
    select 'RF38', m.case_id::text, 'med', null::jsonb, y.id, y.version, '/policy_no', insurance_facts(y.told), false
      from (select case_id, case_id as id from pair union select case_id, other from pair) m
      join live y on y.id = m.id;
end $$;

-- What a policy shows when it is told. Runs as the owner: the answer names the rule and nothing of other policies.
create or replace function insurance_policy_flags() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    p insurance_policy := (select x from insurance_policy x where x.id = new.id and x.version = new.version);
    cases flag_found[];
begin
    select array_agg(row(f.code, f.case_key, f.severity, f.figures, f.record_id, f.version, f.pointer, f.facts,
                         f.record_id = p.id)::flag_found)
      into cases
      from flag_of_insurance(p) f;
    perform flags_submitted(cases);
    return null;
end $$;
create or replace trigger insurance_policy_flags after insert on submission for each row
    when (new.type = 'insurance_policy') execute function insurance_policy_flags();

-- How far guarantee insurance covers a loan: the days of its term (as extended) without cover, and the part
-- of the amount that the policies of any one day leave open. Runs as the owner: a bank's loan may be covered by
-- an insurer, an insurer's reader must see whether a second one covers the rest; only sums come out.
create or replace function insurance_loan_cover(loan_id uuid, as_of date)
    returns table (from_day date, to_day date, gap_days int,
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
                          where e.loan_id = insurance_loan_cover.loan_id and e.kind = 'extended'
                            and not exists (select from loan_event r where r.loan_id = e.loan_id
                                                and r.kind = 'reversed' and r.reverses = e.reference)), l.matures_on));
    from_day := coalesce(l.disbursed_on, l.signed_on);
    to_day := last_day;
    select datemultirange(daterange(from_day, to_day, '[]')) - coalesce(range_agg(p.cover), '{}')
      into open
      from insurance_policy_now p where p.loan = loan_id and not isempty(p.cover);
    select coalesce(sum(upper(r) - lower(r)), 0)::int, min(lower(r)) into gap_days, first_gap from unnest(open) r;
    select coalesce(sum(p.sum_insured_fen), 0)::bigint into covered_fen
      from insurance_policy_now p where p.loan = loan_id and p.cover @> greatest(from_day, least(as_of, to_day));
    open_fen := greatest(l.amount_fen - covered_fen, 0);
    return next;
end $$;

-- What a policy shows: its state, what was claimed on it, and of a guarantee how much of the loan it covers.
create or replace function insurance_policy_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object(
           'state', case when p.cancelled_on <= as_of then 'cancelled' when p.starts_on > as_of then 'pending'
                         when p.ends_on < as_of then 'expired' else 'in_force' end,
           'claims', (select row_to_json(c)
                        from (select count(*) as count, yuan_text(coalesce(sum(y.claimed_fen), 0)::bigint) as claimed,
                                     yuan_text(coalesce(sum(y.paid_fen), 0)::bigint) as paid
                                from insurance_claim_now y
                               where y.policy = p.id and y.outcome <> 'withdrawn') c),
           'cover', (select row_to_json(c)
                       from (select p.loan, x.from_day as "from", x.to_day as "to", x.gap_days, x.first_gap,
                                    yuan_text(x.covered_fen) as covered, yuan_text(x.open_fen) as uncovered
                               from insurance_loan_cover(p.loan, as_of) x
                              where p.loan is not null) c))
      from insurance_policy p
     where p.id = $1 and p.version = $2
$$;

-- The policy of this number that covers the day.
create or replace function insurance_policy_on(org bigint, no text, loss_on date) returns insurance_policy
    language sql stable as $$
    select x.* from insurance_policy_now x where x.policy_no = no and x.org_id = org and x.cover @> loss_on limit 1
$$;

-- A loss on a day that a policy covers, and all that was paid within its sum.
create or replace function insurance_claim_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p insurance_policy := insurance_policy_on(my_org(), doc ->> 'policy_no', (doc ->> 'loss_on')::date);
    days text;
    paid bigint;
begin
    if p.id is null then
        select string_agg(x.starts_on || '..' || coalesce(x.cancelled_on - 1, x.ends_on), ', ' order by x.starts_on)
          into days
          from insurance_policy_now x
         where x.policy_no = doc ->> 'policy_no' and x.org_id = my_org()
           and not isempty(x.cover);
        return array[case when days is null then problem('E_NO_INSURANCE', '/policy_no', doc ->> 'policy_no')
                          else problem('E_COVER', '/loss_on', days) end];
    end if;
    select coalesce(sum(x.paid_fen), 0)::bigint into paid
      from insurance_claim_now x where x.policy = p.id and x.id <> insurance_claim_problems.id;
    if paid + coalesce(fen_of(doc ->> 'paid'), 0) > p.sum_insured_fen then
        return array[problem('E_EXCEEDS', '/paid',
                             format('sum_insured %s - %s', yuan_text(p.sum_insured_fen), yuan_text(paid)))];
    end if;
    return '{}'::json[];
end $$;

-- Writes the typed row of a claim, once more within the sum.
create or replace function insurance_claim_row(new submission) returns submission language plpgsql as $$
#variable_conflict use_column
declare
    b record;
    p insurance_policy;
    total bigint;
begin
    select x.* into b
      from json_to_record(new.body) as x(claim_no text, policy_no text, loss_on date, filed_on date, claimed text,
           outcome text, decided_on date, paid text);
    perform lock_key('insurance', new.org_id || ' ' || b.policy_no);
    p := insurance_policy_on(new.org_id, b.policy_no, b.loss_on);
    select coalesce(sum(x.paid_fen), 0)::bigint
      into total
      from insurance_claim_now x
     where x.policy = p.id and x.id <> new.id;
    if p.id is null or total + coalesce(fen_of(b.paid), 0) > p.sum_insured_fen then
        raise exception 'claim % is beyond its policy', b.claim_no
            using errcode = '23514', constraint = 'insurance_claim_covered';
    end if;
    new.district := p.district;
    new.parties := p.parties;
    insert into insurance_claim (id, version, org_id, claim_no, policy, kind, insured, district, parties, loss_on,
           filed_on, claimed_fen, outcome, decided_on, paid_fen, recorded_at)
    values (new.id, new.version, new.org_id, b.claim_no, p.id, p.kind, p.insured, p.district, p.parties,
           b.loss_on, b.filed_on, fen_of(b.claimed), b.outcome, b.decided_on,
           coalesce(fen_of(b.paid), 0), new.recorded_at);
    return new;
end $$;

-- The insurance policies that a number or a record's id names, for whoever asks: row-level security applies.
create or replace function insurance_find(asked text) returns uuid[] language plpgsql stable as $$
begin
    if asked ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
        return array(select p.id from insurance_policy_now p where p.id = asked::uuid);
    end if;
    return array(select p.id from insurance_policy_now p where p.policy_no = asked);
end $$;
