// Whole reports: what the client seals is what C seals, byte for byte, and C opens it.
import assert from 'node:assert/strict';
import { core, inPieces, sealed, verdict } from './core.mjs';
import { u8, u32 } from './peer.mjs';

const { concat, equal, utf8 } = core;
const BOUNDARIES = ['XX', '----WebKitFormBoundaryAbCdEf0123456789', '-'.repeat(70), "a'()+_,-./:=?b c"];

function draw(random) {
  const secrets = Array.from({ length: 1 + random.below(8) }, () => random.bytes(32));
  return {
    secrets,
    recipients: secrets.map(core.publicOf),
    seed: random.bytes(32),
    r: random.bytes(15),
    epoch: random.of([2900 + random.below(100), core.EPOCH_MONTH + random.below(1000), random.word()]),
    sealedBy: 1 + random.below(4),
    flags: random.below(4),
    sheets: random.bytes(32),
    boundary: random.of(BOUNDARIES),
    body: random.bytes(random.length(9 * core.BLOCK)),
  };
}

/** Something that no report may be made of, at times two. */
function spoil(random, how) {
  for (let n = 1 + random.below(2); n > 0; n--) {
    random.of([
      () => { how.sealedBy = random.of([0, 5, 255]); },
      () => { how.flags = 4 + random.below(252); },
      () => { how.boundary = random.of(['', '-'.repeat(71), 'ends with ', 'a;b', 'a"b', 'ї', 'a\nb', 'x\n']); },
      () => { how.recipients = []; },
      () => { how.recipients = Array.from({ length: 9 }, () => random.bytes(32)); },
      () => { how.recipients.splice(random.below(how.recipients.length), 0, how.recipients[0] || random.bytes(32)); },
      () => { how.recipients[random.below(8)] = Uint8Array.of(random.below(2), ...new Uint8Array(31)); },
    ])();
  }
  how.recipients = how.recipients.filter(Boolean);
}

function ask(peer, how) {
  const boundary = utf8(how.boundary);
  return peer.ask('S', how.seed, how.r, u32(how.epoch), u8(how.sealedBy), u8(how.flags), how.sheets, u8(boundary.length), boundary,
    u8(how.recipients.length), ...how.recipients, how.body);
}

const make = (how) => new core.Report({ ...how, receipt: core.deriveReceipt(how.r), length: how.body.length });

export async function spoiled(random, peer) {
  const how = draw(random);
  spoil(random, how);
  const want = await ask(peer, how);
  assert.equal(verdict(() => make(how)).code, want.code);
}

async function opened(random, peer, how, envelope) {
  const i = random.below(how.secrets.length);
  const known = how.recipients.slice(0, 1 + random.below(how.recipients.length));
  const { code, bytes } = await peer.ask('O', how.secrets[i], u8(known.length), ...known, envelope);
  assert.equal(code, 'OK');
  const end = bytes.length - 6;
  assert.ok(equal(bytes.subarray(256, end - 64), how.body), 'the body that was opened');
  const addressed = [core.getU32(bytes, end), bytes[end + 4], bytes[end + 5]];
  assert.deepEqual(addressed, [2 ** known.length - 1, 8 - how.recipients.length, how.recipients.length - known.length]);
}

export async function reports(random, peer) {
  const how = draw(random);
  const report = make(how);
  const envelope = await sealed(report, inPieces(how.body, random.of([1000, 5375, 16125, 16126, 16382, 16383, 100000])), random.below(2) ? async () => {} : undefined);
  assert.equal(envelope.length, report.length);
  const { code, bytes } = await ask(peer, how);
  assert.equal(code, 'OK');
  assert.ok(equal(envelope, bytes), 'the same bytes');
  await opened(random, peer, how, envelope);
}

/** Without a given seed: a new one each time. A bit changed anywhere is refused. */
export async function damages(random, peer) {
  const how = draw(random);
  delete how.seed;
  how.body = how.body.slice(0, 3 * core.BLOCK);
  const report = make(how);
  const envelope = await sealed(report, inPieces(how.body, 5000));
  const again = make(how);
  assert.ok(!equal(report.header, again.header), 'two reports have two file keys');
  await opened(random, peer, how, envelope);
  const sk = how.secrets[0];
  const bad = random.below(2) ? random.damaged(envelope, 0, 680) : random.damaged(envelope);
  const { code } = await peer.ask('O', sk, u8(0), bad);
  const epochOnly = equal(bad.subarray(8), envelope.subarray(8)) && equal(bad.subarray(0, 4), envelope.subarray(0, 4));
  assert.notEqual(code, 'OK', epochOnly ? 'the epoch is covered too' : 'a changed bit');
  const cut = envelope.subarray(0, envelope.length - core.CHUNK);
  assert.notEqual((await peer.ask('O', sk, u8(0), cut)).code, 'OK', 'without the last chunk');
}
