/*
 * titles.c - titles of words: of what is only told in both languages, of what is taken in English.
 */
#include "titles.h"
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
    {"clawed_back", "已追回", "Clawed back"}, END};

static const struct word proposal_states[] = {{"waiting", "待复核", "Waiting"},
    {"approved", "已同意", "Approved"}, {"refused", "未同意", "Refused"}, END};

static const struct word policy_states[] = {{"draft", "草案", "Draft"},
    {"in_force", "施行中", "In force"}, {"ended", "已终止", "Ended"}, END};

static const struct word plan_states[] = {
    {"draft", "草案", "Draft"}, {"in_force", "施行中", "In force"}, END};

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
    {"revoked", "已吊销", "Revoked"}, {"published", "已公布", "Published"}, END};

/* As verbs, on the buttons that take them. */
static const struct word steps[] = {{"accept", "受理", "Accept"}, {"return", "退回补正", "Return"},
    {"resubmit", "重新提交", "Resubmit"}, {"withdraw", "撤回", "Withdraw"},
    {"approve", "批准", "Approve"}, {"renew", "续冻", "Renew the hold"},
    {"release", "解冻", "Release the hold"}, {"pay", "支付", "Pay"},
    {"recover", "登记追偿", "Recover"}, {"accept_costs", "认可费用", "Accept costs"},
    {"cure", "恢复正常", "Cure"}, {"close", "结案", "Close"}, {"confirm", "确认", "Confirm"},
    {"refuse", "不同意", "Refuse"}, {"clawback", "追回", "Claw back"}, {"end", "终止", "End"},
    {"clear", "解除", "Clear"}, {"seal", "封存", "Seal"}, {"submit", "提交", "Submit"},
    {"void", "作废", "Void"}, {"propose", "提出", "Propose"}, END};

const struct word_list word_lists[] = {{"task", tasks}, {"target.status", target_states},
    {"loan.state", loan_states}, {"claim.state", claim_states}, {"coverage.state", coverage_states},
    {"application.state", application_states}, {"proposal.state", proposal_states},
    {"policy.state", policy_states}, {"plan.state", plan_states}, {"flag.state", flag_states},
    {"scheme.state", plan_states}, {"state", states}, {"severity", severities}, {"cause", causes},
    {"step", steps}, {0}};

static const char *const english[][2] = {{"single_pledge", "Pledge loan"},
    {"pooled_credit", "Pooled credit"}, {"invest_loan_linkage", "Investment with loan"},
    {"special_mention", "Special mention"}, {"substandard", "Substandard"},
    {"utility_model", "Utility model"}, {"ip_office", "IP office"},
    {"sme_acquisition", "Acquired by small and medium firms"},
    {"university_outflow", "From universities and institutes"},
    {"product_filing", "Product filings"}, {"implementation", "Patents put to use"},
    {"benefiting_firm", "Firms that benefit"}, {"sme", "Small or medium firm"},
    {"state_firm", "State-owned firm"}, {"actual/360", "Actual days / 360"},
    {"actual/365", "Actual days / 365"}, {"30/360", "30 / 360"}, {"lpr", "LPR"}};

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

const char *word_english(const char *name)
{
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++) {
        if (strcmp(english[i][0], name) == 0)
            return english[i][1];
    }
    return NULL;
}
