/** A bank sends a GBK file with three bad lines of 200; a file of the wrong kind, foreign titles, a workbook, ten thousand lines. */
import fs from 'node:fs';
import path from 'node:path';
import {accessible, assert, given, pictures, says, story, tab_to, text, visit} from './acts.mjs';

const at = (name) => path.join(given.files, name);
const tally = async (w) => (await text(w, '.tally')).replace(/\s+/g, ' ');

await story(async (as) => {
  const w = await as('bank', {expect: [/status of 422/]}); // foreign titles are refused, which a browser calls an error
  await visit(w, '/console/upload');
  await tab_to(w, '#file');
  for (const [file, said] of [['a.pdf', '这是 PDF'], ['a.xls', '旧版 Excel'], ['empty.csv', '文件是空的'], ['a.bin', '这不是表格文件'], ['head.csv', '没有数据行']]) {
    await w.page.setInputFiles('#file', at(file));
    await says(w, '.summary', said);
    assert.equal(await w.page.locator('#try').count(), 0, file);
  }
  await w.page.setInputFiles('#file', at('gbk.csv'));
  await says(w, '.notice', '200 行');
  assert.equal(await w.page.locator('#charset').inputValue(), 'gb18030');
  await says(w, '.preview', '上海');
  await tab_to(w, '#try');
  await w.page.keyboard.press('Enter');
  await says(w, '.tally', '197');
  assert.equal(await tally(w), '新增 197 有问题 3');
  assert.equal(await w.page.locator('main table:not(.preview table) tbody tr').count(), 3); // only what is wrong
  await says(w, 'main', '怎么改');
  await pictures(w, 'upload');
  const file = w.page.waitForEvent('download');
  await w.page.click('#rejected');
  const lines = fs.readFileSync(await (await file).path(), 'utf8').replace(/^\ufeff/, '').trim().split('\r\n');
  assert.equal(lines.length, 4);
  assert.match(lines[0], /,原因$/);
  assert.deepEqual(lines.slice(1).map((l) => l.split(',')[0]), given.bad);
  await w.page.uncheck('#only-bad');
  await says(w, '.pager', '第 1－100 项，共 200 项');
  await w.page.getByRole('button', {name: '下一页'}).click();
  await says(w, '.pager', '第 101－200 项');

  // the server goes away in the middle: it goes on where it stopped
  await w.page.route('**/v1/loans', (r) => r.abort());
  await w.page.getByRole('button', {name: '报送其余 197 行，3 行稍后补报'}).click();
  await says(w, '.summary', '连不上服务器');
  await w.page.unroute('**/v1/loans');
  w.faults.splice(0);
  await w.page.getByRole('button', {name: '继续'}).click();
  await says(w, '#final', '另有 3 行有问题，没有报送');
  assert.equal(await tally(w), '新增 197 有问题 3');
  // sent again: nothing counts twice
  await w.page.setInputFiles('#file', at('gbk.csv'));
  await w.page.click('#try');
  await says(w, '.tally', '已报过');
  assert.equal(await tally(w), '已报过 197 有问题 3');

  // titles that the ledger does not know
  await w.page.setInputFiles('#file', at('titles.csv'));
  await w.page.click('#try');
  await says(w, 'main', '列对应');
  assert.equal(await w.page.locator('#column0').inputValue(), '贷款合同编号');
  await w.page.click('#match');
  await says(w, '.tally', '已报过');

  // the portfolio against the ledger, then a workbook
  await w.page.click('#compare');
  await says(w, '.tally', '一致');
  await w.page.setInputFiles('#file', at('book.xlsx'));
  await says(w, '.notice', 'Excel 工作簿');
  await w.page.click('#try');
  await says(w, '.tally', '已报过');
  assert.equal(await tally(w), '已报过 2');

  // what counts in a sealed quarter is refused without a reason: the page asks for it and sends it along
  await w.page.route('**/v1/loans?*', (r) => r.request().url().includes('reason=') ? r.continue() : r.fulfill({status: 200,
    contentType: 'application/x-ndjson', body: [2, 3].map((line) => JSON.stringify({line, outcome: 'refused', errors: [{pointer: '/reason',
      code: 'E_LATE_REASON', title: '须说明迟报原因', cure: '说明'}]})).join('\n')}));
  assert.equal(await w.page.locator('#reason').count(), 0);
  await w.page.click('#try');
  await says(w, '.tally', '有问题');
  await w.page.fill('#reason', '系统故障');
  await w.page.click('#try');
  await says(w, '.tally', '已报过');
  await w.page.unroute('**/v1/loans?*');

  // ten thousand lines: told as they go, a hundred on a page
  await w.page.setInputFiles('#file', at('many.csv'));
  await says(w, '.notice', '10,000 行');
  await w.page.click('#try');
  await w.page.locator('.tally').filter({hasText: '10,000'}).first().waitFor({timeout: 60000});
  assert.equal(await tally(w), '有问题 10,000');
  assert.equal(await w.page.locator('main .card:last-child tbody tr').count(), 100);
  await accessible(as, 'bank', ['/console/upload']);
});
