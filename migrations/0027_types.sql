-- Rows that functions pass are types of the database, and so is money: a misspelt name is an error, not a null.

-- Money. Wider than any record's amount, as sums are; no wider than what yuan_text() can write. Columns keep the
-- tighter bounds that have a name of their own: a domain with a bound in their stead would rewrite every table.
create domain fen as bigint
    constraint fen_can_be_written check (value between -999999999999999999 and 999999999999999999);

-- What a name of a loan leads to: the loan, or why it is not one.
create type loan_found as (l loan, problems json[]);
drop function loan_find_one;

-- What a step of a claim moves, or why it cannot be taken.
alter type step_case add attribute problems json[];
drop function claim_step_amounts;

-- Amounts and rates as records tell them: yuan with fen after the point, and percent.
create domain yuan as numeric constraint yuan_is_told check (scale(value) <= 2);
create domain percent as numeric constraint percent_is_told check (scale(value) <= 4);

-- The terms of a scheme of risk sharing, named as POST /v1/schemes names them.
create type scheme_trigger as (days_overdue int, min_grade text, non_performing_months int, written_off boolean);
create type scheme_layer as (party text, share percent, cap yuan);
create type scheme_excluded as (scheme text);
create type scheme_ceiling as (lpr_multiplier percent, lpr_spread percent);
create type scheme_terms as (
    code text, effective_from date, effective_to date, title text, legal_ref text, trigger scheme_trigger,
    loss_base text, ip_part_only boolean, ip_share_min percent, layers scheme_layer[], first_loan_uplift percent,
    cap_per_loan yuan, cap_per_enterprise yuan, cap_bank_year yuan, cap_fund_year yuan,
    pool_balance_limits_liability boolean, leverage_limit int, npl_breaker percent, claim_window_days int,
    recovery_order text, pre_compensation boolean, excludes_guaranteed boolean, excludes scheme_excluded[],
    rate_ceiling scheme_ceiling
);
drop function scheme_rate_ceiling_ppm;
drop function scheme_leverage_room;

-- A claim and a step of one, as told.
create type claim_told as (
    reference text, loan text, kind text, loss_principal yuan, loss_interest yuan, recovered yuan, costs yuan, "on" date
);
create type claim_step_told as (
    reference text, claim uuid, step text, "on" date, seen text, reason text, owner text, due_on date, amount yuan,
    costs yuan
);
alter type claim_case
    drop attribute doc,
    drop attribute rules,
    add attribute told claim_told,
    add attribute terms scheme_terms;
alter type step_case
    drop attribute doc,
    add attribute told claim_step_told;

-- What functions hand on of money.
alter type posting alter attribute amount_fen type fen;
alter type judgement
    alter attribute net_loss type fen,
    alter attribute fund_fen type fen,
    alter attribute advance_fen type fen;
alter type step_case
    alter attribute fund_fen type fen,
    alter attribute amount_fen type fen,
    alter attribute costs_fen type fen;
