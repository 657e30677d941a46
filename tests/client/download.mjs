// gateway/client/download.js: cuts, going on where it stopped, a file that changed meanwhile, a server that lies.
import assert from 'node:assert/strict';
import { Server, core } from './answers_world.mjs';

const bytes = Uint8Array.from({ length: 40000 }, (_, i) => (i * i) >> 3);
const other = bytes.map((byte) => byte ^ 255);

async function run(file, cuts) {
  const server = new Server({ '/x': file }, cuts);
  const got = { parts: [], restarts: 0, pauses: [], failed: null, found: null };
  const sink = {
    restart: () => { got.parts = []; got.restarts++; },
    push: (piece) => got.parts.push(piece.slice()),
  };
  const how = { fetch: server.fetch, pause: async (n) => { got.pauses.push(n); }, progress: (done, all) => { got.last = [done, all]; } };
  try {
    got.found = await core.download('/x', sink, how);
  } catch (error) {
    got.failed = error.code;
  }
  return { ...got, server, bytes: core.concat(...got.parts) };
}

async function whole() {
  const got = await run({ bytes, tag: '"1"' });
  assert.deepEqual([got.found, got.restarts, got.server.log.length], [true, 1, 1]);
  assert.deepEqual(got.bytes, bytes);
  assert.deepEqual(got.last, [40000, 40000]);
  assert.equal((await run(undefined)).found, false, '404');
}

/** What came stays; only the rest is asked for. */
async function resumes() {
  const got = await run({ bytes, tag: '"1"' }, (n) => (n < 12 ? 3000 : Infinity));
  assert.deepEqual([got.found, got.restarts], [true, 1]);
  assert.deepEqual(got.bytes, bytes);
  assert.deepEqual(got.server.log.map(([, range]) => range).slice(0, 3), ['', 'bytes=3000-', 'bytes=6000-']);
  assert.equal(got.server.sent, bytes.length, 'no byte twice');
  assert.ok(got.pauses.every((n) => n === 1));
}

async function changedMeanwhile() {
  const file = { bytes, tag: '"1"' };
  const got = await run(file, (n) => {
    if (n === 1) Object.assign(file, { bytes: other, tag: '"2"' });
    return n === 0 ? 9000 : Infinity;
  });
  assert.deepEqual([got.found, got.restarts], [true, 2]);
  assert.deepEqual(got.bytes, other);
}

/** Without a tag nobody knows whether the rest is of the same file. */
async function withoutTag() {
  const got = await run({ bytes }, (n) => (n < 2 ? 9000 : Infinity));
  assert.deepEqual([got.found, got.restarts], [true, 3]);
  assert.deepEqual(got.bytes, bytes);
}

async function givesUp() {
  let got = await run({ bytes, tag: '"1"' }, () => -1);
  assert.deepEqual([got.failed, got.pauses], ['IO', [1, 2, 3, 4]]);
  got = await run({ bytes, tag: '"1"' }, (n) => (n === 0 ? 5000 : -1));
  assert.equal(got.failed, 'IO');
  got = await run({ bytes }, () => 9000);
  assert.equal(got.failed, 'IO', 'from the beginning each time');
}

async function lies() {
  let got = await run({ bytes, tag: '"1"', lie: { 'Content-Length': '50000' } });
  assert.equal(got.failed, 'IO', 'shorter than announced');
  const file = { bytes, tag: '"1"' };
  got = await run(file, (n) => {
    if (n > 0) file.lie = { 'Content-Range': 'bytes 4999-39999/40000' };
    return n === 0 ? 5000 : Infinity;
  });
  assert.equal(got.failed, 'IO', 'another part than asked for');
}

for (const test of [whole, resumes, changedMeanwhile, withoutTag, givesUp, lies]) {
  await test();
  console.log(`ok ${test.name}`);
}
