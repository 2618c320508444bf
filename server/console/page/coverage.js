/**
 * coverage.js - one loan's place in a pool: the terms as they were when it was booked, the room that is left, why it is refused or
 * suspended, the next step.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {apart, barred_notes, difference, steps_line} from '../apart.js';
import {money, pct} from '../fmt.js';
import {steps} from '../steps.js';
import {badge, card, facts} from '../table.js';
import {timeline} from '../timeline.js';
import {office_title, t} from '../words.js';

/** What this person may do, and what he is kept from: steps that take two persons, of which he was the first. */
export const steps_of = (ctx, c) => apart(ctx, {path: '/v1/coverages', legal: c.legal_steps, made_by: c.recorded_by, steps: c.begun,
  rules: {confirm: ['made', 'confirm'], end: 'end'}});
const ORDER = ['confirm', 'refuse', 'end'];
const JUDGE = {judge: ['系统核对', 'Judged by the rules'], suspend: ['中止', 'Suspended'],
  conditions: ['更正后不符合条件', 'Conditions do not hold'], resume: ['恢复', 'Resumed']};

function next(ctx, c) {
  const {legal, barred} = steps_of(ctx, c);
  const stands = ['covered', 'ended'].includes(c.state), no = stands ? t('不予确认', 'Refuse the change') : t('不予备案', 'Refuse');
  if (!legal.length && !barred.length) return null;
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    steps({record: u`/v1/coverages/${c.id}`, seen: c.seen, legal: ORDER.filter((s) => legal.includes(s)), keep: 'coverage-' + c.id,
    after: ctx.reload,
    fields: stands ? {confirm: [{name: 'evidence', max: 300,
      label: t('更正凭证（违约后的更正必填）', 'Evidence (of a correction after the default)')}]} : {},
    verbs: {confirm: stands ? t('确认更正', 'Confirm the change')
      : t(`确认备案 ${money(c.amount)} 元`, `Confirm ${money(c.amount)} CNY`),
      refuse: no, end: t('终止备案', 'End it')}, names: {refuse: no},
    hints: {confirm: stands ? t('违约后的更正只计入不良率，须财政两人凭凭证先后确认；赔付仍按备案时的条款',
      'After a default it counts in the pool alone, by two persons with evidence; claims stay as they were frozen')
      : c.on ? t('纸质备案须财政两人先后确认', 'Cover on paper is confirmed by two persons of finance') : null,
      end: t('违约后由财政两人先后终止', 'After a default two persons of finance end it')},
      difference: difference(u`/v1/coverages/${c.id}`, c, {state: t('状态', 'State'), amount: t('备案金额', 'Amount'),
      outstanding: t('未偿还本金', 'Outstanding')}, 'coverage.state')}));
}

/** The program tells by number on which version of the loan it judged. */
const told = (s) => Object.assign({}, s, {reason: /^version \d+$/.test(s.reason || '') ? t(`按贷款第 ${s.reason.slice(8)} 版`, `by version ${s.reason.slice(8)} of the loan`) : s.reason});
const yuan = (x) => x === undefined || x === null ? null : t(`${money(x)} 元`, `${money(x)} CNY`);

export const page = {
  load: (ctx) => get(u`/v1/coverages/${ctx.at.id}`),
  title: (ctx, c) => t(`备案 ${c.reference}`, `Coverage ${c.reference}`),
  sub: (ctx, c) => [c.loan, ' · ', c.scheme],
  view: (ctx, c) => [h('section', {class: 'verdict ' + ({covered: 'good', requested: 'ask', suspended: 'mend',
    refused: 'never'}[c.state] || '')}, h('h2', null, badge('coverage.state', c.state)),
    h('p', {class: 'sum'}, t('备案金额 ', 'Covered '), h('strong', null, money(c.amount)), t(' 元', ' CNY'),
    t(`，未偿还本金 ${money(c.outstanding)} 元`, `, outstanding ${money(c.outstanding)} CNY`)),
    c.state === 'suspended' ? h('p', null, t('中止期间不能理赔；补正下列问题后自动恢复。',
      'No claims while it is suspended; it resumes when this is mended.')) : null),
  h('div', {class: 'aside'}, h('div', null, c.errors && c.errors.length ? card(c.state === 'suspended' ? t('为什么中止',
    'Why it is suspended') : t('为什么不符合', 'Why not'), h('ol', {class: 'acts'},
    c.errors.map((e) => h('li', null, h('div', null, h('strong', null, e.title),
    e.cure ? h('div', {class: 'quiet'}, e.cure) : null))))) : null,
    card(t('备案时的条件', 'Terms as booked'), facts([[t('方案', 'Scheme'),
      h('a', {href: u`/console/fund/${c.scheme}`}, c.scheme, c.terms ? `（${c.terms.version}）` : null)],
      [t('备案金额', 'Amount'), yuan(c.amount)], [t('知识产权占比', 'IP share'),
      c.terms && c.terms.ip_share ? pct(c.terms.ip_share) : null], [t('年利率', 'Rate'),
      c.terms && c.terms.rate ? pct(c.terms.rate) : null],
      [t('签订－到期', 'Signed, due'), c.terms ? `${c.terms.signed_on || '—'} ${t('至', 'to')} ${c.terms.matures_on || '—'}` : null],
        [t('质权登记日', 'Registered'), c.terms ? c.terms.registered_on : null],
        [t('首贷', 'First loan'), c.terms ? c.terms.first_loan ? t('是', 'yes') : t('否', 'no') : null],
      [t('加成', 'Uplift'), c.terms && c.terms.uplift && /[1-9]/.test(c.terms.uplift) ? pct(c.terms.uplift) : null],
        [t('质押权利', 'Rights'), c.terms && c.terms.rights ? c.terms.rights.map((r) => h('div', null,
        h('a', {href: u`/console/ip/${r}`}, r))) : null], [t('纸质备案', 'On paper'), c.on ? `${c.on}　${c.evidence || ''}` : null]])),
    card(t('经过', 'What happened'), timeline(steps_line({on: String(c.recorded_at).slice(0, 10), what: t('申请备案', 'Asked for'),
      by: c.recorded_by}, c.steps.map(told), (s) => badge('coverage.state', s.state)).map((e, i) => i && JUDGE[c.steps[i - 1].step] ? Object.assign(e,
      {what: t(...JUDGE[c.steps[i - 1].step])}) : e)))),
  h('div', null, next(ctx, c), card(t('贷款', 'Loan'), facts([[t('合同编号', 'Contract'),
    h('a', {href: u`/console/loans/${c.loan_id}`}, name(c.loan))], [t('银行', 'Bank'), office_title(c.bank)],
    [t('未偿还本金', 'Outstanding'), yuan(c.outstanding)]])),
    c.room && Object.keys(c.room).length ? card(t('还有多少余地', 'Room that is left'),
      facts([[t('放大倍数', 'Leverage'), yuan(c.room.leverage)], [t('单笔', 'This loan'), yuan(c.room.loan)],
      [t('单户', 'This firm'), yuan(c.room.enterprise)]])) : null))],
};
