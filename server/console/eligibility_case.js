/**
 * eligibility_case.js - what a check is of: a loan, or an insurance policy where the subsidy is for premiums. Found by a part of its
 * number or of its firm's name; shown beside the answer.
 */
import {h, name, u} from './h.js';
import {get, maybe} from './api.js';
import {day, money, pct} from './fmt.js';
import {badge, card, facts, table} from './table.js';
import {t} from './words.js';

const is_for_premiums = (policy) => !!policy && (policy.items || []).every((i) => i.item === 'premium');

/** A case: its number, its firm, what it is in a request, and what it was found as. */
const of_loan = (l) => ({as: 'loan', no: l.contract_no, firm: l.borrower_name, it: l});
const of_insurance = (x) => ({as: 'insurance_policy', no: x.policy_no, firm: x.insured_name, it: x});

/** {found} where exactly one has that number; else {choice}: what could be meant. */
export async function find_case(what, policy) {
  const loans = is_for_premiums(policy) ? [] : (await get('/v1/loans', {q: what, limit: 20})).items.map(of_loan);
  const covers = loans.length || (policy && !is_for_premiums(policy)) ? null : await maybe(get('/v1/insurance-policies', {q: what, limit: 20}));
  const all = [...loans, ...(covers ? covers.items.map(of_insurance) : [])], exact = all.filter((c) => c.no === what || c.it.id === what);
  return exact.length === 1 ? {found: exact[0]} : {choice: all};
}

const LOAN = () => [{key: 'no', title: t('合同编号', 'Contract'), cell: (c) => c.no}, {key: 'firm', title: t('企业', 'Firm'), wide: true, cell: (c) => name(c.firm)},
  {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (c) => money(c.it.amount)},
  {key: 'on', title: t('签订日', 'Signed'), cell: (c) => day(c.it.signed_on)}, {key: 'state', title: t('状态', 'State'), cell: (c) => badge('loan.state', c.it.state)}];
const INSURANCE = () => [{key: 'no', title: t('保单号', 'Insurance'), cell: (c) => c.no}, {key: 'firm', title: t('企业', 'Firm'), wide: true, cell: (c) => name(c.firm)},
  {key: 'premium', title: t('保费（元）', 'Premium (CNY)'), num: true, cell: (c) => money(c.it.premium)},
  {key: 'on', title: t('起日', 'From'), cell: (c) => day(c.it.starts_on)}];

/** Which of several was meant. */
export function choose(asked, choice, href) {
  if (!choice.length) return card(null, h('p', {class: 'empty'},
    t(`找不到「${asked}」的贷款或保单，或不在您可见的范围内。请核对编号，或用企业名称的一部分再查。`,
      `No loan or insurance "${asked}" that you may see. Check the number or try a part of the name.`)));
  const loan = choice[0].as === 'loan', n = `${choice.length}${choice.length === 20 ? '+' : ''}`;
  return card(loan ? t(`请选一笔贷款（${n} 笔）`, `Choose a loan (${n})`) : t(`请选一张保单（${n} 张）`, `Choose an insurance policy (${n})`),
    table({rows: choice, href, columns: loan ? LOAN() : INSURANCE()}));
}

const yuan = (x) => x ? t(`${money(x)} 元`, money(x)) : null;
/** The case itself. */
export function case_card({as, it}) {
  if (as === 'loan') return card(t('贷款', 'Loan'), facts([[t('合同编号', 'Contract'), h('a', {href: u`/console/loans/${it.id}`}, it.contract_no)],
    [t('企业', 'Firm'), name(it.borrower_name)], [t('信用代码', 'Credit code'), h('a', {href: u`/console/enterprises/${it.borrower_uscc}`}, it.borrower_uscc)],
    [t('金额', 'Amount'), yuan(it.amount)], [t('知识产权担保', 'Secured by IP'), yuan(it.ip_amount)], [t('利率', 'Rate'), pct(it.rate)],
    [t('放款－到期', 'Disbursed, due'), `${day(it.disbursed_on)} ${t('至', 'to')} ${day(it.matures_on)}`], [t('状态', 'State'), badge('loan.state', it.state)]]));
  return card(t('保单', 'Insurance'), facts([[t('保单号', 'Number'), it.policy_no], [t('企业', 'Firm'), name(it.insured_name)],
    [t('信用代码', 'Credit code'), it.insured_uscc ? h('a', {href: u`/console/enterprises/${it.insured_uscc}`}, it.insured_uscc) : null],
    [t('保费', 'Premium'), yuan(it.premium)], [t('保险金额', 'Sum insured'), yuan(it.sum_insured)],
    [t('保险期间', 'From, to'), `${day(it.starts_on)} ${t('至', 'to')} ${day(it.ends_on)}`]]));
}
