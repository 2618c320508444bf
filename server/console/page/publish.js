/**
 * publish.js - making a quarter's report public: proposed by one person, published by another who has seen what is hidden and what
 * is not.
 */
import {h, name, u} from '../h.js';
import {download, get, maybe, post, Refusal} from '../api.js';
import {apart, barred_notes} from '../apart.js';
import {toast} from '../dialog.js';
import {count, instant, quarter_title} from '../fmt.js';
import {form} from '../form.js';
import {stale} from '../steps.js';
import {badge, card, facts} from '../table.js';
import {t, whose} from '../words.js';

const path = (q) => u`/v1/reports/quarterly/${q}`;

async function load(ctx) {
  const q = ctx.at.quarter, report = await get(path(q), {section: 'headline'});
  return {q, sealed: report.sealed_at, p: report.sealed_at ? await maybe(get(path(q) + '/publication')) : null};
}

function next(ctx, d) {
  const p = d.p, place = h('div', null);
  if (!d.sealed || p && p.state === 'published' || !ctx.may('POST /v1/reports/quarterly/{quarter}/publish')) return null;
  const {legal, barred} = p ? apart({me: ctx.me, may: () => true}, {path: '', legal: ['publish'], made_by: p.proposed_by, steps: [],
    rules: {publish: 'made'}}) : {legal: ['publish'], barred: []};
  const f = legal.length ? form({keep: 'publish ' + d.q, verb: p ? t(`公布 ${quarter_title(d.q)}`,
    `Publish ${quarter_title(d.q)}`) : t('提请公布', 'Propose to publish'),
    fields: [{name: 'reason', label: t('说明', 'Reason'), need: true, rows: 2, max: 500}],
    extra: p ? h('p', {class: 'quiet'}, t(`您看到的公布稿 ${p.seen.slice(0, 8)}…`, `What you see: ${p.seen.slice(0, 8)}…`)) : null,
    send: async (v) => {
      try {
        await post(path(d.q) + '/publish', Object.assign({reason: v.reason}, p ? {seen: p.seen} : {}));
      } catch (e) {
        if (!(e instanceof Refusal) || !e.has('E_SEEN')) throw e;
        const shown = stale(e, ctx.reload);
        place.replaceWith(shown);
        shown.focus();
        return;
      }
      toast(p ? t('已公布', 'Published') : t('已提请，由另一人公布', 'Proposed; another person publishes it'));
      ctx.reload();
    }}) : null;
  if (f) place.appendChild(f.node);
  return h('section', {class: 'card'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred), place);
}

export const page = {
  load,
  title: (ctx, d) => t(`公布 ${quarter_title(d.q)}`, `Publication of ${quarter_title(d.q)}`),
  sub: () => t('由一人提请、另一人公布；会暴露个别企业的数字不公开。',
    'Proposed by one, published by another; what would show a single firm is not public.'),
  tools: (ctx, d) => h('a', {class: 'button', href: u`/console/reports/${d.q}`}, t('返回报告', 'Back to the report')),
  view: (ctx, d) => [card(t('公布情况', 'Where it stands'), d.p ? facts([[t('状态', 'State'),
    d.p.state === 'published' ? badge(null, 'good', t('已公布', 'Published')) : badge(null, 'unknown',
    t('待另一人公布', 'Waits for another person'))], [t('单元格', 'Cells'), count(d.p.cells)],
    [t('其中不公开', 'Not public'), t(`${count(d.p.hidden)} 格（公开表中以 ＊ 显示）`, `${count(d.p.hidden)} (shown as ＊)`)],
    [t('提请', 'Proposed'), [name(whose(d.p.proposed_by)), ' ', instant(d.p.proposed_at)]],
    [t('公布', 'Published'), d.p.published_by ? [name(whose(d.p.published_by)), ' ', instant(d.p.published_at)] : null]]) : h('p',
      {class: 'empty'}, d.sealed ? t('尚未提请公布。', 'Not proposed yet.') : [t('这一季还没有封存：先封存，再公布。',
      'Not sealed yet: seal it first. '), h('a', {href: u`/console/reports/${d.q}/seal`}, t('去封存', 'To the seal'))]),
  d.p && d.p.state === 'published' ? h('div', {class: 'buttons no-print'},
    ['html', 'xlsx', 'csv'].map((format) => h('button', {type: 'button',
    onclick: () => download(path(d.q) + `?public=true&format=${format}`, `${d.q}-public.${format}`)},
    t(`下载公开版 ${format.toUpperCase()}`, `Public ${format.toUpperCase()}`)))) : null), next(ctx, d)],
};
