/**
 * flags.js - red flags: open ones first; what stops money says so.
 */
import {u} from '../h.js';
import {instant} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge} from '../table.js';
import {is_english, t, title} from '../words.js';

export const page = list_page({
  title: () => t('预警', 'Red flags'),
  path: '/v1/flags',
  total: true,
  sub: () =>
    t(
      '高等级且未解除的预警使支付停住，须由提出以外的第二人核实后解除。',
      'An open flag of high severity stops payments until a second person has cleared it.',
    ),
  filters: () => [
    {name: 'state', label: t('状态', 'State'), options: all_of('flag.state', ['open', 'cleared'], title)},
    {name: 'severity', label: t('程度', 'Severity'), options: all_of('severity', ['high', 'med', 'low'], title)},
    {name: 'code', label: t('规则（如 RF29）', 'Rule (RF29)')},
  ],
  columns: () => [
    {key: 'code', title: t('规则', 'Rule'), cell: (f) => `${f.code} ${is_english() ? f.title_en : f.title}`},
    {key: 'severity', title: t('程度', 'Severity'), sort: 'severity', cell: (f) => badge('severity', f.severity)},
    {key: 'state', title: t('状态', 'State'), cell: (f) => badge('flag.state', f.state)},
    {
      key: 'stops',
      title: t('停付', 'Stops'),
      cell: (f) => (f.stops_payment && f.state === 'open' ? badge(null, 'bad', t('支付停住', 'Payments stop')) : '—'),
    },
    {
      key: 'records',
      title: t('涉及', 'Records'),
      wide: true,
      cell: (f) =>
        f.records
          .slice(0, 3)
          .map((r) => r.reference)
          .join('、') + (f.records.length > 3 ? t(` 等 ${f.records.length} 件`, ` and more, ${f.records.length}`) : ''),
    },
    {key: 'raised_at', title: t('提出', 'Raised'), cell: (f) => instant(f.raised_at)},
  ],
  href: (f) => u`/console/flags/${f.id}`,
  empty: () => t('没有预警。', 'There is no flag.'),
});
