/*
 * quarters.c - the quarters that there are reports of.
 */
#include "api.h"

static const struct member quarter_members[] = {
    {"quarter", M_QUARTER, "季度", .en = "Quarter"},
    {"title", M_TEXT, "名称", .en = "Its name, in the language of the request"},
    {"complete", M_BOOL, "已结束", .en = "It is over"},
    {"current", M_BOOL, "进行中", .en = "It is the running one"},
    {"loans", M_COUNT, "签订或登记的笔数", .en = "Loans in it, by the day that counts"},
    {"sealed_at", M_INSTANT, "封存时刻", .en = "When it was sealed", .maybe = true},
    {"restated", M_BOOL, "封存后有变", .en = "Sealed, and its loans are no longer what they were",
        .maybe = true},
    {.name = NULL},
};
static const struct shape quarter_shape = {"quarter_shown", quarter_members};

static void on_quarters(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_rows(arg, rows, fail, quarter_members);
}

static void quarter_list(struct req *r)
{
    struct str p[] = {param_flag(r, "restated") ? STR("true") : STR("false"),
        r->english ? STR("true") : STR("false")};
    db_query(r->server->db, r->a, r->actor, SQL_QUARTER_LIST, p, COUNT_OF(p), on_quarters, r);
}

static const struct query q_restated = {
    "restated", Q_BOOL, .zh = "已封存的,也说明其贷款是否与封存时不同"};

const struct route quarter_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/quarters",
        .roles = EVERYBODY,
        .handle = quarter_list,
        .query = {&q_restated, &q_list_format},
        .answers = ANSWERS(PAGE_OF(quarter_shape)),
        .zh = "季度列表",
        .en = "Quarters that there are reports of"},
    {.path = NULL},
};
