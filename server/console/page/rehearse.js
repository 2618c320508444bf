/**
 * rehearse.js - a policy run over the loans of a period, beside another: what it costs, who gets it, who does not and why.
 */
import {h, name, s, u} from '../h.js';
import {answer, get, post, Refusal, to_end} from '../api.js';
import {columns, hbars} from '../chart.js';
import {book_of, fact_text} from '../decision.js';
import {count, money, shift, sum} from '../fmt.js';
import {ask} from '../form.js';
import {print_button} from '../frame.js';
import {leaves} from '../rule.js';
import {badge, card, facts, table} from '../table.js';
import {district_title, office_title, t} from '../words.js';

const BY = [['settled_on', '还清日', 'settled'], ['disbursed_on', '放款日', 'drawn'], ['signed_on', '签订日', 'signed']];
const FACT = 'fact.';
const typed = (f, v) => f && f.kind === 'boolean' ? v === 'true' : v;

const SHOWN = 500;
/** The loans behind a count, a line each as they come: {n, found}, of which so many are shown. A city has a million. */
async function cases_of(code, body, which) {
  const r = await answer('POST', u`/v1/policies/${code}/rehearsals`, JSON.stringify(Object.assign({}, body, {list: true})),
    {'Content-Type': 'application/json', Accept: 'application/x-ndjson'});
  if (!r.ok) throw new Refusal(r.status, {title: t('逐笔结果取不到', 'The cases cannot be had')});
  const reader = r.body.getReader(), decoder = new TextDecoder(), out = {n: 0, found: []};
  for (let rest = '', over = false; !over;) {
    const {done, value} = await to_end(reader.read()), lines = (rest + (done ? decoder.decode() : decoder.decode(value, {stream: true}))).split('\n');
    over = done;
    rest = lines.pop();
    for (const c of lines.filter((l) => l.includes('"contract_no"')).map((l) => JSON.parse(l)).filter((x) => is_case(which, x))) {
      out.n++;
      if (out.found.length < SHOWN) out.found.push(c);
    }
  }
  return out;
}
const got = (x) => !!x && /[1-9]/.test(x.amount);
/** ?cases=winners, losers, gain, lose, bank:…, district:…, size:…, month:…, clause:… */
function is_case(which, c) {
  const [kind, of] = [which.split(':')[0], which.slice(which.indexOf(':') + 1)];
  return {winners: () => got(c.result), losers: () => !got(c.result), gain: () => got(c.result) && !got(c.against), lose: () => !got(c.result) && got(c.against),
    bank: () => c.bank === of, district: () => c.district === of, size: () => c.size === of, month: () => c.on.startsWith(of), clause: () => !got(c.result) && (c.result.failed || '') === of}[kind]();
}

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
    if (/^(winners|losers|gain|lose|(bank|district|size|month|clause):.*)$/.test(q.cases || '')) d.cases = await cases_of(p.code, body, q.cases);
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

const opens = (ctx, which, text) => h('a', {href: ctx.href({cases: which}) + '#cases'}, text);

function compare(ctx, d) {
  const a = d.out.against, b = d.out.result, diff = d.out.difference, yuan = money;
  const rows = [[t('金额（元）', 'Cost (CNY)'), (x) => yuan(x.cost), a ? yuan(sum([b.cost, '-' + a.cost])) : null],
    [t('获补（笔）', 'Winners'), (x) => x === b ? opens(ctx, 'winners', count(x.winners)) : count(x.winners)], [t('符合条件（笔）', 'Eligible'), (x) => count(x.eligible)],
    [t('未获（笔）', 'Losers'), (x) => x === b ? opens(ctx, 'losers', count(x.losers)) : count(x.losers)], [t('预算用尽', 'Budget runs out'),
    (x) => x.budget ? x.budget.runs_out_in || t('不会', 'never') : '—'],
    [t('排队（笔）', 'Queued'), (x) => x.budget ? count(x.budget.queued) : '—']];
  return card(t(`${count(d.out.loans)} 笔贷款试算`, `Over ${d.out.loans} loans`),
    table({rows: rows.map(([title, f, delta]) => ({title, a: a ? f(a) : null, b: f(b), delta})),
    columns: [{key: 'title', title: t('项目', 'Item')}, ...(a ? [{key: 'a', title: `${t('对照', 'Beside')} ${a.policy} ${a.policy_version}`,
    num: true}] : []),
    {key: 'b', title: `${t('本政策', 'This')} ${b.policy_version}`, num: true, cell: (r) => h('strong', null, r.b)},
      ...(a ? [{key: 'delta', title: t('差额', 'Difference'), num: true, cell: (r) => r.delta || ''}] : [])]}),
  diff ? h('p', {class: 'hint'}, t(`两者皆获 ${diff.both} 笔，`, `Both ${diff.both}, `), opens(ctx, 'gain', t(`仅本政策 ${diff.only_first} 笔`, `only this ${diff.only_first}`)),
    t('，', ', '), opens(ctx, 'lose', t(`仅对照 ${diff.only_second} 笔`, `only the other ${diff.only_second}`)), t('。', '.')) : null);
}

function why(ctx, d, clauses) {
  const rows = Object.entries(d.out.result.losers_by_clause).sort((x, y) => y[1] - x[1]);
  if (!rows.length) return null;
  return card([t('未获的原因', 'Why not'), h('small', null, t('笔', 'loans'))],
    hbars({title: t('未获的原因', 'Why not'), rows: rows.map(([k, n]) => ({label: clauses[k] || k, value: String(n), text: count(n),
    share: '', href: ctx.href({cases: 'clause:' + k}) + '#cases'}))}),
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
const size_title = (k) => SIZES[k] ? t(...SIZES[k]) : k;
const kind_said = (kind, of, clauses) => ({clause: () => clauses[of] || of, district: () => district_title(of), size: () => size_title(of)}[kind] || (() => name(of)))();
/** The loans behind a count that was opened. */
function cases(ctx, d, clauses) {
  if (!d.cases) return null;
  if (location.hash === '#cases') requestAnimationFrame(() => { const at = document.getElementById('cases'); if (at) { at.scrollIntoView(); at.focus({preventScroll: true}); } });
  const which = ctx.query.cases, said = {winners: t('获补', 'Winners'), losers: t('未获', 'Losers'), gain: t('仅本政策获补', 'Only by this'),
    lose: t('仅对照获补', 'Only by the other')}[which] || kind_said(which.split(':')[0], which.slice(which.indexOf(':') + 1), clauses);
  return h('section', {class: 'card', id: 'cases', tabindex: '-1'}, h('h2', null, t('逐笔：', 'Case by case: '), said, h('small', null, d.cases.n > SHOWN ? t(`${count(d.cases.n)} 笔，列前 ${SHOWN} 笔`, `${d.cases.n}, the first ${SHOWN}`) : t(`${d.cases.n} 笔`, String(d.cases.n)))),
    table({rows: d.cases.found, href: (c) => u`/console/loans/${c.loan}`, columns: [{key: 'contract_no', title: t('合同编号', 'Contract')},
      {key: 'firm', title: t('企业', 'Firm'), cell: (c) => c.borrower_uscc}, {key: 'bank', title: t('银行', 'Bank'), cell: (c) => name(office_title(c.bank))},
      {key: 'on', title: t('申请日', 'Day')}, {key: 'b', title: t('本政策（元）', 'This (CNY)'), num: true, cell: (c) => money(c.result.amount)},
      ...(d.out.against ? [{key: 'a', title: t('对照（元）', 'Beside (CNY)'), num: true, cell: (c) => c.against ? money(c.against.amount) : '—'}] : []),
      {key: 'why', title: t('未获的原因', 'Why not'), wide: true, cell: (c) => c.result.failed ? clauses[c.result.failed] || c.result.failed : c.result.queued ? t('预算用尽', 'no budget left') : '—'}]}),
    h('p', null, h('a', {href: ctx.href({cases: null})}, t('收起', 'Close'))));
}

const by_table = (title, head, rows, label, href) => card(title, table({rows, href, columns: [{key: 'key', title: head, cell: (r) => label(r.key)},
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
    const other = d.out.against, keys = [...new Set([...r.by_month, ...(other ? other.by_month : [])].map((m) => m.key))].sort().slice(-24);
    const of = (x, key) => shift((x.by_month.find((m) => m.key === key) || {amount: '0.00'}).amount, 4, 2);
    const opening = (kind) => (x) => ctx.href({cases: `${kind}:${x.key}`}) + '#cases';
    const points = keys.map((key) => ({label: key.slice(2), value: of(r, key), text: of(r, key), href: opening('month')({key}), beside: other ? {value: of(other, key), text: of(other, key)} : null}));
    const mine = t('本政策', 'This'), heads = [mine, other ? `${other.policy} ${other.policy_version}` : null];
    return [asking(ctx, d), cases(ctx, d, clauses), h('div', {class: 'split'}, h('div', null, compare(ctx, d),
      points.some((p) => /[1-9]/.test(p.value + (p.beside ? p.beside.value : ''))) ? card([t('按月', 'By month'), h('small', null, t('万元', '10k CNY'))],
        other ? h('ul', {class: 'legend'}, [[false, mine], [true, heads[1]]].map(([open, text]) => h('li', null, s('svg', {width: '14', height: '12', viewBox: '0 0 14 12', 'aria-hidden': 'true'},
          s('rect', {class: 'mark' + (open ? ' open' : ''), x: '0.5', y: '0.5', width: '13', height: '11'})), text))) : null,
        columns({title: t('按月金额', 'Cost by month'), unit: t('万元', '10k CNY'), points, heads})) : null,
      r.budget && r.budget.runs_out_in ? h('p', {class: 'notice warn'}, t(`预算 ${money(d.budget)} 元在 ${r.budget.runs_out_in} 用尽，之后 ${count(r.budget.queued)} 笔排队。`,
        `The budget runs out in ${r.budget.runs_out_in}; ${r.budget.queued} wait.`)) : null,
      why(ctx, d, clauses)),
      h('div', null, missing(ctx, d), by_table(t('按区', 'By district'), t('区', 'District'), r.by_district, district_title, opening('district')),
        by_table(t('按规模', 'By size'), t('规模', 'Size'), r.by_size, size_title, opening('size')),
        by_table(t('按银行', 'By bank'), t('银行', 'Bank'), r.by_bank, (k) => name(office_title(k)), opening('bank')))),
        r.overlap.count ? card(t('与已付的重叠', 'Overlap with what was paid'),
        facts([[t('笔数', 'Loans'), count(r.overlap.count)], [t('金额', 'Amount'), money(r.overlap.amount)]])) : null];
  },
};
