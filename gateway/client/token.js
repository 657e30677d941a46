// Under which name a saved file is uploaded (FORMAT 8).
import { F } from './hash.js';

/** @param {Uint8Array} lastChunk the envelope's last 16,400 bytes @returns {Uint8Array} 16 bytes */
export const uploadToken = (lastChunk) => F(null, 'upload-token', lastChunk).slice(0, 16);
