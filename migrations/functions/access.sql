-- Who read what: entries in batches, each with a digest that the log covers.

-- What an entry adds to the digest of its batch: its fields, texts with their lengths before them, so that nothing
-- passes for something else. As server/api/access.c has it; of a batch of form 1 the row as text.
create or replace function access_digest(a access_log, form int) returns bytea
    language sql stable parallel safe as $$
    select sha256(convert_to(
           case form when 1 then row(a.n, recorded_us(a.at), a.org_id, a.person, a.route, a.what, a.shown)::text
                     else concat(a.n, '|', recorded_us(a.at), '|', a.org_id, '|', a.shown, '|',
                                 octet_length(a.person), ':', a.person, octet_length(a.route), ':', a.route,
                                 octet_length(a.what), ':', a.what) end, 'UTF8'))
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

-- Takes batches into the log by the digests of what the daemon stored of them, whatever is there by now; where it is
-- not that, false: it is told, and verify finds it ever after.
create or replace function access_seal(told json) returns table (ord bigint, stands boolean)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into access_batch (batch, n, digest, form)
    select b.batch, b.n, decode(b.digest, 'hex'), 2
      from json_to_recordset(told) as b(batch uuid, n bigint, digest text)
    on conflict do nothing;
    return query
    select b.ord, (b.n, decode(b.digest, 'hex')) is not distinct from (x.n, x.digest)
      from rows from (json_to_recordset(told) as (batch uuid, n bigint, digest text))
           with ordinality as b(batch, n, digest, ord)
     cross join lateral (
           select count(*) as n, sha256(string_agg(access_digest(a, 2), ''::bytea order by a.n)) as digest
             from access_log a
            where a.batch = b.batch) x;
end $$;
