-- What an operator is told and may decide: the clock of the log.

-- How far the clock is behind the newest record; null where nothing is recorded, negative where all is well.
create or replace function clock_behind() returns interval language plpgsql stable as
    $$ begin return (select h.signed_at from log_head h order by h.size desc limit 1) - now(); end $$;

-- Is this more than a step of time synchronisation, and has nobody said that writing is to go on all the same? Then
-- what comes now would be dated by the wrong clock that the newest record was dated by.
create or replace function clock_stops(behind interval) returns boolean language plpgsql stable as $$
begin
    return coalesce(behind > interval '5 minutes', false)
           and not exists (select from clock_acceptance a
                            where a.until_at + interval '1 second' > now() + behind);
end $$;

-- The instant that everything stored by this transaction is recorded at. It only goes forward, whatever the machine's
-- clock does: what was known at an instant does not change afterwards. While the clock is behind by a little, each is a
-- microsecond later than the last; one that is far behind stops writing until it is right or somebody has accepted it.
create or replace function record_now() returns timestamptz language plpgsql stable as $$
declare
    behind interval := clock_behind();
begin
    if coalesce(behind < interval '0', true) then
        return now();
    end if;
    if clock_stops(behind) then
        raise exception 'the clock is behind the log by %', to_char(behind, 'HH24:MI:SS')
            using errcode = '55000', constraint = 'clock_behind';
    end if;
    return now() + behind + interval '1 microsecond';
end $$;

-- The instant up to which everything is known: of the clock or of the newest record, whichever is later.
create or replace function known_now() returns timestamptz language plpgsql stable as
    $$ begin return now() + greatest(clock_behind(), interval '0'); end $$;

-- Has a commit waited for two seconds for a replica or the backup to have it? As the owner: what the session of another
-- role waits for is shown to nobody else.
create or replace function commit_waits() returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from pg_stat_activity a
                    where a.wait_event = 'SyncRep' and clock_timestamp() - a.query_start > interval '2 seconds')
$$;

-- What anybody may be told of the service: which schema it has, when it was verified last and when it was scanned for
-- flags by night.
create or replace function service_dates()
    returns table (schema_version int, verified_at timestamptz, scanned_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select (select max(m.version) from schema_migration m),
           (select v.ended_at from verification v order by v.ended_at desc limit 1),
           (select r.recorded_at
              from flag_scan f
              join submission r on r.id = f.id
             where r.key like 'nightly %'
             order by f.id desc limit 1)
$$;

-- ---- figures ---------------------------------------------------------------------------------------

-- The age of what has happened, in seconds.
create or replace function age_s(at timestamptz) returns numeric language sql stable as
    $$ select round(extract(epoch from clock_timestamp() - at), 3) $$;

-- How long a returned claim has been with its bank.
create or replace function claim_age_class(days int) returns text language sql immutable as $$
    select case when days <= 7 then '0-7d' when days <= 14 then '8-14d' when days <= 30 then '15-30d' else '31d-' end
$$;

-- Of the ledger: what waits, what is left, how old the last proofs are.
create or replace function ledger_figures() returns table (name text, label text, word text, value numeric)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'pledged_claims_lapsed', null, null, claims_lapsed()::numeric
    union all
    select 'pledged_claims_returned', 'age', c.age, count(n.state)
      from unnest(array['0-7d', '8-14d', '15-30d', '31d-']) c(age)
      left join lateral (
           select n.state
             from claim_now n
            where n.state = 'returned'
              and c.age = claim_age_class(today() - (select max(s.on_day) from claim_step s
                                                      where s.claim = n.claim and s.step = 'return'))) n on true
     group by c.age
    union all
    select case when a.code like 'fund:%' then 'pledged_fund_available_yuan' else 'pledged_budget_available_yuan' end,
           'account', a.code, account_available_fen(a.code) * 0.01
      from account a
     where a.code like 'fund:%' or a.code like 'subsidy:%'
    union all
    select case when a.code like 'fund:%' then 'pledged_fund_received_yuan' else 'pledged_budget_received_yuan' end,
           'account', a.code, b.debits_fen * 0.01
      from account a
      join account_balance b on b.account = a.code
     where a.code like 'fund:%' or a.code like 'subsidy:%'
    union all
    select 'pledged_log_records', null, null, coalesce(max(h.size), 0) from log_head h
    union all
    select 'pledged_head_age_seconds', null, null, age_s(h.signed_at)
      from (select x.signed_at from log_head x order by x.size desc limit 1) h
    union all
    select 'pledged_clock_behind_seconds', null, null, greatest(round(extract(epoch from clock_behind()), 3), 0)
    union all
    select 'pledged_seal_age_seconds', null, null, age_s(max(s.sealed_at)) from report_seal s having count(*) > 0
    union all
    select f.name, null, null, f.value
      from (select * from verification x order by x.ended_at desc limit 1) v
     cross join lateral (values ('pledged_verify_age_seconds', age_s(v.ended_at)),
                                ('pledged_verify_defects', v.defects::numeric)) f(name, value)
$$;

-- Of PostgreSQL: write-ahead log, checkpoints, replicas, the archive.
-- What these rights do not tell is null.
create or replace function database_figures() returns table (name text, label text, word text, value numeric)
    language sql stable security definer set search_path = public, pg_temp as $$
    select x.name, null, null, x.value
      from (values
           ('pledged_database_bytes', pg_database_size(current_database())::numeric),
           ('pledged_database_connections',
            (select count(*) from pg_stat_activity where backend_type = 'client backend')),
           ('pledged_database_connections_max', current_setting('max_connections')::numeric),
           ('pledged_wal_bytes_total', case when not pg_is_in_recovery() then pg_current_wal_lsn() - '0/0'::pg_lsn end),
           ('pledged_checkpoint_age_seconds', (select age_s(c.checkpoint_time) from pg_control_checkpoint() c)),
           ('pledged_replica_age_seconds',
            case when pg_is_in_recovery() then age_s(pg_last_xact_replay_timestamp()) end)) x(name, value)
    union all
    select f.name, null, null, f.value
      from pg_stat_database d
     cross join lateral (values ('pledged_database_deadlocks_total', d.deadlocks::numeric),
                                ('pledged_database_rollbacks_total', d.xact_rollback::numeric),
                                ('pledged_database_temporary_bytes_total', d.temp_bytes::numeric)) f(name, value)
     where d.datname = current_database()
    union all
    select 'pledged_transaction_age', null, null, age(d.datfrozenxid)::numeric
      from pg_database d
     where d.datname = current_database()
    union all
    select f.name, null, null, f.value
      from pg_stat_archiver a
     cross join lateral (values ('pledged_wal_archived_total', a.archived_count::numeric),
                                ('pledged_wal_archive_failed_total', a.failed_count::numeric),
                                ('pledged_wal_archive_age_seconds', age_s(a.last_archived_time))) f(name, value)
     where current_setting('archive_mode') <> 'off'
    union all
    select f.name, 'replica', r.application_name || ' ' || coalesce(host(r.client_addr), 'local'), f.value
      from pg_stat_replication r
     cross join lateral (values ('pledged_replication_lag_bytes', pg_current_wal_lsn() - r.replay_lsn),
                                ('pledged_replication_lag_seconds', extract(epoch from r.replay_lag))) f(name, value)
     where not pg_is_in_recovery()
$$;

-- Both, without what is not known.
create or replace function operator_figures() returns table (name text, label text, word text, value numeric)
    language sql stable security definer set search_path = public, pg_temp as $$
    select f.* from ledger_figures() f where f.value is not null
    union all
    select f.* from database_figures() f where f.value is not null
$$;
