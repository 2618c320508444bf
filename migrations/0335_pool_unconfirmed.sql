-- A pool weighs a good loan by the lesser and a bad one by the greater of what it owes by the version that its cover
-- stands on and by the newest: what a correction makes better of either counts once finance has confirmed it. Covers
-- made before are reckoned anew at the next look (coverage_fill).

alter table coverage add column bad_fen bigint; -- what it weighs once it is bad; null: not reckoned yet
drop index coverage_unfilled;
create index coverage_unfilled on coverage (no) where bad_fen is null;
alter table coverage_sum add column bad_fen bigint not null default 0;
update coverage_sum set bad_fen = owed_fen;
drop function if exists coverage_figures(loan);
drop function if exists coverage_weight_fen(coverage);

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, of_firm) values
    ('RF40', 'high', '冲销后重新成为不良', 'Bad again by a reversal',
     '备案贷款的还款、展期等事件被冲销后重新违约,而其间同一银行在同一方案下的另一笔赔付已获批准',
     'A covered loan is in default again since an event was reversed, and between the two another claim of its bank '
     'under the scheme was approved', '沪知局〔2021〕17号 五(三)', 'flag_rf40_bad_again', false);
