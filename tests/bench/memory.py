#!/usr/bin/python3 -B
"""What the gateway takes in memory: idle, and with many large uploads at once. Figures, no verdict.

RssAnon is the measure: VmRSS also counts the pages of the store that are mapped for reading.
"""
import argparse
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
import checks
from web import Form
from world import GATEWAY, STORE, DESK, World

MIB = 1 << 20


def anonymous(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) * 1024


class Upload:
    """One report with a large file, sent piece by piece over a connection that stays open."""

    def __init__(self, web, path):
        self.form = Form([("text", "вимір"), ("file", "video.bin", path)])
        self.rest = self.form.pieces()
        self.connection = socket.create_connection((web.host, web.port), 600)
        head = "POST /uk/report HTTP/1.1\r\nHost: localhost\r\n" + "".join(
            "%s: %s\r\n" % pair for pair in self.form.headers.items()) + "\r\n"
        self.connection.sendall(head.encode())
        self.sent = 0

    def send(self, until):
        """One piece, if less than `until` bytes of the body were sent; whether it was so."""
        piece = next(self.rest, None) if self.sent < until else None
        if piece is None:
            return False
        try:
            self.connection.sendall(piece)
        except OSError as error:
            raise checks.Stop("cut off after %d bytes: %s, %r" % (
                self.sent, error, self.connection.recv(100))) from error
        self.sent += len(piece)
        return True

    def answer(self):
        with self.connection:
            return self.connection.recv(64).startswith(b"HTTP/1.1 201")


def in_turn(uploads, until, pid):
    """All uploads advance piece by piece, none rests; the highest RssAnon on the way."""
    peak, going = 0, list(uploads)
    while going:
        going = [upload for upload in going if upload.send(until)]
        peak = max(peak, anonymous(pid))
    return peak


def settled(pid):
    """The largest of the readings until ten in a row brought no new one."""
    peak, calm = 0, 0
    while calm < 10:
        now = anonymous(pid)
        calm = calm + 1 if now <= peak else 0
        peak = max(peak, now)
        time.sleep(0.05)
    return peak


def show(name, value):
    print("%-44s %s" % (name, value), flush=True)


def measure(count, length):
    with World("memory", need=(GATEWAY, STORE, DESK)) as world:
        size = max(512, count * length * 2 // MIB)
        store, _ = world.intake(("Одна",), size="%dM" % size)
        gateway = world.gateway(store, options=("--max-upload", "4G"))
        show("RssAnon idle", "%.1f MiB" % (settled(gateway.pid) / MIB))
        gateway.web.report("перший")
        show("RssAnon after one text report", "%.1f MiB" % (settled(gateway.pid) / MIB))
        path, _ = world.random_file("video.bin", length)
        started = time.monotonic()
        uploads = [Upload(gateway.web, path) for _ in range(count)]
        most = length - length // 10
        peak = in_turn(uploads, most, gateway.pid)
        show("RssAnon, %d uploads of %.0f MiB in flight" % (count, length / MIB),
             "%.1f MiB" % (peak / MIB))
        peak = max(peak, in_turn(uploads, 2 * length, gateway.pid))
        done = sum(upload.answer() for upload in uploads)
        seconds = time.monotonic() - started
        show("RssAnon, highest seen", "%.1f MiB" % (peak / MIB))
        show("RssAnon afterwards", "%.1f MiB" % (settled(gateway.pid) / MIB))
        show("acknowledged", "%d of %d in %.1f s, %.0f MiB/s" %
             (done, count, seconds, count * length / MIB / seconds))
        checks.ok("every upload was acknowledged", done == count, done)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="uploads at once")
    parser.add_argument("--mib", type=int, default=16, help="size of each")
    given = parser.parse_args()
    sys.exit(checks.run(measure, given.count, given.mib * MIB))
