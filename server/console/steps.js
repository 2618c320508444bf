/**
 * steps.js - the next legal step of a record: what it does, with a reason, and with what was seen.
 *
 *   steps({record: '/v1/claims/' + id, seen, legal, titles, fields: {return: […]}, verbs: {pay: '支付 1,620,000.00 元'}, me, after})
 * Each step posts `seen` of the version on screen. When that is not what stands any more, the difference is shown and
 * nothing is sent again by itself.
 */
import {h, replace} from './h.js';
import {post, Refusal} from './api.js';
import {money} from './fmt.js';
import {form} from './form.js';
import {table} from './table.js';
import {toast} from './dialog.js';
import {t, title} from './words.js';

const DANGER = ['refuse', 'return', 'withdraw', 'clawback', 'end', 'void'];

/** One side of what differs: an amount, a state, or what it says. */
export const seen_text = (d, v, states) => v === null || v === undefined || v === '' ? '—' : d.pointer === '/state' ? title(states, v)
  : /^-?\d+\.\d\d$/.test(v) ? money(v) : String(v);

const MOST = 12; // of many: one loan is in a cell of each section of a report
/** Does a refusal E_SEEN tell what differs, or only that something does? */
export const tells_parts = (error) => (error.problem.difference || []).some((d) => d.pointer !== '/seen');
/** What changed since the page was loaded, as a refusal E_SEEN tells it; `states` is the list of the record's states.
 * `beside` is shown instead where the ledger tells no more than digests, or (`whole`) no more than whole members. */
export function stale(error, reload, beside, states, whole) {
  const all = error.problem.difference || [], parts = all.filter((d) => d.pointer !== '/seen');
  const told = beside ? parts.filter((d) => !whole && d.seen !== null) : parts.length ? parts : all;
  return h('div', {class: 'summary', role: 'alert', tabindex: '-1'},
    h('h2', null, t('这份数据在您打开之后已有变动', 'This has changed since you opened it')),
    h('p', null, t('请看差异后再决定；没有办理任何事项。', 'Look at the difference, then decide. Nothing was done.')),
    told.length ? [table({columns: [{key: 'title', title: t('项目', 'Item')},
      {key: 'seen', title: t('您看到的', 'What you saw'), cell: (d) => h('span', {class: 'old'}, seen_text(d, d.seen, states))},
      {key: 'now', title: t('现在的', 'What stands'), cell: (d) => h('strong', null, seen_text(d, d.now, states))}], rows: told.slice(0, MOST)}),
      told.length > MOST ? h('p', {class: 'hint'}, t(`另有 ${told.length - MOST} 处`, `and ${told.length - MOST} more`)) : null]
      : beside || h('ul', null, error.errors.map((e) => h('li', null, e.title))),
    h('button', {type: 'button', class: 'primary', onclick: reload}, t('重新查看', 'Look again')));
}

export function steps({record, seen, legal, fields = {}, verbs = {}, hints = {}, after, blocked, keep, difference, names = {}}) {
  if (!legal || !legal.length) return null;
  const place = h('div', null);
  const chosen = {step: legal[0]};
  const draw = () => {
    const step = chosen.step;
    const own = fields[step] || [];
    const f = form({
      fields: [...own, {name: 'reason', label: t('理由', 'Reason'), need: true, rows: 2, max: 500, hint: hints[step] || null}],
      verb: verbs[step] || names[step] || title('step', step), danger: DANGER.includes(step), keep: `${keep || record} ${step}`,
      extra: seen ? h('p', {class: 'quiet'}, t(`您看到的版本 ${seen.slice(0, 8)}…`, `The version you see: ${seen.slice(0, 8)}…`)) : null,
      send: async (values) => {
        const body = Object.fromEntries(Object.entries(values).filter(([, v]) => v !== ''));
        if (seen) body.seen = seen;
        try {
          await post(`${record}/${step}`, body);
        } catch (e) {
          if (!(e instanceof Refusal) || !e.has('E_SEEN')) throw e;
          const beside = difference ? await difference().catch(() => null) : null; // where the ledger can not tell what was seen
          const shown = stale(e, after, beside, difference ? difference.states : null, difference && difference.whole);
          replace(place, shown);
          shown.focus();
          return;
        }
        toast(t('已办理：', 'Done: '), title('step', step));
        after();
      },
    });
    replace(place, legal.length > 1 ? h('div', {class: 'switch', role: 'group', 'aria-label': t('步骤', 'Step')}, legal.map((x) =>
      h('button', {type: 'button', 'aria-pressed': x === step ? 'true' : 'false', onclick: () => { chosen.step = x; draw(); }}, names[x] || title('step', x)))) : null, f.node);
  };
  if (blocked) return h('div', {class: 'blocked'}, h('p', null, blocked));
  draw();
  return place;
}
