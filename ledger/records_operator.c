/*
 * records_operator.c - what the operator decides against the rule.
 *
 * Nobody submits it: the program records what was said to it on the command line.
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct choice acts[] = {[ACT_CLOCK] = {"clock", "时钟落后仍继续登记"},
    [ACT_RESTORE] = {"restore", "从较早状态继续日志"},
    {NULL, NULL}};

static const struct field act_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "restore 1204 9f86d081884c7d65"},
    {"act", "事项", F_ENUM, .need = true, .choices = acts, .example = "restore"},
    {"person", "操作人", F_TEXT, .need = true, .min = 1, .max = 60, .example = "李工"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "磁盘损坏,从备份恢复"},
    {"detail", "详情", F_TEXT, .need = true, .min = 1, .max = 500, .example = "1204 → 1180"},
    {.name = NULL},
};
static_assert(COUNT_OF(act_fields) == OPERATOR_FIELD_COUNT + 1, "the enum follows the table");

const struct record operator_act_record = {
    .name = "operator_act",
    .path = "/v1/operator-acts",
    .zh = "运维事项",
    .fields = act_fields,
    .key = OPERATOR_REFERENCE,
    .subject = OPERATOR_REFERENCE,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .read_only = no_read_only,
};
