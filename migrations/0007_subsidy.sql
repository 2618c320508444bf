-- Subsidies: policies as dated rules, budgets, applications, and what they have taken.
--
-- The rule itself is judged by the program (a pure function of rule and facts). What is stored here is the case:
-- facts, decision and the hash of the rule. A decision is taken only while the facts that it was made of still
-- stand, under one lock: what another application has taken since is a changed fact, and the case is judged again.

insert into record_type (name, writers) values
    ('lpr', '{finance,ip_office}'), ('policy', '{district,finance}'), ('policy_step', '{district,finance}'),
    ('budget', '{district,finance}'), ('application', '{district,finance}'),
    ('application_step', '{district,finance}');

create extension if not exists btree_gist; -- of contrib, trusted: equality beside a range in one constraint

-- Who guarantees and who insures, as columns: rules ask for it.
alter table loan add column guarantor text, add column insurer text;
alter table loan disable trigger append_only;
update loan l
   set guarantor = r.body ->> 'guarantor_uscc', insurer = r.body ->> 'insurer_uscc'
  from record r
 where r.id = l.id and r.version = l.version
   and (r.body ->> 'guarantor_uscc' is not null or r.body ->> 'insurer_uscc' is not null);
alter table loan enable trigger append_only;

-- ---- loan prime rates --------------------------------------------------------------------------

create function lpr_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    day date := (doc ->> 'on')::date;
    last_day date := (select max(p.on_day) from lpr p);
begin
    d.district := '';
    d.parties := '{}';
    if day > today() then
        d.problems := json_build_array(problem('E_FUTURE', '/on', today()::text));
    elsif day <= last_day then -- what is known of a day never changes
        d.problems := json_build_array(problem('E_ORDER', '/on', (last_day + 1)::text));
    elsif not dry then
        insert into lpr values (day, ppm_of(doc ->> 'one_year'), ppm_of(doc ->> 'five_year'));
    end if;
    return d;
end $$;
revoke all on function lpr_decide from public;
grant execute on function lpr_decide to pledged_app;

-- ---- policies ----------------------------------------------------------------------------------

-- The versions in force. A draft is only a record, which may be corrected until it is approved.
create table policy (
    id uuid primary key,
    org_id bigint not null,
    code text not null,
    district text not null, -- '310000': the city
    effective_from date not null,
    effective_to date,
    body json not null,
    sha256 bytea not null,
    reason text not null, -- of the approval
    approved_at timestamptz not null default now(),
    approved_by text not null,
    constraint policy_version_unique unique (code, effective_from)
);
create table policy_end (
    policy uuid primary key references policy,
    on_day date not null,
    reason text not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null
);
call make_append_only('policy');
call make_append_only('policy_end');
grant select on policy, policy_end to pledged_app; -- public rules

drop policy record_read on record;
create policy record_read on record for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or type in ('scheme', 'lpr')
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties @> array[(select my_code())])
    or (type = 'policy' and (select my_kind()) in ('bank', 'district')
        and exists (select from policy p where p.id = record.id)));

create function policy_refusal(doc json) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    from_day date := (doc ->> 'effective_from')::date;
    to_day date := (doc ->> 'effective_to')::date;
    other policy;
    p json[] := '{}';
begin
    if my_kind() = 'district' and doc ->> 'district' is distinct from my_district() then
        p := p || problem('E_OWN_DISTRICT', '/district', my_district());
    elsif my_kind() = 'finance' and doc ->> 'district' is not null then
        p := p || problem('E_UNWANTED', '/district', 'finance');
    end if;
    if exists (select from record r
                where r.type = 'policy' and lower(r.subject) = lower(doc ->> 'code')
                  and (r.org_id <> my_org() or r.subject <> doc ->> 'code')) then
        p := p || problem('E_TAKEN', '/code', doc ->> 'code');
    end if;
    select o.* into other
      from policy o
     where o.code = doc ->> 'code'
       and o.effective_from <> from_day
       and ((o.effective_from < from_day and coalesce(o.effective_to, 'infinity') >= from_day
             and not exists (select from policy_end e where e.policy = o.id and e.on_day <= from_day))
            or (o.effective_from > from_day and coalesce(to_day, 'infinity') >= o.effective_from))
     limit 1;
    if found then
        p := p || problem('E_OVERLAP', case when other.effective_from < from_day then '/effective_from'
                     else '/effective_to' end, other.effective_from || ' – ' || coalesce(other.effective_to::text, '…'));
    end if;
    return p;
end $$;

create function policy_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    found_problems json[] := policy_refusal(doc);
begin
    d.district := coalesce(doc ->> 'district', '');
    d.parties := '{}';
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- One person drafts, another of the same office approves; either may end it.
create function policy_step_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    r record%rowtype;
    in_force policy;
    of_district text;
    found_problems json[] := '{}';
    is_end boolean := doc ->> 'step' = 'end';
begin
    d.parties := '{}';
    select x.* into r
      from record x
     where x.id = (doc ->> 'policy')::uuid and x.type = 'policy' and x.org_id = my_org()
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/policy', doc ->> 'policy'));
        return d;
    end if;
    d.district := r.district;
    of_district := coalesce(r.body ->> 'district', '310000');
    select p.* into in_force from policy p where p.id = r.id;
    if (in_force.id is null) = is_end or exists (select from policy_end e where e.policy = r.id) then
        found_problems := found_problems || problem('E_STEP', '', case when in_force.id is null then 'draft: approve'
                          when exists (select from policy_end e where e.policy = r.id) then 'ended' else 'in_force: end' end);
    elsif doc ->> 'seen' <> record_seal(r.id) then
        found_problems := found_problems || problem('E_SEEN', '/seen', 'version ' || r.version);
    elsif is_end and (doc ->> 'on')::date < in_force.effective_from then
        found_problems := found_problems || problem('E_ORDER', '/on', in_force.effective_from::text);
    elsif not is_end then
        found_problems := policy_refusal(r.body);
        if r.recorded_by = my_signature() then
            found_problems := found_problems || problem('E_SAME_PERSON', '', r.recorded_by);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    elsif not dry and is_end then
        insert into policy_end values (r.id, (doc ->> 'on')::date, doc ->> 'reason', now(), my_signature());
    elsif not dry then
        insert into policy
        values (r.id, r.org_id, r.body ->> 'code', of_district, (r.body ->> 'effective_from')::date,
               (r.body ->> 'effective_to')::date, r.body, r.sha256, doc ->> 'reason', now(), my_signature());
    end if;
    return d;
end $$;

create function policy_members(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select format('"state":%s,"seen":%s%s%s',
                  to_json(case when e.policy is not null and e.on_day <= today() then 'ended'
                               when p.id is not null then 'in_force' else 'draft' end),
                  to_json(record_seal(x.id)),
                  case when p.id is not null then
                       format(',"rule":%s,"approved_by":%s,"approved_at":%s', to_json(encode(p.sha256, 'hex')),
                              to_json(p.approved_by), to_json(instant_text(p.approved_at))) end,
                  ',"ended_on":' || to_json(e.on_day))
      from (select record_id as id) x
      left join policy p on p.id = x.id
      left join policy_end e on e.policy = x.id
$$;

-- ---- budgets -----------------------------------------------------------------------------------

alter table transfer drop constraint transfer_cause_known;
alter table transfer add constraint transfer_cause_known check (cause in
    ('appropriation', 'adjustment', 'reversal', 'compensation', 'recovery', 'return', 'subsidy', 'clawback',
     'carry_over', 'budget_return'));

create or replace function is_reserved(code text) returns boolean language sql immutable as $$
    select lower(split_part(code, ':', 1)) in
           ('fund', 'appropriation', 'adjustment', 'paid', 'recovered', 'subsidy', 'granted')
$$;

-- The account of a policy's budget in a year.
create function budget_account(p policy, year int) returns text language sql immutable as $$
    select coalesce((p).body -> 'budget' ->> 'account', 'subsidy:' || (p).district || ':' || (p).code || ':' || year)
$$;
-- Open what a budget needs; its organisation sees the accounts.
create function open_budget(p policy, year int, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    owner text := (select o.code from org o where o.id = (p).org_id);
    code text := budget_account(p, year);
begin
    perform open_account(code, 'asset', '补贴预算 ' || code, true, owner, null,
                         coalesce((select a.opened_on from account a where a.code = budget_account(p, year)), day)),
            open_account('appropriation:' || (p).district || ':' || (p).code, 'income', '补贴拨款 ' || (p).code, false,
                         owner, null, day),
            open_account('granted:' || (p).district || ':' || (p).code, 'expense', '补贴支出 ' || (p).code, false,
                         owner, null, day);
end $$;

-- The newest version of a policy in force, of the acting organisation.
create function own_policy(policy_code text) returns policy
    language sql stable security definer set search_path = public, pg_temp as $$
    select p from policy p where p.code = policy_code and p.org_id = my_org() order by p.effective_from desc limit 1
$$;

create function budget_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    p policy := own_policy(doc ->> 'policy');
    kind text := doc ->> 'kind';
    day date := (doc ->> 'on')::date;
    year int := (doc ->> 'year')::int;
    source text;
    target text;
    moved posting;
    found_problems json[] := '{}';
    overdrawn text;
begin
    d.parties := '{}';
    d.district := coalesce(my_district(), '');
    if p.id is null then
        d.problems := json_build_array(problem('E_NO_POLICY', '/policy', doc ->> 'policy'));
        return d;
    end if;
    target := budget_account(p, case when kind = 'carry_over' then year + 1 else year end);
    source := case kind when 'appropriation' then 'appropriation:' || p.district || ':' || p.code
              else budget_account(p, year) end;
    if kind = 'return' then
        target := 'appropriation:' || p.district || ':' || p.code;
    end if;
    if day > today() then
        found_problems := found_problems || problem('E_FUTURE', '/on', today()::text);
    end if;
    if source = target then
        found_problems := found_problems || problem('E_SAME', '/kind', '');
    end if;
    if kind <> 'appropriation' and not exists (select from account a where a.code = source) then
        found_problems := found_problems || problem('E_NO_BUDGET', '/year', source);
    end if;
    if cardinality(found_problems) = 0 then
        moved := row(new_id, doc ->> 'reference', target, source, fen_of(doc ->> 'amount'), day,
                     case kind when 'return' then 'budget_return' else kind end, null, null, doc ->> 'memo')::posting;
        if not dry then
            perform subsidies_lock();
        end if;
        overdrawn := would_overdraw(moved); -- before accounts are opened: a refusal leaves no trace
        if overdrawn is not null then
            found_problems := found_problems || problem('E_OVERDRAFT', '/amount', overdrawn);
        elsif not dry then
            perform open_budget(p, year, day);
            if kind = 'carry_over' then
                perform open_budget(p, year + 1, day);
            end if;
            if post_transfers(array[moved]) is not null then
                raise exception 'not covered: %', source;
            end if;
            perform release_queue(target, day);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- ---- what a rule may ask of a loan -------------------------------------------------------------

-- PL/pgSQL with generic plans, here and below: planning anew for each call cost five times what the look-ups did.
-- The facts of loans in the order of the program's catalogue, as numbers (fen, ppm, days since 1970) and texts. Runs
-- as the owner: who may see a loan is told the same of it. Sums over events do not depend on their order.
create function loan_cases(ids uuid[])
    returns table (id uuid, version int, bank text, contract_no text, borrower_uscc text, borrower_district text, borrower_size text, borrower_sme text,
                   borrower_industry text, borrower_employees bigint, borrower_revenue bigint, borrower_assets bigint,
                   loan_product text, loan_amount bigint, loan_ip_amount bigint, loan_ip_share text, loan_rate int,
                   loan_signed_on int, loan_disbursed_on int, loan_registered_on int, loan_matures_on int,
                   loan_term_days text, loan_settled_on int, loan_settled_on_time boolean, loan_overdue_ever boolean,
                   loan_first_loan boolean, loan_guaranteed boolean, loan_insured boolean, loan_scheme text,
                   loan_under_scheme boolean, loan_compensated boolean, loan_patents int, loan_trademarks int,
                   loan_owner_is_borrower boolean, loan_interest_paid bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select l.id, l.version, o.code, r.key, l.borrower, l.district, nullif(l.size, 'unknown'), null::text, l.industry, l.employees,
           l.revenue_fen, l.assets_fen, l.product, l.amount_fen, l.ip_amount_fen, null::text, l.rate_ppm,
           l.signed_on - date '1970-01-01', coalesce(e.drawn_on, l.disbursed_on) - date '1970-01-01',
           l.registered_on - date '1970-01-01', greatest(l.matures_on, e.matures_on) - date '1970-01-01', null::text,
           e.settled_on - date '1970-01-01',
           case when e.settled_on is null then false end, -- else it follows from the days
           coalesce(e.overdue, false), l.first_loan, l.guarantor is not null, l.insurer is not null, l.scheme,
           l.scheme is not null,
           exists (select from claim c where c.loan_id = l.id and claim_counts(c.id)),
           l.patents, l.trademarks, p.own,
           -- nobody told of interest: a settled loan has paid what its contract says, another nothing yet
           case when e.interest is not null then e.interest when e.settled_on is null then 0 end
      from unnest(ids) x(id)
      join loan l on l.id = x.id
                 and not exists (select from loan later where later.id = l.id and later.version = l.version + 1)
      join record r on r.id = l.id and r.version = l.version
      join org o on o.id = l.org_id
      left join lateral (
           select min(v.on_day) filter (where v.kind = 'disbursed') as drawn_on,
                  max(v.matures_on) filter (where v.kind = 'extended') as matures_on,
                  max(v.on_day) filter (where v.kind = 'settled') as settled_on,
                  bool_or(v.kind in ('overdue', 'written_off')) as overdue,
                  sum(v.interest_fen)::bigint as interest
             from loan_event v
            where v.loan_id = l.id and v.kind <> 'reversed'
              and not exists (select from loan_event u
                               where u.loan_id = v.loan_id and u.kind = 'reversed' and u.reverses = v.reference)) e on true
      left join lateral (
           select case when bool_or(i.owner <> l.borrower) then false
                       when bool_and(i.owner = l.borrower) then true end as own -- an owner not told: not known
             from (select y.owner from loan_ip y where y.record_id = l.id and y.version = l.version) i) p on true;
end $$;

-- ---- applications ------------------------------------------------------------------------------

create table application (
    id uuid primary key,
    reference text not null,
    org_id bigint not null,
    district text not null,
    policy uuid not null references policy,
    policy_code text not null,
    loan_id uuid not null,
    borrower text not null,
    on_day date not null,
    eligible boolean not null,
    amount_fen bigint not null constraint application_amount_range check (amount_fen between 0 and 100000000000000),
    facts json not null,
    decision json not null,
    loan_guard text not null, -- of the loan's own facts
    account text not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint application_refused_is_nought check (eligible or amount_fen = 0)
);
create table application_step (
    id uuid primary key,
    application uuid not null references application,
    n int not null,
    step text not null,
    state text not null,
    on_day date not null,
    reason text,
    amount_fen bigint constraint application_step_amount_range check (amount_fen >= 1),
    transfer uuid,
    maker text,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint application_step_order unique (application, n),
    constraint application_step_two_persons check (maker <> recorded_by)
);
call make_append_only('application');
call make_append_only('application_step');

-- Where an application stands now, kept by the functions below alone; verify tells it again from the steps.
create table application_now (
    application uuid primary key references application,
    loan_id uuid not null,
    borrower text not null,
    policy_code text not null,
    district text not null,
    account text not null,
    on_day date not null,
    state text not null constraint application_state_known check (state in
        ('refused', 'queued', 'reserved', 'approved', 'paid', 'withdrawn', 'clawed_back')),
    amount_fen bigint not null, -- what counts against caps: promised, or paid less what came back
    queue_no bigint,
    constraint application_queue_place check ((state = 'queued') = (queue_no is not null))
);
create index application_now_by_loan on application_now (loan_id);
create index application_now_by_firm on application_now (borrower, policy_code);
create index application_now_queue on application_now (account, queue_no) where state = 'queued';
create sequence application_queue;

-- What a counted application takes: days of interest, a fee, an award. The database itself lets nobody take it again.
create table subsidy_unit (
    application uuid not null references application,
    loan_id uuid not null,
    item text not null,
    days daterange not null, -- of interest; everything else is taken for ever
    amount_fen bigint not null constraint subsidy_unit_amount_range check (amount_fen >= 1),
    primary key (application, item),
    constraint subsidy_unit_taken_once exclude using gist (loan_id with =, item with =, days with &&)
);

alter table application enable row level security;
create policy application_read on application for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org()));
alter table application_step enable row level security;
create policy application_step_read on application_step for select to pledged_app
    using (exists (select from application a where a.id = application));
alter table application_now enable row level security;
create policy application_now_read on application_now for select to pledged_app
    using (exists (select from application a where a.id = application));
grant select on application, application_step, application_now to pledged_app;

create table application_transition (
    state text not null,
    step text not null,
    next text not null,
    primary key (state, step)
);
insert into application_transition values
    ('reserved', 'approve', 'approved'),
    ('reserved', 'refuse', 'refused'),
    ('reserved', 'withdraw', 'withdrawn'),
    ('queued', 'refuse', 'refused'),
    ('queued', 'withdraw', 'withdrawn'),
    ('approved', 'pay', 'paid'),
    ('approved', 'refuse', 'refused'),
    ('paid', 'clawback', 'clawed_back');
call make_append_only('application_transition');
grant select on application_transition to pledged_app;

-- One decision at a time, whoever asks: what was judged is what is stored.
create function subsidies_lock() returns void language sql as $$ select pg_advisory_xact_lock(2021000019) $$;

-- What counted applications of all offices have taken of loans, in the order of the program's catalogue. Whoever may
-- see a loan is told.
create function loan_usage(ids uuid[])
    returns table (id uuid, used_city boolean, used_district boolean, used_applications bigint, used_policies text,
                   used_interest_days text, used_items text, used_interest bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select x.id, coalesce(n.city, false), coalesce(n.district, false), coalesce(n.applications, 0), n.policies, u.days,
           u.items, coalesce(u.interest, 0)
      from unnest(ids) x(id)
      left join lateral (
           select bool_or(a.district = '310000') as city, bool_or(a.district <> '310000') as district,
                  count(*) as applications, string_agg(distinct a.policy_code, ' ' order by a.policy_code) as policies
             from application_now a
            where a.loan_id = x.id and a.state in ('queued', 'reserved', 'approved', 'paid')
           having count(*) > 0) n on true
      left join lateral (
           select sum(s.amount_fen) filter (where s.item = 'interest')::bigint as interest,
                  string_agg(to_char(lower(s.days), 'YYYY-MM-DD') || '/' || to_char(upper(s.days), 'YYYY-MM-DD'), ' ' order by s.days) filter (where s.item = 'interest') as days,
                  string_agg(s.item, ' ' order by s.item) filter (where s.item <> 'interest') as items
             from subsidy_unit s
            where s.loan_id = x.id) u on true;
end $$;
-- Counted sums of one firm under one policy: in the year of a day, and ever.
create function firm_usage(firm text, code text, day date) returns table (used_enterprise_year bigint, used_enterprise_lifetime bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select coalesce(sum(a.amount_fen) filter (where date_trunc('year', a.on_day) = date_trunc('year', day)), 0)::bigint,
           coalesce(sum(a.amount_fen), 0)::bigint
      from application_now a
     where a.borrower = firm and a.policy_code = code
       and a.state in ('queued', 'reserved', 'approved', 'paid');
end $$;
-- The same for all firms of a policy: a row a year, and one of year 0 for ever.
create function firms_used(code text) returns table (firm text, year int, used bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    select a.borrower, coalesce(extract(year from a.on_day)::int, 0), sum(a.amount_fen)::bigint
      from application_now a
     where a.policy_code = code and a.state in ('queued', 'reserved', 'approved', 'paid')
     group by grouping sets ((a.borrower, extract(year from a.on_day)), (a.borrower));
end $$;
-- Told apart by these: the loan's own facts, and all facts of a case.
create function loan_guard(loan uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(c::text) from loan_cases(array[loan]) c);
end $$;
create function case_guard(loan uuid, firm text, code text, day date) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(loan_guard(loan) || u::text || f::text)
      from loan_usage(array[loan]) u
     cross join firm_usage(firm, code, day) f);
end $$;

-- Hold money for whoever waits, first come, first served: nobody overtakes who is next.
create function release_queue(of_account text, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    a application_now;
begin
    loop
        select q.* into a from application_now q
         where q.account = of_account and q.state = 'queued'
         order by q.queue_no
         limit 1;
        exit when not found or not exists (select from account x where x.code = of_account)
               or not hold_money(a.application, of_account, a.amount_fen, a.application, 'infinity');
        insert into application_step (id, application, n, step, state, on_day, recorded_at, recorded_by)
        select gen_random_uuid(), a.application, coalesce(max(s.n), 0) + 1, 'release', 'reserved', day, now(), 'pledged'
          from application_step s
         where s.application = a.application;
        update application_now set state = 'reserved', queue_no = null where application = a.application;
    end loop;
end $$;
revoke all on function release_queue, open_budget, budget_decide, policy_step_decide from public;
grant execute on function budget_decide, policy_step_decide to pledged_app;

-- v: what the program made of the case: {loan, policy, guard, eligible, amount, from, until, items, facts, decision}.
create function application_decide(new_id uuid, doc json, v json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    p policy;
    loan uuid := (v ->> 'loan')::uuid;
    firm text := v -> 'facts' ->> 'borrower.uscc';
    day date := (doc ->> 'on')::date;
    amount bigint := (v ->> 'amount')::bigint;
    account_code text;
    held boolean := false;
    found_problems json[] := '{}';
begin
    d.district := coalesce(my_district(), '');
    d.parties := '{}';
    if not dry then
        perform subsidies_lock();
    end if;
    select x.* into p from policy x where x.id = (v ->> 'policy')::uuid and x.org_id = my_org();
    if not found then
        d.problems := json_build_array(problem('E_NO_POLICY', '/policy', doc ->> 'policy'));
        return d;
    end if;
    if day > today() then
        found_problems := found_problems || problem('E_FUTURE', '/on', today()::text);
    elsif day < p.effective_from then
        found_problems := found_problems || problem('E_ORDER', '/on', p.effective_from::text);
    elsif day > (p.body ->> 'apply_until')::date then
        found_problems := found_problems || problem('E_WINDOW', '/on', p.body ->> 'apply_until');
    elsif exists (select from policy_end e where e.policy = p.id and e.on_day <= day) then
        found_problems := found_problems || problem('E_WINDOW', '/on', (
            select e.on_day::text from policy_end e where e.policy = p.id));
    end if;
    if case_guard(loan, firm, p.code, day) is distinct from v ->> 'guard' then
        found_problems := found_problems || problem('E_FACTS_MOVED', '', '');
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
        return d;
    end if;
    if dry then
        return d;
    end if;
    account_code := budget_account(p, extract(year from day)::int);
    insert into application
    values (new_id, doc ->> 'reference', my_org(), p.district, p.id, p.code, loan, firm, day,
           (v ->> 'eligible')::boolean, amount, v -> 'facts', v -> 'decision', loan_guard(loan), account_code, now(),
           my_signature());
    if amount > 0 then
        insert into subsidy_unit
        select new_id, loan, i ->> 0, case when i ->> 0 = 'interest' then
                    daterange((v ->> 'from')::date, (v ->> 'until')::date) else daterange(null, null) end,
               (i ->> 1)::bigint
          from json_array_elements(v -> 'items') i
         where (i ->> 1)::bigint > 0;
        if exists (select from account a where a.code = account_code)
           and not exists (select from application_now q where q.account = account_code and q.state = 'queued') then
            held := hold_money(new_id, account_code, amount, new_id, 'infinity');
        end if;
    end if;
    insert into application_now
    values (new_id, loan, firm, p.code, p.district, account_code, day,
           case when amount = 0 then 'refused' when held then 'reserved' else 'queued' end, amount,
           case when amount > 0 and not held then nextval('application_queue') end);
    return d;
end $$;
revoke all on function application_decide from public;
grant execute on function application_decide to pledged_app;

-- The application as its approver saw it: the record and every step.
create function application_seal(app uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(x.sha256, ''::bytea order by x.n)), 'hex')
      from (select r.sha256, 0 as n from record r where r.id = app and r.version = 1
            union all
            select coalesce(r.sha256, convert_to(s.step || instant_text(s.recorded_at), 'UTF8')), s.n
              from application_step s
              left join record r on r.id = s.id and r.version = 1
             where s.application = app) x
$$;

-- Free what an application took, and let those who wait have it.
create function application_free(app uuid, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    of_account text := (select a.account from application a where a.id = app);
begin
    delete from subsidy_unit where application = app;
    if exists (select from hold h where h.id = app) then
        perform end_hold(app, 'voided');
    end if;
    perform release_queue(of_account, day);
end $$;

create function application_step_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    a application;
    now_row application_now;
    last application_step;
    step text := doc ->> 'step';
    day date := (doc ->> 'on')::date;
    next_state text;
    maker text;
    money bigint;
    granted text;
    moved posting;
    overdrawn text;
    p json[] := '{}';
begin
    d.parties := '{}';
    d.district := coalesce(my_district(), '');
    if not dry then
        perform subsidies_lock();
    end if;
    select x.* into a from application x where x.id = (doc ->> 'application')::uuid and x.org_id = my_org();
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'application'));
        return d;
    end if;
    select x.* into now_row from application_now x where x.application = a.id;
    select s.* into last from application_step s where s.application = a.id order by s.n desc limit 1;
    select t.next into next_state from application_transition t where t.state = now_row.state and t.step = doc ->> 'step';
    maker := case step when 'approve' then a.recorded_by when 'pay' then last.recorded_by end;
    money := case step when 'pay' then a.amount_fen
                       when 'clawback' then coalesce(fen_of(doc ->> 'amount'), now_row.amount_fen) end;
    granted := 'granted:' || a.district || ':' || a.policy_code;
    if next_state is null then
        p := p || problem('E_STEP', '', now_row.state || ': ' || coalesce((
            select string_agg(t.step, ', ' order by t.step) from application_transition t where t.state = now_row.state), '-'));
    elsif doc ->> 'seen' <> application_seal(a.id) then
        p := p || problem('E_SEEN', '/seen', (
            select coalesce(string_agg(s.n || ' ' || s.step || ' ' || s.recorded_by || ' ' || instant_text(s.recorded_at),
                            '; ' order by s.n), '-')
              from application_step s where s.application = a.id));
    else
        if maker = my_signature() then
            p := p || problem('E_SAME_PERSON', '', maker);
        end if;
        if day > today() then
            p := p || problem('E_FUTURE', '/on', today()::text);
        elsif day < greatest(a.on_day, last.on_day) then
            p := p || problem('E_ORDER', '/on', greatest(a.on_day, last.on_day)::text);
        end if;
        if step in ('approve', 'pay') and loan_guard(a.loan_id) <> a.loan_guard then
            p := p || problem('E_FACTS_CHANGED', '', a.reference);
        end if;
        if step = 'clawback' and money > now_row.amount_fen then
            p := p || problem('E_EXCEEDS', '/amount', yuan_text(now_row.amount_fen));
        end if;
    end if;
    if cardinality(p) = 0 and step in ('pay', 'clawback') then
        moved := row(new_id, a.reference || ' ' || step, case step when 'pay' then granted else a.account end,
                     case step when 'pay' then a.account else granted end, money, day,
                     case step when 'pay' then 'subsidy' else 'clawback' end, a.id, null, a.reference)::posting;
        if dry then -- the hold covers the payment; only its day may come too early
            overdrawn := case when step = 'pay' then a.account || ' ' || short_day(a.account, money, day) end;
        else
            if step = 'pay' then
                perform end_hold(a.id, 'posted');
            end if;
            overdrawn := post_transfers(array[moved]);
        end if;
        if overdrawn is not null and step = 'pay' and not dry then
            -- the hold was ended above: nothing of this step may stay
            raise exception 'a held subsidy is not covered: %', overdrawn using errcode = 'PB003';
        elsif overdrawn is not null then
            p := p || problem('E_OVERDRAFT', '/on', overdrawn);
        end if;
    end if;
    if cardinality(p) > 0 then
        d.problems := array_to_json(p);
    elsif not dry then
        next_state := case when step = 'clawback' and money < now_row.amount_fen then 'paid' else next_state end;
        insert into application_step
        values (new_id, a.id, coalesce(last.n, 0) + 1, step, next_state, day, doc ->> 'reason', money,
               case when step in ('pay', 'clawback') then new_id end, maker, now(), my_signature());
        update application_now x
           set state = next_state, queue_no = null,
               amount_fen = case when step = 'clawback' then x.amount_fen - money
                                 when next_state in ('refused', 'withdrawn') then 0 else x.amount_fen end
         where x.application = a.id;
        if next_state in ('refused', 'withdrawn', 'clawed_back') then
            perform application_free(a.id, day);
        elsif step = 'clawback' then
            perform release_queue(a.account, day);
        end if;
    end if;
    return d;
exception when sqlstate 'PB003' then
    d.problems := json_build_array(problem('E_OVERDRAFT', '/on', a.account || ' '
                  || coalesce(short_day(a.account, money, day)::text, '-')));
    return d;
end $$;
revoke all on function application_step_decide, application_free from public;
grant execute on function application_step_decide to pledged_app;

create function application_members(a application) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select substr((a).decision::text, 2, length((a).decision::text) - 2)
        || format(',"facts_used":%s,"rule":%s,"policy_version":%s,"state":%s,"seen":%s,"budget":%s%s,"steps":%s,"legal_steps":%s',
           (a).facts, to_json(encode(p.sha256, 'hex')), to_json(p.effective_from), to_json(n.state),
           to_json(application_seal((a).id)), to_json((a).account),
           ',"queue":' || case when n.state = 'queued' then (
               select count(*) from application_now q
                where q.account = n.account and q.state = 'queued' and q.queue_no <= n.queue_no) end,
           coalesce((select json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                            'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'amount', yuan_text(s.amount_fen),
                            'transfer', s.transfer, 'at', instant_text(s.recorded_at))) order by s.n)
                       from application_step s where s.application = (a).id), '[]'),
           to_json(coalesce((select array_agg(t.step order by t.step) from application_transition t
                              where t.state = n.state), '{}')))
      from application_now n
      join policy p on p.id = (a).policy
     where n.application = (a).id
$$;

-- A budget of one year: what came in, what is promised, what is left.
create function budget_statement(policy_code text, year int)
    returns table (account text, appropriated bigint, carried_in bigint, carried_out bigint, returned bigint,
                   paid bigint, clawed_back bigint, balance bigint, held bigint, available bigint, queued bigint,
                   queue bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with p as (
        select budget_account(x, year) as account
          from policy x
         where x.code = policy_code
           and (my_kind() in ('finance', 'ip_office', 'auditor') or x.org_id = my_org())
         order by x.effective_from desc
         limit 1
    )
    select p.account,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'appropriation' and t.debit = p.account), 0)::bigint,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'carry_over' and t.debit = p.account), 0)::bigint,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'carry_over' and t.credit = p.account), 0)::bigint,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'budget_return'), 0)::bigint,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'subsidy'), 0)::bigint,
           coalesce(sum(t.amount_fen) filter (where t.cause = 'clawback'), 0)::bigint,
           balance_fen(p.account, null, null),
           coalesce((select b.held_fen from account_balance b where b.account = p.account), 0),
           coalesce(available_fen(p.account), 0),
           (select coalesce(sum(q.amount_fen), 0)::bigint from application_now q where q.account = p.account and q.state = 'queued'),
           (select count(*) from application_now q where q.account = p.account and q.state = 'queued')
      from p
      left join transfer t on t.debit = p.account or t.credit = p.account
     group by p.account
$$;

-- ---- the decided types, all of them ------------------------------------------------------------

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
    end if;
    return case when cardinality(p) > 0 then array_to_json(p) end;
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
    end;
end $$;

drop function record_decide_one(text, uuid, json, boolean);
create function record_decide_one(type text, id uuid, body json, derived json, dry boolean) returns decision
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
        when 'lpr' then return lpr_decide(id, body, dry);
        when 'policy' then return policy_decide(id, body, dry);
        when 'policy_step' then return policy_step_decide(id, body, dry);
        when 'budget' then return budget_decide(id, body, dry);
        when 'application' then return application_decide(id, body, derived, dry);
        when 'application_step' then return application_step_decide(id, body, dry);
    end case;
end $$;

-- As before; what the program derived goes with the element.
create or replace function record_decide(type text, elements json, dry boolean)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    e record;
    k record;
    d decision;
begin
    for e in
        select x.*
          from rows from (json_to_recordset(elements) as (
               id uuid, key text, subject text, "on" date, sha256 text, derived json, body json))
               with ordinality as x(id, key, subject, on_day, sha256, derived, body, place)
         order by x.place
    loop
        ord := e.place;
        flags := '[]';
        select r.id, r.version, r.body, r.sha256, r.recorded_at, r.recorded_by, l.no, l.hash, l.head
          into k
          from record r
          left join log_leaf l on l.record_id = r.id and l.version = r.version
         where r.org_id = my_org() and r.type = $1 and r.key = e.key
         limit 1;
        if found then
            outcome := case when k.sha256 = decode(e.sha256, 'hex') then 'replay' else 'conflict' end;
            id := k.id;
            version := k.version;
            body := k.body::text;
            sha256 := encode(k.sha256, 'hex');
            recorded_at := instant_text(k.recorded_at);
            recorded_by := k.recorded_by;
            leaf := k.no;
            leaf_hash := encode(k.hash, 'hex');
            head := k.head;
            return next;
            continue;
        end if;
        leaf := null;
        leaf_hash := null;
        head := null;
        d := record_decide_one($1, e.id, e.body, e.derived, dry);
        if d.problems is not null then
            outcome := 'refused';
            id := null;
            version := null;
            body := d.problems::text;
            sha256 := null;
            recorded_at := null;
            recorded_by := null;
            return next;
            continue;
        end if;
        if not dry then
            insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body,
                   sha256, recorded_at, recorded_by)
            values (e.id, 1, my_org(), $1, e.key, e.subject, d.district, e.on_day, d.parties, e.body,
                   decode(e.sha256, 'hex'), now(), my_signature());
        end if;
        outcome := 'created';
        id := e.id;
        version := 1;
        body := e.body::text;
        sha256 := e.sha256;
        recorded_at := instant_text(now());
        recorded_by := my_signature();
        return next;
    end loop;
end $$;

-- What was decided when a record was made: part of the answer to its POST, and of every replay, the same for ever.
create function decision_members(type text, id uuid) returns text
    language plpgsql stable as $$
begin
    return case type
        when 'claim' then (
            select format('"scheme":%s,"scheme_version":%s,"net_loss":%s,"fund":%s,"split":%s,"arithmetic":%s,"headroom":%s',
                   to_json(c.scheme_code), to_json((select s.effective_from from scheme s where s.id = c.scheme)),
                   to_json(yuan_text(c.net_loss_fen)), to_json(yuan_text(c.fund_fen)),
                   (select json_agg(json_build_object('party', x ->> 0, 'share', percent_text((x ->> 1)::bigint),
                           'amount', yuan_text((x ->> 2)::bigint)) order by n)
                      from json_array_elements(c.split) with ordinality as y(x, n)),
                   c.account -> 'lines', c.account -> 'headroom')
              from claim c
             where c.id = $2)
        when 'application' then (
            select substr(a.decision::text, 2, length(a.decision::text) - 2)
                   || format(',"facts_used":%s,"rule":%s,"policy_version":%s,"state":%s,"budget":%s', a.facts,
                             to_json(encode(p.sha256, 'hex')), to_json(p.effective_from),
                             to_json(case when a.amount_fen = 0 then 'refused'
                                          when n.state = 'queued' or exists (
                                               select from application_step s
                                                where s.application = a.id and s.step = 'release') then 'queued'
                                          else 'reserved' end), to_json(a.account))
              from application a
              join application_now n on n.application = a.id
              join policy p on p.id = a.policy
             where a.id = $2)
    end;
end $$;

-- What a check may tell anybody of a budget: what is left, and how many wait.
create function budget_room(policy_id uuid, year int) returns table (available bigint, queue bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select available_fen(x.account), (select count(*) from application_now q where q.account = x.account and q.state = 'queued')
      from (select budget_account(p, year) as account from policy p where p.id = policy_id) x;
end $$;
create index policy_record_by_code on record (subject) where type = 'policy';

create function record_state(type text, id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case type when 'claim' then claim_state(id)
                     when 'application' then (select n.state from application_now n where n.application = id) end
$$;

-- The loans that a contract number or a record's id names, for whoever asks: row-level security applies. Called once
-- an element, so the statement sets the plan mode, not the function.
create function find_loans(asked text) returns uuid[]
    language plpgsql stable as $$
begin
    if asked ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
        return array(select r.id
                       from (select x.id, x.version from record x
                              where x.id = asked::uuid and x.type = 'loan'
                              order by x.version desc
                              limit 1) r
                      where not has_later(r.id, r.version, null));
    end if;
    return array(select r.id
                   from org o
                  cross join lateral (
                        select x.id, x.version
                          from record x
                         where x.org_id = o.id and x.type = 'loan' and x.key = asked
                         order by x.version desc
                         limit 1) r
                  where not has_later(r.id, r.version, null));
end $$;
