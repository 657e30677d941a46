#!/usr/bin/python3 -B
"""The Python implementation reproduces every known answer; only then may it judge the programs."""
import json
import os
import sys

import checks
import skrynka as sk


def load():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "vectors", "vectors.json"), encoding="utf-8") as f:
        return json.load(f)


def check_F(case):
    out = sk.F(bytes.fromhex(case["key"]), case["label"], bytes.fromhex(case["data"]))
    checks.equal("F(%s)" % case["label"], out.hex(), case["out"])


def check_receipt(case):
    receipt = sk.Receipt(bytes.fromhex(case["r"]))
    name = "receipt " + case["code"]
    checks.equal(name + ": code", receipt.code, case["code"])
    checks.equal(name + ": decoded", sk.r_of(case["code"].lower()).hex(), case["r"])
    for what in ("row_key", "mailbox_seed", "mailbox", "reply_sk", "reply_pk", "sign_pk"):
        checks.equal(name + ": " + what, getattr(receipt, what).hex(), case[what])
    for one in case["rows"]:
        checks.equal("%s: row of day %d" % (name, one["day"]), receipt.row(one["day"]).hex(), one["row"])


def content(n):
    cycle = bytes((7 * i + 3) % 256 for i in range(256))
    return (cycle * (n // 256 + 1))[:n]


def check_envelope(case):
    secrets = [bytes.fromhex(s) for s in case["recipient_sk"]]
    data = content(case["content_length"])
    sealed = sk.seal_content(bytes.fromhex(case["file_key"]), [sk.public_of(s) for s in secrets],
                             case["epoch"], data)
    name = "envelope of %d bytes, epoch %#x" % (len(data), case["epoch"])
    checks.equal(name + ": length", len(sealed), case["envelope_length"])
    checks.equal(name + ": header", sealed[:sk.HEADER].hex(), case["header"])
    checks.equal(name + ": digest", sk.blake2b(sealed).hex(), case["blake2b256"])
    for i, secret in enumerate(secrets):
        key = sk.find_file_key(sealed[:sk.HEADER], [secret])
        checks.equal("%s: recipient %d opens it" % (name, i), key.hex(), case["file_key"])
    opened = sk.open_chunks(sealed, sk.F(key, "payload", sealed[:sk.HEADER]))
    checks.equal(name + ": content", sk.blake2b(opened).hex(), sk.blake2b(data).hex())


def check_signed(case):
    secrets = [bytes.fromhex(s) for s in case["recipient_sk"]]
    publics = [sk.public_of(s) for s in secrets]
    prelude = bytes.fromhex(case["prelude"])
    parsed = sk.Opened()
    sk.prelude_read(parsed, prelude + bytes(sk.SIGNATURE))
    receipt = sk.Receipt(bytes.fromhex(case["receipt_r"]))
    seed = bytes.fromhex(case["seed"])
    made = sk.prelude_make(receipt, parsed.sealed_by, parsed.flags, parsed.sheets, parsed.boundary, seed)
    checks.equal("signed: prelude", made.hex(), case["prelude"])
    checks.equal("signed: file key", sk.file_key_of(made).hex(), case["file_key"])
    sealed = sk.seal_report(receipt, publics, case["epoch"], case["body"].encode(),
                            parsed.boundary, parsed.sheets, parsed.sealed_by, parsed.flags,
                            seed)
    checks.equal("signed: digest", sk.blake2b(sealed).hex(), case["blake2b256"])
    opened = sk.open_envelope(sealed, secrets[:1], publics)
    checks.equal("signed: body", opened.body.decode(), case["body"])
    checks.equal("signed: recipients known, dummies, unknown",
                 (len(opened.known), opened.dummies, opened.unknown), (3, 5, 0))
    check_damage(sealed, secrets[:1])


def check_damage(sealed, secrets):
    """Any altered byte is refused, so that `opens` means something below."""
    for offset in (0, 1, 4, 648, 679, sk.HEADER, len(sealed) - 1):
        bad = bytearray(sealed)
        bad[offset] ^= 1
        checks.raises("byte %d altered" % offset, sk.Refused,
                      lambda b=bytes(bad): sk.open_envelope(b, secrets))
    checks.raises("cut", sk.Refused, lambda: sk.open_envelope(sealed[:-1], secrets))


def main():
    vectors = load()
    for case in vectors["F"]:
        check_F(case)
    for case in vectors["receipts"]:
        check_receipt(case)
    for case in vectors["envelopes"]:
        check_envelope(case)
    for case in vectors["signed"]:
        check_signed(case)
    checks.equal("size classes", sk.CLASSES, vectors["classes"])


if __name__ == "__main__":
    sys.exit(checks.run(main))
