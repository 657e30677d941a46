// Hashes, classes, codes, receipts, keys, texts, times and armour.
import assert from 'node:assert/strict';
import { core, verdict } from './core.mjs';
import { bytesOf } from './edwards.mjs';
import { u8, u32, u64 } from './peer.mjs';

const { concat, hex, utf8 } = core;
const P = 2n ** 255n - 19n;

export async function hashes(random, peer) {
  const key = random.bytes(32);
  const label = random.of(['', 'slot-esk', 'receipt-root', 'x'.repeat(255), 'дія']);
  const data = random.bytes(random.length(20000));
  const keyed = random.below(2);
  const { bytes } = await peer.ask('F', u8(keyed), key, u8(utf8(label).length), utf8(label), data);
  assert.equal(hex(core.F(keyed ? key : null, label, data)), hex(bytes.slice(0, 32)));
  assert.equal(hex(core.blake(data)), hex(bytes.slice(32)));
}

export async function digests(random, peer) {
  const sheets = Array.from({ length: random.below(10) }, () => ({ digest: random.bytes(32) }));
  if (sheets.length > 1) sheets[1].digest.set(sheets[0].digest.slice(0, random.below(33)));
  const { bytes } = await peer.ask('G', ...sheets.map(({ digest }) => digest));
  assert.equal(hex(core.sheetsDigest(sheets)), hex(bytes));
}

export async function classes(random, peer) {
  const chunks = random.of([1, 2, 4, 1024, 1280, 262144, 1 + random.below(300000)]);
  const n = random.of([
    random.below(2 ** 40), random.below(2 ** 33), chunks * core.BLOCK - 1 + random.below(3), core.envelopeLength(chunks) - 1 + random.below(3),
    core.envelopeLength(core.chunksFor(chunks * core.BLOCK)),
  ]);
  const { bytes } = await peer.ask('C', u64(n));
  const mine = core.chunksFor(n);
  assert.deepEqual([mine, core.chunksOfLength(n)], [core.getU32(bytes, 0), core.getU32(bytes, 4)], `${n}`);
  assert.equal(core.envelopeLength(mine), Number(core.getU64(bytes, 8)));
}

const SIGNS = '-–—\u2043 \u00a0\t\n\u200b\u2068\u202e\ufe0f\u00ad>«|"’OoIiLlАаВвЕеКкМмНнОоРрСсТтУуХхЅѕІіЈјUuЇїı\u017fßÖ！０😀\0\ufeff.' + '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function typed(random, code) {
  const signs = [...code];
  for (let n = random.below(4); n > 0; n--) {
    const at = random.below(signs.length + 1);
    const sign = random.of([...SIGNS]);
    random.of([() => signs.splice(at, 1), () => signs.splice(at, 0, sign), () => signs.splice(at, 1, sign),
      () => signs.splice(at, 0, '-', ' '), () => signs.splice(at, 2, signs[at + 1] || '', signs[at] || '')])();
  }
  return random.below(3) ? signs.join('') : signs.join('').toLowerCase();
}

export async function codes(random, peer) {
  const r = random.bytes(15);
  const code = core.formatCode(r);
  assert.equal(code, core.text((await peer.ask('f', r)).bytes));
  const text = typed(random, code);
  const { code: want, bytes } = await peer.ask('p', utf8(text));
  const mine = verdict(() => core.parseCode(text));
  assert.equal(mine.code, want, JSON.stringify(text));
  if (want === 'OK') assert.equal(hex(mine.value), hex(bytes));
}

export async function receipts(random, peer) {
  const r = random.bytes(15);
  const day = random.of([0, 20000 + random.below(1000), random.word()]);
  const receipt = core.deriveReceipt(r);
  const { mailboxSeed, mailbox, replySk, replyPk, signSk, signPk } = receipt;
  const mine = concat(core.rowOf(receipt, day), mailboxSeed, mailbox, replySk, replyPk, signSk, signPk);
  assert.equal(hex(mine), hex((await peer.ask('R', r, u32(day))).bytes));
}

const LOW_X25519 = [0n, 1n, 325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n].flatMap((u) => [u, u + P]).concat(P - 1n, 2n ** 255n - 1n);

export async function keys(random, peer) {
  const u = random.of([() => random.of(LOW_X25519), () => P - 20n + BigInt(random.below(38)), () => BigInt(random.below(40))])();
  const pk = random.below(3) ? bytesOf(u) : random.bytes(32);
  if (random.below(3) === 0) pk[31] ^= 128;
  const want = (await peer.ask('L', pk)).code;
  assert.equal(core.lowOrder(pk) ? 'KEY_LOW_ORDER' : 'OK', want, hex(pk));
  assert.equal(verdict(() => core.sealBox(pk, pk, random.bytes(32))).code, want, hex(pk));
}

const SEQUENCES = [[0x41], [0xc2, 0x80], [0xc2, 0x9f], [0xc2, 0xa0], [0xc1, 0xbf], [0xdf, 0xbf], [0xe0, 0x9f, 0xbf], [0xe0, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xee, 0x80, 0x80], [0xef, 0xbb, 0xbf], [0xef, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x7f], [0x1f], [9], [10], [13], [0],
  [0xd0, 0x87], [0xe2, 0x82], [0xf0, 0x9f, 0x98]];

export async function texts(random, peer) {
  const parts = Array.from({ length: random.below(5) }, () => random.below(5) ? random.of(SEQUENCES) : [...random.bytes(random.below(4))]);
  const bytes = Uint8Array.from(parts.flat());
  assert.equal(core.textValid(bytes), (await peer.ask('T', bytes)).code === 'OK', hex(bytes));
}

export async function times(random, peer) {
  const seconds = random.of([random.below(2 ** 33), 604800 * random.below(3000) + 345600 - 1 + random.below(3), random.below(700000)]);
  const { bytes } = await peer.ask('D', u64(seconds));
  const ms = seconds * 1000 + random.below(1000);
  assert.deepEqual([core.dayOf(ms), core.weekOf(ms), core.monthOf(ms)], [0, 4, 8].map((at) => core.getU32(bytes, at)), `${seconds}`);
}

const BETWEEN = ['-', '=', ' ', '\r\n', 'A', '*', '\u00a0', '\t', '\v\f', '----', '\0', 'ї', '-----END SEALED-----', '-----BEGIN SEALED-----',
  '\u200b', '\u200e', '\u2014', '> ', '»', '\u00ad', '\ufeff', '!', '\n', '-END', 'END SEALED-', '\u{1f600}', '\nOlena, [28.11.2026 10:11]\n',
  '\n[10:12] Олена: ', 'abcdefg.', '\u2028'];

/** As programs do it, everywhere. */
const EVERYWHERE = [(text) => text.replace(/^/gm, '> '), (text) => text.replaceAll('\n', '\r\n'), (text) => text.replaceAll('\n', '\u00a0'),
  (text) => text.replaceAll('--', '\u2014'), (text) => text.replace(/^/gm, '\u200e'), (text) => text.replaceAll('\n', ' '),
  (text) => text.replaceAll('\n', ''), (text) => `«${text}»`,
  (text) => text.replace(/[^]{1,4096}/g, (part, at) => `\n\nОлена, [28.11.2026 10:${at % 60}]\n${part}`)];

function disturbed(random, text) {
  // Wrong padding, and cut before the end: which of the two is said.
  if (random.below(8) === 0) return text.slice(0, 30 + random.below(300)) + '=' + text.slice(0, random.below(600)).replace(/-.*-\n/, '');
  const at = () => random.of([random.below(text.length), random.below(60), text.length - 1 - random.below(60)]);
  const sign = () => random.of(BETWEEN);
  let out = random.below(2) ? text : random.of(EVERYWHERE)(text);
  for (let n = random.below(4); n > 0; n--) {
    const i = at();
    out = random.of([() => out.slice(0, i) + sign() + out.slice(i), () => out.slice(0, i) + out.slice(i + 1 + random.below(3)),
      () => out.slice(0, i) + sign() + out.slice(i + 1), () => out.slice(0, i), () => `a\n${sign()}${out}${sign()}b`,
      () => random.of(EVERYWHERE)(out)])();
  }
  return out.toWellFormed ? out.toWellFormed() : out;
}

export async function armours(random, peer) {
  const bytes = random.bytes(random.below(4) ? 680 + 16400 : 1 + random.below(3000));
  const text = core.armour(bytes);
  assert.equal(text, core.text((await peer.ask('W', bytes)).bytes));
  const good = random.of(EVERYWHERE)(text); // taken whatever else is tried, if it was of an envelope's length
  if (bytes.length === 680 + 16400) assert.ok(core.equal(core.unarmour(good), bytes), JSON.stringify(good.slice(0, 300)));
  const changed = disturbed(random, text);
  const want = await peer.ask('w', utf8(changed));
  const mine = verdict(() => core.unarmour(changed));
  assert.equal(mine.code, want.code, JSON.stringify(changed));
  if (want.code === 'OK') assert.ok(core.equal(mine.value, want.bytes));
}

