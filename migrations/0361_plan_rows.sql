-- Plans are put in force by functions that verify asks as well (plan_targets_of and its like).
drop function if exists plan_measures_write(text, int, json);
