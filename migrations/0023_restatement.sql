-- What became of sealed figures: restatements in later reports, and the difference record by record.
--
-- Only few records ever touch a quarter that is sealed: late loans, corrections, events dated back. They are listed
-- as they are recorded (sealed_change), so that a report looks at these alone whatever the size of the ledger.

create table sealed_change (
    loan_id uuid not null,
    recorded_at timestamptz not null,
    primary key (loan_id, recorded_at)
);
create index sealed_change_by_time on sealed_change (recorded_at);
call make_append_only('sealed_change');
-- Ids of loans and instants; whoever follows them sees what his own rows let him see.
grant select, insert on sealed_change to pledged_app;

create function sealed_until() returns date language sql stable as
    $$ select max(s.as_of) from report_seal s $$;

-- One insert a statement, and none while nothing is sealed. The earliest of a loan's days counts, whatever the
-- basis of a report; a correction is listed also when only the version before it stood in a sealed quarter.
create function loan_after_seal() returns trigger language plpgsql as $$
declare
    until date := sealed_until();
begin
    if until is not null then
        insert into sealed_change (loan_id, recorded_at)
        select distinct n.id, n.recorded_at
          from fresh n
         where least(n.signed_on, n.registered_on, n.disbursed_on) <= until
            or n.version > 1
               and exists (select from loan b
                            where b.id = n.id and b.version = n.version - 1
                              and least(b.signed_on, b.registered_on, b.disbursed_on) <= until)
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger loan_after_seal after insert on loan referencing new table as fresh
    for each statement execute function loan_after_seal();

-- A reversal takes away an event of any day.
create function loan_event_after_seal() returns trigger language plpgsql as $$
declare
    until date := sealed_until();
begin
    if until is not null then
        insert into sealed_change (loan_id, recorded_at)
        select distinct n.loan_id, n.recorded_at from fresh n where n.on_day <= until or n.kind = 'reversed'
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger loan_event_after_seal after insert on loan_event referencing new table as fresh
    for each statement execute function loan_event_after_seal();

-- What was recorded between the instant that a report shows and its seal: the log knows it by number. The owner's
-- eyes: finance seals for everybody.
create function report_seal_gap(s report_seal) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into sealed_change (loan_id, recorded_at)
    select distinct c.loan_id, c.recorded_at
      from (select l.id as loan_id, l.recorded_at
              from log_leaf f
              join loan l on l.id = f.record_id and l.version = f.version
             where f.no >= manifest_line(s.manifest, 'log_size')::bigint
               and (l.version > 1 or least(l.signed_on, l.registered_on, l.disbursed_on) <= s.as_of)
             union all
            select e.loan_id, e.recorded_at
              from log_leaf f
              join loan_event e on e.id = f.record_id
             where f.no >= manifest_line(s.manifest, 'log_size')::bigint
               and (e.on_day <= s.as_of or e.kind = 'reversed')) c
    on conflict do nothing
$$;
create function report_seal_gap_row() returns trigger language plpgsql as $$
begin
    perform report_seal_gap(new);
    return null;
end $$;
create trigger report_seal_gap after insert on report_seal for each row execute function report_seal_gap_row();

-- ---- restatements ------------------------------------------------------------------------------

create function loan_day(l loan, basis text) returns date language sql immutable parallel safe as $$
    select case basis when 'registered_on' then (l).registered_on when 'disbursed_on' then (l).disbursed_on
                      else (l).signed_on end
$$;

-- The version of a loan that counted at an instant, for whoever asks: none when he may not see it.
create function loan_at(loan_id uuid, known_at timestamptz) returns setof loan language sql stable as $$
    select l.*
      from loan l
     where l.id = $1
       and ($2 is null or l.recorded_at <= $2)
       and not has_later(l.id, l.version, $2)
     order by l.version desc
     limit 1
$$;

-- Count and amount of a sealed quarter, as they were published, in the reader's own scope.
create function report_sealed_sums(s report_seal) returns bigint[] language plpgsql stable as $$
declare
    v bigint[];
begin
    if my_kind() in ('finance', 'ip_office', 'auditor') then
        select array[coalesce(max(f.v[1]) filter (where f.row_key = 'count'), 0),
                     coalesce(max(f.v[1]) filter (where f.row_key = 'amount'), 0)] into v
          from report_figure f where f.quarter = s.quarter and f.section = 'headline';
    elsif my_kind() in ('bank', 'district') then
        select array[coalesce(max(f.v[1]), 0), coalesce(max(f.v[2]), 0)] into v
          from report_figure f
         where f.quarter = s.quarter
           and (f.section, f.row_key) = (case my_kind() when 'bank' then 'by_bank' else 'by_district' end,
                                         case my_kind() when 'bank' then my_code() else my_district() end);
    else
        select array[count(*), coalesce(sum(l.amount_fen), 0)] into v
          from loans_known(s.as_of, s.known_at, s.basis) l where l.on_day >= s.first_day;
    end if;
    return v;
end $$;

-- Every loan that adds something else to a sealed quarter than it did, as known at an instant. one: one quarter, or
-- null; before: quarters that begin before this day.
create function report_restated(before date, one text, known_at timestamptz)
    returns table (quarter text, id uuid, version int, firm text, count int, fen bigint)
    language sql stable as $$
    with touched as materialized (
        select distinct c.loan_id as id
          from sealed_change c
         where report_restated.known_at is null or c.recorded_at <= report_restated.known_at
    ),
    met as materialized (
        select distinct s.quarter, l.id
          from touched t
          join loan l on l.id = t.id
          join report_seal s on loan_day(l, s.basis) between s.first_day and s.as_of
         where s.first_day < before
           and (one is null or s.quarter = one)
           and (report_restated.known_at is null or s.recorded_at <= report_restated.known_at)
    ),
    changed as (
        select m.quarter, m.id, coalesce(n.version, b.version) as version, coalesce(n.borrower, b.borrower) as firm,
               case when n.counts then 1 else 0 end - case when b.counts then 1 else 0 end as count,
               case when n.counts then n.amount_fen else 0 end - case when b.counts then b.amount_fen else 0 end as fen
          from met m
          join report_seal s on s.quarter = m.quarter
          left join lateral (select x.*, coalesce(loan_day(x, s.basis) between s.first_day and s.as_of, false) as counts
                               from loan_at(m.id, s.known_at) x) b on true
          left join lateral (select x.*, coalesce(loan_day(x, s.basis) between s.first_day and s.as_of, false) as counts
                               from loan_at(m.id, report_restated.known_at) x) n on true
    )
    select c.quarter, c.id, c.version, c.firm, c.count, c.fen from changed c where (c.count, c.fen) <> (0, 0)
$$;

-- Earlier quarters whose sealed figures are no longer what the records give: a row a quarter. The seal itself carries
-- what was published; every record that was late or corrected since, what it adds. So the columns as sealed, difference
-- and now are each the sum of the records behind them.
-- v: 1 records changed, 2 count and 3 amount as sealed, 4 and 5 their differences, 6 and 7 as now.
create function facts_restatements(first date, cut date, known_at timestamptz, basis text) returns setof report_fact
    language sql stable as $$
    with changed as materialized (
        select * from report_restated(first, null, known_at)
    )
    select c.quarter, c.id, c.version, 'loan', record_key(c.id, c.version), c.firm,
           array[1, 0, 0, c.count, c.fen, c.count, c.fen]::bigint[]
      from changed c
     union all
    select s.quarter, s.id, 1, 'report_seal', s.quarter, null, array[0, f.v[1], f.v[2], 0, 0, f.v[1], f.v[2]]
      from report_seal s
     cross join lateral (select report_sealed_sums(s) as v) f
     where s.quarter in (select c.quarter from changed c)
$$;

-- What there is to say of a row, as JSON: of a restatement the reasons given for corrections since the seal, null for
-- records that came late, with how many records each has; the commonest first.
create function report_note(section text, row_key text, known_at timestamptz) returns text language sql stable as $$
    select case when section = 'restatements' and row_key is not null then (
           select json_agg(json_build_array(w.reason, w.n) order by w.n desc, w.reason collate "C")::text
             from (select r.reason, count(*) as n
                     from report_restated('infinity', row_key, report_note.known_at) c
                     join record r on r.id = c.id and r.version = c.version
                    group by r.reason) w) end
$$;

-- ---- the difference ----------------------------------------------------------------------------

-- Every record whose part in a section differs between two instants, with both parts. Of the sections that count
-- loans only those loans are looked at that were touched since.
create function report_changes(section text, first date, cut date, basis text, sealed_at timestamptz, known_at timestamptz)
    returns table (row_key text, id uuid, type text, reference text, version_then int, version_now int, v_then bigint[],
                   v_now bigint[])
    language plpgsql stable as $$
declare
    of_loans boolean := section in ('headline', 'by_quarter', 'by_district', 'by_bank', 'by_kind', 'by_ip_kind', 'by_product',
        'by_size', 'by_industry', 'small_loans', 'first_loans', 'targets', 'balances');
    touched uuid[];
begin
    if of_loans then
        touched := array(select distinct c.loan_id from sealed_change c
                          where c.recorded_at > report_changes.sealed_at
                            and (report_changes.known_at is null or c.recorded_at <= report_changes.known_at));
    end if;
    return query execute format('
        with t as (select f.row_key, f.id, max(f.type) as type, max(f.reference) as reference, max(f.version) as version, array[%1$s] as v
                     from %2$I($1, $2, $4, $3) f %3$s group by f.row_key, f.id),
             n as (select f.row_key, f.id, max(f.type) as type, max(f.reference) as reference, max(f.version) as version, array[%1$s] as v
                     from %2$I($1, $2, $5, $3) f %3$s group by f.row_key, f.id)
        select row_key, id, coalesce(n.type, t.type), coalesce(n.reference, t.reference), t.version, n.version,
               coalesce(t.v, n.v_none), coalesce(n.v, t.v_none)
          from (select t.*, array_fill(0::bigint, array[12]) as v_none from t) t
          full join (select n.*, array_fill(0::bigint, array[12]) as v_none from n) n using (row_key, id)
         where coalesce(t.v, n.v_none) <> coalesce(n.v, t.v_none)',
        report_wide('coalesce(sum(f.v[#]), 0)::bigint'), 'facts_' || section,
        case when of_loans then 'where f.id = any ($6)' else '' end)
        using first, cut, basis, sealed_at, known_at, touched;
end $$;

-- Sums of lists, place by place; what a list lacks is nought.
create function bigints_add(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as
    $$ select array(select coalesce(x, 0) + coalesce(y, 0) from unnest(a, b) as t(x, y)) $$;
create function bigints_minus(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as
    $$ select array(select coalesce(x, 0) - coalesce(y, 0) from unnest(a, b) as t(x, y)) $$;
create aggregate bigints_sum(bigint[]) (sfunc = bigints_add, stype = bigint[], initcond = '{}');

-- The figures as they were sealed: those that were stored, for whoever sees the whole city; else the reader's own,
-- by what was known then.
create function report_sealed_cells(s report_seal, section text) returns table (row_key text, v bigint[])
    language plpgsql stable as $$
begin
    if my_kind() in ('finance', 'ip_office', 'auditor') then
        return query select f.row_key, f.v from report_figure f
                      where f.quarter = s.quarter and f.section = report_sealed_cells.section;
    else
        return query select c.row_key, c.v
                       from report_cells(section, s.first_day, s.as_of, s.known_at, s.basis) c
                      where c.row_key is not null;
    end if;
end $$;

-- Why a record's part is another one: it came late; it was corrected, with the reason; or neither, and what happened to
-- it since (events, steps) made the difference.
create function report_change_why(id uuid, sealed_at timestamptz) returns json language sql stable as $$
    select json_build_object(
           'cause', case when f.first_at > sealed_at then 'late' when f.then_version < f.now_version then 'corrected'
                         else 'events' end,
           'recorded_at', instant_text(f.last_at),
           'corrections', coalesce((select json_agg(json_build_object('version', r.version, 'reason', r.reason, 'recorded_at',
                                                    instant_text(r.recorded_at), 'recorded_by', r.recorded_by) order by r.version)
                                      from record r
                                     where r.id = $1 and r.version > 1 and r.recorded_at > sealed_at), '[]'::json),
           'events', coalesce((select json_agg(json_build_object('type', x.type, 'reference', x.reference, 'kind', x.kind,
                                               'recorded_at', instant_text(x.recorded_at)) order by x.recorded_at, x.reference)
                                 from (select 'loan_event' as type, e.reference, e.kind, e.recorded_at
                                         from loan_event e where e.loan_id = $1
                                        union all
                                       select 'claim_step', s.id::text, s.step, s.recorded_at
                                         from claim_step s where s.claim = $1
                                        union all
                                       select 'application_step', s.id::text, s.step, s.recorded_at
                                         from application_step s where s.application = $1) x
                                where x.recorded_at > sealed_at), '[]'::json))
      from (select coalesce(min(r.recorded_at), (select t.recorded_at from transfer t where t.id = $1)) as first_at,
                   coalesce(max(r.recorded_at), (select t.recorded_at from transfer t where t.id = $1)) as last_at,
                   max(r.version) filter (where r.recorded_at <= sealed_at) as then_version, max(r.version) as now_version
              from record r where r.id = $1) f
$$;
