-- An application whose approval counts no more - its giver has left, or the token was revoked by which he gave it - is
-- approved anew by somebody else.
insert into application_transition (state, step, next) values ('approved', 'approve', 'approved');
drop function if exists application_demand(uuid);
