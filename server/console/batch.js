/**
 * batch.js - sending many records in slices: one verdict for each, in order; a slice that got no answer is sent again as it is.
 */
import {answer, Refusal, to_end} from './api.js';
import {turn} from './csv.js';
import {with_query} from './h.js';

const SLICE = 1000;
const AT_ONCE = 250; // lines that are read before the page may do what else there is
/** What an answer tells line by line, read as it comes. */
async function lines_of(body) {
  const reader = body.getReader(), decoder = new TextDecoder(), lines = [];
  for (let rest = '', over = false; !over;) {
    const {done, value} = await to_end(reader.read()), texts = (rest + (done ? decoder.decode() : decoder.decode(value, {stream: true}))).split('\n');
    over = done;
    rest = done ? '' : texts.pop();
    for (let at = 0; at < texts.length; at += AT_ONCE) {
      if (at) await turn();
      lines.push(...texts.slice(at, at + AT_ONCE).filter(Boolean).map((x) => JSON.parse(x)));
    }
  }
  return lines;
}

async function verdicts_of(path, query, body, type) {
  const r = await answer('POST', with_query(path, query), body, {'Content-Type': type, Accept: 'application/x-ndjson'});
  if (!r.ok) {
    const text = await to_end(r.text());
    let problem = {title: String(r.status)};
    try { problem = JSON.parse(text); } catch (e) { /* what came is no document of ours */ }
    throw new Refusal(r.status, problem, +(r.headers.get('Retry-After') || 0));
  }
  const lines = await lines_of(r.body),
    tail = lines.length && lines[lines.length - 1].read ? lines.pop() : null;
  return {verdicts: lines.filter((v) => v.outcome || v.line), tail};
}

/**
 * Sends `records` under `header` by slices. `done(n, verdicts)` is told after each; throws where one was not answered, and
 * `from` goes on there.
 */
export async function send_slices({path, query, header, records, type, from = 0, done}) {
  for (let at = from; at < records.length; at += SLICE) {
    const part = records.slice(at, at + SLICE), body = (header === null ? part : [header, ...part]).join('\n') + '\n';
    const {verdicts} = await verdicts_of(path, query, body, type);
    done(Math.min(at + SLICE, records.length), verdicts, at);
  }
}

/** A whole file as it is: a workbook, or a portfolio that is to be compared. */
export const send_whole = (path, query, body, type) => verdicts_of(path, query, body, type);

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
