/**
 * deals.js - transfers, licences and contributions of patents, from which targets are computed once they are confirmed.
 */
import {h, name, u} from '../h.js';
import {apart} from '../apart.js';
import {bulk} from '../bulk.js';
import {new_link} from '../drafting.js';
import {money} from '../fmt.js';
import {list_page} from '../list.js';
import {badge} from '../table.js';
import {WAYS, word} from './catalogue.js';
import {district_title, t} from '../words.js';

const STATES = {told: ['unknown', '待确认', 'To confirm'], confirmed: ['good', '已确认', 'Confirmed'],
  voided: ['none', '已作废', 'Voided']};
export const deal_state = (x) => STATES[x.state] ? badge(null, STATES[x.state][0], word(STATES, x.state)) : '—';

export const page = list_page({
  title: () => t('专利交易', 'Deals'),
  sub: () => t('金额单位：元。报送后由另一人确认才计入目标。', 'Amounts in CNY. What is told counts when another person has confirmed it.'),
  tools: (ctx) => new_link(ctx, '/v1/ip-deals', '/console/deals/new', t('报送交易', 'Tell a deal')),
  path: '/v1/ip-deals', total: true,
  filters: () => [{name: 'q', label: t('合同、各方、专利号', 'Contract, party, number')},
    {name: 'state', label: t('状态', 'State'), options: [['', t('全部', 'All')], ...Object.keys(STATES).map((k) => [k, word(STATES, k)])]}],
  columns: () => [{key: 'reference', title: t('合同编号', 'Contract')},
    {key: 'kind', title: t('方式', 'Way'), cell: (d) => word(WAYS, d.kind)},
    {key: 'provider', title: t('出让方', 'Provider'), wide: true, cell: (d) => name(d.provider_name)},
    {key: 'acquirer', title: t('受让方', 'Acquirer'), wide: true, cell: (d) => name(d.acquirer_name)},
    {key: 'contract_value', title: t('成交金额', 'Value'), num: true, cell: (d) => money(d.contract_value)},
      {key: 'paid', title: t('实际到账', 'Paid'), num: true, cell: (d) => money(d.paid)},
      {key: 'overdue', title: t('逾期应付', 'Overdue'), num: true, cell: (d) => d.overdue && /[1-9]/.test(d.overdue) ? h('strong', null,
      money(d.overdue)) : money(d.overdue)},
    {key: 'district', title: t('区', 'District'), cell: (d) => district_title(d.district)},
      {key: 'signed_on', title: t('签订日', 'Signed')}, {key: 'state', title: t('状态', 'State'), cell: deal_state}],
  in_bulk: (ctx) => ctx.query.state === 'told',
  many: (ctx, rows) => bulk(ctx, rows, {path: '/v1/ip-deals', to: '/v1/confirmations', steps: ['confirm'],
    of: (d) => d.state === 'told' ? apart(ctx, {path: '/v1/ip-deals', legal: ['confirm'], made_by: d.recorded_by, steps: [], rules: {confirm: 'made'}}).legal : [],
    line: (d, reason) => ({record: d.id, seen: d.seen, reason}), amount: (d) => d.contract_value, what: (d) => d.reference,
    href: (d) => u`/console/deals/${d.id}`}),
  href: (d) => u`/console/deals/${d.id}`,
});
