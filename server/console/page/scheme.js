/**
 * scheme.js - a scheme of risk sharing: who bears what, when the fund pays, its limits; drafted by the IP office, approved by finance.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {apart, barred_notes} from '../apart.js';
import {book_of} from '../decision.js';
import {edit_links, form_of} from '../drafting.js';
import {money, pct} from '../fmt.js';
import {condition, draft_difference} from '../rule.js';
import {steps} from '../steps.js';
import {badge, card, facts, table} from '../table.js';
import {lasting, t, title, whose} from '../words.js';

const PATH = '/v1/schemes';
const PARTIES = {fund: ['补偿资金', 'Fund'], bank: ['银行', 'Bank'], guarantor: ['担保机构', 'Guarantor'], reguarantor: ['再担保机构', 'Reguarantor'],
  insurer: ['保险机构', 'Insurer'], assessor: ['评估机构', 'Assessor'], other: ['其他', 'Other']};
const word = (of, w) => of[w] ? t(...of[w]) : w;
const yuan = (x) => x ? t(`${money(x)} 元`, `${money(x)} CNY`) : null;
export const scheme_state = (s) => badge(null, {draft: 'unknown', in_force: 'good'}[s.state] || 'none',
  {draft: t('草案', 'Draft'), in_force: t('施行中', 'In force')}[s.state] || t('已终止', 'Ended'));

async function load(ctx) {
  const s = ctx.at.id === 'new' ? null : await get(u`/v1/schemes/${ctx.at.id}`), form = await form_of(ctx, 'scheme', PATH);
  return Object.assign({s, book: s && !form.book && s.conditions ? book_of(await get('/v1/facts')) : {}}, form);
}

function next(ctx, s) {
  const {legal, barred} = apart(ctx, {path: PATH, legal: s.state === 'draft' ? ['approve'] : [], made_by: s.recorded_by, steps: [],
    rules: {approve: 'made'}});
  return legal.length || barred.length ? h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    steps({record: u`/v1/schemes/${s.id}`, seen: s.seen, legal, keep: 'scheme-' + s.id, after: ctx.reload,
      fields: {approve: [{name: 'on', label: t('批准日', 'Day'), need: true, kind: 'date', value: ctx.today}]},
      verbs: {approve: t('批准，即施行', 'Approve: it is in force')}, difference: draft_difference(u`/v1/schemes/${s.id}`, s, 'scheme', 'scheme.state')})) : null;
}

export function trigger_of(x) {
  return [x.days_overdue ? t(`逾期满 ${x.days_overdue} 天`, `${x.days_overdue} days overdue`) : null,
    x.min_grade ? t(`五级分类为${title('loan_event.grade', x.min_grade)}或更差`, `graded ${title('loan_event.grade', x.min_grade)} or worse`) : null,
    x.non_performing_months ? t(`不良满 ${x.non_performing_months} 个月`, `non-performing for ${x.non_performing_months} months`) : null,
    x.written_off ? t('已核销', 'written off') : null].filter(Boolean).join(t('；', '; '));
}

export const loss_base = (s) => s.loss_base === 'principal' ? t('本金', 'principal') : t('本金和利息', 'principal and interest');
const limits = (s) => [[t('单笔上限', 'Cap a loan'), yuan(s.cap_per_loan)], [t('单户上限', 'Cap a firm'), yuan(s.cap_per_enterprise)],
  [t('单行年度上限', 'Cap a bank and year'), yuan(s.cap_bank_year)], [t('年度总上限', 'Cap a year'), yuan(s.cap_fund_year)],
  [t('以余额为限', 'Up to the balance'), s.pool_balance_limits_liability ? t('是', 'yes') : null],
  [t('放大倍数', 'Leverage'), s.leverage_limit ? t(`不超过 ${s.leverage_limit} 倍`, `at most ${s.leverage_limit}`) : null],
  [t('放大倍数义务', 'Leverage'), s.leverage_duty ? t(`不低于 ${s.leverage_duty} 倍`, `at least ${s.leverage_duty}`) : null],
  [t('不良率熔断', 'Stops at'), s.npl_breaker ? pct(s.npl_breaker) : null], [t('申请期', 'To be claimed within'), s.claim_window_days ? t(`${s.claim_window_days} 天`, `${s.claim_window_days} days`) : null],
  [t('备案期限', 'To be filed within'), s.file_within_days ? t(`放款后 ${s.file_within_days} 天`, `${s.file_within_days} days`) : null],
  [t('知识产权最低占比', 'Share of IP at least'), s.ip_share_min ? pct(s.ip_share_min) : null],
  [t('首贷加成', 'More for first loans'), s.first_loan_uplift ? pct(s.first_loan_uplift) : null],
  [t('财政资金合计上限', 'Public money at most'), s.public_max_share ? pct(s.public_max_share) : null],
  [t('互斥方案', 'Not together with'), s.excludes ? s.excludes.map((x) => x.scheme).join('、') : null]];

const as_it_stands = (ctx, d) => {
  const s = d.s;
  return h('div', {class: 'aside'}, h('div', null, card(t('怎样分担', 'Who bears what'), table({rows: s.layers, columns: [
    {key: 'party', title: t('方', 'Party'), cell: (x) => [word(PARTIES, x.party), x.account ? ` ${x.account}` : null]},
    ...(s.layers.some((x) => x.claimant === 'guarantor') ? [{key: 'claimant', title: t('申请人', 'Claimed by'), cell: (x) => word(PARTIES, x.claimant || 'bank')}] : []),
    {key: 'share', title: t('比例', 'Share'), num: true, cell: (x) => pct(x.share)},
    ...[['cap', '上限（元）', 'Cap (CNY)'], ['deductible', '免赔额（元）', 'Deductible (CNY)'], ['floor', '起赔点（元）', 'From (CNY)']].filter(([k]) => s.layers.some((x) => x[k]))
      .map(([k, zh, en]) => ({key: k, title: t(zh, en), num: true, cell: (x) => money(x[k])}))]})),
  s.conditions ? card(t('入池条件', 'Conditions'), condition(s.conditions, d.book)) : null, card(t('限额与期限', 'Limits'), facts(limits(s)))),
  h('div', null, next(ctx, s), card(t('方案', 'Scheme'), facts([[t('依据', 'Source'), name(s.legal_ref)],
    [t('施行', 'In force'), lasting(s.effective_from, s.effective_to)], [t('触发条件', 'Trigger'), trigger_of(s.trigger)],
    [t('损失基数', 'Base of loss'), loss_base(s)],
    [t('起草', 'Drafted by'), name(whose(s.recorded_by))], [t('批准', 'Approved by'), s.approved_by ? name(whose(s.approved_by)) : null]]),
  s.state === 'draft' ? null : h('p', null, h('a', {href: u`/console/fund/${s.code}`}, t('看资金收支', 'Its fund'))))));
};

export const page = {
  load,
  title: (ctx, d) => !d.s ? t('起草风险分担方案', 'Draft a scheme') : d.form ? t(`方案草案：${d.s.title}`, `Draft: ${d.s.title}`) : d.s.title,
  sub: (ctx, d) => d.s ? [d.s.code, ' · ', d.s.effective_from, ' · ', scheme_state(d.s)] : t('由财政部门批准后才施行。', 'It is in force when finance has approved it.'),
  tools: (ctx, d) => d.form || !d.s ? null : edit_links(ctx, PATH, d.s.state !== 'draft'),
  view: (ctx, d) => d.form ? d.form.editor('scheme', ctx, d, d.s) : as_it_stands(ctx, d),
};
