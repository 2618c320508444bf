/**
 * policy.js - a policy as its applicants read it; copied as a draft it is a form, judged while one writes, with every change against
 * the version it came from on one page. Another person approves it.
 */
import {h, name, region, replace, u} from '../h.js';
import {get, post, put, Refusal} from '../api.js';
import {apart, barred_notes, difference} from '../apart.js';
import {book_of, item_title} from '../decision.js';
import {toast} from '../dialog.js';
import {problems_of, error_summary} from '../form.js';
import {changes, condition, OPS, op_title, pointer_title, sentences} from '../rule.js';
import {steps} from '../steps.js';
import {card, facts, table} from '../table.js';
import {state_badge} from './policies.js';
import {t} from '../words.js';

const OWN = ['code', 'title', 'district', 'effective_from', 'effective_to', 'apply_until', 'legal_ref', 'source', 'eligible', 'items',
  'caps', 'budget', 'excludes', 'version_by', 'declared'];
const rule_of = (p) => Object.fromEntries(OWN.filter((k) => p[k] !== undefined).map((k) => [k, p[k]]));

async function load(ctx) {
  const id = ctx.at.id, is_id = /^[0-9a-f]{8}-/.test(id), list = book_of(await get('/v1/facts'));
  const p = is_id ? await get(u`/v1/policies/${id}`) : (await get('/v1/policies',
    {code: id, limit: 100})).items.filter((x) => !ctx.query.from || x.effective_from === ctx.query.from).pop();
  if (!p) throw new Refusal(404, {title: ''});
  const versions = (await get('/v1/policies', {code: p.code, limit: 100})).items;
  return {p, book: list, versions, base: versions.find((v) => v.state === 'in_force' && v.id !== p.id) || p};
}

// ---- the form ------------------------------------------------------------------------------------

/** A field of the draft at its pointer. */
function input(s, pointer, label, {kind, options, number, list} = {}) {
  const parts = pointer.split('/').slice(1), holder = () => parts.slice(0, -1).reduce((at, k) => at[k], s.draft),
    key = parts[parts.length - 1], id = 'p' + pointer.replace(/\W/g, '-');
  const now = holder()[key];
  const shown = now === undefined || now === null ? '' : Array.isArray(now) ? now.join('，') : typeof now === 'object' ? JSON.stringify(now) : String(now);
  const control = options ? h('select', {id}, options.map(([v, title]) => h('option', {value: v, selected: v === shown},
    title))) : h('input', {id, type: kind || 'text', autocomplete: 'off', spellcheck: 'false', list: list || null,
    'aria-describedby': id + '-wrong'});
  if (!options) control.value = shown;
  control.addEventListener(options ? 'change' : 'input', () => {
    const v = control.value.trim();
    let value = v;
    if (['in', 'between'].includes(holder().op) && key === 'value') value = v.split(/[,，、]/).map((x) => x.trim()).filter(Boolean);
    else if (v === 'true' || v === 'false') value = v === 'true';
    else if (number && /^\d+$/.test(v)) value = Number(v);
    else if (v.startsWith('[') || v.startsWith('{')) { try { value = JSON.parse(v); } catch (e) { value = v; } }
    if (v === '') delete holder()[key]; else holder()[key] = value;
    s.changed();
  });
  const wrong = h('p', {class: 'wrong', id: id + '-wrong'}), node = h('div', {class: 'field'}, h('label', {for: id}, label), control,
    wrong);
  s.inputs.push({pointer, name: pointer, node, control, wrong, first: control});
  return node;
}

const basics = (s) => h('div', {class: 'fields'}, input(s, '/title', t('名称', 'Title')), input(s, '/code', t('政策代码', 'Code')),
  input(s, '/legal_ref', t('依据文号', 'Source of law')), input(s, '/effective_from', t('施行日', 'From'), {kind: 'date'}),
  input(s, '/effective_to', t('失效日', 'To'), {kind: 'date'}), input(s, '/apply_until', t('申报截止日', 'Apply until'), {kind: 'date'}));

/** A fact that is a choice is chosen. */
function values_of(fact, c) {
  if (!fact || ['in', 'between'].includes(c.op)) return {};
  if (fact.kind === 'boolean') return {options: [['true', t('是', 'yes')], ['false', t('否', 'no')]]};
  return fact.choices ? {options: Object.entries(fact.choices)} : {};
}

function clause(s, list, at, i, book) {
  const c = list[i], pointer = `${at}/${i}`;
  const out = () => h('button', {type: 'button', onclick: () => { list.splice(i, 1); s.redraw(); }}, t('删去', 'Remove'));
  if (c.all || c.any || c.not) return h('fieldset', {class: 'clause'}, h('legend', null, t('组合条件', 'Group')), condition(c, book),
    h('div', {class: 'buttons'}, out()));
  return h('fieldset', {class: 'clause'}, h('legend', null, t(`条款 ${i + 1}`, `Clause ${i + 1}`)),
    h('div', {class: 'fields'}, input(s, pointer + '/text', t('条款说明', 'Text')),
    input(s, pointer + '/fact', t('事实', 'Fact'), {list: 'facts'}), input(s, pointer + '/op', t('比较', 'Comparison'),
    {options: Object.keys(OPS).map((k) => [k, op_title(k)])}),
    c.than || c.lpr ? null : input(s, pointer + '/value', c.op === 'between' ? t('值（起，止）', 'Values (from, to)') : t('值', 'Value'),
      values_of(book[c.fact], c))), h('div', {class: 'buttons'}, h('span', {class: 'quiet'},
      book[c.fact] ? `${book[c.fact].title}${book[c.fact].choices ? '：' + Object.entries(book[c.fact].choices).map(([k, v]) => `${k}=${v}`).join('，') : ''}` : null),
      out()));
}

const ITEM = [['share', '比例（%）', 'Share (%)'], ['points', '每年百分点', 'Points a year'], ['of_loan', '占贷款（%）', 'Of the loan (%)'],
  ['amount', '定额（元）', 'Amount'], ['months', '月数上限', 'Months', true], ['years', '年数上限', 'Years', true],
  ['cap', '单笔上限（元）', 'Cap (CNY)'], ['max_of_loan', '不超过贷款（%）', 'Up to (%) of the loan']];
function item(s, i) {
  const it = s.draft.items[i], shown = ITEM.filter(([k]) => it[k] !== undefined || k === 'share' || k === 'cap');
  return h('fieldset', {class: 'clause'}, h('legend', null, item_title(it.item)),
    h('div', {class: 'fields'}, shown.map(([k, zh, en, number]) => input(s, `/items/${i}/${k}`, t(zh, en), {number})),
    it.rate_ceiling ? [input(s, `/items/${i}/rate_ceiling/multiplier`, t('利率上限：LPR 倍数', 'Ceiling: times LPR')),
    input(s, `/items/${i}/rate_ceiling/spread`, t('利率上限：加点', 'Ceiling: points added'))] : null),
    h('div', {class: 'buttons'}, h('button', {type: 'button', onclick: () => { s.draft.items.splice(i, 1); s.redraw(); }},
      t('删去这一项', 'Remove'))));
}

function nearest(fact, book) {
  const grams = (x) => new Set([...x].map((c, i) => x.slice(i, i + 2)));
  const own = grams(fact), score = (n) => [...grams(n)].filter((g) => own.has(g)).length;
  return Object.keys(book).sort((a, b) => score(b) - score(a))[0];
}

/** What the ledger says of the draft, beside the fields that it is about; unknown facts with the nearest name. */
function mark(s, error, book) {
  const rest = [];
  for (const f of s.inputs) { replace(f.wrong); f.node.classList.remove('bad'); f.control.removeAttribute('aria-invalid'); }
  for (const e of error ? error.errors : []) {
    const f = s.inputs.filter((x) => e.pointer === x.pointer || e.pointer.startsWith(x.pointer + '/')).sort((a,
      b) => b.pointer.length - a.pointer.length)[0] || s.inputs.find((x) => x.pointer.startsWith(e.pointer + '/fact')) || s.inputs.find((x) => e.pointer.length > 9 && x.pointer.startsWith(e.pointer + '/'));
    const is_fact = f && f.pointer.endsWith('/fact') && !book[f.control.value],
      text = `${e.title}${e.cure ? '。' + e.cure : ''}${is_fact ? t(`。最接近的：${nearest(f.control.value, book)}`, `. Nearest: ${nearest(f.control.value, book)}`) : ''}`;
    if (!f) { rest.push(h('li', null, text, e.pointer ? h('span', {class: 'mono'}, ' ' + e.pointer) : null)); continue; }
    f.node.classList.add('bad');
    f.control.setAttribute('aria-invalid', 'true');
    replace(f.wrong, text);
  }
  return rest;
}

function editor(ctx, d) {
  const is_draft = ctx.query.edit === 'draft', key = 'draft policy ' + d.p.id, kept = sessionStorage.getItem(key),
    newest = Math.max(Number(ctx.today.slice(0, 4)), ...d.versions.map((v) => Number(v.effective_from.slice(0, 4))));
  const s = {inputs: [], draft: kept ? JSON.parse(kept) : Object.assign(JSON.parse(JSON.stringify(rule_of(d.p))),
    is_draft ? {} : {effective_from: `${newest + 1}-01-01`})};
  if (!kept && !is_draft) { delete s.draft.effective_to; delete s.draft.apply_until; }
  const base = rule_of(is_draft ? d.base : d.p), verdict = h('div', {role: 'status', id: 'judged'}), summary = h('div', null);
  const shown = region({id: 'reads'}, () => [h('h3', null, t('改动', 'Changes')),
    table({rows: changes(base, s.draft), empty: t('与所据版本相同。', 'The same as the version it came from.'),
    columns: [{key: 'p', title: t('项目', 'Item'), cell: (c) => pointer_title(c.pointer, s.draft)},
    {key: 'a', title: t('原', 'Old'), cell: (c) => h('span', {class: 'old'}, name(c.a === undefined ? '—' : String(c.a)))},
    {key: 'b', title: t('新', 'New'), cell: (c) => h('strong', null, name(c.b === undefined ? '—' : String(c.b)))}]}),
    sentences(s.draft, d.book), h('details', {class: 'data'}, h('summary', null, 'JSON'),
      h('pre', {class: 'mono', tabindex: '0'}, JSON.stringify(s.draft, null, 1)))]);
  let timer = null, run = 0;
  const judge = async () => {
    const mine = ++run;
    try {
      await post('/v1/policies?dry_run=true', s.draft);
      if (mine === run) { mark(s, null, d.book); replace(verdict, h('p', {class: 'notice good'},
        t('格式与规则检查通过。', 'It can be read and judged.'))); }
    } catch (e) {
      if (!(e instanceof Refusal)) { replace(verdict, h('p', {class: 'notice bad'},
        t('连不上服务器，内容已保留。', 'The server cannot be reached; what you typed is kept.'))); return; }
      if (mine === run) { const rest = mark(s, e, d.book); replace(verdict,
        h('div', {class: 'notice bad'}, h('strong', null, t(`${e.errors.length} 处需要改正`, `${e.errors.length} to mend`)),
        rest.length ? h('ul', null, rest) : null)); }
    }
  };
  s.changed = () => {
    sessionStorage.setItem(key, JSON.stringify(s.draft));
    shown.draw();
    clearTimeout(timer);
    timer = setTimeout(judge, 400);
  };
  const body = h('div', null);
  const list = () => s.draft.eligible.all;
  s.redraw = () => {
    s.inputs = [];
    replace(body, card(t('基本', 'Basics'), basics(s)), card([t('条件', 'Conditions'), h('small', null, t('以下全部满足', 'all of these'))],
      list() ? list().map((c, i) => clause(s, list(), '/eligible/all', i, d.book)) : condition(s.draft.eligible, d.book),
      list() ? h('button', {type: 'button', onclick: () => { list().push({clause: 'c' + (list().length + 1), text: '', fact: 'loan.amount',
        op: 'ge', value: '0.00'}); s.redraw(); }}, t('添加条款', 'Add a clause')) : null),
        card(t('补贴项目', 'Items'), s.draft.items.map((x, i) => item(s, i))));
    s.changed();
  };
  const reason = h('input', {id: 'why', type: 'text', autocomplete: 'off'}),
    button = h('button', {class: 'primary'}, is_draft ? t('更正草案', 'Correct the draft') : t('提交草案', 'Submit the draft'));
  const send = async (e) => {
    e.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    replace(summary);
    try {
      const made = is_draft ? await put(u`/v1/policies/${d.p.id}`, Object.assign({}, s.draft, {reason: reason.value.trim()}),
        {'If-Match': `"${d.p.version}"`}) : await post('/v1/policies', s.draft);
      sessionStorage.removeItem(key);
      toast(t('草案已提交，待另一人批准', 'Submitted; another person approves it'));
      ctx.go(u`/console/policies/${made.data.id}`);
    } catch (error) {
      replace(summary, error_summary(problems_of(error, s.inputs).map((p) => ({text: p.text,
        field: s.inputs.find((f) => p.error && p.error.pointer && (p.error.pointer === f.pointer || p.error.pointer.startsWith(f.pointer + '/')))}))));
      summary.firstChild.focus();
    } finally {
      button.disabled = false;
    }
  };
  s.redraw();
  return h('form', {novalidate: true, class: 'editor', onsubmit: send},
    h('datalist', {id: 'facts'}, Object.values(d.book).map((f) => h('option', {value: f.name}, f.title))), summary,
    h('div', {class: 'split'}, h('div', null, body), h('div', null, h('section', {class: 'card'},
    h('h2', null, t('申请人读到的', 'As applicants read it')), verdict, shown.node,
    is_draft ? h('div', {class: 'field'}, h('label', {for: 'why'}, t('更正理由', 'Reason')), reason) : null,
      h('div', {class: 'buttons'}, button, h('a', {class: 'button', href: u`/console/policies/${d.p.id}`}, t('不改了', 'Leave it')))))));
}

// ---- as it stands --------------------------------------------------------------------------------

function next(ctx, d) {
  const p = d.p, legal = {draft: ['approve'], in_force: ['end']}[p.state] || [],
    {legal: can, barred} = apart(ctx, {path: '/v1/policies', legal, made_by: p.recorded_by, steps: [], rules: {approve: 'made'}});
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    h('div', {class: 'buttons'}, ctx.may('POST /v1/policies') ? h('a', {class: 'button', href: ctx.href({edit: 'copy'})},
    t('复制为草案', 'Copy as a draft')) : null, p.state === 'draft' && ctx.may('PUT /v1/policies/{id}') ? h('a',
    {class: 'button', href: ctx.href({edit: 'draft'})}, t('修改草案', 'Edit the draft')) : null,
    ctx.may('POST /v1/policies/{code}/rehearsals') ? h('a', {class: 'button', href: u`/console/policies/${p.id}/rehearse`},
      t('试算', 'Rehearse')) : null),
  can.length ? steps({record: u`/v1/policies/${p.id}`, seen: p.seen, legal: can, keep: 'policy-' + p.id, after: ctx.reload,
    verbs: {approve: t('批准，即施行', 'Approve: it is in force'), end: t('终止政策', 'End it')},
    fields: {approve: [{name: 'on', label: t('批准日', 'Day'), need: true, kind: 'date', value: ctx.today}],
    end: [{name: 'on', label: t('终止日', 'Day'), need: true, kind: 'date', value: ctx.today}]},
    difference: difference(u`/v1/policies/${p.id}`, p, {}, 'policy.state')}) : null);
}

export const page = {
  load,
  title: (ctx, d) => ctx.query.edit ? t(`政策草案：${d.p.title}`, `Draft: ${d.p.title}`) : d.p.title,
  sub: (ctx, d) => `${d.p.code} · ${d.p.legal_ref}`,
  view: (ctx, d) => ctx.query.edit && ctx.may('POST /v1/policies') ? editor(ctx, d) : h('div', {class: 'aside'},
    h('div', null, card(t('规则', 'The rule'), sentences(d.p, d.book)),
    d.p.state === 'draft' && d.base.id !== d.p.id ? card(t('与施行中版本的不同', 'Against the version in force'),
    table({rows: changes(rule_of(d.base), rule_of(d.p)), columns: [{key: 'p', title: t('项目', 'Item'),
    cell: (c) => pointer_title(c.pointer, d.p)}, {key: 'a', title: t('施行中', 'In force'),
    cell: (c) => h('span', {class: 'old'}, name(c.a === undefined ? '—' : String(c.a)))},
    {key: 'b', title: t('草案', 'Draft'), cell: (c) => h('strong', null, name(c.b === undefined ? '—' : String(c.b)))}]})) : null),
  h('div', null, next(ctx, d), card(t('版本', 'Version'), facts([[t('状态', 'State'), state_badge(d.p)],
    [t('施行', 'In force'), `${d.p.effective_from} ${t('至', 'to')} ${d.p.effective_to || '—'}`],
    [t('申报截止', 'Apply until'), d.p.apply_until], [t('起草', 'Drafted by'), name(d.p.recorded_by)],
    [t('批准', 'Approved by'), d.p.approved_by ? name(d.p.approved_by) : null]]),
    d.versions.length > 1 ? [h('h3', null, t('其他版本', 'Other versions')),
      d.versions.filter((v) => v.id !== d.p.id).map((v) => h('div', null, h('a', {href: u`/console/policies/${v.id}`}, v.effective_from),
      ' ', state_badge(v)))] : null))),
};
