/**
 * loan.js - one loan: what was told, the account by day with its arithmetic, events, versions, rights, flags, receipt.
 */
import {h, name, u} from '../h.js';
import {get, get_all, maybe} from '../api.js';
import {instant, money, pct} from '../fmt.js';
import {event_form} from '../loan_event.js';
import {print_button} from '../frame.js';
import {amounts, shown} from '../loan_fields.js';
import {badge, card, facts, firm_link, table, tabs} from '../table.js';
import {timeline} from '../timeline.js';
import {LOAN_FIELDS} from '../titles.js';
import {t, title, whose} from '../words.js';

const TABS = () => [
  ['record', t('台账', 'Record')],
  ['account', t('账户', 'Account')],
  ['history', t('版本', 'Versions')],
  ['flags', t('预警', 'Red flags')],
  ['receipt', t('回执', 'Receipt')],
];

async function load(ctx) {
  const id = ctx.at.id,
    tab = ctx.query.tab || 'record',
    base = u`/v1/loans/${id}`;
  const loan = await get(base, {as_of: ctx.query.as_of});
  const from = loan.disbursed_on || loan.signed_on,
    to = ctx.query.to || (loan.matures_on < ctx.today ? later(loan.matures_on, ctx.today, loan.state) : ctx.today);
  const [events, history, flags, receipt, interest] = await Promise.all([
    tab === 'record' || tab === 'account' ? maybe(get_all(base + '/events', null, 1000)) : null,
    tab === 'history' ? get(base + '/history') : null,
    tab === 'flags' && ctx.may('GET /v1/flags') ? maybe(get('/v1/flags', {record: id, limit: 100})) : null,
    tab === 'receipt' ? maybe(get(u`/v1/receipts/${id}`)) : null,
    tab === 'account' && from < to ? maybe(get(base + '/interest', {from: ctx.query.from || from, to})) : null,
  ]);
  const draw = tab === 'record' ? null : await import(tab === 'account' ? '../loan_account.js' : '../loan_more.js');
  return {
    loan,
    tab,
    draw,
    events: events ? events.items : [],
    history,
    flags,
    receipt,
    interest,
    from: ctx.query.from || from,
    to,
  };
}
/** Of a loan that runs on after its term the account is shown to today. */
const later = (end, today, state) => (state === 'settled' ? end : today);

// ---- record --------------------------------------------------------------------------------------

function head_facts(l) {
  return h(
    'div',
    {class: 'cards four'},
    [
      [t('贷款金额', 'Amount'), money(l.amount), t('元', 'CNY')],
      [t('余额', 'Outstanding'), money(l.outstanding), t('元', 'CNY')],
      [
        t('欠本 / 欠息', 'Arrears'),
        `${money(l.arrears_principal)} / ${money(l.arrears_interest)}`,
        l.days_overdue ? t(`${l.days_overdue} 天`, `${l.days_overdue} days`) : '',
      ],
      [t('年利率', 'Rate'), pct(l.rate), ''],
    ].map(([label, value, unit]) =>
      h(
        'section',
        {class: 'card key'},
        h('h2', null, label),
        h('p', {class: 'big small'}, value, unit ? h('small', null, unit) : null),
      ),
    ),
  );
}

const group = (l, heading, keys) =>
  card(heading, facts(keys.filter((k) => LOAN_FIELDS[k]).map((k) => [t(...LOAN_FIELDS[k]), shown(k, l[k])])));

function rights(l) {
  return card(
    [t('质押的知识产权', 'Pledged rights'), h('small', null, t(`${l.ip.length} 件`, String(l.ip.length)))],
    table({
      rows: l.ip,
      href: (r) => u`/console/ip/${r.number}`,
      columns: [
        {key: 'number', title: t('专利号 / 注册号', 'Number')},
        {key: 'kind', title: t('类型', 'Kind'), cell: (r) => title('loan.ip.kind', r.kind || '')},
        {
          key: 'owner',
          title: t('权利人', 'Owner'),
          cell: (r) => r.owner_uscc ? firm_link(r.owner_uscc) : r.owners ? r.owners.map((o) => h('div', null, firm_link(o.uscc, o.name))) : '—',
        },
      ],
    }),
  );
}

function cover(l, ctx) {
  const c = l.coverage;
  if (!c) return null;
  return card(
    t('备案（入池）', 'Coverage'),
    facts([
      [t('方案', 'Scheme'), h('a', {href: u`/console/fund/${c.scheme || ''}`}, c.scheme)],
      [t('状态', 'State'), badge('coverage.state', c.state)],
      [t('备案金额', 'Amount'), c.amount ? `${money(c.amount)} ${t('元', 'CNY')}` : null],
      [t('自', 'From'), c.from],
      [t('原因', 'Why'), c.reason || null],
    ]),
    c.errors && c.errors.length
      ? h(
          'ul',
          null,
          c.errors.map((e) => h('li', null, e.title, e.cure ? `：${e.cure}` : null)),
        )
      : null,
    c.id ? h('a', {href: u`/console/coverages/${c.id}`}, t('查看备案', 'See the coverage')) : null,
  );
}

function life(d) {
  const l = d.loan,
    own = [
      {on: l.signed_on, what: t('签订', 'Signed'), rank: 0},
      ...(l.registered_on ? [{on: l.registered_on, what: t('质权登记', 'Pledge registered'), rank: 1}] : []),
      ...(l.disbursed_on && !d.events.some((e) => e.kind === 'disbursed' && e.on === l.disbursed_on)
        ? [{on: l.disbursed_on, what: t('放款', 'Disbursed'), rank: 2}]
        : []),
    ];
  const all = [
    ...own,
    ...d.events.map((e) => ({
      on: e.on,
      what: title('loan_event.kind', e.kind),
      by: e.recorded_by,
      detail: amounts(e) || null,
      rank: 3,
    })),
  ].sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.rank - b.rank));
  return card(t('经过', 'What happened'), timeline(all));
}

function record_tab(ctx, d) {
  const l = d.loan;
  return h(
    'div',
    {class: 'aside'},
    h(
      'div',
      null,
      h(
        'div',
        {class: 'pair'},
        group(l, t('借款企业', 'Borrower'), [
          'borrower_name',
          'borrower_uscc',
          'district',
          'industry',
          'size',
          'employees',
          'revenue',
          'assets',
          'first_loan',
          'controller',
          'borrower_address',
        ]),
        group(l, t('合同', 'Contract'), [
          'contract_no',
          'product',
          'amount',
          'ip_amount',
          'registered_amount',
          'rate',
          'day_count',
          'revolving',
          'signed_on',
          'disbursed_on',
          'matures_on',
          'registered_on',
          'pledge_no',
          'purpose',
          'scheme',
          'guarantor_uscc',
          'insurer_uscc',
          'facility_no',
          'facility_amount',
          'branch',
          'account_manager',
        ]),
      ),
      rights(l),
      event_form(ctx, d),
    ),
    h(
      'div',
      null,
      cover(l, ctx),
      life(d),
      l.same_credit && l.same_credit.length
        ? card(
            t('疑似同一笔', 'Possibly one credit'),
            h(
              'ul',
              null,
              l.same_credit.map((x) => h('li', null, typeof x === 'string' ? x : x.contract_no || JSON.stringify(x))),
            ),
          )
        : null,
    ),
  );
}

export const page = {
  load,
  title: (ctx, d) => [t('贷款 ', 'Loan '), d.loan.contract_no].join(''),
  sub: (ctx, d) => [
    name(d.loan.borrower_name),
    ' · ',
    whose(d.loan.recorded_by),
    ' · ',
    t(`第 ${d.loan.version} 版，`, `version ${d.loan.version}, `),
    instant(d.loan.recorded_at),
  ],
  tools: (ctx, d) => [
    badge('loan.state', d.loan.state),
    d.loan.grade ? badge(null, /normal/.test(d.loan.grade) ? 'good' : 'warn', title('loan_event.grade', d.loan.grade)) : null,
    print_button(),
  ],
  view: (ctx, d) => [
    d.loan.reason && d.tab === 'record'
      ? h('p', {class: 'notice'}, t('最近一次更正的原因：', 'Reason of the last correction: '), d.loan.reason)
      : null,
    head_facts(d.loan),
    tabs(TABS(), d.tab, ctx),
    d.tab === 'record' ? record_tab(ctx, d) : d.draw[`${d.tab}_tab`](ctx, d),
  ],
};
