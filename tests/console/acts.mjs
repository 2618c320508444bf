/**
 * acts.mjs - what the stories share: windows of persons, keys, axe, pictures. A story is run as
 *   node act_x.mjs '{"url": …, "out": …, "tokens": {role: …}, …}'
 * and fails by an exception; whatever the browser complains of fails it, too.
 */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {axe_finds, launch, open, shoot, sign_in, SIZES, step, tab_to, turn} from './browser.mjs';

export {assert, tab_to};
export const given = JSON.parse(process.argv[2] || '{}');

export async function story(tell) {
  const browser = await launch(), windows = [];
  /** A window in which that person is signed in. */
  const as = async (role, options = {}) => {
    const w = await open(browser, given.url, Object.assign({live: !!process.env.LIVE}, options));
    if (role) w.csrf = (await sign_in(w, given.tokens[role])).csrf;
    w.role = role;
    w.page.setDefaultTimeout(30000);
    windows.push(w);
    return w;
  };
  try {
    fs.mkdirSync(given.out, {recursive: true});
    await tell(as);
    for (const w of windows) assert.deepEqual(w.faults, [], `the browser of ${w.role} complains`);
  } catch (e) {
    for (const w of windows) {
      await w.page.screenshot({path: path.join(given.out, `failed-${w.role}.png`), fullPage: true}).catch(() => null);
      console.error(w.role, w.page.url(), w.faults, await w.page.evaluate(() => document.activeElement && document.activeElement.outerHTML.slice(0, 200)).catch(() => null));
    }
    throw e;
  } finally {
    await browser.close();
  }
}

/** Goes to a page and waits until it stands: by its address the first time, then as by a link, which loads no file twice. */
export async function visit(w, at) {
  await (w.here ? turn(w, at) : w.page.goto(w.url + at, {waitUntil: 'domcontentloaded'}));
  await w.page.waitForSelector('main[data-ready] h1'); // what counts the tasks in the menu may still be under way
  w.here = true;
}

export const text = (w, at) => w.page.locator(at).first().innerText();
export async function says(w, at, what) {
  await w.page.locator(at).filter({hasText: what}).first().waitFor({timeout: 30000});
}

/** By keyboard alone: Tab as far as there, then what is typed, or Enter. */
export async function typed(w, at, what) {
  await tab_to(w, at);
  await w.page.keyboard.type(what);
}
export async function enter(w, at) {
  await tab_to(w, at);
  await w.page.keyboard.press('Enter');
}

/**
 * Nothing that axe finds, on the pages as they stand in another window of the same person (axe needs a script of its own), which
 * goes from one to the other as by a link; of those that have a name pictures are taken on the way.
 */
export async function accessible(as, role, paths, expect = [], names = []) {
  const w = await as(role, {bypass: true, expect});
  await visit(w, paths[0]);
  for (const [i, at] of paths.entries()) {
    if (i) await step(w, at);
    const found = await axe_finds(w);
    assert.deepEqual(found, [], at);
    if (names[i]) await pictures(w, names[i]);
  }
}

/** Pictures at the three sizes; at none of them is there anything to be scrolled to sideways. */
export async function pictures(w, name, at) {
  if (at) await visit(w, at);
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await w.page.setViewportSize({width, height});
    await shoot(w, path.join(given.out, `${name}-${size}.png`));
    assert.ok(await w.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} at ${size} is too wide`);
  }
  await w.page.setViewportSize({width: 1366, height: 768});
}

/** On paper, at most so many pages; what is read there. */
export async function paper(w, name, most) {
  const file = path.join(given.out, name + '.pdf');
  await w.page.pdf({path: file, format: 'A4', preferCSSPageSize: true, printBackground: true});
  const pages = Number(/^Pages:\s+(\d+)/m.exec(execFileSync('pdfinfo', [file], {encoding: 'utf8'}))[1]);
  assert.ok(pages <= most, `${name} has ${pages} pages`);
  return execFileSync('pdftotext', ['-layout', file, '-'], {encoding: 'utf8'});
}
