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

-- ---- schemes -----------------------------------------------------------------------------------

create table scheme (
    id uuid primary key,
    code text not null,
    effective_from date not null,
    effective_to date,
    body json not null,
    constraint scheme_version_unique unique (code, effective_from)
);
create table scheme_approval (
    scheme uuid primary key references scheme,
    reason text not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null
);
call make_append_only('scheme');
call make_append_only('scheme_approval');
grant select, insert on scheme, scheme_approval to pledged_app;
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
      join scheme_approval a on a.scheme = s.id
     where s.code = scheme_code
       and s.effective_from <= signed_on
       and (s.effective_to is null or s.effective_to >= signed_on)
       and (known_at is null or a.recorded_at <= known_at)
     order by s.effective_from desc
     limit 1
$$;

create function fen_of(amount text) returns bigint language sql immutable parallel safe as
    $$ select (amount::numeric * 100)::bigint $$;
create function ppm_of(rate text) returns int language sql immutable parallel safe as
    $$ select (rate::numeric * 10000)::int $$;
create function percent_text(ppm bigint) returns text language sql immutable parallel safe as
    $$ select regexp_replace(to_char(ppm / 10000.0, 'FM9999999990.0000'), '0{1,2}$', '') $$;

create function scheme_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    from_day date := (doc ->> 'effective_from')::date;
    to_day date := (doc ->> 'effective_to')::date;
    other scheme;
begin
    d.district := '';
    d.parties := '{}';
    select o.* into other
      from scheme o
     where o.code = doc ->> 'code'
       and o.effective_from <> from_day
       and ((o.effective_from < from_day and o.effective_to >= from_day)
            or (o.effective_from > from_day and to_day >= o.effective_from))
     limit 1;
    if found then
        d.problems := json_build_array(problem('E_OVERLAP', case when other.effective_from < from_day
            then '/effective_from' else '/effective_to' end, other.effective_from || ' – '
            || coalesce(other.effective_to::text, '…')));
    elsif not dry then
        insert into scheme values (new_id, doc ->> 'code', from_day, to_day, doc);
    end if;
    return d;
end $$;

-- The record as its approver saw it.
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
    s scheme;
    code text;
begin
    d.district := '';
    d.parties := '{}';
    select * into s from scheme where id = (doc ->> 'scheme')::uuid;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/scheme', doc ->> 'scheme'));
    elsif exists (select from scheme_approval a where a.scheme = s.id) then
        d.problems := json_build_array(problem('E_STEP', '/scheme', ''));
    elsif doc ->> 'seen' <> record_seal(s.id) then
        d.problems := json_build_array(problem('E_SEEN', '/seen', record_seal(s.id)));
    elsif not dry then
        insert into scheme_approval values (s.id, doc ->> 'reason', now(), my_signature());
        code := s.code;
        perform open_account('fund:' || code, 'asset', '补偿资金池 ' || code, true, null, code, s.effective_from),
                open_account('appropriation:' || code, 'income', '财政拨款 ' || code, false, null, code, s.effective_from),
                open_account('adjustment:' || code, 'equity', '调整 ' || code, false, null, code, s.effective_from);
    end if;
    return d;
end $$;

create function scheme_members(s scheme) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select format('"state":%s,"seen":%s%s', to_json(case when a.scheme is null then 'draft' else 'in_force' end),
                  to_json(record_seal(s.id)),
                  case when a.scheme is not null then
                       format(',"approved_by":%s,"approved_at":%s', to_json(a.recorded_by),
                              to_json(instant_text(a.recorded_at))) end)
      from (select s.id) x
      left join scheme_approval a on a.scheme = x.id
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
    net_fen bigint constraint claim_step_net_range check (net_fen >= 0),
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
-- What the fund has paid for a claim less what came back.
create function claim_paid_fen(claim_id uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(sum(case when s.step = 'pay' then s.fund_fen else -s.fund_fen end), 0)::bigint
      from claim_step s
     where s.claim = claim_id and s.step in ('pay', 'recover', 'cure')
$$;
-- Does a claim still count against limits? Returned and withdrawn ones do not.
create function claim_counts(claim_id uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select claim_state(claim_id) not in ('returned')
       and not exists (select from claim_step s where s.claim = claim_id and s.step = 'withdraw')
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

-- A judged claim: all its defects, or the amounts.
create type judgement as (
    problems json[], loan_id uuid, parties text[], district text, borrower text, org_code text, scheme scheme,
    net_loss bigint, fund_fen bigint, split json, account json, headroom json
);

create function account_line(line text, formula text, fen bigint) returns json language sql immutable as
    $$ select json_build_object('line', line, 'formula', formula, 'amount', yuan_text(fen)) $$;

-- Runs as the owner: caps add up over all banks. It tells a bank sums and its own defects, nothing of others.
create function claim_judge(org bigint, doc json, claim_id uuid) returns judgement
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    j judgement;
    l loan;
    s scheme;
    b json;
    f loan_life;
    claim_day date := (doc ->> 'on')::date;
    overdue_day date;
    bad_day date;
    trigger_day date;
    days int;
    want int;
    grades text[] := array['normal', 'special_mention', 'substandard', 'doubtful', 'loss'];
    claimed bigint := fen_of(doc ->> 'loss_principal');
    interest bigint := coalesce(fen_of(doc ->> 'loss_interest'), 0);
    recovered bigint := coalesce(fen_of(doc ->> 'recovered'), 0);
    costs bigint := coalesce(fen_of(doc ->> 'costs'), 0);
    owed bigint;
    base bigint;
    net bigint;
    shares bigint[];
    parties text[];
    amounts bigint[];
    fund_at int;
    bank_at int;
    uplift int := 0;
    wanted bigint;
    room bigint;
    spent bigint;
    lines json[] := '{}';
    head jsonb := '{}';
    k text;
    x record;
    ceiling int;
    total numeric;
    bad numeric;
begin
    j.problems := '{}';
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
    select o.code into j.org_code from org o where o.id = org;
    s := scheme_for(l.scheme, l.signed_on, null);
    if s.id is null then
        j.problems := array[problem('E_NOT_IN_SCHEME', '/loan', coalesce(l.scheme, '-'))];
        return j;
    end if;
    j.scheme := s;
    b := s.body;
    -- ---- the loan on the day of the claim
    f := loan_fold(l, claim_day, null, null);
    if claim_day > today() then
        j.problems := j.problems || problem('E_FUTURE', '/on', today()::text);
    end if;
    if doc ->> 'kind' = 'pre_compensation' and not coalesce((b ->> 'pre_compensation')::boolean, false) then
        j.problems := j.problems || problem('E_CLAIM_KIND', '/kind', s.code);
    end if;
    -- no more than was owed on that day, nor than is owed by what is known since; recoveries may be in either
    owed := least(f.outstanding_fen, (loan_fold(l, 'infinity', null, null)).outstanding_fen) + recovered;
    if claimed > owed then
        j.problems := j.problems || problem('E_EXCEEDS', '/loss_principal', yuan_text(owed));
    end if;
    if b ->> 'loss_base' = 'principal' and interest > 0 then
        j.problems := j.problems || problem('E_UNWANTED', '/loss_interest', s.code);
    end if;

    -- ---- the trigger, and the window from the day it was reached
    want := (b -> 'trigger' ->> 'days_overdue')::int;
    overdue_day := f.overdue_since;
    bad_day := f.bad_since;
    if want is not null then
        days := coalesce(claim_day - overdue_day, 0);
        if days < want then
            j.problems := j.problems || problem('E_TRIGGER', '/on', format('days_overdue %s < %s', days, want));
        end if;
        trigger_day := greatest(trigger_day, overdue_day + want);
    end if;
    if b -> 'trigger' ->> 'min_grade' is not null then
        if array_position(grades, f.grade) < array_position(grades, b -> 'trigger' ->> 'min_grade')
           and f.state <> 'written_off' then
            j.problems := j.problems || problem('E_TRIGGER', '/on',
                                                format('grade %s < %s', f.grade, b -> 'trigger' ->> 'min_grade'));
        end if;
        trigger_day := greatest(trigger_day, bad_day);
    end if;
    want := (b -> 'trigger' ->> 'non_performing_months')::int;
    if want is not null then
        if bad_day is null or claim_day < bad_day + make_interval(months => want) then
            j.problems := j.problems || problem('E_TRIGGER', '/on', format('non_performing since %s, %s months',
                                                coalesce(bad_day::text, '-'), want));
        end if;
        trigger_day := greatest(trigger_day, (bad_day + make_interval(months => want))::date);
    end if;
    if coalesce((b -> 'trigger' ->> 'written_off')::boolean, false) and f.state <> 'written_off' then
        j.problems := j.problems || problem('E_TRIGGER', '/on', 'written_off');
    end if;
    want := (b ->> 'claim_window_days')::int;
    if want is not null and trigger_day is not null and claim_day > trigger_day + want then
        j.problems := j.problems || problem('E_WINDOW', '/on', (trigger_day + want)::text);
    end if;

    -- ---- pledge, exclusions, terms
    if f.released_on is not null and f.released_on <= coalesce(overdue_day, bad_day, claim_day) then
        j.problems := j.problems || problem('E_RELEASED', '/loan', f.released_on::text);
    end if;
    if l.registered_on is null or l.registered_on > coalesce(least(overdue_day, bad_day), claim_day) then
        j.problems := j.problems || problem('E_UNREGISTERED', '/loan', coalesce(l.registered_on::text, '-'));
    end if;
    if coalesce((b ->> 'excludes_guaranteed')::boolean, false)
       and exists (select from record r where r.id = l.id and r.version = l.version
                      and r.body ->> 'guarantor_uscc' is not null) then
        j.problems := j.problems || problem('E_EXCLUDED', '/loan', 'guarantor_uscc');
    end if;
    if l.ip_amount_fen::numeric * 1000000 < l.amount_fen::numeric * coalesce(ppm_of(b ->> 'ip_share_min'), 0) then
        j.problems := j.problems || problem('E_IP_SHARE', '/loan', b ->> 'ip_share_min');
    end if;
    if b -> 'rate_ceiling' is not null then
        select p.one_year_ppm into ceiling from lpr p where p.on_day <= l.signed_on order by p.on_day desc limit 1;
        if ceiling is null then
            j.problems := j.problems || problem('E_NO_LPR', '/loan', l.signed_on::text);
        else
            ceiling := floor(ceiling * coalesce((b -> 'rate_ceiling' ->> 'lpr_multiplier')::numeric, 100) / 100)
                     + coalesce(ppm_of(b -> 'rate_ceiling' ->> 'lpr_spread'), 0);
            if l.rate_ppm > ceiling then
                j.problems := j.problems || problem('E_RATE_CEILING', '/loan', percent_text(ceiling));
            end if;
        end if;
    end if;
    for x in
        select c.reference, c.scheme_code, c.kind
          from claim c
         where c.loan_id = l.id and c.id is distinct from claim_id and claim_counts(c.id)
           and (c.kind = doc ->> 'kind' or c.scheme_code <> s.code)
           and (c.scheme_code = s.code
                or exists (select from json_array_elements(b -> 'excludes') e where e ->> 'scheme' = c.scheme_code)
                or exists (select from scheme o, json_array_elements(o.body -> 'excludes') e
                            where o.id = c.scheme and e ->> 'scheme' = s.code))
    loop
        j.problems := j.problems || problem('E_COMPENSATED', '/loan', x.scheme_code || ' ' || x.reference);
    end loop;

    -- ---- leverage: the loans of the scheme up to this one against what was appropriated by its day
    want := (b ->> 'leverage_limit')::int;
    if want is not null then
        select sum(o.amount_fen) into total
          from loan o
         where o.scheme = l.scheme and (o.signed_on, o.id) <= (l.signed_on, l.id)
           and not has_later(o.id, o.version, null);
        room := want * -balance_fen('appropriation:' || s.code, claim_day, null);
        if total > room then
            j.problems := j.problems || problem('E_LEVERAGE', '/loan',
                                                format('%s > %s × %s', yuan_text(total::bigint), want, yuan_text(room / want)));
        end if;
    end if;
    -- ---- breaker: this bank's bad loans of the scheme
    if b ->> 'npl_breaker' is not null then
        select sum(y.outstanding_fen), sum(y.outstanding_fen) filter (where y.bad_since is not null)
          into total, bad
          from loan o
         cross join lateral loan_fold(o, claim_day, null, null) y
         where o.scheme = l.scheme and o.org_id = org and o.signed_on <= claim_day
           and not has_later(o.id, o.version, null);
        if bad * 1000000 > total * ppm_of(b ->> 'npl_breaker') then
            j.problems := j.problems || problem('E_BREAKER', '/loan', percent_text((bad * 1000000 / total)::bigint)
                                                || ' > ' || (b ->> 'npl_breaker'));
        end if;
    end if;

    -- ---- arithmetic
    base := claimed + interest;
    lines := lines || account_line('claimed', yuan_text(claimed) || ' + ' || yuan_text(interest), base);
    net := base - greatest(recovered - costs, 0);
    lines := lines || account_line('net_loss', format('%s - max(%s - %s, 0)', yuan_text(base), yuan_text(recovered),
                                   yuan_text(costs)), net);
    if coalesce((b ->> 'ip_part_only')::boolean, false) then
        base := net;
        net := round(base::numeric * l.ip_amount_fen / l.amount_fen)::bigint;
        lines := lines || account_line('ip_part', format('%s × %s / %s, half up', yuan_text(base),
                                       yuan_text(l.ip_amount_fen), yuan_text(l.amount_fen)), net);
    end if;
    if net <= 0 then
        j.problems := j.problems || problem('E_NO_LOSS', '/recovered', yuan_text(net));
        return j;
    end if;
    select array_agg(e ->> 'party' order by n), array_agg(ppm_of(e ->> 'share')::bigint order by n)
      into parties, shares
      from json_array_elements(b -> 'layers') with ordinality as y(e, n);
    fund_at := array_position(parties, 'fund');
    bank_at := array_position(parties, 'bank');
    if coalesce(l.first_loan, false) then
        uplift := coalesce(ppm_of(b ->> 'first_loan_uplift'), 0);
        shares[fund_at] := shares[fund_at] + uplift;
        shares[bank_at] := shares[bank_at] - uplift;
    end if;
    amounts := split_loss(net, shares);
    for i in 1 .. cardinality(parties) loop
        lines := lines || account_line(parties[i], format('%s × %s%%', yuan_text(net), percent_text(shares[i])), amounts[i]);
        select fen_of(e ->> 'cap') into room
          from json_array_elements(b -> 'layers') with ordinality as y(e, n)
         where n = i;
        if room < amounts[i] and i <> bank_at then
            amounts[bank_at] := amounts[bank_at] + amounts[i] - room;
            amounts[i] := room;
            lines := lines || account_line(parties[i], 'cap of the layer', room);
        end if;
    end loop;
    -- an earlier payment in advance is part of the fund's share
    select coalesce(sum(claim_paid_fen(c.id)), 0) into spent
      from claim c
     where c.loan_id = l.id and c.scheme_code = s.code and c.kind = 'pre_compensation'
       and doc ->> 'kind' = 'compensation' and claim_counts(c.id);
    if spent > 0 then
        lines := lines || account_line('paid_in_advance', '', -spent);
    end if;
    wanted := amounts[fund_at] - spent;

    -- ---- limits: what the fund may still pay under each; the bank bears what is beyond
    for k, room in
        select y.name, case when y.cap is null then null else y.cap - coalesce((
                   select sum(greatest(c.fund_fen, 0)) from claim c
                    where c.id is distinct from claim_id and c.scheme_code = s.code and claim_counts(c.id)
                      and (y.name <> 'cap_per_loan' or c.loan_id = l.id)
                      and (y.name <> 'cap_per_enterprise' or c.borrower = l.borrower)
                      and (y.name <> 'cap_bank_year' or c.org_id = org)
                      and (y.name not in ('cap_bank_year', 'cap_fund_year')
                           or date_trunc('year', c.on_day) = date_trunc('year', claim_day))), 0) end
          from (values ('cap_per_loan', fen_of(b ->> 'cap_per_loan')),
                       ('cap_per_enterprise', fen_of(b ->> 'cap_per_enterprise')),
                       ('cap_bank_year', fen_of(b ->> 'cap_bank_year')),
                       ('cap_fund_year', fen_of(b ->> 'cap_fund_year')),
                       ('pool_balance', case when (b ->> 'pool_balance_limits_liability')::boolean then
                           balance_fen('fund:' || s.code, null, null) + paid_out_fen(s.code) end)) as y(name, cap)
    loop
        continue when room is null;
        head := head || jsonb_build_object(k, yuan_text(greatest(room - least(wanted, greatest(room, 0)), 0)));
        if room <= 0 then
            j.problems := j.problems || problem('E_CAP', '/loss_principal', k);
        elsif wanted > room then
            amounts[bank_at] := amounts[bank_at] + wanted - room;
            amounts[fund_at] := amounts[fund_at] - (wanted - room);
            wanted := room;
            lines := lines || account_line('fund', k, room);
        end if;
    end loop;
    if wanted <= 0 and cardinality(j.problems) = 0 then
        j.problems := j.problems || problem('E_NO_LOSS', '/loss_principal', yuan_text(wanted));
    end if;
    j.net_loss := net;
    j.fund_fen := wanted;
    j.account := array_to_json(lines);
    j.headroom := head::json;
    select json_agg(json_build_array(parties[i], shares[i], amounts[i]) order by i) into j.split
      from generate_subscripts(parties, 1) i;
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
    j := claim_judge(my_org(), doc, null);
    d.district := coalesce(j.district, '');
    d.parties := coalesce(j.parties, '{}');
    if cardinality(j.problems) > 0 then
        d.problems := array_to_json(j.problems);
    elsif not dry then
        insert into claim
        values (new_id, doc ->> 'reference', my_org(), j.parties, j.district, j.loan_id, j.borrower, (j.scheme).id,
               (j.scheme).code, doc ->> 'kind', (doc ->> 'on')::date, j.net_loss, j.fund_fen, j.split,
               json_build_object('lines', j.account, 'headroom', j.headroom), now());
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

create function claim_step_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    c claim;
    t claim_transition;
    last claim_step;
    j judgement;
    p posting;
    bank text;
    state text;
    maker text;
    seal text;
    step text := doc ->> 'step';
    fund bigint;
    net bigint;
    hold_id uuid;
    transfer_id uuid;
    overdrawn text;
    cause text;
    found_problems json[] := '{}';
begin
    if not dry then
        perform claims_lock();
    end if;
    select x.* into c
      from claim x
     where x.id = (doc ->> 'claim')::uuid and (my_kind() = 'finance' or x.org_id = my_org());
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'claim'));
        return d;
    end if;
    d.district := c.district;
    d.parties := '{}';
    select s.* into last from claim_step s where s.claim = c.id order by s.n desc limit 1;
    state := coalesce(last.state, 'submitted');
    select x.* into t from claim_transition x where x.state = coalesce(last.state, 'submitted') and x.step = doc ->> 'step';
    if not found or not my_kind() = any (t.takers) then
        d.problems := json_build_array(problem('E_STEP', '', state || ': ' || coalesce((
            select string_agg(x.step, ', ' order by x.step) from claim_transition x
             where x.state = coalesce(last.state, 'submitted') and my_kind() = any (x.takers)), '-')));
        return d;
    end if;
    seal := claim_seal(c.id);
    if doc ->> 'seen' is not null and doc ->> 'seen' <> seal then
        d.problems := json_build_array(problem('E_SEEN', '/seen', (
            select coalesce(string_agg(s.n || ' ' || s.step || ' ' || s.recorded_by || ' ' || instant_text(s.recorded_at), '; '
                            order by s.n), '-')
              from claim_step s where s.claim = c.id)));
        return d;
    end if;
    -- who accepts is not who approves, who approves is not who pays
    if step in ('approve', 'pay') then
        maker := last.recorded_by;
        if maker = my_signature() then
            found_problems := found_problems || problem('E_SAME_PERSON', '', maker);
        end if;
    end if;
    select o.code into bank from org o where o.id = c.org_id;
    if (doc ->> 'on')::date > today() then
        found_problems := found_problems || problem('E_FUTURE', '/on', today()::text);
    end if;

    if step in ('resubmit', 'approve', 'pay') then
        j := claim_judge(c.org_id, (select r.body from record r where r.id = c.id and r.version = 1), c.id);
        if cardinality(j.problems) > 0 then
            found_problems := found_problems || j.problems;
        elsif j.fund_fen <> c.fund_fen then
            found_problems := found_problems || problem('E_CHANGED', '', yuan_text(c.fund_fen) || ' → ' || yuan_text(j.fund_fen));
        elsif (j.scheme).id <> c.scheme then
            found_problems := found_problems || problem('E_CHANGED', '', (j.scheme).effective_from::text);
        end if;
    end if;
    if step = 'approve' and cardinality(found_problems) = 0 then
        fund := c.fund_fen;
        hold_id := new_id;
        if dry and available_fen('fund:' || c.scheme_code) < fund
           or not dry and not hold_money(hold_id, 'fund:' || c.scheme_code, fund, c.id, today() + 30) then
            found_problems := found_problems || problem('E_OVERDRAFT', '', 'fund:' || c.scheme_code || ' '
                              || yuan_text(available_fen('fund:' || c.scheme_code)));
        end if;
    elsif step = 'return' and state = 'approved' and not dry then
        perform end_hold(last.hold, 'voided');
    elsif step = 'pay' and cardinality(found_problems) = 0 then
        fund := c.fund_fen;
        cause := 'compensation';
        -- a hold that has expired covers nothing: then the balance decides
        if available_fen('fund:' || c.scheme_code) < fund and not exists (
               select from hold h where h.id = last.hold and h.until_day >= today()) then
            found_problems := found_problems || problem('E_OVERDRAFT', '', 'fund:' || c.scheme_code || ' '
                              || yuan_text(available_fen('fund:' || c.scheme_code)));
        elsif not dry then
            perform end_hold(last.hold, 'posted');
        end if;
    elsif step = 'recover' and cardinality(found_problems) = 0 then
        cause := 'recovery';
        select coalesce(sum(s.net_fen), 0) + greatest(fen_of(doc ->> 'amount') - coalesce(fen_of(doc ->> 'costs'), 0), 0)
          into net
          from claim_step s where s.claim = c.id and s.step = 'recover';
        if net > c.net_loss_fen then
            found_problems := found_problems || problem('E_EXCEEDS', '/amount', yuan_text(c.net_loss_fen - net
                              + greatest(fen_of(doc ->> 'amount') - coalesce(fen_of(doc ->> 'costs'), 0), 0)));
        else
            fund := recovered_fund_fen((select coalesce(s.body ->> 'recovery_order', 'pro_rata') from scheme s where s.id = c.scheme),
                                       c.fund_fen, c.net_loss_fen - c.fund_fen, net)
                    - (c.fund_fen - claim_paid_fen(c.id));
            net := greatest(fen_of(doc ->> 'amount') - coalesce(fen_of(doc ->> 'costs'), 0), 0);
        end if;
    elsif step = 'cure' then
        cause := 'return';
        fund := claim_paid_fen(c.id);
    end if;

    if cause is not null and fund > 0 and cardinality(found_problems) = 0 then
        transfer_id := new_id;
        p := row(new_id, coalesce(doc ->> 'reference', step || ' ' || c.reference), null, null, fund,
                 (doc ->> 'on')::date, cause, c.id, null, c.reference)::posting;
        if step = 'pay' then
            p.debit := 'paid:' || c.scheme_code || ':' || account_part(bank, c.org_id);
            p.credit := 'fund:' || c.scheme_code;
        else
            p.debit := 'fund:' || c.scheme_code;
            p.credit := 'recovered:' || c.scheme_code || ':' || account_part(bank, c.org_id);
        end if;
        if not dry then
            perform open_account(case when step = 'pay' then p.debit else p.credit end,
                                 case when step = 'pay' then 'expense' else 'income' end,
                                 case when step = 'pay' then '代偿支出 ' else '追偿收回 ' end || bank, false, bank,
                                 c.scheme_code, p.on_day);
            overdrawn := post_transfers(array[p]);
            if overdrawn is not null then -- was looked at above: never half a movement
                raise exception 'not covered: %', overdrawn;
            end if;
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry then
        insert into claim_step
        values (new_id, c.id, coalesce(last.n, 0) + 1, step, t.next, (doc ->> 'on')::date, doc ->> 'reason', doc ->> 'owner',
               (doc ->> 'due_on')::date, fund, net, case when fund > 0 and cause is not null then transfer_id end,
               case when step = 'approve' then hold_id end, maker, now(), my_signature());
    end if;
    return d;
end $$;
revoke all on function claim_step_decide from public;
grant execute on function claim_step_decide to pledged_app;

-- Organisation codes may hold what account codes may not.
create function account_part(code text, org bigint) returns text language sql immutable as $$
    select case when code ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,39}$' then code else 'org-' || org end
$$;

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
        to_json(yuan_text(c.net_loss_fen)), to_json(yuan_text(c.fund_fen)), to_json(yuan_text(claim_paid_fen(c.id))),
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
        case when last.state = 'returned' then format(',"owner":%s,"due_on":%s,"days_over":%s', to_json(last.owner),
                  to_json(last.due_on), greatest(today() - last.due_on, 0)) end);
end $$;

-- What other records make of a record: members of its answer; null for types without.
create function life_members(type text, id uuid, version int, as_of date, known_at timestamptz) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'loan' then (select loan_life_members(l, as_of, known_at) from loan l where l.id = $2 and l.version = $3)
        when 'scheme' then (select scheme_members(s) from scheme s where s.id = $2)
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
           (select b.held_fen from account_balance b where b.account = 'fund:' || code)
      from (select 1) one
      left join moved m on true
$$;

create or replace function record_decide_one(type text, id uuid, body json, dry boolean) returns decision
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
