// Every text that a script uses is one that it gets, and it gets none that it does not use: looked up in the bundles.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { texts } from '../../gateway/client/facts.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), '../../gateway');
const given = texts();

function bundle(name) {
  for (const folder of [join(process.env.SKRYNKA_BUILD || '.', 'gateway'), source]) {
    try {
      return readFileSync(join(folder, 'client/bundle', name), 'utf8');
    } catch {
      // A release carries it beside the sources.
    }
  }
  throw new Error(`${name} is not built`);
}

let failed = 0;
const KINDS = [
  ['form.js', 'F', ['guard_form.js', 'form.js']],
  ['status.js', 'S', ['guard_status.js', 'status.js']],
  ['courier.js', 'C', ['courier.js']],
  ['offline.js', 'O', ['offline.js']],
];
for (const [name, kind, files] of KINDS) {
  const scripts = files.map(bundle).join('\n');
  const has = given.filter(([, kinds]) => kinds.includes(kind)).map(([text]) => text);
  const used = new Set([...scripts.matchAll(/\bT\[(\d+)\]/g)].map((match) => Number(match[1])));
  const problems = [
    ...[...scripts.matchAll(/\bT\.([A-Z]\w+)/g)].map((match) => `${name} uses ${match[1]} and does not get it`),
    ...has.filter((_, i) => !used.has(i)).map((text) => `${name} gets ${text} and does not use it`),
    ...(used.size === has.length ? [] : [`${used.size} texts were found in ${name}, not ${has.length}`]),
  ];
  for (const problem of problems) console.log(`FAIL ${problem}`);
  failed += problems.length;
  if (problems.length === 0) console.log(`ok   ${name}: ${has.length} texts`);
}
process.exit(failed ? 1 : 0);
