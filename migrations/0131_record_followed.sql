-- What follows from events is reckoned once for those that came together (loan_event_followed), not once an event.
alter table record_type add column followed boolean not null default false;
update record_type set followed = true where name = 'loan_event';
drop trigger rollup_balance on loan_event;
drop function loan_balance_of_events();
