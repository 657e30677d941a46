// A report as a file: locked here, also without a network, to be sent later or carried by somebody.
import { random } from './bytes.js';
import { button, el, fill, link, p, say, show, sizeText } from './dom.js';
import { Refused } from './errors.js';
import { onLeave } from './exit.js';
import { Progress, askBeforeClosing } from './progress.js';
import { codeBlock, dropLanguages, keeping, showReceipt } from './receipt_view.js';
import { SEALED_BY } from './report.js';
import { collect, saveLink } from './save.js';
import { pause, sealDraft } from './sealing.js';
import { sendSealed } from './send.js';
import { sendProblem } from './words.js';

/**
 * Seals a draft into a file, with a view of its own.
 * @param {import('./sealing.js').Draft} draft
 * @param {{recipients: object[], epoch: number, sealedBy?: number}} how
 * @returns {Promise<{blob: Blob, row: Uint8Array, token: Uint8Array}>} token: by which this page, and nobody else, can go on sending it
 * @throws {Refused} STOPPED
 */
export async function lockDraft(draft, { recipients, epoch, sealedBy = SEALED_BY.BROWSER }) {
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  onLeave(stop);
  const view = new Progress(T.LOCK_H1, { stop });
  const free = askBeforeClosing();
  onLeave(free);
  show(el('h1', {}, T.LOCK_H1), p(T.LOCK_KEEP), ...view.nodes);
  try {
    const { report, body, row } = await sealDraft(draft, { recipients, epoch, sealedBy });
    onLeave(() => report.wipe());
    const blob = await collect(report.pieces(body.stream(), pause), (done) => {
      if (stopped) throw new Refused('STOPPED');
      view.update({ phase: 'locking', done, all: report.length });
    });
    report.wipe();
    return { blob, row, token: random(16) };
  } finally {
    free();
  }
}

/**
 * Shows what to do with a locked file, and the code.
 * @param {{blob: Blob, row: Uint8Array, token: Uint8Array}} file lockDraft()
 * @param {{r: Uint8Array|null, followUp: boolean}} receipt
 * @param {string} [problem] why sending it did not work a moment ago
 */
export function showSaved(file, receipt, problem = '') {
  document.title = T.SAVED_TITLE;
  dropLanguages();
  const save = saveLink(file.blob, fill(T.SAVED_LINK, sizeText(file.blob.size, true)));
  onLeave(save.revoke);
  const now = button(T.SAVED_NOW, () => {
    save.revoke();
    sendSaved(file, receipt);
  });
  const words = el('p', { role: 'alert' });
  show(el('h1', {}, T.SAVED_H1), words, save.link, ...code(receipt), el('h2', {}, T.SAVED_WAYS), now,
    el('ul', { class: 'a' }, el('li', {}, T.SAVED_LATER, el('br'), link('courier', T.NAV_COURIER)),
      el('li', {}, T.SAVED_CARRY)),
    p(T.SAVED_SOON), p(T.SAVED_DELETE));
  say(words, problem);
}

function code({ r, followUp }) {
  if (r === null) return [];
  return [el('h2', {}, T.CODE_YOURS), p(followUp ? T.DONE_SAME_CODE : T.SAVED_CODE), ...codeBlock(r),
    ...(followUp ? [] : keeping())];
}

async function sendSaved(file, receipt) {
  try {
    await sendSealed(file);
    showReceipt(receipt);
  } catch (error) {
    const stopped = error instanceof Refused && error.code === 'STOPPED';
    showSaved(file, receipt, stopped ? '' : sendProblem(error) || `${T.BUSY_H}. ${T.BUSY_T}`);
  }
}
