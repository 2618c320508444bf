/**
 * application.js - one application: what was decided and why, what the amount is made of, who did what, the next legal step.
 */
import {h, name, u} from '../h.js';
import {download, get, get_all, maybe} from '../api.js';
import {apart, barred_notes, difference, steps_line} from '../apart.js';
import {amount_card, book_of, cures_card, fact_text, item_title, trace_table} from '../decision.js';
import {day, instant, money, pct} from '../fmt.js';
import {print_button} from '../frame.js';
import {budget_bar} from '../budget.js';
import {clauses_in_english} from '../rule.js';
import {steps} from '../steps.js';
import {badge, card, facts} from '../table.js';
import {timeline} from '../timeline.js';
import {is_english, t, whose} from '../words.js';

const RULES = {approve: 'made', pay: 'approve', confirm: 'clawback'};

async function load(ctx) {
  const [a, list] = await Promise.all([get(u`/v1/applications/${ctx.at.id}`), get('/v1/facts')]);
  const [budget, loans, queue, rules] = await Promise.all([
    ctx.may('GET /v1/policies/{code}/budget') ? maybe(get(u`/v1/policies/${a.policy}/budget`)) : null,
    a.loan ? maybe(get('/v1/loans', {q: a.loan, limit: 5})) : null,
    a.state === 'queued' ? get_all('/v1/applications', {code: a.policy, state: 'queued'}, 500) : null,
    is_english() ? maybe(get('/v1/policies', {code: a.policy, limit: 100})) : null]);
  const before = queue ? queue.items.filter((x) => x.recorded_at < a.recorded_at) : [];
  return {a, budget, before, rule: rules && rules.items.find((p) => p.effective_from === a.policy_version), book: book_of(list), loan: loans ? loans.items.find((l) => l.contract_no === a.loan) : null};
}

function verbs(a) {
  const sum = t(` ${money(a.amount)} 元`, ` ${money(a.amount)} CNY`);
  return {approve: t('批准', 'Approve') + sum, pay: t('支付', 'Pay') + sum,
    confirm: t('确认已收回', 'Confirm that it came back')};
}

function next(ctx, d) {
  const a = d.a, {legal, barred} = apart(ctx, {path: '/v1/applications', legal: a.legal_steps, made_by: a.recorded_by, steps: a.steps,
    rules: RULES});
  if (!legal.length && !barred.length) return null;
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    steps({record: u`/v1/applications/${a.id}`, seen: a.seen, legal, verbs: verbs(a), after: ctx.reload,
      names: {refuse: a.state === 'demanded' ? t('撤销追回', 'Take the demand back') : t('不予补贴', 'Refuse'),
        withdraw: t('撤回申请', 'Withdraw')}, keep: 'application-' + a.id,
      difference: difference(u`/v1/applications/${a.id}`, a, {state: t('状态', 'State'), amount: t('金额', 'Amount'),
        demanded: t('尚未收回', 'Not come back')}, 'application.state'),
      hints: {clawback: t('另一人核对款已到账后，额度与预算才恢复',
        'Limits and budget are free once another person has seen the money')},
      fields: {clawback: [{name: 'amount', label: t('追回金额（元）', 'Amount'), kind: 'money',
        hint: t('不填为全部', 'empty: all of it')}],
      confirm: [{name: 'evidence', label: t('到账凭证', 'Receipt of the money'), need: true, max: 300},
        {name: 'amount', label: t('到账金额（元）', 'Amount that came'), kind: 'money',
          hint: t(`不填为 ${money(a.demanded)}`, `empty: ${money(a.demanded)}`)}]}}));
}

const GRANT = ['补贴决定书', 'Letter of decision'];
const LETTERS = {refused: ['不予补贴告知书', 'Notice of refusal'], paid: GRANT, approved: GRANT, demanded: GRANT, clawed_back: GRANT};
const letter_button = (a) => h('button', {type: 'button', onclick: () => download(u`/v1/applications/${a.id}/letter?format=html`,
  `${a.reference}.html`)},
  t(`下载${(LETTERS[a.state] || ['一次性告知单'])[0]}`, `Download: ${(LETTERS[a.state] || [null, 'notice'])[1]}`));

function head(d) {
  const a = d.a, tone = {refused: 'never', queued: 'ask', withdrawn: 'ask', demanded: 'ask',
    clawed_back: 'never'}[a.state] || (a.eligible ? 'good' : 'never');
  const held = d.before.length ? t(`排队第 ${d.before.length + 1} 位，前面 ${d.before.length} 件`,
    `Number ${d.before.length + 1} in the queue`) : a.state === 'queued' ? t('排队第 1 位：预算不足，有余额后自动冻结',
    'First in the queue') : null;
  return h('section', {class: 'verdict ' + tone}, h('h2', null, badge('application.state', a.state)),
    h('p', {class: 'sum'}, t('补贴金额 ', 'Subsidy '), h('strong', null, money(a.amount)), t(' 元', ' CNY')),
    a.demanded ? h('p', null, t(`追回 ${money(a.demanded)} 元，尚未确认到账`, `${money(a.demanded)} CNY asked back, not come yet`)) : null,
    held ? h('p', null, held) : null);
}

const step_detail = (s) => [s.reason, /^(clawback|confirm)$/.test(s.step) ? t(`${money(s.amount)} 元`, `${money(s.amount)} CNY`) : null,
  s.evidence].filter(Boolean).join('　');

function about(d) {
  const a = d.a;
  return card(t('申请', 'Application'), facts([[t('政策', 'Policy'), h('a', {href: u`/console/policies/${a.policy}`},
    `${a.policy}（${a.policy_version}）`)], [t('合同编号', 'Contract'),
    d.loan ? h('a', {href: u`/console/loans/${d.loan.id}`}, a.loan) : name(a.loan || a.insurance_policy)],
    [t('企业', 'Firm'), d.loan ? h('a', {href: u`/console/enterprises/${d.loan.borrower_uscc}`}, name(d.loan.borrower_name)) : null],
    ...Object.entries(a.facts || {}).map(([k, v]) => [(d.book[k] || {title: k}).title, fact_text(d.book[k], v)]),
    ...(a.invoices || []).map((x) => [t('发票', 'Invoice'), [item_title(x.item), t(` ${money(x.amount)} 元`, ` ${money(x.amount)} CNY`),
      h('div', {class: 'hint'}, name(x.invoice_no), '　', name(x.seller), '　', x.paid_on)]]),
    ...(a.shares || []).map((x) => [t('核定比例', 'Share decided'), [item_title(x.item), ` ${pct(x.share)}`, h('div', {class: 'hint'}, name(x.reason))]]),
    ...(a.evidence || []).map((e) => [t('凭证', 'Document'), [name(e.document),
      h('div', {class: 'hint mono'}, e.sha256.slice(0, 16), '…')]]),
    [t('申请日', 'Applied'), instant(a.recorded_at)], [t('经办', 'By'), name(whose(a.recorded_by))]]));
}

export const page = {
  load,
  title: (ctx, d) => t(`补贴申请 ${d.a.reference}`, `Application ${d.a.reference}`),
  sub: (ctx, d) => [d.loan ? [name(d.loan.borrower_name), ' · '] : null, d.a.loan || d.a.insurance_policy],
  tools: (ctx, d) => [letter_button(d.a), print_button()],
  view: (ctx, d) => [head(d), h('div', {class: 'aside'}, h('div', null,
    d.a.eligible ? amount_card(d.a) : cures_card(d.a, () => null),
    card(t('逐条核对', 'Clause by clause'), trace_table(d.a.trace, clauses_in_english(d.rule, d.book))),
    card(t('办理经过', 'What was done'), timeline(steps_line({on: day(d.a.recorded_at), what: t('提出申请', 'Applied'),
      by: d.a.recorded_by}, (d.a.steps || []).map((s) => ({...s, reason: step_detail(s)})), (s) => badge('application.state', s.state))))),
  h('div', null, next(ctx, d), about(d), d.budget ? card(t('预算', 'Budget'), budget_bar(d.budget)) : null))],
};
