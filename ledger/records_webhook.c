/*
 * records_webhook.c - subscriptions to the feed.
 */
#include "fields.h"
#include "records.h"
#include <assert.h>

static const struct field webhook_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "DY-2024-01"},
    {"url", "投递地址", F_IDENT, .need = true, .ident = ident_url,
        .example = "https://bank.example.com/pledged"},
    {"after", "从此序号之后投递(不填为从现在起)", F_INT, .min = 0, .max = 999999999999999,
        .example = "0"},
    {.name = NULL},
};
static_assert(COUNT_OF(webhook_fields) == WEBHOOK_WIDTH + 1, "the enum follows the table");
static const struct member webhook_read_only[] = {
    {"secret", M_TEXT, "签名密钥(只显示一次)", .en = "The key of signatures: shown once",
        .maybe = true},
    {.name = NULL},
};

const struct record webhook_record = {
    .name = "webhook",
    .path = "/v1/webhooks",
    .zh = "变化投递订阅",
    .fields = webhook_fields,
    .key = WEBHOOK_REFERENCE,
    .subject = WEBHOOK_REFERENCE,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .read_only = webhook_read_only,
};

static const struct field disable_fields[] = {
    {"reference", "编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "TD-2024-01"},
    {"webhook", "订阅", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "地址更换"},
    {.name = NULL},
};

const struct record webhook_disable_record = {
    .name = "webhook_disable",
    .path = "/v1/webhook-disables",
    .zh = "停止投递",
    .fields = disable_fields,
    .key = 0,
    .subject = 1,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = 1,
    .read_only = no_read_only,
};
