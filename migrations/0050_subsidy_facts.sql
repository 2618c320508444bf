-- Subsidies are judged by facts of the ledger. Who applies cannot tell them; what the ledger cannot know the deciding
-- office states, with a document, or the firm where the policy says that it may. What is taken is taken of a credit, an
-- invoice or an insurance policy, whatever contract, district or version it is asked for under.

-- Facts that the deciding office states; all others are the ledger's own. The same as ledger/fact_natures.c says.
create table office_fact (
    name text primary key,
    title text not null
);
insert into office_fact (name, title) values
    ('borrower.operating_district', '实际经营区'),
    ('borrower.tax_district', '纳税区'),
    ('borrower.registered_on', '企业登记日'),
    ('borrower.bad_record', '三年内有严重失信或违法'),
    ('borrower.high_tech', '高新技术企业'),
    ('borrower.tech_sme', '科技型中小企业'),
    ('borrower.kind', '主体类型'),
    ('insurance.high_value_patents', '承保高价值专利'),
    ('insurance.belt_and_road', '目标市场为共建“一带一路”国家'),
    ('insurance.domestic_only', '仅承保国内专利'),
    ('aid.interest', '利息已获其他资助'),
    ('aid.insurance_fee', '保险费已获其他资助'),
    ('aid.guarantee_fee', '担保费已获其他资助'),
    ('aid.valuation_fee', '评估费已获其他资助'),
    ('aid.premium', '保费已获其他资助');
call make_append_only('office_fact');
grant select on office_fact to pledged_app;

-- What a decision was made of: the facts that its rule asks for, and the terms in months of its interest (0: the whole
-- loan). A decision without them was made by the rules before this: it is not judged again.
alter table application
    add column asks text[],
    add column months int[],
    add column insurance_policy uuid,
    alter column loan_id drop not null,
    add constraint application_subject check (num_nonnulls(loan_id, insurance_policy) = 1);
alter table application_now
    add column insurance_policy uuid,
    alter column loan_id drop not null;
create index application_now_by_insurance on application_now (insurance_policy) where insurance_policy is not null;

-- What is taken once for ever: "interest <credit>", "principal_award <credit>", "premium <insurance policy>",
-- "invoice <seller> <number>". Of interest the days, of everything else all of it.
alter table subsidy_unit
    add column unit text,
    alter column loan_id drop not null,
    drop constraint subsidy_unit_taken_once,
    drop constraint subsidy_unit_pkey,
    drop constraint subsidy_unit_amount_range,
    add constraint subsidy_unit_amount_range check (amount_fen >= 0);
update subsidy_unit set unit = item || ' ' || loan_id;
alter table subsidy_unit
    alter column unit set not null,
    add primary key (application, unit),
    add constraint subsidy_unit_taken_once exclude using gist (unit with =, days with &&);
create index subsidy_unit_by_loan on subsidy_unit (loan_id);

drop function if exists loan_cases(uuid[]);
drop function if exists subsidy_case_guard(uuid, text, text, date);
drop function if exists subsidy_loan_usage(uuid[]);
