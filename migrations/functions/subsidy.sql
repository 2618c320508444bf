-- Applications for subsidies: what was taken, the queue, the steps.

-- One decision at a time, whoever asks: what was judged is what is stored.
create or replace function subsidies_lock() returns void
    language sql as $$ select pg_advisory_xact_lock(lock_no('subsidies')) $$;

-- Does an application that stands so count: for limits, and for whoever asks for the same days, awards or invoices?
-- What is asked back does until it came.
create or replace function application_counts(state text) returns boolean language sql immutable parallel safe as
    $$ select state in ('queued', 'reserved', 'approved', 'paid', 'demanded') $$;

-- The credit whose days and awards a loan takes: its own, or that of another loan of the firm that took some and is
-- the same credit by its rights, or by amount and signing day, and was not cleared; also of one that is void by now.
create or replace function subsidy_credit(loan uuid) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    l loan;
    u record;
    o loan;
begin
    select x.* into l from loan x where x.id = subsidy_credit.loan order by x.version desc limit 1;
    for u in
        select distinct s.loan_id, split_part(s.unit, ' ', 2)::uuid as credit
          from (select a.* from subsidy_unit a
                 where a.item in ('interest', 'principal_award', 'lender_award') and a.firm = l.borrower
                 union all
                select b.* from subsidy_unit b
                 where b.item in ('interest', 'principal_award', 'lender_award')
                   and b.firm_name = text_form(l.borrower_name)) s
         order by 1
    loop
        if u.loan_id = l.id then
            return u.credit;
        end if;
        select x.* into o from loan x where x.id = u.loan_id order by x.version desc limit 1;
        if l.signed_on < loan_end(o.id, o.matures_on, false, null)
           and o.signed_on < loan_end(l.id, l.matures_on, false, null)
           and (exists (select from loan_ip a
                          join loan_ip b on b.number = a.number and b.record_id = o.id and b.version = o.version
                         where a.record_id = l.id and a.version = l.version)
                or abs(o.signed_on - l.signed_on) <= flag_limit('RF29', 'days')
                   and least(o.amount_fen, l.amount_fen) * 100
                       >= greatest(o.amount_fen, l.amount_fen) * (100 - flag_limit('RF29', 'amount')))
           and not credit_cleared(l, o) then
            return u.credit;
        end if;
    end loop;
    return l.id;
end $$;

-- What counted applications of all offices have taken of loans, in the order of the program's catalogue. Whoever may
-- see a loan is told. Of many loans at once those that took nothing are told of by their own units alone (a rehearsal
-- is an estimate).
create or replace function subsidy_loan_usage(ids uuid[])
    returns table (id uuid, used_city boolean, used_district boolean, used_applications bigint, used_policies text,
                   used_interest_days text, used_items text, used_interest bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
    few boolean := cardinality(ids) <= 64;
begin
    return query
    select x.id, coalesce(n.city, false), coalesce(n.district, false), coalesce(n.applications, 0), n.policies, u.days,
           u.items, coalesce(u.interest, 0)
      from (select y.id, case when few then subsidy_credit(y.id) else y.id end as credit
              from unnest(ids) y(id)
            offset 0) x -- asked once, not at each place that reads it
      left join lateral (
           select bool_or(a.district = city_code()) as city, bool_or(a.district <> city_code()) as district,
                  count(*) as applications, string_agg(distinct a.policy_code, ' ' order by a.policy_code) as policies
             from application_now a
            where a.loan_id in (x.id, x.credit) and application_counts(a.state)
           having count(*) > 0) n on true
      left join lateral (
           select sum(s.amount_fen) filter (where s.item = 'interest')::bigint as interest,
                  string_agg(to_char(lower(s.days), 'YYYY-MM-DD') || '/' || to_char(upper(s.days), 'YYYY-MM-DD'),
                             ' ' order by s.days)
                      filter (where s.item = 'interest') as days,
                  string_agg(s.item, ' ' order by s.item) filter (where s.item <> 'interest') as items
             from subsidy_unit s
            where s.unit in ('interest ' || x.credit, 'principal_award ' || x.credit, 'lender_award ' || x.credit)) u
           on true;
end $$;

-- What a loan, or the credit that it is, has had under a policy item by item: "guarantee_fee 15000.00".
create or replace function subsidy_loan_items(loan uuid, code text) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    credit uuid := subsidy_credit(subsidy_loan_items.loan); -- here: in the statement it would be asked of each row
begin
    return (select string_agg(x.item || ' ' || yuan_text(x.fen), '; ' order by x.item)
              from (select u.item, sum(u.amount_fen)::bigint as fen
                      from subsidy_unit u
                      join application_now a on a.application = u.application
                                            and a.policy_code = subsidy_loan_items.code
                     where u.loan_id in (subsidy_loan_items.loan, credit)
                     group by u.item) x);
end $$;

-- Insurance policies by the name of whom they insure, as far as their insurers tell it.
create index if not exists insurance_by_insured_name on submission (text_form(body ->> 'insured_name'))
    where type = 'insurance_policy';

-- The codes of a firm: its own, and those of loans and insurance policies that bear a name which its own bear. A limit
-- of a firm is one, whichever of them a bank or an insurer writes.
create or replace function subsidy_firm_codes(firm text) returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return array(
        with names as materialized (
            select text_form(x.borrower_name) as name
              from loan x
             where x.borrower = subsidy_firm_codes.firm
             union
            select text_form(r.body ->> 'insured_name')
              from insurance_policy p
              join submission r on r.id = p.id and r.version = p.version
             where p.insured = subsidy_firm_codes.firm
        )
        select subsidy_firm_codes.firm
         union
        select y.borrower
          from names n
          join loan y on text_form(y.borrower_name) = n.name
         union
        select r.body ->> 'insured_uscc'
          from names n
          join submission r on r.type = 'insurance_policy' and text_form(r.body ->> 'insured_name') = n.name);
end $$;

-- What counted applications of a firm under a policy have had item by item, and of premiums by the kind of insurance:
-- "interest 52325.00; premium 1000.00; premium/enforcement 1000.00". from_day: since that day.
create or replace function subsidy_items_used(firm text, code text, from_day date, until_day date) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (
        with had as (
            select u.item, u.amount_fen, case when u.item = 'premium' then (
                       select p.kind from insurance_policy p
                        where p.id = a.insurance_policy order by p.version desc limit 1) end as kind
              from application_now a
              join subsidy_unit u on u.application = a.application
             where a.borrower = any (subsidy_firm_codes(subsidy_items_used.firm)) and a.policy_code = code
               and a.on_day between from_day and until_day
               and application_counts(a.state)
        ),
        named as (
            select h.item as name, h.amount_fen from had h
             union all
            select h.item || '/' || h.kind, h.amount_fen from had h where h.kind is not null
        )
        select string_agg(n.name || ' ' || yuan_text(n.fen), '; ' order by n.name)
          from (select x.name, sum(x.amount_fen)::bigint as fen from named x group by x.name) n);
end $$;

-- What counted applications for loans of a bank have had under a policy in the year of a day.
create or replace function subsidy_bank_used(bank text, code text, day date) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select coalesce(sum(a.amount_fen), 0)::bigint
              from application_now a
              join loan l on l.id = a.loan_id and l.version = 1
              join org o on o.id = l.org_id and o.code = bank
             where a.policy_code = subsidy_bank_used.code
               and a.on_day between date_trunc('year', day)::date and make_date(extract(year from day)::int, 12, 31)
               and application_counts(a.state));
end $$;

-- Counted sums of one firm under one policy: in the year of a day, and ever; item by item, and of a bank, as far as a
-- rule asks for them.
create or replace function subsidy_firm_usage(firm text, bank text, code text, day date, asks text[])
    returns table (used_enterprise_year bigint, used_enterprise_lifetime bigint, used_items_year text,
                   used_items_lifetime text, used_bank_year bigint)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    first date := date_trunc('year', day)::date;
    last date := make_date(extract(year from day)::int, 12, 31);
    codes text[] := subsidy_firm_codes(firm);
begin
    return query
    select coalesce(sum(a.amount_fen) filter (where a.on_day between first and last), 0)::bigint,
           coalesce(sum(a.amount_fen), 0)::bigint,
           case when 'used.items_year' = any (asks)
                then subsidy_items_used(firm, code, first, last) end,
           case when 'used.items_lifetime' = any (asks)
                then subsidy_items_used(firm, code, '-infinity', 'infinity') end,
           case when 'used.bank_year' = any (asks) then subsidy_bank_used(bank, code, day) end
      from application_now a
     where a.borrower = any (codes) and a.policy_code = code
       and application_counts(a.state);
end $$;

-- The same for all firms of a policy, under each of their codes: a row a year, and one of year 0 for ever.
create or replace function subsidy_firms_used(code text) returns table (firm text, year int, used bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query
    with had as materialized (
        select a.borrower, coalesce(extract(year from a.on_day)::int, 0) as year, sum(a.amount_fen) as fen
          from application_now a
         where a.policy_code = code and application_counts(a.state)
         group by grouping sets ((a.borrower, extract(year from a.on_day)), (a.borrower))
    ),
    firms as materialized (
        select h.borrower, unnest(subsidy_firm_codes(h.borrower)) as code from had h where h.year = 0
    )
    select f.code, h.year, sum(h.fen)::bigint
      from firms f
      join had h on h.borrower = f.borrower
     group by f.code, h.year;
end $$;

-- Is a loan's pledge the first of each of its rights? of_version: as that tells them; null: the newest.
create or replace function subsidy_first_pledge(loan uuid, of_version int default null) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    told int := coalesce(of_version, (select max(x.version) from loan x where x.id = subsidy_first_pledge.loan));
begin
    return not exists (
        select from loan l
          join loan_ip mine on mine.record_id = l.id and mine.version = l.version
          join loan_ip p on p.number = mine.number and p.record_id <> l.id
          join loan_latest o on o.id = p.record_id and o.version = p.version
         where l.id = subsidy_first_pledge.loan and l.version = told and o.signed_on < l.signed_on
           and not loan_is_void(l.id, null) and not loan_is_void(o.id, null));
end $$;

-- Who holds the pledge of a loan: its bank where nobody else is named. of_version: as that tells it; null: the newest.
create or replace function subsidy_pledgee(loan uuid, of_version int default null) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select case when r.body -> 'pledgee' is null then 'bank'
                        when coalesce(r.body #>> '{pledgee,uscc}', '') in (o.code, o.uscc) then 'bank'
                        when r.body #>> '{pledgee,uscc}' = r.body ->> 'guarantor_uscc' or exists (
                             select from org g
                              where g.kind = 'guarantor' and r.body #>> '{pledgee,uscc}' in (g.code, g.uscc))
                             then 'guarantor'
                        else 'other' end
              from submission r
              join org o on o.id = r.org_id
             where r.id = subsidy_pledgee.loan and r.type = 'loan' and r.version = coalesce(of_version, r.version)
             order by r.version desc
             limit 1);
end $$;

-- What is told of a loan when a rule asks for it, in the order of the program's catalogue. Its account by day as far as
-- day: stretches for the longest of the terms (months; 0: all of it), and what the borrower paid within each. by_day:
-- without it the account is left to the program, whose days are all alike. of_version: pledgee and rights as that tells
-- them; null: the newest. One row: estimates of a thousand a loan made the planner compile each statement (jit) for
-- longer than it ran.
create or replace function subsidy_loan_more(loan uuid, asks text[], months int[], day date, by_day boolean,
                                             of_version int default null)
    returns table (loan_pledgee text, loan_first_pledge boolean, loan_stretches text, loan_paid_for text)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
declare
    l loan;
    first_day date;
begin
    loan_pledgee := case when 'loan.pledgee' = any (asks) then subsidy_pledgee(subsidy_loan_more.loan, of_version) end;
    loan_first_pledge := case when 'loan.first_pledge' = any (asks)
                              then subsidy_first_pledge(subsidy_loan_more.loan, of_version) end;
    if by_day and cardinality(months) > 0 then
        select x.* into l from loan x where x.id = subsidy_loan_more.loan order by x.version desc limit 1;
        select min(t.on_day) into first_day from loan_told(l, null, null) t where t.kind = 'disbursed';
        select coalesce(string_agg(format('%s/%s %s %s', s.from_day, s.until_day, yuan_text(s.balance_fen),
                                          percent_text(s.rate_ppm)), '; ' order by s.from_day), '')
          into loan_stretches
          from loan_stretches(l, first_day, least(subsidy_loan_more.day, case when 0 <> all (months) then
                    (first_day + make_interval(months => (select max(m) from unnest(months) m)))::date end), null) s;
        select string_agg(m || ':' || yuan_text(loan_interest_paid(l, first_day, case when m = 0 then 'infinity'::date
                          else (first_day + make_interval(months => m))::date end, null)), ' ' order by m)
          into loan_paid_for
          from unnest(months) m
         where exists (select from loan_event_standing e
                        where e.loan_id = l.id and e.kind in ('repaid', 'recovered', 'settled')
                          and e.interest_fen is not null and coalesce(e.payer, 'borrower') = 'borrower');
    end if;
    return next;
end $$;

-- A few letters that differ when a fact of a loan differs that the rule asks for: what decides nothing may change.
create or replace function subsidy_loan_decides(loan uuid, asks text[], months int[], day date) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(string_agg(concat(f.key, '=', f.value), ';' order by f.key))
              from (select j.key, j.value::text
                      from loan_cases(array[subsidy_loan_decides.loan]) c
                     cross join json_each(to_json(c)) j
                     where regexp_replace(j.key, '_', '.') = any (asks)
                     union all
                    select j.key, j.value::text
                      from subsidy_loan_more(subsidy_loan_decides.loan, asks, months, day, true) m
                     cross join json_each(to_json(m)) j) f);
end $$;

-- The code of the bank that lent.
create or replace function subsidy_loan_bank(loan uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select o.code from loan l join org o on o.id = l.org_id
             where l.id = subsidy_loan_bank.loan and l.version = 1);
end $$;

-- The same of all that a case is judged by: beside what decides of the loan what was taken of its interest and fees,
-- and by its firm.
create or replace function subsidy_guard_of(decides text, loan uuid, firm text, code text, day date, asks text[])
    returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(concat(decides, u::text, f::text,
                              case when 'used.loan_items' = any (asks) then subsidy_loan_items(loan, code) end))
              from subsidy_loan_usage(array[loan]) u
             cross join subsidy_firm_usage(firm, subsidy_loan_bank(loan), code, day, asks) f);
end $$;

-- That of a loan whose facts are not asked yet.
create or replace function subsidy_case_guard(loan uuid, firm text, code text, day date, asks text[], months int[])
    returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return subsidy_guard_of(subsidy_loan_decides(loan, asks, months, day), loan, firm, code, day, asks);
end $$;

-- What an insurance policy costs for the days that it covers, half up.
create or replace function premium_kept_fen(p insurance_policy) returns bigint language sql immutable as $$
    select div(2 * (p).premium_fen::numeric * (upper((p).cover) - lower((p).cover)) + x.days, 2 * x.days)::bigint
      from (select ((p).ends_on - (p).starts_on + 1)::numeric as days) x
$$;

-- The facts of an insurance policy and of the firm that it insures, as numbers and texts; of a firm what was told last.
-- Of a policy that was cancelled the premium counts by the days that it covered: the rest is given back.
create or replace function subsidy_insurance_facts(insurance uuid)
    returns table (id uuid, borrower_uscc text, borrower_district text, borrower_size text, borrower_employees bigint,
                   borrower_revenue bigint, insurance_kind text, insurance_premium bigint,
                   insurance_sum_insured bigint, insurance_starts_on int, insurance_ends_on int)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select p.id, p.insured, p.district, nullif(f.size, 'unknown'), f.employees::bigint, f.revenue_fen, p.kind,
           case when isempty(p.cover) then 0 else premium_kept_fen(p) end, p.sum_insured_fen,
           p.starts_on - date '1970-01-01', coalesce(p.cancelled_on, p.ends_on) - date '1970-01-01'
      from insurance_policy p
      left join lateral (
           select e.size, e.employees, e.revenue_fen
             from enterprise_profile e
            where e.uscc = p.insured
            order by e.year desc, e.version desc
            limit 1) f on true
     where p.id = insurance
     order by p.version desc
     limit 1;
end $$;

-- What counted applications have taken of an insurance policy, as subsidy_loan_usage tells it of a loan.
create or replace function subsidy_insurance_usage(insurance uuid)
    returns table (used_city boolean, used_district boolean, used_applications bigint, used_policies text,
                   used_interest_days text, used_items text, used_interest bigint)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
begin
    return query
    select coalesce(bool_or(a.district = city_code()), false), coalesce(bool_or(a.district <> city_code()), false),
           count(*),
           string_agg(distinct a.policy_code, ' ' order by a.policy_code), null::text,
           (select 'premium' -- also by a fee of its loan
              from subsidy_unit u where u.unit = 'premium ' || insurance_unit(insurance)),
           0::bigint
      from application_now a
     where a.insurance_policy = insurance and application_counts(a.state);
end $$;

-- As subsidy_loan_decides, of an insurance policy.
create or replace function subsidy_insurance_decides(insurance uuid, asks text[]) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select md5(string_agg(concat(j.key, '=', j.value), ';' order by j.key))
              from subsidy_insurance_facts(insurance) c
             cross join json_each(to_json(c)) j
             where regexp_replace(j.key, '_', '.') = any (asks));
end $$;

-- As subsidy_case_guard, of an insurance policy.
create or replace function subsidy_insurance_guard(insurance uuid, firm text, code text, day date, asks text[])
    returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select md5(concat(subsidy_insurance_decides(insurance, asks), u::text, f::text))
              from subsidy_insurance_usage(insurance) u
             cross join subsidy_firm_usage(firm, null, code, day, asks) f);
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

-- What stands against the facts that came with an application: what the ledger tells nobody else does; what the office
-- states and the rule asks for has a document, unless the policy takes the firm's word for it.
create or replace function application_fact_problems(doc json, declared json, asks text[]) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select problem(case when o.name is null then 'E_KNOWN' else 'E_EVIDENCE' end, '/facts/' || f.key,
                       coalesce(o.title, '-'))
          from json_each(coalesce(doc -> 'facts', '{}')) f
          left join office_fact o on o.name = f.key
         where o.name is null
            or f.key = any (asks) and not (coalesce(declared::jsonb, '[]') ? f.key)
               and not exists (select from json_array_elements(coalesce(doc -> 'evidence', '[]')) e
                                where e ->> 'fact' = f.key));
end $$;

-- The unit of an invoice: whoever writes it in other letters or with other signs, it is the same. The number of a
-- digital invoice has 20 digits and is given once in the country, others once by their seller.
create or replace function subsidy_invoice_unit(i json) returns text language sql immutable as $$
    select 'invoice ' || case when length(x.digits) = 20 then x.digits else x.seller || ' ' || x.no end
      from (select regexp_replace(text_form(i ->> 'invoice_no'), '[^0-9]', '', 'g') as digits,
                   regexp_replace(text_form(i ->> 'seller') collate "und-x-icu", '[^[:alnum:]]', '', 'g') as seller,
                   regexp_replace(text_form(i ->> 'invoice_no') collate "und-x-icu", '[^[:alnum:]]', '', 'g') as no) x
$$;

-- The insurance policies of a loan whose premium nobody had subsidised, nor a fee for them, in the order of their
-- start; all: also those that were. One that was cancelled before it covered a day costs nothing, and another number of
-- one insurance none again.
create or replace function subsidy_loan_insurances(loan uuid, all_of_them boolean)
    returns table (policy uuid, n bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select p.id, row_number() over (order by p.starts_on, p.id)
      from insurance_policy p
     where p.loan = subsidy_loan_insurances.loan and not isempty(p.cover)
       and not record_has_later(p.id, p.version, null)
       and not exists (select from insurance_twins(p) q where q.id < p.id and not insurance_cleared(p, q))
       and (all_of_them or not exists (select from subsidy_unit u where u.unit = 'premium ' || insurance_unit(p.id)));
end $$;

-- The premium of an insurance policy is not subsidised where its loan has had the fee for one that was not yet told:
-- it is the same money by another name.
create or replace function application_premium_problems(doc json, insurance uuid) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select problem('E_INVOICE_TAKEN', '/insurance_policy', p.policy_no)
          from insurance_policy_now p
         where p.id = insurance
           and exists (select from subsidy_unit u
                        where u.loan_id = p.loan and u.item = 'insurance_fee'
                          and not exists (select from subsidy_unit t
                                           where t.application = u.application and t.unit like 'premium %')));
end $$;

-- Invoices that were subsidised before, or stand twice in the list; the fee of a loan's guarantee insurance also when
-- every policy of the loan that is told was subsidised: once one was, each invoice needs one of its own.
create or replace function application_invoice_problems(doc json, loan uuid) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    told bigint := (select count(*) from subsidy_loan_insurances(loan, true));
    free bigint := (select count(*) from subsidy_loan_insurances(loan, false));
begin
    return array(
        select problem('E_INVOICE_TAKEN', '/invoices/' || i.n - 1 || '/invoice_no', i.x ->> 'invoice_no')
          from (select x, n, subsidy_invoice_unit(x) as unit
                  from json_array_elements(doc -> 'invoices') with ordinality as y(x, n)) i
         where exists (select from subsidy_unit u where u.unit = i.unit)
            or i.x ->> 'item' = 'insurance_fee'
               and (select count(*) from json_array_elements(doc -> 'invoices') with ordinality as z(x, n)
                     where z.n <= i.n and z.x ->> 'item' = 'insurance_fee') > free
               and told > free
            or exists (select from json_array_elements(doc -> 'invoices') with ordinality as z(x, n)
                        where z.n < i.n and subsidy_invoice_unit(z.x) = i.unit)
         order by i.n);
end $$;

-- What stands against an application beside its facts: its day and its policy, the loan as a credit, its invoices.
create or replace function application_problems_found(doc json, p policy, loan uuid, day date, asks text[])
    returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    found_problems json[] := application_fact_problems(doc, (p).body -> 'declared', asks);
begin
    if (doc ->> 'on')::date <> day then
        found_problems := found_problems || problem('E_TODAY', '/on', day::text);
    end if;
    if day > (p.body ->> 'apply_until')::date then
        found_problems := found_problems || problem('E_WINDOW', '/policy', p.body ->> 'apply_until');
    elsif exists (select from policy_end e where e.policy = p.id and e.on_day <= day) then
        found_problems := found_problems || problem('E_WINDOW', '/policy', (
            select e.on_day::text from policy_end e where e.policy = p.id));
    elsif day < p.effective_from then
        found_problems := found_problems || problem('E_ORDER', '/policy', p.effective_from::text);
    end if;
    if loan is not null and loan_is_void(loan, null) then
        found_problems := found_problems || problem('E_LOAN', '/loan', doc ->> 'loan');
    elsif loan is not null then
        found_problems := found_problems || credit_problems(loan, '/loan');
    end if;
    return found_problems || application_invoice_problems(doc, loan);
end $$;

-- What an application takes for ever: days of its credit's interest, its awards, its invoices, the premium of an
-- insurance policy, and for each invoice of a fee that of one policy of its loan. What an item
-- gives stands at its first unit.
create or replace function application_take(app uuid, loan uuid, insurance uuid, v json, doc json) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    firm text;
    firm_name text;
begin
    select l.borrower, text_form(l.borrower_name) into firm, firm_name
      from loan l
     where l.id = application_take.loan
     order by l.version desc
     limit 1;
    insert into subsidy_unit (application, loan_id, firm, firm_name, item, unit, days, amount_fen)
    select app, application_take.loan, firm, firm_name, t.item, t.unit, t.days, t.fen
      from (select i ->> 0 as item, (i ->> 0) || ' ' || subsidy_credit(application_take.loan) as unit,
                   case when i ->> 0 = 'interest' then daterange((v ->> 'from')::date, (v ->> 'until')::date)
                        else daterange(null, null) end as days,
                   (i ->> 1)::bigint as fen
              from json_array_elements(v -> 'items') i
             where i ->> 0 in ('interest', 'principal_award', 'lender_award') and (i ->> 1)::bigint > 0
             union all
            select i ->> 0, subsidy_invoice_unit(x.invoice), daterange(null, null),
                   case when row_number() over (partition by i ->> 0 order by x.n) = 1 then (i ->> 1)::bigint else 0 end
              from json_array_elements(v -> 'items') i
              join json_array_elements(doc -> 'invoices') with ordinality as x(invoice, n)
                   on x.invoice ->> 'item' = i ->> 0
             where (i ->> 1)::bigint > 0
             union all
            select i ->> 0, 'premium ' || insurance_unit(insurance), daterange(null, null), (i ->> 1)::bigint
              from json_array_elements(v -> 'items') i
             where i ->> 0 = 'premium' and (i ->> 1)::bigint > 0 and insurance is not null
             union all
            select i ->> 0, 'premium ' || insurance_unit(p.policy), daterange(null, null), 0::bigint
              from json_array_elements(v -> 'items') i
              join subsidy_loan_insurances(application_take.loan, false) p
                   on p.n <= (select count(*) from json_array_elements(doc -> 'invoices') x
                               where x ->> 'item' = 'insurance_fee')
             where i ->> 0 = 'insurance_fee' and (i ->> 1)::bigint > 0) t;
end $$;

-- What decided an application, as it stands now: told apart by a few letters.
create or replace function application_decides(loan uuid, insurance uuid, asks text[], months int[], day date)
    returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return case when loan is null then coalesce(subsidy_insurance_decides(insurance, asks), '-')
                else coalesce(subsidy_loan_decides(loan, asks, months, day), '-') end;
end $$;

-- Who besides the office may see an application: the bank that lent, who insures and guarantees it;
-- of an insurance policy its insurer.
create or replace function application_parties(loan uuid, insurance uuid) returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select x.code
          from (select unnest(array[subsidy_loan_bank(l.id), l.insurer, l.guarantor]) as code
                  from loan l
                 where l.id = application_parties.loan
                   and not exists (select from loan later where later.id = l.id and later.version = l.version + 1)
                 union
                select o.code
                  from insurance_policy p
                  join org o on o.id = p.org_id
                 where p.id = insurance) x
         where x.code is not null
         order by x.code);
end $$;

-- What is asked back of a subsidy and has not come, who asked for it last, and by which step; of one that was never
-- asked back all are null.
create or replace function application_demand(app uuid, out fen bigint, out by_whom text, out step_id uuid)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    select c.amount_fen - (select coalesce(sum(r.amount_fen), 0)::bigint
                             from application_step r
                            where r.application = c.application and r.step = 'confirm' and r.n > c.n), c.recorded_by,
           c.id
      into fen, by_whom, step_id
      from application_step c
     where c.application = app and c.step = 'clawback'
     order by c.n desc
     limit 1;
end $$;

-- Who approved an application last, if that counts no more.
create or replace function application_approver_left(app uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select case when not person_agreed(s.recorded_by, s.id) then s.recorded_by end
              from application_step s
             where s.application = app and s.step = 'approve'
             order by s.n desc
             limit 1);
end $$;

-- The steps that an application may take in a state: one that is approved is approved anew if that counts no more.
create or replace function application_steps_legal(app uuid, state text) returns setof application_transition
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select t.*
      from application_transition t
     where t.state = application_steps_legal.state
       and (t.state <> 'approved' or t.step <> case when application_approver_left(app) is null then 'approve'
                                                    else 'pay' end);
end $$;

-- Does an application wait for a step of whoever asks: of his office, and not after one of his own?
create or replace function application_waits(app uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return exists (
        select from application a
          join application_now n on n.application = a.id
          left join lateral (
               select s.recorded_by from application_step s
                where s.application = a.id and s.step <> 'release' order by s.n desc limit 1) last on true
         where a.id = app and a.org_id = my_org()
           and (n.state = 'reserved' and not person_is_me(a.recorded_by)
                or n.state = 'approved' and not person_is_me(case when application_approver_left(a.id) is null
                                                                  then last.recorded_by else a.recorded_by end)
                or n.state = 'demanded' and not person_is_me((application_demand(a.id)).by_whom)));
end $$;

-- The version of a policy that is the answer for a day: that in force on it, else the newest (as policy_case.sql).
create or replace function policy_version_on(policy_code text, day date) returns policy
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select p
              from policy p
             where p.code = policy_code
             order by (day between p.effective_from and coalesce(p.effective_to, 'infinity')) desc,
                      p.effective_from desc
             limit 1);
end $$;

-- Is this the version that governs a case, as the program finds it (server/api/subsidy.c)? One may have been approved
-- while the application waited.
create or replace function policy_governs(p policy, facts json, insurance uuid, day date) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    by_day policy := policy_version_on(p.code, day);
begin
    return p.id = (policy_version_on(p.code, coalesce(case
                       when insurance is not null then null
                       when by_day.body ->> 'version_by' = 'settlement' then (facts ->> 'loan.settled_on')::date
                       when by_day.body ->> 'version_by' = 'draw_down' then (facts ->> 'loan.disbursed_on')::date end,
                       day))).id;
end $$;

-- v: what the program made of the case: {loan, insurance_policy, policy, guard, asks, months, eligible, amount,
-- from, until, items, facts, decision, lpr (the newest day of a rate that it knew)}. The day is the ledger's.
create or replace function application_decide(new_id uuid, doc json, v json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    p policy;
    loan uuid := (v ->> 'loan')::uuid;
    insurance uuid := (v ->> 'insurance_policy')::uuid;
    firm text := v -> 'facts' ->> 'borrower.uscc';
    asks text[] := array(select json_array_elements_text(v -> 'asks'));
    months int[] := array(select json_array_elements_text(v -> 'months')::int);
    day date := today();
    amount bigint := (v ->> 'amount')::bigint;
    account_code text;
    decides text; -- of the loan: asked for once
    guard text;
    held boolean := false;
    found_problems json[];
begin
    d.district := coalesce(my_district(), '');
    d.parties := application_parties(loan, insurance);
    if not dry then
        perform subsidies_lock();
    end if;
    select x.* into p from policy x where x.id = (v ->> 'policy')::uuid and x.org_id = my_org();
    if not found then
        d.problems := json_build_array(problem('E_NO_POLICY', '/policy', doc ->> 'policy'));
        return d;
    end if;
    found_problems := application_problems_found(doc, p, loan, day, asks)
                      || application_premium_problems(doc, insurance);
    decides := case when loan is not null then subsidy_loan_decides(loan, asks, months, day) end;
    guard := case when loan is null then subsidy_insurance_guard(insurance, firm, p.code, day, asks)
                  else subsidy_guard_of(decides, loan, firm, p.code, day, asks) end;
    if guard is distinct from v ->> 'guard' or not policy_governs(p, v -> 'facts', insurance, day)
       or (v ->> 'lpr')::date is distinct from (select max(l.on_day) from lpr l)
    then
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
           amount_fen, facts, decision, loan_guard, account, recorded_at, recorded_by, asks, months, insurance_policy,
           parties)
    values (new_id, doc ->> 'reference', my_org(), p.district, p.id, p.code, loan, firm, day,
           (v ->> 'eligible')::boolean, amount, v -> 'facts', v -> 'decision',
           coalesce(decides, application_decides(loan, insurance, asks, months, day)), account_code, record_now(),
           my_signature(), asks, months, insurance, d.parties);
    if amount > 0 then
        perform application_take(new_id, loan, insurance, v, doc);
        if exists (select from account a where a.code = account_code)
           and not exists (select from application_now q where q.account = account_code and q.state = 'queued') then
            held := hold_open(new_id, account_code, amount, new_id, 'infinity');
        end if;
    end if;
    insert into application_now (application, loan_id, insurance_policy, borrower, policy_code, district, account,
           on_day, state, amount_fen, queue_no)
    values (new_id, loan, insurance, firm, p.code, p.district, account_code, day,
           case when amount = 0 then 'refused' when held then 'reserved' else 'queued' end, amount,
           case when amount > 0 and not held then nextval('application_queue') end);
    return d;
end $$;

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

-- An application that somebody saw before its last steps were taken, beside what stands.
create or replace function application_seen_problem(app uuid, told text) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    with step as (
        select s.n, concat_ws(' ', s.n, s.step, s.recorded_by, instant_text(s.recorded_at)) as said, s.state,
               coalesce(r.sha256, convert_to(s.step || instant_text(s.recorded_at), 'UTF8')) as sha256
          from application_step s
          left join submission r on r.id = s.id and r.version = 1
         where s.application = app
    ),
    moment as ( -- after each step; 0: when it was made
        select m.n, (select string_agg(s.said, '; ' order by s.n) from step s where s.n <= m.n) as steps,
               (select s.state from step s where s.n = m.n) as state,
               encode(sha256((select r.sha256 from submission r where r.id = app and r.version = 1)
                             || coalesce((select string_agg(s.sha256, ''::bytea order by s.n)
                                            from step s where s.n <= m.n), '')), 'hex') as seen
          from (select 0 as n union all select s.n from step s) m
    )
    select problem_seen('/seen', coalesce(l.steps, '-'), told, l.seen, (
               select json_agg(json_build_array(null, x.pointer, x.title, x.was, x.now))
                 from moment o
                cross join lateral (values ('/state', '状态', o.state, l.state),
                                           ('/steps', '办理经过', o.steps, l.steps)) as x(pointer, title, was, now)
                where o.seen = told and x.was is distinct from x.now))
      from moment l
     order by l.n desc
     limit 1
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

-- Takes a step on an application; a red flag stops a payment before anything moves.
create or replace function application_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    app application;
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
        select a.* into app from application a where a.id = (doc ->> 'application')::uuid;
        stops := case when app.loan_id is null then flag_firm_stops(app.borrower, app.id)
                      else flag_payment_stops(app.loan_id, app.id, not dry) end;
        if cardinality(stops) > 0 then
            d.problems := array_to_json(stops);
            return d;
        end if;
    end if;
    return application_step_take(new_id, doc, dry);
end $$;

-- The steps that an application took, the first first, as its answer shows them.
create or replace function application_steps_shown(app uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(json_agg(json_strip_nulls(json_build_object('id', s.id, 'step', s.step, 'state', s.state,
                    'on', s.on_day, 'by', s.recorded_by, 'reason', s.reason, 'amount', yuan_text(s.amount_fen),
                    'evidence', r.body ->> 'evidence', 'transfer', s.transfer, 'at', instant_text(s.recorded_at)))
                    order by s.n), '[]')
      from application_step s
      left join submission r on r.id = s.id and r.version = 1
     where s.application = app
$$;

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
           'demanded', case when n.state = 'demanded' then yuan_text((application_demand(a.id)).fen) end,
           'steps', application_steps_shown(a.id),
           'legal_steps', coalesce((select array_agg(t.step order by t.step)
                                      from application_steps_legal(a.id, n.state) t), '{}')))
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

-- Has a fact changed that decided an application? Of one that was decided before it was kept which facts do, anything
-- that was told of its loan since.
create or replace function application_moved(a application) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if a.asks is null then
        return exists (select from loan l where l.id = a.loan_id and l.recorded_at > a.recorded_at)
               or exists (select from loan_event e where e.loan_id = a.loan_id and e.recorded_at > a.recorded_at);
    end if;
    return a.loan_guard <> application_decides(a.loan_id, a.insurance_policy, a.asks, a.months, a.on_day);
end $$;

-- Pays what an application was promised out of its budget, or books what came back of it. What stands against that: the
-- account and the first day on which it lacks the money; null: nothing.
create or replace function application_step_post(a application, step_id uuid, pays boolean, money bigint, day date,
                                                 dry boolean) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    granted text := 'granted:' || a.district || ':' || a.policy_code;
    overdrawn text;
begin
    if dry then -- the hold covers the payment; only its day may come too early
        return case when pays then a.account || ' ' || account_short_day(a.account, money, day) end;
    end if;
    if pays then
        perform hold_end(a.id, 'posted');
        -- the budget may have been opened for another policy that it serves too
        perform budget_open_granted(a.district, a.policy_code, a.org_id, day);
    end if;
    overdrawn := transfer_post(array[row(
        step_id, a.reference || case when pays then ' pay' else ' clawback' end,
        case when pays then granted else a.account end, case when pays then a.account else granted end, money, day,
        case when pays then 'subsidy' else 'clawback' end, a.id, null, a.reference)::posting]);
    if overdrawn is not null and pays then
        -- the hold was ended above: nothing of this step may stay
        raise exception 'a held subsidy is not covered: %', overdrawn using errcode = 'PB003';
    end if;
    return overdrawn;
end $$;

-- Takes a step on an application whose payment no red flag stops: may it be taken, and what does it move. A clawback
-- moves nothing: who asks for money back is not believed that it came. Another confirms that, of all or of a part.
create or replace function application_step_take(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    a application;
    now_row application_now;
    last application_step;
    step text := doc ->> 'step';
    day date := today();
    next_state text;
    asked_back record;
    maker text;
    most bigint;
    money bigint;
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
    select x.* into asked_back from application_demand(a.id) x;
    select t.next into next_state from application_steps_legal(a.id, now_row.state) t where t.step = doc ->> 'step';
    maker := case step when 'approve' then a.recorded_by when 'pay' then last.recorded_by
                       when 'confirm' then asked_back.by_whom end;
    most := case step when 'pay' then a.amount_fen when 'clawback' then now_row.amount_fen
                      when 'confirm' then asked_back.fen end;
    money := case when most is not null then coalesce(fen_of(doc ->> 'amount'), most) end;
    if step = 'pay' and now_row.state = 'approved' and next_state is null then
        p := p || problem('E_APPROVER_LEFT', '', application_approver_left(a.id));
    elsif next_state is null then
        p := p || problem('E_STEP', '', concat_ws(': ', 'application.' || now_row.state, (
            select string_agg(t.step, ', ' order by t.step)
              from application_steps_legal(a.id, now_row.state) t)));
    elsif doc ->> 'seen' <> application_seen(a.id) then
        p := p || application_seen_problem(a.id, doc ->> 'seen');
    else
        if person_is_me(maker) then
            p := p || problem('E_SAME_PERSON', '', maker);
        elsif step = 'confirm' and record_disowned(asked_back.step_id, 1) then
            p := p || problem('E_PROPOSER_LEFT', '', maker);
        end if;
        if (doc ->> 'on')::date <> day then
            p := p || problem('E_TODAY', '/on', day::text);
        end if;
        if step in ('approve', 'pay') and (application_moved(a) or loan_is_void(a.loan_id, null)) then
            p := p || problem('E_FACTS_CHANGED', '', a.reference);
        end if;
        if money > most then
            p := p || problem('E_EXCEEDS', '/amount', yuan_text(most));
        end if;
    end if;
    if cardinality(p) = 0 and step in ('pay', 'confirm') then
        overdrawn := application_step_post(a, new_id, step = 'pay', money, day, dry);
        if overdrawn is not null then
            p := p || problem('E_OVERDRAFT', '/on', overdrawn);
        end if;
    end if;
    if cardinality(p) > 0 then
        d.problems := array_to_json(p);
    elsif not dry then
        next_state := case when step = 'confirm' and money < most then 'demanded' -- the rest is still asked for
                           when step = 'confirm' and money < now_row.amount_fen then 'paid'
                           else next_state end;
        insert into application_step (id, application, n, step, state, on_day, reason, amount_fen, transfer, maker,
               recorded_at, recorded_by)
        values (new_id, a.id, coalesce(last.n, 0) + 1, step, next_state, day, doc ->> 'reason', money,
               case when step in ('pay', 'confirm') then new_id end, maker, record_now(), my_signature());
        update application_now x
           set state = next_state, queue_no = null,
               amount_fen = case when step = 'confirm' then x.amount_fen - money
                                 when next_state in ('refused', 'withdrawn') then 0 else x.amount_fen end
         where x.application = a.id;
        if next_state in ('refused', 'withdrawn', 'clawed_back') then
            perform application_free(a.id, day);
        elsif step = 'confirm' then
            perform application_release_queue(a.account, day);
        end if;
    end if;
    return d;
exception when sqlstate 'PB003' then
    d.problems := json_build_array(problem('E_OVERDRAFT', '/on', a.account || ' '
                  || coalesce(account_short_day(a.account, money, day)::text, '-')));
    return d;
end $$;

-- The number of an application in its office's year, in the order of recording: it never changes.
create or replace function application_no(app uuid) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select count(*)
              from application a
              join application x on x.org_id = a.org_id
                                and x.on_day between date_trunc('year', a.on_day)::date and a.on_day
                                and x.id <= a.id
             where a.id = app);
end $$;

-- The names in a letter: of the firm as its loan says now, of the contract or the insurance policy.
create or replace function application_names(app uuid) returns table (name text, loan text, insurance text)
    language plpgsql stable rows 1 security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select r.body ->> 'borrower_name', case when a.loan_id is not null then r.key end,
           case when a.loan_id is null then r.key end
      from application a
      join submission r on r.id = coalesce(a.loan_id, a.insurance_policy)
     where a.id = app
     order by r.version desc
     limit 1;
end $$;
