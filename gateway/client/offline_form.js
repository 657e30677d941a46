// The form of the offline page: the same fields in the same order as the server's (pages/form.html), from the same texts.
import { el } from './dom.js';

const QUIET = { autocomplete: 'off', spellcheck: 'false' };

/** A field with its label and hint, as the style of the pages knows them. */
function field(id, label, hint, make) {
  const hintId = hint ? id + 'h' : null;
  return el('div', { class: 'f' }, el('label', { for: id }, label), hint && el('p', { class: 'h', id: hintId }, hint),
    make({ id, 'aria-describedby': hintId }));
}

const input = (name, more) => (common) => el('input', { ...common, name, ...QUIET, ...more });

function choice(type, name, value, text, checked) {
  return el('label', { class: 'c' }, el('input', { type, name, value, checked, autocomplete: 'off' }), text);
}

function group(legend, hintId, hint, ...choices) {
  return el('fieldset', { 'aria-describedby': hint && hintId }, el('legend', {}, legend),
    hint && el('p', { class: 'h', id: hintId }, hint), ...choices);
}

function recipients(offered) {
  if (offered.length === 1) {
    return [el('p', {}, T.TO_ONE + ' ', el('strong', {}, offered[0].name)),
      el('input', { type: 'hidden', name: 'to', value: offered[0].slug })];
  }
  return [group(T.TO_LEGEND, 'oh', T.TO_HINT, ...offered.map((one) => choice('checkbox', 'to', one.slug, one.name, true)))];
}

/** The field for a code, also of the part that reads answers. */
export function codeField(hint) {
  return field('k', T.CODE_YOURS, hint, input('code', { autocapitalize: 'characters' }));
}

function categories() {
  const options = T.CATEGORIES.map((name, i) => el('option', { value: i + 1 }, name));
  return (common) => el('select', { ...common, name: 'category', autocomplete: 'off' },
    el('option', { value: '' }, T.CATEGORY_NONE), ...options);
}

/**
 * @param {{slug: string, name: string}[]} offered organisations, at least one
 * @returns {HTMLFormElement} it sends nothing by itself
 */
export function reportForm(offered) {
  return el('form', { id: 'report', autocomplete: 'off' },
    ...recipients(offered),
    el('details', {}, el('summary', {}, T.CODE_HAVE), codeField(T.CODE_ADD)),
    group(T.RECEIPT_LEGEND, 'rh', T.RECEIPT_HINT, choice('radio', 'receipt', 'yes', T.RECEIPT_YES, true),
      choice('radio', 'receipt', 'no', T.RECEIPT_NO)),
    field('c', T.CATEGORY_LABEL, null, categories()),
    field('w', T.WHERE_LABEL, T.WHERE_HINT, input('where')),
    field('d', T.WHEN_LABEL, T.WHEN_HINT, input('when')),
    field('t', T.TEXT_LABEL, T.TEXT_HINT, (common) => el('textarea', { ...common, name: 'text', rows: 8, ...QUIET })),
    field('a', T.CONTACT_LABEL, T.CONTACT_HINT, input('contact')),
    group(T.CONSENT_LEGEND, null, null, choice('checkbox', 'consent', 'inside', T.CONSENT_INSIDE, true),
      choice('checkbox', 'consent', 'courts', T.CONSENT_COURTS), choice('checkbox', 'consent', 'publish', T.CONSENT_PUBLISH)),
    field('f', T.FILE_LABEL, T.FILE_HINT, (common) => el('input', { ...common, type: 'file', name: 'file', multiple: true })),
    el('button', { type: 'submit' }, T.SAVE_BUTTON));
}
