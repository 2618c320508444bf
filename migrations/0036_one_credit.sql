-- A credit has an identity beyond its contract number: what rules RF29 and RF30 look for is in functions/credit.sql.
-- Shares of a right add up.

alter table loan_ip
    add column share_ppm int -- null: the whole right
        constraint loan_ip_share_range check (share_ppm between 1 and 1000000);

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF29', 'high', '与另一合同似为同一笔贷款', 'Possibly one credit with another contract',
     '同一借款企业(代码或名称相同)的两笔贷款期限重叠,且质押同一知识产权,或金额与签订日都相近',
     'Two loans of one firm (by code or name) overlap and share a right, or are close in amount and signing day',
     '沪知局〔2021〕17号 五(四)', 'flag_rf29_one_credit', false),
    ('RF30', 'med', '金额与该企业其他贷款相差悬殊', 'Out of proportion to the firm''s other loans',
     '金额为该企业其他贷款中最大者的若干倍以上,或不及最小者的若干分之一(疑似单位错误)',
     'The amount is many times the largest of the firm''s other loans, or as far below the smallest (wrong unit?)',
     '沪知局〔2021〕17号 五(四)', 'flag_rf30_hundredfold', false);
insert into flag_threshold (code, name, unit, title, title_en, least, most) values
    ('RF29', 'amount', 'percent', '金额相差', 'Difference in amount', 0, 100),
    ('RF29', 'days', 'days', '签订日相差', 'Days between signing', 0, 3650),
    ('RF30', 'times', 'count', '倍数', 'Times', 2, 1000000);
insert into flag_threshold_value (code, name, effective_from, value, recorded_at)
select x.code, x.name, date '1970-01-01', x.value, now()
  from (values ('RF29', 'amount', 1), ('RF29', 'days', 7), ('RF30', 'times', 100)) as x(code, name, value);

-- They tell and take the share of a right.
drop function if exists pledge_is_against(text, date, date, bigint, uuid);
drop function if exists pledge_against(text, date, date, bigint, uuid);
-- Any double of a credit stands in the way, not one with the same amount alone.
drop function if exists claim_judge_same_credit(claim_case);
