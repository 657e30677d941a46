// A sealed file as text, for messengers and for pasting (FORMAT 10). As keys/seal/armour.c.
import { base64, unbase64 } from './bytes.js';
import { chunksOfLength } from './class.js';
import { Refused } from './errors.js';

const BEGIN = '-----BEGIN SEALED-----';
const END = '-----END SEALED-----';
const BLOCK = 256; // characters that the C code decodes at once

/** @param {Uint8Array} bytes an envelope @returns {string} */
export const armour = (bytes) => [BEGIN, ...base64(bytes).match(/.{1,64}/g), END, ''].join('\n');

/** What stands between the lines, without white space, and what comes after that. */
function within(text) {
  const begin = text.indexOf(BEGIN);
  if (begin < 0) throw new Refused('ARMOUR_BEGIN');
  const from = begin + BEGIN.length;
  const to = text.indexOf('-', from);
  const end = to < 0 ? text.length : to;
  return { data: text.slice(from, end).replace(/[ \t\r\n\v\f]+/g, ''), rest: text.slice(end, end + END.length) };
}

/**
 * @param {string} text what stands before and after the two lines is ignored
 * @returns {Uint8Array} of an envelope's length; nothing else of it is checked
 * @throws {Refused} ARMOUR_BEGIN, ARMOUR_SYMBOL, ARMOUR_END, ENVELOPE_LENGTH
 */
export function unarmour(text) {
  const { data, rest } = within(text);
  if (!END.startsWith(rest)) throw new Refused('ARMOUR_SYMBOL');
  if (rest !== END) {
    unbase64(data.slice(0, data.length - data.length % BLOCK)); // a wrong sign before the cut is the better news
    if (/[^A-Za-z0-9+/=]/.test(data)) throw new Refused('ARMOUR_SYMBOL');
    throw new Refused('ARMOUR_END');
  }
  const bytes = unbase64(data);
  if (chunksOfLength(bytes.length) === 0) throw new Refused('ENVELOPE_LENGTH');
  return bytes;
}
