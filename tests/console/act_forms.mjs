/** A plan, a scheme and a deal are drafted by the forms that their description makes; what is wrong stands at its field. */
import {accessible, assert, given, pictures, says, story, tab_to, text, visit} from './acts.mjs';

const fill = async (w, values) => { for (const [id, v] of Object.entries(values)) await w.page.locator('#p-' + id).fill(v); };

await story(async (as) => {
  const w = await as('ip_office', {expect: [/status of 4(09|22)/]});

  // a plan: one target by keyboard, a second one that is put before it
  await visit(w, '/console/plans');
  await w.page.getByRole('link', {name: '起草计划'}).click();
  await says(w, '#judged', '项须填写');
  await w.page.getByRole('button', {name: '提交草案'}).click();
  await says(w, '.summary', '计划代码：缺少必填项');
  assert.equal(await w.page.evaluate(() => document.activeElement.className), 'summary');
  await w.page.locator('.summary a').first().click();
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'p-code');
  await w.page.keyboard.type('sh-2027-2029');
  await tab_to(w, '#p-title');
  await w.page.keyboard.type('上海市行动计划（2027—2029）');
  await fill(w, {source: '草案', 'targets-0-title': '融资金额年均增幅', 'targets-0-threshold': '三成'});
  await says(w, '.field.bad', '门槛');
  await fill(w, {'targets-0-threshold': '30.00'});
  await says(w, '#judged', '检查通过');
  await w.page.locator('#p-targets-add').click();
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'p-targets-1-code');
  await fill(w, {'targets-1-code': 'T2', 'targets-1-title': '三年总额'});
  await w.page.locator('#p-targets-1-kind').selectOption('total');
  await w.page.locator('#p-targets-1-measure').selectOption('amount');
  await fill(w, {'targets-1-threshold': '30000000000.00'});
  await says(w, '#judged', '检查通过');
  await w.page.getByRole('button', {name: '上移 目标 2'}).click();
  await says(w, '#reads', '30,000,000,000.00 元');
  await pictures(w, 'plan-form');
  await w.page.getByRole('button', {name: '提交草案'}).click();
  await says(w, '.heading', '草案');
  const plan = new URL(w.page.url()).pathname;
  assert.match(await text(w, 'main table'), /T2\s+三年总额[^]*T1/);
  await w.page.getByRole('link', {name: '修改'}).click();
  await fill(w, {'targets-1-threshold': '35.00'});
  await w.page.locator('#why').fill('按会议纪要');
  await says(w, '#reads table', '35.00');
  const id = plan.split('/').pop(), at = `${given.url}/v1/plans/${id}`, stands = await (await w.context.request.get(at)).json();
  const theirs = Object.fromEntries(['code', 'title', 'source', 'assumed', 'first_year', 'last_year', 'basis', 'targets'].map((k) => [k, stands[k]]));
  const other = await w.context.request.put(at, {headers: {'X-Csrf': w.csrf, 'If-Match': `"${stands.version}"`}, data: Object.assign(theirs, {title: '别人改的名称', reason: '改名'})});
  assert.equal(other.status(), 200, await other.text());
  await w.page.getByRole('button', {name: '提交更正'}).click();
  await says(w, '#stale table', '别人改的名称');
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'stale');
  await w.page.reload(); // what was written from the older version does not undo the newer one unseen
  await says(w, '#stale table', '别人改的名称');
  assert.equal(await w.page.locator('#p-targets-1-threshold').inputValue(), '35.00');
  await w.page.getByRole('button', {name: '以现在的版本为准，保留我写的'}).click();
  await says(w, '#judged', '检查通过');
  await says(w, '#reads table', '别人改的名称');
  await w.page.getByRole('button', {name: '提交更正'}).click();
  await w.page.waitForURL((x) => !x.searchParams.has('edit')); // the form's own reading says 35.00% as well
  await says(w, 'main table', '35.00%');

  // a scheme: shares that are not a whole, then a condition; approved by finance
  await visit(w, '/console/fund');
  await w.page.getByRole('link', {name: '起草方案'}).click();
  await fill(w, {code: 'SH-2027', effective_from: '2027-01-01', title: '上海示例补偿资金', legal_ref: '沪财金〔2027〕1号', 'trigger-days_overdue': '90',
    'layers-0-share': '60', 'layers-1-share': '30'});
  await says(w, '#judged', '处需要改正');
  await says(w, '#reads', '合计须为 100%');
  await fill(w, {'layers-1-share': '40'});
  await says(w, '#judged', '检查通过');
  await w.page.locator('#p-conditions-add').click();
  assert.equal(await w.page.evaluate(() => document.activeElement.id), 'p-conditions-text');
  await fill(w, {'conditions-text': '中小微企业', 'conditions-fact': 'borrower.sme'});
  await w.page.locator('#p-conditions-value').selectOption('true');
  await says(w, '#reads', '中小微企业 等于 是');
  await says(w, '#judged', '检查通过');
  await pictures(w, 'scheme-form');
  await w.page.reload();
  await says(w, '#judged', '检查通过');
  await w.page.getByRole('button', {name: '提交草案'}).click();
  await says(w, '.heading', '草案');
  const scheme = new URL(w.page.url()).pathname, second = await as('second');
  await visit(second, '/console/schemes/new'); // finance approves and does not draft
  await says(second, 'main', '没有权限或不存在');
  await visit(second, '/console/fund');
  await second.page.getByRole('link', {name: '上海示例补偿资金'}).click();
  await says(second, 'main', '60.00%');
  await second.page.locator('textarea[name=reason]').fill('经核准');
  await second.page.getByRole('button', {name: '批准，即施行'}).click();
  await says(second, '.heading', '施行中');

  // a deal of one office, confirmed by another; then what was paid on it
  await visit(w, '/console/deals');
  await w.page.getByRole('link', {name: '报送交易'}).click();
  await fill(w, {reference: 'XK-2027-1', signed_on: '2023-07-01', provider_name: '示例大学', acquirer_name: '上海示例半导体有限公司', contract_value: '300000.00',
    evidence: '技术合同登记证明', 'ip-0-number': 'ZL202119999001.9'});
  for (const [id, v] of [['kind', 'licence'], ['provider_kind', 'university'], ['acquirer_kind', 'sme'], ['district', '310115']]) await w.page.locator('#p-' + id).selectOption(v);
  await w.page.getByRole('button', {name: '报送', exact: true}).click();
  await says(w, '.summary', '许可种类：缺少必填项');
  await w.page.locator('#p-licence').selectOption('ordinary');
  await fill(w, {acquirer_uscc: '91310115QX0115114N'});
  await says(w, '#judged', '检查通过');
  await pictures(w, 'deal-form');
  await w.page.getByRole('button', {name: '报送', exact: true}).click();
  await says(w, '.heading', '待确认');
  const deal = new URL(w.page.url()).pathname, finance = await as('finance');
  await w.page.locator('#pay summary').click();
  await w.page.locator('#pay input[name=reference]').fill('DZ-1');
  await w.page.locator('#pay input[name=on]').fill('2023-08-01');
  await w.page.locator('#pay input[name=amount]').fill('100000.00');
  await w.page.locator('#pay input[name=receipt_no]').fill('HD-1');
  await w.page.locator('#pay button').click();
  await says(w, 'main', 'DZ-1');
  await visit(finance, '/console/deals?state=told');
  await finance.page.getByLabel('选 XK-2027-1').check();
  await finance.page.locator('#bulk-reason').fill('已核对合同原件');
  await finance.page.locator('#bulk button.primary').click();
  await finance.page.locator('dialog button.primary').click();
  await says(finance, '#verdicts', '确认：1 件已办理');
  await visit(finance, deal);
  await says(finance, '.heading', '已确认');
  await finance.page.getByText('确认到账 DZ-1').click();
  await finance.page.locator('details[open] textarea').fill('已核对回单');
  await finance.page.getByRole('button', {name: '确认到账'}).click();
  await says(finance, '.key', '100,000.00');
  await pictures(finance, 'deal', deal);
  await accessible(as, 'ip_office', ['/console/plans/new', plan + '?edit=copy', '/console/schemes/new', scheme, '/console/deals/new', deal], [/status of 4(09|22)/]);
});
