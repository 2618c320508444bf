/**
 * report.js - one quarter's report, a section at a time: every figure leads to its records.
 */
import {h, hidden, u, with_query} from '../h.js';
import {download, get} from '../api.js';
import {columns as column_chart, hbars} from '../chart.js';
import {instant, money, quarter_short, quarter_title, shift, unit_title, UNITS} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, by_name, card, change, figure, row_title, rows_href, table, underlined, unit_switch} from '../table.js';
import {is_english, t, title, words_of} from '../words.js';

const MORE = /(_last_year|_previous|_share|^last_year|^previous|registered_)/; // columns that wait behind a switch

async function load(ctx) {
  const name = words_of('section').includes(ctx.query.section) ? ctx.query.section : 'headline';
  const report = await get(u`/v1/reports/quarterly/${ctx.at.quarter}`, {section: name, known_at: ctx.query.known_at});
  return {
    report,
    name,
    section: report.sections.find((s) => s.name === name),
    unit: ctx.unit || 'wan',
    more: ctx.query.more === '1',
  };
}

const kind_of = (row, column) => (column.unit === 'by_row' ? row.unit || 'count' : column.unit);

function cell_of(row, column, d) {
  const cell = row.cells[column.key],
    kind = kind_of(row, column);
  if (!cell) return '—';
  if (kind === 'percent' && /yoy|qoq/.test(column.key))
    return h(
      'span',
      {title: cell.of ? t(`由 ${cell.of.join('、')} 算得`, `from ${cell.of.join(', ')}`) : null},
      change(cell.value),
    );
  return kind === 'text'
    ? cell.value === null || cell.value === undefined
      ? '—'
      : String(cell.value)
    : figure(cell, kind, d.unit);
}

function section_table(d) {
  const s = d.section,
    shown = s.columns.filter((c) => d.more || !MORE.test(c.key) || s.columns.length <= 8);
  const by_row = s.columns.some((c) => c.unit === 'by_row'),
    has_money = by_row ? s.rows.some((r) => r.unit === 'yuan') : s.columns.some((c) => c.unit === 'yuan');
  const head = (c) => (c.unit === 'percent' ? c.title : c.title);
  return table({
    id: 'section',
    caption: has_money
      ? [t(
          `金额单位：${unit_title(d.unit)}。`,
          `Amounts in ${unit_title(d.unit)}. `,
        ), underlined()]
      : underlined(),
    rows: by_name(s.rows),
    empty: t('本季这张分表没有内容。', 'Nothing in this section.'),
    columns: [
      {
        key: 'title',
        title: s.row_title,
        cell: (r) => [
          row_title(r),
          by_row && r.unit === 'yuan' ? h('span', {class: 'quiet'}, ` ${unit_title(d.unit)}`) : null,
          r.note ? h('p', {class: 'hint'}, typeof r.note === 'string' ? r.note : null) : null,
        ],
      },
      ...shown.map((c) => ({key: c.key, title: head(c), num: c.unit !== 'text', cell: (r) => cell_of(r, c, d)})),
    ],
    foot:
      s.total && s.rows.length
        ? Object.assign({title: s.total.title}, Object.fromEntries(shown.map((c) => [c.key, cell_of(s.total, c, d)])))
        : null,
  });
}

function picture(d) {
  const s = d.section,
    amount = s.columns.find((c) => c.key === 'amount' && c.unit === 'yuan');
  if (!amount || s.rows.length < 2) return null;
  const rows = s.rows.filter((r) => r.cells.amount && r.cells.amount.value && /[1-9]/.test(r.cells.amount.value));
  if (!rows.length) return null;
  if (d.name === 'by_quarter')
    return card(
      [s.title, h('small', null, unit_title(d.unit))],
      column_chart({
        title: s.title,
        unit: unit_title(d.unit),
        points: rows.map((r) => ({
          label: quarter_short(r.key),
          value: shift(r.cells.amount.value, UNITS[d.unit].places, 2),
          text: money(r.cells.amount.value, d.unit).replace(d.unit === 'yi' ? '' : /\.\d\d$/, ''),
          href: rows_href(r.cells.amount.rows),
        })),
      }),
    );
  const big = (r) => BigInt(r.cells.amount.value.replace('.', ''));
  return card(
    [s.title, h('small', null, t(`${amount.title}，${unit_title(d.unit)}`, `${amount.title}, ${unit_title(d.unit)}`))],
    hbars({
      title: s.title,
      rows: rows
        .slice()
        .sort((a, b) => (big(b) > big(a) ? 1 : -1))
        .slice(0, 20)
        .map((r) => ({
          label: r.title,
          value: r.cells.amount.value,
          text: money(r.cells.amount.value, d.unit),
          share: r.cells.amount_share ? `${r.cells.amount_share.value}%` : null,
          href: rows_href(r.cells.amount.rows),
        })),
    }),
  );
}

function banner(ctx, d) {
  const q = ctx.at.quarter,
    sealed = d.report.sealed_at;
  const now = ctx.query.known_at === 'now';
  return h(
    'div',
    {class: 'notice' + (sealed ? ' good' : '')},
    sealed ? badge(null, 'good', t('已封存', 'Sealed')) : badge(null, 'warn', t('未封存', 'Not sealed')),
    ' ',
    sealed
      ? [
          t(`封存于 ${instant(sealed)}。`, `Sealed at ${instant(sealed)}. `),
          now ? t('现在显示的是现值。', 'What you see are the live figures. ') : null,
          h(
            'a',
            {href: ctx.href({known_at: now ? null : 'now'})},
            now ? t('看封存的数字', 'Show what was sealed') : t('看现值', 'Show the live figures'),
          ),
          ' · ',
          h('a', {href: u`/console/reports/${q}/diff`}, t('封存后的差异', 'Differences since')),
          ' · ',
          h('a', {href: u`/console/reports/${q}/seal`}, t('签名与验证', 'Signature')),
        ]
      : [
          t('数字随更正而变，封存后固定。', 'The figures follow corrections until they are sealed. '),
          ctx.may('POST /v1/reports/quarterly/{quarter}/seal')
            ? h('a', {href: u`/console/reports/${q}/seal`}, t('去封存', 'Seal it'))
            : null,
        ],
  );
}

function files(ctx, d) {
  const q = ctx.at.quarter,
    at = (format, more) =>
      with_query(u`/v1/reports/quarterly/${q}`, Object.assign({format, known_at: ctx.query.known_at}, more));
  const button = (label, href, name) => h('button', {type: 'button', onclick: () => download(href, name)}, label);
  const whole = card(
    t('下载整份报告', 'The whole report as a file'),
    h(
      'div',
      {class: 'buttons'},
      button('XLSX', at('xlsx', {unit: d.unit}), `${q}.xlsx`),
      button('CSV（UTF-8）', at('csv'), `${q}.csv`),
      button('CSV（GB18030）', at('csv', {charset: 'gb18030'}), `${q}-gb18030.csv`),
      button(t('打印页 HTML', 'Page to print'), at('html', {unit: d.unit}), `${q}.html`),
    ),
  );
  return h('div', {class: 'no-print'}, whole);
}

export const page = {
  load,
  title: (ctx) => t(`${quarter_title(ctx.at.quarter)}报告`, `Report ${quarter_title(ctx.at.quarter)}`),
  sub: (ctx, d) => [
    is_english() ? d.report.scope.en : d.report.scope.zh,
    ' · ',
    t('截至 ', 'as of '),
    d.report.as_of,
    ' · ',
    t('数据截至 ', 'known at '),
    instant(d.report.known_at),
  ],
  tools: (ctx, d) => [unit_switch(d.unit, ctx.href), print_button()],
  view: (ctx, d) => [
    banner(ctx, d),
    h(
      'div',
      {class: 'sections'},
      h(
        'nav',
        {class: 'side no-print', 'aria-label': t('分表', 'Sections')},
        words_of('section').map((n) =>
          h('a', {href: ctx.href({section: n}), 'aria-current': n === d.name ? 'page' : null}, title('section', n)),
        ),
      ),
      h(
        'div',
        null,
        card(
          [
            title('section', d.name),
            d.section && d.section.columns.some((c) => MORE.test(c.key)) && d.section.columns.length > 8
              ? h(
                  'a',
                  {href: ctx.href({more: d.more ? null : '1'}), class: 'no-print more'},
                  d.more ? t('收起上年同期与占比', 'Fewer columns') : t('显示上年同期与占比', 'More columns'),
                )
              : null,
            hidden(''),
          ],
          d.section
            ? section_table(d)
            : h('p', {class: 'empty'}, t('您的范围内没有这张分表。', 'There is no such section in your scope.')),
        ),
        d.section ? picture(d) : null,
        files(ctx, d),
      ),
    ),
  ],
};
