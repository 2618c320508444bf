/**
 * tasks.js - what waits for me, in the order in which it is done; what I may not do myself stands last, with the reason.
 */
import {h, name, u} from '../h.js';
import {get, get_all, maybe} from '../api.js';
import {count, instant, latest, money, quarter_title} from '../fmt.js';
import {badge, card, due, figure, table} from '../table.js';
import {is_english, t, title, whose} from '../words.js';

const GROUPS = [['resubmit', '退回补正', 'Returned to us'], ['accept', '待受理', 'To accept'], ['confirm', '待确认', 'To confirm'],
  ['approve', '待批准', 'To approve'], ['pay', '待支付', 'To pay'], ['look', '待复核', 'To look at']];
const group_of = (x) => (x.kind === 'proposal' ? 'look' : x.steps[0]);

/** What a bank has not told, of the last quarter that is over: [[title, number, address of the records]]. */
async function missing_of(ctx) {
  if (ctx.me.kind !== 'bank') return null;
  const quarter = latest((await get('/v1/quarters')).items);
  const report = await maybe(get(u`/v1/reports/quarterly/${quarter}`, {section: 'reporters'})), s = report && report.sections[0], row = s && s.rows[0];
  const late = row ? s.columns.filter((c) => /silent|missing/.test(c.key) && c.unit !== 'yuan' && row.cells[c.key] && row.cells[c.key].rows && row.cells[c.key].value > 0) : [];
  return {quarter, late: late.map((c) => ({title: c.title, cell: row.cells[c.key], unit: c.unit}))};
}

async function load(ctx) {
  const [tasks, counted, missing] = await Promise.all([get_all('/v1/tasks', {own: 'true'}, 500), get('/v1/tasks', {limit: 1, total: 'true'}), missing_of(ctx)]);
  const own = (x) => x.blocked_by === 'same_person';
  return {missing, rows: tasks.items.filter((x) => !own(x)), others: tasks.items.filter(own), counts: counted.counts, total: counted.total, more: tasks.next};
}

const console_of = (x) => x.path.replace(/^\/v1\//, '/console/');
const what = (x) => [title('task', x.kind), ' ',
  x.kind === 'proposal' ? [is_english() ? x.title_en : x.title, ' ', name(x.reference.replace(/ [0-9a-f]{16,}$/, ''))]
    : [name(x.reference), x.title ? h('span', {class: 'quiet'}, ' ', name(x.title)) : null]];
const WHAT = () => ({key: 'what', title: t('事项', 'Matter'), wide: true, cell: what});
const AMOUNT = () => ({key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (x) => money(x.amount)});
const SINCE = () => ({key: 'since', title: t('等待自', 'Since'), cell: (x) => instant(x.since)});
const may = (x) => x.blocked_by === 'flag' ? badge(null, 'bad', t('有未解除的预警，不能支付', 'A red flag stops payment'))
  : x.steps.map((s) => title('step', s)).join('、');

// Lists in which several are done at once.
const MANY = {application: () => '/console/applications?waiting=true', proposal: () => '/console/proposals?waiting=true',
  claim: (x) => u`/console/claims?state=${{accept: 'submitted', approve: 'accepted', pay: 'approved', receive: 'recovering', close: 'recovering'}[x.steps[0]] || ''}`,
  coverage: () => '/console/coverages?state=requested'};
const many_links = (rows) => Object.keys(MANY).map((kind) => rows.filter((x) => x.kind === kind && x.steps[0] !== 'resubmit')).filter((of) => of.length > 1)
  .map((of) => h('a', {class: 'more', href: MANY[of[0].kind](of[0])}, t(`批量办理${title('task', of[0].kind)}`, `Many at once: ${title('task', of[0].kind)}`)));

const group = (rows, zh, en) => card([t(zh, en), h('small', null, t(`${rows.length} 件`, String(rows.length))), many_links(rows)],
  table({rows, href: console_of, columns: [WHAT(), {key: 'by', title: t('经办', 'By'), cell: (x) => name(whose(x.by))}, AMOUNT(),
    {key: 'due', title: t('到期', 'Due'), cell: (x) => due(x.due_on, null, x.days_left)}, SINCE(),
    {key: 'steps', title: t('可办', 'You may'), cell: may}]}));

/** A bank's other duty: what it has to tell. */
const to_tell = (m) => m ? card([t('报送', 'Data'), h('small', null, quarter_title(m.quarter))], h('p', null, m.late.length
  ? m.late.map((x) => [x.title, ' ', figure(x.cell, x.unit), t('　', ' ')]) : t('没有到期未报的结果。', 'No result is overdue.')),
h('div', {class: 'buttons'}, h('a', {class: 'button', href: '/console/upload'}, t('去报送', 'Send data')),
  h('a', {class: 'button', href: u`/console/reports/${m.quarter}?section=reporters`}, t('看报送情况', 'How it was sent')))) : null;

const elsewhere = (n, zh, en, href, verb) => n ? card(t(zh, en), h('p', null, h('a', {href}, verb(count(n))))) : null;

export const page = {
  load,
  title: () => t('我的待办', 'My tasks'),
  sub: (ctx, d) => d.rows.length ? [t(`${count(d.total)} 件等您办理；先到期的在前。`, `${count(d.total)} wait for you; what is due first stands first.`),
    d.more ? t(`下面列出前 ${d.rows.length} 件，办完后再列其余。`, ` The first ${d.rows.length} are listed; the others follow as these are done.`) : null] : null,
  view: (ctx, d) => [d.rows.length ? null : card(null, h('p', {class: 'empty'}, t('没有等您办理的事项。', 'Nothing waits for you.'))),
    GROUPS.map(([key, zh, en]) => [d.rows.filter((x) => group_of(x) === key), zh, en]).filter(([rows]) => rows.length)
      .map(([rows, zh, en]) => group(rows, zh, en)), to_tell(d.missing),
    elsewhere(d.counts.flags, '预警', 'Red flags', u`/console/flags?state=${'open'}`, (n) => t(`${n} 条未解除`, `${n} open`)),
    elsewhere(d.counts.reports, '逾期未报', 'Overdue reports', '/console/measures', (n) => t(`各部门共 ${n} 份举措报告逾期未报`,
      `${n} reports of departments are overdue`)),
    d.others.length ? h('div', {class: 'waiting-others'}, card([t('须由他人办理', 'For another person'),
      h('small', null, t('前一步是您办理的，经办与复核不能为同一人', 'you did the step before'))],
      table({rows: d.others, href: console_of, columns: [WHAT(), AMOUNT(), SINCE(),
        {key: 'steps', title: t('待办', 'Waits for'), cell: (x) => x.steps.map((s) => title('step', s)).join('、')}]}))) : null],
};
