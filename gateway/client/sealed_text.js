// A sealed report as text, to be copied into a message (FORMAT 10).
import { armour } from './armour.js';
import { button, el, p, say } from './dom.js';

/** Longer texts no messenger takes. */
const MOST = 1 << 20;

/** Where there is no clipboard, or no right to it, the text is at least selected. */
async function copy(area, words) {
  area.select();
  try {
    await navigator.clipboard.writeText(area.value);
    say(words, T.COPY_DONE);
  } catch {
    say(words, document.execCommand('copy') ? T.COPY_DONE : T.COPY_SELF);
  }
}

/**
 * @param {Blob} blob a sealed report
 * @returns {Promise<Node[]>}
 */
export async function sealedText(blob) {
  if (blob.size > MOST) return [p(T.COPY_LONG, 'h')];
  const area = el('textarea', { id: 'x', rows: 6, readonly: true, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'xh' });
  area.value = armour(new Uint8Array(await blob.arrayBuffer()));
  const words = el('p', { class: 'h', role: 'status' });
  return [el('details', {}, el('summary', {}, T.COPY_SUMMARY),
    el('div', { class: 'f' }, el('label', { for: 'x' }, T.COPY_LABEL), el('p', { class: 'h', id: 'xh' }, T.COPY_HINT), area),
    button(T.COPY, () => copy(area, words)), words)];
}
