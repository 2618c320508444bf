/*
 * records_indicator.c - what the IP office knows of the plan's goals beside the ledger.
 *
 * One record holds the figures of one period, side and way, as a line of a statistical form does.
 * It counts in the version that finance has confirmed (confirmation): the office is measured by it.
 * A figure told twice and quarters that contradict their year are judged by the database
 * (functions/plan.sql).
 */
#include "fields.h"
#include "indicators.h"
#include "records.h"
#include <assert.h>

static const struct choice sides[] = {{"sme_acquisition", "中小企业受让"},
    {"university_outflow", "高校院所输出"}, {"product_filing", "专利产品备案"},
    {"implementation", "专利实施"}, {"benefiting_firm", "惠及企业"}, {NULL, NULL}};
static const struct choice ways[] = {
    {"transfer", "转让"}, {"licence", "许可"}, {"contribution", "作价入股"}, {NULL, NULL}};
static_assert(COUNT_OF(sides) == SIDE_COUNT + 1 && COUNT_OF(ways) == WAY_COUNT + 1,
    "the choices follow the rules");

/* Sums over all ways and quarters of a year stay within 64 bits. */
enum { COUNT_MAX = 1000000000 };

static const struct field indicator_fields[] = {
    {"reference", "报送编号", F_TEXT, .min = 1, .max = 64,
        .example = "2022 sme_acquisition transfer"},
    {"period", "期间", F_IDENT, .need = true, .ident = ident_period, .example = "2022"},
    {"side", "指标", F_ENUM, .need = true, .choices = sides, .example = "sme_acquisition"},
    {"way", "方式", F_ENUM, .choices = ways, .example = "transfer"},
    {"count", "数量", F_INT, .min = 0, .max = COUNT_MAX, .example = "1200"},
    {"contract_value", "成交金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "356000000.00"},
    {"cash_received", "实际到账金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "187500000.00"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "86000000000.00"},
    {"employees", "就业人数", F_INT, .min = 0, .max = COUNT_MAX, .example = "65000"},
    {"source", "来源", F_TEXT, .need = true, .min = 1, .max = 300, .example = "技术合同登记统计"},
    {"evidence", "佐证说明", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "依据 2022 年度统计表第 3 页"},
    {"assumed", "是否假定", F_BOOL, .need = true, .example = "false"},
    {.name = NULL},
};
enum {
    REFERENCE,
    PERIOD,
    SIDE,
    WAY,
    FIRST_FIGURE,
    SOURCE = FIRST_FIGURE + FIGURE_KINDS,
    EVIDENCE,
    ASSUMED,
    INDICATOR_WIDTH
};
static_assert(COUNT_OF(indicator_fields) == INDICATOR_WIDTH + 1, "the enum follows the table");

/* Without a reference of its own it is named by what it tells, so that the same period sent twice
 * meets itself. The period stands for its last day. */
static void indicator_derive(struct arena *a, struct value *v)
{
    struct period p;
    MUST(period_parse(v[PERIOD].s, &p));
    v[PERIOD].n = period_last(p).n;
    if (!v[REFERENCE].present)
        v[REFERENCE] = (struct value){.present = true,
            .s = arena_printf(a, "%s %s%s%s", v[PERIOD].s.p, sides[v[SIDE].n].name,
                v[WAY].present ? " " : "", v[WAY].present ? ways[v[WAY].n].name : "")};
}

static struct str pointer_of(struct arena *a, int field)
{
    return arena_printf(a, "/%s", indicator_fields[field].name);
}

static void check_figures(const struct side_rule *rule, const struct value *v, struct err *e)
{
    int told = 0, first = 0;
    for (int i = FIGURE_KINDS - 1; i >= 0; i--) {
        bool present = v[FIRST_FIGURE + i].present;
        first = rule->has[i] ? i : first;
        told += rule->has[i] && present;
        if (!rule->has[i] && present)
            err_add(e, E_UNWANTED, pointer_of(e->a, FIRST_FIGURE + i), "%s", rule->name);
    }
    if (!told)
        err_add(e, E_NEED, pointer_of(e->a, FIRST_FIGURE + first), NULL);
}

static void indicator_check(const struct value *v, struct err *e)
{
    const struct side_rule *rule = &side_rules[v[SIDE].n];
    struct period p;
    MUST(period_parse(v[PERIOD].s, &p));
    if (rule->by_way && !v[WAY].present)
        err_add(e, E_NEED, STR("/way"), NULL);
    if (!rule->by_way && v[WAY].present)
        err_add(e, E_UNWANTED, STR("/way"), "%s", rule->name);
    if (rule->whole_years && p.quarter)
        err_add(e, E_WHOLE_YEAR, STR("/period"), "%d", p.year);
    check_figures(rule, v, e);
}

const struct record indicator_record = {
    .name = "indicator",
    .path = "/v1/indicators",
    .zh = "计划指标",
    .fields = indicator_fields,
    .key = REFERENCE,
    .subject = PERIOD,
    .district = NO_FIELD,
    .on = PERIOD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .derive = indicator_derive,
    .check = indicator_check,
    .read_only = told_read_only,
};
