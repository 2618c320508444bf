/*
 * facts.c - the catalogue of facts, and what follows from facts.
 */
#include "facts.h"
#include "fields.h"
#include <assert.h>

static const struct choice sizes[] = {
    {"micro", "微型"}, {"small", "小型"}, {"medium", "中型"}, {"large", "大型"}, {NULL, NULL}};
static const struct choice borrower_kinds[] = {{"enterprise", "企业"}, {"cooperative", "合作社"},
    {"ngo", "社会组织"}, {"public_body", "事业单位"}, {NULL, NULL}};
static const struct choice day_counts[] = {
    {"actual/360", "实际/360"}, {"actual/365", "实际/365"}, {"30/360", "30/360"}, {NULL, NULL}};
static const struct choice pledgees[] = {
    {"bank", "银行"}, {"guarantor", "担保机构"}, {"other", "其他"}, {NULL, NULL}};
static const struct choice insurance_kinds[] = {{"enforcement", "专利执行保险"},
    {"infringement_liability", "侵权责任保险"}, {"overseas_liability", "海外侵权责任保险"},
    {"loan_guarantee", "质押贷款保证保险"}, {"trademark", "商标保险"},
    {"patent_transaction", "专利技术交易保险"}, {NULL, NULL}};

const struct field fact_fields[] = {
    {"borrower.uscc", "借款企业", F_IDENT, .ident = ident_uscc},
    {"borrower.district", "注册区", F_IDENT, .ident = ident_district},
    {"borrower.size", "企业规模", F_ENUM, .choices = sizes},
    {"borrower.sme", "中小微企业", F_BOOL, .need = false},
    {"borrower.industry", "行业代码", F_IDENT, .ident = ident_industry},
    {"borrower.employees", "从业人员数", F_INT, .min = 0, .max = 10000000},
    {"borrower.revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"borrower.assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"borrower.size_told", "各方报送的企业规模", F_TEXT, .min = 1, .max = 400},
    {"loan.product", "贷款产品", F_ENUM, .choices = loan_products},
    {"loan.amount", "贷款金额", F_MONEY, .min = 1, .max = MONEY_RECORD_MAX},
    {"loan.ip_amount", "知识产权担保金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"loan.ip_share", "知识产权担保占比", F_RATE, .min = 0, .max = 1000000},
    {"loan.rate", "贷款年利率", F_RATE, .min = 0, .max = 360000},
    {"loan.signed_on", "合同签订日", F_DAY, .need = false},
    {"loan.disbursed_on", "放款日", F_DAY, .need = false},
    {"loan.registered_on", "质权登记日", F_DAY, .need = false},
    {"loan.matures_on", "到期日", F_DAY, .need = false},
    {"loan.term_days", "期限(天)", F_INT, .min = 0, .max = 10000000},
    {"loan.settled_on", "还清日", F_DAY, .need = false},
    {"loan.settled_on_time", "按期还本", F_BOOL, .need = false},
    {"loan.overdue_ever", "曾经逾期", F_BOOL, .need = false},
    {"loan.first_loan", "首贷", F_BOOL, .need = false},
    {"loan.guaranteed", "有担保", F_BOOL, .need = false},
    {"loan.insured", "有贷款保证保险", F_BOOL, .need = false},
    {"loan.scheme", "风险分担方案", F_TEXT, .min = 1, .max = 40},
    {"loan.under_scheme", "在风险分担方案内", F_BOOL, .need = false},
    {"loan.compensated", "已申请风险补偿", F_BOOL, .need = false},
    {"loan.patents", "质押专利数", F_INT, .min = 0, .max = 10000000},
    {"loan.trademarks", "质押商标数", F_INT, .min = 0, .max = 10000000},
    {"loan.owner_is_borrower", "借款人、出质人、权利人一致", F_BOOL, .need = false},
    {"loan.interest_paid", "实付利息", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"loan.drawn", "已放款金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"loan.day_count", "贷款计息方式", F_ENUM, .choices = day_counts},
    {"loan.pledgee", "质权人", F_ENUM, .choices = pledgees},
    {"loan.first_pledge", "首次质押", F_BOOL, .need = false},
    {"loan.stretches", "逐段余额与利率", F_TEXT, .min = 1, .max = 1000000},
    {"loan.paid_for", "各期内实付利息", F_TEXT, .min = 1, .max = 4000},
    {"borrower.operating_district", "实际经营区", F_IDENT, .ident = ident_district},
    {"borrower.tax_district", "纳税区", F_IDENT, .ident = ident_district},
    {"borrower.registered_on", "企业登记日", F_DAY, .need = false},
    {"borrower.bad_record", "三年内有严重失信或违法", F_BOOL, .need = false},
    {"borrower.high_tech", "高新技术企业", F_BOOL, .need = false},
    {"borrower.tech_sme", "科技型中小企业", F_BOOL, .need = false},
    {"borrower.kind", "主体类型", F_ENUM, .choices = borrower_kinds},
    {"insurance.high_value_patents", "承保高价值专利", F_BOOL, .need = false},
    {"insurance.belt_and_road", "目标市场为共建“一带一路”国家", F_BOOL, .need = false},
    {"insurance.domestic_only", "仅承保国内专利", F_BOOL, .need = false},
    {"office.shares", "核定比例", F_TEXT, .min = 1, .max = 400},
    {"aid.interest", "利息已获其他资助", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"aid.insurance_fee", "保险费已获其他资助", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"aid.guarantee_fee", "担保费已获其他资助", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"aid.valuation_fee", "评估费已获其他资助", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"aid.premium", "保费已获其他资助", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"fee.insurance", "实付保险费", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"fee.guarantee", "实付担保费", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"fee.valuation", "实付评估费", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"insurance.kind", "保险种类", F_ENUM, .choices = insurance_kinds},
    {"insurance.premium", "实付保费", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"insurance.sum_insured", "保险金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"insurance.starts_on", "保险起日", F_DAY, .need = false},
    {"insurance.ends_on", "保险止日", F_DAY, .need = false},
    {"lpr.1y.disbursed_on", "放款日一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.disbursed_on", "放款日五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.signed_on", "签订日一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.signed_on", "签订日五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.signed_month", "签订当月一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.signed_month", "签订当月五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.settled_on", "还清日一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.settled_on", "还清日五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.month_before_signed", "签订前一月一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.month_before_signed", "签订前一月五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.settled_month", "还清当月一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.settled_month", "还清当月五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.1y.december", "还清当年十二月一年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"lpr.5y.december", "还清当年十二月五年期 LPR", F_RATE, .min = 0, .max = 10000000},
    {"used.city", "已获市级补贴", F_BOOL, .need = false},
    {"used.district", "已获区级补贴", F_BOOL, .need = false},
    {"used.applications", "该贷款已有的申请数", F_INT, .min = 0, .max = 10000000},
    {"used.policies", "该贷款已适用的政策", F_TEXT, .min = 1, .max = 4000},
    {"used.interest_days", "已获贴息的时段", F_TEXT, .min = 1, .max = 4000},
    {"used.items", "已获补贴的费用", F_TEXT, .min = 1, .max = 4000},
    {"used.interest", "该贷款已获贴息金额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"used.enterprise_year", "企业本年已获本政策补贴", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"used.enterprise_lifetime", "企业累计已获本政策补贴", F_MONEY, .min = 0,
        .max = MONEY_RECORD_MAX},
    {"used.items_year", "企业本年各项已获本政策补贴", F_TEXT, .min = 1, .max = 4000},
    {"used.items_lifetime", "企业累计各项已获本政策补贴", F_TEXT, .min = 1, .max = 4000},
    {"used.bank_year", "该银行本年已获本政策补贴", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX},
    {"used.loan_items", "该贷款各项已获本政策补贴", F_TEXT, .min = 1, .max = 4000},
    {.name = NULL},
};
static_assert(COUNT_OF(fact_fields) == FACT_COUNT + 1, "the enum follows the table");

/* ---- what follows --------------------------------------------------------------------------- */

__extension__ typedef __int128 wide;

/* A fact that follows from others; told otherwise, it contradicts them. */
static bool follow(struct value *f, enum fact fact, int64_t n, const char *base, struct err *e)
{
    struct buf text;
    if (!f[fact].present) {
        f[fact] = (struct value){.present = true, .n = n};
        return true;
    }
    if (f[fact].n == n)
        return true;
    buf_init(&text, e->a);
    fact_write(fact, &(struct value){.present = true, .n = n}, &text);
    return err_add(e, E_CONTRADICTS, arena_printf(e->a, "%s/%s", base, fact_fields[fact].name),
        "%s", buf_view(&text).p);
}

/* Share of the amount that IP secures: rounded down, so that 29.99999 % is not 30 %. */
static bool follow_share(struct value *f, const char *base, struct err *e)
{
    const struct value *amount = &f[FACT_LOAN_AMOUNT], *share = &f[FACT_LOAN_IP_SHARE];
    struct value *part = &f[FACT_LOAN_IP_AMOUNT];
    if (!amount->present)
        return true;
    if (part->present && part->n > amount->n)
        return err_add(e, E_EXCEEDS, arena_printf(e->a, "%s/loan.ip_amount", base), "%s",
            money_text(e->a, (money){amount->n}).p);
    if (!part->present && share->present) { /* the least amount that is that share */
        *part = (struct value){
            .present = true, .n = (int64_t)(((wide)amount->n * share->n + 999999) / 1000000)};
        f[FACT_LOAN_IP_SHARE].present = false; /* of very small amounts it is a little more */
    }
    return !part->present ||
           follow(f, FACT_LOAN_IP_SHARE, (int64_t)((wide)part->n * 1000000 / amount->n), base, e);
}

/* Repaid by its day; of a loan that another has paid the ledger says that it is not. */
static bool follow_on_time(struct value *f, const char *base, struct err *e)
{
    const struct value *settled = &f[FACT_LOAN_SETTLED_ON], *due = &f[FACT_LOAN_MATURES_ON];
    const struct value *on_time = &f[FACT_LOAN_SETTLED_ON_TIME];
    if (!settled->present || !due->present || (on_time->present && !on_time->n))
        return true;
    return follow(f, FACT_LOAN_SETTLED_ON_TIME, settled->n <= due->n, base, e);
}

bool facts_derive(struct value *f, const char *base, struct err *e)
{
    bool good = follow_share(f, base, e);
    good &= follow_on_time(f, base, e);
    if (f[FACT_LOAN_DISBURSED_ON].present && f[FACT_LOAN_MATURES_ON].present &&
        f[FACT_LOAN_MATURES_ON].n >= f[FACT_LOAN_DISBURSED_ON].n)
        good &= follow(f, FACT_LOAN_TERM_DAYS,
            f[FACT_LOAN_MATURES_ON].n - f[FACT_LOAN_DISBURSED_ON].n, base, e);
    if (f[FACT_BORROWER_SIZE].present)
        good &= follow(f, FACT_BORROWER_SME,
            strcmp(sizes[f[FACT_BORROWER_SIZE].n].name, "large") != 0, base, e);
    if (f[FACT_LOAN_SCHEME].present)
        good &= follow(f, FACT_LOAN_UNDER_SCHEME, true, base, e);
    return good;
}

/* ---- loan prime rates ----------------------------------------------------------------------- */

enum { LPR_HOLDS_DAYS = 35 }; /* one is published on the 20th of each month or soon after */

/* The last row with a day not later than this one; NULL before the first, and where the list ends
 * too early to know. */
static const struct lpr *lpr_of(const struct lpr *rates, int n, int64_t on)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (rates[middle].on.n <= on)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || (low == n && on - rates[n - 1].on.n > LPR_HOLDS_DAYS))
        return NULL;
    return &rates[low - 1];
}

static day month_end(day of)
{
    int y, m, d;
    day_split(of, &y, &m, &d);
    return (day){day_add_months(day_of(y, m, 1), 1).n - 1};
}

static day month_before_end(day of)
{
    int y, m, d;
    day_split(of, &y, &m, &d);
    return (day){day_of(y, m, 1).n - 1};
}

static day december_end(day of)
{
    int y, m, d;
    day_split(of, &y, &m, &d);
    return day_of(y, 12, 31);
}

/* The day whose rate a bound takes, from a day of the case. In the order of the LPR facts. */
static const struct {
    enum fact day;
    day (*of)(day d); /* NULL: that day itself */
} lpr_days[] = {{FACT_LOAN_DISBURSED_ON, NULL}, {FACT_LOAN_SIGNED_ON, NULL},
    {FACT_LOAN_SIGNED_ON, month_end}, {FACT_LOAN_SETTLED_ON, NULL},
    {FACT_LOAN_SIGNED_ON, month_before_end}, {FACT_LOAN_SETTLED_ON, month_end},
    {FACT_LOAN_SETTLED_ON, december_end}};
static_assert(2 * COUNT_OF(lpr_days) == FACT_USED_CITY - FACT_LPR_1Y_DISBURSED, "two tenors a day");

enum fact facts_lpr_day(enum fact lpr)
{
    return lpr_days[((int)lpr - (int)FACT_LPR_1Y_DISBURSED) / 2].day;
}

void facts_lpr(struct value *f, const struct lpr *rates, int n)
{
    for (size_t i = 0; i < COUNT_OF(lpr_days); i++) {
        const struct value *v = &f[lpr_days[i].day];
        day on = {(int32_t)v->n};
        if (v->present && lpr_days[i].of)
            on = lpr_days[i].of(on);
        const struct lpr *p = v->present ? lpr_of(rates, n, on.n) : NULL;
        for (int tenor = 0; p && tenor < 2; tenor++)
            f[(int)FACT_LPR_1Y_DISBURSED + 2 * (int)i + tenor] =
                (struct value){.present = true, .n = p->ppm[tenor]};
    }
}

/* ---- text ----------------------------------------------------------------------------------- */

void fact_write(enum fact fact, const struct value *v, struct buf *out)
{
    if (v->present)
        schema_value(&fact_fields[fact], v, out);
    else
        json_null(out);
}

void facts_write(const struct value *f, struct buf *out)
{
    static const struct record all = {.name = "facts", .fields = fact_fields};
    schema_canonical(&all, f, out);
}

bool facts_read(struct arena *a, const struct json *in, struct value *f, struct err *e)
{
    return fields_decode(a, fact_fields, in, STR(""), f, e);
}
