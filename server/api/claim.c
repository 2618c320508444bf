/*
 * claim.c - claims on the fund and the steps on them: rows alone, record.c does the work.
 */
#include "api.h"
#include "ident.h"
#include "records.h"

static const struct query q_loan = {"loan", Q_TEXT, .zh = "贷款合同编号"},
                          q_bank = {"bank", Q_TEXT, .zh = "申请机构代码"},
                          q_scheme = {"scheme", Q_IDENT, .zh = "方案代码", .ident = ident_account},
                          q_due_before = {"due_before", Q_DAY, .zh = "补正期限早于"};

// clang-format off
#define STEP(step, who, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/claims/{id}/" step, .roles = who, .handle = record_step, \
        .takes = TAKES_JSON, .record = &claim_step_record, .query = {&q_dry_run, &q_receipt}, \
        .answers = record_made, .zh = name_zh, .en = name_en}
#define STEPS(step, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/claims/" step, .roles = FINANCE, .handle = upload_list, \
        .takes = TAKES_BATCH, .record = &claim_step_record, .query = {&q_atomic, &q_dry_run}, \
        .answers = record_batch, .zh = name_zh, .en = name_en}
// clang-format on

static const struct list claim_list = {.sql = SQL_CLAIM_LIST};

const struct route claim_routes[] = {
    {.method = METHOD_POST,
        .path = "/v1/claims",
        .roles = BANK | GUARANTOR,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &claim_record,
        .query = {&q_atomic, &q_dry_run, &q_receipt, &q_sheet},
        .answers = record_batch,
        .zh = "申请风险补偿",
        .en = "Claim compensation"},
    {.method = METHOD_GET,
        .path = "/v1/claims",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &claim_list,
        .record = &claim_record,
        .query = {&q_limit, &q_after, &q_loan, &q_state, &q_bank, &q_scheme, &q_due_before, &q_q,
            &q_order_amount, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "理赔列表",
        .en = "List claims"},
    TEMPLATE_ROUTE("/v1/claims", &claim_record, EVERYBODY, "理赔", "claim"),
    {.method = METHOD_GET,
        .path = "/v1/claims/{id}",
        .roles = EVERYBODY,
        .handle = record_get,
        .record = &claim_record,
        .answers = record_one,
        .zh = "理赔",
        .en = "One claim"},
    STEP("accept", FINANCE, "受理理赔", "Accept a claim"),
    STEP("return", FINANCE, "退回理赔", "Return a claim to its owner with a deadline"),
    STEP("confirm", FINANCE, "确认收到日", "Confirm the day of a paper that came earlier"),
    STEP("resubmit", BANK | GUARANTOR, "重新提交理赔", "Submit a returned claim again"),
    STEP("withdraw", BANK | GUARANTOR, "撤回理赔", "Withdraw a claim"),
    STEP("approve", FINANCE, "批准理赔", "Approve a claim: the money is held"),
    STEP("pay", FINANCE, "支付理赔", "Pay a claim"),
    STEP("recover", BANK | GUARANTOR | FINANCE, "登记追偿",
        "Money came back: shared once another person of finance has received it"),
    STEP("cure", BANK | GUARANTOR | FINANCE, "恢复正常",
        "The loan is cured: the fund gets its share back when the claim is closed"),
    STEP("receive", FINANCE, "确认追偿到账", "What was told to have come back is here: share it"),
    STEP("refuse", FINANCE, "追偿或恢复未到账", "What was told to have come back is not here"),
    STEP("renew", FINANCE, "续占资金", "Hold the money of an approval for 30 more days"),
    STEP("release", FINANCE, "解除占用", "Give the held money back: approve again later"),
    STEP("accept_costs", FINANCE, "认可追偿费用", "Accept costs of recovery"),
    STEP("close", FINANCE, "结案", "Close a claim"),
    STEPS("accept", "批量受理理赔", "Accept many claims"),
    STEPS("approve", "批量批准理赔", "Approve many claims"),
    STEPS("pay", "批量支付理赔", "Pay many claims"),
    {.path = NULL},
};
