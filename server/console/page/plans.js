/**
 * plans.js - plans of action with their targets: drafts, those in force.
 */
import {h, name, u} from '../h.js';
import {new_link} from '../drafting.js';
import {list_page} from '../list.js';
import {badge} from '../table.js';
import {is_english, t} from '../words.js';

export const plan_state = (p) => badge(null, {draft: 'unknown', in_force: 'good', revised: 'warn'}[p.state] || 'none',
  {draft: t('草案', 'Draft'), in_force: t('施行中', 'In force'), revised: t('修订待批', 'Revised')}[p.state] || p.state || '—');

export const page = list_page({
  title: () => t('计划', 'Plans'),
  sub: () => t('起草由市知识产权局，批准由另一人。点名称看目标。',
    'Drafted by the IP office, approved by another. A title leads to its targets.'),
  tools: (ctx) => new_link(ctx, '/v1/plans', '/console/plans/new', t('起草计划', 'Draft a plan')),
  path: '/v1/plans', exports: false, filters: () => [{name: 'q', label: t('名称、代码', 'Title, code')}],
  columns: () => [{key: 'title', title: t('名称', 'Title'), wide: true,
    cell: (p) => name(is_english() && p.title_en ? p.title_en : p.title)}, {key: 'code', title: t('代码', 'Code')},
    {key: 'years', title: t('年度', 'Years'), cell: (p) => `${p.first_year}－${p.last_year}`},
    {key: 'n', title: t('目标', 'Targets'), num: true, cell: (p) => String(p.targets.length)},
    {key: 'source', title: t('出处', 'Source'), wide: true, cell: (p) => name(p.source)},
    {key: 'state', title: t('状态', 'State'), cell: plan_state}],
  href: (p) => u`/console/plans/${p.id}`, empty: () => [t('没有起草过的计划；预装的计划见', 'None drafted; the one that comes with the ledger is among the '),
    h('a', {href: '/console/cockpit'}, t('目标总览', 'targets')), t('。', '.')],
});
