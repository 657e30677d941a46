#!/usr/bin/python3 -B
"""A small store fills up: first no large reports, then none; what is in it stays whole; when the
desk has acknowledged and the store purged, intake works again. What may come is a state that is
taken at start and once an hour; here the gateway starts anew instead of waiting. A person runs this
to know what a full disk looks like before it happens."""
import sys
import time

import checks
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from world import GATEWAY, STORE, World

LARGE = 900_000


class Filling:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",), make=Paper, size="24M")
        self.gateway = None
        self.start()
        self.taken = []

    def start(self):
        if self.gateway:
            self.gateway.stop()
        self.gateway = self.w.gateway(self.store)
        self.web = self.gateway.web

    def used(self):
        stats = self.store.stats()
        return stats["used"] / stats["size"]

    def large(self, number):
        word = "великий-%05d" % number
        return word, self.web.report(word, [("f", bytes(LARGE))])

    def small(self, number):
        word = "малий-%05d" % number
        return word, self.web.report(word)

    def take(self, one):
        word, reply = one
        must("%s is taken" % word, reply.status == 201, (reply.status, reply.text))
        self.taken.append((word, reply.code))

    def until_refused(self, make, limit):
        """Posts until the first 507; the refused reply, or None at the limit."""
        for number in range(limit):
            word, reply = make(number)
            if reply.status == 507:
                return reply
            if reply.status != 201:
                raise checks.Stop("%s: status %d: %s" % (word, reply.status, reply.text))
            self.taken.append((word, reply.code))
        return None

    def fill(self):
        while self.used() < 13.05 / 16:
            self.take(self.large(len(self.taken)))
        self.large_count = len(self.taken)
        self.start()
        self.told("large reports are refused")
        _, reply = self.large(90000)
        equal("after the next look large reports meet 507", reply.status, 507)
        ok("the page says so in the resident's language",
           reply.headers.get("Content-Type", "").startswith("text/html") and len(reply.text) > 80,
           reply.body[:200])
        self.take(self.small(90000))
        reply = self.until_refused(self.small, 2000)
        must("text reports meet 507 in the end", reply is not None)
        small = len(self.taken) - self.large_count
        ok("and that after many of them", small > 50, small)
        note("%d large and %d small were taken" % (self.large_count, small))
        equal("a large one meets 507 too", self.large(1)[1].status, 507)
        self.start()
        self.told("the store is full")
        equal("after the next look still", self.small(1)[1].status, 507)

    def told(self, word):
        """The operator hears of it within seconds, once."""
        deadline = time.monotonic() + 60
        while not any(word in line for line in self.gateway.lines) and time.monotonic() < deadline:
            time.sleep(0.05)
        equal("the gateway says once: %s" % word,
              sum(word in line for line in self.gateway.lines), 1)

    def intact(self):
        self.gateway.publish()
        states = {self.web.status(code).json()["state"] for _, code in self.taken}
        equal("receipts are published and looked up all the same", states, {"received"})
        equal("the form goes on being served", self.web.get("/uk/").status, 200)
        equal("the store is whole", self.store.run("check").exit, 0)
        self.bundle = self.store.export()
        opened, refused = self.desk.import_(self.bundle)
        equal("a full store can be exported: every report opens", refused, [])
        equal("all that was acknowledged is there, nothing else",
              sorted(sk.field(out, "text") for _, out in opened), sorted(w for w, _ in self.taken))

    def free(self):
        self.store.import_board(self.desk.board())
        self.store.purge()
        equal("one board deletes nothing yet", self.store.stats()["envelopes"], len(self.taken))
        self.store.import_board(self.desk.board())
        self.store.purge()
        equal("purge works on a full store", self.store.stats()["envelopes"], 0)
        equal("until the next look nothing changes", self.small(98)[1].status, 507)
        self.start()
        equal("a large report fits again", self.large(99)[1].status, 201)
        equal("and a small one", self.small(99)[1].status, 201)
        count = len(self.taken)
        while self.used() < 13.05 / 16:
            self.take(self.large(len(self.taken)))
        ok("and as many as before", len(self.taken) - count >= self.large_count - 3,
           (len(self.taken) - count, self.large_count))


def main():
    with World("full", (GATEWAY, STORE)) as world:
        filling = Filling(world)
        for step in (filling.fill, filling.intact, filling.free):
            note(step.__name__)
            step()


if __name__ == "__main__":
    sys.exit(checks.run(main))
