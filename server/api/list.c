/*
 * list.c - pages of loans and of their events.
 *
 * The cursor is the id of the last item: ids are made in the order of recording, so that a page
 * never shifts when loans are added.
 */
#include "api.h"
#include "reconcile.h"
#include "records.h"
#include <assert.h>

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
    P_Q,
    P_ORDER,
    P_TOTAL,
    P_COUNT
};

/* One function writes the pages of all these statements. */
static_assert((int)LOAN_LIST_TOTAL == (int)RECORD_LIST_TOTAL &&
                  (int)LOAN_EVENT_LIST_TOTAL == (int)RECORD_LIST_TOTAL &&
                  (int)CLAIM_LIST_TOTAL == (int)RECORD_LIST_TOTAL &&
                  (int)APPLICATION_LIST_TOTAL == (int)RECORD_LIST_TOTAL,
    "lists have one shape");

struct listing {
    struct req *r;
    int64_t limit;
    day as_of;
    struct str loan; /* of events: their loan, or p == NULL */
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
        MUST(rows_int(rows, 0, RECORD_LIST_PAGE, &page));
    int n = rows->n > l->limit ? (int)l->limit : rows->n;
    bool more = page > n;
    buf_init(&out, r->a);
    json_open(&out, '{');
    json_member_list(&out, "items");
    for (int i = 0; i < n; i++) {
        MUST(verdict_read(rows, i, RECORD_LIST_OUTCOME, &v));
        answer_write(&out, r->route->record, &v);
    }
    json_close(&out, ']');
    json_member_known(&out, "next", more ? v.id : (struct str){NULL, 0});
    list_total(&out, r, rows, RECORD_LIST_TOTAL);
    json_close(&out, '}');
    reply_list(r, buf_view(&out), n);
}

/* ?q, ?order and ?total, as three parameters of a statement. */
static void read_more(struct req *r, struct str *p)
{
    p[0] = req_param(r, "q");
    if (p[0].n == 0)
        p[0].p = NULL;
    p[1] = req_param(r, "order");
    p[2] = param_flag(r, "total") ? STR("true") : STR("false");
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

/* ?state=, one of a list that ends with NULL; else a problem. */
static void read_state(struct req *r, const char *const *states, struct str *out)
{
    struct buf all;
    *out = req_param(r, "state");
    buf_init(&all, r->a);
    for (const char *const *name = states; *name; name++) {
        if (!out->p || str_is(*out, *name))
            return;
        buf_printf(&all, "%s%s", all.n ? ", " : "", *name);
    }
    err_add(&r->err, E_CHOICE, STR("?state"), "%s", buf_view(&all).p);
}

static void read_filters(struct req *r, struct str *p)
{
    p[P_AFTER] = req_param(r, "after");
    if (p[P_AFTER].p && !uuid_is(p[P_AFTER]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    read_ident_param(r, "district", ident_district, &p[P_DISTRICT]);
    read_ident_param(r, "borrower", ident_uscc_any, &p[P_BORROWER]);
    read_quarter(r, &p[P_FIRST], &p[P_LAST]);
    read_state(r, loan_states, &p[P_STATE]);
    p[P_CONTRACT] = req_param(r, "contract_no");
    (void)param_instant(r, "known_at", &p[P_KNOWN_AT]); /* problems are in r->err */
}

static void loan_list(struct req *r)
{
    struct listing *l = arena_alloc(r->a, sizeof *l);
    struct str p[P_COUNT] = {{NULL, 0}};
    *l = (struct listing){.r = r};
    read_filters(r, p);
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    (void)param_day(r, "as_of", day_today(), &l->as_of);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[P_LIMIT] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    p[P_AS_OF] = day_text(r->a, l->as_of);
    read_more(r, &p[P_Q]);
    db_query(r->server->db, r->a, r->actor, SQL_LOAN_LIST, p, P_COUNT, on_page, l);
}

/* ---- events of loans ------------------------------------------------------------------------ */

static void list_events(struct listing *l)
{
    struct req *r = l->r;
    struct str p[] = {
        l->loan, req_param(r, "after"), {NULL, 0}, req_param(r, "contract_no"), {NULL, 0}};
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    (void)param_instant(r, "known_at", &p[4]); /* problems are in r->err */
    if (p[1].p && !uuid_is(p[1]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[2] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_LOAN_EVENT_LIST, p, COUNT_OF(p), on_page, l);
}

static void loan_event_list(struct req *r)
{
    struct listing *l = arena_alloc(r->a, sizeof *l);
    *l = (struct listing){.r = r};
    list_events(l);
}

/* The subject of a record, under the name that the type's route gives it. */
static struct str subject_param(struct req *r)
{
    static const char *const names[] = {"loan", "code", "insured", "policy_no", "reference",
        "securitisation", "period", "uscc", "department", "acquirer_name", "acquirer_uscc", "deal",
        "offer", "record"};
    struct str s = {NULL, 0};
    read_ident_param(r, "number", ident_ip, &s);
    for (size_t i = 0; i < COUNT_OF(names) && !s.p; i++)
        s = req_param(r, names[i]);
    return s;
}

static void list_records(struct req *r, struct str subject)
{
    struct listing *l = arena_alloc(r->a, sizeof *l);
    struct str p[] = {str_of(r->route->record->name), req_param(r, "after"), {NULL, 0}, subject,
        {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    *l = (struct listing){.r = r};
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    if (p[1].p && !uuid_is(p[1]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    if (r->route->record->states)
        read_state(r, r->route->record->states, &p[4]);
    read_more(r, &p[5]);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[2] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_RECORD_LIST, p, COUNT_OF(p), on_page, l);
}

/* The current records of any type: ?limit, ?after, and what its route allows of ?state and of the
 * names of a subject. */
void record_list(struct req *r)
{
    list_records(r, subject_param(r));
}

/* ---- claims --------------------------------------------------------------------------------- */

void claim_list(struct req *r)
{
    enum {
        C_AFTER,
        C_LIMIT,
        C_LOAN,
        C_STATE,
        C_BANK,
        C_SCHEME,
        C_DUE,
        C_Q,
        C_ORDER,
        C_TOTAL,
        C_COUNT
    };
    struct listing *l = arena_alloc(r->a, sizeof *l);
    struct str p[C_COUNT] = {{NULL, 0}};
    day due;
    *l = (struct listing){.r = r};
    p[C_AFTER] = req_param(r, "after");
    p[C_LOAN] = req_param(r, "loan");
    p[C_BANK] = req_param(r, "bank");
    p[C_SCHEME] = req_param(r, "scheme");
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    read_state(r, claim_record.states, &p[C_STATE]);
    read_more(r, &p[C_Q]);
    if (req_param(r, "due_before").p && param_day(r, "due_before", DAY_MIN, &due))
        p[C_DUE] = day_text(r->a, due);
    if (p[C_AFTER].p && !uuid_is(p[C_AFTER]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[C_LIMIT] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_CLAIM_LIST, p, C_COUNT, on_page, l);
}

/* ---- applications ---------------------------------------------------------------------------- */

void application_list(struct req *r)
{
    enum { A_AFTER, A_LIMIT, A_CODE, A_STATE, A_WAITING, A_Q, A_ORDER, A_TOTAL, A_COUNT };
    struct listing *l = arena_alloc(r->a, sizeof *l);
    struct str p[A_COUNT] = {{NULL, 0}};
    *l = (struct listing){.r = r};
    p[A_AFTER] = req_param(r, "after");
    p[A_CODE] = req_param(r, "code");
    p[A_WAITING] = param_flag(r, "waiting") ? STR("true") : (struct str){NULL, 0};
    (void)param_count(r, "limit", 1, LIST_LIMIT_MAX, LIST_LIMIT_DEFAULT, &l->limit);
    read_state(r, application_record.states, &p[A_STATE]);
    read_more(r, &p[A_Q]);
    if (p[A_AFTER].p && !uuid_is(p[A_AFTER]))
        err_add(&r->err, E_CURSOR, STR("?after"), NULL);
    if (r->err.n) {
        reply_problem(r);
        return;
    }
    p[A_LIMIT] = arena_printf(r->a, "%lld", (long long)l->limit + 1);
    db_query(r->server->db, r->a, r->actor, SQL_APPLICATION_LIST, p, A_COUNT, on_page, l);
}

/* ---- events of rights ----------------------------------------------------------------------- */

/* The canonical number that the address holds; or p == NULL after refusing it. */
static struct str right_of(struct req *r)
{
    enum err_code code = E_TYPE;
    struct str hint = STR(""), number = {NULL, 0};
    if (!ident_ip(r->a, r->capture[0], &number, &code, &hint)) {
        reply_refuse(r, code, "", "%s", hint.p);
        return (struct str){NULL, 0};
    }
    return number;
}

static void ip_events_get(struct req *r)
{
    struct str number = right_of(r);
    if (number.p)
        list_records(r, number);
}

static void ip_events_post(struct req *r)
{
    r->parent_key = right_of(r);
    if (r->parent_key.p)
        record_post(r);
}

/* ---- the loan of an address ----------------------------------------------------------------- */

/* The loan that the address names, for whoever may see it. */
static void with_loan(struct req *r, db_rows_fn *next, void *arg)
{
    if (uuid_is(r->capture[0]))
        db_query(r->server->db, r->a, r->actor, SQL_LOAN_KEY, r->capture, 1, next, arg);
    else
        reply_refuse(r, E_NOT_FOUND, "", "%s", r->capture[0].p);
}

static void on_loan_of_list(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct listing *l = arg;
    if (!rows_found(l->r, rows, fail))
        return;
    l->loan = l->r->capture[0];
    list_events(l);
}

static void loan_events_get(struct req *r)
{
    struct listing *l = arena_alloc(r->a, sizeof *l);
    *l = (struct listing){.r = r};
    with_loan(r, on_loan_of_list, l);
}

static void on_loan_of_post(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (!rows_found(r, rows, fail))
        return;
    r->parent_key = rows_at(rows, 0, LOAN_KEY_KEY);
    record_post(r);
}

static void loan_events_post(struct req *r)
{
    with_loan(r, on_loan_of_post, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_district = {"district", Q_IDENT, .zh = "区代码",
                              .ident = ident_district},
                          q_borrower = {"borrower", Q_IDENT, .zh = "借款企业",
                              .ident = ident_uscc_any},
                          q_contract_no = {"contract_no", Q_TEXT, .zh = "合同编号"},
                          q_number = {
                              "number", Q_IDENT, .zh = "专利号或商标注册号", .ident = ident_ip};

static const struct query q_loan_order = {"order", Q_WORD, "排序;前加 - 为倒序",
    .words = "recorded -recorded signed_on -signed_on matures_on -matures_on amount -amount "
             "borrower_name -borrower_name contract_no -contract_no"};
static const struct query q_reconcile = {
    "reconcile", Q_BOOL, .zh = "与本库逐项核对,不入库(CSV、NDJSON 或工作簿)"};
static const struct answer loan_batch[] = {{.status = 201, .is = IS_RECORD},
    {.status = 200, .is = IS_STORED},
    {.status = 200,
        .is = IS_LINES,
        .type = "application/x-ndjson",
        .line = {&verdict_shape, &summary_shape, &reconcile_shape, &reconcile_summary_shape}},
    {.status = 0}};

static const struct query q_late_reason = {"reason", Q_TEXT, .zh = "计入已封存季度的贷款:迟报原因"};

const struct route loan_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/loans",
        .roles = BANK,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &loan_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet, &q_reconcile, &q_late_reason},
        .answers = loan_batch,
        .zh = "报送贷款",
        .en = "Record one loan or a batch"},
    {.method = METHOD_GET,
        .path = "/v1/loans",
        .roles = EVERYBODY,
        .handle = loan_list,
        .record = &loan_record,
        .query = {&q_limit, &q_after, &q_district, &q_quarter, &q_borrower, &q_state, &q_as_of,
            &q_known_at, &q_contract_no, &q_q, &q_loan_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "贷款列表",
        .en = "List loans"},
    {.method = METHOD_GET,
        .path = "/v1/loans/template.csv",
        .roles = EVERYBODY,
        .handle = record_template,
        .record = &loan_record,
        .answers = record_template_csv,
        .zh = "CSV 模板",
        .en = "Header row of a CSV batch"},
    {.method = METHOD_GET,
        .path = "/v1/loans/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &loan_record,
        .query = {&q_as_of, &q_known_at},
        .answers = record_one,
        .zh = "贷款",
        .en = "One loan"},
    CORRECTION_ROUTES("/v1/loans", &loan_record, BANK, EVERYBODY, "贷款", "loan"),
    {.method = METHOD_POST,
        .path = "/v1/loans/{id}/events",
        .roles = BANK,
        .handle = loan_events_post,
        .takes = TAKES_BATCH,
        .record = &loan_event_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "报送该贷款的事件",
        .en = "Record events of a loan"},
    {.method = METHOD_GET,
        .path = "/v1/loans/{id}/events",
        .roles = EVERYBODY,
        .handle = loan_events_get,
        .record = &loan_event_record,
        .query = {&q_limit, &q_after, &q_known_at, &q_list_format},
        .answers = record_page,
        .zh = "该贷款的事件",
        .en = "Events of a loan"},
    {.method = METHOD_POST,
        .path = "/v1/loan-events",
        .roles = BANK,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &loan_event_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "报送贷款事件",
        .en = "Record one loan event or a batch over many loans"},
    {.method = METHOD_GET,
        .path = "/v1/loan-events",
        .roles = EVERYBODY,
        .handle = loan_event_list,
        .record = &loan_event_record,
        .query = {&q_limit, &q_after, &q_contract_no, &q_known_at, &q_list_format},
        .answers = record_page,
        .zh = "贷款事件列表",
        .en = "List loan events"},
    {.method = METHOD_GET,
        .path = "/v1/loan-events/template.csv",
        .roles = EVERYBODY,
        .handle = record_template,
        .record = &loan_event_record,
        .answers = record_template_csv,
        .zh = "CSV 模板",
        .en = "Header row of a CSV batch of events"},
    {.method = METHOD_GET,
        .path = "/v1/loan-events/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &loan_event_record,
        .query = {&q_as_of, &q_known_at},
        .answers = record_one,
        .zh = "贷款事件",
        .en = "One loan event"},
    {.path = NULL},
};

const struct route ip_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/ip/{number}/events",
        .roles = IP_OFFICE,
        .handle = ip_events_post,
        .takes = TAKES_BATCH,
        .record = &ip_event_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "登记该权利的事项",
        .en = "Record events of a right"},
    {.method = METHOD_GET,
        .path = "/v1/ip/{number}/events",
        .roles = EVERYBODY,
        .handle = ip_events_get,
        .record = &ip_event_record,
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "该权利的登记簿事项",
        .en = "Events of a right"},
    {.method = METHOD_POST,
        .path = "/v1/ip-events",
        .roles = IP_OFFICE,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &ip_event_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "登记知识产权事项",
        .en = "Record one event of a right or a batch over many rights"},
    {.method = METHOD_GET,
        .path = "/v1/ip-events",
        .roles = EVERYBODY,
        .handle = record_list,
        .record = &ip_event_record,
        .query = {&q_limit, &q_after, &q_number, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "知识产权登记簿事项列表",
        .en = "List events of rights"},
    {.method = METHOD_GET,
        .path = "/v1/ip-events/template.csv",
        .roles = EVERYBODY,
        .handle = record_template,
        .record = &ip_event_record,
        .answers = record_template_csv,
        .zh = "CSV 模板",
        .en = "Header row of a CSV batch of events of rights"},
    {.method = METHOD_GET,
        .path = "/v1/ip-events/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &ip_event_record,
        .answers = record_one,
        .zh = "知识产权登记簿事项",
        .en = "One event of a right"},
    {.path = NULL},
};
