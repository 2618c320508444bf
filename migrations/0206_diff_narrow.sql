-- What changed of how well banks report since a quarter was sealed is asked of the loans that were touched alone.
drop function if exists report_sections();
-- What is still to happen is asked for of what is owed, or of what is told of a quarter alone.
drop function if exists rollup_less(date, date);
