/**
 * ip.js - one right: its state, owners, term, where it is pledged, and what stands against a pledge.
 */
import {h, name, u} from '../h.js';
import {get} from '../api.js';
import {print_button} from '../frame.js';
import {badge, card, facts, firm_link, table} from '../table.js';
import {timeline} from '../timeline.js';
import {district_title, is_english, t, title} from '../words.js';

const RESULTS = {
  pass: ['good', '未发现', 'Nothing found'],
  fail: ['bad', '存在', 'Stands against it'],
  unknown: ['unknown', '待核实', 'Not known'],
  manual: ['none', '人工核对', 'By hand'],
  not_applicable: ['none', '不适用', 'Does not apply'],
};
export const page = {
  load: async (ctx) => ({right: await get(u`/v1/ip/${ctx.at.number}`)}),
  title: (ctx, d) => `${title('loan.ip.kind', d.right.kind || '')} ${d.right.number}`,
  sub: (ctx, d) => [t('截至 ', 'As of '), d.right.as_of],
  tools: () => print_button(),
  view: (ctx, d) => {
    const r = d.right;
    return h(
      'div',
      {class: 'aside'},
      h(
        'div',
        null,
        card(
          t('能否质押：逐项核对', 'May it be pledged: point by point'),
          table({
            rows: r.pledge_check || [],
            columns: [
              {key: 'ground', title: t('序号', 'No.'), cell: (g) => String(g.ground)},
              {
                key: 'zh',
                title: t('不予登记的情形', 'Ground for refusal'),
                wide: true,
                cell: (g) => (is_english() ? g.en : g.zh),
              },
              {
                key: 'result',
                title: t('结果', 'Result'),
                cell: (g) =>
                  badge(
                    null,
                    RESULTS[g.result] ? RESULTS[g.result][0] : 'none',
                    RESULTS[g.result] ? t(RESULTS[g.result][1], RESULTS[g.result][2]) : g.result,
                  ),
              },
            ],
          }),
        ),
        card(
          [t('质押', 'Pledges'), h('small', null, String(r.pledges_total))],
          table({
            rows: r.pledges,
            empty: t('没有质押。', 'It is not pledged.'),
            href: (p) => (p.loan ? u`/console/loans/${p.loan}` : null),
            columns: [
              {
                key: 'loan',
                title: t('贷款', 'Loan'),
                cell: (p) => (p.loan ? t('查看贷款', 'See the loan') : t('他行贷款', 'Of another bank')),
              },
              {key: 'district', title: t('区', 'District'), cell: (p) => district_title(p.district)},
              {key: 'from', title: t('自', 'From')},
              {key: 'until', title: t('至', 'Until')},
            ],
          }),
        ),
      ),
      h(
        'div',
        null,
        card(
          t('登记簿', 'Register'),
          facts([
            [t('状态', 'State'), title('ip.state', r.state)],
            [t('申请日', 'Filed'), r.filed_on],
            [t('授权日', 'Granted'), r.granted_on],
            [t('期限届满', 'Expires'), r.expiry ? [r.expiry.on, h('p', {class: 'hint'}, r.expiry.rule)] : r.expires_on],
            [
              t('权利人', 'Owners'),
              r.owners && r.owners.length
                ? r.owners.map((o) => h('div', null, o.name || o.uscc ? firm_link(o.uscc, o.name) : name(o)))
                : t('登记簿未告知', 'Not told'),
            ],
          ]),
        ),
        card(
          t('法律事件', 'Legal events'),
          r.events && r.events.length
            ? timeline(
                r.events.map((e) => ({
                  on: e.on,
                  what: title('ip_event.kind', e.kind),
                  by: e.recorded_by,
                })),
              )
            : h('p', {class: 'empty'}, t('没有登记过法律事件。', 'None is recorded.')),
        ),
      ),
    );
  },
};
