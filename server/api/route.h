/*
 * route.h - what a method and an address lead to, what is taken there and what is answered.
 *
 * Each file of handlers owns the rows that name them; route.c puts them one after the other. From
 * the rows come the refusals that are the same everywhere - role, parameters, media type - and the
 * description at /openapi.json, which therefore can not differ from them.
 */
#ifndef PLEDGED_ROUTE_H
#define PLEDGED_ROUTE_H
#include "http.h"
#include "schema.h"

/* ---- parameters of the query ----------------------------------------------------------------- */

enum query_kind {
    Q_TEXT,
    Q_BOOL,
    Q_COUNT, /* min, max */
    Q_DAY,
    Q_INSTANT, /* RFC 3339, or "now" */
    Q_QUARTER,
    Q_ID,
    Q_CURSOR,   /* the id of the last item of the page before */
    Q_IDENT,    /* ident */
    Q_WORD,     /* one of `words` */
    Q_STATE,    /* one of the states of the route's record */
    Q_SECTION,  /* of the quarterly report */
    Q_SECTIONS, /* some of them, with commas between */
};

struct query {
    const char *name;
    enum query_kind kind;
    const char *zh;
    int64_t min, max;
    const char *words; /* "open cleared" */
    ident_fn *ident;
    bool (*fits)(struct str s); /* Q_CURSOR of more than an id */
    bool need;
};

/* Those that several routes know. */
extern const struct query q_limit, q_after, q_dry_run, q_atomic, q_as_of, q_known_at, q_from, q_to,
    q_basis, q_plan_basis, q_state, q_code, q_quarter, q_sheet, q_q, q_order, q_order_amount,
    q_total, q_list_format;

/* ---- answers --------------------------------------------------------------------------------- */

enum answer_is {
    IS_SHAPE,   /* shape; without one: bytes of its type */
    IS_PAGE,    /* {"items":[…],"next":…} of shape; without one: of the route's record */
    IS_RECORD,  /* the route's record */
    IS_STORED,  /* the same, or what a dry run says */
    IS_LINES,   /* NDJSON: each line is one of `line` */
    IS_NOTHING, /* no body */
};

struct answer {
    int status;
    enum answer_is is;
    const char *type; /* media type; NULL: application/json */
    const struct shape *shape, *line[4];
};
/* Ends with status 0. */
#define ANSWERS(...) ((const struct answer[]){__VA_ARGS__, {.status = 0}})
// clang-format off
#define JSON_OF(s)  {.status = 200, .shape = &(s)}
/* A page, and the list as a spreadsheet (export.h). */
#define PAGE_OF(s)  {.status = 200, .is = IS_PAGE, .shape = &(s)}, BYTES_OF("text/csv"), BYTES_OF(XLSX_TYPE)
/* A document that holds a list, and the list alone likewise. */
#define ROWS_OF(s)  JSON_OF(s), BYTES_OF("text/csv"), BYTES_OF(XLSX_TYPE)
#define BYTES_OF(t) {.status = 200, .type = (t)}
// clang-format on

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* What the routes of a record answer. */
extern const struct answer record_made[], record_proposed[], proposed_batch[], record_batch[],
    record_put_right[], record_one[], record_page[], record_template_csv[];

/* ---- routes ---------------------------------------------------------------------------------- */

enum takes {
    TAKES_NOTHING,
    TAKES_JSON,  /* the handler finds the body in r->body */
    TAKES_MAYBE, /* the same, or no body at all */
    TAKES_BATCH, /* NDJSON and CSV as well; the handler reads it */
};

enum { QUERY_MAX = 16, SIGNED_BODY_MAX = 16 << 20 };

struct list;
struct route {
    enum http_method method;
    const char *path; /* "/v1/loans/{id}" */
    unsigned roles;   /* bits of role.h; 0 = no token needed */
    req_fn *handle;
    enum takes takes;
    const struct list *list;              /* of a list: how it is read and written (api.h) */
    const struct record *record;          /* that it is about; of a body: what it holds */
    const struct query *query[QUERY_MAX]; /* the first NULL ends it */
    const struct answer *answers;
    bool asks;           /* a question by POST: needs no duty */
    bool administers;    /* needs the duty to administer */
    bool page;           /* of the console: not described, and its query is the page's */
    const char *zh, *en; /* summary */
};
/* clang-format would lay out the rows in these macros backwards. */
// clang-format off
/* What every type that is corrected has. */
#define CORRECTION_ROUTES(base, rec, writers, readers, name_zh, name_en) \
    {.method = METHOD_PUT, .path = base "/{id}", .roles = writers, .handle = record_put, \
        .takes = TAKES_JSON, .record = rec, .query = {&q_reason, &q_dry_run, &q_receipt}, \
        .answers = record_put_right, \
        .zh = "更正" name_zh, .en = "Correct one " name_en}, \
    {.method = METHOD_GET, .path = base "/{id}/history", .roles = readers, \
        .handle = record_history, .record = rec, .query = {&q_after_version, &q_list_format}, \
        .answers = record_page, .zh = name_zh "更正历史", .en = "All versions of one " name_en}
/* The header row of a batch; in a table before the path with {id}. */
#define TEMPLATE_ROUTE(base, rec, readers, name_zh, name_en) \
    {.method = METHOD_GET, .path = base "/template.csv", .roles = readers, \
        .handle = record_template, .record = rec, .answers = record_template_csv, \
        .zh = name_zh " CSV 模板", .en = "Header row of a CSV batch: " name_en}
/* The second look that makes what one organisation told count. */
#define CONFIRM_ROUTE(base, who, name_zh, name_en) \
    {.method = METHOD_POST, .path = base "/{id}/confirm", .roles = who, .handle = record_step, \
        .takes = TAKES_JSON, .record = &confirmation_record, .query = {&q_dry_run, &q_receipt}, \
        .answers = record_made, .zh = "确认" name_zh, \
        .en = "Confirm what another organisation told of one " name_en}
/* A filter of the next, of a type whose list is asked for a state as well. */
#define WITH_STATE(filter) filter, &q_state
/* What every type that is submitted, listed and corrected has. */
#define RECORD_ROUTES(base, rec, writers, readers, filter, name_zh, name_en) \
    {.method = METHOD_POST, .path = base, .roles = writers, .handle = record_post, \
        .takes = TAKES_BATCH, .record = rec, \
        .query = {&q_atomic, &q_dry_run, &q_sheet, &q_receipt}, \
        .answers = record_batch, .zh = "报送" name_zh, .en = "Record one " name_en " or a batch"}, \
    {.method = METHOD_GET, .path = base, .roles = readers, .handle = list_get, .list = &record_list, \
        .record = rec, \
        .query = {&q_limit, &q_after, &q_q, &q_order, &q_total, &q_list_format, filter}, \
        .answers = record_page, .zh = name_zh "列表", \
        .en = "List: " name_en}, \
    TEMPLATE_ROUTE(base, rec, readers, name_zh, name_en), \
    {.method = METHOD_GET, .path = base "/{id}", .roles = readers, .handle = record_get, \
        .record = rec, .query = {&q_as_of, &q_known_at}, .answers = record_one, .zh = name_zh, \
        .en = "One " name_en}, \
    CORRECTION_ROUTES(base, rec, writers, readers, name_zh, name_en)
// clang-format on
extern const struct query q_reason, q_after_version, q_receipt;

extern const struct route admin_routes[], loan_routes[], ip_routes[], fund_routes[],
    scheme_routes[], coverage_routes[], claim_routes[], policy_routes[], policy_diff_routes[],
    budget_routes[], fact_routes[], fits_routes[], letter_routes[], rehearsal_routes[],
    insurance_routes[], issue_routes[], measure_routes[], flag_routes[], lookup_routes[],
    plan_routes[], baseline_routes[], forecast_routes[], report_routes[], report_row_routes[],
    report_seal_routes[], report_diff_routes[], report_key_routes[], access_routes[],
    verification_routes[], deal_routes[], catalogue_routes[], register_routes[], ranking_routes[],
    proposal_routes[], directory_routes[];
extern const struct route log_routes[], witness_routes[], receipt_routes[], plan_record_routes[],
    change_routes[], webhook_routes[], publication_routes[], me_routes[], quarter_routes[],
    word_routes[], console_routes[];

/* All routes, counted from 0; NULL behind the last. */
const struct route *route_at(int i);
/* The duties of which a token needs one for it, a bit each; 0: none. */
unsigned route_duties(const struct route *t);
void route_dispatch(struct req *r); /* the on_head of http_listen */

/* query.c: everything that is wrong with the parameters of the request; false after adding it. */
MUST_USE bool query_check(struct req *r);
#endif
