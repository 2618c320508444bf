/*
 * targets.c - a plan's targets over pledge loans, and the figures entered from outside.
 *
 * A year entered from outside takes the place of the ledger's own sum for that year; the answer
 * shows both and says which was used. A year without either stays 0, a missing base is said so.
 */
#include "plan_view.h"

static struct year_figures *figures(struct plan_view *p, const struct rows *rows, int i, int column)
{
    int64_t year = 0;
    if (!rows_int(rows, i, column, &year) || year < p->first - 1 || year > p->last)
        return NULL;
    return &p->year[year - p->first + 1];
}

static void take_plan(struct plan_view *p, const struct rows *rows, int i)
{
    int64_t first = 0, last = 0;
    MUST(rows_int(rows, i, 3, &first) && rows_int(rows, i, 4, &last));
    p->code = rows_at(rows, i, 1);
    p->title = rows_at(rows, i, 2);
    p->first = (int)first;
    p->last = (int)last;
    p->basis = rows_at(rows, i, 5);
    p->undated = rows_at(rows, i, 6);
    MUST(last - first < PLAN_YEARS_MAX);
}

static void take_quarter(struct plan_view *p, const struct rows *rows, int i)
{
    quarter q;
    int64_t amount = 0, count = 0;
    struct year_figures *y = figures(p, rows, i, 2);
    if (!y || !quarter_parse(rows_at(rows, i, 1), &q) || q.n > p->as_of.n)
        return;
    MUST(rows_int(rows, i, 3, &amount) && rows_int(rows, i, 4, &count));
    p->overflow |= __builtin_add_overflow(y->own_amount, amount, &y->own_amount);
    y->own_count += count;
    if (quarter_number(q) <= quarter_number(p->as_of)) {
        y->prior_amount += amount; /* no more than own_amount */
        y->prior_count += count;
    }
}

static void take_baseline(struct plan_view *p, const struct rows *rows, int i)
{
    struct year_figures *y = figures(p, rows, i, 1);
    if (!y)
        return;
    y->entered = true;
    y->has_amount = rows_int(rows, i, 2, &y->amount);
    y->has_count = rows_int(rows, i, 3, &y->count);
    y->source = rows_at(rows, i, 4);
    y->assumed = str_is(rows_at(rows, i, 5), "true");
}

/* A figure from outside is one of a whole year: it does not count while that year is running. */
static bool is_entered(const struct plan_view *p, int i, bool amount)
{
    const struct year_figures *y = &p->year[i];
    int year = p->first - 1 + i;
    bool complete = year < quarter_year(p->as_of) ||
                    (year == quarter_year(p->as_of) && quarter_number(p->as_of) == 4);
    return complete && (amount ? y->has_amount : y->has_count);
}

static int64_t used(const struct plan_view *p, int i, bool amount)
{
    const struct year_figures *y = &p->year[i];
    if (is_entered(p, i, amount))
        return amount ? y->amount : y->count;
    return amount ? y->own_amount : y->own_count;
}

/* Year-to-date comparison needs the ledger's own quarters on both sides. */
struct series plan_series(const struct plan_view *p, bool amount)
{
    struct series s = {.first_year = p->first, .last_year = p->last, .as_of = p->as_of};
    const struct year_figures *base = &p->year[0];
    s.base = used(p, 0, amount);
    s.base_known = is_entered(p, 0, amount) || base->own_count > 0;
    int running = quarter_year(p->as_of) - p->first;
    for (int i = 0; i <= p->last - p->first; i++)
        s.year[i] = i <= running ? used(p, i + 1, amount) : 0;
    if (running >= 0 && running <= p->last - p->first) {
        const struct year_figures *before = &p->year[running];
        s.prior_to_date = amount ? before->prior_amount : before->prior_count;
        s.prior_to_date_known = before->own_count > 0 && !before->entered;
    }
    return s;
}

/* ---- writing -------------------------------------------------------------------------------- */

void write_figure(struct buf *out, const char *key, bool money_figure, int64_t n)
{
    json_key(out, key);
    if (money_figure)
        json_money(out, (money){n});
    else
        json_i64(out, n);
}

void write_ratio(struct buf *out, const char *key, struct ratio_text r)
{
    json_key(out, key);
    if (r.known)
        json_str(out, r.text);
    else
        json_null(out);
}

static void write_year(struct buf *out, const struct plan_view *p, int i, bool amount,
    int64_t value, const struct ratio_text *yoy)
{
    const struct year_figures *y = &p->year[i];
    bool entered = is_entered(p, i, amount);
    json_open(out, '{');
    json_key(out, "year");
    json_i64(out, p->first - 1 + i);
    write_figure(out, "value", amount, value);
    json_key(out, "from");
    json_text(out, entered ? "entered" : "records");
    write_figure(out, "records", amount, amount ? y->own_amount : y->own_count);
    if (entered) {
        json_key(out, "source");
        json_str(out, y->source);
        json_key(out, "assumed");
        json_bool(out, y->assumed);
    }
    json_key(out, "to_date");
    json_bool(out, p->first - 1 + i == quarter_year(p->as_of) && quarter_number(p->as_of) < 4);
    if (yoy)
        write_ratio(out, "yoy", *yoy);
    json_close(out, '}');
}

void write_growth(struct buf *out, const struct target_answer *t, bool money_figure)
{
    write_ratio(out, "growth_compound", t->growth_compound);
    write_ratio(out, "growth_mean", t->growth_mean);
    json_key(out, "status_compound");
    json_text(out, target_status_name(t->status_compound));
    json_key(out, "status_mean");
    json_text(out, target_status_name(t->status_mean));
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

static void write_total(struct buf *out, const struct target_answer *t, bool amount)
{
    json_key(out, "required");
    json_open(out, '{');
    write_figure(out, "missing", amount, t->missing_total);
    write_figure(out, "per_quarter", amount, t->per_quarter_total);
    json_close(out, '}');
}

/* A target over pledge loans. */
static void write_loan_target(
    const struct plan_view *p, const struct rows *rows, int i, struct buf *out)
{
    bool amount = str_is(rows_at(rows, i, 3), "amount");
    bool growth = str_is(rows_at(rows, i, 2), "growth");
    int64_t threshold = 0;
    struct series s = plan_series(p, amount);
    struct target_answer t;
    MUST(rows_int(rows, i, 4, &threshold));
    target_evaluate(p->r->a, growth ? TARGET_GROWTH : TARGET_TOTAL, threshold, &s, &t);
    json_key(out, "measure");
    json_str(out, rows_at(rows, i, 3));
    json_key(out, "threshold");
    if (growth)
        json_rate(out, (rate){(int32_t)threshold});
    else if (amount)
        json_money(out, (money){threshold});
    else
        json_i64(out, threshold);
    json_key(out, "base");
    if (s.base_known)
        write_year(out, p, 0, amount, s.base, NULL);
    else
        json_null(out);
    json_key(out, "years");
    json_open(out, '[');
    for (int y = 0; y <= p->last - p->first; y++)
        write_year(out, p, y + 1, amount, s.year[y], &t.yoy[y]);
    json_close(out, ']');
    write_figure(out, "total", amount, t.total);
    json_key(out, "status"); /* planning practice reads 年均 as the compound rate */
    json_text(out, target_status_name(growth ? t.status_compound : t.status_total));
    if (growth)
        write_growth(out, &t, amount);
    else
        write_total(out, &t, amount);
}

void target_head(const struct rows *rows, int i, struct buf *out)
{
    json_open(out, '{');
    json_key(out, "id");
    json_str(out, rows_at(rows, i, 1));
    json_key(out, "title");
    json_str(out, rows_at(rows, i, 5));
    json_key(out, "title_en");
    json_str(out, rows_at(rows, i, 6));
}

static void write_target(struct plan_view *p, const struct rows *rows, int i, struct buf *out)
{
    target_head(rows, i, out);
    json_key(out, "kind");
    json_str(out, rows_at(rows, i, 2));
    if (rows_at(rows, i, 3).p)
        write_loan_target(p, rows, i, out);
    else
        goals_write(p, rows, i, out);
    json_key(out, "remaining_quarters");
    json_i64(out, plan_quarters_left(p->as_of, p->first, p->last));
    json_close(out, '}');
}

bool plan_row_is(const struct rows *rows, int i, const char *kind)
{
    return str_is(rows_at(rows, i, 0), kind);
}

static bool plan_take(struct plan_view *p, const struct rows *rows)
{
    bool found = false;
    p->told = arena_alloc(p->r->a, sizeof *p->told);
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "plan")) {
            take_plan(p, rows, i);
            found = true;
        }
    }
    for (int i = 0; found && i < rows->n; i++) {
        if (plan_row_is(rows, i, "quarter"))
            take_quarter(p, rows, i);
        else if (plan_row_is(rows, i, "baseline"))
            take_baseline(p, rows, i);
        else if (plan_row_is(rows, i, "indicator"))
            goals_take(p, rows, i);
        else if (plan_row_is(rows, i, "benefit"))
            benefits_take(p, rows, i);
    }
    int64_t total = 0;
    for (int i = 0; i <= PLAN_YEARS_MAX; i++)
        p->overflow |= __builtin_add_overflow(total, used(p, i, true), &total);
    p->overflow |= !benefits_fit(p);
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

static void on_plan(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct plan_view *p = arg;
    struct req *r = p->r;
    struct buf out;
    if (!plan_found(p, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_key(&out, "plan");
    json_str(&out, p->code);
    json_key(&out, "title");
    json_str(&out, p->title);
    json_key(&out, "quarter");
    json_str(&out, quarter_text(r->a, p->as_of));
    json_key(&out, "complete");
    json_bool(&out, !p->running);
    json_key(&out, "basis");
    json_str(&out, p->basis);
    json_key(&out, "undated"); /* loans without that date, in no year */
    json_raw(&out, p->undated);
    json_key(&out, "targets");
    json_open(&out, '[');
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "target"))
            write_target(p, rows, i, &out);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

/* ---- GET targets ---------------------------------------------------------------------------- */

/* Growth over a quarter that still runs would compare a part with a whole: unless asked for by
 * name, the last quarter complete on the day. */
static void read_quarter(struct req *r, struct plan_view *p, day *last)
{
    struct str s = req_param(r, "quarter");
    if (!param_day(r, "as_of", today_shanghai(), last))
        return;
    p->as_of = quarter_of((day){last->n + 1});
    p->as_of.n--;
    if (s.p && !quarter_parse(s, &p->as_of))
        err_add(&r->err, E_QUARTER, STR("?quarter"), NULL);
    if (!req_param(r, "as_of").p)
        *last = quarter_last(p->as_of);
    p->running = quarter_last(p->as_of).n > today_shanghai().n;
}

void plan_ask(struct plan_view *p, db_rows_fn *done)
{
    struct req *r = p->r;
    struct str params[5] = {r->capture[0], req_param(r, "basis")};
    day last = DAY_MIN;
    if (params[1].p && !str_is(params[1], "registered_on") && !str_is(params[1], "signed_on") &&
        !str_is(params[1], "disbursed_on"))
        err_add(&r->err, E_CHOICE, STR("?basis"), "registered_on, signed_on, disbursed_on");
    read_quarter(r, p, &last);
    (void)param_instant(r, "known_at", &params[3]); /* problems are in r->err */
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    params[2] = day_text(r->a, last);
    if (p->with_firms)
        params[4] = day_text(r->a, quarter_last(p->as_of));
    db_query(r->server->db, r->a, r->actor, "plan_get", params, 5, done, p);
}

void targets_get(struct req *r)
{
    struct plan_view *p = arena_alloc(r->a, sizeof *p);
    p->r = r;
    p->with_firms = true;
    plan_ask(p, on_plan);
}

/* ---- baselines ------------------------------------------------------------------------------ */

static void write_baseline(struct buf *out, const struct rows *rows, int i)
{
    int64_t n;
    json_open(out, '{');
    json_key(out, "year");
    json_raw(out, rows_at(rows, i, 1));
    if (rows_int(rows, i, 2, &n))
        write_figure(out, "amount", true, n);
    if (rows_int(rows, i, 3, &n))
        write_figure(out, "count", false, n);
    json_key(out, "source");
    json_str(out, rows_at(rows, i, 4));
    json_key(out, "assumed");
    json_raw(out, rows_at(rows, i, 5));
    json_key(out, "version");
    json_raw(out, rows_at(rows, i, 6));
    json_key(out, "recorded_at");
    json_str(out, rows_at(rows, i, 7));
    json_key(out, "recorded_by");
    json_str(out, rows_at(rows, i, 8));
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
    json_key(&out, "years");
    json_open(&out, '[');
    for (int i = 0; i < rows->n; i++) {
        if (plan_row_is(rows, i, "baseline"))
            write_baseline(&out, rows, i);
    }
    json_close(&out, ']');
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

void baselines_get(struct req *r)
{
    struct str params[5] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    db_query(r->server->db, r->a, r->actor, "plan_get", params, 5, on_baselines, r);
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
static const char *const baselines_read_only[] = {NULL};
static const struct record baselines_record = {
    .name = "baselines", .fields = baselines_fields, .read_only = baselines_read_only};

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
    schema_canonical(&baselines_record, &b->v, &list);
    /* {"years":[…]} without the frame: the elements */
    const size_t head = strlen("{\"years\":["), tail = strlen("]}");
    b->work = (struct work){.a = r->a,
        .actor = r->actor,
        .type = r->capture[0].p,
        .write = "baseline_write",
        .elements = arena_str(r->a, list.p + head, list.n - head - tail),
        .n = b->v.count,
        .done = on_entered,
        .arg = b};
    if (!lane_submit(r->server->lane, &b->work))
        reply_refuse(r, E_BUSY, "", "%s", "queue");
}

void baselines_put(struct req *r)
{
    struct baselines_put *b = arena_alloc(r->a, sizeof *b);
    struct str params[5] = {r->capture[0], {NULL, 0}, STR("1900-01-01")};
    const struct json *in = json_parse(r->a, r->body, &r->err);
    b->r = r;
    if (!in || !schema_decode(r->a, &baselines_record, in, &b->v, &r->err)) {
        reply_problem(r);
        return;
    }
    db_query(r->server->db, r->a, r->actor, "plan_get", params, 5, on_plan_for_put, b);
}
