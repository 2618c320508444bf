/*
 * report_ask.c - a quarterly report asked of the database, and what comes back.
 *
 * All sections are asked for in one snapshot, so that what is recorded meanwhile is in all of them
 * or in none. A reader sees his own scope: row-level security decides what the sums are made of,
 * the answer names whose they are.
 */
#include "report_ask.h"
#include "city.h"
#include "ident.h"
#include "merkle.h"
#include "plan_view.h"

/* ---- what is asked for ----------------------------------------------------------------------- */

/* A quarter that has begun, by the day in Shanghai. */
void report_ask_quarter(struct report_ask *k)
{
    struct req *r = k->r;
    quarter now = quarter_of(day_today());
    MUST(quarter_parse(r->capture[0], &k->quarter)); /* query_check has looked at it */
    if (k->quarter.n > now.n)
        err_add(&r->err, E_FUTURE, STR("{quarter}"), "%s", quarter_text(r->a, now).p);
}

/* While the quarter runs it counts up to today, so that it compares with the same days of others.
 */
static void read_cut(struct report_ask *k)
{
    struct req *r = k->r;
    day first = quarter_first(k->quarter), last = quarter_last(k->quarter), now = day_today();
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

void report_ask_clocks(struct report_ask *k)
{
    struct req *r = k->r;
    report_ask_quarter(k);
    if (!r->err.n)
        read_cut(k);
    read_known_at(k);
    k->plan = req_param(r, "plan");
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

const struct report_section *report_ask_section(struct req *r, struct str name)
{
    const struct report_section *s = report_section(name);
    if (!s)
        err_add(&r->err, E_SECTION, STR("?section"), "%s (%s)", report_section_nearest(name).p,
            all_sections(r->a).p);
    return s;
}

/* ?section=a,b; none: all. Twice the same is once. Of a public report those that are published. */
void report_ask_sections(struct report_ask *k)
{
    struct req *r = k->r;
    struct str list = req_param(r, "section");
    k->public_only = param_flag(r, "public");
    for (size_t at = 0; list.p && at <= list.n;) {
        size_t n = strcspn(list.p + at, ",");
        const struct report_section *s = report_section(arena_str(r->a, list.p + at, n));
        if (s)
            k->wanted[s - report_sections] = true;
        at += n + 1;
    }
    for (const struct report_section *s = report_sections; s->name; s++) {
        k->wanted[s - report_sections] |= !list.p;
        if (k->public_only && !report_is_public(s)) {
            if (list.p && k->wanted[s - report_sections])
                err_add(&r->err, E_UNWANTED, STR("?section"), "public");
            continue;
        }
        if (k->wanted[s - report_sections]) {
            k->section[k->n++] = s;
            k->with_targets |= s->rows == ROWS_TARGETS;
        }
    }
}

/* ---- the snapshot ---------------------------------------------------------------------------- */

void report_ask_params(
    const struct report_ask *k, const struct report_section *s, struct str *params)
{
    struct arena *a = k->r->a;
    params[0] = str_of(s->name);
    params[1] = day_text(a, quarter_first(k->quarter));
    params[2] = day_text(a, k->cut);
    params[3] = k->known_at;
    params[4] = k->basis;
}

/* What plan_get takes: the plan of the quarter, as /v1/plans/…/targets asks for it. */
static void plan_params(struct report_ask *k, struct str *params)
{
    struct arena *a = k->r->a;
    params[0] = k->plan;
    params[1] = k->basis;
    params[2] = day_text(a, k->cut);
    params[3] = k->known_at;
    k->memo = plan_memo(k->r, k->plan, quarter_last(k->quarter), params);
}

void report_ask_run(struct report_ask *k, const struct db_ask *before, int n, db_snapshot_fn *done)
{
    struct db_ask *ask = arena_alloc(k->r->a, (size_t)(n + 2 + k->n) * sizeof *ask);
    k->before = n;
    k->statement = ask;
    for (int i = 0; i < n; i++)
        ask[i] = before[i];
    ask[n] = (struct db_ask){.sql = SQL_REPORT_HEAD,
        .params = {k->plan, day_text(k->r->a, quarter_first(k->quarter)), k->known_at},
        .n = 3};
    if (k->with_targets) {
        n++;
        ask[n] = (struct db_ask){.sql = SQL_PLAN_GET, .n = 6};
        plan_params(k, ask[n].params);
    }
    k->first = n + 1;
    for (int i = 0; i < k->n; i++) {
        ask[k->first + i] = (struct db_ask){.sql = SQL_REPORT_CELLS, .n = 5};
        report_ask_params(k, k->section[i], ask[k->first + i].params);
        if (k->public_only)
            ask[k->first + i].sql = SQL_PUBLISHED_CELLS, ask[k->first + i].n = 2;
    }
    db_snapshot(k->r->server->db, k->r->a, k->r->actor, ask, k->first + k->n, done, k);
}

/* ---- the report ------------------------------------------------------------------------------ */

/* A public report is of the city, whoever reads it. */
static void set_scope(struct arena *a, struct report *p, const struct actor *who, bool public_only)
{
    const struct district *d = district_find(who->district);
    switch (public_only ? ORG_AUDITOR : who->kind) {
    case ORG_FINANCE:
    case ORG_IP_OFFICE:
    case ORG_AUDITOR:
        p->scope_zh = STR("全市");
        p->scope_en = arena_printf(a, "All of %s", city_here()->en);
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

/* The plan of the quarter and, where targets are asked for, how it stands. */
static bool read_plan(const struct report_ask *k, bool english, struct report_plan *plan)
{
    struct req *r = k->r;
    const struct rows *head = &k->statement[k->before].rows;
    int64_t year = 0;
    if (k->plan.p && !rows_at(head, 0, REPORT_HEAD_PLAN).p)
        return err_add(&r->err, E_NOT_FOUND, STR("?plan"), "%s", k->plan.p);
    *plan = (struct report_plan){
        .code = rows_at(head, 0, REPORT_HEAD_PLAN), .title = rows_at(head, 0, REPORT_HEAD_TITLE)};
    if (rows_int(head, 0, REPORT_HEAD_FIRST_YEAR, &year))
        plan->first_year = (int)year;
    if (!k->with_targets || !plan->code.p)
        return true;
    const struct rows *rows = &k->statement[k->first - 1].rows;
    struct plan_view *p = arena_alloc(r->a, sizeof *p);
    p->r = r;
    p->with_firms = true;
    p->memo = k->memo;
    p->as_of = k->quarter;
    MUST(plan_take(p, rows));
    if (p->overflow)
        return err_add(&r->err, E_SUM, STR(""), NULL);
    plan_progress(p, rows, english, str_is(rows_at(head, 0, REPORT_HEAD_OWN), "t"), plan);
    return true;
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
    *f = (struct report_figures){.key = rows_at(rows, row, REPORT_CELLS_ROW_KEY),
        .title = rows_at(rows, row, REPORT_CELLS_TITLE),
        .note = note_text(a, rows_at(rows, row, REPORT_CELLS_NOTE), english)};
    (void)rows_int(rows, row, REPORT_CELLS_FACTS, &f->facts); /* count(*) is never absent */
    int64_t hidden = 0; /* of published cells; REPORT_CELLS has no such column */
    if (rows->columns > PUBLISHED_CELLS_HIDDEN)
        (void)rows_int(rows, row, PUBLISHED_CELLS_HIDDEN, &hidden);
    for (int i = 0; i < REPORT_WIDTH; i++) {
        struct report_cell *c = &f->v[i];
        c->suppressed = hidden >> i & 1;
        c->known = rows_int(rows, row, REPORT_CELLS_V1 + i, &c->n);
        (void)rows_int(rows, row, REPORT_CELLS_F1 + i, &c->firms); /* absent: nobody's own figure */
    }
}

static bool make_table(const struct report_ask *k, const struct rows *rows,
    const struct report_plan *plan, const struct report_section *s, bool english,
    struct report_table *out)
{
    struct req *r = k->r;
    struct report_figures *row = arena_alloc(r->a, (size_t)(rows->n + 1) * sizeof *row);
    struct report_figures whole = {0};
    struct str district = r->actor->kind == ORG_DISTRICT && !k->public_only ? r->actor->district
                                                                            : (struct str){NULL, 0};
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
    log_event(LOG_ERROR, SAY_REPORT_TOTALS, "req", r->request_id.p, "section", s->name, NULL);
    return err_add(&r->err, E_INTERNAL, STR(""), NULL);
}

bool report_ask_make(const struct report_ask *k, bool english, struct report *p)
{
    struct req *r = k->r;
    const struct rows *head = &k->statement[k->before].rows;
    struct report_plan plan;
    MUST(head->n > 0);
    if (!read_plan(k, english, &plan))
        return false;
    *p = (struct report){.quarter = k->quarter,
        .as_of = k->cut,
        .known_at = k->known_at.p ? k->known_at : rows_at(head, 0, REPORT_HEAD_KNOWN_AT),
        .basis = k->basis.p ? k->basis : rows_at(head, 0, REPORT_HEAD_BASIS),
        .plan_code = plan.code,
        .plan_title = plan.title,
        .as_of_asked = req_param(r, "as_of").p != NULL,
        .known_at_asked = k->known_at.p != NULL,
        .basis_asked = k->basis.p != NULL,
        .sealed_at = k->sealed_at,
        .unit = k->unit,
        .reporter = r->actor->name,
        .n = k->n,
        .table = arena_alloc(r->a, (size_t)(k->n + 1) * sizeof *p->table)};
    set_scope(r->a, p, r->actor, k->public_only);
    for (int i = 0; i < k->n; i++) {
        if (!make_table(
                k, &k->statement[k->first + i].rows, &plan, k->section[i], english, &p->table[i]))
            return false;
    }
    if (k->public_only)
        report_publish(p);
    return true;
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

/* ---- its figures, as a seal keeps them ------------------------------------------------------- */

struct figure {
    const char *section;
    struct str row;
    const struct rows *rows;
    int at;
};

static int by_section_and_row(const void *x, const void *y)
{
    const struct figure *a = x, *b = y;
    int c = strcmp(a->section, b->section);
    return c ? c : strcmp(a->row.p, b->row.p);
}

static int collect(const struct report_ask *k, struct figure *out)
{
    int n = 0;
    for (int i = 0; i < k->n; i++) {
        const struct rows *rows = &k->statement[k->first + i].rows;
        for (int j = 0; j < rows->n; j++) {
            struct str key = rows_at(rows, j, REPORT_CELLS_ROW_KEY);
            if (key.p && out)
                out[n] = (struct figure){k->section[i]->name, key, rows, j};
            n += key.p != NULL;
        }
    }
    return n;
}

static void write_sealed(const struct figure *f, struct buf *json, struct buf *line)
{
    json_open(json, '{');
    json_member_text(json, "section", f->section);
    json_member_str(json, "row_key", f->row);
    json_member_list(json, "v");
    buf_printf(line, "%s|%s|", f->section, f->row.p);
    for (int i = 0; i < REPORT_WIDTH; i++) {
        struct str n = rows_at(f->rows, f->at, REPORT_CELLS_V1 + i);
        if (n.p)
            json_raw(json, n);
        else
            json_null(json);
        buf_printf(line, "%s%s", i ? "," : "", n.p ? n.p : "-");
    }
    json_close(json, ']');
    json_member_list(json, "firms");
    for (int i = 0; i < REPORT_WIDTH; i++) {
        struct str n = rows_at(f->rows, f->at, REPORT_CELLS_F1 + i);
        if (n.p)
            json_raw(json, n);
        else
            json_null(json);
    }
    json_close(json, ']');
    json_close(json, '}');
    buf_char(line, '\n');
}

struct figures figures_of(const struct report_ask *k)
{
    struct arena *a = k->r->a;
    int n = collect(k, NULL);
    struct figure *list = arena_alloc(a, (size_t)n * sizeof *list + 1);
    struct buf json, lines;
    (void)collect(k, list); /* n again */
    qsort(list, (size_t)n, sizeof *list, by_section_and_row);
    buf_init(&json, a);
    buf_init(&lines, a);
    json_open(&json, '[');
    for (int i = 0; i < n; i++)
        write_sealed(&list[i], &json, &lines);
    json_close(&json, ']');
    struct str sha256 = hash_hex(a, hash_sha256(lines.p ? lines.p : "", lines.n));
    return (struct figures){
        .json = buf_view(&json), .cells = arena_printf(a, "%d %s", n, sha256.p), .sha256 = sha256};
}
