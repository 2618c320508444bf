/**
 * catalogue.js - patents on offer and what small firms look for; each leads to what fits it.
 */
import {h, name, u} from '../h.js';
import {money} from '../fmt.js';
import {industry_title} from '../industry.js';
import {list_page} from '../list.js';
import {badge} from '../table.js';
import {district_title, t} from '../words.js';

export const STATES = {live: ['good', '有效', 'Live'], lapsed: ['none', '专利失效', 'Lapsed'], dealt: ['none', '已成交', 'Dealt'],
  expired: ['none', '已过期', 'Expired'], withdrawn: ['none', '已撤回', 'Withdrawn'], met: ['good', '已满足', 'Met']};
export const WAYS = {transfer: ['转让', 'Transfer'], licence: ['许可', 'Licence'], contribution: ['作价入股', 'Contribution']};
export const HOLDERS = {university: ['高校', 'University'], institute: ['科研院所', 'Institute'], state_firm: ['国有企业', 'State firm'],
  sme: ['中小企业', 'SME'], other: ['其他', 'Other'], firm: ['企业', 'Firm']};
export const word = (of, w) => of[w] ? t(...of[w].slice(-2)) : w || '—';
export const live = (x) => STATES[x.state] ? badge(null, STATES[x.state][0], word(STATES, x.state)) : '—';

const is_needs = (ctx) => ctx.query.side === 'needs';
const switcher = (ctx) => h('nav', {class: 'tabs', 'aria-label': t('目录', 'Catalogue')},
  [['offers', '供给', 'On offer'], ['needs', '需求', 'Looked for']].map(([side, zh, en]) => h('a',
  {href: `/console/catalogue?side=${side}`, 'aria-current': (side === 'needs') === is_needs(ctx) ? 'page' : null}, t(zh, en))));

export const price = ({price_from: from, price_to: to}) => from && to ? `${money(from)}－${money(to)}` : from ? t(`${money(from)} 起`, `from ${money(from)}`)
  : to ? t(`至 ${money(to)}`, `up to ${money(to)}`) : '—';
const OFFERS = () => [{key: 'title', title: t('技术', 'Technology'), wide: true, cell: (o) => name(o.title)},
  {key: 'holder', title: t('持有人', 'Holder'), wide: true, cell: (o) => [name(o.holder_name),
  h('span', {class: 'quiet'}, ' ', word(HOLDERS, o.holder_kind))]}, {key: 'field', title: t('领域', 'Field'), cell: (o) => name(o.field)},
  {key: 'way', title: t('方式', 'Way'), cell: (o) => word(WAYS, o.way)},
    {key: 'price', title: t('报价（元）', 'Price (CNY)'), num: true,
    cell: price},
    {key: 'district', title: t('区', 'District'), cell: (o) => district_title(o.district)},
    {key: 'listed_on', title: t('发布日', 'Listed')}, {key: 'state', title: t('状态', 'State'), cell: live}];
const NEEDS = () => [{key: 'title', title: t('需求', 'Need'), wide: true, cell: (n) => name(n.title)},
  {key: 'name', title: t('企业', 'Firm'), wide: true, cell: (n) => name(n.name)}, {key: 'industry', title: t('行业', 'Industry'), cell: (n) => industry_title(n.industry)},
  {key: 'way', title: t('方式', 'Way'), cell: (n) => word(WAYS, n.way)},
  {key: 'budget', title: t('预算（元）', 'Budget (CNY)'), num: true, cell: (n) => money(n.budget)},
    {key: 'district', title: t('区', 'District'), cell: (n) => district_title(n.district)},
    {key: 'listed_on', title: t('发布日', 'Listed')}, {key: 'state', title: t('状态', 'State'), cell: live}];

export const page = list_page({
  title: () => t('供需目录', 'Catalogue'),
  sub: () => t('点一项看它与谁匹配、为什么。', 'An entry leads to what fits it, and why.'),
  path: (ctx) => is_needs(ctx) ? '/v1/catalogue-needs' : '/v1/catalogue-offers', total: true,
  filters: () => [{name: 'q', label: t('技术、企业、专利号', 'Technology, firm, number')},
    {name: 'state', label: t('状态', 'State'), options: [['', t('全部', 'All')], ...Object.keys(STATES).map((k) => [k, word(STATES, k)])]}],
  above: switcher, columns: (ctx) => is_needs(ctx) ? NEEDS() : OFFERS(),
    href: (x) => u`/console/catalogue/${x.uscc && !x.holder_name ? 'needs' : 'offers'}/${x.id}`,
});
