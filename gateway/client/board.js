// Reading boards: status and answers, one per organisation, public (FORMAT 5). As keys/seal/board.c.
import { allZero, compare, concat, equal, getU32, getU64, putU64 } from './bytes.js';
import { signedBy } from './curve.js';
import { Refused } from './errors.js';
import { F, blake } from './hash.js';

export const FIXED = 136;
const SIGNATURE = 64;
export const RECORD = 1024;
export const TAG = 16;

const refuse = (code) => { throw new Refused('BOARD_' + code); };

/**
 * @param {Uint8Array} bytes at least the first 136
 * @returns {number} how long the header is, with its signature
 * @throws {Refused} BOARD_LENGTH, BOARD_MAGIC, BOARD_COUNTS
 */
export function boardHeaderLength(bytes) {
  if (bytes.length < FIXED) refuse('LENGTH');
  if (String.fromCharCode(...bytes.subarray(0, 8)) !== 'SKBOARD1') refuse('MAGIC');
  if (bytes[8] > 10 || bytes[9] < 3 || bytes[9] > 8) refuse('COUNTS');
  return FIXED + 32 * 2 ** bytes[8] + SIGNATURE;
}

function checkStructure(bytes) {
  if (bytes.length < FIXED + 32 + SIGNATURE) refuse('LENGTH');
  if (bytes.length !== boardHeaderLength(bytes)) refuse('LENGTH');
  if (!allZero(bytes.subarray(10, 12)) || !allZero(bytes.subarray(68, 72))) refuse('RESERVED');
  if ((getU32(bytes, 28) === 0) !== allZero(bytes.subarray(104, FIXED))) refuse('RESERVED');
}

/**
 * @param {Uint8Array} bytes exactly the header
 * @param {Uint8Array} desk of the organisation's sheet
 * @throws {Refused} BOARD_LENGTH, _MAGIC, _COUNTS, _RESERVED, _SIGNATURE
 */
export function readBoardHeader(bytes, desk) {
  checkStructure(bytes);
  const end = bytes.length - SIGNATURE;
  if (!signedBy(bytes.subarray(end), 'skrynka/1 board', bytes.subarray(0, end), desk)) refuse('SIGNATURE');
  return {
    bucketBits: bytes[8],
    recordBits: bytes[9],
    issuedDay: getU32(bytes, 12),
    counter: getU64(bytes, 16),
    staleDay: getU32(bytes, 24),
    carrySerial: getU32(bytes, 28),
    identity: bytes.slice(32, 64),
    sheetSerial: getU32(bytes, 64),
    previous: bytes.slice(72, 104),
    carryDigest: bytes.slice(104, FIXED),
    digest: blake(bytes),
    headerLength: bytes.length,
    buckets: bytes.slice(FIXED, end),
  };
}

/** @returns {number} bytes of one bucket */
export const bucketLength = (board) => RECORD * 2 ** board.recordBits;
/** @returns {number} bytes of the whole file */
export const boardLength = (board) => board.headerLength + bucketLength(board) * 2 ** board.bucketBits;

/**
 * Against the organisation's current sheet and the last accepted board, which it need not follow.
 * @throws {Refused} BOARD_IDENTITY, _FLOOR, _COUNTER
 */
export function trustBoard(board, sheet, last) {
  if (!equal(board.identity, sheet.identity)) refuse('IDENTITY');
  if (board.counter < sheet.boardFloor) refuse('FLOOR');
  if (last && board.counter <= last.counter) refuse('COUNTER');
}

/** In which bucket a record with this tag stands: the tag's top bits. */
export const bucketOf = (tag, bits) => (tag[0] << 8 | tag[1]) >> (16 - bits);

/** Strictly ascending: two records of one tag would let a reader see the one or the other. */
function inOrder(bytes, number, bits) {
  for (let at = 0; at < bytes.length; at += RECORD) {
    const tag = bytes.subarray(at, at + TAG);
    if (bucketOf(tag, bits) !== number) return false;
    if (at > 0 && compare(bytes.subarray(at - RECORD, at - RECORD + TAG), tag) >= 0) return false;
  }
  return true;
}

/**
 * @param {number} number of the bucket
 * @param {Uint8Array} bytes all of it
 * @throws {Refused} BOARD_BUCKET, BOARD_ORDER
 */
export function checkBucket(board, number, bytes) {
  const digest = board.buckets.subarray(32 * number, 32 * number + 32);
  if (digest.length !== 32 || bytes.length !== bucketLength(board) || !equal(blake(bytes), digest)) refuse('BUCKET');
  if (!inOrder(bytes, number, board.bucketBits)) refuse('ORDER');
}

function derive(mailbox, label, board, part) {
  const context = concat(board.identity, new Uint8Array(9));
  putU64(context, 32, board.counter);
  context[40] = part;
  return F(mailbox, label, context);
}

/** @returns {Uint8Array} 16 bytes */
export const recordTag = (mailbox, board, part) => derive(mailbox, 'tag', board, part).slice(0, TAG);
/** @returns {Uint8Array} 32 bytes */
export const recordKey = (mailbox, board, part) => derive(mailbox, 'reply', board, part);
