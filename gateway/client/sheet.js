// Key sheets: an organisation's public keys, signed on its desk (FORMAT 4). As keys/seal/sheet.c.
import { allZero, compare, concat, equal, getU32, getU64 } from './bytes.js';
import { EPOCH_MONTH, weekOf } from './calendar.js';
import { lowOrder, signedBy } from './curve.js';
import { Refused } from './errors.js';
import { F, blake } from './hash.js';

const FIXED = 168;
const SIGNATURE = 64;
const LENGTH_MAX = FIXED + 32 * 510 + SIGNATURE;

const announced = (bytes) => FIXED + 32 * (bytes[9] + bytes[10]) + SIGNATURE;

function checkStructure(bytes) {
  const refuse = (code) => { throw new Refused('SHEET_' + code); };
  if (bytes.length < FIXED + SIGNATURE || bytes.length > LENGTH_MAX) refuse('LENGTH');
  if (String.fromCharCode(...bytes.subarray(0, 8)) !== 'SKSHEET1') refuse('MAGIC');
  if (bytes[8] !== 1) refuse('SUITE');
  if (bytes.length !== announced(bytes)) refuse('LENGTH');
  if (!allZero(bytes.subarray(28, 32))) refuse('RESERVED');
  if (bytes[9] === 0 && bytes[10] !== 0) refuse('COUNTS');
}

function readKeys(bytes) {
  const keys = [];
  for (let at = FIXED; at < bytes.length - SIGNATURE; at += 32) keys.push(bytes.slice(at, at + 32));
  if (keys.some(lowOrder)) throw new Refused('KEY_LOW_ORDER');
  if (new Set(keys.map(String)).size !== keys.length) throw new Refused('KEY_REPEATED');
  return keys;
}

/**
 * Structure, then signature, then keys; says nothing yet about trust.
 * @param {Uint8Array} bytes one whole sheet
 * @throws {Refused} SHEET_LENGTH, _MAGIC, _SUITE, _RESERVED, _COUNTS, _SIGNATURE, KEY_LOW_ORDER, KEY_REPEATED
 */
export function readSheet(bytes) {
  checkStructure(bytes);
  const identity = bytes.slice(40, 72);
  const end = bytes.length - SIGNATURE;
  if (!signedBy(bytes.subarray(end), 'skrynka/1 sheet', bytes.subarray(0, end), identity)) throw new Refused('SHEET_SIGNATURE');
  return {
    weeks: bytes[9], // 0: revoked
    months: bytes[10],
    keepWeeks: bytes[11],
    serial: getU32(bytes, 12),
    firstWeek: getU32(bytes, 16),
    firstMonth: getU32(bytes, 20),
    issuedWeek: getU32(bytes, 24),
    boardFloor: getU64(bytes, 32),
    identity,
    desk: bytes.slice(72, 104),
    nextIdentity: bytes.slice(104, 136),
    onion: bytes.slice(136, 168),
    keys: readKeys(bytes), // weekly, then monthly
    digest: blake(bytes),
  };
}

/**
 * Sheets that stand one after the other, each announcing its length. Where that cannot be right the whole rest is taken for
 * one, and reading it says what is wrong.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array[]}
 */
export function splitSheets(bytes) {
  const sheets = [];
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    sheets.push(rest.length < FIXED ? rest : rest.subarray(0, announced(rest)));
    at += sheets[sheets.length - 1].length;
  }
  return sheets;
}

/**
 * @param {object} sheet readSheet()
 * @param {Uint8Array} pin 32 bytes
 * @param {number} now ms since 1970
 * @param {{serial: number, digest?: Uint8Array}} [last] the newest one seen of this organisation
 * @throws {Refused} SHEET_PIN, _SERIAL, _FUTURE, _REVOKED, _UNCOVERED
 */
export function trustSheet(sheet, pin, now, last) {
  const week = weekOf(now);
  const older = last && (sheet.serial < last.serial || (sheet.serial === last.serial && last.digest && !equal(sheet.digest, last.digest)));
  if (!equal(sheet.identity, pin)) throw new Refused('SHEET_PIN');
  if (older) throw new Refused('SHEET_SERIAL');
  if (sheet.issuedWeek > week) throw new Refused('SHEET_FUTURE');
  if (sheet.weeks === 0) throw new Refused('SHEET_REVOKED');
  if (!sheetKey(sheet, week)) throw new Refused('SHEET_UNCOVERED');
}

/** @param {number} epoch a week, or a month with EPOCH_MONTH @returns {Uint8Array|null} */
export function sheetKey(sheet, epoch) {
  const month = epoch >= EPOCH_MONTH;
  const at = month ? epoch - EPOCH_MONTH - sheet.firstMonth : epoch - sheet.firstWeek;
  if (at < 0 || at >= (month ? sheet.months : sheet.weeks)) return null;
  return sheet.keys[month ? sheet.weeks + at : at];
}

/** Whether a file that is carried for weeks can be sealed for this month. @returns {boolean} */
export const hasMonth = (sheet, month) => sheetKey(sheet, EPOCH_MONTH + month) !== null;

/** Which sheets a report was sealed by. @param {{digest: Uint8Array}[]} sheets */
export const sheetsDigest = (sheets) => F(null, 'sheets', concat(...sheets.map(({ digest }) => digest).sort(compare)));
