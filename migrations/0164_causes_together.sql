-- Claims and applications that came together are looked at together (claim_followed, application_followed), not each
-- by a trigger of its own.
drop trigger flag_cause_row on submission;
drop function flag_cause_row();
drop function if exists flags_around(uuid);
update record_type set followed = true where name in ('claim', 'application');
