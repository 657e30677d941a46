#!/usr/bin/python3 -B
"""Every write, sync, rename, cut, reservation, open, read, map and allocation of the desk's commands made to
fail in turn, or the process killed there. After each: the command did it, or said why; nothing that passes
is called damage; the same command works afterwards; no number that left is used again, no key of a sheet
that left is lost, no report, answer or acknowledgement lost or doubled; and no plaintext lies in the home.

The folder `stick` stands for what can be carried off at any moment: whatever was seen there counts as left.
"""
import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import checks
import signed
import skrynka as sk
from checks import note, ok
from courier import PaperGateway, seal, sheet_list
from faults import EIO, EMFILE, LIBRARY, PLANS
from paper import Paper
from world import DESK, PASSPHRASE, SKIP, World, in_days, need_programs, read, sanitized, walk

LOOKING = [("no more files to read", "look", EMFILE, "once"), ("nothing can be read", "look,read", EIO, "from"),
           ("one read fails", "look,read", EIO, "once")]
SHORT = 5  # of these ways, by chance, where each takes one point only
WEEKS_AGO = 12
CANARY = "канарка".encode()
OLD, ONE, TWO, THREE, LONG, FIVE, LAST = ("%s-%s" % (CANARY.decode(), w) for w in (
    "стара", "перша", "друга", "третя", "довга", "пята", "остання"))
SAID, SAY = CANARY.decode() + "-відповідь", CANARY.decode() + "-нова-відповідь"
PASSING = ("damaged", "malformed", "altered", "forged", "authenticate", "not a whole", "wrong passphrase",
           "missing", "not a carry bundle", "not a keyring", "no such report")


class Template:
    """Homes of one desk at several moments of its life, and a stick with what it gave out and is to take in."""

    def __init__(self, world):
        self.w, self.root = world, world.path("template")
        os.makedirs(self.at("stick"))
        self.desk = desk = world.desk("Одна", wrapper=in_days(-7 * WEEKS_AGO))
        self.other = Paper(world, "Друга")
        self.other.sheet()
        shutil.copy(self.other.sheet_path, self.at("peer"))
        first = self.give(desk.sheet(weeks=WEEKS_AGO + 8))
        desk.wrapper = ()
        self.keep("unpinned")
        self.gateway = gateway = PaperGateway(world)
        old = sk.week_of(time.time()) - WEEKS_AGO
        self.epochs = {OLD: old}
        self.take(gateway.bundle([seal(OLD, [first], old), seal(ONE, [first])], sheet_list((first, 0))))
        self.take(gateway.bundle([seal(TWO, [first])], sheet_list((first, 0))))
        self.keep("set-back")
        self.ids = {text: desk.find(text)["id"] for text in (OLD, ONE, TWO)}
        desk.answer(self.ids[ONE], "more", SAID)
        self.give(desk.board())
        second = self.give(desk.sheet(weeks=6))
        self.keep("home")
        odd = bytearray(seal("дивний", [second]))
        odd[4:8] = (old - 30).to_bytes(4, "little")
        long = seal(LONG + "." * 60000, [second, read(self.at("peer"))])
        more = [seal(THREE, [second]), bytes(odd), long]
        self.bundle("third", gateway.bundle(more, sheet_list((second, 1))))
        self.take(gateway.bundle([seal(LAST, [second])], sheet_list((second, 1))))
        self.keep("gap")
        gateway.begin()
        self.bundle("chain", gateway.bundle([seal(FIVE, [second])], sheet_list((second, 1))))

    def at(self, *names):
        return os.path.join(self.root, *names)

    def keep(self, name):
        shutil.copytree(self.desk.home, self.at(name))

    def give(self, path):
        shutil.copy(path, self.at("stick"))
        return read(path)

    def bundle(self, name, path):
        shutil.move(path, self.at(name))

    def take(self, path):
        self.desk.import_(path)


Case = collections.namedtuple("Case", "home words texts carry tolerated extra numbers same")


def case(words, home="home", texts=(OLD, ONE, TWO), carry=2, tolerated=(), extra=None, numbers=True, same=False):
    return Case(home, words, texts, carry, tolerated, extra, numbers, same)


def initialised(trial):
    made = trial.run("sheet", "--out", trial.at("stick", "first"))
    return None if made.exit == 0 else "its first sheet: %s" % made


def pinned(key):
    def check(trial):
        shown = trial.run("gateway")
        return None if key(trial.t).encode() in shown.out else "gateway: %s %s" % (shown, shown.out)
    return check


def answered(trial):
    said = trial.said(TWO)
    return None if said == [SAY] else "the answers are %s" % said


def knows_peer(trial):
    return None if "Друга".encode() in trial.run("peer").out else "the peer is not known"


def destroyed(trial):
    records = signed.keyring_read(read(trial.at("home", "keyring")), PASSPHRASE)
    if trial.t.epochs[OLD] in signed.opening_keys(records):
        return "the week's key is still there"
    left = [p for p in walk(trial.at("home")) if trial.t.ids[OLD] in p or "/destroyed/" in p]
    return "left: %s" % left if left else None


def opened(trial):
    found = [p for p in walk(trial.at("opened")) if ONE.encode() in read(p)]
    return None if found else "no text was written"


KEY2 = "ab" * 32
COMMANDS = {
    "init": case(lambda t: ("init", "--kdf-memory", "64"), "new", None, 0, ["already"], initialised, False),
    "sheet": case(lambda t: ("sheet", "--weeks", "7", "--out", t.at("stick", "sheet"))),
    "gateway": case(lambda t: ("gateway", t.t.gateway.key), "unpinned", (), 0, (), pinned(lambda t: t.gateway.key),
                    False),
    "gateway-replace": case(lambda t: ("gateway", "--replace", "--yes", KEY2), carry=None,
                            extra=pinned(lambda t: KEY2)),
    "import": case(lambda t: ("import", t.t.at("third")), texts=(OLD, ONE, TWO, THREE, LONG), carry=3),
    "import-chain": case(lambda t: ("import", "--new-chain", t.t.at("chain")), texts=(OLD, ONE, TWO, FIVE), carry=1),
    "resume": case(lambda t: ("resume", t.t.at("third")), "set-back"),
    "resume-lost": case(lambda t: ("resume", "--lost", "3", "--yes"), "gap", (OLD, ONE, TWO, LAST), 4),
    "list": case(lambda t: ("list", "--json"), same=True),
    "show": case(lambda t: ("show", t.t.ids[ONE], "--json"), same=True),
    "stats": case(lambda t: ("stats", "--format", "json"), same=True),
    "open": case(lambda t: ("open", t.t.ids[ONE], "--to", t.at("opened")), tolerated=["not empty"], extra=opened),
    "answer": case(lambda t: ("answer", t.t.ids[TWO], "--status", "checking", "--text-file", t.t.at("say")),
                   extra=answered),
    "board": case(lambda t: ("board", "--out", t.at("stick", "board"))),
    "destroy": case(lambda t: ("destroy", "--yes"), texts=(ONE, TWO), extra=destroyed),
    "peer": case(lambda t: ("peer", "--name", "Друга", "--fingerprint", t.t.other.fingerprint, t.t.at("peer")),
                 extra=knows_peer),
}


class Trial:
    expected = b""  # the output without a fault

    def __init__(self, template, case):
        self.t, self.w, self.case = template, template.w, case
        shutil.rmtree(self.at(), ignore_errors=True)
        os.mkdir(self.at())
        shutil.copytree(template.at("stick"), self.at("stick"))
        if case.home != "new":
            shutil.copytree(template.at(case.home), self.at("home"))
        self.before = self.state()

    def at(self, *names):
        return self.w.path("trial", *names)

    def state(self):
        return {p: hashlib.sha256(read(p)).digest() for p in walk(self.at())}

    def run(self, *words, env=None):
        return self.w.run(DESK, "--home", self.at("home"), "--passphrase-file", self.w.passphrase, *words,
                          want=None, env=env)

    def fault(self, kinds, error, how, point):
        env = dict(os.environ, LD_PRELOAD=LIBRARY, FAULT_KINDS=kinds, FAULT_ERRNO=str(error), FAULT_HOW=how,
                   FAULT_AT=str(point), FAULT_COUNT=self.w.path("count"))
        if kinds != "memory":
            env["FAULT_UNDER"] = self.w.dir
        return self.run(*self.case.words(self), env=env)

    def count(self):
        with open(self.w.path("count")) as f:
            return int(f.read().split()[0])

    # ---- what must hold -------------------------------------------------------------------

    def plaintext(self):
        found = [p for p in walk(self.at()) if not p.startswith(self.at("opened")) and CANARY in read(p)]
        return "plaintext in %s" % found if found else None

    def again(self, first):
        result = self.run(*self.case.words(self))
        done = first.exit in (0, -9)
        if result.exit != 0 and not (done and any(t.encode() in result.err for t in self.case.tolerated)):
            return "again: %s" % result
        return None

    def reports(self):
        if self.case.texts is None:
            return None
        listed = self.run("list", "--json")
        if listed.exit != 0:
            return "list: %s" % listed
        items = json.loads(listed.out)
        have = [next((t for t in self.case.texts if i["text_excerpt"].startswith(t)), "?") for i in items]
        if sorted(have) != sorted(self.case.texts):
            return "reports: %s" % sorted(have)
        if self.case.home == "home" and ONE in have:
            said = self.said(ONE)
            return None if said == [SAID] else "the answers of before are %s" % said
        return None

    def said(self, text):
        answer = json.loads(self.run("show", self.t.ids[text], "--json").out)["answer"] or {}
        return [said["text"] for said in answer.get("texts", [])]

    def left(self):
        """Sheets, and counters of boards, that may have been carried off: whole or not."""
        sheets, counters = [], []
        for path in walk(self.at("stick")):
            data = read(path)
            if data[:8] == b"SKBOARD1" and len(data) >= signed.BOARD_HEAD.size:
                counters.append(signed.BOARD_HEAD.unpack_from(data)[4])
            elif data[:8] == b"SKSHEET1":
                try:
                    sheets.append(signed.sheet_read(data))
                except Exception:
                    continue
        return sheets, counters

    def keys(self, sheets):
        records = signed.keyring_read(read(self.at("home", "keyring")), PASSPHRASE)
        held = signed.opening_keys(records)
        for sheet in sheets:
            for i in range(sheet.weeks):
                epoch = sheet.first_week + i
                if epoch >= sk.week_of(time.time()) - 8 and \
                        (epoch not in held or sk.public_of(held[epoch]) != sheet.keys[i]):
                    return "KEY LOST of sheet %d" % sheet.serial
        return None

    def numbers(self):
        sheets, counters = self.left()
        wrong = self.keys(sheets)
        if wrong:
            return wrong
        made = self.run("sheet", "--weeks", "8", "--out", self.at("last-sheet"))
        if made.exit != 0:
            return "sheet: %s" % made
        sheet = signed.sheet_read(read(self.at("last-sheet")))
        if sheet.serial <= max((s.serial for s in sheets), default=0):
            return "SHEET SERIAL AGAIN"
        made = self.run("board", "--out", self.at("last-board"))
        if made.exit != 0:
            return "board: %s" % made
        board = signed.board_read(read(self.at("last-board")), sheet.desk)
        if board.counter <= max(counters, default=0):
            return "COUNTER AGAIN"
        if self.case.carry is not None and board.carry_serial != self.case.carry:
            return "it acknowledges bundle %d" % board.carry_serial
        return None

    def judge(self, first, killed):
        """None, or what is wrong."""
        said = first.err.decode("utf-8", "replace")
        if not (first.exit == -9 and killed):
            if first.exit not in (0, 1):
                return "it ended by %s: %s" % (first.exit, said[-200:])
            if first.exit == 1 and not said.strip():
                return "it failed without a word"
            called = [w for w in PASSING if w in said]
            if first.exit == 1 and called:
                return "what passes is called damage: %s" % said[-300:]
        if first.exit == 0 and self.case.same and first.out != self.expected:
            return "it succeeded with another output: %r" % first.out[-300:]
        now = self.state()
        if now == self.before and first.exit != 0:
            return None  # as if it had never been started
        steps = [self.plaintext, lambda: self.again(first), self.case.extra and (lambda: self.case.extra(self)),
                 self.plaintext]
        if now != self.before:
            steps += [self.reports] + ([self.numbers] if self.case.numbers else [])
        for step in steps:
            wrong = step() if step else None
            if wrong:
                return "%s (first: exit %s, %s)" % (wrong, first.exit, said[-200:].strip())
        return None


def command(template, name, limit, found):
    asked, totals = COMMANDS[name], {}
    plans = PLANS + LOOKING
    for plan, kinds, error, how in plans if limit > 1 else random.sample(plans, SHORT):
        if kinds not in totals:
            trial = Trial(template, asked)
            base = trial.fault(kinds, error, how, 0)
            checks.must("%s without a fault" % name, base.exit == 0, base) if base.exit else None
            totals[kinds] = trial.count()
            Trial.expected = base.out
            problem = trial.judge(base, False) if len(totals) == 1 else None
            checks.must("%s without a fault leaves all well" % name, not problem, problem) if problem else None
        total, wrong = totals[kinds], []
        points = sorted(random.sample(range(1, total + 1), min(total, limit)))
        for point in points:
            trial = Trial(template, asked)
            first = trial.fault(kinds, error, how, point)
            problem = trial.judge(first, how in ("before", "after"))
            found[first.exit] += 1
            if problem:
                wrong.append("point %d of %d: %s" % (point, total, problem))
        ok("%s, %s: %d of %d points" % (name, plan, len(points), total), not wrong,
           "%d wrong: %s" % (len(wrong), "; ".join(wrong[:3])))


def main(only, limit):
    found = collections.Counter()
    with World("faults-desk", (DESK,)) as world:
        template = Template(world)
        with open(template.at("say"), "w") as f:
            f.write(SAY)
        for name in COMMANDS:
            if not only or name in only:
                command(template, name, limit, found)
    note("exit codes of the commands under faults: %s" % dict(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("only", nargs="*", help="commands; none: all")
    parser.add_argument("--points", type=int, default=1, help="at most so many of each kind")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args()
    need_programs(DESK)
    if sanitized(DESK):
        print("SKIP a sanitizer has its own malloc, and wants to be first")
        sys.exit(SKIP)
    random.seed(given.seed)
    print("     --points %d --seed %d" % (given.points, given.seed))
    sys.exit(checks.run(main, given.only, given.points))
