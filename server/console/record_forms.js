/**
 * record_forms.js - plans, schemes and deals drafted by the form that their description makes: anew, as a copy, or corrected.
 */
import {h, name} from './h.js';
import {get} from './api.js';
import {book_of} from './decision.js';
import {toast} from './dialog.js';
import {draft} from './draft.js';
import {money, sum} from './fmt.js';
import {condition} from './rule.js';
import {schema_of, written} from './schema_form.js';
import {table} from './table.js';
import {is_english, t} from './words.js';

const title_in = (schema, name_, v) => {
  const of = schema.properties[name_];
  return !is_english() && of['x-titles'] && of['x-titles'][v] || v || '—';
};

// ---- what it says --------------------------------------------------------------------------------

const valid = (x) => /^\d+(\.\d{1,4})?$/.test(x || '');

function plan_reads(doc, d) {
  const of = d.schema.properties.targets.items;
  const text = (x) => !x.threshold ? '—' : x.kind === 'growth' ? `${x.threshold}%` : x.measure === 'amount' && valid(x.threshold)
    ? t(`${money(x.threshold)} 元`, money(x.threshold)) : x.threshold;
  return [h('h3', null, t('目标', 'Targets')), table({rows: doc.targets || [], empty: t('还没有目标。', 'No target yet.'), columns: [
    {key: 'code', title: t('代码', 'Code')}, {key: 'title', title: t('名称', 'Title'), wide: true, cell: (x) => name(x.title)},
    {key: 'kind', title: t('类别', 'Kind'), cell: (x) => title_in(of, 'kind', x.kind)},
    {key: 'threshold', title: t('门槛', 'Threshold'), num: true, cell: text}]})];
}

/** Who bears what, for each that may claim; the shares of one are 100 % in all. */
function scheme_reads(doc, d) {
  const of = d.schema.properties.layers.items, layers = doc.layers || [];
  return [...new Set(layers.map((x) => x.claimant || 'bank'))].map((who) => {
    const rows = layers.filter((x) => (x.claimant || 'bank') === who), all = sum(rows.map((x) => x.share).filter(valid));
    return [h('h3', null, t('分担：', 'Shares: '), t(`${title_in(of, 'claimant', who)}申请时`, `where the ${who} claims`)), table({rows, columns: [
      {key: 'party', title: t('方', 'Party'), cell: (x) => title_in(of, 'party', x.party)},
      {key: 'share', title: t('比例', 'Share'), num: true, cell: (x) => x.share ? x.share + '%' : '—'}],
    foot: {party: t('合计', 'In all'), share: all + '%'}}), /^100(\.0+)?$/.test(all) ? null
      : h('p', {class: 'wrong'}, t('合计须为 100%', 'They must be 100 % in all'))];
  }).concat(doc.conditions ? [h('h3', null, t('入池条件', 'Conditions')), condition(doc.conditions, d.book)] : []);
}

function deal_reads(doc, d) {
  const dues = doc.dues || [], all = sum(dues.map((x) => x.amount).filter(valid));
  return [h('p', null, name(doc.provider_name), ' → ', name(doc.acquirer_name), t('，', ', '), title_in(d.schema, 'kind', doc.kind), t('，', ', '),
    valid(doc.contract_value) ? t(`${money(doc.contract_value)} 元`, money(doc.contract_value)) : '—'),
  dues.length && valid(doc.contract_value) && all !== sum([doc.contract_value]) ? h('p', {class: 'wrong'},
    t(`约定付款合计 ${money(all)} 元，须等于成交金额`, `What is due comes to ${money(all)}: it must be the price`)) : null];
}

// ---- the forms -----------------------------------------------------------------------------------

const claimants = () => ({claimants: {label: t('可申请人', 'Who may claim'), options: [['bank', t('银行', 'Bank')], ['guarantor', t('担保机构', 'Guarantor')]]}});
const BY_KIND = {licence: ['licence', 'ends_on'], contribution: ['share']};
const KINDS = {
  plan: {path: '/v1/plans', own: ['code'], pages: '/console/plans', reads: plan_reads, said: () => t('计划已提交，待另一人批准', 'Submitted; another person approves it'),
    form: {shapes: ['kind'], first: (pointer, x) => x.kind === 'growth' ? ['reading'] : [], needs: (pointer, x) => /^\/targets\/\d+$/.test(pointer)
      ? [...(x.metrics || x.kind === 'rising' ? [] : ['measure']), ...(x.kind === 'rising' ? ['metrics'] : ['threshold'])] : []}, blank: (ctx) => ({assumed: false, first_year: Number(ctx.today.slice(0, 4)) + 1,
      last_year: Number(ctx.today.slice(0, 4)) + 3, basis: 'signed_on', targets: [{code: 'T1', kind: 'growth', measure: 'amount', reading: 'compound'}]})},
  scheme: {path: '/v1/schemes', own: ['effective_from', 'effective_to'], pages: '/console/schemes', back: '/console/fund', reads: scheme_reads, said: () => t('方案已提交，待财政部门批准', 'Submitted; finance approves it'),
    words: claimants, form: {first: (pointer, x) => pointer === '' ? ['effective_to', 'cap_per_loan', 'cap_per_enterprise', 'cap_fund_year'] : []},
    blank: () => ({trigger: {}, loss_base: 'principal', layers: [{party: 'fund'}, {party: 'bank'}]})},
  ip_deal: {path: '/v1/ip-deals', own: ['reference', 'voided'], pages: '/console/deals', reads: deal_reads, said: () => t('已报送，待另一机构确认', 'Told; another organisation confirms it'),
    form: {shapes: ['kind', 'acquirer_kind'], skip_new: ['voided'], first: (pointer, x) => pointer === '' ? ['provider_uscc', 'acquirer_uscc', ...(BY_KIND[x.kind] || [])] : [],
      needs: (pointer, x) => pointer === '' ? [...({licence: ['licence'], contribution: ['share']}[x.kind] || []), ...(x.acquirer_kind === 'sme' ? ['acquirer_uscc'] : [])] : []},
    blank: (ctx) => Object.assign({ip: [{}]}, ctx.me.district ? {district: ctx.me.district} : {})},
};

/** What the form needs beside the record. */
export async function asked(kind) {
  const [schema, list] = await Promise.all([schema_of(kind), get('/v1/facts')]);
  return {schema, book: book_of(list)};
}

export function editor(kind, ctx, d, record) {
  const k = KINDS[kind], is_new = !record, fixed = ctx.query.edit === 'draft', doc = is_new ? k.blank(ctx) : written(d.schema, record);
  if (!is_new && !fixed) for (const own of k.own) delete doc[own]; // what no two of them have alike
  return draft({ctx, key: `${kind} ${is_new ? 'new' : record.id} ${fixed ? 'draft' : 'copy'}`, path: k.path, schema: d.schema, doc,
    base: is_new ? null : written(d.schema, record), record: fixed ? record : null, book: d.book,
    form: Object.assign({}, k.form, {words: k.words ? k.words() : null, skip: fixed ? [] : k.form.skip_new}), reads: (x) => k.reads(x, d),
    verb: fixed ? t('提交更正', 'Correct it') : kind === 'ip_deal' ? t('报送', 'Send it') : t('提交草案', 'Submit the draft'),
    sent: (made) => { toast(k.said()); ctx.go(`${k.pages}/${encodeURIComponent(made.id)}`); },
    back: is_new ? k.back || k.pages : `${k.pages}/${encodeURIComponent(record.id)}`});
}
