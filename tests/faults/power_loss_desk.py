#!/usr/bin/python3 -B
"""Loss of power under a desk: keys that were given out, reports, answers and the numbers that were spent outlive it.

As power_loss.py, for the analyst's commands. The folder that stands for the stick is on another disk, which loses
nothing: what was written there may have been carried off at the very moment in which the desk's own disk lost its power.
"""
import argparse
import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
import checks
import signed
from checks import equal, note, ok
from disk import Log
from power_loss import RECORD, campaign, noticed
from world import DESK, GATEWAY, SKIP, STORE, World, read, sanitized


class Work:
    """Some weeks of a desk, with everything it gives out."""

    def __init__(self, world):
        self.world = world
        self.store = world.store(size="8M")
        self.desk = world.desk("Одна")
        self.fingerprint = self.desk.fingerprint
        self.root = world.path("disks")
        self.stick = os.path.join(self.root, "stick")
        os.mkdir(self.root)
        os.mkdir(self.stick)
        shutil.move(self.desk.home, os.path.join(self.root, "home"))
        self.log = Log(world.path("log"), self.root)
        self.environment = self.log.environment(RECORD)
        self.bundles, self.texts, self.sheets, self.boards = {}, {}, [], []

    def run(self, *words):
        argv = [DESK, "--home", os.path.join(self.root, "home"), "--passphrase-file", self.world.passphrase, *words]
        self.log.mark("begun %s" % " ".join(words[:2]))
        out = self.world.run(*argv, env=self.environment)
        self.log.mark("done %s" % " ".join(words[:2]))
        return out

    def out(self, kind, given):
        path = os.path.join(self.stick, "%s-%d" % (kind, len(given) + 1))
        given.append(path)
        return path

    def sheet(self):
        path = self.out("sheet", self.sheets)
        self.run("sheet", "--weeks", str(4 + len(self.sheets)), "--out", path)
        self.store.run("import-sheet", "--name", "Одна", "--fingerprint", self.fingerprint, path)

    def board(self):
        path = self.out("board", self.boards)
        self.run("board", "--out", path)
        self.store.import_board(path)

    def reports(self, gateway, count):
        texts = ["звіт %d.%d" % (len(self.bundles) + 1, i) for i in range(count)]
        for text in texts:
            reply = gateway.web.report(text)
            if reply.status != 201:
                raise checks.Stop("a report is refused: %d" % reply.status)
        path = self.store.export()
        self.bundles[path] = set(texts)
        if len(self.bundles) == 1:
            self.run("gateway", self.store.stats()["gateway"]) if self.pins() else None
        self.run("import", path)

    def pins(self):
        return b"\n  gateway" in self.world.run(DESK, "--help").out

    def answer(self, text):
        report = next(r for r in self.listed() if r["text_excerpt"] == text)
        self.texts[text] = "відповідь на " + text
        self.run("answer", report["id"], "--status", "more", "--text-file",
                 self.world.file("answer", self.texts[text].encode()))

    def listed(self):
        import json
        argv = [DESK, "--home", os.path.join(self.root, "home"), "--passphrase-file", self.world.passphrase]
        return json.loads(self.world.run(*argv, "list", "--json").out)

    def weeks(self):
        self.sheet()
        gateway = self.world.gateway(self.store)
        for count in (2, 66, 3):  # 66: more than one group
            self.reports(gateway, count)
            self.answer(sorted(list(self.bundles.values())[-1])[0])
            self.board()
            self.sheet()
        equal("the gateway ends well", gateway.stop(), 0)


class Judge:
    def __init__(self, work, records):
        self.work, self.records = work, records
        self.folder = work.world.path("after")
        self.left = {path: records.first_content(os.path.relpath(path, work.root))
                     for path in [*work.sheets, *work.boards]}

    def desk(self, *words):
        return self.work.world.run(DESK, "--home", os.path.join(self.folder, "home"), "--passphrase-file",
                                   self.work.world.passphrase, *words, want=None)

    def wrong(self, upto, pending):
        self.records.disk(upto, pending, random, self.folder)
        os.makedirs(os.path.join(self.folder, "stick"), exist_ok=True)
        words = self.records.acknowledged(upto)
        for check in (self.lost, self.numbers, self.again):
            found = check(upto, words)
            if found:
                return found
        return None

    def lost(self, upto, words):
        """What `list` and `show` gave before the loss is there."""
        import json
        listed = self.desk("list", "--json")
        if listed.exit != 0:
            return "list: %s" % listed
        have = {r["text_excerpt"]: r["id"] for r in json.loads(listed.out)}
        for path, texts in self.work.bundles.items():
            if "done import %s" % path in words and texts - set(have):
                return "LOST reports of %s" % os.path.basename(path)
        answered = [w.split()[2] for w in words if w.startswith("done answer")]
        for text, answer in self.work.texts.items():
            if have.get(text) in answered:
                shown = json.loads(self.desk("show", have[text], "--json").out)
                if answer not in json.dumps(shown, ensure_ascii=False):
                    return "LOST answer"
        return None

    def numbers(self, upto, words):
        """No number that may have left the desk is used again, and no key of a sheet that left is lost."""
        gone = [read(path) for path in self.work.boards if self.left[path] < upto]
        counters = [signed.BOARD_HEAD.unpack_from(data)[4] for data in gone]
        out = os.path.join(self.folder, "stick", "new")
        made = self.desk("board", "--out", out)
        if made.exit != 0:
            return None if b"no sheet" in made.err and not counters else "board: %s" % made
        if signed.BOARD_HEAD.unpack_from(read(out))[4] <= max(counters, default=0):
            return "COUNTER AGAIN"
        return self.sheet_numbers(upto)

    def sheet_numbers(self, upto):
        gone = [signed.sheet_read(read(path)) for path in self.work.sheets if self.left[path] < upto]
        out = os.path.join(self.folder, "stick", "sheet")
        made = self.desk("sheet", "--weeks", "12", "--out", out)
        if made.exit != 0:
            return "sheet: %s" % made
        new = signed.sheet_read(read(out))
        for old in gone:
            if new.serial <= old.serial:
                return "SHEET SERIAL AGAIN"
            if any(key not in new.keys for key in old.keys[:old.weeks]):
                return "KEYS LOST of sheet %d" % old.serial
        return None

    def again(self, upto, words):
        """Every bundle that was there can be taken in (again), and then each report is there once."""
        import json
        there = [path for path in self.work.bundles if "begun import %s" % path in words]
        for path in there:
            argv = ["gateway", self.work.store.stats()["gateway"]]
            if self.work.pins():
                self.desk(*argv)
            taken = self.desk("import", path)
            if taken.exit != 0:
                return "import again: %s" % taken
        have = sorted(r["text_excerpt"] for r in json.loads(self.desk("list", "--json").out))
        return None if have == sorted(set().union(*(self.work.bundles[path] for path in there))) else "reports missing or doubled"


def main(points):
    with World("power-desk", (GATEWAY, STORE, DESK)) as world:
        work = Work(world)
        work.weeks()
        records = work.log.read()
        note("%d changes were recorded, %d of names" % (len(records.points), len(records.names)))
        equal("the log tells the whole disk", records.differs(), [])
        judge = Judge(work, records)
        equal("after every loss of power the desk goes on", campaign(judge, points, "power"), [])
        records.forget_syncs()
        ok("without any sync it is noticed", noticed(judge))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=8, help="losses of power")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args()
    if sanitized(GATEWAY):
        print("SKIP what is preloaded must come after the sanitizers")
        sys.exit(SKIP)
    random.seed(given.seed)
    print("     --points %d --seed %d" % (given.points, given.seed))
    sys.exit(checks.run(main, given.points))
