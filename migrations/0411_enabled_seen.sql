-- Whoever approves that a person or an organisation goes on is told what of theirs waits for others.
alter table proposal_rule disable trigger append_only;
update proposal_rule set changes = true where type in ('organisation_enable', 'person_enable');
alter table proposal_rule enable trigger append_only;
-- Why a token ended is kept of one alone with which nothing was wrong.
update token set closed = null where closed = 'rotated' and revoked_at is not null;
