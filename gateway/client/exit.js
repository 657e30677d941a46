// Leaving in a hurry: a link and a key. The document is emptied at once, the other page comes when it comes.
import { byId, p } from './dom.js';

const PRESSES = 3;
const WITHIN = 1500; // ms between two presses

const leaving = [];
let left = false;

/** Whether the page was emptied: what is still under way must show nothing any more. */
export const hasLeft = () => left;

/** @param {() => void} callback runs before the page is emptied: to stop what is under way, to wipe what is secret */
export function onLeave(callback) {
  leaving.push(callback);
}

/** Empties fields and document. Nothing here may throw before the page is empty. */
export function empty() {
  left = true;
  for (const callback of leaving.splice(0)) {
    try {
      callback();
    } catch {
      // The page goes all the same.
    }
  }
  wipeFields(document);
  document.title = '\u2026'; // a title without words; an empty one would show the address
  document.body.replaceChildren();
}

/** Empties every field below a node. */
export function wipeFields(node) {
  for (const form of node.querySelectorAll('form')) form.reset();
  for (const field of node.querySelectorAll('input:not([type=radio],[type=checkbox],[type=hidden]),textarea')) {
    field.value = '';
  }
}

/** Empties the page and puts another one in its place, so that Back does not lead here. */
export function leave() {
  const { href } = byId('exit');
  empty();
  location.replace(href);
}

function watchKey() {
  let presses = 0;
  let last = 0;
  addEventListener('keydown', (event) => {
    if (event.repeat) return;
    const again = event.key === 'Shift' && event.timeStamp - last < WITHIN;
    presses = event.key !== 'Shift' ? 0 : again ? presses + 1 : 1;
    last = event.timeStamp;
    if (presses === PRESSES) leave();
  }, true);
}

/** Pages of this site replace each other: the tab keeps one entry, and that one is replaced when leaving. */
function watchLinks() {
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.id === 'exit') {
      event.preventDefault();
      leave();
    } else if (link.origin === location.origin && /^https?:$/.test(location.protocol) && !link.download) {
      event.preventDefault();
      location.replace(link.href);
    }
  });
}

/** A page that the browser put aside must not come back with what was in it. */
function watchReturn() {
  addEventListener('pagehide', (event) => {
    if (event.persisted) empty();
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

/** Call once, early. Says how the key works where there is a keyboard. */
export function quickExit() {
  watchKey();
  watchLinks();
  watchReturn();
  const touchOnly = matchMedia('(any-pointer:coarse)').matches && !matchMedia('(any-pointer:fine)').matches;
  if (!touchOnly) document.querySelector('main').prepend(p(T.EXIT_KEY, 'h'));
}
