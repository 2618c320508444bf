/**
 * h.js - elements out of tags, properties and children; all text becomes text nodes.
 *
 * h('a', {href: u`/console/loans/${id}`, class: 'strong'}, '合同 ', no)
 *   - null and undefined are nothing; a boolean child is a mistake and throws; 0 is "0"
 *   - on… takes a function; true sets an empty attribute, false and null none
 *   - an address must begin with "/" or "#": it is one of ours, made by u`…`
 */
import {is_english} from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const ATTRIBUTES = new Set(
  (
    'id class href for name type value title lang dir role tabindex scope colspan rowspan checked disabled' +
    ' selected required readonly multiple accept placeholder autocomplete inputmode maxlength min max step rows cols size' +
    ' open hidden datetime download novalidate action method width height viewBox x y x1 y1 x2 y2 cx cy r rx d points' +
    ' transform fill stroke stroke-width stroke-dasharray text-anchor dominant-baseline preserveAspectRatio focusable' +
    ' spellcheck wrap list'
  ).split(' '),
);

// Signs that turn the text beside them round, or cannot be seen: shown by their number.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

function number_box(sign) {
  const box = document.createElement('span');
  box.className = 'sign';
  box.textContent = 'U+' + sign.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
  return box;
}

/** The nodes of a text, whatever somebody has written into it. */
export function safe(text) {
  const nodes = [];
  let rest = String(text),
    at;
  while ((at = rest.search(HIDDEN)) >= 0) {
    if (at) nodes.push(document.createTextNode(rest.slice(0, at)));
    nodes.push(number_box(rest[at]));
    rest = rest.slice(at + 1);
  }
  if (rest) nodes.push(document.createTextNode(rest));
  return nodes;
}

// In English whatever is Chinese is quoted: names, clauses, titles as somebody wrote them. It is read out by a voice that can.
const SIGN = '(?:[\\u3400-\\u9fff\\uf900-\\ufaff]|[\\ud840-\\ud87f][\\udc00-\\udfff])', BESIDE = '[\\u3000-\\u303f\\uff01-\\uff5e]'; // a sign of two units stays whole
const QUOTED = new RegExp(`(${BESIDE}*${SIGN}(?:${SIGN}|${BESIDE})*)`);
const TEXT_ALONE = new Set(['OPTION', 'TITLE', 'TEXTAREA', 'CODE', 'PRE']); // these hold no elements, or are no language
function quoting(parent, nodes) {
  if (!is_english() || parent.closest('[lang^=zh]') || TEXT_ALONE.has(parent.tagName) || parent.namespaceURI === SVG) return nodes;
  return nodes.flatMap((node) => node.nodeType !== 3 ? [node] : node.data.split(QUOTED).filter(Boolean).map((part) => {
    if (!QUOTED.test(part)) return document.createTextNode(part);
    const quoted = document.createElement('span');
    quoted.lang = 'zh-CN';
    quoted.textContent = part;
    return quoted;
  }));
}

/** A text of somebody else's, as a name: its direction stays its own. */
export function name(text) {
  return text === null || text === undefined || text === '' ? '—' : h('bdi', null, text);
}

export function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined) continue;
    if (typeof child === 'boolean') throw new TypeError('a boolean is no child: use ? … : null');
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else for (const node of quoting(parent, safe(child))) parent.appendChild(node);
  }
  return parent;
}

function set(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
  else if (key === 'href' && !/^(\/(?!\/)|#)/.test(value)) throw new TypeError('not an address of ours: ' + value);
  else if (ATTRIBUTES.has(key) || /^(aria|data)-[a-z-]+$/.test(key))
    node.setAttribute(key, value === true ? '' : value);
  else throw new TypeError('unknown attribute ' + key);
}

function make(node, props, children) {
  for (const key in props || {}) set(node, key, props[key]);
  return append(node, children);
}

export const h = (tag, props, ...children) => make(document.createElement(tag), props, children);
/** The same for parts of a picture. */
export const s = (tag, props, ...children) => make(document.createElementNS(SVG, tag), props, children);

/** An address: what is filled in is escaped. */
export const u = (parts, ...values) =>
  parts.reduce((all, part, i) => all + part + (i < values.length ? encodeURIComponent(values[i]) : ''), '');

/** The address with a query of the members that have a value. */
export function with_query(path, members) {
  const query = Object.entries(members || {})
    .filter(([, v]) => v !== null && v !== undefined && v !== '')
    .map(([k, v]) => encodeURIComponent(k) + '=' + encodeURIComponent(v))
    .join('&');
  return query ? path + (path.includes('?') ? '&' : '?') + query : path;
}

export function replace(parent, ...children) {
  while (parent.firstChild) parent.removeChild(parent.firstChild);
  return append(parent, children);
}

/**
 * A part of a page that is made anew when something changes, and nothing else with it. The control that has the focus
 * gets it back when it bears an id.
 * @returns {{node: Element, draw: () => void}}
 */
export function region(props, make_children) {
  const node = h('div', props);
  const draw = () => {
    const had = node.contains(document.activeElement) ? document.activeElement.id : '';
    replace(node, make_children());
    const again = had && document.getElementById(had);
    if (again) again.focus();
  };
  draw();
  return {node, draw};
}

export const hidden = (text) => h('span', {class: 'unseen'}, text);
