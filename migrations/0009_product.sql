-- Loan products with fields of their own (集合授信, 投贷联动, 信托), more of a loan and its rights as columns, and
-- securitisation (知识产权证券化: ABS, ABN).

-- Older versions get the columns from their own text.
alter table loan
    add column purpose text,
    add column pledge_no text,
    add column facility_no text,
    add column facility_fen bigint constraint loan_facility_range check (facility_fen between 1 and 100000000000000),
    add column equity_fen bigint constraint loan_equity_range check (equity_fen between 1 and 100000000000000),
    add column equity_investor text,
    add column trust_plan text,
    add column trustee text,
    add column address text,
    add column contact text,
    add column controller text,
    add column account_manager text;
alter table loan_ip
    add column filed_on date,
    add column expires_on date,
    add column valuation_fen bigint,
    add column appraiser text;
alter table loan disable trigger append_only;
update loan l
   set purpose = r.body ->> 'purpose', pledge_no = r.body ->> 'pledge_no'
  from record r
 where r.id = l.id and r.version = l.version;
alter table loan enable trigger append_only;
alter table loan_ip disable trigger append_only;
update loan_ip p
   set filed_on = x.filed_on, expires_on = x.expires_on, valuation_fen = fen_of(x.valuation), appraiser = x.appraiser
  from record r
 cross join lateral json_to_recordset(r.body -> 'ip') as x(number text, filed_on date, expires_on date, valuation text,
       appraiser text)
 where r.id = p.record_id and r.version = p.version and x.number = p.number;
alter table loan_ip enable trigger append_only;
create index loan_by_facility on loan (facility_no, org_id) where facility_no is not null;

-- ---- securitisation ----------------------------------------------------------------------------

insert into record_type (name, writers, judged, told) values
    ('securitisation', '{bank,insurer,guarantor,ip_office}', true, true),
    ('securitisation_event', '{bank,insurer,guarantor,ip_office}', true, false);

create index securitisation_event_record_of on record (subject, org_id) where type = 'securitisation_event';

-- What the current events of an issue of an organisation have repaid of each tranche.
create function tranche_paid(org bigint, reference text, self uuid)
    returns table (tranche text, principal bigint, interest bigint, last_on date)
    language sql stable as $$
    select r.body ->> 'tranche',
           coalesce(sum(fen_of(r.body ->> 'amount')) filter (where r.body ->> 'kind' = 'principal'), 0)::bigint,
           coalesce(sum(fen_of(r.body ->> 'amount')) filter (where r.body ->> 'kind' = 'interest'), 0)::bigint,
           max(r.on_day)
      from record r
     where r.type = 'securitisation_event' and r.subject = reference and r.org_id = org and r.id <> self
       and not has_later(r.id, r.version, null)
     group by 1
$$;

create function securitisation_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}';
    t record;
begin
    for t in select x.* from tranche_paid(my_org(), doc ->> 'reference', id) x order by x.tranche loop
        if not exists (select from json_array_elements(doc -> 'tranches') y
                        where y ->> 'name' = t.tranche and fen_of(y ->> 'amount') >= t.principal) then
            p := p || problem('E_STATE_LATER', '/tranches', t.tranche || ': ' || yuan_text(t.principal));
        end if;
    end loop;
    return p;
end $$;

create function securitisation_event_problems(id uuid, doc json) returns json[] language plpgsql as $$
#variable_conflict use_column
declare
    issue json;
    tranche json;
    room bigint;
begin
    select r.body into issue
      from record r
     where r.type = 'securitisation' and r.org_id = my_org() and r.key = doc ->> 'securitisation'
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
              from tranche_paid(my_org(), doc ->> 'securitisation', securitisation_event_problems.id) x
             where x.tranche = doc ->> 'tranche'), 0);
    if doc ->> 'kind' = 'principal' and fen_of(doc ->> 'amount') > room then
        return array[problem('E_EXCEEDS', '/amount', yuan_text(room))];
    end if;
    return '{}';
end $$;

-- Corrections of one statement are judged apart; here each meets those before it.
create function securitisation_event_row() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('securitisation ' || new.org_id || ' ' || new.subject, 0));
    if cardinality(securitisation_event_problems(new.id, new.body)) > 0 then
        raise exception 'event % does not fit its issue', new.key
            using errcode = '23514', constraint = 'securitisation_event_fits';
    end if;
    return new;
end $$;
create trigger securitisation_event_row before insert on record for each row
    when (new.type = 'securitisation_event') execute function securitisation_event_row();

create function securitisation_members(id uuid, version int, as_of date) returns text language sql stable as $$
    select format('"outstanding":%s,"tranches_now":%s', to_json(yuan_text(sum(x.rest)::bigint)),
           json_agg(json_build_object('name', x.name, 'repaid', yuan_text(x.principal), 'interest', yuan_text(x.interest),
                    'outstanding', yuan_text(x.rest), 'last_on', x.last_on) order by x.n))
      from (select y.name, y.n, coalesce(p.principal, 0) as principal, coalesce(p.interest, 0) as interest, p.last_on,
                   fen_of(y.amount) - coalesce(p.principal, 0) as rest
              from record r
             cross join lateral rows from (json_to_recordset(r.body -> 'tranches') as (name text, amount text))
                   with ordinality as y(name, amount, n)
              left join lateral tranche_paid(r.org_id, r.key, '00000000-0000-0000-0000-000000000000') p
                     on p.tranche = y.name
             where r.id = $1 and r.version = $2) x
$$;
