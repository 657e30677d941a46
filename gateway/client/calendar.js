// Days, weeks and months as the formats count them, in UTC (FORMAT 0).
const DAY = 86400000;

/** Set in an epoch that is a month. */
export const EPOCH_MONTH = 0x80000000;

/** @param {number} ms since 1970 */
export const dayOf = (ms) => Math.max(0, Math.floor(ms / DAY));
/** Weeks start on Monday. */
export const weekOf = (ms) => Math.max(0, Math.floor((ms - 4 * DAY) / (7 * DAY)));

/** Whether a clock tells the same week as another, or one beside it: what is sealed by it is in use then (FORMAT 4). */
export const weekFits = (ms, week) => Math.abs(weekOf(ms) - week) <= 1;

export function monthOf(ms) {
  const date = new Date(Math.max(0, ms));
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}
