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

static void on_verifications(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    int64_t limit = *(int64_t *)r->state;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    int shown = rows->n > limit ? (int)limit : rows->n;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < shown; i++) {
        json_open(&out, '{');
        for (int c = 0; c < VERIFICATION_LIST_FINDINGS; c++) {
            struct str value = rows_at(rows, i, c);
            if (value.p && verification_members[c].kind == M_COUNT)
                json_member_raw(&out, verification_members[c].name, value);
            else if (value.p)
                json_member_str(&out, verification_members[c].name, value);
        }
        json_member_raw(&out, "findings", rows_at(rows, i, VERIFICATION_LIST_FINDINGS));
        json_close(&out, '}');
    }
    json_close(&out, ']');
    json_member_known(&out, "next",
        rows->n > shown ? rows_at(rows, shown - 1, VERIFICATION_LIST_ID) : (struct str){NULL, 0});
    json_close(&out, '}');
    reply_list(r, buf_view(&out), shown);
}

static void verification_list(struct req *r)
{
    int64_t *limit = arena_alloc(r->a, sizeof *limit);
    struct str p[] = {req_param(r, "after"), {NULL, 0}};
    r->state = limit;
    if (!param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, limit)) {
        reply_problem(r);
        return;
    }
    p[1] = arena_printf(r->a, "%lld", (long long)*limit + 1);
    db_query(
        r->server->db, r->a, r->actor, SQL_VERIFICATION_LIST, p, COUNT_OF(p), on_verifications, r);
}

const struct route verification_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/verifications",
        .roles = FINANCE | IP_OFFICE | AUDITOR,
        .handle = verification_list,
        .query = {&q_limit, &q_after, &q_list_format},
        .answers = ANSWERS(PAGE_OF(verification_shape)),
        .zh = "核验结果",
        .en = "What verifications found"},
    {.path = NULL},
};
