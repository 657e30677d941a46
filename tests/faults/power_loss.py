#!/usr/bin/python3 -B
"""Loss of power under the gateway and the store's commands: what was acknowledged is there afterwards.

Real programs work on a real folder under record.so. Then the power is lost at points of what they did, and the disk
that is left (disk.py: writes that were not synced missing, there, or torn) must open, be whole, and hold every envelope
that was acknowledged by then and not purged; the commands that were broken off must be possible again.

The control forgets every sync: it must be caught, or this test could not fail.
"""
import argparse
import os
import random
import secrets
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
import checks
import signed
import skrynka as sk
from checks import equal, note, ok
from disk import PENDING, Log
from paper import Paper
from tus import Tus
from world import BUILD, GATEWAY, SKIP, STORE, Store, World, read, sanitized

RECORD = os.path.join(BUILD, "tests", "faults", "record.so")


def sealed(chunks):
    """Something that looks like an envelope of this week: nobody here needs to open it."""
    week = sk.week_of(time.time())
    return struct.pack("<BxxxI", 1, week) + os.urandom(680 - 8 + 16400 * chunks)


def taken(name, reply):
    if reply.status != 201:
        raise checks.Stop("%s is refused: %d" % (name, reply.status))


class Work:
    """The day that is broken off: reports by two ways, and the operator's commands in between."""

    def __init__(self, world):
        self.world = world
        self.org = Paper(world, "Одна")
        self.store = world.store(size="8M")
        self.store.import_sheet(self.org, self.org.sheet())
        self.log = Log(world.path("log"), self.store.dir)
        self.environment = self.log.environment(RECORD)
        self.sent, self.bundles = {}, 0

    def command(self, *words):
        """One of the operator's commands; what it printed."""
        argv = [STORE, "--store", self.store.dir, *words]
        out = self.world.run(*argv, env=self.environment)
        self.log.mark("done " + words[0])
        return out

    def acknowledged(self, envelope):
        digest = sk.blake2b(envelope).hex()
        self.sent[digest] = len(envelope)
        self.log.mark("stored " + digest)

    def courier(self, web, chunks):
        envelope = sealed(chunks)
        reply = web.courier([self.world.file("sealed", envelope)])
        taken("the courier's envelope", reply)
        self.acknowledged(envelope)

    def upload(self, tus, chunks):
        envelope = sealed(chunks)
        tus.send(envelope, row=secrets.token_bytes(16), token=secrets.token_bytes(16))
        self.acknowledged(envelope)

    def report(self, web):
        reply = web.report("Звіт", [("f", os.urandom(random.randint(10, 40000)))])
        taken("a report", reply)
        self.log.mark("report")

    def export(self):
        self.bundles += 1
        out = self.world.path("bundle-%d" % self.bundles)
        self.command("export", "--out", out)
        carry = signed.carry_read(read(out))
        self.org.arrived(carry)
        self.log.mark("exported %d" % carry.serial)

    def board_and_purge(self):
        """Boards that acknowledge; what purge may delete is no more owed from here on."""
        self.command("import-board", self.org.board())
        self.log.mark("purging")
        self.command("purge")

    def day(self):
        gateway = self.world.gateway(self.store, env=self.environment)
        tus = Tus(gateway.web.port)
        for step in range(4):
            for chunks in (1, 1, 2, 4):
                self.courier(gateway.web, chunks)
                self.upload(tus, chunks)
                self.report(gateway.web)
            self.export()
            if step % 2 == 1:
                self.command("rewrite")
            self.board_and_purge()
        gateway.publish()
        self.courier(gateway.web, 1)
        equal("the gateway ends well", gateway.stop(), 0)


class Judge:
    """Whether a disk that lost its power still keeps every promise."""

    def __init__(self, work, records):
        self.work, self.records = work, records
        self.folder = work.world.path("after")

    def owed(self, upto):
        """Envelopes acknowledged by then that no purge can have touched."""
        words = self.records.acknowledged(upto)
        last = max([i for i, w in enumerate(words) if w == "purging"], default=-1)
        return {w.split()[1] for w in words[last + 1:] if w.startswith("stored ")}

    def wrong(self, upto, pending):
        """What is wrong with the disk after a loss at this point; None when all is well."""
        self.records.disk(upto, pending, random, self.folder)
        store = Store(self.work.world, self.folder, False, None)
        check = store.run("check", want=None)
        if check.exit != 0:
            return "check: %s" % check
        gateway = self.work.world.gateway(store, ready=False)
        gateway.up.wait(60)
        lines = "".join(gateway.lines)
        if "ready on" not in lines or gateway.stop() != 0:
            gateway.kill()
            return "the gateway does not start: " + lines
        return self.missing(store, upto)

    def missing(self, store, upto):
        owed = self.owed(upto)
        held = set()
        for n in range(1, store.stats()["last_bundle"] + 1):
            out = self.work.world.path("again")
            if store.run("export", "--serial", str(n), "--out", out, want=None).exit == 0:
                held |= digests(out)
                os.unlink(out)
        out = self.work.world.path("again")
        new = store.run("export", "--out", out, want=None)
        if new.exit == 0 and os.path.exists(out):
            held |= digests(out)
            os.unlink(out)
        elif b"nothing" not in (new.out + new.err).lower():
            return "export: %s" % new
        lost = owed - held
        return "LOST %d of %d" % (len(lost), len(owed)) if lost else None


def digests(path):
    return {entry.digest.hex() for entry in signed.carry_read(read(path)).entries}


def campaign(judge, points, name):
    """What was wrong after this many losses of power."""
    found = []
    for i in range(points):
        upto = random.choice(judge.records.points)
        pending = PENDING[i % len(PENDING)]
        wrong = judge.wrong(upto, pending)
        if wrong:
            found.append("at %d, pending %s: %s" % (upto, pending, wrong))
    note("%s: %d points, %d wrong" % (name, points, len(found)))
    return found


def noticed(judge, most=80):
    """Whether one of so many losses of power is found wrong: with no sync most are."""
    return any(campaign(judge, 4, "control") for _ in range(most // 4))


def main(points):
    with World("power", (GATEWAY, STORE)) as world:
        work = Work(world)
        work.day()
        records = work.log.read()
        note("%d changes were recorded, %d of names" % (len(records.points), len(records.names)))
        equal("the log tells the whole disk", records.differs(), [])
        judge = Judge(work, records)
        equal("after every loss of power all is there", campaign(judge, points, "power"), [])
        records.forget_syncs()
        ok("without any sync it is noticed", noticed(judge))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=24, help="losses of power")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args()
    if sanitized(GATEWAY):
        print("SKIP what is preloaded must come after the sanitizers")
        sys.exit(SKIP)
    random.seed(given.seed)
    print("     --points %d --seed %d" % (given.points, given.seed))
    sys.exit(checks.run(main, given.points))
