#!/usr/bin/python3 -B
"""Figures of real browsers: a large file over a line that breaks, sealing with and without a
compiler for scripts, and what pages weigh; next to OpenPGP.js, by which the nearest peer locks
messages in the browser. usage: browser.py [--size MB] [--cuts N] [--only upload|speed|weight]"""
import argparse
import importlib
import json
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))

import checks  # noqa: E402
from checks import note  # noqa: E402
from person import BROWSERS  # noqa: E402
from town import TOOLS, Town, need_browsers  # noqa: E402
from wire import Wire, reply  # noqa: E402
from world import BUILD, SOURCE, World, read  # noqa: E402

cuts = importlib.import_module("22-browser-cuts")
MIB = 1 << 20
PGP = os.path.join(TOOLS, "openpgp", "dist", "openpgp.min.mjs")

# In the page, not by the driver: its scripts see the page's arrays through a wall.
OURS = """(async () => {
  const core = await import('/core.mjs');
  const body = new Blob([new Uint8Array(16 * 1048576 - 4096)]);
  const key = crypto.getRandomValues(new Uint8Array(32));
  const receipt = core.deriveReceipt(core.randomReceipt());
  const begun = performance.now();
  const report = new core.Report({epoch: 2900, recipients: [key], receipt, sealedBy: 1, flags: 1,
    sheets: new Uint8Array(32), boundary: 'x', length: body.size});
  const pause = () => new Promise(go => { const c = new MessageChannel();
    c.port1.onmessage = () => { c.port1.close(); go(); }; c.port2.postMessage(0); });
  let length = 0;
  for await (const piece of report.pieces(body.stream(), pause)) length += piece.length;
  return [length, performance.now() - begun];
})().then(got => { document.title = JSON.stringify(got); }, e => { document.title = `"${e}"`; });"""

PEER = """(async () => {
  const pgp = await import('/openpgp.mjs');
  const { publicKey } = await pgp.generateKey({userIDs: [{name: 'a', email: 'a@example.org'}],
    format: 'object'});
  const binary = new Uint8Array(16 * 1048576 - 4096);
  const begun = performance.now();
  const message = await pgp.createMessage({binary});
  const sealed = await pgp.encrypt({message, encryptionKeys: publicKey, format: 'binary'});
  return [sealed.length, performance.now() - begun];
})().then(got => { document.title = JSON.stringify(got); }, e => { document.title = `"${e}"`; });"""


# ---- memory ------------------------------------------------------------------------------------

def family(pid):
    """A process and all that descend from it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name, encoding="utf-8", errors="replace") as f:
                parents[int(name)] = int(f.read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    found = {pid}
    while True:
        more = {p for p, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def pss(pid):
    try:
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as f:
            return next(int(x.split()[1]) for x in f if x.startswith("Pss:")) / 1024
    except (OSError, StopIteration):
        return 0


def is_page(pid):
    """Whether this is a process in which pages run."""
    try:
        words = read("/proc/%d/cmdline" % pid)
    except OSError:
        return False
    return b"--type=renderer" in words or (b"-contentproc" in words and b"tab" in words)


class Memory(threading.Thread):
    """Watches a browser: the largest process of a page, and all processes together, in MiB."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.over, self.idle = pid, threading.Event(), None
        self.page = self.all = 0

    def look(self):
        sizes = {p: pss(p) for p in family(self.pid)}
        return max((s for p, s in sizes.items() if is_page(p)), default=0), sum(sizes.values())

    def run(self):
        self.idle = self.look()
        while not self.over.wait(0.25):
            page, every = self.look()
            self.page, self.all = max(self.page, page), max(self.all, every)


def upload(kinds, size, count):
    print("A file of %d MB, sealed and sent over a line that is cut %d times" % (size, count))
    with World("bench-browser") as world:
        town = Town(world, names=("Перша",), size="2G")
        path, digest = world.random_file("відео.mp4", size * 1_000_000)
        figures = {}
        for kind in kinds:
            def watch(p):
                figures[p.name] = Memory(p.pid)
                figures[p.name].start()
            began = checks.time.monotonic()
            cuts.send(town, kind, path, count, size * 1_000_000 // (count + 1) // 64, watch)
            memory = figures[kind.name]
            memory.over.set()
            memory.join()
            print("  %-9s %5.0f s; page %3.0f MiB idle, %3.0f at most; whole browser %3.0f idle, "
                  "%3.0f at most" % (kind.name, checks.time.monotonic() - began, memory.idle[0],
                                     memory.page, memory.idle[1], memory.all), flush=True)
        town.carry()
        for kind in kinds:
            town.check_opened(town.desks[0], cuts.TEXT % kind.name, [digest])
        town.close()


# ---- speed -------------------------------------------------------------------------------------

def serve(exchange):
    files = {"/core.mjs": os.path.join(BUILD, "gateway", "client", "bundle", "core.mjs"),
             "/openpgp.mjs": PGP}
    path = files.get(exchange.path)
    if path and not os.path.exists(path):
        path = path.replace(BUILD, SOURCE)
    if path:
        return reply(200, read(path), "text/javascript")
    script = {"/ours": OURS, "/peer": PEER}.get(exchange.path, "")
    return reply(200, ("<script type=module>%s</script>" % script).encode(), "text/html")


def speed(kinds):
    print("Sealing 16 MiB in the browser, MiB/s")
    with World("bench-speed", need=()) as world, Wire(None) as wire:
        wire.instead = serve
        for kind in kinds:
            for jit in (True, False):
                row = []
                for path in ("/ours", "/peer"):
                    profile = world.path("%s-%d-%s" % (kind.name, jit, path[1:]))
                    with kind(profile, jit=jit) as p:
                        p.get(wire.url + path)
                        p.until(lambda: p.title[:1] in ("[", '"'), "the figure", 600)
                        got = json.loads(p.title)
                        row.append("%.1f" % (16e3 / got[1]) if isinstance(got, list) else got)
                print("  %-9s %-12s ours %6s, OpenPGP.js %6s" % (
                    kind.name, "with JIT" if jit else "without JIT", *row), flush=True)


# ---- weight ------------------------------------------------------------------------------------

def weight():
    print("Weights in bytes, Ukrainian: as it is, gzip, brotli")
    with World("bench-weight") as world:
        town = Town(world, names=("Перша",))
        paths = ["/uk/", *town.scripts(), "/uk/status", "/uk/courier", "/offline/uk.html"]
        totals = [0, 0, 0]
        for path in paths:
            row = [len(town.web.get(path, **{"Accept-Encoding": c}).body)
                   for c in ("identity", "gzip", "br")]
            if path == "/uk/" or path.endswith(".js"):
                totals = [a + b for a, b in zip(totals, row)]
            print("  %-24s %7d %7d %7d" % (path, *row))
        print("  %-24s %7d %7d %7d" % ("form with its scripts", *totals))
        packed = world.run("node", "-e", """const z = require('zlib'), fs = require('fs');
          const b = fs.readFileSync(process.argv[1]);
          console.log(JSON.stringify([b.length, z.gzipSync(b, {level: 9}).length,
                                      z.brotliCompressSync(b).length]))""", PGP).out
        print("  %-24s %7d %7d %7d" % ("OpenPGP.js alone", *json.loads(packed)))
        town.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200, metavar="MB")
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--only", choices=("upload", "speed", "weight"))
    given = parser.parse_args()
    kinds = need_browsers() or BROWSERS
    if given.only in (None, "weight"):
        weight()
    if given.only in (None, "speed"):
        speed(kinds)
    if given.only in (None, "upload"):
        upload(kinds, given.size, given.cuts)
    note("done")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
