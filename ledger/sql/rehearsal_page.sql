-- rehearsal_page: the facts of these loans, in the order of their ids, for rehearsals.
-- $1 ids of loans (rehearsal_ids), $2 names of the facts that the rules ask for (JSON), $3 terms in months of their
--    interest (JSON; 0: all)
-- -> id uuid, current bool (the newest version is one that the asker may see), bank text, contract_no text,
--    borrower_uscc text, borrower_district text, borrower_size text,
--    borrower_sme text, borrower_industry text, borrower_employees int8, borrower_revenue int8, borrower_assets int8,
--    borrower_size_told text,
--    loan_product text, loan_amount int8, loan_ip_amount int8, loan_ip_share text, loan_rate int4,
--    loan_signed_on int4, loan_disbursed_on int4, loan_registered_on int4, loan_matures_on int4, loan_term_days text,
--    loan_settled_on int4, loan_settled_on_time bool, loan_overdue_ever bool, loan_first_loan bool,
--    loan_guaranteed bool, loan_insured bool, loan_scheme text, loan_under_scheme bool, loan_compensated bool,
--    loan_patents int4, loan_trademarks int4, loan_owner_is_borrower bool, loan_interest_paid int8, loan_drawn int8,
--    loan_day_count text, loan_pledgee text, loan_first_pledge bool, loan_stretches text, loan_paid_for text,
--    used_city bool, used_district bool, used_applications int8, used_policies text, used_interest_days text,
--    used_items text, used_interest int8
with look as materialized (
    select array(select json_array_elements_text($2::json)) as asks,
           array(select json_array_elements_text($3::json)::int) as months
)
select c.id, coalesce(v.seen, false) as current, c.bank, c.contract_no, c.borrower_uscc, c.borrower_district,
       c.borrower_size, c.borrower_sme, c.borrower_industry, c.borrower_employees, c.borrower_revenue,
       c.borrower_assets, c.borrower_size_told, c.loan_product, c.loan_amount, c.loan_ip_amount, c.loan_ip_share,
       c.loan_rate, c.loan_signed_on, c.loan_disbursed_on, c.loan_registered_on, c.loan_matures_on, c.loan_term_days,
       c.loan_settled_on, c.loan_settled_on_time, c.loan_overdue_ever, c.loan_first_loan, c.loan_guaranteed,
       c.loan_insured, c.loan_scheme, c.loan_under_scheme, c.loan_compensated, c.loan_patents, c.loan_trademarks,
       c.loan_owner_is_borrower, c.loan_interest_paid, c.loan_drawn, c.loan_day_count,
       m.loan_pledgee, m.loan_first_pledge, m.loan_stretches, m.loan_paid_for,
       u.used_city, u.used_district, u.used_applications, u.used_policies, u.used_interest_days, u.used_items,
       u.used_interest
  from look k
 cross join loan_cases($1::uuid[]) c
  left join lateral (
       select f.* from subsidy_loan_more(c.id, k.asks, k.months, today(), not c.plain) f
        where not c.plain or k.asks && array['loan.pledgee', 'loan.first_pledge']
       offset 0) m on true -- a gate: most loans call nothing
  left join lateral (
       select true as seen from loan l where l.id = c.id and l.version = c.version
       offset 0) v on true -- looked up one by one: joined, each page would read all loans
  join subsidy_loan_usage($1::uuid[]) u on u.id = c.id
 order by c.id
