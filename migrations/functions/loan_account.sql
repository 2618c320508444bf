-- A loan as an account by day: balance, arrears, interest, who paid. One place each, for any day and as known at any
-- instant, the same in whatever order the events came in.

-- The order in which the events of one day count: a rate holds from the start of its day, draws come before payments.
create or replace function loan_event_rank(kind text) returns int language sql immutable parallel safe as $$
    select array_position(array['voided', 'repriced', 'disbursed', 'overdue', 'classified', 'repaid', 'extended',
                          'written_off', 'recovered', 'settled', 'transferred', 'pledge_released'], kind)
$$;

-- Days between two days as the loan counts them. 30/360: every month has thirty, its last day is the thirtieth (30E/360
-- ISDA), so that counting over two stretches gives the same as counting over both at once.
create or replace function loan_days(from_day date, until_day date, day_count text) returns int
    language sql immutable parallel safe as $$
    select case when day_count <> '30/360' then until_day - from_day
                else ((extract(year from until_day) - extract(year from from_day)) * 360
                      + (extract(month from until_day) - extract(month from from_day)) * 30
                      + case when extract(day from until_day + 1) = 1 then 30 else extract(day from until_day) end
                      - case when extract(day from from_day + 1) = 1 then 30
                             else extract(day from from_day) end)::int end
$$;

-- What a sum of fen × ppm × days is divided by to be fen of interest.
create or replace function loan_day_base(day_count text) returns numeric language sql immutable parallel safe as
    $$ select case day_count when 'actual/365' then 365000000 else 360000000 end::numeric $$;

-- Interest in fen, half up, of an exact sum: rounded once.
create or replace function loan_interest_fen(accrued numeric, day_count text) returns bigint
    language sql immutable parallel safe as $$
    select div(2 * accrued + loan_day_base(day_count), 2 * loan_day_base(day_count))::bigint
$$;

-- The draw that a loan itself tells by its day of disbursement, set out in the order of the table's columns.
create or replace function loan_opening(l loan) returns loan_event language sql immutable as $$
    select row(null, (l).id, (l).org_id, null, null, '', 'disbursed', (l).disbursed_on, (l).amount_fen, null, null,
               null, null, null, null, null, null, null, null)::loan_event
$$;

-- Events that stand: told by then, not reversed, with one that is not stored yet (more, or null), and while none tells
-- of a draw the day of disbursement that the loan itself tells.
create or replace function loan_told(l loan, known_at timestamptz, more loan_event) returns setof loan_event
    language sql stable as $$
    with gone as materialized ( -- references of events that were reversed
        select coalesce(array_agg(r.reverses), '{}')
               || case when (more).kind = 'reversed' then array[(more).reverses] else '{}' end as refs
          from loan_event r
         where r.loan_id = (l).id and r.kind = 'reversed' and ($2 is null or r.recorded_at <= $2)
    ),
    standing as materialized (
        select s.*
          from loan_event s
         where s.loan_id = (l).id and s.kind <> 'reversed' and ($2 is null or s.recorded_at <= $2)
           and s.reference <> all ((select g.refs from gone g)::text[])
         union all
        select (more).* where (more).kind <> 'reversed'
    )
    select s.* from standing s
     union all
    select o.*
      from loan_opening(l) o -- as members it would be made once for each
     where (l).disbursed_on is not null
       and not exists (select from standing s where s.kind = 'disbursed')
$$;

-- Interest that ran to the day on which an event is told, and on that day itself: banks that take it on the day on
-- which it is settled count it in. peak: the balance of the day before its payments.
create or replace function loan_accrued_by(f loan_life, l loan, on_day date, peak_fen bigint, rate_ppm int)
    returns numeric language sql immutable as $$
    select (f).accrued + peak_fen::numeric * rate_ppm * loan_days(on_day, on_day + 1, (l).day_count)
$$;

-- Whether what was told to be owed or paid in interest can have run: each payment was rounded once to the fen, so each
-- may be half a fen too much. Null: it can; else the most that can be told now.
create or replace function loan_interest_excess(ran numeric, day_count text, told_fen bigint, more_fen bigint,
                                                payments bigint)
    returns text language sql immutable as $$
    select case when 2 * (told_fen + more_fen) * loan_day_base(day_count)
                     > 2 * ran + payments * loan_day_base(day_count)
                then yuan_text(greatest(div(2 * ran + payments * loan_day_base(day_count),
                                            2 * loan_day_base(day_count))::bigint
                                        - told_fen, 0)) end
$$;

-- What falls due, the oldest first, after a payment.
create or replace function loan_due_clear(due bigint[], paid_fen bigint) returns bigint[]
    language plpgsql immutable as $$
declare
    left_fen bigint := paid_fen;
begin
    for i in 1 .. cardinality(due) loop
        exit when left_fen <= 0;
        left_fen := left_fen - due[i];
        due[i] := greatest(-left_fen, 0);
    end loop;
    return due;
end $$;

-- The principal that an `overdue` event tells: without amounts all that is owed and has not fallen due before.
create or replace function loan_due_principal(f loan_life, e loan_event) returns bigint language sql immutable as $$
    select coalesce((e).principal_fen,
           case when (e).interest_fen is null then (f).outstanding_fen - (f).overdue_fen else 0 end)
$$;

-- Written out of the table of transitions: a look-up of each event is what judging a life costs most.
do $generate$
begin
    execute replace($form$
-- May an event follow in a state of a loan?
create or replace function loan_event_follows(state text, event text) returns boolean
    language sql immutable parallel safe as $$ select state || ' ' || event = any ('transitions'::text[]) $$
    $form$, 'transitions', (select array_agg(t.state || ' ' || t.event order by 1) from loan_transition t)::text);
end $generate$;

-- What stands against an event that comes next in a loan's life: code, pointer and argument of the problem, or null.
-- ran: interest that can have run by its day (loan_accrued_by). Of the loan what is asked: to hand on a row of its
-- breadth costs as much as all else here.
create or replace function loan_event_refusal(f loan_life, e loan_event, ran numeric, signed_on date,
                                              amount_fen bigint, revolving boolean, day_count text) returns text[]
    language plpgsql stable as $$
declare
    principal bigint := (e).principal_fen;
    most text;
begin
    if not loan_event_follows(f.state, e.kind)
       or (e.kind = 'pledge_released' and f.released_on is not null) then
        return array['E_STATE', '/kind',
                     format('loan.%s: %s', f.state, loan_events_legal(f.state, f.released_on is not null))];
    elsif e.on_day < signed_on then
        return array['E_ORDER', '/on', 'signed_on ' || signed_on];
    elsif e.kind = 'disbursed' and f.bad_since is not null then -- a draw would hide what comes back
        return array['E_REDRAW', '/kind', grade_title(f.grade) || ' ' || f.bad_since];
    elsif e.kind = 'disbursed' and e.on_day > f.matures_on and e.id is not null then
        return array['E_MATURED', '/on', f.matures_on::text];
    elsif e.kind = 'disbursed' and not revolving
          and f.drawn_fen + coalesce(principal, amount_fen) > amount_fen then
        return array['E_EXCEEDS', '/principal', yuan_text(amount_fen - f.drawn_fen)];
    elsif e.kind in ('repaid', 'recovered') and principal > f.outstanding_fen then
        return array['E_EXCEEDS', '/principal', yuan_text(f.outstanding_fen)];
    elsif e.kind in ('written_off', 'settled', 'transferred') and principal <> f.outstanding_fen then
        return array['E_OUTSTANDING', '/principal', yuan_text(f.outstanding_fen)];
    elsif e.kind = 'extended' and e.matures_on <= f.matures_on then
        return array['E_ORDER', '/matures_on', f.matures_on::text];
    elsif e.kind = 'overdue' then
        principal := loan_due_principal(f, e);
        if principal > f.outstanding_fen - f.overdue_fen or principal + coalesce(e.interest_fen, 0) = 0 then
            return array['E_EXCEEDS', '/principal', yuan_text(f.outstanding_fen - f.overdue_fen)];
        end if;
        most := loan_interest_excess(ran, day_count, f.interest_fen + f.arrears_interest_fen, e.interest_fen,
                                     f.payments + f.dues + 1);
    elsif e.kind in ('repaid', 'recovered', 'settled') then
        most := loan_interest_excess(ran, day_count, f.interest_fen, e.interest_fen, f.payments + 1);
    end if;
    return case when most is not null then array['E_EXCEEDS', '/interest', most] end;
end $$;

-- What was told of a loan in the order in which it counts, read and sorted at once: where nothing takes another event
-- or the loan back and what comes first and last is so by its day. Null: elsewhere.
create or replace function loan_told_plain(l loan, known_at timestamptz, more loan_event) returns loan_event[]
    language plpgsql stable as $$
declare
    told loan_event[];
    last loan_event;
    odd boolean;
    drawn boolean;
begin
    if more.kind in ('reversed', 'voided') then
        return null;
    end if;
    select array_agg(e order by e.on_day, loan_event_rank(e.kind), e.reference),
           bool_or(e.kind in ('reversed', 'voided')), bool_or(e.kind = 'disbursed')
      into told, odd, drawn
      from loan_event e
     where e.loan_id = l.id and (loan_told_plain.known_at is null or e.recorded_at <= loan_told_plain.known_at);
    if told is null or odd then
        return null;
    end if;
    if l.disbursed_on is not null and not drawn and more.kind is distinct from 'disbursed' then
        if told[1].on_day <= l.disbursed_on then
            return null;
        end if;
        told := loan_opening(l) || told;
    end if;
    if more.kind is not null then
        last := told[cardinality(told)];
        if (last.on_day, loan_event_rank(last.kind), last.reference)
           >= (more.on_day, loan_event_rank(more.kind), more.reference) then
            return null;
        end if;
        told := told || more;
    end if;
    return told;
end $$;

-- What was told of a loan in the order in which it counts; a void before all else.
create or replace function loan_told_ordered(l loan, known_at timestamptz, more loan_event) returns loan_event[]
    language plpgsql stable as $$
declare
    told loan_event[] := loan_told_plain(l, known_at, more);
begin
    if told is not null then
        return told;
    elsif more.kind is not null or exists (select from loan_event x where x.loan_id = l.id) then
        return array(select t from loan_told(l, known_at, more) t
                      order by t.kind <> 'voided', t.on_day, loan_event_rank(t.kind), t.reference);
    elsif l.disbursed_on is not null then -- most loans: nothing is told but the day that the loan itself tells
        return array[loan_opening(l)];
    end if;
    return '{}'::loan_event[];
end $$;

-- What was told of every loan with events, as loan_told_ordered tells it of one, and the ends of the quarters in which
-- its balance may change, as loan_quarter_ends does, and those with events: read once and sorted once, for whoever goes
-- through all. Where one event takes back another, loan by loan.
create or replace function loans_told() returns table (l loan, told loan_event[], ends date[], told_in date[])
    language sql stable as $$
    with event as (
        select e.loan_id, e as told from loan_event e
         union all
        select x.id, loan_opening(x)
          from loan x
         where x.disbursed_on is not null
           and x.id in (select e.loan_id from loan_event e)
           and x.id not in (select e.loan_id from loan_event e where e.kind = 'disbursed')
           and not exists (select from loan later
                            where later.id = x.id and later.version = x.version + 1 and later.version > 1)
    ),
    life as (
        select s.loan_id, array_agg(s.told) as told, bool_or((s.told).kind = 'reversed') as reverses,
               array_agg(quarter_end((s.told).on_day))
               || array_agg(quarter_end((s.told).matures_on + 1)) filter (where (s.told).matures_on is not null)
               as ends,
               array_agg(quarter_start((s.told).on_day)) filter (where (s.told).id is not null) as told_in
          from (select v.loan_id, v.told
                  from event v
                 order by v.loan_id, (v.told).kind <> 'voided', (v.told).on_day, loan_event_rank((v.told).kind),
                          (v.told).reference) s
         group by s.loan_id
    )
    select x, case when f.reverses then loan_told_ordered(x, null, null) else f.told end,
           array(select distinct d
                   from unnest(f.ends || quarter_end(x.matures_on + 1) || quarter_end(x.disbursed_on)
                               || quarter_end(x.signed_on)) d
                  where d is not null
                  order by d), f.told_in
      from life f
      join loan x on x.id = f.loan_id
     where not exists (select from loan later
                        where later.id = x.id and later.version = x.version + 1 and later.version > 1)
$$;

-- A loan's life until the end of a day: l as of the version that counts, more an event that is not stored yet, or null.
-- judge: stop at the first event that cannot be (bad_*); without it what is stored is taken as it stands. Runs as the
-- owner: whoever sees the loan is told the same of it, also when a correction has changed its parties since.
create or replace function loan_fold(l loan, as_of date, known_at timestamptz, more loan_event,
                                     judge boolean default false)
    returns loan_life language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    told constant loan_event[] := loan_told_ordered(l, known_at, more);
    f loan_life;
begin
    if judge and more.kind <> 'disbursed' and told[cardinality(told)].id = more.id then
        f := (loan_fold_days(l, told, array[as_of], more, true, more.id))[1]; -- those before were judged as they came
        if f.bad_code is null then
            return f;
        end if;
    end if;
    return loan_fold_told(l, told, as_of, more, judge);
end $$;

-- The same of what was told, in its order.
create or replace function loan_fold_told(l loan, told loan_event[], as_of date, more loan_event,
                                          judge boolean default false)
    returns loan_life language plpgsql stable as
    $$ begin return (loan_fold_days(l, told, array[as_of], more, judge))[1]; end $$;

-- The same at the end of each of these days, the first of them first. What no event has touched is not reckoned again:
-- of most loans nothing falls due unpaid. judge: from the first event that cannot be on all days tell of that; first:
-- of the events that are judged, null: all are.
create or replace function loan_fold_days(l loan, told loan_event[], days date[], more loan_event,
                                          judge boolean default false, first uuid default null)
    returns loan_life[] language plpgsql stable as $$
declare
    lives loan_life[];
    ended int := 0;        -- how many of the days
    f loan_life := loan_life_new();
    g loan_life;
    e loan_event;
    stop loan_event;
    asked boolean := first is null; -- whether it has come
    day date;              -- up to which interest has been counted
    rate int := l.rate_ppm;
    peak bigint := 0;      -- the balance of this day before its payments
    plain boolean := true; -- nothing fell due, no grade was told, nothing is written off
    due_on date[] := '{}'::date[];
    due_principal bigint[] := '{}'::bigint[];
    due_interest bigint[] := '{}'::bigint[];
    last_draw loan_event;
    bad text[];
    back bigint;
begin
    f.matures_on := l.matures_on;
    foreach e in array told || stop loop
        if e.kind = 'voided' then
            f.state := 'voided';
            if judge and more.id <> e.id then
                f := loan_life_bad(f, more.id, array['E_STATE', '/kind', 'loan.voided: reversed']);
            end if;
            return array_fill(f, array[cardinality(days)]);
        end if;
        if judge and f.outstanding_fen > l.amount_fen and e.on_day is distinct from day then
            bad := array['E_EXCEEDS', '/principal', -- a line is judged at the end of its day
                         yuan_text(greatest(l.amount_fen - f.outstanding_fen
                                            + coalesce(last_draw.principal_fen, l.amount_fen), 0))];
            e := last_draw;
            exit;
        end if;
        while coalesce(e.on_day > days[ended + 1], ended < cardinality(days)) loop
            ended := ended + 1;
            g := f;
            if days[ended] > day and isfinite(days[ended]) then
                g.accrued := f.accrued + f.outstanding_fen::numeric * rate
                                         * loan_days(day, days[ended], l.day_count);
            end if;
            if f.state = 'active' and f.matures_on < days[ended] then
                g.state := 'matured'; -- the term has ended and nothing was told of what became of it
            end if;
            lives[ended] := g;
        end loop;
        exit when ended = cardinality(days);
        if e.on_day > day then
            f.accrued := f.accrued + f.outstanding_fen::numeric * rate * loan_days(day, e.on_day, l.day_count);
            peak := f.outstanding_fen;
        end if;
        day := e.on_day;
        if judge and (asked or e.id = first) then
            asked := true;
            bad := loan_event_refusal(f, e, loan_accrued_by(f, l, day, peak, rate), l.signed_on, l.amount_fen,
                                      l.revolving, l.day_count);
            exit when bad is not null;
        end if;
        case e.kind
            when 'repaid', 'recovered' then
                back := coalesce(e.principal_fen, 0);
                f.outstanding_fen := f.outstanding_fen - back;
                if not plain then
                    f.back_fen := f.back_fen
                        + case when f.overdue_since is not null or f.bad_since is not null then back else 0 end;
                    due_principal := loan_due_clear(due_principal, back);
                    due_interest := loan_due_clear(due_interest, coalesce(e.interest_fen, 0));
                end if;
            when 'disbursed' then
                last_draw := e;
                back := coalesce(e.principal_fen, l.amount_fen);
                f.state := 'active';
                f.drawn_on := coalesce(f.drawn_on, day);
                f.drawn_fen := f.drawn_fen + back;
                f.outstanding_fen := f.outstanding_fen + back;
                peak := peak + back;
            when 'overdue' then
                plain := false;
                due_on := due_on || day;
                due_principal := due_principal || loan_due_principal(f, e);
                due_interest := due_interest || coalesce(e.interest_fen, 0);
                f.dues := f.dues + coalesce((e.interest_fen > 0)::int, 0);
            when 'settled', 'transferred' then
                f.state := e.kind;
                f.outstanding_fen := 0;
                due_on := '{}'::date[];
                due_principal := '{}'::bigint[];
                due_interest := '{}'::bigint[];
            when 'repriced' then
                rate := e.rate_ppm;
            when 'extended' then
                f.matures_on := e.matures_on;
                due_principal := array_fill(0::bigint, array[cardinality(due_on)]); -- carried to the new term
            when 'classified' then
                plain := false;
                f.grade := e.grade;
            when 'written_off' then
                plain := false;
                f.state := 'written_off';
                f.written_off_on := day;
            when 'pledge_released' then
                f.released_on := day;
        end case;
        if e.interest_fen > 0 and e.kind in ('repaid', 'recovered', 'settled') then
            f.interest_fen := f.interest_fen + e.interest_fen;
            f.payments := f.payments + 1;
        end if;
        if not plain then
            f := loan_life_arrears(f, day, due_on, due_principal, due_interest);
        end if;
    end loop;
    if bad is not null then
        f := loan_life_bad(f, e.id, bad);
        lives := lives || array_fill(f, array[cardinality(days) - ended]);
    end if;
    return lives;
end $$;

-- The life of a loan of which nothing is told yet, but for its term.
create or replace function loan_life_new() returns loan_life language plpgsql immutable as $$
declare
    f loan_life;
begin
    f.state := 'signed';
    f.grade := 'normal';
    f.outstanding_fen := 0;
    f.overdue_fen := 0;
    f.arrears_interest_fen := 0;
    f.back_fen := 0;
    f.interest_fen := 0;
    f.drawn_fen := 0;
    f.accrued := 0;
    f.payments := 0;
    f.dues := 0;
    return f;
end $$;

-- The life up to an event that cannot be, and why.
create or replace function loan_life_bad(f loan_life, event uuid, bad text[]) returns loan_life
    language plpgsql immutable as $$
begin
    f.bad_event := event;
    f.bad_code := bad[1];
    f.bad_pointer := bad[2];
    f.bad_arg := bad[3];
    return f;
end $$;

-- What follows from what is due and unpaid: overdue is whoever is in arrears. Of a loan written off the day from which
-- it was overdue stays, whatever is recovered; since when it is bad, without a break, follows from its grade.
create or replace function loan_life_arrears(f loan_life, day date, due_on date[],
                                             principal bigint[], interest bigint[])
    returns loan_life language plpgsql immutable as $$
declare
    since date; -- the oldest day on which something fell due that is not paid
begin
    f.overdue_fen := 0;
    f.arrears_interest_fen := 0;
    for i in reverse cardinality(due_on) .. 1 loop
        f.overdue_fen := f.overdue_fen + principal[i];
        f.arrears_interest_fen := f.arrears_interest_fen + interest[i];
        if principal[i] > 0 or interest[i] > 0 then
            since := due_on[i];
        end if;
    end loop;
    if f.state <> 'written_off' then
        f.overdue_since := since;
    end if;
    if f.state in ('active', 'overdue') then
        f.state := case when f.overdue_since is null then 'active' else 'overdue' end;
    end if;
    if f.state = 'written_off' or (grade_is_bad(f.grade) and f.state not in ('settled', 'transferred')) then
        f.bad_since := coalesce(f.bad_since, day);
    else
        f.bad_since := null;
    end if;
    if f.overdue_since is null and f.bad_since is null then
        f.back_fen := 0;
    end if;
    return f;
end $$;

-- What few events of a loan say for all the others: references that were taken back (null: none), the first draw, the
-- one that the loan itself tells while no event does, the day from which nothing is owed (void: before all days), and
-- the days on which its rate changes with the rate from then on, of two of one day that of the later reference.
create or replace function loan_marks(l loan, known_at timestamptz, out gone text[], out drawn date, out opening date,
                                      out ended date, out rate_days date[], out rates int[])
    language plpgsql stable as $$
declare
    loan constant uuid := l.id; -- taken out of the row once
    rate constant int := l.rate_ppm;
    marked boolean;
    repriced boolean;
begin
    select array_agg(e.reverses) filter (where e.kind = 'reversed'), bool_or(e.kind <> 'reversed')
      into gone, marked
      from loan_event e
     where e.loan_id = loan and e.kind not in ('repaid', 'recovered')
       and (loan_marks.known_at is null or e.recorded_at <= loan_marks.known_at);
    if marked then
        select min(e.on_day) filter (where e.kind = 'disbursed'), bool_or(e.kind = 'repriced'),
               min(case e.kind when 'voided' then '-infinity'::date else e.on_day end)
                   filter (where e.kind in ('settled', 'transferred', 'voided'))
          into drawn, repriced, ended
          from loan_event e
         where e.loan_id = loan and e.kind in ('disbursed', 'repriced', 'settled', 'transferred', 'voided')
           and (loan_marks.known_at is null or e.recorded_at <= loan_marks.known_at)
           and (gone is null or e.reference <> all (gone));
    end if;
    if repriced then
        select array_agg(c.on_day order by c.on_day), array_agg(c.rate_ppm order by c.on_day)
          into rate_days, rates
          from (select d.on_day, d.rate_ppm, lag(d.rate_ppm, 1, rate) over (order by d.on_day) as rate_before
                  from (select distinct on (e.on_day) e.on_day, e.rate_ppm
                          from loan_event e
                         where e.loan_id = loan and e.kind = 'repriced'
                           and (loan_marks.known_at is null or e.recorded_at <= loan_marks.known_at)
                           and (gone is null or e.reference <> all (gone))
                         order by e.on_day, e.reference desc) d) c
         where c.rate_ppm <> c.rate_before;
    end if;
    if drawn is null then
        opening := l.disbursed_on;
        drawn := opening;
    end if;
end $$;

-- The stretches of days in a window, from its first day to before its last, over which a balance was owed at one rate.
-- One pass in the order of the index: what each day changes in the balance, added up. PL/pgSQL keeps the plan between
-- calls; behind offset 0 loan_days is inlined, so that a stretch costs no call.
create or replace function loan_stretches(l loan, first_day date, last_day date, known_at timestamptz)
    returns setof loan_stretch language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    loan constant uuid := l.id; -- taken out of the row once
    amount constant bigint := l.amount_fen;
    rate constant bigint := l.rate_ppm;
    day_count constant text := l.day_count;
    gone text[];
    opening date;
    ends date;
    rate_days date[];
    rates int[];
begin
    select m.gone, m.opening, least(last_day, m.ended), m.rate_days, m.rates
      into gone, opening, ends, rate_days, rates
      from loan_marks(l, known_at) m;
    return query
    with step as (
        select e.on_day,
               case e.kind when 'disbursed' then coalesce(e.principal_fen, amount) else -e.principal_fen end as change
          from loan_event e
         where e.loan_id = loan and e.on_day < ends and e.kind in ('repaid', 'disbursed', 'recovered')
           and (loan_stretches.known_at is null or e.recorded_at <= loan_stretches.known_at)
           and (gone is null or e.reference <> all (gone))
         union all
        select opening, amount where opening < ends
         union all
        select r.on_day, 0 from unnest(rate_days) r (on_day) where r.on_day < ends
    ),
    day as (
        select s.on_day, bigint_sum(s.change) as change
          from step s
         group by s.on_day
        having bigint_sum(s.change) <> 0 or s.on_day = any (rate_days)
    ),
    level as (
        select d.on_day, lead(d.on_day, 1, ends) over by_day as until_day, bigint_sum(d.change) over by_day as owed
          from day d
        window by_day as (order by d.on_day)
    ),
    span as (
        select greatest(v.on_day, first_day) as from_day, v.until_day, v.owed,
               case when rate_days is null then rate else coalesce(rates[width_bucket(v.on_day, rate_days)], rate) end
               as rate_ppm
          from level v
         where v.owed > 0 and v.until_day > first_day
        offset 0
    )
    select x.from_day, x.until_day, x.owed, x.rate_ppm::int, n.days, x.owed::numeric * (x.rate_ppm * n.days)
      from span x
     cross join lateral (select loan_days(x.from_day, x.until_day, day_count) as days) n;
end $$;

-- Interest paid by the borrower for the days of a window, in fen, half up once. A payment is for the days that it tells
-- (for_from to before for_to), else for those since the last day that one of an earlier day is for, so that no day is
-- paid for twice; one that is for days in and out of the window counts by the interest that ran on those in it.
create or replace function loan_interest_paid(l loan, first_day date, last_day date, known_at timestamptz)
    returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    loan constant uuid := l.id; -- taken out of the row once
    mark record := loan_marks(l, known_at);
    paid record;
begin
    if mark.ended = '-infinity'::date then
        return 0; -- void
    end if;
    select bigint_sum(e.interest_fen) filter (where e.on_day > mark.drawn
                                                and (e.payer is null or e.payer = 'borrower')) as own,
           min(e.on_day) as first, max(e.on_day) as last, max(e.for_from) as for_from, max(e.for_to) as for_to
      into paid
      from loan_event e
     where e.loan_id = loan and e.interest_fen > 0 and e.kind in ('repaid', 'recovered', 'settled')
       and (loan_interest_paid.known_at is null or e.recorded_at <= loan_interest_paid.known_at)
       and (mark.gone is null or e.reference <> all (mark.gone));
    if paid.first is null then
        return 0; -- nobody told of any
    elsif paid.for_from is null and paid.for_to is null and first_day <= mark.drawn and mark.drawn <= paid.first
          and paid.last <= last_day then
        return paid.own; -- each is for days of the window
    end if;
    return loan_interest_within(l, first_day, last_day, known_at, mark.drawn, mark.gone);
end $$;

-- The same of payments of which each is held against the window: those that lie in it together.
create or replace function loan_interest_within(l loan, first_day date, last_day date, known_at timestamptz, drawn date,
                                                gone text[])
    returns bigint language plpgsql stable as $$
declare
    loan constant uuid := l.id;
    p record;
    whole numeric := 0::numeric; -- of payments that lie in the window, or the numerator of all
    base numeric := 1::numeric;
    part numeric;
    all_of numeric;
begin
    for p in
        with period as ( -- one that does not say begins where those of earlier days of payment end
            select e.interest_fen, e.payer, coalesce(e.for_to, e.on_day) as until_day,
                   coalesce(e.for_from, max(coalesce(e.for_to, e.on_day)) over (
                                order by e.on_day groups between unbounded preceding and 1 preceding), drawn)
                   as from_day
              from loan_event e
             where e.loan_id = loan and e.interest_fen > 0 and e.kind in ('repaid', 'recovered', 'settled')
               and (loan_interest_within.known_at is null or e.recorded_at <= loan_interest_within.known_at)
               and (gone is null or e.reference <> all (gone))
        ),
        own as (
            select y.interest_fen, y.from_day, y.until_day, y.from_day < first_day or y.until_day > last_day as across
              from period y
             where (y.payer is null or y.payer = 'borrower') and y.from_day < y.until_day
               and y.from_day < last_day and y.until_day > first_day
        )
        select bigint_sum(o.interest_fen)::numeric as interest_fen,
               case when o.across then o.from_day end as from_day, case when o.across then o.until_day end as until_day
          from own o
         group by 2, 3
    loop
        if p.from_day is null then
            whole := whole + p.interest_fen * base;
            continue;
        end if;
        select sum(s.accrued), sum(s.balance_fen::numeric * s.rate_ppm
                   * greatest(loan_days(greatest(s.from_day, first_day), least(s.until_day, last_day), l.day_count), 0))
                   filter (where s.from_day < last_day and s.until_day > first_day)
          into all_of, part
          from loan_stretches(l, p.from_day, p.until_day, known_at) s;
        if coalesce(all_of, 0) = 0 then -- nothing ran: by days
            all_of := (p.until_day - p.from_day)::numeric;
            part := (least(p.until_day, last_day) - greatest(p.from_day, first_day))::numeric;
        end if;
        whole := whole * all_of + p.interest_fen * coalesce(part, 0) * base;
        base := base * all_of;
    end loop;
    return div(2 * whole + base, 2 * base)::bigint;
end $$;

-- Interest of a loan over a window with its arithmetic, for whoever sees the loan: its stretches, each rounded to be
-- read; before them, without days, their exact sum rounded once and what the borrower paid for these days.
create or replace function loan_interest(loan_id uuid, first_day date, last_day date, known_at timestamptz)
    returns table (from_day date, until_day date, balance_fen bigint, rate_ppm int, days int, interest_fen bigint,
                   paid_fen bigint)
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
    l loan;
    base numeric;
    whole bigint;
begin
    select v.* into l
      from loan v
     where v.id = loan_interest.loan_id and (loan_interest.known_at is null or v.recorded_at <= loan_interest.known_at)
     order by v.version desc
     limit 1;
    base := loan_day_base(l.day_count);
    whole := base::bigint;
    return query
    with stretch as materialized (
        select s.* from loan_stretches(l, first_day, last_day, loan_interest.known_at) s
    )
    select null::date, null::date, null::bigint, null::int, null::int,
           div(2 * coalesce(sum(s.accrued), 0) + base, 2 * base)::bigint,
           loan_interest_paid(l, first_day, last_day, loan_interest.known_at)
      from stretch s
     union all
    select s.from_day, s.until_day, s.balance_fen, s.rate_ppm, s.days,
           case when s.accrued < 1e18 then (2 * s.accrued::bigint + whole) / (2 * whole) -- the same for a fifth
                else div(2 * s.accrued + base, 2 * base)::bigint end,
           null
      from stretch s;
end $$;
