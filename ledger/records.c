/*
 * records.c - THE table of record types: fields, rules, flags, who may do what.
 *
 * A new record type is one row here, one SQL file that writes its typed rows, one migration.
 * Field names and meaning: the client contract; Chinese titles are CSV headers as bank staff see
 * them.
 */
#include "records.h"
#include "size.h"
#include <assert.h>

static const struct choice ip_kinds[] = {{"invention", "发明专利"},
    {"utility_model", "实用新型专利"}, {"design", "外观设计专利"}, {"trademark", "注册商标"},
    {NULL, NULL}};

static const struct choice loan_products[] = {{"single_pledge", "单一质押"},
    {"pooled_credit", "集合授信"}, {"invest_loan_linkage", "投贷联动"}, {"trust", "信托"},
    {NULL, NULL}};

static const struct field loan_ip_fields[] = {
    {"number", "专利号或商标注册号", F_IDENT, .need = true, .ident = ident_ip,
        .example = "ZL202119999001.9"},
    {"kind", "知识产权种类", F_ENUM, .choices = ip_kinds, .example = "invention"},
    {"owner_uscc", "权利人统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"filed_on", "申请日", F_DAY, .example = "2021-03-01"},
    {"expires_on", "权利届满日", F_DAY, .after = "filed_on", .example = "2041-03-01"},
    {"valuation", "评估价值", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "8000000.00"},
    {"appraiser", "评估机构", F_TEXT, .min = 1, .max = 100, .example = "示例资产评估有限公司"},
    {"share", "质押比例", F_RATE, .min = 0, .max = 1000000, .example = "100.00"},
    {.name = NULL},
};

static const struct field loan_fields[] = {
    {"contract_no", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"product", "贷款产品", F_ENUM, .need = true, .choices = loan_products,
        .example = "single_pledge"},
    {"borrower_uscc", "借款企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"borrower_name", "借款企业名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"industry", "行业代码", F_IDENT, .ident = ident_industry, .example = "C3973"},
    {"employees", "从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "52000000.00"},
    {"assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "61000000.00"},
    {"first_loan", "是否首贷", F_BOOL, .example = "true"},
    {"amount", "贷款金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "5000000.00"},
    {"ip_amount", "知识产权担保金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "5000000.00"},
    {"rate", "年利率", F_RATE, .need = true, .min = 0, .max = 360000, .example = "3.65"},
    {"signed_on", "合同签订日", F_DAY, .need = true, .example = "2022-07-01"},
    {"disbursed_on", "放款日", F_DAY, .after = "signed_on", .example = "2022-07-08"},
    {"matures_on", "到期日", F_DAY, .need = true, .after = "signed_on", .example = "2023-07-07"},
    {"purpose", "贷款用途", F_TEXT, .min = 1, .max = 200, .example = "补充流动资金"},
    {"pledge_no", "质权登记号", F_IDENT, .ident = ident_pledge_no, .example = "Y2022310000123"},
    {"registered_on", "质权登记日", F_DAY, .example = "2022-07-05"},
    {"scheme", "风险分担方案代码", F_TEXT, .min = 1, .max = 40, .example = "SH-DEPOSIT"},
    {"guarantor_uscc", "担保机构统一社会信用代码", F_IDENT, .party = true, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {"insurer_uscc", "保险机构统一社会信用代码", F_IDENT, .party = true, .ident = ident_uscc,
        .example = "91310104QX0104028H"},
    {"ip", "质押知识产权", F_LIST, .need = true, .min = 1, .max = 200, .of = loan_ip_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(loan_fields) == LOAN_FIELD_COUNT + 1, "enum loan_field follows the table");
static_assert(COUNT_OF(loan_ip_fields) == LOAN_IP_FIELD_COUNT + 1, "enum loan_ip_field likewise");

const struct flag_text flag_texts[] = {
    {"RF01", "high", "该知识产权已在另一笔存续质押中",
        "This right is already in another live pledge"},
    {"RF03", "high", "贷款到期日晚于知识产权届满日", "The loan matures after the right expires"},
    {"RF04", "high", "借款人不是知识产权权利人", "The borrower does not own the right"},
    {"RF21", "med", "放款早于质权登记超过 30 天",
        "Drawn down more than 30 days before registration"},
    {NULL, NULL, NULL, NULL},
};

const char *const loan_states[] = {
    "signed", "active", "matured", "overdue", "written_off", "settled", NULL};

static enum firm_size loan_size(const struct value *v)
{
    return firm_size(&(struct firm_metrics){
        .industry = v[LOAN_INDUSTRY].s,
        .employees_known = v[LOAN_EMPLOYEES].present,
        .employees = v[LOAN_EMPLOYEES].n,
        .revenue_known = v[LOAN_REVENUE].present,
        .revenue = {v[LOAN_REVENUE].n},
        .assets_known = v[LOAN_ASSETS].present,
        .assets = {v[LOAN_ASSETS].n},
    });
}

/* The kind follows from the number; the secured part is the whole loan unless said otherwise. */
static void loan_derive(struct arena *a, struct value *v)
{
    (void)a;
    struct value *secured = &v[LOAN_IP_AMOUNT];
    if (!secured->present)
        *secured = (struct value){.present = true, .n = v[LOAN_AMOUNT].n};
    for (int i = 0; i < v[LOAN_IP].count; i++) {
        struct value *ip = v[LOAN_IP].row + i * LOAN_IP_FIELD_COUNT;
        struct value *kind = &ip[LOAN_IP_KIND];
        if (!kind->present)
            *kind = (struct value){.present = true, .n = ident_ip_kind(ip[LOAN_IP_NUMBER].s)};
    }
}

static struct str ip_pointer(struct arena *a, int i, const char *name)
{
    return arena_printf(a, "/ip/%d/%s", i, name);
}

static void check_ip(const struct value *list, struct err *e)
{
    for (int i = 0; i < list->count; i++) {
        const struct value *ip = list->row + i * LOAN_IP_FIELD_COUNT;
        enum ip_kind by_number = ident_ip_kind(ip[LOAN_IP_NUMBER].s);
        if (ip[LOAN_IP_KIND].n != (int64_t)by_number)
            err_add(e, E_IP_KIND, ip_pointer(e->a, i, "kind"), "%s", ip_kind_name(by_number));
        for (int j = 0; j < i; j++) {
            const struct value *earlier = list->row + j * LOAN_IP_FIELD_COUNT;
            if (str_eq(ip[LOAN_IP_NUMBER].s, earlier[LOAN_IP_NUMBER].s)) {
                err_add(e, E_REPEATED, ip_pointer(e->a, i, "number"), "%s", ip[LOAN_IP_NUMBER].s.p);
                break;
            }
        }
    }
}

static void loan_check(const struct value *v, struct err *e)
{
    if (v[LOAN_IP_AMOUNT].n > v[LOAN_AMOUNT].n)
        err_add(e, E_EXCEEDS, STR("/ip_amount"), "amount");
    check_ip(&v[LOAN_IP], e);
}

/* The last day that a right can have: as stated, else by the law from its filing day, else from the
 * end of the year in its number. */
static bool ip_last_day(const struct value *ip, day *last)
{
    int year;
    if (ip[LOAN_IP_EXPIRES_ON].present) {
        *last = (day){(int32_t)ip[LOAN_IP_EXPIRES_ON].n};
        return true;
    }
    day filed = {(int32_t)ip[LOAN_IP_FILED_ON].n};
    if (!ip[LOAN_IP_FILED_ON].present) {
        if (!ip_number_year(ip[LOAN_IP_NUMBER].s, &year))
            return false;
        filed = day_of(year, 12, 31);
    }
    return ip_expiry((enum ip_kind)ip[LOAN_IP_KIND].n, filed, last);
}

static void loan_warn(const struct value *v, struct warnings *w)
{
    for (int i = 0; i < v[LOAN_IP].count; i++) {
        const struct value *ip = v[LOAN_IP].row + i * LOAN_IP_FIELD_COUNT;
        day last;
        if (ip_last_day(ip, &last) && v[LOAN_MATURES_ON].n > last.n)
            warn_add(w, "RF03", ip_pointer(w->a, i, "number"));
        if (ip[LOAN_IP_OWNER_USCC].present &&
            !str_eq(ip[LOAN_IP_OWNER_USCC].s, v[LOAN_BORROWER_USCC].s))
            warn_add(w, "RF04", ip_pointer(w->a, i, "owner_uscc"));
    }
    /* Civil Code art. 444: the pledge exists only from registration. */
    if (v[LOAN_REGISTERED_ON].present && v[LOAN_DISBURSED_ON].present &&
        v[LOAN_REGISTERED_ON].n - v[LOAN_DISBURSED_ON].n > 30)
        warn_add(w, "RF21", STR("/registered_on"));
}

static void loan_answer(const struct value *v, struct buf *out)
{
    json_key(out, "size");
    json_text(out, firm_size_name(loan_size(v)));
}

/* As loan_life_members (migrations) says of a loan without events. */
static void loan_fresh(const struct value *v, day as_of, struct buf *out)
{
    static const char *const once_drawn[] = {"disbursed", "overdue", "classified", "repaid",
        "extended", "written_off", "settled", "pledge_released"};
    const struct value *drawn = &v[LOAN_DISBURSED_ON];
    bool is_drawn = drawn->present && drawn->n <= as_of.n;
    json_key(out, "state");
    json_text(out, !is_drawn ? "signed" : v[LOAN_MATURES_ON].n >= as_of.n ? "active" : "matured");
    json_key(out, "outstanding");
    json_money(out, (money){is_drawn ? v[LOAN_AMOUNT].n : 0});
    json_key(out, "days_overdue");
    json_i64(out, 0);
    json_key(out, "grade");
    json_text(out, "normal");
    json_key(out, "legal_events");
    json_open(out, '[');
    for (size_t i = 0; i < (is_drawn ? COUNT_OF(once_drawn) : 1); i++)
        json_text(out, once_drawn[i]);
    json_close(out, ']');
}

static const char *const loan_read_only[] = {"size", "state", "outstanding", "days_overdue",
    "grade", "extended_to", "pledge_released_on", "legal_events", NULL};

/* ---- loan events ---------------------------------------------------------------------------- */

static const struct choice event_kinds[] = {{"disbursed", "放款"}, {"repaid", "还款"},
    {"extended", "展期"}, {"overdue", "逾期"}, {"classified", "五级分类"}, {"written_off", "核销"},
    {"recovered", "核销后收回"}, {"settled", "结清"}, {"pledge_released", "解除质押"},
    {"reversed", "冲销"}, {NULL, NULL}};
enum event_kind {
    EVENT_DISBURSED,
    EVENT_REPAID,
    EVENT_EXTENDED,
    EVENT_OVERDUE,
    EVENT_CLASSIFIED,
    EVENT_WRITTEN_OFF,
    EVENT_RECOVERED,
    EVENT_SETTLED,
    EVENT_PLEDGE_RELEASED,
    EVENT_REVERSED,
    EVENT_KIND_COUNT
};
static_assert(COUNT_OF(event_kinds) == EVENT_KIND_COUNT + 1, "enum event_kind follows the list");

/* The five classes of 银保监会令〔2023〕1号. */
static const struct choice grades[] = {{"normal", "正常"}, {"special_mention", "关注"},
    {"substandard", "次级"}, {"doubtful", "可疑"}, {"loss", "损失"}, {NULL, NULL}};

static const struct field event_fields[] = {
    {"reference", "事件编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "SJ-2023-000456"},
    {"contract_no", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"kind", "事件种类", F_ENUM, .need = true, .choices = event_kinds, .example = "repaid"},
    {"on", "发生日", F_DAY, .need = true, .example = "2023-07-07"},
    {"principal", "本金", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX, .example = "1000000.00"},
    {"interest", "利息", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "18250.00"},
    {"grade", "五级分类", F_ENUM, .choices = grades, .example = "substandard"},
    {"matures_on", "展期后到期日", F_DAY, .after = "on", .example = "2024-07-07"},
    {"reverses", "冲销的事件编号", F_TEXT, .min = 1, .max = 64, .example = "SJ-2023-000455"},
    {.name = NULL},
};
static_assert(COUNT_OF(event_fields) == EVENT_FIELD_COUNT + 1, "enum loan_event_field likewise");

/* Which further fields a kind of event takes (T) or needs (N). */
enum { NOT = 0, T = 1, N = 2 };
static const unsigned char event_takes[EVENT_KIND_COUNT][EVENT_FIELD_COUNT] = {
    [EVENT_DISBURSED] = {[EVENT_PRINCIPAL] = T},
    [EVENT_REPAID] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_EXTENDED] = {[EVENT_MATURES_ON] = N},
    [EVENT_OVERDUE] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_CLASSIFIED] = {[EVENT_GRADE] = N},
    [EVENT_WRITTEN_OFF] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_RECOVERED] = {[EVENT_PRINCIPAL] = N, [EVENT_INTEREST] = T},
    [EVENT_SETTLED] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_REVERSED] = {[EVENT_REVERSES] = N},
};

static void event_check(const struct value *v, struct err *e)
{
    int64_t kind = v[EVENT_KIND].n;
    for (int i = EVENT_PRINCIPAL; i < EVENT_FIELD_COUNT; i++) {
        struct str pointer = arena_printf(e->a, "/%s", event_fields[i].name);
        if (v[i].present && event_takes[kind][i] == NOT)
            err_add(e, E_UNWANTED, pointer, "%s", event_kinds[kind].name);
        if (!v[i].present && event_takes[kind][i] == N)
            err_add(e, E_NEED, pointer, NULL);
    }
    if (kind == EVENT_REPAID && !v[EVENT_PRINCIPAL].present && !v[EVENT_INTEREST].present)
        err_add(e, E_NEED, STR("/principal"), NULL);
}

static const char *const no_read_only[] = {NULL};

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
        doubled |= seen[layer[LAYER_PARTY].n]++ > 0;
        bank = layer[LAYER_PARTY].n == 1 ? layer[LAYER_SHARE].n : bank;
    }
    if (sum != 1000000)
        err_add(e, E_SHARE_SUM, STR("/layers"), "%s", rate_text(e->a, (rate){(int32_t)sum}).p);
    if (doubled || !seen[0] || !seen[1])
        err_add(e, E_LAYERS, STR("/layers"), NULL);
    if (v[SCHEME_UPLIFT].present && v[SCHEME_UPLIFT].n > bank)
        err_add(e, E_EXCEEDS, STR("/first_loan_uplift"), "%s",
            rate_text(e->a, (rate){(int32_t)bank}).p);
    const struct value *when = v[SCHEME_TRIGGER].row;
    if (!when[0].present && !when[1].present && !when[2].present && !when[3].present)
        err_add(e, E_NEED, STR("/trigger/days_overdue"), NULL);
}
static const char *const scheme_read_only[] = {"state", "seen", "approved_by", "approved_at", NULL};

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
static const char *const claim_read_only[] = {"state", "seen", "scheme", "scheme_version",
    "net_loss", "fund", "paid", "split", "arithmetic", "headroom", "steps", "legal_steps", "owner",
    "due_on", "days_over", NULL};

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
    if (!v[STEP_REFERENCE].present && v[STEP_SEEN].present)
        v[STEP_REFERENCE] = (struct value){.present = true,
            .s = arena_printf(a, "%s %s", claim_steps[v[STEP_STEP].n].name, v[STEP_SEEN].s.p)};
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

const struct record records[] = {
    {
        .name = "loan",
        .path = "/v1/loans",
        .zh = "知识产权质押贷款",
        .fields = loan_fields,
        .key = LOAN_CONTRACT_NO,
        .subject = LOAN_BORROWER_USCC,
        .district = LOAN_DISTRICT,
        .on = LOAN_SIGNED_ON,
        .write = "record_write",
        .peek = "record_peek",
        .project = "loan_project",
        .parent = NO_FIELD,
        .derive = loan_derive,
        .check = loan_check,
        .warn = loan_warn,
        .answer = loan_answer,
        .fresh = loan_fresh,
        .read_only = loan_read_only,
    },
    {
        .name = "loan_event",
        .path = "/v1/loan-events",
        .zh = "贷款事件",
        .fields = event_fields,
        .key = EVENT_REFERENCE,
        .subject = EVENT_CONTRACT_NO,
        .district = NO_FIELD,
        .on = EVENT_ON,
        .write = "record_decide",
        .peek = "record_try",
        .parent = EVENT_CONTRACT_NO,
        .check = event_check,
        .read_only = no_read_only,
    },
    {
        .name = "account",
        .path = "/v1/accounts",
        .zh = "账户",
        .fields = account_fields,
        .key = ACCOUNT_CODE,
        .subject = ACCOUNT_CODE,
        .district = NO_FIELD,
        .on = ACCOUNT_OPENED_ON,
        .write = "record_decide",
        .peek = "record_try",
        .by_key = true,
        .parent = NO_FIELD,
        .read_only = no_read_only,
    },
    {
        .name = "transfer",
        .path = "/v1/transfers",
        .zh = "转账",
        .fields = transfer_fields,
        .key = TRANSFER_REFERENCE,
        .subject = TRANSFER_REFERENCE,
        .district = NO_FIELD,
        .on = TRANSFER_ON,
        .write = "transfer_write",
        .peek = "record_try",
        .parent = TRANSFER_REVERSES,
        .check = transfer_check,
        .read_only = no_read_only,
    },
    {
        .name = "scheme",
        .path = "/v1/schemes",
        .zh = "风险分担方案",
        .fields = scheme_fields,
        .key = SCHEME_CODE,
        .key_also = SCHEME_FROM,
        .subject = SCHEME_CODE,
        .district = NO_FIELD,
        .on = SCHEME_FROM,
        .write = "record_decide",
        .peek = "record_try",
        .parent = NO_FIELD,
        .check = scheme_check,
        .read_only = scheme_read_only,
    },
    {
        .name = "scheme_approval",
        .path = "/v1/scheme-approvals",
        .zh = "方案批准",
        .fields = approval_fields,
        .key = 0,
        .subject = 0,
        .district = NO_FIELD,
        .on = 3,
        .write = "record_decide",
        .peek = "record_try",
        .parent = 0,
        .read_only = no_read_only,
    },
    {
        .name = "claim",
        .path = "/v1/claims",
        .zh = "风险补偿理赔",
        .fields = claim_fields,
        .key = CLAIM_REFERENCE,
        .subject = CLAIM_LOAN,
        .district = NO_FIELD,
        .on = CLAIM_ON,
        .write = "record_decide",
        .peek = "record_try",
        .parent = NO_FIELD,
        .read_only = claim_read_only,
    },
    {
        .name = "claim_step",
        .path = "/v1/claim-steps",
        .zh = "理赔步骤",
        .fields = step_fields,
        .key = STEP_REFERENCE,
        .subject = STEP_CLAIM,
        .district = NO_FIELD,
        .on = STEP_ON,
        .write = "record_decide",
        .peek = "record_try",
        .parent = STEP_CLAIM,
        .verb = STEP_STEP,
        .derive = step_derive,
        .check = step_check,
        .read_only = no_read_only,
    },
};
const int record_count = COUNT_OF(records);

const struct record *record_by_name(const char *name)
{
    for (int i = 0; i < record_count; i++) {
        if (strcmp(records[i].name, name) == 0)
            return &records[i];
    }
    return NULL;
}
