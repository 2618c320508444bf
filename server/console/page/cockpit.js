/**
 * cockpit.js - the plan at a glance: three figures of the quarter, seven targets, the course by quarter, the districts.
 */
import {h, u} from '../h.js';
import {get, maybe} from '../api.js';
import {columns, hbars} from '../chart.js';
import {grouped, instant, latest, money, pct, quarter_short, shift, unit_title, UNITS} from '../fmt.js';
import {print_button} from '../frame.js';
import {card, change, figure, quarter_switch, rows_href, unit_switch} from '../table.js';
import {bands, plan_of, targets_card} from '../targets.js';
import {t} from '../words.js';

async function load(ctx) {
  const all = get('/v1/quarters');
  const quarter = ctx.query.quarter || latest((await all).items),
    plan = ctx.query.plan || (await plan_of(quarter));
  const [quarters, targets, report] = await Promise.all([
    all,
    get(u`/v1/plans/${plan}/targets`, {quarter}),
    get(u`/v1/reports/quarterly/${quarter}`, {section: 'headline,by_quarter,by_district'}),
  ]);
  return {quarters: quarters.items, quarter, plan, targets, forecast: null, report, unit: ctx.unit || 'yi'};
}

const section = (d, name) => d.report.sections.find((x) => x.name === name);

// ---- three figures -------------------------------------------------------------------------------

function key_figure(row, title, d) {
  const kind = row.unit,
    unit = kind === 'yuan' ? unit_title(d.unit) : row.key === 'count' ? t('笔', 'loans') : t('家', 'firms');
  return h(
    'section',
    {class: 'card key'},
    h('h2', null, title),
    h('p', {class: 'big'}, figure(row.cells.quarter, kind, d.unit), h('small', null, unit)),
    h(
      'p',
      {class: 'beside'},
      h('span', null, t('同比 ', 'on year '), change(row.cells.yoy.value)),
      h('span', null, t('环比 ', 'on quarter '), change(row.cells.qoq.value)),
      h('span', null, t('本年累计 ', 'this year '), figure(row.cells.ytd, kind, d.unit)),
    ),
  );
}

function key_figures(d) {
  const rows = section(d, 'headline').rows,
    of = (key) => rows.find((r) => r.key === key);
  return h(
    'div',
    {class: 'cards'},
    key_figure(of('amount'), t('本季融资金额', 'Financed this quarter'), d),
    key_figure(of('count'), t('本季融资笔数', 'Loans this quarter'), d),
    key_figure(of('firms'), t('本季融资企业', 'Firms this quarter'), d),
  );
}

// ---- pictures ------------------------------------------------------------------------------------

const in_unit = (text, d) => shift(text, UNITS[d.unit].places, 2);

function by_quarter(d) {
  const rows = section(d, 'by_quarter').rows;
  return card(
    [
      t('分季度融资金额', 'Financed by quarter'),
      h('small', null, t(`${unit_title(d.unit)}；点柱看明细`, `${unit_title(d.unit)}; a column leads to its records`)),
    ],
    columns({
      title: t('分季度融资金额', 'Financed by quarter'),
      unit: unit_title(d.unit),
      points: rows.map((r) => ({
        label: quarter_short(r.key),
        value: in_unit(r.cells.amount.value, d),
        text:
          d.unit === 'yi'
            ? money(r.cells.amount.value, 'yi')
            : grouped(shift(r.cells.amount.value, UNITS[d.unit].places, 0)),
        href: rows_href(r.cells.amount.rows),
      })),
    }),
  );
}

function by_district(d) {
  const rows = section(d, 'by_district')
    .rows.filter((r) => r.cells.amount.value !== '0.00')
    .sort((a, b) =>
      BigInt(b.cells.amount.value.replace('.', '')) > BigInt(a.cells.amount.value.replace('.', '')) ? 1 : -1,
    );
  return card(
    [
      t('分区融资金额', 'Financed by district'),
      h('small', null, t(`本季，${unit_title(d.unit)}`, `this quarter, ${unit_title(d.unit)}`)),
    ],
    rows.length
      ? hbars({
          title: t('分区融资金额', 'By district'),
          rows: rows.map((r) => ({
            label: r.title,
            value: r.cells.amount.value,
            text: money(r.cells.amount.value, d.unit),
            share: pct(r.cells.amount_share.value),
            href: rows_href(r.cells.amount.rows),
          })),
        })
      : h('p', {class: 'empty'}, t('本季没有融资记录。', 'No loan this quarter.')),
  );
}

/** The targets as they stand; what may come of them is worked out meanwhile, and drawn into their bars. */
function targets(d) {
  const node = targets_card(d);
  maybe(get(u`/v1/plans/${d.plan}/forecast`, {quarter: d.quarter})).then(
    (forecast) => forecast && bands(node, Object.assign(d, {forecast})),
    () => null, // without it the bars have no band
  );
  return node;
}

// ---- the page ------------------------------------------------------------------------------------

const BASES = {
  signed_on: ['签订日', 'day of signing'],
  registered_on: ['登记日', 'day of registration'],
  disbursed_on: ['放款日', 'day of drawing'],
  registered_amount: ['登记金额与登记日', 'registered amount and day'],
};

export const page = {
  load,
  title: () => t('目标总览', 'Targets'),
  sub: (ctx, d) => [
    d.targets.title,
    ' · ',
    t(`按${BASES[d.targets.basis][0]}计`, `by ${BASES[d.targets.basis][1]}`),
    ' · ',
    t('数据截至 ', 'as known at '),
    instant(d.report.known_at),
    ' · ',
    d.report.sealed_at ? t('已封存', 'sealed') : t('未封存', 'not sealed'),
  ],
  tools: (ctx, d) => [
    quarter_switch(ctx, d),
    unit_switch(d.unit, ctx.href),
    print_button(),
  ],
  view: (ctx, d) => [key_figures(d), targets(d), h('div', {class: 'split'}, by_quarter(d), by_district(d))],
};
