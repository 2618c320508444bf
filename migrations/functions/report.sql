-- The quarterly report: which record stands in which row of a section, and what it adds to each column.

-- The last day of the quarter before that compares with cut: of a whole quarter the whole quarter before.
create or replace function report_cut_before(first date, cut date) returns date
    language sql immutable parallel safe as $$
    select case when cut = (first + interval '3 months')::date - 1 then first - 1
                else least((cut - interval '3 months')::date, first - 1) end
$$;

-- Versions of loans that count no more, of which whoever asks does not see that: a later one took their place that
-- moved the loan out of his sight. Who sees all versions of a loan has none.
create or replace function loans_moved(known_at timestamptz) returns table (id uuid, version int)
    language plpgsql stable rows 10000 security definer set search_path = public, pg_temp as $$
begin
    if my_kind() in ('finance', 'ip_office', 'auditor', 'bank') then
        return;
    end if;
    return query
    select l.id, l.version - 1
      from loan l
     where l.version > 1 and (loans_moved.known_at is null or l.recorded_at <= loans_moved.known_at);
end $$;

-- Loans as known, each in the version that counted: no later one took its place, and it is not void. The planner puts
-- it in place of the call, so that whoever asks for some loans alone has only those looked at.
create or replace function loans_at(known_at timestamptz) returns setof loan language sql stable rows 100000 as $$
    select l.*
      from loan l
     where (known_at is null or l.recorded_at <= known_at)
       and exists (select from loan later -- as a join it would be made for the few that row-level security leaves
                    where later.id = l.id and later.version = l.version + 1 and later.version > 1
                      and (known_at is null or later.recorded_at <= known_at)) is not true
       and not exists (select from loan_void v where v.loan_id = l.id and loan_void_at(v, known_at))
       and not exists (select from loans_moved(known_at) x where x.id = l.id and x.version = l.version)
$$;

-- What the register of pledges secures of a loan: as told, else its amount.
create or replace function loan_registered_fen(registered_fen bigint, amount_fen bigint) returns bigint
    language sql immutable parallel safe as
    $$ select coalesce(registered_fen, amount_fen) $$;

-- Loans as known, with the day by which they count (null: it has none), up to the last day that counts.
create or replace function loans_known(cut date, known_at timestamptz, basis text)
    returns table (id uuid, version int, org_id bigint, firm text, district text, product text,
                   industry text, size text, first_loan boolean, amount_fen bigint,
                   patents int, trademarks int, on_day date, registered_fen bigint)
    language sql stable as $$
    select l.id, l.version, l.org_id, l.borrower, l.district, l.product, l.industry, l.size, l.first_loan, l.amount_fen,
           l.patents, l.trademarks,
           case basis when 'registered_on' then l.registered_on when 'disbursed_on' then l.disbursed_on
                      else l.signed_on end, loan_registered_fen(l.registered_fen, l.amount_fen)
      from loans_at(known_at) l
     where case basis when 'registered_on' then l.registered_on when 'disbursed_on' then l.disbursed_on
                      else l.signed_on end <= cut
$$;

-- Count and amount of one loan: in the quarter, the same of last year, the quarter before, the year to date, the
-- same of last year, since the plan began; each up to the day that compares with cut.
create or replace function loan_sums(on_day date, amount bigint, first date, cut date, plan date) returns bigint[]
    language sql immutable parallel safe as $$
    select array[
        case when on_day >= first then 1 else 0 end,
        case when on_day >= first then amount else 0 end,
        case when on_day between year_before(first) and year_before(cut) then 1 else 0 end,
        case when on_day between year_before(first) and year_before(cut) then amount else 0 end,
        case when on_day between (first - interval '3 months')::date and report_cut_before(first, cut)
             then 1 else 0 end,
        case when on_day between (first - interval '3 months')::date and report_cut_before(first, cut)
             then amount else 0 end,
        case when on_day >= year_start(first) then 1 else 0 end,
        case when on_day >= year_start(first) then amount else 0 end,
        case when on_day between year_before(year_start(first)) and year_before(cut) then 1 else 0 end,
        case when on_day between year_before(year_start(first)) and year_before(cut) then amount else 0 end,
        case when on_day >= plan then 1 else 0 end,
        case when on_day >= plan then amount else 0 end]::bigint[]
$$;

-- The loans that a report counts, each with its part in every column of the sums.
create or replace function loans_counted(first date, cut date, known_at timestamptz, basis text)
    returns table (id uuid, version int, org_id bigint, firm text, district text, product text,
                   industry text, size text, first_loan boolean, amount_fen bigint,
                   patents int, trademarks int, v bigint[], registered_fen bigint)
    language sql stable as $$
    -- Once: a sub-select of a join is made again for every loan. And with it this stays a query of its own, so that the
    -- sums of a loan are made once, not once for each column that is read of them, while whoever asks for some loans
    -- alone has only those looked at.
    with plan as materialized (
        select plan_first_day(first, known_at) as day
    )
    select l.id, l.version, l.org_id, l.firm, l.district, l.product, l.industry, l.size, l.first_loan, l.amount_fen,
           l.patents, l.trademarks, loan_sums(l.on_day, l.amount_fen, first, cut, p.day), l.registered_fen
      from loans_known(cut, known_at, basis) l
     cross join plan p
     where l.on_day >= least(p.day, year_before(year_start(first)))
$$;

-- What the report and its rollups tell loans apart by, each once. A loan secured by patents and trademarks stands in
-- a row of its own, so that the rows add up.
create or replace function loan_secured_by(patents int, trademarks int) returns text
    language sql immutable parallel safe as
    $$ select case when trademarks = 0 then 'patent' when patents = 0 then 'trademark' else 'mixed' end $$;

-- By the lowest and the highest of its rights' kinds: several when not all of them are of one.
create or replace function loan_right_kind(lowest text, highest text) returns text
    language sql immutable parallel safe as
    $$ select case when lowest = highest then lowest else 'several' end $$;

-- Section of GB/T 4754.
create or replace function loan_industry_section(industry text) returns text language sql immutable parallel safe as
    $$ select coalesce(left(industry, 1), 'unknown') $$;

-- Small is a loan of at most 10 million yuan (1,000 万元), as the share is published.
create or replace function loan_amount_class(amount_fen bigint) returns text language sql immutable parallel safe as
    $$ select case when amount_fen <= 1000000000 then 'small' else 'larger' end $$;

-- Whether a loan is the first of its borrower.
create or replace function loan_firstness(first_loan boolean) returns text language sql immutable parallel safe as
    $$ select case first_loan when true then 'first' when false then 'further' else 'unknown' end $$;

-- Rows are measures: of each the six periods.
create or replace function report_facts_headline(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select m.row_key, l.id, l.version, 'loan', record_key(l.id, l.version), m.firm, m.v
      from loans_counted(first, cut, known_at, basis) l
     cross join lateral (values
           ('count', l.firm, array[l.v[1], l.v[3], l.v[5], l.v[7], l.v[9], l.v[11]]),
           ('amount', l.firm, array[l.v[2], l.v[4], l.v[6], l.v[8], l.v[10], l.v[12]]),
           ('patents', null, array[l.patents * l.v[1], l.patents * l.v[3], l.patents * l.v[5], l.patents * l.v[7],
                                   l.patents * l.v[9], l.patents * l.v[11]]),
           ('trademarks', null, array[l.trademarks * l.v[1], l.trademarks * l.v[3], l.trademarks * l.v[5],
                                      l.trademarks * l.v[7], l.trademarks * l.v[9], l.trademarks * l.v[11]]))
           as m(row_key, firm, v)
$$;

-- Every quarter of the plan so far beside the same of last year and the one before.
create or replace function report_facts_by_quarter(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select to_char(q.first, 'YYYY"Q"Q'), l.id, l.version, 'loan', record_key(l.id, l.version), l.firm,
           array[case when q.ahead = 0 then 1 else 0 end, case when q.ahead = 0 then l.amount_fen else 0 end,
                 case when q.ahead = 4 then 1 else 0 end, case when q.ahead = 4 then l.amount_fen else 0 end,
                 case when q.ahead = 1 then 1 else 0 end, case when q.ahead = 1 then l.amount_fen else 0 end]::bigint[]
      from loans_known(cut, known_at, basis) l
     cross join lateral (
           select k.ahead, (date_trunc('quarter', l.on_day::timestamp) + k.ahead * interval '3 months')::date as first
             from (values (0), (1), (4)) as k(ahead)) q
     where q.first between (select plan_first_day(report_facts_by_quarter.first, known_at))
                       and report_facts_by_quarter.first
       and (q.first < report_facts_by_quarter.first
            or l.on_day <= case q.ahead when 0 then cut
                                when 1 then report_cut_before(report_facts_by_quarter.first, cut)
                                else year_before(cut) end)
$$;

-- Loans by the district of the borrower. 13: what is registered of those of the quarter; here and by bank.
create or replace function report_facts_by_district(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select l.district, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v || l.v[1] * l.registered_fen
      from loans_counted(first, cut, known_at, basis) l
$$;

-- Loans by the bank that lent.
create or replace function report_facts_by_bank(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select o.code, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v || l.v[1] * l.registered_fen
      from loans_counted(first, cut, known_at, basis) l
      join org o on o.id = l.org_id
$$;

-- Loans by what secures them.
create or replace function report_facts_by_kind(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select loan_secured_by(l.patents, l.trademarks),
           l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- The same by kinds of rights.
create or replace function report_facts_by_ip_kind(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select loan_right_kind(k.least, k.most), l.id, l.version, 'loan',
           record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
     cross join lateral (
           select min(p.kind) as least, max(p.kind) as most
             from loan_ip p
            where p.record_id = l.id and p.version = l.version
           having count(*) > 0) k
$$;

-- Loans by product.
create or replace function report_facts_by_product(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select l.product, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- Loans by the size of the borrower.
create or replace function report_facts_by_size(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select l.size, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- By section of GB/T 4754.
create or replace function report_facts_by_industry(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select loan_industry_section(l.industry), l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- The published share of small loans.
create or replace function report_facts_small_loans(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select loan_amount_class(l.amount_fen), l.id, l.version, 'loan',
           record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- Loans by whether they are the first of their borrower.
create or replace function report_facts_first_loans(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select loan_firstness(l.first_loan), l.id, l.version, 'loan', record_key(l.id, l.version), l.firm, l.v
      from loans_counted(first, cut, known_at, basis) l
$$;

-- What the plan measures in loans (T1 to T3; the other targets count by indicators). growth: the year to date and the
-- same of last year; total: all of the plan so far.
create or replace function report_facts_targets(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select t.id, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm,
           case when t.kind = 'growth' and t.metric = 'amount' then array[l.v[8], l.v[10]]
                when t.kind = 'growth' then array[l.v[7], l.v[9]]
                when t.metric = 'amount' then array[l.v[12], null]
                else array[l.v[11], null] end
      from plan_at(report_facts_targets.known_at) p
      join plan_version_target t on t.plan = p.code and t.version = p.version and t.metric in ('amount', 'count')
     cross join loans_counted(first, least(cut, make_date(p.last_year, 12, 31)), known_at, report_facts_targets.basis) l
     where p.code = plan_of(report_facts_targets.first, report_facts_targets.known_at)
$$;

-- What the events of loans come to by the end of a day, where adding them up tells: what was drawn (a draw without
-- an amount is of the whole loan), what came back, whether all is settled, the term as extended. troubled: their order
-- matters, or one of them was reversed; loan_fold tells of these. loans: of these alone; null: of all. Runs as the
-- owner, as loan_fold does.
create or replace function loan_event_sums(cut date, known_at timestamptz, loans uuid[])
    returns table (loan_id uuid, troubled boolean, told boolean, drawn_fen bigint, drawn_whole bigint, back_fen bigint,
                   settled boolean, matures_on date)
    language plpgsql stable rows 100000 security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
    return query
    select e.loan_id,
           bool_or(e.kind in ('reversed', 'overdue', 'classified', 'written_off', 'recovered', 'transferred')),
           bool_or(e.kind = 'disbursed'), -- on any day: then the loan's own day of disbursement does not count
           coalesce(sum(e.principal_fen) filter (where e.kind = 'disbursed' and e.on_day <= cut), 0)::bigint,
           count(*) filter (where e.kind = 'disbursed' and e.on_day <= cut and e.principal_fen is null),
           coalesce(sum(e.principal_fen) filter (where e.kind = 'repaid' and e.on_day <= cut), 0)::bigint,
           coalesce(bool_or(e.kind = 'settled') filter (where e.on_day <= cut), false),
           max(e.matures_on) filter (where e.kind = 'extended' and e.on_day <= cut)
      from loan_event e
     where (known_at is null or e.recorded_at <= known_at)
       and (loans is null or e.loan_id = any (loans))
     group by e.loan_id;
end $$;

-- Each loan as it stands at the end of a day; loans: these alone, null: all.
create or replace function loans_standing(cut date, known_at timestamptz, loans uuid[])
    returns table (id uuid, version int, org_id bigint, firm text, amount_fen bigint, signed_on date, state text,
                   outstanding_fen bigint, overdue_fen bigint, bad_since date, matures_on date)
    language sql stable as $$
    select l.id, l.version, l.org_id, l.borrower, l.amount_fen, l.signed_on, f.*
      from loans_at(known_at) l
      left join loan_event_sums(cut, known_at, loans) e on e.loan_id = l.id
     cross join lateral (
           select x.state, x.outstanding_fen, x.overdue_fen, x.bad_since, x.matures_on
             from loan_fold(l, cut, known_at, null) x
            where e.troubled
           union all
           select case when e.settled then 'settled'
                       when not coalesce(case when e.told then e.drawn_fen > 0 or e.drawn_whole > 0
                                              else l.disbursed_on <= cut end, false) then 'signed'
                       when coalesce(e.matures_on, l.matures_on) < cut then 'matured'
                       else 'active' end,
                  case when e.settled then 0
                       when e.told then e.drawn_fen + e.drawn_whole * l.amount_fen - e.back_fen
                       when l.disbursed_on <= cut then l.amount_fen - coalesce(e.back_fen, 0)
                       else 0 end, 0, null, coalesce(e.matures_on, l.matures_on)
            where not coalesce(e.troubled, false)) f
     where loans is null or l.id = any (loans)
$$;

-- By bank at the end of the day cut: loans outstanding; principal overdue; outstanding graded substandard or worse
-- (不良); written off and not come back, which is off the books and stands beside them; past its term without a word
-- of what became of it. A loan without events is outstanding from its day of disbursement. loans: of these alone;
-- null: of all.
create or replace function report_balances(first date, cut date, known_at timestamptz, loans uuid[])
    returns setof report_fact language sql stable as $$
    select o.code, l.id, l.version, 'loan', record_key(l.id, l.version), l.firm,
           case when l.state = 'written_off' then array[0, 0, 0, 0, 0, 0, 1, l.outstanding_fen, 0, 0]
                else array[1, l.outstanding_fen,
                           case when l.state = 'overdue' then 1 else 0 end, l.overdue_fen,
                           case when l.bad_since is not null then 1 else 0 end,
                           case when l.bad_since is not null then l.outstanding_fen else 0 end, 0, 0,
                           case when l.state = 'matured' then 1 else 0 end,
                           case when l.state = 'matured' then l.outstanding_fen else 0 end] end::bigint[]
      from loans_standing(cut, known_at, loans) l
      join org o on o.id = l.org_id
     where l.signed_on <= cut
       and l.outstanding_fen > 0
$$;

-- What all loans stand at.
create or replace function report_facts_balances(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as
    $$ select f.* from report_balances(first, cut, known_at, null) f $$;

-- The last day of a hold. Runs as the owner: holds are the city offices' to see, a bank sees its own claims.
create or replace function hold_until(hold_id uuid) returns date
    language sql stable security definer set search_path = public, pg_temp as
    $$ select h.until_day from hold h where h.id = hold_id $$;

-- Who sees the funds of all schemes.
create or replace function report_sees_funds() returns boolean language sql stable as
    $$ select my_kind() in ('finance', 'ip_office', 'auditor') $$;

-- Every movement of a fund: before the quarter, in it by cause, up to cut; and what is approved and held by then.
-- What went out is negative, so that a row adds up from the left to the right. Only offices see all of a fund: to
-- others neither opening nor closing would mean anything.
create or replace function report_facts_fund(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select m.scheme, m.id, 1, 'transfer', m.reference, m.firm,
           array[case when report_sees_funds() then case when m.on_day < first then m.fen else 0 end end,
                 case when m.on_day >= first and m.cause = 'appropriation' then m.fen else 0 end,
                 case when m.on_day >= first and m.cause = 'compensation' then m.fen else 0 end,
                 case when m.on_day >= first and m.cause = 'recovery' then m.fen else 0 end,
                 case when m.on_day >= first and m.cause = 'return' then m.fen else 0 end,
                 case when m.on_day >= first and m.cause = 'adjustment' then m.fen else 0 end,
                 case when report_sees_funds() then m.fen end,
                 0]::bigint[]
      from (select a.scheme, t.id, t.reference, t.on_day,
                   case when t.debit = a.code then t.amount_fen else -t.amount_fen end as fen,
                   case when t.cause = 'reversal' then (select x.cause from transfer x where x.id = t.reverses)
                        else t.cause end as cause,
                   (select c.borrower from claim c where c.id = t.cause_id) as firm
              from (select distinct s.code as scheme, 'fund:' || s.code as code from scheme s) a
              join transfer t on a.code in (t.debit, t.credit)
             where t.on_day <= cut
               and (known_at is null or t.recorded_at <= known_at)) m
    union all
    select c.scheme_code, c.id, 1, 'claim', c.reference, c.borrower,
           array[case when report_sees_funds() then 0 end, 0, 0, 0, 0, 0,
                 case when report_sees_funds() then 0 end, s.fund_fen]::bigint[]
      from claim_step s
      join claim c on c.id = s.claim
     where s.step = 'approve' and s.on_day <= cut
       and (known_at is null or s.recorded_at <= known_at)
       and hold_until(s.hold) >= least(cut, today())
       and not exists (select from claim_step x
                        where x.claim = s.claim and x.n = s.n + 1 and x.on_day <= cut
                          and (known_at is null or x.recorded_at <= known_at))
$$;

-- Claims with the state that their steps up to cut have led to: filed in the quarter and so far, what the fund bears
-- of them; paid and come back in the quarter and so far.
create or replace function claims_counted(first date, cut date, known_at timestamptz)
    returns table (id uuid, reference text, firm text, scheme_code text, state text, v bigint[])
    language sql stable as $$
    select c.id, c.reference, c.borrower, c.scheme_code, coalesce(s.state, 'submitted'),
           array[case when c.on_day >= first then 1 else 0 end,
                 case when c.on_day >= first then x.net_loss else 0 end,
                 case when c.on_day >= first then c.fund_fen else 0 end,
                 1, x.net_loss, c.fund_fen, s.paid, s.paid_all, s.back, s.back_all]::bigint[]
      from claim c
     cross join lateral ( -- a loss counts once: without what the claims before it had claimed
           select c.net_loss_fen - coalesce(sum(fen_of(y ->> 'amount')), 0)::bigint as net_loss
             from json_array_elements(c.account -> 'lines') y
            where y ->> 'line' = 'claimed_before') x
     cross join lateral (
           select (array_agg(x.state order by x.n desc))[1] as state,
                  coalesce(sum(x.fund_fen) filter (where x.step = 'pay' and x.on_day >= first), 0) as paid,
                  coalesce(sum(x.fund_fen) filter (where x.step = 'pay'), 0) as paid_all,
                  coalesce(sum(y.back) filter (where x.on_day >= first), 0) as back,
                  coalesce(sum(y.back), 0) as back_all
             from claim_step x
            cross join lateral (select case when x.step in ('recover', 'receive', 'cure', 'close') then x.fund_fen
                                            when x.step = 'accept_costs' then -x.fund_fen end as back) y
            where x.claim = c.id and x.on_day <= cut
              and (known_at is null or x.recorded_at <= known_at)) s
     where c.on_day <= cut
       and (known_at is null or c.recorded_at <= known_at)
$$;

-- Claims by their state.
create or replace function report_facts_claims(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select c.state, c.id, 1, 'claim', c.reference, c.firm, c.v from claims_counted(first, cut, known_at) c
$$;

-- Claims by scheme.
create or replace function report_facts_claims_by_scheme(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select c.scheme_code, c.id, 1, 'claim', c.reference, c.firm, c.v from claims_counted(first, cut, known_at) c
$$;

-- Cover by scheme and bank as it stood at the end of a day: loans covered, for how much, what is owed on them and how
-- much of it is bad; and what each scheme may still cover.
create or replace function report_facts_coverage(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select c.scheme_code || ' ' || o.code, c.loan_id, c.loan_version, 'loan', c.reference, c.borrower,
           array[1, c.amount_fen, f.owed, case when f.bad then f.owed else 0 end, 0]::bigint[]
      from coverage c
      join org o on o.id = c.org_id
     cross join lateral (select x.owed, x.bad from coverage_on(c, cut, known_at) x) f
     where coverage_state_on(c, cut, known_at) in ('covered', 'suspended')
    union all
    select s.code, s.id, 1, 'scheme', s.code, '', array[0, 0, 0, 0, r.room]::bigint[]
      from (select distinct on (x.code) x.*
              from scheme x where x.effective_from <= cut
             order by x.code, x.effective_from desc) s
     cross join lateral (
           select coverage_room_left(s.code, (scheme_terms_of(s.body)).leverage_limit, cut, known_at) as room) r
     where r.room is not null and report_sees_funds()
$$;

-- Where an application stood at the end of a day. What it began as is not written down: money was held for it in
-- the transaction that stored it, or it waited. Runs as the owner: holds are the city offices' to see.
create or replace function application_state_on(a application, cut date, known_at timestamptz) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
           (select s.state from application_step s
             where s.application = (a).id and s.on_day <= cut and (known_at is null or s.recorded_at <= known_at)
             order by s.n desc limit 1),
           case when (a).amount_fen = 0 then 'refused'
                when exists (select from hold h where h.id = (a).id and h.recorded_at = (a).recorded_at) then 'reserved'
                else 'queued' end)
$$;

-- By policy: applications of the quarter; what is promised and what waits at the end of cut; what was approved, paid
-- and clawed back in the quarter; the budget of the year and what is left of it, less what is promised from it.
create or replace function report_facts_subsidies(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    with budget as (
        select distinct p.code as policy, budget_account(p, extract(year from first)::int) as account from policy p
    )
    select a.policy_code, a.id, 1, 'application', a.reference, a.borrower,
           array[case when a.on_day >= first then 1 else 0 end,
                 case when a.on_day >= first then a.amount_fen else 0 end,
                 case when s.state in ('reserved', 'approved') then a.amount_fen else 0 end,
                 case when s.state = 'queued' then a.amount_fen else 0 end,
                 case when exists (select from application_step x
                                    where x.application = a.id and x.step = 'approve' and x.on_day between first and cut
                                      and (known_at is null or x.recorded_at <= known_at)) then a.amount_fen else 0 end,
                 0, 0, 0,
                 case when s.state in ('reserved', 'approved')
                       and exists (select from budget b where b.policy = a.policy_code and b.account = a.account)
                      then -a.amount_fen else 0 end]::bigint[]
      from application a
     cross join lateral (select application_state_on(a, cut, known_at) as state) s
     where a.on_day <= cut
       and (known_at is null or a.recorded_at <= known_at)
    union all
    select a.policy_code, t.id, 1, 'transfer', t.reference, a.borrower,
           array[0, 0, 0, 0, 0,
                 case when t.on_day >= first and t.cause = 'subsidy' then t.amount_fen else 0 end,
                 case when t.on_day >= first and t.cause = 'clawback' then t.amount_fen else 0 end,
                 0,
                 case when not exists (select from budget b where b.policy = a.policy_code and b.account = a.account)
                      then 0
                      when t.cause = 'subsidy' then -t.amount_fen else t.amount_fen end]::bigint[]
      from transfer t
      join application a on a.id = t.cause_id
     where t.cause in ('subsidy', 'clawback') and t.on_day <= cut
       and (known_at is null or t.recorded_at <= known_at)
    union all
    select m.policy, m.id, 1, 'transfer', m.reference, null, array[0, 0, 0, 0, 0, 0, 0, m.fen, m.fen]::bigint[]
      from (select b.policy, t.id, t.reference,
                   case when t.debit = b.account then t.amount_fen else -t.amount_fen end as fen
              from budget b
              join transfer t on b.account in (t.debit, t.credit)
              join submission r on r.id = t.id and r.version = 1 and r.type = 'budget'
                               and r.body ->> 'policy' = b.policy
             where t.cause in ('appropriation', 'carry_over', 'budget_return') and t.on_day <= cut
               and (known_at is null or t.recorded_at <= known_at)) m
$$;

-- Policies count on the day they begin, claims on the day they are filed, what is paid on the day it was decided.
create or replace function report_facts_insurance(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    select p.kind, p.id, p.version, 'insurance_policy', p.policy_no, p.insured,
           array[case when p.starts_on >= first then 1 else 0 end,
                 case when p.starts_on >= first then p.sum_insured_fen else 0 end,
                 case when p.starts_on >= first then p.premium_fen else 0 end,
                 case when p.starts_on between year_before(first) and year_before(cut) then 1 else 0 end,
                 case when p.starts_on between year_before(first) and year_before(cut)
                      then p.sum_insured_fen else 0 end,
                 case when p.starts_on >= year_start(first) then 1 else 0 end,
                 case when p.starts_on >= year_start(first) then p.sum_insured_fen else 0 end,
                 case when p.starts_on >= year_start(first) then p.premium_fen else 0 end,
                 0, 0, 0]::bigint[]
      from insurance_policy p
     where p.starts_on between year_before(first) and cut
       and not isempty(p.cover)
       and (known_at is null or p.recorded_at <= known_at)
       and not record_has_later(p.id, p.version, known_at)
    union all
    select c.kind, c.id, c.version, 'insurance_claim', c.claim_no, c.insured,
           array[0, 0, 0, 0, 0, 0, 0, 0,
                 case when c.filed_on >= first then 1 else 0 end,
                 case when c.filed_on >= first then c.claimed_fen else 0 end,
                 case when c.decided_on between first and cut then c.paid_fen else 0 end]::bigint[]
      from insurance_claim c
     where c.filed_on <= cut
       and c.outcome <> 'withdrawn'
       and (known_at is null or c.recorded_at <= known_at)
       and not record_has_later(c.id, c.version, known_at)
$$;

-- By kind of issue: issued in the quarter, the same quarter of last year and so far; principal repaid in the quarter
-- and so far; what is outstanding.
create or replace function report_facts_securitisation(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
    with issue as (
        select r.id, r.version, r.org_id, r.key, r.on_day, r.body ->> 'kind' as kind,
               r.body ->> 'originator_uscc' as firm,
               fen_of(r.body ->> 'amount') as fen, json_array_length(r.body -> 'tranches') as tranches
          from submission r
         where r.type = 'securitisation' and r.on_day <= cut
           and (known_at is null or r.recorded_at <= known_at)
           and not record_has_later(r.id, r.version, known_at)
    )
    select i.kind, i.id, i.version, 'securitisation', i.key, i.firm,
           array[case when i.on_day >= first then 1 else 0 end,
                 case when i.on_day >= first then i.fen else 0 end,
                 case when i.on_day >= first then i.tranches else 0 end,
                 case when i.on_day between year_before(first) and year_before(cut) then i.fen else 0 end,
                 1, i.fen, 0, 0, i.fen]::bigint[]
      from issue i
    union all
    select i.kind, r.id, r.version, 'securitisation_event', r.key, i.firm,
           array[0, 0, 0, 0, 0, 0, case when r.on_day >= first then fen_of(r.body ->> 'amount') else 0 end,
                 fen_of(r.body ->> 'amount'), -fen_of(r.body ->> 'amount')]::bigint[]
      from submission r
      join issue i on i.key = r.subject and i.org_id = r.org_id
     where r.type = 'securitisation_event' and r.body ->> 'kind' = 'principal' and r.on_day <= cut
       and (known_at is null or r.recorded_at <= known_at)
       and not record_has_later(r.id, r.version, known_at)
$$;

-- `what` for each of the columns that a fact may have, # being its number.
create or replace function report_wide(what text) returns text language sql immutable as
    $$ select string_agg(replace(what, '#', n::text), ', ' order by n) from generate_series(1, 13) n $$;

-- From the records themselves.
create or replace function report_cells_of_facts(section text, first date, cut date, known_at timestamptz, basis text)
    returns setof report_cells_row
    language plpgsql stable as $$
begin
    return query select * from report_cells_of_loans(section, first, cut, known_at, basis, null);
end $$;

-- From the records of some loans alone (null: of all). Per firm first: distinct firms come for nothing then.
create or replace function report_cells_of_loans(section text, first date, cut date, known_at timestamptz, basis text,
                                                 loans uuid[]) returns setof report_cells_row
    language plpgsql stable as $$
declare
    narrow constant text := case when loans is not null then (
        select s.narrow from report_sections() s where s.section = report_cells_of_loans.section) end;
begin
    return query execute format('
        with firm as materialized (
            select f.row_key, f.firm, count(*) as facts, array[%s] as v, array[%s] as n
              from (select x.row_key, x.firm, x.v from %I($1, $2, $3, %s) x where %s offset 0) f
             group by f.row_key, f.firm
        ),
        whole as (
            select f.firm, sum(f.facts) as facts, array[%s] as v, array[%s] as n
              from firm f
             group by f.firm
        )
        select f.row_key, array[%s], array[%s], sum(f.facts)::bigint from firm f group by f.row_key
        union all
        select null, array[%s], array[%s], coalesce(sum(f.facts), 0)::bigint from whole f',
        report_wide('sum(f.v[#])::bigint'), report_wide('count(*) filter (where f.v[#] <> 0)'),
        coalesce(narrow, 'report_facts_' || section), case when narrow is null then '$4' else '$5' end,
        case when loans is null or narrow is not null then 'true' else 'x.id = any ($5)' end,
        report_wide('sum(f.v[#])::bigint'), report_wide('sum(f.n[#])::bigint'),
        report_wide('sum(f.v[#])::bigint'),
        report_wide('case when not coalesce(bool_or(f.firm is null and f.n[#] > 0), false)
                          then count(*) filter (where f.n[#] > 0) end'),
        report_wide('sum(f.v[#])::bigint'),
        report_wide('case when not coalesce(bool_or(f.firm is null and f.n[#] > 0), false)
                          then count(*) filter (where f.n[#] > 0) end'))
        using first, cut, known_at, basis, loans;
end $$;

-- The sections, in the order of the catalogue (reports/catalog.c), and what is particular to each, once for all who
-- ask. titled: what its rows are, where the database knows their titles; rolled: the sums that hold its cells;
-- of_loans: only loans that were touched since can differ from what was sealed; narrow: the function that tells of
-- some loans alone, and what only they can have changed; registered: with what is registered.
create or replace function report_sections()
    returns table (section text, titled text, rolled text, of_loans boolean, registered boolean, narrow text)
    language sql immutable parallel safe as $$
    values ('headline', null, 'headline', true, false, null),
           ('targets', null, 'targets', true, false, null),
           ('by_quarter', null, 'quarters', true, false, null),
           ('by_district', null, 'loans', true, true, null),
           ('by_bank', 'org', 'loans', true, true, null),
           ('by_kind', null, 'loans', true, false, null),
           ('by_ip_kind', null, 'loans', true, false, null),
           ('by_product', null, 'loans', true, false, null),
           ('by_size', null, 'loans', true, false, null),
           ('by_industry', null, 'loans', true, false, null),
           ('small_loans', null, 'loans', true, false, null),
           ('first_loans', null, 'loans', true, false, null),
           ('balances', 'org', 'balances', true, false, 'report_balances'),
           ('fund', 'scheme', null, false, false, null),
           ('claims', null, null, false, false, null),
           ('claims_by_scheme', 'scheme', null, false, false, null),
           ('coverage', 'scheme', null, false, false, null),
           ('subsidies', 'policy', null, false, false, null),
           ('insurance', null, null, false, false, null),
           ('securitisation', null, null, false, false, null),
           ('ip_deals', null, null, false, false, null),
           ('catalogue', null, null, false, false, null),
           ('events', null, null, false, false, null),
           ('events_by_district', null, null, false, false, null),
           ('registers', null, null, false, false, null),
           ('reporters', 'org', 'reporters', false, false, 'report_reporters'),
           ('quality', 'org', 'quality', false, false, 'report_quality'),
           ('restatements', null, null, false, false, null)
$$;

-- From the rollups, when they hold what is asked for: figures of now by the day of signing, for those who see the whole
-- city; of an instant not long ago with what came since taken off again (rollup_known.sql). Of a quarter up to one of
-- its days the loans of the days that are compared are found beside them (rollup_heads); what is owed today, and how
-- well banks report, is what will be at its end, less what is still to happen (rollup_less).
create or replace function report_cells(section text, first date, cut date, known_at timestamptz, basis text)
    returns setof report_cells_row
    language plpgsql stable as $$
declare
    sums text := (select s.rolled from report_sections() s where s.section = report_cells.section);
    of_loans boolean := sums in ('headline', 'quarters', 'targets', 'loans');
    rolled boolean := my_kind() in ('finance', 'ip_office', 'auditor')
                      and case when of_loans then basis = 'signed_on' and cut between first and quarter_end(first)
                               else cut = quarter_end(first)
                                    or cut = today() and cut between first and quarter_end(first) end;
    days date := nullif(cut, quarter_end(first)); -- only these of the quarter
    mark bigint;
begin
    if rolled and known_at is not null and sums is not null then
        mark := rollup_known_mark(known_at);
        rolled := mark is not null and plan_as_known(first, known_at);
    end if;
    if not coalesce(rolled, false) then
        return query select * from report_cells_of_facts(section, first, cut, known_at, basis);
        return;
    elsif mark is not null then
        return query select * from rollup_cells_known(section, first, cut, known_at, basis, mark);
        return;
    elsif sums = 'headline' then
        return query select * from rollup_cells_of_headline(first, days);
    elsif sums = 'quarters' then
        return query select * from rollup_cells_of_quarters(first, days);
    elsif sums = 'targets' then
        return query select * from rollup_cells_of_targets(first, days);
    elsif sums = 'balances' then
        return query select * from rollup_cells_of_balances(first, days);
    elsif sums = 'reporters' then
        return query select * from rollup_cells_of_reporters(first, days);
    elsif sums = 'quality' then
        return query select * from rollup_cells_of_quality(first, days);
    elsif sums = 'loans' then
        return query select * from rollup_cells_of_loans(section, first, days);
    else
        return query select * from report_cells_of_facts(section, first, cut, known_at, basis);
        return;
    end if;
    if not found then -- the whole of nothing
        return query select null::text, array_fill(null::bigint, '{13}'), array_fill(0::bigint, '{13}'), 0::bigint;
    end if;
end $$;

-- What a row is called, where the database knows it.
create or replace function report_title(section text, row_key text) returns text language sql stable as $$
    select case s.titled
           when 'org' then (select o.name from org o where o.code = row_key)
           when 'scheme' then
                (select (scheme_terms_of(x.body)).title
                   from scheme x
                  where x.code = split_part(row_key, ' ', 1)
                  order by x.effective_from desc limit 1)
           when 'policy' then
                (select p.body ->> 'title' from policy p where p.code = row_key order by p.effective_from desc limit 1)
           end
      from report_sections() s
     where s.section = report_title.section
$$;

-- The records behind one cell (row null: of the whole section), in the order of their ids, and what they come to.
-- after: id and row of the last one seen.
create or replace function report_rows(section text, first date, cut date, known_at timestamptz, basis text,
                                       "row" text, at int, after_id uuid, after_row text, most int)
    returns table (total bigint, total_firms bigint, total_facts bigint, row_key text, id uuid, version int, type text,
                   reference text, firm text, v bigint)
    language plpgsql stable as $$
begin
    return query execute format('
        with whole as (
            select sum(f.v[$6])::bigint as total, count(distinct f.firm) as firms, count(*) as facts
              from %1$I($1, $2, $3, $4) f
             where ($5 is null or f.row_key = $5) and f.v[$6] <> 0
        ),
        page as (
            select f.row_key, f.id, f.version, f.type, f.reference, f.firm, f.v[$6] as v
              from %1$I($1, $2, $3, $4) f
             where ($5 is null or f.row_key = $5) and f.v[$6] <> 0
               and ($7 is null or (f.id, f.row_key) > ($7, $8))
             order by f.id, f.row_key
             limit $9
        )
        select w.total, w.firms, w.facts, p.* from whole w left join page p on true order by p.id, p.row_key',
        'report_facts_' || section)
        using first, cut, known_at, basis, "row", at, after_id, after_row, most;
end $$;

-- From which instant on a record of that day is late: the same for all days of a quarter. The planner puts this in
-- place of the call.
create or replace function report_deadline(on_day date) returns table (late_from timestamptz)
    language sql stable rows 1 as $$
    select (quarter_end(on_day) + x.days + 1)::timestamp at time zone 'Asia/Shanghai'
      from reporting_deadline x
     where x.effective_from <= quarter_end(on_day)
     order by x.effective_from desc
     limit 1
$$;

-- Had a loan been drawn before a quarter, and is something owed on it at a day?
create or replace function loan_is_lent(l loan, first date, cut date, known_at timestamptz) returns boolean
    language plpgsql stable as $$
declare
    f loan_life;
begin
    if l.disbursed_on < first and not record_has_later(l.id, l.version, known_at) then
        f := loan_fold(l, cut, known_at, null);
    end if;
    return f.state in ('active', 'overdue', 'matured') and f.outstanding_fen > 0;
end $$;

-- Does another loan tell the same number of the pledge register?
create or replace function loan_pledged_twice(l loan, known_at timestamptz) returns boolean
    language plpgsql stable as $$
begin -- PL/pgSQL keeps the plan
    return l.pledge_no is not null
       and exists (select from loan x
                    where x.pledge_no = l.pledge_no and x.id <> l.id
                      and (loan_pledged_twice.known_at is null or x.recorded_at <= loan_pledged_twice.known_at)
                      and not record_has_later(x.id, x.version, loan_pledged_twice.known_at));
end $$;

-- Did a bank tell anything of a quarter? The first loan or event that is found will do.
create or replace function report_bank_told(org bigint, first date, cut date, known_at timestamptz) returns boolean
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    as $$
begin
    return exists (select from loans_at(report_bank_told.known_at) l
                    where l.org_id = org and l.signed_on between first and cut)
           or exists (select from loan_event e
                       where e.org_id = org and e.on_day between first and cut
                         and (report_bank_told.known_at is null or e.recorded_at <= report_bank_told.known_at));
end $$;

-- Had a bank lent before a quarter what is owed at a day of it? The first loan that is found will do.
create or replace function report_bank_lent(org bigint, first date, cut date, known_at timestamptz) returns boolean
    language plpgsql stable as $$
begin
    return exists (select from loan l
                    where l.org_id = org
                      and (report_bank_lent.known_at is null or l.recorded_at <= report_bank_lent.known_at)
                      and loan_is_lent(l, first, cut, report_bank_lent.known_at));
end $$;

-- By bank: loans and loan events of the quarter and how many came late; loans whose term ended (from the last day of
-- the quarter before to the day before cut) with no word of what became of them by cut; 1 when a bank that is owed what
-- it lent before told nothing at all of the quarter. Nothing is looked up of a loan that an answer does not need.
-- loans: of these alone, and of their banks; null: of all.
create or replace function report_reporters(first date, cut date, known_at timestamptz, loans uuid[])
    returns setof report_fact language sql stable as $$
    with due as materialized (
        select d.late_from from report_deadline(first) d
    ),
    told as (
        select l.org_id, l.id, l.version, 'loan' as type, null::text as reference, l.borrower as firm,
               case when l.version = 1 then l.recorded_at else record_first_recorded(l.id) end
                   >= (select d.late_from from due d) as late
          from loans_at(known_at) l
         where l.signed_on between first and cut
           and (loans is null or l.id = any (loans))
        union all
        select e.org_id, e.id, 1, 'loan_event', e.reference, null, e.recorded_at >= (select d.late_from from due d)
          from loan_event e
         where e.on_day between first and cut
           and (loans is null or e.loan_id = any (loans))
           and (known_at is null or e.recorded_at <= known_at)
    ),
    ending as materialized (
        select l.*,
               l.id in (select e.loan_id from loan_event e
                         where (loans is null or e.loan_id = any (loans))
                           and (known_at is null or e.recorded_at <= known_at)) as has_events
          from loans_at(known_at) l
         where (l.matures_on between first - 1 and cut - 1
                or l.id in (select e.loan_id from loan_event e
                             where e.kind = 'extended' and e.matures_on between first - 1 and cut - 1
                               and (loans is null or e.loan_id = any (loans))
                               and (known_at is null or e.recorded_at <= known_at)))
           and (loans is null or l.id = any (loans))
    ),
    missing as (
        select n.org_id, n.id, n.version, n.borrower, n.amount_fen
          from ending n
         where not n.has_events and n.disbursed_on <= cut
        union all
        select n.org_id, n.id, n.version, n.borrower, n.amount_fen
          from ending n
         cross join lateral (
               select x.*
                 from loan_fold((select l from loan l where l.id = n.id and l.version = n.version),
                                cut, known_at, null) x
                where n.has_events
               offset 0) f
         where f.state = 'matured' and f.matures_on between first - 1 and cut - 1 -- as extended
    ),
    silent as (
        select o.id, o.code
          from org o
         where o.kind = 'bank'
           and (loans is null or o.id in (select l.org_id from loan l where l.id = any (loans)))
           and case when exists (select from told t where t.org_id = o.id) then false
                    when loans is not null and report_bank_told(o.id, first, cut, known_at) then false
                    else report_bank_lent(o.id, first, cut, known_at) end
    )
    select o.code, x.id, x.version, x.type, coalesce(x.reference, record_key(x.id, x.version)), x.firm, x.v
      from (
           select t.org_id, t.id, t.version, t.type, t.reference, t.firm,
                  array[case when t.type = 'loan' then 1 else 0 end,
                        case when t.type = 'loan' and t.late then 1 else 0 end,
                        case when t.type = 'loan_event' then 1 else 0 end,
                        case when t.type = 'loan_event' and t.late then 1 else 0 end, 0, 0, 0]::bigint[] as v
             from told t
           union all
           select m.org_id, m.id, m.version, 'loan', null, m.borrower, array[0, 0, 0, 0, 1, m.amount_fen, 0]::bigint[]
             from missing m
           union all
           select s.id, md5('silent ' || s.id)::uuid, 1, 'org', s.code, null, array[0, 0, 0, 0, 0, 0, 1]::bigint[]
             from silent s) x
      join org o on o.id = x.org_id
$$;

-- How the banks reported, of all loans.
create or replace function report_facts_reporters(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as
    $$ select f.* from report_reporters(first, cut, known_at, null) f $$;

-- By bank: records of the quarter that came in, lines that were refused, numbers used again for other content, and
-- corrections made, by the clock; and loans of the quarter, or with an event in it, whose records contradict each
-- other: pledge released while principal was owed; settled for 60 days and the pledge not released; a pledge number
-- that another loan has as well; a pledge number of another year than the registration; drawn for 30 days without
-- registration.
-- loans: what these contradict alone; null: of all, and what came in.
create or replace function report_quality(first date, cut date, known_at timestamptz, loans uuid[])
    returns setof report_fact language sql stable as $$
    with subject as materialized (
        select l as loan, l.*,
               l.id in (select e.loan_id from loan_event e -- what the life of a loan is asked for needs one of these
                         where e.kind in ('settled', 'pledge_released') and e.on_day <= cut
                           and (loans is null or e.loan_id = any (loans))
                           and (known_at is null or e.recorded_at <= known_at)) as ended
          from loans_at(known_at) l
         where l.signed_on <= cut
           and (loans is null or l.id = any (loans))
           and (l.signed_on >= first
                or l.id in (select e.loan_id from loan_event e
                             where e.on_day between first and cut and (loans is null or e.loan_id = any (loans))
                               and (known_at is null or e.recorded_at <= known_at)))
    ),
    judged as (
        select s.*, f.state, f.released_on, f.outstanding_fen,
               case when f.state = 'settled' then (
                    select max(e.on_day) from loan_event e
                     where e.loan_id = s.id and e.kind = 'settled' and e.on_day <= cut
                       and (known_at is null or e.recorded_at <= known_at)) end as settled_on
          from subject s
          left join lateral (
               select x.* from loan_fold(s.loan, cut, known_at, null) x where s.ended
               offset 0) f on true -- not run through for nothing: the condition stays inside
    ),
    contradiction as (
        select j.org_id, j.id, j.version, j.borrower, c.at
          from judged j
         cross join lateral (values
               (5, j.released_on is not null and j.outstanding_fen > 0 and j.state <> 'written_off'),
               (6, j.released_on is null and j.settled_on + 60 < cut),
               (7, loan_pledged_twice(j.loan, known_at)),
               (8, loan_pledge_year_off(j.pledge_no, j.registered_on)),
               (9, j.disbursed_on + 30 < cut and j.registered_on is null)) as c(at, holds)
         where c.holds
    ),
    received as (
        select r.org_id, r.id, max(r.version) as version, min(r.type) as type, count(*) as records,
               count(*) filter (where r.version > 1) as corrections
          from submission r
          join org o on o.id = r.org_id and o.kind in ('bank', 'insurer', 'guarantor')
         where loans is null
           and r.recorded_at >= (first::timestamp at time zone 'Asia/Shanghai')
           and r.recorded_at < ((cut + 1)::timestamp at time zone 'Asia/Shanghai')
           and (known_at is null or r.recorded_at <= known_at)
         group by r.org_id, r.id
    )
    select o.code, x.id, x.version, x.type, coalesce(x.reference, record_key(x.id, x.version)), x.firm, x.v
      from (
           select r.org_id, r.id, r.version, r.type, null::text as reference, null::text as firm,
                  array[r.records, 0, 0, r.corrections, 0, 0, 0, 0, 0, r.records]::bigint[] as v
             from received r
           union all
           select c.org_id, c.id, c.version, 'loan', null, c.borrower,
                  array[0, 0, 0, 0, (c.at = 5)::int, (c.at = 6)::int, (c.at = 7)::int, (c.at = 8)::int,
                        (c.at = 9)::int, 0]::bigint[]
             from contradiction c
           union all
           select i.org_id, md5('intake ' || i.org_id || ' ' || i.type || ' ' || i.on_day)::uuid, 1, 'intake',
                  i.type || ' ' || i.on_day, null,
                  array[0, i.refused, i.conflicts, 0, 0, 0, 0, 0, 0, i.refused]::bigint[]
             from intake i
            where loans is null
              and i.on_day between first and cut
              and (known_at is null or i.on_day < shanghai_day(known_at))) x
      join org o on o.id = x.org_id
$$;

-- What is wrong with the records of all loans, and what came in.
create or replace function report_facts_quality(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as
    $$ select f.* from report_quality(first, cut, known_at, null) f $$;
