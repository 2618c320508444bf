-- A token may be followed by another, be a key that signs requests, or stand for a certificate, by record as well
-- (migrations/functions/directory.sql); an organisation ends and replaces its own.
alter table token
    add column key_id text constraint token_key_id_form check (key_id ~ '^pl[km]_[A-Za-z0-9_.-]{1,36}$'),
    add column follows uuid;
update record_type set writers = '{bank,insurer,guarantor,district,finance,ip_office,auditor}'
 where name in ('token_revoke', 'proposal_step');
insert into record_type (name, writers, decides, proposed) values
    ('token_rotate', '{bank,insurer,guarantor,district,finance,ip_office,auditor}', true, true);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes, administers) values
    ('token_rotate', '轮换令牌', 'A token in the place of another', '{ip_office}', false, false, true, true);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by) values
    ('token_rotate', 0, 1, now(), 'pledged');
