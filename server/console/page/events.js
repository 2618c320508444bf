/**
 * events.js - meetings of firms, banks and universities, and the loans and deals that came of them.
 */
import {name, u} from '../h.js';
import {count, money} from '../fmt.js';
import {list_page} from '../list.js';
import {district_title, t, title} from '../words.js';

export const event_kind = (e) => title('matching_event.kind', e.kind);

export const page = list_page({
  title: () => t('对接活动', 'Matching events'),
  sub: () => t('金额单位：元。成效是活动后由参加企业形成的贷款与交易。',
    'Amounts in CNY. What came of it: loans and deals of those who took part.'),
  path: '/v1/matching-events', total: true, filters: () => [{name: 'q', label: t('名称、编号', 'Title, reference')}],
  columns: () => [{key: 'title', title: t('活动', 'Event'), wide: true, cell: (e) => name(e.title)},
    {key: 'kind', title: t('种类', 'Kind'), cell: event_kind}, {key: 'held_on', title: t('日期', 'Day')},
    {key: 'district', title: t('区', 'District'), cell: (e) => district_title(e.district)},
    {key: 'organiser', title: t('主办', 'Organiser'), wide: true, cell: (e) => name(e.organiser)},
    {key: 'attended', title: t('人数', 'Attended'), num: true, cell: (e) => count(e.attended)},
      {key: 'loans', title: t('贷款（笔）', 'Loans'), num: true, cell: (e) => e.outcome ? count(e.outcome.loans) : '—'},
      {key: 'amount', title: t('贷款金额', 'Amount'), num: true, cell: (e) => e.outcome ? money(e.outcome.loan_amount) : '—'},
      {key: 'deals', title: t('交易（项）', 'Deals'), num: true, cell: (e) => e.outcome ? count(e.outcome.deals) : '—'}],
  href: (e) => u`/console/events/${e.id}`,
});
