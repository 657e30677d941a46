#!/usr/bin/python3 -B
"""Every write, sync, rename, reservation, map and allocation of the operator's commands and of intake
made to fail in turn, or the process killed there. After each: the command did it, or said why and
what; nothing called damage that passes; no end by a signal; the same command works afterwards; and
nothing that was acknowledged is lost."""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import checks
from checks import note, ok
from paper import Paper
from world import BUILD, GATEWAY, STORE, World, need_programs, sanitized

LIBRARY = os.path.join(BUILD, "tests", "faults", "fault.so")
DISK = "write,sync,name,cut,reserve,open"
ENOSPC, EIO, ENOMEM, EMFILE = 28, 5, 12, 24
# name, kinds, errno, how
PLANS = [("full once", DISK, ENOSPC, "once"), ("full from there on", DISK, ENOSPC, "from"),
         ("the disk fails once", DISK + ",map", EIO, "once"),
         ("no more files", "open", EMFILE, "once"),
         ("no memory once", "memory", ENOMEM, "once"),
         ("no memory from there on", "memory", ENOMEM, "from"),
         ("killed before", DISK, 0, "before"), ("killed after", DISK, 0, "after")]
LARGE = 300_000


def spread(total, limit):
    """Up to `limit` points from 1 to total, the first and the last among them."""
    if total <= limit:
        return list(range(1, total + 1))
    return sorted({1 + round(i * (total - 1) / (limit - 1)) for i in range(limit)})


class Template:
    """A store with all that a command may meet: bundles, boards, reports in and beside them."""

    def __init__(self, world):
        self.w = world
        os.mkdir(world.path("template"))
        store, (desk,) = world.intake(("Одна",), make=Paper, name="template/store", size="4M")
        self.taken = []
        other = Paper(world, "Друга")
        self.post(store, ("one", 0), ("two", 0))
        self.move(store.export(), "c1")
        desk.import_(self.at("c1"))
        store.import_board(desk.board())
        self.post(store, ("three", LARGE))
        self.move(store.export(), "c2")
        desk.import_(self.at("c2"))
        self.move(desk.board(), "board")
        self.post(store, ("four", 0), ("five", LARGE), ("six", 0))
        self.move(other.sheet(), "sheet")
        self.other = other

    def at(self, name):
        return self.w.path("template", name)

    def move(self, path, name):
        shutil.move(path, self.at(name))

    def post(self, store, *reports):
        gateway = self.w.gateway(store)
        for text, size in reports:
            reply = gateway.web.report(text, [("f", os.urandom(size))] if size else ())
            checks.must("the template takes reports", reply.status == 201, reply.text)
            self.taken.append(reply.code)
        gateway.publish()  # the copies share the name of the day's key, not the key
        gateway.stop()

    def fresh(self):
        shutil.rmtree(self.w.path("trial"), ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", self.w.path("template"), self.w.path("trial")],
                       check=True)
        return Trial(self)


class Trial:
    def __init__(self, template):
        self.t, self.w = template, template.w
        self.store = self.at("store")

    def at(self, name):
        return self.w.path("trial", name)

    def environment(self, kinds, error, how, point):
        env = dict(os.environ, LD_PRELOAD=LIBRARY, FAULT_KINDS=kinds, FAULT_ERRNO=str(error),
                   FAULT_HOW=how, FAULT_AT=str(point), FAULT_COUNT=self.w.path("count"))
        if kinds != "memory":
            env["FAULT_UNDER"] = self.w.path("trial")
        return env

    def count(self):
        """(calls, failed) of the last run; a killed one wrote it too."""
        with open(self.w.path("count")) as f:
            return tuple(map(int, f.read().split()))

    def run(self, *words, store=None, env=None):
        program = GATEWAY if words[0] == "--offline" else STORE
        return self.w.run(program, "--store", store or self.store, *words, want=None, env=env)

    def envelopes(self):
        """What check says, or how it failed."""
        result = self.run("check")
        if result.exit != 0:
            return str(result)
        return int(result.out.split()[1])


# ---- the commands: words, and what must hold after them (None, or what is wrong) ---------------

def again(trial, words, tolerated=(), store=None):
    result = trial.run(*words, store=store)
    if result.exit == 0 or any(t in result.err for t in tolerated):
        return None
    return "again: %s" % result


def after_init(trial, words, first):
    new = trial.at("new")
    wrong = again(trial, words, [b"exists already"] if first.exit in (0, -9) else [], new)
    if wrong:
        return wrong
    result = trial.run("check", store=new)  # whole, and closed: no organisation is known yet
    return None if b"nobody could open" in result.err else "the new store: %s" % result


def after_export(trial, words, first):
    result = trial.run("export", "--out", trial.at("out2"))
    if b"nothing new" in result.err:
        result = trial.run("export", "--serial", "3", "--out", trial.at("out2"))
    if result.exit != 0:
        return "again: %s" % result
    if first.exit == 0 and not os.path.exists(trial.at("out")):
        return "no bundle, and it said that there is one"
    return None


def after_backup(trial, words, first):
    if first.exit != 0 and not os.path.exists(trial.at("copy")) or first.exit == -9:
        wrong = again(trial, words, [b"exists already"] if first.exit == -9 else [])
        if wrong:
            return wrong
    result = trial.run("check", store=trial.at("copy"))
    return None if result.exit == 0 else "the copy: %s" % result


def after_purge(trial, words, first):
    return again(trial, words)


COMMANDS = {
    "init": (lambda t: ("init", "--size", "4M"), after_init, 6),
    "import-sheet": (lambda t: ("import-sheet", "--name", "Друга", "--fingerprint",
                                t.t.other.fingerprint, t.at("sheet")), again, 6),
    "export": (lambda t: ("export", "--out", t.at("out")), after_export, 6),
    "import-board": (lambda t: ("import-board", t.at("board")),
                     lambda t, w, f: again(t, w, [b"is here already"]), 6),
    "purge": (lambda t: ("purge",), after_purge, None),
    "rewrite": (lambda t: ("rewrite",), again, 6),
    "backup": (lambda t: ("backup", "--out", t.at("copy")), after_backup, 6),
    "check": (lambda t: ("check",), again, 6),
    "stats": (lambda t: ("stats", "--json"), again, 6),
    "offline": (lambda t: ("--offline", t.at("pages")), again, 6),
}


def judge(trial, name, first, killed):
    """None, or what is wrong."""
    words, after, envelopes = COMMANDS[name]
    if first.exit == -9 and killed:
        pass
    elif first.exit not in (0, 1):
        return "it ended by %s: %s" % (first.exit, first.err[-200:])
    elif first.exit == 1 and not first.err.strip():
        return "it failed without a word"
    elif b"damaged" in first.err:
        return "what passes is called damage: %s" % first
    wrong = after(trial, words(trial), first) if after is not again else again(trial, words(trial))
    if wrong:
        return wrong
    left = trial.envelopes()
    if left != envelopes and not (envelopes is None and left in range(4, 7)):
        return "envelopes in the store: %s" % left
    return None


def command(template, name, limit, found):
    words = COMMANDS[name][0]
    for plan, kinds, error, how in PLANS:
        trial = template.fresh()
        store = trial.at("new") if name == "init" else None
        base = trial.run(*words(trial), store=store, env=trial.environment(kinds, error, how, 0))
        checks.must("%s without a fault" % name, base.exit == 0, base) if base.exit else None
        total = trial.count()[0]
        points = spread(total, limit)
        wrong = []
        for point in points:
            trial = template.fresh()
            env = trial.environment(kinds, error, how, point)
            first = trial.run(*words(trial), store=store, env=env)
            problem = judge(trial, name, first, how in ("before", "after"))
            found[first.exit] = found.get(first.exit, 0) + 1
            if problem:
                wrong.append("point %d of %d: %s" % (point, total, problem))
        ok("%s, %s: %d of %d points" % (name, plan, len(points), total), not wrong,
           "; ".join(wrong[:3]))


# ---- intake ------------------------------------------------------------------------------------

def post_some(web):
    """(codes acknowledged, statuses); a connection that broke is None."""
    codes, statuses = [], []
    for i in range(5):
        try:
            reply = web.report("intake %d" % i, [("f", bytes(LARGE))] if i == 2 else ())
        except (OSError, ValueError) as error:
            statuses.append(type(error).__name__)
            continue
        statuses.append(reply.status)
        if reply.status == 201:
            codes.append(reply.code)
    return codes, statuses


def intake_once(template, kinds, error, how, point):
    """(calls, what is wrong or None)."""
    trial = template.fresh()
    gateway = trial.w.gateway(StoreAt(trial.store), ready=False, wrapper=(
        "env", *["%s=%s" % x for x in trial.environment(kinds, error, how, point).items()
                 if x[0].startswith("FAULT_") or x[0] == "LD_PRELOAD"]))
    gateway.up.wait(60)
    codes = []
    if any("ready on" in line for line in gateway.lines):
        gateway.wait_ready()
        codes, _ = post_some(gateway.web)
        code = gateway.stop() if gateway.process.poll() is None else gateway.wait()
    else:
        code = gateway.wait()
    calls = trial.count()[0]
    said = "".join(gateway.lines)
    if code not in (0, 1) and not (code == -9 and how in ("before", "after")):
        return calls, "it ended by %s: %s" % (code, said[-200:])
    if "damaged" in said:
        return calls, "what passes is called damage: %s" % said[-200:]
    if code == 1 and "skrynka-gateway: " not in said:
        return calls, "it ended without a word: %r" % said
    return calls, lost(trial, codes)


class StoreAt:
    def __init__(self, dir):
        self.dir = dir


def lost(trial, codes):
    after = trial.w.gateway(StoreAt(trial.store))
    unknown = [c for c in trial.t.taken
               if after.web.status(c).json()["state"] == "unknown"]
    after.stop()
    left = trial.envelopes()
    if unknown or not isinstance(left, int) or left < 6 + len(codes):
        return "%d acknowledged, %d unknown, envelopes: %s" % (len(codes), len(unknown), left)
    return None


def intake(template, limit):
    for plan, kinds, error, how in PLANS:
        total, problem = intake_once(template, kinds, error, how, 0)
        checks.must("intake without a fault", not problem, problem) if problem else None
        points, wrong = spread(total, limit), []
        for point in points:
            _, problem = intake_once(template, kinds, error, how, point)
            if problem:
                wrong.append("point %d of %d: %s" % (point, total, problem))
        ok("intake, %s: %d of %d points" % (plan, len(points), total), not wrong,
           "; ".join(wrong[:3]))


def main(only, limit):
    found = {}
    with World("faults", (GATEWAY, STORE)) as world:
        template = Template(world)
        for name in COMMANDS:
            if not only or name in only:
                command(template, name, limit, found)
        if not only or "intake" in only:
            intake(template, min(limit, 1000))
    note("exit codes of the commands under faults: %s" % found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="commands, or intake; none: all")
    parser.add_argument("--points", type=int, default=3, help="at most so many of each kind")
    given = parser.parse_args()
    need_programs(GATEWAY, STORE)
    if sanitized(STORE):
        print("SKIP a sanitizer has its own malloc, and wants to be first")
        sys.exit(77)
    sys.exit(checks.run(main, given.only, given.points))
