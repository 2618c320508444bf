/**
 * standing.js - the ranking of benchmark units: the score with its parts, each part out of the best, and what it is weighed by.
 */
import {h, name} from '../h.js';
import {get, get_all, maybe} from '../api.js';
import {hbars} from '../chart.js';
import {count, money, pct} from '../fmt.js';
import {export_buttons} from '../list.js';
import {print_button} from '../frame.js';
import {card, facts, table} from '../table.js';
import {t} from '../words.js';

const PARTS = {deals: ['转移转化', 'Deals', 'yuan'], product_revenue: ['专利产品营收', 'Revenue of products', 'yuan'],
  jobs: ['吸纳就业', 'Jobs', 'count'], loans: ['质押融资', 'Loans', 'yuan']};
const PAGES = {ip_deal: '/console/deals', loan: '/console/loans'};
const value = (by, v) => PARTS[by] && PARTS[by][2] === 'yuan' ? money(v) : count(v);

async function load(ctx) {
  const plans = await maybe(get_all('/v1/plans', {}, 50)),
    titles = new Map((plans ? plans.items : []).map((p) => [p.code, p.title]));
  if (!titles.size) titles.set('sh-2021-2023', t('上海市 2021—2023 年专项计划', 'Shanghai 2021–2023'));
  const codes = [...titles.keys()];
  const plan = ctx.query.plan || codes[0], by = ctx.query.by || 'score', query = {by, unit: ctx.query.key, limit: 100};
  return {titles, plan, by, path: `/v1/plans/${encodeURIComponent(plan)}/ranking`, query,
    out: await get(`/v1/plans/${encodeURIComponent(plan)}/ranking`, query)};
}

export const page = {
  load,
  title: () => t('绩效排名', 'Standing'),
  sub: (ctx, d) => t(`${d.out.from} 至 ${d.out.to}；权重自 ${d.out.weights.effective_from} 起`,
    `${d.out.from} to ${d.out.to}; weights since ${d.out.weights.effective_from}`),
  tools: (ctx, d) => [h('label', null, t('计划', 'Plan'), h('select', {id: 'plan',
    onchange: (e) => ctx.go(ctx.href({plan: e.target.value}))}, [...d.titles].map(([c, title]) => h('option', {value: c, selected: c === d.plan}, title)))),
    d.out.items.length ? export_buttons(d.path, d.query, 'ranking') : null, print_button()],
  view: (ctx, d) => [h('div', {class: 'switch', role: 'group', 'aria-label': t('排序', 'Order')},
    [['score', '总分', 'Score'], ...Object.entries(PARTS).map(([k, v]) => [k, v[0], v[1]])].map(([k, zh, en]) => h('a',
    {href: ctx.href({by: k}), 'aria-current': k === d.by ? 'true' : null}, t(zh, en)))),
    d.out.items.length && d.by === 'score' ? card([t('总分', 'Score'), h('small', null, t('前十名', 'the first ten'))],
      hbars({title: t('总分', 'Score'), rows: d.out.items.slice(0, 10).map((x) => ({label: x.name, value: x.score || '0',
      text: x.score || '—', share: '', href: ctx.href({key: x.key})}))})) : null,
    card(null, table({rows: d.out.items, href: (x) => ctx.href({key: x.key}), empty: t('还没有可排名的单位。', 'Nobody to rank yet.'),
      columns: [{key: 'name', title: t('单位', 'Unit'), wide: true, cell: (x) => [`${x.rank}　`, name(x.name)]},
      {key: 'score', title: t('总分', 'Score'), num: true, cell: (x) => x.score || '—'},
      ...Object.entries(PARTS).map(([k, v]) => ({key: k, title: t(v[0], v[1]) + (v[2] === 'yuan' ? t('（元）', ' (CNY)') : ''), num: true,
        cell: (x) => { const p = x.parts.find((y) => y.by === k); return p ? [value(k, p.value),
        p.points ? h('div', {class: 'hint'}, t(`${p.points} 分`, `${p.points} points`)) : null] : '—'; }}))]})),
    d.out.items.length === 1 && d.out.items[0].facts ? card(t('由哪些记录构成', 'What it is made of'),
      table({rows: d.out.items[0].facts, href: (f) => PAGES[f.type] ? `${PAGES[f.type]}/${encodeURIComponent(f.id)}` : null,
        columns: [{key: 'reference', title: t('编号', 'Reference')},
      {key: 'by', title: t('指标', 'Part'), cell: (f) => t(...(PARTS[f.by] || [f.by, f.by]).slice(0, 2))},
      {key: 'on', title: t('日期', 'Day')}, {key: 'value', title: t('数值', 'Value'), num: true,
      cell: (f) => value(f.by, f.value)}]})) : null,
    card(t('权重', 'Weights'), facts(Object.entries(PARTS).map(([k, v]) => [t(v[0], v[1]), pct(d.out.weights[k])])))],
};
