/*
 * records_report.c - what is sent to seal a report.
 */
#include "fields.h"
#include "records.h"

static const struct field seal_fields[] = {
    {"reason", "封存说明", F_TEXT, .min = 1, .max = 500, .example = "季度会审通过"},
    {"seen", "所见报告的数字摘要(X-Figures)", F_TEXT, .min = 64, .max = 64,
        .example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {.name = NULL},
};

const struct record seal_request_record = {
    .name = "report_seal",
    .zh = "封存季度报告",
    .fields = seal_fields,
    .district = NO_FIELD,
    .parent = NO_FIELD,
    .read_only = no_read_only,
};
