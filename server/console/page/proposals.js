/**
 * proposals.js - acts that count when a second person has agreed: those that wait for me first.
 */
import {name, u} from '../h.js';
import {apart} from '../apart.js';
import {bulk} from '../bulk.js';
import {instant, money} from '../fmt.js';
import {all_of, list_page} from '../list.js';
import {badge} from '../table.js';
import {is_english, t, title, whose} from '../words.js';

const steps_of = (ctx) => (p) => apart(ctx, {path: '/v1/proposals', legal: p.legal_steps, made_by: p.proposed_by, steps: p.steps,
  rules: {approve: ['made', 'approve'], refuse: []}}).legal;
/** Its number, without the digest that tells one of many proposals for the same thing from another. */
const act_of = (p) => p.act && (p.act.quarter || String(p.act.reference || p.act.code || '').replace(/ [0-9a-f]{16,}$/, '')) || '';

export const page = list_page({
  title: () => t('双人复核', 'Second look'),
  sub: () => t('由一人提出、另一人同意后才生效。自己提出的须由他人复核。', 'Proposed by one person, in force when another has agreed.'),
  path: '/v1/proposals', exports: false, order: '-recorded',
  filters: () => [{name: 'state', label: t('状态', 'State'), options: all_of('proposal.state', ['waiting', 'approved', 'refused'], title)},
    {name: 'q', label: t('编号、内容', 'Reference, content')},
    {name: 'waiting', label: t('办理', 'To do'), options: [['', t('全部', 'All')], ['true', t('等我复核的', 'Waiting for me')]]}],
  columns: (ctx) => [{key: 'title', title: t('事项', 'Matter'), wide: true, cell: (p) => is_english() ? p.title_en : p.title},
    {key: 'reference', title: t('编号', 'Reference'), cell: (p) => name(act_of(p))},
    {key: 'amount', title: t('金额（元）', 'Amount (CNY)'), num: true, cell: (p) => money(p.amount)},
      {key: 'by', title: t('提出人', 'Proposed by'), cell: (p) => name(whose(p.proposed_by))},
      {key: 'at', title: t('提出时刻', 'At'), cell: (p) => instant(p.proposed_at)},
    {key: 'state', title: t('状态', 'State'), cell: (p) => [badge('proposal.state', p.state),
      p.state === 'waiting' && p.proposed_by === `${ctx.me.person}@${ctx.me.organisation}` ? t('　须他人复核', ' by another') : null]}],
  in_bulk: (ctx) => ctx.query.waiting,
  many: (ctx, rows) => bulk(ctx, rows, {path: '/v1/proposals', states: 'proposal.state', steps: ['approve', 'refuse'], of: steps_of(ctx), amount: (p) => p.amount,
    what: (p) => `${is_english() ? p.title_en : p.title} ${act_of(p)}`, href: (p) => u`/console/proposals/${p.id}`,
    names: {approve: t('同意', 'Agree to'), refuse: t('不同意', 'Refuse')}}),
  href: (p) => u`/console/proposals/${p.id}`,
});
