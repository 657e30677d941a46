// gateway/client/offline_keys.js: for whom the offline page can seal, by the month's keys and the clock of the device.
import assert from 'node:assert/strict';
import { core, damaged, sheet, vectors } from './answers_world.mjs';

const { first_month: firstMonth, months, issued_week: issuedWeek } = vectors.sheet;
const at = (month, day = 1) => Date.UTC(1970 + Math.floor(month / 12), month % 12, day, 12);
const day = (ms) => Math.floor(ms / 86400000);
const issued = (issuedWeek * 7 + 4) * 86400000;

const one = (more) => ({ slug: 'aaaaaaaa', name: 'First', pin: sheet.identity, offered: true, sheet, ...more });
const keys = (now, ...organisations) => core.offlineKeys(organisations.length > 0 ? organisations : [one()], now);
const names = ({ offered }) => offered.map(({ name }) => name);

function now() {
  const made = keys(issued);
  assert.deepEqual(names(made), ['First']);
  assert.equal(made.epoch, (2 ** 31 + vectors.month));
  assert.deepEqual(made.offered[0].key, core.unhex(vectors.sheet.keys[vectors.sheet.weeks]));
  assert.deepEqual([made.future, made.expired, made.broken], [0, [], []]);
  assert.equal(made.from, day(issued));
  assert.equal(made.until, day(at(firstMonth + months)) - 1, 'the last day of the last month');
}

/** Its weeks are over long before its months: it travels under the month's key. */
function nextMonth() {
  const made = keys(at(firstMonth + 1, 28));
  assert.deepEqual(names(made), ['First']);
  assert.deepEqual(made.offered[0].key, core.unhex(vectors.sheet.keys[vectors.sheet.weeks + 1]));
}

function runOut() {
  const made = keys(at(firstMonth + months));
  assert.deepEqual([names(made), made.expired, made.from, made.until], [[], ['First'], 0, 0]);
  assert.equal(made.sheets.length, 1, 'a sheet that has run out still proves boards');
}

function wrongClock() {
  const made = keys(issued - 1);
  assert.deepEqual([names(made), made.expired, made.future], [[], [], day(issued)]);
  assert.equal(keys(issued).future, 0);
}

function notTheirs() {
  const made = keys(issued, one({ pin: damaged(sheet.identity, 3), name: 'Other' }), one({ sheet: null, name: 'None' }), one());
  assert.deepEqual([names(made), made.broken], [['First'], ['Other', 'None']]);
}

function revoked() {
  const gone = core.readSheet(core.unhex(vectors.revoked));
  const made = keys(issued, one({ sheet: gone, name: 'Gone' }));
  assert.deepEqual([names(made), made.expired], [[], ['Gone']]);
}

for (const test of [now, nextMonth, runOut, wrongClock, notTheirs, revoked]) {
  test();
  console.log(`ok ${test.name}`);
}
