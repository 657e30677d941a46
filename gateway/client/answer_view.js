// What the boards say, as the page of the server shows it (pages/status.html); also in the offline page.
import { el } from './dom.js';
import { dayText } from './date.js';

const WITHOUT = {
  nothing: T.BOARD_NOTHING, empty: T.BOARD_EMPTY, unverified: T.BOARD_UNVERIFIED, failed: T.BOARD_FAILED,
};

/** @returns {HTMLElement} a small line with a date in the place of %s */
export function dateLine(text, day) {
  return el('p', { class: 'h' }, text.replace('%s', dayText(day, document.documentElement.lang)));
}

function lines(text) {
  return text.split('\n').flatMap((line, i) => (i === 0 ? [line] : [el('br'), line]));
}

/** Whether somebody answered: that a report arrived, was read or is being checked is none. As page_status.c. */
export const isAnswer = (answer) => answer.text !== '' || answer.status >= STATUS_MORE;

/** What is true of all answers: that there is one, or how far they are. */
export function answersHeading(answers) {
  return answers.some(isAnswer) ? T.STATE_ANSWERED : T.ANSWERS[Math.max(...answers.map(({ status }) => status)) - 1];
}

function answerParts(answer, formAddress) {
  const parts = [isAnswer(answer) ? dateLine(T.ANSWER_DAY, answer.day) : null, el('p', {}, el('strong', {}, T.ANSWERS[answer.status - 1]))];
  if (answer.text !== '') parts.push(el('p', { class: 'n', dir: 'auto' }, ...lines(answer.text)));
  if (answer.status !== STATUS_MORE) return parts;
  const link = formAddress ? [el('br'), el('a', { href: formAddress }, T.OPEN_FORM)] : [];
  parts.push(el('p', { class: 'a' }, T.ANSWER_MORE_HOW, ...link));
  return parts;
}

/**
 * The part of one organisation.
 * @param {import('./answers.js').Result} one
 * @param {string | null} formAddress where to add something; null: no link
 * @returns {HTMLElement[]}
 */
export function organisationParts(one, formAddress) {
  const parts = [el('h2', {}, one.name)];
  if (one.kind === 'answer') parts.push(...answerParts(one.answer, formAddress));
  else parts.push(el('p', {}, WITHOUT[one.kind]));
  if (one.issuedDay !== undefined) parts.push(dateLine(T.BOARD_DAY, one.issuedDay));
  if (one.stale) parts.push(el('p', { class: 'n' }, T.BOARD_STALE));
  return parts;
}

/** Those with an answer first, the others in their order. */
export function inOrder(organisations) {
  const has = (one) => one.kind === 'answer';
  return [...organisations.filter(has), ...organisations.filter((one) => !has(one))];
}
