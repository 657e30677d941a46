// Where the bytes of an upload come from: a file that is there, or pieces that are made while it is sent.
import { Refused } from './errors.js';

/**
 * @typedef {object} Source
 * @property {number} length
 * @property {(offset: number, size: number) => Promise<Uint8Array>} take bytes from an offset; size is within the length
 * @property {(offset: number) => void} release what lies before is stored and will not be asked for again
 * @property {(offset: number) => void} ahead will be asked for up to here soon
 */

/** A sealed file. @implements {Source} */
export class BlobSource {
  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
    this.length = blob.size;
  }

  async take(offset, size) {
    return new Uint8Array(await this.blob.slice(offset, offset + size).arrayBuffer());
  }

  release() {}

  ahead() {}
}

/** Pieces that come once, in order; each is kept until it is stored, so that no byte is ever made twice. @implements {Source} */
export class PieceSource {
  /** @param {AsyncGenerator<Uint8Array>} pieces @param {number} length of all together */
  constructor(pieces, length) {
    this.pieces = pieces;
    this.length = length;
    this.held = []; // pieces from base to end
    this.base = 0;
    this.end = 0;
    this.work = Promise.resolve();
  }

  async take(offset, size) {
    if (offset < this.base) throw new Refused('NOT_FOUND'); // what was acknowledged is lost over there
    await this.fill(offset + size);
    const out = new Uint8Array(size);
    let at = this.base;
    for (const piece of this.held) {
      const from = Math.max(offset - at, 0);
      const to = Math.min(offset + size - at, piece.length);
      if (from < to) out.set(piece.subarray(from, to), at + from - offset);
      at += piece.length;
    }
    return out;
  }

  release(offset) {
    while (this.held.length > 0 && this.base + this.held[0].length <= offset) this.base += this.held.shift().length;
  }

  ahead(offset) {
    this.fill(Math.min(offset, this.length)).catch(() => {}); // take() says it
  }

  /** No more is asked for; what is held is forgotten. */
  close() {
    this.held = [];
    this.pieces.return().catch(() => {});
  }

  /** One at a time, in the order of asking. */
  fill(to) {
    this.work = this.work.then(() => this.pull(to));
    return this.work;
  }

  async pull(to) {
    while (this.end < to) {
      const { value, done } = await this.pieces.next();
      if (done) throw new Refused('BODY_LENGTH');
      this.held.push(value);
      this.end += value.length;
    }
  }
}
