// Bundles the pages' scripts. usage: node bundle.mjs SOURCE OUT (see make-bundle). The same modules give the same bytes.
import { createRequire } from 'node:module';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const [source, out] = process.argv.slice(2);
const modules = join(out, 'node_modules');
const required = createRequire(join(modules, 'here.js'));
const esbuild = required('esbuild');
const terser = required('terser');

const common = {
  bundle: true,
  absWorkingDir: source,
  nodePaths: [modules],
  charset: 'utf8',
  legalComments: 'none',
  target: 'es2020',
  logLevel: 'warning',
};

/** A bundle of its own, readable. */
async function bundle(entry, options) {
  const made = await esbuild.build({ ...common, entryPoints: [entry], write: false, ...options });
  return made.outputFiles[0].contents;
}

/** Every byte is paid for on a bad line: terser finds 3 % more than esbuild. */
async function page(entry) {
  const script = Buffer.from(await bundle(entry, { format: 'iife' })).toString();
  const { code } = await terser.minify(script, { compress: { passes: 3, ecma: 2020 }, format: { ecma: 2020 } });
  return Buffer.from(code + '\n');
}

function write(name, bytes) {
  const path = join(out, 'bundle', name);
  writeFileSync(path + '.new', bytes);
  renameSync(path + '.new', path);
}

mkdirSync(join(out, 'bundle'), { recursive: true });
write('core.mjs', await bundle('core.js', { format: 'esm', platform: 'neutral' }));
write('offline.js', await page('offline.js'));
// Served as they are, by the coding that a browser takes; form.js last: make looks at this one.
for (const name of ['courier.js', 'status.js', 'form.js']) {
  const bytes = await page('live_' + name);
  write(name + '.br', brotliCompressSync(bytes));
  write(name + '.gz', gzipSync(bytes, { level: 9 }));
  write(name, bytes);
}
