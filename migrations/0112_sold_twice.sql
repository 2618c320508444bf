-- Who gives away what he has given away already (沪知局〔2021〕17号, part five, (四)): functions/flag_rules.sql.
insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF39', 'high', '同一专利重复出让', 'One patent given away twice',
     '同一出让方把同一专利先后转让或作价给不同受让方,其间未曾取回;或独占许可期内又许可他人',
     'One provider transfers or contributes a patent to two acquirers without having got it back, or licenses what '
     'another holds exclusively', '沪知局〔2021〕17号 五(四)', 'flag_rf39_sold_twice', true);
