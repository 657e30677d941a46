// Signatures, sheets, boards and answers, whole and damaged: the same verdict and the same values.
import assert from 'node:assert/strict';
import { core, verdict } from './core.mjs';
import { BASE, L, LOW, LOW_BYTES, add, bytesOf, encode, number, signMixed, times } from './edwards.mjs';
import { u8, u32, u64 } from './peer.mjs';
import { Board } from './board_case.mjs';

const { concat, hex, utf8 } = core;
const WEEK = 2968;
const SECONDS = WEEK * 604800 + 345600;

const labelled = (label, bytes) => concat(utf8(label), u8(0), bytes);

/* ---- signatures -------------------------------------------------------------- */

/** s + L: another way to write the same number. */
function unreduced(signature) {
  const s = number(signature.slice(32)) + L;
  return s < 2n ** 256n ? concat(signature.slice(0, 32), bytesOf(s)) : signature;
}

function oddSignature(random, message) {
  const a = number(random.bytes(32)) % L;
  const r = number(random.bytes(32)) % L;
  const low = random.of(LOW);
  const good = times(a, BASE);
  return random.of([
    () => [encode(good), signMixed(a, encode(good), r, low, message)],
    () => { const A = encode(add(good, low)); return [A, signMixed(a, A, r, random.of(LOW), message)]; },
    () => { const A = random.of(LOW_BYTES); return [A, signMixed(0n, A, r, LOW[0], message)]; },
    () => { const A = random.of(LOW_BYTES); return [A, concat(random.of(LOW_BYTES), new Uint8Array(32))]; },
    () => { const A = encode(good); return [A, signMixed(a, A, 0n, LOW[0], message)]; },
    () => { const A = encode(good); return [A, signMixed(a, A, 0n, low, message)]; },
    () => { const A = encode(good); return [A, concat(random.of(LOW_BYTES), random.bytes(32))]; },
  ])();
}

function signature(random, bytes) {
  const message = labelled('skrynka/1 board', bytes);
  if (random.below(2)) return oddSignature(random, message);
  const seed = random.bytes(32);
  const pk = core.signPublicOf(seed);
  const made = core.sign(message, seed);
  return random.of([() => [pk, made], () => [pk, unreduced(made)], () => [pk, random.damaged(made)], () => [random.damaged(pk), made],
    () => [random.bytes(32), made]])();
}

export async function signatures(random, peer) {
  const bytes = random.bytes(random.below(300));
  const [pk, made] = signature(random, bytes);
  const { code } = await peer.ask('V', made, pk, bytes);
  assert.equal(core.signedBy(made, 'skrynka/1 board', bytes, pk) ? 'OK' : 'BOARD_SIGNATURE', code, hex(concat(pk, made, bytes)));
}

/* ---- sheets ------------------------------------------------------------------ */

const near = (random, middle) => middle - 2 + random.below(5);

export function resign(bytes, label, seed) {
  const end = bytes.length - 64;
  bytes.set(core.sign(labelled(label, bytes.subarray(0, end)), seed), end);
  return bytes;
}

export function makeSheet(random, seed, more = {}) {
  const weeks = more.weeks === undefined ? random.of([0, 1, 3, 60, 255, 4]) : more.weeks;
  const months = weeks === 0 ? 0 : random.of([0, 1, 12]);
  const out = new Uint8Array(168 + 32 * (weeks + months) + 64);
  out.set(utf8('SKSHEET1'));
  out.set([1, weeks, months, 8], 8);
  const firstWeek = random.below(5) ? WEEK - random.below(3) : random.of([WEEK + 1, WEEK - weeks, WEEK - weeks + 1, 2 ** 32 - 2]);
  [more.serial || near(random, 7), firstWeek, random.of([682, 2 ** 31 - 2]), random.below(4) ? WEEK : near(random, WEEK)]
    .forEach((value, i) => out.set(u32(value), 12 + 4 * i));
  out.set(u64(more.floor === undefined ? random.below(2 ** 53) : more.floor), 32);
  out.set(core.signPublicOf(seed), 40);
  out.set(random.bytes(96 + 32 * (weeks + months)), 72);
  if (more.desk) out.set(more.desk, 72);
  return resign(out, 'skrynka/1 sheet', seed);
}

function spoilSheet(random, sheet, seed) {
  const again = () => resign(sheet, 'skrynka/1 sheet', seed);
  const keyAt = () => 168 + 32 * random.below(Math.max(1, (sheet.length - 232) / 32));
  return random.of([
    () => sheet,
    () => sheet,
    () => sheet,
    () => random.damaged(sheet),
    () => sheet.slice(0, random.below(sheet.length)),
    () => concat(sheet, random.bytes(random.of([1, 32, 64, 17000]))),
    () => { sheet[random.below(12)] = random.word(); return again(); },
    () => { sheet[28 + random.below(4)] = random.below(2); return again(); },
    () => { sheet.set(sheet.slice(keyAt()).slice(0, 32), keyAt()); return again(); },
    () => { sheet.set(bytesOf(random.of([0n, 1n, 2n ** 255n - 20n, 2n ** 255n - 19n])), keyAt()); return again(); },
    () => { sheet.set(random.of(LOW_BYTES), 40); return sheet; },
    () => { sheet.set([0, 1 + random.below(3)], 9); return resign(sheet.slice(0, 232 + 32 * sheet[10]), 'skrynka/1 sheet', seed); },
  ])();
}

function fields(sheet, key) {
  return concat(u8(sheet.weeks), u8(sheet.months), u8(sheet.keepWeeks), u32(sheet.serial), u32(sheet.firstWeek), u32(sheet.firstMonth),
    u32(sheet.issuedWeek), u64(sheet.boardFloor), sheet.identity, sheet.desk, sheet.nextIdentity, sheet.onion, sheet.digest, key || new Uint8Array(0));
}

export async function sheets(random, peer) {
  const seed = random.bytes(32);
  const bytes = spoilSheet(random, makeSheet(random, seed), seed);
  const pin = random.below(8) ? core.signPublicOf(seed) : random.bytes(32);
  const last = random.below(2) ? { serial: near(random, 7), digest: random.below(2) ? core.blake(bytes) : random.bytes(32) } : undefined;
  const now = SECONDS + random.of([0, -1, 604799, 604800]);
  const epoch = random.of([near(random, WEEK), core.EPOCH_MONTH + near(random, 682), 2 ** 32 - 1, random.word()]);
  const seen = last ? concat(u8(1), u32(last.serial), last.digest) : new Uint8Array(37);
  const want = await peer.ask('H', u64(now), pin, seen, u32(epoch), bytes);
  const mine = verdict(() => {
    const sheet = core.readSheet(bytes);
    core.trustSheet(sheet, pin, now * 1000, last);
    return fields(sheet, core.sheetKey(sheet, epoch));
  });
  assert.equal(mine.code, want.code, hex(bytes));
  if (want.code === 'OK') assert.equal(hex(mine.value), hex(want.bytes));
}

/* ---- boards ------------------------------------------------------------------ */

function header(random, desk, identity, { serial, counter, previous }) {
  const out = new Uint8Array(232);
  out.set(utf8('SKBOARD1'));
  out.set([0, 3], 8);
  out.set(u64(counter), 16);
  out.set(identity, 32);
  out.set(u32(serial), 64);
  out.set(previous, 72);
  return resign(out, 'skrynka/1 board', desk);
}

export async function boardTrust(random, peer) {
  const [seed, desk] = [random.bytes(32), random.bytes(32)];
  const identity = core.signPublicOf(seed);
  const deskPk = core.signPublicOf(desk);
  const counter = random.of([5, 2 ** 53 - 1]);
  const sheet = makeSheet(random, seed, { weeks: 1, serial: 7, floor: near(random, counter), desk: deskPk });
  const last = header(random, desk, identity, { serial: 6, counter: near(random, counter), previous: random.bytes(32) });
  const board = header(random, desk, random.below(8) ? identity : random.bytes(32), {
    serial: random.below(5) ? 7 : 8, counter, previous: random.below(3) ? core.blake(last) : random.bytes(32),
  });
  const follows = random.below(2);
  const want = await peer.ask('K', deskPk, u32(sheet.length), sheet, board, follows ? last : new Uint8Array(0));
  const mine = verdict(() => core.trustBoard(core.readBoardHeader(board, deskPk), core.readSheet(sheet),
    follows ? core.readBoardHeader(last, deskPk) : undefined));
  assert.equal(mine.code, want.code);
}

let current = null;
let asked = 0;

/** A board of C's making serves for some questions. */
export async function boards(random, peer) {
  if (asked++ % 12 === 0) current = await Board.make(random, peer);
  const question = current.question(random);
  const want = await peer.ask('A', current.deskPk, question.r, question.file);
  const mine = verdict(() => current.answer(question));
  assert.equal(mine.code, want.code, question.what);
  if (want.code === 'OK') assert.equal(hex(mine.value), hex(want.bytes));
  if (question.what === 'whole') current.expect(question.r, want.code, mine.value);
}
