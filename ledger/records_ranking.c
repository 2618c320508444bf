/*
 * records_ranking.c - the weights of the standing, and who is named as an example (measure 24).
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

enum { WHOLE_PPM = 1000000 };

static const struct field weight_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "QZ-2022"},
    {"effective_from", "生效日", F_DAY, .need = true, .example = "2022-01-01"},
    {"deals", "转移转化权重", F_RATE, .need = true, .min = 0, .max = WHOLE_PPM, .example = "40"},
    {"product_revenue", "专利产品营收权重", F_RATE, .need = true, .min = 0, .max = WHOLE_PPM,
        .example = "30"},
    {"jobs", "吸纳就业权重", F_RATE, .need = true, .min = 0, .max = WHOLE_PPM, .example = "15"},
    {"loans", "质押融资权重", F_RATE, .need = true, .min = 0, .max = WHOLE_PPM, .example = "15"},
    {.name = NULL},
};
enum { REFERENCE, EFFECTIVE_FROM, FIRST_WEIGHT, WEIGHTS = 4 };

static void weight_check(const struct value *v, struct err *e)
{
    int64_t sum = 0;
    for (int i = 0; i < WEIGHTS; i++)
        sum += v[FIRST_WEIGHT + i].n;
    if (sum != WHOLE_PPM)
        err_add(e, E_SHARE_SUM, STR("/deals"), "%lld.%04lld", (long long)(sum / 10000),
            (long long)(sum % 10000));
}

const struct record ranking_weight_record = {
    .name = "ranking_weight",
    .path = "/v1/ranking-weights",
    .zh = "排名权重",
    .fields = weight_fields,
    .key = REFERENCE,
    .subject = REFERENCE,
    .district = NO_FIELD,
    .on = EFFECTIVE_FROM,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .check = weight_check,
    .read_only = told_read_only,
};

static const struct choice benchmark_kinds[] = {
    {"unit", "专利运营标杆单位"}, {"case", "专利运营典型案例"}, {NULL, NULL}};
static const struct field benchmark_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "BG-2022-03"},
    {"kind", "种类", F_ENUM, .need = true, .choices = benchmark_kinds, .example = "unit"},
    {"name", "单位或案例名称", F_TEXT, .need = true, .min = 1, .max = 200, .example = "示例大学"},
    {"uscc", "统一社会信用代码", F_IDENT, .ident = ident_uscc, .example = "91310101QX0101011R"},
    {"named_on", "认定日", F_DAY, .need = true, .past = true, .example = "2022-12-20"},
    {"text", "事迹", F_TEXT, .need = true, .min = 1, .max = 4000,
        .example = "三年向中小企业许可专利四十件"},
    {"voided", "作废", F_BOOL, .example = "false"},
    {.name = NULL},
};
enum { BENCHMARK_REFERENCE, BENCHMARK_KIND, BENCHMARK_NAME, BENCHMARK_USCC, NAMED_ON };

const struct record benchmark_record = {
    .name = "benchmark",
    .path = "/v1/benchmarks",
    .zh = "标杆单位与典型案例",
    .fields = benchmark_fields,
    .key = BENCHMARK_REFERENCE,
    .subject = BENCHMARK_NAME,
    .district = NO_FIELD,
    .on = NAMED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .read_only = told_read_only,
};
