// Size classes and lengths of an envelope (FORMAT 1). All in Numbers: 4 GiB do not fit into 32 bits.
export const HEADER = 680;
/** A chunk as sealed, its plaintext, and the content bytes of a full one. */
export const CHUNK = 16400;
export const PLAIN = 16384;
export const BLOCK = 16382;
export const CHUNKS_MAX = 262144;
/** The longest content. */
export const MAX = CHUNKS_MAX * BLOCK;

const POWERS_ONLY = 1024; // up to here the classes are powers of two, above also quarters

function roundUp(need) {
  if (need > CHUNKS_MAX) return 0;
  let power = 1;
  while (power < need) power *= 2;
  if (power <= POWERS_ONLY) return power;
  const step = power / 8; // the classes between power / 2 and power are so far apart
  return Math.ceil(need / step) * step;
}

/** The class, in chunks, of a content of so many bytes; 0 if there is none so large. */
export const chunksFor = (contentLength) => roundUp(Math.ceil(contentLength / BLOCK));

/** @param {number} chunks */
export const envelopeLength = (chunks) => HEADER + chunks * CHUNK;

/** The number of chunks of an envelope of this length; 0 if no class has it. */
export function chunksOfLength(length) {
  const chunks = (length - HEADER) / CHUNK;
  return Number.isInteger(chunks) && chunks > 0 && roundUp(chunks) === chunks ? chunks : 0;
}
