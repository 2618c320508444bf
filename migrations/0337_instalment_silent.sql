-- A due day of a loan's plan of instalments that passed without a word of it: RF41 (functions/flag_rules.sql). The plan
-- creates no arrears; it says what somebody ought to have told.

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF41', 'low', '还款计划到期而未报', 'An instalment fell due in silence',
     '还款计划中到期若干日的本金,既未报还款,也未报逾期',
     'Principal of the plan of instalments fell due and after some days neither a repayment nor arrears were told',
     '沪知局〔2021〕17号 五(三)', 'flag_rf41_instalment_silent', false);
insert into flag_threshold (code, name, unit, title, title_en, least, most) values
    ('RF41', 'days', 'days', '宽限日数', 'Days to tell it', 0, 365);
insert into flag_threshold_value (code, name, effective_from, value, recorded_at)
values ('RF41', 'days', date '1970-01-01', 30, now());
