-- Which versions of loans count is asked of the table itself, so that a question about some loans reads these alone.
drop function if exists loans_replaced(timestamptz);
drop function if exists loan_event_sums(date, timestamptz);
drop function if exists loans_standing(date, timestamptz);
