-- Districts that came to be since the list was made: a record that two persons of the IP office agree on.
insert into record_type (name, writers, decides, proposed) values ('district', '{ip_office}', true, true);
insert into proposal_rule (type, title, title_en, approvers, same_org, sums, changes) values
    ('district', '增设区', 'A new district', '{ip_office}', false, false, false);
insert into approval_tier (type, from_fen, persons, recorded_at, recorded_by)
select r.type, 0, 1, now(), 'pledged' from proposal_rule r
 where not exists (select from approval_tier t where t.type = r.type);
