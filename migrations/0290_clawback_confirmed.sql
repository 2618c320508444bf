-- What is asked back of a subsidy counts when another person of its office has seen that the money came. Until then the
-- days and invoices that it took, the limits and the budget stay as they are.

alter table application_transition disable trigger append_only;
update application_transition set next = 'demanded' where step = 'clawback';
insert into application_transition (state, step, next) values
    ('demanded', 'confirm', 'clawed_back'),
    ('demanded', 'refuse', 'paid');
alter table application_transition enable trigger append_only;

alter table application_now drop constraint application_state_known;
alter table application_now add constraint application_state_known check (state in
    ('refused', 'queued', 'reserved', 'approved', 'paid', 'demanded', 'withdrawn', 'clawed_back'));
