/*
 * budget.c - budgets of subsidy policies, and what is left of them when their year ends.
 */
#include "api.h"
#include "records.h"

/* ---- budgets --------------------------------------------------------------------------------- */

static const struct member budget_members[] = {
    {"policy", M_TEXT, "政策", .en = "Code of the policy"},
    {"account", M_TEXT, "账户", .en = "Account of the budget"},
    {"appropriated", M_YUAN, "预算", .en = "Appropriated"},
    {"carried_in", M_YUAN, "上年结转", .en = "Carried in"},
    {"carried_out", M_YUAN, "结转下年", .en = "Carried out"},
    {"returned", M_YUAN, "交回", .en = "Returned"},
    {"paid", M_YUAN, "已支付", .en = "Paid"},
    {"clawed_back", M_YUAN, "已追回", .en = "Clawed back"},
    {"balance", M_YUAN, "余额", .en = "Balance"},
    {"held", M_YUAN, "已批未付", .en = "Approved and not yet paid"},
    {"available", M_YUAN, "可用", .en = "Available"},
    {"queued", M_YUAN, "排队金额", .en = "Asked for by those who wait"},
    {"queue", M_COUNT, "排队件数", .en = "How many wait"},
    {.name = NULL},
};
static const struct shape budget_shape = {"budget_statement", budget_members};

static void on_budget(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_row(arg, rows, fail, budget_members);
}

/* ?year=, this one where it is not named; p == NULL: a problem, which is answered. */
static struct str year_asked(struct req *r)
{
    int64_t year;
    int y, m, d;
    day_split(day_today(), &y, &m, &d);
    if (param_count(r, "year", 2000, 2199, y, &year))
        return arena_printf(r->a, "%lld", (long long)year);
    reply_problem(r);
    return (struct str){NULL, 0};
}

static void budget_get(struct req *r)
{
    struct str p[] = {r->capture[0], year_asked(r)};
    if (p[1].p)
        db_query(r->server->db, r->a, r->actor, SQL_BUDGET_STATEMENT, p, COUNT_OF(p), on_budget, r);
}

/* ---- the end of a budget's year -------------------------------------------------------------- */

static const struct member closing_members[] = {
    {"policy", M_TEXT, "政策", .en = "Code of the policy"},
    {"title", M_TEXT, "名称", .en = "Title"},
    {"account", M_TEXT, "账户", .en = "Account of the budget"},
    {"balance", M_YUAN, "余额", .en = "Balance"},
    {"held", M_YUAN, "已批未付", .en = "Approved and not yet paid"},
    {"queued", M_YUAN, "排队金额", .en = "Asked for by those who wait"},
    {"available", M_YUAN, "可处理", .en = "What can be carried over or returned"},
    {"proposal", M_WORD, "建议", .en = "What is proposed; absent: nothing",
        .words = "carry_over return", .maybe = true},
    {"because", M_TEXT, "理由", .en = "Why"},
    {.name = NULL},
};
static const struct shape closing_shape = {"budget_left", closing_members};

static void on_closing(void *arg, const struct rows *rows, const struct fail *fail)
{
    reply_rows(arg, rows, fail, closing_members);
}

static void closing_get(struct req *r)
{
    struct str p[] = {year_asked(r)};
    if (p[0].p)
        db_query(r->server->db, r->a, r->actor, SQL_BUDGET_CLOSING, p, COUNT_OF(p), on_closing, r);
}

/* ---- routes ---------------------------------------------------------------------------------- */

#define OFFICES (DISTRICT | FINANCE)
#define READERS (DISTRICT | FINANCE | IP_OFFICE | AUDITOR)

static const struct query q_year = {"year", Q_COUNT, .zh = "预算年度", .min = 2000, .max = 2199},
                          q_order_of_closings = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "policy -policy proposal -proposal"};

const struct route budget_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/policies/{code}/budget",
        .roles = READERS,
        .handle = budget_get,
        .query = {&q_year},
        .answers = ANSWERS(JSON_OF(budget_shape)),
        .zh = "政策预算",
        .en = "Budget of a policy in a year"},
    {.method = METHOD_POST,
        .path = "/v1/budget-closings",
        .roles = OFFICES,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &budget_closing_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_proposed,
        .zh = "提出预算年终结转或缴回",
        .en = "Propose to do with what is left of a budget as the ledger proposes"},
    {.method = METHOD_GET,
        .path = "/v1/budget-closings",
        .roles = READERS,
        .handle = closing_get,
        .query = {&q_year, &q_q, &q_order_of_closings, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(closing_shape)),
        .zh = "年终预算处理建议",
        .en = "What is left of a year's budgets, and what is proposed"},
    {.method = METHOD_POST,
        .path = "/v1/budgets",
        .roles = OFFICES,
        .handle = record_post,
        .takes = TAKES_BATCH,
        .record = &budget_record,
        .query = {&q_atomic, &q_dry_run, &q_sheet},
        .answers = proposed_batch,
        .zh = "登记预算",
        .en = "Appropriate, carry over or return a budget"},
    {.method = METHOD_GET,
        .path = "/v1/budgets",
        .roles = READERS,
        .handle = list_get,
        .list = &record_list,
        .record = &budget_record,
        .query = {&q_limit, &q_after, &q_code, &q_q, &q_order, &q_total, &q_list_format},
        .answers = record_page,
        .zh = "预算登记列表",
        .en = "List budget entries"},
    TEMPLATE_ROUTE("/v1/budgets", &budget_record, READERS, "预算", "budget entry"),
    {.method = METHOD_GET,
        .path = "/v1/budgets/{id}",
        .roles = READERS,
        .handle = record_get,
        .record = &budget_record,
        .answers = record_one,
        .zh = "预算登记",
        .en = "One budget entry"},
    {.path = NULL},
};
