-- insurance_case: the facts of an insurance policy under a subsidy policy: premiums are subsidised without a loan.
-- $1 insurance policy (its number or the id of its record), $2 code (of the subsidy policy), $3 on (day of the case),
-- $4 names of the facts that the rule asks for (JSON), $5 guard (bool: tell the mark of the facts)
-- -> policies int8 (that fit), guard text, id uuid, borrower_uscc text, borrower_district text, borrower_size text,
--    borrower_employees int8, borrower_revenue int8, insurance_kind text, insurance_premium int8,
--    insurance_sum_insured int8, insurance_starts_on int4, insurance_ends_on int4, used_city bool, used_district bool,
--    used_applications int8, used_policies text, used_interest_days text, used_items text, used_interest int8,
--    used_enterprise_year int8, used_enterprise_lifetime int8,
--    used_items_year text, used_items_lifetime text, used_bank_year int8,
--    used_loan_items text
with asked as materialized (
    select insurance_find($1::text) as ids, array(select json_array_elements_text($4::json)) as asks
)
select cardinality(a.ids)::int8 as policies,
       case when $5::boolean
            then subsidy_insurance_guard(c.id, c.borrower_uscc, $2::text, $3::date, a.asks) end as guard,
       c.id, c.borrower_uscc, c.borrower_district, c.borrower_size, c.borrower_employees, c.borrower_revenue,
       c.insurance_kind, c.insurance_premium, c.insurance_sum_insured, c.insurance_starts_on, c.insurance_ends_on,
       u.used_city, u.used_district, u.used_applications, u.used_policies, u.used_interest_days, u.used_items,
       u.used_interest, w.used_enterprise_year, w.used_enterprise_lifetime, w.used_items_year,
       w.used_items_lifetime, w.used_bank_year, null::text as used_loan_items
  from asked a
  left join lateral subsidy_insurance_facts(a.ids[1]) c on true
  left join lateral subsidy_insurance_usage(a.ids[1]) u on true
  left join lateral subsidy_firm_usage(c.borrower_uscc, null, $2::text, $3::date, a.asks) w on true
