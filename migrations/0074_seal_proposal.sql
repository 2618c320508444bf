-- A quarter is sealed when a second person has agreed to just these figures (migrations/functions/seal.sql).

insert into record_type (name, writers, decides, proposed) values ('seal', '{finance}', true, true);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('seal', '封存季度报告', 'The seal of a quarterly report', '{finance}', false, false, false);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by) values ('seal', 0, 1, now(), 'pledged');
