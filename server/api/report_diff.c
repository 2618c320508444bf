/*
 * report_diff.c - what became of a sealed report: every cell that differs, every record behind it.
 *
 * Sealed figures are those that were stored; live ones are summed now; the records come from the
 * same facts at the two instants. So the records' differences sum to the cell's, or the cell says
 * what is left over (`unexplained`: the section itself counts otherwise than it did).
 */
#include "records.h"
#include "report_ask.h"
#include "shapes.h"

struct diff {
    struct report_ask ask; /* first */
    int64_t limit;
    struct db_ask changes;
};

/* The three lists of one row; what a list lacks is nought. */
struct lists {
    int64_t sealed[REPORT_WIDTH], live[REPORT_WIDTH], itemised[REPORT_WIDTH];
};

enum { UNKNOWN = -1 };

static void read_list(struct req *r, struct str text, int64_t *out)
{
    const struct json *in = json_parse(r->a, text, &r->err);
    int i = 0;
    for (const struct json *m = in ? in->child : NULL; m && i < REPORT_WIDTH; m = m->next)
        /* Texts: more than 2^53 is possible. null, of numbers of firms alone: not known. */
        out[i++] = m->kind == JSON_STRING ? strtoll(m->text.p, NULL, 10) : UNKNOWN;
}

static void read_lists(struct req *r, const struct rows *rows, int i, struct lists *l)
{
    *l = (struct lists){0};
    read_list(r, rows_at(rows, i, REPORT_DIFF_SEALED), l->sealed);
    read_list(r, rows_at(rows, i, REPORT_DIFF_LIVE), l->live);
    read_list(r, rows_at(rows, i, REPORT_DIFF_ITEMISED), l->itemised);
}

static bool is_money(
    const struct report_section *s, const struct report_column *c, const struct rows *rows, int i)
{
    struct str row = rows_at(rows, i, REPORT_DIFF_ROW_KEY),
               measure = rows_at(rows, i, REPORT_DIFF_METRIC);
    const struct report_key *key = s->keys && row.p ? report_listed(s, row) : NULL;
    if (c->kind != CELL_BY_ROW)
        return c->kind == CELL_MONEY;
    return key ? key->kind == CELL_MONEY : measure.p && str_is(measure, "amount");
}

static void write_amount(struct buf *out, const char *key, bool amount, int64_t n)
{
    json_key(out, key);
    if (amount)
        json_money(out, (money){n});
    else
        json_i64(out, n);
}

static void write_place(struct buf *out, const struct rows *rows, int i)
{
    struct str row = rows_at(rows, i, REPORT_DIFF_ROW_KEY);
    json_member_str(out, "section", rows_at(rows, i, REPORT_DIFF_SECTION));
    json_key(out, "row");
    if (row.p)
        json_str(out, row);
    else
        json_null(out);
}

static void write_values(struct buf *out, bool money_, int64_t sealed, int64_t live)
{
    write_amount(out, "sealed", money_, sealed);
    write_amount(out, "live", money_, live);
    write_amount(out, "difference", money_, live - sealed);
}

static void write_firms(struct buf *out, const char *section, struct str row, const char *column,
    int64_t sealed, int64_t live)
{
    json_open(out, '{');
    json_member_text(out, "section", section);
    json_member_str(out, "row", row);
    json_member_text(out, "column", column);
    write_values(out, false, sealed, live);
    json_close(out, '}');
}

static bool differ(int64_t sealed, int64_t live)
{
    return sealed != UNKNOWN && live != UNKNOWN && sealed != live;
}

/* How many firms stand behind the row: in its own columns of firms, and in the row that counts them
 * alone. */
static void write_firm_cells(struct buf *out, struct req *r, const struct rows *rows, int i)
{
    const struct report_section *s = report_section(rows_at(rows, i, REPORT_DIFF_SECTION));
    struct str row = rows_at(rows, i, REPORT_DIFF_ROW_KEY);
    int64_t sealed[REPORT_WIDTH] = {0}, live[REPORT_WIDTH] = {0};
    if (!rows_at(rows, i, REPORT_DIFF_FIRMS_SEALED).p)
        return;
    read_list(r, rows_at(rows, i, REPORT_DIFF_FIRMS_SEALED), sealed);
    read_list(r, rows_at(rows, i, REPORT_DIFF_FIRMS_LIVE), live);
    for (const struct report_column *c = s->columns; c->key; c++) {
        if (c->from == FROM_FIRMS && differ(sealed[c->a - 1], live[c->a - 1]))
            write_firms(out, s->name, row, c->key, sealed[c->a - 1], live[c->a - 1]);
    }
    for (const struct report_key *k = s->keys; k && k->key; k++) {
        for (const struct report_column *c = s->columns; k->firms_of && c->key; c++) {
            if (str_is(row, k->firms_of) && c->from == FROM_FACTS &&
                differ(sealed[c->a - 1], live[c->a - 1]))
                write_firms(out, s->name, str_of(k->key), c->key, sealed[c->a - 1], live[c->a - 1]);
        }
    }
}

static void write_cells(struct buf *out, struct req *r, const struct rows *rows, int i)
{
    const struct report_section *s = report_section(rows_at(rows, i, REPORT_DIFF_SECTION));
    struct lists l;
    if (!rows_at(rows, i, REPORT_DIFF_ROW_KEY).p && !s->total)
        return;
    read_lists(r, rows, i, &l);
    for (const struct report_column *c = s->columns; c->key; c++) {
        int at = c->a - 1;
        if (c->from != FROM_FACTS || (l.live[at] == l.sealed[at] && l.itemised[at] == 0))
            continue;
        bool amount = is_money(s, c, rows, i);
        json_open(out, '{');
        write_place(out, rows, i);
        json_member_text(out, "column", c->key);
        write_values(out, amount, l.sealed[at], l.live[at]);
        if (l.live[at] - l.sealed[at] != l.itemised[at])
            write_amount(out, "unexplained", amount, l.live[at] - l.sealed[at] - l.itemised[at]);
        json_close(out, '}');
    }
}

static void write_version(struct buf *out, const char *key, struct str version)
{
    json_key(out, key);
    if (version.p)
        json_raw(out, version);
    else
        json_null(out); /* it was not in this row */
}

/* The members of report_change_why stand beside ours. */
static void write_why(struct buf *out, struct req *r, struct str why)
{
    const struct json *in = json_parse(r->a, why, &r->err);
    for (const struct json *m = in ? in->child : NULL; m; m = m->next) {
        json_key(out, m->key.p);
        json_tree(out, m);
    }
}

static void write_item(struct buf *out, struct req *r, const struct rows *rows, int i)
{
    const struct report_section *s = report_section(rows_at(rows, i, REPORT_DIFF_SECTION));
    struct lists l;
    read_lists(r, rows, i, &l);
    json_open(out, '{');
    write_place(out, rows, i);
    json_member_str(out, "type", rows_at(rows, i, REPORT_DIFF_TYPE));
    json_member_str(out, "id", rows_at(rows, i, REPORT_DIFF_ID));
    json_member_str(out, "reference", rows_at(rows, i, REPORT_DIFF_REFERENCE));
    write_version(out, "version_sealed", rows_at(rows, i, REPORT_DIFF_VERSION_THEN));
    write_version(out, "version_live", rows_at(rows, i, REPORT_DIFF_VERSION_NOW));
    write_why(out, r, rows_at(rows, i, REPORT_DIFF_WHY));
    json_member_list(out, "values");
    for (const struct report_column *c = s->columns; c->key; c++) {
        int at = c->a - 1;
        if (c->from != FROM_FACTS || l.itemised[at] == 0)
            continue;
        json_open(out, '{');
        json_member_text(out, "column", c->key);
        write_values(out, is_money(s, c, rows, i), l.sealed[at], l.live[at]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

static void write_next(struct buf *out, const struct diff *d, const struct rows *rows, int cells)
{
    int items = rows->n - cells;
    json_key(out, "next");
    if (items <= d->limit) {
        json_null(out);
        return;
    }
    int last = cells + (int)d->limit - 1;
    json_str(out, arena_printf(out->a, "%s/%s/%s", rows_at(rows, last, REPORT_DIFF_ID).p,
                      rows_at(rows, last, REPORT_DIFF_SECTION).p,
                      rows_at(rows, last, REPORT_DIFF_ROW_KEY).p));
}

static void on_diff(void *arg, const struct fail *fail)
{
    struct diff *d = arg;
    struct req *r = d->ask.r;
    const struct rows *rows = &d->changes.rows;
    struct buf out;
    int cells = 0;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    while (cells < rows->n && str_is(rows_at(rows, cells, REPORT_DIFF_KIND), "cell"))
        cells++;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_str(&out, "quarter", r->capture[0]);
    json_member_str(&out, "sealed_at", d->ask.sealed_at);
    json_member_str(&out, "known_at", d->ask.known_at);
    json_member_list(&out, "cells");
    for (int i = 0; i < cells; i++) {
        write_cells(&out, r, rows, i);
        write_firm_cells(&out, r, rows, i);
    }
    json_close(&out, ']');
    json_member_raw(
        &out, "count", cells < rows->n ? rows_at(rows, cells, REPORT_DIFF_ITEMS) : STR("0"));
    json_member_list(&out, "items");
    for (int i = cells; i < rows->n && i < cells + d->limit; i++)
        write_item(&out, r, rows, i);
    json_close(&out, ']');
    write_next(&out, d, rows, cells);
    json_close(&out, '}');
    reply_list(r, buf_view(&out), rows->n - cells < d->limit ? rows->n - cells : (int)d->limit);
}

/* "<id>/<section>/<row>": the place of the section among those asked for. */
static void read_after(struct diff *d, struct str *p)
{
    struct req *r = d->ask.r;
    struct str after = req_param(r, "after");
    if (!after.p)
        return;
    p[4] = arena_str(r->a, after.p, after.n < 36 ? after.n : 36);
    size_t n = after.n > 37 ? strcspn(after.p + 37, "/") : 0;
    struct str name = arena_str(r->a, after.p + (n ? 37 : 0), n);
    for (int i = 0; i < d->ask.n && n; i++) {
        if (str_is(name, d->ask.section[i]->name))
            p[2] = arena_printf(r->a, "%d", i + 1);
    }
    if (uuid_is(p[4]) && p[2].p && after.p[37 + n] == '/')
        p[3] = arena_str(r->a, after.p + 38 + n, after.n - 38 - n);
    else
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
}

static struct str names_array(const struct report_ask *k)
{
    struct buf b;
    buf_init(&b, k->r->a);
    for (int i = 0; i < k->n; i++)
        buf_printf(&b, "%c%s", i ? ',' : '{', k->section[i]->name);
    buf_char(&b, '}');
    return buf_view(&b);
}

/* On the connection of reports: it takes as long as they do, and readers need not wait. */
static void diff_sealed(struct report_ask *k)
{
    struct diff *d = (struct diff *)k; /* its first member */
    struct req *r = k->r;
    struct str *p = d->changes.params;
    d->changes =
        (struct db_ask){.sql = SQL_REPORT_DIFF, .n = 6, .params = {r->capture[0], names_array(k)}};
    if (!k->sealed_at.p)
        err_add(&r->err, E_NOT_SEALED, STR(""), "%s", r->capture[0].p);
    read_after(d, p);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[5] = arena_printf(r->a, "%lld", (long long)d->limit + 1);
    db_snapshot(r->server->db, r->a, r->actor, &d->changes, 1, on_diff, d);
}

static void report_diff_get(struct req *r)
{
    struct diff *d = arena_alloc(r->a, sizeof *d);
    d->ask.r = r;
    report_ask_quarter(&d->ask);
    report_ask_sections(&d->ask);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &d->limit);
    if (r->err.n)
        reply_problem(r);
    else
        report_through_seal(&d->ask, false, diff_sealed);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_sections = {"section", Q_SECTIONS, .zh = "章节"},
                          q_after_change = {"after", Q_TEXT, .zh = "上一页的 next"};

const struct route report_diff_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/reports/quarterly/{quarter}/diff",
        .roles = EVERYBODY,
        .handle = report_diff_get,
        .query = {&q_sections, &q_limit, &q_after_change, &q_list_format},
        .answers = ANSWERS(ROWS_OF(diff_shape)),
        .zh = "封存后的变化",
        .en = "What changed since the quarter was sealed, record by record"},
    {.path = NULL},
};
