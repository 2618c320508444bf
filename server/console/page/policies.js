/**
 * policies.js - policies and their versions; drafts first to be seen.
 */
import {name, u} from '../h.js';
import {new_link} from '../drafting.js';
import {list_page} from '../list.js';
import {badge} from '../table.js';
import {district_title, lasting, t} from '../words.js';

export const state_badge = (p) => badge('policy.state', p.state);

export const page = list_page({
  title: () => t('政策与试算', 'Policies'),
  sub: () => t('点名称看条件与算法；可复制为草案、试算，再由另一人批准。',
    'A title leads to its conditions; copy it, rehearse it, have another approve it.'),
  tools: (ctx) => new_link(ctx, '/v1/policies', '/console/policies/new', t('起草政策', 'Draft a policy')),
  path: '/v1/policies', exports: false,
  filters: () => [{name: 'q', label: t('名称、代码', 'Title, code')}, {name: 'code', label: t('政策代码', 'Code')}],
  columns: () => [{key: 'title', title: t('名称', 'Title'), wide: true, cell: (p) => name(p.title)},
    {key: 'code', title: t('代码', 'Code')}, {key: 'district', title: t('区', 'District'),
    cell: (p) => p.district ? district_title(p.district) : t('全市', 'City')},
    {key: 'from', title: t('施行', 'In force'), cell: (p) => lasting(p.effective_from, p.effective_to)},
      {key: 'legal_ref', title: t('依据', 'Source'), cell: (p) => name(p.legal_ref)},
      {key: 'state', title: t('状态', 'State'), cell: state_badge}],
  href: (p) => u`/console/policies/${p.id}`,
});
