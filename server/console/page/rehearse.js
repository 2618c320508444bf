/**
 * rehearse.js - a policy run over the loans of a period, beside another: what it costs, who gets it, who does not and why.
 */
import {h, name, u} from '../h.js';
import {get, post, Refusal} from '../api.js';
import {columns, hbars} from '../chart.js';
import {book_of, fact_text} from '../decision.js';
import {count, money, shift, sum} from '../fmt.js';
import {ask} from '../form.js';
import {print_button} from '../frame.js';
import {district_title} from '../places.js';
import {leaves} from '../rule.js';
import {badge, card, facts, table} from '../table.js';
import {t} from '../words.js';

const BY = [['settled_on', '还清日', 'settled'], ['disbursed_on', '放款日', 'drawn'], ['signed_on', '签订日', 'signed']];
const FACT = 'fact.';
const typed = (f, v) => f && f.kind === 'boolean' ? v === 'true' : v;

async function load(ctx) {
  const p = await get(u`/v1/policies/${ctx.at.id}`), [list, facts_] = await Promise.all([get('/v1/policies', {limit: 500}),
    get('/v1/facts')]);
  const q = ctx.query, others = list.items.filter((x) => x.id !== p.id), against = others.find((x) => x.id === q.against);
  const d = {p, others, against, book: book_of(facts_), from: q.from || `${Number(ctx.today.slice(0, 4)) - 3}-01-01`, to: q.to || ctx.today,
    by: q.by || 'settled_on', budget: q.budget || ''};
  d.told = Object.fromEntries(Object.entries(q).filter(([k]) => k.startsWith(FACT)).map(([k, v]) => [k.slice(FACT.length), v]));
  const body = {policy_from: p.effective_from, from: d.from, to: d.to, by: d.by};
  if (d.budget) body.budget = d.budget;
  if (against) Object.assign(body, {against: against.code, against_from: against.effective_from});
  if (Object.keys(d.told).length) body.facts = Object.fromEntries(Object.entries(d.told).map(([k, v]) => [k, typed(d.book[k], v)]));
  try {
    d.out = (await post(u`/v1/policies/${p.code}/rehearsals`, body)).data;
  } catch (e) {
    if (!(e instanceof Refusal) || e.status !== 422) throw e;
    d.refused = e;
  }
  return d;
}

function asking(ctx, d) {
  const label = (v) => `${v.code}　${v.effective_from}${v.state === 'draft' ? t('（草案）', ' (draft)') : ''}`;
  const of = (id, title, control) => h('div', {class: 'field'}, h('label', {for: id}, title), control);
  const day = (id, value) => { const i = h('input', {id, type: 'date'}); i.value = value; return i; };
  const budget = h('input', {id: 'budget', type: 'text', inputmode: 'decimal', autocomplete: 'off'});
  budget.value = d.budget;
  return h('form', {class: 'filter', role: 'search', novalidate: true,
    onsubmit: (e) => { e.preventDefault(); const v = (id) => document.getElementById(id).value.trim(); ctx.go(ctx.href({from: v('from'),
    to: v('to'), by: v('by'), against: v('against'), budget: v('budget')})); }},
    of('from', t('起日', 'From'), day('from', d.from)), of('to', t('止日', 'To'), day('to', d.to)),
      of('by', t('每笔的申请日', 'Each applies on the day'), h('select', {id: 'by'},
      BY.map(([v, zh, en]) => h('option', {value: v, selected: v === d.by}, t(zh, en))))),
    of('against', t('对照', 'Beside'), h('select', {id: 'against'}, h('option', {value: ''}, t('（不对照）', '(none)')),
      d.others.map((v) => h('option', {value: v.id, selected: d.against && v.id === d.against.id}, label(v))))),
      of('budget', t('预算（元）', 'Budget (CNY)'), budget), h('button', {class: 'primary'}, t('试算', 'Rehearse')));
}

function compare(d) {
  const a = d.out.against, b = d.out.result, diff = d.out.difference, yuan = money;
  const rows = [[t('金额（元）', 'Cost (CNY)'), (x) => yuan(x.cost), a ? yuan(sum([b.cost, '-' + a.cost])) : null],
    [t('获补（笔）', 'Winners'), (x) => count(x.winners)], [t('符合条件（笔）', 'Eligible'), (x) => count(x.eligible)],
    [t('未获（笔）', 'Losers'), (x) => count(x.losers)], [t('预算用尽', 'Budget runs out'),
    (x) => x.budget ? x.budget.runs_out_in || t('不会', 'never') : '—'],
    [t('排队（笔）', 'Queued'), (x) => x.budget ? count(x.budget.queued) : '—']];
  return card(t(`${count(d.out.loans)} 笔贷款试算`, `Over ${d.out.loans} loans`),
    table({rows: rows.map(([title, f, delta]) => ({title, a: a ? f(a) : null, b: f(b), delta})),
    columns: [{key: 'title', title: t('项目', 'Item')}, ...(a ? [{key: 'a', title: `${t('对照', 'Beside')} ${a.policy} ${a.policy_version}`,
    num: true}] : []),
    {key: 'b', title: `${t('本政策', 'This')} ${b.policy_version}`, num: true, cell: (r) => h('strong', null, r.b)},
      ...(a ? [{key: 'delta', title: t('差额', 'Difference'), num: true, cell: (r) => r.delta || ''}] : [])]}),
  diff ? h('p', {class: 'hint'}, t(`两者皆获 ${diff.both} 笔，仅本政策 ${diff.only_first} 笔，仅对照 ${diff.only_second} 笔。`,
    `Both ${diff.both}, only this ${diff.only_first}, only the other ${diff.only_second}.`)) : null);
}

function why(d, clauses) {
  const rows = Object.entries(d.out.result.losers_by_clause).sort((x, y) => y[1] - x[1]);
  if (!rows.length) return null;
  return card([t('未获的原因', 'Why not'), h('small', null, t('笔', 'loans'))],
    hbars({title: t('未获的原因', 'Why not'), rows: rows.map(([k, n]) => ({label: clauses[k] || k, value: String(n), text: count(n),
    share: ''}))}),
    !d.out.result.winners ? h('p', {class: 'notice warn'}, t('没有一笔获补：看上面是哪一条、下面缺哪些情况。',
      'Nobody gets it: see which clause, and which facts are missing.')) : null);
}

function missing(ctx, d) {
  const named = new Set([...d.out.result.missing.map((m) => m.fact), ...Object.keys(d.told)]);
  if (!named.size) return null;
  const n = Object.fromEntries(d.out.result.missing.map((m) => [m.fact, m.loans]));
  return card([t('假定的情况', 'Assumed facts'), h('small', null, t('台账没有记录的，可假定后重算', 'assume what is not on record'))],
    [...named].map((k) => h('div', {class: 'question'}, ask(d.book[k] || {name: k, title: k, kind: 'text'}, d.told[k],
    (v) => ctx.go(ctx.href({[FACT + k]: v}))), n[k] ? h('p', {class: 'hint'}, t(`${n[k]} 笔缺少`, `missing in ${n[k]}`)) : h('p',
    {class: 'hint'}, t(`已假定：${fact_text(d.book[k], typed(d.book[k], d.told[k]))}`, 'assumed')))));
}

const SIZES = {micro: ['微型', 'Micro'], small: ['小型', 'Small'], medium: ['中型', 'Medium'], large: ['大型', 'Large'],
  unknown: ['不明', 'Unknown']};
const by_table = (title, rows, label) => card(title, table({rows, columns: [{key: 'key', title, cell: (r) => label(r.key)},
  {key: 'count', title: t('获补', 'Winners'), num: true, cell: (r) => count(r.count)},
  {key: 'amount', title: t('金额（元）', 'Cost (CNY)'), num: true, cell: (r) => money(r.amount)},
  {key: 'losers', title: t('未获', 'Losers'), num: true, cell: (r) => count(r.losers)}]}));

export const page = {
  load,
  title: (ctx, d) => t(`试算：${d.p.title}`, `Rehearsal: ${d.p.title}`),
  sub: (ctx, d) => [h('a', {href: u`/console/policies/${d.p.id}`}, `${d.p.code} ${d.p.effective_from}`), ' · ',
    t('不入账，不占预算', 'nothing is stored'), ' ', d.p.state === 'draft' ? badge(null, 'unknown', t('草案', 'Draft')) : null],
  tools: () => [print_button()],
  view: (ctx, d) => {
    if (d.refused) return [asking(ctx, d), h('div', {class: 'summary', role: 'alert'},
      h('h2', null, t('不能试算', 'It cannot be rehearsed')), h('ul', null,
      d.refused.errors.map((e) => h('li', null, e.title, e.cure ? `。${e.cure}` : null))))];
    const r = d.out.result, clauses = {};
    for (const [pointer, v] of leaves(d.p.eligible)) if (pointer.endsWith('/clause')) { const c = pointer.split('/').slice(1,
      -1).reduce((at, k) => at[k], d.p.eligible); clauses[v] = c.text || v; }
    const months = r.by_month.slice(-24);
    return [asking(ctx, d), h('div', {class: 'split'}, h('div', null, compare(d),
      months.some((m) => /[1-9]/.test(m.amount)) ? card([t('按月', 'By month'), h('small', null, t('万元', '10k CNY'))],
      columns({title: t('按月金额', 'Cost by month'), unit: t('万元', '10k CNY'),
      points: months.map((m) => ({label: m.key.slice(2), value: shift(m.amount, 4, 2), text: shift(m.amount, 4, 2), href: null}))})) : null,
      why(d, clauses)),
      h('div', null, missing(ctx, d), by_table(t('按区', 'By district'), r.by_district, district_title),
        by_table(t('按规模', 'By size'), r.by_size, (k) => SIZES[k] ? t(...SIZES[k]) : k),
        by_table(t('按银行', 'By bank'), r.by_bank, (k) => name(k)))),
        r.overlap.count ? card(t('与已付的重叠', 'Overlap with what was paid'),
        facts([[t('笔数', 'Loans'), count(r.overlap.count)], [t('金额', 'Amount'), money(r.overlap.amount)]])) : null];
  },
};
