// X25519, sealed boxes and signatures, as strict as libsodium with the checks of keys/seal (slots.c, signed.c).
//
// The library is the small one: its Edwards points also make X25519 public keys, through the map between the two forms of the same
// curve (RFC 7748 section 4.1). That saves a resident 6 kB of a second form of the same arithmetic; the tests hold it against libsodium.
import { xsalsa20poly1305, hsalsa } from '@noble/ciphers/salsa.js';
import { Point, etc, getPublicKey, hashes, sign as edSign, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, utf8, wipe } from './bytes.js';
import { Refused } from './errors.js';
import { blake24 } from './hash.js';

hashes.sha512 = sha512;

const { p: P, n: N } = Point.CURVE();
const A = 486662n;
const A24 = (A - 2n) / 4n;
const TOP = 2n ** 255n;

function toNumber(bytes) {
  let n = 0n;
  for (let i = 31; i >= 0; i--) n = n << 8n | BigInt(bytes[i]);
  return n;
}

function toBytes(n) {
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++, n >>= 8n) out[i] = Number(n & 255n);
  return out;
}

/** A point's Montgomery coordinate u = (1 + y) / (1 - y); throws for the neutral point, which has none. */
function toU(point) {
  const { y } = point.toAffine();
  return toBytes(etc.mod((1n + y) * etc.invert(etc.mod(1n - y, P), P), P));
}

/** RFC 7748 section 5: a multiple of eight, with the top bit set. */
function scalarOf(sk) {
  const clamped = sk.slice();
  clamped[0] &= 248;
  clamped[31] = clamped[31] & 127 | 64;
  const n = toNumber(clamped);
  wipe(clamped);
  return n;
}

/** A step of the ladder: x/z doubled, and both added, where they differ by u. */
function rung(u, [x2, z2], [x3, z3]) {
  const a = x2 + z2, b = x2 - z2, aa = a * a % P, bb = b * b % P, e = aa - bb;
  const da = (x3 - z3) * a % P, cb = (x3 + z3) * b % P;
  return [[aa * bb % P, e * (aa + A24 * e) % P], [(da + cb) ** 2n % P, u * ((da - cb) ** 2n % P) % P]];
}

/**
 * X25519 by the ladder of RFC 7748 section 5: half of all public keys are points of the curve's twist, where there is no Edwards point.
 * @throws {Refused} KEY_LOW_ORDER when the shared point is the neutral one
 */
function multiply(sk, pk) {
  const k = scalarOf(sk);
  const u = toNumber(pk) % TOP % P;
  let low = [1n, 0n], high = [u, 1n];
  for (let t = 254n; t >= 0n; t--) {
    if (k >> t & 1n) [high, low] = rung(u, high, low);
    else [low, high] = rung(u, low, high);
  }
  const [x, z] = low;
  if (z === 0n) throw new Refused('KEY_LOW_ORDER');
  return toBytes(etc.mod(x * etc.invert(etc.mod(z, P), P), P));
}

/** Doubles x/z on Curve25519. */
function double([x, z]) {
  const xx = x * x, xz = x * z, zz = z * z;
  return [(xx - zz) ** 2n % P, 4n * xz * (xx + A * xz + zz) % P];
}

/** Whether this X25519 public key is of low order: eight times such a point is the neutral one. No list of points to get wrong. */
export function lowOrder(pk) {
  const [, z] = double(double(double([toNumber(pk) % TOP % P, 1n])));
  return z === 0n;
}

/** @returns {Uint8Array} */
export const publicOf = (sk) => toU(Point.BASE.multiply(scalarOf(sk) % N));

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
