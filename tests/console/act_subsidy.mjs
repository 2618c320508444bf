/** A district checks a loan, applies, approves and pays with three persons; by keyboard as far as the application. */
import fs from 'node:fs';
import {accessible, assert, given, paper, pictures, says, story, tab_to, text, visit} from './acts.mjs';

await story(async (as) => {
  const w = await as('district', {expect: [/status of 422/]}); // an invoice that is half filled in
  // by the keyboard alone: policy, loan, answer, question, application
  await visit(w, '/console/eligibility');
  await tab_to(w, '#policy');
  await w.page.keyboard.press('ArrowDown');
  await tab_to(w, '#loan');
  await w.page.keyboard.type(given.good);
  await w.page.keyboard.press('Enter');
  await says(w, '#verdict', '情况还不全');
  await says(w, '#verdict', '补齐后可补贴 25,875.00 元');
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'verdict');
  await says(w, '.acts', '受理部门填报信用情况并附凭证');
  await says(w, 'tr.bad', '尚未提供');
  await tab_to(w, '.question input');
  await w.page.keyboard.press('Space');
  await says(w, '#verdict', '符合条件');
  assert.match(await text(w, '#verdict'), /可补贴 25,875.00 元/);
  assert.match(w.page.url(), /fact.borrower.bad_record=false/);
  assert.match(await text(w, '.sums'), /51,750.00 × 50.00%\s+25,875.00/);
  await paper(w, 'eligibility', 2);
  await tab_to(w, 'form button.primary:not(.asking button)');
  await w.page.keyboard.press('Enter');
  await says(w, 'dialog', '预算可用');
  await w.page.keyboard.press('Escape');
  await w.page.waitForSelector('dialog', {state: 'detached'});
  await w.page.keyboard.press('Enter'); // the focus came back to the button
  await says(w, 'dialog', '提交申请 25,875.00 元');
  await w.page.keyboard.press('Enter');
  await says(w, 'h1', `补贴申请 JS-2023-${given.good}`);
  await says(w, '.verdict', '已占额度');
  assert.match(await text(w, '.budget'), /冻结\s+25,875.00 元\s+可用\s+74,125.00 元/);
  const at = new URL(w.page.url()).pathname;

  // who applied does not approve; who approves does not pay; a version that has gone is told
  await says(w, '[data-step=approve]', '须由另一人办理');
  const payer = await as('payer', {expect: [/status of (401|409)|ERR_FAILED/]}); // what it is about is what a browser calls an error
  await visit(payer, at);
  await payer.page.getByRole('button', {name: '不予补贴', exact: true}).first().click();
  await payer.page.locator('textarea[name=reason]').fill('看过的是旧版本');
  const checker = await as('checker');
  await visit(checker, at);
  await checker.page.getByRole('button', {name: '批准 25,875.00 元'}).click();
  await says(checker, '.summary', '请填写：理由');
  await checker.page.locator('textarea[name=reason]').fill('材料齐全');
  await checker.page.getByRole('button', {name: '批准 25,875.00 元'}).click();
  await says(checker, '.verdict', '已批准');
  await says(checker, '[data-step=pay]', '前一步是您（李复核）办理的');
  await payer.page.locator('form button.danger').click();
  await says(payer, '.summary', '这份数据在您打开之后已有变动');
  await says(payer, '.summary table', '已占额度');
  await payer.page.getByRole('button', {name: '重新查看'}).click();
  await says(payer, '.verdict', '已批准');

  // the session ends while the form is half filled, then the server is away: nothing is lost, nothing is sent twice
  await payer.page.locator('textarea[name=reason]').fill('按规定支付');
  await payer.context.request.post(given.url + '/console/sign-out', {headers: {'X-Csrf': payer.csrf}});
  await payer.page.getByRole('button', {name: '支付 25,875.00 元'}).click();
  await says(payer, 'dialog', '登录已过期');
  await payer.page.locator('dialog input[type=password]').fill('plg_wrong');
  await payer.page.locator('dialog button').click();
  await says(payer, 'dialog .summary', '令牌无效');
  await payer.page.locator('dialog input[type=password]').fill(given.tokens.payer);
  await payer.page.route('**/v1/applications/*/pay', (r) => r.abort());
  await payer.page.locator('dialog button').click();
  await says(payer, '.summary', '连不上服务器。填写的内容还在');
  assert.equal(await payer.page.locator('textarea[name=reason]').inputValue(), '按规定支付');
  await payer.page.unroute('**/v1/applications/*/pay');
  await payer.page.getByRole('button', {name: '支付 25,875.00 元'}).click();
  await says(payer, '.verdict', '已支付');
  assert.match(await text(payer, '.budget'), /已付\s+25,875.00 元\s+冻结\s+0.00 元\s+可用\s+74,125.00 元/);
  const letter = payer.page.waitForEvent('download');
  await payer.page.getByRole('button', {name: '下载补贴决定书'}).click();
  assert.equal((await letter).suggestedFilename(), `JS-2023-${given.good}.html`);
  const opened = {page: await payer.context.newPage()}; // as whoever opens the file and prints it
  await opened.page.setContent(fs.readFileSync(await (await letter).path(), 'utf8'));
  const printed = await paper(opened, 'letter', 2);
  for (const said of [/补贴决定书/, /¥25875\.00/, /上海示例半导体有限公司/, new RegExp(given.good)]) assert.match(printed, said);
  await opened.page.close();

  // what cannot be mended, a name that is no name, a loan that is none, a part of a name
  await visit(w, `/console/eligibility?policy=JS-2023&loan=${given.never}`);
  await says(w, '#verdict', '不符合条件');
  await says(w, '.hopeless', '知识产权担保占比：29.99%');
  await visit(w, '/console/eligibility?policy=JS-2023&loan=NONE-1');
  await says(w, '.card', '找不到「NONE-1」的贷款');
  await visit(w, `/console/eligibility?loan=${given.odd}`);
  await says(w, '.card', '<script>alert(1)</script>');
  await w.page.getByRole('link', {name: '金山区专利商标质押贷款贴息'}).click();
  await says(w, '#verdict', '补齐后可补贴 50,000.00 元');

  await w.page.locator('.question').getByLabel('否').click();
  await says(w, '#verdict', '可补贴 50,000.00 元');
  await w.page.getByRole('button', {name: '据此提出申请'}).click();
  await w.page.locator('dialog button.primary').click();
  await says(w, '.verdict', '已占额度');

  // what only the firm has: an invoice; half of it is paid for. What is left of the budget, 24,125.00, is not enough: it waits
  const third = `/console/eligibility?policy=JS-2023&loan=${given.third}&fact.borrower.bad_record=false`;
  await visit(w, third);
  await says(w, '#verdict', '可补贴 25,875.00 元');
  await w.page.getByRole('button', {name: '添加发票'}).click();
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'p-invoices-0-item');
  await w.page.locator('#p-invoices-0-item').selectOption('guarantee_fee');
  await w.page.locator('#p-invoices-0-invoice_no').fill('24312000000012345678');
  await w.page.locator('#p-invoices-0-seller').fill('上海示例融资担保有限公司');
  await w.page.locator('#p-invoices-0-amount').fill('2万');
  await w.page.locator('#p-invoices-0-paid_on').fill('2023-01-20');
  await says(w, '.field.bad', '已付金额');
  await says(w, '.notice.bad', '下面的结论是之前的');
  await pictures(w, 'invoices');
  await w.page.locator('#p-invoices-0-amount').fill('20000.00');
  await says(w, '#verdict', '可补贴 35,875.00 元');
  await w.page.reload(); // the address knows it
  await says(w, '#verdict', '可补贴 35,875.00 元');
  assert.equal(await w.page.locator('#p-invoices-0-seller').inputValue(), '上海示例融资担保有限公司');
  await w.page.getByRole('button', {name: '据此提出申请'}).click();
  await says(w, 'dialog', '24312000000012345678');
  await w.page.locator('dialog button.primary').click();
  await says(w, '.verdict', '排队第 1 位');
  await says(w, 'main', '上海示例融资担保有限公司');

  // a premium: what no clause asks for and the amount hangs on is asked, too; 60 % and the lower limit, then 70 %
  const finance = await as('finance');
  await visit(finance, `/console/eligibility?loan=${given.insurance}`);
  await says(finance, 'main', '请在上面选一个保费补贴政策');
  await visit(finance, `/console/eligibility?policy=IN-SD&loan=${given.insurance}`);
  await says(finance, '#verdict', '可补贴 60,000.00 元');
  await finance.page.getByRole('group', {name: /高价值专利/}).getByLabel('是').click();
  await says(finance, '.card', '您填报的情况');
  await finance.page.getByRole('group', {name: /仅承保国内专利/}).getByLabel('否').click();
  await says(finance, '#verdict', '可补贴 70,000.00 元');
  await pictures(finance, 'premium');

  // a part is asked back; it counts when another has seen it come
  await visit(payer, at);
  await payer.page.locator('input[name=amount]').fill('875.00');
  await payer.page.locator('textarea[name=reason]').fill('提前还款');
  await payer.page.getByRole('button', {name: '追回', exact: true}).click();
  await says(payer, '.verdict', '追回 875.00 元，尚未确认到账');
  await says(payer, '[data-step=confirm]', '须由另一人办理');
  await visit(checker, at);
  await checker.page.locator('input[name=evidence]').fill('国库收款回单 1');
  await checker.page.locator('textarea[name=reason]').fill('已到账');
  await checker.page.getByRole('button', {name: '确认已收回', exact: true}).click();
  await says(checker, '.verdict', '已支付');
  await says(checker, '.timeline', '国库收款回单 1');

  // a second pair of eyes for the budget
  await visit(w, '/console/budgets');
  await w.page.locator('#enter summary').click();
  await w.page.locator('input[name=reference]').fill('YS-2');
  await w.page.locator('input[name=amount]').fill('1,000');
  await w.page.locator('#enter button').click();
  await says(w, '#enter .summary', '不带逗号');
  await w.page.locator('input[name=amount]').fill('1000.00');
  await w.page.locator('#enter button').click();
  await says(w, 'table', '待复核');

  const pages = [third, `/console/eligibility?policy=JS-2023&loan=${given.odd}&fact.borrower.bad_record=false`, at, '/console/applications', '/console/budgets'];
  await accessible(as, 'district', pages, [], ['eligibility', 'eligibility-good', 'application', 'applications', 'budgets']);
});
