/**
 * claim.js - one claim: who bears what and why, what was done by whom, the next legal step with what it does.
 */
import {h, name, u} from '../h.js';
import {get, maybe} from '../api.js';
import {apart, barred_notes, difference, steps_line} from '../apart.js';
import {arithmetic, money, pct} from '../fmt.js';
import {print_button} from '../frame.js';
import {steps} from '../steps.js';
import {badge, card, due, facts, table} from '../table.js';
import {timeline} from '../timeline.js';
import {t, title, whose} from '../words.js';

const RULES = {accept: 'made', confirm: 'made', approve: ['accept', 'made'], pay: ['approve', 'made'], accept_costs: 'made', close: 'cure',
  receive: ['recover', 'made']};
/** What this person may do, and what he is kept from. */
export const steps_of = (ctx, c) => apart(ctx, {path: '/v1/claims', legal: c.legal_steps, made_by: c.recorded_by, steps: c.steps, rules: RULES});
const ORDER = ['resubmit', 'accept', 'confirm', 'approve', 'pay', 'return', 'renew', 'release', 'receive', 'refuse', 'recover', 'accept_costs',
  'cure', 'close', 'withdraw'];
const party = (p) => title('scheme.layers.party', p);

async function load(ctx) {
  const c = await get(u`/v1/claims/${ctx.at.id}`);
  const loans = await maybe(get('/v1/loans', {q: c.loan, limit: 5})),
    loan = loans ? loans.items.find((l) => l.contract_no === c.loan) : null;
  const flags = ctx.may('GET /v1/flags') && loan ? await maybe(get('/v1/flags', {record: loan.id, state: 'open', limit: 20})) : null;
  return {c, loan, flags: flags ? flags.items : []};
}

function verbs(c) {
  const yuan = t(` ${money(c.fund)} 元`, ` ${money(c.fund)} CNY`);
  return {accept: t('受理', 'Accept'), return: t('退回补正', 'Return'), confirm: t('确认纸质材料', 'Confirm the paper'),
    approve: t('批准并冻结', 'Approve and hold') + yuan, pay: t('支付', 'Pay') + yuan, resubmit: t('重新提交', 'Submit again'),
    withdraw: t('撤回理赔', 'Withdraw'),
    cure: t('恢复正常', 'Cured'), close: t('结案', 'Close'), recover: t('登记追偿', 'Enter a recovery'),
    receive: t('确认到账', 'Confirm the receipt'), refuse: t('未到账', 'Not received'), renew: t('续冻', 'Renew the hold'),
      release: t('解冻', 'Release the hold')};
}

const money_check = (v) => !v || /^\d+(\.\d{1,2})?$/.test(v) ? '' : t('写到分，不带逗号，如 20000.00', 'Like 20000.00');
function fields(ctx, d) {
  const bank = d.loan ? d.loan.bank : null;
  return {return: [{name: 'owner', label: t('由谁补正', 'Who mends it'), need: true,
    value: bank || String(d.c.recorded_by).split('@').pop(), hint: t('机构代码', 'code of the organisation')},
    {name: 'due_on', label: t('补正期限', 'Due'), need: true, kind: 'date',
    check: (v) => v < ctx.today ? t('期限不能早于今天', 'Not before today') : ''}],
    recover: [{name: 'reference', label: t('追偿编号', 'Reference'), need: true, max: 64},
      {name: 'amount', label: t('收回金额（元）', 'Recovered (CNY)'), need: true, kind: 'money', check: money_check}],
    accept_costs: [{name: 'costs_accepted', label: t('认可的费用（元）', 'Costs accepted (CNY)'), need: true, kind: 'money',
      check: money_check}]};
}

function next(ctx, d) {
  const c = d.c, {legal, barred} = steps_of(ctx, c);
  const is_paper = c.on && c.filed_on && c.on < String(c.recorded_at).slice(0, 10);
  const can = ORDER.filter((s) => legal.includes(s)).filter((s) => s !== 'confirm' || c.received_on || is_paper);
  if (!can.length && !barred.length) return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')),
    h('p', {class: 'quiet'}, c.legal_steps.length ? t('下一步由其他机构办理。', 'The next step is another organisation\'s.') : t('已办结。',
    'Nothing is left to do.')));
  const high = d.flags.filter((f) => f.severity === 'high');
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')),
    high.length ? h('div', {class: 'notice bad'}, h('strong', null, t('有未解除的高级预警，支付会被拒绝：',
    'Open high flags stop payment: ')), high.map((f) => h('div', null,
    h('a', {href: u`/console/flags/${f.id}`}, f.title || f.code)))) : null, barred_notes(barred),
    steps({record: u`/v1/claims/${c.id}`, seen: c.seen, legal: can, verbs: verbs(c),
      names: {return: t('退回补正', 'Return'), withdraw: t('撤回', 'Withdraw'), renew: t('续冻', 'Renew'), release: t('解冻', 'Release')},
      fields: fields(ctx, d), after: ctx.reload, keep: 'claim-' + c.id,
      hints: {approve: t('批准后从补偿资金冻结这笔金额', 'The amount is held in the fund'),
        pay: t('支付后资金即划出', 'The money leaves the fund'),
        recover: t('财政部门另一人核对到账后才入账分配', 'It is shared once another person of finance has seen the money'),
        receive: t('先登记的先确认，确认后入账并按层分配', 'What was told first; it is posted and shared over the layers'),
        refuse: t('先登记的先核对；不入账，须写明理由', 'What was told first; nothing is posted, say why'),
        cure: t('贷款恢复正常后全额退回基金份额；财政部门另一人核对到账并结案后才算数',
          'The share goes back whole; it counts once another person of finance has seen the money and closed the claim')},
      difference: difference(u`/v1/claims/${c.id}`, c, {state: t('状态', 'State'), fund: t('基金应赔', 'Fund pays'),
        net_loss: t('净损失', 'Net loss'), paid: t('已赔付', 'Paid'), due_on: t('补正期限', 'Due'), owner: t('由谁补正', 'Who mends it'),
        days_returned: t('退回天数', 'Days returned'), hold_until: t('冻结至', 'Held until')}, 'claim.state')}));
}

function head(ctx, d) {
  const c = d.c, tone = {returned: 'ask', lapsed: 'never', submitted: 'ask', paid: 'good', approved: 'good'}[c.state] || '';
  return h('section', {class: 'verdict ' + tone}, h('h2', null, badge('claim.state', c.state),
    c.state === 'returned' ? [' ', due(c.due_on, ctx.today)] : null), h('p', {class: 'sum'}, t('补偿资金应赔 ', 'The fund pays '),
    h('strong', null, money(c.fund)), t(' 元', ' CNY'), /[1-9]/.test(c.paid) ? t(`，已赔付 ${money(c.paid)} 元`,
    `, paid ${money(c.paid)} CNY`) : null),
    c.state === 'returned' ? h('p', null, t(`退回给 ${c.owner}，须在 ${c.due_on} 前补正：`, `Returned to ${c.owner}, due ${c.due_on}: `),
      (c.steps.filter((s) => s.step === 'return').pop() || {}).reason) : null);
}

const split_card = (c) => card([t('怎样分担', 'Who bears what'), h('small', null, t('单位：元', 'CNY'))],
  table({rows: c.split || [], empty: t('尚无分担：没有核定方案。', 'No split yet.'),
  columns: [{key: 'party', title: t('方', 'Party'), cell: (x) => party(x.party)},
  {key: 'share', title: t('比例', 'Share'), num: true, cell: (x) => pct(x.share)},
  {key: 'amount', title: t('金额', 'Amount'), num: true, cell: (x) => money(x.amount)}],
  foot: c.split && c.split.length ? {party: t('净损失', 'Net loss'), amount: money(c.net_loss)} : null}),
c.arithmetic ? h('details', {class: 'data', open: true}, h('summary', null, t('算式', 'Arithmetic')),
  h('div', {class: 'sums'}, h('table', null, h('tbody', null, c.arithmetic.map((x) => h('tr', null, h('td', null, t(x.title, x.title_en)),
  h('td', null, x.formula ? arithmetic(x.formula) : null), h('td', {class: 'num'}, x.amount === undefined ? null : money(x.amount)))))))) : null);

const step_detail = (s) => [s.reason, s.due_on ? t(`（补正期限 ${s.due_on}）`, ` (due ${s.due_on})`) : null,
  s.hold_until ? t(`（冻结至 ${s.hold_until}）`, ` (held until ${s.hold_until})`) : null,
  s.amount ? t(`　收回 ${money(s.amount)} 元`, ` recovered ${money(s.amount)}`) : null,
  s.step === 'recover' && !s.fund ? t('（以确认到账为准）', ' (once received)') : null].filter(Boolean).join('');

function about(d) {
  const c = d.c;
  return card(t('理赔', 'Claim'), facts([[t('贷款合同', 'Loan'), d.loan ? h('a', {href: u`/console/loans/${d.loan.id}`},
    c.loan) : name(c.loan)], [t('企业', 'Firm'), d.loan ? h('a', {href: u`/console/enterprises/${d.loan.borrower_uscc}`},
    name(d.loan.borrower_name)) : null], [t('种类', 'Kind'), title('claim.kind', c.kind)],
    [t('方案', 'Scheme'), c.scheme ? h('a', {href: u`/console/fund/${c.scheme}`}, c.scheme,
      c.scheme_version ? `（${c.scheme_version}）` : null) : null], [t('收到日', 'Received'), c.filed_on],
      [t('净损失', 'Net loss'), t(`${money(c.net_loss)} 元`, money(c.net_loss))],
    c.recovered ? [t('已收回', 'Recovered'), t(`${money(c.recovered)} 元`, money(c.recovered))] : null,
      [t('经办', 'By'), name(whose(c.recorded_by))], [t('凭证', 'Paper'), c.evidence ? name(c.evidence) : null],
    ...Object.entries(c.headroom || {}).map(([k, v]) => [title('claim.room', k),
      v === null ? null : t(`${money(v)} 元`, money(v))])]));
}

export const page = {
  load,
  title: (ctx, d) => t(`理赔 ${d.c.reference}`, `Claim ${d.c.reference}`),
  sub: (ctx, d) => [d.loan ? [name(d.loan.borrower_name), ' · '] : null, d.c.loan],
  tools: () => [print_button()],
  view: (ctx, d) => [head(ctx, d), d.c.errors && d.c.errors.length ? h('div', {class: 'summary'},
    h('h2', null, t('现在办不了的原因', 'What stands against it')), h('ul', null,
    d.c.errors.map((e) => h('li', null, e.title, e.cure ? `。${e.cure}` : null)))) : null,
    h('div', {class: 'aside'}, h('div', null, split_card(d.c), card(t('办理经过', 'What was done'),
      timeline(steps_line({on: d.c.filed_on || String(d.c.recorded_at).slice(0, 10), what: t('提交理赔', 'Submitted'), by: d.c.recorded_by},
      d.c.steps.map((s) => Object.assign({}, s, {reason: step_detail(s)})), (s) => badge('claim.state', s.state))))),
      h('div', null, next(ctx, d), about(d)))],
};
