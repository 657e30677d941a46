// The page that works without a network: it writes and seals reports, and reads answers from files.
import { button, byId, el, fill, p, show } from './dom.js';
import { dayOf } from './calendar.js';
import { dayText } from './date.js';
import { quickExit } from './exit.js';
import { offlineKeys } from './offline_keys.js';
import { showRead } from './offline_read.js';
import { showWrite } from './offline_write.js';
import { readOrganisations } from './organisations.js';

const day = (number) => dayText(number, document.documentElement.lang);

/** What the keys in this page allow; asked anew each time, because the clock goes on. */
function notices(keys, now) {
  const today = day(dayOf(now));
  const parts = [];
  if (keys.offered.length > 0) parts.push(p(fill(T.OFFLINE_KEYS, day(keys.from), day(keys.until)), 'h'));
  if (keys.future) parts.push(p(fill(T.OFFLINE_CLOCK, today, day(keys.future)), 'n'));
  if (keys.expired.length > 0) parts.push(p(fill(T.OFFLINE_EXPIRED, keys.expired.join(', '), today), 'n'));
  if (keys.broken.length > 0) parts.push(p(fill(T.OFFLINE_BROKEN, keys.broken.join(', ')), 'n'));
  return parts;
}

function home(organisations) {
  const now = Date.now();
  const keys = offlineKeys(organisations, now);
  const back = () => home(organisations);
  const write = keys.offered.length > 0 ? button(T.NAV_FORM, () => showWrite(keys, back)) : p(T.OFFLINE_NONE, 'n');
  show(el('h1', {}, T.OFFLINE_H1), p(T.OFFLINE_INTRO), ...notices(keys, now), write.tagName === 'P' ? write : el('p', {}, write),
    el('p', {}, button(T.NAV_STATUS, () => showRead(keys.sheets, back))), p(T.OFFLINE_TRACE, 'h'));
}

/** Leaving goes nowhere: without a network there is nowhere to go, and a request would be seen. */
function drawExit() {
  document.body.prepend(el('header', {}, el('a', { id: 'exit', href: 'about:blank' }, T.EXIT)));
}

function start() {
  drawExit();
  let organisations;
  try {
    organisations = readOrganisations();
  } catch {
    show(el('h1', {}, T.OFFLINE_H1), p(T.OFFLINE_DAMAGED, 'n'));
    return;
  }
  home(organisations);
  quickExit();
}

if (byId('app')) start();
