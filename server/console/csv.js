/**
 * csv.js - a file of records as it lies on the clerk's disk: what it is, its text, its records, slices of it. Nothing is read as
 * a number: what a cell says is sent as it is written.
 */
import {t} from './words.js';

export const LIMIT = 256 * 1024 * 1024;

export const HEAD = 65536;
/** What a file of so many bytes is by the first of them: {kind: 'xlsx' | 'text'} or {wrong: words}. */
export function kind_of(bytes, size = bytes.length) {
  const starts = (...head) => head.every((b, i) => bytes[i] === b);
  if (!size) return {wrong: t('文件是空的。', 'The file is empty.')};
  if (size > LIMIT) return {wrong: t('文件超过 256 MiB，请分成几个文件。', 'More than 256 MiB: cut it into several files.')};
  if (starts(0x50, 0x4b, 3, 4)) return {kind: 'xlsx'};
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) return {wrong: t('这是旧版 Excel（.xls）或加密的文件。请在 Excel 中另存为 .xlsx 或 CSV（不设密码）再选。',
    'An old .xls, or an encrypted file: save it as .xlsx or CSV without a password.')};
  if (starts(0x25, 0x50, 0x44, 0x46)) return {wrong: t('这是 PDF，不是表格。请选 .xlsx 或 CSV 文件。',
    'A PDF is no table: choose .xlsx or CSV.')};
  if (bytes.subarray(0, HEAD).includes(0)) return {wrong: t('这不是表格文件。请选 .xlsx、CSV 或 NDJSON 文件。',
    'No table: choose .xlsx, CSV or NDJSON.')};
  return {kind: 'text'};
}

const PIECE = 1 << 19; // bytes or signs at a time: then the page may do what else there is
/** Whatever waits has its turn. */
export const turn = () => new Promise((next) => setTimeout(next));

async function decode(bytes, charset) {
  const decoder = new TextDecoder(charset, {fatal: true}), parts = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at) await turn();
    parts.push(decoder.decode(bytes.subarray(at, at + PIECE), {stream: at + PIECE < bytes.length}));
  }
  return parts.join('');
}

/** The text and its charset: all bytes must fit; null when none does. */
export async function text_of(bytes, wanted) {
  for (const charset of wanted ? [wanted] : ['utf-8', 'gb18030']) {
    try {
      return {charset, text: await decode(bytes, charset)};
    } catch (e) {
      if (!(e instanceof TypeError)) throw e;
    }
  }
  return null;
}

/** The records of a CSV, as they stand, without the line's end; a quoted cell may hold line breaks. */
export async function records_of(text) {
  const records = [];
  let from = 0, quoted = false;
  const put = (to) => { const r = text.slice(from, to).replace(/\r$/, ''); if (r.trim()) records.push(r); };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) quoted = !quoted;
    else if (c === 10 && !quoted) { put(i); from = i + 1; }
    if (i % PIECE === PIECE - 1) await turn();
  }
  put(text.length);
  return records;
}

/** The cells of one record. */
export function cells_of(record) {
  const cells = [];
  let cell = '', quoted = false;
  for (let i = 0; i < record.length; i++) {
    const c = record[i];
    if (c === '"' && quoted && record[i + 1] === '"') { cell += '"'; i++; } else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) { cells.push(cell); cell = ''; } else cell += c;
  }
  cells.push(cell);
  return cells;
}

export const cell_text = (text) => /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
export const record_text = (cells) => cells.map(cell_text).join(',');
