#!/usr/bin/python3 -B
"""WHEN IT BREAKS, in skrynka-desk(1) and skrynka-store(8): every case by hand as an analyst and an operator
would, with the real programs and the commands that the manuals give. In the end no report that was
acknowledged to somebody is missing, and the store may delete what every desk has."""
import os
import re
import shutil
import sys

import checks
from checks import equal, must, note, ok
from world import DESK, GATEWAY, SOURCE, STORE, World, read

MANUALS = {"desk": ("keys", "desk", "skrynka-desk.1"), "store": ("storage", "store", "skrynka-store.8")}


def chapter(program):
    """What a manual says under this title, without its markup."""
    text = read(os.path.join(SOURCE, *MANUALS[program])).decode()
    found = re.search(r"^\.Sh WHEN IT BREAKS\n(.*?)(?=^\.Sh )", text, re.M | re.S)
    return re.sub(r"\\-", "-", re.sub(r"\bFl Fl ", "--", found.group(1))) if found else None


class Case:
    """A town of one organisation: its desk, a store, a gateway that runs."""

    typed = {"desk": set(), "store": set()}

    def __init__(self, world, name):
        self.w, self.name, self.sent, self.files = world, name, [], 0
        self.desk = world.desk("Одна-" + name)
        self.desk.pinned = True
        self.store = world.store("store-" + name)
        self.store.import_sheet(self.desk, self.desk.sheet())
        self.desk.run("gateway", self.store.stats()["gateway"])
        self.start()
        note(name)

    def start(self):
        self.gateway = self.w.gateway(self.store)

    def report(self, text):
        must("the report is taken: " + text, self.gateway.web.report(text).status == 201)
        self.sent.append(text)

    def file(self, kind):
        self.files += 1
        return self.w.path("%s-%s-%d.bin" % (self.name, kind, self.files))

    def says(self, what, result, *words):
        text = (result.out + result.err).decode()
        ok("%s: %s" % (self.name, what), all(w in text for w in words), text)

    # ---- what is typed every day ------------------------------------------------

    def export(self, *options):
        out = self.file("carry")
        self.store.run("export", "--out", out, *options)
        return out

    def carry(self, want=0):
        return self.desk.run("import", self.export(), want=want)

    def answer(self):
        out = self.file("board")
        self.desk.run("board", "--out", out)
        return self.store.import_board(out)

    def settle(self):
        """Two boards, since the store stays one behind; then all that is there may go."""
        self.answer()
        self.answer()
        self.store.purge()
        equal("%s: the store could delete everything" % self.name, self.store.stats()["envelopes"], 0)

    def nothing_lost(self, but=()):
        have = sorted(item["text_excerpt"] for item in self.desk.list())
        equal("%s: no report is missing, none is there twice" % self.name, have,
              sorted(set(self.sent) - set(but)))

    # ---- what is typed when it broke: by the manual ------------------------------

    def manual(self, program, *words, want=0):
        shown = chapter(program)
        if shown is not None:
            parts = [w for w in words if w.startswith("--")] + [words[0]]
            missing = [p for p in parts if p not in shown]
            ok("%s: the manual gives `%s`" % (self.name, " ".join(w for w in words if "/" not in w)[:60]),
               not missing, missing)
        runner = self.desk if program == "desk" else self.store
        return runner.run(*words, want=want)

    # ---- breaking ---------------------------------------------------------------

    def keep(self, what, folder):
        copy = self.w.path("copy-%s-%s" % (self.name, what))
        shutil.copytree(folder, copy)
        return copy

    def put_back(self, copy, folder):
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)


# ---- the desk -------------------------------------------------------------------

def desk_restored(world):
    """A backup from before two bundles, a sheet and two boards; one of the bundles was purged since."""
    case = Case(world, "desk-restored")
    case.report("до копії")
    case.carry()
    copy = case.keep("desk", case.desk.home)
    case.report("після копії")
    case.carry()
    case.settle()
    case.report("ще в сховищі")
    case.carry()
    case.put_back(copy, case.desk.home)
    case.report("найновіше")
    newest = case.export()
    result = case.manual("desk", "import", newest, want=1)
    case.says("import says what happened and what to do", result, "set back", "resume", "bundles 2 to 3")
    refused = case.desk.run("board", "--out", case.file("board"), want=1)
    case.says("no board is made", refused, "resume")
    case.manual("desk", "resume", newest)
    sheet = case.file("sheet")
    case.manual("desk", "sheet", "--out", sheet)
    case.store.run("import-sheet", "--fingerprint", case.desk.fingerprint, sheet)
    held = case.store.stats()["envelopes"]
    case.answer()
    case.answer()
    case.store.purge()
    equal("desk-restored: nothing is deleted over the gap", case.store.stats()["envelopes"], held)
    again = case.file("carry")
    case.manual("store", "export", "--serial", "3", "--out", again)
    case.says("the gap is smaller", case.manual("desk", "import", again), "bundle 2 is missing")
    gone = case.store.run("export", "--serial", "2", "--out", case.file("carry"), want=1)
    case.says("bundle 2 cannot be had again", gone, "no bundle 2 any more")
    case.manual("desk", "resume", "--lost", "2", "--yes")
    case.settle()
    case.nothing_lost(but=["після копії"])  # its bundle was acknowledged, and the desk had no copy


def board_lost(world):
    case = Case(world, "board-lost")
    case.report("перше")
    case.carry()
    case.answer()
    lost = case.file("board")
    case.desk.run("board", "--out", lost)
    os.remove(lost)
    case.says("the next one is taken over the gap", case.answer(), "board 2 was never taken in")
    kept = case.file("board")
    case.manual("desk", "board", "--again", "2", "--out", kept)
    equal("board-lost: the lost one is there again", int.from_bytes(read(kept)[16:24], "little"), 2)
    case.settle()
    case.nothing_lost()


def bundle_lost(world):
    case = Case(world, "bundle-lost")
    case.report("перше")
    case.carry()
    case.report("загублене")
    os.remove(case.export())
    case.report("третє")
    case.says("the next one names it", case.carry(), "bundle 2 is missing", "export --serial 2")
    case.answer()
    case.answer()
    case.store.purge()
    equal("bundle-lost: only what is before it goes", case.store.stats()["envelopes"], 2)
    again = case.file("carry")
    case.manual("store", "export", "--serial", "2", "--out", again)
    case.manual("desk", "import", again)
    case.settle()
    case.nothing_lost()


def sheet_first(world):
    case = Case(world, "sheet-first")
    case.report("перше")
    case.carry()
    case.answer()
    board, sheet = case.file("board"), case.file("sheet")
    case.desk.run("board", "--out", board)
    case.desk.run("sheet", "--out", sheet)
    case.store.run("import-sheet", "--fingerprint", case.desk.fingerprint, sheet)
    case.store.import_board(board)
    case.report("друге")
    case.carry()
    case.settle()
    case.nothing_lost()


def stick_full(world):
    case = Case(world, "stick-full")
    case.report("перше")
    case.carry()
    case.report("друге")
    place = world.path("no-such-stick", "x.bin")
    for kind in ("board", "sheet"):
        case.says("no %s is made" % kind, case.desk.run(kind, "--out", place, want=1), "none is lost")
    case.says("and no bundle", case.store.run("export", "--out", place, want=1), "Nothing was recorded")
    board, sheet = case.file("board"), case.file("sheet")
    case.desk.run("board", "--out", board)
    case.desk.run("sheet", "--out", sheet)
    case.says("the first board is number 1", case.store.import_board(board), "board 1 ")
    case.store.run("import-sheet", "--fingerprint", case.desk.fingerprint, sheet)
    other = case.file("board")
    case.manual("desk", "board", "--again", "1", "--out", other)
    equal("stick-full: the same board once more", read(other), read(board))
    other = case.file("sheet")
    case.manual("desk", "sheet", "--again", "2", "--out", other)
    equal("stick-full: the same sheet once more", read(other), read(sheet))
    case.carry()
    case.settle()
    case.nothing_lost()


# ---- the gateway ----------------------------------------------------------------

def key_lost(world):
    case = Case(world, "key-lost")
    case.report("під старим ключем")
    case.carry()
    case.report("під новим ключем")
    os.remove(os.path.join(case.store.dir, "gateway.key"))
    case.store.run("export", "--out", case.file("carry"), want=1)
    case.manual("store", "new-key")
    key = case.store.stats()["gateway"]
    bundle = case.export()
    result = case.desk.run("import", bundle, want=1)
    case.says("the desk refuses, and names the command", result, "gateway --replace " + key)
    case.manual("desk", "gateway", "--replace", "--yes", key)
    case.manual("desk", "import", bundle)
    case.settle()
    case.nothing_lost()


def store_restored(world):
    """A store put back from last night's backup; a board that acknowledges what came since is under way."""
    case = Case(world, "store-restored")
    case.report("перше")
    case.carry()
    copy = world.path("backup-of-the-store")
    case.store.run("backup", "--out", copy)
    case.report("друге")
    case.carry()
    under_way = [case.file("board") for _ in range(2)]
    for board in under_way:
        case.desk.run("board", "--out", board)
    case.gateway.stop()
    case.put_back(copy, case.store.dir)
    case.start()
    case.report("третє")
    for board in under_way:
        case.store.import_board(board)
    case.store.purge()
    equal("store-restored: nothing is deleted for what another chain had",
          case.store.stats()["envelopes"], 2)
    bundle = case.export()
    result = case.desk.run("import", bundle, want=1)
    case.says("the desk does not take it in silence", result, "--new-chain")
    result = case.manual("desk", "import", "--new-chain", bundle)
    case.says("what it has is dropped", result, "1 new, 1 known")
    case.report("четверте")
    case.carry()
    case.settle()
    case.nothing_lost()


def snapshot_restored(world):
    """The store cannot know it: a snapshot of the disk. The desk finds out."""
    case = Case(world, "snapshot")
    case.report("перше")
    case.carry()
    case.gateway.stop()
    copy = case.keep("store", case.store.dir)
    case.start()
    case.report("друге")
    case.carry()
    case.gateway.stop()
    case.put_back(copy, case.store.dir)
    case.start()
    case.report("третє")
    case.says("another bundle 2 is refused", case.carry(want=1), "another bundle 2", "operator")
    case.answer()
    case.answer()
    case.store.purge()
    equal("snapshot: the third is not deleted by the number of the second",
          case.store.stats()["envelopes"] >= 1, True)
    bundle = case.file("carry")
    case.manual("store", "export", "--new-chain", "--out", bundle)
    case.manual("desk", "import", "--new-chain", bundle)
    case.settle()
    case.nothing_lost()


def main():
    must("skrynka-desk(1) has its half", chapter("desk"))
    if chapter("store") is None:
        note("skrynka-store(8) has no such chapter: its commands are not held against it")
    with World("breaks", need=(DESK, STORE, GATEWAY)) as world:
        for case in (desk_restored, board_lost, bundle_lost, sheet_first, stick_full, key_lost,
                     store_restored, snapshot_restored):
            case(world)


if __name__ == "__main__":
    sys.exit(checks.run(main))
