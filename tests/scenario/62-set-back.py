#!/usr/bin/python3 -B
"""A desk that was put back from a backup: it finds out from a bundle, acknowledges nothing and spends no
number twice, and has a way back. Envelopes whose key it lacks are kept, and hold nothing back."""
import os
import shutil
import sys
import time

import checks
import signed
import skrynka as sk
from checks import equal, ok
from courier import PaperGateway, seal, sheet_list, sheet_of
from world import DESK, World, read, walk


def board_of(desk):
    return signed.board_read(read(desk.board()), signed.sheet_read(sheet_of(desk)).desk)


def waiting(desk):
    return sorted(p for p in walk(desk.home) if p.endswith(".keyless"))


def numbers(desk):
    """(serial, counter) last spent, out of the keyring."""
    records = desk.keyring()
    return (int.from_bytes(records.get((6, 0), b""), "little"),
            int.from_bytes(records.get((7, 0), b""), "little"))


class SetBack:
    def __init__(self, world):
        self.w = world
        self.desk = world.desk("Одна")
        self.backup = world.path("backup")
        shutil.copytree(self.desk.home, self.backup)  # from before the first sheet
        self.gateway = PaperGateway(world)
        self.desk.sheet()

    def put_back(self, backup):
        shutil.rmtree(self.desk.home)
        shutil.copytree(backup, self.desk.home)

    def bundle(self, envelopes=(), counter=0, **changed):
        return self.gateway.bundle(envelopes, sheet_list((sheet_of(self.desk), counter)), **changed)

    def report(self, text, epoch=None):
        return seal(text, [sheet_of(self.desk)], epoch)

    # ---- envelopes without a key ------------------------------------------------

    def odd_weeks(self):
        """What an outsider sends with an odd epoch is kept and named, and holds nothing back."""
        odd = bytearray(self.report("дивний тиждень"))
        odd[4:8] = (sk.week_of(time.time()) - 9).to_bytes(4, "little")
        month = bytearray(odd)
        month[4:8] = (sk.MONTH | (sk.month_of(time.time()) - 3)).to_bytes(4, "little")
        path = self.bundle([bytes(odd), self.report("звичайне"), bytes(month)])
        result = self.desk.import_(path)
        ok("the bundle counts them", b"1 new" in result.out and b"2 of weeks whose key" in result.out,
           result.out)
        ok("and names their week and month", b"1 of the week from " in result.err and
           b"1 of the month " in result.err, result)
        equal("they are kept", len(waiting(self.desk)), 2)
        equal("and acknowledged: an outsider holds nothing back", board_of(self.desk).carry_serial, 1)
        self.desk.import_(path)
        equal("again: still the same two", len(waiting(self.desk)), 2)

    def key_found(self):
        """An envelope waits; the newer copy of the desk is found, with the key: it is tried again."""
        desk = self.w.desk("Дві")
        old = self.w.path("old-two")
        shutil.copytree(desk.home, old)
        desk.sheet()
        newer = self.w.path("newer-two")
        shutil.copytree(desk.home, newer)
        gateway = PaperGateway(self.w, "two")
        path = gateway.bundle([seal("чекає на ключ", [sheet_of(desk)])],
                              sheet_list((sheet_of(desk), 0)))
        shutil.rmtree(desk.home)
        shutil.copytree(old, desk.home)
        desk.import_(path, want=1)
        equal("without the key it is kept", (len(waiting(desk)), desk.list()), (1, []))
        quarantine = os.path.join(newer, "quarantine")
        shutil.rmtree(quarantine)
        shutil.copytree(os.path.join(desk.home, "quarantine"), quarantine)
        shutil.rmtree(desk.home)
        shutil.copytree(newer, desk.home)
        desk.pin(path)
        result = desk.import_(gateway.bundle([], sheet_list((sheet_of(desk), 0))))
        ok("with the key, the next import tries it again", b"a new report" in result.out, result.out)
        equal("it is listed, and waits no more", (len(desk.list()), waiting(desk)), (1, []))
        equal("with the day on which it came", desk.list()[0]["day"],
              time.strftime("%Y-%m-%d", time.gmtime()))
        result = desk.import_(path)
        ok("its own bundle then finds it known", b"0 new, 1 known" in result.out, result.out)

    # ---- set back ---------------------------------------------------------------

    def before_the_sheet(self):
        """The copy is from before the sheet: it lacks the keys of all reports."""
        self.first_sheet = sheet_of(self.desk)
        for _ in range(3):
            self.desk.board()
        self.kept = self.w.path("newest")
        shutil.copytree(self.desk.home, self.kept)
        self.put_back(self.backup)
        self.path = self.bundle([self.report("без ключа")], counter=4)
        self.desk.pin(self.path)
        result = self.desk.import_(self.path, want=1)
        ok("import says that this desk was set back", b"was set back" in result.err, result)
        ok("and what to do", b"resume" in result.err, result)
        equal("the envelope is kept", len(waiting(self.desk)), 1)
        for command in ("board", "sheet"):
            out = self.w.path("never-" + command)
            result = self.desk.run(command, "--out", out, want=1)
            ok("%s spends no number" % command, b"was set back" in result.err and
               not os.path.exists(out), result)
        equal("every further import says so", self.desk.import_(self.path, want=1).exit, 1)
        equal("nothing was spent", numbers(self.desk), (0, 0))

    def way_back(self):
        result = self.desk.run("resume", self.path)
        ok("resume tells the next steps", b"sheet" in result.out and b"import" in result.out, result.out)
        serial, counter = numbers(self.desk)
        ok("it jumps over what may have been spent", serial > 1 and counter >= 4 + 1000,
           (serial, counter))
        self.desk.sheet()
        sheet = signed.sheet_read(sheet_of(self.desk))
        equal("the sheet says, signed, that no board before counts", sheet.floor, counter)
        ok("its number is above the one the gateway has", sheet.serial > 1, sheet.serial)
        self.desk.run("import", "--start-here")
        board = board_of(self.desk)
        equal("the next board is above the floor", board.counter, counter + 1)
        equal("and follows none", board.previous, bytes(32))
        equal("nothing is acknowledged over bundle 1, which this copy never had",
              board.carry_serial, 2)
        equal("import is content again", self.desk.import_(self.bundle([], counter=4)).exit, 0)

    def drawn_anew(self):
        """The week has a key again, another one: reports for the lost one still wait."""
        data = seal("на втрачений ключ", [self.first_sheet])
        sheets = sheet_list((self.first_sheet, 0), (sheet_of(self.desk), 4))
        before = len(waiting(self.desk))
        result = self.desk.import_(self.gateway.bundle([data, self.report("на новий")], sheets))
        ok("one is new, one waits", b"1 new" in result.out and b"1 of weeks" in result.out, result.out)
        equal("it was not taken for somebody else's", len(waiting(self.desk)), before + 1)

    def newer_copy_is_better(self):
        self.put_back(self.kept)
        equal("with the newer copy the same bundle is no alarm", self.desk.import_(self.path).exit, 0)
        equal("and opens", len(self.desk.list()), 2)

    def only_boards(self):
        """The copy has the sheet but not the last boards: a counter would be used twice."""
        copy = self.w.path("copy")
        shutil.copytree(self.desk.home, copy)
        self.desk.board()
        counter = numbers(self.desk)[1]
        self.put_back(copy)
        older = self.bundle([], counter=1)
        ok("the gateway's word of its last board is enough", b"was set back" in
           self.desk.import_(self.bundle([], counter=counter + 5000), want=1).err)
        self.desk.run("resume", older)
        ok("no counter comes twice, also when another bundle is given than the one that told it",
           board_of(self.desk).counter > counter + 5000)
        greedy = self.bundle([], counter=(1 << 64) - 1)
        ok("a gateway that claims the highest counter is an alarm",
           b"no desk reaches" in self.desk.import_(greedy, want=1).err)
        before = numbers(self.desk)
        equal("but drives no counter to its end", self.desk.run("resume", greedy, want=1).exit, 1)
        equal("nothing was spent", numbers(self.desk), before)
        equal("and stops no board", board_of(self.desk).counter, before[1] + 1)

    def other_copy(self):
        """Two copies of a desk issued the same number: that shows too."""
        desk = self.w.desk("Три")
        copy = self.w.path("three")
        shutil.copytree(desk.home, copy)
        desk.sheet()
        theirs = sheet_of(desk)
        shutil.rmtree(desk.home)
        shutil.copytree(copy, desk.home)
        desk.sheet()
        path = PaperGateway(self.w, "three-gateway").bundle([], sheet_list((theirs, 0)))
        ok("another sheet with the number of this one is an alarm",
           b"was set back" in desk.import_(path, want=1).err)

    # ---- bundles that were lost ---------------------------------------------------

    def lost(self):
        desk = self.w.desk("Чотири")
        desk.sheet()
        gateway = PaperGateway(self.w, "four")
        sheets = sheet_list((sheet_of(desk), 0))
        paths = [gateway.bundle([seal("звіт %d" % i, [sheet_of(desk)])], sheets) for i in range(5)]
        desk.import_(paths[0])
        desk.import_(paths[4])
        equal("bundles are missing", board_of(desk).carry_serial, 1)
        equal("to record them as lost is a question", desk.run("resume", "--lost", "2-4", want=1).exit, 1)
        equal("which was not answered", board_of(desk).carry_serial, 1)
        equal("one that was never made is not lost", desk.run("resume", "--lost", "6", "--yes",
                                                               want=1).exit, 1)
        desk.run("resume", "--lost", "2-3", "--yes")
        result = desk.import_(paths[4])
        ok("the other one is still named", b"bundle 4 is missing" in result.err, result)
        equal("and nothing is acknowledged past it", board_of(desk).carry_serial, 1)
        desk.import_(paths[3])
        board = board_of(desk)
        equal("then boards go on", board.carry_serial, 5)
        equal("with the digest of what arrived", board.carry_digest,
              signed.carry_read(read(paths[4])).header_digest)
        ok("`gateway` counts the lost", b"2 lost" in desk.run("gateway").out)
        desk.import_(paths[1])
        ok("one that is found is taken after all", desk.find("звіт 1"))
        ok("and not lost any more", b"1 lost" in desk.run("gateway").out)


def main():
    with World("set-back", need=(DESK,)) as world:
        back = SetBack(world)
        for step in (back.odd_weeks, back.key_found, back.before_the_sheet, back.way_back,
                     back.drawn_anew, back.newer_copy_is_better, back.only_boards, back.other_copy,
                     back.lost):
            checks.note(step.__name__)
            step()


if __name__ == "__main__":
    sys.exit(checks.run(main))
