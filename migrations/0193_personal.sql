-- What is one person's word is no replay of another's, who said the same of the same: two who agree at one moment, as
-- both saw it, are not one. The second is told what the first has done (migrations/functions/record.sql).
alter table record_type add column personal boolean not null default false;
update record_type set personal = true where name in ('proposal_step', 'plan_approval', 'coverage_step');
drop function if exists plan_needs(json);
