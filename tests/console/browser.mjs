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
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none', '--force-color-profile=srgb', '--lang=zh-CN'],
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
  const flying = new Set(); // what the page has asked for and not got yet
  page.on('request', (r) => /^https?:/.test(r.url()) && flying.add(r));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => flying.delete(r));
  if (live) await serve_live(context);
  return {context, page, faults, url, flying};
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
  await turn(w, at);
  await ready(w);
}

const AXE = () => fs.readFileSync(path.join(HERE, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
const AROUND = {exclude: [['nav.menu'], ['header.top']]}; // what stands around every page alike: once a window is enough
const cdp = async (w) => (w.cdp ||= await w.context.newCDPSession(w.page));

/** What axe finds on the page. Its script goes past playwright, so that the browser keeps it compiled from one document to the next. */
export async function axe_finds(w) {
  if (!(await w.page.evaluate(() => !!window.axe))) await (await cdp(w)).send('Runtime.evaluate', {expression: AXE()});
  const found = await w.page.evaluate((of) => window.axe.run(of || document, {resultTypes: ['violations']})
    .then((r) => r.violations.map((v) => `${v.id} ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(' | ')}`)), w.looked ? AROUND : null);
  w.looked = true;
  return found;
}

/** The whole page as a picture; packed quickly, not tightly. */
export async function shoot(w, file) {
  const [width, height] = await w.page.evaluate(() => [innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]);
  const made = await (await cdp(w)).send('Page.captureScreenshot', {format: 'png', optimizeForSpeed: true, captureBeyondViewport: true,
    clip: {x: 0, y: 0, width, height, scale: 1}});
  fs.writeFileSync(file, Buffer.from(made.data, 'base64'));
}

/** Nothing is on its way to the page, and what came has been drawn. */
async function still(w) {
  while (w.flying.size)
    await Promise.race(['requestfinished', 'requestfailed'].map((end) => w.page.waitForEvent(end, {timeout: 30000}).catch(() => null)));
  await w.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
}
/** Waits until nothing is being loaded: the heading stands, no skeleton does, and no answer is still to come. */
export async function ready(w) {
  await w.page.waitForSelector('main[data-ready] h1, .page.alone main .signin h1');
  do await still(w);
  while (w.flying.size || (await w.page.$('.skeleton')));
}
