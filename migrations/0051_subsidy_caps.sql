-- Caps may be of one item, of kinds of insurance, of a bank in a year: what firm and bank have had is told so.

drop function if exists subsidy_firm_usage(text, text, date);
drop function if exists subsidy_case_guard(uuid, text, text, date, text[], int[]);
create index application_now_by_policy on application_now (policy_code, on_day);
