/**
 * browser.mjs - Debian's Chromium on a running daemon: signed in, watched for anything that should not be.
 */
import {chromium} from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const HERE = path.dirname(fileURLToPath(import.meta.url));
export const FILES = path.join(HERE, '..', '..', 'server', 'console');
export const SIZES = {1366: [1366, 768], 1920: [1920, 1080], 390: [390, 844]};

// The shell without windows takes half the time of the whole browser, which serves where it is there already.
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || BROWSERS.find((x) => fs.existsSync(x)),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none', '--force-color-profile=srgb', '--lang=zh-CN'],
  });

/**
 * A window: {context, page, faults}. faults: errors of the console, of scripts, requests elsewhere, dialogs of the browser.
 * live: files come from the tree and not from the daemon, so that a page can be looked at while it is written.
 */
export async function open(browser, url, {size = 1366, live = false, bypass = false, expect = []} = {}) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: {width, height},
    bypassCSP: bypass,
    acceptDownloads: true,
  });
  const page = await context.newPage(),
    faults = [];
  const told = (what) => {
    if (!expect.some((x) => x.test(what))) faults.push(what);
  };
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') told(`${m.type()}: ${m.text()} ${m.location().url}`);
  });
  page.on('pageerror', (e) => told('script: ' + e.message));
  page.on('dialog', (d) => {
    told('dialog: ' + d.message());
    d.dismiss();
  });
  page.on('request', (r) => {
    if (!r.url().startsWith(url) && !/^(blob|data):/.test(r.url())) told('elsewhere: ' + r.url());
  });
  await context.addInitScript(count_asked);
  if (live) await serve_live(context);
  return {context, page, faults, url};
}

/** In every page from its first script on: what it has asked for and not read to the end is counted where it waits. */
function count_asked() {
  let n = 0;
  const counted = (of, name) => {
    const ask = of[name];
    of[name] = function (...all) {
      n++;
      return ask.apply(this, all).finally(() => { n--; });
    };
  };
  counted(window, 'fetch');
  for (const name of ['json', 'text', 'blob', 'arrayBuffer']) counted(Response.prototype, name);
  window.asking = () => n > 0;
}

const TYPES = {'.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml'};
async function serve_live(context) {
  await context.route(/\/console\/-\/[^/]+\//, (route) => {
    const name = new URL(route.request().url()).pathname.replace(/^\/console\/-\/[^/]+\//, '');
    const file = path.join(FILES, name);
    if (name === 'base.js') return route.fulfill({status: 200, contentType: TYPES['.js'], body: "import './app.js';"}); // each by itself
    if (!fs.existsSync(file)) return route.fulfill({status: 404, body: ''});
    return route.fulfill({
      status: 200,
      contentType: TYPES[path.extname(file)] + '; charset=utf-8',
      body: fs.readFileSync(file),
    });
  });
}

/** Signs in by token, without the form. */
export async function sign_in(w, token) {
  const r = await w.context.request.post(w.url + '/console/session', {data: {token}});
  if (r.status() !== 200) throw new Error('sign-in: ' + r.status() + ' ' + (await r.text()));
  return r.json();
}

/** Goes to a page and waits until it is there. */
export async function visit(w, at) {
  await w.page.goto(w.url + at, {waitUntil: 'domcontentloaded'});
  await ready(w);
}

/** The same within the console, as by a link: `turn` goes there, the page that stood is gone then. */
export const turn = (w, at) => w.page.evaluate((href) => {
  history.pushState(null, '', href);
  dispatchEvent(new PopStateEvent('popstate'));
}, at);
export async function step(w, at) {
  await w.page.evaluate(stands, at);
}

const AXE = () => fs.readFileSync(path.join(HERE, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const AROUND = {exclude: [['nav.menu'], ['header.top']]}; // what stands around every page alike: once a window is enough
const cdp = async (w) => (w.cdp ||= await w.context.newCDPSession(w.page));

/** What axe finds on the page. Its script goes past playwright, so that the browser keeps it compiled from one document to the next. */
export async function axe_finds(w) {
  if (!(await w.page.evaluate(() => !!window.axe))) await (await cdp(w)).send('Runtime.evaluate', {expression: AXE()});
  const found = await w.page.evaluate((of) => window.axe.run(of || document, {resultTypes: ['violations'], preload: false})
    .then((r) => r.violations.map((v) => `${v.id} ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(' | ')}`)), w.looked ? AROUND : null);
  w.looked = true;
  return found;
}

/** The whole page as a picture; packed quickly, not tightly. What is in sight as a whole need not be laid out anew for it. */
export async function shoot(w, file) {
  const [width, height, seen] = await w.page.evaluate(() => [innerWidth, document.documentElement.scrollHeight, innerHeight]), more = height > seen;
  const made = await (await cdp(w)).send('Page.captureScreenshot', Object.assign({format: 'png', optimizeForSpeed: true, captureBeyondViewport: more},
    more ? {clip: {x: 0, y: 0, width, height, scale: 1}} : null));
  fs.writeFileSync(file, Buffer.from(made.data, 'base64'));
}

/**
 * In the page: goes to an address, if one is told, and waits until it stands: the heading is there, no skeleton is, no answer is still to
 * come, and what came has been drawn.
 */
function stands(href) {
  if (href) {
    history.pushState(null, '', href);
    dispatchEvent(new PopStateEvent('popstate'));
  }
  return new Promise((done, failed) => {
    const until = Date.now() + 30000;
    const is_there = () => !window.asking() && !document.querySelector('.skeleton') && !!document.querySelector('main[data-ready] h1, .page.alone main .signin h1');
    const look = () => {
      if (Date.now() > until) failed(new Error(`${location.pathname} does not come to rest`));
      else if (!is_there()) setTimeout(look, 5);
      else requestAnimationFrame(() => setTimeout(() => (is_there() ? done() : look())));
    };
    look();
  });
}
/** Waits until nothing is being loaded. */
export const ready = (w) => w.page.evaluate(stands);

/** In the page: after how many presses of Tab the focus should be on what is looked for, an element or what a selector fits; null: never. */
function stops_to(target) {
  const now = document.activeElement, is_it = (x) => (typeof target === 'string' ? x.matches(target) : x === target);
  if (!now || now === document.body) return 1; // where it goes on from the browser alone knows
  if (is_it(now)) return 0;
  const group = (x) => [...(x.form || document).querySelectorAll('input[type=radio]')].filter((y) => y.name === x.name);
  const is_stop = (x) => x.tabIndex >= 0 && !x.matches(':disabled') && x.checkVisibility({visibilityProperty: true}) &&
    (x.type !== 'radio' || x === (group(x).find((y) => y.checked) || group(x)[0]));
  const box = [...document.querySelectorAll('dialog[open]')].pop() || document;
  const all = [...box.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((x) => x === now || is_stop(x));
  const here = all.includes(now) ? all.indexOf(now) : all.filter((x) => now.compareDocumentPosition(x) & Node.DOCUMENT_POSITION_PRECEDING).length - 1;
  const n = [...all.slice(here + 1), ...all.slice(0, Math.max(here, 0))].findIndex(is_it);
  return n < 0 ? null : n + 1;
}

/**
 * As far as there by Tab alone, to a locator or to the nearest that a selector fits. The page says how many presses are likely, and where
 * they led is looked at: fields of a day have several stops, and what comes late is waited for.
 */
export async function tab_to(w, where, most = 250) {
  const to_go = () => (typeof where === 'string' ? w.page.evaluate(stops_to, where) : where.first().evaluate(stops_to));
  const keys = await cdp(w), key = (type) => keys.send('Input.dispatchKeyEvent', {type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9});
  for (let pressed = 0, n = await to_go(); pressed <= most; n = await to_go()) {
    if (n === 0) return;
    const times = Math.min(n || 1, most + 1 - pressed);
    await Promise.all(Array.from({length: times}, () => [key('rawKeyDown'), key('keyUp')]).flat());
    pressed += times;
  }
  throw new Error(`no way by Tab to ${where}`);
}
