/**
 * list.js - the page of a list: filters that live in the address, a table by pages, the whole list as a file.
 *
 *   export const page = list_page({
 *     title: () => t('贷款', 'Loans'), path: '/v1/loans', total: true,
 *     filters: (ctx) => [{name: 'q', label: …}, {name: 'state', label: …, options: [['', t('全部', 'All')], …]}],
 *     columns: (ctx) => [{key, title, num, cell, sort: 'amount'}], href: (row) => u`/console/loans/${row.id}`,
 *     empty: () => …, fixed: (ctx) => ({…}), above: (ctx, data) => nodes, in_bulk: (ctx) => …, many: (ctx, rows) => bulk(…),
 *   });
 */
import {h, with_query} from './h.js';
import {download, get, Refusal} from './api.js';
import {filter} from './form.js';
import {card, pager, table} from './table.js';
import {t} from './words.js';

const LIMIT = 50;
const MANY = 200; // where they are ticked
export const all_of = (of, words, title_of) => [['', t('全部', 'All')], ...words.map((w) => [w, title_of(of, w)])];

function order_of(ctx) {
  const now = ctx.query.order || '',
    down = now.startsWith('-'),
    by = now.replace(/^-/, '');
  return {by, down, href: (key) => ctx.href({order: by === key && !down ? '-' + key : key, after: null})};
}

export function export_buttons(path, query, file) {
  return ['csv', 'xlsx'].map((format) =>
    h(
      'button',
      {
        type: 'button',
        class: 'no-print',
        onclick: () => download(with_query(path, Object.assign({}, query, {format})), `${file}.${format}`),
      },
      t(`下载 ${format.toUpperCase()}`, `Download ${format.toUpperCase()}`),
    ),
  );
}

export function list_page({
  title,
  sub,
  path,
  filters,
  columns,
  href,
  empty,
  total,
  fixed,
  above,
  caption,
  order,
  tools,
  limit = LIMIT,
  exports = true,
  many,
  in_bulk,
}) {
  const asked = (ctx) => {
    const names = filters ? filters(ctx).map((f) => f.name) : [];
    return Object.assign(Object.fromEntries(names.map((n) => [n, ctx.query[n]])), fixed ? fixed(ctx) : {}, {
      order: ctx.query.order || order,
    });
  };
  const asks = (ctx) => (filters ? filters(ctx) : []).some((f) => ctx.query[f.name]);
  const at = (ctx) => (typeof path === 'function' ? path(ctx) : path);
  return {
    title,
    sub,
    // What somebody typed above the list and the ledger cannot read is told there, and the rest of it stays.
    load: (ctx) =>
      get(at(ctx), Object.assign({limit: in_bulk && in_bulk(ctx) ? MANY : limit, after: ctx.query.after}, total ? {total: 'true'} : {}, asked(ctx))).catch((e) => {
        const names = filters ? filters(ctx).map((f) => f.name) : [];
        if (!(e instanceof Refusal) || !e.errors.length || !e.errors.every((x) => names.includes(String(x.pointer).replace(/^\?/, '')))) throw e;
        return {items: [], next: null, refused: e.errors};
      }),
    tools: (ctx, d) => [
      tools ? tools(ctx, d) : null,
      exports && d.items.length ? export_buttons(at(ctx), asked(ctx), at(ctx).split('/').pop()) : null,
    ],
    view: (ctx, d) => {
      const b = in_bulk && in_bulk(ctx) ? many(ctx, d.items) : null;
      const rows = table({
        caption: caption ? caption(ctx, d) : null,
        columns: columns(ctx, d),
        rows: d.items,
        href,
        order: order_of(ctx),
        empty: d.refused ? t('请改正上面的条件。', 'Mend the conditions above.') : asks(ctx) ? t('没有符合条件的记录。', 'Nothing fits.')
          : empty ? empty(ctx) : t('还没有您能看到的记录。', 'There is none yet that you may see.'),
        pick: b ? b.pick : null,
      });
      if (b) b.ready();
      return [
        above ? above(ctx, d) : null,
        filters
          ? filter(filters(ctx), ctx.query, (values) => ctx.go(ctx.href(Object.assign({after: null}, values))), null, d.refused)
          : null,
        b ? b.node : null,
        card(null, rows, pager(d, ctx)),
      ];
    },
  };
}
