-- What each row of a kept table was written for: a record of its flight, a command of the operator, or an upgrade.
-- The log proves that a row stands as it was written; not that anybody was entitled to write it: a trigger that the
-- owner of the database makes for a moment writes into a flight of the daemon.
--
-- Which tables a type of record writes is read from the ledger's own functions, so that a new type is covered without
-- being thought of; that these are the program's own is found by what the database is made of.

-- The functions of the ledger, and what they are made of.
create or replace function cause_function() returns table (name text, body text) language sql stable as $$
    select p.proname::text, p.prosrc
      from pg_proc p
      join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
     where p.pronamespace = 'public'::regnamespace
$$;

-- Functions of triggers by their tables; of_type: a type of records for which one on submission is called; null: all.
create or replace function cause_trigger() returns table (tab text, name text, of_type text) language sql stable as $$
    select distinct c.relname::text, p.proname::text, y.name
      from pg_trigger g
      join pg_class c on c.oid = g.tgrelid and c.relnamespace = 'public'::regnamespace
      join pg_proc p on p.oid = g.tgfoid and p.proname not in ('log_row_keep', 'refuse_change')
     cross join lateral (select case when g.tgqual is not null then pg_get_triggerdef(g.oid) end as told offset 0) w
      left join record_type y on w.told ~ format('[''{,]%s[,''}]', y.name)
     where not g.tgisinternal
$$;

-- The functions with which the records of a type begin to be written: those that record.sql tells, those that
-- statements of the program call, triggers. One that decides for all types is none of each.
create or replace function cause_begun() returns table (type text, name text) language sql stable as $$
    select y.name, f.name
      from record_type y
     cross join lateral unnest(array[y.name || '_decide', y.name || '_store', y.name || '_followed', y.row_by]) f(name)
     where f.name is not null
     union
    select x.type, x.name
      from (values ('proposal', 'proposal_open'), ('loan', 'flags_raised'), ('loan', 'coverage_booked'),
                   ('report_seal', 'report_seal_write'), ('flag_scan', 'flag_scan_store')) as x(type, name)
     union
    select y.name, t.name
      from record_type y
      join cause_trigger() t on t.tab = 'submission' and coalesce(t.of_type, y.name) = y.name
                             or t.tab = y.name
$$;

-- The tables that records of each type write, and how (a row more, changed, less); of one that is proposed when it
-- takes effect. What proposing it writes is under the type proposal.
create or replace function cause_writes() returns table (type text, tab text, op text) language sql stable as $$
    with recursive body as materialized (
        select * from cause_function()
    ),
    writes as materialized (
        select distinct b.name, m[2] as tab, o.op
          from body b
         cross join lateral regexp_matches(
               b.body, '\m(insert into|update|delete from)\s+(?:public\.)?(\w+)', 'g') m
          join (values ('insert into', 'I'), ('insert into', 'U'), ('update', 'U'), ('delete from', 'D')) o(word, op)
            on o.word = m[1] and (m[1] <> 'insert into' or o.op = 'I' or b.body ~ '\mdo update\M')
         where exists (select from pg_class c
                        where c.relname = m[2] and c.relnamespace = 'public'::regnamespace and c.relkind = 'r')
    ),
    leads as materialized ( -- from each function to those that it calls, and to triggers of what it writes
        select distinct b.name, m[1] as next
          from body b
         cross join lateral regexp_matches(b.body, '(\w+)\(', 'g') m
         where m[1] in (select x.name from body x)
           and m[1] not in ('record_decide_one', 'record_followed') -- that of each type
        union
        select w.name, t.name from writes w join cause_trigger() t on t.tab = w.tab and w.tab <> 'submission'
    ),
    reach(type, name) as (
        select b.type, b.name from cause_begun() b
        union
        select r.type, l.next from reach r join leads l on l.name = r.name
    )
    select distinct r.type, w.tab, w.op
      from reach r
      join writes w on w.name = r.name
$$;

-- By what a record that is proposed, or a step of a proposal, acts on its flight, as types of cause_writes(): what it
-- proposes, or itself and what it lets take effect. Those of earlier editions took effect when they were recorded.
create or replace function cause_types(record_id uuid, type text) returns setof text language plpgsql stable as $$
begin
    if cause_types.type = 'proposal_step' then
        return query
        select p.type
          from proposal_step s
          join proposal p on p.id = s.proposal
         where s.id = record_id and s.state = 'approved';
    elsif proposal_is(record_id) then
        return next 'proposal';
        return;
    end if;
    return next cause_types.type;
end $$;

-- What a flight wrote, as a word: each table with what was done to how many of its rows.
create or replace function log_flight_footprint(flight uuid) returns text language sql stable as $$
    select string_agg(concat(x.tab, ':', x.op, x.n), ' ' order by x.tab collate "C", x.op)
      from (select r.tab, r.op, count(*) as n from log_row r where r.flight = log_flight_footprint.flight
             group by r.tab, r.op) x
$$;

-- The first leaf behind what tells who wrote rows: the upgrade that made the table of commands. Of what was written
-- before nobody can tell whether a command or an upgrade did it.
create or replace function cause_told_from() returns bigint language plpgsql stable as $$
begin
    return (select l.no
              from log_row r
              join log_leaf l on l.record_id = r.flight and l.version = 0
             where r.tab = 'operator_command'
             order by r.no
             limit 1);
end $$;

-- Rows that were written into tables since, and by whom (null: a flight of the daemon; 1: a command; 2: an upgrade).
-- was: the row as it stood before.
create or replace function cause_told(tabs text[])
    returns table (no bigint, flight uuid, head bigint, writer int, tab text, op text, content json, was json)
    language sql stable as $$
    with told as (
        select r.no, r.flight, r.tab, r.op::text, r.content,
               lag(r.content) over (partition by r.tab, k.key order by r.no) as was
          from log_row r
          join (select x as tab, log_key(x::regclass) as names from unnest(tabs) x offset 0) t on t.tab = r.tab
         cross join lateral (select array(select r.content ->> n from unnest(t.names) n) as key) k
    )
    select t.no, t.flight, l.head, get_byte(l.writer, 0), t.tab, t.op, t.content, t.was
      from told t
      join log_leaf l on l.record_id = t.flight and l.version = 0
     where l.no > cause_told_from()
$$;

-- Those of flights of the daemon itself: not what commands and upgrades wrote.
create or replace function cause_rows(tabs text[])
    returns table (no bigint, head bigint, tab text, op text, content json, was json) language sql stable as
    $$ select t.no, t.head, t.tab, t.op, t.content, t.was from cause_told(tabs) t where t.writer is null $$;

-- Those of commands of the operator, each by its name.
create or replace function cause_commanded(tabs text[])
    returns table (command text, flight uuid, tab text, op text, content json, was json) language sql stable as $$
    select c.content ->> 'command', t.flight, t.tab, t.op, t.content, t.was
      from cause_told(tabs) t
      join log_row c on c.flight = t.flight and c.tab = 'directory_command' and c.op = 'I'
     where t.writer = 1
$$;

-- Records of these types that took effect since: when, under which head, and as whose act. Of one that is proposed the
-- step counts that approved it.
create or replace function cause_acts(types text[])
    returns table (type text, id uuid, body json, head bigint, at timestamptz, by_whom text) language sql stable as $$
    select r.type, r.id, r.body, l.head, coalesce(s.recorded_at, r.recorded_at), r.recorded_by
      from submission r
      left join proposal p on p.id = r.id
      left join proposal_step s on s.proposal = p.id and s.state = 'approved'
      join log_leaf l on l.record_id = coalesce(s.id, r.id) and l.version = 1
     where r.type = any (types) and r.version = 1 and (p.id is null or s.id is not null) and l.no > cause_told_from()
$$;
