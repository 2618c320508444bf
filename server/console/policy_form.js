/**
 * policy_form.js - a policy drafted: anew, as a copy of another, or corrected before it is approved.
 */
import {u} from './h.js';
import {put} from './document.js';
import {item_title} from './decision.js';
import {toast} from './dialog.js';
import {draft} from './draft.js';
import {exclusions, pointer_title, rule_of, sentences} from './rule.js';
import {schema_of} from './schema_form.js';
import {t} from './words.js';

/** A copy begins after the newest version. */
function copy_of(ctx, d) {
  const newest = Math.max(Number(ctx.today.slice(0, 4)), ...d.versions.map((v) => Number(v.effective_from.slice(0, 4))));
  const doc = Object.assign(rule_of(d.p), {effective_from: `${newest + 1}-01-01`});
  put(doc, '/effective_to', undefined);
  put(doc, '/apply_until', undefined);
  return doc;
}

const ASKED = {interest: ['share', 'rate_ceiling', 'months', 'cap'], premium: ['share', 'cap'], principal_award: ['amount', 'cap'],
  lender_award: ['amount', 'cap']};
const form = (book) => ({
  shapes: ['item', 'per'], needs: (pointer, x) => /^\/caps\/\d+$/.test(pointer) && x.per && x.per !== 'loan' ? ['period'] : [],
  words: {excludes: {label: t('互斥', 'Not together with'), options: exclusions(), free: t('政策代码（用「、」隔开）', 'Codes of policies')},
    declared: {label: t('企业可自行声明的事实', 'What the firm may declare'), options: Object.values(book).filter((f) => f.from === 'office')
      .map((f) => [f.name, f.title])}},
  legend: (pointer, x, i) => /^\/items\/\d+$/.test(pointer) ? `${i + 1}. ${x.item ? item_title(x.item) : t('补贴项目', 'Item')}` : null,
  first: (pointer, x) => /^\/items\/\d+$/.test(pointer) ? ASKED[x.item] || ['share', 'cap'] : /^\/caps\/\d+$/.test(pointer) ? ['period', 'item'] : [],
});

export const schema = () => schema_of('policy');

export function editor(ctx, d) {
  const is_draft = ctx.query.edit === 'draft', is_new = !d.p.id;
  return draft({ctx, key: `policy ${is_new ? 'new' : d.p.id} ${is_draft ? 'draft' : 'copy'}`, path: '/v1/policies', schema: d.schema,
    doc: is_new ? Object.assign({}, d.p) : is_draft ? rule_of(d.p) : copy_of(ctx, d), base: is_new ? null : rule_of(is_draft ? d.base : d.p),
    record: is_draft ? d.p : null, form: form(d.book), book: d.book, change_title: pointer_title,
    beside: t('申请人读到的', 'As applicants read it'), reads: (doc) => sentences(doc, d.book),
    verb: is_draft ? t('更正草案', 'Correct the draft') : t('提交草案', 'Submit the draft'),
    sent: (made) => {
      toast(t('草案已提交，待另一人批准', 'Submitted; another person approves it'));
      ctx.go(u`/console/policies/${made.id}`);
    }, back: is_new ? '/console/policies' : u`/console/policies/${d.p.id}`});
}
