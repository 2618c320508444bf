/*
 * catalog.c - the sections of the quarterly report: one row each.
 *
 * What a section counts is the function report_facts_<name> of the database; which of their columns
 * stand where, under which title, and what is derived from them is said here and nowhere else. The
 * published indicators (domain 7.2): count, amount, firms, growth on the year before and on the
 * quarter before, the year to date, all since the plan began.
 */
#include "report.h"
#include "schema.h"

/* ---- columns -------------------------------------------------------------------------------- */

/* clang-format would lay out the rows in these macros backwards. */
// clang-format off
#define COUNT(key, zh, en, i) {key, zh, en, CELL_COUNT, FROM_FACTS, i, 0}
#define MONEY(key, zh, en, i) {key, zh, en, CELL_MONEY, FROM_FACTS, i, 0}
#define BY_ROW(key, zh, en, i) {key, zh, en, CELL_BY_ROW, FROM_FACTS, i, 0}
#define FIRMS(key, zh, en, i) {key, zh, en, CELL_COUNT, FROM_FIRMS, i, 0}
#define SHARE(key, zh, en, a, b) {key, zh, en, CELL_PERCENT, FROM_SHARE, a, b}
#define GROWTH(key, zh, en, a, b) {key, zh, en, CELL_PERCENT, FROM_GROWTH, a, b}
#define PART(key, zh, en, a) {key, zh, en, CELL_PERCENT, FROM_PART, a, 0}
#define END {NULL, NULL, NULL, CELL_COUNT, FROM_FACTS, 0, 0}
// clang-format on

/* Rows are measures: the six periods of loan_sums, of one measure. */
static const struct report_column headline_columns[] = {
    BY_ROW("quarter", "本季", "Quarter", 1),
    BY_ROW("last_year", "上年同季", "Same quarter last year", 2),
    GROWTH("yoy", "同比", "On last year", 0, 1),
    BY_ROW("previous", "上季", "Quarter before", 3),
    GROWTH("qoq", "环比", "On the quarter before", 0, 3),
    BY_ROW("ytd", "本年累计", "Year to date", 4),
    BY_ROW("ytd_last_year", "上年同期累计", "Same of last year", 5),
    GROWTH("ytd_yoy", "累计同比", "Year to date on last year", 5, 6),
    BY_ROW("total", "计划期累计", "Since the plan began", 6),
    END,
};
static const struct report_key headline_keys[] = {
    {"count", "质押融资笔数", "Pledge loans", CELL_COUNT, NULL},
    {"amount", "质押融资金额", "Amount", CELL_MONEY, NULL},
    {"firms", "融资企业数", "Firms financed", CELL_COUNT, "count"},
    {"patents", "质押专利件数", "Patents pledged", CELL_COUNT, NULL},
    {"trademarks", "质押商标件数", "Trademarks pledged", CELL_COUNT, NULL},
    {NULL, NULL, NULL, CELL_COUNT, NULL},
};

enum { TREND_AMOUNT = 2 };
static const struct report_column trend_columns[] = {
    COUNT("count", "笔数", "Loans", 1),
    FIRMS("firms", "企业数", "Firms", 1),
    MONEY("amount", "金额", "Amount", 2),
    COUNT("count_last_year", "上年同季笔数", "Loans, same quarter last year", 3),
    GROWTH("count_yoy", "笔数同比", "Loans on last year", 0, 3),
    MONEY("amount_last_year", "上年同季金额", "Amount, same quarter last year", 4),
    GROWTH("amount_yoy", "金额同比", "Amount on last year", 2, 5),
    COUNT("count_previous", "上季笔数", "Loans, quarter before", 5),
    GROWTH("count_qoq", "笔数环比", "Loans on the quarter before", 0, 7),
    MONEY("amount_previous", "上季金额", "Amount, quarter before", 6),
    GROWTH("amount_qoq", "金额环比", "Amount on the quarter before", 2, 9),
    END,
};

enum { LOANS_AMOUNT = 2 };
// clang-format off
#define LOAN_COLUMNS \
    COUNT("count", "笔数", "Loans", 1), \
    FIRMS("firms", "企业数", "Firms", 1), \
    MONEY("amount", "金额", "Amount", 2), \
    PART("count_share", "笔数占比", "Share of loans", 0), \
    PART("amount_share", "金额占比", "Share of amount", 2), \
    COUNT("count_last_year", "上年同季笔数", "Loans, same quarter last year", 3), \
    GROWTH("count_yoy", "笔数同比", "Loans on last year", 0, 5), \
    MONEY("amount_last_year", "上年同季金额", "Amount, same quarter last year", 4), \
    GROWTH("amount_yoy", "金额同比", "Amount on last year", 2, 7), \
    COUNT("count_previous", "上季笔数", "Loans, quarter before", 5), \
    GROWTH("count_qoq", "笔数环比", "Loans on the quarter before", 0, 9), \
    MONEY("amount_previous", "上季金额", "Amount, quarter before", 6), \
    GROWTH("amount_qoq", "金额环比", "Amount on the quarter before", 2, 11), \
    COUNT("count_ytd", "本年累计笔数", "Loans, year to date", 7), \
    MONEY("amount_ytd", "本年累计金额", "Amount, year to date", 8), \
    COUNT("count_ytd_last_year", "上年同期累计笔数", "Loans, same of last year", 9), \
    GROWTH("count_ytd_yoy", "累计笔数同比", "Loans to date on last year", 13, 15), \
    MONEY("amount_ytd_last_year", "上年同期累计金额", "Amount, same of last year", 10), \
    GROWTH("amount_ytd_yoy", "累计金额同比", "Amount to date on last year", 14, 17), \
    COUNT("count_total", "计划期累计笔数", "Loans since the plan began", 11), \
    MONEY("amount_total", "计划期累计金额", "Amount since the plan began", 12)
// clang-format on
static const struct report_column loan_columns[] = {LOAN_COLUMNS, END};
/* What the register secures may be more than the loan. */
static const struct report_column place_columns[] = {
    LOAN_COLUMNS, MONEY("registered_amount", "本季质权登记金额", "Registered amount", 13), END};

/* The same figures as /v1/plans/…/targets gives, the plan's baselines in them; records: what the
 * loans of the report's own scope come to. */
static const struct report_column target_columns[] = {
    {"value", "完成值", "Reached", CELL_BY_ROW, FROM_PLAN, PLAN_VALUE, 0},
    {"base", "上年同期", "Same of last year", CELL_BY_ROW, FROM_PLAN, PLAN_BASE, 0},
    {"growth", "同比", "On last year", CELL_PERCENT, FROM_PLAN, PLAN_GROWTH, 0},
    {"required", "目标值", "Required", CELL_BY_ROW, FROM_PLAN, PLAN_REQUIRED, 0},
    {"progress", "完成度", "Progress", CELL_PERCENT, FROM_PLAN, PLAN_PROGRESS, 0},
    {"compound", "年均增幅(几何)", "Average growth, compound", CELL_PERCENT, FROM_PLAN,
        PLAN_COMPOUND, 0},
    {"mean", "年均增幅(算术)", "Average growth, mean", CELL_PERCENT, FROM_PLAN, PLAN_MEAN, 0},
    {"status", "状态", "Status", CELL_TEXT, FROM_PLAN, PLAN_STATUS, 0},
    BY_ROW("records", "其中台账记录", "On record", 1),
    BY_ROW("records_last_year", "上年同期台账记录", "On record, same of last year", 2),
    END,
};

enum { BALANCE_OUTSTANDING = 2 };
static const struct report_column balance_columns[] = {
    COUNT("count", "在贷笔数", "Loans outstanding", 1),
    FIRMS("firms", "在贷企业数", "Firms", 1),
    MONEY("outstanding", "贷款余额", "Outstanding", 2),
    COUNT("overdue_count", "逾期笔数", "Loans overdue", 3),
    MONEY("overdue", "逾期本金", "Principal overdue", 4),
    SHARE("overdue_rate", "逾期率", "Overdue rate", 4, 2),
    COUNT("npl_count", "不良笔数", "Non-performing loans", 5),
    MONEY("npl", "不良余额", "Non-performing, outstanding", 6),
    SHARE("npl_rate", "不良率", "Non-performing rate", 7, 2),
    COUNT("written_off_count", "已核销未收回笔数", "Loans written off", 7),
    MONEY("written_off", "已核销未收回本金", "Written off and not come back", 8),
    COUNT("silent_count", "到期未报结果笔数", "Past their term, nothing reported", 9),
    MONEY("silent", "到期未报结果余额", "Past their term, outstanding", 10),
    END,
};

enum { FUND_CLOSING = 6 };
static const struct report_column fund_columns[] = {
    MONEY("opening", "期初余额", "Opening", 1),
    MONEY("appropriations", "拨入", "Appropriations", 2),
    MONEY("compensation", "代偿支出", "Compensation", 3),
    MONEY("recoveries", "追偿收回", "Recoveries", 4),
    MONEY("returns", "退回", "Returns", 5),
    MONEY("adjustments", "调整", "Adjustments", 6),
    MONEY("closing", "期末余额", "Closing", 7),
    MONEY("held", "已批未付", "Approved and held", 8),
    END,
};

enum { CLAIMS_FUND_TOTAL = 6 };
static const struct report_column claim_columns[] = {
    COUNT("count", "本季申请笔数", "Claims of the quarter", 1),
    MONEY("net_loss", "本季净损失", "Net loss", 2),
    MONEY("fund", "本季资金池应担", "Borne by the fund", 3),
    COUNT("count_total", "累计笔数", "Claims so far", 4),
    FIRMS("firms", "累计企业数", "Firms so far", 4),
    MONEY("net_loss_total", "累计净损失", "Net loss so far", 5),
    MONEY("fund_total", "累计资金池应担", "Borne by the fund so far", 6),
    MONEY("paid", "本季支付", "Paid in the quarter", 7),
    MONEY("paid_total", "累计支付", "Paid so far", 8),
    MONEY("back", "本季收回", "Come back in the quarter", 9),
    MONEY("back_total", "累计收回", "Come back so far", 10),
    END,
};

enum { COVER_OWED = 2, COVER_BAD = 3 };
static const struct report_column coverage_columns[] = {
    COUNT("count", "在池笔数", "Loans covered", 1),
    MONEY("covered", "备案金额", "Covered", 2),
    MONEY("outstanding", "贷款余额", "Outstanding", 3),
    MONEY("bad", "其中不良", "Of these bad", 4),
    SHARE("ratio", "不良率", "Bad-loan ratio", COVER_BAD, COVER_OWED),
    MONEY("room", "放大倍数余额", "Room under the leverage limit", 5),
    END,
};

enum { SUBSIDY_PAID = 5 };
static const struct report_column subsidy_columns[] = {
    COUNT("applied_count", "本季申请笔数", "Applications of the quarter", 1),
    MONEY("applied", "本季核定金额", "Amount of these", 2),
    MONEY("promised", "已承诺未付", "Promised, not paid", 3),
    MONEY("queued", "排队待拨", "Waiting for money", 4),
    MONEY("approved", "本季批准", "Approved in the quarter", 5),
    MONEY("paid", "本季支付", "Paid in the quarter", 6),
    MONEY("clawed_back", "本季追回", "Clawed back in the quarter", 7),
    MONEY("budget", "本年预算", "Budget of the year", 8),
    MONEY("left", "本年预算可用", "Left of it", 9),
    SHARE("left_share", "可用比例", "Share left", 8, 7),
    END,
};

enum { INSURANCE_SUM = 2 };
static const struct report_column insurance_columns[] = {
    COUNT("policies", "本季保单数", "Policies", 1),
    FIRMS("firms", "投保企业数", "Firms insured", 1),
    MONEY("sum_insured", "本季保额", "Sum insured", 2),
    MONEY("premium", "本季保费", "Premium", 3),
    COUNT("policies_last_year", "上年同季保单数", "Policies, same quarter last year", 4),
    GROWTH("policies_yoy", "保单数同比", "Policies on last year", 0, 4),
    MONEY("sum_insured_last_year", "上年同季保额", "Sum insured, same quarter last year", 5),
    GROWTH("sum_insured_yoy", "保额同比", "Sum insured on last year", 2, 6),
    COUNT("policies_ytd", "本年累计保单数", "Policies, year to date", 6),
    MONEY("sum_insured_ytd", "本年累计保额", "Sum insured, year to date", 7),
    MONEY("premium_ytd", "本年累计保费", "Premium, year to date", 8),
    COUNT("claims", "本季报案数", "Claims filed", 9),
    MONEY("claimed", "本季报案金额", "Claimed", 10),
    MONEY("claims_paid", "本季赔付", "Paid", 11),
    END,
};

enum { ISSUE_AMOUNT_COLUMN = 1 };
static const struct report_column securitisation_columns[] = {
    COUNT("issues", "本季发行单数", "Issues of the quarter", 1),
    MONEY("amount", "本季发行金额", "Issued", 2),
    COUNT("tranches", "本季分档数", "Tranches", 3),
    MONEY("amount_last_year", "上年同季发行金额", "Issued, same quarter last year", 4),
    GROWTH("amount_yoy", "发行金额同比", "Issued on last year", 1, 3),
    COUNT("issues_total", "累计发行单数", "Issues so far", 5),
    MONEY("amount_total", "累计发行金额", "Issued so far", 6),
    MONEY("repaid", "本季兑付本金", "Principal repaid in the quarter", 7),
    MONEY("repaid_total", "累计兑付本金", "Principal repaid so far", 8),
    MONEY("outstanding", "存续金额", "Outstanding", 9),
    END,
};

enum { DEALS_VALUE = 3 };
static const struct report_column deal_columns[] = {
    COUNT("deals", "本季交易数", "Deals of the quarter", 1),
    FIRMS("firms", "受让企业数", "Firms that acquire", 1),
    COUNT("patents", "本季专利数", "Patents", 2),
    MONEY("value", "本季成交金额", "Contract value", 3),
    MONEY("cash", "本季到账金额", "Received in the quarter", 4),
    COUNT("deals_last_year", "上年同季交易数", "Deals, same quarter last year", 5),
    GROWTH("deals_yoy", "交易数同比", "Deals on last year", 0, 5),
    MONEY("value_last_year", "上年同季成交金额", "Value, same quarter last year", 6),
    GROWTH("value_yoy", "成交金额同比", "Value on last year", 3, 7),
    COUNT("deals_ytd", "本年累计交易数", "Deals, year to date", 7),
    MONEY("value_ytd", "本年累计成交金额", "Value, year to date", 8),
    MONEY("cash_ytd", "本年累计到账金额", "Received, year to date", 9),
    COUNT("to_smes", "其中中小企业受让", "Of these to small and medium firms", 10),
    COUNT("of_universities", "其中高校院所输出", "Of these from universities", 11),
    COUNT("untold", "待确认交易数", "Told and not confirmed", 12),
    END,
};
static const struct report_column catalogue_columns[] = {
    COUNT("listed", "本季新增", "Listed in the quarter", 1),
    COUNT("live", "季末在目录", "In the catalogue at its end", 2),
    COUNT("dormant", "其中沉睡专利", "Of these dormant", 3),
    COUNT("open", "其中开放许可", "Of these under an open licence", 4),
    COUNT("lapsed", "因失效退出", "Left by lapse", 5),
    COUNT("dealt", "因成交退出", "Left by a deal, or met", 6),
    COUNT("woken", "沉睡专利成交", "Dormant and then dealt", 7),
    COUNT("visits", "本季走访洽谈", "Visits of the quarter", 8),
    COUNT("intents", "本季意向", "Intents of the quarter", 9),
    COUNT("deals", "本季对接成交", "Deals that came of it", 10),
    COUNT("loans", "本季对接贷款", "Loans that came of it", 11),
    END,
};
enum { EVENTS_LOANS = 5 };
static const struct report_column matching_columns[] = {
    COUNT("events", "本季场次", "Events of the quarter", 1),
    COUNT("attended", "参加人数", "Persons", 2),
    COUNT("units", "参加单位数", "Units", 3),
    COUNT("intents", "意向数", "Intents", 4),
    COUNT("loans", "180 日内贷款笔数", "Loans within 180 days", 5),
    MONEY("loan_amount", "180 日内贷款金额", "Their amount", 6),
    COUNT("deals", "180 日内专利交易数", "Deals within 180 days", 7),
    MONEY("deal_value", "180 日内成交金额", "Their value", 8),
    COUNT("events_ytd", "本年累计场次", "Events, year to date", 9),
    END,
};
static const struct report_column register_columns[] = {
    COUNT("fresh", "本季新增", "New in the quarter", 1),
    COUNT("standing", "季末数", "Standing at its end", 2),
    COUNT("parts", "窗口、特派员、成员数", "Windows, specialists, members", 3),
    COUNT("attended", "本季参加人数", "Persons of the quarter", 4),
    END,
};

static const struct report_column reporter_columns[] = {
    COUNT("loans", "本季贷款笔数", "Loans of the quarter", 1),
    COUNT("loans_late", "迟报贷款笔数", "Of these reported late", 2),
    SHARE("loans_late_share", "贷款迟报率", "Share late", 1, 0),
    COUNT("events", "本季贷款事件数", "Loan events of the quarter", 3),
    COUNT("events_late", "迟报事件数", "Of these reported late", 4),
    SHARE("events_late_share", "事件迟报率", "Share late", 4, 3),
    COUNT("missing", "本季到期未报结果笔数", "Ended in the quarter, nothing reported", 5),
    MONEY("missing_amount", "本季到期未报结果金额", "Amount of these", 6),
    COUNT("silent", "整季未报送", "Nothing reported at all", 7),
    END,
};
static const struct report_column quality_columns[] = {
    COUNT("received", "本季收到记录数", "Records received in the quarter", 1),
    COUNT("refused", "退回行数", "Lines refused", 2),
    {"lines", "报送行数合计", "Received and refused", CELL_COUNT, FROM_FACTS, 10, 0},
    SHARE("refused_share", "退回率", "Share refused", 1, 2),
    COUNT("reused", "编号重复而内容不同", "Numbers used again for other content", 3),
    COUNT("corrections", "更正次数", "Corrections", 4),
    SHARE("corrections_share", "更正率", "Corrections per record received", 5, 0),
    COUNT("released_owing", "未还清已解押", "Pledge released, principal owed", 5),
    COUNT("settled_pledged", "结清六十日未解押", "Settled, pledge still registered", 6),
    COUNT("pledge_no_twice", "质权登记号重复", "Pledge number of another loan", 7),
    COUNT("pledge_no_year", "登记号年份与登记日不符", "Pledge number of another year", 8),
    COUNT("unregistered", "放款三十日未登记", "Drawn and not registered", 9),
    END,
};

/* Quarters that are sealed and no longer what the records give. */
static const struct report_column restatement_columns[] = {
    COUNT("count_sealed", "封存时笔数", "Loans as sealed", 2),
    COUNT("count_difference", "笔数差额", "Difference in loans", 4),
    COUNT("count_now", "现在笔数", "Loans as known now", 6),
    MONEY("amount_sealed", "封存时金额", "Amount as sealed", 3),
    MONEY("amount_difference", "金额差额", "Difference in amount", 5),
    MONEY("amount_now", "现在金额", "Amount as known now", 7),
    COUNT("records", "变动记录数", "Records changed", 1),
    {"reasons", "原因", "Reasons", CELL_TEXT, FROM_TEXT, 0, 0},
    END,
};

/* ---- rows ------------------------------------------------------------------------------------ */

/* clang-format would lay out the rows in these macros backwards. */
// clang-format off
#define ROW(key, zh, en) {key, zh, en, CELL_COUNT, NULL}
#define NO_MORE {NULL, NULL, NULL, CELL_COUNT, NULL}
// clang-format on

static const struct report_key kind_keys[] = {
    ROW("patent", "专利", "Patents"),
    ROW("trademark", "商标", "Trademarks"),
    ROW("mixed", "专利与商标混合", "Patents and trademarks"),
    NO_MORE,
};
static const struct report_key ip_kind_keys[] = {
    ROW("invention", "发明专利", "Inventions"),
    ROW("utility_model", "实用新型", "Utility models"),
    ROW("design", "外观设计", "Designs"),
    ROW("trademark", "商标", "Trademarks"),
    ROW("several", "多种权利组合", "Of several kinds"),
    NO_MORE,
};
static const struct report_key product_keys[] = {
    ROW("single_pledge", "单笔质押", "Single pledge"),
    ROW("pooled_credit", "集合授信", "Pooled credit"),
    ROW("invest_loan_linkage", "投贷联动", "Investment and loan"),
    ROW("trust", "信托", "Trust"),
    NO_MORE,
};
static const struct report_key size_keys[] = {
    ROW("micro", "微型", "Micro"),
    ROW("small", "小型", "Small"),
    ROW("medium", "中型", "Medium"),
    ROW("large", "大型", "Large"),
    ROW("unknown", "未填报", "Not reported"),
    NO_MORE,
};
/* GB/T 4754-2017, its sections. */
static const struct report_key industry_keys[] = {
    ROW("A", "农、林、牧、渔业", "Agriculture, forestry, fishing"),
    ROW("B", "采矿业", "Mining"),
    ROW("C", "制造业", "Manufacturing"),
    ROW("D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"),
    ROW("E", "建筑业", "Construction"),
    ROW("F", "批发和零售业", "Wholesale and retail"),
    ROW("G", "交通运输、仓储和邮政业", "Transport, storage, post"),
    ROW("H", "住宿和餐饮业", "Hotels and catering"),
    ROW("I", "信息传输、软件和信息技术服务业", "Information and software"),
    ROW("J", "金融业", "Finance"),
    ROW("K", "房地产业", "Real estate"),
    ROW("L", "租赁和商务服务业", "Leasing and business services"),
    ROW("M", "科学研究和技术服务业", "Research and technical services"),
    ROW("N", "水利、环境和公共设施管理业", "Water, environment, public facilities"),
    ROW("O", "居民服务、修理和其他服务业", "Residents' services, repair, other"),
    ROW("P", "教育", "Education"),
    ROW("Q", "卫生和社会工作", "Health and social work"),
    ROW("R", "文化、体育和娱乐业", "Culture, sports, entertainment"),
    ROW("S", "公共管理、社会保障和社会组织", "Public administration"),
    ROW("T", "国际组织", "International organisations"),
    ROW("unknown", "未填报", "Not reported"),
    NO_MORE,
};
static const struct report_key small_keys[] = {
    ROW("small", "1,000万元及以下", "Up to 10 million yuan"),
    ROW("larger", "1,000万元以上", "Above 10 million yuan"),
    NO_MORE,
};
static const struct report_key first_keys[] = {
    ROW("first", "首贷", "First loans"),
    ROW("further", "非首贷", "Further loans"),
    ROW("unknown", "未填报", "Not reported"),
    NO_MORE,
};
static const struct report_key claim_keys[] = {
    ROW("submitted", "已提交", "Submitted"),
    ROW("returned", "已退回", "Returned"),
    ROW("accepted", "已受理", "Accepted"),
    ROW("approved", "已批准", "Approved"),
    ROW("paid", "已支付", "Paid"),
    ROW("recovering", "追偿中", "Recovering"),
    ROW("closed", "已结案", "Closed"),
    NO_MORE,
};
static const struct report_key insurance_keys[] = {
    ROW("enforcement", "专利执行保险", "Enforcement"),
    ROW("infringement_liability", "专利侵权责任保险", "Infringement liability"),
    ROW("overseas_liability", "海外侵权责任保险", "Overseas liability"),
    ROW("loan_guarantee", "质押贷款保证保险", "Loan guarantee"),
    ROW("trademark", "商标保险", "Trademarks"),
    ROW("patent_transaction", "专利技术交易保险", "Patent transactions"),
    NO_MORE,
};
static const struct report_key issue_keys[] = {
    ROW("abs", "资产支持证券(ABS)", "Asset-backed securities"),
    ROW("abn", "资产支持票据(ABN)", "Asset-backed notes"),
    NO_MORE,
};
static const struct report_key way_keys[] = {
    ROW("transfer", "转让", "Transfers"),
    ROW("licence", "许可", "Licences"),
    ROW("contribution", "作价入股", "Contributions"),
    NO_MORE,
};
static const struct report_key holder_keys[] = {
    ROW("university", "高校供给", "Offers of universities"),
    ROW("institute", "科研院所供给", "Offers of institutes"),
    ROW("state_firm", "国有企业供给", "Offers of state firms"),
    ROW("sme", "中小企业供给", "Offers of small and medium firms"),
    ROW("other", "其他供给", "Other offers"),
    ROW("needs", "企业需求", "Needs of firms"),
    NO_MORE,
};
static const struct report_key event_keys[] = {
    ROW("park_visit", "入园惠企", "Visits to parks"),
    ROW("bank_enterprise", "银企对接", "Banks and firms"),
    ROW("bank_park", "银园对接", "Banks and parks"),
    ROW("promotion", "推介会", "Promotions"),
    ROW("auction", "拍卖会", "Auctions"),
    ROW("briefing", "政策宣讲", "Briefings"),
    NO_MORE,
};
static const struct report_key register_keys[] = {
    ROW("operation_centre", "知识产权运营中心", "Operation centres"),
    ROW("cultivation_centre", "高价值专利培育中心", "Cultivation centres"),
    ROW("portfolio", "高价值专利组合", "Portfolios"),
    ROW("alliance", "产业知识产权联盟", "Alliances"),
    ROW("cluster", "专利运营服务集聚区", "Clusters"),
    ROW("service_agency", "知识产权服务机构", "Service agencies"),
    ROW("agency_service", "机构与特派员服务", "Services of agencies"),
    ROW("training", "专利运营培训", "Trainings"),
    NO_MORE,
};

/* ---- sections ------------------------------------------------------------------------------- */

/* Loans by one of their properties, the amount of the quarter in the picture. */
// clang-format off
#define LOANS_BY(name, zh, en, row_zh, row_en, rows, keys) \
    {name, zh, en, row_zh, row_en, loan_columns, true, CHART_BARS, LOANS_AMOUNT, rows, keys}
#define LOANS_AT(name, zh, en, row_zh, row_en, rows) \
    {name, zh, en, row_zh, row_en, place_columns, true, CHART_BARS, LOANS_AMOUNT, rows, NULL}
// clang-format on

const struct report_section report_sections[] = {
    {"headline", "总体情况", "Headline", "指标", "Measure", headline_columns, false, CHART_NONE, 0,
        ROWS_LISTED, headline_keys},
    {"targets", "目标进度", "Progress to targets", "目标", "Target", target_columns, false,
        CHART_PROGRESS, 4, ROWS_TARGETS, NULL},
    {"by_quarter", "分季度走势", "By quarter", "季度", "Quarter", trend_columns, false, CHART_LINE,
        TREND_AMOUNT, ROWS_QUARTERS, NULL},
    LOANS_AT("by_district", "分区情况", "By district", "区", "District", ROWS_DISTRICTS),
    LOANS_AT("by_bank", "分银行情况", "By bank", "银行", "Bank", ROWS_FOUND),
    LOANS_BY("by_kind", "专利与商标", "Patents and trademarks", "质押物", "Secured by", ROWS_LISTED,
        kind_keys),
    LOANS_BY("by_ip_kind", "分知识产权种类", "By kind of right", "权利种类", "Kind of right",
        ROWS_LISTED, ip_kind_keys),
    LOANS_BY("by_product", "分产品", "By product", "产品", "Product", ROWS_LISTED, product_keys),
    LOANS_BY("by_size", "分企业规模", "By size of firm", "规模", "Size", ROWS_LISTED, size_keys),
    LOANS_BY("by_industry", "分行业", "By industry", "行业门类", "Industry section", ROWS_FOUND,
        industry_keys),
    LOANS_BY("small_loans", "1,000万元及以下贷款", "Loans up to 10 million yuan", "单笔金额",
        "Amount of the loan", ROWS_LISTED, small_keys),
    LOANS_BY(
        "first_loans", "首贷情况", "First loans", "首贷", "First loan", ROWS_LISTED, first_keys),
    {"balances", "余额、逾期与不良", "Outstanding, overdue, non-performing", "银行", "Bank",
        balance_columns, true, CHART_BARS, BALANCE_OUTSTANDING, ROWS_FOUND, NULL},
    {"fund", "风险补偿资金收支", "Compensation funds", "方案", "Scheme", fund_columns, true,
        CHART_BARS, FUND_CLOSING, ROWS_FOUND, NULL},
    {"claims", "风险补偿(按状态)", "Claims by state", "状态", "State", claim_columns, true,
        CHART_NONE, 0, ROWS_LISTED, claim_keys},
    {"claims_by_scheme", "风险补偿(按方案)", "Claims by scheme", "方案", "Scheme", claim_columns,
        true, CHART_BARS, CLAIMS_FUND_TOTAL, ROWS_FOUND, NULL},
    {"coverage", "备案(按方案与银行)", "Cover by scheme and bank", "方案与银行", "Scheme and bank",
        coverage_columns, true, CHART_BARS, COVER_OWED, ROWS_FOUND, NULL},
    {"subsidies", "补贴与预算", "Subsidies and budgets", "政策", "Policy", subsidy_columns, true,
        CHART_BARS, SUBSIDY_PAID, ROWS_FOUND, NULL},
    {"insurance", "知识产权保险", "IP insurance", "险种", "Kind", insurance_columns, true,
        CHART_BARS, INSURANCE_SUM, ROWS_LISTED, insurance_keys},
    {"securitisation", "知识产权证券化", "Securitisation", "种类", "Kind", securitisation_columns,
        true, CHART_BARS, ISSUE_AMOUNT_COLUMN, ROWS_LISTED, issue_keys},
    {"ip_deals", "专利交易", "Deals over patents", "方式", "Way", deal_columns, true, CHART_BARS,
        DEALS_VALUE, ROWS_LISTED, way_keys},
    {"catalogue", "专利技术供需目录", "Catalogue of offers and needs", "类别", "Kind",
        catalogue_columns, true, CHART_NONE, 0, ROWS_LISTED, holder_keys},
    {"events", "对接活动(按种类)", "Matching events by kind", "种类", "Kind", matching_columns,
        true, CHART_BARS, EVENTS_LOANS, ROWS_LISTED, event_keys},
    {"events_by_district", "对接活动(按区)", "Matching events by district", "区", "District",
        matching_columns, true, CHART_NONE, 0, ROWS_DISTRICTS, NULL},
    {"registers", "运营体系", "Registers", "类别", "Kind", register_columns, true, CHART_NONE, 0,
        ROWS_LISTED, register_keys},
    {"reporters", "报送及时性", "Late and missing reporters", "银行", "Bank", reporter_columns,
        true, CHART_NONE, 0, ROWS_FOUND, NULL},
    {"quality", "报送质量", "Quality of what is reported", "机构", "Reporter", quality_columns,
        true, CHART_NONE, 0, ROWS_FOUND, NULL},
    {"restatements", "以前季度的重述", "Restatements of earlier quarters", "季度", "Quarter",
        restatement_columns, false, CHART_NONE, 0, ROWS_FOUND, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL, false, CHART_NONE, 0, ROWS_FOUND, NULL},
};

/* ---- look-ups ------------------------------------------------------------------------------- */

const struct report_section *report_section(struct str name)
{
    for (const struct report_section *s = report_sections; s->name; s++) {
        if (str_is(name, s->name))
            return s;
    }
    return NULL;
}

struct str report_section_nearest(struct str name)
{
    int best = INT32_MAX;
    const char *nearest = report_sections[0].name;
    for (const struct report_section *s = report_sections; s->name; s++) {
        int d = name_distance(name, s->name);
        if (d < best) {
            best = d;
            nearest = s->name;
        }
    }
    return str_of(nearest);
}

const struct report_key *report_listed(const struct report_section *s, struct str key)
{
    for (const struct report_key *k = s->keys; k && k->key; k++) {
        if (str_is(key, k->key))
            return k;
    }
    return NULL;
}

int report_columns(const struct report_section *s)
{
    int n = 0;
    while (s->columns[n].key)
        n++;
    return n;
}

int report_column(const struct report_section *s, struct str key)
{
    for (int i = 0; s->columns[i].key; i++) {
        if (str_is(key, s->columns[i].key))
            return i;
    }
    return -1;
}
