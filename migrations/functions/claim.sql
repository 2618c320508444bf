-- Claims on a fund: judged on what is known, split over the layers, and moved step by step.

-- An amount over parties by weights (shares in ppm, or amounts): exact to the fen, odd fen by largest remainder,
-- ties to the earlier one of them.
create or replace function claim_split_loss(loss bigint, shares bigint[]) returns bigint[] language sql immutable as $$
    with part as (
        select n, loss::numeric * share as product, sum(share) over () as whole
          from unnest(shares) with ordinality as x(share, n)
    ),
    whole as (
        select n, case when whole = 0 then 0 else div(product, whole) end as amount,
               case when whole = 0 then 0 else mod(product, whole) end as rest
          from part
    ),
    ranked as (
        select n, amount, row_number() over (order by rest desc, n) as place, loss - sum(amount) over () as odd
          from whole
    )
    select array_agg((amount + case when place <= odd then 1 else 0 end)::bigint order by n)
      from ranked
$$;

-- One claim at a time, whoever asks: what was judged is what is stored.
create or replace function claims_lock() returns void
    language sql as $$ select pg_advisory_xact_lock(lock_no('claims')) $$;

-- ---- what claims take of the limits ---------------------------------------------------------------

-- What counted claims take of one limit of a scheme.
create or replace function claim_sum_fen(code text, of_what text, of_key text) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce((select s.fen
                       from claim_sum s
                      where s.scheme_code = code and s.what = of_what and s.key = of_key), 0);
end $$;

-- Adds what a claim takes to the sums of its scheme, or takes it away again.
create or replace function claim_sum_add(n claim_now, sign int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into claim_sum as s (scheme_code, what, key, fen)
    select (n).scheme_code, x.what, x.key, sign * (n).fund_fen
      from (values ('loan', (n).loan_id::text), ('enterprise', (n).borrower), ('bank', (n).org_id || ' ' || (n).year),
                   ('fund', (n).year::text), (case when not (n).paid then 'open' end, '')) as x(what, key)
     where (n).counts and x.what is not null
    on conflict (scheme_code, what, key) do update set fen = s.fen + excluded.fen;
end $$;

-- Keeps the sums with every change of a claim's figure.
create or replace function claim_sum_follow() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        perform claim_sum_add(old, -1);
    end if;
    perform claim_sum_add(new, 1);
    return null;
end $$;
create or replace trigger claim_sum_follow after insert or update on claim_now
    for each row execute function claim_sum_follow();

-- ---- states ----------------------------------------------------------------------------------------

-- The state that a claim is in: by its last step, but that one which was returned and did
-- not come back in time has lapsed.
create or replace function claim_state(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when n.state = 'returned' and n.due_on < today() then 'lapsed' else n.state end
      from claim_now n
     where n.claim = claim_id
$$;

-- What the fund bears of a claim, as it was judged last.
create or replace function claim_fund_fen(claim_id uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select n.fund_fen from claim_now n where n.claim = claim_id
$$;

-- The day by which a returned claim is to come back; null: it is not returned.
create or replace function claim_due_on(claim_id uuid) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    select n.due_on from claim_now n where n.claim = claim_id and n.state in ('returned', 'lapsed')
$$;

-- Was this step ever taken on a claim?
create or replace function claim_took(claim_id uuid, name text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claim_step s where s.claim = claim_id and s.step = name)
$$;

-- What was told to have come back by a claim, a recovery or all of it by a cure, and finance has neither received nor
-- refused; told first. What moved money when it was told, as it did at first, waits for nobody.
create or replace function claim_told_first(claim_id uuid) returns claim_step
    language sql stable security definer set search_path = public, pg_temp as $$
    select s
      from claim_step s
     where s.claim = claim_id and s.step in ('recover', 'cure') and s.fund_fen is null
       and not exists (select from claim_step d where d.claim = claim_id and d.told = s.id)
     order by s.n
     limit 1
$$;

-- Was a claim cured, and finance has not refused that?
create or replace function claim_cured(claim_id uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claim_step s
                    where s.claim = claim_id and s.step = 'cure'
                      and not exists (select from claim_step d
                                       where d.claim = claim_id and d.told = s.id and d.step = 'refuse'))
$$;

-- Does a claim count: against limits, and in the way of others? Returned, lapsed and withdrawn ones do not, nor cured
-- ones once finance has closed them: it has the money.
create or replace function claim_counts(claim_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select coalesce((select n.counts from claim_now n where n.claim = claim_id), false));
end $$;

-- The claim that has taken over what an earlier one was paid upon: of those of a loan under a scheme by one kind of
-- claimant the one that was paid last. What comes back of all of them is told there.
create or replace function claim_superseded_by(c claim) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference
      from claim_step mine
      join claim o on o.loan_id = (c).loan_id and o.scheme_code = (c).scheme_code and o.claimant = (c).claimant
      join claim_step s on s.claim = o.id and s.step = 'pay'
     where mine.claim = (c).id and mine.step = 'pay' and o.id <> (c).id and s.recorded_at > mine.recorded_at
     order by s.recorded_at desc
     limit 1
$$;

-- A further claim that will take over what one was paid upon, once it is paid itself: until then it may be withdrawn.
create or replace function claim_followed_by(c claim) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(o.reference)
      from claim_now n
      join claim o on o.id = n.claim
     where n.loan_id = (c).loan_id and n.scheme_code = (c).scheme_code and o.claimant = (c).claimant
       and n.claim <> (c).id and n.counts and not n.paid
$$;

-- What a fund has paid for a loan to one kind of claimant over all claims under a scheme, less what came back. other:
-- the fund of a layer that is another's; null: the scheme's own.
create or replace function claims_paid_fen(loan uuid, code text, who text, other text, known_at timestamptz)
    returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select coalesce(sum(case when other is not null then (
                                 select sum((m ->> 1)::bigint)
                                   from json_array_elements(s.funds) m where m ->> 0 = other)
                                 when s.step in ('pay', 'accept_costs') then s.fund_fen
                                 else -s.fund_fen end), 0)::bigint
          from claim c
          join claim_step s on s.claim = c.id
                           and s.step in ('pay', 'recover', 'receive', 'cure', 'close', 'accept_costs')
         where c.loan_id = loan and c.scheme_code = code and c.claimant = who
           and (claims_paid_fen.known_at is null or s.recorded_at <= claims_paid_fen.known_at));
end $$;

-- What the fund is still out of pocket by a claim; those that it has taken over count with it.
create or replace function claim_paid_fen(c claim) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when claim_took((c).id, 'pay') and claim_superseded_by(c) is null
                then claims_paid_fen((c).loan_id, (c).scheme_code, (c).claimant, null, null) else 0 end
$$;

-- Claims on a loan that are under way or were paid and not closed: while there is one its cover stays.
create or replace function claims_open_on(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg(c.reference, ', ' order by c.recorded_at, c.id)
      from claim_now n
      join claim c on c.id = n.claim
     where n.loan_id = loan and n.counts and n.state <> 'closed'
$$;

-- Those that were returned and did not come back in time lapse, with an entry in their history.
create or replace function claims_lapse() returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    lapsed bigint := 0;
    n claim_now;
begin
    perform coverage_fill();
    for n in select x.* from claim_now x where x.state = 'returned' and x.due_on < today() loop
        insert into claim_step (id, claim, n, step, state, on_day, reason, recorded_at, recorded_by)
        select gen_random_uuid(), n.claim, max(s.n) + 1, 'lapse', 'lapsed', today(),
               '补正期限 ' || n.due_on || ' 已过', (select record_now()), 'pledged'
          from claim_step s
         where s.claim = n.claim;
        update claim_now x set state = 'lapsed' where x.claim = n.claim;
        lapsed := lapsed + 1;
    end loop;
    return lapsed;
end $$;

-- How many claims have lapsed, noted or not yet.
create or replace function claims_lapsed() returns bigint
    language sql stable security definer set search_path = public, pg_temp as
    $$ select count(*) from claim_now n where n.state = 'lapsed' or n.state = 'returned' and n.due_on < today() $$;

-- Is there something that claims_lapse would note: a claim whose term to come back has ended, a cover without figures?
create or replace function claims_due_to_lapse() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claim_now n where n.state = 'returned' and n.due_on < today())
           or exists (select from coverage c where c.bad_fen is null)
$$;

-- ---- the case --------------------------------------------------------------------------------------

-- The loan that a claim or a request for cover names: a bank's own by contract number or
-- id, a guarantor's that names it.
create or replace function claim_loan(org bigint, asked text) returns loan
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    o org;
    l loan;
begin
    select x.* into o from org x where x.id = org;
    if asked ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
        select v.* into l from loan v where v.id = asked::uuid order by v.version desc limit 1;
    elsif o.kind = 'bank' then
        select v.* into l from loan_keyed(org, asked) v;
    else
        select v.* into l
          from submission r
          join loan v on v.id = r.id and v.version = r.version
         where r.type = 'loan' and r.key_form = text_form(asked) and v.guarantor in (o.code, o.uscc)
           and not record_has_later(v.id, v.version, null)
         order by v.id
         limit 1;
    end if;
    if o.kind = 'bank' and l.org_id = org or o.kind = 'guarantor' and l.guarantor in (o.code, o.uscc) then
        return l;
    end if;
    return null;
end $$;

-- The cover that a claim on a loan stands on: the live one, else the last that ever was in force.
create or replace function claim_cover(loan uuid) returns coverage
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select c
          from coverage c
         where c.loan_id = loan and c.state <> 'refused'
         order by c.state in ('covered', 'suspended') desc, c.state = 'ended' desc, c.no desc
         limit 1);
end $$;

-- Costs of recovery as told: a list of {what, amount, evidence}; an amount in records of earlier versions.
create or replace function claim_costs_fen(costs json) returns bigint language sql immutable as $$
    select case json_typeof(costs)
           when 'array' then (select sum(yuan_fen((x ->> 'amount')::numeric)) from json_array_elements(costs) x)
           when 'string' then yuan_fen((costs #>> '{}')::numeric) end::bigint
$$;

-- Principal, and where it counts interest, that was paid on a loan by what was told after an instant: of those whose
-- payments do not stand in a layer of the scheme.
create or replace function claim_shown_since(loan uuid, terms scheme_terms, after timestamptz, known_at timestamptz,
                                             out principal_fen bigint, out paid_fen bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    select coalesce(sum(e.principal_fen), 0)::bigint,
           coalesce(sum(coalesce(e.principal_fen, 0)
                        + case when terms.loss_base = 'principal_and_interest' then coalesce(e.interest_fen, 0)
                               else 0 end), 0)::bigint
      into principal_fen, paid_fen
      from loan_event_standing e
     where e.loan_id = claim_shown_since.loan and e.kind in ('repaid', 'recovered', 'settled')
       and e.recorded_at > after
       and (claim_shown_since.known_at is null or e.recorded_at <= claim_shown_since.known_at)
       and not (terms.other_compensation is not distinct from 'layered'
                and coalesce(e.payer, 'borrower') in ('guarantor', 'insurer'));
end $$;

-- What stands of the claims that were paid on a loan to one kind of claimant, but one, as known at an instant. Each has
-- taken over those before it, so that what has not come back is what is left of the last.
create or replace function claim_past_of(l loan, terms scheme_terms, code text, who text, but uuid,
                                         known_at timestamptz) returns claim_past
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p claim_past;
    n record;
    last_told bigint; -- by the steps of the last
    off_then bigint;  -- of what those before it told, which was taken off when it was judged
begin
    for n in
        select x.*, q.reference, q.on_day, s.recorded_at as paid_at, t.told, t.costs, t.later_costs
          from claim_now x
          join claim q on q.id = x.claim
          join claim_step s on s.claim = x.claim and s.step = 'pay'
         cross join lateral (
               select coalesce(sum(y.amount_fen) filter (where y.fund_fen is not null), 0)::bigint as told,
                      coalesce(sum(y.accepted_fen), 0)::bigint as costs,
                      coalesce(sum(y.accepted_fen) filter (where y.step = 'accept_costs'), 0)::bigint as later_costs
                 from claim_step y
                where y.claim = x.claim
                  and (claim_past_of.known_at is null or y.recorded_at <= claim_past_of.known_at)) t
         where x.loan_id = l.id and x.scheme_code = code and q.claimant = who and x.paid and x.counts
           and x.claim is distinct from but
           and (claim_past_of.known_at is null or s.recorded_at <= claim_past_of.known_at)
         order by s.recorded_at
    loop
        p.claims := concat_ws(', ', p.claims, n.reference);
        p.first_at := coalesce(p.first_at, n.paid_at);
        p.years := p.years || n.year;
        p.last_day := n.on_day;
        p.last_at := n.paid_at;
        p.counted_fen := n.principal_fen + coalesce(p.told_fen, 0);
        p.told_fen := coalesce(p.told_fen, 0) + n.told;
        p.costs_fen := coalesce(p.costs_fen, 0) + n.costs;
        p.net_fen := greatest(n.net_loss_fen - div(2 * greatest(n.told - n.later_costs, 0)::numeric * n.part_up
                                                   + n.part_down, 2 * n.part_down::numeric)::bigint, 0);
        p.principal_fen := n.principal_fen;
        p.interest_fen := n.interest_fen;
        last_told := n.told;
    end loop;
    if who = 'guarantor' then -- what it got back stands in no account of the ledger
        p.off_fen := p.told_fen;
        p.principal_fen := p.counted_fen - p.told_fen;
    elsif p.claims is not null then
        off_then := greatest(p.told_fen - last_told
                             - (claim_shown_since(l.id, terms, p.first_at, p.last_at)).paid_fen, 0);
        p.off_fen := greatest(p.told_fen - (claim_shown_since(l.id, terms, p.first_at, known_at)).paid_fen, 0);
        p.principal_fen := greatest(p.principal_fen - greatest(least(last_told, p.off_fen - off_then + (
                               claim_shown_since(l.id, terms, p.last_at, known_at)).principal_fen), 0), 0);
    end if;
    return p;
end $$;

-- The day of the default by which a claim is judged.
create or replace function claim_default_day(c claim_case) returns date language sql stable as
    $$ select loan_default_day((c).life, coalesce(shanghai_day((c).known_at), today())) $$;

-- All that a claim is judged by, as known at an instant (null: now). on_day: of its receipt by the ledger.
create or replace function claim_case_of(org bigint, doc json, claim_id uuid, on_day date, l loan, cover coverage,
                                         known_at timestamptz) returns claim_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    c claim_case;
begin
    c.org := org;
    c.told := json_populate_record(null::claim_told, doc);
    c.claim_id := claim_id;
    c.claimant := (select o.kind from org o where o.id = org);
    c.day := on_day;
    c.received := coalesce((c.told).received_on, on_day);
    c.known_at := known_at;
    c.now := l;
    c.life := loan_fold(l, 'infinity', known_at, null);
    c.cover := coverage_before(cover, claim_default_day(c));
    c.loan := (select v from loan v where v.id = l.id and v.version = coalesce((c.cover).loan_version, l.version));
    c.scheme := (select s from scheme s where s.id = cover.scheme);
    c.terms := scheme_terms_of((c.scheme).body);
    c.costs_fen := coalesce((select sum(s.accepted_fen)::bigint from claim_step s
                               where s.claim = claim_id and s.step = 'accept'
                                 and (known_at is null or s.recorded_at <= known_at)), 0);
    c.past := claim_past_of(l, c.terms, (c.scheme).code, c.claimant, claim_id, known_at);
    c.costs_fen := c.costs_fen + coalesce((c.past).costs_fen, 0); -- of the loss that it takes over
    return c;
end $$;

-- ---- may it be claimed at all ----------------------------------------------------------------------

-- What is asked of a loan's life on a day by the trigger of a scheme, and that it is owed; reached: when the
-- last of its conditions came true. A grade is the word of whoever gains by it: beside it something must be in arrears,
-- the term have ended (as extended) or the loan be written off.
create or replace function claim_trigger_problems(life loan_life, day date, rule scheme_trigger, out p json[],
                                                  out reached date)
    language plpgsql stable as $$
begin
    p := '{}'::json[];
    if life.state in ('settled', 'transferred') and life.written_off_on is null then -- its grade stays what it was
        p := p || problem('E_TRIGGER', '/loan', case life.state when 'settled' then '贷款已结清' else '贷款已转让' end);
        return;
    end if;
    reached := least(life.overdue_since, life.written_off_on,
                     case when life.matures_on < day then life.matures_on + 1 end);
    if reached is null and (rule).days_overdue is null and (rule).written_off is distinct from true then
        p := p || problem('E_TRIGGER', '/loan', '本息没有拖欠,期限至 ' || life.matures_on);
    end if;
    if (rule).days_overdue is not null then
        if coalesce(day - life.overdue_since, 0) < (rule).days_overdue then
            p := p || problem('E_TRIGGER', '/loan',
                     format('逾期 %s 天,须满 %s 天',
                            coalesce(day - life.overdue_since, 0), (rule).days_overdue));
        end if;
        reached := greatest(reached, life.overdue_since + (rule).days_overdue);
    end if;
    if (rule).min_grade is not null then
        if grade_rank(life.grade) < grade_rank((rule).min_grade) and life.state <> 'written_off' then
            p := p || problem('E_TRIGGER', '/loan',
                     format('分类 %s,须为 %s 或更差',
                            grade_title(life.grade), grade_title((rule).min_grade)));
        end if;
        reached := greatest(reached, life.bad_since);
    end if;
    if (rule).non_performing_months is not null then
        if life.bad_since is null or day < life.bad_since + make_interval(months => (rule).non_performing_months) then
            p := p || problem('E_TRIGGER', '/loan',
                     format('不良自 %s,须满 %s 个月',
                            coalesce(life.bad_since::text, '-'), (rule).non_performing_months));
        end if;
        reached := greatest(reached, (life.bad_since + make_interval(months => (rule).non_performing_months))::date);
    end if;
    if (rule).written_off then
        if life.state <> 'written_off' then
            p := p || problem('E_TRIGGER', '/loan', '须先核销');
        end if;
        reached := greatest(reached, life.written_off_on);
    end if;
end $$;

-- Has the loan gone bad as the scheme asks, on the day of receipt and still; and was the claim made in time? A
-- guarantor claims for what it has paid, which its bank has told, within the window after its last payment.
create or replace function claim_judge_trigger(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    then_ record;
    now_ record;
    last_day date;
begin
    if c.claimant = 'guarantor' then
        last_day := (select max(e.on_day)
                       from loan_event_standing e
                      where e.loan_id = (c.now).id and e.payer = 'guarantor'
                        and (c.known_at is null or e.recorded_at <= c.known_at)) + (c.terms).claim_window_days;
        return case when c.received > last_day then array[problem('E_WINDOW', '/loan', last_day::text)]
                    else '{}'::json[] end;
    end if;
    then_ := claim_trigger_problems(loan_fold(c.now, c.received, c.known_at, null), c.received, (c.terms).trigger);
    now_ := claim_trigger_problems(c.life, greatest(c.received, today()), (c.terms).trigger);
    last_day := then_.reached + (c.terms).claim_window_days;
    return case when cardinality(then_.p) > 0 then then_.p else now_.p end
           || case when c.received > last_day then array[problem('E_WINDOW', '/loan', last_day::text)]
                   else '{}'::json[] end;
end $$;

-- Was the loan covered when it went bad? What would have been needed, and when, is told.
create or replace function claim_judge_cover(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    cover coverage := c.cover;
    default_day date := claim_default_day(c);
    p json[] := '{}'::json[];
begin
    if cover.id is null or cover.state in ('pending', 'requested') or cover.scheme is null then
        return array[problem('E_NO_COVER', '/loan', coalesce(
            '备案 ' || cover.reference || ' 待确认',
            (select '备案 ' || x.reference || ' 未通过:' || coalesce((select string_agg(distinct e ->> 0, ', ')
                      from json_array_elements(x.errors) e), '-')
               from coverage x where x.loan_id = (c.now).id order by x.no desc limit 1),
            '未备案') || coalesce(';须在 ' || default_day || ' 违约之前备案', ''))];
    elsif cover.state = 'suspended' and cover.errors is null then
        p := p || problem('E_SUSPENDED', '/loan', cover.reference);
    elsif coverage_ended_by(cover) = 'end' then
        p := p || problem('E_NO_COVER', '/loan', '备案 ' || cover.reference || ' 已终止');
    end if;
    p := p || coverage_unmet(cover, '/loan');
    if default_day < cover.on_day then
        p := p || problem('E_NO_COVER', '/loan', '备案自 ' || cover.on_day || ' 起,违约 ' || default_day || ' 在先');
    end if;
    return p;
end $$;

-- Is it a claim that the scheme takes, of a loan whose pledge stood at the default and still stands?
create or replace function claim_judge_terms(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    default_day date := least((c.life).overdue_since, (c.life).bad_since);
    p json[] := '{}'::json[];
begin
    if c.claim_id is null and (c.told)."on" <> today() then
        p := p || problem('E_TODAY', '/on', today()::text);
    end if;
    if c.received > c.day or c.received < c.day - 30 then
        p := p || problem('E_ORDER', '/received_on', (c.day - 30) || ' – ' || c.day);
    end if;
    if (c.told).kind = 'pre_compensation' and not coalesce((c.terms).pre_compensation, false) then
        p := p || problem('E_CLAIM_KIND', '/kind', (c.scheme).code);
    end if;
    if not c.claimant = any (coalesce((c.terms).claimants, '{bank}')) then
        p := p || problem('E_CLAIMANT', '/loan', (c.scheme).code);
    end if;
    -- what secured the loss is gone, also when it was let go after the default; what a guarantor paid off is released
    if (c.life).released_on <= coalesce(default_day, c.received)
       or c.claimant <> 'guarantor' and (c.life).released_on is not null then
        p := p || problem('E_RELEASED', '/loan', (c.life).released_on::text);
    end if;
    if l.registered_on is null or l.registered_on > coalesce(default_day, c.received) then
        p := p || problem('E_UNREGISTERED', '/loan', coalesce(l.registered_on::text, '-'));
    end if;
    return p || coverage_repriced_beyond(l, c.terms, coalesce(default_day, 'infinity'));
end $$;

-- Claims of the same loan that stand in the way: one that is under way, or by which money is coming back; one under a
-- scheme that excludes this one. One that was paid does not: what it was paid upon is taken over (claim_judge_past).
-- What a guarantor paid and what its bank is still owed are two losses, unless the scheme counts the one in the
-- other's layers: then one of them claims.
create or replace function claim_judge_elsewhere(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select coalesce(array_agg(problem('E_COMPENSATED', '/loan', o.scheme_code || ' ' || o.reference)
                                  order by o.recorded_at, o.id), '{}')
          from claim o
          join scheme s on s.id = o.scheme
         where o.loan_id = ((c).loan).id
           and o.id is distinct from (c).claim_id
           and claim_counts(o.id)
           and case when o.scheme_code = ((c).scheme).code and o.claimant = (c).claimant
                    then not claim_took(o.id, 'pay') or claim_cured(o.id) or (claim_told_first(o.id)).id is not null
                    when o.scheme_code = ((c).scheme).code
                    then ((c).terms).other_compensation is not distinct from 'layered'
                         and (o.kind = ((c).told).kind or o.kind = 'compensation' or not claim_took(o.id, 'pay'))
                    else exists (select from unnest(((c).terms).excludes) e where e.scheme = o.scheme_code)
                         or exists (select from unnest((scheme_terms_of(s.body)).excludes) e
                                     where e.scheme = ((c).scheme).code) end);
end $$;

-- Is there any loss that was not claimed yet? Interest alone, which only ran on, is none.
create or replace function claim_judge_past(c claim_case, inout j judgement) language plpgsql immutable as $$
declare
    p claim_past := c.past;
begin
    if p.claims is null then
        return;
    end if;
    j.account := j.account || claim_account_line('claimed_before', '其中此前理赔已计入、尚未收回', p.claims,
                                                 least(p.net_fen, j.net_loss));
    if (j.principal_fen <= p.principal_fen or j.net_loss <= p.net_fen)
       and not exists (select from unnest(j.problems) x where x ->> 0 = 'E_COMPENSATED') then
        j.problems := j.problems || problem('E_COMPENSATED', '/loan', (c.scheme).code || ' ' || p.claims);
    end if;
end $$;

-- The share of this bank's covered loans that is bad: of those covered before the default's own day, also such as left
-- their cover since.
create or replace function claim_judge_pool(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    pool record;
begin
    if (c.terms).npl_breaker is null then
        return '{}'::json[];
    end if;
    pool := coverage_pool((c.cover).org_id, (c.scheme).code,
                          coalesce(claim_default_day(c), 'infinity'), today());
    if pool.bad * 1000000 > pool.owed * percent_ppm((c.terms).npl_breaker) then
        return array[problem('E_BREAKER', '/loan', percent_text((pool.bad * 1000000 / pool.owed)::bigint) || ' > '
                             || (c.terms).npl_breaker)];
    end if;
    return '{}'::json[];
end $$;

-- ---- the loss --------------------------------------------------------------------------------------

-- One line of the arithmetic that a claim shows: what it is, in words, and how it comes about.
create or replace function claim_account_line(line text, words text, formula text, fen bigint) returns json
    language sql immutable as
    $$ select json_build_object('line', line, 'text', words, 'formula', formula, 'amount', yuan_text(fen)) $$;

-- The parties to a loss in the words of a clerk.
create or replace function claim_party_title(party text) returns text language sql immutable as $$
    select case party when 'fund' then '补偿资金' when 'bank' then '银行' when 'guarantor' then '担保机构'
                      when 'reguarantor' then '再担保机构' when 'insurer' then '保险机构'
                      when 'assessor' then '评估机构'
                      else '其他' end
$$;

-- What others paid on a loan since its default: guarantors and insurers by the loan's events, and its own guarantee
-- insurance by its records where the bank has not told of it. not_before: of payments since that day, or null.
create or replace function loan_paid_by(loan uuid, life loan_life, who text, known_at timestamptz,
                                        not_before date default null) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    since date := coalesce(life.overdue_since, life.bad_since, (
        select min(x.on_day) from loan_event_standing x
         where x.loan_id = loan and (x.kind in ('overdue', 'written_off') or grade_is_bad(x.grade))));
    told bigint := (select coalesce(sum(e.principal_fen), 0)::bigint
                      from loan_event_standing e
                     where e.loan_id = loan and e.payer = who and e.kind in ('repaid', 'recovered', 'settled')
                       and e.on_day >= greatest(since, not_before)
                       and (loan_paid_by.known_at is null or e.recorded_at <= loan_paid_by.known_at));
begin
    return case when who = 'insurer' then greatest(told, loan_insured_fen(loan, known_at)) else told end;
end $$;

-- What the guarantee insurance of a loan has paid, as its insurer tells it.
create or replace function loan_insured_fen(loan uuid, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select coalesce(sum(k.paid_fen), 0)::bigint
          from insurance_policy p
          join insurance_claim k on k.policy = p.id
         where p.loan = loan_insured_fen.loan and k.outcome = 'paid'
           and not record_has_later(p.id, p.version, null) and not record_has_later(k.id, k.version, null)
           and (known_at is null or k.recorded_at <= known_at));
end $$;

-- What a guarantor paid since a default that was claimed before, as known at an instant: the default as it was known
-- when the first claim was paid.
create or replace function claim_guaranteed_since(l loan, p claim_past, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return loan_paid_by(l.id, loan_fold(l, 'infinity', p.first_at, null), 'guarantor', known_at);
end $$;

-- What a guarantor has lost by its payments: those within the window, and of what it claimed before what has not come
-- back. A payment that is told anew, under whatever reference, adds nothing to all that it has paid.
create or replace function claim_guaranteed_fen(c claim_case) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p claim_past := c.past;
    since date := c.received - (c.terms).claim_window_days;
    paid bigint;
    fresh bigint;
begin
    if p.claims is null then
        return loan_paid_by((c.now).id, c.life, 'guarantor', c.known_at, since);
    end if;
    paid := claim_guaranteed_since(c.now, p, c.known_at);
    fresh := loan_paid_by((c.now).id, c.life, 'guarantor', c.known_at, since)
             - loan_paid_by((c.now).id, c.life, 'guarantor', least(c.known_at, p.last_at), since);
    return greatest(least(p.counted_fen + greatest(fresh, 0), paid) - p.told_fen, 0);
end $$;

-- The account of what a cover is of: of a term loan what was drawn beyond its amount is lent outside the cover, and
-- what is paid pays first what was drawn first. cover: a higher rate that was told since it was given counts not.
create or replace function claim_fold(l loan, as_of date, known_at timestamptz, cover coverage) returns loan_life
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    told loan_event[] := loan_told_ordered(l, known_at, null);
    drawn bigint := 0;
    owed bigint := 0;
    known record := coverage_rate_known(cover);
begin
    for i in 1 .. cardinality(told) loop
        if told[i].kind = 'repriced' and told[i].recorded_at > known.at then
            told[i].rate_ppm := least(told[i].rate_ppm, known.rate_ppm);
        end if;
    end loop;
    for i in 1 .. case when l.revolving then 0 else cardinality(told) end loop
        if told[i].kind = 'disbursed' then
            told[i].principal_fen := least(coalesce(told[i].principal_fen, l.amount_fen), l.amount_fen - drawn);
            drawn := drawn + told[i].principal_fen;
            owed := owed + told[i].principal_fen;
        elsif told[i].kind in ('repaid', 'recovered') and told[i].principal_fen is not null then
            told[i].principal_fen := least(told[i].principal_fen, owed);
            owed := owed - told[i].principal_fen;
        end if;
    end loop;
    return loan_fold_told(l, told, as_of, null);
end $$;

-- The most that can be lost of the principal and interest by the ledger: what is owed now and was on the day of
-- receipt, as the loan stood when it was covered and as its bank tells it today, whichever is
-- less, and less what came back by earlier claims alone; of a guarantor what it paid within the window, so that a small
-- late payment brings no old one back, and what it claimed before.
create or replace function claim_loss_most(c claim_case, out principal_fen bigint, out interest_fen bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    frozen loan_life := claim_fold(c.loan, 'infinity', c.known_at, c.cover);
    then_now loan_life := loan_fold(c.now, c.day, c.known_at, null);
    then_frozen loan_life := claim_fold(c.loan, c.day, c.known_at, c.cover);
    unseen bigint := greatest(loan_insured_fen((c.now).id, c.known_at) - (
        select coalesce(sum(e.principal_fen), 0)::bigint
          from loan_event_standing e where e.loan_id = (c.now).id and e.payer = 'insurer'
           and (c.known_at is null or e.recorded_at <= c.known_at)), 0);
    told_by timestamptz := least(loan_default_told((c.now).id), c.known_at);
begin
    interest_fen := 0;
    if c.claimant = 'guarantor' then
        principal_fen := claim_guaranteed_fen(c);
        return;
    end if;
    principal_fen := greatest(least(frozen.outstanding_fen, (c.life).outstanding_fen, then_now.outstanding_fen,
                                    then_frozen.outstanding_fen, (c.loan).amount_fen)
                              - unseen - coalesce((c.past).off_fen, 0), 0);
    if (c.terms).loss_base = 'principal_and_interest' then
        interest_fen := greatest(loan_interest_fen(least(then_now.accrued, then_frozen.accrued, (
                                     claim_fold(c.loan, c.day, told_by, c.cover)).accrued), (c.loan).day_count)
                                 - (c.life).interest_fen, 0);
    end if;
end $$;

-- The loss that is shared, with its arithmetic. Asked for when it is submitted: no more than the ledger knows;
-- afterwards it follows the facts.
create or replace function claim_judge_loss(c claim_case, inout j judgement) language plpgsql stable as $$
declare
    most record := claim_loss_most(c);
    told claim_told := c.told;
    elsewhere bigint;
    costs_most bigint;
    layered bigint := 0;
    whole bigint;
begin
    if c.claim_id is null and yuan_fen(told.loss_principal) > most.principal_fen then
        j.problems := j.problems || problem('E_EXCEEDS', '/loss_principal', yuan_text(most.principal_fen));
    end if;
    if told.loss_interest > 0 and (c.terms).loss_base = 'principal' then
        j.problems := j.problems || problem('E_UNWANTED', '/loss_interest', (c.scheme).code);
    elsif c.claim_id is null and yuan_fen(told.loss_interest) > most.interest_fen then
        j.problems := j.problems || problem('E_EXCEEDS', '/loss_interest', yuan_text(most.interest_fen));
    end if;
    j.principal_fen := least(coalesce(yuan_fen(told.loss_principal), most.principal_fen), most.principal_fen);
    j.interest_fen := least(coalesce(yuan_fen(told.loss_interest), most.interest_fen), most.interest_fen);
    if (c.past).claims is not null and j.principal_fen > 0 then -- what ran since counts for what was not claimed
        j.interest_fen := least(j.interest_fen, (c.past).interest_fen
            + div(greatest(j.interest_fen - (c.past).interest_fen, 0)::numeric
                  * greatest(j.principal_fen - (c.past).principal_fen, 0), j.principal_fen)::bigint);
    end if;
    -- costs that finance has accepted, within what came back, and the share of it that the scheme allows
    costs_most := div((c.life).back_fen::numeric
                      * coalesce(percent_ppm((c.terms).costs_max_share), 1000000), 1000000)::bigint;
    j.costs_fen := least(c.costs_fen, costs_most);
    if (c.terms).other_compensation = 'layered' then
        select coalesce(sum(loan_paid_by((c.now).id, c.life, y.party, c.known_at)), 0)::bigint into layered
          from unnest((c.terms).layers) y
         where y.party in ('guarantor', 'insurer') and coalesce(y.claimant, 'bank') = c.claimant;
    end if;
    whole := j.principal_fen + j.interest_fen + j.costs_fen + layered;
    j.account := array[claim_account_line('net_loss', '净损失 = 未偿还本金 + 未付利息 + 认可的追偿费用 + 他方已赔付',
                       format('%s + %s + %s + %s', yuan_text(j.principal_fen), yuan_text(j.interest_fen),
                              yuan_text(j.costs_fen), yuan_text(layered)), whole)];
    -- what other schemes pay for the loan is no loss any more
    select coalesce(sum(n.fund_fen + (select coalesce(sum((m ->> 1)::bigint), 0)
                                        from json_array_elements(n.funds) m)), 0)::bigint
      into elsewhere
      from claim_now n
     where n.loan_id = (c.now).id and n.scheme_code <> (c.scheme).code and n.counts;
    if elsewhere > 0 then
        whole := greatest(whole - elsewhere, 0);
        j.account := j.account || claim_account_line('paid_elsewhere', '减:其他方案的补偿',
                     yuan_text(whole + elsewhere) || ' - ' || yuan_text(elsewhere), whole);
    end if;
    j.net_loss := whole;
    j.part_up := least((c.cover).amount_fen, (c.loan).amount_fen);
    j.part_down := (c.loan).amount_fen;
    if (c.cover).amount_fen <= (c.loan).ip_amount_fen -- a smaller part secured by IP, told since, counts at once
       and (c.now).ip_amount_fen::numeric * j.part_down
           < j.part_up::numeric * least((c.now).amount_fen, (c.loan).amount_fen) then
        j.part_up := (c.now).ip_amount_fen;
        j.part_down := least((c.now).amount_fen, (c.loan).amount_fen);
    end if;
    if j.part_up < j.part_down then
        j.net_loss := round(whole::numeric * j.part_up / j.part_down)::bigint;
        j.account := j.account || claim_account_line('ip_part', '其中备案部分,四舍五入到分',
                     format('%s × %s / %s', yuan_text(whole), yuan_text(j.part_up), yuan_text(j.part_down)),
                     j.net_loss);
    end if;
end $$;

-- ---- the split -------------------------------------------------------------------------------------

-- What a guarantor could have lost and claimed by its last claim and did not: what it had paid when that came in, and
-- what had fallen due by then and is unpaid by others, who pay what is oldest first.
create or replace function claim_rest_fen(c claim_case) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    day constant date := (c.past).last_day;
    f loan_life := loan_fold(c.now, day, c.known_at, null);
    told record;
begin
    select coalesce(bigint_sum(e.principal_fen) filter (where e.payer = 'guarantor' and e.on_day <= day), 0) as paid,
           coalesce(bigint_sum(e.principal_fen) filter (where e.payer is distinct from 'guarantor'
                                                          and e.on_day > day), 0) as by_others
      into told
      from loan_event_standing e
     where e.loan_id = (c.now).id and e.kind in ('repaid', 'recovered', 'settled')
       and (c.known_at is null or e.recorded_at <= c.known_at);
    return greatest(told.paid + greatest(case when f.state = 'written_off' or f.matures_on < day then f.outstanding_fen
                                              else f.overdue_fen end - told.by_others, 0)
                    - (c.past).counted_fen, 0);
end $$;

-- The years whose caps hold for a claim, of which it counts in the first: that of its receipt. What is claimed in parts
-- is one loss and counts in the year of the first part, so that nobody picks the year of the rest. A guarantor loses by
-- each of its payments, of what falls due later when it pays: a claim that has some of both keeps to the caps of all of
-- these years together.
create or replace function claim_years(c claim_case) returns int[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p claim_past := c.past;
    year int := (select n.year from claim_now n where n.claim = c.claim_id);
    received constant int := extract(year from c.day)::int;
    most bigint; -- with what was claimed before, as is the loss that is told
    fresh bigint;
begin
    if p.claims is null or c.claimant = 'bank' then
        return array[coalesce(year, p.years[1], received)];
    end if;
    most := claim_guaranteed_fen(c);
    fresh := greatest(most - p.principal_fen - claim_rest_fen(c), 0);
    if least(yuan_fen((c.told).loss_principal), most) - p.principal_fen <= fresh then
        return array[coalesce(year, received)];
    end if;
    return coalesce(year, case when fresh = 0 then p.years[1] else received end) || p.years
           || case when fresh > 0 then array[received] else '{}'::int[] end;
end $$;

-- What the fund may still pay under each limit, before this claim. Only limits that the scheme sets.
create or replace function claim_rooms(c claim_case) returns table (name text, room bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin -- PL/pgSQL keeps the plan
    return query
    with own as materialized ( -- a claim judged again does not stand in its own way
        select n.* from claim_now n where n.claim = (c).claim_id and n.counts
    ),
    year as (
        select distinct y.no from unnest(claim_years(c)) y(no)
    ),
    cap as (
        select 'cap_per_loan' as name, yuan_fen(((c).terms).cap_per_loan) as cap,
               'loan' as what, ((c).now).id::text as key, null::int as year
        union all
        select 'cap_per_enterprise', yuan_fen(((c).terms).cap_per_enterprise), 'enterprise', x.code, null
          from loan_firm_codes((c).loan) x(code)
        union all
        select 'cap_bank_year', yuan_fen(((c).terms).cap_bank_year), 'bank', (c).org || ' ' || y.no, y.no from year y
        union all
        select 'cap_fund_year', yuan_fen(((c).terms).cap_fund_year), 'fund', y.no::text, y.no from year y
        union all
        select 'pool_balance', case when ((c).terms).pool_balance_limits_liability then
                    account_balance_fen('fund:' || ((c).scheme).code, null, null) end, 'open', '', null
    ),
    room as (
        select cap.name, min(cap.cap) - sum(claim_sum_fen(((c).scheme).code, cap.what, cap.key))::bigint
               + coalesce((select own.fund_fen from own
                            where not (cap.name = 'pool_balance' and own.paid)
                              and (cap.year is null or cap.year = own.year)), 0) as fen
          from cap
         where cap.cap is not null
         group by cap.name, cap.year
    )
    select x.name, min(x.fen) from room x group by x.name;
end $$;

-- By how much the fund's share of this loss is raised, ppm: a first loan, as it was known when it was covered, and what
-- else the scheme says; no more than by what the loan's newest version says.
create or replace function claim_uplift_ppm(c claim_case) returns bigint language sql stable as $$
    select case when (c).claimant = 'bank' then
                coalesce(case when ((c).cover).terms ->> 'first_loan' = 'true' and ((c).now).first_loan is not false
                              then percent_ppm(((c).terms).first_loan_uplift) end, 0)::bigint
                + least(coalesce(ppm_of(((c).cover).terms ->> 'uplift'), 0), ((c).cover).raised_ppm) else 0 end
$$;

-- The layers that the loss of one kind of claimant is shared over, in their order: that of every split.
create or replace function claim_layers_of(terms scheme_terms, who text) returns scheme_layer[]
    language sql immutable as $$
    select array_agg(y order by i)
      from unnest((terms).layers) with ordinality as x(party, share, account, cap, deductible, floor, claimant, i)
     cross join lateral (select ((terms).layers)[i] as y) z
     where coalesce(x.claimant, 'bank') = who
$$;

-- The layers of a loss, each with its amount in fen: by shares, odd fen by largest remainder; below a layer's floor it
-- bears nothing, a deductible is taken off before its share, a cap after; what that keeps from it the claimant bears.
create or replace function claim_layers(c claim_case, net_loss bigint, out parties text[], out funds text[],
                                        out shares bigint[], out amounts bigint[], out lines json[])
    language plpgsql stable as $$
declare
    layers scheme_layer[];
    y scheme_layer;
    raised bigint := claim_uplift_ppm(c);
    bearer int;
    fund_at int;
    due bigint;
begin
    layers := claim_layers_of(c.terms, c.claimant);
    select array_agg(layers[i].party order by i), array_agg(layers[i].account order by i),
           array_agg(percent_ppm(layers[i].share)::bigint order by i)
      into parties, funds, shares
      from generate_subscripts(layers, 1) i;
    bearer := coalesce(array_position(parties, c.claimant), array_position(parties, 'bank'));
    fund_at := claim_fund_at(parties, funds);
    if bearer is not null then
        raised := least(raised, shares[bearer]);
        shares[fund_at] := shares[fund_at] + raised;
        shares[bearer] := shares[bearer] - raised;
    end if;
    amounts := claim_split_loss(net_loss, shares);
    lines := '{}'::json[];
    for i in 1 .. cardinality(parties) loop
        y := layers[i];
        due := amounts[i];
        lines := lines || claim_account_line(parties[i], claim_party_title(parties[i]) || '分担',
                 format('%s × %s%%', yuan_text(net_loss), percent_text(shares[i])), due);
        continue when i = bearer;
        if yuan_fen(y.floor) > net_loss then
            due := 0;
            lines := lines || claim_account_line(parties[i], '损失未达起赔点', yuan_text(yuan_fen(y.floor)), due);
        elsif y.deductible is not null then
            due := div(2 * greatest(net_loss - yuan_fen(y.deductible), 0)::numeric
                       * shares[i] + 1000000, 2000000::numeric)::bigint;
            lines := lines || claim_account_line(parties[i], '扣除免赔额后分担,四舍五入到分', format('(%s - %s) × %s%%',
                     yuan_text(net_loss), yuan_text(yuan_fen(y.deductible)), percent_text(shares[i])), due);
        end if;
        if yuan_fen(y.cap) < due then
            due := yuan_fen(y.cap);
            lines := lines || claim_account_line(parties[i], '该层上限', yuan_text(due), due);
        end if;
        if bearer is not null then
            amounts[bearer] := amounts[bearer] + amounts[i] - due;
        end if;
        amounts[i] := due;
    end loop;
end $$;

-- All public money together bears no more than its share; what exceeds it the claimant bears, the last fund first.
create or replace function claim_public_limit(parties text[], inout amounts bigint[], bearer int, most bigint)
    language plpgsql immutable as $$
declare
    over bigint := (select sum(amounts[i])::bigint
                      from generate_subscripts(parties, 1) i
                     where parties[i] = 'fund') - most;
    cut bigint;
begin
    for i in reverse cardinality(parties) .. 1 loop
        continue when parties[i] <> 'fund' or over <= 0;
        cut := least(over, amounts[i]);
        amounts[i] := amounts[i] - cut;
        amounts[bearer] := amounts[bearer] + cut;
        over := over - cut;
    end loop;
end $$;

-- The layers of a loss as all public money together may bear them.
create or replace function claim_public_amounts(c claim_case, net_loss bigint, parties text[], amounts bigint[])
    returns bigint[] language plpgsql immutable as $$
begin
    return case when (c.terms).public_max_share is null then amounts
                else claim_public_limit(parties, amounts, array_position(parties, c.claimant), div(
                         net_loss::numeric * percent_ppm((c.terms).public_max_share), 1000000)::bigint) end;
end $$;

-- What each layer bears of a net loss for the part that was not claimed before: beyond what it bears of what was and
-- has not come back, whoever got what came back. Floors, deductibles and caps count once.
create or replace function claim_fresh(c claim_case, net_loss bigint, amounts bigint[]) returns bigint[]
    language plpgsql stable as $$
declare
    old bigint := least((c.past).net_fen, net_loss);
    y record;
    before bigint[];
begin
    if (c.past).claims is null or old = 0 then
        return amounts;
    end if;
    y := claim_layers(c, old);
    before := claim_public_amounts(c, old, y.parties, y.amounts);
    return (select array_agg(greatest(a.fen - b.fen, 0) order by a.n)
              from unnest(amounts) with ordinality as a(fen, n)
              join unnest(before) with ordinality as b(fen, n) using (n));
end $$;

-- What others have paid stands in their layer; what exceeds it lowers first the claimant's part, then the funds'.
create or replace function claim_layers_paid(c claim_case, parties text[], inout amounts bigint[], bearer int)
    language plpgsql stable as $$
declare
    over bigint := 0;
    cut bigint;
    paid bigint;
begin
    if (c.terms).other_compensation is distinct from 'layered' then
        return;
    end if;
    for i in 1 .. cardinality(parties) loop
        if parties[i] in ('guarantor', 'insurer') and i <> bearer then
            paid := loan_paid_by((c.now).id, c.life, parties[i], c.known_at);
            over := over + greatest(paid - amounts[i], 0);
            amounts[i] := greatest(amounts[i], paid);
        end if;
    end loop;
    cut := least(over, amounts[bearer]);
    amounts[bearer] := amounts[bearer] - cut;
    over := over - cut;
    for i in reverse cardinality(parties) .. 1 loop
        continue when parties[i] <> 'fund';
        cut := least(over, amounts[i]);
        amounts[i] := amounts[i] - cut;
        over := over - cut;
    end loop;
end $$;

-- What a limit keeps from the fund the claimant bears.
create or replace function claim_fund_limited(room bigint, bearer int, fund_at int, inout amounts bigint[],
                                              inout fund bigint) language plpgsql immutable as $$
begin
    amounts[bearer] := amounts[bearer] + fund - room;
    amounts[fund_at] := amounts[fund_at] - (fund - room);
    fund := room;
end $$;

-- The part of a net loss that the scheme's own fund has in a list of parties.
create or replace function claim_fund_at(parties text[], funds text[]) returns int language sql immutable as
    $$ select min(i) from generate_subscripts(parties, 1) i where parties[i] = 'fund' and funds[i] is null $$;

-- Share the loss over the layers, within every limit.
create or replace function claim_judge_split(c claim_case, inout j judgement)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    y record := claim_layers(c, j.net_loss);
    amounts bigint[] := claim_public_amounts(c, j.net_loss, y.parties, y.amounts);
    bearer int := array_position(y.parties, c.claimant);
    fund_at int := claim_fund_at(y.parties, y.funds);
    fresh bigint[] := claim_fresh(c, j.net_loss, amounts); -- of each layer for what was not claimed before
    limited record;
    rest record;
begin
    j.account := j.account || y.lines;
    amounts := claim_layers_paid(c, y.parties, amounts, bearer);
    -- what was paid before is part of the fund's share; a claim judged again has not paid anything itself yet
    j.advance_fen := claims_paid_fen((c.now).id, (c.scheme).code, c.claimant, null, c.known_at);
    if j.advance_fen > 0 then
        j.account := j.account || claim_account_line('paid_in_advance', '减:此前已赔付、尚未收回', '', -j.advance_fen);
    end if;
    j.fund_fen := greatest(amounts[fund_at] - j.advance_fen, 0);
    if j.fund_fen > fresh[fund_at] then -- what came back did so by another order: others bear what was claimed before
        rest := claim_fund_limited(fresh[fund_at], bearer, fund_at, amounts, j.fund_fen);
        amounts := rest.amounts;
        j.fund_fen := rest.fund;
        j.account := j.account || claim_account_line('fund', '限额 此前未计入的损失应分担', yuan_text(j.fund_fen),
                                                     j.fund_fen);
    end if;
    for limited in select r.name, r.room from claim_rooms(c) r loop
        if limited.room <= 0 then
            j.problems := j.problems || problem('E_CAP', '/loan', limited.name);
        elsif j.fund_fen > limited.room then
            rest := claim_fund_limited(limited.room, bearer, fund_at, amounts, j.fund_fen);
            amounts := rest.amounts;
            j.fund_fen := rest.fund;
            j.account := j.account || claim_account_line('fund', '限额 ' || limited.name,
                     yuan_text(limited.room), limited.room);
        end if;
    end loop;
    select coalesce(jsonb_object_agg(r.name, yuan_text(greatest(r.room - j.fund_fen, 0))), '{}')
           || claim_pool_rooms(c, j.fund_fen)
      into j.headroom
      from claim_rooms(c) r;
    for limited in
        select i, y.funds[i] as code, x.before + fresh[i] as most
          from generate_subscripts(y.parties, 1) i
         cross join lateral (
               select claims_paid_fen((c.now).id, (c.scheme).code, c.claimant, y.funds[i], c.known_at)) x(before)
         where y.funds[i] is not null and amounts[i] > x.before + fresh[i]
    loop -- another fund likewise
        amounts[bearer] := amounts[bearer] + amounts[limited.i] - limited.most;
        amounts[limited.i] := limited.most;
        j.account := j.account || claim_account_line('fund:' || limited.code, '其他资金至多分担', '', limited.most);
    end loop;
    select coalesce(json_agg(json_build_array(y.funds[i], x.fen) order by i) filter (where x.fen > 0), '[]'),
           json_agg(json_build_array(y.parties[i], y.shares[i], amounts[i]) order by i)
      into j.funds, j.split
      from generate_subscripts(y.parties, 1) i
     cross join lateral (
           select case when y.funds[i] is not null then amounts[i] - claims_paid_fen(
                      (c.now).id, (c.scheme).code, c.claimant, y.funds[i], c.known_at) end) x(fen);
end $$;

-- What is left under the limits that are not caps: what the fund may still promise after this claim, what may still be
-- covered, and how much more of the bank's covered loans may go bad.
create or replace function claim_pool_rooms(c claim_case, fund bigint) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select jsonb_strip_nulls(jsonb_build_object(
               'fund_balance', yuan_text(greatest(account_available_fen('fund:' || ((c).scheme).code)
                    + coalesce((select h.amount_fen -- what its approval holds is held for this very claim
                                  from claim_step s
                                  join hold h on h.id = s.hold
                                 where s.claim = (c).claim_id and h.until_day >= today()
                                   and not exists (select from hold_end e where e.hold = h.id)
                                 limit 1), 0) - fund, 0)),
               'leverage', room_text(coverage_leverage_left(((c).scheme).code, (c).terms)),
               'npl_breaker', case when ((c).terms).npl_breaker is not null then (
                    select yuan_text(greatest(div(p.owed * percent_ppm(((c).terms).npl_breaker), 1000000)
                              - p.bad, 0)::bigint)
                      from coverage_pool(((c).cover).org_id, ((c).scheme).code, 'infinity', today()) p) end)));
end $$;

-- ---- judgement -------------------------------------------------------------------------------------

-- A case judged: all its defects, or the amounts.
create or replace function claim_judge_case(c claim_case) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    j judgement;
begin
    j.loan_id := (c.now).id;
    j.parties := (c.now).parties;
    j.district := (c.now).district;
    j.borrower := (c.loan).borrower;
    j.scheme := c.scheme;
    j.cover := c.cover;
    j.claimant := c.claimant;
    j.year := (claim_years(c))[1];
    j.problems := claim_judge_cover(c);
    if (c.scheme).id is null or (c.cover).state in ('pending', 'requested') then
        return j;
    end if;
    j.problems := j.problems || claim_judge_terms(c) || claim_judge_trigger(c) || claim_judge_elsewhere(c)
                  || credit_problems(((c).loan).id, '/loan') || claim_judge_pool(c);
    j := claim_judge_loss(c, j);
    j := claim_judge_past(c, j);
    if j.net_loss <= 0 then
        j.problems := j.problems || problem('E_NO_LOSS', '/loan', yuan_text(j.net_loss));
        return j;
    end if;
    j := claim_judge_split(c, j);
    if j.fund_fen <= 0 and cardinality(j.problems) = 0 then
        j.problems := array[problem('E_NO_LOSS', '/loan', yuan_text(j.fund_fen))];
    end if;
    return j;
end $$;

-- A claim judged as it is submitted by an organisation.
create or replace function claim_judge(org bigint, doc json) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := claim_loan(org, doc ->> 'loan');
    j judgement;
begin
    if l.id is null then
        j.problems := array[problem('E_NO_LOAN', '/loan', doc ->> 'loan')];
        return j;
    end if;
    return claim_judge_case(claim_case_of(org, doc, null, today(), l, claim_cover(l.id), null));
end $$;

-- A stored claim judged again, as known at an instant; null: now.
create or replace function claim_judge_again(c claim, known_at timestamptz) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan;
    v coverage;
begin
    select x.* into l
      from loan x
     where x.id = c.loan_id and (claim_judge_again.known_at is null or x.recorded_at <= claim_judge_again.known_at)
     order by x.version desc
     limit 1;
    select x.* into v from coverage x where x.id = c.coverage;
    return claim_judge_case(claim_case_of(c.org_id,
                                          (select r.body from submission r where r.id = c.id and r.version = 1), c.id,
                                          c.on_day, l, v, claim_judge_again.known_at));
end $$;

-- Judges a claim and stores it with its split; nothing is paid yet.
create or replace function claim_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    told claim_told := json_populate_record(null::claim_told, doc);
    j judgement;
begin
    if not dry then
        perform claims_lock();
        perform claims_lapse();
    end if;
    j := claim_judge(my_org(), doc);
    d.district := coalesce(j.district, '');
    d.parties := coalesce(j.parties, '{}');
    if cardinality(j.problems) > 0 then
        d.problems := array_to_json(j.problems);
    elsif not dry then
        insert into claim (id, reference, org_id, parties, district, loan_id, borrower, scheme, scheme_code,
               kind, on_day, net_loss_fen, fund_fen, advance_fen, part_up, part_down, split, account,
               recorded_at, coverage, claimant, received_on)
        values (new_id, told.reference, my_org(), j.parties, j.district, j.loan_id, j.borrower, (j.scheme).id,
               (j.scheme).code, told.kind, today(), j.net_loss, j.fund_fen, j.advance_fen, j.part_up,
               j.part_down, j.split,
               json_build_object('lines', array_to_json(j.account), 'headroom', j.headroom),
               record_now(), (j.cover).id, j.claimant, coalesce(told.received_on, today()));
        insert into claim_now (claim, scheme_code, loan_id, borrower, org_id, year, state, counts, paid,
               principal_fen, interest_fen, costs_fen, net_loss_fen, fund_fen, funds,
               split, account, part_up, part_down)
        values (new_id, (j.scheme).code, j.loan_id, j.borrower, my_org(), j.year,
               'submitted', true, false, j.principal_fen, j.interest_fen, j.costs_fen,
               j.net_loss, j.fund_fen, j.funds, j.split,
               json_build_object('lines', array_to_json(j.account), 'headroom', j.headroom), j.part_up, j.part_down);
    end if;
    return d;
end $$;

-- ---- what a taker sees ------------------------------------------------------------------------------

-- What decides a step, as known at an instant (null: now): the state, the figure, and what stands against it. What was
-- paid stays as it was paid.
create or replace function claim_view(c claim, known_at timestamptz) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    n claim_now;
    j judgement;
    last claim_step;
begin
    select s.* into last
      from claim_step s
     where s.claim = c.id and (claim_view.known_at is null or s.recorded_at <= claim_view.known_at)
     order by s.n desc
     limit 1;
    select x.* into n from claim_now x where x.claim = c.id;
    if n.paid or not n.counts then
        return json_build_object('state', coalesce(last.state, 'submitted'), 'net_loss', yuan_text(n.net_loss_fen),
                                 'fund', yuan_text(n.fund_fen), 'split', claim_split_shown(n.split),
                                 'arithmetic', n.account -> 'lines', 'headroom', n.account -> 'headroom');
    end if;
    j := claim_judge_again(c, claim_view.known_at);
    return json_build_object('state', coalesce(last.state, 'submitted'), 'net_loss', yuan_text(coalesce(j.net_loss, 0)),
                             'fund', yuan_text(coalesce(j.fund_fen, 0)),
                             'split', coalesce(claim_split_shown(j.split), '[]'),
                             'arithmetic', coalesce(array_to_json(j.account), '[]'),
                             'headroom', coalesce(j.headroom, '{}'),
                             'problems', case when cardinality(j.problems) > 0 then array_to_json(j.problems) end);
end $$;

-- A claim as a taker sees it at an instant: the record, every step, and the view.
create or replace function claim_seen_of(c claim, view json, known_at timestamptz) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(x.said, ''::bytea order by x.n)), 'hex')
      from (select r.sha256 as said, 0 as n from submission r where r.id = (c).id and r.version = 1
            union all
            select coalesce(r.sha256, convert_to(s.step || instant_text(s.recorded_at), 'UTF8')), s.n
              from claim_step s
              left join submission r on r.id = s.id and r.version = 1
             where s.claim = (c).id and (claim_seen_of.known_at is null or s.recorded_at <= claim_seen_of.known_at)
            union all
            select convert_to(concat_ws(' ', view ->> 'state', view ->> 'net_loss', view ->> 'fund',
                              view ->> 'split', view ->> 'problems'), 'UTF8'), 2147483647) x
$$;

-- What is to be seen before a step is taken now.
create or replace function claim_seen(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select claim_seen_of(c, claim_view(c, null), null) from claim c where c.id = claim_id
$$;

-- What changed since a taker looked, a problem a member: the view is made again for each instant at which something was
-- recorded that could have moved it, the last first, until it is the one that he saw. One that nobody saw: the steps.
create or replace function claim_seen_problems(c claim, seen text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    view json := claim_view(c, null);
    before json;
    at timestamptz;
    p json[];
begin
    for at in
        select distinct x.at
          from (select e.recorded_at as at from loan_event e where e.loan_id = c.loan_id
                union all select s.recorded_at
                            from claim_step s
                            join claim q on q.id = s.claim
                           where q.loan_id = c.loan_id
                union all select l.recorded_at from loan l where l.id = c.loan_id
                union all select c.recorded_at) x
         where x.at >= c.recorded_at
         order by x.at desc
         limit 40
    loop
        before := claim_view(c, at);
        if claim_seen_of(c, before, at) = seen then
            select array_agg(problem_seen('/' || m.key, m.title || ' ' || coalesce(before ->> m.key, '-') || ' → '
                                          || coalesce(view ->> m.key, '-'), seen, null, json_build_array(
                                          json_build_array(null, '/' || m.key, m.title, before ->> m.key,
                                                           view ->> m.key))) order by m.n)
              into p
              from (values (1, 'state', '状态'), (2, 'net_loss', '净损失'),
                            (3, 'fund', '基金应赔'), (4, 'problems', '问题'))
                     as m(n, key, title)
             where before ->> m.key is distinct from view ->> m.key;
            return coalesce(p, array[problem_seen('/split', '分担', seen, null, json_build_array(
                                     json_build_array(null, '/split', '分担', before ->> 'split', view ->> 'split')))]);
        end if;
    end loop;
    return array[problem_seen('/seen', (
        select coalesce(string_agg(s.n || ' ' || s.step || ' ' || s.recorded_by
                                   || ' ' || instant_text(s.recorded_at),
                                   '; ' order by s.n), '-')
          from claim_step s where s.claim = c.id), seen, claim_seen_of(c, view, null), null)];
end $$;

-- ---- what came back --------------------------------------------------------------------------------

-- The loss of a claim before the covered part was taken: no more than this can come back.
create or replace function claim_whole_fen(n claim_now) returns bigint language sql immutable as
    $$ select div((n).net_loss_fen::numeric * (n).part_down, (n).part_up)::bigint $$;

-- What came back, all recoveries together, over the layers of a claim in the order of its scheme: those that go first
-- are filled, the rest is shared by what each bore. early: what had come back before the claim was paid and was told
-- later; the loss was smaller by it, so that it is shared as the loss was, whoever goes first.
create or replace function claim_layers_back(split json, order_name text, net bigint, early bigint) returns bigint[]
    language plpgsql immutable as $$
declare
    parties text[] := array(select x ->> 0 from json_array_elements(split) x);
    bore bigint[] := array(select (x ->> 2)::bigint from json_array_elements(split) x);
    first text := case order_name when 'fund_first' then 'fund' when 'bank_first' then 'bank' end;
    shared bigint[] := claim_split_loss(least(net, early), bore);
    of_first bigint[];
    of_rest bigint[];
    to_first bigint;
begin
    if first is null then
        return claim_split_loss(net, bore);
    end if;
    net := net - least(net, early);
    select array_agg(case when parties[i] = first then bore[i] - shared[i] else 0 end order by i),
           array_agg(case when parties[i] = first then 0 else bore[i] - shared[i] end order by i)
      into of_first, of_rest
      from generate_subscripts(parties, 1) i;
    to_first := least(net, (select sum(x)::bigint from unnest(of_first) x));
    return (select array_agg(a.fen + b.fen + c.fen order by a.n)
              from unnest(shared) with ordinality as a(fen, n)
              join unnest(claim_split_loss(to_first, of_first)) with ordinality as b(fen, n) on b.n = a.n
              join unnest(claim_split_loss(net - to_first, of_rest)) with ordinality as c(fen, n) on c.n = a.n);
end $$;

-- By how much less was owed when a claim was paid than it was paid upon, by what has been told since, principal and
-- interest; of its covered part, half up.
create or replace function claim_early_fen(n claim_now) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan;
    f loan_life;
    less numeric;
    ran bigint; -- interest, to the day of the claim
begin
    select v.* into l from loan v where v.id = n.loan_id order by v.version desc limit 1;
    f := loan_fold(l, (select s.on_day from claim_step s where s.claim = n.claim and s.step = 'pay'), null, null);
    less := greatest(n.principal_fen - f.outstanding_fen, 0);
    if n.interest_fen > 0 then
        ran := loan_interest_fen((loan_fold(l, (select c.on_day from claim c where c.id = n.claim),
                                            null, null)).accrued, l.day_count);
        less := less + greatest(n.interest_fen - greatest(ran - f.interest_fen, 0), 0);
    end if;
    return div(2 * less * n.part_up + n.part_down, 2 * n.part_down::numeric)::bigint;
end $$;

-- What each layer of a claim has got back by its steps.
create or replace function claim_layers_got(n claim_now) returns bigint[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select array_agg(x.fen order by x.i)
      from (select y.i, coalesce(sum((s.layers -> (y.i - 1)::int ->> 1)::bigint), 0)::bigint as fen
              from generate_series(1, json_array_length((claim_layers_got.n).split)) y(i)
              left join claim_step s on s.claim = (claim_layers_got.n).claim
                                    and s.step in ('recover', 'receive', 'accept_costs')
             group by y.i) x
$$;

-- What came back and was received, less costs that finance accepted, as far as the covered part goes; half up. more: a
-- recovery or costs that are not stored yet, or wait.
create or replace function claim_net_back(n claim_now, more_fen bigint) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select div(2 * x.net * (n).part_up + (n).part_down, 2 * (n).part_down::numeric)::bigint
      from (select greatest(coalesce(sum(coalesce(s.amount_fen, 0) - coalesce(s.accepted_fen, 0)), 0)
                            + more_fen, 0) as net
              from claim_step s
             where s.claim = (claim_net_back.n).claim and s.step in ('recover', 'receive', 'accept_costs')
               and s.fund_fen is not null) x
$$;

-- Money that came back on the loss of a claim that was paid, by the loan's events or its guarantee insurance, and was
-- not told as a recovery: it is owed to the fund. What counts is what is owed no more, whatever day the events bear and
-- whenever they were told. A loan that is good again owes the fund its whole share, interest and costs with it, also
-- those accepted since, as its cure would give them back; so does one that, by what was told since, had not gone bad as
-- the scheme asks when the claim came in, or whose pledge had been released when it was paid. A settlement after a
-- write-off brought the principal that it names.
create or replace function claim_untold_fen(c claim) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    n claim_now;
    terms scheme_terms := (select scheme_terms_of(s.body) from scheme s where s.id = (c).scheme);
    with_interest boolean := terms.loss_base = 'principal_and_interest';
    l loan;
    f loan_life;
    cover coverage := (select k from coverage k where k.id = (c).coverage);
    held loan := (select v from loan v where v.id = cover.loan_id and v.version = cover.loan_version);
    then_ loan_life;
    told record;
    remitted bigint := (select coalesce(sum(s.amount_fen), 0)::bigint -- also what finance has still to look at
                          from claim_step s
                         where s.claim = (c).id and s.step = 'recover'
                           and not exists (select from claim_step d
                                            where d.claim = (c).id and d.told = s.id and d.step = 'refuse'));
    interest bigint := 0; -- that was paid since, or that did not run on what had been repaid by then
    owed bigint;
    past claim_past;
begin
    select x.* into n from claim_now x where x.claim = (c).id;
    if not n.paid or not n.counts or claim_cured((c).id) or claim_superseded_by(c) is not null then
        return 0;
    end if;
    select v.* into l from loan v where v.id = (c).loan_id order by v.version desc limit 1;
    f := loan_fold(l, 'infinity', null, null);
    if (c).claimant = 'guarantor' then -- what it was paid upon and has not paid, by what was told since
        past := claim_past_of(l, terms, (c).scheme_code, 'guarantor', (c).id, (
                    select s.recorded_at from claim_step s where s.claim = (c).id and s.step = 'pay'));
        owed := n.principal_fen - case when past.claims is null then loan_paid_by(l.id, f, 'guarantor', null)
                                       else claim_guaranteed_since(l, past, null) - past.told_fen end;
        return greatest(least(greatest(owed, 0), claim_whole_fen(n)) - remitted, 0);
    end if;
    then_ := loan_fold(l, (c).received_on, null, null);
    if f.state in ('active', 'matured') and f.bad_since is null
       or cardinality((claim_trigger_problems(then_, (c).received_on, terms.trigger)).p) > 0
          and not (then_.state = 'settled' and then_.written_off_on is not null)
       or f.released_on < (select s.on_day from claim_step s where s.claim = (c).id and s.step = 'pay') then
        return greatest(claim_whole_fen(n) - remitted + (
                   select coalesce(sum(s.accepted_fen), 0)::bigint
                     from claim_step s
                    where s.claim = (c).id and s.step = 'accept_costs'), 0);
    end if;
    select coalesce(sum(e.principal_fen)
                        filter (where e.payer = 'insurer' and e.kind <> 'disbursed'), 0)::bigint as insured,
           coalesce(sum(e.interest_fen) filter (where with_interest
                    and (e.on_day > (c).on_day or e.recorded_at > (c).recorded_at)), 0)::bigint as interest,
           (coalesce(sum(coalesce(e.principal_fen, l.amount_fen)) filter (where e.kind = 'disbursed'), l.amount_fen)
            - coalesce(sum(e.principal_fen) filter (where e.kind <> 'disbursed'), 0))::bigint as unpaid
      into told
      from loan_event_standing e
     where e.loan_id = l.id and e.kind in ('disbursed', 'repaid', 'recovered', 'settled');
    owed := case when f.state = 'settled' and f.written_off_on is not null then told.unpaid
                 when f.state in ('overdue', 'written_off') or f.bad_since is not null
                 then case when held.id is null then f.outstanding_fen -- a claim of before there was cover
                           else least(f.outstanding_fen,
                                      (claim_fold(held, 'infinity', null, cover)).outstanding_fen) end
                 else 0 end - greatest(loan_insured_fen(l.id, null) - told.insured, 0);
    if with_interest then
        interest := least(n.interest_fen, greatest(told.interest, n.interest_fen - greatest(loan_interest_fen((
                        loan_fold(l, (c).on_day, null, null)).accrued, l.day_count) - f.interest_fen, 0)));
    end if;
    return greatest(least(greatest(n.principal_fen - owed, 0) + interest, claim_whole_fen(n)) - remitted, 0);
end $$;

-- ---- steps -----------------------------------------------------------------------------------------

-- The first word to refuse what was told to have come back, of a person who is in office still; a second person's makes
-- it so. What nobody will look for then is gone for the fund.
create or replace function claim_refusal_begun(waits claim_step) returns claim_step
    language sql stable security definer set search_path = public, pg_temp as $$
    select d
      from claim_step d
     where d.claim = (waits).claim and d.word = (waits).id and person_serves(d.recorded_by)
       and not record_disowned(d.id, 1)
     order by d.n desc
     limit 1
$$;

-- May the last steps follow on a claim? What was told to have come back is received or refused before it is closed; a
-- cure is received by closing it, and then it is over.
create or replace function claim_step_follows(n claim_now, step text) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    waits text := (claim_told_first(n.claim)).step;
begin
    return case when step = 'receive' then waits is not distinct from 'recover'
                when step = 'refuse' then waits is not null
                when n.state = 'closed' then n.paid and n.counts
                when step = 'close' then waits is distinct from 'recover'
                when n.state = 'recovering' and claim_cured(n.claim) then false
                when step = 'cure' then waits is null
                else true end;
end $$;

-- Is a loan still bad by its account: in arrears, graded so or written off?
create or replace function claim_loan_bad(loan uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan;
    f loan_life;
begin
    select v.* into l from loan v where v.id = claim_loan_bad.loan order by v.version desc limit 1;
    f := loan_fold(l, 'infinity', null, null);
    return f.state <> 'settled' and (f.overdue_since is not null or f.bad_since is not null);
end $$;

-- Whoever told the bank's side of a claim, if it is whoever acts: filed it, sent it in again, told what came back. What
-- came back and a cure are checked word by word, against who told that one (the step's maker): where both of an office
-- of two told something, each receives what the other did.
create or replace function claim_told_by_me(of_claim uuid, of_step text) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select min(x.by_whom)
              from (select r.recorded_by as by_whom from submission r where r.id = of_claim
                     union
                    select s.recorded_by
                      from claim_step s
                     where s.claim = of_claim
                       and (s.step = 'resubmit'
                            or s.step in ('recover', 'cure') and of_step not in ('receive', 'close', 'accept_costs'))) x
             where person_is_me(x.by_whom));
end $$;

-- Costs of recovery that whoever acts told himself, if he would accept some of them: he accepts no more in all than
-- others told and others have not accepted, who accepted what he had told by then before it. Null: none of his.
create or replace function claim_costs_by_me(c step_case) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (
        with told as (
            select case when s.step = 'receive' then s.maker else s.recorded_by end as teller, s.n,
                   case when s.step <> 'accept_costs' and s.fund_fen is not null then s.costs_fen end as costs_fen,
                   case when s.step = 'accept_costs' then s.accepted_fen end as accepted_fen,
                   person_is_me(case when s.step = 'receive' then s.maker else s.recorded_by end) as is_mine
              from claim_step s
             where s.claim = (c.claim).id and s.step in ('recover', 'receive', 'accept_costs')
        ),
        taken as (
            select t.*, sum(case when t.is_mine then -t.costs_fen else t.accepted_fen end) over (order by t.n) as fen
              from told t
        )
        select min(x.teller) filter (where x.is_mine and x.costs_fen > 0)
          from taken x
        having yuan_fen((c.told).costs_accepted) + coalesce(sum(x.accepted_fen) filter (where x.is_mine), 0)
               + greatest(coalesce(max(x.fen) filter (where not x.is_mine and x.accepted_fen is not null), 0), 0)
               > coalesce(sum(x.costs_fen) filter (where not x.is_mine), 0));
end $$;

-- May this step be taken now, by this person, on what was seen?
create or replace function claim_step_refusal(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    state text := (c.figure).state;
    p json[] := '{}'::json[];
begin
    if c.next is null or not claim_step_follows(c.figure, c.step) then
        return array[problem('E_STEP', '', concat_ws(': ', 'claim.' || state, (
            select string_agg(x.step, ', ' order by x.step) from claim_transition x
             where x.state = (c.figure).state and my_kind() = any (x.takers)
               and claim_step_follows(c.figure, x.step))))];
    elsif (c.told).seen <> claim_seen((c.claim).id) then
        return claim_seen_problems(c.claim, (c.told).seen);
    end if;
    -- who accepts is not who approves, who approves is not who pays; a paper that came earlier is seen by two
    if person_is_me(c.maker) then
        p := p || problem('E_SAME_PERSON', '', c.maker);
    elsif (c.step in ('confirm', 'accept', 'approve', 'pay', 'accept_costs', 'receive')
           or c.step = 'close' and claim_cured((c.claim).id))
          and claim_told_by_me((c.claim).id, c.step) is not null then -- whatever office he did it in
        p := p || problem('E_SAME_PERSON', '', claim_told_by_me((c.claim).id, c.step));
    elsif c.step = 'accept_costs' and claim_costs_by_me(c) is not null then
        p := p || problem('E_SAME_PERSON', '', claim_costs_by_me(c));
    elsif (c.step = 'receive' or c.step = 'close' and (c.waits).step = 'cure') and record_disowned((c.waits).id, 1) then
        p := p || problem('E_PROPOSER_LEFT', '', c.maker);
    end if;
    if c.step = 'refuse' and (c.waits).step = 'recover'
       and person_is_me((claim_refusal_begun(c.waits)).recorded_by) then
        p := p || problem('E_SAME_PERSON', '', (claim_refusal_begun(c.waits)).recorded_by);
    end if;
    if c.step = 'cure' and my_kind() = 'bank' and claim_loan_bad((c.claim).loan_id) then
        p := p || problem('E_STILL_BAD', '', (c.claim).reference);
    end if;
    if c.step = 'accept' and (c.claim).received_on < (c.claim).on_day and c.maker is null then
        p := p || problem('E_SECOND_PERSON', '', (c.claim).received_on::text);
    end if;
    if (c.told)."on" <> today() then
        p := p || problem('E_TODAY', '/on', today()::text);
    end if;
    if (c.told).due_on < today() then -- it would have lapsed before anybody could read it
        p := p || problem('E_ORDER', '/due_on', today()::text);
    end if;
    return p;
end $$;

-- Does the claim still stand, and does a red flag stop its payment?
create or replace function claim_step_rejudge(c step_case) returns json[]
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if cardinality((c.j).problems) > 0 then
        return (c.j).problems;
    end if;
    return case when c.step = 'pay' then flag_payment_stops((c.claim).loan_id, (c.claim).id,
                                                       current_setting('transaction_read_only') = 'off')
                else '{}'::json[] end;
end $$;

-- What stands against promising or paying these amounts out of these funds. What an approval holds is there for its own
-- payment and renewal.
create or replace function claim_funds_problems(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    f record;
    p json[] := '{}'::json[];
    room bigint;
begin
    for f in
        select 'fund:' || (c.claim).scheme_code as account, c.fund_fen as fen, (c.last).hold as hold
        union all
        select 'fund:' || (x ->> 0), (x ->> 1)::bigint, claim_part_id((c.last).hold, x ->> 0)
          from json_array_elements((c.j).funds) x
    loop
        room := account_available_fen(f.account)
                + coalesce((select h.amount_fen from hold h
                             where c.step in ('pay', 'renew') and h.id = f.hold and h.until_day >= today()), 0);
        if not exists (select from account a where a.code = f.account) then
            p := p || problem('E_OVERDRAFT', '', f.account);
        elsif room < f.fen then
            p := p || problem('E_OVERDRAFT', '', f.account || ' ' || yuan_text(room));
        end if;
    end loop;
    return p;
end $$;

-- Who approved a claim last, if that counts no more.
create or replace function claim_approver_left(claim_id uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select case when not person_agreed(s.recorded_by, s.id) then s.recorded_by end
              from claim_step s
             where s.claim = claim_id and s.step = 'approve'
             order by s.n desc
             limit 1);
end $$;

-- What is promised or paid beyond what was approved last, fund by fund, or upon an approval that counts no more: nobody
-- but its payer has seen that.
create or replace function claim_approval_problems(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    approved claim_step;
begin
    select s.* into approved
      from claim_step s
     where s.claim = (c.claim).id and s.step = 'approve'
     order by s.n desc
     limit 1;
    if not person_agreed(approved.recorded_by, approved.id) then
        return array[problem('E_APPROVER_LEFT', '', approved.recorded_by)];
    end if;
    return array(
        select problem('E_UNAPPROVED', '', format('%s %s > %s', f.account, yuan_text(f.fen), yuan_text(f.most)))
          from (select 'fund:' || (c.claim).scheme_code as account, c.fund_fen as fen, approved.fund_fen as most
                union all
                select 'fund:' || (x ->> 0), (x ->> 1)::bigint, coalesce((
                           select sum((y ->> 1)::bigint)
                             from json_array_elements(approved.funds) y where y ->> 0 = x ->> 0), 0)::bigint
                  from json_array_elements(c.funds) x) f
         where f.fen > f.most);
end $$;

-- The id of what a step moves in another fund than its scheme's own.
create or replace function claim_part_id(step uuid, code text) returns uuid language sql immutable as
    $$ select md5(step || ' ' || code)::uuid $$;

-- A recovery that is told or received, or costs of recovery that finance accepts: what stands against it, and what
-- each layer gets of it once it is received.
create or replace function claim_step_back(c step_case) returns step_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    n claim_now := c.figure;
    terms scheme_terms := (select scheme_terms_of(s.body) from scheme s where s.id = (c.claim).scheme);
    parties text[] := array(select x ->> 0 from json_array_elements((c.figure).split) x);
    amounts bigint;
    told bigint;
    accepted bigint;
    waiting bigint; -- told, and not yet received
    costs_most bigint;
    net bigint;
    before bigint[];
    after bigint[];
begin
    select coalesce(sum(s.amount_fen) filter (where s.fund_fen is not null), 0)::bigint,
           coalesce(sum(s.costs_fen) filter (where s.fund_fen is not null), 0)::bigint,
           coalesce(sum(s.accepted_fen) filter (where s.step = 'accept_costs'), 0)::bigint,
           coalesce(sum(s.amount_fen) filter (where s.step = 'recover' and s.fund_fen is null and not exists (
                        select from claim_step d where d.claim = s.claim and d.told = s.id)), 0)::bigint
      into amounts, told, accepted, waiting
      from claim_step s
     where s.claim = n.claim and s.step in ('recover', 'receive', 'accept_costs');
    c.amount_fen := case c.step when 'recover' then yuan_fen((c.told).amount)
                                when 'receive' then (c.waits).amount_fen end;
    c.costs_fen := case c.step when 'recover' then coalesce(claim_costs_fen((c.told).costs), 0)
                               when 'receive' then (c.waits).costs_fen end;
    c.accepted_fen := case when c.step = 'accept_costs' then yuan_fen((c.told).costs_accepted) end;
    net := claim_net_back(n, coalesce(c.amount_fen, 0) - coalesce(c.accepted_fen, 0)
                             + case when c.step = 'recover' then waiting else 0 end);
    costs_most := least(told - accepted,
                        div(amounts::numeric * coalesce(percent_ppm(terms.costs_max_share), 1000000), 1000000)::bigint
                            - accepted);
    if net > n.net_loss_fen then
        c.problems := array[problem('E_EXCEEDS', '/amount',
                            yuan_text(greatest(claim_whole_fen(n) - amounts + accepted
                                               - case when c.step = 'recover' then waiting else 0 end, 0)))];
        return c;
    elsif c.accepted_fen > costs_most then
        c.problems := array[problem('E_EXCEEDS', '/costs_accepted', yuan_text(greatest(costs_most, 0)))];
        return c;
    elsif c.step = 'recover' then -- told: nothing moves
        return c;
    end if;
    before := claim_layers_got(n);
    after := claim_layers_back(n.split, coalesce(terms.recovery_order, 'pro_rata'), net, claim_early_fen(n));
    for i in 1 .. cardinality(parties) loop -- a recovery takes from no fund, costs bring to none
        if parties[i] = 'fund' then
            after[i] := case c.step when 'receive' then greatest(after[i], before[i])
                                    else least(after[i], before[i]) end;
        end if;
    end loop;
    select json_agg(json_build_array(parties[i], after[i] - before[i]) order by i)
      into c.layers
      from generate_subscripts(parties, 1) i;
    return claim_step_parts(c, claim_layers_of(terms, (c.claim).claimant));
end $$;

-- Of a recovery over the layers: what each fund gets; a layer names the fund that it is another's.
create or replace function claim_step_parts(c step_case, layers scheme_layer[]) returns step_case
    language plpgsql stable as $$
declare
    part record;
    moves json[] := '{}'::json[];
begin
    for part in
        select (layers[x.n]).account as code, (x.value ->> 1)::bigint as fen
          from json_array_elements(c.layers) with ordinality as x(value, n)
         where x.value ->> 0 = 'fund'
         order by x.n
    loop
        if part.code is null then
            c.fund_fen := abs(part.fen);
        elsif part.fen <> 0 then
            moves := moves || json_build_array(part.code, -part.fen);
        end if;
    end loop;
    c.funds := array_to_json(moves);
    return c;
end $$;

-- All that is still paid for a loan, which goes back to every fund when its cure is received.
create or replace function claim_step_return(c step_case) returns step_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    c.fund_fen := claim_paid_fen(c.claim);
    select coalesce(json_agg(json_build_array(x.code, -x.fen)), '[]') into c.funds
      from (select m ->> 0 as code, sum((m ->> 1)::bigint) as fen
              from claim q
              join claim_step s on s.claim = q.id
                               and s.step in ('pay', 'recover', 'receive', 'accept_costs', 'cure', 'close')
             cross join lateral json_array_elements(s.funds) m
             where q.loan_id = (c.claim).loan_id and q.scheme_code = (c.claim).scheme_code
               and q.claimant = (c.claim).claimant
             group by 1
            having sum((m ->> 1)::bigint) > 0) x;
    return c;
end $$;

-- What the step moves: into c; and what stands against it.
create or replace function claim_step_amounts(c step_case) returns step_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    final text := claim_superseded_by(c.claim);
begin
    c.problems := '{}'::json[];
    c.funds := '[]';
    c.cause := case when c.step = 'pay' then 'compensation'
                    when c.step in ('receive', 'accept_costs') then 'recovery'
                    when c.step = 'close' and (c.waits).step = 'cure' then 'return' end;
    if c.step in ('recover', 'receive', 'accept_costs', 'cure') and final is not null then
        c.problems := array[problem('E_COMPENSATED', '', final)];
        return c;
    end if;
    case c.step
        when 'accept' then
            c.accepted_fen := coalesce(yuan_fen((c.told).costs_accepted), 0);
            if c.accepted_fen > coalesce(claim_costs_fen((select r.body -> 'costs' from submission r
                                                           where r.id = (c.claim).id and r.version = 1)), 0) then
                c.problems := array[problem('E_EXCEEDS', '/costs_accepted', '0.00')];
            end if;
        when 'approve', 'pay', 'renew' then
            c.fund_fen := (c.j).fund_fen;
            c.funds := (c.j).funds;
            if c.step <> 'approve' then
                c.problems := claim_approval_problems(c);
            end if;
            c.problems := c.problems || claim_funds_problems(c);
        when 'recover', 'receive', 'accept_costs' then
            c := claim_step_back(c);
        when 'close' then
            if c.cause is not null then
                c := claim_step_return(c);
            elsif claim_untold_fen(c.claim) > 0 then
                c.problems := array[problem('E_UNTOLD', '', yuan_text(claim_untold_fen(c.claim)))];
            elsif final is null and claim_followed_by(c.claim) is not null then
                c.problems := array[problem('E_COMPENSATED', '', claim_followed_by(c.claim))];
            end if;
        else
    end case;
    return c;
end $$;

-- Promise the amounts of an approval, each fund its own.
create or replace function claim_hold(c step_case) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    x json;
begin
    if not hold_open(c.id, 'fund:' || (c.claim).scheme_code, c.fund_fen, (c.claim).id, today() + 30) then
        -- looked at by claim_step_amounts: never half a movement
        raise exception 'not covered: fund:%', (c.claim).scheme_code;
    end if;
    for x in select y from json_array_elements(c.funds) y loop
        if not hold_open(claim_part_id(c.id, x ->> 0), 'fund:' || (x ->> 0), (x ->> 1)::bigint,
                         (c.claim).id, today() + 30) then
            raise exception 'not covered: fund:%', x ->> 0;
        end if;
    end loop;
end $$;

-- End what the last approval promised.
create or replace function claim_hold_end(c step_case, how text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if (c.last).hold is not null then
        perform hold_end((c.last).hold, how);
        perform hold_end(claim_part_id((c.last).hold, x ->> 0), how) from json_array_elements((c.last).funds) x;
    end if;
end $$;

-- Move money between one fund and whoever claimed; fen above nought: out of the fund.
create or replace function claim_post(c step_case, transfer uuid, code text, fen bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    is_paid boolean := c.step = 'pay';
    other text := case when is_paid then 'paid:' else 'recovered:' end || code || ':'
        || account_part(c.bank, (c.claim).org_id);
    p posting;
begin
    if fen = 0 then
        return;
    end if;
    perform account_open(other, case when is_paid then 'expense' else 'income' end,
                         case when is_paid then '代偿支出 ' else '追偿收回 ' end || c.bank, false, c.bank, code, c.day);
    p := row(transfer, coalesce((c.told).reference, (
                 select r.body ->> 'reference' from submission r
                  where c.step = 'receive' and r.id = (c.waits).id and r.version = 1),
                 c.step || ' ' || (c.claim).reference),
             case when fen > 0 then other else 'fund:' || code end,
             case when fen > 0 then 'fund:' || code else other end,
             abs(fen), c.day, c.cause, (c.claim).id, null, (c.claim).reference)::posting;
    if transfer_post(array[p]) is not null then
        raise exception 'not covered: fund:%', code;
    end if;
end $$;

-- Move the money of a step: hold, release or post it.
create or replace function claim_step_money(c step_case) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if c.step in ('pay', 'return', 'release', 'renew') then
        perform claim_hold_end(c, case when c.step = 'pay' then 'posted' else 'voided' end);
    end if;
    if c.step in ('approve', 'renew') then
        perform claim_hold(c);
    elsif c.cause is not null then
        perform claim_post(c, c.id, (c.claim).scheme_code,
                           case when c.step in ('pay', 'accept_costs') then c.fund_fen else -c.fund_fen end);
        perform claim_post(c, claim_part_id(c.id, x ->> 0), x ->> 0, (x ->> 1)::bigint)
           from json_array_elements(c.funds) x;
    end if;
end $$;

-- The claim and what is about to happen to it.
create or replace function claim_step_case(new_id uuid, doc json, found_claim claim) returns step_case
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    c step_case;
begin
    c.id := new_id;
    c.told := json_populate_record(null::claim_step_told, doc);
    c.step := (c.told).step;
    c.day := today();
    c.claim := found_claim;
    c.figure := (select n from claim_now n where n.claim = found_claim.id);
    c.last := (select s from claim_step s where s.claim = found_claim.id order by s.n desc limit 1);
    c.maker := (select s.recorded_by -- whatever was renewed or released in between
                  from claim_step s
                 where s.claim = found_claim.id
                   and s.step = case c.step when 'approve' then 'accept'
                                            when 'pay' then 'approve'
                                            when 'accept' then case when found_claim.received_on < found_claim.on_day
                                                                    then 'confirm' end end
                   and (c.step <> 'accept' or person_agreed(s.recorded_by, s.id))
                 order by s.n desc
                 limit 1);
    c.waits := claim_told_first(found_claim.id);
    if c.step = 'receive' or c.step = 'close' and (c.waits).step = 'cure' then
        c.maker := (c.waits).recorded_by;
    end if;
    select x.next into c.next
      from claim_transition x
     where x.state = claim_state(found_claim.id) and x.step = c.step and my_kind() = any (x.takers);
    select o.code into c.bank from org o where o.id = found_claim.org_id;
    return c;
end $$;

-- The figure of a claim after a step: as it was judged until it is paid, then as it was paid.
create or replace function claim_figure_follow(c step_case) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    j judgement := c.j;
begin
    update claim_now n
       set state = c.next,
           counts = c.step not in ('return', 'withdraw') and (n.counts or c.step = 'resubmit')
                    and not (c.step = 'close' and claim_cured(n.claim)),
           paid = n.paid or c.step = 'pay',
           due_on = case when c.step = 'return' then (c.told).due_on end
     where n.claim = (c.claim).id;
    if c.step in ('accept', 'resubmit', 'approve', 'pay', 'renew') then
        update claim_now n
           set principal_fen = j.principal_fen, interest_fen = j.interest_fen, costs_fen = j.costs_fen,
               net_loss_fen = j.net_loss, fund_fen = j.fund_fen, funds = j.funds, split = j.split,
               account = json_build_object('lines', array_to_json(j.account), 'headroom', j.headroom)
         where n.claim = (c.claim).id;
    end if;
    if c.step = 'close' and claim_cured((c.claim).id) then -- what it had taken over came back with it
        update claim_now n
           set counts = false
          from claim a
         where a.id = n.claim and n.paid and a.loan_id = (c.claim).loan_id and a.claimant = (c.claim).claimant
           and a.scheme_code = (c.claim).scheme_code;
    end if;
end $$;

-- Takes a step on a claim: may it be taken, do the facts still hold, what does it move.
create or replace function claim_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    c step_case;
    found_claim claim;
    found_problems json[];
    is_word boolean; -- the first of two to refuse a recovery; a refused cure is owed still, a thief told of none
begin
    d.district := '';
    d.parties := '{}';
    if not dry then
        perform claims_lock();
        perform claims_lapse();
    end if;
    select x.* into found_claim
      from claim x
     where x.id = (doc ->> 'claim')::uuid and (my_kind() = 'finance' or x.org_id = my_org());
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'claim'));
        return d;
    end if;
    d.district := found_claim.district;
    c := claim_step_case(new_id, doc, found_claim);
    is_word := c.step = 'refuse' and (c.waits).step = 'recover' and (claim_refusal_begun(c.waits)).id is null
               and not record_disowned((c.waits).id, 1);
    found_problems := claim_step_refusal(c);
    if cardinality(found_problems) = 0 and c.step in ('accept', 'resubmit', 'approve', 'pay', 'renew') then
        c.j := claim_judge_again(found_claim, null);
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
        insert into claim_step (id, claim, n, step, state, on_day, reason, owner, due_on,
               fund_fen, amount_fen, costs_fen, accepted_fen, layers, funds, until_day,
               transfer, hold, maker, told, word, recorded_at, recorded_by)
        values (new_id, found_claim.id, coalesce((c.last).n, 0) + 1, c.step, c.next, c.day, (c.told).reason,
               (c.told).owner, (c.told).due_on, c.fund_fen, c.amount_fen, c.costs_fen,
               c.accepted_fen, c.layers, c.funds,
               case when c.step in ('approve', 'renew') then c.day + 30 end,
               case when c.fund_fen > 0 and c.cause is not null then new_id end,
               case when c.step in ('approve', 'renew') then new_id end, c.maker,
               case when c.step in ('receive', 'close') or c.step = 'refuse' and not is_word then (c.waits).id end,
               case when is_word then (c.waits).id end,
               record_now(), my_signature());
        if c.step = 'accept' and c.accepted_fen > 0 then -- the costs count from now on
            c.j := claim_judge_again(found_claim, null);
        end if;
        perform claim_figure_follow(c);
    end if;
    return d;
end $$;

-- ---- answers ---------------------------------------------------------------------------------------

-- The parts of the loss: [[party, share ppm, fen], …] as an answer shows them.
create or replace function claim_split_shown(split json) returns json language sql immutable as $$
    select json_agg(json_build_object('party', x ->> 0, 'share', percent_text((x ->> 1)::bigint),
                    'amount', yuan_text((x ->> 2)::bigint)) order by n)
      from json_array_elements(split) with ordinality as y(x, n)
$$;

-- What each layer got back by a step, as its answer shows it.
create or replace function claim_layers_shown(layers json) returns json language sql immutable as $$
    select json_agg(json_build_object('party', x ->> 0, 'amount', yuan_text((x ->> 1)::bigint)) order by n)
      from json_array_elements(layers) with ordinality as y(x, n)
$$;

-- The steps that a claim took, the first first, as its answer shows them.
create or replace function claim_steps_shown(claim_id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                    'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'owner', s.owner, 'due_on', s.due_on,
                    'fund', yuan_text(s.fund_fen), 'amount', yuan_text(s.amount_fen), 'costs', yuan_text(s.costs_fen),
                    'costs_accepted', yuan_text(nullif(s.accepted_fen, 0)), 'layers', claim_layers_shown(s.layers),
                    'hold_until', s.until_day, 'transfer', s.transfer, 'told', coalesce(s.told, s.word),
                    'at', instant_text(s.recorded_at)))
                    order by s.n), '[]')
      from claim_step s
     where s.claim = claim_id
$$;

-- What is left under the limits, for who asks: now, to the fund's offices; who claimed keeps what he was told when he
-- did, for by what is left from day to day he would see each claim of others.
create or replace function claim_headroom_shown(c claim, headroom json) returns json language sql stable as $$
    select case when report_sees_funds() then headroom
                when c.org_id = my_org() then c.account -> 'headroom'
                else '{}' end
$$;

-- How far a claim has come, and what is decided of it on what is known now.
create or replace function claim_life_members(c claim) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    last claim_step;
    view json := claim_view(c, null);
    now_state text := claim_state(c.id);
    is_returned boolean := now_state in ('returned', 'lapsed');
begin
    select s.* into last from claim_step s where s.claim = c.id and s.step <> 'lapse' order by s.n desc limit 1;
    return json_build_object(
        'state', now_state,
        'seen', claim_seen_of(c, view, null),
        'scheme', c.scheme_code,
        'scheme_version', (select s.effective_from from scheme s where s.id = c.scheme),
        'filed_on', c.received_on,
        'net_loss', view -> 'net_loss',
        'fund', view -> 'fund',
        'paid', yuan_text(claim_paid_fen(c)),
        'split', view -> 'split',
        'arithmetic', view -> 'arithmetic',
        'headroom', claim_headroom_shown(c, view -> 'headroom'),
        'problems', view -> 'problems',
        'steps', claim_steps_shown(c.id),
        'legal_steps', coalesce((select array_agg(x.step order by x.step) from claim_transition x
                                  where x.state = now_state and x.takers <> '{}'
                                    and claim_step_follows((select n from claim_now n where n.claim = c.id), x.step)),
                                '{}'),
        'owner', case when is_returned then last.owner end,
        'due_on', case when is_returned then last.due_on end,
        'days_returned', case when is_returned then today() - last.on_day end,
        'days_over', case when is_returned then greatest(today() - last.due_on, 0) end,
        'hold_until', case when now_state = 'approved' then last.until_day end,
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
           'filed_on', c.received_on,
           'net_loss', yuan_text(c.net_loss_fen),
           'fund', yuan_text(c.fund_fen),
           'split', claim_split_shown(c.split),
           'arithmetic', c.account -> 'lines',
           'headroom', c.account -> 'headroom')
      from claim c
     where c.id = $1
$$;

-- The claims that were paid for a loan and not given back by a cure.
create or replace function claims_paid_on(loan uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select string_agg(c.reference, ', ' order by c.recorded_at, c.id)
      from claim c
     where c.loan_id = loan and claim_took(c.id, 'pay') and claim_counts(c.id)
$$;
