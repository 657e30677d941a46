// What the bundles take of the packages from npm: the same computations with fewer bytes, for they are paid for on a bad line. Checks of
// what only a programmer gets wrong go, and so does what is never called. What is changed is looked up as it stands in the packages: if
// one of them ever says otherwise, there is no bundle. core.mjs, which the tests hold against libsodium, is made in the same way.

/** [package, as it stands there, what takes its place]; the same place in all bundles. */
const SPECIAL = [
  // A machine of the other byte order fails the self-test, and the page says so: no browser of today runs on one.
  ['ciphers/utils', /(?<=export const isLE = ).*(?=;)/, 'true'],
  ['hashes/utils', /(?<=export const isLE = ).*(?=;)/, 'true'],
  // Only X25519, and of it only what curve.js takes.
  ['curves/abstract/montgomery', "type === 'x25519'", 'true'],
  ['curves/abstract/montgomery', 'validateOpts(curveDef);', 'curveDef;'],
  ['curves/abstract/montgomery', 'CURVE.scalarMultBase;', 'undefined;'],
  ['curves/abstract/montgomery', /(?<=const lengths = )[^]*(?=\n}\n)/, 'null;\n    return { getPublicKey, scalarMult };'],
  // BLAKE2b without salt and personalization; options are literals of this program.
  ['hashes/blake2', 'const { key, salt, personalization } = opts;', 'const { key } = opts, salt = undefined, personalization = undefined;'],
  ['hashes/blake2', 'let { key, personalization, salt } = opts;', 'let { key } = opts; const salt = undefined, personalization = undefined;'],
  ['hashes/utils', "    aopts(defaults, 'defaults');\n    if (opts !== undefined)\n        aopts(opts, title);\n", ''],
  ['hashes/sha2', /,\s*\/\* @__PURE__ \*\/ oidNist\(0x0\d\)/g, ''],
  // Ciphers with keys of 32 bytes, as the packages themselves set them up.
  ['ciphers/_arx', 'l === 16 && allowShortKeys', 'false'],
  ['ciphers/_arx', /\n    if \(typeof core !== 'function'\)\n.*\n    anumber\(counterLength\);\n    anumber\(rounds\);\n    abool\(counterRight\);\n    abool\(allowShortKeys\);/, ''],
  ['ciphers/utils', "    aobject(defaults, 'defaults');\n    aobject(opts, 'opts');\n", ''],
  // SHA-512 is given to it, random numbers are drawn elsewhere.
  ['ed25519/index', /(?<=const etc = \/\* @__PURE__ \*\/ freeze\()[^]*?(?=\);)/, '{ invert }'],
  ['ed25519/index', /sha512Async: async [^]*?\n    },/, ''],
];

/** Methods that nobody calls: [package, names]. */
const DEAD = [
  ['hashes/_md', ['clone', '_cloneIntoMeta']],
  ['hashes/sha2', ['_cloneInto']],
  ['hashes/blake2', ['clone', '_cloneInto']],
  ['ed25519/index', ['static fromAffine', 'static fromHex', 'get x', 'get y', 'toHex', 'assertValidity', 'multiplyUnsafe']],
];

const path = (name) => `@noble/${name}.js`;

/** The source with a place changed. @throws when that place is not there */
function changed(code, [name, from, to]) {
  const out = code.replace(from, () => to);
  if (out === code) throw new Error(`@noble/${name} is not as it was: ${from}`);
  return out;
}

/** Without the methods of a name: as the packages are indented. */
function without(code, method) {
  const out = code.replace(new RegExp(`^( +)${method}\\(.*\\{\\n[^]*?\\n\\1\\},?\\n`, 'gm'), '');
  if (out === code) throw new Error(`no method ${method}`);
  return out;
}

/**
 * The same code without the words of its errors: no page shows them; an error that is thrown stays one. What is not understood here is left as
 * it is.
 */
function withoutWords(code) {
  const begin = /\bnew (?:Range|Type)?Error\(/g;
  let out = '';
  let from = 0;
  for (let found = begin.exec(code); found; found = begin.exec(code)) {
    const end = closing(code, begin.lastIndex);
    if (end < begin.lastIndex) continue;
    out += code.slice(from, begin.lastIndex);
    from = begin.lastIndex = end;
  }
  return out + code.slice(from);
}

/** Where the bracket closes that was opened before `at`; -1 when there is more in it than names, operators, calls and strings. */
function closing(code, at) {
  const token = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`\\]*`|[\w$.+*\s?:,=<>!&|-]|\(|\)/y;
  token.lastIndex = at;
  for (let depth = 1, found = token.exec(code); found; found = token.exec(code)) {
    depth += found[0] === '(' ? 1 : found[0] === ')' ? -1 : 0;
    if (depth === 0) return found.index;
  }
  return -1;
}

/** The table of SHA-512: of the cube roots of the first 80 primes, the first 64 bits after the point (FIPS 180-4, 4.2.3). */
function cubeRoots() {
  const primes = [];
  for (let n = 2n; primes.length < 80; n++) {
    if (primes.every((p) => n % p)) primes.push(n);
  }
  return primes.map((p) => {
    const cube = p << 192n;
    let root = 1n << 67n; // above it; Newton's steps come down to it
    for (;;) {
      const next = (2n * root + cube / (root * root)) / 3n;
      if (next >= root) return root;
      root = next;
    }
  });
}

const numbers = (code, name) => [...code.split(`const ${name} = `)[1].split(']')[0].matchAll(/0x([0-9a-f]{8,16})\b/g)].map(([, hex]) => BigInt('0x' + hex));
const same = (a, b) => a.length === b.length && a.every((one, i) => one === b[i]);

/** SHA-512's table is computed, SHA-256's is the upper half of its beginning: neither is carried. */
function sha2Tables(code) {
  const roots = cubeRoots().map((root) => BigInt.asUintN(64, root));
  if (!same(numbers(code, 'K512'), roots) || !same(numbers(code, 'SHA256_K'), roots.slice(0, 64).map((root) => root >> 32n))) {
    throw new Error('the tables of @noble/hashes are not as they were');
  }
  return code.replace(/\[\n    '0x428a2f98d728ae22'[^]*?\]\.map\(n => BigInt\(n\)\)/, '(' + String(cubeRoots) + ')()')
    .replaceAll('SHA256_K[i]', 'SHA512_Kh[i]');
}

/**
 * @param {string} file whose source it is
 * @param {boolean} seals the bundle opens nothing
 */
export function shortened(code, file, seals) {
  for (const one of SPECIAL) if (file.endsWith(path(one[0]))) code = changed(code, one);
  for (const [name, methods] of DEAD) if (file.endsWith(path(name))) code = methods.reduce(without, code);
  if (file.endsWith(path('hashes/sha2'))) code = sha2Tables(code);
  if (seals && /@noble\/ciphers\/(utils|salsa|chacha)\.js$/.test(file)) code = without(code, 'decrypt');
  return withoutWords(code);
}
