// The requests of tus 1.0.0 (https://tus.io/protocols/resumable-upload), one at a time, each with a limit.
import { base64 } from './bytes.js';

/** No request waits longer than this without a word, */
const PATIENCE = 60_000;
/** and what it carries may be as slow as this, in bytes each second. */
const SLOWEST = 2048;

/** Nothing came back, or nothing that makes sense: try again later. */
export class Cut extends Error {
  /** @param {boolean} busy the server itself said so */
  constructor(busy = false) {
    super('cut');
    this.busy = busy;
  }
}

/** Only lines that a browser may send and every server of tus understands; no cookie, no referrer, no cache. */
const OPTIONS = { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' };

export class Wire {
  /**
   * @param {string} path where uploads are made, of this origin
   * @param {{fetch: typeof fetch, after: (ms: number, callback: () => void) => () => void}} world
   */
  constructor(path, world) {
    this.path = path;
    this.world = world;
    this.controller = null;
    this.last = Promise.resolve();
  }

  /** Ends the request that is under way. @returns {Promise<void>} once it has ended */
  async abort() {
    if (this.controller) this.controller.abort();
    await this.last;
  }

  /** @returns {Promise<Response>} with its body read @throws {Cut} */
  send(...request) {
    const answer = this.exchange(...request);
    this.last = answer.then(() => {}, () => {});
    return answer;
  }

  async exchange(method, url, headers = {}, body = undefined) {
    const controller = new AbortController();
    const limit = PATIENCE + (body ? (body.length / SLOWEST) * 1000 : 0);
    const release = this.world.after(limit, () => controller.abort());
    this.controller = controller;
    try {
      const response = await this.world.fetch(url, {
        ...OPTIONS, method, body, headers: { 'Tus-Resumable': '1.0.0', ...headers }, signal: controller.signal,
      });
      await response.arrayBuffer(); // short; unread, it would hold the connection
      return response;
    } catch {
      throw new Cut();
    } finally {
      release();
      if (this.controller === controller) this.controller = null;
    }
  }

  /** @returns {Promise<Response>} 201 with a Location, or a refusal */
  create(length, row, token) {
    const metadata = (row ? `row ${base64(row)},` : '') + `token ${base64(token)}`;
    return this.send('POST', this.path, { 'Upload-Length': String(length), 'Upload-Metadata': metadata });
  }

  head(url) {
    return this.send('HEAD', url);
  }

  patch(url, offset, bytes) {
    return this.send('PATCH', url,
      { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }, bytes);
  }

  remove(url) {
    return this.send('DELETE', url);
  }
}

/** The address of an upload, if it lies where it must: below `path` of the same origin. Null otherwise. */
export function uploadAddress(response, path) {
  const location = response.headers.get('Location');
  if (location === null) return null;
  const base = new URL(path, response.url || globalThis.location.href);
  const url = new URL(location, base);
  return url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`) && !url.search ? url.href : null;
}

/** Whether it would have been taken if it were short: the server names what fits now. */
export const fitsLess = (response) => response.headers.has('Tus-Max-Size');

/** Upload-Offset as a number, or -1. */
export function uploadOffset(response) {
  const text = response.headers.get('Upload-Offset');
  return text !== null && /^\d+$/.test(text) ? Number(text) : -1;
}
