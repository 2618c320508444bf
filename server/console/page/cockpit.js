/**
 * cockpit.js - the plan at a glance: three figures of the quarter, seven targets, the course by quarter, the districts.
 */
import {h, u} from '../h.js';
import {get, maybe} from '../api.js';
import {columns, hbars, legend, progress} from '../chart.js';
import {count, grouped, instant, latest, money, pct, quarter_short, quarter_title, shift, unit_title, UNITS} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, change, figure, rows_href, unit_switch} from '../table.js';
import {is_nothing, measures_of, required_of, short_title, worst} from '../targets.js';
import {is_english, t} from '../words.js';

const PLAN = 'sh-2021-2023';

async function load(ctx) {
  const quarters = await get('/v1/quarters');
  const quarter = ctx.query.quarter || latest(quarters.items), plan = ctx.query.plan || PLAN;
  const [targets, forecast, report] = await Promise.all([
    get(u`/v1/plans/${plan}/targets`, {quarter}),
    maybe(get(u`/v1/plans/${plan}/forecast`, {quarter})),
    get(u`/v1/reports/quarterly/${quarter}`, {section: 'headline,by_quarter,by_district'})]);
  return {quarters: quarters.items, quarter, plan, targets, forecast, report, unit: ctx.unit || 'yi'};
}

const section = (d, name) => d.report.sections.find((x) => x.name === name);

// ---- three figures -------------------------------------------------------------------------------

function key_figure(row, title, d) {
  const kind = row.unit, unit = kind === 'yuan' ? unit_title(d.unit) : row.key === 'count' ? t('笔', 'loans') : t('家', 'firms');
  return h('section', {class: 'card key'}, h('h2', null, title),
    h('p', {class: 'big'}, figure(row.cells.quarter, kind, d.unit), h('small', null, unit)),
    h('p', {class: 'beside'}, h('span', null, t('同比 ', 'on year '), change(row.cells.yoy.value)), h('span', null, t('环比 ', 'on quarter '), change(row.cells.qoq.value)),
      h('span', null, t('本年累计 ', 'this year '), figure(row.cells.ytd, kind, d.unit))));
}

function key_figures(d) {
  const rows = section(d, 'headline').rows, of = (key) => rows.find((r) => r.key === key);
  return h('div', {class: 'cards'}, key_figure(of('amount'), t('本季融资金额', 'Financed this quarter'), d), key_figure(of('count'), t('本季融资笔数', 'Loans this quarter'), d),
    key_figure(of('firms'), t('本季融资企业', 'Firms this quarter'), d));
}

// ---- seven targets -------------------------------------------------------------------------------

const value_text = (m, text, d) => text === null || text === undefined ? '—' : m.kind === 'yuan' ? money(text, d.unit) : count(text);
const unit_of = (m, d) => m.kind === 'yuan' ? unit_title(d.unit) : t('项', '');

function bar(target, m, forecast) {
  if (m.now === null || !m.need) return null;
  const outlook = forecast && forecast.total && forecast.total.low ? forecast.total : null;
  return progress({now: String(m.now), need: String(m.need), low: outlook && target.kind === 'total' ? outlook.low : null, high: outlook && target.kind === 'total' ? outlook.high : null,
    title: t(`${target.id} 完成 ${m.progress || '—'}%`, `${target.id} ${m.progress || '—'} % of what is needed`)});
}

function readings(m) {
  if (m.compound === null || m.compound === undefined) return null;
  return m.compound === m.mean ? [h('strong', null, pct(m.compound)), h('span', {class: 'quiet'}, t(' 复合、算术相同', ' both readings'))]
    : [h('strong', null, pct(m.compound)), h('span', {class: 'quiet'}, t(' 复合，', ' compound, ')), pct(m.mean), h('span', {class: 'quiet'}, t(' 算术', ' mean'))];
}

function present(target, ms, d) {
  const m = ms[0];
  const assumed = ms.some((x) => x.assumed) ? [' ', badge(null, 'warn', t('基数为假定', 'Base assumed'))] : null;
  if (target.kind === 'total') return [h('strong', null, value_text(m, m.total, d)), ' / ', value_text(m, target.threshold, d), ' ', unit_of(m, d)];
  if (ms.length > 1) {
    const good = ms.filter((x) => x.status === 'on_track' || x.status === 'met').length;
    return [t(`${ms.length} 项指标中 ${good} 项达到进度`, `${good} of ${ms.length} measures on track`), assumed];
  }
  return [readings(m) || [h('span', {class: 'quiet'}, t('本年同比 ', 'this year ')), h('strong', null, pct(m.growth))], assumed];
}

function needed(target, ms, d) {
  const open = ms.filter((m) => { const r = required_of(m); return r && !is_nothing(r.each || r.compound); });
  const left = target.remaining_quarters ? h('span', {class: 'quiet'}, t(`，余 ${target.remaining_quarters} 季`, `, ${target.remaining_quarters} quarters left`)) : null;
  if (ms.every((m) => m.missing.length && !required_of(m))) return h('a', {href: u`/console/targets/${target.id}` + `?quarter=${d.quarter}`}, t('看缺什么', 'What is missing'));
  if (!ms.some((m) => required_of(m))) return h('a', {href: u`/console/targets/${target.id}` + `?quarter=${d.quarter}`}, t('先补基数', 'A base is needed'));
  if (!open.length) return h('span', {class: 'quiet'}, t('已满足', 'Nothing'));
  if (ms.length > 1) return [t(`${open.length} 项待完成`, `${open.length} to go`), left];
  const r = required_of(open[0]);
  return [t('每季 ', 'a quarter '), h('strong', null, value_text(open[0], r.each || r.compound, d)), ' ', unit_of(open[0], d), left];
}

function target_row(target, d) {
  const ms = measures_of(target), forecast = d.forecast && d.forecast.targets.find((f) => f.id === target.id);
  const lead = ms.find((m) => m.status === worst(ms.map((x) => x.status))) || ms[0];
  const at = u`/console/targets/${target.id}` + `?quarter=${d.quarter}`;
  const limit = target.kind === 'growth' ? ` ≥ ${shift(target.threshold, 0, 0)}%` : target.kind === 'total' ? ` ≥ ${money(target.threshold, d.unit).replace(/\.00$/, '')} ${unit_title(d.unit)}` : '';
  return h('tr', null, h('th', {scope: 'row', title: target.title}, h('a', {href: at}, target.id), ' ', is_english() ? target.title_en : short_title(target) + limit),
    h('td', {'data-title': t('状态', 'Status')}, badge('target.status', worst(ms.map((m) => m.status)))),
    h('td', {'data-title': t('进度', 'Progress'), class: 'bar'}, bar(target, lead, forecast)),
    h('td', {'data-title': t('现值', 'Now')}, present(target, ms, d)), h('td', {'data-title': t('还需', 'Needed')}, needed(target, ms, d)));
}

function targets_card(d) {
  return h('section', {class: 'card targets'},
    h('h2', null, t('七项目标', 'Seven targets'), legend(['mark', t('现值', 'Now')], ['band', t('到期预测区间（80%）', 'Forecast, 80 %')], ['need', t('应达到', 'Needed')])),
    h('div', {class: 'scroll'}, h('table', null, h('thead', null, h('tr', null, [t('目标', 'Target'), t('状态', 'Status'), t('进度', 'Progress'), t('现值', 'Now'), t('还需', 'Needed')].map((x) => h('th', {scope: 'col'}, x)))),
      h('tbody', null, d.targets.targets.map((x) => target_row(x, d))))));
}

// ---- pictures ------------------------------------------------------------------------------------

const in_unit = (text, d) => shift(text, UNITS[d.unit].places, 2);

function by_quarter(d) {
  const rows = section(d, 'by_quarter').rows;
  return card([t('分季度融资金额', 'Financed by quarter'), h('small', null, t(`${unit_title(d.unit)}；点柱看明细`, `${unit_title(d.unit)}; a column leads to its records`))],
    columns({title: t('分季度融资金额', 'Financed by quarter'), unit: unit_title(d.unit), points: rows.map((r) => ({label: quarter_short(r.key), value: in_unit(r.cells.amount.value, d),
      text: d.unit === 'yi' ? money(r.cells.amount.value, 'yi') : grouped(shift(r.cells.amount.value, UNITS[d.unit].places, 0)), href: rows_href(r.cells.amount.rows)}))}));
}

function by_district(d) {
  const rows = section(d, 'by_district').rows.filter((r) => r.cells.amount.value !== '0.00')
    .sort((a, b) => BigInt(b.cells.amount.value.replace('.', '')) > BigInt(a.cells.amount.value.replace('.', '')) ? 1 : -1);
  return card([t('分区融资金额', 'Financed by district'), h('small', null, t(`本季，${unit_title(d.unit)}`, `this quarter, ${unit_title(d.unit)}`))],
    rows.length ? hbars({title: t('分区融资金额', 'By district'), rows: rows.map((r) => ({label: r.title, value: r.cells.amount.value, text: money(r.cells.amount.value, d.unit),
      share: pct(r.cells.amount_share.value), href: rows_href(r.cells.amount.rows)}))}) : h('p', {class: 'empty'}, t('本季没有融资记录。', 'No loan this quarter.')));
}

// ---- the page ------------------------------------------------------------------------------------

const BASES = {signed_on: ['签订日', 'day of signing'], registered_on: ['登记日', 'day of registration'], disbursed_on: ['放款日', 'day of drawing'], registered_amount: ['登记金额与登记日', 'registered amount and day']};

export const page = {
  load,
  title: () => t('目标总览', 'Targets'),
  sub: (ctx, d) => [d.targets.title, ' · ', t(`按${BASES[d.targets.basis][0]}计`, `by ${BASES[d.targets.basis][1]}`), ' · ', t('数据截至 ', 'as known at '), instant(d.report.known_at), ' · ',
    d.report.sealed_at ? t('已封存', 'sealed') : t('未封存', 'not sealed')],
  tools: (ctx, d) => [h('label', null, t('季度', 'Quarter'), h('select', {id: 'quarter', onchange: (e) => ctx.go(ctx.href({quarter: e.target.value}))},
    d.quarters.slice().reverse().map((q) => h('option', {value: q.quarter, selected: q.quarter === d.quarter}, quarter_title(q.quarter))))), unit_switch(d.unit, ctx.href), print_button()],
  view: (ctx, d) => [key_figures(d), targets_card(d), h('div', {class: 'split'}, by_quarter(d), by_district(d))],
};
