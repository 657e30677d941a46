// Finds the bundle of everything that needs no page: of this build, or in a release beside the sources.
import { existsSync, readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';

if (!globalThis.crypto) globalThis.crypto = webcrypto; // Node 18

const here = fileURLToPath(new URL('.', import.meta.url));
const source = resolve(process.env.SKRYNKA_SOURCE || join(here, '../..'));
export const build = resolve(process.env.SKRYNKA_BUILD || source);
const bundle = [build, source].map((root) => join(root, 'gateway/client/bundle/core.mjs')).find(existsSync);

export const core = await import(pathToFileURL(bundle));

/** A file of tests/vectors. */
export const vectors = (name) => JSON.parse(readFileSync(join(here, '../vectors', name), 'utf8'));

/** content[i] = (7 i + 3) mod 256 */
export function pattern(length) {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = 7 * i + 3;
  return out;
}

/** The code of the refusal, or what was answered. */
export function verdict(work) {
  try {
    return { value: work(), code: 'OK' };
  } catch (error) {
    if (!(error instanceof core.Refused)) throw error;
    return { code: error.code };
  }
}

/** Bytes as a stream, in pieces of this size. */
export async function* inPieces(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** The whole envelope of a Report. */
export async function sealed(report, body, pause) {
  const pieces = [];
  for await (const piece of report.pieces(body, pause)) pieces.push(piece);
  return core.concat(...pieces);
}
