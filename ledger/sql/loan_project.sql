-- loan_project: write the typed rows and the red flags of loans that this transaction recorded.
-- $1 JSON array as for record_write or record_correct; only elements that are the newest version of
--    their record and have no typed row yet are written
-- -> ord int8 (from 1), flags text (for every element written)
with input as materialized (
    select distinct on (r.id, r.version)
           e.ord, r.id, r.version, r.org_id, r.parties, r.subject, r.district, r.recorded_at,
           r.body, e.derived ->> 'size' as size
      from rows from (json_to_recordset($1::json) as (
           id uuid, sha256 text, derived json)) with ordinality as e(
           id, sha256, derived, ord)
     cross join lateral (
           select r.*
             from submission r
            where r.id = e.id
            order by r.version desc
            limit 1) r
     where r.sha256 = decode(e.sha256, 'hex')
       and not exists (select from loan l where l.id = r.id and l.version = r.version offset 0)
     order by r.id, r.version, e.ord
),
fact as materialized (
    select i.*, b.*
      from input i
     cross join lateral json_to_record(i.body) as b(
           product text, borrower_name text, industry text, employees bigint, revenue numeric,
           assets numeric, first_loan boolean, amount numeric, ip_amount numeric, rate numeric,
           signed_on date, disbursed_on date, matures_on date, registered_on date, scheme text,
           guarantor_uscc text, insurer_uscc text, purpose text, pledge_no text, facility_no text,
           facility_amount numeric, equity_amount numeric, equity_investor text, trust_plan text,
           trustee text, borrower_address text, borrower_contact text, controller text,
           account_manager text, registered_amount numeric, revolving boolean, day_count text, ip json)
),
pledge as materialized (
    select f.ord, f.id, f.version, f.org_id, f.parties, f.district, f.recorded_at, f.subject, f.signed_on,
           f.registered_on, f.matures_on, x.number, x.kind,
           x.owner_uscc, x.filed_on, x.expires_on, (x.valuation * 100)::bigint as valuation_fen,
           x.appraiser, '/ip/' || (x.place - 1) || '/number' as pointer,
           coalesce(f.registered_on, f.signed_on) as from_day,
           greatest(f.matures_on, coalesce(f.registered_on, f.signed_on)) as until_day
      from fact f
     cross join lateral rows from (
           json_to_recordset(f.ip) as (number text, kind text, owner_uscc text, filed_on date,
           expires_on date, valuation numeric, appraiser text)
           ) with ordinality as x(number, kind, owner_uscc, filed_on, expires_on, valuation,
           appraiser, place)
),
rights as (
    select p.ord,
           count(*) filter (where p.kind <> 'trademark') as patents,
           count(*) filter (where p.kind = 'trademark') as trademarks
      from pledge p
     group by p.ord
),
loans as (
    insert into loan (id, version, org_id, parties, borrower, borrower_name, district, product,
           industry, size, employees, revenue_fen, assets_fen, first_loan, amount_fen,
           ip_amount_fen, rate_ppm, signed_on, disbursed_on, matures_on, registered_on, scheme,
           patents, trademarks, recorded_at, guarantor, insurer, purpose, pledge_no, facility_no,
           facility_fen, equity_fen, equity_investor, trust_plan, trustee, address, contact,
           controller, account_manager, registered_fen, revolving, day_count)
    select f.id, f.version, f.org_id, f.parties, f.subject, f.borrower_name, f.district, f.product,
           f.industry, f.size, f.employees, (f.revenue * 100)::bigint, (f.assets * 100)::bigint,
           f.first_loan, (f.amount * 100)::bigint, (f.ip_amount * 100)::bigint,
           (f.rate * 10000)::int, f.signed_on, f.disbursed_on, f.matures_on, f.registered_on,
           f.scheme, n.patents, n.trademarks, f.recorded_at, f.guarantor_uscc, f.insurer_uscc,
           f.purpose, f.pledge_no, f.facility_no, (f.facility_amount * 100)::bigint,
           (f.equity_amount * 100)::bigint, f.equity_investor, f.trust_plan, f.trustee,
           f.borrower_address, f.borrower_contact, f.controller, f.account_manager,
           (f.registered_amount * 100)::bigint, coalesce(f.revolving, false), coalesce(f.day_count, 'actual/360')
      from fact f
      join rights n on n.ord = f.ord
),
pledges as (
    insert into loan_ip (record_id, version, number, kind, owner, org_id, parties, district,
           from_day, until_day, filed_on, expires_on, valuation_fen, appraiser)
    select p.id, p.version, p.number, p.kind, p.owner_uscc, p.org_id, p.parties, p.district,
           p.from_day, p.until_day, p.filed_on, p.expires_on, p.valuation_fen, p.appraiser
      from pledge p
),
elsewhere as materialized (
    select x.record_id, x.version, x.pointer
      from loan_pledged_elsewhere((select my_org()), (
           select json_agg(json_build_object('record_id', p.id, 'version', p.version, 'pointer',
                  p.pointer, 'number', p.number, 'from_day', p.from_day, 'until_day', p.until_day))
             from pledge p)) as x
),
raised as materialized (
    select p.ord, row(x.code, p.id || ' ' || p.number, x.severity, null::jsonb, p.id, p.version,
           replace(p.pointer, 'number', x.member), x.facts, true)::flag_found as case_of
      from pledge p
     cross join lateral flag_of_right(p.number, p.kind, p.owner_uscc, p.subject, p.filed_on, p.expires_on,
           p.signed_on, p.registered_on, p.matures_on) x
    union all
    select f.ord, row(x.code, f.id || case when x.code = 'RF15' then ' ' || x.severity else '' end, x.severity,
                      null::jsonb, f.id, f.version, x.member, x.facts, true)::flag_found
      from fact f
     cross join lateral flag_of_loan((f.amount * 100)::bigint, (f.ip_amount * 100)::bigint, (f.rate * 10000)::int,
           (f.revenue * 100)::bigint, f.purpose, f.signed_on, f.disbursed_on, f.registered_on, f.scheme) x
    union all
    select p.ord, row('RF01', p.number, 'high', null::jsonb, p.id, p.version, p.pointer,
           jsonb_build_object('number', p.number), true)::flag_found
      from pledge p
      join elsewhere x on x.record_id = p.id and x.version = p.version and x.pointer = p.pointer
     where pledge_is_against(p.number, p.from_day, p.until_day, p.org_id, p.id) -- what events ended is no pledge
),
stored as materialized (
    select flags_submitted((select array_agg(r.case_of) from raised r))
),
told as ( -- as flags_of will tell it
    select r.ord, json_agg(json_build_array((r.case_of).code, (r.case_of).severity, (r.case_of).pointer,
                                            u.title, u.title_en)
           order by (r.case_of).code, (r.case_of).pointer)::text as flags
      from raised r
      join flag_rule u on u.code = (r.case_of).code
     group by r.ord
)
select i.ord, coalesce(t.flags, '[]') as flags
  from input i
 cross join stored s
  left join told t on t.ord = i.ord
 order by i.ord
