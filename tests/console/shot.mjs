/**
 * shot.mjs URL TOKEN OUT PATH… - pictures of pages as they stand in the tree, for whoever writes them: 1366, 390, 1920 (SIZES=…), A4
 * (PDF=1), with what the browser complained of.
 */
import {launch, open, sign_in, visit} from './browser.mjs';

const [url, token, out, ...paths] = process.argv.slice(2);
const browser = await launch();
for (const size of (process.env.SIZES || '1366').split(',')) {
  const w = await open(browser, url, {size, live: true});
  if (token !== '-') await sign_in(w, token);
  for (const at of paths) {
    await visit(w, at);
    const name = `${out}/${
      at
        .replace(/^\/console\//, '')
        .replace(/[^\w.-]+/g, '_')
        .slice(0, 60) || 'start'
    }-${size}`;
    await w.page.screenshot({path: name + '.png', fullPage: process.env.FULL !== '0'});
    if (process.env.PDF) await w.page.pdf({path: name + '.pdf', format: 'A4', preferCSSPageSize: true, printBackground: true});
    const wide = await w.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    console.log(name + '.png', wide > 0 ? `WIDER BY ${wide}` : '', w.faults.splice(0).join('\n  '));
  }
  await w.context.close();
}
await browser.close();
