#!/usr/bin/python3 -B
"""Resumable uploads: what tus 1.0.0 demands of a server, one named check each; cut, repeated,
killed and expired uploads; and that what arrives is the envelope, byte by byte, and its row."""
import http.client
import os
import random
import re
import signal
import struct
import sys
import threading
import time

import checks
import rows
import signed
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from proxy import Proxy, Rule
from tus import Officer, Tus, metadata, read_answer
from world import GATEWAY, World, in_days, read

PIECE = 131056
HEADERS = ("content-security-policy", "referrer-policy", "x-content-type-options", "x-frame-options")
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|"
                  r"Nov|Dec) \d{4} 00:00:00 GMT")
BOUNDARY = "XX"


def sealed(chunks=1):
    """Something that looks like an envelope of this week."""
    week = int(time.time() - 345600) // 604800
    return struct.pack("<BxxxI", 1, week) + os.urandom(680 - 8 + 16400 * chunks)


class Real:
    """A real envelope, and what a desk must find in it."""

    def __init__(self, desk, attachment):
        self.receipt = sk.Receipt(os.urandom(15))
        self.data = os.urandom(attachment)
        body = sk.make_multipart([("text", None, b"uploaded"), ("file", "a.bin", self.data)],
                                 BOUNDARY)
        week = int(time.time() - 345600) // 604800
        self.bytes = sk.seal_report(self.receipt, [desk.public(week)], week, body, BOUNDARY,
                                    sk.F(b"", "sheets", sk.blake2b(read(desk.sheet_path))))


def row_of(web, row):
    """Its state, as /receipts tells it; None if it is not there."""
    return rows.table(web).rows.get(row)


def inbox(store):
    return store.stats()["envelopes"]


# ---- the protocol, demand by demand --------------------------------------------------------------

def every_answer(name, answer):
    ok(name + ": Tus-Resumable", answer.headers.get("tus-resumable") == "1.0.0", answer)
    ok(name + ": the headers of every answer", all(h in answer.headers for h in HEADERS) and
       answer.headers.get("cache-control") == "no-store", answer)
    equal(name + ": no header that tells", [h for h in ("server", "date", "set-cookie")
                                            if h in answer.headers], [])


def refused(name, answer, status):
    equal("%s: %d" % (name, status), answer.status, status)
    every_answer(name, answer)
    ok(name + ": one plain line", answer.headers.get("content-type", "").startswith("text/plain")
       and (answer.body == b"" or re.fullmatch(rb"[\x20-\x7e]{5,80}", answer.body)), answer)
    return answer


def check_options(tus, path):
    for name, answer in (("OPTIONS", tus.request("OPTIONS", "/uploads", version=None)),
                         ("OPTIONS of an upload", tus.request("OPTIONS", path, version=None)),
                         ("OPTIONS with another version", tus.request("OPTIONS", "/uploads",
                                                                      version="0.2.2"))):
        equal(name + ": 204", answer.status, 204)
        equal(name + ": Tus-Version", answer.headers.get("tus-version"), "1.0.0")
        equal(name + ": Tus-Extension", answer.headers.get("tus-extension"),
              "creation,termination,expiration")
        equal(name + ": Tus-Max-Size", answer.number("tus-max-size"), 680 + 16400 * 512)
        every_answer(name, answer)
        ok(name + ": no body", answer.body == b"")


def check_version(tus, path):
    for name, call in (("POST", lambda v: tus.create(17080, version=v)),
                       ("HEAD", lambda v: tus.head(path, version=v)),
                       ("PATCH", lambda v: tus.patch(path, 0, sealed()[:100], version=v)),
                       ("DELETE", lambda v: tus.request("DELETE", path, version=v))):
        for version in (None, "0.2.2", "1.0.0, 1.0.0", "1.0"):
            answer = refused("%s, Tus-Resumable %s" % (name, version), call(version), 412)
            equal("%s, 412: Tus-Version" % name, answer.headers.get("tus-version"), "1.0.0")
    equal("412: nothing was done", tus.head(path).offset, 0)


def check_creation(tus, store):
    answer = tus.create(17080)
    equal("creation: 201", answer.status, 201)
    every_answer("creation", answer)
    path = answer.headers.get("location", "")
    must("creation: Location", re.fullmatch("/uploads/[0-9a-f]{32}", path), answer)
    ok("creation: Upload-Expires", DATE.fullmatch(answer.headers.get("upload-expires", "")), answer)
    ok("creation: another one each time", tus.create(17080).headers["location"] != path)
    check_refused_creations(tus)
    token, row = os.urandom(16), os.urandom(16)
    answer = tus.create(17080, Upload_Metadata=metadata(row=row, token=token))
    equal("creation: the token names the upload", answer.headers.get("location"),
          "/uploads/" + token.hex())
    again = tus.create(17080, Upload_Metadata=metadata(token=token))
    equal("creation: again is the same", (again.status, again.headers.get("location")),
          (201, "/uploads/" + token.hex()))
    refused("creation: the same token, another length",
            tus.create(33480, Upload_Metadata=metadata(token=token)), 409)
    equal("creation: nothing is visible", inbox(store), 0)
    equal("creation: without a byte nothing is on the disk", store.stats()["uploads"], 0)
    return path


def check_refused_creations(tus):
    refused("creation without a length", tus.request("POST", "/uploads"), 400)
    refused("creation deferred", tus.request("POST", "/uploads", Upload_Defer_Length=1), 400)
    refused("creation deferred beside a length", tus.create(17080, Upload_Defer_Length=1), 400)
    for length in (0, 1, 17079, 17081, 680, 680 + 3 * 16400, "-17080", "+17080", "1 7080", "0x10",
                   "17080,17080", "9" * 30):
        refused("creation, length %s" % length, tus.create(length), 400)
    for length in (680 + 16400 * 1024, 680 + 16400 * 262144, 10 ** 18):
        refused("creation, length %d" % length, tus.create(length), 413)
    for value in ("", "row", "row AAAA", "row  AAECAwQFBgcICQoLDA0ODw==", "a YQ==,a YQ==", ",",
                  "a !", "a YQ", "row AAECAwQFBgcICQoLDA0ODw==,row AAECAwQFBgcICQoLDA0ODw=="):
        refused("creation, metadata '%s'" % value, tus.create(17080, Upload_Metadata=value), 400)
    equal("creation, foreign metadata", tus.create(
        17080, Upload_Metadata="filename d29ybGQ=,is_confidential").status, 201)
    refused("creation with a body", tus.request("POST", "/uploads", b"abc", Upload_Length=17080),
            400)


def check_head(tus, path):
    answer = tus.head(path)
    equal("HEAD: 200", answer.status, 200)
    every_answer("HEAD", answer)
    equal("HEAD: Upload-Offset, also when it is 0", answer.offset, 0)
    equal("HEAD: Upload-Length", answer.number("upload-length"), 17080)
    equal("HEAD: Cache-Control", answer.headers.get("cache-control"), "no-store")
    ok("HEAD: Upload-Expires", DATE.fullmatch(answer.headers.get("upload-expires", "")), answer)
    nobody = "/uploads/" + "0" * 32
    answer = refused("HEAD of nothing", tus.head(nobody), 404)
    equal("HEAD of nothing: no Upload-Offset", answer.offset, None)
    refused("PATCH of nothing", tus.patch(nobody, 0, b"abc"), 404)
    refused("DELETE of nothing", tus.delete(nobody), 404)
    for odd in ("/uploads/", "/uploads/abc", "/uploads/" + "A" * 32, nobody + "0", nobody + "/"):
        refused("HEAD of " + odd[:14], tus.head(odd), 404)
    for method, where in (("GET", path), ("GET", "/uploads"), ("PUT", path), ("POST", path),
                          ("PATCH", "/uploads"), ("DELETE", "/uploads"), ("HEAD", "/uploads")):
        answer = refused("%s %s" % (method, where[:12]), tus.request(method, where), 405)
        ok("405: Allow", "OPTIONS" in answer.headers.get("allow", ""), answer)


def check_patch(tus, path, store):
    data = sealed()
    refused("PATCH of another type", tus.patch(path, 0, data, Content_Type="text/plain"), 415)
    refused("PATCH of no type", tus.patch(path, 0, data, Content_Type=None), 415)
    for offset in (1, 17080, 10 ** 18):
        refused("PATCH at offset %d" % offset, tus.patch(path, offset, data[:10]), 409)
    for offset in ("-1", "x", "0x0", "", None):
        refused("PATCH at offset %s" % offset, tus.patch(path, offset, data[:10]), 400)
    refused("PATCH of more than the length", tus.patch(path, 0, data + b"x"), 413)
    refused("PATCH of more than any length", tus.patch(path, 0, data[:9], Content_Length=10 ** 9),
            413)
    refused("PATCH chunked", chunked(tus, path), 411)
    refused("PATCH of what is no envelope", tus.patch(path, 0, b"GIF89a" + bytes(100)), 400)
    refused("PATCH of another year", tus.patch(path, 0, struct.pack("<BxxxI", 1, 1) + bytes(99)),
            400)
    equal("refused PATCHes changed nothing", tus.head(path).offset, 0)
    for at, step in ((0, 3), (3, 2), (5, 6), (11, 0), (11, 10000)):
        answer = tus.patch(path, at, data[at:at + step])
        equal("PATCH of %d bytes at %d: 204" % (step, at), answer.status, 204)
        equal("PATCH: Upload-Offset", answer.offset, at + step)
        ok("PATCH: Upload-Expires", DATE.fullmatch(answer.headers.get("upload-expires", "")))
        every_answer("PATCH", answer)
        equal("HEAD says the same", tus.head(path).offset, at + step)
    refused("PATCH where it was before", tus.patch(path, 11, data[11:12]), 409)
    equal("nothing is visible before the end", inbox(store), 0)
    answer = tus.patch(path, 10011, data[10011:])
    equal("the last PATCH", (answer.status, answer.offset), (204, 17080))
    equal("the envelope is visible", inbox(store), 1)
    answer = tus.head(path)
    equal("HEAD of what is complete", (answer.status, answer.offset,
                                       answer.number("upload-length")), (200, 17080, 17080))
    equal("PATCH of nothing at its end", tus.patch(path, 17080, b"").status, 204)
    refused("PATCH behind the end", tus.patch(path, 17080, b"x"), 413)
    return data


def chunked(tus, path):
    with tus.begin_patch(path, 0, 0) as s:
        s.sendall(b"")  # the first was empty: same connection, another request
        read_answer(s)
        s.sendall(("PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                   "Content-Type: application/offset+octet-stream\r\nTransfer-Encoding: chunked"
                   "\r\n\r\n3\r\nabc\r\n0\r\n\r\n" % path).encode())
        return read_answer(s)


def check_override(tus):
    answer = tus.request("GET", "/uploads", X_HTTP_Method_Override="POST", Upload_Length=17080)
    equal("override: a GET that means POST", answer.status, 201)
    path, data = answer.headers["location"], sealed()
    answer = tus.request("POST", path, data[:500], Upload_Offset=0, X_HTTP_Method_Override="PATCH",
                         Content_Type="application/offset+octet-stream")
    equal("override: a POST that means PATCH", (answer.status, answer.offset), (204, 500))
    answer = tus.request("POST", path, X_HTTP_Method_Override="HEAD")
    equal("override: a POST that means HEAD", (answer.status, answer.offset, answer.body),
          (200, 500, b""))
    refused("override: a PATCH that means GET", tus.patch(path, 500, data[500:], **{
        "X_HTTP_Method_Override": "GET"}), 405)
    equal("override: the real method is ignored", tus.head(path).offset, 500)
    equal("override: not elsewhere", tus.request("GET", "/en/report",
                                                 X_HTTP_Method_Override="POST").status, 405)
    equal("override: a POST that means DELETE", tus.request(
        "POST", path, X_HTTP_Method_Override="DELETE").status, 204)
    refused("override: gone", tus.head(path), 404)


def twice(tus, path):
    """Two of what says one thing: whoever believes the other one must not be fooled."""
    for line in ("Upload-Offset: 0", "Tus-Resumable: 1.0.0", "X-HTTP-Method-Override: HEAD"):
        with tus.begin_patch(path, 0, 0) as s:
            read_answer(s)
            s.sendall(("PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                       "Content-Type: application/offset+octet-stream\r\nContent-Length: 0\r\n"
                       "X-HTTP-Method-Override: PATCH\r\n%s\r\n\r\n" % (path, line)).encode())
            refused("twice " + line, read_answer(s), 400)


def check_delete(tus, store):
    path = tus.create(17080).headers["location"]
    tus.patch(path, 0, sealed()[:9999])
    answer = tus.delete(path)
    equal("DELETE: 204", (answer.status, answer.body), (204, b""))
    every_answer("DELETE", answer)
    refused("after DELETE: HEAD", tus.head(path), 404)
    refused("after DELETE: PATCH", tus.patch(path, 9999, b"x"), 404)
    refused("after DELETE: DELETE", tus.delete(path), 404)
    equal("after DELETE: nothing is visible", inbox(store), 1)


# ---- the way of the bytes ------------------------------------------------------------------------

def check_whole(world, desk, gateway):
    """Through skrynka-report, a network that cuts, and the store, to the desk."""
    path, code = world.seal([desk.sheet_path], "від кур'єра", "--attach",
                            world.random_file("фото.jpg", 700_000)[0])
    envelope = read(path)
    token, officer = os.urandom(16), Officer(envelope)
    tus = Tus(gateway.web.port)
    equal("a copy of the file, before: it names nothing", officer.asks(tus), {(404, None)})
    officer.blocks(tus)
    cuts = [0, 1, 700, 131056 + 400, 300_000, 50_000, 100]
    with Proxy(("127.0.0.1", gateway.web.port),
               [Rule(cut=n, on="PATCH ", gently=n % 2 == 1) for n in cuts]) as proxy:
        where, patches = Tus(proxy.port).send(envelope, token=token, row=os.urandom(16))
    equal("a copy of the file, after: only what he began himself", officer.asks(tus), {(200, 0)})
    for name in officer.names:
        tus.delete("/uploads/" + name.hex())
    equal("a saved file: its token is its address", where, "/uploads/" + token.hex())
    ok("a saved file: it was cut", patches >= len(cuts), patches)
    must("a saved file: its code", code)
    return envelope


def check_cuts(gateway, envelope_of, count):
    """At many offsets, as reset and as an orderly end; on one upload after the other."""
    lots = random.Random(4)
    sent = []
    for i in range(count):
        real = envelope_of(lots.choice((0, 20_000, 140_000, 500_000)))
        cuts = sorted(lots.randrange(len(real.bytes) + 400) for _ in range(lots.randrange(1, 6)))
        with Proxy(("127.0.0.1", gateway.web.port), [
                Rule(cut=n, on="PATCH ", gently=lots.random() < 0.5) for n in cuts]) as proxy:
            Tus(proxy.port).send(real.bytes, row=real.receipt.row())
        sent.append(real)
    gateway.publish()
    found = [row_of(gateway.web, real.receipt.row()) for real in sent]
    equal("cut uploads: their rows are there", found, [rows.RECEIVED] * count)
    return sent


def check_kept(tus, store):
    """What arrived before the connection broke is kept, to the byte."""
    data = sealed(32)
    for cut in (1, 7, 8, 9, 1000, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 17, len(data) - 1):
        path = tus.create(len(data)).headers["location"]
        for gently in (True, False):
            at = tus.head(path).offset
            some = data[at:at + cut]
            with tus.begin_patch(path, at, len(data) - at) as s:
                s.sendall(some)
                if gently:
                    s.shutdown(1)
                    s.recv(1)
            now = tus.head(path).offset
            equal("cut %s after %d bytes: all are kept" % ("gently" if gently else "at once", cut),
                  now, at + len(some)) if gently else ok(
                      "cut at once after %d bytes: never more than came" % cut,
                      at <= now <= at + len(some), (at, now))
        # What was cut at once may not even have been looked at yet: then it comes after the question.
        finish = patch_until(tus, path, data)
        equal("and it goes on there", (finish.status, finish.offset), (204, len(data)))
    note("%d envelopes" % inbox(store))


def patch_until(tus, path, data, tries=5):
    """Asks and goes on, until it is not answered with 409."""
    for _ in range(tries):
        now = tus.head(path).offset
        answer = tus.patch(path, now, data[now:])
        if answer.status != 409:
            break
    return answer


class UnderWay:
    """Waits until more bytes of uploads are on disk than before: then somebody has the turn."""

    def __init__(self, store):
        self.store = store
        self.before = self.now()

    def now(self):
        return self.store.stats()["upload_bytes"]

    def wait(self, name, more=PIECE):
        deadline = time.monotonic() + 20
        while self.now() < self.before + more and time.monotonic() < deadline:
            pass
        must(name + ": it is under way", self.now() >= self.before + more, self.now())


def sent(tus, path, offset, data):
    """The answer to a PATCH; None when the connection was reset. A refusal can be said before all of
    the body is read, and what a network still holds of it then overtakes the answer."""
    try:
        return tus.patch(path, offset, data)
    except (ConnectionResetError, http.client.RemoteDisconnected):
        return None


def check_repeated(gateway, real):
    """A browser sends a PATCH again by itself: the older one stalls, open; the newer one comes."""
    direct = Tus(gateway.web.port)
    path = direct.create(len(real.bytes), Upload_Metadata=metadata(
        row=real.receipt.row())).headers["location"]
    for at in (300, 2000, 100_000, 140_000):
        with Proxy(("127.0.0.1", gateway.web.port), [Rule(repeat=at, on="PATCH ")]) as proxy:
            before = direct.head(path).offset
            answer = sent(Tus(proxy.port), path, before, real.bytes[before:before + 200_000])
            ok("repeated after %d bytes: refused, or all of it" % at,
               answer is None or answer.status == 409 or
               answer.offset == min(before + 200_000, len(real.bytes)), answer)
            must("repeated after %d bytes: it was" % at, proxy.wait())
        now = direct.head(path).offset
        ok("repeated after %d bytes: nothing is lost" % at, now >= before, (before, now))
    now = direct.head(path).offset
    equal("repeated: the rest", direct.patch(path, now, real.bytes[now:]).offset, len(real.bytes))


def check_stalled(gateway, store, real):
    """The older one stalls with the lock: the newer one gets it, soon, and where the older ended."""
    tus = Tus(gateway.web.port)
    path = tus.create(len(real.bytes), Upload_Metadata=metadata(
        row=real.receipt.row())).headers["location"]
    disk = UnderWay(store)
    with tus.begin_patch(path, 0, len(real.bytes)) as older:
        older.sendall(real.bytes[:200_000])
        disk.wait("stalled")
        began = time.monotonic()
        answer = tus.patch(path, 0, real.bytes)
        equal("stalled: a newer one at the old offset: 409", answer.status, 409)
        ok("stalled: at once", time.monotonic() - began < 10, time.monotonic() - began)
        now = tus.head(path).offset
        ok("stalled: what the older sent is kept", 0 < now <= 200_000, now)
        ok("stalled: the older is cut", read_answer(older) is None)
    long_one = tus.create(680 + 16400 * 128).headers["location"]
    disk = UnderWay(store)
    with tus.begin_patch(long_one, 0, 680 + 16400 * 128) as older:
        older.sendall(sealed(9)[:PIECE + 100])
        disk.wait("stalled, long")
        with tus.begin_patch(long_one, 0, 680 + 16400 * 128) as newer:
            answer = read_answer(newer)  # without a byte of its body
            ok("stalled: a long newer one is told at once", answer and answer.status == 409, answer)
        equal("stalled: and nothing of it is stored", tus.head(long_one).offset, PIECE + 100)
    disk = UnderWay(store)
    with tus.begin_patch(long_one, PIECE + 100, 1_900_000) as older:
        older.sendall(bytes(PIECE - 100))
        disk.wait("stalled, long, again", PIECE - 100)
        answer = tus.patch(long_one, 2 * PIECE, bytes(1_500_000))
        equal("stalled: a long newer one that fits is taken whole", (answer.status, answer.offset),
              (204, 2 * PIECE + 1_500_000))
        ok("stalled: that older one is cut", read_answer(older) is None)
    with tus.begin_patch(path, now, len(real.bytes) - now) as older:
        disk = UnderWay(store)
        older.sendall(real.bytes[now:now + PIECE + 10])
        disk.wait("stalled, HEAD", PIECE - now % PIECE)
        ended = tus.head(path).offset
        equal("stalled: what HEAD says is where it ended", ended, tus.head(path).offset)
        ok("stalled: HEAD comes after the older", ended > now + PIECE - now % PIECE, (now, ended))
        older.close()
    check_together(tus, path, real)


def check_together(tus, path, real):
    """Many at once at the same offset: one of them, never a mixture."""
    now, answers = tus.head(path).offset, []

    def one():
        try:
            answers.append(tus.patch(path, now, real.bytes[now:]).status)
        except (OSError, http.client.HTTPException):
            answers.append(None)
    threads = [threading.Thread(target=one) for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    ok("together: 204, 409, 413 or cut", set(answers) <= {204, 409, 413, None}, answers)
    for _ in range(20):
        now = tus.head(path).offset
        if now == len(real.bytes):
            break
        tus.patch(path, now, real.bytes[now:])
    equal("together: it comes to its end", now, len(real.bytes))


def check_deleted_under(gateway, store):
    tus, data, disk = Tus(gateway.web.port), sealed(16), UnderWay(store)
    path = tus.create(len(data)).headers["location"]
    with tus.begin_patch(path, 0, len(data)) as older:
        older.sendall(data[:200_000])
        disk.wait("DELETE under a PATCH")
        equal("DELETE under a PATCH", tus.delete(path).status, 204)
        ok("DELETE under a PATCH: it is cut", read_answer(older) is None)
    refused("DELETE under a PATCH: gone", tus.head(path), 404)


def check_tokens(gateway, store, envelope):
    """The same envelope under two tokens is two uploads: neither sees the other."""
    tus, before = Tus(gateway.web.port), inbox(store)
    paths = [tus.create(len(envelope.bytes), Upload_Metadata=metadata(token=os.urandom(16)))
             .headers["location"] for _ in range(2)]
    tus.patch(paths[0], 0, envelope.bytes[:5000])
    equal("two tokens: two uploads", [tus.head(p).offset for p in paths], [5000, 0])
    for path in paths:
        now = tus.head(path).offset
        equal("two tokens: each comes to its end", tus.patch(path, now, envelope.bytes[now:])
              .offset, len(envelope.bytes))
    equal("two tokens: two envelopes", inbox(store), before + 2)


def check_row(gateway, store, real):
    tus, row = Tus(gateway.web.port), real.receipt.row()
    path = tus.create(len(real.bytes), Upload_Metadata=metadata(row=row)).headers["location"]
    tus.patch(path, 0, real.bytes[:-1])
    gateway.publish()
    equal("row: not before the end", row_of(gateway.web, row), None)
    equal("row: the status neither", gateway.web.status(real.receipt.code).json()["state"],
          "unknown")
    tus.patch(path, len(real.bytes) - 1, real.bytes[-1:])
    equal("row: not before it is published", row_of(gateway.web, row), None)
    gateway.publish()
    equal("row: there then", row_of(gateway.web, row), rows.RECEIVED)
    equal("row: the status says so", gateway.web.status(real.receipt.code).json()["state"],
          "received")


def check_receipts(web):
    whole = web.get("/receipts", Accept_Encoding="gzip")
    equal("receipts: not compressed", whole.headers.get("Content-Encoding"), None)
    equal("receipts: not kept", whole.headers.get("Cache-Control"), "no-store")
    first = rows.table(web)
    ok("receipts: nobody's rows are there from the first day on", rows.is_batch(len(first.rows)),
       len(first.rows))
    equal("receipts: one length", len(whole.body), 24 + 17 * max(32, len(first.rows)))
    equal("receipts: without bits one prefix is all", web.get("/receipts/00").body, whole.body)
    for odd in ("/receipts/", "/receipts/A0", "/receipts/a", "/receipts/abc", "/receipts/a0",
                "/receipts/01"):
        equal("receipts: 404 for " + odd, web.get(odd).status, 404)
    for path in ("/receipts", "/receipts/00"):
        equal("receipts: nothing is posted", web.request("POST", path, b"").status, 405)


# ---- crashes, days, space, the end ---------------------------------------------------------------

def check_killed(world, store, desk, rounds=6):
    """kill -9 in the middle of a PATCH: what was told is there, and it goes on."""
    lots, real = random.Random(7), Real(desk, 900_000)
    gateway = world.gateway(store)
    tus = Tus(gateway.web.port)
    token = random.randbytes(16)
    announce = lambda: tus.create(len(real.bytes), Upload_Metadata=metadata(
        row=real.receipt.row(), token=token)).headers["location"]
    path = announce()
    gateway.kill()
    gateway = world.gateway(store)
    tus = Tus(gateway.web.port)
    equal("killed without a byte: it was only announced", tus.head(path).status, 404)
    equal("killed without a byte: and is announced again", announce(), path)
    told = tus.patch(path, 0, real.bytes[:1]).offset
    for i in range(rounds):
        with tus.begin_patch(path, told, len(real.bytes) - told) as s:
            s.sendall(real.bytes[told:told + lots.randrange(1, 250_000)])
            gateway.kill()
        gateway = world.gateway(store)
        tus = Tus(gateway.web.port)
        now = tus.head(path).offset
        ok("killed %d: nothing told is lost" % i, told <= now, (told, now))
        told = tus.patch(path, now, real.bytes[now:now + 1000]).offset
        equal("killed %d: it goes on" % i, told, now + 1000)
        gateway.kill()
        gateway = world.gateway(store)
        tus = Tus(gateway.web.port)
        equal("killed %d: what was told is on disk" % i, tus.head(path).offset, told)
    equal("killed: the rest", tus.patch(path, told, real.bytes[told:]).offset, len(real.bytes))
    return gateway, real


def check_stop(world, store, desk):
    """SIGTERM with a stalled PATCH, another that waits for it, and their HEADs: a clean end."""
    gateway, real = world.gateway(store), Real(desk, 300_000)
    tus = Tus(gateway.web.port)
    path, disk = tus.create(len(real.bytes)).headers["location"], UnderWay(store)
    with tus.begin_patch(path, 0, len(real.bytes)) as s:
        s.sendall(real.bytes[:150_000])
        disk.wait("stopping")
        gateway.process.send_signal(signal.SIGTERM)
        s.sendall(real.bytes[150_000:160_000])
        s.shutdown(1)
        equal("stopping: ends with 0", gateway.wait(), 0)
    gateway = world.gateway(store)
    tus = Tus(gateway.web.port)
    now = tus.head(path).offset
    ok("stopping: what came is kept", 131_056 <= now <= 160_000, now)
    equal("stopping: it goes on after", tus.patch(path, now, real.bytes[now:]).offset,
          len(real.bytes))
    gateway.stop()


def check_expiry(world, store):
    """Six whole days after the day of its last byte it is over; a byte begins them anew."""
    def at(days):
        return world.gateway(store, wrapper=in_days(days))

    def lived(days, since):
        """It ran on the days between: nothing grows old by a clock that jumps (tests/faults/clocks.py)."""
        for day in range(since + 2, days, 2):
            at(day).stop()
        return at(days)
    gateway, data = at(0), sealed()
    tus = Tus(gateway.web.port)
    answer = tus.create(17080)
    path = answer.headers["location"]
    today = int(time.time()) // 86400
    expires = time.strftime("%a, %d %b %Y 00:00:00 GMT", time.gmtime((today + 7) * 86400))
    equal("expiry: announced", answer.headers["upload-expires"], expires)
    gone = tus.create(17080).headers["location"]
    tus.patch(gone, 0, data[:1])
    tus.patch(path, 0, data[:100])
    for days, since, offset in ((6, 0, 100), (11, 6, 200)):
        gateway.stop()
        gateway = lived(days, since)
        tus = Tus(gateway.web.port)
        equal("expiry: there after %d days" % days, tus.head(path).offset, offset)
        equal("expiry: goes on", tus.patch(path, offset, data[offset:offset + 100]).status, 204)
        equal("expiry: what stood still", tus.head(gone).status, 200 if days <= 6 else 404)
    gateway.stop()
    gateway = lived(18, 11)
    tus = Tus(gateway.web.port)
    refused("expiry: over, HEAD", tus.head(path), 404)
    refused("expiry: over, PATCH", tus.patch(path, 300, data[300:]), 404)
    gateway.stop()
    equal("expiry: nothing of it is left", store.stats()["envelopes"], 0)


def check_real_desk(world):
    """skrynka-report, a network that cuts, the gateway, a bundle, skrynka-desk: the same file."""
    store, (desk,) = world.intake(("Справжня",), name="store-desk", size="64M")
    gateway = world.gateway(store)
    photo, digest = world.random_file("доказ.jpg", 900_000)
    path, code = world.seal([desk.sheet_path], "Для справжнього столу.", "--attach", photo)
    envelope = read(path)
    with Proxy(("127.0.0.1", gateway.web.port), [Rule(cut=n, on="PATCH ")
                                                 for n in (10_000, 200_000, 1)]) as proxy:
        Tus(proxy.port).send(envelope, token=os.urandom(16),
                             row=sk.Receipt(sk.r_of(code)).row())
    gateway.publish()
    equal("a real desk: the code is known", gateway.web.status(code).json()["state"], "received")
    desk.import_(store.export(name="carry-desk.bin"))
    gateway.publish()
    equal("a real desk: carried", gateway.web.status(code).json()["state"], "carried")
    item = desk.find("Для справжнього столу.")
    must("a real desk: it lists the report", item, desk.list())
    ok("a real desk: the attachment is identical", digest in desk.open(item["id"]))
    gateway.stop()


def check_full(world):
    store = world.store("store-full", size="4M")
    desk = Paper(world, "Повна")
    store.import_sheet(desk, desk.sheet())
    gateway = world.gateway(store)
    tus = Tus(gateway.web.port)
    begun, data = tus.create(680 + 16400 * 32).headers["location"], sealed(32)
    answers = []
    for _ in range(100):
        answer = tus.create(680 + 16400 * 16)
        must("full: creating is not refused before it is full", answer.status == 201, answer)
        answer = tus.patch(answer.headers["location"], 0, sealed(16))
        answers.append(answer.status)
        if answer.status != 204:
            break
    refused("full", answer, 507)
    ok("full: until then all were taken", answers.count(204) >= 8, answers)
    refused("full: creating, until the next hour", tus.create(17080), 507)
    refused("full: a PATCH", tus.patch(begun, 0, data), 507)
    equal("full: HEAD still answers", tus.head(begun).offset, 0)
    equal("full: DELETE works", tus.delete(begun).status, 204)


def main():
    with World("uploads") as world:
        store, (desk,) = world.intake(("Одна",), make=Paper, size="256M")
        gateway = world.gateway(store, options=("--max-upload", "5000000"))
        tus = Tus(gateway.web.port)
        path = check_creation(tus, store)
        check_options(tus, path)
        check_version(tus, path)
        check_head(tus, path)
        twice(tus, path)
        check_patch(tus, path, store)
        check_override(tus)
        check_delete(tus, store)
        check_receipts(gateway.web)
        check_kept(tus, store)
        store, (desk,) = world.intake(("Друга",), make=Paper, size="256M", name="store-2")
        gateway = world.gateway(store)
        expected = [Real(desk, n) for n in (0, 400_000, 450_000, 300_000)]
        note("rows, tokens, cuts")
        check_row(gateway, store, expected[0])
        check_repeated(gateway, expected[1])
        check_stalled(gateway, store, expected[2])
        check_deleted_under(gateway, store)
        expected += check_cuts(gateway, lambda n: Real(desk, n), 12)
        whole = check_whole(world, desk, gateway)
        check_tokens(gateway, store, expected[3])
        equal("the gateway ends cleanly", gateway.stop(), 0)
        note("kill -9")
        gateway, last = check_killed(world, store, desk)
        equal("after kills it ends cleanly", gateway.stop(), 0)
        check_desk(store, desk, expected + [last], whole)
        check_stop(world, store, desk)
        check_real_desk(world)
        check_full(world)
        check_expiry(world, world.intake(("Третя",), make=Paper, name="store-3")[0])


def check_desk(store, desk, expected, whole):
    """What was sent is in the bundle, byte by byte, and opens."""
    bundle = store.export()
    opened, broken = desk.import_(bundle)
    equal("every envelope of the bundle opens", (broken, len(opened) > 10), ([], True))
    ok("the attachments are those that were sent", {real.data for real in expected} <=
       {data for _, out in opened for _, data in sk.files(out)})
    carry = signed.carry_read(read(bundle))
    digests = [entry.digest for entry in carry.entries]
    wanted = [sk.blake2b(real.bytes) for real in expected] + [sk.blake2b(whole)]
    equal("the bundle holds as many", len(digests), len(wanted) + 1)  # one came under two tokens
    equal("every envelope is there, byte by byte", [i for i, d in enumerate(wanted)
                                                    if d not in digests], [])
    equal("and nothing else", [d.hex() for d in digests if d not in wanted], [])
    equal("the store is whole", store.run("check").exit, 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
