/*
 * records_fund.c - the risk-compensation fund: accounts, transfers, schemes of risk sharing.
 *
 * What is checked here needs nothing but the record; what needs the ledger is decided by the
 * functions of posting.sql, scheme.sql, claim.sql.
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
static const struct choice claimants[] = {
    {"bank", "银行"}, {"guarantor", "担保机构"}, {NULL, NULL}};
static const struct field layer_fields[] = {
    {"party", "分担方", F_ENUM, .need = true, .choices = parties, .example = "fund"},
    {"share", "分担比例", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "54.00"},
    {"cap", "分担上限", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "10000000.00"},
    {"deductible", "免赔额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {"floor", "起赔点", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "100000.00"},
    {"account", "另一资金的方案代码", F_IDENT, .ident = ident_account, .example = "CITY-2024"},
    {"claimant", "申请人", F_ENUM, .choices = claimants, .example = "bank"},
    {.name = NULL},
};
enum {
    LAYER_PARTY,
    LAYER_SHARE,
    LAYER_CAP,
    LAYER_DEDUCTIBLE,
    LAYER_FLOOR,
    LAYER_ACCOUNT,
    LAYER_CLAIMANT,
    LAYER_WIDTH
};
static_assert(COUNT_OF(layer_fields) == LAYER_WIDTH + 1, "the enum follows the table");
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

static const struct choice confirmations[] = {
    {"finance", "财政确认"}, {"automatic", "自动"}, {NULL, NULL}};
static const struct choice other_payments[] = {
    {"deducted", "先行扣除"}, {"layered", "计入分担层"}, {NULL, NULL}};
static const struct field pause_fields[] = {
    {"npl_ratio", "不良率", F_RATE, .min = 1, .max = 1000000, .example = "5.00"},
    {"amount", "不良余额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "10000000.00"},
    {.name = NULL},
};
static const struct field fund_uplift_fields[] = {
    {"share", "加成(百分点)", F_RATE, .need = true, .min = 1, .max = 1000000, .example = "5.00"},
    {"when", "条件", F_JSON, .need = true, .example = condition_help},
    {.name = NULL},
};
enum { FUND_UPLIFT_SHARE, FUND_UPLIFT_WHEN, FUND_UPLIFT_WIDTH };

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
    {"conditions", "入池条件", F_JSON, .example = condition_help},
    {"file_within_days", "备案期限(放款后天)", F_INT, .min = 1, .max = 3650, .example = "30"},
    {"confirmation", "备案确认", F_ENUM, .choices = confirmations, .example = "finance"},
    {"pause", "暂停条件", F_OBJECT, .of = pause_fields},
    {"leverage_duty", "放大倍数义务", F_INT, .min = 1, .max = 1000, .example = "10"},
    {"claimants", "可申请人", F_JSON, .example = "[\"bank\",\"guarantor\"]"},
    {"other_compensation", "他方赔付", F_ENUM, .choices = other_payments, .example = "deducted"},
    {"costs_max_share", "费用占收回上限", F_RATE, .min = 1, .max = 1000000, .example = "20.00"},
    {"public_max_share", "财政资金合计上限", F_RATE, .min = 1, .max = 1000000, .example = "80.00"},
    {"uplifts", "资金分担加成", F_LIST, .min = 1, .max = 10, .of = fund_uplift_fields},
    {.name = NULL},
};
enum {
    SCHEME_CODE,
    SCHEME_FROM,
    SCHEME_LEGAL_REF = 4,
    SCHEME_TRIGGER = 5,
    SCHEME_LAYERS = 9,
    SCHEME_UPLIFT = 10,
    SCHEME_CONDITIONS = 24,
    SCHEME_PAUSE = 27,
    SCHEME_CLAIMANTS = 29,
    SCHEME_UPLIFTS = 33,
    SCHEME_WIDTH
};
static_assert(COUNT_OF(scheme_fields) == SCHEME_WIDTH + 1, "the enum follows the table");

/* Each fund stands once among the layers of a claimant: what it paid and got back is known by its
 * account. The own one is named by naming none. */
static void funds_check(const struct value *list, int at, struct str own, struct err *e)
{
    const struct value *layer = list->row + at * LAYER_WIDTH;
    if (!layer[LAYER_ACCOUNT].present)
        return;
    bool again = str_eq(layer[LAYER_ACCOUNT].s, own);
    for (int i = 0; i < at && !again; i++) {
        const struct value *other = list->row + i * LAYER_WIDTH;
        again = other[LAYER_CLAIMANT].n == layer[LAYER_CLAIMANT].n &&
                other[LAYER_ACCOUNT].present &&
                str_eq(other[LAYER_ACCOUNT].s, layer[LAYER_ACCOUNT].s);
    }
    if (again)
        err_add(e, E_REPEATED, arena_printf(e->a, "/layers/%d/account", at), "%s",
            layer[LAYER_ACCOUNT].s.p);
}

/* The layers that one claimant's loss is shared over: of one whole, a bank once, a fund at least
 * once, another's fund by the code of its scheme. Gives the bank's share. */
static int64_t layers_check(
    const struct value *list, int claimant, const char *party, struct err *e)
{
    int64_t sum = 0, bank = 0;
    int seen[COUNT_OF(parties)] = {0}, own_funds = 0;
    bool doubled = false, any = false;
    for (int i = 0; i < list->count; i++) {
        const struct value *layer = list->row + i * LAYER_WIDTH;
        int who = (int)layer[LAYER_PARTY].n;
        bool is_fund = who == PARTY_FUND;
        if (layer[LAYER_CLAIMANT].n != claimant) /* absent: 0, the bank */
            continue;
        any = true;
        sum += layer[LAYER_SHARE].n;
        for (int k = LAYER_CAP; who == PARTY_BANK && k <= LAYER_FLOOR; k++) {
            if (layer[k].present) /* it bears the rest */
                err_add(e, E_UNWANTED, arena_printf(e->a, "/layers/%d/%s", i, layer_fields[k].name),
                    "%s", "bank");
        }
        if (layer[LAYER_ACCOUNT].present && !is_fund)
            err_add(e, E_UNWANTED, arena_printf(e->a, "/layers/%d/account", i), "%s",
                parties[who].name);
        own_funds += is_fund && !layer[LAYER_ACCOUNT].present;
        doubled |= seen[who]++ > 0 && !is_fund;
        bank = who == PARTY_BANK ? layer[LAYER_SHARE].n : bank;
    }
    if (any && sum != 1000000)
        err_add(e, E_SHARE_SUM, STR("/layers"), "%s", rate_text(e->a, (rate){(int32_t)sum}).p);
    if (any && (doubled || own_funds != 1 || (claimant == 0 && !seen[PARTY_BANK])))
        err_add(e, E_LAYERS, STR("/layers"), NULL);
    if (!any && party)
        err_add(e, E_NEED, STR("/layers"), "%s", party);
    return bank;
}

/* Who may claim: a list of words without repeats, as bits; nobody named: the bank. */
static unsigned claimants_of(const struct value *v, struct err *e)
{
    unsigned who = 0;
    const struct json *list = v->json;
    if (!v->present)
        return 1;
    if (list->kind != JSON_LIST || list->count == 0)
        err_add(e, E_TYPE, STR("/claimants"), "[\"bank\",\"guarantor\"]");
    for (const struct json *m = list->kind == JSON_LIST ? list->child : NULL; m; m = m->next) {
        unsigned bit = 0;
        for (int i = 0; m->kind == JSON_STRING && claimants[i].name; i++)
            bit |= str_is(m->text, claimants[i].name) ? 1u << i : 0;
        if (!bit || (who & bit))
            err_add(e, E_CHOICE, STR("/claimants"), "bank, guarantor");
        who |= bit;
    }
    return who;
}

/* Conditions and what raises the fund's share, in the form of subsidy policies' conditions. */
static void scheme_conditions(const struct value *v, struct err *e)
{
    const struct value *list = &v[SCHEME_UPLIFTS];
    if (v[SCHEME_CONDITIONS].present)
        (void)rule_conditions(
            e->a, v[SCHEME_CONDITIONS].json, STR("/conditions"), v[SCHEME_LEGAL_REF].s, e);
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * FUND_UPLIFT_WIDTH;
        (void)rule_conditions(e->a, x[FUND_UPLIFT_WHEN].json,
            arena_printf(e->a, "/uplifts/%d/when", i), v[SCHEME_LEGAL_REF].s, e);
    }
}

static void scheme_check(const struct value *v, struct err *e)
{
    const struct value *uplifts = &v[SCHEME_UPLIFTS], *pause = &v[SCHEME_PAUSE];
    int64_t raised = v[SCHEME_UPLIFT].n;
    if (strchr(v[SCHEME_CODE].s.p, ':'))
        err_add(e, E_ACCOUNT_CODE, STR("/code"), NULL);
    unsigned who = claimants_of(&v[SCHEME_CLAIMANTS], e);
    int64_t bank = layers_check(&v[SCHEME_LAYERS], 0, who & 1 ? "bank" : NULL, e);
    (void)layers_check(&v[SCHEME_LAYERS], 1, who & 2 ? "guarantor" : NULL, e);
    for (int i = 0; i < v[SCHEME_LAYERS].count; i++)
        funds_check(&v[SCHEME_LAYERS], i, v[SCHEME_CODE].s, e);
    for (int i = 0; i < uplifts->count; i++)
        raised += uplifts->row[i * FUND_UPLIFT_WIDTH].n;
    if (raised > bank)
        err_add(e, E_EXCEEDS,
            v[SCHEME_UPLIFT].present ? STR("/first_loan_uplift") : STR("/uplifts"), "%s",
            rate_text(e->a, (rate){(int32_t)bank}).p);
    const struct value *when = v[SCHEME_TRIGGER].row;
    if (!when[0].present && !when[1].present && !when[2].present && !when[3].n)
        err_add(e, E_NEED, STR("/trigger/days_overdue"), NULL);
    if (pause->present && !pause->row[0].present && !pause->row[1].present)
        err_add(e, E_NEED, STR("/pause/npl_ratio"), NULL);
    scheme_conditions(v, e);
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
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500, .example = "经核准"},
    {"on", "日期", F_DAY, .need = true, .example = "2022-01-05"},
    {.name = NULL},
};

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
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .proposed = true,
    .parent = TRANSFER_REVERSES,
    .check = transfer_check,
    .read_only = proposed_read_only,
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
