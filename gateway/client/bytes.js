// Byte strings: little-endian integers, hex, base64 and text (FORMAT 0).
import { Refused } from './errors.js';

const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @returns {number} */
export const getU16 = (bytes, at) => view(bytes).getUint16(at, true);
/** @returns {number} */
export const getU32 = (bytes, at) => view(bytes).getUint32(at, true);
/** @returns {bigint} a Number would lose the last bits of a counter */
export const getU64 = (bytes, at) => view(bytes).getBigUint64(at, true);

export const putU16 = (bytes, at, value) => view(bytes).setUint16(at, value, true);
export const putU32 = (bytes, at, value) => view(bytes).setUint32(at, value, true);
/** @param {number|bigint} value */
export const putU64 = (bytes, at, value) => view(bytes).setBigUint64(at, BigInt(value), true);

/** @param {...Uint8Array} parts @returns {Uint8Array} */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether two byte strings are the same, in time that depends on their lengths only. */
export function equal(a, b) {
  let differs = a.length ^ b.length;
  for (let i = 0; i < a.length && i < b.length; i++) differs |= a[i] ^ b[i];
  return differs === 0;
}

/** Negative, zero or positive, as byte strings of one length sort. */
export function compare(a, b) {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return 0;
}

/** @returns {boolean} */
export const allZero = (bytes) => bytes.every((byte) => byte === 0);

/** @param {number} length @returns {Uint8Array} drawn by the browser */
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Overwrites secrets. @param {...Uint8Array} all */
export const wipe = (...all) => all.forEach((bytes) => bytes.fill(0));

/** @returns {string} lower case */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {string} text lower or upper case @throws {Refused} USAGE */
export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Refused('USAGE');
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

const BLOCK = 24576; // bytes; the browser's own functions take and give strings, so it goes piece by piece
const TEXT_BLOCK = BLOCK / 3 * 4;

/** RFC 4648, with padding. */
export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += BLOCK) text += btoa(String.fromCharCode(...bytes.subarray(at, at + BLOCK)));
  return text;
}

function unbase64Block(text, last) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new Refused('ARMOUR_SYMBOL');
  }
  // atob() also takes white space, and does without padding: there is only one right way to write bytes.
  if (btoa(binary) !== text || (!last && binary.length !== BLOCK)) throw new Refused('ARMOUR_SYMBOL');
  return binary;
}

/** @param {string} text exactly as base64() writes it @throws {Refused} ARMOUR_SYMBOL */
export function unbase64(text) {
  const out = new Uint8Array(Math.floor(text.length / 4) * 3);
  let length = 0;
  for (let at = 0; at < text.length; at += TEXT_BLOCK) {
    const binary = unbase64Block(text.slice(at, at + TEXT_BLOCK), at + TEXT_BLOCK >= text.length);
    for (let i = 0; i < binary.length; i++) out[length++] = binary.charCodeAt(i);
  }
  return out.slice(0, length);
}

/** @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {Uint8Array} bytes @returns {string} @throws {TypeError} when they are not UTF-8 */
export const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
