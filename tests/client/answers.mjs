// gateway/client/board_stream.js and answers.js: boards in any pieces, damaged, cut, of somebody else, out of date.
import assert from 'node:assert/strict';
import { Server, board, core, damaged, receiptOf, rowsFile, sheet, vectors } from './answers_world.mjs';

const { BoardStream, lookUp } = core;
const { answers, stranger, header_len: headerLength, stale_day: staleDay, issued_day: issuedDay } = vectors.board;
const NOW = issuedDay * 86400000;
const BUCKET = 8192;

function read(bytes, r, size = bytes.length, sheets = [sheet], today = issuedDay) {
  const stream = new BoardStream(sheets, receiptOf(r));
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  return stream.end(today);
}

const refused = (code, ...how) => assert.throws(() => read(...how), (error) => error.code === code, code);

function pieces() {
  for (const size of [1, 7, 135, 136, 137, 263, 264, 265, 1024, 8191, 8192, 8193, board.length]) {
    for (const want of answers) {
      const { answer, stale, board: { issuedDay: day } } = read(board, want.r, size);
      assert.deepEqual([answer.status, answer.day, answer.text], [want.status, want.day, want.text], `pieces of ${size}`);
      assert.deepEqual([stale, day], [false, issuedDay]);
    }
    assert.equal(read(board, stranger, size).answer, null);
  }
}

/** Every part is checked, also what the answer does not stand in. */
function damage() {
  for (const want of answers) {
    refused('BOARD_MAGIC', damaged(board, 0), want.r);
    refused('BOARD_SIGNATURE', damaged(board, 12), want.r);
    refused('BOARD_SIGNATURE', damaged(board, 136), want.r, 100);
    refused('BOARD_SIGNATURE', damaged(board, headerLength - 1), want.r);
    for (let bucket = 0; bucket < 2; bucket++) {
      for (const at of [0, 17, BUCKET - 1]) refused('BOARD_BUCKET', damaged(board, headerLength + bucket * BUCKET + at), want.r, 999);
    }
  }
}

function lengths() {
  const [{ r }] = answers;
  refused('BOARD_LENGTH', board.subarray(0, 0), r);
  for (const cut of [50, 136, 232, headerLength, headerLength + 1, headerLength + BUCKET, board.length - 1]) {
    refused('BOARD_LENGTH', board.subarray(0, cut), r, 4096);
  }
  refused('BOARD_LENGTH', core.concat(board, new Uint8Array(1)), r, 4096);
  assert.throws(() => read(damaged(damaged(board, 8), 8 + 1), r)); // another size is announced
}

function others() {
  const [{ r }] = answers;
  refused('BOARD_IDENTITY', board, r, 4096, []);
  refused('BOARD_IDENTITY', board, r, 4096, [{ ...sheet, identity: damaged(sheet.identity, 5) }]);
  refused('BOARD_SIGNATURE', board, r, 4096, [{ ...sheet, desk: sheet.identity }]);
  const pair = [{ ...sheet, identity: damaged(sheet.identity, 5) }, sheet];
  assert.equal(read(board, r, 4096, pair).sheet, sheet);
  for (const serial of [sheet.serial - 1, sheet.serial + 1]) { // a newer sheet may come before or after its board
    assert.ok(read(board, r, 4096, [{ ...sheet, serial }]).answer);
  }
}

function dates() {
  const [{ r }] = answers;
  assert.equal(read(board, r, 4096, [sheet], staleDay).stale, false);
  assert.equal(read(board, r, 4096, [sheet], staleDay + 1).stale, true);
}

function again() {
  const stream = new BoardStream([sheet], receiptOf(answers[2].r));
  stream.push(damaged(board, 20).subarray(0, 5000));
  stream.restart();
  stream.push(board);
  assert.equal(stream.end(issuedDay).answer.text, answers[2].text);
}

// ---- everything that is looked up, over a server ------------------------------------------

const TODAY = core.dayOf(NOW);
const row = core.rowOf(receiptOf(answers[1].r), TODAY);
const named = [
  { slug: 'aaaaaaaa', name: 'First', pin: sheet.identity },
  { slug: 'bbbbbbbb', name: 'Second', pin: damaged(sheet.identity, 1) },
];
const files = (more = {}) => ({
  '/receipts': { bytes: rowsFile([[row, 2]]) },
  '/sheets': { bytes: core.unhex(vectors.sheet.bytes) },
  '/boards/aaaaaaaa': { bytes: board, tag: '"a-1"' },
  ...more,
});

function look(server, r = answers[1].r, organisations = named, now = NOW) {
  const pauses = [];
  const how = { fetch: server.fetch, now, progress: () => {}, pause: async (cuts) => { pauses.push(cuts); } };
  return lookUp(receiptOf(r), organisations, how);
}

async function found() {
  const server = new Server(files());
  const result = await look(server);
  assert.equal(result.state, 'answered');
  assert.equal(result.day, TODAY);
  assert.equal(result.complete, true);
  assert.deepEqual(result.organisations.map(({ kind }) => kind), ['answer', 'empty']);
  assert.equal(result.organisations[0].answer.text, answers[1].text);
  assert.equal(result.organisations[0].issuedDay, issuedDay);
  assert.deepEqual(server.log.map(([url]) => url), ['/receipts', '/sheets', '/boards/aaaaaaaa', '/boards/bbbbbbbb']);
}

/** Who watches sees the same for a code that has an answer and for one that nobody knows. */
async function sameOnTheWire() {
  const seen = [];
  for (const r of [...answers.map((one) => one.r), stranger]) {
    const server = new Server(files());
    await look(server, r);
    seen.push(JSON.stringify([server.log, server.sent]));
  }
  assert.equal(new Set(seen).size, 1);
}

async function states() {
  for (const [state, name] of [[0, 'unknown'], [1, 'received'], [2, 'carried']]) {
    const other = core.rowOf(receiptOf(stranger), TODAY);
    const bytes = rowsFile(state ? [[other, state]] : []);
    const result = await look(new Server(files({ '/receipts': { bytes } })), stranger);
    assert.deepEqual([result.state, result.day, result.complete], [name, state ? TODAY : 0, true]);
    assert.equal(result.organisations[0].kind, 'nothing');
  }
}

const ascending = (rows) => rows.sort(([a], [b]) => core.compare(a, b));

/** Of several days the newest is told, and carried is only what all are; from 410 days ago to 8 days ahead. */
async function days() {
  const receipt = receiptOf(stranger);
  const rowsOf = (list) => ascending(list.map(([day, state]) => [core.rowOf(receipt, TODAY + day), state]));
  const cases = [
    [[[-3, 2], [-1, 1]], 'received', -1], [[[-1, 2], [-3, 1]], 'received', -1], [[[-1, 2], [-3, 2]], 'carried', -1], [[[-410, 2]], 'carried', -410], [[[8, 1]], 'received', 8],
    [[[-411, 2]], 'unknown'], [[[9, 2]], 'unknown'], [[[-410, 1], [8, 2], [0, 2]], 'received', 8],
  ];
  for (const [list, name, day] of cases) {
    const result = await look(new Server(files({ '/receipts': { bytes: rowsFile(rowsOf(list)) } })), stranger);
    assert.deepEqual([result.state, result.day], [name, day === undefined ? 0 : TODAY + day]);
  }
}

/** Of a large table only the head comes, and then the part under the code's own bits: always two requests. */
async function prefixes() {
  const receipt = receiptOf(stranger);
  const head = (bits) => ({ bytes: rowsFile([], { bits, places: 0 }) });
  for (let bits = 1; bits <= 8; bits++) {
    const prefix = receipt.rowKey[0] >> (8 - bits) << (8 - bits);
    const url = `/receipts/${core.hex(Uint8Array.of(prefix))}`;
    const part = (more = {}) => ({ bytes: rowsFile([[core.rowOf(receipt, TODAY - 2), 2]], { bits, prefix, ...more }) });
    const server = new Server(files({ '/receipts': head(bits), [url]: part() }));
    const result = await look(server, stranger);
    assert.deepEqual([result.state, result.day, result.complete], ['carried', TODAY - 2, true], `${bits} bits`);
    assert.deepEqual(server.log.slice(0, 2).map(([path]) => path), ['/receipts', url]);
    const moved = [head(bits), { bytes: rowsFile([], { bits: bits % 8 + 1, prefix: 0 }) }, { bytes: rowsFile([], { bits, prefix: prefix ^ 128 }) }];
    for (const other of moved) { // it was published anew between the two requests
      const again = await look(new Server(files({ '/receipts': head(bits), [url]: other })), stranger);
      assert.equal(again.rowsFailed, true);
    }
  }
}

/** A board that is not what its organisation signed is fetched whole all the same, and never passed over. */
async function unverified() {
  for (const at of [0, 12, 40, headerLength - 1, headerLength, board.length - 1]) {
    const server = new Server(files({ '/boards/aaaaaaaa': { bytes: damaged(board, at), tag: '"a-1"' } }));
    const result = await look(server);
    const kinds = result.organisations.map(({ kind }) => kind);
    assert.deepEqual([kinds, result.complete, result.state], [['unverified', 'empty'], false, 'carried'], `byte ${at}`);
    assert.equal(server.sent, new Server(files()).sent + rowsFile([]).length + vectors.sheet.bytes.length / 2 + board.length);
  }
  const foreign = await look(new Server(files({ '/boards/bbbbbbbb': { bytes: board, tag: '"b-1"' } })));
  assert.equal(foreign.organisations[1].kind, 'unverified', 'the board of another organisation');
}

async function outOfDate() {
  const result = await look(new Server(files()), answers[1].r, named, (staleDay + 1) * 86400000);
  assert.deepEqual([result.organisations[0].kind, result.organisations[0].stale], ['answer', true]);
}

async function failing() {
  const without = (part) => new Server(files(), (_, url) => (url.startsWith(part) ? -1 : Infinity));
  let result = await look(without('/boards/a'));
  assert.deepEqual([result.organisations[0].kind, result.complete, result.state], ['failed', false, 'carried']);
  result = await look(without('/sheets'));
  assert.deepEqual([result.organisations[0].kind, result.complete], ['failed', false]);
  result = await look(without('/receipts'));
  assert.deepEqual([result.rowsFailed, result.complete, result.state], [true, false, 'answered']);
  const wrong = files({ '/receipts': { bytes: rowsFile([[row, 3]]) } });
  assert.equal((await look(new Server(wrong))).rowsFailed, true, 'a state that there is not');
}

for (const test of [pieces, damage, lengths, others, dates, again, found, sameOnTheWire, states, days, prefixes, unverified, outOfDate, failing]) {
  await test();
  console.log(`ok ${test.name}`);
}
