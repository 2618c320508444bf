/*
 * records_catalogue.c - patents on offer, what firms look for, what came of bringing them together,
 * and an open licence taken at its stated terms.
 *
 * Measures 1 to 8 of the plan of 2021-2023. An offer says in plain words what a patent says in its
 * own. Words are cut here and searched by the database (functions/catalogue.sql), which also knows
 * from the registers whether an offer still stands.
 */
#include "fields.h"
#include "records.h"
#include "words.h"
#include <assert.h>

static const struct choice ways[] = {
    {"transfer", "转让"}, {"licence", "许可"}, {"contribution", "作价入股"}, {NULL, NULL}};
enum { LICENCE = 1 };
static const struct choice licences[] = {
    {"exclusive", "独占"}, {"sole", "排他"}, {"ordinary", "普通"}, {"open", "开放"}, {NULL, NULL}};
enum { OPEN = 3 };
static const struct field ipc_fields[] = {
    {"code", "IPC 分类号", F_IDENT, .need = true, .ident = ident_ipc, .example = "H01L 21/67"},
    {.name = NULL},
};

/* Words stand in the record, so that whoever reads it sees by what it is found. Nobody is found by
 * words that his own texts do not hold. */
static void words_derive(struct arena *a, struct value *words, const struct str *texts, int n)
{
    if (!words->present)
        *words = (struct value){.present = true, .s = words_cut(a, texts, n)};
    if (words->s.n == 0)
        *words = (struct value){0};
}

static void words_check(const struct value *words, const struct str *texts, int n, struct err *e)
{
    struct str foreign = words_foreign(e->a, words->present ? words->s : STR(""), texts, n);
    if (foreign.p)
        err_add(e, E_CONTRADICTS, STR("/words"), "%s", foreign.p);
}

static void price_check(const struct value *from, const struct value *to, struct err *e)
{
    if (from->present && to->present && to->n < from->n)
        err_add(e, E_CONTRADICTS, STR("/price_to"), "price_from");
}

/* ---- offers ---------------------------------------------------------------------------------- */

static const struct field offer_fields[] = {
    {"reference", "供给编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "GJ-2022-0007"},
    {"number", "专利号", F_IDENT, .need = true, .ident = ident_ip, .example = "ZL202119999001.9"},
    {"title", "技术名称(技术语言)", F_TEXT, .need = true, .min = 2, .max = 100,
        .example = "车规级功率模块的低温烧结封装"},
    {"summary", "技术简介(技术语言)", F_TEXT, .need = true, .min = 2, .max = 2000,
        .example = "用纳米银浆在低温下把芯片焊牢,耐高温、寿命长,适合电动车逆变器"},
    {"patent_title", "专利名称(专利语言)", F_TEXT, .min = 2, .max = 200,
        .example = "一种半导体器件的封装结构及其制备方法"},
    {"field", "技术领域", F_TEXT, .min = 1, .max = 60, .example = "集成电路封装"},
    {"team", "发明人团队", F_TEXT, .min = 1, .max = 200, .example = "示例大学功率电子课题组"},
    {"holder_name", "持有人名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "示例大学"},
    {"holder_kind", "持有人类型", F_ENUM, .need = true, .choices = deal_parties,
        .example = "university"},
    {"holder_uscc", "持有人统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"way", "交易方式", F_ENUM, .need = true, .choices = ways, .example = "licence"},
    {"licence", "许可种类", F_ENUM, .choices = licences, .example = "open"},
    {"price_from", "报价下限", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {"price_to", "报价上限", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "50000.00"},
    {"pay_after_days", "先使用后付费:付费期限(天)", F_INT, .min = 1, .max = 3650, .example = "365"},
    {"free_days", "先免费后付费:免费期限(天)", F_INT, .min = 1, .max = 3650, .example = "180"},
    {"licence_years", "许可年限", F_INT, .min = 1, .max = 20, .example = "3"},
    {"support", "后续技术指导", F_TEXT, .min = 1, .max = 500, .example = "提供工艺参数与现场调试"},
    {"dormant_since", "沉睡起始日", F_DAY, .past = true, .example = "2019-06-01"},
    {"listed_on", "发布日", F_DAY, .need = true, .past = true, .example = "2022-03-01"},
    {"valid_until", "有效期至", F_DAY, .after = "listed_on", .example = "2025-02-28"},
    {"withdrawn", "撤回", F_BOOL, .example = "false"},
    {"words", "检索词(自动切分)", F_TEXT, .min = 1, .max = 8000, .example = "封装 烧结"},
    {"ipc", "IPC 分类", F_LIST, .need = true, .min = 1, .max = 50, .of = ipc_fields},
    {.name = NULL},
};
enum {
    OFFER_REFERENCE,
    OFFER_NUMBER,
    OFFER_TITLE,
    OFFER_SUMMARY,
    PATENT_TITLE,
    OFFER_FIELD,
    TEAM,
    HOLDER_NAME,
    HOLDER_KIND,
    HOLDER,
    OFFER_DISTRICT,
    OFFER_WAY,
    OFFER_LICENCE,
    PRICE_FROM,
    PRICE_TO,
    PAY_AFTER,
    FREE_DAYS,
    LICENCE_YEARS,
    SUPPORT,
    DORMANT_SINCE,
    LISTED_ON,
    OFFER_VALID_UNTIL,
    WITHDRAWN,
    OFFER_WORDS,
    OFFER_IPC,
    OFFER_WIDTH
};
static_assert(COUNT_OF(offer_fields) == OFFER_WIDTH + 1, "the enum follows the table");

#define OFFER_TEXTS(v)                                                                             \
    {                                                                                              \
        v[OFFER_TITLE].s, v[OFFER_SUMMARY].s, v[PATENT_TITLE].s, v[OFFER_FIELD].s                  \
    }

static void offer_derive(struct arena *a, struct value *v)
{
    const struct str texts[] = OFFER_TEXTS(v);
    words_derive(a, &v[OFFER_WORDS], texts, COUNT_OF(texts));
}

/* An open licence is one that anybody takes at its stated terms (Patent Law art. 50): one price. */
static void check_open(const struct value *v, struct err *e)
{
    bool open = v[OFFER_LICENCE].present && v[OFFER_LICENCE].n == OPEN;
    if (!open)
        return;
    if (!v[PRICE_FROM].present)
        err_add(e, E_NEED, STR("/price_from"), NULL);
    if (!v[LICENCE_YEARS].present)
        err_add(e, E_NEED, STR("/licence_years"), NULL);
    if (v[PRICE_TO].present && v[PRICE_FROM].present && v[PRICE_TO].n != v[PRICE_FROM].n)
        err_add(e, E_CONTRADICTS, STR("/price_to"), "licence = open");
}

static void offer_check(const struct value *v, struct err *e)
{
    static const int of_licence[] = {OFFER_LICENCE, PAY_AFTER, FREE_DAYS, LICENCE_YEARS};
    const struct str texts[] = OFFER_TEXTS(v);
    for (size_t i = 0; i < COUNT_OF(of_licence); i++) {
        if (v[OFFER_WAY].n != LICENCE && v[of_licence[i]].present)
            err_add(e, E_UNWANTED, arena_printf(e->a, "/%s", offer_fields[of_licence[i]].name),
                "%s", ways[v[OFFER_WAY].n].name);
    }
    if (v[OFFER_WAY].n == LICENCE && !v[OFFER_LICENCE].present)
        err_add(e, E_NEED, STR("/licence"), NULL);
    if (ident_ip_kind(v[OFFER_NUMBER].s) == IP_TRADEMARK)
        err_add(e, E_PATENT, STR("/number"), "%s", v[OFFER_NUMBER].s.p);
    price_check(&v[PRICE_FROM], &v[PRICE_TO], e);
    check_open(v, e);
    list_unlike(&v[OFFER_IPC], &offer_fields[OFFER_IPC], e);
    words_check(&v[OFFER_WORDS], texts, COUNT_OF(texts), e);
}

static const struct member followup_members[] = {
    {"id", M_ID, "对接进展", .en = "Record of what came of it"},
    {"kind", M_WORD, "进展", .en = "What it was", .words = "visit intent deal loan dropped"},
    {"on", M_DAY, "日期", .en = "Day"},
    {"offer", M_ID, "供给", .en = "Offer"},
    {"need", M_ID, "需求", .en = "Need", .null = true},
    {"deal", M_ID, "专利交易", .en = "Deal", .null = true},
    {"loan", M_ID, "贷款", .en = "Loan", .null = true},
    {.name = NULL},
};
static const struct member catalogue_read_only[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "live lapsed dealt expired withdrawn met",
        .maybe = true},
    {"since", M_DAY, "自", .en = "Since when it is not live", .maybe = true},
    {"followups", M_OBJECT, "对接进展", .en = "What came of it", .of = followup_members,
        .list = true, .maybe = true},
    {.name = NULL},
};
static const char *const offer_states[] = {"live", "lapsed", "dealt", "expired", "withdrawn", NULL};

const struct record catalogue_offer_record = {
    .name = "catalogue_offer",
    .path = "/v1/catalogue-offers",
    .zh = "专利技术供给",
    .fields = offer_fields,
    .key = OFFER_REFERENCE,
    .subject = OFFER_NUMBER,
    .district = OFFER_DISTRICT,
    .on = LISTED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = offer_states,
    .parent = NO_FIELD,
    .derive = offer_derive,
    .check = offer_check,
    .read_only = catalogue_read_only,
};

/* ---- needs ----------------------------------------------------------------------------------- */

static const struct field need_fields[] = {
    {"reference", "需求编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "XQ-2022-0031"},
    {"uscc", "企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"name", "企业名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"industry", "行业代码", F_IDENT, .need = true, .ident = ident_industry, .example = "C3973"},
    {"employees", "从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "52000000.00"},
    {"assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "61000000.00"},
    {"size", "企业规模", F_ENUM, .choices = firm_sizes, .example = "small"},
    {"title", "需求名称", F_TEXT, .need = true, .min = 2, .max = 100,
        .example = "寻找功率芯片耐高温封装技术"},
    {"summary", "需求描述", F_TEXT, .need = true, .min = 2, .max = 2000,
        .example = "逆变器芯片在高温下脱焊,需要耐高温的封装和烧结工艺"},
    {"way", "希望的交易方式", F_ENUM, .choices = ways, .example = "licence"},
    {"budget", "预算", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "200000.00"},
    {"listed_on", "发布日", F_DAY, .need = true, .past = true, .example = "2022-03-10"},
    {"valid_until", "有效期至", F_DAY, .after = "listed_on", .example = "2023-03-09"},
    {"withdrawn", "撤回", F_BOOL, .example = "false"},
    {"words", "检索词(自动切分)", F_TEXT, .min = 1, .max = 8000, .example = "封装 烧结"},
    {"ipc", "IPC 分类", F_LIST, .min = 1, .max = 50, .of = ipc_fields},
    {.name = NULL},
};
enum {
    NEED_REFERENCE,
    NEED_USCC,
    NEED_NAME,
    NEED_DISTRICT,
    NEED_INDUSTRY,
    NEED_EMPLOYEES,
    NEED_REVENUE,
    NEED_ASSETS,
    NEED_SIZE,
    NEED_TITLE,
    NEED_SUMMARY,
    NEED_WAY,
    BUDGET,
    NEED_LISTED_ON,
    NEED_VALID_UNTIL,
    NEED_WITHDRAWN,
    NEED_WORDS,
    NEED_IPC,
    NEED_WIDTH
};
static_assert(COUNT_OF(need_fields) == NEED_WIDTH + 1, "the enum follows the table");

static void need_derive(struct arena *a, struct value *v)
{
    const struct str texts[] = {v[NEED_TITLE].s, v[NEED_SUMMARY].s};
    words_derive(a, &v[NEED_WORDS], texts, COUNT_OF(texts));
    if (!v[NEED_SIZE].present)
        v[NEED_SIZE] = (struct value){.present = true, .n = firm_size_of(v, NEED_INDUSTRY)};
}

static void need_check(const struct value *v, struct err *e)
{
    const struct str texts[] = {v[NEED_TITLE].s, v[NEED_SUMMARY].s};
    enum firm_size size = firm_size_of(v, NEED_INDUSTRY);
    if (v[NEED_SIZE].n != (int64_t)size)
        err_add(e, E_CONTRADICTS, STR("/size"), "%s", firm_size_name(size));
    list_unlike(&v[NEED_IPC], &need_fields[NEED_IPC], e);
    words_check(&v[NEED_WORDS], texts, COUNT_OF(texts), e);
}

static const char *const need_states[] = {"live", "met", "expired", "withdrawn", NULL};

const struct record catalogue_need_record = {
    .name = "catalogue_need",
    .path = "/v1/catalogue-needs",
    .zh = "专利技术需求",
    .fields = need_fields,
    .key = NEED_REFERENCE,
    .subject = NEED_USCC,
    .district = NEED_DISTRICT,
    .on = NEED_LISTED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = need_states,
    .parent = NO_FIELD,
    .derive = need_derive,
    .check = need_check,
    .read_only = catalogue_read_only,
};

/* ---- what came of it ------------------------------------------------------------------------- */

static const struct choice followup_kinds[] = {{"visit", "走访洽谈"}, {"intent", "达成意向"},
    {"deal", "成交"}, {"loan", "获得贷款"}, {"dropped", "终止对接"}, {NULL, NULL}};
enum { FOLLOWUP_DEAL = 2, FOLLOWUP_LOAN };

static const struct field followup_fields[] = {
    {"reference", "进展编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "JZ-2022-0031"},
    {"offer", "供给", F_TEXT, .need = true, .min = 1, .max = 64, .example = "GJ-2022-0007"},
    {"need", "需求", F_TEXT, .min = 1, .max = 64, .example = "XQ-2022-0031"},
    {"kind", "进展", F_ENUM, .need = true, .choices = followup_kinds, .example = "visit"},
    {"on", "日期", F_DAY, .need = true, .past = true, .example = "2022-04-02"},
    {"deal", "专利交易编号", F_TEXT, .min = 1, .max = 64, .example = "XK-2022-0007"},
    {"loan", "贷款合同编号", F_TEXT, .min = 1, .max = 64, .example = "PJ-2022-000123"},
    {"note", "说明", F_TEXT, .min = 1, .max = 500, .example = "技术团队到厂洽谈"},
    {.name = NULL},
};
enum {
    FOLLOWUP_REFERENCE,
    FOLLOWUP_OFFER,
    FOLLOWUP_NEED,
    FOLLOWUP_KIND,
    FOLLOWUP_ON,
    FOLLOWUP_OF_DEAL,
    FOLLOWUP_OF_LOAN
};

static void followup_check(const struct value *v, struct err *e)
{
    static const struct {
        int field, kind;
        const char *pointer;
    } links[] = {
        {FOLLOWUP_OF_DEAL, FOLLOWUP_DEAL, "/deal"}, {FOLLOWUP_OF_LOAN, FOLLOWUP_LOAN, "/loan"}};
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        bool wanted = v[FOLLOWUP_KIND].n == links[i].kind;
        if (wanted && !v[links[i].field].present)
            err_add(e, E_NEED, str_of(links[i].pointer), NULL);
        if (!wanted && v[links[i].field].present)
            err_add(e, E_UNWANTED, str_of(links[i].pointer), "%s",
                followup_kinds[v[FOLLOWUP_KIND].n].name);
    }
}

const struct record catalogue_followup_record = {
    .name = "catalogue_followup",
    .path = "/v1/catalogue-followups",
    .zh = "供需对接进展",
    .fields = followup_fields,
    .key = FOLLOWUP_REFERENCE,
    .subject = FOLLOWUP_OFFER,
    .district = NO_FIELD,
    .on = FOLLOWUP_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = NO_FIELD,
    .check = followup_check,
    .read_only = no_read_only,
};

/* ---- an open licence taken ------------------------------------------------------------------- */

static const struct field acceptance_fields[] = {
    {"reference", "开放许可编号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "KF-2022-0003"},
    {"offer", "供给", F_TEXT, .need = true, .min = 1, .max = 64, .example = "GJ-2022-0007"},
    {"on", "生效日", F_DAY, .need = true, .past = true, .example = "2022-05-01"},
    {"acquirer_name", "被许可方名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"acquirer_uscc", "被许可方统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"acquirer_controller", "被许可方实际控制人", F_TEXT, .min = 1, .max = 100, .example = "李四"},
    {"industry", "行业代码", F_IDENT, .ident = ident_industry, .example = "C3973"},
    {"employees", "从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "52000000.00"},
    {"assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "61000000.00"},
    {"size", "企业规模", F_ENUM, .choices = firm_sizes, .example = "small"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"evidence", "佐证材料", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "被许可方书面通知"},
    {"voided", "作废", F_BOOL, .example = "false"},
    {.name = NULL},
};
enum {
    ACCEPTANCE_REFERENCE,
    ACCEPTANCE_OFFER,
    ACCEPTED_ON,
    ACCEPTANCE_NAME,
    ACCEPTANCE_USCC,
    ACCEPTANCE_CONTROLLER,
    ACCEPTANCE_INDUSTRY,
    ACCEPTANCE_SIZE = ACCEPTANCE_INDUSTRY + 4,
    ACCEPTANCE_DISTRICT
};

static void acceptance_derive(struct arena *a, struct value *v)
{
    (void)a;
    if (!v[ACCEPTANCE_SIZE].present)
        v[ACCEPTANCE_SIZE] =
            (struct value){.present = true, .n = firm_size_of(v, ACCEPTANCE_INDUSTRY)};
}

static void acceptance_check(const struct value *v, struct err *e)
{
    enum firm_size size = firm_size_of(v, ACCEPTANCE_INDUSTRY);
    if (v[ACCEPTANCE_SIZE].n != (int64_t)size)
        err_add(e, E_CONTRADICTS, STR("/size"), "%s", firm_size_name(size));
}

static const struct member due_members[] = {
    {"due_on", M_DAY, "付款日", .en = "Due on"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
static const struct member acceptance_read_only[] = {
    {"", M_ALSO, .of = deal_told},
    {"number", M_TEXT, "专利号", .en = "The patent", .maybe = true},
    {"provider_name", M_TEXT, "许可方名称", .en = "Who licenses it", .maybe = true},
    {"contract_value", M_YUAN, "许可费", .en = "Fee, as the offer states it", .maybe = true},
    {"ends_on", M_DAY, "许可届满日", .en = "Last day of the licence", .maybe = true},
    {"dues", M_OBJECT, "约定付款", .en = "What is due when", .of = due_members, .list = true,
        .maybe = true},
    {.name = NULL},
};

const struct record offer_acceptance_record = {
    .name = "offer_acceptance",
    .path = "/v1/offer-acceptances",
    .zh = "开放许可",
    .fields = acceptance_fields,
    .key = ACCEPTANCE_REFERENCE,
    .subject = ACCEPTANCE_USCC,
    .district = ACCEPTANCE_DISTRICT,
    .on = ACCEPTED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = ACCEPTANCE_OFFER,
    .derive = acceptance_derive,
    .check = acceptance_check,
    .read_only = acceptance_read_only,
};
