/**
 * loan_account.js - a loan's account by day: how its interest comes about, and what moved its balance.
 */
import {h} from './h.js';
import {columns as column_chart} from './chart.js';
import {count, grouped, money, pct, shift} from './fmt.js';
import {filter} from './form.js';
import {card, table} from './table.js';
import {t, title} from './words.js';

/** What a settlement took back is told by the days before it. */
const owed_until = (d, on) => ((d.interest ? d.interest.stretches : []).find((x) => x.to === on) || {}).balance;
function movements(d) {
  const l = d.loan, rows = [];
  if (l.disbursed_on && !l.revolving && !d.events.some((e) => e.kind === 'disbursed'))
    rows.push({on: l.disbursed_on, what: t('放款（按合同）', 'Drawn, by the contract'), up: l.amount});
  for (const e of d.events) {
    rows.push({
      on: e.on,
      what: title('loan_event.kind', e.kind),
      up: e.kind === 'disbursed' ? e.principal : null,
      down: /repaid|settled|written_off|recovered|transferred/.test(e.kind) ? e.principal || (e.kind === 'settled' ? owed_until(d, e.on) : null) : null,
      interest: e.interest || null,
      reference: e.reference,
      rate: e.rate,
    });
  }
  return rows;
}

export function account_tab(ctx, d) {
  const i = d.interest,
    divisor = d.loan.day_count === 'actual/365' ? 365 : 360,
    percent = (r) => shift(String(r), 0, 2);
  const pick = filter(
    [
      {name: 'from', label: t('自', 'From'), kind: 'date', value: d.from},
      {name: 'to', label: t('至（不含）', 'To (not counted in)'), kind: 'date', value: d.to},
    ],
    {},
    (v) => ctx.go(ctx.href(v)),
    t('重新计算', 'Compute'),
  );
  return [
    card(
      t('利息是怎样算出来的', 'How interest comes about'),
      h('div', {class: 'no-print'}, pick),
      i
        ? [
            h(
              'p',
              {class: 'sentence'},
              t(`${d.from} 至 ${d.to} 应计 `, `${d.from} to ${d.to}: accrued `),
              h('strong', null, money(i.accrued)),
              t(' 元，已付 ', ', paid '),
              h('strong', null, money(i.paid)),
              t(' 元', ''),
            ),
            table({
              caption: t(
                `每段：余额 × 年利率 × 天数 ÷ ${divisor}；各段单列时四舍五入，合计按精确值只舍入一次`,
                `Each: balance × rate × days ÷ ${divisor}; the sum is rounded once`,
              ),
              rows: i.stretches,
              empty: t('这段时间没有余额，不计息。', 'No balance in these days.'),
              columns: [
                {key: 'from', title: t('自', 'From')},
                {key: 'to', title: t('至（不含）', 'To')},
                {key: 'balance', title: t('余额（元）', 'Balance'), num: true, cell: (x) => money(x.balance)},
                {key: 'rate', title: t('年利率', 'Rate'), num: true, cell: (x) => pct(x.rate)},
                {key: 'days', title: t('天数', 'Days'), num: true, cell: (x) => count(x.days)},
                {
                  key: 'formula',
                  title: t('算式', 'Arithmetic'),
                  cell: (x) =>
                    h('span', {class: 'quiet'}, `${grouped(x.balance)} × ${percent(x.rate)}% × ${x.days} ÷ ${divisor}`),
                },
                {key: 'interest', title: t('利息（元）', 'Interest'), num: true, cell: (x) => money(x.interest)},
              ],
              foot: {
                from: t('合计', 'Total'),
                days: count(i.stretches.reduce((n, x) => n + Number(x.days), 0)),
                interest: money(i.accrued),
              },
            }),
          ]
        : h('p', {class: 'empty'}, t('尚未放款，不计息。', 'Nothing is drawn yet.')),
    ),
    i && i.stretches.length > 1
      ? card(
          [t('余额', 'Balance'), h('small', null, t('万元，按计息段', '10k CNY, by stretch'))],
          column_chart({
            title: t('余额', 'Balance'),
            unit: t('万元', '10k CNY'),
            points: i.stretches
              .slice(0, 24)
              .map((x) => ({
                label: x.from.slice(2, 7),
                value: shift(x.balance, 4, 2),
                text: grouped(shift(x.balance, 4, 0)),
              })),
          }),
        )
      : null,
    card(
      t('变动', 'Movements'),
      table({
        rows: movements(d),
        empty: t('没有报送过事件；放款按合同的放款日计。', 'No event was told; the draw is that of the contract.'),
        columns: [
          {key: 'on', title: t('日期', 'Day')},
          {key: 'what', title: t('事件', 'Event')},
          {key: 'reference', title: t('业务编号', 'Reference')},
          {key: 'up', title: t('放出（元）', 'Drawn'), num: true, cell: (x) => money(x.up)},
          {key: 'down', title: t('收回本金（元）', 'Principal back'), num: true, cell: (x) => money(x.down)},
          {key: 'interest', title: t('利息（元）', 'Interest'), num: true, cell: (x) => money(x.interest)},
          {key: 'rate', title: t('新利率', 'New rate'), num: true, cell: (x) => pct(x.rate)},
        ],
      }),
    ),
  ];
}
