/*
 * quarters.c - the quarters that there are reports of.
 */
#include "api.h"

static const struct member quarter_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"complete", M_BOOL, "已结束", .en = "It is over"},
    {"loans", M_COUNT, "签订或登记的笔数", .en = "Loans in it, by the day that counts"},
    {"sealed_at", M_INSTANT, "封存时刻", .en = "When it was sealed", .maybe = true},
    {.name = NULL},
};
static const struct shape quarter_shape = {"quarter_shown", quarter_members};

static void on_quarters(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_rows(arg, rows, fail, quarter_members);
}

static void quarter_list(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_QUARTER_LIST, NULL, 0, on_quarters, r);
}

const struct route quarter_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/quarters",
        .roles = EVERYBODY,
        .handle = quarter_list,
        .query = {&q_list_format},
        .answers = ANSWERS(PAGE_OF(quarter_shape)),
        .zh = "季度列表",
        .en = "Quarters that there are reports of"},
    {.path = NULL},
};
