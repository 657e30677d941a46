#!/usr/bin/python3 -B
"""Every refusal arrives: a browser shows the page's own words, whatever was still to come, with a
script and without. Browsers read an answer only behind what they send, so the gateway reads and
drops that, within bounds: of bytes, of time, and of how many do so at once."""
import select
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
from web import Form
from wire import reply
from world import STORE, World, in_days

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
        super().__init__(world, ("Одна",))
        self.meddler = self.wire
        self.short, _ = world.intake(("Одна",), make=Paper, name="short")
        self.roomy, _ = world.intake(("Одна",), make=Paper, name="roomy")
        self.tight, _ = world.intake(("Одна",), make=Paper, name="tight", size="24M")
        self.full, _ = world.intake(("Одна",), make=Paper, name="full", size="24M")
        fill(world, self.tight, 13.1)
        fill(world, self.full, 15.05)
        self.files = {size: world.random_file("v%d.mp4" % size, size * MIB)[0] for size in (5, 40)}
        self.gateways = {
            "limited": world.gateway(self.short, options=("--max-upload", str(LIMIT))),
            "open": world.gateway(self.roomy), "tight": world.gateway(self.tight),
            "full": world.gateway(self.full)}

    def at(self, name):
        """Who comes now comes to this gateway."""
        web = self.gateways[name].web
        self.wire = types.SimpleNamespace(url="http://%s:%d" % (web.host, web.port))

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


    # ---- with a script -----------------------------------------------------------------------

    def told(self, p, name, words):
        p.press(SUBMIT)
        p.until(lambda: [n.text for n in p.all("[role=alert] .n")] == [words], words)
        ok(name, True)
        equal(name + ": what was written is still there", p.run(
            "return document.querySelector('#t').value"), TEXT)

    def try_(self, p, at, size=None, code=None):
        self.at(at)
        self.form(p)
        self.write(p, TEXT, [self.files[size]] if size else (), code=code)

    def scripted(self, kind):
        both = lambda name: "%s. %s" % (getattr(T, name + "_H"), getattr(T, name + "_T"))
        before = self.tight.stats()["envelopes"]
        with self.person(kind) as p:
            for size in (5, 40):
                self.try_(p, "limited", size)
                self.told(p, "%s: %d MB are too large" % (kind.name, size), both("TOO_LARGE"))
            self.try_(p, "open", 5, WRONG)
            self.told(p, "%s: a wrong code" % kind.name, T.CODE_CHECK)
            for size in (5, None):
                self.try_(p, "full", size)
                self.told(p, "%s: full" % kind.name, both("FULL"))
                ok("and nothing less is offered", T.SEND_TEXT not in p.text)
            self.try_(p, "tight", 5)
            self.told(p, "%s: tight is not full" % kind.name, both("RESERVE"))
            p.press("[role=alert] button")
            p.until(lambda: [h.text for h in p.all("h1")] == [T.DONE_H1], T.DONE_H1)
            equal("the text alone is stored", self.tight.stats()["envelopes"], before + 1)
            self.meddled(p, kind.name, both)
            self.closed(p, "%s, script" % kind.name, False)

    def meddled(self, p, name, both):
        """Whatever else is refused is no fault of the server."""
        self.wire = self.meddler
        for status in (400, 403, 404, 412, 415):
            self.meddler.instead = lambda x, s=status: reply(s, b"no") \
                if x.path.startswith("/uploads") else None
            self.form(p)
            self.write(p, TEXT)
            self.told(p, "%s: %d" % (name, status), both("BAD_REQUEST"))
        self.meddler.instead = None


def clocks(stage, world, kinds):
    """A device whose date is wrong is told so when the page opens, whichever way it is wrong. Here
    the gateway's clock is the one that is moved: what counts is the difference."""
    then = in_days(-70)
    store, desk = world.store("clocks"), world.desk("Давня", wrapper=then)
    sheet = desk.sheet(weeks=13)
    world.run(*then, STORE, "--store", store.dir, "import-sheet", "--name", desk.name,
              "--fingerprint", desk.fingerprint, sheet)
    for days in (60, 15, -15, 1):
        gateway = world.gateway(store, wrapper=in_days(-days))
        stage.gateways["clocks"] = gateway
        stage.at("clocks")
        for kind in kinds:
            with stage.person(kind) as p:
                p.get(stage.wire.url + "/uk/")
                name = "%s: %+d days" % (kind.name, days)
                if abs(days) == 1:
                    p.until(lambda: p.one("#mode").text == T.MODE_DEVICE, name + ": it fits")
                    stage.write(p, TEXT)
                    ok(name + ": and is taken", stage.send(p))
                else:
                    p.until(lambda: p.one("#mode").text == T.LOCK_FAILED, name)
                    ok(name + ": the date is named at once", T.LOCK_CLOCK in p.text, p.text)
                    ok(name + ": and it cannot be sent", not p.one(SUBMIT).shown)
        equal("it ends well", gateway.stop(), 0)


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


def dropped(web):
    """Whether the whole body of a refused report is read, and the refusal comes behind it."""
    with begin(web, 32 * MIB) as s:  # more than what sockets hold
        try:
            s.sendall(bytes(32 * MIB))
        except OSError:
            return False
        return answer(s).startswith(b"HTTP/1.1 413")


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
    held = [begin(web, 5 * MIB) for _ in range(3)]
    answered, _, _ = select.select(held, [], [], 120)
    must("at once: no more than a quarter of the connections", len(answered) == 1, answered)
    held.remove(answered[0])
    refused_at_once("who is one more is told at once", answered[0])
    equal("and cut, when it sends on", dropped(web), False)
    held.pop().close()
    deadline = time.monotonic() + 60
    while not (again := dropped(web)) and time.monotonic() < deadline:
        pass  # until the gateway has seen that one is gone
    ok("when one is gone there is room for another", again)
    equal("others are served meanwhile", web.get("/uk/").status, 200)
    begun = time.monotonic()
    equal("and it ends, whoever is still sending", gateway.stop(), 0)
    took = time.monotonic() - begun
    ok("who sends what nobody keeps is not waited for as others are", took < FINISH, took)
    held.pop().close()
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
    with World("refusals") as world:
        bounds(world)
        stage = Stage(world)
        for kind in kinds:
            note(kind.name)
            stage.plain(kind)
            stage.scripted(kind)
        clocks(stage, world, kinds)
        stage.meddler.close()


if __name__ == "__main__":
    sys.exit(checks.run(main, need_browsers()))
