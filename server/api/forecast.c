/*
 * forecast.c - how far a plan's targets can come by its end, how likely each is reached, in words
 * too, and what each district must add.
 *
 * The series is the ledger's own, quarter by quarter up to the last complete one; the years so far
 * are those that the targets use, entered ones included. Districts share what is missing by what
 * they brought in the last four quarters.
 */
#include "forecast.h"
#include "plan_view.h"
#include "report.h"
#include "shapes.h"

enum { MONTHS_A_QUARTER = 3 };
enum { LOW, POINT, HIGH, ENDS };
static const char *const ends[ENDS] = {"low", "point", "high"};

struct outlook {
    struct plan_view plan;
    const struct rows *rows; /* of plan_get */
    int n;                   /* quarters of the series, the first that has a loan first */
    int64_t value[2][FORECAST_QUARTERS_MAX]; /* [amount] */
    const struct rows *districts;
    bool tests; /* the back-test is asked for, not the forecast */
};

/* ---- the series ----------------------------------------------------------------------------- */

static void take_series(struct outlook *o, struct str basis)
{
    const struct plan_view *p = &o->plan;
    int first = INT32_MAX, oldest = p->as_of.n - FORECAST_QUARTERS_MAX + 1;
    memset(o->value, 0, sizeof o->value);
    for (int turn = 0; turn < 2; turn++) { /* where it begins, then what is in it */
        for (int i = 0; i < o->rows->n; i++) {
            quarter q;
            if (!plan_row_is(o->rows, i, "quarter") ||
                !str_eq(rows_at(o->rows, i, PLAN_GET_QUARTER_BASIS), basis) ||
                !quarter_parse(rows_at(o->rows, i, PLAN_GET_QUARTER_QUARTER), &q) ||
                q.n > p->as_of.n || q.n < oldest)
                continue;
            if (turn == 0) {
                first = q.n < first ? q.n : first;
                continue;
            }
            MUST(rows_int(o->rows, i, PLAN_GET_QUARTER_AMOUNT_FEN, &o->value[true][q.n - first]) &&
                 rows_int(o->rows, i, PLAN_GET_QUARTER_COUNT, &o->value[false][q.n - first]));
        }
    }
    o->n = first == INT32_MAX ? 0 : p->as_of.n - first + 1;
}

/* ---- one target ----------------------------------------------------------------------------- */

/* The three ends of what the target is about, and what the targets' own arithmetic says of each. */
struct reach {
    struct forecast f;
    int skip, quarters; /* passed over, and forecast */
    int64_t value[ENDS];
    struct target_answer answer[ENDS];
    struct target_answer now;
    int64_t needed; /* of the quarters that are forecast; INT64_MAX: it cannot be told */
};

static int64_t end_of(const struct forecast *f, int end)
{
    return end == LOW ? f->low : end == POINT ? f->point : f->high;
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* What is looked ahead from: growth: the last year's value decides; else all that is still to come.
 */
struct sight {
    bool growth, money;
    int64_t threshold;
    struct series now;
    int n; /* quarters known, the oldest first */
    const int64_t *value;
};

static void find_needed(const struct sight *from, struct reach *out)
{
    if (!from->growth)
        out->needed = out->now.missing_total;
    else
        out->needed = out->now.required_known ? out->now.missing_compound : INT64_MAX;
}

static void find_reach(const struct outlook *o, const struct sight *from, struct reach *out)
{
    const struct plan_view *p = &o->plan;
    int left = plan_quarters_left(p->as_of, p->first, p->last);
    int last = p->last - p->first;
    int in_last = left < 4 ? left : 4;
    enum target_kind kind = from->growth ? TARGET_GROWTH : TARGET_TOTAL;
    target_evaluate(p->r->a, kind, from->threshold, &from->now, &out->now);
    find_needed(from, out);
    out->quarters = from->growth ? in_last : left;
    out->skip = left - out->quarters;
    out->f = forecast_sum(from->value, from->n, out->skip, out->quarters);
    for (int end = 0; end < ENDS; end++) {
        struct series then = from->now;
        int64_t more = end_of(&out->f, end);
        then.as_of = quarter_make(p->last, 4);
        /* The years between stay as they are: growth over the plan does not ask for them. */
        for (int y = 0; y <= last; y++)
            then.year_missing[y] = false;
        then.year[last] = plus(from->now.year[last], more);
        out->value[end] = from->growth ? then.year[last] : plus(out->now.total, more);
        target_evaluate(p->r->a, kind, from->threshold, &then, &out->answer[end]);
    }
}

static void write_ends(struct buf *out, const char *key, const struct reach *reach, bool amount)
{
    json_member_object(out, key);
    for (int end = 0; end < ENDS; end++)
        write_figure(out, ends[end], amount, reach->value[end]);
    json_close(out, '}');
}

static void write_outcome(
    struct buf *out, const struct reach *reach, bool growth, int64_t threshold)
{
    if (growth) {
        json_member_object(out, "growth_compound");
        for (int end = 0; end < ENDS; end++)
            write_ratio(out, ends[end], reach->answer[end].growth_compound);
        json_close(out, '}');
    }
    json_member_object(out, "status");
    for (int end = 0; end < ENDS; end++) {
        enum target_status s = growth                           ? reach->answer[end].status_compound
                               : reach->value[end] >= threshold ? TARGET_MET
                                                                : TARGET_MISSED;
        json_member_text(out, ends[end], target_status_name(s));
    }
    json_close(out, '}');
}

/* ---- in words -------------------------------------------------------------------------------- */

/* "121.53亿元", "519 笔". */
static struct str figure_words(struct arena *a, const struct sight *from, int64_t n, bool english)
{
    if (from->money)
        return form_amount(a, n, english);
    return digits_grouped(a, arena_printf(a, "%lld", (long long)n));
}

static struct str oddities(struct arena *a, const struct forecast *f, bool english)
{
    if (f->jump)
        return english ? STR(" The level has jumped: only the quarters since then count.")
                       : STR("水平曾经跃变,只按跃变后的季度推算。");
    if (!f->spikes)
        return STR("");
    return arena_printf(a,
        english ? " %d quarters far out of line are smoothed." : "%d 个季度明显异常,已平滑处理。",
        f->spikes);
}

/* The plan is over: what came. */
static struct str final_words(
    const struct outlook *o, const struct sight *from, const struct reach *reach, bool english)
{
    struct arena *a = o->plan.r->a;
    enum target_status s = from->growth ? reach->now.status_compound : reach->now.status_total;
    return arena_printf(a, english ? "The plan is over: %s, %s." : "计划已结束:%s,%s。",
        figure_words(a, from, reach->value[POINT], english).p, target_status_title(s, english));
}

/* What a director can say of it, in one breath. */
static struct str sentence(
    const struct outlook *o, const struct sight *from, const struct reach *reach, bool english)
{
    struct arena *a = o->plan.r->a;
    const struct forecast *f = &reach->f;
    if (!reach->quarters)
        return final_words(o, from, reach, english);
    if (!f->known && from->n >= FORECAST_QUARTERS_MIN)
        return arena_printf(a,
            english ? "The plan ends in %d quarters, more than the %d that a forecast looks ahead: "
                      "none is given."
                    : "距计划结束还有 %d 个季度,超过可推算的 %d 个季度,不作推算。",
            reach->skip + reach->quarters, FORECAST_AHEAD_MAX);
    if (!f->known)
        return arena_printf(a,
            english
                ? "Only %d quarters are known, fewer than the %d that a forecast needs: none is "
                  "given."
                : "只有 %d 个季度的数据,不足 %d 个季度,不作推算。",
            from->n, FORECAST_QUARTERS_MIN);
    struct str low = figure_words(a, from, reach->value[LOW], english),
               point = figure_words(a, from, reach->value[POINT], english),
               high = figure_words(a, from, reach->value[HIGH], english);
    struct str chance = reach->needed == INT64_MAX
                            ? (english ? STR("Without a base its chance cannot be told.")
                                       : STR("缺基数,达标可能无法推算。"))
                            : arena_printf(a,
                                  english ? "The chance to reach the target is about %d %%."
                                          : "达到目标的可能约为 %d%%。",
                                  forecast_chance(f, reach->needed));
    if (english)
        return arena_printf(a,
            "By the last %d quarters %s %d will bring %s, with 80 %% confidence between %s and %s. "
            "%s%s",
            from->n, from->growth ? "the year" : "the plan until", o->plan.last, point.p, low.p,
            high.p, chance.p, oddities(a, f, true).p);
    return arena_printf(a, "按近 %d 个季度推算,到 %d 年末%s约 %s,八成把握在 %s 至 %s 之间;%s%s",
        from->n, o->plan.last, from->growth ? "当年" : "累计", point.p, low.p, high.p, chance.p,
        oddities(a, f, false).p);
}

static void write_words(
    struct buf *out, const struct outlook *o, const struct sight *from, const struct reach *reach)
{
    json_key(out, "chance");
    if (!reach->f.known || reach->needed == INT64_MAX)
        json_null(out);
    else
        json_i64(out, forecast_chance(&reach->f, reach->needed));
    json_member_str(out, "sentence", sentence(o, from, reach, false));
    json_member_str(out, "sentence_en", sentence(o, from, reach, true));
}

/* How such forecasts did: in short here, one by one behind the link. */
static void write_backtest(
    struct buf *out, const struct outlook *o, const struct sight *from, const struct reach *reach)
{
    struct arena *a = o->plan.r->a;
    struct forecast_test test[FORECAST_QUARTERS_MAX];
    int n = forecast_tests(from->value, from->n, reach->skip, reach->quarters, test), within = 0;
    for (int i = 0; i < n; i++)
        within += test[i].within;
    json_member_object(out, "backtest");
    json_member_int(out, "held_out", n);
    json_member_int(out, "within", within);
    write_ratio(out, "coverage", ratio_percent(a, within, n));
    json_key(
        out, "nominal_coverage"); /* not claimed before there are outcomes to hold it against */
    if (n >= FORECAST_ERRORS_MIN)
        json_rate(out, (rate){FORECAST_NOMINAL_PERCENT * 10000});
    else
        json_null(out);
    json_member_str(out, "rows",
        arena_printf(a, "/v1/plans/%s/backtest?quarter=%s&basis=%s", o->plan.code.p,
            quarter_text(a, o->plan.as_of).p, o->plan.basis.p));
    json_close(out, '}');
}

/* What is missing, over the districts and the months that are left; each month rounded up. */
static void write_districts(
    struct outlook *o, bool amount, int64_t missing, int months, struct buf *out)
{
    const struct rows *rows = o->districts;
    struct arena *a = o->plan.r->a;
    int64_t *weight = arena_alloc(a, (size_t)(rows->n + 1) * sizeof *weight);
    int64_t *part = arena_alloc(a, (size_t)(rows->n + 1) * sizeof *part);
    int64_t sum = 0;
    for (int i = 0; i < rows->n; i++) {
        MUST(rows_int(
            rows, i, amount ? PLAN_DISTRICTS_AMOUNT_FEN : PLAN_DISTRICTS_COUNT, &weight[i]));
        sum = plus(sum, weight[i]);
    }
    json_member_list(out, "districts");
    if (sum > 0 && sum < INT64_MAX && months > 0) {
        money_allocate(missing, weight, rows->n, part);
        for (int i = 0; i < rows->n; i++) {
            json_open(out, '{');
            json_member_str(out, "district", rows_at(rows, i, PLAN_DISTRICTS_DISTRICT));
            write_figure(out, "last_four_quarters", amount, weight[i]);
            write_ratio(out, "share", ratio_percent(a, weight[i], sum));
            write_figure(out, "missing", amount, part[i]);
            write_figure(out, "per_month", amount, part[i] / months + (part[i] % months > 0));
            json_close(out, '}');
        }
    }
    json_close(out, ']');
}

static void write_range(
    struct buf *out, const struct sight *from, const struct reach *reach, bool told)
{
    const char *what = from->growth ? "last_year" : "total";
    if (reach->f.known && told) {
        write_ends(out, what, reach, from->money);
        write_outcome(out, reach, from->growth, from->threshold);
    } else {
        json_member_null(out, what);
    }
}

/* ---- the back-test --------------------------------------------------------------------------- */

/* Each forecast that can be held against what came; closes the object. */
static void write_tests(struct outlook *o, const struct sight *from, struct buf *out)
{
    struct forecast_test test[FORECAST_QUARTERS_MAX];
    struct reach reach;
    find_reach(o, from, &reach);
    int n = forecast_tests(from->value, from->n, reach.skip, reach.quarters, test);
    json_member_list(out, "tests");
    for (int i = 0; i < n; i++) {
        quarter q = {o->plan.as_of.n - from->n + test[i].known};
        json_open(out, '{');
        json_member_str(out, "quarter", quarter_text(out->a, q));
        write_figure(out, "low", from->money, test[i].f.low);
        write_figure(out, "point", from->money, test[i].f.point);
        write_figure(out, "high", from->money, test[i].f.high);
        write_figure(out, "came", from->money, test[i].came);
        json_member_bool(out, "within", test[i].within);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

/* ---- one target ------------------------------------------------------------------------------ */

/* All of it behind the titles; closes the object. shared: districts share what is missing. */
static void write_reach(struct outlook *o, const struct sight *from, bool shared, struct buf *out)
{
    struct reach reach;
    if (o->tests) {
        write_tests(o, from, out);
        return;
    }
    find_reach(o, from, &reach);
    json_member_int(
        out, "remaining_quarters", plan_quarters_left(o->plan.as_of, o->plan.first, o->plan.last));
    json_member_int(out, "quarters_known", from->n);
    write_figure(out, "so_far", from->money, reach.now.total);
    write_range(out, from, &reach, from->n > 0 || !from->growth);
    write_words(out, o, from, &reach);
    write_backtest(out, o, from, &reach);
    bool told = !from->growth || reach.now.required_known;
    int64_t missing = !told          ? 0
                      : from->growth ? reach.now.missing_compound
                                     : reach.now.missing_total;
    if (told)
        write_figure(out, "missing", from->money, missing);
    else
        json_member_null(out, "missing");
    if (shared)
        write_districts(o, from->money, missing, reach.quarters * MONTHS_A_QUARTER, out);
    json_close(out, '}');
}

/* Over pledge loans. */
static void write_target(struct outlook *o, int i, struct buf *out)
{
    const struct rows *rows = o->rows;
    const struct basis_figures *by = plan_basis_of(&o->plan, rows, i);
    bool amount = str_is(rows_at(rows, i, PLAN_GET_TARGET_METRIC), "amount");
    bool shared = o->districts && str_eq(by->basis, o->plan.basis); /* theirs are the plan's */
    take_series(o, by->basis);
    struct sight from = {.growth = str_is(rows_at(rows, i, PLAN_GET_TARGET_KIND), "growth"),
        .money = amount,
        .now = plan_series(&o->plan, by, amount),
        .n = o->n,
        .value = o->value[amount]};
    MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &from.threshold));
    target_head(rows, i, out);
    json_member_str(out, "measure", rows_at(rows, i, PLAN_GET_TARGET_METRIC));
    write_reach(o, &from, shared, out);
}

/* Of the goals that the IP office reports: from the quarters it told. What it told by years alone
 * has no quarters to go by (quarters_known 0). */
static void write_goal(struct outlook *o, int i, struct buf *out)
{
    const struct rows *rows = o->rows;
    target_head(rows, i, out);
    json_member_list(out, "measures");
    for (int m = 0; m < rows->n; m++) {
        int64_t value[FORECAST_QUARTERS_MAX];
        struct sight from = {.growth = true, .value = value};
        if (!metric_is_of(rows, m, i))
            continue;
        MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &from.threshold));
        from.n = metric_quarters(
            &o->plan, rows, m, &from.now, &from.money, value, FORECAST_QUARTERS_MAX);
        metric_head(rows, m, out);
        write_reach(o, &from, false, out);
    }
    json_close(out, ']');
    json_close(out, '}');
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void write_method(struct buf *out)
{
    json_member_object(out, "method");
    json_member_text(out, "name", "robust_damped_trend");
    json_member_text(out, "title",
        "稳健阻尼趋势:剔除季节与异常值,取各季斜率的中位数并逐季衰减;区间为八成把握,两侧对称于比值;"
        "不足八个季度不作推算");
    json_member_text(out, "title_en",
        "Robust damped trend: without season and spikes, the median of the slopes between "
        "quarters, fading quarter by quarter; the range holds 80 %, on both sides alike by "
        "ratio; fewer than eight quarters tell nothing");
    json_close(out, '}');
}

static void write_outlook(struct outlook *o)
{
    struct plan_view *p = &o->plan;
    struct req *r = p->r;
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_str(&out, "plan", p->code);
    json_member_str(&out, "quarter", quarter_text(r->a, p->as_of));
    json_member_str(&out, "basis", p->basis);
    if (!o->tests)
        write_method(&out);
    json_member_list(&out, "targets");
    for (int i = 0; i < o->rows->n; i++) {
        if (!plan_row_is(o->rows, i, "target"))
            continue;
        if (rows_at(o->rows, i, PLAN_GET_TARGET_METRIC).p)
            write_target(o, i, &out);
        else
            write_goal(o, i, &out);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void on_districts(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct outlook *o = arg;
    if (fail) {
        reply_fail(o->plan.r, fail);
        return;
    }
    o->districts = rows;
    write_outlook(o);
}

static void on_plan(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct outlook *o = arg; /* the plan stands first in it */
    struct plan_view *p = &o->plan;
    struct req *r = p->r;
    if (!plan_found(p, rows, fail))
        return;
    if (p->running) {
        reply_refuse(r, E_RUNNING, "?quarter", "%s", quarter_text(r->a, p->as_of).p);
        return;
    }
    o->rows = rows;
    if (o->tests) {
        write_outlook(o);
        return;
    }
    if (r->actor->kind != ORG_DISTRICT && r->actor->kind != ORG_FINANCE &&
        r->actor->kind != ORG_IP_OFFICE && r->actor->kind != ORG_AUDITOR) {
        write_outlook(o); /* the districts' sums are the offices' to see */
        return;
    }
    struct str params[] = {p->basis, day_text(r->a, quarter_first((quarter){p->as_of.n - 3})),
        day_text(r->a, quarter_last(p->as_of)), req_param(r, "known_at")};
    (void)param_instant(r, "known_at", &params[3]); /* it was good a moment ago */
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_DISTRICTS, params, 4, on_districts, o);
}

static void forecast_get(struct req *r)
{
    struct outlook *o = arena_alloc(r->a, sizeof *o);
    o->plan.r = r;
    plan_ask(&o->plan, on_plan);
}

static void backtest_get(struct req *r)
{
    struct outlook *o = arena_alloc(r->a, sizeof *o);
    o->plan.r = r;
    o->tests = true;
    plan_ask(&o->plan, on_plan);
}

/* ---- routes ---------------------------------------------------------------------------------- */

const struct route forecast_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/forecast",
        .roles = EVERYBODY,
        .handle = forecast_get,
        .query = {&q_quarter, &q_plan_basis, &q_as_of, &q_known_at},
        .answers = ANSWERS(JSON_OF(forecast_shape)),
        .zh = "目标预测",
        .en = "How far the plan can come, as a range"},
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/backtest",
        .roles = EVERYBODY,
        .handle = backtest_get,
        .query = {&q_quarter, &q_plan_basis, &q_as_of, &q_known_at},
        .answers = ANSWERS(JSON_OF(backtest_shape)),
        .zh = "预测回测",
        .en = "Earlier forecasts held against what came"},
    {.path = NULL},
};
