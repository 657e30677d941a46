#!/usr/bin/python3 -B
"""Two implementations of one format meet: what the C programs make, Python opens, and the other
way round; in the end a whole organisation exists in Python only, and the C programs trust it."""
import sys
import time

import nacl.bindings as sodium

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from world import World, read

TEXT = "Звіт для перевірки двох реалізацій: ґанок, їжак, європейський."


class Meeting:
    def __init__(self, world):
        self.w = world
        self.store, self.desks = world.intake()
        self.sheets = [signed.sheet_read(read(d.sheet_path)) for d in self.desks]
        self.secrets = [signed.opening_keys(d.keyring()) for d in self.desks]
        self.gateway = world.gateway(self.store)
        self.web = self.gateway.web
        self.week = sk.week_of(time.time())
        self.month = sk.MONTH | sk.month_of(time.time())

    def known(self, epoch):
        return [signed.sheet_key(s, epoch) for s in self.sheets]

    def opened(self, name, envelope, recipients, sealed_by):
        """Python opens it as each desk would."""
        epoch = int.from_bytes(envelope[4:8], "little")
        for i, secrets in enumerate(self.secrets):
            out = sk.open_envelope(envelope, [secrets[epoch]], self.known(epoch))
            equal("%s: desk %d's key opens it; known, dummies, unknown" % (name, i),
                  (len(out.known), out.dummies, out.unknown), (recipients, 8 - recipients, 0))
        equal("%s: sealed by" % name, out.sealed_by, sealed_by)
        equal("%s: sheets digest" % name, out.sheets.hex(),
              sk.sheets_digest([s.digest for s in self.sheets]).hex())
        return out

    def sheets_and_keyrings(self):
        for desk, sheet in zip(self.desks, self.sheets):
            records = desk.keyring()
            ok("%s: the keyring opens and holds the sheet's secret keys" % desk.name,
               signed.keyring_fits_sheet(records, sheet))
            equal("%s: the fingerprint is the identity's key" % desk.name,
                  desk.fingerprint, sheet.identity.hex())
            ok("%s: the identity in its own keyring signs the sheets" % desk.name,
               desk.keyring("identity.keyring")[signed.IDENTITY, 0][32:] == sheet.identity)
            equal("%s: counts" % desk.name, (sheet.weeks, sheet.months), (13, 6))
            checks.raises("%s: another passphrase does not open it" % desk.name, sk.Refused,
                          lambda d=desk: self.wrong_passphrase(d))
        served = list(signed.sheets_split(self.web.get("/sheets").body))
        equal("GET /sheets gives the sheets byte for byte", sorted(served),
              sorted(read(d.sheet_path) for d in self.desks))

    def wrong_passphrase(self, desk):
        from world import find_keyring
        signed.keyring_read(read(find_keyring(desk.home)), b"incorrect horse")

    def gateway_to_python(self):
        data = bytes(range(256)) * 300
        reply = self.web.report(TEXT, [("файл.bin", data)], where="Токмак", category=7)
        must("the gateway takes a report", reply.status == 201, reply.text)
        receipt = sk.Receipt(sk.r_of(reply.code))
        path = self.store.export()
        bundle = read(path)
        (_, envelope), = signed.envelopes(bundle, signed.carry_read(bundle))
        out = self.opened("gateway", envelope, 2, 2)
        equal("gateway: text", sk.field(out, "text"), TEXT)
        equal("gateway: place and category",
              (sk.field(out, "where"), sk.field(out, "category")), ("Токмак", "7"))
        equal("gateway: attachment", sk.files(out), [("файл.bin", data)])
        equal("gateway: the prelude belongs to the code on the page",
              (out.mailbox, out.reply_pk, out.sign_pk),
              (receipt.mailbox, receipt.reply_pk, receipt.sign_pk))
        equal("gateway: epoch is this week", out.epoch, self.week)
        self.first, self.receipt, self.envelope = path, receipt, envelope

    def report_to_python(self):
        path, code = self.w.seal([d.sheet_path for d in self.desks], TEXT)
        out = self.opened("skrynka-report", read(path), 2, 4)
        equal("skrynka-report: text", sk.field(out, "text"), TEXT)
        equal("skrynka-report: epoch is this month", out.epoch, self.month)
        equal("skrynka-report: mailbox of the printed code", out.mailbox,
              sk.Receipt(sk.r_of(code)).mailbox)

    def python_to_desk(self):
        paths, texts = [], []
        for epoch, size in ((self.month, 10), (self.week, 10), (self.month, 50_000)):
            texts.append("З Python, %d байтів, %#x." % (size, epoch))
            parts = [("text", None, texts[-1].encode()), ("file", "зразок.bin", bytes(size))]
            body = sk.make_multipart(parts, "XyZ-1")
            digest = sk.sheets_digest([s.digest for s in self.sheets])
            sealed = sk.seal_report(sk.Receipt(sodium.randombytes(15)), self.known(epoch), epoch,
                                    body, "XyZ-1", digest)
            paths.append(self.w.file("python-%d.sealed" % len(paths), sealed))
        equal("the courier page takes three files at once", self.web.courier(paths).status, 201)
        bad = bytearray(read(paths[0]))
        bad[0] = 2
        equal("and refuses an unknown suite", self.web.courier(
            [self.w.file("bad.sealed", bytes(bad))]).status // 100, 4)
        second = self.store.export()
        for desk in self.desks:
            desk.import_(self.first, second)
            for text in texts:
                item = desk.find(text)
                must("%s lists what Python sealed: %s" % (desk.name, text), item, desk.list())
        import hashlib
        ok("the attachment is whole",
           hashlib.sha256(bytes(50_000)).hexdigest() in self.desks[0].open(item["id"]))

    def strangers(self):
        """A recipient that the desk does not know, and a follow-up that another hand signed, with the
        mailbox seed of the first."""
        desk, other = self.desks
        desk.run("peer", "--name", other.name, "--fingerprint", other.fingerprint,
                 other.sheet_path)
        receipt, forged = sk.Receipt(sodium.randombytes(15)), sk.Receipt(sodium.randombytes(15))
        forged.mailbox_seed, forged.reply_pk = receipt.mailbox_seed, receipt.reply_pk
        stranger = sk.public_of(sodium.randombytes(32))
        known = self.known(self.week)
        cases = ((receipt, known, 1, "Двом відомим."),
                 (receipt, known + [stranger], 3, "Ще комусь."),
                 (forged, known, 3, "Чужою рукою."))
        for i, case in enumerate(cases):  # a bundle each: within one the order is drawn by lot
            path = self.w.file("stranger-%d.sealed" % i, self.seal(*case))
            equal("the courier page takes it", self.web.courier([path]).status, 201)
            desk.import_(self.store.export())
        shown = [desk.show(desk.find(case[3])["id"]) for case in cases]
        equal("unknown recipients are counted", [s["unknown_recipients"] for s in shown],
              [0, 1, 0])
        ok("the known ones are named", other.name in str(shown[0]["recipients"]),
           shown[0]["recipients"])
        equal("a follow-up in another hand does not join the thread",
              [len(s["thread"]) for s in shown], [1, 1, 0])

    def seal(self, receipt, recipients, flags, text):
        body = sk.make_multipart([("text", None, text.encode())], "b")
        digest = sk.sheets_digest([s.digest for s in self.sheets])
        return sk.seal_report(receipt, recipients, self.week, body, "b", digest, flags=flags)

    def desk_to_python(self):
        long = "Відповідь у чотирьох частинах: є ґрунт. " * 45
        desk, sheet = self.desks[0], self.sheets[0]
        desk.answer(desk.find(TEXT)["id"], "passed", long.strip())
        board = signed.board_read(read(desk.board()), sheet.desk)
        equal("board: the identity", board.identity, sheet.identity)
        status, day, digest, text = signed.board_answer(board, self.receipt)
        equal("board: status and text", (signed.STATUS[status], text), ("passed", long.strip()))
        equal("board: which report it answers", digest, sk.blake2b(self.envelope))
        equal("board: day", day, sk.day_of(time.time()))
        equal("board: nothing for another code",
              signed.board_answer(board, sk.Receipt(bytes(15))), None)
        equal("board: carry serial", board.carry_serial, 5)
        again = signed.board_read(read(desk.board()), sheet.desk)
        equal("the next board follows it", (again.previous, again.counter > board.counter),
              (board.header_digest, True))
        equal("and shares no record with it", set(again.records) & set(board.records), set())

    def python_organisation(self):
        """A desk that exists in Python only: sheet, report to it, board, answer."""
        desk = Paper(self.w, "Пітон")
        self.bad_sheets(desk, read(desk.sheet()))
        self.store.import_sheet(desk, desk.sheet_path)
        self.gateway.stop()
        self.gateway = self.w.gateway(self.store)
        self.web = self.gateway.web
        reply = self.web.report(TEXT, to=[desk.slug])
        must("the gateway offers the organisation", reply.status == 201, reply.text)
        ((entry, out),), refused = desk.import_(self.store.export())
        sk.judge_slots(out, out.header, [desk.public(self.week)])
        equal("its key opens the report, alone",
              (sk.field(out, "text"), len(out.known), out.dummies, refused), (TEXT, 1, 7, []))
        answers = [(sk.Receipt(sk.r_of(reply.code)), 4, sk.day_of(time.time()), entry.digest,
                    "Пишіть ще.")]
        self.store.import_board(desk.board(answers))
        self.python_answer(desk, reply.code)
        self.bad_boards(desk, answers)
        desk.board(answers) # never came
        desk.serial = 9 # of a sheet that has not come yet
        self.store.import_board(desk.board(answers))
        ok("one over a gap, with another sheet serial, is taken", True)

    def bad_sheets(self, desk, sheet):
        for at in (0, 9, 12, 30, 45, 170, len(sheet) - 1):
            bad = bytearray(sheet)
            bad[at] ^= 1
            result = self.store.import_sheet(desk, self.w.file("bad.bin", bytes(bad)), want=None)
            equal("a sheet with byte %d altered is refused" % at, result.exit, 1)

    def python_answer(self, desk, code):
        answer = self.web.status_until(code, "answered")
        equal("the gateway reads Python's board",
              [(a["organisation"], a["status"], a["text"]) for a in answer["answers"]],
              [(desk.name, "more", "Пишіть ще.")])
        board = self.w.path(desk.name + "-board-1.bin")
        offline = self.w.answers(code, [(desk.sheet_path, board)])
        equal("skrynka-report reads it", [(a["status"], a["text"]) for a in offline],
              [("more", "Пишіть ще.")])

    def bad_boards(self, desk, answers):
        good = desk.board_bytes(answers)
        flipped = bytearray(good)
        flipped[-1] ^= 1
        for what, board in (("the same counter", desk.board_bytes(answers, counter=1)),
                            ("a lower counter", desk.board_bytes(answers, counter=0)),
                            ("a bundle's number alone",
                             desk.board_bytes(answers, carry_digest=bytes(32))),
                            ("a bundle's digest alone", desk.board_bytes(answers, carry_serial=0)),
                            ("one byte too many", good + b"\0"),
                            ("a bucket cut off", good[:-1024]),
                            ("an altered record", bytes(flipped))):
            result = self.store.import_board(self.w.file("bad.bin", board), want=None)
            equal("a board with %s is refused" % what, result.exit, 1)


def main():
    with World("nacl") as world:
        meeting = Meeting(world)
        for step in (meeting.sheets_and_keyrings, meeting.gateway_to_python,
                     meeting.report_to_python, meeting.python_to_desk, meeting.strangers,
                     meeting.desk_to_python,
                     meeting.python_organisation):
            note(step.__name__)
            step()


if __name__ == "__main__":
    sys.exit(checks.run(main))
