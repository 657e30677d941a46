// Bundles the pages' scripts. usage: node bundle.mjs SOURCE OUT (see make-bundle). The same modules give the same bytes.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants as zlib } from 'node:zlib';
import { LISTS, constants, texts } from './facts.mjs';
import { shortened } from './packages.mjs';

const [source, out] = process.argv.slice(2);
const modules = join(out, 'node_modules');
const required = createRequire(join(modules, 'here.js'));
const esbuild = required('esbuild');
const terser = required('terser');

/** In gzip, which is what most here ask for: 3 % less than zlib can do. More rounds find nothing more. */
const zopfli = (path) => execFileSync('zopfli', ['-c', '--i100', path]);
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
 * T.NAME becomes T[number], counted as gateway/pages/script.c does, and a list of texts an array of them; what a page does not get stays,
 * for tests/client/texts.mjs to find.
 */
function numbered(kind) {
  const names = texts().filter(([, kinds]) => kinds.includes(kind)).map(([name]) => name);
  const one = (name) => names.includes(name) ? `T[${names.indexOf(name)}]` : `T.${name}`;
  const replace = (_, name) => LISTS[name] ? `[${LISTS[name].map(one)}]` : one(name);
  return (code) => code.replace(/\bT\.([A-Z]\w+)/g, replace);
}

/** Our own modules with their texts numbered, and the packages' with what they can do without. */
function sources(kind) {
  const ours = kind ? numbered(kind) : (code) => code;
  return {
    name: 'sources',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        return { contents: dirname(path) === source ? ours(code) : shortened(code, path, kind === 'F') };
      });
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
  const options = { format: 'iife', minify: true, plugins: [sources(kind)], supported: { 'class-field': true, 'class-static-field': true } };
  const script = Buffer.from(await bundle(entry, options)).toString();
  const { code } = await terser.minify(script, {
    // Bold, and true here: what is called with new is a class, and to read a property does nothing else.
    compress: { passes: 5, ecma: 2020, unsafe_arrows: true, pure_getters: true },
    format: { ecma: 2020 },
  });
  if (kind === 'F' && code.includes('decrypt')) throw new Error('the form opens something');
  return Buffer.from(code + '\n');
}

function write(name, bytes) {
  const path = join(out, 'bundle', name);
  writeFileSync(path + '.new', bytes);
  renameSync(path + '.new', path);
}

mkdirSync(join(out, 'bundle'), { recursive: true });
write('core.mjs', await bundle('core.js', { format: 'esm', platform: 'neutral', plugins: [sources()] }));
write('offline.js', await page('offline.js', 'O'));
write('guard_form.js', await page('guard_form.js', 'F'));
write('guard_status.js', await page('guard_status.js', 'S'));
// Served as they are, by the coding that a browser takes; form.js last: make looks at this one.
for (const [name, kind] of [['courier.js', 'C'], ['status.js', 'S'], ['form.js', 'F']]) {
  const bytes = await page('live_' + name, kind);
  write(name + '.br', brotliCompressSync(bytes, { params: BROTLI }));
  write(name + '.raw', bytes);
  write(name + '.gz', zopfli(join(out, 'bundle', name + '.raw')));
  renameSync(join(out, 'bundle', name + '.raw'), join(out, 'bundle', name));
}
