/**
 * places.js - the districts of the city that the ledger is of; asked for once, when somebody has signed in.
 */
import {get} from './api.js';
import {is_english} from './words.js';

let list = [];
export async function load_places() {
  if (!list.length) list = (await get('/v1/districts')).items;
}
/** The code of the city, of six digits; of a ledger whose places are not known: Shanghai's. */
export const city = () => (list.length ? list[0].city : '310000');
const title_of = (d) => (is_english() ? d.title_en : d.title);
export function district_title(code) {
  const found = list.find((d) => d.code === code);
  return found ? title_of(found) : code || '—';
}
/** [[code, title]] for a list to choose from. */
export const districts = () => list.map((d) => [d.code, title_of(d)]);
