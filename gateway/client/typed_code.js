// A code that somebody typed to look for an answer, with the words of page_status.c on typing errors.
import { byId, el } from './dom.js';
import { codeProblem } from './hints.js';
import { parseCode } from './code.js';
import { deriveReceipt } from './receipt.js';

/**
 * What is typed in a field, or words on what is wrong with it.
 * @param {HTMLInputElement} field with its hint `#kh`
 * @returns {object|null} deriveReceipt(r)
 */
export function typedCode(field) {
  clearProblem(field);
  const problem = codeProblem(field.value) || (field.value.trim() === '' ? T.CODE_LENGTH : '');
  if (problem) showProblem(field, problem);
  return problem ? null : deriveReceipt(parseCode(field.value));
}

function clearProblem(field) {
  const old = byId('ke');
  if (old) old.remove();
  field.removeAttribute('aria-invalid');
  field.setAttribute('aria-describedby', 'kh');
}

function showProblem(field, text) {
  field.form.before(el('p', { class: 'n', role: 'alert', id: 'ke' }, text));
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', 'ke kh');
  field.focus();
}
