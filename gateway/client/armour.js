// A sealed file as text, for messengers and for pasting (FORMAT 10). As keys/format/armour.c.
import { base64, unbase64 } from './bytes.js';
import { chunksOfLength } from './class.js';
import { Refused } from './errors.js';

const BEGIN = '-----BEGIN SEALED-----';
const END = '-----END SEALED-----';
const BLOCK = 256; // characters that the C code decodes, or holds back of a line, at once
const TAIL = 8; // fewer characters belong to the words before them

/** @param {Uint8Array} bytes an envelope @returns {string} */
export const armour = (bytes) => [BEGIN, ...base64(bytes).match(/.{1,64}/g), END, ''].join('\n');

/** As messengers, clipboards and editors leave it: without what means nothing, hyphens for all dashes, LF for all ends of lines. */
function clean(text) {
  return text.replace(new RegExp(`(?![\\n\\r])[${SIGNS_NOTHING}]`, 'g'), '').replace(new RegExp(`[${SIGNS_DASH}]`, 'g'), '-').replace(/\r/g, '\n');
}

const BEGIN_LINE = '-BEGINSEALED-';
const END_WORDS = 'ENDSEALED';

/** Whether a text, or the beginning of one, has the line with which armour begins. */
export const armourBegins = (text) => clean(text).includes(BEGIN_LINE);

/** What stands between the two lines, and whether the second one is there. */
function within(text) {
  const all = clean(text);
  const begin = all.indexOf(BEGIN_LINE);
  if (begin < 0) throw new Refused('ARMOUR_BEGIN');
  let rest = all.slice(begin + BEGIN_LINE.length - 1);
  const to = rest.indexOf(`-${END_WORDS}-`);
  const half = /-+([A-Z]*)$/.exec(rest);
  if (to >= 0) rest = rest.slice(0, to).replace(/-+$/, '');
  else if (half && END_WORDS.startsWith(half[1])) rest = rest.slice(0, half.index);
  return { lines: rest.replace(/^-+/, '').split('\n'), ended: to >= 0 };
}

/** The base64 of a line: behind the last sign that is none, if it is not too short. What is longer than a block was no words. */
function dataOf(line, open) {
  const words = line.split(/[^A-Za-z0-9+/=]/);
  const last = words.pop();
  if (words.some((piece) => piece.length > BLOCK)) throw new Refused('ARMOUR_SYMBOL');
  const counts = last.length > BLOCK || (!open && (words.length === 0 || last.length >= TAIL));
  return counts ? last : '';
}

/**
 * @param {string} text what stands before and after the two lines is ignored
 * @returns {Uint8Array} of an envelope's length; nothing else of it is checked
 * @throws {Refused} ARMOUR_BEGIN, ARMOUR_SYMBOL, ARMOUR_END, ENVELOPE_LENGTH
 */
export function unarmour(text) {
  const { lines, ended } = within(text);
  const data = lines.map((line, i) => dataOf(line, !ended && i === lines.length - 1)).join('');
  if (!ended) {
    unbase64(data.slice(0, data.length - data.length % BLOCK)); // a wrong sign before the cut is the better news
    throw new Refused('ARMOUR_END');
  }
  const bytes = unbase64(data);
  if (chunksOfLength(bytes.length) === 0) throw new Refused('ENVELOPE_LENGTH');
  return bytes;
}
