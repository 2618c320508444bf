/**
 * schema_form.js - the controls of a record, from the description of the interface: its fields with their titles, lists of objects,
 * conditions. A field that is added to a record is in its form.
 *
 *   const schema = await schema_of('policy');
 *   sections(s, schema, {words: {excludes: {options, free}}, legend: (pointer, x, i) => …, first, needs, shapes})
 * first, needs: (pointer, x) => the members of that object that are shown at once, that its kind needs; shapes: members on which these
 * depend.
 */
import {h} from './h.js';
import {get} from './api.js';
import {condition_form} from './condition_form.js';
import {is_map} from './diff.js';
import {at, button, control, group, id_of, kept_as_it_is, list_buttons, put, words_control} from './document.js';
import {whole} from './fmt.js';
import {card} from './table.js';
import {city, districts, english_of, is_english, spelt, t} from './words.js';

let described = null; // once a window: it is long, and does not change under a page

/** The schema of a record's body, by its name among the components. */
export async function schema_of(record) {
  described = described || get('/openapi.json').catch((e) => { described = null; throw e; });
  return (await described).components.schemas[record];
}

// ---- what a member is ----------------------------------------------------------------------------

const is_list = (x) => x.type === 'array' && x.items && x.items.type === 'object';
const is_words = (x) => (x.type === 'array' && !is_list(x)) || (!x.type && /^\[/.test(x.description || ''));
const is_condition = (x) => !x.type && /^\{/.test(x.description || '');
const is_big = (x) => is_list(x) || is_condition(x) || x.type === 'object';

/** Does the form have controls for what stands there? */
function fits(schema, value) {
  if (value === undefined || is_condition(schema)) return true;
  if (is_list(schema)) return Array.isArray(value) && value.every(is_map);
  if (is_words(schema)) return Array.isArray(value) && value.every((x) => typeof x === 'string');
  return schema.type === 'object' ? is_map(value) : typeof value !== 'object' || value === null;
}

const is_money = (x) => /\{0,12\}/.test(x.pattern || ''), is_rate = (x) => !!x.pattern && !is_money(x);

/** The title of a member, with its unit. */
function title_of(schema, name) {
  const title = is_english() ? spelt(name) : schema.title || name;
  if (is_money(schema)) return title + t('（元）', ' (CNY)');
  return is_rate(schema) && !/倍数|加点|百分点|加成|%/.test(schema.title || '') ? title + '（%）' : title;
}
const choice = (schema, v) => is_english() ? english_of(v) : schema['x-titles'] && schema['x-titles'][v] || v;

/** The control of one value: what field() takes, and how its text is read. */
function leaf(schema, name, need, top) {
  const spec = {label: title_of(schema, name), need, max: schema.maxLength || null}, none = ['', '—'];
  if (schema.enum) return [Object.assign(spec, {options: [none, ...schema.enum.map((v) => [v, choice(schema, v)])]})];
  if (schema.type === 'boolean') return [Object.assign(spec, {options: [none, ['true', t('是', 'yes')], ['false', t('否', 'no')]]}),
    {read: (x) => x === 'true' ? true : x === 'false' ? false : x}];
  if (name === 'district') return [Object.assign(spec, {label: t('区', 'District'), options: [['', t('全市', 'The city')], ...districts(),
    ...(city() && !districts().some(([v]) => v === city()) ? [[city(), t('本市', 'The city itself')]] : [])]})];
  if (schema.type === 'integer') return [Object.assign(spec, {kind: 'count'}), {read: whole}];
  if (schema.format === 'date') return [Object.assign(spec, {kind: 'date'})];
  if (schema.pattern) return [Object.assign(spec, {kind: 'money'})];
  return [Object.assign(spec, {wide: schema.maxLength > 120, hint: need && top && schema.examples ? t(`如 ${schema.examples[0]}`, `such as ${schema.examples[0]}`) : null})];
}

// ---- members, lists ------------------------------------------------------------------------------

const SHOWN = 100; // of a list that came as a file
export function list_form(s, schema, pointer, name, o) {
  const items = at(s.doc, pointer) || [], title = is_english() ? spelt(name) : schema.title;
  const legend = (i) => o.legend && o.legend(`${pointer}/${i}`, items[i], i) || `${title} ${i + 1}`;
  const add = () => { put(s.doc, pointer, [...items, {}]); s.redraw(id_of(`${pointer}/${items.length}`)); };
  return group(s, pointer, null, items.slice(0, SHOWN).map((x, i) => group(s, `${pointer}/${i}`, legend(i), members(s, schema.items, `${pointer}/${i}`, o),
    h('div', {class: 'buttons'}, list_buttons(s, at(s.doc, pointer), i, `${pointer}/${i}`, `${title} ${i + 1}`)))),
  items.length > SHOWN ? kept_as_it_is(t(`${title} ${SHOWN + 1} 起的 ${items.length - SHOWN} 项`, `${title} ${SHOWN + 1} to ${items.length}`), '…') : null,
  h('div', {class: 'buttons'}, items.length < Math.min(schema.maxItems || 1000, SHOWN) ? button(t(`添加${title}`, `Add: ${title}`), null, add,
    id_of(pointer) + '-add') : h('p', {class: 'hint', id: id_of(pointer) + '-add', tabindex: '-1'},
    t(`最多 ${Math.min(schema.maxItems || 1000, SHOWN)} 项`, `at most ${Math.min(schema.maxItems || 1000, SHOWN)}`))));
}

function member(s, schema, pointer, name, need, o, top) {
  const value = at(s.doc, pointer), title = title_of(schema, name), own = o.words && o.words[name];
  if (!fits(schema, value)) return kept_as_it_is(title, value);
  if (is_condition(schema)) return top ? condition_form(s, pointer, {need})
    : h('div', {class: 'wide'}, h('span', {class: 'name'}, title), condition_form(s, pointer, {}));
  if (is_list(schema)) return top ? list_form(s, schema, pointer, name, o)
    : h('div', {class: 'wide'}, h('span', {class: 'name'}, title), list_form(s, schema, pointer, name, o));
  if (is_words(schema)) {
    const known = schema.items && schema.items.enum ? schema.items.enum.map((v) => [v, choice(schema.items, v)]) : [];
    return words_control(s, pointer, Object.assign({label: title, need, options: known, free: known.length || own ? null : t('值（用「、」隔开）', 'Values')}, own));
  }
  if (schema.type === 'object') return group(s, pointer, top ? null : title, members(s, schema, pointer, o));
  const f = control(s, pointer, ...leaf(schema, name, need, /^\/\w+$/.test(pointer)));
  if ((o.shapes || []).includes(name)) f.node.addEventListener('input', () => s.redraw(id_of(pointer))); // other members are asked for now
  return f.node;
}

/** The members of an object: those that are needed or filled in, the others below a line that opens. */
function members(s, schema, pointer, o, names) {
  const value = at(s.doc, pointer) || {}, all = names || Object.keys(schema.properties);
  const needed = [...(schema.required || []), ...(o.needs && o.needs(pointer, value) || [])], asked = new Set(o.first && o.first(pointer, value) || []);
  const shown = all.filter((n) => needed.includes(n) || asked.has(n) || value[n] !== undefined), rest = all.filter((n) => !shown.includes(n));
  const one = (n) => member(s, schema.properties[n], `${pointer}/${n}`, n, needed.includes(n), o, false);
  const few = rest.length < 3 || !shown.length, more = few ? [] : rest;
  return [h('div', {class: 'fields'}, (few ? all : shown).map(one)),
    more.length ? h('details', {class: 'data more', open: s.open.has(pointer) ? true : null,
      ontoggle: (e) => { if (e.target.open) s.open.add(pointer); else s.open.delete(pointer); }},
    h('summary', null, t(`其他 ${more.length} 项（选填）`, `${more.length} more (optional)`)), h('div', {class: 'fields'}, more.map(one))) : null,
    names ? null : Object.keys(value).filter((n) => !schema.properties[n]).map((n) => kept_as_it_is(n, value[n]))];
}

/** The whole record: what is short together, each list and each condition a card of its own. */
export function sections(s, schema, o) {
  const names = Object.keys(schema.properties).filter((n) => !(o.skip || []).includes(n)), needed = schema.required || [];
  const big = names.filter((n) => is_big(schema.properties[n])), small = names.filter((n) => !big.includes(n));
  const strange = Object.keys(s.doc).filter((n) => !schema.properties[n]);
  return [card(t('基本', 'Basics'), members(s, schema, '', o, small)), big.map((n) => card([title_of(schema.properties[n], n),
    needed.includes(n) ? null : h('small', null, t('选填', 'optional'))], member(s, schema.properties[n], '/' + n, n, needed.includes(n), o, true))),
  strange.length ? card(t('其他内容', 'Other content'), strange.map((n) => kept_as_it_is(n, s.doc[n]))) : null];
}

/** A record as it was written: without what the ledger adds. */
export const written = (schema, x) => Object.fromEntries(Object.keys(schema.properties).filter((k) => x[k] !== undefined).map((k) => [k, x[k]]));

/** 「分担层 1 · 分担比例」 of /layers/0/share. */
export function member_title(schema, pointer) {
  const said = [];
  let now = schema;
  for (const part of pointer.split('/').slice(1)) {
    if (/^\d+$/.test(part) && said.length) said[said.length - 1] += ` ${Number(part) + 1}`;
    else {
      now = now && now.properties && now.properties[part];
      said.push(now ? is_english() ? spelt(part) : now.title : part);
    }
    if (now && now.items) now = now.items;
  }
  return said.join(' · ');
}
