/**
 * app.js - from an address to a page: session, routes, history, keys.
 */
import {h, replace, with_query} from './h.js';
import {csrf_set, get, Gone, on_changed, on_signed_out, post, Refusal} from './api.js';
import {drafts_are_of} from './form.js';
import {failed, menu, not_built, not_there, page_nodes, skeleton, SYSTEM, top_bar, upgraded} from './frame.js';
import {landing_of, menu_of, OPEN, route_of} from './routes.js';
import {enter_by_link, session, sign_in_again, sign_in_page} from './signin.js';
import {city_set, is_english, language_set, load_offices, load_places, t, words_take} from './words.js';

const main = h('main', {id: 'main', tabindex: '-1'});
// Asked for once, beside what a page asks for itself: titles of words, names of places. Without them codes are shown.
const titles = get('/v1/words')
  .then(words_take)
  .catch(() => null);
let me = null,
  places_come = null,
  counts = {},
  shown = null;

// ---- the address ---------------------------------------------------------------------------------

const query_now = () => Object.fromEntries(new URLSearchParams(location.search));

function remembered(key, words, fallback) {
  const asked = query_now()[key];
  if (words.includes(asked)) sessionStorage.setItem(key, asked);
  const kept = sessionStorage.getItem(key);
  return words.includes(kept) ? kept : fallback;
}

function context(path, at) {
  const query = query_now();
  return {
    me,
    path,
    at,
    query,
    today: me ? me.today : null,
    unit: remembered('unit', ['yi', 'wan', 'yuan'], null),
    href: (changes) => with_query(path, Object.assign({}, query, changes)),
    go,
    reload: () => show(false),
    may: (what) => !!me && me.may.includes(what),
  };
}

export function go(href) {
  if (href !== location.pathname + location.search) history.pushState(null, '', href);
  show(true);
}

// ---- the frame -----------------------------------------------------------------------------------

async function sign_out() {
  await post('/console/sign-out').catch(() => null);
  sessionStorage.clear();
  csrf_set(null);
  me = null;
  location.assign('/console/');
}

function draw_frame() {
  const lang = with_query(location.pathname, Object.assign(query_now(), {lang: is_english() ? 'zh' : 'en'}));
  replace(
    document.body,
    top_bar(me, lang, sign_out),
    h('div', {class: 'page' + (me ? '' : ' alone')}, me ? menu(me, location.pathname, counts) : null, main),
  );
  const here = innerWidth <= 900 && document.querySelector('nav.menu [aria-current]'); // a strip on a phone
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 48;
}

async function count_tasks() {
  if (!me || !me.may.includes('GET /v1/tasks')) return;
  const tasks = await get('/v1/tasks', {limit: 1, total: 'true'}).catch(() => null);
  const before = counts.tasks;
  counts = tasks && tasks.total ? {tasks: tasks.total > 99 ? '99+' : tasks.total} : {};
  const old = document.querySelector('nav.menu');
  if (!old || counts.tasks === before) return; // what did not change stays under the reader's hand
  const now = menu(me, location.pathname, counts),
    at = [...old.children].indexOf(document.activeElement);
  old.replaceWith(now);
  if (at >= 0) now.children[at].focus();
}

// ---- a page --------------------------------------------------------------------------------------

async function load_page(file) {
  try {
    return (await import(`./page/${file}.js`)).page;
  } catch (e) {
    if (!/fetch|import/i.test(String(e && e.message))) throw e;
    const there = await fetch(import.meta.url, {method: 'HEAD', cache: 'no-store'}).catch(
      () => null,
    );
    return there && there.status === 404 ? 'upgraded' : there ? 'unbuilt' : 'gone';
  }
}

function put_page(page, ctx, data, is_new) {
  const title = page.title(ctx, data),
    keep = is_new ? null : kept_focus(),
    top = is_new ? 0 : window.scrollY;
  document.title = `${title} · ${SYSTEM()}`;
  main.className = 'of-' + ctx.file;
  document.body.dataset.of = ctx.file; // on paper
  replace(
    main,
    page_nodes(
      title,
      page.sub ? page.sub(ctx, data) : null,
      page.tools ? page.tools(ctx, data) : null,
      page.view(ctx, data),
    ),
  );
  window.scrollTo(0, top);
  focus_again(keep, is_new);
}

// The link or button that was used to change the page keeps the focus: found again by what it says and where.
function kept_focus() {
  const node = document.activeElement;
  return node && main.contains(node)
    ? {id: node.id, tag: node.tagName, text: node.textContent, of: node.parentElement.className}
    : null;
}
function focus_again(keep, is_new) {
  const same =
    keep &&
    ((keep.id && document.getElementById(keep.id)) ||
      [...main.querySelectorAll(keep.tag)].find(
        (n) => n.textContent === keep.text && n.parentElement.className === keep.of,
      ));
  const target = same || (is_new && shown.times > 1 ? document.getElementById('heading') : null);
  if (target) target.focus({preventScroll: true});
}

async function page_for(path) {
  const found = OPEN[path] ? {file: OPEN[path], at: {}} : route_of(path);
  if (!found || (!OPEN[path] && !me.may.includes(found.needs))) return {node: not_there()};
  const page = await load_page(found.file);
  const bad = {upgraded, unbuilt: not_built}[page];
  if (bad) return {node: bad()};
  if (page === 'gone') throw new Gone(t('连不上服务器', 'The server cannot be reached'));
  const ctx = Object.assign(context(path, found.at), {file: found.file});
  const [data] = await Promise.all([page.load ? page.load(ctx) : null, titles, places_come]);
  return {page, ctx, data};
}

async function show(is_new) {
  const run = (shown = {times: shown ? shown.times + 1 : 1}),
    path = location.pathname.replace(/(.)\/$/, '$1');
  delete main.dataset.ready;
  language_set(remembered('lang', ['zh', 'en'], 'zh'));
  if (!me && !OPEN[path]) {
    draw_frame();
    sign_in_page(main, signed_in);
    return;
  }
  if (path === '/console' || path === '/console/enter') {
    history.replaceState(null, '', landing_of(me));
    show(is_new);
    return;
  }
  if (is_new) draw_frame();
  const slow = setTimeout(() => {
    if (run === shown && is_new) replace(main, skeleton());
  }, 200);
  try {
    const got = await page_for(path);
    if (run !== shown) return;
    clearTimeout(slow);
    if (got.node) {
      main.className = '';
      document.title = `${got.node.querySelector('h1').textContent} · ${SYSTEM()}`;
      replace(main, got.node);
    } else put_page(got.page, got.ctx, got.data, is_new);
  } catch (e) {
    if (run !== shown) return;
    clearTimeout(slow);
    replace(
      main,
      failed(e, () => show(true)),
    );
    document.title = main.querySelector('h1').textContent + ' · ' + SYSTEM();
    if (!(e instanceof Refusal || e instanceof Gone)) console.warn(e);
  } finally {
    clearTimeout(slow);
    if (run === shown) {
      main.dataset.ready = String(run.times);
      performance.mark('shown'); // the browser's own tools tell when a page could be used
    }
  }
}

function signed_in(who) {
  me = who;
  drafts_are_of(me);
  city_set(me.city);
  places_come = Promise.all([load_places(get), load_offices(get)].map((come) => come.catch(() => null)));
  show(true).then(count_tasks); // the page first
}

// ---- links and keys ------------------------------------------------------------------------------

document.addEventListener('click', (e) => {
  const a = e.target.closest ? e.target.closest('a[href]') : null,
    href = a && a.getAttribute('href');
  if (
    !href ||
    e.defaultPrevented ||
    e.button ||
    e.ctrlKey ||
    e.metaKey ||
    e.shiftKey ||
    e.altKey ||
    a.hasAttribute('download')
  )
    return;
  if (!href.startsWith('/console') || href.startsWith('/console/-/')) return;
  e.preventDefault();
  const same = href.split('?')[0] === location.pathname && !a.dataset.full;
  if (href !== location.pathname + location.search) history.pushState(null, '', href);
  show(!same);
});
window.addEventListener('popstate', () => show(true));

let after_g = false;
document.addEventListener('keydown', (e) => {
  if (
    !me ||
    e.ctrlKey ||
    e.metaKey ||
    e.altKey ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) ||
    document.querySelector('dialog[open]')
  )
    return;
  const items = menu_of(me),
    n = after_g ? '1234567890'.indexOf(e.key) : -1;
  if (n >= 0 && items[n]) go(items[n].href);
  after_g = e.key === 'g';
  if (e.key === '/') {
    const search = main.querySelector('[role=search] input');
    if (search) {
      e.preventDefault();
      search.focus();
    }
  }
  if (e.key === '?')
    import('./dialog.js').then(({confirm}) =>
      confirm({
        title: t('快捷键', 'Keys'),
        verb: t('知道了', 'Close'),
        body: h(
          'ul',
          null,
          items.slice(0, 10).map((m, i) => h('li', null, `g ${(i + 1) % 10}　${m.title}`)),
          h('li', null, '/　', t('搜索', 'Search')),
        ),
      }),
    );
});

let recount = null;
on_changed(() => {
  clearTimeout(recount);
  recount = setTimeout(count_tasks, 300); // the page itself asks first
});
on_signed_out(async () => {
  me = await sign_in_again(me);
});
(async () => {
  language_set(remembered('lang', ['zh', 'en'], 'zh'));
  draw_frame();
  if (location.pathname === '/console/enter' && location.hash.length > 1) {
    await enter_by_link(main, signed_in);
    return;
  }
  const wanted = route_of(location.pathname);
  if (wanted) load_page(wanted.file).catch(() => null); // it comes while the server says who is there
  try {
    const who = await session();
    if (who) signed_in(who);
    else show(true);
  } catch (e) {
    replace(
      main,
      failed(e, () => location.reload()),
    );
  }
})();
