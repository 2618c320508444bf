-- Cover (备案/入池): asked for with the loan or by itself, judged by the scheme's conditions and the ledger's own
-- facts, frozen, reserved in the order of recording, suspended by corrections that decide, ended with the loan.

drop policy if exists coverage_read on coverage;
create policy coverage_read on coverage for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district()))
    or ((select my_kind()) in ('insurer', 'guarantor') and parties && (select my_names())));
drop policy if exists coverage_step_read on coverage_step;
create policy coverage_step_read on coverage_step for select to pledged_app
    using (exists (select from coverage c where c.id = coverage));

-- From which day a loan counts as bad if nothing more is told: graded so, or unpaid for more than 90 days
-- (银保监会令〔2023〕1号), whether its bank told a grade or not.
create or replace function coverage_bad_from(f loan_life) returns date language sql immutable as $$
    select case when (f).outstanding_fen > 0
                then least((f).bad_since, (f).overdue_since + 91, (f).matures_on + 91) end
$$;

-- The life of a loan that was sold, for the pool: of one that was in default by then as if it had not been. It is off
-- its bank's books, but was lost under its cover; else a bank sold what is bad, and had others covered.
create or replace function coverage_life_sold(l loan, sold loan_life) returns loan_life
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    told loan_event[] := array(select s from loan_told(l, null, null) s
                                order by s.on_day, loan_event_rank(s.kind), s.reference);
    day date := (select max(s.on_day) from unnest(told) s where s.kind = 'transferred');
    f loan_life := loan_fold_told(l, array(select s from unnest(told) s where s.kind <> 'transferred'
                                            order by s.on_day, loan_event_rank(s.kind), s.reference), 'infinity', null);
begin
    return case when loan_default_day(f, day) <= day then f else sold end;
end $$;

-- A loan's life for the weight of its cover (null: of one that is asked for) in the pool. A void loan owes nothing;
-- of a default that had come by then, or was taken back shortly before, what it owed stands until two persons of
-- finance agree that this void was right: its bank could void it, have others covered, and enter it again.
create or replace function coverage_life(c coverage, l loan) returns loan_life
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    f loan_life := loan_fold(l, 'infinity', null, null);
    shortly constant interval := interval '90 days';
    void loan_void;
begin
    if f.state <> 'voided' then
        return case when f.state = 'transferred' then coverage_life_sold(l, f) else f end;
    end if;
    select v.* into void from loan_void v where v.loan_id = l.id and v.until_at = 'infinity';
    if void.event_id is not distinct from c.pool_void then
        return f;
    end if;
    f := loan_fold_told(l, array(
        select x.t
          from (select s as t from loan_told(l, null, null) s where s.kind <> 'voided'
                 union all
                select e
                  from loan_event e
                  join loan_event r on r.loan_id = e.loan_id and r.kind = 'reversed' and r.reverses = e.reference
                 where e.loan_id = l.id and r.recorded_at > void.from_at - shortly
                   and (e.kind in ('overdue', 'written_off') or grade_is_bad(e.grade))) x
         order by (x.t).on_day, loan_event_rank((x.t).kind), (x.t).reference), 'infinity', null);
    f.state := 'voided';
    if (loan_default_day(f, shanghai_day(void.from_at)) <= shanghai_day(void.from_at)) is not true then
        f.outstanding_fen := 0;
    end if;
    return f;
end $$;

-- What a loan's account says of its cover (null: of one that is asked for): what is owed while it is good and once it
-- is bad, and from which day it is. By the version that the cover stands on (or that finance agreed on for the pool
-- since) and by the newest, whichever is worse for the pool: what a correction makes better counts once confirmed.
create or replace function coverage_figures(c coverage, l loan, out owed_fen bigint, out bad_fen bigint,
                                            out bad_from date)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    f loan_life := coverage_life(c, l);
    g loan_life := f;
    held loan;
begin
    if greatest(c.loan_version, c.pool_version) < l.version then
        select v.* into held from loan v where v.id = l.id and v.version = greatest(c.loan_version, c.pool_version);
        g := coverage_life(c, held);
    end if;
    owed_fen := case when f.state = 'voided' then 0
                     else least(f.outstanding_fen, g.outstanding_fen, held.amount_fen) end;
    bad_fen := greatest(f.outstanding_fen, g.outstanding_fen);
    bad_from := least(coverage_bad_from(f), coverage_bad_from(g));
end $$;

-- The figures of all covers of a loan, as it stands.
create or replace function coverage_reckon(l loan) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update coverage c
       set (owed_fen, bad_fen, bad_from) = (select f.owed_fen, f.bad_fen, f.bad_from from coverage_figures(c, l) f)
     where c.loan_id = l.id;
end $$;

-- Gives covers that an upgrade left without them the figures of their loans: no pool is judged without them.
create or replace function coverage_fill() returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from coverage c where c.bad_fen is null) then
        perform coverage_reckon(l)
           from loan l
          where l.id in (select c.loan_id from coverage c where c.bad_fen is null)
            and not record_has_later(l.id, l.version, null);
    end if;
end $$;

-- Of what a bank has had covered under a scheme before a day: what is owed, and how much of it is bad on another day.
-- What left its cover and is still owed counts on.
create or replace function coverage_pool(bank bigint, code text, before date, day date, out owed numeric,
                                         out bad numeric)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    select coalesce(sum(case when s.bad_from <= day then s.bad_fen else s.owed_fen end), 0),
           coalesce(sum(s.bad_fen) filter (where s.bad_from <= day), 0)
      into owed, bad
      from coverage_sum s
     where s.scheme_code = code and s.org_id = bank and s.on_day < before;
end $$;

-- Was a cover ever in force? One that was asked for and given up before anybody confirmed it pads no pool.
create or replace function coverage_was_in_force(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return c.state in ('covered', 'suspended')
           or c.state = 'ended' and (c.recorded_by = 'pledged' or exists (
              select from coverage_step s where s.coverage = c.id and s.state = 'covered'));
end $$;

-- Of how much of a loan covers before this one were in force in its pool.
create or replace function coverage_counted_fen(c coverage) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce((select max(o.amount_fen)
                       from coverage o
                      where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.no < c.no
                        and coverage_was_in_force(o)), 0);
end $$;

-- Does a cover count in its pool? Each fen of a loan does once, by the first of its covers that was in force for it:
-- given up and asked for again, it dilutes no ratio, nor hides behind a fen that was covered first.
create or replace function coverage_counts(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coverage_was_in_force(c) and c.amount_fen > coverage_counted_fen(c);
end $$;

-- Of what is owed the part of a loan that is covered, half up.
create or replace function coverage_part_fen(owed_fen bigint, amount_fen bigint, whole_fen bigint) returns bigint
    language sql immutable as $$
    select case when amount_fen >= whole_fen then owed_fen
                else div(2 * owed_fen::numeric * amount_fen + whole_fen, 2 * whole_fen)::bigint end
$$;

-- What a cover weighs in its pool: of what is owed the part of the loan that it covers and none before it did, one fen
-- of a large loan a fen.
create or replace function coverage_weight_fen(c coverage, owed_fen bigint) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    whole bigint := (select l.amount_fen from loan l where l.id = c.loan_id and l.version = c.loan_version);
begin
    return coverage_part_fen(owed_fen, c.amount_fen, whole)
           - coverage_part_fen(owed_fen, coverage_counted_fen(c), whole);
end $$;

-- Adds a cover to the sums, or takes it away again.
create or replace function coverage_sum_add(c coverage, sign int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if coalesce(c.bad_fen, c.owed_fen) <> 0 and coverage_counts(c) then
        insert into coverage_sum as s (scheme_code, org_id, on_day, bad_from, owed_fen, bad_fen)
        values (c.scheme_code, c.org_id, c.on_day, coalesce(c.bad_from, 'infinity'),
                sign * coverage_weight_fen(c, c.owed_fen),
                sign * coverage_weight_fen(c, coalesce(c.bad_fen, c.owed_fen)))
        on conflict (scheme_code, org_id, on_day, bad_from) do update
            set owed_fen = s.owed_fen + excluded.owed_fen, bad_fen = s.bad_fen + excluded.bad_fen;
    end if;
    if c.state in ('requested', 'covered', 'suspended') then
        insert into coverage_reserved as r (scheme_code, fen)
        values (c.scheme_code, sign * c.amount_fen)
        on conflict (scheme_code) do update set fen = r.fen + excluded.fen;
    end if;
end $$;

-- Keeps the sums with every change of a cover that they rest on.
create or replace function coverage_sum_follow() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        perform coverage_sum_add(new, 1);
    elsif (old.state, old.amount_fen, old.owed_fen, old.bad_fen, old.bad_from, old.on_day, old.loan_version)
          is distinct from
          (new.state, new.amount_fen, new.owed_fen, new.bad_fen, new.bad_from, new.on_day, new.loan_version) then
        perform coverage_sum_add(old, -1);
        perform coverage_sum_add(new, 1);
    end if;
    return null;
end $$;
create or replace trigger coverage_sum_follow after insert or update on coverage
    for each row execute function coverage_sum_follow();

-- How much more a scheme may cover after a request, against what was appropriated; null: it sets no limit. Requests
-- recorded before it keep their room, whatever became of them since unless they ended; those after it take none of it.
create or replace function coverage_leverage_room(c coverage, terms scheme_terms) returns numeric
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (terms).leverage_limit is null then
        return null;
    end if;
    return coverage_leverage_left(c.scheme_code, terms)
           - case when c.state in ('requested', 'covered', 'suspended') then 0 else c.amount_fen end
           + (select coalesce(sum(o.amount_fen), 0)
                from coverage o
               where o.scheme_code = c.scheme_code and o.no > c.no and o.state in ('requested', 'covered', 'suspended'))
           - (select coalesce(sum(o.amount_fen), 0)
                from coverage o
               where o.scheme_code = c.scheme_code and o.no < c.no and o.state = 'pending');
end $$;

-- How much more it may cover after all that was asked for.
create or replace function coverage_leverage_left(code text, terms scheme_terms) returns numeric
    language sql stable security definer set search_path = public, pg_temp as $$
    select (terms).leverage_limit::numeric * -account_balance_fen('appropriation:' || code, null, null)
           - coalesce((select r.fen from coverage_reserved r where r.scheme_code = code), 0)
     where (terms).leverage_limit is not null
$$;

-- What a covered loan owed at the end of a day, as known, and whether it was bad.
create or replace function coverage_on(c coverage, day date, known_at timestamptz, out owed bigint, out bad boolean)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan;
    f loan_life;
begin
    if day >= today() and known_at is null and c.owed_fen is not null then
        owed := c.owed_fen;
        bad := coalesce(c.bad_from <= day, false);
        return;
    end if;
    select v.* into l
      from loan v
     where v.id = c.loan_id and (coverage_on.known_at is null or v.recorded_at <= coverage_on.known_at)
     order by v.version desc
     limit 1;
    f := loan_fold(l, day, coverage_on.known_at, null);
    owed := f.outstanding_fen;
    bad := owed > 0 and coalesce(least(f.bad_since, f.overdue_since + 91, f.matures_on + 91) <= day, false);
end $$;

-- Where a cover stood at the end of a day, as known; null: nobody had asked for it. One that was made when cover was
-- introduced began as covered.
create or replace function coverage_state_on(c coverage, day date, known_at timestamptz) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select s.state
                       from coverage_step s
                      where s.coverage = (c).id and (s.recorded_at at time zone 'Asia/Shanghai')::date <= day
                        and (coverage_state_on.known_at is null or s.recorded_at <= coverage_state_on.known_at)
                      order by s.n desc
                      limit 1),
                    case when (c).recorded_by = 'pledged' then 'covered' else 'pending' end)
     where ((c).recorded_at at time zone 'Asia/Shanghai')::date <= day
       and (coverage_state_on.known_at is null or (c).recorded_at <= coverage_state_on.known_at)
$$;

-- What a scheme could still cover under its leverage limit at the end of a day, as known; null: it sets none.
create or replace function coverage_room_left(code text, times int, day date, known_at timestamptz) returns numeric
    language sql stable security definer set search_path = public, pg_temp as $$
    select greatest(times::numeric * -account_balance_fen('appropriation:' || code, day, known_at) - (
           select coalesce(sum(o.amount_fen), 0)
             from coverage o
            where o.scheme_code = code
              and coverage_state_on(o, day, coverage_room_left.known_at)
                  in ('pending', 'requested', 'covered', 'suspended')), 0)
     where times is not null
$$;

-- What is left under a limit, at least nought; null: there is none.
create or replace function room_text(room numeric) returns text language sql immutable as
    $$ select case when room is not null then yuan_text(greatest(room, 0)::bigint) end $$;

-- What is left after a cover under each limit of its scheme, as its answer shows it.
create or replace function coverage_room(c coverage, terms scheme_terms) returns json
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return json_strip_nulls(json_build_object(
           'leverage', room_text(coverage_leverage_room(c, terms)),
           'loan', room_text(yuan_fen(terms.cap_per_loan) - claim_sum_fen(c.scheme_code, 'loan', c.loan_id::text)),
           'enterprise', room_text(yuan_fen(terms.cap_per_enterprise) - (
                select sum(claim_sum_fen(c.scheme_code, 'enterprise', x))::bigint
                  from loan l
                 cross join lateral loan_firm_codes(l) x
                 where l.id = c.loan_id and not record_has_later(l.id, l.version, null)))));
end $$;

-- Open high red flags on a loan: what they say must be cleared first.
create or replace function coverage_flags(loan uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select string_agg(distinct f.code, ', ' order by f.code)
              from flag_record r
              join flag f on f.id = r.flag
             where r.record_id = loan and f.severity = 'high' and f.code <> 'RF29' -- see credit_problems
               and not exists (select from flag_clearing x where x.flag = f.id)
               and (flag_standing(f.id) or exists (
                    select from flag_rule u where u.code = f.code and u.judge is null)));
end $$;

-- What stands against covering a loan in its own life: it must be live, pledged, and not
-- in default before cover begins.
create or replace function coverage_life_problems(c coverage, l loan, f loan_life, terms scheme_terms) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    filed date := case when c.paper then c.on_day else (c.recorded_at at time zone 'Asia/Shanghai')::date end;
    default_day date := loan_default_day(f, today());
    p json[] := '{}'::json[];
begin
    if f.state in ('settled', 'transferred', 'voided', 'written_off') then
        p := p || problem('E_NOT_LIVE', '/loan', f.state);
    end if;
    if default_day <= filed then
        p := p || problem('E_DEFAULTED', '/loan', default_day::text);
    end if;
    if f.released_on is not null and f.state not in ('settled', 'transferred') then
        p := p || problem('E_RELEASED', '/loan', f.released_on::text);
    end if;
    if l.registered_on is null or l.registered_on > coalesce(default_day, today()) then
        p := p || problem('E_UNREGISTERED', '/loan', coalesce(l.registered_on::text, '-'));
    end if;
    if filed > f.drawn_on + terms.file_within_days then
        p := p || problem('E_FILED_LATE', '/loan', (f.drawn_on + terms.file_within_days)::text);
    end if;
    if c.paper and filed > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    elsif c.paper and filed < l.signed_on then
        p := p || problem('E_ORDER', '/on', 'signed_on ' || l.signed_on);
    end if;
    return p;
end $$;

-- Was a tenth of a loan or more repaid, or was it sold, since a day, whatever event told it; or is it in default still?
-- By whichever is later of the day that was told and that of the ledger where a default had been told on a day before:
-- who gains by it tells it. A rest that is left owed for show hides nothing.
create or replace function coverage_repaid(loan_id uuid, since date) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := (select v from loan v where v.id = loan_id order by v.version desc limit 1);
    f loan_life := loan_fold(l, 'infinity', null, null);
begin
    if f.outstanding_fen > 0 and loan_default_day(f, today()) is not null then
        return true;
    end if;
    return coalesce((
        select f.outstanding_fen = 0 or sum(e.principal_fen) * 10 >= l.amount_fen
          from loan_event_standing e
         where e.loan_id = coverage_repaid.loan_id
           and e.kind in ('repaid', 'recovered', 'settled', 'transferred')
           and (e.on_day >= since
                or shanghai_day(e.recorded_at) >= since
                   and shanghai_day(loan_default_told(coverage_repaid.loan_id)) < shanghai_day(e.recorded_at))
        having count(*) > 0), false);
end $$;

-- Loans of the same bank and firm that were possibly the same credit: void ones, by a right or by amount and day; and
-- those that this one may have refinanced, by a right or by amount, or whatever they are of once they were in default
-- or past their term: repaid or sold shortly before it was signed or since, or in default still. By any version: what
-- its bank corrected before it gave it up does not hide it.
create or replace function coverage_twins(l loan) returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    near int := flag_limit('RF29', 'days')::int;
    least_share numeric := 100 - flag_limit('RF29', 'amount');
    shortly constant int := 90; -- days
begin
    return query
    with alike as materialized ( -- few are, before the life of each is looked at
        select distinct o.id, x.void
          from loan o
         cross join lateral (
               select exists (select from loan_void v
                               where v.loan_id = o.id and v.until_at = 'infinity') as void) x
         where o.borrower in (select x from loan_firm_codes(l) x) and o.org_id = l.org_id and o.id <> l.id
           and (exists (select from loan_ip a
                          join loan_ip b on b.number = a.number and b.record_id = l.id and b.version = l.version
                         where a.record_id = o.id)
                or (not x.void or abs(o.signed_on - l.signed_on) <= near)
                   and least(o.amount_fen, l.amount_fen) * 100
                       >= greatest(o.amount_fen, l.amount_fen) * least_share
                or not x.void
                   and (loan_default_told(o.id) is not null
                        or o.matures_on < today()
                           and not exists (select from loan_event e
                                            where e.loan_id = o.id and e.kind in ('settled', 'transferred')
                                              and e.on_day <= o.matures_on)))
    )
    select k.id from alike k where k.void or coverage_repaid(k.id, l.signed_on - shortly);
end $$;

-- What the ledger was told once that a request for cover must not forget: a default of its loan, or of one that was
-- the same credit, also one that was paid or taken back since; and a term that had ended when it was lengthened, by a
-- correction or an event. None of it stands against the cover: a person of finance sees it and confirms. Of each loan
-- the first twelve words, with how many more there are and the last of them: none hides another loan's.
create or replace function coverage_doubts(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    l loan := (select v from loan v where v.id = c.loan_id order by v.version desc limit 1);
    ids uuid[] := array(select x from coverage_twins(l) x) || l.id;
    most constant int := 12;
begin
    return array(
        with word as materialized (
            select e.loan_id as id, e.recorded_at as at, e.reference || ' ' || e.on_day as said
              from loan_event e
             where e.loan_id = any (ids) and (e.kind in ('overdue', 'written_off') or grade_is_bad(e.grade))
            union all
            select v.id, v.recorded_at, 'matures_on ' || v.matures_on
              from loan v
             cross join lateral (
                   select least((select n.recorded_at from loan n where n.id = v.id and n.version = v.version + 1),
                                (select min(w.from_at) from loan_void w where w.loan_id = v.id)) as at) gone
             where v.id = any (ids) and v.matures_on < l.matures_on and v.matures_on < shanghai_day(gone.at)
            union all
            select e.loan_id, e.recorded_at, concat_ws(' ', e.reference, e.on_day, 'matures_on', term.ended)
              from loan_event e
             cross join lateral (
                   select greatest((select v.matures_on from loan v
                                     where v.id = e.loan_id and v.recorded_at <= e.recorded_at
                                     order by v.version desc limit 1),
                                   (select max(x.matures_on) from loan_event x
                                     where x.loan_id = e.loan_id and x.kind = 'extended'
                                       and (x.recorded_at, x.id) < (e.recorded_at, e.id))) as ended) term
             where e.loan_id = any (ids) and term.ended < shanghai_day(e.recorded_at)
               -- of a twin also that it was paid behind its term
               and (e.kind = 'extended' or e.loan_id <> l.id and e.on_day > term.ended
                                            and e.kind in ('repaid', 'recovered', 'settled', 'transferred'))
            union all
            select x.id, '-infinity', concat_ws(' ', 'matures_on', f.matures_on, 'outstanding',
                                               yuan_text(f.outstanding_fen))
              from unnest(ids) x(id)
             cross join lateral (select v from loan v where v.id = x.id order by v.version desc limit 1) n(v)
             cross join lateral loan_fold(n.v, 'infinity', null, null) f
             where x.id <> l.id and f.outstanding_fen > 0 and f.matures_on < today()
        ),
        told as (
            select y.*, row_number() over (partition by y.id order by y.at, y.said) as n,
                   count(*) over (partition by y.id) as of_loan,
                   last_value(y.said) over (partition by y.id order by y.at, y.said
                                            rows between unbounded preceding and unbounded following) as last
              from word y
        )
        select problem('E_DEFAULT_TOLD', '/loan', concat_ws(' ', (
                   select r.key from submission r where r.id = z.id and r.version = 1), z.said,
                   case when z.n = most and z.of_loan > most then format('(+%s: … %s)', z.of_loan - most, z.last) end))
          from told z
         where z.n <= most
         order by z.at, z.said);
end $$;

-- What the newest version of a loan would make of the weight of its cover in the pool, where it was told after the
-- default or after the cover ended, and what its void would: two persons of finance may agree on it, with evidence.
-- What a claim is paid is not changed by it.
create or replace function coverage_pool_untrue(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := (select v from loan v where v.id = c.loan_id order by v.version desc limit 1);
    void uuid := coverage_void(c.loan_id);
    now_ record;
    mended record;
begin
    if c.state not in ('covered', 'ended')
       or void = c.pool_void or void is null and l.version <= greatest(c.loan_version, c.pool_version)
       or c.state = 'covered' and not coverage_after_default(l) or not coverage_counts(c) then
        return '{}'::json[];
    end if;
    now_ := coverage_figures(c, l);
    c.pool_version := case when void is null then l.version else c.pool_version end; -- one thing at a time
    c.pool_void := void;
    mended := coverage_figures(c, l);
    if now_ is not distinct from mended then
        return '{}'::json[];
    end if;
    return array[problem('E_UNCONFIRMED', '/loan', format('version %s%s: %s %s → %s %s', l.version, (
                             select ' voided ' || e.on_day from loan_event e where e.id = void),
                         yuan_text(now_.bad_fen), coalesce(now_.bad_from::text, '-'),
                         yuan_text(mended.bad_fen), coalesce(mended.bad_from::text, '-')))];
end $$;

-- The void of a loan that stands; null: none does.
create or replace function coverage_void(loan_id uuid) returns uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select v.event_id from loan_void v where v.loan_id = $1 and v.until_at = 'infinity');
end $$;

-- The first word to let a cover weigh in its pool by the newest version of its loan, or by its void, of a person who is
-- in office still, by no token that was revoked, and not of who told the loan, where nobody has said no since.
create or replace function coverage_pool_begun(c coverage) returns setof coverage_step
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select s.*
      from coverage_step s
     where s.coverage = c.id and s.step = 'confirm' and (s.shown ->> 'pool_word')::int = (
               select max(l.version) from loan l where l.id = c.loan_id)
       and (s.shown ->> 'void')::uuid is not distinct from coverage_void(c.loan_id)
       and s.n > (select coalesce(max(o.n), 0) from coverage_step o where o.coverage = c.id and o.step = 'refuse')
       and person_serves(s.recorded_by) and not coverage_step_disowned(s) and coverage_is_apart(c, s.recorded_by);
end $$;

-- A cover as it is told: with what a person of finance is to see before he confirms. Of other contracts of its bank the
-- other parties of this one learn no number.
create or replace function coverage_told(c coverage) returns coverage
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    p json[] := case c.state when 'requested' then coverage_doubts(c) || coverage_rates_unseen(c)
                             when 'covered' then coverage_unconfirmed(c) || coverage_pool_untrue(c)
                             when 'suspended' then coverage_rates_unseen(c)
                             when 'ended' then coverage_pool_untrue(c) end;
begin
    if cardinality(p) > 0 then
        if my_kind() in ('insurer', 'guarantor', 'district') then
            p := array(select problem(x ->> 0, x ->> 1, '-') from unnest(p) x);
        end if;
        c.errors := array_to_json(array(select x from json_array_elements(c.errors) x) || p);
    end if;
    return c;
end $$;

-- What stands against it by the terms of the scheme that are no conditions of the rule form.
create or replace function coverage_terms_problems(c coverage, l loan, terms scheme_terms) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    ceiling int := scheme_rate_ceiling_ppm(terms.rate_ceiling, l.signed_on);
    most bigint := case when terms.ip_part_only then l.ip_amount_fen else l.amount_fen end;
    p json[] := '{}'::json[];
begin
    if c.amount_fen > most then
        p := p || problem('E_EXCEEDS', '/amount', yuan_text(most));
    end if;
    if terms.excludes_guaranteed and l.guarantor is not null then
        p := p || problem('E_EXCLUDED', '/loan', 'guarantor_uscc');
    end if;
    if l.ip_amount_fen::numeric * 1000000 < l.amount_fen::numeric * percent_ppm(terms.ip_share_min) then
        p := p || problem('E_IP_SHARE', '/loan', terms.ip_share_min::text);
    end if;
    if terms.rate_ceiling is distinct from null and ceiling is null then -- "is not null" would ask for both its members
        p := p || problem('E_NO_LPR', '/loan', l.signed_on::text);
    elsif l.rate_ppm > ceiling then
        p := p || problem('E_RATE_CEILING', '/loan', percent_text(ceiling));
    end if;
    return p || coverage_repriced_beyond(l, terms, 'infinity');
end $$;

-- What a loan was repriced to beyond the ceiling of its scheme, each rate by the ceiling of its own day. Before a day:
-- what is charged once it is in default is no price of the credit.
create or replace function coverage_repriced_beyond(l loan, terms scheme_terms, before date) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return array(
        select problem('E_RATE_CEILING', '/loan', percent_text(min(x.ceiling)))
          from loan_event_standing e
         cross join lateral (select scheme_rate_ceiling_ppm(terms.rate_ceiling, e.on_day) as ceiling) x
         where e.loan_id = l.id and e.kind = 'repriced' and e.rate_ppm > x.ceiling and e.on_day < before
        having count(*) > 0);
end $$;

-- When finance, or the scheme by itself, last covered a loan as it stood before its default happened and was told, and
-- the highest rate that was known then.
create or replace function coverage_rate_known(c coverage, out at timestamptz, out rate_ppm int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    default_day constant date := (select loan_default_day(loan_fold(l, 'infinity', null, null), today())
                                    from loan l where l.id = c.loan_id order by l.version desc limit 1);
begin
    at := coalesce((select max(s.recorded_at) from coverage_step s
                     where s.coverage = c.id and s.state = 'covered' and s.step in ('judge', 'confirm')
                       and shanghai_day(s.recorded_at) <= coalesce(default_day, 'infinity')
                       and s.recorded_at < coalesce(loan_default_told(c.loan_id), 'infinity')), c.recorded_at);
    rate_ppm := greatest((select l.rate_ppm from loan l where l.id = c.loan_id and l.version = c.loan_version), (
                    select max(e.rate_ppm) from loan_event_standing e
                     where e.loan_id = c.loan_id and e.kind = 'repriced' and e.recorded_at <= at));
end $$;

-- Rates above those known that were told of a loan and that a confirmation of its cover lets count: of a request all
-- above that of its loan, for nobody has seen them yet; of a cover those since, until a default is told.
create or replace function coverage_rates_unseen(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    known record;
begin
    if not exists (select from loan_event e where e.loan_id = c.loan_id and e.kind = 'repriced')
       or c.state <> 'requested' and loan_default_told(c.loan_id) is not null then
        return '{}'::json[]; -- nearly all
    end if;
    if c.state = 'requested' then
        select '-infinity'::timestamptz as at, l.rate_ppm into known
          from loan l where l.id = c.loan_id and l.version = c.loan_version;
    else
        known := coverage_rate_known(c);
    end if;
    return array(select problem('E_UNCONFIRMED', '/loan',
                                concat_ws(' ', e.reference, e.on_day, percent_text(e.rate_ppm)))
                   from loan_event_standing e
                  where e.loan_id = c.loan_id and e.kind = 'repriced' and e.recorded_at > known.at
                    and e.rate_ppm > known.rate_ppm
                  order by e.recorded_at, e.id);
end $$;

-- What was told of a covered loan since that counts only once finance has confirmed it: a correction that decides, if
-- it came before the default, and rates above those known.
create or replace function coverage_unconfirmed(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    l loan := (select v from loan v where v.id = c.loan_id and v.version > c.loan_version
                order by v.version desc limit 1);
begin
    if c.state <> 'covered' then
        return '{}'::json[];
    end if;
    return case when l.id is not null and not coverage_after_default(l)
                     and (select count(distinct loan_claim_facts(r.body)) from submission r
                           where r.id = l.id and r.version in (l.version, c.loan_version)) > 1
                then array[problem('E_UNCONFIRMED', '/loan', 'version ' || l.version)]
                else '{}'::json[] end || coverage_rates_unseen(c);
end $$;

-- What a scheme has against new covers of a bank by what those from before a day had come to on another: paused, or its
-- breaker open.
create or replace function coverage_pool_over(bank bigint, code text, before date, day date,
                                              terms scheme_terms) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    pool record := coverage_pool(bank, code, before, day);
    p json[] := '{}'::json[];
begin
    if pool.bad * 1000000 > pool.owed * percent_ppm((terms.pause).npl_ratio) then
        p := p || problem('E_PAUSED', '/scheme', percent_text((pool.bad * 1000000 / pool.owed)::bigint) || '% > '
                          || (terms.pause).npl_ratio || '%');
    end if;
    if pool.bad > yuan_fen((terms.pause).amount) then
        p := p || problem('E_PAUSED', '/scheme',
                     yuan_text(pool.bad::bigint) || ' > ' || yuan_text(yuan_fen((terms.pause).amount)));
    end if;
    if pool.bad * 1000000 > pool.owed * percent_ppm(terms.npl_breaker) then
        p := p || problem('E_BREAKER', '/scheme', percent_text((pool.bad * 1000000 / pool.owed)::bigint) || ' > '
                          || terms.npl_breaker);
    end if;
    return p;
end $$;

-- What stands against it in the pool: room, the bank's bad loans, and flags that nobody has cleared.
create or replace function coverage_pool_problems(c coverage, terms scheme_terms) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    room numeric := coverage_leverage_room(c, terms);
    p json[] := '{}'::json[];
begin
    if room < 0 then
        p := p || problem('E_LEVERAGE', '/scheme', yuan_text(greatest(room + c.amount_fen, 0)::bigint));
    end if;
    p := p || coverage_pool_over(c.org_id, c.scheme_code, 'infinity', today(), terms);
    if coverage_flags(c.loan_id) is not null then
        p := p || problem('E_FLAGGED', '/loan', coverage_flags(c.loan_id));
    end if;
    return p || credit_problems(c.loan_id, '/loan');
end $$;

-- What stands against it by one version of its loan.
create or replace function coverage_version_problems(c coverage, l loan, terms scheme_terms) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coverage_life_problems(c, l, loan_fold(l, 'infinity', null, null), terms)
           || coverage_terms_problems(c, l, terms);
end $$;

-- All that the ledger's own facts say against a request, beside the conditions that the program judges: of the loan as
-- it is frozen, and, where a correction came after the default, also as that tells it.
create or replace function coverage_problems(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    held loan := (select v from loan v where v.id = c.loan_id and v.version = c.loan_version);
    newest loan := (select v from loan v where v.id = c.loan_id order by v.version desc limit 1);
    terms scheme_terms;
    p json[];
begin
    if c.scheme is null then
        return array[problem('E_NOT_IN_SCHEME', '/scheme', c.scheme_code)];
    end if;
    terms := (select scheme_terms_of(s.body) from scheme s where s.id = c.scheme);
    p := coverage_version_problems(c, held, terms) || coverage_pool_problems(c, terms);
    if newest.version > held.version then -- a claim takes the lesser of both, so less is no defect
        c.amount_fen := least(c.amount_fen, coverage_whole_fen(newest));
        p := p || array(select x from unnest(coverage_version_problems(c, newest, terms)) x
                         where x::text <> all (select y::text from unnest(p) y));
    end if;
    return p;
end $$;

-- Has the ledger a loan of the borrower that was drawn before this one was signed? Whoever lent it.
create or replace function loan_borrowed_before(l loan) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from loan_latest o
                    where o.borrower in (select c from loan_firm_codes(l) c) and o.id <> (l).id
                      and coalesce((select min(e.on_day) from loan_event_standing e
                                     where e.loan_id = o.id and e.kind = 'disbursed'), o.disbursed_on) < (l).signed_on)
$$;

-- What is frozen: all that decides what a claim is paid. A first loan is one that its bank calls so and the ledger does
-- not know otherwise.
create or replace function coverage_terms(c coverage, l loan, uplift text) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object(
           'scheme', (c).scheme_code, 'version', s.effective_from,
           'hash', encode(sha256(convert_to(s.body::text, 'UTF8')), 'hex'),
           'amount', yuan_text((c).amount_fen),
           'ip_share', percent_text(div((l).ip_amount_fen::numeric * 1000000, (l).amount_fen)::bigint),
           'rate', percent_text((l).rate_ppm), 'signed_on', (l).signed_on, 'disbursed_on', (l).disbursed_on,
           'matures_on', (l).matures_on, 'registered_on', (l).registered_on, 'pledge_no', r.body ->> 'pledge_no',
           'first_loan', coalesce((l).first_loan, false) and not loan_borrowed_before(l), 'uplift', uplift,
           'guarantor_uscc', (l).guarantor, 'insurer_uscc', (l).insurer, 'rights', (
               select json_agg(x ->> 'number' order by x ->> 'number') from json_array_elements(r.body -> 'ip') x))
      from scheme s
      join submission r on r.id = (l).id and r.version = (l).version
     where s.id = (c).scheme
$$;

-- Takes a step on a cover: its new state, and an entry of its history.
create or replace function coverage_step_add(cover uuid, of_step text, next_state text, why text, said json)
    returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update coverage set state = next_state where id = cover;
    insert into coverage_step (coverage, n, step, state, reason, shown, recorded_at, recorded_by)
    select cover, coalesce(max(s.n), 0) + 1, of_step, next_state, why, said, record_now(),
           coalesce(my_signature(), 'pledged')
      from coverage_step s
     where s.coverage = cover;
end $$;

-- What a cover is of when nobody says for how much: the part on IP, or the loan when nothing else secures it.
create or replace function coverage_whole_fen(l loan) returns bigint
    language sql immutable as $$
    select case when (l).ip_amount_fen > 0 then (l).ip_amount_fen else (l).amount_fen end
$$;

-- Records a request, to be judged next. A loan that is covered already is told so at once.
create or replace function coverage_ask(new_id uuid, reference text, l loan, code text, asked_fen bigint,
                                        paper_day date, evidence text)
    returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    s scheme := scheme_for(code, l.signed_on, null);
    live coverage;
    figures record := coverage_figures(null, l);
    amount bigint := coalesce(asked_fen, coverage_whole_fen(l));
    refused json;
begin
    select c.* into live
      from coverage c
     where c.loan_id = l.id and c.state in ('pending', 'requested', 'covered', 'suspended');
    if live.id is not null then
        refused := json_build_array(problem('E_COVERED', '/loan', live.scheme_code || ' ' || live.reference));
    end if;
    insert into coverage (id, reference, org_id, parties, district, loan_id, loan_version, borrower,
           scheme, scheme_code, on_day, paper, evidence, amount_fen, state, errors, owed_fen, bad_fen, bad_from,
           recorded_at, recorded_by)
    values (new_id, reference, l.org_id, l.parties, l.district, l.id, l.version, l.borrower, s.id, code,
            coalesce(paper_day, today()), paper_day is not null, evidence, amount,
            case when refused is null then 'pending' else 'refused' end, refused,
            figures.owed_fen, figures.bad_fen, figures.bad_from, record_now(), my_signature());
    if refused is not null then
        perform coverage_step_add(new_id, 'judge', 'refused', null, coverage_said(c))
          from coverage c
         where c.id = new_id;
    end if;
end $$;

-- A bank asks for cover of a loan that it recorded before.
create or replace function coverage_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    l loan := claim_loan(my_org(), doc ->> 'loan');
begin
    d.district := coalesce(l.district, '');
    d.parties := coalesce(l.parties, '{}');
    if l.id is null then
        d.problems := json_build_array(problem('E_NO_LOAN', '/loan', doc ->> 'loan'));
    elsif not dry then
        perform claims_lock();
        perform coverage_ask(new_id, doc ->> 'reference', l, doc ->> 'scheme', fen_of(doc ->> 'amount'),
                             (doc ->> 'on')::date, doc ->> 'evidence');
    end if;
    return d;
end $$;

-- Loans as they were just recorded: those that name a scheme ask for cover; a correction of a covered one is weighed.
create or replace function coverage_booked(made loan[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    l loan;
begin
    foreach l in array coalesce(made, '{}'::loan[]) loop
        if exists (select from coverage c where c.loan_id = l.id) then
            perform coverage_corrected(l);
        elsif l.scheme is not null then
            perform coverage_ask(gen_random_uuid(), r.key, l, l.scheme, null, null, null)
               from submission r where r.id = l.id and r.version = l.version;
        end if;
    end loop;
end $$;

-- Of two versions of a loan, whether the second differs in what decides a payment otherwise than by being worth less.
create or replace function coverage_is_decisive(a loan, b loan) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select loan_claim_facts(x.body) is distinct from loan_claim_facts(y.body)
       and not (((b).amount_fen, (b).ip_amount_fen, (b).rate_ppm)
                is distinct from ((a).amount_fen, (a).ip_amount_fen, (a).rate_ppm)
                and (b).amount_fen <= (a).amount_fen and (b).ip_amount_fen <= (a).ip_amount_fen
                and (b).rate_ppm <= (a).rate_ppm
                and loan_claim_facts((y.body::jsonb
                                     || jsonb_strip_nulls(jsonb_build_object('amount', x.body -> 'amount',
                                      'ip_amount', x.body -> 'ip_amount', 'rate', x.body -> 'rate')))::json)
                    = loan_claim_facts(x.body))
      from submission x, submission y
     where x.id = (a).id and x.version = (a).version and y.id = (b).id and y.version = (b).version
$$;

-- The cover of a loan: the live one, else the last. A request that was refused because there was one is not it.
create or replace function coverage_live_of(loan uuid) returns coverage
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select c
              from coverage c
             where c.loan_id = loan
             order by c.state in ('pending', 'requested', 'covered', 'suspended') desc,
                      coalesce(c.errors -> 0 ->> 0 = 'E_COVERED', false), c.no desc
             limit 1);
end $$;

-- Had the default of a loan come, or been told, when this version of it was recorded? By this version itself, or by the
-- one that its cover stands on: a term that had ended is not lengthened by a correction.
create or replace function coverage_after_default(l loan) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    day date := shanghai_day(l.recorded_at);
begin
    return coalesce(loan_default_told(l.id) <= l.recorded_at, false)
           or exists (select from loan v
                       where v.id = l.id
                         and (v.version = l.version
                              or v.version in (select c.loan_version from coverage c where c.loan_id = l.id
                                                  and c.state in ('pending', 'requested', 'covered', 'suspended')))
                         and loan_default_day(loan_fold(v, 'infinity', null, null), day) <= day);
end $$;

-- Puts a cover at the end of the order in which room is given: what it asks for now it did not ask for before others.
create or replace function coverage_queue_anew(cover uuid) returns void
    language sql security definer set search_path = public, pg_temp as
    $$ update coverage set no = default where id = cover $$;

-- A request follows the correction of its loan, to be judged anew. What was judged until now is kept beside it, for a
-- default of an earlier day that is told later (coverage_before).
create or replace function coverage_request_moves(c coverage, old loan, l loan) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    amount bigint := case when c.amount_fen = coverage_whole_fen(old) then coverage_whole_fen(l)
                          else c.amount_fen end; -- who asked for all of it asks for all of it
begin
    update coverage x
       set loan_version = l.version, parties = l.parties, district = l.district, borrower = l.borrower,
           amount_fen = amount, state = 'pending'
     where x.id = c.id;
    if amount > c.amount_fen then
        perform coverage_queue_anew(c.id);
    end if;
    if c.terms is not null and coverage_is_decisive(old, l) then
        perform coverage_step_add(c.id, 'correct', 'pending', 'version ' || l.version,
                                  coverage_frozen(c, l.version));
    end if;
end $$;

-- What was frozen until a version of the loan took its place.
create or replace function coverage_frozen(c coverage, took int) returns json language sql immutable as $$
    select json_build_object('took', took, 'loan_version', (c).loan_version, 'amount_fen', (c).amount_fen,
                             'terms', (c).terms)
$$;

-- A correction of a loan that is, or was, or asked to be covered. Of a cover the program judges the conditions again:
-- until then it is marked.
create or replace function coverage_corrected(l loan) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c coverage;
    old loan;
begin
    c := coverage_live_of(l.id);
    select v.* into old from loan v where v.id = l.id and v.version = c.loan_version;
    -- a cover that was asked for by itself stands beside a loan that names none
    if c.state in ('pending', 'requested') and l.scheme is distinct from c.scheme_code
          and l.scheme is distinct from old.scheme
       or c.state in ('refused', 'ended') and l.scheme is not null
          and (c.state = 'refused' or l.scheme <> c.scheme_code) then
        if c.state in ('pending', 'requested') then
            perform coverage_step_add(c.id, 'end', 'ended', 'the loan names another scheme', null);
        end if;
        if l.scheme is not null then
            perform coverage_ask(gen_random_uuid(), r.key || ' ' || l.version, l, l.scheme, null, null, null)
               from submission r where r.id = l.id and r.version = l.version;
        end if;
    elsif c.state in ('pending', 'requested') and coverage_after_default(l) then
        update coverage x set state = 'pending' where x.id = c.id; -- it asks for what it asked for, as a cover stands
    elsif c.state in ('pending', 'requested') then
        perform coverage_request_moves(c, old, l);
    elsif coverage_is_decisive(old, l)
          and (c.state = 'covered' or c.state = 'suspended' and not coverage_is_stopped(c)) then
        perform coverage_step_add(c.id, 'suspend', 'suspended', 'version ' || l.version, null);
    end if;
    update coverage x
       set rejudge = true
     where x.id = c.id and (x.state in ('covered', 'suspended') or coverage_ended_itself(x))
       and exists (select from scheme s
                    cross join lateral scheme_terms_of(s.body) t
                    where s.id = x.scheme and (t.conditions is not null or cardinality(t.uplifts) > 0));
    update coverage x set district = l.district where x.loan_id = l.id and x.district <> l.district;
    perform coverage_follow(l);
end $$;

-- By which step a cover ended, whatever was said of its weight in the pool since; null: it has not.
create or replace function coverage_ended_by(c coverage) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select s.step
              from coverage_step s
             where s.coverage = c.id and c.state = 'ended' and s.state = 'ended' and s.step in ('end', 'follow')
             order by s.n desc
             limit 1);
end $$;

-- Did a cover end with its loan, and not by anybody's step?
create or replace function coverage_ended_itself(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coverage_ended_by(c) is not distinct from 'follow';
end $$;

-- What has suspended a cover since it was in force last, and stands.
create or replace function coverage_stops(c coverage) returns setof coverage_step
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select s.*
      from coverage_step s
     where s.coverage = c.id and s.state = 'suspended'
       and s.n > (select coalesce(max(o.n), 0) from coverage_step o where o.coverage = c.id and o.state = 'covered');
end $$;

-- Is a cover suspended by more than conditions that do not hold?
create or replace function coverage_is_stopped(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from coverage_stops(c) s
                    where s.step = 'suspend'
                       or s.step not in ('conditions', 'end') -- a first word to end it stops nothing
                          and s.reason is not null);
end $$;

-- A cover comes back as it was: others may have been given its room, so that it stands behind them, and its loan may
-- have been corrected so that the conditions do not hold any more, or hold again.
create or replace function coverage_comes_back(c coverage, of_step text, back text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stands boolean := back = 'covered' or back = 'suspended' and not coverage_is_stopped(c);
begin
    perform coverage_queue_anew(c.id);
    if stands and coverage_lacks_room(c) then
        perform coverage_step_add(c.id, of_step, 'suspended', 'no room under the leverage limit', null);
    else
        perform coverage_step_add(c.id, of_step, case when not stands then back when c.errors is null then 'covered'
                                                      else 'suspended' end, null, null);
    end if;
end $$;

-- Is there no room for a cover behind all that was asked for, its own place there counted in where it has one?
create or replace function coverage_lacks_room(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce(coverage_leverage_room((select x from coverage x where x.id = c.id), (
               select scheme_terms_of(s.body) from scheme s where s.id = c.scheme)) < 0, false);
end $$;

-- The loan has moved on: its figures in the pool follow, and its cover ends with it or
-- comes back when that was reversed.
create or replace function coverage_follow(l loan) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c coverage;
    f loan_life;
    is_over boolean;
begin
    c := coverage_live_of(l.id);
    if c.id is null then
        return;
    end if;
    f := loan_fold(l, 'infinity', null, null);
    perform coverage_reckon(l);
    update coverage x set told_since = true -- for the list of what waits
     where x.loan_id = l.id and x.state in ('covered', 'ended') and not x.told_since
       and cardinality(coverage_unconfirmed(x) || coverage_pool_untrue(x)) > 0;
    is_over := f.state in ('settled', 'transferred', 'voided')
               or f.released_on is not null and f.overdue_since is null and f.bad_since is null;
    if is_over and c.state in ('pending', 'requested', 'covered', 'suspended') then
        perform coverage_step_add(c.id, 'follow', 'ended',
                case when f.state in ('settled', 'transferred', 'voided') then f.state
                     else 'pledge_released' end, null);
    elsif not is_over and coverage_ended_itself(c) then
        perform coverage_comes_back(c, 'reopen', (
            select s.state
              from coverage_step s
             where s.coverage = c.id and s.state <> 'ended'
             order by s.n desc limit 1));
    end if;
end $$;

-- The versions of its loan by which the conditions are judged, and when the loan's life is to have been known. A
-- request is judged by the newest, the first time by what is known now; a cover whose loan was corrected also by the
-- one that it was given on (held). What the life of a loan moved since it was judged first costs nobody his cover: both
-- are looked at as of then, and so is a request that is judged again.
create or replace function coverage_views(c coverage) returns table (version int, known_at timestamptz, held boolean)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    judged_at timestamptz := (select min(s.recorded_at) from coverage_step s
                               where s.coverage = c.id and s.step = 'judge');
begin
    return query select max(l.version), case when c.state = 'pending' then judged_at
                                             else coalesce(judged_at, c.recorded_at) end, false
                   from loan l where l.id = c.loan_id;
    if c.state <> 'pending' then
        return query select c.loan_version, coalesce(judged_at, c.recorded_at), true;
    end if;
end $$;

-- Flags what reversals among events have made bad again while others of its pool were claimed.
create or replace function coverage_bad_again(events uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    loans uuid[] := array(select distinct e.loan_id
                            from unnest(events) x
                            join loan_event e on e.id = x and e.kind = 'reversed');
begin
    if cardinality(loans) > 0 then
        perform flag_store(array(select f from flag_rf40_bad_again(loans, false) f), 'submission');
    end if;
end $$;

-- A few letters that differ when the facts that conditions are judged by differ.
create or replace function coverage_guard(c coverage) returns text
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select md5(string_agg(k::text, ' ' order by v.held))
              from coverage_views(c) v
             cross join lateral loan_cases(array[c.loan_id], array[v.version], array[v.known_at]) k);
end $$;

-- What waits for judgement, in the order of recording: requests, and covers whose loans were corrected. A row a view,
-- of a cover first that by which it was given.
create or replace function coverage_waiting(most int)
    returns table (id uuid, loan_id uuid, version int, known_at timestamptz, held boolean, body text, guard text,
                   no bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select (d.c).id, (d.c).loan_id, v.version, v.known_at, v.held, s.body::text, d.guard, (d.c).no
      from (select w.c, coverage_guard(w.c) as guard
              from ((select x as c from coverage x where x.state = 'pending' order by x.no limit most)
                     union all
                    (select x from coverage x
                      where x.rejudge and x.state <> 'pending'
                        and not exists (select from coverage o where o.loan_id = x.loan_id and o.state = 'pending')
                      order by x.no limit most)) w
             order by (w.c).no
             limit most) d
     cross join lateral coverage_views(d.c) v
      left join scheme s on s.id = (d.c).scheme
     order by (d.c).no, v.held desc;
end $$;

-- A cover whose loan was corrected, judged again by the conditions of its scheme: it is suspended by what does not hold
-- since, and whole again when that was put right and nothing else has suspended it.
-- And what raises the share of the fund is asked again.
create or replace function coverage_judge_again(c coverage, conditions json, uplift text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was json := c.errors;
begin
    c.errors := (select json_agg(case when x ->> 0 = 'E_CONDITIONS' then problem('E_UNMET', x ->> 1, x ->> 2)
                                      else x end)
                   from json_array_elements(conditions) x);
    update coverage x set errors = c.errors, rejudge = false, raised_ppm = ppm_of(uplift) where x.id = c.id;
    if c.errors is not null and c.state = 'covered' then
        perform coverage_step_add(c.id, 'conditions', 'suspended', 'version ' || (
            select max(l.version) from loan l where l.id = c.loan_id), c.errors);
    elsif c.errors is null and was is not null and c.state = 'suspended' and not coverage_is_stopped(c) then
        perform coverage_comes_back(c, 'resume', c.state);
    end if;
end $$;

-- Judges one request: conditions as the program found them, with everything else at once. Facts that moved since the
-- program looked: it stays, and is looked at again.
create or replace function coverage_judge(cover uuid, guard text, conditions json, uplift text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c coverage;
    l loan;
    terms scheme_terms;
    p json[];
begin
    select x.* into c from coverage x where x.id = cover;
    if not coalesce(c.state = 'pending' or c.rejudge, false) or coverage_guard(c) is distinct from guard then
        return;
    elsif c.state <> 'pending' then
        perform coverage_judge_again(c, conditions, uplift);
        return;
    end if;
    select v.* into l from loan v where v.id = c.loan_id and v.version = c.loan_version;
    terms := (select scheme_terms_of(s.body) from scheme s where s.id = c.scheme);
    p := array(select x from json_array_elements(conditions) x) || coverage_problems(c);
    c.errors := case when cardinality(p) > 0 then array_to_json(p) end;
    c.terms := case when cardinality(p) = 0 then coverage_terms(c, l, uplift) end;
    c.room := case when c.scheme is not null then coverage_room(c, terms) end;
    c.state := case when cardinality(p) > 0 then 'refused'
                    when c.paper or terms.confirmation is distinct from 'automatic'
                         or cardinality(coverage_doubts(c)) > 0 then 'requested'
                    else 'covered' end;
    update coverage x
       set errors = c.errors, terms = c.terms, room = c.room, rejudge = false
     where x.id = cover;
    perform coverage_step_add(cover, 'judge', c.state, null, coverage_said(coverage_told(c)));
end $$;

-- The program's judgement of requests, in the order of recording.
create or replace function coverage_judgement_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
begin
    d.district := '';
    d.parties := '{}';
    if not dry then
        perform claims_lock();
        perform claims_lapse();
        perform coverage_judge((x ->> 'coverage')::uuid, x ->> 'guard', x -> 'problems', x ->> 'uplift')
           from json_array_elements(doc -> 'of') with ordinality as y(x, n);
    end if;
    return d;
end $$;

-- What is told of a cover: state, frozen terms, room, defects. One that waits to be judged is asked for.
create or replace function coverage_said(c coverage) returns json language sql immutable as $$
    select json_strip_nulls(json_build_object(
           'state', case when (c).state = 'pending' then 'requested' else (c).state end,
           'scheme', (c).scheme_code, 'amount', yuan_text((c).amount_fen), 'from', (c).on_day,
           'terms', (c).terms, 'room', (c).room, 'problems', (c).errors))
$$;

-- The cover of a loan as its answer tells it: the live one, else the last; null: none was ever asked for.
create or replace function coverage_of_loan(loan uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_joined(json_build_object('id', c.id), coverage_said(coverage_told(c)))
      from coverage_live_of(loan) c
     where c.id is not null
$$;

-- Tells two views of a cover apart: what a step is taken on.
create or replace function coverage_seen(c coverage) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(convert_to(concat_ws(' ', (c).id, (c).state, (c).loan_version, (c).terms,
           (coverage_told(c)).errors, (
           select string_agg(s.n || s.step || instant_text(s.recorded_at), ' ' order by s.n)
             from coverage_step s where s.coverage = (c).id), (
           select max(l.version) from loan l where l.id = (c).loan_id)), 'UTF8')), 'hex')
$$;

-- Steps that one person has taken and that wait for another, who is not the same.
create or replace function coverage_begun(c coverage) returns setof coverage_step
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if c.state = 'requested' and c.paper then
        return query select s.* from coverage_confirmed(c) s;
    elsif cardinality(coverage_pool_untrue(c)) > 0 then
        return query select s.* from coverage_pool_begun(c) s;
    end if;
    return query select s.* from coverage_end_begun(c) s;
end $$;

-- A cover as its address and lists show it.
create or replace function coverage_shown(c coverage) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_joined(json_joined(
           json_strip_nulls(json_build_object('id', (c).id, 'reference', (c).reference, 'loan', (
                   select r.key from submission r where r.id = (c).loan_id order by r.version desc limit 1),
               'loan_id', (c).loan_id,
               'bank', (select o.code from org o where o.id = (c).org_id),
               'on', case when (c).paper then (c).on_day end, 'evidence', (c).evidence)),
           coverage_said(coverage_told(c))),
           json_build_object('outstanding', yuan_text((c).owed_fen), 'seen', coverage_seen(c),
               'recorded_at', instant_text((c).recorded_at), 'recorded_by', (c).recorded_by, 'steps', (
               select coalesce(json_agg(json_strip_nulls(json_build_object('step', s.step, 'state', s.state,
                               'reason', s.reason,
                               'by', s.recorded_by, 'at', instant_text(s.recorded_at))) order by s.n), '[]')
                 from coverage_step s where s.coverage = (c).id),
               'begun', (select coalesce(json_agg(json_build_object('step', s.step, 'by', s.recorded_by)), '[]')
                           from coverage_begun(c) s),
               'legal_steps', to_json(case (c).state when 'requested' then array['confirm', 'end', 'refuse']
                                                     when 'suspended' then
                                                          case when (c).errors is null and not (c).rejudge
                                                               then array['confirm', 'end', 'refuse']
                                                               else array['end'] end
                                                     when 'covered' then
                                                          case when cardinality(coverage_unconfirmed(c)
                                                                                || coverage_pool_untrue(c)) > 0
                                                               then array['confirm', 'end', 'refuse']
                                                               else array['end'] end
                                                     when 'ended' then
                                                          case when cardinality(coverage_pool_untrue(c)) > 0
                                                               then array['confirm', 'refuse'] else '{}' end
                                                     else '{}'::text[] end)))
$$;

-- What the first judgement of a cover said, the same for ever; of one that waits for it, that it waits.
create or replace function coverage_first_said(id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select s.shown
                       from coverage_step s
                      where s.coverage = $1 and s.step = 'judge' order by s.n limit 1),
                    (select coverage_said(c) from coverage c where c.id = $1))
$$;

-- The same beside the text of the request, which tells scheme and amount itself.
create or replace function coverage_decided(id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select (coverage_first_said(id)::jsonb - '{scheme,amount}'::text[])::json
$$;

-- The same of a loan that named a scheme when it was recorded, beside what its contract says on that day.
create or replace function loan_decided(id uuid) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_joined(loan_account_members(l, (l.recorded_at at time zone 'Asia/Shanghai')::date, l.recorded_at),
                       json_build_object('coverage',
                                          json_joined(json_build_object('id', c.id), coverage_first_said(c.id))))
      from loan l
      join lateral (select x.id from coverage x where x.loan_id = l.id order by x.no limit 1) c on true
     where l.id = $1 and l.version = 1
$$;

-- Whoever acts, where he asked for a cover, recorded a version of its loan, told another rate or its void: in whatever
-- office, he confirms none of it.
create or replace function coverage_told_by_me(c coverage) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select min(x.by_whom)
      from (select (c).recorded_by as by_whom
            union
            select r.recorded_by from submission r where r.id = (c).loan_id
            union
            select r.recorded_by
              from loan_event e
              join submission r on r.id = e.id
             where e.loan_id = (c).loan_id and e.kind in ('repriced', 'voided')) x
     where person_is_me(x.by_whom)
$$;

-- Was a step on a cover taken by a token that was revoked since?
create or replace function coverage_step_disowned(s coverage_step) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from submission r
                    where r.recorded_at = s.recorded_at and r.type = 'coverage_step'
                      and r.body ->> 'coverage' = s.coverage::text and r.recorded_by = s.recorded_by
                      and record_disowned(r.id, 1));
end $$;

-- Is whoever spoke of a cover another than who asked for it and who told its loan, by what is known now of whoever is
-- one human being with whom?
create or replace function coverage_is_apart(c coverage, by_whom text) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return person_of(by_whom) is distinct from person_of(c.recorded_by)
           and not exists (select from submission r
                            where r.id in (c.loan_id, coverage_void(c.loan_id))
                          and person_of(r.recorded_by) = person_of(by_whom));
end $$;

-- Confirmations of a cover as it was judged last, by persons who are in office still and by no token that was revoked:
-- one of what a correction has changed since counts no more.
create or replace function coverage_confirmed(c coverage) returns setof coverage_step
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.*
      from coverage_step s
     where s.coverage = (c).id and s.step = 'confirm' and person_serves(s.recorded_by)
       and not coverage_step_disowned(s)
       and coverage_is_apart(c, s.recorded_by)
       and s.n > (select coalesce(max(j.n), 0) from coverage_step j where j.coverage = (c).id and j.step = 'judge')
$$;

-- Does it take two persons to end a cover? Its bank needs one, finance two: a default may have happened untold.
create or replace function coverage_end_takes_two(c coverage) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return c.state in ('covered', 'suspended') and my_kind() is distinct from 'bank';
end $$;

-- The first word to end a cover, of a person who is in office still and by no token that was revoked, when nothing has
-- happened since.
create or replace function coverage_end_begun(c coverage) returns setof coverage_step
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    select s.*
      from coverage_step s
     where s.coverage = c.id and s.step = 'end' and s.state in ('covered', 'suspended') and c.state = s.state
       and person_serves(s.recorded_by) and not coverage_step_disowned(s)
       and s.n > (select coalesce(max(o.n), 0) from coverage_step o where o.coverage = c.id and o.step <> 'end');
end $$;

-- What the conditions of its scheme have against a cover since its loan was corrected, or that nobody has looked yet.
create or replace function coverage_unmet(c coverage, pointer text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if c.rejudge then
        return array[problem('E_REJUDGE', pointer, c.reference)];
    end if;
    return array(select problem('E_UNMET', pointer, concat_ws(': ', c.reference, x ->> 2))
                   from json_array_elements(c.errors) x);
end $$;

-- What the terms of its scheme have against a correction that a confirmation would take over, and have not against the
-- loan as it is covered: what could not be covered so is not confirmed either.
create or replace function coverage_beyond(c coverage) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    held loan := (select v from loan v where v.id = c.loan_id and v.version = c.loan_version);
    newest loan := (select v from loan v where v.id = c.loan_id order by v.version desc limit 1);
    terms scheme_terms := (select scheme_terms_of(s.body) from scheme s where s.id = c.scheme);
    before json[] := coverage_terms_problems(c, held, terms);
begin
    if newest.version = held.version or coverage_after_default(newest) then
        return '{}'::json[];
    end if;
    c.amount_fen := least(c.amount_fen, coverage_whole_fen(newest)); -- as it is taken over
    return array(select x from unnest(coverage_terms_problems(c, newest, terms)) x
                  where x::text <> all (select y::text from unnest(before) y));
end $$;

-- What stands against a step on a cover.
create or replace function coverage_step_refusal(c coverage, told json, seen text) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    step text := told ->> 'step';
    is_legal boolean := case step when 'end' then c.state in ('requested', 'covered', 'suspended')
                                  else c.state in ('requested', 'suspended')
                                       or cardinality(coverage_unconfirmed(c) || coverage_pool_untrue(c)) > 0 end;
begin
    if not is_legal or my_kind() = 'bank' and step <> 'end' then
        return array[problem('E_STEP', '', 'coverage.' || replace(c.state, 'pending', 'requested'))];
    elsif told ->> 'seen' <> seen then
        return array[problem_seen('/seen', c.state, told ->> 'seen', seen, (
            select json_build_array(json_build_array(null, '/state', '状态', null, c.state),
                       json_build_array(null, '/steps', '办理经过', null,
                                        string_agg(concat_ws(' ', s.n, s.step, s.recorded_by,
                                                             instant_text(s.recorded_at)), '; ' order by s.n)))
              from coverage_step s where s.coverage = c.id))];
    elsif step = 'confirm' and coverage_told_by_me(c) is not null then
        return array[problem('E_SAME_PERSON', '', coverage_told_by_me(c))];
    elsif step = 'confirm' and c.state = 'requested' and c.paper and exists (
           select from coverage_confirmed(c) s where person_is_me(s.recorded_by)) then
        return array[problem('E_SAME_PERSON', '', my_signature())];
    elsif step = 'confirm' and cardinality(coverage_pool_untrue(c)) > 0 and told ->> 'evidence' is null then
        return array[problem('E_NEED', '/evidence', null)];
    elsif step = 'confirm' and cardinality(coverage_pool_untrue(c)) > 0 and exists (
           select from coverage_pool_begun(c) s where person_is_me(s.recorded_by)) then
        return array[problem('E_SAME_PERSON', '', my_signature())];
    elsif step = 'end' and claims_open_on(c.loan_id) is not null then
        return array[problem('E_COMPENSATED', '', claims_open_on(c.loan_id))];
    elsif step = 'end' and coverage_end_takes_two(c) and exists (
           select from coverage_end_begun(c) s where person_is_me(s.recorded_by)) then
        return array[problem('E_SAME_PERSON', '', my_signature())];
    elsif step = 'confirm' and c.state = 'requested' then
        return coverage_problems(c);
    elsif c.state = 'ended' then -- what it weighs in its pool is no question of its terms
        return '{}'::json[];
    elsif step <> 'end' and cardinality(coverage_unmet(c, '')) > 0 then
        return coverage_unmet(c, '');
    elsif step = 'confirm' and cardinality(coverage_beyond(c)) > 0 then
        return coverage_beyond(c);
    elsif step <> 'end' and c.state = 'suspended' and coverage_lacks_room(c)
          and exists (select from coverage_stops(c) s where s.step in ('reopen', 'resume')) then
        return array[problem('E_LEVERAGE', '/scheme', yuan_text(greatest(coverage_leverage_room(c, (
            select scheme_terms_of(x.body) from scheme x where x.id = c.scheme)) + c.amount_fen, 0)::bigint))];
    end if;
    return '{}'::json[];
end $$;

-- Confirms, refuses or ends a cover. What was granted on paper needs two persons, and so does its end when it could be
-- claimed; a correction that is confirmed counts unless the default had happened or was told before it: then the loan
-- stays covered as it stood.
create or replace function coverage_step_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
    c coverage;
    p json[];
    step text := doc ->> 'step';
    next_state text;
    taken json;
begin
    d.parties := '{}';
    d.district := '';
    if not dry then
        perform claims_lock();
    end if;
    select x.* into c
      from coverage x
     where x.id = (doc ->> 'coverage')::uuid and (my_kind() = 'finance' or x.org_id = my_org());
    if not found then
        d.problems := json_build_array(problem('E_NOT_FOUND', '', doc ->> 'coverage'));
        return d;
    end if;
    d.district := c.district;
    p := coverage_step_refusal(c, doc, coverage_seen(c));
    if cardinality(p) > 0 then
        d.problems := array_to_json(p);
        return d;
    end if;
    next_state := case when step = 'end' and coverage_end_takes_two(c)
                            and not exists (select from coverage_end_begun(c)) then c.state
                       when step = 'end' or c.state = 'ended' then 'ended'
                       when c.state in ('suspended', 'covered') then 'covered'
                       when step = 'refuse' then 'refused'
                       when c.paper and not exists (select from coverage_confirmed(c)) then 'requested'
                       else 'covered' end;
    if not dry then
        if step = 'confirm' and cardinality(coverage_pool_untrue(c)) > 0 then
            taken := coverage_pool_mend(c);
        elsif c.state in ('suspended', 'covered') and step = 'confirm' then
            perform coverage_take_over(c);
            -- what was frozen until now, for a default of an earlier day that is told later (coverage_before)
            select coverage_frozen(c, x.loan_version)
              into taken
              from coverage x
             where x.id = c.id and x.loan_version <> c.loan_version;
        end if;
        perform coverage_step_add(c.id, step, next_state, doc ->> 'reason', taken);
        update coverage x
           set told_since = step = 'confirm' and cardinality(coverage_pool_untrue(x)) > 0
         where x.id = c.id and step <> 'end';
    end if;
    return d;
end $$;

-- The first of two persons says that a cover weighs in its pool by the newest version of its loan, or by its void; by
-- the second it does. What the step is kept with.
create or replace function coverage_pool_mend(c coverage) returns json
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    l loan := (select v from loan v where v.id = c.loan_id order by v.version desc limit 1);
    void uuid := coverage_void(l.id);
begin
    if not exists (select from coverage_pool_begun(c)) then
        return json_strip_nulls(json_build_object('pool_word', l.version, 'void', void));
    end if;
    update coverage x
       set pool_version = case when void is null then l.version else x.pool_version end,
           pool_void = coalesce(void, x.pool_void)
     where x.id = c.id;
    perform coverage_reckon(l);
    return json_strip_nulls(json_build_object('pool', l.version, 'void', void));
end $$;

-- Freezes a loan as its correction tells it, if the default came after it and was told after it.
create or replace function coverage_take_over(c coverage) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    l loan;
begin
    select v.* into l from loan v where v.id = c.loan_id order by v.version desc limit 1;
    if coverage_after_default(l) then
        return;
    end if;
    c.amount_fen := least(c.amount_fen, coverage_whole_fen(l));
    update coverage x
       set loan_version = l.version, parties = l.parties, district = l.district, borrower = l.borrower,
           amount_fen = c.amount_fen,
           terms = coverage_terms(c, l, percent_text(least(coalesce(ppm_of(c.terms ->> 'uplift'), 0), c.raised_ppm)))
     where x.id = c.id;
    perform coverage_reckon(l);
end $$;

-- A cover as it stood before a default: a correction that finance confirmed, by itself or with the request, counts not
-- when the default, whenever it is told, turns out to be of that day or an earlier one.
create or replace function coverage_before(c coverage, default_day date) returns coverage
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    frozen json;
begin
    select s.shown into frozen
      from coverage_step s
      join loan v on v.id = c.loan_id and v.version = (s.shown ->> 'took')::int
     where s.coverage = c.id and s.step in ('confirm', 'correct')
       and default_day <= (v.recorded_at at time zone 'Asia/Shanghai')::date
     order by s.n
     limit 1;
    if found then
        c.loan_version := (frozen ->> 'loan_version')::int;
        c.amount_fen := (frozen ->> 'amount_fen')::bigint;
        c.terms := frozen -> 'terms';
    end if;
    return c;
end $$;
