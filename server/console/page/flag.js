/**
 * flag.js - one red flag: its evidence, record by record, and its clearing by a second person who has seen it.
 */
import {h, u} from '../h.js';
import {get} from '../api.js';
import {grouped, instant, money} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, facts, table} from '../table.js';
import {steps} from '../steps.js';
import {LOAN_FIELDS} from '../titles.js';
import {is_english, t} from '../words.js';

const ADDRESS = {
  loan: '/console/loans/',
  claim: '/console/claims/',
  application: '/console/applications/',
  ip_deal: '/console/deals/',
};
const FACTS = {share: ['占比', 'Share'], number: ['号码', 'Number'], state: ['状态', 'State'], year: ['年度', 'Year'],
  quarter: ['季度', 'Quarter'], quarter_end: ['季末', 'End of the quarter'], on: ['日期', 'Day'], how: ['方式', 'How'],
  why: ['原因', 'Why'], whose: ['权利人', 'Whose'], transferred_on: ['转让日', 'Transferred'], released_on: ['解除日', 'Released'],
  pledged_on: ['质押日', 'Pledged'], subsidy_on: ['补贴日', 'Subsidised'], filed_on: ['收到日', 'Received'],
  repaid: ['已还', 'Repaid'], recovered: ['已收回', 'Recovered'], interest: ['利息', 'Interest'],
  interest_paid: ['已付利息', 'Interest paid'], claim: ['理赔', 'Claim'], subsidies: ['补贴', 'Subsidies'], loans: ['贷款', 'Loans'],
  borrower: ['借款企业', 'Borrower'], borrowers: ['借款企业', 'Borrowers'], contact: ['联系人', 'Contact'], address: ['地址', 'Address'],
  appraiser: ['评估机构', 'Appraiser'], valuation: ['评估值', 'Valuation'], median: ['中位数', 'Median'], least: ['最低', 'Least'],
  most: ['最高', 'Most'], rights: ['权利', 'Rights'], shared: ['共同之处', 'Shared'], kind: ['类别', 'Kind'], ip_deal: ['专利交易', 'Deal'],
  provider_controller: ['出让方实际控制人', 'Controller of the provider'],
  acquirer_controller: ['受让方实际控制人', 'Controller of the acquirer'], paid_at: ['支付时刻', 'Paid at'], recorded: ['登记', 'Recorded'],
  settled: ['结清', 'Settled'], event: ['事件', 'Event'], detail: ['详情', 'Detail']};
const fact_title = (key) => {
  const known = LOAN_FIELDS[key] || FACTS[key];
  return known ? t(...known) : key.replace(/_/g, ' ');
};
function fact_value(v) {
  if (Array.isArray(v)) return v.join('、');
  if (v && typeof v === 'object') return JSON.stringify(v);
  return /^-?\d+\.\d\d$/.test(String(v)) ? money(String(v)) : typeof v === 'number' ? grouped(String(v)) : String(v);
}
const facts_text = (f) =>
  Object.entries(f || {}).map(([k, v]) =>
    h('div', null, h('span', {class: 'quiet'}, fact_title(k), '：'), fact_value(v)),
  );

export const page = {
  load: (ctx) => get(u`/v1/flags/${ctx.at.id}`),
  title: (ctx, f) => `${f.code} ${is_english() ? f.title_en : f.title}`,
  sub: (ctx, f) => [t('提出于 ', 'Raised at '), instant(f.raised_at)],
  tools: (ctx, f) => [badge('severity', f.severity), badge('flag.state', f.state), print_button()],
  view: (ctx, f) => {
    const may = f.state === 'open' && ctx.may('POST /v1/flags/{id}/clear');
    return h(
      'div',
      {class: 'aside'},
      h(
        'div',
        null,
        f.stops_payment && f.state === 'open'
          ? h(
              'p',
              {class: 'notice bad'},
              t('在解除之前，相关的赔付与补贴不能支付。', 'Nothing is paid around these records until it is cleared.'),
            )
          : null,
        card(
          [
            t('证据', 'Evidence'),
            h(
              'small',
              null,
              t(`${f.records_shown} 条记录`, `${f.records_shown} records`) +
                (f.records_of_others
                  ? t(`，另有 ${f.records_of_others} 条属其他机构`, `, ${f.records_of_others} more of others`)
                  : ''),
            ),
          ],
          table({
            rows: f.records,
            href: (r) => (ADDRESS[r.type] ? ADDRESS[r.type] + encodeURIComponent(r.id) : null),
            columns: [
              {key: 'reference', title: t('记录', 'Record')},
              {key: 'version', title: t('版本', 'Version'), num: true, cell: (r) => String(r.version)},
              {key: 'facts', title: t('事实', 'Facts'), wide: true, cell: (r) => facts_text(r.facts)},
            ],
          }),
        ),
        f.cleared_at
          ? card(
              t('解除', 'Clearing'),
              facts([
                [t('解除人', 'By'), f.cleared_by],
                [t('时间', 'At'), instant(f.cleared_at)],
                [t('理由', 'Reason'), f.cleared_because],
              ]),
            )
          : null,
      ),
      h(
        'div',
        null,
        h(
          'div',
          {class: 'stick'},
          card(
            t('办理', 'Next step'),
            may
              ? steps({
                  record: u`/v1/flags/${f.id}`,
                  seen: f.seen,
                  legal: ['clear'],
                  verbs: {clear: t('解除预警', 'Clear the flag')},
                  after: ctx.reload,
                  hints: {
                    clear: t(
                      '写明核实了什么、结论是什么。报送该记录的人不能解除。',
                      'Say what was checked and found. Who told the record may not clear it.',
                    ),
                  },
                  fields:
                    f.code === 'RF29'
                      ? {
                          clear: [
                            {
                              name: 'double',
                              label: t('认定重复登记的一笔', 'The one that is the double'),
                              options: [
                                ['', t('不是同一笔', 'They are not one')],
                                ...f.records.filter((r) => r.type === 'loan').map((r) => [r.id, r.reference]),
                              ],
                            },
                          ],
                        }
                      : {},
                })
              : h(
                  'p',
                  {class: 'quiet'},
                  f.state === 'open'
                    ? t(
                        '由市财政局或市知识产权局的第二人解除。',
                        'A second person of finance or the IP office clears it.',
                      )
                    : t('已解除。', 'It is cleared.'),
                ),
          ),
        ),
      ),
    );
  },
};
