// The lists of facts that C and the scripts share (the .def files), read for the bundles and for the tests.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path) => readFileSync(join(top, path), 'utf8');

/** The rows MACRO(column, ...) of a .def file; strings without their quotes. */
function rows(path, macro) {
  const column = /\s*(?:N_\()?(?:"((?:[^"\\]|\\.)*)"|([\w |]+))\)?\s*(?:,|\)$)/y;
  return [...read(path).matchAll(new RegExp(`^${macro}\\((.*\\))$`, 'gm'))].map(([, columns]) => {
    const row = [];
    column.lastIndex = 0;
    for (let found = column.exec(columns); found; found = column.exec(columns)) row.push(found[1] ?? found[2].trim());
    return row;
  });
}

const categories = rows('keys/base/category.def', 'CATEGORY').map(([number]) => `CATEGORY_${number}`);
const statuses = rows('keys/base/status.def', 'STATUS');
const languages = rows('keys/base/language.def', 'LANGUAGE').map(([, code, , date, decimal]) => ({ code, date, decimal }));

/** Lists of texts, by what the scripts call them: T.CATEGORIES in the order of their numbers, T.ANSWERS by status. */
export const LISTS = { CATEGORIES: categories, ANSWERS: statuses.map(([, name]) => `ANSWER_${name}`) };

/** The texts of the pages as gateway/pages/script.c numbers them: [name, which scripts get it]. */
export function texts() {
  const text = read('gateway/pages/text.def')
    .replace(/^#define \w+\(.*\) X\((\w+)_##\w+, ([FSCO |]+), \w+\)\n#include "(.*)"$/gm, (_, prefix, scripts, path) =>
      (path.endsWith('category.def') ? LISTS.CATEGORIES : LISTS.ANSWERS).map((name) => `X(${name}, ${scripts},`).join('\n'));
  if (/^#include/m.test(text)) throw new Error('text.def includes what is not known here');
  return [...text.matchAll(/^X\((\w+), ([FSCO |]+|0),/gm)].map(([, name, scripts]) => [name, scripts]);
}

/** The rows of keys/format/signs.def of these kinds, as the inside of a class of a RegExp. */
export function signs(...kinds) {
  const one = (hex) => String.fromCharCode(Number(hex)).replace(/[-\]\\^]/, '\\$&');
  return rows('keys/format/signs.def', 'SIGN').filter(([, , kind]) => kinds.includes(kind))
    .map(([first, last]) => (first === last ? one(first) : `${one(first)}-${one(last)}`)).join('');
}

/** What a module names and no module defines: numbers of keys/format/limits.h, signs of keys/format/signs.def, and what depends on the language. */
export function constants() {
  const limits = [...read('keys/format/limits.h').matchAll(/^#define (SK_BODY_\w+) (\d+)u$/gm)];
  const where = (column, value) => languages.filter((language) => language[column] === value).map(({ code }) => code);
  return {
    ...Object.fromEntries(limits.map(([, name, number]) => [name, Number(number)])),
    STATUS_MORE: Number(statuses.find(([, name]) => name === 'MORE')[0]),
    DATE_IN_WORDS: where('date', 'WORDS'),
    DECIMAL_POINT: where('decimal', '.'),
    SIGNS_ALL: '\\s' + signs('INVISIBLE', 'QUOTE', 'DASH'),
    SIGNS_NOTHING: '\\s' + signs('INVISIBLE', 'QUOTE'),
    SIGNS_DASH: signs('DASH'),
  };
}
