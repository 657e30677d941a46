// Leaving in a hurry: a link and a key. The document is emptied at once, the other page comes when it comes.
import { byId, el, fill, p, replace } from './dom.js';

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
  if (left) return; // it is under way
  const { href } = byId('exit');
  empty();
  location.replace(href);
}

/** Lights below the link, and how many presses are left in words: nobody is surprised by the third. */
function showPresses(node, presses) {
  replace(node, presses === 0 ? null : el('span', { 'aria-hidden': 'true' }, '\u25cf'.repeat(presses) + '\u25cb'.repeat(PRESSES - presses)),
    presses === 0 ? null : ' ' + fill(T.EXIT_LEFT, PRESSES - presses));
}

/**
 * Shift counts when it was pressed and let go by itself: it also makes capitals, and with Alt or Ctrl, or the other Shift, it changes the
 * layout of the keyboard.
 */
function watchKey() {
  const words = el('p', { role: 'status' });
  byId('exit').after(words);
  let presses = 0;
  let down = false; // a Shift is
  let alone = false; // and nothing else was pressed since
  let timer;
  const count = (now) => {
    clearTimeout(timer);
    presses = now;
    showPresses(words, presses);
    if (presses > 0) timer = setTimeout(count, WITHIN, 0);
  };
  const other = () => {
    alone = false;
    if (presses > 0) count(0);
  };
  const isAlone = (event) => event.key === 'Shift' && !['Alt', 'AltGraph', 'Control', 'Meta'].some((key) => event.getModifierState(key));
  addEventListener('keydown', (event) => {
    if (event.repeat && event.key === 'Shift') return;
    const single = isAlone(event) && !down;
    down = event.key === 'Shift';
    if (!single) other();
    alone = single;
  }, true);
  addEventListener('keyup', (event) => {
    if (event.key === 'Shift') down = false;
    if (!alone || !isAlone(event)) {
      other();
      return;
    }
    alone = false;
    if (presses + 1 === PRESSES) leave();
    else count(presses + 1);
  }, true);
  for (const type of ['pointerdown', 'wheel', 'blur']) {
    addEventListener(type, () => {
      if (type === 'blur') down = false; // it is let go somewhere else
      other();
    });
  }
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
