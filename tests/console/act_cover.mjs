/**
 * A cover that a correction suspended says why and what ends it, and stands again when its bank has done so; a loan's account by day
 * comes to figures that were worked by hand; what was decided of a claim is a paper to file. All by mouse and by keyboard.
 */
import {accessible, assert, enter, given, paper, pictures, says, story, text, visit} from './acts.mjs';

const click = (w, at) => w.page.locator(at).first().click();
const rows = (w, n) => w.page.evaluate((i) => [...document.querySelectorAll('main .card table')[i].rows].slice(1)
  .map((row) => [...row.cells].map((x) => x.textContent.trim())), n);

/** What the bank tells meanwhile, in its own window: the loan as it stands, but for this. */
async function corrected(over) {
  const headers = {Authorization: 'Bearer ' + given.tokens.bank, 'Content-Type': 'application/json'};
  const loan = (await (await fetch(`${given.url}/v1/loans?contract_no=${given.suspended}`, {headers})).json()).items[0];
  const r = await fetch(`${given.url}/v1/loans/${loan.id}`, {method: 'PUT', headers: Object.assign({'If-Match': `"${loan.version}"`}, headers),
    body: JSON.stringify(Object.assign(loan, {reason: '更正'}, over))});
  assert.equal(r.status, 200, await r.text());
}

await story(async (as) => {
  const finance = await as('finance'), bank = await as('bank');
  const ways = [['click', click], ['enter', enter]];

  for (const [way, go] of ways) {
    await visit(finance, '/console/coverages?state=suspended');
    await says(finance, 'tbody', given.suspended);
    await go(finance, `tbody a[href^="/console/loans/"]`); // the contract leads to its loan
    await says(finance, 'h1', `贷款 ${given.suspended}`);
    await visit(finance, '/console/coverages?state=suspended');
    await go(finance, 'tbody th a');
    await says(finance, '.verdict', '中止期间不能理赔；补正下列问题后自动恢复。');
    const why = finance.page.locator('.card', {hasText: '为什么中止'});
    assert.match(await why.innerText(), /更正后不符合方案条件.*从业人员数 5,000 → 300/s, way);
    assert.ok((await why.locator('.quiet').innerText()).length > 4, 'what mends it');
    assert.match(await text(finance, '.timeline'), /更正后不符合条件\s+.*中止\s+系统\s+按贷款第 \d+ 版/s);
    assert.deepEqual(await finance.page.locator('.stick form button').allInnerTexts(), ['终止备案'], 'nothing to press that would not help');
    if (way === 'click') await pictures(finance, 'coverage-suspended');
    await corrected({employees: 120});
    await visit(finance, '/console/coverages?state=covered');
    await visit(finance, `/console/coverages/${given.cover}`);
    await says(finance, '.verdict', '已备案');
    assert.equal(await finance.page.getByText('为什么中止').count(), 0);
    assert.match(await text(finance, '.timeline'), /恢复/);
    await corrected({employees: 5000});
  }

  // 3,000,000.00 at 3.60 % bear 108,000.00 a year, 300.00 a day of 360: 92 days to 5 October 27,600.00. 2,000,000.00 bear 200.00: 92 days
  // 18,400.00. At 3.00 % 166.666…: 91 days to 6 April 15,166.666…; at 3.30 % 183.333…: 92 days to 7 July 16,866.666….
  // In all 78,033.333…: 78,033.33, one fen less than the four as each is rounded.
  for (const [, go] of ways) {
    await visit(bank, `/console/loans?q=${given.daily}`);
    await go(bank, 'tbody th a');
    await says(bank, 'h1', given.daily);
    await go(bank, 'nav.tabs a[href*="tab=account"]');
    await says(bank, '.sentence', '2022-07-05 至 2023-07-07 应计 78,033.33 元，已付 78,033.33 元');
    assert.deepEqual(await rows(bank, 0), [
      ['2022-07-05', '2022-10-05', '3,000,000.00', '3.60%', '92', '3,000,000.00 × 3.60% × 92 ÷ 360', '27,600.00'],
      ['2022-10-05', '2023-01-05', '2,000,000.00', '3.60%', '92', '2,000,000.00 × 3.60% × 92 ÷ 360', '18,400.00'],
      ['2023-01-05', '2023-04-06', '2,000,000.00', '3.00%', '91', '2,000,000.00 × 3.00% × 91 ÷ 360', '15,166.67'],
      ['2023-04-06', '2023-07-07', '2,000,000.00', '3.30%', '92', '2,000,000.00 × 3.30% × 92 ÷ 360', '16,866.67'],
      ['合计', '', '', '', '367', '', '78,033.33']]);
    assert.deepEqual((await rows(bank, await bank.page.locator('main .card table').count() - 1)).map((x) => [x[0], ...x.slice(3)]), [
      ['2022-07-05', '3,000,000.00', '—', '—', '—'], ['2022-10-05', '—', '1,000,000.00', '—', '—'], ['2023-01-05', '—', '—', '—', '3.00%'],
      ['2023-04-06', '—', '—', '—', '3.30%'], ['2023-07-07', '—', '2,000,000.00', '78,033.33', '—']], 'what went out came back');
  }
  await bank.page.locator('input[name=from]').fill('2022-07-15'); // ten days later: 3,000.00 less
  await bank.page.locator('input[name=from]').press('Enter');
  await says(bank, '.sentence', '2022-07-15 至 2023-07-07 应计 75,033.33 元');
  await pictures(bank, 'loan-account');
  assert.match(await paper(bank, 'loan-account', 2), /3,000,000\.00 × 3\.60% × 82 ÷ 360\s+24,600\.00/);

  // what was decided of a claim, to be filed: who bears what, how it comes about, who did what
  await visit(finance, given.claim.replace('/v1/', '/console/'));
  await says(finance, '.verdict', '已支付');
  const filed = await paper(finance, 'claim-paper', 1);
  for (const said of [/补偿资金应赔\s+1,620,000\.00/, /3,000,000\.00 × 54\.00%\s+1,620,000\.00/, /受理/, /批准.*李华/, /支付/, new RegExp(given.bad)]) assert.match(filed, said);
  assert.doesNotMatch(filed, /下一步|退出|打印/);
  await accessible(as, 'finance', [`/console/coverages/${given.cover}`, `/console/loans?q=${given.daily}`]);
});
