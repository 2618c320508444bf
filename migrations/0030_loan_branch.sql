-- The branch of the bank that handles a loan (经办支行): a bank asks after its own book by it. Nobody told it before.
alter table loan add column branch text;
create or replace view loan_latest as
    select l.*
      from loan l
     where not exists (select from loan n where n.id = l.id and n.version = l.version + 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');
