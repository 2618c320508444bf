-- The log of records as others read it: its entries, and what its operator did.

-- How often the log went on from an earlier state than was signed, with the acceptance that may not be on record yet.
create or replace function log_restores(pending text) returns bigint language sql stable
    security definer set search_path = public, pg_temp as $$
    select count(*) + (pending is not null)::int
      from submission r
     where r.type = 'operator_act'
       and r.key like 'restore %'
       and r.key is distinct from pending
$$;

-- Entries of the log from one number on, as the leaves' hashes are made of them. For whoever sees all records anyway.
create or replace function log_entries(first bigint, width int) returns table (no bigint, entry text)
    language plpgsql stable as $$
begin
    return query
    select l.no, log_leaf_text(l)
      from log_leaf l
     where l.no >= first
       and l.no < first + width
     order by l.no;
end $$;

-- What the operator has accepted of the clock and is not on record yet.
create or replace function clock_unrecorded() returns table (reference text, person text, reason text, detail text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'clock ' || a.id, a.accepted_by, a.reason, 'until ' || instant_text(a.until_at)
      from clock_acceptance a
     where not exists (select from submission r where r.type = 'operator_act' and r.key = 'clock ' || a.id)
     order by a.accepted_at
     limit 1
$$;

-- What the operator has accepted is recorded by the program itself, in nobody else's name.
create or replace function operator_act_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
begin
    if my_code() <> 'SYSTEM' then
        return array[problem('E_ROLE', '', my_kind())];
    end if;
    return '{}'::json[];
end $$;
