-- Rollups: sums of loans and balances that the storing statement keeps.

-- A loan's class: all that the report tells loans apart by, in one text.
create or replace function loan_class(org_id bigint, district text, patents int, trademarks int,
                                      right_kind text, product text, size text, industry text,
                                      amount_fen bigint, first_loan boolean, late boolean)
    returns text language sql immutable parallel safe as $$
    select org_id::text || ' ' || district || ' '
           || loan_secured_by(patents, trademarks) || ' '
           || coalesce(right_kind, 'unknown') || ' ' || product || ' ' || size || ' '
           || loan_industry_section(industry) || ' ' || loan_amount_class(amount_fen) || ' '
           || loan_firstness(first_loan) || ' ' || case when late then 'late' else 'timely' end
$$;

-- Did a loan come late? By when it was first told of, whichever version this is. One row; the planner puts this in
-- place of the call.
create or replace function rollup_lateness(id uuid, version int, recorded_at timestamptz, signed_on date)
    returns table (late boolean) language sql stable rows 1 as $$
    select coalesce(case when $2 = 1 then $3
                         else (select r.recorded_at from submission r where r.id = $1 and r.version = 1) end
                    >= (select d.late_from from report_deadline($4) d), false)
$$;

-- What a class says, by name: its words in the order in which loan_class sets them.
create or replace function loan_class_named(class text) returns loan_class_words
    language sql stable parallel safe as $$
    select ('(' || replace(class, ' ', ',') || ')')::loan_class_words
$$;

-- The rows of the report that loans of a class stand in. by_bank: the bank's number in org.
create or replace function rollup_class_rows(class text) returns table (section text, row_key text)
    language sql stable parallel safe as $$
    select r.section, r.row_key
      from (select unnest(array['all', 'by_bank', 'by_district', 'by_kind', 'by_ip_kind', 'by_product', 'by_size',
                                'by_industry', 'small_loans', 'first_loans',
                                case c.lateness when 'late' then 'late' end,
                                case c.lateness when 'late' then 'late_by_bank' end]) as section,
                   unnest(array['', c.org_id::text, c.district, c.secured_by, c.right_kind, c.product, c.size,
                                c.industry, c.amount_class, c.firstness, '', c.org_id::text]) as row_key
              from loan_class_named(class) c) r
     where r.section is not null
$$;

-- What one firm took in one quarter, made again from its loans.
create or replace function rollup_firm_classes(borrower text, quarter date) returns text[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(distinct x.class order by x.class), '{}')
      from (select loan_class(l.org_id, l.district, l.patents, l.trademarks,
                              (select loan_right_kind(min(p.kind), max(p.kind))
                                 from loan_ip p
                                where p.record_id = l.id and p.version = l.version),
                              l.product, l.size, l.industry, l.amount_fen, l.first_loan, w.late) as class
              from loan l
             cross join lateral rollup_lateness(l.id, l.version, l.recorded_at, l.signed_on) w
             where l.borrower = $1
               and l.signed_on between $2 and quarter_end($2)
               and not exists (select from loan later
                                where later.id = l.id and later.version = l.version + 1 and later.version > 1)
               and not loan_is_void(l.id, null)) x
$$;

-- Which firms took something else in a quarter than what stands in firm_quarter, and what. Most loans of a known
-- firm change nothing of it. begun: all of them are new, each in one quarter. One row;
-- the planner puts this in place of the call.
create or replace function rollup_firms_changed(versions loan_version[])
    returns table (changes firm_change[], begun boolean) language sql stable rows 1 as $$
    select array_agg(row(x.borrower, x.quarter, x.classes)::firm_change),
           count(*) = count(distinct x.borrower)
           and bool_and(x.was is null and not x.gone
                        and not exists (select from firm_quarter q where q.borrower = x.borrower))
      from (select t.borrower, t.quarter, t.gone, s.classes as was,
                   case when t.gone then rollup_firm_classes(t.borrower, t.quarter)
                        when t.classes <@ s.classes then s.classes
                        when s.classes is null and cardinality(t.classes) = 1 then t.classes
                        else array(select c from unnest(t.classes || s.classes) as c group by c order by c) end
                       as classes
              from (select v.borrower, v.quarter, bool_or(v.sign < 0) as gone, array_agg(v.class) as classes
                      from unnest(versions) v
                     group by 1, 2) t
              left join lateral (
                   select q.classes from firm_quarter q where q.borrower = t.borrower and q.quarter = t.quarter
                   offset 0) s on true) x
     where x.classes is distinct from coalesce(x.was, '{}')
$$;

-- The chains of quarters of these firms in each row of the report, as they stood and as they stand.
create or replace function rollup_firms_rechain(changes firm_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with changed as materialized (
        select c.* from unnest(changes) c
    ),
    stood as materialized (
        select q.borrower, q.quarter, q.classes
          from (select distinct c.borrower from changed c) b
         cross join lateral (select * from firm_quarter x where x.borrower = b.borrower offset 0) q
    ),
    history as (
        select x.after, array_agg(x.quarter order by x.quarter) as quarters,
               array_agg(array_to_string(x.classes, '|') order by x.quarter) as classes
          from (select false as after, s.* from stood s
                union all
                select true, s.* from stood s
                 where not exists (select from changed c where c.borrower = s.borrower and c.quarter = s.quarter)
                union all
                select true, c.* from changed c) x
         group by x.after, x.borrower
    ),
    alike as ( -- firms of one history move together
        select h.after, h.quarters, h.classes, count(*) as firms, row_number() over () as n
          from history h
         group by 1, 2, 3
    ),
    chain as (
        select r.after, r.firms, r.section, r.row_key, r.quarter,
               lag(r.quarter, 1, '-infinity'::date) over (partition by r.n, r.section, r.row_key
                                                          order by r.quarter) as before
          from (select distinct h.n, h.after, h.firms, q.quarter, k.section, k.row_key
                  from alike h
                 cross join lateral unnest(h.quarters, h.classes) as q(quarter, classes)
                 cross join lateral unnest(string_to_array(q.classes, '|')) as class
                 cross join lateral rollup_class_rows(class) k) r
    ),
    stored as (
        insert into firm_quarter (borrower, quarter, classes)
        select c.borrower, c.quarter, c.classes from changed c where c.classes <> '{}'
        on conflict on constraint firm_quarter_key do update set classes = excluded.classes
    ),
    gone as (
        delete from firm_quarter f
         using changed c
         where c.classes = '{}' and f.borrower = c.borrower and f.quarter = c.quarter
    )
    insert into city_firms as r (section, row_key, quarter, before, firms)
    select c.section, c.row_key, c.quarter, c.before, sum(case when c.after then c.firms else -c.firms end)
      from chain c
     group by 1, 2, 3, 4
    having sum(case when c.after then c.firms else -c.firms end) <> 0
     order by 1, 2, 3, 4
    on conflict on constraint city_firms_key do update set firms = r.firms + excluded.firms;
end $$;

-- Adds versions of loans to the sums, or takes them away, by their signs. Firms that are new begin in the same
-- statement: nothing stood before them, which is what rechain does for any at a fifth of its cost.
create or replace function rollup_loans_add(versions loan_version[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    known firm_change[]; -- of firms that stood before
begin
    with firm as materialized (
        select f.changes, f.begun from rollup_firms_changed(versions) f
    ),
    class as materialized (
        select v.class, v.quarter, bigint_sum(v.sign) as loans,
               bigint_sum(v.sign * v.amount_fen) as amount_fen,
               bigint_sum(v.sign * v.registered_fen) as registered_fen,
               bigint_sum(v.sign * v.patents) as patents, bigint_sum(v.sign * v.trademarks) as trademarks
          from unnest(versions) v
         group by 1, 2
    ),
    keys_added as (
        insert into loan_rollup as r (org_id, district, quarter, loans)
        select c.org_id, c.district, x.quarter, bigint_sum(x.loans)
          from class x
         cross join lateral loan_class_named(x.class) c
         group by 1, 2, 3
        having bigint_sum(x.loans) <> 0
         order by 1, 2, 3
        on conflict on constraint loan_rollup_key do update set loans = r.loans + excluded.loans
    ),
    report_row as materialized ( -- what each class adds to which rows of the report
        select x.*, k.section, k.row_key
          from class x
         cross join lateral rollup_class_rows(x.class) k
    ),
    rows_added as (
        insert into city_rollup as r (section, row_key, quarter, loans, amount_fen, registered_fen, patents, trademarks)
        select s.*
          from (select x.section, x.row_key, x.quarter, bigint_sum(x.loans) as loans,
                       bigint_sum(x.amount_fen) as amount_fen, bigint_sum(x.registered_fen) as registered_fen,
                       bigint_sum(x.patents) as patents, bigint_sum(x.trademarks) as trademarks
                  from report_row x
                 group by 1, 2, 3) s
         where (s.loans, s.amount_fen, s.registered_fen, s.patents, s.trademarks) <> (0, 0, 0, 0, 0)
         order by 1, 2, 3
        on conflict on constraint city_rollup_key do update
           set loans = r.loans + excluded.loans,
               amount_fen = r.amount_fen + excluded.amount_fen,
               registered_fen = r.registered_fen + excluded.registered_fen,
               patents = r.patents + excluded.patents,
               trademarks = r.trademarks + excluded.trademarks
    ),
    firms_begun as (
        insert into firm_quarter (borrower, quarter, classes)
        select c.borrower, c.quarter, c.classes
          from firm f
         cross join unnest(f.changes) c
         where f.begun
        returning borrower, quarter, classes
    ),
    chains_begun as (
        insert into city_firms as r (section, row_key, quarter, before, firms)
        select k.section, k.row_key, k.quarter, '-infinity', bigint_sum(k.firms)
          from (select distinct x.section, x.row_key, x.quarter, a.classes, a.firms
                  from (select c.classes, c.quarter, count(*) as firms -- those that took the same move together
                          from firms_begun c
                         group by 1, 2) a
                 cross join unnest(a.classes) as taken
                  join report_row x on x.class = taken and x.quarter = a.quarter) k
         group by 1, 2, 3
         order by 1, 2, 3
        on conflict on constraint city_firms_key do update set firms = r.firms + excluded.firms
    )
    select f.changes into known from firm f where not f.begun;
    if known is not null then
        perform rollup_firms_rechain(known);
    end if;
end $$;

-- A version of a loan as the sums count it.
create or replace function rollup_version(l loan, sign int) returns loan_version
    language sql stable security definer set search_path = public, pg_temp as $$
    select row(sign, (l).borrower, quarter_start((l).signed_on),
               loan_class((l).org_id, (l).district, (l).patents, (l).trademarks, k.kind, (l).product, (l).size,
                          (l).industry, (l).amount_fen, (l).first_loan, w.late),
               (l).amount_fen, loan_registered_fen((l).registered_fen, (l).amount_fen),
               (l).patents, (l).trademarks)::loan_version
      from (select loan_right_kind(min(p.kind), max(p.kind)) as kind
              from loan_ip p
             where p.record_id = (l).id and p.version = (l).version) k
     cross join lateral rollup_lateness((l).id, (l).version, (l).recorded_at, (l).signed_on) w
$$;

-- The versions that newest versions of loans replace, as the sums take them away.
create or replace function rollup_replaced(ids uuid[]) returns loan_version[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select rollup_version(o.l, -1)
          from unnest(ids) i
         cross join lateral (select x.version from loan x where x.id = i order by x.version desc limit 1) f
         cross join lateral (select x as l from loan x where x.id = i and x.version = f.version - 1 offset 0) o);
end $$;

-- Counts loans under their pledge numbers, as far as others have them too. ids: loans whose newest versions are stored.
create or replace function rollup_numbers_add(ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into pledge_no_shared as s (pledge_no, loans)
    select t.pledge_no, t.loans
      from (select x.pledge_no,
                   case when exists (select from pledge_no_shared k where k.pledge_no = x.pledge_no) then x.fresh
                        else (select count(distinct l.id) from loan l where l.pledge_no = x.pledge_no) end as loans
              from (select f.pledge_no, count(*) as fresh -- loans that did not tell it before
                      from unnest(ids) i
                     cross join lateral (select * from loan l where l.id = i order by l.version desc limit 1) f
                     where f.pledge_no is not null
                       and not exists (
                           select from (select * from loan l where l.id = f.id and f.version > 1 offset 0) o
                            where o.version < f.version and o.pledge_no = f.pledge_no)
                     group by 1) x) t
     where t.loans > 1 or exists (select from pledge_no_shared k where k.pledge_no = t.pledge_no)
     order by 1
    on conflict on constraint pledge_no_shared_key do update set loans = s.loans + excluded.loans;
end $$;

-- After loans: one look at what a statement stored says what there is to do. The sums take the versions in, and those
-- that they replace out; of what was drawn something is owed; what came behind a seal is noted.
create or replace function loan_rollup_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    versions loan_version[];
    changes balance_change[];
    drawn boolean;
    numbered uuid[];
    corrected uuid[];
    late uuid[];
begin
    select array_agg(row(1, f.borrower, quarter_start(f.signed_on),
                         loan_class(f.org_id, f.district, f.patents, f.trademarks, k.kind, f.product, f.size,
                                    f.industry, f.amount_fen, f.first_loan, w.late),
                         f.amount_fen,
                         loan_registered_fen(f.registered_fen, f.amount_fen), f.patents,
                         f.trademarks)::loan_version),
           bool_or(f.disbursed_on is not null or f.pledge_no is not null),
           array_agg(f.id) filter (where f.pledge_no is not null), array_agg(f.id) filter (where f.version > 1),
           array_agg(f.id) filter (where f.version > 1
                                      or least(f.signed_on, f.registered_on, f.disbursed_on)
                                         <= (select s.until from report_sealed() s))
      into versions, drawn, numbered, corrected, late
      from fresh f
     cross join lateral (
           select loan_right_kind(min(p.kind), max(p.kind)) as kind
             from loan_ip p
            where p.record_id = f.id and p.version = f.version) k
     cross join lateral rollup_lateness(f.id, f.version, f.recorded_at, f.signed_on) w;
    perform rollup_loans_add(case when corrected is null then versions
                                  else versions || rollup_replaced(corrected) end);
    if drawn then
        select array_agg(c) into changes
          from fresh f
         cross join lateral rollup_eventless_changes(f.org_id, f.borrower, f.signed_on, f.disbursed_on,
                                                     f.registered_on, f.matures_on, f.pledge_no, f.amount_fen, 1) c
         where f.version = 1 or not exists (select from loan_balance b where b.loan_id = f.id);
    end if;
    if corrected is not null then
        changes := changes || rollup_balances_corrected(corrected);
    end if;
    perform rollup_balance_add(changes);
    if numbered is not null then
        perform rollup_numbers_add(numbered);
    end if;
    if late is not null then
        perform loans_after_seal(late);
    end if;
    return null;
end $$;

-- What a loan stands at, as the section balances of the report counts it: outstanding (count, fen); principal
-- overdue; non-performing, that is graded substandard or worse; written off and not come back, which is off the
-- books; past its term with nothing told of it.
create or replace function rollup_balance_of(state text, outstanding_fen bigint, overdue_fen bigint, bad_since date)
    returns bigint[] language sql immutable parallel safe as $$
    select case when outstanding_fen = 0 then '{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}'
                when state = 'written_off' then array[0, 0, 0, 0, 0, 0, 1, outstanding_fen, 0, 0]
                else array[1, outstanding_fen,
                           (state = 'overdue')::int, overdue_fen,
                           (bad_since is not null)::int,
                           case when bad_since is not null then outstanding_fen else 0 end,
                           0, 0,
                           (state = 'matured')::int, case when state = 'matured' then outstanding_fen else 0 end]
           end::bigint[]
$$;

-- Is a number of the pledge register of another year than the registration?
create or replace function loan_pledge_year_off(pledge_no text, registered_on date) returns boolean
    language sql immutable parallel safe as $$
    select coalesce(substring(pledge_no from '^Y?([0-9]{4})')::int <> extract(year from registered_on), false)
$$;

-- Of a loan without events the whole amount is outstanding from its day of disbursement, and past its term from the
-- day after it. Numbers from 11 on: as rollup_lives says, each of the quarter of its day.
create or replace function rollup_eventless_days(signed_on date, disbursed_on date, registered_on date, matures_on date,
                                                 pledge_no text, amount_fen bigint)
    returns table (on_day date, what smallint, n bigint) language sql immutable parallel safe as $$
    select x.on_day, x.what::smallint, x.n
      from (values (disbursed_on, 1, 1::bigint), (disbursed_on, 2, amount_fen),
                   (case when disbursed_on is not null then greatest(disbursed_on, matures_on + 1) end, 9, 1),
                   (case when disbursed_on is not null then greatest(disbursed_on, matures_on + 1) end, 10, amount_fen),
                   (case when disbursed_on <= quarter_end(matures_on + 1)
                         then greatest(disbursed_on, matures_on + 1) end, 11, 1),
                   (case when disbursed_on <= quarter_end(matures_on + 1)
                         then greatest(disbursed_on, matures_on + 1) end, 12, amount_fen),
                   (case when loan_pledge_year_off(pledge_no, registered_on) then signed_on end, 15, 1),
                   (case when registered_on is null and disbursed_on + 30 < quarter_end(signed_on)
                         then greatest(signed_on, disbursed_on + 31) end, 16, 1)
           ) as x(on_day, what, n)
     where x.on_day is not null
$$;

-- The same by quarter, as changes.
create or replace function rollup_eventless_changes(org_id bigint, borrower text, signed_on date, disbursed_on date,
                                                    registered_on date, matures_on date, pledge_no text,
                                                    amount_fen bigint, sign int)
    returns setof balance_change language sql immutable parallel safe as $$
    select org_id, borrower, quarter_start(x.on_day), x.what, sign * x.n
      from rollup_eventless_days(signed_on, disbursed_on, registered_on, matures_on, pledge_no, amount_fen) x
$$;

-- What a loan stands at by the ends of quarters, and what is told of a quarter alone. The latter are, of nothing no
-- numbers: 11 and 12 (fen) its term ended in the quarter and nobody said what became of it; of loans of the quarter, or
-- with an event in it: 13 the pledge released while principal was owed, 14 settled for 60 days and the pledge not
-- released, 15 a pledge number of another year, 16 drawn for 30 days without registration. told_in: the quarters with
-- events, where they are known; else they are looked up when it matters.
create or replace function rollup_lives(l loan, lives loan_life[], ends date[], since date, told_in date[])
    returns table (quarter date, v bigint[], state text, matures_on date) language plpgsql stable as $$
declare
    f loan_life;
    cut date;
    settled_on date;
    missing boolean;
    counts boolean;
    told bigint[];
    signed_in constant date := quarter_start(l.signed_on);
    year_off constant boolean := loan_pledge_year_off(l.pledge_no, l.registered_on);
    unregistered constant boolean := l.registered_on is null and l.disbursed_on is not null;
begin
    for n in 1 .. cardinality(lives) loop
        cut := ends[n];
        continue when cut < since;
        f := lives[n];
        quarter := quarter_start(cut);
        state := f.state;
        matures_on := f.matures_on;
        v := rollup_balance_of(f.state, f.outstanding_fen, f.overdue_fen, f.bad_since);
        if f.state in ('matured', 'settled') or f.released_on is not null
           or f.state <> 'voided' and (year_off or unregistered) then
            missing := f.state = 'matured' and quarter_start(f.matures_on + 1) = quarter;
            settled_on := null; -- an expression with a look-up in it costs one whether it is made or not
            if f.released_on is null and f.state = 'settled' then
                select max(e.on_day) into settled_on
                  from loan_event e where e.loan_id = l.id and e.kind = 'settled' and e.on_day <= cut;
            end if;
            told := array[(f.released_on is not null and f.outstanding_fen > 0 and f.state <> 'written_off')::int,
                          coalesce(settled_on + 60 < cut, false)::int, year_off::int,
                          (unregistered and l.disbursed_on + 30 < cut)::int];
            counts := signed_in = quarter or 1 <> all (told); -- of nothing: it does not matter
            if not counts and signed_in < quarter and told_in is not null then
                counts := quarter = any (told_in);
            elsif not counts and signed_in < quarter then
                counts := exists (
                    select from loan_event e where e.loan_id = l.id and e.on_day between quarter and cut);
            end if;
            if not counts then
                told := '{0, 0, 0, 0}'::bigint[];
            end if;
            if missing or 1 = any (told) then
                v := v || missing::int::bigint || case when missing then l.amount_fen else 0 end || told;
            end if;
        end if;
        return next;
    end loop;
end $$;

-- The ends of the quarters in which the balance of a loan with events may change: those of its days.
create or replace function loan_quarter_ends(l loan) returns date[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(select quarter_end(e.on_day)
                   from loan_event e
                  where e.loan_id = l.id
                 union
                 select quarter_end(e.matures_on + 1)
                   from loan_event e
                  where e.loan_id = l.id and e.matures_on is not null
                 union
                 select quarter_end(l.matures_on + 1)
                 union
                 select quarter_end(l.disbursed_on)
                  where l.disbursed_on is not null
                 union
                 select quarter_end(l.signed_on)
                  order by 1);
end $$;

-- The balances of a loan with events from a quarter on. PL/pgSQL: a function of SQL that runs as the owner is planned
-- at each call, and every event makes one.
create or replace function loan_balances(l loan, since date)
    returns table (quarter date, v bigint[], state text, matures_on date)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    ends constant date[] := loan_quarter_ends(l);
    lives constant loan_life[] := loan_fold_days(l, loan_told_ordered(l, null, null), ends, null);
begin
    return query select x.* from rollup_lives(l, lives, ends, since, null) x;
end $$;

-- Whether firms behind balances may come or go: always when something is taken away, or was; not when the firm
-- stood there already and has more. Of a number of one quarter alone (from 11 on) only that quarter counts.
create or replace function rollup_firms_may_move(changes balance_change[]) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from unnest(changes) c
         where (c.what in (1, 3, 5, 7, 9, 11) or c.what > 12)
           and (c.n < 0
                or not exists (select from firm_balance b
                                where b.borrower = c.borrower and b.what = c.what and b.org_id = c.org_id
                                  and b.quarter <= c.quarter and (c.what <= 10 or b.quarter = c.quarter) and b.n > 0)
                or c.what <= 10
                   and exists (select from firm_balance b
                                where b.borrower = c.borrower and b.what = c.what and b.n < 0)));
end $$;

-- firm_balance still is as it was. What a firm owed before the first quarter that changes comes to one level: it
-- neither brings the firm nor takes it, however long it has been borrowing.
create or replace function rollup_firms_move(changes balance_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with firm as materialized (
        select c.borrower, c.what, c.org_id, c.quarter, sum(c.n)::bigint as n
          from unnest(changes) c
         where c.what in (1, 3, 5, 7, 9, 11) or c.what > 12
         group by 1, 2, 3, 4
        having sum(c.n) <> 0
    ),
    stood as materialized (
        select x.borrower, x.what, b.org_id, b.quarter, b.n
          from (select f.borrower, f.what, min(f.quarter) as first, case when f.what > 10 then f.quarter end as own
                  from firm f
                 group by 1, 2, 4) x
         cross join lateral (
               select y.org_id, case when y.quarter < x.first then '-infinity' else y.quarter end as quarter,
                      sum(y.n)::bigint as n
                 from firm_balance y
                where y.borrower = x.borrower and y.what = x.what
                  and y.quarter between coalesce(x.own, '-infinity') and coalesce(x.own, 'infinity')
                group by 1, 2
               having sum(y.n) <> 0
               offset 0) b
    ),
    level as (
        select s.after, s.borrower, k.org_id, s.what, s.quarter,
               case when s.what > 10 then sum(s.n)
                    else sum(sum(s.n)) over (partition by s.after, s.borrower, k.org_id, s.what order by s.quarter)
                    end as loans
          from (select false as after, s.* from stood s
                union all
                select true, s.* from stood s
                union all
                select true, f.* from firm f) s
         cross join lateral (values (s.org_id), (0)) as k(org_id)
         group by 1, 2, 3, 4, 5
    ),
    presence as (
        select v.after, v.org_id, v.what, v.quarter,
               (v.loans > 0)::int
               - case when v.what > 10 then 0
                      else lag((v.loans > 0)::int, 1, 0) over (partition by v.after, v.borrower, v.org_id, v.what
                                                               order by v.quarter) end as firms
          from level v
    )
    insert into balance_firms as r (org_id, what, quarter, firms)
    select p.org_id, p.what, p.quarter, sum(case when p.after then p.firms else -p.firms end)
      from presence p
     group by 1, 2, 3
    having sum(case when p.after then p.firms else -p.firms end) <> 0
     order by 1, 2, 3
    on conflict on constraint balance_firms_key do update set firms = r.firms + excluded.firms;
end $$;

-- Changes of firms that stood behind balances before, or of which something is taken away; null: none.
create or replace function rollup_firms_stood(changes balance_change[]) returns balance_change[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    known balance_change[];
begin
    select array_agg(c) into known
      from (select u.borrower, bool_or(u.n < 0) as less from unnest(changes) u group by 1) b
      left join lateral (select true as stands from firm_balance f where f.borrower = b.borrower limit 1) s on true
      join unnest(changes) c on c.borrower = b.borrower
     where b.less or s.stands;
    return known;
end $$;

-- Adds changes of balances to the sums, and firms that come or go. Firms that are new begin in the same statement: each
-- comes with its first quarter, and nothing stood before it.
create or replace function rollup_balance_add(changes balance_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    known balance_change[];
begin
    if changes is null then -- not drawn yet: nothing is owed
        return;
    end if;
    known := rollup_firms_stood(changes);
    if known is not null and rollup_firms_may_move(known) then
        perform rollup_firms_move(known);
    end if;
    with change as materialized (
        select c.org_id, c.borrower, c.quarter, c.what, sum(c.n)::bigint as n
          from unnest(changes) c
         group by 1, 2, 3, 4
        having sum(c.n) <> 0
    ),
    firms_stored as (
        insert into firm_balance as r (borrower, what, org_id, quarter, n)
        select c.borrower, c.what, c.org_id, c.quarter, c.n
          from change c
         where c.what in (1, 3, 5, 7, 9, 11) or c.what > 12
         order by 1, 2, 3, 4
        on conflict on constraint firm_balance_key do update set n = r.n + excluded.n
    ),
    firms_begun as (
        insert into balance_firms as r (org_id, what, quarter, firms)
        select f.org_id, f.what, f.quarter, count(*)
          from (select k.org_id, c.what, min(c.quarter) as quarter
                  from change c
                  left join (select distinct u.borrower from unnest(known) u) s on s.borrower = c.borrower
                 cross join lateral (values (c.org_id), (0)) as k(org_id)
                 where s.borrower is null and (c.what in (1, 3, 5, 7, 9, 11) or c.what > 12)
                 group by c.borrower, k.org_id, c.what, case when c.what > 10 then c.quarter end) f
         group by 1, 2, 3
         order by 1, 2, 3
        on conflict on constraint balance_firms_key do update set firms = r.firms + excluded.firms
    )
    insert into balance_rollup as r (org_id, what, quarter, n)
    select c.org_id, c.what, c.quarter, sum(c.n)
      from change c
     group by 1, 2, 3
    having sum(c.n) <> 0
     order by 1, 2, 3
    on conflict on constraint balance_rollup_key do update set n = r.n + excluded.n;
end $$;

-- Makes the balances of a loan with events again from the quarter of since on; returns what changed. Taken away is
-- what stands in loan_balance; of a loan whose first event has just come, what a loan without events stands at.
create or replace function loan_balance_keep(l loan, since date) returns balance_change[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    known boolean := exists (select from loan_balance b where b.loan_id = l.id);
    first date := case when known then quarter_start(since) else '-infinity' end;
    changes balance_change[];
begin
    with stood as materialized (
        select b.quarter, b.org_id, b.borrower, b.v from loan_balance b where b.loan_id = l.id
    ),
    made as materialized (
        select x.quarter, l.org_id, l.borrower, x.v, x.state, x.matures_on from loan_balances(l, first) x
    ),
    change as (
        select s.org_id, s.borrower, s.quarter, x.what::smallint,
               s.sign * (x.level - case when x.what > 10 then 0
                                        else lag(x.level, 1, 0::bigint)
                                                 over (partition by s.sign, x.what order by s.quarter) end)
          from (select -1 as sign, s.* from stood s
                union all
                select 1, s.* from stood s where s.quarter < first
                union all
                select 1, m.quarter, m.org_id, m.borrower, m.v from made m) s
         cross join lateral unnest(s.v) with ordinality as x(level, what)
         where x.what <= 10 or x.level <> 0
        union all
        select c.*
          from rollup_eventless_changes(l.org_id, l.borrower, l.signed_on, l.disbursed_on, l.registered_on,
                                        l.matures_on, l.pledge_no, l.amount_fen, -1) c
         where not known
    ),
    stored as (
        insert into loan_balance as b (loan_id, quarter, org_id, borrower, v, state, matures_on)
        select l.id, m.quarter, m.org_id, m.borrower, m.v, m.state, m.matures_on from made m
        on conflict on constraint loan_balance_key do update
           set org_id = excluded.org_id, borrower = excluded.borrower, v = excluded.v, state = excluded.state,
               matures_on = excluded.matures_on
         where (b.org_id, b.borrower, b.v, b.state, b.matures_on)
               is distinct from (excluded.org_id, excluded.borrower, excluded.v, excluded.state, excluded.matures_on)
    ),
    gone as ( -- days that a correction took away
        delete from loan_balance b
         where b.loan_id = l.id and b.quarter >= first
           and not exists (select from made m where m.quarter = b.quarter)
    )
    select array_agg(row(c.*)::balance_change) into changes from change c;
    return changes;
end $$;

-- The state in which loans are after all that was told of them, at the end of all days: those with events by their last
-- quarter, which no event is later than, others by their own days. One that goes on is past its term then.
create or replace view loan_last_state as
    select b.loan_id as id, b.org_id, b.state, b.matures_on
      from loan_balance b
     where b.state <> 'active'
       and not exists (select from loan_balance later where later.loan_id = b.loan_id and later.quarter > b.quarter)
    union all
    select l.id, l.org_id, 'matured', l.matures_on
      from loan l
     where l.disbursed_on is not null
       and not exists (select from loan_balance b where b.loan_id = l.id)
       and not exists (select from loan later where later.id = l.id and later.version = l.version + 1)
    union all
    select l.id, l.org_id, 'signed', l.matures_on
      from loan l
     where l.disbursed_on is null
       and not exists (select from loan_balance b where b.loan_id = l.id)
       and not exists (select from loan later where later.id = l.id and later.version = l.version + 1);

-- Those of them that are in a state on a day that nothing is told behind: only the end of a term is still ahead.
create or replace function loan_last_states(in_state text, on_day date) returns setof loan_last_state
    language sql stable as $$
    select s.*
      from loan_last_state s
     where s.state = case in_state when 'active' then 'matured' else in_state end
       and (in_state <> 'active' or s.matures_on >= on_day)
       and (in_state <> 'matured' or s.matures_on < on_day)
$$;

-- Which loans are in a state today. Of a page in the order of recording (what begins behind after, from the newest back
-- if so asked) so many; else all. Of many that were settled or are past their term the first are found in that order;
-- those that go on are the newest of a book: they are found by their state and then sorted. Runs as the owner: whoever
-- lists them sees what he may.
create or replace function loans_in_state(state text, page boolean, after uuid, back boolean, most bigint)
    returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan as $$
declare
    org constant bigint := case when my_kind() = 'bank' then my_org() end;
    cut constant boolean := page and my_kind() in ('bank', 'finance', 'ip_office', 'auditor');
    many constant boolean := cut and state in ('settled', 'matured');
begin
    return query
    select s.id
      from loan_last_states(state, today()) s
     where (org is null or s.org_id = org)
       and (not cut or after is null or case when back then s.id < after else s.id > after end)
     order by case when many and back then s.id end desc, case when many and not back then s.id end,
              case when cut and not many and back then s.id::text end desc,
              case when cut and not many and not back then s.id::text end
     limit case when cut then most end;
end $$;

-- All loans in a state today (or of the bank that asks, when that is not asked), if they are few; else null.
create or replace function loans_if_few(in_state text) returns uuid[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    few constant int := 5000;
    these uuid[];
begin
    if in_state is not null then
        these := array(select s.id from loan_last_states(in_state, today()) s limit few + 1);
    end if;
    if my_kind() = 'bank' and (these is null or cardinality(these) > few) then
        these := array(select s.id from submission s where s.org_id = my_org() and s.type = 'loan' limit few + 1);
    end if;
    return case when cardinality(these) <= few then these end;
end $$;

-- The first loans in an order (as ?order, but that of recording) behind another, of those that whoever asks sees
-- (as loan_read says: it runs as the owner, so that the plan is that of the tables alone) and that fit; each filter or
-- null. An index is gone through in the order and what does not fit passed over; of what is rare, and of who has few,
-- the few are sorted. Contract numbers stand by bank: of each bank come so many, and whoever lists them sorts.
create or replace function loans_in_order(sorted text, after uuid, most bigint, near text, first_day date,
    last_day date, in_state text, as_of date, known_at timestamptz, looked_for text) returns uuid[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan as $$
declare
    kind constant text := my_kind();
    place constant text := my_district();
    names constant text[] := my_names();
    day constant date := coalesce(as_of, today());
    form constant text := text_form(looked_for);
    these constant uuid[] := loans_if_few(case when num_nonnulls(as_of, known_at) = 0 then in_state end);
    banks bigint[] := array[case when kind = 'bank' then my_org() end];
    l loan; -- which the page begins behind, and its number and name
    number_form text;
    name_form text;
    pages uuid[] := '{}'::uuid[];
begin
    select x.* into l
      from loan x
     where x.id = after and (known_at is null or x.recorded_at <= known_at)
     order by x.version desc
     limit 1;
    name_form := text_form(l.borrower_name);
    number_form := (select s.key_form from submission s where s.id = l.id and s.version = l.version);
    if banks[1] is null and sorted like '%contract_no' then
        banks := array(select o.id from org o where o.kind = 'bank');
    end if;
    for i in 1 .. cardinality(banks) loop
        pages := pages || array(
            select v.id
              from submission r
              join loan v on v.id = r.id and v.version = r.version
             where r.type = 'loan'
               and (banks[i] is null or r.org_id = banks[i] and v.org_id = banks[i])
               and (these is null or v.id = any (these))
               and (kind in ('finance', 'ip_office', 'auditor', 'bank')
                    or kind = 'district' and v.district = place
                    or kind in ('insurer', 'guarantor') and v.parties && names)
               and (known_at is null or v.recorded_at <= known_at)
               and (near is null or v.district = near)
               and (first_day is null or v.signed_on between first_day and last_day)
               and (after is null or case sorted
                    when 'amount' then (v.amount_fen, v.id) > (l.amount_fen, after)
                    when '-amount' then (v.amount_fen, v.id) < (l.amount_fen, after)
                    when 'signed_on' then (v.signed_on, v.id) > (l.signed_on, after)
                    when '-signed_on' then (v.signed_on, v.id) < (l.signed_on, after)
                    when 'matures_on' then (v.matures_on, v.id) > (l.matures_on, after)
                    when '-matures_on' then (v.matures_on, v.id) < (l.matures_on, after)
                    when 'borrower_name' then (text_form(v.borrower_name), v.id) > (name_form, after)
                    when '-borrower_name' then (text_form(v.borrower_name), v.id) < (name_form, after)
                    when 'contract_no' then (r.key_form, r.id) > (number_form, after)
                    when '-contract_no' then (r.key_form, r.id) < (number_form, after) end)
               and (looked_for is null
                    or position(form in r.key_form) > 0
                    or position(upper(looked_for) in v.borrower) > 0
                    or position(looked_for in v.borrower_name) > 0)
               and (select count(*) = 0 -- told so, it is asked of each row on the way and not of all together
                      from loan later
                     where later.id = v.id and later.version = v.version + 1
                       and (known_at is null or later.recorded_at <= known_at))
               and case when in_state is null or loan_state(v, day, known_at) = in_state then true else false end
             order by case when sorted = 'amount' then v.amount_fen end,
                      case when sorted = '-amount' then v.amount_fen end desc,
                      case when sorted = 'signed_on' then v.signed_on end,
                      case when sorted = '-signed_on' then v.signed_on end desc,
                      case when sorted = 'matures_on' then v.matures_on end,
                      case when sorted = '-matures_on' then v.matures_on end desc,
                      case when sorted = 'borrower_name' then text_form(v.borrower_name) end,
                      case when sorted = '-borrower_name' then text_form(v.borrower_name) end desc,
                      case when sorted = 'contract_no' then r.key_form end,
                      case when sorted = '-contract_no' then r.key_form end desc,
                      case when sorted like '-%' then v.id end desc,
                      v.id
             limit most);
    end loop;
    return pages;
end $$;

-- What corrections of loans change of balances beside what their newest versions stand at: of those without events
-- what the versions before stood at goes, those with events are made again.
create or replace function rollup_balances_corrected(ids uuid[]) returns balance_change[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    changes balance_change[];
begin
    select array_agg(c) into changes
      from unnest(ids) i
     cross join lateral (select x.version from loan x where x.id = i order by x.version desc limit 1) f
     cross join lateral (select * from loan x where x.id = i and x.version = f.version - 1 offset 0) o
     cross join lateral rollup_eventless_changes(o.org_id, o.borrower, o.signed_on, o.disbursed_on, o.registered_on,
                                                 o.matures_on, o.pledge_no, o.amount_fen, -1) c
     where not exists (select from loan_balance b where b.loan_id = i);
    select changes || array_agg(c) into changes
      from (select i from unnest(ids) i
             where exists (select from loan_balance b where b.loan_id = i)
             order by i) x
     cross join lateral (select v from loan v where v.id = x.i order by v.version desc limit 1) l
     cross join lateral unnest(loan_balance_keep(l.v, '-infinity')) c;
    return changes;
end $$;

-- After the events of a batch: the balances of their loans, each once however many of its events came. An event
-- changes nothing before its day; a reversal may, and a disbursement, which takes the place of the loan's own day. What
-- a reversal shows beside claims is flagged.
create or replace function loan_event_followed(ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    changes balance_change[];
begin
    select array_agg(c) into changes
      from (select x.loan_id,
                   min(case when x.kind in ('disbursed', 'reversed', 'voided') then '-infinity'
                            else x.on_day end) as since
              from unnest(ids) i
             cross join lateral (select * from loan_event e where e.id = i offset 0) x
             group by x.loan_id
             order by x.loan_id) e
     cross join lateral (select v from loan v where v.id = e.loan_id order by v.version desc limit 1) l
     cross join lateral unnest(loan_balance_keep(l.v, e.since)) c;
    perform rollup_balance_add(changes);
    insert into event_rollup as r (org_id, quarter, events, late)
    select x.org_id, quarter_start(x.on_day), count(*),
           count(*) filter (where x.recorded_at >= (select d.late_from from report_deadline(x.on_day) d))
      from unnest(ids) i
     cross join lateral (select * from loan_event e where e.id = i offset 0) x
     group by 1, 2
     order by 1, 2
    on conflict on constraint event_rollup_key do update
       set events = r.events + excluded.events, late = r.late + excluded.late;
    insert into sealed_change (loan_id, recorded_at)
    select distinct x.loan_id, x.recorded_at
      from report_sealed() s
     cross join unnest(ids) i
     cross join lateral (select * from loan_event e where e.id = i offset 0) x
     where x.on_day <= s.until or x.kind in ('reversed', 'voided', 'disbursed') and s.until is not null
    on conflict do nothing;
    perform coverage_bad_again(ids);
end $$;

-- After the leaves of a flight: how many records of those who report came in the quarter of the clock. Once a flight,
-- not for each record.
create or replace function log_leaf_received() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into received_rollup as r (org_id, quarter, records, corrections, ids)
    select f.org_id, quarter_start(shanghai_day(f.recorded_at)), sum(f.records), sum(f.corrections), sum(f.ids)
      from (select x.org_id, x.recorded_at, count(*) as records, count(*) filter (where x.version > 1) as corrections,
                   count(*) filter (where x.version = 1 or not exists (
                       select from submission e
                        where e.id = x.id and e.version = x.version - 1
                          and quarter_start(shanghai_day(e.recorded_at))
                              = quarter_start(shanghai_day(x.recorded_at)))) as ids
              from fresh l
             cross join lateral (
                   select s.id, s.version, s.org_id, s.recorded_at
                     from submission s where s.id = l.record_id and s.version = l.version offset 0) x
             group by 1, 2) f
      join org o on o.id = f.org_id and o.kind in ('bank', 'insurer', 'guarantor')
     group by 1, 2
     order by 1, 2
    on conflict on constraint received_rollup_key do update
       set records = r.records + excluded.records, corrections = r.corrections + excluded.corrections,
           ids = r.ids + excluded.ids;
    return null;
end $$;
create or replace trigger received after insert on log_leaf referencing new table as fresh
    for each statement execute function log_leaf_received();

-- The periods of loan_sums (report.sql) as quarters that count whole; last: the last quarter that counts. Until a day
-- of it (cut) the quarter in which each period ends is left to rollup_heads, but for the quarter that runs today. Made
-- once for whoever joins them: PL/pgSQL keeps rows.
create or replace function report_periods(first date, last date, cut date)
    returns table (n int, since date, until date)
    language plpgsql stable rows 7 as $$
declare
    plan date := plan_first_day(first, null);
begin
    return query
    select x.n, x.since,
           case when cut is null or x.n in (0, 1, 4, 6) and cut >= today() then x.until
                else (x.until - interval '3 months')::date end
      from (values
           (1, first, last),
           (2, year_before(first), year_before(last)),
           (3, (first - interval '3 months')::date, (least(first, last) - interval '3 months')::date),
           (4, year_start(first), last),
           (5, year_before(year_start(first)), year_before(last)),
           (6, plan, last),
           (0, least(plan, year_before(year_start(first))), last)) as x(n, since, until);
end $$;

-- The row of a section (null: of each) in which a loan l stands, as an expression: what rollup_class_rows says of its
-- class, without making that.
create or replace function rollup_row_expression(of_section text) returns table (section text, expression text)
    language sql immutable rows 1 as $$
    select x.section, x.expression
      from (values
           ('all', ''''''),
           ('by_bank', 'l.org_id::text'),
           ('by_district', 'l.district'),
           ('by_kind', 'loan_secured_by(l.patents, l.trademarks)'),
           ('by_ip_kind', '(select coalesce(loan_right_kind(min(p.kind), max(p.kind)), ''unknown'')'
                          ' from loan_ip p where p.record_id = l.id and p.version = l.version)'),
           ('by_product', 'l.product'),
           ('by_size', 'l.size'),
           ('by_industry', 'loan_industry_section(l.industry)'),
           ('small_loans', 'loan_amount_class(l.amount_fen)'),
           ('first_loans', 'loan_firstness(l.first_loan)')) as x(section, expression)
     where of_section is null or x.section = of_section
$$;

-- What the quarters that count up to a day alone add to each period (report_periods) of a section: that of the report
-- up to cut, the same of last year and the one before up to the days that compare with it; and to the periods of all
-- quarters of the plan, as they stand beside those of last year (7) and the quarters before (8). Today the quarter
-- of the report is in the sums as it is: nothing is dated after. They are sums of their days; a firm counts in the
-- first of its quarters that lies in the period. Runs as the owner, as what firms took is nobody's to read: so it asks
-- who it is that asks.
create or replace function rollup_heads(section text, first date, cut date)
    returns table (n int, row_key text, loans bigint, fen bigint, registered bigint, patents bigint, trademarks bigint,
                   firms bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    plan constant date := plan_first_day(first, null);
    previous constant date := (first - interval '3 months')::date;
    since_day constant date[] := array[first, year_before(first), previous];
    until_day constant date[] := array[case when cut < today() then cut end, year_before(cut),
                                       report_cut_before(first, cut)];
begin
    if my_kind() not in ('finance', 'ip_office', 'auditor') then
        return;
    end if;
    return query
    select p.n, d.row_key, sum(d.loans)::bigint, sum(d.amount_fen)::bigint, sum(d.registered_fen)::bigint,
           sum(d.patents)::bigint, sum(d.trademarks)::bigint,
           coalesce(sum(d.firms) filter (where d.before < p.since), 0)::bigint
      from (values (0, 1, rollup_heads.first), (1, 1, rollup_heads.first), (2, 2, year_before(rollup_heads.first)),
                   (3, 3, previous), (4, 1, year_start(rollup_heads.first)),
                   (5, 2, year_before(year_start(rollup_heads.first))), (6, 1, plan),
                   (7, 2, (plan - interval '12 months')::date), (8, 3, (plan - interval '3 months')::date)
           ) as p(n, place, since)
      join rollup_days_now(rollup_heads.section, since_day, until_day) d
        on d.day between since_day[p.place] and until_day[p.place]
     where p.since <= since_day[p.place]
       and (p.n <= 6 or rollup_heads.section = 'all')
     group by 1, 2;
end $$;

-- Loans, amount and distinct firms of a section's rows, as arrays over the periods 1 to 6, and what is registered of
-- the quarter. A firm counts in the first of its quarters that lies in the period. cut: of quarters that end a period
-- only the days up to that one, or what compares with it; null: all.
create or replace function rollup_city_sums(section text, first date, last date, cut date)
    returns table (row_key text, facts bigint, loans bigint[], fen bigint[], firms bigint[], registered bigint,
                   patents bigint[], trademarks bigint[])
    language sql stable as $$
    with head as materialized (
        select h.* from rollup_heads($1, first, cut) h where cut is not null
    ),
    loan as (
        select x.row_key, x.n, sum(x.loans)::bigint as loans, sum(x.fen)::bigint as fen,
               sum(x.registered)::bigint as registered, sum(x.patents)::bigint as patents,
               sum(x.trademarks)::bigint as trademarks
          from (select r.row_key, p.n, r.loans, r.amount_fen as fen, r.registered_fen as registered, r.patents,
                       r.trademarks
                  from city_rollup r
                  join report_periods(first, last, cut) p on r.quarter between p.since and p.until
                 where r.section = $1
                union all
                select h.row_key, h.n, h.loans, h.fen, h.registered, h.patents, h.trademarks
                  from head h
                 where h.n <= 6) x
         group by 1, 2
    ),
    firm as (
        select x.row_key, x.n, sum(x.firms)::bigint as firms
          from (select r.row_key, p.n, r.firms
                  from city_firms r
                  join report_periods(first, last, cut) p on r.quarter between p.since and p.until
                                                         and r.before < p.since
                 where r.section = $1
                union all
                select h.row_key, h.n, h.firms from head h) x
         group by 1, 2
    )
    select k.row_key, k.loans, array_agg(coalesce(l.loans, 0) order by p.n), array_agg(coalesce(l.fen, 0) order by p.n),
           array_agg(coalesce(f.firms, 0) order by p.n), coalesce(max(l.registered) filter (where p.n = 1), 0),
           array_agg(coalesce(l.patents, 0) order by p.n), array_agg(coalesce(l.trademarks, 0) order by p.n)
      from loan k
     cross join generate_series(1, 6) as p(n)
      left join loan l on l.row_key = k.row_key and l.n = p.n
      left join firm f on f.row_key = k.row_key and f.n = p.n
     where k.n = 0 and k.loans > 0
     group by k.row_key, k.loans
$$;

-- Two lists of six as one of twelve: a, b, a, b …
create or replace function rollup_in_pairs(a bigint[], b bigint[]) returns bigint[] language sql immutable as
    $$ select array_agg(x order by n, side) from (select a[n], n, 1 from generate_series(1, 6) n
       union all select b[n], n, 2 from generate_series(1, 6) n) as p(x, n, side) $$;

-- Cells of a section that counts loans, from the sums.
create or replace function rollup_cells_of_loans(section text, first date, cut date) returns setof report_cells_row
    language sql stable as $$
    select case when c.section = 'by_bank' then (select o.code from org o where o.id = c.row_key::bigint)
                when c.section <> 'all' then c.row_key end,
           rollup_in_pairs(c.loans, c.fen) || case when r.registered then c.registered end,
           rollup_in_pairs(c.firms, c.firms) || case when r.registered then c.firms[1] else 0 end,
           c.facts
      from (select $1 as section, s.* from rollup_city_sums($1, first, first, cut) s
            union all
            select 'all', s.* from rollup_city_sums('all', first, first, cut) s) c
      join report_sections() r on r.section = $1
$$;

-- Cells of the headline, from the sums.
create or replace function rollup_cells_of_headline(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with whole as (select * from rollup_city_sums('all', first, first, cut))
    select 'count', w.loans || array_fill(null::bigint, '{7}'), w.firms || array_fill(0::bigint, '{7}'), w.facts
      from whole w
    union all
    select 'amount', w.fen || array_fill(null::bigint, '{7}'), w.firms || array_fill(0::bigint, '{7}'), w.facts
      from whole w
    union all -- of how many firms is told beside the loans
    select x.row_key, x.v || array_fill(null::bigint, '{7}'),
           array(select case when n = 0 then 0 end from unnest(x.v) n) || array_fill(0::bigint, '{7}'), w.facts
      from whole w
     cross join lateral (values ('patents', w.patents), ('trademarks', w.trademarks)) as x(row_key, v)
    union all
    select null, array(select w.loans[n] + w.fen[n] + w.patents[n] + w.trademarks[n]
                         from generate_series(1, 6) n order by n) || array_fill(null::bigint, '{7}'),
           array(select case when w.patents[n] + w.trademarks[n] = 0 then w.firms[n] end
                   from generate_series(1, 6) n order by n) || array_fill(0::bigint, '{7}'), 4 * w.facts
      from whole w
$$;

-- Each quarter of the plan beside the same of last year (4 quarters before) and the quarter before (1).
create or replace function rollup_cells_of_quarters(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with plan as materialized ( -- asked for once
        select plan_first_day(first, null) as day
    ),
    head as materialized ( -- of the quarter up to cut
        select h.* from rollup_heads('all', first, cut) h where cut is not null
    ),
    cell as (
        select q.first as quarter, b.place, r.loans, r.amount_fen as fen, r.quarter as of, null::bigint as firms
          from plan
         cross join lateral generate_series(plan.day::timestamp, rollup_cells_of_quarters.first::timestamp, '3 months')
               as q(first)
         cross join (values (1, 0), (2, 12), (3, 3)) as b(place, months)
          join city_rollup r on r.section = 'all' and r.quarter = (q.first - make_interval(months => b.months))::date
         where r.loans > 0
           and (cut is null or q.first < rollup_cells_of_quarters.first or b.place = 1 and cut >= today())
        union all
        select first, h.n, h.loans, h.fen, null, h.firms
          from head h
         cross join plan
         where h.n between 1 and 3 and plan.day <= first
    ),
    firm as (
        select c.quarter, c.place, sum(f.firms)::bigint as firms
          from cell c
          join city_firms f on f.section = 'all' and f.quarter = c.of
         group by 1, 2
        union all
        select c.quarter, c.place, c.firms from cell c where c.firms is not null
    ),
    whole as ( -- a firm of several quarters is one
        select x.place, sum(x.firms)::bigint as firms
          from (select b.place, f.firms
                  from (values (1, 0), (2, 12), (3, 3)) as b(place, months)
                 cross join plan
                 cross join lateral (
                       select (plan.day - make_interval(months => b.months))::date as since,
                              (first - make_interval(months => b.months + case
                                  when cut is null or b.place = 1 and cut >= today() then 0 else 3 end))::date
                                  as until) p
                  join city_firms f on f.section = 'all' and f.quarter between p.since and p.until
                                   and f.before < p.since
                union all
                select h.n - 5, h.firms from head h where h.n between 6 and 8) x
         group by 1
    ),
    wide as (
        select to_char(c.quarter, 'YYYY"Q"Q') as row_key, c.place, c.loans, c.fen, f.firms
          from cell c
          join firm f on f.quarter = c.quarter and f.place = c.place
        union all
        select null, c.place, sum(c.loans)::bigint, sum(c.fen)::bigint,
               (select w.firms from whole w where w.place = c.place)
          from cell c
         group by c.place
    ),
    row as (
        select k.row_key, sum(w.loans)::bigint as facts, array_agg(coalesce(w.loans, 0) order by p.place) as l,
               array_agg(coalesce(w.fen, 0) order by p.place) as a,
               array_agg(coalesce(w.firms, 0) order by p.place) as f
          from (select distinct w.row_key from wide w) k
         cross join generate_series(1, 3) as p(place)
          left join wide w on w.row_key is not distinct from k.row_key and w.place = p.place
         group by 1
    )
    select r.row_key, array[r.l[1], r.a[1], r.l[2], r.a[2], r.l[3], r.a[3]] || array_fill(null::bigint, '{7}'),
           array[r.f[1], r.f[1], r.f[2], r.f[2], r.f[3], r.f[3]] || array_fill(0::bigint, '{7}'), r.facts
      from row r
$$;

-- Growth: the year to date beside the same of last year; total: all of the plan so far. Nothing counts after it.
create or replace function rollup_cells_of_targets(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with target as (
        select t.id, t.kind = 'growth' as growth,
               case when t.metric = 'amount' then s.fen else s.loans end as m, s.firms, s.facts
          from plan p
          join plan_target t on t.plan = p.code and t.metric in ('amount', 'count')
         cross join rollup_city_sums('all', first, least(first, make_date(p.last_year, 10, 1)),
                                     case when first <= make_date(p.last_year, 10, 1) then cut end) s
         where p.code = plan_of(first, null)
    )
    select t.id, array[case when t.growth then t.m[4] else t.m[6] end, case when t.growth then t.m[5] end]
                 || array_fill(null::bigint, '{11}'),
           array[case when t.growth then t.firms[4] else t.firms[6] end, case when t.growth then t.firms[5] else 0 end]
           || array_fill(0::bigint, '{11}'), t.facts
      from target t
    union all -- the year to date lies in the plan so far, or before it
    select null, array[sum(case when t.growth then t.m[4] else t.m[6] end)::bigint,
                       sum(case when t.growth then t.m[5] end)::bigint] || array_fill(null::bigint, '{11}'),
           array[max(case when t.growth then t.firms[4] else t.firms[6] end),
                 max(case when t.growth then t.firms[5] else 0 end)] || array_fill(0::bigint, '{11}'),
           sum(t.facts)::bigint
      from target t
    having count(*) > 0
$$;

-- What is still to happen between a day of a quarter and its end (rollup_ahead.sql) taken from the sums of the quarter,
-- and from the numbers of firms behind them: by bank, 0 being the city. own: as rollup_balances. It asks who asks, as
-- rollup_heads does.
create or replace function rollup_less(first date, cut date, own boolean)
    returns table (org_id bigint, what smallint, n bigint, firms bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if cut is null or my_kind() not in ('finance', 'ip_office', 'auditor') then
        return;
    end if;
    return query
    select a.org_id, a.what, -sum(a.n)::bigint, -sum(a.firms)::bigint
      from rollup_ahead_now(cut + 1, quarter_end(rollup_less.first), rollup_less.own) a
     group by 1, 2;
end $$;

-- The sums of balances of a quarter, by bank and in all (0), and the firms behind them; up to a day of it, if one is
-- told. own: of what is told of the quarter alone (from 11 on), else of what is owed.
create or replace function rollup_balances(first date, cut date, own boolean)
    returns table (org_id bigint, what smallint, n bigint, firms bigint) language sql stable as $$
    select x.org_id, x.what, sum(x.n)::bigint, sum(x.firms)::bigint
      from (select k.org_id, b.what, b.n, 0::bigint as firms
              from balance_rollup b
             cross join lateral (values (b.org_id), (0)) as k(org_id)
             where b.quarter <= first and (not own or b.quarter = first)
            union all
            select b.org_id, b.what, 0, b.firms
              from balance_firms b
             where b.quarter <= first and (not own or b.quarter = first)
            union all
            select l.* from rollup_less(first, cut, own) l) x
     where (x.what > 10) = own
     group by 1, 2
$$;

-- Cells of what is owed, by bank and in all, from the sums.
create or replace function rollup_cells_of_balances(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with sum as materialized (
        select b.org_id, b.what, b.n, b.firms from rollup_balances(first, cut, false) b
    )
    select case when k.org_id <> 0 then (select o.code from org o where o.id = k.org_id) end,
           array_agg(case when p.what <= 10 then coalesce(s.n, 0) end order by p.what),
           array_agg(coalesce(f.firms, 0) order by p.what),
           k.facts
      from (select s.org_id, sum(s.n)::bigint as facts from sum s where s.what in (1, 7) group by 1) k
     cross join generate_series(1, 13) as p(what)
      left join sum s on s.org_id = k.org_id and s.what = p.what
      left join sum f on f.org_id = k.org_id and f.what = p.what - 1 + p.what % 2
     where k.facts > 0
     group by k.org_id, k.facts
$$;

-- Cells of how well banks report, from the sums: of each bank (0: of the city) and column what it comes to and the
-- firms behind it. What is not of a firm is nobody's own figure.
create or replace function rollup_cells_of_reporters(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with own as materialized (
        select b.* from rollup_balances(first, cut, true) b where b.what in (11, 12)
    ),
    part as (
        select case r.section when 'by_bank' then r.row_key::bigint when 'late_by_bank' then r.row_key::bigint
                              else 0 end as org_id,
               case when r.section in ('all', 'by_bank') then 1 else 2 end as at, r.loans as n
          from city_rollup r
         where r.section in ('all', 'late', 'by_bank', 'late_by_bank') and r.quarter = first
        union all
        select k.org_id, k.at, sum(k.n)::bigint
          from event_rollup e
         cross join lateral (values (e.org_id, 3, e.events), (e.org_id, 4, e.late), (0, 3, e.events), (0, 4, e.late))
               as k(org_id, at, n)
         where e.quarter = first
         group by 1, 2
        union all
        select b.org_id, b.what - 6, b.n from own b
    ),
    silent as materialized (
        select o.org_id
          from (select b.id as org_id
                  from org b
                 where b.kind = 'bank'
                   and not exists (select from part p where p.org_id = b.id and p.at in (1, 3) and p.n > 0)
                offset 0) o
         where rollup_bank_lends(o.org_id, first)
    ),
    told as (
        select p.org_id, p.at, p.n from part p
        union all
        select s.org_id, 7, 1 from silent s
        union all
        select 0, 7, count(*) from silent s
    ),
    firm as (
        select case r.section when 'by_bank' then r.row_key::bigint when 'late_by_bank' then r.row_key::bigint
                              else 0 end as org_id,
               case when r.section in ('all', 'by_bank') then 1 else 2 end as at, sum(r.firms)::bigint as firms
          from city_firms r
         where r.section in ('all', 'late', 'by_bank', 'late_by_bank') and r.quarter = first
         group by 1, 2
        union all
        select b.org_id, a.at, b.firms
          from own b
         cross join (values (5), (6)) as a(at)
         where b.what = 11
    )
    select (select o.code from org o where o.id = k.org_id),
           array_agg(case when p.at <= 7 then coalesce(t.n, 0) end order by p.at),
           array_agg(case when p.at in (3, 4, 7) and t.n > 0 then null else coalesce(f.firms, 0) end order by p.at),
           k.facts
      from (select t.org_id, sum(t.n)::bigint as facts from told t where t.at in (1, 3, 5, 7) group by 1) k
     cross join generate_series(1, 13) as p(at)
      left join told t on t.org_id = k.org_id and t.at = p.at
      left join firm f on f.org_id = k.org_id and f.at = p.at
     where k.facts > 0
     group by k.org_id, k.facts
$$;

-- Had a bank lent before a quarter what was owed at its end? Where the sums say that nothing is, no loan is looked at;
-- else the first that is found will do.
create or replace function rollup_bank_lends(org bigint, first date) returns boolean language plpgsql stable as $$
begin
    return coalesce((select sum(b.n) > 0
                       from balance_rollup b
                      where b.org_id = org and b.what = 1 and b.quarter <= first), false)
       and exists (select from (select r.id, r.version from submission r
                                 where r.org_id = org and r.type = 'loan' offset 0) r
                    cross join lateral (select * from loan x where x.id = r.id and x.version = r.version offset 0) l
                    where loan_is_lent(l, first, quarter_end(first), null));
end $$;

-- Cells of what came in, was refused, corrected or contradicts itself, from the sums; numbers that two loans have are
-- looked up by the numbers that two loans ever had.
create or replace function rollup_cells_of_quality(first date, cut date) returns setof report_cells_row
    language sql stable as $$
    with own as materialized (
        select b.org_id, case when b.what < 15 then b.what - 8 else b.what - 7 end as at, b.n, b.firms
          from rollup_balances(first, cut, true) b
         where b.what > 12
    ),
    twice as materialized (
        select l.org_id, l.borrower
          from pledge_no_shared s
         cross join lateral (select * from loan x where x.pledge_no = s.pledge_no offset 0) l
         where l.signed_on <= quarter_end(first)
           and not record_has_later(l.id, l.version, null)
           and not loan_is_void(l.id, null)
           and (l.signed_on >= first
                or exists (select from loan_event e
                            where e.loan_id = l.id and e.on_day between first and quarter_end(first)))
           and loan_pledged_twice(l, null)
    ),
    part as (
        select r.org_id, c.at, c.n
          from received_rollup r
         cross join lateral (values (1, r.records), (4, r.corrections), (10, r.records), (0, r.ids)) as c(at, n)
         where r.quarter = first
        union all
        select i.org_id, c.at, c.n
          from (select x.org_id, sum(x.refused)::bigint as refused, sum(x.conflicts)::bigint as conflicts,
                       count(*) as days
                  from intake x
                 where x.on_day between first and quarter_end(first)
                 group by 1) i
         cross join lateral (values (2, i.refused), (3, i.conflicts), (10, i.refused), (0, i.days)) as c(at, n)
        union all
        select b.org_id, c.at, b.n
          from own b
         cross join lateral (values (b.at), (0)) as c(at)
         where b.org_id <> 0
        union all
        select t.org_id, c.at, t.n
          from (select x.org_id, count(*) as n from twice x group by 1) t
         cross join (values (7), (0)) as c(at)
    ),
    told as ( -- at 0: how many facts
        select k.org_id, p.at, sum(p.n)::bigint as n
          from part p
         cross join lateral (values (p.org_id), (0)) as k(org_id)
         group by 1, 2
    ),
    firm as (
        select b.org_id, b.at, b.firms from own b
        union all
        select k.org_id, 7, count(distinct t.borrower)
          from twice t
         cross join lateral (values (t.org_id), (0)) as k(org_id)
         group by 1
    )
    select (select o.code from org o where o.id = k.org_id),
           array_agg(case when p.at <= 10 then coalesce(t.n, 0) end order by p.at),
           array_agg(case when p.at in (1, 2, 3, 4, 10) and t.n > 0 then null else coalesce(f.firms, 0) end
                     order by p.at),
           k.n
      from told k
     cross join generate_series(1, 13) as p(at)
      left join told t on t.org_id = k.org_id and t.at = p.at
      left join firm f on f.org_id = k.org_id and f.at = p.at
     where k.at = 0 and k.n > 0
     group by k.org_id, k.n
$$;

-- After an event: a loan that is void leaves every sum, and comes back when that is reversed. By row: most events are
-- not looked at.
create or replace function loan_void_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    back uuid;
begin
    if new.kind = 'voided' then
        insert into loan_void (event_id, loan_id, from_at) values (new.id, new.loan_id, new.recorded_at);
    else
        update loan_void v
           set until_at = new.recorded_at
          from loan_event e
         where e.loan_id = new.loan_id and e.reference = new.reverses and e.kind = 'voided'
           and v.event_id = e.id and v.until_at = 'infinity'
        returning v.event_id into back;
        if back is null -- or it is void all the same: a loan could be void twice
           or exists (select from loan_void v where v.loan_id = new.loan_id and v.until_at = 'infinity') then
            return null;
        end if;
    end if;
    perform rollup_loans_add(array[rollup_version(l, case when new.kind = 'voided' then -1 else 1 end)])
       from (select v from loan v where v.id = new.loan_id order by v.version desc limit 1) x(l);
    return null;
end $$;
create or replace trigger loan_void after insert on loan_event
    for each row when (new.kind in ('voided', 'reversed')) execute function loan_void_keep();
