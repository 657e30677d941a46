#!/usr/bin/python3 -B
"""The nightly rewrite, while the gateway is under load: nothing acknowledged is lost, what was
purged is gone from the files, and so is the order in which reports came."""
import argparse
import http.client
import os
import sys
import threading

import checks
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from world import GATEWAY, STORE, World

CLIENTS, ORDERED = 3, 150


def pieces(path):
    """(offset, bytes) over a file, overlapping by a mark; stretches of zeros are left out."""
    at, tail = 0, b""
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 18), b""):
            if piece.count(0) < len(piece):
                yield at - len(tail), tail + piece
            at, tail = at + len(piece), piece[-31:]


def offsets(store, marks):
    """Where in the store's files each mark stands, by name; a mark that is nowhere is left out."""
    found = {}
    for path in sorted(store.files()):
        for at, data in pieces(path):
            found.update((name, at + data.find(mark)) for name, mark in marks.items()
                         if mark in data)
    return found


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    out = [0] * len(values)
    for rank, i in enumerate(order):
        out[i] = rank
    return out


def correlation(xs, ys):
    """Spearman's rank correlation."""
    n = len(xs)
    d = sum((a - b) ** 2 for a, b in zip(ranks(xs), ranks(ys)))
    return 1 - 6 * d / (n * (n * n - 1))


def marks_of(desk, path):
    """{text: commitment} of the reports in a bundle: 32 bytes that stand nowhere else."""
    opened, refused = desk.import_(path)
    equal("every report in %s opens" % os.path.basename(path), refused, [])
    return {sk.field(out, "text"): out.header[648:] for _, out in opened}


class Load:
    """Clients that post a number of reports, every tenth with a file."""

    def __init__(self, web, count):
        self.web, self.count, self.taken, self.bad = web, count, [], []
        self.threads = [threading.Thread(target=self.client, args=(i,)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def client(self, which):
        for number in range(self.count):
            word = "навантаження-%d-%d" % (which, number)
            files = [("f", bytes(200_000))] if number % 10 == 9 else []
            try:
                reply = self.web.report(word, files)
            except (OSError, http.client.HTTPException) as error:
                self.bad.append(repr(error))
                return
            if reply.status == 201:
                self.taken.append((word, reply.code))
            else:
                self.bad.append(reply.status)

    def running(self):
        return any(thread.is_alive() for thread in self.threads)


class Rewriting:
    def __init__(self, world, count):
        self.w, self.count = world, count
        self.store, (self.desk,) = world.intake(("Одна",), make=Paper,
                                               size="%dM" % (64 + count // 4))
        self.web = world.gateway(self.store).web

    def order(self):
        """One after the other, so that the order is known; then where they stand in the file."""
        words = ["порядок-%03d" % i for i in range(ORDERED)]
        must("reports are taken one by one", all(self.web.report(w).status == 201 for w in words))
        self.first = self.store.export()
        marks = marks_of(self.desk, self.first)
        equal("all are in the bundle", sorted(marks), words)
        carry_order = [words.index(w) for w in marks]
        before = self.measure(words, marks)
        self.store.run("rewrite")
        after = self.measure(words, marks)
        rho = correlation(list(range(ORDERED)), carry_order)
        note("rank correlation with arrival: %.2f before, %.2f after the rewrite, %.2f in the "
             "bundle" % (before, after, rho))
        ok("positive control: before the rewrite the order shows", abs(before) > 0.5, before)
        ok("after it the order of arrival is gone", abs(after) < 0.4, after)
        ok("the bundle does not tell it either", abs(rho) < 0.4, rho)
        self.marks = marks

    def measure(self, words, marks):
        found = offsets(self.store, marks)
        must("every report is found in the files", len(found) == ORDERED, len(found))
        return correlation(list(range(ORDERED)), [found[w] for w in words])

    def deleted(self):
        for _ in range(2):
            self.store.import_board(self.desk.board())
        self.store.purge()
        equal("purge took them all", self.store.stats()["envelopes"], 0)
        left = offsets(self.store, self.marks)
        note("%d of %d are still in the files after the purge" % (len(left), ORDERED))
        self.store.run("rewrite")
        equal("after the rewrite none is", offsets(self.store, self.marks), {})

    def under_load(self):
        load, rewrites = Load(self.web, self.count), 0
        while load.running() or rewrites < 2:
            result = self.store.run("rewrite", want=None)
            rewrites += 1
            if result.exit != 0:
                ok("rewrite %d while reports come in" % rewrites, False, result)
        note("%d were taken during %d rewrites" % (len(load.taken), rewrites))
        ok("every rewrite ended well, several under load", rewrites > 3, rewrites)
        equal("no report was refused", load.bad, [])
        equal("every report was acknowledged", len(load.taken), CLIENTS * self.count)
        states = {self.web.status(code).json()["state"] for _, code in load.taken}
        equal("the running gateway knows every code", states, {"received"})
        equal("it takes reports after the last rewrite", self.web.report("останній").status, 201)
        equal("the store is whole", self.store.run("check").exit, 0)
        marks = marks_of(self.desk, self.store.export())
        equal("every one is in the next bundle",
              {w for w, _ in load.taken} | {"останній"}, set(marks))


def main(count):
    with World("rewrite", (GATEWAY, STORE)) as world:
        rewriting = Rewriting(world, count)
        for step in (rewriting.order, rewriting.deleted, rewriting.under_load):
            note(step.__name__)
            step()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100,
                        help="reports of each client while rewrites go on")
    sys.exit(checks.run(main, parser.parse_args().count))
