/*
 * export.c - a list as a spreadsheet: all of it, page by page, through the handler of the list.
 *
 * A handler answers with a page in JSON. Asked for a spreadsheet, that page becomes rows, and the
 * handler is called again for the page behind it, with the parameter `after` that a client would
 * send, until there is none. Two arenas take turns, so that memory stays at two pages. Columns that
 * a batch takes have the titles of its template, the others begin with '#', which a batch passes
 * over: what went out can come in again.
 */
#include "api.h"
#include "json.h"
#include "list_book.h"
#include "sheet.h"
#include <errno.h>

enum { COLUMNS_MAX = 120, PIECE = 64 * 1024 };

struct column {
    const char *name;
    const struct field *field; /* NULL: told beside the fields */
};
struct export
{
    struct req *r;
    struct arena *base; /* of the request */
    struct arena *page[2];
    int turn;
    bool is_csv, started, single;
    struct column column[COLUMNS_MAX];
    struct list_column shown[COLUMNS_MAX];
    int n;
    int64_t rows;
    struct list_book *book;
    FILE *file;      /* of the book, on its way out */
    struct str next; /* of the page that is to come; p == NULL: none */
};

/* ---- columns -----------------------------------------------------------------------------------
 */

static void add_column(struct export *x, struct column c, const char *title, enum list_kind kind)
{
    MUST(x->n < COLUMNS_MAX);
    x->column[x->n] = c;
    x->shown[x->n++] = (struct list_column){title, kind};
}

static void add_field(struct export *x, const struct field *f)
{
    static const enum list_kind kinds[] = {
        [F_MONEY] = LIST_MONEY, [F_RATE] = LIST_RATE, [F_INT] = LIST_COUNT, [F_JSON] = LIST_TEXT};
    struct str title = arena_printf(x->base, "%s%s%s", schema_has_column(f) ? "" : "#",
        schema_column_title(x->base, f).p, f->kind == F_RATE ? "(%)" : "");
    add_column(x, (struct column){.name = f->name, .field = f}, title.p, kinds[f->kind]);
}

static enum list_kind kind_of_member(const struct member *m)
{
    return m->list                ? LIST_TEXT
           : m->kind == M_YUAN    ? LIST_MONEY
           : m->kind == M_COUNT   ? LIST_COUNT
           : m->kind == M_PERCENT ? LIST_RATE
                                  : LIST_TEXT;
}

/* '#': beside the fields of a record. */
static void add_members(struct export *x, const struct member *m, const char *mark)
{
    for (; m && m->name; m++) {
        if (m->kind == M_ALSO)
            add_members(x, m->of, mark);
        else if (m->kind != M_JSON && m->kind != M_MAP && m->kind != M_FIELDS)
            add_column(x, (struct column){.name = m->name},
                arena_printf(x->base, "%s%s", mark, m->zh).p, kind_of_member(m));
    }
}

/* What the rows of a list are in its answer; NULL: the items of a page. */
static const struct member *rows_of(const struct route *t)
{
    const struct member *found = NULL;
    if (t->answers->is == IS_PAGE)
        return NULL;
    for (const struct member *m = t->answers->shape->of; m->name; m++) {
        if (m->list && m->of && (!found || strcmp(m->name, "items") == 0))
            found = m;
    }
    MUST(found);
    return found;
}

const char *list_rows_name(const struct route *t)
{
    return rows_of(t) ? rows_of(t)->name : "items";
}

static void make_columns(struct export *x)
{
    const struct route *t = x->r->route;
    const struct member *rows = rows_of(t);
    if (rows || t->answers->shape) {
        add_members(x, rows ? rows->of : t->answers->shape->of, "");
        return;
    }
    for (const struct field *f = t->record->fields; f->name; f++) {
        if (f->kind != F_JSON && f->kind != F_OBJECT)
            add_field(x, f);
    }
    add_members(x, t->record->read_only, "#");
    add_members(x, envelope_members, "#");
}

/* ---- cells -------------------------------------------------------------------------------------
 */

static struct str scalar(struct arena *a, const struct json *in)
{
    switch (in->kind) {
    case JSON_STRING: return in->text;
    case JSON_BOOL: return in->yes ? STR("是") : STR("否");
    case JSON_NUMBER: return arena_printf(a, "%lld", (long long)in->n);
    case JSON_OBJECT: return in->child ? scalar(a, in->child) : STR("");
    case JSON_NULL:
    case JSON_LIST:
    default: return STR("");
    }
}

/* A value by the words of its field. */
static struct str worded(struct arena *a, const struct field *f, const struct json *in)
{
    for (const struct choice *k = f && f->kind == F_ENUM ? f->choices : NULL; k && k->name; k++) {
        if (str_is(in->text, k->name))
            return str_of(k->zh);
    }
    return scalar(a, in);
}

/* "名称|类型|代码", without the empty ones at its end. */
static struct str parts(struct arena *a, const struct field *of, const struct json *element)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, a);
    for (int i = 0; of[i].name; i++) {
        const struct json *in = json_get(element, of[i].name);
        struct str text = in && in->kind != JSON_NULL ? worded(a, &of[i], in) : STR("");
        buf_printf(&b, "%s%s", i ? "|" : "", text.p);
        if (text.n)
            n = b.n;
    }
    b.n = n;
    return arena_str(a, buf_view(&b).p, n);
}

/* A choice by its words; a list as the first of each element, or its parts, with ';' between. */
static struct str cell(struct arena *a, const struct column *c, const struct json *item)
{
    const struct json *in = json_get(item, c->name);
    struct buf b;
    if (!in || in->kind == JSON_NULL)
        return STR("");
    if (c->field && c->field->kind == F_ENUM)
        return worded(a, c->field, in);
    if (in->kind != JSON_LIST)
        return scalar(a, in);
    buf_init(&b, a);
    bool packed = c->field && schema_is_packed(c->field);
    for (const struct json *m = in->child; m; m = m->next)
        buf_printf(
            &b, "%s%s", b.n ? ";" : "", packed ? parts(a, c->field->of, m).p : scalar(a, m).p);
    return buf_view(&b);
}

static void write_titles(const struct export *x, struct buf *out)
{
    buf_text(out, "\xEF\xBB\xBF"); /* so that Excel opens it as UTF-8 */
    for (int i = 0; i < x->n; i++)
        sheet_cell(out, str_of(x->shown[i].title), i == 0);
    buf_text(out, "\r\n");
}

static void write_rows(struct export *x, struct arena *a, const struct json *items, struct buf *out)
{
    for (const struct json *item = items->child; item; item = item->next) {
        struct str cells[COLUMNS_MAX];
        for (int i = 0; i < x->n; i++) {
            cells[i] = cell(a, &x->column[i], item);
            if (x->is_csv) /* the '-' of a number is none of a formula */
                sheet_cell(out,
                    x->shown[i].kind == LIST_TEXT ? sheet_defused(a, cells[i]) : cells[i], i == 0);
        }
        if (x->is_csv)
            buf_text(out, "\r\n");
        else if (x->rows < LIST_BOOK_ROWS_MAX)
            list_book_row(x->book, cells);
        x->rows++;
    }
}

/* ---- the answer --------------------------------------------------------------------------------
 */

/* The request is as it came; the export is gone. */
static void let_go(struct export *x)
{
    struct req *r = x->r;
    r->a = x->base;
    r->parts = NULL;
    if (x->book && (x->file = list_book_close(x->book)))
        (void)fclose(x->file); /* unlinked: nothing to save */
    arena_free(x->page[0]);
    arena_free(x->page[1]);
}

static void send_file(struct req *r)
{
    struct export *x = r->parts;
    char piece[PIECE];
    for (size_t n; r->conn && (n = fread(piece, 1, sizeof piece, x->file)) > 0;) {
        if (!reply_chunk(r, (struct str){piece, n}, send_file))
            return;
    }
    bool whole = r->conn && !ferror(x->file); /* else the client has gone */
    (void)fclose(x->file);                    /* unlinked: nothing to save */
    let_go(x);
    if (whole)
        reply_end(r);
    else
        reply_cut(r);
}

static void end_book(struct export *x)
{
    struct req *r = x->r;
    if (x->rows > LIST_BOOK_ROWS_MAX) {
        let_go(x);
        reply_refuse(r, E_TOO_LARGE, "?format", "%d", LIST_BOOK_ROWS_MAX);
        return;
    }
    x->file = list_book_close(x->book);
    x->book = NULL;
    r->a = x->base;
    if (!x->file) {
        let_go(x);
        reply_refuse(r, E_BUSY, "", "%s", strerror(errno));
        return;
    }
    reply_start(r, 200, xlsx_type);
    send_file(r);
}

static void end(struct export *x)
{
    struct req *r = x->r;
    if (!x->is_csv) {
        end_book(x);
        return;
    }
    let_go(x);
    reply_end(r);
}

/* The client has gone: nobody reads the pages behind. */
static void give_up(struct export *x)
{
    struct req *r = x->r;
    bool is_told = x->is_csv;
    let_go(x);
    if (!is_told)
        reply_start(r, 200, xlsx_type);
    reply_cut(r);
}

/* The handler once more, for the page behind. */
static void go_on(struct req *r)
{
    struct export *x = r->parts;
    if (!r->conn) {
        give_up(x);
        return;
    }
    if (!x->next.p || x->single) {
        end(x);
        return;
    }
    x->turn ^= 1;
    r->a = x->page[x->turn];
    arena_reset(r->a);
    x->next = arena_keep(r->a, x->next);
    param_put(r, x->base, "after", x->next);
    r->route->handle(r);
}

static struct export *begin(struct req *r, struct str format)
{
    struct export *x = arena_alloc(r->a, sizeof *x);
    *x = (struct export){.r = r, .base = r->a, .is_csv = str_is(format, "csv")};
    x->page[0] = arena_new();
    x->page[1] = arena_new();
    x->single = req_param(r, "limit").p != NULL;
    if (!x->single)
        param_put(r, x->base, "limit", arena_printf(x->base, "%d", LIST_LIMIT_MAX));
    r->parts = x;
    make_columns(x);
    const char *sheet = r->route->record ? r->route->record->zh : "列表";
    if (!x->is_csv)
        x->book = list_book_new(sheet, x->shown, x->n);
    reply_header(r, "Content-Disposition",
        arena_printf(r->a, "attachment; filename=\"%s.%s\"", strrchr(r->route->path, '/') + 1,
            x->is_csv ? "csv" : "xlsx"));
    return x;
}

static void export_page(struct req *r, struct str format, struct str page)
{
    struct export *x = r->parts ? r->parts : begin(r, format);
    struct arena *a = r->a;
    struct err none;
    struct buf out;
    err_init(&none, a);
    buf_init(&out, a);
    const struct json *in = json_parse(a, page, &none);
    MUST(in);
    const struct json *next = json_get(in, "next");
    x->next = (struct str){NULL, 0};
    if (next && next->kind != JSON_NULL)
        x->next = scalar(a, next);
    if (!x->is_csv && !x->book) {
        let_go(x);
        reply_refuse(r, E_BUSY, "", "%s", strerror(errno));
        return;
    }
    if (x->is_csv && !x->started)
        write_titles(x, &out);
    write_rows(x, a, json_get(in, list_rows_name(r->route)), &out);
    if (x->is_csv && !x->started)
        reply_start(r, 200, "text/csv; charset=utf-8");
    x->started = true;
    if (r->method == METHOD_HEAD)
        x->next.p = NULL;
    if (!x->is_csv || reply_chunk(r, buf_view(&out), go_on))
        go_on(r);
}

void reply_list(struct req *r, struct str page, int shown)
{
    r->is_list = true;
    r->shown += shown;
    struct str format = req_param(r, "format");
    if (!r->route->list)
        page = list_sifted(r, page, list_rows_name(r->route));
    if (format.p && !str_is(format, "json"))
        export_page(r, format, page);
    else
        reply_json(r, 200, page);
}

bool list_failed(struct req *r)
{
    struct export *x = r->parts;
    bool said = x && x->is_csv;
    if (x)
        let_go(x);
    if (said)
        reply_cut(r);
    return said;
}
