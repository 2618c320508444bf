/**
 * targets.js - one view of the seven targets, whatever kind they are: an adapter for growth, totals, rising figures and
 * those that are made of several measures.
 */
import {h, replace, u} from './h.js';
import {get, maybe} from './api.js';
import {legend, progress} from './chart.js';
import {compare, count, money, pct, shift, unit_title} from './fmt.js';
import {badge} from './table.js';
import {city, is_english, t} from './words.js';

export const SHANGHAI = 'sh-2021-2023'; // came with the ledger and is on no list

/**
 * The code of the plan that is looked at in a quarter: the newest in force that has begun, else one that will; '-': none.
 * In the years of Shanghai's nothing need be asked for.
 */
export async function plan_of(quarter) {
  const year = +quarter.slice(0, 4);
  if (city() === '310000' && year >= 2021 && year <= 2023) return SHANGHAI;
  const {items} = await get('/v1/plans', {limit: 500});
  const plans = items.sort(
    (a, b) => (b.first_year <= year) - (a.first_year <= year) || b.first_year - a.first_year,
  );
  for (const p of plans) {
    if (await maybe(get(u`/v1/plans/${p.code}/targets`, {quarter}))) return p.code; // a draft has none
  }
  return city() === '310000' ? SHANGHAI : '-';
}

const TONE = ['missed', 'no_base', 'at_risk', 'incomplete', 'on_track', 'met'];
/** The worst of several states: what must be looked at first. */
export const worst = (words) => words.slice().sort((a, b) => TONE.indexOf(a) - TONE.indexOf(b))[0];

const kind_of = (measure) => (/amount|value|cash|paid|revenue/.test(measure || '') ? 'yuan' : 'count');

/** {title, kind, status, growth, compound, mean, now, need, value, assumed, required, missing} of one measure. */
function one(m, target) {
  const years = m.years || [];
  return {
    id: m.measure || target.measure,
    title: m.title,
    title_en: m.title_en,
    kind: kind_of(m.measure || target.measure),
    status: m.status,
    compound: m.growth_compound,
    mean: m.growth_mean,
    now: m.now ? m.now.value : null,
    need: m.now ? m.now.required : null,
    growth: m.now ? m.now.growth : null,
    total: m.total,
    base: m.base,
    years,
    assumed: !!(m.base && m.base.assumed) || years.some((y) => y.assumed),
    required: m.required,
    missing: m.missing || [],
    ways: m.ways || [],
    progress: m.now ? m.now.progress : null,
  };
}

/** The measures of a target; one that is a single figure has one. */
export const measures_of = (target) => (target.measures || [target]).map((m) => one(m, target));

/** What must still come, a quarter: {compound, mean} or {each}; null: nothing is known; '0': nothing. */
export function required_of(measure) {
  const r = measure.required;
  if (!r) return null;
  if (r.per_quarter !== undefined) return {each: String(r.per_quarter)};
  if (r.per_quarter_compound === undefined) return null;
  return {compound: String(r.per_quarter_compound), mean: String(r.per_quarter_mean)};
}
export const is_nothing = (text) => compare(text, '0') <= 0;

/** "T1" is short; the words of the plan are long: "融资金额年均增幅 ≥ 30%". Of another plan T1 may be anything. */
export function short_title(target, plan) {
  if (plan !== SHANGHAI) return target.title;
  const of = {
    T1: '融资金额年均增幅',
    T2: '融资项目数年均增幅',
    T3: '三年融资总额',
    T4: '中小企业接受专利年均增幅',
    T5: '高校院所输出专利年均增幅',
    T6: '专利产品备案与实施年均增幅',
    T7: '惠及中小微企业逐年递增',
  }[target.id];
  return of || target.title;
}

// ---- the table of them ---------------------------------------------------------------------------

const value_text = (m, text, d) =>
  text === null || text === undefined ? '—' : m.kind === 'yuan' ? money(text, d.unit) : count(text);
const unit_of = (m, d) => (m.kind === 'yuan' ? unit_title(d.unit) : t('项', ''));

/** How far the measure is that must be looked at first, with what may come of it, if that is known. */
function bar(target, d) {
  const ms = measures_of(target),
    m = ms.find((x) => x.status === worst(ms.map((y) => y.status))) || ms[0],
    forecast = d.forecast && d.forecast.targets.find((f) => f.id === target.id);
  if (m.now === null || !m.need) return null;
  const outlook = forecast && forecast.total && forecast.total.low ? forecast.total : null;
  return progress({
    now: String(m.now),
    need: String(m.need),
    low: outlook && target.kind === 'total' ? outlook.low : null,
    high: outlook && target.kind === 'total' ? outlook.high : null,
    title: t(`${target.id} 完成 ${m.progress || '—'}%`, `${target.id} ${m.progress || '—'} % of what is needed`),
  });
}

function readings(m) {
  if (m.compound === null || m.compound === undefined) return null;
  return m.compound === m.mean
    ? [h('strong', null, pct(m.compound)), h('span', {class: 'quiet'}, t(' 复合、算术相同', ' both readings'))]
    : [
        h('strong', null, pct(m.compound)),
        h('span', {class: 'quiet'}, t(' 复合，', ' compound, ')),
        pct(m.mean),
        h('span', {class: 'quiet'}, t(' 算术', ' mean')),
      ];
}

function present(target, ms, d) {
  const m = ms[0];
  const assumed = ms.some((x) => x.assumed) ? [' ', badge(null, 'warn', t('基数为假定', 'Base assumed'))] : null;
  if (target.kind === 'total')
    return [
      h('strong', null, value_text(m, m.total, d)),
      ' / ',
      value_text(m, target.threshold, d),
      ' ',
      unit_of(m, d),
    ];
  if (ms.length > 1) {
    const good = ms.filter((x) => x.status === 'on_track' || x.status === 'met').length;
    return [t(`${ms.length} 项指标中 ${good} 项达到进度`, `${good} of ${ms.length} measures on track`), assumed];
  }
  return [
    readings(m) || [h('span', {class: 'quiet'}, t('本年同比 ', 'this year ')), h('strong', null, pct(m.growth))],
    assumed,
  ];
}

function needed(target, ms, d) {
  const open = ms.filter((m) => {
    const r = required_of(m);
    return r && !is_nothing(r.each || r.compound);
  });
  const left = target.remaining_quarters
    ? h(
        'span',
        {class: 'quiet'},
        t(`，余 ${target.remaining_quarters} 季`, `, ${target.remaining_quarters} quarters left`),
      )
    : null;
  if (ms.every((m) => m.missing.length && !required_of(m)))
    return h('a', {href: u`/console/targets/${target.id}` + `?quarter=${d.quarter}`}, t('看缺什么', 'What is missing'));
  if (!ms.some((m) => required_of(m)))
    return h(
      'a',
      {href: u`/console/targets/${target.id}` + `?quarter=${d.quarter}`},
      t('先补基数', 'A base is needed'),
    );
  if (!open.length) return h('span', {class: 'quiet'}, t('已满足', 'Nothing'));
  if (ms.length > 1) return [t(`${open.length} 项待完成`, `${open.length} to go`), left];
  const r = required_of(open[0]);
  return [
    t('每季 ', 'a quarter '),
    h('strong', null, value_text(open[0], r.each || r.compound, d)),
    ' ',
    unit_of(open[0], d),
    left,
  ];
}

function target_row(target, d) {
  const ms = measures_of(target);
  const at = u`/console/targets/${target.id}` + `?quarter=${d.quarter}`;
  const limit =
    target.kind === 'growth'
      ? ` ≥ ${shift(target.threshold, 0, 0)}%`
      : target.kind === 'total'
        ? ` ≥ ${money(target.threshold, d.unit).replace(/\.00$/, '')} ${unit_title(d.unit)}`
        : '';
  return h(
    'tr',
    null,
    h(
      'th',
      {scope: 'row', title: target.title},
      h('a', {href: at}, target.id),
      ' ',
      is_english() ? target.title_en : short_title(target, d.plan) + limit,
    ),
    h('td', {'data-title': t('状态', 'Status')}, badge('target.status', worst(ms.map((m) => m.status)))),
    h('td', {'data-title': t('进度', 'Progress'), class: 'bar'}, bar(target, d)),
    h('td', {'data-title': t('现值', 'Now')}, present(target, ms, d)),
    h('td', {'data-title': t('还需', 'Needed')}, needed(target, ms, d)),
  );
}

/** The forecast came later than the card was drawn: into its bars, and nothing else is touched. */
export const bands = (card, d) =>
  card.querySelectorAll('td.bar').forEach((cell, i) => replace(cell, bar(d.targets.targets[i], d)));

export function targets_card(d) {
  return h(
    'section',
    {class: 'card targets'},
    h(
      'h2',
      null,
      t('七项目标', 'Seven targets'),
      legend(
        ['mark', t('现值', 'Now')],
        ['band', t('到期预测区间（80%）', 'Forecast, 80 %')],
        ['need', t('应达到', 'Needed')],
      ),
    ),
    h(
      'div',
      {class: 'scroll'},
      h(
        'table',
        null,
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            [
              t('目标', 'Target'),
              t('状态', 'Status'),
              t('进度', 'Progress'),
              t('现值', 'Now'),
              t('还需', 'Needed'),
            ].map((x) => h('th', {scope: 'col'}, x)),
          ),
        ),
        h(
          'tbody',
          null,
          d.targets.targets.map((x) => target_row(x, d)),
        ),
      ),
    ),
  );
}
