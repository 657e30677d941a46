#!/usr/bin/python3 -B
"""Clocks that are wrong for a while: the gateway's, the store's and the desk's, set back and ahead, over weeks
and months, 2038 and 2106, and right again each time. The gateway goes on; what it acknowledges opens at the
desk or is refused with words; receipts are published at most once per day of its clock, and never because it
went back; nothing is deleted for an age that it has not; no number is blocked; and `destroy` asks.
"""
import datetime
import os
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
import checks
import skrynka as sk
from checks import equal, note, ok
from tus import Tus
from world import CLOCK, DESK, GATEWAY, STORE, World, need_programs

DAY = 86400
NOW = time.time()


def at(year, month, day, hour=12):
    moment = datetime.datetime(year, month, day, hour, tzinfo=datetime.timezone.utc)
    return moment.timestamp() - NOW


def next_midnight(weekday=None, first=False):
    """Seconds from now to just before the next midnight that begins this weekday, or a month."""
    day = int(NOW) // DAY + 1
    while (weekday is not None and time.gmtime(day * DAY).tm_wday != weekday) or \
            (first and time.gmtime(day * DAY).tm_mday != 1):
        day += 1
    return day * DAY - 2 - NOW


# name, seconds that the clock is wrong by
WRONG = [("an hour back", -3600), ("a day back", -DAY), ("a year back", -365 * DAY), ("1970", at(1970, 1, 2)),
         ("a day ahead", DAY), ("a week ahead", 7 * DAY), ("three months ahead", 91 * DAY),
         ("two years ahead", 730 * DAY), ("past 2038", at(2038, 1, 20)), ("past 2106", at(2106, 2, 8))]


class Clock:
    """A clock that can be set while a program runs: clock.so maps its file."""

    def __init__(self, world, name):
        self.file = world.path(name)
        self.set(0)
        self.words = ("env", "LD_PRELOAD=" + CLOCK, "CLOCK_FILE=" + self.file)

    def set(self, seconds):
        self.wrong = seconds
        fd = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(fd, struct.pack("=q", int(seconds)), 0)
        os.close(fd)

    @property
    def day(self):
        return int(time.time() + self.wrong) // DAY


class Gate:
    """A store and its gateway, which is started anew whenever the clock was set: a start is a tick."""

    def __init__(self, world):
        self.w, self.clock = world, Clock(world, "clock")
        self.store, (self.desk,) = world.intake(("Одна",), size="64M")
        self.taken, self.refused = [], 0
        self.start()

    def start(self):
        self.gateway = self.w.gateway(self.store, wrapper=self.clock.words)
        self.web = self.gateway.web

    def rows(self):
        """(day, all) of what anybody sees of the receipts."""
        body = self.web.get("/receipts").body
        return int.from_bytes(body[16:20], "little"), body

    def set(self, seconds):
        equal("%+d s: the gateway ends well" % seconds, self.gateway.stop(), 0)
        self.clock.set(seconds)
        self.start()

    def post(self, text):
        reply = self.web.report(text)
        if reply.status == 201:
            self.taken.append(text)
        else:
            self.refused += 1
        return reply

    def carry(self):
        self.desk.import_(self.store.export(name="gate.carry"))
        return {item["text_excerpt"] for item in self.desk.list()}


def wrong_and_right(gate, name, seconds):
    text = "звіт, %s" % name
    day, before = gate.rows()
    gate.set(seconds)
    reply = gate.post(text)
    ok("%s: a report is taken, or refused with words" % name,
       reply.status == 201 or (reply.status in (400, 503) and len(reply.text) > 200), reply.status)
    ahead, rows = gate.rows()
    if seconds < 0:
        equal("%s: nothing is published because the clock went back" % name, rows, before)
    else:
        ok("%s: published by the calendar only" % name, rows == before or ahead == gate.clock.day,
           (ahead, gate.clock.day))
    gate.set(seconds)
    equal("%s: and once on that day" % name, gate.rows()[1], rows)
    gate.set(0)
    equal("%s: right again, nothing is published" % name, gate.rows()[1], rows)
    equal("%s: right again, reports are taken" % name, gate.post(text + ", потім").status, 201)


def gateways_clock(world):
    gate = Gate(world)
    equal("a report of today", gate.post("звіт, нині").status, 201)
    upload = Tus(gate.web.port)
    begun = upload.create(17080).headers["location"]
    equal("an upload begins", upload.patch(begun, 0, struct.pack("<BxxxI", 1, sk.week_of(NOW))).status, 204)
    for name, seconds in WRONG:
        wrong_and_right(gate, name, seconds)
    equal("an upload that began before all this still stands", Tus(gate.web.port).head(begun).status, 200)
    have = gate.carry()
    equal("what was acknowledged opens at the desk", sorted(set(gate.taken) - have), [])
    note("%d acknowledged, %d refused" % (len(gate.taken), gate.refused))
    later(gate)


def later(gate):
    """The days go on: a publication comes with the next midnight, and the clock's leaps cost no mark."""
    codes = [gate.web.report("спізнений %d" % i).code for i in range(2)]
    gate.set(next_midnight() + 4)
    day, _ = gate.rows()
    equal("the next midnight publishes", day, gate.clock.day)
    ok("receipts of today are there then", all(gate.web.status(c).json()["state"] == "received" for c in codes))
    equal("the gateway ends well", gate.gateway.stop(), 0)


def midnights(world):
    """While it runs, over the end of a week and of a month, back and over it again."""
    for name, seconds in (("a week", next_midnight(weekday=0)), ("a month", next_midnight(first=True))):
        clock = Clock(world, "clock-" + name[2:])
        clock.set(seconds)
        store, (desk,) = world.intake(("Опівночі-" + name[2:],), name="store-" + name[2:])
        gateway = world.gateway(store, wrapper=clock.words)
        texts = ["%s, %d" % (name, i) for i in range(4)]
        equal("%s ends: before" % name, gateway.web.report(texts[0]).status, 201)
        for text, more in zip(texts[1:], (4, 0, 4)):
            clock.set(seconds + more)
            equal("%s ends: %+d" % (name, more), gateway.web.report(text).status, 201)
        equal("%s ends: the gateway ends well" % name, gateway.stop(), 0)
        desk.import_(store.export(name="midnight-%s.carry" % name[2:]))
        equal("%s ends: all open" % name, sorted(i["text_excerpt"] for i in desk.list()), sorted(texts))


def stores_clock(world):
    """purge by a clock two years ahead, with the gateway's right, and with both wrong for some days."""
    store, (desk,) = world.intake(("Скарбниця",), name="store-purge")
    clock = Clock(world, "clock-purge")
    gateway = world.gateway(store, wrapper=clock.words)
    code = gateway.web.report("мітка").code
    gateway.publish()

    def purge():
        return world.run(*clock.words, STORE, "--store", store.dir, "purge")

    clock.set(730 * DAY)
    said = purge()
    ok("purge says by which day it judges", time.strftime("%Y-%m-%d", time.gmtime()).encode() in said.out and
       b"look at the clock" in said.out, said.out)
    gateway.publish()
    for day in range(731, 734):
        gateway.stop()
        clock.set(day * DAY)
        gateway = world.gateway(store, wrapper=clock.words)
        purge()
    gateway.stop()
    clock.set(0)
    gateway = world.gateway(store, wrapper=clock.words)
    gateway.publish()
    equal("the receipt outlived it", gateway.web.status(code).json()["state"], "received")
    gateway.stop()
    equal("and the report", store.stats()["envelopes"], 1)


class Wrong:
    """A desk under a wrong clock, then under the right one: the loop goes on."""

    def __init__(self, world, name, seconds):
        self.w, self.name = world, name
        self.words = ("env", "LD_PRELOAD=" + CLOCK, "CLOCK_AHEAD=%d" % seconds)
        self.ahead, self.carried = seconds > 31 * DAY, 0
        label = "-" + str(int(seconds))
        self.store, (self.desk,) = world.intake(("Стіл" + label,), name="store" + label)
        self.gateway = world.gateway(self.store)

    def post(self, text):
        equal("%s: taken: %s" % (self.name, text), self.gateway.web.report(text).status, 201)

    def carry(self):
        self.carried += 1
        self.desk.import_(self.store.export(name="%s-%d.carry" % (self.desk.name, self.carried)))

    def texts(self):
        return sorted(i["text_excerpt"] for i in self.desk.list())

    def wrong(self):
        desk, name = self.desk, self.name
        self.post("перший")
        desk.wrapper = self.words
        result = self.store.import_sheet(desk, desk.sheet(), want=None)
        ok("%s: its sheet is taken, or refused with words" % name,
           result.exit == 0 or b"sheet" in result.err, result)
        self.post("другий")
        self.carry()
        equal("%s: reports open" % name, self.texts(), ["другий", "перший"])
        desk.answer(desk.find("перший")["id"], "checking", "відповідь")
        equal("%s: its board is taken" % name, self.store.import_board(desk.board()).exit, 0)
        result = desk.run("destroy", "--yes", want=None)
        ok("%s: destroy says which day it believes, or finds nothing" % name,
           b"By this computer's clock it is" in result.out or b"Nothing is old enough" in result.out, result.out)
        if self.ahead:
            ok("%s: and asks" % name, result.exit == 1 and b"--today" in result.err, result)
            other = desk.run("destroy", "--yes", "--today", time.strftime("%Y-%m-%d"), want=1)
            ok("%s: the true day stops it" % name, b"set the clock right" in other.err, other)

    def right(self):
        desk, name = self.desk, self.name
        desk.wrapper = ()
        equal("%s: right again, the next sheet is taken" % name, self.store.import_sheet(desk, desk.sheet()).exit, 0)
        self.post("третій")
        self.carry()
        equal("%s: nothing was destroyed, all opens" % name, self.texts(), ["другий", "перший", "третій"])
        said = desk.show(desk.find("перший")["id"])["answer"]
        ok("%s: the answer is there, not from before its report" % name,
           said["text"] == "відповідь" and said["day"] >= time.strftime("%Y-%m-%d", time.gmtime(NOW)), said)
        equal("%s: the next board is taken" % name, self.store.import_board(desk.board()).exit, 0)
        self.gateway.stop()


def desks_clock(world):
    for name, seconds in (("a year behind", -365 * DAY), ("1970", at(1970, 1, 2)), ("eight days ahead", 8 * DAY),
                          ("a year ahead", 365 * DAY), ("past 2106", at(2106, 2, 8))):
        wrong = Wrong(world, "the desk is " + name if name[0] != "1" else "the desk is in 1970", seconds)
        wrong.wrong()
        wrong.right()


def main(only):
    parts = {"gateway": gateways_clock, "midnights": midnights, "store": stores_clock, "desk": desks_clock}
    with World("clocks") as world:
        for name, part in parts.items():
            if not only or name in only:
                part(world)


if __name__ == "__main__":
    need_programs(GATEWAY, STORE, DESK)
    sys.exit(checks.run(main, sys.argv[1:]))
