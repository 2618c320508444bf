/**
 * proposal.js - one act that waits for a second person: all of it, what it changes, then agreed to or not.
 */
import {h, name, replace, u} from '../h.js';
import {get, maybe} from '../api.js';
import {apart, barred_notes, difference, steps_line} from '../apart.js';
import {differences, is_map} from '../diff.js';
import {instant, money} from '../fmt.js';
import {steps} from '../steps.js';
import {changed_since, figures_at, figures_seen, headline_card} from '../seal_figures.js';
import {badge, beside, card, facts, table} from '../table.js';
import {timeline} from '../timeline.js';
import {act_title, act_value} from '../titles_act.js';
import {is_english, t, title, whose} from '../words.js';

function next(ctx, d) {
  const p = d.p;
  const {legal, barred} = apart(ctx, {path: '/v1/proposals', legal: p.legal_steps, made_by: p.proposed_by, steps: p.steps,
    rules: {approve: ['made', 'approve'], refuse: []}});
  if (!legal.length && !barred.length) return null;
  return h('section', {class: 'card stick no-print'}, h('h2', null, t('复核', 'Second look')), barred_notes(barred),
    steps({record: u`/v1/proposals/${p.id}`, seen: p.seen, legal: ['approve', 'refuse'].filter((s) => legal.includes(s)),
    keep: 'proposal-' + p.id, after: ctx.reload,
    verbs: {approve: p.amount ? t(`同意 ${money(p.amount)} 元`, `Agree to ${money(p.amount)} CNY`) : t('同意，即生效',
      'Agree: it takes effect')}, names: {approve: t('同意', 'Agree'), refuse: t('不同意', 'Refuse')},
    difference: d.figures ? () => changed_since(p.act.quarter, d.figures.report) : difference(u`/v1/proposals/${p.id}`, p, {state: t('状态', 'State'), before_now: t('现在的原值', 'What stands now'),
      act: t('内容', 'Content')}, 'proposal.state')}));
}

const agreed = (p) => p.steps.filter((s) => s.counts).length; // who is out of office since does not count
const is_seal = (p) => p.kind === 'seal' && !!p.act && !!p.act.quarter;
/** Of a quarter that is to be sealed also its figures, and whether they are those that were proposed. */
async function load(ctx) {
  const p = await get(u`/v1/proposals/${ctx.at.id}`), looked = is_seal(p) && p.state === 'waiting' && ctx.may('GET /v1/reports/quarterly/{quarter}');
  const figures = looked ? await maybe(figures_seen(p.act.quarter)) : null;
  return {p, figures, outdated: !!(figures && p.act.seen && figures.seen !== p.act.seen)};
}

/** What has changed since it was proposed: the figures of then are counted from the records, which takes its time. */
function changes_of(p) {
  const place = h('div', {role: 'status'}, t('正在比较……', 'Comparing…'));
  figures_at(p.act.quarter, p.proposed_at).then((then) => changed_since(p.act.quarter, then, t('提出时', 'As proposed'))).then((nodes) => replace(place, nodes))
    .catch(() => replace(place, t('比较不了，请看报告。', 'They cannot be compared: see the report.')));
  return place;
}

const seal_cards = (ctx, d) => [d.outdated ? card(t('提出之后数字已有变动', 'The figures have changed since it was proposed'),
  h('p', {class: 'notice warn'}, t('同意的须是提出人看到的数字：请不同意，由提出人重新提出。', 'What is agreed to is what the proposer saw: refuse it, and it is proposed anew.')),
  changes_of(d.p)) : null, headline_card(t('将要封存的主要数字', 'The figures that will be sealed'),
  d.figures.report.sections.find((s) => s.name === 'headline'), ctx.unit || 'yi'), h('p', {class: 'buttons'}, h('a', {href: u`/console/reports/${d.p.act.quarter}/seal`},
  t('报送情况与预警', 'Reporters and flags')))];

const moved = (p) => p.before !== undefined && p.before_now !== undefined && JSON.stringify(p.before) !== JSON.stringify(p.before_now);

/** Who is told as another person than one of his name could check what he made himself. */
function namesakes(p) {
  const named = p.before_now || p.before;
  return p.kind === 'person' && is_map(named) ? h('div', {class: 'notice warn'},
    t('别处有同名的人：', 'Others bear this name: '), named.same_name.map((x) => `${x.name}@${x.organisation}`).join('、'),
    t('。若是同一人，请不同意，并以 same_as 重新登记。', '. If it is one human being, refuse this and enter him anew with same_as.')) : null;
}

const GOES_ON = ['person_enable', 'organisation_enable'];

/** What was said before a post ended counts again with it, also what a thief of the token said. */
function waiting(p) {
  const told = p.before_now || p.before;
  return GOES_ON.includes(p.kind) && is_map(told) ? h('div', {class: 'notice warn'}, t('恢复后下列未办结事项重新计入；令牌曾遗失的，先吊销该令牌：',
    'What waits still counts again with this; a token that was in other hands is revoked first:'), h('ul', null, told.waiting.map((x) => h('li', null,
    name(whose(x.by)), ` ${instant(x.at)} ${act_title(x.kind)} ${title('step', x.step)} `, h('span', {class: 'mono'}, x.id), t(' 令牌 ', ' token '),
    h('span', {class: 'mono'}, x.token || '—'))))) : null;
}

function content(ctx, p) {
  if (!['person', ...GOES_ON].includes(p.kind) && is_map(p.before) && is_map(p.act)) {
    const rows = differences(p.before, p.act).filter((d) => p.act[d.key] !== undefined);
    return table({rows, empty: t('与原值相同。', 'The same as before.'),
      columns: [{key: 'key', title: t('项目', 'Item'), cell: (d) => act_title(d.key)},
      {key: 'a', title: t('原值', 'Before'), cell: (d) => h('span', {class: 'old'}, act_value(ctx, d.key, d.a))},
      {key: 'b', title: t('改为', 'To'), cell: (d) => h('strong', null, act_value(ctx, d.key, d.b))}]});
  }
  return is_map(p.act) ? facts(Object.entries(p.act).filter(([k]) => !is_seal(p) || !['seen', 'reference'].includes(k)).map(([k, v]) => [act_title(k), act_value(ctx, k, v)])) : h('pre', {class: 'mono'},
    JSON.stringify(p.act, null, 1));
}

export const page = {
  load,
  title: (ctx, {p}) => is_english() ? p.title_en : p.title,
  sub: (ctx, {p}) => [p.act && (p.act.quarter || p.act.reference) ? [name(p.act.quarter || p.act.reference), ' · '] : null, t('由 ', 'by '), name(whose(p.proposed_by)),
    t(` 于 ${instant(p.proposed_at)} 提出`, ` at ${instant(p.proposed_at)}`)],
  view: (ctx, d) => { const p = d.p; return [h('section', {class: 'verdict ' + {waiting: 'ask', approved: 'good', refused: 'never'}[p.state]},
    h('h2', null, badge('proposal.state', p.state)), p.amount ? h('p', {class: 'sum'}, h('strong', null, money(p.amount)),
    t(' 元', ' CNY')) : null,
    p.state === 'waiting' ? h('p', null, t(`须 ${p.needs} 人复核，已有 ${agreed(p)} 人。`,
      `Needs ${p.needs}, has ${agreed(p)}.`), p.tier_sum ? t(`同一人 30 天内向同一去向共提出 ${money(p.tier_sum)} 元，按合计定人数。`,
      ` ${money(p.tier_sum)} CNY were proposed by one person to the same end within 30 days: they count as one sum.`) : null) : null),
  moved(p) ? h('div', {class: 'notice warn'}, t('提出之后原值已变动，请看清现在的原值再决定。',
    'What it changes has changed since it was proposed.')) : null,
  namesakes(p), waiting(p),
  beside([card(t('内容', 'Content'), content(ctx, p)), d.figures ? seal_cards(ctx, d) : null,
    moved(p) ? card(t('现在的原值', 'What stands now'), is_map(p.before_now) ? facts(Object.entries(p.before_now).map(([k,
    v]) => [act_title(k), act_value(ctx, k, v)])) : h('pre', {class: 'mono'}, JSON.stringify(p.before_now))) : null,
    card(t('经过', 'What was done'), timeline(steps_line({on: String(p.proposed_at).slice(0, 10), what: t('提出', 'Proposed'),
      by: p.proposed_by}, p.steps, (s) => [badge('proposal.state', s.state), s.counts === false ? t(' 不计入', ' does not count') : null])))], next(ctx, d))]; },
};
