/**
 * places.js - the districts of the city that the ledger is of; asked for once, when somebody has signed in.
 */
import {get} from './api.js';
import {is_english} from './words.js';

let list = [],
  code_of_city = '310000';
export async function load_places() {
  if (!list.length) list = (await get('/v1/districts')).items;
}
/** The code of the city, of six digits, as whoever has signed in was told it; before that: Shanghai's. */
export const city = () => code_of_city;
export const city_set = (code) => {
  code_of_city = code;
};
const title_of = (d) => (is_english() ? d.title_en : d.title);
export function district_title(code) {
  const found = list.find((d) => d.code === code);
  return found ? title_of(found) : code || '—';
}
/** [[code, title]] for a list to choose from. */
export const districts = () => list.map((d) => [d.code, title_of(d)]);
