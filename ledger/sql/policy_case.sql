-- policy_case: a policy and the facts of one case: a loan (by id or contract number) or none.
-- $1 policy code, $2 effective_from (a day) or null: the version in force on $4, else the newest, else a draft of
--    one's own, $3 loan id or contract number or null, $4 the day of the case
-- -> id uuid, body text, sha256 text, state text, district text, effective_from text,
--    lpr text ("day:1y:5y …", day since 1970, ppm), available text (null: no budget yet), queue int8,
--    loans int8 (that fit $3), guard text, loan uuid, borrower_uscc text, borrower_district text,
--    borrower_size text, borrower_sme text, borrower_industry text, borrower_employees int8,
--    borrower_revenue int8, borrower_assets int8, loan_product text, loan_amount int8, loan_ip_amount int8,
--    loan_ip_share text, loan_rate int4, loan_signed_on int4, loan_disbursed_on int4,
--    loan_registered_on int4, loan_matures_on int4, loan_term_days text, loan_settled_on int4,
--    loan_settled_on_time bool, loan_overdue_ever bool, loan_first_loan bool, loan_guaranteed bool,
--    loan_insured bool, loan_scheme text, loan_under_scheme bool, loan_compensated bool, loan_patents int4,
--    loan_trademarks int4, loan_owner_is_borrower bool, loan_interest_paid int8, used_city bool,
--    used_district bool, used_applications int8, used_policies text, used_interest_days text,
--    used_items text, used_enterprise_year int8, used_enterprise_lifetime int8
with version as (
    select r.id, r.body, r.sha256, p.id is not null as in_force, p.effective_from as from_day,
           coalesce(r.body ->> 'district', '310000') as district
      from record r
      left join policy p on p.id = r.id
     where r.type = 'policy'
       and r.subject = $1::text
       and not has_later(r.id, r.version, null)
       and ($2::date is null or (r.body ->> 'effective_from')::date = $2::date)
     order by (p.id is not null) desc,
              ($4::date between p.effective_from and coalesce(p.effective_to, 'infinity')) desc,
              (r.body ->> 'effective_from')::date desc
     limit 1
),
fitting as materialized (
    select r.id
      from org o
     cross join lateral (
           select r.id, r.version
             from record r
            where r.org_id = o.id and r.type = 'loan' and r.key = $3::text
            order by r.version desc
            limit 1) r
     where $3::text is not null and $3::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
       and not has_later(r.id, r.version, null)
    union all
    select r.id
      from (select case when $3::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
                        then $3::uuid end as id) w
     cross join lateral (
           select r.id, r.version
             from record r
            where r.id = w.id and r.type = 'loan'
            order by r.version desc
            limit 1) r
     where not has_later(r.id, r.version, null)
),
one as (
    select f.id from fitting f limit 1
)
select v.id, v.body::text as body, encode(v.sha256, 'hex') as sha256,
       case when not v.in_force then 'draft'
            when exists (select from policy_end e where e.policy = v.id and e.on_day <= $4::date) then 'ended'
            else 'in_force' end as state,
       v.district, v.body ->> 'effective_from' as effective_from,
       (select string_agg((p.on_day - date '1970-01-01') || ':' || p.one_year_ppm || ':' || p.five_year_ppm, ' '
               order by p.on_day) from lpr p) as lpr,
       yuan_text(b.available) as available, b.queue, (select count(*) from fitting) as loans,
       case when c.id is not null then case_guard(c.id, c.borrower_uscc, $1::text, $4::date) end as guard, c.id as loan,
       c.borrower_uscc, c.borrower_district, c.borrower_size, c.borrower_sme, c.borrower_industry, c.borrower_employees,
       c.borrower_revenue, c.borrower_assets, c.loan_product, c.loan_amount, c.loan_ip_amount, c.loan_ip_share,
       c.loan_rate, c.loan_signed_on, c.loan_disbursed_on, c.loan_registered_on, c.loan_matures_on, c.loan_term_days,
       c.loan_settled_on, c.loan_settled_on_time, c.loan_overdue_ever, c.loan_first_loan, c.loan_guaranteed,
       c.loan_insured, c.loan_scheme, c.loan_under_scheme, c.loan_compensated, c.loan_patents, c.loan_trademarks,
       c.loan_owner_is_borrower, c.loan_interest_paid,
       u.used_city, u.used_district, u.used_applications, u.used_policies, u.used_interest_days, u.used_items,
       f.used_enterprise_year, f.used_enterprise_lifetime
  from version v
  left join one on true
  left join lateral loan_cases(array[one.id]) c on one.id is not null
  left join lateral loan_usage(array[c.id]) u on c.id is not null
  left join lateral firm_usage(c.borrower_uscc, $1::text, $4::date) f on c.id is not null
  left join lateral budget_room(v.id, extract(year from $4::date)::int) b on true
