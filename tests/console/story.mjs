/**
 * story.mjs - what a story's file needs: the daemon (URL, TOKENS of the call), a signed-in window for a role, checks that are counted.
 *
 *   await story('U1 …', async ({as, is, url, token}) => { const w = await as('finance'); …; is(await text(w, 'h1'), '目标总览'); });
 */
import fs from 'node:fs';
import path from 'node:path';
import {launch, open, ready, shoot, sign_in, tab_to} from './browser.mjs';

const [url, tokens, out] = process.argv.slice(2);
const people = fs
  .readFileSync(tokens, 'utf8')
  .trim()
  .split('\n')
  .map((l) => l.split('\t'));
/** The first token of a kind, or that of an organisation's code. */
export const token = (who) => people.find((p) => p[1] === who || p[0] === who)[2];

let passed = 0,
  failed = 0;
export function is(got, want, what = '') {
  const good = want instanceof RegExp ? want.test(String(got)) : JSON.stringify(got) === JSON.stringify(want);
  if (good) passed++;
  else {
    failed++;
    console.log(
      `FAILED ${what} got ${JSON.stringify(got)} want ${want instanceof RegExp ? want : JSON.stringify(want)}`,
    );
  }
  return good;
}
export const text = async (w, selector) => ((await w.page.textContent(selector)) || '').replace(/\s+/g, ' ').trim();
/** By mouse, and by keyboard alone: Tab as far as there, then Enter. A path is told once and walked with either. */
export async function by_mouse(w, where) {
  await where.first().click();
  await ready(w);
}
export async function by_keys(w, where) {
  await tab_to(w, where);
  await w.page.keyboard.press('Enter');
  await ready(w);
}
/** How a hand writes into a field, and how it chooses of a list. */
export const HANDS = [
  {by: by_mouse, write: async (w, where, what) => { await where.first().click(); await w.page.keyboard.type(what); },
    choose: (w, where, value) => where.first().selectOption(value)},
  {by: by_keys, write: async (w, where, what) => { await tab_to(w, where); await w.page.keyboard.type(what); },
    choose: async (w, where, value) => {
      await tab_to(w, where);
      for (let i = 0; i < 40 && (await where.first().inputValue()) !== value; i++) await w.page.keyboard.press('ArrowDown');
    }},
];

export async function picture(w, name, pdf) {
  fs.mkdirSync(out, {recursive: true});
  await shoot(w, path.join(out, name + '.png'));
  if (pdf) await w.page.pdf({path: path.join(out, name + '.pdf'), format: 'A4', preferCSSPageSize: true, printBackground: true});
}

export async function story(name, tell) {
  const browser = await launch(),
    windows = [];
  const as = async (who, options) => {
    const w = await open(browser, url, Object.assign({live: !!process.env.LIVE}, options));
    windows.push(w);
    if (who) w.me = (await sign_in(w, token(who))).me;
    return w;
  };
  try {
    await tell({as, is, url, out});
  } catch (e) {
    is(String(e.stack || e).slice(0, 900), 'nothing thrown', name);
    if (windows.length)
      await picture(windows[windows.length - 1], 'failed-' + name.replace(/\W+/g, '_')).catch(() => null);
  }
  for (const w of windows) is(w.faults, [], `${name}: the browser complains`);
  await browser.close();
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
