/**
 * account.js - why a balance is what it is: opening, each posting with its cause, closing; held and available apart.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {money, sum} from '../fmt.js';
import {filter} from '../form.js';
import {print_button} from '../frame.js';
import {card, facts, pager, table} from '../table.js';
import {account_title} from '../titles_act.js';
import {t, title, whose} from '../words.js';

async function load(ctx) {
  const code = ctx.at.code,
    q = ctx.query;
  const [account, entries] = await Promise.all([
    get(u`/v1/accounts/${code}`),
    get(u`/v1/accounts/${code}/entries`, {from: q.from, to: q.to, limit: 100, after: q.after}),
  ]);
  return {account, entries};
}
const negative = (v) => (v.startsWith('-') ? v.slice(1) : '-' + v);
const CAUSE_HREF = {
  compensation: '/console/claims/',
  pre_compensation: '/console/claims/',
  recovery: '/console/claims/',
  subsidy: '/console/applications/',
  clawback: '/console/applications/',
};

export const page = {
  load,
  title: (ctx, d) => account_title(d.account),
  sub: (ctx, d) => d.account.code,
  tools: () => print_button(),
  view: (ctx, d) => {
    const a = d.account,
      e = d.entries,
      moved = sum(['0.00', ...e.items.map((i) => i.amount)]);
    return [
      h(
        'div',
        {class: 'cards small'},
        [
          [t('余额', 'Balance'), a.balance],
          [t('已冻结', 'Held'), a.held],
          [t('可用', 'Available'), sum([a.balance, negative(a.held)])],
        ].map(([label, v]) =>
          h(
            'section',
            {class: 'card key'},
            h('h2', null, label),
            h('p', {class: 'big small'}, money(v), h('small', null, t('元', 'CNY'))),
          ),
        ),
      ),
      filter(
        [
          {name: 'from', label: t('自', 'From'), kind: 'date'},
          {name: 'to', label: t('至', 'To'), kind: 'date'},
        ],
        ctx.query,
        (v) => ctx.go(ctx.href(Object.assign({after: null}, v))),
        t('解释这个余额', 'Explain the balance'),
      ),
      card(
        t('余额是怎样来的', 'How the balance came about'),
        h(
          'p',
          {class: 'sentence'},
          t('期初 ', 'opening '),
          money(e.opening),
          ' + ',
          t('发生 ', 'moved '),
          money(moved),
          e.next ? ' + … = ' : ' = ',
          t('期末 ', 'closing '),
          h('strong', {id: 'closing'}, money(e.closing)),
          t(' 元', ' CNY'),
        ),
        table({
          rows: e.items,
          empty: t('这段时间没有分录。', 'No posting in these days.'),
          columns: [
            {key: 'on', title: t('日期', 'Day')},
            {
              key: 'cause',
              title: t('事由', 'Cause'),
              cell: (i) =>
                CAUSE_HREF[i.cause] && i.cause_id
                  ? h(
                      'a',
                      {href: CAUSE_HREF[i.cause] + encodeURIComponent(i.cause_id)},
                      title('cause', i.cause),
                      i.memo ? ` ${i.memo}` : null,
                    )
                  : [title('cause', i.cause), i.memo ? ` ${i.memo}` : null],
            },
            {
              key: 'other',
              title: t('对方账户', 'Other account'),
              cell: (i) => h('a', {href: u`/console/accounts/${i.other}`}, account_title({code: i.other})),
            },
            {key: 'amount', title: t('金额（元）', 'Amount'), num: true, cell: (i) => money(i.amount)},
            {key: 'after', title: t('其后余额（元）', 'Balance after'), num: true, cell: (i) => money(i.after)},
            {key: 'recorded_by', title: t('经办', 'By'), cell: (e) => name(whose(e.recorded_by))},
          ],
          foot: e.items.length ? {on: t('本页合计', 'This page'), amount: money(moved)} : null,
        }),
        pager(e, ctx),
      ),
      card(
        t('自己核对', 'Check it yourself'),
        facts([
          [t('hledger', 'hledger'), h('span', {class: 'mono'}, `hledger -f journal.journal register '${a.code}'`)],
        ]),
      ),
    ];
  },
};
