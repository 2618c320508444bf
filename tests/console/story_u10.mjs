/**
 * U10: an auditor walks from a balance to its postings, the claim, the loan, its versions, a receipt and a seal, by links alone;
 * the IP office enters an indicator and clears a red flag of which it has seen the evidence.
 */
import {by_keys, by_mouse, HANDS, is, picture, story, text, token} from './story.mjs';
import {ready, visit} from './browser.mjs';

const press = by_mouse;
const menu = (w, name, by = press) => by(w, w.page.locator('nav.menu').getByRole('link', {name}));

/** What the bank tells meanwhile: the loan's purpose, and two contracts that look like one credit. */
async function told_by_the_bank(w, url) {
  const headers = {Authorization: 'Bearer ' + token('BANK-PJ')};
  const ask = async (method, path, data, more) => {
    const r = await w.context.request.fetch(url + path, {method, headers: Object.assign({}, headers, more), data});
    return {status: r.status(), said: await r.json()};
  };
  const loan = (await ask('GET', '/v1/loans?contract_no=' + encodeURIComponent('示例-补偿-1'))).said.items[0];
  const put = await ask('PUT', '/v1/loans/' + loan.id, Object.assign({}, loan, {purpose: '流动资金周转', reason: '补登用途'}),
    {'If-Match': `"${loan.version}"`});
  is(put.status, 200, JSON.stringify(put.said));
  const firms = (await ask('GET', '/v1/loans?limit=9&order=signed_on&quarter=2021Q2')).said.items; // that no other story lends to
  const other = firms.find((f) => f.borrower_uscc !== firms[0].borrower_uscc);
  for (const [contract_no, firm] of [['U10-1', firms[0]], ['U10-2', firms[0]], ['U10-3', other], ['U10-4', other]]) {
    const made = await ask('POST', '/v1/loans', {contract_no, product: 'single_pledge', borrower_uscc: firm.borrower_uscc,
      borrower_name: firm.borrower_name, district: firm.district, amount: '7654321.00', rate: '3.65', signed_on: '2026-10-12',
      matures_on: '2027-10-11', ip: [{number: firm.ip[0].number}]});
    is(made.status, 201, JSON.stringify(made.said));
  }
  return loan.id;
}

/** From the list of accounts to the receipt of the loan's record, by links alone. */
async function walked(w, id, by) {
  const link = (name) => by(w, w.page.locator('main').getByRole('link', {name})), tab = (name) => by(w, w.page.locator('nav.tabs').getByRole('link', {name}));
  await link('fund:ZS');
  is(await text(w, '.sentence'), /期末 38,380,000\.00 元/); // 40,000,000.00 less 54 % of 3,000,000.00
  await by(w, w.page.getByRole('button', {name: '解释这个余额'}));
  is(await text(w, '.sentence'), '期初 0.00 + 发生 38,380,000.00 = 期末 38,380,000.00 元');
  await by(w, w.page.locator('td a[href^="/console/claims/"]'));
  is(await text(w, 'h1'), '理赔 示例理赔-1');
  is(await text(w, '.verdict'), /已赔付 1,620,000\.00 元/);
  is(await text(w, '.timeline'), /受理.*批准.*支付/);
  await link('示例-补偿-1');
  await tab(/版本|历史/);
  is(await text(w, 'main'), /更正原因：补登用途.*流动资金周转.*首次报送/);
  await tab('回执');
  await link('查看、下载与验证方法');
  is(await text(w, '.sentence'), /这笔记录是日志第 [\d,]+ 条/);
  is(await text(w, 'main'), new RegExp(id));
}

/** An indicator is entered, a red flag is looked at and cleared, by this hand alone. */
async function at_the_office(office, {by, write, choose}, way, [first, second]) {
  const field = (name, of = 'form') => office.page.locator(`${of} [name=${name}]`), source = `市教委 ${way}`;
  await menu(office, '指标与基数', by);
  for (const [name, value] of [['period', '2022'], ['side', 'university_outflow'], ['way', way], ['count', '12'], ['contract_value', '3400000.00'],
    ['cash_received', '1700000.00'], ['source', source], ['evidence', '技术合同登记汇总表']])
    await (['side', 'way'].includes(name) ? choose : write)(office, field(name), value);
  await by(office, office.page.getByRole('button', {name: '录入', exact: true}));
  await office.page.waitForFunction((x) => [...document.querySelectorAll('main table')].some((of) => of.textContent.includes(x)), source);
  await menu(office, '预警', by);
  await choose(office, field('state', 'main'), 'open');
  await ready(office);
  await write(office, field('code', 'main'), 'RF29');
  await office.page.keyboard.press('Enter');
  await ready(office);
  await by(office, office.page.locator('tbody tr', {hasText: second}).getByRole('link'));
  is(await text(office, 'main'), new RegExp(`相关的赔付与补贴不能支付.*${first}.*${second}`));
  is(await text(office, 'form'), /您看到的版本 [0-9a-f]{8}…/);
  await by(office, office.page.getByRole('button', {name: '解除预警'}));
  is(await text(office, '.summary'), /请填写：理由/);
  await write(office, office.page.locator('textarea[name=reason]'), '两份合同分别放款，已核对');
  await by(office, office.page.getByRole('button', {name: '解除预警'}));
  await office.page.waitForFunction(() => /已解除/.test(document.querySelector('main').textContent));
  is(await text(office, 'main'), /解除人.*IPO-SH.*两份合同分别放款，已核对/);
}

await story('U10 an auditor follows the links, the IP office clears a flag', async ({as, url}) => {
  const w = await as('auditor'), id = await told_by_the_bank(w, url);
  await visit(w, '/console/');
  is(await text(w, 'h1'), '账户', 'where an auditor begins');
  await walked(w, id, by_mouse);
  const proof = w.page.waitForEvent('download');
  await w.page.getByRole('button', {name: '下载证明'}).click();
  is((await proof).suggestedFilename(), `${id}.tlog-proof`);
  await menu(w, '账户');
  await walked(w, id, by_keys);
  await menu(w, '封存与验证', by_keys);
  await by_keys(w, w.page.locator('main').getByRole('link', {name: '2021 年第 1 季度'}));
  is(await text(w, '#digest'), /^[0-9a-f]{64}$/);
  is(await text(w, 'main'), /SM2-SM3 公钥指纹/);
  await picture(w, 'seal-auditor-1366');

  const office = await as('ip_office');
  await visit(office, '/console/cockpit');
  await at_the_office(office, HANDS[0], 'transfer', ['U10-1', 'U10-2']);
  await picture(office, 'flag-cleared-1366');
  await menu(office, '绩效排名'); // a bar of the picture leads to what it is made of, and that to its record
  await press(office, office.page.locator('.hbar .track a'));
  is(await text(office, 'main'), /由哪些记录构成/);
  await press(office, office.page.locator('main a[href^="/console/deals/"]'));
  is(await text(office, 'h1'), /^专利交易 /);
  await at_the_office(office, HANDS[1], 'licence', ['U10-3', 'U10-4']);
});
