-- The city that a ledger is of.

-- Its code of six digits, 310000 for Shanghai: what stands where a district would for what is the whole city's.
-- There is one row; verify goes on where somebody has put a second.
create or replace function city_code() returns text language plpgsql stable as
    $$ begin return (select c.code from city c order by c.code limit 1); end $$;

-- The departments that answer for measures because of the city and its districts.
create or replace function city_departments() returns void language plpgsql as $$
begin
    insert into department (code, no, zh, en, recorder, district)
    select 'banking_regulator', 8, case city_code() when '310000' then '上海银保监局' else '银保监局' end,
           'Banking and Insurance Regulatory Bureau', 'finance', null
     union all
    select d.code, 9, d.zh || '政府', d.en || ' District', 'district', d.code
      from city_district d
    on conflict do nothing;
end $$;

-- Once, when a ledger is made: the city, its districts ([{code, zh, en}, …]) and departments. A ledger that was begun
-- before cities were data is Shanghai's.
create or replace procedure city_settle(of_city text, city_zh text, city_en text, districts json) language plpgsql as $$
begin
    if of_city <> '310000'
       and (exists (select from submission) or exists (select from org o where o.district is not null)) then
        raise exception 'this ledger was begun for 310000' using errcode = '55000';
    end if;
    insert into city (code, zh, en) values (of_city, city_zh, city_en);
    insert into city_district (code, zh, en)
    select d.code, d.zh, d.en from json_to_recordset(districts) as d(code text, zh text, en text);
    perform city_departments();
end $$;

-- A further district of the city. Daemons read the list anew.
create or replace function district_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
begin
    d.parties := '{}';
    d.district := '';
    if exists (select from city_district x where x.code = doc ->> 'code' or x.zh = doc ->> 'title') then
        d.problems := json_build_array(problem('E_TAKEN', case when exists (
            select from city_district x where x.code = doc ->> 'code') then '/code' else '/title' end, doc ->> 'code'));
    elsif not dry then
        insert into city_district (code, zh, en)
        values (doc ->> 'code', doc ->> 'title', coalesce(doc ->> 'title_en', doc ->> 'title'));
        perform city_departments();
        perform directory_changed();
    end if;
    return d;
end $$;
