-- One way to join the engine of records (migrations/functions/record.sql): a row of record_type and functions named
-- after the type. Here is what is said of the types that had joined by name, and what their functions were called with.
alter table record_type
    add column decides boolean not null default false,
    add column corrected boolean not null default false,
    add column answered boolean not null default false,
    add column stated boolean not null default false,
    add column marked boolean not null default false,
    add column flagged boolean not null default false,
    add constraint record_type_one_judge check (not (decides and judged));

update record_type set decides = true
 where name in ('loan_event', 'account', 'transfer', 'scheme', 'scheme_approval', 'claim', 'claim_step', 'lpr',
                'policy', 'policy_step', 'budget', 'application', 'application_step');
update record_type set corrected = true where name in ('loan', 'scheme', 'policy');
update record_type set told = true where name in ('loan', 'scheme', 'claim', 'policy', 'application');
update record_type set answered = true, stated = true, flagged = true where name in ('claim', 'application');
update record_type set marked = true where name = 'loan';

drop function record_decide_one(text, uuid, json, json, boolean);
drop function record_life_members(text, uuid, int, date, timestamptz);
drop function record_life_mark(text, uuid, int, text);
drop function record_decision_members(text, uuid);
drop function record_state(text, uuid);
drop function record_type_problems(text, uuid, json);
drop function record_type_members(text, uuid, int, date);

drop function loan_event_decide(uuid, json, boolean);
drop function account_decide(uuid, json, boolean);
drop function transfer_decide(uuid, json, boolean);
drop function scheme_decide(uuid, json, boolean);
drop function scheme_approval_decide(uuid, json, boolean);
drop function claim_decide(uuid, json, boolean);
drop function claim_step_decide(uuid, json, boolean);
drop function lpr_decide(uuid, json, boolean);
drop function policy_decide(uuid, json, boolean);
drop function policy_step_decide(uuid, json, boolean);
drop function budget_decide(uuid, json, boolean);
drop function application_step_decide(uuid, json, boolean);

drop function loan_life_members(loan, date, timestamptz);
drop function loan_life_mark(loan, text);
drop function loan_correction_problems(uuid, json);
drop function scheme_members(uuid);
drop function policy_members(uuid);
drop function claim_members(claim);
drop function application_members(application);
drop function insurance_policy_members(uuid, int, date);
drop function securitisation_members(uuid, int, date);
drop function flag_scan_members(uuid, int, date);
