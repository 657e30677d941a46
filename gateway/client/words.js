// What a refusal means to somebody who has a form before them: what happened, and what to do.
import { Refused } from './errors.js';

const CLOCK = ['CLOCK', 'SHEET_FUTURE', 'SHEET_UNCOVERED'];

/** Why this page cannot lock, in words. */
export function lockProblem(error) {
  const code = error instanceof Refused ? error.code : '';
  if (code === 'IO') return T.LOCK_KEYS;
  if (CLOCK.includes(code)) return T.LOCK_CLOCK;
  return /^(SHEET|KEY|NOT_FOUND)/.test(code) ? T.LOCK_FORGED : T.LOCK_BROWSER;
}

/** What a sending that failed means; '' when the locking itself is broken. */
export function sendProblem(error) {
  if (error.name === 'NotReadableError' || error.name === 'NotFoundError') return T.FILE_CHANGED;
  if (!(error instanceof Refused)) return '';
  return {
    STOPPED: T.SEND_STOPPED,
    LATE: T.SEND_LATE,
    FULL: `${T.FULL_H}. ${T.FULL_T}`,
    RESERVE: `${T.RESERVE_H}. ${T.RESERVE_T}`,
    TOO_LARGE: `${T.TOO_LARGE_H}. ${T.TOO_LARGE_T}`,
    BODY_LENGTH: T.FILE_CHANGED,
    BAD_REQUEST: `${T.BAD_REQUEST_H}. ${T.BAD_REQUEST_T}`,
    USAGE: `${T.BUSY_H}. ${T.BUSY_T}`,
    CODE_LENGTH: T.CODE_LENGTH,
    CODE_SYMBOL: T.CODE_SYMBOL,
    CODE_CHECK: T.CODE_CHECK,
    RECIPIENTS_COUNT: T.TO_MOST,
  }[error.code] || '';
}
