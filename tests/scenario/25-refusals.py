#!/usr/bin/python3 -B
"""Every refusal arrives: a browser shows the page's own words, whatever was still to come, with a
script and without. Browsers read an answer only behind what they send, so the gateway reads and
drops that, within bounds: of bytes, of time, and of how many do so at once."""
import socket
import sys
import time
import types

import checks
from checks import equal, must, note, ok
from paper import Paper
from person import Refused
from texts import texts
from town import SUBMIT, Town, need_browsers
from web import CODE, Form
from world import GATEWAY, STORE, World

MIB = 1 << 20
LIMIT = 2 * MIB
BEYOND = 1 << 30  # so much beyond the limit is read (gateway/http/request.h)
FINISH = 20  # seconds for those who are being served, when the gateway stops
TEXT = "Обшук на нашій вулиці, забрали двох."
WRONG = "04926-D25AS-KQH2C-TNEYC-VQQFX"
T = texts("uk")


def fill(world, store, until):
    """Puts reports into a store until so many sixteenths of it are used."""
    gateway = world.gateway(store)
    large, used = True, lambda: store.stats()["used"] * 16 / store.stats()["size"]
    while used() < until:
        large = large and used() < 13
        for _ in range(1 if large else 20):
            reply = gateway.web.report("звіт", [("f", bytes(900_000))] if large else ())
            must("it fills", reply.status in (201, 507), reply.status)
        if reply.status == 507:
            break
    gateway.stop()


class Stage(Town):
    """As a town, but browsers speak with the gateways themselves: a wire between them would hide
    how a connection ends."""

    def __init__(self, world):
        self.w, self.people = world, 0
        self.store, self.desks = world.intake(("Одна",), make=Paper)
        self.short, _ = world.intake(("Одна",), make=Paper, name="short")
        self.tight, _ = world.intake(("Одна",), make=Paper, name="tight", size="24M")
        self.full, _ = world.intake(("Одна",), make=Paper, name="full", size="24M")
        fill(world, self.tight, 13.1)
        fill(world, self.full, 15.05)
        self.files = {size: world.random_file("v%d.mp4" % size, size * MIB)[0] for size in (1, 5, 40)}
        self.gateways = {
            "limited": world.gateway(self.short, options=("--max-upload", str(LIMIT))),
            "open": world.gateway(self.store), "tight": world.gateway(self.tight),
            "full": world.gateway(self.full)}

    def at(self, name):
        """Who comes now comes to this gateway."""
        web = self.gateways[name].web
        self.wire = types.SimpleNamespace(url="http://%s:%d" % (web.host, web.port))
        return self.gateways[name]

    # ---- without a script --------------------------------------------------------------------

    def refused(self, p, name, words):
        try:
            p.press(SUBMIT)
            p.until(lambda: words in p.text, words)
        except Refused as why:  # Firefox's driver says so of the browser's own error page
            return ok(name, False, why)
        return ok(name, True)

    def plain(self, kind):
        with self.person(kind, javascript=False) as p:
            for name, at, size, code, words in (
                    ("too large", "limited", 5, None, T.TOO_LARGE_H),
                    ("far too large", "limited", 40, None, T.TOO_LARGE_H),
                    ("tight", "tight", 5, None, T.RESERVE_H), ("full", "full", 5, None, T.FULL_H),
                    ("a wrong code", "open", 5, WRONG, T.BAD_CODE_H)):
                self.at(at)
                self.form(p, script=False)
                self.write(p, TEXT, [self.files[size]], code=code)
                self.refused(p, "%s, no script: %s" % (kind.name, name), words)
            self.closed(p, "%s, no script" % kind.name, True)

    def closed(self, p, name, sends):
        """Closed when the form is asked for, and, without a script, when it is sent."""
        store, desks = self.w.intake(("Остання",), make=Paper, name="closing-" + name.replace(" ", ""))
        gateway = self.w.gateway(store)
        self.gateways["closing"] = gateway
        self.at("closing")
        if sends:
            self.form(p, script=False)
            self.write(p, TEXT, [self.files[5]])
        store.run("retire", "--yes", "--fingerprint", desks[0].fingerprint)
        deadline = time.monotonic() + 60
        while gateway.web.get("/uk/").status != 503 and time.monotonic() < deadline:
            pass
        if sends:
            self.refused(p, name + ": closed", T.CLOSED_H)
        p.get(self.wire.url + "/uk/")
        p.wait_text(T.CLOSED_H)
        ok(name + ": closed, said instead of a form", not p.all("#report"))
        gateway.stop()


# ---- bounds -----------------------------------------------------------------------------------


def begin(web, length, sent=b""):
    """A report of that length, of which so much is sent."""
    form = Form([("text", TEXT), ("file", "video.mp4", b"x")])
    lines = {**form.headers, "Content-Length": str(length)}
    s = socket.create_connection((web.host, web.port), 120)
    s.sendall(b"POST /uk/report HTTP/1.1\r\nHost: localhost\r\n" + "".join(
        "%s: %s\r\n" % line for line in lines.items()).encode() + b"\r\n" + sent)
    return s


def answer(s):
    """What comes until it closes; b"" also when it is cut."""
    got = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return got
            got += piece
    except ConnectionError:
        return got


def sends_on(s, most):
    """Sends until it is cut, or `most` bytes went; whether it was cut."""
    piece, sent = bytes(MIB), 0
    try:
        while sent < most:
            sent += s.send(piece)
    except OSError:
        return True
    return False


def refused_at_once(name, s):
    ok(name, answer(s).startswith(b"HTTP/1.1 413"))
    s.close()


def bounds(world):
    store, _ = world.intake(("Одна",), make=Paper, name="bounds")
    gateway = world.gateway(store, options=("--max-upload", str(LIMIT), "--connections", "8"))
    web = gateway.web
    with begin(web, LIMIT + BEYOND + 1) as s:
        ok("bytes: who announces more than is read is cut", sends_on(s, LIMIT + BEYOND))
    refused_at_once("and was answered at once", begin(web, LIMIT + BEYOND + 1))
    form = Form([("text", TEXT)])
    reply = web.request("POST", "/uk/report", b"", {
        **form.headers, "Content-Length": str(5 * MIB), "Expect": "100-continue"})
    equal("who asks first is told at once", reply.status, 413)
    held = [begin(web, 5 * MIB) for _ in range(2)]
    refused_at_once("at once: no more than a quarter of the connections", begin(web, 5 * MIB))
    held.pop().close()
    deadline = time.monotonic() + 60
    while True:  # until the gateway has seen that one is gone
        s = begin(web, 5 * MIB)
        s.settimeout(0.2)
        try:
            free = not s.recv(1)
        except TimeoutError:
            free = True
        if free or time.monotonic() > deadline:
            break
        s.close()
    ok("and again one when one is gone", free)
    equal("others are served meanwhile", web.get("/uk/").status, 200)
    begun = time.monotonic()
    equal("and it ends, whoever is still sending", gateway.stop(), 0)
    took = time.monotonic() - begun
    ok("who sends what nobody keeps is not waited for as others are", took < FINISH, took)
    for one in (s, *held):
        one.close()
    slow = world.gateway(store, options=("--max-upload", str(LIMIT), "--deadline", "2"))
    with begin(slow.web, 5 * MIB, b"x") as s:
        equal("seconds: who stops sending is cut", answer(s), b"")
    with begin(slow.web, 900 * MIB) as s:
        ok("and who never stops", sends_slowly(s))
    equal("it ends well", slow.stop(), 0)


def sends_slowly(s):
    """A byte now and then; whether it is cut."""
    deadline = time.monotonic() + 120
    s.settimeout(0.05)
    while time.monotonic() < deadline:
        try:
            s.send(b"x")
            if not s.recv(1):
                return True
        except TimeoutError:
            pass
        except OSError:
            return True
    return False


def main(kinds):
    with World("refusals", (GATEWAY, STORE)) as world:
        bounds(world)
        stage = Stage(world)
        for kind in kinds:
            note(kind.name)
            stage.plain(kind)


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
