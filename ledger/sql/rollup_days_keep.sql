-- rollup_days_keep: bring the days of the report's quarters nearer to where the log stands.
-- $1 at most so many leaves, $2 not while more than that come within seconds
-- -> left int8
select rollup_days_keep($1::int, $2::int) as left
