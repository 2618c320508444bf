/**
 * fmt.js - figures as texts. Money is moved by BigInt and rounded half up; nothing is a floating-point number.
 */
import {t} from './words.js';

export const UNITS = {
  yi: {places: 8, zh: '亿元', en: '100m CNY'},
  wan: {places: 4, zh: '万元', en: '10k CNY'},
  yuan: {places: 0, zh: '元', en: 'CNY'},
};
export const unit_title = (unit) => t(UNITS[unit].zh, UNITS[unit].en);

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?$/;

/** "1234567.89" moved by so many places to the left, with `digits` decimals, half up: away from zero. */
export function shift(text, places, digits) {
  const found = NUMBER.exec(text);
  if (!found) return null;
  const [, sign, whole, part = ''] = found;
  const have = part.length + places; // decimals after the move
  let n = BigInt(whole + part);
  if (have > digits) {
    const unit = 10n ** BigInt(have - digits);
    n = (n + unit / 2n) / unit;
  } else {
    n *= 10n ** BigInt(digits - have);
  }
  const all = n.toString().padStart(digits + 1, '0');
  const text_ = digits ? all.slice(0, -digits) + '.' + all.slice(-digits) : all;
  return (sign && n ? '-' : '') + text_;
}

/** Commas between thousands. */
export function grouped(text) {
  const [, sign, whole, part] = /^(-?)(\d+)(\.\d+)?$/.exec(text) || [null, '', text, ''];
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part || '');
}

/** Amounts within a line of arithmetic, as they are read. */
export const arithmetic = (text) => String(text).replace(/\d{4,}\.\d\d(?!\d)/g, grouped);

/** Missing is a dash, nought is 0.00. */
export function money(text, unit = 'yuan') {
  const moved = text === null || text === undefined ? null : shift(String(text), UNITS[unit].places, 2);
  return moved === null ? '—' : grouped(moved);
}
export const count = (n) => (n === null || n === undefined ? '—' : grouped(String(n)));
/* Digits as the number they are; anything else as it stands, for the daemon to refuse by its name. */
export const whole = (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text);
export function pct(text) {
  const moved = text === null || text === undefined ? null : shift(String(text), 0, 2);
  return moved === null ? '—' : grouped(moved) + '%';
}

export const day = (text) => (text ? String(text).slice(0, 10) : '—');
/** An instant as the clock in Shanghai shows it, to the minute. */
export function instant(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(Z|\+08:00)?$/.exec(text || '');
  if (!found) return text ? String(text).replace('T', ' ').slice(0, 16) : '—';
  const [, y, m, d, hour, minute, zone] = found;
  const at = new Date(Date.UTC(+y, m - 1, +d, +hour + (zone === 'Z' ? 8 : 0), +minute));
  return at.toISOString().slice(0, 16).replace('T', ' ');
}

/** Sums of decimals with equal or unequal numbers of places, exactly. */
export function sum(texts) {
  const places = Math.max(2, ...texts.map((x) => (x.split('.')[1] || '').length));
  const total = texts.reduce((n, x) => n + BigInt(shift(x, 0, places).replace('.', '')), 0n);
  const all = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  return (total < 0n ? '-' : '') + all.slice(0, -places) + '.' + all.slice(-places);
}
/** -1, 0, 1 of two decimals. */
export function compare(a, b) {
  const d = sum([a, b.startsWith('-') ? b.slice(1) : '-' + b]);
  return d.startsWith('-') ? -1 : /[1-9]/.test(d) ? 1 : 0;
}
/** How much of `whole` a part is, in thousandths, for the length of a bar: 0 to 1000. */
export function thousandths(part, whole) {
  const p = BigInt(shift(String(part), 0, 2).replace('.', '')),
    w = BigInt(shift(String(whole), 0, 2).replace('.', ''));
  if (w <= 0n || p <= 0n) return 0;
  const n = (p * 1000n) / w;
  return n > 1000n ? 1000 : Number(n);
}

// ---- quarters and days ---------------------------------------------------------------------------

export const quarter_title = (q) => t(`${q.slice(0, 4)} 年第 ${q[5]} 季度`, `${q.slice(0, 4)} Q${q[5]}`);
export const quarter_short = (q) => q.slice(2);
/** The newest quarter that is over and has something in it; of the list of /v1/quarters. */
export function latest(quarters) {
  const over = quarters.filter((q) => q.complete),
    full = over.filter((q) => q.loans > 0);
  return (full[full.length - 1] || over[over.length - 1] || quarters[quarters.length - 1]).quarter;
}
