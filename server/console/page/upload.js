/**
 * upload.js - sending a file: choose, match columns, try, send. Nothing is stored before the last step; lines that are refused
 * come back as a file with the reason beside each. The whole portfolio can be held against the ledger instead.
 */
import {h, name, replace} from '../h.js';
import {Gone, get_text, Refusal, save} from '../api.js';
import {send_slices, send_whole, XLSX} from '../batch.js';
import {cell_text, cells_of, HEAD, kind_of, record_text, records_of, text_of} from '../csv.js';
import {count} from '../fmt.js';
import {card} from '../table.js';
import {is_bad, rejected, summary, verdict_table} from '../verdicts.js';
import {t} from '../words.js';

const TYPES = [['loans', '贷款', 'Loans'], ['loan-events', '贷款事件（放款、还款、逾期、结清……）', 'Loan events'],
  ['coverages', '备案入池', 'Coverage'], ['claims', '理赔申请', 'Claims'], ['insurance-policies', '保单', 'Insurance policies'],
  ['insurance-claims', '保险赔案', 'Insurance claims'], ['applications', '补贴申请', 'Applications'], ['budgets', '预算', 'Budgets'],
    ['transfers', '资金划转', 'Transfers'], ['measure-reports', '举措落实', 'Measure reports'], ['indicators', '指标', 'Indicators'],
  ['ip-deals', '专利交易', 'Deals'], ['ip-deal-payments', '交易到账', 'Payments'], ['product-filings', '专利产品备案', 'Product filings'],
    ['catalogue-offers', '供给目录', 'Offers'], ['catalogue-needs', '需求目录', 'Needs'],
  ['matching-events', '对接活动', 'Matching events'], ['enterprise-profiles', '企业画像', 'Enterprise profiles'],
    ['lpr', 'LPR 报价', 'LPR']];
// ---- what is sent --------------------------------------------------------------------------------

const path_of = (s) => '/v1/' + s.type;
const type_of = (s) => s.kind === 'xlsx' ? XLSX : s.json ? 'application/x-ndjson' : 'text/csv; charset=utf-8';

/** Reads what was chosen; says in words what is wrong with it. */
async function take(s, file) {
  Object.assign(s, {file, verdicts: [], records: null, header: null, kind: null, wrong: null, json: false, done: 0, mended: null, at: 0,
    header_problems: null, tried: false, sent: false, failure: null});
  const found = kind_of(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()), file.size);
  if (s.file !== file) return; // another one was chosen since
  if (found.wrong) { s.wrong = found.wrong; return; }
  s.kind = found.kind;
  if (s.kind !== 'text') return; // a workbook is sent as it lies there, and not held here
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (s.file !== file) return;
  s.bytes = bytes;
  await split(s, null);
}
/** A workbook that was saved anew since it was chosen cannot be read any more: what was judged would not be what is sent. */
async function is_changed(s, e) {
  if (!(e instanceof Gone) || s.kind !== 'xlsx' || (await s.file.slice(0, 1).arrayBuffer().catch(() => null))) return false;
  s.wrong = t('这个文件在选择之后被改动过，请重新选择。', 'It was changed since it was chosen: choose it again.');
  return true;
}
async function split(s, charset) {
  const bytes = s.bytes, got = await text_of(bytes, charset), all = got ? await records_of(got.text.replace(/^\ufeff/, '')) : [];
  if (s.bytes !== bytes) return;
  if (!got) { s.wrong = charset ? t('文件内容不符合所选编码。',
    'The bytes do not fit that encoding.') : t('文字编码无法识别。请在 Excel 中另存为「CSV UTF-8」再选。',
    'The encoding is not known: save it as CSV UTF-8.'); return; }
  s.wrong = null;
  s.charset = got.charset;
  s.json = /^\s*\{/.test(all[0] || '');
  s.header = s.json ? null : all.shift() || '';
  s.records = all;
  if (!all.length) s.wrong = t('文件只有表头，没有数据行。', 'A header and no lines.');
}

/** Several slices under one header; a verdict knows which record it is of. */
async function run(s, dry, records, indices) {
  s.busy = true;
  s.failure = null;
  s.draw();
  const query = {dry_run: dry ? 'true' : null, reason: s.reason || null};
  try {
    if (s.kind === 'xlsx') s.verdicts = (await send_whole(path_of(s), query, s.file, XLSX)).verdicts;
    else await send_slices({path: path_of(s), query, header: s.header, records, type: type_of(s), from: s.done,
      done: (n, verdicts, from) => {
      verdicts.forEach((v, i) => { v.index = indices ? indices[from + i] : from + i; if (v.line !== undefined) v.line = v.index + (s.json ? 1 : 2); });
      s.verdicts.push(...verdicts);
      s.done = n;
      s.draw_progress();
    }});
    s.done = 0;
    if (dry) s.tried = true; else s.sent = true;
    s.only_bad = s.verdicts.some(is_bad);
  } catch (e) {
    if (e instanceof Refusal && e.has('E_HEADER')) s.header_problems = e.errors;
    else if (await is_changed(s, e)) s.failure = null;
    else if (e instanceof Gone || e instanceof Refusal) s.failure = e;
    else throw e;
  } finally {
    s.busy = false;
    s.draw();
  }
}

async function compare(s) {
  s.busy = true;
  s.failure = null;
  s.draw();
  try {
    const body = s.kind === 'xlsx' ? s.file : (s.header === null ? s.records : [s.header, ...s.records]).join('\n') + '\n';
    s.verdicts = (await send_whole(path_of(s), {reconcile: 'true'}, body, type_of(s))).verdicts;
    s.compared = s.only_bad = true;
  } catch (e) {
    if (!(e instanceof Gone) && !(e instanceof Refusal)) throw e;
    if (e instanceof Refusal && e.has('E_HEADER')) s.header_problems = e.errors; else if (!(await is_changed(s, e))) s.failure = e;
  } finally {
    s.busy = false;
    s.draw();
  }
}

// ---- the four steps ------------------------------------------------------------------------------

function drop(s) {
  const input = h('input', {type: 'file', id: 'file', accept: '.csv,.xlsx,.ndjson,.txt', 'aria-describedby': 'file-hint',
    onchange: () => { if (input.files.length) choose(input.files[0]); }});
  const choose = async (file) => {
    s.reading = true;
    s.compared = false;
    const read = take(s, file);
    s.draw();
    await read;
    if (s.file !== file) return;
    s.reading = false;
    s.draw();
  };
  const node = h('div', {class: 'drop'}, input, h('label', {for: 'file', class: 'button'}, t('选择文件', 'Choose a file')), t('　或把文件拖到这里', ' or drop it here'),
    h('p', {class: 'hint', id: 'file-hint'}, t('CSV（UTF-8 或 GBK）、Excel（.xlsx）。行数不限，按 1,000 行一批发送。',
    'CSV (UTF-8 or GBK) or .xlsx, any length, sent 1,000 lines at a time.')));
  node.addEventListener('dragover', (e) => { e.preventDefault(); node.classList.add('over'); });
  node.addEventListener('dragleave', () => node.classList.remove('over'));
  node.addEventListener('drop', (e) => { e.preventDefault(); node.classList.remove('over'); if (e.dataTransfer.files.length && !s.busy) choose(e.dataTransfer.files[0]); });
  return node;
}

function chosen(s) {
  if (!s.file) return null;
  if (s.reading) return h('p', {class: 'notice', role: 'status'}, t('正在读取 ', 'Reading '), h('strong', null, name(s.file.name)));
  if (s.wrong) return h('div', {class: 'summary', role: 'alert'}, h('h2', null, t('这个文件不能用', 'This file cannot be used')),
    h('p', null, h('strong', null, name(s.file.name)), '：', s.wrong));
  if (s.kind === 'xlsx') return h('p', {class: 'notice'}, h('strong', null, name(s.file.name)),
    t('　Excel 工作簿，读第一张可见的表。', ' a workbook; its first visible sheet is read.'));
  const head = s.header === null ? null : cells_of(s.header);
  return [h('p', {class: 'notice'}, h('strong', null, name(s.file.name)),
    t(`　${count(s.records.length)} 行，编码 `, ` ${count(s.records.length)} lines, `),
    h('label', {class: 'unseen', for: 'charset'}, t('编码', 'Encoding')),
    h('select', {id: 'charset', disabled: s.busy ? true : null, onchange: async (e) => { await split(s, e.target.value); s.draw(); }},
      [['utf-8', 'UTF-8'], ['gb18030', 'GBK / GB18030']].map(([v, x]) => h('option', {value: v, selected: v === s.charset}, x)))),
  head ? h('div', {class: 'scroll preview', tabindex: '0', role: 'region', 'aria-label': t('前三行', 'First lines')},
    h('table', null, h('caption', null, t('前三行', 'First lines')), h('thead', null,
    h('tr', null, head.map((c) => h('th', {scope: 'col'}, c)))), h('tbody', null,
    s.records.slice(0, 3).map((r) => h('tr', null, cells_of(r).map((c) => h('td', null, c))))))) : null];
}

function columns(s, titles) {
  const unknown = s.header_problems.map((e) => /[:：]\s*(.*?) \? → (.*?)(?: \(|$)/.exec(e.title)).filter(Boolean).map((m) => ({given: m[1],
    near: m[2]}));
  const head = cells_of(s.header || ''),
    picks = unknown.filter((x) => head.some((c) => c.trim() === x.given || c.trim() === x.given.trim()));
  const selects = picks.map((x, i) => h('select', {id: 'column' + i}, h('option', {value: ''}, t('（不报送这一列）', '(leave it out)')),
    titles.map((title) => h('option', {value: title, selected: title === x.near}, title))));
  return card(t('列对应', 'Columns'), h('p', null, t('下面的列名台账不认识，请选它是哪一列；其他列已对上。',
    'These titles are not known: say which column each is.')), s.kind === 'xlsx' || !picks.length ? h('ul', null,
    s.header_problems.map((e) => h('li', null, e.title, '。', e.cure)))
    : [h('div', {class: 'fields'}, picks.map((x, i) => h('div', {class: 'field'}, h('label', {for: 'column' + i}, name(x.given)),
      selects[i]))), h('div', {class: 'buttons'}, h('button', {type: 'button', class: 'primary', id: 'match', onclick: () => {
      const of = Object.fromEntries(picks.map((x, i) => [x.given.trim(), selects[i].value]));
      s.header = record_text(head.map((c) => of[c.trim()] === undefined ? c : of[c.trim()] || '#' + c));
      s.header_problems = null;
      s.verdicts = [];
      run(s, true, s.records);
    }}, t('照此对应，重新试报', 'Match them so, and try again')))]);
}

function failure(s, again) {
  if (!s.failure) return null;
  const gone = s.failure instanceof Gone;
  return h('div', {class: 'summary', role: 'alert', tabindex: '-1'}, h('h2', null,
    gone ? t('连不上服务器', 'The server cannot be reached') : s.failure.message),
    gone ? h('p', null, t(`已处理 ${count(s.done)} 行；恢复后从这里继续，重发无害。`,
    `${count(s.done)} lines are done; it goes on from there.`))
    : h('ul', null, s.failure.errors.map((e) => h('li', null, e.title, e.cure ? `。${e.cure}` : null))),
      h('button', {type: 'button', onclick: again}, gone ? t('继续', 'Go on') : t('重试', 'Try again')));
}

/** What counts in a sealed quarter wants a reason for coming late: asked for when a line says so. */
const late = (s) => !s.reason && !s.verdicts.some((v) => (v.errors || []).some((e) => e.code === 'E_LATE_REASON')) ? null : h('div', {class: 'field'},
  h('label', {for: 'reason'}, t('迟报原因（填写后再试一次）', 'Why it comes late (then try again)')),
  h('input', {id: 'reason', maxlength: '500', value: s.reason || null, onchange: (e) => { s.reason = e.target.value.trim(); }}));
function trial(s) {
  const start = () => { s.verdicts = s.done ? s.verdicts : []; s.at = 0; run(s, true, s.records); };
  return card(t('2　试报', '2 Try'), h('p', {class: 'quiet'}, t('逐行检查，不入账。', 'Every line is judged; nothing is stored.')), late(s),
    h('div', {class: 'buttons'}, h('button', {type: 'button', class: s.tried ? null : 'primary', id: 'try', disabled: s.busy ? true : null,
    onclick: () => { s.done = 0; start(); }}, s.tried ? t('再试一次', 'Try again') : t('试报', 'Try')),
    s.may_compare ? h('button', {type: 'button', id: 'compare', disabled: s.busy ? true : null, onclick: () => compare(s)},
      t('与台账核对（不入账）', 'Compare with the ledger')) : null), s.progress, s.sent || s.sending ? null : failure(s, start),
      s.tried && !s.sent ? summary(s.verdicts) : null);
}

function final(s) {
  if (!s.tried) return null;
  const good = s.verdicts.filter((v) => !is_bad(v)), bad = s.verdicts.length - good.length, whole = s.kind === 'xlsx';
  if (s.sent) return h('section', {class: 'card', id: 'final', tabindex: '-1'}, h('h2', null, t('3　已报送', '3 Sent')),
    summary(s.verdicts), s.held ? h('p', null, t(`另有 ${count(s.held)} 行有问题，没有报送；请改正后再报。`,
    `${count(s.held)} refused lines were not sent.`)) : null,
    h('p', {class: 'quiet'}, t('「已报过」表示与先前报送的内容完全一致，未重复计入。',
      '"Sent before": the same content is on record and counts once.')));
  const sending = async () => {
    if (!whole) { const indices = good.map((v) => v.index); s.plan = s.plan || {records: indices.map((i) => s.records[i]), indices,
      bad: s.verdicts.filter(is_bad)}; }
    s.sending = true;
    if (!s.done) s.verdicts = [];
    await run(s, false, whole ? null : s.plan.records, whole ? null : s.plan.indices);
    if (!s.sent) return;
    s.held = s.plan ? s.plan.bad.length : 0;
    if (s.plan) s.verdicts = [...s.verdicts, ...s.plan.bad];
    s.only_bad = s.verdicts.some(is_bad);
    s.draw();
    document.getElementById('final').focus();
  };
  const verb = !bad || whole ? t(`报送 ${count(good.length)} 行`, `Send ${count(good.length)} lines`) : t(`报送其余 ${count(good.length)} 行，${count(bad)} 行稍后补报`,
    `Send ${count(good.length)} lines, ${count(bad)} later`);
  return card(t('3　正式报送', '3 Send'), s.sending ? failure(s, sending) : null,
    h('div', {class: 'buttons'}, h('button', {type: 'button', class: 'primary', id: 'send', disabled: s.busy || !good.length ? true : null,
    onclick: sending}, verb)));
}

export const page = {
  load: async (ctx) => {
    const types = TYPES.filter(([key]) => ctx.may('POST /v1/' + key)),
      type = types.some(([k]) => k === ctx.query.type) ? ctx.query.type : types.length ? types[0][0] : null;
    const titles = type && ctx.may(`GET /v1/${type}/template.csv`) ? await get_text(`/v1/${type}/template.csv`) : '';
    return {types, type, titles: cells_of(titles.replace(/^\ufeff/, '').split('\n')[0].trim())};
  },
  title: () => t('报送', 'Send data'),
  sub: () => t('先试报，看清逐行结果，再正式报送。重报无害：内容相同的只计一次。',
    'Try first, read the verdicts, then send. Sending again is harmless.'),
  view: (ctx, d) => {
    if (!d.type) return card(null, h('p', {class: 'empty'}, t('您的机构没有可以报送的内容。', 'There is nothing for you to send.')));
    const s = {type: d.type, verdicts: [], at: 0, only_bad: false, done: 0, may_compare: d.type === 'loans',
      progress: h('div', {class: 'sending'})}, body = h('div', null), verdicts = h('div', null);
    s.draw_verdicts = () => replace(verdicts, s.verdicts.length ? card([s.compared ? t('核对结果', 'Comparison') : t('逐行结果',
      'Verdicts'), s.compared ? summary(s.verdicts) : null], s.verdicts.some(is_bad) ? h('div', {class: 'buttons no-print'},
      h('button', {type: 'button', id: 'rejected', onclick: () => rejected(s)},
      t('下载有问题的行（附原因）', 'Download what is wrong, with reasons'))) : null, verdict_table(s)) : null);
    s.draw_progress = () => replace(s.progress, s.busy ? [h('progress',
      {max: String(s.records ? s.records.length : 1), value: s.records ? String(s.done) : null, 'aria-label': t('进度', 'Progress')}), ' ',
      s.records ? t(`${count(s.done)} / ${count(s.records.length)} 行`, `${count(s.done)} of ${count(s.records.length)}`) : t('正在检查工作簿……', 'Reading the workbook…')] : null);
    s.draw = () => {
      const had = body.contains(document.activeElement) ? document.activeElement.id : null;
      replace(body, chosen(s) ? card(null, chosen(s)) : null, s.file && !s.wrong && !s.reading ? [s.header_problems ? columns(s, d.titles) : null,
        trial(s), s.compared ? null : final(s)] : null);
      s.draw_progress();
      s.draw_verdicts();
      const again = had && document.getElementById(had);
      if (again) again.focus();
      window.onbeforeunload = s.busy ? (e) => { e.preventDefault(); return ''; } : null;
    };
    return [card(t('1　选文件', '1 File'), h('div', {class: 'asking two'},
      h('div', {class: 'field'}, h('label', {for: 'type'}, t('报送内容', 'What')),
      h('select', {id: 'type', onchange: (e) => ctx.go(ctx.href({type: e.target.value}))},
      d.types.map(([key, zh, en]) => h('option', {value: key, selected: key === d.type}, t(zh, en)))),
      d.titles.length < 2 ? null : h('p', {class: 'hint'}, h('button',
        {type: 'button', onclick: () => save(new Blob(['\ufeff', d.titles.map(cell_text).join(','), '\r\n'],
        {type: 'text/csv;charset=utf-8'}), d.type + '.csv')}, t('下载空白模板', 'Download the template')))), drop(s))), body, verdicts];
  },
};
