// A sealed report as a file: made piece by piece, offered as a download whose name says nothing.
import { el } from './dom.js';

/** What stands in the list of downloads. */
export const FILE_NAME = 'document.bin';
const PART = 1 << 20;

/**
 * Collects sealed pieces. Every full MiB becomes a Blob of its own, which a browser can keep outside of the page.
 * @param {AsyncIterable<Uint8Array>} pieces the header first, then whole chunks
 * @param {(done: number) => void} [progress]
 * @returns {Promise<Blob>}
 */
export async function collect(pieces, progress = () => {}) {
  const type = 'application/octet-stream';
  const blobs = [];
  let part = [];
  let held = 0;
  let done = 0;
  for await (const piece of pieces) {
    part.push(piece.slice());
    held += piece.length;
    done += piece.length;
    if (held >= PART) {
      blobs.push(new Blob(part));
      part = [];
      held = 0;
    }
    progress(done);
  }
  return new Blob([...blobs, ...part], { type });
}

/**
 * A link that saves a blob.
 * @param {Blob} blob @param {string} text @param {string} [name]
 * @returns {{link: HTMLAnchorElement, revoke: () => void}} revoke: once the link is not needed any more
 */
export function saveLink(blob, text, name = FILE_NAME) {
  const href = URL.createObjectURL(blob);
  return { link: el('a', { href, download: name, class: 'b' }, text), revoke: () => URL.revokeObjectURL(href) };
}
