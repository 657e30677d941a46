// For whom the offline page can seal now, by the key sheets inside it (FORMAT 4).
import { EPOCH_MONTH, dayOf, monthOf } from './calendar.js';
import { sheetKey, trustSheet } from './sheet.js';

const dayOfWeek = (week) => week * 7 + 4; // its Monday
const dayOfMonth = (month) => Date.UTC(1970 + Math.floor(month / 12), month % 12) / 86400000; // its first day

/**
 * A file travels long, so only the month's keys are used: they are kept for six months. A sheet whose weeks have run
 * out but not its months is good here.
 * @param {import('./organisations.js').Organisation[]} organisations with the sheets in the page
 * @param {number} now milliseconds by the clock of this device
 * @returns {{epoch: number, offered: object[], expired: string[], broken: string[], future: number, from: number, until: number,
 *   sheets: {name: string, sheet: object}[]}} offered: organisations, each with its `key`; expired, broken: names without a key for
 *   now, or without a sheet that is theirs; future: the day of the latest sheet if that is later than the clock, else 0; from,
 *   until: days between which all that are offered stay so, 0 when none is; sheets: all that verify, for boards
 */
export function offlineKeys(organisations, now) {
  const epoch = EPOCH_MONTH + monthOf(now);
  const keys = { epoch, offered: [], expired: [], broken: [], future: 0, from: 0, until: 0, sheets: [] };
  for (const organisation of organisations) sort(keys, organisation, now);
  keys.from = Math.min(...keys.offered.map(({ sheet }) => dayOfWeek(sheet.issuedWeek)));
  keys.until = Math.min(...keys.offered.map(({ sheet }) => dayOfMonth(sheet.firstMonth + sheet.months) - 1));
  if (keys.offered.length === 0) keys.from = keys.until = 0;
  return keys;
}

function sort(keys, { slug, name, pin, sheet }, now) {
  if (sheet === null) {
    keys.broken.push(name);
    return;
  }
  keys.sheets.push({ sheet, name });
  const issued = dayOfWeek(sheet.issuedWeek);
  const key = sheetKey(sheet, keys.epoch);
  if (!trusted(sheet, pin, now)) keys.broken.push(name);
  else if (issued > dayOf(now)) keys.future = Math.max(keys.future, issued);
  else if (key && sheet.weeks > 0) keys.offered.push({ slug, name, pin, sheet, key });
  else keys.expired.push(name);
}

/** What the clock says about it is judged above. */
function trusted(sheet, pin, now) {
  try {
    trustSheet(sheet, pin, now);
    return true;
  } catch (problem) {
    return ['SHEET_FUTURE', 'SHEET_UNCOVERED', 'SHEET_REVOKED'].includes(problem.code);
  }
}
