// The QR of random codes against the gateway's, which libqrencode draws: the same modules under the mask of each. SEED=n repeats a run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, core } from './core.mjs';
import { Random } from './random.mjs';
import { qrModules } from '../../gateway/client/qr.js';

const CODES = 300;
const SIZE = 25;
/** Level Q in ISO/IEC 18004, table C.1: the fifteen format bits of masks 0 to 7, and the masks. */
const FORMATS = [0x355f, 0x3068, 0x3f31, 0x3a06, 0x24b4, 0x2183, 0x2eda, 0x2bed];
const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => (x * y) % 2 + (x * y) % 3, (x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2,
];
const corner = (x, y) => (x < 9 && y < 9) || (x > 16 && y < 9) || (x < 9 && y > 16);
const isData = (x, y) => !corner(x, y) && x !== 6 && y !== 6 && Math.max(Math.abs(x - 18), Math.abs(y - 18)) > 2;
/** Where the format stands, twice, lowest bit first. */
const ONE = [0, 1, 2, 3, 4, 5, 7, 8].map((y) => [8, y]).concat([7, 5, 4, 3, 2, 1, 0].map((x) => [x, 8]));
const TWO = [24, 23, 22, 21, 20, 19, 18, 17].map((x) => [x, 8]).concat([18, 19, 20, 21, 22, 23, 24].map((y) => [8, y]));
const isFormat = (x, y) => [...ONE, ...TWO].some(([a, b]) => a === x && b === y);

function modulesOf(table) {
  assert.match(table, /^<table class=qr role=img aria-label=""><colgroup><col span=25><\/colgroup><tbody>(<tr>(<td( class=d)?( colspan=\d+)?>)+)+<\/table>$/);
  return table.split('<tr>').slice(1).map((row) => [...row.matchAll(/<td( class=d)?(?: colspan=(\d+))?>/g)]
    .flatMap(([, dark, span]) => Array(Number(span || 1)).fill(dark ? 1 : 0)));
}

function maskOf(rows) {
  const [one, two] = [ONE, TWO].map((places) => places.reduce((value, [x, y], i) => value | rows[y][x] << i, 0));
  assert.equal(one, two, 'both formats are the same');
  assert.ok(FORMATS.includes(one), `format ${one}`);
  return FORMATS.indexOf(one);
}

function compare(code, mine, theirs) {
  assert.deepEqual([mine.length, ...mine.map((row) => row.length)], Array(SIZE + 1).fill(SIZE));
  const dark = (rows, x, y) => rows[y][x] ^ (isData(x, y) && MASKS[maskOf(rows)](x, y) === 0 ? 1 : 0);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      if (!isFormat(x, y)) assert.equal(dark(mine, x, y), dark(theirs, x, y), `${code}: column ${x}, row ${y}`);
    }
  }
  return maskOf(theirs);
}

const random = new Random(process.env.SEED);
console.log(`SEED=${random.seed}`);
const codes = Array.from({ length: CODES }, () => core.formatCode(random.bytes(15)));
const { status, stdout } = spawnSync(join(build, 'tests/client/qr_tables'), { input: codes.join('\n'), encoding: 'latin1', maxBuffer: CODES * 65536 });
assert.equal(status, 0, 'qr_tables');
const tables = stdout.trimEnd().split('\n').map(modulesOf);
assert.equal(tables.length, CODES);
const masks = new Set(codes.map((code, i) => compare(code, qrModules(code), tables[i])));
assert.ok(masks.size > 4, `the gateway's took ${masks.size} masks`);
console.log(`ok   ${CODES} codes, ${masks.size} masks`);
