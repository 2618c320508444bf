/**
 * enterprises.js - firms that whoever asks may see something of.
 */
import {name, u} from '../h.js';
import {count, day} from '../fmt.js';
import {industry_title} from '../industry.js';
import {list_page} from '../list.js';
import {district_title, t} from '../words.js';

export const page = list_page({
  title: () => t('企业', 'Firms'),
  path: '/v1/enterprises',
  total: true,
  sub: () => t('按名称中的一段，或统一社会信用代码的一段查找。', 'Search by a part of the name or of the credit code.'),
  filters: () => [{name: 'q', label: t('名称或代码', 'Name or code')}],
  columns: () => [
    {key: 'name', title: t('企业名称', 'Name'), wide: true, cell: (f) => name(f.name || f.uscc)},
    {key: 'uscc', title: t('统一社会信用代码', 'Credit code')},
    {key: 'district', title: t('区', 'District'), cell: (f) => district_title(f.district)},
    {key: 'industry', title: t('行业', 'Industry'), cell: (f) => industry_title(f.industry)},
    {key: 'loans', title: t('贷款笔数', 'Loans'), num: true, cell: (f) => count(f.loans)},
    {key: 'last_loan_on', title: t('最近签订日', 'Last signed'), cell: (f) => day(f.last_loan_on)},
  ],
  href: (f) => u`/console/enterprises/${f.uscc}`,
});
