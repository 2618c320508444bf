/**
 * rows.js - a figure, its sum, its count, and the records that make it: of a report's cell or of a plan's year.
 */
import {h, name, u, with_query} from '../h.js';
import {get} from '../api.js';
import {count, money, pct, quarter_title, sum} from '../fmt.js';
import {card, pager, table} from '../table.js';
import {district_title, t, title} from '../words.js';

const LIMIT = 100;
const api_of = (ctx) =>
  ctx.path.startsWith('/console/plans/')
    ? ctx.path.replace('/console/', '/v1/')
    : u`/v1/reports/quarterly/${ctx.at.quarter}/rows`;

async function load(ctx) {
  const {lang, unit, ...query} = ctx.query,
    is_report = !!ctx.at.quarter;
  const [rows, report] = await Promise.all([
    get(api_of(ctx), Object.assign({limit: LIMIT}, query)),
    is_report
      ? get(u`/v1/reports/quarterly/${ctx.at.quarter}`, {
          section: query.section,
          known_at: query.known_at,
          as_of: query.as_of,
          basis: query.basis,
        })
      : null,
  ]);
  const section = report ? report.sections[0] : null;
  const row = section && (query.row ? section.rows.find((r) => r.key === query.row) : null),
    column = section && section.columns.find((c) => c.key === query.column);
  return {rows, section, row, column, query, next: rows.next};
}

const kind_of = (d) =>
  d.column
    ? d.column.unit === 'by_row'
      ? d.row
        ? d.row.unit
        : 'count'
      : d.column.unit
    : d.rows.figure === 'count'
      ? 'count'
      : 'yuan';
const shown = (v, kind) => (kind === 'yuan' ? money(String(v)) : kind === 'percent' ? pct(v) : count(v));
const unit_text = (kind) => (kind === 'yuan' ? t('元', ' CNY') : '');

const ADDRESS = {
  loan: '/console/loans/',
  claim: '/console/claims/',
  application: '/console/applications/',
  ip_deal: '/console/deals/',
  coverage: '/console/coverages/',
  flag: '/console/flags/',
  insurance_policy: '/console/insurance/',
};
const record_href = (item) => (ADDRESS[item.type] ? ADDRESS[item.type] + encodeURIComponent(item.id) : null);
const FIGURES = {count: ['件数', 'Number'], contract_value: ['合同金额', 'Contract value'], cash_received: ['到账金额', 'Cash received']};
/** 「浦东新区 · 本季融资金额 = 56 笔合计 1,474,208,739.54 元」 */
function sentence(ctx, d) {
  const kind = kind_of(d),
    total = d.rows.value !== undefined ? d.rows.value : d.rows.total,
    n = d.rows.count !== undefined ? d.rows.count : d.rows.rows;
  const what = d.section
    ? [d.section.title, d.row ? d.row.title : null, d.column ? d.column.title : null].filter(Boolean).join(' · ')
    : [title('indicator.side', d.rows.side), FIGURES[d.rows.figure] ? t(...FIGURES[d.rows.figure]) : d.rows.figure, d.query.period].filter(Boolean).join(' · ');
  if (!n) return h('p', {class: 'sentence'}, what, t('：没有记录', ': no records'));
  return h(
    'p',
    {class: 'sentence'},
    what,
    ' = ',
    t(`${count(n)} 笔`, `${count(n)} records, `),
    kind === 'yuan' || String(total) !== String(n)
      ? [
          t('合计 ', 'in all '),
          h('strong', {id: 'total'}, shown(total, kind)),
          unit_text(kind) ? ' ' + unit_text(kind) : null,
        ]
      : null,
  );
}

const page_sum = (d) =>
  kind_of(d) === 'yuan'
    ? money(sum(d.rows.items.map((i) => String(i.value))))
    : count(d.rows.items.reduce((n, i) => n + Number(i.value), 0));

export const page = {
  load,
  title: (ctx, d) => t('数字的来历', 'What makes this figure'),
  sub: (ctx, d) =>
    ctx.at.quarter
      ? [
          quarter_title(ctx.at.quarter),
          ' · ',
          t('每一笔都可点开；加起来正好等于这个数字。', 'Each can be opened; together they make the figure exactly.'),
        ]
      : null,
  tools: (ctx, d) => [
    ctx.at.quarter
      ? h(
          'a',
          {class: 'button', href: with_query(u`/console/reports/${ctx.at.quarter}`, {section: d.query.section})},
          t('返回分表', 'Back to the section'),
        )
      : null,
  ],
  view: (ctx, d) => {
    const kind = kind_of(d),
      whole = !d.next && !ctx.query.after;
    return card(
      null,
      sentence(ctx, d),
      d.rows.items.length ? table({
        rows: d.rows.items,
        href: record_href,
        columns: [
          {key: 'reference', title: t('编号', 'Reference')},
          {key: 'type', title: t('类别', 'Kind'), cell: (i) => title('record', i.type)},
          {
            key: 'firm',
            title: t('企业', 'Firm'),
            wide: true,
            cell: (i) => [
              i.firm_name ? name(i.firm_name) : null,
              i.firm_name && i.firm ? ' ' : null,
              i.firm && /^[0-9A-Z]{18}$/.test(i.firm)
                ? h('a', {href: u`/console/enterprises/${i.firm}`, class: 'quiet'}, i.firm)
                : i.firm
                  ? name(i.firm)
                  : '—',
            ],
          },
          {key: 'on', title: t('日期', 'Day'), cell: (i) => i.on || '—'},
          ...(d.rows.items.some((i) => i.district)
            ? [{key: 'district', title: t('区', 'District'), cell: (i) => district_title(i.district)}]
            : []),
          {
            key: 'value',
            title: kind === 'yuan' ? t('金额（元）', 'Amount (CNY)') : t('计入', 'Counts'),
            num: true,
            cell: (i) => shown(i.value, kind),
          },
        ],
        foot: d.rows.items.length
          ? {reference: whole ? t('全部', 'All') : t('本页', 'This page'), value: page_sum(d)}
          : null,
      }) : null,
      pager({items: d.rows.items, next: d.next ? String(d.next) : null}, ctx),
    );
  },
};
