#!/usr/bin/env python3
"""Writes own-formats.json: known answers for key sheets, boards, carry bundles and keyrings
(FORMAT.md sections 4 to 7), which vectors.json leaves out.

Written from FORMAT.md alone; only the primitives come from libraries (hashlib, PyNaCl). Everything
that a program draws at random is fixed here, so the output never changes. Run it only after a
change of FORMAT.md:

    /usr/bin/python3 tests/vectors/make_own_formats.py > tests/vectors/own-formats.json
"""
import hashlib
import json
import struct
import sys

import nacl.bindings as sodium

WEEK, MONTH, ZERO = 2968, 682, bytes(32)


def blake2b(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def F(key, label, data=b""):
    return blake2b(bytes([len(label)]) + label.encode() + data, key=key or b"")


def fixed(name, size=32):
    """Stands in for a random draw."""
    out, i = b"", 0
    while len(out) < size:
        out += blake2b(b"%s %d" % (name.encode(), i))
        i += 1
    return out[:size]


def ed25519(name):
    return sodium.crypto_sign_seed_keypair(fixed(name))


def sign(sk, label, body):
    return sodium.crypto_sign(label.encode() + b"\0" + body, sk)[:64]


IDENTITY_PK, IDENTITY_SK = ed25519("identity")
DESK_PK, DESK_SK = ed25519("desk")
GATEWAY_PK, GATEWAY_SK = ed25519("gateway")


# ---- section 4 ------------------------------------------------------------------

def sheet(fields, keys, pk=None, sk=None):
    body = b"SKSHEET1" + bytes([1, fields["weeks"], fields["months"], fields["keep_weeks"]])
    body += struct.pack("<IIII", fields["serial"], fields["first_week"], fields["first_month"],
                        fields["issued_week"])
    body += bytes(4) + struct.pack("<Q", fields["board_floor"])
    body += (pk or IDENTITY_PK) + DESK_PK + fixed("next identity") + fixed("onion") + b"".join(keys)
    return body + sign(sk or IDENTITY_SK, "skrynka/1 sheet", body)


def sheet_answer():
    fields = dict(weeks=3, months=2, keep_weeks=8, serial=7, first_week=WEEK - 1,
                  first_month=MONTH, issued_week=WEEK, board_floor=0x0102030405060708)
    keys = [sodium.crypto_scalarmult_base(fixed("key %d" % i)) for i in range(5)]
    data = sheet(fields, keys)
    return dict(fields, keys=[k.hex() for k in keys], next_identity=fixed("next identity").hex(),
                onion=fixed("onion").hex(), digest=blake2b(data).hex(), bytes=data.hex())


# ---- section 5 ------------------------------------------------------------------

COUNTER, BUCKET_BITS, RECORD_BITS = 0x0102030405060709, 1, 3


def receipt(r):
    root = F(None, "receipt-root", r)
    reply_pk = sodium.crypto_scalarmult_base(F(root, "reply-x25519"))
    sign_pk = sodium.crypto_sign_seed_keypair(F(root, "sign-ed25519"))[0]
    return F(F(root, "mailbox"), "mailbox", reply_pk + sign_pk), reply_pk


def box_seal(plain, pk, name):
    """crypto_box_seal with an ephemeral key that is fixed."""
    esk = fixed("ephemeral " + name)
    epk = sodium.crypto_scalarmult_base(esk)
    return epk + sodium.crypto_box(plain, blake2b(epk + pk, 24), pk, esk)


def record(r, answer, part):
    mailbox, reply_pk = receipt(r)
    text = answer["text"].encode()
    parts = max(1, -(-len(text) // 896))
    piece = text[896 * part:896 * part + 896]
    ctx = IDENTITY_PK + struct.pack("<Q", COUNTER) + bytes([part])
    tag = F(mailbox, "tag", ctx)[:16]
    plain = bytes([1, answer["status"], part, parts]) + struct.pack("<IH", answer["day"], len(piece))
    plain += bytes(6) + bytes.fromhex(answer["envelope"]) + piece.ljust(896, b"\0")
    assert len(plain) == 944
    box = box_seal(plain, reply_pk, "%s %d" % (r.hex(), part))
    return tag + sodium.crypto_aead_chacha20poly1305_ietf_encrypt(box, tag, bytes(12),
                                                                  F(mailbox, "reply", ctx))


def bucket_of(tag):
    return tag[0] >> (8 - BUCKET_BITS)


def board_answer():
    texts = ["", "Отримано. Дякуємо, чекайте на відповідь.", "Їжак — кирпи, çğñöşü. " * 60,
             "x" * 3584]
    answers = [dict(r=fixed("code %d" % i, 15).hex(), status=i + 1, day=20780 + i, text=text,
                    envelope=fixed("envelope %d" % i).hex()) for i, text in enumerate(texts)]
    records = []
    for answer in answers:
        r = bytes.fromhex(answer["r"])
        size = len(answer["text"].encode())
        answer["records"] = [record(r, answer, part) for part in range(max(1, -(-size // 896)))]
        records += answer["records"]
    filler = 0
    buckets = [[x for x in records if bucket_of(x) == i] for i in range(1 << BUCKET_BITS)]
    while any(len(x) < 1 << RECORD_BITS for x in buckets):
        one = fixed("filler %d" % filler, 1024)
        filler += 1
        if len(buckets[bucket_of(one)]) < 1 << RECORD_BITS:
            buckets[bucket_of(one)].append(one)
    assert all(len(x) == 1 << RECORD_BITS for x in buckets)
    joined = [b"".join(sorted(x)) for x in buckets]
    head = b"SKBOARD1" + bytes([BUCKET_BITS, RECORD_BITS, 0, 0])
    head += struct.pack("<IQII", 20781, COUNTER, 20795, 42) + IDENTITY_PK
    head += struct.pack("<I", 7) + bytes(4) + fixed("previous board") + fixed("carried bundle")
    head += b"".join(blake2b(x) for x in joined)
    head += sign(DESK_SK, "skrynka/1 board", head)
    for answer in answers:
        answer["tags"] = [x[:16].hex() for x in answer.pop("records")]
        mailbox, _ = receipt(bytes.fromhex(answer["r"]))
        answer["key0"] = F(mailbox, "reply", IDENTITY_PK + struct.pack("<QB", COUNTER, 0)).hex()
    return dict(bucket_bits=BUCKET_BITS, record_bits=RECORD_BITS, issued_day=20781,
                counter=COUNTER, stale_day=20795, carry_serial=42, sheet_serial=7,
                previous=fixed("previous board").hex(),
                carry_digest=fixed("carried bundle").hex(), digest=blake2b(head).hex(),
                header_len=len(head), stranger=fixed("code of nobody", 15).hex(),
                answers=answers, bytes=(head + b"".join(joined)).hex())


# ---- section 6 ------------------------------------------------------------------

def carried_sheets():
    """Two of one organisation, of which the second replaced the first, and one that was revoked."""
    other_pk, other_sk = ed25519("other identity")
    keys = [sodium.crypto_scalarmult_base(fixed("key %d" % i)) for i in range(2)]
    one = dict(months=0, keep_weeks=8, first_week=WEEK, first_month=MONTH, issued_week=WEEK,
               board_floor=0)
    out = [(IDENTITY_PK, 7, 41, sheet(dict(one, serial=7, weeks=1), keys[:1])),
           (IDENTITY_PK, 9, 41, sheet(dict(one, serial=9, weeks=2), keys)),
           (other_pk, 1, 0, sheet(dict(one, serial=1, weeks=0), [], other_pk, other_sk))]
    out.sort(key=lambda x: x[:2])
    last = {x[0]: x[1] for x in out}
    return [dict(digest=blake2b(data).hex(), length=len(data), current=last[identity] == serial,
                 board_counter=counter, bytes=data.hex()) for identity, serial, counter, data in out]


def carry_answer():
    sheets = carried_sheets()
    entries = [dict(day=20700 + i // 2, chunks=chunks, envelope=fixed("carried %d" % i).hex())
               for i, chunks in enumerate((1, 262144, 1280, 1, 4))]
    head = b"SKCARRY1" + struct.pack("<IIII", 9, len(entries), 20700, 20710) + GATEWAY_PK
    head += fixed("previous carry") + fixed("chain", 16) + struct.pack("<II", len(sheets), 0)
    for s in sheets:
        head += bytes.fromhex(s["digest"])
        head += struct.pack("<IIQ", s["length"], s["current"], s["board_counter"])
    for e in entries:
        head += struct.pack("<II", e["day"], e["chunks"]) + bytes.fromhex(e["envelope"])
    head += sign(GATEWAY_SK, "skrynka/1 carry", head)
    return dict(serial=9, first_day=20700, last_day=20710, previous=fixed("previous carry").hex(),
                chain=fixed("chain", 16).hex(), sheets=sheets, entries=entries,
                digest=blake2b(head).hex(), bytes=head.hex())


# ---- section 7 ------------------------------------------------------------------

def keyring_answer(token):
    passphrase = "правильний кінь батарея скоба".encode()
    records = [(1, 0, IDENTITY_SK), (2, 0, DESK_SK), (3, WEEK, fixed("week key")),
               (4, MONTH, fixed("month key")), (5, 0, fixed("index key")),
               (6, 0, struct.pack("<I", 7)), (7, 0, struct.pack("<Q", COUNTER))]
    plain = b"".join(struct.pack("<BBHI", t, 0, len(d), i) + d for t, i, d in records)
    plain = plain.ljust(-(-len(plain) // 4096) * 4096, b"\0")
    head = b"SKKEYS_1" + struct.pack("<II", 3, 65536) + fixed("salt", 16)
    head += bytes([token is not None]) + bytes(7)
    assert len(head) == 40
    key = sodium.crypto_pwhash_alg(32, passphrase, fixed("salt", 16), 3, 64 << 20,
                                   sodium.crypto_pwhash_ALG_ARGON2ID13)
    if token is not None:
        key = F(key, "keyring-token", token)
    head += F(key, "keyring-commit", head)
    nonce = fixed("nonce", 24)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, head, nonce,
                                                               F(key, "keyring-enc", head[:40]))
    return dict(passphrase=passphrase.hex(), token=(token or b"").hex(),
                enc=F(key, "keyring-enc", head[:40]).hex(),
                records=[dict(type=t, id=i, data=d.hex()) for t, i, d in records],
                bytes=(head + nonce + sealed).hex())


def main():
    json.dump({
        "about": "Known answers for FORMAT.md sections 4 to 7, written by make_own_formats.py. Hex "
                 "unless said; text is UTF-8.",
        "keys": {"identity_sk": IDENTITY_SK.hex(), "desk_sk": DESK_SK.hex(),
                 "gateway_sk": GATEWAY_SK.hex()},
        "week": WEEK, "month": MONTH,
        "sheet": sheet_answer(),
        "revoked": sheet(dict(weeks=0, months=0, keep_weeks=8, serial=8, first_week=WEEK,
                              first_month=MONTH, issued_week=WEEK, board_floor=0), []).hex(),
        "board": board_answer(),
        "carry": carry_answer(),
        "keyrings": [keyring_answer(None), keyring_answer(fixed("token"))],
    }, sys.stdout, indent=1, ensure_ascii=True)
    print()


if __name__ == "__main__":
    main()
