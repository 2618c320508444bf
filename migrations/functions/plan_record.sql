-- Plans as records: drafted, put in force, revised.

-- The plans in force as known at an instant; null: now.
create or replace function plan_at(known_at timestamptz) returns setof plan_version language sql stable as $$
    select v.*
      from plan_version v
     where (known_at is null or v.approved_at <= known_at)
       and not exists (select from plan_version later
                        where later.code = v.code and later.version > v.version
                          and (known_at is null or later.approved_at <= known_at))
$$;

-- The plan that a day is counted for: of those whose years hold it the one that began last; else the last before it,
-- whose figures are final; else the first of all. measured: of those that have measures.
create or replace function plan_of(on_day date, known_at timestamptz, measured boolean default false) returns text
    language sql stable as $$
    select p.code
      from plan_at(known_at) p
     cross join lateral (select extract(year from on_day)::int as year) d
     where not measured
        or exists (select from plan_version_measure m where m.plan = p.code and m.version = p.version)
     order by d.year between p.first_year and p.last_year desc, p.first_year <= d.year desc,
              case when p.first_year <= d.year then -p.first_year else p.first_year end, p.code
     limit 1
$$;

-- Figures since the plan began are counted from here: that of the quarter that begins on this day.
create or replace function plan_first_day(quarter date, known_at timestamptz) returns date language sql stable as $$
    select make_date(p.first_year, 1, 1) from plan_at(known_at) p where p.code = plan_of(quarter, known_at)
$$;

-- The day by which a loan counts when nobody asks for another.
create or replace function plan_basis(quarter date, known_at timestamptz) returns text language sql stable as $$
    select coalesce((select p.basis from plan_at(known_at) p where p.code = plan_of(quarter, known_at)), 'signed_on')
$$;

-- Is this the text of a threshold of its kind? growth: percent with at most four decimals; a total of amounts: yuan; a
-- total of loans: a whole number; rising: none.
create or replace function plan_threshold(kind text, metric text, told text) returns bigint
    language sql immutable as $$
    select case when kind = 'rising' then 0
                when kind = 'growth' then ppm_of(told)::bigint
                when metric = 'amount' then fen_of(told)
                else told::bigint end
$$;

-- A plan is a draft until it is put in force; what can be said of it without other rows was said by the program.
create or replace function plan_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql immutable as $$
declare
    d decision;
begin
    d.district := '';
    d.parties := '{}';
    return d;
end $$;

-- The state of a plan: draft, in_force, or revised (a newer text waits to be approved).
create or replace function plan_state_of(record_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when v.version is null then 'draft'
                when v.record_version = (select max(r.version) from submission r where r.id = record_id)
                     then 'in_force'
                else 'revised' end
      from (select record_id as id) x
      left join lateral (select p.* from plan_version p where p.id = x.id order by p.version desc limit 1) v on true
$$;

-- The sum that a tier of approval goes by: the largest total of amounts that the plan aims at; null: none.
create or replace function plan_sum(doc json) returns bigint language sql immutable as $$
    select max(fen_of(t.threshold))
      from json_to_recordset(doc -> 'targets') as t(kind text, measure text, threshold text)
     where t.kind = 'total' and t.measure = 'amount'
$$;

-- How many persons put it in force, by the tiers of now: by the largest sum of what it aims at and of what it takes the
-- place of, in full or for some years. A small aim puts no large one aside. In the place of a writer who is out of
-- office since stands one more.
create or replace function plan_needs(r submission) returns int
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return approval_persons('plan', greatest(plan_sum(r.body), (
        select max(t.threshold)
          from plan_at(null) p
          join plan_version_target t on t.plan = p.code and t.version = p.version
         where t.kind = 'total' and t.metric = 'amount'
           and (p.code = r.body ->> 'code' or p.first_year <= (r.body ->> 'last_year')::int
                                              and p.last_year >= (r.body ->> 'first_year')::int))))
           + (not person_serves(r.recorded_by) or record_disowned(r.id, r.version))::int;
end $$;

-- Who agreed to a version of a plan and counts by now: in office still, each once, by no token that was revoked, and
-- none who wrote of it since it was last put in force, whatever was found out since of who is one with whom.
create or replace function plan_assents(record_id uuid, of_version int) returns setof plan_assent
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select distinct on (person_of(a.recorded_by)) a.*
      from plan_assent a
     where a.plan = plan_assents.record_id and a.record_version = of_version and person_serves(a.recorded_by)
       and not record_disowned(a.id, 1)
       and person_of(a.recorded_by) not in (
               select person_of(x.recorded_by)
                 from submission x
                where x.id = plan_assents.record_id and person_of(x.recorded_by) is not null
                  and x.version > coalesce((select max(v.record_version) from plan_version v
                                             where v.id = plan_assents.record_id), 0))
     order by person_of(a.recorded_by), a.n;
end $$;

-- What an approver names as seen: the text in all its versions, and who agreed to the newest so far.
create or replace function plan_seen(record_id uuid) returns text language sql stable as $$
    select coalesce(encode(text_sha256(t.seen || string_agg(' ' || a.id, '' order by a.n)), 'hex'), t.seen)
      from (select record_seen(record_id) as seen) t
      left join plan_assent a on a.plan = record_id
                             and a.record_version = (select max(r.version) from submission r where r.id = record_id)
     group by t.seen
$$;

-- What its answer shows beside the text.
create or replace function plan_members(record_id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object(
           'state', plan_state_of(record_id),
           'seen', plan_seen(record_id),
           'needs', (select plan_needs(r)
                       from submission r where r.id = record_id order by r.version desc limit 1),
           'assents', (select coalesce(json_agg(a.recorded_by order by a.n), '[]'::json)
                         from plan_assents(record_id, (select max(r.version) from submission r
                                                        where r.id = record_id)) a),
           'in_force_version', v.version,
           'approved_by', v.approved_by,
           'approved_at', instant_text(v.approved_at))
      from (select record_id as id) x
      left join lateral (select p.* from plan_version p where p.id = x.id order by p.version desc limit 1) v on true
$$;

-- The targets of a version of a plan, as its text has them.
create or replace function plan_targets_of(doc json, version int) returns setof plan_version_target
    language sql immutable as $$
    select doc ->> 'code', plan_targets_of.version, t.no::int, t.code, t.kind, t.measure,
           plan_threshold(t.kind, t.measure, t.threshold), coalesce(t.reading, 'compound'), t.title,
           coalesce(t.title_en, t.title), coalesce(t.assumed, (doc ->> 'assumed')::boolean), t.basis
      from rows from (json_to_recordset(doc -> 'targets') as (code text, kind text, measure text, threshold text,
           reading text, title text, title_en text, assumed boolean, basis text))
           with ordinality as t(code, kind, measure, threshold, reading, title, title_en, assumed, basis, no)
$$;

-- The figures of those targets.
create or replace function plan_metrics_of(doc json, version int) returns setof plan_version_metric
    language sql immutable as $$
    select doc ->> 'code', plan_metrics_of.version, t.target ->> 'code', m.no::int, m.metric, m.side, m.figure, m.title,
           coalesce(m.title_en, m.title)
      from json_array_elements(doc -> 'targets') as t(target)
     cross join lateral rows from (json_to_recordset(coalesce(t.target -> 'metrics', '[]')) as (metric text,
           side text, figure text, title text, title_en text)) with ordinality
           as m(metric, side, figure, title, title_en, no)
$$;

-- The chapters of a version of a plan, as its text has them; a text that says nothing of measures keeps those that the
-- version before it had.
create or replace function plan_chapters_of(doc json, version int) returns setof plan_version_chapter
    language sql stable as $$
    select c.plan, plan_chapters_of.version, c.no, c.zh, c.en
      from plan_version_chapter c
     where doc -> 'measures' is null and c.plan = doc ->> 'code' and c.version = plan_chapters_of.version - 1
    union all
    select doc ->> 'code', plan_chapters_of.version, c.no::int, c.title, coalesce(c.title_en, c.title)
      from rows from (json_to_recordset(doc -> 'chapters') as (title text, title_en text)) with ordinality
           as c(title, title_en, no)
     where doc -> 'measures' is not null
$$;

-- The measures likewise.
create or replace function plan_measures_of(doc json, version int) returns setof plan_version_measure
    language sql stable as $$
    select m.plan, plan_measures_of.version, m.no, m.chapter, m.zh, m.en, m.departments, m.figures, m.every, m.due_days
      from plan_version_measure m
     where doc -> 'measures' is null and m.plan = doc ->> 'code' and m.version = plan_measures_of.version - 1
    union all
    select doc ->> 'code', plan_measures_of.version, m.no, m.chapter, m.title, coalesce(m.title_en, m.title),
           m.departments, coalesce(m.figures, '{}'), m.every, m.due_days
      from json_to_recordset(doc -> 'measures') as m(no int, chapter int, title text, title_en text,
           departments text[], figures text[], every text, due_days int)
$$;

-- All of these, with their tables: what verify holds them against.
create or replace function plan_rows(doc json, version int) returns table (tab text, content json)
    language sql stable as $$
    select 'plan_version_target', to_json(x) from plan_targets_of(doc, plan_rows.version) x
    union all
    select 'plan_version_metric', to_json(x) from plan_metrics_of(doc, plan_rows.version) x
    union all
    select 'plan_version_chapter', to_json(x) from plan_chapters_of(doc, plan_rows.version) x
    union all
    select 'plan_version_measure', to_json(x) from plan_measures_of(doc, plan_rows.version) x
$$;

-- What an approval led to.
create or replace function plan_approval_decided(id uuid) returns json language sql stable as
    $$ select json_build_object('state', a.state) from plan_assent a where a.id = $1 $$;

-- Agrees to a plan as it was seen: another person than wrote it, and each once.
-- The last one that its tier needs puts it in force.
create or replace function plan_approval_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    r submission%rowtype;
    next_version int;
    given int;
    given_by json;
    next_state text;
begin
    d.district := '';
    d.parties := '{}';
    select x.* into r
      from submission x
     where x.id = (doc ->> 'plan')::uuid and x.type = 'plan'
     order by x.version desc
     limit 1;
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '/plan', doc ->> 'plan'));
    elsif plan_state_of(r.id) = 'in_force' then
        d.problems := json_build_array(problem('E_STEP', '/plan', 'plan.in_force'));
    elsif doc ->> 'seen' <> plan_seen(r.id) then
        select problem_seen('/seen', 'version ' || r.version || '; '
                            || string_agg(a.recorded_by || ' ' || instant_text(a.recorded_at), '; ' order by a.n),
                            doc ->> 'seen', plan_seen(r.id), null)
          into given_by
          from plan_assent a where a.plan = r.id and a.record_version = r.version having count(*) > 0;
        d.problems := json_build_array(coalesce(given_by, record_seen_problem(r.id, doc ->> 'seen')));
    elsif exists (select from submission x
                   where x.id = r.id and person_is_me(x.recorded_by)
                     and x.version > coalesce((select max(v.record_version) from plan_version v where v.id = r.id), 0))
          or exists (select from plan_assent a
                      where a.plan = r.id and a.record_version = r.version and person_is_me(a.recorded_by)
                        and not record_disowned(a.id, 1))
    then
        d.problems := json_build_array(problem('E_SAME_PERSON', '', my_signature()));
    elsif not dry then
        select (count(*) + 1)::int into given
          from plan_assent a where a.plan = r.id and a.record_version = r.version;
        next_state := case when (select count(*) + 1 from plan_assents(r.id, r.version)) >= plan_needs(r)
                                then 'in_force'
                           else 'waiting' end;
        insert into plan_assent (plan, record_version, n, id, state, reason, recorded_at, recorded_by)
        values (r.id, r.version, given, new_id, next_state, doc ->> 'reason', record_now(), my_signature());
        if next_state = 'waiting' then
            return d;
        end if;
        select coalesce(max(v.version), 0) + 1 into next_version from plan_version v where v.code = r.body ->> 'code';
        insert into plan_version (code, version, id, record_version, title, title_en, first_year, last_year, basis,
               source, assumed, reason, approved_at, approved_by)
        select b.code, next_version, r.id, r.version, b.title, b.title_en, b.first_year, b.last_year, b.basis, b.source,
               b.assumed, doc ->> 'reason', record_now(), my_signature()
          from json_to_record(r.body) as b(code text, title text, title_en text, first_year int, last_year int,
               basis text, source text, assumed boolean);
        insert into plan_version_target (plan, version, no, id, kind, metric, threshold, reading, zh, en, assumed,
               basis)
        select x.* from plan_targets_of(r.body, next_version) x;
        insert into plan_version_metric (plan, version, target, no, metric, side, figure, zh, en)
        select x.* from plan_metrics_of(r.body, next_version) x;
        insert into plan_version_chapter (plan, version, no, zh, en)
        select x.* from plan_chapters_of(r.body, next_version) x;
        insert into plan_version_measure (plan, version, no, chapter, zh, en, departments, figures, every, due_days)
        select x.* from plan_measures_of(r.body, next_version) x;
    end if;
    return d;
end $$;

-- The text of a plan in force, as it was approved: null when there is none of that code.
create or replace function plan_text(code text, known_at timestamptz) returns json language sql stable as $$
    select json_build_object(
           'code', p.code, 'version', p.version, 'title', p.title, 'title_en', p.title_en,
           'source', p.source, 'assumed', p.assumed, 'first_year', p.first_year, 'last_year', p.last_year,
           'basis', p.basis, 'approved_by', p.approved_by,
           'approved_at', case when p.approved_at > '-infinity' then instant_text(p.approved_at) end,
           'record', p.id, 'reason', p.reason,
           'targets', (select json_agg(json_strip_nulls(json_build_object(
                       'code', t.id, 'kind', t.kind, 'measure', t.metric,
                       'threshold', case when t.kind = 'growth' then percent_text(t.threshold)
                                         when t.kind = 'total' and t.metric = 'amount' then yuan_text(t.threshold)
                                         when t.kind = 'total' then t.threshold::text end,
                       'reading', case when t.kind = 'growth' then t.reading end,
                       'title', t.zh, 'title_en', t.en, 'assumed', t.assumed, 'basis', t.basis,
                       'metrics', (select json_agg(json_build_object('metric', m.metric, 'side', m.side,
                                          'figure', m.figure, 'title', m.zh, 'title_en', m.en) order by m.no)
                                     from plan_version_metric m
                                    where m.plan = t.plan and m.version = t.version and m.target = t.id)))
                       order by t.no)
                         from plan_version_target t
                        where t.plan = p.code and t.version = p.version),
           'chapters', (select coalesce(json_agg(json_build_object('title', c.zh, 'title_en', c.en) order by c.no),
                                        '[]')
                          from plan_version_chapter c
                         where c.plan = p.code and c.version = p.version),
           'measures', (select coalesce(json_agg(json_strip_nulls(json_build_object(
                               'no', m.no, 'chapter', m.chapter, 'title', m.zh, 'title_en', m.en,
                               'departments', m.departments, 'figures', nullif(m.figures, '{}'), 'every', m.every,
                               'due_days', m.due_days)) order by m.no), '[]')
                          from plan_version_measure m
                         where m.plan = p.code and m.version = p.version))
      from plan_at(plan_text.known_at) p
     where p.code = plan_text.code
$$;
