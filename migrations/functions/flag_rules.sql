-- One function a red-flag rule: the cases it finds, over the whole book or around some loans.

-- What two firms write alike when they mean the same: without spaces, hyphens and case.
create or replace function flag_shared_text(t text) returns text language sql immutable parallel safe as
    $$ select nullif(lower(regexp_replace(t, '[\s-]', '', 'g')), '') $$;

-- What a rule finds that looks at one pledged right by itself.
create or replace function flag_rights(rule text, loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.code, p.record_id || ' ' || p.number, f.severity, null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, f.member), f.facts, false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     cross join lateral flag_of_right(p.number, p.kind, p.owner, l.borrower, p.filed_on, p.expires_on, l.signed_on,
           l.registered_on, l.matures_on) f
     where f.code = rule
       and (whole or p.record_id = any (loans))
$$;

-- What a rule finds that looks at one loan by itself.
create or replace function flag_loans(rule text, loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.code, l.id || case when f.code = 'RF15' then ' ' || f.severity else '' end, f.severity, null::jsonb,
           l.id, l.version, f.member, f.facts, false
      from loan_latest l
     cross join lateral flag_of_loan(l.amount_fen, l.ip_amount_fen, case when rule <> 'RF22' then l.rate_ppm else
           greatest(l.rate_ppm, (select max(e.rate_ppm) from loan_event_standing e
                                  where e.loan_id = l.id and e.kind = 'repriced')) end,
           l.revenue_fen, l.purpose, l.signed_on, l.disbursed_on, l.registered_on, l.scheme) f
     where f.code = rule
       and (whole or l.id = any (loans))
$$;

-- What the registers tell of pledged rights (ip.sql), as cases of a rule.
create or replace function flag_registers(rule text, loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select g.flag, g.record_id || ' ' || g.number, u.severity, null::jsonb, g.record_id, g.version, g.pointer,
           jsonb_build_object('number', g.number, 'on', g.on_day, 'state', g.state), false
      from pledge_grounds(array(
               select distinct p.record_id
                 from loan_ip p
                where p.number in (select e.number from ip_event e)
                  and (whole or p.record_id = any (loans))), null) g
      join flag_rule u on u.code = g.flag
     where g.flag = rule
$$;

-- Rights that had lapsed, were abandoned or invalid while they were pledged.
create or replace function flag_rf02_right_dead(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_registers('RF02', loans, whole)
$$;

-- Loans that mature after a pledged right ends, by what the loan says of it and by the register.
create or replace function flag_rf03_right_expires(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_rights('RF03', loans, whole)
    union all
    select * from flag_registers('RF03', loans, whole)
$$;

-- Borrowers who pledge a right that is not theirs, by what the loan says and by the register.
create or replace function flag_rf04_not_owner(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_rights('RF04', loans, whole)
    union all
    select * from flag_registers('RF04', loans, whole)
$$;

-- Loans of working capital that are out of proportion to what the borrower turns over.
create or replace function flag_rf15_capital_out_of_scale(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_loans('RF15', loans, whole)
$$;

-- Loans drawn long before their pledge was registered: for that time there was none.
create or replace function flag_rf21_drawn_unregistered(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_loans('RF21', loans, whole)
$$;

-- Rates above what the LPR lets one expect, or below what money costs.
create or replace function flag_rf22_rate_out_of_line(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select * from flag_loans('RF22', loans, whole)
$$;

-- Numbers are checked before they are stored; here they are checked again.
create or replace function flag_rf05_number_contradicts(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    select f.* from flag_rights('RF05', loans, whole) f
    union all
    select f.* from flag_registers('RF05', loans, whole) f
    union all
    select 'RF05', p.record_id || ' ' || p.number, 'med', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'kind'),
           jsonb_build_object('number', p.number, 'kind', p.kind), false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     where p.kind <> ip_kind(p.number)
       and (whole or p.record_id = any (loans));
end $$;

-- A utility model with an invention of the same owner and day, as the register says or as loans show.
create or replace function flag_rf28_same_day_rights(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    select f.* from flag_registers('RF28', loans, whole) f
    union all
    select 'RF28', p.record_id || ' ' || p.number, 'low', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'number'),
           jsonb_build_object('number', p.number, 'filed_on', p.filed_on), false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     where p.kind = 'utility_model' and p.filed_on is not null and p.owner is not null
       and (whole or p.record_id = any (loans))
       and exists (select from loan_ip o
                    where o.kind = 'invention' and o.owner = p.owner and o.filed_on = p.filed_on);
end $$;

-- A pledge lasts from registration (or signing) until it was released, else settled, else to the end of the term.
-- Shares of a right that are told add up: as long as they come to no more than the whole there is no conflict. Loans of
-- one credit line share a pledge while together they are within the amount that is told of the line: its number alone,
-- which the bank chooses, excuses nothing.
create or replace function flag_rf01_pledged_twice(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with many as materialized ( -- rights that could be in two pledges at all
        select p.number
          from loan_ip p
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where whole or p.number = any (array(select y.number from loan_ip y where y.record_id = any (loans)))
         group by p.number
        having count(distinct (p.org_id, l.borrower, l.pledge_no)) > 1
    ),
    pledge as materialized (
        select p.number, p.record_id, p.version, p.org_id, l.borrower, l.pledge_no, l.facility_no, l.facility_fen,
               l.amount_fen, p.from_day, p.until_day, coalesce(p.share_ppm, 1000000) as share_ppm
          from many m
          join loan_ip p on p.number = m.number
          join loan_latest l on l.id = p.record_id and l.version = p.version
    ),
    span as materialized (
        select p.*, loan_end(p.record_id, p.until_day, true, null) as end_day
          from pledge p
    )
    select 'RF01', s.number, 'high', null::jsonb, s.record_id, s.version,
           ip_pointer(s.record_id, s.version, s.number, 'number'),
           jsonb_build_object('number', s.number), false
      from span s
     where exists (select from span d -- the day on which another begins, or this one
                    cross join lateral (
                          select sum(f.amount_fen) <= min(f.facility_fen) as line
                            from span f
                           where f.number = s.number and f.org_id = s.org_id and f.facility_no = s.facility_no
                             and f.from_day <= greatest(d.from_day, s.from_day)
                             and f.end_day > greatest(d.from_day, s.from_day)) within
                    where d.number = s.number and d.from_day < s.end_day and s.from_day < d.end_day
                      and s.share_ppm + (
                          select sum(o.share_ppm)
                            from span o
                           where o.number = s.number and o.record_id <> s.record_id
                             and o.from_day <= greatest(d.from_day, s.from_day)
                             and o.end_day > greatest(d.from_day, s.from_day)
                             and (o.org_id <> s.org_id
                                  or ((o.borrower <> s.borrower or coalesce(o.pledge_no <> s.pledge_no, false))
                                      and coalesce(o.facility_no <> s.facility_no or not within.line,
                                                   true)))) > 1000000)
$$;

-- Owners follow each other in the register. A return: to who owned it before somebody else did. Many: that many
-- different owners within the months. The loans that pledge the right are part of the case.
create or replace function flag_rf09_circular_transfer(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with right_no as materialized (
        select distinct e.number
          from ip_event e
         where e.kind = 'transferred'
           and (whole or e.number = any (array(select p.number from loan_ip p where p.record_id = any (loans))))
    ),
    owned as materialized ( -- n: the place in the chain; from_day: null when the register begins in the middle
        select n.number, s.id, s.on_day, s.owners,
               row_number() over (partition by n.number order by s.on_day, k.rank, s.reference) as n
          from right_no n
          join ip_event s on s.number = n.number and cardinality(s.owners) > 0
          join ip_event_kind k on k.event = s.kind
         where not exists (select from ip_event r
                            where r.number = s.number
                              and r.kind = 'reversed' and r.reverses = s.reference and r.org_id = s.org_id)
    ),
    back as ( -- gone with the event after a, back with b
        select a.number, b.id, 'returned' as how
          from owned a
          join owned gone on gone.number = a.number and gone.n = a.n + 1 and not gone.owners && a.owners
          join owned b on b.number = a.number and b.n > gone.n and b.owners && a.owners
         where b.on_day <= gone.on_day + make_interval(months => (select flag_limit('RF09', 'return_months'))::int)
    ),
    many as (
        select b.number, b.id, 'many_owners'
          from owned b
         where b.n > 1
           and (select count(distinct y.owner)
                  from owned a
                 cross join lateral unnest(a.owners) as y(owner)
                 where a.number = b.number and a.n <= b.n
                   -- who owned it at the beginning of the months counts too
                   and coalesce((select x.on_day from owned x where x.number = a.number and x.n = a.n + 1), 'infinity')
                       > b.on_day - make_interval(months => (select flag_limit('RF09', 'owner_months'))::int))
               >= (select flag_limit('RF09', 'owners'))
    ),
    hit as materialized (
        select x.number, x.id, string_agg(distinct x.how, ' ') as how
          from (select * from back union all select * from many) x
         where exists (select from loan_ip p where p.number = x.number)
         group by x.number, x.id
    )
    select 'RF09', h.number, 'high', null::jsonb, h.id, 1, '/owner_uscc',
           jsonb_build_object('number', h.number, 'how', h.how), false
      from hit h
    union all
    select distinct 'RF09', h.number, 'high', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'number'), jsonb_build_object('number', h.number), false
      from hit h
      join loan_ip p on p.number = h.number
      join loan_latest l on l.id = p.record_id and l.version = p.version
$$;

-- Rights that were transferred to the borrower shortly before they were pledged.
create or replace function flag_rf10_acquired_before_pledge(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with hit as materialized (
        select p.record_id, p.version, p.number, e.id, e.on_day, p.from_day
          from ip_event e
          join loan_ip p on p.number = e.number
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where e.kind = 'transferred' and l.borrower = any (e.owners)
           and p.from_day - e.on_day between 0 and (select flag_limit('RF10', 'days'))
           and (whole or p.record_id = any (loans))
           and not exists (select from ip_event r
                            where r.number = e.number
                              and r.kind = 'reversed' and r.reverses = e.reference and r.org_id = e.org_id)
    )
    select 'RF10', h.record_id || ' ' || h.number, 'med', null::jsonb, h.record_id, h.version,
           ip_pointer(h.record_id, h.version, h.number, 'number'),
           jsonb_build_object('number', h.number, 'transferred_on', h.on_day, 'pledged_on', h.from_day), false
      from hit h
    union all
    select 'RF10', h.record_id || ' ' || h.number, 'med', null::jsonb, h.id, 1, '/on',
           jsonb_build_object('number', h.number, 'transferred_on', h.on_day), false
      from hit h;
end $$;

-- Pledges released soon after a quarter ended or a subsidy was paid, whose right is pledged again afterwards.
create or replace function flag_rf11_released_and_pledged(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with released as materialized (
        select e.loan_id, e.id, e.on_day, l.version, coalesce(l.registered_on, l.signed_on) as from_day
          from loan_event_standing e
          join loan_latest l on l.id = e.loan_id
         where e.kind = 'pledge_released'
           and (whole or e.loan_id = any (loans))
    ),
    soon as materialized (
        select r.*, case when r.on_day > quarter_end(r.from_day)
                          and r.on_day <= quarter_end(r.from_day) + (select flag_limit('RF11', 'days'))::int
                         then quarter_end(r.from_day) end as after_quarter,
               (select max(s.on_day)
                  from application a
                  join application_step s on s.application = a.id and s.step = 'pay'
                 where a.loan_id = r.loan_id and s.on_day <= r.on_day
                   and r.on_day <= s.on_day + (select flag_limit('RF11', 'days'))::int) as after_subsidy
          from released r
    ),
    again as materialized (
        select distinct on (s.loan_id, p.number) s.*, p.number,
               o.record_id as again_id, o.version as again_version, o.from_day as again_on
          from soon s
          join loan_ip p on p.record_id = s.loan_id and p.version = s.version
          join loan_ip o on o.number = p.number and o.record_id <> p.record_id and o.from_day >= s.on_day
          join loan_latest l on l.id = o.record_id and l.version = o.version
         where s.after_quarter is not null or s.after_subsidy is not null
         order by s.loan_id, p.number, o.from_day, o.record_id
    )
    select 'RF11', a.loan_id || ' ' || a.number, 'med', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_strip_nulls(jsonb_build_object('number', a.number, 'released_on', a.on_day,
                                                'quarter_end', a.after_quarter, 'subsidy_on', a.after_subsidy)), false
      from again a
     cross join lateral (values
           (a.loan_id, a.version, ip_pointer(a.loan_id, a.version, a.number, 'number')),
           (a.id, 1, '/on'),
           (a.again_id, a.again_version, ip_pointer(a.again_id, a.again_version, a.number, 'number')))
                        as x(record_id, version, pointer);
end $$;

-- Firms that share an address, a contact or a controller; and an account manager together with an appraiser.
create or replace function flag_rf13_shared_controller(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with said as materialized (
        select l.id, l.version, l.borrower, v.what, v.value, v.pointer
          from loan_latest l
         cross join lateral (values ('address', flag_shared_text(l.address), '/borrower_address'),
                                    ('contact', flag_shared_text(l.contact), '/borrower_contact'),
                                    ('controller', flag_shared_text(l.controller), '/controller'))
                            as v(what, value, pointer)
         where whole and v.value is not null
        union all -- around loans: what they say, and who else says so, by index
        select l.id, l.version, l.borrower, 'address', m.value, '/borrower_address'
          from (select distinct flag_shared_text(x.address) as value from loan_latest x where x.id = any (loans)) m
          join loan l on flag_shared_text(l.address) = m.value
                     and l.address is not null and not record_has_later(l.id, l.version, null)
        union all
        select l.id, l.version, l.borrower, 'contact', m.value, '/borrower_contact'
          from (select distinct flag_shared_text(x.contact) as value from loan_latest x where x.id = any (loans)) m
          join loan l on flag_shared_text(l.contact) = m.value
                     and l.contact is not null and not record_has_later(l.id, l.version, null)
        union all
        select l.id, l.version, l.borrower, 'controller', m.value, '/controller'
          from (select distinct flag_shared_text(x.controller) as value from loan_latest x where x.id = any (loans)) m
          join loan l on flag_shared_text(l.controller) = m.value
                     and l.controller is not null and not record_has_later(l.id, l.version, null)
    ),
    crowd as (
        select s.what, s.value, count(distinct s.borrower) as borrowers
          from said s
         group by s.what, s.value
        having count(distinct s.borrower) >= (select flag_limit('RF13', 'borrowers'))
    ),
    -- a manager and an appraiser each serve many firms; both together are told, and stop nothing
    pair as (
        select l.id, l.version, l.borrower,
               l.org_id || ' ' || flag_shared_text(l.account_manager) || ' '
               || flag_shared_text(p.appraiser) as value
          from loan_latest l
         cross join lateral (select distinct y.appraiser from loan_ip y
                              where y.record_id = l.id and y.version = l.version and y.appraiser is not null) p
         where l.account_manager is not null
           and (whole
                or l.account_manager = any (array(select x.account_manager from loan x where x.id = any (loans))))
    ),
    pairs as (
        select p.value, count(distinct p.borrower) as borrowers
          from pair p
         group by p.value
        having count(distinct p.borrower) >= (select flag_limit('RF13', 'pair_borrowers'))
    )
    select 'RF13', s.what || ' ' || s.value, 'high', jsonb_build_object('shared', s.what, 'borrowers', c.borrowers),
           s.id, s.version, s.pointer, jsonb_build_object(s.what, s.value, 'borrower', s.borrower), false
      from crowd c
      join said s on s.what = c.what and s.value = c.value
    union all
    select 'RF13', 'manager ' || p.value, 'med',
           jsonb_build_object('shared', 'account_manager and appraiser', 'borrowers', c.borrowers),
           p.id, p.version, '/account_manager', jsonb_build_object('borrower', p.borrower), false
      from pairs c
      join pair p on p.value = c.value
$$;

-- Valuations far above the median of their kind, or risen too much within the months since the last.
create or replace function flag_rf16_valuation_outlier(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with valued as materialized (
        select p.record_id, p.version, p.number, p.kind, p.valuation_fen, l.signed_on
          from loan_ip p
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where p.valuation_fen > 0
    ),
    middle as (
        select v.kind, percentile_disc(0.5) within group (order by v.valuation_fen) as fen
          from valued v
         group by v.kind
        having count(*) >= (select flag_limit('RF16', 'least'))
    ),
    risen as ( -- the newer of two valuations, and the older
        select v.*, before.record_id as before_id, before.version as before_version
          from valued v
          join valued before on before.number = v.number and before.record_id <> v.record_id
                            and before.signed_on < v.signed_on
                            and v.signed_on <= before.signed_on
                                + make_interval(months => (select flag_limit('RF16', 'months'))::int)
                            and v.valuation_fen * 100
                                > before.valuation_fen * (100 + (select flag_limit('RF16', 'rise')))
    )
    select 'RF16', v.record_id || ' ' || v.number, 'med', jsonb_build_object('median', yuan_text(m.fen)),
           v.record_id, v.version, ip_pointer(v.record_id, v.version, v.number, 'valuation'),
           jsonb_build_object('number', v.number, 'valuation', yuan_text(v.valuation_fen)), false
      from valued v
      join middle m on m.kind = v.kind
     where v.valuation_fen > m.fen * (select flag_limit('RF16', 'times'))
       and (whole or v.record_id = any (loans))
    union all
    select 'RF16', 'risen ' || r.record_id || ' ' || r.number, 'med', null::jsonb, x.record_id, x.version,
           ip_pointer(x.record_id, x.version, r.number, 'valuation'), jsonb_build_object('number', r.number), false
      from risen r
     cross join lateral (values (r.record_id, r.version), (r.before_id, r.before_version)) as x(record_id, version)
     where whole or r.record_id = any (loans);
end $$;

-- Appraisers who valued more than their share of what a bank lent in a year.
create or replace function flag_rf17_one_appraiser(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with valued as materialized (
        select distinct l.id, l.version, l.org_id, extract(year from l.signed_on)::int as year, p.appraiser
          from loan_latest l
          join loan_ip p on p.record_id = l.id and p.version = l.version
         where p.appraiser is not null
           and (whole or l.org_id = any (array(select x.org_id from loan x where x.id = any (loans))))
    ),
    book as (
        select v.org_id, v.year, count(distinct v.id) as n from valued v group by v.org_id, v.year
    ),
    prevailing as (
        select v.org_id, v.year, v.appraiser, count(*) as n, b.n as all_n
          from valued v
          join book b on b.org_id = v.org_id and b.year = v.year
         group by v.org_id, v.year, v.appraiser, b.n
        having b.n >= (select flag_limit('RF17', 'least'))
           and count(*) * 100 > b.n * (select flag_limit('RF17', 'share'))
    )
    select 'RF17', v.org_id || ' ' || v.year || ' ' || v.appraiser, 'low',
           jsonb_build_object('appraiser', v.appraiser, 'year', v.year, 'loans', p.n, 'of', p.all_n),
           v.id, v.version, '/ip', jsonb_build_object('appraiser', v.appraiser), false
      from prevailing p
      join valued v on v.org_id = p.org_id and v.year = p.year and v.appraiser = p.appraiser;
end $$;

-- Small loans on many rights that are worth next to nothing each, or all exactly the same.
create or replace function flag_rf18_batch_of_small(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    select 'RF18', l.id::text, 'low', null::jsonb, l.id, l.version, '/ip',
           jsonb_build_object('rights', count(*), 'least', yuan_text(min(p.valuation_fen)),
                              'most', yuan_text(max(p.valuation_fen))), false
      from loan_latest l
      join loan_ip p on p.record_id = l.id and p.version = l.version
     where l.amount_fen <= (select flag_limit('RF18', 'loan')) * 100
       and (whole or l.id = any (loans))
     group by l.id, l.version
    having count(*) >= (select flag_limit('RF18', 'rights'))
       and count(p.valuation_fen) = count(*)
       and (sum(p.valuation_fen) < count(*) * (select flag_limit('RF18', 'value')) * 100
            or min(p.valuation_fen) = max(p.valuation_fen));
end $$;

-- Several loans to one firm on one day, each just below the cap.
create or replace function flag_rf19_split_loans(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with below as materialized (
        select l.id, l.version, l.borrower, l.signed_on, l.amount_fen
          from loan_latest l
         where l.amount_fen < (select flag_limit('RF19', 'cap')) * 100
           and l.amount_fen >= (select flag_limit('RF19', 'cap')) * (100 - (select flag_limit('RF19', 'margin')))
           and (whole or l.borrower = any (array(select x.borrower from loan x where x.id = any (loans))))
    )
    select 'RF19', b.borrower || ' ' || b.signed_on, 'med', jsonb_build_object('loans', g.n, 'signed_on', b.signed_on),
           b.id, b.version, '/amount',
           jsonb_build_object('amount', yuan_text(b.amount_fen), 'signed_on', b.signed_on), false
      from (select y.borrower, y.signed_on, count(*) as n from below y group by y.borrower, y.signed_on
            having count(*) >= (select flag_limit('RF19', 'loans'))) g
      join below b on b.borrower = g.borrower and b.signed_on = g.signed_on;
end $$;

-- Gone bad: graded substandard or worse, or written off.
create or replace function flag_rf20_registered_too_late(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with ended as materialized (
        select distinct on (e.loan_id) l.id, l.version, l.registered_on, e.id as event, e.kind, e.on_day
          from loan_event_standing e
          join loan_latest l on l.id = e.loan_id
         where (e.kind in ('settled', 'written_off') or grade_is_bad(e.grade))
           and l.registered_on > e.on_day
           and (whole or l.id = any (loans))
         order by e.loan_id, e.on_day, e.id
    )
    select 'RF20', e.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('registered_on', e.registered_on, 'event', e.kind, 'on', e.on_day), false
      from ended e
     cross join lateral (values (e.id, e.version, '/registered_on'), (e.event, 1, '/on'))
                        as x(record_id, version, pointer)
$$;

-- Loans signed in the last days of a quarter and released in the next, where they are most of what a bank lent.
create or replace function flag_rf23_quarter_end_spike(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
begin
    return query
    with lent as materialized (
        select l.id, l.version, l.org_id, quarter_end(l.signed_on) as quarter, l.amount_fen,
               l.signed_on > quarter_end(l.signed_on) - (select flag_limit('RF23', 'days'))::int
               and exists (select from loan_event_standing e
                            where e.loan_id = l.id and e.kind = 'pledge_released'
                              and e.on_day > quarter_end(l.signed_on)
                              and e.on_day <= quarter_end(quarter_end(l.signed_on) + 1)) as spike
          from loan_latest l
         where whole or l.org_id = any (array(select x.org_id from loan x where x.id = any (loans)))
    ),
    spikes as (
        select x.org_id, x.quarter
          from lent x
         group by x.org_id, x.quarter
        having count(*) >= (select flag_limit('RF23', 'least'))
           and sum(x.amount_fen) filter (where x.spike) * 100 > sum(x.amount_fen) * (select flag_limit('RF23', 'share'))
    )
    select 'RF23', x.org_id || ' ' || x.quarter, 'med',
           jsonb_build_object('quarter_end', x.quarter), x.id, x.version, '/signed_on',
           jsonb_build_object('quarter_end', x.quarter), false
      from spikes s
      join lent x on x.org_id = s.org_id and x.quarter = s.quarter and x.spike;
end $$;

-- One right for which several districts were asked for a subsidy in one year.
create or replace function flag_rf06_aid_of_two_districts(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with asked as materialized (
        select n.application, n.loan_id, l.version, n.district, extract(year from n.on_day)::int as year, p.number
          from application_now n
          join loan_latest l on l.id = n.loan_id
          join loan_ip p on p.record_id = l.id and p.version = l.version
         where application_counts(n.state)
           and (whole or p.number = any (array(select y.number from loan_ip y where y.record_id = any (loans))))
    ),
    twice as materialized (
        select a.number, a.year
          from asked a
         group by a.number, a.year
        having count(distinct a.district) > 1
    )
    select 'RF06', t.year || ' ' || t.number, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('number', t.number, 'year', t.year), false
      from twice t
      join asked a on a.number = t.number and a.year = t.year
     cross join lateral (values (a.application, 1, '/loan'),
                                (a.loan_id, a.version, ip_pointer(a.loan_id, a.version, a.number, 'number')))
                        as x(record_id, version, pointer)
$$;

-- One loan supported twice: by two schemes, two interest subsidies, or a guarantee beside a scheme that excludes it.
create or replace function flag_rf07_double_support(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with supported as materialized ( -- each way in which money for one loan is asked for
        select c.loan_id, 'claim' as how, c.scheme_code as whose, c.id as record_id, '/loan' as pointer
          from claim c
         where claim_counts(c.id) and (whole or c.loan_id = any (loans))
        union all
        select u.loan_id, 'interest', a.policy_code, a.id, '/loan'
          from subsidy_unit u
          join application a on a.id = u.application
         where u.item = 'interest' and (whole or u.loan_id = any (loans))
        union all -- a guarantee that paid, beside a scheme in which no insurer bears a part
        select p.loan, 'claim', 'guarantee ' || p.policy_no, k.id, '/paid'
          from insurance_claim k
          join insurance_policy p on p.id = k.policy
         where k.outcome = 'paid'
           and not record_has_later(k.id, k.version, null) and not record_has_later(p.id, p.version, null)
           and p.loan is not null and (whole or p.loan = any (loans))
           and not exists (select from claim c
                             join scheme s on s.id = c.scheme
                            cross join lateral unnest((scheme_terms_of(s.body)).layers) y
                            where c.loan_id = p.loan and y.party = 'insurer')
        union all -- a policy guarantee, where the scheme excludes it
        select c.loan_id, 'claim', 'guarantor ' || l.guarantor, l.id, '/guarantor_uscc'
          from claim c
          join scheme s on s.id = c.scheme
          join loan_latest l on l.id = c.loan_id
         where l.guarantor is not null and (scheme_terms_of(s.body)).excludes_guaranteed and claim_counts(c.id)
           and (whole or c.loan_id = any (loans))
    ),
    twice as (
        select s.loan_id, s.how
          from supported s
         group by s.loan_id, s.how
        having count(distinct s.whose) > 1
    )
    select 'RF07', t.how || ' ' || t.loan_id, 'high', null::jsonb, x.record_id, x.version, x.pointer, x.facts, false
      from twice t
     cross join lateral (
           select s.record_id, (select max(r.version) from submission r where r.id = s.record_id) as version, s.pointer,
                  jsonb_build_object('how', t.how, 'whose', s.whose) as facts
             from supported s
            where s.loan_id = t.loan_id and s.how = t.how
           union all
           select l.id, l.version, '', jsonb_build_object('how', t.how) from loan_latest l where l.id = t.loan_id) x
$$;

-- Interest subsidies of a loan beyond what its borrower paid.
create or replace function flag_rf08_aid_beyond_cost(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with granted as materialized (
        select u.loan_id, sum(u.amount_fen)::bigint as fen
          from subsidy_unit u
         where u.item = 'interest' and (whole or u.loan_id = any (loans))
         group by u.loan_id
    ),
    cost as (
        select g.loan_id, l.version, g.fen, e.paid
          from granted g
          join loan_latest l on l.id = g.loan_id
         cross join lateral (
               select coalesce(sum(x.interest_fen), 0)::bigint as paid
                 from loan_event_standing x
                where x.loan_id = l.id and x.kind in ('repaid', 'recovered', 'settled')
                  and coalesce(x.payer, 'borrower') = 'borrower') e
    )
    select 'RF08', c.loan_id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('subsidies', yuan_text(c.fen), 'interest_paid', yuan_text(c.paid)), false
      from cost c
     cross join lateral (
           select c.loan_id as record_id, c.version, '' as pointer
           union all
           select u.application, 1, '/loan' from subsidy_unit u where u.loan_id = c.loan_id and u.item = 'interest') x
     where c.fen > c.paid
$$;

-- Subsidies that were paid on facts which were taken back since: an event reversed, or the loan or insurance policy
-- corrected, and what the rule asks for is no longer what it was. A loan that only goes on, or a firm that moves
-- afterwards, is none.
create or replace function flag_rf36_paid_on_changed_facts(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with paid as materialized (
        select n.application, n.loan_id, n.insurance_policy, s.recorded_at as paid_at
          from application_now n
          join application_step s on s.application = n.application and s.step = 'pay'
         where n.state in ('paid', 'demanded') and (whole or n.loan_id = any (loans))
    ),
    corrected as materialized (
        select p.*
          from paid p
         where exists (select from loan_event t
                         join loan_event e on e.loan_id = t.loan_id and e.reference = t.reverses
                        where t.loan_id = p.loan_id and t.kind = 'reversed' and t.recorded_at > p.paid_at
                          and e.recorded_at < p.paid_at)
            or exists (select from loan_latest l
                         join loan o on o.id = l.id and o.recorded_at < p.paid_at
                        where l.id = p.loan_id and l.recorded_at > p.paid_at
                          and not exists (select from loan x
                                           where x.id = o.id and x.version > o.version and x.recorded_at < p.paid_at)
                          and (l.borrower, l.amount_fen, l.ip_amount_fen, l.rate_ppm, l.signed_on, l.disbursed_on,
                               l.matures_on, l.registered_on)
                              is distinct from (o.borrower, o.amount_fen, o.ip_amount_fen, o.rate_ppm, o.signed_on,
                                                o.disbursed_on, o.matures_on, o.registered_on))
            or exists (select from insurance_policy_now l
                         join insurance_policy o on o.id = l.id and o.recorded_at < p.paid_at
                        where l.id = p.insurance_policy and l.recorded_at > p.paid_at
                          and not exists (select from insurance_policy x
                                           where x.id = o.id and x.version > o.version and x.recorded_at < p.paid_at)
                          and (l.insured, l.kind, l.premium_fen, l.starts_on, l.ends_on, l.cancelled_on)
                              is distinct from (o.insured, o.kind, o.premium_fen, o.starts_on, o.ends_on,
                                                o.cancelled_on))
    )
    select 'RF36', c.application::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('paid_at', instant_text(c.paid_at)), false
      from corrected c
      join application a on a.id = c.application
     cross join lateral (
           select c.application as record_id, 1 as version, '/facts' as pointer
           union all
           select l.id, l.version, '' from loan_latest l where l.id = c.loan_id) x
     where application_moved(a)
$$;

-- Judged again as it stands now; and whether its loan was in the ledger in time.
create or replace function flag_rf24_claim_out_of_order(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with asked as materialized (
        select c.*, claim_case_of(c.org_id, r.body, c.id, c.on_day, (
                        select x from loan x where x.id = l.id and x.version = l.version), v, null) as of_claim, n.paid,
               l.version as loan_version, first.recorded_at as known_at,
               coalesce((select min(e.on_day)
                           from loan_event_standing e
                          where e.loan_id = l.id and e.kind = 'disbursed'),
                        l.disbursed_on) as drawn_on
          from claim c
          join claim_now n on n.claim = c.id
          join coverage v on v.id = c.coverage
          join submission r on r.id = c.id and r.version = 1
          join submission first on first.id = c.loan_id and first.version = 1
          join loan_latest l on l.id = c.loan_id
         where claim_counts(c.id) and (whole or c.loan_id = any (loans))
    ),
    wrong as (
        select a.id, a.loan_id, a.loan_version, x.problem ->> 0 as why, x.problem ->> 2 as arg
          from asked a
         cross join lateral unnest(claim_judge_trigger(a.of_claim)) as x(problem)
         where not a.paid -- what was paid was judged then
        union all
        select a.id, a.loan_id, a.loan_version, 'late_in_ledger',
               a.drawn_on || ' ' || (a.known_at at time zone 'Asia/Shanghai')::date
          from asked a
         where a.drawn_on >= date '1970-01-01' + (select flag_limit('RF24', 'ledger_from'))::int
           and (a.known_at at time zone 'Asia/Shanghai')::date > a.drawn_on + (select flag_limit('RF24', 'days'))::int
    )
    select 'RF24', w.id || ' ' || w.why, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('why', w.why, 'detail', w.arg), false
      from wrong w
     cross join lateral (values (w.id, 1, '/on'), (w.loan_id, w.loan_version, '/disbursed_on'))
                        as x(record_id, version, pointer)
$$;

-- Covered loans that are bad again and did not stand in the way when another claim of their bank under the scheme was
-- approved, renewed or paid, or when it was given covers that its pool, as it had stood, would have refused it: since a
-- payment, an extension, a better grade or their void was reversed; or, less surely, because a better grade or an
-- extension, by which nobody paid anything, had made them good a while before; or that were bad and are void since.
-- Loans that were covered so are part of the case.
create or replace function flag_rf40_bad_again(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with approved as materialized (
        select k.scheme_code, o.org_id, k.loan_id, k.reference, s.recorded_at
          from claim_step s
          join claim k on k.id = s.claim
          join coverage o on o.id = k.coverage
         where s.step in ('approve', 'renew', 'pay')
    ),
    word as materialized ( -- by which a covered loan became, or may have become, good for a while: from when until when
        select r.id, e.loan_id, e.reference, e.kind, e.recorded_at as since, r.recorded_at as until,
               true as was_reversed
          from loan_event r
          join loan_event e on e.loan_id = r.loan_id and e.reference = r.reverses
                           and e.kind in ('repaid', 'recovered', 'settled', 'transferred', 'extended', 'classified',
                                          'voided')
                           and grade_is_bad(e.grade) is not true
         where r.kind = 'reversed' and (whole or r.loan_id = any (loans))
         union all
        select e.id, e.loan_id, e.reference, e.kind, e.recorded_at, e.recorded_at + interval '90 days', false
          from loan_event_standing e
         where (e.kind in ('extended', 'voided') or e.kind = 'classified' and not grade_is_bad(e.grade))
           and (whole or e.loan_id = any (loans))
         union all
        select r.id, e.loan_id, e.reference, r.kind, r.recorded_at, r.recorded_at + interval '90 days', false
          from loan_event r -- a default that was taken back
          join loan_event e on e.loan_id = r.loan_id and e.reference = r.reverses
                           and (e.kind in ('overdue', 'written_off') or grade_is_bad(e.grade))
         where r.kind = 'reversed' and (whole or r.loan_id = any (loans))
    ),
    beside as materialized (
        select w.id, jsonb_agg(distinct a.reference order by a.reference) as claims
          from word w
          join coverage c on c.loan_id = w.loan_id
          join approved a on a.scheme_code = c.scheme_code and a.org_id = c.org_id and a.loan_id <> w.loan_id
                         and a.recorded_at > w.since and a.recorded_at <= w.until
         where coverage_was_in_force(c)
         group by w.id
    ),
    paused as materialized (
        select w.id, w.loan_id, w.since, w.until, c.scheme_code, c.org_id
          from word w
          join coverage c on c.loan_id = w.loan_id
          join scheme s on s.id = c.scheme
         where coverage_was_in_force(c)
           and cardinality(coverage_pool_over(c.org_id, c.scheme_code, shanghai_day(w.since),
                                              least(shanghai_day(w.until), today()), scheme_terms_of(s.body))) > 0
    ),
    gained as materialized (
        select p.id, n.loan_id, min(n.reference) as cover
          from paused p
          join coverage n on n.scheme_code = p.scheme_code and n.org_id = p.org_id and n.loan_id <> p.loan_id
          join coverage_step s on s.coverage = n.id and s.state = 'covered'
                              and s.recorded_at > p.since and s.recorded_at <= p.until
         where not exists (select from coverage_step o where o.coverage = n.id and o.state = 'covered' and o.n < s.n)
         group by p.id, n.loan_id
    ),
    hit as materialized (
        select w.*, b.claims, (select min(g.cover) from gained g where g.id = w.id) as cover
          from word w
          left join beside b on b.id = w.id
         where b.id is not null or w.id in (select g.id from gained g)
    )
    select 'RF40', b.id::text, case when b.was_reversed then 'high' else 'med' end, null::jsonb, n.id, n.version, '',
           x.facts, false
      from hit b
      join loan l on l.id = b.loan_id
                 and not exists (select from loan n where n.id = l.id and n.version = l.version + 1)
     cross join lateral (
           select b.loan_id, jsonb_strip_nulls(jsonb_build_object(
                      case when b.was_reversed then 'reversed' else 'event' end, b.reference,
                      'approved', b.claims, 'covered', b.cover)) as facts
            union all
           select g.loan_id, jsonb_build_object('covered', g.cover) from gained g where g.id = b.id) x
      join loan n on n.id = x.loan_id
                 and not exists (select from loan o where o.id = n.id and o.version = n.version + 1)
     where (claim_loan_bad(l.id) or b.kind = 'voided' and not b.was_reversed
            or exists (select from coverage c where c.loan_id = l.id and c.bad_from <= today()))
       and (coverage_bad_from(loan_fold(l, 'infinity', b.since - interval '1 microsecond', null))
            <= shanghai_day(b.since)
            and (b.was_reversed
                 or (coverage_bad_from(loan_fold(l, 'infinity', b.since, null)) > shanghai_day(b.since)) is not false)
            or b.was_reversed -- it went bad while it was good by what was taken back
               and coverage_bad_from(loan_fold(l, 'infinity', b.until, null)) <= shanghai_day(b.until))
$$;

-- Loans whose plan of instalments had more principal fall due, some days ago, than was repaid or told as arrears, what
-- was never drawn set aside. The evidence is the first due day that nothing covers. A line's plan is of what is drawn
-- by then, and an extension makes another plan: both say nothing here.
create or replace function flag_rf41_instalment_silent(loans uuid[], whole boolean) returns setof flag_found
    language plpgsql stable as $$
declare
    told_until constant date := today() - flag_limit('RF41', 'days')::int;
begin
    return query
    with planned as materialized (
        select l.id, l.version, i.place, i.due_on,
               sum(yuan_fen(coalesce(i.principal, 0))) over (partition by l.id order by i.place)::bigint as fen
          from loan_latest l
          join submission r on r.id = l.id and r.version = l.version
         cross join lateral rows from (json_to_recordset(r.body -> 'instalments') as (due_on date, principal numeric))
               with ordinality as i(due_on, principal, place)
         where (whole or l.id = any (loans))
           and position('"instalments"' in r.body::text) > 0
           and l.revolving is not true
           and i.due_on < told_until
           and not exists (select from loan_event_standing e
                            where e.loan_id = l.id
                              and e.kind in ('extended', 'settled', 'transferred', 'written_off'))
    ),
    told as materialized (
        select d.id, (f).drawn_fen > 0 as is_drawn,
               l.amount_fen - (f).outstanding_fen + (f).overdue_fen as fen -- repaid or in arrears, or not drawn
          from (select distinct p.id, p.version from planned p) d
          join loan l on l.id = d.id and l.version = d.version
         cross join lateral (select loan_fold(l, 'infinity', null, null) as f offset 0) x
    )
    select distinct on (p.id)
           'RF41', p.id || ' ' || p.due_on, 'low', null::jsonb, p.id, p.version,
           '/instalments/' || (p.place - 1) || '/due_on',
           jsonb_build_object('due_on', p.due_on, 'planned', yuan_text(p.fen), 'told', yuan_text(t.fen)), false
      from planned p
      join told t on t.id = p.id
     where t.is_drawn and p.fen > t.fen
     order by p.id, p.place;
end $$;

-- Banks that got money back on a loan that was compensated and did not tell it in time as a recovery.
create or replace function flag_rf25_recovery_kept(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with back as materialized (
        select c.id, c.loan_id, e.id as event, e.on_day
          from claim c
          join loan_event_standing e on e.loan_id = c.loan_id and e.kind in ('repaid', 'recovered', 'settled')
                                    and e.on_day > c.on_day
                                    and e.on_day < today() - (select flag_limit('RF25', 'days'))::int
         where (whole or c.loan_id = any (loans))
           and claim_untold_fen(c) > 0
    )
    select 'RF25', b.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer, x.facts, false
      from back b
     cross join lateral (
           select b.id as record_id, 1 as version, '/loan' as pointer, '{}'::jsonb as facts
           union all
           select b.event, 1, '/on', jsonb_build_object('on', b.on_day)
           union all
           select l.id, l.version, '', '{}'::jsonb from loan_latest l where l.id = b.loan_id) x
$$;

-- Of a loan under its scheme, of a claim under the scheme it was made under, of an application under its policy.
create or replace function flag_rf26_ip_share_small(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.* from flag_loans('RF26', loans, whole) f
    union all
    select 'RF26', a.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('least', q.least,
                              'share', percent_text(div(l.ip_amount_fen::numeric * 1000000, l.amount_fen)::bigint)),
           false
      from (select y.id, y.loan_id, jsonb_path_query(p.body::jsonb -> 'eligible',
                   '$.** ? (@.fact == "loan.ip_share" && (@.op == "ge" || @.op == "gt")).value') #>> '{}' as least
              from application_now n
              join application y on y.id = n.application
              join policy p on p.id = y.policy
             where application_counts(n.state)
            union all
            select c.id, c.loan_id, (scheme_terms_of(s.body)).ip_share_min::text
              from claim c
              join scheme s on s.id = c.scheme
             where claim_counts(c.id)) as q(id, loan_id, least)
      join lateral (select q.id) a on true
      join loan_latest l on l.id = q.loan_id
     cross join lateral (values (q.id, 1, '/loan'), (l.id, l.version, '/ip_amount')) as x(record_id, version, pointer)
     where l.ip_amount_fen::numeric * 100 < l.amount_fen * q.least::numeric
       and (whole or q.loan_id = any (loans))
$$;

-- ---- deals over patents ------------------------------------------------------------------------

-- The deals that a rule looks at: all that are not void, or those of the firms that owe these loans, by code or name.
create or replace function flag_deals(loans uuid[], whole boolean) returns setof ip_deal language sql stable as $$
    select d.*
      from ip_deal_known(null) d
     where not d.voided
       and (whole or d.id in (select x.id
                                from loan_latest l
                                join ip_deal x on x.acquirer = l.borrower
                               where l.id = any (loans)
                               union
                              select x.id
                                from loan_latest l
                                join ip_deal x on x.provider = l.borrower
                               where l.id = any (loans)
                               union
                              select x.id
                                from loan_latest l
                                join ip_deal x on text_form(x.acquirer_name) = text_form(l.borrower_name)
                               where l.id = any (loans)
                               union
                              select x.id
                                from loan_latest l
                                join ip_deal x on text_form(x.provider_name) = text_form(l.borrower_name)
                               where l.id = any (loans)))
       and (whole or exists (select from loan_latest l -- by this version
                              where l.id = any (loans)
                                and (l.borrower in (d.acquirer, d.provider)
                                     or text_form(l.borrower_name) in (text_form(d.acquirer_name),
                                                                       text_form(d.provider_name)))))
$$;

-- A case over a deal as flags: the deal, and the loans of its firms, by code or name, whose payments it stops.
create or replace function flag_of_deal(code text, case_key text, d ip_deal, pointer text, facts jsonb)
    returns setof flag_found language sql stable as $$
    select $1, $2, 'high', null::jsonb, d.id, d.version, $4, $5, false
    union all
    select $1, $2, 'high', null::jsonb, l.id, l.version, '/borrower_uscc', $5, false
      from loan_latest l
     where l.borrower in (d.acquirer, d.provider)
        or text_form(l.borrower_name) in (text_form(d.acquirer_name), text_form(d.provider_name))
$$;

-- Who controls a unit: as the deal says, else as the newest deal does that tells it.
create or replace function flag_controller(told text, code text, name text) returns text language plpgsql stable as $$
begin
    return text_form(coalesce(told, (
        select x.controller
          from (select d.signed_on, d.acquirer_controller as controller
                  from ip_deal d
                 where (d.acquirer = code or text_form(d.acquirer_name) = text_form(name))
                   and d.acquirer_controller is not null and not d.voided
                   and not record_has_later(d.id, d.version, null)
                 union all
                select d.signed_on, d.provider_controller
                  from ip_deal d
                 where (d.provider = code or text_form(d.provider_name) = text_form(name))
                   and d.provider_controller is not null and not d.voided
                   and not record_has_later(d.id, d.version, null)) x
         order by x.signed_on desc
         limit 1)));
end $$;

-- Have both sides one controller, or does one control the other?
create or replace function flag_is_one_controller(d ip_deal) returns boolean language plpgsql stable as $$
declare
    giver text := flag_controller(d.provider_controller, d.provider, d.provider_name);
    taker text := flag_controller(d.acquirer_controller, d.acquirer, d.acquirer_name);
begin
    return coalesce(giver = taker, false)
           or coalesce(giver = text_form(d.acquirer_name), false)
           or coalesce(taker = text_form(d.provider_name), false);
end $$;

-- A deal between firms of one controller, as flags.
create or replace function flag_of_controllers(d ip_deal) returns setof flag_found language sql stable as $$
    select f.*
      from flag_of_deal('RF32', d.id::text, d, '/acquirer_controller', jsonb_build_object(
           'provider_controller', flag_controller(d.provider_controller, d.provider, d.provider_name),
           'acquirer_controller', flag_controller(d.acquirer_controller, d.acquirer, d.acquirer_name))) f
     where flag_is_one_controller(d)
$$;

-- Both sides of a deal have one controller, or one controls the other.
create or replace function flag_rf32_one_controller(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.* from flag_deals(loans, whole) d cross join lateral flag_of_controllers(d) f
$$;

-- The value a patent is many times the median of deals of its way, of which there are enough to tell.
create or replace function flag_rf33_far_price(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    with usual as materialized (
        select d.kind, count(*) as n,
               percentile_disc(0.5) within group (order by d.value_fen / cardinality(d.rights)) as median_fen
          from ip_deal_known(null) d
         where not d.voided and d.value_fen > 0
           and exists (select from flag_deals(loans, whole))
         group by d.kind
    )
    select f.*
      from flag_deals(loans, whole) d
      join usual u on u.kind = d.kind
     cross join lateral flag_of_deal('RF33', d.id::text, d, '/contract_value', jsonb_build_object(
           'a_patent', yuan_text(d.value_fen / cardinality(d.rights)))) f
     where u.n >= (select flag_limit('RF33', 'least'))
       and d.value_fen / cardinality(d.rights) > u.median_fen * (select flag_limit('RF33', 'times'))
       and d.value_fen >= (select flag_limit('RF33', 'floor')) * 100
$$;

-- The patents that deals moved which a rule looks at.
create or replace function flag_moved(loans uuid[], whole boolean) returns setof text language sql stable as $$
    select distinct n
      from flag_deals(loans, whole) d
     cross join lateral unnest(d.rights) n
     where d.kind <> 'licence'
$$;

-- Whoever gave and took patents by deals, move by move.
create or replace function flag_moves(numbers text[])
    returns table (number text, d ip_deal, on_day date) language sql stable as $$
    select n, x, x.signed_on
      from unnest(numbers) n
      join ip_deal_known(null) x on x.rights @> array[n] and x.kind <> 'licence' and not x.voided
$$;

-- Patents that moved that often within the months, as flags.
create or replace function flag_of_moves(numbers text[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with move as materialized (select m.* from flag_moves(numbers) m)
    select f.*
      from move m
     cross join lateral flag_of_deal('RF34', m.number, m.d, '/ip', jsonb_build_object('number', m.number)) f
     where (select count(*) from move b
             where b.number = m.number and b.on_day <= m.on_day
               and b.on_day > m.on_day - make_interval(months => (select flag_limit('RF34', 'months'))::int))
           >= (select flag_limit('RF34', 'deals'));
end $$;

-- Patents that came back to whoever had given them away, as flags.
create or replace function flag_of_circles(numbers text[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with move as materialized (select m.* from flag_moves(numbers) m)
    select f.*
      from move a
      join move b on b.number = a.number and (b.d).id <> (a.d).id and b.on_day >= a.on_day
                 and unit_is_same((b.d).acquirer, (b.d).acquirer_name, (a.d).provider, (a.d).provider_name)
                 and b.on_day <= a.on_day + make_interval(months => (select flag_limit('RF35', 'months'))::int)
     cross join lateral (values (a.d), (b.d)) as x(d)
     cross join lateral flag_of_deal('RF35', a.number, x.d, '/ip', jsonb_build_object('number', a.number)) f;
end $$;

-- Does a deal give to another what a deal before it had given away for good, or for that time alone?
create or replace function flag_is_second_sale(a ip_deal, b ip_deal) returns boolean language sql stable as $$
    select unit_is_same(a.provider, a.provider_name, b.provider, b.provider_name)
           and not unit_is_same(a.acquirer, a.acquirer_name, b.acquirer, b.acquirer_name)
           and case when a.kind <> 'licence' then b.kind <> 'licence'
                    else a.licence = 'exclusive' and b.kind = 'licence'
                         and coalesce(a.ends_on, 'infinity') >= b.signed_on end
$$;

-- Patents that one provider gave to two, not having got them back in between, as flags.
create or replace function flag_of_second_sales(numbers text[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with deal as materialized (
        select n as number, x as d
          from unnest(numbers) n
          join ip_deal_known(null) x on x.rights @> array[n] and not x.voided
    )
    select f.*
      from deal a
      join deal b on b.number = a.number and ((b.d).signed_on, (b.d).id) > ((a.d).signed_on, (a.d).id)
                 and flag_is_second_sale(a.d, b.d)
     cross join lateral (values (a.d), (b.d)) as y(d)
     cross join lateral flag_of_deal('RF39', a.number, y.d, '/ip', jsonb_build_object('number', a.number)) f
     where not exists (select from deal c
                        where c.number = a.number and (c.d).kind <> 'licence' and (a.d).kind <> 'licence'
                          and (c.d).signed_on between (a.d).signed_on and (b.d).signed_on
                          and unit_is_same((c.d).acquirer, (c.d).acquirer_name, (a.d).provider, (a.d).provider_name));
end $$;

-- One patent was given away twice.
create or replace function flag_rf39_sold_twice(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.*
      from flag_of_second_sales(array(select distinct n
                                        from flag_deals(loans, whole) d
                                       cross join lateral unnest(d.rights) n)) f
$$;

-- One patent moved that often within the months.
create or replace function flag_rf34_moved_often(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.* from flag_of_moves(array(select m from flag_moved(loans, whole) m)) f
$$;

-- A patent came back to whoever had given it away.
create or replace function flag_rf35_deal_circle(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select f.* from flag_of_circles(array(select m from flag_moved(loans, whole) m)) f
$$;

-- What a deal shows when it is told: who stands behind both sides, and whether its patents go to and fro. How far its
-- price is from others is found by a scan. Runs as the owner: the answer names the rule and nothing of other deals.
create or replace function ip_deal_flags() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    d ip_deal := (select x from ip_deal x where x.id = new.id and x.version = new.version);
    cases flag_found[];
begin
    select array_agg(row(f.code, f.case_key, f.severity, f.figures, f.record_id, f.version, f.pointer, f.facts,
                         f.record_id = d.id)::flag_found)
      into cases
      from (select * from flag_of_controllers(d)
            union all
            select * from flag_of_moves(d.rights) where d.kind <> 'licence'
            union all
            select * from flag_of_circles(d.rights) where d.kind <> 'licence'
            union all
            select * from flag_of_second_sales(d.rights)) f
     where not d.voided;
    perform flags_submitted(cases);
    return null;
end $$;
create or replace trigger ip_deal_flags after insert on submission for each row
    when (new.type in ('ip_deal', 'offer_acceptance')) execute function ip_deal_flags();

-- Loans that were recorded or corrected after the quarter of their signing was sealed.
create or replace function flag_rf37_after_seal(loans uuid[], whole boolean) returns setof flag_found
    language sql stable as $$
    select 'RF37', l.id::text, 'low', null::jsonb, l.id, l.version, '/signed_on',
           jsonb_build_object('quarter', quarter_text(l.signed_on), 'recorded', l.version), false
      from sealed_change c
      join loan l on l.id = c.loan_id and l.recorded_at = c.recorded_at
     where (whole or l.id = any (loans))
       and exists (select from report_seal s
                    where l.signed_on between s.first_day and s.as_of and s.recorded_at < l.recorded_at)
$$;
