/**
 * measure.js - one measure: its departments and what they owe, what the ledger itself shows, the reports; and the next report.
 */
import {h, u} from '../h.js';
import {get, post} from '../api.js';
import {count, money} from '../fmt.js';
import {form} from '../form.js';
import {print_button} from '../frame.js';
import {badge, card, table} from '../table.js';
import {toast} from '../dialog.js';
import {is_english, t} from '../words.js';

function report_form(ctx, m) {
  if (!ctx.may('POST /v1/measure-reports') || !m.departments.some((d) => d.recorder === ctx.me.kind)) return null;
  return card(
    t('报送进展', 'Report progress'),
    form({
      keep: `measure ${m.plan} ${m.measure}`,
      verb: t(`报送举措 ${m.measure} 的进展`, `Report on measure ${m.measure}`),
      fields: [
        {
          name: 'department',
          label: t('责任部门', 'Department'),
          need: true,
          options: m.departments
            .filter((d) => d.recorder === ctx.me.kind)
            .map((d) => [d.department, is_english() ? d.title_en : d.title]),
        },
        {name: 'period', label: t('期间', 'Period'), need: true, hint: t('如 2026Q3', 'as 2026Q3')},
        {name: 'on', label: t('报送日', 'Day'), kind: 'date', need: true, value: ctx.today},
        {name: 'text', label: t('进展情况', 'Progress'), rows: 4, need: true, wide: true},
        {name: 'figure', label: t('成效数值', 'Figure')},
        {name: 'unit', label: t('单位', 'Unit')},
        {name: 'evidence', label: t('佐证材料', 'Evidence')},
      ],
      send: async (v) => {
        await post(
          '/v1/measure-reports',
          Object.assign({plan: m.plan, measure: m.measure}, Object.fromEntries(Object.entries(v).filter(([, x]) => x !== ''))),
        );
        toast(t('已报送。', 'Recorded.'));
        ctx.reload();
      },
    }).node,
  );
}

const called = (m, code) => {
  const found = m.departments.find((d) => d.department === code);
  return found ? t(found.title, found.title_en) : code;
};

export const page = {
  load: (ctx) => get(u`/v1/measures/${ctx.at.no}`, ctx.query.plan ? {plan: ctx.query.plan} : {}),
  title: (ctx, m) => t(`举措 ${m.measure}`, `Measure ${m.measure}`),
  sub: (ctx, m) => (is_english() ? [m.plan_title_en, ' · ', m.chapter_title_en] : [m.plan_title, ' · ', m.chapter_title]),
  tools: () => print_button(),
  view: (ctx, m) => [
    h('p', {class: 'notice'}, is_english() ? m.title_en : m.title),
    h(
      'div',
      {class: 'split'},
      h(
        'div',
        null,
        card(
          t('部门', 'Departments'),
          table({
            rows: m.departments,
            columns: [
              {key: 'title', title: t('部门', 'Department'), cell: (d) => (is_english() ? d.title_en : d.title)},
              {key: 'reports', title: t('已报', 'Reports'), num: true, cell: (d) => count(d.reports)},
              {
                key: 'overdue',
                title: t('欠报', 'Overdue'),
                cell: (d) =>
                  d.overdue
                    ? badge(
                        null,
                        'bad',
                        t(`${d.overdue} 期，自 ${d.overdue_since}`, `${d.overdue} since ${d.overdue_since}`),
                      )
                    : badge(null, 'good', t('无', 'None')),
              },
            ],
          }),
        ),
        m.ledger && m.ledger.length
          ? card(
              t('台账自己的数据', 'What the ledger itself shows'),
              table({
                rows: m.ledger,
                columns: [
                  {key: 'title', title: t('项目', 'Item'), cell: (x) => t(x.title, x.title_en)},
                  {key: 'count', title: t('数量', 'Count'), num: true, cell: (x) => count(x.count)},
                  {key: 'amount', title: t('金额（元）', 'Amount'), num: true, cell: (x) => money(x.amount)},
                ],
              }),
            )
          : null,
      ),
      h(
        'div',
        null,
        report_form(ctx, m),
        card(
          t('报告', 'Reports'),
          table({
            rows: m.items || [],
            empty: t('还没有报告。', 'None yet.'),
            columns: [
              {key: 'period', title: t('期间', 'Period')},
              {key: 'department', title: t('部门', 'Department'), cell: (r) => called(m, r.department)},
              {key: 'text', title: t('进展', 'Progress'), wide: true},
              {
                key: 'figure',
                title: t('数值', 'Figure'),
                num: true,
                cell: (r) => (r.figure ? `${r.figure} ${r.unit || ''}` : '—'),
              },
            ],
          }),
        ),
      ),
    ),
  ],
};
