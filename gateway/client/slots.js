// The header of an envelope: slots, dummies, order, commitment (FORMAT 1). As keys/seal/slots.c.
import { compare, concat, equal, putU32, wipe } from './bytes.js';
import { publicOf, sealBox } from './curve.js';
import { Refused } from './errors.js';
import { F } from './hash.js';

const SLOTS = 8;

function slot(fileKey, pk) {
  const ephemeral = F(fileKey, 'slot-esk', pk);
  const sealed = sealBox(fileKey, pk, ephemeral);
  wipe(ephemeral);
  return { order: F(fileKey, 'slot-order', pk), sealed };
}

function dummyPk(fileKey, i) {
  const sk = F(fileKey, 'dummy-sk', Uint8Array.of(i));
  const pk = publicOf(sk);
  wipe(sk);
  return pk;
}

function checkRecipients(recipients) {
  if (recipients.length < 1 || recipients.length > SLOTS) throw new Refused('RECIPIENTS_COUNT');
  if (recipients.some((a, i) => recipients.slice(0, i).some((b) => equal(a, b)))) throw new Refused('RECIPIENTS_REPEATED');
}

/**
 * @param {number} epoch
 * @param {Uint8Array} fileKey
 * @param {Uint8Array[]} recipients keys of that epoch
 * @returns {Uint8Array} 680 bytes
 * @throws {Refused} RECIPIENTS_COUNT, RECIPIENTS_REPEATED, KEY_LOW_ORDER
 */
export function makeHeader(epoch, fileKey, recipients) {
  checkRecipients(recipients);
  const slots = Array.from({ length: SLOTS }, (_, i) => slot(fileKey, recipients[i] || dummyPk(fileKey, i)));
  slots.sort((a, b) => compare(a.order, b.order));
  const visible = new Uint8Array(8);
  visible[0] = 1;
  putU32(visible, 4, epoch);
  const head = concat(visible, ...slots.map(({ sealed }) => sealed));
  return concat(head, F(fileKey, 'commit', head));
}
