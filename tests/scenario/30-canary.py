#!/usr/bin/python3 -B
"""What a resident typed is found nowhere afterwards: not in the store's files, not in any file the
gateway wrote, not in its memory. The same searches find it where it has to be."""
import os
import re
import secrets
import socket
import sys
import time

import checks
import skrynka as sk
from checks import equal, must, note, ok
from traces import Needles, opened, written
from web import Form
from world import GATEWAY, SKIP, World, need_tools, read, walk

STRACE = ("strace", "-D", "-f", "-q", "-y", "-xx", "-s", "300000", "-e", "signal=none", "-e",
          "trace=openat,creat,write,pwrite64,pwritev,pwritev2,writev,sendto,sendmsg,splice")


def canary_file(word, length):
    """Every kilobyte of it says who it is."""
    line = lambda i: (b"%s %08d " % (word, i)).ljust(1024, b".")
    return b"".join(line(i) for i in range(length // 1024))


def wait_for_end(trace):
    """strace runs beside the gateway: its log is whole when it says that the gateway is gone."""
    deadline = time.monotonic() + 60
    with open(trace, "rb") as log:
        while time.monotonic() < deadline:
            log.seek(max(0, log.seek(0, 2) - 4096))
            end = log.read()
            if b"+++ exited" in end or b"+++ killed" in end:
                return
    raise checks.Stop("strace did not end")


class Canary:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",))
        self.words = {n: ("%s-канарка-" % n + secrets.token_hex(12)) for n in
                      ("text", "where", "contact", "file", "cut", "sealed", "held", "follow")}
        self.may_search = os.geteuid() == 0
        if not self.may_search:
            note("SKIP memory: only root may read it, because the gateway is not dumpable")
        self.needles = Needles(**{n: w.encode() for n, w in self.words.items()})

    def learn(self, code):
        """All that derives from a code is as secret as the code."""
        receipt = sk.Receipt(sk.r_of(code))
        number = len(self.needles.named)
        in_page = "</b><b>".join(re.findall(r"[^-]+-?", code))  # an element for each group
        for name, needle in (("code", code.encode()), ("bare code", code.replace("-", "").encode()),
                             ("code in a page", in_page.encode()),
                             ("r", receipt.r), ("root", sk.F(b"", "receipt-root", receipt.r)),
                             ("row key", receipt.row_key), ("mailbox seed", receipt.mailbox_seed),
                             ("mailbox", receipt.mailbox), ("reply_sk", receipt.reply_sk),
                             ("sign seed", receipt.sign_sk[:32])):
            self.needles.add("%s %d" % (name, number), needle)

    def memory(self, name, pid):
        """The connection's end is the gateway's to notice: looks again until a deadline."""
        if not self.may_search:
            return
        deadline = time.monotonic() + 10
        while True:
            found = self.needles.in_memory(pid)
            if not found or time.monotonic() > deadline:
                break
        equal("memory, %s" % name, found, set())
        ok("memory, %s: there was something to search" % name, self.needles.scanned > 1 << 20,
           self.needles.scanned)

    def whole_reports(self, web):
        words = self.words
        reply = web.report(words["text"], where=words["where"], contact=words["contact"],
                           category=1)
        must("a text report is taken", reply.status == 201, reply.text)
        self.learn(reply.code)
        data = canary_file(words["file"].encode(), 3 << 20)
        reply = web.report(words["text"], [("x.bin", data)], where=words["where"])
        must("one of 3 MiB is taken", reply.status == 201, reply.text)
        self.learn(reply.code)
        self.code = reply.code
        reply = web.report(words["follow"], code=self.code)
        equal("a follow-up is taken", reply.status, 201)
        for accept in ("application/json", "text/html"):
            equal("a status check", web.status(self.code, accept=accept).status, 200)
        self.one_by_one(web)

    def one_by_one(self, web):
        """A code sent a byte at a time goes through other buffers."""
        body = ("code=" + self.code).encode()
        connection = socket.create_connection((web.host, web.port), 60)
        head = ("POST /uk/status HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                "application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body))
        with connection:
            for byte in head.encode() + body:
                connection.sendall(bytes([byte]))
            ok("a status check byte by byte", connection.recv(4096).startswith(b"HTTP/1.1 200"))

    def request(self, parts):
        form = Form(parts)
        head = "POST /uk/report HTTP/1.1\r\nHost: localhost\r\n" + "".join(
            "%s: %s\r\n" % pair for pair in form.headers.items()) + "\r\n"
        return head.encode() + b"".join(form.pieces())

    def head_and_body(self, word, length):
        return self.request([("text", word), ("file", "y.bin", canary_file(word.encode(), length))])

    def appears(self, pid, name):
        deadline = time.monotonic() + 20
        while name not in self.needles.in_memory(pid):
            if time.monotonic() > deadline:
                return False
        return True

    def status_cut(self, web, pid):
        """A code in a status check that breaks off, or that comes in a way that is refused, leaves
        nothing either: not even three groups of it."""
        for name, kind, body in (
                ("breaks off", "application/x-www-form-urlencoded", "code=%s&x="),
                ("is multipart", "multipart/form-data; boundary=XxBoundaryxX",
                 '--XxBoundaryxX\r\nContent-Disposition: form-data; name="code"\r\n\r\n%s\r\n'
                 "--XxBoundaryxX--\r\n")):
            code = sk.code_of(secrets.token_bytes(15))
            self.learn(code)
            for at in (0, 6, 12):
                self.needles.add("%s, piece of a code %d" % (name, at), code[at:at + 17].encode())
            body = (body % code).encode()
            head = "POST /uk/status HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n" \
                   "Content-Length: %d\r\n\r\n" % (kind, len(body) + (name == "breaks off"))
            with socket.create_connection((web.host, web.port), 60) as connection:
                connection.sendall(head.encode() + body)
                if name == "is multipart":
                    ok("a status check as multipart is refused",
                       connection.recv(4096).startswith(b"HTTP/1.1 400"))
                elif self.may_search:
                    ok("positive control: while it lasts the code is in memory",
                       self.appears(pid, "breaks off, piece of a code 0"))
            self.memory("after a status check that " + name, pid)

    def first_report(self, web, pid):
        """What the first call of a library's function saves on a stack is a few bytes wide."""
        word = secrets.token_hex(16)
        for at in range(len(word) - 12):
            self.needles.add("piece of the first report %d" % at, word[at:at + 12].encode())
        reply = web.report("перше " + word, where=word)
        must("the first report is taken", reply.status == 201, reply.text)
        self.memory("after the first report since the start", pid)

    def cut_uploads(self, web):
        """Twenty uploads break off at different places."""
        whole = self.head_and_body(self.words["cut"], 1 << 20)
        for i in range(1, 21):
            with socket.create_connection((web.host, web.port), 60) as connection:
                connection.sendall(whole[:len(whole) * i // 21])

    def goes(self, pid, name):
        deadline = time.monotonic() + 20
        while name in self.needles.in_memory(pid):
            if time.monotonic() > deadline:
                return False
        return True

    def held_upload(self, web, pid):
        """While an upload is under way its last chunk must be in memory: the search finds it, and
        nothing of the chunks before, which are sealed. The last bytes come by themselves, so that they
        do not cover in a buffer what came before them."""
        if not self.may_search:
            return
        sealed, held = self.words["sealed"], self.words["held"]
        whole = self.request([("text", sealed), ("file", "y.bin", canary_file(sealed.encode(), 80 << 10) +
                                                 canary_file(held.encode(), 1 << 18))])
        with socket.create_connection((web.host, web.port), 60) as connection:
            connection.sendall(whole[:90_000])
            ok("positive control: the search finds an upload under way", self.appears(pid, "held"))
            connection.sendall(whole[90_000:105_000])
            ok("of an upload under way nothing stays that is sealed", self.goes(pid, "sealed"))
            ok("but what is not", self.appears(pid, "held"))
            connection.sendall(whole[105_000:])
            answer = connection.recv(65536)
            ok("and it ends well", answer.startswith(b"HTTP/1.1 201"), answer[:100])

    def run_and_search(self):
        gateway = self.w.gateway(self.store)
        self.first_report(gateway.web, gateway.pid)
        self.status_cut(gateway.web, gateway.pid)
        self.whole_reports(gateway.web)
        self.memory("after whole reports and checks", gateway.pid)
        self.cut_uploads(gateway.web)
        self.memory("after uploads that broke off", gateway.pid)
        self.held_upload(gateway.web, gateway.pid)
        self.memory("after all", gateway.pid)
        equal("the store's files while it runs", self.needles.in_files(self.store.files()), set())
        equal("the gateway ends cleanly", gateway.stop(), 0)
        equal("the gateway's output", self.needles.in_file(gateway.log), set())

    def run_traced(self):
        trace = self.w.path("trace")
        gateway = self.w.gateway(self.store, wrapper=(*STRACE, "-o", trace))
        self.whole_reports(gateway.web)
        self.cut_uploads(gateway.web)
        gateway.stop()
        wait_for_end(trace)
        self.judge_trace(trace)

    def judge_trace(self, trace):
        kept, sockets, bad = 0, set(), set()
        for call, target, data in written(trace):
            found = self.needles.inside(data)
            if target.startswith(("socket:", "TCP:", "UNIX")):
                sockets |= found
            else:
                kept += len(data)
                bad |= {(call, target, name) for name in found}
        equal("strace: nothing of it was written but to the client", bad, set())
        ok("strace: the store was written", kept > 3 << 20, kept)
        ok("positive control: strace saw the code go to the client",
           any(name.startswith("code") for name in sockets), sockets)
        outside = [p for p in opened(trace) if not p.startswith((self.store.dir, "/dev/", "/proc/"))
                   and p.startswith("/")]
        equal("strace: no file outside the store was opened for writing", outside, [])

    def search_files(self):
        equal("the store's files", self.needles.in_files(self.store.files()), set())
        bundle = self.store.export()
        equal("the carry bundle", self.needles.in_file(bundle), set())
        self.desk.import_(bundle)
        items = self.desk.list()
        item = next(i for i in items if i["attachments"])
        self.desk.open(item["id"])
        found = {name for _, name in self.needles.in_files(walk(self.w.dir))}
        ok("positive control: the search finds it where the desk opened it",
           found & {"file", "held"}, found)
        equal("the desk's own files", self.needles.in_files(walk(self.desk.home)), set())


def main():
    with World("canary") as world:
        canary = Canary(world)
        for step in (canary.run_and_search, canary.run_traced, canary.search_files):
            note(step.__name__)
            step()


if __name__ == "__main__":
    need_tools("strace")
    if os.path.exists(GATEWAY) and b"__asan_init" in read(GATEWAY):
        print("SKIP a build with sanitizers keeps freed memory on purpose")
        sys.exit(SKIP)
    sys.exit(checks.run(main))
