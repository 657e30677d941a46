// gateway/client/courier_file.js: what is a sealed file, as bytes or as text, and what is none.
import assert from 'node:assert/strict';
import { core } from './answers_world.mjs';

const { sealedBlob, textBlob, epochInUse } = core;
const LENGTH = 680 + 16400 * 2;
const WEEK = 2968;
const MONTH = 682;
const NOW = (WEEK * 7 + 5) * 86400000;

function envelope(epoch = WEEK, length = LENGTH) {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) >> 2);
  bytes.set([1, 0, 0, 0]);
  new DataView(bytes.buffer).setUint32(4, epoch, true);
  return bytes;
}

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const refused = (code, promise) => assert.rejects(promise, (error) => error.code === code, code);

async function bytes() {
  const blob = new Blob([envelope()]);
  assert.equal(await sealedBlob(blob), blob, 'not read, the file itself');
  for (const length of [0, 1, 680, LENGTH - 1, LENGTH + 1, 680 + 16400 * 3]) {
    await refused('ENVELOPE_LENGTH', sealedBlob(new Blob([envelope(WEEK, LENGTH + 16400).subarray(0, length)])));
  }
  for (const at of [0, 1, 2, 3]) {
    const other = envelope();
    other[at] ^= 6;
    await refused('ENVELOPE_SUITE', sealedBlob(new Blob([other])));
  }
}

async function text() {
  const armoured = core.armour(envelope());
  for (const one of [armoured, `Передай, будь ласка\r\n${armoured.replace(/\n/g, '\r\n')}\n> дякую`, armoured.replace(/\n/g, ' \n ')]) {
    assert.deepEqual(await bytesOf(textBlob(one)), envelope());
    assert.deepEqual(await bytesOf(await sealedBlob(new Blob([one]))), envelope());
  }
  const lines = armoured.split('\n');
  const parts = armoured.match(/[^]{1,4096}/g).map((part, i) => `Olena, [28.11.2026 10:1${i}]\n${part}`).join('\n\n');
  for (const one of [parts, lines.join('\n> '), lines.join('\u00a0'), lines.join('\n\u200e'), armoured.replaceAll('--', '\u2014'), `\ufeff«${armoured}»`,
    `${armoured.slice(0, 500)}\u200b${armoured.slice(500)}`]) {
    assert.deepEqual(await bytesOf(textBlob(one)), envelope(), JSON.stringify(one.slice(0, 90)));
    assert.deepEqual(await bytesOf(await sealedBlob(new Blob([one]))), envelope());
  }
  const wrong = [armoured.slice(0, -60), armoured.replace(lines[5], lines[5].slice(1)), armoured.replace(lines[5], ''), '', 'text',
    armoured.replace(lines[7], `${lines[7]}!`)];
  for (const one of wrong) {
    await refused('ENVELOPE_LENGTH', (async () => textBlob(one))());
    await refused('ENVELOPE_LENGTH', sealedBlob(new Blob([one])));
  }
}

async function epochs() {
  const use = (epoch) => epochInUse(new Blob([envelope(epoch)]), NOW);
  for (const [ahead, good] of [[-2, false], [-1, true], [0, true], [1, true], [2, false]]) assert.equal(await use(WEEK + ahead), good);
  for (const [ahead, good] of [[-7, false], [-6, true], [0, true], [1, true], [2, false]]) {
    assert.equal(await use(2 ** 31 + MONTH + ahead), good, `month ${ahead}`);
  }
}

for (const test of [bytes, text, epochs]) {
  await test();
  console.log(`ok ${test.name}`);
}
