-- Claims on a fund: judged, split over the layers, and moved step by step.

-- A loss over parties by shares (ppm, together 1,000,000): exact to the fen, odd fen by largest remainder, ties to
-- the earlier layer.
create or replace function claim_split_loss(loss bigint, shares bigint[]) returns bigint[] language sql immutable as $$
    with part as (
        select n, loss::numeric * share as product
          from unnest(shares) with ordinality as x(share, n)
    ),
    whole as (
        select n, div(product, 1000000) as amount, mod(product, 1000000) as rest
          from part
    ),
    ranked as (
        select n, amount, row_number() over (order by rest desc, n) as place,
               loss - sum(amount) over () as odd
          from whole
    )
    select array_agg((amount + case when place <= odd then 1 else 0 end)::bigint order by n)
      from ranked
$$;

-- The state that a claim is in by its last step.
create or replace function claim_state(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select s.state from claim_step s where s.claim = claim_id order by s.n desc limit 1), 'submitted')
$$;

-- Was this step ever taken on a claim?
create or replace function claim_took(claim_id uuid, name text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claim_step s where s.claim = claim_id and s.step = name)
$$;

-- Does a claim count: against limits, and in the way of others? Returned, withdrawn and cured ones do not.
create or replace function claim_counts(claim_id uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select claim_state(claim_id) <> 'returned'
       and not claim_took(claim_id, 'withdraw') and not claim_took(claim_id, 'cure')
       and not exists (select from claim c
                         join claim o on o.loan_id = c.loan_id and o.scheme_code = c.scheme_code
                                     and o.kind = 'compensation' and o.recorded_at >= c.recorded_at
                        where c.id = claim_id and c.kind = 'pre_compensation' and claim_took(o.id, 'cure'))
$$;

-- The final claim that has taken over what was paid in advance: what comes back is told there. A final claim of an
-- earlier default, cured since, takes over nothing.
create or replace function claim_superseded_by(c claim) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference
      from claim o
     where (c).kind = 'pre_compensation' and o.kind = 'compensation'
       and o.loan_id = (c).loan_id and o.scheme_code = (c).scheme_code and o.recorded_at >= (c).recorded_at
       and (claim_counts(o.id) or claim_took(o.id, 'pay'))
     order by o.recorded_at desc
     limit 1
$$;

-- What the fund is still out of pocket by a claim; an advance counts with the final claim.
create or replace function claim_paid_fen(c claim) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when claim_took((c).id, 'pay') and not claim_took((c).id, 'cure') and claim_superseded_by(c) is null
                then loan_paid_fen((c).loan_id, (c).scheme_code) else 0 end
$$;

-- What the counted claims of a scheme were paid, before anything came back.
create or replace function claim_paid_out_fen(code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(sum(s.fund_fen), 0)::bigint
      from claim c
      join claim_step s on s.claim = c.id and s.step = 'pay'
     where c.scheme_code = code and claim_counts(c.id)
$$;

-- The claim as its approver saw it: the record and every step.
create or replace function claim_seal(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(x.sha256, ''::bytea order by x.n)), 'hex')
      from (select r.sha256, 0 as n from submission r where r.id = claim_id and r.version = 1
            union all
            select r.sha256, s.n
              from claim_step s
              join submission r on r.id = s.id and r.version = 1
             where s.claim = claim_id) x
$$;

-- One line of the arithmetic that a claim shows.
create or replace function claim_account_line(line text, formula text, fen bigint) returns json language sql immutable as
    $$ select json_build_object('line', line, 'formula', formula, 'amount', yuan_text(fen)) $$;

-- Has the loan gone bad as the scheme asks, and was the claim made in time?
create or replace function claim_judge_trigger(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    rule scheme_trigger := (c.terms).trigger;
    overdue_days int := rule.days_overdue;
    bad_months int := rule.non_performing_months;
    grade text := rule.min_grade;
    life loan_life := c.life;
    reached date; -- the day on which the last of its conditions came true
    last_day date;
    p json[] := '{}'::json[];
begin
    if overdue_days is not null then
        if coalesce(c.day - life.overdue_since, 0) < overdue_days then
            p := p || problem('E_TRIGGER', '/on', format('days_overdue %s < %s',
                              coalesce(c.day - life.overdue_since, 0), overdue_days));
        end if;
        reached := greatest(reached, life.overdue_since + overdue_days);
    end if;
    if grade is not null then
        if grade_rank(life.grade) < grade_rank(grade) and life.state <> 'written_off' then
            p := p || problem('E_TRIGGER', '/on', format('grade %s < %s', life.grade, grade));
        end if;
        reached := greatest(reached, life.bad_since);
    end if;
    if bad_months is not null then
        if life.bad_since is null or c.day < life.bad_since + make_interval(months => bad_months) then
            p := p || problem('E_TRIGGER', '/on', format('non_performing since %s, %s months',
                              coalesce(life.bad_since::text, '-'), bad_months));
        end if;
        reached := greatest(reached, (life.bad_since + make_interval(months => bad_months))::date);
    end if;
    if rule.written_off then
        if life.state <> 'written_off' then
            p := p || problem('E_TRIGGER', '/on', 'written_off');
        end if;
        reached := greatest(reached, life.written_off_on);
    end if;
    -- the day of the claim is the bank's word; the day it was received is that of whoever accepts it
    last_day := reached + (c.terms).claim_window_days;
    if greatest(c.day, case when c.received is not null then claim_receipt_day(c.claim_id, c.received) end) > last_day then
        p := p || problem('E_WINDOW', '/on', last_day::text);
    end if;
    return p;
end $$;

-- Does the claim stay within what the loan's own events say is lost?
create or replace function claim_judge_amounts(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    principal bigint := yuan_fen((c.told).loss_principal);
    interest bigint := coalesce(yuan_fen((c.told).loss_interest), 0);
    recovered bigint := coalesce(yuan_fen((c.told).recovered), 0);
    life loan_life := c.life;
    known loan_life := loan_fold(c.loan, 'infinity', null, null);
    -- no more than was owed on that day, nor than is owed by what is known since
    owed bigint := least(life.outstanding_fen, known.outstanding_fen);
    at_default bigint := life.outstanding_fen + life.back_fen;
    -- what ran on the balance of each day until the claim's, less all that is known to be paid; a drawdown that was told
    -- after the default does not lengthen the time in which it ran
    interest_max bigint := greatest(loan_interest_fen(least(life.accrued, (loan_fold(c.loan, c.day,
                               loan_default_told((c.loan).id), null)).accrued), (c.loan).day_count) - known.interest_fen, 0);
    p json[] := '{}'::json[];
begin
    if principal > least(at_default, owed + recovered) then
        p := p || problem('E_EXCEEDS', '/loss_principal', yuan_text(least(at_default, owed + recovered)));
    end if;
    if recovered > principal then
        p := p || problem('E_EXCEEDS', '/recovered', yuan_text(principal));
    end if;
    if yuan_fen((c.told).costs) > recovered then
        p := p || problem('E_EXCEEDS', '/costs', yuan_text(recovered));
    end if;
    if (c.terms).loss_base = 'principal' and interest > 0 then
        p := p || problem('E_UNWANTED', '/loss_interest', (c.scheme).code);
    elsif interest > interest_max then
        p := p || problem('E_EXCEEDS', '/loss_interest', yuan_text(interest_max));
    end if;
    return p;
end $$;

-- Is the loan one that the scheme covers: kind, pledge, exclusions, rate?
create or replace function claim_judge_terms(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    terms scheme_terms := c.terms;
    default_day date := least((c.life).overdue_since, (c.life).bad_since);
    ceiling int := scheme_rate_ceiling_ppm(terms.rate_ceiling, l.signed_on);
    p json[] := '{}'::json[];
begin
    if c.day > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    end if;
    if (c.told).kind = 'pre_compensation' and not coalesce(terms.pre_compensation, false) then
        p := p || problem('E_CLAIM_KIND', '/kind', (c.scheme).code);
    end if;
    if loan_late_change(l, default_day) is not null then
        p := p || problem('E_LATE_CHANGE', '/loan', loan_late_change(l, default_day)::text);
    end if;
    if (c.life).released_on <= coalesce(default_day, c.day) then
        p := p || problem('E_RELEASED', '/loan', (c.life).released_on::text);
    end if;
    if l.registered_on is null or l.registered_on > coalesce(default_day, c.day) then
        p := p || problem('E_UNREGISTERED', '/loan', coalesce(l.registered_on::text, '-'));
    end if;
    if terms.excludes_guaranteed and exists (
           select from submission r
            where r.id = l.id and r.version = l.version and r.body ->> 'guarantor_uscc' is not null) then
        p := p || problem('E_EXCLUDED', '/loan', 'guarantor_uscc');
    end if;
    if l.ip_amount_fen::numeric * 1000000 < l.amount_fen::numeric * percent_ppm(terms.ip_share_min) then
        p := p || problem('E_IP_SHARE', '/loan', terms.ip_share_min::text);
    end if;
    if terms.rate_ceiling is distinct from null and ceiling is null then -- "is not null" would ask for both its members
        p := p || problem('E_NO_LPR', '/loan', l.signed_on::text);
    elsif l.rate_ppm > ceiling then
        p := p || problem('E_RATE_CEILING', '/loan', percent_text(ceiling));
    end if;
    return p;
end $$;

-- Claims of the same loan that stand in the way: of the same kind; a final one in that of an advance; an advance not
-- yet paid in that of a final one; one under a scheme that excludes this one.
create or replace function claim_judge_elsewhere(c claim_case) returns json[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(problem('E_COMPENSATED', '/loan', o.scheme_code || ' ' || o.reference)
                              order by o.recorded_at, o.id), '{}')
      from claim o
      join scheme s on s.id = o.scheme
     where o.loan_id = ((c).loan).id
       and o.id is distinct from (c).claim_id
       and claim_counts(o.id)
       and case when o.scheme_code = ((c).scheme).code
                then o.kind = ((c).told).kind or o.kind = 'compensation' or not claim_took(o.id, 'pay')
                else exists (select from unnest(((c).terms).excludes) e where e.scheme = o.scheme_code)
                     or exists (select from unnest((scheme_terms_of(s.body)).excludes) e
                                 where e.scheme = ((c).scheme).code) end
$$;

-- The same credit under another contract number: same borrower, amount, day and one right at least, with a claim that
-- counts. The number is told to the bank whose it is.
create or replace function claim_judge_same_credit(c claim_case) returns json[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(distinct problem('E_SAME_CREDIT', '/loan', x.name)::text)::json[], '{}')
      from (select case when l.org_id = (c).org
                        then (select r.key from submission r where r.id = l.id limit 1) else '-' end as name
              from loan_ip mine
              join loan_ip p on p.number = mine.number and p.record_id <> mine.record_id
              join loan l on l.id = p.record_id and l.version = p.version
             where mine.record_id = ((c).loan).id and mine.version = ((c).loan).version
               and l.borrower = ((c).loan).borrower and l.amount_fen = ((c).loan).amount_fen
               and l.signed_on = ((c).loan).signed_on
               and not record_has_later(l.id, l.version, null)
               and exists (select from claim o where o.loan_id = l.id and claim_counts(o.id))) x
$$;

-- Leverage: the loans of the scheme up to this one against what was appropriated. Breaker: the share of this bank's
-- outstanding loans of the scheme that are bad. By the day of receipt once it is known: the bank's own day could be one
-- on which fewer loans were bad.
create or replace function claim_judge_pool(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    day date := greatest(c.day, c.received);
    room numeric := scheme_leverage_room(l, c.terms, day);
    pool record;
    p json[] := '{}'::json[];
begin
    if room < 0 then
        p := p || problem('E_LEVERAGE', '/loan', format('%s > %s × %s',
                          yuan_text(((c.terms).leverage_limit::numeric
                                     * -account_balance_fen('appropriation:' || l.scheme, day, null) - room)::bigint),
                          (c.terms).leverage_limit, yuan_text(-account_balance_fen('appropriation:' || l.scheme, day, null))));
    end if;
    if (c.terms).npl_breaker is not null then
        pool := scheme_bank_pool(c.org, l.scheme, day, loan_default_told(l.id));
        if pool.bad * 1000000 > pool.owed * percent_ppm((c.terms).npl_breaker) then
            p := p || problem('E_BREAKER', '/loan', percent_text((pool.bad * 1000000 / pool.owed)::bigint) || ' > '
                              || (c.terms).npl_breaker);
        end if;
    end if;
    return p;
end $$;

-- The loss that is shared, with its arithmetic.
create or replace function claim_judge_loss(c claim_case, inout j judgement) language plpgsql stable as $$
declare
    principal bigint := yuan_fen((c.told).loss_principal);
    interest bigint := coalesce(yuan_fen((c.told).loss_interest), 0);
    recovered bigint := coalesce(yuan_fen((c.told).recovered), 0);
    costs bigint := coalesce(yuan_fen((c.told).costs), 0);
    elsewhere bigint;
    whole bigint := principal + interest - greatest(recovered - costs, 0);
begin
    j.account := array[
        claim_account_line('claimed', yuan_text(principal) || ' + ' || yuan_text(interest), principal + interest),
        claim_account_line('net_loss', format('%s - max(%s - %s, 0)', yuan_text(principal + interest),
                     yuan_text(recovered), yuan_text(costs)), whole)];
    -- what other schemes pay for the loan is no loss any more
    select coalesce(sum(o.fund_fen), 0)::bigint into elsewhere
      from claim o
     where o.loan_id = (c.loan).id and o.scheme_code <> (c.scheme).code and claim_counts(o.id);
    if elsewhere > 0 then
        whole := whole - elsewhere;
        j.account := j.account || claim_account_line('paid_elsewhere', yuan_text(whole + elsewhere) || ' - '
                     || yuan_text(elsewhere), whole);
    end if;
    j.net_loss := whole;
    j.part_up := 1;
    j.part_down := 1;
    if (c.terms).ip_part_only then
        j.part_up := (c.loan).ip_amount_fen;
        j.part_down := (c.loan).amount_fen;
        j.net_loss := round(whole::numeric * (c.loan).ip_amount_fen / (c.loan).amount_fen)::bigint;
        j.account := j.account || claim_account_line('ip_part', format('%s × %s / %s, half up', yuan_text(whole),
                     yuan_text((c.loan).ip_amount_fen), yuan_text((c.loan).amount_fen)), j.net_loss);
    end if;
end $$;

-- What the fund may still pay under each limit, before this claim. Only limits that the scheme sets.
create or replace function claim_rooms(c claim_case) returns table (name text, room bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with other as materialized (
        select o.fund_fen, o.loan_id, o.borrower, o.org_id,
               date_trunc('year', claim_limit_day(o)) = date_trunc('year', greatest((c).day, (c).received)) as this_year
          from claim o
         where o.scheme_code = ((c).scheme).code and o.id is distinct from (c).claim_id and claim_counts(o.id)
    ),
    cap as (
        select 'cap_per_loan' as name, yuan_fen(((c).terms).cap_per_loan) as cap,
               (select sum(o.fund_fen) from other o where o.loan_id = ((c).loan).id) as used
        union all
        select 'cap_per_enterprise', yuan_fen(((c).terms).cap_per_enterprise),
               (select sum(o.fund_fen) from other o where o.borrower = ((c).loan).borrower)
        union all
        select 'cap_bank_year', yuan_fen(((c).terms).cap_bank_year),
               (select sum(o.fund_fen) from other o where o.this_year and o.org_id = (c).org)
        union all
        select 'cap_fund_year', yuan_fen(((c).terms).cap_fund_year),
               (select sum(o.fund_fen) from other o where o.this_year)
        union all
        select 'pool_balance', case when ((c).terms).pool_balance_limits_liability then
                    account_balance_fen('fund:' || ((c).scheme).code, null, null) + claim_paid_out_fen(((c).scheme).code) end,
               (select sum(o.fund_fen) from other o)
    )
    select cap.name, (cap.cap - coalesce(cap.used, 0))::bigint
      from cap
     where cap.cap is not null
$$;

-- Share the loss over the layers; what a cap or limit keeps from a party, the bank bears.
create or replace function claim_judge_split(c claim_case, inout j judgement)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    parties text[];
    shares bigint[];
    caps bigint[];
    amounts bigint[];
    fund_at int;
    bank_at int;
    uplift bigint := case when (c.loan).first_loan then percent_ppm((c.terms).first_loan_uplift) end;
    limited record;
begin
    if uplift is not null and loan_borrowed_before(c.loan) then
        uplift := null;
        j.account := j.account || claim_account_line('first_loan_uplift', 'an earlier loan of the borrower is on record', 0);
    end if;
    select array_agg(y.party order by y.ordinality), array_agg(percent_ppm(y.share)::bigint order by y.ordinality),
           array_agg(yuan_fen(y.cap) order by y.ordinality)
      into parties, shares, caps
      from unnest((c.terms).layers) with ordinality as y;
    fund_at := array_position(parties, 'fund');
    bank_at := array_position(parties, 'bank');
    shares[fund_at] := shares[fund_at] + coalesce(uplift, 0);
    shares[bank_at] := shares[bank_at] - coalesce(uplift, 0);
    amounts := claim_split_loss(j.net_loss, shares);
    for i in 1 .. cardinality(parties) loop
        j.account := j.account || claim_account_line(parties[i], format('%s × %s%%', yuan_text(j.net_loss),
                     percent_text(shares[i])), amounts[i]);
        if caps[i] < amounts[i] and i <> bank_at then
            amounts[bank_at] := amounts[bank_at] + amounts[i] - caps[i];
            amounts[i] := caps[i];
            j.account := j.account || claim_account_line(parties[i], 'cap of the layer', amounts[i]);
        end if;
    end loop;
    -- what was paid in advance is part of the fund's share; a claim judged again has not paid anything itself yet
    j.advance_fen := loan_paid_fen((c.loan).id, (c.scheme).code);
    if j.advance_fen > 0 then
        j.account := j.account || claim_account_line('paid_in_advance', '', -j.advance_fen);
    end if;
    j.fund_fen := amounts[fund_at] - j.advance_fen;
    j.headroom := '{}';
    for limited in select r.name, r.room from claim_rooms(c) r loop
        if limited.room <= 0 then
            j.problems := j.problems || problem('E_CAP', '/loss_principal', limited.name);
        elsif j.fund_fen > limited.room then
            amounts[bank_at] := amounts[bank_at] + j.fund_fen - limited.room;
            amounts[fund_at] := amounts[fund_at] - (j.fund_fen - limited.room);
            j.fund_fen := limited.room;
            j.account := j.account || claim_account_line('fund', limited.name, limited.room);
        end if;
    end loop;
    select coalesce(jsonb_object_agg(r.name, yuan_text(greatest(r.room - j.fund_fen, 0))), '{}')
           || claim_pool_rooms(c, j.fund_fen)
      into j.headroom
      from claim_rooms(c) r;
    select json_agg(json_build_array(parties[i], shares[i], amounts[i]) order by i) into j.split
      from generate_subscripts(parties, 1) i;
end $$;

-- All that a claim is judged by: what was told, the loan as it stood on that day, and the terms of its scheme.
create or replace function claim_case_of(org bigint, doc json, claim_id uuid, received date, l loan, s scheme)
    returns claim_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    c claim_case;
begin
    c.org := org;
    c.told := json_populate_record(null::claim_told, doc);
    c.claim_id := claim_id;
    c.day := (c.told)."on";
    c.received := received;
    c.loan := l;
    c.life := loan_fold(l, c.day, null, null);
    c.scheme := s;
    c.terms := scheme_terms_of(s.body);
    return c;
end $$;

-- received: the day on which whoever accepts has the claim; null before.
create or replace function claim_judge(org bigint, doc json, claim_id uuid, received date) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    c claim_case;
    j judgement;
    l loan;
    s scheme;
begin
    select v.* into l from loan_keyed(org, doc ->> 'loan') v;
    if not found then
        j.problems := array[problem('E_NO_LOAN', '/loan', doc ->> 'loan')];
        return j;
    end if;
    j.loan_id := l.id;
    j.parties := l.parties;
    j.district := l.district;
    j.borrower := l.borrower;
    s := scheme_for(l.scheme, l.signed_on, null);
    if s.id is null then
        j.problems := array[problem('E_NOT_IN_SCHEME', '/loan', coalesce(l.scheme, '-'))];
        return j;
    end if;
    j.scheme := s;
    c := claim_case_of(org, doc, claim_id, received, l, s);
    j.problems := claim_judge_amounts(c) || claim_judge_terms(c) || claim_judge_trigger(c) || claim_judge_elsewhere(c)
                  || claim_judge_same_credit(c) || claim_judge_pool(c);
    j := claim_judge_loss(c, j);
    if j.net_loss <= 0 then
        j.problems := j.problems || problem('E_NO_LOSS', '/recovered', yuan_text(j.net_loss));
        return j;
    end if;
    j := claim_judge_split(c, j);
    if j.fund_fen <= 0 and cardinality(j.problems) = 0 then
        j.problems := array[problem('E_NO_LOSS', '/loss_principal', yuan_text(j.fund_fen))];
    end if;
    return j;
end $$;

-- One claim at a time, whoever asks: what was judged is what is stored.
create or replace function claims_lock() returns void language sql as $$ select pg_advisory_xact_lock(lock_no('claims')) $$;

-- Judges a claim and stores it with its split; nothing is paid yet.
create or replace function claim_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    told claim_told := json_populate_record(null::claim_told, doc);
    j judgement;
begin
    if not dry then
        perform claims_lock();
    end if;
    j := claim_judge(my_org(), doc, null, null);
    d.district := coalesce(j.district, '');
    d.parties := coalesce(j.parties, '{}');
    if cardinality(j.problems) > 0 then
        d.problems := array_to_json(j.problems);
    elsif not dry then
        insert into claim (id, reference, org_id, parties, district, loan_id, borrower, scheme, scheme_code, kind, on_day,
               net_loss_fen, fund_fen, advance_fen, part_up, part_down, split, account, recorded_at)
        values (new_id, told.reference, my_org(), j.parties, j.district, j.loan_id, j.borrower, (j.scheme).id,
               (j.scheme).code, told.kind, told."on", j.net_loss, j.fund_fen, j.advance_fen, j.part_up,
               j.part_down, j.split,
               json_build_object('lines', array_to_json(j.account), 'headroom', j.headroom), now());
    end if;
    return d;
end $$;

-- What came back, over fund and others in the scheme's order, all recoveries together: costs came off before. The
-- fund never gets back more than it paid.
create or replace function claim_recovered_fund_fen(order_name text, fund bigint, others bigint, net bigint) returns bigint
    language sql immutable as $$
    select least(fund, case order_name
           when 'fund_first' then net
           when 'bank_first' then greatest(net - others, 0)
           else div(2 * net::numeric * fund + fund + others, 2 * (fund::numeric + others))::bigint -- half up
           end)
$$;

-- Money that came back on the loss of a claim that was paid, by the loan's events, and was not told as a recovery.
-- What counts is what is owed no more, whatever day the events bear and whenever they were told; a loan that is
-- good again owes the fund its whole share. A settlement after a write-off brought the principal that it names.
create or replace function claim_untold_fen(c claim) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    claimed claim_told := (select json_populate_record(null::claim_told, r.body)
                             from submission r where r.id = (c).id and r.version = 1);
    loss bigint := yuan_fen(claimed.loss_principal) - coalesce(yuan_fen(claimed.recovered), 0);
    with_interest boolean := (select (scheme_terms_of(s.body)).loss_base = 'principal_and_interest'
                                from scheme s where s.id = (c).scheme);
    l loan;
    f loan_life;
    told record;
    owed bigint;
begin
    if not claim_took((c).id, 'pay') or claim_took((c).id, 'cure') or claim_superseded_by(c) is not null then
        return 0;
    end if;
    select v.* into l from loan_latest v where v.id = (c).loan_id;
    f := loan_fold(l, 'infinity', null, null);
    select coalesce(sum(e.principal_fen) filter (where e.kind <> 'disbursed' and e.on_day > (c).on_day), 0)::bigint as back,
           coalesce(sum(e.interest_fen) filter (where with_interest
                    and (e.on_day > (c).on_day or e.recorded_at > (c).recorded_at)), 0)::bigint as interest,
           (coalesce(sum(coalesce(e.principal_fen, l.amount_fen)) filter (where e.kind = 'disbursed'), l.amount_fen)
            - coalesce(sum(e.principal_fen) filter (where e.kind <> 'disbursed'), 0))::bigint as unpaid
      into told
      from loan_event_standing e
     where e.loan_id = l.id and e.kind in ('disbursed', 'repaid', 'recovered', 'settled');
    owed := case when f.state = 'settled' and f.written_off_on is not null then told.unpaid
                 when f.state in ('overdue', 'written_off') or f.bad_since is not null then f.outstanding_fen
                 else 0 end;
    return greatest(least(greatest(told.back, loss - owed)
                          + least(told.interest, coalesce(yuan_fen(claimed.loss_interest), 0)), claim_whole_fen(c))
                    - coalesce((select sum(s.amount_fen)::bigint from claim_step s where s.claim = (c).id), 0), 0);
end $$;

-- May this step be taken now, by this person, on what was seen?
create or replace function claim_step_refusal(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    state text := coalesce((c.last).state, 'submitted');
    p json[] := '{}'::json[];
begin
    if c.next is null then
        return array[problem('E_STEP', '', state || ': ' || coalesce((
            select string_agg(x.step, ', ' order by x.step) from claim_transition x
             where x.state = coalesce((c.last).state, 'submitted') and my_kind() = any (x.takers)), '-'))];
    elsif (c.told).seen <> claim_seal((c.claim).id) then
        return array[problem('E_SEEN', '/seen', (
            select coalesce(string_agg(s.n || ' ' || s.step || ' ' || s.recorded_by || ' '
                            || instant_text(s.recorded_at), '; ' order by s.n), '-')
              from claim_step s where s.claim = (c.claim).id))];
    end if;
    -- who accepts is not who approves, who approves is not who pays
    if c.maker = my_signature() then
        p := p || problem('E_SAME_PERSON', '', c.maker);
    end if;
    if c.day > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    elsif c.day < greatest((c.claim).on_day, (c.last).on_day) then
        p := p || problem('E_ORDER', '/on', greatest((c.claim).on_day, (c.last).on_day)::text);
    end if;
    return p;
end $$;

-- Do the facts still say what the claim says?
create or replace function claim_step_rejudge(c step_case) returns json[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    received date := case when c.step = 'accept' then c.day else (
        select s.on_day from claim_step s where s.claim = (c.claim).id and s.step = 'accept' order by s.n desc limit 1) end;
    j judgement := claim_judge((c.claim).org_id, (select r.body from submission r
                               where r.id = (c.claim).id and r.version = 1), (c.claim).id,
                               case when c.step <> 'resubmit' then received end);
begin
    if cardinality(j.problems) > 0 then
        return j.problems;
    elsif j.fund_fen <> (c.claim).fund_fen then
        return array[problem('E_CHANGED', '', yuan_text((c.claim).fund_fen) || ' → ' || yuan_text(j.fund_fen))];
    elsif (j.scheme).id <> (c.claim).scheme then
        return array[problem('E_CHANGED', '', (j.scheme).effective_from::text)];
    end if;
    return case when c.step = 'pay' then flag_payment_stops((c.claim).loan_id, (c.claim).id,
                                                       current_setting('transaction_read_only') = 'off')
                else '{}'::json[] end;
end $$;

-- What the step moves: into c; and what stands against it.
create or replace function claim_step_amounts(c step_case) returns step_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    fund text := 'fund:' || (c.claim).scheme_code;
    paid bigint := claim_paid_fen(c.claim);
    share bigint := (c.claim).fund_fen + (c.claim).advance_fen;
    whole bigint := claim_whole_fen(c.claim);
    final text := claim_superseded_by(c.claim);
    amounts bigint;
    costs bigint;
    net numeric; -- of all recoveries, costs first; then by the part secured by IP, half up
begin
    c.problems := '{}'::json[];
    c.cause := case c.step when 'pay' then 'compensation' when 'recover' then 'recovery' when 'cure' then 'return' end;
    case c.step
        when 'approve', 'pay' then
            c.fund_fen := (c.claim).fund_fen;
            -- the hold of the approval covers the payment, unless it has expired
            if account_available_fen(fund) < c.fund_fen and not (c.step = 'pay' and exists (
                   select from hold h where h.id = (c.last).hold and h.until_day >= today())) then
                c.problems := array[problem('E_OVERDRAFT', '', fund || ' ' || yuan_text(account_available_fen(fund)))];
            elsif account_short_day(fund, c.fund_fen, c.day) is not null then
                c.problems := array[problem('E_OVERDRAFT', '/on', fund || ' ' || account_short_day(fund, c.fund_fen, c.day))];
            end if;
        when 'recover' then
            c.amount_fen := yuan_fen((c.told).amount);
            c.costs_fen := coalesce(yuan_fen((c.told).costs), 0);
            select coalesce(sum(s.amount_fen), 0)::bigint, coalesce(sum(s.costs_fen), 0)::bigint into amounts, costs
              from claim_step s where s.claim = (c.claim).id and s.step = 'recover';
            net := greatest(amounts + c.amount_fen - costs - c.costs_fen, 0);
            net := div(2 * net * (c.claim).part_up + (c.claim).part_down, 2 * (c.claim).part_down::numeric);
            if net > (c.claim).net_loss_fen then
                c.problems := array[problem('E_EXCEEDS', '/amount', yuan_text(whole - amounts + costs + c.costs_fen))];
            elsif costs + c.costs_fen > whole then -- else one line of costs swallows whatever comes back for ever
                c.problems := array[problem('E_EXCEEDS', '/costs', yuan_text(whole - costs))];
            end if;
            c.fund_fen := greatest(claim_recovered_fund_fen((select coalesce((scheme_terms_of(s.body)).recovery_order, 'pro_rata')
                                                         from scheme s where s.id = (c.claim).scheme),
                                                      share, (c.claim).net_loss_fen - share, net::bigint)
                                   - (share - paid), 0);
        when 'cure' then
            c.fund_fen := paid;
        when 'close' then
            if claim_untold_fen(c.claim) > 0 then
                c.problems := array[problem('E_UNTOLD', '', yuan_text(claim_untold_fen(c.claim)))];
            elsif final is not null and not exists (
                   select from claim o
                    where o.org_id = (c.claim).org_id and o.reference = final and claim_took(o.id, 'pay')) then
                c.problems := array[problem('E_COMPENSATED', '', final)]; -- it may still be withdrawn
            end if;
        else
    end case;
    if c.cause in ('recovery', 'return') and final is not null then
        c.problems := array[problem('E_COMPENSATED', '', final)];
    end if;
    return c;
end $$;

-- Move the money of a step: hold, release or post it.
create or replace function claim_step_money(c step_case) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    code text := (c.claim).scheme_code;
    other text := case when c.step = 'pay' then 'paid:' else 'recovered:' end || code || ':'
                  || account_part(c.bank, (c.claim).org_id);
    fund text := 'fund:' || code;
    p posting;
begin
    if c.step = 'approve' then
        if not hold_open(c.id, fund, c.fund_fen, (c.claim).id, today() + 30) then
            raise exception 'not covered: %', fund; -- looked at by step_amounts: never half a movement
        end if;
        return;
    elsif (c.last).hold is not null then
        perform hold_end((c.last).hold, case when c.step = 'pay' then 'posted' else 'voided' end);
    end if;
    if c.cause is null or c.fund_fen = 0 then
        return;
    end if;
    perform account_open(other, case when c.step = 'pay' then 'expense' else 'income' end,
                         case when c.step = 'pay' then '代偿支出 ' else '追偿收回 ' end || c.bank, false, c.bank, code,
                         c.day);
    p := row(c.id, coalesce((c.told).reference, c.step || ' ' || (c.claim).reference),
             case when c.step = 'pay' then other else fund end, case when c.step = 'pay' then fund else other end,
             c.fund_fen, c.day, c.cause, (c.claim).id, null, (c.claim).reference)::posting;
    if transfer_post(array[p]) is not null then
        raise exception 'not covered: %', fund;
    end if;
end $$;
revoke all on function claim_step_money from public;

-- Takes a step on a claim: may it be taken, do the facts still hold, what does it move.
create or replace function claim_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    c step_case;
    found_claim claim;
    found_last claim_step;
    found_problems json[];
begin
    if not dry then
        perform claims_lock();
    end if;
    d.district := '';
    d.parties := '{}';
    c.told := json_populate_record(null::claim_step_told, doc);
    select x.* into found_claim
      from claim x
     where x.id = (c.told).claim and (my_kind() = 'finance' or x.org_id = my_org());
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', (c.told).claim::text));
        return d;
    end if;
    select s.* into found_last from claim_step s where s.claim = found_claim.id order by s.n desc limit 1;
    d.district := found_claim.district;
    c.id := new_id;
    c.step := (c.told).step;
    c.day := (c.told)."on";
    c.claim := found_claim;
    c.last := found_last;
    c.maker := case when c.step in ('approve', 'pay') then found_last.recorded_by end;
    select x.next into c.next from claim_transition x
     where x.state = coalesce(found_last.state, 'submitted') and x.step = c.step and my_kind() = any (x.takers);
    select o.code into c.bank from org o where o.id = found_claim.org_id;
    found_problems := claim_step_refusal(c);
    if cardinality(found_problems) = 0 and c.step in ('accept', 'resubmit', 'approve', 'pay') then
        found_problems := claim_step_rejudge(c);
    end if;
    if cardinality(found_problems) = 0 then
        c := claim_step_amounts(c);
        found_problems := c.problems;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        perform claim_step_money(c);
        insert into claim_step (id, claim, n, step, state, on_day, reason, owner, due_on, fund_fen, amount_fen, costs_fen,
               transfer, hold, maker, recorded_at, recorded_by)
        values (new_id, found_claim.id, coalesce(found_last.n, 0) + 1, c.step, c.next, c.day, (c.told).reason,
               (c.told).owner, (c.told).due_on, c.fund_fen, c.amount_fen, c.costs_fen,
               case when c.fund_fen > 0 and c.cause is not null then new_id end,
               case when c.step = 'approve' then new_id end, c.maker, now(), my_signature());
    end if;
    return d;
end $$;
revoke all on function claim_step_decide from public;
grant execute on function claim_step_decide to pledged_app;

-- The parts of the loss: [[party, share ppm, fen], …] as an answer shows them.
create or replace function claim_split_shown(split json) returns json language sql immutable as $$
    select json_agg(json_build_object('party', x ->> 0, 'share', percent_text((x ->> 1)::bigint),
                    'amount', yuan_text((x ->> 2)::bigint)) order by n)
      from json_array_elements(split) with ordinality as y(x, n)
$$;

-- The steps that a claim took, the first first, as its answer shows them.
create or replace function claim_steps_shown(claim_id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                    'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'owner', s.owner, 'due_on', s.due_on,
                    'fund', yuan_text(s.fund_fen), 'amount', yuan_text(s.amount_fen), 'costs', yuan_text(s.costs_fen),
                    'transfer', s.transfer, 'at', instant_text(s.recorded_at)))
                    order by s.n), '[]')
      from claim_step s
     where s.claim = claim_id
$$;
revoke all on function claim_steps_shown from public;

-- How far a claim has come, and what was decided of it.
create or replace function claim_life_members(c claim) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    last claim_step;
    is_returned boolean;
begin
    select s.* into last from claim_step s where s.claim = c.id order by s.n desc limit 1;
    is_returned := coalesce(last.state = 'returned', false);
    return json_build_object(
        'state', coalesce(last.state, 'submitted'),
        'seen', claim_seal(c.id),
        'scheme', c.scheme_code,
        'scheme_version', (select s.effective_from from scheme s where s.id = c.scheme),
        'net_loss', yuan_text(c.net_loss_fen),
        'fund', yuan_text(c.fund_fen),
        'paid', yuan_text(claim_paid_fen(c)),
        'split', claim_split_shown(c.split),
        'arithmetic', c.account -> 'lines',
        'headroom', c.account -> 'headroom',
        'steps', claim_steps_shown(c.id),
        'legal_steps', coalesce((select array_agg(x.step order by x.step) from claim_transition x
                                  where x.state = coalesce(last.state, 'submitted')), '{}'),
        'owner', case when is_returned then last.owner end,
        'due_on', case when is_returned then last.due_on end,
        'days_returned', case when is_returned then today() - last.on_day end,
        'days_over', case when is_returned then greatest(today() - last.due_on, 0) end,
        'recovery_untold', case when claim_untold_fen(c) > 0 then yuan_text(claim_untold_fen(c)) end);
end $$;

-- What a claim shows beside its text: state, split, arithmetic, steps and those that may follow.
create or replace function claim_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as
    $$ select claim_life_members(c) from claim c where c.id = $1 $$;

-- What was decided when a claim was made: the split with its arithmetic, the same for ever.
create or replace function claim_decided(id uuid) returns json language sql stable as $$
    select json_build_object(
           'scheme', c.scheme_code,
           'scheme_version', (select s.effective_from from scheme s where s.id = c.scheme),
           'net_loss', yuan_text(c.net_loss_fen),
           'fund', yuan_text(c.fund_fen),
           'split', claim_split_shown(c.split),
           'arithmetic', c.account -> 'lines',
           'headroom', c.account -> 'headroom')
      from claim c
     where c.id = $1
$$;

-- The loss of a claim before the part secured by IP was taken: no more than this can come back.
create or replace function claim_whole_fen(c claim) returns bigint language sql immutable as
    $$ select div((c).net_loss_fen::numeric * (c).part_down, (c).part_up)::bigint $$;

-- The day by which a claim counts for the limits of a year: that of its last acceptance, which finance enters; before
-- it is accepted the bank's own. Else a bank that dates its claim back finds the room that an earlier year left.
create or replace function claim_limit_day(c claim) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(max(s.on_day), (c).on_day)
      from claim_step s
     where s.claim = (c).id and s.step = 'accept'
       and s.n > (select coalesce(max(r.n), 0) from claim_step r where r.claim = (c).id and r.step = 'return')
$$;

-- The day by which a claim that is accepted on a day was received: when finance first had it in hand, unless the bank
-- let a deadline pass that it was returned with.
create or replace function claim_receipt_day(claim_id uuid, accepted date) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    select least(accepted, min(s.on_day))
      from claim_step s
     where s.claim = claim_id and s.step in ('accept', 'return')
       and s.n > (select coalesce(max(r.n), 0)
                    from claim_step r
                    join claim_step b on b.claim = r.claim and b.n = r.n - 1
                   where r.claim = claim_id and r.step = 'resubmit'
                     and (r.recorded_at at time zone 'Asia/Shanghai')::date > b.due_on)
$$;

-- The claims that were paid for a loan and not given back by a cure.
create or replace function claims_paid_on(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg(c.reference, ', ' order by c.recorded_at, c.id)
      from claim c
     where c.loan_id = loan and claim_took(c.id, 'pay') and claim_counts(c.id)
$$;

-- What is left under the limits that are not caps: what the fund may still promise after this claim, what may still be
-- lent after this loan, and how much more of the bank's loans may go bad.
create or replace function claim_pool_rooms(c claim_case, fund bigint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
           'fund_balance', yuan_text(greatest(account_available_fen('fund:' || ((c).scheme).code) - fund, 0)),
           'leverage', (select yuan_text(greatest(x.room, 0)::bigint)
                          from scheme_leverage_room((c).loan, (c).terms, greatest((c).day, (c).received)) as x(room)
                         where x.room is not null),
           'npl_breaker', case when ((c).terms).npl_breaker is not null then (
                select yuan_text(greatest(div(p.owed * percent_ppm(((c).terms).npl_breaker), 1000000) - p.bad, 0)::bigint)
                  from scheme_bank_pool((c).org, ((c).loan).scheme, greatest((c).day, (c).received),
                                 loan_default_told(((c).loan).id)) p) end))
$$;
