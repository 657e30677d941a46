#!/usr/bin/python3 -B
"""An organisation that a report was addressed to plays false against the other one. It holds the
file key, and rewrites the report under its own header, with keys of its own or with the writer's;
and it writes under the mailbox of that report."""
import os
import sys

import checks
import signed
import skrynka as sk
from checks import equal, must, note, ok
from world import World, read

TRUE = "Правдивий звіт: чоловіка забрали у вівторок."
FALSE = "Підробка: %s."
WARNING = "another envelope came with the header of this one"
BOUNDARY = "XxBoundaryxX"


class Mixed:
    """A code whose keys are partly another's: what is not given is of the dishonest organisation."""

    def __init__(self, writer, *kept):
        self.__dict__.update(sk.Receipt(os.urandom(15)).__dict__)
        for name in kept:
            setattr(self, name, getattr(writer, name))


def body(text):
    return sk.make_multipart([("text", None, text.encode())], BOUNDARY)


def rewritten(opened, receipt, seed, text):
    """Other words under the header of what was opened, signed with the key that receipt has."""
    prelude = sk.prelude_make(receipt, opened.sealed_by, opened.flags, opened.sheets, BOUNDARY, seed)
    return sk.seal_under(opened.file_key, opened.header, receipt, prelude + body(text))


class Story:
    def __init__(self, world):
        self.w = world
        self.store, (self.false, self.other) = world.intake()
        for desk, peer in ((self.false, self.other), (self.other, self.false)):
            desk.run("peer", "--name", peer.name, "--fingerprint", peer.fingerprint, peer.sheet_path)
        self.web = world.gateway(self.store).web
        secrets = list(signed.opening_keys(self.false.keyring()).values())
        self.sheets = [signed.sheet_read(read(d.sheet_path)) for d in (self.false, self.other)]
        self.open = lambda envelope: sk.open_envelope(envelope, secrets)

    def refusal(self, envelope):
        try:
            return self.open(envelope) and "it opens"
        except sk.Refused as refused:
            return str(refused)

    def courier(self, envelope):
        equal("handed in", self.web.courier([self.w.file("handed.sealed", envelope)]).status, 201)

    def carry(self):
        return self.store.export()

    def first_report(self):
        """Through the form; the dishonest desk reads it as it should, and takes its sealed original."""
        reply = self.web.report(TRUE)
        must("the report is taken", reply.status == 201, reply.text)
        self.receipt = sk.Receipt(sk.r_of(reply.code))
        self.true_bundle = self.carry()
        self.false.import_(self.true_bundle)
        original = os.listdir(os.path.join(self.false.home, "reports"))
        self.original = read(os.path.join(self.false.home, "reports", original[0]))
        self.opened = self.open(self.original)
        equal("the dishonest organisation opens it", sk.field(self.opened, "text"), TRUE)

    def rewritings(self):
        """(name, envelope, the words of the refusal)."""
        o, keys = self.opened, ("reply_pk", "mailbox_seed", "sign_pk")
        rewritten_keys = "the keys in the report are not those it was sealed with"
        mine = os.urandom(32)
        for name, receipt, seed in (
                ("all keys his own", Mixed(o), o.seed), ("all his own, also the seed", Mixed(o), mine),
                ("own signing key", Mixed(o, *keys[:2]), o.seed),
                ("own reply key", Mixed(o, *keys[1:]), o.seed),
                ("own mailbox seed", Mixed(o, keys[0], keys[2]), o.seed),
                ("own seed", Mixed(o, *keys), mine)):
            yield name, rewritten(o, receipt, seed, FALSE % name), "content: keys", rewritten_keys
        yield ("the writer's keys", rewritten(o, Mixed(o, *keys), o.seed, FALSE % "x"),
               "content: signature", "the writer's signature does not verify")

    def rewrite(self):
        """The other desk gets each of them before the original, as if that had been held back."""
        for name, envelope, refusal, _ in self.rewritings():
            equal("Python refuses: " + name, self.refusal(envelope), refusal)
        for name, envelope, _, words in self.rewritings():
            equal("the same header: " + name, envelope[:680], self.original[:680])
            self.courier(envelope)
            result = self.other.import_(self.carry(), want=None)
            ok("the desk says what it is: " + name, words in result.err.decode() + result.out.decode(),
               result)
            equal("and lists nothing: " + name, self.other.list(), [])

    def the_original_is_marked(self):
        self.other.import_(self.true_bundle)
        self.marked("a rewriting that did not open came first", self.other, TRUE)
        item = self.false.find(TRUE)
        equal("where only the original is, nothing is marked",
              [item["same_header"], self.mark(self.false, item)], [False, " "])
        self.courier(next(iter(self.rewritings()))[1])
        self.false.import_(self.carry(), want=None)
        self.marked("a rewriting that did not open came second", self.false, TRUE)

    def mark(self, desk, item):
        """What stands before the text in the table of `list`."""
        rows = desk.run("list").out.decode().splitlines()
        return next(row for row in rows if row.startswith(item["id"]))[49]

    def marked(self, name, desk, *texts):
        for text in texts:
            item = desk.find(text)
            must("%s: listed" % name, item, desk.list())
            equal("%s: list --json" % name, item["same_header"], True)
            equal("%s: ! in the table" % name, self.mark(desk, item), "!")
            equal("%s: show --json" % name, desk.show(item["id"])["same_header"], True)
            ok("%s: show warns" % name, WARNING in desk.run("show", item["id"]).out.decode())

    def two_that_open(self):
        """Only the writer can make two; then both are marked, and nobody else's report is."""
        receipt, seed = sk.Receipt(os.urandom(15)), os.urandom(32)
        texts = ["Перший із двох, однакові заголовки.", "Другий із двох, однакові заголовки."]
        week = self.opened.epoch
        keys = [signed.sheet_key(sheet, week) for sheet in self.sheets]
        two = [sk.seal_report(receipt, keys, week, body(text), BOUNDARY, self.opened.sheets, seed=seed)
               for text in texts]
        equal("one header", two[0][:680], two[1][:680])
        self.courier(two[0])
        other = "Ще хтось пише про своє."
        must("another report", self.web.report(other).status == 201)
        self.other.import_(self.carry())
        equal("alone it is not marked", self.other.find(texts[0])["same_header"], False)
        self.courier(two[1])
        self.other.import_(self.carry())
        self.marked("two that open", self.other, *texts)
        item = self.other.find(other)
        equal("a report of its own is not marked", [item["same_header"], self.other.show(
            item["id"])["same_header"], self.mark(self.other, item)], [False, False, " "])
        ok("nor warned of", WARNING not in self.other.run("show", item["id"]).out.decode())

    def a_copy_that_went_wrong(self):
        """Between the gateway and the desk: the gateway sent something else, so nobody rewrote it."""
        text = "Перенесено з другої спроби."
        must("a report", self.web.report(text).status == 201)
        path = self.carry()
        bad = bytearray(read(path))
        bad[-1] ^= 1
        self.other.import_(self.w.file("bad-copy.bin", bytes(bad)), want=None)
        equal("the bad copy is not listed", self.other.find(text), None)
        self.other.import_(path)
        equal("after the good one nothing is marked", self.other.find(text)["same_header"], False)

    def squat(self):
        """A new envelope under the seed of the victim's mailbox: a mailbox of its own, so it is in
        nobody's thread, and what it is answered nobody else reads."""
        mine = Mixed(self.opened, "mailbox_seed")
        text = "Пишіть мені краще сюди."
        week = self.opened.epoch
        keys = [signed.sheet_key(sheet, week) for sheet in self.sheets]
        envelope = sk.seal_report(mine, keys, week, body(text), BOUNDARY, self.opened.sheets, flags=3)
        equal("another mailbox", self.open(envelope).mailbox == self.opened.mailbox, False)
        self.courier(envelope)
        follow = "Доповнення від тієї самої людини."
        must("the writer adds something", self.web.report(follow, code=self.receipt.code).status == 201)
        self.other.import_(self.carry())
        threads = [[other["id"] for other in self.other.show(self.other.find(t)["id"])["thread"]]
                   for t in (TRUE, follow, text)]
        ids = [self.other.find(t)["id"] for t in (TRUE, follow)]
        equal("the writer's two are one thread, the other is none", threads, [[ids[1]], [ids[0]], []])


def main():
    with World("co-recipient") as world:
        story = Story(world)
        story.first_report()
        note("the same header, other words")
        story.rewrite()
        story.the_original_is_marked()
        note("two that open, and a bad copy")
        story.two_that_open()
        story.a_copy_that_went_wrong()
        note("under the mailbox of another")
        story.squat()


if __name__ == "__main__":
    sys.exit(checks.run(main))
