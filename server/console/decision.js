/**
 * decision.js - what a subsidy rule says of a case: clause by clause, what would change it, how the amount comes about.
 * The same for a check that stores nothing and for an application that is stored.
 */
import {h} from './h.js';
import {arithmetic, count, money, pct} from './fmt.js';
import {badge, card, table} from './table.js';
import {district_title, english_of, is_english, t, title} from './words.js';

/** A fact's value in words; facts that nobody has told are not the same as facts that say no. */
export function fact_text(fact, value) {
  if (value === null || value === undefined) return t('尚未提供', 'not told yet');
  if (typeof value === 'boolean') return value ? t('是', 'yes') : t('否', 'no');
  if (!fact) return String(value);
  if (fact.choices && fact.choices[value]) return fact.choices[value];
  if (fact.kind === 'money') return t(`${money(value)} 元`, `${money(value)} CNY`);
  if (fact.kind === 'percent') return pct(value);
  if (fact.kind === 'integer') return count(value);
  return fact.name.endsWith('district') ? district_title(value) : String(value);
}

/** A fact's title and what it says, as the ledger tells both. */
const of_fact = (x) => [t(x.title, x.title_en), t(x.text, x.text_en)];
const looked_at = (said) => said.map((x) => {
  const [called, text] = of_fact(x);
  return h('div', null, called, t('：', ': '), h('span', {class: x.text === '尚未提供' ? 'quiet' : null}, text));
});

const passed = (c) => c.passed ? badge(null, 'good', t('符合', 'Met')) : c.unknown ? badge(null, 'unknown',
  t('待提供', 'Not told')) : badge(null, 'bad', t('不符合', 'Not met'));

/** Every clause with its source of law and the facts in words. */
export function trace_table(trace, english = {}) {
  return table({rows: trace.map((c) => Object.assign({class: c.passed ? null : 'bad'}, c)), columns: [
    {key: 'text', title: t('条款', 'Clause'), wide: true, cell: (c) => [c.part_of ? '└ ' : null,
      english[c.clause] ? [english[c.clause], h('div', {class: 'hint'}, c.text)] : c.text || t('以下任一或全部', 'one or all of these'), c.legal_ref ? h('div', {class: 'hint'}, c.legal_ref) : null]},
    {key: 'facts', title: t('依据的情况', 'Facts'), cell: (c) => c.said ? looked_at(c.said) : '—'},
    {key: 'passed', title: t('结果', 'Result'), cell: passed}]});
}

// ---- what would change it ------------------------------------------------------------------------

/** Cures by the act that makes them: what follows from another change stands under it. */
export function acts_of(cures) {
  const acts = [];
  for (const c of cures) {
    const same = acts.find((a) => a.who === c.who && a.act === c.act && a.kind === c.kind);
    if (same) same.cures.push(c); else acts.push({who: c.who, act: c.act, act_en: c.act_en, kind: c.kind, cures: [c]});
  }
  return acts;
}

/** What a cure changes, then what goes with it: "知识产权担保占比：29.99% → 30.00%". */
const change = (c) => c.means.map((x, i) => h('div', {class: i ? 'change-to hint' : 'change-to'}, h('span', null, of_fact(x)[0]),
  i ? of_fact(x)[1] : h('strong', null, of_fact(x)[1])));
/** What goes with a cure that is shown needs no line of its own. */
const told_apart = (cures) => cures.filter((c) => c.clause || !cures.some((x) => x.clause && x.means.some((m, i) => i && m.fact === c.fact)));

/** One number per act; `question(cure)` gives a control where whoever looks may answer himself. */
export function cures_card(answer, question) {
  const acts = acts_of(answer.cures), hopeless = answer.incurable || [];
  if (!acts.length && !hopeless.length) return null;
  const clause = (c) => (answer.trace.find((x) => x.clause === c.clause) || {}).text;
  return card(hopeless.length ? t(`不能补正（${hopeless.length} 项）`,
    `What cannot be mended (${hopeless.length})`) : answer.eligible ? t(`还能补什么（补齐 ${acts.length} 项后再核对）`, `What more may be paid (${acts.length} to tell)`)
    : t(`怎样才能符合（${acts.length} 项）`, `How to become eligible (${acts.length})`),
    hopeless.length ? h('ul', {class: 'hopeless'}, hopeless.map((x) => h('li', null, h('strong', null, x.text), h('div', {class: 'quiet'},
      x.said.map((y) => of_fact(y).join(t('：', ': '))).join(t('；', '; ')),
        Object.values(x.facts).every((v) => v === null) ? t('。尚未发生，而期限已过。', '. It has not happened, and the time for it is over.')
          : t('。事情已经发生，无法更改。', '. It has happened and cannot be made another.'))))) : null,
    hopeless.length && acts.length ? h('h3', null, t(`另有 ${acts.length} 项可以补正`, `${acts.length} more can be mended`)) : null,
    acts.length ? h('ol', {class: 'acts'}, acts.map((a) => h('li', null, h('div', null,
      h('div', null, h('strong', null, t(a.act, a.act_en)), ' ', h('span', {class: 'quiet'}, t(`由${title('who', a.who)}办理`, `by ${title('who', a.who)}`), ' · ',
        a.kind === 'supply' ? t('缺材料', 'something is missing') : t('须办事', 'something to do'))),
      told_apart(a.cures).map((c) => question(c) || change(c)),
      a.cures.map(clause).filter(Boolean).filter((x, i, all) => all.indexOf(x) === i).map((x) => h('div', {class: 'hint'},
        t('条款：', 'Clause: '), x)))))) : null);
}

// ---- the amount ----------------------------------------------------------------------------------

/** What an item of a policy pays for, and to whom: the words of the ledger. */
export const item_title = (word) => title('policy.items.item', word);
export const payee_title = (word) => word === 'insured' ? t('投保企业', 'Insured') : title('policy.items.payee', word);

const lines = (list) => list.map((l) => h('tr', null, h('td', {class: 'step'}, t(l.title, l.title_en)), h('td', null, l.formula ? arithmetic(t(l.formula, l.formula_en)) : null),
  h('td', {class: 'num'}, l.amount === undefined ? null : money(l.amount))));

/** Item by item with every step of the sum, then what caps take away. */
export function amount_card(answer) {
  if (!answer.items.length) return null;
  const body = answer.items.map((i) => [h('tr', {class: 'item'}, h('th', {scope: 'row', colspan: '2'}, item_title(i.item),
    h('span', {class: 'quiet'}, t(`　付给${payee_title(i.payee)}`, ` paid to: ${payee_title(i.payee)}`))),
    h('td', {class: 'num'}, h('strong', null, money(i.amount)))), lines(i.arithmetic)]);
  return card([t('金额怎样算出', 'How the amount comes about'), h('small', null, t('单位：元', 'CNY'))],
    h('div', {class: 'sums'}, h('table', null,
    h('thead', null, h('tr', null, h('th', {scope: 'col'}, t('项目', 'Item')), h('th', {scope: 'col'}, t('算式', 'Formula')),
      h('th', {scope: 'col', class: 'num'}, t('金额', 'Amount')))),
    h('tbody', null, body, answer.caps && answer.caps.length ? [h('tr', {class: 'item'},
      h('th', {scope: 'row', colspan: '3'}, t('限额', 'Caps'))), lines(answer.caps)] : null),
    h('tfoot', null, h('tr', null, h('th', {scope: 'row', colspan: '2'}, t('补贴金额', 'Subsidy')),
      h('td', {class: 'num'}, money(answer.amount)))))));
}

// ---- the verdict ---------------------------------------------------------------------------------

/** 'good' | 'nothing' (eligible, and there is no amount: it was paid for before, or a paper is missing) | 'ask' (only facts are missing) | 'mend' | 'never' */
export function verdict_of(a) {
  if (a.eligible) return /[1-9]/.test(a.amount) ? 'good' : 'nothing';
  if (a.incurable && a.incurable.length) return 'never';
  return a.trace.every((c) => c.passed || c.unknown) ? 'ask' : 'mend';
}
const SAID = {good: ['符合条件', 'Eligible'], nothing: ['符合条件，但现在没有可补的金额', 'Eligible, but there is nothing to pay now'], ask: ['情况还不全，暂不能下结论', 'Some facts are missing'],
  mend: ['暂不符合条件', 'Not eligible yet'], never: ['不符合条件', 'Not eligible']};

export function verdict(a, ...below) {
  const kind = verdict_of(a), after = a.amount_if_cured;
  return h('section', {class: 'verdict ' + (kind === 'nothing' ? 'mend' : kind), id: 'verdict', tabindex: '-1', role: 'status'},
    h('h2', null, badge(null, {good: 'good', nothing: 'warn', ask: 'unknown', mend: 'warn', never: 'bad'}[kind], t(...SAID[kind]))),
    kind === 'good' ? h('p', {class: 'sum'}, t('可补贴 ', 'Subsidy '), h('strong', null, money(a.amount)), t(' 元', ' CNY'))
      : kind === 'nothing' ? h('p', null, t('为什么，见下面「金额怎样算出」；缺发票或凭证的，补上后再核对。', 'Why stands below, where the amount comes about; what is missing can be told.'))
      : after ? h('p', {class: 'sum'}, kind === 'ask' ? t('补齐后可补贴 ', 'Once told: ') : t('改正后可补贴 ', 'Once mended: '),
        h('strong', null, money(after)), t(' 元', ' CNY')) : null,
    below);
}

/** The list of /v1/facts by name, in the language of the page. */
export const book_of = (list) => Object.fromEntries(list.items.map((f) => [f.name, !is_english() ? f : Object.assign({}, f, {title: f.title_en},
  f.choices ? {choices: Object.fromEntries(Object.keys(f.choices).map((k) => [k, english_of(k)]))} : null)]));
