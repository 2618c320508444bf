-- Whoever looks into two loans that are possibly one credit may find that one of them was told twice: that one stays
-- without cover and payment, the other is free. Claims of a bank and of a guarantor are reckoned apart.
alter table flag_clearing add column double uuid;

drop function if exists loan_paid_fen(uuid, text);
drop function if exists claim_paid_by(claim_case, text);
drop function if exists claim_layers_back(json, text, bigint);
drop function if exists claim_step_parts(step_case, bigint[], bigint[]);
