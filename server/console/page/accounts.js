/**
 * accounts.js - the accounts of the fund and of budgets: balance, held, available, never netted away.
 */
import {u} from '../h.js';
import {money, sum} from '../fmt.js';
import {list_page} from '../list.js';
import {account_title} from '../titles_act.js';
import {t} from '../words.js';

export const page = list_page({
  title: () => t('账户', 'Accounts'),
  path: '/v1/accounts',
  sub: () => t('金额单位：元。点账户看余额由哪些分录构成。', 'Amounts in CNY. An account leads to its postings.'),
  limit: 100,
  columns: () => [
    {key: 'code', title: t('账户', 'Account')},
    {key: 'title', title: t('名称', 'Title'), wide: true, cell: account_title},
    {key: 'balance', title: t('余额', 'Balance'), num: true, cell: (a) => money(a.balance)},
    {key: 'held', title: t('已冻结', 'Held'), num: true, cell: (a) => money(a.held)},
    {
      key: 'available',
      title: t('可用', 'Available'),
      num: true,
      cell: (a) => money(sum([a.balance, a.held.startsWith('-') ? a.held.slice(1) : '-' + a.held])),
    },
    {key: 'opened_on', title: t('开立日', 'Opened')},
  ],
  href: (a) => u`/console/accounts/${a.code}`,
});
