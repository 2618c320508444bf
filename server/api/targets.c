/*
 * targets.c - a plan's targets as an answer; those over pledge loans are written here.
 */
#include "plan_view.h"
#include "records.h"
#include "shapes.h"

/* ---- a target over pledge loans -------------------------------------------------------------- */

static void write_year(struct buf *out, const struct plan_view *p, const struct basis_figures *by,
    int i, bool amount, int64_t value, const struct ratio_text *yoy)
{
    const struct year_figures *y = &by->year[i];
    bool entered = plan_is_entered(p, i, amount);
    json_open(out, '{');
    json_member_int(out, "year", p->first - 1 + i);
    write_figure(out, "value", amount, value);
    json_member_text(out, "from", entered ? "entered" : "records");
    write_figure(out, "records", amount, amount ? y->own_amount : y->own_count);
    if (entered) {
        json_member_str(out, "source", y->source);
        json_member_bool(out, "assumed", y->assumed);
    }
    json_member_bool(
        out, "to_date", p->first - 1 + i == quarter_year(p->as_of) && quarter_number(p->as_of) < 4);
    if (yoy)
        write_ratio(out, "yoy", *yoy);
    json_close(out, '}');
}

static void write_total(struct buf *out, const struct target_answer *t, bool amount)
{
    json_member_object(out, "required");
    write_figure(out, "missing", amount, t->missing_total);
    write_figure(out, "per_quarter", amount, t->per_quarter_total);
    json_close(out, '}');
}

static void write_threshold(
    struct buf *out, const struct rows *rows, int i, bool growth, bool amount)
{
    int64_t threshold = 0;
    MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &threshold));
    json_key(out, "threshold");
    if (growth)
        json_rate(out, (rate){(int32_t)threshold});
    else if (amount)
        json_money(out, (money){threshold});
    else
        json_i64(out, threshold);
}

static void write_loan_target(
    const struct plan_view *p, const struct rows *rows, int i, struct buf *out)
{
    bool growth = str_is(rows_at(rows, i, PLAN_GET_TARGET_KIND), "growth");
    struct plan_answer answer;
    plan_loans_evaluate(p, rows, i, &answer);
    const struct series *s = &answer.series;
    const struct target_answer *t = &answer.t;
    const struct basis_figures *by = plan_basis_of(p, rows, i);
    bool amount = answer.money;
    json_member_str(out, "basis", by->basis);
    json_member_str(out, "measure", rows_at(rows, i, PLAN_GET_TARGET_METRIC));
    write_threshold(out, rows, i, growth, amount);
    json_key(out, "base");
    if (s->base_known)
        write_year(out, p, by, 0, amount, s->base, NULL);
    else
        json_null(out);
    json_member_list(out, "years");
    for (int y = 0; y <= p->last - p->first; y++)
        write_year(out, p, by, y + 1, amount, s->year[y], &t->yoy[y]);
    json_close(out, ']');
    write_figure(out, "total", amount, t->total);
    write_now(out, &t->now, amount);
    json_member_text(out, "status", target_status_name(answer.status));
    if (growth)
        write_growth(out, t, amount);
    else
        write_total(out, t, amount);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void write_target(struct plan_view *p, const struct rows *rows, int i, struct buf *out)
{
    target_head(rows, i, out);
    json_member_str(out, "kind", rows_at(rows, i, PLAN_GET_TARGET_KIND));
    if (rows_at(rows, i, PLAN_GET_TARGET_METRIC).p)
        write_loan_target(p, rows, i, out);
    else
        plan_goals_write(p, rows, i, out);
    json_member_int(out, "remaining_quarters", plan_quarters_left(p->as_of, p->first, p->last));
    json_close(out, '}');
}

static void on_plan(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct plan_view *p = arg;
    struct req *r = p->r;
    struct buf out;
    if (!plan_found(p, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_str(&out, "plan", p->code);
    json_member_str(&out, "title", p->title);
    json_member_str(&out, "quarter", quarter_text(r->a, p->as_of));
    json_member_bool(&out, "complete", !p->running);
    json_member_str(&out, "basis", p->basis);
    json_member_raw(&out, "undated", p->undated); /* loans without that date, in no year */
    json_member_list(&out, "targets");
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "target"))
            write_target(p, rows, i, &out);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void targets_get(struct req *r)
{
    struct plan_view *p = arena_alloc(r->a, sizeof *p);
    p->r = r;
    p->with_firms = true;
    plan_ask(p, on_plan);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_period = {"period", Q_TEXT, .zh = "期间"};

const struct route plan_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/targets",
        .roles = EVERYBODY,
        .handle = targets_get,
        .query = {&q_quarter, &q_plan_basis, &q_as_of, &q_known_at},
        .answers = ANSWERS(JSON_OF(targets_shape)),
        .zh = "计划目标",
        .en = "Targets of a plan"},
    RECORD_ROUTES("/v1/indicators", &indicator_record, IP_OFFICE, EVERYBODY, WITH_STATE(&q_period),
        "计划指标", "indicator of the plan's goals"),
    CONFIRM_ROUTE("/v1/indicators", FINANCE, "计划指标", "indicator of the plan's goals"),
    {.path = NULL},
};
