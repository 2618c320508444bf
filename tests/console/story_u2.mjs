/**
 * U2: finance seals a quarter after a second look, a second person agrees, and what came later is told as a difference: by keyboard
 * alone, and the next quarter by mouse, the second person, too.
 */
import fs from 'node:fs';
import {by_mouse, is, picture, story, text, token} from './story.mjs';
import {ready, tab_to, visit} from './browser.mjs';

const QUARTER = '2021Q2';
const FIELDS = ['contract_no', 'product', 'borrower_uscc', 'borrower_name', 'district', 'amount', 'rate', 'signed_on', 'matures_on', 'ip', 'industry',
  'employees', 'revenue', 'assets', 'first_loan', 'ip_amount', 'disbursed_on', 'registered_on', 'pledge_no', 'purpose'];
/** A bank corrects a loan of the quarter: one yuan more. */
async function corrected(w, url) {
  const headers = {Authorization: 'Bearer ' + token('BANK-PJ')};
  const [loan] = (await (await w.context.request.get(url + `/v1/loans?quarter=${QUARTER}&limit=1`, {headers})).json()).items, [yuan, fen] = loan.amount.split('.');
  const r = await w.context.request.put(url + `/v1/loans/${loan.id}`, {headers: Object.assign({'If-Match': `"${loan.version}"`}, headers),
    data: Object.assign(Object.fromEntries(FIELDS.filter((k) => loan[k] !== undefined).map((k) => [k, loan[k]])),
      {rate: '3.33', amount: `${Number(yuan) + 1}.${fen}`, reason: '金额录入错误'})});
  is(r.status(), 200, await r.text());
  return loan;
}

/** The next quarter: the one looks and asks, the other agrees, both in the browser and by mouse. */
async function by_two_with_a_mouse(w, second, quarter) {
  const primary = (of) => of.page.locator('form button.primary');
  await visit(w, `/console/reports/${quarter}`);
  await by_mouse(w, w.page.locator('.notice a'));
  await w.page.locator('input[name=typed]').click();
  await w.page.keyboard.type(quarter);
  await w.page.locator('textarea[name=reason]').click();
  await w.page.keyboard.type('季度会审通过');
  await primary(w).click();
  await w.page.waitForURL(/proposals/);
  await ready(w);
  await visit(second, new URL(w.page.url()).pathname);
  is(await text(second, 'main'), /将要封存的主要数字.*质押融资金额/);
  await second.page.locator('textarea[name=reason]').click();
  await second.page.keyboard.type('核对无误');
  await primary(second).first().click();
  await second.page.waitForFunction(() => /已同意/.test(document.querySelector('main').textContent));
  await visit(w, `/console/reports/${quarter}`);
  is(await text(w, '.notice'), /已封存/);
  await by_mouse(w, w.page.locator('main a[href$="/diff"]'));
  is(await text(w, 'h1'), /差异/);
}

await story('U2 a quarter is sealed by two', async ({as, url}) => {
  const w = await as('FINANCE-SH', {expect: [/status of 409/]});
  await visit(w, `/console/reports/${QUARTER}`);
  is(await text(w, '.notice'), /未封存.*去封存/);
  await tab_to(w, '.notice a');
  await w.page.keyboard.press('Enter');
  await ready(w);
  is(await text(w, 'h1'), '封存 2021 年第 2 季度');
  is(await text(w, 'main'), /将要封存的主要数字.*报送情况.*未解除的高等级预警/);
  await tab_to(w, 'input[name=typed]');
  await w.page.keyboard.type('2021Q3');
  await w.page.keyboard.press('Tab');
  await w.page.keyboard.type('季度会审通过');
  await w.page.keyboard.press('Tab');
  await w.page.keyboard.press('Enter');
  is(await text(w, '.summary'), /应为 2021Q2/);
  await tab_to(w, '.summary a');
  await w.page.keyboard.press('Enter');
  is(await w.page.evaluate(() => document.activeElement.name), 'typed', 'the summary leads to the field');
  await w.page.keyboard.press('Control+A');
  await w.page.keyboard.type(QUARTER);
  await corrected(w, url); // while he looks
  await w.page.keyboard.press('Enter');
  await w.page.waitForSelector('main .summary table');
  is(await text(w, '.summary'), /已有变动.*质押融资金额 · 本季/);
  is(await w.page.evaluate(() => document.activeElement.className), 'summary');
  await tab_to(w, '.summary button');
  await w.page.keyboard.press('Enter');
  await w.page.waitForFunction(() => !document.querySelector('main .summary'));
  is(await w.page.inputValue('textarea[name=reason]'), '季度会审通过', 'what was typed is kept');
  await tab_to(w, '.primary');
  await w.page.keyboard.press('Enter');
  await w.page.waitForURL(/proposals/);
  await ready(w);
  is(await text(w, 'main'), /将要封存的主要数字.*质押融资金额/);
  const at = new URL(w.page.url()).pathname.replace('/console/', '/v1/');
  await visit(w, `/console/reports/${QUARTER}/seal`);
  is(await text(w, 'main'), /等待第二人复核.*去复核（王敏 · 市财政\(示范账户\)（FINANCE-SH） 提出）/);

  const second = {Authorization: 'Bearer ' + token('FINANCE-2')},
    seen = (await (await w.context.request.get(url + at, {headers: second})).json()).seen;
  const agreed = await w.context.request.post(url + at + '/approve', {
    headers: second,
    data: {seen, reason: '核对无误'},
  });
  is(agreed.status(), 201, await agreed.text());
  await visit(w, `/console/reports/${QUARTER}`);
  is(await text(w, '.notice'), /已封存/);
  await visit(w, `/console/reports/${QUARTER}/seal`);
  is(await text(w, '#digest'), /^[0-9a-f]{64}$/);
  is(await text(w, 'main'), /Ed25519 公钥指纹.*SM2-SM3 公钥指纹/);
  const [file] = await Promise.all([
    w.page.waitForEvent('download'),
    w.page.click('text=清单 >> nth=1').catch(() => w.page.click('.buttons button')),
  ]);
  is(
    fs.readFileSync(await file.path(), 'utf8').startsWith('pledged-report-seal-2\nquarter 2021Q2\n'),
    true,
    'the manifest comes as it was signed',
  );
  await picture(w, 'seal-1366');

  const loan = await corrected(w, url);
  await visit(w, `/console/reports/${QUARTER}/diff`);
  is(await text(w, 'main'), new RegExp(`${loan.contract_no}.*更正.*金额录入错误`));
  await by_two_with_a_mouse(w, await as('FINANCE-2'), '2021Q3');
});
