-- Budgets of policies: appropriated, carried over, returned.

-- The account of a policy's budget in a year.
create or replace function budget_account(p policy, year int) returns text language sql immutable as $$
    select coalesce((p).body -> 'budget' ->> 'account', 'subsidy:' || (p).district || ':' || (p).code || ':' || year)
$$;

-- Open the account of what a policy has granted.
create or replace function budget_open_granted(district text, code text, org bigint, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform account_open('granted:' || district || ':' || code, 'expense', '补贴支出 ' || code, false,
                         (select o.code from org o where o.id = org), null, day);
end $$;

-- Open what a budget needs; its organisation sees the accounts.
create or replace function budget_open(p policy, year int, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    owner text := (select o.code from org o where o.id = (p).org_id);
    code text := budget_account(p, year);
begin
    perform account_open(code, 'asset', '补贴预算 ' || code, true, owner, null,
                         coalesce((select a.opened_on from account a where a.code = budget_account(p, year)), day)),
            account_open('appropriation:' || (p).district || ':' || (p).code, 'income', '补贴拨款 ' || (p).code, false,
                         owner, null, day),
            budget_open_granted((p).district, (p).code, (p).org_id, day);
end $$;

-- Moves money into a budget, on to the next year, or back: never more than is there, and only by whose policy it is.
create or replace function budget_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    p policy := policy_own(doc ->> 'policy');
    kind text := doc ->> 'kind';
    day date := (doc ->> 'on')::date;
    year int := (doc ->> 'year')::int;
    source text;
    target text;
    moved posting;
    found_problems json[] := '{}'::json[];
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
        overdrawn := account_would_overdraw(moved); -- before accounts are opened: a refusal leaves no trace
        if overdrawn is not null then
            found_problems := found_problems || problem('E_OVERDRAFT', '/amount', overdrawn);
        elsif not dry then
            perform budget_open(p, year, day);
            if kind = 'carry_over' then
                perform budget_open(p, year + 1, day);
            end if;
            if transfer_post(array[moved]) is not null then
                raise exception 'not covered: %', source;
            end if;
            perform application_release_queue(target, day);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- What moves into, on from or out of a budget.
create or replace function budget_sum(doc json) returns bigint language sql immutable as
    $$ select fen_of(doc ->> 'amount') $$;

-- What of a policy's budgets several proposals are one sum of.
create or replace function budget_toward(doc json) returns text language sql immutable as
    $$ select (doc ->> 'kind') || ' ' || (doc ->> 'policy') $$;

-- A budget of one year: what came in, what is promised, what is left.
create or replace function budget_statement(policy_code text, year int)
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
           account_balance_fen(p.account, null, null),
           coalesce((select b.held_fen from account_balance b where b.account = p.account), 0),
           coalesce(account_available_fen(p.account), 0),
           (select coalesce(sum(q.amount_fen), 0)::bigint
              from application_now q
             where q.account = p.account and q.state = 'queued'),
           (select count(*) from application_now q where q.account = p.account and q.state = 'queued')
      from p
      left join transfer t on t.debit = p.account or t.credit = p.account
     group by p.account
$$;

-- What a check may tell anybody of a budget: what is left, and how many wait.
create or replace function budget_room(policy_id uuid, year int) returns table (available bigint, queue bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select account_available_fen(x.account),
           (select count(*) from application_now q where q.account = x.account and q.state = 'queued')
      from (select budget_account(p, year) as account from policy p where p.id = policy_id) x;
end $$;

-- What is left of each budget of a year and what is proposed: carried over while the policy stands on the first day of
-- the next year, else returned. What is held or waited for stays until it is paid or refused.
create or replace function budget_closing(year int)
    returns table (policy text, title text, account text, balance bigint, held bigint, queued bigint, available bigint,
                   proposal text, because text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    next_day date := make_date(budget_closing.year + 1, 1, 1);
begin
    return query
    select p.code, p.body ->> 'title', b.account, b.balance, b.held, b.queued, b.available,
           case when b.available = 0 then null
                when b.queued > 0 then null
                when p.stands then 'carry_over' else 'return' end,
           case when b.available = 0 then '无余额'
                when b.queued > 0 then '尚有排队申请,先拨付或不予补贴'
                when p.stands then '政策在次年仍有效' else '政策在次年已失效' end
      from (select distinct on (x.code) x.*, exists (
                   select from policy v
                    where v.code = x.code and v.effective_from <= next_day
                      and coalesce(v.effective_to, 'infinity') >= next_day
                      and not exists (select from policy_end e
                                       where e.policy = v.id and e.on_day <= next_day)) as stands
              from policy x
             where my_kind() in ('finance', 'ip_office', 'auditor') or x.org_id = my_org()
             order by x.code, x.effective_from desc) p
     cross join lateral budget_statement(p.code, budget_closing.year) b
     where exists (select from account a where a.code = b.account)
     order by p.code;
end $$;

-- The movement that the closing of a budget proposes now, as a record of a budget; null: none.
create or replace function budget_closing_of(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('reference', doc ->> 'reference', 'policy', c.policy, 'year', doc -> 'year', 'kind',
                             c.proposal, 'amount', yuan_text(c.available), 'on', today(), 'memo', c.because)
      from budget_closing((doc ->> 'year')::int) c
     where c.policy = doc ->> 'policy' and c.proposal is not null
$$;

-- Carries over or returns what is left of a budget, as the ledger proposes it at that moment.
create or replace function budget_closing_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    moved json := budget_closing_of(doc);
begin
    d.parties := '{}';
    d.district := coalesce(my_district(), '');
    if (policy_own(doc ->> 'policy')).id is null then
        d.problems := json_build_array(problem('E_NO_POLICY', '/policy', doc ->> 'policy'));
    elsif (doc ->> 'year')::int > extract(year from today()) then
        d.problems := json_build_array(problem('E_FUTURE', '/year', today()::text));
    elsif moved is null then
        d.problems := json_build_array(problem('E_STEP', '/policy', coalesce((
            select c.because
              from budget_closing((doc ->> 'year')::int) c where c.policy = doc ->> 'policy'), '无余额')));
    else
        return budget_decide(new_id, moved, null, dry);
    end if;
    return d;
end $$;

-- What the closing of a budget would move now.
create or replace function budget_closing_sum(doc json) returns bigint
    language sql stable security definer set search_path = public, pg_temp as
    $$ select fen_of(budget_closing_of(doc) ->> 'amount') $$;

-- The policy whose budget is closed: several years of it are one sum.
create or replace function budget_closing_toward(doc json) returns text language sql immutable as
    $$ select doc ->> 'policy' $$;

-- What would be done now, of which an approver sees that it is still what was proposed.
create or replace function budget_closing_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('kind', c.m ->> 'kind', 'amount', c.m ->> 'amount')
      from (select budget_closing_of(doc) as m) c
$$;
