/**
 * tasks.js - what waits for me, in the order in which it is done; what I may not do myself stands last, with the reason.
 */
import {h, name, u} from '../h.js';
import {get, get_all, maybe} from '../api.js';
import {instant, money} from '../fmt.js';
import {badge, card, due, table} from '../table.js';
import {is_english, t, title} from '../words.js';

const KINDS = {claim: ['理赔', 'Claim'], application: ['补贴申请', 'Application'], coverage: ['备案', 'Coverage'],
  proposal: ['双人复核', 'Second look']};
const GROUPS = [['resubmit', '退回补正', 'Returned to us'], ['accept', '待受理', 'To accept'], ['confirm', '待确认', 'To confirm'],
  ['approve', '待批准', 'To approve'], ['pay', '待支付', 'To pay'], ['look', '待复核', 'To look at'], ['other', '其他', 'Other']];
const group_of = (x) => x.kind === 'proposal' ? 'look' : (GROUPS.find(([step]) => x.steps.includes(step)) || ['other'])[0];

/** The lists that tell amounts and deadlines: one request for each kind of thing that waits. */
async function details(ctx, kinds) {
  const asked = {claim: ['/v1/claims', {}], application: ['/v1/applications', {waiting: 'true'}],
    coverage: ['/v1/coverages', {state: 'requested'}], proposal: ['/v1/proposals', {state: 'waiting'}]};
  const wanted = Object.entries(asked).filter(([kind, [path]]) => kinds.has(kind) && ctx.may('GET ' + path));
  const lists = await Promise.all(wanted.map(([, [path, query]]) => maybe(get_all(path, query, 500))));
  const of = new Map();
  lists.forEach((list, i) => { for (const x of list ? list.items : []) of.set(`${wanted[i][1][0]}/${x.id}`,
    Object.assign({type: wanted[i][0]}, x)); });
  return of;
}

async function load(ctx) {
  const tasks = await get_all('/v1/tasks', {}, 500);
  const kinds = new Set(tasks.items.map((x) => x.kind).concat('proposal'));
  const [of, flags] = await Promise.all([details(ctx, kinds), ctx.may('POST /v1/flags/{id}/clear') ? maybe(get('/v1/flags',
    {state: 'open', limit: 1, total: 'true'})) : null]);
  const rows = tasks.items.map((x) => Object.assign({group: group_of(x), of: of.get(x.path)}, x));
  const me = `${ctx.me.person}@${ctx.me.organisation}`;
  const mine = [...of.entries()].filter(([path,
    x]) => x.type === 'proposal' && x.state === 'waiting' && x.proposed_by === me && !rows.some((r) => r.path === path));
  return {rows, mine: mine.map(([path, x]) => ({path, of: x})), flags};
}

const console_of = (path) => path.replace(/^\/v1\//, '/console/');
const what = (x) => [t(...(KINDS[x.kind] || [x.kind, x.kind])), ' ',
  x.kind === 'proposal' && x.of ? [is_english() ? x.of.title_en : x.of.title, ' '] : null,
  name(x.of && x.of.act && x.of.act.reference ? x.of.act.reference : x.reference)];
const amount_of = (o) => o ? o.fund !== undefined ? o.fund : o.amount : null;
const who = (o) => o ? name(o.proposed_by || o.recorded_by) : '—';

function group(ctx, rows, zh, en) {
  const late = (x) => x.of && x.of.due_on ? x.of.due_on : '9';
  const sorted = rows.slice().sort((a, b) => late(a) < late(b) ? -1 : late(a) > late(b) ? 1 : a.since < b.since ? -1 : 1);
  return card([t(zh, en), h('small', null, t(`${rows.length} 件`, String(rows.length)))],
    table({rows: sorted, href: (x) => console_of(x.path), columns: [{key: 'what', title: t('事项', 'Matter'), wide: true, cell: what},
    {key: 'who', title: t('经办', 'By'), cell: (x) => who(x.of)},
    {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (x) => money(amount_of(x.of))},
      {key: 'due', title: t('到期', 'Due'), cell: (x) => x.of && x.of.due_on ? due(x.of.due_on, ctx.today) : '—'},
      {key: 'since', title: t('等待自', 'Since'), cell: (x) => instant(x.since)},
    {key: 'steps', title: t('可办', 'You may'), cell: (x) => x.steps.map((s) => title('step', s)).join('、')}]}));
}

export const page = {
  load,
  title: () => t('我的待办', 'My tasks'),
  sub: (ctx, d) => d.rows.length ? t(`${d.rows.length} 件等您办理；先到期的在前。`,
    `${d.rows.length} wait for you; what is due first stands first.`) : null,
  view: (ctx, d) => [d.rows.length ? null : card(null, h('p', {class: 'empty'}, t('没有等您办理的事项。', 'Nothing waits for you.'))),
    GROUPS.map(([key, zh, en]) => [key, zh, en, d.rows.filter((x) => x.group === key)]).filter(([, , , rows]) => rows.length).map(([, zh,
      en, rows]) => group(ctx, rows, zh, en)),
    d.flags && d.flags.total && d.flags.total.count ? card([t('预警', 'Red flags')],
      h('p', null, h('a', {href: u`/console/flags?state=${'open'}`}, t(`${d.flags.total.count} 条未解除`,
      `${d.flags.total.count} open`)))) : null,
    d.mine.length ? h('div', {class: 'waiting-others'}, card([t('须由他人办理', 'For another person'),
      h('small', null, t('您提出的，经办与复核不能为同一人', 'you proposed it'))],
      table({rows: d.mine, href: (x) => console_of(x.path), columns: [{key: 'what', title: t('事项', 'Matter'), wide: true,
      cell: (x) => [is_english() ? x.of.title_en : x.of.title, ' ', name(x.of.act && x.of.act.reference)]},
      {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (x) => money(x.of.amount)},
        {key: 'since', title: t('提出于', 'Proposed'), cell: (x) => instant(x.of.proposed_at)},
        {key: 'state', title: t('状态', 'State'), cell: () => badge('proposal.state', 'waiting')}]}))) : null],
};
