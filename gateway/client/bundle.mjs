// Bundles the pages' scripts. usage: node bundle.mjs SOURCE OUT (see make-bundle). The same modules give the same bytes.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants as zlib, gzipSync } from 'node:zlib';
import { LISTS, constants, texts } from './facts.mjs';

const [source, out] = process.argv.slice(2);
const modules = join(out, 'node_modules');
const required = createRequire(join(modules, 'here.js'));
const esbuild = required('esbuild');
const terser = required('terser');

/** Found by trying; the best quality is the default. */
const BROTLI = { [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_FONT, [zlib.BROTLI_PARAM_LGWIN]: 18 };

const common = {
  bundle: true,
  absWorkingDir: source,
  nodePaths: [modules],
  charset: 'utf8',
  define: { 'Object.hasOwn': 'hasOwn', ...Object.fromEntries(Object.entries(constants()).map(([name, value]) => [name, JSON.stringify(value)])) },
  inject: ['has_own.js'],
  legalComments: 'none',
  target: 'es2020',
  logLevel: 'warning',
};

/**
 * The same code without the words of its errors: no page shows them, and they are paid for on a bad line. Only in the packages; an error
 * that is thrown stays one. What is not understood here is left as it is.
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

/**
 * SHA-256's constants are the upper halves of the first of SHA-512's: where both are needed, one table is enough (0.3 kB). Looked up in
 * the package as it is; if it ever says otherwise, there is no bundle.
 */
function oneTable(code, path) {
  if (!path.endsWith('@noble/hashes/sha2.js')) return code;
  const numbers = (name) => [...code.split(`const ${name} = `)[1].split(']')[0].matchAll(/0x([0-9a-f]+)/g)].map(([, hex]) => hex);
  const short = numbers('SHA256_K');
  const long = numbers('K512');
  if (short.length !== 64 || long.length !== 80 || short.some((k, i) => long[i].length !== 16 || long[i].slice(0, 8) !== k)) {
    throw new Error('the tables of @noble/hashes are not as they were');
  }
  return code.replaceAll('SHA256_K[i]', 'SHA512_Kh[i]');
}

/**
 * T.NAME becomes T[number], counted as gateway/pages/script.c does, and a list of texts an array of them; what a page does not get stays,
 * for tests/client/texts.mjs to find.
 */
function numbered(kind) {
  const names = texts().filter(([, kinds]) => kinds.includes(kind)).map(([name]) => name);
  const one = (name) => names.includes(name) ? `T[${names.indexOf(name)}]` : `T.${name}`;
  const replace = (_, name) => LISTS[name] ? `[${LISTS[name].map(one)}]` : one(name);
  return {
    name: 'texts',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => dirname(path) === source
        ? { contents: readFileSync(path, 'utf8').replace(/\bT\.([A-Z]\w+)/g, replace) }
        : { contents: withoutWords(kind === 'C' ? readFileSync(path, 'utf8') : oneTable(readFileSync(path, 'utf8'), path)) });
    },
  };
}

/** A bundle of its own, readable. */
async function bundle(entry, options) {
  const made = await esbuild.build({ ...common, entryPoints: [entry], write: false, ...options });
  return made.outputFiles[0].contents;
}

/** Every byte is paid for on a bad line: terser finds 3 % more than esbuild, and both together 1 % more. */
async function page(entry, kind) {
  const options = { format: 'iife', minify: true, plugins: [numbered(kind)], supported: { 'class-field': true, 'class-static-field': true } };
  const script = Buffer.from(await bundle(entry, options)).toString();
  const { code } = await terser.minify(script, {
    // Bold, and true here: what is called with new is a class, and to read a property does nothing else.
    compress: { passes: 5, ecma: 2020, unsafe_arrows: true, pure_getters: true },
    format: { ecma: 2020 },
  });
  return Buffer.from(code + '\n');
}

function write(name, bytes) {
  const path = join(out, 'bundle', name);
  writeFileSync(path + '.new', bytes);
  renameSync(path + '.new', path);
}

mkdirSync(join(out, 'bundle'), { recursive: true });
write('core.mjs', await bundle('core.js', { format: 'esm', platform: 'neutral' }));
write('offline.js', await page('offline.js', 'O'));
write('guard_form.js', await page('guard_form.js', 'F'));
write('guard_status.js', await page('guard_status.js', 'S'));
// Served as they are, by the coding that a browser takes; form.js last: make looks at this one.
for (const [name, kind] of [['courier.js', 'C'], ['status.js', 'S'], ['form.js', 'F']]) {
  const bytes = await page('live_' + name, kind);
  write(name + '.br', brotliCompressSync(bytes, { params: BROTLI }));
  write(name + '.gz', gzipSync(bytes, { level: 9 }));
  write(name, bytes);
}
