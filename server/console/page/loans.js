/**
 * loans.js - the loans that whoever asks may see: searched, ordered, counted.
 */
import {name, u} from '../h.js';
import {day, money, pct} from '../fmt.js';
import {list_page, all_of} from '../list.js';
import {badge} from '../table.js';
import {district_title, districts, office_name, t, title} from '../words.js';

const STATES = ['signed', 'active', 'matured', 'overdue', 'written_off', 'settled', 'transferred', 'voided'];

export const page = list_page({
  title: (ctx) =>
    ctx.me.kind === 'bank'
      ? t('我的贷款', 'My loans')
      : ctx.me.kind === 'district'
        ? t('本区贷款', 'Loans of the district')
        : ctx.me.kind === 'insurer'
          ? t('本机构承保的贷款', 'Loans that name us as the insurer')
          : ctx.me.kind === 'guarantor'
            ? t('本机构担保的贷款', 'Loans that name us as the guarantor')
            : t('贷款', 'Loans'),
  sub: () =>
    t('金额单位：元。点合同编号看台账、账户与预警。', 'Amounts in CNY. A contract number leads to the record.'),
  path: '/v1/loans',
  total: true,
  order: '-signed_on',
  filters: (ctx) => [
    {name: 'q', label: t('合同、企业或代码', 'Contract, firm or code')},
    {name: 'state', label: t('状态', 'State'), options: all_of('loan.state', STATES, title)},
    ...(ctx.me.kind === 'district'
      ? []
      : [{name: 'district', label: t('区', 'District'), options: [['', t('全部', 'All')], ...districts()]}]),
  ],
  columns: (ctx) => [
    {key: 'contract_no', title: t('合同编号', 'Contract'), sort: 'contract_no'},
    {
      key: 'borrower_name',
      title: t('借款企业', 'Borrower'),
      sort: 'borrower_name',
      wide: true,
      cell: (l) => name(l.borrower_name),
    },
    ...(ctx.me.kind === 'bank' ? [] : [{key: 'bank', title: t('银行', 'Bank'), cell: (l) => name(office_name(l.recorded_by.split('@').pop()))}]),
    {key: 'district', title: t('区', 'District'), whole: true, cell: (l) => district_title(l.district)},
    {key: 'amount', title: t('贷款金额', 'Amount'), num: true, sort: 'amount', cell: (l) => money(l.amount)},
    {key: 'outstanding', title: t('余额', 'Outstanding'), num: true, cell: (l) => money(l.outstanding)},
    ...(ctx.me.kind === 'bank' ? [{key: 'rate', title: t('年利率', 'Rate'), num: true, cell: (l) => pct(l.rate)}] : []),
    {key: 'signed_on', title: t('签订日', 'Signed'), sort: 'signed_on', cell: (l) => day(l.signed_on)},
    {key: 'matures_on', title: t('到期日', 'Matures'), sort: 'matures_on', cell: (l) => day(l.matures_on)},
    {key: 'state', title: t('状态', 'State'), cell: (l) => badge('loan.state', l.state)},
  ],
  href: (l) => u`/console/loans/${l.id}`,
});
