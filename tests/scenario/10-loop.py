#!/usr/bin/python3 -B
"""The whole loop: two organisations, four ways in, out again byte by byte, answers, purge.

Data goes one way: form and courier, store, carry bundle, desks; boards come back. Nothing is
purged before both desks said that it arrived, and then exactly what they said.
"""
import mmap
import sys

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from world import World, read, sha256

TEXT = "Мене звати Оксана. Чоловіка забрали 3 серпня о шостій ранку; де він, нам не кажуть. "
SEALED = "Запечатано вдома, передано кур'єром. "
SILENT = "Без квитанції: блокпост закритий третій день. "
ONLY_FIRST = "Лише для першої організації: список зниклих. "
LATE = "Після вивозу: на полі за селом лежать міни. "
FOLLOW = "Доповнення: чоловіка бачили в Сімферополі. "
LONG = "Дякуємо. Ми отримали ваше повідомлення і перевіряємо його. " * 20


class Loop:
    def __init__(self, world):
        self.w = world
        self.store, (self.first, self.second) = world.intake(size="400M")
        self.desks = (self.first, self.second)
        self.gateway = world.gateway(self.store)
        self.web = self.gateway.web
        self.bundles, self.boards = [], {}

    # ---- in ------------------------------------------------------------------

    def hand_in(self):
        w = self.w
        self.photo, self.photo_sum = w.random_file("video.mp4", 100_000_000)
        reply = self.web.report(TEXT, [("відео.mp4", self.photo)], category=1, where="Мелітополь")
        must("a form with 100 MB is taken: 201", reply.status == 201, reply.text)
        self.code = reply.code
        must("the receipt page shows a code with a right check symbol", self.code, reply.text)
        self.small, self.small_sum = w.random_file("лист.jpg", 40_000)
        sealed, self.sealed_code = w.seal([d.sheet_path for d in self.desks], SEALED,
                                          "--attach", self.small, "--category", "9")
        must("skrynka-report seal prints a code", self.sealed_code)
        reply = self.web.courier([sealed])
        equal("the courier page takes a sealed file", reply.status, 201)
        reply = self.web.report(SILENT, receipt="no", category=3)
        equal("a report without receipt is taken", reply.status, 201)
        equal("and shows no code", reply.code, None)
        reply = self.web.report(ONLY_FIRST, to=[self.first.slug])
        equal("a report to one organisation is taken", reply.status, 201)
        self.only_code = reply.code
        ok("codes differ", len({self.code, self.sealed_code, self.only_code}) == 3)

    def check_state(self, name, code, state):
        answer = self.web.status_until(code, state)
        equal("%s: state in JSON" % name, answer.get("state"), state)
        page = self.web.status(code.lower().replace("-", " "), accept="text/html")
        equal("%s: the page for a code typed in small letters" % name, page.status, 200)
        return answer, page.text

    def before_export(self):
        self.check_state("before it is published", self.code, "unknown")
        self.gateway.publish()
        answer, _ = self.check_state("before the export", self.code, "received")
        ok("a day of arrival is given", answer.get("day"), answer)
        equal("no answers yet", answer.get("answers"), [])
        # A courier's file brings no row with it: only a desk can say that it knows the code.
        self.check_state("a courier's report", self.sealed_code, "unknown")
        other = sk.Receipt(b"never handed in")
        self.check_state("a code that nobody handed in", other.code, "unknown")

    # ---- out -----------------------------------------------------------------

    def export(self, count):
        path = self.store.export()
        with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            carry = signed.carry_read(data)
        equal("bundle %d holds %d reports" % (carry.serial, count), carry.count, count)
        if self.bundles:
            equal("it follows the one before", carry.previous, self.bundles[-1][1].header_digest)
        self.bundles.append((path, carry))
        return path

    def first_bundle(self):
        path = self.export(4)
        self.check_state("after the export", self.code, "received")
        self.gateway.publish()
        self.check_state("after the next publication", self.code, "carried")
        for desk in self.desks:
            desk.import_(path)
        equal("the first desk has all four", len(self.first.list()), 4)
        equal("the second has three: one was not for it", len(self.second.list()), 3)
        ok("the one for the first only", self.first.find(ONLY_FIRST))
        equal("is not on the second desk", self.second.find(ONLY_FIRST), None)
        listed = [d.list() for d in self.desks]
        for desk, before in zip(self.desks, listed):
            desk.import_(path)
            equal("%s: importing again changes nothing" % desk.name, desk.list(), before)
        again = self.w.path("again.bin")
        self.store.run("export", "--serial", "1", "--out", again)
        equal("export --serial gives the identical bundle", sha256(again), sha256(path))

    def attachments(self):
        for desk in self.desks:
            for text, digest in ((TEXT, self.photo_sum), (SEALED, self.small_sum)):
                item = desk.find(text)
                must("%s lists the report" % desk.name, item, desk.list())
                ok("%s: its attachment is byte-identical" % desk.name,
                   digest in desk.open(item["id"]))
        item = self.first.find(TEXT)
        equal("the category arrived", str(item["category"]), "1")
        ok("the search finds it", any(i["id"] == item["id"]
                                      for i in self.first.list("--search", "Оксана")))
        equal("and not what is not there", self.first.list("--search", "Генічеськ"), [])
        equal("the filter by category", [i["id"] for i in self.first.list("--category", "1")],
              [item["id"]])

    # ---- answers -------------------------------------------------------------

    def purge(self, name, gone):
        before = self.held()
        self.store.purge()
        equal("purge, %s" % name, before - self.held(), gone)

    def held(self):
        return int(self.store.stats()["envelopes"])

    def answer(self):
        self.purge("no desk has acknowledged: nothing goes", 0)
        self.late = self.web.report(LATE).code
        self.first.answer(self.first.find(TEXT)["id"], "more", LONG)
        self.second.answer(self.second.find(TEXT)["id"], "checking", "Прийнято в роботу.")
        self.second.answer(self.second.find(SEALED)["id"], "closed")
        self.publish(self.first)
        self.purge("one desk has not acknowledged: nothing goes", 0)
        self.publish(self.second)
        equal("export --serial still works before the purge",
              self.store.run("export", "--serial", "1", "--out", self.w.path("third.bin")).exit, 0)
        self.purge("both have acknowledged, but on one board only: nothing goes", 0)
        self.publish(self.first)
        self.publish(self.second)
        self.purge("both have acknowledged: exactly the four go", 4)
        equal("the late one is still there", self.held(), 1)

    def publish(self, desk):
        board = desk.board()
        self.store.import_board(board)
        self.boards[desk.name] = board
        sheet = signed.sheet_read(read(desk.sheet_path))
        return signed.board_read(read(board), sheet.desk)

    def read_answers(self):
        answer, page = self.check_state("after the boards", self.code, "answered")
        self.compare("status JSON", answer["answers"])
        ok("the page shows the long answer whole", squeezed(LONG) in squeezed(page))
        pairs = [(d.sheet_path, self.boards[d.name]) for d in self.desks]
        self.compare("skrynka-report answers", self.w.answers(self.code, pairs), names=False)
        answer, _ = self.check_state("a code of a courier's report", self.sealed_code, "answered")
        statuses = sorted(a["status"] for a in answer["answers"])
        equal("both desks' boards know it", statuses, ["arrived", "closed"])
        answer, _ = self.check_state("a report to one", self.only_code, "answered")
        equal("only the first desk's board knows it",
              [a["organisation"] for a in answer["answers"]], [self.first.name])

    def compare(self, name, answers, names=True):
        got = sorted((a["status"], a["text"]) for a in answers)
        equal("%s: both answers, whole" % name, got,
              [("checking", "Прийнято в роботу."), ("more", LONG)])
        if names:
            equal("%s: the organisations" % name, sorted(a["organisation"] for a in answers),
                  sorted(d.name for d in self.desks))

    # ---- again ---------------------------------------------------------------

    def second_round(self):
        reply = self.web.report(FOLLOW, code=self.code.lower())
        equal("a follow-up with the code is taken", reply.status, 201)
        equal("a follow-up with a typing error is refused",
              self.web.report(FOLLOW, code=mistyped(self.code)).status, 400)
        skipped = self.export(2)
        self.first.import_(skipped)
        ok("the late report came with the next bundle", self.first.find(LATE))
        self.same_thread()
        self.web.report("Третій пакет.")
        third = self.export(1)
        self.first.import_(third)
        self.gap(skipped, third)

    def same_thread(self):
        """`show` names the other reports of the same code."""
        start = self.first.find(TEXT)["id"]
        for text, others in ((FOLLOW, [start]), (LATE, []), (SILENT, [])):
            item = self.first.find(text)
            must("listed: " + text, item, self.first.list())
            thread = self.first.show(item["id"])["thread"]
            equal("thread of: " + text, [r["id"] for r in thread], others)
        equal("thread of the first report", [r["id"] for r in self.first.show(start)["thread"]],
              [self.first.find(FOLLOW)["id"]])

    def gap(self, skipped, third):
        before = self.second.list()
        result = self.second.import_(third, want=None)
        ok("a skipped bundle is noticed", result.exit != 0 or b"missing" in result.err, result)
        board = self.publish(self.second)
        equal("and not acknowledged", board.carry_serial, 1)
        self.purge("the second desk lacks a bundle: nothing goes", 0)
        self.second.import_(skipped)
        self.second.import_(third)
        equal("then it comes in order", len(self.second.list()), len(before) + 3)
        equal("and is acknowledged", self.publish(self.second).carry_serial, 3)
        equal("the first desk acknowledges both", self.publish(self.first).carry_serial, 3)
        self.purge("by their newest board only: nothing goes", 0)
        self.publish(self.first)
        self.publish(self.second)
        self.purge("all three are safe", 3)
        equal("nothing is left", self.held(), 0)

    def damaged(self):
        self.web.report("Четвертий пакет.")
        path = self.export(1)
        data, before = read(path), self.first.list()
        for at in (9, 13, 60, 100, 130, 200, 1000, len(data) - 1):
            bad = bytearray(data)
            bad[at] ^= 4
            self.refused("byte %d altered" % at, bytes(bad), before)
        for length in (0, 50, 191, 1000, len(data) - 1):
            self.refused("cut to %d bytes" % length, data[:length], before)
        self.refused("one byte too many", data + b"\0", before)
        equal("none of them is acknowledged", self.publish(self.first).carry_serial, 3)
        self.first.import_(path)
        equal("the whole one is taken", len(self.first.list()), len(before) + 1)

    def refused(self, name, data, before):
        result = self.first.import_(self.w.file("bad.bin", data), want=None)
        equal("a bundle with %s is refused" % name, (result.exit, len(self.first.list())),
              (1, len(before)))
        ok("%s: says so on stderr" % name, result.err.startswith(b"skrynka-desk: ") and
           result.err.count(b"\n") <= 2, result)


def mistyped(code):
    return code[:-1] + ("1" if code[-1] == "0" else "0")


def squeezed(text):
    return " ".join(text.split())


def main():
    with World("loop") as world:
        loop = Loop(world)
        for step in (loop.hand_in, loop.before_export, loop.first_bundle, loop.attachments,
                     loop.answer, loop.read_answers, loop.second_round, loop.damaged):
            note(step.__name__)
            step()
        equal("the gateway ends cleanly", loop.gateway.stop(), 0)
        equal("the store is whole", loop.store.run("check").exit, 0)


if __name__ == "__main__":
    sys.exit(checks.run(main))
