/**
 * chart.js - pictures as SVG: every mark a link, sharp on paper, read aloud, with a table of its data below.
 *
 *   columns({title, unit, points: [{label, value, text, href, note, beside}]})   one column a period; beside: {value, text}, a second one
 *   hbars({title, rows: [{label, value, text, share, href}]})              one bar a place, the longest first
 *   progress({now, need, low, high, title})                                a bar with its threshold and a band
 *   line_with_band({title, points: [{label, value, text, href, low, high}], line: {value, text}})
 * Values are the API's texts; lengths are made of them by BigInt (thousandths), never by floating point of money.
 */
import {h, s} from './h.js';
import {compare, grouped, shift, thousandths} from './fmt.js';
import {t} from './words.js';

/** Drawn for a narrow page or a wide one, so that its texts keep their size. */
export const width = () => (window.innerWidth < 700 ? 360 : 640);

/** The least of 1, 2, 2.5, 5 × 10^n of which four parts are not less than the value. */
export function ticks(most) {
  const whole = BigInt(shift(most, 0, 0)) + 1n;
  let unit = 1n;
  for (;;) {
    for (const step of [10n, 20n, 25n, 50n])
      if (step * unit * 4n >= whole * 10n) return [0n, 1n, 2n, 3n, 4n].map((i) => tenths(i * step * unit));
    unit *= 10n;
  }
}
const tenths = (n) => (n / 10n).toString() + (n % 10n ? '.' + (n % 10n) : '');

const greatest = (values) =>
  values.filter((v) => v !== null && v !== undefined).reduce((a, b) => (compare(a, b) > 0 ? a : b), '0');
const link = (href, label, ...children) =>
  href ? s('a', {href, 'aria-label': label}, children) : s('g', {role: 'img', 'aria-label': label}, children);

export function data_table(title, heads, rows) {
  return h(
    'details',
    {class: 'data'},
    h('summary', null, t('数据表', 'Table of data')),
    h(
      'table',
      null,
      h('caption', null, title),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          heads.map((x, i) => h('th', {scope: 'col', class: i ? 'num' : null}, x)),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((row) =>
          h(
            'tr',
            null,
            row.map((x, i) => (i ? h('td', {class: 'num'}, x) : h('th', {scope: 'row'}, x))),
          ),
        ),
      ),
    ),
  );
}

function grid(marks, w, height, left, top, y) {
  return marks.map((m) =>
    s(
      'g',
      null,
      s('path', {d: `M${left} ${y(m)}H${w}`, class: 'grid'}),
      s('text', {x: left - 6, y: y(m) + 4, 'text-anchor': 'end'}, grouped(m)),
    ),
  );
}

export function columns({title, unit, points, heads}) {
  const w = width(),
    height = 240,
    left = 44,
    top = 20,
    bottom = 26;
  const two = points.some((p) => p.beside), marks = ticks(greatest(points.flatMap((p) => [p.value, p.beside ? p.beside.value : null])));
  const most = marks[4],
    room = height - top - bottom;
  const y = (v) => top + room - Math.round((thousandths(v, most) * room) / 1000);
  const step = (w - left) / Math.max(points.length, 1),
    bar = Math.min(56, Math.floor((step * 0.62) / (two ? 2 : 1)));
  const all_texts = step >= 38 && !two;
  return h(
    'figure',
    {class: 'chart'},
    s(
      'svg',
      {viewBox: `0 0 ${w} ${height}`, role: 'group', 'aria-label': title},
      grid(marks, w, height, left, top, y),
      points.map((p, i) => {
        const x = Math.round(left + step * i + (step - bar * (two ? 2 : 1)) / 2) + (two ? bar : 0),
          at = p.value === null ? y('0') : y(p.value);
        return link(
          p.href,
          `${p.label} ${p.text}${unit ? ' ' + unit : ''}${p.beside ? `；${heads[1]} ${p.beside.text}` : ''}`,
          p.beside ? s('rect', {x: x - bar, y: y(p.beside.value), width: bar, height: top + room - y(p.beside.value), class: 'mark open'}) : null,
          s('rect', {x, y: at, width: bar, height: top + room - at, class: 'mark' + (p.open ? ' open' : '')}),
          s('rect', {
            x: Math.round(left + step * i),
            y: top,
            width: Math.floor(step),
            height: room + bottom,
            class: 'catch',
          }),
          all_texts ? s('text', {x: x + bar / 2, y: at - 5, 'text-anchor': 'middle', class: 'value'}, p.text) : null,
          all_texts || i % (step < 24 ? 3 : 2) === 0
            ? s('text', {x: Math.round(left + step * (i + 0.5)), y: height - 8, 'text-anchor': 'middle'}, p.label)
            : null,
        );
      }),
    ),
    data_table(
      title,
      [t('时期', 'Period'), ...(two ? heads : [unit || t('数值', 'Value')])],
      points.map((p) => [p.label, p.href ? h('a', {href: p.href}, p.text) : p.text, ...(two ? [p.beside ? p.beside.text : '—'] : [])]),
    ),
  );
}

const mark_of = (r, most) => s(
  'svg',
  {viewBox: '0 0 1000 14', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false'},
  s('rect', {x: 0, y: 0, width: Math.max(thousandths(r.value, most), 2), height: 14, class: 'mark'}),
);

export function hbars({title, rows}) {
  const most = greatest(rows.map((r) => r.value));
  return h(
    'div',
    {class: 'hbars', role: 'table', 'aria-label': title},
    rows.map((r) =>
      h(
        'div',
        {class: 'hbar', role: 'row'},
        h('span', {class: 'label', role: 'rowheader'}, r.label),
        h(
          'span',
          {class: 'track', role: 'cell'},
          // the figure beside it is the link that is read and tabbed to
          r.href ? h('a', {href: r.href, tabindex: '-1', 'aria-hidden': 'true'}, mark_of(r, most)) : mark_of(r, most),
        ),
        h('span', {class: 'num', role: 'cell'}, r.href ? h('a', {href: r.href}, r.text) : r.text),
        h('span', {class: 'num quiet', role: 'cell'}, r.share || null),
      ),
    ),
  );
}

/** How far, against what is needed; both as decimals of one kind. A band low to high is what may come. */
export function progress({now, need, low, high, title}) {
  const whole = greatest([now, need, high || '0']),
    scale = compare(whole, need) > 0 ? whole : need;
  const at = (v) => Math.round(thousandths(v, scale) * 0.98);
  return s(
    'svg',
    {class: 'progress', viewBox: '0 0 1000 24', preserveAspectRatio: 'none', role: 'img', 'aria-label': title},
    s('rect', {x: 0, y: 5, width: 1000, height: 14, class: 'track'}),
    low && high
      ? s('rect', {x: at(low), y: 6, width: Math.max(at(high) - at(low), 4), height: 12, class: 'band'})
      : null,
    s('rect', {x: 0, y: 5, width: at(now), height: 14, class: 'mark'}),
    s('rect', {x: Math.max(at(need) - 3, 0), y: 0, width: 6, height: 24, class: 'need'}),
  );
}

export function line_with_band({title, points, line}) {
  const w = width(),
    height = 220,
    left = 44,
    top = 16,
    bottom = 26,
    room = height - top - bottom;
  const marks = ticks(greatest([...points.map((p) => p.high || p.value), line ? line.value : '0']));
  const most = marks[4],
    y = (v) => top + room - Math.round((thousandths(v, most) * room) / 1000);
  const step = (w - left) / Math.max(points.length, 1),
    x = (i) => Math.round(left + step * (i + 0.5));
  const known = points.map((p, i) => [p, i]).filter(([p]) => p.value !== null && p.value !== undefined);
  const band = points.map((p, i) => [p, i]).filter(([p]) => p.low && p.high);
  return h(
    'figure',
    {class: 'chart'},
    s(
      'svg',
      {viewBox: `0 0 ${w} ${height}`, role: 'group', 'aria-label': title},
      grid(marks, w, height, left, top, y),
      band.length > 1
        ? s('path', {
            class: 'band',
            d:
              'M' +
              band.map(([p, i]) => `${x(i)} ${y(p.high)}`).join('L') +
              'L' +
              band
                .slice()
                .reverse()
                .map(([p, i]) => `${x(i)} ${y(p.low)}`)
                .join('L') +
              'Z',
          })
        : null,
      line
        ? [
            s('path', {class: 'need', d: `M${left} ${y(line.value)}H${w}`}),
            s('text', {x: w - 4, y: y(line.value) - 4, 'text-anchor': 'end', class: 'value'}, line.text),
          ]
        : null,
      s('path', {class: 'line', d: 'M' + known.map(([p, i]) => `${x(i)} ${y(p.value)}`).join('L')}),
      known.map(([p, i]) =>
        link(
          p.href,
          `${p.label} ${p.text}`,
          s('circle', {cx: x(i), cy: y(p.value), r: 4, class: 'mark'}),
          s('rect', {x: Math.round(x(i) - step / 2), y: top, width: Math.floor(step), height: room, class: 'catch'}),
        ),
      ),
      points.map((p, i) =>
        step >= 30 || i % 2 === 0 ? s('text', {x: x(i), y: height - 8, 'text-anchor': 'middle'}, p.label) : null,
      ),
    ),
    data_table(
      title,
      [t('时期', 'Period'), t('数值', 'Value'), t('区间', 'Range')],
      points.map((p) => [p.label, p.text || '—', p.low ? `${p.low_text || p.low} – ${p.high_text || p.high}` : '—']),
    ),
  );
}

export const legend = (...items) =>
  h(
    'ul',
    {class: 'legend'},
    items.map(([kind, text]) =>
      h(
        'li',
        null,
        s(
          'svg',
          {viewBox: '0 0 18 12', width: 18, height: 12, 'aria-hidden': 'true', focusable: 'false'},
          kind === 'need'
            ? s('rect', {x: 8, y: 0, width: 3, height: 12, class: 'need'})
            : s('rect', {x: 0, y: 1, width: 18, height: 10, class: kind}),
        ),
        text,
      ),
    ),
  );
