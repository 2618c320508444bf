/**
 * apart.js - who did the step before may not do the next one: told before anything is sent, as the ledger would tell it.
 *
 *   apart(ctx, {path: '/v1/claims', legal, made_by, steps, rules: {approve: 'accept', pay: 'approve', accept: 'made'}})
 *     -> {legal: [what this person may do], barred: [[step, why]]}
 * A rule names the step whose person is kept away; 'made' is who recorded it.
 */
import {h} from './h.js';
import {get} from './api.js';
import {differences} from './diff.js';
import {table} from './table.js';
import {t, title} from './words.js';

const me_of = (ctx) => `${ctx.me.person}@${ctx.me.organisation}`;

export function apart(ctx, {path, legal, made_by, steps, rules}) {
  const out = {legal: [], barred: []};
  for (const step of legal || []) {
    if (!ctx.may(`POST ${path}/{id}/${step}`)) continue;
    const kept = [].concat(rules[step] || []).map((of) => of === 'made' ? made_by : ((steps || []).filter((s) => s.step === of).pop() || {}).by);
    if (kept.includes(me_of(ctx))) out.barred.push([step,
      t(`「${title('step', step)}」须由另一人办理：经办与复核不能为同一人，前一步是您（${ctx.me.person}）办理的。`,
      `${title('step', step)}: by another person, since you (${ctx.me.person}) did the step before.`)]);
    else out.legal.push(step);
  }
  return out;
}

export const barred_notes = (barred) => barred.map(([step, why]) => h('p', {class: 'notice warn', 'data-step': step}, why));

const SKIP = ['seen', 'receipt', 'version', 'legal_steps', 'steps'];

/** What stands now beside what is on screen, only what differs; `state` names the list of its states. For steps({difference}). */
export const difference = (path, shown, titles, state) => Object.assign(async () => {
  const text = (d, v) => v === null || v === undefined || v === '' ? '—' : d.key === 'state' ? title(state,
    v) : typeof v === 'object' ? JSON.stringify(v) : String(v);
  const rows = differences(shown, await get(path)).filter((d) => !SKIP.includes(d.key));
  return table({rows, columns: [{key: 'key', title: t('项目', 'Item'), cell: (d) => titles[d.key] || d.key},
    {key: 'a', title: t('您看到的', 'What you saw'), cell: (d) => h('span', {class: 'old'}, text(d, d.a))},
    {key: 'b', title: t('现在的', 'What stands'), cell: (d) => h('strong', null, text(d, d.b))}]});
}, {states: state});

/** Who did what, for a time line. */
export const steps_line = (made, steps, of) => [made, ...(steps || []).map((s) => ({on: s.on || String(s.at).slice(0, 10),
  what: title('step', s.step), by: s.by, detail: s.reason, state: of ? of(s) : null}))];
