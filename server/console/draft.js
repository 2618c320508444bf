/**
 * draft.js - a record that is drafted: the form beside what it says, judged by the ledger while one writes, kept in this tab until it is
 * sent, and every change against what it came from on one page.
 *
 *   draft({ctx, key, path, schema, doc, base, record, form: {words, legend, first}, book, reads, change_title, verb, sent, back})
 * record: what is corrected ({id, version}), with a reason; none: it is new. base: what its changes are told against; none: of nothing.
 * Where somebody else has corrected it meanwhile, what he changed is shown, and nothing of it is undone unseen.
 * reads(doc): the record in sentences. sent(data): where one is led when it was stored.
 */
import {h, region, replace} from './h.js';
import {get, post, put as send_put, Refusal} from './api.js';
import {facts_list, say_fact} from './condition_form.js';
import {button, forget_document, keep_document, kept_document, mark, writing} from './document.js';
import {toast} from './dialog.js';
import {changes_table} from './rule.js';
import {error_summary, field, problems_of} from './form.js';
import {member_title, sections, written} from './schema_form.js';
import {t} from './words.js';

const clone = (x) => JSON.parse(JSON.stringify(x));
const is_stale = (error) => error instanceof Refusal && error.has('E_STALE');
/** What is sent: a correction names the version that it corrects. */
function send(o, doc, reason, dry) {
  const query = dry ? '?dry_run=true' : '';
  return o.record ? send_put(`${o.path}/${o.record.id}${query}`, Object.assign({}, doc, {reason: reason || (dry ? '—' : '')}),
    {'If-Match': `"${o.record.version}"`}) : post(o.path + query, doc);
}

/** A line that says how it stands: nothing against it, so much to fill in, so much to mend. */
function standing(s, error) {
  if (error && !(error instanceof Refusal)) return h('p', {class: 'notice bad'}, t('连不上服务器，内容已保留。',
    'The server cannot be reached; what you typed is kept.'));
  const errors = error ? error.errors.length ? error.errors : [{title: error.message, cure: error.problem.detail, pointer: ''}] : [];
  const {wrong, open} = mark(s, errors), nowhere = wrong.filter((p) => !p.field);
  if (!error) return h('p', {class: 'notice good'}, t('检查通过，可以提交。', 'It can be sent.'));
  if (!wrong.length) return h('p', {class: 'notice'}, t(`还有 ${open} 项须填写。`, `${open} still to be filled in.`));
  return h('div', {class: 'notice bad'}, h('strong', null, t(`${wrong.length} 处需要改正`, `${wrong.length} to mend`),
    open ? t(`，另有 ${open} 项须填写`, `, ${open} to fill in`) : null),
  nowhere.length ? h('ul', null, nowhere.map((p) => h('li', null, p.text))) : null);
}

/**
 * Another version stands than the one this was written from: what somebody else changed, and two ways on. Of what he changed nothing is
 * taken over by itself; what is sent afterwards is a change of his version, and is listed as one.
 */
async function stale_card(o, s, title, from, over) {
  const now = await get(`${o.path}/${o.record.id}`), theirs = written(o.schema, now);
  const node = h('div', {class: 'summary', id: 'stale', role: 'alert', tabindex: '-1'},
    h('h2', null, t('这份草案在您打开之后已被更正', 'Somebody has corrected it since you opened it')),
    h('p', null, t('您写的内容还在，没有提交。请看别人改了什么，再决定。', 'What you wrote is kept and not sent. Look at what was changed, then decide.')),
    changes_table(from, theirs, title, [t('您打开时的', 'When you opened it'), t('现在的', 'What stands')]),
    h('div', {class: 'buttons'}, button(t('以现在的版本为准，保留我写的', 'Go on from what stands, with what I wrote'), null, () => {
      over(now, theirs);
      node.remove();
      s.redraw();
      s.changed();
    }), button(t('放弃我写的，载入现在的', 'Throw mine away'), null, () => {
      forget_document(o.key);
      s.doc = clone(theirs);
      over(now, theirs);
      node.remove();
      s.redraw();
    })));
  return node;
}

/** Judged as it stands, at most one request per 400 ms; the last answer counts. */
function judge_of(o, s, verdict, summary, outdated) {
  let timer = null, run = 0, busy = false;
  const judge = async () => {
    const mine = ++run;
    busy = true;
    let error = null;
    try { await send(o, s.doc, s.reason ? s.reason.value : '', true); } catch (e) { error = e; }
    busy = false;
    if (mine !== run) return;
    s.last = error;
    if (is_stale(error)) outdated(false);
    if (s.outdated) return;
    replace(verdict, standing(s, error));
    if (!error) replace(summary);
  };
  return () => {
    clearTimeout(timer);
    timer = setTimeout(judge, busy ? 800 : 400);
  };
}

function copy_button(s) {
  const text = () => JSON.stringify(s.doc, null, 1);
  return button(t('复制', 'Copy'), 'JSON', async () => {
    try { await navigator.clipboard.writeText(text()); toast(t('已复制', 'Copied')); } catch (e) { window.getSelection().selectAllChildren(document.getElementById('json')); }
  });
}

const FILE_MOST = 1 << 20;
/** A rule that came as a file is written into the form. */
function from_file(s, wrong) {
  const input = h('input', {type: 'file', id: 'from-file', accept: '.json,application/json'});
  input.addEventListener('change', async () => {
    const file = input.files[0];
    if (!file) return;
    input.value = '';
    if (file.size > FILE_MOST) {
      replace(wrong, t('文件超过 1 MiB，不会是一份这样的记录；表单没有改动。', 'More than 1 MiB: it is no such record; nothing was changed.'));
      return;
    }
    try {
      const doc = JSON.parse(await file.text());
      if (!doc || typeof doc !== 'object' || Array.isArray(doc)) throw new SyntaxError('no object');
      s.doc = doc;
      replace(wrong);
      s.redraw();
    } catch (e) {
      replace(wrong, t('这不是 JSON 文件，表单没有改动。请选从本系统下载或按接口说明编写的 .json 文件。',
        'This is no JSON file; nothing was changed.'));
    }
  });
  return h('div', {class: 'field'}, h('label', {for: 'from-file'}, t('从文件载入', 'Load a file'), h('span', {class: 'hint'},
    t('（.json，代替现在的内容）', ' (.json, instead of what stands here)'))), input, wrong);
}

/** What was not sent the last time is there again, and can be thrown away. */
function restored(o, s, start) {
  const node = h('div', {class: 'notice'}, t('已恢复您上次没有提交的内容。', 'What you had not sent is here again.'), ' ',
    button(t('不要了，重新开始', 'Throw it away'), null, () => {
      forget_document(o.key);
      s.doc = start();
      node.remove();
      s.redraw();
    }));
  return node;
}

export function draft(o) {
  const kept = kept_document(o.key), start = () => clone(o.doc), title = o.change_title || ((pointer) => member_title(o.schema, pointer));
  const s = writing(kept ? kept.doc : start(), {book: o.book || {}, say: (e, text) => say_fact(s, e, text)});
  const body = h('div', null), verdict = h('div', {role: 'status', id: 'judged'}), summary = h('div', null);
  let from = kept && kept.from || start(); // what one writes from; s.outdated: he has been told that it is not what stands
  const taken = (record, theirs) => {
    if (JSON.stringify(o.base) === JSON.stringify(from)) o.base = theirs;
    Object.assign(o, {record, doc: theirs});
    from = theirs;
    s.outdated = false;
  };
  const outdated = async (focus) => { // nothing is sent before it was looked at
    if (s.outdated) return;
    s.outdated = true;
    replace(verdict, h('p', {class: 'notice warn'}, t('已被他人更正，见上。', 'Corrected by somebody else: see above.')));
    const card = await stale_card(o, s, title, from, taken).catch(() => null);
    s.outdated = !!card;
    if (!card) return;
    replace(summary, card);
    if (focus) card.focus();
  };
  const judge = judge_of(o, s, verdict, summary, outdated);
  s.reason = o.record ? field({name: 'reason', id: 'why', label: t('更正理由', 'Reason'), need: true, max: 300}, kept ? kept.reason || '' : '') : null;
  const shown = region({id: 'reads'}, () => [o.base ? [h('h3', null, t('改动', 'Changes')),
    changes_table(o.base, s.doc, title, [t('原', 'Old'), t('新', 'New')])] : null, o.reads ? o.reads(s.doc) : null,
  h('details', {class: 'data'}, h('summary', null, 'JSON'), copy_button(s), h('pre', {class: 'mono', id: 'json', tabindex: '0'},
    JSON.stringify(s.doc, null, 1)))]);
  const changed = () => { keep_document(o.key, Object.assign({doc: s.doc, reason: s.reason ? s.reason.value : ''},
    o.record ? {version: o.record.version, from} : null)); };
  s.changed = () => { changed(); shown.draw(); judge(); };
  s.redraw = (id) => {
    s.inputs = [];
    replace(body, sections(s, o.schema, o.form || {}));
    shown.draw();
    judge();
    if (s.last) mark(s, s.last.errors || []); // before it was judged it may not be in the page yet
    const target = id && document.getElementById(id);
    if (target) (target.matches('fieldset, div') ? target.querySelector('input, select, textarea, button') || target : target).focus();
    if (id) changed();
  };
  const go = h('button', {class: 'primary'}, o.verb);
  let sending = false;
  const tell = (problems) => { replace(summary, error_summary(problems)); summary.firstChild.focus(); };
  const submit = async (e) => {
    e.preventDefault();
    if (sending) return;
    if (s.outdated) { document.getElementById('stale').focus(); return; }
    if (s.reason && !s.reason.value) { tell([{text: t('请填写：更正理由', 'Please fill in: the reason'), field: s.reason}]); return; }
    sending = true;
    go.setAttribute('aria-disabled', 'true');
    replace(summary);
    s.all = true;
    try {
      const made = await send(o, s.doc, s.reason ? s.reason.value : '', false);
      forget_document(o.key);
      o.sent(made.data);
    } catch (error) {
      if (is_stale(error)) { await outdated(true); return; }
      if (error instanceof Refusal) { s.last = error; replace(verdict, standing(s, error)); }
      const placed = error instanceof Refusal ? mark(s, error.errors).wrong : [];
      tell(placed.length ? placed : problems_of(error, []));
    } finally {
      sending = false;
      go.removeAttribute('aria-disabled');
    }
  };
  s.redraw();
  if (kept && o.record && kept.version !== undefined && kept.version !== o.record.version) outdated(false);
  if (s.reason) s.reason.node.addEventListener('input', changed);
  const no_enter = (e) => { if (e.key === 'Enter' && e.target.matches('input:not([type=file])')) e.preventDefault(); }; // not sent by the way
  return h('form', {novalidate: true, class: 'editor', onsubmit: submit, onkeydown: no_enter}, facts_list(s.book), summary, kept ? restored(o, s, start) : null,
    h('div', {class: 'split'}, body, h('div', null, h('section', {class: 'card'}, h('h2', null, o.beside || t('核对', 'As it stands')), verdict,
      s.reason ? s.reason.node : null, h('div', {class: 'buttons'}, go, h('a', {class: 'button', href: o.back}, t('不改了', 'Leave it'))),
      shown.node, o.record ? null : from_file(s, h('p', {class: 'wrong', role: 'alert'}))))));
}
