-- Who acts, and small words that every subject uses: money, rates, days and quarters as text.

-- Who acts: set by the identity statement at the head of every transaction, and believed of a connection that knows the
-- secret of the installation (wall.sql). Unset means nobody. PL/pgSQL: what it asks, written into a statement, is held
-- for something that may leak rows, and keeps an index from being searched by it.
create or replace function my_org() returns bigint language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then nullif(current_setting('pledged.org', true), '')::bigint end;
end $$;

-- The kind of organisation that acts.
create or replace function my_kind() returns text language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then coalesce(current_setting('pledged.kind', true), '') else '' end;
end $$;

-- The code of the organisation that acts.
create or replace function my_code() returns text language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then coalesce(current_setting('pledged.code', true), '') else '' end;
end $$;

-- What the organisation that acts is called in records: its code, and its credit code where that is another.
create or replace function my_names() returns text[] language plpgsql stable parallel safe as $$
begin
    return (select array_remove(array[o.code, o.uscc], null) from org o where o.id = my_org());
end $$;

-- The district that the acting organisation answers for.
create or replace function my_district() returns text language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then coalesce(current_setting('pledged.district', true), '') else '' end;
end $$;

-- How who acts stands beside what was done: the person and the organisation.
create or replace function my_signature() returns text language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then coalesce(current_setting('pledged.person', true), '') || '@'
               || coalesce(current_setting('pledged.code', true), '') else '@' end;
end $$;

-- The person that acts, whatever the office; null: no person, but the daemon itself.
create or replace function my_person() returns uuid language plpgsql stable parallel safe as $$
begin
    return case when wall_passed() then nullif(current_setting('pledged.person_id', true), '')::uuid end;
end $$;

-- What the token of whoever acts may be used for beside reading.
create or replace function my_duties() returns text[] language plpgsql stable parallel safe as $$
begin
    return string_to_array(case when wall_passed() then coalesce(current_setting('pledged.duties', true), '')
                                else '' end, ' ');
end $$;

-- What two keys, names or references have in common that mean the same: width and form of signs, case, and spaces and
-- signs that nobody sees do not tell them apart. What is written so stands in submission.key_form.
create or replace function text_form(t text) returns text language sql immutable parallel safe as $$
    select case when t ~ '^[!-~]*$' then lower(t collate "C") collate "default"
        else normalize(lower(upper(regexp_replace(normalize(t, nfkc), '[\s\u0085\u00a0\u00ad\u034f\u0600-\u0605'
             '\u061c\u06dd\u070f\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f'
             '\u205f-\u206f\u3000\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000E0000-\U000E0FFF]', '', 'g')
             collate "und-x-icu") collate "und-x-icu") collate "default", nfkc) end
$$;

-- RFC 3339 with microseconds, Shanghai time.
create or replace function instant_text(t timestamptz) returns text language sql stable parallel safe as
    $$ select to_char(t at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"') $$;

-- What is recorded is never changed or deleted, by nobody.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '55000';
end $$;

-- Guards a table by refuse_change().
create or replace procedure make_append_only(tab regclass) language plpgsql as $$
begin
    execute format('create trigger append_only before update or delete on %s
        for each statement execute function refuse_change()', tab);
    execute format('create trigger append_only_truncate before truncate on %s
        for each statement execute function refuse_change()', tab);
end $$;

-- An amount as it is written: yuan, with fen after the point.
create or replace function yuan_text(fen bigint) returns text language sql immutable parallel safe as
    $$ select (fen * 0.01)::text $$;

-- One defect of what was submitted: its code, the place it is at, and what to say with it.
create or replace function problem(code text, pointer text, arg text) returns json language sql immutable as
    $$ select json_build_array(code, pointer, coalesce(arg, '')) $$;

-- What somebody saw is not what stands: with what differs, a list of [type, pointer, title, seen, now] (the title of
-- a field of a type of record is known by its pointer), or, where nobody can tell what he saw, with what he sent and
-- with what is asked for.
create or replace function problem_seen(pointer text, arg text, told text, stands text, difference json) returns json
    language sql immutable as $$
    select json_build_array('E_SEEN', pointer, coalesce(arg, ''),
               coalesce(difference, json_build_array(json_build_array(null, '/seen', '所见版本', told, stands))))
$$;

-- The day it is in Shanghai, whatever the zone of the server.
create or replace function today() returns date language sql stable as
    $$ select (now() at time zone 'Asia/Shanghai')::date $$;

-- Records tell amounts in yuan and rates in percent; the ledger reckons in fen and parts per million.
create or replace function yuan_fen(amount numeric) returns bigint language sql immutable parallel safe as
    $$ select (amount * 100)::bigint $$;

-- Records tell rates in percent; the ledger reckons in parts per million.
create or replace function percent_ppm(rate numeric) returns int language sql immutable parallel safe as
    $$ select (rate * 10000)::int $$;

-- An amount in the text of a record, in fen.
create or replace function fen_of(amount text) returns bigint language sql immutable parallel safe as
    $$ select yuan_fen(amount::numeric) $$;

-- A rate in the text of a record, in parts per million.
create or replace function ppm_of(rate text) returns int language sql immutable parallel safe as
    $$ select percent_ppm(rate::numeric) $$;

-- A rate as it is written: percent with two decimals, more where they say something.
create or replace function percent_text(ppm bigint) returns text language sql immutable parallel safe as $$
    select case when ppm % 100 = 0 then ppm / 100 * 0.01 when ppm % 10 = 0 then ppm / 10 * 0.001
                else ppm * 0.0001 end::text
$$;

-- What a share of an amount comes to, half a fen upwards.
create or replace function share_fen(amount_fen bigint, share_ppm int) returns bigint language sql immutable as
    $$ select div(amount_fen::numeric * share_ppm + 500000, 1000000)::bigint $$;

-- Counts of what came in only grow; what they count never changes.
create or replace function refuse_decrease() returns trigger language plpgsql as $$
begin
    if new.refused < old.refused or new.conflicts < old.conflicts
       or (new.org_id, new.type, new.on_day) is distinct from (old.org_id, old.type, old.on_day) then
        raise exception 'counts of % only grow', tg_table_name using errcode = '55000';
    end if;
    return new;
end $$;

-- A quarter as it is written: 2022Q3.
create or replace function quarter_text(d date) returns text language sql immutable parallel safe as
    $$ select to_char(d, 'YYYY"Q"Q') $$;

-- The first day of a quarter as it is written.
create or replace function quarter_first(q text) returns date language sql immutable parallel safe as
    $$ select make_date(left(q, 4)::int, right(q, 1)::int * 3 - 2, 1) $$;

-- The digest of a text, by its bytes in UTF-8.
create or replace function text_sha256(t text) returns bytea language sql immutable parallel safe as
    $$ select sha256(convert_to(t, 'UTF8')) $$;

-- The same day a year earlier; of 29 February the 28th.
create or replace function year_before(d date) returns date language sql immutable parallel safe as
    $$ select (d - interval '1 year')::date $$;

-- The first day of the year of a day.
create or replace function year_start(d date) returns date language sql immutable parallel safe as
    $$ select make_date(extract(year from d)::int, 1, 1) $$;

-- Ranks an instant and a size as numbers, so that max() of a pair finds what was recorded last in one pass. Of two
-- submissions in one flight the larger figure counts.
create or replace function recorded_us(t timestamptz) returns bigint language sql stable parallel safe as
    $$ select (date_part('epoch', t) * 1000000)::bigint $$;

-- The day that an instant falls on in Shanghai.
create or replace function shanghai_day(t timestamptz) returns date language sql immutable parallel safe as
    $$ select (t at time zone 'Asia/Shanghai')::date $$;

-- The last day of the quarter of a day. As a timestamp without zone: else no statement could take it in.
create or replace function quarter_end(d date) returns date language sql immutable parallel safe as
    $$ select (date_trunc('quarter', d::timestamp) + interval '3 months')::date - 1 $$;

-- An id that sorts by when it was made (RFC 9562, version 7).
create or replace function uuid_v7() returns uuid language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                  placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint)
                           from 3) from 1 for 6),
                  52, 1), 53, 1), 'hex')::uuid
$$;

-- The first day of the quarter of a day.
create or replace function quarter_start(on_day date) returns date language sql immutable parallel safe as
    $$ select date_trunc('quarter', on_day::timestamp)::date $$;

-- Sums of lists, place by place; what a list lacks is nought.
create or replace function bigints_add(a bigint[], b bigint[]) returns bigint[] language sql immutable parallel safe as
    $$ select array(select coalesce(x, 0) + coalesce(y, 0) from unnest(a, b) as t(x, y)) $$;

-- The difference of two lists, place by place.
create or replace function bigints_minus(a bigint[], b bigint[]) returns bigint[]
    language sql immutable parallel safe as
    $$ select array(select coalesce(x, 0) - coalesce(y, 0) from unnest(a, b) as t(x, y)) $$;

-- The members of several objects, in their order, as one object.
create or replace function json_joined(variadic objects json[]) returns json language sql immutable parallel safe as $$
    select json_object_agg(m.key, m.value order by o.n, m.n)
      from unnest(objects) with ordinality as o(object, n)
     cross join lateral json_each(o.object) with ordinality as m(key, value, n)
$$;

-- bigints_add() over rows.
create or replace aggregate bigints_sum(bigint[]) (sfunc = bigints_add, stype = bigint[], initcond = '{}');

-- The sum of whole numbers as a whole number: sum() makes a numeric of each, which costs more than the rest of a row.
create or replace aggregate bigint_sum(bigint) (sfunc = int8pl, stype = bigint, initcond = '0');

-- The numbers of all advisory locks that have one; server/db/locks.h names those that the program takes itself. An
-- unknown name is an error: a lock that nobody else takes protects nothing.
create or replace function lock_no(name text) returns bigint language plpgsql immutable as $$
declare
    no bigint := case name
        when 'lane' then 2021000017    -- one daemon writes
        when 'migrate' then 2021000018 -- one migrator at a time
        when 'subsidies' then 2021000019
        when 'claims' then 2021000020
    end;
begin
    if no is null then
        raise exception 'no lock is called %', name;
    end if;
    return no;
end $$;

-- Until the transaction ends nobody else writes about this key of the subject.
create or replace function lock_key(subject text, key text) returns void language sql as
    $$ select pg_advisory_xact_lock(hashtextextended(subject || ' ' || key, 0)) $$;
