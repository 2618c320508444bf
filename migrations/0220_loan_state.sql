-- In which state each loan with events is at the end of a quarter, and its term then, stand beside its balance: a list
-- by state looks them up (migrations/functions/rollup.sql: loans_in_state) and folds no life. rollup_rows.sql fills
-- again what is emptied here.
drop view if exists loan_balance_rows;
drop function if exists loan_balances(loan, date);
drop function if exists rollup_lives(loan, loan_life[], date[], date, date[]);
truncate loan_balance;
alter table loan_balance add column state text not null, add column matures_on date not null;

-- In the order of a list. A loan that goes on is one that will be past its term.
create index loan_balance_by_state on loan_balance (state, loan_id) where state <> 'active';
create index loan_undrawn on loan (id) where disbursed_on is null;
