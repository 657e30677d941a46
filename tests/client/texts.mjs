// Every text that a script uses is one that it gets, and it gets none that it does not use: looked up in the bundles.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '../../gateway');
const given = [...readFileSync(join(source, 'client_text.def'), 'utf8').matchAll(/^W\((\w+), ([FSCO |]+)\)/gm)];

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
for (const [name, kind] of [['form.js', 'F'], ['status.js', 'S'], ['courier.js', 'C'], ['offline.js', 'O']]) {
  const used = new Set([...bundle(name).matchAll(/\bT\.([A-Z][A-Z0-9_]+)/g)].map((match) => match[1]));
  const numbered = [...bundle(name).matchAll(/\bT\[[`"']([A-Z_]+_)/g)].map((match) => match[1]);
  const has = new Set(given.filter(([, , kinds]) => kinds.includes(kind)).map(([, text]) => text));
  const problems = [
    ...[...used].filter((text) => !has.has(text)).map((text) => `${name} uses ${text} and does not get it`),
    ...[...has].filter((text) => !used.has(text) && !numbered.some((start) => text.startsWith(start)))
      .map((text) => `${name} gets ${text} and does not use it`),
    ...(used.size < 20 ? [`only ${used.size} texts were found in ${name}`] : []),
  ];
  for (const problem of problems) console.log(`FAIL ${problem}`);
  failed += problems.length;
  if (problems.length === 0) console.log(`ok   ${name}: ${has.size} texts`);
}
process.exit(failed ? 1 : 0);
