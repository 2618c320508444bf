/*
 * records_loan.c - loans and the events of their lives: fields and rules.
 *
 * Field names and meaning: the client contract; Chinese titles are CSV headers as bank staff see
 * them.
 */
#include "fields.h"
#include "records.h"
#include "size.h"
#include "titles.h"
#include <assert.h>
#include <string.h>

static const struct choice ip_kinds[] = {{"invention", "发明专利"},
    {"utility_model", "实用新型专利"}, {"design", "外观设计专利"}, {"trademark", "注册商标"},
    {NULL, NULL}};

const struct choice loan_products[] = {{"single_pledge", "单一质押"}, {"pooled_credit", "集合授信"},
    {"invest_loan_linkage", "投贷联动"}, {"trust", "信托"}, {NULL, NULL}};

static const struct choice party_kinds[] = {{"firm", "企业"}, {"person", "自然人"}, {NULL, NULL}};

/* A firm by its credit code; of a person the name alone: no identity-card number is ever stored. */
static const struct field party_fields[] = {
    {"name", "名称或姓名", F_TEXT, .need = true, .min = 1, .max = 100, .example = "王某"},
    {"kind", "类别", F_ENUM, .need = true, .choices = party_kinds, .example = "person"},
    {"uscc", "统一社会信用代码", F_IDENT, .ident = ident_uscc, .example = "91310115QX0115114N"},
    {.name = NULL},
};
enum { PARTY_NAME, PARTY_KIND, PARTY_USCC, PARTY_WIDTH, PARTY_PERSON = 1 };

static const struct field pledgee_fields[] = {
    {"name", "质权人名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "示例融资担保有限公司"},
    {"uscc", "质权人统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {.name = NULL},
};

static const struct field instalment_fields[] = {
    {"due_on", "应还日", F_DAY, .need = true, .example = "2022-08-05"},
    {"principal", "应还本金", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "250000.00"},
    {"interest", "应还利息", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "15208.33"},
    {.name = NULL},
};
enum { INSTALMENT_DUE_ON, INSTALMENT_PRINCIPAL, INSTALMENT_INTEREST, INSTALMENT_WIDTH };

static const struct choice day_counts[] = /* as enum day_count */ {{"actual/360", "实际天数/360"},
    {"actual/365", "实际天数/365"}, {"30/360", "30/360"}, {NULL, NULL}};

/* Codes that a licence may show with a check digit that is off. */
static const struct choice confirmable[] = {{"borrower_uscc", "借款企业统一社会信用代码"},
    {"owner_uscc", "权利人统一社会信用代码"}, {NULL, NULL}};

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
    {"share", "质押比例", F_RATE, .min = 1, .max = 1000000, .example = "100.00"},
    {"owners", "权利人", F_LIST, .min = 1, .max = 50, .of = party_fields},
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
    {"signed_on", "合同签订日", F_DAY, .need = true, .past = true, .example = "2022-07-01"},
    {"disbursed_on", "放款日", F_DAY, .past = true, .after = "signed_on", .example = "2022-07-08"},
    {"matures_on", "到期日", F_DAY, .need = true, .after = "signed_on", .example = "2023-07-07"},
    {"purpose", "贷款用途", F_TEXT, .min = 1, .max = 200, .example = "补充流动资金"},
    {"pledge_no", "质权登记号", F_IDENT, .ident = ident_pledge_no, .example = "Y2022310000123"},
    {"registered_on", "质权登记日", F_DAY, .past = true, .example = "2022-07-05"},
    {"scheme", "风险分担方案代码", F_TEXT, .min = 1, .max = 40, .example = "SH-DEPOSIT"},
    {"guarantor_uscc", "担保机构统一社会信用代码", F_IDENT, .party = true, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {"insurer_uscc", "保险机构统一社会信用代码", F_IDENT, .party = true, .ident = ident_uscc,
        .example = "91310104QX0104028H"},
    {"facility_no", "授信编号", F_TEXT, .min = 1, .max = 64, .example = "SX-2022-0007"},
    {"facility_amount", "授信总额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "50000000.00"},
    {"equity_amount", "股权投资金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "3000000.00"},
    {"equity_investor", "投资方", F_TEXT, .min = 1, .max = 100, .example = "示例创业投资基金"},
    {"trust_plan", "信托计划", F_TEXT, .min = 1, .max = 100, .example = "示例知识产权信托计划1号"},
    {"trustee", "受托人", F_TEXT, .min = 1, .max = 100, .example = "示例信托有限责任公司"},
    {"borrower_address", "借款企业地址", F_TEXT, .min = 1, .max = 200,
        .example = "示例路 1 号 101 室"},
    {"borrower_contact", "借款企业联系方式", F_TEXT, .min = 1, .max = 60,
        .example = "021-00000000"},
    {"controller", "实际控制人", F_TEXT, .min = 1, .max = 100, .example = "张三"},
    {"account_manager", "客户经理", F_TEXT, .min = 1, .max = 60, .example = "李四"},
    {"branch", "经办支行", F_TEXT, .min = 1, .max = 100, .example = "张江支行"},
    {"registered_amount", "质权登记金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "6000000.00"},
    {"revolving", "是否循环", F_BOOL, .example = "false"},
    {"day_count", "计息天数规则", F_ENUM, .choices = day_counts, .example = "actual/360"},
    {"pledgee", "质权人", F_OBJECT, .of = pledgee_fields},
    {"pledgors", "出质人", F_LIST, .min = 1, .max = 50, .of = party_fields},
    {"instalments", "还款计划", F_LIST, .min = 1, .max = 600, .of = instalment_fields},
    {"confirmed", "已核对证照的代码", F_WORDS, .choices = confirmable,
        .example = "[\"borrower_uscc\"]"},
    {"ip", "质押知识产权", F_LIST, .need = true, .min = 1, .max = 200, .of = loan_ip_fields},
    {.name = NULL},
};
static_assert(COUNT_OF(loan_fields) == LOAN_FIELD_COUNT + 1, "enum loan_field follows the table");
static_assert(COUNT_OF(loan_ip_fields) == LOAN_IP_FIELD_COUNT + 1, "enum loan_ip_field likewise");

const char *const loan_states[] = {"signed", "active", "matured", "overdue", "written_off",
    "settled", "transferred", "voided", NULL};

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

static void check_name(struct arena *a, const struct value *name, struct str pointer, struct err *e)
{
    if (name->present && ident_has_card_no(a, name->s))
        err_add(e, E_CARD_NO, pointer, NULL);
}

/* A firm is known by its code; a code makes nobody a person. */
static void check_parties(const struct value *list, const char *pointer, struct err *e)
{
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * PARTY_WIDTH;
        struct str at = arena_printf(e->a, "%s/%d/uscc", pointer, i);
        bool person = x[PARTY_KIND].n == PARTY_PERSON;
        if (person)
            check_name(e->a, &x[PARTY_NAME], arena_printf(e->a, "%s/%d/name", pointer, i), e);
        if (x[PARTY_USCC].present && person)
            err_add(e, E_UNWANTED, at, "%s", party_kinds[PARTY_PERSON].name);
        else if (!x[PARTY_USCC].present && !person)
            err_add(e, E_NEED, at, NULL);
    }
}

static void check_ip(const struct value *list, struct err *e)
{
    for (int i = 0; i < list->count; i++) {
        const struct value *ip = list->row + i * LOAN_IP_FIELD_COUNT;
        enum ip_kind by_number = ident_ip_kind(ip[LOAN_IP_NUMBER].s);
        if (ip[LOAN_IP_KIND].n != (int64_t)by_number)
            err_add(e, E_IP_KIND, ip_pointer(e->a, i, "kind"), "%s", ip_kind_name(by_number));
    }
    for (int i = 0; i < list->count; i++)
        check_parties(&list->row[i * LOAN_IP_FIELD_COUNT + LOAN_IP_OWNERS],
            arena_printf(e->a, "/ip/%d/owners", i).p, e);
    list_unlike(list, &loan_fields[LOAN_IP], e);
}

/* Fields that one product has; with those in pairs, one does not stand without the other. */
static const struct product_field {
    enum loan_field field, with;
    const char *product;
} product_fields[] = {
    {LOAN_FACILITY_NO, LOAN_FACILITY_AMOUNT, "pooled_credit"},
    {LOAN_FACILITY_AMOUNT, LOAN_FACILITY_NO, "pooled_credit"},
    {LOAN_EQUITY_AMOUNT, LOAN_EQUITY_AMOUNT, "invest_loan_linkage"},
    {LOAN_EQUITY_INVESTOR, LOAN_EQUITY_AMOUNT, "invest_loan_linkage"},
    {LOAN_TRUST_PLAN, LOAN_TRUST_PLAN, "trust"},
    {LOAN_TRUSTEE, LOAN_TRUST_PLAN, "trust"},
};

static void check_product(const struct value *v, struct err *e)
{
    const char *product = loan_products[v[LOAN_PRODUCT].n].name;
    for (size_t i = 0; i < COUNT_OF(product_fields); i++) {
        const struct product_field *p = &product_fields[i];
        if (!v[p->field].present)
            continue;
        if (strcmp(p->product, product) != 0)
            err_add(e, E_UNWANTED, arena_printf(e->a, "/%s", loan_fields[p->field].name), "%s",
                product);
        else if (!v[p->with].present)
            err_add(e, E_NEED, arena_printf(e->a, "/%s", loan_fields[p->with].name), NULL);
    }
    if (v[LOAN_FACILITY_AMOUNT].present && v[LOAN_AMOUNT].n > v[LOAN_FACILITY_AMOUNT].n)
        err_add(e, E_EXCEEDS, STR("/amount"), "facility_amount");
}

/* Due days rise; what falls due is no more than the loan, unless its line is drawn again. */
static void check_instalments(const struct value *v, struct err *e)
{
    const struct value *list = &v[LOAN_INSTALMENTS];
    int64_t sum = 0;
    for (int i = 0; i < list->count; i++) {
        const struct value *x = list->row + i * INSTALMENT_WIDTH;
        sum += x[INSTALMENT_PRINCIPAL].n;
        struct str at = arena_printf(e->a, "/instalments/%d/due_on", i);
        if (x[INSTALMENT_DUE_ON].n < v[LOAN_SIGNED_ON].n)
            err_add(e, E_ORDER, at, "signed_on");
        else if (i > 0 && x[INSTALMENT_DUE_ON].n <= x[INSTALMENT_DUE_ON - INSTALMENT_WIDTH].n)
            err_add(e, E_ORDER, at, "/instalments/%d/due_on", i - 1);
    }
    bool is_line = v[LOAN_REVOLVING].present && v[LOAN_REVOLVING].n;
    if (sum > v[LOAN_AMOUNT].n && !is_line)
        err_add(e, E_EXCEEDS, STR("/instalments"), "amount");
}

static void loan_check(const struct value *v, struct err *e)
{
    check_name(e->a, &v[LOAN_CONTROLLER], STR("/controller"), e);
    check_name(e->a, &v[LOAN_ACCOUNT_MANAGER], STR("/account_manager"), e);
    check_parties(&v[LOAN_PLEDGORS], "/pledgors", e);
    check_instalments(v, e);
    if (v[LOAN_IP_AMOUNT].n > v[LOAN_AMOUNT].n)
        err_add(e, E_EXCEEDS, STR("/ip_amount"), "amount");
    check_product(v, e);
    check_ip(&v[LOAN_IP], e);
}

static void loan_answer(const struct value *v, struct buf *out)
{
    json_member_text(out, "size", firm_size_name(firm_size_of(v, LOAN_INDUSTRY)));
}

/* As loan_life_members (migrations) says of a loan without events: the contract is all there is. */
static void loan_fresh(const struct value *v, day as_of, struct buf *out)
{
    static const char *const once_drawn[] = {"voided", "repriced", "disbursed", "overdue",
        "classified", "repaid", "extended", "written_off", "settled", "transferred",
        "pledge_released"};
    static const char *const undrawn[] = {"voided", "repriced", "disbursed"};
    const struct value *drawn = &v[LOAN_DISBURSED_ON];
    bool is_drawn = drawn->present && drawn->n <= as_of.n;
    money owed = {is_drawn ? v[LOAN_AMOUNT].n : 0};
    enum day_count count = (enum day_count)v[LOAN_DAY_COUNT].n; /* absent: 0, the default */
    int64_t days = is_drawn ? day_count_days((day){(int32_t)drawn->n}, as_of, count) : 0;
    int64_t base = INT64_C(1000000) * (count == ACTUAL_365 ? 365 : 360);
    json_member_text(out, "state",
        !is_drawn                         ? "signed"
        : v[LOAN_MATURES_ON].n >= as_of.n ? "active"
                                          : "matured");
    json_member_money(out, "drawn", owed);
    json_member_money(out, "outstanding", owed);
    json_member_money(out, "arrears_principal", (money){0});
    json_member_money(out, "arrears_interest", (money){0});
    json_member_int(out, "days_overdue", 0);
    json_member_money(out, "accrued_interest",
        (money){money_part(owed.fen, is_drawn ? v[LOAN_RATE].n * days : 0, base)});
    json_member_text(out, "grade", "normal");
    json_member_list(out, "legal_events");
    for (size_t i = 0; i < (is_drawn ? COUNT_OF(once_drawn) : COUNT_OF(undrawn)); i++)
        json_text(out, is_drawn ? once_drawn[i] : undrawn[i]);
    json_close(out, ']');
}

static const struct member loan_coverage_members[] = {
    {"id", M_ID, "备案记录", .en = "Record of the cover"},
    {"", M_ALSO, .of = coverage_told},
    {.name = NULL},
};
static const struct member loan_read_only[] = {
    {"size", M_WORD, "企业规模", .en = "Size of the firm",
        .words = "micro small medium large unknown", .maybe = true},
    {"state", M_WORD, "状态", .en = "State on the day asked for",
        .words = "signed active matured overdue written_off settled transferred voided",
        .maybe = true},
    {"drawn", M_YUAN, "累计放款", .en = "Drawn so far", .maybe = true},
    {"outstanding", M_YUAN, "未偿本金", .en = "Principal outstanding", .maybe = true},
    {"arrears_principal", M_YUAN, "逾期本金", .en = "Principal in arrears", .maybe = true},
    {"arrears_interest", M_YUAN, "欠息", .en = "Interest in arrears", .maybe = true},
    {"days_overdue", M_COUNT, "逾期天数", .en = "Days overdue", .maybe = true},
    {"accrued_interest", M_YUAN, "应计利息", .en = "Interest accrued and not paid", .maybe = true},
    {"grade", M_WORD, "五级分类", .en = "Five-tier class",
        .words = "normal special_mention substandard doubtful loss", .maybe = true},
    {"extended_to", M_DAY, "展期至", .en = "Extended to", .maybe = true},
    {"pledge_released_on", M_DAY, "解押日", .en = "Pledge released on", .maybe = true},
    {"coverage", M_OBJECT, "备案", .en = "Cover under a scheme", .of = loan_coverage_members,
        .maybe = true},
    {"same_credit", M_TEXT, "疑为同一笔贷款的合同",
        .en = "Contracts of the bank that are possibly the same credit", .list = true,
        .maybe = true},
    {"legal_events", M_TEXT, "可登记的事件", .en = "Events possible now", .list = true,
        .maybe = true},
    {.name = NULL},
};

/* ---- loan events ---------------------------------------------------------------------------- */

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
    EVENT_REPRICED,
    EVENT_TRANSFERRED,
    EVENT_VOIDED,
    EVENT_KIND_COUNT
};
static_assert(
    COUNT_OF(loan_event_kinds) == EVENT_KIND_COUNT + 1, "enum event_kind follows the list");

/* The five classes of 银保监会令〔2023〕1号. */
const struct choice grades[] = {{"normal", "正常"}, {"special_mention", "关注"},
    {"substandard", "次级"}, {"doubtful", "可疑"}, {"loss", "损失"}, {NULL, NULL}};

static const struct choice payers[] = {{"borrower", "借款人"}, {"guarantor", "担保机构"},
    {"insurer", "保险机构"}, {"third_party", "第三方"}, {NULL, NULL}};

static const struct field event_fields[] = {
    {"reference", "事件编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "SJ-2023-000456"},
    {"contract_no", "贷款合同编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "PJ-2022-000123"},
    {"kind", "事件种类", F_ENUM, .need = true, .choices = loan_event_kinds, .example = "repaid"},
    {"on", "发生日", F_DAY, .need = true, .example = "2023-07-07"},
    {"principal", "本金", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "1000000.00"},
    {"interest", "利息", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "18250.00"},
    {"grade", "五级分类", F_ENUM, .choices = grades, .example = "substandard"},
    {"matures_on", "展期后到期日", F_DAY, .after = "on", .example = "2024-07-07"},
    {"reverses", "冲销的事件编号", F_TEXT, .min = 1, .max = 64, .example = "SJ-2023-000455"},
    {"rate", "调整后年利率", F_RATE, .min = 0, .max = 360000, .example = "3.45"},
    {"payer", "付款人", F_ENUM, .choices = payers, .example = "borrower"},
    {"for_from", "利息所属期起", F_DAY, .example = "2023-06-21"},
    {"for_to", "利息所属期止", F_DAY, .after = "for_from", .example = "2023-07-07"},
    {"reason", "事由", F_TEXT, .min = 1, .max = 500, .example = "合同未生效"},
    {.name = NULL},
};
static_assert(COUNT_OF(event_fields) == EVENT_FIELD_COUNT + 1, "enum loan_event_field likewise");

/* Which further fields a kind of event takes (T) or needs (N). */
enum { NOT = 0, T = 1, N = 2 };
#define PAYMENT                                                                                    \
    {                                                                                              \
        [EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T, [EVENT_PAYER] = T, [EVENT_FOR_FROM] = T,      \
        [EVENT_FOR_TO] = T                                                                         \
    }
static const unsigned char event_takes[EVENT_KIND_COUNT][EVENT_FIELD_COUNT] = {
    [EVENT_DISBURSED] = {[EVENT_PRINCIPAL] = T},
    [EVENT_REPAID] = PAYMENT,
    [EVENT_EXTENDED] = {[EVENT_MATURES_ON] = N},
    [EVENT_OVERDUE] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_CLASSIFIED] = {[EVENT_GRADE] = N},
    [EVENT_WRITTEN_OFF] = {[EVENT_PRINCIPAL] = T, [EVENT_INTEREST] = T},
    [EVENT_RECOVERED] = PAYMENT,
    [EVENT_SETTLED] = PAYMENT,
    [EVENT_REVERSED] = {[EVENT_REVERSES] = N, [EVENT_REASON] = T},
    [EVENT_REPRICED] = {[EVENT_RATE] = N},
    [EVENT_TRANSFERRED] = {[EVENT_PRINCIPAL] = T},
    [EVENT_VOIDED] = {[EVENT_REASON] = N},
};
#undef PAYMENT

/* The period of an interest payment: both days or neither, and no later than the payment. */
static void check_period(const struct value *v, struct err *e)
{
    const struct value *from = &v[EVENT_FOR_FROM], *to = &v[EVENT_FOR_TO];
    if (from->present != to->present)
        err_add(e, E_NEED, from->present ? STR("/for_to") : STR("/for_from"), NULL);
    else if (from->present && from->n == to->n)
        err_add(e, E_ORDER, STR("/for_to"), "for_from");
    if (to->present && to->n > v[EVENT_ON].n)
        err_add(e, E_ORDER, STR("/for_to"), "on");
}

static void event_check(const struct value *v, struct err *e)
{
    int64_t kind = v[EVENT_KIND].n;
    for (int i = EVENT_PRINCIPAL; i < EVENT_FIELD_COUNT; i++) {
        struct str pointer = arena_printf(e->a, "/%s", event_fields[i].name);
        if (v[i].present && event_takes[kind][i] == NOT)
            err_add(e, E_UNWANTED, pointer, "%s", loan_event_kinds[kind].name);
        if (!v[i].present && event_takes[kind][i] == N)
            err_add(e, E_NEED, pointer, NULL);
    }
    bool pays = kind == EVENT_REPAID || kind == EVENT_RECOVERED;
    bool moves = pays || kind == EVENT_OVERDUE || kind == EVENT_DISBURSED;
    bool told = v[EVENT_PRINCIPAL].present || v[EVENT_INTEREST].present;
    if (pays && !told)
        err_add(e, E_NEED, STR("/principal"), NULL);
    else if (moves && told && v[EVENT_PRINCIPAL].n + v[EVENT_INTEREST].n == 0)
        err_add(e, E_RANGE, STR("/principal"), "0.01–%s",
            money_text(e->a, (money){MONEY_RECORD_MAX}).p);
    check_period(v, e);
}

const struct record loan_record = {
    .name = "loan",
    .path = "/v1/loans",
    .zh = "知识产权质押贷款",
    .fields = loan_fields,
    .key = LOAN_CONTRACT_NO,
    .subject = LOAN_BORROWER_USCC,
    .district = LOAN_DISTRICT,
    .on = LOAN_SIGNED_ON,
    .states = loan_states,
    .write = SQL_RECORD_WRITE,
    .peek = SQL_LOAN_PEEK,
    .project = SQL_LOAN_PROJECT,
    .asks_cover = LOAN_SCHEME,
    .confirmed = LOAN_CONFIRMED,
    .parent = NO_FIELD,
    .derive = loan_derive,
    .check = loan_check,
    .answer = loan_answer,
    .fresh = loan_fresh,
    .read_only = loan_read_only,
};

const struct record loan_event_record = {
    .name = "loan_event",
    .path = "/v1/loan-events",
    .zh = "贷款事件",
    .fields = event_fields,
    .key = EVENT_REFERENCE,
    .subject = EVENT_CONTRACT_NO,
    .district = NO_FIELD,
    .on = EVENT_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = EVENT_CONTRACT_NO,
    .check = event_check,
    .read_only = no_read_only,
};
