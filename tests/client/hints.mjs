// What the pages say about sizes and remaining time: the class below, and words no more exact than what is known.
import assert from 'node:assert/strict';
import { constants } from '../../gateway/client/facts.mjs';
import { BLOCK, CHUNKS_MAX, chunksFor } from '../../gateway/client/class.js';
import { Rate, leftText } from '../../gateway/client/rate.js';

Object.assign(globalThis, constants()); // as the build does
const { formFault } = await import('../../gateway/client/limits.js');
const { classBelow, codeProblem } = await import('../../gateway/client/hints.js');

globalThis.T = new Proxy({}, { get: (_, name) => (name.endsWith('S') ? `${name} %s` : name) });

let classes = 0;
for (let chunks = 1; chunks > 0; chunks = chunksFor(chunks * BLOCK + 1)) {
  const below = classBelow(chunks);
  if (below > 0) assert.equal(chunksFor(below * BLOCK), below, `${below} is a class`);
  assert.equal(chunksFor(below * BLOCK + 1), chunks, `${chunks} follows ${below}`);
  classes++;
  if (chunks === CHUNKS_MAX) break;
}
assert.ok(classes > 40, `${classes} classes`);

assert.equal(codeProblem('04926-D25AS-KQH2C-TNEYC-VQQFE'), '');
assert.equal(codeProblem('  '), '');
assert.equal(codeProblem('04926'), 'CODE_LENGTH');
assert.equal(codeProblem('0492!'), 'CODE_SYMBOL');
assert.equal(codeProblem('04926-D25AS-KQH2C-TNEYC-VQQFF'), 'CODE_CHECK');

for (const [seconds, words] of [[null, 'LEFT_UNKNOWN'], [0, 'LEFT_MINUTE'], [49, 'LEFT_MINUTE'], [60, 'LEFT_MINUTES 1'],
  [100, 'LEFT_MINUTES 2'], [240, 'LEFT_MINUTES 5'], [1500, 'LEFT_MINUTES 30'], [6500, 'LEFT_HOURS 2'], [86400, 'LEFT_HOURS 24'],
  [1e6, 'LEFT_UNKNOWN'], [Infinity, 'LEFT_UNKNOWN']]) {
  assert.equal(leftText(seconds), words, String(seconds));
}

/** A form's fields and files: what a desk can read, and what is something at all. */
const file = (size, name = 'f') => ['file', { size, name }];
const files = (count, size = 1) => Array.from({ length: count }, () => file(size));
for (const [fields, fault] of [
  [[], 'EMPTY'], [[['text', ' \n']], 'EMPTY'], [[['where', 'x'], file(0, '')], 'EMPTY'], [[file(0, 'IMG_1.jpg'), file(0, 'IMG_2.jpg')], 'EMPTY'],
  [[['text', 'x'], file(0, 'IMG_1.jpg')], ''], [[file(1)], ''], [files(1000), ''], [files(1001), 'MANY'], [[['text', 'x'], ...files(1000)], 'MANY'],
  [[file(1, 'x'.repeat(1024))], ''], [[file(1, 'x'.repeat(1025))], 'NAME'], [[file(1, 'ї'.repeat(512))], ''], [[file(1, 'ї'.repeat(513))], 'NAME'],
  [[file(1, '"'.repeat(341))], ''], [[file(1, '"'.repeat(342))], 'NAME'],
]) assert.equal(formFault(fields), fault, `${fields.length} fields`);

const rate = new Rate();
const all = 1_000_000;
for (let i = 0; i < 3; i++) rate.add(i * 1000, i * 1000);
assert.equal(rate.left(all, 2000), null, 'two observations say nothing');
for (let i = 3; i < 100; i++) rate.add(i * 1000, i * 1000);
assert.ok(Math.abs(rate.left(all, 99_000) - 901) < 5, 'a steady line is known');
assert.equal(rate.left(all, 99_000 + 46_000), null, 'after a silence nothing is known');
rate.add(100_000, 99_000 + 600_000); // ten minutes for one second's worth
assert.ok(rate.left(all, 699_000) > 10_000, 'a long gap counts');
rate.forget();
assert.equal(rate.left(all, 699_000), null);
console.log(`ok   ${classes} classes, codes, words for times, the speed of a line`);
