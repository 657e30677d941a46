// The page that looks for an answer. The code does not leave this device unless the reader says so.
import { button, el, fill, link, list, p, say, show } from './dom.js';
import { onLeave } from './exit.js';
import { wipeReceipt } from './receipt.js';
import { readOrganisations } from './organisations.js';
import { typedCode } from './typed_code.js';
import { lookUp } from './answers.js';
import { answersHeading, dateLine, inOrder, isAnswer, organisationParts } from './answer_view.js';

const PAUSE = 2000; // ms, longer with each cut
const HEADINGS = { unknown: T.STATE_UNKNOWN, received: T.STATE_RECEIVED, carried: T.STATE_CARRIED };

/** What is known when nothing could be found out. */
const NOTHING = { state: 'unknown', day: 0, rowsFailed: true, complete: false, organisations: [] };

/**
 * Takes over the form `#status`.
 * @param {HTMLFormElement} form
 */
export function statusPage(form) {
  const organisations = readOrganisations(); // they stand where the result will be
  const seen = form.querySelector('button ~ .h');
  if (seen) say(seen, T.STATUS_DEVICE);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const receipt = typedCode(form.elements.code);
    if (receipt) look({ form, organisations, receipt, code: form.elements.code.value });
  });
  G.take();
}

/** asked: {form, organisations, receipt, code} */
async function look(asked) {
  const stop = new AbortController();
  onLeave(() => {
    stop.abort();
    wipeReceipt(asked.receipt);
  });
  const view = progressView();
  show(el('h1', {}, T.STATUS_H1), p(T.LOOK_UNDER_WAY), view.bar, view.words);
  let result = NOTHING;
  try {
    result = await lookUp(asked.receipt, asked.organisations, {
      fetch: (url, options) => fetch(url, { ...options, signal: stop.signal }),
      pause: (cuts) => (stop.signal.aborted ? null : wait(view, cuts)),
      now: Date.now(),
      progress: view.progress,
    });
  } catch {
    // Something in the page broke: it is said like everything else that failed.
  }
  if (!stop.signal.aborted) showResult(result, asked);
}

function progressView() {
  const words = el('p', { class: 'h', role: 'status' });
  const bar = el('progress', { max: 1, value: 0, 'aria-label': T.LOOK_UNDER_WAY });
  const progress = (name, share) => {
    bar.value = share;
    say(words, name === null ? '' : fill(T.LOOK_BOARD, name));
  };
  return { words, bar, progress };
}

function wait(view, cuts) {
  say(view.words, T.SEND_WAIT);
  return new Promise((resolve) => setTimeout(resolve, PAUSE * cuts));
}

function showResult(result, asked) {
  const answers = result.organisations.flatMap((one) => (one.kind === 'answer' ? [one.answer] : []));
  const answered = answers.some(isAnswer);
  const known = result.complete || answered;
  const heading = HEADINGS[result.state] || answersHeading(answers);
  const parts = [el('h1', {}, known ? heading : T.LOOK_PART)];
  if (!known && result.state !== 'unknown') parts.push(p(heading));
  if (result.day !== 0) parts.push(dateLine(T.STATE_DAY, result.day));
  if (result.rowsFailed) parts.push(p(T.LOOK_ROWS_FAILED));
  for (const one of inOrder(result.organisations)) parts.push(...organisationParts(one, `/${document.documentElement.lang}/`));
  if (known) parts.push(...advice(result.state, answered));
  if (!result.complete) parts.push(...otherWay(asked));
  else wipeReceipt(asked.receipt);
  show(...parts, el('p', { class: 'a' }, link('status', T.STATE_AGAIN)));
}

function advice(state, answered) {
  switch (state) {
    case 'unknown': return [list(T.STATE_UNKNOWN_TODAY, T.STATE_UNKNOWN_TYPED, T.STATE_UNKNOWN_COURIER, T.STATE_UNKNOWN_AGAIN)];
    case 'received': return [p(T.STATE_RECEIVED_TEXT), p(T.STATE_LATER)];
    case 'carried': return [p(T.STATE_CARRIED_TEXT), p(T.STATE_LATER)];
    default: return [p(answered ? T.STATE_READ : T.STATE_LATER)];
  }
}

/** Once more, or let the server look: only by its own button, below words on what that means. */
function otherWay(asked) {
  const { form, code } = asked;
  const again = button(T.LOOK_AGAIN, () => look(asked));
  const ask = el('form', { method: 'post', action: form.getAttribute('action'), 'accept-charset': 'utf-8', autocomplete: 'off' },
    el('input', { type: 'hidden', name: 'code', value: code, autocomplete: 'off' }),
    el('button', { type: 'submit', class: 's' }, T.LOOK_SERVER));
  return [el('p', {}, again), el('h2', {}, T.LOOK_OTHER), p(T.LOOK_SERVER_TEXT), ask];
}
