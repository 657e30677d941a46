#!/usr/bin/python3 -B
"""Whoever runs the command: what writes refuses unless the store is its own, before anything is made,
and says what to run instead; what only reads leaves nothing behind; and a gateway that cannot follow a
rewrite says so once, not per request. Needs root."""
import os
import subprocess
import sys
import time

import checks
from checks import equal, must, note, ok
from paper import Paper
from world import GATEWAY, SKIP, STORE, World

NOBODY, GROUP = 65534, 65534
AS_NOBODY = ("setpriv", "--reuid=%d" % NOBODY, "--regid=%d" % GROUP, "--clear-groups")
SECONDS = 120


def give(path, uid, gid):
    os.chown(path, uid, gid)
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            os.chown(os.path.join(folder, name), uid, gid)


def files(path):
    """{path: (owner, length)} of all in a folder."""
    found = {path: (os.stat(path).st_uid, 0)}
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            st = os.lstat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (st.st_uid, st.st_size)
    return found


def wait_line(gateway, text):
    """Until a line says that; False after a long time."""
    deadline = time.monotonic() + SECONDS
    while not any(text in line for line in gateway.lines):
        if time.monotonic() > deadline or gateway.process.poll() is not None:
            return False
        time.sleep(0.05)
    return True


def check_refused(world, store, desk):
    sheet, board = desk.sheet_path, world.file("board", b"x" * 300)
    os.unlink(os.path.join(store.dir, "store.lock"))  # so that making it would show
    before = files(store.dir)
    for words in (("init",), ("export", "--out", world.path("c")), ("import-board", board), ("purge",),
                  ("import-sheet", "--fingerprint", desk.fingerprint, sheet), ("rewrite",),
                  ("backup", "--out", world.path("copy"))):
        result = store.run(*words, want=None)
        ok("%s as root is refused" % words[0], result.exit == 1, result)
        ok("%s: with the words what to run" % words[0],
           b"runuser -u nobody -- skrynka-store --store " in result.err, result)
        equal("%s: and nothing was made" % words[0], files(store.dir), before)
    ok("no copy and no bundle either", not any(os.path.exists(world.path(x)) for x in
                                                ("c", "c.tmp", "copy", "copy.unfinished")))
    result = world.run(GATEWAY, "--store", store.dir, "--listen", "127.0.0.1:0", want=None)
    ok("the gateway as root is refused", result.exit == 1 and
       b"runuser -u nobody -- skrynka-gateway --store " in result.err, result)
    equal("and nothing was made", files(store.dir), before)


def check_reading(store):
    for name in list(files(store.dir)):
        if name.endswith("-lock"):
            os.unlink(name)
    for words in (("check",), ("stats",)):
        equal("%s as root works" % words[0], store.run(*words, want=None).exit, 0)
    equal("and leaves nothing of root's", {uid for uid, _ in files(store.dir).values()}, {NOBODY})


def rewrite_of_another(store):
    """What a rewrite as root used to do: the new file is root's."""
    os.chown(store.dir, 0, 0)
    store.run("rewrite")
    os.chown(store.dir, NOBODY, GROUP)


def check_following(store, gateway):
    equal("as its owner the gateway takes reports", gateway.web.report("перший").status, 201)
    rewrite_of_another(store)
    must("a gateway that cannot follow says so", wait_line(gateway, "the inbox cannot be read"),
         gateway.lines)
    for _ in range(5):
        equal("a report meets 503", gateway.web.report("другий").status, 503)
    said = [line for line in gateway.lines if "cannot be read" in line]
    equal("once, not per request", len(said), 1)
    ok("and why", "Permission denied" in said[0] and store.dir in said[0], said)
    give(store.dir, NOBODY, GROUP)
    must("and says when it can again", wait_line(gateway, "can be read again"), gateway.lines)
    equal("it takes reports again", gateway.web.report("третій").status, 201)
    equal("and ends with 0", gateway.stop(), 0)


def check_start(world, store):
    rewrite_of_another(store)
    result = world.run(*AS_NOBODY, GATEWAY, "--store", store.dir, "--listen", "127.0.0.1:0", want=None)
    ok("it does not start on files that are not its own", result.exit == 1, result)
    ok("and says what to do", b"chown -R --reference=" in result.err, result)
    result = world.run(*AS_NOBODY, STORE, "--store", store.dir, "stats", want=None)
    ok("the store program too", result.exit == 1 and b"chown -R --reference=" in result.err, result)
    give(store.dir, NOBODY, GROUP)
    result = world.run(*AS_NOBODY, STORE, "--store", store.dir, "rewrite", want=None)
    equal("what it says helps", result.exit, 0)


def main():
    with World("owner", (GATEWAY, STORE)) as world:
        os.chmod(world.dir, 0o755)
        store, (desk,) = world.intake(("Одна",), make=Paper, size="16M")
        give(store.dir, NOBODY, GROUP)
        check_refused(world, store, desk)
        check_reading(store)
        note("following")
        check_following(store, world.gateway(store, wrapper=AS_NOBODY))
        check_start(world, store)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIP not root, so nobody else's store can be made")
        sys.exit(SKIP)
    if subprocess.run([*AS_NOBODY, STORE, "--version"], capture_output=True, check=False).returncode:
        print("SKIP nobody cannot run what was built here")
        sys.exit(SKIP)
    sys.exit(checks.run(main))
