/*
 * coverage.c - cover of loans under schemes: lists, one of them, and the steps on them.
 */
#include "api.h"
#include "ident.h"
#include "records.h"

static const struct list cover_list = {
    .sql = SQL_COVERAGE_LIST, .rows = LIST_LIFE, .one = ONE_ID, .asked = 5};

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct shape cover_shape = {"Cover", coverage_members};
static const struct query q_loan = {"loan", Q_TEXT, .zh = "贷款合同编号"},
                          q_scheme = {"scheme", Q_IDENT, .zh = "方案代码", .ident = ident_account},
                          q_bank = {"bank", Q_TEXT, .zh = "银行机构代码"},
                          q_number = {"after", Q_COUNT, .zh = "上一页的 next", .max = INT64_MAX};

// clang-format off
#define STEP(step, who, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/coverages/{id}/" step, .roles = who, \
        .handle = record_step, .takes = TAKES_JSON, .record = &coverage_step_record, \
        .query = {&q_dry_run, &q_receipt}, .answers = record_made, .zh = name_zh, .en = name_en}
#define STEPS(step, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/coverages/" step, .roles = FINANCE, \
        .handle = upload_list, .takes = TAKES_BATCH, .record = &coverage_step_record, \
        .query = {&q_atomic, &q_dry_run}, .answers = record_batch, .zh = name_zh, .en = name_en}
// clang-format on

const struct route coverage_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/coverages",
        .roles = BANK,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &coverage_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "申请备案",
        .en = "Ask for cover of a loan under a scheme"},
    {.method = METHOD_GET,
        .path = "/v1/coverages",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &cover_list,
        .record = &coverage_record,
        .query = {&q_limit, &q_number, &q_loan, &q_scheme, &q_state, &q_bank, &q_q, &q_order_amount,
            &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(cover_shape)),
        .zh = "备案列表",
        .en = "List covers"},
    TEMPLATE_ROUTE("/v1/coverages", &coverage_record, EVERYBODY, "备案", "request for cover"),
    {.method = METHOD_GET,
        .path = "/v1/coverages/{id}",
        .roles = EVERYBODY,
        .handle = list_get_one,
        .list = &cover_list,
        .record = &coverage_record,
        .answers = ANSWERS(JSON_OF(cover_shape)),
        .zh = "备案",
        .en = "One cover"},
    STEP("confirm", FINANCE, "确认备案", "Confirm a cover, or a correction of its loan"),
    STEP("refuse", FINANCE, "不予确认", "Refuse a cover, or a correction of its loan"),
    STEP("end", BANK | FINANCE, "终止备案", "End a cover"),
    STEPS("confirm", "批量确认备案", "Confirm many covers"),
    STEPS("refuse", "批量不予确认", "Refuse many covers"),
    {.path = NULL},
};
