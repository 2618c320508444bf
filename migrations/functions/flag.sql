-- Red flags: found, gathered, cleared, and the stop of payments.

-- The value in force today. A rule without its threshold cannot be judged.
create or replace function flag_limit(rule text, name text) returns numeric language plpgsql stable as $$
declare
    v numeric;
begin
    select x.value into v
      from flag_threshold_value x
     where x.code = rule and x.name = flag_limit.name and x.effective_from <= today()
     order by x.effective_from desc, x.recorded_at desc
     limit 1;
    if v is null then
        raise exception 'rule % has no threshold %', rule, name;
    end if;
    return v;
end $$;

-- The thresholds of a rule and their values in force today, the last name first. The planner puts this in place of the
-- call; the order is that of the index.
create or replace function flag_limits_now(rule text) returns table (name text, value numeric)
    language sql stable rows 3 as $$
    select distinct on (x.name) x.name, x.value
      from flag_threshold_value x
     where x.code = rule and x.effective_from <= today()
     order by x.name desc, x.effective_from desc, x.recorded_at desc
$$;

-- The values in force today of several thresholds of a rule, in the order of their names: one look for all.
create or replace function flag_limits(rule text, names text[]) returns numeric[] language plpgsql stable as $$
declare
    v numeric[];
begin
    v := array(select x.value
                 from unnest(names) with ordinality as n(name, place)
                 left join flag_limits_now(rule) x on x.name = n.name
                order by n.place);
    if array_position(v, null) is not null then
        raise exception 'rule % has no threshold %', rule, names[array_position(v, null)];
    end if;
    return v;
end $$;

-- A threshold as its unit is written.
create or replace function flag_value_text(unit text, value numeric) returns text language sql immutable as $$
    select case unit when 'percent' then percent_text((value * 10000)::bigint)
                     when 'yuan' then yuan_text((value * 100)::bigint)
                     when 'day' then (date '1970-01-01' + value::int)::text
                     else value::bigint::text end
$$;

-- null: not of that unit.
create or replace function flag_value_of(unit text, value text) returns numeric language plpgsql immutable as $$
begin
    return case when unit = 'percent' and value ~ '^[0-9]{1,9}([.][0-9]{1,4})?$' then value::numeric
                when unit = 'yuan' and value ~ '^[0-9]{1,13}([.][0-9]{1,2})?$' then value::numeric
                when unit in ('days', 'months', 'count') and value ~ '^[0-9]{1,9}$' then value::numeric
                when unit = 'day' and value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then value::date - date '1970-01-01' end;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end $$;

-- Store cases; how many flags are new.
create or replace function flag_store(cases flag_found[], origin text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    fresh_count bigint;
begin
    with evidence as materialized (
        select distinct on (f.code, f.case_key, f.record_id, f.version, f.pointer) f.*
          from unnest(cases) f
         order by f.code, f.case_key, f.record_id, f.version, f.pointer, f.facts
    ),
    known as materialized (
        select c.code, c.case_key, c.severity, c.figures, k.id, k.cleared
          from (select distinct on (e.code, e.case_key) e.code, e.case_key, e.severity, e.figures from evidence e
                 order by e.code, e.case_key) c
          left join lateral (
               select x.id, exists (select from flag_clearing y where y.flag = x.id) as cleared
                 from flag x
                where x.code = c.code and x.case_key = c.case_key
                order by x.id desc
                limit 1) k on true
    ),
    unseen as materialized ( -- evidence that whoever cleared the case did not have
        select distinct k.id
          from known k
          join evidence e on e.code = k.code and e.case_key = k.case_key
         where k.cleared
           and not exists (select from flag_record r
                            where r.flag = k.id and r.record_id = e.record_id and r.pointer = e.pointer
                              and r.facts = e.facts)
    ),
    target as materialized (
        select k.code, k.case_key, k.severity, k.figures,
               case when k.id is null or u.id is not null then uuid_v7() else k.id end as id,
               k.id is null or u.id is not null as fresh
          from known k
          left join unseen u on u.id = k.id
    ),
    flags as (
        insert into flag (id, code, case_key, severity, origin, figures, raised_at)
        select t.id, t.code, t.case_key, t.severity, flag_store.origin, t.figures, (select record_now())
          from target t
         where t.fresh
    ),
    records as (
        insert into flag_record (flag, record_id, version, pointer, type, org_id, district, facts, submitted, added_at)
        select t.id, e.record_id, e.version, e.pointer, r.type, r.org_id, r.district, e.facts, e.submitted,
               (select record_now())
          from evidence e
          join target t on t.code = e.code and t.case_key = e.case_key
         cross join lateral (select x.type, x.org_id, x.district from submission x
                              where x.id = e.record_id and x.version = e.version limit 1) r
        on conflict do nothing
    )
    select count(*) into fresh_count from target t where t.fresh;
    return fresh_count;
end $$;

-- RF03: the last day of a right, by what is told of it or, at the latest, by its number.
create or replace function flag_right_ends(number text, kind text, filed_on date, expires_on date) returns date
    language sql immutable parallel safe as $$
    select coalesce(expires_on, case when kind <> 'trademark' then ip_expiry(kind, coalesce(filed_on,
                    case when length(number) = 13 then make_date(left(number, 4)::int, 12, 31)
                         when length(number) = 9 then make_date(left(number, 2)::int
                                                                + case when left(number, 2) >= '85' then 1900
                                                                       else 2000 end, 12, 31) end), null) end)
$$;

-- RF05: a number is given in the year of filing; of an application from abroad (8, 9) when it enters.
create or replace function flag_number_contradicts(number text, kind text, filed_on date, pledged_on date)
    returns boolean language sql immutable parallel safe as $$
    select kind <> 'trademark' and length(number) = 13
           and (left(number, 4)::int > extract(year from pledged_on)
                or filed_on > pledged_on
                or extract(year from filed_on) > left(number, 4)::int
                or (extract(year from filed_on) < left(number, 4)::int and substr(number, 5, 1) not in ('8', '9')))
$$;

-- RF15, as far as amounts tell: a loan beyond a share of its firm's revenue, in percent.
create or replace function flag_is_beyond(amount_fen bigint, revenue_fen bigint, share numeric) returns boolean
    language sql immutable parallel safe as $$ select amount_fen * 100 > revenue_fen * share $$;

-- RF22: is a rate out of line with the LPR of its day? limits: how often the LPR, how much above it, and the least.
create or replace function flag_is_rate_off(rate_ppm int, lpr_ppm int, limits numeric[]) returns boolean
    language plpgsql immutable parallel safe as $$
begin
    return rate_ppm * 100 > lpr_ppm * limits[1] or rate_ppm > lpr_ppm + limits[2] * 10000
           or rate_ppm < limits[3] * 10000;
end $$;

-- The LPR of a day. The planner puts this in place of the call.
create or replace function flag_lpr(day date) returns table (one_year_ppm int) language sql stable rows 1 as
    $$ select x.one_year_ppm from lpr x where x.on_day <= $1 order by x.on_day desc limit 1 $$;

-- What a loan and a right show by themselves. Taken into the statements of the rules.
create or replace function flag_of_right(number text, kind text, owner text, borrower text,
                                         filed_on date, expires_on date,
                                         signed_on date, registered_on date, matures_on date)
    returns table (code text, severity text, member text, facts jsonb) language sql stable as $$
    select 'RF03', 'high', 'number', jsonb_build_object('matures_on', matures_on, 'expires_on', x.last_day)
      from (select flag_right_ends(number, kind, filed_on, expires_on) as last_day) x
     where matures_on > x.last_day
    union all
    select 'RF04', 'high', 'owner_uscc', jsonb_build_object('owner', owner, 'borrower', borrower)
     where owner <> borrower
    union all
    select 'RF05', 'med', 'filed_on', jsonb_build_object('number', number, 'filed_on', filed_on, 'pledged_on',
           coalesce(registered_on, signed_on))
     where flag_number_contradicts(number, kind, filed_on, coalesce(registered_on, signed_on))
$$;

-- Does the purpose say working capital? So it does when it says nothing.
create or replace function flag_is_working_capital(purpose text) returns boolean language sql immutable parallel safe as
    $$ select purpose is null or purpose ~* '流动资金|流贷|周转|日常经营|采购|原材料|working capital' $$;

-- RF15, RF21, RF22 and RF26, as far as one loan shows them by itself: capital out of scale, drawn before it was
-- registered, rate out of line, too small a share secured by IP.
create or replace function flag_of_loan(amount_fen bigint, ip_amount_fen bigint, rate_ppm int, revenue_fen bigint,
                                        purpose text, signed_on date, disbursed_on date,
                                        registered_on date, scheme text)
    returns table (code text, severity text, member text, facts jsonb) language sql stable as $$
    select 'RF15',
           case when flag_is_beyond(amount_fen, revenue_fen, (select flag_limit('RF15', 'stop'))) then 'high'
                else 'med' end,
           '/amount', jsonb_build_object('amount', yuan_text(amount_fen), 'revenue', yuan_text(revenue_fen), 'share',
           case when revenue_fen > 0 then percent_text(div(amount_fen::numeric * 1000000, revenue_fen)::bigint) end)
     where revenue_fen is not null
       and case when flag_is_beyond(amount_fen, revenue_fen, (select flag_limit('RF15', 'warn')))
                then flag_is_working_capital(purpose) end
    union all
    select 'RF21', 'med', '/registered_on',
           jsonb_build_object('disbursed_on', disbursed_on, 'registered_on', registered_on)
     where registered_on > disbursed_on
       and registered_on - disbursed_on > (select flag_limit('RF21', 'days'))
    union all
    select 'RF22', 'low', '/rate',
           jsonb_build_object('rate', percent_text(rate_ppm), 'lpr', percent_text(p.one_year_ppm))
      from flag_lpr(coalesce(disbursed_on, signed_on)) p
     where flag_is_rate_off(rate_ppm, p.one_year_ppm, (select flag_limits('RF22', '{multiplier,spread,floor}')))
    union all
    select 'RF26', 'high', '/ip_amount',
           jsonb_build_object('share', percent_text(div(ip_amount_fen::numeric * 1000000, amount_fen)::bigint),
               'least', s.least::text)
      from (select (scheme_terms_of(x.body)).ip_share_min as least
              from scheme x
             where x.code = scheme and x.effective_from <= signed_on
               and coalesce(x.effective_to, 'infinity') >= signed_on
             order by x.effective_from desc limit 1) s
     where ip_amount_fen::numeric * 100 < amount_fen * s.least
$$;

-- The red flags that a loan of these words would raise when it is stored, as flag_of_record tells them: those that it
-- and its rights show by themselves, and rights that are pledged elsewhere. What compares it with other loans (RF29,
-- RF30) or with the registers is known once it stands among them.
create or replace function loan_foreseen(body json) returns text language plpgsql stable as $$
declare
    told loan_told := json_populate_record(null::loan_told, body);
    l loan := json_populate_record(null::loan, body);
    from_day date := coalesce(l.registered_on, l.signed_on);
begin
    return coalesce((
        with pledge as materialized (
            select x.*, '/ip/' || (x.place - 1) || '/' as at
              from rows from (json_to_recordset(told.ip) as (
                   number text, kind text, owner_uscc text, filed_on date, expires_on date, share percent))
                   with ordinality as x(number, kind, owner_uscc, filed_on, expires_on, share, place)
        )
        select json_agg(json_build_array(r.code, r.severity, r.pointer, u.title, u.title_en)
                        order by r.code, r.pointer)::text
          from (select x.code, x.severity, x.member as pointer
                  from flag_of_loan(yuan_fen(told.amount), yuan_fen(told.ip_amount), percent_ppm(told.rate),
                       yuan_fen(told.revenue), l.purpose, l.signed_on, l.disbursed_on,
                       l.registered_on, l.scheme) x
                union all
                select x.code, x.severity, p.at || x.member
                  from pledge p
                 cross join lateral flag_of_right(p.number, p.kind, p.owner_uscc, told.borrower_uscc, p.filed_on,
                       p.expires_on, l.signed_on, l.registered_on, l.matures_on) x
                union all
                select 'RF01', 'high', p.at || 'number'
                  from pledge p
                 where pledge_is_against(p.number, from_day, greatest(l.matures_on, from_day), my_org(),
                       gen_random_uuid(), percent_ppm(p.share))) r
          join flag_rule u on u.code = r.code), '[]');
end $$;

-- Store what a batch of loans raised. RF01 rows name the right; the other pledges of it are found here, as the owner:
-- the answer tells the bank which right, and nothing of the others.
create or replace function flags_submitted(cases flag_found[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    others flag_found[];
begin
    if cases is null then
        return;
    end if;
    select array_agg(row(f.code, f.case_key, f.severity, f.figures, o.record_id, o.version,
                         ip_pointer(o.record_id, o.version, f.case_key, 'number'), f.facts, false)::flag_found)
      into others
      from unnest(cases) f
      join submission r on r.id = f.record_id and r.version = f.version -- the typed row may not be there yet
     cross join lateral (select coalesce((r.body ->> 'registered_on')::date, r.on_day) as from_day,
                                (r.body ->> 'matures_on')::date as until_day) mine
     cross join lateral pledge_against(f.case_key, mine.from_day,
           greatest(mine.until_day, mine.from_day), r.org_id, r.id) o
     where f.code = 'RF01';
    perform flag_store(cases || others, 'submission');
end $$;

-- What loans show by themselves: each and its rights, a right that is pledged elsewhere, a quarter that is sealed.
create or replace function flags_alone(loans uuid[]) returns setof flag_found
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    with mine as materialized (
        select l.*
          from unnest(loans) as asked(id)
         cross join lateral (select * from loan x where x.id = asked.id order by x.version desc limit 1) l
    ),
    pledge as materialized (
        select p.*, m.borrower, m.signed_on, m.registered_on, m.matures_on
          from mine m
          join loan_ip p on p.record_id = m.id and p.version = m.version
    )
    select x.code, p.record_id || ' ' || p.number, x.severity, null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, x.member), x.facts, true
      from pledge p
     cross join lateral flag_of_right(p.number, p.kind, p.owner, p.borrower, p.filed_on, p.expires_on, p.signed_on,
           p.registered_on, p.matures_on) x
    union all
    select x.code, m.id || case when x.code = 'RF15' then ' ' || x.severity else '' end, x.severity, null::jsonb,
           m.id, m.version, x.member, x.facts, true
      from mine m
     cross join lateral flag_of_loan(m.amount_fen, m.ip_amount_fen, m.rate_ppm, m.revenue_fen, m.purpose, m.signed_on,
           m.disbursed_on, m.registered_on, m.scheme) x
    union all
    select 'RF37', m.id::text, 'low', null::jsonb, m.id, m.version, '/signed_on',
           jsonb_build_object('quarter', quarter_text(m.signed_on), 'recorded', m.version), true
      from mine m
     where m.signed_on <= (select s.until from report_sealed() s)
    union all
    select 'RF01', p.number, 'high', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'number'), jsonb_build_object('number', p.number), true
      from pledge p
     where case when exists (select from loan_pledged_elsewhere(p.org_id, p.number, p.from_day, p.until_day))
                -- what events ended is no pledge; by its costs the planner would ask that first, of each
                then pledge_is_against(p.number, p.from_day, p.until_day, p.org_id, p.record_id, p.share_ppm) end;
end $$;

-- Stores what loans that were just recorded show: by themselves, beside others (one credit told twice, a wrong unit),
-- and what the registers know of their rights. Tells what of it is on these loans. Most show nothing, so one look says
-- which of them have to be gone into: whatever flag_of_loan or flag_of_right finds shows in it. Not stable: it looks at
-- rows of the statement that calls it.
create or replace function flags_raised(ids uuid[]) returns table (id uuid, code text, severity text, pointer text)
    language plpgsql volatile security definer set search_path = public, pg_temp set jit = off as $$
declare
    cases flag_found[] := '{}'::flag_found[];
    alone uuid[];       -- that show something by themselves
    beside uuid[];      -- that have others beside them; most loans are a firm's only one: nothing to compare
    confirmed boolean;  -- a code whose check digit is off
    registered boolean; -- the registers tell something of a right
begin
    select array_agg(m.id) filter (where m.signed_on <= (select s.until from report_sealed() s)
               -- without a threshold: flag_of_loan says so
               or m.lpr_ppm is not null and flag_is_rate_off(m.rate_ppm, m.lpr_ppm, (
                   select array[max(x.value) filter (where x.name = 'multiplier'),
                                max(x.value) filter (where x.name = 'spread'),
                                max(x.value) filter (where x.name = 'floor')]
                     from flag_limits_now('RF22') x)) is not false
               or m.revenue_fen is not null
                  and flag_is_beyond(m.amount_fen, m.revenue_fen, (select flag_limit('RF15', 'warn')))
               or m.registered_on > m.disbursed_on or m.scheme is not null -- RF21, RF26: not gone into here
               or exists (
                   select from loan_ip p
                    where p.record_id = m.id and p.version = m.version
                      and (p.owner <> m.borrower
                           or m.matures_on > flag_right_ends(p.number, p.kind, p.filed_on, p.expires_on)
                           or flag_number_contradicts(p.number, p.kind, p.filed_on, m.from_day)
                           or exists (select from loan_pledged_elsewhere(m.org_id, p.number, p.from_day,
                                             p.until_day))))),
           array_agg(m.id) filter (where exists (
                   select from loan o where o.borrower = m.borrower and o.id <> m.id offset 0)
               or exists (select from loan o where text_form(o.borrower_name) = m.name and o.id <> m.id offset 0)),
           bool_or(m.confirmed is not null),
           bool_or(exists (select from loan_ip p join ip_event e on e.number = p.number where p.record_id = m.id))
      into alone, beside, confirmed, registered
      from unnest(ids) as asked(id)
     cross join lateral (
           select x.id, x.version, x.org_id, x.borrower, text_form(x.borrower_name) as name, x.amount_fen,
                  x.revenue_fen, x.rate_ppm, x.signed_on, x.disbursed_on, x.registered_on, x.matures_on, x.scheme,
                  x.confirmed,
                  coalesce(x.registered_on, x.signed_on) as from_day,
                  (select p.one_year_ppm from flag_lpr(coalesce(x.disbursed_on, x.signed_on)) p) as lpr_ppm
             from loan x
            where x.id = asked.id
            order by x.version desc
            limit 1) m;
    if cardinality(alone) > 0 then
        cases := array(select f from flags_alone(alone) f);
    end if;
    if cardinality(beside) > 0 then
        cases := cases || array(
            select row(f.code, f.case_key, f.severity, f.figures, f.record_id, f.version, f.pointer, f.facts,
                       own.id is not null)::flag_found
              from (select * from flag_rf29_one_credit(beside, false)
                    union all
                    select * from flag_rf30_hundredfold(beside, false, true)) f
              left join unnest(ids) as own(id) on own.id = f.record_id);
    end if;
    if confirmed then
        cases := cases || array(
            select row(f.code, f.case_key, f.severity, f.figures, f.record_id,
                       f.version, f.pointer, f.facts, true)::flag_found
              from flag_rf31_code_confirmed(ids, false) f);
    end if;
    if registered then
        cases := cases || array(
            select row(f.code, f.case_key, f.severity, f.figures, f.record_id,
                       f.version, f.pointer, f.facts, true)::flag_found
              from (select * from flag_registers('RF02', ids, false)
                    union all
                    select * from flag_registers('RF04', ids, false)) f);
    end if;
    if cardinality(cases) > 0 then
        perform flags_submitted(cases);
        return query
        select distinct f.record_id, f.code, f.severity, f.pointer from unnest(cases) f where f.submitted;
    end if;
end $$;

-- Where a right stands in the text of a loan.
create or replace function ip_pointer(id uuid, version int, number text, member text) returns text
    language sql stable as $$
    select '/ip/' || (x.place - 1) || '/' || member
      from submission r
     cross join lateral json_array_elements(r.body -> 'ip') with ordinality as x(ip, place)
     where r.id = $1 and r.version = $2 and x.ip ->> 'number' = $3
     limit 1
$$;

-- The cases of one rule: over the whole book, or (loans not null) those that involve these loans.
create or replace function flag_find(rule text, loans uuid[]) returns setof flag_found
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    name text := (select u.judge from flag_rule u where u.code = rule);
begin
    if name is null then
        raise exception 'rule % cannot be judged', rule;
    end if;
    return query execute format('select * from %I($1, $1 is null)', name) using loans;
end $$;

-- The rules that money waits for: these, and whatever else is of high severity.
create or replace function flag_rules_must() returns text[] language sql immutable parallel safe as $$
    select '{RF01,RF02,RF03,RF04,RF06,RF07,RF08,RF09,RF13,RF15,RF20,RF24,RF25,RF26}'::text[]
$$;

-- Written out of the table of rules, a statement a rule. A rule is an SQL function, which the planner puts in place of
-- its call; told that it is not asked of the whole book, it makes of it a plan that begins with the loans and stays.
do $generate$
declare
    asks text;
begin
    select string_agg(format($$
    if rules is null or '%s' = any (rules) then
        cases := cases || array(select f from %s(loans, false) f);
    end if;$$, u.code, u.judge), '' order by u.code)
      into asks
      from flag_rule u
     where u.judge is not null and (u.severity = 'high' or u.code = any (flag_rules_must()));
    execute replace($form$
-- What the rules that stop money, or these of them, find around some loans. A rule that is gone, or fails, is an error:
-- nothing is paid then.
create or replace function flags_around(loans uuid[], rules text[]) returns flag_found[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_nestloop = on
    set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    gone text := (select min(m) from unnest(flag_rules_must()) m
                   where not exists (select from flag_rule u where u.code = m and u.judge is not null));
    cases flag_found[] := '{}'::flag_found[];
begin
    if gone is not null then
        raise exception 'rule % cannot be judged', gone;
    end if; -- asks
    return cases;
end $$ $form$, ' -- asks', asks);
end $generate$;

-- The rules that can find anything around some loans at all: what each of them looks for first. Most loans have no
-- neighbours that a rule could speak of, and one look at that is cheaper than to begin with each.
create or replace function flag_rules_near(loans uuid[]) returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_nestloop = on
    set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    told boolean; -- the registers tell something of a right
    dealt boolean; -- the firm took or gave patents
    near text[];
begin
    told := exists (select from loan_ip p join ip_event e on e.number = p.number where p.record_id = any (loans));
    dealt := exists (select from flag_deals(loans, false));
    select array_agg(x.code)
      into near
      from (values
            ('RF01', exists (select from loan_ip p
                               join loan_ip o on o.number = p.number and o.record_id <> p.record_id
                              where p.record_id = any (loans))),
            ('RF02', told),
            ('RF03', told or exists (select from flag_rights('RF03', loans, false))),
            ('RF04', told or exists (select from flag_rights('RF04', loans, false))),
            ('RF06', (select min(n.district) <> max(n.district)
                        from loan_ip p
                        join loan_ip o on o.number = p.number
                        join application_now n on n.loan_id = o.record_id
                       where p.record_id = any (loans))),
            ('RF07', exists (select from insurance_policy p where p.loan = any (loans))
                     or exists (select from claim c
                                  join loan l on l.id = c.loan_id and l.guarantor is not null
                                 where c.loan_id = any (loans))
                     or exists (select from claim c where c.loan_id = any (loans)
                                 group by c.loan_id having min(c.scheme_code) <> max(c.scheme_code))
                     or exists (select from subsidy_unit u
                                  join application a on a.id = u.application
                                 where u.loan_id = any (loans) and u.item = 'interest'
                                 group by u.loan_id having min(a.policy_code) <> max(a.policy_code))),
            ('RF08', exists (select from subsidy_unit u where u.loan_id = any (loans) and u.item = 'interest')),
            ('RF09', told),
            ('RF13', exists (select from loan l
                              where l.id = any (loans)
                                and (l.account_manager is not null
                                     or exists (select from loan o
                                                 where flag_shared_text(o.address) = flag_shared_text(l.address)
                                                   and o.address is not null and o.borrower <> l.borrower)
                                     or exists (select from loan o
                                                 where flag_shared_text(o.contact) = flag_shared_text(l.contact)
                                                   and o.contact is not null and o.borrower <> l.borrower)
                                     or exists (select from loan o
                                                 where flag_shared_text(o.controller) = flag_shared_text(l.controller)
                                                   and o.controller is not null and o.borrower <> l.borrower)))),
            ('RF15', exists (select from flag_loans('RF15', loans, false))),
            ('RF20', exists (select from loan l
                               join loan_event e on e.loan_id = l.id and e.on_day < l.registered_on
                              where l.id = any (loans))),
            ('RF24', exists (select from claim_now n where n.loan_id = any (loans) and n.counts)),
            ('RF25', exists (select from claim c
                               join loan_event e on e.loan_id = c.loan_id and e.on_day > c.on_day
                              where c.loan_id = any (loans))),
            ('RF26', exists (select from flag_loans('RF26', loans, false))
                     or exists (select from claim c where c.loan_id = any (loans))
                     or exists (select from application_now n where n.loan_id = any (loans))),
            ('RF29', exists (select from loan l
                               join loan o on o.borrower = l.borrower and o.id <> l.id
                              where l.id = any (loans))
                     or exists (select from loan l
                                  join loan o on text_form(o.borrower_name) = text_form(l.borrower_name)
                                             and o.id <> l.id
                                 where l.id = any (loans))),
            ('RF32', dealt), ('RF33', dealt), ('RF34', dealt), ('RF35', dealt), ('RF39', dealt),
            ('RF36', exists (select from application_now n
                              where n.loan_id = any (loans) and n.state in ('paid', 'demanded'))),
            ('RF40', exists (select from coverage c
                               join loan_event e on e.loan_id = c.loan_id
                                                and (e.kind in ('reversed', 'extended', 'voided')
                                                     or e.kind = 'classified' and not grade_is_bad(e.grade))
                              where c.loan_id = any (loans)))) as x(code, can)
     where x.can;
    return near;
end $$;

-- Of what a rule found in the whole book what is not on record as it was found: whole cases, in slices of about as much
-- evidence as the write lane stores in a moment.
create or replace function flag_scan_slices(hits flag_found[], most int) returns table (slice bigint, cases json)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
    with evidence as materialized (
        select distinct on (f.code, f.case_key, f.record_id, f.version, f.pointer) f.*
          from unnest(hits) f
         order by f.code, f.case_key, f.record_id, f.version, f.pointer, f.facts
    ),
    fresh as materialized (
        select e.code, e.case_key, count(*) as n
          from evidence e
          left join lateral (
               select x.id, exists (select from flag_clearing y where y.flag = x.id) as cleared
                 from flag x
                where x.code = e.code and x.case_key = e.case_key
                order by x.id desc
                limit 1) k on true
         group by e.code, e.case_key
        having bool_or(k.id is null
                       or not exists (select from flag_record r
                                       where r.flag = k.id and r.record_id = e.record_id and r.version = e.version
                                         and r.pointer = e.pointer)
                       or k.cleared and not exists (select from flag_record r
                                                     where r.flag = k.id and r.record_id = e.record_id
                                                       and r.pointer = e.pointer and r.facts = e.facts))
    ),
    placed as (
        select f.code, f.case_key, (sum(f.n) over (order by f.case_key) / most)::bigint as place from fresh f
    )
    select p.place, json_agg(e.*)
      from placed p
      join evidence e on e.code = p.code and e.case_key = p.case_key
     group by p.place;
end $$;

-- Goes through the whole book by one rule, beside the write lane. Its plans look no single record up.
create or replace function flag_scan_find(rule text) returns table (slice bigint, cases bigint, fresh json)
    language plpgsql stable security definer set search_path = public, pg_temp
    set enable_nestloop = off set plan_cache_mode = force_custom_plan set work_mem = '128MB' as $$
declare
    hits flag_found[];
    all_cases bigint;
begin
    hits := array(select f from flag_find(rule, null) f);
    select count(distinct f.case_key) into all_cases from unnest(hits) f;
    perform set_config('enable_nestloop', 'on', true); -- the rest does look them up
    return query select s.slice, all_cases, s.cases from flag_scan_slices(hits, 100) s;
    if not found then
        return query select 0::bigint, all_cases, null::json;
    end if;
end $$;

-- Stores a slice of what a scan found; how many flags are new.
create or replace function flag_scan_store(cases json) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    return flag_store(array(select f from json_populate_recordset(null::flag_found, cases) f), 'scan');
end $$;

-- What a flag rests on, as whoever clears it saw it.
create or replace function flag_seen(flag_id uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(convert_to(flag_id || coalesce(string_agg(
                  concat_ws(' ', r.record_id, r.version, r.pointer, r.facts), ';'
                  order by r.record_id, r.version, r.pointer), ''), 'UTF8')), 'hex')
      from flag_record r
     where r.flag = flag_id
$$;

-- A flag whose evidence somebody saw before more of it was found, beside what it rests on now.
create or replace function flag_seen_problem(flag_id uuid, told text) returns json language plpgsql stable as $$
declare
    many text := (select count(*)::text from flag_record r where r.flag = flag_id);
    saw timestamptz;
begin
    select t.at into saw
      from (select distinct r.added_at as at from flag_record r where r.flag = flag_id) t
     where told = (
           select encode(sha256(convert_to(flag_id || string_agg(
                         concat_ws(' ', r.record_id, r.version, r.pointer, r.facts), ';'
                         order by r.record_id, r.version, r.pointer), 'UTF8')), 'hex')
             from flag_record r
            where r.flag = flag_id and r.added_at <= t.at);
    return problem_seen('/seen', many, told, flag_seen(flag_id), (
        select json_agg(json_build_array(r.type, '/records', '证据', null, concat_ws(' ', e.key, r.pointer, r.facts))
                        order by r.added_at, r.record_id, r.version, r.pointer)
          from flag_record r
          left join submission e on e.id = r.record_id and e.version = r.version
         where r.flag = flag_id and r.added_at > saw));
end $$;

-- A flag is cleared once, on what was seen, by somebody who recorded none of its evidence.
create or replace function flag_clearing_problems(id uuid, doc json) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    f flag;
    recorder text;
    p json[] := '{}'::json[];
begin
    select x.* into f from flag x where x.id = (doc ->> 'flag')::uuid;
    if not found then
        return array[problem('E_NOT_FOUND', '', doc ->> 'flag')];
    end if;
    select c.cleared_by || ' ' || instant_text(c.cleared_at) into recorder from flag_clearing c where c.flag = f.id;
    if recorder is not null then
        return array[problem('E_CLEARED', '', recorder)];
    end if;
    if doc ->> 'seen' <> flag_seen(f.id) then
        p := p || flag_seen_problem(f.id, doc ->> 'seen');
    end if;
    select min(x.recorded_by) into recorder
      from flag_record r
      join submission x on x.id = r.record_id and x.version <= r.version
     where r.flag = f.id and person_is_me(x.recorded_by);
    if recorder is not null then
        p := p || problem('E_SAME_PERSON', '', recorder);
    end if;
    if doc ->> 'double' is not null and f.code <> 'RF29' then
        p := p || problem('E_UNWANTED', '/double', f.code);
    elsif doc ->> 'double' is not null and not exists (
           select from flag_record r where r.flag = f.id and r.record_id::text = doc ->> 'double') then
        p := p || problem('E_CHOICE', '/double', (
            select string_agg(distinct r.record_id::text, ', ') from flag_record r where r.flag = f.id));
    end if;
    return p;
end $$;

-- Writes that a flag was cleared, by whom and why.
create or replace function flag_clearing_row() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.on_day := today();
    new.district := '';
    insert into flag_clearing (flag, record_id, reason, double, cleared_at, cleared_by)
    values ((new.body ->> 'flag')::uuid, new.id, new.body ->> 'reason', (new.body ->> 'double')::uuid, new.recorded_at,
            new.recorded_by);
    return new;
end $$;

-- The rules that have a judge, as a list to choose from.
create or replace function flag_rules_known() returns text language sql stable as
    $$ select string_agg(u.code, ', ' order by u.code) from flag_rule u where u.judge is not null $$;

-- The record of a scan, and what the program found and stored rule by rule. Only for a rule that has a judge can be
-- scanned: any other is refused by name.
create or replace function flag_scan_decide(new_id uuid, doc json, derived json, dry boolean) returns decision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d decision;
begin
    d.parties := '{}';
    d.district := '';
    if doc ->> 'rule' is not null
       and not exists (select from flag_rule u where u.code = doc ->> 'rule' and u.judge is not null) then
        d.problems := json_build_array(problem('E_CHOICE', '/rule', flag_rules_known()));
    elsif not dry then
        insert into flag_scan (id, rule, cases, raised, ms)
        select new_id, x.rule, x.cases, x.raised, x.ms
          from json_to_recordset(derived -> 'rules') as x(rule text, cases bigint, raised bigint, ms bigint);
    end if;
    return d;
end $$;

-- What a scan found, in all and by rule.
create or replace function flag_scan_members(id uuid, version int, as_of date, known_at timestamptz) returns json
    language sql stable as $$
    select json_build_object('cases', coalesce(sum(s.cases), 0), 'raised', coalesce(sum(s.raised), 0), 'rules',
           json_strip_nulls(coalesce(json_agg(json_build_object('rule', s.rule, 'cases', s.cases,
                    'raised', s.raised, 'ms', s.ms) order by s.rule), '[]')))
      from flag_scan s
     where s.id = $1
$$;

-- A threshold that exists, a value within its bounds, from today on.
create or replace function flag_threshold_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    t flag_threshold;
    v numeric;
begin
    select x.* into t from flag_threshold x where x.code = doc ->> 'rule' and x.name = doc ->> 'threshold';
    if not found then
        return array[problem('E_CHOICE', '/threshold', (select coalesce(string_agg(x.name, ', ' order by x.name), '-')
                             from flag_threshold x where x.code = doc ->> 'rule'))];
    end if;
    v := flag_value_of(t.unit, doc ->> 'value');
    if v is null or v < t.least or v > t.most then
        return array[problem('E_RANGE', '/value', t.unit || ' ' || flag_value_text(t.unit, t.least) || '..'
                             || flag_value_text(t.unit, t.most))];
    elsif (doc ->> 'effective_from')::date < today() and not proposal_is(id) then
        return array[problem('E_ORDER', '/effective_from', today()::text)];
    end if;
    return '{}'::json[];
end $$;

-- Writes a value of a threshold with the day it holds from: not before it was approved.
create or replace function flag_threshold_store(r submission) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into flag_threshold_value (code, name, effective_from, value, record_id, recorded_at, recorded_by)
    select t.code, t.name, greatest(((r).body ->> 'effective_from')::date, today()),
           flag_value_of(t.unit, (r).body ->> 'value'), (r).id, record_now(), my_signature()
      from flag_threshold t
     where t.code = (r).body ->> 'rule' and t.name = (r).body ->> 'threshold'
$$;

-- The value that a threshold has on the day from which another is proposed.
create or replace function flag_threshold_before(doc json) returns json
    language sql stable security definer set search_path = public, pg_temp as $$
    select json_build_object('value', flag_value_text(t.unit, v.value), 'effective_from', v.effective_from)
      from flag_threshold t
      join flag_threshold_value v on v.code = t.code and v.name = t.name
     where t.code = doc ->> 'rule' and t.name = doc ->> 'threshold'
       and v.effective_from <= greatest((doc ->> 'effective_from')::date, today())
     order by v.effective_from desc, v.recorded_at desc
     limit 1
$$;

-- Claims or applications are looked at with everything around their loans as soon as they stand: those that came
-- together at once, by the rules that can find anything there. What is paid is asked of all of them.
create or replace function flag_causes(causes uuid[], loans uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform flag_store(array(select row(f.code, f.case_key, f.severity, f.figures, f.record_id,
                                        f.version, f.pointer, f.facts, f.record_id = any (causes))::flag_found
                               from unnest(flags_around(loans, coalesce(flag_rules_near(loans), '{}'))) f),
                       'submission');
end $$;

-- What is found around the loans of new claims.
create or replace function claim_followed(ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform flag_causes(ids, array(select distinct c.loan_id from claim c where c.id = any (ids)));
end $$;

-- What is found around the loans of new applications.
create or replace function application_followed(ids uuid[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform flag_causes(ids, array(select distinct a.loan_id from application a where a.id = any (ids)));
end $$;

-- What stands against paying for a loan by a claim or application: open flags of high severity on it or on the cause,
-- on any loan of the firm where the rule is about the firm, and cases found just now; and that whoever pays has cleared
-- such a flag. keep: store what was found.
create or replace function flag_payment_stops(loan uuid, cause uuid, keep boolean) returns json[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    cases flag_found[];
    own uuid[];
    p json[] := '{}'::json[];
    list text;
    cleared text;
begin
    cases := flags_around(array[loan], null);
    if keep then
        perform flag_store(cases, 'payment');
    end if;
    select array_agg(distinct l.id) into own
      from loan l
     where l.borrower in (select c from loan_firm_codes((select x from loan x where x.id = loan
                                                         order by x.version desc limit 1)) c);
    with near as ( -- in the way of this payment, or once so
        select distinct f.id, f.code, f.case_key, c.cleared_by
          from flag_record r
          join flag f on f.id = r.flag
          join flag_rule u on u.code = f.code
          left join flag_clearing c on c.flag = f.id
         where r.record_id = any (own || cause)
           and (u.of_firm or r.record_id in (loan, cause))
           and f.severity = 'high'
    ),
    open as (
        select n.id, n.code
          from near n
         where n.cleared_by is null
           and (n.code <> 'RF29'
                or n.case_key in (select x.case_key from unnest(cases) x where x.code = 'RF29')) -- ended since
    ),
    unknown as ( -- found now, and not what somebody cleared
        select distinct f.code
          from unnest(cases) f
         where f.severity = 'high'
           and not exists (select from flag x where x.code = f.code and x.case_key = f.case_key
                              and (not exists (select from flag_clearing c where c.flag = x.id)
                                   or exists (select from flag_record r
                                               where r.flag = x.id and r.record_id = f.record_id
                                                 and r.pointer = f.pointer and r.facts = f.facts)))
    )
    select (select string_agg(x.what, ', ' order by x.what)
              from (select o.code || ' ' || o.id as what from open o
                    union all
                    select u.code from unknown u) x),
           (select string_agg(distinct n.code, ', ') from near n where person_is_me(n.cleared_by))
      into list, cleared;
    if list is not null then
        p := p || problem('E_FLAGGED', '', list);
    end if;
    if cleared is not null then -- who clears a flag does not pay what it stopped
        p := p || problem('E_CLEARER', '', cleared);
    end if;
    return p;
exception when others then
    return array[problem('E_FLAGS_UNKNOWN', '', left(sqlerrm, 200))];
end $$;

-- Is there an open flag of high severity in the way of such a payment? As flag_payment_stops and flag_firm_stops have
-- it, of what is on record: no rule runs.
create or replace function flag_stands(loan uuid, cause uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    firm text;
begin
    if exists (select from flag_record r
                 join flag f on f.id = r.flag and f.severity = 'high'
                where r.record_id in (loan, cause)
                  and not exists (select from flag_clearing c where c.flag = f.id)) then
        return true;
    elsif not exists (select from flag f
                        join flag_rule u on u.code = f.code and u.of_firm
                       where f.severity = 'high' and not exists (select from flag_clearing c where c.flag = f.id)) then
        return false;
    elsif loan is null then
        select a.borrower into firm from application a where a.id = cause;
        return firm is not null and cardinality(flag_firm_stops(firm, cause)) > 0;
    end if;
    return exists (
        select from loan l
          join flag_record r on r.record_id = l.id
          join flag f on f.id = r.flag and f.severity = 'high'
          join flag_rule u on u.code = f.code and u.of_firm
         where l.borrower in (select c from loan_firm_codes((select x from loan x where x.id = flag_stands.loan
                                                             order by x.version desc limit 1)) c)
           and not exists (select from flag_clearing c where c.flag = f.id));
end $$;

-- What stops a payment that is not for a loan: open high flags on the application itself or, by a rule of firms, on any
-- loan or deal of the firm, whichever of its codes or names they bear; such a flag that whoever pays has cleared.
create or replace function flag_firm_stops(firm text, cause uuid) returns json[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    codes text[] := subsidy_firm_codes(firm);
    names text[] := array(
        select text_form(l.borrower_name) from loan l where l.borrower = any (codes)
         union
        select text_form(r.body ->> 'insured_name')
          from insurance_policy p
          join submission r on r.id = p.id and r.version = p.version
         where p.insured = any (codes) and r.body ->> 'insured_name' is not null);
    list text;
    cleared text;
    p json[] := '{}'::json[];
begin
    select string_agg(distinct f.code || ' ' || f.id, ', ') filter (where c.flag is null),
           string_agg(distinct f.code, ', ') filter (where person_is_me(c.cleared_by))
      into list, cleared
      from flag_record r
      join flag f on f.id = r.flag and f.severity = 'high'
      join flag_rule u on u.code = f.code
      left join flag_clearing c on c.flag = f.id
     where r.record_id = cause
        or (u.of_firm and r.record_id in (
                select l.id from loan l where l.borrower = any (codes)
                 union
                select d.id from ip_deal d
                 where d.acquirer = any (codes) or d.provider = any (codes)
                    or text_form(d.acquirer_name) = any (names) or text_form(d.provider_name) = any (names)));
    if list is not null then
        p := p || problem('E_FLAGGED', '', list);
    end if;
    if cleared is not null then
        p := p || problem('E_CLEARER', '', cleared);
    end if;
    return p;
end $$;

-- Under every payment, however it came about: a transfer that pays names its claim or application. Loops again: what
-- posts (transfer_post) plans without them, and without them a rule about one loan walks all of them.
create or replace function transfer_not_flagged() returns trigger
    language plpgsql security definer set search_path = public, pg_temp set enable_nestloop = on as $$
declare
    loan uuid;
    firm text; -- of an application that is not for a loan
    stops json[];
begin
    select c.loan_id, null into loan, firm from claim c where c.id = new.cause_id
    union all
    select a.loan_id, a.borrower from application a where a.id = new.cause_id;
    stops := case when loan is not null then flag_payment_stops(loan, new.cause_id, false)
                  when firm is not null then flag_firm_stops(firm, new.cause_id)
                  else array[problem('E_FLAGS_UNKNOWN', '', 'cause')] end;
    if stops is null or cardinality(stops) > 0 then
        raise exception 'payment stopped: %', array_to_json(stops)
            using errcode = '23514', constraint = 'transfer_not_flagged';
    end if;
    return new;
end $$;

-- How many records a flag rests on; whoever sees a flag may know, even of those that they do not see.
create or replace function flag_records_count(flag_id uuid) returns bigint
    language sql stable security definer set search_path = public, pg_temp as
    $$ select count(*) from flag_record r where r.flag = flag_id $$;

-- Do the records still show the case? Its rule runs again around the loans that it rests on.
create or replace function flag_standing(flag_id uuid) returns boolean
    language plpgsql stable security definer set search_path = public, pg_temp
    set plan_cache_mode = force_custom_plan as $$
declare
    f flag;
begin
    select x.* into f from flag x where x.id = flag_id;
    return exists (
        select from flag_find(f.code, array(select distinct r.record_id from flag_record r
                                             where r.flag = flag_id and r.type = 'loan')) n
         where n.case_key = f.case_key);
end $$;

-- A flag for whoever asks, by row-level security: records of others are counted, not shown; the figures of a case that
-- rests on others' records too, and who cleared it and why, are for the city's offices.
create or replace function flag_json(f flag, most int) returns text language plpgsql stable as $$
declare
    office boolean := my_kind() in ('finance', 'ip_office', 'auditor');
    u flag_rule;
    c flag_clearing;
    shown bigint;
    total bigint := flag_records_count(f.id);
    list json;
begin
    select x.* into u from flag_rule x where x.code = f.code;
    select x.* into c from flag_clearing x where x.flag = f.id;
    select count(*) into shown from flag_record r where r.flag = f.id;
    select json_agg(json_build_object('type', y.type, 'id', y.record_id, 'version', y.version, 'reference', y.key,
                    'pointer', y.pointer, 'facts', y.facts) order by y.record_id, y.version, y.pointer)
      into list
      from (select r.*, x.key
              from flag_record r
              left join lateral (select e.key
                                   from submission e
                                  where e.id = r.record_id and e.version = r.version limit 1) x on true
             where r.flag = f.id
             order by r.record_id, r.version, r.pointer
             limit most) y;
    return json_strip_nulls(json_build_object('id', f.id, 'code', f.code, 'severity', f.severity, 'title', u.title,
           'title_en', u.title_en, 'state', case when c.flag is null then 'open' else 'cleared' end,
           'raised_at', instant_text(f.raised_at), 'raised_by', f.origin,
           'stops_payment', f.severity = 'high' and c.flag is null,
           'figures', case when office or shown = total then f.figures end,
           'records', list, 'records_shown', least(shown, most), 'records_of_others', total - shown,
           'seen', case when office then flag_seen(f.id) end, 'cleared_at', instant_text(c.cleared_at),
           'cleared_by', case when office then c.cleared_by end,
           'cleared_because', case when office then c.reason end, 'double', case when office then c.double end))::text;
end $$;

-- A rule as it is shown: what it says, whether it stops payments, its thresholds and how these came about.
create or replace function flag_rule_json(u flag_rule) returns json language sql stable as $$
    select json_strip_nulls(json_build_object('code', (u).code, 'severity', (u).severity, 'title', (u).title,
           'title_en', (u).title_en, 'fires', (u).fires, 'fires_en', (u).fires_en, 'basis', (u).basis,
           'supported', (u).judge is not null, 'why_not', (u).why_not, 'why_not_en', (u).why_not_en,
           'stops_payment', (u).severity = 'high' or (u).code = 'RF15', 'of_firm', (u).of_firm,
           'thresholds', coalesce((
               select json_agg(json_build_object('threshold', t.name, 'title', t.title, 'title_en', t.title_en,
                               'unit', t.unit, 'value', flag_value_text(t.unit, flag_limit(t.code, t.name)),
                               'least', flag_value_text(t.unit, t.least), 'most', flag_value_text(t.unit, t.most),
                               'history', (select json_agg(json_strip_nulls(json_build_object(
                                                  'effective_from', v.effective_from,
                                                  'value', flag_value_text(t.unit, v.value),
                                                  'by', case when my_kind() in ('finance', 'ip_office', 'auditor')
                                                             then v.recorded_by end))
                                                  order by v.effective_from, v.recorded_at)
                                             from flag_threshold_value v where v.code = t.code and v.name = t.name))
                               order by t.name)
                 from flag_threshold t where t.code = (u).code), '[]')))
$$;
