-- Who gives power to persons and organisations administers: what is proposed of them is approved by a token that
-- carries that duty; of all else by one that decides.
alter table proposal_rule disable trigger append_only;
alter table proposal_rule add column administers boolean not null default false;
update proposal_rule set administers = true
 where type in ('organisation', 'organisation_rename', 'organisation_enable', 'person', 'person_enable', 'person_same',
                'token', 'district');
alter table proposal_rule enable trigger append_only;
