// What became of a report: looked up on this device in what everybody gets alike (FORMAT 5 and 9).
import { Refused } from './errors.js';
import { concat, equal, hex } from './bytes.js';
import { dayOf } from './calendar.js';
import { splitSheets, readSheet } from './sheet.js';
import { findNewest, prefixOf, readRows } from './rows.js';
import { BoardStream } from './board_stream.js';
import { download } from './download.js';

/**
 * @typedef {object} Result of one organisation
 * @property {string} name
 * @property {'answer'|'nothing'|'empty'|'unverified'|'failed'} kind nothing: its board holds nothing for this code;
 *   empty: it has no board yet; unverified: what came is not what it signed; failed: it could not be fetched
 * @property {object} [answer] readAnswer()
 * @property {number} [issuedDay] of the board
 * @property {boolean} [stale] whether the board is out of date
 */

/**
 * Fetches all receipt rows (of very many: those that begin with the same few bits), all key sheets and every organisation's whole
 * board, always all of them and in the same order: who watches, and the server, see nothing of the code but those bits.
 * @param {object} receipt deriveReceipt(r)
 * @param {{slug: string, name: string, pin: Uint8Array}[]} organisations
 * @param {{fetch: typeof fetch, pause: Function, now: number, progress: (name: string | null, share: number) => void}} how
 * @returns {Promise<{state: 'unknown'|'received'|'carried'|'answered', day: number, complete: boolean, rowsFailed: boolean,
 *   organisations: Result[]}>} complete: nothing failed, so that "no answer" means that there is none; day 0: not known
 */
export async function lookUp(receipt, organisations, how) {
  const row = await lookForRow(receipt, how);
  const sheets = await fetchSheets(how);
  const results = [];
  for (const organisation of organisations) results.push(await lookAtBoard(organisation, sheets, receipt, how));
  return {
    state: results.some((one) => one.kind === 'answer') ? 'answered' : row.state,
    day: row.day,
    rowsFailed: row.failed,
    complete: !row.failed && !results.some((one) => one.kind === 'failed' || one.kind === 'unverified'),
    organisations: results,
  };
}

async function fetchWhole(url, how, name) {
  let parts = [];
  const sink = { restart: () => { parts = []; }, push: (piece) => parts.push(piece) };
  const progress = (done, all) => how.progress(name, all > 0 ? done / all : 0);
  if (!await download(url, sink, { ...how, progress })) throw new Refused('NOT_FOUND');
  return concat(...parts);
}

const ROW_STATES = ['unknown', 'received', 'carried'];

/** The whole table; when it is large, the part of it that this code's rows are in: one request more. */
async function fetchStates(receipt, how) {
  const table = readRows(await fetchWhole('/receipts', how, null));
  if (table.places > 0 && table.bits === 0) return table.states;
  const prefix = prefixOf(receipt.rowKey[0], table.bits);
  const part = readRows(await fetchWhole('/receipts/' + hex(Uint8Array.of(prefix)), how, null));
  if (table.places > 0 || part.places === 0 || part.bits !== table.bits || part.prefix !== prefix) throw new Refused('ROWS_FORMAT');
  return part.states;
}

async function lookForRow(receipt, how) {
  try {
    const { state, day } = findNewest(await fetchStates(receipt, how), receipt, dayOf(how.now));
    return { failed: false, state: ROW_STATES[state], day };
  } catch {
    return { failed: true, state: 'unknown', day: 0 };
  }
}

/** null: they could not be fetched. One that is broken does not hide the others. */
async function fetchSheets(how) {
  let all;
  try {
    all = splitSheets(await fetchWhole('/sheets', how, null));
  } catch {
    return null;
  }
  return all.flatMap((bytes) => {
    try {
      return [readSheet(bytes)];
    } catch {
      return [];
    }
  });
}

async function lookAtBoard({ slug, name, pin }, sheets, receipt, how) {
  const pinned = (sheets || []).filter((sheet) => equal(sheet.identity, pin));
  const stream = new BoardStream(pinned, receipt);
  const progress = (done, all) => how.progress(name, all > 0 ? done / all : 0);
  try {
    if (!await download('/boards/' + slug, stream, { ...how, progress })) return { name, kind: 'empty' };
  } catch {
    return { name, kind: 'failed' };
  }
  if (sheets === null) return { name, kind: 'failed' };
  return judge(name, stream, how.now);
}

/**
 * What a board that came whole says.
 * @param {string} name
 * @param {BoardStream} stream
 * @param {number} now milliseconds
 * @returns {Result}
 */
export function judge(name, stream, now) {
  try {
    const { board, stale, answer } = stream.end(dayOf(now));
    return { name, kind: answer ? 'answer' : 'nothing', answer, issuedDay: board.issuedDay, stale };
  } catch {
    return { name, kind: 'unverified' };
  }
}
