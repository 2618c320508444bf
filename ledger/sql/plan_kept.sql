-- plan_kept: what follows in this transaction finds rows by their keys: its plan is made once a connection, and has no
-- use for tables read from end to end, as a plan made while they were short would.
-- -> mode text, seqscan text
select set_config('plan_cache_mode', 'force_generic_plan', true) as mode,
       set_config('enable_seqscan', 'off', true) as seqscan
