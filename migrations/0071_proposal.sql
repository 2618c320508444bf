-- Acts that move money or a figure without a record behind them wait for a second person. What is proposed is the
-- record itself, complete and in the log; its type's own functions judge it when it is proposed and again when it is
-- approved, and nothing of it takes effect before (migrations/functions/proposal.sql).

alter table record_type add column proposed boolean not null default false;

-- A row a kind of act: of which organisations the second person may be.
create table proposal_rule (
    type text primary key references record_type,
    title text not null,
    title_en text not null,
    approvers text[] not null,         -- kinds of organisations
    same_org boolean not null default false, -- of the proposer's own organisation alone
    sums boolean not null default false,     -- <type>_sum(doc): the amount that a tier goes by
    changes boolean not null default false   -- <type>_before(doc): what stands now of what it changes
);
call make_append_only('proposal_rule');

-- How many persons beside the proposer approve from an amount on; the newest row of an amount counts. Never none.
create table approval_tier (
    type text not null references proposal_rule,
    from_fen bigint not null constraint approval_tier_from_range check (from_fen >= 0),
    persons int not null constraint approval_tier_persons_range check (persons between 1 and 5),
    record_id uuid constraint approval_tier_record_once unique,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint approval_tier_key primary key (type, from_fen, recorded_at)
);
call make_append_only('approval_tier');

create table proposal (
    id uuid primary key, -- of the record
    no bigint not null generated always as identity constraint proposal_no_unique unique,
    type text not null references proposal_rule,
    org_id bigint not null,
    person uuid,
    sum_fen bigint,
    before json, -- what the proposer changes, as it stood then
    recorded_at timestamptz not null,
    recorded_by text not null
);
call make_append_only('proposal');

create table proposal_step (
    id uuid primary key, -- of the record of the step
    proposal uuid not null references proposal,
    n int not null,
    step text not null constraint proposal_step_known check (step in ('approve', 'refuse')),
    state text not null constraint proposal_step_state_known check (state in ('waiting', 'approved', 'refused')),
    person uuid,
    reason text not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint proposal_step_once unique (proposal, n)
);
call make_append_only('proposal_step');

-- Where it stands: of many only few wait.
create table proposal_now (
    proposal uuid primary key references proposal,
    state text not null constraint proposal_state_known check (state in ('waiting', 'approved', 'refused'))
);
create index proposal_waiting on proposal_now (proposal) where state = 'waiting';

insert into record_type (name, writers, decides, answered) values
    ('proposal_step', '{finance,ip_office,district}', true, true);
insert into record_type (name, writers, decides) values
    ('approval_tier', '{finance}', true), ('budget_closing', '{finance,district}', true),
    ('baseline', '{ip_office}', true);
update record_type set proposed = true
 where name in ('transfer', 'budget', 'budget_closing', 'lpr', 'flag_threshold', 'approval_tier', 'baseline');

insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('transfer', '手工转账与冲销', 'Transfers by hand and reversals', '{finance}', false, true, false),
    ('budget', '补贴预算的拨款、结转与缴回', 'Appropriations, carry-overs and returns of budgets', '{finance,district}',
     true, true, false),
    ('budget_closing', '年终结余的结转或缴回', 'What is left of a budget at the end of a year', '{finance,district}',
     true, true, true),
    ('baseline', '计划基数', 'Figures of a plan''s years from outside', '{finance,ip_office}', false, false,
     true),
    ('lpr', '贷款市场报价利率', 'Loan prime rates', '{finance,ip_office}', false, false, true),
    ('flag_threshold', '预警阈值', 'Thresholds of red flags', '{finance,ip_office}', false, false, true),
    ('approval_tier', '复核档次', 'Tiers of approval', '{finance}', false, false, true);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by)
select r.type, 0, 1, now(), 'pledged' from proposal_rule r;

drop policy baseline_write on baseline;
revoke insert on baseline from pledged_app;

-- A threshold takes effect when it is approved, not when its record is stored.
drop trigger flag_threshold_row on submission;
drop function if exists flag_threshold_row();

-- Transfers come one by one to be approved; what posted many at once goes.
drop function if exists transfer_write(json);
drop function if exists transfer_stored(transfer_element[]);
drop function if exists transfer_halves(transfer_element[]);
drop type transfer_element;
