#!/usr/bin/python3 -B
"""WHEN IT BREAKS in skrynka-store(8), case by case: what an operator types, what the programs say, and
that no report is lost. Up to where the desk comes in: it is played by Python, which takes a bundle as
FORMAT.md section 6 says, and acknowledges it in its boards."""
import os
import re
import shutil
import sys

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from world import GATEWAY, STORE, World, read


class Desk(Paper):
    """Takes bundles in their order only, from one gateway, and drops what it has."""

    def __init__(self, world, name):
        super().__init__(world, name)
        self.gateway = self.chain = None
        self.digests, self.texts = set(), []

    def take(self, path):
        """The texts that are new with this bundle; raises when it does not follow."""
        data = read(path)
        carry = signed.carry_read(data)
        self.gateway = self.gateway or carry.gateway
        sk.need(carry.gateway == self.gateway, "desk: another gateway")
        if carry.chain == self.chain:
            sk.need(carry.serial == self.carry_serial + 1 and carry.previous == self.carry_digest,
                    "desk: a bundle is missing")
        else:
            sk.need(carry.serial == 1 and carry.previous == bytes(32), "desk: not a chain's beginning")
        new = [sk.field(self.open(envelope), "text") for entry, envelope
               in signed.envelopes(data, carry) if entry.digest not in self.digests]
        self.digests.update(entry.digest for entry in carry.entries)
        self.chain, self.carry_serial, self.carry_digest = carry.chain, carry.serial, carry.header_digest
        self.carry = carry
        self.texts += new
        return sorted(new)


class Case:
    """A store with one organisation, and its gateway."""

    def __init__(self, world, name, names=("Одна",)):
        self.w, self.name = world, name
        self.store = world.store(name)
        self.desks = [Desk(world, "%s-%s" % (n, name)) for n in names]
        for desk in self.desks:
            self.store.import_sheet(desk, desk.sheet())
        self.desk = self.desks[0]
        self.start()

    def start(self):
        self.gateway = self.w.gateway(self.store)

    def report(self, *texts):
        for text in texts:
            must("the report is taken: " + text, self.gateway.web.report(text).status == 201)

    def export(self, *options):
        self.w.count = getattr(self.w, "count", 0) + 1
        out = self.w.path("bundle-%d.bin" % self.w.count)
        self.said = self.store.run("export", "--out", out, *options).out.decode()
        return out

    def boards(self, count=1):
        for _ in range(count):
            for desk in self.desks:
                self.said = self.store.import_board(desk.board()).out.decode()

    def purge(self, name, gone):
        before = self.held()
        self.said = self.store.purge().out.decode()
        equal("%s: purge, %s" % (self.name, name), before - self.held(), gone)

    def held(self):
        return self.store.stats()["envelopes"]

    def says(self, name, pattern, text=None):
        text = self.said if text is None else text
        ok("%s: %s" % (self.name, name), re.search(pattern, text), text)

    def refused(self, name, pattern, *words):
        result = self.store.run(*words, want=1)
        self.says(name, pattern, result.err.decode())
        ok("%s: %s: nothing on stdout, one line" % (self.name, name),
           not result.out and result.err.count(b"\n") == 1, result)

    def gives(self, name, bundle, texts):
        equal("%s: %s" % (self.name, name), self.desk.take(bundle), sorted(texts))


# ---- a store that was put back -----------------------------------------------------------------

def put_back(case, copy):
    """The disk died; the copy of last night takes its place."""
    case.gateway.stop()
    shutil.rmtree(case.store.dir)
    shutil.copytree(copy, case.store.dir, symlinks=True)
    case.start()


def restored(world):
    case = Case(world, "restored")
    case.report("один")
    case.gives("the first bundle arrives", case.export(), ["один"])
    case.boards(2) # so that the copy has something that might be purged
    case.says("it may go", "Bundles up to 1 arrived at every organisation")
    lost = case.store.stats()["chain"]
    copy = world.path("copy")
    case.store.run("backup", "--out", copy)
    case.report("два")
    case.gives("the second bundle arrives", case.export(), ["два"])
    case.boards()
    under_way = [case.desk.board() for _ in range(2)]
    put_back(case, copy)
    case.report("три")
    case.purge("of what the copy has heard to have arrived", 0)
    for board in under_way:
        case.said = case.store.import_board(board).out.decode()
        case.says("the board that was under way is taken, for nothing",
                  r"acknowledges (a bundle|bundle 2) of (the|a) chain .* counts for nothing here")
    case.purge("of what was acknowledged to the store that died", 0)
    case.says("purge says why", "put back from a backup")
    case.refused("bundle 2 is not known", "there is no bundle 2; the last one is 1",
                 "export", "--serial", "2", "--out", world.path("two.bin"))
    begins(case, lost)
    case.boards()
    case.purge("acknowledged by one board", 0)
    case.says("purge says that one is not enough", "newest board only: they go after the next one")
    case.boards()
    case.purge("acknowledged by two", 2)
    case.report("чотири")
    case.gives("the new chain goes on", case.export(), ["чотири"])
    equal("restored: nothing is lost, nothing came twice", sorted(case.desk.texts),
          ["два", "один", "три", "чотири"])


def begins(case, lost):
    stats = case.store.stats()
    equal("restored: stats says that the chain ended", (stats["chain_ended"], stats["chain"]),
          (True, lost))
    bundle = case.export()
    stats = case.store.stats()
    case.says("export says what happened", "put back from the backup of 20")
    case.says("and what to tell the desks", stats["gateway"] + r"[^$]*import --new-chain")
    case.says("and names the chain", stats["chain"])
    equal("restored: serials begin again in another chain",
          (stats["last_bundle"], stats["chain"] == lost, stats["chain_ended"]), (1, False, False))
    case.gives("everything goes out again, and the desk drops what it has", bundle, ["три"])
    equal("restored: it is the chain that stats names", case.desk.chain.hex(), stats["chain"])


def put_back_otherwise(world):
    """From a snapshot of the disk, which knows nothing of a backup."""
    case = Case(world, "snapshot")
    case.report("один")
    case.gives("the first bundle arrives", case.export(), ["один"])
    case.gateway.stop()
    copy = shutil.copytree(case.store.dir, world.path("snapshot-copy"))
    case.start()
    case.report("два")
    case.gives("the second bundle arrives", case.export(), ["два"])
    put_back(case, copy)
    case.report("три")
    checks.raises("snapshot: an export as ever makes another bundle 2, which no desk takes", sk.Refused,
                  lambda: case.desk.take(case.export()))
    case.boards(2)
    case.purge("the desk's bundle 2 is not this store's", 0)
    case.says("purge says why", "acknowledges bundle 2 of a chain that this store does not know")
    case.gives("--new-chain leads out", case.export("--new-chain"), ["три"])
    case.says("export says it", "A new chain of bundles begins")
    case.boards(2)
    case.purge("the new chain is acknowledged", 2)
    chain = case.store.stats()["chain"]
    case.refused("asked for with nothing to carry", "the next export begins a new one", "export",
                 "--new-chain", "--out", world.path("empty.bin"))
    case.report("чотири")
    case.gives("it begins with the next", case.export(), ["чотири"])
    equal("snapshot: another chain", case.store.stats()["chain"] == chain, False)


# ---- a lost bundle -------------------------------------------------------------------------------

def lost_bundle(world):
    case = Case(world, "bundle")
    case.report("один", "два")
    first = read(case.export())
    case.report("три")
    case.store.import_sheet(case.desk, case.desk.sheet(2))
    second = read(case.export())
    case.store.import_sheet(case.desk, case.desk.sheet(3))
    for serial, was in ((1, first), (2, second)):
        again = case.export("--serial", str(serial))
        ok("bundle: %d again, byte for byte" % serial, read(again) == was)
        case.desk.take(again)
    equal("bundle: both arrived", sorted(case.desk.texts), ["два", "один", "три"])
    sheets = [(s.sheet.serial, s.current) for s in case.desk.carry.sheets]
    equal("bundle: the second names the sheets since the first", sheets, [(1, False), (2, True)])
    case.boards(2)
    case.purge("all arrived", 3)
    case.refused("what was purged cannot be had again", "no bundle 1 any more: every organisation",
                 "export", "--serial", "1", "--out", world.path("gone.bin"))
    case.refused("nor what never was", "there is no bundle 9; the last one is 2",
                 "export", "--serial", "9", "--out", world.path("gone.bin"))


# ---- a lost board ----------------------------------------------------------------------------------

def lost_board(world):
    case = Case(world, "board")
    case.boards()
    lost = [case.desk.board() for _ in range(3)]
    case.boards()
    case.says("the next one is taken, and the gap said",
              "boards 2 to 4 were never taken in; nothing is lost by that")
    organisation = case.store.stats()["organisations"][0]
    equal("board: stats counts them", (organisation["board"]["counter"],
                                       organisation["board"]["missing"]), (5, 3))
    case.says("stats says it too", "boards 2 to 4 never came; nothing is lost by that",
              case.store.run("stats").out.decode())
    case.refused("one that was found again is not needed",
                 "this is board 3, and board 5 is here already", "import-board", lost[1])
    lost = [case.desk.board()]
    case.boards()
    case.says("one alone", "board 6 was never taken in; nothing is lost by that")


# ---- a lost key of the gateway --------------------------------------------------------------------

def lost_key(world):
    case = Case(world, "key")
    case.report("один")
    case.gives("the first bundle arrives", case.export(), ["один"])
    case.report("два")
    old, chain = case.store.stats()["gateway"], case.store.stats()["chain"]
    case.refused("a key that is there is not drawn anew in passing", "add --replace", "new-key")
    for spoil in (lambda path: os.remove(path), lambda path: os.truncate(path, 10)):
        spoil(os.path.join(case.store.dir, "gateway.key"))
        case.refused("export names the way", "'new-key', which every desk must hear of",
                     "export", "--out", world.path("keyless.bin"))
        case.said = case.store.run("new-key").out.decode()
        key = case.store.stats()["gateway"]
        case.says("the new key is named, with the desk's command", "gateway --replace " + key)
    ok("key: it is another one", key != old)
    bundle = case.export()
    checks.raises("key: a desk that has not heard of it refuses", sk.Refused,
                  lambda: case.desk.take(bundle))
    case.desk.gateway = bytes.fromhex(key) # the analyst typed what the operator told
    case.gives("and takes it after that", bundle, ["два"])
    equal("key: the chain is another one too", (case.store.stats()["last_bundle"],
                                               case.store.stats()["chain"] == chain), (1, False))
    case.boards(2)
    case.purge("the new chain is acknowledged", 2)
    case.store.run("new-key", "--replace")
    ok("key: one that somebody else may have is replaced", case.store.stats()["gateway"] != key)


# ---- sheet and board in any order ------------------------------------------------------------------

def order(world):
    case = Case(world, "order")
    desk = case.desk
    board = desk.board()
    case.store.import_sheet(desk, desk.sheet(2))
    case.said = case.store.import_board(board).out.decode()
    case.says("the sheet before the board of one visit", "board 1 of")
    case.store.import_sheet(desk, desk.sheet(7)) # 3 to 6 never came
    equal("order: a sheet over a gap", case.store.stats()["organisations"][0]["sheet_serial"], 7)
    case.boards()
    sheet = desk.sheet(9, rekey=True)
    board = desk.board()
    case.refused("a board under a signing key that is not known",
                 "under key sheet 9, and the newest here is 7: take in that sheet first",
                 "import-board", board)
    case.store.import_sheet(desk, sheet)
    case.store.import_board(board)
    late = desk.board()
    case.store.import_sheet(desk, desk.sheet(10, rekey=True))
    case.refused("a board of before the signing key changed",
                 "ask the desk for a new board; nothing is lost", "import-board", late)
    case.boards()
    case.says("the new board is taken", "board %d of" % desk.counter)
    damaged = bytearray(desk.board_bytes())
    damaged[200] ^= 1
    case.refused("a damaged one is not taken for that", "signature .* copy it again",
                 "import-board", world.file("damaged.bin", bytes(damaged)))


# ---- places that cannot be written -------------------------------------------------------------------

def on_stick(case, options, *words):
    """Runs the store's program with `stick` being another file system; None when this system does not
    let us mount one."""
    stick = case.w.path("mount")
    os.makedirs(stick, exist_ok=True)
    mount = 'mount -t tmpfs -o "$1" none "$2" || exit 99; shift 2; "$@"; code=$?; ls -A "$0"; exit $code'
    result = case.w.run("unshare", "-rm", "sh", "-c", mount, stick, options, stick,
                        GATEWAY if words[0] == "--offline" else STORE, "--store", case.store.dir, *words, want=None)
    return result


def can_mount(case):
    return shutil.which("unshare") and on_stick(case, "size=16k", "stats").exit == 0


def full(world):
    case = Case(world, "stick")
    case.report("один", "два", "три")
    stick = world.path("mount", "carry.bin")
    spent = lambda: (case.store.stats()["last_bundle"], case.store.stats()["rows_carried"])
    if can_mount(case):
        for name, options, pattern in (
                ("a full stick", "size=16k", b"no room left; make room, or take another stick"),
                ("a read-only stick", "ro", b"read-only; look for the switch on the stick")):
            result = on_stick(case, options, "export", "--out", stick)
            ok("stick: %s is said, with what was spent" % name, result.exit == 1 and
               re.search(pattern + b".*Nothing was recorded", result.err), result)
            equal("stick: %s: nothing is left on it" % name, result.out, b"")
            equal("stick: %s: nothing was spent" % name, spent(), (0, 0))
            result = on_stick(case, options, "--offline", world.path("mount", "pages"))
            ok("stick: pages on %s" % name, result.exit == 1 and re.search(pattern, result.err), result)
            equal("stick: pages on %s: no page and no folder is left" % name, result.out, b"")
    else:
        note("no file system can be mounted here: full and read-only sticks were not tried")
    case.refused("a stick that is not there", "no such folder; is the stick there and mounted.*"
                 "Nothing was recorded", "export", "--out", world.path("none", "carry.bin"))
    case.refused("a folder in the place of the file", "this is a folder; name a file in it",
                 "export", "--force", "--out", world.path())
    result = world.run(GATEWAY, "--store", case.store.dir, "--offline", world.path("none", "pages"), want=1)
    case.says("pages under a folder that is not there", "is the stick there and mounted", result.err.decode())
    too_large(case, world)
    equal("stick: nothing was spent by any of this", spent(), (0, 0))
    case.gives("then the bundle has everything", case.export(), ["два", "один", "три"])
    for name, words in (("again", ("--serial", "1")),):
        case.refused("the same for a bundle " + name, "is the stick there and mounted.*Nothing was",
                     "export", *words, "--out", world.path("none", "carry.bin"))
    after_record(case, world)


def too_large(case, world):
    """As FAT answers beyond 4 GiB: the file would be too large."""
    out = world.path("large.bin")
    result = world.run("prlimit", "--fsize=40000", STORE, "--store", case.store.dir, "export", "--out",
                       out, want=1)
    ok("stick: too large for its file system: --limit is named", b"--limit" in result.err and
       b"Nothing was recorded" in result.err, result)
    equal("stick: and no file is left", [n for n in os.listdir(world.dir) if n.startswith("large")], [])
    out = world.path("limited.bin")
    case.said = case.store.run("export", "--limit", "20K", "--out", out).out.decode()
    case.says("with it a part goes, and the rest stays", "2 more stay for the next bundle")
    shutil.rmtree(case.store.dir)
    case.gateway.stop()
    case.store.run("init", "--size", "64M")
    case.store.import_sheet(case.desk, case.desk.sheet())
    case.start()
    case.report("один", "два", "три")


def after_record(case, world):
    """The stick is pulled out between the record and the name: the one step that can be spent."""
    if not shutil.which("strace"):
        return note("no strace: a failure after the record was not tried")
    case.report("чотири")
    out = world.path("pulled.bin")
    result = world.run("strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=rename,renameat,renameat2",
                       "-e", "inject=rename,renameat,renameat2:error=EIO", STORE, "--store",
                       case.store.dir, "export", "--out", out, want=None)
    ok("stick: pulled out after the record: the way back is named",
       result.exit == 1 and b"Bundle 2 is recorded all the same: write it again with 'export --serial 2"
       in result.err, result)
    equal("stick: and no file is left", os.path.exists(out) or os.path.exists(out + ".tmp"), False)
    case.gives("which writes it", case.export("--serial", "2"), ["чотири"])


CASES = (restored, put_back_otherwise, lost_bundle, lost_board, lost_key, order, full)


def main(*names):
    with World("breaks", need=(GATEWAY, STORE)) as world:
        for case in CASES:
            if not names or case.__name__ in names:
                note(case.__name__)
                case(world)
                for gateway in world.gateways:
                    gateway.kill()


if __name__ == "__main__":
    sys.exit(checks.run(main, *sys.argv[1:]))
