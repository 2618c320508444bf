/**
 * loan.js - one loan: what was told, the account by day with its arithmetic, events, versions, rights, flags, receipt.
 */
import {h, name, u} from '../h.js';
import {get, get_all, maybe, post} from '../api.js';
import {columns as column_chart} from '../chart.js';
import {count, grouped, instant, money, pct, shift} from '../fmt.js';
import {differences} from '../diff.js';
import {filter, form} from '../form.js';
import {print_button} from '../frame.js';
import {district_title} from '../places.js';
import {badge, card, facts, table, tabs, timeline} from '../table.js';
import {toast} from '../dialog.js';
import {LOAN_FIELDS} from '../titles.js';
import {is_english, t, title} from '../words.js';

const TABS = () => [['record', t('台账', 'Record')], ['account', t('账户', 'Account')], ['history', t('版本', 'Versions')], ['flags', t('预警', 'Red flags')], ['receipt', t('回执', 'Receipt')]];

async function load(ctx) {
  const id = ctx.at.id, tab = ctx.query.tab || 'record', base = u`/v1/loans/${id}`;
  const loan = await get(base, {as_of: ctx.query.as_of});
  const from = loan.disbursed_on || loan.signed_on, to = ctx.query.to || (loan.matures_on < ctx.today ? later(loan.matures_on, ctx.today, loan.state) : ctx.today);
  const [events, history, flags, receipt, interest] = await Promise.all([
    tab === 'record' || tab === 'account' ? maybe(get_all(base + '/events', null, 1000)) : null, tab === 'history' ? get(base + '/history') : null,
    tab === 'flags' && ctx.may('GET /v1/flags') ? maybe(get('/v1/flags', {record: id, limit: 100})) : null, tab === 'receipt' ? maybe(get(u`/v1/receipts/${id}`)) : null,
    tab === 'account' && from < to ? maybe(get(base + '/interest', {from: ctx.query.from || from, to})) : null]);
  return {loan, tab, events: events ? events.items : [], history, flags, receipt, interest, from: ctx.query.from || from, to};
}
/** Of a loan that runs on after its term the account is shown to today. */
const later = (end, today, state) => state === 'settled' ? end : today;

// ---- record --------------------------------------------------------------------------------------

function head_facts(l) {
  return h('div', {class: 'cards four'}, [[t('贷款金额', 'Amount'), money(l.amount), t('元', 'CNY')], [t('余额', 'Outstanding'), money(l.outstanding), t('元', 'CNY')],
    [t('欠本 / 欠息', 'Arrears'), `${money(l.arrears_principal)} / ${money(l.arrears_interest)}`, l.days_overdue ? t(`${l.days_overdue} 天`, `${l.days_overdue} days`) : ''],
    [t('年利率', 'Rate'), pct(l.rate), '']].map(([label, value, unit]) => h('section', {class: 'card key'}, h('h2', null, label), h('p', {class: 'big small'}, value, unit ? h('small', null, unit) : null))));
}

const SHOW = {district: (v) => district_title(v), borrower_uscc: (v) => h('a', {href: u`/console/enterprises/${v}`}, v), borrower_name: name, product: (v) => title('product', v), rate: pct,
  first_loan: (v) => v ? t('是', 'Yes') : t('否', 'No'), revolving: (v) => v ? t('是', 'Yes') : t('否', 'No'), size: (v) => title('size', v)};
function shown(key, value) {
  if (value === undefined || value === null) return null;
  if (SHOW[key]) return SHOW[key](value);
  if (/amount$|^revenue$|^assets$/.test(key)) return `${money(value)} ${t('元', 'CNY')}`;
  return typeof value === 'number' ? count(value) : name(value);
}
const group = (l, heading, keys) => card(heading, facts(keys.filter((k) => LOAN_FIELDS[k]).map((k) => [t(...LOAN_FIELDS[k]), shown(k, l[k])])));

function rights(l) {
  return card([t('质押的知识产权', 'Pledged rights'), h('small', null, t(`${l.ip.length} 件`, String(l.ip.length)))], table({rows: l.ip, href: (r) => u`/console/ip/${r.number}`, columns: [
    {key: 'number', title: t('专利号 / 注册号', 'Number')}, {key: 'kind', title: t('类型', 'Kind'), cell: (r) => title('ip.kind', r.kind || '')},
    {key: 'owner', title: t('权利人', 'Owner'), cell: (r) => r.owner_uscc || (r.owners ? r.owners.map((o) => o.name).join('、') : null) || '—'}]}));
}

function cover(l, ctx) {
  const c = l.coverage;
  if (!c) return null;
  return card(t('备案（入池）', 'Coverage'), facts([[t('方案', 'Scheme'), h('a', {href: u`/console/fund/${c.scheme || ''}`}, c.scheme)], [t('状态', 'State'), badge('coverage.state', c.state)],
    [t('备案金额', 'Amount'), c.amount ? `${money(c.amount)} ${t('元', 'CNY')}` : null], [t('自', 'From'), c.from], [t('原因', 'Why'), c.reason || null]]),
  c.errors && c.errors.length ? h('ul', null, c.errors.map((e) => h('li', null, e.title, e.cure ? `：${e.cure}` : null))) : null, c.id ? h('a', {href: u`/console/coverages/${c.id}`}, t('查看备案', 'See the coverage')) : null);
}

const amounts = (e) => [e.principal ? t(`本金 ${money(e.principal)} 元`, `principal ${money(e.principal)}`) : null, e.interest ? t(`利息 ${money(e.interest)} 元`, `interest ${money(e.interest)}`) : null,
  e.rate ? t(`利率 ${pct(e.rate)}`, `rate ${pct(e.rate)}`) : null, e.grade ? title('grade', e.grade) : null, e.matures_on ? t(`展期至 ${e.matures_on}`, `until ${e.matures_on}`) : null,
  e.payer && e.payer !== 'borrower' ? t(`由${title('payer', e.payer)}支付`, `paid by ${title('payer', e.payer)}`) : null, e.reverses ? t(`冲销 ${e.reverses}`, `reverses ${e.reverses}`) : null, e.reason || null].filter(Boolean).join('，');

function life(d) {
  const l = d.loan, own = [{on: l.signed_on, what: t('签订', 'Signed'), rank: 0}, ...(l.registered_on ? [{on: l.registered_on, what: t('质权登记', 'Pledge registered'), rank: 1}] : []),
    ...(l.disbursed_on && !d.events.some((e) => e.kind === 'disbursed' && e.on === l.disbursed_on) ? [{on: l.disbursed_on, what: t('放款', 'Disbursed'), rank: 2}] : [])];
  const all = [...own, ...d.events.map((e) => ({on: e.on, what: title('loan.event', e.kind), by: e.recorded_by, detail: amounts(e) || null, rank: 3}))].sort((a, b) => a.on < b.on ? -1 : a.on > b.on ? 1 : a.rank - b.rank);
  return card(t('经过', 'What happened'), timeline(all));
}

const EVENT_FIELDS = {disbursed: ['principal'], repaid: ['principal', 'interest', 'payer'], overdue: ['principal', 'interest'], repriced: ['rate'], extended: ['matures_on'], classified: ['grade'], written_off: ['principal', 'interest'],
  recovered: ['principal', 'interest', 'payer'], settled: ['interest'], pledge_released: [], transferred: ['principal'], reversed: ['reverses'], voided: ['reason']};
const GRADES = ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'];

function event_form(ctx, d) {
  if (!ctx.may('POST /v1/loans/{id}/events') || !(d.loan.legal_events || []).length) return null;
  const kinds = Object.keys(EVENT_FIELDS).filter((k) => d.loan.legal_events.includes(k)), kind = kinds.includes(ctx.query.event) ? ctx.query.event : '';
  const field = {principal: {name: 'principal', label: t('本金（元）', 'Principal'), kind: 'money'}, interest: {name: 'interest', label: t('利息（元）', 'Interest'), kind: 'money'}, rate: {name: 'rate', label: t('新利率（%）', 'New rate (%)'), need: true},
    grade: {name: 'grade', label: t('分类', 'Grade'), need: true, options: GRADES.map((g) => [g, title('grade', g)])}, matures_on: {name: 'matures_on', label: t('新到期日', 'New day of maturity'), kind: 'date', need: true},
    reason: {name: 'reason', label: t('原因', 'Reason'), rows: 2, need: true}, reverses: {name: 'reverses', label: t('要冲销的事件编号', 'Reference of the wrong event'), need: true},
    payer: {name: 'payer', label: t('付款人', 'Payer'), options: ['borrower', 'guarantor', 'insurer', 'third_party'].map((p) => [p, title('payer', p)]), value: 'borrower', need: true}};
  const choose = h('div', {class: 'switch', role: 'group', 'aria-label': t('事件', 'Event')}, kinds.map((k) => h('a', {href: ctx.href({event: k}), 'aria-current': k === kind ? 'true' : null}, title('loan.event', k))));
  return h('section', {class: 'card no-print'}, h('h2', null, t('报送事件', 'Tell an event')), choose, kind ? form({keep: `event ${d.loan.id} ${kind}`, verb: t(`报送：${title('loan.event', kind)}`, `Tell: ${title('loan.event', kind)}`),
    fields: [{name: 'reference', label: t('业务编号', 'Reference'), need: true, hint: t('本行自己的编号，不可重复', 'Your own number')}, {name: 'on', label: t('发生日', 'Day'), kind: 'date', need: true}, ...EVENT_FIELDS[kind].map((k) => field[k])],
    send: async (v) => {
      const body = Object.assign({kind}, Object.fromEntries(Object.entries(v).filter(([, x]) => x !== '')));
      await post(u`/v1/loans/${d.loan.id}/events`, body);
      toast(t('已记录：', 'Recorded: '), title('loan.event', kind));
      ctx.go(ctx.href({event: null}));
    }}).node : h('p', {class: 'quiet'}, t('先选事件：只列出现在可以发生的。', 'Choose: only what can happen now is listed.')));
}

function record_tab(ctx, d) {
  const l = d.loan;
  return h('div', {class: 'aside'}, h('div', null, h('div', {class: 'pair'}, group(l, t('借款企业', 'Borrower'), ['borrower_name', 'borrower_uscc', 'district', 'industry', 'size', 'employees', 'revenue', 'assets', 'first_loan', 'controller', 'borrower_address']),
    group(l, t('合同', 'Contract'), ['contract_no', 'product', 'amount', 'ip_amount', 'registered_amount', 'rate', 'day_count', 'revolving', 'signed_on', 'disbursed_on', 'matures_on', 'registered_on', 'pledge_no', 'purpose', 'scheme', 'guarantor_uscc', 'insurer_uscc', 'facility_no', 'facility_amount',
      'branch', 'account_manager'])), rights(l), event_form(ctx, d)), h('div', null, cover(l, ctx), life(d),
    l.same_credit && l.same_credit.length ? card(t('疑似同一笔', 'Possibly one credit'), h('ul', null, l.same_credit.map((x) => h('li', null, typeof x === 'string' ? x : x.contract_no || JSON.stringify(x))))) : null));
}

// ---- account -------------------------------------------------------------------------------------

function movements(d) {
  const rows = [];
  for (const e of d.events) {
    rows.push({on: e.on, what: title('loan.event', e.kind), up: e.kind === 'disbursed' ? e.principal : null, down: /repaid|settled|written_off|recovered|transferred/.test(e.kind) ? e.principal : null, interest: e.interest || null, reference: e.reference, detail: amounts(e)});
  }
  return rows;
}

function account_tab(ctx, d) {
  const i = d.interest, divisor = d.loan.day_count === 'actual/365' ? 365 : 360, percent = (r) => shift(String(r), 0, 2);
  const pick = filter([{name: 'from', label: t('自', 'From'), kind: 'date', value: d.from}, {name: 'to', label: t('至（不含）', 'To (not counted in)'), kind: 'date', value: d.to}], {}, (v) => ctx.go(ctx.href(v)), t('重新计算', 'Compute'));
  return [card(t('利息是怎样算出来的', 'How interest comes about'), h('div', {class: 'no-print'}, pick),
    i ? [h('p', {class: 'sentence'}, t(`${d.from} 至 ${d.to} 应计 `, `${d.from} to ${d.to}: accrued `), h('strong', null, money(i.accrued)), t(' 元，已付 ', ', paid '), h('strong', null, money(i.paid)), t(' 元', '')),
      table({caption: t(`每段：余额 × 年利率 × 天数 ÷ ${divisor}；各段单列时四舍五入，合计按精确值只舍入一次`, `Each: balance × rate × days ÷ ${divisor}; the sum is rounded once`), rows: i.stretches, empty: t('这段时间没有余额，不计息。', 'No balance in these days.'),
        columns: [{key: 'from', title: t('自', 'From')}, {key: 'to', title: t('至（不含）', 'To')}, {key: 'balance', title: t('余额（元）', 'Balance'), num: true, cell: (x) => money(x.balance)}, {key: 'rate', title: t('年利率', 'Rate'), num: true, cell: (x) => pct(x.rate)},
          {key: 'days', title: t('天数', 'Days'), num: true, cell: (x) => count(x.days)}, {key: 'formula', title: t('算式', 'Arithmetic'), cell: (x) => h('span', {class: 'quiet'}, `${grouped(x.balance)} × ${percent(x.rate)}% × ${x.days} ÷ ${divisor}`)},
          {key: 'interest', title: t('利息（元）', 'Interest'), num: true, cell: (x) => money(x.interest)}], foot: {from: t('合计', 'Total'), days: count(i.stretches.reduce((n, x) => n + Number(x.days), 0)), interest: money(i.accrued)}})] : h('p', {class: 'empty'}, t('尚未放款，不计息。', 'Nothing is drawn yet.'))),
  i && i.stretches.length > 1 ? card([t('余额', 'Balance'), h('small', null, t('万元，按计息段', '10k CNY, by stretch'))], column_chart({title: t('余额', 'Balance'), unit: t('万元', '10k CNY'), points: i.stretches.slice(0, 24).map((x) => ({label: x.from.slice(2, 7), value: shift(x.balance, 4, 2), text: grouped(shift(x.balance, 4, 0))}))})) : null,
  card(t('变动', 'Movements'), table({rows: movements(d), empty: t('没有报送过事件；放款按合同的放款日计。', 'No event was told; the draw is that of the contract.'), columns: [{key: 'on', title: t('日期', 'Day')}, {key: 'what', title: t('事件', 'Event')}, {key: 'reference', title: t('业务编号', 'Reference')},
    {key: 'up', title: t('放出（元）', 'Drawn'), num: true, cell: (x) => money(x.up)}, {key: 'down', title: t('收回本金（元）', 'Principal back'), num: true, cell: (x) => money(x.down)}, {key: 'interest', title: t('利息（元）', 'Interest'), num: true, cell: (x) => money(x.interest)}]}))];
}

// ---- versions, flags, receipt --------------------------------------------------------------------

const DERIVED = ['version', 'recorded_at', 'recorded_by', 'receipt', 'warnings', 'state', 'outstanding', 'drawn', 'arrears_principal', 'arrears_interest', 'days_overdue', 'accrued_interest', 'grade', 'legal_events', 'coverage', 'same_credit', 'reason', 'id', 'size'];
const one = (key, v) => v === undefined || v === null ? '—' : typeof v === 'object' ? JSON.stringify(v) : shown(key, v);

function history_tab(d) {
  const list = d.history.items;
  return list.slice().reverse().map((v, at) => {
    const before = list[list.length - at - 2];
    const changes = before ? differences(before, v).filter((x) => !DERIVED.includes(x.key)) : [];
    return card([t(`第 ${v.version} 版`, `Version ${v.version}`), h('small', null, `${instant(v.recorded_at)} · ${v.recorded_by}`)], v.reason ? h('p', null, t('更正原因：', 'Reason: '), v.reason) : null,
      before ? table({rows: changes, empty: t('内容没有变化。', 'Nothing changed.'), columns: [{key: 'key', title: t('字段', 'Field'), cell: (x) => LOAN_FIELDS[x.key] ? t(...LOAN_FIELDS[x.key]) : x.key}, {key: 'a', title: t('原值', 'Before'), cell: (x) => h('span', {class: 'old'}, one(x.key, x.a))},
        {key: 'b', title: t('新值', 'After'), cell: (x) => h('strong', null, one(x.key, x.b))}]}) : h('p', {class: 'quiet'}, t('首次报送。', 'First told.')));
  });
}

function flags_tab(ctx, d) {
  const list = d.flags ? d.flags.items : (d.loan.warnings || []);
  return card(null, table({rows: list, empty: t('没有预警。', 'No red flag.'), href: (f) => f.id && ctx.may('GET /v1/flags/{id}') ? u`/console/flags/${f.id}` : null, columns: [{key: 'code', title: t('规则', 'Rule'), cell: (f) => `${f.code} ${is_english() ? f.title_en || f.title : f.title}`},
    {key: 'severity', title: t('程度', 'Severity'), cell: (f) => badge('severity', f.severity)}, {key: 'state', title: t('状态', 'State'), cell: (f) => f.state ? badge('flag.state', f.state) : '—'}, {key: 'raised_at', title: t('提出', 'Raised'), cell: (f) => instant(f.raised_at)}]}));
}

function receipt_tab(d) {
  const r = d.receipt;
  if (!r) return card(null, h('p', {class: 'empty'}, t('看不到这笔记录的回执。', 'The receipt is not for you.')));
  return card(t('回执', 'Receipt'), h('p', {class: 'sentence'}, t(`这笔记录是日志第 ${count(r.leaf)} 条，包含于 ${instant(r.signed_at)} 签名的 ${count(r.size)} 条之中。`, `This record is entry ${count(r.leaf)} of the log, within the ${count(r.size)} entries signed at ${instant(r.signed_at)}.`)),
    facts([[t('日志根', 'Root'), h('span', {class: 'mono'}, r.root)], [t('路径长度', 'Path'), t(`${r.path.length} 步`, `${r.path.length} steps`)]]), h('p', null, h('a', {href: u`/console/receipts/${d.loan.id}`}, t('查看、下载与验证方法', 'See, download, verify'))));
}

export const page = {
  load,
  title: (ctx, d) => [t('贷款 ', 'Loan '), d.loan.contract_no].join(''),
  sub: (ctx, d) => [name(d.loan.borrower_name), ' · ', d.loan.recorded_by, ' · ', t(`第 ${d.loan.version} 版，`, `version ${d.loan.version}, `), instant(d.loan.recorded_at)],
  tools: (ctx, d) => [badge('loan.state', d.loan.state), d.loan.grade ? badge(null, /normal/.test(d.loan.grade) ? 'good' : 'warn', title('grade', d.loan.grade)) : null, print_button()],
  view: (ctx, d) => [d.loan.reason && d.tab === 'record' ? h('p', {class: 'notice'}, t('最近一次更正的原因：', 'Reason of the last correction: '), d.loan.reason) : null, head_facts(d.loan), tabs(TABS(), d.tab, ctx),
    {record: () => record_tab(ctx, d), account: () => account_tab(ctx, d), history: () => history_tab(d), flags: () => flags_tab(ctx, d), receipt: () => receipt_tab(d)}[d.tab]()],
};
