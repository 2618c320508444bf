/*
 * titles.c - titles of words: of what is only told in both languages, of what is taken in English.
 */
#include "titles.h"
#include <ctype.h>
#include <string.h>

#define END                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }

static const struct word tasks[] = {{"claim", "理赔", "Claim"},
    {"application", "补贴申请", "Application"}, {"coverage", "备案", "Coverage"},
    {"proposal", "双人复核", "Second look"}, {"policy", "政策草案", "Draft of a policy"},
    {"scheme", "方案草案", "Draft of a scheme"}, {"plan", "计划草案", "Draft of a plan"}, END};

static const struct word target_states[] = {{"met", "已完成", "Met"},
    {"on_track", "按进度", "On track"}, {"at_risk", "有风险", "At risk"},
    {"missed", "未达到", "Missed"}, {"no_base", "缺基数", "No base"},
    {"incomplete", "未到期", "Not due"}, {"behind", "落后", "Behind"}, END};

static const struct word loan_states[] = {{"signed", "已签订", "Signed"},
    {"active", "存续", "Active"}, {"matured", "已到期", "Matured"}, {"overdue", "逾期", "Overdue"},
    {"written_off", "已核销", "Written off"}, {"settled", "已结清", "Settled"},
    {"transferred", "已转让", "Transferred"}, {"voided", "已作废", "Voided"}, END};

static const struct word right_states[] = {{"unknown", "状态未登记", "Not told"},
    {"applied", "申请中", "Applied for"}, {"valid", "有效", "Valid"},
    {"grace", "年费滞纳期", "In the period of grace"}, {"suspended", "程序中止", "Suspended"},
    {"lapsed", "已终止", "Lapsed"}, {"invalidated", "已宣告无效", "Invalidated"},
    {"expired", "已届满", "Expired"}, END};

static const struct word claim_states[] = {{"submitted", "待受理", "Submitted"},
    {"accepted", "已受理", "Accepted"}, {"returned", "退回补正", "Returned"},
    {"lapsed", "补正逾期", "Lapsed"}, {"withdrawn", "已撤回", "Withdrawn"},
    {"approved", "已批准", "Approved"}, {"paid", "已支付", "Paid"},
    {"recovering", "追偿中", "Recovering"}, {"closed", "已结案", "Closed"},
    {"refused", "未批准", "Refused"}, {"cured", "已恢复正常", "Cured"}, END};

static const struct word coverage_states[] = {{"requested", "待确认", "Requested"},
    {"covered", "已备案", "Covered"}, {"refused", "未通过", "Refused"},
    {"suspended", "中止", "Suspended"}, {"ended", "已终止", "Ended"}, END};

static const struct word application_states[] = {{"submitted", "已提交", "Submitted"},
    {"reserved", "已占额度", "Reserved"}, {"queued", "排队", "Queued"},
    {"approved", "已批准", "Approved"}, {"paid", "已支付", "Paid"},
    {"refused", "不予补贴", "Refused"}, {"withdrawn", "已撤回", "Withdrawn"},
    {"demanded", "追回中", "Asked back"}, {"clawed_back", "已追回", "Clawed back"}, END};

static const struct word proposal_states[] = {{"waiting", "待复核", "Waiting"},
    {"approved", "已同意", "Approved"}, {"refused", "未同意", "Refused"}, END};

static const struct word policy_states[] = {{"draft", "草案", "Draft"},
    {"in_force", "施行中", "In force"}, {"ended", "已终止", "Ended"}, END};

static const struct word plan_states[] = {
    {"draft", "草案", "Draft"}, {"in_force", "施行中", "In force"}, END};

static const struct word insurance_states[] = {{"pending", "未起保", "Not begun"},
    {"in_force", "保障中", "In force"}, {"expired", "已到期", "Expired"},
    {"cancelled", "已退保", "Cancelled"}, END};

static const struct word flag_states[] = {{"open", "未解除", "Open"},
    {"cleared", "已解除", "Cleared"}, {"withdrawn", "已不成立", "Withdrawn"}, END};

static const struct word severities[] = {
    {"high", "高", "High"}, {"med", "中", "Medium"}, {"low", "低", "Low"}, END};

static const struct word causes[] = {{"appropriation", "拨款", "Appropriation"},
    {"adjustment", "调整", "Adjustment"}, {"compensation", "赔付", "Compensation"},
    {"pre_compensation", "前补偿", "Advance"}, {"recovery", "追偿收回", "Recovery"},
    {"subsidy", "补贴", "Subsidy"}, {"clawback", "追回", "Clawback"},
    {"reversal", "冲销", "Reversal"}, {"carry_over", "结转", "Carried over"},
    {"return", "退回", "Returned"}, {"transfer", "划转", "Transfer"}, END};

/* That offices, persons, tokens, subscriptions and publications have. */
static const struct word states[] = {{"enabled", "在用", "Enabled"},
    {"disabled", "已停用", "Disabled"}, {"ended", "已终止", "Ended"},
    {"revoked", "已吊销", "Revoked"}, {"live", "有效", "In force"},
    {"rotated", "已轮换,到期前有效", "Rotated: in force until its end"},
    {"expired", "已到期", "Expired"}, {"published", "已公布", "Published"}, END};

/* As verbs, on the buttons that take them. */
static const struct word steps[] = {{"accept", "受理", "Accept"}, {"return", "退回补正", "Return"},
    {"resubmit", "重新提交", "Resubmit"}, {"withdraw", "撤回", "Withdraw"},
    {"approve", "批准", "Approve"}, {"renew", "续冻", "Renew the hold"},
    {"release", "解冻", "Release the hold"}, {"pay", "支付", "Pay"},
    {"recover", "登记追偿", "Recover"}, {"receive", "确认到账", "Confirm the receipt"},
    {"accept_costs", "认可费用", "Accept costs"}, {"cure", "恢复正常", "Cure"},
    {"close", "结案", "Close"}, {"confirm", "确认", "Confirm"}, {"refuse", "不同意", "Refuse"},
    {"clawback", "追回", "Claw back"}, {"end", "终止", "End"}, {"clear", "解除", "Clear"},
    {"seal", "封存", "Seal"}, {"submit", "提交", "Submit"}, {"void", "作废", "Void"},
    {"propose", "提出", "Propose"}, END};

const struct word fact_people[] = {{"bank", "银行", "the bank"},
    {"insurer", "保险机构", "the insurer"}, {"office", "受理部门", "the office"},
    {"firm", "企业", "the firm"}, {"finance", "财政部门", "the finance bureau"}, END};

/* Limits of a scheme: what is left under them. */
static const struct word rooms[] = {{"cap_per_loan", "单笔上限", "Cap of a loan"},
    {"cap_per_enterprise", "单户上限", "Cap of a firm"},
    {"cap_bank_year", "单家银行年度上限", "Cap of a bank in a year"},
    {"cap_fund_year", "资金年度上限", "Cap of the fund in a year"},
    {"pool_balance", "资金池余额", "Balance of the pool"},
    {"fund_balance", "资金可用余额", "What the fund has left"},
    {"leverage", "放大倍数", "Leverage"}, {"npl_breaker", "不良率熔断", "Stop at bad loans"}, END};

/* What the records of a red flag show. */
static const struct word evidence[] = {{"a_patent", "每件专利均价", "Price of a patent"},
    {"account_manager", "客户经理", "Account manager"},
    {"acquirer_controller", "受让方实际控制人", "Controller of the acquirer"},
    {"address", "地址", "Address"}, {"amount", "金额", "Amount"},
    {"appraiser", "评估机构", "Appraiser"},
    {"approved", "期间批准的理赔", "Claims approved meanwhile"},
    {"borrower", "借款企业", "Borrower"}, {"borrowers", "借款企业户数", "Borrowers"},
    {"contact", "联系人", "Contact"}, {"controller", "实际控制人", "Controller"},
    {"covered", "期间生效的备案", "Covered meanwhile"}, {"detail", "详情", "Detail"},
    {"disbursed_on", "放款日", "Drawn"}, {"due_on", "应还日", "Due"}, {"event", "事件", "Event"},
    {"expires_on", "权利到期日", "The right ends"}, {"filed_on", "申请日", "Filed"},
    {"how", "方式", "How"}, {"interest_paid", "已付利息", "Interest paid"},
    {"kind", "类别", "Kind"}, {"least", "下限", "Least"}, {"loans", "贷款笔数", "Loans"},
    {"lpr", "LPR", "LPR"}, {"matures_on", "到期日", "Matures"}, {"median", "中位数", "Median"},
    {"most", "上限", "Most"}, {"number", "号码", "Number"}, {"of", "总笔数", "Of how many"},
    {"on", "日期", "Day"}, {"owner", "权利人", "Owner"}, {"paid_at", "支付时刻", "Paid at"},
    {"planned", "计划累计本金", "Principal planned until then"},
    {"pledged_on", "质押日", "Pledged"},
    {"provider_controller", "出让方实际控制人", "Controller of the provider"},
    {"quarter", "季度", "Quarter"}, {"quarter_end", "季末", "End of the quarter"},
    {"rate", "年利率", "Rate"}, {"recorded", "登记版本", "Version recorded"},
    {"registered_on", "质权登记日", "Registered"}, {"released_on", "解除日", "Released"},
    {"reversed", "被冲销的事件", "Event reversed"}, {"revenue", "营业收入", "Revenue"},
    {"rights", "权利件数", "Rights"}, {"share", "占比", "Share"},
    {"shared", "共同之处", "What they share"}, {"signed_on", "签订日", "Signed"},
    {"state", "状态", "State"}, {"subsidies", "补贴合计", "Subsidies"},
    {"subsidy_on", "补贴日", "Subsidised"},
    {"told", "已报(还款、逾期、未提)", "Told: repaid, in arrears, undrawn"},
    {"transferred_on", "转让日", "Transferred"}, {"valuation", "评估值", "Valuation"},
    {"whose", "关联方", "Whose"}, {"why", "原因", "Why"}, {"year", "年度", "Year"}, END};

/* By what two supports, or two owners, are one too many. */
static const struct word ways[] = {{"returned", "转出后转回", "Came back"},
    {"many_owners", "短期内多次易主", "Many owners"}, {"claim", "风险补偿", "Compensation"},
    {"interest", "贴息", "Interest subsidy"}, END};

const struct word_list word_lists[] = {{"task", tasks}, {"target.status", target_states},
    {"loan.state", loan_states}, {"ip.state", right_states}, {"claim.state", claim_states},
    {"coverage.state", coverage_states}, {"application.state", application_states},
    {"proposal.state", proposal_states}, {"policy.state", policy_states},
    {"plan.state", plan_states}, {"flag.state", flag_states},
    {"insurance_policy.state", insurance_states}, {"scheme.state", plan_states}, {"state", states},
    {"severity", severities}, {"cause", causes}, {"step", steps}, {"who", fact_people},
    {"claim.room", rooms}, {"flag.fact", evidence}, {"flag.how", ways}, {0}};

const struct choice loan_event_kinds[] = {{"disbursed", "放款"}, {"repaid", "还款"},
    {"extended", "展期"}, {"overdue", "逾期"}, {"classified", "五级分类"}, {"written_off", "核销"},
    {"recovered", "核销后收回"}, {"settled", "结清"}, {"pledge_released", "解除质押"},
    {"reversed", "冲销"}, {"repriced", "利率调整"}, {"transferred", "不良转让"}, {"voided", "作废"},
    {NULL, NULL}};

const struct choice ip_event_kinds[] = {{"applied", "申请"}, {"granted", "授权(注册)"},
    {"transferred", "转让"}, {"grace", "年费滞纳期"}, {"annuity_paid", "补缴年费"},
    {"suspended", "中止"}, {"resumed", "恢复程序"}, {"lapsed", "终止"}, {"restored", "恢复权利"},
    {"renewed", "续展"}, {"invalidation_filed", "启动无效宣告"},
    {"invalidation_closed", "无效宣告结案(维持)"}, {"invalidated", "宣告无效"},
    {"twin", "同日申请"}, {"reversed", "冲销"}, {NULL, NULL}};

static const char *const english[][2] = {{"single_pledge", "Pledge loan"},
    {"pooled_credit", "Pooled credit"}, {"invest_loan_linkage", "Investment with loan"},
    {"special_mention", "Special mention"}, {"substandard", "Substandard"},
    {"utility_model", "Utility model"}, {"ip_office", "IP office"},
    {"sme_acquisition", "Acquired by small and medium firms"},
    {"university_outflow", "From universities and institutes"},
    {"product_filing", "Product filings"}, {"implementation", "Patents put to use"},
    {"benefiting_firm", "Firms that benefit"}, {"sme", "Small or medium firm"},
    {"state_firm", "State-owned firm"}, {"actual/360", "Actual days / 360"},
    {"actual/365", "Actual days / 365"}, {"30/360", "30 / 360"}, {"lpr", "LPR"},
    {"borrower_uscc", "Credit code of the borrower"}, {"owner_uscc", "Credit code of the owner"},
    {"signed_on", "Day of signing"}, {"registered_on", "Day of registration"},
    {"disbursed_on", "Day of draw-down"}, {"settled_on", "Day of settlement"},
    {"signed_month", "Month of signing"}, {"settled_month", "Month of settlement"},
    {"month_before_signed", "Month before signing"}, {"december", "December of that year"},
    {"registered_amount", "Amount and day of registration"},
    {"drawn", "Amount and day of draw-down"}, {"draw_down", "Day of draw-down"},
    {"settlement", "Day of settlement"}, {"application", "Day of application"},
    {"economy", "Economy and informatisation"}, {"sasac", "State assets (SASAC)"},
    {"financial_regulator", "Local financial regulator"}, {"followups", "Follow-ups"},
    {"state_firm_offers", "Offers of state-owned firms"},
    {"dormant_offers", "Offers of dormant patents"},
    {"dormant_deals", "Deals over dormant patents"}, {"bank_enterprise", "Banks meet firms"},
    {"bank_park", "Banks meet parks"}, {"park_visit", "Visit to a park"},
    {"patent_transaction", "Insurance of patent deals"},
    {"pre_compensation", "Compensation in advance"}, {"1y", "One year"}, {"5y", "Five years"},
    {"ngo", "Social organisation"}, {"abs", "Asset-backed securities (ABS)"},
    {"abn", "Asset-backed notes (ABN)"}, {"carry_over", "Carried over to the next year"},
    {"reguarantor", "Re-guarantor"}, {"pro_rata", "In proportion"},
    {"fund_first", "The fund first"}, {"bank_first", "The bank first"},
    {"principal_award", "Award on the principal"}, {"lender_award", "Award to the lender"},
    {"grace", "Period of grace"}, {"twin", "Twin of the same day"},
    {"annuity_paid", "Annual fee paid"}, {"invalidation_filed", "Invalidation requested"},
    {"invalidation_closed", "Invalidation refused"}, {"clock", "Went on with the clock behind"},
    {"restore", "Went on from an earlier state"},
    {"infringement_liability", "Liability for infringement"},
    {"overseas_liability", "Liability for infringement abroad"},
    {"quick_licences", "Licences by set terms"}, {"rising", "Rising each year"},
    {"deducted", "Deducted first"}, {"layered", "As a layer of its own"}, {"intent", "Intention"},
    {"ip_deal", "Deal over patents"}, {"ip_deal_payment", "Payment of a deal"},
    {"ip_event", "Entry of the register"}, {"unit", "Model unit"}, {"case", "Model case"}};

static const struct word *word_in(
    const char *of, size_t of_n, const char *ending, const char *name, size_t n)
{
    for (const struct word_list *l = word_lists; l->of; l++) {
        if (strncmp(l->of, of, of_n) != 0 || strcmp(l->of + of_n, ending) != 0)
            continue;
        for (const struct word *w = l->words; w->name; w++) {
            if (strlen(w->name) == n && memcmp(w->name, name, n) == 0)
                return w;
        }
    }
    return NULL;
}

const struct word *word_of(const char *list, struct str name)
{
    return word_in(list, strlen(list), "", name.p, name.n);
}

const char *word_title(const char *word, size_t n, bool in_english)
{
    const char *dot = memchr(word, '.', n);
    const struct word *w = NULL;
    if (dot) {
        size_t of = (size_t)(dot - word);
        w = word_in(word, of, ".state", dot + 1, n - of - 1);
    } else {
        w = word_in("step", 4, "", word, n);
        if (!w)
            w = word_in("state", 5, "", word, n);
    }
    return !w ? NULL : in_english ? w->en : w->zh;
}

/* "written_off" says it itself: "Written off". */
static const char *spelt(struct arena *a, const char *name)
{
    struct buf b;
    buf_init(&b, a);
    for (const char *p = name; *p; p++)
        buf_char(&b, *p == '_' ? ' ' : p == name ? (char)toupper((unsigned char)*p) : *p);
    return buf_view(&b).p;
}

const char *word_english(struct arena *a, const char *name)
{
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++) {
        if (strcmp(english[i][0], name) == 0)
            return english[i][1];
    }
    return spelt(a, name);
}

const char *event_title(struct arena *a, struct str of, const char *word, size_t n, bool in_english)
{
    const struct choice *c = str_is(of, "ip") ? ip_event_kinds : loan_event_kinds;
    while (c->name && (strlen(c->name) != n || memcmp(c->name, word, n) != 0))
        c++;
    return !c->name ? NULL : in_english ? word_english(a, c->name) : c->zh;
}
