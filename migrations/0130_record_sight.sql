-- Who sees the records of a type stands in its row, not in a policy a type: every statement on submission set up eleven
-- policies with some twenty questions of who asks. Finance, the IP office, auditors see all, everybody his own.

alter table record_type
    add column open_to text[] not null default '{}', -- kinds of organisations that see all of them; '': nobody asked
    add column party_sees text[] not null default '{insurer, guarantor}', -- kinds that see those they are a party of
    add column district_sees boolean not null default true; -- the district of a record sees it

update record_type
   set open_to = '{"", bank, insurer, guarantor, district}'
 where name in ('scheme', 'lpr', 'measure_report', 'measure_rhythm', 'indicator', 'plan', 'plan_approval');
update record_type
   set open_to = '{bank, insurer, guarantor, district}'
 where name in ('ip_event', 'catalogue_offer', 'catalogue_need', 'operation_centre', 'portfolio', 'alliance', 'cluster',
                'service_agency', 'training', 'ranking_weight', 'benchmark');
update record_type set party_sees = '{bank, insurer, guarantor}' where name = 'application';
update record_type
   set party_sees = '{bank, insurer, guarantor, district}'
 where name in ('insurance_policy', 'insurance_claim');
-- what was told of a loan follows the loan wherever a correction moved it (loan_event_seen)
update record_type set party_sees = '{}', district_sees = false where name = 'loan_event';

drop policy record_read_measure on submission;
drop policy record_read_indicator on submission;
drop policy record_read_ip_event on submission;
drop policy record_read_application on submission;
drop policy record_read_plan on submission;
drop policy record_read_catalogue on submission;
drop policy record_read_register on submission;
drop policy record_read_ranking on submission;
drop policy if exists record_read_loan_event on submission; -- record_read and record_write: functions/record.sql
