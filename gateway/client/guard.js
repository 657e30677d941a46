// What stands in the page itself, before its form: nothing in that form leaves by itself, from its first byte on. The page's script, a
// file that comes later, takes over. If it is late, cut, missing, altered or broken, this says so, and the reader chooses.

/** So long after the form is whole the script may take, on a bad line, until it is said that it is late. It may still come. */
const LATE = 20000; // ms

const el = (tag, text, attributes = {}) => {
  const node = Object.assign(document.createElement(tag), attributes);
  if (text) node.textContent = text;
  return node;
};

/** A paragraph; `kind` is its class. */
export const p = (text, kind = '') => el('p', text, { className: kind });

/** A button that does not submit; `kind` is its class. */
export const button = (text, onclick, kind = '') => el('button', text, { type: 'button', className: kind, onclick });

export const heading = (text) => el('h2', text);

/** What happened, in a notice. */
export function notice(...children) {
  const node = el('div', '', { className: 'n' });
  node.append(...children);
  return node;
}

/**
 * Holds the form `#id`. The submit event does not fire for form.submit(): that is the only way out, for buttons that say what they do.
 * @param {string} id
 * @param {() => Node[]} words what is said, and offered, in place of the form's button when the script is not there
 * @param {() => void} [begin] what to do as soon as the form is there
 * @returns {object} form() and submit(), elements, null where the page is cut; words, the element before the button where words stand;
 *   fail(nodes), shows them instead of the button; take(), for the script: it is there
 */
export function guard(id, words, begin = () => {}) {
  let taken = false;
  const form = () => document.getElementById(id);
  const submit = () => document.querySelector(`#${id} [type=submit]`);
  const box = el('div', '', { tabIndex: -1 });
  box.setAttribute('role', 'alert');
  const place = () => {
    if (submit()) submit().before(box);
    else (form() || document.body).append(box);
  };
  const fail = (said) => {
    if (submit()) submit().hidden = true;
    place();
    box.textContent = '';
    box.append(...said);
  };
  const take = () => {
    taken = true;
    if (submit()) submit().hidden = false;
    box.textContent = '';
  };
  const check = () => taken || fail(words());
  addEventListener('submit', (event) => {
    if (event.target.id !== id) return;
    event.preventDefault();
    check();
  }, true);
  // All that was to come has come, or failed.
  addEventListener('load', check);
  document.addEventListener('readystatechange', () => {
    if (document.readyState !== 'interactive') return; // the form is there, the script is not yet
    place();
    begin();
    setTimeout(check, LATE);
  });
  return { form, submit, words: box, take, fail };
}
