// The gateway's list of receipt rows that begin alike (FORMAT 9).
import { allZero, compare, equal, getU32 } from './bytes.js';
import { Refused } from './errors.js';

const HEAD = 16;
const PLACE = 24;
const EMPTY = 0;
const CARRIED = 2;

/** Nothing follows a place that is empty, and rows ascend. */
function checkPlace(place, before, prefix) {
  if (!allZero(place.subarray(21))) return false;
  if (place[20] === EMPTY) return allZero(place);
  const after = !before || (before[20] !== EMPTY && compare(before.subarray(0, 16), place.subarray(0, 16)) < 0);
  return place[20] <= CARRIED && place[0] === prefix && after;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} prefix first byte of the rows that were asked for
 * @returns {{row: Uint8Array, day: number, state: number}[]} state: 1 received, 2 carried
 * @throws {Refused} ROWS_LENGTH, ROWS_FORMAT
 */
export function readRows(bytes, prefix) {
  if (bytes.length < HEAD) throw new Refused('ROWS_LENGTH');
  const places = getU32(bytes, 12);
  const head = String.fromCharCode(...bytes.subarray(0, 8)) === 'SKROWS_1' && bytes[8] === prefix && allZero(bytes.subarray(9, 12));
  if (!head || places < 32 || !Number.isInteger(Math.log2(places))) throw new Refused('ROWS_FORMAT');
  if (bytes.length !== HEAD + PLACE * places) throw new Refused('ROWS_LENGTH');
  const rows = [];
  let before = null;
  for (let at = HEAD; at < bytes.length; at += PLACE) {
    const place = bytes.subarray(at, at + PLACE);
    if (!checkPlace(place, before, prefix)) throw new Refused('ROWS_FORMAT');
    if (place[20] !== EMPTY) rows.push({ row: place.slice(0, 16), day: getU32(place, 16), state: place[20] });
    before = place;
  }
  return rows;
}

/** @param {{row: Uint8Array}[]} rows @param {Uint8Array} row 16 bytes @returns {{row, day, state}|null} */
export const findRow = (rows, row) => rows.find((one) => equal(one.row, row)) || null;
