#!/usr/bin/python3 -B
"""The disk under a store is full to the last block, or has a few left: no command and no gateway ends by
a signal, each does its work or says why, what was acknowledged is there, and once there is room
everything works again. Needs root, to mount a small file system."""
import http.client
import os
import subprocess
import sys

import checks
from checks import equal, must, note, ok
from paper import Paper
from world import GATEWAY, SKIP, STORE, World

MIB = 1 << 20
LEFT = [0, 4096, 16 << 10, 40 << 10, 128 << 10, 1 << 20]  # bytes left on the disk


class Disk:
    """A tmpfs of a fixed size, mounted while the scenario lasts."""

    def __init__(self, path, size):
        self.path = path
        os.mkdir(path)
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % size, "none", path],
                                      stderr=subprocess.DEVNULL, check=False).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *why):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=True)

    def free(self):
        st = os.statvfs(self.path)
        return st.f_bavail * st.f_frsize

    def fill(self, left):
        with open(os.path.join(self.path, "filler"), "wb") as f:
            os.posix_fallocate(f.fileno(), 0, self.free() - left)

    def room(self):
        os.unlink(os.path.join(self.path, "filler"))


class Full:
    def __init__(self, world, disk):
        self.w, self.disk = world, disk
        self.store, (self.desk,) = world.intake(("Одна",), make=Paper, name="disk/store", size="4M")
        gateway = world.gateway(self.store)
        self.codes = [gateway.web.report("до того %d" % i).code for i in range(3)]
        gateway.stop()
        self.sheet = Paper(world, "Друга").sheet()
        self.other = self.w.path("disk", "other")

    def commands(self):
        disk = self.w.path("disk")
        board = self.w.file("board", self.desk.board_bytes())
        return {"init": (self.other, ("init", "--size", "4M")),
                "export": (self.store.dir, ("export", "--out", disk + "/c", "--force")),
                "import-sheet": (self.store.dir, ("import-sheet", "--name", "Одна", "--fingerprint",
                                                  self.desk.fingerprint, self.desk.sheet_path)),
                "import-board": (self.store.dir, ("import-board", board)),
                "purge": (self.store.dir, ("purge",)), "rewrite": (self.store.dir, ("rewrite",)),
                "backup": (self.store.dir, ("backup", "--out", disk + "/copy")),
                "check": (self.store.dir, ("check",)), "stats": (self.store.dir, ("stats",))}

    def fresh_locks(self):
        """As after an unclean end, or on a copy: LMDB's lock files are to be made anew."""
        for name in list(self.store.files()):
            if name.endswith("-lock"):
                os.unlink(name)

    def run(self, name, left):
        folder, words = self.commands()[name]
        self.fresh_locks()
        self.disk.fill(left)
        result = self.w.run(STORE, "--store", folder, *words, want=None)
        self.disk.room()
        ok("%s with %d KiB left: it did it, or said why" % (name, left >> 10), result.exit == 0 or
           result.exit == 1 and result.err.strip() and b"damaged" not in result.err, result)
        folder_left = [x for x in os.listdir(self.disk.path) if x not in ("store", "copy", "c", "other")]
        equal("%s: nothing half-made is left" % name, folder_left, [])
        if name in ("init", "backup") and result.exit == 1:
            path = folder if name == "init" else words[-1]
            ok("%s: nor under its name" % name, not os.path.exists(path), path)
        for path in ("copy", "other", "c"):
            subprocess.run(["rm", "-rf", os.path.join(self.disk.path, path)], check=True)
        return result.exit

    def gateway(self, left):
        self.fresh_locks()
        self.disk.fill(left)
        gateway = self.w.gateway(self.store, ready=False)
        gateway.up.wait(60)
        code = None
        if any("ready on" in line for line in gateway.lines):
            gateway.wait_ready()
            code = self.report(gateway.web)
            gateway.process.poll() is None and gateway.stop()
        end = gateway.wait()
        self.disk.room()
        ok("the gateway with %d KiB left ends by itself, with words if with 1" % (left >> 10),
           end == 0 or end == 1 and any("skrynka-gateway: " in x for x in gateway.lines),
           (end, gateway.lines[-3:]))
        return code

    def report(self, web):
        try:
            reply = web.report("на повному диску", [("f", bytes(200_000))])
        except (OSError, http.client.HTTPException, AttributeError):
            return None
        if reply.status == 201:
            self.codes.append(reply.code)
        return reply.status

    def whole(self):
        equal("with room the store is whole", self.store.run("check", want=None).exit, 0)
        gateway = self.w.gateway(self.store)
        gateway.publish()
        web = gateway.web
        equal("every acknowledged code is known", {web.status(c).json()["state"] for c in self.codes} -
              {"received", "carried"}, set())
        equal("and reports are taken", web.report("після").status, 201)


def main():
    with World("full-disk", (GATEWAY, STORE)) as world, Disk(world.path("disk"), 64 * MIB) as disk:
        if not disk.mounted:
            note("no file system can be mounted here: nothing was tried")
            ok("skipped", True)
            return
        full = Full(world, disk)
        exits = {}
        for name in full.commands():
            exits[name] = [full.run(name, left) for left in LEFT]
        note("exit codes: %s" % exits)
        must("the disk was full enough to refuse", any(1 in codes for codes in exits.values()))
        note("gateway: %s" % [full.gateway(left) for left in LEFT])
        full.whole()
        for gateway in world.gateways:
            gateway.kill()


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIP not root, so no file system can be mounted")
        sys.exit(SKIP)
    sys.exit(checks.run(main))
