/**
 * Claims: two persons of finance accept, approve and pay one by keyboard alone (U3), a bank mends what was returned, the fund's
 * balance is walked back to its claim.
 */
import {accessible, assert, enter, given, says, story, text, typed, visit} from './acts.mjs';

const press = (w, what) => w.page.locator('.stick form').getByRole('button', {name: what}).click();
const reason = (w, what) => w.page.locator('.stick textarea[name=reason]').fill(what);

await story(async (as) => {
  const a = await as('finance'), b = await as('second', {expect: [/status of 409/]}), bank = await as('bank');
  const at = '/console' + given.claim.slice(3), sent_back = '/console' + given.returned.slice(3);

  // from the tasks, accepted by the one, approved by the other, paid by the first
  await visit(a, '/console/tasks');
  await says(a, 'h2', '待受理');
  await visit(b, at);
  await b.page.getByRole('button', {name: '退回补正'}).click();
  await reason(b, '看的是旧版本');
  await b.page.locator('input[name=due_on]').fill(given.due);
  const act = '.stick form button.primary';
  await enter(a, 'main tbody a');
  await says(a, '.verdict', '补偿资金应赔 1,620,000.00 元');
  assert.match(await text(a, '.sums'), /3,000,000.00 × 54.00%\s+1,620,000.00/);
  await typed(a, '.stick textarea', '材料齐全');
  await enter(a, act);
  await says(a, '.verdict', '已受理');
  await says(a, '[data-step=approve]', '经办与复核不能为同一人');
  await b.page.locator('.stick form button.danger').click(); // it has moved on: told, not repeated
  await says(b, '.summary', '这份数据在您打开之后已有变动');
  await says(b, '.summary tr', '待受理'); // what was seen, and what stands, as the ledger tells it
  await says(b, '.summary tr', '已受理');
  await enter(b, '.summary button');
  await says(b, '.verdict', '已受理');
  await typed(b, '.stick textarea', '同意赔付');
  await enter(b, act);
  await says(b, '.verdict', '已批准');
  await says(b, '[data-step=pay]', '前一步是您（李华）办理的');
  await visit(a, at);
  await says(a, act, '支付 1,620,000.00 元');
  await enter(a, act);
  await says(a, '.summary', '请填写：理由');
  await enter(a, '.summary a');
  assert.equal(await a.page.evaluate(() => document.activeElement.name), 'reason');
  await a.page.keyboard.type('按批准支付');
  await enter(a, act);
  await says(a, '.verdict', '已赔付 1,620,000.00 元');

  // the fund's statement, its balance, the posting, the claim
  await visit(a, `/console/fund/${given.scheme}?from=2022-01-01`);
  await says(a, '.hint', '与期末余额一致');
  assert.match(await text(a, 'main table'), /补偿支出\s+-1,620,000.00/);
  assert.ok(await a.page.locator('main td a[href^="/console/loans?q="]').count(), 'a contract leads to its loan');
  const postings = await a.page.getByRole('link', {name: '补偿支出'}).getAttribute('href'), claim = 'td a[href^="/console/claims/"]';
  for (const press of [(x) => a.page.locator(x).first().click(), (x) => enter(a, x)]) { // by mouse, then by keyboard
    await visit(a, `/console/fund/${given.scheme}?from=2022-01-01`);
    await press(`main tbody a[href="${postings}"]`);
    await says(a, '.sentence', '期末 38,380,000.00 元');
    await press(claim);
    await says(a, '.verdict', '已赔付');
  }

  // the bank mends what came back with a deadline
  const click = (w, where) => w.page.locator(where).first().click();
  const wrote = async (w, where, what) => { await click(w, where); await w.page.keyboard.type(what); };
  await bank.page.route(/\/v1\/tasks\?.*own=true/, async (r) => { // five days later
    const answer = await r.fetch(), said = await answer.json();
    said.items.forEach((x) => { x.days_left -= 5; });
    await r.fulfill({response: answer, json: said});
  });
  await visit(bank, '/console/tasks');
  await says(bank, 'table .badge', '超期 2 天');
  await bank.page.unroute(/\/v1\/tasks\?.*own=true/);
  await visit(bank, '/console/claims');
  for (const [left, go, write] of [[2, enter, typed], [1, click, wrote]]) { // the one by keyboard, the other by mouse
    await visit(bank, '/console/tasks');
    await says(bank, 'h2', '退回补正');
    await says(bank, 'table', '剩 3 天');
    await says(bank, 'nav.menu .number', String(left));
    await go(bank, 'main td a[href^="/console/claims/"], main th a[href^="/console/claims/"]');
    await says(bank, '.verdict', '缺少逾期证明');
    await write(bank, '.stick textarea', '已补逾期证明');
    await says(bank, '.stick form button.primary', '重新提交');
    await go(bank, '.stick form button.primary');
    await says(bank, '.verdict', '待受理');
  }
  await visit(bank, '/console/tasks');
  await says(bank, 'main', '没有等您办理的事项');
  await bank.page.locator('nav.menu .number').waitFor({state: 'detached'}); // asked anew with the page, a moment later

  // money entered by one counts when another has looked
  await visit(b, '/console/tasks');
  await b.page.getByRole('link', {name: /手工转账/}).click();
  await says(b, '.facts', '5,000,000.00 元');
  await reason(b, '与拨款文件一致');
  await press(b, '同意 5,000,000.00 元');
  await says(b, '.verdict', '已同意');

  // what the bank mended is taken on from the list; so is a request for cover
  for (const [at_, said] of [['/console/claims?state=submitted', '受理：2'], ['/console/coverages?state=requested', '确认备案：1']]) {
    await visit(a, at_);
    await a.page.locator('#bulk summary').click();
    await a.page.getByRole('button', {name: '全选或全不选本页'}).click();
    await a.page.locator('#bulk-reason').fill('材料齐全');
    await a.page.locator('#bulk button.primary').dblclick();
    await a.page.locator('dialog button.primary').dblclick(); // who presses twice sends once
    await says(a, '#verdicts', `${said} 件已办理`);
    assert.equal(await a.page.locator('main table:visible').count(), 1, 'the list as it was before is gone');
  }

  const cover = '/console/coverages/' + given.cover;
  await visit(a, '/console/coverages');
  await says(a, 'table', '已备案');
  const pages = ['/console/tasks', '/console/claims', at, sent_back, '/console/coverages', cover, '/console/fund', `/console/fund/${given.scheme}?from=2022-01-01`, `/console/accounts/fund:${given.scheme}`, '/console/proposals'];
  await accessible(as, 'finance', pages, [], ['tasks', 'claims', 'claim', null, 'coverages', 'coverage', 'funds', 'fund', 'account', 'proposals']);
});
