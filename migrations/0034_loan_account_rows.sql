-- loan_interest gives rows: an answer of 500 stretches is written by the program, not by the database.
drop function if exists loan_interest(uuid, date, date, timestamptz);
