-- The plan's 25 measures (沪知局〔2021〕17号, part four): which departments answer for each, what they report and when
-- it is due (/v1/measures, /v1/measure-reports, /v1/measure-rhythms).
--
-- Texts and departments are those of the plan's own text; its annexed table names the same ones. Departments are
-- not organisations: recorder says which kind of organisation records for one. The IP office leads the plan (part
-- five, one) and records for the city's departments, the finance office for the financial regulators, a district
-- for itself.

insert into record_type (name, writers, judged, told) values
    ('measure_report', '{ip_office,finance,district}', true, false),
    ('measure_rhythm', '{ip_office}', true, false);

create table measure_chapter (
    no int primary key,
    zh text not null,
    en text not null
);
create table measure (
    no int primary key,
    chapter int not null references measure_chapter,
    zh text not null,
    en text not null
);
create table department (
    code text primary key,
    no int not null, -- the order of the plan
    zh text not null,
    en text not null,
    recorder text not null,
    district text
);
-- every and due_days count until a measure_rhythm says otherwise: 15 days after the end of each quarter.
create table measure_duty (
    measure int not null references measure,
    department text not null references department,
    every text not null default 'quarter',
    due_days int not null default 15,
    primary key (measure, department)
);
grant select on measure_chapter, measure, department, measure_duty to pledged_app;

insert into measure_chapter values
    (1, '摸清专利底数', 'Take stock of patents'),
    (2, '开展供需对接', 'Match supply and demand'),
    (3, '强化金融服务', 'Strengthen financial services'),
    (4, '完善运营机制', 'Improve operating mechanisms'),
    (5, '夯实工作基础', 'Consolidate the groundwork');
insert into measure values
    (1, 1,
     '委托知识产权服务机构、组织 6000 名中小企业服务专员分别对高校院所与国有企业专利技术供给、中小企业专利技术需求进行调查摸底，形成专利技术供需目录。',
     'Survey patent supply and demand with 6,000 service officers and draw up catalogues'),
    (2, 1,
     '委托知识产权服务机构对高校院所尚未转化的“沉睡专利”数据进行深度加工，将“专利语言”改写为“技术语言”，并关联专利发明人团队等信息，丰富专利信息供给内容，形成专利技术供给产品。',
     'Rewrite dormant patents of universities in technical language as supply products'),
    (3, 1,
     '面向国有企业征集较为成熟、实施难度不大、可向中小企业许可的专利技术，并明确专利技术许可条件。',
     'Collect mature patents of state-owned firms to license to small and medium firms'),
    (4, 2,
     '线上集中发布专利技术供需目录和专利技术供给产品，线下组织高校院所、国有企业深入中小企业开展专利技术对接活动。',
     'Publish catalogues online and bring universities and state-owned firms to small firms'),
    (5, 2,
     '举办专利技术产品推介会、拍卖会等活动，支持中小企业实施转化专利技术。',
     'Hold promotion fairs and auctions of patented technology'),
    (6, 2,
     '鼓励高校院所、国有企业采用“开放许可”方式分享专利技术，通过先使用后缴纳许可费等方式，降低中小企业专利技术获取门槛。',
     'Encourage open licensing, with fees due after use'),
    (7, 2,
     '鼓励高校、科研院所探索建立规范、便捷、开放的专利快速许可等新型许可模式，提前设定清晰、合理的专利技术许可条件，简化许可流程，鼓励降低面向中小企业特别是初创企业的专利技术使用资金成本，解决高校院所在专利许可过程中所面临的商业谈判时间长、合同条款过于复杂等问题。',
     'Explore fast standard licences with terms set in advance and lower costs for start-ups'),
    (8, 2,
     '建设“沉睡专利”推广运用平台，精准分析中小企业技术需求，鼓励和支持“沉睡专利”等专利技术持有人对中小企业降低转让、许可费门槛或采用先免费许可、后有偿转化等方式，并提供后续技术指导，增加专利技术有效供给；积极向中小企业宣传“沉睡专利”推广运用平台，指导线上检索专利技术，有效利用“互联网+”模式，鼓励与专利技术持有人或中介机构进行线上供需对接和技术咨询。',
     'Build a platform for dormant patents with lower or deferred fees and guidance'),
    (9, 3,
     '完善知识产权质押融资风险分担机制，探索建立知识产权质押融资风险补偿基金。',
     'Complete risk sharing of pledge loans and explore a risk-compensation fund'),
    (10, 3,
     '鼓励上海各区完善知识产权金融扶持政策，对知识产权质押融资、保险、证券化以及其他创新金融模式给予贴息、贴费、奖励等支持。',
     'Districts support loans, insurance and securitisation by interest and fee subsidies and awards'),
    (11, 3,
     '开展知识产权金融服务“入园惠企”活动，加强银企对接、银园对接。',
     'Bring intellectual-property finance into parks and to firms'),
    (12, 3,
     '鼓励知识产权保险创新，推动保险机构在深化专利商标保险工作的基础上，开发专利技术交易保险等新产品。',
     'Encourage insurance innovation, patent-transaction insurance among it'),
    (13, 3,
     '推动更多知识产权证券化产品落地，以高价值专利组合为基础，鼓励金融机构学习借鉴证券化产品“浦东模式”，积极探索 ABS、ABN 业务发展新模式。',
     'Bring more securitisations to market: ABS, ABN, after the Pudong model'),
    (14, 3,
     '创新知识产权金融服务，鼓励金融机构开展知识产权集合授信、投贷联动、信托等信贷模式，帮助中小企业拓宽融资渠道。',
     'Innovate credit: pooled credit lines, investment-loan linkage, trusts'),
    (15, 4,
     '在高校院所、国有企业、行业龙头企业、领军企业以及产业园区、产业集聚区、产业创新平台推动建立一批市场化运作的知识产权运营中心，围绕产业关键技术领域核心技术创新，推动高价值专利培育和转化运用，通过交叉许可等方式，提升产业链整体技术水平。',
     'Set up market-run operation centres of intellectual property'),
    (16, 4,
     '围绕上海重点产业发展方向、关键技术领域和知识产权密集型企业，着力建设一批高价值专利培育中心，显著提升企业竞争实力和产业发展动能。',
     'Build cultivation centres of high-value patents'),
    (17, 4,
     '推动高价值专利拥有量处于全市前列的高校院所、企业申报高价值专利升级培育项目，围绕“牵鼻子”“卡脖子”技术形成若干个高价值专利组合，并通过专利技术产业化投入生产实践。',
     'Upgrade projects of high-value patents into portfolios and production'),
    (18, 4,
     '鼓励行业龙头企业、领军企业联合产业链上下游企业及相关科研机构、知识产权服务机构组建产业知识产权联盟或知识产权运营联合体。',
     'Form industry alliances of intellectual property along the chain'),
    (19, 4,
     '在中小企业集聚、产业创新资源集中的科技园区建立专利运营服务集聚区，构建产业、资本、人才、交易、服务等资源集中的专利运营服务体系，推动专利许可转让、质押融资业务受理窗口向集聚区延伸。',
     'Build service clusters in parks, with windows for licences, transfers and pledge loans'),
    (20, 5,
     '完善专利转化领域相关扶持政策，加大对许可转让、知识产权金融、专利产品备案等工作的政策倾斜力度；加强知识产权扶持政策与科技政策、产业政策、区域政策的衔接，发挥政策叠加效应。',
     'Improve supporting policies for patent conversion and join them with others'),
    (21, 5,
     '充分发挥知识产权服务机构在专利供需对接中的桥梁作用，选择一批知识产权品牌服务机构，参与专利供需目录编制、专利供给产品开发、专利供需双方对接、高价值专利升级培育项目。',
     'Choose service agencies as bridges between supply and demand'),
    (22, 5,
     '设立“专利运营特派员”制度，在全市知识产权服务机构中，择优遴选出一批业务能力强、专业素养高、服务质量好的业务骨干，深入高校院所、国有企业和中小企业，为开展专利转化工作提供点对点的精准服务。',
     'Set up special commissioners of patent operation'),
    (23, 5,
     '依托上海市知识产权服务中心、上海市知识产权服务行业协会等机构，面向高校院所、国有企业和中小企业开展专利运营实务培训、业务研讨等活动。',
     'Train universities and firms in patent operation'),
    (24, 5,
     '发挥典型示范引领作用，以专利转移转化成效、专利技术产品营收、吸纳就业人数等绩效为依据，认定一批“专利运营标杆单位”，评选一批“专利运营典型案例”。',
     'Name model units and typical cases of patent operation'),
    (25, 5,
     '引导企业进行专利产品备案，并做好专利技术交易备案登记工作。',
     'Guide firms to file patent products and register patent transactions');
insert into department
select x.code, x.no, x.zh, x.en, x.recorder, null
  from (values
       (1, 'ip_office', '市知识产权局', 'Intellectual Property Administration', 'ip_office'),
       (2, 'economy', '市经济和信息化委', 'Commission of Economy and Informatization', 'ip_office'),
       (3, 'education', '市教委', 'Education Commission', 'ip_office'),
       (4, 'science', '市科委', 'Science and Technology Commission', 'ip_office'),
       (5, 'health', '市卫健委', 'Health Commission', 'ip_office'),
       (6, 'sasac', '市国资委', 'State-owned Assets Commission', 'ip_office'),
       (7, 'financial_regulator', '市地方金融监管局', 'Local Financial Regulatory Bureau', 'finance'),
       (8, 'banking_regulator', '上海银保监局', 'Banking and Insurance Regulatory Bureau', 'finance'))
       as x(no, code, zh, en, recorder)
union all
select d.code, 9, d.zh || '政府', d.en || ' District', 'district', d.code
  from (values ('310101', '黄浦区', 'Huangpu'), ('310104', '徐汇区', 'Xuhui'), ('310105', '长宁区', 'Changning'),
       ('310106', '静安区', 'Jing''an'), ('310107', '普陀区', 'Putuo'), ('310109', '虹口区', 'Hongkou'),
       ('310110', '杨浦区', 'Yangpu'), ('310112', '闵行区', 'Minhang'), ('310113', '宝山区', 'Baoshan'),
       ('310114', '嘉定区', 'Jiading'), ('310115', '浦东新区', 'Pudong'), ('310116', '金山区', 'Jinshan'),
       ('310117', '松江区', 'Songjiang'), ('310118', '青浦区', 'Qingpu'), ('310120', '奉贤区', 'Fengxian'),
       ('310151', '崇明区', 'Chongming')) as d(code, zh, en);
-- By chapter, as the brackets behind each say; 'district': every district.
insert into measure_duty (measure, department)
select m.no, d.code
  from (values
       (1, array['ip_office', 'economy', 'education', 'science', 'health', 'sasac']),
       (2, array['ip_office', 'economy', 'education', 'science', 'health', 'sasac']),
       (3, array['ip_office', 'financial_regulator', 'banking_regulator', 'district']),
       (4, array['ip_office', 'economy', 'education', 'science', 'health', 'sasac', 'district']),
       (5, array['ip_office'])) as x(chapter, departments)
  join measure m on m.chapter = x.chapter
  join department d on d.code = any (x.departments) or (d.district is not null and 'district' = any (x.departments));

call make_append_only('measure_chapter');
call make_append_only('measure');
call make_append_only('department');
call make_append_only('measure_duty');

-- ---- what is reported ----------------------------------------------------------------------------

create table measure_report (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    measure int not null constraint measure_report_measure_range check (measure between 1 and 25),
    department text not null,
    period text not null,
    first_day date not null,
    last_day date not null,
    on_day date not null constraint measure_report_on_order check (on_day >= first_day),
    text text not null,
    figure numeric constraint measure_report_figure_range check (figure >= 0),
    unit text,
    evidence text,
    recorded_at timestamptz not null,
    recorded_by text not null,
    primary key (id, version),
    constraint measure_report_unit_needed check ((figure is null) = (unit is null)),
    constraint measure_report_evidence_needed check (figure is null or evidence is not null)
);
create index measure_report_by_duty on measure_report (measure, department, period);
create table measure_rhythm (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    measure int constraint measure_rhythm_measure_range check (measure between 1 and 25), -- null: all of them
    department text,                                                                     -- null: all of them
    effective_from date not null,
    every text not null constraint measure_rhythm_every_known check (every in ('quarter', 'year', 'none')),
    due_days int constraint measure_rhythm_due_range check (due_days between 1 and 365),
    recorded_at timestamptz not null,
    primary key (id, version),
    constraint measure_rhythm_due_needed check ((every = 'none') = (due_days is null))
);
call make_append_only('measure_report');
call make_append_only('measure_rhythm');

-- Everybody reads how the plan is carried out.
alter table measure_report enable row level security;
create policy measure_report_read on measure_report for select to pledged_app using (true);
create policy measure_report_write on measure_report for insert to pledged_app with check (org_id = (select my_org()));
alter table measure_rhythm enable row level security;
create policy measure_rhythm_read on measure_rhythm for select to pledged_app using (true);
create policy measure_rhythm_write on measure_rhythm for insert to pledged_app with check (org_id = (select my_org()));
create policy record_read_measure on record for select to pledged_app using (type in ('measure_report', 'measure_rhythm'));
grant select, insert on measure_report, measure_rhythm to pledged_app;

-- The periods of the plan that each department has to report on each measure, as the rhythm known by then has it:
-- of several that apply, the one in force last, and of those the more particular one. A year's report is that of
-- its last quarter.
create function measure_slots(known_at timestamptz)
    returns table (measure int, department text, period text, every text, first_day date, last_day date, due_on date)
    language sql stable as $$
    with rhythm as materialized (
        select r.*
          from measure_rhythm r
         where ($1 is null or r.recorded_at <= $1)
           and not has_later(r.id, r.version, $1)
    ),
    quarter as (
        select q::date as first_day, (q + interval '3 months - 1 day')::date as last_day
          from plan p
         cross join lateral generate_series(make_date(p.first_year, 1, 1)::timestamp, make_date(p.last_year, 10, 1), '3 months') q
         where p.code = 'sh-2021-2023'
    ),
    slot as (
        select d.measure, d.department, q.first_day, q.last_day, coalesce(r.every, d.every) as every,
               case when r.every is null then d.due_days else r.due_days end as due_days
          from measure_duty d
         cross join quarter q
          left join lateral (
               select x.every, x.due_days
                 from rhythm x
                where (x.measure is null or x.measure = d.measure)
                  and (x.department is null or x.department = d.department)
                  and x.effective_from <= q.last_day
                order by x.effective_from desc, num_nonnulls(x.measure, x.department) desc, x.department nulls last, x.id
                limit 1) r on true
    )
    select s.measure, s.department,
           case s.every when 'year' then to_char(s.last_day, 'YYYY') else to_char(s.last_day, 'YYYY"Q"Q') end, s.every,
           case s.every when 'year' then date_trunc('year', s.last_day)::date else s.first_day end, s.last_day,
           s.last_day + s.due_days
      from slot s
     where s.every = 'quarter' or (s.every = 'year' and extract(month from s.last_day) = 12)
$$;

-- Each of these periods with the report on it that was there by the day; those not reported have none.
create function measure_standing(as_of date, known_at timestamptz)
    returns table (measure int, department text, period text, every text, first_day date, last_day date, due_on date,
                   report uuid, reported_on date)
    language sql stable as $$
    with report as materialized (
        select r.id, r.measure, r.department, r.period, r.on_day
          from measure_report r
         where r.on_day <= $1
           and ($2 is null or r.recorded_at <= $2)
           and not has_later(r.id, r.version, $2)
    )
    select s.measure, s.department, s.period, s.every, s.first_day, s.last_day, s.due_on, r.id, r.on_day
      from measure_slots($2) s
      left join report r on r.measure = s.measure and r.department = s.department and r.period = s.period
$$;

-- What the ledger itself holds of a measure over a time, as far as the reader may see it: payments of the fund (9) and
-- of subsidies (10), insurance (12), securitisation (13), loans by the products that the plan names (14).
create function measure_ledger(first_day date, last_day date, known_at timestamptz)
    returns table (measure int, name text, zh text, en text, count bigint, amount_fen bigint)
    language sql stable as $$
    with product as (
        select l.product, count(*) as n, sum(l.amount_fen)::bigint as fen
          from loan l
         where l.product <> 'single_pledge'
           and l.signed_on between $1 and $2
           and ($3 is null or l.recorded_at <= $3)
           and not has_later(l.id, l.version, $3)
         group by 1
    ),
    insurance as (
        select i.kind, count(*) as n, sum(i.sum_insured_fen)::bigint as fen
          from insurance_policy i
         where i.starts_on between $1 and $2
           and not isempty(i.cover)
           and ($3 is null or i.recorded_at <= $3)
           and not has_later(i.id, i.version, $3)
         group by 1
    )
    select 9, 'compensation', '风险补偿支付', 'Compensation paid', count(*), coalesce(sum(s.fund_fen), 0)::bigint
      from claim_step s
     where s.step = 'pay' and s.on_day between $1 and $2 and ($3 is null or s.recorded_at <= $3)
    union all
    select 10, 'subsidies', '补贴支付', 'Subsidies paid', count(*), coalesce(sum(s.amount_fen), 0)::bigint
      from application_step s
     where s.step = 'pay' and s.on_day between $1 and $2 and ($3 is null or s.recorded_at <= $3)
    union all
    select 12, 'insurance', '知识产权保险', 'Insurance of intellectual property', coalesce(sum(i.n), 0)::bigint,
           coalesce(sum(i.fen), 0)::bigint
      from insurance i
    union all
    select 12, 'patent_transaction', '专利技术交易保险', 'Patent-transaction insurance', coalesce(sum(i.n), 0)::bigint,
           coalesce(sum(i.fen), 0)::bigint
      from insurance i
     where i.kind = 'patent_transaction'
    union all
    select 13, 'securitisations', '知识产权证券化', 'Securitisations issued', count(*),
           coalesce(sum(fen_of(r.body ->> 'amount')), 0)::bigint
      from record r
     where r.type = 'securitisation' and r.on_day between $1 and $2
       and ($3 is null or r.recorded_at <= $3)
       and not has_later(r.id, r.version, $3)
    union all
    select 14, x.name, x.zh, x.en, coalesce(p.n, 0), coalesce(p.fen, 0)
      from (values ('pooled_credit', '集合授信', 'Pooled credit'), ('invest_loan_linkage', '投贷联动', 'Investment-loan linkage'),
                   ('trust', '信托', 'Trusts')) as x(name, zh, en)
      left join product p on p.product = x.name
$$;

-- Another report of the same department on the same measure and period.
create function report_beside(of_measure int, of_department text, of_period text, self uuid) returns text
    language sql stable as $$
    select r.reference
      from measure_report r
     where r.measure = of_measure and r.department = of_department and r.period = of_period and r.id <> self
       and not has_later(r.id, r.version, null)
     limit 1
$$;

create function period_first(period text) returns date language sql immutable as $$
    select case length(period) when 4 then make_date(period::int, 1, 1)
                else make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1) end
$$;

create function measure_report_problems(id uuid, doc json) returns json[] language plpgsql stable as $$
declare
    p json[] := '{}';
    d department;
    of_measure int := (doc ->> 'measure')::int;
    of_period text := doc ->> 'period';
    on_day date := (doc ->> 'on')::date;
    years text := (select x.first_year || '–' || x.last_year from plan x where x.code = 'sh-2021-2023');
    wanted text;
    other text;
begin
    select x.* into d from department x where x.code = doc ->> 'department';
    if not exists (select from measure_duty x where x.measure = of_measure and x.department = d.code) then
        return array[problem('E_NOT_RESPONSIBLE', '/department', (
            select string_agg(case when y.district is null then y.code end, ', ' order by y.no) ||
                   case when bool_or(y.district is not null) then ', 3101xx' else '' end
              from measure_duty x join department y on y.code = x.department where x.measure = of_measure))];
    end if;
    if d.recorder <> my_kind() or d.district <> my_district() then
        p := p || problem('E_RECORDER', '/department', d.recorder || coalesce(' ' || d.district, ''));
    end if;
    if not exists (select from plan x where x.code = 'sh-2021-2023'
                                        and left(of_period, 4)::int between x.first_year and x.last_year) then
        return p || problem('E_PLAN', '/period', years);
    end if;
    select string_agg(s.period, ', ' order by s.last_day) into wanted
      from measure_slots(null) s
     where s.measure = of_measure and s.department = d.code
       and s.first_day <= period_last(of_period) and s.last_day >= period_first(of_period)
    having not bool_or(s.period = of_period); -- no slot at all: reported though nobody asks for it
    if wanted is not null then
        p := p || problem('E_RHYTHM', '/period', wanted);
    end if;
    if on_day > today() then
        p := p || problem('E_FUTURE', '/on', today()::text);
    elsif on_day < period_first(of_period) then
        p := p || problem('E_ORDER', '/on', period_first(of_period)::text);
    end if;
    other := report_beside(of_measure, d.code, of_period, id);
    if other is not null then
        p := p || problem('E_REPORTED_TWICE', '/period', other);
    end if;
    return p;
end $$;

create function measure_report_row() returns trigger language plpgsql as $$
begin
    -- Two corrections in one statement are judged apart; here they meet.
    perform pg_advisory_xact_lock(hashtextextended('measure ' || (new.body ->> 'measure') || (new.body ->> 'department'), 0));
    if report_beside((new.body ->> 'measure')::int, new.body ->> 'department', new.body ->> 'period', new.id) is not null then
        raise exception 'report % is the second of its period', new.key
            using errcode = '23P01', constraint = 'measure_report_once';
    end if;
    new.district := coalesce((select d.district from department d where d.code = new.body ->> 'department'), '');
    insert into measure_report (id, version, org_id, reference, measure, department, period, first_day, last_day, on_day,
           text, figure, unit, evidence, recorded_at, recorded_by)
    select new.id, new.version, new.org_id, b.reference, b.measure, b.department, b.period, period_first(b.period),
           period_last(b.period), b."on", b.text, b.figure, b.unit, b.evidence, new.recorded_at, new.recorded_by
      from json_to_record(new.body) as b(reference text, measure int, department text, period text, "on" date, text text,
           figure numeric, unit text, evidence text);
    return new;
end $$;
create trigger measure_report_row before insert on record for each row
    when (new.type = 'measure_report') execute function measure_report_row();

create function measure_rhythm_problems(id uuid, doc json) returns json[] language sql stable as $$
    select case when doc ->> 'measure' is not null and doc ->> 'department' is not null and not exists (
                     select from measure_duty d where d.measure = (doc ->> 'measure')::int
                                                  and d.department = doc ->> 'department')
                then array[problem('E_NOT_RESPONSIBLE', '/department', doc ->> 'measure')] else '{}' end
$$;
create function measure_rhythm_row() returns trigger language plpgsql as $$
begin
    insert into measure_rhythm (id, version, org_id, reference, measure, department, effective_from, every, due_days,
           recorded_at)
    select new.id, new.version, new.org_id, b.reference, b.measure, b.department, b.effective_from, b.every, b.due_days,
           new.recorded_at
      from json_to_record(new.body) as b(reference text, measure int, department text, effective_from date, every text,
           due_days int);
    return new;
end $$;
create trigger measure_rhythm_row before insert on record for each row
    when (new.type = 'measure_rhythm') execute function measure_rhythm_row();

do $$
begin
    -- 8 x 6 city departments, 6 x (3 + 16), 5 x (6 + 16), 6 x 1
    assert (select count(*) from measure) = 25, '25 measures';
    assert (select count(*) from measure_duty) = 8 * 6 + 6 * 19 + 5 * 22 + 6, '278 duties';
end $$;
