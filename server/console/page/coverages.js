/**
 * coverages.js - loans in the pools that share losses: asked for, covered, suspended, and why.
 */
import {h, name, u} from '../h.js';
import {bulk} from '../bulk.js';
import {money} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge} from '../table.js';
import {steps_of} from './coverage.js';
import {office_title, offices_of, t, title} from '../words.js';

export const page = list_page({
  title: () => t('备案入池', 'Coverage'),
  sub: () => t('金额单位：元。备案后方可理赔；中止的看原因与补正办法。', 'Amounts in CNY. Only what is covered can be claimed for.'),
  path: '/v1/coverages', total: true,
  filters: (ctx) => [{name: 'q', label: t('编号、合同', 'Reference, contract')},
    {name: 'state', label: t('状态', 'State'), options: all_of('coverage.state', ['requested', 'covered', 'suspended', 'refused', 'ended'],
    title)}, {name: 'scheme', label: t('方案', 'Scheme')},
    ...(ctx.me.kind === 'bank' ? [] : [{name: 'bank', label: t('银行', 'Bank'), options: [['', t('全部', 'All')], ...offices_of('bank')]}])],
  columns: (ctx) => [{key: 'reference', title: t('备案编号', 'Reference')},
    {key: 'loan', title: t('贷款合同', 'Loan'), wide: true,
      cell: (c) => ctx.may('GET /v1/loans/{id}') ? h('a', {href: u`/console/loans/${c.loan_id}`}, name(c.loan)) : name(c.loan)},
    {key: 'bank', title: t('银行', 'Bank'), cell: (c) => office_title(c.bank)},
    {key: 'scheme', title: t('方案', 'Scheme')}, {key: 'amount', title: t('备案金额', 'Amount'), num: true, cell: (c) => money(c.amount)},
    {key: 'outstanding', title: t('未偿还本金', 'Outstanding'), num: true, cell: (c) => money(c.outstanding)},
      {key: 'from', title: t('起始日', 'From')}, {key: 'state', title: t('状态', 'State'), cell: (c) => badge('coverage.state', c.state)}],
  in_bulk: (ctx) => ['requested', 'suspended'].includes(ctx.query.state),
  many: (ctx, rows) => bulk(ctx, rows, {path: '/v1/coverages', states: 'coverage.state', steps: ['confirm', 'refuse'], of: (c) => steps_of(ctx, c).legal,
    amount: (c) => c.amount, what: (c) => c.reference, href: (c) => u`/console/coverages/${c.id}`,
    names: {confirm: t('确认备案', 'Confirm'), refuse: t('不予备案', 'Refuse')}}),
  href: (c) => u`/console/coverages/${c.id}`,
});
