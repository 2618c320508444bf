/**
 * loan_fields.js - fields of a loan and amounts of its events as texts.
 */
import {h, name, u} from './h.js';
import {count, money, pct} from './fmt.js';
import {industry_title} from './industry.js';
import {district_title, office_title, t, title} from './words.js';

const SHOW = {
  district: (v) => district_title(v),
  industry: industry_title,
  borrower_uscc: (v) => h('a', {href: u`/console/enterprises/${v}`}, v),
  borrower_name: name,
  guarantor_uscc: (v) => name(office_title(v)),
  insurer_uscc: (v) => name(office_title(v)),
  product: (v) => title('loan.product', v),
  rate: pct,
  first_loan: (v) => (v ? t('是', 'Yes') : t('否', 'No')),
  revolving: (v) => (v ? t('是', 'Yes') : t('否', 'No')),
  size: (v) => title('enterprise_profile.size', v),
};
/** A field of a loan as it is read; null: it is not told. */
export function shown(key, value) {
  if (value === undefined || value === null) return null;
  if (SHOW[key]) return SHOW[key](value);
  if (/amount$|^revenue$|^assets$/.test(key)) return `${money(value)} ${t('元', 'CNY')}`;
  return typeof value === 'number' ? count(value) : name(value);
}
/** What an event says beside its kind and day. */
export const amounts = (e) =>
  [
    e.principal ? t(`本金 ${money(e.principal)} 元`, `principal ${money(e.principal)}`) : null,
    e.interest ? t(`利息 ${money(e.interest)} 元`, `interest ${money(e.interest)}`) : null,
    e.rate ? t(`利率 ${pct(e.rate)}`, `rate ${pct(e.rate)}`) : null,
    e.grade ? title('loan_event.grade', e.grade) : null,
    e.matures_on ? t(`展期至 ${e.matures_on}`, `until ${e.matures_on}`) : null,
    e.payer && e.payer !== 'borrower'
      ? t(`由${title('loan_event.payer', e.payer)}支付`, `paid by ${title('loan_event.payer', e.payer)}`)
      : null,
    e.reverses ? t(`冲销 ${e.reverses}`, `reverses ${e.reverses}`) : null,
    e.reason || null,
  ]
    .filter(Boolean)
    .join('，');
