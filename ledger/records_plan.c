/*
 * records_plan.c - figures of a plan's years that are entered from outside the ledger.
 */
#include "fields.h"
#include "records.h"
#include "targets.h"
#include <assert.h>

static const struct field baseline_fields[] = {
    {"year", "年度", F_INT, .need = true, .min = 1900, .max = 2199, .example = "2020"},
    {"amount", "金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "7000000000.00"},
    {"count", "项目数", F_INT, .min = 0, .max = 1000000000, .example = "160"},
    {"source", "来源", F_TEXT, .need = true, .min = 1, .max = 300, .example = "年度统计公报"},
    {"assumed", "是否假定", F_BOOL, .need = true, .example = "false"},
    {.name = NULL},
};
static_assert(COUNT_OF(baseline_fields) == BASELINE_WIDTH + 1, "the enum follows the table");

static const struct field baselines_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "基数-2020"},
    {"plan", "计划代码", F_TEXT, .need = true, .min = 1, .max = 60, .example = "sh-2021-2023"},
    {"years", "年度基数", F_LIST, .need = true, .min = 1, .max = PLAN_YEARS_MAX,
        .of = baseline_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(baselines_fields) == BASELINES_WIDTH + 1, "the enum follows the table");

const struct record baseline_record = {
    .name = "baseline",
    .path = "/v1/baselines",
    .zh = "计划基数",
    .fields = baselines_fields,
    .key = BASELINES_REFERENCE,
    .subject = BASELINES_PLAN,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = BASELINES_PLAN,
    .read_only = proposed_read_only,
};
