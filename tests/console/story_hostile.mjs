/** Names that are markup, turn text round, or are very long: shown as they are, on the list, the record and on paper. */
import {picture, story, text, token} from './story.mjs';
import {visit} from './browser.mjs';

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

await story('hostile names', async ({as, is, url}) => {
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
    await visit(w, `/console/loans/${v.id}`);
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
});
