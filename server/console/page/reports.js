/**
 * reports.js - the quarters that there are reports of: open or sealed, how many loans, where to look.
 */
import {h, u} from '../h.js';
import {get} from '../api.js';
import {count, instant, latest, quarter_title} from '../fmt.js';
import {badge, card, table} from '../table.js';
import {t} from '../words.js';

const state_of = (q) =>
  q.sealed_at
    ? q.restated ? badge(null, 'warn', t('已封存，有重述', 'Sealed, restated')) : badge(null, 'good', t('已封存', 'Sealed'))
    : q.complete
      ? badge(null, 'warn', t('未封存', 'Not sealed'))
      : badge(null, 'none', t('进行中', 'Running'));

/** The last quarter that is sealed (what is before it can no longer be), and the one that follows: they are sealed in order. */
function order_of(ctx, d) {
  const last = d.items.filter((q) => q.sealed_at).map((q) => q.quarter).pop() || '';
  const open = ctx.may('POST /v1/reports/quarterly/{quarter}/seal') ? d.items.filter((q) => q.complete && !q.sealed_at && q.quarter > last) : [];
  return {last, open, next: last && open[0] ? open[0].quarter : null};
}

function columns_of(ctx, d) {
  const {open, next} = order_of(ctx, d);
  return [
    {key: 'quarter', title: t('季度', 'Quarter'), cell: (q) => quarter_title(q.quarter)},
    {key: 'state', title: t('状态', 'State'), cell: state_of},
    {key: 'loans', title: t('融资笔数', 'Loans'), num: true, cell: (q) => count(q.loans)},
    {key: 'sealed_at', title: t('封存时刻', 'Sealed at'), cell: (q) => (q.sealed_at ? instant(q.sealed_at) : '—')},
    {
      key: 'next',
      title: t('办理', 'Next'),
      cell: (q) =>
        q.sealed_at
          ? [
              h('a', {href: u`/console/reports/${q.quarter}/diff`}, t('差异', 'Differences')),
              ' · ',
              h('a', {href: u`/console/reports/${q.quarter}/seal`}, t('封存与签名', 'Seal')),
            ]
          : !open.includes(q)
            ? '—'
            : !next || q.quarter === next
              ? h('a', {href: u`/console/reports/${q.quarter}/seal`}, t('封存', 'Seal'))
              : h('span', {class: 'hint'}, t('前面的季度封存之后', 'after those before it')),
    },
  ];
}

export const page = {
  load: () => get('/v1/quarters', {restated: 'true'}),
  title: (ctx) =>
    ctx.me.kind === 'bank'
      ? t('本行报告', 'Reports of the bank')
      : ctx.me.kind === 'district'
        ? t('本区报告', 'Reports of the district')
        : t('季度报告', 'Quarterly reports'),
  sub: () =>
    t(
      '季度须按先后顺序封存；封存后的数字不再改变，之后的更正另列差异。',
      'Quarters are sealed in order. What is sealed stays; later corrections are told as differences.',
    ),
  view: (ctx, d) => {
    const {next} = order_of(ctx, d);
    const used = d.items.filter((q) => q.loans > 0 || q.sealed_at || q.quarter === next).reverse();
    if (!used.length)
      return card(null, h('p', {class: 'empty'}, t('还没有任何融资记录。', 'No loan is recorded yet.')));
    return [
      h(
        'p',
        {class: 'buttons'},
        h(
          'a',
          {class: 'button primary', href: u`/console/reports/${latest(d.items)}`},
          t(`打开 ${quarter_title(latest(d.items))}报告`, `Open ${quarter_title(latest(d.items))}`),
        ),
      ),
      card(null, table({rows: used, columns: columns_of(ctx, d), href: (q) => u`/console/reports/${q.quarter}`})),
    ];
  },
};
