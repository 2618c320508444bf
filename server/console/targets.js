/**
 * targets.js - one view of the seven targets, whatever kind they are: an adapter for growth, totals, rising figures and
 * those that are made of several measures.
 */
import {compare} from './fmt.js';

const TONE = ['missed', 'no_base', 'at_risk', 'incomplete', 'on_track', 'met'];
/** The worst of several states: what must be looked at first. */
export const worst = (words) => words.slice().sort((a, b) => TONE.indexOf(a) - TONE.indexOf(b))[0];

const kind_of = (measure) => /amount|value|cash|paid|revenue/.test(measure || '') ? 'yuan' : 'count';

/** {title, kind, status, growth, compound, mean, now, need, value, assumed, required, missing} of one measure. */
function one(m, target) {
  const years = m.years || [];
  return {
    id: m.measure || target.measure, title: m.title, title_en: m.title_en, kind: kind_of(m.measure || target.measure), status: m.status, compound: m.growth_compound, mean: m.growth_mean,
    now: m.now ? m.now.value : null, need: m.now ? m.now.required : null, growth: m.now ? m.now.growth : null, total: m.total, base: m.base, years,
    assumed: !!(m.base && m.base.assumed) || years.some((y) => y.assumed), required: m.required, missing: m.missing || [], ways: m.ways || [], progress: m.now ? m.now.progress : null,
  };
}

/** The measures of a target; one that is a single figure has one. */
export const measures_of = (target) => (target.measures || [target]).map((m) => one(m, target));

/** What must still come, a quarter: {compound, mean} or {each}; null: nothing is known; '0': nothing. */
export function required_of(measure) {
  const r = measure.required;
  if (!r) return null;
  if (r.per_quarter !== undefined) return {each: String(r.per_quarter)};
  if (r.per_quarter_compound === undefined) return null;
  return {compound: String(r.per_quarter_compound), mean: String(r.per_quarter_mean)};
}
export const is_nothing = (text) => compare(text, '0') <= 0;

/** "T1" is short; the words of the plan are long: "融资金额年均增幅 ≥ 30%". */
export function short_title(target) {
  const of = {T1: '融资金额年均增幅', T2: '融资项目数年均增幅', T3: '三年融资总额', T4: '中小企业接受专利年均增幅', T5: '高校院所输出专利年均增幅', T6: '专利产品备案与实施年均增幅', T7: '惠及中小微企业逐年递增'}[target.id];
  return of || target.title;
}
