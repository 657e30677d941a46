// A board that C made, its threads, and ways to spoil it, also with the keys of those who could sign and seal.
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { core } from './core.mjs';
import { u8, u16, u32, u64 } from './peer.mjs';

const { concat, utf8 } = core;
const RECORD = 1024;
const SIGNATURE = 64;
const TEXTS = ['', 'Дякуємо. Напишіть, будь ласка, коли саме.', 'ї'.repeat(448), 'a'.repeat(896), 'a'.repeat(897), 'ж'.repeat(1792), 'tab\tand\nline', '\ufeffмітка'];

/** ChaCha20-Poly1305 of somebody else, zero nonce. */
function seal(key, plain, tag) {
  const cipher = createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 });
  cipher.setAAD(tag, { plaintextLength: plain.length });
  return concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

function open(key, sealed, tag) {
  const cipher = createDecipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 });
  cipher.setAAD(tag, { plaintextLength: sealed.length - 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  return concat(cipher.update(sealed.subarray(0, -16)), cipher.final());
}

export class Board {
  static async make(random, peer) {
    const board = new Board();
    board.seed = random.bytes(32);
    board.deskPk = core.signPublicOf(board.seed);
    board.threads = Array.from({ length: random.of([0, 1, 5, 40, 70]) }, () => ({
      r: random.bytes(15), status: 1 + random.below(6), day: random.word(), envelope: random.bytes(32), text: utf8(random.of(TEXTS)),
    }));
    const serial = random.of([0, 1, random.word()]); // of the bundle it acknowledges; 0: none
    const plan = [board.seed, random.bytes(32), random.bytes(32), serial ? random.bytes(32) : new Uint8Array(32),
      ...[random.word(), random.word(), serial, random.word()].map(u32), random.bytes(8)];
    const { code, bytes } = await peer.ask('B', ...plan, ...board.threads.map((t) =>
      concat(t.r, u8(t.status), u32(t.day), t.envelope, u32(t.text.length), t.text)));
    assert.equal(code, 'OK');
    board.file = bytes;
    board.header = core.readBoardHeader(bytes.slice(0, core.boardHeaderLength(bytes)), board.deskPk);
    return board;
  }

  /** @returns {{r, file, what}} */
  question(random) {
    const r = this.threads.length && random.below(8) ? random.of(this.threads).r : random.bytes(15);
    const file = this.file.slice();
    const [what, spoil] = random.of(Object.entries(this.ways(random, r)));
    return { r, what, file: spoil(file) || file };
  }

  ways(random, r) {
    const end = this.header.headerLength;
    const part = random.below(2);
    return {
      whole: () => {},
      'whole ': () => {},
      'header damaged': (file) => random.damaged(file, 0, end),
      'acknowledges nothing': (file) => { file.fill(0, 104, 136); return this.signed(file); },
      'acknowledges no number': (file) => { file.fill(0, 28, 32); return this.signed(file); },
      'header damaged and signed': (file) => this.signed(random.damaged(file, 0, end - SIGNATURE)),
      'shape damaged and signed': (file) => {
        file[random.of([0, 7, 8, 9, 10, 11, 28, 68, 71, 104, 135])] = random.of([0, 1, 2, 3, 8, 9, 11, 83]);
        return this.signed(file);
      },
      cut: (file) => file.slice(0, random.of([0, 8, 135, 136, 231, 232, end - 1, end, end + 1, file.length - 1, random.below(file.length)])),
      longer: (file) => concat(file, random.bytes(random.of([1, 1024]))),
      'bucket damaged': (file) => random.damaged(file, end),
      'record damaged': (file) => this.record(file, r, part, (at) => { file[at + 16 + random.below(1008)] ^= 1; }),
      'tag damaged': (file) => this.record(file, r, part, (at) => { file[at + random.below(16)] ^= 1 << random.below(8); }),
      'records swapped': (file) => this.record(file, r, part, (at) => this.swap(file, at, end)),
      'record twice': (file) => this.record(file, r, part, (at) => this.twice(file, at, end)),
      'answer malformed': (file) => this.record(file, r, part, (at) => this.rewrite(file, at, r, part, (plain) => spoilPlain(random, plain))),
      'answer malformed ': (file) => this.record(file, r, 0, (at) => this.rewrite(file, at, r, 0, (plain) => spoilPlain(random, plain))),
      'padding damaged': (file) => this.record(file, r, 0, (at) => this.rewrite(file, at, r, 0, (plain) => spoilPadding(random, plain))),
      'text damaged': (file) => this.record(file, r, 0, (at) => this.rewrite(file, at, r, 0, (plain) => spoilText(random, plain))),
      'sealed for somebody else': (file) => this.record(file, r, 0, (at) => this.rewrite(file, at, r, 0, () => {}, true)),
      'buckets swapped': (file) => this.swapBuckets(file),
      'part renamed': (file) => this.record(file, r, 1, (at) => { file.set(random.bytes(14), at + 2); }),
    };
  }

  /** Where the record of a part stands is given to change(); then digests and signature are made to fit. */
  record(file, r, part, change) {
    const { mailbox } = core.deriveReceipt(r);
    const tag = core.recordTag(mailbox, this.header, part);
    for (let at = this.header.headerLength; at < file.length; at += RECORD) {
      if (core.equal(file.subarray(at, at + 16), tag)) {
        change(at);
        return this.digested(file);
      }
    }
    return file;
  }

  swap(file, at, end) {
    const other = at > end ? at - RECORD : at + RECORD;
    const held = file.slice(at, at + RECORD);
    file.copyWithin(at, other, other + RECORD);
    file.set(held, other);
  }

  /** Each in order, but not where it belongs. */
  swapBuckets(file) {
    if (this.header.bucketBits === 0) return file;
    const [from, size] = [this.header.headerLength, core.bucketLength(this.header)];
    const first = file.slice(from, from + size);
    file.copyWithin(from, from + size, from + 2 * size);
    file.set(first, from + size);
    return this.digested(file);
  }

  twice(file, at, end) {
    const other = at > end ? at - RECORD : at + RECORD;
    file.copyWithin(other, at, at + RECORD);
  }

  rewrite(file, at, r, part, change, stranger = false) {
    const { mailbox, replyPk, replySk } = core.deriveReceipt(r);
    const [tag, key] = [core.recordTag(mailbox, this.header, part), core.recordKey(mailbox, this.header, part)];
    const plain = core.openBox(open(key, file.subarray(at + 16, at + RECORD), tag), replyPk, replySk);
    change(plain);
    const box = core.sealBox(plain, stranger ? core.publicOf(replyPk) : replyPk, replySk.map((byte) => byte ^ 1));
    file.set(seal(key, box, tag), at + 16);
  }

  digested(file) {
    const size = core.bucketLength(this.header);
    for (let i = 0; i < 2 ** this.header.bucketBits; i++) {
      const from = this.header.headerLength + i * size;
      file.set(core.blake(file.subarray(from, from + size)), 136 + 32 * i);
    }
    return this.signed(file);
  }

  signed(file) {
    const end = this.header.headerLength - SIGNATURE;
    file.set(core.sign(concat(utf8('skrynka/1 board\0'), file.subarray(0, end)), this.seed), end);
    return file;
  }

  /** What the client makes of it, in the order of peer_signed.c. */
  answer({ r, file }) {
    let length = file.length;
    try {
      length = Math.min(length, core.boardHeaderLength(file));
    } catch {
      // readBoardHeader() says it
    }
    const board = core.readBoardHeader(file.slice(0, length), this.deskPk);
    if (core.boardLength(board) !== file.length) throw new core.Refused('BOARD_LENGTH');
    const size = core.bucketLength(board);
    const receipt = core.deriveReceipt(r);
    const answer = core.readAnswer((i) => file.subarray(length + i * size, length + (i + 1) * size), board, receipt);
    if (!answer) throw new core.Refused('NOT_FOUND');
    return concat(u32(board.issuedDay), u32(board.staleDay), u32(board.carrySerial), u32(board.sheetSerial), u64(board.counter),
      board.identity, board.previous, board.carryDigest, board.digest, u8(answer.status), u32(answer.day), answer.envelope, utf8(answer.text));
  }

  /** A whole board gives exactly what the desk wrote. */
  expect(r, code, bytes) {
    const thread = this.threads.find((one) => one.r === r);
    assert.equal(code, thread ? 'OK' : 'NOT_FOUND');
    if (thread) assert.ok(core.equal(bytes.slice(152), concat(u8(thread.status), u32(thread.day), thread.envelope, thread.text)));
  }
}

function spoilPlain(random, plain) {
  const at = random.of([0, 1, 2, 3, 4, 8, 9, 10, 15, 16, 47, 943]);
  if (at === 8) plain.set(u16(random.of([0, 895, 896, 897, 944, 65535])), 8);
  else plain[at] = random.of([0, 1, 2, 3, 4, 5, 6, 7, 255]);
}

function spoilPadding(random, plain) {
  const from = 48 + core.getU16(plain, 8);
  if (from < plain.length) plain[from + random.below(plain.length - from)] = 1;
}

const BAD = [[0xff], [0xc3], [0x00], [0x0d], [0x7f], [0xc2, 0x85], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbb, 0xbf], [0x0a]];

function spoilText(random, plain) {
  const length = core.getU16(plain, 8);
  const sign = random.of(BAD);
  if (length >= sign.length) plain.set(sign, 48 + random.below(length - sign.length + 1));
}
