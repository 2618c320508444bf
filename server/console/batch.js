/**
 * batch.js - sending many records in slices: one verdict for each, in order; a slice that got no answer is sent again as it is.
 */
import {answer, Refusal, to_end} from './api.js';
import {with_query} from './h.js';

const SLICE = 1000;

async function verdicts_of(path, query, body, type) {
  const r = await answer('POST', with_query(path, query), body, {'Content-Type': type, Accept: 'application/x-ndjson'});
  const text = await to_end(r.text());
  if (!r.ok) {
    let problem = {title: String(r.status)};
    try { problem = JSON.parse(text); } catch (e) { /* what came is no document of ours */ }
    throw new Refusal(r.status, problem, +(r.headers.get('Retry-After') || 0));
  }
  const lines = text.split('\n').filter(Boolean).map((x) => JSON.parse(x)),
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
