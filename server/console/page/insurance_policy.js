/**
 * insurance_policy.js - one insurance policy: what is insured, how it covers its loan, what was claimed.
 */
import {h, name, u} from '../h.js';
import {get, maybe} from '../api.js';
import {count, instant, money, pct} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, facts, table} from '../table.js';
import {district_title, t, title, whose} from '../words.js';

const yuan = (x) => x === undefined ? null : t(`${money(x)} 元`, `${money(x)} CNY`);

function cover(p) {
  const c = p.cover;
  if (!c) return null;
  return card(t('对贷款的保障', 'How it covers its loan'), facts([
    [t('所保贷款', 'Loan'), h('a', {href: u`/console/loans/${c.loan}`}, p.loan_contract_no)], [t('承保比例', 'Share'), pct(p.cover_share)],
    [t('贷款期间', 'Term of the loan'), `${c.from} ${t('至', 'to')} ${c.to}`], [t('已承保', 'Covered'), yuan(c.covered)], [t('未承保', 'Not covered'), yuan(c.uncovered)],
    [t('未承保天数', 'Days without cover'), c.gap_days ? t(`${count(c.gap_days)} 天，自 ${c.first_gap}`, `${count(c.gap_days)}, from ${c.first_gap}`) : count(0)]]));
}

const claims = (d) => card([t('赔案', 'Claims'), h('small', null, t(`${d.claims.items.length} 件`, d.claims.items.length))],
  table({rows: d.claims.items, empty: t('没有报送过赔案。', 'None was told.'), columns: [{key: 'claim_no', title: t('赔案号', 'Number'), cell: (c) => name(c.claim_no)},
    {key: 'loss_on', title: t('出险日', 'Loss on')}, {key: 'filed_on', title: t('报案日', 'Filed on')},
    {key: 'claimed', title: t('索赔（元）', 'Claimed (CNY)'), num: true, cell: (c) => money(c.claimed)},
    {key: 'paid', title: t('赔付（元）', 'Paid (CNY)'), num: true, cell: (c) => c.paid === undefined ? '—' : money(c.paid)},
    {key: 'decided_on', title: t('结案日', 'Decided on'), cell: (c) => c.decided_on || '—'},
    {key: 'outcome', title: t('结果', 'Outcome'), cell: (c) => badge(null, c.outcome || 'open', title('insurance_claim.outcome', c.outcome || 'open'))}]}));

export const page = {
  load: async (ctx) => {
    const p = await get(u`/v1/insurance-policies/${ctx.at.id}`);
    const [claims, firm] = await Promise.all([ctx.may('GET /v1/insurance-claims') ? get('/v1/insurance-claims', {policy_no: p.policy_no, limit: 100}) : {items: []},
      p.insured_name ? null : maybe(get(u`/v1/enterprises/${p.insured_uscc}`))]);
    return {p, claims, insured: p.insured_name || (firm && firm.name) || p.insured_uscc}; // who is insured may be told by his code alone
  },
  title: (ctx, d) => `${t('保单', 'Policy')} ${d.p.policy_no}`,
  sub: (ctx, d) => [name(d.insured), ' · ', whose(d.p.recorded_by), ' · ', t(`第 ${d.p.version} 版，`, `version ${d.p.version}, `), instant(d.p.recorded_at)],
  tools: (ctx, d) => [badge('insurance_policy.state', d.p.state), print_button()],
  view: (ctx, d) => h('div', {class: 'aside'}, h('div', null, claims(d),
    d.p.ip ? card(t('保险标的', 'What is insured'), table({rows: d.p.ip, columns: [{key: 'number', title: t('专利号或商标注册号', 'Right'),
      cell: (x) => h('a', {href: u`/console/ip/${x.number}`}, x.number)}]})) : null),
  h('div', null, card(t('保单', 'Policy'), facts([[t('险种', 'Kind'), title('insurance_policy.kind', d.p.kind)],
    [t('投保企业', 'Insured'), h('a', {href: u`/console/enterprises/${d.p.insured_uscc}`}, name(d.insured))],
    [t('区', 'District'), district_title(d.p.district)], [t('保险金额', 'Sum insured'), yuan(d.p.sum_insured)], [t('保险费', 'Premium'), yuan(d.p.premium)],
    [t('起止', 'From, to'), `${d.p.starts_on} ${t('至', 'to')} ${d.p.ends_on}`], [t('退保日', 'Cancelled on'), d.p.cancelled_on || null],
    [t('赔付合计', 'Paid in all'), d.p.claims ? yuan(d.p.claims.paid) : null],
    [t('回执', 'Receipt'), h('a', {href: u`/console/receipts/${d.p.id}`}, t('查看', 'Show'))]])), cover(d.p))),
};
