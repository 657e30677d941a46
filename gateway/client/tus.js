// A resumable upload: pieces small enough for a bad line, each sent until it is stored, never two at once.
import { random } from './bytes.js';
import { Refused } from './errors.js';
import { Cut, Wire, fitsLess, uploadAddress, uploadOffset } from './tus_wire.js';

const SMALLEST = 16 * 1024;
const FIRST = 64 * 1024;
const LARGEST = 512 * 1024;
const FAST = 3_000; // ms for one piece: the next may be twice as large
const SLOW = 20_000; // ms: the next is half as large
const LONGEST_WAIT = 60_000;

/** What an upload takes of its surroundings; tests give others. */
export const WORLD = {
  fetch: (...request) => fetch(...request),
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(), // spreads waits; nothing secret
};

/**
 * @typedef {object} State
 * @property {'sending'|'waiting'|'busy'} phase waiting: the line is cut; busy: the server asks for patience
 * @property {number} done bytes that are stored for good
 * @property {number} all
 */

export class Upload {
  /**
   * @param {object} what
   * @param {import('./tus_source.js').Source} what.source
   * @param {Uint8Array} [what.row] 16 bytes
   * @param {Uint8Array} [what.token] 16 random bytes (FORMAT 8) under which part of it may be there already; drawn here if none are given
   * @param {(state: State) => void} [what.changed]
   * @param {string} [what.path] @param {typeof WORLD} [what.world]
   */
  constructor({ source, row, token, changed = () => {}, path = '/uploads', world = WORLD }) {
    Object.assign(this, { source, row, token: token || random(16), changed, path, world });
    this.wire = new Wire(path, world);
    this.url = null;
    this.offset = 0;
    this.known = !token; // whether offset is what the server has
    this.size = FIRST;
    this.failures = 0; // in a row
    this.stopped = false;
    this.lastSent = false; // the last byte is on its way, or was
    this.wake = () => {};
  }

  /**
   * Sends everything. Goes on through every cut, for as long as it takes. May be called again after a refusal.
   * @throws {Refused} STOPPED; NOT_FOUND: what was sent is gone, and it has to be sealed anew; FULL; RESERVE: only
   *   something short fits; TOO_LARGE; BAD_REQUEST: refused for another reason; USAGE: no answer of such a server; and whatever the
   *   source throws
   */
  async run() {
    this.tell('sending');
    while (this.url === null) await this.attempt(() => this.create());
    while (this.offset < this.source.length) await this.attempt(() => (this.known ? this.patch() : this.head()));
  }

  /** Ends the waiting between two attempts. */
  now() {
    this.wake();
  }

  /**
   * Ends it, and asks the server to forget what it has. A finished upload is not asked to be forgotten: it is stored.
   * @returns {Promise<'dropped'|'stored'|'unknown'>} unknown: the last byte was on its way, and no answer comes
   */
  async stop() {
    this.stopped = true;
    this.wake();
    await this.wire.abort();
    if (this.url === null) return 'dropped';
    try {
      if (this.lastSent && uploadOffset(await this.wire.head(this.url)) === this.source.length) return 'stored';
      await this.wire.remove(this.url);
    } catch {
      if (this.lastSent) return 'unknown';
    }
    return 'dropped'; // what is not whole is never shown to anybody, and goes after some days
  }

  tell(phase) {
    this.changed({ phase, done: this.offset, all: this.source.length });
  }

  async attempt(action) {
    if (this.stopped) throw new Refused('STOPPED');
    const before = this.offset;
    try {
      await action();
      if (this.offset > before) this.failures = 0;
    } catch (error) {
      if (this.stopped) throw new Refused('STOPPED');
      if (!(error instanceof Cut)) throw error;
      this.known = false;
      this.size = Math.max(SMALLEST, this.size / 2);
      await this.wait(error.busy);
    }
  }

  /** Ever longer, never all clients at the same moment, shorter when the network comes back or somebody asks. */
  async wait(busy) {
    const longest = Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures++);
    this.tell(busy ? 'busy' : 'waiting');
    await new Promise((resolve) => {
      const release = this.world.after(longest * (0.5 + this.world.random() / 2), resolve);
      this.wake = () => {
        release();
        resolve();
      };
    });
    this.wake = () => {};
    if (!this.stopped) this.tell('sending');
  }

  async create() {
    const response = await this.wire.create(this.source.length, this.row, this.token);
    if (response.status === 404 || response.status === 410) throw new Refused('BAD_REQUEST'); // no uploads here at all
    if (response.status !== 201) refuse(response);
    this.url = uploadAddress(response, this.path);
    if (this.url === null) throw new Refused('USAGE');
  }

  async head() {
    const response = await this.wire.head(this.url);
    if (response.status !== 200 && response.status !== 204) refuse(response);
    const offset = uploadOffset(response);
    if (offset < 0 || offset > this.source.length) throw new Cut();
    this.reached(offset);
    this.known = true;
  }

  async patch() {
    const size = Math.min(this.size, this.source.length - this.offset);
    const bytes = await this.source.take(this.offset, size);
    if (this.stopped) throw new Refused('STOPPED');
    this.source.ahead(this.offset + size + this.size);
    this.lastSent = this.lastSent || this.offset + size === this.source.length;
    const began = this.world.now();
    const response = await this.wire.patch(this.url, this.offset, bytes);
    if (response.status === 409) this.known = false;
    else if (response.status !== 204) refuse(response);
    else this.stored(uploadOffset(response), size, this.world.now() - began);
  }

  stored(offset, size, took) {
    if (offset <= this.offset || offset > this.offset + size) throw new Cut();
    if (took < FAST && size === this.size) this.size = Math.min(LARGEST, this.size * 2);
    if (took > SLOW) this.size = Math.max(SMALLEST, this.size / 2);
    this.reached(offset);
  }

  reached(offset) {
    this.offset = offset;
    this.source.release(offset);
    this.tell('sending');
  }
}

/** What a status other than success means. */
function refuse(response) {
  const { status } = response;
  if (status === 404 || status === 410) throw new Refused('NOT_FOUND');
  if (status === 413) throw new Refused('TOO_LARGE');
  if (status === 507) throw new Refused(fitsLess(response) ? 'RESERVE' : 'FULL');
  if (status >= 500 || status === 408 || status === 423 || status === 429) throw new Cut(status === 503 || status === 429);
  throw new Refused(status < 400 ? 'USAGE' : 'BAD_REQUEST');
}
