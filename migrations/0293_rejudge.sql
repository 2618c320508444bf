-- A correction of a covered loan has the conditions of its scheme judged again, by the facts of the version that the
-- cover was given on and by those of the newest, both as the loan's life was known when it was given. The mark stands
-- from the correction until that is done.

alter table coverage add column rejudge boolean not null default false;
create index coverage_rejudge on coverage (no) where rejudge;

-- What was corrected before is judged now.
update coverage c
   set rejudge = true
 where c.state in ('covered', 'suspended')
   and exists (select from scheme s where s.id = c.scheme and s.body -> 'conditions' is not null)
   and exists (select from loan l where l.id = c.loan_id and l.version > c.loan_version);

-- Of a loan they tell any version now, its life as it was known at an instant.
drop function if exists loan_cases(uuid[]);
drop function if exists subsidy_pledgee(uuid);
drop function if exists subsidy_first_pledge(uuid);
drop function if exists subsidy_loan_more(uuid, text[], int[], date, boolean);
drop function if exists subsidy_loan_guard(uuid);
drop function if exists coverage_guard(uuid);
drop function if exists coverage_waiting(int);
