-- A loan that was in default leaves its weight in the pool when it is voided (functions/coverage.sql: coverage_life).

-- The void by which a cover weighs nothing more, which two persons of finance agreed on, with evidence; null: none.
alter table coverage add column pool_void uuid;

-- Void ones are reckoned anew at the next look (coverage_fill); finance is asked of those that weigh something still.
update coverage c
   set bad_fen = null, told_since = c.told_since or c.state = 'ended'
 where exists (select from loan_void v where v.loan_id = c.loan_id and v.until_at = 'infinity');
