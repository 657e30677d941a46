#!/usr/bin/python3 -B
"""WHEN IT BREAKS, in skrynka-desk(1) and skrynka-store(8): every case by hand as an analyst and an operator
would, with the real programs and the commands that the manuals give. In the end no report that was
acknowledged to somebody is missing, and the store may delete what every desk has.

usage: 70-when-it-breaks.py [CASE...]      (the names of the functions; all of them without)
"""
import errno
import os
import re
import shutil
import sys

import checks
from checks import equal, must, note, ok
from world import BUILD, DESK, GATEWAY, SOURCE, STORE, World, read, sanitized

FAULT = os.path.join(os.path.abspath(BUILD), "tests", "faults", "fault.so")

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


def fork_taken(world):
    """The operator forgot the new chain, and the desk took the later branch first: the stick with the other
    one turns up."""
    case = Case(world, "fork")
    case.report("перше")
    case.carry()
    case.gateway.stop()
    copy = case.keep("store", case.store.dir)
    case.start()
    case.report("на паличці")
    sticks = [case.export()]
    case.report("на другій паличці")
    sticks.append(case.export())
    case.gateway.stop()
    case.put_back(copy, case.store.dir)
    case.start()
    case.report("після повернення")
    case.carry()
    for stick in sticks:
        result = case.desk.run("import", stick, want=1)
        case.says("the other branch is not taken in silence", result, "--uncounted", "operator")
        case.says("its reports are", case.manual("desk", "import", "--uncounted", stick), "1 new",
                  "counts for nothing")
    case.says("acknowledged is what the store has", case.answer(), "up to 2 of 2")
    case.report("ще одне")
    case.carry()
    case.settle()
    case.nothing_lost()


def old_key_found(world):
    """A stick of the key of before turns up: that key must not be trusted again for it."""
    case = Case(world, "old-key")
    case.report("перше")
    case.carry()
    case.report("на старій паличці")
    stick = case.export()
    case.gateway.stop()
    case.store = world.store("store-anew")
    case.store.import_sheet(case.desk, case.desk.sheet_path)
    case.start()
    case.report("у новому сховищі")
    bundle = case.export()
    strange = case.desk.run("import", "--uncounted", bundle, want=1)
    case.says("of a gateway that was never known nothing is taken", strange, "never took in anything")
    case.desk.run("gateway", "--replace", "--yes", case.store.stats()["gateway"])
    case.desk.run("import", bundle)
    result = case.desk.run("import", stick, want=1)
    case.says("the old stick is named as that", result, "key of before", "--uncounted")
    ok("and nobody is told to trust the old key", b"gateway --replace" not in result.err, result)
    case.manual("desk", "import", "--uncounted", stick)
    for text in ("ще одне", "і ще"):
        case.report(text)
        case.carry()
    case.settle()
    case.nothing_lost()


def inbox_alone(world):
    """The outbox is gone and there is no backup: a new store takes over the inbox and the key."""
    case = Case(world, "outbox-lost")
    case.report("перше")
    case.carry()
    case.report("ще ні в кого")
    case.gateway.stop()
    old = case.store.dir + ".old"
    os.rename(case.store.dir, old)
    case.manual("store", "init")
    os.rename(os.path.join(case.store.dir, "inbox"), os.path.join(case.store.dir, "inbox.empty"))
    shutil.copytree(os.path.join(old, "inbox"), os.path.join(case.store.dir, "inbox"))
    shutil.copy2(os.path.join(old, "gateway.key"), case.store.dir)
    case.store.import_sheet(case.desk, case.desk.sheet_path)
    case.start()
    result = case.manual("desk", "import", "--new-chain", case.export())
    case.says("what the desk has is dropped, the other is new", result, "1 new, 1 known")
    for text in ("далі", "і далі"):
        case.report(text)
        case.carry()
    case.settle()
    case.nothing_lost()


# ---- who is gone ------------------------------------------------------------------

def originals_gone(world):
    """The desk's disk lost what was imported: no board says that it is here."""
    case = Case(world, "originals")
    case.report("перше")
    case.carry()
    case.report("друге")
    case.carry()
    bundles = [os.path.join(world.dir, n) for n in sorted(os.listdir(world.dir))
               if n.startswith("originals-carry")]
    kept = [os.path.join(case.desk.home, "reports", item["id"][:16] + ".sealed") for item in case.desk.list()]
    os.remove(kept[0])
    with open(kept[1], "r+b") as f:
        f.truncate(5000)
    for _ in range(2):
        board = case.file("board")
        case.says("the board is made, and says why it acknowledges nothing",
                  case.desk.run("board", "--out", board, want=1), "originals of 2 reports",
                  "bundles up to 0", "--without-originals")
        case.says("the store hears that", case.store.import_board(board), "acknowledges no bundle")
    case.store.purge()
    equal("originals: the gateway keeps the only copies", case.store.stats()["envelopes"], 2)
    case.desk.run("import", *bundles)
    equal("originals: both are whole again", [os.path.getsize(k) > 5000 for k in kept], [True, True])
    case.report("третє")
    case.carry()
    case.settle()
    case.nothing_lost()
    os.remove(kept[0])
    case.desk.run("board", "--out", case.file("board"), want=1)
    out = case.file("board")
    case.says("the analyst decides", case.manual("desk", "board", "--without-originals", "--out", out),
              "up to 3 are")
    log = next(os.path.join(case.desk.home, "index", n)
               for n in os.listdir(os.path.join(case.desk.home, "index")) if not n.startswith("threads"))
    os.remove(log)
    case.says("nor with an index that is gone", case.desk.run("board", "--out", case.file("board"), want=1),
              "index is damaged", "bundles up to 0")
    os.remove(os.path.join(case.desk.home, "state"))
    case.says("a state that is missing is named", case.desk.run("list", want=1), "missing", "backup")


def home_lost(world):
    """Nothing is left of the desk but the identity on another medium."""
    case = Case(world, "home-lost")
    safe = world.path("safe-identity")
    os.rename(os.path.join(case.desk.home, "identity.keyring"), safe)
    case.report("за старими ключами")
    case.carry()
    case.answer()
    case.report("ще за старими")
    case.export()
    os.rename(case.desk.home, case.desk.home + ".gone")
    words = (DESK, "--home", case.desk.home, "--passphrase-file", world.passphrase, "--identity-file", safe)
    case.says("the manual says where the identity is", world.run(*words, "init", "--kdf-memory", "64"),
              case.desk.fingerprint)
    case.desk.run("gateway", case.store.stats()["gateway"])
    case.report("найновіше за старими")
    newest = case.export()
    case.says("it is like a desk set back", case.manual("desk", "import", newest, want=1), "set back",
              "key this desk does not hold", "resume")
    case.manual("desk", "resume", newest)
    sheet = case.file("sheet")
    world.run(*words, "sheet", "--out", sheet)
    case.store.run("import-sheet", "--fingerprint", case.desk.fingerprint, sheet)
    for serial in ("1", "2"):
        again = case.file("carry")
        case.manual("store", "export", "--serial", serial, "--out", again)
        case.desk.run("import", again)
    case.sent.clear()  # no key opens what came before
    waiting = os.listdir(os.path.join(case.desk.home, "quarantine"))
    equal("home-lost: what nobody can open waits", len(waiting), 3)
    for text in ("за новими", "за новими, друге"):
        case.report(text)
        case.carry()
    case.settle()
    case.nothing_lost()


def organisation_gone(world):
    """Its desk and identity are gone: it holds back every purge, until the operator retires it."""
    case = Case(world, "retired")
    gone = world.desk("Зникла")
    case.store.import_sheet(gone, gone.sheet())
    case.report("перше")
    case.carry()
    case.answer()
    case.answer()
    case.says("purge names it", case.store.purge(), "Зникла has sent no board yet")
    equal("retired: everything stays", case.store.stats()["envelopes"], 1)
    case.says("not without a question", case.store.run("retire", "--fingerprint", gone.fingerprint, want=1),
              "--yes")
    case.store.run("retire", want=2)
    nobody = case.store.run("retire", "--yes", "--fingerprint", "0" * 64, want=1)
    case.says("nor a fingerprint that nobody has", nobody, "no organisation")
    ok("retired: it is offered", gone.slug in case.gateway.web.get("/uk/").body.decode())
    case.manual("store", "retire", "--fingerprint", gone.fingerprint, "--yes")
    case.report("друге")
    ok("retired: it is offered no more", gone.slug not in case.gateway.web.get("/uk/").body.decode())
    bundle = case.export()
    ok("retired: the bundle still tells that it could be chosen", read(gone.sheet_path) in read(bundle))
    case.desk.run("import", bundle)
    case.settle()
    case.report("третє")
    case.carry()
    case.store.import_sheet(gone, gone.sheet_path)
    for _ in range(2):  # out and in again, between two bundles
        case.store.run("retire", "--fingerprint", gone.fingerprint, "--yes")
        case.store.import_sheet(gone, gone.sheet_path)
    case.report("четверте")
    case.carry()
    case.answer()
    case.answer()
    equal("retired: back again it is waited for, from now on", case.store.run("check").exit, 0)
    case.nothing_lost()


def wrong_place(world):
    """--out names a file of another kind; and the desk's own disk is full, not the stick."""
    case = Case(world, "wrong-place")
    case.report("перше")
    case.carry()
    for kind in ("board", "sheet"):
        mine = world.file("mine", b"what the analyst wrote\n")
        case.says("%s writes over no other file" % kind, case.desk.run(kind, "--out", mine, want=1),
                  "exists already", "none is lost")
        equal("wrong-place: it is untouched", read(mine), b"what the analyst wrote\n")
    board, sheet = case.file("board"), case.file("sheet")
    for _ in range(2):
        case.desk.run("board", "--out", board)
        case.desk.run("sheet", "--out", sheet)
    case.says("a board may be replaced by the next", case.store.import_board(board), "board 2 ")
    case.says("not by a sheet", case.desk.run("board", "--out", sheet, want=1), "exists already")
    case.says("nor when it is written again", case.desk.run("board", "--again", "1", "--out", sheet, want=1),
              "exists already")
    if sanitized(DESK):
        return
    for kind, folder in (("board", "boards/"), ("sheet", "sheets/")):
        full = ("env", "LD_PRELOAD=" + FAULT, "FAULT_KINDS=write", "FAULT_UNDER=" + folder, "FAULT_AT=1",
                "FAULT_ERRNO=%d" % errno.ENOSPC)
        out = case.file(kind)
        result = world.run(*full, DESK, "--home", case.desk.home, "--passphrase-file", world.passphrase, kind,
                           "--out", out, want=1)
        case.says("a full home is not blamed on the stick", result, case.desk.home + ": ", "no room left",
                  "none is lost")
        ok("wrong-place: the stick is not named", out.encode() not in result.err, result)


def main():
    must("skrynka-desk(1) has its half", chapter("desk"))
    if chapter("store") is None:
        note("skrynka-store(8) has no such chapter: its commands are not held against it")
    with World("breaks", need=(DESK, STORE, GATEWAY)) as world:
        for case in (desk_restored, board_lost, bundle_lost, sheet_first, stick_full, key_lost,
                     store_restored, snapshot_restored, fork_taken, old_key_found, inbox_alone,
                     originals_gone, home_lost, organisation_gone, wrong_place):
            if not sys.argv[1:] or case.__name__ in sys.argv[1:]:
                case(world)


if __name__ == "__main__":
    sys.exit(checks.run(main))
