// The page after storing, with the words and the structure of gateway/page_receipt.c.
import { formatCode } from './code.js';
import { el, link, list, p, show } from './dom.js';
import { qrTable } from './qr.js';

/**
 * The code as text and as a square. It is on the screen and nowhere else.
 * @param {Uint8Array} r
 * @returns {Node[]}
 */
export function codeBlock(r) {
  const code = formatCode(r);
  return [
    el('div', { class: 'k', role: 'group', translate: 'no', 'aria-label': T.DONE_GROUPS },
      ...code.match(/\w+-?/g).map((group) => el('b', {}, group))),
    p(T.DONE_SIGNS, 'h'),
    qrTable(code, T.DONE_QR),
    p(T.DONE_QR_TEXT, 'h'),
  ];
}

/** How to keep a code. */
export const keeping = () => [
  el('h2', {}, T.KEEP_H2),
  list(T.KEEP_PAPER, T.KEEP_LEARN, T.KEEP_NO_PICTURE, T.KEEP_NO_MESSENGER, T.KEEP_EVIDENCE),
];

function next() {
  const item = (text, path, name) => el('li', {}, text, el('br'), link(path, name));
  return [
    el('h2', {}, T.NEXT_H2),
    el('ul', { class: 'a' }, item(T.NEXT_ASK, 'status', T.NAV_STATUS), item(T.NEXT_ADD, '', T.OPEN_FORM),
      el('li', {}, T.NEXT_CLOSE)),
  ];
}

/** No language links where a code or a file is shown: they would lead away from it for good. */
export function dropLanguages() {
  const nav = document.querySelector('header+nav');
  if (nav) nav.remove();
}

/**
 * Shows the receipt in place of the page's content.
 * @param {{r: Uint8Array|null, followUp: boolean}} receipt r null: no code was wanted
 */
export function showReceipt({ r, followUp }) {
  document.title = T.DONE_TITLE;
  if (r === null) {
    show(el('h1', {}, T.DONE_H1), p(T.DONE_TEXT), p(T.DONE_NO_CODE), p(T.NEXT_CLOSE_PLAIN));
    return;
  }
  dropLanguages();
  show(el('h1', {}, followUp ? T.DONE_ADDED : T.DONE_H1), p(T.DONE_TEXT), el('h2', {}, T.CODE_YOURS),
    p(followUp ? T.DONE_SAME_CODE : T.DONE_ONCE), ...codeBlock(r), ...(followUp ? [] : keeping()), ...next());
}
