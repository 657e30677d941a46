// Points of Ed25519 by the schoolbook, for signatures that only a test would make.
import { createHash } from 'node:crypto';

const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a, m = P) => ((a % m) + m) % m;

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = b * b % P) if (e & 1n) result = result * b % P;
  return result;
}

const invert = (a) => power(a, P - 2n);
const D = mod(-121665n * invert(121666n));
const ROOT = power(2n, (P - 1n) / 4n);

export function number(bytes) {
  return bytes.reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
}

export function bytesOf(value) {
  return Uint8Array.from({ length: 32 }, (_, i) => Number(value >> BigInt(8 * i) & 255n));
}

/** Projective: x/z, y/z. */
function sum([x1, y1, z1], [x2, y2, z2]) {
  const a = z1 * z2 % P, b = a * a % P, c = x1 * x2 % P, d = y1 * y2 % P;
  const e = D * c % P * d % P, f = b - e, g = b + e;
  return [a * f % P * ((x1 + y1) * (x2 + y2) - c - d) % P, a * g % P * (d + c) % P, f * g % P];
}

function affine([x, y, z]) {
  const inverse = invert(mod(z));
  return [mod(x * inverse), mod(y * inverse)];
}

export const add = (p, q) => affine(sum([...p, 1n], [...q, 1n]));

export function times(scalar, point) {
  let result = [0n, 1n, 1n];
  for (let s = scalar, p = [...point, 1n]; s > 0n; s >>= 1n, p = sum(p, p)) if (s & 1n) result = sum(result, p);
  return affine(result);
}

export const encode = ([x, y]) => bytesOf(y | (x & 1n) << 255n);

function decode(bytes) {
  const y = mod(number(bytes) & (1n << 255n) - 1n);
  const square = mod((y * y - 1n) * invert(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (x * x % P !== square) x = x * ROOT % P;
  return [(x & 1n) === BigInt(bytes[31] >> 7) ? x : mod(-x), y];
}

export const BASE = decode(bytesOf(4n * invert(5n) % P).map((byte, i) => i === 31 ? byte & 127 : byte));

const EIGHT = decode(Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'));
/** The eight points of low order, by how often one of order eight is taken. */
export const LOW = Array.from({ length: 8 }, (_, i) => times(BigInt(i), EIGHT));

/** Encodings of points of low order, also those that are not the shortest way to write them. */
export const LOW_BYTES = LOW.map(encode).concat([P, P + 1n, 1n << 255n | P, 1n << 255n | (P + 1n), 1n << 255n | 1n,
  1n << 255n | (P - 1n)].map(bytesOf));

const hash = (...parts) => number(createHash('sha512').update(Buffer.concat(parts)).digest()) % L;

/** A signature of secret scalar a by key A, with points of low order mixed in: R = rB + T. */
export function signMixed(a, A, r, T, message) {
  const R = encode(add(times(r, BASE), T));
  const s = mod(r + hash(R, A, message) * a, L);
  return Uint8Array.from([...R, ...bytesOf(s)]);
}
