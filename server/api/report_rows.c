/*
 * report_rows.c - the records behind each figure of the quarterly report.
 */
#include "city.h"
#include "ident.h"
#include "records.h"
#include "report_ask.h"
#include "shapes.h"
#include "titles.h"

struct drill {
    struct report_ask ask;
    const struct report_section *section;
    const struct report_column *column;
    struct str row; /* p == NULL: the total */
    enum cell_kind kind;
    bool firms; /* the figure counts distinct firms */
    int64_t limit;
};

static bool row_is_possible(const struct report_section *s, struct str row)
{
    quarter q;
    switch (s->rows) {
    case ROWS_LISTED: return report_listed(s, row) != NULL;
    case ROWS_DISTRICTS: return district_find(row) != NULL;
    case ROWS_QUARTERS: return quarter_parse(row, &q);
    case ROWS_FOUND:
    case ROWS_TARGETS:
    default: return row.n > 0;
    }
}

static struct str names_of(struct arena *a, const struct report_section *s)
{
    struct buf b;
    buf_init(&b, a);
    for (const struct report_key *k = s->keys; k && k->key; k++)
        buf_printf(&b, "%s%s", b.n ? ", " : "", k->key);
    if (!b.n)
        buf_text(&b, s->rows == ROWS_QUARTERS ? "2022Q3" : "310115");
    return buf_view(&b);
}

static struct str columns_of(struct arena *a, const struct report_section *s)
{
    struct buf b;
    buf_init(&b, a);
    for (const struct report_column *c = s->columns; c->key; c++)
        buf_printf(&b, "%s%s", b.n ? ", " : "", c->key);
    return buf_view(&b);
}

static void read_cell(struct drill *d)
{
    struct req *r = d->ask.r;
    struct str section = req_param(r, "section"), column = req_param(r, "column");
    d->row = req_param(r, "row");
    d->section = report_section(section);
    int at = report_column(d->section, column);
    if (at >= 0)
        d->column = &d->section->columns[at];
    else
        err_add(&r->err, E_CHOICE, STR("?column"), "%s", columns_of(r->a, d->section).p);
    if (d->row.p ? !row_is_possible(d->section, d->row) : !d->section->total)
        err_add(
            &r->err, d->row.p ? E_CHOICE : E_NEED, STR("?row"), "%s", names_of(r->a, d->section).p);
}

/* A row that counts firms has no facts of its own: they are those of the row whose firms it
 * counts. */
static void read_row(struct drill *d)
{
    const struct report_key *key = d->row.p ? report_listed(d->section, d->row) : NULL;
    d->firms = d->column->from == FROM_FIRMS;
    d->kind = d->column->kind == CELL_BY_ROW && key ? key->kind : d->column->kind;
    if (key && key->firms_of) {
        d->firms = true;
        d->row = str_of(key->firms_of);
    }
}

static void write_amount(struct buf *out, const struct drill *d, int64_t n)
{
    if (d->kind == CELL_MONEY)
        json_money(out, (money){n});
    else
        json_i64(out, n);
}

/* Where a record is shown: its type's address and its id. */
static void write_href(struct buf *out, struct str type, struct str id)
{
    json_key(out, "href");
    for (int i = 0; i < record_count; i++) {
        if (str_is(type, records[i]->name)) {
            json_str(out, arena_printf(out->a, "%s/%s", records[i]->path, id.p));
            return;
        }
    }
    json_null(out);
}

static struct str type_title(struct arena *a, struct str type, bool english)
{
    for (int i = 0; i < record_count; i++) {
        if (str_is(type, records[i]->name))
            return str_of(english ? word_english(a, records[i]->name) : records[i]->zh);
    }
    return type;
}

static void write_item(struct buf *out, const struct drill *d, const struct rows *rows, int i)
{
    int64_t n = 0;
    struct str firm = rows_at(rows, i, REPORT_ROWS_FIRM);
    (void)rows_int(rows, i, REPORT_ROWS_V, &n); /* never absent: it is not nought */
    json_open(out, '{');
    json_member_str(out, "type", rows_at(rows, i, REPORT_ROWS_TYPE));
    json_member_str(out, "id", rows_at(rows, i, REPORT_ROWS_ID));
    json_member_str(
        out, "title", type_title(out->a, rows_at(rows, i, REPORT_ROWS_TYPE), d->ask.r->english));
    json_member_raw(out, "version", rows_at(rows, i, REPORT_ROWS_VERSION));
    json_member_str(out, "reference", rows_at(rows, i, REPORT_ROWS_REFERENCE));
    json_key(out, "firm");
    if (firm.p)
        json_str(out, firm);
    else
        json_null(out);
    if (rows_at(rows, i, REPORT_ROWS_FIRM_NAME).p)
        json_member_str(out, "firm_name", rows_at(rows, i, REPORT_ROWS_FIRM_NAME));
    if (rows_at(rows, i, REPORT_ROWS_ON_DAY).p)
        json_member_str(out, "on", rows_at(rows, i, REPORT_ROWS_ON_DAY));
    json_key(out, "value");
    write_amount(out, d, n);
    write_href(out, rows_at(rows, i, REPORT_ROWS_TYPE), rows_at(rows, i, REPORT_ROWS_ID));
    json_close(out, '}');
}

static void write_question(struct buf *out, const struct drill *d)
{
    const struct report_ask *k = &d->ask;
    struct str row = req_param(k->r, "row");
    json_member_str(out, "quarter", quarter_text(out->a, k->quarter));
    json_member_str(out, "as_of", day_text(out->a, k->cut));
    json_member_text(out, "section", d->section->name);
    json_member_known(out, "row", row);
    json_member_text(out, "column", d->column->key);
}

static void on_rows(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct drill *d = arg;
    struct req *r = d->ask.r;
    struct buf out;
    int64_t total = 0, count = 0;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    int n = rows->n > d->limit ? (int)d->limit : rows->n;
    if (rows->n && !rows_at(rows, 0, REPORT_ROWS_ID).p)
        n = 0;
    if (rows->n && str_is(rows_at(rows, 0, REPORT_ROWS_MONEY), "t"))
        d->kind = CELL_MONEY;
    if (rows->n) {
        (void)rows_int(rows, 0, d->firms ? REPORT_ROWS_TOTAL_FIRMS : REPORT_ROWS_TOTAL,
            &total); /* absent: nothing there */
        (void)rows_int(rows, 0, REPORT_ROWS_TOTAL_FACTS, &count);
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    write_question(&out, d);
    json_key(&out, "value");
    write_amount(&out, d, total);
    json_member_int(&out, "count", count);
    json_member_list(&out, "items");
    for (int i = 0; i < n; i++)
        write_item(&out, d, rows, i);
    json_close(&out, ']');
    json_key(&out, "next");
    if (rows->n > n && n)
        json_str(&out, arena_printf(r->a, "%s/%s", rows_at(rows, n - 1, REPORT_ROWS_ID).p,
                           rows_at(rows, n - 1, REPORT_ROWS_ROW_KEY).p));
    else
        json_null(&out);
    json_close(&out, '}');
    reply_list(r, buf_view(&out), n);
}

/* No records add up to a percentage: it names the columns that it is made of. */
static void reply_derived(struct drill *d)
{
    struct req *r = d->ask.r;
    const struct report_column *c = d->column, *all = d->section->columns;
    struct buf out;
    buf_init(&out, r->a);
    json_open(&out, '{');
    write_question(&out, d);
    json_member_list(&out, "of");
    if (c->from != FROM_TEXT)
        json_text(&out, all[c->a].key);
    if (c->from == FROM_SHARE || c->from == FROM_GROWTH)
        json_text(&out, all[c->b].key);
    json_close(&out, ']');
    json_member_list(&out, "items");
    json_close(&out, ']');
    json_member_null(&out, "next");
    json_close(&out, '}');
    reply_list(r, buf_view(&out), 0);
}

/* "<id>/<row>" */
static bool row_cursor(struct str s)
{
    return s.n >= 38 && s.p[36] == '/' && uuid_is((struct str){s.p, 36});
}

static void read_after(struct req *r, struct str *id, struct str *row)
{
    struct str after = req_param(r, "after");
    if (!after.p)
        return;
    *id = arena_str(r->a, after.p, 36);
    *row = arena_str(r->a, after.p + 37, after.n - 37);
}

static void rows_ask(struct report_ask *k)
{
    struct drill *d = (struct drill *)k; /* its first member */
    struct req *r = k->r;
    struct str p[10] = {{NULL, 0}};
    read_row(d);
    report_ask_params(k, d->section, p);
    p[5] = d->row;
    p[6] = arena_printf(r->a, "%d", d->column->a);
    read_after(r, &p[7], &p[8]);
    p[9] = arena_printf(r->a, "%lld", (long long)d->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_REPORT_ROWS, p, COUNT_OF(p), on_rows, d);
}

static void report_rows(struct req *r)
{
    struct drill *d = arena_alloc(r->a, sizeof *d);
    d->ask.r = r;
    report_ask_clocks(&d->ask);
    read_cell(d);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &d->limit);
    if (r->err.n)
        reply_problem(r);
    else if (d->column->from != FROM_FACTS && d->column->from != FROM_FIRMS)
        reply_derived(d);
    else
        report_through_seal(&d->ask, false, rows_ask);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_section = {"section", Q_SECTION, .zh = "章节", .need = true},
                          q_row = {"row", Q_TEXT, .zh = "行;缺省为合计"},
                          q_column = {"column", Q_TEXT, .zh = "列", .need = true},
                          q_after_row = {
                              "after", Q_CURSOR, .zh = "上一页的 next", .fits = row_cursor};

const struct route report_row_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/reports/quarterly/{quarter}/rows",
        .roles = EVERYBODY,
        .handle = report_rows,
        .query = {&q_section, &q_row, &q_column, &q_after_row, &q_limit, &q_as_of, &q_known_at,
            &q_basis, &q_list_format},
        .answers = ANSWERS(ROWS_OF(rows_shape)),
        .zh = "报告数字背后的记录",
        .en = "The records behind one figure of the report"},
    {.path = NULL},
};
