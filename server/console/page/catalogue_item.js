/**
 * catalogue_item.js - one offer or need, and what fits it: ranked, each with its reasons and their points.
 */
import {h, name, u} from '../h.js';
import {get, maybe} from '../api.js';
import {money} from '../fmt.js';
import {badge, card, facts} from '../table.js';
import {timeline} from '../timeline.js';
import {HOLDERS, live, price, WAYS, word} from './catalogue.js';
import {district_title, is_english, lasting, t} from '../words.js';

const FOLLOW = {visit: ['走访洽谈', 'Visit'], intent: ['达成意向', 'Intent'], deal: ['成交', 'Deal'], loan: ['获得贷款', 'Loan'],
  dropped: ['终止对接', 'Dropped']};
const yuan = (x) => x ? t(`${money(x)} 元`, `${money(x)} CNY`) : null;

async function load(ctx) {
  const side = ctx.at.side === 'needs' ? 'needs' : 'offers', base = `/v1/catalogue-${side}/${encodeURIComponent(ctx.at.id)}`;
  const [x, matches] = await Promise.all([get(base), maybe(get(base + '/matches', {limit: 20}))]);
  return {side, x, matches: matches ? matches.items : []};
}

function match(d, m) {
  const need = d.side === 'offers';
  return h('li', null, h('div', null, h('div', null, h('a',
    {href: need ? u`/console/catalogue/needs/${m.need}` : u`/console/catalogue/offers/${m.offer}`},
    h('strong', null, name(need ? m.need_title : m.offer_title))), '　', name(need ? m.firm : m.holder_name), ' ',
    h('span', {class: 'quiet'}, district_title(m.district)), ' ', badge(null, 'good', t(`匹配度 ${m.score}`, `score ${m.score}`))),
    h('ul', {class: 'hint'}, m.reasons.map((r) => h('li', null, is_english() ? r.text_en : r.text,
      t(`（${r.points} 分）`, ` (${r.points})`))))));
}

function about(d) {
  const x = d.x;
  return card(t('登记的内容', 'As listed'), facts([[t('编号', 'Reference'), x.reference],
    d.side === 'offers' ? [t('持有人', 'Holder'), [name(x.holder_name), ' ', word(HOLDERS, x.holder_kind)]] : [t('企业', 'Firm'),
    h('a', {href: u`/console/enterprises/${x.uscc}`}, name(x.name))], x.number ? [t('专利号', 'Patent'),
    h('a', {href: u`/console/ip/${x.number}`}, x.number)] : null, x.patent_title ? [t('专利名称', 'Title of the patent'),
    name(x.patent_title)] : null,
    [t('IPC', 'IPC'), (x.ipc || []).map((i) => i.code).join('、') || null], [t('方式', 'Way'), x.way ? word(WAYS, x.way) : null],
      x.price_from || x.price_to ? [t('报价（元）', 'Price (CNY)'), price(x)] : null,
      x.budget ? [t('预算', 'Budget'), yuan(x.budget)] : null, x.pay_after_days ? [t('先使用后付费', 'Pay after use'),
      t(`${x.pay_after_days} 天`, `${x.pay_after_days} days`)] : null,
    x.free_days ? [t('免费期', 'Free for'), t(`${x.free_days} 天`, `${x.free_days} days`)] : null,
      x.team ? [t('发明人团队', 'Team'), name(x.team)] : null, x.dormant_since ? [t('沉睡自', 'Dormant since'), x.dormant_since] : null,
      [t('区', 'District'), district_title(x.district)], [t('发布', 'Listed'),
      lasting(x.listed_on, x.valid_until)]]));
}

export const page = {
  load,
  title: (ctx, d) => d.x.title,
  sub: (ctx, d) => [d.side === 'offers' ? t('供给', 'On offer') : t('需求', 'Looked for'), ' · ', live(d.x)],
  tools: (ctx, d) => h('a', {class: 'button', href: `/console/catalogue?side=${d.side}`}, t('返回目录', 'Back to the list')),
  view: (ctx, d) => h('div', {class: 'aside'}, h('div', null, card(null, h('p', null, name(d.x.summary))),
    card([d.side === 'offers' ? t('适合的需求', 'Needs that fit') : t('适合的供给', 'Offers that fit'),
    h('small', null, t(`${d.matches.length} 项，匹配度高的在前`, `${d.matches.length}, best first`))],
    d.matches.length ? h('ol', {class: 'acts'}, d.matches.map((m) => match(d, m))) : h('p', {class: 'empty'},
    t('现在没有匹配的。', 'Nothing fits now.'))),
    d.x.followups && d.x.followups.length ? card(t('对接进展', 'What came of it'),
      timeline(d.x.followups.map((f) => ({on: f.on, what: word(FOLLOW, f.kind),
      detail: f.deal ? h('a', {href: u`/console/deals/${f.deal}`}, t('看交易', 'the deal')) : f.loan ? h('a',
      {href: u`/console/loans/${f.loan}`}, t('看贷款', 'the loan')) : null})))) : null), h('div', null, about(d))),
};
