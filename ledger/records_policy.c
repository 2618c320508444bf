/*
 * records_policy.c - subsidies: policies, budgets, applications and the steps on them.
 *
 * A policy's conditions are JSON that rule.c reads; everything else is fields.
 */
#include "facts.h"
#include "fields.h"
#include "records.h"
#include "rule.h"
#include <assert.h>

/* ---- policies ------------------------------------------------------------------------------- */

const struct choice policy_items[] = {{"interest", "贴息"}, {"insurance_fee", "贴保险费"},
    {"guarantee_fee", "贴担保费"}, {"valuation_fee", "贴评估费"}, {"premium", "贴保费"},
    {"principal_award", "借款奖励"}, {"lender_award", "放款奖励"}, {NULL, NULL}};
static const struct choice rate_bases[] = {{"actual", "实际利率"}, {"lpr", "LPR"}, {NULL, NULL}};
static const struct choice day_counts[] = {
    {"30/360", "30/360"}, {"actual/360", "实际/360"}, {"actual/365", "实际/365"}, {NULL, NULL}};
extern const struct field lpr_fields[];

static const char condition_help[] =
    "{\"all\":[…]} | {\"any\":[…]} | {\"not\":…} | {clause, text, legal_ref?, fact, op, value}; "
    "op: eq ne lt le gt ge in between exists";

static const struct field uplift_fields[] = {
    {"share", "加成(百分点)", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "10.00"},
    {"when", "条件", F_JSON, .need = true, .example = condition_help},
    {.name = NULL},
};
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
    {"day_count", "计息方式", F_ENUM, .choices = day_counts, .example = "30/360"},
    {"cap", "单笔上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {"max_of_loan", "不超过贷款的比例", F_RATE, .min = 1, .max = 1000000, .example = "1.00"},
    {"when", "适用条件", F_JSON, .example = condition_help},
    {"uplifts", "加成", F_LIST, .min = 1, .max = 10, .of = uplift_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(item_fields) == ITEM_WIDTH + 1, "the enum follows the table");

static const struct choice cap_owners[] = {
    {"loan", "每笔贷款"}, {"enterprise", "每户"}, {NULL, NULL}};
static const struct choice cap_periods[] = {{"year", "每年"}, {"lifetime", "累计"}, {NULL, NULL}};
static const struct field cap_fields[] = {
    {"per", "限额对象", F_ENUM, .need = true, .choices = cap_owners, .example = "enterprise"},
    {"period", "期间", F_ENUM, .choices = cap_periods, .example = "year"},
    {"amount", "限额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "100000.00"},
    {.name = NULL},
};
static_assert(COUNT_OF(cap_fields) == CAP_WIDTH + 1, "the enum follows the table");

static const struct field budget_ref_fields[] = {
    {"account", "预算账户", F_IDENT, .need = true, .ident = ident_account,
        .example = "subsidy:310116:2023"},
    {.name = NULL},
};

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
    {.name = NULL},
};
static_assert(COUNT_OF(policy_fields) == POLICY_FIELD_COUNT + 1, "the enum follows the table");

/* The account of a budget says whose it is: subsidy:<district>:… */
static void budget_check(const struct value *v, struct err *e)
{
    if (!v[POLICY_BUDGET].present)
        return;
    struct str district = v[POLICY_DISTRICT].present ? v[POLICY_DISTRICT].s : STR("310000");
    struct str want = arena_printf(e->a, "subsidy:%s:", district.p);
    if (!str_starts(v[POLICY_BUDGET].row[0].s, want.p))
        err_add(e, E_BUDGET_ACCOUNT, STR("/budget/account"), "%s…", want.p);
}

static void policy_check(const struct value *v, struct err *e)
{
    const struct value *caps = &v[POLICY_CAPS];
    if (strchr(v[POLICY_CODE].s.p, ':'))
        err_add(e, E_ACCOUNT_CODE, STR("/code"), NULL);
    for (int i = 0; i < caps->count; i++) {
        const struct value *cap = caps->row + i * CAP_WIDTH;
        bool enterprise = cap[CAP_PER].n == 1;
        struct str pointer = arena_printf(e->a, "/caps/%d/period", i);
        if (enterprise && !cap[CAP_PERIOD].present)
            err_add(e, E_NEED, pointer, NULL);
        else if (!enterprise && cap[CAP_PERIOD].present)
            err_add(e, E_UNWANTED, pointer, "%s", "loan");
    }
    budget_check(v, e);
    (void)rule_load(e->a, v, e); /* its problems are in e */
}
static const char *const policy_read_only[] = {
    "state", "seen", "approved_by", "approved_at", "ended_on", "rule", NULL};

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
    .write = "record_decide",
    .peek = "record_try",
    .parent = NO_FIELD,
    .check = policy_check,
    .read_only = policy_read_only,
};
