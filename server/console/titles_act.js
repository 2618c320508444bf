/**
 * titles_act.js - titles of the fields of what one person proposes and another agrees to.
 */
import {h, u} from './h.js';
import {money} from './fmt.js';
import {is_english, spelt, t, title} from './words.js';

const TITLES = {reference: '凭证号', debit: '借方账户', credit: '贷方账户', amount: '金额', on: '日期', cause: '事由', memo: '摘要',
  policy: '政策', year: '年度', kind: '种类', code: '代码', title: '名称', name: '名称', reason: '理由', years: '各年', count: '笔数',
  source: '来源', assumed: '假定',
  district: '区', party: '方', share: '比例', person: '人员', organisation: '机构', duties: '职责', flag: '预警', quarter: '季度',
    plan: '计划', evidence: '凭证', reverses: '冲销的凭证', key: '名称', value: '值', number: '编号', threshold: '阈值', record: '记录',
    scheme: '方案'};
export const act_title = (key) => is_english() ? spelt(key) : TITLES[key] || key;
export function act_text(key, v) {
  if (v === null || v === undefined || v === '') return '—';
  if (typeof v === 'boolean') return v ? t('是', 'yes') : t('否', 'no');
  if (Array.isArray(v)) return v.map((x) => act_text(key, x)).join('；');
  if (typeof v === 'object') return Object.entries(v).map(([k, x]) => `${act_title(k)} ${act_text(k, x)}`).join('，');
  if (/amount$/.test(key)) return t(`${money(v)} 元`, `${money(v)} CNY`);
  return key === 'cause' || key === 'kind' ? title('cause', v) : String(v);
}

/** What a field names has a page: what may be seen there, and where it is. */
const account = ['GET /v1/accounts/{code}/entries', (v) => u`/console/accounts/${v}`];
const PLACES = {debit: account, credit: account, account, policy: ['GET /v1/policies/{id}', (v) => u`/console/policies/${v}`],
  scheme: ['GET /v1/schemes/{code}/statement', (v) => u`/console/fund/${v}`], quarter: ['GET /v1/reports/quarterly/{quarter}', (v) => u`/console/reports/${v}`],
  plan: ['GET /v1/plans/{code}/targets', (v) => u`/console/cockpit?plan=${v}`]};
export function act_value(ctx, key, v) {
  const place = typeof v === 'string' && v ? PLACES[key] : null;
  const said = PLACES[key] === account ? account_title({code: v}) : act_text(key, v);
  return place && ctx.may(place[0]) ? h('a', {href: place[1](v)}, said) : said;
}

const ACCOUNTS = {fund: ['补偿资金池', 'Fund'], appropriation: ['财政拨款', 'Appropriation'], adjustment: ['调整', 'Adjustments'], granted: ['补贴支出', 'Subsidies'],
  subsidy: ['补贴预算', 'Budget'], paid: ['代偿支出', 'Paid on claims'], recovered: ['追偿收回', 'Recovered']};
/** 「补贴预算 JS-2023 2026」: what kind it is of, and what of; one that was opened by hand bears the name that it was given. */
export function account_title({code, title: given}) {
  const [kind, ...of] = code.split(':'), called = ACCOUNTS[kind];
  if (!called || (given && !is_english() && kind !== 'subsidy')) return given || code;
  return `${t(...called)} ${(kind === 'paid' || kind === 'recovered' || of[0].length === 6 && of.length > 1 ? of.slice(1) : of).join(' ')}`;
}
