/** Signing in and out, an ended session over a half-filled form, a server that is gone, a page that is not there, both languages. */
import {picture, story, text, token} from './story.mjs';
import {ready, visit} from './browser.mjs';

const NOISE = [
  /status of 401/,
  /status of 404/,
  /status of 409/,
  /status of 422/,
  /status of 503/,
  /ERR_CONNECTION|Failed to fetch|ERR_FAILED|ERR_INTERNET/,
];

await story('sessions and states', async ({as, is, url}) => {
  const sign_out = async (of) =>
    of.context.request.post(url + '/console/sign-out', {
      headers: {'X-Csrf': (await (await of.context.request.get(url + '/console/session')).json()).csrf},
    });
  const w = await as(null, {expect: NOISE});
  await visit(w, '/console/reports/2022Q3/seal');
  is(await text(w, 'h1'), '登录');
  await picture(w, 'signin-1366');
  await w.page.fill('input[name=token]', 'plg_wrong');
  await w.page.keyboard.press('Enter');
  await w.page.waitForSelector('.summary');
  is(await text(w, '.summary'), /有问题需要改正.*请核对是否完整复制/);
  is(await w.page.title(), /^有误：登录/);
  is(await w.page.evaluate(() => document.activeElement.className), 'summary', 'the summary has the focus');
  await w.page.fill('input[name=token]', token('finance'));
  await w.page.keyboard.press('Enter');
  await w.page.waitForSelector('nav.menu');
  await ready(w);
  is(await text(w, 'h1'), '封存 2022 年第 3 季度', 'the page that was asked for');

  await w.page.fill('textarea[name=reason]', '季度会审通过');
  await w.page.fill('input[name=typed]', '2022Q2');
  await w.page.click('form .primary');
  is(await text(w, '.summary'), /应为 2022Q3/);
  await w.page.fill('input[name=typed]', '2022Q3');
  await sign_out(w);
  await w.page.click('form .primary');
  await w.page.waitForSelector('dialog[open]');
  is(await text(w, 'dialog'), /登录已过期.*填写的内容不会丢失/);
  await picture(w, 'session-ended-1366');
  is(await w.page.inputValue('textarea[name=reason]'), '季度会审通过');
  await w.page.keyboard.press('Escape');
  is(await w.page.isVisible('dialog[open]'), true, 'Esc does not lose it');
  await w.page.fill('dialog input[name=token]', token('finance'));
  await w.page.click('dialog .primary');
  await w.page.waitForFunction(() => !document.querySelector('dialog') && document.querySelector('main .summary'));
  is(
    await text(w, '.summary'),
    /2021Q4|2022Q1|须|先/,
    'sealed in order: it was sent again and the API told what stands in the way',
  );

  // Somebody else signs in over it: nothing of the form is sent in his name, and nothing of it is left to him.
  await w.page.evaluate(() => sessionStorage.setItem('draft of finance', '{}'));
  await sign_out(w);
  const sent = [];
  w.page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().includes('/v1/')) sent.push(r.url());
  });
  await w.page.click('form .primary');
  await w.page.waitForSelector('dialog[open]');
  await w.page.fill('dialog input[name=token]', token('ip_office'));
  await w.page.click('dialog .primary');
  await w.page.waitForFunction(() => !document.querySelector('dialog') && document.querySelector('nav.menu'));
  await ready(w);
  is(sent.length, 1, `asked once, while the session had ended: ${sent}`);
  is(
    await w.page.evaluate(() => [
      sessionStorage.getItem('draft of finance'),
      sessionStorage.getItem('whose').split(' ')[0],
    ]),
    [null, 'IPO-SH'],
  );
  await w.page.evaluate(() => sessionStorage.setItem('draft own', '{}'));
  await visit(w, '/console/loans');
  is(await w.page.evaluate(() => sessionStorage.getItem('draft own')), '{}', 'one keeps what is his own');

  // keys: the second of the menu, the search, the help; within a field they are letters
  await w.page.keyboard.press('g');
  await w.page.keyboard.press('2');
  await w.page.waitForURL(/cockpit/);
  await ready(w);
  await visit(w, '/console/loans');
  await w.page.keyboard.press('/');
  is(await w.page.evaluate(() => document.activeElement.closest('[role=search]') !== null), true, '/ is the search');
  await w.page.keyboard.type('g2?');
  is([await w.page.evaluate(() => document.activeElement.value), await w.page.locator('dialog').count()], ['g2?', 0]);
  await w.page.locator('h1').click();
  await w.page.keyboard.press('?');
  await w.page.waitForSelector('dialog[open]');
  is(await text(w, 'dialog'), /g 2 目标总览.*\/ 搜索/);
  await w.page.keyboard.press('Escape');
  await w.page.waitForSelector('dialog', {state: 'detached'});

  // a server that has too much to do is asked again when it said so, without a hand
  await w.page.route('**/v1/loans?*', (r) => r.fulfill({status: 503, headers: {'Retry-After': '3'}, contentType: 'application/problem+json',
    body: JSON.stringify({title: '正忙', status: 503, errors: []})}), {times: 1});
  await w.page.click('nav.menu a[href="/console/loans"]');
  await w.page.waitForSelector('.state');
  is(await text(w, '.state'), /[123] 秒/);
  await w.page.waitForSelector('main[data-ready] tbody');

  await w.context.setOffline(true);
  await w.page.click('nav.menu a[href="/console/loans"]');
  await w.page.waitForSelector('.state');
  is(await text(w, '.state'), /连不上服务器/);
  await w.context.setOffline(false);
  await w.page.click('.state .primary');
  await ready(w);
  is(await text(w, 'h1'), '贷款');

  for (const at of ['/console/none', '/console/loans/00000000-0000-7000-8000-000000000000', '/console/access']) {
    await visit(w, at);
    is(await text(w, 'h1'), '没有权限或不存在', at);
  }
  await visit(w, '/console/claims?scheme=%21&q=LP-1');
  is(await text(w, 'main'), /账户代码格式不对.*请改正上面的条件/);
  is(await w.page.inputValue('input[name=q]'), 'LP-1', 'the other conditions stay');
  await visit(w, '/console/fund/ZS?from=x');
  is(await text(w, 'main'), /地址中的条件有误.*from 日期不存在.*去掉条件再看/);
  await visit(w, '/console/loans?lang=en');
  is(await text(w, 'h1'), 'Loans');
  is(await w.page.getAttribute('html', 'lang'), 'en');
  await visit(w, '/console/loans?lang=zh');
  await w.page.click('.top button');
  await w.page.waitForSelector('.signin');
  is(
    await w.page.evaluate(() => JSON.stringify([sessionStorage.length, localStorage.length])),
    '[0,0]',
    'nothing is kept',
  );
});
