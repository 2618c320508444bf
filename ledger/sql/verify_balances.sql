-- verify_balances: what sums of balances are made of, in the order of firms and loans: of loans with events what they
-- stand at by quarter, as loan_balance has it, of others what changes
-- -> borrower text, loan_id uuid, org_id int8, quarter date, v int8[] (null: a loan without events), what int2, n int8
select x.borrower, x.loan_id, x.org_id, x.quarter, x.v, x.what, x.n
  from (select b.borrower, b.loan_id, b.org_id, b.quarter, b.v, null::smallint as what, null::bigint as n
          from loan_balance b
         union all
        select c.borrower, null, c.org_id, c.quarter, null, c.what, c.n from eventless_changes c) x
 order by 1, 2, 4
