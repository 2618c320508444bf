/**
 * report_diff.js - what has changed since a quarter was sealed: each cell, and each record behind it with its reason.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {count, instant, money, quarter_title} from '../fmt.js';
import {print_button} from '../frame.js';
import {card, pager, table} from '../table.js';
import {t, title, whose} from '../words.js';

const text = (v) =>
  v === null || v === undefined
    ? '—'
    : typeof v === 'number'
      ? count(v)
      : /^-?\d+\.\d\d$/.test(v)
        ? money(v)
        : String(v);

const CAUSES = {late: ['迟报', 'told late'], corrected: ['更正', 'corrected'], events: ['事件', 'events']};

export const page = {
  load: (ctx) => get(u`/v1/reports/quarterly/${ctx.at.quarter}/diff`, {limit: 100, after: ctx.query.after}),
  title: (ctx) =>
    t(
      `${quarter_title(ctx.at.quarter)}：封存后的差异`,
      `${quarter_title(ctx.at.quarter)}: differences since it was sealed`,
    ),
  sub: (ctx, d) => [
    t('封存于 ', 'Sealed at '),
    instant(d.sealed_at),
    ' · ',
    t(
      '封存的数字不变；下列差异逐笔有原因，加起来等于现值与封存值之差。',
      'What was sealed stays; each difference has its reason, and they add up.',
    ),
  ],
  tools: (ctx) => [
    h('a', {class: 'button', href: u`/console/reports/${ctx.at.quarter}`}, t('返回报告', 'Back to the report')),
    print_button(),
  ],
  view: (ctx, d) => [
    card(
      [t('变动的数字', 'Figures that changed'), h('small', null, count(d.cells.length))],
      table({
        rows: d.cells,
        empty: t('封存之后没有任何更正影响这一季。', 'No correction has touched this quarter since.'),
        columns: [
          {key: 'section', title: t('分表', 'Section'), cell: (c) => title('section', c.section)},
          {key: 'row', title: t('行', 'Row'), cell: (c) => c.row_title || c.row || t('合计', 'Total')},
          {key: 'column', title: t('列', 'Column'), cell: (c) => c.column_title || c.column},
          {key: 'sealed', title: t('封存值', 'Sealed'), num: true, cell: (c) => text(c.sealed)},
          {key: 'live', title: t('现值', 'Now'), num: true, cell: (c) => text(c.live)},
          {key: 'difference', title: t('差额', 'Difference'), num: true, cell: (c) => text(c.difference)},
        ],
      }),
    ),
    card(
      [t('变动的记录', 'Records that changed'), h('small', null, count(d.count))],
      table({
        rows: d.items,
        empty: t('没有。', 'None.'),
        href: (i) => (i.type === 'loan' ? u`/console/loans/${i.id}` + '?tab=history' : null),
        columns: [
          {key: 'reference', title: t('编号', 'Reference')},
          {key: 'section', title: t('分表', 'Section'), cell: (i) => title('section', i.section)},
          {key: 'cause', title: t('缘由', 'Cause'), cell: (i) => (CAUSES[i.cause] ? t(...CAUSES[i.cause]) : i.cause)},
          {
            key: 'reason',
            title: t('原因与经办', 'Reason and by whom'),
            wide: true,
            cell: (i) => [
              i.corrections.map((c) =>
                h(
                  'div',
                  null,
                  name(c.reason),
                  h('span', {class: 'quiet'}, ` ${whose(c.recorded_by)} ${instant(c.recorded_at)}`),
                ),
              ),
              i.events.map((e) => h('div', null, `${e.reference} ${e.kind}`)),
            ],
          },
          {
            key: 'values',
            title: t('差额', 'Difference'),
            num: true,
            cell: (i) => i.values.map((v) => h('div', null, text(v.difference))),
          },
        ],
      }),
      pager(d, ctx),
    ),
  ],
};
