-- A cover weighs in its pool what it covers beyond those before it (functions/coverage.sql: coverage_weight_fen). Those
-- behind others are reckoned anew at the next look (coverage_fill); until then they are in no sum.
update coverage c
   set owed_fen = null, bad_fen = null
 where exists (select from coverage o
                where o.loan_id = c.loan_id and o.scheme_code = c.scheme_code and o.no < c.no
                  and o.amount_fen < c.amount_fen);
