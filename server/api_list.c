/*
 * api_list.c - pages of loans.
 *
 * The cursor is the id of the last item: ids are made in the order of recording, so that a page
 * never shifts when loans are added.
 */
#include "api.h"
#include "records.h"

enum {
    P_AFTER,
    P_LIMIT,
    P_DISTRICT,
    P_BORROWER,
    P_FIRST,
    P_LAST,
    P_STATE,
    P_AS_OF,
    P_KNOWN_AT,
    P_CONTRACT,
    P_COUNT
};

struct listing {
    struct req *r;
    int64_t limit;
    day as_of;
};

static void on_page(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct listing *l = arg;
    struct req *r = l->r;
    struct buf out;
    if (fail) {
        reply_fail(r, fail);
        return;
    }
    struct verdict v = {0};
    int64_t page = 0;
    if (rows->n)
        MUST(rows_int(rows, 0, VERDICT_COLUMNS, &page));
    int n = rows->n > l->limit ? (int)l->limit : rows->n;
    bool more = page > n;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_key(&out, "items");
    json_open(&out, '[');
    for (int i = 0; i < n; i++) {
        MUST(verdict_read(rows, i, 0, &v));
        answer_write(&out, r->route->record, &v, l->as_of);
    }
    json_close(&out, ']');
    json_key(&out, "next");
    if (more)
        json_str(&out, v.id);
    else
        json_null(&out);
    json_close(&out, '}');
    reply_json(r, 200, buf_view(&out));
}

static void read_ident_param(struct req *r, const char *name, ident_fn *check, struct str *out)
{
    enum err_code code = E_TYPE;
    struct str hint = STR("");
    struct str s = req_param(r, name);
    if (s.p && !check(r->a, s, out, &code, &hint))
        err_add(&r->err, code, arena_printf(r->a, "?%s", name), "%s", hint.p);
}

static void read_quarter(struct req *r, struct str *first, struct str *last)
{
    struct str s = req_param(r, "quarter");
    quarter q;
    if (!s.p)
        return;
    if (!quarter_parse(s, &q)) {
        err_add(&r->err, E_QUARTER, STR("?quarter"), NULL);
        return;
    }
    *first = day_text(r->a, quarter_first(q));
    *last = day_text(r->a, quarter_last(q));
}

static void read_filters(struct req *r, struct str *p)
{
    enum loan_state state;
    p[P_AFTER] = req_param(r, "after");
    if (p[P_AFTER].p && !uuid_is(p[P_AFTER]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    read_ident_param(r, "district", ident_district, &p[P_DISTRICT]);
    read_ident_param(r, "borrower", ident_uscc, &p[P_BORROWER]);
    read_quarter(r, &p[P_FIRST], &p[P_LAST]);
    p[P_STATE] = req_param(r, "state");
    if (p[P_STATE].p && !loan_state_parse(p[P_STATE], &state))
        err_add(&r->err, E_CHOICE, STR("?state"), "signed, active, matured");
    p[P_CONTRACT] = req_param(r, "contract_no");
    (void)param_instant(r, "known_at", &p[P_KNOWN_AT]); /* problems are in r->err */
}

void loan_list(struct req *r)
{
    struct listing *l = arena_alloc(r->a, sizeof *l);
    struct str p[P_COUNT] = {{NULL, 0}};
    *l = (struct listing){.r = r};
    read_filters(r, p);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    (void)param_day(r, "as_of", today_shanghai(), &l->as_of);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[P_LIMIT] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    p[P_AS_OF] = day_text(r->a, l->as_of);
    db_query(r->server->db, r->a, r->actor, "loan_list", p, P_COUNT, on_page, l);
}
