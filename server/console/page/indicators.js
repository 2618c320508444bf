/**
 * indicators.js - what departments tell beside the records: indicators and base years, entered, with their sources.
 */
import {h, u} from '../h.js';
import {get, maybe, post, put} from '../api.js';
import {count, instant, latest, money, whole} from '../fmt.js';
import {form} from '../form.js';
import {print_button} from '../frame.js';
import {apart} from '../apart.js';
import {bulk} from '../bulk.js';
import {badge, beside, card, pager, table} from '../table.js';
import {toast} from '../dialog.js';
import {plan_of} from '../targets.js';
import {deal_state} from './deals.js';
import {t, title} from '../words.js';

const SIDES = ['sme_acquisition', 'university_outflow', 'product_filing', 'implementation', 'benefiting_firm'],
  WAYS = ['transfer', 'licence', 'contribution'];
const filled = (v) => Object.fromEntries(Object.entries(v).filter(([, x]) => x !== ''));

async function load(ctx) {
  const plan = await plan_of(latest((await get('/v1/quarters')).items));
  const [list, bases] = await Promise.all([
    get('/v1/indicators', {limit: 50, after: ctx.query.after}),
    maybe(get(u`/v1/plans/${plan}/baselines`)),
  ]);
  return {plan, list, bases: bases ? bases.years || bases.items || [] : []};
}

function indicator_form(ctx) {
  if (!ctx.may('POST /v1/indicators')) return null;
  return card(
    t('录入指标', 'Enter an indicator'),
    form({
      keep: 'indicator',
      verb: t('录入', 'Enter'),
      fields: [
        {name: 'period', label: t('期间', 'Period'), need: true, hint: t('如 2022 或 2022Q3', 'as 2022 or 2022Q3')},
        {
          name: 'side',
          label: t('指标', 'Indicator'),
          need: true,
          options: SIDES.map((x) => [x, title('indicator.side', x)]),
          value: SIDES[0],
        },
        {name: 'way', label: t('方式', 'Way'), options: [['', '—'], ...WAYS.map((x) => [x, title('indicator.way', x)])]},
        {name: 'count', label: t('数量', 'Number'), kind: 'count'},
        {name: 'contract_value', label: t('成交金额（元）', 'Contract value'), kind: 'money'},
        {name: 'cash_received', label: t('实际到账（元）', 'Cash received'), kind: 'money'},
        {name: 'source', label: t('来源', 'Source'), need: true},
        {name: 'evidence', label: t('佐证说明', 'Evidence'), need: true},
        {name: 'assumed', label: t('这是假定的数', 'It is assumed'), kind: 'check', value: false},
      ],
      send: async (v) => {
        const body = filled(v);
        if (body.count) body.count = whole(body.count);
        await post('/v1/indicators', body);
        toast(t('已录入，财政确认后计入。', 'Entered; it counts when finance has confirmed it.'));
        ctx.reload();
      },
    }).node,
  );
}

function base_form(ctx, d) {
  if (!ctx.may('PUT /v1/plans/{code}/baselines')) return null;
  return card(
    t('填报基数', 'Enter a base year'),
    h('p', {class: 'quiet'}, t('由第二人复核后生效。', 'It counts when a second person has approved it.')),
    form({
      keep: 'base',
      verb: t('提出基数', 'Propose the base'),
      fields: [
        {name: 'year', label: t('年度', 'Year'), need: true, kind: 'count', value: '2020'},
        {name: 'amount', label: t('融资金额（元）', 'Amount'), kind: 'money', need: true},
        {name: 'count', label: t('融资笔数', 'Loans'), kind: 'count', need: true},
        {name: 'source', label: t('来源', 'Source'), need: true},
        {name: 'assumed', label: t('这是假定的数', 'It is assumed'), kind: 'check', value: false},
      ],
      send: async (v) => {
        const {location} = await put(u`/v1/plans/${d.plan}/baselines`, {
          years: [
            {year: whole(v.year), amount: v.amount, count: whole(v.count), source: v.source, assumed: v.assumed},
          ],
        });
        ctx.go(location ? location.replace('/v1/', '/console/') : ctx.path);
      },
    }).node,
  );
}

/** What was told, and what finance confirms of it. */
function told(ctx, d) {
  const b = bulk(ctx, d.list.items, {
    path: '/v1/indicators',
    to: '/v1/confirmations',
    steps: ['confirm'],
    of: (i) =>
      i.state === 'told'
        ? apart(ctx, {path: '/v1/indicators', legal: ['confirm'], made_by: i.recorded_by, steps: [], rules: {confirm: 'made'}})
            .legal
        : [],
    line: (i, reason) => ({record: i.id, seen: i.seen, reason}),
    amount: (i) => i.contract_value,
    what: (i) => i.reference,
    href: () => '/console/indicators',
  });
  const rows = table({
    rows: d.list.items,
    empty: t('尚无任何部门报送。', 'Nobody has told anything yet.'),
    pick: b ? b.pick : null,
    columns: [
      {key: 'period', title: t('期间', 'Period')},
      {
        key: 'side',
        title: t('指标', 'Indicator'),
        cell: (i) => [title('indicator.side', i.side), i.way ? ` · ${title('indicator.way', i.way)}` : null],
      },
      {key: 'count', title: t('数量', 'Number'), num: true, cell: (i) => count(i.count)},
      {
        key: 'contract_value',
        title: t('成交金额（元）', 'Contract value'),
        num: true,
        cell: (i) => money(i.contract_value),
      },
      {key: 'cash_received', title: t('到账（元）', 'Cash'), num: true, cell: (i) => money(i.cash_received)},
      {
        key: 'source',
        title: t('来源', 'Source'),
        cell: (i) => [i.source, ' ', i.assumed ? badge(null, 'warn', t('假定', 'Assumed')) : null],
      },
      {key: 'recorded_at', title: t('录入', 'Entered'), cell: (i) => instant(i.recorded_at)},
      {key: 'state', title: t('状态', 'State'), cell: deal_state},
    ],
  });
  if (b) b.ready();
  return [
    b ? b.node : null,
    card(
      t('指标', 'Indicators'),
      h('p', {class: 'quiet'}, t('财政确认后计入目标。', 'What is told counts when finance has confirmed it.')),
      rows,
      pager(d.list, ctx),
    ),
  ];
}

export const page = {
  load,
  title: () => t('指标与基数', 'Indicators and bases'),
  sub: () =>
    t(
      '记录之外由部门报送的数；台账有记录的年度以记录为准，报送数列在旁边。',
      'What departments tell; of years with records the records count, and these stand beside.',
    ),
  tools: () => print_button(),
  view: (ctx, d) =>
    beside(
      [
        card(
          t('基数', 'Base years'),
          table({
            rows: d.bases,
            empty: t('还没有基数：T1、T2 因此显示「缺基数」。', 'None yet: T1 and T2 say so.'),
            columns: [
              {key: 'year', title: t('年度', 'Year'), cell: (b) => String(b.year)},
              {key: 'amount', title: t('金额（元）', 'Amount'), num: true, cell: (b) => money(b.amount)},
              {key: 'count', title: t('笔数', 'Loans'), num: true, cell: (b) => count(b.count)},
              {
                key: 'source',
                title: t('来源', 'Source'),
                cell: (b) => [b.source, ' ', b.assumed ? badge(null, 'warn', t('假定', 'Assumed')) : null],
              },
            ],
          }),
        ),
        told(ctx, d),
      ],
      [indicator_form(ctx), base_form(ctx, d)],
    ),
};
