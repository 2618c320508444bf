/**
 * event.js - one meeting: who took part, what was intended, what came of it.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {count, money} from '../fmt.js';
import {card, facts, firm_link, table} from '../table.js';
import {event_kind} from './events.js';
import {district_title, t, whose} from '../words.js';

const KINDS = {firm: ['企业', 'Firm'], university: ['高校', 'University'], institute: ['科研院所', 'Institute'], bank: ['银行', 'Bank'],
  insurer: ['保险机构', 'Insurer'], agency: ['服务机构', 'Agency'], park: ['园区', 'Park'], government: ['政府部门', 'Government'],
  loan: ['贷款', 'Loan'], deal: ['专利交易', 'Deal'], insurance: ['保险', 'Insurance']};
const word = (w) => KINDS[w] ? t(...KINDS[w]) : w;
/** Who meant to do something took part: by that name. */
const called = (e, uscc) => ((e.participants || []).find((p) => p.uscc === uscc) || {}).name;

export const page = {
  load: (ctx) => get(u`/v1/matching-events/${ctx.at.id}`),
  title: (ctx, e) => e.title,
  sub: (ctx, e) => [event_kind(e), ' · ', e.held_on, ' · ', district_title(e.district)],
  view: (ctx, e) => [e.outcome ? h('div', {class: 'cards'}, [[count(e.outcome.loans), t('笔', ''), '形成贷款', 'Loans',
    money(e.outcome.loan_amount)], [count(e.outcome.deals), t('项', ''), '形成交易', 'Deals', money(e.outcome.deal_value)],
    [count((e.intents || []).length), t('项', ''), '意向', 'Intents', null]].map(([n, unit, zh, en, sum]) =>
    h('section', {class: 'card key'}, h('h2', null, t(zh, en)), h('p', {class: 'big'}, n, h('small', null, unit)),
      sum ? h('p', {class: 'beside'}, t(`${sum} 元，截至 ${e.outcome.until}`, `${sum} CNY until ${e.outcome.until}`)) : null))) : null,
  h('div', {class: 'aside'}, h('div', null, card(t('意向', 'Intents'),
    table({rows: e.intents || [], empty: t('没有登记意向。', 'None.'),
    columns: [{key: 'uscc', title: t('企业', 'Firm'), cell: (i) => firm_link(i.uscc, called(e, i.uscc))},
    {key: 'kind', title: t('种类', 'Kind'), cell: (i) => word(i.kind)}, {key: 'with', title: t('对方', 'With'), cell: (i) => name(i.with)},
    {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (i) => money(i.amount)}]})),
    card(t('参加单位', 'Who took part'), table({rows: e.participants || [], empty: t('没有登记参加单位。', 'None.'),
      columns: [{key: 'name', title: t('名称', 'Name'), wide: true, cell: (p) => p.kind === 'firm' ? firm_link(p.uscc, p.name) : name(p.name)},
      {key: 'kind', title: t('类型', 'Kind'), cell: (p) => word(p.kind)}]}))),
  h('div', null, card(t('登记', 'On record'), facts([[t('编号', 'Reference'), e.reference], [t('主办', 'Organiser'), name(e.organiser)],
    [t('地点', 'Place'), e.place ? name(e.place) : null], [t('人数', 'Attended'), e.attended === undefined ? null : count(e.attended)],
    [t('佐证', 'Evidence'), e.evidence ? name(e.evidence) : null], [t('报送', 'Told by'), name(whose(e.recorded_by))]]))))],
};
