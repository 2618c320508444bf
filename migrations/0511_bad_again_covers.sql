-- RF40 looks at covers that its bank was given meanwhile as well.
alter table flag_rule disable trigger append_only;
update flag_rule
   set fires = '备案贷款的还款、展期、分类、作废等事件被冲销后重新违约,而其间同一银行在同一方案下的另一笔赔付已获批准、'
               '续期或支付,或者该行取得了按原状本应暂停受理的新备案(新备案贷款一并列入);'
               '或者仅凭分类上调、展期转为正常,其后 90 日内另一笔赔付或备案如此,现又为不良;'
               '或者不良贷款被作废,其后 90 日内另一笔赔付如此(后两种为中等)',
       fires_en = 'A covered loan is bad again since an event of it, its void included, was reversed, and between the '
                  'two another claim of its bank under the scheme was approved, renewed or paid, or its bank was given '
                  'covers that its pool, as it had stood, would have refused it (whose loans are part of the case); or '
                  'a better grade or an extension alone had made it good, another claim or cover was so within '
                  '90 days, and it is bad again; or it was bad and is void, and another claim was within 90 days '
                  '(both medium)'
 where code = 'RF40';
alter table flag_rule enable trigger append_only;
