/**
 * budgets.js - what each policy has left this year, and entering an appropriation: a second person makes it count.
 */
import {h, name, u} from '../h.js';
import {get, get_all, maybe, post} from '../api.js';
import {budget_bar} from '../budget.js';
import {toast} from '../dialog.js';
import {day, money, whole} from '../fmt.js';
import {form} from '../form.js';
import {badge, card, pager, table} from '../table.js';
import {t, whose} from '../words.js';

const KINDS = {appropriation: ['拨款', 'Appropriation'], carry_over: ['结转下年', 'Carried to the next year'], return: ['缴回', 'Paid back']};

async function load(ctx) {
  const [entries, list] = await Promise.all([get('/v1/budgets', {limit: 50, after: ctx.query.after}), get_all('/v1/policies', {}, 500)]);
  const codes = [...new Set(list.items.filter((p) => p.state !== 'draft' && (ctx.me.kind !== 'district' || p.district === ctx.me.district)).map((p) => p.code))];
  const budgets = (await Promise.all(codes.slice(0, 12).map((c) => maybe(get(u`/v1/policies/${c}/budget`))))).filter(Boolean);
  return {entries, codes, budgets, titles: Object.fromEntries(list.items.map((p) => [p.code, p.title]))};
}

function enter(ctx, d) {
  if (!ctx.may('POST /v1/budgets') || !d.codes.length) return null;
  return h('details', {class: 'card no-print', id: 'enter'}, h('summary', null, t('登记预算', 'Enter an appropriation')),
    form({keep: 'budget', verb: t('登记，待另一人复核', 'Enter: a second person approves'), fields: [
    {name: 'policy', label: t('政策', 'Policy'), need: true, options: d.codes.map((c) => [c, `${c}　${d.titles[c]}`])},
      {name: 'kind', label: t('种类', 'Kind'), need: true, options: Object.entries(KINDS).map(([k, v]) => [k, t(...v)])},
    {name: 'reference', label: t('凭证号', 'Voucher'), need: true, max: 64},
      {name: 'year', label: t('预算年度', 'Year'), need: true, kind: 'count', value: ctx.today.slice(0, 4),
      check: (v) => /^\d{4}$/.test(v) ? '' : t('写四位年份，如 2026', 'Four digits')},
    {name: 'amount', label: t('金额（元）', 'Amount (CNY)'), need: true, kind: 'money',
      check: (v) => /^\d+(\.\d{1,2})?$/.test(v) ? '' : t('写到分，不带逗号，如 100000.00', 'Like 100000.00')},
    {name: 'on', label: t('记账日', 'Day'), need: true, kind: 'date', value: ctx.today},
      {name: 'memo', label: t('摘要', 'Memo'), max: 200}],
  send: async (v) => {
    const body = Object.fromEntries(Object.entries(Object.assign({}, v, {year: whole(v.year)})).filter(([, x]) => x !== ''));
    await post('/v1/budgets', body);
    toast(t('已登记，待另一人复核后生效', 'Entered; it counts when a second person has approved it'));
    ctx.reload();
  }}).node);
}

export const page = {
  load,
  title: () => t('预算', 'Budgets'),
  sub: () => t('拨款 = 已付 + 冻结 + 可用。登记须由另一人复核后才生效。',
    'Appropriated = paid + held + left. An entry counts when a second person has approved it.'),
  view: (ctx, d) => [d.budgets.length ? h('div', {class: 'cards'}, d.budgets.map((b) => card([h('a', {href: u`/console/policies/${b.policy}`}, name(d.titles[b.policy] || b.policy)),
    h('small', null, b.policy)], budget_bar(b)))) : null, enter(ctx, d),
    card(t('登记', 'Entries'), table({rows: d.entries.items, empty: d.codes.length || !ctx.may('POST /v1/budgets') ? t('还没有登记预算。', 'No entries yet.')
      : [t('还没有施行中的政策：先起草政策、由另一人批准，再为它登记预算。', 'No policy is in force: draft one, have it approved, then enter its budget. '),
        h('a', {href: '/console/policies'}, t('去政策', 'To the policies'))],
      columns: [{key: 'reference', title: t('凭证号', 'Voucher')}, {key: 'policy', title: t('政策', 'Policy'), cell: (b) => h('a', {href: u`/console/policies/${b.policy}`}, b.policy)},
      {key: 'year', title: t('年度', 'Year')},
      {key: 'kind', title: t('种类', 'Kind'), cell: (b) => KINDS[b.kind] ? t(...KINDS[b.kind]) : b.kind},
        {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (b) => money(b.amount)},
        {key: 'on', title: t('记账日', 'Day'), cell: (b) => day(b.on)},
      {key: 'by', title: t('经办', 'By'), cell: (b) => name(whose(b.recorded_by))},
        {key: 'state', title: t('复核', 'Second look'), cell: (b) => b.proposal ? h('a', {href: u`/console/proposals/${b.id}`},
        badge('proposal.state', b.proposal.state)) : '—'}]}), pager(d.entries, ctx))],
};
