/**
 * drafting.js - is an address one of a form? …/new writes a record anew, ?edit=copy after another, ?edit=draft corrects it. The forms
 * themselves are loaded where one is written (record_forms.js, policy_form.js).
 */
import {h} from './h.js';
import {Refusal} from './api.js';
import {t} from './words.js';

export const is_edited = (ctx, path) => ctx.at.id === 'new' || ctx.query.edit === 'copy' ? ctx.may('POST ' + path)
  : ctx.query.edit === 'draft' && ctx.may(`PUT ${path}/{id}`);

/** Who may not write one anew is told so, as of a page that is not there. */
export function must_be_allowed(ctx, path) {
  if (ctx.at.id === 'new' && !is_edited(ctx, path)) throw new Refusal(404, {title: ''});
}

/** {form, schema, book} of a record of that kind; nothing where its page only shows it. */
export async function form_of(ctx, kind, path) {
  must_be_allowed(ctx, path);
  if (!is_edited(ctx, path)) return {};
  const form = await import('./record_forms.js');
  return Object.assign({form}, await form.asked(kind));
}

/** Ways to its forms; `fixed`: it can no longer be corrected. */
export const edit_links = (ctx, path, fixed) => [fixed || !ctx.may(`PUT ${path}/{id}`) ? null
  : h('a', {class: 'button', href: ctx.href({edit: 'draft'})}, t('修改', 'Correct')),
ctx.may('POST ' + path) ? h('a', {class: 'button', href: ctx.href({edit: 'copy'})}, t('复制为草案', 'Copy as a draft')) : null];

export const new_link = (ctx, path, href, text) => ctx.may('POST ' + path) ? h('a', {class: 'button primary', href}, text) : null;
