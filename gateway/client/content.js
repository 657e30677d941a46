// What stands before and behind the body of a report (FORMAT 2). As keys/seal/content.c.
import { concat, utf8 } from './bytes.js';
import { Refused } from './errors.js';
import { F, blake } from './hash.js';

export const PRELUDE = 256;
export const SIGNATURE = 64;
export const SEALED_BY = { BROWSER: 1, GATEWAY: 2, OFFLINE: 3, COMMAND: 4 };
export const FLAG_ANSWERS = 1;
export const FLAG_FOLLOW_UP = 2;

/** RFC 2046. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/**
 * @param {{receipt: object, sealedBy: number, flags: number, sheets: Uint8Array, boundary: string, seed: Uint8Array}} report
 *   sheets: their digest; seed: 32 bytes, new for every report
 * @throws {Refused} CONTENT_SEALER, CONTENT_FLAGS, CONTENT_BOUNDARY
 */
export function makePrelude({ receipt, sealedBy, flags, sheets, boundary, seed }) {
  if (!BOUNDARY.test(boundary)) throw new Refused('CONTENT_BOUNDARY');
  if (!Object.values(SEALED_BY).includes(sealedBy)) throw new Refused('CONTENT_SEALER');
  if ((flags & ~(FLAG_ANSWERS | FLAG_FOLLOW_UP)) !== 0) throw new Refused('CONTENT_FLAGS');
  const prelude = new Uint8Array(PRELUDE);
  prelude.set([1, sealedBy, flags, 1]);
  prelude.set(concat(receipt.replyPk, receipt.mailboxSeed, receipt.signPk, sheets), 8);
  prelude.set([boundary.length, ...utf8(boundary)], 136);
  prelude.set(seed, 207);
  return prelude;
}

/** The file key that the seed and the keys in a prelude give (FORMAT 1). */
export const fileKeyOf = (prelude) => F(prelude.subarray(207, 239), 'file-key', prelude.subarray(8, 104));

/** What the writer signs. @param {Uint8Array} d digest of the blocks of prelude || body */
export const signedMessage = (header, d) => concat(utf8('skrynka/1 report\0'), blake(header), d);
