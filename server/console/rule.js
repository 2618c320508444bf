/**
 * rule.js - a policy's rule in sentences, as its applicants read it; its parts by pointer; what differs between two of them.
 */
import {h, name} from './h.js';
import {get} from './api.js';
import {fact_text, item_title, payee_title} from './decision.js';
import {money} from './fmt.js';
import {table} from './table.js';
import {is_english, t, title} from './words.js';

export const OPS = {eq: ['等于', 'is'], ne: ['不等于', 'is not'], lt: ['小于', 'less than'], le: ['不超过', 'at most'],
  gt: ['大于', 'more than'], ge: ['不低于', 'at least'], in: ['为其中之一', 'one of'], between: ['在……之间', 'between'],
  exists: ['已提供', 'is told']};
export const op_title = (op) => OPS[op] ? t(...OPS[op]) : op;

/** 「签订日一年期 LPR × 1.40」 */
const lpr_text = (x) => [x.at ? title('policy.items.rate_ceiling.at', x.at) + t('', ', ') : null, title('policy.items.rate_ceiling.lpr', x.lpr), ' LPR',
  x.multiplier ? ` × ${x.multiplier}` : null, x.spread ? ` + ${x.spread}` : null].filter(Boolean).join('');

export function value_text(fact, value) {
  if (Array.isArray(value)) return value.map((v) => fact_text(fact, v)).join(t('、', ', '));
  if (value && typeof value === 'object') return value.lpr ? lpr_text(value) : JSON.stringify(value);
  return fact_text(fact, value);
}

/** 「知识产权担保占比 不低于 30.00%」 */
export function test_sentence(c, book) {
  const f = book[c.fact], titled = f ? f.title : c.fact || '…';
  if (c.op === 'exists') return `${titled} ${op_title('exists')}`;
  const than = c.than !== undefined ? (book[c.than] || {title: c.than || '…'}).title + (c.months ? t(`后 ${c.months} 个月`, ` + ${c.months} months`) : '')
    : value_text(f, c.value);
  if (c.op === 'between' && Array.isArray(c.value) && c.value.length === 2) {
    const [from, to] = c.value.map((v) => fact_text(f, v));
    return t(`${titled} 在 ${from} 与 ${to} 之间`, `${titled} between ${from} and ${to}`);
  }
  return `${titled} ${op_title(c.op)} ${than}`;
}

/** A condition as a nested list. */
export function condition(c, book) {
  if (!c || typeof c !== 'object') return h('div', {class: 'quiet'}, t('（无）', '(none)'));
  for (const [key, zh, en] of [['all', '以下全部满足', 'all of these'], ['any', '以下满足任一', 'any of these']]) {
    if (Array.isArray(c[key])) return h('div', {class: 'condition'}, h('span', {class: 'quiet'}, t(zh, en)),
      h('ol', null, c[key].map((m) => h('li', null, condition(m, book)))));
  }
  if (c.not) return h('div', {class: 'condition'}, h('span', {class: 'quiet'}, t('并非', 'not')), condition(c.not, book));
  const said = test_sentence(c, book), [first, second] = is_english() ? [said, c.text] : [c.text, said]; // the words of the law are quoted
  return h('div', null, c.text ? [h('strong', null, first), h('div', {class: 'hint'}, second, c.legal_ref ? `　${c.legal_ref}` : null)] : said);
}

/** What each clause of a policy asks, in English: {code: sentence}. Its own words are those of the law, in Chinese. */
export function clauses_in_english(policy, book, c = policy && policy.eligible, found = {}) {
  if (!is_english() || !is_tree(c)) return found;
  for (const part of [...(c.all || []), ...(c.any || []), ...(c.not ? [c.not] : [])]) clauses_in_english(policy, book, part, found);
  if (c.clause && c.fact) found[c.clause] = test_sentence(c, book);
  return found;
}

const yuan = (x) => t(`${money(x)} 元`, `${money(x)} CNY`);
const tier_text = (x) => t(`${money(x.from)} 元起 ${x.share ? x.share + '%' : yuan(x.amount)}`, `from ${money(x.from)}: ${x.share ? x.share + ' %' : yuan(x.amount)}`);
/** 「利息补贴：按 50%，只计知识产权部分，至多 6 个月，单笔不超过 50,000.00 元」 */
export function item_sentence(i) {
  const range = i.share_range;
  return [i.share ? t(`按 ${i.share}%`, `${i.share} %`) : null, range ? t(`按 ${range.min}%－${range.max}%，由受理部门核定`,
    `${range.min}–${range.max} %, as the office decides`) : null, i.points ? t(`每年 ${i.points} 个百分点`, `${i.points} points a year`) : null,
  i.of_loan ? t(`贷款的 ${i.of_loan}%`, `${i.of_loan} % of the loan`) : null, i.amount ? yuan(i.amount) : null,
  i.tiers ? t('按已放款金额分档：', 'by what was drawn: ') + i.tiers.map(tier_text).join(t('、', ', ')) : null,
  i.rate_basis === 'lpr' ? t('按 LPR 计息', 'interest by LPR') : null,
  i.rate_ceiling ? t(`利率不超过${lpr_text(i.rate_ceiling)}`, `rate up to ${lpr_text(i.rate_ceiling)}`) : null,
  i.ip_part_only ? t('只计知识产权部分', 'the IP part only') : null, i.months ? t(`至多 ${i.months} 个月`, `up to ${i.months} months`) : null,
  i.years ? t(`至多 ${i.years} 年`, `up to ${i.years} years`) : null, i.day_count ? t(`${i.day_count} 计息`, `days by ${i.day_count}`) : null,
  i.max_of_loan ? t(`不超过贷款的 ${i.max_of_loan}%`, `up to ${i.max_of_loan} % of the loan`) : null,
  i.cap ? t(`单笔不超过 ${money(i.cap)} 元`, `up to ${money(i.cap)} CNY`) : null,
  i.payee ? t(`付给${payee_title(i.payee)}`, `paid to: ${payee_title(i.payee)}`) : null].filter(Boolean).join(t('，', ', '));
}
const PER = {loan: ['每笔贷款', 'a loan'], enterprise: ['每户企业', 'a firm'], bank: ['每家银行', 'a bank']},
  PERIOD = {year: ['每年', 'a year'], lifetime: ['累计', 'in all']};
const cap_sentence = (c) => [PER[c.per] ? t(...PER[c.per]) : c.per, c.period ? PERIOD[c.period] ? t(...PERIOD[c.period]) : c.period : '',
  c.by_kind ? t('按险种分别', ', by kind of insurance,') : '', t('不超过 ', ' up to '), yuan(c.amount), c.item ? `（${item_title(c.item)}）` : ''].join('');
const where = (when, book) => when ? [t('；适用于 ', '; where '), condition(when, book)] : null;
const EXCLUDED = {same_interest_day: ['同一段利息只补一次', 'no day of interest twice'], city_policy: ['已享受市级补贴的', 'with a subsidy of the city'],
  district_policy: ['已享受区级补贴的', 'with a subsidy of the district'], same_loan: ['该贷款已享受其他补贴的', 'whose loan has another subsidy'],
  scheme: ['已纳入风险分担方案的', 'under a scheme of risk sharing'], guarantee: ['有担保的', 'with a guarantee'],
  compensation: ['已申请风险补偿的', 'with compensation asked for']};
/** What `excludes` may say: words, and codes of policies. */
export const exclusions = () => Object.entries(EXCLUDED).map(([k, v]) => [k, t(...v)]);
const excluded = (x) => EXCLUDED[x] ? t(...EXCLUDED[x]) : t(`已享受政策 ${x} 的`, `with ${x}`);

/** The rule as its applicants read it. */
export function sentences(p, book) {
  return [h('h3', null, t('条件', 'Conditions')), condition(p.eligible, book), h('h3', null, t('补贴项目', 'Items')),
    h('ol', null, (p.items || []).map((i) => h('li', null, h('strong', null, item_title(i.item || '…')), t('：', ': '), item_sentence(i), where(i.when, book),
      (i.uplifts || []).map((x) => h('div', null, t(`加 ${x.share || '…'} 个百分点，适用于 `, `${x.share} points more where `), condition(x.when, book)))))),
    p.caps && p.caps.length ? [h('h3', null, t('限额', 'Caps')), h('ul', null, p.caps.map((c) => h('li', null, cap_sentence(c), where(c.when, book))))] : null,
    Array.isArray(p.excludes) && p.excludes.length ? [h('h3', null, t('不予补贴', 'Not for')), h('p', null, p.excludes.map(excluded).join(t('；', '; ')))] : null,
    Array.isArray(p.declared) && p.declared.length ? [h('h3', null, t('由企业自行声明', 'Declared by the firm')),
      h('p', null, p.declared.map((k) => (book[k] || {title: k}).title).join(t('、', ', ')))] : null];
}

const OWN = ['code', 'title', 'district', 'effective_from', 'effective_to', 'apply_until', 'legal_ref', 'source', 'eligible', 'items',
  'caps', 'budget', 'excludes', 'version_by', 'declared'];
/** What a policy says, without what the ledger adds. */
export const rule_of = (p) => Object.fromEntries(OWN.filter((k) => p[k] !== undefined).map((k) => [k, p[k]]));

/** [[pointer, value]] of all leaves. */
export function leaves(x, at = '') {
  if (x === null || typeof x !== 'object') return [[at, x]];
  return Object.entries(x).flatMap(([k, v]) => leaves(v, `${at}/${k}`));
}

// What an element of a list is known by, wherever it stands in it.
const NAMES_OF = ['clause', 'code', 'item', 'metric', 'no', 'number', 'party', 'fact', 'from'];
const own_name = (x) => is_tree(x) ? NAMES_OF.map((k) => x[k]).find((v) => v !== undefined && !is_tree(v)) : undefined;
/** [[known, key, value]]: one that has no name of its own is the one that says the same in the other list, else the next of such. */
function entries(x, other) {
  if (!Array.isArray(x)) return Object.entries(x).map(([k, v]) => [k, k, v]);
  const names = x.map(own_name), others = (Array.isArray(other) ? other : []).map((v) => JSON.stringify(v));
  let nth = 0;
  return x.map((v, i) => {
    const text = JSON.stringify(v);
    if (names[i] !== undefined && names.filter((n) => n === names[i]).length === 1) return ['=' + names[i], i, v];
    return [others.includes(text) && x.findIndex((y) => JSON.stringify(y) === text) === i ? 'as ' + text : '#' + nth++, i, v];
  });
}
const is_tree = (x) => x !== null && typeof x === 'object';

/**
 * What another document says otherwise: [{pointer, a, b}], one line a change; what is wholly new or gone is one of them. An element that
 * only moved in its list is none. pointer: in b, of what is gone in a.
 */
export function changes(a, b, at = '') {
  const whole = !is_tree(a) || !is_tree(b) || Array.isArray(a) !== Array.isArray(b) || (Array.isArray(a) && ![...a, ...b].some(is_tree));
  if (whole) return JSON.stringify(a) === JSON.stringify(b) ? [] : [{pointer: at, a, b}];
  const x = new Map(entries(a, b).map((e) => [e[0], e])), y = new Map(entries(b, a).map((e) => [e[0], e]));
  return [...new Set([...x.keys(), ...y.keys()])].flatMap((k) => {
    const before = x.get(k), after = y.get(k);
    return changes(before ? before[2] : undefined, after ? after[2] : undefined, `${at}/${(after || before)[1]}`);
  });
}

/** A value, or a part that is new or gone, by its name. */
function named(x) {
  if (Array.isArray(x)) return x.map(named).join(t('、', ', '));
  if (!is_tree(x)) return x === true ? t('是', 'yes') : x === false ? t('否', 'no') : String(x);
  if (x.all || x.any) return (x.all ? t('全部：', 'all of: ') : t('任一：', 'any of: ')) + named(x.all || x.any);
  return x.not ? t('并非：', 'not: ') + named(x.not) : x.text || x.title || (x.item ? item_title(x.item) : JSON.stringify(x));
}
const shown_value = (v) => name(v === undefined ? '—' : named(v));
/** Old and new of all that differs; `title` says what a pointer is. */
export const changes_table = (a, b, title, heads) => table({rows: changes(a, b), empty: t('没有改动。', 'Nothing differs.'),
  columns: [{key: 'p', title: t('项目', 'Item'), cell: (c) => title(c.pointer, c.b === undefined ? a : b)},
    {key: 'a', title: heads[0], cell: (c) => h('span', {class: 'old'}, shown_value(c.a))},
    {key: 'b', title: heads[1], cell: (c) => h('strong', null, shown_value(c.b))}]});

/** What a draft says now, part by part, beside what was seen of it: for steps({difference}). null: its text is the same. */
export const draft_difference = (path, shown, kind, states) => Object.assign(async () => {
  const {member_title, schema_of, written} = await import('./schema_form.js'), [now, schema] = await Promise.all([get(path), schema_of(kind)]);
  const [a, b] = [written(schema, shown), written(schema, now)];
  return changes(a, b).length ? changes_table(a, b, (pointer) => member_title(schema, pointer), [t('您看到的', 'What you saw'), t('现在的', 'What stands')]) : null;
}, {states, whole: true});

const NAMES = {code: '政策代码', title: '名称', district: '区', effective_from: '施行日', effective_to: '失效日', apply_until: '申报截止日',
  legal_ref: '依据', source: '出处', share: '比例（%）', points: '每年百分点', months: '月数上限', years: '年数上限', cap: '单笔上限',
  amount: '金额', multiplier: '倍数', spread: '加点', value: '值', fact: '事实', op: '比较', text: '条款', clause: '条款代码',
  than: '对照事实', item: '项目', per: '限额对象', period: '期间', from: '起点', eligible: '条件', items: '补贴项目', caps: '限额', budget: '预算', excludes: '互斥', declared: '企业可自行声明', version_by: '适用版本', payee: '收款方', at: '取值日', lpr: 'LPR 期限', min: '下限', max: '上限'};
/** 「利息补贴 · 比例」 for /items/0/share, 「条件 · 第 2 条」 for /eligible/all/1. */
export function pointer_title(pointer, p) {
  const parts = pointer.split('/').slice(1), last = parts[parts.length - 1], place = /^\d+$/.test(last),
    said = place ? t(`第 ${Number(last) + 1} 条`, `no. ${Number(last) + 1}`) : NAMES[last] ? t(NAMES[last], last.replace(/_/g, ' ')) : last;
  if (parts[0] === 'items') return parts.length > 2 && p.items && p.items[parts[1]] ? `${item_title(p.items[parts[1]].item)} · ${said}` : t('补贴项目', 'Items');
  if (parts[0] === 'eligible') {
    const c = parts.slice(1, -1).reduce((at, k) => at && at[k], p.eligible);
    return `${t('条件', 'Condition')} · ${c && c.text ? c.text + ' · ' : ''}${said}`;
  }
  return parts[0] === 'caps' && parts.length > 2 ? `${t('限额', 'Cap')} ${Number(parts[1]) + 1} · ${said}` : NAMES[parts[0]] ? t(NAMES[parts[0]], parts[0].replace(/_/g, ' ')) : said;
}
