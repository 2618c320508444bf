/** A bank sends a GBK file with three bad lines of 200; a file of the wrong kind, foreign titles, a workbook, ten thousand lines. */
import fs from 'node:fs';
import path from 'node:path';
import {accessible, assert, given, pictures, says, story, tab_to, text, visit} from './acts.mjs';

const at = (name) => path.join(given.files, name);
const tally = async (w) => (await text(w, '.tally')).replace(/\s+/g, ' ');

await story(async (as) => {
  const w = await as('bank', {expect: [/status of 422/]}); // foreign titles are refused, which a browser calls an error
  await visit(w, '/console/upload');
  const bytes = await w.page.evaluate(() => [...performance.getEntriesByType('resource').filter((r) => r.name.includes('/console/-/')),
    performance.getEntriesByType('navigation')[0]].reduce((n, r) => n + r.transferSize, 0));
  console.log(`figure: upload: ${bytes} bytes of files (bar 143360)`);
  assert.ok(bytes > 0 && bytes <= 143360);
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
  fs.appendFileSync(at('book.xlsx'), ' '); // saved anew meanwhile: what was judged is not what would be sent
  await w.page.click('#try');
  await says(w, '.summary', '这个文件在选择之后被改动过，请重新选择');
  w.faults.splice(0);
  await w.page.setInputFiles('#file', at('gbk.csv'));
  await says(w, '.notice', '200 行');

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

  // ten thousand lines, bad ones, then good ones: told as they go, a hundred on a page; what the page itself takes, the daemon apart
  const verdict = (n, good) => JSON.stringify(Object.assign({line: n, key: `M-${n}`, outcome: good ? 'created' : 'refused'},
    good ? {id: '01a20a1d-5130-7204-b3a8-67f55b05ce9f', warnings: []} : {errors: [{pointer: '/amount', code: 'E_MONEY', field: '贷款金额',
      value: '一百万', title: '金额写法不对:一百万', cure: '写成数字,如 5000000.00'}]}));
  for (const [file, good] of [['many.csv', false], ['good.csv', true]]) {
    const browser = w.context.browser();
    await browser.startTracing(w.page, {categories: ['toplevel', 'devtools.timeline']});
    let last = 0;
    await w.page.route('**/v1/loans?*', (r) => r.fulfill({status: 200, contentType: 'application/x-ndjson',
      body: Array.from({length: r.request().postData().trim().split('\n').length - 1}, () => verdict(++last, good)).join('\n')}));
    const began = Date.now();
    await w.page.setInputFiles('#file', at(file));
    await says(w, '.notice', '10,000 行');
    const shown = Date.now() - began;
    await w.page.click('#try');
    await w.page.locator('.tally').filter({hasText: '10,000'}).first().waitFor({timeout: 60000});
    await w.page.unroute('**/v1/loans?*');
    console.log(`figure: upload of 10,000 ${good ? 'good' : 'bad'} lines: preview ${shown} ms (bar 2000), longest block ${longest_block((await browser.stopTracing()).toString())} ms (bar 50)`);
    assert.equal(await tally(w), good ? '新增 10,000' : '有问题 10,000');
    assert.equal(await w.page.locator('main .card:last-child tbody tr').count(), 100);
  }
  // and a workbook by the daemon, which reads it: the page sends it as it is
  const browser = w.context.browser();
  await browser.startTracing(w.page, {categories: ['toplevel', 'devtools.timeline']});
  const began = Date.now();
  await w.page.setInputFiles('#file', at('large.xlsx'));
  await says(w, '.notice', 'Excel 工作簿');
  const shown = Date.now() - began;
  await w.page.click('#try');
  await w.page.locator('.tally').filter({hasText: '20,000'}).first().waitFor({timeout: 60000});
  console.log(`figure: workbook of 20,000 rows: taken ${shown} ms (bar 2000), longest block ${longest_block((await browser.stopTracing()).toString())} ms (bar 50), judged by the daemon ${Date.now() - began - shown} ms`);
  assert.equal(await tally(w), '有问题 20,000');
  await accessible(as, 'bank', ['/console/upload']);
});

/** What the page's own thread was at without a pause, at most, in ms of the processor: others work on this machine, too. */
function longest_block(trace) {
  const events = JSON.parse(trace).traceEvents;
  const threads = new Set(events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
  const tasks = events.filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && e.tdur && threads.has(`${e.pid} ${e.tid}`));
  assert.ok(tasks.length > 20, `${tasks.length} tasks`);
  if (process.env.TASKS) for (const x of tasks.sort((a, b) => b.tdur - a.tdur).slice(0, 4)) {
    console.log('task', x.tdur / 1000, events.filter((e) => e.ph === 'X' && e.tid === x.tid && e.pid === x.pid && e.ts >= x.ts && e.ts < x.ts + x.dur && e.tdur > 3000)
      .map((e) => `${e.name} ${e.tdur / 1000} ${JSON.stringify(e.args && e.args.data || {}).slice(0, 120)}`).join('\n   '));
  }
  return Math.round(Math.max(...tasks.map((e) => e.tdur)) / 1000);
}
