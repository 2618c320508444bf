-- What `pledged verify` compares: every table with what the log says it holds. A function verify_<table> makes a table
-- again whose rows follow from records or from other tables.

-- The statement that compares a table with verify_<table>(): parameters as for log_kept_statement, $3: of a table that
-- is made from records only those with a leaf from this number on. Of a cache a number that is nought is none. Offset
-- 0: else what is made is made once for each place where it is named.
create or replace function verify_statement(tab regclass, cache boolean) returns text language sql stable as $$
    with c as (
        select a.attname, a.attnum, k.place,
               case when cache and a.atttypid in ('bigint'::regtype, 'int'::regtype, 'smallint'::regtype)
                    then 'nullif(%s.%I, 0)' else '%s.%I' end as side
          from pg_attribute a
          left join unnest(log_key(tab)) with ordinality as k(name, place) on k.name = a.attname
         where a.attrelid = tab and a.attnum > 0 and not a.attisdropped
    )
    select format('select concat_ws('' '', %2$s), case when e.%6$I is not null then to_json(e) end,'
                  ' case when t.%6$I is not null then to_json(t) end'
                  ' from %1$s t full join (select * from verify_%1$s(' || case when not cache then '$3' else '' end
                  || ') offset 0) e on (%3$s) = (%4$s)'
                  ' where $1::uuid[] is not null and $2::bigint is not null and $3::bigint is not null and %5$s', tab,
                  string_agg(format('coalesce(t.%1$I, e.%1$I)', c.attname), ', ' order by c.place)
                      filter (where c.place is not null),
                  string_agg(format('t.%I', c.attname), ', ' order by c.place) filter (where c.place is not null),
                  string_agg(format('e.%I', c.attname), ', ' order by c.place) filter (where c.place is not null),
                  case when cache
                       then '(' || string_agg(format(c.side || ' is distinct from ' || c.side, 't', c.attname, 'e',
                                                     c.attname), ' or ' order by c.attnum)
                                       filter (where c.place is null) || ')'
                       else format('($3 = 0 or e.%1$I is not null)'
                                   ' and (t.%1$I is null or e.%1$I is null or t.* *<> e.*)',
                                   min(c.attname) filter (where c.place = 1)) end,
                  min(c.attname) filter (where c.place = 1))
      from c
$$;

-- One table against the log, or against what makes it. outside: flights that no leaf covers, whose rows do not count;
-- since_row, since_leaf: only what was kept, or recorded, from there on; nought: all.
create or replace function verify_table(tab regclass, proof text, outside uuid[], since_row bigint, since_leaf bigint)
    returns table (key text, col text, told text, found text) language plpgsql stable as $$
-- @plpgsql_check_options: security_warnings = off
begin
    return query execute 'select x.key, d.col, d.told, d.found from ('
                         || case when proof = 'kept' then log_kept_statement(tab)
                                 else verify_statement(tab, proof = 'made') end
                         || ') x(key, was, stands) cross join lateral verify_columns(x.was, x.stands) d'
        using outside, since_row, since_leaf;
end $$;

-- Triggers that are switched off or gone: what they keep or refuse is kept and refused no more. Those by which keys of
-- other tables are held have the names of their constraints.
create or replace function verify_triggers()
    returns table (tab text, key text, col text, told text, found text) language sql stable as $$
    select distinct g.tgrelid::regclass::text, coalesce(x.conname, g.tgname)::text, 'tgenabled', 'O', g.tgenabled::text
      from pg_trigger g
      join pg_class c on c.oid = g.tgrelid and c.relnamespace = 'public'::regnamespace
      left join pg_constraint x on x.oid = g.tgconstraint and g.tgisinternal
     where g.tgenabled <> 'O'
    union all
    select x.tab::text, n.name, '*', 'a trigger', null
      from log_table() x
     cross join (values ('log_kept'), ('log_kept_change')) n(name)
     where x.proof = 'kept'
       and not exists (select from pg_trigger g where g.tgrelid = x.tab and g.tgname = n.name)
$$;

-- Records of a type: all, or those with a leaf from this number on, which are found by their leaves.
create or replace function verify_records(type text, since bigint) returns setof submission language sql stable as $$
    select r.* from submission r where $2 = 0 and r.type = $1
     union all
    select r.*
      from log_leaf l
      join submission r on r.id = l.record_id and r.version = l.version
     where $2 > 0 and l.no >= $2 and r.type = $1
$$;

-- Loans by their records. Their size is reckoned in C.
create or replace function verify_loan(since bigint) returns setof loan language sql stable as $$
    select x.*
      from verify_records('loan', since) r
      left join loan t on t.id = r.id and t.version = r.version
     cross join lateral (
           select count(*) filter (where i.kind <> 'trademark')::int as patents,
                  count(*) filter (where i.kind = 'trademark')::int as trademarks
             from json_to_recordset(r.body -> 'ip') as i(kind text)) n
     cross join lateral loan_of(r, json_populate_record(null::loan_told, r.body), coalesce(t.size, ''), n.patents,
                                n.trademarks) x
$$;

-- The rights of loans by their records. Read once a record, and set out in the order of the table's columns: one that
-- is added and not told here does not load.
create or replace function verify_loan_ip(since bigint) returns setof loan_ip language sql stable as $$
    select r.id, r.version, i.number, i.kind, i.owner_uscc, r.org_id, r.parties, r.district, f.from_day,
           greatest(b.matures_on, f.from_day), i.filed_on, i.expires_on, yuan_fen(i.valuation), i.appraiser,
           percent_ppm(i.share)
      from verify_records('loan', since) r
     cross join lateral json_to_record(r.body) as b(ip json, registered_on date, signed_on date, matures_on date)
     cross join lateral json_to_recordset(b.ip) as i(
           number text, kind text, owner_uscc text, filed_on date, expires_on date, valuation numeric, appraiser text,
           share numeric)
     cross join lateral (select coalesce(b.registered_on, b.signed_on) as from_day) f
$$;

-- Events by their records. Of loans whose numbers are one by their form each may be the one that is meant; so of the
-- events that are reversed.
create or replace function verify_loan_event(since bigint) returns setof loan_event language sql stable as $$
    select r.id, l.id, r.org_id, r.parties, r.district, b.reference, b.kind, b."on", fen_of(b.principal),
           fen_of(b.interest), b.grade, b.matures_on,
           case when text_form(t.reverses) = text_form(b.reverses) then t.reverses else b.reverses end,
           r.recorded_at, ppm_of(b.rate), b.payer, b.for_from, b.for_to, b.reason
      from verify_records('loan_event', since) r
     cross join lateral json_to_record(r.body) as b(
           contract_no text, reference text, kind text, "on" date, principal text, interest text, grade text,
           matures_on date, reverses text, rate text, payer text, for_from date, for_to date, reason text)
      left join loan_event t on t.id = r.id
     cross join lateral (
           select s.id
             from submission s
            where s.org_id = r.org_id and s.type = 'loan' and s.key_form = text_form(b.contract_no)
            order by (s.id = t.loan_id) desc nulls last, s.version
            limit 1) l
$$;

-- Every movement from the side of each of its accounts.
create or replace function verify_entries()
    returns table (account text, version bigint, on_day date, debit_fen bigint, credit_fen bigint)
    language sql stable as $$
    select t.debit, t.debit_version, t.on_day, t.amount_fen, 0::bigint from transfer t
    union all
    select t.credit, t.credit_version, t.on_day, 0, t.amount_fen from transfer t
$$;

-- Balances by the transfers and the open holds.
create or replace function verify_account_balance() returns setof account_balance language sql stable as $$
    select a.code, coalesce(e.n, 0), coalesce(e.debits, 0)::bigint, coalesce(e.credits, 0)::bigint,
           coalesce(h.fen, 0)::bigint
      from account a
      left join (select x.account, count(*) as n, sum(x.debit_fen) as debits, sum(x.credit_fen) as credits
                   from verify_entries() x
                  group by 1) e on e.account = a.code
      left join (select x.account, sum(x.amount_fen) as fen
                   from hold x
                  where not exists (select from hold_end d where d.hold = x.id)
                  group by 1) h on h.account = a.code
$$;

-- Sums by day: of all entries (block -1) and of blocks of 4,096.
create or replace function verify_account_day() returns setof account_day language sql stable as $$
    select x.account, b.block, x.on_day, sum(x.debit_fen)::bigint, sum(x.credit_fen)::bigint
      from verify_entries() x
     cross join lateral (values (x.version / 4096), (-1)) as b(block)
     group by 1, 2, 3
$$;

-- Sums of claims by what caps are reckoned over.
create or replace function verify_claim_sum() returns setof claim_sum language sql stable as $$
    select n.scheme_code, y.what, y.key, sum(n.fund_fen)::bigint
      from claim_now n
     cross join lateral (values ('loan', n.loan_id::text), ('enterprise', n.borrower),
                                ('bank', n.org_id || ' ' || n.year), ('fund', n.year::text),
                                (case when not n.paid then 'open' end, '')) as y(what, key)
     where n.counts and y.what is not null
     group by 1, 2, 3
$$;

-- What is owed on covers by day and by when it went bad.
create or replace function verify_coverage_sum() returns setof coverage_sum language sql stable as $$
    select c.scheme_code, c.org_id, c.on_day, coalesce(c.bad_from, 'infinity'),
           sum(coverage_weight_fen(c, c.owed_fen))::bigint,
           sum(coverage_weight_fen(c, coalesce(c.bad_fen, c.owed_fen)))::bigint
      from coverage c
     where c.owed_fen is not null and coverage_counts(c)
     group by 1, 2, 3, 4
$$;

-- Room that covers have reserved.
create or replace function verify_coverage_reserved() returns setof coverage_reserved language sql stable as $$
    select c.scheme_code, sum(c.amount_fen)::bigint
      from coverage c
     where c.state in ('requested', 'covered', 'suspended')
     group by 1
$$;

-- Loans by office and quarter.
create or replace function verify_loan_rollup() returns setof loan_rollup language sql stable as
    $$ select x.org_id, x.district, x.quarter, x.loans from loan_rollup_rows x $$;

-- Events of loans by quarter.
create or replace function verify_event_rollup() returns setof event_rollup language sql stable as
    $$ select x.org_id, x.quarter, x.events, x.late from event_rollup_rows x $$;

-- Records by the quarter in which they came.
create or replace function verify_received_rollup() returns setof received_rollup language sql stable as
    $$ select x.org_id, x.quarter, x.records, x.corrections, x.ids from received_rollup_rows x $$;

-- Numbers of the pledge register that several loans told.
create or replace function verify_pledge_no_shared() returns setof pledge_no_shared language sql stable as
    $$ select x.pledge_no, x.loans from pledge_no_shared_rows x $$;

-- Sums of loans by the rows of the report.
create or replace function verify_city_rollup() returns setof city_rollup language sql stable as $$
    select x.section, x.row_key, x.quarter, x.loans, x.amount_fen, x.registered_fen, x.patents, x.trademarks
      from city_rollup_rows x
$$;

-- What firms took by quarter.
create or replace function verify_firm_quarter() returns setof firm_quarter language sql stable as
    $$ select x.borrower, x.quarter, x.classes from firm_quarter_rows x $$;

-- Firms by the rows of the report.
create or replace function verify_city_firms() returns setof city_firms language sql stable as
    $$ select x.section, x.row_key, x.quarter, x.before, x.firms from city_firms_rows x $$;

-- Loans by day in the rows of the report, as of the mark: what rollup_days counts, of all firms and sections. Loans are
-- read once, firms go by number, and each section is dealt by itself: what is sorted stays small.
create or replace function verify_city_days() returns setof city_days language plpgsql stable as $$
-- @plpgsql_check_options: security_warnings = off
declare
    known_at constant timestamptz := (select h.signed_at from days_mark m join log_head h on h.size = m.leaf);
begin
    return query execute (select format('
        with told as materialized (
            select (dense_rank() over (order by l.borrower collate "C"))::int as firm, l.signed_on as day,
                   quarter_start(l.signed_on) as quarter, l.amount_fen as fen,
                   loan_registered_fen(l.registered_fen, l.amount_fen) as registered, l.patents, l.trademarks, %s
              from loan l
             where l.recorded_at <= $1
               and not exists (select from loan later
                                where later.id = l.id and later.version = l.version + 1 and later.version > 1
                                  and later.recorded_at <= $1)
               and not exists (select from loan_void v where v.loan_id = l.id and loan_void_at(v, $1))
        ) ',
        string_agg(format('%s as %I', e.expression, e.section), ', '))
        || string_agg(format('
        select %1$L, s.row_key, s.day, s.before, count(*), sum(s.fen)::bigint,
               sum(s.registered)::bigint, sum(s.patents), sum(s.trademarks), sum(s.is_first)
          from (select t.%1$I as row_key, t.day, t.fen, t.registered, t.patents, t.trademarks,
                       coalesce(max(t.quarter) over (
                           partition by t.firm, t.%1$I order by t.quarter
                           groups between unbounded preceding and 1 preceding), ''-infinity'') as before,
                       (row_number() over (
                           partition by t.firm, t.%1$I, t.quarter order by t.day) = 1)::int as is_first
                  from told t) s
         group by 2, 3, 4', e.section), ' union all ')
          from rollup_row_expression(null) e)
        using known_at;
end $$;

-- What days alone will do to balances, as of its mark.
create or replace function verify_balance_ahead() returns setof balance_ahead language sql stable as $$
    select s.*
      from (select m.ahead, h.signed_at from days_mark m join log_head h on h.size = m.ahead offset 0) x
     cross join lateral rollup_ahead_sums(rollup_ahead_touched(x.ahead), null, x.signed_at, null) s
$$;

-- Lives that were judged, at the ends of quarters. One that cannot be has none: so its balances are found, and then is
-- asked which event it is (verify_lives). Before accounts were kept by day interest had no bound.
create or replace function verify_life_bad(l loan, told loan_event[], ends date[], f loan_life) returns loan_life[]
    language plpgsql stable as $$
begin
    return case when verify_life_is_old(f) then loan_fold_days(l, told, ends, null) else '{}'::loan_life[] end;
end $$;

-- Was what cannot be taken before interest had a bound? A draw after the term was taken once, too: who has one on
-- record is not locked out by it.
create or replace function verify_life_is_old(f loan_life) returns boolean language plpgsql stable as $$
begin
    return f.bad_code = 'E_MATURED'
           or f.bad_pointer = '/interest'
              and (select e.recorded_at from loan_event e where e.id = f.bad_event)
                  < (select m.applied_at from schema_migration m where m.version = 28);
end $$;

-- Balances of loans with events, by quarter.
create or replace function verify_loan_balance() returns setof loan_balance language sql stable as $$
    select (t.l).id, b.quarter, (t.l).org_id, (t.l).borrower, b.v, b.state, b.matures_on
      from (select x.l, x.told, x.ends, x.told_in, loan_fold_days(x.l, x.told, x.ends, null, true) as lives
              from loans_told() x
            offset 0) t
     cross join lateral (select t.lives[cardinality(t.lives)] as f) last -- no event is later than the last of them
     cross join lateral rollup_lives(t.l, case when (last.f).bad_code is null then t.lives
                                               else verify_life_bad(t.l, t.told, t.ends, last.f) end,
                                     t.ends, '-infinity', t.told_in) b
$$;

-- Sums of balances.
create or replace function verify_balance_rollup() returns setof balance_rollup language sql stable as
    $$ select x.org_id, x.what, x.quarter, x.n from balance_rollup_rows x $$;

-- Balances of firms.
create or replace function verify_firm_balance() returns setof firm_balance language sql stable as
    $$ select x.borrower, x.what, x.org_id, x.quarter, x.n from firm_balance_rows x $$;

-- Firms with balances.
create or replace function verify_balance_firms() returns setof balance_firms language sql stable as
    $$ select x.org_id, x.what, x.quarter, x.firms from balance_firms_rows x $$;

-- A claim's amounts decided again by its net loss, its scheme, what its cover promised, and what its arithmetic says of
-- the day: what was paid in advance, and the limits that the fund met.
create or replace function verify_claim_split(terms scheme_terms, cover coverage, claimant text, net_loss bigint,
                                              lines json, out fund_fen bigint, out split json)
    language plpgsql stable as $$
declare
    c claim_case;
    y record;
    x record;
    rest record;
    bearer int;
    fund_at int;
    other_at int;
    amounts bigint[];
begin
    c.terms := terms;
    c.cover := cover;
    c.claimant := claimant;
    y := claim_layers(c, net_loss);
    bearer := array_position(y.parties, claimant);
    fund_at := claim_fund_at(y.parties, y.funds);
    amounts := claim_public_amounts(c, net_loss, y.parties, y.amounts);
    fund_fen := amounts[fund_at];
    for x in
        select m.line ->> 'line' as line, fen_of(m.line ->> 'amount') as fen
          from json_array_elements(lines) with ordinality as m(line, place)
         where m.line ->> 'line' ~ '^(paid_in_advance$|fund:)' or m.line ->> 'text' like '限额 %'
         order by m.place
    loop
        if x.line = 'paid_in_advance' then
            fund_fen := greatest(fund_fen + x.fen, 0);
        elsif x.line like 'fund:%' then -- what another fund bears at most
            other_at := array_position(y.funds, substr(x.line, 6));
            amounts[bearer] := amounts[bearer] + amounts[other_at] - x.fen;
            amounts[other_at] := x.fen;
        elsif x.fen < fund_fen then
            rest := claim_fund_limited(x.fen, bearer, fund_at, amounts, fund_fen);
            amounts := rest.amounts;
            fund_fen := rest.fund;
        end if;
    end loop;
    select json_agg(json_build_array(y.parties[i], y.shares[i], amounts[i]) order by i) into split
      from generate_subscripts(y.parties, 1) i;
end $$;

-- Does nobody else's payment stand in a layer of a claim's scheme?
create or replace function verify_claim_alone(c claim) returns boolean language sql stable as $$
    select (scheme_terms_of(s.body)).other_compensation is distinct from 'layered' from scheme s where s.id = c.scheme
$$;

-- Does a scheme with a cover, in the form that it has or had when a person confirmed it, give these amounts?
create or replace function verify_claim_given(c claim, net_loss bigint, fund bigint, split json, lines json)
    returns boolean language plpgsql stable as $$
begin
    return not verify_claim_alone(c) or exists (
        select from scheme s
         cross join lateral scheme_terms_of(s.body) t
          join coverage v on v.id = c.coverage
         cross join lateral (
               select v.terms
                union all
               select p.shown -> 'terms' from coverage_step p where p.coverage = v.id and p.shown -> 'terms' is not null
               ) as w(terms)
         cross join lateral verify_claim_split(t, json_populate_record(v, json_build_object('terms', w.terms)),
                                               c.claimant, net_loss, lines) x
         where s.id = c.scheme and (x.fund_fen, x.split::text) = (fund, verify_claim_given.split::text));
end $$;

-- When a claim was last judged.
create or replace function verify_claim_judged_at(c claim) returns timestamptz language sql stable as $$
    select coalesce((select max(s.recorded_at)
                       from claim_step s
                      where s.claim = c.id and s.step in ('accept', 'resubmit', 'approve', 'pay', 'renew')),
                    c.recorded_at)
$$;

-- The loan of a claim as the ledger knew it when that was last judged, before and after what was recorded with it.
create or replace function verify_claim_known(c claim) returns table (at timestamptz, l loan)
    language plpgsql stable as $$
declare
    judged_at constant timestamptz := verify_claim_judged_at(c);
begin
    return query
    select x.instant, k.v
      from unnest(array[judged_at, judged_at - interval '1 us']) as x(instant)
     cross join lateral (
           select v
             from loan v
            where v.id = c.loan_id and v.recorded_at <= x.instant
            order by v.version desc
            limit 1) k;
end $$;

-- What was owed on it by the ledger's own account: the more of both.
create or replace function verify_claim_owed(c claim) returns bigint language plpgsql stable as $$
begin
    return (select max((loan_fold(k.l, 'infinity', k.at, null)).outstanding_fen) from verify_claim_known(c) k);
end $$;

-- The most interest that could be claimed on it: the more of both.
create or replace function verify_claim_interest(c claim) returns bigint language plpgsql stable as $$
declare
    doc constant json := (select r.body from submission r where r.id = c.id and r.version = 1);
begin
    return (select max(m.interest_fen)
              from verify_claim_known(c) k
              join coverage v on v.id = c.coverage
             cross join lateral claim_loss_most(claim_case_of(c.org_id, doc, c.id, c.on_day, k.l, v, k.at)) m);
end $$;

-- The facts of a loan that an application was decided by, as they were known at an instant: those that are the ledger's
-- own. Balances and payments by day as far as they were told by the decision.
create or replace function verify_loan_facts(a application, at timestamptz) returns json language plpgsql stable as $$
declare
    l loan;
    first_day date;
    stretches text := a.facts ->> 'loan.stretches';
begin
    select v.* into l
      from loan v
     where v.id = a.loan_id and v.recorded_at <= verify_loan_facts.at
     order by v.version desc
     limit 1;
    if l.id is null then
        return json_build_object();
    end if;
    select min(t.on_day) into first_day from loan_told(l, at, null) t where t.kind = 'disbursed';
    return (select json_build_object(
                'loan.amount', yuan_text(c.loan_amount), 'loan.ip_amount', yuan_text(c.loan_ip_amount),
                'loan.rate', percent_text(c.loan_rate), 'loan.product', c.loan_product,
                'loan.drawn', yuan_text(c.loan_drawn), 'loan.interest_paid', yuan_text(c.loan_interest_paid),
                'loan.overdue_ever', c.loan_overdue_ever,
                'loan.signed_on', '1970-01-01'::date + c.loan_signed_on,
                'loan.disbursed_on', '1970-01-01'::date + c.loan_disbursed_on,
                'loan.registered_on', '1970-01-01'::date + c.loan_registered_on,
                'loan.matures_on', '1970-01-01'::date + c.loan_matures_on,
                'loan.settled_on', '1970-01-01'::date + c.loan_settled_on,
                'loan.patents', c.loan_patents, 'loan.trademarks', c.loan_trademarks,
                'loan.stretches', (
                    select string_agg(format('%s/%s %s %s', s.from_day, s.until_day, yuan_text(s.balance_fen),
                                             percent_text(s.rate_ppm)), '; ' order by s.from_day)
                      from loan_stretches(l, first_day, least(a.on_day, substring(stretches from
                           '.*/(\d{4}-\d\d-\d\d) ')::date), at) s
                     where stretches <> ''),
                'loan.paid_for', (
                    select string_agg(m.word || ':' || yuan_text(loan_interest_paid(l, first_day,
                               case when m.word = '0' then 'infinity'::date
                                    else (first_day + make_interval(months => m.word::int))::date end, at)), ' '
                               order by m.word::int)
                      from regexp_split_to_table(a.facts ->> 'loan.paid_for', ' ') p(part)
                     cross join lateral (select split_part(p.part, ':', 1) as word) m))
              from loan_cases(array[l.id], array[l.version], array[at]) c);
end $$;

-- Until when what stands was taken as it was by an upgrade: by the head of its leaf, which it has from the first start
-- on. What rules of the program judge is judged of what came since.
create or replace function verify_adopted_at() returns timestamptz language plpgsql stable as $$
begin
    return (select coalesce(max(coalesce(h.signed_at, a.adopted_at)), '-infinity'::timestamptz)
              from log_adoption a
              left join log_leaf f on f.record_id = a.flight and f.version = 0
              left join log_head h on h.size = f.head);
end $$;

-- Are two facts the same? Numbers may be written in several ways.
create or replace function verify_fact_same(one text, other text) returns boolean language sql immutable as $$
    select case when one = other then true
                when one ~ '^-?\d+(\.\d+)?$' and other ~ '^-?\d+(\.\d+)?$' then one::numeric = other::numeric
                else false end
$$;

-- Did an application's step lead from one state to another, now or by the log once? Of what was asked back a part may
-- come; what is refused then is as it was.
create or replace function verify_application_step(was text, step text, became text) returns boolean
    language sql stable as $$
    select exists (
        select from (select to_json(t) as t from application_transition t where t.state = was
                      union all
                     select verify_kept('application_transition', 'state', was)) x
         where x.t ->> 'step' = step
           and (x.t ->> 'next' = became or step = 'confirm' and became in ('demanded', 'paid')))
$$;

-- Had the token by which one record was made been revoked when another was made, by the order of the log? No clock
-- tells that: both stand in it, and what one flight took in is of one moment.
create or replace function verify_disowned_before(one uuid, other uuid) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from log_leaf o
          join log_leaf l on l.record_id = one and l.version = 1
         where o.record_id = other and o.version = 1 and verify_revoked_head(l.token) < o.head);
end $$;

-- The head that first covers that a token was revoked, as one which somebody else may have had; null: it was not.
create or replace function verify_revoked_head(digest bytea) returns bigint language plpgsql stable as $$
begin
    return (select min(f.head)
              from log_row r
              join log_leaf f on f.record_id = r.flight and f.version = 0
             where r.tab = 'token' and r.content ->> 'sha256' = digest::text
               and r.content ->> 'revoked_at' is not null and r.content ->> 'closed' is null);
end $$;

-- Could a loan be claimed on under its cover, as the ledger knew it before a step and with it?
create or replace function verify_cover_claimable(c coverage, at timestamptz) returns boolean
    language plpgsql stable as $$
begin
    return (select bool_and(least(loan_default_day(f.life, shanghai_day(at)), (f.life).written_off_on)
                            <= shanghai_day(at))
              from unnest(array[at, at - interval '1 us']) as x(known)
             cross join lateral (
                   select loan_fold(v, 'infinity', x.known, null) as life
                     from loan v
                    where v.id = c.loan_id and v.recorded_at <= x.known
                    order by v.version desc
                    limit 1) f);
end $$;

-- Is this what somebody asked to have covered, or the whole of the loan by a version of it?
create or replace function verify_cover_amount(c coverage, fen bigint) returns boolean
    language plpgsql stable as $$
begin
    return exists (select from submission r
                    where r.id = c.id and r.type = 'coverage' and fen_of(r.body ->> 'amount') = fen)
           or exists (select from loan v where v.id = c.loan_id and coverage_whole_fen(v) = fen);
end $$;

-- Are terms of a cover those of its scheme and of a version of its loan? What earlier ones did not name is not
-- compared; that a loan is its firm's first its bank said, the ledger may have known otherwise.
create or replace function verify_cover_terms(c coverage, told json, l loan) returns boolean
    language plpgsql stable as $$
begin
    c.amount_fen := fen_of(told ->> 'amount');
    return ((told ->> 'first_loan')::boolean is not true or coalesce(l.first_loan, false))
           and c.amount_fen <= l.amount_fen
           and verify_cover_amount(c, c.amount_fen)
           and not exists (
               select from jsonb_each(told::jsonb) t
                 join jsonb_each(coverage_terms(c, l, null)::jsonb) e on e.key = t.key
                where t.key not in ('first_loan', 'uplift') and t.value <> e.value);
end $$;

-- Did two persons of finance end a cover that could be claimed on? The first word is none once something happened
-- since, or by a token that had been revoked.
create or replace function verify_cover_ended(c coverage, s coverage_step) returns boolean language plpgsql stable as $$
declare
    last uuid;
begin
    select r.id into last
      from submission r
      join org o on o.id = r.org_id and o.kind = 'finance'
     where r.recorded_at = s.recorded_at and r.type = 'coverage_step' and r.body ->> 'coverage' = s.coverage::text
       and r.recorded_by = s.recorded_by;
    return last is null or not coalesce(verify_cover_claimable(c, s.recorded_at), false) or exists (
        select from coverage_step f
          join submission r on r.recorded_at = f.recorded_at and r.type = 'coverage_step'
                           and r.body ->> 'coverage' = f.coverage::text and r.recorded_by = f.recorded_by
         where f.coverage = s.coverage and f.step = 'end' and f.n < s.n
           and not person_was_same(f.recorded_by, s.recorded_by, s.recorded_at)
           and not coalesce(verify_disowned_before(r.id, last), false)
           and not exists (select from coverage_step b
                            where b.coverage = s.coverage and b.step <> 'end' and b.n between f.n and s.n));
end $$;

-- The column of a record that its leaf does not bear out (token: that of the leaf): the one with which, as it may have
-- been, the leaf's text comes out. Found by trying; a reason has nothing to be made from and is what remains.
create or replace function verify_record_column(leaf log_leaf) returns text language plpgsql stable as $$
declare
    r submission;
    tried submission;
    digest text;
    word text;
begin
    select s.* into r from submission s where s.id = leaf.record_id and s.version = leaf.version;
    if not found then
        return null;
    end if;
    digest := encode(sha256(convert_to(r.body::text, 'UTF8')), 'hex');
    if verify_leaf_fits(leaf, r, digest, leaf.token) then
        return null;
    elsif verify_leaf_fits(leaf, r, encode(r.sha256, 'hex'), leaf.token) then
        return 'body';
    end if;
    tried := r;
    tried.recorded_at := (select h.signed_at from log_head h where h.size = leaf.head);
    if verify_leaf_fits(leaf, tried, digest, leaf.token) then
        return 'recorded_at';
    end if;
    tried := r;
    tried.key_form := text_form(r.key);
    if verify_leaf_fits(leaf, tried, digest, leaf.token) then
        return 'key_form';
    end if;
    for word in select o.id::text from org o loop
        tried := r;
        tried.org_id := word::bigint;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'org_id';
        end if;
    end loop;
    for word in select t.name from record_type t loop
        tried := r;
        tried.type := word;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'type';
        end if;
    end loop;
    for word in select m.value from json_each_text(r.body) m union select '' union select r.key
                union select r.subject union select city_code() loop
        tried := r;
        tried.key := word;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'key';
        end if;
        tried := r;
        tried.subject := word;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'subject';
        end if;
        tried := r;
        tried.district := word;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'district';
        end if;
        tried := r;
        tried.parties := array_remove(array[word], '');
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'parties';
        end if;
        tried := r;
        tried.on_day := coalesce(substring(word from '^\d{4}-\d\d-\d\d$')::date, shanghai_day(r.recorded_at));
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'on_day';
        end if;
    end loop;
    for word in select distinct s.recorded_by from submission s where s.org_id = r.org_id loop
        tried := r;
        tried.recorded_by := word;
        if verify_leaf_fits(leaf, tried, digest, leaf.token) then
            return 'recorded_by';
        end if;
    end loop;
    if exists (select where verify_leaf_fits(leaf, r, digest, null))
       or exists (select from token t where t.org_id = r.org_id and verify_leaf_fits(leaf, r, digest, t.sha256)) then
        return 'token';
    end if;
    return case when r.version > 1 then 'reason' else 'envelope' end;
end $$;

-- What rows of a table that says what may be were once, by the log: of one that was changed, or taken away, by an
-- upgrade. named: the column by which they are found.
create or replace function verify_kept(tab text, named text, key text) returns setof json language sql stable as $$
    select r.content
      from log_row r
     where r.tab = verify_kept.tab and r.content ->> named = key
       and exists (select from log_leaf l where l.record_id = r.flight and l.version = 0)
$$;

-- Does a leaf hash the text of this record?
create or replace function verify_leaf_fits(leaf log_leaf, r submission, digest text, token bytea) returns boolean
    language sql stable as
    $$ select leaf.hash = sha256('\x00'::bytea || convert_to(log_record_text(r, leaf.form, digest, token), 'UTF8')) $$;
