// From a filled form to a report that can be sealed, again and again with new keys.
import { bodyOf } from './body.js';
import { dayOf } from './calendar.js';
import { parseCode } from './code.js';
import { deriveReceipt, randomReceipt, rowOf, wipeReceipt } from './receipt.js';
import { FLAG_ANSWERS, FLAG_FOLLOW_UP, Report } from './report.js';
import { sheetKey } from './sheet.js';

/** Fields that say what to do with a report; they are no part of it, and the code never leaves this device (FORMAT 2). */
const NOT_SEALED = ['to', 'code', 'receipt'];

/**
 * @typedef {object} Draft what was written, and the code under which it goes
 * @property {FormData} data without the fields that are not sealed
 * @property {Uint8Array} r 15 bytes of the code, drawn also when no code is wanted: on the wire it is the same
 * @property {boolean} wanted whether the writer wants to have the code
 * @property {boolean} followUp the code was typed in
 */

/**
 * Reads a form.
 * @param {HTMLFormElement} form
 * @returns {Draft}
 * @throws {Refused} CODE_... when the code in it is wrong
 */
export function draftOf(form) {
  const data = new FormData(form);
  const code = String(data.get('code') || '');
  const followUp = code.trim() !== '';
  const wanted = data.get('receipt') !== 'no';
  const r = followUp ? parseCode(code) : randomReceipt();
  for (const name of NOT_SEALED) data.delete(name);
  return { data, r, wanted, followUp };
}

/**
 * A report with a new seed.
 * @param {Draft} draft
 * @param {{recipients: import('./organisations.js').Organisation[], epoch: number, sealedBy: number}} how
 * @returns {Promise<{report: Report, body: object, row: Uint8Array}>} body: bodyOf(); row: of today
 */
export async function sealDraft(draft, { recipients, epoch, sealedBy }) {
  const body = await bodyOf(draft.data);
  const receipt = deriveReceipt(draft.r);
  const row = rowOf(receipt, dayOf(Date.now()));
  const sheets = recipients.map((one) => one.sheet);
  const report = new Report({
    epoch,
    recipients: sheets.map((sheet) => sheetKey(sheet, epoch)),
    receipt,
    sealedBy,
    flags: (draft.wanted ? FLAG_ANSWERS : 0) | (draft.followUp ? FLAG_FOLLOW_UP : 0),
    sheets,
    boundary: body.boundary,
    length: body.length,
  });
  wipeReceipt(receipt);
  return { report, body, row };
}

/**
 * Lets the page breathe between steps of work. A message, because timers are held back in a tab that is not in front.
 * @returns {Promise<void>}
 */
export function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
