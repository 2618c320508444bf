/**
 * condition_form.js - a condition as it is written: groups of groups (all, any, none of them) and clauses that compare a fact.
 *
 * A fact is found by its title; what can be compared with it and how follows from its kind.
 */
import {h, region} from './h.js';
import {at, button, control, group, id_of, kept_as_it_is, list_buttons, put, words_control} from './document.js';
import {is_map} from './diff.js';
import {whole} from './fmt.js';
import {op_title} from './rule.js';
import {districts, t, title, words_of} from './words.js';

const GROUPS = () => [['all', t('以下全部满足', 'all of these')], ['any', t('以下满足任一', 'any of these')],
  ['not', t('以下不得满足', 'not this')]];
const group_of = (c) => ['all', 'any', 'not'].find((k) => c[k] !== undefined);
const CLAUSE = ['clause', 'text', 'legal_ref', 'fact', 'op', 'value', 'than', 'months'];
const ORDERED = ['integer', 'money', 'percent', 'date'];

/** A clause of a name that no other of the rule has. */
function blank(s) {
  const all = JSON.stringify(s.doc);
  let n = 1;
  while (all.includes(`"clause":"c${n}"`)) n++;
  return {clause: 'c' + n, op: 'eq'};
}

// ---- what a fact is compared with ----------------------------------------------------------------

const ops_of = (fact) => !fact ? ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'between', 'exists']
  : ORDERED.includes(fact.kind) ? ['ge', 'gt', 'le', 'lt', 'eq', 'ne', 'between', 'in', 'exists']
    : fact.kind === 'boolean' ? ['eq', 'ne', 'exists'] : ['eq', 'ne', 'in', 'exists'];
const choices_of = (fact) => !fact ? null : fact.kind === 'boolean' ? [['true', t('是', 'yes')], ['false', t('否', 'no')]]
  : fact.choices ? Object.entries(fact.choices) : fact.name.endsWith('district') ? districts() : null;

/** A text as a value of the fact's kind; what is none is left for the ledger to refuse. */
function typed(fact, text) {
  if (fact && fact.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return fact && fact.kind === 'integer' ? whole(text) : text;
}

/** The clause after another way to compare was chosen: what can be kept of its value is. */
function compare_by(c, op) {
  const first = Array.isArray(c.value) ? c.value[0] : is_map(c.value) || c.op === 'exists' ? undefined : c.value;
  c.op = op;
  if (op === 'exists') {
    c.value = true;
    delete c.than;
    delete c.months;
  } else if (op === 'between') {
    c.value = [first === undefined ? '' : first, ''];
    delete c.than;
    delete c.months;
  } else if (op === 'in') {
    c.value = first === undefined ? [] : [first];
    delete c.than;
    delete c.months;
  } else if (Array.isArray(c.value) || c.value === true && first === undefined) {
    if (first === undefined || first === '') delete c.value; else c.value = first;
  }
}

const KINDS = {integer: 'count', money: 'money', percent: 'money', date: 'date'};
function value_control(s, pointer, fact, label) {
  const choices = choices_of(fact), unit = fact && {money: t('（元）', ' (CNY)'), percent: '（%）'}[fact.kind];
  return control(s, pointer, {label: label + (unit || ''), need: true, kind: fact ? KINDS[fact.kind] : null,
    options: choices ? [['', '—'], ...choices] : null}, {read: (x) => typed(fact, x)}).node;
}

function lpr_controls(s, pointer) {
  const option = (of) => words_of(of).map((k) => [k, title(of, k)]);
  return [control(s, pointer + '/lpr', {label: t('LPR 期限', 'LPR of'), need: true, options: option('policy.items.rate_ceiling.lpr')}).node,
    control(s, pointer + '/at', {label: t('取值日', 'As of'), need: true, options: [['', '—'], ...option('policy.items.rate_ceiling.at')]}).node,
    control(s, pointer + '/multiplier', {label: t('倍数', 'Times'), kind: 'money'}).node,
    control(s, pointer + '/spread', {label: t('加点（百分点）', 'Points added'), kind: 'money'}).node];
}

/** By what: a value, another fact of the same kind, or LPR. */
function against(s, pointer, c, fact, draw) {
  const now = c.than !== undefined ? 'than' : is_map(c.value) ? 'lpr' : 'value';
  const options = [['value', t('一个值', 'a value')], ['than', t('另一事实', 'another fact')]];
  if (now === 'lpr' || (fact && fact.kind === 'percent')) options.push(['lpr', 'LPR']);
  const id = id_of(pointer) + '-with', select = h('select', {id}, options.map(([v, title]) => h('option', {value: v, selected: v === now}, title)));
  select.addEventListener('input', () => {
    delete c.than;
    delete c.months;
    delete c.value;
    if (select.value === 'than') c.than = '';
    if (select.value === 'lpr') c.value = {lpr: '1y'};
    draw();
    s.changed();
  });
  return h('div', {class: 'field'}, h('label', {for: id}, t('与什么比', 'Compared with')), select);
}

function values(s, pointer, c, fact, draw) {
  const value = pointer + '/value';
  if (c.op === 'exists') return h('p', {class: 'hint'}, t('只要已提供即满足', 'It is enough that it is told'));
  if (c.op === 'in') {
    const choices = choices_of(fact);
    if (choices) return words_control(s, value, {label: t('值', 'Values'), need: true, options: choices});
    return control(s, value, {label: t('值（用「、」隔开）', 'Values, with commas'), need: true}, {
      read: (x) => x.split(/[\s、，,;；]+/).filter(Boolean).map((v) => typed(fact, v)), write: (x) => [].concat(x).join('、')}).node;
  }
  if (c.op === 'between') return [value_control(s, value + '/0', fact, t('起', 'From')), value_control(s, value + '/1', fact, t('止', 'To'))];
  const which = fact && ORDERED.includes(fact.kind) || c.than !== undefined || is_map(c.value) ? against(s, pointer, c, fact, draw) : null;
  if (c.than !== undefined) return [which, fact_control(s, pointer + '/than', t('对照事实', 'The other fact'), () => null),
    fact && fact.kind === 'date' || c.months !== undefined ? control(s, pointer + '/months', {label: t('对照日加月数', 'Months added'),
      kind: 'count'}, {read: whole}).node : null];
  return [which, is_map(c.value) ? lpr_controls(s, value) : value_control(s, value, fact, t('值', 'Value'))];
}

// ---- a clause ------------------------------------------------------------------------------------

/** A fact, found by a part of its title; `known` is called when another one is named. */
function fact_control(s, pointer, label, known) {
  const f = control(s, pointer, {label, need: true, list: 'facts'});
  const say = () => f.hint(s.book[f.value] ? s.book[f.value].title : null);
  let last = f.value;
  f.node.addEventListener('input', () => {
    const by_title = Object.values(s.book).find((x) => x.title === f.value);
    if (by_title) {
      f.first.value = by_title.name;
      put(s.doc, pointer, by_title.name);
      s.changed();
    }
    if (f.value === last) return;
    last = f.value;
    say();
    known();
  });
  say();
  return f.node;
}

function clause(s, pointer, legend, buttons) {
  const c = at(s.doc, pointer), fact = () => s.book[c.fact];
  const compared = region({class: 'fields'}, () => {
    const known = ops_of(fact()), op = control(s, pointer + '/op', {label: t('比较', 'Comparison'), need: true,
      options: known.map((k) => [k, op_title(k)])});
    op.node.addEventListener('input', () => { if (op.value !== shown) { compare_by(c, op.value); compared.draw(); s.changed(); } });
    const shown = op.value;
    return [op.node, values(s, pointer, c, fact(), () => compared.draw())];
  });
  const strange = Object.keys(c).filter((k) => !CLAUSE.includes(k));
  return group(s, pointer, legend, h('div', {class: 'fields said'},
    control(s, pointer + '/text', {label: t('条款说明', 'Text'), need: true, max: 300}).node,
    fact_control(s, pointer + '/fact', t('事实', 'Fact'), () => compared.draw())), compared.node,
  strange.map((k) => kept_as_it_is(k, c[k])),
  h('details', {class: 'data'}, h('summary', null, t('条款代码与依据', 'Its code and source')), h('div', {class: 'fields'},
    control(s, pointer + '/clause', {label: t('条款代码', 'Code of the clause'), need: true, max: 60}).node,
    control(s, pointer + '/legal_ref', {label: t('依据', 'Source of law'), max: 300}).node)), h('div', {class: 'buttons'}, buttons));
}

// ---- a group -------------------------------------------------------------------------------------

/** From one kind of group to another: its members stay. */
function regroup(s, pointer, c, kind) {
  const was = group_of(c), members = was === 'not' ? [c.not] : c[was];
  const next = kind === 'not' ? {not: members.length === 1 ? members[0] : {[was]: members}} : {[kind]: members};
  for (const k of Object.keys(c)) delete c[k];
  Object.assign(c, next);
  s.redraw(id_of(pointer) + '-of');
}

function group_form(s, pointer, legend, buttons) {
  const c = at(s.doc, pointer), kind = group_of(c), id = id_of(pointer) + '-of', inner = `${pointer}/${kind}`;
  const select = h('select', {id}, GROUPS().map(([v, title]) => h('option', {value: v, selected: v === kind}, title)));
  select.addEventListener('input', () => { if (select.value !== kind) regroup(s, pointer, c, select.value); });
  const add = (what) => () => { c[kind].push(what()); s.redraw(id_of(`${inner}/${c[kind].length - 1}`)); };
  return group(s, pointer, legend, h('div', {class: 'field of'}, h('label', {for: id}, t('满足方式', 'Which')), select),
    kind === 'not' ? condition_form(s, inner, {}) : c[kind].map((x, i) => condition_form(s, `${inner}/${i}`, {n: i + 1,
      buttons: list_buttons(s, c[kind], i, `${inner}/${i}`, t(`第 ${i + 1} 条`, `no. ${i + 1}`))})),
    Object.keys(c).filter((k) => k !== kind).map((k) => kept_as_it_is(k, c[k])),
    h('div', {class: 'buttons'}, kind === 'not' ? null : [button(t('添加条款', 'Add a clause'), null, add(() => blank(s)), id_of(inner) + '-add'),
      button(t('添加组合', 'Add a group'), null, add(() => ({any: [blank(s)]})))], buttons));
}

/** The condition at that pointer, whatever it is; nothing there: a button that makes one. need: it cannot be taken out. */
export function condition_form(s, pointer, {n, buttons, need}) {
  const c = at(s.doc, pointer), kind = is_map(c) ? group_of(c) : null;
  const out = buttons || (need ? [] : /\/not$/.test(pointer) ? [] : [button(t('删去条件', 'Remove the condition'), null, () => {
    put(s.doc, pointer, undefined);
    s.redraw(id_of(pointer) + '-add');
  })]);
  if (c === undefined) return group(s, pointer, null, h('div', {class: 'buttons'}, button(need ? t('添加条款', 'Add a clause')
    : t('添加条件', 'Add a condition'), null, () => {
    put(s.doc, pointer, need ? {all: [blank(s)]} : blank(s));
    s.redraw(id_of(pointer));
  }, id_of(pointer) + '-add')));
  if (!is_map(c) || (kind && kind !== 'not' && !Array.isArray(c[kind]))) return kept_as_it_is(t('条件', 'Condition'), c);
  if (kind) return group_form(s, pointer, n ? t(`组合 ${n}`, `Group ${n}`) : t('组合', 'Group'), out);
  return clause(s, pointer, n ? t(`条款 ${n}`, `Clause ${n}`) : t('条款', 'Clause'), [button(t('改为组合', 'Make it a group'), n || null, () => {
    put(s.doc, pointer, {all: [c]});
    s.redraw(id_of(pointer));
  }), out]);
}

/** The facts that can be named, for all of its fields. */
export const facts_list = (book) => h('datalist', {id: 'facts'}, Object.values(book).map((f) => h('option', {value: f.name}, f.title)));

/** What the ledger says of a name that is no fact, with a way to take the nearest. */
export function say_fact(s, e, text) {
  const found = e.code === 'E_FACT' && /([a-z_]+\.[\w.]+)\s*$/.exec(e.cure || ''), f = found && s.book[found[1]];
  if (!f) return text;
  return [text, '（', f.title, '）', ' ', button(t(`改用 ${f.name}`, `Use ${f.name}`), null, () => {
    put(s.doc, e.pointer, f.name);
    s.redraw(id_of(e.pointer));
  })];
}
