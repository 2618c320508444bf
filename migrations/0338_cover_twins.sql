-- coverage_twins (functions/coverage.sql) finds refinanced loans as well.
drop function if exists coverage_void_twins(loan);
