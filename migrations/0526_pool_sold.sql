-- A bad loan that was sold counts on in its pool (functions/coverage.sql: coverage_life_sold): reckoned anew at the
-- next look (coverage_fill).
update coverage c
   set bad_fen = null
 where exists (select from loan_event e where e.loan_id = c.loan_id and e.kind = 'transferred');
