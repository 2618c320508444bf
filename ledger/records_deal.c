/*
 * records_deal.c - patents that change hands or are licensed, what was paid for it, products that
 * are filed as made by them; and the second look that makes each of these count.
 *
 * Goals T4 to T6 of the plan and its measures 20 and 25. Whoever tells a deal is measured by it, or
 * pays a subsidy upon it: so what one organisation tells counts when another has confirmed what it
 * saw (confirmation). Rights, doubles and sums are judged by the database (functions/deal.sql).
 */
#include "fields.h"
#include "records.h"
#include "size.h"
#include <assert.h>

/* ---- what deals and filings share ------------------------------------------------------------ */

static const struct field patent_fields[] = {
    {"number", "专利号", F_IDENT, .need = true, .ident = ident_ip, .example = "ZL202119999001.9"},
    {.name = NULL},
};

/* Goals count patents; trademarks have registers and rules of their own. */
static void patents_only(const struct value *list, struct err *e)
{
    for (int i = 0; i < list->count; i++) {
        if (ident_ip_kind(list->row[i].s) == IP_TRADEMARK)
            err_add(e, E_PATENT, arena_printf(e->a, "/ip/%d/number", i), "%s", list->row[i].s.p);
    }
}

/* The size stands in the record, so that all that counts firms reads the same one; industry: the
 * first of four fields in the order of enterprise profiles. */
static void size_derive(struct value *v, int industry, int size)
{
    if (!v[size].present)
        v[size] = (struct value){.present = true, .n = firm_size_of(v, industry)};
}

static void size_check(
    const struct value *v, int industry, int size, const char *name, struct err *e)
{
    enum firm_size is = firm_size_of(v, industry);
    if (v[size].n != (int64_t)is)
        err_add(e, E_CONTRADICTS, arena_printf(e->a, "/%s", name), "%s", firm_size_name(is));
}

/* What other records make of a deal, a payment or a filing. */
const struct member told_read_only[] = {
    {"state", M_WORD, "状态", .en = "State", .words = "told confirmed voided", .maybe = true},
    {"seen", M_HASH, "所见版本", .en = "What whoever confirms it names as seen", .maybe = true},
    {"confirmed_by", M_TEXT, "确认机构", .en = "Who confirmed the version that counts",
        .maybe = true},
    {"counted_version", M_COUNT, "计入版本", .en = "The version that counts", .maybe = true},
    {.name = NULL},
};
const char *const told_states[] = {"told", "confirmed", "voided", NULL};

/* ---- deals ----------------------------------------------------------------------------------- */

static const struct choice ways[] = {
    {"transfer", "转让"}, {"licence", "许可"}, {"contribution", "作价入股"}, {NULL, NULL}};
enum { TRANSFER, LICENCE, CONTRIBUTION };
static const struct choice licences[] = {
    {"exclusive", "独占"}, {"sole", "排他"}, {"ordinary", "普通"}, {"open", "开放"}, {NULL, NULL}};
const struct choice deal_parties[] = {{"university", "高校"}, {"institute", "科研院所"},
    {"state_firm", "国有企业"}, {"sme", "中小企业"}, {"other", "其他"}, {NULL, NULL}};
enum { PARTY_SME = 3, PARTY_OTHER };

static const struct field due_fields[] = {
    {"due_on", "付款日", F_DAY, .need = true, .example = "2023-06-30"},
    {"amount", "金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "100000.00"},
    {.name = NULL},
};
enum { DUE_ON, DUE_AMOUNT, DUE_WIDTH };

static const struct field deal_fields[] = {
    {"reference", "合同编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "XK-2022-0007"},
    {"kind", "交易方式", F_ENUM, .need = true, .choices = ways, .example = "licence"},
    {"licence", "许可种类", F_ENUM, .choices = licences, .example = "ordinary"},
    {"signed_on", "合同签订日", F_DAY, .need = true, .past = true, .example = "2022-07-01"},
    {"ends_on", "许可届满日", F_DAY, .after = "signed_on", .example = "2025-06-30"},
    {"provider_name", "出让方(许可方、出资方)名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "示例大学"},
    {"provider_kind", "出让方类型", F_ENUM, .need = true, .choices = deal_parties,
        .example = "university"},
    {"provider_uscc", "出让方统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310101QX0101011R"},
    {"provider_controller", "出让方实际控制人", F_TEXT, .min = 1, .max = 100, .example = "张三"},
    {"acquirer_name", "受让方(被许可方、被投资方)名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"acquirer_kind", "受让方类型", F_ENUM, .need = true, .choices = deal_parties,
        .example = "sme"},
    {"acquirer_uscc", "受让方统一社会信用代码", F_IDENT, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"acquirer_controller", "受让方实际控制人", F_TEXT, .min = 1, .max = 100, .example = "李四"},
    {"acquirer_industry", "受让方行业代码", F_IDENT, .ident = ident_industry, .example = "C3973"},
    {"acquirer_employees", "受让方从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"acquirer_revenue", "受让方营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "52000000.00"},
    {"acquirer_assets", "受让方资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "61000000.00"},
    {"acquirer_size", "受让方规模", F_ENUM, .choices = firm_sizes, .example = "small"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"contract_value", "成交金额", F_MONEY, .need = true, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "300000.00"},
    {"registration_no", "登记备案号", F_TEXT, .min = 1, .max = 64, .example = "X2022310000077"},
    {"registered_on", "登记备案日", F_DAY, .past = true, .after = "signed_on",
        .example = "2022-07-20"},
    {"share", "股权比例", F_RATE, .min = 1, .max = 1000000, .example = "12.50"},
    {"dues", "约定付款", F_LIST, .min = 1, .max = 100, .of = due_fields},
    {"evidence", "佐证材料", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "技术合同登记证明"},
    {"voided", "作废", F_BOOL, .example = "false"},
    {"ip", "专利", F_LIST, .need = true, .min = 1, .max = 200, .of = patent_fields},
    {.name = NULL},
};
enum {
    DEAL_REFERENCE,
    DEAL_KIND,
    DEAL_LICENCE,
    SIGNED_ON,
    DEAL_ENDS_ON,
    PROVIDER_NAME,
    PROVIDER_KIND,
    PROVIDER,
    PROVIDER_CONTROLLER,
    ACQUIRER_NAME,
    ACQUIRER_KIND,
    ACQUIRER,
    ACQUIRER_CONTROLLER,
    ACQUIRER_INDUSTRY,
    ACQUIRER_EMPLOYEES,
    ACQUIRER_REVENUE,
    ACQUIRER_ASSETS,
    ACQUIRER_SIZE,
    DEAL_DISTRICT,
    CONTRACT_VALUE,
    REGISTRATION_NO,
    REGISTERED_ON,
    SHARE,
    DUES,
    DEAL_EVIDENCE,
    DEAL_VOIDED,
    DEAL_IP,
    DEAL_WIDTH
};
static_assert(COUNT_OF(deal_fields) == DEAL_WIDTH + 1, "the enum follows the table");

static void deal_derive(struct arena *a, struct value *v)
{
    (void)a;
    size_derive(v, ACQUIRER_INDUSTRY, ACQUIRER_SIZE);
}

/* A field that one way has and the others have not. */
static void of_way(const struct value *v, int field, bool has, bool needs, struct err *e)
{
    struct str pointer = arena_printf(e->a, "/%s", deal_fields[field].name);
    if (!has && v[field].present)
        err_add(e, E_UNWANTED, pointer, "%s", ways[v[DEAL_KIND].n].name);
    if (needs && !v[field].present)
        err_add(e, E_NEED, pointer, NULL);
}

/* Who is called a small or medium firm must not be a large one by its figures, and the other way
 * round; without figures nothing is known. */
static void check_acquirer(const struct value *v, struct err *e)
{
    int64_t size = v[ACQUIRER_SIZE].n;
    bool small = size >= SIZE_MICRO && size <= SIZE_MEDIUM;
    if (v[ACQUIRER_KIND].n == PARTY_SME && size == SIZE_LARGE)
        err_add(e, E_CONTRADICTS, STR("/acquirer_kind"), "acquirer_size = large");
    if (v[ACQUIRER_KIND].n == PARTY_OTHER && small)
        err_add(e, E_CONTRADICTS, STR("/acquirer_kind"), "sme");
    if (v[ACQUIRER_KIND].n == PARTY_SME && !v[ACQUIRER].present)
        err_add(e, E_NEED, STR("/acquirer_uscc"), NULL);
    if (v[ACQUIRER].present && v[PROVIDER].present && str_eq(v[ACQUIRER].s, v[PROVIDER].s))
        err_add(e, E_CONTRADICTS, STR("/acquirer_uscc"), "provider_uscc");
}

/* What is agreed to be paid by day is the price, all of it. */
static void check_dues(const struct value *v, struct err *e)
{
    int64_t sum = 0;
    for (int i = 0; i < v[DUES].count; i++) {
        const struct value *due = v[DUES].row + i * DUE_WIDTH;
        sum += due[DUE_AMOUNT].n;
        if (due[DUE_ON].n < v[SIGNED_ON].n)
            err_add(e, E_ORDER, arena_printf(e->a, "/dues/%d/due_on", i), "signed_on");
    }
    if (v[DUES].count && sum != v[CONTRACT_VALUE].n)
        err_add(e, E_CONTRADICTS, STR("/dues"), "%s", money_text(e->a, (money){sum}).p);
}

static void deal_check(const struct value *v, struct err *e)
{
    int64_t way = v[DEAL_KIND].n;
    of_way(v, DEAL_LICENCE, way == LICENCE, way == LICENCE, e);
    of_way(v, DEAL_ENDS_ON, way == LICENCE, false, e);
    of_way(v, SHARE, way == CONTRIBUTION, way == CONTRIBUTION, e);
    if (v[REGISTERED_ON].present && !v[REGISTRATION_NO].present)
        err_add(e, E_NEED, STR("/registration_no"), NULL);
    size_check(v, ACQUIRER_INDUSTRY, ACQUIRER_SIZE, "acquirer_size", e);
    check_acquirer(v, e);
    check_dues(v, e);
    patents_only(&v[DEAL_IP], e);
    list_unlike(&v[DEAL_IP], &deal_fields[DEAL_IP], e);
}

const struct member deal_told[] = {
    {"", M_ALSO, .of = told_read_only},
    {"counts_for", M_TEXT, "计入目标", .en = "Goals that it counts for", .list = true,
        .maybe = true},
    {"size_elsewhere", M_WORD, "年报规模", .en = "The size that a profile of the year tells",
        .words = "micro small medium large", .maybe = true},
    {"paid", M_YUAN, "实际到账", .en = "Received, as confirmed", .maybe = true},
    {"paid_told", M_YUAN, "待确认到账", .en = "Received, not confirmed", .maybe = true},
    {"overdue", M_YUAN, "逾期应付", .en = "Due and not received", .maybe = true},
    {"on_register", M_BOOL, "登记簿已载", .en = "The register shows the acquirer as owner",
        .maybe = true},
    {.name = NULL},
};

const struct record ip_deal_record = {
    .name = "ip_deal",
    .path = "/v1/ip-deals",
    .zh = "专利交易",
    .fields = deal_fields,
    .key = DEAL_REFERENCE,
    .subject = ACQUIRER_NAME,
    .district = DEAL_DISTRICT,
    .on = SIGNED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .derive = deal_derive,
    .check = deal_check,
    .read_only = deal_told,
};

/* ---- payments -------------------------------------------------------------------------------- */

static const struct field payment_fields[] = {
    {"reference", "到账编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "DZ-2022-0007"},
    {"deal", "专利交易", F_TEXT, .need = true, .min = 1, .max = 64, .example = "XK-2022-0007"},
    {"on", "到账日", F_DAY, .need = true, .past = true, .example = "2022-08-01"},
    {"amount", "到账金额", F_MONEY, .need = true, .min = 1, .max = MONEY_RECORD_MAX,
        .example = "100000.00"},
    {"receipt_no", "银行回单号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "HD20220801000123"},
    {"voided", "作废", F_BOOL, .example = "false"},
    {.name = NULL},
};
enum { PAYMENT_REFERENCE, PAYMENT_DEAL, PAYMENT_ON };

const struct record ip_deal_payment_record = {
    .name = "ip_deal_payment",
    .path = "/v1/ip-deal-payments",
    .zh = "专利交易到账",
    .fields = payment_fields,
    .key = PAYMENT_REFERENCE,
    .subject = PAYMENT_DEAL,
    .district = NO_FIELD,
    .on = PAYMENT_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .read_only = told_read_only,
};

/* ---- products filed ------------------------------------------------------------------------- */

static const struct field sales_fields[] = {
    {"year", "年度", F_INT, .need = true, .min = 1985, .max = 2199, .example = "2022"},
    {"revenue", "专利产品营业收入", F_MONEY, .need = true, .min = 0, .max = MONEY_RECORD_MAX,
        .example = "8600000.00"},
    {"employees", "就业人数", F_INT, .min = 0, .max = 10000000, .example = "42"},
    {.name = NULL},
};

static const struct field filing_fields[] = {
    {"reference", "报送编号", F_TEXT, .need = true, .min = 1, .max = 64, .example = "CPBA-2022-17"},
    {"uscc", "企业统一社会信用代码", F_IDENT, .need = true, .ident = ident_uscc,
        .example = "91310115QX0115114N"},
    {"name", "企业名称", F_TEXT, .need = true, .min = 1, .max = 100,
        .example = "上海示例半导体有限公司"},
    {"district", "所在区代码", F_IDENT, .need = true, .ident = ident_district, .example = "310115"},
    {"industry", "行业代码", F_IDENT, .ident = ident_industry, .example = "C3973"},
    {"employees", "从业人员数", F_INT, .min = 0, .max = 10000000, .example = "86"},
    {"revenue", "营业收入", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "52000000.00"},
    {"assets", "资产总额", F_MONEY, .min = 0, .max = MONEY_RECORD_MAX, .example = "61000000.00"},
    {"size", "企业规模", F_ENUM, .choices = firm_sizes, .example = "small"},
    {"product", "产品名称", F_TEXT, .need = true, .min = 1, .max = 200,
        .example = "车规级功率模块"},
    {"filing_no", "备案号", F_TEXT, .need = true, .min = 1, .max = 64,
        .example = "CP2022310000017"},
    {"filed_on", "备案日", F_DAY, .need = true, .past = true, .example = "2022-09-01"},
    {"used_on", "专利实施日", F_DAY, .past = true, .example = "2022-10-08"},
    {"sales", "产品销售", F_LIST, .min = 1, .max = 30, .of = sales_fields},
    {"evidence", "佐证材料", F_TEXT, .need = true, .min = 1, .max = 1000,
        .example = "专利产品备案证明"},
    {"voided", "作废", F_BOOL, .example = "false"},
    {"ip", "专利", F_LIST, .need = true, .min = 1, .max = 200, .of = patent_fields},
    {.name = NULL},
};
enum {
    FILING_REFERENCE,
    FILING_USCC,
    FILING_NAME,
    FILING_DISTRICT,
    FILING_INDUSTRY,
    FILING_EMPLOYEES,
    FILING_REVENUE,
    FILING_ASSETS,
    FILING_SIZE,
    PRODUCT,
    FILING_NO,
    FILED_ON,
    USED_ON,
    SALES,
    FILING_EVIDENCE,
    FILING_VOIDED,
    FILING_IP,
    FILING_WIDTH
};
static_assert(COUNT_OF(filing_fields) == FILING_WIDTH + 1, "the enum follows the table");

static void filing_derive(struct arena *a, struct value *v)
{
    (void)a;
    size_derive(v, FILING_INDUSTRY, FILING_SIZE);
}

static void filing_check(const struct value *v, struct err *e)
{
    size_check(v, FILING_INDUSTRY, FILING_SIZE, "size", e);
    for (int i = 0; i < v[SALES].count; i++) {
        int width = field_count(sales_fields);
        for (int j = 0; j < i; j++) {
            if (v[SALES].row[i * width].n == v[SALES].row[j * width].n)
                err_add(e, E_REPEATED, arena_printf(e->a, "/sales/%d/year", i), "%lld",
                    (long long)v[SALES].row[i * width].n);
        }
    }
    if (v[SALES].count && !v[USED_ON].present)
        err_add(e, E_NEED, STR("/used_on"), NULL);
    patents_only(&v[FILING_IP], e);
    list_unlike(&v[FILING_IP], &filing_fields[FILING_IP], e);
}

const struct record product_filing_record = {
    .name = "product_filing",
    .path = "/v1/product-filings",
    .zh = "专利产品备案",
    .fields = filing_fields,
    .key = FILING_REFERENCE,
    .subject = FILING_USCC,
    .district = FILING_DISTRICT,
    .on = FILED_ON,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .states = told_states,
    .parent = NO_FIELD,
    .derive = filing_derive,
    .check = filing_check,
    .read_only = told_read_only,
};

/* ---- the second look ------------------------------------------------------------------------- */

static const struct field confirmation_fields[] = {
    {"reference", "编号", F_TEXT, .min = 1, .max = 100, .example = "confirm 64 hex digits"},
    {"record", "所确认的记录", F_IDENT, .need = true, .ident = ident_id,
        .example = "01a20acb-f7bf-73f4-a445-6219f936f824"},
    {"seen", "所见版本", F_TEXT, .need = true, .min = 64, .max = 64, .example = HASH_EXAMPLE},
    {"reason", "理由", F_TEXT, .need = true, .min = 1, .max = 500,
        .example = "已核对合同原件与银行回单"},
    {.name = NULL},
};
enum { CONFIRMATION_REFERENCE, CONFIRMATION_OF, CONFIRMATION_SEEN };

static void confirmation_derive(struct arena *a, struct value *v)
{
    step_key(a, &v[CONFIRMATION_REFERENCE], &v[CONFIRMATION_SEEN], "confirm");
}

const struct record confirmation_record = {
    .name = "confirmation",
    .path = "/v1/confirmations",
    .zh = "确认",
    .fields = confirmation_fields,
    .key = CONFIRMATION_REFERENCE,
    .subject = CONFIRMATION_OF,
    .district = NO_FIELD,
    .on = NO_FIELD,
    .write = SQL_RECORD_DECIDE,
    .peek = SQL_RECORD_TRY,
    .parent = CONFIRMATION_OF,
    .derive = confirmation_derive,
    .read_only = no_read_only,
};
