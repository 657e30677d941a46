// Reading answers without a network: a file with answers, and the code.
import { button, el, fill, p, say, show } from './dom.js';
import { onLeave } from './exit.js';
import { wipeReceipt } from './receipt.js';
import { BoardStream } from './board_stream.js';
import { judge } from './answers.js';
import { answersHeading, organisationParts } from './answer_view.js';
import { codeField } from './offline_form.js';
import { typedCode } from './typed_code.js';

const SLICE = 1 << 18;

/**
 * Reads a board from a file in slices.
 * @param {Blob} file
 * @param {{name: string, sheet: object}[]} sheets in this page
 * @param {object} receipt deriveReceipt(r)
 * @param {number} now milliseconds
 * @param {(share: number) => void} progress
 * @returns {Promise<import('./answers.js').Result>}
 */
export async function readBoardFile(file, sheets, receipt, now, progress) {
  const stream = new BoardStream(sheets.map(({ sheet }) => sheet), receipt);
  for (let at = 0; at < file.size; at += SLICE) {
    stream.push(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    progress(Math.min(1, (at + SLICE) / file.size));
  }
  const of = sheets.find(({ sheet }) => sheet === stream.sheet);
  return judge(of ? of.name : T.READ_FILE, stream, now);
}

/**
 * Shows the form for a file and a code.
 * @param {{name: string, sheet: object}[]} sheets
 * @param {() => void} back shows the page's beginning
 */
export function showRead(sheets, back) {
  const form = el('form', { autocomplete: 'off' },
    el('div', { class: 'f' }, el('label', { for: 'b' }, T.READ_FILE), el('p', { class: 'h', id: 'bh' }, T.READ_FILE_HINT),
      el('input', { id: 'b', type: 'file', name: 'board', required: true, 'aria-describedby': 'bh' })),
    codeField(T.STATUS_HINT), el('button', { type: 'submit' }, T.STATUS_SUBMIT));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    look(form, sheets, back);
  });
  show(el('h1', {}, T.STATUS_H1), p(T.READ_INTRO), form, el('p', {}, button(T.OFFLINE_BACK, back, { class: 's' })));
}

async function look(form, sheets, back) {
  const receipt = typedCode(form.elements.code);
  if (!receipt) return;
  onLeave(() => wipeReceipt(receipt));
  const words = el('p', { role: 'status' });
  form.after(words);
  const progress = (share) => say(words, fill(T.SEND_DONE, `${Math.floor(share * 100)} %`));
  let result;
  try {
    result = await readBoardFile(form.elements.board.files[0], sheets, receipt, Date.now(), progress);
  } catch {
    result = { name: T.READ_FILE, kind: 'failed' };
  }
  wipeReceipt(receipt);
  showResult(result, sheets, back);
}

function showResult(result, sheets, back) {
  const without = { nothing: T.STATE_UNKNOWN }[result.kind] || T.READ_FAILED;
  const heading = result.kind === 'answer' ? answersHeading([result.answer]) : without;
  const unread = { unverified: T.READ_UNVERIFIED, failed: T.READ_BROKEN }[result.kind];
  const parts = unread ? [p(unread, 'n')] : organisationParts(result, null);
  if (result.kind === 'nothing') parts.push(p(T.READ_NOTHING));
  show(el('h1', {}, heading), ...parts, el('p', {}, button(T.READ_ANOTHER, () => showRead(sheets, back))),
    el('p', {}, button(T.OFFLINE_BACK, back, { class: 's' })));
}
