// A clock that jumps and a tus server in memory whose line breaks as told: what tus.mjs plays with.
import { webcrypto } from 'node:crypto';

if (!globalThis.crypto) globalThis.crypto = webcrypto; // Node 18

/** Time that passes only when nobody has anything else to do. */
export class Clock {
  constructor() {
    this.time = 0;
    this.timers = [];
  }

  after(ms, callback) {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Runs until the promise is settled; gives what it was rejected with, or undefined. */
  async run(promise, limit = 1e9) {
    let done = false;
    let error;
    promise.then(() => { done = true; }, (reason) => { done = true; error = reason; });
    for (;;) {
      for (let i = 0; i < 4 && !done; i++) await new Promise((resolve) => setImmediate(resolve));
      if (done) return error;
      if (this.timers.length === 0) throw new Error('nothing will ever happen');
      this.timers.sort((a, b) => a.at - b.at);
      const next = this.timers.shift();
      this.time = Math.max(this.time, next.at);
      if (this.time > limit) throw new Error('it takes too long');
      next.callback();
    }
  }
}

/** Deterministic, so that a failure can be seen again. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * faults(request number, method) gives what happens to a request: 'ok', 'lost' (never arrives), 'unanswered' (arrives, the
 * answer does not), 'half' (half of the body arrives), 'stall' (nothing ever comes), 'stall-half', or a status.
 */
export class MemoryServer {
  constructor(clock, faults = () => 'ok', speed = Infinity) {
    Object.assign(this, { clock, faults, speed });
    this.uploads = new Map();
    this.log = [];
    this.active = 0;
    this.overlapped = false;
    this.names = 0;
    this.path = 'http://here.invalid/uploads';
  }

  get world() {
    return {
      fetch: (url, options) => this.fetch(url, options),
      now: () => this.clock.time,
      after: (ms, callback) => this.clock.after(ms, callback),
      random: () => 0.5,
    };
  }

  async fetch(url, { method, headers, body, signal, ...options }) {
    const fault = this.faults(this.log.length, method);
    this.log.push({ method, url, headers, size: body ? body.length : 0, fault, options, at: this.clock.time });
    this.overlapped = this.overlapped || this.active > 0;
    this.active++;
    try {
      const seconds = body ? body.length / this.speed : 0;
      await this.pass(5 + seconds * 1000, signal, fault.toString().startsWith('stall'), () => {
        if (fault === 'stall-half') this.answer(method, url, headers, body.subarray(0, body.length >> 1));
      });
      if (fault === 'lost') throw new TypeError('network');
      if (typeof fault === 'number') return this.response(url, fault);
      const part = fault === 'half' && body ? body.subarray(0, body.length >> 1) : body;
      const response = this.answer(method, url, headers, part);
      if (fault !== 'ok') throw new TypeError('network');
      return response;
    } finally {
      this.active--;
    }
  }

  pass(ms, signal, forever, stalled) {
    return new Promise((resolve, reject) => {
      if (forever) stalled();
      const release = forever ? () => {} : this.clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        release();
        this.clock.after(1, () => reject(new Error('aborted'))); // ends a moment later, not at once
      });
    });
  }

  response(url, status, headers = {}) {
    const response = new Response(null, { status, headers });
    Object.defineProperty(response, 'url', { value: url });
    return response;
  }

  answer(method, url, headers, body) {
    if (headers['Tus-Resumable'] !== '1.0.0') return this.response(url, 412);
    if (method === 'POST') return this.create(url, headers);
    const upload = this.uploads.get(url);
    if (!upload) return this.response(url, 404);
    if (method === 'HEAD') return this.response(url, 200, { 'Upload-Offset': upload.stored.length, 'Upload-Length': upload.length });
    if (method === 'DELETE') this.uploads.delete(url);
    return method === 'PATCH' ? this.patch(url, upload, headers, body) : this.response(url, 204);
  }

  /** As the gateway: the same token names the same upload. */
  create(url, headers) {
    const token = /token (\S+)/.exec(headers['Upload-Metadata'] || '');
    const name = `${this.path}/${token ? Buffer.from(token[1], 'base64').toString('hex') : ++this.names}`;
    const length = Number(headers['Upload-Length']);
    if (!this.uploads.has(name)) this.uploads.set(name, { length, stored: Buffer.alloc(0), metadata: headers['Upload-Metadata'] });
    return this.response(url, 201, { Location: new URL(name).pathname });
  }

  patch(url, upload, headers, body) {
    if (headers['Content-Type'] !== 'application/offset+octet-stream') return this.response(url, 415);
    if (Number(headers['Upload-Offset']) !== upload.stored.length) return this.response(url, 409);
    if (upload.stored.length + body.length > upload.length) return this.response(url, 413);
    upload.stored = Buffer.concat([upload.stored, body]);
    return this.response(url, 204, { 'Upload-Offset': upload.stored.length });
  }

  get only() {
    return [...this.uploads.values()][0];
  }
}
