/**
 * pages.mjs URL TOKENS OUT - every page of every role: it opens or says that it is not there, and the browser complains of nothing. Of
 * the first role that has it (EVERY=1: of each): it is opened by its address (else by a step within the console, as by a link), axe
 * finds nothing, nothing is wider than a screen or a phone, and pictures at the three sizes and on A4 go to OUT; what SHOWN names is
 * seen so where something happens on it. TOKENS: a file of
 * code, kind, token a line.
 */
import fs from 'node:fs';
import path from 'node:path';
import {SHOWN} from './shown.mjs';
import {axe_finds, FILES, launch, open, shoot, sign_in, SIZES, step, visit} from './browser.mjs';

const [url, tokens, out] = process.argv.slice(2);
globalThis.document = {documentElement: {}};
const {ROUTES} = await import(path.join(FILES, 'routes.js'));
const built = (file) => fs.existsSync(path.join(FILES, 'page', file + '.js'));
const people = fs
  .readFileSync(tokens, 'utf8')
  .trim()
  .split('\n')
  .map((l) => l.split('\t'))
  .filter((p, i, all) => all.findIndex((x) => x[1] === p[1]) === i);
let passed = 0,
  failed = 0;
const say = (good, what) => {
  if (good) passed++;
  else {
    failed++;
    console.log('FAILED ' + what);
  }
};
fs.mkdirSync(out, {recursive: true});

/** An address of each pattern, with a record that this person may see. */
async function examples(get) {
  const first = async (at) => {
    const r = await get(at);
    return r && r.items && r.items[0] ? r.items[0] : null;
  };
  const loan = (await first('/v1/loans?limit=1&state=overdue')) || (await first('/v1/loans?limit=1'));
  const of = {
    '/console/loans/{id}': loan && `/console/loans/${loan.id}`,
    '/console/targets/{target}': '/console/targets/T1?quarter=2022Q3',
    '/console/cockpit': '/console/cockpit?quarter=2022Q3',
    '/console/reports/{quarter}': '/console/reports/2022Q3?section=by_district',
    '/console/reports/{quarter}/rows': '/console/reports/2022Q3/rows?section=by_district&row=310115&column=amount',
    '/console/reports/{quarter}/seal': '/console/reports/2022Q3/seal',
    '/console/reports/{quarter}/diff': '/console/reports/2021Q1/diff',
    '/console/enterprises/{uscc}': loan && `/console/enterprises/${loan.borrower_uscc}`,
    '/console/ip/{number}': loan && `/console/ip/${loan.ip[0].number}`,
    '/console/receipts/{id}': loan && `/console/receipts/${loan.id}`,
    '/console/plans/{plan}/figures':
      '/console/plans/sh-2021-2023/figures?side=sme_acquisition&figure=count&period=2021',
    '/console/measures/{no}': '/console/measures/17',
    '/console/fund/{scheme}': '/console/fund/ZS',
  };
  for (const [path_, api] of [
    ['/console/claims/{id}', '/v1/claims'],
    ['/console/coverages/{id}', '/v1/coverages'],
    ['/console/proposals/{id}', '/v1/proposals'],
    ['/console/applications/{id}', '/v1/applications'],
    ['/console/policies/{id}', '/v1/policies'],
    ['/console/flags/{id}', '/v1/flags'],
    ['/console/deals/{id}', '/v1/ip-deals'],
    ['/console/insurance/{id}', '/v1/insurance-policies'],
  ]) {
    const item = await first(api + '?limit=1');
    of[path_] = item && item.id ? path_.replace('{id}', item.id) : null;
  }
  const offer = await first('/v1/catalogue-offers?limit=1'), event = await first('/v1/matching-events?limit=1'), scheme = await first('/v1/schemes?limit=1');
  of['/console/catalogue/{side}/{id}'] = offer && `/console/catalogue/offers/${offer.id}`;
  of['/console/events/{id}'] = event && `/console/events/${event.id}`;
  of['/console/schemes/{id}'] = scheme && `/console/schemes/${scheme.id}`;
  const account = await first('/v1/accounts?limit=1');
  of['/console/accounts/{code}'] = account && `/console/accounts/${encodeURIComponent(account.code)}`;
  return of;
}

const looked = new Set(), MODULES = 15;
let most = [0, ''];
/** Files of script that a page asked for when it was opened by its address. */
async function count_scripts(w, kind, at) {
  const n = await w.page.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.endsWith('.js')).length);
  say(n <= MODULES, `${kind} ${at}: ${n} modules`);
  if (n > most[0]) most = [n, at];
}


/** Of rows that are built alike three stay: the hundredth tells axe and whoever looks at the picture no more than the third. */
const thin_out = (w) => w.page.evaluate(() => {
  const met = new Map();
  for (const row of document.querySelectorAll('tbody tr')) {
    const shape = [row, ...row.querySelectorAll('*')].map((e) => e.tagName + e.getAttributeNames() + e.getAttribute('class')).join();
    met.set(shape, (met.get(shape) || 0) + 1);
    if (met.get(shape) > 3) row.remove();
  }
});

const ENGLISH = 'auditor'; // his pages were all seen in Chinese before
/**
 * What a page says of itself: its heading and beginning; in English, Chinese that is ours or is not told as Chinese, so that it would be
 * read out wrongly; for those who may see an account's entries, names of accounts that lead nowhere.
 */
const read = (w, english, accounts) => w.page.evaluate(([is_english, of_accounts]) => {
  const main = document.querySelector('main'), han = /[\u3400-\u9fff]/, chinese = [], texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  for (let n = is_english && texts.nextNode(); n; n = texts.nextNode()) {
    const of = n.parentElement, ours = of.closest('th[scope=col], dt, label, legend, button, summary, caption, .badge, h2, h3');
    if (han.test(n.data) && (ours ? !of.closest('bdi') && of.tagName !== 'OPTION' : !of.closest('[lang^=zh], option, code, pre, svg'))) chinese.push(n.data);
  }
  const unlinked = !of_accounts ? [] : [...main.querySelectorAll('td, th, dd')].filter((x) => !x.closest('a') && !x.querySelector('a') &&
    /^(fund|appropriation|adjustment|paid|recovered|granted|subsidy):\w/.test(x.textContent.trim())).map((x) => x.textContent.trim());
  return {heading: document.querySelector('h1').textContent, said: main.textContent.slice(0, 250), chinese: chinese.slice(0, 5), unlinked};
}, [english, accounts]);

async function look(w, kind, file, at, shown) {
  const resize = (size) => w.page.setViewportSize({width: SIZES[size][0], height: SIZES[size][1]});
  for (const size of ['1920', '390', '1366']) { // with all that there is in it
    await resize(size);
    const wide = await w.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    say(wide <= 0, `${kind} ${at}: ${wide} px wider than ${size}`);
  }
  await thin_out(w);
  const name = path.join(out, `${kind}-${file}`);
  if (!shown) {
    const found = await axe_finds(w);
    say(!found.length, `${kind} ${at}: axe ${found.join('; ')}`);
    await shoot(w, `${name}-1366.png`);
    const drawn = await w.page.$('.chart');
    for (const size of ['390', '1920']) {
      await resize(size);
      if (drawn) await step(w, at); // pictures are drawn for the width that they have
      await shoot(w, `${name}-${size}.png`);
    }
    await resize('1366');
  }
  await w.page.pdf({path: `${name}.pdf`, format: 'A4', preferCSSPageSize: true, printBackground: true});
}

async function visit_all(browser, kind, token) {
  const w = await open(browser, url, {bypass: true, live: !!process.env.LIVE}),
    me = (await sign_in(w, token)).me;
  const get = async (at) => {
    const r = await w.context.request.get(url + at);
    return r.ok() ? r.json() : null;
  };
  const of = await examples(get);
  for (const [pattern, file, needs] of ROUTES) {
    const at = of[pattern] || (pattern.includes('{') ? null : pattern);
    if (!built(file) || !at || !me.may.includes(needs)) continue;
    try {
      const first = !looked.has(pattern);
      looked.add(pattern);
      const by_address = first || w.page.url() === 'about:blank';
      const english = kind === ENGLISH;
      await (by_address ? visit : step)(w, english && by_address ? at + (at.includes('?') ? '&' : '?') + 'lang=en' : at);
      const page = await read(w, english, me.may.includes('GET /v1/accounts/{code}/entries'));
      say(!/页面出错|连不上|The page failed|cannot be reached/.test(page.heading), `${kind} ${at}: ${page.heading} ${page.said}`);
      say(!page.chinese.length, `${kind} ${at}: not English: ${page.chinese.join(' | ')}`);
      say(!page.unlinked.length, `${kind} ${at}: not linked ${page.unlinked}`);
      if (by_address) await count_scripts(w, kind, at);
      if (first || process.env.EVERY) await look(w, kind, file, at, SHOWN[pattern] && !process.env.EVERY);
      say(!w.faults.length, `${kind} ${at}: ${w.faults.splice(0).join('; ')}`);
    } catch (e) {
      say(false, `${kind} ${at}: ${String(e.message).slice(0, 300)}`);
    }
  }
  await w.context.close();
}

/** Whether the service is well is read without signing in. */
async function status(browser) {
  const w = await open(browser, url, {bypass: true, live: !!process.env.LIVE}), at = '/console/status';
  await visit(w, at);
  const said = (await w.page.textContent('main')).replace(/\s+/g, ' ');
  say(/服务进程.*运行中.*可以受理.*是.*签名日志.*[1-9][\d,]* 条.*程序版本\d+\.\d+.*结构版本\d{3,}已运行.*(\d+ (天|小时|分钟)|不到 1 分钟)最近核验.*夜间预警扫描/.test(said), `${at}: ${said}`);
  await look(w, 'nobody', 'status', at);
  await w.page.locator('main a[href="/console/"]').click();
  await w.page.waitForSelector('.signin h1');
  say(!w.faults.length, `${at}: ${w.faults.splice(0).join('; ')}`);
  await w.context.close();
}

const browser = await launch();
const asked = people.filter((p) => !process.env.KINDS || process.env.KINDS.split(',').includes(p[1]));
await status(browser);
const LANES = 3; // most of the time is waiting until nothing comes any more
await Promise.all(
  Array.from({length: LANES}, async () => {
    for (let p = asked.shift(); p; p = asked.shift()) await visit_all(browser, p[1], p[2]);
  }),
);
await browser.close();
console.log(`figure: files of script of a page: at most ${most[0]} (${most[1]}, bar ${MODULES})`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
