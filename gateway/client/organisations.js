// The organisations that are built into the page, and the key sheets that have to match them.
import { equal, unbase64, unhex } from './bytes.js';
import { byId } from './dom.js';
import { Refused } from './errors.js';
import { readSheet, splitSheets, trustSheet } from './sheet.js';

/** An envelope has eight slots. */
const MOST = 8;

/**
 * @typedef {object} Organisation
 * @property {string} slug first 8 hex characters of the fingerprint
 * @property {string} name the operator's word for it
 * @property {Uint8Array} pin 32 bytes: the identity that its sheet must be signed by
 * @property {boolean} offered has a key for this week, says the page
 * @property {object|null} sheet readSheet(), once there is one that carries a valid signature of this identity
 */

/** @returns {Organisation[]} what the page's #o says; offline also with the sheets in it (throws Refused SHEET_...) */
export function readOrganisations() {
  return [...byId('o').querySelectorAll('data')].map((node) => {
    const pin = unhex(node.dataset.pin);
    const one = { slug: node.value, name: node.textContent, pin, offered: node.dataset.offered === '1', sheet: null };
    if (node.dataset.sheet) takeSheet([one], unbase64(node.dataset.sheet));
    return one;
  });
}

/** A sheet of somebody who is not pinned here is left lying: it gives nothing and takes nothing. */
function takeSheet(organisations, bytes) {
  const sheet = readSheet(bytes);
  const one = organisations.find(({ pin }) => equal(pin, sheet.identity));
  if (one && (one.sheet === null || one.sheet.serial < sheet.serial)) one.sheet = sheet;
}

/**
 * Gives each organisation its sheet from what /sheets answered.
 * @param {Organisation[]} organisations
 * @param {Uint8Array} bytes sheets, one after the other
 * @throws {Refused} SHEET_... when one of them is malformed or its signature is wrong
 */
export function takeSheets(organisations, bytes) {
  for (const sheet of splitSheets(bytes)) takeSheet(organisations, sheet);
}

/**
 * Those that are offered, each checked against its pin and for this week.
 * @param {Organisation[]} organisations @param {number} now ms since 1970
 * @returns {Organisation[]} at least one
 * @throws {Refused} SHEET_... of the first that does not hold; NOT_FOUND when one has no sheet or none is offered
 */
export function verifyOffered(organisations, now) {
  const offered = organisations.filter((one) => one.offered);
  if (offered.length === 0) throw new Refused('NOT_FOUND');
  for (const { sheet, pin } of offered) {
    if (sheet === null) throw new Refused('NOT_FOUND');
    trustSheet(sheet, pin, now);
  }
  return offered;
}

/**
 * Who receives a report: the ones ticked; if none is, all that are offered, up to eight. As the gateway does.
 * @param {Organisation[]} offered @param {string[]} slugs
 * @returns {Organisation[]}
 * @throws {Refused} NOT_FOUND when a ticked one is not offered, RECIPIENTS_COUNT when more than eight are ticked
 */
export function chooseRecipients(offered, slugs) {
  if (slugs.length === 0) return offered.slice(0, MOST);
  const chosen = offered.filter((one) => slugs.includes(one.slug));
  if (chosen.length !== new Set(slugs).size) throw new Refused('NOT_FOUND');
  if (chosen.length > MOST) throw new Refused('RECIPIENTS_COUNT');
  return chosen;
}
