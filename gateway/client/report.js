// Sealing one report as it streams (FORMAT 1 and 2). Holds one chunk, whatever the size.
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { putU16, putU64, random, wipe } from './bytes.js';
import { BLOCK, PLAIN, chunksFor, envelopeLength } from './class.js';
import { PRELUDE, SIGNATURE, fileKeyOf, makePrelude, signedMessage } from './content.js';
import { sign } from './curve.js';
import { Refused } from './errors.js';
import { F, sha256Bulk, sha256Start } from './hash.js';
import { pacer } from './pace.js';
import { sheetsDigest } from './sheet.js';
import { makeHeader } from './slots.js';

export { FLAG_ANSWERS, FLAG_FOLLOW_UP, SEALED_BY } from './content.js';

async function* piecesOf(body) {
  if (!body.getReader) {
    yield* body;
    return;
  }
  const reader = body.getReader(); // not every browser can iterate over a stream
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** One report. It draws a new seed for the file key, so a retry that encrypts again is a new Report. */
export class Report {
  /**
   * @param {object} how
   * @param {number} how.epoch
   * @param {Uint8Array[]} how.recipients one to eight keys of that epoch
   * @param {import('./receipt.js').Receipt} how.receipt what is needed of it is copied
   * @param {number} how.sealedBy SEALED_BY
   * @param {number} how.flags FLAG_...
   * @param {{digest: Uint8Array}[]|Uint8Array} how.sheets the sheets used, or their digest
   * @param {string} how.boundary of the multipart body
   * @param {number} how.length of the body in bytes, known beforehand
   * @param {Uint8Array} [how.seed] of the file key, for known answers only
   * @throws {Refused} TOO_LARGE, CONTENT_..., RECIPIENTS_..., KEY_LOW_ORDER
   */
  constructor({ epoch, recipients, receipt, sealedBy, flags, sheets, boundary, length, seed = random(32) }) {
    const digest = sheets instanceof Uint8Array ? sheets : sheetsDigest(sheets);
    /** Chunks of the envelope. */
    this.chunks = chunksFor(PRELUDE + length + SIGNATURE);
    if (this.chunks === 0) throw new Refused('TOO_LARGE');
    /** The envelope's bytes. */
    this.length = envelopeLength(this.chunks);
    this.bodyLength = length;
    this.prelude = makePrelude({ receipt, sealedBy, flags, sheets: digest, boundary, seed });
    const key = fileKeyOf(this.prelude);
    /** The envelope's first 680 bytes. */
    this.header = makeHeader(epoch, key, recipients);
    this.key = F(key, 'payload', this.header);
    this.signSk = receipt.signSk.slice();
    this.plain = new Uint8Array(PLAIN);
    this.fill = 0;
    this.next = 0; // chunk
    this.digest = sha256Start();
    this.wiped = false;
    wipe(key);
  }

  /** Forgets keys and text. What is being sealed ends with Refused USAGE. */
  wipe() {
    this.wiped = true;
    wipe(this.key, this.signSk, this.prelude, this.plain);
    this.digest.destroy();
  }

  /**
   * The envelope: the header, then each sealed chunk. Once only.
   * @param {AsyncIterable<Uint8Array>|ReadableStream<Uint8Array>} body
   * @param {() => Promise<void>} [pause] awaited after every 8 ms or so of work, so that a page stays alive
   * @throws {Refused} BODY_LENGTH when the body is not as long as was said, USAGE when it was wiped
   */
  async *pieces(body, pause) {
    const step = pacer(pause);
    yield this.header;
    this.put(this.prelude);
    let left = this.bodyLength;
    for await (const piece of piecesOf(body)) {
      left -= piece.length;
      if (left < 0) throw new Refused('BODY_LENGTH');
      for (let at = 0; at < piece.length;) {
        if (this.fill === BLOCK) yield await this.sealed(step, true);
        at += this.put(piece.subarray(at));
      }
    }
    if (left !== 0) throw new Refused('BODY_LENGTH');
    yield* this.ending(step);
    this.wipe();
  }

  /** The signature, which may straddle two chunks or have one to itself, and empty chunks up to the class. */
  async *ending(step) {
    await this.digestBlock(step);
    const signature = this.signature();
    for (let at = this.put(signature); this.next < this.chunks; at += this.put(signature.subarray(at))) {
      yield await this.sealed(step, false);
    }
  }

  /** Copies what fits into the chunk; how many bytes that were. */
  put(bytes) {
    const n = Math.min(bytes.length, BLOCK - this.fill);
    this.plain.set(bytes.subarray(0, n), 2 + this.fill);
    this.fill += n;
    return n;
  }

  /** While the body is taken, a chunk's content is exactly one block of the digest. */
  async digestBlock(step) {
    const hash = await step(() => sha256Bulk(this.plain.subarray(2, 2 + this.fill)));
    this.alive();
    this.digest.update(hash);
    wipe(hash); // it could confirm a guess at the text
  }

  signature() {
    const d = this.digest.digest();
    const message = signedMessage(this.header, d);
    const signature = sign(message, this.signSk);
    wipe(d, message, this.signSk);
    return signature;
  }

  alive() {
    if (this.wiped) throw new Refused('USAGE');
  }

  async sealed(step, hashed) {
    if (hashed) await this.digestBlock(step);
    const chunk = await step(() => this.seal());
    this.alive();
    return chunk;
  }

  seal() {
    this.alive();
    const nonce = new Uint8Array(12);
    putU64(nonce, 0, this.next);
    nonce[11] = this.next + 1 === this.chunks ? 1 : 0;
    putU16(this.plain, 0, this.fill);
    const out = chacha20poly1305(this.key, nonce).encrypt(this.plain);
    wipe(this.plain); // what was sent; and the zero padding of a chunk that is not filled up
    this.fill = 0;
    this.next++;
    return out;
  }
}
