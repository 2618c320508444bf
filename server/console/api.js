/**
 * api.js - asking the daemon: the same addresses as everybody's, by the session's cookie.
 *
 *   await get(u`/v1/loans/${id}`, {as_of})      the document; throws Refusal
 *   await post(path, body)                      {status, data, location}; 202 is a proposal
 *   await get_text(path), download(path, name)  other formats
 * A 401 opens the sign-in dialog over the page (on_signed_out) and asks again; nothing typed is lost.
 */
import {with_query} from './h.js';
import {is_english, t} from './words.js';

let csrf = null,
  signed_out = null,
  changed = null;
export const csrf_set = (value) => {
  csrf = value;
};
/** What is done when the session has ended: a promise that is kept when somebody has signed in again. */
export const on_signed_out = (f) => {
  signed_out = f;
};

/** What is done after something was recorded: `f` is called, and not waited for. */
export const on_changed = (f) => {
  changed = f;
};
const ASKS = /[?&]dry_run=true|\/(eligibility-checks|rehearsals)(\?|$)|^\/console\//; // POST, and record nothing

/** What the daemon refused, in its words. */
export class Refusal extends Error {
  constructor(status, problem, retry_after) {
    super(problem.title || String(status));
    Object.assign(this, {status, problem, retry_after, errors: problem.errors || []});
  }
  has(code) {
    return this.errors.some((e) => e.code === code);
  }
}

/** The daemon did not answer, or not to the end. */
export class Gone extends Error {}
const gone = () => new Gone(t('连不上服务器', 'The server cannot be reached'));
/** What is read of an answer: cut off on the way, it is no fault of the page, but as no answer. */
export const to_end = (body) =>
  body.catch((e) => {
    throw e instanceof TypeError ? gone() : e; // a SyntaxError is one of the page's or the daemon's
  });

async function request(method, path, body, headers) {
  const all = Object.assign({'Accept-Language': is_english() ? 'en' : 'zh', Accept: 'application/json'}, headers);
  if (method !== 'GET' && csrf) all['X-Csrf'] = csrf;
  try {
    return await fetch(path, {method, headers: all, body, credentials: 'same-origin', cache: 'no-store'});
  } catch (e) {
    throw gone();
  }
}

async function refusal(response) {
  let problem = {};
  try {
    problem = await to_end(response.json());
  } catch (e) {
    if (e instanceof Gone) return e;
    problem = {title: t('服务器的回答无法识别', 'The answer cannot be read'), detail: ''};
  }
  return new Refusal(response.status, problem, +(response.headers.get('Retry-After') || 0));
}

/** The answer, good or bad; signed in again on the way if need be. */
export async function answer(method, path, body, headers) {
  const response = await request(method, path, body, headers);
  if (method !== 'GET' && response.ok && changed && !ASKS.test(path)) changed();
  if (response.status !== 401 || !signed_out || path.startsWith('/console/')) return response;
  await signed_out();
  return answer(method, path, body, headers);
}

async function good(method, path, body, headers) {
  const response = await answer(method, path, body, headers);
  if (!response.ok) throw await refusal(response);
  return response;
}

const asked = new Map(); // by address: what is on its way, so that two parts of a page share one answer

export function get(path, query) {
  const at = with_query(path, query);
  if (!asked.has(at)) {
    const promise = good('GET', at)
      .then((r) => to_end(r.json()))
      .finally(() => asked.delete(at));
    asked.set(at, promise);
  }
  return asked.get(at);
}
/** An answer with one of its headers. */
export async function get_told(path, query, header) {
  const r = await good('GET', with_query(path, query));
  return {data: await to_end(r.json()), told: r.headers.get(header)};
}
export async function get_text(path, query) {
  return to_end((await good('GET', with_query(path, query), undefined, {Accept: '*/*'})).text());
}
/** null instead of a refusal that says: not here, not for you. */
export const maybe = (promise) =>
  promise.catch((e) => {
    if (e instanceof Refusal && (e.status === 404 || e.status === 403 || e.status === 422)) return null;
    throw e;
  });

async function send(method, path, body, headers) {
  const json = body === undefined || body === null ? undefined : JSON.stringify(body);
  const r = await good(
    method,
    path,
    json,
    Object.assign(json === undefined ? {} : {'Content-Type': 'application/json'}, headers),
  );
  const text = await to_end(r.text());
  return {
    status: r.status,
    location: r.headers.get('Location'),
    replay: r.headers.get('Idempotent-Replay') === 'true',
    etag: r.headers.get('ETag'),
    data: text ? JSON.parse(text) : null,
  };
}
export const post = (path, body, headers) => send('POST', path, body, headers);
export const put = (path, body, headers) => send('PUT', path, body, headers);

/** All pages of a list, at most so many items. */
export async function get_all(path, query, most = 2000) {
  const items = [];
  let next = null;
  do {
    const page = await get(path, Object.assign({limit: 500}, query, next ? {after: next} : {}));
    items.push(...page.items);
    next = page.next;
  } while (next && items.length < most);
  return {items, next};
}

/** A file of an answer, saved under that name. */
export async function download(path, name, headers) {
  const r = await good('GET', path, undefined, Object.assign({Accept: '*/*'}, headers));
  save(await to_end(r.blob()), name);
}
export function save(blob, name) {
  const at = URL.createObjectURL(blob),
    a = document.createElement('a');
  a.setAttribute('href', at);
  a.setAttribute('download', name);
  document.body.appendChild(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(at), 10000);
}
