-- Covers and claims against whom they gain.

-- By how much the facts of now raise the fund's share of a covered loan; a correction lowers what a claim is paid, and
-- putting it right brings back no more than was promised.
alter table coverage add column raised_ppm int; -- null: as its terms say
update coverage c
   set rejudge = true -- what was corrected before, at the next look
 where c.state in ('covered', 'suspended')
   and exists (select from loan l where l.id = c.loan_id and l.version > c.loan_version)
   and exists (select from scheme s where s.id = c.scheme and s.body -> 'uplifts' is not null);
drop function if exists coverage_judge_again(coverage, json);
drop function if exists coverage_may_be_claimed(coverage);
drop function if exists coverage_repriced_beyond(loan, scheme_terms);

-- What a bank told to have come back is refused by two persons of finance: the first word is kept beside what it is of.
alter table claim_step add column word uuid;
create index claim_step_word on claim_step (claim, word) where word is not null;
