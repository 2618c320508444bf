-- Applications for subsidies: what was taken, the queue, the steps.

-- One decision at a time, whoever asks: what was judged is what is stored.
create or replace function subsidies_lock() returns void
    language sql as $$ select pg_advisory_xact_lock(lock_no('subsidies')) $$;

-- What counted applications of all offices have taken of loans, in the order of the program's catalogue. Whoever may
-- see a loan is told.
create or replace function subsidy_loan_usage(ids uuid[])
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
                  string_agg(to_char(lower(s.days), 'YYYY-MM-DD') || '/' || to_char(upper(s.days), 'YYYY-MM-DD'),
                             ' ' order by s.days)
                      filter (where s.item = 'interest') as days,
                  string_agg(s.item, ' ' order by s.item) filter (where s.item <> 'interest') as items
             from subsidy_unit s
            where s.loan_id = x.id) u on true;
end $$;

-- Counted sums of one firm under one policy: in the year of a day, and ever.
create or replace function subsidy_firm_usage(firm text, code text, day date)
    returns table (used_enterprise_year bigint, used_enterprise_lifetime bigint)
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
create or replace function subsidy_firms_used(code text) returns table (firm text, year int, used bigint)
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
create or replace function subsidy_loan_guard(loan uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(c::text) from loan_cases(array[loan]) c);
end $$;

-- A few letters that differ when what a case was judged by differs: loan, use of its
-- interest and fees, use by its firm.
create or replace function subsidy_case_guard(loan uuid, firm text, code text, day date) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(subsidy_loan_guard(loan) || u::text || f::text)
      from subsidy_loan_usage(array[loan]) u
     cross join subsidy_firm_usage(firm, code, day) f);
end $$;

-- Hold money for whoever waits, first come, first served: nobody overtakes who is next.
create or replace function application_release_queue(of_account text, day date) returns void
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
               or not hold_open(a.application, of_account, a.amount_fen, a.application, 'infinity');
        insert into application_step (id, application, n, step, state, on_day, recorded_at, recorded_by)
        select gen_random_uuid(), a.application, coalesce(max(s.n), 0) + 1, 'release', 'reserved', day, record_now(),
               'pledged'
          from application_step s
         where s.application = a.application;
        update application_now set state = 'reserved', queue_no = null where application = a.application;
    end loop;
end $$;
revoke all on function application_release_queue from public;

-- v: what the program made of the case: {loan, policy, guard, eligible, amount, from, until, items, facts, decision}.
create or replace function application_decide(new_id uuid, doc json, v json, dry boolean) returns decision
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
    found_problems json[] := '{}'::json[];
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
    if subsidy_case_guard(loan, firm, p.code, day) is distinct from v ->> 'guard' then
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
    insert into application (id, reference, org_id, district, policy, policy_code, loan_id, borrower, on_day, eligible,
           amount_fen, facts, decision, loan_guard, account, recorded_at, recorded_by)
    values (new_id, doc ->> 'reference', my_org(), p.district, p.id, p.code, loan, firm, day,
           (v ->> 'eligible')::boolean, amount, v -> 'facts', v -> 'decision', subsidy_loan_guard(loan),
           account_code, record_now(), my_signature());
    if amount > 0 then
        insert into subsidy_unit (application, loan_id, item, days, amount_fen)
        select new_id, loan, i ->> 0, case when i ->> 0 = 'interest' then
                    daterange((v ->> 'from')::date, (v ->> 'until')::date) else daterange(null, null) end,
               (i ->> 1)::bigint
          from json_array_elements(v -> 'items') i
         where (i ->> 1)::bigint > 0;
        if exists (select from account a where a.code = account_code)
           and not exists (select from application_now q where q.account = account_code and q.state = 'queued') then
            held := hold_open(new_id, account_code, amount, new_id, 'infinity');
        end if;
    end if;
    insert into application_now (application, loan_id, borrower, policy_code, district, account, on_day, state,
           amount_fen, queue_no)
    values (new_id, loan, firm, p.code, p.district, account_code, day,
           case when amount = 0 then 'refused' when held then 'reserved' else 'queued' end, amount,
           case when amount > 0 and not held then nextval('application_queue') end);
    return d;
end $$;
revoke all on function application_decide from public;
grant execute on function application_decide to pledged_app;

-- The application as its approver saw it: the record and every step.
create or replace function application_seen(app uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(string_agg(x.sha256, ''::bytea order by x.n)), 'hex')
      from (select r.sha256, 0 as n from submission r where r.id = app and r.version = 1
            union all
            select coalesce(r.sha256, convert_to(s.step || instant_text(s.recorded_at), 'UTF8')), s.n
              from application_step s
              left join submission r on r.id = s.id and r.version = 1
             where s.application = app) x
$$;

-- Free what an application took, and let those who wait have it.
create or replace function application_free(app uuid, day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    of_account text := (select a.account from application a where a.id = app);
begin
    delete from subsidy_unit where application = app;
    if exists (select from hold h where h.id = app) then
        perform hold_end(app, 'voided');
    end if;
    perform application_release_queue(of_account, day);
end $$;
revoke all on function application_free from public;

-- Takes a step on an application; a red flag stops a payment before anything moves.
create or replace function application_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    stops json[];
begin
    if doc ->> 'step' = 'pay' then
        if not dry then
            perform subsidies_lock();
        end if;
        d := application_step_take(new_id, doc, true);
        if d.problems is not null then
            return d;
        end if;
        stops := flag_payment_stops((select a.loan_id from application a where a.id = (doc ->> 'application')::uuid),
                               (doc ->> 'application')::uuid, not dry);
        if cardinality(stops) > 0 then
            d.problems := array_to_json(stops);
            return d;
        end if;
    end if;
    return application_step_take(new_id, doc, dry);
end $$;
revoke all on function application_step_decide from public;
grant execute on function application_step_decide to pledged_app;

-- The steps that an application took, the first first, as its answer shows them.
create or replace function application_steps_shown(app uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                    'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'amount', yuan_text(s.amount_fen),
                    'transfer', s.transfer, 'at', instant_text(s.recorded_at))) order by s.n), '[]')
      from application_step s
     where s.application = app
$$;
revoke all on function application_steps_shown from public;

-- How the rule decided, and how far the application has come.
create or replace function application_life_members(a application) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_joined(a.decision, json_build_object(
           'facts_used', a.facts,
           'rule', encode(p.sha256, 'hex'),
           'policy_version', p.effective_from,
           'state', n.state,
           'seen', application_seen(a.id),
           'budget', a.account,
           'queue', case when n.state = 'queued' then (
               select count(*) from application_now q
                where q.account = n.account and q.state = 'queued' and q.queue_no <= n.queue_no) end,
           'steps', application_steps_shown(a.id),
           'legal_steps', coalesce((select array_agg(t.step order by t.step) from application_transition t
                                     where t.state = n.state), '{}')))
      from application_now n
      join policy p on p.id = a.policy
     where n.application = a.id
$$;

-- What an application shows beside its text: decision, rule, state, place in the queue, steps.
create or replace function application_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as
    $$ select application_life_members(a) from application a where a.id = $1 $$;

-- The state of an application, by which lists may be asked.
create or replace function application_state(app uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select n.state from application_now n where n.application = app $$;

-- What was decided when an application was made: the same for ever.
create or replace function application_decided(id uuid) returns json language sql stable as $$
    select json_joined(a.decision, json_build_object(
           'facts_used', a.facts,
           'rule', encode(p.sha256, 'hex'),
           'policy_version', p.effective_from,
           'state', case when a.amount_fen = 0 then 'refused'
                         when n.state = 'queued' or exists (
                              select from application_step s
                               where s.application = a.id and s.step = 'release') then 'queued'
                         else 'reserved' end,
           'budget', a.account))
      from application a
      join application_now n on n.application = a.id
      join policy p on p.id = a.policy
     where a.id = $1
$$;

-- Takes a step on an application whose payment no red flag stops: may it be taken, and what does it move.
create or replace function application_step_take(new_id uuid, doc json, dry boolean) returns decision
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
    p json[] := '{}'::json[];
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
    select t.next
      into next_state
      from application_transition t
     where t.state = now_row.state and t.step = doc ->> 'step';
    maker := case step when 'approve' then a.recorded_by when 'pay' then last.recorded_by end;
    money := case step when 'pay' then a.amount_fen
                       when 'clawback' then coalesce(fen_of(doc ->> 'amount'), now_row.amount_fen) end;
    granted := 'granted:' || a.district || ':' || a.policy_code;
    if next_state is null then
        p := p || problem('E_STEP', '', now_row.state || ': ' || coalesce((
            select string_agg(t.step, ', ' order by t.step)
              from application_transition t
             where t.state = now_row.state), '-'));
    elsif doc ->> 'seen' <> application_seen(a.id) then
        p := p || problem('E_SEEN', '/seen', (
            select coalesce(string_agg(s.n || ' ' || s.step || ' ' || s.recorded_by
                                       || ' ' || instant_text(s.recorded_at),
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
        if step in ('approve', 'pay') and subsidy_loan_guard(a.loan_id) <> a.loan_guard then
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
            overdrawn := case when step = 'pay' then a.account || ' ' || account_short_day(a.account, money, day) end;
        else
            if step = 'pay' then
                perform hold_end(a.id, 'posted');
            end if;
            overdrawn := transfer_post(array[moved]);
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
        insert into application_step (id, application, n, step, state, on_day, reason, amount_fen, transfer, maker,
               recorded_at, recorded_by)
        values (new_id, a.id, coalesce(last.n, 0) + 1, step, next_state, day, doc ->> 'reason', money,
               case when step in ('pay', 'clawback') then new_id end, maker, record_now(), my_signature());
        update application_now x
           set state = next_state, queue_no = null,
               amount_fen = case when step = 'clawback' then x.amount_fen - money
                                 when next_state in ('refused', 'withdrawn') then 0 else x.amount_fen end
         where x.application = a.id;
        if next_state in ('refused', 'withdrawn', 'clawed_back') then
            perform application_free(a.id, day);
        elsif step = 'clawback' then
            perform application_release_queue(a.account, day);
        end if;
    end if;
    return d;
exception when sqlstate 'PB003' then
    d.problems := json_build_array(problem('E_OVERDRAFT', '/on', a.account || ' '
                  || coalesce(account_short_day(a.account, money, day)::text, '-')));
    return d;
end $$;
revoke all on function application_step_take from public, pledged_app;
