/**
 * frame.js - what is around every page: top bar, menu, heading; and the states of a page that is not there.
 */
import {h, name, replace} from './h.js';
import {error_summary} from './form.js';
import {Gone, Refusal} from './api.js';
import {is_english, t, title} from './words.js';
import {menu_of} from './routes.js';

export const SYSTEM = () => t('知识产权质押融资台账', 'IP-pledge financing ledger');

export function top_bar(me, lang_href, sign_out) {
  return h(
    'header',
    {class: 'top'},
    h('a', {class: 'skip', href: '#main'}, t('跳到正文', 'Skip to the content')),
    h('a', {class: 'system', href: '/console/'}, h('span', {class: 'mark', 'aria-hidden': 'true'}, '质'), SYSTEM()),
    h(
      'div',
      {class: 'who'},
      me
        ? [
            h('span', {class: 'org'}, name(me.organisation_name)),
            h('span', {class: 'kind'}, is_english() ? title('organisation.kind', me.kind) : me.kind_title),
            h('span', null, name(me.person)),
          ]
        : null,
      h('a', {href: lang_href, lang: is_english() ? 'zh-CN' : 'en', 'data-full': true}, is_english() ? '中文' : 'EN'),
      me ? h('button', {type: 'button', onclick: sign_out}, t('退出', 'Sign out')) : null,
    ),
  );
}

export function menu(me, path, counts) {
  const items = menu_of(me);
  const now =
    items
      .filter((m) => path === m.href || path.startsWith(m.href + '/'))
      .sort((a, b) => b.href.length - a.href.length)[0] ||
    (path.startsWith('/console/targets') ? items.find((m) => m.key === 'cockpit') : null);
  return h(
    'nav',
    {class: 'menu', 'aria-label': t('主菜单', 'Main menu')},
    items.map((m) =>
      h(
        'a',
        {href: m.href, 'aria-current': m === now ? 'page' : null},
        m.title,
        counts[m.key] ? h('span', {class: 'number'}, String(counts[m.key])) : null,
      ),
    ),
  );
}

/** The heading with its line and its tools, then the page. */
export function page_nodes(title, sub, tools, ...children) {
  return [
    h(
      'div',
      {class: 'heading'},
      h('div', null, h('h1', {tabindex: '-1', id: 'heading'}, title), sub ? h('p', {class: 'quiet'}, sub) : null),
      tools ? h('div', {class: 'tools'}, tools) : null,
    ),
    children,
  ];
}

export const print_button = () => h('button', {type: 'button', onclick: () => window.print()}, t('打印', 'Print'));

export function skeleton() {
  return h(
    'div',
    {class: 'skeleton', 'aria-busy': 'true'},
    h('p', {class: 'unseen'}, t('正在载入', 'Loading')),
    [1, 2, 3].map((i) => h('div', {class: 'bone b' + i})),
  );
}

function state(heading, text, ...next) {
  return h(
    'section',
    {class: 'state'},
    h('h1', {tabindex: '-1', id: 'heading'}, heading),
    text ? h('p', null, text) : null,
    next,
  );
}

export const not_there = () =>
  state(
    t('没有权限或不存在', 'Not there, or not for you'),
    t(
      '这一页不存在，或者您所在的机构看不到它。请核对地址，或从左边的菜单进入。',
      'There is no such page, or your organisation may not see it. Check the address or use the menu.',
    ),
    h('a', {href: '/console/'}, t('回到首页', 'To the first page')),
  );

export const not_built = () =>
  state(
    t('这一页还没有做好', 'This page is not ready yet'),
    t('请先使用接口或命令行办理。', 'Use the API or the command line meanwhile.'),
    h('a', {href: '/console/'}, t('回到首页', 'To the first page')),
  );

export const upgraded = () =>
  state(
    t('系统已升级，请刷新', 'The system was upgraded: load the page again'),
    null,
    h('button', {type: 'button', class: 'primary', onclick: () => location.reload()}, t('刷新', 'Load again')),
  );

/** What stands instead of a page that could not be loaded; `again` loads it. */
export function failed(error, again) {
  const retry = h('button', {type: 'button', class: 'primary', onclick: again}, t('重试', 'Try again'));
  if (error instanceof Gone)
    return state(
      t('连不上服务器', 'The server cannot be reached'),
      t('请检查网络；本页内容未变，恢复后点重试。', 'Check the network; nothing was changed.'),
      retry,
    );
  if (!(error instanceof Refusal)) {
    return state(t('页面出错', 'The page failed'), String(error && error.message), retry);
  }
  if (error.status === 404 || error.status === 403) return not_there();
  const of_address = error.errors.length && error.errors.every((e) => /^[?{]/.test(e.pointer || '')); // asking again would not help
  const node = state(
    of_address ? t('地址中的条件有误', 'The address cannot be read') : error.message,
    error.errors.length ? null : error.problem.detail,
    error.errors.length
      ? h(
          'ul',
          null,
          error.errors.map((e) => h('li', null, of_address ? h('code', {class: 'mono'}, e.pointer.replace(/[?{}]/g, ''), ' ') : null, e.title, e.cure ? `：${e.cure}` : null)),
        )
      : null,
    error.problem.request_id ? h('p', {class: 'quiet'}, t('请求编号 ', 'Request '), error.problem.request_id) : null,
    of_address ? h('p', null, h('a', {href: location.pathname, 'data-full': true}, t('去掉条件再看', 'Look without conditions')), '　', h('a', {href: '/console/'}, t('回到首页', 'To the first page'))) : retry,
  );
  if (error.status === 503 || error.status === 429) count_down(retry, error.retry_after || 1, again);
  return node;
}

function count_down(button, seconds, again) {
  const tick = (left) => {
    if (!button.isConnected && left < seconds) return;
    if (left <= 0) {
      again();
      return;
    }
    replace(button, t(`重试（${left} 秒后自动）`, `Try again (in ${left} s)`));
    setTimeout(() => tick(left - 1), 1000);
  };
  tick(seconds);
}
export {error_summary};
