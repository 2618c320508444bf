-- A loan that comes late into a sealed quarter says why: a first version may have a reason, too. It is shown among the
-- restatements, and rule RF37 tells it in the answer.
alter table submission
    drop constraint record_reason_needed,
    add constraint record_reason_needed check (version = 1 or reason is not null);
alter table record_type add column sealed boolean not null default false;
update record_type set sealed = true where name = 'loan';
insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF37', 'low', '计入已封存的季度', 'Counts in a sealed quarter',
     '贷款的签订日在已封存的季度内,而登记或更正在封存之后',
     'Signed in a quarter that was sealed before it was recorded or corrected',
     '沪知局〔2021〕17号 五(三)', 'flag_rf37_after_seal', false);

-- The firms behind each sum, as they were sealed; null in seals made before this.
alter table report_figure add column firms bigint[];
drop function if exists report_sealed_cells(report_seal, text);
