/**
 * fund.js - the funds that share losses: each with what it has, holds and can pay; one fund's statement, whose lines lead to what
 * made them.
 */
import {h, name, u, with_query} from '../h.js';
import {download, get, get_all, maybe} from '../api.js';
import {filter} from '../form.js';
import {money, pct, sum} from '../fmt.js';
import {print_button} from '../frame.js';
import {hbars} from '../chart.js';
import {new_link} from '../drafting.js';
import {badge, card, facts, table} from '../table.js';
import {loss_base, scheme_state, trigger_of} from './scheme.js';
import {t, whose} from '../words.js';

const PARTIES = {fund: ['补偿资金', 'Fund'], bank: ['银行', 'Bank'], insurer: ['保险机构', 'Insurer'], assessor: ['评估机构', 'Assessor'],
  guarantor: ['担保机构', 'Guarantor'], city: ['市级', 'City'], district: ['区级', 'District']};

async function load(ctx) {
  const scheme = ctx.at.scheme;
  if (!scheme) {
    const [list, accounts] = await Promise.all([get_all('/v1/schemes', {}, 500), maybe(get_all('/v1/accounts', {q: 'fund:'}, 500))]);
    const newest = new Map();
    for (const s of list.items) if (s.state !== 'draft' && (!newest.has(s.code) || newest.get(s.code).effective_from < s.effective_from)) newest.set(s.code,
      s);
    const of = Object.fromEntries((accounts ? accounts.items : []).filter((a) => a.code.startsWith('fund:')).map((a) => [a.code.slice(5),
      a]));
    return {drafts: list.items.filter((s) => s.state === 'draft'), all: [...newest.values()].map((s) => Object.assign({account: of[s.code]}, s))};
  }
  const from = ctx.query.from || ctx.today.slice(0, 4) + '-01-01', to = ctx.query.to || ctx.today;
  const [statement, account, versions, claims] = await Promise.all([get(u`/v1/schemes/${scheme}/statement`, {from, to}),
    maybe(get(u`/v1/accounts/${'fund:' + scheme}`)), get('/v1/schemes', {code: scheme, limit: 50}),
    ctx.may('GET /v1/claims') ? maybe(get('/v1/claims', {scheme, limit: 20})) : null]);
  const current = versions.items.filter((s) => s.state !== 'draft').sort((a,
    b) => a.effective_from < b.effective_from ? 1 : -1)[0] || versions.items[0];
  return {scheme, from, to, statement, account, current, claims};
}

const drafts = (d) => d.drafts.length ? card([t('草案', 'Drafts'), h('small', null, t('待财政部门批准', 'to be approved by finance'))],
  table({rows: d.drafts, href: (s) => u`/console/schemes/${s.id}`, columns: [{key: 'title', title: t('方案', 'Scheme'), wide: true, cell: (s) => name(s.title)},
    {key: 'code', title: t('代码', 'Code')}, {key: 'from', title: t('施行日', 'From'), cell: (s) => s.effective_from},
    {key: 'by', title: t('起草', 'Drafted by'), cell: (s) => name(whose(s.recorded_by))}, {key: 'state', title: t('状态', 'State'), cell: scheme_state}]})) : null;

function list(d) {
  if (!d.all.length) return [drafts(d), d.drafts.length ? null : card(null, h('p', {class: 'empty'}, t('还没有风险分担方案。', 'There is no scheme yet.')))];
  const with_money = d.all.filter((s) => s.account);
  return [drafts(d), with_money.length ? card([t('各资金余额', 'Balances'), h('small', null, t('元；点名称看收支', 'CNY'))],
    hbars({title: t('各资金余额', 'Balances'), rows: with_money.map((s) => ({label: `${s.code} ${s.title}`, value: s.account.balance,
    text: money(s.account.balance), share: '', href: u`/console/fund/${s.code}`}))})) : null,
    card(null, table({rows: d.all, href: (s) => u`/console/fund/${s.code}`,
      columns: [{key: 'title', title: t('方案', 'Scheme'), wide: true, cell: (s) => name(s.title)}, {key: 'code', title: t('代码', 'Code')},
      {key: 'from', title: t('施行日', 'From'), cell: (s) => s.effective_from},
      ...!with_money.length ? [] : [['balance', t('余额（元）', 'Balance (CNY)')], ['held', t('冻结', 'Held')], ['available', t('可用', 'Left')]]
        .map(([key, heading]) => ({key, title: heading, num: true, cell: (s) => s.account ? money(s.account[key]) : '—'})),
      {key: 'state', title: t('状态', 'State'), cell: (s) => badge(null, s.state === 'in_force' ? 'good' : 'none',
        s.state === 'in_force' ? t('施行中', 'In force') : t('已终止', 'Ended'))}]}))];
}

function statement_card(ctx, d) {
  const s = d.statement, account = u`/console/accounts/${'fund:' + d.scheme}`;
  const LINES = [['opening', '期初余额', 'Opening'], ['appropriations', '拨入', 'Appropriations'],
    ['compensation', '补偿支出', 'Compensation'], ['recoveries', '追偿收回', 'Recoveries'], ['returns', '交回', 'Returns'],
    ['adjustments', '调整', 'Adjustments']];
  const right = sum(LINES.map(([k]) => String(s[k])));
  return card([t('收支表', 'Statement'), h('small', null, t(`${s.from} 至 ${s.to}，单位：元`, `${s.from} to ${s.to}, CNY`))],
    table({rows: LINES.map(([k, zh, en]) => ({key: k, title: t(zh, en), value: s[k]})),
    href: (r) => with_query(account, {from: s.from, to: s.to}), columns: [{key: 'title', title: t('项目', 'Item')},
    {key: 'value', title: t('金额', 'Amount'), num: true, cell: (r) => money(r.value)}],
    foot: {title: t('期末余额', 'Closing'), value: money(s.closing)}}),
      h('p', {class: 'hint'}, t(`期初 + 各项 = ${money(right)}`, `Opening and all items: ${money(right)}`),
      right === String(s.closing) ? [' ', badge(null, 'good', t('与期末余额一致', 'equals the closing balance'))] : [' ',
      badge(null, 'bad', t('与期末余额不一致', 'does not equal the closing balance'))]));
}

function three(a) {
  if (!a) return null;
  return h('div', {class: 'cards'}, [[a.balance, '余额', 'Balance', '账上的钱', 'what is in the account'],
    [a.held, '冻结', 'Held', '已批准未支付', 'approved and not yet paid'],
    [a.available, '可用', 'Left', '还能批准的', 'what may still be approved']].map(([v, zh, en, why_zh, why_en]) =>
    h('section', {class: 'card key'}, h('h2', null, t(zh, en)), h('p', {class: 'big'},
      h('a', {href: u`/console/accounts/${a.code}`}, money(v)), h('small', null, t('元', 'CNY'))),
      h('p', {class: 'beside'}, t(why_zh, why_en)))));
}

function about(s) {
  if (!s) return null;
  return card(t('方案', 'Scheme'), facts([[t('名称', 'Title'), h('a', {href: u`/console/schemes/${s.id}`}, name(s.title))], [t('依据', 'Source'), name(s.legal_ref)],
    [t('施行', 'In force'), s.effective_from], [t('触发条件', 'Trigger'), s.trigger ? trigger_of(s.trigger) : null],
    [t('损失口径', 'Base of loss'), loss_base(s)],
    [t('放大倍数', 'Leverage'), s.leverage_duty ? t(`不低于 ${s.leverage_duty} 倍`, `at least ${s.leverage_duty}`) : null],
    [t('入池条件', 'Conditions'), s.conditions && s.conditions.all ? s.conditions.all.map((c) => h('div', null,
      c.text || c.clause)) : null]]),
  h('h3', null, t('分担比例', 'Shares')), hbars({title: t('分担比例', 'Shares'),
    rows: (s.layers || []).filter((l) => l.share).map((l) => ({label: PARTIES[l.party] ? t(...PARTIES[l.party]) : l.party, value: l.share,
    text: pct(l.share), share: ''}))}));
}

export const page = {
  load,
  title: (ctx, d) => d.all ? t('补偿资金', 'Funds') : t(`补偿资金 ${d.scheme}`, `Fund ${d.scheme}`),
  sub: (ctx, d) => d.all ? d.all.some((s) => s.account) ? t('余额 − 冻结 = 可用。', 'Balance − held = left.') : null : d.current ? name(d.current.title) : null,
  tools: (ctx, d) => d.all ? new_link(ctx, '/v1/schemes', '/console/schemes/new', t('起草方案', 'Draft a scheme')) : [ctx.may('GET /v1/journal') ? h('button',
    {type: 'button', onclick: () => download('/v1/journal?format=csv', 'journal.csv')}, t('下载日记账', 'Download the journal')) : null,
    print_button()],
  view: (ctx, d) => d.all ? list(d) : [three(d.account), filter([{name: 'from', label: t('起日', 'From'), kind: 'date', value: d.from},
    {name: 'to', label: t('止日', 'To'), kind: 'date', value: d.to}], {from: d.from, to: d.to}, (v) => ctx.go(ctx.href(v))),
    h('div', {class: 'aside'}, h('div', null, statement_card(ctx, d), d.claims ? card(t('理赔', 'Claims'),
      table({rows: d.claims.items, href: (c) => u`/console/claims/${c.id}`, empty: t('没有理赔。', 'No claims.'),
      columns: [{key: 'reference', title: t('编号', 'Reference')}, {key: 'loan', title: t('合同', 'Loan'), wide: true, cell: (c) => ctx.may('GET /v1/loans')
        ? h('a', {href: with_query('/console/loans', {q: c.loan})}, name(c.loan)) : name(c.loan)},
      {key: 'fund', title: t('应赔（元）', 'Fund pays (CNY)'), num: true, cell: (c) => money(c.fund)},
      {key: 'paid', title: t('已赔付', 'Paid'), num: true, cell: (c) => money(c.paid)},
      {key: 'state', title: t('状态', 'State'), cell: (c) => badge('claim.state', c.state)}]})) : null), h('div', null, about(d.current)))],
};
