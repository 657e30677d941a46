// A package that is not as gateway/client/packages.mjs knows it makes no bundle: every place that is shortened, changed by one sign.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './core.mjs';
import { shortened } from '../../gateway/client/packages.mjs';

const folder = join(build, 'gateway/client/node_modules/@noble');
if (!existsSync(folder)) {
  console.log('SKIP: no packages: a release carries the bundles');
  process.exit(77);
}
const source = (name) => readFileSync(join(folder, name), 'utf8');
const refuses = (name, from, to, what) => {
  const code = source(name);
  assert.ok(code.includes(from), `${name}: ${from}`);
  assert.throws(() => shortened(code.replaceAll(from, to), join(folder, name), false), what, `${name} without ${from}`);
};

refuses('hashes/sha2.js', '0x428a2f98d728ae22', '0x428a2f98d728ae23', /tables/);
refuses('hashes/sha2.js', '0x6c44198c4a475817', '0x6c44198c4a475816', /tables/);
refuses('hashes/sha2.js', ' 0xc67178f2', ' 0xc67178f3', /tables/);
refuses('hashes/utils.js', 'isLE', 'isLittle', /not as it was/);
refuses('curves/abstract/montgomery.js', "'x25519'", '"x25519"', /not as it was/);
refuses('hashes/blake2.js', '_cloneInto(', '_copyInto(', /no method/);
refuses('ed25519/index.js', 'assertValidity(', 'check(', /no method/);

/** What only opens goes where nothing is opened, and there alone. */
const opens = (seals) => /^ +decrypt\(.*\{$/m.test(shortened(source('ciphers/salsa.js'), join(folder, 'ciphers/salsa.js'), seals));
assert.deepEqual([opens(false), opens(true)], [true, false], 'decrypt()');
console.log('ok   seven changed packages are refused');
