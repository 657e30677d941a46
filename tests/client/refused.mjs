// What the client must not accept, and what it must not do: one damaged byte in every region, reports that are used wrongly,
// and a browser that lacks what it can do without.
import assert from 'node:assert/strict';
import { core, inPieces, pattern, sealed, vectors, verdict } from './core.mjs';

const { concat, hex, unhex } = core;
const formats = vectors('own-formats.json');
const refused = (code, work) => assert.equal(verdict(work).code, code);
const fails = (code, promise) => assert.rejects(promise, (error) => error.code === code, code);
let count = 0;

function damaged(bytes, at, bit = 1) {
  const copy = bytes.slice();
  copy[at] ^= bit;
  count++;
  return copy;
}

/** Every byte of a sheet, and of a board, is covered by something. */
function signed() {
  const sheet = unhex(formats.sheet.bytes);
  for (let at = 0; at < sheet.length; at++) assert.notEqual(verdict(() => core.readSheet(damaged(sheet, at))).code, 'OK', `sheet ${at}`);
  const desk = unhex(formats.keys.desk_sk.slice(64));
  const file = unhex(formats.board.bytes);
  const end = formats.board.header_len;
  const header = file.slice(0, end);
  for (let at = 0; at < end; at++) {
    assert.notEqual(verdict(() => core.readBoardHeader(damaged(header, at), desk)).code, 'OK', `board ${at}`);
  }
  refused('BOARD_SIGNATURE', () => core.readBoardHeader(header, core.readSheet(sheet).identity));
  /** The number of a bundle and its digest stand or fall together, whoever signed it. */
  for (const [from, to] of [[28, 32], [104, 136]]) {
    const half = header.slice().fill(0, from, to);
    half.set(core.sign(concat(core.utf8('skrynka/1 board\0'), half.subarray(0, end - 64)), unhex(formats.keys.desk_sk.slice(0, 64))), end - 64);
    refused('BOARD_RESERVED', () => core.readBoardHeader(half, desk));
  }
  const board = core.readBoardHeader(header, desk);
  const size = core.bucketLength(board);
  const bucket = file.slice(end, end + size);
  core.checkBucket(board, 0, bucket);
  for (let at = 0; at < size; at += 37) refused('BOARD_BUCKET', () => core.checkBucket(board, 0, damaged(bucket, at)));
  for (const number of [1, 2, 1000]) refused('BOARD_BUCKET', () => core.checkBucket(board, number, bucket));
  refused('BOARD_BUCKET', () => core.checkBucket(board, 0, bucket.slice(1)));
}

function rowsFile(rows, { bits = 0, prefix = 0, places = 32 } = {}) {
  const out = new Uint8Array(24 + 17 * places);
  out.set(core.utf8('SKROWS_2'));
  out.set([bits, prefix], 8);
  core.putU32(out, 12, places);
  core.putU32(out, 16, 20780);
  rows.forEach(([first, second, state], i) => {
    if (state === 0) return;
    out.set([first, second, ...new Uint8Array(14).fill(9), state], 24 + 17 * i);
  });
  return out;
}

function rows() {
  const good = rowsFile([[0xa1, 1, 1], [0xa1, 2, 2], [0xbf, 200, 1]], { bits: 3, prefix: 0xa0 });
  const read = core.readRows(good);
  assert.deepEqual([read.bits, read.prefix, read.places, read.day], [3, 0xa0, 32, 20780]);
  assert.deepEqual([...read.states].map(([row, state]) => [row.slice(0, 4), state]), [['a101', 1], ['a102', 2], ['bfc8', 1]]);
  assert.equal(core.readRows(rowsFile([], { places: 64 })).states.size, 0);
  assert.equal(core.readRows(rowsFile(Array.from({ length: 32 }, (_, i) => [i, i, 1]))).states.size, 32);
  assert.deepEqual(core.readRows(rowsFile([], { bits: 8, places: 0 })).states.size, 0);
  // Magic, bits, prefix, zeros, and of a place its first bits and its state; of an empty one everything.
  for (const at of [0, 7, 8, 9, 10, 11, 20, 23, 24 + 51, 24 + 51 + 16, 24 + 17 * 31]) {
    refused('ROWS_FORMAT', () => core.readRows(damaged(good, at)));
  }
  refused('ROWS_FORMAT', () => core.readRows(damaged(good, 24 + 34, 0x40))); // another prefix, in order
  refused('ROWS_FORMAT', () => core.readRows(damaged(good, 24 + 17 + 16, 1))); // state 3
  for (const wrong of [{ bits: 9 }, { bits: 0, prefix: 0x80 }, { bits: 3, prefix: 0x10 }, { bits: 0, places: 0 }, { bits: 3, prefix: 0x20, places: 0 }]) {
    refused('ROWS_FORMAT', () => core.readRows(rowsFile([], wrong)));
  }
  for (const places of [16, 31, 33, 48, 2 ** 32 - 1]) {
    const other = good.slice();
    core.putU32(other, 12, places);
    refused('ROWS_FORMAT', () => core.readRows(other));
  }
  for (const places of [64, 2 ** 31]) {
    const other = good.slice();
    core.putU32(other, 12, places);
    refused('ROWS_LENGTH', () => core.readRows(other));
  }
  for (const cut of [0, 8, 23, 24, good.length - 1]) refused('ROWS_LENGTH', () => core.readRows(good.slice(0, cut)));
  refused('ROWS_LENGTH', () => core.readRows(concat(good, Uint8Array.of(0))));
  const orders = [[[1, 2, 1], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [0, 0, 0], [1, 2, 1]]];
  for (const order of orders) refused('ROWS_FORMAT', () => core.readRows(rowsFile(order)));
}

function texts() {
  for (const wrong of ['0', '0g', 'zz', '00 ', ' 00']) refused('USAGE', () => unhex(wrong));
  assert.equal(hex(unhex('00fF10')), '00ff10');
  for (const wrong of ['A', 'AA', 'AA=', 'AB==', 'AAB=', 'A===', '====', 'AA==AA==', 'AAAA ', 'AA AA', '-_-_', 'ї', 'AAAA\n']) {
    refused('ARMOUR_SYMBOL', () => core.unbase64(wrong));
  }
  for (let length = 0; length < 70; length++) assert.equal(core.base64(pattern(length)), Buffer.from(pattern(length)).toString('base64'));
  for (const length of [24575, 24576, 24577, 49152, 100001]) {
    const text = core.base64(pattern(length));
    assert.equal(text, Buffer.from(pattern(length)).toString('base64'));
    assert.ok(core.equal(core.unbase64(text), pattern(length)));
    if (length > 24576) refused('ARMOUR_SYMBOL', () => core.unbase64(text.slice(0, 32764) + 'QQ==' + text.slice(32768)));
  }
  assert.ok(!core.equal(pattern(3), pattern(4)) && !core.equal(pattern(4), pattern(3)) && !core.equal(pattern(4), damaged(pattern(4), 3)));
}

function sheetFiles() {
  const one = unhex(formats.sheet.bytes);
  assert.deepEqual(core.splitSheets(new Uint8Array(0)), []);
  const broken = core.splitSheets(concat(one, one.slice(0, 100)));
  assert.equal(broken.length, 2);
  refused('SHEET_LENGTH', () => core.readSheet(broken[1]));
  const sheet = core.readSheet(one);
  refused('SHEET_SERIAL', () => core.trustSheet(sheet, sheet.identity, formats.week * 604800000 + 4e8, { serial: sheet.serial + 1 }));
  core.trustSheet(sheet, sheet.identity, formats.week * 604800000 + 4e8, { serial: sheet.serial });
}

const receipt = core.deriveReceipt(pattern(15));
const secret = new Uint8Array(32).fill(0x40);

function reportOf(length, more) {
  return new core.Report({
    epoch: 2900, recipients: [core.publicOf(secret)], receipt, sealedBy: core.SEALED_BY.OFFLINE, flags: core.FLAG_ANSWERS, sheets: [],
    boundary: 'XX', length, seed: pattern(32), ...more,
  });
}

const noSecret = (report) => [report.key, report.signSk, report.plain, report.prelude].every((bytes) => bytes.every((byte) => byte === 0));

async function wiping() {
  const body = pattern(40000);
  const report = reportOf(body.length);
  const pieces = report.pieces(inPieces(body, 1000));
  await pieces.next();
  await pieces.next();
  assert.ok(!noSecret(report));
  report.wipe();
  assert.ok(noSecret(report));
  await fails('USAGE', pieces.next());
  const whole = reportOf(body.length);
  await sealed(whole, inPieces(body, 1000));
  assert.ok(noSecret(whole), 'wiped once it is done');
  await fails('USAGE', sealed(whole, inPieces(body, 1000)));
  const mine = core.deriveReceipt(pattern(15));
  core.wipeReceipt(mine);
  for (const [name, bytes] of Object.entries(mine)) assert.ok(bytes.every((byte) => byte === 0), name);
  assert.ok(reportOf(0, { receipt }).signSk !== receipt.signSk, 'a copy');
}

/** A stream is let go when nobody wants the rest. */
async function leaving() {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (to) => to.enqueue(pattern(20000)),
    cancel: () => { cancelled = true; },
  }, { highWaterMark: 0 });
  const pieces = reportOf(1e6).pieces(body);
  for (let i = 0; i < 3; i++) await pieces.next();
  await pieces.return();
  assert.ok(cancelled);
}

async function bodies() {
  for (const [said, is] of [[100, 99], [100, 101], [0, 1], [16062, 16063], [40000, 16382], [1, 0]]) {
    await fails('BODY_LENGTH', sealed(reportOf(said), inPieces(pattern(is), 7000)));
  }
  async function* endless() {
    for (let given = 0; given < 10; given++) yield pattern(16382);
    assert.fail('more is taken than was said');
  }
  await fails('BODY_LENGTH', sealed(reportOf(50000), endless()));
  assert.equal((await sealed(reportOf(0), inPieces(pattern(0), 1))).length, core.HEADER + core.CHUNK);
  refused('TOO_LARGE', () => reportOf(core.MAX - 256 - 64 + 1));
  assert.equal(reportOf(core.MAX - 256 - 64).chunks, 262144);
}

/** Only what it is given at a time is in its hands: one piece is asked for when the chunk before is out. */
async function bounded() {
  let given = 0;
  async function* body() {
    for (; given < 400; given++) yield pattern(16382);
  }
  let chunks = -1;
  for await (const piece of reportOf(400 * 16382).pieces(body())) {
    assert.ok(piece.length === core.CHUNK || chunks === -1);
    chunks++;
    assert.ok(given - chunks <= 2, `${given} given, ${chunks} out`);
  }
}

/** Without crypto.subtle the same bytes; and a page that breathes. */
async function poorBrowser() {
  const body = pattern(2e6);
  const want = core.blake(await sealed(reportOf(body.length), inPieces(body, 65536)));
  const { crypto } = globalThis;
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  let used = 0;
  const swap = (subtle) => Object.defineProperty(globalThis, 'crypto', {
    value: { getRandomValues: crypto.getRandomValues.bind(crypto), subtle }, configurable: true,
  });
  swap({ digest: (...all) => { used++; return digest(...all); } });
  await sealed(reportOf(body.length), inPieces(body, 65536));
  assert.equal(used, Math.ceil((body.length + 256) / core.BLOCK), 'blocks are hashed by the browser where it can');
  swap(undefined);
  assert.deepEqual(core.blake(await sealed(reportOf(body.length), inPieces(body, 65536))), want);
  Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true });
}

/** A clock that only ticks every 100 ms, and work that takes 10 ms a step. */
async function pacing() {
  const { performance } = globalThis;
  const swap = (value) => Object.defineProperty(globalThis, 'performance', { value, configurable: true, writable: true });
  for (const grain of [0.001, 100]) {
    let clock = 0;
    swap({ now: () => Math.floor(clock / grain) * grain });
    let pauses = 0;
    const step = core.pacer(async () => { pauses++; });
    for (let i = 0; i < 1000; i++) await step(() => { clock += 10; });
    assert.ok(pauses > 900 && pauses <= 1000, `${pauses} pauses with a clock of ${grain} ms`);
    pauses = 0;
    const quick = core.pacer(async () => { pauses++; });
    for (let i = 0; i < 10000; i++) await quick(() => { clock += 0.2; });
    assert.ok(pauses > 180 && pauses < 300, `${pauses} pauses in quick work`);
    assert.equal(await quick(() => 5), 5);
  }
  swap(performance);
}

async function randomness() {
  const codes = new Set(Array.from({ length: 500 }, () => hex(core.randomReceipt())));
  assert.equal(codes.size, 500);
  assert.ok([...codes].every((code) => code.length === 30));
  const headers = new Set(Array.from({ length: 5 }, () => hex(reportOf(0, { seed: undefined }).header)));
  assert.equal(headers.size, 5);
  const seed = pattern(32);
  reportOf(0, { seed });
  assert.deepEqual(seed, pattern(32), 'a given seed is its owner\'s');
}

signed();
rows();
texts();
sheetFiles();
await wiping();
await leaving();
await bodies();
await bounded();
await poorBrowser();
await pacing();
await randomness();
console.log(`${count} damages refused`);
