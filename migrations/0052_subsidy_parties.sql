-- The bank of a loan, its insurer and guarantor, and the insurer of a policy see the applications for it.

alter table application add column parties text[] not null default '{}';
create policy application_read_party on application for select to pledged_app using (
    (select my_kind()) in ('bank', 'insurer', 'guarantor') and parties @> array[(select my_code())]);
create policy record_read_application on submission for select to pledged_app using (
    type = 'application' and (select my_kind()) = 'bank' and parties @> array[(select my_code())]);
