/**
 * status.js - is the service well: read without signing in.
 */
import {answer, to_end} from '../api.js';
import {h} from '../h.js';
import {count, instant} from '../fmt.js';
import {badge, card, facts} from '../table.js';
import {t} from '../words.js';

async function load() {
  const ask = async (at) => {
    const r = await answer('GET', at);
    return {ok: r.ok, said: await to_end(r.json())};
  };
  const [ready, alive] = await Promise.all([ask('/readyz'), ask('/healthz')]);
  const [service, checkpoint] = await Promise.all([
    ask('/v1/status'),
    fetch('/v1/log/checkpoint', {cache: 'no-store'})
      .then((r) => (r.ok ? r.text() : ''))
      .catch(() => ''),
  ]);
  return {
    ready: ready.ok,
    why: ready.said.title || null,
    warnings: ready.said.warnings || [],
    alive: alive.ok,
    service: service.ok ? service.said : {},
    log: checkpoint.split('\n'),
  };
}

/** 3 天 4 小时, 12 分钟: the two largest parts, without what is nought. */
export function lasted(seconds) {
  const parts = [
    [Math.floor(seconds / 86400), '天', 'd'],
    [Math.floor(seconds / 3600) % 24, '小时', 'h'],
    [Math.floor(seconds / 60) % 60, '分钟', 'min'],
  ].filter(([n]) => n);
  return parts.length
    ? parts.slice(0, 2).map(([n, zh, en]) => t(`${n} ${zh}`, `${n} ${en}`)).join(' ')
    : t('不到 1 分钟', 'less than a minute');
}

/** What happened last, and what it may mean that it never did. */
const last = (at) => (at ? instant(at) : t('尚未进行', 'not yet'));

function versions(s) {
  if (!s.version) return [];
  return [
    [t('程序版本', 'Version'), s.version],
    [t('数据库结构版本', 'Schema version'), s.schema_version === undefined ? '—' : String(s.schema_version)],
    [t('已运行', 'Up for'), lasted(s.uptime_s)],
    [t('最近核验', 'Verified last'), last(s.verified_at)],
    [t('夜间预警扫描', 'Scanned for flags'), last(s.scanned_at)],
  ];
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
        d.warnings.length ? [t('须注意', 'To be looked at'), d.warnings.map((x) => h('div', null, x))] : null,
        [
          t('签名日志', 'Signed log'),
          d.log[1] ? t(`${count(d.log[1])} 条（${d.log[0]}）`, `${count(d.log[1])} entries (${d.log[0]})`) : '—',
        ],
        ...versions(d.service),
        ctx.me ? null : [t('登录', 'Sign in'), h('a', {href: '/console/'}, t('去登录', 'To the sign-in'))],
      ]),
    ),
};
