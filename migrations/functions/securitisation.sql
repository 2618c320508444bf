-- ABS and ABN: issues, tranches, payments.

-- What the current events of an issue of an organisation have repaid of each tranche.
create or replace function securitisation_tranche_paid(org bigint, reference text, self uuid)
    returns table (tranche text, principal bigint, interest bigint, last_on date)
    language sql stable as $$
    select r.body ->> 'tranche',
           coalesce(sum(fen_of(r.body ->> 'amount')) filter (where r.body ->> 'kind' = 'principal'), 0)::bigint,
           coalesce(sum(fen_of(r.body ->> 'amount')) filter (where r.body ->> 'kind' = 'interest'), 0)::bigint,
           max(r.on_day)
      from submission r
     where r.type = 'securitisation_event' and r.subject = reference and r.org_id = org and r.id <> self
       and not record_has_later(r.id, r.version, null)
     group by 1
$$;

-- No tranche that is less than what was repaid of it.
create or replace function securitisation_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}'::json[];
    t record;
begin
    for t in select x.* from securitisation_tranche_paid(my_org(), doc ->> 'reference', id) x order by x.tranche loop
        if not exists (select from json_array_elements(doc -> 'tranches') y
                        where y ->> 'name' = t.tranche and fen_of(y ->> 'amount') >= t.principal) then
            p := p || problem('E_STATE_LATER', '/tranches', t.tranche || ': ' || yuan_text(t.principal));
        end if;
    end loop;
    return p;
end $$;

-- A payment on a tranche that exists, after the issue, and of principal no more than is left.
create or replace function securitisation_event_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
#variable_conflict use_column
declare
    issue json;
    tranche json;
    room bigint;
begin
    select r.body into issue
      from submission r
     where r.type = 'securitisation' and r.org_id = my_org() and r.key_form = text_form(doc ->> 'securitisation')
       and r.key = doc ->> 'securitisation' -- its events are found by the text
     order by r.version desc limit 1;
    if issue is null then
        return array[problem('E_NO_ISSUE', '/securitisation', doc ->> 'securitisation')];
    end if;
    select y into tranche from json_array_elements(issue -> 'tranches') y where y ->> 'name' = doc ->> 'tranche';
    if tranche is null then
        return array[problem('E_CHOICE', '/tranche', (select string_agg(y ->> 'name', ', ')
                     from json_array_elements(issue -> 'tranches') y))];
    end if;
    if (doc ->> 'on')::date < (issue ->> 'issued_on')::date then
        return array[problem('E_ORDER', '/on', 'issued_on ' || (issue ->> 'issued_on'))];
    end if;
    room := fen_of(tranche ->> 'amount') - coalesce((select x.principal
              from securitisation_tranche_paid(my_org(), doc ->> 'securitisation', securitisation_event_problems.id) x
             where x.tranche = doc ->> 'tranche'), 0);
    if doc ->> 'kind' = 'principal' and fen_of(doc ->> 'amount') > room then
        return array[problem('E_EXCEEDS', '/amount', yuan_text(room))];
    end if;
    return '{}'::json[];
end $$;

-- Corrections of one statement are judged apart; here each meets those before it.
create or replace function securitisation_event_row(new submission) returns submission language plpgsql as $$
begin
    perform lock_key('securitisation', new.org_id || ' ' || new.subject);
    if cardinality(securitisation_event_problems(new.id, new.body)) > 0 then
        raise exception 'event % does not fit its issue', new.key
            using errcode = '23514', constraint = 'securitisation_event_fits';
    end if;
    return new;
end $$;

-- What is outstanding of an issue, in all and by tranche.
create or replace function securitisation_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('outstanding', yuan_text(sum(x.rest)::bigint), 'tranches_now',
           json_agg(json_build_object('name', x.name, 'repaid', yuan_text(x.principal),
                    'interest', yuan_text(x.interest), 'outstanding', yuan_text(x.rest),
                    'last_on', x.last_on) order by x.n))
      from (select y.name, y.n, coalesce(p.principal, 0) as principal, coalesce(p.interest, 0) as interest, p.last_on,
                   fen_of(y.amount) - coalesce(p.principal, 0) as rest
              from submission r
             cross join lateral rows from (json_to_recordset(r.body -> 'tranches') as (name text, amount text))
                   with ordinality as y(name, amount, n)
              left join lateral securitisation_tranche_paid(r.org_id, r.key, '00000000-0000-0000-0000-000000000000') p
                     on p.tranche = y.name
             where r.id = $1 and r.version = $2) x
$$;
