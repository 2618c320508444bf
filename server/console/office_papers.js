/**
 * office_papers.js - what only the applicant or the office can tell of a case beside its facts: invoices of fees that are paid for,
 * and the share where the policy leaves a range. Asked for only where the policy looks at it.
 */
import {h} from './h.js';
import {mark, writing} from './document.js';
import {item_title} from './decision.js';
import {leaves} from './rule.js';
import {list_form, schema_of} from './schema_form.js';
import {card} from './table.js';
import {t} from './words.js';

const FEES = ['insurance_fee', 'guarantee_fee', 'valuation_fee'];
const items_of = (policy, which) => [...new Set(((policy && policy.items) || []).filter(which).map((i) => i.item))];

/** {invoices: [items], shares: [items]} that the policy asks for; null: neither. */
export function papers_of(policy) {
  const invoices = items_of(policy, (i) => FEES.includes(i.item)), shares = items_of(policy, (i) => i.share_range);
  return invoices.length || shares.length ? {invoices, shares} : null;
}

/** Facts that the office tells and on which the amount hangs, though no clause asks for them. */
export function raising_facts(policy, book) {
  const looked = leaves([policy.items, policy.caps]).filter(([p]) => /\/(fact|than)$/.test(p)).map(([, name]) => name);
  return [...new Set(looked)].filter((k) => book[k] && book[k].from === 'office');
}

/** Only lines in which something stands are sent. */
export const told_papers = (papers) => Object.fromEntries(['invoices', 'shares'].filter((k) => papers[k] && papers[k].length).map((k) => [k, papers[k]]));

/**
 * The lists with their fields; `again` is called 400 ms after the last change. {node, wrong(errors)}: marks what is wrong at its field,
 * and gives what belongs to none.
 */
export async function papers_form(asked, papers, again) {
  const schema = (await schema_of('application')).properties, s = writing(papers, {book: {}}), body = h('div', null);
  let timer = null;
  s.changed = () => { clearTimeout(timer); timer = setTimeout(again, 400); };
  const only = (of, items) => { // of the items of this policy
    const x = JSON.parse(JSON.stringify(of));
    x.items.properties.item.enum = items;
    x.items.properties.item['x-titles'] = Object.fromEntries(items.map((i) => [i, item_title(i)]));
    return x;
  };
  const draw = () => {
    while (body.firstChild) body.firstChild.remove();
    s.inputs = [];
    for (const k of ['invoices', 'shares']) if (asked[k].length) body.appendChild(card([k === 'invoices' ? t('企业提交的发票', 'Invoices of the firm')
      : t('核定比例', 'Shares decided'), h('small', null, k === 'invoices' ? t('没有发票的费用不予补贴', 'a fee without one is not paid for')
      : t('不填按下限', 'else the lower end'))], list_form(s, only(schema[k], asked[k]), '/' + k, k, {})));
  };
  s.redraw = (id) => {
    draw();
    s.changed();
    const target = id && document.getElementById(id);
    if (target) (target.matches('fieldset, div') ? target.querySelector('input, select, button') || target : target).focus();
  };
  draw();
  return {node: body, papers: () => told_papers(s.doc), wrong: (errors) => mark(s, errors).wrong.filter((p) => !p.field)};
}
