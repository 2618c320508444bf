-- rollup_firms_changed() also tells whether all firms are new, and rollup_loans_add() begins them itself.
drop function if exists rollup_firms_changed(loan_version[]);
drop function if exists rollup_firms_are_new(firm_change[]);
drop function if exists rollup_firms_begin(firm_change[]);
