/**
 * applications.js - applications for subsidies, those that wait first to be seen.
 */
import {name, u} from '../h.js';
import {apart} from '../apart.js';
import {bulk} from '../bulk.js';
import {day, money} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge} from '../table.js';
import {t, title, whose} from '../words.js';

const RULES = {approve: 'made', pay: 'approve', confirm: 'clawback'};
const STATES = ['reserved', 'queued', 'approved', 'paid', 'demanded', 'refused', 'withdrawn', 'clawed_back'];

/** What this person may do: who applied does not approve, who approved does not pay. What is asked back is looked at one by one. */
const steps_of = (ctx) => (a) => a.state === 'demanded' ? [] : apart(ctx, {path: '/v1/applications', legal: a.legal_steps, made_by: a.recorded_by, steps: a.steps, rules: RULES}).legal;

export const page = list_page({
  title: () => t('补贴申请', 'Applications for subsidies'),
  sub: () => t('金额单位：元。点申请编号看逐条核对、算式与下一步。',
    'Amounts in CNY. A reference leads to its clauses, its sums and the next step.'),
  path: '/v1/applications', total: true,
  filters: () => [{name: 'q', label: t('编号、合同', 'Reference, contract')}, {name: 'code', label: t('政策代码', 'Policy')},
    {name: 'state', label: t('状态', 'State'), options: all_of('application.state', STATES, title)},
    {name: 'waiting', label: t('办理', 'To do'), options: [['', t('全部', 'All')], ['true', t('等我办理的', 'Waiting for me')]]}],
  columns: () => [{key: 'reference', title: t('申请编号', 'Reference')}, {key: 'policy', title: t('政策', 'Policy')},
    {key: 'loan', title: t('合同或保单', 'Loan or insurance'), wide: true, cell: (a) => name(a.loan || a.insurance_policy)},
    {key: 'eligible', title: t('结论', 'Answer'), cell: (a) => a.eligible ? badge(null, 'good', t('符合', 'Eligible')) : badge(null, 'bad',
      t('不符合', 'Not eligible'))},
    {key: 'amount', title: t('金额', 'Amount'), num: true, sort: 'amount', cell: (a) => money(a.amount)},
      {key: 'at', title: t('申请日', 'Applied'), cell: (a) => day(a.recorded_at)},
    {key: 'by', title: t('经办', 'By'), cell: (a) => name(whose(a.recorded_by))},
      {key: 'state', title: t('状态', 'State'), cell: (a) => badge('application.state', a.state)}],
  in_bulk: (ctx) => ctx.query.waiting,
  many: (ctx, rows) => bulk(ctx, rows, {path: '/v1/applications', states: 'application.state', steps: ['approve', 'pay', 'refuse'], of: steps_of(ctx),
    amount: (a) => a.amount, what: (a) => a.reference, href: (a) => u`/console/applications/${a.id}`, names: {refuse: t('不予补贴', 'Refuse')}}),
  href: (a) => u`/console/applications/${a.id}`,
  empty: (ctx) => ctx.may('POST /v1/applications') ? t('没有申请。请从「资格核对」开始。',
    'None. Begin with the eligibility check.') : t('没有申请。', 'None.'),
});
