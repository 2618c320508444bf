/**
 * insurance.js - insurance policies: what insurers told, and of whom.
 */
import {name, u} from '../h.js';
import {count, money} from '../fmt.js';
import {list_page} from '../list.js';
import {badge} from '../table.js';
import {district_title, t, title} from '../words.js';

export const page = list_page({
  title: () => t('保单', 'Insurance policies'),
  sub: () => t('金额单位：元。点保险单号看标的、保障与赔案。', 'Amounts in CNY. A number leads to what is insured and to its claims.'),
  path: '/v1/insurance-policies', total: true,
  filters: () => [{name: 'q', label: t('保险单号、企业', 'Number, firm')}, {name: 'insured', label: t('投保企业信用代码', 'Credit code')}],
  columns: () => [{key: 'policy_no', title: t('保险单号', 'Number'), sort: 'key'},
    {key: 'insured', title: t('投保企业', 'Insured'), wide: true, cell: (p) => name(p.insured_name || p.insured_uscc)},
    {key: 'kind', title: t('险种', 'Kind'), cell: (p) => title('insurance_policy.kind', p.kind)},
    {key: 'district', title: t('区', 'District'), cell: (p) => district_title(p.district)},
    {key: 'sum', title: t('保险金额', 'Sum insured'), num: true, cell: (p) => money(p.sum_insured)},
    {key: 'premium', title: t('保险费', 'Premium'), num: true, cell: (p) => money(p.premium)},
    {key: 'from', title: t('起止', 'From, to'), cell: (p) => `${p.starts_on} ${t('至', 'to')} ${p.cancelled_on || p.ends_on}`},
    {key: 'claims', title: t('赔案（件）', 'Claims'), num: true, cell: (p) => p.claims ? count(p.claims.count) : '—'},
    {key: 'state', title: t('状态', 'State'), cell: (p) => badge('insurance_policy.state', p.state)}],
  empty: () => t('还没有保单。保单由保险机构在「报送」里报送。', 'None. Insurers tell them under "Send data".'),
  href: (p) => u`/console/insurance/${p.id}`,
});
