/**
 * seal_figures.js - the figures of a quarter before it is sealed: as they were seen, and what has become of them since.
 */
import {h, u} from './h.js';
import {get, get_told} from './api.js';
import {count, money, unit_title} from './fmt.js';
import {card, change, figure, table} from './table.js';
import {t} from './words.js';

const path_of = (quarter) => u`/v1/reports/quarterly/${quarter}`;

/** {report, seen}: the whole report, with the digest that sealing names as seen. */
export async function figures_seen(quarter) {
  const {data, told} = await get_told(path_of(quarter), {}, 'X-Figures');
  return {report: data, seen: told};
}
/** The same as it was known at an instant. */
export const figures_at = (quarter, known_at) => get(path_of(quarter), {known_at});

/** What was told otherwise: [{title, a, b}] of the cells that are counted; those that are reckoned of others follow from them. */
export function cells_differ(seen, now) {
  const found = [];
  for (const s of now.sections) {
    const before = (seen.sections.find((x) => x.name === s.name) || {rows: []}).rows, keys = new Set([...before, ...s.rows].map((r) => r.key));
    for (const key of keys) {
      const a = before.find((r) => r.key === key), b = s.rows.find((r) => r.key === key), row = b || a;
      for (const c of s.columns.filter((x) => x.unit !== 'percent')) {
        const [x, y] = [a, b].map((r) => r && r.cells[c.key] && !r.cells[c.key].of ? r.cells[c.key].value : null);
        const text = (v) => v === null || v === undefined ? '—' : (c.unit || row.unit) === 'yuan' ? money(v) : count(v);
        if (x !== y) found.push({title: `${s.title} · ${row.title} · ${c.title}`, a: text(x), b: text(y)});
      }
    }
  }
  return found;
}

const MOST = 12; // of a hundred: one loan is in a cell of each section
/** What has changed since `seen`, as a table. */
export async function changed_since(quarter, seen, head) {
  const {report} = await figures_seen(quarter), rows = cells_differ(seen, report);
  return [table({rows: rows.slice(0, MOST), empty: t('汇总数字没有不同。', 'No figure differs.'), columns: [
    {key: 'title', title: t('项目', 'Item')}, {key: 'a', title: head || t('您看到的', 'What you saw'), num: true, cell: (d) => h('span', {class: 'old'}, d.a)},
    {key: 'b', title: t('现在的', 'What stands'), num: true, cell: (d) => h('strong', null, d.b)}]}),
  rows.length > MOST ? h('p', {class: 'hint'}, t(`另有 ${rows.length - MOST} 处`, `and ${rows.length - MOST} more`)) : null];
}

/** The figures that a quarter begins with. */
export function headline_card(title, headline, unit) {
  const columns = ['quarter', 'yoy', 'qoq', 'ytd'].map((k) => headline.columns.find((c) => c.key === k)).filter(Boolean);
  return card([title, h('small', null, unit_title(unit))], table({rows: headline.rows, columns: [{key: 'title', title: headline.row_title},
    ...columns.map((c) => ({key: c.key, title: c.title, num: true,
      cell: (r) => c.unit === 'percent' ? change(r.cells[c.key].value) : figure(r.cells[c.key], r.unit, unit)}))]}));
}
