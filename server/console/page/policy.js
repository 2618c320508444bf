/**
 * policy.js - a policy as its applicants read it; copied as a draft it is a form, judged while one writes, with every change against
 * the version it came from on one page. Another person approves it.
 */
import {h, name, u} from '../h.js';
import {get, Refusal} from '../api.js';
import {apart, barred_notes} from '../apart.js';
import {book_of} from '../decision.js';
import {is_edited, must_be_allowed} from '../drafting.js';
import {changes_table, draft_difference, pointer_title, rule_of, sentences} from '../rule.js';
import {steps} from '../steps.js';
import {card, facts} from '../table.js';
import {state_badge} from './policies.js';
import {lasting, t, whose} from '../words.js';

const PATH = '/v1/policies';

async function load(ctx) {
  must_be_allowed(ctx, PATH);
  const id = ctx.at.id, is_id = /^[0-9a-f]{8}-/.test(id), edited = is_edited(ctx, PATH);
  const [list, form] = await Promise.all([get('/v1/facts'), edited ? import('../policy_form.js') : null]);
  const d = {book: book_of(list), form, schema: form ? await form.schema() : null, versions: []};
  if (id === 'new') return Object.assign(d, {p: ctx.me.kind === 'district' ? {district: ctx.me.district} : {}});
  const p = is_id ? await get(u`/v1/policies/${id}`) : (await get('/v1/policies',
    {code: id, limit: 100})).items.filter((x) => !ctx.query.from || x.effective_from === ctx.query.from).pop();
  if (!p) throw new Refusal(404, {title: ''});
  const versions = (await get('/v1/policies', {code: p.code, limit: 100})).items;
  return Object.assign(d, {p, versions, base: versions.find((v) => v.state === 'in_force' && v.id !== p.id) || p});
}

// ---- as it stands --------------------------------------------------------------------------------

function next(ctx, d) {
  const p = d.p, legal = {draft: ['approve'], in_force: ['end']}[p.state] || [],
    {legal: can, barred} = apart(ctx, {path: '/v1/policies', legal, made_by: p.recorded_by, steps: [], rules: {approve: 'made'}});
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('下一步', 'Next step')), barred_notes(barred),
    h('div', {class: 'buttons'}, ctx.may('POST /v1/policies') ? h('a', {class: 'button', href: ctx.href({edit: 'copy'})},
    t('复制为草案', 'Copy as a draft')) : null, p.state === 'draft' && ctx.may('PUT /v1/policies/{id}') ? h('a',
    {class: 'button', href: ctx.href({edit: 'draft'})}, t('修改草案', 'Edit the draft')) : null,
    ctx.may('POST /v1/policies/{code}/rehearsals') ? h('a', {class: 'button', href: u`/console/policies/${p.id}/rehearse`},
      t('试算', 'Rehearse')) : null, p.state === 'in_force' && ctx.may('POST /v1/eligibility-checks') ? h('a', {class: 'button',
      href: u`/console/eligibility?policy=${p.code}`}, t('核对资格', 'Check a case')) : null),
  can.length ? steps({record: u`/v1/policies/${p.id}`, seen: p.seen, legal: can, keep: 'policy-' + p.id, after: ctx.reload,
    verbs: {approve: t('批准，即施行', 'Approve: it is in force'), end: t('终止政策', 'End it')},
    fields: {approve: [{name: 'on', label: t('批准日', 'Day'), need: true, kind: 'date', value: ctx.today}],
    end: [{name: 'on', label: t('终止日', 'Day'), need: true, kind: 'date', value: ctx.today}]},
    difference: draft_difference(u`/v1/policies/${p.id}`, p, 'policy', 'policy.state')}) : null);
}

const as_it_stands = (ctx, d) => h('div', {class: 'aside'},
  h('div', null, card(t('规则', 'The rule'), sentences(d.p, d.book)),
    d.p.state === 'draft' && d.base.id !== d.p.id ? card(t('与施行中版本的不同', 'Against the version in force'),
      changes_table(rule_of(d.base), rule_of(d.p), pointer_title, [t('施行中', 'In force'), t('草案', 'Draft')])) : null),
  h('div', null, next(ctx, d), card(t('版本', 'Version'), facts([[t('状态', 'State'), state_badge(d.p)],
    [t('施行', 'In force'), lasting(d.p.effective_from, d.p.effective_to)],
    [t('申报截止', 'Apply until'), d.p.apply_until], [t('起草', 'Drafted by'), name(whose(d.p.recorded_by))],
    [t('批准', 'Approved by'), d.p.approved_by ? name(whose(d.p.approved_by)) : null]]),
  d.versions.length > 1 ? [h('h3', null, t('其他版本', 'Other versions')), d.versions.filter((v) => v.id !== d.p.id)
    .map((v) => h('div', null, h('a', {href: u`/console/policies/${v.id}`}, v.effective_from), ' ', state_badge(v)))] : null)));

export const page = {
  load,
  title: (ctx, d) => ctx.at.id === 'new' ? t('起草补贴政策', 'Draft a policy') : is_edited(ctx, PATH) ? t(`政策草案：${d.p.title}`,
    `Draft: ${d.p.title}`) : d.p.title,
  sub: (ctx, d) => d.p.id ? `${d.p.code} · ${d.p.legal_ref}` : t('由另一人批准后才施行。', 'It is in force when another person has approved it.'),
  view: (ctx, d) => is_edited(ctx, PATH) ? d.form.editor(ctx, d) : as_it_stands(ctx, d),
};
