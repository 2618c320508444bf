-- Functions whose signature changed, or that stand in another one now.
drop function if exists rollup_told_of(loan, loan_life, date);
drop function if exists rollup_loan_at(loan, loan_life, date);
drop function if exists verify_life(loan, loan_event[], date[]);
drop function if exists verify_loan_balance();
drop function if exists loans_told();
drop function if exists loan_life_new(loan);
drop function if exists loan_event_refusal(loan_life, loan, loan_event, numeric);
