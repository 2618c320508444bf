-- A loan could be voided again, on an earlier day than before, and left the sums as often: they are made anew.
truncate loan_rollup, city_rollup, firm_quarter, city_firms;
