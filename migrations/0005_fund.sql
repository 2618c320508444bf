-- Double entry: accounts, transfers, holds, balances at any day as known at any instant.
--
-- A transfer is one row with a debit and a credit account, so every movement balances by construction.
-- Balances are kept beside it by the posting functions alone: account_balance now, account_day by day and by
-- blocks of versions, so that a balance of any day as known at any instant adds few rows. `verify` adds
-- everything up again from the transfers.

insert into record_type (name, writers) values ('account', '{finance}'), ('transfer', '{finance}');

-- As before, but the types that the actor may write are looked up once a statement, not once a row.
drop policy record_write on record;
create policy record_write on record for insert to pledged_app with check (
    org_id = (select my_org())
    and type = any ((select coalesce(array_agg(t.name), '{}') from record_type t
                      where (select my_kind()) = any (t.writers))::text[]));

create table account (
    code text primary key constraint account_code_form
        check (code ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,39}(:[A-Za-z0-9][A-Za-z0-9-]{0,39}){0,5}$'),
    kind text not null constraint account_kind_known
        check (kind in ('asset', 'liability', 'equity', 'income', 'expense')),
    title text not null,
    no_overdraft boolean not null,
    party text,    -- the organisation whose account it is, beside the city's offices
    scheme text,
    opened_on date not null,
    recorded_at timestamptz not null default now()
);
create unique index account_code_distinct on account (lower(code)); -- in every accounting program
call make_append_only('account');

create table account_balance (
    account text primary key references account,
    version bigint not null default 0,
    debits_fen bigint not null default 0,
    credits_fen bigint not null default 0,
    held_fen bigint not null default 0 constraint account_held_range check (held_fen >= 0)
);
-- Sums of the entries of one effective day: of all (block -1), and of those whose version lies in one block of
-- 4,096.
create table account_day (
    account text not null,
    block bigint not null,
    on_day date not null,
    debits_fen bigint not null,
    credits_fen bigint not null,
    primary key (account, block, on_day)
);

create table transfer (
    id uuid primary key,
    reference text not null,
    debit text not null,
    credit text not null,
    amount_fen bigint not null constraint transfer_amount_range
        check (amount_fen between 1 and 100000000000000),
    on_day date not null,
    cause text not null constraint transfer_cause_known check (cause in
        ('appropriation', 'adjustment', 'reversal', 'compensation', 'recovery', 'return')),
    cause_id uuid,
    reverses uuid,
    memo text,
    debit_version bigint not null,
    debit_after_fen bigint not null,  -- debits less credits of the account, this transfer included
    credit_version bigint not null,
    credit_after_fen bigint not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint transfer_two_accounts check (debit <> credit),
    constraint transfer_debit_version unique (debit, debit_version),
    constraint transfer_credit_version unique (credit, credit_version)
);
create unique index transfer_reversed_once on transfer (reverses) where reverses is not null;
call make_append_only('transfer');

-- Money promised: it cannot be spent otherwise until the hold ends.
create table hold (
    id uuid primary key,
    account text not null,
    amount_fen bigint not null constraint hold_amount_range
        check (amount_fen between 1 and 100000000000000),
    cause_id uuid not null,
    until_day date not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null
);
create index hold_by_account on hold (account, until_day);
create table hold_end (
    hold uuid primary key references hold,
    how text not null constraint hold_end_known check (how in ('posted', 'voided', 'expired')),
    recorded_at timestamptz not null default now(),
    recorded_by text not null
);
call make_append_only('hold');
call make_append_only('hold_end');

alter table account enable row level security;
create policy account_read on account for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or party = (select my_code()));
alter table account_balance enable row level security;
create policy account_balance_read on account_balance for select to pledged_app
    using (exists (select from account a where a.code = account));
alter table account_day enable row level security;
create policy account_day_read on account_day for select to pledged_app
    using (exists (select from account a where a.code = account));
alter table transfer enable row level security;
create policy transfer_read on transfer for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor')
    or exists (select from account a where a.code in (debit, credit) and a.party = (select my_code())));
alter table hold enable row level security;
create policy hold_read on hold for select to pledged_app
    using ((select my_kind()) in ('finance', 'ip_office', 'auditor'));
alter table hold_end enable row level security;
create policy hold_end_read on hold_end for select to pledged_app
    using ((select my_kind()) in ('finance', 'ip_office', 'auditor'));
-- Read only: every row of these tables comes from the functions below, which run as the owner.
grant select on account, account_balance, account_day, transfer, hold, hold_end to pledged_app;

create function open_account(code text, kind text, title text, no_overdraft boolean, party text, scheme text,
                             opened_on date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
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
create function is_reserved(code text) returns boolean language sql immutable as $$
    select lower(split_part(code, ':', 1)) in ('fund', 'appropriation', 'adjustment', 'paid', 'recovered')
$$;

-- The known account most like a name: shares the most groups of three letters.
create function nearest_account(name text) returns text language sql stable as $$
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

-- ---- posting -----------------------------------------------------------------------------------

create type posting as (
    id uuid, reference text, debit text, credit text, amount_fen bigint, on_day date, cause text,
    cause_id uuid, reverses uuid, memo text
);

-- The first day from from_day on, by whose end less than amount would be in an account as it stands; null: none. For
-- a movement that is dated back: what was paid since must still have been covered.
create function short_day(code text, amount bigint, from_day date) returns date
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
create function post_transfers(p posting[]) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    overdrawn text;
begin
    perform from account_balance b
      where b.account in (select x.debit from unnest(p) x union select x.credit from unnest(p) x)
      order by b.account
        for update;
    perform expire_holds(x.account)
      from (select distinct h.account
              from hold h
             where h.account in (select y.debit from unnest(p) y union select y.credit from unnest(p) y)
               and h.until_day < today()
               and not exists (select from hold_end e where e.hold = h.id)) x;
    with input as materialized (
        select x.*
          from unnest(p) with ordinality as x(id, reference, debit, credit, amount_fen, on_day, cause,
               cause_id, reverses, memo, ord)
    ),
    side as (
        select i.ord, i.debit as account, i.amount_fen as delta, i.on_day from input i
        union all
        select i.ord, i.credit, -i.amount_fen, i.on_day from input i
    ),
    entry as materialized (
        select s.ord, s.account, s.delta, s.on_day, a.kind, a.no_overdraft, b.held_fen,
               b.version + row_number() over w as version,
               b.debits_fen - b.credits_fen + (sum(s.delta) over w)::bigint as after
          from side s
          join account_balance b on b.account = s.account
          join account a on a.code = s.account
        window w as (partition by s.account order by s.ord rows unbounded preceding)
    ),
    posted as (
        insert into transfer (id, reference, debit, credit, amount_fen, on_day, cause, cause_id, reverses,
               memo, debit_version, debit_after_fen, credit_version, credit_after_fen, recorded_at,
               recorded_by)
        select i.id, i.reference, i.debit, i.credit, i.amount_fen, i.on_day, i.cause, i.cause_id, i.reverses,
               i.memo, d.version, d.after, c.version, c.after, now(), my_signature()
          from input i
          join entry d on d.ord = i.ord and d.delta > 0
          join entry c on c.ord = i.ord and c.delta < 0
    ),
    balance as (
        update account_balance b
           set version = b.version + n.entries,
               debits_fen = b.debits_fen + n.debits,
               credits_fen = b.credits_fen + n.credits
          from (select e.account, count(*) as entries,
                       coalesce(sum(e.delta) filter (where e.delta > 0), 0)::bigint as debits,
                       coalesce(-sum(e.delta) filter (where e.delta < 0), 0)::bigint as credits
                  from entry e
                 group by e.account) n
         where b.account = n.account
    ),
    days as (
        insert into account_day as d (account, block, on_day, debits_fen, credits_fen)
        select e.account, b.block, e.on_day,
               coalesce(sum(e.delta) filter (where e.delta > 0), 0)::bigint,
               coalesce(-sum(e.delta) filter (where e.delta < 0), 0)::bigint
          from entry e
         cross join lateral (values (e.version / 4096), (-1)) as b(block)
         group by 1, 2, 3
        on conflict (account, block, on_day) do update
            set debits_fen = d.debits_fen + excluded.debits_fen,
                credits_fen = d.credits_fen + excluded.credits_fen
    )
    select e.account into overdrawn
      from entry e
     where e.no_overdraft
       and case when e.kind in ('asset', 'expense') then e.after else -e.after end < e.held_fen
       and (e.delta < 0) = (e.kind in ('asset', 'expense'))
     order by e.ord
     limit 1;
    if overdrawn is null then
        select x.account || ' ' || x.short into overdrawn
          from (select s.account, short_day(s.account, 0, min(s.on_day)) as short
                  from (select y.debit as account, y.on_day, a.kind not in ('asset', 'expense') as falls
                          from unnest(p) y join account a on a.code = y.debit and a.no_overdraft
                        union all
                        select y.credit, y.on_day, a.kind in ('asset', 'expense')
                          from unnest(p) y join account a on a.code = y.credit and a.no_overdraft) s
                 where s.falls
                 group by s.account) x
         where x.short is not null
         limit 1;
    end if;
    if overdrawn is not null then
        raise exception 'overdrawn' using errcode = 'PB002';
    end if;
    return null;
exception when sqlstate 'PB002' then -- what was posted above is rolled back with this block
    return case when position(' ' in overdrawn) > 0 then overdrawn
                else overdrawn || ' ' || yuan_text(available_fen(overdrawn)) end;
end $$;
revoke all on function post_transfers, open_account from public;
grant execute on function post_transfers, open_account to pledged_app;

-- What holds of an account that has passed its day still keeps back, until the next hold or posting ends them.
create function expired_fen(code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(sum(h.amount_fen), 0)::bigint
      from hold h
     where h.account = code and h.until_day < today()
       and not exists (select from hold_end x where x.hold = h.id)
$$;

-- What an account may still pay out: its balance on the normal side less what is held. null: no limit.
create function available_fen(code text) returns bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when a.no_overdraft then
           case when a.kind in ('asset', 'expense') then b.debits_fen - b.credits_fen
                else b.credits_fen - b.debits_fen end - b.held_fen + expired_fen(a.code) end
      from account a
      join account_balance b on b.account = a.code
     where a.code = $1
$$;

-- What post_transfers would say of one.
create function would_overdraw(p posting) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.code || ' ' || case when available_fen(a.code) < p.amount_fen then yuan_text(available_fen(a.code))
                            else short_day(a.code, p.amount_fen, p.on_day)::text end
      from account a
     where a.code in (p.debit, p.credit)
       and a.no_overdraft
       and (a.code = p.credit) = (a.kind in ('asset', 'expense'))
       and (available_fen(a.code) < p.amount_fen
            or short_day(a.code, p.amount_fen, p.on_day) is not null)
     limit 1
$$;

-- End the holds of an account whose day has passed. The balance row is locked first.
create function expire_holds(code text) returns void
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
create function hold_money(hold_id uuid, code text, amount bigint, cause uuid, until_day date) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform expire_holds(code);
    if available_fen(code) < amount then
        return false;
    end if;
    insert into hold (id, account, amount_fen, cause_id, until_day, recorded_by)
    values (hold_id, code, amount, cause, until_day, my_signature());
    update account_balance set held_fen = held_fen + amount where account = code;
    return true;
end $$;

-- End a hold as posted or voided. false: it has ended already.
create function end_hold(hold_id uuid, outcome text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    h hold;
begin
    select * into h from hold where id = hold_id;
    perform expire_holds(h.account); -- locks the balance
    if h.id is null or exists (select from hold_end x where x.hold = hold_id) then
        return false;
    end if;
    insert into hold_end (hold, how, recorded_by) values (hold_id, outcome, my_signature());
    update account_balance set held_fen = held_fen - h.amount_fen where account = h.account;
    return true;
end $$;
revoke all on function expire_holds, hold_money, end_hold from public;
grant execute on function hold_money, end_hold to pledged_app;

-- ---- balances ----------------------------------------------------------------------------------

-- The last version of an account that was recorded by then: versions rise with time.
create function version_known(code text, known_at timestamptz) returns bigint
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
create function balance_fen(code text, as_of date, known_at timestamptz) returns bigint
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    v bigint;
begin
    if known_at is null and as_of is null then
        return coalesce((select b.debits_fen - b.credits_fen from account_balance b where b.account = code), 0);
    elsif known_at is null then
        return coalesce((select sum(d.debits_fen - d.credits_fen)
                           from account_day d
                          where d.account = code and d.block = -1 and d.on_day <= as_of), 0);
    end if;
    v := version_known(code, known_at);
    if as_of is null then
        return coalesce((select t.debit_after_fen from transfer t where t.debit = code and t.debit_version = v),
                        (select t.credit_after_fen from transfer t where t.credit = code and t.credit_version = v), 0);
    end if;
    return coalesce((select sum(d.debits_fen - d.credits_fen)
                       from account_day d
                      where d.account = code and d.block between 0 and v / 4096 - 1
                        and d.on_day <= as_of), 0)
         + coalesce((select sum(t.amount_fen)
                       from transfer t
                      where t.debit = code and t.debit_version between v / 4096 * 4096 and v
                        and t.on_day <= as_of), 0)
         - coalesce((select sum(t.amount_fen)
                       from transfer t
                      where t.credit = code and t.credit_version between v / 4096 * 4096 and v
                        and t.on_day <= as_of), 0);
end $$;

-- ---- accounts and transfers as records ---------------------------------------------------------

create function account_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
begin
    d.district := '';
    d.parties := '{}';
    if is_reserved(doc ->> 'code') then
        d.problems := json_build_array(problem('E_RESERVED', '/code', split_part(doc ->> 'code', ':', 1)));
    elsif exists (select from account a where lower(a.code) = lower(doc ->> 'code')) then
        d.problems := json_build_array(problem('E_TAKEN', '/code', doc ->> 'code'));
    elsif not dry then
        perform open_account(doc ->> 'code', doc ->> 'kind', doc ->> 'title', (doc ->> 'no_overdraft')::boolean,
                             null, null, (doc ->> 'opened_on')::date);
    end if;
    return d;
end $$;

-- A transfer names two accounts and an amount, or the transfer that it reverses.
create function transfer_of(new_id uuid, doc json) returns posting language plpgsql stable as $$
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

create function transfer_decide(new_id uuid, doc json, dry boolean) returns decision
    language plpgsql as $$
declare
    d decision;
    p posting := transfer_of(new_id, doc);
    found_problems json[] := '{}';
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
            found_problems := found_problems || problem('E_ACCOUNT', '/debit', nearest_account(p.debit));
        end if;
        if not exists (select from account a where a.code = p.credit) then
            found_problems := found_problems || problem('E_ACCOUNT', '/credit', nearest_account(p.credit));
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
        overdrawn := case when dry then would_overdraw(p) else post_transfers(array[p]) end;
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

create type transfer_element as (
    ord bigint, id uuid, key text, on_day date, sha256 text, body json, posting posting
);

-- Many transfers at once. When all are new, sound and covered they are posted by one statement; else one
-- after the other, so that each line gets its own verdict.
create function transfer_write(elements json)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    e transfer_element[];
    sound boolean;
begin
    select array_agg(row(x.place, x.id, x.key, x.on_day, x.sha256, x.body,
                         row(x.id, x.key, b.debit, b.credit, (b.amount * 100)::bigint, x.on_day, b.cause,
                             null, null, b.memo)::posting)::transfer_element order by x.place),
           count(*) > 1
           and count(*) = count(distinct x.key)
           and bool_and(b.reverses is null and b.debit <> b.credit and x.on_day <= today())
      into e, sound
      from rows from (json_to_recordset(elements) as (
           id uuid, key text, "on" date, sha256 text, body json))
           with ordinality as x(id, key, on_day, sha256, body, place)
     cross join lateral json_to_record(x.body) as b(
           debit text, credit text, amount numeric, cause text, reverses text, memo text);
    sound := sound
        and not exists (select from unnest(e) x
                         where not exists (select from account a
                                            where a.code = (x.posting).debit and a.party is null)
                            or not exists (select from account a
                                            where a.code = (x.posting).credit and a.party is null))
        and not exists (select from unnest(e) x
                          join lateral (select from record r
                                         where r.org_id = my_org() and r.type = 'transfer' and r.key = x.key
                                         limit 1) r on true);
    if not sound or post_transfers((select array_agg(x.posting order by x.ord) from unnest(e) x)) is not null then
        return query select * from record_decide('transfer', elements, false);
        return;
    end if;
    insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body, sha256,
           recorded_at, recorded_by)
    select x.id, 1, n.org, 'transfer', x.key, x.key, '', x.on_day, '{}', x.body,
           decode(x.sha256, 'hex'), now(), n.by
      from unnest(e) x
     cross join (select my_org() as org, my_signature() as by) n;
    return query
    select x.ord, 'created', x.id, 1, x.body::text, x.sha256, n.at, n.by, '[]', null::bigint, null::text,
           null::bigint
      from unnest(e) x
     cross join (select instant_text(now()) as at, my_signature() as by) n
     order by x.ord;
end $$;

-- What a journal has to say of an account, also to a party that sees only its transfers with it. The day is the
-- first that any transfer needs.
create function account_named(name text) returns table (kind text, title text, opened_on date)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.kind, a.title,
           least(a.opened_on, (select min(d.on_day) from account_day d where d.account = a.code))
      from account a
     where a.code = name
$$;
