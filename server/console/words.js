/**
 * words.js - the language of the page, and the titles of the API's words and of the city's districts: each in Chinese and
 * English.
 */
const LANGUAGES = ['zh', 'en'];
let language = 'zh';

export function language_set(lang) {
  language = LANGUAGES.includes(lang) ? lang : 'zh';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
export const is_english = () => language === 'en';
/** Both texts stand beside each other where they are used. */
export const t = (zh, en) => language === 'en' ? en : zh;

/** Names that say too little, or say it badly, when they are spelt. */
const NAMED = {at: 'Rate of which day', by_kind: 'Each kind of insurance by itself', cap_bank_year: 'Cap of a bank in a year',
  cap_enterprise_year: 'Cap of a firm in a year', cap_fund_year: 'Cap of the fund in a year', claim_window_days: 'Days in which to claim',
  costs_max_share: 'Costs, at most this share of what came back', declared: 'What firms may state themselves', due_days: 'Days after the period',
  effective_from: 'In force from', effective_to: 'In force until', file_within_days: 'Days after draw-down in which to file',
  excludes: 'Not together with', field: 'Technical field', ip_part_only: 'The IP part only', ip_share_min: 'Least share of IP',
  item: 'What is paid for', legal_ref: 'Legal source', max_of_loan: 'At most this share of the loan', min_grade: 'Class, this or worse',
  npl_breaker: 'Stops at this share of bad loans', npl_ratio: 'Share of bad loans', of_loan: 'Share of the loan', on: 'Day', per: 'For each',
  points: 'Percentage points a year', pool_balance_limits_liability: 'Never more than the balance', public_max_share: 'Public money, at most this share',
  version_by: 'Version by the day of', way: 'Way of dealing', what: 'What for', when: 'Only where', with: 'With whom', words: 'Words to search by',
  written_off: 'Written off first'};
const SPELT = {uscc: 'credit code', ip: 'IP', lpr: 'LPR', no: 'number', zh: 'Chinese', en: 'English'};
/** What a name of the interface says by itself, in English: "acquirer_uscc" is "Acquirer credit code". */
export function spelt(name) {
  if (NAMED[name]) return NAMED[name];
  const text = name.split('_').map((w) => SPELT[w] || w).join(' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

let lists = {};
/** GET /v1/words as it came: asked for once, beside who is signed in. */
export const words_take = (told) => {
  lists = told.words;
};
/** The words of a list, in its order. */
export const words_of = (of) => Object.keys(lists[of] || {});
/** The title of a word of the API: title('loan.state', 'settled'). One that has none is shown as it is. */
export function title(of, word) {
  const found = lists[of] && lists[of][word];
  return found ? found[language] : String(word);
}

/** The English title of a word of some field; what is only told (states, steps) comes first in the lists, and last here. */
export function english_of(word) {
  const found = Object.values(lists).reverse().find((l) => l[word]);
  return found ? found[word].en : spelt(word);
}

let places = [],
  code_of_city = '310000';
/** GET /v1/districts, asked for once, when somebody has signed in. */
export async function load_places(get) {
  if (!places.length) places = (await get('/v1/districts')).items;
}
/** The code of the city, of six digits, as whoever has signed in was told it; before that: Shanghai's. */
export const city = () => code_of_city;
export const city_set = (code) => {
  code_of_city = code;
};
const title_of = (d) => (is_english() ? d.title_en : d.title);
export function district_title(code) {
  const found = places.find((d) => d.code === code);
  return found ? title_of(found) : code || '—';
}
/** [[code, title]] for a list to choose from. */
export const districts = () => places.map((d) => [d.code, title_of(d)]);

let offices = [];
/** GET /v1/organisations, asked for when somebody signs in: those that he may know of, in the order of their names. */
export async function load_offices(get) {
  offices = []; // who sat here before may know others
  offices = (await get('/v1/organisations', {limit: 1000})).items.sort((a, b) => a.name.localeCompare(b.name, 'zh'));
}
const office_of = (code) => offices.find((o) => o.code === code || o.uscc === code); // records name insurers by their credit code
export const is_office = (code) => !!office_of(code);
/** Its name alone, where there is no room for the code. */
export const office_name = (code) => (office_of(code) || {name: code || '—'}).name;
/** 「玉兰示范银行（BANK-YL）」; of one that is not known its code. */
export function office_title(code) {
  const found = office_of(code);
  return found ? t(`${found.name}（${code}）`, `${found.name} (${code})`) : code || '—';
}
/** [[code, title]] of a kind of organisation, or of all, for a list to choose from. */
export const offices_of = (kind) => offices.filter((o) => !kind || o.kind === kind).map((o) => [o.code, office_title(o.code)]);
/** Who it was: 「王敏@BANK-YL」 as 「王敏 · 玉兰示范银行（BANK-YL）」. */
export function whose(by) {
  const at = String(by || '').lastIndexOf('@'), known = at > 0 && office_of(by.slice(at + 1));
  return known ? `${by.slice(0, at)} · ${office_title(known.code)}` : by === 'pledged@SYSTEM' ? t('系统', 'the program') : by;
}

/** From a day to another, or from it on. */
export const lasting = (from, to) => (to ? t(`${from} 至 ${to}`, `${from} to ${to}`) : t(`自 ${from} 起`, `since ${from}`));
