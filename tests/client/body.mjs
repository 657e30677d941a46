// gateway/client/body.js: a form's bytes are those that the browser itself would write, for forms of every shape, their length known before
// any file is read.
import assert from 'node:assert/strict';
import { Random } from './random.mjs';
import { core, sealed, verdict } from './core.mjs';

const NAMES = ['file', 'text', 'a"b', 'two\nlines', 'cr\r\nlf', 'Київ', '%22', "'", '\\', '', 'x'.repeat(300), '😀', '\ud800', 'a;b=c'];
const TEXTS = ['', 'a', 'рядок\nдругий', '\r\n--', '\r', '--boundary--', '"', '😀'.repeat(50), '\udfff', '\0'];
const TYPES = ['', 'text/plain', 'image/jpeg', 'application/x-very-long-name'.repeat(3), 'bad type', 'TEXT/PLAIN; charset=utf-8'];

async function bytesOf(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const latin1 = (bytes) => new TextDecoder('latin1').decode(bytes);

/** As this platform writes the form in one piece, under another boundary. */
async function reference(form, boundary) {
  const response = new Response(form);
  const own = /boundary="?([^";]+)/i.exec(response.headers.get('content-type'))[1];
  return latin1(await response.arrayBuffer()).replaceAll('--' + own, '--' + boundary);
}

async function check(form, what) {
  const body = await core.bodyOf(form);
  const bytes = await bytesOf(body.stream());
  assert.equal(body.length, bytes.length, what);
  assert.ok(latin1(bytes) === await reference(form, body.boundary), what);
}

function randomForm(random) {
  const form = new FormData();
  for (let n = random.below(8); n > 0; n--) {
    const name = random.of(NAMES);
    if (random.below(2)) form.append(name, random.of(TEXTS));
    else form.append(name, new Blob([random.bytes(random.below(40000))], { type: random.of(TYPES) }), random.of(NAMES));
  }
  return form;
}

/** A browser whose boundaries have lengths of their own, as Firefox has: the rest is Node's. */
async function otherLengths(random) {
  const Real = Response;
  globalThis.Response = class {
    constructor(form) {
      this.boundary = '-'.repeat(3 + random.below(30)) + random.below(1e9);
      const parts = [];
      for (const [name, value] of form) {
        const text = typeof value === 'string';
        parts.push(`--${this.boundary}\r\nContent-Disposition: form-data; name="${name}"`);
        parts.push(text ? '\r\n\r\n' : `; filename="${value.name}"\r\nContent-Type: ${value.type}\r\n\r\n`, value, '\r\n');
      }
      this.blob = new Blob([...parts, `--${this.boundary}--\r\n`]);
      this.headers = new Map([['content-type', `multipart/form-data; boundary=${this.boundary}`]]);
      this.body = this.blob.stream();
    }

    arrayBuffer() {
      return this.blob.arrayBuffer();
    }
  };
  try {
    const body = await core.bodyOf(randomForm(random));
    let length = 0;
    for await (const piece of body.stream()) length += piece.length;
    assert.equal(body.length, length);
  } finally {
    globalThis.Response = Real;
  }
}

/** A file of 4 GiB that nobody can read: its length is enough. */
async function unread() {
  const form = new FormData();
  form.append('file', new Blob(['x']), 'large');
  const small = (await core.bodyOf(form)).length;
  const file = form.get('file');
  const fail = () => assert.fail('a file was read');
  Object.defineProperties(file, { size: { value: 2 ** 32 }, stream: { value: fail }, arrayBuffer: { value: fail }, slice: { value: fail } });
  const pretended = { [Symbol.iterator]: () => [['file', file]].values() };
  const Real = Response;
  globalThis.Response = function (data) {
    return new Real(data === pretended ? form : data);
  };
  try {
    assert.equal((await core.bodyOf(pretended)).length, small - 1 + 2 ** 32);
  } finally {
    globalThis.Response = Real;
  }
}

function reportOf(body, length) {
  return new core.Report({
    epoch: 2900, recipients: [core.publicOf(new Uint8Array(32).fill(64))], receipt: core.deriveReceipt(new Uint8Array(15)),
    sealedBy: core.SEALED_BY.BROWSER, flags: 0, sheets: [], boundary: body.boundary, length,
  });
}

/** A body that is not as long as was said ends the report. */
async function wrongLength(random) {
  const form = new FormData();
  form.append('text', 'a'.repeat(40000));
  for (const by of [-1, 1, -40000, 20000]) {
    const body = await core.bodyOf(form);
    await assert.rejects(sealed(reportOf(body, body.length + by), body.stream()), (error) => error.code === 'BODY_LENGTH', `${by}`);
  }
  const body = await core.bodyOf(form);
  assert.ok(await sealed(reportOf(body, body.length), body.stream()));
  assert.equal(verdict(() => reportOf(body, core.MAX)).code, 'TOO_LARGE');
  await otherLengths(random);
}

const random = new Random(process.env.SEED);
console.log(`SEED=${random.seed}`);
const empty = new FormData();
await check(empty, 'no field');
for (const name of NAMES) {
  for (const other of [...TEXTS, ...NAMES]) {
    const form = new FormData();
    form.append(name, other);
    form.append('file', new Blob(['abc']), other);
    form.append(name, new Blob([]), name);
    await check(form, JSON.stringify([name, other]));
  }
}
for (let i = 0; i < 300; i++) await check(randomForm(random), `form ${i}`);
for (let i = 0; i < 100; i++) await otherLengths(random);
await unread();
await wrongLength(random);
console.log('bodies have the length that was said');
