-- What one person ended at once, two may begin again: organisations and posts (migrations/functions/directory.sql).

insert into record_type (name, writers, decides, proposed) values
    ('organisation_enable', '{ip_office}', true, true), ('person_enable', '{ip_office}', true, true);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('organisation_enable', '恢复机构', 'An organisation that was disabled', '{ip_office}', false, false, false),
    ('person_enable', '恢复人员', 'A person who was disabled', '{ip_office}', false, false, false);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by) values
    ('organisation_enable', 0, 1, now(), 'pledged'), ('person_enable', 0, 1, now(), 'pledged');
