-- Risk sharing, mended: what a bank could still claim, keep or slip past. Functions of 0006 once more.

-- ---- what came back ----------------------------------------------------------------------------

-- When the default of a loan was first told, also by an event that was reversed since; null: never.
create function default_told(loan_id uuid) returns timestamptz
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(e.recorded_at)
      from loan_event e
     where e.loan_id = $1
       and (e.kind in ('overdue', 'written_off') or e.grade in ('substandard', 'doubtful', 'loss'))
$$;

-- Does the claim stay within what the loan's own events say is lost?
create or replace function judge_amounts(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    principal bigint := fen_of(c.doc ->> 'loss_principal');
    interest bigint := coalesce(fen_of(c.doc ->> 'loss_interest'), 0);
    recovered bigint := coalesce(fen_of(c.doc ->> 'recovered'), 0);
    life loan_life := c.life;
    known loan_life := loan_fold(c.loan, 'infinity', null, null);
    -- no more than was owed on that day, nor than is owed by what is known since
    owed bigint := least(life.outstanding_fen, known.outstanding_fen);
    at_default bigint := life.outstanding_fen + life.back_fen;
    -- a drawdown told after the default does not lengthen the time in which interest ran
    drawn_on date := greatest(life.drawn_on, (loan_fold(c.loan, c.day, default_told((c.loan).id), null)).drawn_on);
    -- simple interest on the whole amount since it was drawn, 360 days a year, less all that is known to be paid,
    -- the oldest first: unpaid interest cannot be more
    interest_max bigint := greatest(ceil((c.loan).amount_fen::numeric * (c.loan).rate_ppm
                                    * greatest(c.day - drawn_on, 0) / 360000000) - known.interest_fen, 0);
    p json[] := '{}';
begin
    if principal > least(at_default, owed + recovered) then
        p := p || problem('E_EXCEEDS', '/loss_principal', yuan_text(least(at_default, owed + recovered)));
    end if;
    if recovered > principal then
        p := p || problem('E_EXCEEDS', '/recovered', yuan_text(principal));
    end if;
    if coalesce(fen_of(c.doc ->> 'costs'), 0) > recovered then
        p := p || problem('E_EXCEEDS', '/costs', yuan_text(recovered));
    end if;
    if c.rules ->> 'loss_base' = 'principal' and interest > 0 then
        p := p || problem('E_UNWANTED', '/loss_interest', (c.scheme).code);
    elsif interest > coalesce(interest_max, 0) then
        p := p || problem('E_EXCEEDS', '/loss_interest', yuan_text(coalesce(interest_max, 0)));
    end if;
    return p;
end $$;

-- The loss of a claim before the part secured by IP was taken: no more than this can come back.
create function claim_whole_fen(c claim) returns bigint language sql immutable as
    $$ select div((c).net_loss_fen::numeric * (c).part_down, (c).part_up)::bigint $$;

-- Money that came back on the loss of a claim that was paid, by the loan's events, and was not told as a recovery.
-- What counts is what is owed no more, whatever day the events bear and whenever they were told; a loan that is
-- good again owes the fund its whole share. A settlement after a write-off brought the principal that it names.
create or replace function claim_untold_fen(c claim) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    doc json := (select r.body from record r where r.id = (c).id and r.version = 1);
    loss bigint := fen_of(doc ->> 'loss_principal') - coalesce(fen_of(doc ->> 'recovered'), 0);
    with_interest boolean;
    l loan;
    f loan_life;
    told record;
    owed bigint;
begin
    if not claim_took((c).id, 'pay') or claim_took((c).id, 'cure') or superseded_by(c) is not null then
        return 0;
    end if;
    select s.body ->> 'loss_base' = 'principal_and_interest' into with_interest from scheme s where s.id = (c).scheme;
    select v.* into l from loan_latest v where v.id = (c).loan_id;
    f := loan_fold(l, 'infinity', null, null);
    select coalesce(sum(e.principal_fen) filter (where e.kind <> 'disbursed' and e.on_day > (c).on_day), 0) as back,
           coalesce(sum(e.interest_fen) filter (where with_interest
                    and (e.on_day > (c).on_day or e.recorded_at > (c).recorded_at)), 0) as interest,
           coalesce(sum(coalesce(e.principal_fen, l.amount_fen)) filter (where e.kind = 'disbursed'), l.amount_fen)
           - coalesce(sum(e.principal_fen) filter (where e.kind <> 'disbursed'), 0) as unpaid
      into told
      from loan_event_standing e
     where e.loan_id = l.id and e.kind in ('disbursed', 'repaid', 'recovered', 'settled');
    owed := case when f.state = 'settled' and f.written_off_on is not null then told.unpaid
                 when f.state in ('overdue', 'written_off') or f.bad_since is not null then f.outstanding_fen
                 else 0 end;
    return greatest(least(greatest(told.back, loss - owed)
                          + least(told.interest, coalesce(fen_of(doc ->> 'loss_interest'), 0)), claim_whole_fen(c))
                    - coalesce((select sum(s.amount_fen) from claim_step s where s.claim = (c).id), 0), 0);
end $$;

-- The final claim that has taken over what was paid in advance: what comes back is told there. A final claim of an
-- earlier default, cured since, takes over nothing.
create or replace function superseded_by(c claim) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference
      from claim o
     where (c).kind = 'pre_compensation' and o.kind = 'compensation'
       and o.loan_id = (c).loan_id and o.scheme_code = (c).scheme_code and o.recorded_at >= (c).recorded_at
       and (claim_counts(o.id) or claim_took(o.id, 'pay'))
     order by o.recorded_at desc
     limit 1
$$;

-- As before; an advance whose final claim was cured went back with it.
create or replace function claim_counts(claim_id uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select claim_state(claim_id) <> 'returned'
       and not claim_took(claim_id, 'withdraw') and not claim_took(claim_id, 'cure')
       and not exists (select from claim c
                         join claim o on o.loan_id = c.loan_id and o.scheme_code = c.scheme_code
                                     and o.kind = 'compensation' and o.recorded_at >= c.recorded_at
                        where c.id = claim_id and c.kind = 'pre_compensation' and claim_took(o.id, 'cure'))
$$;

-- What the step moves: into c; and what stands against it.
create or replace function step_amounts(inout c step_case, out problems json[])
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    fund text := 'fund:' || (c.claim).scheme_code;
    paid bigint := claim_paid_fen(c.claim);
    share bigint := (c.claim).fund_fen + (c.claim).advance_fen;
    whole bigint := claim_whole_fen(c.claim);
    final text := superseded_by(c.claim);
    amounts bigint;
    costs bigint;
    net numeric; -- of all recoveries, costs first; then by the part secured by IP, half up
begin
    problems := '{}';
    c.cause := case c.step when 'pay' then 'compensation' when 'recover' then 'recovery' when 'cure' then 'return' end;
    case c.step
        when 'approve', 'pay' then
            c.fund_fen := (c.claim).fund_fen;
            -- the hold of the approval covers the payment, unless it has expired
            if available_fen(fund) < c.fund_fen and not (c.step = 'pay' and exists (
                   select from hold h where h.id = (c.last).hold and h.until_day >= today())) then
                problems := array[problem('E_OVERDRAFT', '', fund || ' ' || yuan_text(available_fen(fund)))];
            elsif short_day(fund, c.fund_fen, c.day) is not null then
                problems := array[problem('E_OVERDRAFT', '/on', fund || ' ' || short_day(fund, c.fund_fen, c.day))];
            end if;
        when 'recover' then
            c.amount_fen := fen_of(c.doc ->> 'amount');
            c.costs_fen := coalesce(fen_of(c.doc ->> 'costs'), 0);
            select coalesce(sum(s.amount_fen), 0), coalesce(sum(s.costs_fen), 0) into amounts, costs
              from claim_step s where s.claim = (c.claim).id and s.step = 'recover';
            net := greatest(amounts + c.amount_fen - costs - c.costs_fen, 0);
            net := div(2 * net * (c.claim).part_up + (c.claim).part_down, 2 * (c.claim).part_down::numeric);
            if net > (c.claim).net_loss_fen then
                problems := array[problem('E_EXCEEDS', '/amount', yuan_text(whole - amounts + costs + c.costs_fen))];
            elsif costs + c.costs_fen > whole then -- else one line of costs swallows whatever comes back for ever
                problems := array[problem('E_EXCEEDS', '/costs', yuan_text(whole - costs))];
            end if;
            c.fund_fen := greatest(recovered_fund_fen((select coalesce(s.body ->> 'recovery_order', 'pro_rata')
                                                         from scheme s where s.id = (c.claim).scheme),
                                                      share, (c.claim).net_loss_fen - share, net::bigint)
                                   - (share - paid), 0);
        when 'cure' then
            c.fund_fen := paid;
        when 'close' then
            if claim_untold_fen(c.claim) > 0 then
                problems := array[problem('E_UNTOLD', '', yuan_text(claim_untold_fen(c.claim)))];
            elsif final is not null and not exists (
                   select from claim o
                    where o.org_id = (c.claim).org_id and o.reference = final and claim_took(o.id, 'pay')) then
                problems := array[problem('E_COMPENSATED', '', final)]; -- it may still be withdrawn
            end if;
        else
    end case;
    if c.cause in ('recovery', 'return') and final is not null then
        problems := array[problem('E_COMPENSATED', '', final)];
    end if;
end $$;

-- ---- the days that count -----------------------------------------------------------------------

-- The day by which a claim counts for the limits of a year: that of its last acceptance, which finance enters; before
-- it is accepted the bank's own. Else a bank that dates its claim back finds the room that an earlier year left.
create function claim_limit_day(c claim) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(max(s.on_day), (c).on_day)
      from claim_step s
     where s.claim = (c).id and s.step = 'accept'
       and s.n > (select coalesce(max(r.n), 0) from claim_step r where r.claim = (c).id and r.step = 'return')
$$;

-- The day by which a claim that is accepted on a day was received: when finance first had it in hand, unless the bank
-- let a deadline pass that it was returned with.
create function claim_receipt_day(claim_id uuid, accepted date) returns date
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

-- Has the loan gone bad as the scheme asks, and was the claim made in time?
create or replace function judge_trigger(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    grades text[] := array['normal', 'special_mention', 'substandard', 'doubtful', 'loss'];
    rule json := c.rules -> 'trigger';
    overdue_days int := (rule ->> 'days_overdue')::int;
    bad_months int := (rule ->> 'non_performing_months')::int;
    grade text := rule ->> 'min_grade';
    life loan_life := c.life;
    reached date; -- the day on which the last of its conditions came true
    last_day date;
    p json[] := '{}';
begin
    if overdue_days is not null then
        if coalesce(c.day - life.overdue_since, 0) < overdue_days then
            p := p || problem('E_TRIGGER', '/on', format('days_overdue %s < %s',
                              coalesce(c.day - life.overdue_since, 0), overdue_days));
        end if;
        reached := greatest(reached, life.overdue_since + overdue_days);
    end if;
    if grade is not null then
        if array_position(grades, life.grade) < array_position(grades, grade) and life.state <> 'written_off' then
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
    if coalesce((rule ->> 'written_off')::boolean, false) then
        if life.state <> 'written_off' then
            p := p || problem('E_TRIGGER', '/on', 'written_off');
        end if;
        reached := greatest(reached, life.written_off_on);
    end if;
    -- the day of the claim is the bank's word; the day it was received is that of whoever accepts it
    last_day := reached + (c.rules ->> 'claim_window_days')::int;
    if greatest(c.day, case when c.received is not null then claim_receipt_day(c.claim_id, c.received) end) > last_day then
        p := p || problem('E_WINDOW', '/on', last_day::text);
    end if;
    return p;
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
        select 'cap_per_loan' as name, fen_of((c).rules ->> 'cap_per_loan') as cap,
               (select sum(o.fund_fen) from other o where o.loan_id = ((c).loan).id) as used
        union all
        select 'cap_per_enterprise', fen_of((c).rules ->> 'cap_per_enterprise'),
               (select sum(o.fund_fen) from other o where o.borrower = ((c).loan).borrower)
        union all
        select 'cap_bank_year', fen_of((c).rules ->> 'cap_bank_year'),
               (select sum(o.fund_fen) from other o where o.this_year and o.org_id = (c).org)
        union all
        select 'cap_fund_year', fen_of((c).rules ->> 'cap_fund_year'),
               (select sum(o.fund_fen) from other o where o.this_year)
        union all
        select 'pool_balance', case when ((c).rules ->> 'pool_balance_limits_liability')::boolean then
                    balance_fen('fund:' || ((c).scheme).code, null, null) + paid_out_fen(((c).scheme).code) end,
               (select sum(o.fund_fen) from other o)
    )
    select cap.name, (cap.cap - coalesce(cap.used, 0))::bigint
      from cap
     where cap.cap is not null
$$;

-- ---- what decides a payment --------------------------------------------------------------------

-- Of a loan's record, what decides whether and how much is paid.
create function loan_claim_facts(body json) returns text language sql immutable parallel safe as $$
    select json_build_array(body ->> 'scheme', body ->> 'borrower_uscc', body ->> 'amount', body ->> 'ip_amount',
               body ->> 'rate', body ->> 'signed_on', body ->> 'disbursed_on', body ->> 'registered_on',
               body ->> 'first_loan', body ->> 'guarantor_uscc',
               (select json_agg(x ->> 'number' order by x ->> 'number')
                  from json_array_elements(body -> 'ip') x))::text
$$;

-- The version of a loan that claims, if it differs in what decides from the version that stood when the default was
-- first told, or before the day of the default; null: it does not. What was changed and changed back does no harm; a
-- correction made before the loan failed does none either, even when a default had been told by mistake before it.
drop function late_change(uuid);
create function late_change(l loan, default_day date) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    with stood as (
        select r.body
          from record r
         where r.id = (l).id
           and (r.version = 1 or r.recorded_at <= coalesce(default_told((l).id), 'infinity')
                or (r.recorded_at at time zone 'Asia/Shanghai')::date < default_day)
         order by r.version desc
         limit 1
    )
    select r.version
      from record r, stood s
     where r.id = (l).id and r.version = (l).version
       and loan_claim_facts(r.body) <> loan_claim_facts(s.body)
$$;

-- The claims that were paid for a loan and not given back by a cure.
create function claims_paid_on(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg(c.reference, ', ' order by c.recorded_at, c.id)
      from claim c
     where c.loan_id = loan and claim_took(c.id, 'pay') and claim_counts(c.id)
$$;

-- What stands against the correction of a loan: its events must still be possible, and nothing that decided a payment
-- may change after it.
create function loan_correction_problems(loan uuid, doc json) returns json[] language plpgsql stable as $$
declare
    l loan;
    f loan_life;
begin
    if claims_paid_on(loan) is not null and loan_claim_facts(doc) <> (
           select loan_claim_facts(r.body) from record r where r.id = loan order by r.version desc limit 1) then
        return array[problem('E_PAID_UPON', '', claims_paid_on(loan))];
    elsif not exists (select from loan_event e where e.loan_id = loan) then
        return '{}';
    end if;
    select v.* into l from loan v where v.id = loan order by v.version desc limit 1;
    l.amount_fen := fen_of(doc ->> 'amount');
    l.signed_on := (doc ->> 'signed_on')::date;
    l.disbursed_on := (doc ->> 'disbursed_on')::date;
    l.matures_on := (doc ->> 'matures_on')::date;
    f := loan_fold(l, 'infinity', null, null);
    if f.bad_code is not null then
        return array[problem('E_STATE_LATER', '', coalesce((
            select e.reference || ' (' || e.kind || ' ' || e.on_day || ')' from loan_event e where e.id = f.bad_event),
            'disbursed_on'))];
    end if;
    return '{}';
end $$;

-- As before (0008); of a loan, see above.
create or replace function correction_refusal(type text, record_id uuid, doc json) returns json
    language plpgsql stable as $$
declare
    p json[] := '{}';
begin
    if type = 'loan' then
        p := loan_correction_problems(record_id, doc);
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

-- Is the loan one that the scheme covers: kind, pledge, exclusions, rate?
create or replace function judge_terms(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    rules json := c.rules;
    default_day date := least((c.life).overdue_since, (c.life).bad_since);
    ceiling int := rate_ceiling_ppm(rules -> 'rate_ceiling', l.signed_on);
    p json[] := '{}';
begin
    if c.day > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    end if;
    if c.doc ->> 'kind' = 'pre_compensation' and not coalesce((rules ->> 'pre_compensation')::boolean, false) then
        p := p || problem('E_CLAIM_KIND', '/kind', (c.scheme).code);
    end if;
    if late_change(l, default_day) is not null then
        p := p || problem('E_LATE_CHANGE', '/loan', late_change(l, default_day)::text);
    end if;
    if (c.life).released_on <= coalesce(default_day, c.day) then
        p := p || problem('E_RELEASED', '/loan', (c.life).released_on::text);
    end if;
    if l.registered_on is null or l.registered_on > coalesce(default_day, c.day) then
        p := p || problem('E_UNREGISTERED', '/loan', coalesce(l.registered_on::text, '-'));
    end if;
    if coalesce((rules ->> 'excludes_guaranteed')::boolean, false) and exists (
           select from record r
            where r.id = l.id and r.version = l.version and r.body ->> 'guarantor_uscc' is not null) then
        p := p || problem('E_EXCLUDED', '/loan', 'guarantor_uscc');
    end if;
    if l.ip_amount_fen::numeric * 1000000 < l.amount_fen::numeric * ppm_of(rules ->> 'ip_share_min') then
        p := p || problem('E_IP_SHARE', '/loan', rules ->> 'ip_share_min');
    end if;
    if rules -> 'rate_ceiling' is not null and ceiling is null then
        p := p || problem('E_NO_LPR', '/loan', l.signed_on::text);
    elsif l.rate_ppm > ceiling then
        p := p || problem('E_RATE_CEILING', '/loan', percent_text(ceiling));
    end if;
    return p;
end $$;

-- ---- the pool ----------------------------------------------------------------------------------

-- The loans of a scheme as they stand: those that it names now, and those that it named at an instant; what was moved
-- out since still counts.
create function scheme_loans(code text, at timestamptz) returns setof loan
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.*
      from loan_latest o
     where o.id in (select v.id
                      from loan v
                     where v.scheme = code
                       and (not exists (select from loan n where n.id = v.id and n.version = v.version + 1)
                            or v.recorded_at <= at
                               and not exists (select from loan n
                                                where n.id = v.id and n.version = v.version + 1 and n.recorded_at <= at)))
$$;

-- What a bank has lent under a scheme and is still owed on a day, and how much of that is bad: graded substandard or
-- worse, written off, or unpaid for more than 90 days (银保监会令〔2023〕1号), whether the bank has told a grade or not.
-- A loan whose term ended 90 days ago and of which nothing was told since is unpaid as far as anybody knows.
create function bank_pool(bank bigint, code text, day date, at timestamptz, out owed numeric, out bad numeric)
    language sql stable security definer set search_path = public, pg_temp as $$
    select sum(y.owed), coalesce(sum(y.owed) filter (where y.bad), 0)
      from scheme_loans(code, at) o
     cross join lateral (
           select f.outstanding_fen as owed,
                  f.bad_since is not null or f.bad_code is not null or day - f.overdue_since > 90
                  or f.state = 'matured' and day - f.matures_on > 90 as bad
             from loan_fold(o, day, null, null) f
            where exists (select from loan_event e where e.loan_id = o.id)
           union all
           select o.amount_fen, day - o.matures_on > 90
            where o.disbursed_on <= day
              and not exists (select from loan_event e where e.loan_id = o.id)) y
     where o.org_id = bank and o.signed_on <= day
$$;

-- How much more may be lent under a scheme after a loan, against what was appropriated by a day; null: it sets no limit.
create function leverage_room(l loan, rules json, day date) returns numeric
    language sql stable security definer set search_path = public, pg_temp as $$
    select (rules ->> 'leverage_limit')::numeric * -balance_fen('appropriation:' || (l).scheme, day, null) - (
           select sum(o.amount_fen)
             from scheme_loans((l).scheme, default_told((l).id)) o
            where (o.signed_on, o.id) <= ((l).signed_on, (l).id))
     where rules ->> 'leverage_limit' is not null
$$;

-- Leverage: the loans of the scheme up to this one against what was appropriated. Breaker: the share of this bank's
-- outstanding loans of the scheme that are bad. By the day of receipt once it is known: the bank's own day could be one
-- on which fewer loans were bad.
create or replace function judge_pool(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    day date := greatest(c.day, c.received);
    room numeric := leverage_room(l, c.rules, day);
    pool record;
    p json[] := '{}';
begin
    if room < 0 then
        p := p || problem('E_LEVERAGE', '/loan', format('%s > %s × %s',
                          yuan_text(((c.rules ->> 'leverage_limit')::numeric
                                     * -balance_fen('appropriation:' || l.scheme, day, null) - room)::bigint),
                          c.rules ->> 'leverage_limit', yuan_text(-balance_fen('appropriation:' || l.scheme, day, null))));
    end if;
    if c.rules ->> 'npl_breaker' is not null then
        pool := bank_pool(c.org, l.scheme, day, default_told(l.id));
        if pool.bad * 1000000 > pool.owed * ppm_of(c.rules ->> 'npl_breaker') then
            p := p || problem('E_BREAKER', '/loan', percent_text((pool.bad * 1000000 / pool.owed)::bigint) || ' > '
                              || (c.rules ->> 'npl_breaker'));
        end if;
    end if;
    return p;
end $$;

-- ---- the split and the answer ------------------------------------------------------------------

-- Has the ledger a loan of the borrower that was drawn before this one was signed? Whoever lent it.
create function borrowed_before(l loan) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from loan_latest o
                    where o.borrower = (l).borrower and o.id <> (l).id
                      and coalesce((select min(e.on_day) from loan_event_standing e
                                     where e.loan_id = o.id and e.kind = 'disbursed'), o.disbursed_on) < (l).signed_on)
$$;

-- What is left under the limits that are not caps: what the fund may still promise after this claim, what may still be
-- lent after this loan, and how much more of the bank's loans may go bad.
create function claim_pool_rooms(c claim_case, fund bigint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
           'fund_balance', yuan_text(greatest(available_fen('fund:' || ((c).scheme).code) - fund, 0)),
           'leverage', (select yuan_text(greatest(x.room, 0)::bigint)
                          from leverage_room((c).loan, (c).rules, greatest((c).day, (c).received)) as x(room)
                         where x.room is not null),
           'npl_breaker', case when (c).rules ->> 'npl_breaker' is not null then (
                select yuan_text(greatest(div(p.owed * ppm_of((c).rules ->> 'npl_breaker'), 1000000) - p.bad, 0)::bigint)
                  from bank_pool((c).org, ((c).loan).scheme, greatest((c).day, (c).received),
                                 default_told(((c).loan).id)) p) end))
$$;

-- Share the loss over the layers; what a cap or limit keeps from a party, the bank bears.
create or replace function judge_split(c claim_case, inout j judgement)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    parties text[];
    shares bigint[];
    caps bigint[];
    amounts bigint[];
    fund_at int;
    bank_at int;
    uplift bigint := case when (c.loan).first_loan then ppm_of(c.rules ->> 'first_loan_uplift') end;
    limited record;
begin
    if uplift is not null and borrowed_before(c.loan) then
        uplift := null;
        j.account := j.account || account_line('first_loan_uplift', 'an earlier loan of the borrower is on record', 0);
    end if;
    select array_agg(e ->> 'party' order by n), array_agg(ppm_of(e ->> 'share')::bigint order by n),
           array_agg(fen_of(e ->> 'cap') order by n)
      into parties, shares, caps
      from json_array_elements(c.rules -> 'layers') with ordinality as y(e, n);
    fund_at := array_position(parties, 'fund');
    bank_at := array_position(parties, 'bank');
    shares[fund_at] := shares[fund_at] + coalesce(uplift, 0);
    shares[bank_at] := shares[bank_at] - coalesce(uplift, 0);
    amounts := split_loss(j.net_loss, shares);
    for i in 1 .. cardinality(parties) loop
        j.account := j.account || account_line(parties[i], format('%s × %s%%', yuan_text(j.net_loss),
                     percent_text(shares[i])), amounts[i]);
        if caps[i] < amounts[i] and i <> bank_at then
            amounts[bank_at] := amounts[bank_at] + amounts[i] - caps[i];
            amounts[i] := caps[i];
            j.account := j.account || account_line(parties[i], 'cap of the layer', amounts[i]);
        end if;
    end loop;
    -- what was paid in advance is part of the fund's share; a claim judged again has not paid anything itself yet
    j.advance_fen := loan_paid_fen((c.loan).id, (c.scheme).code);
    if j.advance_fen > 0 then
        j.account := j.account || account_line('paid_in_advance', '', -j.advance_fen);
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
            j.account := j.account || account_line('fund', limited.name, limited.room);
        end if;
    end loop;
    select coalesce(jsonb_object_agg(r.name, yuan_text(greatest(r.room - j.fund_fen, 0))), '{}')
           || claim_pool_rooms(c, j.fund_fen)
      into j.headroom
      from claim_rooms(c) r;
    select json_agg(json_build_array(parties[i], shares[i], amounts[i]) order by i) into j.split
      from generate_subscripts(parties, 1) i;
end $$;

create or replace function claim_members(c claim) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    last claim_step;
begin
    select s.* into last from claim_step s where s.claim = c.id order by s.n desc limit 1;
    return format('"state":%s,"seen":%s,"scheme":%s,"scheme_version":%s,"net_loss":%s,"fund":%s,"paid":%s,"split":%s,'
                  '"arithmetic":%s,"headroom":%s,"steps":%s,"legal_steps":%s%s',
        to_json(coalesce(last.state, 'submitted')), to_json(claim_seal(c.id)), to_json(c.scheme_code),
        to_json((select s.effective_from from scheme s where s.id = c.scheme)),
        to_json(yuan_text(c.net_loss_fen)), to_json(yuan_text(c.fund_fen)), to_json(yuan_text(claim_paid_fen(c))),
        (select json_agg(json_build_object('party', x ->> 0, 'share', percent_text((x ->> 1)::bigint),
                'amount', yuan_text((x ->> 2)::bigint)) order by n)
           from json_array_elements(c.split) with ordinality as y(x, n)),
        c.account -> 'lines', c.account -> 'headroom',
        coalesce((select json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                         'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'owner', s.owner, 'due_on', s.due_on,
                         'fund', yuan_text(s.fund_fen), 'amount', yuan_text(s.amount_fen), 'costs', yuan_text(s.costs_fen),
                         'transfer', s.transfer, 'at', instant_text(s.recorded_at)))
                         order by s.n)
                    from claim_step s where s.claim = c.id), '[]'),
        to_json(coalesce((select array_agg(x.step order by x.step) from claim_transition x
                  where x.state = coalesce(last.state, 'submitted')), '{}')),
        concat(case when last.state = 'returned' then format(',"owner":%s,"due_on":%s,"days_returned":%s,"days_over":%s',
                         to_json(last.owner), to_json(last.due_on), today() - last.on_day,
                         greatest(today() - last.due_on, 0)) end,
               case when claim_untold_fen(c) > 0 then ',"recovery_untold":' || to_json(yuan_text(claim_untold_fen(c))) end));
end $$;
