/*
 * fact_natures.c - who tells a fact, and what a person does about it.
 *
 * A fact that the ledger tells comes from what banks, insurers and offices have recorded, each for
 * its own ends; nobody tells it for the sake of a subsidy. What the ledger cannot know the deciding
 * office states, with the document that it saw.
 *
 * A cure is an act, so the texts are what is read out to whoever can do it.
 */
#include "facts.h"
#include "titles.h"

const struct choice fact_sources[] = {{"ledger", "台账"}, {"office", "受理部门"}, {NULL, NULL}};

#define LOAN(what)        FROM_LEDGER, "bank", "银行在贷款记录中补报" what, CHANGE_NEVER, NULL
#define EVENT(what)       FROM_LEDGER, "bank", "银行补报" what "事件", CHANGE_NEVER, NULL
#define LOAN_OPEN(w, act) FROM_LEDGER, "bank", "银行在贷款记录中补报" w, CHANGE_WHILE_OPEN, act
#define FIRM(what)        FROM_LEDGER, "bank", "银行在贷款记录中补报企业" what, CHANGE_NEVER, NULL
#define OFFICE(what, act) FROM_OFFICE, "office", "受理部门填报" what "并附凭证", CHANGE_ALWAYS, act
#define STATED(what)      FROM_OFFICE, "office", "受理部门填报" what "并附凭证", CHANGE_NEVER, NULL
#define INVOICE(what)     FROM_LEDGER, "firm", "企业提交" what "发票", CHANGE_NEVER, NULL
#define COVER(what)       FROM_LEDGER, "insurer", "保险机构报送保单" what, CHANGE_NEVER, NULL
#define PRIME_RATE        FROM_LEDGER, "finance", "财政部门补录 LPR(POST /v1/lpr)", CHANGE_NEVER, NULL
#define USED              FROM_LEDGER, "office", NULL, CHANGE_NEVER, NULL

const struct fact_nature fact_natures[FACT_COUNT] = {
    [FACT_BORROWER_USCC] = {LOAN("借款企业")},
    [FACT_BORROWER_DISTRICT] = {FROM_LEDGER, "firm", "银行在贷款记录中补报注册区", CHANGE_ALWAYS,
        "企业将注册地迁入该区,银行更正贷款记录"},
    [FACT_BORROWER_SIZE] = {FIRM("从业人员、营业收入、资产总额")},
    [FACT_BORROWER_SME] = {FIRM("从业人员、营业收入、资产总额")},
    [FACT_BORROWER_SIZE_TOLD] = {USED},
    [FACT_BORROWER_INDUSTRY] = {FIRM("行业代码")},
    [FACT_BORROWER_EMPLOYEES] = {FIRM("从业人员数")},
    [FACT_BORROWER_REVENUE] = {FIRM("营业收入")},
    [FACT_BORROWER_ASSETS] = {FIRM("资产总额")},
    [FACT_LOAN_PRODUCT] = {LOAN("贷款产品")},
    [FACT_LOAN_AMOUNT] = {LOAN("贷款金额")},
    [FACT_LOAN_IP_AMOUNT] = {LOAN_OPEN(
        "知识产权担保金额", "借贷双方变更合同的知识产权担保金额,银行更正贷款记录")},
    [FACT_LOAN_IP_SHARE] = {LOAN_OPEN(
        "知识产权担保金额", "借贷双方变更合同的知识产权担保金额,银行更正贷款记录")},
    [FACT_LOAN_RATE] = {LOAN("利率")},
    [FACT_LOAN_SIGNED_ON] = {LOAN("签订日")},
    [FACT_LOAN_DISBURSED_ON] = {EVENT("放款")},
    [FACT_LOAN_REGISTERED_ON] = {FROM_LEDGER, "bank", "银行补报质权登记日;未登记的先办理登记",
        CHANGE_NEVER, "办理质权登记,银行补报登记日"},
    [FACT_LOAN_MATURES_ON] = {LOAN("到期日")},
    [FACT_LOAN_TERM_DAYS] = {LOAN("放款日、到期日")},
    [FACT_LOAN_SETTLED_ON] = {FROM_LEDGER, "bank", "企业还清贷款,银行报送结清事件", CHANGE_NEVER,
        "企业还清贷款,银行报送结清事件"},
    [FACT_LOAN_SETTLED_ON_TIME] = {FROM_LEDGER, "firm", "企业按期还清贷款,银行报送结清事件",
        CHANGE_WHILE_OPEN, "企业按期还清贷款,银行报送结清事件"},
    [FACT_LOAN_OVERDUE_EVER] = {EVENT("逾期")},
    [FACT_LOAN_FIRST_LOAN] = {LOAN("是否首贷")},
    [FACT_LOAN_GUARANTEED] = {LOAN_OPEN("担保机构", "追加担保,银行更正贷款记录")},
    [FACT_LOAN_INSURED] = {LOAN_OPEN("保险机构", "投保质押贷款保证保险,银行更正贷款记录")},
    [FACT_LOAN_SCHEME] = {LOAN("风险分担方案")},
    [FACT_LOAN_UNDER_SCHEME] = {LOAN("风险分担方案")},
    [FACT_LOAN_COMPENSATED] = {USED},
    [FACT_LOAN_PATENTS] = {LOAN_OPEN("质押专利", "追加质押专利并登记,银行更正贷款记录")},
    [FACT_LOAN_TRADEMARKS] = {LOAN_OPEN("质押商标", "追加质押商标并登记,银行更正贷款记录")},
    [FACT_LOAN_OWNER_IS_BORROWER] = {LOAN_OPEN(
        "权利人", "将质押权利转移至借款人名下并登记,银行更正贷款记录")},
    [FACT_LOAN_INTEREST_PAID] = {EVENT("付息")},
    [FACT_LOAN_DRAWN] = {EVENT("放款")},
    [FACT_LOAN_DAY_COUNT] = {LOAN("计息方式")},
    [FACT_LOAN_FIRST_PLEDGE] = {LOAN("质押的权利")},
    [FACT_LOAN_PLEDGEE] = {LOAN("质权人")},
    [FACT_LOAN_STRETCHES] = {EVENT("放款")},
    [FACT_LOAN_PAID_FOR] = {EVENT("付息")},
    [FACT_BORROWER_OPERATING_DISTRICT] = {OFFICE("实际经营区", "企业将实际经营地迁入该区")},
    [FACT_BORROWER_TAX_DISTRICT] = {OFFICE("纳税区", "企业将税收户管迁入该区")},
    [FACT_BORROWER_REGISTERED_ON] = {STATED("企业登记日")},
    [FACT_BORROWER_BAD_RECORD] = {STATED("信用情况")},
    [FACT_BORROWER_HIGH_TECH] = {OFFICE("高新技术企业认定情况", "企业取得高新技术企业认定")},
    [FACT_BORROWER_TECH_SME] = {OFFICE("科技型中小企业入库情况", "企业取得科技型中小企业入库编号")},
    [FACT_BORROWER_KIND] = {STATED("主体类型")},
    [FACT_INSURANCE_HIGH_VALUE] = {STATED("承保专利是否高价值专利")},
    [FACT_INSURANCE_BELT_AND_ROAD] = {STATED("目标市场")},
    [FACT_INSURANCE_DOMESTIC] = {STATED("承保地域")},
    [FACT_OFFICE_SHARES] = {FROM_OFFICE, "office", "受理部门在幅度内核定比例并写明理由",
        CHANGE_NEVER, NULL},
    [FACT_AID_INTEREST] = {STATED("利息已获资助")},
    [FACT_AID_INSURANCE_FEE] = {STATED("保险费已获资助")},
    [FACT_AID_GUARANTEE_FEE] = {STATED("担保费已获资助")},
    [FACT_AID_VALUATION_FEE] = {STATED("评估费已获资助")},
    [FACT_AID_PREMIUM] = {STATED("保费已获资助")},
    [FACT_FEE_INSURANCE] = {INVOICE("保险费")},
    [FACT_FEE_GUARANTEE] = {INVOICE("担保费")},
    [FACT_FEE_VALUATION] = {INVOICE("评估费")},
    [FACT_INSURANCE_KIND] = {COVER("种类")},
    [FACT_INSURANCE_PREMIUM] = {COVER("保费")},
    [FACT_INSURANCE_SUM] = {COVER("保险金额")},
    [FACT_INSURANCE_STARTS_ON] = {COVER("起日")},
    [FACT_INSURANCE_ENDS_ON] = {COVER("止日")},
    [FACT_LPR_1Y_DISBURSED] = {PRIME_RATE},
    [FACT_LPR_5Y_DISBURSED] = {PRIME_RATE},
    [FACT_LPR_1Y_SIGNED] = {PRIME_RATE},
    [FACT_LPR_5Y_SIGNED] = {PRIME_RATE},
    [FACT_LPR_1Y_SIGNED_MONTH] = {PRIME_RATE},
    [FACT_LPR_5Y_SIGNED_MONTH] = {PRIME_RATE},
    [FACT_LPR_1Y_SETTLED] = {PRIME_RATE},
    [FACT_LPR_5Y_SETTLED] = {PRIME_RATE},
    [FACT_LPR_1Y_BEFORE_SIGNED] = {PRIME_RATE},
    [FACT_LPR_5Y_BEFORE_SIGNED] = {PRIME_RATE},
    [FACT_LPR_1Y_SETTLED_MONTH] = {PRIME_RATE},
    [FACT_LPR_5Y_SETTLED_MONTH] = {PRIME_RATE},
    [FACT_LPR_1Y_DECEMBER] = {PRIME_RATE},
    [FACT_LPR_5Y_DECEMBER] = {PRIME_RATE},
    [FACT_USED_CITY] = {USED},
    [FACT_USED_DISTRICT] = {USED},
    [FACT_USED_APPLICATIONS] = {USED},
    [FACT_USED_POLICIES] = {USED},
    [FACT_USED_INTEREST_DAYS] = {USED},
    [FACT_USED_ITEMS] = {USED},
    [FACT_USED_INTEREST] = {USED},
    [FACT_USED_ENTERPRISE_YEAR] = {USED},
    [FACT_USED_ENTERPRISE_LIFETIME] = {USED},
    [FACT_USED_ITEMS_YEAR] = {USED},
    [FACT_USED_ITEMS_LIFETIME] = {USED},
    [FACT_USED_BANK_YEAR] = {USED},
    [FACT_USED_LOAN_ITEMS] = {USED},
};

const char *fact_person(const char *who)
{
    for (const struct word *w = fact_people; w->name; w++) {
        if (strcmp(w->name, who) == 0)
            return w->zh;
    }
    BUG("a person that the table does not know");
}

/* The firm gains by being small and its bank tells how large it is: an office knows it, too. */
enum fact fact_disputed(enum fact fact, const struct value *facts)
{
    bool of_size = fact == FACT_BORROWER_SIZE || fact == FACT_BORROWER_SME;
    return of_size && !facts[fact].present && facts[FACT_BORROWER_SIZE_TOLD].present
               ? FACT_BORROWER_SIZE_TOLD
               : FACT_COUNT;
}

const char fact_settle[] = "银行与报送企业年度档案的部门核对企业规模,更正有误的一处";
