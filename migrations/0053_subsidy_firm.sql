-- Whose credit it is stands with what was taken, so that a firm of many loans is looked up at once: by its code, and by
-- its name as text_form writes it (what was taken before this: by its code alone).
alter table subsidy_unit add column firm text, add column firm_name text;
update subsidy_unit u
   set firm = l.borrower
  from loan l
 where l.id = u.loan_id and l.version = 1;
create index subsidy_unit_by_firm on subsidy_unit (firm) where item in ('interest', 'principal_award', 'lender_award');
create index subsidy_unit_by_firm_name on subsidy_unit (firm_name)
    where item in ('interest', 'principal_award', 'lender_award');
create index subsidy_unit_by_unit on subsidy_unit (unit); -- the exclusion's index answers no list of units
