-- Rollups: sums of loans and balances that the storing statement keeps.

-- A loan's class: all that the report tells loans apart by, in one text.
create or replace function loan_class(org_id bigint, district text, patents int, trademarks int,
                                      right_kind text, product text, size text, industry text,
                                      amount_fen bigint, first_loan boolean)
    returns text language sql immutable parallel safe as $$
    select org_id::text || ' ' || district || ' '
           || loan_secured_by(patents, trademarks) || ' '
           || coalesce(right_kind, 'unknown') || ' ' || product || ' ' || size || ' '
           || loan_industry_section(industry) || ' ' || loan_amount_class(amount_fen) || ' '
           || loan_firstness(first_loan)
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
      from loan_class_named(class) c
     cross join lateral (values
           ('all', ''), ('by_bank', c.org_id::text), ('by_district', c.district), ('by_kind', c.secured_by),
           ('by_ip_kind', c.right_kind), ('by_product', c.product), ('by_size', c.size), ('by_industry', c.industry),
           ('small_loans', c.amount_class), ('first_loans', c.firstness)) as r(section, row_key)
$$;

-- What one firm took in one quarter, made again from its loans.
create or replace function rollup_firm_classes(borrower text, quarter date) returns text[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(distinct x.class order by x.class), '{}')
      from (select loan_class(l.org_id, l.district, l.patents, l.trademarks,
                              (select loan_right_kind(min(p.kind), max(p.kind))
                                 from loan_ip p
                                where p.record_id = l.id and p.version = l.version),
                              l.product, l.size, l.industry, l.amount_fen, l.first_loan) as class
              from loan l
             where l.borrower = $1
               and l.signed_on between $2 and quarter_end($2)
               and not exists (select from loan later
                                where later.id = l.id and later.version = l.version + 1 and later.version > 1)
               and not loan_is_void(l.id, null)) x
$$;

-- Which firms took something else in a quarter than what stands in firm_quarter, and what. Most loans of a known
-- firm change nothing of it.
create or replace function rollup_firms_changed(versions loan_version[]) returns firm_change[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    changes firm_change[];
begin
    select array_agg(row(x.borrower, x.quarter, x.classes)::firm_change) into changes
      from (select t.borrower, t.quarter, s.classes as was,
                   case when t.gone then rollup_firm_classes(t.borrower, t.quarter)
                        when t.classes <@ s.classes then s.classes
                        else array(select c from unnest(t.classes || s.classes) as c group by c order by c) end
                       as classes
              from (select v.borrower, v.quarter, bool_or(v.sign < 0) as gone, array_agg(v.class) as classes
                      from unnest(versions) v
                     group by 1, 2) t
              left join lateral (
                   select q.classes from firm_quarter q where q.borrower = t.borrower and q.quarter = t.quarter
                   offset 0) s on true) x
     where x.classes is distinct from coalesce(x.was, '{}');
    return changes;
end $$;

-- These firms are new, each in one quarter: nothing stood before it. What rechain does for any, at a fifth of its cost.
create or replace function rollup_firms_begin(changes firm_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into firm_quarter (borrower, quarter, classes)
    select c.borrower, c.quarter, c.classes from unnest(changes) c;
    insert into city_firms as r (section, row_key, quarter, before, firms)
    select k.section, k.row_key, c.quarter, '-infinity', count(distinct c.borrower)
      from unnest(changes) c
     cross join unnest(c.classes) class
     cross join lateral rollup_class_rows(class) k
     group by 1, 2, 3
     order by 1, 2, 3
    on conflict on constraint city_firms_key do update set firms = r.firms + excluded.firms;
end $$;

-- Are these firms new, each in one quarter?
create or replace function rollup_firms_are_new(changes firm_change[]) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return not exists (
               select from unnest(changes) c
                where c.classes = '{}' or exists (select from firm_quarter q where q.borrower = c.borrower))
           and (cardinality(changes) = 1
                or cardinality(changes) = (select count(distinct c.borrower) from unnest(changes) c));
end $$;

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

-- loan_rollup as it must be, summed anew from the loans: what verify compares with.
create or replace function rollup_loan_rows() returns setof loan_rollup
    language sql stable as $$
    select c.org_id, c.district, x.quarter, c.secured_by, c.right_kind, c.product, c.size, sum(x.loans)::bigint,
           sum(x.amount_fen)::bigint, sum(x.ip_amount_fen)::bigint,
           coalesce(sum(x.loans) filter (where c.amount_class = 'small'), 0)::bigint,
           coalesce(sum(x.amount_fen) filter (where c.amount_class = 'small'), 0)::bigint,
           coalesce(sum(x.loans) filter (where c.firstness = 'first'), 0)::bigint,
           coalesce(sum(x.amount_fen) filter (where c.firstness = 'first'), 0)::bigint
      from (select l.class, l.quarter, count(*) as loans, sum(l.amount_fen) as amount_fen,
                   sum(l.ip_amount_fen) as ip_amount_fen
              from loan_classed l
             group by l.class, l.quarter) x
     cross join lateral loan_class_named(x.class) c
     group by 1, 2, 3, 4, 5, 6, 7
$$;

-- Adds versions of loans to the sums, or takes them away, by their signs.
create or replace function rollup_loans_add(versions loan_version[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    changes firm_change[];
begin
    with class as materialized (
        select v.class, v.quarter, sum(v.sign)::bigint as loans,
               sum(v.sign * v.amount_fen)::bigint as amount_fen, sum(v.sign * v.ip_amount_fen)::bigint as ip_amount_fen,
               sum(v.sign * v.registered_fen)::bigint as registered_fen,
               sum(v.sign * v.patents)::bigint as patents, sum(v.sign * v.trademarks)::bigint as trademarks
          from unnest(versions) v
         group by 1, 2
    ),
    keys_added as (
        insert into loan_rollup as r (org_id, district, quarter, kind, right_kind, product, size, loans, amount_fen,
               ip_amount_fen, small_loans, small_fen, first_loans, first_fen)
        select c.org_id, c.district, x.quarter, c.secured_by, c.right_kind, c.product, c.size, sum(x.loans),
               sum(x.amount_fen), sum(x.ip_amount_fen),
               coalesce(sum(x.loans) filter (where c.amount_class = 'small'), 0),
               coalesce(sum(x.amount_fen) filter (where c.amount_class = 'small'), 0),
               coalesce(sum(x.loans) filter (where c.firstness = 'first'), 0),
               coalesce(sum(x.amount_fen) filter (where c.firstness = 'first'), 0)
          from class x
         cross join lateral loan_class_named(x.class) c
         group by 1, 2, 3, 4, 5, 6, 7
        having bool_or(x.loans <> 0 or x.amount_fen <> 0 or x.ip_amount_fen <> 0)
         order by 1, 2, 3, 4, 5, 6, 7
        on conflict on constraint loan_rollup_key do update
           set loans = r.loans + excluded.loans,
               amount_fen = r.amount_fen + excluded.amount_fen,
               ip_amount_fen = r.ip_amount_fen + excluded.ip_amount_fen,
               small_loans = r.small_loans + excluded.small_loans,
               small_fen = r.small_fen + excluded.small_fen,
               first_loans = r.first_loans + excluded.first_loans,
               first_fen = r.first_fen + excluded.first_fen
    )
    insert into city_rollup as r (section, row_key, quarter, loans, amount_fen, registered_fen, patents, trademarks)
    select k.section, k.row_key, x.quarter, sum(x.loans), sum(x.amount_fen), sum(x.registered_fen), sum(x.patents),
           sum(x.trademarks)
      from class x
     cross join lateral rollup_class_rows(x.class) k
     group by 1, 2, 3
    having sum(x.loans) <> 0 or sum(x.amount_fen) <> 0 or sum(x.registered_fen) <> 0 or sum(x.patents) <> 0
           or sum(x.trademarks) <> 0
     order by 1, 2, 3
    on conflict on constraint city_rollup_key do update
       set loans = r.loans + excluded.loans,
           amount_fen = r.amount_fen + excluded.amount_fen,
           registered_fen = r.registered_fen + excluded.registered_fen,
           patents = r.patents + excluded.patents,
           trademarks = r.trademarks + excluded.trademarks;
    changes := rollup_firms_changed(versions);
    if rollup_firms_are_new(changes) then
        perform rollup_firms_begin(changes);
    elsif changes is not null then
        perform rollup_firms_rechain(changes);
    end if;
end $$;

-- A version of a loan as the sums count it.
create or replace function rollup_version(l loan, sign int) returns loan_version
    language sql stable security definer set search_path = public, pg_temp as $$
    select row(sign, (l).borrower, quarter_start((l).signed_on),
               loan_class((l).org_id, (l).district, (l).patents, (l).trademarks, k.kind, (l).product, (l).size,
                          (l).industry, (l).amount_fen, (l).first_loan),
               (l).amount_fen, (l).ip_amount_fen, loan_registered_fen((l).registered_fen, (l).amount_fen),
               (l).patents, (l).trademarks)::loan_version
      from (select loan_right_kind(min(p.kind), max(p.kind)) as kind
              from loan_ip p
             where p.record_id = (l).id and p.version = (l).version) k
$$;

-- Adds the versions that a statement stored and takes away those they replace.
create or replace function loan_rollup_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    versions loan_version[];
begin
    select array_agg(row(v.sign, v.borrower, quarter_start(v.signed_on),
                         loan_class(v.org_id, v.district, v.patents, v.trademarks, k.kind, v.product, v.size,
                                    v.industry, v.amount_fen, v.first_loan),
                         v.amount_fen, v.ip_amount_fen,
                         loan_registered_fen(v.registered_fen, v.amount_fen), v.patents,
                         v.trademarks)::loan_version)
      into versions
      from (select 1 as sign, f.* from fresh f
            union all
            select -1, o.*
              from fresh f
             cross join lateral (
                   select * from loan x where x.id = f.id and x.version = f.version - 1 offset 0) o
             where f.version > 1) v
     cross join lateral (
           select loan_right_kind(min(p.kind), max(p.kind)) as kind
             from loan_ip p
            where p.record_id = v.id and p.version = v.version) k;
    perform rollup_loans_add(versions);
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

-- Of a loan without events the whole amount is outstanding from its day of disbursement, and past its term from the
-- day after it.
create or replace function rollup_eventless_changes(org_id bigint, district text, borrower text, disbursed_on date,
                                                    matures_on date, amount_fen bigint, sign int)
    returns setof balance_change language sql immutable parallel safe as $$
    select org_id, district, borrower, quarter_start(x.on_day), x.what::smallint, sign * x.n
      from (values (disbursed_on, 1, 1::bigint), (disbursed_on, 2, amount_fen),
                   (greatest(disbursed_on, matures_on + 1), 9, 1),
                   (greatest(disbursed_on, matures_on + 1), 10, amount_fen)
           ) as x(on_day, what, n)
     where disbursed_on is not null
$$;

-- The ends of the quarters in which the balance of a loan with events may change: those of its days.
create or replace function loan_quarter_ends(l loan) returns date[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(select quarter_end(e.on_day)
                   from loan_event e
                  where e.loan_id = l.id and e.kind <> 'reversed'
                 union
                 select quarter_end(e.matures_on + 1)
                   from loan_event e
                  where e.loan_id = l.id and e.matures_on is not null
                 union
                 select quarter_end(l.matures_on + 1)
                 union
                 select quarter_end(l.disbursed_on)
                  where l.disbursed_on is not null
                  order by 1);
end $$;

-- The balances of a loan with events from a quarter on. PL/pgSQL: a function of SQL that runs as the owner is planned
-- at each call, and every event makes one.
create or replace function loan_balances(l loan, since date)
    returns table (quarter date, v bigint[])
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    ends constant date[] := loan_quarter_ends(l);
begin
    return query
    select quarter_start(ends[x.ordinality]),
           rollup_balance_of(x.state, x.outstanding_fen, x.overdue_fen, x.bad_since)
      from unnest(loan_fold_days(l, loan_told_ordered(l, null, null), ends, null)) with ordinality x
     where ends[x.ordinality] >= since;
end $$;

-- Whether firms behind balances may come or go: always when something is taken away, or was; not when the firm
-- stood there already and has more.
create or replace function rollup_firms_may_move(changes balance_change[]) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (
        select from (select x.borrower, x.what, x.org_id, min(x.quarter) as quarter, min(x.n) as n
                       from unnest(changes) x
                      where x.what in (1, 3, 5, 7, 9)
                      group by 1, 2, 3) c
         where (c.n < 0
                or not exists (select from firm_balance b
                                where b.borrower = c.borrower and b.what = c.what and b.org_id = c.org_id
                                  and b.quarter <= c.quarter and b.n > 0)
                or exists (select from firm_balance b
                            where b.borrower = c.borrower and b.what = c.what and b.n < 0)));
end $$;

-- firm_balance still is as it was.
create or replace function rollup_firms_move(changes balance_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with firm as materialized (
        select c.borrower, c.what, c.org_id, c.quarter, sum(c.n)::bigint as n
          from unnest(changes) c
         where c.what in (1, 3, 5, 7, 9)
         group by 1, 2, 3, 4
    ),
    stood as materialized (
        select b.borrower, b.what, b.org_id, b.quarter, b.n
          from (select distinct f.borrower, f.what from firm f) x
         cross join lateral (
               select * from firm_balance y where y.borrower = x.borrower and y.what = x.what offset 0) b
    ),
    level as (
        select s.after, s.borrower, k.org_id, s.what, s.quarter,
               sum(sum(s.n)) over (partition by s.after, s.borrower, k.org_id, s.what order by s.quarter) as loans
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
               - lag((v.loans > 0)::int, 1, 0) over (partition by v.after, v.borrower, v.org_id, v.what
                                                     order by v.quarter) as firms
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

-- Adds changes of balances to the sums, and firms that come or go.
create or replace function rollup_balance_add(changes balance_change[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if rollup_firms_may_move(changes) then
        perform rollup_firms_move(changes);
    end if;
    with change as materialized (
        select c.org_id, c.district, c.borrower, c.quarter, c.what, sum(c.n)::bigint as n
          from unnest(changes) c
         group by 1, 2, 3, 4, 5
        having sum(c.n) <> 0
    ),
    firms_stored as (
        insert into firm_balance as r (borrower, what, org_id, quarter, n)
        select c.borrower, c.what, c.org_id, c.quarter, sum(c.n)
          from change c
         where c.what in (1, 3, 5, 7, 9)
         group by 1, 2, 3, 4
        having sum(c.n) <> 0
         order by 1, 2, 3, 4
        on conflict on constraint firm_balance_key do update set n = r.n + excluded.n
    )
    insert into balance_rollup as r (org_id, district, what, quarter, n)
    select c.org_id, c.district, c.what, c.quarter, sum(c.n)
      from change c
     group by 1, 2, 3, 4
    having sum(c.n) <> 0
     order by 1, 2, 3, 4
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
        select b.quarter, b.org_id, b.district, b.borrower, b.v from loan_balance b where b.loan_id = l.id
    ),
    made as materialized (
        select x.quarter, l.org_id, l.district, l.borrower, x.v from loan_balances(l, first) x
    ),
    change as (
        select s.org_id, s.district, s.borrower, s.quarter, x.what::smallint,
               s.sign * (x.level - lag(x.level, 1, 0::bigint) over (partition by s.sign, x.what order by s.quarter))
          from (select -1 as sign, s.* from stood s
                union all
                select 1, s.* from stood s where s.quarter < first
                union all
                select 1, m.* from made m) s
         cross join lateral unnest(s.v) with ordinality as x(level, what)
        union all
        select c.*
          from rollup_eventless_changes(l.org_id, l.district, l.borrower, l.disbursed_on,
                                        l.matures_on, l.amount_fen, -1) c
         where not known
    ),
    stored as (
        insert into loan_balance as b (loan_id, quarter, org_id, district, borrower, v)
        select l.id, m.quarter, m.org_id, m.district, m.borrower, m.v from made m
        on conflict on constraint loan_balance_key do update
           set org_id = excluded.org_id, district = excluded.district, borrower = excluded.borrower, v = excluded.v
         where (b.org_id, b.district, b.borrower, b.v)
               is distinct from (excluded.org_id, excluded.district, excluded.borrower, excluded.v)
    ),
    gone as ( -- days that a correction took away
        delete from loan_balance b
         where b.loan_id = l.id and b.quarter >= first
           and not exists (select from made m where m.quarter = b.quarter)
    )
    select array_agg(row(c.*)::balance_change) into changes from change c;
    return changes;
end $$;

-- After loans: those without events by their versions alone, those with events are made again.
create or replace function loan_balance_of_loans() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    changes balance_change[];
begin
    select array_agg(c) into changes
      from (select 1 as sign, f.id, f.version, f.org_id, f.district, f.borrower, f.disbursed_on, f.matures_on,
                   f.amount_fen
              from fresh f
            union all
            select -1, o.id, f.version, o.org_id, o.district, o.borrower, o.disbursed_on, o.matures_on, o.amount_fen
              from fresh f
             cross join lateral (
                   select * from loan x where x.id = f.id and x.version = f.version - 1 offset 0) o
             where f.version > 1) v
     cross join lateral rollup_eventless_changes(v.org_id, v.district, v.borrower, v.disbursed_on, v.matures_on,
                                          v.amount_fen, v.sign) c
     where v.version = 1 or not exists (select from loan_balance b where b.loan_id = v.id);
    if exists (select from fresh f where f.version > 1) then
        select changes || array_agg(c) into changes
          from (select distinct f.id
                  from fresh f
                 where f.version > 1
                   and exists (select from loan_balance b where b.loan_id = f.id)
                 order by f.id) x
         cross join lateral (select v from loan v where v.id = x.id order by v.version desc limit 1) l
         cross join lateral unnest(loan_balance_keep(l.v, '-infinity')) c;
    end if;
    perform rollup_balance_add(changes);
    return null;
end $$;

-- After the events of a batch: the balances of their loans, each once however many of its events came. An event
-- changes nothing before its day; a reversal may, and a disbursement, which takes the place of the loan's own day.
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
end $$;

-- The periods of loan_sums (0015) for a quarter that is over, as quarters; last: the last quarter that counts. Made
-- once for whoever joins them: PL/pgSQL keeps rows.
create or replace function report_periods(first date, last date) returns table (n int, since date, until date)
    language plpgsql stable rows 7 as $$
declare
    plan date := plan_first_day(first, null);
begin
    return query values
           (1, first, last),
           (2, year_before(first), year_before(last)),
           (3, (first - interval '3 months')::date, (least(first, last) - interval '3 months')::date),
           (4, year_start(first), last),
           (5, year_before(year_start(first)), year_before(last)),
           (6, plan, last),
           (0, least(plan, year_before(year_start(first))), last);
end $$;

-- Loans, amount and distinct firms of a section's rows, as arrays over the periods 1 to 6, and what is registered of
-- the quarter. A firm counts in the first of its quarters that lies in the period.
create or replace function rollup_city_sums(section text, first date, last date)
    returns table (row_key text, facts bigint, loans bigint[], fen bigint[], firms bigint[], registered bigint,
                   patents bigint[], trademarks bigint[])
    language sql stable as $$
    with loan as (
        select r.row_key, p.n, sum(r.loans)::bigint as loans, sum(r.amount_fen)::bigint as fen,
               sum(r.registered_fen)::bigint as registered, sum(r.patents)::bigint as patents,
               sum(r.trademarks)::bigint as trademarks
          from city_rollup r
          join report_periods(first, last) p on r.quarter between p.since and p.until
         where r.section = $1
         group by 1, 2
    ),
    firm as (
        select r.row_key, p.n, sum(r.firms)::bigint as firms
          from city_firms r
          join report_periods(first, last) p on r.quarter between p.since and p.until and r.before < p.since
         where r.section = $1
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
create or replace function rollup_cells_of_loans(section text, first date) returns setof report_cells_row
    language sql stable as $$
    select case when c.section = 'by_bank' then (select o.code from org o where o.id = c.row_key::bigint)
                when c.section <> 'all' then c.row_key end,
           rollup_in_pairs(c.loans, c.fen) || case when r.registered then c.registered end,
           rollup_in_pairs(c.firms, c.firms) || case when r.registered then c.firms[1] else 0 end,
           c.facts
      from (select $1 as section, s.* from rollup_city_sums($1, first, first) s
            union all
            select 'all', s.* from rollup_city_sums('all', first, first) s) c
      join report_sections() r on r.section = $1
$$;

-- Cells of the headline, from the sums.
create or replace function rollup_cells_of_headline(first date) returns setof report_cells_row
    language sql stable as $$
    with whole as (select * from rollup_city_sums('all', first, first))
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
create or replace function rollup_cells_of_quarters(first date) returns setof report_cells_row
    language sql stable as $$
    with plan as materialized ( -- asked for once
        select plan_first_day(first, null) as day
    ),
    cell as (
        select q.first as quarter, b.place, r.loans, r.amount_fen as fen, r.quarter as of
          from plan
         cross join lateral generate_series(plan.day::timestamp, rollup_cells_of_quarters.first::timestamp, '3 months')
               as q(first)
         cross join (values (1, 0), (2, 12), (3, 3)) as b(place, months)
          join city_rollup r on r.section = 'all' and r.quarter = (q.first - make_interval(months => b.months))::date
         where r.loans > 0
    ),
    firm as (
        select c.quarter, c.place, sum(f.firms)::bigint as firms
          from cell c
          join city_firms f on f.section = 'all' and f.quarter = c.of
         group by 1, 2
    ),
    whole as ( -- a firm of several quarters is one
        select b.place, sum(f.firms)::bigint as firms
          from (values (1, 0), (2, 12), (3, 3)) as b(place, months)
         cross join plan
         cross join lateral (select (plan.day - make_interval(months => b.months))::date as since,
                                    (first - make_interval(months => b.months))::date as until) p
          join city_firms f on f.section = 'all' and f.quarter between p.since and p.until and f.before < p.since
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
create or replace function rollup_cells_of_targets(first date) returns setof report_cells_row
    language sql stable as $$
    with target as (
        select t.id, t.kind = 'growth' as growth,
               case when t.metric = 'amount' then s.fen else s.loans end as m, s.firms, s.facts
          from plan p
          join plan_target t on t.plan = p.code and t.metric in ('amount', 'count')
         cross join rollup_city_sums('all', first, least(first, make_date(p.last_year, 10, 1))) s
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

-- Cells of what is owed, by bank and in all, from the sums.
create or replace function rollup_cells_of_balances(first date) returns setof report_cells_row
    language sql stable as $$
    with sum as (
        select b.org_id, b.what, sum(b.n)::bigint as n
          from balance_rollup b
         where b.quarter <= first
         group by 1, 2
        union all
        select 0, b.what, sum(b.n)::bigint
          from balance_rollup b
         where b.quarter <= first
         group by 2
    ),
    firm as (
        select b.org_id, b.what, sum(b.firms)::bigint as firms
          from balance_firms b
         where b.quarter <= first
         group by 1, 2
    )
    select case when k.org_id <> 0 then (select o.code from org o where o.id = k.org_id) end,
           array_agg(case when p.what <= 10 then coalesce(s.n, 0) end order by p.what),
           array_agg(coalesce(f.firms, 0) order by p.what),
           k.facts
      from (select s.org_id, sum(s.n)::bigint as facts from sum s where s.what in (1, 7) group by 1) k
     cross join generate_series(1, 13) as p(what)
      left join sum s on s.org_id = k.org_id and s.what = p.what
      left join firm f on f.org_id = k.org_id and f.what = p.what - 1 + p.what % 2
     where k.facts > 0
     group by k.org_id, k.facts
$$;

-- After events: a loan that is void leaves every sum, and comes back when that is reversed.
create or replace function loan_void_keep() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    versions loan_version[];
begin
    if not exists (select from fresh f where f.kind in ('voided', 'reversed')) then
        return null;
    end if;
    insert into loan_void (event_id, loan_id, from_at)
    select f.id, f.loan_id, f.recorded_at from fresh f where f.kind = 'voided';
    with back as (
        update loan_void v
           set until_at = f.recorded_at
          from fresh f
          join loan_event e on e.loan_id = f.loan_id and e.reference = f.reverses and e.kind = 'voided'
         where f.kind = 'reversed' and v.event_id = e.id and v.until_at = 'infinity'
        returning v.loan_id
    )
    select array_agg(rollup_version(l, x.sign)) into versions
      from (select f.loan_id, -1 as sign from fresh f where f.kind = 'voided'
             union all
            select b.loan_id, 1 from back b) x
     cross join lateral (select v.* from loan v where v.id = x.loan_id order by v.version desc limit 1) l;
    if versions is not null then
        perform rollup_loans_add(versions);
    end if;
    return null;
end $$;
create or replace trigger loan_void after insert on loan_event referencing new table as fresh
    for each statement execute function loan_void_keep();
