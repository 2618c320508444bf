-- When a credit or its pledge ends is answered at one address (functions/loan.sql: loan_end).
drop function if exists credit_end(uuid, date);
drop function if exists pledge_ends(uuid, date);
drop function if exists pledge_end(uuid, date, timestamptz);
