-- loan_case: the facts of loans, each under a policy: what many ask at once is one statement.
-- $1 JSON array of {loan (id or contract number), code (of the policy), on (day of the case), guard (bool: tell the
--    mark of the facts), asks (names of the facts that the rule asks for), months (terms of its interest; 0: all)}
-- -> n int8 (from 1), loans int8 (that fit), guard text, id uuid, borrower_uscc text, borrower_district text,
--    borrower_size text, borrower_sme text, borrower_industry text, borrower_employees int8,
--    borrower_revenue int8, borrower_assets int8,
--    borrower_size_told text, loan_product text, loan_amount int8, loan_ip_amount int8,
--    loan_ip_share text, loan_rate int4, loan_signed_on int4, loan_disbursed_on int4,
--    loan_registered_on int4, loan_matures_on int4, loan_term_days text, loan_settled_on int4,
--    loan_settled_on_time bool, loan_overdue_ever bool, loan_first_loan bool, loan_guaranteed bool,
--    loan_insured bool, loan_scheme text, loan_under_scheme bool, loan_compensated bool, loan_patents int4,
--    loan_trademarks int4, loan_owner_is_borrower bool, loan_interest_paid int8, loan_drawn int8,
--    loan_day_count text, loan_pledgee text, loan_first_pledge bool, loan_stretches text, loan_paid_for text,
--    used_city bool, used_district bool, used_applications int8, used_policies text, used_interest_days text,
--    used_items text, used_interest int8, used_enterprise_year int8, used_enterprise_lifetime int8,
--    used_items_year text, used_items_lifetime text, used_bank_year int8,
--    used_loan_items text
with asked as materialized (
    select e.n, e.code, e."on", e.guard, loan_find(e.loan) as ids, e.asks, e.months
      from rows from (json_to_recordset($1::json) as (loan text, code text, "on" date, guard boolean, asks text[],
                                                      months int[]))
           with ordinality as e(loan, code, "on", guard, asks, months, n)
     cross join (select set_config('plan_cache_mode', 'force_generic_plan', true)) mode -- of the functions called
),
found as materialized (
    select array_agg(distinct a.ids[1]) as ids
      from asked a
)
select a.n, cardinality(a.ids)::int8 as loans,
       case when a.guard then subsidy_case_guard(c.id, c.borrower_uscc, a.code, a."on", a.asks, a.months) end as guard,
       c.id,
       c.borrower_uscc, c.borrower_district, c.borrower_size, c.borrower_sme, c.borrower_industry, c.borrower_employees,
       c.borrower_revenue, c.borrower_assets,
       c.borrower_size_told, c.loan_product, c.loan_amount, c.loan_ip_amount, c.loan_ip_share,
       c.loan_rate, c.loan_signed_on, c.loan_disbursed_on, c.loan_registered_on, c.loan_matures_on, c.loan_term_days,
       c.loan_settled_on, c.loan_settled_on_time, c.loan_overdue_ever, c.loan_first_loan, c.loan_guaranteed,
       c.loan_insured, c.loan_scheme, c.loan_under_scheme, c.loan_compensated, c.loan_patents, c.loan_trademarks,
       c.loan_owner_is_borrower, c.loan_interest_paid, c.loan_drawn, c.loan_day_count,
       m.loan_pledgee, m.loan_first_pledge, m.loan_stretches, m.loan_paid_for,
       u.used_city, u.used_district, u.used_applications, u.used_policies, u.used_interest_days, u.used_items,
       u.used_interest,
       w.used_enterprise_year, w.used_enterprise_lifetime, w.used_items_year,
       w.used_items_lifetime, w.used_bank_year,
       case when 'used.loan_items' = any (a.asks) then subsidy_loan_items(c.id, a.code) end as used_loan_items
  from asked a
  left join loan_cases((select ids from found)) c on c.id = a.ids[1]
  left join lateral (
       select f.* from subsidy_loan_more(c.id, a.asks, a.months, a."on", not c.plain) f
        where not c.plain or a.asks && array['loan.pledgee', 'loan.first_pledge']
       offset 0) m on true -- a gate: most loans call nothing
  left join subsidy_loan_usage((select ids from found)) u on u.id = a.ids[1]
  left join lateral subsidy_firm_usage(c.borrower_uscc, c.bank, a.code, a."on", a.asks) w on true
 order by a.n
