/*
 * report.c - the quarterly report, and the records behind each of its figures.
 *
 * All sections are asked for in one snapshot, so that what is recorded meanwhile is in all of them
 * or in none. A reader sees his own scope: row-level security decides what the sums are made of,
 * the answer names whose they are.
 */
#include "ident.h"
#include "report_ask.h"

/* ---- what is asked for ----------------------------------------------------------------------- */

/* A quarter that has begun, by the day in Shanghai. */
void report_ask_quarter(struct report_ask *k)
{
    struct req *r = k->r;
    quarter now = quarter_of(today_shanghai());
    if (!quarter_parse(r->capture[0], &k->quarter))
        err_add(&r->err, E_QUARTER, STR("{quarter}"), NULL);
    else if (k->quarter.n > now.n)
        err_add(&r->err, E_FUTURE, STR("{quarter}"), "%s", quarter_text(r->a, now).p);
}

/* While the quarter runs it counts up to today, so that it compares with the same days of others.
 */
static void read_cut(struct report_ask *k)
{
    struct req *r = k->r;
    day first = quarter_first(k->quarter), last = quarter_last(k->quarter), now = today_shanghai();
    if (last.n > now.n)
        last = now;
    if (!param_day(r, "as_of", last, &k->cut))
        return;
    if (k->cut.n < first.n || k->cut.n > last.n)
        err_add(&r->err, E_RANGE, STR("?as_of"), "%s – %s", day_text(r->a, first).p,
            day_text(r->a, last).p);
}

/* What will be known is not known yet: the same question would have another answer tomorrow. */
static void read_known_at(struct report_ask *k)
{
    struct req *r = k->r;
    int64_t us = 0;
    if (!param_instant(r, "known_at", &k->known_at) || !k->known_at.p)
        return;
    MUST(instant_parse(k->known_at, &us));
    if (us > clock_us())
        err_add(&r->err, E_FUTURE, STR("?known_at"), "now");
}

static void read_clocks(struct report_ask *k)
{
    struct req *r = k->r;
    report_ask_quarter(k);
    if (!r->err.n)
        read_cut(k);
    read_known_at(k);
    k->basis = req_param(r, "basis");
    if (k->basis.p && !str_is(k->basis, "registered_on") && !str_is(k->basis, "signed_on") &&
        !str_is(k->basis, "disbursed_on"))
        err_add(&r->err, E_CHOICE, STR("?basis"), "registered_on, signed_on, disbursed_on");
}

static struct str all_sections(struct arena *a)
{
    struct buf b;
    buf_init(&b, a);
    for (const struct report_section *s = report_sections; s->name; s++)
        buf_printf(&b, "%s%s", b.n ? ", " : "", s->name);
    return buf_view(&b);
}

static const struct report_section *section_named(struct req *r, struct str name)
{
    const struct report_section *s = report_section(name);
    if (!s)
        err_add(&r->err, E_SECTION, STR("?section"), "%s (%s)", report_section_nearest(name).p,
            all_sections(r->a).p);
    return s;
}

/* ?section=a,b; none: all. Twice the same is once. Which figures may be published depends on all of
 * them, whatever is shown in the end. */
void report_ask_sections(struct report_ask *k)
{
    struct req *r = k->r;
    struct str list = req_param(r, "section");
    k->public_only = param_flag(r, "public");
    for (size_t at = 0; list.p && at <= list.n;) {
        size_t n = strcspn(list.p + at, ",");
        const struct report_section *s = section_named(r, arena_str(r->a, list.p + at, n));
        if (s)
            k->wanted[s - report_sections] = true;
        at += n + 1;
    }
    for (const struct report_section *s = report_sections; s->name; s++) {
        k->wanted[s - report_sections] |= !list.p;
        if (k->public_only || k->wanted[s - report_sections])
            k->section[k->n++] = s;
    }
}

/* "; charset=gb18030" of one type of Accept; p == NULL: none. */
static struct str charset_of(struct arena *a, const char *type, size_t n)
{
    static const char name[] = "charset=";
    const char *at = strcasestr(arena_str(a, type, n).p, name);
    if (!at)
        return (struct str){NULL, 0};
    at += sizeof name - 1;
    at += *at == '"';
    return arena_str(a, at, strcspn(at, "\"; \t"));
}

/* The first type of Accept that a report has; JSON when it names none. */
static enum report_format accepted(struct req *r, struct str *charset)
{
    struct str accept = req_header(r, "accept");
    for (size_t at = 0; accept.p && at < accept.n;) {
        size_t n = strcspn(accept.p + at, ",");
        size_t blank = strspn(accept.p + at, " \t");
        const char *type = accept.p + at + blank;
        size_t length = strcspn(type, ",; \t");
        for (int f = 0; f < REPORT_FORMAT_COUNT; f++) {
            const char *own = report_type((enum report_format)f);
            if (strcspn(own, ";") == length && strncasecmp(own, type, length) == 0) {
                *charset = charset_of(r->a, type, n - blank);
                return (enum report_format)f;
            }
        }
        at += n + 1;
    }
    return REPORT_JSON;
}

/* Only CSV has another charset than UTF-8; what Accept asks for in vain stays UTF-8. */
static void read_charset(struct report_ask *k, struct str preferred)
{
    struct str name = req_param(k->r, "charset");
    enum sheet_charset charset = SHEET_UTF8;
    if (name.p && (!sheet_charset_parse(name, &charset) ||
                      (charset != SHEET_UTF8 && k->format != REPORT_CSV)))
        err_add(&k->r->err, E_CHOICE, STR("?charset"),
            k->format == REPORT_CSV ? "utf-8, gb18030" : "utf-8");
    else if (!name.p && preferred.p && k->format == REPORT_CSV &&
             !sheet_charset_parse(preferred, &charset))
        charset = SHEET_UTF8;
    k->charset = charset;
}

static void read_format(struct report_ask *k)
{
    struct str format = req_param(k->r, "format"), charset = {NULL, 0};
    k->format = accepted(k->r, &charset);
    if (format.p && !report_format_parse(format, &k->format))
        err_add(&k->r->err, E_CHOICE, STR("?format"), "json, csv, xlsx, html");
    read_charset(k, charset);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void set_scope(struct report *p, const struct actor *who)
{
    const struct district *d = district_find(who->district);
    switch (who->kind) {
    case ORG_FINANCE:
    case ORG_IP_OFFICE:
    case ORG_AUDITOR:
        p->scope_zh = STR("全市");
        p->scope_en = STR("All of Shanghai");
        break;
    case ORG_DISTRICT:
        p->scope_zh = d ? str_of(d->zh) : who->name;
        p->scope_en = d ? str_of(d->en) : who->name;
        break;
    case ORG_BANK:
    case ORG_INSURER:
    case ORG_GUARANTOR: p->scope_zh = p->scope_en = who->name; break;
    case ORG_KIND_COUNT:
    default: BUG("kind of organisation");
    }
}

static void read_plan(struct arena *a, const struct rows *rows, struct report_plan *plan)
{
    enum { KNOWN_AT, BASIS, ID, ZH, EN, KIND, MEASURE, THRESHOLD, FIRST_YEAR };
    struct report_target *target = arena_alloc(a, (size_t)(rows->n + 1) * sizeof *target);
    int64_t year = 0;
    *plan = (struct report_plan){.target = target};
    for (int i = 0; i < rows->n; i++) {
        struct report_target *t = &target[plan->n];
        if (rows_int(rows, i, FIRST_YEAR, &year))
            plan->first_year = (int)year;
        t->id = rows_at(rows, i, ID);
        t->zh = rows_at(rows, i, ZH);
        t->en = rows_at(rows, i, EN);
        t->growth = str_is(rows_at(rows, i, KIND), "growth");
        t->amount = str_is(rows_at(rows, i, MEASURE), "amount");
        plan->n += rows_int(rows, i, THRESHOLD, &t->threshold);
    }
}

/* [[reason, n], …] in words: "录入错误 ×2;迟报". A record without a reason came late. */
static struct str note_text(struct arena *a, struct str json, bool english)
{
    struct err e;
    struct buf out;
    err_init(&e, a);
    buf_init(&out, a);
    const struct json *list = json.p ? json_parse(a, json, &e) : NULL;
    for (const struct json *m = list ? list->child : NULL; m; m = m->next) {
        const struct json *reason = m->child, *n = reason->next;
        buf_text(&out, !out.n ? "" : english ? "; " : ";");
        buf_str(&out, reason->kind == JSON_STRING ? reason->text
                      : english                   ? STR("reported late")
                                                  : STR("迟报"));
        if (n->n > 1)
            buf_printf(&out, " ×%lld", (long long)n->n);
    }
    return out.n ? buf_view(&out) : (struct str){NULL, 0};
}

static void read_figures(
    struct arena *a, const struct rows *rows, int row, bool english, struct report_figures *f)
{
    enum { KEY, TITLE, FACTS, SUMS, FIRMS = SUMS + REPORT_WIDTH, NOTE = FIRMS + REPORT_WIDTH };
    *f = (struct report_figures){.key = rows_at(rows, row, KEY),
        .title = rows_at(rows, row, TITLE),
        .note = note_text(a, rows_at(rows, row, NOTE), english)};
    (void)rows_int(rows, row, FACTS, &f->facts); /* count(*) is never absent */
    for (int i = 0; i < REPORT_WIDTH; i++) {
        struct report_cell *c = &f->v[i];
        c->known = rows_int(rows, row, SUMS + i, &c->n);
        (void)rows_int(rows, row, FIRMS + i, &c->firms); /* absent: nobody's own figure */
    }
}

static bool make_table(const struct report_ask *k, const struct rows *rows,
    const struct report_plan *plan, const struct report_section *s, bool english,
    struct report_table *out)
{
    struct req *r = k->r;
    struct report_figures *row = arena_alloc(r->a, (size_t)(rows->n + 1) * sizeof *row);
    struct report_figures whole = {0};
    struct str district =
        r->actor->kind == ORG_DISTRICT ? r->actor->district : (struct str){NULL, 0};
    int n = 0;
    for (int i = 0; i < rows->n; i++) {
        read_figures(r->a, rows, i, english, &row[n]);
        if (row[n].key.p)
            n++;
        else
            whole = row[n];
    }
    if (report_table_make(r->a, k->quarter, s, row, n, &whole, plan, district, english, out))
        return true;
    log_event(LOG_ERROR, "report_totals", "req", r->request_id.p, "section", s->name, NULL);
    return err_add(&r->err, E_INTERNAL, STR(""), NULL);
}

bool report_ask_make(const struct report_ask *k, bool english, struct report *p)
{
    struct req *r = k->r;
    const struct rows *head = &k->statement[k->before].rows;
    struct report_plan plan;
    MUST(head->n > 0);
    read_plan(r->a, head, &plan);
    *p = (struct report){.quarter = k->quarter,
        .as_of = k->cut,
        .known_at = k->known_at.p ? k->known_at : rows_at(head, 0, 0),
        .basis = k->basis.p ? k->basis : rows_at(head, 0, 1),
        .as_of_asked = req_param(r, "as_of").p != NULL,
        .known_at_asked = k->known_at.p != NULL,
        .basis_asked = k->basis.p != NULL,
        .sealed_at = k->sealed_at,
        .n = k->n,
        .table = arena_alloc(r->a, (size_t)(k->n + 1) * sizeof *p->table)};
    set_scope(p, r->actor);
    for (int i = 0; i < k->n; i++) {
        if (!make_table(k, &k->statement[k->before + 1 + i].rows, &plan, k->section[i], english,
                &p->table[i]))
            return false;
    }
    if (k->public_only)
        report_suppress(r->a, p);
    return true;
}

/* What was asked of the database only to judge the rest is not shown. */
static void keep_wanted(const struct report_ask *k, struct report *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        if (k->wanted[p->table[i].section - report_sections])
            p->table[n++] = p->table[i];
    }
    p->n = n;
}

bool report_write(enum report_format f, const struct report *p, bool english, struct buf *out)
{
    switch (f) {
    case REPORT_JSON: report_json(p, english, out); return true;
    case REPORT_CSV: report_csv(p, english, out); return true;
    case REPORT_HTML: report_html(p, english, out); return true;
    case REPORT_XLSX: return report_xlsx(p, english, out);
    case REPORT_FORMAT_COUNT:
    default: BUG("format of a report");
    }
}

static const char *type_of(const struct report_ask *k)
{
    return k->charset == SHEET_GB18030 ? "text/csv; charset=gb18030" : report_type(k->format);
}

/* The page carries its own styles and pictures, and asks for nothing else. */
void report_reply(const struct report_ask *k, struct str bytes)
{
    struct req *r = k->r;
    reply_header(r, "Content-Language", r->english ? STR("en") : STR("zh-CN"));
    reply_header(r, "Vary", STR("Accept, Accept-Language"));
    reply_header(r, "Content-Disposition",
        arena_printf(r->a, "inline; filename=\"pledged-%s.%s\"", quarter_text(r->a, k->quarter).p,
            report_extension(k->format)));
    if (k->format == REPORT_HTML)
        reply_header(r, "Content-Security-Policy",
            STR("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                "form-action 'none'; frame-ancestors 'none'"));
    reply_bytes(r, 200, type_of(k), bytes);
}

static void on_report(void *arg, const struct fail *fail)
{
    struct report_ask *k = arg;
    struct req *r = k->r;
    struct report p;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    if (!report_ask_make(k, r->english, &p)) {
        reply_problem(r);
        return;
    }
    keep_wanted(k, &p);
    buf_init(&out, r->a);
    if (!report_write(k->format, &p, r->english, &out)) {
        log_event(LOG_ERROR, "report_file", "req", r->request_id.p, NULL);
        reply_refuse(r, E_BUSY, "", "xlsx");
        return;
    }
    if (!req_param(r, "section").p) /* what sealing may name as seen */
        reply_header(r, "X-Figures", figures_of(k).sha256);
    if (k->sealed_at.p)
        reply_header(r, "X-Sealed-At", k->sealed_at);
    report_reply(k, sheet_encoded(r->a, k->charset, buf_view(&out)));
}

/* What every statement of a report takes: section, first day, last day, known_at, basis. */
static void ask_section(
    const struct report_ask *k, const struct report_section *s, struct str *params)
{
    struct arena *a = k->r->a;
    params[0] = str_of(s->name);
    params[1] = day_text(a, quarter_first(k->quarter));
    params[2] = day_text(a, k->cut);
    params[3] = k->known_at;
    params[4] = k->basis;
}

void report_ask_run(struct report_ask *k, const struct db_ask *before, int n, db_snapshot_fn *done)
{
    k->before = n;
    k->statement = arena_alloc(k->r->a, (size_t)(n + 1 + k->n) * sizeof *k->statement);
    for (int i = 0; i < n; i++)
        k->statement[i] = before[i];
    k->statement[n].name = "report_head";
    for (int i = 0; i < k->n; i++) {
        k->statement[n + 1 + i] = (struct db_ask){.name = "report_cells", .n = 5};
        ask_section(k, k->section[i], k->statement[n + 1 + i].params);
    }
    db_snapshot(k->r->server->db, k->r->a, k->r->actor, k->statement, n + 1 + k->n, done, k);
}

static void report_run(struct report_ask *k)
{
    report_ask_run(k, NULL, 0, on_report);
}

void report_get(struct req *r)
{
    struct report_ask *k = arena_alloc(r->a, sizeof *k);
    k->r = r;
    read_clocks(k);
    report_ask_sections(k);
    read_format(k);
    if (r->err.n)
        reply_problem(r);
    else
        report_through_seal(k, true, report_run);
}

/* ---- the records behind a figure --------------------------------------------------------------
 */

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
    if (!section.p)
        err_add(&r->err, E_NEED, STR("?section"), NULL);
    if (!column.p)
        err_add(&r->err, E_NEED, STR("?column"), NULL);
    d->section = section.p ? section_named(r, section) : NULL;
    if (!d->section)
        return;
    int at = column.p ? report_column(d->section, column) : -1;
    if (at >= 0)
        d->column = &d->section->columns[at];
    else if (column.p)
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

enum {
    R_TOTAL,
    R_FIRMS,
    R_FACTS,
    R_ROW,
    R_ID,
    R_VERSION,
    R_TYPE,
    R_REFERENCE,
    R_FIRM,
    R_VALUE,
    R_MONEY
};

static void write_item(struct buf *out, const struct drill *d, const struct rows *rows, int i)
{
    int64_t n = 0;
    struct str firm = rows_at(rows, i, R_FIRM);
    (void)rows_int(rows, i, R_VALUE, &n); /* never absent: it is not nought */
    json_open(out, '{');
    json_key(out, "type");
    json_str(out, rows_at(rows, i, R_TYPE));
    json_key(out, "id");
    json_str(out, rows_at(rows, i, R_ID));
    json_key(out, "version");
    json_raw(out, rows_at(rows, i, R_VERSION));
    json_key(out, "reference");
    json_str(out, rows_at(rows, i, R_REFERENCE));
    json_key(out, "firm");
    if (firm.p)
        json_str(out, firm);
    else
        json_null(out);
    json_key(out, "value");
    write_amount(out, d, n);
    write_href(out, rows_at(rows, i, R_TYPE), rows_at(rows, i, R_ID));
    json_close(out, '}');
}

static void write_question(struct buf *out, const struct drill *d)
{
    const struct report_ask *k = &d->ask;
    struct str row = req_param(k->r, "row");
    json_key(out, "quarter");
    json_str(out, quarter_text(out->a, k->quarter));
    json_key(out, "as_of");
    json_str(out, day_text(out->a, k->cut));
    json_key(out, "section");
    json_text(out, d->section->name);
    json_key(out, "row");
    if (row.p)
        json_str(out, row);
    else
        json_null(out);
    json_key(out, "column");
    json_text(out, d->column->key);
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
    if (rows->n && !rows_at(rows, 0, R_ID).p)
        n = 0;
    if (rows->n && str_is(rows_at(rows, 0, R_MONEY), "t"))
        d->kind = CELL_MONEY;
    if (rows->n) {
        (void)rows_int(rows, 0, d->firms ? R_FIRMS : R_TOTAL, &total); /* absent: nothing there */
        (void)rows_int(rows, 0, R_FACTS, &count);
    }
    buf_init(&out, r->a);
    json_open(&out, '{');
    write_question(&out, d);
    json_key(&out, "value");
    write_amount(&out, d, total);
    json_key(&out, "count");
    json_i64(&out, count);
    json_key(&out, "items");
    json_open(&out, '[');
    for (int i = 0; i < n; i++)
        write_item(&out, d, rows, i);
    json_close(&out, ']');
    json_key(&out, "next");
    if (rows->n > n && n)
        json_str(&out, arena_printf(r->a, "%s/%s", rows_at(rows, n - 1, R_ID).p,
                           rows_at(rows, n - 1, R_ROW).p));
    else
        json_null(&out);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
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
    json_key(&out, "of");
    json_open(&out, '[');
    if (c->from != FROM_TEXT)
        json_text(&out, all[c->a].key);
    if (c->from == FROM_SHARE || c->from == FROM_GROWTH)
        json_text(&out, all[c->b].key);
    json_close(&out, ']');
    json_key(&out, "items");
    json_open(&out, '[');
    json_close(&out, ']');
    json_key(&out, "next");
    json_null(&out);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

/* "<id>/<row>" */
static void read_after(struct req *r, struct str *id, struct str *row)
{
    struct str after = req_param(r, "after");
    if (!after.p)
        return;
    *id = arena_str(r->a, after.p, after.n < 36 ? after.n : 36);
    if (after.n < 38 || after.p[36] != '/' || !uuid_is(*id))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    else
        *row = arena_str(r->a, after.p + 37, after.n - 37);
}

static void rows_ask(struct report_ask *k)
{
    struct drill *d = (struct drill *)k; /* its first member */
    struct req *r = k->r;
    struct str p[10] = {{NULL, 0}};
    read_row(d);
    ask_section(k, d->section, p);
    p[5] = d->row;
    p[6] = arena_printf(r->a, "%d", d->column->a);
    read_after(r, &p[7], &p[8]);
    p[9] = arena_printf(r->a, "%lld", (long long)d->limit + 1);
    db_query(r->server->db, r->a, r->actor, "report_rows", p, COUNT_OF(p), on_rows, d);
}

void report_rows(struct req *r)
{
    struct drill *d = arena_alloc(r->a, sizeof *d);
    struct str id, row;
    d->ask.r = r;
    read_clocks(&d->ask);
    read_cell(d);
    read_after(r, &id, &row);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &d->limit);
    if (r->err.n)
        reply_problem(r);
    else if (d->column->from != FROM_FACTS && d->column->from != FROM_FIRMS)
        reply_derived(d);
    else
        report_through_seal(&d->ask, false, rows_ask);
}
