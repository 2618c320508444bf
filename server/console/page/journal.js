/**
 * journal.js - all postings for programs that check our sums with their own arithmetic.
 */
import {h} from '../h.js';
import {download} from '../api.js';
import {card} from '../table.js';
import {t} from '../words.js';

const FORMATS = [
  ['hledger', 'journal'],
  ['ledger', 'ledger'],
  ['beancount', 'beancount'],
  ['csv', 'csv'],
  ['json', 'json'],
];
export const page = {
  title: () => t('日记账', 'Journal'),
  sub: () =>
    t(
      '每笔划转一行，末尾有余额断言：读它的程序用自己的算术核对我们的合计。',
      'One row a movement, ended by balance assertions: who reads it checks our sums by its own arithmetic.',
    ),
  view: () => [
    card(
      t('下载全部分录', 'Download all postings'),
      h(
        'div',
        {class: 'buttons'},
        FORMATS.map(([format, ending]) =>
          h(
            'button',
            {type: 'button', onclick: () => download(`/v1/journal?format=${format}`, `journal.${ending}`)},
            format,
          ),
        ),
      ),
    ),
    card(
      t('自己核对', 'Check it yourself'),
      h(
        'pre',
        {class: 'mono'},
        'hledger -f journal.journal check\nhledger -f journal.journal balance\nbean-check journal.beancount',
      ),
    ),
  ],
};
