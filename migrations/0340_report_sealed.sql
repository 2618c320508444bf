-- The last sealed day is a row now, which the planner takes into the statement that asks (report_sealed).
drop function if exists report_sealed_until();
