/**
 * budget.js - 拨款 = 已付 + 冻结 + 可用, as a bar whose parts are named and lead to their records.
 */
import {h, s, u, with_query} from './h.js';
import {money, thousandths} from './fmt.js';
import {facts} from './table.js';
import {t} from './words.js';

/** The applications that it is made of; what is held waits for its approval or for its payment. */
const of_state = (b, state, text) => h('a', {href: with_query('/console/applications', {code: b.policy, state})}, text);

export function budget_bar(b) {
  const paid = thousandths(b.paid, b.appropriated), held = thousandths(b.held, b.appropriated),
    yuan = (x) => t(`${money(x)} 元`, `${money(x)} CNY`);
  const part = (kind, x, width) => width > 0 ? s('rect', {class: kind, x: String(x), y: '0', width: String(width), height: '16'}) : null;
  const mark = (kind) => s('svg', {width: '14', height: '12', viewBox: '0 0 14 12', 'aria-hidden': 'true'},
    s('rect', {class: kind, x: '0.5', y: '0.5', width: '13', height: '11'}));
  return h('div', {class: 'budget'}, s('svg', {class: 'progress', viewBox: '0 0 1000 16', preserveAspectRatio: 'none', role: 'img',
    'aria-label': t(`拨款 ${money(b.appropriated)} 元，已付 ${money(b.paid)}，冻结 ${money(b.held)}，可用 ${money(b.available)}`,
    `Appropriated ${money(b.appropriated)}: paid ${money(b.paid)}, held ${money(b.held)}, left ${money(b.available)}`)},
      part('track', 0, 1000), part('mark', 0, paid), part('band', paid, held)),
  facts([[t('拨款', 'Appropriated'), h('a', {href: u`/console/accounts/${b.account}`}, yuan(b.appropriated))],
    [[mark('mark'), ' ', t('已付', 'Paid')], of_state(b, 'paid', yuan(b.paid))], [[mark('band'), ' ', t('冻结', 'Held')], of_state(b, '', yuan(b.held))],
    [[mark('track'), ' ', t('可用', 'Left')], h('strong', null, yuan(b.available))],
      /[1-9]/.test(b.carried_in) ? [t('上年结转', 'Carried in'), yuan(b.carried_in)] : null,
      /[1-9]/.test(b.carried_out) ? [t('结转下年', 'Carried out'), yuan(b.carried_out)] : null,
    /[1-9]/.test(b.returned) ? [t('交回', 'Returned'), yuan(b.returned)] : null,
      /[1-9]/.test(b.clawed_back) ? [t('追回', 'Clawed back'), yuan(b.clawed_back)] : null,
    b.queue ? [t('排队', 'Queued'), of_state(b, 'queued', t(`${b.queue} 件、${money(b.queued)} 元`, `${b.queue}, ${money(b.queued)} CNY`))] : null]));
}
