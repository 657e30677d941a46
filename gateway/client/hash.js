// The hashes of the formats (FORMAT 0 and 2).
import { blake2b } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from './bytes.js';

/** BLAKE2b-256. @returns {Uint8Array} */
export const blake = (data) => blake2b(data, { dkLen: 32 });

/** BLAKE2b of 24 bytes, as libsodium takes it for the nonce of a sealed box. */
export const blake24 = (data) => blake2b(data, { dkLen: 24 });

/**
 * The one keyed hash of all formats: BLAKE2b-256 over u8 len(label) || label || data.
 * @param {Uint8Array|null} key 32 bytes, or null for none
 * @param {string} label
 * @param {Uint8Array} [data]
 */
export function F(key, label, data = new Uint8Array(0)) {
  const name = utf8(label);
  return blake2b(concat(Uint8Array.of(name.length), name, data), { dkLen: 32, ...(key && { key }) });
}

/**
 * SHA-256 of many bytes: by the browser itself where it offers that, else here. `data` may be overwritten once this has returned.
 * @returns {Promise<Uint8Array>}
 */
export async function sha256Bulk(data) {
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  if (!subtle) return sha256(data);
  return new Uint8Array(await subtle.digest('SHA-256', data));
}

/** A running SHA-256: update(bytes), digest(). */
export const sha256Start = () => sha256.create();
