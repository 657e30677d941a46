#!/usr/bin/python3 -B
"""Whose bundles a desk takes: the gateway's whose key was pinned or confirmed by a person, and of it the
chain that is known or confirmed. A board acknowledges a bundle by its digest, never a number."""
import os
import pty
import sys

import checks
import signed
from checks import equal, must, ok
from courier import PaperGateway, seal, sheet_list, sheet_of
from world import DESK, World, read


def acknowledged(desk):
    """(serial, digest of the header) that this desk's next board acknowledges."""
    sheet = signed.sheet_read(sheet_of(desk))
    board = signed.board_read(read(desk.board()), sheet.desk)
    return board.carry_serial, board.carry_digest


def digest(path):
    return signed.carry_read(read(path)).header_digest


def answering(desk, answer, *words):
    """Runs a command of the desk at a terminal and gives this answer: (exit code, what it showed)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(DESK, [DESK, "--home", desk.home, "--passphrase-file", desk.world.passphrase, *words])
    shown, answered = b"", False
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not answered and b"Type yes" in shown:
            os.write(terminal, answer + b"\n")
            answered = True
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return code, shown.decode("utf-8", "replace")


class Pinned:
    def __init__(self, world):
        self.w = world
        self.desk = world.desk("Одна")
        self.desk.sheet()
        self.desk.pinned = True  # by hand, here
        self.gateway, self.other = PaperGateway(world), PaperGateway(world, "other")
        self.sheets = sheet_list((sheet_of(self.desk), 0))

    def report(self, text):
        return seal(text, [sheet_of(self.desk)])

    def nobody_is_asked(self):
        self.first = self.gateway.bundle([self.report("перше")], self.sheets)
        result = self.desk.import_(self.first, want=1)
        ok("without a pin nothing is imported, and the key is shown with the command to use",
           ("gateway " + self.gateway.key).encode() in result.err, result)
        equal("and nothing is there", self.desk.list(), [])
        ok("`gateway` says that none is trusted",
           b"no gateway yet" in self.desk.run("gateway").out)

    def a_person_is_asked(self):
        code, shown = answering(self.desk, b"no", "import", self.first)
        equal("somebody who says no: exit 1", code, 1)
        ok("the key was shown", self.gateway.key in shown, shown)
        equal("and nothing is there", self.desk.list(), [])
        code, shown = answering(self.desk, b"y", "import", self.first)
        equal("only a whole yes counts", (code, self.desk.list()), (1, []))
        code, shown = answering(self.desk, b"yes", "import", self.first)
        equal("yes: the bundle is taken", (code, len(self.desk.list())), (0, 1))

    def pin_first(self):
        desk = self.w.desk("Друга")
        desk.sheet()
        desk.pinned = True
        key = self.gateway.key.upper()
        equal("a key in another form is refused", desk.run("gateway", key[:-2], want=2).exit, 2)
        equal("also one with a letter too many", desk.run("gateway", key + "0", want=2).exit, 2)
        groups = [":".join(key[i + j:i + j + 2] for j in range(0, 8, 2)) for i in range(0, 64, 8)]
        desk.run("gateway", *groups)
        ok("`gateway` alone shows what is pinned", self.gateway.key.encode() in desk.run("gateway").out)
        evil = self.other.bundle([os.urandom(680 + 16400)])
        result = desk.import_(evil, want=1)
        ok("a bundle that a courier signed himself is refused, and his key named",
           self.other.key.encode() in result.err, result)
        equal("it acknowledges nothing of it", acknowledged(desk), (0, bytes(32)))
        equal("and the true gateway's is taken", desk.import_(self.first).exit, 0)

    def acknowledge(self):
        equal("the board names the digest of bundle 1", acknowledged(self.desk), (1, digest(self.first)))
        self.second = self.gateway.bundle([self.report("друге")], self.sheets)
        self.third = self.gateway.bundle([], self.sheets)
        self.desk.import_(self.third)
        equal("a gap is not counted over", acknowledged(self.desk), (1, digest(self.first)))
        self.desk.import_(self.second)
        equal("then it is the last", acknowledged(self.desk), (3, digest(self.third)))
        forked = self.gateway.bundle([self.report("інше")], self.sheets, serial=3, previous=digest(self.second))
        ok("another bundle 3 of this chain is refused",
           b"another bundle 3" in self.desk.import_(forked, want=1).err)

    def restored(self):
        """The store was put back: what it holds goes out again in a new chain, and what is new."""
        self.gateway.begin()
        old = signed.carry_read(read(self.second))
        again = next(data for _, data in signed.envelopes(read(self.second), old))
        path = self.gateway.bundle([again, self.report("після відновлення")], self.sheets)
        before = acknowledged(self.desk)
        result = self.desk.import_(path, want=1)
        ok("a new chain is not taken in silence, and the way is named", b"--new-chain" in result.err, result)
        equal("and acknowledges nothing new", acknowledged(self.desk), before)
        code, _ = answering(self.desk, b"no", "import", path)
        equal("nor when somebody says no", (code, len(self.desk.list())), (1, 2))
        result = self.desk.import_(path, options=["--new-chain"])
        ok("with the word of the operator it is", b"1 new, 1 known" in result.out, result)
        equal("envelopes that were known are dropped as doubles", len(self.desk.list()), 3)
        equal("boards speak of the new chain", acknowledged(self.desk), (1, digest(path)))
        equal("the next of that chain needs no word",
              self.desk.import_(self.gateway.bundle([], self.sheets)).exit, 0)
        shown = self.desk.run("gateway").out.decode()
        ok("`gateway` lists both chains", shown.count("chain ") == 2 and "current" in shown, shown)

    def old_chain(self):
        """A bundle of the chain before that lay about brings its reports and turns nothing back."""
        now = acknowledged(self.desk)
        equal("bundle 2 of the old chain, again", self.desk.import_(self.second).exit, 0)
        equal("boards go on to speak of the new one", acknowledged(self.desk), now)
        first = signed.carry_read(read(self.first)).chain.hex()
        self.desk.run("gateway", "--chain", first[:8])
        equal("by hand they speak of the old one", acknowledged(self.desk), (3, digest(self.third)))
        self.desk.run("gateway", "--chain", self.gateway.chain.hex())
        equal("and of the new one again", acknowledged(self.desk), now)
        equal("a name that no chain has", self.desk.run("gateway", "--chain", "zz", want=1).exit, 1)

    def new_key(self):
        fresh = PaperGateway(self.w, "fresh")
        path = fresh.bundle([self.report("новий ключ")], self.sheets)
        result = self.desk.import_(path, want=1)
        ok("another key is refused, with the command for a new one",
           ("--replace " + fresh.key).encode() in result.err, result)
        ok("nor pinned in silence", b"--replace" in self.desk.run("gateway", fresh.key, want=1).err)
        equal("a replacement is a question", self.desk.run("gateway", "--replace", fresh.key, want=1).exit, 1)
        count = len(self.desk.list())
        self.desk.run("gateway", "--replace", "--yes", fresh.key)
        equal("nothing of the new one is acknowledged yet", acknowledged(self.desk), (0, bytes(32)))
        equal("reports stay", len(self.desk.list()), count)
        equal("its first chain needs no further word", self.desk.import_(path).exit, 0)
        equal("and is acknowledged", acknowledged(self.desk), (1, digest(path)))
        equal("the old key is refused now", self.desk.import_(self.gateway.bundle(), want=1).exit, 1)

    def join_late(self):
        desk = self.w.desk("Пізня")
        desk.sheet()
        gateway = PaperGateway(self.w, "long")
        for _ in range(4):
            gateway.bundle()
        fifth = gateway.bundle([], self.sheets)
        result = desk.import_(fifth)
        ok("the bundles before are named", b"bundles 1 to 4 are missing" in result.err, result)
        equal("nothing is acknowledged", acknowledged(desk), (0, bytes(32)))
        desk.run("import", "--start-here")
        equal("until it says that it joins here", acknowledged(desk), (5, digest(fifth)))
        gateway.begin()
        path = gateway.bundle([], self.sheets)
        desk.import_(path, options=["--new-chain"])
        equal("a new chain begins with its first bundle", acknowledged(desk), (1, digest(path)))


def main():
    with World("pinned", need=(DESK,)) as world:
        pinned = Pinned(world)
        for step in (pinned.nobody_is_asked, pinned.a_person_is_asked, pinned.pin_first,
                     pinned.acknowledge, pinned.restored, pinned.old_chain, pinned.new_key,
                     pinned.join_late):
            checks.note(step.__name__)
            step()


if __name__ == "__main__":
    must("a terminal can be made", hasattr(pty, "fork"))
    sys.exit(checks.run(main))
