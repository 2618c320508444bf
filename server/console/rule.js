/**
 * rule.js - a policy's rule in sentences, as its applicants read it; its parts by pointer; what differs between two of them.
 */
import {h} from './h.js';
import {fact_text, item_title} from './decision.js';
import {money} from './fmt.js';
import {t} from './words.js';

export const OPS = {eq: ['等于', 'is'], ne: ['不等于', 'is not'], lt: ['小于', 'less than'], le: ['不超过', 'at most'],
  gt: ['大于', 'more than'], ge: ['不低于', 'at least'], in: ['为其中之一', 'one of'], between: ['在……之间', 'between'],
  exists: ['已提供', 'is told']};
export const op_title = (op) => OPS[op] ? t(...OPS[op]) : op;

const DAYS = {disbursed_on: ['放款日', 'day drawn'], signed_on: ['签订日', 'day signed'], signed_month: ['签订当月', 'month signed'],
  settled_on: ['还清日', 'day settled'], month_before_signed: ['签订前一月', 'month before signing'],
  settled_month: ['还清当月', 'month settled'], december: ['还清当年十二月', 'December']};

export function value_text(fact, value) {
  if (Array.isArray(value)) return value.map((v) => fact_text(fact, v)).join(t('、', ', '));
  if (value && typeof value === 'object') return value.lpr ? t(`LPR（${value.lpr}）`, `LPR (${value.lpr})`) : JSON.stringify(value);
  return fact_text(fact, value);
}

/** 「知识产权担保占比 不低于 30.00%」 */
export function test_sentence(c, book) {
  const f = book[c.fact];
  if (c.op === 'exists') return `${f ? f.title : c.fact} ${op_title('exists')}`;
  const than = c.than ? (book[c.than] || {title: c.than}).title : c.lpr ? `LPR（${c.lpr.lpr || c.lpr}）` : value_text(f, c.value);
  return `${f ? f.title : c.fact} ${op_title(c.op)} ${than}`;
}

/** A condition as a nested list. */
export function condition(c, book) {
  for (const [key, zh, en] of [['all', '以下全部满足', 'all of these'], ['any', '以下满足任一', 'any of these']]) {
    if (c[key]) return h('div', {class: 'condition'}, h('span', {class: 'quiet'}, t(zh, en)),
      h('ol', null, c[key].map((m) => h('li', null, condition(m, book)))));
  }
  if (c.not) return h('div', {class: 'condition'}, h('span', {class: 'quiet'}, t('并非', 'not')), condition(c.not, book));
  return h('div', null, c.text ? [h('strong', null, c.text), h('div', {class: 'hint'}, test_sentence(c, book),
    c.legal_ref ? `　${c.legal_ref}` : null)] : test_sentence(c, book));
}

const yuan = (x) => t(`${money(x)} 元`, `${money(x)} CNY`);
/** 「利息补贴：按 50%，只计知识产权部分，至多 6 个月，单笔不超过 50,000.00 元」 */
export function item_sentence(i) {
  const c = i.rate_ceiling;
  return [i.share ? t(`按 ${i.share}%`, `${i.share} %`) : null, i.points ? t(`每年 ${i.points} 个百分点`,
    `${i.points} points a year`) : null, i.of_loan ? t(`贷款的 ${i.of_loan}%`, `${i.of_loan} % of the loan`) : null,
    i.amount ? yuan(i.amount) : null,
    c ? t(`利率不超过 ${c.at && DAYS[c.at] ? DAYS[c.at][0] : ''} ${c.lpr} LPR${c.multiplier ? ' × ' + c.multiplier : ''}${c.spread ? ' + ' + c.spread : ''}`,
      `rate up to LPR ${c.lpr}`) : null, i.ip_part_only ? t('只计知识产权部分', 'the IP part only') : null,
    i.months ? t(`至多 ${i.months} 个月`, `up to ${i.months} months`) : null,
      i.years ? t(`至多 ${i.years} 年`, `up to ${i.years} years`) : null,
      i.max_of_loan ? t(`不超过贷款的 ${i.max_of_loan}%`, `up to ${i.max_of_loan} % of the loan`) : null,
      i.cap ? t(`单笔不超过 ${money(i.cap)} 元`, `up to ${money(i.cap)} CNY`) : null]
    .filter(Boolean).join(t('，', ', '));
}
const PER = {loan: ['每笔贷款', 'a loan'], enterprise: ['每户企业', 'a firm'], bank: ['每家银行', 'a bank']},
  PERIOD = {year: ['每年', 'a year'], lifetime: ['累计', 'in all']};
const cap_sentence = (c) => `${PER[c.per] ? t(...PER[c.per]) : c.per}${c.period ? (PERIOD[c.period] ? t(...PERIOD[c.period]) : c.period) : ''}${t('不超过 ', ' up to ')}${yuan(c.amount)}${c.item ? `（${item_title(c.item)}）` : ''}`;

/** The rule as its applicants read it. */
export function sentences(p, book) {
  return [h('h3', null, t('条件', 'Conditions')), condition(p.eligible, book), h('h3', null, t('补贴项目', 'Items')),
    h('ol', null, p.items.map((i) => h('li', null, h('strong', null, item_title(i.item)), '：', item_sentence(i),
    i.when ? [t('；适用于 ', '; where '), condition(i.when, book)] : null))),
    p.caps && p.caps.length ? [h('h3', null, t('限额', 'Caps')), h('ul', null, p.caps.map((c) => h('li', null, cap_sentence(c))))] : null];
}

/** [[pointer, value]] of all leaves. */
export function leaves(x, at = '') {
  if (x === null || typeof x !== 'object') return [[at, x]];
  return Object.entries(x).flatMap(([k, v]) => leaves(v, `${at}/${k}`));
}

/** What another rule says otherwise: [{pointer, a, b}], one line a change. */
export function changes(a, b) {
  const x = new Map(leaves(a)), y = new Map(leaves(b));
  return [...new Set([...x.keys(), ...y.keys()])].filter((k) => x.get(k) !== y.get(k)).map((pointer) => ({pointer, a: x.get(pointer),
    b: y.get(pointer)}));
}
const NAMES = {code: '政策代码', title: '名称', district: '区', effective_from: '施行日', effective_to: '失效日', apply_until: '申报截止日',
  legal_ref: '依据', source: '出处', share: '比例（%）', points: '每年百分点', months: '月数上限', years: '年数上限', cap: '单笔上限',
  amount: '金额', multiplier: '倍数', spread: '加点', value: '值', fact: '事实', op: '比较', text: '条款', clause: '条款代码'};
/** 「补贴项目 1 · 比例」 for /items/0/share. */
export function pointer_title(pointer, p) {
  const parts = pointer.split('/').slice(1), last = parts[parts.length - 1],
    name = NAMES[last] ? t(NAMES[last], last.replace(/_/g, ' ')) : last;
  if (parts[0] === 'items' && p.items && p.items[parts[1]]) return `${item_title(p.items[parts[1]].item)} · ${name}`;
  if (parts[0] === 'eligible') { const c = parts.slice(1, -1).reduce((at, k) => at && at[k],
    p.eligible); return `${t('条件', 'Condition')} · ${c && c.text ? c.text + ' · ' : ''}${name}`; }
  return parts[0] === 'caps' ? `${t('限额', 'Cap')} ${Number(parts[1]) + 1} · ${name}` : name;
}
