/** Names that are markup, turn text round, or are very long: shown as they are, on the list, the record and on paper. */
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {picture, story, text, token} from './story.mjs';
import {FILES, SIZES, step, visit} from './browser.mjs';

globalThis.document = {documentElement: {}};
const {ROUTES} = await import(path.join(FILES, 'routes.js'));

const NAMES = [
  '<script>alert(1)</script>有限公司',
  '<img src=x onerror=alert(1)>公司',
  '"onmouseover="alert(1)',
  '上海\u202e司公限有',
  '宽'.repeat(100),
  '𠮷野示例😀公司',
  '=cmd|calc!A0',
  '上海\u200b示例',
];

// What the ledger refuses today may lie in it from elsewhere tomorrow: lists are shown as if each of their texts were one of these.
const WORSE = [...NAMES, '\u0000空', "'; drop table loan;--", '\u2066隐\u2069', 'a&lt;b&#x3c;', '{{7*7}}${7*7}'];
const TEXTS = /^(title|title_en|name|.*_name|reference|contract_no|policy_no|memo|reason|text|text_en|source|legal_ref|evidence|person|.*_by|organiser|summary|field|product|loan)$/;
let n = 0;
function spoilt(x, key) {
  if (Array.isArray(x)) return x.map((m) => spoilt(m, key));
  if (x && typeof x === 'object') return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, k === 'name' && x.rows ? v : spoilt(v, k)])); // a section's is ours
  return typeof x === 'string' && TEXTS.test(key) ? WORSE[n++ % WORSE.length] : x;
}

/** Nothing of it became markup, turned text round, pushed the page apart, or was cut in the middle of a sign. */
const harmless = (w) => w.page.evaluate(() => {
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  let cut = 0;
  for (let n = texts.nextNode(); n; n = texts.nextNode()) if (/[\ud800-\udfff]/.test(n.data.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''))) cut++;
  return [document.querySelectorAll('main script, main img, main iframe').length + cut,
    /[\u0000\u202a-\u202e\u2066-\u2069\u200b]/.test(document.querySelector('main').textContent), document.documentElement.scrollWidth > innerWidth];
});

async function every_list(w, is, url, out) {
  await w.page.route(/\/v1\/(?!me\b|words|facts|districts)/, async (route) => {
    const answer = await route.fetch();
    if (!/json/.test(answer.headers()['content-type'] || '')) return route.fulfill({response: answer});
    return route.fulfill({response: answer, json: spoilt(await answer.json(), '')});
  });
  await w.page.setViewportSize({width: SIZES[390][0], height: SIZES[390][1]});
  let shown = 0, here = false;
  for (const [at, , needs] of ROUTES) {
    if (at.includes('{') || at === '/console/upload' || !w.me.may.includes(needs)) continue;
    await (here ? step : visit)(w, here ? at : at + '?lang=en'); // where what is quoted is told as Chinese, by its parts
    here = true;
    is(await harmless(w), [0, false, false], at);
    if ((await text(w, 'main')).includes('宽宽宽')) shown++;
  }
  is(shown > 10, true, `${shown} lists show them`);
  await visit(w, '/console/loans');
  const file = path.join(out, 'hostile.pdf');
  await w.page.pdf({path: file, format: 'A4', preferCSSPageSize: true, printBackground: true});
  const paper = execFileSync('pdftotext', ['-layout', file, '-'], {encoding: 'utf8'});
  for (const part of ['<script>', 'onerror', 'U+202E', 'U+0000', '=cmd|calc!A0', '宽宽宽']) is(paper.includes(part), true, `on paper: ${part}`);
  is(/\u202e|\u2066/.test(paper), false, 'on paper nothing turns');
}

await story('hostile names', async ({as, is, url, out}) => {
  const w = await as('BANK-PJ'),
    code = '91310115QX0115114N';
  const sent = await w.context.request.post(url + '/v1/loans', {
    headers: {Authorization: 'Bearer ' + token('BANK-PJ'), 'Content-Type': 'application/x-ndjson'},
    data: NAMES.map((name, i) =>
      JSON.stringify({
        contract_no: `H-${i}`,
        product: 'single_pledge',
        borrower_uscc: code,
        borrower_name: name,
        district: '310115',
        amount: `${1000000 + i}.00`,
        rate: '3.65',
        signed_on: '2026-11-02',
        matures_on: '2027-11-01',
        ip: [{number: '2019178000011'}],
      }),
    ).join('\n'),
  });
  const verdicts = (await sent.text())
      .trim()
      .split('\n')
      .map((x) => JSON.parse(x)),
    stored = verdicts.filter((v) => v.id);
  is(stored.length > 3, true, `some are stored: ${JSON.stringify(verdicts.filter((v) => !v.id)).slice(0, 300)}`);
  await visit(w, '/console/loans?q=H-');
  const shown = await text(w, 'main');
  is(shown.includes('<script>alert(1)</script>'), true, 'as text');
  is(await w.page.evaluate(() => document.querySelectorAll('main script, main img').length), 0);
  is(await w.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await picture(w, 'hostile-1366');
  await w.page.setViewportSize({width: 390, height: 844});
  is(await w.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'on a phone');
  for (const v of stored) {
    await step(w, `/console/loans/${v.id}`);
    is(await w.page.evaluate(() => document.querySelectorAll('main script, main img').length), 0);
    is(
      await w.page.evaluate(() =>
        /[\u202a-\u202e\u2066-\u2069\u200b]/.test(document.querySelector('main').textContent),
      ),
      false,
      'hidden signs are boxes',
    );
    is(await w.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, v.key || v.id);
  }

  await every_list(await as('auditor'), is, url, out);
});
