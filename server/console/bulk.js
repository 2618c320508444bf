/**
 * bulk.js - one step on many records of a list: ticked, summed up and confirmed first; then a verdict for each.
 *
 *   const b = bulk(ctx, rows, {path: '/v1/applications', steps: ['approve', 'pay', 'refuse'], of: (row) => [steps that may be taken],
 *     amount: (row) => row.amount, what: (row) => row.reference, href: (row) => …, names: {refuse: '不予补贴'}});
 *   b === null: nothing here waits for whoever looks; else {node, pick(row)}
 * to: where the lines go, when it is not path/step; line(row, reason): what one of them says.
 * Each line names what was seen of its record: what has changed since is refused, with what differs, and the others are done.
 */
import {h, name, region, replace} from './h.js';
import {Gone} from './api.js';
import {send_slices} from './batch.js';
import {confirm} from './dialog.js';
import {error_summary, field, problems_of, sentence} from './form.js';
import {money, sum} from './fmt.js';
import {seen_text} from './steps.js';
import {badge, table} from './table.js';
import {t, title} from './words.js';

const OUTCOMES = {created: ['good', '已办理', 'Done'], replay: ['none', '已办过', 'Done before'], conflict: ['bad', '未办理', 'Not done'],
  refused: ['bad', '未办理', 'Not done']};

const goes_to = (o, step) => o.to || `${o.path}/${step}`;

/** A verdict for each, in the order in which they were sent; what has none was not reached. */
async function send(o, step, rows, reason) {
  const verdicts = rows.map(() => null), line = o.line || ((r) => ({id: r.id, seen: r.seen, reason}));
  await send_slices({path: goes_to(o, step), query: {}, header: null, type: 'application/x-ndjson',
    records: rows.map((r) => JSON.stringify(line(r, reason))),
    done: (n, list, at) => list.forEach((v) => { verdicts[at + v.line - 1] = v; })});
  return verdicts;
}

/** What stands against one of them; what is told has changed since it was listed, as it was and as it is. */
function why(o, v) {
  const differs = (v.difference || []).filter((d) => d.seen !== null || d.now !== null);
  if (!v.errors.length) return '—';
  return [v.errors.map((e) => h('div', null, differs.length && e.code === 'E_SEEN' ? t('列出之后已有变动，请重新查看后再决定。',
    'It has changed since it was listed: look at it again.') : sentence(e))),
  differs.map((d) => h('div', {class: 'hint'}, d.title, t('：', ': '), h('span', {class: 'old'}, seen_text(d, d.seen, o.states)), ' → ',
    h('strong', null, seen_text(d, d.now, o.states))))];
}

function verdict_card(o, step, rows, verdicts, again) {
  const done = verdicts.filter((v) => v && (v.outcome === 'created' || v.outcome === 'replay')).length, bad = rows.length - done;
  return h('section', {class: 'card', id: 'verdicts', tabindex: '-1', role: 'status'},
    h('h2', null, t(`${o.said(step)}：${done} 件已办理`, `${o.said(step)}: ${done} done`), bad ? t(`，${bad} 件未办理`, `, ${bad} not`) : null),
    table({rows: rows.map((row, i) => ({row, v: verdicts[i]})), href: (x) => o.href(x.row), columns: [
      {key: 'what', title: t('编号', 'Reference'), cell: (x) => name(o.what(x.row))},
      {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (x) => money(o.amount(x.row))},
      {key: 'is', title: t('结果', 'Result'), cell: (x) => x.v ? badge(null, OUTCOMES[x.v.outcome][0], t(...OUTCOMES[x.v.outcome].slice(1)))
        : badge(null, 'unknown', t('没有回音', 'No answer'))},
      {key: 'why', title: t('原因与办法', 'Why, and what to do'), wide: true, cell: (x) => x.v ? why(o, x.v)
        : t('请再办一次：已办的不会重复', 'Try again: nothing is done twice')}]}),
    h('div', {class: 'buttons'}, h('button', {type: 'button', class: 'primary', onclick: again}, t('继续', 'Go on'))));
}

const sum_of = (o, rows) => sum(['0.00', ...rows.map(o.amount).filter((x) => x !== null && x !== undefined)]);
const said_sum = (o, rows) => t(`${rows.length} 件，合计 ${money(sum_of(o, rows))} 元`, `${rows.length}, ${money(sum_of(o, rows))} CNY in all`);

export function bulk(ctx, rows, options) {
  const may = new Map(rows.map((r) => [r.id, options.of(r).filter((s) => options.steps.includes(s) && ctx.may('POST ' + goes_to(options, s)))]));
  const steps = options.steps.filter((s) => rows.some((r) => may.get(r.id).includes(s)));
  if (!steps.length) return null;
  const o = Object.assign({said: (step) => (options.names || {})[step] || title('step', step)}, options);
  const now = {step: steps[0], picked: new Set()}, boxes = new Map(), place = h('div', null), summary = h('div', null);
  const fits = () => rows.filter((r) => may.get(r.id).includes(now.step)), chosen = () => fits().filter((r) => now.picked.has(r.id));
  const reason = field({name: 'reason', id: 'bulk-reason', label: t('理由（写入每一件）', 'Reason, of each'), need: true, max: 500, wide: true}, '');
  const go = h('button', {class: 'primary'});
  let sending = false;
  const told = region({role: 'status'}, () => chosen().length ? t(`已选 ${said_sum(o, chosen())}`, `Chosen: ${said_sum(o, chosen())}`)
    : t('请在下面的表中勾选', 'Tick what is to be done in the table below'));
  const update = () => {
    for (const [id, box] of boxes) { box.disabled = !may.get(id).includes(now.step); box.checked = !box.disabled && now.picked.has(id); }
    go.className = now.step === 'refuse' ? 'danger' : 'primary';
    replace(go, chosen().length ? t(`${o.said(now.step)}所选 ${chosen().length} 件`, `${o.said(now.step)} ${chosen().length}`) : o.said(now.step));
    told.draw();
  };
  const all = h('button', {type: 'button', onclick: () => { const list = fits(), full = chosen().length === list.length;
    for (const r of list) if (full) now.picked.delete(r.id); else now.picked.add(r.id); update(); }}, t('全选或全不选本页', 'All of this page, or none'));
  const switcher = region({}, () => steps.length > 1 ? h('div', {class: 'switch', role: 'group', 'aria-label': t('步骤', 'Step')}, steps.map((s) =>
    h('button', {type: 'button', id: 'bulk-' + s, 'aria-pressed': s === now.step ? 'true' : 'false',
      onclick: () => { now.step = s; switcher.draw(); update(); }}, o.said(s)))) : null);
  const tell = (problems) => { replace(summary, error_summary(problems)); summary.firstChild.focus(); };
  const submit = async (e) => {
    e.preventDefault();
    const list = chosen(), first = [...boxes.values()].find((b) => !b.disabled);
    replace(summary);
    reason.tell('');
    const open = [list.length ? null : {text: t('请先勾选要办理的事项', 'Tick at least one'), field: first ? {first} : null},
      reason.value ? null : {text: t('请填写：理由', 'Please fill in: the reason'), field: reason}].filter(Boolean);
    if (open.length) { if (!reason.value) reason.tell(t('请填写：理由', 'Please fill in: the reason')); tell(open); return; }
    if (sending) return;
    const yes = await confirm({title: t('办理前请核对', 'Check before it is done'), verb: `${o.said(now.step)} ${said_sum(o, list)}`, danger: now.step === 'refuse',
      body: [h('p', null, t('理由：', 'Reason: '), name(reason.value)), h('div', {class: 'short'}, table({rows: list, columns: [
        {key: 'what', title: t('编号', 'Reference'), cell: (r) => name(o.what(r))},
        {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (r) => money(o.amount(r))}],
      foot: {what: t('合计', 'In all'), amount: money(sum_of(o, list))}}))]});
    if (!yes || sending) return;
    sending = true; // for who presses twice
    go.setAttribute('aria-disabled', 'true');
    try {
      const verdicts = await send(o, now.step, list, reason.value);
      replace(place, verdict_card(o, now.step, list, verdicts, ctx.reload));
      const list_shown = place.nextElementSibling; // it is not what stands any more
      if (list_shown) list_shown.hidden = true;
      document.getElementById('verdicts').focus();
    } catch (error) {
      tell(error instanceof Gone ? [{text: t('没有收到回音，可能已办理一部分。请再办一次：已办的不会重复。',
        'There was no answer; some may be done. Try again: nothing is done twice.')}] : problems_of(error, [reason]));
    } finally {
      sending = false;
      go.removeAttribute('aria-disabled');
    }
  };
  replace(place, h('details', {class: 'card no-print', id: 'bulk'}, h('summary', null, t('批量办理', 'Many at once')), h('form', {novalidate: true, onsubmit: submit},
    summary, switcher.node, told.node, h('div', {class: 'fields'}, reason.node), h('div', {class: 'buttons'}, go, all))));
  const pick = (row) => {
    if (!may.get(row.id).length) return null;
    const box = h('input', {type: 'checkbox', 'aria-label': t(`选 ${o.what(row)}`, `choose ${o.what(row)}`),
      onchange: () => { if (box.checked) now.picked.add(row.id); else now.picked.delete(row.id); place.firstChild.open = true; update(); }});
    boxes.set(row.id, box);
    return box;
  };
  return {node: place, pick, ready: update};
}
