/**
 * An insurer finds the claims on its policies, goes on to the policy and the firm that it insures, and sees what of the funds names
 * it; of that firm a guarantor and a bank see nothing.
 */
import {is, picture, story, text} from './story.mjs';
import {ready, visit} from './browser.mjs';

await story('an insurer sees the claims on its policies', async ({as}) => {
  const w = await as('insurer');
  await visit(w, '/console/claims');
  is(await text(w, 'tbody'), /示例赔案-1.*示例保单-2022-1.*200,000\.00.*150,000\.00.*已赔付/);
  await picture(w, 'insurer-claims-1366', true);
  await w.page.click('nav.tabs a:nth-child(2)');
  await ready(w);
  is(await text(w, 'main'), /由银行或担保机构提出/);
  await w.page.goBack();
  await ready(w);
  await w.page.click('tbody td a');
  await ready(w);
  await w.page.click('tbody th a');
  await ready(w);
  is(await text(w, 'h1'), '保单 示例保单-2022-1');
  await w.page.click('.facts a[href^="/console/enterprises/"]');
  await ready(w);
  const at = new URL(w.page.url()).pathname;
  is(await text(w, 'main'), /保单共 2 张.*侵权责任.*600,000\.00.*申安示范财产保险（91310101QX90000141）/);
  await visit(w, '/console/reports/2021Q1/seal'); // what is public is there for it; making it public is not its to do
  is(await text(w, '.tools'), /返回报告/);
  is(await w.page.locator('main a[href$="/publish"]').count(), 0);
  const auditor = await as('auditor');
  await visit(auditor, at);
  is(await text(auditor, 'main'), /保单共 2 张/);
  for (const who of ['guarantor', 'BANK-YL']) {
    const other = await as(who, {expect: [/status of 404/]});
    await visit(other, at);
    is(await text(other, 'h1'), '没有权限或不存在', who);
  }
});
