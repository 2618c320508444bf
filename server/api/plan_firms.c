/*
 * plan_firms.c - target T7: firms that benefit, their revenue and employment, rising every year.
 *
 * A firm counts once a year, whatever it benefits from; that is the database's business
 * (plan_benefits). Not all firms have a figure: a sum over those that have is the least that all of
 * them come to. The status is what holds whatever the others have; status_known, the rates and the
 * values go by the figures that are there. A year without any firm is not told.
 */
#include "plan_view.h"

/* ---- bounds --------------------------------------------------------------------------------- */

/* A figure of the whole year that the IP office reports takes the place of the ledger's own, once
 * the year is over. */
static const struct told *reported(
    const struct plan_view *p, enum indicator_figure figure, int index)
{
    const struct told *t = &(*p->told)[SIDE_BENEFITING_FIRM][0][figure][index].whole;
    return plan_quarters_of(p, p->first - 1 + index) == 4 && t->known ? t : NULL;
}

/* without: counted firms that lack the figure; unknown: firms that may be small, of any figure. */
static struct bounds bounds_of(
    enum indicator_figure figure, int64_t value, int64_t without, int64_t unknown)
{
    bool exact = without == 0 && unknown == 0;
    int64_t most = exact ? value : INT64_MAX;
    if (figure == FIGURE_COUNT)
        most = value + unknown;
    return (struct bounds){true, value, most};
}

static struct bounds year_bounds(const struct plan_view *p, enum indicator_figure figure, int index)
{
    const struct benefit_year *y = &p->benefit[index];
    const struct told *t = reported(p, figure, index);
    if (t)
        return (struct bounds){true, t->value, t->value};
    if (y->firms == 0)
        return (struct bounds){0};
    return bounds_of(
        figure, y->figure[figure].value, y->figure[figure].without, y->unknown_size.value);
}

/* By the figures that are there alone. */
static struct bounds only_known(struct bounds b, bool any)
{
    return b.known && any ? (struct bounds){true, b.least, b.least} : (struct bounds){0};
}

static struct bounds year_known(const struct plan_view *p, enum indicator_figure figure, int index)
{
    const struct benefit_year *y = &p->benefit[index];
    bool any = reported(p, figure, index) || y->firms > y->figure[figure].without;
    return only_known(year_bounds(p, figure, index), any);
}

/* The same quarters, by the ledger's own records. */
static struct bounds part_bounds(const struct plan_view *p, enum indicator_figure figure, int index)
{
    const struct benefit_year *y = &p->benefit[index];
    if (y->part_firms == 0)
        return (struct bounds){0};
    return bounds_of(
        figure, y->figure[figure].part, y->figure[figure].part_without, y->unknown_size.part);
}

static struct bounds part_known(const struct plan_view *p, enum indicator_figure figure, int index)
{
    const struct benefit_year *y = &p->benefit[index];
    return only_known(
        part_bounds(p, figure, index), y->part_firms > y->figure[figure].part_without);
}

static bool is_exact(struct bounds b)
{
    return b.known && b.least == b.most;
}

static bool runs(const struct plan_view *p)
{
    return quarter_number(p->as_of) < 4 && quarter_year(p->as_of) >= p->first &&
           quarter_year(p->as_of) <= p->last;
}

static struct series series_of_firms(const struct plan_view *p, enum indicator_figure figure)
{
    struct series s = {.first_year = p->first, .last_year = p->last, .as_of = p->as_of};
    struct bounds base = year_known(p, figure, 0);
    s.base_known = base.known && plan_quarters_of(p, p->first - 1) == 4;
    s.base = base.least;
    for (int i = 0; i <= p->last - p->first; i++) {
        struct bounds b = year_known(p, figure, i + 1);
        s.year[i] = b.least;
        s.year_missing[i] = !b.known;
    }
    if (runs(p)) {
        struct bounds before = part_known(p, figure, quarter_year(p->as_of) - p->first);
        s.prior_to_date = before.least;
        s.prior_to_date_known = before.known;
    }
    return s;
}

typedef struct bounds bounds_fn(const struct plan_view *p, enum indicator_figure figure, int index);

static enum target_status status_of(
    const struct plan_view *p, enum indicator_figure figure, bounds_fn *year_of, bounds_fn *part_of)
{
    struct bounds years[PLAN_YEARS_MAX + 1] = {{0}}, now = {0}, before = {0};
    int n = p->last - p->first + 1;
    int ended = quarter_year(p->as_of) - p->first + (quarter_number(p->as_of) == 4);
    ended = ended < 0 ? 0 : ended > n ? n : ended;
    for (int i = 0; i <= n; i++)
        years[i] = year_of(p, figure, i);
    if (runs(p)) {
        int running = quarter_year(p->as_of) - p->first + 1;
        now = year_of(p, figure, running);
        before = part_of(p, figure, running - 1);
    }
    return target_rising(years, n, ended, now, before);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_count(struct buf *out, const char *key, int64_t n)
{
    json_member_int(out, key, n);
}

static void write_own(
    struct buf *out, const struct benefit_year *y, enum indicator_figure figure, bool exact)
{
    json_member_bool(out, "complete", exact);
    json_member_text(out, "from", "records");
    write_count(out, "firms", y->firms);
    write_count(out, "without", y->figure[figure].without);
    write_count(out, "unknown_size", y->unknown_size.value);
    if (figure != FIGURE_COUNT)
        return;
    json_member_object(out, "by");
    write_count(out, "loans", y->loans);
    write_count(out, "insurance", y->insurance);
    write_count(out, "subsidies", y->subsidies);
    json_close(out, '}');
}

static void write_year(struct buf *out, const struct plan_view *p, enum indicator_figure figure,
    int index, const struct ratio_text *yoy)
{
    int year = p->first - 1 + index, n = plan_quarters_of(p, year);
    const struct told *t = reported(p, figure, index);
    struct bounds b = year_bounds(p, figure, index);
    bool money_figure = figure_rules[figure].money;
    json_open(out, '{');
    write_count(out, "year", year);
    if (n)
        write_figure(out, "value", money_figure, b.least);
    else
        json_member_null(out, "value");
    if (t) {
        json_member_bool(out, "complete", true);
        json_member_text(out, "from", "indicators");
        write_figure(out, "records", money_figure, p->benefit[index].figure[figure].value);
        json_member_str(out, "source", t->source);
        json_member_bool(out, "assumed", t->assumed);
    } else {
        write_own(out, &p->benefit[index], figure, n && is_exact(b));
    }
    json_member_bool(out, "to_date", n > 0 && n < 4);
    if (yoy)
        write_ratio(out, "yoy", *yoy);
    json_close(out, '}');
}

static void write_gap(struct buf *out, const struct plan_view *p, int year, const char *key,
    int64_t n, struct str text, struct str text_en)
{
    json_open(out, '{');
    json_member_str(out, "period", arena_printf(p->r->a, "%d", year));
    if (key)
        write_count(out, key, n);
    json_member_str(out, "text", text);
    json_member_str(out, "text_en", text_en);
    json_close(out, '}');
}

static void write_gaps_of(
    struct buf *out, const struct plan_view *p, enum indicator_figure figure, int index)
{
    struct arena *a = p->r->a;
    const struct benefit_year *y = &p->benefit[index];
    const struct figure_rule *f = &figure_rules[figure];
    int year = p->first - 1 + index;
    long long firms = y->firms, without = y->figure[figure].without,
              unknown = y->unknown_size.value;
    if (firms == 0)
        write_gap(out, p, year, NULL, 0,
            arena_printf(a, "%d 台账无惠及企业,也未报送%s", year, f->zh),
            arena_printf(a, "%d: no firm on record and no %s reported", year, f->en));
    if (without)
        write_gap(out, p, year, "without", without,
            arena_printf(a, "%d %lld 户惠及企业中 %lld 户无%s", year, firms, without, f->zh),
            arena_printf(
                a, "%lld of %lld firms have no %s figure for %d", without, firms, f->en, year));
    if (unknown)
        write_gap(out, p, year, "unknown_size", unknown,
            arena_printf(a, "%d 另有 %lld 户规模不明,未计入", year, unknown),
            arena_printf(
                a, "%lld more firms of %d are of unknown size and not counted", unknown, year));
}

static void write_gaps(struct buf *out, const struct plan_view *p, enum indicator_figure figure)
{
    json_member_list(out, "missing");
    for (int index = 0; index <= p->last - p->first + 1; index++) {
        if (plan_quarters_of(p, p->first - 1 + index) && !reported(p, figure, index))
            write_gaps_of(out, p, figure, index);
    }
    json_close(out, ']');
}

/* What the year after the last ended one has to exceed. */
static void write_required(struct buf *out, const struct plan_view *p, enum indicator_figure figure)
{
    int index = quarter_year(p->as_of) - p->first + (quarter_number(p->as_of) == 4);
    json_key(out, "required");
    if (index < 0 || index > p->last - p->first) {
        json_null(out);
        return;
    }
    struct bounds b = year_bounds(p, figure, index);
    if (!is_exact(b)) {
        json_null(out);
        return;
    }
    json_open(out, '{');
    write_count(out, "year", p->first + index);
    write_figure(out, "more_than", figure_rules[figure].money, b.least);
    json_close(out, '}');
}

void plan_firms_evaluate(
    const struct plan_view *p, enum indicator_figure figure, struct plan_answer *out)
{
    out->money = figure_rules[figure].money;
    out->series = series_of_firms(p, figure);
    target_evaluate(p->r->a, TARGET_GROWTH, 0, &out->series, &out->t);
    out->status = status_of(p, figure, year_bounds, part_bounds);
}

void plan_firms_write(struct plan_view *p, enum indicator_figure figure,
    const struct plan_answer *answer, struct buf *out)
{
    const struct target_answer *t = &answer->t;
    json_key(out, "base");
    if (year_bounds(p, figure, 0).known)
        write_year(out, p, figure, 0, NULL);
    else
        json_null(out);
    json_member_list(out, "years");
    for (int i = 0; i <= p->last - p->first; i++)
        write_year(out, p, figure, i + 1, &t->yoy[i]);
    json_close(out, ']');
    json_member_text(out, "status", target_status_name(answer->status));
    json_member_text(
        out, "status_known", target_status_name(status_of(p, figure, year_known, part_known)));
    write_ratio(out, "growth_compound", t->growth_compound);
    write_ratio(out, "growth_mean", t->growth_mean);
    write_required(out, p, figure);
    write_gaps(out, p, figure);
}
