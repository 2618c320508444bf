-- RF40 looks at defaults that were taken back and told again as well.
alter table flag_rule disable trigger append_only;
update flag_rule
   set fires = replace(fires, '或者仅凭分类上调、展期转为正常,', '或者仅凭分类上调、展期或冲销违约记录转为正常,'),
       fires_en = replace(fires_en, 'a better grade or an extension alone had made it good,',
                          'a better grade, an extension or the reversal of its default alone had made it good,')
 where code = 'RF40';
alter table flag_rule enable trigger append_only;
