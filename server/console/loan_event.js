/**
 * loan_event.js - an event of a loan is told: only what can happen now, with the fields that it has.
 */
import {h, u} from './h.js';
import {post} from './api.js';
import {toast} from './dialog.js';
import {form} from './form.js';
import {t, title} from './words.js';

const EVENT_FIELDS = {
  disbursed: ['principal'],
  repaid: ['principal', 'interest', 'payer'],
  overdue: ['principal', 'interest'],
  repriced: ['rate'],
  extended: ['matures_on'],
  classified: ['grade'],
  written_off: ['principal', 'interest'],
  recovered: ['principal', 'interest', 'payer'],
  settled: ['interest'],
  pledge_released: [],
  transferred: ['principal'],
  reversed: ['reverses'],
  voided: ['reason'],
};
const GRADES = ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'];

export function event_form(ctx, d) {
  if (!ctx.may('POST /v1/loans/{id}/events') || !(d.loan.legal_events || []).length) return null;
  const kinds = Object.keys(EVENT_FIELDS).filter((k) => d.loan.legal_events.includes(k)),
    kind = kinds.includes(ctx.query.event) ? ctx.query.event : '';
  const field = {
    principal: {name: 'principal', label: t('本金（元）', 'Principal'), kind: 'money'},
    interest: {name: 'interest', label: t('利息（元）', 'Interest'), kind: 'money'},
    rate: {name: 'rate', label: t('新利率（%）', 'New rate (%)'), need: true},
    grade: {name: 'grade', label: t('分类', 'Grade'), need: true, options: GRADES.map((g) => [g, title('loan_event.grade', g)])},
    matures_on: {name: 'matures_on', label: t('新到期日', 'New day of maturity'), kind: 'date', need: true},
    reason: {name: 'reason', label: t('原因', 'Reason'), rows: 2, need: true},
    reverses: {name: 'reverses', label: t('要冲销的事件编号', 'Reference of the wrong event'), need: true},
    payer: {
      name: 'payer',
      label: t('付款人', 'Payer'),
      options: ['borrower', 'guarantor', 'insurer', 'third_party'].map((p) => [p, title('loan_event.payer', p)]),
      value: 'borrower',
      need: true,
    },
  };
  const choose = h(
    'div',
    {class: 'switch', role: 'group', 'aria-label': t('事件', 'Event')},
    kinds.map((k) =>
      h('a', {href: ctx.href({event: k}), 'aria-current': k === kind ? 'true' : null}, title('loan_event.kind', k)),
    ),
  );
  return h(
    'section',
    {class: 'card no-print'},
    h('h2', null, t('报送事件', 'Tell an event')),
    choose,
    kind
      ? form({
          keep: `event ${d.loan.id} ${kind}`,
          verb: t(`报送：${title('loan_event.kind', kind)}`, `Tell: ${title('loan_event.kind', kind)}`),
          fields: [
            {
              name: 'reference',
              label: t('业务编号', 'Reference'),
              need: true,
              hint: t('本行自己的编号，不可重复', 'Your own number'),
            },
            {name: 'on', label: t('发生日', 'Day'), kind: 'date', need: true},
            ...EVENT_FIELDS[kind].map((k) => field[k]),
          ],
          send: async (v) => {
            const body = Object.assign({kind}, Object.fromEntries(Object.entries(v).filter(([, x]) => x !== '')));
            await post(u`/v1/loans/${d.loan.id}/events`, body);
            toast(t('已记录：', 'Recorded: '), title('loan_event.kind', kind));
            ctx.go(ctx.href({event: null}));
          },
        }).node
      : h('p', {class: 'quiet'}, t('先选事件：只列出现在可以发生的。', 'Choose: only what can happen now is listed.')),
  );
}
