// What the fifteen bytes of a code are good for (FORMAT 3).
import { wipe } from './bytes.js';
import { publicOf, signPublicOf } from './curve.js';
import { F } from './hash.js';

/** @returns {Uint8Array} r of a new code */
export const randomReceipt = () => crypto.getRandomValues(new Uint8Array(15));

/**
 * @typedef {object} Receipt all secret but row; wipeReceipt() it
 * @property {Uint8Array} r 15 bytes
 * @property {Uint8Array} row 16 bytes
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
  const receipt = {
    r: r.slice(),
    row: F(root, 'row').slice(0, 16),
    mailbox: F(root, 'mailbox'),
    replySk,
    replyPk: publicOf(replySk),
    signSk,
    signPk: signPublicOf(signSk),
  };
  wipe(root);
  return receipt;
}

/** @param {Receipt} receipt */
export const wipeReceipt = (receipt) => wipe(...Object.values(receipt));
