-- A plan is put in force by as many persons as the tier of its sum says (/v1/approval-tiers, act: plan). Who agreed to
-- which version of its text; the last one's word puts it in force.

create table plan_assent (
    plan uuid not null,
    record_version int not null,
    n int not null constraint plan_assent_n_range check (n > 0),
    id uuid not null constraint plan_assent_record_once unique, -- the record of the approval
    state text not null constraint plan_assent_state_known check (state in ('waiting', 'in_force')),
    reason text not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    constraint plan_assent_key primary key (plan, record_version, n)
);
call make_append_only('plan_assent');
alter table plan_assent enable row level security;
create policy plan_assent_read on plan_assent for select to pledged_app using (true);
create policy plan_assent_write on plan_assent for insert to pledged_app with check ((select my_kind()) = 'finance');
grant select, insert on plan_assent to pledged_app;

update record_type set answered = true where name = 'plan_approval';
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('plan', '计划施行', 'Plans put in force', '{finance}', false, true, false);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by) values
    ('plan', 0, 1, now(), 'pledged');
