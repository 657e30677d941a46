// gateway/client/tus.js on lines that break in every way, with a clock that jumps.
import assert from 'node:assert/strict';
import { Upload } from '../../gateway/client/tus.js';
import { BlobSource, PieceSource } from '../../gateway/client/tus_source.js';
import { Clock, MemoryServer, random } from './tus_world.mjs';

/** A file that is read within the turn in which it is asked for: the test's clock cannot see a thread that reads. */
const fileOf = (bytes) => ({ size: bytes.length, slice: (from, to) => ({ arrayBuffer: async () => bytes.slice(from, to).buffer }) });

const ROW = new Uint8Array(16).fill(1);
const TOKEN = new Uint8Array(16).fill(2);

function bytesOf(length, seed = 1) {
  const next = random(seed);
  return Uint8Array.from({ length }, () => next() * 256);
}

/** As a report comes: a short header, then chunks. The buffer is used again, as a maker of pieces might. */
async function* piecesOf(bytes) {
  yield bytes.slice(0, 680);
  for (let at = 680; at < bytes.length; at += 16400) yield bytes.slice(at, at + 16400);
}

function scene({ length = 680 + 16400 * 40, faults, speed, blob = false, token } = {}) {
  const clock = new Clock();
  const bytes = bytesOf(length);
  const server = new MemoryServer(clock, faults, speed);
  const source = blob ? new BlobSource(fileOf(bytes)) : new PieceSource(piecesOf(bytes), length);
  const states = [];
  const upload = new Upload({
    source, row: ROW, token, path: server.path, world: server.world, changed: (state) => states.push(state),
  });
  return { clock, bytes, server, source, upload, states, run: (limit) => clock.run(upload.run(), limit) };
}

function assertWhole({ bytes, server }) {
  assert.equal(server.uploads.size, 1);
  assert.ok(server.only.stored.equals(bytes), 'what arrived is what was sent');
  assert.equal(server.overlapped, false, 'never two requests at once');
}

/** Stops after so many ms; gives what stop() said. */
async function stopped(s, ms) {
  let how;
  s.clock.after(ms, () => { how = s.upload.stop(); });
  assert.equal((await s.run()).code, 'STOPPED');
  let said;
  await s.clock.run(how.then((word) => { said = word; }));
  return said;
}

const sizes = (server) => server.log.filter(({ method }) => method === 'PATCH').map(({ size }) => size);
const methods = (server) => server.log.map(({ method }) => method);
const at = (table) => (n) => table[n] ?? 'ok';

const tests = {
  async 'a good line: larger and larger pieces'() {
    const s = scene({ length: 680 + 16400 * 128 });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.deepEqual(sizes(s.server).slice(0, 5), [65536, 131072, 262144, 524288, 524288]);
    assert.deepEqual(s.states.at(-1), { phase: 'sending', done: s.bytes.length, all: s.bytes.length });
    assert.deepEqual(methods(s.server).slice(0, 2), ['POST', 'PATCH']);
    assert.deepEqual(s.clock.timers, [], 'no limit is left running');
  },

  async 'what is said to the server, and how'() {
    const s = scene();
    await s.run();
    assert.match(s.server.only.metadata, new RegExp(`^row ${Buffer.from(ROW).toString('base64')},token [A-Za-z0-9+/]{22}==$`));
    for (const { options, headers } of s.server.log) {
      assert.deepEqual(options, { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' });
      for (const name of Object.keys(headers)) {
        assert.match(name, /^(Tus-Resumable|Upload-Length|Upload-Metadata|Upload-Offset|Content-Type)$/);
      }
    }
  },

  async 'a slow line: smaller pieces'() {
    const s = scene({ speed: 800 });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.equal(sizes(s.server).at(-2), 16384);
    assert.ok(sizes(s.server).every((size) => size <= 65536));
  },

  async 'a piece is kept until it is stored'() {
    const s = scene({ faults: at({ 2: 'lost', 3: 'ok', 4: 'lost', 5: 'lost' }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.deepEqual(sizes(s.server).slice(0, 3), [65536, 131072, 65536], 'after a cut half as much is tried');
  },

  async 'an answer that is lost: the offset is asked for, nothing is sent twice'() {
    const s = scene({ faults: at({ 1: 'unanswered' }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.deepEqual(methods(s.server).slice(0, 4), ['POST', 'PATCH', 'HEAD', 'PATCH']);
    assert.equal(s.server.log[3].headers['Upload-Offset'], '65536');
  },

  async 'the last answer is lost: it is stored, and known to be'() {
    const s = scene({ length: 17080, faults: at({ 1: 'unanswered' }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.deepEqual(methods(s.server), ['POST', 'PATCH', 'HEAD']);
  },

  async 'an offset in the middle of a piece'() {
    const s = scene({ faults: at({ 1: 'half', 3: 'half', 6: 'stall-half' }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.equal(s.server.log[3].headers['Upload-Offset'], '32768');
  },

  async 'an answer that acknowledges a part'() {
    const s = scene();
    const patch = s.server.patch.bind(s.server);
    let once = true;
    s.server.patch = (url, upload, headers, body) => {
      const part = once ? body.subarray(0, 677) : body;
      once = false;
      return patch(url, upload, headers, part);
    };
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.equal(s.server.log[2].headers['Upload-Offset'], '677');
  },

  async 'an acknowledgement that makes no sense is not believed'() {
    for (const offset of [0, 65535 + 2, 1e9, 'x']) {
      const s = scene();
      const patch = s.server.patch.bind(s.server);
      let lies = 1;
      s.server.patch = (url, ...rest) => (lies-- > 0 ? s.server.response(url, 204, { 'Upload-Offset': offset }) : patch(url, ...rest));
      assert.equal(await s.run(), undefined, String(offset));
      assertWhole(s);
      assert.deepEqual(methods(s.server).slice(0, 4), ['POST', 'PATCH', 'HEAD', 'PATCH']);
    }
  },

  async 'the next piece is made while one is sent; slowly made pieces come in order'() {
    const s = scene({ speed: 1e6 });
    s.source.pieces = (async function* slow() {
      for await (const piece of piecesOf(s.bytes)) {
        await new Promise((resolve) => { s.clock.after(30, resolve); });
        yield piece;
      }
    }());
    const ahead = [];
    const patch = s.server.patch.bind(s.server);
    s.server.patch = (...all) => {
      ahead.push(s.source.end - s.server.only.stored.length - all[3].length);
      return patch(...all);
    };
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.ok(ahead[0] > 16400, `${ahead[0]} bytes ahead`);
  },

  async 'a conflict: asked, and gone on'() {
    const s = scene({ faults: at({ 2: 409 }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.deepEqual(methods(s.server).slice(1, 5), ['PATCH', 'PATCH', 'HEAD', 'PATCH']);
  },

  async 'nothing comes at all: given up after a while, and tried again'() {
    const s = scene({ faults: at({ 0: 'stall', 2: 'stall', 4: 'stall' }) });
    assert.equal(await s.run(600_000), undefined);
    assertWhole(s);
    const waited = s.server.log[3].at - s.server.log[2].at;
    assert.ok(waited >= 60_000 && waited < 200_000, `${waited} ms`);
  },

  async 'the limit leaves room for a slow piece'() {
    const s = scene({ speed: 1000, length: 680 + 16400 * 4 });
    assert.equal(await s.run(), undefined);
    assert.equal(methods(s.server).filter((method) => method === 'HEAD').length, 0);
  },

  async 'waits grow, and no wait is longer than a minute'() {
    const s = scene({ faults: (n) => (n > 0 && n < 12 ? 'lost' : 'ok') });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    const gaps = s.server.log.slice(2, 12).map(({ at: time }, i) => time - s.server.log[i + 1].at);
    assert.ok(gaps.every((gap, i) => i === 0 || gap >= gaps[i - 1]), String(gaps));
    assert.ok(gaps[0] < 2000 && gaps[9] > 30_000 && gaps[9] < 61_000, String(gaps));
    assert.ok(s.states.some(({ phase }) => phase === 'waiting'));
    assert.equal(s.states.at(-1).phase, 'sending');
  },

  async 'progress makes the waits short again'() {
    const s = scene({ faults: at({ 1: 'lost', 2: 'lost', 3: 'lost', 4: 'lost', 7: 'lost' }) });
    assert.equal(await s.run(), undefined);
    assert.ok(s.server.log[8].at - s.server.log[7].at < 2000);
  },

  async 'now: the waiting ends'() {
    const s = scene({ faults: (n) => (n > 0 && n < 9 ? 'lost' : 'ok') });
    s.upload.changed = ({ phase }) => phase === 'waiting' && setImmediate(() => s.upload.now());
    assert.equal(await s.run(1000), undefined);
    assertWhole(s);
    assert.deepEqual(s.clock.timers, []);
  },

  async 'busy (503): said, and tried again'() {
    const s = scene({ faults: at({ 0: 503, 2: 503 }) });
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.ok(s.states.some(({ phase }) => phase === 'busy'));
  },

  async 'refusals end it, with their reasons'() {
    const reasons = [[507, 'FULL'], [413, 'TOO_LARGE'], [400, 'BAD_REQUEST'], [404, 'BAD_REQUEST'], [412, 'BAD_REQUEST'], [200, 'USAGE']];
    for (const [status, code] of reasons) {
      assert.equal((await scene({ faults: at({ 0: status }) }).run()).code, code);
    }
    for (const [status, code] of [[507, 'FULL'], [404, 'NOT_FOUND'], [410, 'NOT_FOUND'], [413, 'TOO_LARGE'], [403, 'BAD_REQUEST']]) {
      assert.equal((await scene({ faults: at({ 2: status }) }).run()).code, code, String(status));
    }
  },

  async 'after a refusal it can go on'() {
    const s = scene({ faults: at({ 2: 507 }) });
    assert.equal((await s.run()).code, 'FULL');
    assert.equal(await s.run(), undefined);
    assertWhole(s);
  },

  async 'gone over there: it has to be sealed anew'() {
    const s = scene();
    s.server.faults = (n) => {
      if (n === 3) s.server.uploads.clear();
      return 'ok';
    };
    assert.equal((await s.run()).code, 'NOT_FOUND');
  },

  async 'the server goes back behind what it acknowledged'() {
    const s = scene({ faults: at({ 2: 'lost' }) });
    const patch = s.server.patch.bind(s.server);
    s.server.patch = (...all) => {
      const response = patch(...all);
      s.server.only.stored = Buffer.alloc(0);
      return response;
    };
    assert.equal((await s.run()).code, 'NOT_FOUND');
  },

  async 'offsets that make no sense are not believed'() {
    for (const offset of ['', '-1', '1e3', '99999999999', 'x']) {
      const s = scene({ faults: at({ 1: 'lost' }) });
      const answer = s.server.answer.bind(s.server);
      let lies = 3;
      s.server.answer = (method, url, ...rest) => (method === 'HEAD' && lies-- > 0
        ? s.server.response(url, 200, { 'Upload-Offset': offset }) : answer(method, url, ...rest));
      assert.equal(await s.run(), undefined);
      assertWhole(s);
      assert.equal(methods(s.server).filter((method) => method === 'HEAD').length, 4);
    }
  },

  async 'an address elsewhere is not followed'() {
    for (const location of ['http://there.invalid/uploads/1', '/other/1', '/uploads', '/uploads/1?x=1', '//there.invalid/uploads/1']) {
      const s = scene();
      s.server.create = (url) => s.server.response(url, 201, { Location: location });
      assert.equal((await s.run()).code, 'USAGE', location);
      assert.equal(s.server.log.length, 1);
    }
  },

  async 'a saved file goes on where it stopped, in the page that has its token'() {
    const first = scene({ blob: true, token: TOKEN, faults: (n) => (n < 4 ? 'ok' : 'lost') });
    await assert.rejects(first.clock.run(first.upload.run(), 3_600_000), /too long/);
    const stored = first.server.only.stored.length;
    const second = scene({ blob: true, token: TOKEN });
    second.server.uploads = first.server.uploads;
    assert.equal(await second.run(), undefined);
    assertWhole(second);
    assert.deepEqual(methods(second.server).slice(0, 3), ['POST', 'HEAD', 'PATCH']);
    assert.equal(second.server.log[2].headers['Upload-Offset'], String(stored));
    assert.ok(stored > 0);
  },

  async 'a copy of a file finds nothing: each sending draws a token of its own'() {
    const first = scene({ blob: true });
    await first.run();
    const copy = scene({ blob: true });
    copy.server.uploads = first.server.uploads;
    assert.equal(await copy.run(), undefined);
    assert.deepEqual(methods(copy.server), methods(first.server));
    assert.equal(copy.server.uploads.size, 2);
    assert.notDeepEqual(first.upload.token, copy.upload.token);
  },

  async 'a file that is there already is not sent again'() {
    const first = scene({ blob: true, token: TOKEN });
    await first.run();
    const second = scene({ blob: true, token: TOKEN });
    second.server.uploads = first.server.uploads;
    assert.equal(await second.run(), undefined);
    assert.deepEqual(methods(second.server), ['POST', 'HEAD']);
  },

  async 'stop: told to forget, and nothing more is sent'() {
    const s = scene({ faults: at({ 3: 'stall' }) });
    assert.equal(await stopped(s, 20), 'dropped');
    assert.ok(s.clock.time < 200, 'at once');
    assert.equal(s.server.uploads.size, 0);
    assert.equal(methods(s.server).at(-1), 'DELETE');
  },

  async 'stop while waiting'() {
    const s = scene({ faults: (n) => (n > 1 && n < 12 ? 'lost' : 'ok') });
    assert.equal(await stopped(s, 60_000), 'dropped');
    assert.ok(s.clock.time < 60_100, 'it does not wait for the next attempt');
    assert.notEqual(s.states.at(-1).phase, 'sending');
    assert.deepEqual(s.server.log.filter(({ at: time }) => time >= 60_000).map(({ method }) => method), ['DELETE']);
  },

  async 'stop while the next piece is made: it is not sent'() {
    const s = scene();
    const take = s.source.take.bind(s.source);
    let how = null;
    s.source.take = async (offset, size) => {
      if (offset > 0) how = s.upload.stop();
      return take(offset, size);
    };
    assert.equal((await s.run()).code, 'STOPPED');
    await s.clock.run(how);
    assert.deepEqual(methods(s.server), ['POST', 'PATCH', 'DELETE']);
  },

  async 'stop at the last byte: what is stored is not called forgotten'() {
    const s = scene({ length: 17080, faults: at({ 1: 'stall' }) });
    s.server.fetch = ((fetch) => (url, options) => {
      if (options.method === 'PATCH') s.server.answer('PATCH', url, options.headers, options.body);
      return fetch.call(s.server, url, options);
    })(s.server.fetch);
    assert.equal(await stopped(s, 20), 'stored');
    assertWhole(s);
  },

  async 'stop at the last byte without a line: nobody knows'() {
    const s = scene({ length: 17080, faults: at({ 1: 'stall', 2: 'lost' }) });
    assert.equal(await stopped(s, 20), 'unknown');
  },

  async 'an error of the source is not taken for a bad line'() {
    const s = scene();
    s.source.pieces = (async function* broken() {
      yield s.bytes.slice(0, 680);
      throw new RangeError('unreadable');
    }());
    assert.ok((await s.run()) instanceof RangeError);
  },

  async 'a source that ends too early'() {
    const s = scene();
    s.source.pieces = piecesOf(s.bytes.subarray(0, 100_000));
    assert.equal((await s.run()).code, 'BODY_LENGTH');
  },

  async 'memory: no more than two pieces and one are held'() {
    const s = scene({ length: 680 + 16400 * 512 });
    let most = 0;
    s.upload.changed = () => { most = Math.max(most, s.source.end - s.source.base); };
    assert.equal(await s.run(), undefined);
    assertWhole(s);
    assert.ok(most <= 2 * 524288 + 2 * 16400, `${most} bytes held`);
  },

  async '300 random lines'() {
    const kinds = ['lost', 'unanswered', 'half', 'stall', 'stall-half', 409, 500, 503, 423];
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const share = next() * 0.8;
      const faults = (n, method) => {
        const kind = next() < share ? kinds[Math.floor(next() * kinds.length)] : 'ok';
        return kind === 409 && method !== 'PATCH' ? 'lost' : kind;
      };
      const s = scene({ faults, blob: seed % 2 === 0, token: seed % 4 === 0 ? TOKEN : undefined, speed: 2000 + next() * 1e6, length: 680 + 16400 * 16 });
      assert.equal(await s.run(), undefined, `seed ${seed}`);
      assertWhole(s);
    }
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
process.exit(failed ? 1 : 0);
