#!/usr/bin/python3 -B
"""The gateway as a black box over HTTP: every route, every refusal, and that nothing is stored of
what was refused. Raw sockets, because a client library would not send what has to be refused."""
import base64
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

import checks
from checks import equal, must, ok
from texts import LANGUAGES as LANGS
from world import DESK, GATEWAY, STORE, World

WAIT = 60
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE = re.compile("-".join(["[%s]{5}" % SYMBOLS] * 5))
TYPO = "04926-D25AS-KQH2C-TNEYC-VQQFF"
EVERYWHERE = {
    "referrer-policy": "no-referrer", "cache-control": "no-store",
    "x-content-type-options": "nosniff", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin"}
NOWHERE = ("server", "date", "set-cookie", "x-powered-by", "via", "last-modified")
ENVELOPE = 680 + 16400


class Answer:
    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if raw.startswith(b"HTTP/1.1 ") else None
        self.fields = [line.partition(": ")[::2] for line in lines[1:]]
        self.headers = {name.lower(): value for name, value in self.fields}

    @property
    def code(self):
        found = CODE.search(re.sub(r"<[^>]*>", "", self.body.decode("utf-8", "replace")))
        return found and found.group(0)


class Client:
    def __init__(self, port=None, path=None):
        self.port, self.path = port, path

    def connect(self):
        if self.path:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(WAIT)
            s.connect(self.path)
            return s
        return socket.create_connection(("127.0.0.1", self.port), WAIT)

    def raw(self, *parts, half=False):
        """Sends bytes; everything that comes back until the gateway closes."""
        with self.connect() as s:
            try:
                for part in parts:
                    s.sendall(part)
                if half:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # answered before all was sent
            return Answer(read_all(s))

    def get(self, path, *headers, method="GET"):
        return self.raw(head(method, path, *headers))

    def post(self, path, body, kind="application/x-www-form-urlencoded", *headers):
        """Does not ask to close: the gateway does by itself after what somebody typed."""
        return self.raw(head("POST", path, "Content-Type: " + kind, "Content-Length: %d" %
                             len(body), *headers, close=False), body)

    def form(self, path, parts, *headers, boundary="XxBoundaryxX", end=True):
        body = multipart(parts, boundary, end)
        return self.post(path, body, "multipart/form-data; boundary=" + boundary, *headers)

    def report(self, parts, lang="en", **more):
        return self.form("/%s/report" % lang, parts, **more)


def read_all(s):
    data = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                return data
            data += more
    except OSError:
        return data


def head(method, path, *headers, close=True):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: x", *headers]
    lines += ["Connection: close"] if close else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def part(name, data, filename=None):
    line = b'Content-Disposition: form-data; name="%s"' % name.encode()
    if filename is not None:
        line += b'; filename="%s"\r\nContent-Type: application/octet-stream' % filename.encode()
    return line + b"\r\n\r\n" + (data.encode() if isinstance(data, str) else data) + b"\r\n"


def multipart(parts, boundary="XxBoundaryxX", end=True):
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + part(*p) for p in parts)
    return body + (line + b"--\r\n" if end else b"")


TEXT = ("text", "Що сталося.")


class Counter:
    """How many envelopes the store holds, and that only what is expected was added."""

    def __init__(self, store):
        self.store, self.expected = store, store.stats()["envelopes"]

    def added(self, name, more=0):
        self.expected += more
        equal(name + (": one is stored" if more == 1 else ": %d are stored" % more if more else
                      ": nothing is stored"), self.store.stats()["envelopes"], self.expected)


    def forgotten(self, name):
        """Pieces of what was refused or cut go away; that is not waited for by the answer."""
        deadline = time.monotonic() + 20
        begun = None
        while begun != b"0" and time.monotonic() < deadline:
            begun = re.search(rb"being uploaded\s+(\d+)", self.store.run("check").out).group(1)
        equal(name + ": no piece is left", begun, b"0")


# ---- answers in general ------------------------------------------------------------------------

def check_headers(name, answer, lang=None):
    got = {k: answer.headers.get(k) for k in EVERYWHERE}
    equal(name + ": headers", got, EVERYWHERE)
    ok(name + ": policy", answer.headers.get("content-security-policy", "").startswith(
        "default-src 'none'"))
    ok(name + ": permissions denied", "camera=()" in answer.headers.get("permissions-policy", ""))
    equal(name + ": no header that tells", [n for n in NOWHERE if n in answer.headers], [])
    names = [n.lower() for n, _ in answer.fields]
    equal(name + ": no header twice", len(names), len(set(names)))
    if lang:
        equal(name + ": language", answer.headers.get("content-language"), lang)
        ok(name + ": a page", answer.headers.get("content-type") == "text/html; charset=utf-8"
           and answer.body.startswith(b"<!DOCTYPE html>"))


def check_problem(name, answer, status, lang="en"):
    if equal(name, answer.status, status):
        check_headers(name, answer, lang)
        equal(name + ": closes", answer.headers.get("connection"), "close")


def check_gets(web, organisation):
    rows = [("/", "uk")] + [("/%s%s" % (l, s), l) for l in LANGS
                            for s in ("", "/", "/help", "/status", "/courier")]
    for path, lang in rows:
        answer = web.get(path)
        equal("GET " + path, answer.status, 200)
        check_headers("GET " + path, answer, lang)
        hasty = web.get(path, method="HEAD")
        equal("HEAD %s: the same without a body" % path, (hasty.fields, hasty.body),
              (answer.fields, b""))
    sheets = web.get("/sheets")
    equal("GET /sheets", (sheets.status, sheets.headers["content-type"], sheets.body[:8]),
          (200, "application/octet-stream", b"SKSHEET1"))
    check_headers("GET /sheets", sheets)
    equal("HEAD /sheets", web.get("/sheets", method="HEAD").fields, sheets.fields)
    ok("the form offers the organisation", organisation.slug.encode() in web.get("/uk/").body)
    for accept, lang in (("ru", "ru"), ("de, en;q=0.5", "en"), ("xx", "uk")):
        equal("GET / with Accept-Language: " + accept,
              web.get("/", "Accept-Language: " + accept).headers["content-language"], lang)
    equal("a query changes nothing", web.get("/en/?a=b").status, 200)


def check_unknown(web):
    for path in ("/x", "/uk/x", "/xx/", "/uk//", "/UK/", "/receipts/a0", "/receipts/a",
                 "/offline/uk", "/boards", "/boards/", "/boards/zzzzzzzz", "/boards/01234567",
                 "/boards/0123456789", "/sheets/", "/robots.txt", "/favicon.ico", "/uk/../en/",
                 "/%65n/", "x", "http://x/en/", "*", "/" + "a" * 4000):
        equal("404 for " + path[:30], web.get(path).status, 404)
    check_problem("GET /ru/x", web.get("/ru/x"), 404, "ru")
    check_problem("GET /x", web.get("/x", "Accept-Language: crh"), 404, "crh")
    check_problem("POST /en/x, small", web.post("/en/x", b"a" * 3000), 404)
    for method, path, allow in (
            ("POST", "/", "GET, HEAD"), ("DELETE", "/en/", "GET, HEAD"),
            ("GET", "/en/report", "POST"), ("HEAD", "/en/report", "POST"),
            ("PUT", "/en/status", "GET, HEAD, POST"), ("PATCH", "/en/courier", "GET, HEAD, POST"),
            ("POST", "/en/help", "GET, HEAD"), ("POST", "/sheets", "GET, HEAD"),
            ("POST", "/boards/01234567", "GET, HEAD"), ("OPTIONS", "/en", "GET, HEAD"),
            ("BREW", "/uk/status", "GET, HEAD, POST")):
        answer = web.get(path, method=method)
        equal("405 for %s %s" % (method, path), (answer.status, answer.headers.get("allow")),
              (405, allow))
    check_problem("DELETE /en/", web.get("/en/", method="DELETE"), 405)
    with web.connect() as s:
        s.sendall(head("GET", "/en/", close=False))
        first = s.recv(1 << 16)
        s.sendall(head("GET", "/ru/"))
        ok("a connection is kept for the next GET",
           first.startswith(b"HTTP/1.1 200") and b"language: ru" in read_all(s).lower())


# ---- malformed requests ------------------------------------------------------------------------

def bad_heads():
    """What must not get through, and by which answer."""
    body, kind = multipart([TEXT]), "Content-Type: multipart/form-data; boundary=XxBoundaryxX"
    size = "Content-Length: %d" % len(body)

    def post(*headers, path="/en/report"):
        return head("POST", path, *headers) + body

    yield "Content-Length twice", post(kind, size, size), 400
    yield "Content-Length twice, different", post(kind, "Content-Length: 1", size), 400
    yield "Content-Length as a list", post(kind, size + ", %d" % len(body)), 400
    yield "Content-Length negative", post(kind, "Content-Length: -1"), 400
    yield "Content-Length with a sign", post(kind, "Content-Length: +5"), 400
    yield "Content-Length in hex", post(kind, "Content-Length: 0x10"), 400
    yield "Content-Length above 64 bits", post(kind, "Content-Length: 99999999999999999999"), 413
    yield "Content-Length missing", post(kind), 411
    yield "chunked", head("POST", "/en/report", kind, "Transfer-Encoding: chunked") + \
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), 411
    yield "chunked and a length", post(kind, size, "Transfer-Encoding: chunked"), 400
    yield "gzip and a length", post(kind, size, "Transfer-Encoding: gzip"), 400
    yield "Content-Type missing", post(size), 400
    yield "Content-Type twice", post(kind, kind, size), 400
    yield "Content-Type foreign", post("Content-Type: text/plain", size), 400
    yield "Content-Type of a plain form", post(
        "Content-Type: application/x-www-form-urlencoded", size), 400
    yield "no boundary", post("Content-Type: multipart/form-data", size), 400
    yield "boundary with a sign it cannot have", post(
        "Content-Type: multipart/form-data; boundary=a@b", size), 400
    yield "boundary too long", post(
        "Content-Type: multipart/form-data; boundary=" + "b" * 71, size), 400
    yield "a second parameter", post(kind + "; charset=utf-8", size), 400
    yield "Host twice", post(kind, size, "Host: y"), 400
    yield "Range twice", head("GET", "/en/", "Range: bytes=0-1", "Range: bytes=0-1"), 400
    yield "space before the colon", post(kind, "Content-Length : 3"), 400
    yield "NUL in a value", post(kind, size, "X-A: a\0b"), 400
    yield "NUL in a name", post(kind, size, "X\0A: b"), 400
    yield "a folded line", post(kind, size, "X-A: a\r\n b"), 400
    yield "bare LF", post(kind, size).replace(b"Host: x\r\n", b"Host: x\n"), 400
    yield "NUL in the target", head("GET", "/en/\0x"), 400  # libmicrohttpd 1.0 only hangs up
    yield "%00 in the target", head("GET", "/en/%00"), 400
    yield "no Host", b"GET /en/ HTTP/1.1\r\nConnection: close\r\n\r\n", 400
    yield "a GET with a body", head("GET", "/en/", "Content-Length: 3") + b"abc", 400
    yield "65 headers", head("GET", "/en/", *["X-%d: y" % i for i in range(63)]), 431
    yield "17 KiB of headers", head("GET", "/en/", "X-A: " + "y" * 17000), 431
    yield "70 KiB of headers", head("GET", "/en/", "X-A: " + "y" * 70000), 431
    yield "70 KiB of target", head("GET", "/" + "y" * 70000), 414
    yield "HTTP/2 prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505


def check_bad_heads(web, counter):
    for name, data, status in bad_heads():
        answer = web.raw(data)
        if name == "NUL in the target" and answer.raw == b"":
            status = None
        equal("%s for %s" % (status or "no answer", name), answer.status, status)
        ok("%s: no code is given" % name, answer.code is None)
    equal("TLS is no HTTP", web.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").raw,
          b"")
    for name, answer in (("431", web.get("/ru/", *["X-%d: y" % i for i in range(63)])),
                         ("411", web.raw(head("POST", "/ru/report")))):
        check_problem(name + " is a page", answer, int(name), "ru")
    equal("64 headers pass", web.get("/en/", *["X-%d: y" % i for i in range(62)]).status, 200)
    counter.added("malformed requests")


def check_too_large(web, counter):
    kind = "Content-Type: multipart/form-data; boundary=XxBoundaryxX"
    for path, size in (("/en/report", 8 << 20), ("/en/courier", 1 << 40), ("/en/status", 8193),
                       ("/en/report", (1 << 63) - 1)):
        with web.connect() as s:
            s.sendall(head("POST", path, kind, "Content-Length: %d" % size))
            if size <= 8 << 20:
                s.sendall(b"a" * size)
            answer = Answer(read_all(s))  # without a byte of the body, if that is too long to drop
        check_problem("413 for %d bytes to %s" % (size, path), answer, 413)
    with web.connect() as s:
        s.sendall(head("POST", "/en/report", kind, "Content-Length: %d" % (8 << 20),
                       "Expect: 100-continue"))
        ok("nobody is asked to continue", read_all(s).startswith(b"HTTP/1.1 413"))
    counter.added("too large")


# ---- reports -----------------------------------------------------------------------------------

def check_report(web, counter, organisation):
    answer = web.report([TEXT])
    must("a report is answered with 201", answer.status == 201, answer.raw[:300])
    check_headers("report", answer, "en")
    equal("report: closes", answer.headers.get("connection"), "close")
    must("report: gives a code", answer.code)
    counter.added("a text", 1)
    code = answer.code
    equal("its code is not known before it is published", status_json(web, code)["state"], "unknown")
    web.publish()
    state = status_json(web, code)
    equal("its code is known", (state["state"], state["answers"]), ("received", []))
    ok("and has a day", re.fullmatch(r"\d{4}-\d\d-\d\d", state["day"] or ""))
    again = web.report([("code", code), TEXT])
    equal("a follow-up", (again.status, again.code), (201, code))
    counter.added("a follow-up", 1)
    quiet = web.report([("receipt", "no"), TEXT])
    equal("without a receipt there is no code", (quiet.status, quiet.code), (201, None))
    counter.added("without a receipt", 1)
    for to in (organisation.slug, organisation.fingerprint, organisation.fingerprint.upper(),
               organisation.name):
        equal("to " + to[:20], web.report([("to", to), TEXT]).status, 201)
    equal("to the same twice", web.report([("to", organisation.slug)] * 2 + [TEXT]).status, 201)
    counter.added("addressed", 5)


def status_json(web, code, *headers):
    answer = web.post("/en/status", ("code=" + code).encode(),
                      "application/x-www-form-urlencoded", "Accept: application/json", *headers)
    equal("status is JSON", answer.headers.get("content-type"), "application/json; charset=utf-8")
    ok("no length tells what it says", len(answer.body) % 16384 == 0, len(answer.body))
    return json.loads(answer.body)


def refused_reports(organisation):
    """name, parts, status"""
    big = ("file", b"x" * 40000, "a.bin")
    yield "nothing at all", [], 400
    yield "only empty fields", [("text", ""), ("file", b"", "")], 400
    yield "only other fields", [("where", "там"), ("category", "1")], 400
    yield "text under another name", [("Text", "a"), ("text2", "a")], 400
    yield "an organisation that is not here", [("to", "00000000"), TEXT], 400
    yield "one good and one bad organisation", [("to", organisation.slug), ("to", "x"), TEXT], 400
    yield "a long organisation", [("to", "x" * 5000), TEXT], 400
    yield "a code with a typing error", [("code", TYPO), TEXT], 400
    yield "half a code", [("code", "04926-D25AS"), TEXT], 400
    yield "a long code", [("code", "0" * 5000), TEXT], 400
    yield "two codes", [("code", TYPO), ("code", TYPO), TEXT], 400
    yield "organisation behind a file", [big, ("to", organisation.slug), TEXT], 400
    yield "code behind a file", [big, ("code", TYPO), TEXT], 400
    yield "code across the first chunk", [("where", "x" * 15900), ("code", "0" * 100), big], 400


def check_refused_reports(web, counter, organisation):
    for name, parts, status in refused_reports(organisation):
        check_problem(name, web.report(parts), status)
    counter.added("refused reports")
    late = web.report([("text", "x" * 200000), ("file", b"y" * 900000, "b"),
                       ("to", organisation.slug)])
    check_problem("organisation behind pieces that were stored", late, 400)
    counter.added("abandoned pieces")
    counter.forgotten("abandoned pieces")
    check_across(web, counter, late.body)


def check_across(web, counter, too_late):
    """A code around the end of the first chunk counts whole or is too late; never half of it."""
    code = web.report([TEXT]).code
    counter.added("a text", 1)
    taken = 0
    for length in range(15700, 16000, 10):
        answer = web.report([("where", "x" * length), ("code", code), ("file", b"y" * 30000, "b")])
        if answer.status == 201:
            taken += answer.code == code
        elif (answer.status, answer.body) != (400, too_late):
            ok("a code behind %d bytes" % length, False, answer.raw)
    ok("a code across the first chunk is taken or too late", 3 < taken < 27, str(taken))
    counter.added("codes in time", taken)


def check_odd_order(web, counter):
    """In one chunk everything may come in any order; behind it, the receipt wish still counts."""
    code = web.report([TEXT]).code
    counter.added("a text", 1)
    answer = web.report([TEXT, ("receipt", "yes"), ("code", code)])
    equal("code at the end of a small form", (answer.status, answer.code), (201, code))
    answer = web.report([("file", b"x" * 50000, "a"), ("text", ""), ("receipt", "no")])
    equal("receipt=no at the end of a large one", (answer.status, answer.code), (201, None))
    answer = web.report([("to", ""), ("code", ""), TEXT])
    equal("fields left open", answer.status, 201)
    counter.added("odd orders", 3)


def check_multipart(web, counter, organisation):
    ends = multipart([TEXT])
    kind = "multipart/form-data; boundary="
    good = [("boundary in quotes", kind + '"XxBoundaryxX"', ends),
            ("no space before the boundary", kind.replace("; ", ";") + "XxBoundaryxX", ends),
            ("a preamble", kind + "XxBoundaryxX", b"hello\r\n" + ends),
            ("no line end at the end", kind + "XxBoundaryxX", ends[:-2]),
            ("a boundary of 70", kind + "b" * 70, multipart([TEXT], "b" * 70)),
            ("something like the boundary in the text", kind + "XxBoundaryxX", multipart(
                [("text", "--XxBoundaryx\r\n--XxBoundaryxY\r\n\r\n--")])),
            ("a long file name", kind + "XxBoundaryxX", multipart(
                [("file", b"x", "ф" * 255 + ".jpg")])),
            ("a part without a name", kind + "XxBoundaryxX", ends[:-18] +
             b"--XxBoundaryxX\r\n\r\nz\r\n--XxBoundaryxX--\r\n")]
    for name, content_type, body in good:
        equal("201 for " + name, web.post("/uk/report", body, content_type).status, 201)
    counter.added("multipart", len(good))
    bad = [("no end", multipart([TEXT], end=False)), ("an end cut short", ends[:-4]),
           ("no part", b"--XxBoundaryxX--\r\n"), ("no multipart", b"hello world"), ("nothing", b""),
           ("another boundary", multipart([TEXT], "other")),
           ("a header line without end", multipart([("text", "a", "x" * 9000)])),
           ("a field only in a file name", multipart([("x", "a", "text")]))]
    for name, body in bad:
        check_problem("400 for " + name, web.post("/en/report", body, kind + "XxBoundaryxX"), 400)
    counter.added("bad multipart")
    check_bytewise(web, counter, organisation)


def check_bytewise(web, counter, organisation):
    """However the network cuts a body, the fields are found."""
    body = multipart([("to", organisation.slug), ("receipt", "no"), TEXT])
    with web.connect() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.sendall(head("POST", "/en/report", "Content-Length: %d" % len(body),
                       "Content-Type: multipart/form-data; boundary=XxBoundaryxX"))
        for i in range(len(body)):
            s.sendall(body[i:i + 1])
        answer = Answer(read_all(s))
    equal("byte by byte", (answer.status, answer.code), (201, None))
    counter.added("byte by byte", 1)


def check_large(web, counter):
    """Sizes around chunks and pieces: the connection is suspended, and goes on."""
    sizes = [16000, 16126, 16384, 130000, 131056, 131056 * 2, 147456, 1000000, 3500000]
    for size in sizes:
        equal("a file of %d" % size, web.report([("file", os.urandom(size), "a")]).status, 201)
    counter.added("large", len(sizes))
    body = multipart([("file", b"x" * 300000, "a")])
    with web.connect() as s:
        s.sendall(head("POST", "/en/report", "Content-Length: %d" % len(body), "Expect: 100-continue",
                       "Content-Type: multipart/form-data; boundary=XxBoundaryxX"))
        first = s.recv(65536)  # it need not come when the body already does (RFC 9110, 10.1.1)
        s.sendall(body)
        last = read_all(s)
    ok("100 Continue where it is asked for", first.startswith(b"HTTP/1.1 100 Continue") and
       last.startswith(b"HTTP/1.1 201"), (first, last[:100]))
    counter.added("continued", 1)
    results = []
    threads = [threading.Thread(target=lambda: results.append(
        web.report([("file", os.urandom(700000), "a")]).status)) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal("twelve at once", results, [201] * 12)
    counter.added("at once", 12)


def check_cut(web, counter):
    """A body shorter than announced leaves nothing, and its connection goes away soon."""
    began = time.monotonic()
    body = multipart([TEXT, ("file", b"x" * 500000, "a")])
    start = head("POST", "/en/report", "Content-Type: multipart/form-data; boundary=XxBoundaryxX",
                 "Content-Length: %d" % len(body))
    for sent in (0, 1, 100, 20000, 300000, len(body) - 1):
        answer = web.raw(start, body[:sent], half=True)
        equal("cut after %d: no answer" % sent, answer.raw, b"")
    for sent in (20000, 300000, len(body) - 1):
        with web.connect() as s:
            s.sendall(start + body[:sent])
    small = head("POST", "/en/status", "Content-Length: 100",
                 "Content-Type: application/x-www-form-urlencoded")
    equal("a status check cut short", web.raw(small, b"code=04926", half=True).raw, b"")
    equal("the gateway goes on", web.report([TEXT]).status, 201)
    counter.added("cut bodies and one whole", 1)
    cut = web.form("/en/courier", [("sealed", sealed(16)[:-200], "a")], end=False)
    equal("courier: a form without end", cut.status, 400)
    body = multipart([("sealed", sealed(16), "a")])
    cut = web.raw(head("POST", "/en/courier", "Content-Length: %d" % len(body),
                       "Content-Type: multipart/form-data; boundary=XxBoundaryxX"),
                  body[:-200], half=True)
    equal("courier: cut short", cut.raw, b"")
    counter.added("courier: cut")
    counter.forgotten("cut bodies")
    ok("all that in a few seconds", time.monotonic() - began < 30, time.monotonic() - began)


# ---- status, courier, boards -------------------------------------------------------------------

def check_status(web):
    equal("a code that nobody has", status_json(web, "04926-D25AS-KQH2C-TNEYC-VQQFE"),
          {"state": "unknown", "day": None, "answers": []})
    equal("a typing error", status_json(web, TYPO), {"error": "CODE_CHECK"})
    equal("no code", status_json(web, ""), {"error": "CODE_LENGTH"})
    for name, answer, status in (
            ("a page", web.post("/ru/status", b"code=04926-d25as kqh2c-tneyc-vqqfe"), 200),
            ("multipart", web.form("/ru/status", [("code", "04926D25ASKQH2CTNEYCVQQFE")]), 400),
            ("a typing error", web.post("/ru/status", b"code=" + TYPO.encode()), 400),
            ("no field", web.post("/ru/status", b"a=b"), 400),
            ("two codes", web.post("/ru/status", b"code=a&code=b"), 400),
            ("a long code", web.post("/ru/status", b"code=" + b"0" * 8000), 400),
            ("a foreign type", web.post("/ru/status", b"code=1", "application/json"), 400),
            ("an empty body", web.post("/ru/status", b""), 400)):
        equal("status, %s" % name, answer.status, status)
        check_headers("status, " + name, answer, "ru")


def sealed(chunks=1, week=None, suite=1):
    week = int(time.time() - 345600) // 604800 if week is None else week
    return struct.pack("<BxxxI", suite, week) + os.urandom(680 - 8 + 16400 * chunks)


def check_courier(web, counter):
    good, large = sealed(), sealed(16)
    cases = [("one", [good], 201, 1), ("three", [sealed(), sealed(2), sealed()], 201, 3),
             ("large", [large], 201, 1), ("larger", [sealed(64), sealed()], 201, 2),
             ("many", [sealed() for _ in range(20)], 201, 20),
             ("one of three", [good[:-1], sealed(), sealed(1, week=1)], 201, 1),
             ("cut", [large[:-1]], 400, 0), ("cut in the header", [good[:100]], 400, 0),
             ("too short to judge", [b"abc"], 400, 0), ("long", [large + b"x"], 400, 0),
             ("of no size class", [sealed(3)], 400, 0), ("foreign", [os.urandom(17080)], 400, 0),
             ("of another suite", [sealed(suite=2)], 400, 0),
             ("of another year", [sealed(week=2000)], 400, 0), ("no file", [], 400, 0),
             ("an empty file", [b""], 400, 0), ("300 bad ones", [b"x"] * 300, 400, 0)]
    for name, files, status, stored in cases:
        answer = web.form("/en/courier", [("sealed", data, "f%d" % i)
                                          for i, data in enumerate(files)])
        equal("courier: " + name, answer.status, status)
        check_headers("courier: " + name, answer, "en")
        counter.added("courier: " + name, stored)
    check_armour(web, counter)
    equal("courier: another field", web.form("/en/courier", [("file", good, "a")]).status, 400)
    counter.added("courier: another field")
    check_courier_ends(web, counter)


def check_courier_ends(web, counter):
    """A form that ends without the end of its last line, or too early; a file that looks like its end."""
    kind = "multipart/form-data; boundary=XxBoundaryxX"
    two = [("sealed", sealed(), "a"), ("sealed", sealed(2), "b")]
    equal("courier: no line end at the end",
          web.post("/en/courier", multipart(two)[:-2], kind).status, 201)
    counter.added("courier: no line end at the end", 2)
    equal("courier: cut in the second file",
          web.post("/en/courier", multipart(two)[:-200], kind).status, 400)
    counter.added("courier: cut in the second file, the first was whole", 1)
    like = b"\r\n--XxBoundaryx\r\n--XxBoundaryxX-\r\n\r--XxBoundaryxX\r\n--XxBoundaryxX  \r\r\n--XxBoundaryxX--?"
    data = sealed()
    equal("courier: a file that looks like the end of the form", web.form("/en/courier", [
        ("sealed", data[:9000] + like + data[9000 + len(like):-len(like)] + like, "a")]).status, 201)
    counter.added("courier: lookalikes", 1)


def armour(data, width=64, end="\n"):
    """FORMAT 10, written anew."""
    text = base64.b64encode(data).decode()
    lines = [text[i:i + width] for i in range(0, len(text), width)]
    return end.join(["-----BEGIN SEALED-----", *lines, "-----END SEALED-----", ""])


def check_armour(web, counter):
    good, large = armour(sealed()), sealed(16)
    text = "Добрий день!\r\n\r\n"
    cases = [("a file", [(good, "a.txt")], 201, 1), ("pasted", [(good, None)], 201, 1),
             ("pasted, long", [(armour(large), None)], 201, 1),
             ("in other lines", [(armour(sealed(), 76, "\r\n"), None)], 201, 1),
             ("in one line", [(armour(large, 10 ** 9), None)], 201, 1),
             ("by Telegram", [("\n\n".join("Olena, [28.11.2026 10:1%d]\n%s" % (i, part) for i, part in
                                           enumerate(re.findall("(?s).{1,4096}", good))), None)], 201, 1),
             ("quoted", [("> " + good.replace("\n", "\n> "), None)], 201, 1),
             ("blanks that do not break", [(good.replace("\n", "\u00a0"), None)], 201, 1),
             ("a zero-width space", [(good[:500] + "\u200b" + good[500:], None)], 201, 1),
             ("marks of direction", [("\u200e" + good.replace("\n", "\n\u200e"), None)], 201, 1),
             ("dashes of an editor", [("\ufeff«" + good.replace("--", "\u2014") + "»", "f")], 201, 1),
             ("in a letter", [(text + good + "З повагою\r\n", None)], 201, 1),
             ("beside files", [(sealed(), "a"), (good, None), (sealed(2), "b")], 201, 3),
             ("two, and one cut", [(good, None), (good[:-30], None), (good, "b")], 201, 2),
             ("behind 4,000 bytes", [("x" * 4000 + good, None)], 201, 1),
             ("behind 5,000 bytes", [("x" * 5000 + good, None)], 400, 0),
             ("without its end", [(good[:-30], None)], 400, 0),
             ("without its beginning", [(good[10:], None)], 400, 0),
             ("cut inside", [(good[:5000] + good[5001:], None)], 400, 0),
             ("a line lost", [(good[:23] + good[23 + 65:], None)], 400, 0),
             ("a sign altered", [(good[:5000] + "*" + good[5001:], None)], 400, 0),
             ("a NUL in it", [(good[:5000] + "\0" + good[5001:], "f")], 400, 0),
             ("nothing in it", [(armour(b""), None)], 400, 0),
             ("of no envelope", [(armour(os.urandom(17080)), None)], 400, 0),
             ("of another year", [(armour(sealed(week=2000)), None)], 400, 0),
             ("blank", [(" \r\n", None)], 400, 0), ("empty", [("", None)], 400, 0)]
    for name, files, status, stored in cases:
        answer = web.form("/en/courier", [("sealed", *f) for f in files])
        equal("armour: " + name, answer.status, status)
        counter.added("armour: " + name, stored)


def check_board(web, store, organisation):
    path = "/boards/" + organisation.slug
    equal("no board yet", web.get(path).status, 404)
    store.import_board(organisation.board())
    whole = web.get(path)
    must("GET " + path, whole.status == 200 and whole.body.startswith(b"SKBOARD1"))
    check_headers("GET " + path, whole)
    size, tag = len(whole.body), whole.headers["etag"]
    equal("ranges are announced", whole.headers["accept-ranges"], "bytes")
    equal("HEAD " + path, web.get(path, method="HEAD").fields, whole.fields)
    for text, first, last in (("0-0", 0, 0), ("0-99", 0, 99), ("100-", 100, size - 1),
                              ("-100", size - 100, size - 1), ("5-99999999", 5, size - 1),
                              ("-99999999", 0, size - 1)):
        answer = web.get(path, "Range: bytes=" + text)
        equal("bytes=" + text, (answer.status, answer.headers.get("content-range"), answer.body),
              (206, "bytes %d-%d/%d" % (first, last, size), whole.body[first:last + 1]))
    for text in ("%d-" % size, "-0", "99999999-"):
        answer = web.get(path, "Range: bytes=" + text)
        equal("bytes=" + text, (answer.status, answer.headers.get("content-range"), answer.body),
              (416, "bytes */%d" % size, b""))
    for header in ("bytes=0-1,5-6", "bytes=9-1", "bytes=a-b", "items=0-1", "bytes="):
        answer = web.get(path, "Range: " + header)
        equal("Range: %s is ignored" % header, (answer.status, answer.body), (200, whole.body))
    equal("If-Range, the same", web.get(path, "Range: bytes=0-0", "If-Range: " + tag).status, 206)
    equal("If-Range, another", web.get(path, "Range: bytes=0-0", 'If-Range: "x"').status, 200)


# ---- full, closed, slow, stopping --------------------------------------------------------------

def check_full(world):
    for name, send in (
            ("a sealed file", lambda web: web.form("/en/courier", [("sealed", sealed(16), "a")])),
            ("a large report", lambda web: web.report([("file", b"x" * 40000, "a")])),
            ("a text", lambda web: web.report([TEXT]))):
        store, _ = world.intake((name,), name="store " + name, size="4M")
        web = Client(world.gateway(store).web.port)
        equal("%s is taken" % name, send(web).status, 201)
        answers = (send(web) for _ in range(1000))
        check_problem("%s when it is full" % name,
                      next((a for a in answers if a.status != 201), None), 507)
        check_problem("then also a text", web.report([TEXT], lang="uk"), 507, "uk")
        equal("and the form is there", web.get("/en/").status, 200)


def check_closed(world):
    web = Client(world.gateway(world.store("store-empty")).web.port)
    check_problem("closed: a report", web.report([TEXT]), 503)
    equal("closed: the page", web.get("/en/").status, 503)


def drip(web, first, counts):
    """A byte now and then, until the gateway cuts it; how long that took."""
    began = time.monotonic()
    with web.connect() as s:
        s.sendall(first)
        s.settimeout(0.2)
        while time.monotonic() - began < 30:
            try:
                s.sendall(b"a")
                if s.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        counts.append(time.monotonic() - began)


def check_deadline(world):
    store, _ = world.intake(("Терпляча",), name="store-slow")
    web = Client(world.gateway(store, options=("--deadline", "2", "--threads", "1")).web.port)
    kind = "Content-Type: multipart/form-data; boundary=XxBoundaryxX"
    slow, counts = (head("POST", "/en/report", kind, "Content-Length: 100000"), b"GET /en/ HT",
                    head("GET", "/en/", close=False)), []
    threads = [threading.Thread(target=drip, args=(web, first, counts)) for first in slow]
    for t in threads:
        t.start()
    served = 0
    while any(t.is_alive() for t in threads):
        served += web.get("/en/").status == 200
    ok("the slow are cut at the deadline", len(counts) == 3 and all(1 < c < 10 for c in counts),
       counts)
    ok("others are served meanwhile", served > 5, served)
    equal("and nothing of them is stored", store.stats()["envelopes"], 0)


HAND_OVER = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])"""


def check_handed_over(world):
    """As a service manager starts it: the socket as descriptor 3, and a datagram when ready."""
    store, _ = world.intake(("Передана",), name="store-handed")
    path, told = world.path("handed.sock"), world.path("notify.sock")
    with socket.socket(socket.AF_UNIX) as listening, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        listening.bind(path)
        manager.bind(told)
        manager.settimeout(WAIT)
        words = [sys.executable, "-c", HAND_OVER, str(listening.fileno()), GATEWAY,
                 "--store", store.dir, "--accept-swap"]
        with subprocess.Popen(words, pass_fds=[listening.fileno()], stdout=subprocess.PIPE,
                              env={**os.environ, "NOTIFY_SOCKET": told}) as gateway:
            equal("handed over: READY=1", manager.recv(100), b"READY=1")
            ok("handed over: the line", gateway.stdout.readline().startswith(b"ready on "))
            equal("handed over: it serves", Client(path=path).report([TEXT]).status, 201)
            gateway.terminate()
            equal("handed over: STOPPING=1", manager.recv(100), b"STOPPING=1")
            equal("handed over: ends with 0", gateway.wait(WAIT), 0)
    ok("handed over: the socket is the manager's", os.path.exists(path))


def run(*argv):
    done = subprocess.run([GATEWAY, *argv], capture_output=True, timeout=WAIT, check=False)
    return done.returncode, done.stdout, done.stderr.count(b"\n")


def start(store, listen):
    process = subprocess.Popen([GATEWAY, "--store", store.dir, "--listen", listen,
                                "--accept-swap"],
                               stdout=subprocess.PIPE)
    return process, process.stdout.readline().decode()


def check_start(world):
    store, _ = world.intake(("Рання",), name="store-start")
    path = world.path("gateway.sock")
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    gateway, line = start(store, "unix:" + path)
    try:
        equal("ready on a Unix socket, over a stale one", line, "ready on unix:%s\n" % path)
        equal("its mode", os.stat(path).st_mode & 0o777, 0o660)
        web = Client(path=path)
        equal("it serves", (web.get("/uk/").status, web.report([TEXT]).status), (200, 201))
        other = world.store("store-other")
        equal("a socket in use is refused",
              run("--store", other.dir, "--listen", "unix:" + path)[0::2], (1, 1))
        equal("a second gateway on a store is refused",
              run("--store", store.dir, "--listen", "127.0.0.1:0")[0::2], (1, 1))
        with web.connect() as idle, web.connect() as busy:
            idle.sendall(b"GET ")
            body = multipart([TEXT, ("file", b"x" * 200000, "a")])
            busy.sendall(head("POST", "/en/report", "Content-Length: %d" % len(body),
                              "Content-Type: multipart/form-data; boundary=XxBoundaryxX") +
                         body[:150000])
            equal("under way", web.get("/uk/").status, 200)
            gateway.terminate()
            busy.sendall(body[150000:])
            ok("what is under way is finished", Answer(read_all(busy)).status in (201, 503))
        equal("ends with 0", gateway.wait(WAIT), 0)
        ok("and takes its socket away", not os.path.exists(path))
        equal("and said nothing more", gateway.stdout.read(), b"")
    finally:
        if gateway.poll() is None:
            gateway.kill()
            gateway.wait()
        gateway.stdout.close()
    world.file("gateway.sock", b"")
    equal("a file that is no socket is left alone",
          run("--store", store.dir, "--listen", "unix:" + path)[0::2], (1, 1))
    for listen in ("0.0.0.0:0", "192.0.2.1:80", "[::]:80", "localhost:80", "unix:relative",
                   "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", "8080"):
        equal("--listen %s is refused" % listen,
              run("--store", store.dir, "--listen", listen)[0::2], (2, 1))
    for words in (("--store", store.dir), (), ("--store", store.dir, "--threads", "0"),
                  ("--max-upload", "1T", "--store", store.dir), ("--nonsense",), ("x",)):
        equal("usage: %s" % " ".join(words[::2]), run(*words)[0::2], (2, 1))
    equal("no store", run("--store", world.path("none"), "--listen", "127.0.0.1:0")[0::2], (1, 1))
    equal("--help, --version", (run("--help")[0], run("--version")[0]), (0, 0))


def main():
    with World("http", need=(GATEWAY, STORE, DESK)) as world:
        store, desks = world.intake(("Перша", "Друга"), size="128M")
        gateway = world.gateway(store, options=("--max-upload", "4M"))
        web = Client(gateway.web.port)
        web.publish = gateway.publish
        counter = Counter(store)
        check_gets(web, desks[0])
        check_unknown(web)
        check_bad_heads(web, counter)
        check_too_large(web, counter)
        check_report(web, counter, desks[0])
        check_refused_reports(web, counter, desks[0])
        check_odd_order(web, counter)
        check_multipart(web, counter, desks[0])
        check_large(web, counter)
        check_cut(web, counter)
        check_status(web)
        check_courier(web, counter)
        check_board(web, store, desks[1])
        check_full(world)
        check_closed(world)
        check_deadline(world)
        check_start(world)
        check_handed_over(world)
        for gateway in world.gateways:
            equal("a gateway ends with 0", gateway.stop(), 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
