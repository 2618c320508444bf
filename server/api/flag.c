/*
 * flag.c - red flags and their rules, as the database writes them (flag_json, migrations).
 */
#include "api.h"
#include "records.h"

enum { F_AFTER, F_LIMIT, F_STATE, F_SEVERITY, F_CODE, F_RECORD, F_COUNT };

/* {"items":[…]} of texts that are JSON; shown: rows of them. Left open. */
static void write_items(struct buf *out, const struct rows *rows, int shown, int column)
{
    json_open(out, '{');
    json_member_list(out, "items");
    for (int i = 0; i < shown; i++)
        json_raw(out, rows_at(rows, i, column));
    json_close(out, ']');
}

static void on_rules(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    buf_init(&out, r->a);
    write_items(&out, rows, rows->n, 0);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void flag_rules(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_FLAG_RULES, NULL, 0, on_rules, r);
}

static void on_flags(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    int64_t limit = *(int64_t *)r->state;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    int shown = rows->n > limit ? (int)limit : rows->n;
    buf_init(&out, r->a);
    write_items(&out, rows, shown, FLAG_LIST_FLAG);
    json_key(&out, "next");
    if (rows->n > shown)
        json_str(&out, rows_at(rows, shown - 1, FLAG_LIST_ID));
    else
        json_null(&out);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

/* ?name=, one of the words between spaces in choices. */
static void read_choice(struct req *r, const char *name, const char *choices, struct str *out)
{
    *out = req_param(r, name);
    for (const char *p = choices; out->p && *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if (out->n == n && memcmp(out->p, p, n) == 0)
            return;
        p += n;
    }
    if (out->p)
        err_add(&r->err, E_CHOICE, arena_printf(r->a, "?%s", name), "%s", choices);
}

static void flag_list(struct req *r)
{
    struct str p[F_COUNT] = {{NULL, 0}};
    int64_t *limit = arena_alloc(r->a, sizeof *limit);
    r->state = limit;
    p[F_AFTER] = req_param(r, "after");
    p[F_RECORD] = req_param(r, "record");
    p[F_CODE] = req_param(r, "code");
    read_choice(r, "state", "open cleared", &p[F_STATE]);
    read_choice(r, "severity", "high med low", &p[F_SEVERITY]);
    if (p[F_AFTER].p && !uuid_is(p[F_AFTER]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    if (p[F_RECORD].p && !uuid_is(p[F_RECORD]))
        err_add(&r->err, E_ID, STR("?record"), NULL);
    if (!param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, limit) || r->err.n) {
        reply_problem(r);
        return;
    }
    p[F_LIMIT] = arena_printf(r->a, "%lld", (long long)*limit);
    db_query(r->server->db, r->a, r->actor, SQL_FLAG_LIST, p, F_COUNT, on_flags, r);
}

static void on_flag(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    struct buf out;
    if (!rows_found(r, rows, fail))
        return;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_members(&out, rows_at(rows, 0, FLAG_GET_FLAG));
    json_member_raw(&out, "standing", rows_at(rows, 0, FLAG_GET_STANDING));
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void flag_get(struct req *r)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_FLAG_GET, r->capture, 1, on_flag, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define READERS (FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_is = {"state", Q_WORD, .zh = "状态", .words = "open cleared"},
                          q_severity = {"severity", Q_WORD, .zh = "级别", .words = "high med low"},
                          q_record = {"record", Q_ID, .zh = "所涉记录"};

const struct route flag_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/flag-rules",
        .roles = EVERYBODY,
        .handle = flag_rules,
        .answers = ANSWERS(BYTES_OF("application/json")),
        .zh = "预警规则",
        .en = "Rules of red flags with their thresholds"},
    {.method = METHOD_POST,
        .path = "/v1/flag-thresholds",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &flag_threshold_record,
        .query = {&q_dry_run},
        .answers = record_made,
        .zh = "调整预警阈值",
        .en = "Change a threshold from a day on"},
    {.method = METHOD_GET,
        .path = "/v1/flag-thresholds",
        .roles = READERS,
        .handle = record_list,
        .record = &flag_threshold_record,
        .query = {&q_limit, &q_after},
        .answers = record_page,
        .zh = "预警阈值调整",
        .en = "Changes of thresholds"},
    {.method = METHOD_POST,
        .path = "/v1/flag-scans",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &flag_scan_record,
        .query = {&q_dry_run},
        .answers = record_made,
        .zh = "扫描预警",
        .en = "Look for red flags in the whole book"},
    {.method = METHOD_GET,
        .path = "/v1/flag-scans",
        .roles = READERS,
        .handle = record_list,
        .record = &flag_scan_record,
        .query = {&q_limit, &q_after},
        .answers = record_page,
        .zh = "预警扫描列表",
        .en = "List scans"},
    {.method = METHOD_GET,
        .path = "/v1/flag-scans/{id}",
        .roles = READERS,
        .handle = record_get,
        .record = &flag_scan_record,
        .answers = record_one,
        .zh = "预警扫描",
        .en = "One scan and what it raised"},
    {.method = METHOD_GET,
        .path = "/v1/flags",
        .roles = EVERYBODY,
        .handle = flag_list,
        .query = {&q_limit, &q_after, &q_is, &q_severity, &q_code, &q_record},
        .answers = ANSWERS(BYTES_OF("application/json")),
        .zh = "预警列表",
        .en = "List red flags"},
    {.method = METHOD_GET,
        .path = "/v1/flags/{id}",
        .roles = EVERYBODY,
        .handle = flag_get,
        .answers = ANSWERS(BYTES_OF("application/json")),
        .zh = "预警",
        .en = "One red flag and the records that raised it"},
    {.method = METHOD_POST,
        .path = "/v1/flags/{id}/clear",
        .roles = FINANCE | IP_OFFICE,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &flag_clearing_record,
        .query = {&q_dry_run},
        .answers = record_made,
        .zh = "解除预警",
        .en = "Clear a red flag, with the reason"},
    {.path = NULL},
};
