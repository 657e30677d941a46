#!/usr/bin/python3
"""Writes the seeds of the fuzz targets with the second implementation; all inputs are fixed.

usage: make_seeds.py FOLDER     (tests/fuzz/seeds in the source tree)
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import signed
import skrynka
from nacl import bindings as sodium

RECEIPT = skrynka.Receipt(bytes(17 * i + 1 & 255 for i in range(15)))
DESK_PK, DESK_SK = sodium.crypto_sign_seed_keypair(b"\x42" * 32)
IDENTITY_PK, IDENTITY_SK = sodium.crypto_sign_seed_keypair(b"\x41" * 32)
OUR_KEY = skrynka.public_of(b"\x40" * 32)
DAY = 20000


def sheets():
    keys = [skrynka.public_of(bytes([i]) * 32) for i in range(1, 4)]
    one = signed.sheet_make(IDENTITY_SK, DESK_PK, 1, 2800, keys[:2], 650, keys[2:], 2800)
    return {"one": one, "revoked": signed.sheet_make(IDENTITY_SK, DESK_PK, 2, 2800, [], 650, [], 2800)}


def boards():
    answer = (RECEIPT, 2, DAY, bytes(32), "прочитано")
    make = lambda answers, **k: signed.board_make(DESK_SK, IDENTITY_PK, 7, DAY, DAY + 30, 3, 1, answers, **k)
    return {"answered": make([answer]), "empty": make([], b=0, c=3)}


def carry(count):
    envelope = skrynka.blake2b(b"")
    head = struct.pack("<8sIIII", b"SKCARRY1", 1, count, DAY if count else 0, DAY if count else 0)
    sk = sodium.crypto_sign_seed_keypair(b"\x43" * 32)[1]
    head += sk[32:] + bytes(32) + struct.pack("<II32s", DAY, 1, envelope) * count
    return head + skrynka.sign(sk, "skrynka/1 carry", head)


def envelopes():
    def seal(body):
        return skrynka.seal_report(RECEIPT, [OUR_KEY], 2900, body, "XX", bytes(32), file_key=bytes(range(32)))
    form = skrynka.make_multipart([("text", None, b"hello")], "XX")
    return {"form": seal(form), "two-chunks": seal(form + b"x" * 20000)}


def keyring():
    head = struct.pack("<8sII16sB7x", b"SKKEYS_1", 3, 65536, b"s" * 16, 0)
    key = sodium.crypto_pwhash_alg(32, b"seed", b"s" * 16, 3, 65536 << 10, sodium.crypto_pwhash_ALG_ARGON2ID13)
    plain = struct.pack("<BBHI", 3, 0, 32, 2900) + b"\x40" * 32
    head += skrynka.F(key, "keyring-commit", head)
    nonce = bytes(24)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain.ljust(4096, b"\0"), head, nonce, skrynka.F(key, "keyring-enc", head[:40]))
    return head + nonce + sealed


def preludes():
    return {"plain": skrynka.prelude_make(RECEIPT, 2, 3, bytes(32), "----WebKitFormBoundaryABC")}


CODES = {"printed": b"04926-D25AS-KQH2C-TNEYC-VQQFE", "typed": "o4926 d25as кqh2c tneyc vqqfe".encode(),
         "cyrillic": "04926–D25АЅ–КQН2С–ТNЕYС–VQQFЕ".encode()}


def main():
    seeds = {"sheet": sheets(), "board": boards(), "carry": {"two": carry(2), "empty": carry(0)},
             "envelope": envelopes(), "keyring": {"one-key": keyring()}, "prelude": preludes(), "code": CODES}
    for target, files in seeds.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
