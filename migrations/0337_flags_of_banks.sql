-- Two rules of red flags on what banks tell, or do not tell.

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

-- RF40 looks at words by which nobody paid anything as well: a better grade, a longer term.
alter table flag_rule disable trigger append_only;
update flag_rule
   set title = '另有赔付获批后重新成为不良', title_en = 'Bad again after another claim',
       fires = '备案贷款的还款、展期、分类等事件被冲销后重新违约,而其间同一银行在同一方案下的另一笔赔付已获批准;'
               '或者仅凭分类上调、展期转为正常,其后 90 日内另一笔赔付获批,现又为不良(此时为中等)',
       fires_en = 'A covered loan is bad again since an event was reversed, and between the two another claim of its '
                  'bank under the scheme was approved; or a better grade or an extension alone had made it good, '
                  'another claim was approved within 90 days, and it is bad again (medium)'
 where code = 'RF40';
alter table flag_rule enable trigger append_only;
