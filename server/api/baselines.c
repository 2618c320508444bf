/*
 * baselines.c - the figures of a plan's years that are entered from outside.
 */
#include "merkle.h"
#include "plan_view.h"
#include "records.h"
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
    struct str params[6] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_GET, params, 6, on_baselines, r);
}

/* ---- PUT: proposed, and entered when a second person has approved ------------------------------
 */

struct baselines_put {
    struct req *r;
    struct value *v;
};

static const struct value *year_at(const struct value *years, int i)
{
    return years->row + i * BASELINE_WIDTH;
}

static void check_years(const struct plan_view *p, const struct value *v, struct err *e)
{
    for (int i = 0; i < v->count; i++) {
        const struct value *y = year_at(v, i);
        if (y[BASELINE_YEAR].n < p->first - 1 || y[BASELINE_YEAR].n > p->last)
            err_add(
                e, E_PLAN, arena_printf(e->a, "/years/%d/year", i), "%d–%d", p->first - 1, p->last);
        if (!y[BASELINE_AMOUNT].present && !y[BASELINE_COUNT].present)
            err_add(e, E_NEED, arena_printf(e->a, "/years/%d/amount", i), NULL);
        for (int j = 0; j < i; j++) {
            if (year_at(v, j)[BASELINE_YEAR].n == y[BASELINE_YEAR].n)
                err_add(e, E_REPEATED, arena_printf(e->a, "/years/%d/year", i), "%lld",
                    (long long)y[BASELINE_YEAR].n);
        }
    }
}

static bool figure_is(const struct rows *rows, int i, int column, const struct value *v)
{
    int64_t n = 0;
    bool known = rows_int(rows, i, column, &n);
    return known == v->present && (!known || n == v->n);
}

/* Does a row of the plan say just this of the year? */
static bool is_entered(const struct rows *rows, const struct value *y)
{
    for (int i = 0; i < rows->n; i++) {
        int64_t year = 0;
        if (!plan_row_is(rows, i, "baseline") ||
            !rows_int(rows, i, PLAN_GET_BASELINE_YEAR, &year) || year != y[BASELINE_YEAR].n)
            continue;
        return figure_is(rows, i, PLAN_GET_BASELINE_AMOUNT_FEN, &y[BASELINE_AMOUNT]) &&
               figure_is(rows, i, PLAN_GET_BASELINE_COUNT, &y[BASELINE_COUNT]) &&
               str_eq(rows_at(rows, i, PLAN_GET_BASELINE_SOURCE), y[BASELINE_SOURCE].s) &&
               str_is(rows_at(rows, i, PLAN_GET_BASELINE_ASSUMED),
                   y[BASELINE_ASSUMED].n ? "true" : "false");
    }
    return false;
}

static bool all_entered(const struct rows *rows, const struct value *years)
{
    for (int i = 0; i < years->count; i++) {
        if (!is_entered(rows, year_at(years, i)))
            return false;
    }
    return true;
}

/* Without a reference of his own the sender's figures, against those that stand, are the key: the
 * same again is the same proposal, and the same after a change another. */
static void name_proposal(struct req *r, const struct rows *rows, struct value *v)
{
    struct buf text;
    if (v[BASELINES_REFERENCE].present)
        return;
    buf_init(&text, r->a);
    schema_value(&baseline_record.fields[BASELINES_YEARS], &v[BASELINES_YEARS], &text);
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "baseline"))
            buf_str(&text, rows_at(rows, i, PLAN_GET_BASELINE_RECORDED_AT));
    }
    struct str hex = hash_hex(r->a, hash_sha256(text.p, text.n));
    v[BASELINES_REFERENCE] = (struct value){
        .present = true, .s = arena_printf(r->a, "%s %.16s", r->capture[0].p, hex.p)};
}

static void on_plan_for_put(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct baselines_put *b = arg;
    struct req *r = b->r;
    struct plan_view *p = arena_alloc(r->a, sizeof *p);
    p->r = r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (!plan_take(p, rows))
        err_add(&r->err, E_NOT_FOUND, STR(""), "%s", r->capture[0].p);
    else
        check_years(p, &b->v[BASELINES_YEARS], &r->err);
    if (r->err.n) {
        reply_problem(r);
    } else if (all_entered(rows, &b->v[BASELINES_YEARS])) {
        on_baselines(r, rows, NULL);
    } else {
        name_proposal(r, rows, b->v);
        record_decided(r, b->v, (struct str){NULL, 0}, NULL);
    }
}

static void baselines_put(struct req *r)
{
    struct baselines_put *b = arena_alloc(r->a, sizeof *b);
    struct str params[6] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    const struct json *in = json_parse(r->a, r->body, &r->err);
    r->parent_key = r->capture[0];
    b->r = r;
    b->v = values_new(r, r->a);
    if (!in || !schema_decode(r->a, &baseline_record, in, b->v, &r->err) ||
        !values_fit(r, b->v, &r->err)) {
        reply_problem(r);
        return;
    }
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_GET, params, 6, on_plan_for_put, b);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct answer baselines_answers[] = {
    JSON_OF(baselines_shape), {.status = 202, .is = IS_RECORD}, {.status = 0}};

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
        .record = &baseline_record,
        .answers = baselines_answers,
        .zh = "录入基数",
        .en = "Propose figures from outside the ledger; those that stand already are answered"},
    {.path = NULL},
};
