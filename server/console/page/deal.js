/**
 * deal.js - one deal: parties, patents, what was paid of what is due, which targets it counts for, and its confirmation.
 */
import {h, name, u} from '../h.js';
import {get, maybe, post} from '../api.js';
import {apart, barred_notes} from '../apart.js';
import {toast} from '../dialog.js';
import {edit_links, form_of} from '../drafting.js';
import {form} from '../form.js';
import {industry_title} from '../industry.js';
import {day, money} from '../fmt.js';
import {badge, card, due, facts, table} from '../table.js';
import {HOLDERS, WAYS, word} from './catalogue.js';
import {deal_state} from './deals.js';
import {district_title, office_title, t, whose} from '../words.js';

const yuan = (x) => x === undefined || x === null ? null : t(`${money(x)} 元`, `${money(x)} CNY`);
const SIZES = {micro: ['微型', 'Micro'], small: ['小型', 'Small'], medium: ['中型', 'Medium'], large: ['大型', 'Large'],
  unknown: ['不明', 'Unknown']};

const PATH = '/v1/ip-deals', PAYMENTS = '/v1/ip-deal-payments';

async function load(ctx) {
  const x = ctx.at.id === 'new' ? null : await get(u`/v1/ip-deals/${ctx.at.id}`), drafted = await form_of(ctx, 'ip_deal', PATH);
  const paid = x && !drafted.form && ctx.may('GET ' + PAYMENTS) ? await maybe(get(PAYMENTS, {deal: x.reference, limit: 100})) : null;
  return Object.assign({x, paid: paid ? paid.items : []}, drafted);
}

/** What one organisation tells counts when another has confirmed it: the deal, and each payment on it. */
function confirm_form(ctx, path, x, verb) {
  const {legal, barred} = apart(ctx, {path, legal: x.state === 'told' ? ['confirm'] : [], made_by: x.recorded_by, steps: [], rules: {confirm: 'made'}});
  return [barred_notes(barred), legal.length ? form({keep: `${path} ${x.id}`, verb,
    fields: [{name: 'reason', label: t('理由', 'Reason'), need: true, rows: 2, max: 500}], send: async (v) => {
      await post(`${path}/${encodeURIComponent(x.id)}/confirm`, {seen: x.seen, reason: v.reason});
      toast(t('已确认', 'Confirmed'));
      ctx.reload();
    }}).node : null];
}

function next(ctx, d) {
  if (d.x.state !== 'told' || !ctx.may(`POST ${PATH}/{id}/confirm`)) return null;
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), confirm_form(ctx, PATH, d.x, t('确认，计入目标', 'Confirm: it counts')));
}

/** What came in on it, told by whoever sees the receipt of the bank. */
function payment_form(ctx, x) {
  if (!ctx.may('POST ' + PAYMENTS) || x.state === 'voided') return null;
  return h('details', {class: 'card no-print', id: 'pay'}, h('summary', null, t('登记到账', 'Enter a payment')), form({keep: 'payment-' + x.id,
    verb: t('登记，待另一机构确认', 'Enter: another organisation confirms it'), fields: [
      {name: 'reference', label: t('到账编号', 'Reference'), need: true, max: 64}, {name: 'on', label: t('到账日', 'Day'), need: true, kind: 'date', value: ctx.today},
      {name: 'amount', label: t('到账金额（元）', 'Amount (CNY)'), need: true, kind: 'money'},
      {name: 'receipt_no', label: t('银行回单号', 'Receipt of the bank'), need: true, max: 64}], send: async (v) => {
      await post(PAYMENTS, Object.assign({deal: x.reference}, v));
      toast(t('已登记', 'Entered'));
      ctx.reload();
    }}).node);
}

function payments(ctx, d) {
  const waits = d.paid.filter((p) => p.state === 'told');
  return [card(t('到账', 'Payments'), table({rows: d.paid, empty: t('没有到账记录，或不在您可见的范围内。', 'None that you may see.'),
    columns: [{key: 'reference', title: t('编号', 'Reference')}, {key: 'on', title: t('到账日', 'Day'), cell: (p) => day(p.on)},
      {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (p) => money(p.amount)},
      {key: 'receipt', title: t('回单号', 'Receipt'), cell: (p) => name(p.receipt_no)}, {key: 'state', title: t('状态', 'State'), cell: deal_state}]})),
  waits.length && ctx.may(`POST ${PAYMENTS}/{id}/confirm`) ? h('div', {class: 'no-print'}, waits.map((p) => h('details', {class: 'card'},
    h('summary', null, t(`确认到账 ${p.reference}，${money(p.amount)} 元`, `Confirm ${p.reference}, ${money(p.amount)}`)),
    confirm_form(ctx, PAYMENTS, p, t('确认到账', 'Confirm it'))))) : null, payment_form(ctx, d.x)];
}

const side = (heading, x, of) => card(heading, facts([[t('名称', 'Name'),
  x[of + '_uscc'] ? h('a', {href: u`/console/enterprises/${x[of + '_uscc']}`}, name(x[of + '_name'])) : name(x[of + '_name'])],
  [t('类型', 'Kind'), word(HOLDERS, x[of + '_kind'])], [t('实际控制人', 'Controller'),
  x[of + '_controller'] ? name(x[of + '_controller']) : null], [t('规模', 'Size'), x[of + '_size'] ? word(SIZES, x[of + '_size']) : null],
  [t('行业', 'Industry'), x[of + '_industry'] ? industry_title(x[of + '_industry']) : null]]));

function as_it_stands(ctx, d) {
  const x = d.x;
  return h('div', {class: 'aside'}, h('div', null, h('div', {class: 'cards'},
    [[x.contract_value, '成交金额', 'Value'], [x.paid, '实际到账', 'Paid'],
    [x.overdue, '逾期应付', 'Overdue']].map(([v, zh, en]) => h('section', {class: 'card key'}, h('h2', null, t(zh, en)),
    h('p', {class: 'big'}, v === undefined || v === null ? '—' : [money(v), h('small', null, t('元', 'CNY'))])))),
    h('div', {class: 'split'}, side(t('出让方', 'Provider'), x, 'provider'), side(t('受让方', 'Acquirer'), x, 'acquirer')),
    x.dues && x.dues.length ? card(t('应付款', 'What is due'), table({rows: x.dues,
      columns: [{key: 'due_on', title: t('付款日', 'Due')}, {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true,
      cell: (y) => money(y.amount)}, {key: 'left', title: t('到期', 'When'), cell: (y) => due(y.due_on, ctx.today)}]})) : null,
    payments(ctx, d)),
  h('div', null, next(ctx, d), card(t('登记', 'On record'), facts([[t('专利', 'Patents'),
    x.ip.map((i) => h('div', null, h('a', {href: u`/console/ip/${i.number}`}, i.number)))],
    [t('区', 'District'), district_title(x.district)], [t('登记备案号', 'Register no.'), x.registration_no],
    [t('登记备案日', 'Registered'), x.registered_on], [t('登记簿', 'Register'),
    x.on_register === undefined ? null : x.on_register ? badge(null, 'good', t('已载', 'on it')) : badge(null, 'warn',
    t('未载', 'not on it'))],
    [t('计入目标', 'Counts for'), x.counts_for && x.counts_for.length ? x.counts_for.map((c) => [badge(null, 'good', c),
      ' ']) : t('不计入', 'none')], [t('待确认到账', 'Told, not confirmed'), /[1-9]/.test(x.paid_told || '') ? yuan(x.paid_told) : null],
      [t('佐证', 'Evidence'), name(x.evidence)], [t('报送', 'Told by'), name(whose(x.recorded_by))],
      [t('确认', 'Confirmed by'), x.confirmed_by ? name(x.confirmed_by.includes('@') ? whose(x.confirmed_by) : office_title(x.confirmed_by)) : null]]))));
}

const is_own = (ctx, x) => String(x.recorded_by).endsWith('@' + ctx.me.organisation);

export const page = {
  load,
  title: (ctx, d) => !d.x ? t('报送专利交易', 'Tell a deal') : d.form ? t(`更正专利交易 ${d.x.reference}`, `Correct ${d.x.reference}`)
    : t(`专利交易 ${d.x.reference}`, `Deal ${d.x.reference}`),
  sub: (ctx, d) => d.x ? [word(WAYS, d.x.kind), ' · ', d.x.signed_on, ' · ', deal_state(d.x)]
    : t('由另一机构确认后才计入目标。', 'It counts when another organisation has confirmed it.'),
  tools: (ctx, d) => d.form || !d.x ? null : edit_links(ctx, PATH, !is_own(ctx, d.x)),
  view: (ctx, d) => d.form ? d.form.editor('ip_deal', ctx, d, d.x) : as_it_stands(ctx, d),
};
