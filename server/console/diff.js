/**
 * diff.js - two versions beside each other, only what differs.
 */
import {h} from './h.js';
import {table} from './table.js';
import {t} from './words.js';

const text = (v) =>
  v === undefined || v === null || v === '' ? '—' : typeof v === 'object' ? JSON.stringify(v) : String(v);

export const is_map = (x) => x && typeof x === 'object' && !Array.isArray(x);

/** [{key, a, b}] of two documents; lists and objects are compared as wholes. */
export function differences(a, b) {
  return [...new Set([...Object.keys(a || {}), ...Object.keys(b || {})])]
    .filter((k) => JSON.stringify((a || {})[k]) !== JSON.stringify((b || {})[k]))
    .map((key) => ({key, a: (a || {})[key], b: (b || {})[key]}));
}

/** A table of them: `titles` gives a field's title, `heads` the names of the two sides. */
export function diff(a, b, {titles = {}, heads, caption, skip = []}) {
  const rows = differences(a, b).filter((d) => !skip.includes(d.key));
  return table({
    caption,
    rows,
    empty: t('没有不同之处。', 'Nothing differs.'),
    columns: [
      {key: 'key', title: t('字段', 'Field'), cell: (d) => titles[d.key] || d.key},
      {key: 'a', title: heads[0], cell: (d) => h('span', {class: 'old'}, text(d.a))},
      {key: 'b', title: heads[1], cell: (d) => h('strong', null, text(d.b))},
    ],
  });
}
