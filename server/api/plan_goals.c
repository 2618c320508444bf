/*
 * plan_goals.c - targets with several metrics: figures that the IP office reports by year or
 * quarter.
 *
 * What is not reported is missing and named, never nought: a sum with a hole in it is shown as far
 * as it is known, and no rate is told of it.
 */
#include "plan_view.h"

/* One series of a metric: all ways together, or one of them. */
struct line {
    enum indicator_side side;
    enum indicator_figure figure;
    int first_way, ways; /* of the table; 0, 1 for a side without ways */
};

/* ---- values --------------------------------------------------------------------------------- */

static const struct told_year *told_of(
    const struct plan_view *p, const struct line *l, int way, int index)
{
    return &(*p->told)[l->side][l->first_way + way][l->figure][index];
}

/* Of the first n quarters of a year; false when some of it is missing. */
static bool sum_of(told_years *told, const struct line *l, int index, int n, int64_t *sum)
{
    bool all = n > 0, fits = true;
    *sum = 0;
    for (int way = 0; way < l->ways; way++)
        all &= told_sum(&(*told)[l->side][l->first_way + way][l->figure][index], n, sum, &fits);
    MUST(fits); /* the bounds of a figure leave room for all ways and quarters */
    return all;
}

static bool line_sum(
    const struct plan_view *p, const struct line *l, int index, int n, int64_t *sum)
{
    return sum_of(p->told, l, index, n, sum);
}

static struct series line_series(const struct plan_view *p, const struct line *l)
{
    struct series s = {.first_year = p->first, .last_year = p->last, .as_of = p->as_of};
    int running = quarter_year(p->as_of) - p->first;
    s.base_known = line_sum(p, l, 0, plan_quarters_of(p, p->first - 1), &s.base) && running >= 0;
    for (int i = 0; i <= p->last - p->first; i++)
        s.year_missing[i] = !line_sum(p, l, i + 1, plan_quarters_of(p, p->first + i), &s.year[i]);
    if (running >= 0 && running <= p->last - p->first)
        s.prior_to_date_known = line_sum(p, l, running, quarter_number(p->as_of), &s.prior_to_date);
    return s;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Whether anything is told of a year so far, and whether some of that is assumed. */
static bool line_told(
    const struct plan_view *p, const struct line *l, int index, int n, bool *assumed)
{
    bool any = false;
    *assumed = false;
    for (int way = 0; way < l->ways; way++) {
        const struct told_year *y = told_of(p, l, way, index);
        bool whole = n == 4 && y->whole.known;
        any |= whole;
        *assumed |= whole && y->whole.assumed;
        for (int q = 0; q < n && !whole; q++) {
            any |= y->quarter[q].known;
            *assumed |= y->quarter[q].assumed;
        }
    }
    return any;
}

/* Of a year that records tell: the records behind the value, and what was published beside it. */
static void write_beside(struct buf *out, const struct plan_view *p, const struct line *l,
    int index, int n, int64_t value)
{
    bool money_figure = figure_rules[l->figure].money;
    int64_t published = 0;
    json_member_str(out, "rows",
        arena_printf(p->r->a, "/v1/plans/%s/figures?side=%s&figure=%s&period=%d%s%s", p->code.p,
            side_rules[l->side].name, figure_rules[l->figure].name, p->first - 1 + index,
            l->ways == 1 && side_rules[l->side].by_way ? "&way=" : "",
            l->ways == 1 && side_rules[l->side].by_way ? way_rules[l->first_way].name : ""));
    if (!sum_of(p->published, l, index, n, &published))
        return;
    write_figure(out, "published", money_figure, published);
    write_figure(out, "difference", money_figure, value - published);
}

/* The value of a year and where it comes from: of a year told as a whole by one line, its source.
 */
static void write_value(
    struct buf *out, const struct plan_view *p, const struct line *l, int index, int n)
{
    int64_t value;
    bool assumed, complete = line_sum(p, l, index, n, &value);
    if (!line_told(p, l, index, n, &assumed)) {
        json_member_null(out, "value");
        json_member_bool(out, "complete", false);
        return;
    }
    write_figure(out, "value", figure_rules[l->figure].money, value);
    json_member_bool(out, "complete", complete);
    bool own = told_of(p, l, 0, index)->quarter[0].own;
    json_member_text(out, "from", own ? "records" : "indicators");
    if (own)
        write_beside(out, p, l, index, n, value);
    const struct told *whole = &told_of(p, l, 0, index)->whole;
    if (l->ways == 1 && n == 4 && whole->known)
        json_member_str(out, "source", whole->source);
    json_member_bool(out, "assumed", assumed);
}

static void write_told_year(struct buf *out, const struct plan_view *p, const struct line *l,
    int index, const struct ratio_text *yoy)
{
    int year = p->first - 1 + index, n = plan_quarters_of(p, year);
    json_open(out, '{');
    json_member_int(out, "year", year);
    write_value(out, p, l, index, n);
    json_member_bool(out, "to_date", n > 0 && n < 4);
    if (yoy)
        write_ratio(out, "yoy", *yoy);
    json_close(out, '}');
}

static void write_line(struct buf *out, const struct plan_view *p, const struct line *l,
    const struct series *s, const struct target_answer *t)
{
    json_key(out, "base");
    if (s->base_known)
        write_told_year(out, p, l, 0, NULL);
    else
        json_null(out);
    json_member_list(out, "years");
    for (int i = 0; i <= p->last - p->first; i++)
        write_told_year(out, p, l, i + 1, &t->yoy[i]);
    json_close(out, ']');
    write_figure(out, "total", figure_rules[l->figure].money, t->total);
}

static void write_titles(struct buf *out, const char *zh, const char *en)
{
    json_member_text(out, "title", zh);
    json_member_text(out, "title_en", en);
}

static void write_way(
    struct buf *out, const struct plan_view *p, const struct line *l, int way, int64_t threshold)
{
    struct line one = {l->side, l->figure, way, 1};
    struct series s = line_series(p, &one);
    struct target_answer t;
    target_evaluate(p->r->a, TARGET_GROWTH, threshold, &s, &t);
    json_open(out, '{');
    json_member_text(out, "way", way_rules[way].name);
    write_titles(out, way_rules[way].zh, way_rules[way].en);
    write_line(out, p, &one, &s, &t);
    write_ratio(out, "growth_compound", t.growth_compound);
    write_ratio(out, "growth_mean", t.growth_mean);
    json_close(out, '}');
}

static void write_missing_part(
    struct buf *out, const struct plan_view *p, const struct line *l, int way, int year, int q)
{
    const struct figure_rule *f = &figure_rules[l->figure];
    bool by_way = side_rules[l->side].by_way;
    const struct way_rule *w = &way_rules[l->first_way + way];
    struct str period =
        q ? quarter_text(p->r->a, quarter_make(year, q)) : arena_printf(p->r->a, "%d", year);
    json_open(out, '{');
    json_member_str(out, "period", period);
    if (by_way)
        json_member_text(out, "way", w->name);
    json_member_str(out, "text",
        arena_printf(
            p->r->a, "%s 未报送%s%s%s", period.p, by_way ? w->zh : "", by_way ? "的" : "", f->zh));
    json_member_str(out, "text_en",
        arena_printf(p->r->a, "%s: no %s%s%s reported", period.p, f->en, by_way ? " by " : "",
            by_way ? w->en : ""));
    json_close(out, '}');
}

/* Every period and way that the metric lacks, the base year first. */
static void write_missing(struct buf *out, const struct plan_view *p, const struct line *l)
{
    json_member_list(out, "missing");
    for (int index = 0; index <= p->last - p->first + 1; index++) {
        int year = p->first - 1 + index, n = plan_quarters_of(p, year);
        for (int way = 0; way < l->ways; way++) {
            for (int q = 0; q <= 4; q++) {
                if (n && told_missing(told_of(p, l, way, index), n, q))
                    write_missing_part(out, p, l, way, year, q);
            }
        }
    }
    json_close(out, ']');
}

/* What the IP office reports of a metric. */
static void write_reported(const struct plan_view *p, const struct line *line, int64_t threshold,
    const struct plan_answer *answer, struct buf *out)
{
    struct line l = *line;
    const struct target_answer *t = &answer->t;
    write_line(out, p, &l, &answer->series, t);
    json_member_text(out, "status", target_status_name(answer->status));
    write_growth(out, t, answer->money);
    json_key(out, "judged_through"); /* the last ended year that is told */
    if (t->complete_years)
        json_i64(out, p->first + t->complete_years - 1);
    else
        json_null(out);
    if (side_rules[l.side].by_way) {
        json_member_list(out, "ways");
        for (int way = 0; way < WAY_COUNT; way++)
            write_way(out, p, &l, way, threshold);
        json_close(out, ']');
    }
    write_missing(out, p, &l);
}

static struct line metric_line(const struct rows *rows, int i)
{
    struct line l = {0};
    while (!str_is(rows_at(rows, i, PLAN_GET_METRIC_SIDE), side_rules[l.side].name))
        MUST(++l.side < SIDE_COUNT);
    while (!str_is(rows_at(rows, i, PLAN_GET_METRIC_FIGURE), figure_rules[l.figure].name))
        MUST(++l.figure < FIGURE_KINDS);
    l.ways = side_rules[l.side].by_way ? WAY_COUNT : 1;
    return l;
}

void metric_head(const struct rows *rows, int i, struct buf *out)
{
    json_open(out, '{');
    json_member_str(out, "measure", rows_at(rows, i, PLAN_GET_METRIC_NAME));
    write_titles(
        out, rows_at(rows, i, PLAN_GET_METRIC_ZH).p, rows_at(rows, i, PLAN_GET_METRIC_EN).p);
}

/* Of one quarter over all ways; false when some of it is not told as a quarter. */
static bool line_quarter(const struct plan_view *p, const struct line *l, quarter q, int64_t *sum)
{
    int index = quarter_year(q) - p->first + 1;
    *sum = 0;
    if (index < 0 || quarter_year(q) > p->last)
        return false;
    for (int way = 0; way < l->ways; way++) {
        const struct told *t = &told_of(p, l, way, index)->quarter[quarter_number(q) - 1];
        if (!t->known || __builtin_add_overflow(*sum, t->value, sum))
            return false;
    }
    return true;
}

int metric_quarters(const struct plan_view *p, const struct rows *rows, int i, struct series *s,
    bool *money_figure, int64_t *value, int most)
{
    struct line l = metric_line(rows, i);
    int n = 0, running = quarter_year(p->as_of) - p->first;
    *s = line_series(p, &l);
    *money_figure = figure_rules[l.figure].money;
    if (running >= 0 && running <= p->last - p->first && s->year_missing[running])
        return 0;
    while (n < most && line_quarter(p, &l, (quarter){p->as_of.n - n}, &value[n]))
        n++;
    for (int k = 0; k < n / 2; k++) { /* the oldest first */
        int64_t late = value[k];
        value[k] = value[n - 1 - k];
        value[n - 1 - k] = late;
    }
    return n;
}

/* Does the target of the metric in row m read an average as the mean of the rates? */
static bool target_reads_mean(const struct rows *rows, int m)
{
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "target") && metric_is_of(rows, m, i))
            return str_is(rows_at(rows, i, PLAN_GET_TARGET_READING), "mean");
    }
    return false;
}

void plan_metric_evaluate(const struct plan_view *p, const struct rows *rows, int i,
    int64_t threshold, struct plan_answer *out)
{
    struct line l = metric_line(rows, i);
    if (l.side == SIDE_BENEFITING_FIRM) {
        plan_firms_evaluate(p, l.figure, out);
        return;
    }
    out->money = figure_rules[l.figure].money;
    out->series = line_series(p, &l);
    target_evaluate(p->r->a, TARGET_GROWTH, threshold, &out->series, &out->t);
    out->status = target_reads_mean(rows, i) ? out->t.status_mean : out->t.status_compound;
}

static enum target_status write_metric(
    struct plan_view *p, const struct rows *rows, int i, int64_t threshold, struct buf *out)
{
    struct line l = metric_line(rows, i);
    struct plan_answer answer;
    plan_metric_evaluate(p, rows, i, threshold, &answer);
    metric_head(rows, i, out);
    write_now(out, &answer.t.now, answer.money);
    if (l.side == SIDE_BENEFITING_FIRM)
        plan_firms_write(p, l.figure, &answer, out);
    else
        write_reported(p, &l, threshold, &answer, out);
    json_close(out, '}');
    return answer.status;
}

/* All metrics must be met; the worst of them is what the target comes to. */
static enum target_status worse(enum target_status a, enum target_status b)
{
    static const int rank[] = {[TARGET_MET] = 0,
        [TARGET_ON_TRACK] = 1,
        [TARGET_NO_BASE] = 2,
        [TARGET_AT_RISK] = 3,
        [TARGET_MISSED] = 4};
    return rank[a] > rank[b] ? a : b;
}

bool metric_is_of(const struct rows *rows, int m, int target)
{
    return plan_row_is(rows, m, "metric") && str_eq(rows_at(rows, m, PLAN_GET_METRIC_TARGET),
                                                 rows_at(rows, target, PLAN_GET_TARGET_ID));
}

void plan_goals_write(struct plan_view *p, const struct rows *rows, int i, struct buf *out)
{
    enum target_status status = TARGET_MET;
    int64_t threshold = 0;
    MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &threshold));
    json_key(out, "threshold");
    if (str_is(rows_at(rows, i, PLAN_GET_TARGET_KIND), "growth"))
        json_rate(out, (rate){(int32_t)threshold});
    else
        json_null(out); /* every year more than the one before */
    json_member_list(out, "measures");
    for (int m = 0; m < rows->n; m++) {
        if (metric_is_of(rows, m, i))
            status = worse(write_metric(p, rows, m, threshold, out), status);
    }
    json_close(out, ']');
    json_member_text(out, "status", target_status_name(status));
}
