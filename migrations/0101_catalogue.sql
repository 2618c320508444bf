-- Patents on offer and what firms look for (measures 1 to 8 of the plan), what came of bringing them together, and open
-- licences taken at their stated terms.

insert into record_type (name, writers, judged, told, stated) values
    ('catalogue_offer', '{ip_office,district}', true, true, true),
    ('catalogue_need', '{ip_office,district,bank}', true, true, true),
    ('catalogue_followup', '{ip_office,district,bank}', true, false, false),
    ('offer_acceptance', '{ip_office,district}', true, true, true);

create table catalogue_offer (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    number text not null,
    title text not null,
    holder_name text not null,
    holder_kind text not null,
    holder text,
    district text not null,
    way text not null constraint catalogue_offer_way_known check (way in ('transfer', 'licence', 'contribution')),
    licence text constraint catalogue_offer_licence_known check (licence in ('exclusive', 'sole', 'ordinary', 'open')),
    price_from_fen bigint,
    price_to_fen bigint,
    pay_after_days int,
    free_days int,
    licence_years int,
    dormant_since date,
    listed_on date not null,
    valid_until date constraint catalogue_offer_valid_order check (valid_until >= listed_on),
    withdrawn boolean not null,
    ipc text[] not null,
    words text[] not null,
    found tsvector not null, -- the words, as full text
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index catalogue_offer_by_number on catalogue_offer (number);
create index catalogue_offer_by_reference on catalogue_offer (reference);
create index catalogue_offer_by_words on catalogue_offer using gin (found);
call make_append_only('catalogue_offer');

create table catalogue_need (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    reference text not null,
    uscc text not null,
    name text not null,
    district text not null,
    industry text not null,
    size text not null,
    title text not null,
    way text constraint catalogue_need_way_known check (way in ('transfer', 'licence', 'contribution')),
    budget_fen bigint,
    listed_on date not null,
    valid_until date constraint catalogue_need_valid_order check (valid_until >= listed_on),
    withdrawn boolean not null,
    ipc text[] not null,
    words text[] not null,
    found tsvector not null,
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index catalogue_need_by_firm on catalogue_need (uscc);
create index catalogue_need_by_reference on catalogue_need (reference);
create index catalogue_need_by_words on catalogue_need using gin (found);
call make_append_only('catalogue_need');

create table catalogue_followup (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    offer uuid not null,
    need uuid,
    kind text not null constraint catalogue_followup_kind_known
        check (kind in ('visit', 'intent', 'deal', 'loan', 'dropped')),
    on_day date not null,
    deal uuid,
    loan uuid,
    district text not null, -- of the need, else of the offer
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index catalogue_followup_by_offer on catalogue_followup (offer);
create index catalogue_followup_by_need on catalogue_followup (need);
call make_append_only('catalogue_followup');

-- A deal that came of an open licence: of which version of the offer. The deal's own row is in ip_deal.
create table offer_acceptance (
    id uuid not null,
    version int not null,
    org_id bigint not null,
    offer uuid not null,
    offer_version int not null,
    dues json not null, -- [{due_on, amount}]
    recorded_at timestamptz not null,
    primary key (id, version)
);
create index offer_acceptance_by_offer on offer_acceptance (offer);
call make_append_only('offer_acceptance');

-- The catalogue is published: everybody who is somebody reads it. What came of it is its tellers' and the offices'.
alter table catalogue_offer enable row level security;
create policy catalogue_offer_read on catalogue_offer for select to pledged_app using ((select my_kind()) <> '');
create policy catalogue_offer_write on catalogue_offer for insert to pledged_app
    with check (org_id = (select my_org()));
alter table catalogue_need enable row level security;
create policy catalogue_need_read on catalogue_need for select to pledged_app using ((select my_kind()) <> '');
create policy catalogue_need_write on catalogue_need for insert to pledged_app with check (org_id = (select my_org()));
alter table catalogue_followup enable row level security;
create policy catalogue_followup_read on catalogue_followup for select to pledged_app using (
    (select my_kind()) in ('finance', 'ip_office', 'auditor') or org_id = (select my_org())
    or ((select my_kind()) = 'district' and district = (select my_district())));
create policy catalogue_followup_write on catalogue_followup for insert to pledged_app
    with check (org_id = (select my_org()));
alter table offer_acceptance enable row level security;
create policy offer_acceptance_read on offer_acceptance for select to pledged_app using (
    exists (select from ip_deal d where d.id = offer_acceptance.id and d.version = offer_acceptance.version));
create policy offer_acceptance_write on offer_acceptance for insert to pledged_app
    with check (org_id = (select my_org()));
grant select, insert on catalogue_offer, catalogue_need, catalogue_followup, offer_acceptance to pledged_app;
create policy record_read_catalogue on submission for select to pledged_app
    using (type in ('catalogue_offer', 'catalogue_need') and (select my_kind()) <> '');

-- Words that every description of a technique holds say nothing of it.
create table word_common (word text primary key);
insert into word_common (word)
select unnest(array[
    '一种', '技术', '方法', '系统', '装置', '设备', '产品', '工艺', '结构', '材料', '应用', '用于', '进行', '采用',
    '通过', '使用', '具有', '可以', '能够', '实现', '提高', '降低', '减少', '解决', '问题', '需要', '寻找', '希望',
    '适合', '适用', '适用于', '成本', '性能', '效果', '质量', '及其', '以及', '或者', '并且', '现有', '传统',
    '新型', '高效', '研发', '开发', '生产', '制造', '制备', '加工', '企业', '公司', '我们', '目前', '要求', '相关',
    '领域', '方案', '过程', '功能', '部件', '组件', '主要', '包括', '用', '把', '在', '和', '的', '与', '对', '等',
    '中', '为', '可', '高', '低', '好', '不', '能', '使', '或', '由', '从', '并', '后', '时', '下', '上', 'a',
    'an', 'and', 'for', 'in', 'of', 'on', 'the', 'to', 'with']);
call make_append_only('word_common');
grant select on word_common to pledged_app;

-- Which patent classes an industry lives by. GB/T 4754-2017 divisions against IPC classes (three signs) and subclasses
-- (four), read off the titles of both by hand: coarse, and not the office's own concordance (国家知识产权局
-- 《国际专利分类与国民经济行业分类参照关系表(2018)》), which may take its place row by row.
create table industry_ipc (
    division text not null constraint industry_ipc_division_form check (division ~ '^[0-9]{2}$'),
    ipc text not null constraint industry_ipc_ipc_form check (ipc ~ '^[A-H][0-9]{2}[A-Z]?$'),
    source text not null,
    primary key (division, ipc)
);
insert into industry_ipc (division, ipc, source)
select d.division, i, '按 GB/T 4754-2017 大类与 IPC 类名人工对照'
  from (values
    ('01', 'A01'), ('02', 'A01'), ('03', 'A01'), ('04', 'A01'), ('05', 'A01'),
    ('06', 'E21'), ('07', 'E21'), ('08', 'E21'), ('09', 'E21'), ('11', 'E21'),
    ('13', 'A23 A21 A22 C12'), ('14', 'A23 A21'), ('15', 'C12 A23'), ('16', 'A24'), ('17', 'D01 D02 D03 D04 D06'),
    ('18', 'A41 A42 A43 D05'), ('19', 'C14 A43 A45'), ('20', 'B27 E04'), ('21', 'A47 B27'), ('22', 'D21 B31'),
    ('23', 'B41 B42 G03'), ('24', 'A63 G10 B43 B44'), ('25', 'C10'), ('26', 'C01 C05 C06 C07 C08 C09 C11 B01 A01N'),
    ('27', 'A61K A61P C07 C12 G01N A61J'), ('28', 'D01 D02 C08'), ('29', 'B29 C08 B60C'), ('30', 'C03 C04 B28 H01B'),
    ('31', 'C21 C22 B21'), ('32', 'C22 C25 B21'), ('33', 'B21 B22 B23 B65D E05 C23 C25'),
    ('34', 'F01 F02 F03 F04 F15 F16 B23 B24 B25 B65G B66 F25'), ('35', 'A61B A61M A61F A61N B29 B65B A01 B28 H01L B33'),
    ('36', 'B60 B62 F02 H01M H02J'), ('37', 'B61 B63 B64 B62'), ('38', 'H01 H02 H05 F21 H01M'),
    ('39', 'G06 H01L H03 H04 H05K G11 G09 H01Q G02F'), ('40', 'G01 G02 G03 G04 G05 G12'), ('41', 'A45 A46 B33'),
    ('42', 'B09 B29B C02F'), ('43', 'F16 B23P'), ('44', 'H02 F22 F24 G21'), ('45', 'F17 F24'), ('46', 'C02F B01D E03'),
    ('47', 'E04'), ('48', 'E01 E02 E21 E03'), ('49', 'H02 F24 E04'), ('50', 'E04F'), ('53', 'B61'), ('54', 'G08G B60'),
    ('55', 'B63'), ('56', 'B64'), ('58', 'B65'), ('59', 'B65G G06Q'), ('63', 'H04'), ('64', 'G06 H04L'),
    ('65', 'G06 G16 H01L H04L G10L G06T G06V G06N'), ('66', 'G06Q'), ('71', 'G06Q'), ('72', 'G06Q'),
    ('73', 'A61 C07 C12 G01 H01 B01 C08 G16H'), ('74', 'G01 E04 G06'), ('75', 'C02F B09 G06Q'), ('76', 'E02 G01W'),
    ('77', 'C02F B01D B09 F23 A62D'), ('78', 'B09 B65F E01H'), ('81', 'G06F B60S'), ('83', 'G09B'),
    ('84', 'A61 G16H'), ('87', 'H04N G10H')) as d(division, ipcs)
 cross join lateral regexp_split_to_table(d.ipcs, ' ') i;
call make_append_only('industry_ipc');
grant select on industry_ipc to pledged_app;
