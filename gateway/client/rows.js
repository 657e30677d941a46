// What the gateway publishes of receipts (FORMAT 9), and the rows of one code in it (FORMAT 3).
import { allZero, compare, getU32, hex } from './bytes.js';
import { Refused } from './errors.js';
import { rowOf } from './receipt.js';

const HEAD = 24;
const PLACE = 17;
const EMPTY = 0;
const CARRIED = 2;
const DAYS_BACK = 410;
const DAYS_AHEAD = 8;

/** The first `bits` bits of a byte, zeros behind them. */
export const prefixOf = (byte, bits) => byte & (0xff00 >> bits) & 0xff;

/** Nothing follows a place that is empty, and rows ascend. */
function checkPlace(place, before, { bits, prefix }) {
  if (place[16] === EMPTY) return allZero(place);
  const after = !before || (before[16] !== EMPTY && compare(before.subarray(0, 16), place.subarray(0, 16)) < 0);
  return place[16] <= CARRIED && prefixOf(place[0], bits) === prefix && after;
}

/** places 0: only a head, which stands for a table that is given by prefixes. */
function readHead(bytes) {
  if (bytes.length < HEAD) throw new Refused('ROWS_LENGTH');
  const [bits, prefix] = bytes.subarray(8, 10);
  const places = getU32(bytes, 12);
  const fits = places === 0 ? bits > 0 && prefix === 0 : places >= 32 && Number.isInteger(Math.log2(places));
  const good = String.fromCharCode(...bytes.subarray(0, 8)) === 'SKROWS_2' && bits <= 8 && prefixOf(prefix, bits) === prefix
    && allZero(bytes.subarray(10, 12)) && allZero(bytes.subarray(20, 24)) && fits;
  if (!good) throw new Refused('ROWS_FORMAT');
  return { bits, prefix, places, day: getU32(bytes, 16) };
}

/**
 * @param {Uint8Array} bytes
 * @returns {{bits: number, prefix: number, places: number, day: number, states: Map<string, number>}} day: of the publication;
 *   states: row in hex -> 1 received, 2 carried
 * @throws {Refused} ROWS_LENGTH, ROWS_FORMAT
 */
export function readRows(bytes) {
  const head = readHead(bytes);
  if (bytes.length !== HEAD + PLACE * head.places) throw new Refused('ROWS_LENGTH');
  const states = new Map();
  let before = null;
  for (let at = HEAD; at < bytes.length; at += PLACE) {
    const place = bytes.subarray(at, at + PLACE);
    if (!checkPlace(place, before, head)) throw new Refused('ROWS_FORMAT');
    if (place[16] !== EMPTY) states.set(hex(place.subarray(0, 16)), place[16]);
    before = place;
  }
  return { ...head, states };
}

/**
 * The newest day of which there is a row of this code; and the state: carried only if all of them are, because a device whose clock is
 * behind adds something under an older day.
 * @param {Map<string, number>} states
 * @param {object} receipt deriveReceipt(r)
 * @param {number} today
 * @returns {{day: number, state: number}} 0 and 0: there is none
 */
export function findNewest(states, receipt, today) {
  let found = { day: 0, state: EMPTY };
  for (let day = today - DAYS_BACK; day <= today + DAYS_AHEAD; day++) {
    const state = states.get(hex(rowOf(receipt, day)));
    if (state) found = { day, state: found.state ? Math.min(found.state, state) : state };
  }
  return found;
}
