// X25519, sealed boxes and signatures, as strict as libsodium with the checks of keys/seal (slots.c, signed.c).
import { xsalsa20poly1305, hsalsa } from '@noble/ciphers/salsa.js';
import { montgomery } from '@noble/curves/abstract/montgomery.js';
import { Point, etc, getPublicKey, hashes, sign as edSign, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, utf8, wipe } from './bytes.js';
import { Refused } from './errors.js';
import { blake24 } from './hash.js';

hashes.sha512 = sha512;

const { p: P } = Point.CURVE();

// The ladder of RFC 7748 section 5, over the field arithmetic that the signatures have already.
const x25519 = montgomery({
  P,
  type: 'x25519',
  powPminus2: (x) => etc.invert(x, P),
  adjustScalarBytes(scalar) {
    scalar[0] &= 248;
    scalar[31] = scalar[31] & 127 | 64;
    return scalar;
  },
});

/** X25519. @throws {Refused} KEY_LOW_ORDER when the shared point is the neutral one */
function multiply(sk, pk) {
  try {
    return x25519.scalarMult(sk, pk);
  } catch {
    throw new Refused('KEY_LOW_ORDER');
  }
}

/** Whether this X25519 public key is of low order: every secret makes nothing of such a key. No list of points to get wrong. */
export function lowOrder(pk) {
  try {
    multiply(pk, pk);
    return false;
  } catch {
    return true;
  }
}

/** @returns {Uint8Array} */
export const publicOf = x25519.getPublicKey;

const words = (bytes) => new Uint32Array(bytes.slice().buffer);
const SIGMA = utf8('expand 32-byte k');

/** The key of crypto_box: HSalsa20 of the shared point. */
function boxKey(sk, pk) {
  const shared = multiply(sk, pk);
  const key = new Uint32Array(8);
  const secret = words(shared);
  hsalsa(words(SIGMA), secret, new Uint32Array(4), key);
  wipe(shared, secret);
  return new Uint8Array(key.buffer);
}

/** crypto_box_seal with a given ephemeral secret. @throws {Refused} KEY_LOW_ORDER */
export function sealBox(plain, pk, ephemeral) {
  const key = boxKey(ephemeral, pk);
  const epk = publicOf(ephemeral);
  const box = xsalsa20poly1305(key, blake24(concat(epk, pk))).encrypt(plain);
  wipe(key);
  return concat(epk, box);
}

/** crypto_box_seal_open. @returns {Uint8Array} @throws any error when it does not open */
export function openBox(sealed, pk, sk) {
  const epk = sealed.subarray(0, 32);
  const key = boxKey(sk, epk);
  try {
    return xsalsa20poly1305(key, blake24(concat(epk, pk))).decrypt(sealed.subarray(32));
  } finally {
    wipe(key);
  }
}

/** Of a signing seed. */
export const signPublicOf = getPublicKey;
export const sign = edSign;

/** Canonical, of prime order, not the neutral point. */
function primeOrder(bytes) {
  const point = Point.fromBytes(bytes);
  return !point.isSmallOrder() && point.isTorsionFree();
}

/**
 * The signature over label || 00 || bytes (FORMAT 4 to 6). Key and R must be of prime order, so that implementations with
 * different habits cannot disagree.
 * @returns {boolean}
 */
export function signedBy(signature, label, bytes, pk) {
  try {
    return primeOrder(pk) && primeOrder(signature.subarray(0, 32)) &&
      verify(signature, concat(utf8(label), Uint8Array.of(0), bytes), pk, { zip215: false });
  } catch {
    return false;
  }
}
