/**
 * claims.js - claims on the funds: those returned with their deadline, those that wait.
 */
import {name, u} from '../h.js';
import {bulk} from '../bulk.js';
import {money} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge, due} from '../table.js';
import {steps_of} from './claim.js';
import {t, title} from '../words.js';

const STATES = ['submitted', 'accepted', 'approved', 'paid', 'recovering', 'returned', 'lapsed', 'closed'];

export const page = list_page({
  title: () => t('理赔', 'Claims'),
  sub: () => t('金额单位：元。点理赔编号看分担、算式与下一步。',
    'Amounts in CNY. A reference leads to the split, its sums and the next step.'),
  path: '/v1/claims', total: true,
  filters: (ctx) => [{name: 'q', label: t('编号、合同', 'Reference, contract')},
    {name: 'state', label: t('状态', 'State'), options: all_of('claim.state', STATES, title)}, {name: 'scheme', label: t('方案', 'Scheme')},
    ...(ctx.me.kind === 'bank' ? [] : [{name: 'bank', label: t('银行代码', 'Bank')}])],
  columns: (ctx) => [{key: 'reference', title: t('理赔编号', 'Reference')},
    {key: 'loan', title: t('贷款合同', 'Loan'), wide: true, cell: (c) => name(c.loan)}, {key: 'scheme', title: t('方案', 'Scheme')},
    {key: 'net_loss', title: t('净损失', 'Net loss'), num: true, cell: (c) => money(c.net_loss)},
      {key: 'fund', title: t('基金应赔', 'Fund pays'), num: true, sort: 'amount', cell: (c) => money(c.fund)},
      {key: 'paid', title: t('已赔付', 'Paid'), num: true, cell: (c) => money(c.paid)},
    {key: 'filed_on', title: t('收到日', 'Received')}, {key: 'due', title: t('补正期限', 'Due'),
      cell: (c) => c.state === 'returned' ? due(c.due_on, ctx.today) : '—'},
      {key: 'state', title: t('状态', 'State'), cell: (c) => badge('claim.state', c.state)}],
  in_bulk: (ctx) => ['submitted', 'accepted', 'approved'].includes(ctx.query.state),
  many: (ctx, rows) => bulk(ctx, rows, {path: '/v1/claims', states: 'claim.state', steps: ['accept', 'approve', 'pay'], of: (c) => steps_of(ctx, c).legal,
    amount: (c) => c.fund, what: (c) => c.reference, href: (c) => u`/console/claims/${c.id}`}),
  href: (c) => u`/console/claims/${c.id}`,
});
