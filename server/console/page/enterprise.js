/**
 * enterprise.js - one firm: its loans, insurance, subsidies and flags, with its size by year.
 */
import {h, name, u} from '../h.js';
import {get, maybe} from '../api.js';
import {count, day, money, pct} from '../fmt.js';
import {print_button} from '../frame.js';
import {industry_title} from '../industry.js';
import {badge, card, facts, table} from '../table.js';
import {district_title, is_english, office_title, t, title} from '../words.js';

async function load(ctx) {
  const uscc = ctx.at.uscc;
  const firm = get(u`/v1/enterprises/${uscc}`);
  const named = (path, query) => firm.then((f) => (f.name ? maybe(get(path, Object.assign({q: f.name, limit: 50}, query))) : null));
  const [known, insurance, loans, applications, flags] = await Promise.all([
    firm,
    ctx.may('GET /v1/insurance-policies') ? maybe(get('/v1/insurance-policies', {insured: uscc, order: '-on', limit: 50, total: 'true'})) : null,
    maybe(get('/v1/loans', {borrower: uscc, limit: 200})),
    ctx.may('GET /v1/applications') ? named('/v1/applications') : null,
    named('/v1/flags', {order: '-severity'}),
  ]);
  const items = (list) => (list ? list.items : []);
  return {firm: known, loans: items(loans), insurance, applications: items(applications), flags: items(flags)};
}

const office_of = (record) => name(office_title(record.recorded_by.split('@').pop()));

function loans_card(d) {
  return card(
    [t('贷款', 'Loans'), h('small', null, t(`共 ${d.firm.loans_total} 笔`, `${d.firm.loans_total} in all`))],
    table({
      rows: d.loans.slice().sort((a, b) => (a.signed_on < b.signed_on ? 1 : -1)),
      href: (l) => u`/console/loans/${l.id}`,
      empty: t('没有您能看到的贷款。', 'No loan that you may see.'),
      columns: [
        {key: 'contract_no', title: t('合同编号', 'Contract')},
        {key: 'amount', title: t('金额（元）', 'Amount'), num: true, cell: (l) => money(l.amount)},
        {key: 'outstanding', title: t('余额（元）', 'Outstanding'), num: true, cell: (l) => money(l.outstanding)},
        {key: 'rate', title: t('年利率', 'Rate'), num: true, cell: (l) => pct(l.rate)},
        {key: 'signed_on', title: t('签订日', 'Signed'), cell: (l) => day(l.signed_on)},
        {key: 'matures_on', title: t('到期日', 'Matures'), cell: (l) => day(l.matures_on)},
        {key: 'recorded_by', title: t('银行', 'Bank'), cell: office_of},
        {key: 'state', title: t('状态', 'State'), cell: (l) => badge('loan.state', l.state)},
      ],
    }),
  );
}

/** What insures it: those that whoever looks may see. */
function insurance_card(ctx, {insurance}) {
  if (!insurance || (!insurance.items.length && ['bank', 'guarantor'].includes(ctx.me.kind))) return null;
  return card(
    [t('保单', 'Insurance'), h('small', null, t(`共 ${count(insurance.total)} 张`, `${count(insurance.total)} in all`))],
    table({
      rows: insurance.items,
      href: (p) => u`/console/insurance/${p.id}`,
      empty: t('没有您能看到的保单。', 'No insurance that you may see.'),
      columns: [
        {key: 'policy_no', title: t('保险单号', 'Number')},
        {key: 'kind', title: t('险种', 'Kind'), cell: (p) => title('insurance_policy.kind', p.kind)},
        {key: 'sum_insured', title: t('保险金额（元）', 'Sum insured'), num: true, cell: (p) => money(p.sum_insured)},
        {key: 'premium', title: t('保险费（元）', 'Premium'), num: true, cell: (p) => money(p.premium)},
        {key: 'on', title: t('起止', 'From, to'), cell: (p) => `${p.starts_on} ${t('至', 'to')} ${p.cancelled_on || p.ends_on}`},
        {key: 'claims', title: t('赔案（件）', 'Claims'), num: true, cell: (p) => (p.claims ? count(p.claims.count) : '—')},
        {key: 'by', title: t('保险机构', 'Insurer'), cell: office_of},
        {key: 'state', title: t('状态', 'State'), cell: (p) => badge('insurance_policy.state', p.state)},
      ],
    }),
  );
}

const years = (f) =>
  card(
    t('规模', 'Size'),
    table({
      rows: f.years || [],
      empty: t('没有报送过规模数据。', 'No figures of its size.'),
      columns: [
        {key: 'year', title: t('年度', 'Year'), cell: (y) => String(y.year)},
        {key: 'employees', title: t('从业人员', 'Employees'), num: true, cell: (y) => count(y.employees)},
        {key: 'revenue', title: t('营业收入（元）', 'Revenue'), num: true, cell: (y) => money(y.revenue)},
        {key: 'assets', title: t('资产总额（元）', 'Assets'), num: true, cell: (y) => money(y.assets)},
        {key: 'size', title: t('规模', 'Size'), cell: (y) => (y.size ? title('enterprise_profile.size', y.size) : '—')},
      ],
    }),
  );

const subsidies = (d) =>
  d.applications.length
    ? card(
        t('补贴申请', 'Applications'),
        table({
          rows: d.applications,
          href: (a) => u`/console/applications/${a.id}`,
          columns: [
            {key: 'reference', title: t('编号', 'Reference')},
            {key: 'policy', title: t('政策', 'Policy')},
            {key: 'amount', title: t('金额（元）', 'Amount'), num: true, cell: (a) => money(a.amount)},
            {key: 'state', title: t('状态', 'State'), cell: (a) => badge('application.state', a.state)},
          ],
        }),
      )
    : null;

const flags_card = (d) =>
  d.flags.length
    ? card(
        t('预警', 'Red flags'),
        table({
          rows: d.flags,
          href: (f) => u`/console/flags/${f.id}`,
          columns: [
            {key: 'code', title: t('规则', 'Rule'), cell: (f) => `${f.code} ${is_english() ? f.title_en : f.title}`},
            {key: 'severity', title: t('程度', 'Severity'), cell: (f) => badge('severity', f.severity)},
            {key: 'state', title: t('状态', 'State'), cell: (f) => badge('flag.state', f.state)},
          ],
        }),
      )
    : null;

export const page = {
  load,
  title: (ctx, d) => d.firm.name || d.firm.uscc,
  sub: (ctx, d) => [
    d.firm.uscc,
    ' · ',
    district_title(d.firm.district),
    d.firm.size && d.firm.size !== 'unknown' ? ` · ${title('enterprise_profile.size', d.firm.size)}` : null,
  ],
  tools: () => print_button(),
  view: (ctx, d) => [
    loans_card(d),
    insurance_card(ctx, d),
    h(
      'div',
      {class: 'split'},
      years(d.firm),
      h(
        'div',
        null,
        card(
          t('登记', 'Registration'),
          facts([
            [t('企业名称', 'Name'), name(d.firm.name)],
            [t('信用代码', 'Credit code'), d.firm.uscc],
            [t('区', 'District'), district_title(d.firm.district)],
            [t('行业', 'Industry'), d.firm.industry ? industry_title(d.firm.industry) : null],
          ]),
        ),
        subsidies(d),
        flags_card(d),
      ),
    ),
  ],
};
