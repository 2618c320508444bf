/*
 * plan_progress.c - a plan's targets as rows of the quarterly report: what /v1/plans/…/targets
 * tells, cell by cell.
 */
#include "plan_view.h"
#include "report.h"

enum { PERCENT_DIGITS = 17 };

/* "-12.34" in hundredths; what has too many digits for a cell is not known. */
static struct report_cell percent_cell(struct ratio_text r)
{
    struct report_cell c = {.known = r.known && r.text.n <= PERCENT_DIGITS};
    bool negative = c.known && r.text.p[0] == '-';
    for (size_t i = negative; c.known && i < r.text.n; i++) {
        if (r.text.p[i] != '.')
            c.n = c.n * 10 + (r.text.p[i] - '0');
    }
    c.n = negative ? -c.n : c.n;
    return c;
}

static struct report_cell figure_cell(bool known, int64_t n)
{
    return (struct report_cell){.known = known, .n = known ? n : 0};
}

static void take_cells(const struct plan_answer *answer, bool english, struct report_target *out)
{
    const struct target_now *now = &answer->t.now;
    struct report_cell *c = out->cell;
    out->money = answer->money;
    c[PLAN_VALUE] = figure_cell(now->value_known, now->value);
    c[PLAN_BASE] = figure_cell(now->base_known, now->base);
    c[PLAN_GROWTH] = percent_cell(now->growth);
    c[PLAN_REQUIRED] = figure_cell(now->required_known, now->required);
    c[PLAN_PROGRESS] = percent_cell(now->progress);
    c[PLAN_COMPOUND] = percent_cell(answer->t.growth_compound);
    c[PLAN_MEAN] = percent_cell(answer->t.growth_mean);
    c[PLAN_STATUS] = (struct report_cell){
        .known = true, .text = str_of(target_status_title(answer->status, english))};
}

static struct str text_of(const struct rows *rows, int i, bool english, int zh, int en)
{
    return rows_at(rows, i, english ? en : zh);
}

/* Each metric of a target that has several. */
static int take_metrics(
    struct plan_view *p, const struct rows *rows, int i, bool english, struct report_target *out)
{
    struct arena *a = p->r->a;
    struct str id = rows_at(rows, i, PLAN_GET_TARGET_ID),
               title = text_of(rows, i, english, PLAN_GET_TARGET_ZH, PLAN_GET_TARGET_EN);
    int64_t threshold = 0;
    int n = 0;
    MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &threshold));
    for (int m = 0; m < rows->n; m++) {
        struct plan_answer answer = {0};
        if (!metric_is_of(rows, m, i))
            continue;
        plan_metric_evaluate(p, rows, m, threshold, &answer);
        out[n] = (struct report_target){
            .key = arena_printf(a, "%s.%s", id.p, rows_at(rows, m, PLAN_GET_METRIC_NAME).p),
            .title = arena_printf(a, english ? "%s %s: %s" : "%s %s:%s", id.p, title.p,
                text_of(rows, m, english, PLAN_GET_METRIC_ZH, PLAN_GET_METRIC_EN).p)};
        take_cells(&answer, english, &out[n++]);
    }
    return n;
}

void plan_progress(
    struct plan_view *p, const struct rows *rows, bool english, bool own, struct report_plan *out)
{
    struct arena *a = p->r->a;
    struct report_target *target = arena_alloc(a, (size_t)(rows->n + 1) * sizeof *target);
    int n = 0;
    for (int i = 0; i < rows->n; i++) {
        struct plan_answer answer = {0};
        if (!plan_row_is(rows, i, "target"))
            continue;
        if (!rows_at(rows, i, PLAN_GET_TARGET_METRIC).p) {
            n += take_metrics(p, rows, i, english, &target[n]);
            continue;
        }
        plan_loans_evaluate(p, rows, i, &answer);
        target[n] = (struct report_target){.key = rows_at(rows, i, PLAN_GET_TARGET_ID),
            .loans = own,
            .title = arena_printf(a, "%s %s", rows_at(rows, i, PLAN_GET_TARGET_ID).p,
                text_of(rows, i, english, PLAN_GET_TARGET_ZH, PLAN_GET_TARGET_EN).p)};
        take_cells(&answer, english, &target[n++]);
    }
    out->n = n;
    out->target = target;
}
