// Whether this browser computes what it must, before anybody trusts it with a secret: a known answer.
import { concat, equal, unhex } from './bytes.js';
import { formatCode, parseCode } from './code.js';
import { sealBox, sign } from './curve.js';
import { Refused } from './errors.js';
import { F } from './hash.js';
import { deriveReceipt, randomReceipt, rowOf } from './receipt.js';

const CODE = '04926-D25AS-KQH2C-TNEYC-VQQFE'; // FORMAT 3
const DAY = 20600;
const ANSWER = '50f0a278f73d1d0ef3bd570d58df63db6a11aa665ef311eba74dda7ebc1e686d'; // computed by libsodium

/** Everything that is derived from a known code, a sealed box and a signature, in one hash. */
function answer() {
  const receipt = deriveReceipt(parseCode(CODE));
  const { mailbox, replySk, replyPk, signSk, signPk } = receipt;
  const box = sealBox(mailbox, replyPk, F(replySk, 'self-test'));
  return F(null, 'self-test', concat(rowOf(receipt, DAY), mailbox, replyPk, signPk, box, sign(box, signSk)));
}

/** @throws {Refused} CORRUPT */
export function selfTest() {
  const r = Uint8Array.from({ length: 15 }, (_, i) => 17 * i + 1);
  const drawn = randomReceipt();
  if (formatCode(r) !== CODE || !equal(answer(), unhex(ANSWER)) || equal(drawn, randomReceipt())) throw new Refused('CORRUPT');
}
