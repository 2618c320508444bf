-- Finance looks at corrections of loans whose cover is over, for what it weighs in its pool still
-- (functions/coverage.sql: coverage_pool_untrue).
update coverage c
   set told_since = true
 where c.state = 'ended' and exists (select from loan l where l.id = c.loan_id and l.version > c.loan_version);
