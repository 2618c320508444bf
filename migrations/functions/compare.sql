-- Kept rows against the log. An upgrade makes these functions anew, in a schema of its own, before it asks what differs
-- from the log (migrate.c): those that stand in the database may be somebody else's. So they use none but each other,
-- and tables as far back as there are rows that are kept; a table that is dropped stays in the list.

-- How the rows of each table are proven:
--   leaf      the leaf of the record covers every column
--   log       the log itself: hashes, signed heads, digests of flights
--   record    made again from the records by the functions that made them
--   made      a mere cache: made again from other tables
--   manifest  the signed manifest of the seal names its digest
--   batch     a row of access_batch, which is kept, has the digest of its batch
--   program   held against what the program carries, at each start
--   passing   not at all: what is forgotten within minutes, or stands for a moment, and decides no figure; and of what
--             place of the log a cache is, which shows in the cache
--   kept      each row as it was written is in log_row, which leaves cover; so is every table not named here
create or replace function log_table() returns table (tab regclass, proof text) language sql stable as $$
    select c.oid::regclass, coalesce(x.proof, 'kept')
      from pg_class c
      left join (values
           ('submission', 'leaf'), ('log_leaf', 'log'), ('log_head', 'log'), ('log_row', 'log'), ('log_pending', 'log'),
           ('loan', 'record'), ('loan_ip', 'record'), ('loan_event', 'record'), ('report_form', 'manifest'),
           ('access_log', 'batch'), ('schema_migration', 'program'), ('request_nonce', 'passing'),
           ('webhook_state', 'passing'), ('report_form_draft', 'passing'),
           ('console_session', 'passing'), ('console_link', 'passing'),
           ('account_balance', 'made'), ('account_day', 'made'), ('claim_sum', 'made'), ('coverage_sum', 'made'),
           ('coverage_reserved', 'made'), ('loan_rollup', 'made'), ('city_rollup', 'made'), ('firm_quarter', 'made'),
           ('city_firms', 'made'), ('loan_balance', 'made'), ('balance_rollup', 'made'), ('firm_balance', 'made'),
           ('balance_firms', 'made'), ('event_rollup', 'made'), ('received_rollup', 'made'),
           ('pledge_no_shared', 'made'), ('city_days', 'made'), ('balance_ahead', 'made'),
           ('days_mark', 'passing')) x(name, proof)
             on x.name = c.relname
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
$$;

-- The columns of a table's key, in its order; of a table without one those of its first unique index.
create or replace function log_key(tab regclass) returns name[] language sql stable as $$
    select array_agg(a.attname order by k.place)
      from (select x.indrelid, x.indkey
              from pg_index x
             where x.indrelid = tab and x.indisunique and x.indpred is null and x.indexprs is null
             order by x.indisprimary desc, x.indexrelid
             limit 1) i
     cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
$$;

-- The statement that compares a table with what was kept of it. $1: flights that no leaf covers, whose rows do not
-- count; $2: only what was kept after this number, and then only rows of which something was; nought: all. A row of
-- it: its key, what was kept (null: nothing), what stands (null: nothing).
create or replace function log_kept_statement(tab regclass) returns text language sql stable as $$
    with k as (
        select string_agg(format('(r.content ->> %L)::%s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                          order by c.place) as typed,
               string_agg(format('(r.content ->> %L)::%s as %I', a.attname, format_type(a.atttypid, a.atttypmod),
                                 'key' || c.place), ', ' order by c.place) as named,
               string_agg(format('t.%I', a.attname), ', ' order by c.place) as own,
               string_agg('k.key' || c.place, ', ' order by c.place) as kept
          from unnest(log_key(tab)) with ordinality as c(name, place)
          join pg_attribute a on a.attrelid = tab and a.attname = c.name
    )
    select format('select concat_ws('' '', %5$s), k.content, t.doc'
                  ' from (select %2$s, to_json(t) as doc from %1$s t) t'
                  ' full join (select * from (select distinct on (%3$s) r.op, r.content, %4$s from log_row r'
                  ' where r.tab = %6$L and r.flight <> all ($1::uuid[]) and r.no > $2::bigint'
                  ' order by %3$s, r.no desc) d where d.op <> ''D'') k on (%2$s) = (%7$s)'
                  ' where ($2::bigint = 0 or k.content is not null) and (t.doc is null or k.content is null'
                  ' or t.doc::text <> k.content::text'
                  ' and t.doc::text <> to_json(json_populate_record(null::%1$s, k.content))::text)',
                  tab, k.own, k.typed, k.named,
                  (select string_agg(format('coalesce(t.%I, k.key%s)', c.name, c.place), ', ' order by c.place)
                     from unnest(log_key(tab)) with ordinality as c(name, place)),
                  (select c.relname from pg_class c where c.oid = tab), k.kept)
      from k
$$;

-- Flights without a leaf of which rows were kept, after this number. From one to the next by the index: they are few
-- beside the rows.
create or replace function log_flights_leafless(since bigint) returns setof uuid language sql stable as $$
    with recursive f as (
        (select r.flight from log_row r where since = 0 order by r.flight limit 1)
         union all
        select (select r.flight from log_row r where r.flight > f.flight order by r.flight limit 1)
          from f
         where f.flight is not null
    )
    select x.flight
      from (select f.flight from f where f.flight is not null
             union
            select r.flight from log_row r where since > 0 and r.no > since) x
     where not exists (select from log_leaf l where l.record_id = x.flight and l.version = 0)
$$;

-- In which columns two rows differ; of a row that is only on one side the row itself.
create or replace function verify_columns(was json, stands json)
    returns table (col text, told text, found text) language sql stable as $$
    select coalesce(w.key, s.key), left(w.value, 200), left(s.value, 200)
      from json_each_text(was) w
      full join json_each_text(stands) s on s.key = w.key
     where was is not null and stands is not null and w.value is distinct from s.value
    union all
    select '*', left(was::text, 200), left(stands::text, 200) where was is null or stands is null
$$;

-- What differs from the log: kept rows that are not as they were kept, as log_adoption tells it, the first thousand.
-- waiting: flights without a leaf whose rows count all the same.
create or replace function log_differences(waiting uuid[]) returns json language plpgsql stable as $$
-- @plpgsql_check_options: security_warnings = off
declare
    outside uuid[] := array(select f from log_flights_leafless(0) f where f <> all (waiting));
    x record;
    differing json[] := '{}'::json[];
    of_table json[];
begin
    for x in select t.tab from log_table() t where t.proof = 'kept' order by t.tab::text loop
        execute 'select array_agg(json_build_array($3, s.key, d.col, d.told, d.found)) from ('
                || log_kept_statement(x.tab)
                || ') s(key, was, stands) cross join lateral verify_columns(s.was, s.stands) d'
           into of_table using outside, 0::bigint, x.tab::text;
        differing := differing || of_table;
    end loop;
    return (select json_agg(d) from (select d from unnest(differing) d limit 1000) l);
end $$;
