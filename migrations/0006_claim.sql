-- Risk sharing: schemes as dated data, claims under them, and the money they move.
--
-- A scheme version that finance has approved governs the loans signed while it is in force. A claim is judged and
-- split inside the statement that stores it, under the scheme's lock: caps, balance, leverage and the bad-loan
-- breaker are passed by nobody, however many ask at once. Every step of a claim is a record of its own.

insert into record_type (name, writers) values
    ('scheme', '{ip_office}'), ('scheme_approval', '{finance}'), ('claim', '{bank}'),
    ('claim_step', '{bank,finance}');

-- Loan prime rates of the National Interbank Funding Center, from the day of publication; ppm.
create table lpr (
    on_day date primary key,
    one_year_ppm int not null,
    five_year_ppm int not null
);
insert into lpr values
    ('2019-08-20', 42500, 48500),
    ('2019-09-20', 42000, 48500),
    ('2019-10-21', 42000, 48500),
    ('2019-11-20', 41500, 48000),
    ('2019-12-20', 41500, 48000),
    ('2020-01-20', 41500, 48000),
    ('2020-02-20', 40500, 47500),
    ('2020-03-20', 40500, 47500),
    ('2020-04-20', 38500, 46500),
    ('2020-05-20', 38500, 46500),
    ('2020-06-22', 38500, 46500),
    ('2020-07-20', 38500, 46500),
    ('2020-08-20', 38500, 46500),
    ('2020-09-21', 38500, 46500),
    ('2020-10-20', 38500, 46500),
    ('2020-11-20', 38500, 46500),
    ('2020-12-21', 38500, 46500),
    ('2021-01-20', 38500, 46500),
    ('2021-02-22', 38500, 46500),
    ('2021-03-22', 38500, 46500),
    ('2021-04-20', 38500, 46500),
    ('2021-05-20', 38500, 46500),
    ('2021-06-21', 38500, 46500),
    ('2021-07-20', 38500, 46500),
    ('2021-08-20', 38500, 46500),
    ('2021-09-22', 38500, 46500),
    ('2021-10-20', 38500, 46500),
    ('2021-11-22', 38500, 46500),
    ('2021-12-20', 38000, 46500),
    ('2022-01-20', 37000, 46000),
    ('2022-02-21', 37000, 46000),
    ('2022-03-21', 37000, 46000),
    ('2022-04-20', 37000, 46000),
    ('2022-05-20', 37000, 44500),
    ('2022-06-20', 37000, 44500),
    ('2022-07-20', 37000, 44500),
    ('2022-08-22', 36500, 43000),
    ('2022-09-20', 36500, 43000),
    ('2022-10-20', 36500, 43000),
    ('2022-11-21', 36500, 43000),
    ('2022-12-20', 36500, 43000),
    ('2023-01-20', 36500, 43000),
    ('2023-02-20', 36500, 43000),
    ('2023-03-20', 36500, 43000),
    ('2023-04-20', 36500, 43000),
    ('2023-05-22', 36500, 43000),
    ('2023-06-20', 35500, 42000),
    ('2023-07-20', 35500, 42000),
    ('2023-08-21', 34500, 42000),
    ('2023-09-20', 34500, 42000),
    ('2023-10-20', 34500, 42000),
    ('2023-11-20', 34500, 42000),
    ('2023-12-20', 34500, 42000),
    ('2024-01-22', 34500, 42000),
    ('2024-02-20', 34500, 39500),
    ('2024-03-20', 34500, 39500),
    ('2024-04-22', 34500, 39500),
    ('2024-05-20', 34500, 39500),
    ('2024-06-20', 34500, 39500),
    ('2024-07-22', 33500, 38500),
    ('2024-08-20', 33500, 38500),
    ('2024-09-20', 33500, 38500),
    ('2024-10-21', 31000, 36000),
    ('2024-11-20', 31000, 36000),
    ('2024-12-20', 31000, 36000);
call make_append_only('lpr');
grant select on lpr to pledged_app;

create index loan_by_scheme on loan (scheme, org_id) where scheme is not null;

-- ---- schemes -----------------------------------------------------------------------------------

-- The versions in force. A draft is only a record, which may be corrected until it is approved.
create table scheme (
    id uuid primary key,
    code text not null,
    effective_from date not null,
    effective_to date,
    body json not null,
    reason text not null,       -- of the approval
    approved_at timestamptz not null default now(),
    approved_by text not null,
    constraint scheme_version_unique unique (code, effective_from)
);
call make_append_only('scheme');
grant select, insert on scheme to pledged_app;
-- Everybody reads schemes: they are public rules.
drop policy record_read on record;
create policy record_read on record for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or type = 'scheme'
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));

-- The version that governs a loan signed on a day; known_at null: now.
create function scheme_for(scheme_code text, signed_on date, known_at timestamptz) returns scheme
    language sql stable security definer set search_path = public, pg_temp as $$
    select s
      from scheme s
     where s.code = scheme_code
       and s.effective_from <= signed_on
       and (s.effective_to is null or s.effective_to >= signed_on)
       and (known_at is null or s.approved_at <= known_at)
     order by s.effective_from desc
     limit 1
$$;

create function fen_of(amount text) returns bigint language sql immutable parallel safe as
    $$ select (amount::numeric * 100)::bigint $$;
create function ppm_of(rate text) returns int language sql immutable parallel safe as
    $$ select (rate::numeric * 10000)::int $$;
create function percent_text(ppm bigint) returns text language sql immutable parallel safe as
    $$ select regexp_replace(to_char(ppm / 10000.0, 'FM9999999990.0000'), '0{1,2}$', '') $$;

-- What stands against a version among those in force.
create function scheme_refusal(doc json) returns json[] language plpgsql stable as $$
declare
    from_day date := (doc ->> 'effective_from')::date;
    to_day date := (doc ->> 'effective_to')::date;
    other scheme;
begin
    if exists (select from scheme s where lower(s.code) = lower(doc ->> 'code') and s.code <> doc ->> 'code') then
        return array[problem('E_TAKEN', '/code', doc ->> 'code')]; -- accounts do not differ by case alone
    end if;
    select o.* into other
      from scheme o
     where o.code = doc ->> 'code'
       and o.effective_from <> from_day
       and ((o.effective_from < from_day and o.effective_to >= from_day)
            or (o.effective_from > from_day and to_day >= o.effective_from))
     limit 1;
    if found then
        return array[problem('E_OVERLAP', case when other.effective_from < from_day then '/effective_from'
                     else '/effective_to' end, other.effective_from || ' – ' || coalesce(other.effective_to::text, '…'))];
    end if;
    return '{}';
end $$;

create function scheme_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    found_problems json[] := scheme_refusal(doc);
begin
    d.district := '';
    d.parties := '{}';
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- The record as its approver saw it: every version.
create function record_seal(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(r.sha256, ''::bytea order by r.version)), 'hex')
      from record r
     where r.id = record_id
$$;

create function scheme_approval_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    r record%rowtype;
    code text;
    from_day date;
    found_problems json[];
begin
    d.district := '';
    d.parties := '{}';
    select x.* into r
      from record x
     where x.id = (doc ->> 'scheme')::uuid and x.type = 'scheme'
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/scheme', doc ->> 'scheme'));
        return d;
    end if;
    found_problems := scheme_refusal(r.body);
    if exists (select from scheme s where s.id = r.id) then
        d.problems := json_build_array(problem('E_STEP', '/scheme', 'in_force'));
    elsif doc ->> 'seen' <> record_seal(r.id) then
        d.problems := json_build_array(problem('E_SEEN', '/seen', 'version ' || r.version));
    elsif cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        code := r.body ->> 'code';
        from_day := (r.body ->> 'effective_from')::date;
        insert into scheme
        values (r.id, code, from_day, (r.body ->> 'effective_to')::date, r.body, doc ->> 'reason', now(), my_signature());
        perform open_account('fund:' || code, 'asset', '补偿资金池 ' || code, true, null, code, from_day),
                open_account('appropriation:' || code, 'income', '财政拨款 ' || code, false, null, code, from_day),
                open_account('adjustment:' || code, 'equity', '调整 ' || code, false, null, code, from_day);
    end if;
    return d;
end $$;

create function scheme_members(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select format('"state":%s,"seen":%s%s', to_json(case when s.id is null then 'draft' else 'in_force' end),
                  to_json(record_seal(x.id)),
                  case when s.id is not null then
                       format(',"approved_by":%s,"approved_at":%s', to_json(s.approved_by),
                              to_json(instant_text(s.approved_at))) end)
      from (select record_id as id) x
      left join scheme s on s.id = x.id
$$;

-- ---- the split ---------------------------------------------------------------------------------

-- A loss over parties by shares (ppm, together 1,000,000): exact to the fen, odd fen by largest remainder, ties to
-- the earlier layer.
create function split_loss(loss bigint, shares bigint[]) returns bigint[] language sql immutable as $$
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

-- ---- claims ------------------------------------------------------------------------------------

create table claim (
    id uuid primary key,
    reference text not null,
    org_id bigint not null,
    parties text[] not null,
    district text not null,
    loan_id uuid not null,
    borrower text not null,
    scheme uuid not null references scheme,
    scheme_code text not null,
    kind text not null constraint claim_kind_known check (kind in ('compensation', 'pre_compensation')),
    on_day date not null,
    net_loss_fen bigint not null constraint claim_net_loss_range check (net_loss_fen >= 1),
    fund_fen bigint not null constraint claim_fund_range check (fund_fen between 1 and net_loss_fen),
    advance_fen bigint not null, -- paid on the loan before, part of the fund's share
    part_up bigint not null,     -- what comes back counts by part_up / part_down: the part secured by IP
    part_down bigint not null,
    split json not null,    -- [[party, share ppm, fen], …]
    account json not null,  -- the arithmetic, line by line
    recorded_at timestamptz not null
);
create index claim_by_loan on claim (loan_id);
create index claim_by_scheme on claim (scheme_code, on_day);
create table claim_step (
    id uuid primary key,
    claim uuid not null references claim,
    n int not null,
    step text not null,
    state text not null,
    on_day date not null,
    reason text,
    owner text,
    due_on date,
    fund_fen bigint constraint claim_step_fund_range check (fund_fen >= 0),
    amount_fen bigint constraint claim_step_amount_range check (amount_fen >= 1), -- of a recovery
    costs_fen bigint constraint claim_step_costs_range check (costs_fen >= 0),
    transfer uuid,
    hold uuid,
    maker text,            -- who took the step that this one checks
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint claim_step_order unique (claim, n),
    constraint claim_step_two_persons check (maker <> recorded_by)
);
call make_append_only('claim');
call make_append_only('claim_step');
alter table claim enable row level security;
create policy claim_read on claim for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())]));
create policy claim_write on claim for insert to pledged_app with check (org_id = (select my_org()));
alter table claim_step enable row level security;
create policy claim_step_read on claim_step for select to pledged_app
    using (exists (select from claim c where c.id = claim));
create policy claim_step_write on claim_step for insert to pledged_app
    with check (exists (select from claim c where c.id = claim));
grant select, insert on claim, claim_step to pledged_app;

create table claim_transition (
    state text not null,
    step text not null,
    next text not null,
    takers text[] not null,
    primary key (state, step)
);
insert into claim_transition values
    ('submitted', 'accept', 'accepted', '{finance}'),
    ('submitted', 'return', 'returned', '{finance}'),
    ('submitted', 'withdraw', 'closed', '{bank}'),
    ('returned', 'resubmit', 'submitted', '{bank}'),
    ('returned', 'withdraw', 'closed', '{bank}'),
    ('accepted', 'approve', 'approved', '{finance}'),
    ('accepted', 'return', 'returned', '{finance}'),
    ('approved', 'pay', 'paid', '{finance}'),
    ('approved', 'return', 'returned', '{finance}'),
    ('paid', 'recover', 'recovering', '{bank,finance}'),
    ('paid', 'cure', 'closed', '{bank,finance}'),
    ('paid', 'close', 'closed', '{finance}'),
    ('recovering', 'recover', 'recovering', '{bank,finance}'),
    ('recovering', 'cure', 'closed', '{bank,finance}'),
    ('recovering', 'close', 'closed', '{finance}');
call make_append_only('claim_transition');
grant select on claim_transition to pledged_app;

create function claim_state(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select s.state from claim_step s where s.claim = claim_id order by s.n desc limit 1), 'submitted')
$$;
create function claim_took(claim_id uuid, name text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from claim_step s where s.claim = claim_id and s.step = name)
$$;
-- Does a claim count: against limits, and in the way of others? Returned, withdrawn and cured ones do not.
create function claim_counts(claim_id uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select claim_state(claim_id) <> 'returned'
       and not claim_took(claim_id, 'withdraw') and not claim_took(claim_id, 'cure')
$$;
-- What a scheme has paid for a loan, over all its claims, less what came back.
create function loan_paid_fen(loan uuid, code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(sum(case when s.step = 'pay' then s.fund_fen else -s.fund_fen end), 0)::bigint
      from claim c
      join claim_step s on s.claim = c.id and s.step in ('pay', 'recover', 'cure')
     where c.loan_id = loan and c.scheme_code = code
$$;
-- The final claim that has taken over what was paid in advance: what comes back is told there.
create function superseded_by(c claim) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.reference
      from claim o
     where (c).kind = 'pre_compensation' and o.kind = 'compensation'
       and o.loan_id = (c).loan_id and o.scheme_code = (c).scheme_code
       and (claim_counts(o.id) or claim_took(o.id, 'pay'))
     order by o.recorded_at desc
     limit 1
$$;
-- What the fund is still out of pocket by a claim; an advance counts with the final claim.
create function claim_paid_fen(c claim) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when claim_took((c).id, 'pay') and not claim_took((c).id, 'cure') and superseded_by(c) is null
                then loan_paid_fen((c).loan_id, (c).scheme_code) else 0 end
$$;

-- What the counted claims of a scheme were paid, before anything came back.
create function paid_out_fen(code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(sum(s.fund_fen), 0)::bigint
      from claim c
      join claim_step s on s.claim = c.id and s.step = 'pay'
     where c.scheme_code = code and claim_counts(c.id)
$$;

-- The claim as its approver saw it: the record and every step.
create function claim_seal(claim_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(x.sha256, ''::bytea order by x.n)), 'hex')
      from (select r.sha256, 0 as n from record r where r.id = claim_id and r.version = 1
            union all
            select r.sha256, s.n
              from claim_step s
              join record r on r.id = s.id and r.version = 1
             where s.claim = claim_id) x
$$;

-- A claim with what it is judged by: the loan as of now and on its day, and the scheme that governs it.
create type claim_case as (
    org bigint, doc json, claim_id uuid, day date, received date, loan loan, life loan_life, scheme scheme, rules json
);
-- A judged claim: all its defects, or the amounts.
create type judgement as (
    problems json[], loan_id uuid, parties text[], district text, borrower text, scheme scheme,
    net_loss bigint, fund_fen bigint, advance_fen bigint, part_up bigint, part_down bigint, split json, account json[], headroom jsonb
);

create function account_line(line text, formula text, fen bigint) returns json language sql immutable as
    $$ select json_build_object('line', line, 'formula', formula, 'amount', yuan_text(fen)) $$;

-- The functions that judge run as the owner: caps add up over all banks. A bank learns sums and its own defects.

-- Has the loan gone bad as the scheme asks, and was the claim made in time?
create function judge_trigger(c claim_case) returns json[]
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
    if greatest(c.day, c.received) > last_day then
        p := p || problem('E_WINDOW', '/on', last_day::text);
    end if;
    return p;
end $$;

-- The highest rate that the scheme allows for a loan signed on a day; null when it sets none.
create function rate_ceiling_ppm(rule json, signed_on date) returns int language sql stable as $$
    select floor(p.one_year_ppm * coalesce((rule ->> 'lpr_multiplier')::numeric, 100) / 100)::int
           + coalesce(ppm_of(rule ->> 'lpr_spread'), 0)
      from lpr p
     where rule is not null and p.on_day <= signed_on
     order by p.on_day desc
     limit 1
$$;

-- Does the claim stay within what the loan's own events say is lost?
create function judge_amounts(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    principal bigint := fen_of(c.doc ->> 'loss_principal');
    interest bigint := coalesce(fen_of(c.doc ->> 'loss_interest'), 0);
    recovered bigint := coalesce(fen_of(c.doc ->> 'recovered'), 0);
    life loan_life := c.life;
    -- no more than was owed on that day, nor than is owed by what is known since
    owed bigint := least(life.outstanding_fen, (loan_fold(c.loan, 'infinity', null, null)).outstanding_fen);
    at_default bigint := life.outstanding_fen + life.back_fen;
    -- simple interest on the whole amount since it was drawn, 360 days a year, less what was paid: unpaid
    -- interest cannot be more
    interest_max bigint := greatest(ceil((c.loan).amount_fen::numeric * (c.loan).rate_ppm
                                    * greatest(c.day - life.drawn_on, 0) / 360000000) - life.interest_fen, 0);
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

-- The first version of a loan that changed, after its default was first told, something that decides what is paid.
create function late_change(loan_id uuid) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    with told as (
        select min(e.recorded_at) as at
          from loan_event e
         where e.loan_id = $1
           and (e.kind in ('overdue', 'written_off') or e.grade in ('substandard', 'doubtful', 'loss'))
    ),
    fact as (
        select r.version, r.recorded_at,
               json_build_array(r.body ->> 'scheme', r.body ->> 'borrower_uscc', r.body ->> 'amount',
                                r.body ->> 'ip_amount', r.body ->> 'rate', r.body ->> 'signed_on',
                                r.body ->> 'registered_on', r.body ->> 'first_loan', r.body ->> 'guarantor_uscc',
                                r.body -> 'ip')::text as facts
          from record r
         where r.id = $1
    )
    select min(f.version)
      from fact f
      join fact before on before.version = f.version - 1 and before.facts <> f.facts
      join told t on f.recorded_at > t.at
$$;

-- Is the loan one that the scheme covers: kind, pledge, exclusions, rate?
create function judge_terms(c claim_case) returns json[]
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
    if late_change(l.id) is not null then
        p := p || problem('E_LATE_CHANGE', '/loan', late_change(l.id)::text);
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

-- Claims of the same loan that stand in the way: of the same kind; a final one in that of an advance; an advance not
-- yet paid in that of a final one; one under a scheme that excludes this one.
create function judge_elsewhere(c claim_case) returns json[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(problem('E_COMPENSATED', '/loan', o.scheme_code || ' ' || o.reference)
                              order by o.recorded_at, o.id), '{}')
      from claim o
      join scheme s on s.id = o.scheme
     where o.loan_id = ((c).loan).id
       and o.id is distinct from (c).claim_id
       and claim_counts(o.id)
       and case when o.scheme_code = ((c).scheme).code
                then o.kind = (c).doc ->> 'kind' or o.kind = 'compensation' or not claim_took(o.id, 'pay')
                else exists (select from json_array_elements((c).rules -> 'excludes') e
                              where e ->> 'scheme' = o.scheme_code)
                     or exists (select from json_array_elements(s.body -> 'excludes') e
                                 where e ->> 'scheme' = ((c).scheme).code) end
$$;

-- The same credit under another contract number: same borrower, amount, day and one right at least, with a claim that
-- counts. The number is told to the bank whose it is.
create function judge_same_credit(c claim_case) returns json[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(distinct problem('E_SAME_CREDIT', '/loan', x.name)::text)::json[], '{}')
      from (select case when l.org_id = (c).org
                        then (select r.key from record r where r.id = l.id limit 1) else '-' end as name
              from loan_ip mine
              join loan_ip p on p.number = mine.number and p.record_id <> mine.record_id
              join loan l on l.id = p.record_id and l.version = p.version
             where mine.record_id = ((c).loan).id and mine.version = ((c).loan).version
               and l.borrower = ((c).loan).borrower and l.amount_fen = ((c).loan).amount_fen
               and l.signed_on = ((c).loan).signed_on
               and not has_later(l.id, l.version, null)
               and exists (select from claim o where o.loan_id = l.id and claim_counts(o.id))) x
$$;

-- Leverage: the loans of the scheme up to this one against what was appropriated. Breaker: the share of this bank's
-- outstanding loans of the scheme that are bad.
create function judge_pool(c claim_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := c.loan;
    times int := (c.rules ->> 'leverage_limit')::int;
    pool bigint := -balance_fen('appropriation:' || (c.scheme).code, c.day, null);
    total numeric;
    bad numeric;
    p json[] := '{}';
begin
    if times is not null then
        select sum(o.amount_fen) into total
          from loan o
         where o.scheme = l.scheme and (o.signed_on, o.id) <= (l.signed_on, l.id)
           and not has_later(o.id, o.version, null);
        if total > times * pool then
            p := p || problem('E_LEVERAGE', '/loan',
                              format('%s > %s × %s', yuan_text(total::bigint), times, yuan_text(pool)));
        end if;
    end if;
    if c.rules ->> 'npl_breaker' is not null then
        select sum(y.outstanding), sum(y.outstanding) filter (where y.bad) into total, bad
          from loan o
         cross join lateral (
               select f.outstanding_fen as outstanding, f.bad_since is not null or f.bad_code is not null as bad
                 from loan_fold(o, c.day, null, null) f
                where exists (select from loan_event e where e.loan_id = o.id)
               union all
               select o.amount_fen, false
                where o.disbursed_on <= c.day
                  and not exists (select from loan_event e where e.loan_id = o.id)) y
         where o.scheme = l.scheme and o.org_id = c.org and o.signed_on <= c.day
           and not has_later(o.id, o.version, null);
        if bad * 1000000 > total * ppm_of(c.rules ->> 'npl_breaker') then
            p := p || problem('E_BREAKER', '/loan', percent_text((bad * 1000000 / total)::bigint) || ' > '
                              || (c.rules ->> 'npl_breaker'));
        end if;
    end if;
    return p;
end $$;

-- The loss that is shared, with its arithmetic.
create function judge_loss(c claim_case, inout j judgement) language plpgsql stable as $$
declare
    principal bigint := fen_of(c.doc ->> 'loss_principal');
    interest bigint := coalesce(fen_of(c.doc ->> 'loss_interest'), 0);
    recovered bigint := coalesce(fen_of(c.doc ->> 'recovered'), 0);
    costs bigint := coalesce(fen_of(c.doc ->> 'costs'), 0);
    elsewhere bigint;
    whole bigint := principal + interest - greatest(recovered - costs, 0);
begin
    j.account := array[
        account_line('claimed', yuan_text(principal) || ' + ' || yuan_text(interest), principal + interest),
        account_line('net_loss', format('%s - max(%s - %s, 0)', yuan_text(principal + interest),
                     yuan_text(recovered), yuan_text(costs)), whole)];
    -- what other schemes pay for the loan is no loss any more
    select coalesce(sum(o.fund_fen), 0) into elsewhere
      from claim o
     where o.loan_id = (c.loan).id and o.scheme_code <> (c.scheme).code and claim_counts(o.id);
    if elsewhere > 0 then
        whole := whole - elsewhere;
        j.account := j.account || account_line('paid_elsewhere', yuan_text(whole + elsewhere) || ' - '
                     || yuan_text(elsewhere), whole);
    end if;
    j.net_loss := whole;
    j.part_up := 1;
    j.part_down := 1;
    if coalesce((c.rules ->> 'ip_part_only')::boolean, false) then
        j.part_up := (c.loan).ip_amount_fen;
        j.part_down := (c.loan).amount_fen;
        j.net_loss := round(whole::numeric * (c.loan).ip_amount_fen / (c.loan).amount_fen)::bigint;
        j.account := j.account || account_line('ip_part', format('%s × %s / %s, half up', yuan_text(whole),
                     yuan_text((c.loan).ip_amount_fen), yuan_text((c.loan).amount_fen)), j.net_loss);
    end if;
end $$;

-- What the fund may still pay under each limit, before this claim. Only limits that the scheme sets.
create function claim_rooms(c claim_case) returns table (name text, room bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with other as materialized (
        select o.fund_fen, o.loan_id, o.borrower, o.org_id,
               date_trunc('year', o.on_day) = date_trunc('year', (c).day) as this_year
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

-- Share the loss over the layers; what a cap or limit keeps from a party, the bank bears.
create function judge_split(c claim_case, inout j judgement)
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
    select coalesce(jsonb_object_agg(r.name, yuan_text(greatest(r.room - j.fund_fen, 0))), '{}') into j.headroom
      from claim_rooms(c) r;
    select json_agg(json_build_array(parties[i], shares[i], amounts[i]) order by i) into j.split
      from generate_subscripts(parties, 1) i;
end $$;

-- received: the day on which whoever accepts has the claim; null before.
create function claim_judge(org bigint, doc json, claim_id uuid, received date) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    c claim_case;
    j judgement;
    l loan;
    s scheme;
begin
    select v.* into l
      from record r
      join loan v on v.id = r.id and v.version = r.version
     where r.org_id = org and r.type = 'loan' and r.key = doc ->> 'loan'
     order by r.version desc
     limit 1;
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
    c.org := org;
    c.doc := doc;
    c.claim_id := claim_id;
    c.day := (doc ->> 'on')::date;
    c.received := received;
    c.loan := l;
    c.life := loan_fold(l, c.day, null, null);
    c.scheme := s;
    c.rules := s.body;
    j.problems := judge_amounts(c) || judge_terms(c) || judge_trigger(c) || judge_elsewhere(c)
                  || judge_same_credit(c) || judge_pool(c);
    j := judge_loss(c, j);
    if j.net_loss <= 0 then
        j.problems := j.problems || problem('E_NO_LOSS', '/recovered', yuan_text(j.net_loss));
        return j;
    end if;
    j := judge_split(c, j);
    if j.fund_fen <= 0 and cardinality(j.problems) = 0 then
        j.problems := array[problem('E_NO_LOSS', '/loss_principal', yuan_text(j.fund_fen))];
    end if;
    return j;
end $$;

-- One claim at a time, whoever asks: what was judged is what is stored.
create function claims_lock() returns void language sql as $$ select pg_advisory_xact_lock(2021000018) $$;

create function claim_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
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
        insert into claim
        values (new_id, doc ->> 'reference', my_org(), j.parties, j.district, j.loan_id, j.borrower, (j.scheme).id,
               (j.scheme).code, doc ->> 'kind', (doc ->> 'on')::date, j.net_loss, j.fund_fen, j.advance_fen, j.part_up,
               j.part_down, j.split,
               json_build_object('lines', array_to_json(j.account), 'headroom', j.headroom), now());
    end if;
    return d;
end $$;

-- What came back, over fund and others in the scheme's order, all recoveries together: costs came off before. The
-- fund never gets back more than it paid.
create function recovered_fund_fen(order_name text, fund bigint, others bigint, net bigint) returns bigint
    language sql immutable as $$
    select least(fund, case order_name
           when 'fund_first' then net
           when 'bank_first' then greatest(net - others, 0)
           else div(2 * net::numeric * fund + fund + others, 2 * (fund::numeric + others))::bigint -- half up
           end)
$$;

-- Organisation codes may hold what account codes may not, and differ by case alone: then the later one goes by number.
create function account_part(code text, org bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when code ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,39}$' and code !~* '^org-[0-9]+$'
                 and not exists (select from org o where lower(o.code) = lower($1) and o.id < org)
                then code else 'org-' || org end
$$;

-- Principal that came back after the claim by the loan's events and was not told as a recovery.
create function claim_untold_fen(c claim) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan;
    now_life loan_life;
    back bigint;
begin
    if not claim_took((c).id, 'pay') or claim_took((c).id, 'cure') or superseded_by(c) is not null then
        return 0;
    end if;
    select v.* into l from loan v where v.id = (c).loan_id order by v.version desc limit 1;
    now_life := loan_fold(l, 'infinity', null, null);
    if now_life.state = 'settled' and now_life.written_off_on is null then
        back := (loan_fold(l, (c).on_day, null, null)).outstanding_fen; -- settled in full
    else
        select coalesce(sum(e.principal_fen), 0) into back
          from loan_event e
         where e.loan_id = l.id and e.kind in ('repaid', 'recovered') and e.on_day > (c).on_day
           and not exists (select from loan_event r
                            where r.loan_id = e.loan_id and r.kind = 'reversed' and r.reverses = e.reference);
    end if;
    return greatest(back - coalesce((select sum(s.amount_fen) from claim_step s where s.claim = (c).id), 0), 0);
end $$;

-- A step about to be taken: the claim, the step before it, what it moves.
create type step_case as (
    id uuid, doc json, step text, day date, claim claim, last claim_step, next text, maker text, bank text,
    fund_fen bigint, amount_fen bigint, costs_fen bigint, cause text
);

-- May this step be taken now, by this person, on what was seen?
create function step_refusal(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    state text := coalesce((c.last).state, 'submitted');
    p json[] := '{}';
begin
    if c.next is null then
        return array[problem('E_STEP', '', state || ': ' || coalesce((
            select string_agg(x.step, ', ' order by x.step) from claim_transition x
             where x.state = coalesce((c.last).state, 'submitted') and my_kind() = any (x.takers)), '-'))];
    elsif c.doc ->> 'seen' <> claim_seal((c.claim).id) then
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
create function step_rejudge(c step_case) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    received date := case when c.step = 'accept' then c.day else (
        select s.on_day from claim_step s where s.claim = (c.claim).id and s.step = 'accept' order by s.n desc limit 1) end;
    j judgement := claim_judge((c.claim).org_id, (select r.body from record r
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
    return '{}';
end $$;

-- What the step moves: into c; and what stands against it.
create function step_amounts(inout c step_case, out problems json[])
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    fund text := 'fund:' || (c.claim).scheme_code;
    paid bigint := claim_paid_fen(c.claim);
    share bigint := (c.claim).fund_fen + (c.claim).advance_fen;
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
                problems := array[problem('E_EXCEEDS', '/amount', yuan_text(div((c.claim).net_loss_fen::numeric
                            * (c.claim).part_down, (c.claim).part_up)::bigint - amounts + costs + c.costs_fen))];
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
            end if;
        else
    end case;
    if c.cause in ('recovery', 'return') and superseded_by(c.claim) is not null then
        problems := array[problem('E_COMPENSATED', '', superseded_by(c.claim))];
    end if;
end $$;

-- Move the money of a step: hold, release or post it.
create function step_money(c step_case) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    code text := (c.claim).scheme_code;
    other text := case when c.step = 'pay' then 'paid:' else 'recovered:' end || code || ':'
                  || account_part(c.bank, (c.claim).org_id);
    fund text := 'fund:' || code;
    p posting;
begin
    if c.step = 'approve' then
        if not hold_money(c.id, fund, c.fund_fen, (c.claim).id, today() + 30) then
            raise exception 'not covered: %', fund; -- looked at by step_amounts: never half a movement
        end if;
        return;
    elsif (c.last).hold is not null then
        perform end_hold((c.last).hold, case when c.step = 'pay' then 'posted' else 'voided' end);
    end if;
    if c.cause is null or c.fund_fen = 0 then
        return;
    end if;
    perform open_account(other, case when c.step = 'pay' then 'expense' else 'income' end,
                         case when c.step = 'pay' then '代偿支出 ' else '追偿收回 ' end || c.bank, false, c.bank, code,
                         c.day);
    p := row(c.id, coalesce(c.doc ->> 'reference', c.step || ' ' || (c.claim).reference),
             case when c.step = 'pay' then other else fund end, case when c.step = 'pay' then fund else other end,
             c.fund_fen, c.day, c.cause, (c.claim).id, null, (c.claim).reference)::posting;
    if post_transfers(array[p]) is not null then
        raise exception 'not covered: %', fund;
    end if;
end $$;

create function claim_step_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    c step_case;
    found_claim claim;
    found_last claim_step;
    amounts record;
    found_problems json[];
begin
    if not dry then
        perform claims_lock();
    end if;
    d.district := '';
    d.parties := '{}';
    select x.* into found_claim
      from claim x
     where x.id = (doc ->> 'claim')::uuid and (my_kind() = 'finance' or x.org_id = my_org());
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'claim'));
        return d;
    end if;
    select s.* into found_last from claim_step s where s.claim = found_claim.id order by s.n desc limit 1;
    d.district := found_claim.district;
    c.id := new_id;
    c.doc := doc;
    c.step := doc ->> 'step';
    c.day := (doc ->> 'on')::date;
    c.claim := found_claim;
    c.last := found_last;
    c.maker := case when c.step in ('approve', 'pay') then found_last.recorded_by end;
    select x.next into c.next from claim_transition x
     where x.state = coalesce(found_last.state, 'submitted') and x.step = c.step and my_kind() = any (x.takers);
    select o.code into c.bank from org o where o.id = found_claim.org_id;
    found_problems := step_refusal(c);
    if cardinality(found_problems) = 0 and c.step in ('accept', 'resubmit', 'approve', 'pay') then
        found_problems := step_rejudge(c);
    end if;
    if cardinality(found_problems) = 0 then
        amounts := step_amounts(c);
        c := amounts.c;
        found_problems := amounts.problems;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        perform step_money(c);
        insert into claim_step
        values (new_id, found_claim.id, coalesce(found_last.n, 0) + 1, c.step, c.next, c.day, doc ->> 'reason',
               doc ->> 'owner', (doc ->> 'due_on')::date, c.fund_fen, c.amount_fen, c.costs_fen,
               case when c.fund_fen > 0 and c.cause is not null then new_id end,
               case when c.step = 'approve' then new_id end, c.maker, now(), my_signature());
    end if;
    return d;
end $$;
revoke all on function claim_step_decide, step_money from public;
grant execute on function claim_step_decide to pledged_app;

-- ---- answers -----------------------------------------------------------------------------------

create function claim_members(c claim) returns text
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
                         'fund', yuan_text(s.fund_fen), 'transfer', s.transfer, 'at', instant_text(s.recorded_at)))
                         order by s.n)
                    from claim_step s where s.claim = c.id), '[]'),
        to_json(coalesce((select array_agg(x.step order by x.step) from claim_transition x
                  where x.state = coalesce(last.state, 'submitted')), '{}')),
        concat(case when last.state = 'returned' then format(',"owner":%s,"due_on":%s,"days_over":%s', to_json(last.owner),
                         to_json(last.due_on), greatest(today() - last.due_on, 0)) end,
               case when claim_untold_fen(c) > 0 then ',"recovery_untold":' || to_json(yuan_text(claim_untold_fen(c))) end));
end $$;

-- What stands against a correction, as a JSON array of problems; null: nothing. Of a loan: its events must still be
-- possible. Of a scheme: it must not be in force.
create function correction_refusal(type text, record_id uuid, doc json) returns json
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
    elsif type = 'scheme' and exists (select from scheme s where s.id = record_id) then
        p := array[problem('E_STEP', '', 'in_force')];
    elsif type = 'scheme' then
        p := scheme_refusal(doc);
    end if;
    return case when cardinality(p) > 0 then array_to_json(p) end;
end $$;

-- What other records make of a record: members of its answer; null for types without.
create function life_members(type text, id uuid, version int, as_of date, known_at timestamptz) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'loan' then (select loan_life_members(l, as_of, known_at) from loan l where l.id = $2 and l.version = $3)
        when 'scheme' then scheme_members(id)
        when 'claim' then (select claim_members(c) from claim c where c.id = $2)
    end;
end $$;
create function life_mark(type text, id uuid, version int, members text) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'loan' then (select loan_life_mark(l, members) from loan l where l.id = $2 and l.version = $3)
        else left(md5(members), 8)
    end;
end $$;

-- The fund of a scheme from the first to the last day of a period.
create function scheme_statement(code text, from_day date, to_day date, known_at timestamptz)
    returns table (opening bigint, appropriations bigint, compensation bigint, recoveries bigint, returns bigint,
                   adjustments bigint, closing bigint, held bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with moved as (
        select case when t.cause = 'reversal' then (select x.cause from transfer x where x.id = t.reverses) else t.cause end as cause,
               case when t.debit = 'fund:' || code then t.amount_fen else -t.amount_fen end as fen
          from transfer t
         where (t.debit = 'fund:' || code or t.credit = 'fund:' || code)
           and t.on_day between from_day and to_day
           and (known_at is null or t.recorded_at <= known_at)
    )
    select balance_fen('fund:' || code, from_day - 1, known_at),
           coalesce(sum(m.fen) filter (where m.cause = 'appropriation'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'compensation'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'recovery'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'return'), 0)::bigint,
           coalesce(sum(m.fen) filter (where m.cause = 'adjustment'), 0)::bigint,
           balance_fen('fund:' || code, to_day, known_at),
           -- approved by the end of the period, neither paid nor returned by then, and not run out
           (select coalesce(sum(s.fund_fen), 0)::bigint
              from claim_step s
              join claim c on c.id = s.claim
              join hold h on h.id = s.hold
             where c.scheme_code = code and s.step = 'approve' and s.on_day <= to_day
               and h.until_day >= least(to_day, today())
               and (known_at is null or s.recorded_at <= known_at)
               and not exists (select from claim_step x
                                where x.claim = s.claim and x.n = s.n + 1 and x.on_day <= to_day
                                  and (known_at is null or x.recorded_at <= known_at)))
      from (select 1) one
      left join moved m on true
$$;

create function record_decide_one(type text, id uuid, body json, dry boolean) returns decision
    language plpgsql as $$
begin
    case type
        when 'loan_event' then return loan_event_decide(id, body, dry);
        when 'account' then return account_decide(id, body, dry);
        when 'transfer' then return transfer_decide(id, body, dry);
        when 'scheme' then return scheme_decide(id, body, dry);
        when 'scheme_approval' then return scheme_approval_decide(id, body, dry);
        when 'claim' then return claim_decide(id, body, dry);
        when 'claim_step' then return claim_step_decide(id, body, dry);
    end case;
end $$;
