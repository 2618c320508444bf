/*
 * report.c - the quarterly report as a file: JSON, CSV, XLSX or a page.
 */
#include "report_ask.h"

/* ---- the form -------------------------------------------------------------------------------- */

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

/* The unit of pages and workbooks; programs are told yuan. */
static void read_unit(struct report_ask *k)
{
    struct str name = req_param(k->r, "unit");
    k->unit = UNIT_WAN;
    if (!name.p)
        return;
    if (k->format != REPORT_HTML && k->format != REPORT_XLSX)
        err_add(&k->r->err, E_UNWANTED, STR("?unit"), "%s", report_extension(k->format));
    MUST(report_unit_parse(name, &k->unit)); /* query_check has looked at it */
}

/* ---- the answer ------------------------------------------------------------------------------ */

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
        log_event(LOG_ERROR, SAY_REPORT_FAILED, "req", r->request_id.p, NULL);
        reply_refuse(r, E_BUSY, "", "xlsx");
        return;
    }
    if (!req_param(r, "section").p && !k->public_only) { /* what sealing may name as seen */
        struct figures f = figures_of(k);
        reply_header(r, "X-Figures", f.sha256);
        if (r->actor->kind == ORG_FINANCE)
            figures_shown(r, &f);
    }
    if (k->sealed_at.p)
        reply_header(r, "X-Sealed-At", k->sealed_at);
    report_reply(k, sheet_encoded(r->a, k->charset, buf_view(&out)));
}

static void report_run(struct report_ask *k)
{
    report_ask_run(k, NULL, 0, on_report);
}

/* Only what was published is public: it is made of what was decided then, and of nothing else. */
static void on_publication(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct report_ask *k = arg;
    struct req *r = k->r;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    k->sealed_at = rows_at(rows, 0, PUBLICATION_GET_PUBLISHED_AT);
    if (!k->sealed_at.p)
        reply_refuse(r, E_NOT_PUBLISHED, "", "%s", r->capture[0].p);
    else
        report_run(k);
}

static void read_public(struct report_ask *k)
{
    static const char *const others[] = {"as_of", "known_at", "basis", "plan"};
    for (size_t i = 0; k->public_only && i < COUNT_OF(others); i++) {
        if (req_param(k->r, others[i]).p)
            err_add(&k->r->err, E_UNWANTED, arena_printf(k->r->a, "?%s", others[i]), "public");
    }
}

static void report_get(struct req *r)
{
    struct report_ask *k = arena_alloc(r->a, sizeof *k);
    k->r = r;
    report_ask_clocks(k);
    report_ask_sections(k);
    read_format(k);
    read_unit(k);
    read_public(k);
    if (r->err.n)
        reply_problem(r);
    else if (k->public_only)
        db_query(
            r->server->db, r->a, r->actor, SQL_PUBLICATION_GET, r->capture, 1, on_publication, k);
    else
        report_through_seal(k, true, report_run);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_format = {"format", Q_WORD, .zh = "格式",
                              .words = "json csv xlsx html"},
                          q_charset = {"charset", Q_TEXT, .zh = "CSV 的字符集:utf-8、gb18030"},
                          q_sections = {"section", Q_SECTIONS, .zh = "章节"},
                          q_unit = {"unit", Q_WORD,
                              .zh = "网页和工作簿的金额单位:元、万元(缺省)、亿元",
                              .words = "yuan wan yi 元 万元 亿元"},
                          q_plan = {"plan", Q_TEXT, .zh = "展示哪个计划的目标"},
                          q_public = {"public", Q_BOOL, .zh = "只给可公开的数字"};

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
static const struct answer report_answers[] = {JSON_OF(report_shape), BYTES_OF("text/csv"),
    BYTES_OF(XLSX), BYTES_OF("text/html"), {.status = 304, .is = IS_NOTHING}, {.status = 0}};

const struct route report_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/reports/quarterly/{quarter}",
        .roles = EVERYBODY,
        .handle = report_get,
        .query = {&q_format, &q_charset, &q_sections, &q_as_of, &q_known_at, &q_basis, &q_plan,
            &q_unit, &q_public},
        .answers = report_answers,
        .zh = "季度报告",
        .en = "The quarterly report"},
    {.path = NULL},
};
