/*
 * plan_view.c - a plan asked for, its figures year by year, and the words its answers share.
 *
 * A year entered from outside takes the place of the ledger's own sum for that year; the answer
 * shows both and says which was used. A year without either stays 0, a missing base is said so.
 */
#include "plan_view.h"
#include "memo.h"

/* ---- asking ---------------------------------------------------------------------------------- */

struct str plan_memo(struct req *r, struct str plan, day last, struct str params[6])
{
    struct str name = arena_printf(r->a, "%s %s", day_text(r->a, last).p, plan.p ? plan.p : "");
    struct str kept = memo_find(r->server->memos, name);
    params[4] = day_text(r->a, last);
    if (kept.p)
        params[5] = arena_str(r->a, kept.p, kept.n);
    return name;
}

/* Growth over a quarter that still runs would compare a part with a whole: unless asked for by
 * name, the last quarter complete on the day. */
static void read_quarter(struct req *r, struct plan_view *p, day *last)
{
    struct str s = req_param(r, "quarter");
    if (!param_day(r, "as_of", day_today(), last))
        return;
    p->as_of = quarter_of((day){last->n + 1});
    p->as_of.n--;
    if (s.p && !quarter_parse(s, &p->as_of))
        err_add(&r->err, E_QUARTER, STR("?quarter"), NULL);
    if (!req_param(r, "as_of").p)
        *last = quarter_last(p->as_of);
    p->running = quarter_last(p->as_of).n > day_today().n;
}

void plan_ask(struct plan_view *p, db_rows_fn *done)
{
    struct req *r = p->r;
    struct str params[6] = {r->capture[0], req_param(r, "basis")};
    day last = DAY_MIN;
    if (str_is(params[0], "current")) /* that of the day asked for */
        params[0] = (struct str){NULL, 0};
    read_quarter(r, p, &last);
    (void)param_instant(r, "known_at", &params[3]); /* problems are in r->err */
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    params[2] = day_text(r->a, last);
    if (p->with_firms)
        p->memo = plan_memo(r, params[0], quarter_last(p->as_of), params);
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_GET, params, 6, done, p);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The place of a year; -1: it is not one of the plan's. */
static int place_of(const struct plan_view *p, const struct rows *rows, int i, int column)
{
    int64_t year = 0;
    if (!rows_int(rows, i, column, &year) || year < p->first - 1 || year > p->last)
        return -1;
    return (int)year - p->first + 1;
}

static struct basis_figures *basis_named(struct plan_view *p, struct str name)
{
    for (int i = 0; i < p->bases; i++) {
        if (str_eq(p->by[i].basis, name))
            return &p->by[i];
    }
    return NULL;
}

static void take_plan(struct plan_view *p, const struct rows *rows, int i)
{
    int64_t first = 0, last = 0;
    MUST(rows_int(rows, i, PLAN_GET_PLAN_FIRST_YEAR, &first) &&
         rows_int(rows, i, PLAN_GET_PLAN_LAST_YEAR, &last));
    p->code = rows_at(rows, i, PLAN_GET_PLAN_CODE);
    p->title = rows_at(rows, i, PLAN_GET_PLAN_TITLE);
    p->first = (int)first;
    p->last = (int)last;
    p->basis = rows_at(rows, i, PLAN_GET_PLAN_BASIS);
    p->by[0].basis = p->basis;
    p->bases = 1;
    p->undated = rows_at(rows, i, PLAN_GET_PLAN_UNDATED);
    MUST(last - first < PLAN_YEARS_MAX);
}

/* A target brings its basis along. */
static void take_target(struct plan_view *p, const struct rows *rows, int i)
{
    struct str name = rows_at(rows, i, PLAN_GET_TARGET_BASIS);
    if (!name.p || basis_named(p, name))
        return;
    MUST(p->bases < BASES_MAX);
    p->by[p->bases++].basis = name;
}

const struct basis_figures *plan_basis_of(const struct plan_view *p, const struct rows *rows, int i)
{
    for (int b = 1; b < p->bases; b++) {
        if (str_eq(p->by[b].basis, rows_at(rows, i, PLAN_GET_TARGET_BASIS)))
            return &p->by[b];
    }
    return &p->by[0];
}

static void take_quarter(struct plan_view *p, const struct rows *rows, int i)
{
    quarter q;
    int64_t amount = 0, count = 0;
    int at = place_of(p, rows, i, PLAN_GET_QUARTER_YEAR);
    struct basis_figures *by = basis_named(p, rows_at(rows, i, PLAN_GET_QUARTER_BASIS));
    if (at < 0 || !by || !quarter_parse(rows_at(rows, i, PLAN_GET_QUARTER_QUARTER), &q) ||
        q.n > p->as_of.n)
        return;
    struct year_figures *y = &by->year[at];
    MUST(rows_int(rows, i, PLAN_GET_QUARTER_AMOUNT_FEN, &amount) &&
         rows_int(rows, i, PLAN_GET_QUARTER_COUNT, &count));
    p->overflow |= __builtin_add_overflow(y->own_amount, amount, &y->own_amount);
    y->own_count += count;
    if (quarter_number(q) <= quarter_number(p->as_of)) {
        y->prior_amount += amount; /* no more than own_amount */
        y->prior_count += count;
    }
}

/* A figure from outside is the year's, however the ledger counts. */
static void take_baseline(struct plan_view *p, const struct rows *rows, int i)
{
    int at = place_of(p, rows, i, PLAN_GET_BASELINE_YEAR);
    for (int b = 0; at >= 0 && b < p->bases; b++) {
        struct year_figures *y = &p->by[b].year[at];
        y->entered = true;
        y->has_amount = rows_int(rows, i, PLAN_GET_BASELINE_AMOUNT_FEN, &y->amount);
        y->has_count = rows_int(rows, i, PLAN_GET_BASELINE_COUNT, &y->count);
        y->source = rows_at(rows, i, PLAN_GET_BASELINE_SOURCE);
        y->assumed = str_is(rows_at(rows, i, PLAN_GET_BASELINE_ASSUMED), "true");
    }
}

/* The rows of three kinds have the same members. */
static void take_indicator(
    struct plan_view *p, const struct rows *rows, int i, told_years *into, bool own)
{
    int64_t year = 0, quarter_no = 0, value = 0;
    int side = 0, way = 0, figure = 0;
    MUST(rows_int(rows, i, PLAN_GET_INDICATOR_YEAR, &year) &&
         rows_int(rows, i, PLAN_GET_INDICATOR_VALUE, &value));
    if (year < p->first - 1 || year > p->last)
        return;
    bool is_quarter = rows_int(rows, i, PLAN_GET_INDICATOR_QUARTER, &quarter_no);
    while (!str_is(rows_at(rows, i, PLAN_GET_INDICATOR_SIDE), side_rules[side].name))
        MUST(++side < SIDE_COUNT);
    while (!str_is(rows_at(rows, i, PLAN_GET_INDICATOR_FIGURE), figure_rules[figure].name))
        MUST(++figure < FIGURE_KINDS);
    while (side_rules[side].by_way &&
           !str_is(rows_at(rows, i, PLAN_GET_INDICATOR_WAY), way_rules[way].name))
        MUST(++way < WAY_COUNT);
    struct told_year *y = &(*into)[side][way][figure][year - p->first + 1];
    struct told *t = is_quarter ? &y->quarter[quarter_no - 1] : &y->whole;
    *t = (struct told){.known = true,
        .own = own,
        .value = value,
        .source = rows_at(rows, i, PLAN_GET_INDICATOR_SOURCE),
        .assumed = str_is(rows_at(rows, i, PLAN_GET_INDICATOR_ASSUMED), "true")};
}

static void take_benefit(struct plan_view *p, const struct rows *rows, int i)
{
    struct benefit b = {0};
    int64_t year = 0;
    MUST(
        rows_int(rows, i, PLAN_GET_BENEFIT_YEAR, &year) && year >= p->first - 1 && year <= p->last);
    struct benefit_year *y = &p->benefit[year - p->first + 1];
    MUST(rows_int(rows, i, PLAN_GET_BENEFIT_VALUE, &b.value) &&
         rows_int(rows, i, PLAN_GET_BENEFIT_WITHOUT, &b.without) &&
         rows_int(rows, i, PLAN_GET_BENEFIT_PART, &b.part) &&
         rows_int(rows, i, PLAN_GET_BENEFIT_PART_WITHOUT, &b.part_without) &&
         rows_int(rows, i, PLAN_GET_BENEFIT_FIRMS, &y->firms) &&
         rows_int(rows, i, PLAN_GET_BENEFIT_PART_FIRMS, &y->part_firms));
    struct str name = rows_at(rows, i, PLAN_GET_BENEFIT_FIGURE);
    if (str_is(name, "unknown_size"))
        y->unknown_size = b;
    else if (str_is(name, "loans"))
        y->loans = b.value;
    else if (str_is(name, "insurance"))
        y->insurance = b.value;
    else if (str_is(name, "subsidies"))
        y->subsidies = b.value;
    for (int f = 0; f < FIGURE_KINDS; f++) {
        if (str_is(name, figure_rules[f].name))
            y->figure[f] = b;
    }
}

/* The sums over all years. */
static bool plan_firms_fit(const struct plan_view *p)
{
    bool fits = true;
    for (int f = 0; f < FIGURE_KINDS; f++) {
        int64_t total = 0;
        for (int i = 0; i <= PLAN_YEARS_MAX; i++)
            fits &= !__builtin_add_overflow(total, p->benefit[i].figure[f].value, &total);
    }
    return fits;
}

bool plan_is_entered(const struct plan_view *p, int i, bool amount)
{
    const struct year_figures *y = &p->by[0].year[i]; /* of whichever: see take_baseline */
    int year = p->first - 1 + i;
    bool complete = year < quarter_year(p->as_of) ||
                    (year == quarter_year(p->as_of) && quarter_number(p->as_of) == 4);
    return complete && (amount ? y->has_amount : y->has_count);
}

static int64_t used(const struct plan_view *p, const struct basis_figures *by, int i, bool amount)
{
    const struct year_figures *y = &by->year[i];
    if (plan_is_entered(p, i, amount))
        return amount ? y->amount : y->count;
    return amount ? y->own_amount : y->own_count;
}

/* Year-to-date comparison needs the ledger's own quarters on both sides. */
struct series plan_series(const struct plan_view *p, const struct basis_figures *by, bool amount)
{
    struct series s = {.first_year = p->first, .last_year = p->last, .as_of = p->as_of};
    const struct year_figures *base = &by->year[0];
    s.base = used(p, by, 0, amount);
    s.base_known = plan_is_entered(p, 0, amount) || base->own_count > 0;
    int running = quarter_year(p->as_of) - p->first;
    for (int i = 0; i <= p->last - p->first; i++)
        s.year[i] = i <= running ? used(p, by, i + 1, amount) : 0;
    if (running >= 0 && running <= p->last - p->first) {
        const struct year_figures *before = &by->year[running];
        s.prior_to_date = amount ? before->prior_amount : before->prior_count;
        s.prior_to_date_known = before->own_count > 0 && !before->entered;
    }
    return s;
}

void plan_loans_evaluate(
    const struct plan_view *p, const struct rows *rows, int i, struct plan_answer *out)
{
    bool growth = str_is(rows_at(rows, i, PLAN_GET_TARGET_KIND), "growth");
    int64_t threshold = 0;
    MUST(rows_int(rows, i, PLAN_GET_TARGET_THRESHOLD, &threshold));
    out->money = str_is(rows_at(rows, i, PLAN_GET_TARGET_METRIC), "amount");
    out->series = plan_series(p, plan_basis_of(p, rows, i), out->money);
    target_evaluate(
        p->r->a, growth ? TARGET_GROWTH : TARGET_TOTAL, threshold, &out->series, &out->t);
    /* As the plan reads 年均: as the compound rate, unless it says otherwise. */
    bool mean = str_is(rows_at(rows, i, PLAN_GET_TARGET_READING), "mean");
    out->status = !growth ? out->t.status_total
                  : mean  ? out->t.status_mean
                          : out->t.status_compound;
}

bool plan_row_is(const struct rows *rows, int i, const char *kind)
{
    return str_is(rows_at(rows, i, PLAN_GET_KIND), kind);
}

int plan_quarters_of(const struct plan_view *p, int year)
{
    int n = p->as_of.n - quarter_make(year, 1).n + 1;
    return n < 0 ? 0 : n > 4 ? 4 : n;
}

bool plan_take(struct plan_view *p, const struct rows *rows)
{
    bool found = false;
    p->told = arena_alloc(p->r->a, sizeof *p->told);
    p->published = arena_alloc(p->r->a, sizeof *p->published);
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "plan")) {
            take_plan(p, rows, i);
            found = true;
        }
    }
    for (int i = 0; found && i < rows->n; i++) {
        if (plan_row_is(rows, i, "target"))
            take_target(p, rows, i);
    }
    for (int i = 0; found && i < rows->n; i++) {
        if (plan_row_is(rows, i, "quarter"))
            take_quarter(p, rows, i);
        else if (plan_row_is(rows, i, "baseline"))
            take_baseline(p, rows, i);
        else if (plan_row_is(rows, i, "indicator"))
            take_indicator(p, rows, i, p->told, false);
        else if (plan_row_is(rows, i, "own"))
            take_indicator(p, rows, i, p->told, true);
        else if (plan_row_is(rows, i, "published"))
            take_indicator(p, rows, i, p->published, false);
        else if (plan_row_is(rows, i, "benefit"))
            take_benefit(p, rows, i);
        else if (plan_row_is(rows, i, "counted") && p->memo.p)
            memo_keep(p->r->server->memos, p->memo, rows_at(rows, i, PLAN_GET_COUNTED_TEXT));
    }
    for (int b = 0; b < p->bases; b++) {
        int64_t total = 0;
        for (int i = 0; i <= PLAN_YEARS_MAX; i++)
            p->overflow |= __builtin_add_overflow(total, used(p, &p->by[b], i, true), &total);
    }
    p->overflow |= !plan_firms_fit(p);
    return found;
}

bool plan_found(struct plan_view *p, const struct rows *rows, const struct fail *fail)
{
    struct req *r = p->r;
    if (fail) {
        reply_fail(r, fail);
        return false;
    }
    if (!plan_take(p, rows)) {
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
        return false;
    }
    if (p->overflow) {
        reply_refuse(r, E_SUM, "", NULL);
        return false;
    }
    return true;
}

/* ---- words ----------------------------------------------------------------------------------- */

void write_figure(struct buf *out, const char *key, bool money_figure, int64_t n)
{
    json_key(out, key);
    if (money_figure)
        json_money(out, (money){n});
    else
        json_i64(out, n);
}

static void write_known(struct buf *out, const char *key, bool money_figure, bool known, int64_t n)
{
    if (known)
        write_figure(out, key, money_figure, n);
    else
        json_member_null(out, key);
}

void write_ratio(struct buf *out, const char *key, struct ratio_text r)
{
    json_member_known(out, key, r.known ? r.text : (struct str){NULL, 0});
}

void write_growth(struct buf *out, const struct target_answer *t, bool money_figure)
{
    write_ratio(out, "growth_compound", t->growth_compound);
    write_ratio(out, "growth_mean", t->growth_mean);
    json_member_text(out, "status_compound", target_status_name(t->status_compound));
    json_member_text(out, "status_mean", target_status_name(t->status_mean));
    json_key(out, "required");
    if (!t->required_known) {
        json_null(out);
        return;
    }
    json_open(out, '{');
    write_figure(out, "last_year_compound", money_figure, t->required_compound);
    write_figure(out, "missing_compound", money_figure, t->missing_compound);
    write_figure(out, "per_quarter_compound", money_figure, t->per_quarter_compound);
    if (t->required_mean_known) {
        write_figure(out, "last_year_mean", money_figure, t->required_mean);
        write_figure(out, "missing_mean", money_figure, t->missing_mean);
        write_figure(out, "per_quarter_mean", money_figure, t->per_quarter_mean);
    }
    json_close(out, '}');
}

void write_now(struct buf *out, const struct target_now *now, bool money_figure)
{
    json_member_object(out, "now");
    json_key(out, "year");
    if (now->year)
        json_i64(out, now->year);
    else
        json_null(out);
    write_known(out, "value", money_figure, now->value_known, now->value);
    write_known(out, "base", money_figure, now->base_known, now->base);
    write_ratio(out, "growth", now->growth);
    write_known(out, "required", money_figure, now->required_known, now->required);
    write_ratio(out, "progress", now->progress);
    json_close(out, '}');
}

void target_head(const struct rows *rows, int i, struct buf *out)
{
    json_open(out, '{');
    json_member_str(out, "id", rows_at(rows, i, PLAN_GET_TARGET_ID));
    json_member_str(out, "title", rows_at(rows, i, PLAN_GET_TARGET_ZH));
    json_member_str(out, "title_en", rows_at(rows, i, PLAN_GET_TARGET_EN));
}
