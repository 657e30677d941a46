// Reading the answer to a code from a board (FORMAT 5). As keys/seal/answer.c.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { allZero, concat, equal, getU16, getU32, text, wipe } from './bytes.js';
import { RECORD, TAG, bucketOf, checkBucket, recordKey, recordTag } from './board.js';
import { openBox } from './curve.js';
import { Refused } from './errors.js';

const PARTS = 4;
const PART_TEXT = 896;
const TEXT_AT = 48;
/** All controls but tab and newline. */
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

/** Whether a desk can have written this: UTF-8 without controls. @param {Uint8Array} bytes */
export function textValid(bytes) {
  try {
    return !CONTROLS.test(text(bytes));
  } catch {
    return false;
  }
}

/**
 * The buckets in which parts of an answer to this code would stand.
 * @returns {number[]}
 */
export function answerBuckets(board, receipt) {
  return Array.from({ length: PARTS }, (_, part) => bucketOf(recordTag(receipt.mailbox, board, part), board.bucketBits));
}

function findRecord(bucket, tag) {
  for (let at = 0; at < bucket.length; at += RECORD) {
    if (equal(bucket.subarray(at, at + TAG), tag)) return bucket.subarray(at, at + RECORD);
  }
  return null;
}

/** The plaintext of a part, or null if it is not there. */
function openPart(buckets, board, receipt, part) {
  const tag = recordTag(receipt.mailbox, board, part);
  const number = bucketOf(tag, board.bucketBits);
  const bucket = buckets(number);
  checkBucket(board, number, bucket);
  const record = findRecord(bucket, tag);
  if (!record) return null;
  const key = recordKey(receipt.mailbox, board, part);
  try {
    const box = chacha20poly1305(key, new Uint8Array(12), tag).decrypt(record.subarray(TAG));
    return openBox(box, receipt.replyPk, receipt.replySk);
  } catch {
    throw new Refused('ANSWER_FORGED');
  } finally {
    wipe(key);
  }
}

function checkPart(plain, part) {
  const length = getU16(plain, 8);
  const formed = plain[0] === 1 && plain[1] >= 1 && plain[1] <= 6 && plain[2] === part && plain[3] >= 1 && plain[3] <= PARTS &&
    allZero(plain.subarray(10, 16)) && length <= PART_TEXT && allZero(plain.subarray(TEXT_AT + length));
  if (!formed) throw new Refused('ANSWER_FORMAT');
}

/** All parts of one answer speak of the same: status, parts, day, envelope. */
function agrees(plain, first) {
  return plain[1] === first[1] && plain[3] === first[3] && equal(plain.subarray(4, 8), first.subarray(4, 8)) &&
    equal(plain.subarray(16, 48), first.subarray(16, 48));
}

function partsOf(buckets, board, receipt) {
  const parts = [];
  do {
    const plain = openPart(buckets, board, receipt, parts.length);
    if (!plain && parts.length === 0) return parts;
    if (!plain) throw new Refused('ANSWER_PARTS');
    checkPart(plain, parts.length);
    if (!agrees(plain, parts[0] || plain)) throw new Refused('ANSWER_FORMAT');
    parts.push(plain);
  } while (parts.length < parts[0][3]);
  return parts;
}

/**
 * @param {(number: number) => Uint8Array} buckets gives the bucket of this number (one of answerBuckets()); it is checked here
 * @param {object} board readBoardHeader()
 * @param {import('./receipt.js').Receipt} receipt
 * @returns {{status: number, day: number, text: string, envelope: Uint8Array}|null} null: it holds nothing for this code.
 *   status: 1 arrived, 2 read, 3 being checked, 4 more is needed, 5 passed on, 6 closed
 * @throws {Refused} ANSWER_FORGED, ANSWER_FORMAT, ANSWER_PARTS, BOARD_BUCKET, BOARD_ORDER
 */
export function readAnswer(buckets, board, receipt) {
  const parts = partsOf(buckets, board, receipt);
  if (parts.length === 0) return null;
  const words = concat(...parts.map((plain) => plain.subarray(TEXT_AT, TEXT_AT + getU16(plain, 8))));
  if (!textValid(words)) throw new Refused('ANSWER_FORMAT');
  const answer = { status: parts[0][1], day: getU32(parts[0], 4), text: text(words), envelope: parts[0].slice(16, 48) };
  wipe(words, ...parts);
  return answer;
}
