/*
 * proposal.c - what waits for a second person, and for whoever asks.
 *
 * A proposal is made by posting the record that it proposes; here it is read and decided.
 */
#include "api.h"
#include "records.h"

static const struct list proposal_list = {
    .sql = SQL_PROPOSAL_LIST, .rows = LIST_JSON, .one = ONE_ID, .asked = 4};
static const struct member count_members[] = {
    {"returned", M_COUNT, "退回补正", .en = "Returned to us"},
    {"accept", M_COUNT, "待受理或确认", .en = "To accept or confirm"},
    {"approve", M_COUNT, "待批准", .en = "To approve"},
    {"pay", M_COUNT, "待支付", .en = "To pay"},
    {"look", M_COUNT, "待复核", .en = "Proposals to look at"},
    {"flags", M_COUNT, "未解除的预警", .en = "Open flags that whoever asks may clear"},
    {"reports", M_COUNT, "逾期未报", .en = "Overdue reports of departments that he looks after"},
    {.name = NULL},
};
static const struct list task_list = {
    .sql = SQL_TASK_LIST, .rows = LIST_JSON, .order = "due", .counts = count_members};

static void on_asked(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct req *r = arg;
    if (!rows_found(r, rows, fail))
        return;
    const struct json *p = json_parse(r->a, rows_at(rows, 0, PROPOSAL_LIST_ITEM), &r->err),
                      *act = NULL;
    MUST(p && (act = json_get(p, "act")));
    if (str_is(json_get(p, "kind")->text, seal_record.name) &&
        str_is(json_get(p, "state")->text, "waiting"))
        report_seal_agree(r, json_get(act, "quarter")->text, json_get(act, "seen")->text);
    else
        record_step(r);
}

/* A seal is made by the program, so that agreeing to one goes another way. */
static void proposal_approve(struct req *r)
{
    if (uuid_is(r->capture[0]) && !param_flag(r, "dry_run"))
        list_row(r, &proposal_list, on_asked, r);
    else
        record_step(r);
}

/* ---- many at once ---------------------------------------------------------------------------- */

/* A seal among them: which one, and what is agreed to. */
struct seal_line {
    struct req *r;
    struct arena *a;
    struct str step;
    line_stored_fn *done;
    void *arg;
};

static void on_line_asked(void *arg, const struct rows *rows, const struct fail *fail)
{
    struct seal_line *l = arg;
    struct err e;
    err_init(&e, l->a);
    const struct json *p =
        !fail && rows->n == 1 ? json_parse(l->a, rows_at(rows, 0, PROPOSAL_LIST_ITEM), &e) : NULL;
    const struct json *act = p ? json_get(p, "act") : NULL;
    if (!fail && !act)
        err_add(&e, E_NOT_FOUND, STR(""), NULL);
    if (fail || e.n)
        l->done(l->arg, NULL, &e, fail);
    else
        report_seal_line(l->r, l->a, json_get(act, "quarter")->text, json_get(act, "seen")->text,
            l->step, l->done, l->arg);
}

static void seal_line(
    struct req *r, struct arena *a, struct str step, line_stored_fn *done, void *arg)
{
    struct seal_line *l = arena_alloc(a, sizeof *l);
    struct err e;
    err_init(&e, a);
    const struct json *in = json_parse(a, step, &e);
    MUST(in); /* as it was sent to the database */
    *l = (struct seal_line){.r = r, .a = a, .step = step, .done = done, .arg = arg};
    list_row_of(r, a, &proposal_list, json_get(in, "proposal")->text, on_line_asked, l);
}

static void proposals_approve(struct req *r)
{
    upload_list_alone(r, seal_line);
}

static void tier_list(struct req *r)
{
    db_query(r->server->db, r->a, r->actor, SQL_APPROVAL_TIERS, NULL, 0, on_items, r);
}

/* ---- answers --------------------------------------------------------------------------------- */

#define STATES "waiting approved refused"
#define KINDS  "bank insurer guarantor district finance ip_office auditor"

static const struct member step_members[] = {
    {"step", M_WORD, "步骤", .en = "Step", .words = "approve refuse"},
    {"state", M_WORD, "其后状态", .en = "State after it", .words = STATES},
    {"reason", M_TEXT, "理由", .en = "Reason"},
    {"by", M_TEXT, "复核人", .en = "Who took it"},
    {"at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {"counts", M_BOOL, "是否计入",
        .en = "Whether it counts: not that of who is out of office since", .maybe = true},
    {.name = NULL},
};
static const struct member proposal_members[] = {
    {"id", M_ID, "待复核事项", .en = "Its id, that of the record proposed"},
    {"kind", M_TEXT, "事项", .en = "Kind of act"},
    {"title", M_TEXT, "事项名称", .en = "What it is, in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "What it is, in English"},
    {"state", M_WORD, "状态", .en = "State", .words = STATES},
    {"seen", M_HASH, "所见版本", .en = "What a decider names as seen"},
    {"amount", M_YUAN, "金额", .en = "Amount", .maybe = true},
    {"needs", M_COUNT, "须复核人数", .en = "How many persons approve it"},
    {"tier_sum", M_YUAN, "与其前 30 天内同一人同一去向的合计",
        .en = "With what the same person proposed to the same end within 30 days before",
        .maybe = true},
    {"approvers", M_WORD, "复核机构类别", .en = "Kinds of organisations whose persons may",
        .words = KINDS, .list = true},
    {"proposed_by", M_TEXT, "提出人", .en = "Who proposed it"},
    {"proposed_at", M_INSTANT, "提出时刻", .en = "When it was proposed"},
    {"act", M_JSON, "内容", .en = "The record that is proposed"},
    {"before", M_JSON, "提出时的原值", .en = "What stood when it was proposed", .maybe = true},
    {"before_now", M_JSON, "现在的原值", .en = "What stands now", .maybe = true},
    {"steps", M_OBJECT, "复核经过", .en = "Steps taken", .of = step_members, .list = true},
    {"legal_steps", M_WORD, "可办步骤", .en = "Steps that whoever asks may take now",
        .words = "approve refuse", .list = true},
    {.name = NULL},
};
static const struct member tier_members[] = {
    {"act", M_TEXT, "事项", .en = "Kind of act"},
    {"title", M_TEXT, "事项名称", .en = "What it is, in Chinese"},
    {"title_en", M_TEXT, "英文名称", .en = "What it is, in English"},
    {"from", M_YUAN, "起点金额", .en = "From this amount on"},
    {"persons", M_COUNT, "须复核人数", .en = "How many persons approve beside the proposer"},
    {"approvers", M_WORD, "复核机构类别", .en = "Kinds of organisations whose persons may",
        .words = KINDS, .list = true},
    {"same_organisation", M_BOOL, "须同一机构", .en = "Only persons of the proposer's own"},
    {"by", M_TEXT, "设定人", .en = "Who set it"},
    {"at", M_INSTANT, "设定时刻", .en = "When it was set"},
    {.name = NULL},
};
static const struct member task_members[] = {
    {"kind", M_WORD, "事项", .en = "What waits",
        .words = "proposal policy scheme plan coverage claim application"},
    {"steps", M_TEXT, "可办步骤", .en = "Steps that it waits for", .list = true},
    {"reference", M_TEXT, "编号", .en = "Its number"},
    {"path", M_TEXT, "地址", .en = "Its address"},
    {"since", M_INSTANT, "等待自", .en = "Since when it waits"},
    {"title", M_TEXT, "内容", .en = "The firm, or the kind of act that is proposed", .maybe = true},
    {"title_en", M_TEXT, "英文名称", .en = "That kind in English", .maybe = true},
    {"amount", M_YUAN, "金额", .en = "Amount, as it was judged last", .maybe = true},
    {"by", M_TEXT, "经办", .en = "Who recorded it"},
    {"due_on", M_DAY, "到期日", .en = "By when the step is due", .maybe = true},
    {"days_left", M_COUNT, "剩余天数", .en = "Days until then; negative: overdue", .maybe = true},
    {"blocked_by", M_WORD, "不能办理的原因", .en = "What keeps whoever asks from the step",
        .words = "same_person flag", .maybe = true},
    {.name = NULL},
};
static const struct shape proposal_shape = {"proposal", proposal_members},
                          tier_shape = {"tier", tier_members}, task_shape = {"task", task_members};

/* ---- routes ---------------------------------------------------------------------------------- */

#define DECIDERS (FINANCE | IP_OFFICE | DISTRICT)

static const struct query q_number = {"after", Q_COUNT, .zh = "上一页的 next", .max = INT64_MAX},
                          q_is = {"state", Q_WORD, .zh = "状态", .words = STATES},
                          q_kind = {"kind", Q_TEXT, .zh = "事项"},
                          q_waiting = {"waiting", Q_BOOL, .zh = "只列待我复核的"},
                          q_order_of_sums = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "recorded -recorded key -key amount -amount"},
                          q_order_of_tiers = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "act -act"},
                          q_after_task = {"after", Q_TEXT, .zh = "上一页的 next"},
                          q_own = {"own", Q_BOOL, .zh = "也列出本人经办、须由他人办理的"},
                          q_order_of_tasks = {"order", Q_WORD, "排序;前加 - 为倒序",
                              .words = "due -due since -since amount -amount kind -kind"};

// clang-format off
#define STEP(who, step, by, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/proposals/{id}/" step, .roles = who, \
        .handle = by, .takes = TAKES_JSON, .record = &proposal_step_record, \
        .query = {&q_dry_run, &q_receipt}, .answers = record_made, .zh = name_zh, .en = name_en}
#define STEPS(step, by, name_zh, name_en) \
    {.method = METHOD_POST, .path = "/v1/proposals/" step, .roles = DECIDERS, \
        .handle = by, .takes = TAKES_BATCH, .record = &proposal_step_record, \
        .query = {&q_atomic, &q_dry_run}, .answers = record_batch, .zh = name_zh, .en = name_en}
// clang-format on

const struct route proposal_routes[] = {
    {.method = METHOD_GET,
        .path = "/v1/proposals",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &proposal_list,
        .query = {&q_limit, &q_number, &q_is, &q_kind, &q_waiting, &q_q, &q_order_of_sums, &q_total,
            &q_list_format},
        .answers = ANSWERS(PAGE_OF(proposal_shape)),
        .zh = "待复核事项列表",
        .en = "List proposals"},
    STEPS("approve", proposals_approve, "批量同意", "Approve many proposals"),
    STEPS("refuse", upload_list, "批量不同意", "Refuse many proposals"),
    {.method = METHOD_GET,
        .path = "/v1/proposals/{id}",
        .roles = EVERYBODY,
        .handle = list_get_one,
        .list = &proposal_list,
        .answers = ANSWERS(JSON_OF(proposal_shape)),
        .zh = "待复核事项",
        .en = "One proposal"},
    STEP(DECIDERS, "approve", proposal_approve, "同意",
        "Approve a proposal: with the last approval it takes effect"),
    STEP(EVERYBODY, "refuse", record_step, "不同意", "Refuse a proposal, or take one's own back"),
    {.method = METHOD_POST,
        .path = "/v1/approval-tiers",
        .roles = FINANCE,
        .handle = record_post_one,
        .takes = TAKES_JSON,
        .record = &approval_tier_record,
        .query = {&q_dry_run, &q_receipt},
        .answers = record_proposed,
        .zh = "设定复核档次",
        .en = "Propose from which amount on how many persons approve"},
    {.method = METHOD_GET,
        .path = "/v1/approval-tiers",
        .roles = EVERYBODY,
        .handle = tier_list,
        .query = {&q_q, &q_order_of_tiers, &q_total, &q_list_format},
        .answers = ANSWERS(PAGE_OF(tier_shape)),
        .zh = "复核档次",
        .en = "From which amount on how many persons approve which act"},
    {.method = METHOD_GET,
        .path = "/v1/tasks",
        .roles = EVERYBODY,
        .handle = list_get,
        .list = &task_list,
        .query = {&q_limit, &q_after_task, &q_q, &q_order_of_tasks, &q_total, &q_list_format,
            &q_own},
        .answers = ANSWERS(PAGE_OF(task_shape)),
        .zh = "我的待办",
        .en = "What waits for a step of whoever asks"},
    {.path = NULL},
};
