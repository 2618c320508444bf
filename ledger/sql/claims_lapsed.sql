-- claims_lapsed: how many returned claims did not come back in time, for the operator's metrics.
-- -> lapsed int8
select claims_lapsed() as lapsed
