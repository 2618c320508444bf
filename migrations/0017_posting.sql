-- Posting in fewer passes: the functions of 0005 once more.
--
-- As 0005 has it, with the same safeguards, but: what is asked of accounts is asked once an account and not once a
-- line; running sums begin with a line for each account as it stands, so that lines are never joined to balances;
-- and where lines are joined to lines it is by hash, whatever the statistics were when the plan was made (a nested
-- loop over a thousand lines took 100 ms once account_balance had been analysed with two rows). One bad line in a
-- thousand no longer makes all of them be posted one by one.

-- Post all of p, in their order, or none. Returns null, or what would be overdrawn: the account and what it has, or
-- the day on which it would have been short.
-- Locks the balances it touches in the order of their codes: no two postings wait for each other.
create or replace function post_transfers(p posting[]) returns text
    language plpgsql security definer set search_path = public, pg_temp
    set enable_nestloop = off set jit = off as $$ -- jit: a plan that is left with a loop looks too costly to it
declare
    codes text[] := array(select x.debit from unnest(p) x union select x.credit from unnest(p) x);
    signature text := my_signature();
    fallen text[]; -- accounts that may not be overdrawn and lose money here, and since which day
    since date[];
    overdrawn text;
begin
    perform from account_balance b where b.account = any (codes) order by b.account for update;
    perform expire_holds(x.account)
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
               i.memo, e.debit_version, e.debit_after, e.credit_version, e.credit_after, now(), signature
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
          from (select x.account, short_day(x.account, 0, x.since) as short
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
                else overdrawn || ' ' || yuan_text(available_fen(overdrawn)) end;
end $$;

-- plain: new, and nothing but the balances can refuse it.
alter type transfer_element add attribute plain boolean;

-- Store the records of transfers that were posted; their verdicts.
create function transfer_stored(e transfer_element[])
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    org bigint := my_org();
    signature text := my_signature();
    at text := instant_text(now());
begin
    insert into record (id, version, org_id, type, key, subject, district, on_day, parties, body, sha256,
           recorded_at, recorded_by)
    select x.id, 1, org, 'transfer', x.key, x.key, '', x.on_day, '{}', x.body, decode(x.sha256, 'hex'), now(),
           signature
      from unnest(e) x;
    return query
    select x.ord, 'created', x.id, 1, x.body::text, x.sha256, at, signature, '[]', null::bigint, null::text,
           null::bigint
      from unnest(e) x;
end $$;

-- Lines of which some cannot be posted as they are: halves, until what stands in the way is alone. Every line is
-- judged after those before it.
create function transfer_halves(e transfer_element[])
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    n int := cardinality(e);
begin
    if n = 1 then
        return query
        select e[1].ord, d.outcome, d.id, d.version, d.body, d.sha256, d.recorded_at, d.recorded_by, d.flags, d.leaf,
               d.leaf_hash, d.head
          from record_decide('transfer', json_build_array(json_build_object(
                   'id', e[1].id, 'key', e[1].key, 'subject', e[1].key, 'on', e[1].on_day, 'sha256', e[1].sha256,
                   'body', e[1].body)), false) d;
    elsif (select bool_and(x.plain) from unnest(e) x)
          and post_transfers(array(select x.posting from unnest(e) x)) is null then
        return query select * from transfer_stored(e);
    else
        return query select * from transfer_halves(e[:n / 2]);
        return query select * from transfer_halves(e[n / 2 + 1:]);
    end if;
end $$;

-- Many transfers at once. When all are new, sound and covered they are posted by one statement.
create or replace function transfer_write(elements json)
    returns table (ord bigint, outcome text, id uuid, version int, body text, sha256 text,
                   recorded_at text, recorded_by text, flags text, leaf bigint, leaf_hash text, head bigint)
    language plpgsql as $$
#variable_conflict use_column
declare
    org bigint := my_org();
    e transfer_element[];
    lines bigint;
    keys bigint;
    codes text[];
    open text[]; -- accounts that exist and are not a claim's
begin
    select array_agg(row(x.place, x.id, x.key, x.on_day, x.sha256, x.body,
                         row(x.id, x.key, b.debit, b.credit, (b.amount * 100)::bigint, x.on_day, b.cause,
                             null, null, b.memo)::posting,
                         b.reverses is null and b.debit <> b.credit and x.on_day <= today()
                         and not exists (select from record r
                                          where r.org_id = org and r.type = 'transfer' and r.key = x.key)
                        )::transfer_element),
           count(*), count(distinct x.key)
      into e, lines, keys
      from rows from (json_to_recordset(elements) as (
           id uuid, key text, "on" date, sha256 text, body json))
           with ordinality as x(id, key, on_day, sha256, body, place)
     cross join lateral json_to_record(x.body) as b(
           debit text, credit text, amount numeric, cause text, reverses text, memo text);
    if lines = 1 then
        return query select * from record_decide('transfer', elements, false);
        return;
    end if;
    codes := array(select (x.posting).debit from unnest(e) x union select (x.posting).credit from unnest(e) x);
    open := array(select a.code from account a where a.code = any (codes) and a.party is null);
    if keys < lines or cardinality(open) < cardinality(codes) then
        e := array(select row(x.ord, x.id, x.key, x.on_day, x.sha256, x.body, x.posting,
                              x.plain and (x.posting).debit = any (open) and (x.posting).credit = any (open)
                              and row_number() over (partition by x.key order by x.ord) = 1)::transfer_element
                     from unnest(e) x
                    order by x.ord);
    end if;
    return query select * from transfer_halves(e);
end $$;
