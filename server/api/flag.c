/*
 * flag.c - red flags and their rules, as the database writes them (flag_json, migrations).
 */
#include "api.h"

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

void flag_rules(struct req *r)
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

void flag_list(struct req *r)
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

void flag_get(struct req *r)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_FLAG_GET, r->capture, 1, on_flag, r);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}
