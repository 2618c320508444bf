/** A district copies a policy, changes a share, is told at the field what is wrong, rehearses it beside the old; another approves it. */
import {accessible, assert, given, pictures, says, story, text, visit} from './acts.mjs';

await story(async (as) => {
  const w = await as('district', {expect: [/status of 422/]});
  await visit(w, '/console/policies');
  await w.page.getByRole('link', {name: /金山区专利商标质押贷款/}).first().click();
  await says(w, 'main', '知识产权担保占比 不低于 30.00%');
  const old = new URL(w.page.url()).pathname;
  await w.page.getByRole('link', {name: '复制为草案'}).click();
  await says(w, '#judged', '检查通过');
  await w.page.locator('#p-eligible-all-2-fact').fill('loan.ip_shar');
  await says(w, '.field.bad', '最接近的：loan.ip_share');
  await w.page.locator('#p-eligible-all-2-fact').fill('loan.ip_share');
  await w.page.locator('#p-items-0-share').fill('40.00');
  await says(w, '#judged', '检查通过');
  assert.match(await text(w, '#reads table'), /利息补贴 · 比例（%）\s+50.00\s+40.00/);
  await w.page.reload(); // what was typed is still there
  await says(w, '#reads table', '40.00');
  await pictures(w, 'policy-editor');
  await w.page.getByRole('button', {name: '提交草案'}).click();
  await says(w, '[data-step=approve]', '须由另一人办理');
  await says(w, 'main', '与施行中版本的不同');
  const draft = new URL(w.page.url()).pathname;

  // beside the old: 25,875.00 and 50,000.00 at 50 %, 20,700.00 and 50,000.00 (the cap) at 40 %
  await w.page.getByRole('link', {name: '试算', exact: true}).click();
  await says(w, '.notice', '没有一笔获补');
  await w.page.locator('#against').selectOption({index: 1});
  await w.page.getByRole('button', {name: '试算'}).click();
  await says(w, 'main table', '对照 JS-2023 2023-07-01');
  await w.page.locator('.question').getByLabel('否').check();
  await says(w, 'main table', '75,875.00');
  assert.match(await text(w, 'main table'), /金额（元）\s+75,875.00\s+70,700.00\s+-5,175.00/);
  await says(w, '.hbars', '知识产权担保部分不低于授信 30%');
  await pictures(w, 'rehearsal');

  const checker = await as('checker');
  await visit(checker, draft);
  await checker.page.locator('textarea[name=reason]').fill('区政府常务会通过');
  await checker.page.getByRole('button', {name: '批准，即施行'}).click();
  await says(checker, 'main', '施行中');
  await accessible(as, 'district', ['/console/policies', old, old + '?edit=copy', draft + '/rehearse'], [/status of 409/]); // the version of next year has no end: a copy would lie over it, and says so
});
