-- Abnormal operation of patents (沪知局〔2021〕17号, part five, (四)): deals that stop payments for the firms in them.

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF32', 'high', '专利交易双方为同一控制人', 'One controller on both sides of a deal',
     '出让方与受让方的实际控制人相同,或一方即另一方的控制人',
     'Provider and acquirer have one controller, or one of them controls the other',
     '沪知局〔2021〕17号 五(四)', 'flag_rf32_one_controller', true),
    ('RF33', 'high', '专利交易价格畸高', 'A deal far from any price',
     '每件专利的成交金额超过同类交易中位数的若干倍且不低于起点金额',
     'The value a patent exceeds many times the median of its kind, and is not small',
     '沪知局〔2021〕17号 五(四)', 'flag_rf33_far_price', true),
    ('RF34', 'high', '专利一年内频繁转让', 'A patent that moved often in a year',
     '同一专利在限期内经多次转让或作价入股', 'One patent was transferred or contributed often within months',
     '沪知局〔2021〕17号 五(四)', 'flag_rf34_moved_often', true),
    ('RF35', 'high', '专利循环交易', 'Deals in a circle',
     '专利经交易在限期内回到原出让方', 'A patent came back by deals to whoever gave it away',
     '沪知局〔2021〕17号 五(四)', 'flag_rf35_deal_circle', true);
insert into flag_threshold (code, name, unit, title, title_en, least, most) values
    ('RF33', 'times', 'count', '中位数倍数', 'Times the median', 2, 10000),
    ('RF33', 'least', 'count', '同类交易数下限', 'Deals of the kind at least', 3, 1000000),
    ('RF33', 'floor', 'yuan', '起点金额', 'Not below', 0, 1000000000),
    ('RF34', 'months', 'months', '期限', 'Months', 1, 120),
    ('RF34', 'deals', 'count', '交易次数', 'Deals', 2, 100),
    ('RF35', 'months', 'months', '期限', 'Months', 1, 120);
insert into flag_threshold_value (code, name, effective_from, value, recorded_at)
select x.code, x.name, date '1970-01-01', x.value, now()
  from (values ('RF33', 'times', 20), ('RF33', 'least', 10), ('RF33', 'floor', 1000000), ('RF34', 'months', 12),
               ('RF34', 'deals', 3), ('RF35', 'months', 24)) as x(code, name, value);
