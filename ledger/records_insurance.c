/*
 * records_insurance.c - insurance of intellectual property: policies and claims of insurers.
 *
 * Kinds: the plan's measure 12 and the client contract. Whether a claim falls into the cover of its
 * policy, and a policy beside others of its number, is judged by the database
 * (functions/insurance.sql).
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct choice insurance_kinds[] = {{"enforcement", "专利执行"},
    {"infringement_liability", "侵权责任"}, {"overseas_liability", "海外侵权责任"},
    {"loan_guarantee", "质押贷款保证"}, {"trademark", "商标"},
    {"patent_transaction", "专利技术交易"}, {NULL, NULL}};
enum { KIND_LOAN_GUARANTEE = 3 };

static const struct field insured_ip_fields[] = {
    {"number", "专利号或商标注册号", F_IDENT, .need = true, .ident = ident_ip,
        .example = "ZL202119999001.9"},
    {.name = NULL},
};

static const struct field policy_fields[] = {
    {"policy_no", "保险单号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "BX-2022-000777"},
    {"kind", "险种", F_ENUM, .need = true, .choices = insurance_kinds,
        .example = "infringement_liability"},
    {"insured_uscc", "投保企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"insured_name", "投保企业名称", F_TEXT, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"sum_insured", "保险金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "2000000.00"},
    {"premium", "保险费", F_MONEY, .need = true, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "40000.00"},
    {"starts_on", "保险起期", F_DAY, .need = true, .example = "2022-07-08"},
    {"ends_on", "保险止期", F_DAY, .need = true, .after = "starts_on", .example = "2023-07-07"},
    {"cancelled_on", "退保日", F_DAY, .after = "starts_on", .example = "2023-01-31"},
    {"loan_contract_no", "贷款合同编号", F_TEXT, .min = 1, .max = 64, .example = "PJ-2022-000123"},
    {"cover_share", "承保比例", F_RATE, .min = 1, .max = 1000000, .example = "80.00"},
    {"ip", "保险标的知识产权", F_LIST, .min = 1, .max = 200, .of = insured_ip_fields},
    {.name = NULL},
};
enum {
    POLICY_NO,
    KIND,
    INSURED,
    INSURED_NAME,
    DISTRICT_OF,
    SUM_INSURED,
    PREMIUM,
    STARTS_ON,
    ENDS_ON,
    CANCELLED_ON,
    LOAN,
    COVER_SHARE,
    IP,
    POLICY_WIDTH
};
static_assert(COUNT_OF(policy_fields) == POLICY_WIDTH + 1, "the enum follows the table");

static void policy_check(const struct value *v, struct err *e)
{
    static const int of_guarantee[] = {LOAN, COVER_SHARE};
    bool guarantee = v[KIND].n == KIND_LOAN_GUARANTEE;
    for (size_t i = 0; i < COUNT_OF(of_guarantee); i++) {
        struct str pointer = arena_printf(e->a, "/%s", policy_fields[of_guarantee[i]].name);
        if (guarantee && !v[of_guarantee[i]].present)
            err_add(e, E_NEED, pointer, NULL);
        if (!guarantee && v[of_guarantee[i]].present)
            err_add(e, E_UNWANTED, pointer, "%s", insurance_kinds[v[KIND].n].name);
    }
    if (v[CANCELLED_ON].present && v[CANCELLED_ON].n > v[ENDS_ON].n)
        err_add(e, E_LATER, STR("/cancelled_on"), "ends_on");
    list_unlike(&v[IP], &policy_fields[IP], e);
}

static const struct member policy_claim_members[] = {
    {"count", M_COUNT, "件数", .en = "Claims"},
    {"claimed", M_YUAN, "索赔金额", .en = "Claimed"},
    {"paid", M_YUAN, "赔付金额", .en = "Paid"},
    {.name = NULL},
};
static const struct member cover_members[] = {
    {"loan", M_ID, "所保贷款", .en = "The loan insured"},
    {"from", M_DAY, "贷款起日", .en = "First day of the loan"},
    {"to", M_DAY, "贷款止日", .en = "Last day of the loan"},
    {"gap_days", M_COUNT, "未承保天数", .en = "Days without cover"},
    {"first_gap", M_DAY, "首个未承保日", .en = "First day without cover", .null = true},
    {"covered", M_YUAN, "已承保金额", .en = "Covered"},
    {"uncovered", M_YUAN, "未承保金额", .en = "Not covered"},
    {.name = NULL},
};
static const struct member policy_read_only[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "pending in_force expired cancelled",
        .maybe = true},
    {"claims", M_OBJECT, "赔案", .en = "Claims on it", .of = policy_claim_members, .maybe = true},
    {"cover", M_OBJECT, "对贷款的保障", .en = "How it covers its loan", .of = cover_members,
        .maybe = true},
    {.name = NULL},
};

const struct record insurance_policy_record = {
    .name = "insurance_policy",
    .path = "/v1/insurance-policies",
    .zh = "知识产权保险单",
    .fields = policy_fields,
    .key = POLICY_NO,
    .key_also = STARTS_ON,
    .subject = INSURED,
    .district = DISTRICT_OF,
    .on = STARTS_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = policy_check,
    .read_only = policy_read_only,
};

static const struct choice claim_outcomes[] = {{"open", "处理中"}, {"paid", "已赔付"},
    {"refused", "拒赔"}, {"withdrawn", "撤回"}, {NULL, NULL}};
enum { OPEN, PAID };

static const struct field claim_fields[] = {
    {"claim_no", "赔案号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "PA-2022-000031"},
    {"policy_no", "保险单号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "BX-2022-000777"},
    {"loss_on", "出险日", F_DAY, .need = true, .example = "2022-11-02"},
    {"filed_on", "报案日", F_DAY, .need = true, .after = "loss_on", .example = "2022-11-09"},
    {"claimed", "索赔金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "300000.00"},
    {"outcome", "处理结果", F_ENUM, .choices = claim_outcomes, .example = "paid"},
    {"decided_on", "结案日", F_DAY, .after = "filed_on", .example = "2022-12-20"},
    {"paid", "赔付金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "240000.00"},
    {.name = NULL},
};
enum {
    CLAIM_NO,
    CLAIM_POLICY,
    LOSS_ON,
    FILED_ON,
    CLAIMED,
    OUTCOME,
    DECIDED_ON,
    CLAIM_PAID,
    CLAIM_WIDTH
};
static_assert(COUNT_OF(claim_fields) == CLAIM_WIDTH + 1, "the enum follows the table");

static void claim_derive(struct arena *a, struct value *v)
{
    (void)a;
    if (!v[OUTCOME].present)
        v[OUTCOME] = (struct value){.present = true, .n = OPEN};
}

static void claim_need(const struct value *v, int field, bool wanted, struct err *e)
{
    struct str pointer = arena_printf(e->a, "/%s", claim_fields[field].name);
    if (wanted && !v[field].present)
        err_add(e, E_NEED, pointer, NULL);
    if (!wanted && v[field].present)
        err_add(e, E_UNWANTED, pointer, "%s", claim_outcomes[v[OUTCOME].n].name);
}

static void claim_check(const struct value *v, struct err *e)
{
    claim_need(v, DECIDED_ON, v[OUTCOME].n != OPEN, e);
    claim_need(v, CLAIM_PAID, v[OUTCOME].n == PAID, e);
    if (v[CLAIM_PAID].present && v[CLAIM_PAID].n > v[CLAIMED].n)
        err_add(e, E_EXCEEDS, STR("/paid"), "claimed");
}

const struct record insurance_claim_record = {
    .name = "insurance_claim",
    .path = "/v1/insurance-claims",
    .zh = "知识产权保险赔案",
    .fields = claim_fields,
    .key = CLAIM_NO,
    .subject = CLAIM_POLICY,
    .district = NO_FIELD,
    .on = FILED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .derive = claim_derive,
    .check = claim_check,
    .read_only = no_read_only,
};
