-- coverage_pending: requests for cover that wait for judgement and covers whose loans were corrected, in the order of
-- recording, with the facts that the conditions of their schemes are judged by, of a cover first those that it was
-- given on (held); behind them a row without id when claims have lapsed and nobody noted it.
-- $1 limit
-- -> id uuid, body text (of the scheme; null: none governs), guard text, held bool, lpr text (as policy_case),
--    org int8, code text (in whose name), borrower_uscc text, borrower_district text, borrower_size text,
--    borrower_sme text, borrower_industry text, borrower_employees int8, borrower_revenue int8, borrower_assets int8,
--    borrower_size_told text, loan_product text, loan_amount int8, loan_ip_amount int8, loan_ip_share text,
--    loan_rate int4, loan_signed_on int4, loan_disbursed_on int4, loan_registered_on int4, loan_matures_on int4,
--    loan_term_days text, loan_settled_on int4, loan_settled_on_time bool, loan_overdue_ever bool,
--    loan_first_loan bool, loan_guaranteed bool, loan_insured bool, loan_scheme text, loan_under_scheme bool,
--    loan_compensated bool, loan_patents int4, loan_trademarks int4, loan_owner_is_borrower bool,
--    loan_interest_paid int8, loan_drawn int8, loan_day_count text, loan_pledgee text, loan_first_pledge bool
with due as materialized (
    select w.* from coverage_waiting($1::int) w
),
asked as (
    select d.id, d.body, d.guard, d.held, d.loan_id, d.version, d.no from due d
     union all
    select null::uuid, null::text, null::text, false, null::uuid, null::int, 9223372036854775807
     where claims_due_to_lapse()
)
select r.id, r.body, r.guard, r.held,
       (select string_agg((p.on_day - date '1970-01-01') || ':' || p.one_year_ppm || ':' || p.five_year_ppm, ' '
               order by p.on_day) from lpr p) as lpr, o.id as org, o.code,
       c.borrower_uscc, c.borrower_district, c.borrower_size, c.borrower_sme, c.borrower_industry, c.borrower_employees,
       c.borrower_revenue, c.borrower_assets,
       c.borrower_size_told, c.loan_product, c.loan_amount, c.loan_ip_amount, c.loan_ip_share,
       c.loan_rate, c.loan_signed_on, c.loan_disbursed_on, c.loan_registered_on, c.loan_matures_on, c.loan_term_days,
       c.loan_settled_on, c.loan_settled_on_time, c.loan_overdue_ever, c.loan_first_loan, c.loan_guaranteed,
       c.loan_insured, c.loan_scheme, c.loan_under_scheme, c.loan_compensated, c.loan_patents, c.loan_trademarks,
       c.loan_owner_is_borrower, c.loan_interest_paid, c.loan_drawn, c.loan_day_count,
       m.loan_pledgee, m.loan_first_pledge
  from asked r
  join org o on o.code = 'SYSTEM' and o.kind = 'ip_office'
  left join loan_cases((select array_agg(d.loan_id order by d.no, d.held) from due d),
                       (select array_agg(d.version order by d.no, d.held) from due d),
                       (select array_agg(d.known_at order by d.no, d.held) from due d)) c
            on c.id = r.loan_id and c.version = r.version
  left join lateral subsidy_loan_more(c.id, array['loan.pledgee', 'loan.first_pledge'], '{}', today(), false,
                                      r.version) m on true
 order by r.no, r.held desc
