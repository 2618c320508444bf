-- A quarter that runs is compared with the same days of other quarters: those loans are found by their day.
create index loan_by_signed_on on loan (signed_on);

drop function if exists report_periods(date, date);
drop function if exists rollup_city_sums(text, date, date);
drop function if exists rollup_cells_of_loans(text, date);
drop function if exists rollup_cells_of_headline(date);
drop function if exists rollup_cells_of_quarters(date);
drop function if exists rollup_cells_of_targets(date);
