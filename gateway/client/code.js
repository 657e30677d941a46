// The receipt code as text (FORMAT 3). The table is that of keys/format/code.c; tests/vectors/own-codes.json holds both to it.
import { Refused } from './errors.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BYTES = 15;
const DATA = 24; // symbols, and one to check them
/** Latin, then Cyrillic: what looks like another sign, and that sign. */
const TWINS = 'OILАВЕКМНОРСТУХЅІЈ';
const READ_AS = '011ABEKMH0PCTYXS1J';
/** What messengers, clipboards and editors leave in a text: the build puts the list of keys/format/signs.def here. */
const IGNORED = new RegExp(`[${SIGNS_ALL}]`, 'g');

// Only these letters have a small form here: toUpperCase() of a whole text would make codes out of other signs.
const values = new Map();
[...ALPHABET].forEach((sign, value) => add(sign, value));
[...TWINS].forEach((sign, i) => add(sign, ALPHABET.indexOf(READ_AS[i])));

function add(sign, value) {
  values.set(sign, value);
  values.set(sign.toLowerCase(), value);
}

/** 2 (acc xor d) in GF(32) with x^5 + x^2 + 1. */
function checkOf(symbols) {
  return symbols.slice(0, DATA).reduce((acc, d) => {
    const twice = (acc ^ d) << 1;
    return twice & 32 ? twice ^ 0x25 : twice;
  }, 0);
}

/** @param {Uint8Array} r 15 bytes @returns {string} five by five, with hyphens */
export function formatCode(r) {
  const bits = Array.from(r, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const symbols = bits.match(/.{5}/g).map((five) => parseInt(five, 2));
  const text = [...symbols, checkOf(symbols)].map((symbol) => ALPHABET[symbol]).join('');
  return text.match(/.{5}/g).join('-');
}

/**
 * @param {string} text as somebody typed it
 * @returns {Uint8Array} r, 15 bytes
 * @throws {Refused} CODE_SYMBOL, CODE_LENGTH, CODE_CHECK
 */
export function parseCode(text) {
  const symbols = [...text.replace(IGNORED, '')].map((sign) => values.get(sign));
  if (symbols.includes(undefined)) throw new Refused('CODE_SYMBOL');
  if (symbols.length !== DATA + 1) throw new Refused('CODE_LENGTH');
  if (checkOf(symbols) !== symbols[DATA]) throw new Refused('CODE_CHECK');
  const bits = symbols.slice(0, DATA).map((symbol) => symbol.toString(2).padStart(5, '0')).join('');
  return Uint8Array.from({ length: BYTES }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}
