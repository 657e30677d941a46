// The form, once the script is there: nothing leaves before it is locked on this device, and the page says which holds.
import { EPOCH_MONTH, monthOf, weekFits, weekOf } from './calendar.js';
import { button, byId, el, p, replace } from './dom.js';
import { hasLeft, onLeave, wipeFields } from './exit.js';
import { formProblem, watchHints } from './hints.js';
import { Refused } from './errors.js';
import { chooseRecipients, readOrganisations, takeSheets, verifyOffered } from './organisations.js';
import { showReceipt } from './receipt_view.js';
import { lockDraft, showSaved } from './saved.js';
import { draftOf } from './sealing.js';
import { selfTest } from './selftest.js';
import { sendDraft } from './send.js';
import { sheetKey } from './sheet.js';
import { fetchSheets } from './sheets_fetch.js';
import { lockProblem, sendProblem } from './words.js';

const main = () => document.querySelector('main');

/**
 * Takes over the form `#report` from the guard. If that fails, it says so there.
 * @param {HTMLFormElement} form
 */
export function formPage(form) {
  let fail = G.fail;
  addEventListener('error', () => fail(T.LOCK_BROWSER));
  addEventListener('unhandledrejection', () => fail(T.LOCK_BROWSER));
  G.take();
  try {
    const page = new FormPage(form);
    fail = (reason) => page.fail(reason);
    page.prepare();
  } catch {
    fail(T.LOCK_BROWSER);
  }
}

class FormPage {
  constructor(form) {
    this.form = form;
    this.ready = false; // can lock
    this.busy = false; // is at it
    this.organisations = [];
    this.saving = button(T.SAVE_BUTTON, () => this.go(() => this.save()), { class: 's' });
    this.fold = el('details', {}, el('summary', {}, T.SAVE_H), p(T.SAVE_TEXT), this.saving);
    form.append(this.fold);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.go(() => this.send());
    });
    watchHints(form, byId('f').parentNode);
  }

  /** Until everything is checked the button is held. */
  async prepare() {
    this.hold(true);
    this.tell('');
    try {
      selfTest();
      if (!weekFits(Date.now(), Number(this.form.dataset.week))) throw new Refused('CLOCK');
      const organisations = readOrganisations();
      takeSheets(organisations, await fetchSheets());
      verifyOffered(organisations, Date.now());
      this.organisations = organisations;
      this.ready = true;
      this.hold(false);
    } catch (error) {
      this.fail(lockProblem(error));
    }
  }

  hold(held) {
    G.hold(held);
    this.fold.hidden = false;
    this.saving.disabled = held;
  }

  fail(reason) {
    if (!this.form.isConnected) return; // it is sending, or the page was left
    this.ready = false;
    this.hold(true);
    this.fold.hidden = true;
    G.fail(reason, reason === T.LOCK_KEYS ? () => this.prepare() : undefined);
  }

  tell(text, ...offers) {
    replace(G.words, text ? p(text, 'n') : null, ...offers);
    if (text) G.words.focus();
  }

  async go(action) {
    if (!this.ready || this.busy) return;
    const problem = formProblem(this.form);
    this.tell(problem);
    if (problem) return;
    const before = [...main().childNodes];
    const title = document.title;
    this.busy = true;
    try {
      await action();
    } catch (error) {
      if (hasLeft()) return;
      document.title = title;
      replace(main(), ...before);
      const words = sendProblem(error);
      if (words) this.tell(words, error.code === 'RESERVE' ? this.offerText() : null);
      else this.fail(lockProblem(error));
    }
    this.busy = false;
  }

  /** Checked again: the page may have been open for days. */
  recipients() {
    const slugs = new FormData(this.form).getAll('to');
    return chooseRecipients(verifyOffered(this.organisations, Date.now()), slugs.map(String));
  }

  draft() {
    const draft = draftOf(this.form);
    onLeave(() => draft.r.fill(0));
    return draft;
  }

  /** Sends what fits, when her files do not. Null where no text, or no file, was given. */
  offerText() {
    const data = new FormData(this.form);
    if (!data.get('text').trim() || data.getAll('file').every(({ size }) => size === 0)) return null;
    return el('p', {}, button(T.SEND_TEXT, () => this.go(() => this.send(['file']))));
  }

  /** @param {string[]} [without] fields that are left out */
  async send(without = []) {
    const recipients = this.recipients();
    const draft = this.draft();
    for (const name of without) draft.data.delete(name);
    await sendDraft(draft, { recipients, epoch: () => weekOf(Date.now()) });
    this.wipe();
    showReceipt(receiptOf(draft));
    draft.r.fill(0);
  }

  /** A file may be carried for weeks: it is locked with the key of the month, where all have one. */
  async save() {
    const recipients = this.recipients();
    const draft = this.draft();
    const month = monthOf(Date.now());
    const monthly = recipients.every(({ sheet }) => hasKey(sheet, EPOCH_MONTH + month));
    const file = await lockDraft(draft, { recipients, epoch: monthly ? EPOCH_MONTH + month : weekOf(Date.now()) });
    this.wipe();
    showSaved(file, receiptOf(draft));
  }

  wipe() {
    this.form.reset();
    wipeFields(this.form);
  }
}

function hasKey(sheet, epoch) {
  try {
    return Boolean(sheetKey(sheet, epoch));
  } catch {
    return false;
  }
}

const receiptOf = ({ r, wanted, followUp }) => ({ r: wanted ? r : null, followUp });
