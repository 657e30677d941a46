#!/usr/bin/python3 -B
"""A number is spent only when the file can be written, and what was spent can be written again: the stick
is not there, full, read-only, a folder; and every single call that takes room on a disk fails in turn."""
import os
import re
import subprocess
import sys

import checks
import signed
from checks import equal, must, ok
from courier import PaperGateway, seal, sheet_list, sheet_of
from world import DESK, World, need_tools, read, sanitized, walk

# Calls of the desk that can meet a full disk, by the time they are made.
CALLS = ("openat", "write", "fsync", "rename", "mkdir")
SPENT = re.compile(rb"(?:sheet|board) (\d+) is (?:made and kept|lost)")


def numbers(desk):
    records = desk.keyring()
    return {"sheet": int.from_bytes(records.get((6, 0), b""), "little"),
            "board": int.from_bytes(records.get((7, 0), b""), "little")}


def number_in(kind, data):
    return signed.sheet_read(data).serial if kind == "sheet" else \
        int.from_bytes(data[16:24], "little")


class Spent:
    def __init__(self, world):
        self.w = world
        self.desk = world.desk("Одна")
        self.desk.sheet()
        gateway = PaperGateway(world)
        self.desk.import_(gateway.bundle([seal("з відповіддю", [sheet_of(self.desk)])],
                                         sheet_list((sheet_of(self.desk), 0))))
        self.desk.board()

    # ---- wrong places -----------------------------------------------------------

    def wrong_places(self):
        folder = self.w.path("folder")
        os.makedirs(folder)
        places = [("that is not there", self.w.path("no-stick", "x.bin")), ("that is a folder", folder),
                  ("that ends in a stroke", folder + "/"),
                  ("below a file", os.path.join(self.w.passphrase, "x.bin"))]
        before = numbers(self.desk)
        for kind in ("board", "sheet"):
            for name, place in places:
                result = self.desk.run(kind, "--out", place, want=1)
                ok("%s to a place %s: says that none was made" % (kind, name),
                   b"was made and none is lost" in result.err, result)
        equal("nothing was spent", numbers(self.desk), before)
        equal("and nothing was left there", os.listdir(folder), [])
        for kind in ("board", "sheet"):
            out = self.desk.out(kind)
            self.desk.run(kind, "--out", out)
            equal("the next %s has the next number" % kind, number_in(kind, read(out)), before[kind] + 1)

    def again(self):
        for kind in ("board", "sheet"):
            number = numbers(self.desk)[kind]
            first = self.desk.out(kind)
            self.desk.run(kind, "--out", first)
            copy = self.desk.out(kind)
            self.desk.run(kind, "--again", str(number + 1), "--out", copy)
            equal("--again gives the same %s" % kind, read(copy), read(first))
            equal("and spends nothing", numbers(self.desk)[kind], number + 1)
            result = self.desk.run(kind, "--again", str(number + 2), "--out", copy, want=1)
            if kind == "board":
                before = self.w.path("before")
                self.desk.run("board", "--again", str(number), "--out", before)
                equal("a board follows the one that is kept under the number before it",
                      self.header(first).previous, self.header(before).header_digest)
            ok("a %s that was never made is not there" % kind, b"keeps no" in result.err, result)
            equal("and --again to a place that is not there leaves the file alone",
                  self.desk.run(kind, "--again", str(number + 1), "--out",
                                self.w.path("no-stick", "x"), want=1).exit, 1)

    def header(self, path):
        return signed.board_read(read(path), signed.sheet_read(sheet_of(self.desk)).desk)

    # ---- every call fails in turn -------------------------------------------------

    def count(self, kind, call):
        """How often the command makes this call once the desk is open."""
        log = self.w.path("trace")
        self.traced(kind, self.desk.out(kind), "-e", "trace=" + call, "-o", log, want=0)
        return len(re.findall(rb"^(?:\d+ +)?%s\(" % call.encode(), read(log), re.M))

    def traced(self, kind, out, *options, want=None):
        return self.w.run("strace", "-f", "-q", "-q", "-e", "signal=none", *options, DESK, "--home",
                          self.desk.home, "--passphrase-file", self.w.passphrase, kind, "--out", out,
                          want=want)

    def fails_in_turn(self):
        if sanitized(DESK):
            checks.note("a sanitizer does not run under strace: that part is left out")
            return
        try:
            probe = self.traced("board", self.desk.out("board"), "-o", self.w.path("trace"))
            works = probe.exit == 0
        except (OSError, subprocess.SubprocessError):
            works = False
        must("strace works here", works)
        self.points, self.outcomes = 0, {}
        for kind in ("board", "sheet"):
            for call in CALLS:
                for when in range(1, self.count(kind, call) + 1):
                    self.one_point(kind, call, when)
        checks.note("%d points: %s" % (self.points, self.outcomes))
        ok("enough points were tried", self.points > 60, self.points)

    def one_point(self, kind, call, when):
        """ENOSPC at the when-th call of this kind; then the desk goes on, and no number is there twice."""
        name = "%s, %s %d fails" % (kind, call, when)
        before, out = numbers(self.desk), self.desk.out(kind)
        result = self.traced(kind, out, "-o", "/dev/null", "-e", "inject=%s:error=ENOSPC:when=%d"
                             % (call, when))
        after = numbers(self.desk)
        spent = after[kind] - before[kind]
        self.points += 1
        outcome = "exit %d, %s spent" % (result.exit, spent)
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        good = self.judge(kind, result, out, after[kind], spent)
        follow = self.desk.out(kind)
        self.desk.run(kind, "--out", follow)
        number = number_in(kind, read(follow))
        left = [p for p in walk(self.w.dir) if p.endswith(".tmp") and "keyring" not in p]
        if good is not True or number != after[kind] + 1 or left:
            ok(name, False, (good, number, after, left, result))

    def judge(self, kind, result, out, number, spent):
        """True, or what is wrong."""
        if spent not in (0, 1):
            return "it spent %d numbers" % spent
        if result.exit == 0:
            return True if number_in(kind, read(out)) == number else "exit 0 and no file"
        named = SPENT.search(result.err)
        if named and int(named.group(1)) != number:
            return "it names another number"
        if os.path.exists(out) and number_in(kind, read(out)) != number:
            return "half a file is there"
        if spent and not named and b"none is lost" not in result.err and not os.path.exists(out):
            return "it does not say what was spent"
        if b"made and kept" in result.err:
            copy = self.desk.out(kind)
            again = self.desk.run(kind, "--again", str(number), "--out", copy, want=None)
            return again.exit == 0 and number_in(kind, read(copy)) == number or "--again does not help"
        return True

    def no_number_twice(self):
        """All that was ever kept, and all that ever came out: one content for each number."""
        for kind in ("board", "sheet"):
            seen = {}
            for path in walk(self.w.dir):
                if path.endswith(".tmp") or "-%s-" % kind not in path and \
                        not path.endswith("." + kind):
                    continue
                data = read(path)
                seen.setdefault(number_in(kind, data), set()).add(data)
            equal("no number of a %s has two contents" % kind,
                  [n for n, contents in seen.items() if len(contents) > 1], [])


def main():
    need_tools("strace")
    with World("spent", need=(DESK,)) as world:
        spent = Spent(world)
        for step in (spent.wrong_places, spent.again, spent.fails_in_turn, spent.no_number_twice):
            checks.note(step.__name__)
            step()


if __name__ == "__main__":
    sys.exit(checks.run(main))
