-- A pool that a typing error keeps bad after a default; covers about which something waits to be confirmed.

-- The version of its loan that a cover weighs in its pool by, which two persons of finance agreed on, with evidence,
-- after a default; null: that which it stands on. What a claim is paid stays as it was frozen.
alter table coverage add column pool_version int;

-- Was something told of a cover that stands and that finance has to look at? It may be more than there is to confirm.
alter table coverage add column told_since boolean not null default false;
update coverage c
   set told_since = true
 where c.state = 'covered'
   and (exists (select from loan l where l.id = c.loan_id and l.version > c.loan_version)
        or exists (select from loan_event e where e.loan_id = c.loan_id and e.kind = 'repriced'));
create index coverage_told_since on coverage (no) where told_since;
