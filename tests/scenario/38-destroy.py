#!/usr/bin/python3 -B
"""Weeks that were destroyed are gone: with the passphrase known, nothing of them is found in the
desk's folder, nor in the bytes of the keyring that was replaced; what is kept goes on. Killed at
whatever step, `destroy` can be run again and ends the same.

usage: 38-destroy.py [--all]      (--all: killed at every step, not at every seventh)
"""
import os
import shutil
import sys
import time

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from world import DESK, PASSPHRASE, REPORT, World, in_days, need_tools, read, walk

LONG_AGO, LATELY = 70, 28  # days; the desk keeps eight weeks
STEPS = "write,pwrite64,fsync,rename,unlink,link,mkdir,ftruncate,openat"
OLD = {"answered": "канарка-перша", "silent": "канарка-друга", "closed": "канарка-третя",
       "late": "канарка-пята"}
NEW = {"follow": "канарка-доповнення", "fresh": "канарка-нова"}
MONTHLY = "канарка-місячна"
TEXTS = {"answered": "відповідь-перша", "closed": "відповідь-третя", "late": "відповідь-пята"}


class Search:
    """Everything that a desk's folder gives away to somebody who knows the passphrase."""

    def __init__(self, home, keyring=None):
        """keyring: another one's keys, tried on these files."""
        self.heap = []
        records = signed.keyring_read(read(keyring or os.path.join(home, "keyring")), PASSPHRASE)
        secrets = list(signed.opening_keys(records).values())
        logs = [v for (kind, _), v in records.items()
                if kind in (signed.INDEX_KEY, signed.THREADS_KEY)]
        for path in walk(home):
            data = read(path)
            self.heap.append(data)
            if path.endswith(".log"):
                self.heap += signed.log_records(data, logs)
            elif ".sealed" in path:
                self.open(data, secrets)
        self.all = b"\0".join(self.heap)

    def open(self, data, secrets):
        for secret in secrets:
            try:
                self.heap.append(sk.open_envelope(data, [secret]).body)
            except Exception:
                continue

    def __contains__(self, word):
        data = word.encode() if isinstance(word, str) else word
        return data in self.all or data.hex().encode() in self.all

    def found(self, words):
        return {word for word in words if word in self}


class Desks:
    def __init__(self, world):
        self.w = world
        self.codes, self.ids = {}, {}
        self.desk = world.desk("Стіл", wrapper=in_days(-LONG_AGO))
        self.store = world.store()
        sheet = self.desk.sheet()
        world.run(*in_days(-LONG_AGO), *self.store_words("import-sheet", "--name", "Стіл",
                                                    "--fingerprint", self.desk.fingerprint, sheet))

    def store_words(self, *words):
        from world import STORE
        return (STORE, "--store", self.store.dir, *words)

    def bring(self, days, texts, **more):
        """Reports that come in and are carried on one day of the past."""
        gateway = self.w.gateway(self.store, wrapper=in_days(-days))
        for name, text in texts.items():
            reply = gateway.web.report(text, code=self.codes.get(more.get(name)))
            must("%s is taken" % name, reply.status == 201, reply.text)
            self.codes[name] = reply.code or self.codes.get(more.get(name))
        if days == LONG_AGO:
            self.monthly(gateway.web)
        gateway.stop()
        path = self.w.path("carry-%d" % days)
        self.w.run(*in_days(-days), *self.store_words("export", "--out", path))
        self.desk.wrapper = in_days(-days)
        if days == LONG_AGO:
            self.damaged(path)
        self.desk.import_(path)
        for name, text in texts.items():
            self.ids[name] = self.desk.find(text)["id"]

    def monthly(self, web):
        out, text = self.w.path("monthly"), self.w.file("monthly-text", MONTHLY.encode())
        self.w.run(*in_days(-LONG_AGO), REPORT, "seal", "--sheet", self.desk.sheet_path, "--text-file",
                   text, "--out", out)
        self.month = int.from_bytes(read(out)[4:8], "little")
        equal("a courier's file is taken", web.courier([out]).status, 201)

    def damaged(self, path):
        """The last byte of each altered: copies of those reports are kept in quarantine."""
        data = bytearray(read(path))
        for entry in signed.carry_read(bytes(data)).entries:
            data[entry.offset + entry.length - 1] ^= 1
        self.desk.import_(self.w.file("damaged", bytes(data)), want=1)
        equal("damaged ones are in quarantine", self.quarantined(), len(OLD) + 1)

    def quarantined(self):
        return len(os.listdir(os.path.join(self.desk.home, "quarantine")))

    def answer(self, name, status, text=None):
        self.desk.answer(self.ids[name], status, text)

    def prepare(self):
        self.bring(LONG_AGO, OLD)
        self.answer("answered", "checking", TEXTS["answered"])
        self.answer("closed", "closed", TEXTS["closed"])
        for _ in range(3):
            self.desk.board()
        self.bring(LATELY, NEW, follow="answered")
        self.answer("late", "more", TEXTS["late"])
        self.desk.board()
        self.desk.wrapper = ()
        self.week = next(e for e in epochs(self.desk) if not e & sk.MONTH)

    def boards(self):
        return sorted(os.listdir(os.path.join(self.desk.home, "boards")))


def epochs(desk):
    return sorted(n for (kind, n) in desk.keyring() if kind == signed.INDEX_KEY and n)


def mailbox(code):
    return sk.Receipt(sk.r_of(code)).mailbox


EVERYTHING = [*OLD.values(), *NEW.values(), MONTHLY, *TEXTS.values()]
GONE = [OLD[n] for n in OLD] + [TEXTS["answered"], TEXTS["closed"]]
STAYS = [*NEW.values(), MONTHLY, TEXTS["late"]]


def judge(name, home, codes):
    """What the folder holds after `destroy`, whoever looks."""
    search = Search(home)
    good = equal("%s: nothing of what was destroyed" % name, search.found(GONE), set())
    good &= equal("%s: all of what is kept" % name, search.found(STAYS), set(STAYS))
    good &= equal("%s: the mailboxes that are still needed" % name,
                  {n for n in codes if mailbox(codes[n]) in search},
                  {"answered", "late", "fresh", "follow"})
    leftovers = [p for p in walk(home) if "destroyed/" in p or p.endswith((".old", ".tmp"))]
    return good & equal("%s: no leftovers" % name, leftovers, [])


def questions(d):
    desk, before = d.desk, read(os.path.join(d.desk.home, "keyring"))
    result = desk.run("destroy", want=1)
    ok("without anybody to ask it destroys nothing", b"--yes" in result.err, result)
    ok("and says what would go", b"week of " in result.out and b"5 reports" in result.out or
       b"4 reports" in result.out, result.out)
    ok("also who could not be answered any more", b"not closed: 1" in result.out, result.out)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for words in (("--week", today), ("--month", today[:7])):
        ok("%s now is refused" % words[0],
           b"still sealed" in desk.run("destroy", *words, "--yes", want=1).err)
    ok("a week that never was too",
       b"no key" in desk.run("destroy", "--week", "2020-01-01", "--yes", want=1).err)
    for words in (("--week", "2026-13-01"), ("--month", "2026-1"), ("x",), ("--week",),
                  ("--week", "2026-01-01", "--month", "2026-01")):
        desk.run("destroy", *words, want=2)
    equal("nothing was changed", read(os.path.join(desk.home, "keyring")), before)


def destroy(d):
    desk = d.desk
    search = Search(desk.home)
    equal("positive control: everything is there to find", search.found(EVERYTHING),
          set(EVERYTHING))
    held = open(os.path.join(desk.home, "keyring"), "rb")
    before = held.read()
    shutil.copytree(desk.home, d.w.path("copy"))
    questions(d)
    boards = d.boards()
    desk.run("destroy", "--yes")
    judge("destroyed", desk.home, d.codes)
    blocks = Search(d.w.path("copy"), os.path.join(desk.home, "keyring"))
    equal("nor with its keys in what a disk may still hold of the files of before",
          blocks.found([*GONE, TEXTS["late"]]), set())
    equal("which would open what is kept", blocks.found([*NEW.values(), MONTHLY]),
          {*NEW.values(), MONTHLY})
    count = lambda name: len(os.listdir(os.path.join(desk.home, name)))
    equal("originals, damaged ones, logs", (count("reports"), count("quarantine"), count("index")),
          (3, 1, 3))
    held.seek(0)
    now = held.read()
    held.close()
    ok("the bytes of the old keyring were overwritten", now[96:] != before[96:] and
       before[40:72] not in now)
    equal("old boards are gone, the last two stay", (len(boards), d.boards()),
          (4, boards[-2:]))
    result = desk.run("destroy", "--yes")
    ok("again: nothing is old enough", b"Nothing" in result.out, result.out)
    goes_on(d)
    come_again(d)


def come_again(d):
    """A bundle brings once more what was destroyed here: it is counted, named, and not kept."""
    desk = d.desk
    files = {p: read(p) for p in walk(desk.home) if not p.endswith("/state")}
    path = d.w.path("carry-again")
    d.store.run("export", "--new-chain", "--out", path)
    result = desk.run("import", "--new-chain", path)
    equal("of the destroyed week nothing is taken, the rest is known", result.out.decode().split(": ")[1],
          "0 new, %d known, 0 not for this desk, 0 damaged, %d of weeks that were destroyed here (not "
          "kept).\n" % (len(NEW) + 1, len(OLD)))
    now = {p: read(p) for p in walk(desk.home) if not p.endswith("/state")}
    equal("no file of the home is another one", {p for p in files.keys() | now.keys()
                                               if files.get(p) != now.get(p)}, set())
    equal("the board acknowledges the bundle: nobody has to send it again",
          signed.board_read(read(desk.board()), signed.sheet_read(read(desk.sheet_path)).desk).carry_serial, 1)


def goes_on(d):
    """Threads that are kept: answered although the report is gone, and the old keys still tell a
    stranger from the writer."""
    desk = d.desk
    listed = {item["id"] for item in desk.list()}
    equal("the list holds what is kept", listed & set(d.ids.values()),
          {d.ids["follow"], d.ids["fresh"]})
    desk.answer(d.ids["late"], "passed", "остання відповідь", "--replace")
    equal("one that ended cannot be answered",
          desk.run("answer", d.ids["silent"], "--status", "read", want=None).exit, 1)
    board = desk.board()
    answers = lambda code: d.w.answers(code, [(desk.sheet_path, board)])
    equal("the writer of a destroyed report reads the new answer",
          [(a["status"], a["text"]) for a in answers(d.codes["late"])],
          [("passed", "остання відповідь")])
    equal("a follow-up keeps its thread", len(answers(d.codes["answered"])), 1)
    equal("an ended thread is on no board", answers(d.codes["silent"]), [])
    thread = desk.show(d.ids["follow"])["thread"]
    equal("the thread is as before", [t["id"] for t in thread], [d.ids["answered"]])


def by_name(d):
    desk = d.desk
    month = d.month & ~sk.MONTH
    name = "%d-%02d" % (1970 + month // 12, month % 12 + 1)
    desk.run("destroy", "--month", name, "--yes")
    equal("a month by name", Search(desk.home).found([MONTHLY]), set())
    equal("and its damaged copy", d.quarantined(), 0)
    ok("a second time it is known", b"before" in desk.run("destroy", "--month", name, "--yes",
                                                           want=1).err)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - LATELY * 86400))
    desk.run("destroy", "--week", day, "--yes")
    equal("a kept week by name", Search(desk.home).found([*NEW.values(), TEXTS["late"]]), set())
    equal("nothing is listed", desk.list(), [])
    desk.sheet()
    equal("the desk goes on", desk.run("board", "--out", d.w.path("last")).exit, 0)


def kills(d, step):
    w, n, killed = d.w, step, 0
    untraced = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")  # which cannot look under strace
    while True:
        home = w.path("killed")
        shutil.copytree(w.path("copy"), home)
        base = (DESK, "--home", home, "--passphrase-file", w.passphrase)
        result = w.run("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + STEPS, "-e",
                       "inject=%s:signal=KILL:when=%d" % (STEPS, n), *base, "destroy", "--yes",
                       want=None, env=untraced)
        if result.exit == 0:
            break
        must("step %d: it was killed" % n, result.exit in (-9, 137), result)
        killed += 1
        equal("step %d: the desk still lists" % n, w.run(*base, "list").exit, 0)
        w.run(*base, "destroy", "--yes")
        if not judge("step %d" % n, home, d.codes):
            raise checks.Stop("step %d" % n)
        equal("step %d: and makes a board" % n,
              w.run(*base, "board", "--out", w.path("board")).exit, 0)
        shutil.rmtree(home)
        n += step
    note("killed at %d points of %d" % (killed, n))
    ok("it was killed at several points", killed > 5, killed)


def main():
    with World("destroy") as world:
        d = Desks(world)
        note("prepare")
        d.prepare()
        destroy(d)
        by_name(d)
        note("kills")
        kills(d, 1 if "--all" in sys.argv else 7)


if __name__ == "__main__":
    need_tools("strace")
    sys.exit(checks.run(main))
