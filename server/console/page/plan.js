/**
 * plan.js - one plan: its targets with thresholds and how they are read, and its approval by another person.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {apart, barred_notes} from '../apart.js';
import {edit_links, form_of} from '../drafting.js';
import {money, pct} from '../fmt.js';
import {draft_difference} from '../rule.js';
import {steps} from '../steps.js';
import {badge, card, facts, table} from '../table.js';
import {plan_state} from './plans.js';
import {is_english, t, whose} from '../words.js';

const PATH = '/v1/plans';
const KINDS = {growth: ['年均增幅', 'Growth'], total: ['总量', 'Total'], rising: ['逐年递增', 'Rising']},
  BASIS = {signed_on: ['按签订日', 'day signed'], registered_on: ['按登记日', 'day registered'], disbursed_on: ['按放款日', 'day drawn']},
  READING = {compound: ['复合', 'compound'], mean: ['算术平均', 'mean']};
const word = (of, w) => of[w] ? t(...of[w]) : w || '—';
const threshold = (x) => x.threshold === undefined ? '—' : x.kind === 'growth' ? pct(x.threshold) : x.measure === 'amount' ? t(`${money(x.threshold)} 元`,
  money(x.threshold)) : String(x.threshold);

function next(ctx, p) {
  const {legal, barred} = p.state === 'in_force' ? {legal: [], barred: []} : apart(ctx,
    {path: '/v1/plans', legal: ['approve'], made_by: p.recorded_by, steps: [], rules: {approve: 'made'}});
  if (!legal.length && !barred.length) return null;
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    steps({record: u`/v1/plans/${p.id}`, seen: p.seen, legal, keep: 'plan-' + p.id, after: ctx.reload,
    verbs: {approve: p.needs > p.assents.length + 1 ? t(`批准（共须 ${p.needs} 人）`, `Approve (${p.needs} persons)`)
      : t('批准，即施行', 'Approve: it is in force')}, difference: draft_difference(u`/v1/plans/${p.id}`, p, 'plan', 'plan.state')}));
}

const measures_of = (p) => !p.measures ? null : card(t('举措', 'Measures'), table({rows: p.measures, columns: [
  {key: 'no', title: t('序号', 'No.'), cell: (x) => String(x.no)},
  {key: 'title', title: t('内容', 'What'), wide: true, cell: (x) => is_english() && x.title_en ? x.title_en : x.title},
  {key: 'departments', title: t('责任部门', 'Departments'), cell: (x) => x.departments.join('、')}]}));

const as_it_stands = (ctx, p) => h('div', {class: 'aside'}, h('div', null, card(t('目标', 'Targets'),
    table({rows: p.targets, columns: [{key: 'code', title: t('代码', 'Code')},
    {key: 'title', title: t('名称', 'Title'), wide: true, cell: (x) => is_english() && x.title_en ? x.title_en : x.title},
    {key: 'kind', title: t('类别', 'Kind'), whole: true, cell: (x) => word(KINDS, x.kind)},
    {key: 'threshold', title: t('门槛', 'Threshold'), num: true, cell: threshold},
    {key: 'reading', title: t('年均算法', 'Reading'), whole: true, cell: (x) => x.reading ? word(READING, x.reading) : '—'},
      {key: 'assumed', title: t('来源', 'Source'), cell: (x) => x.assumed ? badge(null, 'warn', t('假定', 'Assumed')) : t('公布',
      'Published')}]})), measures_of(p)),
  h('div', null, next(ctx, p), card(t('计划', 'Plan'), facts([[t('归入年度', 'Year by'), word(BASIS, p.basis)],
    [t('出处', 'Source'), name(p.source)], [t('起草', 'Drafted by'), name(whose(p.recorded_by))],
    [t('本稿已同意', 'Agreed to this text'), p.state !== 'in_force' && p.assents.length ? p.assents.map(name).join('、') : null],
    [t('批准', 'Approved by'), p.approved_by ? name(whose(p.approved_by)) : null]]))));

async function load(ctx) {
  const p = ctx.at.id === 'new' ? null : await get(u`/v1/plans/${ctx.at.id}`);
  return Object.assign({p}, await form_of(ctx, 'plan', PATH));
}
const title_of = (p) => is_english() && p.title_en ? p.title_en : p.title;

export const page = {
  load,
  title: (ctx, d) => !d.p ? t('起草计划', 'Draft a plan') : d.form ? t(`计划草案：${title_of(d.p)}`, `Draft: ${title_of(d.p)}`) : title_of(d.p),
  sub: (ctx, d) => d.p ? [d.p.code, ' · ', `${d.p.first_year}－${d.p.last_year}`, ' · ', plan_state(d.p)]
    : t('由另一人批准后才施行。', 'It is in force when another person has approved it.'),
  tools: (ctx, d) => d.form || !d.p ? null : [d.p.state === 'draft' ? null : h('a', {class: 'button',
    href: `/console/cockpit?plan=${encodeURIComponent(d.p.code)}`}, t('看目标进度', 'Its targets now')),
  d.p.state === 'draft' || !d.p.measures ? null : h('a', {class: 'button', href: `/console/measures?plan=${encodeURIComponent(d.p.code)}`},
    t('看举措', 'Its measures')), edit_links(ctx, PATH)],
  view: (ctx, d) => d.form ? d.form.editor('plan', ctx, d, d.p) : as_it_stands(ctx, d.p),
};
