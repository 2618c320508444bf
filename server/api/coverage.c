/*
 * coverage.c - cover of loans under schemes: lists, one of them, and the steps on them.
 */
#include "api.h"
#include "ident.h"
#include "records.h"

enum { P_AFTER, P_LIMIT, P_LOAN, P_SCHEME, P_STATE, P_BANK, P_ID, P_COUNT };

static void write_cover(struct buf *out, struct str cover)
{
    json_open(out, '{');
    life_members(out, cover);
    json_close(out, '}');
}

static void on_covers(void *arg, const struct rows *rows, const struct fail *fail)
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
    for (int i = 0; i < shown; i++)
        write_cover(&out, rows_at(rows, i, COVERAGE_LIST_COVER));
    json_close(&out, ']');
    json_member_known(&out, "next",
        rows->n > shown ? rows_at(rows, shown - 1, COVERAGE_LIST_NO) : (struct str){NULL, 0});
    json_close(&out, '}');
    reply_list(r, buf_view(&out), shown);
}

static void coverage_list(struct req *r)
{
    struct str p[P_COUNT] = {{NULL, 0}};
    int64_t *limit = arena_alloc(r->a, sizeof *limit), after;
    r->state = limit;
    p[P_AFTER] = req_param(r, "after");
    p[P_LOAN] = req_param(r, "loan");
    p[P_SCHEME] = req_param(r, "scheme");
    p[P_STATE] = req_param(r, "state");
    p[P_BANK] = req_param(r, "bank");
    (void)param_count(r, "after", 0, INT64_MAX, 0, &after); /* problems are in r->err */
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, limit);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[P_LIMIT] = arena_printf(r->a, "%lld", (long long)*limit);
    db_query(r->server->db, r->a, r->actor, SQL_COVERAGE_LIST, p, P_COUNT, on_covers, r);
}

static void on_cover(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    write_cover(&out, rows_at(rows, 0, COVERAGE_LIST_COVER));
    reply_json(r, 200, buf_view(&out));
}

static void coverage_get(struct req *r)
{
    struct str p[P_COUNT] = {[P_LIMIT] = STR("1"), [P_ID] = r->capture[0]};
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_COVERAGE_LIST, p, P_COUNT, on_cover, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct shape cover_shape = {"Cover", coverage_members};
static const struct query q_loan = {"loan", Q_TEXT, .zh = "贷款合同编号"},
                          q_scheme = {"scheme", Q_IDENT, .zh = "方案代码", .ident = ident_account},
                          q_bank = {"bank", Q_TEXT, .zh = "银行机构代码"},
                          q_number = {"after", Q_COUNT, .zh = "上一页的 next", .max = INT64_MAX};

// clang-format off
#define STEP(step, who, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/coverages/{id}/" step, .roles = who, \
        .handle = record_step, .takes = TAKES_JSON, .record = &coverage_step_record, \
        .query = {&q_dry_run, &q_receipt}, .answers = record_made, .zh = name_zh, .en = name_en}
// clang-format on

const struct route coverage_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/coverages",
        .roles = BANK,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &coverage_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "申请备案",
        .en = "Ask for cover of a loan under a scheme"},
    {.method = METHOD_GET,
        .path = "/v1/coverages",
        .roles = EVERYBODY,
        .handle = coverage_list,
        .record = &coverage_record,
        .query = {&q_limit, &q_number, &q_loan, &q_scheme, &q_state, &q_bank, &q_list_format},
        .answers = ANSWERS(PAGE_OF(cover_shape)),
        .zh = "备案列表",
        .en = "List covers"},
    {.method = METHOD_GET,
        .path = "/v1/coverages/{id}",
        .roles = EVERYBODY,
        .handle = coverage_get,
        .record = &coverage_record,
        .answers = ANSWERS(JSON_OF(cover_shape)),
        .zh = "备案",
        .en = "One cover"},
    STEP("confirm", FINANCE, "确认备案", "Confirm a cover, or a correction of its loan"),
    STEP("refuse", FINANCE, "不予确认", "Refuse a cover, or a correction of its loan"),
    STEP("end", BANK | FINANCE, "终止备案", "End a cover"),
    {.path = NULL},
};
