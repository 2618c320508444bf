-- What was paid on facts that were taken back since is found and told; nobody else looks at it again.

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF36', 'high', '补贴支付后其依据的事实被更正', 'A subsidy was paid on facts that were corrected since',
     '支付后,所依据的贷款事件被冲正,或贷款、保单记录被更正,且改变了补贴判定所用的事实',
     'Since the payment an event was reversed, or loan or policy corrected, and a fact that decided changed',
     '各区办法的追回条款', 'flag_rf36_paid_on_changed_facts', false);
