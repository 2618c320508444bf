/*
 * records_report.c - what is sent to seal a report, and to publish it.
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

/* ---- publication ----------------------------------------------------------------------------- */

static const struct field publication_fields[] = {
    {"quarter", "季度", F_IDENT, .need = true, .ident = ident_period, .example = "2022Q3"},
    {"reason", "说明", F_TEXT, .need = true, .min = 1, .max = 500, .example = "经审定对外公布"},
    {"seen", "所见公布稿(提请公布后由另一人填写)", F_TEXT, .min = 64, .max = 64,
        .example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "2022Q3 propose"},
    {.name = NULL},
};
enum { PUBLICATION_QUARTER, PUBLICATION_REASON, PUBLICATION_SEEN, PUBLICATION_REFERENCE };

/* One proposal a quarter, and one publication of what was seen. */
static void publication_derive(struct arena *a, struct value *v)
{
    struct str seen = v[PUBLICATION_SEEN].present ? v[PUBLICATION_SEEN].s : STR("propose");
    v[PUBLICATION_REFERENCE] = (struct value){
        .present = true, .s = arena_printf(a, "%s %s", v[PUBLICATION_QUARTER].s.p, seen.p)};
}

const struct record publication_record = {
    .name = "publication",
    .path = "/v1/publications",
    .zh = "季度报告公布",
    .fields = publication_fields,
    .key = PUBLICATION_REFERENCE,
    .subject = PUBLICATION_QUARTER,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = PUBLICATION_QUARTER,
    .derive = publication_derive,
    .read_only = no_read_only,
};
