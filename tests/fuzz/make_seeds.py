#!/usr/bin/python3
"""Writes the seeds of the fuzz targets with the second implementation; all inputs are fixed.

usage: make_seeds.py FOLDER     (tests/fuzz/seeds in the source tree)
"""
import json
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
    make = lambda answers, **k: signed.board_make(DESK_SK, IDENTITY_PK, 7, DAY, DAY + 30, 3, 1, answers,
                                                carry_digest=b"\x03" * 32, **k)
    bare = signed.board_make(DESK_SK, IDENTITY_PK, 8, DAY, DAY + 30, 0, 1, [], b=0)
    return {"answered": make([answer]), "empty": make([], b=0, c=3), "unacknowledging": bare}


def carries():
    sk = sodium.crypto_sign_seed_keypair(b"\x43" * 32)[1]
    make = lambda *what: signed.carry_make(sk, 1, bytes(range(16)), bytes(32), *what)
    one, revoked = (sheets()[name] for name in ("one", "revoked"))
    two = [(one, 0, 7), (revoked, 1, 7)]
    return {"two": make(two, [(DAY, 1, b""), (DAY, 1, b"")]), "empty": make([], []),
            "sheets": make(two, []), "sheet": make([(one, 1, 0)], [])}


def envelopes():
    def seal(body):
        return skrynka.seal_report(RECEIPT, [OUR_KEY], 2900, body, "XX", bytes(32), seed=bytes(range(32)))
    form = skrynka.make_multipart([("text", None, b"hello")], "XX")
    ours, his = seal(form), skrynka.Receipt(bytes(15))
    key = skrynka.find_file_key(ours[:skrynka.HEADER], [b"\x40" * 32])
    other = skrynka.prelude_make(his, 3, 1, bytes(32), "XX", bytes(range(32))) + form
    return {"form": ours, "two-chunks": seal(form + b"x" * 20000),
            "other-keys": skrynka.seal_under(key, ours[:skrynka.HEADER], his, other)}


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
    return {"plain": skrynka.prelude_make(RECEIPT, 2, 3, bytes(32), "----WebKitFormBoundaryABC", bytes(range(32)))}


CODES = {"printed": b"04926-D25AS-KQH2C-TNEYC-VQQFE", "typed": "o4926 d25as кqh2c tneyc vqqfe".encode(),
         "cyrillic": "04926–D25АЅ–КQН2С–ТNЕYС–VQQFЕ".encode(),
         "messenger": "> «\u206804926\u00ad-\u200ed25as\u2e3akqh2c\u2069\u2043tneyc-vqqfe»\ufe0f|".encode()}


# ---- bodies, and what the child says of them ----------------------------------

def bodies():
    """Boundary lines as browsers write them, and as nobody should."""
    parts = [("text", None, "привіт".encode()), ("file", "a.jpg", b"\xff\xd8\r\n--X\r\n--XXX\r\n"),
             ("file", "", b"")]
    form = skrynka.make_multipart(parts, "XX")
    heads = (b'--XX\r\ncontent-disposition: form-data; name=file; filename*=UTF-8\'\'%D1%84%2Ejpg\r\n'
             b"Content-Type: text/html;\r\n charset=\"utf-8\"\r\n\r\n<p>\r\n"
             b'--XX \t\r\nContent-Disposition: form-data; name="=?utf-8?B?0YQ=?="; filename="\xe9/..\\"\r\n'
             b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n--YY\r\n\r\nq\r\n--YY--\r\n"
             b"\r\n--XX\r\n\r\nno head\r\n--XX\r\nFrom x\r\nContent-Type\r\n\r\nv\r\n--XX-- ")
    long = [("text", None, b"x" * 20000 + b"\r\n--XXX" + b"y" * 20000), ("n" * 1100, "f" * 1100, b""),
            ("m" * 1100, None, b"")]
    return {"long": b"XX\n" + skrynka.make_multipart(long, "XX"), "form": b"XX\n" + form,
            "heads": b"XX\n" + heads, "cut": b"XX\n" + form[:-9],
            "webkit": b"----WebKitFormBoundaryABC\n" +
            skrynka.make_multipart(parts[:2], "----WebKitFormBoundaryABC")}


def with_boundary(name, boundary, body):
    return {name: bytes([len(boundary)]) + boundary + body}


def one(head, value=b"v", boundary=b"XX"):
    return b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + value + b"\r\n"


def browsers():
    """Byte for byte what Chromium 156 and Firefox ESR sent: names with quotes, line ends and letters of ours, an
    empty file, a field for files with none chosen. Older Firefoxes drew their boundaries otherwise."""
    field = lambda name, value=b"": (b'Content-Disposition: form-data; name="%s"' % name, value)
    file = lambda name, kind, value=b"": (b'Content-Disposition: form-data; name="file"; filename="%s"\r\n'
                                          b"Content-Type: %s" % (name, kind), value)
    head = [field(b"to", b"a"), field(b"to", b"b"), field(b"code"), field(b"receipt", b"no"),
            field(b"category", b"7"), field(b"text", "xрядок\r\nдругий".encode()),
            field("say %22%0D%0Aі%22".encode(), b"v")]
    some = [file("фото \U0001f600.jpg".encode(), b"image/jpeg", b"\xff\xd8\r\n--\r\n"),
            file(b"say %22hi%22 \\%22.txt", b"text/plain", b"x"), file(b"empty.pdf", b"application/pdf"),
            file(b"noext", b"application/octet-stream", b"\0")]
    none = [file(b"", b"application/octet-stream")]
    chromium, firefox = b"----WebKitFormBoundary", b"----geckoformboundary"
    out = {}
    for name, boundary, parts in (
            ("chromium", chromium + b"DoxRxRO2EnjNreFM", some), ("chromium-none", chromium + b"KOZpsLi2Uc264gFh", none),
            ("firefox", firefox + b"4faec53593a1fbcfa190c6ce4c61bf9c", some),
            ("firefox-none", firefox + b"4f7bcf5a72faeff021def177ac99cdd3", none),
            ("firefox-older", b"-" * 27 + b"1184398301240672345", some), ("no-file-field", chromium + b"A" * 16, [])):
        body = b"".join(one(*part, boundary) for part in head + parts)
        out.update(with_boundary(name, boundary, body + b"--" + boundary + b"--\r\n"))
    return out


def odd_bodies():
    """What no browser sends."""
    end, text = b"--XX--\r\n", b'Content-Disposition: form-data; name="text"'
    mixed = one(b"Content-Disposition: form-data; name=\"file\"\r\nContent-Type: multipart/mixed; boundary=YY",
                b"--YY\r\nContent-Disposition: attachment; filename=\"a\"\r\n\r\nA\r\n--YY--")
    cases = {
        "nested": mixed + one(text) + end,
        "nested-to": one(b"Content-Type: multipart/mixed; boundary=XX", one(
            b'Content-Disposition: form-data; name="to"', b"a")) + end,
        "bare-lf": (one(text) + end).replace(b"\r\n", b"\n"),
        "around": b"before\r\n" + one(text) + b"--XX--  \r\nafter\r\n" + one(text),
        "lookalikes": one(text, b"\r\n--X\r\n--XXY\r\n--XX-\r\n\r--XX\r\n\r\n\r\n--XX\r\r\n--XX Y") + end,
        "no-end": one(text), "end-cut": one(text) + end[:-5], "end-bare": one(text) + end[:-2],
        "end-cr": one(text) + end[:-1],
        "none": end, "nothing": b"", "first-bare": b"XX\r\n\r\nv\r\n" + end,
        "repeated": one(text + b"\r\n" + text.replace(b"text", b"to")) * 2 + end,
        "values": one(text.replace(b"text", b"to"), b"a") + one(text.replace(b"text", b"to"), b"z\0") +
        one(text.replace(b"text", b"receipt"), b"no\0") + one(text) + end,
        "headless": b"--XX\r\n\r\nq\r\n--XX\r\nX: " + b"y" * 200,
        "parameters": one(b"content-disposition : form-data ;; name ; NAME=a;filename*= b ; filename = c\t\r\n d;"
                          b" filename=e") +
        one(b"Content-Disposition: form-data; name=%2; filename=\"%0%22%0D%0a%%0A \r\n ")
        + one(b"Content-Disposition\r\n:form-data; name=\" to \"\r\nContent-Type: \t a/b \r\n ;c") + end,
        "late-to": one(text, b"x" * 100) + one(text.replace(b"text", b"to"), b"a") + end,
        "to-long": one(text.replace(b"text", b"to"), b"a" * 257) + end,
        "code": one(text.replace(b"text", b"code"), b"04926-D25AS") + one(text) + end,
        "code-long": one(text.replace(b"text", b"code"), b"c" * 129) + one(text) + end}
    out = {}
    for name, body in cases.items():
        out.update(with_boundary(name, b"XX", body))
    out.update(with_boundary("odd-boundary", b"'()+_,-./:=? x", one(text, b"v", b"'()+_,-./:=? x") +
                             b"--'()+_,-./:=? x-- "))
    out.update(with_boundary("dashes", b"--", one(text, b"v\r\n---\r\n----", b"--") + b"------\r\n"))
    out.update(with_boundary("longest-boundary", b"b" * 70, one(text, b"\r\n--" + b"b" * 69, b"b" * 70) +
                             b"--" + b"b" * 70 + b"--"))
    return out


def limits():
    out, text = {}, b'Content-Disposition: form-data; name="text"'
    for extra in (0, 1):
        line = b'Content-Disposition: form-data; name="file"; filename="%s"' % (b"n" * (1024 + extra))
        name = b'Content-Disposition: form-data; filename="%s%%22"' % (b"n" * (1023 + extra))
        kind = b"Content-Type:\r\n " + b"t" * (1024 + extra)  # over the end of a line
        for what, head in (("line-%d" % len(line), line), ("name-%d" % (1024 + extra), name),
                           ("type-%d" % (1024 + extra), text + b"\r\n" + kind)):
            out.update(with_boundary(what, b"XX", one(head) + b"--XX--\r\n"))
        head = (b"X: " + b"y" * 995 + b"\r\n") * 16  # the longest head, with its empty line
        head += b"Z: " + b"z" * (16384 + extra - len(head) - 7) + b"\r\n"
        out.update(with_boundary("head-%d" % (len(head) + 2), b"XX", b"--XX\r\n" + head +
                                 b"\r\nx\r\n--XX--\r\n"))
        many = b"--XX\r\n\r\n\r\n" * (999 + extra) + one(text)
        out.update(with_boundary("parts-%d" % (1000 + extra), b"XX", many + b"--XX--\r\n"))
        pad = b"--XX" + b" \t" * 32 + b" " * extra + b"\r\n\r\na\r\n--XX--" + b"\t" * (64 + extra)
        out.update(with_boundary("padding-%d" % (64 + extra), b"XX", b"--XX\r\n\r\n\r\n" + pad + b"\r\n"))
    return out


def forms():
    seeds = {}
    for name, body in bodies().items():
        boundary, _, rest = body.partition(b"\n")
        if name == "long":  # beyond one piece of a body, and one name
            rest = rest.replace(b"x" * 20000, b"x" * 900).replace(b"y" * 20000, b"y" * 900)
        seeds.update(with_boundary(name, boundary, rest))
    return {**seeds, **browsers(), **odd_bodies(), **limits()}


def fields():
    """Recipients are used when all was read, and early."""
    early = {"late-to": 5, "code": 12, "chromium": 20, "repeated": 8, "to-long": 8}
    large = ("long", "head-", "parts-")
    seeds = {name: b"\0" + seed for name, seed in forms().items() if not name.startswith(large)}
    seeds.update({name + "-early": bytes([at]) + forms()[name] for name, at in early.items()})
    return seeds


def frames():
    frame = lambda kind, payload: struct.pack("<BI", kind, len(payload)) + payload
    u64 = lambda kind, n: frame(kind, struct.pack("<Q", n))
    names = b"".join(struct.pack("<H", len(n)) + n for n in (b"file", b"a.jpg", b"t\xff/\xd1"))
    field = lambda whole: frame(1, b"te\xffxt") + frame(2, b"abc") + frame(2, b"d") + u64(3, whole)
    full = field(4) + frame(4, names) + frame(5, b"12345") + u64(6, 5) + frame(7, b"\0")
    listed = field(90) + frame(4, names) + u64(6, 80) + frame(7, b"\0")
    return {"full": struct.pack("<I", 9) + full, "list": struct.pack("<I", 90) + listed,
            "empty": bytes(4) + frame(7, b"\0")}


# ---- what a desk keeps --------------------------------------------------------

ENTRY = {"digest": "ab" * 32, "header": "cd" * 32, "epoch": 2900, "day": DAY, "chunks": 1,
         "sealed_by": 1, "flags": 1,
         "recipients": ["Інша"], "offered": ["05" * 32], "unknown": 0, "dummies": 5,
         "sheets": "ab" * 32, "sheets_known": False, "parsed": True,
         "fields": [{"name": "category", "value": "15", "length": 2},
                    {"name": "text", "value": "рядок\n\u202e один\u0007\t два", "length": 30}],
         "files": [{"field": "file", "name": "a.jpg", "type": "image/jpeg", "size": 5}]}


def segments():
    number, key, out = 2968, b"\x44" * 32, b"SKINDEX1" + struct.pack("<I4x", 2968)
    for i, payload in enumerate((b"one", b"", json.dumps(ENTRY).encode())):
        nonce = bytes([i]) * 24
        sealed = nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            struct.pack("<Q", i) + payload, struct.pack("<IQ", number, i), nonce, key)
        out += struct.pack("<I", len(sealed)) + sealed
    return {"three": b"\2" + out, "torn": b"\2" + out[:-1], "lost": b"\3" + out[:-1],
            "unmade": b"\0" + bytes(16)}


def states():
    digest = lambda n: "%02x" % n * 32
    bundle = lambda n: {"serial": n, "digest": digest(n), "previous": digest(n - 1)}
    state = {"gateway_known": True, "gateway": digest(9), "start": 1, "last_board": digest(0),
             "keep_weeks": 8, "bundles": [bundle(n) for n in (4, 1, 2)],
             "committed": [{"segment": 2968, "records": 3}],
             "peers": [{"name": "Інша", "identity": digest(5), "serial": 2, "sheet": digest(6)}]}
    empty = dict(state, gateway_known=False, bundles=[], committed=[], peers=[])
    old = {"used": state, "new": empty}
    chain = {"id": "07" * 16, "gateway": digest(9), "start": 1, "bundles":
             [dict(bundle(1), lost=False), dict(bundle(2), lost=True), dict(bundle(4), lost=False)]}
    named = {k: v for k, v in state.items() if k not in ("start", "bundles", "last_board")}
    named.update(series=[dict(chain, id="06" * 16, bundles=[]), chain],
                 set_back={"serial": 3, "counter": 1 << 40}, offered=[digest(6), digest(8)],
                 judged=digest(2))
    return {k: json.dumps(v).encode() for k, v in dict(old, chains=named).items()}


# ---- what holders of codes read -----------------------------------------------

def answers():
    other = skrynka.Receipt(bytes(15))
    texts = [(RECEIPT, 4, DAY, bytes(32), "напишіть ще"), (other, 2, DAY, bytes(32), "")]
    make = lambda who: signed.board_make(DESK_SK, IDENTITY_PK, 7, DAY, DAY + 30, 3, 1, who, b=0,
                                         carry_digest=b"\x03" * 32)
    return {"ours": make(texts), "others": make(texts[1:])}


def records():
    def part(number, parts, text):
        head = struct.pack("<BBBBIH6x", 1, 4, number, parts, DAY, len(text)) + bytes(range(32))
        return (head + text).ljust(944, b"\0")
    long = ("\u0457" * 447 + "a\u20ac").encode()  # a character lies across the edge of two parts
    return {"short": part(0, 1, "прочитано".encode()).rstrip(b"\0"), "empty": part(0, 1, b"")[:48],
            "long": part(0, 2, long[:896]) + part(1, 2, long[896:]),
            "full": b"".join(part(i, 4, b"x" * 896) for i in range(4))}


# ---- files of the storage engine: what its table of free pages looks like ------

PAGE = 512


def engine_meta(snapshot, root, depth, last):
    head = struct.pack("<QHHHH", 0, 0, 8, 0, 0) + struct.pack("<IIQQ", 0xBEEFC0DE, 1, 0, 1 << 20)
    free = struct.pack("<IHHQQQQQ", PAGE, 8, depth, 0, 1, 0, 1, root)
    main = struct.pack("<IHHQQQQQ", 0, 0, 0, 0, 0, 0, 0, (1 << 64) - 1)
    return (head + free + main + struct.pack("<QQ", last, snapshot)).ljust(PAGE, b"\0")


def engine_page(number, flags, nodes):
    """Entries fill a page from its end; their offsets stand in front."""
    offsets, body = [], b""
    for node in nodes:
        body = node + body
        offsets.append(PAGE - len(body))
    lower = 16 + 2 * len(nodes)
    head = struct.pack("<QHHHH", number, 0, flags, lower, PAGE - len(body))
    head += struct.pack("<%dH" % len(nodes), *offsets)
    return head.ljust(PAGE - len(body), b"\0") + body


def engine_list(snapshot, numbers):
    value = struct.pack("<%dQ" % (len(numbers) + 1), len(numbers), *numbers)
    return struct.pack("<HHHHQ", len(value), 0, 0, 8, snapshot) + value


def engine_files():
    meta = lambda *a: engine_meta(2, 2, *a) + engine_meta(1, 2, 1, 2)
    leaf = lambda n, *lists: engine_page(n, 2, [engine_list(*x) for x in lists])
    one = meta(1, 5) + leaf(2, (1, [5, 4, 3]))
    branch = lambda n: struct.pack("<HHHHQ", n, 0, 0, 8, n)
    tree = meta(2, 9) + engine_page(2, 1, [branch(3), branch(4)]) + \
        leaf(3, (1, [9, 6, 5]), (2, [8])) + leaf(4, (3, [7]))
    numbers = list(range(80, 5, -1))
    value = struct.pack("<76Q", len(numbers), *numbers)
    big = struct.pack("<HHHHQQ", len(value), 0, 1, 8, 1, 3)
    run = (struct.pack("<QHHI", 3, 0, 4, 2) + value).ljust(2 * PAGE, b"\0")
    elsewhere = meta(1, 80) + engine_page(2, 2, [big]) + run + bytes(PAGE)
    doubling = meta(32, 90) + b"".join(
        engine_page(n, 1, [branch(n + 1)] * 2) for n in range(2, 33)) + leaf(33, (1, [90]))
    return {name: b"\2" + data for name, data in
            (("doubling", doubling), ("one", one), ("tree", tree), ("elsewhere", elsewhere), ("in-use", one[:-PAGE]))}


# ---- lines of text ------------------------------------------------------------

TEXTS = {
    "field": {"browser": b"code=04926-D25AS-KQH2C-TNEYC-VQQFE", "spaces": b"code=04926+D25AS+KQH2C+TNEYC+VQQFE",
              "among": b"a=1&code=%D0%9E4926%2Dd25as%20kqh2c-TNEYC-VQQFE&&x&=y", "name": b"c%6fde=&b=%25",
              "twice": b"code=1&code=2", "broken": b"code=%4&x=%zz", "long": b"code=" + b"A" * 129,
              "equals": b"code=a=b&co=1&codex=2"},
    "header": {"webkit": b"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
               "quoted": b'Multipart/Form-Data ;\t boundary="a b:c"',
               "form": b"application/x-www-form-urlencoded; charset=UTF-8",
               "from-to": b"bytes=2-999", "open": b"bytes=0-", "last": b"bytes=-30",
               "length": b"9999999999999999999", "length-long": b"18446744073709551616",
               "json": b"text/html, application/json;q=0.9"},
    "option": {"whole": b"--home\nh\nmake\nid\n--out=o\n--weeks\n13\n--size=2G\n--since\n2026-11-28\n--month\n2026-11\n"
                        b"--format\njson\n--force",
               "again": b"--home\nh\nmake\nid\n--out\no\n--search\n\n--search=x\n--\n--force",
               "key": b"--home=h\nmake\n--fingerprint\n" + b":".join([b"0A"] * 32) + b"\n--out=o\nid",
               "short": b"--ho=h\nmake\n--o=o\nid\n--we=0255", "missing": b"--home\nh\nmake\nid",
               "help": b"make\n--out\n--help", "words": b"--home\nh\nlook\nword"},
    "listen": {"key": b"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:23:45:67:89:ab:cd:ef-0123456789abcdef",
               "ipv4": b"127.0.0.1:8080", "ipv6": b"[::1]:65535", "unix": b"unix:/run/skrynka/socket",
               "unix-long": b"unix:/".ljust(112, b"a"),
               "size": b"4096M", "size-zero": b"0G", "number": b"65536"},
    "route": {"root": b"/", "lang": b"/crh/", "help": b"/ru/help", "status": b"/uk/status",
              "report": b"/en/report", "courier": b"/uk/courier", "sheets": b"/sheets",
              "board": b"/boards/0a1b2c3d", "uploads": b"/uploads", "receipts": b"/receipts/a0",
              "all-receipts": b"/receipts",
              "upload": b"/uploads/00112233445566778899aabbccddeeff"},
    "meta": {"both": b"row AAECAwQFBgcICQoLDA0ODw==,token /////////////////////w==",
             "others": b"filename d29ybGQ= , row AAECAwQFBgcICQoLDA0ODw==,is_private,\ttype YQ==",
             "long": b"note " + b"QUJD" * 40 + b"QQ==,token AAECAwQFBgcICQoLDA0ODw=="},
    "armour": {"letter": b"Hi, see below\r\n-----BEGIN SEALED-----\r\n" + b"QUJD" * 16 + b"\r\nQUI=\r\n"
                         b"-----END SEALED-----\r\nBye\r\n",
               "block": b"-----BEGIN SEALED-----" + b"QUJD" * 63 + b"QQ==" + b"-----END SEALED-----",
               "dashes": b"------BEGIN ------BEGIN SEALED-----\nQQ ==\n-----END SEALED-----",
               "quoted": "> \u2014\u2014-BEGIN\u00a0SEALED\u2014\u2014-\n> QU\u200bJD\n>\u200e QUI=\n> \u2013END SEALED\u2013\n".encode(),
               "parts": "-----BEGIN SEALED-----\nQUJD\n\nOlena, [28.11.2026 10:11]\n"
                        "[10:12] Олена: QUJDQUJD\nEND-END-EN\n\xff\n-----END SEALED-----".encode(),
               "line": b"-----BEGIN SEALED-----" + b"QUJD" * 70 + b"----END SEALED-- -"},
    "lang": {"code": b"crh", "browser": b"uk-UA,uk;q=0.8,en-US;q=0.5,en;q=0.3",
             "russian": b"de;q=0.9, ru ; q=1.000,\t*;q=0.1", "zero": b"ru;q=0,en;q=0.001"},
    "coding": {"browser": b"gzip, deflate, br, zstd", "weights": b"br;q=0.5 ,\tgzip ; Q=0.801,*;q=0",
               "refused": b"identity;q=0.000,gzip;q=0,br;q=1.001"},
    "day": {"day": b"2026-11-23", "leap": b"1972-02-29", "first": b"1970-01-01", "last": b"9999-12-31"},
    "text": {"answer": "прочитано:\n\t«дякуємо» 😀? ~ ꙮ €".encode(),
             "edges": "\u00a0\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff".encode()},
    "plain": {"notepad": b"\xef\xbb\xbf" + "Дякуємо.\r\nКоли це було?\r\n".encode(),
              "mac": "так\rні\r\r\n\tдалі".encode(), "utf16": "так".encode("utf-16")},
    "repair": {"text": b"\x40" + "тихо  \u202eїї\u2028 \x07".encode() + b"\xd0\xff\xf0\x9f\x98 \xe2\x82\xac\xc2",
               "name": b"\xff" + "../..\\.Ґанок—їжак ь😀.JPG.exe\n/фото (2).tar.gz".encode(),
               "long": b"\x10" + "щ".encode() * 60 + b".jpeg"},
}


def main():
    seeds = {"sheet": sheets(), "board": boards(), "carry": carries(),
             "envelope": envelopes(), "keyring": {"one-key": keyring()}, "prelude": preludes(), "code": CODES,
             "walk": bodies(), "form": forms(), "fields": fields(), "frames": frames(), "segment": segments(),
             "state": states(), "entry": {"report": json.dumps(ENTRY, ensure_ascii=False).encode()},
             "pages": engine_files(), "answer": answers(), "record": records(), **TEXTS}
    for target, files in seeds.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
