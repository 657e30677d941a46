"""FORMAT.md, sections 4 to 7, in Python: key sheets, boards, carry bundles, keyrings.

Like skrynka.py: written from the specification only, to judge the programs with.
"""
import struct

import nacl.bindings as sodium

from skrynka import F, MONTH, blake2b, check_signature, need, public_of, sign

SHEET_FIXED, CARRY_FIXED = 168, 112
RECORD, PART_TEXT, PARTS = 1024, 896, 4
STATUS = ("", "arrived", "read", "checking", "more", "passed", "closed")
IDENTITY, DESK, WEEK_KEY, MONTH_KEY = 1, 2, 3, 4


class Data:
    """A bag of the fields of one file."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


# ---- section 4: key sheet ---------------------------------------------------

SHEET_HEAD = struct.Struct("<8sBBBBIIII4xQ32s32s32s32s")
assert SHEET_HEAD.size == SHEET_FIXED


def sheet_read(data):
    need(len(data) >= SHEET_FIXED + 64, "sheet: length")
    names = ("magic suite weeks months keep serial first_week first_month issued floor identity "
             "desk next_identity onion").split()
    out = Data(**dict(zip(names, SHEET_HEAD.unpack_from(data))))
    need(out.magic == b"SKSHEET1" and out.suite == 1, "sheet: magic or suite")
    need(data[28:32] == bytes(4), "sheet: reserved bytes")
    count = out.weeks + out.months
    need(len(data) == SHEET_FIXED + 32 * count + 64, "sheet: length")
    check_signature(out.identity, data[-64:], "skrynka/1 sheet", data[:-64], "sheet")
    out.keys = [data[SHEET_FIXED + 32 * i:SHEET_FIXED + 32 * i + 32] for i in range(count)]
    need(len(set(out.keys)) == count, "sheet: repeated key")
    out.digest = blake2b(data)
    return out


def sheet_key(sheet, epoch):
    if epoch & MONTH:
        i = (epoch & ~MONTH) - sheet.first_month
        return sheet.keys[sheet.weeks + i] if 0 <= i < sheet.months else None
    i = epoch - sheet.first_week
    return sheet.keys[i] if 0 <= i < sheet.weeks else None


def sheet_make(identity_sk, desk_pk, serial, first_week, weekly, first_month, monthly, issued,
               keep=8, floor=0):
    head = SHEET_HEAD.pack(b"SKSHEET1", 1, len(weekly), len(monthly), keep, serial, first_week,
                           first_month, issued, floor, identity_sk[32:], desk_pk, bytes(32),
                           bytes(32))
    body = head + b"".join(weekly) + b"".join(monthly)
    return body + sign(identity_sk, "skrynka/1 sheet", body)


def sheets_split(data):
    """GET /sheets gives sheets one after the other; each announces its own length."""
    while data:
        length = SHEET_FIXED + 32 * (data[9] + data[10]) + 64
        need(len(data) >= length, "sheets: length")
        yield data[:length]
        data = data[length:]


# ---- section 5: board -------------------------------------------------------

BOARD_HEAD = struct.Struct("<8sBB2xIQII32sI4x32s32s")
BOARD_BUCKETS = BOARD_HEAD.size


def board_read(data, desk_pk):
    """Checks structure, signature, every bucket's digest, order and place of the records."""
    need(len(data) > BOARD_BUCKETS + 64, "board: length")
    names = ("magic b c issued counter stale carry_serial identity sheet_serial previous "
             "carry_digest").split()
    out = Data(**dict(zip(names, BOARD_HEAD.unpack_from(data))))
    need(out.magic == b"SKBOARD1" and out.b <= 10 and 3 <= out.c <= 8, "board: magic or counts")
    need(data[10:12] == bytes(2) and data[68:72] == bytes(4), "board: reserved bytes")
    need((out.carry_serial == 0) == (out.carry_digest == bytes(32)), "board: acknowledgement")
    end = BOARD_BUCKETS + (32 << out.b)
    size = RECORD << out.c
    need(len(data) == end + 64 + (size << out.b), "board: length")
    check_signature(desk_pk, data[end:end + 64], "skrynka/1 board", data[:end], "board")
    out.header_digest = blake2b(data[:end + 64])
    out.records = {}
    for i in range(1 << out.b):
        bucket = data[end + 64 + i * size:end + 64 + (i + 1) * size]
        need(blake2b(bucket) == data[BOARD_BUCKETS + 32 * i:BOARD_BUCKETS + 32 * i + 32],
             "board: digest of bucket %d" % i)
        bucket_read(out, i, bucket)
    return out


def bucket_read(board, number, bucket):
    records = [bucket[i:i + RECORD] for i in range(0, len(bucket), RECORD)]
    tags = [r[:16] for r in records]
    need(tags == sorted(tags), "board: order in bucket %d" % number)
    need(all(bucket_of(t, board.b) == number for t in tags), "board: record in a foreign bucket")
    board.records.update((r[:16], r[16:]) for r in records)


def bucket_of(tag, b):
    return int.from_bytes(tag[:2], "big") >> (16 - b)


def record_ctx(identity, counter, part):
    return identity + struct.pack("<QB", counter, part)


def record_tag(mailbox, ctx):
    return F(mailbox, "tag", ctx)[:16]


def board_part(board, receipt, part):
    """One record as (status, part, parts, day, envelope digest, text bytes), or None."""
    ctx = record_ctx(board.identity, board.counter, part)
    tag = record_tag(receipt.mailbox, ctx)
    sealed = board.records.get(tag)
    if sealed is None:
        return None
    box = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(
        sealed, tag, bytes(12), F(receipt.mailbox, "reply", ctx))
    plain = sodium.crypto_box_seal_open(box, receipt.reply_pk, receipt.reply_sk)
    need(len(plain) == 48 + PART_TEXT and plain[0] == 1, "record: length or version")
    status, number, parts, day, length = struct.unpack_from("<BBBIH", plain, 1)
    need(1 <= status <= 6 and number == part and 1 <= parts <= PARTS, "record: fields")
    need(length <= PART_TEXT and plain[10:16] == bytes(6), "record: length, reserved bytes")
    need(plain[48 + length:].count(0) == PART_TEXT - length, "record: padding")
    return status, parts, day, plain[16:48], plain[48:48 + length]


def board_answer(board, receipt):
    """What a board says to the holder of a code: (status, day, envelope digest, text) or None."""
    first = board_part(board, receipt, 0)
    if first is None:
        return None
    pieces = [first] + [board_part(board, receipt, i) for i in range(1, first[1])]
    need(all(p and p[:4] == first[:4] for p in pieces), "answer: parts do not fit together")
    return first[0], first[2], first[3], b"".join(p[4] for p in pieces).decode()


def record_make(identity, counter, receipt, part, parts, status, day, envelope, text):
    ctx = record_ctx(identity, counter, part)
    tag = record_tag(receipt.mailbox, ctx)
    plain = struct.pack("<BBBBIH6x", 1, status, part, parts, day, len(text)) + envelope
    box = sodium.crypto_box_seal(plain + text.ljust(PART_TEXT, b"\0"), receipt.reply_pk)
    return tag + sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
        box, tag, bytes(12), F(receipt.mailbox, "reply", ctx))


def board_make(desk_sk, identity, counter, issued, stale, carry_serial, sheet_serial,
               answers, previous=bytes(32), b=1, c=3, carry_digest=bytes(32)):
    """answers: (receipt, status, day, envelope digest, text up to 896 bytes). The acknowledgement
    is of the bundle whose header has carry_digest."""
    buckets = [[] for _ in range(1 << b)]
    for receipt, status, day, envelope, text in answers:
        record = record_make(identity, counter, receipt, 0, 1, status, day, envelope,
                             text.encode())
        buckets[bucket_of(record, b)].append(record)
    for i, records in enumerate(buckets):
        while len(records) < 1 << c:
            records.append(bucket_filler(i, b))
        records.sort()
    joined = [b"".join(records) for records in buckets]
    head = BOARD_HEAD.pack(b"SKBOARD1", b, c, issued, counter, stale, carry_serial, identity,
                           sheet_serial, previous, carry_digest)
    head += b"".join(blake2b(x) for x in joined)
    return head + sign(desk_sk, "skrynka/1 board", head) + b"".join(joined)


def bucket_filler(number, b):
    record = bytearray(sodium.randombytes(RECORD))
    top = int.from_bytes(record[:2], "big") & ((1 << (16 - b)) - 1)
    record[:2] = (number << (16 - b) | top).to_bytes(2, "big")
    return bytes(record)


# ---- section 6: carry bundle --------------------------------------------------

CARRY_SHEET = struct.Struct("<32sIIQ")
CARRY_SHEETS_MAX = 512


def carry_read(data):
    """data: bytes or a memory map. Checks signature, digests, lengths; lists sheets and envelopes."""
    need(len(data) >= CARRY_FIXED + 64 and data[:8] == b"SKCARRY1", "carry: magic or length")
    serial, count, first, last = struct.unpack_from("<IIII", data, 8)
    sheets, zero = struct.unpack_from("<II", data, 104)
    need(serial > 0 and first <= last and sheets <= CARRY_SHEETS_MAX, "carry: counts")
    need(zero == 0, "carry: reserved bytes")
    out = Data(serial=serial, count=count, first_day=first, last_day=last,
               gateway=data[24:56], previous=data[56:88], chain=data[88:104], sheets=[], entries=[])
    table = CARRY_FIXED + CARRY_SHEET.size * sheets
    end = table + 40 * count
    need(len(data) >= end + 64, "carry: length")
    check_signature(out.gateway, bytes(data[end:end + 64]), "skrynka/1 carry", bytes(data[:end]),
                    "carry")
    out.header_digest = blake2b(data[:end + 64])
    at = carry_sheets(out, data, sheets, end + 64)
    for i in range(count):
        at = carry_entry(out, data, table + 40 * i, at)
    need(at == len(data), "carry: length")
    return out


def carry_sheets(out, data, count, at):
    """The sheets stand behind the header: by identity and serial, the last of each is current."""
    for i in range(count):
        digest, length, current, counter = CARRY_SHEET.unpack_from(data, CARRY_FIXED + 48 * i)
        need(current <= 1, "carry: current")
        whole = bytes(data[at:at + length])
        need(blake2b(whole) == digest, "carry: digest of a sheet")
        out.sheets.append(Data(sheet=sheet_read(whole), current=bool(current),
                               board_counter=counter, bytes=whole))
        at += length
    order = [(s.sheet.identity, s.sheet.serial) for s in out.sheets]
    need(order == sorted(set(order)), "carry: order of the sheets")
    for i, one in enumerate(out.sheets):
        last = i + 1 == count or order[i + 1][0] != order[i][0]
        need(one.current == last, "carry: which sheet is current")
    return at


def carry_make(gateway_sk, serial, chain, previous, sheets, envelopes):
    """sheets: (bytes, current, board counter) in their order; envelopes: (day, chunks, bytes) in
    theirs. The whole file."""
    days = [day for day, _, _ in envelopes] or [0]
    head = struct.pack("<8sIIII", b"SKCARRY1", serial, len(envelopes), days[0], days[-1])
    head += gateway_sk[32:] + previous + chain + struct.pack("<II", len(sheets), 0)
    for data, current, counter in sheets:
        head += CARRY_SHEET.pack(blake2b(data), len(data), current, counter)
    for day, chunks, data in envelopes:
        head += struct.pack("<II", day, chunks) + blake2b(data)
    head += sign(gateway_sk, "skrynka/1 carry", head)
    return head + b"".join(s[0] for s in sheets) + b"".join(e[2] for e in envelopes)


def carry_entry(out, data, entry, at):
    day, chunks = struct.unpack_from("<II", data, entry)
    need(out.first_day <= day <= out.last_day, "carry: day")
    length = 680 + 16400 * chunks
    digest = data[entry + 8:entry + 40]
    need(blake2b(data[at:at + length]) == digest, "carry: digest of an envelope")
    out.entries.append(Data(day=day, chunks=chunks, digest=digest, offset=at, length=length))
    return at + length


def envelopes(data, carry):
    for entry in carry.entries:
        yield entry, bytes(data[entry.offset:entry.offset + entry.length])


# ---- section 7: keyring -------------------------------------------------------

def keyring_read(data, passphrase, token=b""):
    """All records as {(type, id): data}."""
    need(data[:8] == b"SKKEYS_1", "keyring: magic")
    operations, memory = struct.unpack_from("<II", data, 8)
    need(3 <= operations <= 10 and 65536 <= memory <= 4 << 20, "keyring: cost")
    need(data[32] == bool(token) and data[33:40] == bytes(7), "keyring: token flag, reserved bytes")
    key = sodium.crypto_pwhash_alg(32, passphrase, data[16:32], operations, memory << 10,
                                   sodium.crypto_pwhash_ALG_ARGON2ID13)
    if token:
        key = F(key, "keyring-token", token)
    need(F(key, "keyring-commit", data[:40]) == data[40:72], "keyring: passphrase")
    plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        data[96:], data[:72], data[72:96], F(key, "keyring-enc", data[:40]))
    need(len(plain) % 4096 == 0, "keyring: padding")
    return keyring_records(plain)


def keyring_records(plain):
    records, at = {}, 0
    while at + 8 <= len(plain) and plain[at]:
        kind, zero, length, number = struct.unpack_from("<BBHI", plain, at)
        need(zero == 0 and at + 8 + length <= len(plain), "keyring: record")
        records[kind, number] = plain[at + 8:at + 8 + length]
        at += 8 + length
    need(plain[at:].count(0) == len(plain) - at, "keyring: padding")
    return records


def opening_keys(records):
    """The secret keys by epoch, out of a keyring."""
    keys = {number: data for (kind, number), data in records.items() if kind == WEEK_KEY}
    keys.update((number | MONTH, data) for (kind, number), data in records.items()
                if kind == MONTH_KEY)
    return keys


def keyring_fits_sheet(records, sheet):
    keys = opening_keys(records)
    epochs = list(range(sheet.first_week, sheet.first_week + sheet.weeks))
    epochs += [MONTH | m for m in range(sheet.first_month, sheet.first_month + sheet.months)]
    return all(e in keys and public_of(keys[e]) == sheet_key(sheet, e) for e in epochs)
