-- Accounts, holds and transfers: posting without overdraft, balances by both clocks.

-- Opens an account, or finds the same open; one of that name that is another is an error.
create or replace function account_open(code text, kind text, title text, no_overdraft boolean, party text, scheme text,
                             opened_on date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform wall_acting();
    insert into account (code, kind, title, no_overdraft, party, scheme, opened_on)
    values (code, kind, title, no_overdraft, party, scheme, opened_on)
    on conflict do nothing;
    if not exists (select from account a
                    where a.code = $1 and a.kind = $2 and a.no_overdraft = $4
                      and a.party is not distinct from $5 and a.scheme is not distinct from $6) then
        raise exception 'account % exists as something else', code; -- reserved names: see account_decide
    end if;
    insert into account_balance (account) values (code) on conflict do nothing;
end $$;

-- Accounts under these names are opened by schemes and claims alone.
create or replace function account_is_reserved(code text) returns boolean language sql immutable as $$
    select lower(split_part(code, ':', 1)) in
           ('fund', 'appropriation', 'adjustment', 'paid', 'recovered', 'subsidy', 'granted')
$$;

-- The known account most like a name: shares the most groups of three letters.
create or replace function account_nearest(name text) returns text language sql stable as $$
    with grams as (
        select distinct substr(lower('  ' || name || ' '), i, 3) as g
          from generate_series(1, least(length(name) + 1, 100)) i
    )
    select a.code
      from account a
     order by (select count(*) from grams where position(grams.g in lower('  ' || a.code || ' ')) > 0) desc,
              abs(length(a.code) - length(name)), a.code
     limit 1
$$;

-- The first day from from_day on, by whose end less than amount would be in an account as it stands; null: none. For
-- a movement that is dated back: what was paid since must still have been covered.
create or replace function account_short_day(code text, amount bigint, from_day date) returns date
    language sql stable security definer set search_path = public, pg_temp as $$
    with day as (
        select d.on_day,
               sum(case when a.kind in ('asset', 'expense') then d.debits_fen - d.credits_fen
                        else d.credits_fen - d.debits_fen end) over (order by d.on_day) as after
          from account_day d
          join account a on a.code = d.account
         where d.account = $1 and d.block = -1 and a.no_overdraft
    )
    select min(x.on_day)
      from (select from_day as on_day, coalesce((select day.after from day where day.on_day <= from_day
                                                  order by day.on_day desc limit 1), 0) as after
            union all
            select day.on_day, day.after from day where day.on_day > from_day) x
     where x.after < amount
       and exists (select from account a where a.code = $1 and a.no_overdraft)
$$;

-- Post all of p, in their order, or none. Returns null, or what would be overdrawn: the account and what it has, or
-- the day on which it would have been short.
-- Locks the balances it touches in the order of their codes: no two postings wait for each other.
create or replace function transfer_post(p posting[]) returns text
    language plpgsql security definer set search_path = public, pg_temp
    set enable_nestloop = off set jit = off as $$ -- jit: a plan that is left with a loop looks too costly to it
declare
    codes text[] := array(select x.debit from unnest(p) x union select x.credit from unnest(p) x);
    signature text := my_signature();
    fallen text[]; -- accounts that may not be overdrawn and lose money here, and since which day
    since date[];
    overdrawn text;
begin
    perform wall_acting();
    perform from account_balance b where b.account = any (codes) order by b.account for update;
    perform hold_expire(x.account)
      from (select distinct h.account
              from hold h
             where h.account = any (codes)
               and h.until_day < today()
               and not exists (select from hold_end e where e.hold = h.id)) x;
    with input as materialized (
        select x.*
          from unnest(p) with ordinality as x(id, reference, debit, credit, amount_fen, on_day, cause,
               cause_id, reverses, memo, ord)
    ),
    side as (
        -- line 0: the account as it stands. low_fen: what must stay in it; null when it may be overdrawn.
        select 0::bigint as ord, b.account, b.debits_fen - b.credits_fen as delta, null::date as on_day, b.version,
               case when a.kind in ('asset', 'expense') then 1 else -1 end as normal,
               case when a.no_overdraft then b.held_fen end as low_fen
          from account_balance b
          join account a on a.code = b.account
         where b.account = any (codes)
           and a.code = any (codes)
        union all
        select i.ord, i.debit, i.amount_fen, i.on_day, null, null, null from input i
        union all
        select i.ord, i.credit, -i.amount_fen, i.on_day, null, null, null from input i
    ),
    entry as materialized (
        select s.ord, s.account, s.delta, s.on_day,
               max(s.version) over w + row_number() over w - 1 as version,
               (sum(s.delta) over w)::bigint as after,
               max(s.normal) over w as normal,
               max(s.low_fen) over w as low_fen
          from side s
        window w as (partition by s.account order by s.ord rows unbounded preceding)
    ),
    posted as (
        insert into transfer (id, reference, debit, credit, amount_fen, on_day, cause, cause_id, reverses,
               memo, debit_version, debit_after_fen, credit_version, credit_after_fen, recorded_at,
               recorded_by)
        select i.id, i.reference, i.debit, i.credit, i.amount_fen, i.on_day, i.cause, i.cause_id, i.reverses,
               i.memo, e.debit_version, e.debit_after, e.credit_version, e.credit_after, (select record_now()),
               signature
          from input i
          join (select e.ord,
                       max(e.version) filter (where e.delta > 0) as debit_version,
                       max(e.after) filter (where e.delta > 0) as debit_after,
                       max(e.version) filter (where e.delta < 0) as credit_version,
                       max(e.after) filter (where e.delta < 0) as credit_after
                  from entry e
                 where e.ord > 0
                 group by e.ord) e on e.ord = i.ord
         order by i.ord
    ),
    day as materialized (
        select e.account, e.version / 4096 as block, e.on_day, count(*) as entries,
               coalesce(sum(e.delta) filter (where e.delta > 0), 0)::bigint as debits,
               coalesce(-sum(e.delta) filter (where e.delta < 0), 0)::bigint as credits,
               min(e.on_day) filter (where e.normal * e.delta < 0 and e.low_fen is not null) as fell_on
          from entry e
         where e.ord > 0
         group by 1, 2, 3
    ),
    total as materialized (
        select d.account, sum(d.entries)::bigint as entries, sum(d.debits)::bigint as debits,
               sum(d.credits)::bigint as credits, min(d.fell_on) as fell_on
          from day d
         group by d.account
    ),
    balance as (
        update account_balance b
           set version = b.version + t.entries,
               debits_fen = b.debits_fen + t.debits,
               credits_fen = b.credits_fen + t.credits
          from total t
         where b.account = t.account
           and b.account = any (codes)
    ),
    days as (
        insert into account_day as d (account, block, on_day, debits_fen, credits_fen)
        select e.account, e.block, e.on_day, e.debits, e.credits
          from day e
        union all
        select e.account, -1, e.on_day, sum(e.debits)::bigint, sum(e.credits)::bigint
          from day e
         group by e.account, e.on_day
        on conflict (account, block, on_day) do update
            set debits_fen = d.debits_fen + excluded.debits_fen,
                credits_fen = d.credits_fen + excluded.credits_fen
    )
    select (select e.account
              from entry e
             where e.ord > 0
               and e.normal * e.after < e.low_fen
               and e.normal * e.delta < 0
             order by e.ord
             limit 1),
           (select array_agg(t.account) from total t where t.fell_on is not null),
           (select array_agg(t.fell_on) from total t where t.fell_on is not null)
      into overdrawn, fallen, since;
    if overdrawn is null then
        select f.account || ' ' || f.short into overdrawn
          from (select x.account, account_short_day(x.account, 0, x.since) as short
                  from unnest(fallen, since) as x(account, since)) f
         where f.short is not null
         limit 1;
    end if;
    if overdrawn is not null then
        raise exception 'overdrawn' using errcode = 'PB002';
    end if;
    return null;
exception when sqlstate 'PB002' then -- what was posted above is rolled back with this block
    return case when position(' ' in overdrawn) > 0 then overdrawn
                else overdrawn || ' ' || yuan_text(account_available_fen(overdrawn)) end;
end $$;

-- What holds of an account that has passed its day still keeps back, until the next hold or posting ends them.
create or replace function account_expired_fen(code text) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select coalesce(sum(h.amount_fen), 0)::bigint
          from hold h
         where h.account = code and h.until_day < today()
           and not exists (select from hold_end x where x.hold = h.id));
end $$;

-- What an account may still pay out: its balance on the normal side less what is held. null: no limit.
create or replace function account_available_fen(code text) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (
        select case when a.no_overdraft then
               case when a.kind in ('asset', 'expense') then b.debits_fen - b.credits_fen
                    else b.credits_fen - b.debits_fen end - b.held_fen + account_expired_fen(a.code) end
          from account a
          join account_balance b on b.account = a.code
         where a.code = $1);
end $$;

-- What post_transfers would say of one.
create or replace function account_would_overdraw(p posting) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.code || ' '
           || case when account_available_fen(a.code) < p.amount_fen then yuan_text(account_available_fen(a.code))
                   else account_short_day(a.code, p.amount_fen, p.on_day)::text end
      from account a
     where a.code in (p.debit, p.credit)
       and a.no_overdraft
       and (a.code = p.credit) = (a.kind in ('asset', 'expense'))
       and (account_available_fen(a.code) < p.amount_fen
            or account_short_day(a.code, p.amount_fen, p.on_day) is not null)
     limit 1
$$;

-- End the holds of an account whose day has passed. The balance row is locked first.
create or replace function hold_expire(code text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from account_balance b where b.account = code for update;
    with ended as (
        insert into hold_end (hold, how, recorded_by)
        select h.id, 'expired', 'pledged'
          from hold h
         where h.account = code and h.until_day < today()
           and not exists (select from hold_end x where x.hold = h.id)
        returning hold
    )
    update account_balance b
       set held_fen = b.held_fen - e.amount
      from (select coalesce(sum(h.amount_fen), 0)::bigint as amount from ended join hold h on h.id = ended.hold) e
     where b.account = code and e.amount > 0;
end $$;

-- Reserve money. false: the account has not that much free.
create or replace function hold_open(hold_id uuid, code text, amount bigint, cause uuid, until_day date) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform wall_acting();
    perform hold_expire(code);
    if account_available_fen(code) < amount then
        return false;
    end if;
    insert into hold (id, account, amount_fen, cause_id, until_day, recorded_by)
    values (hold_id, code, amount, cause, until_day, my_signature());
    update account_balance set held_fen = held_fen + amount where account = code;
    return true;
end $$;

-- End a hold as posted or voided. false: it has ended already.
create or replace function hold_end(hold_id uuid, outcome text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    h hold;
begin
    perform wall_acting();
    select * into h from hold where id = hold_id;
    perform hold_expire(h.account); -- locks the balance
    if h.id is null or exists (select from hold_end x where x.hold = hold_id) then
        return false;
    end if;
    insert into hold_end (hold, how, recorded_by) values (hold_id, outcome, my_signature());
    update account_balance set held_fen = held_fen - h.amount_fen where account = h.account;
    return true;
end $$;

-- The last version of an account that was recorded by then: versions rise with time.
create or replace function account_version_known(code text, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low bigint := 0;
    high bigint;
    middle bigint;
    at timestamptz;
begin
    select b.version into high from account_balance b where b.account = code;
    if known_at is null then
        return high;
    end if;
    while low < high loop
        middle := (low + high + 1) / 2;
        select coalesce(
               (select t.recorded_at from transfer t where t.debit = code and t.debit_version = middle),
               (select t.recorded_at from transfer t where t.credit = code and t.credit_version = middle))
          into at;
        if at <= known_at then
            low := middle;
        else
            high := middle - 1;
        end if;
    end loop;
    return low;
end $$;

-- Debits less credits of an account by the end of a day (null: all days) as known at an instant (null: now).
create or replace function account_balance_fen(code text, as_of date, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    v bigint;
begin
    if known_at is null and as_of is null then
        return coalesce((select b.debits_fen - b.credits_fen from account_balance b where b.account = code), 0);
    elsif known_at is null then
        return coalesce((select sum(d.debits_fen - d.credits_fen)::bigint
                           from account_day d
                          where d.account = code and d.block = -1 and d.on_day <= as_of), 0);
    end if;
    v := account_version_known(code, known_at);
    if as_of is null then
        return coalesce((select t.debit_after_fen from transfer t where t.debit = code and t.debit_version = v),
                        (select t.credit_after_fen from transfer t where t.credit = code and t.credit_version = v), 0);
    end if;
    return coalesce((select sum(d.debits_fen - d.credits_fen)::bigint
                       from account_day d
                      where d.account = code and d.block between 0 and v / 4096 - 1
                        and d.on_day <= as_of), 0)
         + coalesce((select sum(t.amount_fen)::bigint
                       from transfer t
                      where t.debit = code and t.debit_version between v / 4096 * 4096 and v
                        and t.on_day <= as_of), 0)
         - coalesce((select sum(t.amount_fen)::bigint
                       from transfer t
                      where t.credit = code and t.credit_version between v / 4096 * 4096 and v
                        and t.on_day <= as_of), 0);
end $$;

-- The same as it is shown: what an asset or an expense has is on the debit side.
create or replace function account_shown_fen(a account, as_of date, known_at timestamptz) returns bigint
    language plpgsql stable as $$
begin
    return case when (a).kind in ('asset', 'expense') then 1 else -1 end
           * account_balance_fen((a).code, as_of, known_at);
end $$;

-- An account under a name that is neither reserved nor taken.
create or replace function account_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
begin
    d.district := '';
    d.parties := '{}';
    if account_is_reserved(doc ->> 'code') then
        d.problems := json_build_array(problem('E_RESERVED', '/code', split_part(doc ->> 'code', ':', 1)));
    elsif exists (select from account a where lower(a.code) = lower(doc ->> 'code')) then
        d.problems := json_build_array(problem('E_TAKEN', '/code', doc ->> 'code'));
    elsif not dry then
        perform account_open(doc ->> 'code', doc ->> 'kind', doc ->> 'title', (doc ->> 'no_overdraft')::boolean,
                             null, null, (doc ->> 'opened_on')::date);
    end if;
    return d;
end $$;

-- A transfer names two accounts and an amount, or the transfer that it reverses.
create or replace function transfer_of(new_id uuid, doc json) returns posting language plpgsql stable as $$
declare
    p posting;
    t transfer;
begin
    p.id := new_id;
    p.reference := doc ->> 'reference';
    p.on_day := (doc ->> 'on')::date;
    p.memo := doc ->> 'memo';
    if doc ->> 'reverses' is null then
        p.debit := doc ->> 'debit';
        p.credit := doc ->> 'credit';
        p.amount_fen := ((doc ->> 'amount')::numeric * 100)::bigint;
        p.cause := doc ->> 'cause';
    else
        select * into t from transfer where id = (doc ->> 'reverses')::uuid;
        p.debit := t.credit;
        p.credit := t.debit;
        p.amount_fen := t.amount_fen;
        p.cause := 'reversal';
        p.reverses := t.id;
    end if;
    return p;
end $$;

-- A transfer between accounts that exist, covered on its day and ever since; or the reversal of one, once.
create or replace function transfer_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    p posting := transfer_of(new_id, doc);
    found_problems json[] := '{}'::json[];
    overdrawn text;
begin
    d.district := '';
    d.parties := '{}';
    if doc ->> 'reverses' is not null and p.reverses is null then
        found_problems := found_problems || problem('E_NO_TRANSFER', '/reverses', doc ->> 'reverses');
    elsif p.reverses is not null and exists (select from transfer t where t.reverses = p.reverses) then
        found_problems := found_problems || problem('E_REVERSED', '/reverses', (
            select t.reference from transfer t where t.reverses = p.reverses));
    elsif exists (select from transfer t where t.id = p.reverses and t.on_day > p.on_day) then
        found_problems := found_problems || problem('E_ORDER', '/on', (
            select t.on_day::text from transfer t where t.id = p.reverses));
    elsif p.reverses is not null and exists (
              select from transfer t
               where t.id = p.reverses and t.cause not in ('appropriation', 'adjustment')) then
        found_problems := found_problems || problem('E_NO_TRANSFER', '/reverses', doc ->> 'reverses');
    end if;
    if p.reverses is null and doc ->> 'reverses' is null then
        if not exists (select from account a where a.code = p.debit) then
            found_problems := found_problems || problem('E_ACCOUNT', '/debit', account_nearest(p.debit));
        end if;
        if not exists (select from account a where a.code = p.credit) then
            found_problems := found_problems || problem('E_ACCOUNT', '/credit', account_nearest(p.credit));
        end if;
    end if;
    if exists (select from account a where a.code in (p.debit, p.credit) and a.party is not null) then
        found_problems := found_problems || problem('E_ACCOUNT_CLAIMS', case when exists (
            select from account a where a.code = p.debit and a.party is not null) then '/debit' else '/credit' end, '');
    end if;
    if p.on_day > today() then
        found_problems := found_problems || problem('E_FUTURE', '/on', today()::text);
    end if;
    if cardinality(found_problems) = 0 then
        overdrawn := case when dry then account_would_overdraw(p) else transfer_post(array[p]) end;
        if overdrawn is not null then
            found_problems := found_problems || problem('E_OVERDRAFT', case when p.reverses is null
                then '/amount' else '/reverses' end, overdrawn);
        end if;
    end if;
    if cardinality(found_problems) > 0 then
        d.problems := array_to_json(found_problems);
    end if;
    return d;
end $$;

-- What a transfer moves; a reversal as much as what it reverses.
create or replace function transfer_sum(doc json) returns bigint
    language sql stable security definer set search_path = public, pg_temp as
    $$ select (transfer_of(null, doc)).amount_fen $$;

-- The account to which a transfer goes, or what it reverses goes back.
create or replace function transfer_toward(doc json) returns text
    language sql stable security definer set search_path = public, pg_temp as
    $$ select (transfer_of(null, doc)).debit $$;

-- What a journal has to say of an account, also to a party that sees only its transfers with it. The day is the
-- first that any transfer needs.
create or replace function account_named(name text) returns table (kind text, title text, opened_on date)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.kind, a.title,
           least(a.opened_on, (select min(d.on_day) from account_day d where d.account = a.code))
      from account a
     where a.code = name
$$;

-- Organisation codes may hold what account codes may not, and differ by case alone: then the later one goes by number.
create or replace function account_part(code text, org bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when code ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,39}$' and code !~* '^org-[0-9]+$'
                 and not exists (select from org o where lower(o.code) = lower($1) and o.id < org)
                then code else 'org-' || org end
$$;
