/**
 * words.js - the language of the page, and the titles of the API's words: each in Chinese and English.
 */
const LANGUAGES = ['zh', 'en'];
let language = 'zh';

export function language_set(lang) {
  language = LANGUAGES.includes(lang) ? lang : 'zh';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
export const is_english = () => language === 'en';
/** Both texts stand beside each other where they are used. */
export const t = (zh, en) => language === 'en' ? en : zh;

/** Titles of words of the API: title('loan.state', 'settled'). A word that has none is shown as it is, and a test fails. */
export const WORDS = {
  'kind': {bank: ['银行', 'Bank'], insurer: ['保险机构', 'Insurer'], guarantor: ['担保机构', 'Guarantor'],
    district: ['区级主管部门', 'District'], finance: ['市财政局', 'Finance bureau'], ip_office: ['市知识产权局', 'IP office'],
    auditor: ['审计', 'Auditor']},
  'target.status': {met: ['已完成', 'Met'], on_track: ['按进度', 'On track'], at_risk: ['有风险', 'At risk'],
    missed: ['未达到', 'Missed'], no_base: ['缺基数', 'No base'], incomplete: ['未到期', 'Not due'],
    behind: ['落后', 'Behind']},
  'loan.state': {signed: ['已签订', 'Signed'], active: ['存续', 'Active'], overdue: ['逾期', 'Overdue'],
    written_off: ['已核销', 'Written off'], settled: ['已结清', 'Settled'], transferred: ['已转让', 'Transferred'],
    voided: ['已作废', 'Voided'], matured: ['已到期', 'Matured']},
  'loan.event': {disbursed: ['放款', 'Disbursed'], repaid: ['还款', 'Repaid'], overdue: ['逾期', 'Overdue'],
    repriced: ['利率调整', 'Repriced'], extended: ['展期', 'Extended'], classified: ['五级分类', 'Classified'],
    written_off: ['核销', 'Written off'], recovered: ['核销后收回', 'Recovered'], settled: ['结清', 'Settled'],
    transferred: ['不良转让', 'Transferred'], pledge_released: ['解除质押', 'Pledge released'], voided: ['作废', 'Voided'],
    reversed: ['冲销', 'Reversed']},
  'grade': {normal: ['正常', 'Normal'], special_mention: ['关注', 'Special mention'], substandard: ['次级', 'Substandard'],
    doubtful: ['可疑', 'Doubtful'], loss: ['损失', 'Loss'], pass: ['正常', 'Pass']},
  'payer': {borrower: ['借款企业', 'Borrower'], guarantor: ['担保机构', 'Guarantor'], insurer: ['保险机构', 'Insurer'],
    third_party: ['第三方', 'Third party']},
  'product': {single_pledge: ['质押贷款', 'Pledge loan'], pooled_credit: ['集合授信', 'Pooled credit'], invest_loan_linkage: ['投贷联动', 'Investment with loan'],
    trust: ['信托', 'Trust']},
  'size': {micro: ['微型', 'Micro'], small: ['小型', 'Small'], medium: ['中型', 'Medium'], large: ['大型', 'Large'], unknown: ['规模不明', 'Unknown']},
  'ip.kind': {invention: ['发明', 'Invention'], utility_model: ['实用新型', 'Utility model'], design: ['外观设计', 'Design'], trademark: ['商标', 'Trademark']},
  'claim.state': {submitted: ['待受理', 'Submitted'], accepted: ['已受理', 'Accepted'], returned: ['退回补正', 'Returned'],
    lapsed: ['补正逾期', 'Lapsed'], withdrawn: ['已撤回', 'Withdrawn'], approved: ['已批准', 'Approved'], paid: ['已支付', 'Paid'],
    recovering: ['追偿中', 'Recovering'], closed: ['已结案', 'Closed'], refused: ['未批准', 'Refused'], cured: ['已恢复正常', 'Cured']},
  'coverage.state': {requested: ['待确认', 'Requested'], covered: ['已备案', 'Covered'], refused: ['未通过', 'Refused'],
    suspended: ['中止', 'Suspended'], ended: ['已终止', 'Ended']},
  'application.state': {submitted: ['已提交', 'Submitted'], reserved: ['已占额度', 'Reserved'], queued: ['排队', 'Queued'],
    approved: ['已批准', 'Approved'], paid: ['已支付', 'Paid'], refused: ['不予补贴', 'Refused'], withdrawn: ['已撤回', 'Withdrawn'],
    clawed_back: ['已追回', 'Clawed back']},
  'proposal.state': {waiting: ['待复核', 'Waiting'], approved: ['已同意', 'Approved'], refused: ['未同意', 'Refused']},
  'flag.state': {open: ['未解除', 'Open'], cleared: ['已解除', 'Cleared'], withdrawn: ['已不成立', 'Withdrawn']},
  'severity': {high: ['高', 'High'], med: ['中', 'Medium'], low: ['低', 'Low']},
  'side': {sme_acquisition: ['中小企业接受专利', 'Acquired by small and medium firms'], university_outflow: ['高校院所输出专利', 'From universities and institutes'],
    product_filing: ['专利产品备案', 'Product filings'], implementation: ['专利实施', 'Patents put to use'], benefiting_firm: ['惠及企业', 'Firms that benefit']},
  'way': {transfer: ['转让', 'Transfer'], licence: ['许可', 'Licence'], contribution: ['作价入股', 'Contribution']},
  'cause': {appropriation: ['拨款', 'Appropriation'], adjustment: ['调整', 'Adjustment'], compensation: ['赔付', 'Compensation'], pre_compensation: ['前补偿', 'Advance'], recovery: ['追偿收回', 'Recovery'], subsidy: ['补贴', 'Subsidy'],
    clawback: ['追回', 'Clawback'], reversal: ['冲销', 'Reversal'], carry_over: ['结转', 'Carried over'], return: ['退回', 'Returned'], transfer: ['划转', 'Transfer']},
  'section': {headline: ['总体情况', 'Headline'], targets: ['目标完成情况', 'Targets'], by_quarter: ['分季度走势', 'By quarter'],
    by_district: ['分区情况', 'By district'], by_bank: ['分银行情况', 'By bank'], by_kind: ['分质押方式', 'By kind of pledge'], by_ip_kind: ['分权利类型', 'By kind of right'],
    by_product: ['分贷款产品', 'By product'], by_size: ['分企业规模', 'By size of firm'], by_industry: ['分行业', 'By industry'], small_loans: ['小额贷款', 'Small loans'],
    first_loans: ['首贷', 'First loans'], balances: ['余额与质量', 'Balances'], fund: ['补偿资金', 'Fund'], claims: ['理赔', 'Claims'], claims_by_scheme: ['分方案理赔', 'Claims by scheme'],
    coverage: ['备案入池', 'Coverage'], subsidies: ['补贴', 'Subsidies'], insurance: ['保险', 'Insurance'], securitisation: ['证券化', 'Securitisation'], ip_deals: ['专利交易', 'Deals'],
    catalogue: ['供需目录', 'Catalogue'], events: ['对接活动', 'Matching events'], events_by_district: ['分区对接活动', 'Events by district'], registers: ['平台与机构', 'Registers'],
    reporters: ['报送情况', 'Reporters'], quality: ['报送质量', 'Data quality'], restatements: ['追溯调整', 'Restatements']},
  'step': {accept: ['受理', 'Accept'], return: ['退回补正', 'Return'], resubmit: ['重新提交', 'Resubmit'],
    withdraw: ['撤回', 'Withdraw'], approve: ['批准', 'Approve'], renew: ['续冻', 'Renew the hold'],
    release: ['解冻', 'Release the hold'], pay: ['支付', 'Pay'], recover: ['登记追偿', 'Recover'],
    accept_costs: ['认可费用', 'Accept costs'], cure: ['恢复正常', 'Cure'], close: ['结案', 'Close'], confirm: ['确认', 'Confirm'],
    refuse: ['不同意', 'Refuse'], clawback: ['追回', 'Claw back'], end: ['终止', 'End'], clear: ['解除', 'Clear'],
    seal: ['封存', 'Seal'], submit: ['提交', 'Submit'], void: ['作废', 'Void']},
};

export function title(of, word) {
  const found = WORDS[of] && WORDS[of][word];
  return found ? found[language === 'en' ? 1 : 0] : String(word);
}
