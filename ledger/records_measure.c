/*
 * records_measure.c - measures of plans: what departments report of them, and how often they do.
 *
 * Which measures there are and who answers for them is in the text of the plan. Most departments
 * have no login: the IP office, which leads the plan, records for those of the city, the finance
 * office for the two financial regulators, a district for itself. Who may and must is judged by the
 * database.
 */
#include "city.h"
#include "plan_measures.h"
#include "records.h"
#include "targets.h"
#include <assert.h>

/* A department of the city by its name or title, or a district's government by its code or name.
 */
static bool ident_department(
    struct arena *a, struct str in, struct str *canonical, enum err_code *code, struct str *hint)
{
    struct buf list;
    buf_init(&list, a);
    for (int i = 0; i < MEASURE_OFFICES; i++) {
        const struct choice *c = &measure_departments[i];
        if (str_is(in, c->name) || str_is(in, c->zh)) {
            *canonical = str_of(c->name);
            return true;
        }
        buf_printf(&list, "%s, ", c->name);
    }
    for (int i = 0; i < city_here()->n; i++) {
        const struct district *d = &city_here()->district[i];
        *canonical = str_of(d->code);
        if (str_is(in, d->code) || str_eq(in, arena_printf(a, "%s政府", d->zh)))
            return true;
    }
    *canonical = in;
    buf_text(&list, city_here()->district[0].code);
    buf_text(&list, " …");
    *code = E_CHOICE;
    *hint = buf_view(&list);
    return false;
}

/* ---- reports -------------------------------------------------------------------------------- */

static const struct field report_fields[] = {
    {"reference", "报送编号", F_TEXT, .min = 1, .max = 64, .example = "12 ip_office 2022Q3"},
    {"plan", "计划代码(不填为期间所在的计划)", F_IDENT, .ident = ident_account,
        .example = "sh-2021-2023"},
    {"measure", "举措序号", F_INT, .need = true, .min = 1, .max = MEASURE_NO_MAX, .example = "12"},
    {"department", "责任部门", F_IDENT, .need = true, .ident = ident_department,
        .example = "ip_office"},
    {"period", "期间", F_IDENT, .need = true, .ident = ident_period, .example = "2022Q3"},
    {"on", "报送日", F_DAY, .need = true, .example = "2022-10-12"},
    {"text", "进展情况", F_TEXT, .need = true, .min = 1, .max = 2000,
        .example = "本季度推动三家保险机构推出专利技术交易保险"},
    {"figure", "成效数值", F_IDENT, .ident = ident_decimal, .example = "37"},
    {"unit", "单位", F_TEXT, .min = 1, .max = 20, .example = "单"},
    {"evidence", "佐证材料", F_TEXT, .min = 1, .max = 1000, .example = "保险机构报表"},
    {.name = NULL},
};
enum {
    REFERENCE,
    PLAN,
    MEASURE,
    DEPARTMENT,
    PERIOD,
    ON,
    TEXT,
    FIGURE,
    UNIT,
    EVIDENCE,
    REPORT_WIDTH
};
static_assert(COUNT_OF(report_fields) == REPORT_WIDTH + 1, "the enum follows the table");

static void report_derive(struct arena *a, struct value *v)
{
    if (!v[REFERENCE].present)
        v[REFERENCE] = (struct value){.present = true,
            .s = arena_printf(a, "%s%s%lld %s %s", v[PLAN].present ? v[PLAN].s.p : "",
                v[PLAN].present ? " " : "", (long long)v[MEASURE].n, v[DEPARTMENT].s.p,
                v[PERIOD].s.p)};
}

/* A figure is worth what it counts and what proves it. */
static void report_check(const struct value *v, struct err *e)
{
    if (v[FIGURE].present && !v[UNIT].present)
        err_add(e, E_NEED, STR("/unit"), NULL);
    if (v[FIGURE].present && !v[EVIDENCE].present)
        err_add(e, E_NEED, STR("/evidence"), NULL);
    if (!v[FIGURE].present && v[UNIT].present)
        err_add(e, E_NEED, STR("/figure"), NULL);
}

const struct record measure_report_record = {
    .name = "measure_report",
    .path = "/v1/measure-reports",
    .zh = "举措进展",
    .fields = report_fields,
    .key = REFERENCE,
    .subject = DEPARTMENT,
    .district = NO_FIELD,
    .on = ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .derive = report_derive,
    .check = report_check,
    .read_only = no_read_only,
};

/* ---- rhythm --------------------------------------------------------------------------------- */

static const struct choice rhythms[] = {
    {"quarter", "按季"}, {"year", "按年"}, {"none", "不要求"}, {NULL, NULL}};
enum { RHYTHM_NONE = 2 };

static const struct field rhythm_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "JZ-2022-01"},
    {"plan", "计划代码(不填为生效日所在的计划)", F_IDENT, .ident = ident_account,
        .example = "sh-2021-2023"},
    {"measure", "举措序号", F_INT, .min = 1, .max = MEASURE_NO_MAX, .example = "12"},
    {"department", "责任部门", F_IDENT, .ident = ident_department, .example = "ip_office"},
    {"effective_from", "生效日", F_DAY, .need = true, .example = "2022-01-01"},
    {"every", "报送频率", F_ENUM, .need = true, .choices = rhythms, .example = "quarter"},
    {"due_days", "期末后报送天数", F_INT, .min = 1, .max = 365, .example = "15"},
    {.name = NULL},
};
enum {
    RHYTHM_REFERENCE,
    RHYTHM_PLAN,
    RHYTHM_MEASURE,
    RHYTHM_DEPARTMENT,
    FROM,
    EVERY,
    DUE_DAYS,
    RHYTHM_WIDTH
};
static_assert(COUNT_OF(rhythm_fields) == RHYTHM_WIDTH + 1, "the enum follows the table");

static void rhythm_check(const struct value *v, struct err *e)
{
    bool reported = v[EVERY].n != RHYTHM_NONE;
    if (reported && !v[DUE_DAYS].present)
        err_add(e, E_NEED, STR("/due_days"), NULL);
    if (!reported && v[DUE_DAYS].present)
        err_add(e, E_UNWANTED, STR("/due_days"), "%s", rhythms[RHYTHM_NONE].name);
}

const struct record measure_rhythm_record = {
    .name = "measure_rhythm",
    .path = "/v1/measure-rhythms",
    .zh = "举措报送频率",
    .fields = rhythm_fields,
    .key = RHYTHM_REFERENCE,
    .subject = RHYTHM_REFERENCE,
    .district = NO_FIELD,
    .on = FROM,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = rhythm_check,
    .read_only = no_read_only,
};
