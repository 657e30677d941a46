// The page that hands in sealed files. Each goes on by itself while the page is open, under a token that nobody finds from the file (FORMAT 8).
import { el, fill, link, p, show } from './dom.js';
import { Refused } from './errors.js';
import { epochInUse, sealedBlob, textBlob } from './courier_file.js';
import { onLeave } from './exit.js';
import { Progress, askBeforeClosing } from './progress.js';
import { Upload } from './tus.js';
import { BlobSource } from './tus_source.js';

const RESTARTS = 3; // when what was sent is gone over there

const WORDS = {
  ENVELOPE_LENGTH: T.COURIER_CUT, ENVELOPE_SUITE: T.COURIER_DAMAGED, ENVELOPE_EPOCH: T.COURIER_EPOCH,
  BAD_REQUEST: T.COURIER_DAMAGED, TOO_LARGE: T.COURIER_TOO_LARGE, FULL: T.COURIER_FULL, RESERVE: T.COURIER_RESERVE,
  STOPPED: T.COURIER_LATER, NOT_FOUND: T.COURIER_LATER,
};

/**
 * Takes over the form `#courier`.
 * @param {HTMLFormElement} form
 */
export function courierPage(form) {
  const files = form.querySelector('[type=file]');
  files.parentNode.append(el('p', { class: 'h' }, T.COURIER_RESUME));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const items = itemsOf(form);
    if (items.length > 0) send(items);
    else complain(form);
  });
}

/** Files in the order in which they were chosen, then a pasted text. */
function itemsOf(form) {
  const area = form.querySelector('textarea');
  const files = [...form.querySelector('[type=file]').files];
  const items = files.map((file, i) => ({ name: fill(T.COURIER_FILE, i + 1), blob: () => sealedBlob(file) }));
  const text = area ? area.value : '';
  if (text.trim() !== '') items.push({ name: T.COURIER_TEXT, blob: async () => textBlob(text) });
  return items;
}

function complain(form) {
  const old = form.querySelector('[role=alert]');
  if (old) old.remove();
  form.append(el('p', { class: 'n', role: 'alert' }, T.COURIER_NONE));
}

async function send(items) {
  const state = { upload: null, stopped: false, ended: null };
  const stop = () => {
    state.stopped = true;
    if (state.upload && !state.ended) state.ended = state.upload.stop();
  };
  const wake = () => state.upload && state.upload.now();
  const free = askBeforeClosing();
  onLeave(() => {
    free();
    stop();
  });
  addEventListener('online', wake);
  const results = [];
  for (const item of items) results.push([item.name, await sendOne(item, state, stop, wake)]);
  removeEventListener('online', wake);
  free();
  showResults(results);
}

/** What became of it, in words. */
async function sendOne(item, state, stop, wake) {
  if (state.stopped) return T.COURIER_LATER;
  state.upload = null; // the one before is done with
  const view = new Progress(T.SEND_H1, { now: wake, stop });
  show(el('h1', {}, T.SEND_H1), p(T.SEND_KEEP), el('p', {}, el('strong', {}, item.name)), ...view.nodes);
  try {
    const blob = await item.blob();
    await upload(blob, state, view);
    return T.COURIER_ACCEPTED;
  } catch (error) {
    return words(error.code, await state.ended);
  }
}

/** ended: what became of an upload that was stopped; else null. */
function words(code, ended) {
  if (ended === 'stored') return T.COURIER_ACCEPTED;
  return ended === 'unknown' ? T.SEND_LATE : WORDS[code] || T.COURIER_FAULT;
}

async function upload(blob, state, view) {
  for (let left = RESTARTS; ; left--) {
    const source = new BlobSource(blob);
    if (state.stopped) throw new Refused('STOPPED');
    state.upload = new Upload({ source, changed: (now) => view.update(now) });
    try {
      await state.upload.run();
      return;
    } catch (error) {
      if (error.code === 'BAD_REQUEST' && !await epochInUse(blob, Date.now())) throw new Refused('ENVELOPE_EPOCH');
      if (error.code !== 'NOT_FOUND' || left === 0) throw error;
    }
  }
}

function showResults(results) {
  document.title = T.COURIER_TITLE;
  show(el('h1', {}, T.COURIER_RESULT),
    el('ul', {}, ...results.map(([name, words]) => el('li', {}, el('strong', {}, name), ': ' + words))),
    p(T.COURIER_DELETE), el('p', { class: 'a' }, link('courier', T.COURIER_AGAIN)));
}
