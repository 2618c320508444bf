-- What an event pays for: it is judged after those that were judged as they came (loan_fold_days has an argument more),
-- a void is kept by a trigger of its row, and what came behind a seal is noted once for all that came together.
drop function if exists loan_fold_days(loan, loan_event[], date[], loan_event, boolean);
drop trigger if exists loan_void on loan_event;
drop trigger if exists loan_event_after_seal on loan_event;
drop function if exists loan_event_after_seal();
