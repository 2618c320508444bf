/*
 * list.c - loans, their events and those of rights.
 *
 * Ids are made in the order of recording, so that a page never shifts when loans are added.
 */
#include "api.h"
#include "ident.h"
#include "reconcile.h"
#include "records.h"

static const struct list loan_list = {.sql = SQL_LOAN_LIST};

/* ---- events of loans ------------------------------------------------------------------------ */

/* The loan that the address names, number, instant. */
static int ask_events(struct req *r, struct str *p)
{
    p[0] = r->parent_key;
    p[1] = req_param(r, "contract_no");
    (void)param_instant(r, "known_at", &p[2]); /* it was looked at */
    return 3;
}

static const struct list loan_event_list = {.sql = SQL_LOAN_EVENT_LIST, .ask = ask_events};

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
    r->parent_key = right_of(r);
    if (r->parent_key.p)
        list_get(r);
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
    struct req *r = arg;
    if (!rows_found(r, rows, fail))
        return;
    r->parent_key = r->capture[0];
    list_get(r);
}

static void loan_events_get(struct req *r)
{
    with_loan(r, on_loan_of_list, r);
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
        .handle = list_get,
        .list = &loan_list,
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
        .list = &loan_event_list,
        .record = &loan_event_record,
        .query = {&q_limit, &q_after, &q_known_at, &q_q, &q_order, &q_total, &q_list_format},
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
        .handle = list_get,
        .list = &loan_event_list,
        .record = &loan_event_record,
        .query = {&q_limit, &q_after, &q_contract_no, &q_known_at, &q_q, &q_order, &q_total,
            &q_list_format},
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
        .list = &record_list,
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
        .handle = list_get,
        .list = &record_list,
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
