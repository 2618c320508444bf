-- Two persons that turned out to be one human being: one points at the one that he is. Posts and tokens stay with the
-- name that they were given to; who acts is told by the one that is pointed at (migrations/functions/person.sql).

alter table person add column same_as uuid references person;
create index person_by_same on person (same_as) where same_as is not null;

insert into record_type (name, writers, decides, proposed) values ('person_same', '{ip_office}', true, true);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('person_same', '合并同一人', 'Two persons are one', '{ip_office}', false, false, true);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by) values
    ('person_same', 0, 1, now(), 'pledged');
