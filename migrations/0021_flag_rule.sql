-- The rules of red flags (异常预警规则) and the functions that find their cases.
--
-- rf_NN(loans) tells the cases of the whole book (null) or those that involve these loans. It runs as the owner and
-- looks at the newest versions alone. Facts are what decides and nothing that changes by itself from day to day: a
-- case that somebody cleared comes back when they change. Figures are of the case as a whole.
-- Thresholds are proposals where no source is named beside the rule; finance and the IP office change them by record.

insert into flag_rule (code, severity, title, title_en, fires, fires_en, basis, judge, why_not, why_not_en, of_firm) values
    ('RF01', 'high', '该知识产权已在另一笔存续质押中', 'This right is already in another live pledge',
     '同一知识产权的两笔质押在期限上重叠(他行,或本行另一借款企业、另一质权登记号;同一集合授信除外)',
     'Two pledges of one right overlap: of another bank, or of this bank for another firm or under another pledge number; not within one pooled credit',
     '专利权质押登记办法(2021) 9', 'rf_01', null, null, false),
    ('RF02', 'high', '质押期间知识产权无效', 'The right was dead while it was pledged',
     '放款日、任一季末或理赔日知识产权已终止、无效或届满(追溯终止亦计)',
     'At draw-down, a quarter end or the day of a claim the right had lapsed, expired or been invalidated (also with effect from before)',
     '专利法 42、44、47;专利权质押登记办法(2021) 2、4', 'rf_02', null, null, false),
    ('RF03', 'high', '贷款到期日晚于知识产权届满日', 'The loan matures after the right expires',
     '贷款到期日晚于知识产权届满日', 'The loan matures after the right expires',
     '专利权质押登记办法(2021) 6', 'rf_03', null, null, false),
    ('RF04', 'high', '借款人不是知识产权权利人', 'The borrower does not own the right',
     '借款人不是所报或登记簿所载的权利人', 'The borrower is not the owner, as reported or as the register says',
     '专利权质押登记办法(2021) 1', 'rf_04', null, null, false),
    ('RF05', 'med', '专利号与申请日、种类或质押日矛盾,或质押时尚未授权',
     'The number contradicts the filing day, the kind or the pledge, or the right was not granted yet',
     '校验位不符;号码种类位与种类不符;申请年份晚于质押;申请日晚于质押;质押时尚未授权',
     'Its check digit fails; its type digit contradicts the kind; its year or filing day is later than the pledge; not granted at the pledge',
     'ZC 0006-2003;专利权质押登记办法(2021) 3', 'rf_05', null, null, false),
    ('RF06', 'high', '同一知识产权或贷款在多个区、级申请补贴', 'Subsidies in several districts or levels for one right or loan',
     '一年内同一知识产权或同一贷款在两个以上区(或市与区)申请补贴',
     'In a year subsidies are claimed in two districts (or city and district) for one right or one loan',
     '各区办法的不重复支持条款', 'rf_06', null, null, true),
    ('RF07', 'high', '同一贷款获双重支持', 'One loan is supported twice',
     '同一贷款在两个方案理赔,或既获政策性担保(保证保险)赔付又获财政补偿,或两项政策都贴息',
     'One loan is claimed under two schemes, or under a guarantee and fiscal compensation, or two policies subsidise its interest',
     '沪财发〔2022〕8号', 'rf_07', null, null, true),
    ('RF08', 'high', '补贴超过实际成本', 'Subsidies exceed the cost', '贴息合计超过实际支付的利息',
     'The interest subsidies of a loan exceed the interest paid', '各区办法', 'rf_08', null, null, true),
    ('RF09', 'high', '知识产权循环转让', 'The right changes hands in circles',
     '知识产权在限期内回到原权利人,或一年内历经三个以上权利人',
     'The right returns to an earlier owner in time, or has many owners within months',
     '沪知局〔2021〕17号 五(四)', 'rf_09', null, null, true),
    ('RF10', 'med', '质押前突击受让', 'Acquired just before the pledge', '质押前不久才转让给借款人',
     'Assigned to the borrower shortly before the pledge', '沪知局〔2021〕17号 五(四)', 'rf_10', null, null, false),
    ('RF11', 'med', '获补贴或季末后即解押再质押', 'Released right after the subsidy or the quarter end, then pledged again',
     '补贴支付后,或登记后的首个季末之后不久解除质押,同一知识产权随后再质押',
     'Released shortly after a subsidy was paid, or after the first quarter end that counted it, and pledged again later',
     '沪知局〔2021〕17号 五(四)', 'rf_11', null, null, false),
    ('RF12', 'high', '贷款资金回流', 'Round trip of funds', '放款三日内八成以上转入关联账户或回流',
     'Within three days four fifths of the loan leave for related accounts or return', '武汉市审计局(2025)', null,
     '台账没有账户流水', 'The ledger has no movements of bank accounts', true),
    ('RF13', 'high', '多家借款企业共用地址、联系方式或控制人', 'Firms share address, contact or controller',
     '三家以上借款企业地址、联系方式或实际控制人相同(高);客户经理与评估机构都相同(中)',
     'Three borrowers share an address, contact or controller (high), or both account manager and appraiser (med)',
     '武汉市审计局(2025)', 'rf_13', null, null, true),
    ('RF14', 'high', '空壳借款人', 'Shell borrower', '零纳税、零参保、成立不足六个月', 'No tax, no insured staff, younger than six months',
     '武汉市审计局(2025)', null, '台账没有纳税、社保与成立日期', 'The ledger has neither tax nor social insurance nor the day of foundation', true),
    ('RF15', 'med', '流动资金贷款与营业收入不相称', 'Working capital out of proportion to revenue',
     '流动资金贷款(用途未填的亦计)超过营业收入的警戒比例(中)或停付比例(高)',
     'A working-capital loan (or one of unstated purpose) exceeds the warning share of revenue (med) or the stopping share (high)',
     '吉林审计案例(96%)', 'rf_15', null, null, false),
    ('RF16', 'med', '评估价值异常', 'Valuation outlier', '评估价值超过同类中位数若干倍,或限期内重估上涨过快',
     'The valuation exceeds many times the median of its kind, or rose too fast within months', '', 'rf_16', null, null, false),
    ('RF17', 'low', '评估机构集中', 'One appraiser prevails', '一家评估机构占某行一年贷款的比例过高',
     'One appraiser valued too large a share of a bank''s loans of a year', '武汉市审计局(2025)', 'rf_17', null, null, false),
    ('RF18', 'low', '批量凑数', 'Batch inflation', '小额贷款质押件数多而单件价值极低,或各件评估价值相同',
     'A small loan with many rights that are worth little each, or all valued alike', '', 'rf_18', null, null, false),
    ('RF19', 'med', '拆分贷款', 'Split loans', '同一企业同日多笔贷款,各笔略低于限额',
     'Loans of one firm and day, each just below the cap', '广州 2023 年办法的限额', 'rf_19', null, null, false),
    ('RF20', 'high', '结清或不良后才登记质权', 'Registered after settlement or default', '质权登记日晚于结清日或不良日',
     'The pledge was registered after the loan was settled or had gone bad', '民法典 444', 'rf_20', null, null, false),
    ('RF21', 'med', '放款早于质权登记超过限期', 'Drawn down long before registration', '放款日早于质权登记日超过限期(其间无质权)',
     'Drawn down more than the days allowed before the pledge was registered: there was none meanwhile',
     '民法典 444', 'rf_21', null, null, false),
    ('RF22', 'low', '利率异常', 'Rate out of line', '利率高于 LPR 的倍数或加点上限,或低于资金成本下限',
     'The rate is above the multiple of LPR or the spread over it, or below the cost of funds', '中关村 2021;川 2025', 'rf_22', null, null, false),
    ('RF23', 'med', '季末冲量', 'Quarter-end spike', '季度最后几日签订且次季解押的贷款占某行该季过半',
     'Loans of a quarter''s last days that were released in the next make up most of a bank''s quarter', '', 'rf_23', null, null, false),
    ('RF24', 'high', '理赔不合规', 'A claim out of order', '早于触发日、晚于期限,或放款后很久才入台账的贷款',
     'Claimed before the trigger or after the deadline, or of a loan that entered the ledger long after its draw-down',
     '各方案', 'rf_24', null, null, false),
    ('RF25', 'high', '追回款未上缴', 'Recovery not remitted', '银行收回款项后,限期内未向基金缴回份额',
     'The bank recovered money and the fund has not had its share in time', '各方案', 'rf_25', null, null, false),
    ('RF26', 'high', '知识产权担保占比不足', 'The share secured by IP is too small', '知识产权担保占比低于方案或政策的下限',
     'The part secured by IP is below the least of its scheme or policy', '金经委规〔2023〕2号;武汉 2024', 'rf_26', null, null, false),
    ('RF27', 'med', '质押贷款不良率超过容忍度', 'Bad-loan ratio beyond tolerance', '知识产权质押贷款不良率高于本行不良率 3 个百分点以上',
     'The bad-loan ratio of pledge loans exceeds the bank''s own by more than three points', '上海 2025 行动方案', null,
     '台账只有质押贷款,没有银行整体不良率', 'The ledger knows pledge loans alone, not a bank''s overall ratio', false),
    ('RF28', 'low', '同日申请的实用新型与发明', 'Utility model with an invention of the same day',
     '质押的实用新型有同一权利人同日申请的发明', 'A pledged utility model has an invention of the same owner and filing day',
     '专利权质押登记办法(2021) 10', 'rf_28', null, null, false);

insert into flag_threshold (code, name, unit, title, title_en, least, most) values
    ('RF09', 'return_months', 'months', '回到原权利人的期限', 'Months within which it returns', 1, 120),
    ('RF09', 'owners', 'count', '权利人个数', 'Owners', 2, 20),
    ('RF09', 'owner_months', 'months', '历经的期限', 'Months in which they follow', 1, 120),
    ('RF10', 'days', 'days', '质押前天数', 'Days before the pledge', 1, 3650),
    ('RF11', 'days', 'days', '其后天数', 'Days after', 1, 365),
    ('RF13', 'borrowers', 'count', '借款企业家数', 'Borrowers', 2, 1000),
    ('RF13', 'pair_borrowers', 'count', '客户经理与评估机构都相同的家数', 'Borrowers with both manager and appraiser', 2, 100000),
    ('RF15', 'warn', 'percent', '警戒比例', 'Warning share', 1, 1000),
    ('RF15', 'stop', 'percent', '停付比例', 'Stopping share', 1, 1000),
    ('RF16', 'times', 'count', '中位数倍数', 'Times the median', 2, 10000),
    ('RF16', 'rise', 'percent', '重估涨幅', 'Rise', 1, 100000),
    ('RF16', 'months', 'months', '重估间隔', 'Months between', 1, 120),
    ('RF16', 'least', 'count', '同类样本下限', 'Valuations of the kind at least', 3, 1000000),
    ('RF17', 'share', 'percent', '占比', 'Share', 1, 100),
    ('RF17', 'least', 'count', '贷款笔数下限', 'Loans at least', 1, 1000000),
    ('RF18', 'rights', 'count', '质押件数', 'Rights', 2, 200),
    ('RF18', 'loan', 'yuan', '小额贷款上限', 'A small loan at most', 1, 1000000000),
    ('RF18', 'value', 'yuan', '单件价值', 'Value of one right', 1, 1000000000),
    ('RF19', 'cap', 'yuan', '限额', 'Cap', 1, 1000000000000),
    ('RF19', 'margin', 'percent', '低于限额的幅度', 'Below it by at most', 0, 100),
    ('RF19', 'loans', 'count', '笔数', 'Loans', 2, 1000),
    ('RF21', 'days', 'days', '允许天数', 'Days allowed', 0, 3650),
    ('RF22', 'multiplier', 'percent', 'LPR 倍数上限', 'Multiple of LPR', 50, 1000),
    ('RF22', 'spread', 'percent', 'LPR 加点上限', 'Spread over LPR', 0, 36),
    ('RF22', 'floor', 'percent', '资金成本下限', 'Cost of funds', 0, 36),
    ('RF23', 'share', 'percent', '占比', 'Share', 1, 100),
    ('RF23', 'days', 'days', '季末天数', 'Last days', 1, 90),
    ('RF23', 'least', 'count', '该季笔数下限', 'Loans of the quarter at least', 1, 1000000),
    ('RF24', 'ledger_from', 'day', '台账启用日', 'First day of the ledger', 0, 100000),
    ('RF24', 'days', 'days', '放款后入账期限', 'Days from draw-down to the ledger', 0, 3650),
    ('RF25', 'days', 'days', '缴回期限', 'Days to remit', 0, 3650);
insert into flag_threshold_value (code, name, effective_from, value, recorded_at)
select x.code, x.name, date '1970-01-01', x.value, now()
  from (values ('RF09', 'return_months', 24), ('RF09', 'owners', 3), ('RF09', 'owner_months', 12), ('RF10', 'days', 90),
               ('RF11', 'days', 30), ('RF13', 'borrowers', 3), ('RF13', 'pair_borrowers', 3), ('RF15', 'warn', 50),
               ('RF15', 'stop', 90), ('RF16', 'times', 10), ('RF16', 'rise', 100), ('RF16', 'months', 12),
               ('RF16', 'least', 30), ('RF17', 'share', 60), ('RF17', 'least', 20), ('RF18', 'rights', 10),
               ('RF18', 'loan', 1000000), ('RF18', 'value', 10000), ('RF19', 'cap', 10000000), ('RF19', 'margin', 5),
               ('RF19', 'loans', 2), ('RF21', 'days', 30), ('RF22', 'multiplier', 140), ('RF22', 'spread', 1.5),
               ('RF22', 'floor', 1), ('RF23', 'share', 50), ('RF23', 'days', 5), ('RF23', 'least', 3), ('RF24', 'days', 120),
               ('RF25', 'days', 30),
               -- loans drawn before there was a ledger could not be in it
               ('RF24', 'ledger_from', coalesce((select min(r.recorded_at) from record r)::date, today()) - date '1970-01-01')
       ) as x(code, name, value);

-- ---- what the rules look at --------------------------------------------------------------------

create view loan_latest as
    select l.* from loan l where not exists (select from loan n where n.id = l.id and n.version = l.version + 1);
-- Events that were not reversed.
create view loan_event_standing as
    select e.*
      from loan_event e
     where e.kind <> 'reversed'
       and not exists (select from loan_event r where r.loan_id = e.loan_id and r.kind = 'reversed' and r.reverses = e.reference);

-- What two firms write alike when they mean the same: without spaces, hyphens and case.
create function shared_text(t text) returns text language sql immutable parallel safe as
    $$ select nullif(lower(regexp_replace(t, '[\s-]', '', 'g')), '') $$;
create index loan_by_address on loan (shared_text(address)) where address is not null;
create index loan_by_contact on loan (shared_text(contact)) where contact is not null;
create index loan_by_controller on loan (shared_text(controller)) where controller is not null;
create index loan_by_manager on loan (account_manager) where account_manager is not null;

-- ---- the loan and its rights by themselves -----------------------------------------------------

create function flag_rights(rule text, loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select f.code, p.record_id || ' ' || p.number, f.severity, null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, f.member), f.facts, false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     cross join lateral flag_of_right(p.number, p.kind, p.owner, l.borrower, p.filed_on, p.expires_on, l.signed_on,
           l.registered_on, l.matures_on) f
     where f.code = rule
       and (loans is null or p.record_id = any (loans));
end $$;
create function flag_loans(rule text, loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select f.code, l.id || case when f.code = 'RF15' then ' ' || f.severity else '' end, f.severity, null::jsonb, l.id, l.version,
           f.member, f.facts, false
      from loan_latest l
     cross join lateral flag_of_loan(l.amount_fen, l.ip_amount_fen, l.rate_ppm, l.revenue_fen, l.purpose, l.signed_on,
           l.disbursed_on, l.registered_on, l.scheme) f
     where f.code = rule
       and (loans is null or l.id = any (loans));
end $$;
-- What the registers tell of pledged rights (0012), as cases of a rule.
create function flag_registers(rule text, loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select g.flag, g.record_id || ' ' || g.number, u.severity, null::jsonb, g.record_id, g.version, g.pointer,
           jsonb_build_object('number', g.number, 'on', g.on_day, 'state', g.state), false
      from pledge_grounds(array(
               select distinct p.record_id
                 from loan_ip p
                where p.number in (select e.number from ip_event e)
                  and (loans is null or p.record_id = any (loans))), null) g
      join flag_rule u on u.code = g.flag
     where g.flag = rule;
end $$;
create function rf_02(loans uuid[]) returns setof flag_found language sql stable as $$ select * from flag_registers('RF02', loans) $$;
create function rf_03(loans uuid[]) returns setof flag_found language sql stable as $$
    select * from flag_rights('RF03', loans)
    union all
    select * from flag_registers('RF03', loans)
$$;
create function rf_04(loans uuid[]) returns setof flag_found language sql stable as $$
    select * from flag_rights('RF04', loans)
    union all
    select * from flag_registers('RF04', loans)
$$;
create function rf_15(loans uuid[]) returns setof flag_found language sql stable as $$ select * from flag_loans('RF15', loans) $$;
create function rf_21(loans uuid[]) returns setof flag_found language sql stable as $$ select * from flag_loans('RF21', loans) $$;
create function rf_22(loans uuid[]) returns setof flag_found language sql stable as $$ select * from flag_loans('RF22', loans) $$;

-- Numbers are checked before they are stored; here they are checked again.
create function rf_05(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select f.* from flag_rights('RF05', loans) f
    union all
    select f.* from flag_registers('RF05', loans) f
    union all
    select 'RF05', p.record_id || ' ' || p.number, 'med', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'kind'), jsonb_build_object('number', p.number, 'kind', p.kind), false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     where p.kind <> ip_kind(p.number)
       and (loans is null or p.record_id = any (loans));
end $$;

-- A utility model with an invention of the same owner and day, as the register says or as loans show.
create function rf_28(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select f.* from flag_registers('RF28', loans) f
    union all
    select 'RF28', p.record_id || ' ' || p.number, 'low', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'number'), jsonb_build_object('number', p.number, 'filed_on', p.filed_on), false
      from loan_ip p
      join loan_latest l on l.id = p.record_id and l.version = p.version
     where p.kind = 'utility_model' and p.filed_on is not null and p.owner is not null
       and (loans is null or p.record_id = any (loans))
       and exists (select from loan_ip o
                    where o.kind = 'invention' and o.owner = p.owner and o.filed_on = p.filed_on);
end $$;

-- ---- pledges -----------------------------------------------------------------------------------

-- A pledge lasts from registration (or signing) until it was released, else settled, else to the end of the term.
create function rf_01(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with many as materialized ( -- rights that could be in two pledges at all
        select p.number
          from loan_ip p
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where loans is null or p.number = any (array(select y.number from loan_ip y where y.record_id = any (loans)))
         group by p.number
        having count(distinct (p.org_id, l.borrower, l.pledge_no)) > 1
    ),
    pledge as materialized (
        select p.number, p.record_id, p.version, p.org_id, l.borrower, l.pledge_no, l.facility_no, p.from_day, p.until_day
          from many m
          join loan_ip p on p.number = m.number
          join loan_latest l on l.id = p.record_id and l.version = p.version
    ),
    span as materialized (
        select p.*, pledge_ends(p.record_id, p.until_day) as end_day
          from pledge p
    )
    select 'RF01', s.number, 'high', null::jsonb, s.record_id, s.version, ip_pointer(s.record_id, s.version, s.number, 'number'),
           jsonb_build_object('number', s.number), false
      from span s
     where exists (select from span o
                    where o.number = s.number and o.record_id <> s.record_id
                      and s.from_day < o.end_day and o.from_day < s.end_day
                      and (o.org_id <> s.org_id
                           or ((o.borrower <> s.borrower or coalesce(o.pledge_no <> s.pledge_no, false))
                               and coalesce(o.facility_no <> s.facility_no, true))));
end $$;

-- Owners follow each other in the register. A return: to who owned it before somebody else did. Many: that many different
-- owners within the months. The loans that pledge the right are part of the case.
create function rf_09(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with right_no as materialized (
        select distinct e.number
          from ip_event e
         where e.kind = 'transferred'
           and (loans is null or e.number = any (array(select p.number from loan_ip p where p.record_id = any (loans))))
    ),
    owned as materialized ( -- n: the place in the chain; from_day: null when the register begins in the middle
        select n.number, s.id, s.on_day, s.owners,
               row_number() over (partition by n.number order by s.on_day, k.rank, s.reference) as n
          from right_no n
          join ip_event s on s.number = n.number and cardinality(s.owners) > 0
          join ip_event_kind k on k.event = s.kind
         where not exists (select from ip_event r where r.number = s.number and r.kind = 'reversed' and r.reverses = s.reference
                              and r.org_id = s.org_id)
    ),
    back as ( -- gone with the event after a, back with b
        select a.number, b.id, 'returned' as how
          from owned a
          join owned gone on gone.number = a.number and gone.n = a.n + 1 and not gone.owners && a.owners
          join owned b on b.number = a.number and b.n > gone.n and b.owners && a.owners
         where b.on_day <= gone.on_day + make_interval(months => (select flag_limit('RF09', 'return_months'))::int)
    ),
    many as (
        select b.number, b.id, 'many_owners'
          from owned b
         where b.n > 1
           and (select count(distinct y.owner)
                  from owned a
                 cross join lateral unnest(a.owners) as y(owner)
                 where a.number = b.number and a.n <= b.n
                   -- who owned it at the beginning of the months counts too
                   and coalesce((select x.on_day from owned x where x.number = a.number and x.n = a.n + 1), 'infinity')
                       > b.on_day - make_interval(months => (select flag_limit('RF09', 'owner_months'))::int))
               >= (select flag_limit('RF09', 'owners'))
    ),
    hit as materialized (
        select x.number, x.id, string_agg(distinct x.how, ' ') as how
          from (select * from back union all select * from many) x
         where exists (select from loan_ip p where p.number = x.number)
         group by x.number, x.id
    )
    select 'RF09', h.number, 'high', null::jsonb, h.id, 1, '/owner_uscc', jsonb_build_object('number', h.number, 'how', h.how), false
      from hit h
    union all
    select distinct 'RF09', h.number, 'high', null::jsonb, p.record_id, p.version,
           ip_pointer(p.record_id, p.version, p.number, 'number'), jsonb_build_object('number', h.number), false
      from hit h
      join loan_ip p on p.number = h.number
      join loan_latest l on l.id = p.record_id and l.version = p.version;
end $$;

create function rf_10(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with hit as materialized (
        select p.record_id, p.version, p.number, e.id, e.on_day, p.from_day
          from ip_event e
          join loan_ip p on p.number = e.number
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where e.kind = 'transferred' and l.borrower = any (e.owners)
           and p.from_day - e.on_day between 0 and (select flag_limit('RF10', 'days'))
           and (loans is null or p.record_id = any (loans))
           and not exists (select from ip_event r where r.number = e.number and r.kind = 'reversed' and r.reverses = e.reference
                              and r.org_id = e.org_id)
    )
    select 'RF10', h.record_id || ' ' || h.number, 'med', null::jsonb, h.record_id, h.version,
           ip_pointer(h.record_id, h.version, h.number, 'number'),
           jsonb_build_object('number', h.number, 'transferred_on', h.on_day, 'pledged_on', h.from_day), false
      from hit h
    union all
    select 'RF10', h.record_id || ' ' || h.number, 'med', null::jsonb, h.id, 1, '/on',
           jsonb_build_object('number', h.number, 'transferred_on', h.on_day), false
      from hit h;
end $$;

create function rf_11(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with released as materialized (
        select e.loan_id, e.id, e.on_day, l.version, coalesce(l.registered_on, l.signed_on) as from_day
          from loan_event_standing e
          join loan_latest l on l.id = e.loan_id
         where e.kind = 'pledge_released'
           and (loans is null or e.loan_id = any (loans))
    ),
    soon as materialized (
        select r.*, case when r.on_day > quarter_end(r.from_day)
                          and r.on_day <= quarter_end(r.from_day) + (select flag_limit('RF11', 'days'))::int then quarter_end(r.from_day) end as after_quarter,
               (select max(s.on_day)
                  from application a
                  join application_step s on s.application = a.id and s.step = 'pay'
                 where a.loan_id = r.loan_id and s.on_day <= r.on_day
                   and r.on_day <= s.on_day + (select flag_limit('RF11', 'days'))::int) as after_subsidy
          from released r
    ),
    again as materialized (
        select distinct on (s.loan_id, p.number) s.*, p.number, o.record_id as again_id, o.version as again_version, o.from_day as again_on
          from soon s
          join loan_ip p on p.record_id = s.loan_id and p.version = s.version
          join loan_ip o on o.number = p.number and o.record_id <> p.record_id and o.from_day >= s.on_day
          join loan_latest l on l.id = o.record_id and l.version = o.version
         where s.after_quarter is not null or s.after_subsidy is not null
         order by s.loan_id, p.number, o.from_day, o.record_id
    )
    select 'RF11', a.loan_id || ' ' || a.number, 'med', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_strip_nulls(jsonb_build_object('number', a.number, 'released_on', a.on_day, 'quarter_end', a.after_quarter,
                                                'subsidy_on', a.after_subsidy)), false
      from again a
     cross join lateral (values
           (a.loan_id, a.version, ip_pointer(a.loan_id, a.version, a.number, 'number')),
           (a.id, 1, '/on'),
           (a.again_id, a.again_version, ip_pointer(a.again_id, a.again_version, a.number, 'number'))) as x(record_id, version, pointer);
end $$;

-- ---- firms and loans ---------------------------------------------------------------------------

create function rf_13(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with said as materialized (
        select l.id, l.version, l.borrower, v.what, v.value, v.pointer
          from loan_latest l
         cross join lateral (values ('address', shared_text(l.address), '/borrower_address'),
                                    ('contact', shared_text(l.contact), '/borrower_contact'),
                                    ('controller', shared_text(l.controller), '/controller')) as v(what, value, pointer)
         where loans is null and v.value is not null
        union all -- around loans: what they say, and who else says so, by index
        select l.id, l.version, l.borrower, 'address', m.value, '/borrower_address'
          from (select distinct shared_text(x.address) as value from loan_latest x where x.id = any (loans)) m
          join loan l on shared_text(l.address) = m.value and l.address is not null and not has_later(l.id, l.version, null)
        union all
        select l.id, l.version, l.borrower, 'contact', m.value, '/borrower_contact'
          from (select distinct shared_text(x.contact) as value from loan_latest x where x.id = any (loans)) m
          join loan l on shared_text(l.contact) = m.value and l.contact is not null and not has_later(l.id, l.version, null)
        union all
        select l.id, l.version, l.borrower, 'controller', m.value, '/controller'
          from (select distinct shared_text(x.controller) as value from loan_latest x where x.id = any (loans)) m
          join loan l on shared_text(l.controller) = m.value and l.controller is not null and not has_later(l.id, l.version, null)
    ),
    crowd as (
        select s.what, s.value, count(distinct s.borrower) as borrowers
          from said s
         group by s.what, s.value
        having count(distinct s.borrower) >= (select flag_limit('RF13', 'borrowers'))
    ),
    -- a manager and an appraiser each serve many firms; both together are told, and stop nothing
    pair as (
        select l.id, l.version, l.borrower, l.org_id || ' ' || shared_text(l.account_manager) || ' ' || shared_text(p.appraiser) as value
          from loan_latest l
         cross join lateral (select distinct y.appraiser from loan_ip y
                              where y.record_id = l.id and y.version = l.version and y.appraiser is not null) p
         where l.account_manager is not null
           and (loans is null or l.account_manager = any (array(select x.account_manager from loan x where x.id = any (loans))))
    ),
    pairs as (
        select p.value, count(distinct p.borrower) as borrowers
          from pair p
         group by p.value
        having count(distinct p.borrower) >= (select flag_limit('RF13', 'pair_borrowers'))
    )
    select 'RF13', s.what || ' ' || s.value, 'high', jsonb_build_object('shared', s.what, 'borrowers', c.borrowers),
           s.id, s.version, s.pointer, jsonb_build_object(s.what, s.value, 'borrower', s.borrower), false
      from crowd c
      join said s on s.what = c.what and s.value = c.value
    union all
    select 'RF13', 'manager ' || p.value, 'med', jsonb_build_object('shared', 'account_manager and appraiser', 'borrowers', c.borrowers),
           p.id, p.version, '/account_manager', jsonb_build_object('borrower', p.borrower), false
      from pairs c
      join pair p on p.value = c.value;
end $$;

create function rf_16(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with valued as materialized (
        select p.record_id, p.version, p.number, p.kind, p.valuation_fen, l.signed_on
          from loan_ip p
          join loan_latest l on l.id = p.record_id and l.version = p.version
         where p.valuation_fen > 0
    ),
    middle as (
        select v.kind, percentile_disc(0.5) within group (order by v.valuation_fen) as fen
          from valued v
         group by v.kind
        having count(*) >= (select flag_limit('RF16', 'least'))
    ),
    risen as ( -- the newer of two valuations, and the older
        select v.*, before.record_id as before_id, before.version as before_version
          from valued v
          join valued before on before.number = v.number and before.record_id <> v.record_id
                            and before.signed_on < v.signed_on
                            and v.signed_on <= before.signed_on + make_interval(months => (select flag_limit('RF16', 'months'))::int)
                            and v.valuation_fen * 100 > before.valuation_fen * (100 + (select flag_limit('RF16', 'rise')))
    )
    select 'RF16', v.record_id || ' ' || v.number, 'med', jsonb_build_object('median', yuan_text(m.fen)), v.record_id, v.version,
           ip_pointer(v.record_id, v.version, v.number, 'valuation'),
           jsonb_build_object('number', v.number, 'valuation', yuan_text(v.valuation_fen)), false
      from valued v
      join middle m on m.kind = v.kind
     where v.valuation_fen > m.fen * (select flag_limit('RF16', 'times'))
       and (loans is null or v.record_id = any (loans))
    union all
    select 'RF16', 'risen ' || r.record_id || ' ' || r.number, 'med', null::jsonb, x.record_id, x.version,
           ip_pointer(x.record_id, x.version, r.number, 'valuation'), jsonb_build_object('number', r.number), false
      from risen r
     cross join lateral (values (r.record_id, r.version), (r.before_id, r.before_version)) as x(record_id, version)
     where loans is null or r.record_id = any (loans);
end $$;

create function rf_17(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with valued as materialized (
        select distinct l.id, l.version, l.org_id, extract(year from l.signed_on)::int as year, p.appraiser
          from loan_latest l
          join loan_ip p on p.record_id = l.id and p.version = l.version
         where p.appraiser is not null
           and (loans is null or l.org_id = any (array(select x.org_id from loan x where x.id = any (loans))))
    ),
    book as (
        select v.org_id, v.year, count(distinct v.id) as n from valued v group by v.org_id, v.year
    ),
    prevailing as (
        select v.org_id, v.year, v.appraiser, count(*) as n, b.n as all_n
          from valued v
          join book b on b.org_id = v.org_id and b.year = v.year
         group by v.org_id, v.year, v.appraiser, b.n
        having b.n >= (select flag_limit('RF17', 'least')) and count(*) * 100 > b.n * (select flag_limit('RF17', 'share'))
    )
    select 'RF17', v.org_id || ' ' || v.year || ' ' || v.appraiser, 'low',
           jsonb_build_object('appraiser', v.appraiser, 'year', v.year, 'loans', p.n, 'of', p.all_n),
           v.id, v.version, '/ip', jsonb_build_object('appraiser', v.appraiser), false
      from prevailing p
      join valued v on v.org_id = p.org_id and v.year = p.year and v.appraiser = p.appraiser;
end $$;

create function rf_18(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select 'RF18', l.id::text, 'low', null::jsonb, l.id, l.version, '/ip',
           jsonb_build_object('rights', count(*), 'least', yuan_text(min(p.valuation_fen)), 'most', yuan_text(max(p.valuation_fen))), false
      from loan_latest l
      join loan_ip p on p.record_id = l.id and p.version = l.version
     where l.amount_fen <= (select flag_limit('RF18', 'loan')) * 100
       and (loans is null or l.id = any (loans))
     group by l.id, l.version
    having count(*) >= (select flag_limit('RF18', 'rights'))
       and count(p.valuation_fen) = count(*)
       and (sum(p.valuation_fen) < count(*) * (select flag_limit('RF18', 'value')) * 100 or min(p.valuation_fen) = max(p.valuation_fen));
end $$;

create function rf_19(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with below as materialized (
        select l.id, l.version, l.borrower, l.signed_on, l.amount_fen
          from loan_latest l
         where l.amount_fen < (select flag_limit('RF19', 'cap')) * 100
           and l.amount_fen >= (select flag_limit('RF19', 'cap')) * (100 - (select flag_limit('RF19', 'margin')))
           and (loans is null or l.borrower = any (array(select x.borrower from loan x where x.id = any (loans))))
    )
    select 'RF19', b.borrower || ' ' || b.signed_on, 'med', jsonb_build_object('loans', g.n, 'signed_on', b.signed_on),
           b.id, b.version, '/amount', jsonb_build_object('amount', yuan_text(b.amount_fen), 'signed_on', b.signed_on), false
      from (select y.borrower, y.signed_on, count(*) as n from below y group by y.borrower, y.signed_on
            having count(*) >= (select flag_limit('RF19', 'loans'))) g
      join below b on b.borrower = g.borrower and b.signed_on = g.signed_on;
end $$;

-- Gone bad: graded substandard or worse, or written off.
create function rf_20(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with ended as materialized (
        select distinct on (e.loan_id) l.id, l.version, l.registered_on, e.id as event, e.kind, e.on_day
          from loan_event_standing e
          join loan_latest l on l.id = e.loan_id
         where (e.kind in ('settled', 'written_off') or e.grade in ('substandard', 'doubtful', 'loss'))
           and l.registered_on > e.on_day
           and (loans is null or l.id = any (loans))
         order by e.loan_id, e.on_day, e.id
    )
    select 'RF20', e.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('registered_on', e.registered_on, 'event', e.kind, 'on', e.on_day), false
      from ended e
     cross join lateral (values (e.id, e.version, '/registered_on'), (e.event, 1, '/on')) as x(record_id, version, pointer);
end $$;

create function rf_23(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with lent as materialized (
        select l.id, l.version, l.org_id, quarter_end(l.signed_on) as quarter, l.amount_fen,
               l.signed_on > quarter_end(l.signed_on) - (select flag_limit('RF23', 'days'))::int
               and exists (select from loan_event_standing e
                            where e.loan_id = l.id and e.kind = 'pledge_released'
                              and e.on_day > quarter_end(l.signed_on)
                              and e.on_day <= quarter_end(quarter_end(l.signed_on) + 1)) as spike
          from loan_latest l
         where loans is null or l.org_id = any (array(select x.org_id from loan x where x.id = any (loans)))
    ),
    spikes as (
        select x.org_id, x.quarter
          from lent x
         group by x.org_id, x.quarter
        having count(*) >= (select flag_limit('RF23', 'least'))
           and sum(x.amount_fen) filter (where x.spike) * 100 > sum(x.amount_fen) * (select flag_limit('RF23', 'share'))
    )
    select 'RF23', x.org_id || ' ' || x.quarter, 'med', jsonb_build_object('quarter_end', x.quarter), x.id, x.version, '/signed_on',
           jsonb_build_object('quarter_end', x.quarter), false
      from spikes s
      join lent x on x.org_id = s.org_id and x.quarter = s.quarter and x.spike;
end $$;

-- ---- claims and subsidies ----------------------------------------------------------------------

create function rf_06(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with asked as materialized (
        select n.application, n.loan_id, l.version, n.district, extract(year from n.on_day)::int as year, p.number
          from application_now n
          join loan_latest l on l.id = n.loan_id
          join loan_ip p on p.record_id = l.id and p.version = l.version
         where n.state in ('queued', 'reserved', 'approved', 'paid')
           and (loans is null or p.number = any (array(select y.number from loan_ip y where y.record_id = any (loans))))
    ),
    twice as materialized (
        select a.number, a.year
          from asked a
         group by a.number, a.year
        having count(distinct a.district) > 1
    )
    select 'RF06', t.year || ' ' || t.number, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('number', t.number, 'year', t.year), false
      from twice t
      join asked a on a.number = t.number and a.year = t.year
     cross join lateral (values (a.application, 1, '/loan'),
                                (a.loan_id, a.version, ip_pointer(a.loan_id, a.version, a.number, 'number'))) as x(record_id, version, pointer);
end $$;

create function rf_07(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with supported as materialized ( -- each way in which money for one loan is asked for
        select c.loan_id, 'claim' as how, c.scheme_code as whose, c.id as record_id, '/loan' as pointer
          from claim c
         where claim_counts(c.id) and (loans is null or c.loan_id = any (loans))
        union all
        select u.loan_id, 'interest', a.policy_code, a.id, '/loan'
          from subsidy_unit u
          join application a on a.id = u.application
         where u.item = 'interest' and (loans is null or u.loan_id = any (loans))
        union all -- a guarantee that paid, beside a scheme in which no insurer bears a part
        select p.loan, 'claim', 'guarantee ' || p.policy_no, k.id, '/paid'
          from insurance_claim k
          join insurance_policy p on p.id = k.policy
         where k.outcome = 'paid' and not has_later(k.id, k.version, null) and not has_later(p.id, p.version, null)
           and p.loan is not null and (loans is null or p.loan = any (loans))
           and not exists (select from claim c
                             join scheme s on s.id = c.scheme
                            cross join lateral json_array_elements(s.body -> 'layers') y
                            where c.loan_id = p.loan and y ->> 'party' = 'insurer')
        union all -- a policy guarantee, where the scheme excludes it
        select c.loan_id, 'claim', 'guarantor ' || l.guarantor, l.id, '/guarantor_uscc'
          from claim c
          join scheme s on s.id = c.scheme
          join loan_latest l on l.id = c.loan_id
         where l.guarantor is not null and (s.body ->> 'excludes_guaranteed')::boolean and claim_counts(c.id)
           and (loans is null or c.loan_id = any (loans))
    ),
    twice as (
        select s.loan_id, s.how
          from supported s
         group by s.loan_id, s.how
        having count(distinct s.whose) > 1
    )
    select 'RF07', t.how || ' ' || t.loan_id, 'high', null::jsonb, x.record_id, x.version, x.pointer, x.facts, false
      from twice t
     cross join lateral (
           select s.record_id, (select max(r.version) from record r where r.id = s.record_id) as version, s.pointer,
                  jsonb_build_object('how', t.how, 'whose', s.whose) as facts
             from supported s
            where s.loan_id = t.loan_id and s.how = t.how
           union all
           select l.id, l.version, '', jsonb_build_object('how', t.how) from loan_latest l where l.id = t.loan_id) x;
end $$;

-- Interest: what events told; of a settled loan whose events told none, what its contract says (amount × rate × days ÷ 360,
-- half a fen upwards); of an open one nothing. As loan_cases (0007) counts it.
create function rf_08(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with granted as materialized (
        select u.loan_id, sum(u.amount_fen)::bigint as fen
          from subsidy_unit u
         where u.item = 'interest' and (loans is null or u.loan_id = any (loans))
         group by u.loan_id
    ),
    cost as (
        select g.loan_id, l.version, g.fen,
               case when e.interest is not null then e.interest
                    when e.settled_on is null then 0
                    else div(2 * l.amount_fen::numeric * l.rate_ppm * (e.settled_on - coalesce(e.drawn_on, l.disbursed_on, l.signed_on))
                             + 360000000, 2 * 360000000::numeric)::bigint end as paid
          from granted g
          join loan_latest l on l.id = g.loan_id
          left join lateral (
               select sum(x.interest_fen)::bigint as interest, max(x.on_day) filter (where x.kind = 'settled') as settled_on,
                      min(x.on_day) filter (where x.kind = 'disbursed') as drawn_on
                 from loan_event_standing x
                where x.loan_id = l.id) e on true
    )
    select 'RF08', c.loan_id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('subsidies', yuan_text(c.fen), 'interest_paid', yuan_text(c.paid)), false
      from cost c
     cross join lateral (
           select c.loan_id as record_id, c.version, '' as pointer
           union all
           select u.application, 1, '/loan' from subsidy_unit u where u.loan_id = c.loan_id and u.item = 'interest') x
     where c.fen > c.paid;
end $$;

-- Judged again as it stands now; and whether its loan was in the ledger in time.
create function rf_24(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with asked as materialized (
        select c.*, r.body as doc, (select x from loan x where x.id = l.id and x.version = l.version) as the_loan,
               l.version as loan_version, first.recorded_at as known_at,
               coalesce((select min(e.on_day) from loan_event_standing e where e.loan_id = l.id and e.kind = 'disbursed'), l.disbursed_on) as drawn_on,
               (select s.on_day from claim_step s where s.claim = c.id and s.step = 'accept' order by s.n desc limit 1) as received
          from claim c
          join record r on r.id = c.id and r.version = 1
          join record first on first.id = c.loan_id and first.version = 1
          join loan_latest l on l.id = c.loan_id
         where claim_counts(c.id) and (loans is null or c.loan_id = any (loans))
    ),
    wrong as (
        select a.id, a.loan_id, a.loan_version, x.problem ->> 0 as why, x.problem ->> 2 as arg
          from asked a
          join scheme s on s.id = a.scheme
         cross join lateral unnest(judge_trigger(row(a.org_id, a.doc, a.id, a.on_day, a.received, a.the_loan,
                                   loan_fold(a.the_loan, a.on_day, null, null), s, s.body)::claim_case)) as x(problem)
        union all
        select a.id, a.loan_id, a.loan_version, 'late_in_ledger', a.drawn_on || ' ' || (a.known_at at time zone 'Asia/Shanghai')::date
          from asked a
         where a.drawn_on >= date '1970-01-01' + (select flag_limit('RF24', 'ledger_from'))::int
           and (a.known_at at time zone 'Asia/Shanghai')::date > a.drawn_on + (select flag_limit('RF24', 'days'))::int
    )
    select 'RF24', w.id || ' ' || w.why, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('why', w.why, 'detail', w.arg), false
      from wrong w
     cross join lateral (values (w.id, 1, '/on'), (w.loan_id, w.loan_version, '/disbursed_on')) as x(record_id, version, pointer);
end $$;

create function rf_25(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    with back as materialized (
        select c.id, c.loan_id, e.id as event, e.on_day
          from claim c
          join loan_event_standing e on e.loan_id = c.loan_id and e.kind in ('repaid', 'recovered', 'settled')
                                    and e.on_day > c.on_day and e.on_day < today() - (select flag_limit('RF25', 'days'))::int
         where (loans is null or c.loan_id = any (loans))
           and claim_untold_fen(c) > 0
    )
    select 'RF25', b.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer, x.facts, false
      from back b
     cross join lateral (
           select b.id as record_id, 1 as version, '/loan' as pointer, '{}'::jsonb as facts
           union all
           select b.event, 1, '/on', jsonb_build_object('on', b.on_day)
           union all
           select l.id, l.version, '', '{}'::jsonb from loan_latest l where l.id = b.loan_id) x;
end $$;

-- Of a loan under its scheme, of a claim under the scheme it was made under, of an application under its policy.
create function rf_26(loans uuid[]) returns setof flag_found language plpgsql stable as $$
begin
    return query
    select f.* from flag_loans('RF26', loans) f
    union all
    select 'RF26', a.id::text, 'high', null::jsonb, x.record_id, x.version, x.pointer,
           jsonb_build_object('least', q.least, 'share', percent_text(div(l.ip_amount_fen::numeric * 1000000, l.amount_fen)::bigint)), false
      from (select y.id, y.loan_id, jsonb_path_query(p.body::jsonb -> 'eligible',
                   '$.** ? (@.fact == "loan.ip_share" && (@.op == "ge" || @.op == "gt")).value') #>> '{}' as least
              from application_now n
              join application y on y.id = n.application
              join policy p on p.id = y.policy
             where n.state in ('queued', 'reserved', 'approved', 'paid')
            union all
            select c.id, c.loan_id, s.body ->> 'ip_share_min'
              from claim c
              join scheme s on s.id = c.scheme
             where claim_counts(c.id)) as q(id, loan_id, least)
      join lateral (select q.id) a on true
      join loan_latest l on l.id = q.loan_id
     cross join lateral (values (q.id, 1, '/loan'), (l.id, l.version, '/ip_amount')) as x(record_id, version, pointer)
     where l.ip_amount_fen::numeric * 100 < l.amount_fen * q.least::numeric
       and (loans is null or q.loan_id = any (loans));
end $$;

do $$
declare
    u flag_rule;
begin
    for u in select * from flag_rule where judge is not null loop
        assert (select count(*) = 0 from flag_find(u.code, array[gen_random_uuid()])), u.code;
        execute format('revoke all on function %I(uuid[]) from public', u.judge);
    end loop;
end $$;
