/**
 * document.js - a record while somebody writes it: its members by pointer, a control for each, problems beside them.
 *
 *   const s = writing(doc, {book, …});           s.changed() and s.redraw(id) are set by who shows it
 *   control(s, '/items/0/share', {label: …});    writes into the document, and nothing else of it is touched
 * The document is changed in place: what has no control stays as it is, and kept_as_it_is() shows it.
 */
import {h, replace} from './h.js';
import {field, sentence} from './form.js';
import {t} from './words.js';

const parts_of = (pointer) => pointer.split('/').slice(1);

/** What stands there; undefined: nothing. */
export const at = (doc, pointer) => parts_of(pointer).reduce((x, k) => x === null || x === undefined ? undefined : x[k], doc);

/** Puts it there, making the objects on the way; undefined takes it out, and objects that are left empty with it. */
export function put(doc, pointer, value) {
  const parts = parts_of(pointer), last = parts.pop(), holders = [doc];
  for (const k of parts) {
    const holder = holders[holders.length - 1];
    if (holder[k] === undefined) holder[k] = {};
    holders.push(holder[k]);
  }
  const holder = holders[holders.length - 1];
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder[last] = '';
  else delete holder[last];
  for (let i = parts.length; value === undefined && i > 0; i--) { // an element of a list goes by its button only
    if (Array.isArray(holders[i]) || Array.isArray(holders[i - 1]) || Object.keys(holders[i]).length) break;
    delete holders[i - 1][parts[i - 1]];
  }
}

export const writing = (doc, more) => Object.assign({doc, inputs: [], touched: new Set(), open: new Set(), all: false}, more);

export const id_of = (pointer) => 'p' + pointer.replace(/\W/g, '-');

/** A value that is none of a list stays to be chosen: a form must not lose it. */
const with_own = (options, shown) => options.some(([v]) => v === shown) ? options
  : [...options, [shown, t(`${shown}（不在列表中）`, `${shown} (not in the list)`)]];

export function control(s, pointer, spec, {read = (x) => x, write = String} = {}) {
  const now = at(s.doc, pointer), shown = now === undefined || now === null ? '' : write(now);
  const kind = spec.kind === 'date' && shown && !/^\d{4}-\d\d-\d\d$/.test(shown) ? 'text' : spec.kind; // it could not be shown
  const f = field(Object.assign({}, spec, {kind, id: id_of(pointer), name: pointer,
    options: spec.options ? with_own(spec.options, shown) : null}), shown);
  f.pointer = pointer;
  f.label = spec.label;
  f.node.addEventListener('input', () => {
    put(s.doc, pointer, f.value === '' ? undefined : read(f.value));
    s.changed();
  });
  f.node.addEventListener('focusout', () => s.touched.add(pointer));
  s.inputs.push(f);
  return f;
}

/** Several words of a list, as boxes to tick; `free`: what the others are called, which are written. */
export function words_control(s, pointer, {label, hint, options, free, need}) {
  const id = id_of(pointer), known = new Set(options.map(([v]) => v)), list = () => [].concat(at(s.doc, pointer) || []).map(String);
  const boxes = options.map(([v, title], i) => {
    const box = h('input', {type: 'checkbox', id: `${id}-${i}`, value: v, checked: list().includes(v) ? true : null});
    return {v, box, node: h('label', null, box, ' ', title)};
  });
  const other = h('input', {type: 'text', id: id + '-other', autocomplete: 'off', spellcheck: 'false'}), wrong = h('p', {class: 'wrong'});
  const strange = () => list().filter((v) => !known.has(v));
  other.value = strange().join('、');
  const node = h('fieldset', {class: 'field wide'}, h('legend', null, label,
    need ? null : h('span', {class: 'hint'}, t('（选填）', ' (optional)'))), hint ? h('p', {class: 'hint'}, hint) : null,
    h('div', {class: 'radios'}, boxes.map((b) => b.node)),
    free || strange().length ? h('label', {for: id + '-other', class: 'other'}, free || t('其他', 'Others'), other) : null, wrong);
  node.addEventListener('input', () => {
    const wanted = new Set([...boxes.filter((b) => b.box.checked).map((b) => b.v), ...other.value.split(/[\s、，,;；]+/).filter(Boolean)]);
    const before = list().filter((v) => wanted.has(v)), next = [...before, ...[...wanted].filter((v) => !before.includes(v))];
    put(s.doc, pointer, next.length ? next : undefined);
    s.changed();
  });
  s.inputs.push({pointer, node, label, first: boxes.length ? boxes[0].box : other,
    tell: (text) => { replace(wrong, text || null); node.classList.toggle('bad', !!text); }});
  return node;
}

/** Controls that belong together, with a place for what is wrong with all of them. Without a legend: no frame. */
export function group(s, pointer, legend, ...children) {
  const wrong = h('p', {class: 'wrong'}), inner = [legend ? h('legend', null, legend) : null, wrong, children];
  const node = h(legend ? 'fieldset' : 'div', {class: legend ? 'clause' : null, id: id_of(pointer)}, inner);
  s.inputs.push({pointer, node, label: legend, get first() { return node.querySelector('input, select, textarea, button') || node; },
    tell: (text) => { replace(wrong, text || null); node.classList.toggle('bad', !!text); }});
  return node;
}

export const button = (text, what, onclick, id) => h('button', {type: 'button', onclick, id: id || null,
  'aria-label': what ? `${text} ${what}` : null}, text);

/** Moves an element of a list, or takes it out. */
export function list_buttons(s, list, i, pointer, what) {
  const after = id_of(pointer.replace(/\/\d+$/, '')) + '-add';
  return [i ? button(t('上移', 'Move up'), what, () => {
    list.splice(i - 1, 0, list.splice(i, 1)[0]);
    s.redraw(id_of(pointer.replace(/\d+$/, i - 1)));
  }) : null, button(t('删去', 'Remove'), what, () => { list.splice(i, 1); s.redraw(after); })];
}

/** What no control is made for: shown, and sent as it stands. */
export const kept_as_it_is = (name, value) => h('div', {class: 'notice warn kept'},
  h('strong', null, t(`「${name}」不能在表单中修改，原样保留：`, `${name} cannot be changed here and is kept: `)),
  h('code', {class: 'mono'}, JSON.stringify(value)));

// ---- what is wrong -------------------------------------------------------------------------------

const is_of = (pointer, of) => pointer === of || pointer.startsWith(of + '/');
const place_of = (s, pointer) => s.inputs.filter((f) => f.pointer && is_of(pointer, f.pointer))
  .sort((a, b) => b.pointer.length - a.pointer.length)[0] || null;

/**
 * What was found wrong, beside the fields that it is about. What is only still missing is not marked before its field was left, or
 * all was sent. Gives {wrong: [{text, field}], open: n}: what is told, and how many fields are still to be filled in.
 */
export function mark(s, errors) {
  s.inputs = s.inputs.filter((f) => f.node.isConnected);
  const wrong = [], told = new Map();
  let open = 0;
  for (const e of errors) {
    const field_ = place_of(s, e.pointer || '');
    if (e.code === 'E_NEED' && !s.all && !s.touched.has(e.pointer)) { open++; continue; }
    const text = sentence(e);
    wrong.push({text: field_ ? `${field_.label ? field_.label + t('：', ': ') : ''}${text}` : `${text}${e.pointer ? ` ${e.pointer}` : ''}`, field: field_});
    if (field_) told.set(field_, [...(told.get(field_) || []), s.say ? s.say(e, text) : text]);
  }
  const before = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1; // as they stand on the page
  wrong.sort((a, b) => !a.field || !b.field || a.field === b.field ? 0 : before(a.field.node, b.field.node));
  for (const f of s.inputs) f.tell(told.get(f) || null);
  for (const f of told.keys()) for (let d = f.node.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  return {wrong, open};
}

// ---- kept in this tab ----------------------------------------------------------------------------

/** What was written and not sent; null: nothing. Whoever signs in next does not find it (form.js). */
export function kept_document(key) {
  try {
    return JSON.parse(sessionStorage.getItem('draft ' + key));
  } catch (e) {
    return null;
  }
}
export function keep_document(key, what) {
  try {
    sessionStorage.setItem('draft ' + key, JSON.stringify(what));
  } catch (e) { /* a file of megabytes: it is in the page, and does not outlive it */ }
}
export const forget_document = (key) => sessionStorage.removeItem('draft ' + key);
