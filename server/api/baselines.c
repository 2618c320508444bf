/*
 * baselines.c - the figures of a plan's years that are entered from outside.
 */
#include "plan_view.h"
#include "shapes.h"

static void write_baseline(struct buf *out, const struct rows *rows, int i)
{
    int64_t n;
    json_open(out, '{');
    json_member_raw(out, "year", rows_at(rows, i, PLAN_GET_BASELINE_YEAR));
    if (rows_int(rows, i, PLAN_GET_BASELINE_AMOUNT_FEN, &n))
        write_figure(out, "amount", true, n);
    if (rows_int(rows, i, PLAN_GET_BASELINE_COUNT, &n))
        write_figure(out, "count", false, n);
    json_member_str(out, "source", rows_at(rows, i, PLAN_GET_BASELINE_SOURCE));
    json_member_raw(out, "assumed", rows_at(rows, i, PLAN_GET_BASELINE_ASSUMED));
    json_member_raw(out, "version", rows_at(rows, i, PLAN_GET_BASELINE_VERSION));
    json_member_str(out, "recorded_at", rows_at(rows, i, PLAN_GET_BASELINE_RECORDED_AT));
    json_member_str(out, "recorded_by", rows_at(rows, i, PLAN_GET_BASELINE_RECORDED_BY));
    json_close(out, '}');
}

static void on_baselines(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "years");
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "baseline"))
            write_baseline(&out, rows, i);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void baselines_get(struct req *r)
{
    struct str params[5] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_GET, params, 5, on_baselines, r);
}

enum baseline_field { BASE_YEAR, BASE_AMOUNT, BASE_COUNT, BASE_SOURCE, BASE_ASSUMED };
static const struct field baseline_fields[] = {
    {"year", "年度", F_INT, .need = true, .min = 1900, .max = 2199, .example = "2020"},
    {"amount", "金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "7000000000.00"},
    {"count", "项目数", F_INT, .min = 0, .max = 1000000000, .example = "160"},
    {"source", "来源", F_TEXT, .need = true, .min = 1, .max = 300, .example = "年度统计公报"},
    {"assumed", "是否假定", F_BOOL, .need = true, .example = "false"},
    {.name = NULL},
};
static const struct field baselines_fields[] = {
    {"years", "年度基数", F_LIST, .need = true, .min = 1, .max = PLAN_YEARS_MAX,
        .of = baseline_fields},
    {.name = NULL},
};
static const struct member baselines_read_only[] = {{.name = NULL}};
static const struct record baselines_record = {.name = "baselines",
    .zh = "计划基数",
    .parent = NO_FIELD,
    .fields = baselines_fields,
    .read_only = baselines_read_only};

struct baselines_put {
    struct req *r;
    struct value v;
    struct work work;
};

static void check_years(const struct plan_view *p, const struct value *v, struct err *e)
{
    for (int i = 0; i < v->count; i++) {
        const struct value *y = v->row + i * field_count(baseline_fields);
        if (y[BASE_YEAR].n < p->first - 1 || y[BASE_YEAR].n > p->last)
            err_add(
                e, E_PLAN, arena_printf(e->a, "/years/%d/year", i), "%d–%d", p->first - 1, p->last);
        if (!y[BASE_AMOUNT].present && !y[BASE_COUNT].present)
            err_add(e, E_NEED, arena_printf(e->a, "/years/%d/amount", i), NULL);
        for (int j = 0; j < i; j++) {
            if (v->row[j * field_count(baseline_fields) + BASE_YEAR].n == y[BASE_YEAR].n)
                err_add(e, E_REPEATED, arena_printf(e->a, "/years/%d/year", i), "%lld",
                    (long long)y[BASE_YEAR].n);
        }
    }
}

static void on_entered(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct baselines_put *b = arg;
    (void)v;
    (void)n;
    if (fail)
        reply_fail(b->r, fail);
    else
        baselines_get(b->r);
}

static void on_plan_for_put(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct baselines_put *b = arg;
    struct req *r = b->r;
    struct plan_view *p = arena_alloc(r->a, sizeof *p);
    struct buf list;
    p->r = r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (!plan_take(p, rows))
        err_add(&r->err, E_NOT_FOUND, STR(""), "%s", r->capture[0].p);
    else
        check_years(p, &b->v, &r->err);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    buf_init(&list, r->a);
    for (int i = 0; i < b->v.count; i++)
        schema_object(baseline_fields, b->v.row + i * field_count(baseline_fields), &list);
    b->work = (struct work){.a = r->a,
        .actor = r->actor,
        .type = r->capture[0].p,
        .write = SQL_BASELINE_WRITE,
        .elements = buf_view(&list),
        .n = b->v.count,
        .done = on_entered,
        .arg = b};
    if (!lane_submit(r->server->lane, &b->work))
        reply_refuse(r, E_BUSY, "", "%s", "queue");
}

static void baselines_put(struct req *r)
{
    struct baselines_put *b = arena_alloc(r->a, sizeof *b);
    struct str params[5] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    const struct json *in = json_parse(r->a, r->body, &r->err);
    b->r = r;
    if (!in || !schema_decode(r->a, &baselines_record, in, &b->v, &r->err)) {
        reply_problem(r);
        return;
    }
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_GET, params, 5, on_plan_for_put, b);
}

/* ---- routes ---------------------------------------------------------------------------------- */

const struct route baseline_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/baselines",
        .roles = EVERYBODY,
        .handle = baselines_get,
        .answers = ANSWERS(JSON_OF(baselines_shape)),
        .zh = "基数",
        .en = "Figures from outside the ledger"},
    {.method = METHOD_PUT,
        .path = "/v1/plans/{code}/baselines",
        .roles = IP_OFFICE,
        .handle = baselines_put,
        .takes = TAKES_JSON,
        .record = &baselines_record,
        .answers = ANSWERS(JSON_OF(baselines_shape)),
        .zh = "录入基数",
        .en = "Enter figures from outside the ledger"},
    {.path = NULL},
};
