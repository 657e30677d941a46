// Bundles the pages' scripts. usage: node bundle.mjs SOURCE OUT (see make-bundle). The same modules give the same bytes.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [source, out] = process.argv.slice(2);
const modules = join(out, 'node_modules');
const required = createRequire(join(modules, 'here.js'));
const esbuild = required('esbuild');
const terser = required('terser');

/** Found by trying; the best quality is the default. */
const BROTLI = { [constants.BROTLI_PARAM_LGWIN]: 18, [constants.BROTLI_PARAM_NPOSTFIX]: 2, [constants.BROTLI_PARAM_NDIRECT]: 16 };

const common = {
  bundle: true,
  absWorkingDir: source,
  nodePaths: [modules],
  charset: 'utf8',
  define: { 'Object.hasOwn': 'hasOwn' },
  inject: ['has_own.js'],
  legalComments: 'none',
  target: 'es2020',
  logLevel: 'warning',
};

const TEXTS = [...readFileSync(join(source, '../client_text.def'), 'utf8').matchAll(/^W\((\w+), ([FSCO |]+)\)/gm)];

/** T.NAME becomes T[number], counted as gateway/script.c does; what a page does not get stays, for tests/client/texts.mjs to find. */
function numbered(kind) {
  const names = TEXTS.filter(([, , kinds]) => kinds.includes(kind)).map(([, name]) => name);
  const replace = (found, name) => names.includes(name) ? `T[${names.indexOf(name)}]` : found;
  return {
    name: 'texts',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => dirname(path) === source
        ? { contents: readFileSync(path, 'utf8').replace(/\bT\.([A-Z]\w+)/g, replace) } : undefined);
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
  const options = { format: 'iife', minify: true, plugins: [numbered(kind)], supported: { 'class-field': true } };
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
// Served as they are, by the coding that a browser takes; form.js last: make looks at this one.
for (const [name, kind] of [['courier.js', 'C'], ['status.js', 'S'], ['form.js', 'F']]) {
  const bytes = await page('live_' + name, kind);
  write(name + '.br', brotliCompressSync(bytes, { params: BROTLI }));
  write(name + '.gz', gzipSync(bytes, { level: 9 }));
  write(name, bytes);
}
