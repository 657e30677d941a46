// What somebody hands in: a sealed file, or the same as text (FORMAT 1 and 10), looked at before it is sent.
import { Refused } from './errors.js';
import { getU32 } from './bytes.js';
import { EPOCH_MONTH, monthOf, weekOf } from './calendar.js';
import { chunksOfLength } from './class.js';
import { armourBegins, unarmour } from './armour.js';

const HEAD = 4096; // of a file, in which the text must begin
const TEXT_MAX = 2 ** 26; // bytes of text that are read at once
const SUITE = 1;

async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

function looksSealed(head, length) {
  return chunksOfLength(length) > 0 && head[0] === SUITE && head[1] === 0 && head[2] === 0 && head[3] === 0;
}

/**
 * The sealed bytes of a file. A sealed file is not read here, but later in slices; only text is taken into memory.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 * @throws {Refused} ENVELOPE_LENGTH: cut off, or nothing sealed; ENVELOPE_SUITE: sealed in an unknown way
 */
export async function sealedBlob(file) {
  const head = await bytesOf(file.slice(0, HEAD));
  if (looksSealed(head, file.size)) return file;
  if (armourBegins(new TextDecoder().decode(head)) && file.size <= TEXT_MAX) return textBlob(await file.text());
  throw new Refused(chunksOfLength(file.size) > 0 ? 'ENVELOPE_SUITE' : 'ENVELOPE_LENGTH');
}

/** The sealed bytes of a text that was pasted. @throws {Refused} as sealedBlob */
export function textBlob(text) {
  let bytes;
  try {
    bytes = unarmour(text);
  } catch {
    throw new Refused('ENVELOPE_LENGTH');
  }
  if (!looksSealed(bytes, bytes.length)) throw new Refused('ENVELOPE_SUITE');
  return new Blob([bytes]);
}

/** Whether it is sealed for a time whose keys are in use (FORMAT 4), by the clock of this device. */
export async function epochInUse(blob, now) {
  const epoch = getU32(await bytesOf(blob.slice(4, 8)), 0);
  const month = epoch >= EPOCH_MONTH;
  const ahead = month ? epoch - EPOCH_MONTH - monthOf(now) : epoch - weekOf(now);
  return ahead <= 1 && ahead >= (month ? -6 : -1);
}
