-- Rows that functions pass are types of the database, and so is money: a misspelt name is an error, not a null.

-- What a name of a loan leads to: the loan, or why it is not one.
create type loan_found as (l loan, problems json[]);
drop function loan_find_one;

-- What a step of a claim moves, or why it cannot be taken.
alter type step_case add attribute problems json[];
drop function claim_step_amounts;
