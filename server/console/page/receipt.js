/**
 * receipt.js - the receipt of a record in words, its proof to take along, and how anybody checks it.
 */
import {h, u} from '../h.js';
import {download, get, get_text} from '../api.js';
import {count, instant} from '../fmt.js';
import {print_button} from '../frame.js';
import {card, facts} from '../table.js';
import {t, whose} from '../words.js';

async function load(ctx) {
  const at = u`/v1/receipts/${ctx.at.id}`;
  const [receipt, proof] = await Promise.all([get(at), get_text(at, {format: 'tlog-proof'}).catch(() => null)]);
  return {receipt, proof, at};
}

export const page = {
  load,
  title: () => t('回执', 'Receipt'),
  sub: (ctx, d) => (d.receipt.leaf_text ? whose(d.receipt.leaf_text.split('\n')[5]) : null),
  tools: () => print_button(),
  view: (ctx, d) => {
    const r = d.receipt,
      lines = (r.leaf_text || '').split('\n');
    return [
      card(
        null,
        h(
          'p',
          {class: 'sentence'},
          t(
            `这笔记录是日志第 ${count(r.leaf)} 条，包含于 ${instant(r.signed_at)} 签名的 ${count(r.size)} 条之中。`,
            `This record is entry ${count(r.leaf)} of the log, among the ${count(r.size)} signed at ${instant(r.signed_at)}.`,
          ),
        ),
        h(
          'p',
          {class: 'quiet'},
          t(
            '有了这份回执，任何人无需本系统即可证明：这笔记录在那时已经存在，此后未被改动或抽走。',
            'With it anybody can prove, without this system, that the record was there at that time and has not been changed or taken out since.',
          ),
        ),
        h(
          'div',
          {class: 'buttons no-print'},
          h(
            'button',
            {
              type: 'button',
              class: 'primary',
              onclick: () => download(d.at + '?format=tlog-proof', `${ctx.at.id}.tlog-proof`),
            },
            t('下载证明（tlog-proof）', 'Download the proof'),
          ),
          h(
            'button',
            {type: 'button', onclick: () => download('/v1/log/key?format=vkey', 'log.vkeys')},
            t('下载公钥', 'Download the keys'),
          ),
        ),
      ),
      card(
        t('内容', 'What it covers'),
        facts([
          [t('记录编号', 'Record'), h('span', {class: 'mono'}, lines[1])],
          [t('版本', 'Version'), lines[2]],
          [t('内容摘要', 'Digest'), h('span', {class: 'mono'}, lines[3])],
          [t('记录时刻', 'Recorded at'), instant(lines[4])],
          [t('经办', 'By'), whose(lines[5])],
          [t('日志根', 'Root'), h('span', {class: 'mono'}, r.root)],
          [t('证明路径', 'Path'), t(`${r.path.length} 步`, `${r.path.length} steps`)],
        ]),
      ),
      card(
        t('自己验证', 'Check it yourself'),
        h('pre', {class: 'mono'}, `pledged verify-receipt ${ctx.at.id}.tlog-proof --key log.vkeys`),
      ),
      d.proof ? card(t('证明原文', 'The proof'), h('pre', {class: 'mono'}, d.proof)) : null,
    ];
  },
};
