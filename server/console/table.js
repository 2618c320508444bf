/**
 * table.js - real tables, lists of facts, badges, figures, pages of a list.
 *
 *   table({caption, columns: [{key, title, num, cell: (row) => nodes, wide}], rows, foot: {key: nodes}, href: (row) => address, empty})
 * `cell` defaults to the member of that key; `num` aligns right, `whole` breaks no line; `href` makes the whole row lead there (its first cell holds the
 * link). `pick` gives a box to tick before each row. On a phone a row becomes lines with the column's title before each.
 */
import {h, hidden, name, s, u} from './h.js';
import {count, money, pct, quarter_title, unit_title} from './fmt.js';
import {is_office, t, title} from './words.js';

const MOMENT = /^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/; // a day or an instant is never broken over two lines
// Long titles of columns of figures break between words, and not within one.
const WORDS = /(?<=计划期|本年|累计|本季|迟报|到期|未报|结果|笔数|金额|事件)(?=..)/;
const in_words = (text) => (typeof text === 'string' && text.length > 3 ? text.split(WORDS).flatMap((x, i) => (i ? [h('wbr'), x] : [x])) : text);
export function table({caption, columns, rows, foot, href, empty, id, order, pick}) {
  if (!rows.length) return h('div', {class: 'empty'}, empty || t('没有记录。', 'No records.'));
  const cell = (c, row, i) => {
    const inner = c.cell
      ? c.cell(row)
      : row[c.key] === undefined || row[c.key] === null || row[c.key] === ''
        ? '—'
        : row[c.key];
    const linked = i === 0 && href && href(row) ? h('a', {href: href(row)}, inner) : inner;
    const props = {class: (c.num ? 'num' : '') + (c.wide ? ' wide' : '') + (c.whole || (typeof inner === 'string' && MOMENT.test(inner)) ? ' whole' : ''), 'data-title': c.title};
    return i === 0 ? h('th', Object.assign({scope: 'row'}, props), linked) : h('td', props, linked);
  };
  return h(
    'div',
    {
      class: 'scroll',
      tabindex: '0',
      role: 'group',
      'aria-label': typeof caption === 'string' ? caption : t('表格', 'Table'),
    },
    h(
      'table',
      {id: id || null, class: href ? 'rows' : null},
      caption ? h('caption', null, caption) : null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          pick ? h('td', null, hidden(t('选', 'Choose'))) : null,
          columns.map((c) =>
            h(
              'th',
              {
                scope: 'col',
                class: c.num ? 'num' : null,
                'aria-sort': order && c.sort && order.by === c.sort ? (order.down ? 'descending' : 'ascending') : null,
              },
              order && c.sort
                ? h('a', {href: order.href(c.sort)}, c.title, order.by === c.sort ? (order.down ? ' ▾' : ' ▴') : null)
                : c.num ? in_words(c.title) : c.title,
            ),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((row) =>
          h(
            'tr',
            {class: row.class || null},
            pick ? h('td', {class: 'pick'}, pick(row)) : null,
            columns.map((c, i) => cell(c, row, i)),
          ),
        ),
      ),
      foot
        ? h(
            'tfoot',
            null,
            h(
              'tr',
              null,
              columns.map((c, i) =>
                i === 0
                  ? h('th', {scope: 'row'}, foot[c.key] || null)
                  : h(
                      'td',
                      {class: c.num ? 'num' : null, 'data-title': c.title},
                      foot[c.key] === undefined ? null : foot[c.key],
                    ),
              ),
            ),
          )
        : null,
    ),
  );
}

/** Facts of one thing: [[title, nodes], …]; what is null is left out. */
export function facts(pairs) {
  return h(
    'dl',
    {class: 'facts'},
    pairs
      .filter((p) => p && p[1] !== null && p[1] !== undefined && p[1] !== '')
      .map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))),
  );
}

export const card = (heading, ...children) =>
  h('section', {class: 'card'}, heading ? h('h2', null, heading) : null, children);

const stands = (x) => Array.isArray(x) ? x.some(stands) : x !== null && x !== undefined;
/** What is beside it stands in a column of its own; where there is nothing, the whole width is its own. */
export const beside = (main, side) => stands(side) ? h('div', {class: 'aside'}, h('div', null, main), h('div', null, side)) : main;

/** A firm by its name, or by its code where that is all that is known. */
export const firm_link = (uscc, called) => uscc ? h('a', {href: u`/console/enterprises/${uscc}`}, name(called || uscc)) : name(called);

// ---- status --------------------------------------------------------------------------------------

const SHAPES = {
  tick: 'M2 8.5 6 12.5 14 3.5',
  cross: 'M3 3 13 13M13 3 3 13',
  up: 'M8 3 14 13 2 13Z',
  diamond: 'M8 1.5 14.5 8 8 14.5 1.5 8Z',
  ring: 'M8 2.5a5.5 5.5 0 1 0 .01 0Z',
  dots: 'M3 8h.01M8 8h.01M13 8h.01',
  dot: 'M8 4a4 4 0 1 0 .01 0Z',
  ask: 'M5.5 5.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M8 12.5h.01',
  bar: 'M3 8h10',
};
export const shape = (kind) =>
  s('svg', {class: 'shape ' + kind, viewBox: '0 0 16 16', width: '12', height: '12', 'aria-hidden': 'true', focusable: 'false'}, s('path', {d: SHAPES[kind]}));

const KINDS = {
  // word: [shape, tone]
  met: ['tick', 'good'],
  on_track: ['up', 'good'],
  at_risk: ['diamond', 'warn'],
  missed: ['cross', 'bad'],
  behind: ['diamond', 'warn'],
  no_base: ['ring', 'none'],
  incomplete: ['dots', 'none'],
  active: ['dot', 'good'],
  settled: ['tick', 'none'],
  overdue: ['cross', 'bad'],
  written_off: ['cross', 'bad'],
  transferred: ['bar', 'none'],
  voided: ['cross', 'none'],
  matured: ['diamond', 'warn'],
  signed: ['ring', 'none'],
  covered: ['tick', 'good'],
  pending: ['dots', 'none'],
  expired: ['bar', 'none'],
  cancelled: ['cross', 'none'],
  draft: ['ask', 'warn'],
  in_force: ['tick', 'good'],
  suspended: ['diamond', 'warn'],
  requested: ['dots', 'warn'],
  ended: ['bar', 'none'],
  refused: ['cross', 'bad'],
  approved: ['tick', 'good'],
  paid: ['tick', 'good'],
  submitted: ['dots', 'warn'],
  accepted: ['up', 'good'],
  returned: ['diamond', 'warn'],
  lapsed: ['cross', 'bad'],
  withdrawn: ['bar', 'none'],
  closed: ['bar', 'none'],
  reserved: ['tick', 'good'],
  queued: ['dots', 'warn'],
  demanded: ['diamond', 'warn'],
  clawed_back: ['bar', 'bad'],
  waiting: ['dots', 'warn'],
  open: ['diamond', 'warn'],
  cleared: ['tick', 'good'],
  high: ['cross', 'bad'],
  med: ['diamond', 'warn'],
  low: ['ring', 'none'],
  good: ['tick', 'good'],
  warn: ['diamond', 'warn'],
  bad: ['cross', 'bad'],
  none: ['ring', 'none'],
  unknown: ['ask', 'warn'],
};
/** Shape, word and colour: badge('loan.state', 'overdue'), or with words of one's own: badge(null, 'good', '符合'). */
export function badge(of, word, text) {
  const [kind, tone] = KINDS[word] || ['ring', 'none'];
  return h('span', {class: 'badge ' + tone}, shape(kind), ' ', text || title(of, word));
}

/** How long until a day, in words and by shape. */
export function due(on, today, days) {
  if (!on) return '—';
  const left = days === undefined ? Math.round((Date.parse(on) - Date.parse(today)) / 86400000) : days;
  return left < 0
    ? badge(null, 'bad', t(`超期 ${-left} 天`, `${-left} days late`))
    : badge(null, left <= 3 ? 'warn' : 'none', t(`剩 ${left} 天`, `${left} days left`));
}

// ---- figures -------------------------------------------------------------------------------------

/** The address of the records behind a figure: the API's, under /console. */
export const rows_href = (api) =>
  api ? api.replace(/^\/v1\/reports\/quarterly\//, '/console/reports/').replace(/^\/v1\//, '/console/') : null;

/** A figure of a report's cell, in the unit; it links to its records and keeps the exact yuan in its title. */
export function figure(cell, kind, unit) {
  if (!cell || cell.value === null || cell.value === undefined) return cell && cell.hidden ? '＊' : '—';
  const text = kind === 'yuan' ? money(cell.value, unit) : kind === 'percent' ? pct(cell.value) : count(cell.value);
  const exact = kind === 'yuan' ? t(`${money(cell.value)} 元`, `${money(cell.value)} CNY`) : null;
  return cell.rows
    ? h('a', {href: rows_href(cell.rows), title: exact, class: 'figure', 'data-value': cell.value}, text)
    : h('span', {title: exact, class: 'figure', 'data-value': cell.value}, text);
}

/** On a screen only: paper has nothing to press. */
export const underlined = () => h('span', {class: 'no-print'}, t('带下划线的数字可点开看是哪些记录。', 'Underlined figures lead to their records.'));

/** Rows of a report: those of organisations in the order of their names, with the code beside. */
export const by_name = (rows) => rows.every((r) => is_office(r.key)) ? rows.slice().sort((a, b) => a.title.localeCompare(b.title, 'zh')) : rows;
export const row_title = (r) => is_office(r.key) ? [r.title, ' ', h('span', {class: 'hint'}, r.key)] : r.title;

/** ▲ 66.15 %: in ink, with words for who cannot see the shape. */
export function change(text) {
  if (text === null || text === undefined) return '—';
  const down = text.startsWith('-'),
    none = !/[1-9]/.test(text);
  return h(
    'span',
    {class: 'change'},
    none ? null : h('span', {'aria-hidden': 'true'}, down ? '▼ ' : '▲ '),
    none ? null : hidden(down ? t('下降 ', 'down ') : t('上升 ', 'up ')),
    pct(down ? text.slice(1) : text),
  );
}

/** Which quarter is looked at, the newest first; `d` has `quarters` and the `quarter` that is shown. */
export function quarter_switch(ctx, d) {
  return h(
    'label',
    null,
    t('季度', 'Quarter'),
    h('select', {id: 'quarter', onchange: (e) => ctx.go(ctx.href({quarter: e.target.value}))},
      d.quarters.slice().reverse().map((q) => h('option', {value: q.quarter, selected: q.quarter === d.quarter}, quarter_title(q.quarter)))),
  );
}

/** 亿元 / 万元 / 元: a switch that writes ?unit= into the address. */
export function unit_switch(now, href) {
  return h(
    'div',
    {class: 'switch', role: 'group', 'aria-label': t('金额单位', 'Unit of amounts')},
    ['yi', 'wan', 'yuan'].map((unit) =>
      h('a', {href: href({unit}), 'aria-current': unit === now ? 'true' : null}, unit_title(unit)),
    ),
  );
}

// ---- lists ---------------------------------------------------------------------------------------

/** 下一页 / 首页 of a list by cursor; `total` of ?total=true. */
export function pager({items, next, total, total_amount}, ctx, what) {
  if (!items.length && !ctx.query.after && !what) return null; // the table says that there is nothing, and why
  return h(
    'nav',
    {class: 'pager', 'aria-label': t('分页', 'Pages')},
    h(
      'span',
      null,
      total !== undefined
        ? t(`本页 ${items.length} 项；全部 ${count(total)} 项`, `${items.length} here; ${count(total)} in all`) +
            (total_amount ? t(`、合计 ${money(total_amount)} 元`, `, ${money(total_amount)} CNY`) : '')
        : t(`本页 ${items.length} 项`, `${items.length} here`),
      what || null,
    ),
    ctx.query.after ? h('a', {href: ctx.href({after: null})}, t('首页', 'First page')) : null,
    ctx.query.after ? h('button', {type: 'button', onclick: () => history.back()}, t('上一页', 'Back')) : null,
    next ? h('a', {href: ctx.href({after: next}), class: 'next'}, t('下一页', 'Next page')) : null,
  );
}

/** Tabs that are addresses: [[key, title, number]], `key` is the value of ?tab=. */
export const tabs = (list, now, ctx) =>
  h(
    'nav',
    {class: 'tabs', 'aria-label': t('分栏', 'Sections')},
    list.map(([key, label, n]) =>
      h(
        'a',
        {href: ctx.href({tab: key, after: null}), 'aria-current': key === now ? 'page' : null},
        label,
        n ? h('span', {class: 'number'}, count(n)) : null,
      ),
    ),
  );
