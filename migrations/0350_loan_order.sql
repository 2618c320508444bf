-- A list in an order goes through an index of it (migrations/functions/rollup.sql: loans_in_order), with the id behind
-- what is sorted, since many loans share a day or an amount. Names and contract numbers have theirs already, by form.
create index loan_by_amount on loan (amount_fen, id);
drop index loan_by_signed_on;
create index loan_by_signed_on on loan (signed_on, id);
drop index loan_by_matures_on;
create index loan_by_matures_on on loan (matures_on, id);
