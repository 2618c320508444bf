/**
 * seals.js - what proves the ledger: sealed quarters, the signed log, its witnesses, the results of each verify.
 */
import {h, u} from '../h.js';
import {download, get, get_text, maybe} from '../api.js';
import {count, instant, quarter_title} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, facts, table} from '../table.js';
import {t} from '../words.js';

async function load() {
  const [quarters, checks, witnesses, checkpoint] = await Promise.all([
    get('/v1/quarters'),
    maybe(get('/v1/verifications', {limit: 20})),
    maybe(get('/v1/log/witnesses')),
    get_text('/v1/log/checkpoint').catch(() => ''),
  ]);
  return {
    sealed: quarters.items.filter((q) => q.sealed_at).reverse(),
    checks: checks ? checks.items : [],
    witnesses: witnesses ? witnesses.items : [],
    checkpoint,
  };
}

function log_card(d) {
  const [origin, size, root] = d.checkpoint.split('\n');
  return card(
    t('签名日志', 'The signed log'),
    facts([
      [t('名称', 'Origin'), h('span', {class: 'mono'}, origin)],
      [t('条数', 'Entries'), h('strong', {id: 'log-size'}, count(size))],
      [t('根', 'Root'), h('span', {class: 'mono'}, root)],
      [
        t('签名', 'Signatures'),
        t(`${d.checkpoint.split('\n').filter((x) => x.startsWith('—')).length} 个（Ed25519、SM2）`, 'Ed25519, SM2'),
      ],
    ]),
    h(
      'div',
      {class: 'buttons no-print'},
      h(
        'button',
        {type: 'button', onclick: () => download('/v1/log/checkpoint', 'checkpoint.txt')},
        t('下载检查点', 'Download the checkpoint'),
      ),
      h(
        'button',
        {type: 'button', onclick: () => download('/v1/log/key?format=vkey', 'log.vkeys')},
        t('下载公钥', 'Download the keys'),
      ),
    ),
    h('p', {class: 'quiet'}, t('自己持续核对：', 'A watcher’s nightly run: ')),
    h('pre', {class: 'mono'}, 'pledged verify-log mirror --url … --token-file T --key log.vkeys'),
  );
}

const verify_card = (d) =>
  card(
    t('核对结果', 'Results of verify'),
    table({
      rows: d.checks,
      empty: t(
        '尚未核对过。每天夜间自动核对一次，也可随时用 pledged verify 核对。',
        'None yet. It runs each night, or by `pledged verify`.',
      ),
      columns: [
        {key: 'ended_at', title: t('时间', 'At'), cell: (c) => instant(c.ended_at)},
        {
          key: 'since',
          title: t('范围', 'Scope'),
          cell: (c) =>
            c.since ? t(`自第 ${count(c.since)} 条`, `since entry ${count(c.since)}`) : t('全部', 'Everything'),
        },
        {key: 'log_size', title: t('日志条数', 'Entries'), num: true, cell: (c) => count(c.log_size)},
        {
          key: 'defects',
          title: t('结果', 'Result'),
          cell: (c) =>
            c.defects
              ? [
                  badge(null, 'bad', t(`${count(c.defects)} 处不符`, `${count(c.defects)} differences`)),
                  h(
                    'details',
                    null,
                    h('summary', null, t('是哪些', 'Which')),
                    h(
                      'ul',
                      {class: 'mono'},
                      c.findings.map((x) => h('li', null, x)),
                    ),
                  ),
                ]
              : badge(null, 'good', t('一致', 'All agrees')),
        },
      ],
    }),
  );

const witness_card = (d) =>
  card(
    t('见证方', 'Witnesses'),
    table({
      rows: d.witnesses,
      empty: t('尚未设置见证方（设置项 witness）。', 'None is set (setting `witness`).'),
      columns: [
        {key: 'name', title: t('名称', 'Name')},
        {key: 'signed', title: t('已签到第几条', 'Signed up to'), num: true, cell: (w) => count(w.signed)},
        {
          key: 'trouble',
          title: t('状态', 'State'),
          cell: (w) => (w.trouble ? badge(null, 'bad', w.trouble) : badge(null, 'good', t('正常', 'Sound'))),
        },
      ],
    }),
  );

export const page = {
  load,
  title: () => t('封存与验证', 'Seals and proof'),
  sub: () =>
    t(
      '谁都不必被单独相信：封存有签名，记录有日志，日志有见证。',
      'Nobody need be believed alone: seals are signed, records are logged, the log has witnesses.',
    ),
  tools: () => print_button(),
  view: (ctx, d) => [
    card(
      t('已封存的季度', 'Sealed quarters'),
      table({
        rows: d.sealed,
        href: (q) => u`/console/reports/${q.quarter}/seal`,
        empty: t('还没有封存的季度。', 'None yet.'),
        columns: [
          {key: 'quarter', title: t('季度', 'Quarter'), cell: (q) => quarter_title(q.quarter)},
          {key: 'sealed_at', title: t('封存时刻', 'Sealed at'), cell: (q) => instant(q.sealed_at)},
          {key: 'loans', title: t('现有笔数', 'Loans now'), num: true, cell: (q) => count(q.loans)},
          {
            key: 'diff',
            title: t('差异', 'Differences'),
            cell: (q) => h('a', {href: u`/console/reports/${q.quarter}/diff`}, t('查看', 'See')),
          },
        ],
      }),
    ),
    h('div', {class: 'split'}, h('div', null, log_card(d)), h('div', null, verify_card(d), witness_card(d))),
  ],
};
