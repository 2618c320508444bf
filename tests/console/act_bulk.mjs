/** Three applications are ticked and approved at once, one of them was withdrawn meanwhile; the others are paid; two budgets agreed to. */
import {accessible, assert, given, pictures, says, story, tab_to, text, visit} from './acts.mjs';

await story(async (as) => {
  const w = await as('checker'), list = `/console/applications?waiting=true&code=${given.code}`;
  await visit(w, '/console/tasks');
  await w.page.getByRole('link', {name: '批量办理补贴申请'}).click();
  await says(w, '#bulk', '批量办理');
  await visit(w, list);
  await w.page.locator('td.pick input').first().check();
  await says(w, '#bulk', '已选 1 件，合计 25,875.00 元');
  await w.page.getByRole('button', {name: '全选或全不选本页'}).click();
  await says(w, '#bulk', '已选 3 件，合计 77,625.00 元');
  await pictures(w, 'bulk');
  await w.page.locator('#bulk button.primary').click();
  await says(w, '#bulk .summary', '请填写：理由');
  await w.page.locator('#bulk .summary a').click();
  await w.page.keyboard.type('材料齐全');
  const seen = (await (await w.context.request.get(`${given.url}/v1/applications/${given.withdrawn}`)).json()).seen;
  const gone = await fetch(`${given.url}/v1/applications/${given.withdrawn}/withdraw`, {method: 'POST', body: JSON.stringify({seen, reason: '企业撤回'}),
    headers: {Authorization: 'Bearer ' + given.tokens.district, 'Content-Type': 'application/json'}});
  assert.equal(gone.status, 201);
  await w.page.keyboard.press('Enter');
  await says(w, 'dialog', '77,625.00');
  await w.page.keyboard.press('Escape');
  await w.page.waitForSelector('dialog', {state: 'detached'});
  await w.page.locator('#bulk button.primary').click();
  await says(w, 'dialog button.primary', '批准 3 件，合计 77,625.00 元');
  await w.page.keyboard.press('Enter');
  await says(w, '#verdicts', '批准：2 件已办理，1 件未办理');
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'verdicts');
  assert.match(await text(w, '#verdicts table'), /PL-0\s+25,875.00\s+未办理\s+此步骤现在不能办理:已撤回/);
  await pictures(w, 'bulk-verdicts');
  await w.page.getByRole('button', {name: '继续'}).click();
  await says(w, 'main', '没有符合条件的记录'); // none waits any more

  // who approved pays nothing; another person does, by keyboard
  const payer = await as('payer');
  await visit(payer, list);
  await tab_to(payer, '#bulk summary');
  await payer.page.keyboard.press('Enter');
  await tab_to(payer, '#bulk-pay');
  await payer.page.keyboard.press('Space');
  await tab_to(payer, '#bulk-reason');
  await payer.page.keyboard.type('按批准支付');
  await tab_to(payer, '#bulk .buttons button:last-child');
  await payer.page.keyboard.press('Space');
  await says(payer, '#bulk button.primary', '支付所选 2 件');
  await payer.page.locator('#bulk-reason').press('Enter');
  await says(payer, 'dialog', '51,750.00');
  await payer.page.keyboard.press('Enter');
  await says(payer, '#verdicts', '支付：2 件已办理');

  // proposals in the same way
  await visit(w, '/console/proposals?waiting=true&q=PY-');
  await w.page.locator('#bulk summary').click();
  await w.page.getByRole('button', {name: '全选或全不选本页'}).click();
  await says(w, '#bulk', `已选 ${given.budgets} 件，合计 3,000.00 元`);
  await w.page.locator('#bulk-reason').fill('核对无误');
  await w.page.locator('#bulk button.primary').click();
  await w.page.locator('dialog button.primary').click();
  await says(w, '#verdicts', `同意：${given.budgets} 件已办理`);
  await accessible(as, 'payer', [list, '/console/applications']);
});
