#!/usr/bin/python3
"""Durable submissions per second, next to the limits of this machine, measured in one run.

usage: bench.py [--seconds N] [--rounds N] [--connections N]

Prints, for each round and as medians: reports without JavaScript (sealed by the gateway) next to
the eight sealed boxes alone on as many cores; reports that arrive sealed (courier page) next to a
bare LMDB loop that commits the same pieces in groups; and both next to a null libmicrohttpd POST
handler under the same load. The load runs on the same cores, so a ratio says at least so much.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))
BUILD = os.path.abspath(os.environ.get("SKRYNKA_BUILD", "."))
PASSPHRASE = "benchmark\n"


def program(*parts):
    return os.path.join(BUILD, *parts)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class World:
    """Two desks, one store, a gateway on a Unix socket."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = os.path.join(folder, "gateway.sock")
        self.gateway = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def desk(self, name, *command):
        return run(program("keys/desk/skrynka-desk"), "--home", self.path(name),
                   "--passphrase-file", self.path("passphrase"), *command)

    def store(self, *command):
        return run(program("storage/skrynka-store"), "--store", self.path("store"), *command)

    def make(self):
        with open(self.path("passphrase"), "w", encoding="ascii") as f:
            f.write(PASSPHRASE)
        self.store("init", "--size", "6G")
        for name in ("desk-a", "desk-b"):
            self.desk(name, "init", "--kdf-memory", "64")
            self.desk(name, "sheet", "--weeks", "2", "--months", "1", "--out", self.path(name + ".sheet"))
            pin = self.desk(name, "fingerprint").split()[-1]
            self.store("import-sheet", "--name", name, "--fingerprint", pin, self.path(name + ".sheet"))

    def start(self):
        self.gateway = subprocess.Popen(
            [program("gateway/skrynka-gateway"), "--store", self.path("store"),
             "--listen", "unix:" + self.socket, "--connections", "1024", "--accept-swap"],
            stdout=subprocess.PIPE, text=True)
        if "ready" not in self.gateway.stdout.readline():
            sys.exit("bench: the gateway did not start")

    def stop(self):
        if self.gateway:
            self.gateway.terminate()
            self.gateway.wait(60)


def multipart(fields):
    out = b""
    for name, filename, data in fields:
        disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
        out += (f"--XX\r\nContent-Disposition: {disposition}\r\n\r\n").encode() + data + b"\r\n"
    return out + b"--XX--\r\n"


def bodies(world):
    """A text report of about 4 KiB, and the same sealed beforehand."""
    text = ("Це повідомлення для вимірювання. " * 70).encode()
    with open(world.path("form.body"), "wb") as f:
        f.write(multipart([("receipt", None, b"yes"), ("category", None, b"1"), ("text", None, text)]))
    with open(world.path("text"), "wb") as f:
        f.write(text)
    run(program("keys/report/skrynka-report"), "seal", "--sheet", world.path("desk-a.sheet"), "--sheet",
        world.path("desk-b.sheet"), "--text-file", world.path("text"), "--out", world.path("report.sealed"))
    with open(world.path("report.sealed"), "rb") as f, open(world.path("courier.body"), "wb") as out:
        out.write(multipart([("sealed", "report.sealed", f.read())]))


def load(world, socket, path, body, connections, seconds):
    out = run(program("tests/bench/load"), socket, path, world.path(body),
              "multipart/form-data; boundary=XX", str(connections), str(seconds))
    created, other, elapsed = out.split()
    if int(other):
        print(f"  note: {other} answers other than 201")
    return int(created) / float(elapsed)


def null_post(world, body, threads, connections, seconds):
    socket = world.path("null.sock")
    if os.path.exists(socket):
        os.unlink(socket)
    with subprocess.Popen([program("tests/bench/limits"), "post", socket, str(threads)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        server.stdout.readline()
        rate = load(world, socket, "/", body, connections, seconds)
        server.stdin.close()
    return rate


def bare_lmdb(world, group, seconds):
    with tempfile.TemporaryDirectory(dir=world.folder) as folder:
        return float(run(program("tests/bench/limits"), "lmdb", folder, str(group), str(seconds)))


def one_round(world, args, threads):
    size = os.path.getsize
    figures = {
        "seal": float(run(program("tests/bench/limits"), "seal", str(threads), str(args.seconds))),
        "report": load(world, world.socket, "/en/report", "form.body", args.connections, args.seconds),
        "lmdb": bare_lmdb(world, args.connections, args.seconds),
        "courier": load(world, world.socket, "/en/courier", "courier.body", args.connections, args.seconds),
        "null form": null_post(world, "form.body", threads, args.connections, args.seconds),
        "null courier": null_post(world, "courier.body", threads, args.connections, args.seconds),
    }
    assert size(world.path("form.body")) < 16000
    return figures


PAIRS = [
    ("report", "seal", "reports without JavaScript / headers sealed alone (aim 0.9)"),
    ("report", "null form", "reports without JavaScript / null POST handler"),
    ("courier", "lmdb", "reports that arrive sealed / bare LMDB in groups (aim 0.5)"),
    ("courier", "null courier", "reports that arrive sealed / null POST handler"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    args = parser.parse_args()
    threads = os.cpu_count()
    rounds = []
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        world = World(folder)
        world.make()
        bodies(world)
        world.start()
        try:
            for i in range(args.rounds):
                rounds.append(one_round(world, args, threads))
                print(f"round {i + 1}: " + ", ".join(f"{k} {v:.0f}/s" for k, v in rounds[-1].items()), flush=True)
        finally:
            world.stop()
    print(f"\n{threads} cores, {args.connections} connections, {args.seconds} s each; the load shares the cores")
    for name in rounds[0]:
        print(f"{name:14} {statistics.median(r[name] for r in rounds):10.0f} /s (median)")
    for top, bottom, what in PAIRS:
        ratio = statistics.median(r[top] / r[bottom] for r in rounds)
        print(f"{ratio:6.2f}  {what}")


if __name__ == "__main__":
    main()
