-- Whoever looks into two loans that are possibly one credit may find that one of them was told twice: that one stays
-- without cover and payment, the other is free. Claims of a bank and of a guarantor are reckoned apart.
alter table flag_clearing add column double uuid;
create index flag_clearing_by_double on flag_clearing (double) where double is not null;

drop function if exists loan_paid_fen(uuid, text);
drop function if exists claim_paid_by(claim_case, text);
drop function if exists claim_layers_back(json, text, bigint);
drop function if exists claim_step_parts(step_case, bigint[], bigint[]);
drop function if exists credit_open_doubles(uuid);
