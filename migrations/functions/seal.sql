-- Sealed quarters, and what changed since.

-- The value of one line of a manifest.
create or replace function report_manifest_line(manifest text, name text) returns text
    language sql immutable parallel safe as
    $$ select substring(manifest from '(?n)^' || name || ' (.*)$') $$;

-- The text whose SHA-256 stands in the manifest's line `cells`.
create or replace function report_figures_text(q text) returns text language sql stable as $$
    select coalesce(string_agg(f.section || '|' || f.row_key || '|' || array_to_string(f.v, ',', '-') || E'\n', ''
                               order by f.section collate "C", f.row_key collate "C"), '')
      from report_figure f where f.quarter = q
$$;

-- What is in the way of sealing a quarter: the seal it has; else the quarters before it that are open, from the
-- last sealed one on, or from the first of the plan that has loans. As known at an instant.
create or replace function report_seal_refusal(q text, basis text, known_at timestamptz) returns json[]
    language plpgsql stable as $$
declare
    s report_seal;
    from_day date;
    open text;
begin
    select x.* into s from report_seal x where x.quarter = q;
    if found then
        return array[problem('E_SEALED', '', format('%s %s %s', s.quarter, instant_text(s.sealed_at), s.id))];
    end if;
    if quarter_first(q) + interval '3 months' > today() then
        return array[problem('E_SEAL_EARLY', '', ((quarter_first(q) + interval '3 months')::date)::text)];
    end if;
    select x.* into s from report_seal x order by x.quarter desc limit 1;
    if found then
        from_day := (quarter_first(s.quarter) + interval '3 months')::date;
        if quarter_first(q) < from_day then
            return array[problem('E_SEAL_ORDER', '', s.quarter)];
        end if;
    else
        select min(case report_seal_refusal.basis when 'signed_on' then l.signed_on
                                                  when 'registered_on' then l.registered_on
                                                  else l.disbursed_on end) into from_day
          from loan l
         where (report_seal_refusal.known_at is null or l.recorded_at <= report_seal_refusal.known_at)
           and not record_has_later(l.id, l.version, report_seal_refusal.known_at)
           and case report_seal_refusal.basis when 'signed_on' then l.signed_on
                                              when 'registered_on' then l.registered_on
                                              else l.disbursed_on end
               >= (select make_date(min(p.first_year), 1, 1) from plan_at(report_seal_refusal.known_at) p);
    end if;
    select string_agg(quarter_text(d::date), ', ' order by d) into open
      from generate_series(date_trunc('quarter', from_day::timestamp), quarter_first(q) - 1, interval '3 months') d;
    return case when open is null then '{}' else array[problem('E_SEAL_OPEN', '', open)] end;
end $$;

-- A seal is asked for with the digest of the figures that are to be sealed. Agreeing to it writes nothing: the daemon
-- seals then, and only what was agreed to (report_seal_problems).
create or replace function seal_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    d decision;
    s report_seal;
begin
    d.parties := '{}';
    d.district := '';
    select x.* into s from report_seal x where x.quarter = doc ->> 'quarter';
    if found then
        d.problems := json_build_array(problem('E_SEALED', '', format('%s %s %s', s.quarter, instant_text(s.sealed_at),
                                                                      s.id)));
    end if;
    return d;
end $$;

-- What was agreed to of a quarter: [{seen, by, reason}, …], the last first; null: nothing.
create or replace function report_seal_agreed(q text) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_agg(json_build_object('seen', r.body ->> 'seen', 'by', p.recorded_by, 'reason', r.body ->> 'reason')
                    order by p.no desc)
      from proposal p
      join proposal_now n on n.proposal = p.id and n.state = 'approved'
      join submission r on r.id = p.id and r.version = 1
     where p.type = 'seal' and r.body ->> 'quarter' = q
$$;

-- The last word, in the write lane: the chain goes on from the seal it was made behind. What the first seal of all
-- leaves open was judged by its maker, who reads the loans once more than the lane should.
create or replace function report_seal_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    q text := doc ->> 'quarter';
    previous text := report_manifest_line(doc ->> 'manifest', 'previous');
    cells text := split_part(report_manifest_line(doc ->> 'manifest', 'cells'), ' ', 2);
    last report_seal;
    p json[] := '{}'::json[];
begin
    select x.* into last from report_seal x order by x.quarter desc limit 1;
    if found then
        p := report_seal_refusal(q, report_manifest_line(doc ->> 'manifest', 'basis'), null);
    end if;
    if cardinality(p) = 0 and not exists (
           select from json_array_elements(report_seal_agreed(q)) a
            where a ->> 'seen' = cells) then
        return array[problem_seen('/seen', cells, null, cells, null)];
    end if;
    if cardinality(p) = 0 and previous <> coalesce(encode(text_sha256(last.manifest), 'hex'), 'none') then
        p := array[problem('E_FACTS_MOVED', '', last.quarter)];
    end if;
    return p;
end $$;

-- Writes the sealed quarter that a manifest describes.
create or replace function report_seal_row(new submission) returns submission language plpgsql as $$
declare
    m text := new.body ->> 'manifest';
begin
    insert into report_seal (quarter, id, first_day, as_of, basis, known_at, sealed_at, sealed_by, previous, manifest,
           signatures, reason, recorded_at)
    values (report_manifest_line(m, 'quarter'), new.id, quarter_first(report_manifest_line(m, 'quarter')),
           report_manifest_line(m, 'as_of')::date, report_manifest_line(m, 'basis'),
           report_manifest_line(m, 'known_at')::timestamptz,
           report_manifest_line(m, 'sealed_at')::timestamptz, new.recorded_by, report_manifest_line(m, 'previous'), m,
           new.body -> 'signatures', new.body ->> 'reason', new.recorded_at);
    return new;
end $$;

-- A seal without its files, or with others, does not come to be.
create or replace function report_seal_whole() returns trigger language plpgsql as $$
begin
    if report_seal_gaps(new) is not null then
        raise exception 'seal of % does not fit what is stored with it: %', new.quarter, report_seal_gaps(new)
            using errcode = '23514', constraint = 'report_seal_whole';
    end if;
    return null;
end $$;

-- What differs between the manifest of a sealed quarter and what is kept of it; null: nothing.
create or replace function report_seal_gaps(s report_seal) returns text language sql stable as $$
    with named as (
        select x[1] as format, x[2] as language, x[3]::bigint as bytes, x[4] as sha256
          from regexp_matches(s.manifest, '(?n)^form (\S+) (\S+) ([0-9]+) ([0-9a-f]{64}) \S+$', 'g') x
    ),
    kept as (
        select f.format, f.language, length(f.bytes)::bigint as bytes, encode(sha256(f.bytes), 'hex') as sha256
          from report_form f where f.quarter = s.quarter
    )
    select string_agg(g, ', ')
      from (select coalesce(n.format, k.format) || ' ' || coalesce(n.language, k.language) as g
              from named n
              full join kept k using (format, language)
             where (n.bytes, n.sha256) is distinct from (k.bytes, k.sha256)
             union all
            select 'figures'
             where report_manifest_line(s.manifest, 'cells') is distinct from
                   (select count(*) || ' ' || encode(text_sha256(report_figures_text(s.quarter)), 'hex')
                      from report_figure f where f.quarter = s.quarter)
             union all
            select 'author' where report_manifest_line(s.manifest, 'sealed_by') is distinct from s.sealed_by
             union all
            select 'quarter' where s.first_day is distinct from quarter_first(s.quarter)) x
$$;

-- Keeps a file of a report that is about to be sealed, and forgets those whose seal came to nothing.
create or replace function report_form_draft(seal uuid, format text, language text, base64 text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bytes constant bytea := decode(base64, 'base64');
begin
    delete from report_form_draft d where d.made_at < clock_timestamp() - interval '1 hour';
    insert into report_form_draft (seal, format, language, bytes) values (seal, format, language, bytes);
    return length(bytes);
end $$;

-- The files that were kept for a seal are those of a quarter.
create or replace function report_forms_seal(seal uuid, q text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into report_form (quarter, format, language, bytes)
    select q, d.format, d.language, d.bytes from report_form_draft d where d.seal = report_forms_seal.seal;
end $$;

-- One element: as for record_decide, and in `derived` the figures; the files were kept before, under its id.
create or replace function report_seal_write(elements json)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    d record;
    q text;
begin
    for d in select * from record_decide('report_seal', elements, false) loop
        if d.outcome = 'created' then
            q := elements -> (d.ord - 1)::int ->> 'key';
            perform report_forms_seal(d.id, q);
            insert into report_figure (quarter, section, row_key, v, firms)
            select q, f.section, f.row_key, array(select x::bigint from json_array_elements_text(f.v)
                   with ordinality as t(x, place) order by t.place),
                   array(select x::bigint from json_array_elements_text(f.firms)
                   with ordinality as t(x, place) order by t.place)
              from json_to_recordset(elements -> (d.ord - 1)::int -> 'derived' -> 'figures') as f(
                   section text, row_key text, v json, firms json);
        end if;
        ord := d.ord;
        outcome := d.outcome;
        id := d.id;
        version := d.version;
        body := d.body;
        sha256 := d.sha256;
        recorded_at := d.recorded_at;
        recorded_by := d.recorded_by;
        flags := d.flags;
        leaf := d.leaf;
        leaf_hash := d.leaf_hash;
        head := d.head;
        return next;
    end loop;
end $$;

-- Record time only goes forward (record_now): what was known at an instant does not change afterwards.
create or replace function log_head_later() returns trigger language plpgsql as $$
begin
    if new.signed_at <= (select h.signed_at from log_head h order by h.size desc limit 1) then
        raise exception 'the clock went back: %', instant_text(new.signed_at) using errcode = '55000';
    end if;
    return new;
end $$;

-- The last day that is sealed; null: none. A row, which the planner puts in place of the call: every statement that
-- records loans asks, by turns as the lane and as the owner, and a look of its own would be planned anew each time.
create or replace function report_sealed() returns table (until date) language sql stable rows 1 as
    $$ select max(s.as_of) from report_seal s $$;

-- What stands against a loan of a sealed quarter that does not say why it comes late.
create or replace function record_late_refusal(on_day date) returns json language sql stable as
    $$ select json_build_array(problem('E_LATE_REASON', '/reason', quarter_text(on_day))) $$;

-- Notes newest versions of loans that came behind a seal. The earliest of a loan's days counts, whatever the basis of
-- a report; a correction is listed also when only the version before it stood in a sealed quarter.
create or replace function loans_after_seal(ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into sealed_change (loan_id, recorded_at)
    select n.id, n.recorded_at
      from unnest(ids) i
     cross join lateral (select * from loan x where x.id = i order by x.version desc limit 1) n
     cross join report_sealed() s
     where least(n.signed_on, n.registered_on, n.disbursed_on) <= s.until
        or n.version > 1
           and exists (select from loan b
                        where b.id = n.id and b.version = n.version - 1
                          and least(b.signed_on, b.registered_on, b.disbursed_on) <= s.until)
    on conflict do nothing;
end $$;

-- What was recorded between the instant that a report shows and its seal: the log knows it by number. The owner's
-- eyes: finance seals for everybody.
create or replace function report_seal_gap(s report_seal) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into sealed_change (loan_id, recorded_at)
    select distinct c.loan_id, c.recorded_at
      from (select l.id as loan_id, l.recorded_at
              from log_leaf f
              join loan l on l.id = f.record_id and l.version = f.version
             where f.no >= report_manifest_line(s.manifest, 'log_size')::bigint
               and (l.version > 1 or least(l.signed_on, l.registered_on, l.disbursed_on) <= s.as_of)
             union all
            select e.loan_id, e.recorded_at
              from log_leaf f
              join loan_event e on e.id = f.record_id
             where f.no >= report_manifest_line(s.manifest, 'log_size')::bigint
               and (e.on_day <= s.as_of or e.kind in ('reversed', 'voided', 'disbursed'))) c
    on conflict do nothing
$$;

-- Notes what was recorded between the reading of a quarter and its seal: it is a change since.
create or replace function report_seal_gap_row() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform report_seal_gap(new);
    return null;
end $$;

-- Count and amount of a sealed quarter, as they were published, in the reader's own scope.
create or replace function report_sealed_sums(s report_seal) returns bigint[] language plpgsql stable as $$
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
        select array[count(*), coalesce(sum(l.amount_fen), 0)::bigint] into v
          from loans_known(s.as_of, s.known_at, s.basis) l where l.on_day >= s.first_day;
    end if;
    return v;
end $$;

-- All that a loan stands for in the rows of a report: two versions that say the same here differ in none of its cells.
create or replace function report_loan_standing(l loan) returns text language sql stable as $$
    select loan_class((l).org_id, (l).district, (l).patents, (l).trademarks,
                      (select loan_right_kind(min(p.kind), max(p.kind))
                         from loan_ip p where p.record_id = (l).id and p.version = (l).version),
                      (l).product, (l).size, (l).industry, (l).amount_fen, (l).first_loan, false)
           || ' ' || (l).borrower || ' ' || (l).patents || ' ' || (l).trademarks
           || ' ' || loan_registered_fen((l).registered_fen, (l).amount_fen)
$$;

-- Every loan that stands otherwise in a sealed quarter than it did, as known at an instant: counted or not, with
-- another amount, or in other rows alone (another district, firm, size …). one: one quarter, or null; before: quarters
-- that begin before this day.
create or replace function report_restated(before date, one text, known_at timestamptz)
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
        select m.quarter, m.id, coalesce((n.l).version, (b.l).version) as version,
               coalesce((n.l).borrower, (b.l).borrower) as firm,
               case when n.counts then 1 else 0 end - case when b.counts then 1 else 0 end as count,
               case when n.counts then (n.l).amount_fen else 0 end
                   - case when b.counts then (b.l).amount_fen else 0 end as fen,
               case when n.counts then report_loan_standing(n.l) end
                   is distinct from case when b.counts then report_loan_standing(b.l) end as moved
          from met m
          join report_seal s on s.quarter = m.quarter
          left join lateral (
               select x as l, coalesce(loan_day(x, s.basis) between s.first_day and s.as_of, false) as counts
                 from loan_at(m.id, s.known_at) x) b on true
          left join lateral (
               select x as l, coalesce(loan_day(x, s.basis) between s.first_day and s.as_of, false) as counts
                 from loan_at(m.id, report_restated.known_at) x) n on true
    )
    select c.quarter, c.id, c.version, c.firm, c.count, c.fen from changed c where (c.count, c.fen) <> (0, 0) or c.moved
$$;

-- Earlier quarters whose sealed figures are no longer what the records give: a row a quarter. The seal itself carries
-- what was published; every record that was late or corrected since, what it adds. So the columns as sealed, difference
-- and now are each the sum of the records behind them.
-- v: 1 records changed, 2 count and 3 amount as sealed, 4 and 5 their differences, 6 and 7 as now.
create or replace function report_facts_restatements(first date, cut date, known_at timestamptz, basis text)
    returns setof report_fact language sql stable as $$
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

-- What there is to say of a row, as JSON: of a restatement the reasons given for voids and corrections since, null for
-- records that came late, with how many records each has; the commonest first.
create or replace function report_note(section text, row_key text, known_at timestamptz) returns text
    language plpgsql stable as $$
begin -- asked for every row of every section: what the others have none of is not even planned
    if section <> 'restatements' or row_key is null then
        return null;
    end if;
    return (select json_agg(json_build_array(w.reason, w.n) order by w.n desc, w.reason collate "C")::text
              from (select coalesce(e.reason, r.reason) as reason, count(*) as n
                      from report_restated('infinity', report_note.row_key, report_note.known_at) c
                      join submission r on r.id = c.id and r.version = c.version
                      left join loan_void v on v.loan_id = c.id and loan_void_at(v, report_note.known_at)
                      left join loan_event e on e.id = v.event_id
                     group by 1) w);
end $$;

-- Every record whose part in a section differs between two instants, with both parts. Of the sections that count
-- loans only those loans are looked at that were touched since; so of how well banks report, with the loans whose
-- number of the pledge register another one has, which none of those need be. What came in while a quarter ran is known
-- when it is over. Who does not see the whole city does not see which numbers two loans have.
create or replace function report_changes(section text, first date, cut date, basis text, sealed_at timestamptz,
                                          known_at timestamptz)
    returns table (row_key text, id uuid, type text, reference text, version_then int, version_now int, v_then bigint[],
                   v_now bigint[])
    language plpgsql stable as $$
declare
    part record;
    touched uuid[];
begin
    select s.* into part from report_sections() s where s.section = report_changes.section;
    if not part.of_loans
       and (my_kind() not in ('finance', 'ip_office', 'auditor')
            or report_changes.sealed_at < (cut + 1)::timestamp at time zone 'Asia/Shanghai') then
        part.narrow := null;
    end if;
    if part.of_loans or part.narrow is not null then
        touched := array(select distinct c.loan_id from sealed_change c
                          where c.recorded_at > report_changes.sealed_at
                            and (report_changes.known_at is null or c.recorded_at <= report_changes.known_at));
    end if;
    if part.narrow = 'report_quality' then
        touched := touched || array(select l.id from pledge_no_shared n join loan l on l.pledge_no = n.pledge_no);
    end if;
    return query execute format('
        with t as (select f.row_key, f.id, max(f.type) as type, max(f.reference) as reference,
                          max(f.version) as version, array[%1$s] as v
                     from (select x.* from %2$I($1, $2, $4, %3$s) x
                            where %4$s offset 0) f group by f.row_key, f.id),
             n as (select f.row_key, f.id, max(f.type) as type, max(f.reference) as reference,
                          max(f.version) as version, array[%1$s] as v
                     from (select x.* from %2$I($1, $2, $5, %3$s) x
                            where %4$s offset 0) f group by f.row_key, f.id)
        select row_key, id, coalesce(n.type, t.type), coalesce(n.reference, t.reference), t.version, n.version,
               coalesce(t.v, n.v_none), coalesce(n.v, t.v_none)
          from (select t.*, array_fill(0::bigint, array[13]) as v_none from t) t
          full join (select n.*, array_fill(0::bigint, array[13]) as v_none from n) n using (row_key, id)
         where coalesce(t.v, n.v_none) <> coalesce(n.v, t.v_none)',
        report_wide('coalesce(sum(f.v[#]), 0)::bigint'), coalesce(part.narrow, 'report_facts_' || section),
        case when part.narrow is null then '$3' else '$6' end,
        case when part.of_loans and part.narrow is null then 'x.id = any ($6)' else 'true' end)
        using first, cut, basis, sealed_at, known_at, touched;
end $$;

-- The figures as they were sealed: those that were stored, for whoever sees the whole city; else the reader's own,
-- by what was known then, as of sections that the report did not have yet. firms: behind each; null: not kept.
create or replace function report_sealed_cells(s report_seal, section text)
    returns table (row_key text, v bigint[], firms bigint[])
    language plpgsql stable as $$
begin
    if my_kind() in ('finance', 'ip_office', 'auditor') and exists (
           select from report_figure f where f.quarter = s.quarter and f.section = report_sealed_cells.section) then
        return query select f.row_key, f.v, f.firms from report_figure f
                      where f.quarter = s.quarter and f.section = report_sealed_cells.section;
    else
        return query select c.row_key, c.v, c.firms
                       from report_cells(section, s.first_day, s.as_of, s.known_at, s.basis) c
                      where c.row_key is not null;
    end if;
end $$;

-- Why a record's part is another one: it came late; it was corrected, with the reason; or neither, and what happened to
-- it since (events, steps) made the difference.
create or replace function report_change_why(id uuid, sealed_at timestamptz) returns json language sql stable as $$
    select json_build_object(
           'cause', case when f.first_at > sealed_at then 'late' when f.then_version < f.now_version then 'corrected'
                         else 'events' end,
           'recorded_at', instant_text(f.last_at),
           'corrections', coalesce((select json_agg(json_build_object('version', r.version, 'reason', r.reason,
                                                    'recorded_at', instant_text(r.recorded_at),
                                                    'recorded_by', r.recorded_by) order by r.version)
                                      from submission r
                                     where r.id = $1 and r.version > 1 and r.recorded_at > sealed_at), '[]'::json),
           'events', coalesce((select json_agg(json_build_object('type', x.type, 'reference', x.reference,
                                               'kind', x.kind, 'recorded_at', instant_text(x.recorded_at))
                                               order by x.recorded_at, x.reference)
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
                   max(r.version) filter (where r.recorded_at <= sealed_at) as then_version,
                   max(r.version) as now_version
              from submission r where r.id = $1) f
$$;
