/*
 * plan_record.c - plans as records: drafted, revised, put in force; and the text that is in force.
 */
#include "api.h"
#include "records.h"
#include "shapes.h"

static void plan_text_get(struct req *r)
{
    struct str params[2] = {r->capture[0]};
    if (!param_instant(r, "known_at", &params[1])) {
        reply_problem(r);
        return;
    }
    db_query(r->server->db, r->a, r->actor, SQL_PLAN_TEXT, params, 2, on_document, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

const struct route plan_record_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/plans",
        .roles = IP_OFFICE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &plan_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "起草计划",
        .en = "Draft a plan"},
    {.method = METHOD_GET,
        .path = "/v1/plans",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &record_list,
        .record = &plan_record,
        .query = {&q_limit, &q_after, &q_code, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "计划列表",
        .en = "List plans"},
    {.method = METHOD_GET,
        .path = "/v1/plans/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &plan_record,
        .query = {&q_as_of, &q_known_at},
        .answers = record_one,
        .zh = "计划",
        .en = "One plan as it was drafted"},
    CORRECTION_ROUTES("/v1/plans", &plan_record, IP_OFFICE, EVERYBODY, "计划", "plan"),
    {.method = METHOD_POST,
        .path = "/v1/plans/{id}/approve",
        .roles = FINANCE,
        .handle = record_step,
        .takes = TAKES_JSON,
        .record = &plan_approval_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_made,
        .zh = "批准计划",
        .en = "Put a plan in force as it was seen"},
    {.method = METHOD_GET,
        .path = "/v1/plans/{code}/text",
        .roles = EVERYBODY,
        .handle = plan_text_get,
        .query = {&q_known_at},
        .answers = ANSWERS(JSON_OF(plan_text_shape)),
        .zh = "生效的计划文本",
        .en = "The text of a plan that is in force"},
    {.path = NULL},
};
