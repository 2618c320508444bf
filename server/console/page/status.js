/**
 * status.js - is the service well: read without signing in.
 */
import {answer, to_end} from '../api.js';
import {h} from '../h.js';
import {count} from '../fmt.js';
import {badge, card, facts} from '../table.js';
import {t} from '../words.js';

async function load() {
  const ask = async (at) => {
    const r = await answer('GET', at);
    return {ok: r.ok, said: await to_end(r.json())};
  };
  const [ready, alive] = await Promise.all([ask('/readyz'), ask('/healthz')]);
  const checkpoint = await fetch('/v1/log/checkpoint', {cache: 'no-store'})
    .then((r) => (r.ok ? r.text() : ''))
    .catch(() => '');
  return {ready: ready.ok, why: ready.said.title || null, alive: alive.ok, log: checkpoint.split('\n')};
}

export const page = {
  load,
  title: () => t('运行状况', 'Status'),
  tools: (ctx) => h('button', {type: 'button', onclick: ctx.reload}, t('刷新', 'Again')),
  view: (ctx, d) =>
    card(
      null,
      facts([
        [
          t('服务进程', 'Process'),
          d.alive ? badge(null, 'good', t('运行中', 'Alive')) : badge(null, 'bad', t('无应答', 'Silent')),
        ],
        [
          t('可以受理', 'Takes records'),
          d.ready ? badge(null, 'good', t('是', 'Yes')) : [badge(null, 'bad', t('否', 'No')), ' ', d.why],
        ],
        [
          t('签名日志', 'Signed log'),
          d.log[1] ? t(`${count(d.log[1])} 条（${d.log[0]}）`, `${count(d.log[1])} entries (${d.log[0]})`) : '—',
        ],
        [t('登录', 'Sign in'), h('a', {href: '/console/'}, t('回到首页', 'To the first page'))],
      ]),
    ),
};
