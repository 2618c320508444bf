-- What is owed today is what will be at the end of the quarter, less what is still to happen until then: terms end, and
-- days pass. These are the loans of which that may be said.
create index loan_by_matures_on on loan (matures_on);
create index loan_balance_by_quarter on loan_balance (quarter);

drop function if exists rollup_cells_of_balances(date);
drop function if exists rollup_cells_of_reporters(date);
drop function if exists rollup_cells_of_quality(date);
