/*
 * records_report.c - what is sent to seal a report.
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct field seal_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "2022Q3 封存"},
    {"quarter", "季度", F_TEXT, .need = true, .min = 6, .max = 6, .example = "2022Q3"},
    {"reason", "封存说明", F_TEXT, .min = 1, .max = 500, .example = "季度会审通过"},
    {"seen", "所见报告的数字摘要(X-Figures)", F_TEXT, .min = 64, .max = 64,
        .example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {.name = NULL},
};
static_assert(COUNT_OF(seal_fields) == SEAL_WIDTH + 1, "the enum follows the table");

const struct record seal_record = {
    .name = "seal",
    .path = "/v1/seals",
    .zh = "封存季度报告",
    .fields = seal_fields,
    .key = SEAL_REFERENCE,
    .subject = SEAL_QUARTER,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = SEAL_QUARTER,
    .read_only = proposed_read_only,
};
