#!/usr/bin/python3 -B
"""Somebody takes the disk. Of 60 reports he even knows every receipt row and every envelope, and only
wants to know which belong together, and in which order they came: from the files' bytes and times
alone, before a publication, after it, and after the nightly rewrite."""
import os
import statistics
import struct
import sys
import time

import checks
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from tus import Tus, metadata
from world import GATEWAY, STORE, World, read

REPORTS = 60
PAGE = 4096
# Of 60 pairs guessed at random one is right on average; nine or more once in a million times.
CHANCE = 9
# Ranks that have nothing to do with each other: six standard deviations.
NO_ORDER = 0.78


def envelope():
    return struct.pack("<BxxxI", 1, sk.week_of(time.time())) + os.urandom(672 + 16400)


def correlation(places):
    """Of the order of arrival with the places in the file, by rank."""
    ranks = {at: i for i, at in enumerate(sorted(places))}
    return statistics.correlation(list(range(len(places))), [float(ranks[at]) for at in places])


class Image:
    """Every byte of the store's files, as one; each begins on a page."""

    def __init__(self, store):
        files = [read(path) for path in sorted(store.files())]
        self.bytes = b"".join(data + bytes(-len(data) % PAGE) for data in files)

    def all(self, what):
        found, at = [], self.bytes.find(what)
        while at >= 0:
            found.append(at)
            at = self.bytes.find(what, at + 1)
        return found


class Thief:
    def __init__(self, world):
        self.store, (desk,) = world.intake(("Одна",), make=Paper, size="16M")
        self.gateway = world.gateway(self.store)
        tus = Tus(self.gateway.web.port)
        self.envelopes, self.rows, self.tokens = [], [], []
        for _ in range(REPORTS):
            data, row, token = envelope(), os.urandom(16), os.urandom(16)
            path = tus.create(len(data), Upload_Metadata=metadata(row=row, token=token))
            must("an upload is taken", tus.patch(path.headers["location"], 0, data).status == 204)
            self.envelopes.append(data)
            self.rows.append(row)
            self.tokens.append(token)

    def guesses(self, rows, envelopes):
        """Orders of the file, one against the other, from both ends and also by page."""
        for pick in (min, max):
            by_place = sorted(rows, key=lambda i: pick(rows[i]))
            by_page = sorted(rows, key=lambda i: (pick(rows[i]) // PAGE, -pick(rows[i])))
            for order in (by_place, by_place[::-1], by_page, by_page[::-1]):
                for other in (min, max):
                    yield order, sorted(envelopes, key=lambda i: other(envelopes[i]))

    def look(self, when, published):
        image = Image(self.store)
        envelopes = {i: image.all(data[100:132]) for i, data in enumerate(self.envelopes)}
        rows = {i: image.all(row) for i, row in enumerate(self.rows)}
        must("%s: all envelopes are found" % when, all(envelopes.values()))
        arrival = correlation([min(envelopes[i]) for i in range(REPORTS)])
        note("%s: envelopes lie in the order of arrival: r = %.2f" % (when, arrival))
        if not published:
            equal("%s: not one row is on the disk" % when, [i for i in rows if rows[i]], [])
        else:
            must("%s: all rows are found" % when, all(rows.values()))
            self.judge(when, rows, envelopes)
        self.links(when, image)
        return arrival

    def judge(self, when, rows, envelopes):
        right = max(sum(a == b for a, b in zip(*guess)) for guess in self.guesses(rows, envelopes))
        ok("%s: the best guess is no better than chance" % when, right < CHANCE, right)
        note("%s: %d of %d pairs right" % (when, right, REPORTS))
        for pick in (min, max):
            order = correlation([pick(rows[i]) for i in range(REPORTS)])
            ok("%s: rows lie in no order of arrival" % when, abs(order) < NO_ORDER, order)
            note("%s: rows and order of arrival: r = %.2f" % (when, order))

    def links(self, when, image):
        """A record of a finished upload names nothing, and its token is nowhere."""
        found = [i for i, token in enumerate(self.tokens) if image.all(token)]
        equal("%s: no token is on the disk" % when, found, [])
        near = 0
        for row in self.rows:
            for at in image.all(row):
                page = image.bytes[at // PAGE * PAGE:at // PAGE * PAGE + PAGE]
                near += any(data[100:132] in page for data in self.envelopes)
        equal("%s: no page holds a row and an envelope" % when, near, 0)

    def times(self):
        odd = {}
        for path in self.store.files():
            if os.sep + "inbox" + os.sep in path:
                st = os.stat(path)
                if st.st_mtime_ns % (86400 * 10**9) or st.st_atime_ns % (86400 * 10**9):
                    odd[path] = st.st_mtime_ns
        equal("the inbox's files say the day and no time of it", odd, {})


def main():
    with World("disk", (GATEWAY, STORE)) as world:
        thief = Thief(world)
        thief.times()
        ok("an order of arrival would be found", thief.look("before it is published", False) > 0.9)
        thief.gateway.publish()
        thief.times()
        thief.look("after the publication", True)
        thief.store.run("rewrite")
        ok("after the rewrite envelopes have no order either",
           abs(thief.look("after the rewrite", True)) < NO_ORDER)
        equal("the gateway ends cleanly", thief.gateway.stop(), 0)


if __name__ == "__main__":
    if time.time() % 86400 > 86400 - 600:
        print("SKIP it is nearly midnight (UTC), when a publication is due")
        sys.exit(77)
    sys.exit(checks.run(main))
