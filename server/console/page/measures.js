/**
 * measures.js - a plan's measures: who reports, who has not; grouped, since thousands may be overdue.
 */
import {h, u} from '../h.js';
import {get, maybe} from '../api.js';
import {count} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, table} from '../table.js';
import {SHANGHAI} from '../targets.js';
import {city, is_english, t} from '../words.js';

/** The plans that have measures; that of Shanghai came with the program and is no record. */
const measured = (plans) => [
  ...(city() === '310000' ? [SHANGHAI] : []),
  ...plans.filter((p) => p.measures && p.state !== 'draft').map((p) => p.code),
];
async function load(ctx) {
  const of = ctx.query.plan ? {plan: ctx.query.plan} : {};
  const [list, overdue, plans] = await Promise.all([
    get('/v1/measures', of),
    maybe(get('/v1/measures/overdue', of)),
    maybe(get('/v1/plans', {limit: 500})),
  ]);
  return {list, overdue, others: measured((plans && plans.items) || []).filter((code) => code !== list.plan)};
}
/** Departments as the measures call them: their list here has their Chinese names. */
const called = (d, g) => (is_english() && d.list.measures.flatMap((m) => m.departments).find((x) => x.department === g.department) || {}).title_en || g.department_title;
/** Where one of the plan's measures is shown. */
const place = (d, no) => u`/console/measures/${no}?plan=${d.list.plan}`;
const late = (n) =>
  n ? badge(null, 'bad', t(`欠报 ${count(n)} 期`, `${count(n)} overdue`)) : badge(null, 'good', t('已报', 'Told'));

export const page = {
  load,
  title: () => t('举措', 'Measures'),
  sub: (ctx, d) => [
    is_english() ? d.list.plan_title_en : d.list.plan_title,
    t('；截至 ', '; as of '),
    d.list.as_of,
    d.overdue
      ? t(
          `；全部欠报 ${count(d.overdue.overdue)} 期，按部门汇总如下`,
          `; ${count(d.overdue.overdue)} overdue in all, by department below`,
        )
      : null,
  ],
  tools: (ctx, d) => [
    d.others.map((code) => h('a', {class: 'button', href: u`/console/measures?plan=${code}`}, code)),
    print_button(),
  ],
  view: (ctx, d) => [
    d.overdue && d.overdue.groups.length
      ? card(
          t('欠报的部门', 'Departments that owe reports'),
          table({
            rows: d.overdue.groups,
            columns: [
              {key: 'department_title', title: t('部门', 'Department'), cell: (g) => called(d, g)},
              {key: 'overdue', title: t('欠报期数', 'Overdue'), num: true, cell: (g) => count(g.overdue)},
              {key: 'since', title: t('最早应报日', 'Since')},
              {key: 'days', title: t('超期天数', 'Days'), num: true, cell: (g) => count(g.days)},
              {
                key: 'measures',
                title: t('举措', 'Measures'),
                wide: true,
                cell: (g) =>
                  g.measures.map((n, i) => [i ? '、' : null, h('a', {href: place(d, n)}, String(n))]),
              },
            ],
          }),
        )
      : null,
    card(
      [t('举措', 'Measures'), h('small', null, count(d.list.measures.length))],
      table({
        rows: d.list.measures,
        href: (m) => place(d, m.measure),
        columns: [
          {key: 'measure', title: t('序号', 'No.'), cell: (m) => String(m.measure)},
          {key: 'title', title: t('内容', 'What'), wide: true, cell: (m) => (is_english() ? m.title_en : m.title)},
          {key: 'reports', title: t('已报', 'Reports'), num: true, cell: (m) => count(m.reports)},
          {key: 'overdue', title: t('状态', 'State'), cell: (m) => late(m.overdue)},
        ],
      }),
    ),
  ],
};
