#!/usr/bin/python3 -B
"""Somebody who wants the box shut: silence, promises, empty uploads and noise, all bounded here.

He may keep others waiting while he holds every connection, and fill the store with noise. He must not be able to keep
others out by announcing alone, to make acknowledged reports vanish, or to have the gateway take memory without bound.
"""
import os
import signal
import socket
import struct
import sys
import time

import checks
import skrynka as sk
from checks import equal, must, note, ok
from paper import Paper
from tus import Tus, metadata
from web import Form
from world import GATEWAY, STORE, World, sanitized

SILENT, PROMISES, EMPTY, NOISE = 96, 24, 300, 40
CONNECTIONS, FEW = 64, 8
MIB = 1 << 20


def anonymous(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) * 1024


def sealed():
    """Noise that looks like an envelope of this week."""
    return struct.pack("<BxxxI", 1, sk.week_of(time.time())) + os.urandom(680 - 8 + 16400)


class Flood:
    def __init__(self, gateway):
        self.web, self.tus, self.held = gateway.web, Tus(gateway.web.port), []

    def connect(self):
        s = socket.create_connection((self.web.host, self.web.port), 60)
        self.held.append(s)
        return s

    def silence(self):
        for _ in range(SILENT):
            self.connect()

    def promises(self):
        """Each announces a gigabyte and sends the first bytes of it."""
        for _ in range(PROMISES):
            form = Form([("text", "обіцянка"), ("file", "video.bin", b"x")])
            length = {**form.headers, "Content-Length": str(1000 * MIB)}
            head = "POST /uk/report HTTP/1.1\r\nHost: localhost\r\n" + "".join(
                "%s: %s\r\n" % pair for pair in length.items()) + "\r\n"
            self.connect().sendall(head.encode() + next(form.pieces()))

    def empty_uploads(self):
        return [self.tus.create(680 + 16400 * 1024).status for _ in range(EMPTY)]

    def noise(self):
        """Envelopes of nothing, their rows all under one prefix."""
        return [self.tus.send(sealed(), row=b"\xa7" + os.urandom(15), token=os.urandom(16))[1]
                for _ in range(NOISE)]

    def end(self):
        for s in self.held:
            s.close()
        self.held = []


def served(web):
    """Whether a report is taken again, as soon as the gateway has closed what is gone."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if web.report("після").status == 201:
                return True
        except OSError:
            pass
    return False


def sockets(pid):
    """How many a process has open."""
    folder, found = "/proc/%d/fd" % pid, 0
    for name in os.listdir(folder):
        try:
            found += os.readlink(os.path.join(folder, name)).startswith("socket:")
        except FileNotFoundError:
            pass  # closed meanwhile
    return found


def leave_at_once(world, store):
    """Whoever held all connections goes away in one moment, while somebody waits to be let in."""
    gateway = world.gateway(store, options=("--threads", "1", "--connections", str(FEW)))
    flood, own, deadline = Flood(gateway), sockets(gateway.pid), time.monotonic() + 60
    for _ in range(FEW):
        flood.connect()
    while sockets(gateway.pid) < own + FEW and time.monotonic() < deadline:
        pass
    must("all connections are held", sockets(gateway.pid) >= own + FEW)
    with socket.create_connection((gateway.web.host, gateway.web.port), 60) as waiting:
        waiting.sendall(b"GET /uk/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        os.kill(gateway.pid, signal.SIGSTOP)
        for s in flood.held:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        flood.end()
        os.kill(gateway.pid, signal.SIGCONT)
        try:
            answer = waiting.recv(12)
        except TimeoutError:
            answer = b"nothing in a minute"
    equal("who waited is served", answer, b"HTTP/1.1 200")
    equal("and it ends well", gateway.stop(), 0)


def main():
    with World("flooder", (GATEWAY, STORE)) as world:
        store, (desk,) = world.intake(("Одна",), make=Paper, size="64M")
        gateway = world.gateway(store, options=("--connections", str(CONNECTIONS)))
        words = ["звіт %d" % i for i in range(5)]
        codes = [gateway.web.report(word).code for word in words]
        must("reports are taken before", all(codes))
        flood = Flood(gateway)
        flood.promises()
        photo = ("photo.jpg", os.urandom(300000))
        equal("while others only promise, a photograph is taken",
              gateway.web.report("під обіцянками", [photo]).status, 201)
        statuses = flood.empty_uploads()
        note("%d of %d empty uploads were taken" % (statuses.count(201), EMPTY))
        equal("and after empty uploads too", gateway.web.report("під порожніми", [photo]).status, 201)
        flood.noise()
        flood.silence()
        must("it lives", gateway.process.poll() is None)
        taken = anonymous(gateway.pid)
        if sanitized(GATEWAY):
            note("a sanitizer keeps what was freed: %d MiB are no measure" % (taken // MIB))
        else:
            ok("its memory is bounded", taken < 64 * MIB, taken)
        flood.end()
        must("when he is gone, reports are taken again", served(gateway.web))
        gateway.publish()
        equal("all that was acknowledged is known",
              {gateway.web.status(code).json()["state"] for code in codes}, {"received"})
        equal("it ends well", gateway.stop(), 0)
        opened, _ = desk.import_(store.export())
        texts = {sk.field(out, "text") for _, out in opened}
        equal("and is carried", set(words) - texts, set())
        leave_at_once(world, store)


if __name__ == "__main__":
    sys.exit(checks.run(main))
