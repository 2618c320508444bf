/**
 * verdicts.js - what the ledger says of each line of a file: a hundred on a page, counted by outcome, and what was refused as a file
 * with the reasons beside it.
 */
import {h, name, u} from './h.js';
import {save} from './api.js';
import {cell_text, record_text} from './csv.js';
import {count} from './fmt.js';
import {badge, table} from './table.js';
import {t} from './words.js';

const PAGE = 100;
const KIND = {created: ['good', '新增', 'New'], replay: ['none', '已报过', 'Sent before'], conflict: ['warn', '冲突', 'Conflict'],
  refused: ['bad', '有问题', 'Refused'], same: ['good', '一致', 'Same'], different: ['warn', '不一致', 'Different'],
  missing_here: ['bad', '台账没有', 'Not on record'], missing_there: ['bad', '文件没有', 'Not in the file']};
export const is_bad = (v) => !['created', 'replay', 'same'].includes(v.outcome);
const outcome = (v) => badge(null, (KIND[v.outcome] || ['none'])[0], KIND[v.outcome] ? t(KIND[v.outcome][1],
  KIND[v.outcome][2]) : v.outcome);

const why = (v) => [...(v.errors || []).map((e) => h('div', null, h('strong', null, e.title),
  e.cure ? h('span', {class: 'quiet'}, '　', e.cure) : null)),
  ...(v.differences || []).map((d) => h('div', null, `${d.title || d.field || d.pointer}：`,
    name(shown(d.here !== undefined ? d.here : d.ours)), ' ≠ ', name(shown(d.there !== undefined ? d.there : d.theirs)))),
  ...(v.warnings || []).map((w) => h('div', {class: 'quiet'}, t('提醒：', 'Note: '), w.title))];
const shown = (x) => x === null || x === undefined ? '—' : typeof x === 'object' ? JSON.stringify(x) : String(x);
const fields = (v) => (v.errors || []).map((e) => h('div', null, name(e.field || String(e.pointer || '').slice(1) || '—'),
  e.value ? [h('span', {class: 'quiet'}, '：'), h('span', {class: 'mono'}, name(e.value))] : null));

export function verdict_table(s) {
  const all = s.only_bad ? s.verdicts.filter(is_bad) : s.verdicts, rows = all.slice(s.at, s.at + PAGE);
  const move = (n) => h('button', {type: 'button', onclick: () => { s.at += n; s.draw_verdicts(); }},
    n > 0 ? t('下一页', 'Next page') : t('上一页', 'Back'));
  return [h('label', {class: 'only'}, h('input', {type: 'checkbox', id: 'only-bad', checked: s.only_bad ? true : null,
    onchange: (e) => { s.only_bad = e.target.checked; s.at = 0; s.draw_verdicts(); }}), ' ', t('只看有问题的', 'Only what is wrong')),
    table({rows, empty: s.only_bad ? t('没有有问题的行。', 'Nothing is wrong.') : t('没有结果。', 'None.'),
      columns: [{key: 'line', title: t('行号', 'Line'), num: true, cell: (v) => v.line === undefined ? '—' : count(v.line)},
      {key: 'key', title: t('编号', 'Number'), cell: (v) => v.id && s.type === 'loans' ? h('a', {href: u`/console/loans/${v.id}`},
        v.key) : name(v.key)}, {key: 'outcome', title: t('结果', 'Result'), cell: outcome},
      {key: 'field', title: t('字段：原值', 'Field: value'), wide: true, cell: fields},
        {key: 'why', title: t('问题与怎么改', 'Problem and cure'), wide: true, cell: why}]}),
    h('nav', {class: 'pager', 'aria-label': t('分页', 'Pages')}, h('span', null,
      t(`第 ${all.length ? s.at + 1 : 0}－${Math.min(s.at + PAGE, all.length)} 项，共 ${count(all.length)} 项`,
      `${all.length ? s.at + 1 : 0}–${Math.min(s.at + PAGE, all.length)} of ${count(all.length)}`)),
      s.at ? move(-PAGE) : null, s.at + PAGE < all.length ? move(PAGE) : null)];
}

function tally(verdicts) {
  const n = {};
  for (const v of verdicts) n[v.outcome] = (n[v.outcome] || 0) + 1;
  return n;
}
export const summary = (verdicts) => h('p', {class: 'tally', role: 'status'},
  Object.entries(tally(verdicts)).map(([k, n]) => h('span', null, outcome({outcome: k}), ' ', h('strong', null, count(n)))));

/** The refused lines as they came, with the reason in a column of its own. */
export function rejected(s) {
  const reason = (v) => [...(v.errors || []).map((e) => `${e.field || ''} ${e.title}${e.cure ? '（' + e.cure + '）' : ''}`.trim())].join('；');
  const bad = s.verdicts.filter((v) => is_bad(v)),
    lines = s.records && !s.json ? bad.filter((v) => v.index !== undefined).map((v) => `${s.records[v.index]},${cell_text(reason(v))}`) : null;
  const text = lines ? [`${s.header},${t('原因', '#reason')}`, ...lines].join('\r\n')
    : [record_text([t('行号', 'line'), t('编号', 'number'), t('字段', 'field'), t('原值', 'value'), t('问题', 'problem'),
      t('怎么改', 'cure')]), ...bad.flatMap((v) => (v.errors.length ? v.errors : [{}]).map((e) =>
      record_text([String(v.line || ''), v.key || '', e.field || e.pointer || '', `'${shown(e.value)}`, e.title || v.outcome,
        e.cure || ''])))].join('\r\n');
  save(new Blob(['\ufeff', text, '\r\n'], {type: 'text/csv;charset=utf-8'}),
    s.file.name.replace(/\.\w+$/, '') + t('-有问题的行', '-refused') + '.csv');
}
