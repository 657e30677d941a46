#!/usr/bin/env python3
"""Writes own-reports.json and own-codes.json, and in vectors.json what is derived from a code and the signed report.

Independent of the C code but for the primitives: hashes from hashlib, Ed25519, X25519, XSalsa20
and ChaCha20-Poly1305 from the system's libsodium. Run it only after a change of FORMAT.md:

    tests/vectors/make_own.py tests/vectors
"""
import ctypes
import hashlib
import json
import pathlib
import struct
import sys

sodium = ctypes.CDLL("libsodium.so.23")
assert sodium.sodium_init() >= 0
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BLOCK = 16382


def blake(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def F(key, label, data=b""):
    return blake(bytes([len(label)]) + label.encode() + data, 32, key or b"")


def call(name, size, *args):
    out = ctypes.create_string_buffer(size)
    if getattr(sodium, name)(out, *args) != 0:
        raise ValueError(name)
    return out.raw


def public(sk):
    return call("crypto_scalarmult_base", 32, sk)


def slot(file_key, pk):
    esk = F(file_key, "slot-esk", pk)
    epk = public(esk)
    nonce = blake(epk + pk, 24)
    return epk + call("crypto_box_easy", 48, file_key, ctypes.c_ulonglong(32), nonce, pk, esk)


def header(file_key, epoch, pks):
    dummies = [public(F(file_key, "dummy-sk", bytes([i]))) for i in range(len(pks), 8)]
    ordered = sorted(pks + dummies, key=lambda pk: F(file_key, "slot-order", pk))
    head = b"\x01\0\0\0" + struct.pack("<I", epoch) + b"".join(slot(file_key, pk) for pk in ordered)
    return head + F(file_key, "commit", head)


def size_class(length):
    classes = [2 ** i for i in range(11)]
    power = 1024
    while power < 262144:
        classes += [power * q // 4 for q in (5, 6, 7, 8)]
        power *= 2
    return next(c for c in classes if c * BLOCK >= length)


def chunks(key, content):
    n = size_class(len(content))
    for i in range(n):
        part = content[i * BLOCK : (i + 1) * BLOCK]
        plain = (struct.pack("<H", len(part)) + part).ljust(16384, b"\0")
        nonce = struct.pack("<Q", i) + bytes([0, 0, 0, i == n - 1])
        yield call("crypto_aead_chacha20poly1305_ietf_encrypt", 16400, None, plain,
                   ctypes.c_ulonglong(16384), None, ctypes.c_ulonglong(0), None, nonce, key)


def receipt(r):
    root = F(None, "receipt-root", r)
    sign_pk, sign_sk = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    sodium.crypto_sign_seed_keypair(sign_pk, sign_sk, F(root, "sign-ed25519"))
    reply_sk = F(root, "reply-x25519")
    return {"r": r, "row_key": F(root, "row"), "mailbox_seed": F(root, "mailbox"), "reply_sk": reply_sk,
            "reply_pk": public(reply_sk), "sign_pk": sign_pk.raw, "sign_sk": sign_sk.raw}


def mailbox(own):
    return F(own["mailbox_seed"], "mailbox", own["reply_pk"] + own["sign_pk"])


def row(own, day):
    return own["row_key"][:1] + F(own["row_key"], "row-day", struct.pack("<I", day))[:15]


def prelude(own, seed, sealed_by, flags, sheets, boundary):
    """256 bytes, and the file key that they give."""
    keys = own["reply_pk"] + own["mailbox_seed"] + own["sign_pk"]
    head = bytes([1, sealed_by, flags, 1, 0, 0, 0, 0]) + keys + sheets
    head += bytes([len(boundary)]) + boundary.encode().ljust(70, b"\0") + seed
    return head.ljust(256, b"\0"), F(seed, "file-key", keys)


def signature(own, head, content):
    blocks = [content[i : i + BLOCK] for i in range(0, len(content), BLOCK)]
    d = hashlib.sha256(b"".join(hashlib.sha256(b).digest() for b in blocks)).digest()
    message = b"skrynka/1 report\0" + blake(head) + d
    return call("crypto_sign_detached", 64, None, message, ctypes.c_ulonglong(len(message)), own["sign_sk"])


def pattern(length):
    return bytes((7 * i + 3) % 256 for i in range(256)) * (length // 256 + 1)


def report(name, recipients=1, epoch=2900, body=100, flags=1, sealed_by=4, boundary="XX"):
    seed, r = bytes(range(32, 64)), bytes(range(15))
    secret = [bytes([0x40 + i]) * 32 for i in range(recipients)]
    own = receipt(r)
    front, file_key = prelude(own, seed, sealed_by, flags, bytes([0x5A]) * 32, boundary)
    head = header(file_key, epoch, [public(sk) for sk in secret])
    content = front + pattern(body)[:body]
    end = signature(own, head, content)
    key = F(file_key, "payload", head)
    digest = hashlib.blake2b(head, digest_size=32)
    length = len(head)
    for chunk in chunks(key, content + end):
        digest.update(chunk)
        length += len(chunk)
    return {"name": name, "seed": seed.hex(), "file_key": file_key.hex(), "receipt_r": r.hex(), "epoch": epoch,
            "recipient_sk": [s.hex() for s in secret], "sealed_by": sealed_by, "flags": flags,
            "boundary": boundary, "sheets": "5a" * 32, "body_length": body, "header": head.hex(),
            "signature": end.hex(), "envelope_length": length, "blake2b256": digest.hexdigest()}


def reports():
    month = 0x80000000 | 682
    yield report("empty body", body=0)
    yield report("two recipients", 2)
    yield report("seven recipients", 7)
    yield report("eight recipients, no dummy", 8)
    yield report("month epoch, follow-up", 3, epoch=month, flags=3, sealed_by=3)
    yield report("no answers wanted", flags=0, sealed_by=1)
    yield report("boundary of 70", boundary="'()+_,-./:=? " + "b" * 57)
    yield report("content fills one chunk", body=BLOCK - 320)
    yield report("signature straddles: one byte in the next chunk", body=BLOCK - 319)
    yield report("signature straddles: 54 bytes in the next chunk", body=BLOCK - 256 - 10)
    yield report("signature straddles: one byte in the first chunk", body=BLOCK - 257)
    yield report("body ends on a block border", body=BLOCK - 256)
    yield report("body ends one past a block border", body=BLOCK - 255)
    yield report("body ends on the second block border", 2, body=2 * BLOCK - 256)
    yield report("month epoch, content fills 8 chunks", 2, epoch=month, body=8 * BLOCK - 320)
    yield report("month epoch, content one over 8 chunks", 2, epoch=month, body=8 * BLOCK - 319)
    yield report("content fills 1024 chunks", body=1024 * BLOCK - 320)
    yield report("content one over 1024 chunks", body=1024 * BLOCK - 319)


def code(r):
    bits = "".join(f"{b:08b}" for b in r)
    values = [int(bits[i : i + 5], 2) for i in range(0, 120, 5)]
    check = 0
    for v in values:
        check = (check ^ v) << 1
        check ^= 0x25 if check & 32 else 0
    text = "".join(ALPHABET[v] for v in values + [check])
    return "-".join(text[i : i + 5] for i in range(0, 25, 5))


# FORMAT section 3: what other programs leave in a text.
SIGNS = {
    "blank": [*range(9, 14), 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
              0xFEFF],
    "invisible": [0x85, 0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
                  *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)],
    "quote": [*b"\"'>`|", 0xAB, 0xBB, *range(0x2018, 0x2020), 0x2039, 0x203A],
    "dash": [0x2D, *range(0x2010, 0x2016), 0x2043, 0x2212, 0x2E3A, 0x2E3B, 0xFE58, 0xFE63, 0xFF0D],
}


def codes():
    ignored = sorted(point for points in SIGNS.values() for point in points)
    read_as = {c: c.upper() for c in ALPHABET + ALPHABET.lower()}
    for letters, latin in (("OoОо", "0"), ("IiLlІі", "1"), ("Аа", "A"), ("Вв", "B"), ("Ее", "E"),
                           ("Кк", "K"), ("Мм", "M"), ("Нн", "H"), ("Рр", "P"), ("Сс", "C"), ("Тт", "T"),
                           ("Уу", "Y"), ("Хх", "X"), ("Ѕѕ", "S"), ("Јј", "J")):
        read_as.update({letter: latin for letter in letters})
    made = [bytes(15), bytes([255] * 15), bytes(range(15)), *(blake(bytes([i]), 15) for i in range(20))]
    return {"about": "Every character that a code may be typed with; all others are refused.",
            "ignored": ignored, "read_as": dict(sorted(read_as.items())),
            "codes": [{"r": r.hex(), "code": code(r)} for r in made]}


DAYS = (0, 20600, 20601, 0xFFFFFFFF)


def derived(v):
    """One of "receipts": all that its r gives."""
    own = receipt(bytes.fromhex(v["r"]))
    out = {"r": v["r"], "code": code(own["r"])}
    for name in ("row_key", "mailbox_seed"):
        out[name] = own[name].hex()
    out["mailbox"] = mailbox(own).hex()
    for name in ("reply_sk", "reply_pk", "sign_pk"):
        out[name] = own[name].hex()
    out["rows"] = [{"day": day, "row": row(own, day).hex()} for day in DAYS]
    return out


def signed(v):
    """One of "signed": the whole report to its recipients with its body."""
    own, seed = receipt(bytes.fromhex(v["receipt_r"])), bytes(range(32))
    front, file_key = prelude(own, seed, 4, 1, bytes.fromhex(v["sheets"]), "XX")
    head = header(file_key, v["epoch"], [public(bytes.fromhex(sk)) for sk in v["recipient_sk"]])
    content = front + v["body"].encode()
    end = signature(own, head, content)
    whole = head + b"".join(chunks(F(file_key, "payload", head), content + end))
    return {"seed": seed.hex(), "file_key": file_key.hex(), "recipient_sk": v["recipient_sk"], "epoch": v["epoch"],
            "receipt_r": v["receipt_r"], "sheets": v["sheets"], "prelude": front.hex(), "body": v["body"],
            "signature": end.hex(), "blake2b256": blake(whole).hex()}


def vectors(path):
    """vectors.json, made anew in what depends on codes and preludes; the rest of it is not ours."""
    known = json.loads(path.read_text(encoding="utf-8"))
    known["receipts"] = [derived(v) for v in known["receipts"]]
    known["signed"] = [signed(v) for v in known["signed"]]
    return known


def main(folder):
    about = "Reports as in FORMAT 1 and 2; body[i] = (7 i + 3) mod 256. Hex unless said."
    for name, value in (("own-reports.json", {"about": about, "reports": list(reports())}),
                        ("own-codes.json", codes()), ("vectors.json", vectors(folder / "vectors.json"))):
        text = json.dumps(value, indent=1, ensure_ascii=False)
        (folder / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
