/*
 * notes.c - 口径: what each section of the report counts, and how.
 */
#include "form.h"

static const struct {
    const char *section, *zh, *en;
} notes[] = {
    {"headline",
        "质押融资笔数、金额按合同签订日(或注明的其他日期)归入季度,金额为贷款合同金额;"
        "企业数按统一社会信用代码去重;"
        "质押专利、商标件数为各笔贷款所列权利之和,一件权利质押两次计两次。作废的贷款不计。",
        "Loans and amounts stand in the quarter of the day of signing (or the day named); the "
        "amount is that of the "
        "contract; firms are counted once by their code; rights are those listed in each loan. "
        "Voided loans count "
        "nowhere."},
    {"targets",
        "与计划目标接口同一算法:含录入的年度基数。增幅类比较本年累计与上年同期,年度结束后为全年;"
        "目标值为上年同期"
        "加门槛;完成度为完成值占目标值的百分比;年均增幅分几何平均与算术平均;"
        "计划期满后保持期末数。台账记录为本表"
        "范围内的贷款。",
        "Computed as /v1/plans/…/targets is, figures entered from outside included. Growth "
        "compares the year to date with "
        "the same quarters of the year before; progress is the value in percent of what is "
        "required; after a plan has "
        "ended its last figures stay. On record: loans of this report's scope."},
    {"by_quarter", "各季度的贷款,与上年同季、上季比较。",
        "Loans of each quarter beside the same of last year and the quarter before."},
    {"by_district",
        "按借款企业所在区;登记金额为本季贷款在质权登记簿上的担保金额,未报的以贷款金额计。",
        "By the borrower's district; registered: what the register of pledges secures of the "
        "quarter's loans, else their amount."},
    {"by_bank", "按放款银行。", "By the bank that lent."},
    {"by_kind", "以专利、商标或两者质押的贷款,各贷款只计一次。",
        "Loans secured by patents, trademarks or both; each counts once."},
    {"by_ip_kind", "按权利种类;多种权利并用的单列。",
        "By kind of right; loans with several kinds stand apart."},
    {"by_product", "按金融产品:单笔质押、集合授信、投贷联动、信托。", "By product."},
    {"by_size", "按工信部联企业〔2011〕300号由从业人员、营业收入、资产总额划型;未填报的单列。",
        "By the national classification of firm sizes; those that were not reported stand apart."},
    {"by_industry", "按 GB/T 4754-2017 门类。", "By section of GB/T 4754-2017."},
    {"small_loans", "单笔金额 1,000 万元(含)以下的贷款。", "Loans of at most 10 million yuan."},
    {"first_loans", "借款企业的首笔贷款,由银行申报。",
        "First loans of their borrower, as the bank reports."},
    {"balances",
        "期末数:贷款余额为已放未还本金;逾期率为逾期本金占余额;不良为五级分类后三类;"
        "已核销未收回的不在余额内。",
        "At the end of the quarter: principal drawn and not repaid; overdue and non-performing "
        "(substandard, doubtful, loss) "
        "in percent of it; written-off loans are off the books."},
    {"fund", "期初余额 + 拨入 − 代偿支出 + 追偿收回 − 退回 + 调整 = 期末余额;已批未付为冻结金额。",
        "Opening + appropriations − compensation + recoveries − returns + adjustments = closing; "
        "held: approved, not paid."},
    {"claims", "按理赔申请现状;净损失、资金池应担为申请时按方案计算的金额。",
        "By the state of the claim; amounts by the scheme's terms."},
    {"claims_by_scheme", "同上,按风险分担方案。", "The same by scheme."},
    {"coverage", "已备案(入池)贷款及其余额、不良;放大倍数余额为方案尚可承保的金额。",
        "Covered loans, what is owed and bad of them, and the room left."},
    {"subsidies", "按补贴政策;预算为本年下达数,可用为预算减已付和已承诺。",
        "By policy; left: the year's budget less what is paid and promised."},
    {"insurance", "按险种,以保险起期归入季度。",
        "By kind, in the quarter that the policy begins in."},
    {"securitisation", "ABS、ABN 按发行日归入季度;存续金额为发行减已兑付本金。",
        "By day of issue; outstanding: issued less principal repaid."},
    {"ip_deals",
        "已确认的专利转让、许可、作价入股合同,按签订日归入季度;专利数为合同所列件数;到账按收款日;"
        "待确认的不计入其他各栏。",
        "Deals that another organisation has confirmed, in the quarter that they were signed in; "
        "money by the day of receipt; those that wait for it count in no other column."},
    {"catalogue",
        "供给按持有人类别,需求单列;季末在目录的为届时有效的;"
        "走访、意向、成交、贷款按对接记录的日期。",
        "Offers by kind of holder, needs in a row of their own; in the catalogue: valid on the "
        "quarter's last day; what came of them by the day of the follow-up."},
    {"events",
        "按举办日归入季度;贷款、专利交易为参加单位在活动后 180 "
        "日内签订的,参加过多场的计入最后一场。",
        "By the day of the event; loans and deals that participants signed within 180 days, of "
        "those who went to several in the last."},
    {"events_by_district", "同上,按举办所在区。", "The same by the district of the event."},
    {"registers", "按登记类别:本季新设、季末在册,及其窗口、特派员或成员;参加人数为培训人次。",
        "By register: new in the quarter, standing at its end, with windows, specialists or "
        "members; persons trained."},
    {"reporters", "迟报:在报送期限后登记;到期未报结果:期限已过而无结清、展期等事件。",
        "Late: recorded after the deadline; nothing reported: the term ended without word."},
    {"quality", "报送记录的退回、更正与相互矛盾。",
        "Lines refused, corrections, and records that contradict each other."},
    {"restatements", "已封存季度因迟报、更正而变动的数字。",
        "Sealed quarters whose figures changed by late reports and corrections."},
};

struct str form_note(const struct report_section *s, bool english)
{
    for (size_t i = 0; i < COUNT_OF(notes); i++) {
        if (strcmp(notes[i].section, s->name) == 0)
            return form_pick(english, notes[i].zh, notes[i].en);
    }
    BUG("section without a note");
}
