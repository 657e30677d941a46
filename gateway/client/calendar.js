// Days, weeks and months as the formats count them, in UTC (FORMAT 0).
const DAY = 86400000;

/** Set in an epoch that is a month. */
export const EPOCH_MONTH = 0x80000000;

/** @param {number} ms since 1970 */
export const dayOf = (ms) => Math.max(0, Math.floor(ms / DAY));
/** Weeks start on Monday. */
export const weekOf = (ms) => Math.max(0, Math.floor((ms - 4 * DAY) / (7 * DAY)));

export function monthOf(ms) {
  const date = new Date(Math.max(0, ms));
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}
