#!/usr/bin/python3 -B
"""The outsider's diary: somebody without any right polls everything public while reports of all
sizes come in by all ways. Between two publications nothing moves, byte for byte; a publication is a
batch in key order whose number is a power of two, and says nothing of any one report."""
import os
import struct
import sys
import time

import checks
import rows
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from texts import LANGUAGES
from tus import Tus, metadata
from world import GATEWAY, STORE, World

PAGES = ("/%s/", "/%s/status", "/%s/courier", "/%s/help", "/offline/%s.html")
MOVES = ("Location", "location")
CLASSES = (1, 2, 16, 64, 256, 1024, 1 << 18)


def envelope(chunks=1):
    return struct.pack("<BxxxI", 1, sk.week_of(time.time())) + os.urandom(672 + 16400 * chunks)


class Outsider:
    """Whatever the gateway tells to anybody."""

    def __init__(self, gateway, organisation):
        self.web, self.tus = gateway.web, Tus(gateway.web.port)
        self.stranger = sk.code_of(os.urandom(15))
        self.organisation = organisation

    def poll(self):
        seen = {}
        for lang in LANGUAGES:
            for page in PAGES:
                seen[page % lang] = self.get(page % lang)
            for accept in ("application/json", "text/html"):
                reply = self.web.status(self.stranger, lang, accept)
                seen["status %s %s" % (lang, accept)] = (reply.status, reply.body)
        for path in ("/sheets", "/boards/" + self.organisation.slug, "/receipts", "/receipts/00",
                     "/receipts/80"):
            seen[path] = self.get(path)
        seen["OPTIONS"] = self.plain(self.tus.request("OPTIONS", "/uploads"))
        seen["no upload"] = self.plain(self.tus.head("/uploads/" + "00" * 16))
        seen.update(self.room())
        return seen

    def get(self, path):
        reply = self.web.get(path)
        return reply.status, sorted(reply.headers.items()), reply.body

    @staticmethod
    def plain(answer):
        return answer.status, sorted(f for f in answer.fields if f[0] not in MOVES), answer.body

    def room(self):
        """What it is told when it wants to send so much; and while it has announced so much."""
        seen, held = {}, []
        for chunks in CLASSES:
            length = 680 + 16400 * chunks
            answer = self.tus.create(length)
            seen["create %d" % chunks] = self.plain(answer)
            if answer.status == 201:
                path = answer.headers["location"]
                held.append((path, self.tus.begin_patch(path, 0, length)))
        for path, connection in held:
            connection.close()
            self.tus.delete(path)
        return seen


def ways(world, web, tus, sheets):
    """(name, what sends a report, its receipt or None)"""
    def form(text, files=(), **fields):
        reply = web.report(text, files, **fields)
        must("a report is taken", reply.status == 201, reply.status)
        return reply.code and sk.Receipt(sk.r_of(reply.code))

    def upload(chunks):
        receipt = sk.Receipt(os.urandom(15))
        data = envelope(chunks)
        path = tus.create(len(data), Upload_Metadata=metadata(
            row=receipt.row(), token=os.urandom(16))).headers["location"]
        must("an upload is taken", tus.patch(path, 0, data).status == 204)
        return receipt

    def courier():
        sealed, _ = world.seal(sheets, "Передано кур’єром.")
        must("a courier's file is taken", web.courier([sealed]).status == 201)

    yield "a text", lambda: form("Лише текст.")
    yield "a text with files", lambda: form("З файлом.", [("a.jpg", os.urandom(300_000))])
    yield "a text that wants no receipt", lambda: form("Без коду.", receipt="no")
    yield "a sealed text", lambda: upload(1)
    yield "a large sealed file", lambda: upload(256)
    yield "a courier's file", courier
    yield "three more at once", lambda: [upload(1) for _ in range(3)][0]


def moved(before, after):
    return [name for name in before if before[name] != after[name]]


def diary(world):
    store, (desk,) = world.intake(("Одна",), make=Paper, size="64M")
    gateway = world.gateway(store)
    outsider = Outsider(gateway, desk)
    before, receipts = outsider.poll(), []
    note("%d things are polled" % len(before))
    for name, send in ways(world, gateway.web, outsider.tus, [desk.sheet_path]):
        receipts.append(send())
        equal("after %s nothing moved" % name, moved(before, outsider.poll()), [])
    known = [r for r in receipts if r]
    equal("not even for who has the code",
          {gateway.web.status(r.code).json()["state"] for r in known}, {"unknown"})
    first = rows.all_rows(gateway.web)
    gateway.publish()
    second = rows.all_rows(gateway.web)
    equal("a publication moves the receipts and nothing else", moved(before, outsider.poll()),
          ["/receipts", "/receipts/00"])
    fresh = set(second) - set(first)
    ok("it is a power of two", rows.is_batch(len(fresh), len(known)), len(fresh))
    ok("and nothing goes", set(first) <= set(second))
    # Two more came by form without a receipt, and by the other two of the three at once.
    ok("with those among it that have a code", {r.row() for r in known} <= fresh)
    equal("all in one state", {second[row] for row in fresh}, {rows.RECEIVED})
    gateway.publish()
    third = rows.all_rows(gateway.web)
    ok("a day without reports looks like one with some", rows.is_batch(len(set(third) - set(second))))
    return store, gateway, outsider, known


def carried(store, gateway, outsider, known):
    before, table = outsider.poll(), rows.all_rows(gateway.web)
    later = gateway.web.report("Після публікації.")
    store.export()
    equal("an export moves nothing", moved(before, outsider.poll()), [])
    gateway.publish()
    after = rows.all_rows(gateway.web)
    equal("then all that was public is carried together", {after[row] for row in table},
          {rows.CARRIED})
    equal("and nothing that was not", {after[row] for row in set(after) - set(table)},
          {rows.RECEIVED})
    equal("to who has the code as well", {gateway.web.status(code).json()["state"] for code in
                                          (known[0].code, later.code)}, {"carried", "received"})
    follow = gateway.web.report("Доповнення.", code=known[0].code)
    equal("a follow-up is taken", follow.status, 201)
    equal("nobody sees it at once", gateway.web.status(known[0].code).json()["state"], "carried")
    gateway.publish()
    equal("it is not carried before it is", gateway.web.status(known[0].code).json()["state"],
          "received")
    store.export()
    gateway.publish()
    equal("and then it is", gateway.web.status(known[0].code).json()["state"], "carried")
    behind(store, gateway, outsider.tus, known[0])
    result = store.run("export", "--out", store.world.path("nothing"), want=None)
    equal("an export without anything new", result.exit, 1)
    gateway.publish()
    states = {rows.CARRIED, rows.RECEIVED}
    equal("counts for what was published meanwhile", set(rows.all_rows(gateway.web).values()),
          states)  # only nobody's rows of the last publication are left


def behind(store, gateway, tus, receipt):
    """Something is added on a device whose clock is two days behind."""
    data = envelope()
    path = tus.create(len(data), Upload_Metadata=metadata(
        row=receipt.row(sk.day_of(time.time()) - 2), token=os.urandom(16))).headers["location"]
    must("an addition is taken", tus.patch(path, 0, data).status == 204)
    gateway.publish()
    answer = gateway.web.status(receipt.code).json()
    equal("nor is it carried when the clock of who adds is behind", answer["state"], "received")
    equal("the day is that of the newest", answer["day"], time.strftime("%Y-%m-%d", time.gmtime()))
    store.export()
    gateway.publish()
    equal("but with the next export", gateway.web.status(receipt.code).json()["state"], "carried")


def left_behind(store, gateway):
    """A bundle that holds only a part of what its export saw: nobody can say whose part."""
    codes = [gateway.web.report("Частина %d." % number).code for number in (1, 2)]
    states = lambda: {gateway.web.status(code).json()["state"] for code in codes}
    gateway.publish()
    store.export("--limit", "1")
    gateway.publish()
    equal("an export that leaves one behind calls neither carried", states(), {"received"})
    store.export()
    gateway.publish()
    equal("the one that takes the rest calls both so", states(), {"carried"})


def marking(gateway):
    """Rows of one's own choice, all alike: everybody's answer stays the same one."""
    tus = Tus(gateway.web.port)
    for _ in range(40):
        data = envelope()
        path = tus.create(len(data), Upload_Metadata=metadata(
            row=b"\xa7" + os.urandom(15), token=os.urandom(16))).headers["location"]
        tus.patch(path, 0, data)
    gateway.publish()
    table = rows.table(gateway.web)
    ok("40 rows under one byte", sum(row[0] == 0xa7 for row in table.rows) >= 40)
    equal("are in the one answer that all get", (table.bits, table.prefix), (0, 0))
    for prefix in (0xa7, 0xa0, 0x80):
        equal("there is none for %02x" % prefix, gateway.web.get("/receipts/%02x" % prefix).status,
              404)


def days(gateway):
    """With the code: the newest of its days counts, from 410 days ago to 8 days ahead."""
    tus, today = Tus(gateway.web.port), sk.day_of(time.time())
    cases = [(-410,), (8,), (-411,), (9,), (-30, -2), (-2, -30), ()]
    receipts = [sk.Receipt(os.urandom(15)) for _ in cases]
    for receipt, case in zip(receipts, cases):
        for day in case:
            data = envelope()
            path = tus.create(len(data), Upload_Metadata=metadata(
                row=receipt.row(today + day), token=os.urandom(16))).headers["location"]
            tus.patch(path, 0, data)
    gateway.publish()
    found = []
    for receipt in receipts:
        answer = gateway.web.status(receipt.code).json()
        found.append((answer["state"], answer["day"]))
    text = lambda day: time.strftime("%Y-%m-%d", time.gmtime((today + day) * 86400))
    unknown = ("unknown", None)
    equal("rows of other days", found, [("received", text(-410)), ("received", text(8)), unknown,
                                        unknown, ("received", text(-2)), ("received", text(-2)),
                                        unknown])


def space(world):
    """Somebody fills a store to shortly before the line, and weighs what others send."""
    store, (desk,) = world.intake(("Вага",), make=Paper, size="24M", name="store-space")
    gateway = world.gateway(store)
    outsider = Outsider(gateway, desk)
    used = lambda: store.stats()["used"] / store.stats()["size"]
    first = outsider.room()
    while used() < 0.75:
        data = envelope(64)
        path = outsider.tus.create(len(data)).headers["location"]
        outsider.tus.patch(path, 0, data)
    note("the store is full to %.3f" % used())
    for length in (0, 10_000, 200_000, 600_000, 600_000):
        must("a victim's report is taken", gateway.web.report(
            "Вага", [("a", os.urandom(length))] if length else ()).status == 201)
        equal("a report of %d bytes changes no answer" % length, moved(first, outsider.room()), [])
    ok("also above the line", 13 / 16 < used() < 14 / 16, used())
    gateway.stop()
    outsider = Outsider(world.gateway(store), desk)
    equal("the line is drawn at the next look",
          {name for name in moved(first, outsider.room())},
          {"create %d" % chunks for chunks in CLASSES[1:-1]})


def main():
    with World("outsider", (GATEWAY, STORE)) as world:
        note("the diary")
        store, gateway, outsider, known = diary(world)
        note("carried")
        carried(store, gateway, outsider, known)
        left_behind(store, gateway)
        note("marking")
        marking(gateway)
        note("days")
        days(gateway)
        equal("the gateway ends cleanly", gateway.stop(), 0)
        note("weighing")
        space(world)


if __name__ == "__main__":
    if time.time() % 86400 > 86400 - 600:
        print("SKIP it is nearly midnight (UTC), when a publication is due")
        sys.exit(77)
    sys.exit(checks.run(main))
