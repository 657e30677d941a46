"""An implementation of FORMAT.md, sections 1 to 3, that shares nothing with the C code.

Written from the specification only, so that a mistake made in both places has to be made twice.
It is for tests: keys are plain bytes here and nothing is wiped.
"""
import hashlib
import re
import struct
import time

import nacl.bindings as sodium

SLOTS, SLOT, HEADER = 8, 80, 680
CHUNK, PLAIN, FULL = 16400, 16384, 16382
CHUNKS_MAX = 262144
PRELUDE, SIGNATURE = 256, 64
MONTH = 0x80000000
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Refused(Exception):
    """What these bytes claim to be, they are not; the text says which check failed."""


def need(condition, what):
    if not condition:
        raise Refused(what)


# ---- hashing and time ------------------------------------------------------

def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def F(key, label, data):
    label = label.encode()
    return hashlib.blake2b(bytes([len(label)]) + label + data, key=key, digest_size=32).digest()


def week_of(seconds):
    return (int(seconds) - 345600) // 604800


def day_of(seconds):
    return int(seconds) // 86400


def month_of(seconds):
    t = time.gmtime(seconds)
    return (t.tm_year - 1970) * 12 + t.tm_mon - 1


def public_of(secret):
    return sodium.crypto_scalarmult_base(secret)


def sign(secret, label, message):
    signed = sodium.crypto_sign(label.encode() + b"\0" + message, secret)
    return signed[:SIGNATURE]


def check_signature(public, signature, label, message, what):
    try:
        sodium.crypto_sign_open(signature + label.encode() + b"\0" + message, public)
    except Exception as error:
        raise Refused(what + ": signature") from error


# ---- section 3: receipt code ------------------------------------------------

def check_symbol(digits):
    acc = 0
    for d in digits:
        acc = (acc ^ d) << 1
        if acc & 32:
            acc ^= 0b100101
    return acc


def code_of(r):
    bits = int.from_bytes(r, "big")
    digits = [bits >> (115 - 5 * i) & 31 for i in range(24)]
    text = "".join(SYMBOLS[d] for d in digits + [check_symbol(digits)])
    return "-".join(text[i:i + 5] for i in range(0, 25, 5))


TWINS = dict(zip("OILАВЕКМНОРСТХІЅЈ", "011ABEKMH0PCTX1SJ"))


# What other programs leave in a text: blanks, invisible signs, quotation marks, dashes.
LEFT = re.compile("[\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
                  "\x85\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
                  "\"'>`|\xab\xbb\u2018-\u201f\u2039\u203a"
                  "\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d-]")


def r_of(code):
    text = [TWINS.get(c, c) for c in LEFT.sub("", code).upper()]
    need(len(text) == 25, "code: length")
    need(all(c in SYMBOLS for c in text), "code: symbol")
    digits = [SYMBOLS.index(c) for c in text]
    need(check_symbol(digits[:24]) == digits[24], "code: check symbol")
    bits = 0
    for d in digits[:24]:
        bits = bits << 5 | d
    return bits.to_bytes(15, "big")


class Receipt:
    """Everything that the fifteen bytes of a code are good for."""

    def __init__(self, r):
        root = F(b"", "receipt-root", r)
        self.r, self.code = r, code_of(r)
        self.row_key = F(root, "row", b"")
        self.mailbox_seed = F(root, "mailbox", b"")
        self.reply_sk = F(root, "reply-x25519", b"")
        self.reply_pk = public_of(self.reply_sk)
        seed = F(root, "sign-ed25519", b"")
        self.sign_pk, self.sign_sk = sodium.crypto_sign_seed_keypair(seed)
        self.mailbox = mailbox_of(self)

    def row(self, day=None):
        """The row of a report sent on that day; today if none is given."""
        day = day_of(time.time()) if day is None else day
        return self.row_key[:1] + F(self.row_key, "row-day", struct.pack("<I", day))[:15]


def mailbox_of(writer):
    """Of a receipt, or of a report that was opened."""
    return F(writer.mailbox_seed, "mailbox", writer.reply_pk + writer.sign_pk)


# ---- section 1: envelope ----------------------------------------------------

def classes():
    yield from (1 << i for i in range(11))
    base = 1024
    while base < CHUNKS_MAX:
        yield from (base * 5 // 4, base * 6 // 4, base * 7 // 4, base * 2)
        base *= 2


CLASSES = list(classes())


def class_for(content_len):
    chunks = max(1, -(-content_len // FULL))
    return next(n for n in CLASSES if n >= chunks)


def envelope_length(chunks):
    return HEADER + chunks * CHUNK


def slot_make(file_key, public):
    """A sealed box whose ephemeral key comes out of the file key."""
    esk = F(file_key, "slot-esk", public)
    epk = public_of(esk)
    nonce = hashlib.blake2b(epk + public, digest_size=24).digest()
    return epk + sodium.crypto_box(file_key, nonce, public, esk)


def dummy_pk(file_key, i):
    return public_of(F(file_key, "dummy-sk", bytes([i])))


def header_make(file_key, recipients, epoch):
    need(1 <= len(recipients) <= SLOTS and len(set(recipients)) == len(recipients), "recipients")
    keys = list(recipients) + [dummy_pk(file_key, i) for i in range(len(recipients), SLOTS)]
    keys.sort(key=lambda pk: F(file_key, "slot-order", pk))
    head = struct.pack("<B3xI", 1, epoch) + b"".join(slot_make(file_key, pk) for pk in keys)
    return head + F(file_key, "commit", head)


def nonce_of(i, last):
    return struct.pack("<Q3xB", i, last)


def chunk_plain(content, i):
    piece = content[i * FULL:(i + 1) * FULL]
    return struct.pack("<H", len(piece)) + piece.ljust(FULL, b"\0")


def seal_content(file_key, recipients, epoch, content, chunks=None):
    """The whole envelope for a content that is given as it is (also a malformed one)."""
    header = header_make(file_key, recipients, epoch)
    return header + seal_chunks(file_key, header, content, chunks)


def seal_chunks(file_key, header, content, chunks=None):
    key = F(file_key, "payload", header)
    n = chunks or class_for(len(content))
    return b"".join(
        sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
            chunk_plain(content, i), b"", nonce_of(i, i == n - 1), key) for i in range(n))


# ---- section 2: content -----------------------------------------------------

def file_key_of(prelude):
    return F(prelude[207:239], "file-key", prelude[8:104])


def prelude_make(receipt, sealed_by, flags, sheets, boundary, seed):
    head = struct.pack("<BBBB4x", 1, sealed_by, flags, 1)
    name = boundary.encode()
    return (head + receipt.reply_pk + receipt.mailbox_seed + receipt.sign_pk + sheets
            + bytes([len(name)]) + name.ljust(70, b"\0") + seed + bytes(17))


def blocks_digest(content):
    hashes = (hashlib.sha256(content[i:i + FULL]).digest() for i in range(0, len(content), FULL))
    return hashlib.sha256(b"".join(hashes)).digest()


def sheets_digest(digests):
    return F(b"", "sheets", b"".join(sorted(digests)))


def seal_report(receipt, recipients, epoch, body, boundary, sheets, sealed_by=3, flags=1,
                seed=None):
    """A report as an offline page would seal it."""
    prelude = prelude_make(receipt, sealed_by, flags, sheets, boundary, seed or sodium.randombytes(32))
    header = header_make(file_key_of(prelude), recipients, epoch)
    return seal_under(file_key_of(prelude), header, receipt, prelude + body)


def seal_under(file_key, header, receipt, content):
    """A content and its signature under a header that may be another's: what a recipient can make."""
    content += sign(receipt.sign_sk, "skrynka/1 report", blake2b(header) + blocks_digest(content))
    return header + seal_chunks(file_key, header, content)


class Opened:
    """A report after every check of section 1 passed."""


def find_file_key(header, secrets):
    for secret in secrets:
        public = public_of(secret)
        for i in range(SLOTS):
            slot = header[8 + i * SLOT:8 + (i + 1) * SLOT]
            try:
                key = sodium.crypto_box_seal_open(slot, public, secret)
            except Exception:
                continue
            need(len(key) == 32, "envelope: length of the file key")
            return key
    raise Refused("envelope: no slot opens")


def open_chunks(envelope, key):
    """The content, after all chunks authenticated and their padding was checked."""
    n = (len(envelope) - HEADER) // CHUNK
    pieces, ended = [], False
    for i in range(n):
        sealed = envelope[HEADER + i * CHUNK:HEADER + (i + 1) * CHUNK]
        try:
            plain = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
                bytes(sealed), b"", nonce_of(i, i == n - 1), key)
        except Exception as error:
            raise Refused("chunk %d: does not authenticate" % i) from error
        k = struct.unpack_from("<H", plain)[0]
        need(k <= FULL and not (ended and k), "chunk %d: length" % i)
        need(plain[2 + k:].count(0) == FULL - k, "chunk %d: padding" % i)
        pieces.append(plain[2:2 + k])
        ended = k < FULL
    content = b"".join(pieces)
    need(class_for(len(content)) == n, "content: class")
    return content


def prelude_read(out, content):
    need(len(content) >= PRELUDE + SIGNATURE, "content: short")
    version, out.sealed_by, out.flags, body_type = struct.unpack_from("<BBBB", content)
    need(version == 1 and body_type == 1, "prelude: version or body type")
    need(1 <= out.sealed_by <= 4 and out.flags < 4, "prelude: sealed by, flags")
    length = content[136]
    need(1 <= length <= 70, "prelude: boundary")
    reserved = content[4:8] + content[137 + length:207] + content[239:256]
    need(reserved.count(0) == len(reserved), "prelude: reserved bytes")
    out.reply_pk, out.mailbox_seed, out.sign_pk = content[8:40], content[40:72], content[72:104]
    out.mailbox, out.seed = mailbox_of(out), content[207:239]
    out.sheets, out.boundary = content[104:136], content[137:137 + length].decode()


def open_envelope(envelope, secrets, known=()):
    """Opens one envelope with any of these secret keys, or raises Refused."""
    need(len(envelope) > HEADER and (len(envelope) - HEADER) % CHUNK == 0, "envelope: length")
    need((len(envelope) - HEADER) // CHUNK in CLASSES, "envelope: class")
    need(envelope[0] == 1 and envelope[1:4] == bytes(3), "envelope: suite or reserved bytes")
    header = bytes(envelope[:HEADER])
    out = Opened()
    out.header, out.epoch = header, struct.unpack_from("<I", header, 4)[0]
    out.file_key = find_file_key(header, secrets)
    need(F(out.file_key, "commit", header[:648]) == header[648:], "envelope: commitment")
    content = open_chunks(envelope, F(out.file_key, "payload", header))
    prelude_read(out, content)
    need(file_key_of(content) == out.file_key, "content: keys")
    out.body = content[PRELUDE:-SIGNATURE]
    signed = blake2b(header) + blocks_digest(content[:-SIGNATURE])
    check_signature(out.sign_pk, content[-SIGNATURE:], "skrynka/1 report", signed, "content")
    out.parts = parse_multipart(out.body, out.boundary)
    judge_slots(out, header, known)
    return out


def judge_slots(out, header, known):
    """Which known keys are addressed, how many slots are provable dummies, how many neither."""
    slots = [header[8 + i * SLOT:8 + (i + 1) * SLOT] for i in range(SLOTS)]
    out.known = [pk for pk in known if slot_make(out.file_key, pk) in slots]
    dummies = [slot_make(out.file_key, dummy_pk(out.file_key, i)) for i in range(SLOTS)]
    out.dummies = sum(slot in slots for slot in dummies)
    out.unknown = SLOTS - out.dummies - len(out.known)


# ---- the body ----------------------------------------------------------------

def parse_multipart(body, boundary):
    """A list of (name, file name or None, bytes); strict, as a browser writes it."""
    mark = b"--" + boundary.encode()
    need(body.startswith(mark + b"\r\n") and body.endswith(b"\r\n" + mark + b"--\r\n"),
         "body: boundary lines")
    parts = []
    for piece in body[len(mark) + 2:-len(mark) - 6].split(b"\r\n" + mark + b"\r\n"):
        head, _, value = piece.partition(b"\r\n\r\n")
        parts.append((parameter(head, "name"), parameter(head, "filename"), value))
    return parts


def parameter(head, name):
    for item in head.split(b"\r\n")[0].split(b";")[1:]:
        key, _, value = item.strip().partition(b"=")
        if key == name.encode():
            return value.strip(b'"').decode()
    return None


def make_multipart(parts, boundary):
    out = []
    for name, filename, value in parts:
        head = '--%s\r\nContent-Disposition: form-data; name="%s"' % (boundary, name)
        if filename is not None:
            head += '; filename="%s"\r\nContent-Type: application/octet-stream' % filename
        out.append(head.encode() + b"\r\n\r\n" + value + b"\r\n")
    return b"".join(out) + b"--" + boundary.encode() + b"--\r\n"


def field(opened, name):
    """The text of the first field of this name, or None."""
    return next((v.decode() for n, f, v in opened.parts if n == name and f is None), None)


def files(opened):
    return [(f, v) for n, f, v in opened.parts if n == "file" and f]
