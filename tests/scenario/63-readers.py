#!/usr/bin/python3 -B
"""Who can read a report, in three levels, and with which key sheets it was sealed. Only somebody whom
neither the desk knows nor the gateway offered is an alarm; reports are judged again when sheets come."""
import os
import sys

import checks
import signed
import skrynka as sk
from checks import equal, ok
from courier import PaperGateway, seal, sheet_list, sheet_of
from paper import Paper
from world import DESK, World, read, walk


class Readers:
    def __init__(self, world):
        self.w = world
        self.desk = world.desk("Наша")
        self.desk.sheet()
        self.gateway = PaperGateway(world)
        self.other = Paper(world, "Інша")
        self.first = read(self.other.sheet(1))
        self.stranger = sk.public_of(os.urandom(32))

    def bundle(self, envelopes, *sheets):
        return self.gateway.bundle(envelopes, sheet_list((sheet_of(self.desk), 0),
                                                         *((s, 0) for s in sheets)))

    def take(self, *envelopes, sheets=()):
        self.desk.import_(self.bundle(envelopes, *sheets))

    def row(self, text):
        return self.desk.find(text)

    def mark(self, text):
        """The sign before the text in the table, and what `show` says."""
        item = self.row(text)
        table = self.desk.run("list").out.decode().split("\n")
        line = next(row for row in table if row.startswith(item["id"]))
        return line[:line.index(text)].rstrip(" ")[-1:], self.desk.run("show", item["id"]).out.decode()

    def says(self, text, mark, words, never=()):
        sign, shown = self.mark(text)
        ok("%s: its sign in the list is %r" % (text, mark), sign == mark if mark else sign not in "!?",
           sign)
        ok("%s: %s" % (text, words or "no warning"), words in shown if words else "WARNING" not in shown,
           shown)
        for word in never:
            ok("%s: not: %s" % (text, word), word not in shown, shown)

    # ---- the three levels -------------------------------------------------------

    def three(self):
        ours = sheet_of(self.desk)
        self.take(seal("лише для нас", [ours]), seal("для двох", [ours, self.first]),
                  seal("для чужого", [ours], more=[self.stranger]))
        self.says("лише для нас", "", "")
        self.says("для двох", "!", "1 more can read it")
        self.says("для чужого", "!", "1 more can read it")
        equal("JSON counts them", [self.row(t)["unknown_recipients"] for t in
                                   ("лише для нас", "для двох", "для чужого")], [0, 1, 1])

    def offered(self):
        """The next bundle carries the sheet that people could choose. A disk that fails just then only
        puts the judging off."""
        original = os.path.join(self.desk.home, "reports", self.row("для двох")["id"] + ".sealed")
        os.rename(original, original + ".away")
        os.mkdir(original)
        equal("an original that cannot be read now: exit 1",
              self.desk.import_(self.bundle([], self.first), want=1).exit, 1)
        os.rmdir(original)
        os.rename(original + ".away", original)
        self.says("для двох", "!", "1 more can read it")
        self.take()
        self.says("для двох", "", self.other.slug + ": offered by the gateway, not named here; name it "
                  "with `peer`", ["WARNING"])
        equal("JSON has its whole fingerprint", self.row("для двох")["offered_recipients"],
              [self.other.fingerprint])
        self.says("для чужого", "!", "1 more can read it")
        self.take(seal("після", [sheet_of(self.desk), self.first]), sheets=[self.first])
        self.says("після", "", self.other.slug + ": offered", ["WARNING"])

    def named(self):
        self.desk.run("peer", "--name", "Сусіди", "--fingerprint", self.other.fingerprint,
                      self.other.sheet_path)
        for text in ("для двох", "після"):
            self.says(text, "", "this desk, Сусіди", ["offered by", "WARNING"])
        self.desk.run("peer", "--name", "Сусіди та друзі", "--fingerprint", self.other.fingerprint,
                      self.other.sheet_path)
        self.says("для двох", "", "this desk, Сусіди та друзі")
        self.says("для чужого", "!", "1 more can read it")

    def once(self):
        """Judged again once per change, not at each look."""
        logs = [p for p in walk(os.path.join(self.desk.home, "index")) if "threads" not in p]
        inode = lambda: [os.stat(p).st_ino for p in logs]
        before = inode()
        self.desk.list()
        self.take(sheets=[self.first])
        equal("no new sheet: the index is left alone", inode(), before)

    # ---- the sheets digest ------------------------------------------------------

    def forged_digest(self):
        self.take(seal("чужі аркуші", [sheet_of(self.desk), self.first], digests=[os.urandom(32)]))
        self.says("чужі аркуші", "?", "sealed with key sheets that this desk does not know")
        equal("JSON says so", self.row("чужі аркуші")["sheets_known"], False)
        ok("and that the others are known", self.row("для двох")["sheets_known"])

    def versions(self):
        """Every version that is known may have been used, ours and theirs, in any combination."""
        ours = [sheet_of(self.desk)]
        for weeks in (14, 15):
            self.desk.sheet(weeks=weeks)
            ours.append(sheet_of(self.desk))
        theirs = [self.first] + [read(self.other.sheet(n)) for n in (2, 3)]
        texts = {}
        for i, mine in enumerate(ours):
            for j, other in enumerate(theirs):
                texts["версії %d і %d" % (i, j)] = seal("версії %d і %d" % (i, j), [mine, other])
        self.take(*texts.values(), sheets=theirs[:2])
        for i, _ in enumerate(ours):
            for j, _ in enumerate(theirs):
                name = "версії %d і %d" % (i, j)
                equal("%s: known" % name, self.row(name)["sheets_known"], j < 2)
        self.take(sheets=theirs)
        ok("when the third comes, all are", all(self.row(t)["sheets_known"] for t in texts))

    def many(self):
        """More organisations than the answer of one question has bits, and a report to eight of them."""
        town = [Paper(self.w, "Орг%02d" % i) for i in range(70)]
        sheets = [read(p.sheet()) for p in town]
        chosen = [sheets[i] for i in (0, 1, 30, 33, 40, 64, 69)]
        self.take(seal("для восьми", [sheet_of(self.desk)] + chosen), sheets=sheets + [self.first])
        self.says("для восьми", "", "offered by the gateway", ["WARNING"])
        equal("all seven are named", sorted(self.row("для восьми")["offered_recipients"]),
              sorted(signed.sheet_read(s).identity.hex() for s in chosen))

    def no_file_alone(self):
        """A key sheet that somebody put into the desk's folder explains nobody."""
        rogue = Paper(self.w, "Чужі")
        data = read(rogue.sheet())
        for folder, name in (("offered", sk.blake2b(data).hex()), ("peers", rogue.fingerprint + "-1")):
            with open(os.path.join(self.desk.home, folder, name + ".sheet"), "wb") as f:
                f.write(data)
        self.take(seal("підкладений аркуш", [sheet_of(self.desk), data]), sheets=[self.first])
        self.says("підкладений аркуш", "!", "1 more can read it")


def main():
    with World("readers", need=(DESK,)) as world:
        readers = Readers(world)
        for step in (readers.three, readers.offered, readers.named, readers.once,
                     readers.forged_digest, readers.versions, readers.many, readers.no_file_alone):
            checks.note(step.__name__)
            step()


if __name__ == "__main__":
    sys.exit(checks.run(main))
