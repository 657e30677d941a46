// What the tests of answers play with: the board of own-formats.json and a server whose line breaks as told.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { core } from './core.mjs';

export { core };

const path = fileURLToPath(new URL('../vectors/own-formats.json', import.meta.url));
export const vectors = JSON.parse(readFileSync(path, 'utf8'));
export const board = core.unhex(vectors.board.bytes);
export const sheet = core.readSheet(core.unhex(vectors.sheet.bytes));
export const receiptOf = (r) => core.deriveReceipt(core.unhex(r));

/** A copy with one bit changed. */
export function damaged(bytes, at) {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
}

/** FORMAT 9: rows = [[row, state]] ascending. places 0: only the head. */
export function rowsFile(rows, { bits = 0, prefix = 0, places = 32 } = {}) {
  const out = Buffer.alloc(24 + 17 * places);
  out.write('SKROWS_2', 'latin1');
  out.set([bits, prefix], 8);
  out.writeUInt32LE(places, 12);
  out.writeUInt32LE(20770, 16);
  rows.forEach(([row, state], i) => {
    out.set(row, 24 + 17 * i);
    out[24 + 17 * i + 16] = state;
  });
  return new Uint8Array(out);
}

/**
 * A server in memory. files: path -> {bytes, tag}; cuts(request number, path) = how many bytes come before the line breaks,
 * Infinity: all, -1: not even a head.
 */
export class Server {
  constructor(files, cuts = () => Infinity) {
    Object.assign(this, { files, cuts, log: [], sent: 0 });
    this.fetch = (url, options) => this.answer(url, options);
  }

  async answer(url, { headers = {} } = {}) {
    const number = this.log.length;
    this.log.push([url, headers.Range || '']);
    const most = this.cuts(number, url);
    const file = this.files[url];
    if (most < 0) throw new TypeError('no network');
    if (!file) return new Response('no', { status: 404 });
    return this.file(file, headers, most);
  }

  file({ bytes, tag, lie = {} }, headers, most) {
    const range = tag && headers['If-Range'] === tag ? /^bytes=(\d+)-$/.exec(headers.Range || '') : null;
    const from = range ? Number(range[1]) : 0;
    const body = bytes.subarray(from);
    const head = { 'Content-Length': String(body.length), ...(tag && { ETag: tag }) };
    if (range) head['Content-Range'] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return new Response(this.stream(body, most), { status: range ? 206 : 200, headers: { ...head, ...lie } });
  }

  /** In pieces of odd lengths. */
  stream(body, most) {
    let at = 0;
    return new ReadableStream({
      pull: (controller) => {
        if (at >= most) return controller.error(new TypeError('cut'));
        if (at >= body.length) return controller.close();
        const end = Math.min(at + 1 + ((at * 7919) % 1500), body.length, most);
        controller.enqueue(body.slice(at, end));
        this.sent += end - at;
        at = end;
        return undefined;
      },
    }, { highWaterMark: 0 });
  }
}
