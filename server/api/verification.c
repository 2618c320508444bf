/*
 * verification.c - what `pledged verify` found, for whoever watches over the ledger.
 */
#include "api.h"
#include "json.h"

static const struct member verification_members[] = {
    {"id", M_ID, "核验", .en = "Id"},
    {"started_at", M_INSTANT, "开始时刻", .en = "When it began", .maybe = true},
    {"ended_at", M_INSTANT, "结束时刻", .en = "When it ended"},
    {"since", M_COUNT, "起始叶序号", .en = "The first leaf that it looked at; 0: all"},
    {"log_size", M_COUNT, "日志长度", .en = "Leaves of the log"},
    {"defects", M_COUNT, "问题数", .en = "How many defects it found"},
    {"findings", M_TEXT, "问题", .en = "The first of them, as it printed them", .list = true},
    {.name = NULL},
};
static const struct shape verification_shape = {"verification", verification_members};

static const struct list verification_list = {
    .sql = SQL_VERIFICATION_LIST, .rows = LIST_JSON, .order = "-ended"};
static const struct query q_order_ended = {
    "order", Q_WORD, "排序;前加 - 为倒序", .words = "ended -ended"};

const struct route verification_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/verifications",
        .roles = FINANCE | IP_OFFICE | AUDITOR,
        .handle = list_get,
        .list = &verification_list,
        .query = {&q_limit, &q_after, &q_q, &q_order_ended, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(verification_shape)),
        .zh = "核验结果",
        .en = "What verifications found"},
    {.path = NULL},
};
