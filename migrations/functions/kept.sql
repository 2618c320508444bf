-- The log beside the records: what every table held when it was written, flight by flight.

-- Keeps a row as it was written, or as it was before it was deleted. Names are qualified: that costs less than a
-- search path of its own.
create or replace function log_row_keep() returns trigger language plpgsql security definer as $$
declare
    begun text := current_setting('pledged.flight', true);
    flight uuid := coalesce(nullif(left(begun, 36), '')::uuid, gen_random_uuid());
    row_no bigint;
begin
    insert into public.log_row (flight, tab, op, content)
    values (flight, tg_table_name, left(tg_op, 1), case tg_op when 'DELETE' then to_json(old) else to_json(new) end)
    returning no into row_no;
    if coalesce(begun, '') = '' then
        perform set_config('pledged.flight', flight || ' ' || row_no, true);
    end if;
    return null;
end $$;

-- Makes the triggers for every table whose rows are to be kept and that has none yet; takes them from all others.
create or replace procedure log_rows_attach() language plpgsql as $$
declare
    t record;
begin
    for t in
        select x.tab, x.proof = 'kept' as wanted
          from log_table() x
         where (x.proof = 'kept') <> exists (select from pg_trigger g where g.tgrelid = x.tab and g.tgname = 'log_kept')
    loop
        if t.wanted then
            execute format('create trigger log_kept after insert or delete on %s for each row'
                           ' execute function log_row_keep()', t.tab);
            execute format('create trigger log_kept_change after update on %s for each row'
                           ' when (old.* *<> new.*) execute function log_row_keep()', t.tab);
        else
            execute format('drop trigger log_kept on %s', t.tab);
            execute format('drop trigger log_kept_change on %s', t.tab);
        end if;
    end loop;
end $$;

-- What a row that was kept adds to the digest of its flight.
create or replace function log_row_digest(r log_row) returns bytea language sql immutable parallel safe as
    $$ select sha256(convert_to(r.tab || ' ' || r.op || ' ' || r.content::text, 'UTF8')) $$;

-- The rows that this transaction wrote so far: its number, how many, their digest. None: no row.
create or replace function log_flight_rows() returns table (flight uuid, n bigint, digest text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    begun text := current_setting('pledged.flight', true);
begin
    if coalesce(begun, '') <> '' then
        return query
        select r.flight, count(*), encode(sha256(string_agg(log_row_digest(r), ''::bytea order by r.no)), 'hex')
          from log_row r
         where r.no >= substr(begun, 38)::bigint and r.flight = left(begun, 36)::uuid
         group by r.flight;
    end if;
end $$;

-- Flights of others that wait for their leaf. Of an upgrade's only those for whose schema none has one yet: whoever
-- writes past the log cannot have it taken as an upgrade that was.
create or replace function log_flights_pending()
    returns table (flight uuid, n bigint, digest text, signature text, schema_digest text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from log_pending) or clock_stops(clock_behind()) then
        return;
    end if;
    return query
    select p.flight, x.n, x.digest, encode(p.signature, 'hex'), p.schema_digest
      from log_pending p
     cross join lateral (
           select count(*) as n,
                  encode(sha256(string_agg(log_row_digest(r), ''::bytea order by r.no)), 'hex') as digest
             from log_row r
            where r.flight = p.flight) x
     where x.n > 0
       and num_nonnulls(p.signature, p.schema_digest) > 0
       and not exists (select from log_leaf l where l.record_id = p.flight and l.version = 0)
       and (p.schema_digest is null
            or not exists (select from log_row r
                             join log_leaf l on l.record_id = r.flight and l.version = 0
                            where r.tab = 'log_adoption' and r.content ->> 'schema_digest' = p.schema_digest))
     order by p.schema_digest is null, p.flight;
end $$;

-- What a leaf hashes for a record; digest: of its body, in hex; token: of that by which it was made.
create or replace function log_record_text(r submission, form smallint, digest text, token bytea) returns text
    language sql stable parallel safe as $$
    select concat('pledged-leaf-', form, E'\n', r.id, E'\n', r.version, E'\n', digest, E'\n',
                  instant_text(r.recorded_at), E'\n', r.recorded_by, E'\n',
                  case when form > 1 then record_envelope(r) || E'\n' end,
                  case when form = 4 then coalesce(encode(token, 'hex'), '-') || E'\n' end)
$$;

-- What a leaf hashes for the rows of a flight.
create or replace function log_rows_text(flight uuid, n bigint, digest text) returns text
    language sql immutable parallel safe as
    $$ select concat('pledged-rows-1', E'\n', flight, E'\n', n, E'\n', digest, E'\n') $$;

-- Takes all tables as they stand into the log, for an upgrade that led to this schema: what differs from what was
-- kept, or was not kept yet. Once for each schema. differed: what differed before that upgrade; waiting: flights that
-- wait for their leaf and may have one. Those of an upgrade that was never served before this one enter with it. The
-- flight that takes them; null: there is one already.
create or replace function log_adopt(digest text, differed json, waiting uuid[]) returns uuid language plpgsql as $$
-- @plpgsql_check_options: security_warnings = off
declare
    t record;
    adopted uuid := gen_random_uuid();
    outside uuid[];
begin
    if exists (select from log_adoption a where a.schema_digest = digest) then
        return null;
    end if;
    update log_pending p set schema_digest = digest
     where p.schema_digest <> digest and p.flight = any (waiting);
    outside := array(select f from log_flights_leafless(0) f
                      where f <> all (waiting)
                        and not exists (select from log_pending p where p.flight = f and p.schema_digest = digest));
    for t in
        select x.tab, c.relname
          from log_table() x
          join pg_class c on c.oid = x.tab
         where x.proof = 'kept'
         order by c.relname
    loop
        execute format('insert into log_row (flight, tab, op, content) select $3, %L,'
                       ' case when x.doc is null then ''D'' when x.content is null then ''I'' else ''U'' end,'
                       ' coalesce(x.doc, x.content)'
                       ' from (%s) x(key, content, doc)', t.relname, log_kept_statement(t.tab))
          using outside, 0::bigint, adopted;
    end loop;
    perform set_config('pledged.flight', adopted || ' 0', true);
    insert into log_adoption (schema_digest, flight, found) values (digest, adopted, differed);
    insert into log_pending (flight, schema_digest) values (adopted, digest);
    return adopted;
end $$;

-- The same of a flight, by its rows. Digests tell nothing of them.
create or replace function log_flight_text(flight uuid) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return (select log_rows_text(log_flight_text.flight, count(*),
                                 encode(sha256(string_agg(log_row_digest(r), ''::bytea order by r.no)), 'hex'))
              from log_row r
             where r.flight = log_flight_text.flight);
end $$;

-- What a leaf hashes, whatever it stands for; of a record that the reader may see.
create or replace function log_leaf_text(l log_leaf) returns text language plpgsql stable as $$
begin
    if l.form = 3 then
        return log_flight_text(l.record_id);
    end if;
    return (select log_record_text(r, l.form, encode(r.sha256, 'hex'), l.token)
              from submission r
             where r.id = l.record_id and r.version = l.version);
end $$;
