-- Who read what: entries in batches, each with a digest that the log covers.

-- What an entry adds to the digest of its batch.
create or replace function access_digest(a access_log) returns bytea language sql stable parallel safe as $$
    select sha256(convert_to(row(a.n, recorded_us(a.at), a.org_id, a.person, a.route, a.what, a.shown)::text, 'UTF8'))
$$;

-- The digest of a batch as it stands.
create or replace function access_batch_digest(batch uuid) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select sha256(string_agg(access_digest(a), ''::bytea order by a.n)) from access_log a where a.batch = $1
$$;

-- Stores a batch; stored again it stays as it is.
create or replace function access_store(batch uuid, entries json) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stored bigint;
begin
    insert into access_log (batch, n, at, org_id, person, route, what, shown)
    select access_store.batch, e.n, to_timestamp(e.us / 1000000) + e.us % 1000000 * interval '1 us', e.org, e.person,
           e.route, e.what, e.shown
      from rows from (json_to_recordset(entries) as (
           us bigint, org bigint, person text, route text, what text, shown bigint))
           with ordinality as e(us, org, person, route, what, shown, n)
    on conflict do nothing;
    get diagnostics stored = row_count;
    return stored;
end $$;

-- Takes batches into the log by their digest; a batch without entries is not there.
create or replace function access_seal(batches uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into access_batch (batch, n, digest)
    select b, (select count(*) from access_log a where a.batch = b), access_batch_digest(b)
      from unnest(batches) b
     where exists (select from access_log a where a.batch = b)
    on conflict do nothing;
end $$;
