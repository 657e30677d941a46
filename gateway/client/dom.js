// The little of a document that the pages' scripts need. No markup is ever parsed here.

/**
 * An element. Attributes: a string is set, true is set empty, false, null and undefined are left out, a function
 * listens to the event of that name.
 * @param {string} tag
 * @param {Object<string, string|number|boolean|null|undefined|Function>} [attributes]
 * @param {...(Node|string|null)} children null is left out
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** @returns {HTMLElement|null} the element with this id */
export const byId = (id) => document.getElementById(id);

/** A paragraph; `kind` is its class: h = hint, n = notice. */
export const p = (text, kind) => el('p', { class: kind }, text);

/** A button that does not submit. */
export const button = (text, click, attributes) => el('button', { type: 'button', click, ...attributes }, text);

/** A list of texts, as the pages have it. */
export const list = (...texts) => el('ul', {}, ...texts.map((text) => el('li', {}, text)));

/**
 * A text with its %s replaced, in order.
 * @param {string} text @param {...(string|number)} values
 * @returns {string}
 */
export function fill(text, ...values) {
  return values.reduce((now, value) => now.replace('%s', () => String(value)), text);
}

/** Writes a text only if it changed, so that a screen reader does not say it again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** What stands in a node gives way to these. */
export function replace(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== null));
}

/**
 * Replaces the content of the page and moves the focus to its heading, so that it is read out and nobody is left at
 * the bottom of a page that is gone.
 * @param {...(Node|string|null)} children the first is the h1
 * @returns {Node[]} what stood there before
 */
export function show(...children) {
  const main = document.querySelector('main');
  if (main === null) return []; // the page was left
  const before = [...main.childNodes];
  replace(main, ...children);
  const heading = main.querySelector('h1');
  if (heading) {
    heading.tabIndex = -1;
    heading.focus();
  }
  scrollTo(0, 0);
  return before;
}

/** A link to another page of this site, in the page's language; '' is the form. */
export function link(path, text) {
  return el('a', { href: `/${document.documentElement.lang}/${path}` }, text);
}

/** Bytes in words, as the pages have them: whole numbers, one decimal below ten. Rounded down unless `up`. */
export function sizeText(bytes, up = false) {
  const unit = bytes >= 2 ** 30 ? [T.SIZE_GB, 30] : bytes >= 2 ** 20 ? [T.SIZE_MB, 20] : [T.SIZE_KB, 10];
  const number = bytes / 2 ** unit[1];
  const step = number < 10 && unit[1] > 10 ? 10 : 1;
  const rounded = (up ? Math.ceil : Math.floor)(number * step) / step;
  const text = String(rounded);
  return fill(unit[0], DECIMAL_POINT.includes(document.documentElement.lang) ? text : text.replace('.', ','));
}
