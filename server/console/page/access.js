/**
 * access.js - who read what.
 */
import {instant} from '../fmt.js';
import {list_page} from '../list.js';
import {t} from '../words.js';

export const page = list_page({
  title: () => t('查阅记录', 'Access log'),
  path: '/v1/access-log',
  sub: () =>
    t(
      '谁在何时看过什么；每批记录的摘要进入签名日志。',
      'Who read what and when; each batch has its digest in the signed log.',
    ),
  filters: () => [
    {name: 'org', label: t('机构代码', 'Organisation')},
    {name: 'person', label: t('姓名', 'Person')},
    {name: 'from', label: t('自', 'From'), kind: 'date'},
    {name: 'to', label: t('至', 'To'), kind: 'date'},
  ],
  columns: () => [
    {key: 'at', title: t('时间', 'At'), cell: (x) => instant(x.at)},
    {key: 'org', title: t('机构', 'Organisation')},
    {key: 'person', title: t('姓名', 'Person')},
    {key: 'what', title: t('看了什么', 'What'), wide: true},
    {key: 'shown', title: t('件数', 'Shown'), num: true},
  ],
});
