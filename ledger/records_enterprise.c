/*
 * records_enterprise.c - a firm's figures of one year, from whoever keeps an eye on it.
 *
 * The ledger knows firms from loans, and those only in the years they borrow. Target T7 asks for
 * revenue and employment of every firm that benefits, each year: insured and subsidised ones as
 * well, and borrowers in the years after. The size class follows from the figures and stands in
 * the record, so that all that counts firms reads the same one.
 */
#include "fields.h"
#include "records.h"
#include "size.h"
#include <assert.h>

static const struct field profile_fields[] = {
    {"reference", "报送编号", F_TEXT, .min = 1, .max = 64, .example = "91310115QX0115114N 2022"},
    {"uscc", "企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"year", "年度", F_INT, .need = true, .min = 1900, .max = 2199, .example = "2022"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"name", "企业名称", F_TEXT, .min = 1, .max = 100, .example = "上海示例半导体有限公司"},
    {"industry", "行业代码", F_IDENT, .ident = ident_industry, .example = "C3973"},
    {"employees", "从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "52000000.00"},
    {"assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "61000000.00"},
    {"size", "企业规模", F_ENUM, .choices = firm_sizes, .example = "small"},
    {"source", "来源", F_TEXT, .need = true, .min = 1, .max = 300, .example = "2022 年度财务报表"},
    {.name = NULL},
};
enum {
    REFERENCE,
    USCC,
    YEAR,
    DISTRICT_OF,
    NAME,
    INDUSTRY,
    EMPLOYEES,
    REVENUE,
    ASSETS,
    SIZE,
    SOURCE,
    PROFILE_WIDTH
};
static_assert(COUNT_OF(profile_fields) == PROFILE_WIDTH + 1, "the enum follows the table");

/* Named by firm and year unless it has a reference of its own, whose n is the day of the record. */
static void profile_derive(struct arena *a, struct value *v)
{
    if (!v[REFERENCE].present)
        v[REFERENCE] = (struct value){
            .present = true, .s = arena_printf(a, "%s %lld", v[USCC].s.p, (long long)v[YEAR].n)};
    v[REFERENCE].n = day_of((int)v[YEAR].n, 12, 31).n;
    if (!v[SIZE].present)
        v[SIZE] = (struct value){.present = true, .n = firm_size_of(v, INDUSTRY)};
}

static void profile_check(const struct value *v, struct err *e)
{
    if (!v[EMPLOYEES].present && !v[REVENUE].present && !v[ASSETS].present)
        err_add(e, E_NEED, STR("/employees"), NULL);
    if (v[SIZE].n != (int64_t)firm_size_of(v, INDUSTRY))
        err_add(e, E_CONTRADICTS, STR("/size"), "%s", firm_size_name(firm_size_of(v, INDUSTRY)));
}

const struct record enterprise_profile_record = {
    .name = "enterprise_profile",
    .path = "/v1/enterprise-profiles",
    .zh = "企业年度情况",
    .fields = profile_fields,
    .key = REFERENCE,
    .subject = USCC,
    .district = DISTRICT_OF,
    .on = REFERENCE,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .derive = profile_derive,
    .check = profile_check,
    .read_only = no_read_only,
};
