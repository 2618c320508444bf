-- An insurance has an identity beyond the number of its policy: rule RF38 (functions/insurance.sql).
insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF38', 'med', '与另一保险单似为同一份保险', 'Possibly one insurance with another policy',
     '同一保险机构为同一企业承保的两份同险种保险,保险金额与起止日期都相近;解除前只计一份',
     'Two policies of one insurer for one firm and kind are close in sum and days; until it is cleared they are one',
     '沪知局〔2021〕17号 五(四)', 'flag_rf38_one_insurance', false);
insert into flag_threshold (code, name, unit, title, title_en, least, most) values
    ('RF38', 'amount', 'percent', '保险金额相差', 'Difference in the sum insured', 0, 100),
    ('RF38', 'days', 'days', '起止日期相差', 'Days between starts and between ends', 0, 3650);
insert into flag_threshold_value (code, name, effective_from, value, recorded_at)
select x.code, x.name, date '1970-01-01', x.value, now()
  from (values ('RF38', 'amount', 1), ('RF38', 'days', 7)) as x(code, name, value);
update record_type set flagged = true where name = 'insurance_policy';
