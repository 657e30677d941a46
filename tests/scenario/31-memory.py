#!/usr/bin/python3 -B
"""What people write stays off the disk: the gateway locks its memory and not its store, has its
libraries bound, says what it cannot do, and does not start where memory could be swapped out."""
import os
import re
import subprocess
import sys
import time

import checks
from checks import equal, must, note, ok
from world import DESK, GATEWAY, REPORT, SKIP, STORE, World, need_tools, read

SWAPS = b"Filename\tType\tSize\tUsed\tPriority\n"
AREA = b"/dev/vda2 partition 1048572 0 -2\n"
# No capability to lock, and a limit that cannot be raised again.
BOUND = ("prlimit", "--memlock=65536:65536", "setpriv", "--bounding-set=-all", "--inh-caps=-all")


def mappings(pid):
    """(is a file of the store, may hold what was written, is locked) of every mapping."""
    with open("/proc/%d/smaps" % pid, encoding="ascii", errors="replace") as f:
        blocks = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", f.read())
    for block in filter(None, blocks):
        head, flags = block.split("\n")[0], re.search(r"VmFlags: (.*)", block).group(1).split()
        yield (head.endswith(".mdb"), head.split()[1][:2] == "rw" and "[v" not in head,
               "lo" in flags, head)


class Memory:
    def __init__(self, world):
        self.w = world
        self.store, (self.desk,) = world.intake(("Одна",))

    def locked(self):
        """As it should be: everything, but not the store."""
        gateway = self.w.gateway(self.store, swap=False)
        must("a report is taken", gateway.web.report("слово").status == 201)
        all_of = list(mappings(gateway.pid))
        stores = [m for m in all_of if m[0]]
        ok("there is memory to look at", len(all_of) > 20 and stores, len(all_of))
        equal("all that may hold what was written is locked",
              [m[3] for m in all_of if m[1] and not m[0] and not m[2]], [])
        equal("the store's files are not", [m[3] for m in stores if m[2]], [])
        ok("its libraries are bound at once",
           b"LD_BIND_NOW=1" in read("/proc/%d/environ" % gateway.pid).split(b"\0"))
        equal("it is called what it was", read("/proc/%d/comm" % gateway.pid), b"skrynka-gateway\n")
        equal("it says nothing", [x for x in gateway.lines if "ready" not in x], [])
        equal("it ends well", gateway.stop(), 0)

    def faked(self, swaps):
        """Words before a command that make it see this list of swap areas, and bind its hands."""
        return ("unshare", "-m", "sh", "-c", 'mount --bind "$0" /proc/swaps && exec "$@"',
                self.w.file("swaps", swaps), *BOUND)

    def said(self, gateway):
        """What it says after the line that it is ready."""
        deadline = time.monotonic() + 60
        while len(gateway.lines) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        ok("the first line is that it is ready", "ready on" in gateway.lines[0], gateway.lines)
        return gateway.lines[1:]

    def no_swap(self):
        gateway = self.w.gateway(self.store, swap=False, wrapper=self.faked(SWAPS))
        said = self.said(gateway)
        ok("not locked, but no swap: one line says so",
           len(said) == 1 and "there is no swap" in said[0], gateway.lines)
        equal("and it serves", gateway.web.report("слово").status, 201)
        equal("it ends well", gateway.stop(), 0)

    def swap(self):
        wrapper = self.faked(SWAPS + AREA)
        gateway = self.w.gateway(self.store, swap=False, wrapper=wrapper, ready=False)
        equal("not locked, and swap: it does not start", gateway.wait(), 1)
        said = "".join(gateway.lines)
        ok("it says why and what to do", len(gateway.lines) == 1 and "LimitMEMLOCK=infinity" in said
           and "swapoff" in said and "--accept-swap" in said, said)
        gateway = self.w.gateway(self.store, swap=True, wrapper=wrapper)
        said = self.said(gateway)
        ok("accepted: one line says what that means",
           len(said) == 1 and "--accept-swap" in said[0], gateway.lines)
        equal("and it serves", gateway.web.report("слово").status, 201)
        equal("it ends well", gateway.stop(), 0)

    def others(self):
        """The other programs go on, and say it."""
        for areas in (b"", AREA):
            for name, argv in (("desk", (DESK, "--version")), ("store", (STORE, "--version")),
                               ("report", (REPORT, "--version"))):
                wrapper = self.faked(SWAPS + areas)
                # Not a page may be locked, where the store needs but a few.
                wrapper = [x.replace("65536:65536", "0:0") for x in wrapper]
                done = subprocess.run([*wrapper, *argv], capture_output=True, timeout=60,
                                      env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
                said = done.stderr.decode()
                equal("%s, swap %s: it runs" % (name, bool(areas)), done.returncode, 0)
                ok("%s, swap %s: %s" % (name, bool(areas), "it says so" if areas else "silence"),
                   ("swap is on" in said) == bool(areas) and said.count("\n") == bool(areas), said)


def main():
    with World("memory") as world:
        memory = Memory(world)
        for step in (memory.locked, memory.no_swap, memory.swap, memory.others):
            note(step.__name__)
            step()


if __name__ == "__main__":
    need_tools("prlimit", "setpriv", "unshare")
    try_out = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /proc/swaps', os.devnull]
    if os.geteuid() != 0 or subprocess.run(try_out, stderr=subprocess.DEVNULL,
                                           check=False).returncode != 0:
        print("SKIP only root may show a program other swap areas")
        sys.exit(SKIP)
    if os.path.exists(GATEWAY) and b"__asan_init" in read(GATEWAY):
        print("SKIP the sanitizers map more than can be locked")
        sys.exit(SKIP)
    sys.exit(checks.run(main))
