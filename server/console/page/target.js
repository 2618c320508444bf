/**
 * target.js - how one target is made up: its years, both readings with their formula, the forecast, what must still come.
 */
import {h, u} from '../h.js';
import {get, maybe} from '../api.js';
import {columns, hbars, line_with_band} from '../chart.js';
import {count, latest, money, pct, quarter_title, shift, unit_title, UNITS} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, facts, quarter_switch, rows_href, table, unit_switch} from '../table.js';
import {measures_of, plan_of, required_of, short_title} from '../targets.js';
import {district_title, is_english, t} from '../words.js';

async function load(ctx) {
  const quarters = await get('/v1/quarters');
  const quarter = ctx.query.quarter || latest(quarters.items),
    plan = ctx.query.plan || (await plan_of(quarter));
  const [targets, forecast, backtest] = await Promise.all([
    get(u`/v1/plans/${plan}/targets`, {quarter}),
    maybe(get(u`/v1/plans/${plan}/forecast`, {quarter})),
    maybe(get(u`/v1/plans/${plan}/backtest`, {quarter})),
  ]);
  const of = (list) => list && list.targets.find((x) => x.id === ctx.at.target);
  return {
    quarters: quarters.items,
    quarter,
    plan,
    target: of(targets),
    forecast: of(forecast),
    backtest: of(backtest),
    unit: ctx.unit || 'yi',
  };
}

const text_of = (m, v, d) => (v === null || v === undefined ? '—' : m.kind === 'yuan' ? money(v, d.unit) : count(v));
const unit_of = (m, d) => (m.kind === 'yuan' ? unit_title(d.unit) : '');
const FROM = {
  records: ['台账记录', 'records'],
  entered: ['填报', 'entered'],
  published: ['公布', 'published'],
  told: ['填报', 'told'],
};

// ---- the years -----------------------------------------------------------------------------------

/** A year of the plan that has not begun in the quarter that is looked at has no figure, which is not nought. */
const begun = (y, d) => y.year <= +d.quarter.slice(0, 4);

function source(y, d) {
  if (!begun(y, d)) return h('span', {class: 'quiet'}, t('尚未开始', 'not begun'));
  return [
    y.from && FROM[y.from] ? t(...FROM[y.from]) : y.from || null,
    y.source ? `：${y.source}` : null,
    y.assumed ? [' ', badge(null, 'warn', t('假定', 'Assumed'))] : null,
    y.to_date ? h('span', {class: 'quiet'}, t('（至今）', ' (to date)')) : null,
    y.published !== undefined
      ? h(
          'span',
          {class: 'quiet'},
          t(
            `；公布数 ${count(y.published)}，相差 ${y.difference}`,
            `; published ${count(y.published)}, difference ${y.difference}`,
          ),
        )
      : null,
  ];
}

/** Where the records of a year's figure are: those of loans stand behind the report of its last quarter. */
function records_of(m, y, d) {
  if (y.rows) return rows_href(y.rows);
  const of_loans = ['amount', 'count'].includes(m.id) && ['growth', 'total'].includes(d.target.kind) && d.target.basis === 'signed_on';
  return of_loans && y.from === 'records' && begun(y, d)
    ? u`/console/reports/${y.to_date ? d.quarter : y.year + 'Q4'}/rows?section=headline&row=${m.id}&column=ytd` : null;
}

function years_table(m, d) {
  const rows = [...(m.base ? [Object.assign({is_base: true}, m.base)] : []), ...m.years];
  return table({
    caption: m.kind === 'yuan' ? t(`单位：${unit_title(d.unit)}`, `Unit: ${unit_title(d.unit)}`) : null,
    rows,
    columns: [
      {
        key: 'year',
        title: t('年度', 'Year'),
        cell: (y) => [String(y.year), y.is_base ? h('span', {class: 'quiet'}, t('（基数）', ' (base)')) : null],
      },
      {
        key: 'value',
        title: t('数值', 'Value'),
        num: true,
        cell: (y) =>
          !begun(y, d)
            ? '—'
            : records_of(m, y, d)
              ? h('a', {href: records_of(m, y, d)}, text_of(m, y.value, d))
              : text_of(m, y.value, d),
      },
      {key: 'yoy', title: t('同比', 'On year'), num: true, cell: (y) => pct(y.yoy)},
      {key: 'from', title: t('来源', 'Source'), cell: (y) => source(y, d)},
    ],
  });
}

function formula(m, d) {
  const told = m.years.filter((y) => y.value !== null && !y.to_date && y.yoy !== null);
  const last = told[told.length - 1];
  if (!m.base || !last || m.compound === null) return null;
  const n = last.year - m.base.year,
    root = n === 1 ? '' : t(` 的 ${n} 次方根`, `, root ${n}`);
  return facts([
    [
      t('复合（水平法）', 'Compound'),
      [
        `${text_of(m, last.value, d)} ÷ ${text_of(m, m.base.value, d)}${root} − 1 = `,
        h('strong', null, pct(m.compound)),
      ],
    ],
    [
      t('算术平均', 'Mean'),
      [
        told.length > 1 ? `(${told.map((y) => pct(y.yoy)).join(' + ')}) ÷ ${told.length} = ` : null,
        h('strong', null, pct(m.mean)),
      ],
    ],
  ]);
}

function needed(m, target, d) {
  const r = required_of(m),
    left = target.remaining_quarters;
  if (!r) return null;
  if (r.each !== undefined)
    return facts([
      [t('还缺', 'Missing'), `${text_of(m, m.required.missing, d)} ${unit_of(m, d)}`],
      [
        t('每季须达', 'A quarter'),
        `${text_of(m, r.each, d)} ${unit_of(m, d)}${t(`，余 ${left} 季`, `, ${left} quarters left`)}`,
      ],
    ]);
  return facts([
    [t('末年须达（复合）', 'Last year, compound'), `${text_of(m, m.required.last_year_compound, d)} ${unit_of(m, d)}`],
    [
      t('每季须达（复合）', 'A quarter, compound'),
      [
        h('strong', null, text_of(m, r.compound, d)),
        ` ${unit_of(m, d)}${t(`，余 ${left} 季`, `, ${left} quarters left`)}`,
      ],
    ],
    [t('每季须达（算术）', 'A quarter, mean'), `${text_of(m, r.mean, d)} ${unit_of(m, d)}`],
  ]);
}

function measure_card(m, target, d, alone) {
  const values = [...(m.base ? [m.base] : []), ...m.years].filter((y) => y.value !== null && y.value !== undefined);
  const moved = (v) => (m.kind === 'yuan' ? shift(v, UNITS[d.unit].places, 2) : String(v));
  return h(
    'section',
    {class: 'card'},
    h(
      'h2',
      null,
      alone ? t('年度数值与读法', 'Years and readings') : is_english() ? m.title_en : m.title,
      ' ',
      badge('target.status', m.status),
    ),
    h(
      'div',
      {class: 'split'},
      h(
        'div',
        null,
        years_table(m, d),
        m.missing.length
          ? h(
              'ul',
              {class: 'quiet'},
              m.missing.map((x) => h('li', null, is_english() ? x.text_en : x.text)),
            )
          : null,
      ),
      h(
        'div',
        null,
        columns({
          title: t('分年度', 'By year'),
          unit: unit_of(m, d),
          points: values.filter((y) => begun(y, d)).map((y) => ({
            label: String(y.year),
            value: moved(y.value),
            text: text_of(m, y.value, d),
            href: records_of(m, y, d),
            open: y.to_date,
          })),
        }),
        formula(m, d),
        needed(m, target, d),
      ),
    ),
  );
}

// ---- the forecast --------------------------------------------------------------------------------

function forecast_card(d) {
  const f = d.forecast,
    m = measures_of(d.target)[0];
  if (!f || !f.sentence) return null;
  const tests = d.backtest ? d.backtest.tests || [] : [];
  return card(
    [
      t('推算', 'Forecast'),
      f.chance !== null && f.chance !== undefined
        ? h('small', null, t(`达到目标的可能约 ${f.chance}%`, `chance about ${f.chance} %`))
        : null,
    ],
    h('p', null, is_english() ? f.sentence_en : f.sentence),
    tests.length
      ? [
          h('h3', null, t('过去的推算准不准', 'Earlier forecasts')),
          table({
            rows: tests,
            columns: [
              {key: 'quarter', title: t('在这一季推算', 'Made in')},
              {key: 'low', title: t('下限', 'Low'), num: true, cell: (x) => text_of(m, x.low, d)},
              {key: 'point', title: t('推算', 'Forecast'), num: true, cell: (x) => text_of(m, x.point, d)},
              {key: 'high', title: t('上限', 'High'), num: true, cell: (x) => text_of(m, x.high, d)},
              {key: 'came', title: t('实际', 'Came'), num: true, cell: (x) => text_of(m, x.came, d)},
              {
                key: 'within',
                title: t('在区间内', 'Within'),
                cell: (x) => (x.within ? badge(null, 'good', t('是', 'Yes')) : badge(null, 'warn', t('否', 'No'))),
              },
            ],
          }),
        ]
      : null,
    tests.length > 1
      ? line_with_band({
          title: t('推算与实际', 'Forecast and fact'),
          points: tests.map((x) => ({
            label: x.quarter.slice(2),
            value: m.kind === 'yuan' ? shift(x.came, UNITS[d.unit].places, 2) : String(x.came),
            text: text_of(m, x.came, d),
            low: m.kind === 'yuan' ? shift(x.low, UNITS[d.unit].places, 2) : String(x.low),
            high: m.kind === 'yuan' ? shift(x.high, UNITS[d.unit].places, 2) : String(x.high),
          })),
        })
      : null,
  );
}

function districts_card(d) {
  const f = d.forecast,
    m = measures_of(d.target)[0];
  if (!f || !f.districts || !f.districts.length) return null;
  const key = (x) => BigInt(String(x.last_four_quarters).replace('.', '')),
    rows = f.districts.slice().sort((a, b) => (key(b) > key(a) ? 1 : -1));
  const open = rows.some((x) => /[1-9]/.test(String(x.per_month)));
  return card(
    [
      t('各区近四季与每月还须', 'Districts: last four quarters, and what each must add a month'),
      h('small', null, unit_of(m, d)),
    ],
    hbars({
      title: t('各区近四季', 'Last four quarters'),
      rows: rows.map((x) => ({
        label: district_title(x.district),
        value: String(x.last_four_quarters),
        text: text_of(m, x.last_four_quarters, d),
        share: open ? t(`月 ${text_of(m, x.per_month, d)}`, `${text_of(m, x.per_month, d)}`) : pct(x.share),
        href: u`/console/loans?district=${x.district}`,
      })),
    }),
  );
}

export const page = {
  load,
  title: (ctx, d) =>
    d.target ? `${d.target.id} ${is_english() ? d.target.title_en : short_title(d.target, d.plan)}` : ctx.at.target,
  sub: (ctx, d) => (d.target ? [is_english() ? null : d.target.title, ' · ', quarter_title(d.quarter)] : null),
  tools: (ctx, d) => [
    h('a', {href: `/console/cockpit?quarter=${d.quarter}`, class: 'button'}, t('返回总览', 'Back to targets')),
    quarter_switch(ctx, d),
    unit_switch(d.unit, ctx.href),
    print_button(),
  ],
  view: (ctx, d) => {
    if (!d.target) return h('p', {class: 'empty'}, t('本计划没有这项目标。', 'The plan has no such target.'));
    const ms = measures_of(d.target);
    return [ms.map((m) => measure_card(m, d.target, d, ms.length === 1)), forecast_card(d), districts_card(d)];
  },
};
