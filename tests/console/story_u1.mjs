/** U1: finance sees where the plan stands, how T1 is made up, and which records a figure is. */
import {picture, story, text} from './story.mjs';
import {ready, visit} from './browser.mjs';

await story('U1 the targets and the records behind a figure', async ({as, is}) => {
  const w = await as('finance'), began = Date.now();
  await visit(w, '/console/cockpit?quarter=2022Q3');
  console.log(`figure: cockpit usable after ${Date.now() - began} ms`);
  is(await text(w, '.key .big'), '35.88亿元');
  is(await w.page.evaluate(() => document.querySelector('.targets').getBoundingClientRect().bottom < 768), true, 'seven targets without scrolling');
  is(await text(w, '.targets tbody tr:nth-child(1)'), /59\.08% 复合、算术相同 基数为假定每季 26\.36 亿元，余 5 季/);
  await picture(w, 'cockpit-1366', true);
  await w.page.click('.targets tbody tr:nth-child(1) a');
  await ready(w);
  is(await text(w, 'h1'), 'T1 融资金额年均增幅');
  is(await text(w, 'main'), /76\.36 ÷ 48\.00 − 1 = 59\.08%/);
  await w.page.goBack();
  await ready(w);
  await w.page.click('.key .big a');
  await ready(w);
  is(await text(w, '.sentence'), '总体情况 · 质押融资金额 · 本季 = 142 笔合计 3,587,701,303.00 元');
  const sum = await w.page.evaluate(async () => { // over both pages, in fen
    let total = 0n, after = null;
    do {
      const r = await fetch('/v1/reports/quarterly/2022Q3/rows?section=headline&row=amount&column=quarter&limit=100' + (after ? '&after=' + encodeURIComponent(after) : '')).then((x) => x.json());
      for (const i of r.items) total += BigInt(i.value.replace('.', ''));
      after = r.next;
    } while (after);
    return total.toString();
  });
  is(sum, '358770130300');
  await w.page.click('tbody tr:first-child th a');
  await ready(w);
  is(await text(w, 'h1'), /^贷款 /);
  await w.page.click('nav.tabs a:nth-child(2)');
  await ready(w);
  is(await text(w, 'main'), /利息是怎样算出来的/);
  is(await text(w, 'tfoot'), /合计/);
});
