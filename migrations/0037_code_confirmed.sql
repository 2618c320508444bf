-- A credit code whose check digit is off, as some licences show it, is taken when its sender confirms it, and flagged.

alter table loan add column confirmed text[]; -- the fields that hold such codes

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF31', 'low', '统一社会信用代码校验位不符,经报送方确认', 'A credit code whose check digit is off',
     '代码校验位不符,报送方确认证照如此记载',
     'The sender confirmed that the licence shows a code whose check digit is off',
     'GB 32100-2015', 'flag_rf31_code_confirmed', false);

-- The view has the columns that the table had when it was made.
create or replace view loan_latest as
    select l.*
      from loan l
     where not exists (select from loan n where n.id = l.id and n.version = l.version + 1)
       and not exists (select from loan_void v where v.loan_id = l.id and v.until_at = 'infinity');
