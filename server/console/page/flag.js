/**
 * flag.js - one red flag: its evidence, record by record, and its clearing by a second person who has seen it.
 */
import {h, u} from '../h.js';
import {get} from '../api.js';
import {grouped, instant, money, pct} from '../fmt.js';
import {print_button} from '../frame.js';
import {badge, card, facts, table} from '../table.js';
import {steps} from '../steps.js';
import {is_english, t, title, whose} from '../words.js';

const ADDRESS = {
  loan: '/console/loans/',
  claim: '/console/claims/',
  application: '/console/applications/',
  ip_deal: '/console/deals/',
  insurance_policy: '/console/insurance/',
};
// What a value is a word of; all else is told as it is.
const WORDS = {state: 'ip.state', event: 'loan_event.kind', kind: 'loan.ip.kind', how: 'flag.how', shared: 'flag.fact'};
const PERCENT = ['share', 'rate', 'lpr'];
function fact_value(key, v, all) {
  if (Array.isArray(v)) return v.join('、');
  if (v && typeof v === 'object') return JSON.stringify(v);
  if (WORDS[key]) return title(WORDS[key], v);
  if (PERCENT.includes(key) || (key === 'least' && 'share' in all)) return pct(String(v));
  return /^-?\d+\.\d\d$/.test(String(v)) ? t(`${money(String(v))} 元`, `${money(String(v))} CNY`) : typeof v === 'number' && key !== 'year' ? grouped(String(v)) : String(v);
}
const facts_text = (f) =>
  Object.entries(f || {}).map(([k, v]) =>
    h('div', null, h('span', {class: 'quiet'}, title('flag.fact', k), t('：', ': ')), fact_value(k, v, f)),
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
          f.figures ? h('div', {class: 'notice'}, facts_text(f.figures)) : null,
          table({
            rows: f.records,
            href: (r) => (ADDRESS[r.type] ? ADDRESS[r.type] + encodeURIComponent(r.id) : null),
            columns: [
              {key: 'reference', title: t('记录', 'Record')},
              {key: 'type', title: t('类别', 'Kind'), cell: (r) => title('record', r.type)},
              {key: 'version', title: t('版本', 'Version'), num: true, cell: (r) => String(r.version)},
              {key: 'facts', title: t('事实', 'Facts'), wide: true, cell: (r) => facts_text(r.facts)},
            ],
          }),
        ),
        f.cleared_at
          ? card(
              t('解除', 'Clearing'),
              facts([
                [t('解除人', 'By'), whose(f.cleared_by)],
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
