// Days as the pages write them.
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
  'December'];
const two = (number) => String(number).padStart(2, '0');

/**
 * The same as the server's pages: "5 March 2026", elsewhere "05.03.2026".
 * @param {number} day days since 1970-01-01
 * @param {string} language of the page
 * @returns {string}
 */
export function dayText(day, language) {
  const date = new Date(day * 86400000);
  if (Number.isNaN(date.getTime())) return '';
  const [d, m, y] = [date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear()];
  return DATE_IN_WORDS.includes(language) ? `${d} ${MONTHS[m]} ${y}` : `${two(d)}.${two(m + 1)}.${y}`;
}
