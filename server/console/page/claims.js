/**
 * claims.js - claims on the funds: those returned with their deadline, those that wait. An insurer has claims on its own policies as
 * well, which come first; on the funds it sees those of loans that name it.
 */
import {h, name, u, with_query} from '../h.js';
import {bulk} from '../bulk.js';
import {money} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge, due, tabs} from '../table.js';
import {steps_of} from './claim.js';
import {offices_of, t, title} from '../words.js';

const STATES = ['submitted', 'accepted', 'approved', 'paid', 'recovering', 'returned', 'lapsed', 'closed'];

const on_funds = list_page({
  sub: () => t('金额单位：元。点理赔编号看分担、算式与下一步。',
    'Amounts in CNY. A reference leads to the split, its sums and the next step.'),
  path: '/v1/claims', total: true,
  filters: (ctx) => [{name: 'q', label: t('编号、合同', 'Reference, contract')},
    {name: 'state', label: t('状态', 'State'), options: all_of('claim.state', STATES, title)}, {name: 'scheme', label: t('方案', 'Scheme')},
    ...(ctx.me.kind === 'bank' ? [] : [{name: 'bank', label: t('银行', 'Bank'), options: [['', t('全部', 'All')], ...offices_of('bank')]}])],
  columns: (ctx) => [{key: 'reference', title: t('理赔编号', 'Reference')},
    {key: 'loan', title: t('贷款合同', 'Loan'), wide: true,
      cell: (c) => ctx.may('GET /v1/loans') ? h('a', {href: with_query('/console/loans', {q: c.loan})}, name(c.loan)) : name(c.loan)}, {key: 'scheme', title: t('方案', 'Scheme')},
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
  empty: (ctx) => ctx.me.kind === 'insurer' ? t('没有。补偿资金的理赔由银行或担保机构提出；这里列出其中贷款写明由本机构承保的。',
    'None. Banks and guarantors claim on the funds; those of loans that name you stand here.') : t('没有符合条件的记录。', 'Nothing fits.'),
});

const on_policies = list_page({
  sub: () => t('本机构保单上的赔案，金额单位：元。点保险单号看保单。', 'Claims on your policies, in CNY. A number leads to the policy.'),
  path: '/v1/insurance-claims', total: true, order: '-on',
  filters: () => [{name: 'q', label: t('赔案号', 'Number of the claim')}, {name: 'policy_no', label: t('保险单号', 'Number of the policy')}],
  columns: () => [{key: 'claim_no', title: t('赔案号', 'Claim')}, {key: 'policy_no', title: t('保险单号', 'Policy'), wide: true,
    cell: (c) => h('a', {href: '/console/insurance?' + new URLSearchParams({q: c.policy_no})}, c.policy_no)},
    {key: 'loss_on', title: t('出险日', 'Loss on')}, {key: 'filed_on', title: t('报案日', 'Filed on'), sort: 'on'},
    {key: 'claimed', title: t('索赔', 'Claimed'), num: true, cell: (c) => money(c.claimed)},
    {key: 'paid', title: t('赔付', 'Paid'), num: true, cell: (c) => c.paid === undefined ? '—' : money(c.paid)},
    {key: 'decided_on', title: t('结案日', 'Decided on')},
    {key: 'outcome', title: t('结果', 'Outcome'), cell: (c) => badge(null, c.outcome, title('insurance_claim.outcome', c.outcome))}],
  empty: () => t('没有赔案。有了赔案，在「报送」里按「保险赔案」报送。', 'None. A claim is told under "Send data".'),
});

const both = (ctx) => ctx.me.kind === 'insurer' && ctx.may('GET /v1/insurance-claims');
const list = (ctx) => both(ctx) && ctx.query.tab !== 'funds' ? on_policies : on_funds;
export const page = {
  title: () => t('理赔', 'Claims'),
  sub: (ctx, d) => list(ctx).sub(ctx, d),
  load: (ctx) => list(ctx).load(ctx),
  tools: (ctx, d) => list(ctx).tools(ctx, d),
  view: (ctx, d) => [both(ctx) ? tabs([['', t('本机构保单的赔案', 'On our policies')], ['funds', t('补偿资金的理赔', 'On the funds')]],
    ctx.query.tab || '', ctx) : null, list(ctx).view(ctx, d)],
};
