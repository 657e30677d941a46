// Writing a report without a network: the form, sealing it here, and what to do with the sealed file.
import { button, byId, el, fill, list, p, show, sizeText } from './dom.js';
import { onLeave } from './exit.js';
import { formProblem, watchHints } from './hints.js';
import { chooseRecipients } from './organisations.js';
import { saveLink } from './save.js';
import { lockDraft } from './saved.js';
import { codeBlock, keeping } from './receipt_view.js';
import { reportForm } from './offline_form.js';
import { sealedText } from './sealed_text.js';
import { SEALED_BY } from './report.js';
import { draftOf } from './sealing.js';

/** An envelope has eight slots. */
const MOST = 8;

/**
 * Shows the form.
 * @param {object} keys offlineKeys(), with at least one organisation offered
 * @param {() => void} back shows the page's beginning
 */
export function showWrite(keys, back) {
  const form = reportForm(keys.offered);
  onLeave(() => form.reset());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(form, keys, back);
  });
  show(el('h1', {}, T.FORM_H1), p(T.FORM_ONLY), p(T.FORM_IDENTIFY), form, el('p', {}, button(T.OFFLINE_BACK, back, { class: 's' })));
  watchHints(form, byId('f').parentNode);
}

/** What is wrong with what was filled in; '' if nothing. */
function problemOf(form) {
  if (form.querySelectorAll('[name=to]:checked').length > MOST) return T.TO_MOST;
  return formProblem(form);
}

/** Words below the button; the form stays as it is. */
function complain(form, text) {
  const old = form.querySelector('[role=alert]');
  if (old) old.remove();
  form.append(el('p', { class: 'n', role: 'alert' }, text));
}

/** While it is sealed the form is out of the page, so leaving must empty it too. */
async function submit(form, keys, back) {
  const problem = problemOf(form);
  if (problem) {
    complain(form, problem);
    return;
  }
  const before = [...document.querySelector('main').childNodes];
  try {
    const draft = draftOf(form);
    const recipients = chooseRecipients(keys.offered, [...new Set(new FormData(form).getAll('to'))]);
    const { blob } = await lockDraft(draft, { recipients, epoch: keys.epoch, sealedBy: SEALED_BY.OFFLINE });
    form.reset();
    await showSealed(blob, draft, back);
  } catch (error) {
    show(...before);
    if (error.code !== 'STOPPED') complain(form, T.OFFLINE_FAILED);
  }
}

async function showSealed(blob, { r, wanted, followUp }, back) {
  const save = saveLink(blob, fill(T.SAVED_LINK, sizeText(blob.size, true)));
  onLeave(save.revoke);
  const leaveIt = button(T.OFFLINE_BACK, () => {
    save.revoke();
    back();
  }, { class: 's' });
  show(el('h1', {}, T.SAVED_H1), p(T.SAVED_ONCE, 'n'), el('p', {}, save.link), ...await sealedText(blob),
    el('h2', {}, T.TRAVEL_H2), list(T.TRAVEL_PAGE, T.TRAVEL_CARD, T.TRAVEL_MESSAGE, T.TRAVEL_SEEN),
    ...(wanted ? codeParts(r, followUp) : []),
    el('h2', {}, T.HELP_AFTER), p(T.SAVED_DELETE), el('p', {}, leaveIt));
}

function codeParts(r, followUp) {
  const parts = [el('h2', {}, T.CODE_YOURS), p(followUp ? T.DONE_SAME_CODE : T.SAVED_CODE), ...codeBlock(r)];
  return followUp ? parts : [...parts, ...keeping(), p(T.TRAVEL_CODE)];
}
