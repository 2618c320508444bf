/*
 * insurance.c - insurance of rights: policies and claims are records, their totals a statement's.
 */
#include "api.h"
#include "records.h"

/* Over the policies that begin, and the claims filed, from one day to another; both may be left
 * out. */
static void insurance_totals(struct req *r)
{
    day from, to;
    if (!param_day(r, "from", day_of(1900, 1, 1), &from) || !param_day(r, "to", day_today(), &to)) {
        reply_problem(r);
        return;
    }
    struct str params[] = {day_text(r->a, from), day_text(r->a, to)};
    db_query(r->server->db, r->a, r->actor, SQL_INSURANCE_TOTALS, params, 2, on_document, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct query q_insured = {"insured", Q_TEXT, .zh = "被保险人"},
                          q_policy_no = {"policy_no", Q_TEXT, .zh = "保险单号"};

const struct route insurance_routes[] = {
    RECORD_ROUTES("/v1/insurance-policies", &insurance_policy_record, INSURER, EVERYBODY,
        &q_insured, "知识产权保险单", "insurance policy"),
    RECORD_ROUTES("/v1/insurance-claims", &insurance_claim_record, INSURER, EVERYBODY, &q_policy_no,
        "知识产权保险赔案", "insurance claim"),
    {.method = METHOD_GET,
        .path = "/v1/insurance-totals",
        .roles = EVERYBODY,
        .handle = insurance_totals,
        .query = {&q_from, &q_to},
        .answers = ANSWERS(BYTES_OF("application/json")),
        .zh = "保险汇总",
        .en = "Policies, premiums and claims by kind"},
    {.path = NULL},
};
