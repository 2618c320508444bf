-- Firms that benefit are counted on from what the program remembers (migrations/functions/enterprise.sql).
drop function if exists plan_benefits(int, int, date, timestamptz);

-- Records that came are counted once a flight, with its leaves; a loan of which nothing is told but its balance has no
-- numbers for that (migrations/functions/rollup.sql).
drop trigger if exists received on submission;
drop function if exists submission_received();
truncate loan_balance, received_rollup;
