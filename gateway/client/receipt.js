// What the fifteen bytes of a code are good for (FORMAT 3).
import { concat, putU32, random, wipe } from './bytes.js';
import { publicOf, signPublicOf } from './curve.js';
import { F } from './hash.js';

/** @returns {Uint8Array} r of a new code */
export const randomReceipt = () => random(15);

/**
 * @typedef {object} Receipt all secret but the public keys; wipeReceipt() it
 * @property {Uint8Array} r 15 bytes
 * @property {Uint8Array} rowKey gives the rows of all days
 * @property {Uint8Array} mailboxSeed
 * @property {Uint8Array} mailbox
 * @property {Uint8Array} replySk X25519
 * @property {Uint8Array} replyPk
 * @property {Uint8Array} signSk Ed25519 seed
 * @property {Uint8Array} signPk
 */

/** @param {Uint8Array} r 15 bytes, copied @returns {Receipt} */
export function deriveReceipt(r) {
  const root = F(null, 'receipt-root', r);
  const replySk = F(root, 'reply-x25519');
  const signSk = F(root, 'sign-ed25519');
  const replyPk = publicOf(replySk);
  const signPk = signPublicOf(signSk);
  const mailboxSeed = F(root, 'mailbox');
  const receipt = {
    r: r.slice(),
    rowKey: F(root, 'row'),
    mailboxSeed,
    mailbox: F(mailboxSeed, 'mailbox', concat(replyPk, signPk)),
    replySk,
    replyPk,
    signSk,
    signPk,
  };
  wipe(root);
  return receipt;
}

/**
 * The row of a report sent on a day; the first byte is the same for all days.
 * @param {Receipt} receipt @param {number} day @returns {Uint8Array} 16 bytes
 */
export function rowOf({ rowKey }, day) {
  const row = new Uint8Array(16);
  putU32(row, 0, day);
  row.set(F(rowKey, 'row-day', row.slice(0, 4)).subarray(0, 15), 1);
  row[0] = rowKey[0];
  return row;
}

/** @param {Receipt} receipt */
export const wipeReceipt = (receipt) => wipe(...Object.values(receipt));
