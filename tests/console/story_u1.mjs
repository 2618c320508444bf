/** U1: finance sees where the plan stands, how T1 is made up, and which records a figure is. */
import fs from 'node:fs';
import path from 'node:path';
import {by_keys, by_mouse, is, picture, story, text} from './story.mjs';
import {visit} from './browser.mjs';

/** From the cockpit to T1 and back, to the records of a figure, to a loan and its account. */
async function walked(w, by) {
  const at = (selector) => by(w, w.page.locator(selector));
  await at('.targets tbody tr:nth-child(1) a');
  is(await text(w, 'h1'), 'T1 融资金额年均增幅');
  is(await text(w, 'main'), /76\.36 ÷ 48\.00 − 1 = 59\.08%/);
  is(await w.page.locator('.chart svg a[href$="reports/2021Q4/rows?section=headline&row=amount&column=ytd"]').count(), 1, 'a year leads to its records');
  await at('.tools a.button');
  await at('.key .big a');
  is(await text(w, '.sentence'), '总体情况 · 质押融资金额 · 本季 = 142 笔合计 3,587,701,303.00 元');
  await at('tbody tr:first-child th a');
  is(await text(w, 'h1'), /^贷款 /);
  await at('nav.tabs a:nth-child(2)');
  is(await text(w, 'main'), /利息是怎样算出来的/);
  is(await text(w, 'tfoot'), /合计/);
}

await story('U1 the targets and the records behind a figure', async ({as, out}) => {
  const w = await as('finance');
  await visit(w, '/console/cockpit?quarter=2022Q3');
  const bars = await w.page.evaluate(
    () =>
      new Promise((done) => {
        let shift = 0;
        new PerformanceObserver((list) => {
          for (const e of list.getEntries()) if (!e.hadRecentInput) shift += e.value;
        }).observe({type: 'layout-shift', buffered: true});
        setTimeout(() => {
          const all = performance.getEntriesByType('resource'),
            files = all.filter((r) => r.name.includes('/console/-/')),
            page = performance.getEntriesByType('navigation')[0];
          done({
            usable: Math.round(performance.getEntriesByName('shown')[0].startTime),
            paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime),
            requests: all.length + 1,
            asked: all.map((r) => r.name.replace(/^.*\/console\/(-\/\w+\/)?/, '')),
            bytes: files.reduce((n, r) => n + r.transferSize, page.transferSize),
            shift,
          });
        }, 100);
      }),
  );
  console.log(
    `figure: cockpit: first paint ${bars.paint} ms (bar 500), usable ${bars.usable} ms (bar 700), ${bars.requests} requests (bar 24), ${bars.bytes} bytes of files (bar 122880), shift ${bars.shift.toFixed(3)} (bar 0.02)`,
  );
  is(bars.bytes <= 122880, true, 'bytes of a first visit');
  is(bars.requests <= 24, true, 'requests of a first visit: ' + bars.asked.join(' '));
  is(bars.shift <= 0.02, true, 'layout shift ' + bars.shift);
  is(await text(w, '.key .big'), '35.88亿元');
  is(
    await w.page.evaluate(() => document.querySelector('.targets').getBoundingClientRect().bottom < 768),
    true,
    'seven targets without scrolling',
  );
  is(await text(w, '.targets tbody tr:nth-child(1)'), /59\.08% 复合、算术相同 基数为假定每季 26\.36 亿元，余 5 季/);
  await picture(w, 'cockpit-1366', true);
  is(
    fs.readFileSync(path.join(out, 'cockpit-1366.pdf'), 'latin1').match(/\/Type\s*\/Page\b/g).length,
    1,
    'one page of A4',
  );
  await walked(w, by_mouse);
  const sum = await w.page.evaluate(async () => {
    // over both pages, in fen
    let total = 0n,
      after = null;
    do {
      const r = await fetch(
        '/v1/reports/quarterly/2022Q3/rows?section=headline&row=amount&column=quarter&limit=100' +
          (after ? '&after=' + encodeURIComponent(after) : ''),
      ).then((x) => x.json());
      for (const i of r.items) total += BigInt(i.value.replace('.', ''));
      after = r.next;
    } while (after);
    return total.toString();
  });
  is(sum, '358770130300');
  await visit(w, '/console/cockpit?quarter=2022Q3');
  await walked(w, by_keys);
  await visit(w, '/console/reports/2022Q3?section=by_district');
  is(await w.page.evaluate(() => [...document.querySelectorAll('.scroll')].every((x) => x.scrollWidth <= x.clientWidth)), true,
    'all columns of the whole city are in sight at 1366');
});
