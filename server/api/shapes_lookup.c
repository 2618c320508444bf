/*
 * shapes_lookup.c - what records add up to: a firm, a facility, a right, interest, a receipt.
 */
#include "shapes.h"

/* ---- firms ----------------------------------------------------------------------------------- */

#define SIZES "unknown micro small medium large"

static const struct member year_members[] = {
    {"year", M_COUNT, "年度", .en = "Year"},
    {"employees", M_COUNT, "从业人数", .en = "Employees", .maybe = true},
    {"revenue", M_YUAN, "营业收入", .en = "Revenue", .maybe = true},
    {"assets", M_YUAN, "资产总额", .en = "Assets", .maybe = true},
    {"size", M_WORD, "规模", .en = "Size", .words = SIZES},
    {.name = NULL},
};
static const struct member firm_loan_members[] = {
    {"id", M_ID, "贷款", .en = "Loan"},
    {"contract_no", M_TEXT, "合同编号", .en = "Contract number"},
    {"bank", M_TEXT, "银行代码", .en = "Bank"},
    {"state", M_TEXT, "状态", .en = "State today"},
    {"outstanding", M_YUAN, "余额", .en = "Outstanding today"},
    {"signed_on", M_DAY, "签订日", .en = "Signed on"},
    {"matures_on", M_DAY, "到期日", .en = "Matures on"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {.name = NULL},
};
static const struct member enterprise_members[] = {
    {"uscc", M_TEXT, "统一社会信用代码", .en = "Unified social credit code"},
    {"name", M_TEXT, "名称", .en = "Name", .null = true},
    {"district", M_TEXT, "行政区划代码", .en = "District"},
    {"industry", M_TEXT, "行业", .en = "Industry", .null = true},
    {"size", M_WORD, "规模", .en = "Size in the last year", .words = SIZES},
    {"years", M_OBJECT, "各年度", .en = "Year by year", .of = year_members, .list = true},
    {"loans_total", M_COUNT, "贷款笔数", .en = "How many loans"},
    {"loans", M_OBJECT, "贷款", .en = "The 1,000 recorded last", .of = firm_loan_members,
        .list = true},
    {.name = NULL},
};
const struct shape enterprise_shape = {"enterprise", enterprise_members};

/* ---- facilities ------------------------------------------------------------------------------ */

static const struct member facility_loan_members[] = {
    {"id", M_ID, "贷款", .en = "Loan"},
    {"borrower_uscc", M_TEXT, "借款企业统一社会信用代码", .en = "Borrower"},
    {"borrower_name", M_TEXT, "借款企业", .en = "Name of the borrower"},
    {"amount", M_YUAN, "金额", .en = "Amount"},
    {"signed_on", M_DAY, "签订日", .en = "Signed on"},
    {.name = NULL},
};
static const struct member bank_members[] = {
    {"bank", M_TEXT, "银行", .en = "Bank"},
    {"facility_amount", M_YUAN, "授信总额", .en = "Amount of the facility"},
    {"stated_alike", M_BOOL, "各笔所报一致", .en = "All loans state the same amount"},
    {"granted", M_YUAN, "已用额度", .en = "Granted"},
    {"left", M_YUAN, "剩余额度", .en = "Left"},
    {"loans", M_COUNT, "贷款笔数", .en = "How many loans"},
    {"borrowers", M_COUNT, "企业户数", .en = "How many borrowers"},
    {"items", M_OBJECT, "贷款", .en = "The first 1,000", .of = facility_loan_members, .list = true},
    {.name = NULL},
};
static const struct member facility_members[] = {
    {"facility_no", M_TEXT, "授信编号", .en = "Number of the facility"},
    {"facilities", M_OBJECT, "各银行", .en = "Bank by bank", .of = bank_members, .list = true},
    {.name = NULL},
};
const struct shape facility_shape = {"facility", facility_members};

/* ---- interest -------------------------------------------------------------------------------- */

static const struct member stretch_members[] = {
    {"from", M_DAY, "起日", .en = "First day"},
    {"to", M_DAY, "止日的次日", .en = "The day after the last"},
    {"balance", M_YUAN, "余额", .en = "Balance"},
    {"rate", M_PERCENT, "年利率", .en = "Yearly rate"},
    {"days", M_COUNT, "天数", .en = "Days as the contract counts them"},
    {"interest", M_YUAN, "利息", .en = "Interest of the stretch, rounded to be read"},
    {.name = NULL},
};
static const struct member interest_members[] = {
    {"stretches", M_OBJECT, "分段", .en = "Days of one balance and rate", .of = stretch_members,
        .list = true},
    {"accrued", M_YUAN, "应计利息", .en = "The exact sum, rounded once"},
    {"paid", M_YUAN, "已付利息", .en = "Paid by the borrower for these days"},
    {.name = NULL},
};
const struct shape interest_shape = {"loan_interest", interest_members};

/* ---- receipts -------------------------------------------------------------------------------- */

static const struct member proof_members[] = {
    {"leaf", M_COUNT, "叶号", .en = "Number of the leaf"},
    {"leaf_text", M_TEXT, "叶文", .en = "The bytes whose hash is the leaf"},
    {"record", M_TEXT, "记录正文", .en = "The bytes whose SHA-256 the leaf names"},
    {"size", M_COUNT, "日志长度", .en = "Leaves under the head"},
    {"root", M_HASH, "根哈希", .en = "Root of the tree"},
    {"signed_at", M_INSTANT, "签名时刻", .en = "When the head was signed"},
    {"signature", M_TEXT, "签名", .en = "Signature of the head, in hex"},
    {"path", M_HASH, "路径", .en = "From the leaf to the root", .list = true},
    {.name = NULL},
};
const struct shape receipt_shape = {"inclusion_proof", proof_members};

/* ---- rights ---------------------------------------------------------------------------------- */

#define RIGHTS       "invention utility_model design trademark"
#define RIGHT_STATES "unknown applied valid grace suspended lapsed invalidated expired"

static const struct member expiry_members[] = {
    {"on", M_DAY, "届满日", .en = "Last day", .maybe = true},
    {"basis", M_WORD, "依据", .en = "Where it comes from",
        .words = "law register number_at_the_latest not_known"},
    {"rule", M_TEXT, "条文", .en = "Source of law"},
    {.name = NULL},
};
static const struct member ownership_members[] = {
    {"owners", M_TEXT, "权利人", .en = "Owners", .list = true},
    {"from", M_DAY, "起日", .en = "From; null: the beginning", .null = true},
    {"until", M_DAY, "止日", .en = "Until; null: open", .null = true},
    {.name = NULL},
};
static const struct member event_members[] = {
    {"id", M_ID, "事项", .en = "Event"},
    {"reference", M_TEXT, "编号", .en = "Reference"},
    {"kind", M_TEXT, "类别", .en = "Kind"},
    {"on", M_DAY, "生效日", .en = "Effective on"},
    {"owners", M_TEXT, "权利人", .en = "New owners", .list = true, .maybe = true},
    {"expires_on", M_DAY, "届满日", .en = "Expires on", .maybe = true},
    {"twin", M_TEXT, "同日申请", .en = "Application of the same day", .maybe = true},
    {"reverses", M_TEXT, "冲销", .en = "What it reverses", .maybe = true},
    {"stands", M_BOOL, "有效", .en = "It is not reversed"},
    {"recorded_at", M_INSTANT, "记录时刻", .en = "When it was recorded"},
    {.name = NULL},
};
static const struct member pledge_members[] = {
    {"loan", M_ID, "贷款", .en = "Loan"},
    {"district", M_TEXT, "行政区划代码", .en = "District"},
    {"from", M_DAY, "起日", .en = "From"},
    {"until", M_DAY, "止日", .en = "Until"},
    {.name = NULL},
};
/* Each ground looks at some of them. */
static const struct member ground_fact_members[] = {
    {"pledgor", M_TEXT, "出质人", .en = "Pledgor", .maybe = true},
    {"owners", M_TEXT, "权利人", .en = "Owners", .list = true, .maybe = true},
    {"state", M_WORD, "状态", .en = "State", .words = RIGHT_STATES, .maybe = true},
    {"since", M_DAY, "自", .en = "Since", .maybe = true},
    {"decided_on", M_DAY, "决定日", .en = "Day of the decision", .maybe = true},
    {"granted_on", M_DAY, "授权日", .en = "Granted on", .maybe = true},
    {"matures_on", M_DAY, "债务到期日", .en = "Debt due on", .maybe = true},
    {"expires_on", M_DAY, "届满日", .en = "Expires on", .maybe = true},
    {"expires_at_the_latest", M_DAY, "最晚届满日", .en = "At the latest", .maybe = true},
    {"live_pledge", M_BOOL, "已有质押", .en = "A pledge is live", .maybe = true},
    {"elsewhere", M_BOOL, "属他人", .en = "It is that of others", .maybe = true},
    {"elsewhere_on", M_DAY, "他人质押的查询日",
        .en = "The day of which others' pledges are told: to who is no office, only today",
        .maybe = true},
    {"twin", M_TEXT, "同日申请", .en = "Application of the same day", .maybe = true},
    {"procedure", M_BOOL, "无效程序", .en = "Invalidation is pending", .maybe = true},
    {"together", M_TEXT, "一并质押", .en = "What must be pledged with it", .maybe = true},
    {.name = NULL},
};
static const struct member ground_members[] = {
    {"ground", M_COUNT, "情形", .en = "Number of the ground"},
    {"zh", M_TEXT, "中文", .en = "In Chinese"},
    {"en", M_TEXT, "英文", .en = "In English"},
    {"result", M_WORD, "结果", .en = "Result",
        .words = "pass fail warning unknown manual not_applicable"},
    {"facts", M_OBJECT, "所用事实", .en = "What it looked at", .of = ground_fact_members},
    {.name = NULL},
};
static const struct member ip_members[] = {
    {"number", M_TEXT, "号", .en = "Number"},
    {"kind", M_WORD, "种类", .en = "Kind", .words = RIGHTS},
    {"as_of", M_DAY, "截至", .en = "As of"},
    {"state", M_WORD, "状态", .en = "State", .words = RIGHT_STATES},
    {"since", M_DAY, "自", .en = "Since", .null = true},
    {"owners", M_TEXT, "权利人", .en = "Owners by the register, else as stated", .list = true},
    {"stated_owners", M_TEXT, "所报权利人", .en = "Owners as pledges state", .list = true},
    {"filed_on", M_DAY, "申请日", .en = "Filed on", .null = true},
    {"granted_on", M_DAY, "授权日", .en = "Granted on", .null = true},
    {"expires_on", M_DAY, "届满日", .en = "Expires on", .null = true},
    {"expiry", M_OBJECT, "届满", .en = "How that is known", .of = expiry_members},
    {"invalidation_pending", M_BOOL, "无效程序", .en = "Invalidation is pending"},
    {"invalidated_on", M_DAY, "无效决定日", .en = "Invalidated on", .null = true},
    {"twin", M_TEXT, "同日申请", .en = "Application of the same day", .null = true},
    {"legal_events", M_TEXT, "可登记事项", .en = "Events that may follow", .list = true},
    {"ownership", M_OBJECT, "权属沿革", .en = "Owners over time", .of = ownership_members,
        .list = true},
    {"events_total", M_COUNT, "事项数", .en = "How many events"},
    {"events", M_OBJECT, "事项", .en = "The 1,000 recorded last", .of = event_members,
        .list = true},
    {"pledges_total", M_COUNT, "质押数", .en = "How many pledges the reader may see"},
    {"pledges", M_OBJECT, "质押", .en = "The 1,000 recorded last", .of = pledge_members,
        .list = true},
    {"pledge_check", M_OBJECT, "质押审查", .en = "Grounds against a pledge", .of = ground_members,
        .list = true},
    {.name = NULL},
};
const struct shape ip_shape = {"ip_right", ip_members};
