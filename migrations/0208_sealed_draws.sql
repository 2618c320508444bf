-- A draw told after a seal changes what the seal shows, since it takes the place of the day that the loan itself tells:
-- such a loan is one that was touched. Of those told before this was known:
insert into sealed_change (loan_id, recorded_at)
select distinct e.loan_id, e.recorded_at
  from loan_event e
 where e.kind = 'disbursed'
   and e.recorded_at > (select min(s.known_at) from report_seal s)
on conflict do nothing;
