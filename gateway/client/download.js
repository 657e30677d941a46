// Fetching something large over a network that breaks off.
import { Refused } from './errors.js';

/** Cuts in a row without a single new byte before it is given up. */
const TRIES = 5;

/**
 * @typedef {object} Sink
 * @property {() => void} restart forget what was pushed: it begins anew
 * @property {(piece: Uint8Array) => void} push
 */

/**
 * Fetches `url` whole into `sink`, and goes on where it stopped after a cut (RFC 9110, Range and If-Range).
 * @param {string} url
 * @param {Sink} sink
 * @param {{fetch: typeof fetch, pause: (cuts: number) => Promise<void>, progress?: (done: number, all: number) => void}} how
 *   pause is called before a new attempt, with the number of cuts in a row
 * @returns {Promise<boolean>} false: there is no such thing (404)
 * @throws {Refused} 'IO' when the network or the server does not give it
 */
export async function download(url, sink, how) {
  const state = { at: 0, all: -1, tag: null };
  for (let cuts = 0; cuts < TRIES;) {
    const before = state.at;
    const end = await attempt(url, sink, how, state);
    if (end !== 'cut') return end === 'whole';
    cuts = state.at > before ? 1 : cuts + 1;
    if (cuts < TRIES) await how.pause(cuts);
  }
  throw new Refused('IO');
}

async function attempt(url, sink, how, state) {
  let reader;
  try {
    const response = await how.fetch(url, request(state));
    if (response.status === 404) return 'none';
    if (!accept(response, sink, state)) return 'cut';
    reader = response.body.getReader();
  } catch {
    return 'cut';
  }
  return drain(reader, sink, how, state);
}

function request(state) {
  const headers = state.at > 0 ? { Range: `bytes=${state.at}-`, 'If-Range': state.tag } : {};
  return { headers, cache: 'no-store', credentials: 'omit' };
}

/** Whether what comes now continues what is there; another board meanwhile begins anew. */
function accept(response, sink, state) {
  if (response.status === 206 && state.at > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') || '');
    return range !== null && Number(range[1]) === state.at && Number(range[2]) === state.all;
  }
  if (response.status !== 200) return false;
  const length = response.headers.get('Content-Length');
  state.at = 0;
  state.all = length === null ? -1 : Number(length);
  state.tag = response.headers.get('ETag');
  sink.restart();
  return true;
}

async function drain(reader, sink, how, state) {
  for (;;) {
    let part;
    try {
      part = await reader.read();
    } catch {
      break;
    }
    if (part.done) {
      if (state.all < 0 || state.at === state.all) return 'whole';
      break;
    }
    state.at += part.value.length;
    sink.push(part.value);
    if (how.progress) how.progress(state.at, state.all);
  }
  return resumable(state);
}

/** Without a tag nothing says that the rest would be of the same board. */
function resumable(state) {
  if (state.tag === null || state.all < 0) state.at = 0;
  return 'cut';
}
