/*
 * records_issue.c - securitisation of intellectual property: issues (ABS, ABN) and what is paid on
 * them.
 *
 * The plan's measure 13. Whether an event fits its issue is judged by the database (migration
 * 0009).
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct choice issue_kinds[] = {
    {"abs", "资产支持证券"}, {"abn", "资产支持票据"}, {NULL, NULL}};
static const struct choice issue_assets[] = {{"pledge_loans", "质押贷款债权"},
    {"licence_fees", "许可费债权"}, {"lease_claims", "融资租赁债权"},
    {"supply_chain", "供应链应收账款"}, {"other", "其他"}, {NULL, NULL}};

static const struct field tranche_fields[] = {
    {"name", "档次", F_TEXT, .need = true, .min = 1, .max = 20, .example = "优先级"},
    {"amount", "金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "190000000.00"},
    {"rate", "票面利率", F_RATE, .min = 0, .max = 360000, .example = "3.20"},
    {"matures_on", "到期日", F_DAY, .need = true, .example = "2024-06-30"},
    {"rating", "评级", F_TEXT, .min = 1, .max = 10, .example = "AAA"},
    {.name = NULL},
};
enum {
    TRANCHE_NAME,
    TRANCHE_AMOUNT,
    TRANCHE_RATE,
    TRANCHE_MATURES_ON,
    TRANCHE_RATING,
    TRANCHE_WIDTH
};
static_assert(COUNT_OF(tranche_fields) == TRANCHE_WIDTH + 1, "the enum follows the table");

static const struct field firm_fields[] = {
    {"uscc", "企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"amount", "入池金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "8000000.00"},
    {.name = NULL},
};

static const struct field right_fields[] = {
    {"number", "专利号或商标注册号", F_IDENT, .need = true, .ident = ident_ip,
        .example = "ZL202119999001.9"},
    {.name = NULL},
};

static const struct field issue_fields[] = {
    {"reference", "发行编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "ABS-2022-01"},
    {"kind", "证券化种类", F_ENUM, .need = true, .choices = issue_kinds, .example = "abs"},
    {"title", "产品名称", F_TEXT, .min = 1, .max = 200, .example = "示例知识产权资产支持专项计划"},
    {"assets", "基础资产", F_ENUM, .choices = issue_assets, .example = "pledge_loans"},
    {"issued_on", "发行日", F_DAY, .need = true, .example = "2022-06-30"},
    {"amount", "发行金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "200000000.00"},
    {"originator", "原始权益人", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例融资租赁有限公司"},
    {"originator_uscc", "原始权益人统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"tranches", "分档", F_LIST, .need = true, .min = 1, .max = 20, .of = tranche_fields},
    {"enterprises", "入池企业", F_LIST, .min = 1, .max = 200, .of = firm_fields},
    {"ip", "底层知识产权", F_LIST, .min = 1, .max = 200, .of = right_fields},
    {.name = NULL},
};
enum {
    ISSUE_REFERENCE,
    ISSUE_KIND,
    ISSUE_TITLE,
    ISSUE_ASSETS,
    ISSUED_ON,
    ISSUE_AMOUNT,
    ORIGINATOR,
    ORIGINATOR_USCC,
    ISSUE_DISTRICT,
    TRANCHES,
    ENTERPRISES,
    ISSUE_IP,
    ISSUE_WIDTH
};
static_assert(COUNT_OF(issue_fields) == ISSUE_WIDTH + 1, "the enum follows the table");

static void issue_check(const struct value *v, struct err *e)
{
    int64_t sum = 0;
    for (int i = 0; i < v[TRANCHES].count; i++) {
        const struct value *t = v[TRANCHES].row + i * TRANCHE_WIDTH;
        sum += t[TRANCHE_AMOUNT].n;
        if (t[TRANCHE_MATURES_ON].n < v[ISSUED_ON].n)
            err_add(e, E_ORDER, arena_printf(e->a, "/tranches/%d/matures_on", i), "issued_on");
    }
    if (sum != v[ISSUE_AMOUNT].n)
        err_add(e, E_TRANCHES, STR("/tranches"), "%s", money_text(e->a, (money){sum}).p);
    list_unlike(&v[TRANCHES], &issue_fields[TRANCHES], e);
    list_unlike(&v[ENTERPRISES], &issue_fields[ENTERPRISES], e);
    list_unlike(&v[ISSUE_IP], &issue_fields[ISSUE_IP], e);
}

static const struct member tranche_members[] = {
    {"name", M_TEXT, "档次", .en = "Tranche"},
    {"repaid", M_YUAN, "已还本金", .en = "Principal repaid"},
    {"interest", M_YUAN, "已付利息", .en = "Interest paid"},
    {"outstanding", M_YUAN, "未偿本金", .en = "Principal outstanding"},
    {"last_on", M_DAY, "最近兑付日", .en = "Last payment on", .null = true},
    {.name = NULL},
};
static const struct member issue_read_only[] = {
    {"outstanding", M_YUAN, "未偿本金", .en = "Principal outstanding", .maybe = true},
    {"tranches_now", M_OBJECT, "各档现状", .en = "The tranches now", .of = tranche_members,
        .list = true, .maybe = true},
    {.name = NULL},
};

const struct record securitisation_record = {
    .name = "securitisation",
    .path = "/v1/securitisations",
    .zh = "知识产权证券化产品",
    .fields = issue_fields,
    .key = ISSUE_REFERENCE,
    .subject = ISSUE_REFERENCE,
    .district = ISSUE_DISTRICT,
    .on = ISSUED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = issue_check,
    .read_only = issue_read_only,
};

static const struct choice payment_kinds[] = {
    {"principal", "还本"}, {"interest", "付息"}, {NULL, NULL}};
static const struct field payment_fields[] = {
    {"reference", "兑付编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "DF-2023-01"},
    {"securitisation", "发行编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "ABS-2022-01"},
    {"tranche", "档次", F_TEXT, .need = true, .min = 1, .max = 20, .example = "优先级"},
    {"kind", "兑付种类", F_ENUM, .need = true, .choices = payment_kinds, .example = "principal"},
    {"on", "兑付日", F_DAY, .need = true, .example = "2023-06-30"},
    {"amount", "金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "95000000.00"},
    {.name = NULL},
};
enum { PAYMENT_REFERENCE, PAYMENT_ISSUE, PAYMENT_TRANCHE, PAYMENT_KIND, PAYMENT_ON };

const struct record securitisation_event_record = {
    .name = "securitisation_event",
    .path = "/v1/securitisation-events",
    .zh = "证券化兑付",
    .fields = payment_fields,
    .key = PAYMENT_REFERENCE,
    .subject = PAYMENT_ISSUE,
    .district = NO_FIELD,
    .on = PAYMENT_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .read_only = no_read_only,
};
