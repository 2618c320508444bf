/**
 * loan_more.js - a loan's versions beside each other, its red flags, its receipt.
 */
import {h, u} from './h.js';
import {differences} from './diff.js';
import {count, instant} from './fmt.js';
import {shown} from './loan_fields.js';
import {badge, card, facts, table} from './table.js';
import {LOAN_FIELDS} from './titles.js';
import {is_english, t, whose} from './words.js';

const DERIVED = [
  'version',
  'recorded_at',
  'recorded_by',
  'receipt',
  'warnings',
  'state',
  'outstanding',
  'drawn',
  'arrears_principal',
  'arrears_interest',
  'days_overdue',
  'accrued_interest',
  'grade',
  'legal_events',
  'coverage',
  'same_credit',
  'reason',
  'id',
  'size',
];
const one = (key, v) =>
  v === undefined || v === null ? '—' : typeof v === 'object' ? JSON.stringify(v) : shown(key, v);

export function history_tab(ctx, d) {
  const list = d.history.items;
  return list
    .slice()
    .reverse()
    .map((v, at) => {
      const before = list[list.length - at - 2];
      const changes = before ? differences(before, v).filter((x) => !DERIVED.includes(x.key)) : [];
      return card(
        [
          t(`第 ${v.version} 版`, `Version ${v.version}`),
          h('small', null, `${instant(v.recorded_at)} · ${whose(v.recorded_by)}`),
        ],
        v.reason ? h('p', null, t('更正原因：', 'Reason: '), v.reason) : null,
        before
          ? table({
              rows: changes,
              empty: t('内容没有变化。', 'Nothing changed.'),
              columns: [
                {
                  key: 'key',
                  title: t('字段', 'Field'),
                  cell: (x) => (LOAN_FIELDS[x.key] ? t(...LOAN_FIELDS[x.key]) : x.key),
                },
                {key: 'a', title: t('原值', 'Before'), cell: (x) => h('span', {class: 'old'}, one(x.key, x.a))},
                {key: 'b', title: t('新值', 'After'), cell: (x) => h('strong', null, one(x.key, x.b))},
              ],
            })
          : h('p', {class: 'quiet'}, t('首次报送。', 'First told.')),
      );
    });
}

export function flags_tab(ctx, d) {
  const list = d.flags ? d.flags.items : d.loan.warnings || [];
  return card(
    null,
    table({
      rows: list,
      empty: t('没有预警。', 'No red flag.'),
      href: (f) => (f.id && ctx.may('GET /v1/flags/{id}') ? u`/console/flags/${f.id}` : null),
      columns: [
        {
          key: 'code',
          title: t('规则', 'Rule'),
          cell: (f) => `${f.code} ${is_english() ? f.title_en || f.title : f.title}`,
        },
        {key: 'severity', title: t('程度', 'Severity'), cell: (f) => badge('severity', f.severity)},
        {key: 'state', title: t('状态', 'State'), cell: (f) => (f.state ? badge('flag.state', f.state) : '—')},
        {key: 'raised_at', title: t('提出', 'Raised'), cell: (f) => instant(f.raised_at)},
      ],
    }),
  );
}

export function receipt_tab(ctx, d) {
  const r = d.receipt;
  if (!r) return card(null, h('p', {class: 'empty'}, t('看不到这笔记录的回执。', 'The receipt is not for you.')));
  return card(
    t('回执', 'Receipt'),
    h(
      'p',
      {class: 'sentence'},
      t(
        `这笔记录是日志第 ${count(r.leaf)} 条，包含于 ${instant(r.signed_at)} 签名的 ${count(r.size)} 条之中。`,
        `This record is entry ${count(r.leaf)} of the log, within the ${count(r.size)} entries signed at ${instant(r.signed_at)}.`,
      ),
    ),
    facts([
      [t('日志根', 'Root'), h('span', {class: 'mono'}, r.root)],
      [t('路径长度', 'Path'), t(`${r.path.length} 步`, `${r.path.length} steps`)],
    ]),
    h('p', null, h('a', {href: u`/console/receipts/${d.loan.id}`}, t('查看、下载与验证方法', 'See, download, verify'))),
  );
}
