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
