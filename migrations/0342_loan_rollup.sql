-- One trigger on loan looks at what was stored (loan_rollup_keep) and says what there is to do.
drop trigger if exists loan_after_seal on loan;
drop function if exists loan_after_seal();
drop trigger if exists rollup_balance on loan;
drop function if exists loan_balance_of_loans();
drop function if exists rollup_firms_changed(loan_version[]); -- returns a row now
