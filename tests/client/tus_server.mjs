// gateway/client/tus.js against the tus project's own server, through a line that cuts, stalls and loses answers.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Upload } from '../../gateway/client/tus.js';
import { BlobSource, PieceSource } from '../../gateway/client/tus_source.js';
import { random } from './tus_world.mjs';

const require = createRequire(resolve(process.env.SKRYNKA_BUILD || '.', 'tests/browser/node_modules/here.js'));
let tus;
try {
  tus = { ...require('@tus/server'), ...require('@tus/file-store') };
} catch {
  console.log('SKIP the tus server is not installed');
  process.exit(77);
}

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

/** Between the client and the server: after so many bytes something happens to the connection. */
function line(port, next) {
  return net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    const kind = next();
    const end = () => [near, far].forEach((socket) => socket.destroy());
    let there = 0;
    near.on('data', (data) => {
      const room = kind < 0.7 ? Infinity : Math.floor(kind * 200_000) - there;
      there += data.length;
      far.write(data.length > room ? data.subarray(0, Math.max(0, room)) : data);
      if (data.length > room && kind < 0.95) end(); // cut; above: nothing more goes through
    });
    far.on('data', (data) => (kind > 0.5 && kind < 0.7 && there > 20_000 ? end() : near.write(data))); // the answer is lost
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
}

/** Waits are shortened: nothing here depends on how long they are. */
const world = {
  fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, Connection: 'close' } }),
  now: () => performance.now(),
  random: () => 0.5,
  after(ms, callback) {
    const timer = setTimeout(callback, ms >= 60_000 ? 2000 : ms / 100);
    return () => clearTimeout(timer);
  },
};

async function* piecesOf(bytes) {
  for (let at = 0; at < bytes.length; at += 16400) yield bytes.slice(at, at + 16400);
}

async function scenario(seed, directory) {
  const server = new tus.Server({ path: '/uploads', datastore: new tus.FileStore({ directory }), relativeLocation: true });
  const behind = http.createServer(server.handle.bind(server));
  const next = random(seed);
  const front = line(await listen(behind), next);
  const port = await listen(front);
  const bytes = Uint8Array.from({ length: 680 + 16400 * 128 }, () => next() * 256);
  const source = seed % 2 ? new BlobSource(new Blob([bytes])) : new PieceSource(piecesOf(bytes), bytes.length);
  const states = new Set();
  const upload = new Upload({
    source, row: bytes.slice(0, 16), token: bytes.slice(16, 32), path: `http://127.0.0.1:${port}/uploads`, world,
    changed: ({ phase }) => states.add(phase),
  });
  await upload.run();
  const name = upload.url.split('/').pop();
  assert.ok(readFileSync(join(directory, name)).equals(bytes), `seed ${seed}: byte-identical`);
  for (const one of [front, behind]) one.close();
  behind.closeAllConnections();
  return states.has('waiting');
}

async function stopping(directory) {
  const server = new tus.Server({ path: '/uploads', datastore: new tus.FileStore({ directory }), relativeLocation: true });
  const behind = http.createServer(server.handle.bind(server));
  const port = await listen(behind);
  const source = new BlobSource(new Blob([new Uint8Array(1 << 20)]));
  let how;
  const upload = new Upload({
    source, path: `http://127.0.0.1:${port}/uploads`, world,
    changed: ({ done }) => { if (done > 0 && !how) how = upload.stop(); },
  });
  await assert.rejects(upload.run(), { code: 'STOPPED' });
  assert.equal(await how, 'dropped');
  assert.equal(readdirSync(directory).filter((name) => name.startsWith(upload.url.split('/').pop())).length, 0);
  behind.close();
  behind.closeAllConnections();
}

const directory = mkdtempSync(join(tmpdir(), 'client-tus-'));
let broken = 0;
for (let seed = 1; seed <= 12; seed++) broken += await scenario(seed, directory);
assert.ok(broken >= 6, `the line broke in ${broken} of 12`);
await stopping(directory);
rmSync(directory, { recursive: true });
console.log(`ok   byte-identical through 12 lines, ${broken} of which broke; a stopped one is forgotten`);
process.exit(0);
