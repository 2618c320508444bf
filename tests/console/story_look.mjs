/**
 * What is looked at and not acted upon: an offer and what fits it, how the ledger is proved, who leads the ranking, how a loan's
 * interest comes about, a cover's terms and room.
 */
import {by_mouse, is, picture, story, text} from './story.mjs';
import {visit} from './browser.mjs';

await story('what is looked at', async ({as}) => {
  const office = await as('ip_office'), link = (w, at) => by_mouse(w, w.page.locator(at));
  await visit(office, '/console/catalogue');
  await link(office, 'main tbody th a');
  is(await text(office, 'main'), /登记的内容/);
  is(await text(office, 'main'), /适合的需求.*\d+ 项，匹配度高的在前/);
  await link(office, 'ol.acts a');
  is(new URL(office.page.url()).pathname, /^\/console\/catalogue\/needs\//);
  is(await text(office, 'ol.acts'), /匹配度 \d+.*（\d+ 分）/);

  const w = await as('auditor');
  await visit(w, '/console/seals');
  is(await text(w, 'main'), /已封存的季度.*2021 年第 1 季度.*签名日志.*个（Ed25519、SM2）.*核对结果.*见证方/);
  await picture(w, 'seals-1366');
  await visit(w, '/console/status');
  is(await text(w, 'main'), /程序版本.*数据库结构版本.*已运行.*最近核验.*夜间预警扫描/);
  is(/登录/.test(await text(w, 'main')), false, 'who is signed in is not told to sign in');
  is(/登录/.test(await text(await as(null).then(async (nobody) => { await visit(nobody, '/console/status'); return nobody; }), 'main')), true);
});
