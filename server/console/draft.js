/**
 * draft.js - a record that is drafted: the form beside what it says, judged by the ledger while one writes, kept in this tab until it is
 * sent, and every change against what it came from on one page.
 *
 *   draft({ctx, key, path, schema, doc, base, record, form: {words, legend, first}, book, reads, change_title, verb, sent, back})
 * record: what is corrected ({id, version}), with a reason; none: it is new. base: what its changes are told against; none: of nothing.
 * reads(doc): the record in sentences. sent(data): where one is led when it was stored.
 */
import {h, region, replace} from './h.js';
import {post, put as send_put, Refusal} from './api.js';
import {facts_list, say_fact} from './condition_form.js';
import {button, forget_document, keep_document, kept_document, mark, writing} from './document.js';
import {toast} from './dialog.js';
import {changes_table} from './rule.js';
import {error_summary, field, problems_of} from './form.js';
import {member_title, sections} from './schema_form.js';
import {t} from './words.js';

const clone = (x) => JSON.parse(JSON.stringify(x));
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

/** Judged as it stands, at most one request per 400 ms; the last answer counts. */
function judge_of(o, s, verdict, summary) {
  let timer = null, run = 0, busy = false;
  const judge = async () => {
    const mine = ++run;
    busy = true;
    let error = null;
    try { await send(o, s.doc, s.reason ? s.reason.value : '', true); } catch (e) { error = e; }
    busy = false;
    if (mine !== run) return;
    s.last = error;
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

/** A rule that came as a file is written into the form. */
function from_file(s, wrong) {
  const input = h('input', {type: 'file', id: 'from-file', accept: '.json,application/json'});
  input.addEventListener('change', async () => {
    const file = input.files[0];
    if (!file) return;
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
    input.value = '';
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
  const body = h('div', null), verdict = h('div', {role: 'status', id: 'judged'}), summary = h('div', null), judge = judge_of(o, s, verdict, summary);
  s.reason = o.record ? field({name: 'reason', id: 'why', label: t('更正理由', 'Reason'), need: true, max: 300}, kept ? kept.reason || '' : '') : null;
  const shown = region({id: 'reads'}, () => [o.base ? [h('h3', null, t('改动', 'Changes')),
    changes_table(o.base, s.doc, title, [t('原', 'Old'), t('新', 'New')])] : null, o.reads ? o.reads(s.doc) : null,
  h('details', {class: 'data'}, h('summary', null, 'JSON'), copy_button(s), h('pre', {class: 'mono', id: 'json', tabindex: '0'},
    JSON.stringify(s.doc, null, 1)))]);
  const changed = () => { keep_document(o.key, {doc: s.doc, reason: s.reason ? s.reason.value : ''}); };
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
      if (error instanceof Refusal) { s.last = error; replace(verdict, standing(s, error)); }
      const placed = error instanceof Refusal ? mark(s, error.errors).wrong : [];
      tell(placed.length ? placed : problems_of(error, []));
    } finally {
      sending = false;
      go.removeAttribute('aria-disabled');
    }
  };
  s.redraw();
  if (s.reason) s.reason.node.addEventListener('input', changed);
  const no_enter = (e) => { if (e.key === 'Enter' && e.target.matches('input:not([type=file])')) e.preventDefault(); }; // not sent by the way
  return h('form', {novalidate: true, class: 'editor', onsubmit: submit, onkeydown: no_enter}, facts_list(s.book), summary, kept ? restored(o, s, start) : null,
    h('div', {class: 'split'}, body, h('div', null, h('section', {class: 'card'}, h('h2', null, o.beside || t('核对', 'As it stands')), verdict,
      s.reason ? s.reason.node : null, h('div', {class: 'buttons'}, go, h('a', {class: 'button', href: o.back}, t('不改了', 'Leave it'))),
      shown.node, o.record ? null : from_file(s, h('p', {class: 'wrong', role: 'alert'}))))));
}
