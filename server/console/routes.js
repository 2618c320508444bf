/**
 * routes.js - which address is which page, and what stands in the menu of each role.
 *
 * A page is a file page/<name>.js that exports `page`:
 *   title(ctx, data)     what stands above it and in the window's title
 *   async load(ctx)      asks the API, in parallel; what it gives goes to title and view. May be left out.
 *   view(ctx, data)      the nodes below the heading
 *   sub(ctx, data)       a line under the heading: what it is about, as of when. May be left out.
 *   tools(ctx, data)     controls beside the heading (quarter, unit, print). May be left out.
 * ctx: {me, today, path, at: {id: …}, query: {…}, unit, href(changes), go(href), reload(), may('POST /v1/claims/{id}/pay')}
 */
import {t} from './words.js';

/** Of addresses that two patterns fit the literal one stands first. needs: without it the page is not there. */
export const ROUTES = [
  ['/console/cockpit', 'cockpit', 'GET /v1/plans/{code}/targets'],
  ['/console/targets/{target}', 'target', 'GET /v1/plans/{code}/targets'],
  ['/console/reports', 'reports', 'GET /v1/reports/quarterly/{quarter}'],
  ['/console/reports/{quarter}', 'report', 'GET /v1/reports/quarterly/{quarter}'],
  ['/console/reports/{quarter}/rows', 'rows', 'GET /v1/reports/quarterly/{quarter}/rows'],
  ['/console/plans/{plan}/figures', 'rows', 'GET /v1/plans/{code}/figures'],
  ['/console/reports/{quarter}/seal', 'seal', 'GET /v1/reports/quarterly/{quarter}'],
  ['/console/reports/{quarter}/diff', 'report_diff', 'GET /v1/reports/quarterly/{quarter}/diff'],
  ['/console/reports/{quarter}/publish', 'publish', 'GET /v1/reports/quarterly/{quarter}/publication'],
  ['/console/loans', 'loans', 'GET /v1/loans'],
  ['/console/loans/{id}', 'loan', 'GET /v1/loans/{id}'],
  ['/console/enterprises', 'enterprises', 'GET /v1/enterprises'],
  ['/console/enterprises/{uscc}', 'enterprise', 'GET /v1/enterprises/{uscc}'],
  ['/console/ip/{number}', 'ip', 'GET /v1/ip/{number}'],
  ['/console/tasks', 'tasks', 'GET /v1/tasks'],
  ['/console/claims', 'claims', 'GET /v1/claims'],
  ['/console/claims/{id}', 'claim', 'GET /v1/claims/{id}'],
  ['/console/coverages', 'coverages', 'GET /v1/coverages'],
  ['/console/coverages/{id}', 'coverage', 'GET /v1/coverages/{id}'],
  ['/console/proposals', 'proposals', 'GET /v1/proposals'],
  ['/console/proposals/{id}', 'proposal', 'GET /v1/proposals/{id}'],
  ['/console/fund', 'fund', 'GET /v1/schemes'],
  ['/console/fund/{scheme}', 'fund', 'GET /v1/schemes/{code}/statement'],
  ['/console/schemes/{id}', 'scheme', 'GET /v1/schemes/{id}'],
  ['/console/accounts', 'accounts', 'GET /v1/accounts'],
  ['/console/accounts/{code}', 'account', 'GET /v1/accounts/{code}/entries'],
  ['/console/eligibility', 'eligibility', 'POST /v1/eligibility-checks'],
  ['/console/applications', 'applications', 'GET /v1/applications'],
  ['/console/applications/{id}', 'application', 'GET /v1/applications/{id}'],
  ['/console/budgets', 'budgets', 'GET /v1/budgets'],
  ['/console/policies', 'policies', 'GET /v1/policies'],
  ['/console/policies/{id}', 'policy', 'GET /v1/policies/{id}'],
  ['/console/policies/{id}/rehearse', 'rehearse', 'POST /v1/policies/{code}/rehearsals'],
  ['/console/insurance', 'insurance', 'GET /v1/insurance-policies'],
  ['/console/insurance/{id}', 'insurance_policy', 'GET /v1/insurance-policies/{id}'],
  ['/console/upload', 'upload', 'GET /v1/loans'],
  ['/console/catalogue', 'catalogue', 'GET /v1/catalogue-offers'],
  ['/console/catalogue/{side}/{id}', 'catalogue_item', 'GET /v1/catalogue-offers'],
  ['/console/plans', 'plans', 'GET /v1/plans'],
  ['/console/plans/{id}', 'plan', 'GET /v1/plans/{id}'],
  ['/console/events', 'events', 'GET /v1/matching-events'],
  ['/console/events/{id}', 'event', 'GET /v1/matching-events/{id}'],
  ['/console/deals', 'deals', 'GET /v1/ip-deals'],
  ['/console/deals/{id}', 'deal', 'GET /v1/ip-deals/{id}'],
  ['/console/standing', 'standing', 'GET /v1/plans/{code}/ranking'],
  ['/console/indicators', 'indicators', 'GET /v1/indicators'],
  ['/console/measures', 'measures', 'GET /v1/measures'],
  ['/console/measures/{no}', 'measure', 'GET /v1/measures/{no}'],
  ['/console/flags', 'flags', 'GET /v1/flags'],
  ['/console/flags/{id}', 'flag', 'GET /v1/flags/{id}'],
  ['/console/quality', 'quality', 'GET /v1/reports/quarterly/{quarter}'],
  ['/console/journal', 'journal', 'GET /v1/journal'],
  ['/console/seals', 'seals', 'GET /v1/verifications'],
  ['/console/receipts/{id}', 'receipt', 'GET /v1/receipts/{id}'],
  ['/console/access', 'access', 'GET /v1/access-log'],
];

/** Read without signing in. */
export const OPEN = {'/console/status': 'status'};

const ITEMS = { // key: [title, address, what it needs]
  tasks: () => [t('我的待办', 'My tasks'), '/console/tasks'],
  cockpit: () => [t('目标总览', 'Targets'), '/console/cockpit'],
  reports: () => [t('季度报告', 'Quarterly reports'), '/console/reports'],
  fund: () => [t('补偿资金', 'Fund'), '/console/fund'],
  coverages: () => [t('备案入池', 'Coverage'), '/console/coverages'],
  claims: () => [t('理赔', 'Claims'), '/console/claims'],
  proposals: () => [t('双人复核', 'Second look'), '/console/proposals'],
  applications: () => [t('补贴', 'Subsidies'), '/console/applications'],
  budgets: () => [t('预算', 'Budgets'), '/console/budgets'],
  policies: () => [t('政策与试算', 'Policies'), '/console/policies'],
  eligibility: () => [t('资格核对', 'Eligibility'), '/console/eligibility'],
  flags: () => [t('预警', 'Red flags'), '/console/flags'],
  loans: () => [t('贷款', 'Loans'), '/console/loans'],
  enterprises: () => [t('企业', 'Firms'), '/console/enterprises'],
  insurance: () => [t('保单', 'Insurance'), '/console/insurance'],
  upload: () => [t('报送', 'Send data'), '/console/upload'],
  indicators: () => [t('指标与基数', 'Indicators'), '/console/indicators'],
  measures: () => [t('举措', 'Measures'), '/console/measures'],
  catalogue: () => [t('供需目录', 'Catalogue'), '/console/catalogue'],
  deals: () => [t('专利交易', 'Deals'), '/console/deals'],
  events: () => [t('对接活动', 'Events'), '/console/events'],
  plans: () => [t('计划', 'Plans'), '/console/plans'],
  standing: () => [t('绩效排名', 'Standing'), '/console/standing'],
  quality: () => [t('报送质量', 'Data quality'), '/console/quality'],
  journal: () => [t('日记账', 'Journal'), '/console/journal'],
  accounts: () => [t('账户', 'Accounts'), '/console/accounts'],
  seals: () => [t('封存与验证', 'Seals'), '/console/seals'],
  access: () => [t('查阅记录', 'Access log'), '/console/access'],
};
const MENUS = { // in this order; the first that is allowed is where one lands, unless LANDING says otherwise
  finance: 'tasks cockpit reports fund coverages claims applications proposals policies plans indicators deals flags loans enterprises standing',
  district: 'tasks eligibility applications budgets policies cockpit loans insurance enterprises catalogue events deals reports proposals',
  bank: 'tasks upload loans coverages claims eligibility catalogue reports',
  insurer: 'upload insurance loans claims reports', guarantor: 'upload loans claims reports',
  ip_office: 'tasks cockpit indicators measures deals catalogue events standing plans flags quality fund loans enterprises reports proposals',
  auditor: 'accounts journal seals cockpit reports flags quality proposals loans insurance enterprises access',
};
const LANDING = {finance: 'cockpit', district: 'eligibility', ip_office: 'cockpit'};

const pattern_of = (path) => new RegExp('^' + path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)') + '$');
const COMPILED = ROUTES.map(([path, file, needs]) => ({pattern: pattern_of(path), path, file, needs}));

/** {file, at, needs} of a path; null: there is no such page. */
export function route_of(path) {
  for (const r of COMPILED) {
    const found = r.pattern.exec(path);
    if (found) return {file: r.file, needs: r.needs, path: r.path, at: Object.fromEntries(Object.entries(found.groups || {}).map(([k, v]) => [k, decodeURIComponent(v)]))};
  }
  return null;
}
const allowed = (me, href) => {
  const r = route_of(href);
  return r && me.may.includes(r.needs);
};
/** [{key, title, href}] of who is signed in. */
export const menu_of = (me) => (MENUS[me.kind] || '').split(' ').map((key) => [key, ...ITEMS[key]()])
  .filter(([, , href]) => allowed(me, href)).map(([key, title, href]) => ({key, title, href}));
export function landing_of(me) {
  const menu = menu_of(me), wanted = menu.find((m) => m.key === LANDING[me.kind]);
  return (wanted || menu[0] || {href: '/console/status'}).href;
}
