// Every known answer that is the client's business.
import assert from 'node:assert/strict';
import { core, inPieces, pattern, sealed, vectors, verdict } from './core.mjs';

const { hex, unhex } = core;
const same = (got, want, what) => assert.equal(got instanceof Uint8Array ? hex(got) : got, want, what);
const publics = (secrets) => secrets.map((sk) => core.publicOf(unhex(sk)));
let checked = 0;

function hashes(list) {
  for (const { key, label, data, out } of list) {
    same(core.F(key ? unhex(key) : null, label, unhex(data)), out, `F ${label}`);
    checked++;
  }
}

function receipts(list) {
  for (const want of list) {
    const receipt = core.deriveReceipt(unhex(want.r));
    same(core.formatCode(receipt.r), want.code);
    same(core.parseCode(want.code.toLowerCase()), want.r);
    same(receipt.rowKey, want.row_key);
    same(receipt.mailboxSeed, want.mailbox_seed);
    for (const { day, row } of want.rows) same(core.rowOf(receipt, day), row, `row of day ${day}`);
    same(receipt.mailbox, want.mailbox);
    same(receipt.replySk, want.reply_sk);
    same(receipt.replyPk, want.reply_pk);
    same(receipt.signPk, want.sign_pk);
    checked++;
  }
}

/** Their content is any bytes, with no prelude: only headers are the client's to make. */
function envelopes(list) {
  for (const want of list) {
    same(core.makeHeader(want.epoch, unhex(want.file_key), publics(want.recipient_sk)), want.header);
    same(core.envelopeLength(core.chunksFor(want.content_length)), want.envelope_length);
    checked++;
  }
}

function classes(list) {
  list.forEach((chunks, i) => {
    assert.equal(core.chunksFor(chunks * core.BLOCK), chunks);
    assert.equal(core.chunksFor(chunks * core.BLOCK + 1), list[i + 1] || 0);
    assert.equal(core.chunksOfLength(core.HEADER + chunks * core.CHUNK), chunks);
    checked++;
  });
}

async function report(want, body) {
  const how = {
    epoch: want.epoch,
    recipients: publics(want.recipient_sk),
    receipt: core.deriveReceipt(unhex(want.receipt_r)),
    sealedBy: want.sealed_by || unhex(want.prelude)[1],
    flags: want.flags === undefined ? unhex(want.prelude)[2] : want.flags,
    sheets: want.sheets ? unhex(want.sheets) : unhex(want.prelude).slice(104, 136),
    boundary: want.boundary || 'XX',
    length: body.length,
    seed: unhex(want.seed),
  };
  for (const size of body.length > 1e6 ? [65536] : [1 + body.length, 1000, 16382]) {
    const one = new core.Report(how);
    const envelope = await sealed(one, inPieces(body, size));
    assert.equal(envelope.length, one.length);
    if (want.envelope_length) assert.equal(envelope.length, want.envelope_length);
    same(core.fileKeyOf(core.makePrelude(how)), want.file_key);
    if (want.header) same(envelope.slice(0, core.HEADER), want.header);
    same(core.blake(envelope), want.blake2b256, want.name);
  }
  checked++;
}

/** The table of code.c: everything else is refused. */
function signs({ ignored, read_as: readAs, codes }) {
  for (const { r, code } of codes) {
    same(core.formatCode(unhex(r)), code);
    same(core.parseCode(code), r);
    checked++;
  }
  const skipped = new Set(ignored);
  for (let point = 1; point <= 0x10ffff; point++) {
    const sign = String.fromCodePoint(point);
    const read = readAs[sign];
    // A code of 25 such signs, then one that has this sign too much.
    const code = read ? verdict(() => core.parseCode(sign.repeat(25))).code : verdict(() => core.parseCode(sign)).code;
    const want = read ? verdict(() => core.parseCode(read.repeat(25))).code : skipped.has(point) ? 'CODE_LENGTH' : 'CODE_SYMBOL';
    assert.equal(code, want, `sign U+${point.toString(16)}`);
    if (read) same(core.parseCode(codeWith(read).replaceAll(read, sign)), hex(core.parseCode(codeWith(read))));
  }
  checked++;
}

/** Some code in which this symbol stands. */
function codeWith(symbol) {
  for (let i = 0; ; i++) {
    const code = core.formatCode(Uint8Array.from({ length: 15 }, (_, k) => 37 * i + 101 * k * i + k));
    if (code.includes(symbol)) return code;
  }
}

function sheets({ sheet: want, revoked, keys, week }) {
  const now = week * 604800000 + 345600000;
  const sheet = core.readSheet(unhex(want.bytes));
  const numbers = [sheet.weeks, sheet.months, sheet.keepWeeks, sheet.serial, sheet.firstWeek, sheet.firstMonth, sheet.issuedWeek];
  assert.deepEqual(numbers, [want.weeks, want.months, want.keep_weeks, want.serial, want.first_week, want.first_month, want.issued_week]);
  assert.equal(sheet.boardFloor, 0x0102030405060708n);
  assert.deepEqual(sheet.keys.map(hex), want.keys);
  same(sheet.identity, keys.identity_sk.slice(64));
  same(sheet.desk, keys.desk_sk.slice(64));
  same(sheet.nextIdentity, want.next_identity);
  same(sheet.onion, want.onion);
  same(sheet.digest, want.digest);
  core.trustSheet(sheet, sheet.identity, now);
  assert.equal(verdict(() => core.trustSheet(core.readSheet(unhex(revoked)), sheet.identity, now)).code, 'SHEET_REVOKED');
  same(core.sheetKey(sheet, week), want.keys[1]);
  same(core.sheetKey(sheet, core.EPOCH_MONTH + want.first_month + 1), want.keys[4]);
  assert.ok(core.hasMonth(sheet, want.first_month) && !core.hasMonth(sheet, want.first_month + 2));
  const two = core.splitSheets(unhex(want.bytes + revoked));
  assert.deepEqual(two.map(hex), [want.bytes, revoked]);
  checked++;
}

function boards({ board: want, keys }) {
  const file = unhex(want.bytes);
  const board = core.readBoardHeader(file.slice(0, want.header_len), unhex(keys.desk_sk.slice(64)));
  assert.equal(board.counter, 0x0102030405060709n);
  const numbers = [board.bucketBits, board.recordBits, board.issuedDay, board.staleDay, board.carrySerial, board.sheetSerial];
  assert.deepEqual(numbers, [want.bucket_bits, want.record_bits, want.issued_day, want.stale_day, want.carry_serial, want.sheet_serial]);
  same(board.digest, want.digest);
  same(board.previous, want.previous);
  same(board.carryDigest, want.carry_digest);
  assert.equal(core.boardLength(board), file.length);
  const size = core.bucketLength(board);
  const bucket = (number) => file.subarray(want.header_len + number * size, want.header_len + (number + 1) * size);
  for (const answer of want.answers) {
    const receipt = core.deriveReceipt(unhex(answer.r));
    answer.tags.forEach((tag, part) => same(core.recordTag(receipt.mailbox, board, part), tag));
    same(core.recordKey(receipt.mailbox, board, 0), answer.key0);
    const got = core.readAnswer(bucket, board, receipt);
    assert.deepEqual([got.status, got.day, got.text, hex(got.envelope)], [answer.status, answer.day, answer.text, answer.envelope]);
    checked++;
  }
  assert.equal(core.readAnswer(bucket, board, core.deriveReceipt(unhex(want.stranger))), null);
}

const common = vectors('vectors.json');
hashes(common.F);
receipts(common.receipts);
envelopes(common.envelopes);
classes(common.classes);
for (const want of common.signed) await report(want, core.utf8(want.body));
for (const want of vectors('own-reports.json').reports) await report(want, pattern(want.body_length));
signs(vectors('own-codes.json'));
const formats = vectors('own-formats.json');
sheets(formats);
boards(formats);
assert.ok(checked >= 100, `only ${checked}`);
console.log(`${checked} known answers`);
