// Bundles the pages' scripts. usage: node bundle.mjs SOURCE OUT (see make-bundle). The same modules give the same bytes.
import { createRequire } from 'node:module';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const [source, out] = process.argv.slice(2);
const modules = join(out, 'node_modules');
const esbuild = createRequire(join(modules, 'here.js'))('esbuild');

const common = {
  bundle: true,
  absWorkingDir: source,
  nodePaths: [modules],
  charset: 'utf8',
  legalComments: 'none',
  target: 'es2020',
  logLevel: 'warning',
};

async function build(entry, name, options) {
  const outfile = join(out, 'bundle', name + '.new');
  await esbuild.build({ ...common, entryPoints: [entry], outfile, ...options });
  renameSync(outfile, join(out, 'bundle', name));
}

mkdirSync(join(out, 'bundle'), { recursive: true });
const page = { format: 'iife', minify: true };
await build('offline.js', 'offline.js', page);
await build('core.js', 'core.mjs', { format: 'esm', platform: 'neutral' });
await build('live.js', 'live.js', page); // last: make looks at this one
