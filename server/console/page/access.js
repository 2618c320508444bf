/**
 * access.js - who read what.
 */
import {h} from '../h.js';
import {instant} from '../fmt.js';
import {list_page} from '../list.js';
import {office_title, offices_of, t} from '../words.js';

const LISTS = {
  tasks: ['我的待办', 'My tasks'],
  quarters: ['各季度', 'Quarters'],
  districts: ['各区', 'Districts'],
  log: ['签名日志', 'Signed log'],
  verifications: ['核对结果', 'Verifications'],
  receipts: ['回执', 'Receipt'],
  journal: ['日记账', 'Journal'],
  facts: ['政策所用的情况', 'Facts of policies'],
  schemes: ['方案', 'Schemes'],
  budgets: ['预算', 'Budgets'],
  measures: ['举措', 'Measures'],
  indicators: ['指标', 'Indicators'],
  'insurance-policies': ['保单', 'Insurance policies'],
  'insurance-claims': ['保险赔案', 'Insurance claims'],
  'catalogue-offers': ['供给目录', 'Offers'],
  'catalogue-needs': ['需求目录', 'Needs'],
  'matching-events': ['对接活动', 'Events'],
  organisations: ['机构', 'Organisations'],
  'access-log': ['查阅记录', 'Access log'],
  loans: ['贷款', 'Loans'],
  claims: ['理赔', 'Claims'],
  coverages: ['备案', 'Coverage'],
  applications: ['补贴申请', 'Applications'],
  policies: ['政策', 'Policies'],
  proposals: ['双人复核', 'Second look'],
  reports: ['季度报告', 'Quarterly report'],
  plans: ['计划与目标', 'Plan and targets'],
  enterprises: ['企业', 'Firms'],
  ip: ['知识产权', 'Rights'],
  flags: ['预警', 'Red flags'],
  accounts: ['账户', 'Accounts'],
  'ip-deals': ['专利交易', 'Deals'],
  'ip-deal-payments': ['交易到账', 'Payments on deals'],
};
/** The address as it was asked for, under the name of what it is of. */
const what = (x) => {
  const of = LISTS[x.what.split(/[/?]/)[2]];
  return [of ? t(...of) + ' ' : null, h('span', {class: 'mono quiet'}, x.what)];
};

export const page = list_page({
  title: () => t('查阅记录', 'Access log'),
  path: '/v1/access-log',
  order: '-recorded',
  sub: () =>
    t(
      '谁在何时看过什么；每批记录的摘要进入签名日志。',
      'Who read what and when; each batch has its digest in the signed log.',
    ),
  filters: () => [
    {name: 'org', label: t('机构', 'Organisation'), options: [['', t('全部', 'All')], ...offices_of(null)]},
    {name: 'person', label: t('姓名', 'Person')},
    {name: 'from', label: t('自', 'From'), kind: 'date'},
    {name: 'to', label: t('至', 'To'), kind: 'date'},
  ],
  columns: () => [
    {key: 'at', title: t('时间', 'At'), cell: (x) => instant(x.at)},
    {key: 'org', title: t('机构', 'Organisation'), cell: (x) => office_title(x.org)},
    {key: 'person', title: t('姓名', 'Person')},
    {key: 'what', title: t('看了什么', 'What'), wide: true, cell: what},
    {key: 'shown', title: t('件数', 'Shown'), num: true},
  ],
});
