// A board read in pieces, as it comes from the network or from a file (FORMAT 5).
import { Refused } from './errors.js';
import { equal } from './bytes.js';
import { FIXED, boardHeaderLength, readBoardHeader, bucketLength, boardLength, checkBucket } from './board.js';
import { answerBuckets, readAnswer } from './answer.js';

const IDENTITY_AT = 32;

/**
 * Takes a board in pieces of any size. Its signature is checked before its first bucket, every bucket by its digest;
 * only the few in which an answer to this code can stand are kept, so a board of any size needs little memory.
 */
export class BoardStream {
  /**
   * @param {object[]} sheets verified sheets (readSheet); the board must be of one of them
   * @param {object} receipt deriveReceipt(r)
   */
  constructor(sheets, receipt) {
    this.sheets = sheets;
    this.receipt = receipt;
    this.restart();
  }

  /** Forgets what was pushed. */
  restart() {
    this.board = null;
    this.sheet = null;
    this.wanted = new Set();
    this.kept = new Map();
    this.failure = null;
    this.next = 0; // bucket
    this.expect(FIXED);
  }

  expect(length) {
    this.piece = new Uint8Array(length);
    this.filled = 0;
  }

  /** Never throws, so that the rest of a download goes on as if nothing were wrong; end() says what was. */
  push(bytes) {
    try {
      for (let at = 0; at < bytes.length && this.failure === null;) at += this.take(bytes.subarray(at));
    } catch (failure) {
      this.failure = failure;
    }
  }

  take(bytes) {
    if (this.board !== null && this.next === 2 ** this.board.bucketBits) throw new Refused('BOARD_LENGTH');
    const n = Math.min(bytes.length, this.piece.length - this.filled);
    this.piece.set(bytes.subarray(0, n), this.filled);
    this.filled += n;
    if (this.filled === this.piece.length) this.complete();
    return n;
  }

  complete() {
    if (this.board !== null) this.bucket();
    else if (this.piece.length === FIXED) this.widen();
    else this.header();
  }

  /** The first bytes say how long the header is. */
  widen() {
    const first = this.piece;
    this.expect(boardHeaderLength(first));
    this.piece.set(first);
    this.filled = FIXED;
  }

  header() {
    const identity = this.piece.subarray(IDENTITY_AT, IDENTITY_AT + 32);
    const sheet = this.sheets.find((one) => equal(one.identity, identity));
    if (!sheet) throw new Refused('BOARD_IDENTITY');
    this.board = readBoardHeader(this.piece, sheet.desk);
    this.sheet = sheet;
    this.wanted = new Set(answerBuckets(this.board, this.receipt));
    this.expect(bucketLength(this.board));
  }

  bucket() {
    checkBucket(this.board, this.next, this.piece);
    if (this.wanted.has(this.next)) this.kept.set(this.next, this.piece.slice());
    this.next++;
    this.filled = 0;
  }

  /** The whole length in bytes, 0 until the header was read. */
  get length() {
    return this.board === null ? 0 : boardLength(this.board);
  }

  /**
   * After the last piece.
   * @param {number} today day by the clock of this device
   * @returns {{sheet: object, board: object, stale: boolean, answer: object | null}}
   * @throws {Refused} BOARD_..., ANSWER_..., BOARD_LENGTH when it is cut off
   */
  end(today) {
    if (this.failure !== null) throw this.failure;
    if (this.board === null || this.next !== 2 ** this.board.bucketBits) throw new Refused('BOARD_LENGTH');
    const answer = readAnswer((number) => this.kept.get(number), this.board, this.receipt);
    return { sheet: this.sheet, board: this.board, stale: today > this.board.staleDay, answer };
  }
}
