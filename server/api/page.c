/*
 * page.c - lists: every one of them is a row of struct list, read and written here.
 *
 * The statement of a list takes five parameters that all of them know (ledger/sql/part/page.sql),
 * and from $6 on what the query of its route asks besides, in the order of the route's table. All
 * values have been looked at by query_check.
 */
#include "api.h"
#include "ident.h"
#include <assert.h>

enum { P_AFTER, P_LIMIT, P_Q, P_ORDER, P_TOTAL, P_FIRST, P_COUNT = 16 };
/* The columns that come first of rows that are no records. */
enum { AT_CURSOR, AT_TOTAL, AT_AMOUNT, AT_ITEM, AT_COUNTS };

/* Every statement of records has the columns of record_list. */
static_assert((int)LOAN_LIST_AMOUNT == (int)RECORD_LIST_AMOUNT &&
                  (int)LOAN_EVENT_LIST_AMOUNT == (int)RECORD_LIST_AMOUNT &&
                  (int)CLAIM_LIST_AMOUNT == (int)RECORD_LIST_AMOUNT &&
                  (int)APPLICATION_LIST_AMOUNT == (int)RECORD_LIST_AMOUNT,
    "lists of records have one shape");

struct page {
    struct req *r;
    const struct list *list;
    int64_t limit;
};

/* ---- what is asked --------------------------------------------------------------------------- */

static bool is_of_all(const char *name)
{
    static const char *const names[] = {"after", "limit", "q", "order", "total", "format"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* As the database takes them, in the form that it keeps. */
static int read_filter(struct req *r, const struct query *q, struct str *p)
{
    struct str s = req_param(r, q->name);
    enum err_code code;
    struct str hint;
    quarter quarter_;
    p[0] = s;
    if (q->kind == Q_QUARTER) {
        p[0] = p[1] = (struct str){NULL, 0};
        if (s.p && quarter_parse(s, &quarter_)) {
            p[0] = day_text(r->a, quarter_first(quarter_));
            p[1] = day_text(r->a, quarter_last(quarter_));
        }
        return 2;
    }
    if (q->kind == Q_INSTANT)
        (void)param_instant(r, q->name, p); /* it was looked at */
    else if (q->kind == Q_IDENT && s.p)
        MUST(q->ident(r->a, s, p, &code, &hint));
    else if (q->kind == Q_BOOL)
        p[0] = param_flag(r, q->name) ? STR("true") : (struct str){NULL, 0};
    return 1;
}

int list_filters(struct req *r, struct str *p)
{
    int n = 0;
    for (int i = 0; i < QUERY_MAX && r->route->query[i]; i++) {
        if (!is_of_all(r->route->query[i]->name))
            n += read_filter(r, r->route->query[i], p + n);
    }
    return n;
}

/* Of a record of any type: its subject, by the name that its route gives it, and its state. */
static int ask_records(struct req *r, struct str *p)
{
    p[0] = str_of(r->route->record->name);
    p[1] = r->parent_key;
    for (int i = 0; i < QUERY_MAX && r->route->query[i]; i++) {
        const struct query *q = r->route->query[i];
        if (!is_of_all(q->name))
            (void)read_filter(r, q, &p[q->kind == Q_STATE ? 2 : 1]); /* one each */
    }
    return 3;
}

const struct list record_list = {.sql = SQL_RECORD_LIST, .ask = ask_records};

static int read_common(struct page *pg, struct str *p)
{
    struct req *r = pg->r;
    p[P_AFTER] = req_param(r, "after");
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &pg->limit);
    p[P_LIMIT] = arena_printf(r->a, "%lld", (long long)pg->limit + 1);
    p[P_Q] = req_param(r, "q");
    if (p[P_Q].n == 0)
        p[P_Q].p = NULL;
    p[P_ORDER] = req_param(r, "order");
    if (!p[P_ORDER].p && pg->list->order)
        p[P_ORDER] = str_of(pg->list->order);
    p[P_TOTAL] = param_flag(r, "total") ? STR("true") : STR("false");
    return P_FIRST;
}

/* ---- what is answered ------------------------------------------------------------------------ */

static void write_item(
    const struct page *pg, struct buf *out, const struct rows *rows, int i, struct verdict *v)
{
    switch (pg->list->rows) {
    case LIST_RECORDS:
        MUST(verdict_read(rows, i, RECORD_LIST_OUTCOME, v));
        answer_write(out, pg->r->route->record, v);
        break;
    case LIST_JSON: json_raw(out, rows_at(rows, i, AT_ITEM)); break;
    case LIST_LIFE:
        json_open(out, '{');
        life_members(out, NULL, rows_at(rows, i, AT_ITEM));
        json_close(out, '}');
        break;
    case LIST_CELLS: write_row(out, rows, i, AT_ITEM, pg->list->members); break;
    default: BUG("rows of a list");
    }
}

/* How many there are, and what they come to, of all pages. */
static void write_total(const struct page *pg, struct buf *out, const struct rows *rows)
{
    bool is_record = pg->list->rows == LIST_RECORDS;
    int64_t n = 0;
    if (!param_flag(pg->r, "total"))
        return;
    (void)(rows->n &&
           rows_int(rows, 0, is_record ? RECORD_LIST_TOTAL : AT_TOTAL, &n)); /* no rows: none */
    json_member_int(out, "total", n);
    struct str sum = {NULL, 0};
    if (rows->n)
        sum = rows_at(rows, 0, is_record ? RECORD_LIST_AMOUNT : AT_AMOUNT);
    if (sum.p)
        json_member_str(out, "total_amount", sum);
    if (pg->list->counts)
        json_member_raw(out, "counts", rows_at(rows, 0, AT_COUNTS));
}

/* How many rows are items: the one of an empty list that is counted is none. */
static int items_of(const struct page *pg, const struct rows *rows)
{
    bool empty = pg->list->counts && rows->n == 1 && !rows_at(rows, 0, AT_ITEM).p;
    return empty ? 0 : rows->n;
}

static void on_page(void *arg, const struct rows *rows, const struct fail *fail)
{
    const struct page *pg = arg;
    struct verdict v = {0};
    struct str next = {NULL, 0};
    struct buf out;
    if (fail) {
        reply_fail(pg->r, fail);
        return;
    }
    bool is_record = pg->list->rows == LIST_RECORDS;
    int there = items_of(pg, rows);
    int64_t page = there; /* of records fewer come than the limit allows, when they are long */
    if (is_record && rows->n)
        MUST(rows_int(rows, 0, RECORD_LIST_PAGE, &page));
    int n = there > pg->limit ? (int)pg->limit : there;
    buf_init(&out, pg->r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < n; i++)
        write_item(pg, &out, rows, i, &v);
    json_close(&out, ']');
    if (page > n)
        next = is_record ? v.id : rows_at(rows, n - 1, AT_CURSOR);
    json_member_known(&out, "next", next);
    write_total(pg, &out, rows);
    json_close(&out, '}');
    reply_list(pg->r, buf_view(&out), n);
}

void list_get(struct req *r)
{
    struct page *pg = arena_alloc(r->a, sizeof *pg);
    struct str p[P_COUNT] = {{NULL, 0}};
    *pg = (struct page){.r = r, .list = r->route->list};
    int n = read_common(pg, p);
    if (pg->list->one)
        n++;
    n += pg->list->ask ? pg->list->ask(r, p + n) : list_filters(r, p + n);
    if (r->err.n)
        reply_problem(r);
    else
        db_query(r->server->db, r->a, r->actor, pg->list->sql, p, n, on_page, pg);
}

/* ---- one of them ----------------------------------------------------------------------------- */

void list_row_of(struct req *r, struct arena *a, const struct list *list, struct str id,
    db_rows_fn *then, void *arg)
{
    struct str p[P_COUNT] = {[P_LIMIT] = STR("1"), [P_TOTAL] = STR("false"), [P_FIRST] = id};
    db_query(r->server->db, a, r->actor, list->sql, p, P_FIRST + list->asked, then, arg);
}

void list_row(struct req *r, const struct list *list, db_rows_fn *then, void *arg)
{
    struct str p[P_COUNT] = {
        [P_LIMIT] = STR("1"), [P_TOTAL] = STR("false"), [P_FIRST] = r->capture[0]};
    if (r->route->list == list)
        (void)list_filters(r, p + P_FIRST + 1); /* of the same names: ?as_of */
    if (list->one == ONE_ID && !uuid_is(r->capture[0]))
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
    else
        db_query(r->server->db, r->a, r->actor, list->sql, p, P_FIRST + list->asked, then, arg);
}

static void on_one(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct page *pg = arg;
    struct verdict v;
    struct buf out;
    if (!rows_found(pg->r, rows, fail))
        return;
    buf_init(&out, pg->r->a);
    write_item(pg, &out, rows, 0, &v);
    reply_json(pg->r, 200, buf_view(&out));
}

void list_get_one(struct req *r)
{
    struct page *pg = arena_alloc(r->a, sizeof *pg);
    *pg = (struct page){.r = r, .list = r->route->list};
    list_row(r, pg->list, on_one, pg);
}
