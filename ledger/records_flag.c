/*
 * records_flag.c - red flags: clearing one, scanning for them, and the thresholds of their rules.
 *
 * The rules themselves, what they find and what they stop are the database's (migrations 0020 and
 * 0021).
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct field clearing_fields[] = {
    {"flag", "预警", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"reason", "解除理由", F_TEXT, .need = true, .min = 1, .max = 500,
        .example = "已核对登记簿,两笔质押为同一集合授信"},
    {"seen", "所见版本", F_TEXT, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"double", "重复登记的贷款", F_IDENT, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f825"},
    {.name = NULL},
};
enum { CLEARING_FLAG };

const struct record flag_clearing_record = {
    .name = "flag_clearing",
    .path = "/v1/flag-clearings",
    .zh = "预警解除",
    .fields = clearing_fields,
    .key = CLEARING_FLAG,
    .subject = CLEARING_FLAG,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = CLEARING_FLAG,
    .read_only = no_read_only,
};

static const struct field scan_fields[] = {
    {"reference", "扫描编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "SM-2024-01"},
    {"rule", "规则", F_TEXT, .min = 4, .max = 4, .example = "RF13"},
    {.name = NULL},
};
enum { SCAN_REFERENCE };
static const struct member scan_rule_members[] = {
    {"rule", M_TEXT, "规则", .en = "Rule"},
    {"cases", M_COUNT, "情形数", .en = "Cases found"},
    {"raised", M_COUNT, "新预警数", .en = "Flags raised"},
    {"ms", M_COUNT, "毫秒", .en = "Milliseconds", .maybe = true},
    {.name = NULL},
};
static const struct member scan_read_only[] = {
    {"cases", M_COUNT, "情形数", .en = "Cases found", .maybe = true},
    {"raised", M_COUNT, "新预警数", .en = "Flags raised", .maybe = true},
    {"rules", M_OBJECT, "各规则", .en = "Rule by rule", .of = scan_rule_members, .list = true,
        .maybe = true},
    {.name = NULL},
};

const struct record flag_scan_record = {
    .name = "flag_scan",
    .path = "/v1/flag-scans",
    .zh = "预警扫描",
    .fields = scan_fields,
    .key = SCAN_REFERENCE,
    .subject = SCAN_REFERENCE,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .decided = true,
    .parent = NO_FIELD,
    .read_only = scan_read_only,
};

static const struct field threshold_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 64, .example = "RF15 warn"},
    {"rule", "规则", F_TEXT, .need = true, .min = 4, .max = 4, .example = "RF15"},
    {"threshold", "阈值", F_TEXT, .need = true, .min = 1, .max = 20, .example = "warn"},
    {"value", "值", F_TEXT, .need = true, .min = 1, .max = 20, .example = "60.00"},
    {"effective_from", "生效日", F_DAY, .need = true, .example = "2024-07-01"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "按 2024 年试点结果"},
    {.name = NULL},
};
enum {
    THRESHOLD_REFERENCE,
    THRESHOLD_RULE,
    THRESHOLD_NAME,
    THRESHOLD_VALUE,
    THRESHOLD_FROM,
    THRESHOLD_REASON,
    THRESHOLD_WIDTH
};
static_assert(COUNT_OF(threshold_fields) == THRESHOLD_WIDTH + 1, "the enum follows the table");

static void threshold_derive(struct arena *a, struct value *v)
{
    if (!v[THRESHOLD_REFERENCE].present)
        v[THRESHOLD_REFERENCE] = (struct value){.present = true,
            .s = arena_printf(a, "%s %s", v[THRESHOLD_RULE].s.p, v[THRESHOLD_NAME].s.p)};
}

const struct record flag_threshold_record = {
    .name = "flag_threshold",
    .path = "/v1/flag-thresholds",
    .zh = "预警阈值",
    .fields = threshold_fields,
    .key = THRESHOLD_REFERENCE,
    .key_also = THRESHOLD_FROM,
    .subject = THRESHOLD_RULE,
    .district = NO_FIELD,
    .on = THRESHOLD_FROM,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = NO_FIELD,
    .derive = threshold_derive,
    .read_only = proposed_read_only,
};
