-- Organisations, persons and tokens as records: what gives somebody power waits for a second person, what takes it away
-- counts at once (migrations/functions/directory.sql).

alter table token add column id uuid not null default gen_random_uuid() constraint token_id_unique unique;
alter table org add column uscc text constraint org_uscc_form check (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$');

insert into record_type (name, writers, decides, proposed) values
    ('organisation', '{ip_office}', true, true), ('organisation_rename', '{ip_office}', true, true),
    ('organisation_disable', '{ip_office}', true, false), ('person', '{ip_office}', true, true),
    ('person_disable', '{ip_office}', true, false), ('token', '{ip_office}', true, true),
    ('token_revoke', '{ip_office}', true, false);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('organisation', '登记机构', 'A new organisation', '{ip_office}', false, false, false),
    ('organisation_rename', '机构更名', 'Another name of an organisation', '{ip_office}', false, false, true),
    ('person', '登记人员', 'A person in an organisation', '{ip_office}', false, false, false),
    ('token', '签发令牌', 'A token', '{ip_office}', false, false, false);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by)
select r.type, 0, 1, now(), 'pledged' from proposal_rule r
 where not exists (select from approval_tier t where t.type = r.type);
