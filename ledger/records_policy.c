/*
 * records_policy.c - subsidies: policies, budgets, applications and the steps on them.
 *
 * A policy's conditions are JSON that rule.c reads; everything else is fields.
 */
#include "city.h"
#include "facts.h"
#include "fields.h"
#include "records.h"
#include "rule.h"
#include <assert.h>

/* ---- policies ------------------------------------------------------------------------------- */

static const struct choice rate_bases[] = {{"actual", "实际利率"}, {"lpr", "LPR"}, {NULL, NULL}};
static const struct choice item_day_counts[] = {/* as enum day_count */
    {"actual/360", "实际/360"}, {"actual/365", "实际/365"}, {"30/360", "30/360"}, {NULL, NULL}};
extern const struct field lpr_fields[];

const char condition_help[] = "{\"all\":[…]} | {\"any\":[…]} | {\"not\":…} | "
                              "{clause, text, legal_ref?, fact, op, value | than, months?}; "
                              "op: eq ne lt le gt ge in between exists";

static const struct field uplift_fields[] = {
    {"share", "加成(百分点)", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "10.00"},
    {"when", "条件", F_JSON, .need = true, .example = condition_help},
    {.name = NULL},
};
static const struct field tier_fields[] = {
    {"from", "起点", F_MONEY, .need = true, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "5000000.00"},
    {"share", "比例", F_RATE, .min = 1, .max = 1000000, .example = "1.50"},
    {"amount", "定额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {.name = NULL},
};
static_assert(COUNT_OF(tier_fields) == TIER_WIDTH + 1, "the enum follows the table");
static const struct field range_fields[] = {
    {"min", "下限", F_RATE, .need = true, .min = 0, .max = 1000000, .example = "30.00"},
    {"max", "上限", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "50.00"},
    {.name = NULL},
};
static_assert(COUNT_OF(range_fields) == RANGE_WIDTH + 1, "the enum follows the table");
static const struct choice payees[] = {{"borrower", "借款企业"}, {"bank", "银行"},
    {"insurer", "保险机构"}, {"guarantor", "担保机构"}, {NULL, NULL}};
static const struct field item_fields[] = {
    {"item", "项目", F_ENUM, .need = true, .choices = policy_items, .example = "interest"},
    {"share", "比例", F_RATE, .min = 1, .max = 1000000, .example = "50.00"},
    {"points", "每年百分点", F_RATE, .min = 1, .max = 360000, .example = "1.50"},
    {"of_loan", "占贷款比例", F_RATE, .min = 1, .max = 1000000, .example = "0.50"},
    {"rate_basis", "利率基础", F_ENUM, .choices = rate_bases, .example = "actual"},
    {"rate_ceiling", "利率上限", F_OBJECT, .of = lpr_fields},
    {"ip_part_only", "只计知识产权部分", F_BOOL, .example = "true"},
    {"months", "月数上限", F_INT, .min = 1, .max = 360, .example = "6"},
    {"years", "年数上限", F_INT, .min = 1, .max = 30, .example = "2"},
    {"day_count", "计息方式", F_ENUM, .choices = item_day_counts, .example = "30/360"},
    {"cap", "单笔上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {"max_of_loan", "不超过贷款的比例", F_RATE, .min = 1, .max = 1000000, .example = "1.00"},
    {"when", "适用条件", F_JSON, .example = condition_help},
    {"uplifts", "加成", F_LIST, .min = 1, .max = 10, .of = uplift_fields},
    {"amount", "定额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "20000.00"},
    {"tiers", "分档(按已放款金额)", F_LIST, .min = 1, .max = 20, .of = tier_fields},
    {"payee", "收款方", F_ENUM, .choices = payees, .example = "borrower"},
    {"share_range", "核定幅度", F_OBJECT, .of = range_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(item_fields) == ITEM_WIDTH + 1, "the enum follows the table");

static const struct choice cap_owners[] = {/* as enum cap_owner */
    {"loan", "每笔"}, {"enterprise", "每户"}, {"bank", "每家银行"}, {NULL, NULL}};
static const struct choice cap_periods[] = {{"year", "每年"}, {"lifetime", "累计"}, {NULL, NULL}};
static const struct field cap_fields[] = {
    {"per", "限额对象", F_ENUM, .need = true, .choices = cap_owners, .example = "enterprise"},
    {"period", "期间", F_ENUM, .choices = cap_periods, .example = "year"},
    {"amount", "限额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "100000.00"},
    {"item", "只限此项", F_ENUM, .choices = policy_items, .example = "interest"},
    {"by_kind", "按险种分别计", F_BOOL, .example = "true"},
    {"when", "适用条件", F_JSON, .example = condition_help},
    {.name = NULL},
};
static_assert(COUNT_OF(cap_fields) == CAP_WIDTH + 1, "the enum follows the table");

static const struct field budget_ref_fields[] = {
    {"account", "预算账户", F_IDENT, .need = true, .ident = ident_account,
        .example = "subsidy:310116:2023"},
    {.name = NULL},
};

static const struct choice version_bys[] = {/* as enum version_by */
    {"application", "申请日"}, {"settlement", "还清日"}, {"draw_down", "放款日"}, {NULL, NULL}};

static const struct field policy_fields[] = {
    {"code", "政策代码", F_IDENT, .need = true, .ident = ident_account, .example = "JS-2023"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 200,
        .example = "金山区专利商标质押贷款贴息"},
    {"district", "区代码", F_IDENT, .ident = ident_district, .example = "310116"},
    {"effective_from", "生效日", F_DAY, .need = true, .example = "2023-07-01"},
    {"effective_to", "失效日", F_DAY, .after = "effective_from", .example = "2024-06-30"},
    {"apply_until", "申报截止日", F_DAY, .after = "effective_from", .example = "2024-09-30"},
    {"legal_ref", "依据", F_TEXT, .need = true, .min = 1, .max = 300,
        .example = "金经委规〔2023〕2号"},
    {"source", "出处", F_TEXT, .min = 1, .max = 500,
        .example = "http://w.csgllb.org.cn/show-96276.html"},
    {"eligible", "条件", F_JSON, .need = true, .example = condition_help},
    {"items", "补贴项目", F_LIST, .need = true, .min = 1, .max = RULE_ITEMS_MAX, .of = item_fields},
    {"caps", "限额", F_LIST, .min = 1, .max = 10, .of = cap_fields},
    {"budget", "预算", F_OBJECT, .of = budget_ref_fields},
    {"excludes", "互斥", F_JSON, .example = "[\"same_interest_day\",\"city_policy\"]"},
    {"version_by", "适用版本", F_ENUM, .choices = version_bys, .example = "settlement"},
    {"declared", "企业可自行声明的事实", F_JSON, .example = "[\"borrower.bad_record\"]"},
    {.name = NULL},
};
static_assert(COUNT_OF(policy_fields) == POLICY_FIELD_COUNT + 1, "the enum follows the table");

/* The account of a budget says whose it is: subsidy:<district>:… */
static void budget_check(const struct value *v, struct err *e)
{
    if (!v[POLICY_BUDGET].present)
        return;
    struct str district =
        v[POLICY_DISTRICT].present ? v[POLICY_DISTRICT].s : str_of(city_here()->code);
    struct str want = arena_printf(e->a, "subsidy:%s:", district.p);
    if (!str_starts(v[POLICY_BUDGET].row[0].s, want.p))
        err_add(e, E_BUDGET_ACCOUNT, STR("/budget/account"), "%s…", want.p);
}

/* A period where several cases count together; a bank's is the year; kinds are those of premiums.
 */
static void cap_check(const struct value *cap, int i, struct err *e)
{
    const char *owner = cap_owners[cap[CAP_PER].n].name;
    bool loan = strcmp(owner, "loan") == 0, bank = strcmp(owner, "bank") == 0;
    struct str pointer = arena_printf(e->a, "/caps/%d/period", i);
    if (!loan && !cap[CAP_PERIOD].present)
        err_add(e, E_NEED, pointer, NULL);
    else if (loan && cap[CAP_PERIOD].present)
        err_add(e, E_UNWANTED, pointer, "%s", owner);
    else if (bank && cap[CAP_PERIOD].n != 0)
        err_add(e, E_CHOICE, pointer, "year");
    if (bank && cap[CAP_ITEM].present)
        err_add(e, E_UNWANTED, arena_printf(e->a, "/caps/%d/item", i), "%s", owner);
    if (cap[CAP_BY_KIND].n && (!cap[CAP_ITEM].present || loan))
        err_add(e, E_NEED, arena_printf(e->a, "/caps/%d/item", i), NULL);
}

static void policy_check(const struct value *v, struct err *e)
{
    const struct value *caps = &v[POLICY_CAPS];
    if (strchr(v[POLICY_CODE].s.p, ':'))
        err_add(e, E_ACCOUNT_CODE, STR("/code"), NULL);
    for (int i = 0; i < caps->count; i++) {
        const struct value *cap = caps->row + i * CAP_WIDTH;
        cap_check(cap, i, e);
    }
    budget_check(v, e);
    (void)rule_load(e->a, v, e); /* its problems are in e */
}
static const struct member policy_read_only[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "draft in_force ended", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"approved_by", M_TEXT, "批准人", .en = "Who approved it", .maybe = true},
    {"approved_at", M_INSTANT, "批准时刻", .en = "When it was approved", .maybe = true},
    {"ended_on", M_DAY, "终止日", .en = "Ended on", .maybe = true},
    {"rule", M_HASH, "规则摘要", .en = "Digest of the rule", .maybe = true},
    {.name = NULL},
};

const struct record policy_record = {
    .name = "policy",
    .path = "/v1/policies",
    .zh = "补贴政策",
    .fields = policy_fields,
    .key = POLICY_CODE,
    .key_also = POLICY_FROM,
    .subject = POLICY_CODE,
    .district = POLICY_DISTRICT,
    .on = POLICY_FROM,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = policy_check,
    .read_only = policy_read_only,
};

/* ---- steps on policies and applications ------------------------------------------------------ */

/* Both tables of steps begin with these. */
enum {
    STEP_KEY,
    STEP_ON_SEEN,
    STEP_OF,
    STEP_NAME,
    STEP_REASON,
    STEP_DAY,
    STEP_MONEY,
    STEP_EVIDENCE
};

static const struct choice policy_steps[] = {{"approve", "批准"}, {"end", "终止"}, {NULL, NULL}};
static const struct field policy_step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "PF-2023-001"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"policy", "政策记录", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = policy_steps, .example = "approve"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "经区政府同意"},
    {"on", "日期", F_DAY, .need = true, .example = "2023-06-20"},
    {.name = NULL},
};

static void policy_step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[STEP_KEY], &v[STEP_ON_SEEN], policy_steps[v[STEP_NAME].n].name);
}

const struct record policy_step_record = {
    .name = "policy_step",
    .path = "/v1/policy-steps",
    .zh = "政策步骤",
    .fields = policy_step_fields,
    .key = STEP_KEY,
    .subject = STEP_OF,
    .district = NO_FIELD,
    .on = STEP_DAY,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .parent = STEP_OF,
    .verb = STEP_NAME,
    .derive = policy_step_derive,
    .read_only = no_read_only,
};

static const struct choice application_steps[] = {{"approve", "批准"}, {"pay", "支付"},
    {"refuse", "不予补贴"}, {"withdraw", "撤回"}, {"clawback", "追回"}, {"confirm", "确认已收回"},
    {NULL, NULL}};
static const struct field application_step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "ZH-2024-001"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"application", "申请", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = application_steps, .example = "approve"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "材料齐全"},
    {"on", "日期(今日)", F_DAY, .example = "2024-08-20"},
    {"amount", "追回金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "25875.00"},
    {"evidence", "到账凭证", F_TEXT, .min = 1, .max = 300, .example = "国库收款回单 2024-0815"},
    {.name = NULL},
};

static void application_step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[STEP_KEY], &v[STEP_ON_SEEN], application_steps[v[STEP_NAME].n].name);
}

/* Money is asked back, or has come, in whole or in part; that it came is on paper. */
static void application_step_check(const struct value *v, struct err *e)
{
    const char *step = application_steps[v[STEP_NAME].n].name;
    bool confirms = strcmp(step, "confirm") == 0;
    if (v[STEP_MONEY].present && !confirms && strcmp(step, "clawback") != 0)
        err_add(e, E_UNWANTED, STR("/amount"), "%s", step);
    if (v[STEP_EVIDENCE].present && !confirms)
        err_add(e, E_UNWANTED, STR("/evidence"), "%s", step);
    else if (confirms && !v[STEP_EVIDENCE].present)
        err_add(e, E_NEED, STR("/evidence"), NULL);
}

const struct record application_step_record = {
    .name = "application_step",
    .path = "/v1/application-steps",
    .zh = "申请步骤",
    .fields = application_step_fields,
    .key = STEP_KEY,
    .subject = STEP_OF,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .weight = 64,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .parent = STEP_OF,
    .verb = STEP_NAME,
    .derive = application_step_derive,
    .check = application_step_check,
    .read_only = no_read_only,
};

/* ---- budgets and loan prime rates ------------------------------------------------------------ */

static const struct choice budget_kinds[] = {
    {"appropriation", "拨款"}, {"carry_over", "结转下年"}, {"return", "缴回"}, {NULL, NULL}};
static const struct field budget_fields[] = {
    {"reference", "凭证号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "YS-2024-001"},
    {"policy", "政策代码", F_IDENT, .need = true, .ident = ident_account, .example = "JS-2023"},
    {"year", "预算年度", F_INT, .need = true, .min = 2000, .max = 2198, .example = "2024"},
    {"kind", "种类", F_ENUM, .need = true, .choices = budget_kinds, .example = "appropriation"},
    {"amount", "金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "2000000.00"},
    {"on", "记账日", F_DAY, .need = true, .example = "2024-01-08"},
    {"memo", "摘要", F_TEXT, .min = 1, .max = 200, .example = "年初预算"},
    {.name = NULL},
};

const struct record budget_record = {
    .name = "budget",
    .path = "/v1/budgets",
    .zh = "补贴预算",
    .fields = budget_fields,
    .key = 0,
    .subject = 1,
    .district = NO_FIELD,
    .on = 5,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = NO_FIELD,
    .read_only = proposed_read_only,
};

/* What is left of a year's budget goes where GET /v1/budget-closings proposes. */
static const struct field closing_fields[] = {
    {"reference", "凭证号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "JZ-2024-001"},
    {"policy", "政策代码", F_IDENT, .need = true, .ident = ident_account, .example = "JS-2023"},
    {"year", "预算年度", F_INT, .need = true, .min = 2000, .max = 2198, .example = "2024"},
    {.name = NULL},
};

const struct record budget_closing_record = {
    .name = "budget_closing",
    .path = "/v1/budget-closings",
    .zh = "预算年终结转",
    .fields = closing_fields,
    .key = 0,
    .subject = 1,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = NO_FIELD,
    .read_only = proposed_read_only,
};

static const struct field lpr_record_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "LPR-2025-05"},
    {"on", "发布日", F_DAY, .need = true, .example = "2025-05-20"},
    {"one_year", "一年期", F_RATE, .need = true, .min = 1, .max = 360000, .example = "3.00"},
    {"five_year", "五年期", F_RATE, .need = true, .min = 1, .max = 360000, .example = "3.50"},
    {.name = NULL},
};

const struct record lpr_record = {
    .name = "lpr",
    .path = "/v1/lpr",
    .zh = "贷款市场报价利率",
    .fields = lpr_record_fields,
    .key = 0,
    .subject = 0,
    .district = NO_FIELD,
    .on = 1,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = NO_FIELD,
    .read_only = proposed_read_only,
};

/* ---- cases: checks and applications ---------------------------------------------------------- */

static const struct field evidence_fields[] = {
    {"fact", "所证明的事实", F_TEXT, .need = true, .min = 1, .max = 60,
        .example = "borrower.high_tech"},
    {"document", "文件名", F_TEXT, .need = true, .min = 1, .max = 200,
        .example = "高新技术企业证书.pdf"},
    {"sha256", "文件 SHA-256", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {.name = NULL},
};
static_assert(COUNT_OF(evidence_fields) == EVIDENCE_WIDTH + 1, "the enum follows the table");

static const struct choice invoice_items[] = {{"insurance_fee", "保险费"},
    {"guarantee_fee", "担保费"}, {"valuation_fee", "评估费"}, {NULL, NULL}};
static const struct field invoice_fields[] = {
    {"item", "费用", F_ENUM, .need = true, .choices = invoice_items, .example = "guarantee_fee"},
    {"invoice_no", "发票号码", F_TEXT, .need = true, .min = 1, .max = 40,
        .example = "24312000000012345678"},
    {"seller", "开票方", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例融资担保有限公司"},
    {"amount", "已付金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "20000.00"},
    {"paid_on", "付款日", F_DAY, .need = true, .past = true, .example = "2023-01-20"},
    {.name = NULL},
};
static_assert(COUNT_OF(invoice_fields) == INVOICE_WIDTH + 1, "the enum follows the table");

static const struct field share_fields[] = {
    {"item", "补贴项目", F_ENUM, .need = true, .choices = policy_items, .example = "interest"},
    {"share", "核定比例", F_RATE, .need = true, .min = 0, .max = 1000000, .example = "45.00"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 300, .example = "重点产业"},
    {.name = NULL},
};
static_assert(COUNT_OF(share_fields) == SHARE_WIDTH + 1, "the enum follows the table");

static const struct field application_fields[] = {
    {"reference", "申请编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "TX-2024-001"},
    {"policy", "政策代码", F_IDENT, .need = true, .ident = ident_account, .example = "JS-2023"},
    {"loan", "贷款合同编号或记录", F_TEXT, .min = 1, .max = 64, .example = "PJ-2022-000123"},
    {"insurance_policy", "保单号或记录", F_TEXT, .min = 1, .max = 64, .example = "BX-2023-0001"},
    {"on", "申请日(今日)", F_DAY, .example = "2024-07-15"},
    {"facts", "受理部门填报或企业声明的事实", F_OBJECT, .of = fact_fields},
    {"evidence", "凭证", F_LIST, .min = 1, .max = 100, .of = evidence_fields},
    {"invoices", "发票", F_LIST, .min = 1, .max = 100, .of = invoice_fields},
    {"shares", "核定比例", F_LIST, .min = 1, .max = 12, .of = share_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(application_fields) == APPLICATION_FIELD_COUNT + 1, "as the enum");
static const struct field check_fields[] = {
    {"policy", "政策代码", F_IDENT, .need = true, .ident = ident_account, .example = "JS-2023"},
    {"policy_from", "政策版本的生效日", F_DAY, .example = "2023-07-01"},
    {"loan", "贷款合同编号或记录", F_TEXT, .min = 1, .max = 64, .example = "PJ-2022-000123"},
    {"insurance_policy", "保单号或记录", F_TEXT, .min = 1, .max = 64, .example = "BX-2023-0001"},
    {"on", "办理日", F_DAY, .example = "2024-07-15"},
    {"facts", "事实", F_OBJECT, .of = fact_fields},
    {"invoices", "发票", F_LIST, .min = 1, .max = 100, .of = invoice_fields},
    {"shares", "核定比例", F_LIST, .min = 1, .max = 12, .of = share_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(check_fields) == CHECK_FIELD_COUNT + 1, "as the enum");

/* What the ledger tells of a loan nobody else does. What it alone can know, as what others have
 * used, is not even supposed; nor are texts that it writes for the rules to read. */
static void facts_check(const struct value *facts, bool supposed, struct err *e)
{
    if (facts->present && facts->row[FACT_OFFICE_SHARES].present)
        err_add(
            e, E_KNOWN, STR("/facts/office.shares"), "shares"); /* they have a place of their own */
    for (int i = 0; facts->present && i < FACT_COUNT; i++) {
        const struct fact_nature *n = &fact_natures[i];
        bool own = i >= FACT_TOLD || i == FACT_LOAN_STRETCHES || i == FACT_LOAN_PAID_FOR;
        if (facts->row[i].present && (own || (!supposed && n->from == FROM_LEDGER)))
            err_add(e, E_KNOWN, arena_printf(e->a, "/facts/%s", fact_fields[i].name), "%s",
                n->supply ? n->supply : "-");
    }
}

/* Evidence is of a fact that is told, and its hash is one. */
static void evidence_check(const struct value *v, struct err *e)
{
    const struct value *facts = &v[APPLICATION_FACTS], *list = &v[APPLICATION_EVIDENCE];
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * EVIDENCE_WIDTH;
        int fact = field_index(fact_fields, x[EVIDENCE_FACT].s);
        if (fact < 0)
            err_add(e, E_FACT, arena_printf(e->a, "/evidence/%d/fact", i), "%s",
                field_nearest(fact_fields, x[EVIDENCE_FACT].s));
        else if (!facts->present || !facts->row[fact].present)
            err_add(
                e, E_UNWANTED, arena_printf(e->a, "/evidence/%d", i), "%s", fact_fields[fact].zh);
        if (strspn(x[EVIDENCE_SHA256].s.p, "0123456789abcdef") != 64)
            err_add(e, E_HASH, arena_printf(e->a, "/evidence/%d/sha256", i), NULL);
    }
}

/* A loan or an insurance policy, one of them. */
static void subject_check(const struct value *loan, const struct value *insurance, struct err *e)
{
    if (loan->present && insurance->present)
        err_add(e, E_UNWANTED, STR("/insurance_policy"), "loan");
}

static void application_check(const struct value *v, struct err *e)
{
    if (!v[APPLICATION_LOAN].present && !v[APPLICATION_INSURANCE].present)
        err_add(e, E_NEED, STR("/loan"), NULL);
    subject_check(&v[APPLICATION_LOAN], &v[APPLICATION_INSURANCE], e);
    facts_check(&v[APPLICATION_FACTS], false, e);
    evidence_check(v, e);
}

static void eligibility_check(const struct value *v, struct err *e)
{
    bool supposed = !v[CHECK_LOAN].present && !v[CHECK_INSURANCE].present;
    facts_check(&v[CHECK_FACTS], supposed, e);
    subject_check(&v[CHECK_LOAN], &v[CHECK_INSURANCE], e);
    if (supposed && !v[CHECK_FACTS].present)
        err_add(e, E_NEED, STR("/loan"), NULL);
}

static const struct member application_step_members[] = {
    {"id", M_ID, "步骤记录", .en = "Record of the step", .maybe = true},
    {"step", M_TEXT, "步骤", .en = "Step"},
    {"state", M_TEXT, "其后状态", .en = "State after it"},
    {"on", M_DAY, "日期", .en = "Day"},
    {"by", M_TEXT, "经办人", .en = "Who took it", .maybe = true},
    {"reason", M_TEXT, "理由", .en = "Reason", .maybe = true},
    {"amount", M_YUAN, "金额", .en = "Amount", .maybe = true},
    {"evidence", M_TEXT, "到账凭证", .en = "Evidence that it came back", .maybe = true},
    {"transfer", M_ID, "转账", .en = "Transfer that it made", .maybe = true},
    {"at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
static const struct member application_read_only[] = {
    {"", M_ALSO, .of = rule_members},
    {"facts_used", M_FIELDS, "所用事实", .en = "The facts it was judged by", .fields = fact_fields},
    {"rule", M_HASH, "规则摘要", .en = "Digest of the rule"},
    {"policy_version", M_DAY, "政策版本的生效日", .en = "Version of the policy"},
    {"state", M_WORD, "状态", .en = "State",
        .words = "refused queued reserved approved paid demanded withdrawn clawed_back"},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"budget", M_TEXT, "预算账户", .en = "Budget account", .null = true},
    {"queue", M_COUNT, "排队位次", .en = "Place in the queue", .maybe = true},
    {"demanded", M_YUAN, "尚未收回", .en = "Asked back and not come yet", .maybe = true},
    {"steps", M_OBJECT, "步骤", .en = "Steps taken", .of = application_step_members, .list = true,
        .maybe = true},
    {"legal_steps", M_TEXT, "可办步骤", .en = "Steps possible now", .list = true, .maybe = true},
    {.name = NULL},
};

static const char *const application_states[] = {"refused", "queued", "reserved", "approved",
    "paid", "demanded", "withdrawn", "clawed_back", NULL};

const struct record application_record = {
    .name = "application",
    .path = "/v1/applications",
    .zh = "补贴申请",
    .fields = application_fields,
    .key = APPLICATION_REFERENCE,
    .subject = APPLICATION_POLICY,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .states = application_states,
    .weight = 16,
    .write = SQL_RECORD_DECIDE,
    .subsidy = true,
    .peek = SQL_RECORD_TRY,
    .decided = true,
    .parent = NO_FIELD,
    .check = application_check,
    .told = rule_told,
    .read_only = application_read_only,
};

const struct record eligibility_record = {
    .name = "eligibility_check",
    .zh = "资格查询",
    .fields = check_fields,
    .parent = NO_FIELD,
    .check = eligibility_check,
    .read_only = no_read_only,
};

static const struct choice rehearsal_days[] = {
    {"settled_on", "还清日"}, {"disbursed_on", "放款日"}, {"signed_on", "签订日"}, {NULL, NULL}};
static const struct field rehearsal_fields[] = {
    {"policy_from", "政策版本的生效日", F_DAY, .example = "2023-07-01"},
    {"from", "起日", F_DAY, .need = true, .example = "2023-01-01"},
    {"to", "止日", F_DAY, .need = true, .after = "from", .example = "2023-12-31"},
    {"by", "每笔的申请日", F_ENUM, .choices = rehearsal_days, .example = "settled_on"},
    {"budget", "预算", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "2000000.00"},
    {"against", "对照政策代码", F_IDENT, .ident = ident_account, .example = "JS-2024"},
    {"against_from", "对照版本的生效日", F_DAY, .example = "2024-07-01"},
    {"facts", "假定每笔如此的事实", F_OBJECT, .of = fact_fields},
    {"list", "列出每一笔", F_BOOL, .example = "false"},
    {.name = NULL},
};

static void rehearsal_check(const struct value *v, struct err *e)
{
    facts_check(&v[REHEARSAL_FACTS], true, e);
}

const struct record rehearsal_record = {
    .name = "rehearsal",
    .zh = "政策试算",
    .fields = rehearsal_fields,
    .parent = NO_FIELD,
    .check = rehearsal_check,
    .read_only = no_read_only,
};
