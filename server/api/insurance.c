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

static const struct member kind_members[] = {
    {"kind", M_WORD, "险种", .en = "Kind",
        .words = "enforcement infringement_liability overseas_liability loan_guarantee trademark "
                 "patent_transaction all"},
    {"policies", M_COUNT, "保单数", .en = "Policies"},
    {"firms", M_COUNT, "企业户数", .en = "Firms"},
    {"sum_insured", M_YUAN, "保险金额", .en = "Sum insured"},
    {"premium", M_YUAN, "保费", .en = "Premium"},
    {"claims", M_COUNT, "赔案数", .en = "Claims"},
    {"claimed", M_YUAN, "报损金额", .en = "Claimed"},
    {"paid", M_YUAN, "赔付金额", .en = "Paid"},
    {"open", M_YUAN, "未决金额", .en = "Claimed and not yet decided"},
    {.name = NULL},
};
static const struct member totals_members[] = {
    {"from", M_DAY, "起日", .en = "From"},
    {"to", M_DAY, "止日", .en = "To"},
    {"kinds", M_OBJECT, "险种", .en = "Kind by kind, at last all", .of = kind_members,
        .list = true},
    {.name = NULL},
};
static const struct shape totals_shape = {"insurance_totals", totals_members};

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
        .query = {&q_from, &q_to, &q_list_format},
        .answers = ANSWERS(ROWS_OF(totals_shape)),
        .zh = "保险汇总",
        .en = "Policies, premiums and claims by kind"},
    {.path = NULL},
};
