/**
 * eligibility.js - is this loan eligible, for how much, and if not, what would change it. Nothing is stored; the address asks
 * again, so it can be sent to a colleague. From a good answer an application is made.
 */
import {h, name, region, replace, u} from '../h.js';
import {get, post, Refusal} from '../api.js';
import {amount_card, book_of, cures_card, fact_text, trace_table, verdict, verdict_of} from '../decision.js';
import {confirm, toast} from '../dialog.js';
import {case_card, choose, find_case} from '../eligibility_case.js';
import {money, whole} from '../fmt.js';
import {ask, form} from '../form.js';
import {papers_form, papers_of, raising_facts} from '../office_papers.js';
import {clauses_in_english} from '../rule.js';
import {badge, card, facts, table} from '../table.js';
import {t} from '../words.js';

const FACT = 'fact.'; // ?fact.borrower.bad_record=false: what whoever asks has answered
let pressed = false;  // the button was used: then the verdict takes the focus

const answers_of = (query) => Object.fromEntries(Object.entries(query).filter(([k]) => k.startsWith(FACT)).map(([k,
  v]) => [k.slice(FACT.length), v]));
function typed(fact, text) {
  return fact && fact.kind === 'boolean' ? text === 'true' : fact && fact.kind === 'integer' ? whole(text) : text;
}

function papers_in(query) {
  try { return JSON.parse(query.papers || '{}') || {}; } catch (e) { return {}; }
}
const told_facts = (d) => Object.fromEntries(Object.entries(d.answers).map(([k, v]) => [k, typed(d.book[k], v)]));
/** What the check and the application are of: the same. */
const case_of = (d) => Object.assign({policy: d.policy, [d.of.as]: d.of.no, facts: told_facts(d)}, d.papers);
const check = async (d) => (await post('/v1/eligibility-checks', case_of(d))).data;

function policies_of(list, me) {
  const seen = new Set();
  return list.items.filter((p) => p.state === 'in_force' && (me.kind !== 'district' || !p.district || p.district === me.district || p.district === '310000'))
    .filter((p) => !seen.has(p.code) && seen.add(p.code));
}

async function load(ctx) {
  const [list, facts_] = await Promise.all([get('/v1/policies', {limit: 500}), get('/v1/facts')]);
  const d = {policies: policies_of(list, ctx.me), book: book_of(facts_), policy: ctx.query.policy || '',
    asked: (ctx.query.loan || '').trim(), answers: answers_of(ctx.query), papers: papers_in(ctx.query)};
  d.rule = d.policies.find((p) => p.code === d.policy);
  if (!d.asked) return d;
  const {found, choice} = await find_case(d.asked, d.rule);
  if (!found) return Object.assign(d, {choice});
  d.of = found;
  if (!d.policy) d.fits = d.of.as === 'loan' ? (await get('/v1/eligibility-checks', {loan: d.of.no})).items : [];
  else {
    try {
      d.answer = await check(d);
    } catch (e) {
      if (!(e instanceof Refusal) || e.status !== 422) throw e;
      d.refused = e;
    }
    d.asks = d.answer && d.rule && papers_of(d.rule);
    if (d.asks) d.form = await papers_form(d.asks, JSON.parse(JSON.stringify(d.papers)), () => d.again());
  }
  return d;
}

// ---- what is asked -------------------------------------------------------------------------------

function asking(ctx, d) {
  const policy = h('select', {id: 'policy'}, h('option', {value: ''}, t('（全部受理中的政策）', '(all that take applications)')),
    d.policies.map((p) => h('option', {value: p.code, selected: p.code === d.policy}, `${p.title}（${p.code}）`)));
  const loan = h('input', {id: 'loan', type: 'text', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'loan-hint'});
  loan.value = d.asked;
  const wrong = h('p', {class: 'wrong', role: 'alert'});
  return h('form', {class: 'card asking', role: 'search', novalidate: true, onsubmit: (e) => {
    e.preventDefault();
    if (!loan.value.trim()) { replace(wrong, t('请填写合同编号、保单号、企业名称或信用代码',
      'Fill in a number, name or credit code')); loan.focus(); return; }
    pressed = true;
    ctx.go(`${ctx.path}?${new URLSearchParams({policy: policy.value, loan: loan.value.trim()})}`);
  }}, h('div', {class: 'field'}, h('label', {for: 'policy'}, t('补贴政策', 'Policy')), policy),
    h('div', {class: 'field'}, h('label', {for: 'loan'}, t('合同编号、保单号、企业名称或信用代码', 'Contract, insurance, firm or credit code')), loan, wrong,
      h('p', {class: 'unseen', id: 'loan-hint'}, t('可以只填一部分', 'A part is enough'))),
    h('button', {class: 'primary'}, t('核对资格', 'Check')));
}

const here = (ctx, d, changes) => `${ctx.path}?${new URLSearchParams(Object.assign({policy: d.policy, loan: d.of ? d.of.no : d.asked}, changes))}`;

const SHORT = {good: ['good', '符合', 'Eligible'], ask: ['unknown', '待补情况', 'Facts missing'],
  mend: ['warn', '可以补正', 'Can be mended'], never: ['bad', '不符合', 'Not eligible']};
function fit_kind(f) {
  return f.eligible ? 'good' : f.incurable.length ? 'never' : f.cures.every((c) => c.kind === 'supply') ? 'ask' : 'mend';
}
function fits(ctx, d) {
  return card([t('适用于这笔贷款的政策', 'Policies that fit this loan'), h('small', null, t('补贴最多的在前', 'what pays most first'))],
    table({rows: d.fits, href: (f) => here(ctx, d, {policy: f.policy}),
    empty: d.of.as === 'loan' ? t('没有受理中的政策适用于这笔贷款。', 'No policy in force fits this loan.')
      : t('请在上面选一个保费补贴政策。', 'Choose a policy for premiums above.'),
      columns: [{key: 'title', title: t('政策', 'Policy'), wide: true, cell: (f) => `${f.title}（${f.policy}）`},
      {key: 'is', title: t('结论', 'Answer'), cell: (f) => { const [tone, zh, en] = SHORT[fit_kind(f)]; return badge(null, tone,
        t(zh, en)); }},
      {key: 'amount', title: t('可补贴（元）', 'Subsidy (CNY)'), num: true, cell: (f) => f.eligible ? money(f.amount) : '—'},
      {key: 'after', title: t('改正后（元）', 'Once mended (CNY)'), num: true, cell: (f) => money(f.amount_if_cured)},
      {key: 'n', title: t('还差', 'Open'), num: true, cell: (f) => f.eligible ? '—' : t(`${f.cures.length + f.incurable.length} 项`,
        String(f.cures.length + f.incurable.length))},
      {key: 'left', title: t('预算可用（元）', 'Budget left (CNY)'), num: true, cell: (f) => money(f.budget_left)}]}));
}

// ---- the answer ----------------------------------------------------------------------------------

const declared = (d, fact) => !!d.rule && (d.rule.declared || []).includes(fact);
/** What only an office or the applicant can say is asked here; the address keeps the answer. */
function question(ctx, d, again) {
  return (cure) => {
    const f = d.book[cure.fact];
    if (!f || f.from === 'ledger') return null;
    return h('div', {class: 'question', id: 'ask-' + cure.fact.replace(/\W/g, '-')},
      ask(f, d.answers[cure.fact], (v) => again(cure.fact, v)), h('p', {class: 'hint'},
      declared(d, cure.fact) ? t('由企业自行声明，不需凭证。', 'The firm declares it; no document is needed.')
        : t('由受理部门核实后填报，请留存凭证。', 'Told by the office that verified it; keep the document.')));
  };
}

function told_card(ctx, d, again) {
  const told = Object.keys(d.answers);
  if (!told.length) return null;
  return card([t('您填报的情况', 'What you told'), h('small', null, t('改动后立即重新核对', 'checked again when changed'))],
    told.map((k) => ask(d.book[k] || {name: k, title: k, kind: 'text'}, d.answers[k], (v) => again(k, v))));
}

/** What may raise the amount, and no clause asks for. */
function raising_card(d, again) {
  const asked = new Set([...d.answer.cures.map((c) => c.fact), ...Object.keys(d.answers)]);
  const open = d.rule ? raising_facts(d.rule, d.book).filter((k) => !asked.has(k)) : [];
  return open.length ? card([t('可能影响金额的情况', 'What may change the amount'), h('small', null, t('选填；不清楚就不填', 'optional'))],
    open.map((k) => h('div', {class: 'question'}, ask(d.book[k], undefined, (v) => again(k, v))))) : null;
}

async function digest(file) {
  if (!crypto.subtle) throw new Refusal(0, {title: t('此浏览器连接不安全，不能计算凭证摘要；请用 https 打开', 'The digest needs https')});
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function proofs(d) {
  return Object.keys(d.answers).filter((k) => (d.book[k] || {}).from === 'office' && !declared(d, k)).map((k) => {
    const input = h('input', {type: 'file', id: 'proof-' + k});
    return {fact: k, input, node: h('div', {class: 'field'}, h('label', {for: 'proof-' + k},
      t(`凭证：${d.book[k].title}`, `Document: ${d.book[k].title}`), h('span', {class: 'hint'},
      t('（选填；文件留在本机，只登记摘要）', ' (optional; only its digest is recorded)'))), input)};
  });
}

function apply_card(ctx, d) {
  if (!ctx.may('POST /v1/applications')) return null;
  const a = d.answer, papers = proofs(d);
  const f = form({keep: `application-${d.policy}-${d.of.no}`, verb: t('据此提出申请', 'Apply on these facts'),
    fields: [{name: 'reference', label: t('申请编号', 'Reference'), need: true, max: 64,
      value: `${d.policy}-${d.of.no}`.slice(0, 64), hint: t('本机构自编，不重复', 'your own, unique')}],
    extra: papers.map((p) => p.node),
    send: async (v) => {
      const evidence = [];
      for (const p of papers) if (p.input.files.length) evidence.push({fact: p.fact, document: p.input.files[0].name,
        sha256: await digest(p.input.files[0])});
      const yes = await confirm({title: t('提交前请核对', 'Check before you submit'),
        verb: t(`提交申请 ${money(a.amount)} 元`, `Submit ${money(a.amount)} CNY`),
        body: facts([[t('政策', 'Policy'), `${a.policy}（${a.policy_version}）`],
        [t('企业', 'Firm'), name(d.of.firm)], [t('合同编号', 'Contract'), d.of.no],
          [t('补贴金额', 'Subsidy'), h('strong', null, t(`${money(a.amount)} 元`, money(a.amount)))],
        ...Object.entries(d.answers).map(([k, x]) => [(d.book[k] || {title: k}).title, fact_text(d.book[k], typed(d.book[k], x))]),
        ...(d.papers.invoices || []).map((x) => [t('发票', 'Invoice'), [name(x.invoice_no), ' ', name(x.seller), t(` ${money(x.amount)} 元`, ` ${money(x.amount)}`)]]),
          [t('凭证', 'Documents'), evidence.length ? evidence.map((x) => x.document).join('、') : t('无', 'none')],
        [t('预算可用', 'Budget left'), a.budget_left === null ? t('无预算', 'none') : t(`${money(a.budget_left)} 元`,
          money(a.budget_left))]])});
      if (!yes) return false;
      const made = await post('/v1/applications', Object.assign({reference: v.reference}, case_of(d), evidence.length ? {evidence} : {}));
      toast(t('已提出申请', 'Applied'));
      ctx.go(u`/console/applications/${made.data.id}`);
    }});
  return f.node;
}

function next_card(ctx, d) {
  const a = d.answer, kind = verdict_of(a), queue = a.queue ? t(`；前面排队 ${a.queue} 件`, `; ${a.queue} wait before it`) : '';
  const TEXT = {good: t('核对无误后提出申请；提交即冻结预算。', 'Apply: the budget is reserved at once.'),
    nothing: t('先看金额为什么是零；不必申请。', 'See why it comes to nothing: no need to apply.'),
    ask: t('请先在左边补齐情况，再提出申请。', 'Tell what is missing first.'),
    mend: t('改正后再核对；核对不占用额度，可反复进行。', 'Mend it, then check again: checking costs nothing.'),
      never: t('可把告知单交给企业；也可查看其他政策。', 'Give the notice to the firm, or look at other policies.')};
  return h('section', {class: 'card no-print'}, h('h2', null, t('下一步', 'Next')), h('p', null, TEXT[kind]),
    h('p', {class: 'quiet'}, a.budget_left === null ? t('本年度没有登记预算。',
    'No budget is registered.') : t(`预算可用 ${money(a.budget_left)} 元`, `Budget left ${money(a.budget_left)} CNY`), queue),
    a.eligible ? apply_card(ctx, d) : null, h('div', {class: 'buttons'},
      h('button', {type: 'button', onclick: () => window.print()}, a.eligible ? t('打印核对结果', 'Print') : t('打印一次性告知单',
      'Print the notice')),
      h('a', {class: 'button', href: here(ctx, d, {policy: ''})}, t('看其他政策', 'Other policies'))));
}

/** The address asks again: what was answered is in it. */
function remember(ctx, d) {
  const query = Object.assign({policy: d.policy, loan: d.of.no}, Object.fromEntries(Object.entries(d.answers).map(([k, v]) => [FACT + k, v])),
    Object.keys(d.papers).length ? {papers: JSON.stringify(d.papers)} : {});
  history.replaceState(null, '', `${ctx.path}?${new URLSearchParams(query)}`);
}

function answered(ctx, d) {
  const notice = h('div', null), checked = () => h('p', {class: 'quiet'},
    t(`核对日期 ${d.answer.on} · 规则 ${d.answer.policy}（${d.answer.policy_version} 起施行） · 只核对，不保存`,
      `Checked ${d.answer.on} · ${d.answer.policy} (in force from ${d.answer.policy_version}) · nothing is stored`));
  let run = 0;
  const ask_again = async (focus) => {
    const mine = ++run;
    remember(ctx, d);
    try {
      const answer = await check(d);
      if (mine !== run) return;
      d.answer = answer;
      replace(notice);
      if (d.form) d.form.wrong([]);
      for (const p of parts) p.draw();
      if (focus) document.getElementById('verdict').focus();
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      if (mine !== run) return;
      const rest = d.form ? d.form.wrong(e.errors) : e.errors.map((x) => ({text: x.title}));
      replace(notice, rest.length || !e.errors.length ? h('div', {class: 'summary', role: 'alert'}, h('h2', null, e.message),
        h('ul', null, rest.map((p) => h('li', null, p.text)))) : h('p', {class: 'notice bad', role: 'alert'},
        t('发票或核定比例还没有填好，下面的结论是之前的。', 'What was told is not complete; the answer below is the one before.')));
    }
  };
  const again = (fact, value) => { d.answers = Object.assign({}, d.answers, {[fact]: value}); return ask_again(true); };
  d.again = () => { d.papers = d.form.papers(); return ask_again(false); };
  const parts = [region({}, () => verdict(d.answer, checked())),
    region({}, () => [cures_card(d.answer, question(ctx, d, again)), told_card(ctx, d, again), raising_card(d, again)]),
    region({}, () => [amount_card(d.answer), card(t('逐条核对', 'Clause by clause'), trace_table(d.answer.trace, clauses_in_english(d.rule, d.book)))]),
    region({}, () => [next_card(ctx, d), case_card(d.of)])];
  if (pressed) requestAnimationFrame(() => { const v = document.getElementById('verdict'); if (v) v.focus(); });
  pressed = false;
  return h('div', {id: 'answer'}, parts[0].node, notice, h('div', {class: 'aside'}, h('div', null, parts[1].node, d.form ? d.form.node : null,
    parts[2].node), parts[3].node));
}

function refused(d) {
  return h('div', {class: 'summary', role: 'alert'}, h('h2', null, t('不能核对', 'It cannot be checked')),
    h('ul', null, d.refused.errors.map((e) => h('li', null, e.title, e.cure ? `。${e.cure}` : null))));
}

export const page = {
  load,
  title: () => t('资格核对', 'Eligibility'),
  sub: () => t('申请前先核对：是否符合、能补多少、差什么、怎样改。',
    'Check before applying: eligible or not, how much, what is missing, how to mend it.'),
  view: (ctx, d) => [asking(ctx, d), !d.asked ? card(null, h('p', {class: 'empty'},
    t('请填写一笔贷款或一张保单。只核对，不保存；贷款不选政策就逐个政策核对，补贴最多的在前。',
    'Fill in a loan. Nothing is stored; without a policy all of them are checked.')))
    : d.choice ? choose(d.asked, d.choice, (c) => here(ctx, d, {loan: c.no})) : d.fits ? [fits(ctx, d), case_card(d.of)] : d.refused ? refused(d) : answered(ctx, d)],
};

