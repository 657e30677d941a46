// Calm words before sending: how large it is and what that shows, what pictures carry, typing errors in the code.
// Nothing here holds anybody back.
import { BLOCK, MAX, chunksFor } from './class.js';
import { parseCode } from './code.js';
import { byId, el, fill, p, replace, sizeText } from './dom.js';
import { MOST_FILES, formFault } from './limits.js';

const AROUND = 256 + 64; // prelude and signature
const NAMED = 5; // so many files are named in one hint
const PER_FIELD = 160; // a part's header lines, roughly

/** Roughly how many bytes the report will have before it is sealed. */
function contentLength(form) {
  let length = AROUND + PER_FIELD;
  for (const [name, value] of new FormData(form)) {
    if (['to', 'code', 'receipt'].includes(name)) continue;
    length += PER_FIELD + (typeof value === 'string' ? new Blob([value]).size : value.size);
  }
  return length;
}

/** The next smaller class (FORMAT 1): powers of two, above 1,024 chunks with quarters. */
export function classBelow(chunks) {
  if (chunks === 1) return 0;
  const power = 2 ** Math.floor(Math.log2(chunks));
  if (chunks > power) return chunks - power / 4;
  return chunks <= 1024 ? chunks / 2 : (chunks / 8) * 7;
}

function sizeHint(form) {
  const length = contentLength(form);
  const chunks = chunksFor(length);
  const max = Number(form.dataset.max || 0);
  if (!chunks || (max && length - AROUND > max)) return [fill(T.HINT_LARGE, sizeText(max || MAX))];
  if (chunks === 1) return []; // as large as every other short text
  const range = `${sizeText(classBelow(chunks) * BLOCK)} \u2013 ${sizeText(chunks * BLOCK, true)}`;
  return [fill(T.HINT_SIZE, sizeText(length, true)), fill(T.HINT_CLASS, range)];
}

const filesOf = (form) => [...form.querySelectorAll('[type=file]')].flatMap((input) => [...input.files]);

/** Some phones give no type: then the name's ending speaks. */
const isMedia = ({ type, name }) =>
  /^(image|video|audio)\//.test(type) || /\.(jpe?g|heic|heif|png|webp|mp4|mov|3gp|mkv|m4a|mp3|ogg|amr)$/i.test(name);

const limitWords = (fault) => ({ MANY: `${T.MANY_H}. ${fill(T.MANY_T, MOST_FILES)}`, NAME: `${T.NAME_H}. ${T.NAME_T}` })[fault];

/** What is wrong with what was filled in, in words; '' if nothing: then a desk can read it. */
export function formProblem(form) {
  const fault = formFault(new FormData(form));
  return fault === 'EMPTY' ? `${T.EMPTY_H}. ${T.EMPTY_T}` : limitWords(fault) || codeProblem(form.elements.code.value);
}

/** The hints that hold now, as texts. */
function hintsFor(form) {
  const files = filesOf(form);
  const text = form.elements.namedItem('text').value.trim();
  if (files.length === 0 && text === '') return [];
  const empty = files.filter(({ size }) => size === 0).map(({ name }) => name);
  return [
    limitWords(formFault(new FormData(form))) || '',
    empty.length > 0 ? fill(T.HINT_EMPTY, empty.slice(0, NAMED).join(', ') + (empty.length > NAMED ? '\u2026' : '')) : '',
    ...sizeHint(form),
    files.some(isMedia) ? T.HINT_MEDIA : '',
    files.length > 0 && text === '' ? T.HINT_NO_TEXT : '',
  ].filter((hint) => hint !== '');
}

/** The words for a typing error; '' when the field is empty or right. */
export function codeProblem(value) {
  if (value.trim() === '') return '';
  try {
    parseCode(value).fill(0);
    return '';
  } catch ({ code }) {
    return { CODE_LENGTH: T.CODE_LENGTH, CODE_SYMBOL: T.CODE_SYMBOL, CODE_CHECK: T.CODE_CHECK }[code] || T.CODE_CHECK;
  }
}

/**
 * Says early when a code has a typing error: when the field is left, and until it is right again.
 * @param {HTMLInputElement} input
 */
export function watchCode(input) {
  const words = el('p', { class: 'n', role: 'status', id: 'ke', hidden: true });
  input.before(words);
  const check = () => {
    const problem = codeProblem(input.value);
    words.textContent = problem;
    words.hidden = problem === '';
    if (problem) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    input.setAttribute('aria-describedby', problem ? 'ke kh' : 'kh');
  };
  input.addEventListener('change', check);
  input.addEventListener('input', () => words.hidden || check());
}

/**
 * Keeps the hints up to date below `place`.
 * @param {HTMLFormElement} form with a field `text`; data-max = largest upload in bytes, if there is one
 * @param {Element} place
 */
export function watchHints(form, place) {
  const box = el('div', { role: 'status', class: 'f' });
  place.after(box);
  let shown = '';
  // While one types, not when the field is left: a hint that appears under a finger moves the button away from it.
  form.addEventListener('input', () => {
    const hints = hintsFor(form);
    if (hints.join('\n') === shown) return; // a screen reader would say them again
    shown = hints.join('\n');
    replace(box, ...hints.map((hint) => p(hint, 'h')));
  });
  const code = form.elements.namedItem('code') || byId('k');
  if (code) watchCode(code);
}
