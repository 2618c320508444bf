/*
 * records_fund.c - the risk-compensation fund: accounts, transfers, schemes, claims, their steps.
 *
 * What is checked here needs nothing but the record; what needs the ledger is decided by the
 * functions of migrations 0005 and 0006.
 */
#include "fields.h"
#include "records.h"
#include "rule.h"
#include <assert.h>

/* ---- the fund's accounts and transfers ------------------------------------------------------- */

static const struct choice account_kinds[] = {{"asset", "资产"}, {"liability", "负债"},
    {"equity", "权益"}, {"income", "收入"}, {"expense", "支出"}, {NULL, NULL}};

static const struct field account_fields[] = {
    {"code", "账户代码", F_IDENT, .need = true, .ident = ident_account,
        .example = "bank-interest:SH-DEPOSIT"},
    {"kind", "账户类别", F_ENUM, .need = true, .choices = account_kinds, .example = "income"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 100, .example = "存款利息"},
    {"no_overdraft", "不得透支", F_BOOL, .need = true, .example = "false"},
    {"opened_on", "启用日", F_DAY, .need = true, .example = "2022-01-01"},
    {.name = NULL},
};
enum { ACCOUNT_CODE, ACCOUNT_KIND, ACCOUNT_TITLE, ACCOUNT_NO_OVERDRAFT, ACCOUNT_OPENED_ON };

static const struct choice transfer_causes[] = {
    {"appropriation", "拨款"}, {"adjustment", "调整"}, {NULL, NULL}};
static const struct field transfer_fields[] = {
    {"reference", "凭证号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "BK-2022-001"},
    {"debit", "借方账户", F_IDENT, .ident = ident_account, .example = "fund:SH-DEPOSIT"},
    {"credit", "贷方账户", F_IDENT, .ident = ident_account, .example = "appropriation:SH-DEPOSIT"},
    {"amount", "金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "40000000.00"},
    {"on", "记账日", F_DAY, .need = true, .example = "2022-01-05"},
    {"cause", "事由", F_ENUM, .choices = transfer_causes, .example = "appropriation"},
    {"reverses", "冲销的转账", F_IDENT, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"memo", "摘要", F_TEXT, .min = 1, .max = 200, .example = "2022 年度拨款"},
    {.name = NULL},
};
enum {
    TRANSFER_REFERENCE,
    TRANSFER_DEBIT,
    TRANSFER_CREDIT,
    TRANSFER_AMOUNT,
    TRANSFER_ON,
    TRANSFER_CAUSE,
    TRANSFER_REVERSES
};

/* Two accounts, an amount and a cause; or the transfer that this one reverses. */
static void transfer_check(const struct value *v, struct err *e)
{
    static const int parts[] = {TRANSFER_DEBIT, TRANSFER_CREDIT, TRANSFER_AMOUNT, TRANSFER_CAUSE};
    bool reversal = v[TRANSFER_REVERSES].present;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct str pointer = arena_printf(e->a, "/%s", transfer_fields[parts[i]].name);
        if (reversal && v[parts[i]].present)
            err_add(e, E_UNWANTED, pointer, "%s", "reversal");
        else if (!reversal && !v[parts[i]].present)
            err_add(e, E_NEED, pointer, NULL);
    }
    if (v[TRANSFER_DEBIT].present && v[TRANSFER_CREDIT].present &&
        str_eq(v[TRANSFER_DEBIT].s, v[TRANSFER_CREDIT].s))
        err_add(e, E_SAME, STR("/credit"), NULL);
}

/* ---- risk-sharing schemes -------------------------------------------------------------------- */

static const struct field trigger_fields[] = {
    {"days_overdue", "逾期天数", F_INT, .min = 1, .max = 3650, .example = "90"},
    {"min_grade", "最低分类", F_ENUM, .choices = grades, .example = "substandard"},
    {"non_performing_months", "不良月数", F_INT, .min = 1, .max = 120, .example = "2"},
    {"written_off", "须先核销", F_BOOL, .example = "false"},
    {.name = NULL},
};
static const struct choice parties[] = {{"fund", "补偿资金"}, {"bank", "银行"},
    {"guarantor", "担保机构"}, {"reguarantor", "再担保机构"}, {"insurer", "保险机构"},
    {"assessor", "评估机构"}, {"other", "其他"}, {NULL, NULL}};
enum { PARTY_FUND, PARTY_BANK };
static const struct field layer_fields[] = {
    {"party", "分担方", F_ENUM, .need = true, .choices = parties, .example = "fund"},
    {"share", "分担比例", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "54.00"},
    {"cap", "分担上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "10000000.00"},
    {.name = NULL},
};
enum { LAYER_PARTY, LAYER_SHARE, LAYER_CAP, LAYER_WIDTH };
static const struct field exclude_fields[] = {
    {"scheme", "方案代码", F_IDENT, .need = true, .ident = ident_account, .example = "SH-CREDIT"},
    {.name = NULL},
};
static const struct field ceiling_fields[] = {
    {"lpr_multiplier", "LPR 倍数(%)", F_RATE, .min = 1, .max = 10000000, .example = "100.00"},
    {"lpr_spread", "LPR 加点", F_RATE, .min = -100000, .max = 1000000, .example = "1.50"},
    {.name = NULL},
};
static const struct choice loss_bases[] = {
    {"principal", "本金"}, {"principal_and_interest", "本金和利息"}, {NULL, NULL}};
static const struct choice recovery_orders[] = {
    {"pro_rata", "按比例"}, {"fund_first", "资金优先"}, {"bank_first", "银行优先"}, {NULL, NULL}};

static const struct field scheme_fields[] = {
    {"code", "方案代码", F_IDENT, .need = true, .ident = ident_account, .example = "SH-DEPOSIT"},
    {"effective_from", "生效日", F_DAY, .need = true, .example = "2022-01-01"},
    {"effective_to", "失效日", F_DAY, .after = "effective_from", .example = "2024-12-31"},
    {"title", "名称", F_TEXT, .need = true, .min = 1, .max = 200, .example = "示例补偿资金"},
    {"legal_ref", "依据", F_TEXT, .need = true, .min = 1, .max = 300,
        .example = "沪财金〔2023〕19号"},
    {"trigger", "触发条件", F_OBJECT, .need = true, .of = trigger_fields},
    {"loss_base", "损失基数", F_ENUM, .need = true, .choices = loss_bases, .example = "principal"},
    {"ip_part_only", "只计知识产权部分", F_BOOL, .example = "false"},
    {"ip_share_min", "知识产权最低占比", F_RATE, .min = 1, .max = 1000000, .example = "50.00"},
    {"layers", "分担层", F_LIST, .need = true, .min = 2, .max = 10, .of = layer_fields},
    {"first_loan_uplift", "首贷加成", F_RATE, .min = 1, .max = 1000000, .example = "5.00"},
    {"cap_per_loan", "单笔上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "10000000.00"},
    {"cap_per_enterprise", "单户上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "20000000.00"},
    {"cap_bank_year", "单行年度上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "20000000.00"},
    {"cap_fund_year", "年度总上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "50000000.00"},
    {"pool_balance_limits_liability", "以余额为限", F_BOOL, .example = "false"},
    {"leverage_limit", "放大倍数上限", F_INT, .min = 1, .max = 1000, .example = "10"},
    {"npl_breaker", "不良率熔断", F_RATE, .min = 1, .max = 1000000, .example = "5.00"},
    {"claim_window_days", "申请期(天)", F_INT, .min = 1, .max = 3650, .example = "180"},
    {"recovery_order", "追偿分配次序", F_ENUM, .choices = recovery_orders, .example = "pro_rata"},
    {"pre_compensation", "可预先补偿", F_BOOL, .example = "false"},
    {"excludes_guaranteed", "不含政策性担保贷款", F_BOOL, .example = "false"},
    {"excludes", "互斥方案", F_LIST, .min = 1, .max = 50, .of = exclude_fields},
    {"rate_ceiling", "利率上限", F_OBJECT, .of = ceiling_fields},
    {.name = NULL},
};
enum {
    SCHEME_CODE,
    SCHEME_FROM,
    SCHEME_TRIGGER = 5,
    SCHEME_LAYERS = 9,
    SCHEME_UPLIFT = 10,
};

/* The shares are of one whole; a fund and a bank are among the parties, each once. */
static void scheme_check(const struct value *v, struct err *e)
{
    const struct value *layers = &v[SCHEME_LAYERS];
    int64_t sum = 0, bank = 0;
    int seen[COUNT_OF(parties)] = {0};
    bool doubled = false;
    if (strchr(v[SCHEME_CODE].s.p, ':'))
        err_add(e, E_ACCOUNT_CODE, STR("/code"), NULL);
    for (int i = 0; i < layers->count; i++) {
        const struct value *layer = layers->row + i * LAYER_WIDTH;
        sum += layer[LAYER_SHARE].n;
        if (layer[LAYER_PARTY].n == PARTY_BANK && layer[LAYER_CAP].present) /* it bears the rest */
            err_add(e, E_UNWANTED, arena_printf(e->a, "/layers/%d/cap", i), "%s", "bank");
        doubled |= seen[layer[LAYER_PARTY].n]++ > 0;
        bank = layer[LAYER_PARTY].n == PARTY_BANK ? layer[LAYER_SHARE].n : bank;
    }
    if (sum != 1000000)
        err_add(e, E_SHARE_SUM, STR("/layers"), "%s", rate_text(e->a, (rate){(int32_t)sum}).p);
    if (doubled || !seen[PARTY_FUND] || !seen[PARTY_BANK])
        err_add(e, E_LAYERS, STR("/layers"), NULL);
    if (v[SCHEME_UPLIFT].present && v[SCHEME_UPLIFT].n > bank)
        err_add(e, E_EXCEEDS, STR("/first_loan_uplift"), "%s",
            rate_text(e->a, (rate){(int32_t)bank}).p);
    const struct value *when = v[SCHEME_TRIGGER].row;
    if (!when[0].present && !when[1].present && !when[2].present && !when[3].n)
        err_add(e, E_NEED, STR("/trigger/days_overdue"), NULL);
}
static const struct member scheme_read_only[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "draft in_force", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"approved_by", M_TEXT, "批准人", .en = "Who approved it", .maybe = true},
    {"approved_at", M_INSTANT, "批准时刻", .en = "When it was approved", .maybe = true},
    {.name = NULL},
};

static const struct field approval_fields[] = {
    {"scheme", "方案记录", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = "64 hex digits"},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "经核准"},
    {"on", "日期", F_DAY, .need = true, .example = "2022-01-05"},
    {.name = NULL},
};

/* ---- claims ---------------------------------------------------------------------------------- */

static const struct choice claim_kinds[] = {
    {"compensation", "代偿补偿"}, {"pre_compensation", "前补偿"}, {NULL, NULL}};
static const struct field claim_fields[] = {
    {"reference", "理赔编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "LP-2023-001"},
    {"loan", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"kind", "赔付种类", F_ENUM, .need = true, .choices = claim_kinds, .example = "compensation"},
    {"loss_principal", "本金损失", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "3000000.00"},
    {"loss_interest", "利息损失", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "50000.00"},
    {"recovered", "已收回", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "0.00"},
    {"costs", "追偿费用", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "0.00"},
    {"on", "申请日", F_DAY, .need = true, .example = "2023-09-01"},
    {.name = NULL},
};
enum { CLAIM_REFERENCE, CLAIM_LOAN, CLAIM_ON = 7 };
static const struct member share_members[] = {
    {"party", M_TEXT, "分担方", .en = "Who bears it"},
    {"share", M_PERCENT, "比例", .en = "Share in percent"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
/* What is left under each limit of the scheme, by its name. */
static const struct member room_members[] = {
    {"", M_YUAN, "余额", .en = "What is left"}, {.name = NULL}};
static const struct member claim_step_members[] = {
    {"id", M_ID, "步骤记录", .en = "Record of the step"},
    {"step", M_TEXT, "步骤", .en = "Step"},
    {"state", M_TEXT, "其后状态", .en = "State after it"},
    {"on", M_DAY, "日期", .en = "Day"},
    {"by", M_TEXT, "经办人", .en = "Who took it"},
    {"reason", M_TEXT, "理由", .en = "Reason", .maybe = true},
    {"owner", M_TEXT, "补正责任方", .en = "Who has to act", .maybe = true},
    {"due_on", M_DAY, "补正期限", .en = "By which day", .maybe = true},
    {"fund", M_YUAN, "基金份额", .en = "The fund's share", .maybe = true},
    {"amount", M_YUAN, "金额", .en = "Amount", .maybe = true},
    {"costs", M_YUAN, "费用", .en = "Costs", .maybe = true},
    {"transfer", M_ID, "转账", .en = "Transfer that it made", .maybe = true},
    {"at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
/* Decided when the claim is made: in every answer. */
static const struct member claim_decided[] = {
    {"scheme", M_TEXT, "方案代码", .en = "Scheme", .maybe = true},
    {"scheme_version", M_DAY, "方案版本的生效日", .en = "Version of the scheme", .maybe = true},
    {"net_loss", M_YUAN, "净损失", .en = "Net loss", .maybe = true},
    {"fund", M_YUAN, "基金应赔", .en = "What the fund bears", .maybe = true},
    {"split", M_OBJECT, "分担", .en = "Who bears what", .of = share_members, .list = true,
        .maybe = true},
    {"arithmetic", M_OBJECT, "计算过程", .en = "Line by line", .of = line_members, .list = true,
        .maybe = true},
    {"headroom", M_MAP, "各项限额余额", .en = "What is left under each limit", .of = room_members,
        .maybe = true},
    {.name = NULL},
};
static const struct member claim_read_only[] = {
    {"", M_ALSO, .of = claim_decided},
    {"state", M_TEXT, "状态", .en = "State", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What an approver names as seen", .maybe = true},
    {"paid", M_YUAN, "已赔付", .en = "What the fund is out of pocket", .maybe = true},
    {"recovery_untold", M_YUAN, "尚未分配的收回", .en = "Recovered and not shared", .maybe = true},
    {"steps", M_OBJECT, "步骤", .en = "Steps taken", .of = claim_step_members, .list = true,
        .maybe = true},
    {"legal_steps", M_TEXT, "可办步骤", .en = "Steps possible now", .list = true, .maybe = true},
    {"owner", M_TEXT, "补正责任方", .en = "Who has to act", .maybe = true},
    {"due_on", M_DAY, "补正期限", .en = "By which day", .maybe = true},
    {"days_returned", M_COUNT, "退回天数", .en = "Days since it was returned", .maybe = true},
    {"days_over", M_COUNT, "逾期天数", .en = "Days past the deadline", .maybe = true},
    {.name = NULL},
};

static const char *const claim_states[] = {
    "submitted", "returned", "accepted", "approved", "paid", "recovering", "closed", NULL};

static const struct choice claim_steps[] = {{"accept", "受理"}, {"return", "退回"},
    {"resubmit", "重新提交"}, {"withdraw", "撤回"}, {"approve", "批准"}, {"pay", "支付"},
    {"recover", "追偿"}, {"cure", "恢复正常"}, {"close", "结案"}, {NULL, NULL}};
enum { STEP_ACCEPT, STEP_RETURN, STEP_RECOVER = 6 };
static const struct field step_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "ZC-2024-001"},
    {"claim", "理赔", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"step", "步骤", F_ENUM, .need = true, .choices = claim_steps, .example = "approve"},
    {"on", "日期", F_DAY, .need = true, .example = "2023-09-10"},
    {"seen", "所见版本", F_TEXT, .min = 64, .max = 64, .example = "64 hex digits"},
    {"reason", "理由", F_TEXT, .min = 1, .max = 500, .example = "材料齐全"},
    {"owner", "退回后的经办人", F_TEXT, .min = 1, .max = 60, .example = "李华"},
    {"due_on", "补正期限", F_DAY, .after = "on", .example = "2023-09-30"},
    {"amount", "收回金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "1000003.00"},
    {"costs", "追偿费用", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "3.00"},
    {.name = NULL},
};
enum {
    STEP_REFERENCE,
    STEP_CLAIM,
    STEP_STEP,
    STEP_ON,
    STEP_SEEN,
    STEP_REASON,
    STEP_OWNER,
    STEP_DUE_ON,
    STEP_AMOUNT,
    STEP_COSTS,
    STEP_FIELD_COUNT
};
static_assert(COUNT_OF(step_fields) == STEP_FIELD_COUNT + 1, "the enum follows the table");

/* A recovery has a reference of its own; any other step is taken once on what was seen. */
static void step_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[STEP_REFERENCE], &v[STEP_SEEN], claim_steps[v[STEP_STEP].n].name);
}

static void step_check(const struct value *v, struct err *e)
{
    static const int returned[] = {STEP_OWNER, STEP_DUE_ON}, money_back[] = {STEP_AMOUNT};
    bool is_return = v[STEP_STEP].n == STEP_RETURN, is_recovery = v[STEP_STEP].n == STEP_RECOVER;
    int must = is_recovery ? STEP_REFERENCE : STEP_SEEN;
    if (!v[must].present)
        err_add(e, E_NEED, arena_printf(e->a, "/%s", step_fields[must].name), NULL);
    if (!is_recovery && !v[STEP_REASON].present)
        err_add(e, E_NEED, STR("/reason"), NULL);
    for (int i = STEP_OWNER; i <= STEP_COSTS; i++) {
        bool takes = i <= STEP_DUE_ON ? is_return : is_recovery;
        bool needs = takes && (i == returned[0] || i == returned[1] || i == money_back[0]);
        struct str pointer = arena_printf(e->a, "/%s", step_fields[i].name);
        if (v[i].present && !takes)
            err_add(e, E_UNWANTED, pointer, "%s", claim_steps[v[STEP_STEP].n].name);
        if (!v[i].present && needs)
            err_add(e, E_NEED, pointer, NULL);
    }
}

const struct record account_record = {
    .name = "account",
    .path = "/v1/accounts",
    .zh = "账户",
    .fields = account_fields,
    .key = ACCOUNT_CODE,
    .subject = ACCOUNT_CODE,
    .district = NO_FIELD,
    .on = ACCOUNT_OPENED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .by_key = true,
    .parent = NO_FIELD,
    .read_only = no_read_only,
};

const struct record transfer_record = {
    .name = "transfer",
    .path = "/v1/transfers",
    .zh = "转账",
    .fields = transfer_fields,
    .key = TRANSFER_REFERENCE,
    .subject = TRANSFER_REFERENCE,
    .district = NO_FIELD,
    .on = TRANSFER_ON,
    .write = SQL_TRANSFER_WRITE,
    .peek = SQL_RECORD_TRY,
    .parent = TRANSFER_REVERSES,
    .check = transfer_check,
    .read_only = no_read_only,
};

const struct record scheme_record = {
    .name = "scheme",
    .path = "/v1/schemes",
    .zh = "风险分担方案",
    .fields = scheme_fields,
    .key = SCHEME_CODE,
    .key_also = SCHEME_FROM,
    .subject = SCHEME_CODE,
    .district = NO_FIELD,
    .on = SCHEME_FROM,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = scheme_check,
    .read_only = scheme_read_only,
};

const struct record scheme_approval_record = {
    .name = "scheme_approval",
    .path = "/v1/scheme-approvals",
    .zh = "方案批准",
    .fields = approval_fields,
    .key = 0,
    .subject = 0,
    .district = NO_FIELD,
    .on = 3,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = 0,
    .read_only = no_read_only,
};

const struct record claim_record = {
    .name = "claim",
    .path = "/v1/claims",
    .zh = "风险补偿理赔",
    .fields = claim_fields,
    .key = CLAIM_REFERENCE,
    .subject = CLAIM_LOAN,
    .district = NO_FIELD,
    .on = CLAIM_ON,
    .states = claim_states,
    .decided = true,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .read_only = claim_read_only,
};

const struct record claim_step_record = {
    .name = "claim_step",
    .path = "/v1/claim-steps",
    .zh = "理赔步骤",
    .fields = step_fields,
    .key = STEP_REFERENCE,
    .subject = STEP_CLAIM,
    .district = NO_FIELD,
    .on = STEP_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = STEP_CLAIM,
    .verb = STEP_STEP,
    .derive = step_derive,
    .check = step_check,
    .read_only = no_read_only,
};
